//! Tests of messages, places and fixes of the validator's violations.

use std::path::Path;

use super::{ProblemView, findings, newer};
use crate::compose::spec::schema::tests::value_of;
use crate::compose::spec::schema::{SchemaKey, lookup, validate};
use crate::compose::{ProjectEntry, load};
use crate::finding::{Finding, Severity};
use crate::source::{FileId, SourceDb};
use crate::yaml::{Trees, parse};

fn run(db: &SourceDb, text: &str) -> (FileId, Vec<Finding>) {
    let file = db.overlay(Path::new("/compose.yml"), text.to_owned());
    let (tree, broken) = parse(file, text);
    assert!(broken.is_empty(), "{broken:?}");
    let reported = validate(&value_of(&tree));
    let nothing = ProjectEntry {
        files: Vec::new(),
        env_files: Vec::new(),
        directory: "/".into(),
        name: Some("p".to_owned()),
        profiles: Vec::new(),
        variables: Vec::new(),
        outside: crate::compose::Outside::default(),
    };
    let trees = Trees::default();
    let (project, _) = load(db, &trees, &nothing);
    let view = ProblemView::new(&project, db, &trees);
    let mut found = findings(&reported, &view);
    found.extend(newer(&reported, &view));
    found.sort_by_key(|finding| finding.place.span.start);
    (file, found)
}

/// Each expected line: `line:column rule message`.
fn check(text: &str, expect: &[&str]) {
    let db = SourceDb::new();
    let (file, found) = run(&db, text);
    let source = db.file(file);
    let found: Vec<String> = found
        .iter()
        .map(|finding| {
            let at = source.position(finding.place.span.start);
            format!("{}:{} {} {}", at.line, at.column, finding.rule, finding.message.for_people())
        })
        .collect();
    assert_eq!(found, expect, "{text}");
}

/// The text after all fixes, which must all be there and leave nothing to report.
fn check_fixed(text: &str, expect: &str) {
    let db = SourceDb::new();
    let (_, found) = run(&db, text);
    assert!(!found.is_empty(), "{text}");
    let mut edits: Vec<_> =
        found.iter().flat_map(|finding| finding.fixes.first().expect("a fix").edits.clone()).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    let mut fixed = text.to_owned();
    for edit in edits {
        fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    assert_eq!(fixed, expect);
    check(&fixed, &[]);
}

fn check_unfixed(text: &str) {
    let (_, found) = run(&SourceDb::new(), text);
    assert!(!found.is_empty(), "{text}");
    assert!(found.iter().all(|finding| finding.fixes.is_empty()), "{found:?}");
}

fn help_of(text: &str) -> String {
    let (_, found) = run(&SourceDb::new(), text);
    found[0].help.as_ref().map_or(String::new(), |help| help.for_people().to_owned())
}

/// A service `web` with these lines.
fn service(lines: &str) -> String {
    lines.lines().fold("services:\n  web:\n".to_owned(), |text, line| text + "    " + line + "\n")
}

#[test]
fn fitting_files_give_nothing() {
    check("services:\n  web:\n    image: nginx\n    ports: ['80:80', 81, {target: 82}]\nx-a: 2024-01-01\n", &[]);
    check(&service("image: a\ncommand:\ndeploy:\npid:\nx-note: [1]\nrestart: no\ncpu_count: 1.0\ninit: 'true'"), &[]);
    check(&service("build: .\nlabels: {a: 1, b: true, c: null, d: 1.5}\nulimits: {NO FILE: [], nofile: 5}"), &[]);
    check(&service("image: a\nstorage_opt: {size: [1]}\nmodels: {m: null}\npull_policy: xalwaysx"), &[]);
    check("networks:\n  my net: {drivr: 3}\n  a:\nvolumes: {v: }\nname: é\n", &[]);
}

#[test]
fn unknown_keys_stand_at_the_key() {
    check(&service("imgae: a"), &["3:5 unknown-key unknown key `imgae` in service `web`"]);
    check(
        &service("image: a\nports:\n  - target: 80\n    publishd: 81"),
        &["6:9 unknown-key unknown key `publishd` in a port"],
    );
    check(
        "services:\r\n  web:\r\n    image: a\r\n    labels: {é: é}\r\n    healthcheck: {tst: x}\r\n",
        &["5:19 unknown-key unknown key `tst` in `healthcheck`"],
    );
    check(
        "services:\n  web: {container_name: éé, imgae: é}\n",
        &[
            "2:25 invalid-value invalid container name `éé`: it needs at least two letters or digits",
            "2:29 unknown-key unknown key `imgae` in service `web`",
        ],
    );
    check("networks:\n  a: {x-a: 1, drivr: b}\n", &["2:15 unknown-key unknown key `drivr` in network `a`"]);
    check(
        &service("image: a\nenv_file: [{path: a, x-b: 1}]"),
        &["4:26 unknown-key unknown key `x-b` in an `env_file`"],
    );
    check(&service("image: a\nfrobnicate: 1"), &["4:5 unknown-key unknown key `frobnicate` in service `web`"]);
    assert_eq!(help_of(&service("imgae: a")), "did you mean `image`?");
    assert_eq!(help_of(&service("frobnicate: a")), "");
    assert_eq!(help_of(&service("stop_grace_period: 10")), "add a unit: `10s`");
    assert_eq!(
        help_of(&service("image: {{é}}")),
        "put the whole value in quotes: YAML reads a value that starts with `{` as a mapping"
    );
}

#[test]
fn misplaced_keys_say_where_they_belong() {
    check(&service("replicas: 2"), &["3:5 unknown-key `replicas` belongs under `deploy`, not in service `web`"]);
    check(&service("limits: {}"), &["3:5 unknown-key `limits` belongs under `deploy.resources`, not in service `web`"]);
    check(&service("dockerfile: a"), &["3:5 unknown-key `dockerfile` belongs under `build`, not in service `web`"]);
    check(&service("network: [a]"), &["3:5 unknown-key unknown key `network` in service `web`"]);
    check(
        &service("net: host"),
        &["3:5 unknown-key unknown key `net` in service `web`: it was replaced by `network_mode`"],
    );
    check(&service("env: {}"), &["3:5 unknown-key unknown key `env` in service `web`"]);
    let elsewhere = "3:5 unknown-key unknown key `build_args` in service `web`: use `args` under `build`";
    check(&service("build_args: {}"), &[elsewhere]);
    check(&service("version: '3'"), &["3:5 unknown-key `version` belongs at the top level, not in service `web`"]);
    check(&service("deploy: {restart: no}"), &["3:14 unknown-key `restart` belongs in the service, not in `deploy`"]);
    check("image: a\n", &["1:1 unknown-key `image` belongs in a service under `services`, not at the top level"]);
    check("web: {image: a}\n", &["1:1 unknown-key `web` looks like a service, which belongs under `services`"]);
}

#[test]
fn keys_that_compose_ignores_do_not_reject_the_project() {
    let (_, found) = run(&SourceDb::new(), &service("image: a\ngpus: [{drivr: nvidia}]"));
    assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [Severity::Warning]);
    check("secrets:\n  s: {external: {nam: x}}\n", &["2:18 unknown-key unknown key `nam` in `external`"]);
}

#[test]
fn newer_keys_are_told_apart() {
    let (_, found) = run(&SourceDb::new(), &service("build: {no_cache_filter: [a, 1]}\npre_start: []"));
    assert_eq!(
        found.iter().map(|finding| finding.rule.name()).collect::<Vec<_>>(),
        ["unknown-key", "wrong-type", "unknown-key"]
    );
    let key = lookup("services.a.pre_start");
    assert!(key[0].key.is_some_and(SchemaKey::is_newer));
}

#[test]
fn types_are_those_of_the_schema() {
    check(&service("ports: '80:80'"), &["3:12 wrong-type `ports` must be a list, but is a string"]);
    check(&service("ports:"), &["3:5 wrong-type `ports` must be a list, but is empty"]);
    check(&service("ports: null"), &["3:12 wrong-type `ports` must be a list, but is null"]);
    check(&service("user: 1000"), &["3:11 wrong-type `user` must be a string, but is an integer"]);
    check(&service("image: 2024-01-02"), &["3:12 wrong-type `image` must be a string, but is a date"]);
    check(&service("cpus: 2024-01-02"), &["3:11 wrong-type `cpus` must be a string or a number, but is a date"]);
    check(
        &service("command: [sleep, 60]"),
        &["3:22 wrong-type an entry of `command` must be a string, but is an integer"],
    );
    check(
        &service("environment: {é: [1]}"),
        &["3:22 wrong-type `é` must be a string, a number, a boolean or null, but is a list"],
    );
    check(
        &service("mem_reservation: 1.5"),
        &["3:22 wrong-type `mem_reservation` must be a string or an integer, but is a number"],
    );
    check(&service("image: {{é}}"), &["3:12 wrong-type `image` must be a string, but is a mapping"]);
    check(
        &service("volumes:\n  -"),
        &["4:8 wrong-type an entry of `volumes` must be a string or a mapping, but is empty"],
    );
    check(
        "services:\n  a:\n  b: x\n",
        &[
            "2:3 wrong-type `a` must be a mapping, but is empty",
            "3:6 wrong-type `b` must be a mapping, but is a string",
        ],
    );
    check(
        "services: []\nversion: 3.8\n",
        &[
            "1:11 wrong-type `services` must be a mapping, but is a list",
            "2:10 wrong-type `version` must be a string, but is a number",
        ],
    );
    check("- a\n", &["1:1 wrong-type a Compose file must be a mapping, but is a list"]);
}

#[test]
fn entries_that_became_mappings_are_explained() {
    check(
        &service("environment:\n  - URI=sqlite:///:memory:"),
        &["4:9 wrong-type an entry of `environment` must be a string, but YAML reads `URI=…: …` as a mapping"],
    );
    check(
        &service("volumes:\n  - data: /var/lib"),
        &["4:9 wrong-type an entry of `volumes` must be a string or a mapping, but YAML reads `data: …` as a mapping"],
    );
    check(&service("volumes:\n  - tpye: bind"), &["4:9 unknown-key unknown key `tpye` in a mount"]);
    check(
        &service("depends_on:\n  - db: {condition: service_started}"),
        &["4:9 wrong-type an entry of `depends_on` must be a string, but is a mapping"],
    );
}

#[test]
fn secret_values_are_never_shown() {
    let text = service("environment:\n  - PASSWORD=hunter2: x\n  - A=hunter2\n  - A=hunter2\nlabels: {p: [hunter2]}");
    let (_, found) = run(&SourceDb::new(), &text);
    assert_eq!(found.len(), 3);
    for finding in found {
        let shown = format!("{finding:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn values_are_checked() {
    check(
        &service("depends_on: {db: {condition: service_helthy}}"),
        &["3:34 invalid-value `condition` must be `service_started`, `service_healthy` or \
         `service_completed_successfully`, not `service_helthy`"],
    );
    check(&service("cpu_percent: 101"), &["3:18 invalid-value `cpu_percent` must be at most 100, but is 101"]);
    check(
        &service("oom_score_adj: -1001"),
        &["3:20 invalid-value `oom_score_adj` must be at least -1000, but is -1001"],
    );
    check(&service("security_opt: [é, a, é]"), &["3:26 invalid-value duplicate entry `é` in `security_opt`"]);
    check(&service("group_add: [80, '80', 80.0]"), &["3:27 invalid-value duplicate entry in `group_add`"]);
    check(&service("gpus: some"), &["3:11 invalid-value `gpus` must be `all`, not `some`"]);
    check(
        &service("container_name: é b"),
        &["3:21 invalid-value invalid container name `é b`: it needs at least two letters or digits"],
    );
    check("services:\n  wéb: {image: a}\n", &["2:3 invalid-value `wéb` is not a valid name for a service"]);
    check(&service("environment: {'': a}"), &["3:19 invalid-value empty key"]);
    check(
        &service("volumes:\n  - {type: tmpfs, target: /a, tmpfs: {size: -1}}"),
        &["4:49 invalid-value `size` must be at least 0, but is -1"],
    );
}

#[test]
fn missing_keys_stand_at_the_key_above() {
    check(&service("depends_on:\n  db: {}"), &["4:7 missing-key missing required key `condition` in dependency `db`"]);
    check(&service("extends: {file: a}"), &["3:5 missing-key missing required key `service` in `extends`"]);
    check("models:\n  m:\n    name: é\n", &["2:3 missing-key missing required key `model` in model `m`"]);
    check(
        &service("deploy:\n  resources:\n    reservations:\n      devices:\n        - driver: nvidia"),
        &["7:15 missing-key missing required key `capabilities` in a device request"],
    );
    check(
        &service("ulimits: {nofile: {}}"),
        &[
            "3:15 missing-key missing required key `soft` in limit `nofile`",
            "3:15 missing-key missing required key `hard` in limit `nofile`",
        ],
    );
}

#[test]
fn every_mistake_is_reported() {
    check(
        "servces: 1\nservices:\n  a: {imag: x, user: 5, ports: 80}\n  b: {build: {contxt: .}}\n",
        &[
            "1:1 unknown-key unknown key `servces` in a Compose file",
            "3:7 unknown-key unknown key `imag` in service `a`",
            "3:22 wrong-type `user` must be a string, but is an integer",
            "3:32 wrong-type `ports` must be a list, but is an integer",
            "4:15 unknown-key unknown key `contxt` in `build`",
        ],
    );
}

#[test]
fn fixes_change_what_is_wrong_and_nothing_else() {
    check_fixed(&service("imgae: a # é"), &service("image: a # é"));
    check_fixed(
        "services:\r\n  é1: {\"imgae\":'a'}\r\n".replace('é', "e").as_str(),
        "services:\r\n  e1: {\"image\":'a'}\r\n",
    );
    check_fixed(&service("containerName: ab\nCommand: é"), &service("container_name: ab\ncommand: é"));
    check_fixed(&service("user: 0100 # é\nimage: 1.2"), &service("user: \"0100\" # é\nimage: \"1.2\""));
    check_fixed(&service("command: [é, 60]"), &service("command: [é, \"60\"]"));
    check_fixed(&service("use_api_socket: 'true'"), &service("use_api_socket: true"));
    check_fixed(
        &service("environment:\n  - URI=sqlite:///:memory:"),
        &service("environment:\n  - \"URI=sqlite:///:memory:\""),
    );
    check_fixed(&service("environment:\n  - KEY: é  # why"), &service("environment:\n  - KEY=é  # why"));
    check_fixed(&service("command:\n  - echo: é"), &service("command:\n  - \"echo: é\""));
    check_fixed(&service("volumes: [data: /é]"), &service("volumes: [data:/é]"));
    check_fixed(&service("logging: {options: {a: true}}"), &service("logging: {options: {a: \"true\"}}"));
    check_fixed(&service("gpus: alll"), &service("gpus: all"));
    check_fixed(
        "services:\r\n  web:\r\n    environment:\r\n      - A=é: 1\r\n    user: 5\r\n",
        "services:\r\n  web:\r\n    environment:\r\n      - \"A=é: 1\"\r\n    user: \"5\"\r\n",
    );
}

#[test]
fn nothing_is_fixed_where_it_is_not_sure() {
    check_unfixed(&service("network: host"));
    check_unfixed(&service("image: a\nimgae: b"));
    check_unfixed(&service("replicas: 2"));
    check_unfixed(&service("healthcheck: {interval: 1.5}\nstop_grace_period: -10"));
    check_unfixed(&service("restart: true\nscale: 1.5\ninit: 1\nvolumes: [1]"));
    check_unfixed(&service("environment:\n  - KEY: \"é\""));
    check_unfixed(&service("command:\n  - say \"é\": b"));
    check_unfixed(&service("depends_on:\n  - db:"));
    check_unfixed("x-a: &a {imgae: b}\nservices: {web: *a}\n");
    check_unfixed("x-a: &a 5\nservices: {web: {user: *a}}\n");
    check_unfixed("x-a: &a {user: 5}\nservices: {web: {<<: *a, image: b}}\n");
}

#[test]
fn paths_and_evidence_name_the_place() {
    let (_, found) = run(&SourceDb::new(), &service("ports:\n  - 80\n  - {targt: 80}"));
    assert_eq!(found[0].subject.to_string(), "services.web.ports.targt");
    assert_eq!(found[0].evidence.as_deref(), Some("services.web.ports[1].targt"));
}
