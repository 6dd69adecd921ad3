//! Addresses of others in the configurations of applications that take them from a file: bridges, recorders, portals.

use super::address::{HostPort, host_port};
use super::contacts::{ContactAddress, address};
use super::settings::{Setting, flat, flat_toml, parts};
use crate::budget::Meter;

/// An application: a part of the name of its image, the ends of the names of its files, and where it keeps them.
struct ClientFile {
    image: &'static str,
    files: &'static [&'static str],
    /// Directories in the container; the files below them are looked at when a whole directory is mounted.
    homes: &'static [&'static str],
    /// Paths of settings with the address of another program, an item or any name as `*`.
    urls: &'static [&'static str],
    /// Paths of settings with a host, whose port is a setting beside it, and the port without one.
    hosts: &'static [(&'static str, u16)],
}

const CLIENTS: [ClientFile; 11] = [
    // zigbee2mqtt.io/guide/configuration/mqtt.html
    ClientFile {
        image: "zigbee2mqtt",
        files: &["configuration.yaml"],
        homes: &["/app/data"],
        urls: &["mqtt.server"],
        hosts: &[],
    },
    // docs.frigate.video/configuration/reference
    ClientFile {
        image: "frigate",
        files: &["config.yml", "config.yaml"],
        homes: &["/config"],
        urls: &[],
        hosts: &[("mqtt.host", 1883)],
    },
    // www.authelia.com/configuration
    ClientFile {
        image: "authelia",
        files: &["configuration.yml", "configuration.yaml"],
        homes: &["/config"],
        urls: &[
            "storage.postgres.address",
            "storage.mysql.address",
            "authentication_backend.ldap.address",
            "authentication_backend.ldap.url",
            "notifier.smtp.address",
        ],
        hosts: &[("session.redis.host", 6379), ("storage.postgres.host", 5432), ("storage.mysql.host", 3306)],
    },
    // element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html
    ClientFile {
        image: "synapse",
        files: &["homeserver.yaml"],
        homes: &["/data"],
        urls: &[],
        hosts: &[("database.args.host", 5432), ("redis.host", 6379)],
    },
    // docs.searxng.org/admin/settings
    ClientFile {
        image: "searxng",
        files: &["settings.yml"],
        homes: &["/etc/searxng"],
        urls: &["redis.url", "valkey.url"],
        hosts: &[],
    },
    // www.elastic.co/docs/reference/beats/filebeat/elasticsearch-output and those of the other Beats
    ClientFile {
        image: "beat",
        files: &["beat.yml"],
        homes: &[],
        urls: &["output.elasticsearch.hosts.*", "output.logstash.hosts.*", "output.redis.hosts.*", "setup.kibana.host"],
        hosts: &[],
    },
    // www.elastic.co/docs/reference/kibana/configuration-reference/general-settings
    ClientFile {
        image: "kibana",
        files: &["kibana.yml"],
        homes: &["/usr/share/kibana/config"],
        urls: &["elasticsearch.hosts", "elasticsearch.hosts.*"],
        hosts: &[],
    },
    // vector.dev/docs/reference/configuration/sinks
    ClientFile {
        image: "vector",
        files: &["vector.yaml", "vector.yml", "vector.toml"],
        homes: &["/etc/vector"],
        urls: &["sinks.*.endpoint", "sinks.*.endpoints.*", "sinks.*.bootstrap_servers"],
        hosts: &[],
    },
    // docs.litellm.ai/docs/proxy/configs
    ClientFile {
        image: "litellm",
        files: &[".yaml", ".yml"],
        homes: &[],
        urls: &["model_list.*.litellm_params.api_base", "general_settings.database_url"],
        hosts: &[("litellm_settings.cache_params.host", 6379)],
    },
    // docs.kafka-ui.provectus.io/configuration/configuration-file
    ClientFile {
        image: "kafka-ui",
        files: &[".yaml", ".yml"],
        homes: &["/etc/kafkaui"],
        urls: &["kafka.clusters.*.bootstrapservers", "kafka.clusters.*.schemaregistry"],
        hosts: &[],
    },
    // recyclarr.dev/wiki/yaml/config-reference
    ClientFile {
        image: "recyclarr",
        files: &[".yml", ".yaml"],
        homes: &["/config"],
        urls: &["sonarr.*.base_url", "radarr.*.base_url"],
        hosts: &[],
    },
];

fn client(image: &str) -> Option<&'static ClientFile> {
    CLIENTS.iter().find(|one| image.contains(one.image))
}

/// Whether a file is such a configuration, by its path in the container and the image.
pub(crate) fn is_read(target: &str, image: &str) -> bool {
    client(image).is_some_and(|one| one.files.iter().any(|end| target.ends_with(end)))
}

/// Whether the files below a directory of the container may be such configurations.
pub(crate) fn is_home(target: &str, image: &str) -> bool {
    let target = target.trim_end_matches('/');
    client(image).is_some_and(|one| one.homes.contains(&target))
}

/// The addresses of others that a configuration of an application names.
pub(crate) fn of_file(target: &str, text: &str, image: &str, meter: Meter<'_>) -> Vec<HostPort> {
    let Some(client) = client(image) else { return Vec::new() };
    let settings = if target.ends_with(".toml") { flat_toml(text, meter) } else { flat(text, meter) };
    let is_url = |one: &&Setting| client.urls.iter().any(|pattern| matches(pattern, &one.path));
    let urls = settings.iter().filter(is_url).filter_map(address).map(|found: ContactAddress| found.at);
    let hosts = settings.iter().filter_map(|one| host(client, one, &settings));
    urls.chain(hosts).collect()
}

/// Whether a path of settings fits a pattern.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (parts(pattern), parts(path));
    pattern.len() == path.len() && pattern.iter().zip(&path).all(|(one, other)| *one == "*" || one == other)
}

/// A host with the port that is a setting beside it.
fn host(client: &ClientFile, setting: &Setting, all: &[Setting]) -> Option<HostPort> {
    let (path, usual) = client.hosts.iter().find(|(path, _)| *path == setting.path)?;
    let beside = path.strip_suffix("host").map(|stem| format!("{stem}port"))?;
    let port = match all.iter().find(|one| one.path == beside) {
        Some(port) => port.value.parse().ok()?,
        None => *usual,
    };
    let found = host_port(&setting.value, 0).filter(|found| found.port.is_none())?;
    Some(HostPort { host: found.host, port: Some(port), span: setting.span.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::source::Place;

    fn check(image: &str, target: &str, text: &str, expect: &[(&str, Option<u16>)]) {
        let budget = Budget::default();
        assert!(is_read(target, image), "{target}");
        let found = of_file(target, text, image, Meter { budget: &budget, at: Place::start() });
        let shown: Vec<(&str, Option<u16>)> = found.iter().map(|one| (one.host.as_str(), one.port)).collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn addresses_by_application() {
        let bridge = "frontend: {port: 8080}\nmqtt:\n  server: mqtt://broker:1883\n";
        check("zigbee2mqtt", "/app/data/configuration.yaml", bridge, &[("broker", Some(1883))]);
        check("frigate", "/config/config.yml", "mqtt: {host: broker}\n", &[("broker", Some(1883))]);
        check("frigate", "/config/config.yml", "mqtt: {host: '{X}', port: 1}\n", &[]);
        let portal = "session: {redis: {host: cache, port: 6380}}\nstorage: {postgres: {address: 'tcp://db:5432'}}\n";
        check("authelia", "/config/configuration.yml", portal, &[("db", Some(5432)), ("cache", Some(6380))]);
        let beat = "output.elasticsearch:\n  hosts: ['http://search:9200']\n";
        check("filebeat", "/usr/share/filebeat/filebeat.yml", beat, &[("search", Some(9200))]);
        let vector = "[sinks.out]\nendpoints = [\"http://search:9200\"]\n";
        check("vector", "/etc/vector/vector.toml", vector, &[("search", Some(9200))]);
    }

    #[test]
    fn where_they_are() {
        assert!(is_home("/app/data/", "zigbee2mqtt") && !is_home("/app/data", "app"));
        assert!(!is_read("/config/other.yml", "frigate") && !is_read("/x.yml", "app"));
    }
}
