//! Services.

use super::commands::{command, healthcheck};
use super::environment::{env_files, extra_hosts, labels, optional, variables};
use super::image::image;
use super::mounts::mounts;
use super::ports::ports;
use super::{LoweringContext, entry, read, resources};
use crate::collections::IndexMap;
use crate::compose::value::{Entry, Map, Value};
use crate::model::StopSettings;
use crate::model::types::{Attachment, Build, Dependency, Grant, Isolation, Service, Spanned};
use crate::source::Place;

/// A service.
pub(crate) fn service(cx: &LoweringContext<'_>, name: &str, at: &Entry, map: &Map) -> Service {
    let value = &at.value;
    Service {
        name: name.to_owned(),
        key: at.key,
        place: value.place,
        profiles: read::texts(value, "profiles"),
        image: image(value),
        build: build(cx, map),
        container_name: read::text(value, "container_name"),
        hostname: read::text(value, "hostname"),
        domainname: read::text(value, "domainname"),
        command: command(cx, value, "command"),
        entrypoint: command(cx, value, "entrypoint"),
        environment: variables(cx, name, value),
        environment_key: key(map, "environment"),
        env_files: env_files(cx, name, value),
        ports: ports(value),
        ports_key: key(map, "ports"),
        expose: read::texts(value, "expose"),
        mounts: mounts(cx, value),
        volumes_key: key(map, "volumes"),
        volumes_from: read::texts(value, "volumes_from"),
        networks: networks(value),
        networks_key: key(map, "networks"),
        network_mode: read::text(value, "network_mode"),
        links: read::texts(value, "links"),
        external_links: read::texts(value, "external_links"),
        extra_hosts: extra_hosts(value),
        depends_on: depends_on(value),
        healthcheck: healthcheck(map),
        labels: labels(cx, value),
        labels_key: key(map, "labels"),
        deploy_labels: value.get("deploy").map(|deploy| labels(cx, deploy)).unwrap_or_default(),
        deploy_labels_key: value.get("deploy").and_then(Value::map).and_then(|deploy| key(deploy, "labels")),
        secrets: grants(value, "secrets"),
        configs: grants(value, "configs"),
        replicas: resources::replicas(value),
        restart: read::text(value, "restart"),
        restart_condition: resources::nested(value, &["deploy", "restart_policy"])
            .and_then(|policy| read::text(policy, "condition")),
        stop: stop(value),
        user: read::text(value, "user"),
        working_dir: read::text(value, "working_dir"),
        privileged: read::boolean(value, "privileged"),
        read_only: read::boolean(value, "read_only"),
        runtime: read::text(value, "runtime"),
        platform: read::text(value, "platform"),
        device_requests: resources::device_requests(value),
        devices: resources::devices(value),
        memory_limit: resources::memory_limit(value),
        cpu_limit: resources::cpu_limit(value),
        shm_size: read::bytes(value, "shm_size"),
        logging: resources::logging(map),
        init: read::boolean(value, "init"),
        isolation: isolation(value),
        provider: value.get("provider").and_then(|provider| read::text(provider, "type")),
        configured: None,
    }
}

/// Where a key is written; `None` for what Compose supplies.
fn key(service: &Map, key: &str) -> Option<Place> {
    service.get(key).filter(|entry| !read::is_implied(&entry.value)).map(|entry| entry.key)
}

fn build(cx: &LoweringContext<'_>, service: &Map) -> Option<Build> {
    let entry = entry(service, "build")?;
    let value = &entry.value;
    value.map()?;
    Some(Build {
        key: entry.key,
        context: read::text(value, "context"),
        dockerfile: read::text(value, "dockerfile"),
        inline: read::text(value, "dockerfile_inline"),
        target: read::text(value, "target"),
        args: optional(cx, value.get("args")),
        image: None,
    })
}

/// Compose puts a service without `networks` on the implied `default` one; its place is the service then.
fn networks(service: &Value) -> IndexMap<String, Attachment> {
    if read::text(service, "network_mode").is_some() {
        return IndexMap::default();
    }
    let networks = service.get("networks").and_then(Value::map).into_iter().flatten();
    let attached = networks.map(|(name, entry)| {
        let attachment = Attachment {
            place: entry.key,
            aliases: read::texts(&entry.value, "aliases"),
            ipv4_address: read::text(&entry.value, "ipv4_address"),
            ipv6_address: read::text(&entry.value, "ipv6_address"),
        };
        (name.to_string(), attachment)
    });
    attached.collect()
}

fn depends_on(service: &Value) -> IndexMap<String, Dependency> {
    let entries = service.get("depends_on").and_then(Value::map).into_iter().flatten();
    let written = entries.filter(|(_, entry)| !read::is_implied(&entry.value)).map(|(name, entry)| {
        let started = || Spanned::new("service_started".to_owned(), entry.value.place);
        let dependency = Dependency {
            place: entry.key,
            condition: read::text(&entry.value, "condition").unwrap_or_else(started),
            required: entry.value.get("required").and_then(read::as_boolean).unwrap_or(true),
        };
        (name.to_string(), dependency)
    });
    written.collect()
}

fn grants(service: &Value, key: &str) -> Vec<Grant> {
    let grant = |value: &Value| {
        Some(Grant {
            place: value.place,
            source: read::text(value, "source").or_else(|| read::as_text(value))?,
            target: value
                .get("target")
                .filter(|target| !read::is_implied(target))
                .and_then(read::as_text)
                .filter(|target| !target.value.is_empty()),
        })
    };
    read::items(service, key).iter().filter_map(grant).collect()
}

fn stop(service: &Value) -> StopSettings {
    StopSettings {
        grace_period: read::duration(service, "stop_grace_period"),
        signal: read::text(service, "stop_signal"),
    }
}

fn isolation(service: &Value) -> Isolation {
    Isolation {
        cap_add: read::texts(service, "cap_add"),
        cap_drop: read::texts(service, "cap_drop"),
        security_opt: read::texts(service, "security_opt"),
        group_add: read::texts(service, "group_add"),
        pid: read::text(service, "pid"),
        ipc: read::text(service, "ipc"),
        uts: read::text(service, "uts"),
        userns_mode: read::text(service, "userns_mode"),
        cgroup: read::text(service, "cgroup"),
    }
}
