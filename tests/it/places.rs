//! Where plimsoll runs: files that are named one by one, as pre-commit does, and the unsaved text of an editor.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crate::common;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

const BASE: &str = "\
services:
  web:
    image: nginx:1.27
    networks: [front]
    volumes: [\"./nginx/site.conf:/etc/nginx/conf.d/default.conf:ro\"]
  api:
    image: \"example/api:${TAG}\"
    networks: [front, back]
  db:
    image: postgres:17
    networks: [back]
    environment: {POSTGRES_PASSWORD: \"${DB_PASSWORD}\"}
    volumes: [\"data:/var/lib/postgresql/data\"]
networks: {front: {}, back: {}}
volumes: {data: {}}
";
const PRODUCTION: &str = "services:\n  db:\n    ports: [\"5432:5432\"]\n";
const DOTENV: &str = "TAG=1\nDB_PASSWORD=quiet-harbor-lantern\n";
const SITE: &str = "server {\n  listen 80;\n  location / { proxy_pass http://api:8000; }\n}\n";
const OPEN_SITE: &str = "server {\n  listen 80;\n  location / { proxy_pass http://db:5432; }\n}\n";

/// A repository with a clean project, an overlay that opens the database, and a second project below another folder.
fn shop(name: &str) -> PathBuf {
    let files = [
        ("shop/docker-compose.yml", BASE),
        ("shop/docker-compose.prod.yml", PRODUCTION),
        ("shop/.env", DOTENV),
        ("shop/.env.example", "DB_PASSWORD=quiet-harbor-lantern\n"),
        ("shop/nginx/site.conf", SITE),
        ("shop/unused.conf", "a = b\n"),
        (
            "deploy/compose.yaml",
            "include: [../parts/worker.yml]\nservices: {a: {image: \"x:1\", env_file: ../a.env}}\n",
        ),
        ("parts/worker.yml", "services: {worker: {image: \"x:${WORKER_TAG}\"}}\n"),
        ("a.env", "A=1\n"),
        (".github/workflows/compose-test.yml", "on: push\njobs: {a: {steps: [{run: \"echo ${{ x }}\"}]}}\n"),
    ];
    common::project("places", name, &files)
}

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let arguments: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
    common::run_with(folder, &arguments, input)
}

/// `file:line rule` of each finding.
fn found(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let places = common::places(&common::findings(&report));
    places.into_iter().map(|(rule, file, line)| format!("{file}:{line} {rule}")).collect()
}

fn of_files(folder: &Path, files: &[&str]) -> Vec<String> {
    let arguments: Vec<&str> = ["--format", "json", "--"].iter().chain(files).copied().collect();
    found(&run(folder, &arguments, ""))
}

fn of_buffer(folder: &Path, file: &str, text: &str) -> Vec<String> {
    found(&run(folder, &["--format", "json", "--stdin-filename", file, "-"], text))
}

const OPEN_DATABASE: &str = "shop/docker-compose.prod.yml:3 exposed-datastore";
const UNSET_TAG: &str = "parts/worker.yml:1 unset-variable";

#[test]
fn a_named_file_leads_to_the_projects_that_use_it() {
    let folder = shop("named");
    let check = |files: &[&str], expect: &[&str]| assert_eq!(of_files(&folder, files), expect, "{files:?}");
    check(&["."], &[UNSET_TAG, OPEN_DATABASE]);
    check(&["shop/docker-compose.yml"], &[OPEN_DATABASE]);
    check(&["shop/docker-compose.prod.yml"], &[OPEN_DATABASE]);
    check(&["shop/.env"], &[OPEN_DATABASE]);
    check(&["shop/nginx/site.conf"], &[OPEN_DATABASE]);
    check(&["deploy/compose.yaml"], &[UNSET_TAG]);
    check(&["parts/worker.yml"], &[UNSET_TAG]);
    check(&["a.env"], &[UNSET_TAG]);
    check(&["a.env", "deploy"], &[UNSET_TAG]);
    check(&["shop/nginx/site.conf", "shop/.env", "shop/docker-compose.yml", "a.env"], &[UNSET_TAG, OPEN_DATABASE]);
}

#[test]
fn an_overlay_that_is_named_alone_is_judged_over_its_base() {
    let folder = shop("overlay");
    fs::write(folder.join("shop/docker-compose.prod.yml"), "services:\n  db:\n    prots: []\n").unwrap();
    assert_eq!(of_files(&folder, &["shop/docker-compose.prod.yml"]), ["shop/docker-compose.prod.yml:3 unknown-key"]);
}

#[test]
fn the_project_of_a_changed_sidecar_is_judged() {
    let folder = shop("sidecar");
    fs::write(folder.join("shop/nginx/site.conf"), OPEN_SITE).unwrap();
    let expect = [OPEN_DATABASE, "shop/nginx/site.conf:3 unshared-network"];
    assert_eq!(of_files(&folder, &["shop/nginx/site.conf"]), expect);
}

#[test]
fn a_file_that_no_project_uses_is_said_and_passes() {
    let folder = shop("unused");
    let output = run(&folder, &["--", "shop/unused.conf", ".github/workflows/compose-test.yml"], "");
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "plimsoll: no project uses shop/unused.conf, .github/workflows/compose-test.yml\n");
}

#[test]
fn a_misspelt_file_that_is_named_is_judged() {
    let folder = shop("misspelt");
    fs::write(folder.join("stack.yml"), "service: {a: {image: \"x:1\"}}\n").unwrap();
    assert_eq!(of_files(&folder, &["stack.yml"])[0], "stack.yml:1 unknown-key");
}

#[test]
fn a_configuration_that_is_named_leads_to_its_directory() {
    let folder = shop("configuration");
    fs::write(folder.join("shop/plimsoll.yaml"), "rules: {exposed-datastore: info}\n").unwrap();
    assert_eq!(of_files(&folder, &["shop/plimsoll.yaml"]), [OPEN_DATABASE]);
}

#[test]
fn the_projects_of_the_configuration_count_for_named_files() {
    let folder = shop("projects");
    let text = "projects: [{files: [shop/docker-compose.yml], env_files: [shop/.env]}]\n";
    fs::write(folder.join("plimsoll.yaml"), text).unwrap();
    assert_eq!(of_files(&folder, &["shop/docker-compose.yml"]), Vec::<String>::new());
    assert_eq!(of_files(&folder, &["a.env"]), [UNSET_TAG]);
}

#[test]
fn what_neighbours_leave_unset_alike_is_an_info_for_one_of_them_too() {
    let folder = shop("neighbours");
    let text = "services: {a: {image: \"x:${STORE_TAG}\"}}\n";
    let check = |expect: i32| {
        let output = run(&folder, &["apps/a/compose.yaml"], "");
        assert_eq!(output.status.code(), Some(expect), "{}", String::from_utf8_lossy(&output.stdout));
    };
    for (app, expect) in [("a", 1), ("b", 1), ("c", 0)] {
        fs::create_dir_all(folder.join("apps").join(app)).unwrap();
        fs::write(folder.join("apps").join(app).join("compose.yaml"), text).unwrap();
        check(expect);
    }
}

#[test]
fn names_may_be_odd() {
    let folder = shop("odd");
    let text = "services: {db: {image: \"postgres:17\", tmpfs: /var/lib/postgresql/data, ports: [\"5432:5432\"]}}\n";
    for name in ["-compose.yml", "my compose.yml", "ü/compose.yaml"] {
        fs::create_dir_all(folder.join("ü")).unwrap();
        fs::write(folder.join(name), text).unwrap();
        let rules = of_files(&folder, &[name]);
        assert!(rules.contains(&format!("{name}:1 exposed-datastore")), "{name}: {rules:?}");
    }
}

#[test]
fn unsaved_text_is_judged_in_its_project() {
    let folder = shop("buffer");
    let check = |file: &str, text: &str, expect: &[&str]| assert_eq!(of_buffer(&folder, file, text), expect, "{file}");
    check("shop/docker-compose.prod.yml", PRODUCTION, &[OPEN_DATABASE]);
    check("shop/docker-compose.prod.yml", "services:\n  db: {restart: always}\n", &[]);
    check(
        "shop/docker-compose.yml",
        &BASE.replace("[back]", "[bakc]"),
        &["shop/docker-compose.yml:11 undefined-reference"],
    );
    check("shop/.env", "TAG=1\nDB_PASSWORD=\n", &["shop/.env:2 unset-secret"]);
    check("shop/nginx/site.conf", OPEN_SITE, &["shop/nginx/site.conf:3 unshared-network"]);
    check("shop/nginx/site.conf", SITE, &[]);
    check("parts/worker.yml", "services: {worker: {image: \"x:1\"}}\n", &[]);
    check(
        "parts/worker.yml",
        "services:\n  worker: {image: \"x:${WORKER_TAG}\"}\n",
        &["parts/worker.yml:2 unset-variable"],
    );
}

#[test]
fn a_buffer_may_have_no_file_yet() {
    let folder = shop("new-file");
    let open = "services:\n  db:\n    ports: [\"5432:5432\"]\n";
    let check = |file: &str, text: &str, expect: &[&str]| assert_eq!(of_buffer(&folder, file, text), expect, "{file}");
    check("shop/docker-compose.new.yml", open, &["shop/docker-compose.new.yml:3 exposed-datastore"]);
    check("shop/docker-compose.override.yml", open, &["shop/docker-compose.override.yml:3 exposed-datastore"]);
    check("new/folder/compose.yaml", "services: {a: {}}\n", &["new/folder/compose.yaml:1 missing-key"]);
    check("deploy/.env", "WORKER_TAG=\n", &[]);
}

#[test]
fn an_editor_may_ask_about_any_yaml() {
    let folder = shop("any-yaml");
    let check = |file: &str, text: &str| assert_eq!(of_buffer(&folder, file, text), Vec::<String>::new(), "{file}");
    check("k8s.yaml", "apiVersion: v1\nkind: Service\n");
    check("services.yaml", "services: {_defaults: {autowire: true}, 'App\\': {resource: ../src}}\n");
    check(".gitlab-ci.yml", "services: [docker:dind]\nbuild: {script: make}\n");
    check("broken.yaml", "a: [\n");
    check("notes.md", "# Notes\n");
    check(".github/workflows/compose-test.yml", "on: push\njobs: {}\n");
    let stack = "services: {db: {image: \"postgres:17\", ports: [\"5432:5432\"], tmpfs: /var/lib/postgresql/data}}\n";
    assert!(of_buffer(&folder, "stack.yaml", stack).contains(&"stack.yaml:1 exposed-datastore".to_owned()));
}

#[test]
fn findings_in_other_files_are_listed_when_asked_for() {
    let folder = shop("whole");
    let project = ["--format", "json", "--stdin-filename", "shop/.env", "--stdin-project", "-"];
    let output = run(&folder, &project, "TAG=1\nDB_PASSWORD=\n");
    assert_eq!(found(&output), ["shop/.env:2 unset-secret", OPEN_DATABASE]);
    // What is not listed does not count.
    let output = run(&folder, &["--stdin-filename", "shop/.env", "-"], DOTENV);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn mistakes_about_standard_input_end_with_2() {
    let folder = shop("mistakes");
    let check = |arguments: &[&str], said: &str| {
        let output = run(&folder, arguments, "services: {}\n");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true), "{arguments:?}");
        assert!(errors.contains(said), "{arguments:?}: {errors}");
    };
    check(&["-"], "--stdin-filename");
    check(&["--stdin-filename", "compose.yml"], "requires `-`");
    check(&["--stdin-filename", "compose.yml", "-", "shop"], "requires `-`");
    check(&["--stdin-filename", "shop", "-"], "shop: is a directory");
    check(&["--stdin-filename", "compose.yml", "-f", "a.yml"], "cannot be used with");
    check(&["--stdin-project", "shop"], "--stdin-filename");
}
