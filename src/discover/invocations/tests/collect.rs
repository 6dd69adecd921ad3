//! Env files, defaults, guesses, parts, and what is left.

use std::path::Path;

use super::super::{Certainty, Configured, Engine, Purpose, Reason, Settings, discover};
use super::{all, below, brief, check_all, found};
use crate::discover::Exclusion;
use crate::source::Place;
use crate::source::{FileId, NodeId, SourceDb, Span};
use crate::yaml::Trees;

#[track_caller]
fn check_everything(files: &[(&str, &str)], expect: &[&str]) {
    assert_eq!(all(files), expect, "{files:#?}");
}

fn left(files: &[(&str, &str)]) -> Vec<(String, Reason)> {
    found(files).1.not_judged.into_iter().map(|left| (below(&left.file), left.reason)).collect()
}

#[test]
fn defaults_and_guesses() {
    check_everything(
        &[("compose.yaml", ""), ("docker-compose.override.yml", ""), ("docker-compose.yml", "")],
        &["compose.yaml+docker-compose.override.yml default"],
    );
    check_everything(
        &[("compose.yaml", ""), ("compose.x.yaml", ""), ("compose-y.yaml", "")],
        &["compose.yaml default", "compose.yaml+compose-y.yaml guessed", "compose.yaml+compose.x.yaml guessed"],
    );
    check_everything(
        &[("compose.yaml", ""), ("compose.x.yaml", ""), ("Makefile", "up:\n\tdocker compose up\n")],
        &["compose.yaml Makefile:2", "compose.yaml+compose.x.yaml guessed"],
    );
    check_everything(
        &[("compose.yaml", ""), ("compose.x.yaml", ""), ("a.sh", "docker compose -f compose.x.yaml up")],
        &["compose.x.yaml a.sh:1", "compose.yaml default"],
    );
    check_everything(
        &[("vendor/a/compose.yaml", ""), ("node_modules/a/compose.yaml", ""), (".github/workflows/compose.yml", "")],
        &[],
    );
}

#[test]
fn names_of_compose_files_with_something_else_in_them() {
    let check = |text: &str, expect: bool| {
        let files = [("lxc-compose.yaml", text), ("s/compose.yaml", "")];
        assert_eq!(found(&files).1.projects.len() == 2, expect, "{text}");
        assert!(left(&files).is_empty(), "{text}");
    };
    check("version: 1\nvmid: 104\nnetwork:\n  bridge: vmbr0\n", false);
    check("- hosts: all\n  tasks: []\n", false);
    check("groups:\n  - name: a\n", false);
    check("services:\n  a:\n    image: x\nfoo: 1\nbar: 2\n", true);
    check("networks:\n  a: {}\n", true);
    check("networks: {}\nservice:\n  a:\n    image: x\n", true);
}

#[test]
fn what_others_brought_is_judged_where_a_command_starts_it() {
    let files = [
        ("vendor/a/compose.yaml", ""),
        ("web/node_modules/b/docker-compose.yml", ""),
        ("web/node_modules/b/composer.yml", ""),
        (".github/compose.test.yml", ""),
        (".github/workflows/docker-compose.yml", "on: push\njobs: {a: {services: {}}}\n"),
    ];
    let vendored = |path: &str| Reason::Vendored(Path::new(super::ROOT).join(path));
    let at = |path: &str, reason: Reason| (path.to_owned(), reason);
    let expect = [
        at(".github/compose.test.yml", Reason::InPipeline),
        at("vendor/a/compose.yaml", vendored("vendor")),
        at("web/node_modules/b/docker-compose.yml", vendored("web/node_modules")),
    ];
    assert_eq!(left(&files), expect);
    let command = "docker compose -f vendor/a/compose.yaml -f .github/compose.test.yml up";
    let started = [files[0], files[1], files[3], ("a.sh", command)];
    assert_eq!(all(&started), ["vendor/a/compose.yaml+.github/compose.test.yml a.sh:1"]);
    assert_eq!(left(&started), expect[2..]);
}

#[test]
fn a_directory_that_says_that_it_is_no_longer_used_is_left_aside() {
    let files = [("compose.yaml", ""), ("old/x/compose.yaml", "services: {}"), ("old/a.compose.yml", "services: {}")];
    let with = |more: &[(&'static str, &'static str)]| [&files[..], more].concat();
    let expect =
        [("old/a.compose.yml".to_owned(), Reason::Archived), ("old/x/compose.yaml".to_owned(), Reason::Archived)];
    let command = "docker compose -f old/a.compose.yml up";
    for mark in [("old/ARCHIVED.md", "# x\n"), ("old/README.md", "# Stack (deprecated)\n"), ("old/DEPRECATED", "")] {
        assert_eq!(left(&with(&[mark, ("old/up.sh", command)])), expect, "{mark:?}");
        let started = with(&[mark, ("up.sh", command)]);
        check_everything(&started, &["compose.yaml default", "old/a.compose.yml up.sh:1"]);
    }
    for mark in
        [("old/deprecated.md", ""), ("old/README.md", "# Stack\n\nThe archived one is gone.\n"), ("ARCHIVED.md", "")]
    {
        assert_eq!(left(&with(&[mark])), [], "{mark:?}");
    }
}

#[test]
fn what_only_developers_start_is_deployed_with_its_overlay() {
    let files = [
        ("compose.yaml", ""),
        ("compose.override.yaml", ""),
        ("compose.prod.yaml", "services: {a: {}}\n"),
        ("x.yaml", ""),
    ];
    let readme = "`docker compose up`, `docker compose -f x.yaml up`";
    check_everything(
        &[&files[..], &[("README.md", readme)]].concat(),
        &[
            "compose.yaml+compose.override.yaml README.md:1",
            "compose.yaml+compose.prod.yaml guessed",
            "x.yaml README.md:1",
        ],
    );
    check_everything(
        &[&files[..], &[("up.sh", "docker compose -f compose.yaml -f x.yaml up")]].concat(),
        &["compose.yaml+x.yaml up.sh:1"],
    );
}

#[test]
fn a_comment_may_leave_out_the_directory() {
    let overlay = "#   make up   ≡  docker compose -f compose.yaml -f compose.prod.yaml up -d\n";
    let files = [("d/c/compose.yaml", ""), ("d/c/compose.prod.yaml", overlay)];
    let makefile = "up:\n\tdocker compose -f d/c/compose.yaml -f d/c/compose.prod.yaml --project-directory . up -d\n";
    check_everything(
        &[files[0], files[1], ("Makefile", makefile)],
        &["d/c/compose.yaml+d/c/compose.prod.yaml in  Makefile:2"],
    );
    check_everything(&files, &["d/c/compose.yaml+d/c/compose.prod.yaml d/c/compose.prod.yaml:1"]);
}

#[test]
fn only_what_deploys_replaces_the_default() {
    let files = [("compose.yaml", ""), ("x.yaml", "")];
    let with = |path: &'static str, text: &'static str| [files[0], files[1], (path, text)];
    let command = "docker compose -f compose.yaml -f x.yaml up";
    check_everything(&with("up.sh", command), &["compose.yaml+x.yaml up.sh:1"]);
    check_everything(&with("test.sh", command), &["compose.yaml default", "compose.yaml+x.yaml test.sh:1"]);
    check_everything(
        &with("Makefile", "dev:\n\tdocker compose -f compose.yaml -f x.yaml up\n"),
        &["compose.yaml default", "compose.yaml+x.yaml Makefile:2"],
    );
    check_everything(
        &with(
            ".github/workflows/deploy.yml",
            "jobs: {a: {steps: [{run: docker compose -f compose.yaml -f x.yaml up}]}}",
        ),
        &["compose.yaml+x.yaml .github/workflows/deploy.yml:1"],
    );
}

#[test]
fn env_files_of_directories() {
    let files = "compose.yaml x/compose.yaml x/a.yaml";
    check_all(
        &[(".env", "COMPOSE_FILE=compose.yaml:x/a.yaml\nCOMPOSE_PROJECT_NAME=${N:-n}"), ("a.sh", "docker compose up")],
        files,
        &["compose.yaml+x/a.yaml name n .env:1 a.sh:1"],
    );
    check_all(&[(".env.example", "COMPOSE_FILE=x/a.yaml")], files, &["x/a.yaml .env.example:1"]);
    check_all(&[(".env", "A=1"), (".env.example", "COMPOSE_FILE=x/a.yaml")], files, &[]);
    check_all(
        &[(".env", "COMPOSE_FILE=x/a.yaml\nCOMPOSE_PROFILES=p"), ("x/.env", "COMPOSE_PROFILES=q")],
        files,
        &["x/a.yaml env .env+x/.env profiles p .env:1"],
    );
    check_all(
        &[
            (".env", "COMPOSE_PROFILES=p"),
            ("e", "COMPOSE_PROFILES=q"),
            ("a.sh", "docker compose --env-file e up\ndocker compose -f x/a.yaml up"),
        ],
        files,
        &["compose.yaml env e profiles q a.sh:1", "x/a.yaml a.sh:2"],
    );
    check_all(
        &[(".envrc", "export COMPOSE_FILE=x/a.yaml"), ("README.md", "`docker compose up`")],
        files,
        &["x/a.yaml .envrc:1 README.md:1"],
    );
    check_everything(
        &[("compose.yaml", ""), (".env", "COMPOSE_PROFILES=p\nCOMPOSE_PROJECT_NAME=n")],
        &["compose.yaml profiles p name n default"],
    );
}

#[test]
fn parts_of_projects() {
    let files = [
        ("compose.yaml", "include:\n  - x/compose.yaml\n  - path: [y.yaml]\n    project_directory: z\nservices: {}\n"),
        ("x/compose.yaml", "include: [../z/compose.yaml]\nservices: {a: {extends: {file: ../b.yaml, service: b}}}\n"),
        ("y.yaml", "services: {a: {extends: {file: c.yaml, service: c}}}\n"),
        ("z/compose.yaml", ""),
        ("z/c.yaml", ""),
        ("b.yaml", ""),
        ("d.yaml", ""),
    ];
    check_everything(&files, &["compose.yaml default"]);
    let (_, found) = found(&files);
    let parts: Vec<_> = found.parts.iter().map(|part| (below(&part.file), below(&part.of[0]))).collect();
    let expect = [
        ("b.yaml", "x/compose.yaml"),
        ("x/compose.yaml", "compose.yaml"),
        ("y.yaml", "compose.yaml"),
        ("z/c.yaml", "y.yaml"),
        ("z/compose.yaml", "x/compose.yaml"),
    ];
    assert_eq!(parts, expect.map(|(file, of)| (file.to_owned(), of.to_owned())));
    assert_eq!(left(&files), [("d.yaml".to_owned(), Reason::NothingStartsIt)]);
}

#[test]
fn files_that_include_each_other_keep_a_project() {
    let files = [("compose.yaml", "include: [x/compose.yaml]\n"), ("x/compose.yaml", "include: [../compose.yaml]\n")];
    check_everything(&files, &["compose.yaml default"]);
}

#[test]
fn nothing_disappears() {
    let files = [
        ("compose.yaml", ""),
        ("compose.override.yaml", ""),
        ("docker-compose.yml", ""),
        ("compose.x.yaml", ""),
        ("compose.y.yaml", "services:\n  a:\n    ports: ['80']\n"),
        ("z/compose.z.yaml", ""),
        ("z/stack.yaml", ""),
        ("services.yaml", "services:\n  _defaults:\n    autowire: true\n"),
        ("up.sh", "docker compose -f compose.yaml -f compose.x.yaml up"),
    ];
    let expect = [
        ("compose.override.yaml", Reason::OverrideLeftOut),
        ("compose.y.yaml", Reason::OverlayNotUsed),
        ("docker-compose.yml", Reason::Shadowed("/shop/compose.yaml".into())),
        ("z/stack.yaml", Reason::NothingStartsIt),
    ];
    assert_eq!(left(&files), expect.map(|(file, reason)| (file.to_owned(), reason)));
}

#[test]
fn invocations_are_bounded() {
    let names: Vec<String> = (0..90).map(|n| format!("x.{n}.yaml")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let script = names.iter().map(|name| format!("docker compose -f {name} up\n")).collect::<String>();
    files.push(("up.sh", &script));
    assert_eq!(all(&files).len(), 64);
    let (_, found) = found(&files);
    assert_eq!(found.not_judged.iter().filter(|left| left.reason == Reason::TooMany).count(), 26);
}

#[test]
fn what_an_invocation_sets() {
    let (_, found) = found(&[
        ("a.yaml", ""),
        ("up.sh", "export A=1 B=$X\nC=$(date) docker compose -f a.yaml up"),
        ("b.sh", "A=2 docker compose -f a.yaml up"),
    ]);
    let invocation = &found.projects.values().next().unwrap()[0];
    let expect = [("A", None), ("B", None), ("C", None)];
    assert_eq!(invocation.environment, expect.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    assert_eq!((invocation.purpose, invocation.written.len()), (Purpose::Deploy, 2));
}

#[test]
fn configured_projects_replace_what_is_found() {
    let sources = SourceDb::new();
    for path in ["compose.yaml", "x.yaml", "y.yaml"] {
        sources.overlay(&Path::new("/shop").join(path), super::COMPOSE.to_owned());
    }
    let script = "docker compose up; docker compose -f y.yaml up; docker compose -f x.yaml -f y.yaml up";
    sources.overlay(Path::new("/shop/up.sh"), script.to_owned());
    let config =
        sources.overlay(Path::new("/shop/plimsoll.yaml"), "projects:\n  - files: [compose.yaml, x.yaml]\n".to_owned());
    let place = Place { span: Span { file: config, start: 14, end: 15 }, node: NodeId::new(0) };
    let configured = Configured {
        files: vec!["/shop/compose.yaml".into(), "/shop/x.yaml".into()],
        env_files: Vec::new(),
        profiles: vec!["p".to_owned()],
        name: None,
        directory: None,
        environment: [("TAG".to_owned(), None)].into(),
        engine: Engine::Compose,
        purpose: Some(Purpose::Test),
        place,
    };
    let excluded = Exclusion::new(&[]);
    let settings = Settings { projects: &[configured], excluded: &excluded };
    let found = discover(&sources, &Trees::default(), Path::new("/shop"), &settings);
    let lines: Vec<String> = found.projects.values().flatten().map(|one| brief(&sources, one)).collect();
    assert_eq!(lines, ["compose.yaml+x.yaml profiles p plimsoll.yaml:2", "y.yaml up.sh:1"]);
    assert_eq!(found.projects.values().flatten().next().unwrap().certainty, Certainty::Configured);
    let first = found.projects.values().flatten().next().unwrap();
    assert_eq!((first.purpose, first.is_purpose_written, first.environment.len()), (Purpose::Test, true, 1));
    assert_ne!(config, FileId::default());
}

#[test]
fn what_was_not_followed_is_listed() {
    let loops =
        "for x in 1 2 3 4 5 6 7 8 9; do ".repeat(8) + "y=$x$y; docker compose -f a.yaml up" + &"; done".repeat(8);
    let (_, found) = found(&[("a.yaml", ""), ("up.sh", &loops), ("b.sh", "docker compose -f a.yaml up")]);
    assert_eq!(found.unfinished, [Path::new("/shop/up.sh")]);
    assert_eq!(found.projects.len(), 1);
}
