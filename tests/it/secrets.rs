//! No output shows a secret, and nothing in a file acts on a terminal or on a CI runner.

use crate::common::{FORMATS, findings, project, report, run, stderr, stdout};

/// All that plimsoll prints about a folder, `resolve` left out: its output and what it is of.
fn outputs(folder: &std::path::Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |arguments: &[&str]| {
        let output = run(folder, arguments);
        all.push((arguments.join(" "), stdout(&output) + &stderr(&output)));
    };
    for format in FORMATS {
        add(&["check", "--strict", "--style", "--format", format]);
    }
    add(&["check", "--show", "info"]);
    add(&["check", "--diff", "--unsafe-fixes"]);
    for picture in ["mermaid", "dot", "svg"] {
        add(&["graph", "--format", picture]);
    }
    add(&["projects"]);
    add(&["baseline", "--output", "known.json"]);
    all.push(("known.json".to_owned(), std::fs::read_to_string(folder.join("known.json")).unwrap_or_default()));
    all
}

/// A made-up secret, different for each number and without a trace of another.
fn made_up(number: usize) -> String {
    const LETTERS: &[u8] = b"q7Rt2LmX9zKw4bNc8VpJ3sHd6Yf";
    (0..20)
        .map(|at| char::from(*LETTERS.get((number * 7 + at * (number + 5)) % LETTERS.len()).unwrap_or(&b'x')))
        .collect()
}

fn assert_hidden(folder: &std::path::Path, secrets: &[String]) {
    for (what, text) in outputs(folder) {
        for secret in secrets {
            let parts = (0..=secret.len() - 10).filter_map(|at| secret.get(at..at + 10));
            for part in parts {
                let line = text.lines().find(|line| line.contains(part));
                assert!(line.is_none(), "{what} shows `{part}`: {}", line.unwrap_or_default());
            }
        }
    }
}

#[test]
fn no_format_shows_a_secret() {
    let secrets: Vec<String> = (0..6).map(made_up).collect();
    let [a, b, c, d, e, f] = secrets.as_slice() else { return };
    let compose = format!(
        "services:
  web:
    image: registry.example.com/x:{a}
    restart: ${{API_TOKEN}}
    ports: ['${{API_TOKEN}}:80']
    volumes: ['./${{API_TOKEN}}:/x', 'data:/{b}']
    container_name: ${{API_TOKEN}}
    environment:
      DB_PASSWORD: {b}
      URL: postgres://me:{c}@db:5432/x
      - x
    command: run --password {d} # token {e}
    labels: ['traefik.http.middlewares.a.basicauth.users=u:$$2y$$05$${f}{f}{f}']
    restrat: always
  proxy:
    image: nginx:1.27
    environment: {{API_TOKEN: {d}}}
    volumes: ['./t:/etc/nginx/templates']
    restrat: always
volumes: {{data: {{}}}}
"
    );
    let compose = compose.replace("      - x\n", "").replace(&format!("x:{a}"), "x:1");
    let template = "server { listen 81; location / { proxy_pass http://${API_TOKEN}:80; } }\n";
    let env = format!("API_TOKEN={a}\nBROKEN LINE {e}\n");
    let folder =
        project("secrets", "all", &[("compose.yaml", &compose), ("t/default.conf.template", template), (".env", &env)]);
    assert!(!findings(&report(&folder, &[])).is_empty());
    assert_hidden(&folder, &secrets);
}

#[test]
fn the_rest_of_a_password_behind_a_dollar_is_hidden() {
    let secrets: Vec<String> = (10..14).map(|number| format!("p{}", made_up(number))).collect();
    let [a, b, c, d] = secrets.as_slice() else { return };
    let compose = format!(
        "services:\n  a:\n    image: busybox:1.37\n    environment:\n      DB_PASSWORD: 'pa${a}'\n      API_TOKEN: \"x${{{b}}}y\"\n    \
         command: run --password ab${c}\n    restrat: always\n  b:\n    image: busybox:1.37\n    environment:\n      - DB_PASSWORD=q${d}\n"
    );
    let folder = project("secrets", "dollar", &[("compose.yaml", &compose)]);
    let found = findings(&report(&folder, &[]));
    assert!(found.iter().any(|finding| finding["rule"] != "unknown-key"), "{found:?}");
    assert_hidden(&folder, &secrets);
}

#[test]
fn fingerprints_do_not_depend_on_secrets() {
    let prints = |number: usize| {
        let secret = made_up(number);
        let compose = format!(
            "services:\n  a:\n    image: busybox:1.37\n    restart: ${{API_TOKEN}}\n    cap_add: ['${{API_TOKEN}}', '${{API_TOKEN}}']\n    \
             environment: {{DB_PASSWORD: 'x$t{secret}'}}\n    depends_on: ['ghp_{secret}{secret}']\n"
        );
        let env = format!("API_TOKEN={secret}\n");
        let folder = project("secrets", &format!("prints-{number}"), &[("compose.yaml", &compose), (".env", &env)]);
        let mut prints: Vec<String> =
            findings(&report(&folder, &[])).iter().map(|finding| finding["fingerprint"].to_string()).collect();
        prints.sort();
        prints
    };
    let (one, other) = (prints(20), prints(21));
    assert!(one.len() >= 3, "{one:?}");
    assert_eq!(one, other);
}

#[test]
fn no_output_acts_on_a_terminal_or_a_runner() {
    let names = [
        "##[error]x",
        "##vso[task.complete result=Failed]",
        "##teamcity[buildStop]",
        "::error::x",
        "\\x1b[31mred",
        "\\u202ereversed",
        "\\u200bhidden",
        "\\u2028line",
        "\\U000e0041tag",
        "\\ufeffmark",
    ];
    let mut compose = "services:\n  web:\n    image: busybox:1.37 # ##[stop-commands]x\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        compose.push_str(&format!("    \"{name}{number}\": 1\n"));
    }
    compose.push_str(&format!("    depends_on: [{}]\n", names.map(|name| format!("\"{name}\"")).join(", ")));
    let folder = project("secrets", "runner", &[("::add-mask::x/compose.yaml", &compose), ("compose.yaml", &compose)]);
    for (what, text) in outputs(&folder) {
        let hostile = |letter: char| {
            letter.is_control() && letter != '\n'
                || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
        };
        assert!(!text.contains(hostile), "{what}");
        for line in text.lines() {
            let is_own = what.ends_with("--format github") && line.starts_with("::") && line.contains("file=");
            let is_command = line.trim_start().starts_with("::")
                || ["##[", "##vso[", "##teamcity["].iter().any(|mark| line.contains(mark));
            assert!(is_own || !is_command, "{what}: {line}");
        }
    }
}
