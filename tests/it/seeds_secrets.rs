//! What deployment documents warn of about secrets and variables: small projects with these slips, found.

use std::path::Path;

use crate::common::{findings, places, project, report};

/// Each of these is reported, at the file and line; other findings do not matter.
fn are_found(folder: &Path, arguments: &[&str], expect: &[(&str, &str, u64)]) {
    let found = places(&findings(&report(folder, arguments)));
    for (rule, file, line) in expect {
        let is_there = found.iter().any(|(own, path, at)| own == rule && path.ends_with(file) && at == line);
        assert!(is_there, "{rule} {file}:{line} is not among {found:?}");
    }
}

#[test]
fn a_key_of_several_lines_and_its_dashes() {
    let compose = "services:\n  bot:\n    image: example/bot:2\n    env_file: bot.env\n";
    let cut = "BOT_TOKEN=x\nSIGNING_KEY=-----BEGIN\nbm90IGEga2V5LCBtYWRlIHVw\nIGZvciB0aGlzIHRlc3Q=\n";
    let folder = project("seeds-secrets", "cut", &[("compose.yaml", compose), ("bot.env", cut)]);
    are_found(&folder, &[], &[("unquoted-multiline", "bot.env", 2)]);
    let dashes = "SIGNING_KEY=-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\nMODE=fast\n";
    let folder = project("seeds-secrets", "dashes", &[("compose.yaml", compose), ("bot.env", dashes)]);
    are_found(&folder, &[], &[("malformed-env-line", "bot.env", 3)]);
}

#[test]
fn a_second_env_file_that_blanks_and_leaves_behind() {
    let compose = "services:\n  flow:\n    image: example/flow:3\n    environment:\n      API_URL: ${API_URL}\n      QUEUE: ${QUEUE}\n";
    let files = [
        ("compose.yaml", compose),
        (".env", "HOST=flow.example.org\nAPI_URL=https://${HOST}/api\nQUEUE=archive\n"),
        (".development.env", "HOST=localhost\nQUEUE=\n"),
    ];
    let folder = project("seeds-secrets", "overrides", &files);
    let arguments = ["--env-file", ".env", "--env-file", ".development.env"];
    are_found(
        &folder,
        &arguments,
        &[("overridden-variable", ".env", 2), ("overridden-variable", ".development.env", 2)],
    );
}

#[test]
fn a_group_that_is_not_set_or_empty() {
    let compose =
        "services:\n  orchestrator:\n    image: example/orchestrator:1\n    group_add:\n      - ${DOCKER_GID}\n";
    let folder = project("seeds-secrets", "group-unset", &[("compose.yaml", compose), (".env", "OTHER=1\n")]);
    let unset = places(&findings(&report(&folder, &["--show", "info"])));
    assert!(unset.iter().any(|(_, path, line)| path.ends_with("compose.yaml") && *line == 5), "{unset:?}");
    let folder = project("seeds-secrets", "group-empty", &[("compose.yaml", compose), (".env", "DOCKER_GID=\n")]);
    let empty = places(&findings(&report(&folder, &["--show", "info"])));
    assert!(empty.iter().any(|(_, path, line)| path.ends_with("compose.yaml") && *line == 5), "{empty:?}");
}

#[test]
fn variables_that_a_program_needs() {
    let compose = "services:\n  web:\n    image: example/web:5\n    environment:\n      SECRET_KEY: ${SECRET_KEY}\n      KAFKA_ADDRESS: ${KAFKA_ADDRESS}\n";
    let folder =
        project("seeds-secrets", "required", &[("compose.yaml", compose), (".env", "KAFKA_ADDRESS=kafka:9092\n")]);
    are_found(&folder, &[], &[("unset-secret", "compose.yaml", 5)]);
}

#[test]
fn a_cookie_key_an_address_in_memory_and_half_a_pair() {
    let compose = "services:\n  chat:\n    image: slurk/server:latest\n    environment:\n      SLURK_OPENVIDU_URL: https://openvidu.example.org\n";
    let folder = project("seeds-secrets", "chat", &[("compose.yaml", compose)]);
    let expect = [
        ("missing-session-secret", "compose.yaml", 4),
        ("in-memory-database", "compose.yaml", 2),
        ("required-together", "compose.yaml", 5),
    ];
    are_found(&folder, &[], &expect);
}

#[test]
fn a_password_in_two_places() {
    let compose = "services:\n  db:\n    image: postgres:17\n    environment:\n      - POSTGRES_PASSWORD=MADE_UP_PSQL_WORDS\n  chat:\n    image: example/chat:1\n    environment:\n      - DATABASE_URI=postgresql://postgres:MADE_UP_PSQL_WORDS@db:5432/postgres\n      - CHAT_SECRET_KEY=8f3b1c77aa90de41b2c6\n";
    let folder = project("seeds-secrets", "password", &[("compose.yaml", compose)]);
    are_found(&folder, &[], &[("hardcoded-secret", "compose.yaml", 10)]);
    let all = findings(&report(&folder, &["--show", "info"]));
    let password = all.iter().find(|one| one["span"]["start"]["line"] == 5).unwrap();
    assert_eq!(password["labels"].as_array().unwrap().first().unwrap()["span"]["start"]["line"], 9);
}
