//! Pipelines.

use super::{check, check_all, found};
use crate::discover::invocations::Purpose;

#[track_caller]
fn workflow(jobs: &str, present: &str, expect: &[&str]) {
    check(".github/workflows/ci.yml", &format!("on: push\njobs:\n  a:\n{jobs}"), present, expect);
}

#[test]
fn github_steps() {
    let files = "a.yaml x/a.yaml x/b.yaml";
    workflow(
        "    defaults: {run: {working-directory: x}}\n    steps:\n      - run: docker compose -f a.yaml up\n      - run: |\n          cd ..\n          docker compose -f a.yaml up\n",
        files,
        &["a.yaml .github/workflows/ci.yml:9", "x/a.yaml .github/workflows/ci.yml:6"],
    );
    workflow(
        "    steps:\n      - name: docker compose -f a.yaml up\n        if: ${{ false }}\n        run: docker compose -f a.yaml up\n",
        files,
        &[],
    );
    workflow(
        "    steps:\n      - uses: actions/checkout@v4\n        with: {repository: them/it, path: x}\n      - run: cd x && docker compose -f a.yaml up\n",
        files,
        &[],
    );
    workflow(
        "    steps:\n      - uses: actions/checkout@v4\n        with: {path: src}\n      - run: docker compose -f x/a.yaml up\n        working-directory: src\n",
        files,
        &["x/a.yaml .github/workflows/ci.yml:7"],
    );
    workflow(
        "    steps:\n      - uses: hoverkraft-tech/compose-action@v2\n        with:\n          compose-file: |\n            x/a.yaml\n            x/b.yaml\n",
        files,
        &["x/a.yaml+x/b.yaml .github/workflows/ci.yml:7"],
    );
    workflow(
        "    steps:\n      - run: docker compose -f ${{ github.workspace }}/a.yaml up\n",
        files,
        &["a.yaml .github/workflows/ci.yml:5"],
    );
}

#[test]
fn github_values() {
    let files = "c.x.yaml c.y.yaml c.z.yaml compose.yaml";
    workflow(
        "    strategy: {matrix: {v: [x, y], include: [{v: x, w: 1}]}}\n    steps:\n      - run: docker compose -f c.${{ matrix.v }}.yaml up\n",
        files,
        &["c.x.yaml .github/workflows/ci.yml:6", "c.y.yaml .github/workflows/ci.yml:6"],
    );
    workflow(
        "    strategy: {matrix: {include: [{v: x}, {v: y}]}}\n    env: {F: \"c.${{ matrix.v }}.yaml\"}\n    steps:\n      - run: docker compose -f $F up\n",
        files,
        &["c.x.yaml .github/workflows/ci.yml:7", "c.y.yaml .github/workflows/ci.yml:7"],
    );
    workflow(
        "    steps:\n      - run: docker compose -f c.${{ github.ref == 'main' && 'x' || 'y' }}.yaml up\n",
        files,
        &["c.x.yaml .github/workflows/ci.yml:5", "c.y.yaml .github/workflows/ci.yml:5"],
    );
    workflow(
        "    env: {COMPOSE_FILE: c.z.yaml}\n    steps:\n      - run: docker compose up\n        env: {COMPOSE_PROFILES: p}\n",
        files,
        &["c.z.yaml profiles p .github/workflows/ci.yml:6"],
    );
    check(
        "x/action.yml",
        "inputs: {v: {default: y}}\nruns:\n  steps:\n    - run: docker compose -f c.${{ inputs.v }}.yaml up\n",
        files,
        &["c.y.yaml x/action.yml:4"],
    );
    check(".github/workflows/ci.yml.off", "jobs: {a: {steps: [{run: docker compose up}]}}", files, &[]);
}

#[test]
fn gitlab() {
    let files = "a.yaml b.yaml x/a.yaml compose.yaml";
    check(
        ".gitlab-ci.yml",
        ".base:\n  before_script: [cd x]\na:\n  extends: .base\n  script:\n    - docker compose -f a.yaml up\n  after_script:\n    - docker compose -f b.yaml run b\n",
        files,
        &["b.yaml .gitlab-ci.yml:8", "x/a.yaml .gitlab-ci.yml:6"],
    );
    check(
        ".gitlab-ci.yml",
        "variables: {F: a.yaml}\na:\n  parallel: {matrix: [{F: [a.yaml, b.yaml]}]}\n  script: docker compose -f $F up\n",
        files,
        &["a.yaml .gitlab-ci.yml:4", "b.yaml .gitlab-ci.yml:4"],
    );
    check_all(
        &[
            (".gitlab-ci.yml", "include: /ci/a.yml\nvariables: {COMPOSE_FILE: b.yaml}\n"),
            (
                "ci/a.yml",
                "include: [{local: /ci/a.yml}, {local: .gitlab-ci.yml}]\na: {script: [[docker compose up]]}\n",
            ),
        ],
        files,
        &["b.yaml ci/a.yml:2"],
    );
    check(
        ".gitlab-ci.yml",
        "a: {extends: b, script: [docker compose -f a.yaml up]}\nb: {extends: a}\n",
        files,
        &["a.yaml .gitlab-ci.yml:1"],
    );
}

#[test]
fn jenkins() {
    let files = "a.yaml b.yaml x/a.yaml";
    check(
        "Jenkinsfile",
        "node {\n  dir('x') {\n    sh 'docker compose -f a.yaml up'\n  }\n  sh(label: 'b', script: \"\"\"\n    docker compose -f b.yaml up\n  \"\"\")\n}\n",
        files,
        &["b.yaml Jenkinsfile:6", "x/a.yaml Jenkinsfile:3"],
    );
    check(
        "Jenkinsfile",
        "pipeline {\n environment { COMPOSE_FILE = 'a.yaml' }\n stages { stage('A') { steps { sh 'docker compose up'\n withEnv(['COMPOSE_FILE=b.yaml']) { sh 'docker compose up' } } } }\n}",
        files,
        &["a.yaml Jenkinsfile:3", "b.yaml Jenkinsfile:4"],
    );
    check(
        "Jenkinsfile",
        "// sh 'docker compose -f a.yaml up'\n/* sh 'docker compose -f a.yaml up' */\necho 'sh'\n",
        files,
        &[],
    );
    check("Jenkinsfile", &"{ sh '".repeat(20_000), files, &[]);
}

#[test]
fn other_pipelines() {
    let files = "a.yaml b.yaml x/a.yaml compose.yaml";
    check(
        ".circleci/config.yml",
        "jobs:\n  a:\n    working_directory: ~/project\n    environment: {F: b.yaml}\n    steps:\n      - checkout\n      - run: docker compose -f $F up\n      - run:\n          working_directory: x\n          command: docker compose -f a.yaml up\n",
        files,
        &["b.yaml .circleci/config.yml:7", "x/a.yaml .circleci/config.yml:10"],
    );
    check(
        "bitbucket-pipelines.yml",
        "pipelines:\n  default:\n    - step:\n        script:\n          - export COMPOSE_FILE=a.yaml\n          - docker compose up\n        after-script:\n          - docker compose -f b.yaml up\n",
        files,
        &["a.yaml bitbucket-pipelines.yml:6", "b.yaml bitbucket-pipelines.yml:8"],
    );
    check(
        "azure-pipelines.yml",
        "variables: {f: a.yaml}\nsteps:\n  - script: docker compose -f $(f) up\n    workingDirectory: x\n    displayName: docker compose -f b.yaml up\n  - task: DockerCompose@0\n    inputs:\n      dockerComposeFile: '**/b.yaml'\n",
        files,
        &["b.yaml azure-pipelines.yml:8", "x/a.yaml azure-pipelines.yml:3"],
    );
}

#[test]
fn jobs_that_test_what_runs_in_production() {
    let jobs = |name: &str| {
        format!("on: push\njobs:\n  a:\n    name: {name}\n    steps:\n      - run: docker compose -f a.yaml up\n")
    };
    let purpose = |name: &str| {
        let (_, all) = found(&[(".github/workflows/push.yml", &jobs(name)), ("a.yaml", "")]);
        all.projects.values().flatten().map(|one| one.purpose).collect::<Vec<_>>()
    };
    assert_eq!(purpose("Test the production image"), [Purpose::Test]);
    assert_eq!(purpose("Update production"), [Purpose::Deploy]);
}

#[test]
fn programs() {
    let files = "a.yaml b.yaml x/a.yaml compose.yaml";
    check(
        "scripts/start.py",
        "import subprocess\n# [\"docker\", \"compose\", \"-f\", \"b.yaml\", \"up\"]\nsubprocess.run([\n    \"docker\", \"compose\",\n    \"-f\", \"a.yaml\",\n    \"up\", service, \"-d\",\n], check=True)\nos.system(f\"docker compose -f {ROOT}/b.yaml up\")\n",
        files,
        &["a.yaml scripts/start.py:4", "b.yaml scripts/start.py:8"],
    );
    check(
        "scripts/start.mjs",
        "execSync(`docker compose -f a.yaml --env-file ${file} up -d`);\nspawn('docker', ['compose', '-f', 'b.yaml', 'up']);\n",
        files,
        &["a.yaml env /* scripts/start.mjs:1", "b.yaml scripts/start.mjs:2"],
    );
    check(
        "start.bat",
        "@echo off\r\nREM docker compose -f b.yaml up\r\ncd /d %~dp0\\x\r\nif \"%1\"==\"\" (docker compose ^\r\n  -f a.yaml up -d)\r\n",
        files,
        &["x/a.yaml start.bat:4"],
    );
    check(
        "tools/start.ps1",
        "if ($Prod) { docker compose -f a.yaml `\n  -f b.yaml up -d }\n",
        files,
        &["a.yaml+b.yaml tools/start.ps1:1"],
    );
    check("src/app.py", "run([\"docker\", \"compose\", \"-f\", \"a.yaml\", \"up\"])\n", files, &[]);
}
