//! `plimsoll check` judges every way in which a repository starts its projects, and says in which a finding holds.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::Value;

use crate::common::{code, findings, project, report, run, stderr, stdout};

const BASE: &str = "services:\n  db:\n    image: postgres:17\n    volumes: [\"data:/var/lib/postgresql/data\"]\n    environment: { POSTGRES_HOST_AUTH_METHOD: trust }\nvolumes: { data: }\n";
const OPEN: &str = "services:\n  db:\n    ports:\n      - \"5432:5432\"\n";
const CLOSED: &str = "services:\n  db:\n    ports:\n      - \"127.0.0.1:5432:5432\"\n";

/// Rule, file, line and the commands that it holds with.
fn found(folder: &std::path::Path, arguments: &[&str]) -> Vec<(String, String, u64, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let brief = |one: &Value| {
        let commands = one["invocations"].as_array().unwrap().iter().map(|held| text(&held["command"])).collect();
        let line = one.pointer("/span/start/line").and_then(Value::as_u64).unwrap();
        (text(&one["rule"]), text(&one["file"]), line, commands)
    };
    findings(&report(folder, arguments)).iter().map(brief).collect()
}

#[test]
fn a_finding_of_one_of_several_invocations_names_it() {
    let overlay = "services:\n  db:\n    image: postgres:17\n    environment: !reset {}\n";
    let makefile =
        "up:\n\tdocker compose -f compose.yaml up -d\nbare:\n\tdocker compose -f compose.yaml -f bare.yaml up -d\n";
    let files = [("compose.yaml", BASE), ("bare.yaml", overlay), ("open.yaml", OPEN), ("Makefile", makefile)];
    let folder = project("invocations", "one-of-several", &files);
    let makefile = makefile.to_owned() + "open:\n\tdocker compose -f compose.yaml -f open.yaml up -d\n";
    std::fs::write(folder.join("Makefile"), makefile).unwrap();
    let all = found(&folder, &[]);
    let open: Vec<_> = all.iter().filter(|(rule, ..)| rule == "exposed-datastore").collect();
    // Only one invocation reads the file that opens the port.
    assert_eq!(open.len(), 1, "{all:?}");
    assert_eq!((open[0].1.as_str(), open[0].2, open[0].3.as_slice()), ("open.yaml", 4, &[][..]));
    let summary = report(&folder, &[])["summary"].clone();
    assert_eq!((summary["projects"].as_u64(), summary["invocations"].as_u64()), (Some(1), Some(3)));
}

#[test]
fn what_an_overlay_repairs_holds_with_the_other_commands_only() {
    let base =
        BASE.replace("    volumes: [\"data:/var/lib/postgresql/data\"]\n", "").replace("volumes: { data: }\n", "");
    let keeps = "services:\n  db:\n    volumes: [\"data:/var/lib/postgresql/data\"]\nvolumes: { data: }\n";
    let script = "docker compose -f compose.yaml up -d\ndocker compose -f compose.yaml -f keeps.yaml up -d\n";
    let files = [("compose.yaml", base.as_str()), ("keeps.yaml", keeps), ("up.sh", script)];
    let folder = project("invocations", "repaired", &files);
    let lost: Vec<_> =
        found(&folder, &[]).into_iter().filter(|(rule, ..)| rule == "datastore-without-volume").collect();
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert_eq!(lost[0].3, ["-f compose.yaml"]);
    let text = stdout(&run(&folder, &["check"]));
    assert!(text.contains("only: with `-f compose.yaml` (up.sh:1)"), "{text}");
    let concise = stdout(&run(&folder, &["check", "--format", "concise"]));
    assert!(concise.contains("(only with `-f compose.yaml` (up.sh:1))"), "{concise}");
}

#[test]
fn a_finding_of_several_invocations_is_one_finding_of_the_worst_severity() {
    let script = "docker compose -f compose.yaml -f open.yaml up -d\n";
    let tests =
        "[tox]\nenvlist = py\n[testenv]\ncommands = docker compose -f compose.yaml -f open.yaml -f more.yaml up -d\n";
    let files = [("compose.yaml", BASE), ("open.yaml", OPEN), ("more.yaml", CLOSED), ("tox.ini", tests)];
    let folder = project("invocations", "worst", &files);
    let severities = |folder: &std::path::Path| -> Vec<String> {
        let all = findings(&report(folder, &[]));
        let open = all.iter().filter(|one| one["rule"] == "exposed-datastore" && one["file"] == "open.yaml");
        open.map(|one| one["severity"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(severities(&folder), ["info"]);
    std::fs::write(folder.join("up.sh"), script).unwrap();
    assert_eq!(severities(&folder), ["error"]);
}

#[test]
fn options_for_one_project_are_refused_for_several() {
    let files = [("a/compose.yaml", BASE), ("b/compose.yaml", BASE), ("prod.env", "A=1\n")];
    let folder = project("invocations", "options", &files);
    let refused = run(&folder, &["check", "--profile", "web"]);
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).contains("but there are 2: a, b"), "{}", stderr(&refused));
    let one = run(&folder, &["check", "a", "--profile", "web", "--env-file", "prod.env"]);
    assert_eq!((code(&one), stderr(&one)), (0, String::new()));
}

#[test]
fn a_makefile_leads_to_the_projects_that_it_starts() {
    let makefile = "up:\n\tdocker compose -f stack/open.yaml up -d\n";
    let open = BASE.replace("    volumes:", "    ports: [\"5432:5432\"]\n    volumes:");
    let files = [("stack/open.yaml", open.as_str()), ("other/compose.yaml", open.as_str()), ("Makefile", makefile)];
    let folder = project("invocations", "makefile", &files);
    let files: Vec<String> = found(&folder, &["Makefile"]).into_iter().map(|(_, file, ..)| file).collect();
    assert!(!files.is_empty() && files.iter().all(|file| file == "stack/open.yaml"), "{files:?}");
}

#[test]
fn a_fresh_checkout_of_a_project_with_a_complete_example_is_clean() {
    let compose = "services:\n  web:\n    image: example/web:${TAG}\n    restart: always\n    env_file: web.env\n    ports: [\"127.0.0.1:${PORT}:80\"]\n    environment:\n      SECRET_KEY: ${SECRET_KEY}\n      STAGE: ${STAGE:?set it in .env}\n";
    let example = "TAG=1.4\nPORT=8080\nSECRET_KEY=\nSTAGE=live\n";
    let files = [
        ("compose.yaml", compose),
        (".env.example", example),
        ("web.env.example", "LOG_LEVEL=info\n"),
        (".gitignore", ".env\nweb.env\n"),
    ];
    let folder = project("invocations", "fresh", &files);
    let done = run(&folder, &["check"]);
    assert_eq!((code(&done), stderr(&done)), (0, String::new()), "{}", stdout(&done));
    assert_eq!(found(&folder, &[]), []);
    std::fs::write(folder.join(".env.example"), example.replace("PORT=8080\n", "")).unwrap();
    let rules: Vec<String> = found(&folder, &[]).into_iter().map(|(rule, ..)| rule).collect();
    assert_eq!(rules, ["unset-variable"]);
    assert_eq!(code(&run(&folder, &["check"])), 1);
}

#[test]
fn a_directory_that_git_ignores_is_judged_where_it_is_named() {
    let open = BASE.replace("    volumes:", "    ports: [\"5432:5432\"]\n    volumes:");
    let files = [("out/shop/compose.yaml", open.as_str()), (".gitignore", "out/\n"), ("compose.yaml", BASE)];
    let folder = project("invocations", "ignored", &files);
    let named: Vec<String> = found(&folder, &["out/shop"]).into_iter().map(|(rule, ..)| rule).collect();
    assert!(named.contains(&"exposed-datastore".to_owned()), "{named:?}");
    assert_eq!(found(&folder, &[]), []);
}

#[test]
fn what_a_profile_starts_is_judged_with_the_rest_and_not_with_another_profile() {
    let service = |name: &str, profile: &str| {
        format!(
            "  {name}:\n    image: example/{name}:1.4\n    restart: always\n    ports: [\"127.0.0.1:9000:80\"]\n{profile}"
        )
    };
    let apart =
        ["services:\n", &service("one", "    profiles: [a]\n"), &service("two", "    profiles: [b]\n")].concat();
    let folder = project("invocations", "profiles-apart", &[("compose.yaml", apart.as_str())]);
    let conflicts = |folder: &std::path::Path| -> Vec<Vec<String>> {
        let all = found(folder, &[]).into_iter();
        all.filter(|(rule, ..)| rule == "host-port-conflict").map(|(.., commands)| commands).collect()
    };
    assert!(conflicts(&folder).is_empty());
    let near = ["services:\n", &service("one", ""), &service("two", "    profiles: [b]\n")].concat();
    let folder = project("invocations", "profiles-near", &[("compose.yaml", near.as_str())]);
    assert_eq!(conflicts(&folder), [["--profile b"]]);
    // Somebody says how the profiles are started.
    let script = "docker compose --profile a --profile b up -d\n";
    let folder = project("invocations", "profiles-written", &[("compose.yaml", apart.as_str()), ("up.sh", script)]);
    assert_eq!(conflicts(&folder).len(), 1);
}

#[test]
fn a_profile_that_needs_another_one_is_no_mistake() {
    let compose = "services:\n  web:\n    image: example/web:1.4\n    restart: always\n  job:\n    image: example/job:1.4\n    profiles: [job]\n    depends_on: [queue]\n  queue:\n    image: example/queue:1.4\n    profiles: [queue]\n";
    let folder = project("invocations", "profiles-together", &[("compose.yaml", compose)]);
    assert_eq!(found(&folder, &[]), []);
}

#[test]
fn services_that_nobody_extends_are_judged() {
    let compose = "services:\n  web:\n    extends: { file: base/common.yaml, service: web }\n    restart: always\n";
    let common = "services:\n  web:\n    image: example/web:1.4\n    ports: [\"5432:5432\"]\n  cache:\n    image: redis:8\n    restart: always\n    ports:\n      - \"6379:6379\"\n";
    let folder = project("invocations", "unextended", &[("compose.yaml", compose), ("base/common.yaml", common)]);
    let all: Vec<_> = found(&folder, &[]).into_iter().map(|(rule, file, line, _)| (rule, file, line)).collect();
    assert_eq!(all, [("exposed-datastore".to_owned(), "base/common.yaml".to_owned(), 9)]);
}

#[test]
fn an_overlay_that_is_added_where_its_variable_is_set_has_the_variable() {
    let base = "services:\n  app:\n    image: example/app:2.0\n    restart: always\n";
    let overlay = "services:\n  app:\n    cpus: ${APP_CPUS}\n";
    let files = |script: &'static str| [("compose.yaml", base), ("cpu.yaml", overlay), ("start.sh", script)];
    for (name, script) in [
        (
            "words",
            "#!/bin/sh\nset -- docker compose -f compose.yaml\n[ -n \"$APP_CPUS\" ] && set -- \"$@\" -f cpu.yaml\nexec \"$@\" up -d\n",
        ),
        (
            "variable",
            "#!/bin/sh\nfiles=\"-f compose.yaml\"\nif [ -n \"$APP_CPUS\" ]; then files=\"$files -f cpu.yaml\"; fi\ndocker compose $files up -d\n",
        ),
        (
            "or",
            "#!/bin/sh\nfiles=\"-f compose.yaml\"\n[ -z \"$APP_CPUS\" ] || files=\"$files -f cpu.yaml\"\ndocker compose $files up -d\n",
        ),
    ] {
        let folder = project("invocations", &format!("demand-{name}"), &files(script));
        assert_eq!(found(&folder, &[]), [], "{name}");
        assert_eq!(report(&folder, &[])["summary"]["invocations"], 2, "{name}");
    }
    let always = "#!/bin/sh\nset -- docker compose -f compose.yaml -f cpu.yaml\nexec \"$@\" up -d\n";
    let folder = project("invocations", "demand-always", &files(always));
    assert_eq!(found(&folder, &[]).len(), 1);
}

#[test]
fn one_cause_over_several_profiles_is_one_finding() {
    let service = |name: &str| {
        format!(
            "  {name}:\n    image: example/{name}:1.4\n    restart: always\n    profiles: [{name}]\n    env_file: app.env\n"
        )
    };
    let compose =
        ["services:\n  web:\n    image: example/web:1.4\n    restart: always\n", &service("one"), &service("two")]
            .concat();
    let files = [("compose.yaml", compose.as_str()), ("app.env", "LEVEL=info\nSESSION_SECRET=\nNAME=shop\n")];
    let folder = project("invocations", "profiles-cause", &files);
    let all = found(&folder, &[]);
    let secrets: Vec<_> = all.iter().filter(|(rule, ..)| rule == "unset-secret").collect();
    assert_eq!(secrets.len(), 1, "{all:?}");
    assert_eq!(secrets[0].3, Vec::<String>::new(), "it holds with each profile that reads the file");
}

#[test]
fn what_jenkins_puts_together_is_not_known() {
    let compose = "services:\n  web:\n    image: example/web:1.4\n    container_name: web-${STAGE}\n    ports: [\"127.0.0.1:${PORT}:80\"]\n    environment: { DB_PASSWORD: \"${DB_PASSWORD}\", TOKEN: \"${TOKEN}\", EXTRA: \"${EXTRA}\" }\n";
    let pipeline = "pipeline {\n  environment {\n    STAGE = \"${params.STAGE}\"\n    PORT = \"${params.STAGE == 'prod' ? '2000' : '2001'}\"\n    TOKEN = credentials('token')\n  }\n  stages { stage('Deploy') { steps {\n    withCredentials([usernamePassword(credentialsId: 'db', usernameVariable: 'DB_USER', passwordVariable: 'DB_PASSWORD')]) {\n      sh 'docker compose up -d'\n    }\n  } } }\n}\n";
    let folder = project("invocations", "jenkins", &[("compose.yaml", compose), ("Jenkinsfile", pipeline)]);
    let all: Vec<_> =
        findings(&report(&folder, &["--show", "info"])).iter().map(|one| one["message"].to_string()).collect();
    assert!(all.len() == 1 && all[0].contains("EXTRA"), "{all:?}");
}
