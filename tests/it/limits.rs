//! Projects that cost too much: each reaches the limit that is meant, and the project next to it is judged all the same.

use std::fmt::Write as _;

use crate::common::{self, code, run, stdout};

/// Judges a project of these files next to one with a mistake, and gives the findings of the first that name a limit.
fn limits(name: &str, files: &[(&str, String)]) -> String {
    let beside = "services:\n  a:\n    image: busybox:1.37\n    restrat: always\n";
    let directory = common::project("limits", name, &[("q/compose.yaml", beside)]);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    common::write(&directory.join("p"), &files);
    let output = run(&directory, &["check", "--format", "concise"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 1, "{name}: {text}");
    assert!(text.contains("q/compose.yaml"), "{name}: {text}");
    text.lines().filter(|line| line.contains("limit-reached")).collect::<Vec<_>>().join("\n")
}

fn repeated(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, at| {
        text.push_str(&line(at));
        text
    })
}

fn compose(text: impl Into<String>) -> (&'static str, String) {
    ("compose.yaml", text.into())
}

#[test]
fn each_limit_is_named() {
    let laughs = repeated(8, |at| {
        let mut line = format!("x-{at}: &a{at} [");
        let item = at.checked_sub(1).map_or("x".to_owned(), |before| format!("*a{before}"));
        for _ in 0..10 {
            let _ = write!(line, "{item}, ");
        }
        line + "]\n"
    });
    let ports = repeated(200, |at| format!("  s{at}: {{image: 'a:1', ports: ['1-65535:1-65535']}}\n"));
    let uses = repeated(100, |at| format!("  s{at}: {{image: 'a:1', command: '${{B}}'}}\n"));
    let variable = format!("B={}\n", "x".repeat(500_000));
    let tree = |at: usize| format!("include: [f{0}.yaml, g{0}.yaml]\n", at + 1);
    let mut files = vec![compose("include: [f0.yaml, g0.yaml]\nservices: {a: {image: 'b:1'}}\n")];
    let names: Vec<(String, String)> = (0..20)
        .flat_map(|at| [(format!("f{at}.yaml"), tree(at)), (format!("g{at}.yaml"), tree(at))])
        .chain(["f20.yaml", "g20.yaml"].map(|name| (name.to_owned(), "services: {z: {image: 'a:1'}}\n".to_owned())))
        .collect();
    files.extend(names.iter().map(|(name, text)| (name.as_str(), text.clone())));
    let services = repeated(3_001, |at| format!("  s{at}: {{image: 'a:1'}}\n"));
    let nested = format!("x.com {{\n{}", "handle {\n".repeat(20_000));
    let caddy = "services:\n  c: {image: 'caddy:2', volumes: ['./Caddyfile:/etc/caddy/Caddyfile']}\n";
    for (name, files, expect) in [
        ("values", vec![compose(laughs + "services: {a: {image: 'b:1'}}\n")], "more than 300000 values"),
        ("nodes", vec![compose(format!("x: [{}]\n", "1,".repeat(2_000_000)))], "more than 300000 values"),
        ("ports", vec![compose(format!("services:\n{ports}"))], "more than 300000 values"),
        ("bytes", vec![compose(format!("services:\n{uses}")), (".env", variable)], "more than 16777216 bytes"),
        ("files", files, "more than 1000 files"),
        ("services", vec![compose(format!("services:\n{services}"))], "more than 3000 services"),
        ("depth", vec![compose(caddy), ("Caddyfile", nested)], "nested too deeply"),
    ] {
        let found = limits(&format!("limit-{name}"), &files);
        assert!(found.contains(expect), "{name}: {found}");
        assert_eq!(found.lines().count(), 1, "{name}: {found}");
    }
}

#[test]
fn long_chains_do_not_overflow_the_stack() {
    let chain = |count: usize, key: &dyn Fn(usize) -> String| {
        let services = repeated(count, |at| format!("  s{}: {{{}}}\n", count - at, key(count - at - 1)));
        vec![compose(format!("services:\n{services}  s0: {{image: 'a:1'}}\n"))]
    };
    for (name, key) in [
        ("extends", "extends: s{}"),
        ("depends", "image: a, depends_on: [s{}]"),
        ("network", "image: a, network_mode: 'service:s{}'"),
        ("volumes", "image: a, volumes_from: [s{}]"),
        ("links", "image: a, links: [s{}]"),
    ] {
        let found = limits(&format!("chain-{name}"), &chain(20_000, &|at| key.replace("{}", &at.to_string())));
        assert!(found.contains("limit-reached"), "{name}");
        // Of this length every service is judged.
        let short = limits(&format!("chain-short-{name}"), &chain(90, &|at| key.replace("{}", &at.to_string())));
        assert_eq!(short, "", "{name}");
    }
}

#[test]
fn many_documents_are_one_project() {
    let documents = repeated(1_000, |at| format!("---\nservices: {{s{at}: {{image: 'a:1'}}}}\n"));
    assert_eq!(limits("documents", &[compose(documents)]), "");
}

/// A word many times, and another as often behind a middle.
fn nested(open: &str, middle: &str, close: &str) -> String {
    const MANY: usize = 2_000;
    format!("{}{middle}{}", open.repeat(MANY), close.repeat(MANY))
}

/// Files that nest what they may, by the kind of what reads them.
fn deep_files() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let of_image =
        |image: &str, file: &str| compose(format!("services:\n  a: {{image: '{image}', volumes: ['./f:{file}']}}\n"));
    let built = || compose("services: {a: {build: ., image: b}}\n");
    let doubly = |open: &str| open.replace('\'', "''");
    let words = |open: &str, middle: &str, close: &str| {
        let text = doubly(&nested(open, middle, close));
        let keys = "command entrypoint working_dir user".split(' ').map(|key| format!("    {key}: '{text}'\n"));
        let labels =
            format!("    labels: {{traefik.http.routers.a.rule: '{text}'}}\n    healthcheck: {{test: '{text}'}}\n");
        let variables = format!("    environment: {{A: '{text}', PASSWORD: '{text}', URL: '{text}'}}\n");
        compose(format!("services:\n  a:\n    image: postgres:17\n{}{labels}{variables}", keys.collect::<String>()))
    };
    let lines = |line: &dyn Fn(usize) -> String| repeated(3_000, line);
    let mut all = vec![
        ("lists", vec![compose(nested("[", "", "]"))]),
        ("mappings", vec![compose(nested("{a: ", "b", "}"))]),
        ("blocks", vec![compose(nested("- ", "a\n", ""))]),
        (
            "deepest",
            vec![compose(format!("x: {}{}\nservices: {{a: {{image: 'b:1'}}}}\n", "[".repeat(250), "]".repeat(250)))],
        ),
        ("aliases", vec![compose(lines(&|at| format!("x{}: &a{} {{k: *a{at}}}\n", at + 1, at + 1)))]),
        ("merges", vec![compose(lines(&|at| format!("x{}: &a{} {{<<: *a{at}}}\n", at + 1, at + 1)))]),
        ("itself", vec![compose("services: {a: &a {image: 'b:1', x-y: *a, labels: *a}}\n")]),
        ("defaults", vec![words("${A:-", "x", "}")]),
        (
            "env",
            vec![compose("services: {a: {image: 'b:${A}'}}\n"), (".env", format!("A={}\n", nested("${A:-", "x", "}")))],
        ),
        ("json", vec![words("{\"a\":", "1", "}")]),
        ("negations", vec![words("!", "Host(`a`)", "")]),
        ("rules", vec![words("(", "Host(`a`)", ")")]),
        ("commands", vec![words("$(", "a", ")")]),
        ("shells", vec![words("sh -c ", "postgres", "")]),
        ("nginx", vec![of_image("nginx:1.29", "/etc/nginx/nginx.conf"), ("f", nested("if ($a) {\n", "", "}\n"))]),
        ("caddy", vec![of_image("caddy:2", "/etc/caddy/Caddyfile"), ("f", nested("a {\n", "", "}\n"))]),
        (
            "snippets",
            vec![
                of_image("caddy:2", "/etc/caddy/Caddyfile"),
                ("f", lines(&|at| format!("(s{at}) {{\nimport s{}\n}}\n", at + 1))),
            ],
        ),
        (
            "haproxy",
            vec![
                of_image("haproxy:3.2", "/usr/local/etc/haproxy/haproxy.cfg"),
                ("f", nested("frontend a\nuse_backend b if { ", "", " }\n")),
            ],
        ),
        (
            "prometheus",
            vec![
                of_image("prom/prometheus:v3.5.0", "/etc/prometheus/prometheus.yml"),
                ("f", nested("{scrape_configs: ", "", "}")),
            ],
        ),
        ("traefik", vec![of_image("traefik:3.5", "/etc/traefik/traefik.yml"), ("f", nested("{http: ", "", "}"))]),
        (
            "toml",
            vec![of_image("traefik:3.5", "/etc/traefik/traefik.toml"), ("f", format!("a = {}", nested("[", "", "]")))],
        ),
        (
            "stages",
            vec![
                built(),
                ("Dockerfile", format!("FROM a AS s0\n{}", lines(&|at| format!("FROM s{at} AS s{}\n", at + 1)))),
            ],
        ),
        ("arguments", vec![built(), ("Dockerfile", format!("FROM a\nENV A={}\n", nested("${A:-", "x", "}")))]),
        ("triggers", vec![built(), ("Dockerfile", format!("FROM a\n{}", nested("ONBUILD ", "RUN x", "")))]),
        ("settings", vec![compose("services: {a: {image: 'b:1'}}\n"), ("plimsoll.yaml", nested("[", "", "]"))]),
    ];
    let script = |open: &str, close: &str| nested(open, "docker compose up", close);
    for (name, path, text) in [
        ("subshells", "up.sh", script("(", ")")),
        ("substitutions", "up.sh", script("x=$(", ")")),
        ("conditions", "up.sh", script("if a; then ", "; fi")),
        ("functions", "up.sh", script("f() ", "")),
        ("wrappers", "up.sh", script("sudo ", "")),
        ("pipes", "up.sh", script("a | ", "")),
        ("negated", "up.sh", script("! ", "")),
        ("quoted", "up.sh", script("\"${a:-", "}\"")),
        ("evals", "up.sh", script("bash -c \"", "\"")),
        ("make", "Makefile", format!("A := {}\nup:\n\tdocker compose $(A) up\n", nested("$(", "x", ")"))),
        ("just", "justfile", format!("a := {}\nup:\n  docker compose {{{{a}}}} up\n", nested("(", "'x'", ")"))),
        ("groovy", "Jenkinsfile", script("dir('x') { sh '", "'}")),
        ("package", "package.json", nested("{\"scripts\":", "\"docker compose up\"", "}")),
        (
            "devcontainer",
            ".devcontainer/devcontainer.json",
            nested("{\"dockerComposeFile\":", "\"../compose.yaml\"", "}"),
        ),
        ("workflow", ".github/workflows/a.yml", nested("{jobs: ", "docker compose up", "}")),
        ("quotes", "README.md", nested("> ", "`docker compose up`", "")),
        ("poe", "pyproject.toml", format!("[tool.poe.tasks]\na = {}", nested("[", "'docker compose up'", "]"))),
    ] {
        all.push((name, vec![compose("services: {a: {image: 'b:1'}}\n"), (path, text)]));
    }
    all
}

#[test]
fn what_is_nested_deeply_ends_no_run() {
    let beside = "services:\n  a:\n    image: busybox:1.37\n    restrat: always\n";
    for (name, files) in deep_files() {
        let directory = common::project("limits", &format!("deep-{name}"), &[("q/compose.yaml", beside)]);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        common::write(&directory.join("p"), &files);
        let output = run(&directory, &["check", "--no-config", "--format", "concise"]);
        // Whatever is wrong with the deep file, the project beside it is judged, and no signal ended the run.
        assert!(matches!(output.status.code(), Some(1 | 2)), "{name}: {:?} {}", output.status, common::stderr(&output));
        assert!(stdout(&output).contains("q/compose.yaml"), "{name}: {}", stdout(&output));
    }
}
