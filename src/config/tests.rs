//! Tests of configurations as people write them, and of their mistakes.

use super::*;
use crate::finding::rule;

fn no_options(_: RuleId) -> &'static [ConfigKey] {
    &[]
}

fn read(text: &str) -> Result<Config, ConfigErrors> {
    let sources = SourceDb::new();
    sources.overlay(Path::new("/p/plimsoll.yaml"), text.to_owned());
    find(&sources, Path::new("/p/a/compose.yml"), no_options).map(|config| config.expect("it is found"))
}

fn fails(text: &str, expect: &str) {
    let error = read(text).expect_err("it is refused");
    assert_eq!(error.to_string(), format!("/p/plimsoll.yaml:{expect}"));
}

#[test]
fn the_example_of_the_documentation_is_read() {
    let config = read(concat!(
        "rules: { docker-socket-mount: off, unknown-host: { severity: info }, exposed-datastore: error }\n",
        "projects:\n",
        "  - { files: [docker-compose.yml, docker-compose.prod.yml], env_files: [.env, production.env], ",
        "profiles: [serve] }\n",
        "host: { gpus: 2, gpu_memory: 24GiB, memory: 64g, cpus: 16 }\n",
        "services: { scheduler: { single_instance: true, gpu_memory: 1.5GiB } }\n",
        "exclude: [\"vendor/**\"]\n",
        "fail_on: never\n",
    ));
    let config = config.unwrap();
    let off = RuleSetting { enabled: Some(false), severity: None, ..RuleSetting::default() };
    assert_eq!(config.rules[&rule::DOCKER_SOCKET_MOUNT], off);
    let info = RuleSetting { enabled: None, severity: Some(Severity::Info), ..RuleSetting::default() };
    assert_eq!(config.rules[&rule::UNKNOWN_HOST], info);
    let error = RuleSetting { enabled: Some(true), severity: Some(Severity::Error), ..RuleSetting::default() };
    assert_eq!(config.rules[&rule::EXPOSED_DATASTORE], error);
    assert_eq!(config.projects[0].files[1], PathBuf::from("/p/docker-compose.prod.yml"));
    assert_eq!(config.projects[0].profiles, ["serve"]);
    assert_eq!(config.host.gpus, Some(2));
    assert_eq!(config.host.gpu_memory, Some(24 << 30));
    assert_eq!(config.host.memory, Some(64 << 30));
    assert_eq!(config.host.cpus, Some(16.0));
    assert_eq!(config.services["scheduler"].gpu_memory, Some(3 << 29));
    assert!(config.services["scheduler"].single_instance);
    assert_eq!(config.exclude[0].text, "vendor/**");
    assert_eq!(config.fail_on, Some(FailOn::Never));
    assert_eq!(config.directory(), Path::new("/p"));
}

#[test]
fn a_project_has_every_field_of_an_invocation() {
    let config = read(concat!(
        "projects:\n",
        "  - files: [a.yaml]\n",
        "    env_files: [/etc/shop.env]\n",
        "    environment: { TAG: 3, EMPTY: '', LATER: }\n",
        "    provided: [TOKEN]\n",
        "    engine: swarm\n",
        "    purpose: test\n",
    ));
    let project = &config.unwrap().projects[0];
    let set = |name: &str| project.environment[name].as_deref();
    assert_eq!([set("TAG"), set("EMPTY"), set("LATER"), set("TOKEN")], [Some("3"), Some(""), None, None]);
    assert!(project.is_swarm && project.purpose == Some(StartedFor::Tests));
    assert_eq!(project.env_files, [PathBuf::from("/etc/shop.env")]);
}

#[test]
fn an_empty_file_says_nothing() {
    let expect = Config { path: PathBuf::from("/p/plimsoll.yaml"), ..Config::default() };
    assert_eq!(read("# later\n"), Ok(expect.clone()));
    assert_eq!(read(""), Ok(expect.clone()));
    assert_eq!(read("rules:\nhost:\n"), Ok(expect));
}

#[test]
fn the_words_on_and_off_may_be_booleans() {
    let config = read("rules:\n  unknown-host: true\n  exposed-datastore: \"off\"\n").unwrap();
    assert_eq!(config.rules[&rule::UNKNOWN_HOST].enabled, Some(true));
    assert_eq!(config.rules[&rule::EXPOSED_DATASTORE].enabled, Some(false));
}

#[test]
fn mistakes_are_named_with_their_place() {
    fails("# é\nrule: {}\n", "2:1: unknown key `rule`; did you mean `rules`?");
    fails("host:\n  é: 1\n", "2:3: unknown key `é`; expected one of `gpus`, `gpu_memory`, `memory`, `cpus`");
    fails("rules:\n  unkown-host: off\n", "2:3: unknown rule `unkown-host`; did you mean `unknown-host`?");
    fails("rules:\n  zzz: off\n", "2:3: unknown rule `zzz`; run `plimsoll rules` to list all rules");
    fails("rules:\n  unknown-host: eror\n", "2:17: unknown severity `eror`; did you mean `error`?");
    fails(
        "rules:\n  unknown-host: { severity: bad }\n",
        "2:29: unknown severity `bad`; expected one of `error`, `warning`, `info`",
    );
    fails("rules:\n  unknown-host: { sevrity: info }\n", "2:19: unknown key `sevrity`; did you mean `severity`?");
    fails("host: { memory: lots }\n", "1:17: `lots` is not a valid size, such as `24GiB`");
    fails("host: { gpus: -1 }\n", "1:15: expected a non-negative integer");
    fails("host: { cpus: many }\n", "1:15: expected a number");
    fails("services: { a: { single_instance: maybe } }\n", "1:35: expected `true` or `false`");
    fails("fail_on: errors\n", "1:10: unknown severity `errors`; did you mean `error`?");
    fails("projects:\n  - { env_files: [.env] }\n", "2:5: missing required key `files`");
    fails("projects:\n  - { files: [] }\n", "2:5: missing required key `files`");
    fails("projects:\n  - { files: [a], engine: swam }\n", "2:27: unknown value `swam`; did you mean `swarm`?");
    fails(
        "projects:\n  - { files: [a], purpose: fun }\n",
        "2:28: unknown value `fun`; expected one of `deploy`, `develop`, `test`",
    );
    fails("projects:\n  - { files: [a], provided: [A-B] }\n", "2:30: `A-B` is not the name of a variable");
    fails("projects:\n  - { files: [a], provided: A }\n", "2:29: expected a list");
    fails("projects:\n  - { files: [a], environment: { 1A: x } }\n", "2:34: `1A` is not the name of a variable");
    fails("projects:\n  - { files: [a], environment: { A: [x] } }\n", "2:37: expected a string");
    fails("projects:\n  - { files: [a], environment: [A=1] }\n", "2:32: expected a mapping");
    fails("exclude: vendor\n", "1:10: expected a list");
    fails("rules: [a]\n", "1:8: expected a mapping");
    fails("fail_on: error\nfail_on: info\n", "2:1: duplicate key `fail_on`");
}

#[test]
fn what_is_no_yaml_is_named_with_its_place() {
    fails("rules: {\n", "1:8: unclosed bracket `{`");
}

#[test]
fn the_nearest_file_wins_and_the_repository_is_the_limit() {
    let sources = SourceDb::new();
    sources.overlay(Path::new("/r/plimsoll.yaml"), "fail_on: error\n".to_owned());
    sources.overlay(Path::new("/r/c/plimsoll.yml"), "fail_on: info\n".to_owned());
    sources.overlay(Path::new("/r/a/.plimsoll.yaml"), "fail_on: info\n".to_owned());
    sources.overlay(Path::new("/r/b/.git"), String::new());
    let fail_on = |path: &str| find(&sources, Path::new(path), no_options).unwrap().and_then(|config| config.fail_on);
    assert_eq!(fail_on("/r/a/x/compose.yml"), Some(FailOn::Severity(Severity::Info)));
    assert_eq!(fail_on("/r/compose.yml"), Some(FailOn::Severity(Severity::Error)));
    assert_eq!(fail_on("/r/b/compose.yml"), None);
    assert_eq!(fail_on("/r/c/compose.yml"), Some(FailOn::Severity(Severity::Info)));
}
