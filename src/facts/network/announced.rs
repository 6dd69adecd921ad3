//! Addresses that servers tell their clients to come back to.

use std::ops::Range;

use super::hosts::is_loopback;
use super::listeners::moved;
use crate::facts::images::{known_image, launch, variable};
use crate::model::{Service, Spanned};

/// An address that a server announces.
#[derive(Clone, Debug)]
pub(crate) struct Announced<'a> {
    /// The value that it is in.
    pub(crate) value: &'a Spanned<String>,
    /// The bytes of the host in it.
    pub(crate) host: Range<usize>,
    /// The port of the container by which clients first come; `None` where any may be meant.
    pub(crate) asked_at: Option<u16>,
    /// The setting.
    pub(crate) setting: String,
}

impl Announced<'_> {
    /// The host.
    pub(crate) fn host(&self) -> &str {
        self.value.value.get(self.host.clone()).unwrap_or("")
    }
}

/// Variables with the host that a server announces. Sources: docker-library/docs cassandra, Elasticsearch's and OpenSearch's
/// network settings, Spring Cloud Netflix (`eureka.instance.hostname`), wurstmeister/kafka.
const HOSTS: [&str; 12] = [
    "CASSANDRA_BROADCAST_ADDRESS",
    "CASSANDRA_BROADCAST_RPC_ADDRESS",
    "network.publish_host",
    "http.publish_host",
    "transport.publish_host",
    "EUREKA_INSTANCE_HOSTNAME",
    "eureka.instance.hostname",
    "KAFKA_ADVERTISED_HOST_NAME",
    "REDIS_REPLICA_ANNOUNCE_IP",
    "REDIS_CLUSTER_ANNOUNCE_IP",
    "REDIS_CLUSTER_ANNOUNCE_HOSTNAME",
    "SPARK_LOCAL_HOSTNAME",
];

/// Options with that host: redis.io/docs (`replica-announce-ip`, `cluster-announce-ip`), Consul's agent.
const OPTIONS: [&str; 5] = [
    "--replica-announce-ip",
    "--slave-announce-ip",
    "--cluster-announce-ip",
    "--cluster-announce-hostname",
    "-advertise",
];

/// Variables and options with lists of `NAME://host:port`, and those with the addresses that they are for.
const LISTS: [(&str, &str); 3] = [
    ("KAFKA_ADVERTISED_LISTENERS", "KAFKA_LISTENERS"),
    ("KAFKA_CFG_ADVERTISED_LISTENERS", "KAFKA_CFG_LISTENERS"),
    ("--advertise-kafka-addr", "--kafka-addr"),
];

/// What a service announces.
pub(crate) fn announced(service: &Service) -> Vec<Announced<'_>> {
    let mut found = Vec::new();
    for (setting, of_listeners) in LISTS {
        if let Some((value, from)) = setting_of(service, setting) {
            let listeners =
                setting_of(service, of_listeners).map(|(value, from)| value.value.get(from..).unwrap_or(""));
            found.extend(listed(value, from, setting, listeners));
        }
    }
    for setting in HOSTS.into_iter().chain(OPTIONS) {
        if let Some((value, from)) = setting_of(service, setting) {
            let host = from..value.value.len();
            found.push(Announced { value, host, asked_at: None, setting: setting.to_owned() });
        }
    }
    if let Some(value) = service.configured.as_ref().and_then(|configured| configured.announces.as_ref()) {
        let setting = "its configuration";
        if value.value.contains("://") {
            found.extend(listed(value, 0, setting, None));
        } else {
            found.push(Announced { value, host: 0..value.value.len(), asked_at: None, setting: setting.to_owned() });
        }
    }
    found.extend(of_replica_set(service));
    found
}

/// The value of a variable, or of an option of the command, and where it starts in its word.
fn setting_of<'a>(service: &'a Service, name: &str) -> Option<(&'a Spanned<String>, usize)> {
    if !name.starts_with('-') {
        return variable(service, name).map(|value| (value, 0));
    }
    let words = launch(service);
    words.iter().enumerate().find_map(|(at, word)| {
        let rest = word.value.strip_prefix(name)?;
        if rest.is_empty() {
            return words.get(at + 1).map(|next| (*next, 0));
        }
        rest.starts_with('=').then_some((*word, name.len() + 1))
    })
}

/// The members of `NAME://host:port,…`, each with the port of the listener of its name.
fn listed<'a>(value: &'a Spanned<String>, from: usize, setting: &str, listeners: Option<&str>) -> Vec<Announced<'a>> {
    let port_of = |name: &str| -> Option<u16> {
        let all = listeners?.split(',').map(|one| one.trim().split_once("://").unwrap_or(("", one)));
        all.filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .find_map(|(_, rest)| rest.rsplit(':').next()?.parse().ok())
    };
    let mut found = Vec::new();
    let mut at = from;
    for member in value.value.get(from..).unwrap_or("").split(',') {
        let trimmed = member.trim_start();
        let start = at + member.len() - trimmed.len();
        at += member.len() + 1;
        // The flags of Redpanda do without a name where there is one listener.
        let (name, scheme, rest) = match trimmed.split_once("://") {
            Some((name, rest)) => (name, name.len() + 3, rest),
            None if setting.starts_with("--") => ("", 0, trimmed),
            None => continue,
        };
        let Some((host, port)) = rest.trim_end().rsplit_once(':') else { continue };
        let start = start + scheme;
        let asked_at = port_of(name).or_else(|| port.parse().ok());
        found.push(Announced { value, host: start..start + host.len(), asked_at, setting: setting.to_owned() });
    }
    found
}

/// The members of a replica set of MongoDB that a script makes: `rs.initiate({… members: [{_id: 0, host: "localhost:27017"}]})`.
fn of_replica_set(service: &Service) -> Vec<Announced<'_>> {
    let is_mongo = known_image(service).is_some_and(|known| known.image.name.contains("mongo"));
    let of_healthcheck = service.healthcheck.iter().flat_map(|check| &check.test);
    let words = launch(service).into_iter().chain(of_healthcheck);
    words
        .filter(|word| is_mongo && word.value.contains("rs.initiate"))
        .flat_map(|value| {
            let is_word =
                |at: usize| !value.value.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
            let keys = value.value.match_indices("host").filter(move |(at, _)| is_word(*at));
            let hosts = keys.filter_map(|(at, _)| member(&value.value, at + 4));
            hosts
                .map(|host| Announced { value, host, asked_at: None, setting: "rs.initiate".to_owned() })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The host of `host: "name:27017"` behind the key.
fn member(text: &str, after_key: usize) -> Option<Range<usize>> {
    let rest = text.get(after_key..)?;
    let is_between = |c: char| c.is_whitespace() || matches!(c, ':' | '"' | '\'' | '\\');
    let gap = rest.len() - rest.trim_start_matches(is_between).len();
    let colon = rest.get(..gap).is_some_and(|between| between.contains(':'));
    let name = rest.get(gap..)?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_')).unwrap_or(name.len());
    let start = after_key + gap;
    (colon && end > 0).then_some(start..start + end)
}

/// Whether an announced host leads clients back to themselves.
pub(crate) fn is_own_address(host: &str) -> bool {
    is_loopback(host) || matches!(host, "_local_" | "0.0.0.0")
}

/// Whether clients that come by a port get this address.
pub(crate) fn is_for(announced: &Announced<'_>, service: &Service, port: Option<u16>) -> bool {
    let (Some(asked), Some(port)) = (announced.asked_at, port) else { return true };
    let of_image = known_image(service).and_then(|known| known.image.ports.first());
    asked == port || of_image.is_some_and(|one| one.port == asked && moved(service, one) == Some(port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    fn check(keys: &str, expect: &[(&str, Option<u16>)]) {
        with_facts(&format!("services:\n  it:\n    {keys}\n"), |facts| {
            let found = announced(&facts.model.services["it"]);
            let shown: Vec<(&str, Option<u16>)> = found.iter().map(|one| (one.host(), one.asked_at)).collect();
            assert_eq!(shown, expect, "{keys}");
        });
    }

    #[test]
    fn addresses() {
        let kafka = "image: apache/kafka:4.0.0\n    environment:\n      KAFKA_LISTENERS: 'A://:9092,É://:9094'\n      KAFKA_ADVERTISED_LISTENERS: 'A://kafka:9092, É://localhost:29094'";
        check(kafka, &[("kafka", Some(9092)), ("localhost", Some(9094))]);
        let redpanda =
            "image: redpandadata/redpanda\n    command: redpanda start --advertise-kafka-addr=a://localhost:1";
        check(redpanda, &[("localhost", Some(1))]);
        let unnamed = "image: redpandadata/redpanda\n    command: [redpanda, start, '--kafka-addr=0.0.0.0:9092', --advertise-kafka-addr, 'localhost:19092']";
        check(unnamed, &[("localhost", Some(9092))]);
        let mongo = r#"image: mongo:7
    healthcheck: {test: "echo \"rs.initiate({_id:'rs0',members:[{_id:0,host:'localhost:27017'}]})\" | mongosh"}"#;
        check(mongo, &[("localhost", None)]);
        check("image: x\n    environment: [EUREKA_INSTANCE_HOSTNAME=localhost]", &[("localhost", None)]);
        check("image: x\n    environment: [HOST=localhost]", &[]);
    }
}
