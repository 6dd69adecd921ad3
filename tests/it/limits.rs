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
