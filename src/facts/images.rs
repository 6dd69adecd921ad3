//! What the catalogue knows of the images of a model, and whether a container runs the server of its image.

use crate::catalogue::schema::Image;
use crate::catalogue::{self, Match};
use crate::model::{Service, Spanned};

/// What the catalogue knows of a service's image.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The image.
    pub image: &'static Image,
    /// Whether the catalogue names this very repository.
    pub exact: bool,
    /// The tag; `$` where a variable leaves it open, also one whose default is `latest`.
    pub tag: Option<&'a str>,
}

/// The catalogue's entry for the image of a service. An image that is built here is only named, and may be anything.
pub fn known_image(service: &Service) -> Option<Known<'_>> {
    let image = service.image.as_ref()?;
    if service.build.is_some() {
        return None;
    }
    let Match { image: known, exact } = catalogue::lookup(&image.value.repository)?;
    let open = image.parts.iter().any(|part| part.variable.is_some() && part.start == part.end);
    let chosen = image.is_interpolated() && image.value.tag.as_deref().is_none_or(|tag| tag == "latest");
    let tag = if open || chosen { Some("$") } else { image.value.tag.as_deref() };
    Some(Known { image: known, exact, tag })
}

/// The value of a variable in a container.
pub fn variable<'a>(service: &'a Service, name: &str) -> Option<&'a Spanned<String>> {
    service.environment.get(name)?.value.as_ref()
}

/// Shells, which run whatever their script names.
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

/// Programs that a datastore's image carries for others to use it.
const CLIENTS: [&str; 24] = [
    "psql",
    "pg_dump",
    "pg_dumpall",
    "pg_restore",
    "pg_isready",
    "createdb",
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mariadb",
    "mariadb-dump",
    "mariadb-admin",
    "mongo",
    "mongosh",
    "mongodump",
    "mongorestore",
    "mongoimport",
    "redis-cli",
    "valkey-cli",
    "kafka-topics",
    "kafka-topics.sh",
    "rabbitmqadmin",
    "etcdctl",
    "influx",
];

/// Words by which a script starts a server.
const SERVERS: [&str; 18] = [
    "postgres",
    "mysqld",
    "mariadbd",
    "mongod",
    "redis-server",
    "valkey-server",
    "docker-entrypoint",
    "rabbitmq-server",
    "kafka-server-start",
    "/etc/confluent/docker/run",
    "elasticsearch",
    "influxd",
    "etcd ",
    "clickhouse-server",
    "neo4j",
    "cassandra",
    "nats-server",
    "minio server",
];

/// Whether the container runs the server of its image, as far as `entrypoint` and `command` tell.
pub fn runs_server(service: &Service) -> bool {
    let words: Vec<&str> = service
        .entrypoint
        .iter()
        .chain(&service.command)
        .flat_map(|command| command.words.iter().map(|word| word.value.as_str()))
        .collect();
    let Some(first) = words.first() else { return true };
    let program = first.rsplit('/').next().unwrap_or(first);
    if SHELLS.contains(&program) || first.contains(char::is_whitespace) {
        return words.iter().any(|word| SERVERS.iter().any(|server| word.contains(server)));
    }
    if matches!(program, "sleep" | "tail" | "echo" | "cat" | "true") || CLIENTS.contains(&program) {
        return false;
    }
    let script = [".sh", ".py", ".js"].iter().any(|ending| program.ends_with(ending));
    !script
        || program.contains("entrypoint")
        || SERVERS.iter().any(|server| words.iter().any(|word| word.contains(server)))
}
