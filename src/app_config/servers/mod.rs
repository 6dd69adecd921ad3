//! Configurations of databases and brokers: where they listen, and whether they ask who is there.

mod facts;
mod lines;
#[cfg(test)]
mod tests;

use super::files::{Configuration, ConfigurationKind, service_configurations};
use super::settings::{Setting, flat};
use crate::budget::{Limit, Meter};
use crate::catalogue::tag::Version;
use crate::model::{Model, ServerConfiguration, Service, Spanned, base_image};
use crate::source::{NodeId, Place, SourceDb, Span};

/// Whose configuration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerKind {
    /// Eclipse Mosquitto's.
    Mosquitto,
    /// That of Redis, Valkey or KeyDB.
    Redis,
    /// That of a NATS server.
    Nats,
    /// RabbitMQ's, in the format of `sysctl`.
    Rabbitmq,
    /// PostgreSQL's.
    Postgres,
    /// That of MySQL or MariaDB.
    Mysql,
    /// That of `mongod`.
    Mongo,
    /// That of Elasticsearch or OpenSearch.
    Search,
    /// That of a Kafka broker.
    Kafka,
    /// That of InfluxDB 1.
    Influx,
}

impl ServerKind {
    fn program(self) -> &'static str {
        match self {
            ServerKind::Mosquitto => "Mosquitto",
            ServerKind::Redis => "Redis",
            ServerKind::Nats => "NATS",
            ServerKind::Rabbitmq => "RabbitMQ",
            ServerKind::Postgres => "PostgreSQL",
            ServerKind::Mysql => "MySQL",
            ServerKind::Mongo => "MongoDB",
            ServerKind::Search => "Elasticsearch",
            ServerKind::Kafka => "Kafka",
            ServerKind::Influx => "InfluxDB",
        }
    }
}

/// The kind of a file by its path in the container and the image.
pub(crate) fn kind_of(target: &str, image: &str) -> Option<ServerKind> {
    let (directory, name) = target.rsplit_once('/')?;
    let has = |words: &[&str]| words.iter().any(|word| image.contains(word));
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    let is_postgres = has(&["postgres", "postgis", "timescale", "pgvector"]);
    match name {
        "elasticsearch.yml" | "opensearch.yml" => Some(ServerKind::Search),
        "server.properties" | "broker.properties" if has(&["kafka"]) => Some(ServerKind::Kafka),
        "influxdb.conf" if has(&["influxdb"]) => Some(ServerKind::Influx),
        _ if has(&["mosquitto"]) && ends(&[".conf"]) => Some(ServerKind::Mosquitto),
        _ if has(&["redis", "valkey", "keydb"]) && ends(&[".conf"]) => Some(ServerKind::Redis),
        _ if has(&["nats"]) && ends(&[".conf"]) => Some(ServerKind::Nats),
        _ if has(&["rabbitmq"]) && ends(&[".conf"]) && directory.starts_with("/etc/rabbitmq") => {
            Some(ServerKind::Rabbitmq)
        }
        _ if is_postgres && ends(&[".conf"]) && !name.contains("hba") => Some(ServerKind::Postgres),
        _ if has(&["mysql", "mariadb", "percona"]) && ends(&[".cnf"]) => Some(ServerKind::Mysql),
        _ if has(&["mongo"]) && ends(&[".conf", ".yml", ".yaml", ".cfg"]) => Some(ServerKind::Mongo),
        _ => None,
    }
}

/// Reads the configurations of the servers of a model.
pub(crate) fn read_servers(model: &mut Model, sources: &SourceDb) {
    let servers = model.services.values().filter(|service| may_be_server(service));
    let found: Vec<(String, ServerConfiguration)> =
        servers.filter_map(|service| Some((service.name.clone(), of_server(model, service, sources)?))).collect();
    for (name, configured) in found {
        if let Some(service) = model.services.get_mut(&name) {
            service.configured = Some(configured);
        }
    }
}

/// Whether the catalogue knows a server under the image of a service, so that a file of it is worth reading.
fn may_be_server(service: &Service) -> bool {
    base_image(service).and_then(|image| image.value.known).is_some_and(|found| found.image.holds_data())
}

fn of_server(model: &Model, service: &Service, sources: &SourceDb) -> Option<ServerConfiguration> {
    let mut read: Vec<(ServerKind, Configuration)> = Vec::new();
    for one in service_configurations(model, service, sources) {
        if let ConfigurationKind::Server(kind) = one.kind
            && reads(service, kind, &one.target)
        {
            read.push((kind, one));
        }
    }
    let (kind, given) = read.first().map(|(kind, one)| (*kind, one.given))?;
    let mut settings: Vec<(Setting, Place)> = Vec::new();
    for (_, one) in &read {
        let meter = Meter { budget: &model.budget, at: one.place };
        if one.template || !meter.spend(Limit::Bytes, one.text.len()) {
            return None;
        }
        let found = match kind {
            ServerKind::Mongo | ServerKind::Search => flat(&one.text, meter),
            kind => lines::settings(&one.text, kind, meter),
        };
        settings.extend(found.into_iter().map(|setting| {
            let place = place_of(one, &setting);
            (setting, place)
        }));
    }
    let plain: Vec<Setting> = settings.iter().map(|(setting, _)| setting.clone()).collect();
    let said = facts::facts(kind, &plain, is_before_two(service));
    let place = |at: usize| settings.get(at).map_or(given, |(_, place)| *place);
    let value = |at: usize| settings.get(at).map(|(setting, place)| Spanned::new(setting.value.clone(), *place));
    let (announces, data) = (said.announces.and_then(value), said.data.and_then(value));
    let memory = said.memory.and_then(value);
    Some(ServerConfiguration {
        program: kind.program(),
        given,
        listeners: said.listeners.into_iter().map(|one| one.placed(place, given)).collect(),
        all: said.all,
        login: said.login,
        announces,
        data,
        memory,
    })
}

fn place_of(one: &Configuration, setting: &Setting) -> Place {
    if one.inline {
        return one.place;
    }
    let start = one.place.span.start;
    let (from, to) = (start + setting.span.start as u32, start + setting.span.end as u32);
    Place { span: Span { start: from, end: to, file: one.place.span.file }, node: NodeId::new(0) }
}

fn is_before_two(service: &Service) -> bool {
    let tag = base_image(service).and_then(|image| image.value.version_tag());
    match Version::from_tag(tag, None) {
        Version::Numbers(numbers) => numbers.first().is_some_and(|major| *major < 2),
        Version::Newest | Version::Unknown => false,
    }
}

/// Whether the server reads a file: the image does by itself, or a word of the command names its path.
fn reads(service: &Service, kind: ServerKind, target: &str) -> bool {
    let below = |homes: &[&str]| homes.iter().any(|home| target.starts_with(home));
    let by_itself = match kind {
        ServerKind::Mosquitto => target == "/mosquitto/config/mosquitto.conf" && service.command.is_none(),
        ServerKind::Rabbitmq => target == "/etc/rabbitmq/rabbitmq.conf" || below(&["/etc/rabbitmq/conf.d/"]),
        ServerKind::Nats => below(&["/nats-server.conf", "/etc/nats/nats-server.conf"]) && service.command.is_none(),
        ServerKind::Mysql => below(&["/etc/mysql/", "/etc/my.cnf"]),
        ServerKind::Postgres => below(&["/var/lib/postgresql/"]) && target.ends_with("/postgresql.conf"),
        ServerKind::Search => below(&["/usr/share/elasticsearch/config/", "/usr/share/opensearch/config/"]),
        ServerKind::Kafka => below(&["/opt/kafka/config/", "/mnt/shared/config/"]),
        ServerKind::Influx => target == "/etc/influxdb/influxdb.conf",
        ServerKind::Redis | ServerKind::Mongo => false,
    };
    let words = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
    by_itself || words.into_iter().any(|word| names(&word.value, target))
}

/// Whether a text names a path as a whole.
fn names(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let after = text.get(at + path.len()..).and_then(|rest| rest.chars().next());
        after.is_none_or(|next| !next.is_ascii_alphanumeric() && !matches!(next, '.' | '-' | '_' | '/'))
    })
}
