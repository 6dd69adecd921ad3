//! What comes through a variable is never shown: each kind of problem, caused by a value of `.env`.

use std::path::PathBuf;

use serde_json::Value;

use crate::common::{self, FORMATS, run, stderr, stdout};

/// The value, and one with colons in it.
const ENV: &str = "API_TOKEN=hunter2-SECRET-4711\nTOKEN_PARTS=aa:/hunter2-SECRET-4711:bb:cc:dd\n";

/// A trace of either.
const TRACE: &str = "hunter2";

/// A directory each, with the lines of its service `web`, which has an image, and what comes behind the services.
const CASES: &[(&str, &str, &str)] = &[
    ("restart", "restart: ${API_TOKEN}", ""),
    ("restart-prefix", "restart: x${API_TOKEN}", ""),
    ("restart-count", "restart: on-failure:${API_TOKEN}", ""),
    ("pull-policy", "pull_policy: ${API_TOKEN}", ""),
    ("target-port", "ports: ['80:${API_TOKEN}']", ""),
    ("host-port", "ports: ['${API_TOKEN}:80']", ""),
    ("port-address", "ports: ['${API_TOKEN}:80:80']", ""),
    ("port-protocol", "ports: ['80/${API_TOKEN}']", ""),
    ("long-port", "ports: [{target: 80, host_ip: '${API_TOKEN}'}]", ""),
    ("undefined-volume", "volumes: ['${API_TOKEN}:/data']", ""),
    ("volume-parts", "volumes: ['${TOKEN_PARTS}']", ""),
    ("device-parts", "devices: ['${TOKEN_PARTS}']", ""),
    ("mount-target", "tmpfs: ['/${API_TOKEN}']\n    volumes: ['./a:/${API_TOKEN}']", ""),
    ("undefined-network", "networks: ['${API_TOKEN}']", ""),
    ("undefined-service", "depends_on: ['${API_TOKEN}']", ""),
    ("undefined-secret", "secrets: ['${API_TOKEN}']", ""),
    ("undefined-config", "configs: ['${API_TOKEN}']", ""),
    ("context", "build: {context: ., additional_contexts: ['a=service:${API_TOKEN}']}", ""),
    ("no-equals", "build: {context: ., additional_contexts: ['${API_TOKEN}']}", ""),
    ("size", "mem_limit: ${API_TOKEN}", ""),
    ("duration", "stop_grace_period: ${API_TOKEN}", ""),
    ("interval", "healthcheck: {interval: '${API_TOKEN}'}", ""),
    ("integer", "cpu_shares: ${API_TOKEN}", ""),
    ("boolean", "init: ${API_TOKEN}", ""),
    ("float", "cpus: ${API_TOKEN}", ""),
    ("file-mode", "secrets: [{source: s, mode: '${API_TOKEN}'}]", "secrets: {s: {environment: S}}"),
    ("device-count", "gpus: [{count: '${API_TOKEN}'}]", ""),
    ("extra-hosts", "extra_hosts: ['${API_TOKEN}']", ""),
    ("extra-hosts-name", "extra_hosts: ['x:${API_TOKEN}=1.2.3.4']", ""),
    ("variable-name", "environment: ['${API_TOKEN} =x']", ""),
    ("duplicate-entry", "cap_add: ['${API_TOKEN}', '${API_TOKEN}']", ""),
    ("platform", "platform: '${API_TOKEN}'\n    build: {context: ., platforms: [linux/arm64]}", ""),
    ("env-file", "env_file: ['${API_TOKEN}.env']", ""),
    ("env-file-format", "env_file: [{path: a.env, format: '${API_TOKEN}'}]", ""),
    ("label-file", "label_file: ['${API_TOKEN}.labels']", ""),
    ("extends", "extends: {service: '${API_TOKEN}'}", ""),
    ("extends-file", "extends: {file: '${API_TOKEN}.yaml', service: a}", ""),
    ("extends-remote", "extends: {file: 'https://${API_TOKEN}/a.yaml', service: a}", ""),
    ("include", "", "include: ['${API_TOKEN}/compose.yaml']"),
    ("include-remote", "", "include: ['https://user:${API_TOKEN}@host/compose.yaml']"),
    ("include-env", "", "include: [{path: a.yaml, env_file: '${API_TOKEN}.env'}]"),
    ("container-name", "container_name: '${API_TOKEN}'", "x: {}"),
    ("required-message", "hostname: ${UNSET_NAME:?not ${API_TOKEN}}", ""),
    ("image", "hostname: x", "x: {}"),
    ("capability", "cap_add: ['${API_TOKEN}']", ""),
    ("signal", "stop_signal: '${API_TOKEN}'", ""),
    ("namespace", "ipc: '${API_TOKEN}'", ""),
    ("user-namespace", "uts: '${API_TOKEN}'", ""),
    ("working-dir", "working_dir: '${API_TOKEN}'", ""),
    ("mac", "mac_address: '${API_TOKEN}'", ""),
    ("dns", "dns: ['${API_TOKEN}']", ""),
    ("security", "security_opt: ['${API_TOKEN}']", ""),
    ("address", "networks: {n: {ipv4_address: '${API_TOKEN}'}}", "networks: {n: {}}"),
    ("subnet", "networks: [n]", "networks: {n: {ipam: {config: [{subnet: '${API_TOKEN}'}]}}}"),
    ("mount-path", "volumes: ['data:${API_TOKEN}']", "volumes: {data: {}}"),
    ("volume-name", "volumes: ['data:/data']", "volumes: {data: {name: '-${API_TOKEN}'}}"),
    ("dollar-in-password", "environment: {DB_PASSWORD: 'ab${hunter2 x}c'}", ""),
];

fn folder() -> PathBuf {
    let mut files = Vec::new();
    for (name, service, more) in CASES {
        let image = if *name == "image" { "Example/${API_TOKEN}" } else { "alpine:3" };
        let twin = if *name == "container-name" {
            format!("  twin:\n    image: alpine:3\n    {service}\n")
        } else {
            String::new()
        };
        let more = if more.starts_with("x:") { "" } else { more };
        let text = format!("services:\n  web:\n    image: {image}\n    {service}\n{twin}{more}\n");
        files.push((format!("{name}/compose.yaml"), text));
        files.push((format!("{name}/.env"), ENV.to_owned()));
    }
    files.push(("env-file-format/a.env".to_owned(), "A=b\n".to_owned()));
    files.push(("include-env/a.yaml".to_owned(), "services: {a: {image: 'alpine:3'}}\n".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    common::project("variables", "all", &files)
}

#[test]
fn no_output_shows_what_a_variable_brought() {
    let folder = folder();
    let json: Value = serde_json::from_str(&stdout(&run(&folder, &["check", "--format", "json"]))).unwrap();
    let found = json.get("findings").and_then(Value::as_array).unwrap();
    let in_case = |name: &str| {
        let prefix = format!("{name}/");
        found.iter().any(|finding| finding["file"].as_str().is_some_and(|file| file.starts_with(&prefix)))
    };
    let silent: Vec<&str> = CASES.iter().map(|(name, ..)| *name).filter(|name| !in_case(name)).collect();
    assert!(silent.is_empty(), "nothing is found in {silent:?}");
    let mut shown = Vec::new();
    for finding in found.iter().filter(|finding| finding.to_string().contains(TRACE)) {
        shown.push(finding.to_string());
    }
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    for format in FORMATS {
        let output = run(&folder, &["check", "--strict", "--style", "--format", format]);
        let text = stdout(&output) + &stderr(&output);
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(TRACE)).collect();
        assert!(lines.is_empty(), "{format}: {}", lines.join("\n"));
    }
    for arguments in [&["check", "--diff"][..], &["check", "--diff", "--unsafe-fixes"], &["baseline"]] {
        let output = run(&folder, arguments);
        let text = stdout(&output) + &stderr(&output);
        assert!(!text.contains(TRACE), "{arguments:?}: {text}");
    }
}
