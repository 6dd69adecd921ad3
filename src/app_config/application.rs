//! Addresses of datastores in the configurations of applications: URLs in any text; hosts with a port in YAML, JSON and TOML.

use super::address::{HostPort, host_port, is_stand_in};
use super::contacts::{ContactAddress, address};
use super::settings::{Setting, flat, flat_toml};
use crate::budget::{Limit, Meter};
use crate::collections::HashMap;

/// How long a file may be, in bytes.
const MOST: usize = 256 * 1024;

/// Whether a file may be a configuration, by its path in the container.
pub(crate) fn is_read(target: &str) -> bool {
    [".yml", ".yaml", ".json", ".toml", ".ini", ".conf", ".cfg", ".properties"].iter().any(|end| target.ends_with(end))
}

/// The addresses of datastores in a configuration, by its path in the container.
pub(crate) fn addresses(target: &str, text: &str, meter: Meter<'_>) -> Vec<HostPort> {
    if text.len() > MOST || text.contains("{{") || text.contains("{%") {
        return Vec::new();
    }
    let settings = match target.rsplit('.').next() {
        Some("yml" | "yaml" | "json") => flat(text, meter),
        Some("toml") => flat_toml(text, meter),
        _ => return in_lines(text, meter).into_iter().filter(|found| !is_stand_in(&found.host)).collect(),
    };
    let settings: Vec<Setting> = settings.into_iter().filter(|one| !is_of_one_environment(&one.path)).collect();
    let ports = settings.iter().filter_map(|one| Some((one.path.strip_suffix(".port")?, one.value.as_str())));
    let ports: HashMap<&str, &str> = ports.collect();
    let urls = settings.iter().filter_map(in_setting);
    urls.chain(settings.iter().filter_map(|one| in_pair(one, &ports)))
        .filter(|found| !is_stand_in(&found.host))
        .collect()
}

/// Whether a scheme is that of a datastore or a broker; a driver may be named behind it.
fn is_datastore(scheme: &str) -> bool {
    const SCHEMES: [&str; 16] = [
        "postgres",
        "postgresql",
        "mysql",
        "mariadb",
        "redis",
        "rediss",
        "valkey",
        "mongodb",
        "amqp",
        "amqps",
        "clickhouse",
        "nats",
        "kafka",
        "memcached",
        "elasticsearch",
        "pgsql",
    ];
    let scheme = scheme.rsplit(':').next().unwrap_or(scheme);
    SCHEMES.contains(&scheme.split('+').next().unwrap_or(scheme).to_ascii_lowercase().as_str())
}

/// Sections of which a program reads one, by how it is started.
fn is_of_one_environment(path: &str) -> bool {
    const NAMES: [&str; 8] = ["development", "dev", "test", "testing", "local", "staging", "production", "prod"];
    path.split('.').any(|key| NAMES.contains(&key))
}

fn in_setting(setting: &Setting) -> Option<HostPort> {
    let ContactAddress { at, scheme } = address(setting)?;
    scheme.is_some_and(|scheme| is_datastore(&scheme)).then_some(at)
}

/// `redis: {host: cache, port: 6379}`, with the ports by what they are beside.
fn in_pair(setting: &Setting, ports: &HashMap<&str, &str>) -> Option<HostPort> {
    const SYSTEMS: [&str; 18] = [
        "postgres",
        "postgresql",
        "pg",
        "mysql",
        "mariadb",
        "redis",
        "valkey",
        "mongo",
        "mongodb",
        "rabbitmq",
        "amqp",
        "elasticsearch",
        "memcached",
        "database",
        "db",
        "cache",
        "broker",
        "clickhouse",
    ];
    let (parent, key) = setting.path.rsplit_once('.')?;
    let is_system = parent.split(['.', '_', '-']).any(|word| SYSTEMS.contains(&word));
    if !matches!(key, "host" | "hostname" | "server" | "addr" | "address") || !is_system {
        return None;
    }
    let quotes = setting.span.len().checked_sub(setting.value.len()).filter(|quotes| matches!(quotes, 0 | 2))?;
    let found = host_port(&setting.value, setting.span.start + quotes / 2)?;
    let port = found.port.or_else(|| ports.get(parent)?.parse().ok())?;
    Some(HostPort { port: Some(port), ..found })
}

/// The URLs of datastores in a text of lines, comments left out.
fn in_lines(text: &str, meter: Meter<'_>) -> Vec<HostPort> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let is_comment = line.trim_start().starts_with(['#', ';', '!']) || line.trim_start().starts_with("//");
        if is_comment || !line.contains("://") || !meter.spend(Limit::Values, 1) {
            continue;
        }
        let end = line.find(" #").unwrap_or(line.len());
        for (colon, _) in line.match_indices("://").take_while(|(colon, _)| *colon < end) {
            let before = line.get(..colon).unwrap_or("");
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '+';
            let scheme = before.rsplit(|letter: char| !is_part(letter)).next().unwrap_or("");
            let rest = line.get(colon + 3..).unwrap_or("");
            let is_end = |letter: char| letter.is_whitespace() || "/?#\"'`,;<>)]}".contains(letter);
            let authority = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or("");
            let bare = authority.rsplit('@').next().unwrap_or("");
            let from = start + colon + 3 + authority.len() - bare.len();
            if is_datastore(scheme) {
                found.extend(host_port(bare, from));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::source::Place;

    fn check(target: &str, text: &str, expect: &[&str]) {
        let budget = Budget::default();
        let found = addresses(target, text, Meter { budget: &budget, at: Place::start() });
        let shown: Vec<String> = found
            .iter()
            .map(|one| format!("{} {}", text.get(one.span.clone()).unwrap(), one.port.unwrap_or(0)))
            .collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn addresses_of_datastores() {
        check("/a.yml", "database: {host: pg, port: 5432}\nserver: {host: web, port: 80}\n", &["pg 5432"]);
        check("/a.yaml", "broker_url: 'amqp://u:p@mq:5672//'\nhome: http://web:80\n", &["mq:5672 5672"]);
        check("/a.json", "{\"cache\": {\"host\": \"store\", \"port\": 6379}}", &["store 6379"]);
        check("/a.toml", "[redis]\naddr = \"store:6379\"\n", &["store:6379 6379"]);
        check(
            "/a.properties",
            "spring.datasource.url=jdbc:postgresql://pg:5432/app\n# mysql://old\n",
            &["pg:5432 5432"],
        );
        check("/a.ini", "[db]\nurl = \"postgresql+asyncpg://a:b@pg/app\" # redis://x\n", &["pg 0"]);
    }

    #[test]
    fn what_is_not_sure() {
        check("/a.yml", "development: {database: {host: localhost, port: 5432}}\n", &[]);
        check("/a.yml", "db: {host: '{{ host }}', port: 5432}\n", &[]);
        check("/a.yml", "db: {host: '${DB_HOST}', port: 5432}\nurl: redis://your-host:6379\n", &[]);
        check("/a.conf", "url = https://web/\n", &[]);
    }
}
