//! What is said where docker compose says it badly, and that one mistake hides no other.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::common;
use std::path::Path;

use plimsoll::testing::finding::Finding;
use plimsoll::testing::source::SourceDb;
use plimsoll::testing::workspace::{self, Request};

/// The findings of one Compose file, in its order, without infos.
fn findings(text: &str) -> (SourceDb, Vec<Finding>) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compose").join(format!("{:x}", hash(text)));
    std::fs::create_dir_all(directory.join(".git")).unwrap();
    std::fs::write(directory.join("compose.yaml"), text).unwrap();
    let sources = SourceDb::new();
    let report = workspace::check(&sources, &Request { directory, ..Request::default() });
    assert_eq!(report.failures, Vec::<String>::new());
    let found = report.findings.into_iter().filter(|finding| finding.severity.name() != "info").collect();
    (sources, found)
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(14_695_981_039_346_656_037, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211))
}

/// `line:column rule`, for each finding.
fn places(text: &str) -> Vec<String> {
    let (sources, found) = findings(text);
    let place = |finding: &Finding| {
        let at = sources.file(finding.place.span.file).position(finding.place.span.start);
        format!("{}:{} {}", at.line, at.column, finding.rule)
    };
    found.iter().map(place).collect()
}

/// One mistake in a service: exactly one finding, with these words.
fn says(lines: &str, message: &str, help: &str) {
    let body: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    says_of(&format!("services:\n  web:\n    image: example/web:1\n{body}"), message, help);
}

fn says_of(text: &str, message: &str, help: &str) {
    let (_, found) = findings(text);
    let said: Vec<(&str, &str)> = found
        .iter()
        .map(|one| (one.message.for_people(), one.help.as_ref().map_or("", |help| help.for_people())))
        .collect();
    assert_eq!(said, [(message, help)], "{text}");
}

#[test]
fn misleading_words_of_docker_compose_become_what_is_wrong() {
    // "can't set distinct values on 'cpus' and 'deploy.resources.limits.cpus'", though the second is not there.
    says(
        "cpus: 1\ndeploy: {resources: {limits: {memory: 1G}}}",
        "`cpus` conflicts with `deploy.resources.limits`, which does not set `cpus`",
        "move `cpus` to `deploy.resources.limits`",
    );
    // "refers to undefined volume config/app.yml"
    says(
        "volumes: [\"config/app.yml:/etc/app.yml\"]",
        "undefined volume `config/app.yml`",
        "use `./config/app.yml` if it is a path: without `./`, it is read as a volume name",
    );
    says(
        "volumes: [\"Caddyfile:/etc/caddy/Caddyfile\"]",
        "undefined volume `Caddyfile`",
        "add `Caddyfile:` under the top-level `volumes:`, or use `./Caddyfile` if it is a path",
    );
    // "services.deploy.replicas: can't set container_name and app as container name must be unique"
    says(
        "container_name: app\ndeploy: {replicas: 2}",
        "2 replicas cannot share the container name `app`",
        "remove `container_name`; Compose then numbers the containers",
    );
    // "invalid proto: "
    says(
        "ports: [\"8080:80/http\"]",
        "`http` is not a valid protocol",
        "use `[address:][host port:]container port[/protocol]`",
    );
    // "services.web.environment.[0]: unexpected type map[string]interface {}"
    says(
        "environment:\n  - URL: \"http://example.com\"",
        "an entry of `environment` must be a string, but YAML reads `URL: …` as a mapping",
        "use `KEY=value` in the list, or write all entries without the dashes",
    );
    // "services.web.gpus must be a string"
    says("gpus: 1", "`gpus` must be a string or a list, but is an integer", "");
    // "invalid spec: :/data: empty section between colons"
    says(
        "volumes: [\":/data\"]",
        "`:/data` has no source before the first colon",
        "use `source:/path/in/the/container`, with `:ro` at the end for a read-only mount",
    );
    // "services.web.ulimits.nofile must be a integer or string"
    says(
        "ulimits:\n  nofile: {soft: 1024}",
        "missing required key `hard` in limit `nofile`",
        "set both `soft` and `hard`, or a single number for both",
    );
    // "services.web.cpu_percent must be a string"
    says("cpu_percent: 200", "`cpu_percent` must be at most 100, but is 200", "");
    // "time: missing unit in duration \"30\"", without a place
    says("stop_grace_period: \"30\"", "`30` is missing a unit, such as `s` or `ms`", "add a unit: `30s`");
    // "service ports services.web.ports.[0] is missing a target port", though it is there under another name
    says("ports:\n  - {containerPort: 80}", "unknown key `containerPort` in a port", "did you mean `target`?");
}

#[test]
fn misleading_words_about_two_services_become_what_is_wrong() {
    let two = |one: &str, other: &str| {
        format!("services:\n  web:\n    image: example/web:1\n    {one}\n  db:\n    image: example/db:1\n    {other}\n")
    };
    // "container name \"app\" is already in use by service {}"
    says_of(
        &two("container_name: app", "container_name: app"),
        "container name `app` is already used by another service",
        "remove both so that Compose generates the names, or choose a different one",
    );
    // "service \"web\" depends on undefined service \"db\"", though it is defined
    says_of(
        &two("depends_on: [db]", "profiles: [data]"),
        "service `db` is not in any active profile",
        "activate its profile (`data`), add this service to the same profile, or set `required: false`",
    );
}

#[test]
fn a_wrong_value_hides_neither_its_neighbours_nor_other_services() {
    let text = "\
services:
  web:
    image: [a]
    ports: [\"80:http\", \"443:443\", true]
    environment: 3
    extra_hosts: [one, \"two:1.2.3.4\", three]
    volumes: [\":/a\", \"none:/b\", 5]
  db: text
  api:
    image: Example/Api
    depends_on: [nobody]
    mem_limit: 5megs
networks:
  - a
volumes:
  data: {driver: 3}
";
    let expected = [
        "3:12 wrong-type",
        "4:17 invalid-value",
        "4:35 wrong-type",
        "5:18 wrong-type",
        "6:19 invalid-value",
        "6:39 invalid-value",
        "7:15 invalid-value",
        "7:23 undefined-reference",
        "7:33 wrong-type",
        "8:7 wrong-type",
        "10:12 invalid-value",
        "11:18 undefined-reference",
        "12:16 invalid-value",
        "14:3 wrong-type",
        "16:18 wrong-type",
    ];
    assert_eq!(places(text), expected);
}

#[test]
fn what_stands_before_a_break_is_judged_and_what_may_follow_is_not_missed() {
    let text = "\
services:
  web:
    image: example/web:1
    restart: never
    volumes: [\"data:/data\"]
    depends_on: [db]
  api:
    build: .
    ports: {80: 80}
  worker:
    command: run
    environment:
      A: 'open
";
    let found = places(text);
    assert_eq!(found.first().map(String::as_str), Some("4:14 invalid-value"), "{found:?}");
    assert!(found.iter().any(|one| one.starts_with("9:") && one.ends_with("wrong-type")), "{found:?}");
    assert_eq!(found.iter().filter(|one| one.ends_with("yaml-syntax")).count(), 1, "{found:?}");
    let missed = |one: &&String| one.ends_with("undefined-reference") || one.ends_with("missing-key");
    assert_eq!(found.iter().filter(missed).count(), 0, "{found:?}");
}

#[test]
fn a_section_that_is_given_twice_is_judged_as_one() {
    let text = "\
services:
  web:
    image: example/web:1
    depends_on: [db]
services:
  db:
    image: Example/Db
";
    assert_eq!(places(text), ["5:1 duplicate-key", "7:12 invalid-value"]);
}

#[test]
fn one_cause_is_one_finding() {
    for (text, expected) in [
        ("services:\n  web:\n    image: *nobody\n", "3:12 yaml-syntax"),
        ("services:\n  web:\n", "2:3 wrong-type"),
        ("services:\n  web: nginx\n", "2:8 wrong-type"),
        ("services:\n  web:\n    image: 5\n", "3:12 wrong-type"),
        ("services:\n  web: [\n", "2:8 yaml-syntax"),
        ("services:\n  web:\n    image: a\n    networks: [x]\nnetworks: [x]\n", "5:11 wrong-type"),
        ("services:\n  web:\n    image: a\n    volumes: [{type: bind, source: ./a, dst: /a}]\n", "4:41 unknown-key"),
        ("services:\n  web:\n    image: a\n    volumes: [\"./a\": /a]\n", "4:15 wrong-type"),
    ] {
        assert_eq!(places(text), [expected], "{text}");
    }
}

#[test]
fn variables_that_make_a_bad_value_are_shown_where_they_are_set() {
    let (sources, found) = findings("services:\n  web:\n    image: \"example/web:${TAG:-V 1}\"\n");
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(only.message.for_people(), "invalid image reference `example/web:V 1`: it contains a space");
    let file = sources.file(only.place.span.file);
    assert_eq!(file.slice(only.place.span.start, only.place.span.end), "\"example/web:${TAG:-V 1}\"");
}

#[test]
fn a_required_variable_that_no_checkout_can_have_is_no_error() {
    let compose = ("compose.yaml", "services:\n  web:\n    image: example/web:${TAG:?}\n");
    let check = |name: &str, more: &[(&str, &str)], expect: &[(&str, &str)]| {
        let files: Vec<(&str, &str)> = [compose].iter().chain(more).copied().collect();
        let found = common::findings(&common::report(&common::project("compose", name, &files), &[]));
        let of_variable: Vec<(&str, &str)> = found
            .iter()
            .filter(|finding| finding["rule"] == "required-variable")
            .map(|finding| (finding["severity"].as_str().unwrap(), finding["help"].as_str().unwrap()))
            .collect();
        assert_eq!(of_variable, expect, "{name}");
    };
    let plain = "set `TAG` in `.env`, or pass an env file that sets it";
    check("required-beside-env", &[(".env", "OTHER=1\n"), (".env.example", "TAG=1\n")], &[("error", plain)]);
    let add = "set it in `.env`, and add a file `.env.example` that lists it";
    check("required", &[], &[("info", add)]);
    check("required-with-example", &[(".env.example", "TAG=\n"), (".gitignore", ".env\n")], &[]);
    check("required-and-ignored", &[(".gitignore", ".env\n")], &[]);
    let omitted = "add it to `.env.example`, which is what people copy to `.env`";
    check("required-and-omitted", &[(".env.example", "OTHER=1\n")], &[("warning", omitted)]);
}

#[test]
fn a_missing_env_file_is_named_as_it_is_written() {
    let create = "create it, or set `required: false` if the service does not need it";
    says("env_file: ./data/secrets.env", "env file `./data/secrets.env` not found", create);
    says("env_file: [{path: data/a.env}]", "env file `data/a.env` not found", create);
    says("env_file: ${STAGE:-live}/a.env", "env file `live/a.env` not found", create);
    // What is outside of the repository is not looked at.
    let outside = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compose");
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("outside.env.example"), "A=1\n").unwrap();
    assert_eq!(
        places("services:\n  web:\n    image: example/web:1\n    env_file: ../outside.env\n"),
        Vec::<String>::new()
    );
}

#[test]
fn a_required_variable_that_a_text_tells_of_names_the_text() {
    let compose = ("compose.yaml", "services:\n  web:\n    image: example/web:${TAG:?}\n");
    let text = ("README.md", "Put this into `.env`:\n\n```env\nTAG=1.4\n```\n");
    let found = found_in("required-and-told", &[compose, text]);
    let help = "set it in `.env`, as documented in `README.md`".to_owned();
    assert_eq!(found, [("required-variable".to_owned(), "info".to_owned(), 3, help)]);
}

/// Rule, severity, line and help of what is found in a project of some files.
fn found_in(name: &str, files: &[(&str, &str)]) -> Vec<(String, String, u64, String)> {
    let found = common::findings(&common::report(&common::project("compose", name, files), &[]));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    found
        .iter()
        .map(|one| {
            let line = one.pointer("/span/start/line").and_then(serde_json::Value::as_u64).unwrap();
            (text(&one["rule"]), text(&one["severity"]), line, text(&one["help"]))
        })
        .collect()
}

#[test]
fn an_env_file_that_no_checkout_can_have_is_an_info() {
    let compose = |file: &str| format!("services:\n  web:\n    image: example/web:1\n    env_file: {file}\n");
    let missing = |name: &str, file: &str, beside: &[(&str, &str)]| -> Vec<(String, String)> {
        let compose = compose(file);
        let files: Vec<(&str, &str)> = [("compose.yaml", compose.as_str())].iter().chain(beside).copied().collect();
        let found = found_in(name, &files).into_iter().filter(|(rule, ..)| rule == "missing-env-file");
        found.map(|(_, severity, _, help)| (severity, help)).collect()
    };
    let check = |name: &str, file: &str, beside: &[(&str, &str)], severity: &str, help: &str| {
        assert_eq!(missing(name, file, beside), [(severity.to_owned(), help.to_owned())], "{name}");
    };
    let silent = |name: &str, file: &str, beside: &[(&str, &str)]| {
        assert_eq!(missing(name, file, beside), [], "{name}");
    };
    let create = "create it, or set `required: false` if the service does not need it";
    check("env-missing", "web.env", &[], "error", create);
    check("env-of-another", "web.env", &[("api.env.example", "")], "error", create);
    let ignored = "add an example of it: git ignores it, so it is missing in every fresh checkout";
    check("env-ignored", "web.env", &[(".gitignore", "web.env\n")], "info", ignored);
    for (at, (file, example)) in [
        (".env", ".env.example"),
        (".env", "env.template"),
        (".env", "sample.env"),
        (".env", ".env.prod.example"),
        ("web.env", "web.env.dist"),
        ("web.env", "web.example.env"),
        ("web.env", "web-sample.env"),
    ]
    .into_iter()
    .enumerate()
    {
        silent(&format!("env-example-{at}"), file, &[(example, "A=1\n")]);
    }
    let near = "copy `web1.env` from the same directory, or use it here";
    check("env-near", "web.env", &[("web1.env", "A=1\n")], "error", near);
    let ignored_too = [("data/web.env.dist", "A=1\n"), (".gitignore", "web.env\n")];
    silent("env-ignored-with-example", "./data/web.env", &ignored_too);
    silent("env-adrift", "${STAGE_FOLDER}/etc.env", &[]);
    let on_host = "this is a host path: it must exist on every machine that runs the project";
    check("env-of-host", "/srv/plimsoll-test/web.env", &[], "info", on_host);
}

#[test]
fn the_env_file_of_an_include_that_git_ignores_is_an_info() {
    let files = [
        ("compose.yaml", "include:\n  - path: a.yaml\n    env_file: a.env\n"),
        ("a.yaml", "services:\n  web:\n    image: example/web:1\n"),
        (".gitignore", "a.env\n"),
    ];
    let find = |name: &str, files: &[(&str, &str)]| -> Vec<String> {
        let found = found_in(name, files).into_iter();
        found.filter(|(rule, ..)| rule == "missing-env-file").map(|(_, severity, ..)| severity).collect()
    };
    assert_eq!(find("include-env", files.get(..2).unwrap()), ["error"]);
    assert_eq!(find("include-env-ignored", &files), ["info"]);
}

#[test]
fn whoever_shares_with_an_inactive_service_depends_on_it() {
    let optional = "depends_on: {vpn: {condition: service_started, required: false}}";
    let inactive = "  vpn:\n    build: .\n    profiles: [vpn]\n";
    let places = |text: &str| -> Vec<String> {
        places(text).into_iter().filter(|place| !place.ends_with("missing-dockerfile")).collect()
    };
    let text = format!("services:\n  a:\n    image: a:1\n    network_mode: service:vpn\n    {optional}\n{inactive}");
    let help = "activate its profile (`vpn`) or add this service to the same profile";
    assert_eq!(places(&text), ["4:19 inactive-dependency"]);
    assert_eq!(findings(&text).1.first().and_then(|one| Some(one.help.as_ref()?.for_people())), Some(help));
    let build = "  a:\n    build: {context: ., additional_contexts: {base: \"service:vpn\"}}\n";
    assert_eq!(places(&format!("services:\n{build}{inactive}")), ["3:53 inactive-dependency"]);
    let listed = "  a:\n    image: a:1\n    depends_on: [vpn]\n";
    let help = "activate its profile (`vpn`), add this service to the same profile, or set `required: false`";
    let found = findings(&format!("services:\n{listed}{inactive}")).1;
    assert_eq!(found.first().and_then(|one| Some(one.help.as_ref()?.for_people())), Some(help));
}

#[test]
fn the_second_mount_in_the_file_is_reported() {
    let text = "services:\n  web:\n    image: a:1\n    volumes: [\"data:/x\"]\n    tmpfs: /x\nvolumes:\n  data:\n";
    assert_eq!(places(text), ["5:12 duplicate-mount-target"]);
}

#[test]
fn what_extends_nothing_whole_lacks_no_image() {
    let circle = "  a:\n    extends: b\n  b:\n    extends: c\n  c:\n    extends: a\n  d:\n    extends: b\n";
    assert_eq!(places(&format!("services:\n{circle}")), ["3:14 unresolved-extends"]);
    assert_eq!(places("services:\n  a:\n    extends: b\n  b:\n    extends: nobody\n"), ["5:14 unresolved-extends"]);
}

#[test]
fn a_name_that_compose_rejects_is_one_finding() {
    for (name, column) in [("w", 21), ("\"-\"", 21), ("a b", 21), ("-web", 21)] {
        let text = format!("services:\n  web:\n    image: a:1\n    container_name: {name}\n");
        assert_eq!(places(&text), [format!("4:{column} invalid-value")], "{name}");
    }
}

#[test]
fn of_two_keys_the_second_in_the_file_is_reported() {
    for (text, expected) in [
        ("configs:\n  c:\n    content: a\n    file: ./compose.yaml\n", "4:5"),
        ("configs:\n  c:\n    file: ./compose.yaml\n    content: a\n", "4:5"),
        ("networks:\n  n:\n    name: a\n    external:\n      name: b\n", "5:13"),
        ("networks:\n  n:\n    external:\n      name: b\n    name: a\n", "5:11"),
    ] {
        let found = places(&format!("{text}services:\n  web:\n    image: a:1\n"));
        assert!(found.contains(&format!("{expected} conflicting-keys")), "{text}{found:?}");
    }
    let gpus = |keys: &str| format!("services:\n  web:\n    image: a:1\n    gpus: [{{capabilities: [gpu], {keys}}}]\n");
    assert_eq!(places(&gpus("device_ids: [a], count: 1")), ["4:51 conflicting-keys"]);
    assert_eq!(places(&gpus("count: 1, device_ids: [a]")), ["4:44 conflicting-keys"]);
}

#[test]
fn a_variable_that_an_env_file_demands_is_reported_with_its_message() {
    let compose = ("compose.yaml", "services:\n  web:\n    image: a:1\n    env_file: web.env\n");
    let report =
        common::report(&common::project("compose", "demands", &[compose, ("web.env", "A=${B:?see docs}\n")]), &[]);
    let found = common::findings(&report);
    let messages: Vec<&str> = found.iter().filter_map(|one| one["message"].as_str()).collect();
    assert_eq!(messages, ["required variable `B` is missing a value: see docs"]);
}

#[test]
fn what_is_not_on_this_machine_is_an_info() {
    let compose = "include: [\"https://example.com/shop.git\"]\nservices:\n  web:\n    image: a:1\n  api:\n    image: a:1\n    \
                   extends: {file: \"oci://example.com/shop\", service: api}\n";
    let found = found_in("remote", &[("compose.yaml", compose)]);
    let found: Vec<(&str, &str, u64)> =
        found.iter().map(|(rule, severity, line, _)| (rule.as_str(), severity.as_str(), *line)).collect();
    assert_eq!(found, [("unresolved-include", "info", 1), ("unresolved-extends", "info", 7)]);
}

#[test]
fn severities_that_the_documents_name() {
    let service = |lines: &str| format!("services:\n  web:\n    image: a:1\n{lines}");
    for (at, (text, rule, severity)) in [
        (service("    gpus: [{capabilities: [gpu], foo: 1}]\n"), "unknown-key", "warning"),
        (service("    privileged: \"yes\"\n"), "invalid-value", "info"),
        (service("    network_mode: back\nnetworks:\n  back:\n"), "invalid-value", "warning"),
        (service("    secrets: [t]\nsecrets:\n  t: {external: true}\n"), "invalid-value", "warning"),
        (service("    secrets: [t]\nsecrets:\n  t: {driver: x}\n"), "invalid-value", "error"),
        (
            service("    networks: [n]\nnetworks:\n  n: {external: true, driver: bridge}\n"),
            "conflicting-keys",
            "warning",
        ),
        (service("    volumes: [{type: volume, target: /a, tmpfs: {size: 64m}}]\n"), "conflicting-keys", "warning"),
        (
            service("    secrets: [{source: t, mode: 0400}]\nsecrets:\n  t: {file: ./compose.yaml}\n"),
            "conflicting-keys",
            "info",
        ),
        (service("    env_file: [{path: ., required: false}]\n"), "missing-env-file", "error"),
    ]
    .into_iter()
    .enumerate()
    {
        let found = found_in(&format!("severity-{at}"), &[("compose.yaml", text.as_str())]);
        let found: Vec<&str> =
            found.iter().filter(|(one, ..)| one == rule).map(|(_, severity, ..)| severity.as_str()).collect();
        assert_eq!(found, [severity], "{text}");
    }
}
