//! Files that are cut off or damaged: nothing ends the run, and every place is within its file.

use super::{COMPOSE, below, found};

/// A file of each kind, with most of what its reader looks for.
const SAMPLES: [(&str, &str); 19] = [
    (
        "up.sh",
        "#!/bin/sh\nset -a\n. ./lib.sh\nF=(-f a.yaml \"${X:+-f}\" `x`)\ncase \"${1:-a}\" in a|b) cd \"$(dirname \"$0\")/..\";; *) exit;; esac\nfor f in *.yaml; do [[ $f ]] && docker compose \"${F[@]}\" -f ${f%.yaml}.yaml up; done\nssh h <<'E'\ncd /opt/shop; docker compose -f a.yaml up\nE\nf() { docker compose -f <(x) \"$@\"; }; f up\n",
    ),
    (
        "Makefile",
        "include x.mk\nA ?= $(if $(X),a,b)\nifeq ($(A),a)\nF := -f $(A).yaml\nelse\nF = $(foreach f,a b,-f $(f).yaml)\nendif\ndefine up\ndocker compose $(F) up\nendef\na: export B = 1\na b: c ; $(call up,$@)\n\t@cd x && $(up) $(A:a=b)\n\t$(MAKE) a X=1\n",
    ),
    (
        "justfile",
        "set dotenv-load\nimport 'x.just'\na := \"x\" + env('Y', 'z') / 'w'\n[private]\nup b='c' *d: e\n  @docker compose -f {{a}}.{{if b == 'c' { 'd' } else { 'e' } }} up {{d}}\n",
    ),
    (
        "Taskfile.yml",
        "vars: {A: a, B: {sh: x}}\nincludes: {x: {taskfile: ./x, dir: y}}\ntasks:\n  up:\n    dir: x\n    env: {C: d}\n    cmds:\n      - for: [a]\n        cmd: docker compose -f {{.A}}.{{.ITEM}} up\n      - {task: up, vars: {A: b}}\n",
    ),
    (
        "package.json",
        "{\"scripts\": { // é\n\"a\": \"docker compose -f \\\"a.yaml\\\"\", \"b\": \"npm run a -- up\",}}",
    ),
    (
        ".github/workflows/a.yml",
        "env: {A: a}\njobs:\n  é:\n    strategy: {matrix: {b: [c, {d: e}], include: [{b: f}]}}\n    steps:\n      - uses: actions/checkout@v4\n        with: {path: x, repository: a/b}\n      - run: |\n          docker compose -f ${{ env.A }}.${{ matrix.b || 'é' }} up\n          echo A=b >> $GITHUB_ENV\n        working-directory: x\n",
    ),
    (
        ".gitlab-ci.yml",
        "include: [{local: /x.yml}]\na: &a\n  extends: b\n  parallel: {matrix: [{C: [d, e]}]}\n  before_script: [cd x]\n  script:\n    - [docker compose -f $C.yaml up]\n",
    ),
    (
        "Jenkinsfile",
        "pipeline { environment { A = 'a' }\n stage('é') { dir('x') { withEnv([\"B=b\"]) { sh(script: '''docker compose -f a.yaml up''') } } } /* x */ // y\n",
    ),
    (
        ".circleci/config.yml",
        "jobs: {a: {environment: {F: a}, steps: [{run: {command: 'docker compose -f $F.yaml up', working_directory: x}}]}}",
    ),
    (
        "azure-pipelines.yml",
        "variables: [{name: a, value: b}]\nsteps:\n  - bash: docker compose -f $(a).yaml up\n  - task: DockerCompose@0\n    inputs: {dockerComposeFile: a.yaml}\n",
    ),
    (".devcontainer/devcontainer.json", "{/* x */\"dockerComposeFile\": [\"../a.yaml\", \"b.yaml\",]}"),
    (
        ".vscode/tasks.json",
        "{\"tasks\":[{\"command\":\"docker\",\"args\":[\"compose\",{\"value\":\"up\"}],\"options\":{\"cwd\":\"${workspaceFolder}/x\",\"env\":{\"A\":\"b\"}}},{\"dockerCompose\":{\"files\":[\"a.yaml\"]}}]}",
    ),
    (
        "a.service",
        "[Service]\nEnvironment=A=1 \"B=2 é\"\nEnvironmentFile=-/x/.env\nWorkingDirectory=/opt/%i\nExecStart=-/usr/bin/docker compose -f a.yaml \\\n  up\n",
    ),
    (
        "site.yml",
        "- tasks:\n    - docker_compose_v2: {project_src: \"/opt/{{ item }}\", files: [a.yaml]}\n      loop: [a, é]\n    - command: {argv: [docker, compose, up], chdir: /x}\n",
    ),
    ("tox.ini", "[testenv]\nsetenv =\n  A = b\ncommands =\n  -docker compose \\\n    -f {env:X:a}.yaml up\n"),
    ("pyproject.toml", "[tool.poe.tasks]\na = 'docker compose -f a.yaml up'\nb = [{cmd = \"docker compose up\"}]\n"),
    (
        "README.md",
        "# é\n```console\n$ git clone https://x/y && cd y\n$ docker compose -f <a>.yaml \\\n  up\n```\n## b\n- `docker compose -f c.$X.yaml up` <!-- x -->\n",
    ),
    (
        "a.rst",
        "A\n=\n\né::\n\n  docker compose -f a.yaml up\n\n.. code-block:: sh\n\n   cd x\n\n``docker compose up``\n",
    ),
    ("a.adoc", "= é\n[source,sh]\n----\ndocker compose -f a.yaml up\n----\n`docker compose up`\n"),
];

fn check(path: &str, text: &str) {
    let (sources, found) =
        found(&[(path, text), ("compose.yaml", COMPOSE), ("a.yaml", COMPOSE), ("x/compose.yaml", COMPOSE)]);
    for place in found.projects.values().flatten().flat_map(|invocation| &invocation.written) {
        let file = sources.file(place.span.file);
        assert!(place.span.start as usize <= file.text.len(), "{path}: {text:?}");
    }
}

#[test]
fn files_that_are_cut_off() {
    for (path, text) in SAMPLES {
        for start in (0..text.len()).step_by(3).filter_map(|end| text.get(..end)) {
            check(path, start);
        }
    }
}

#[test]
fn files_that_are_damaged() {
    let mut seed: u64 = 7;
    let mut next = |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % limit
    };
    let signs = [
        "'", "\"", "`", "$", "{", "}", "(", ")", "\\", "\n", "<", ">", "|", "&", ":", "#", "\t", "é", "\u{e000}",
        "${{", "-",
    ];
    for (path, text) in SAMPLES {
        for _ in 0..40 {
            let mut letters: Vec<char> = text.chars().collect();
            for _ in 0..=next(4) {
                let at = next(letters.len());
                let sign = signs[next(signs.len())];
                match next(3) {
                    0 => letters.splice(at..at, sign.chars()).for_each(drop),
                    1 => letters.splice(at..=at, sign.chars()).for_each(drop),
                    _ => drop(letters.remove(at)),
                }
            }
            check(path, &letters.into_iter().collect::<String>());
        }
    }
}

/// Files whose commands would take for ever to follow, or memory without end.
fn endless() -> Vec<(&'static str, String)> {
    let repeated = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let many = |word: &str| word.repeat(60_000);
    vec![
        ("a.sh", format!("docker compose {} up\n", many("-f compose.yaml "))),
        ("b.sh", format!("docker compose {} up\n", many("--env-file .env "))),
        (".env", format!("COMPOSE_FILE={}compose.yaml\n", many("compose.yaml:"))),
        ("justfile", format!("c := {}c\nup:\n  docker compose -f {{{{c}}}} up\n", "c + ".repeat(5_000))),
        (
            "a.just",
            format!(
                "set export\n{}{}",
                repeated(5_000, &|at| format!("a{at} := 'x'\n")),
                repeated(5_000, &|at| { format!("r{at}:\n  docker compose up\n") })
            ),
        ),
        (
            "a.mk",
            format!(
                "export\n{}{}",
                repeated(5_000, &|at| format!("a{at} = x\n")),
                repeated(5_000, &|at| { format!("r{at}:\n\tdocker compose up\n") })
            ),
        ),
        (
            "b.mk",
            format!(
                "{}{}",
                repeated(5_000, &|at| format!("a{at} = x\n")),
                repeated(5_000, &|at| { format!("ifeq ($(b{at}),x)\nb{at} = y\nendif\n") })
            ) + "up:\n\tdocker compose up\n",
        ),
        ("c.mk", format!("A = x\n{}up:\n\tdocker compose $(A) up\n", "A += xxxxxxxxxxxxxxxx\n".repeat(30_000))),
        ("d.mk", format!("A := {}\nup:\n\tdocker compose {} up\n", "x".repeat(30_000), "$(A)".repeat(60_000))),
    ]
}

#[test]
fn what_would_take_for_ever_is_not_finished() {
    for (path, text) in endless() {
        let (_, found) = found(&[(path, &text), ("compose.yaml", COMPOSE)]);
        let unfinished: Vec<String> = found.unfinished.iter().map(|file| below(file)).collect();
        assert_eq!(unfinished, [path]);
    }
}

#[test]
fn patterns_of_many_stars_end() {
    let names: Vec<String> = (0..200).map(|at| format!("x/{}{at}.yaml", "a".repeat(60))).collect();
    let script = "for f in x/*a*a*a*a*a*a*a*b.yaml; do docker compose -f $f up; done\n".repeat(200);
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), COMPOSE)).collect();
    files.extend([("up.sh", script.as_str()), ("compose.yaml", COMPOSE)]);
    let (_, found) = found(&files);
    assert_eq!(found.unfinished.iter().map(|file| below(file)).collect::<Vec<_>>(), ["up.sh"]);
}
