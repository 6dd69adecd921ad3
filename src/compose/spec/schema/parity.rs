//! Facts tried on docker compose 2.40.3: which lines its schema takes, and which it refuses.

use std::path::Path;

use super::tests::value_of;
use super::validate;
use crate::compose::problem::Verdict;
use crate::source::SourceDb;
use crate::yaml::parse;

const BASE: &str = "services:\n  a:\n    image: x\n";

/// Lines of a service with which `docker compose config` succeeds.
const SERVICE_TAKEN: &[&str] = &[
    "build: {context: ., x-a: 1}",
    "blkio_config: {device_read_bps: [{path: /dev/sda, rate: 1mb}]}",
    "cgroup: host",
    "devices: [{source: /dev/a, target: /dev/a}]",
    "extra_hosts: {a: [1.1.1.1, 1.1.1.1]}",
    "gpus: all",
    "healthcheck: {retries: 3.5}",
    "logging: {options: {max-file: 3, a: null}}",
    "mem_swappiness: 60.0",
    "networks: {default: {priority: 1.5}}",
    "ports: [{target: 80, published: 80}]",
    "post_start: [{command: }]",
    "pull_policy: every_3h",
    "volumes: [{type: bind, source: /a, target: /a, bind: {recursive: writable, x-a: 1}}]",
    r#"build: {context: ., args: [a=1], no_cache: "true", ulimits: {nofile: 5}}"#,
    "command:",
    "cpu_count: 1.0",
    "environment: {a: 1, b: 1.5, c: true, d: , é: é}",
    "environment: [é=1]",
    "container_name: é ab",
    "deploy:",
    "deploy: {resources: {limits: {cpus: 0.5, memory: 5M, pids: 3}}}",
    "entrypoint: []",
    r#"healthcheck: {test: NONE, retries: "3", interval: 1m30s}"#,
    "labels: {a: 1, b: }",
    "logging: {driver: none, x-a: [1]}",
    "networks: {default: }",
    r#"ports: [80, "81:81", {target: 82, x-a: 1}]"#,
    "pull_policy: every_3h2",
    "restart: no",
    "stop_grace_period: 10s",
    r#"user: "0""#,
    "volumes: [/a, {type: volume, target: /b}]",
    "x-a: 2024-01-01",
    r#"init: "true""#,
    "mem_reservation: 2.0",
    "shm_size: 1e3",
    "storage_opt: {size: 1G}",
    "ulimits: {NO FILE: 1}",
    "env_file: []",
    "tmpfs: /a",
    "gpus: [{driver: nvidia, capabilities: [gpu], other: 1}]",
];

/// Lines of a service at which `docker compose config` stops with `validating …`.
const SERVICE_REFUSED: &[&str] = &[
    "build: {context: ., no_cach: true}",
    "build: {context: ., args: {a: [1]}}",
    "build: {context: ., ulimits: {nofile: {soft: 1}}}",
    "build: {context: ., secrets: [{source: a, uid: 5}]}",
    "build: {context: ., platforms: linux/amd64}",
    "build: {context: ., privileged: 1}",
    "blkio_config: {weight: 300, x-a: 1}",
    "blkio_config: {device_read_bps: [{path: /dev/sda, rate: 1.5}]}",
    "cgroup: other",
    "configs: [{source: a, mode: [1]}]",
    "credential_spec: {fil: a}",
    "depends_on: [{b: {condition: service_started}}]",
    r#"depends_on: {b: {condition: service_started, required: "true"}}"#,
    "depends_on: {b: {}}",
    "depends_on: {b: }",
    "depends_on: {b: {condition: ready}}",
    "devices: [{target: /dev/a}]",
    "dns: {a: 1}",
    "device_cgroup_rules: [c 1:3 mr, c 1:3 mr]",
    "env_file: {path: a}",
    "env_file: [{path: /dev/null, required: false, x-a: 1}]",
    "extra_hosts: {a: 1}",
    "extra_hosts: [a: 1.1.1.1]",
    "gpus: none",
    "gpus: [{count: 1.5}]",
    "gpus: [{capabilities: [gpu, gpu]}]",
    "group_add: [a, 1, 1]",
    "healthcheck: {test: {a: 1}}",
    "healthcheck: {test: [CMD, 1]}",
    "healthcheck: {interval: 10}",
    "healthcheck: {disable: 1}",
    "healthcheck: {retires: 3}",
    "init: 2",
    "ipc: 1",
    "logging: {driver: 1}",
    "logging: {options: {max-file: true}}",
    "logging: {options: [a]}",
    "mac_address: 1",
    "mem_swappiness: 1.5",
    "networks: {a b: {}}",
    r#"networks: {default: {priority: "1"}}"#,
    "networks: {default: {aliases: x}}",
    "networks: [1]",
    "oom_score_adj: 1001",
    "pid: 1",
    "pids_limit: true",
    "ports: [{target: 80, published: 80.5}]",
    "ports: [{target: 80, prot: udp}]",
    "ports: [true]",
    "post_start: [{user: root}]",
    "pre_stop: {command: a}",
    "profiles: a",
    "provider: {options: {a: 1}}",
    "provider: {type: x, options: {a: {b: 1}}}",
    "provider: {type: x, options: {a: [b, {}]}}",
    "pull_policy: every_",
    "read_only: [true]",
    "restart: true",
    "scale: 1.5",
    "secrets: {a: b}",
    "security_opt: [label: disable]",
    "shm_size: true",
    "stop_signal: 9",
    "sysctls: {a: [1]}",
    "ulimits: {nofile: 1.5}",
    r#"use_api_socket: "true""#,
    "user: 0",
    "volumes: [{type: other, target: /a}]",
    "volumes: [{target: /a}]",
    "volumes: [{type: tmpfs, target: /a, tmpfs: {size: 1.5}}]",
    "volumes: [{type: bind, source: /a, target: /a, bind: {selinux: x}}]",
    "volumes: [1]",
    "volumes: /a:/b",
    "deploy: {replicas: 1.5}",
    "deploy: {replicas: [1]}",
    "deploy: {mode: 1}",
    "deploy: {resources: {limits: {memory: 5}}}",
    "deploy: {resources: {limits: {cpus: 0.5, pids: 3, mem: 1}}}",
    "deploy: {resources: {reservations: {devices: [{driver: nvidia}]}}}",
    "deploy: {resources: {reservations: {devices: [{capabilities: gpu}]}}}",
    "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: a, value: true}}]}}}",
    "deploy: {update_config: {order: x}}",
    "deploy: {placement: {preferences: [{spread: 1}]}}",
    "deploy: {placement: {constraints: a}}",
    "deploy: {restart_policy: always}",
    "develop: {watch: [{path: a}]}",
    r#"develop: {watch: [{path: a, action: sync, target: /a, initial_sync: "true"}]}"#,
    "develop: {watch: [{path: a, action: syn, target: /a}]}",
    "models: {m: {endpoint_var: A, x: 1}}",
    "models: {m: {endpoint_var: 5}}",
    "attach: 1",
    "annotations: {a: {}}",
    "label_file: {a: b}",
    "cpu_count: -1",
    "cpuset: 0",
    "cpus: [1]",
    "storage_opt: a",
    "container_name: a",
    "container_name: é",
    r#"environment: {"": a}"#,
    "environment: {a: 2024-01-01}",
    "networks:",
    "no_cache_filter: a",
    "pre_start: []",
    "build: {no_cache_filter: a}",
];

/// Lines at top level with which `docker compose config` succeeds.
const FILE_TAKEN: &[&str] = &[
    "networks: {a: {driver_opts: {a: 1.5, b: x}}}",
    r#"networks: {"é": {b: 1}}"#,
    "volumes: {a: {labels: [a=1, b=2]}}",
    "secrets: {a: {external: {nam: 1}, name: b}}",
    r#"models: {"m m": {a: 1}}"#,
    "x-a: {b: [1]}",
    r#"version: "3""#,
    r#"networks: {"my net": {drivr: 1}}"#,
    "volumes: {a: }",
];

/// Lines at top level at which `docker compose config` stops with `validating …`.
const FILE_REFUSED: &[&str] = &[
    "networks: {a: {driver: 1}}",
    "networks: {a: {ipam: {config: [{subnet: 1}]}}}",
    "networks: {a: {ipam: {config: {subnet: a}}}}",
    "networks: {a: {ipam: {options: {a: 1}}}}",
    "networks: {a: {driver_opts: {a: true}}}",
    "networks: {a: {external: {nam: b}}}",
    "networks: {a: {external: 1}}",
    "networks: [a]",
    "networks: {x-a: {b: 1}}",
    "volumes: {a: {driver_opts: [a]}}",
    r#"volumes: {"a b": {}}"#,
    "volumes: {a: b}",
    "secrets: {a: {file: 1}}",
    "secrets: {a: {file: ./a, fil: 1}}",
    "secrets: {a: }",
    "configs: {a: {content: 5}}",
    r#"configs: {a: {content: "5", labels: {a: {}}}}"#,
    r#"configs: {"a b": {content: "5"}}"#,
    "models: {m: {name: a}}",
    "models: {m: {model: a, context_size: 1.5}}",
    "models: {m: {model: a, context_size: 1.0, runtime_flags: [1]}}",
    "volums: {a: {}}",
    "networks:",
];

/// Whether the validator says that docker compose 2.40.3 refuses a file.
fn is_refused(text: &str) -> bool {
    let db = SourceDb::new();
    let file = db.overlay(Path::new("/compose.yml"), text.to_owned());
    let (tree, findings) = parse(file, text);
    assert!(findings.is_empty(), "{text}");
    validate(&value_of(&tree)).iter().any(|reported| reported.verdict != Verdict::Accepted)
}

#[test]
fn what_docker_compose_takes_is_taken() {
    for line in SERVICE_TAKEN {
        assert!(!is_refused(&format!("{BASE}    {line}\n")), "{line}");
    }
    for line in FILE_TAKEN {
        assert!(!is_refused(&format!("{BASE}{line}\n")), "{line}");
    }
}

#[test]
fn what_docker_compose_refuses_is_refused() {
    for line in SERVICE_REFUSED {
        assert!(is_refused(&format!("{BASE}    {line}\n")), "{line}");
    }
    for line in FILE_REFUSED {
        assert!(is_refused(&format!("{BASE}{line}\n")), "{line}");
    }
}
