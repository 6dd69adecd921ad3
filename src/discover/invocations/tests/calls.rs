//! Values that one place gives to another: parameters, inputs, references, ways back.

use super::{check, check_all};

#[test]
fn parameters_of_circleci() {
    let text = "version: 2.1
commands:
  start:
    parameters: {stage: {type: string, default: dev}}
    steps:
      - run: docker compose -f << parameters.stage >>.yaml up
jobs:
  a:
    parameters: {db: {type: string}}
    steps:
      - start: {stage: << parameters.db >>}
workflows:
  all:
    jobs:
      - a: {db: pg}
      - a: {matrix: {parameters: {db: [my, maria]}}}
";
    let expect =
        ["maria.yaml .circleci/config.yml:6", "my.yaml .circleci/config.yml:6", "pg.yaml .circleci/config.yml:6"];
    check(".circleci/config.yml", text, "pg.yaml my.yaml maria.yaml dev.yaml ora.yaml", &expect);
    // Commands that use each other end.
    let circle = "commands:\n  a:\n    steps: [b, b, b, {run: docker compose -f a.yaml up}]\n  b:\n    steps: [a, a, a]\njobs:\n  c: {steps: [a]}\n";
    check(".circleci/config.yml", circle, "a.yaml", &["a.yaml .circleci/config.yml:3"]);
}

#[test]
fn jobs_of_gitlab_that_others_run() {
    let files = "a.yaml live.yaml past.yaml x/a.yaml";
    let extended =
        ".up:\n  script: [docker compose -f $STAGE.yaml up]\nlive:\n  extends: .up\n  variables: {STAGE: live}\n";
    check(".gitlab-ci.yml", extended, files, &["live.yaml .gitlab-ci.yml:2"]);
    let alone = ".up:\n  script: [docker compose -f a.yaml up]\n";
    check(".gitlab-ci.yml", alone, files, &["a.yaml .gitlab-ci.yml:2"]);
    let reference = ".dir:\n  before_script: [cd x]\nup:\n  script:\n    - !reference [.dir, before_script]\n    - docker compose -f a.yaml up\n";
    check(".gitlab-ci.yml", reference, files, &["x/a.yaml .gitlab-ci.yml:6"]);
    let circle = ".a:\n  script: [!reference [.a, script], docker compose -f a.yaml up]\nup:\n  script: [!reference [.a, script]]\n";
    check(".gitlab-ci.yml", circle, files, &["a.yaml .gitlab-ci.yml:2"]);
    let rules = "up:\n  rules:\n    - if: a\n      variables: {STAGE: live}\n    - {if: b, when: never}\n    - if: c\n      variables: {STAGE: a}\n  script: [docker compose -f $STAGE.yaml up]\n";
    check(".gitlab-ci.yml", rules, files, &["a.yaml .gitlab-ci.yml:8", "live.yaml .gitlab-ci.yml:8"]);
}

#[test]
fn inputs_and_matrices_of_other_pipelines() {
    let files = "a.yaml b.yaml dev.yaml past.yaml";
    let action = "inputs: {overlay: {default: dev}}\nruns:\n  steps:\n    - run: docker compose -f ${{ inputs.overlay }}.yaml up\n";
    let workflow = "jobs:\n  x:\n    steps:\n      - uses: ./up\n        with: {overlay: a}\n";
    check_all(
        &[("up/action.yml", action), (".github/workflows/a.yml", workflow)],
        files,
        &["a.yaml up/action.yml:4", "dev.yaml up/action.yml:4"],
    );
    let objects = "jobs:\n  x:\n    strategy:\n      matrix:\n        on: [{file: a}]\n        include: [{on: {file: b}}]\n    steps:\n      - run: docker compose -f ${{ matrix.on.file }}.yaml up\n";
    let expect = ["a.yaml .github/workflows/a.yml:8", "b.yaml .github/workflows/a.yml:8"];
    check(".github/workflows/a.yml", objects, files, &expect);
    let azure = "jobs:\n  - job: x\n    strategy: {matrix: {one: {db: a}, two: {db: b}}}\n    steps:\n      - script: docker compose -f $(db).yaml up\n      - script: docker compose -f past.yaml up\n        enabled: false\n  - job: y\n    condition: false\n    steps:\n      - script: docker compose -f past.yaml up\n";
    check("azure-pipelines.yml", azure, files, &["a.yaml azure-pipelines.yml:5", "b.yaml azure-pipelines.yml:5"]);
}

#[test]
fn arguments_of_recipes_and_rules() {
    let files = "a.yaml b.yaml past.yaml";
    let just = "dc stage *args:\n    docker compose -f {{stage}}.yaml {{args}}\nlive: (dc \"a\" \"up\" \"-d\")\nother:\n    just dc b up\n";
    check("justfile", just, files, &["a.yaml justfile:2", "b.yaml justfile:2"]);
    let stems = "ALL = up-a up-b\n$(ALL): up-%: x\n\tdocker compose -f $*.yaml up\n";
    check("Makefile", stems, files, &["a.yaml Makefile:3", "b.yaml Makefile:3"]);
    let unexported = "export COMPOSE_FILE = a.yaml\nunexport COMPOSE_FILE\nup:\n\tdocker compose up\n";
    check("Makefile", unexported, "a.yaml compose.yaml", &["compose.yaml Makefile:4"]);
}

#[test]
fn lists_and_comments_of_shells() {
    let files = "a.yaml b.yaml past.yaml";
    let rest = "up() { docker compose -f \"$1.yaml\" \"${@:2}\"; }\nup a up -d\n";
    check("up.sh", rest, files, &["a.yaml up.sh:1"]);
    let elements = "all=(x up -d)\ndocker compose -f a.yaml \"${all[@]:1}\"\n";
    check("up.sh", elements, files, &["a.yaml up.sh:2"]);
    let empty = "none=()\ndocker compose -f a.yaml \"${none[@]}\" up\n";
    check("up.sh", empty, files, &["a.yaml up.sh:2"]);
    let comment = ": <<'END'\ndocker compose -f past.yaml up\nEND\n: 'docker compose -f past.yaml up'\ndocker compose -f a.yaml up\n";
    check("up.sh", comment, files, &["a.yaml up.sh:5"]);
}

#[test]
fn ways_back_from_other_projects() {
    let files = "a.yaml b.yaml x/b.yaml";
    let there = "git clone https://git.example.org/other/tools\ncd tools/sub\ndocker compose -f a.yaml up\n";
    check("up.sh", &format!("{there}cd ../..\ndocker compose -f b.yaml up\n"), files, &["b.yaml up.sh:5"]);
    check("up.sh", &format!("{there}cd ..\ndocker compose -f b.yaml up\n"), files, &[]);
    check("up.sh", &format!("cd x\n{there}cd ../..\ndocker compose -f b.yaml up\n"), files, &["x/b.yaml up.sh:6"]);
    let readme = format!("```sh\n{there}```\n\nThen\n\n```sh\ncd ../..\ndocker compose -f b.yaml up\n```\n");
    check("README.md", &readme, files, &["b.yaml README.md:11"]);
}

#[test]
fn prompts_of_other_shells() {
    let block = "```\n~/shop % docker compose -f a.yaml up\n[me@host shop]# docker compose -f b.yaml up\nPS C:\\shop> docker compose -f c.yaml up\nCreating x\n```\n";
    check(
        "README.md",
        block,
        "a.yaml b.yaml c.yaml",
        &["a.yaml README.md:2", "b.yaml README.md:3", "c.yaml README.md:4"],
    );
}

#[test]
fn lists_and_variables_of_ansible() {
    let play = "- hosts: a\n  vars: {root: /srv/app, stage: live}\n  handlers:\n    - command:\n        argv: [docker, compose, -f, a.yaml, up]\n        chdir: '{{ root }}/stack'\n";
    check("play.yml", play, "stack/a.yaml a.yaml", &["stack/a.yaml play.yml:5"]);
    let differs = "- vars: {root: /srv/app}\n- vars: {root: /srv/other}\n  tasks:\n    - docker_compose_v2: {project_src: '{{ root }}', files: [a.yaml]}\n";
    check("play.yml", differs, "a.yaml", &[]);
}
