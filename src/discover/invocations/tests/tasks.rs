//! Task runners, editors and services.

use super::{check, check_all};

#[test]
fn justfiles() {
    let files = "a.yaml b.yaml x/a.yaml c.dev.yaml";
    check(
        "justfile",
        "dc := \"docker compose -f \" + f\nf := 'a.yaml'\nup:\n  @{{dc}} up\n",
        files,
        &["a.yaml justfile:4"],
    );
    check(
        "justfile",
        "up env='dev':\n  docker compose -f c.{{env}}.yaml up\ndown file:\n  docker compose -f {{file}} up\n",
        files,
        &["c.dev.yaml justfile:2"],
    );
    check(
        "justfile",
        "up:\n  cd x\n  docker compose -f a.yaml up\n# docker compose -f b.yaml up\n",
        files,
        &["a.yaml justfile:3"],
    );
    check(
        "justfile",
        "up:\n  #!/usr/bin/env bash\n  cd x\n  docker compose -f a.yaml up\n",
        files,
        &["x/a.yaml justfile:4"],
    );
    check(
        "justfile",
        "[working-directory: 'x']\nup:\n  docker compose -f a.yaml up\n",
        files,
        &["x/a.yaml justfile:3"],
    );
    check(
        "justfile",
        "export COMPOSE_FILE := if os() == 'linux' { 'a.yaml' } else { 'b.yaml' }\nup:\n  docker compose up\n",
        files,
        &["a.yaml justfile:3", "b.yaml justfile:3"],
    );
    check_all(
        &[
            ("justfile", "mod m\nimport 'm.just'\n"),
            ("m.just", "import 'justfile'\nup:\n  docker compose -f {{justfile_directory()}}/a.yaml up\n"),
        ],
        files,
        &["a.yaml m.just:3"],
    );
}

#[test]
fn taskfiles() {
    let files = "a.yaml b.yaml x/a.yaml x/y/a.yaml";
    check(
        "Taskfile.yml",
        "vars: {F: a.yaml}\ntasks:\n  up: docker compose -f {{.F}} up\n  desc:\n    desc: docker compose -f b.yaml up\n",
        files,
        &["a.yaml Taskfile.yml:3"],
    );
    check(
        "Taskfile.yml",
        "tasks:\n  all:\n    cmds:\n      - {task: _up, vars: {F: a}}\n      - {task: _up, vars: {F: b}}\n  _up:\n    cmds:\n      - docker compose -f {{.F}}.yaml up {{.CLI_ARGS}}\n",
        files,
        &["a.yaml Taskfile.yml:8", "b.yaml Taskfile.yml:8"],
    );
    check(
        "Taskfile.yml",
        "tasks:\n  up:\n    dir: x\n    cmds:\n      - cmd: docker compose -f {{.F | default \"a.yaml\"}} up\n      - for: [y]\n        cmd: docker compose -f {{.ITEM}}/a.yaml up\n",
        files,
        &["x/a.yaml Taskfile.yml:5", "x/y/a.yaml Taskfile.yml:7"],
    );
    check_all(
        &[
            ("Taskfile.yml", "includes: {x: ./x}\n"),
            ("x/Taskfile.yml", "includes: {up: ../Taskfile.yml}\ntasks: {up: docker compose -f a.yaml up}\n"),
        ],
        files,
        &["a.yaml x/Taskfile.yml:2", "x/a.yaml x/Taskfile.yml:2"],
    );
}

#[test]
fn package_scripts() {
    let files = "a.yaml x/a.yaml";
    check("x/package.json", "{\"description\": \"docker compose -f a.yaml up\"}", files, &[]);
    check(
        "x/package.json",
        "{\"scripts\": {\n\"dc\": \"docker compose -f a.yaml\",\n\"up\": \"yarn dc up -d\"}}",
        files,
        &["x/a.yaml x/package.json:3"],
    );
    check(
        "package.json",
        "{\"scripts\": {\"up\": \"concurrently \\\"docker compose -f a.yaml up\\\" 'x'\"}}",
        files,
        &["a.yaml package.json:1"],
    );
    check("package.json", "{\"scripts\": {\"up\": \"npm run up -- x compose\"}}", files, &[]);
}

#[test]
fn editors() {
    let files = "a.yaml b.yaml x/a.yaml";
    check(
        "x/.devcontainer/devcontainer.json",
        "{ // \"dockerComposeFile\": \"../b.yaml\"\n\"dockerComposeFile\": [\"../../b.yaml\", \"../a.yaml\",],\n}",
        files,
        &["b.yaml+x/a.yaml x/.devcontainer/devcontainer.json:2"],
    );
    check(
        ".vscode/tasks.json",
        "{\"tasks\": [\n{\"label\": \"docker compose -f b.yaml up\", \"command\": \"docker\", \"args\": [\"compose\", \"-f\", \"a.yaml\", \"up\"], \"options\": {\"cwd\": \"${workspaceFolder}/x\"}},\n{\"dockerCompose\": {\"up\": {}, \"files\": [\"${workspaceFolder}/b.yaml\"]}}]}",
        files,
        &["b.yaml .vscode/tasks.json:3", "x/a.yaml .vscode/tasks.json:2"],
    );
}

#[test]
fn services_of_systemd() {
    let files = "a.yaml x/a.yaml compose.yaml";
    check(
        "a.service",
        "[Service]\nEnvironment=A=1 \"COMPOSE_FILE=a.yaml\"\nWorkingDirectory=/opt/it\nExecStart=-/usr/bin/env docker compose \\\n  up\n",
        files,
        &["a.yaml a.service:4"],
    );
    check(
        "a.service",
        "[Service]\n;ExecStart=docker compose -f a.yaml up\nExecStart=docker compose -f a.yaml up\n",
        files,
        &[],
    );
    check(
        "a.service",
        "[Service]\nExecStart=docker compose -f /x/y/a.yaml --env-file /x/y/e --env-file /etc/e up\n",
        files,
        &["a.yaml env e+/etc/e a.service:2"],
    );
}

#[test]
fn ansible() {
    let files = "a.yaml x/a.yaml x/compose.yaml";
    check(
        "site.yml",
        "- tasks:\n    - community.docker.docker_compose_v2:\n        project_src: /opt/x\n        files: [a.yaml]\n        profiles: p\n    - name: docker compose -f a.yaml up\n      shell: cd /opt/x && docker compose up\n",
        files,
        &["x/a.yaml profiles p site.yml:3", "x/compose.yaml site.yml:7"],
    );
    check(
        "site.yml",
        "- tasks:\n    - template: {src: a, dest: /opt/x/compose.yaml}\n    - docker_compose_v2: {project_src: /opt/x}\n    - docker_compose_v2: {project_src: \"{{ dir }}\"}\n",
        files,
        &[],
    );
    check("values.yml", "a: docker compose -f a.yaml up\n", files, &[]);
}

#[test]
fn python_and_procfiles() {
    let files = "a.yaml b.yaml x/a.yaml";
    check(
        "tox.ini",
        "[testenv]\ndescription = docker compose -f b.yaml up\nchangedir = {toxinidir}/x\ncommands =\n  # docker compose -f b.yaml up\n  -docker compose \\\n    -f a.yaml up\n",
        files,
        &["x/a.yaml tox.ini:6"],
    );
    check(
        "pyproject.toml",
        "[tool.poe.tasks]\nup.cmd = \"docker compose -f a.yaml up\"\ndown = { help = \"docker compose -f b.yaml up\", shell = 'x' }\n",
        files,
        &["a.yaml pyproject.toml:2"],
    );
    check(
        "x/Procfile",
        "# b: docker compose -f a.yaml start\na: docker compose -f a.yaml up\n",
        files,
        &["x/a.yaml x/Procfile:2"],
    );
}
