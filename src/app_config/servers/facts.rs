//! What the settings of a server come to.

use super::ServerKind;
use crate::app_config::settings::Setting;
use crate::model::ConfiguredListener;
use crate::source::Place;

/// What a configuration says. Numbers are places in the list of settings.
#[derive(Debug, Default)]
pub(crate) struct SaidValue {
    /// The ports.
    pub(crate) listeners: Vec<Heard>,
    /// Whether these are all.
    pub(crate) all: bool,
    /// Whether clients are asked who they are.
    pub(crate) login: Option<bool>,
    /// The setting with the address that others are told.
    pub(crate) announces: Option<usize>,
    /// The setting with the directory for the data.
    pub(crate) data: Option<usize>,
    /// The setting with the size of the buffers that it reserves.
    pub(crate) memory: Option<usize>,
}

/// A port, and the setting that says it.
#[derive(Debug)]
pub(crate) struct Heard {
    usual: u16,
    port: u16,
    local: bool,
    at: Option<usize>,
}

impl Heard {
    /// The port with the place of its setting.
    pub(crate) fn placed(self, place: impl Fn(usize) -> Place, given: Place) -> ConfiguredListener {
        let Heard { usual, port, local, at } = self;
        ConfiguredListener { usual, port, local, place: at.map_or(given, place), written: at.is_some() }
    }
}

/// What settings say; `old` for a version below 2.
pub(crate) fn facts(kind: ServerKind, settings: &[Setting], old: bool) -> SaidValue {
    let all = ServerSettings(settings);
    match kind {
        ServerKind::Mosquitto => mosquitto(&all, old),
        ServerKind::Redis => redis(&all),
        ServerKind::Nats => nats(&all),
        ServerKind::Rabbitmq => rabbitmq(&all),
        ServerKind::Postgres => {
            let open = all.has(&["include", "include_dir", "include_if_exists"]);
            let heard = heard(5432, all.get("port"), all.get("listen_addresses"), open);
            SaidValue { data: all.at("data_directory"), memory: all.at("shared_buffers"), ..heard }
        }
        ServerKind::Mysql => mysql(&all),
        ServerKind::Mongo => mongo(&all),
        ServerKind::Search => search(&all),
        ServerKind::Kafka => kafka(&all),
        ServerKind::Influx => SaidValue { login: all.is("http.auth-enabled", YES), ..SaidValue::default() },
    }
}

struct ServerSettings<'a>(&'a [Setting]);

impl<'a> ServerSettings<'a> {
    /// The last value of a name, and its place in the list.
    fn get(&self, name: &str) -> Option<(usize, &'a str)> {
        self.0.iter().enumerate().rev().find(|(_, one)| one.path == name).map(|(at, one)| (at, one.value.as_str()))
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.get(name).map(|(at, _)| at)
    }

    fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }

    fn is(&self, name: &str, wanted: &[&str]) -> Option<bool> {
        self.get(name).map(|(_, value)| wanted.iter().any(|one| value.eq_ignore_ascii_case(one)))
    }
}

const YES: &[&str] = &["true", "yes", "on", "1"];

fn is_local(address: &str) -> bool {
    let bare = address.trim_matches(['"', '\'', '[', ']', '-']);
    matches!(bare, "localhost" | "::1" | "_local_") || bare.starts_with("127.")
}

/// Whether all of some addresses are the container's own.
fn are_local(addresses: &str) -> bool {
    let mut all = addresses.split([',', ' ']).filter(|one| !one.is_empty()).peekable();
    all.peek().is_some() && all.all(is_local)
}

/// mosquitto.conf(5): without a listener, version 2 listens on loopback alone.
fn mosquitto(all: &ServerSettings<'_>, old: bool) -> SaidValue {
    let mut said = SaidValue { all: !all.has(&["include_dir"]), ..SaidValue::default() };
    let defined = |one: &Setting| matches!(one.path.as_str(), "listener" | "port");
    for (at, one) in all.0.iter().enumerate().filter(|(_, one)| defined(one)) {
        let mut words = one.value.split_whitespace();
        let port = words.next().and_then(|port| port.parse::<u16>().ok()).filter(|port| *port > 0);
        let Some(port) = port else { continue };
        let usual = if said.listeners.is_empty() { 1883 } else { port };
        said.listeners.push(Heard { usual, port, local: words.next().is_some_and(is_local), at: Some(at) });
    }
    // A socket, or an address for the listener that is there without one, is another matter.
    let told = all.has(&["listener", "port", "bind_address"]);
    if said.all && !told {
        said.listeners.push(Heard { usual: 1883, port: 1883, local: !old, at: None });
    }
    said.data = all.at("persistence_location");
    said.login = mosquitto_login(all).or((told && !old).then_some(true));
    said
}

/// Settings of Mosquitto with which something else than the file of passwords decides who may do what: an access list, keys
/// shared in advance, a plugin.
const MOSQUITTO_GUARDS: [&str; 6] = ["acl_file", "psk_file", "auth_plugin", "plugin", "global_plugin", "plugin_load"];

/// Whether Mosquitto asks who is there. With `per_listener_settings`, each listener says it for itself: one that asks is not
/// known from one that does not.
fn mosquitto_login(all: &ServerSettings<'_>) -> Option<bool> {
    let is_true = |one: &Setting| YES.iter().any(|yes| one.value.eq_ignore_ascii_case(yes));
    let asks_for_certificate = |one: &Setting| one.path == "require_certificate" && is_true(one);
    if all.has(&MOSQUITTO_GUARDS) || all.0.iter().any(asks_for_certificate) {
        return Some(true);
    }
    let mut said = all.0.iter().filter(|one| one.path == "allow_anonymous").map(is_true);
    let first = said.next()?;
    Some(!first || said.any(|open| !open))
}

/// redis.conf: `bind` names the addresses.
fn redis(all: &ServerSettings<'_>) -> SaidValue {
    let mut said = heard(6379, all.get("port"), all.get("bind"), all.has(&["include"]));
    said.listeners.retain(|one| one.port > 0);
    if let Some((at, port)) = all.get("tls-port")
        && let Some(port) = port.parse().ok().filter(|port| *port > 0)
    {
        said.listeners.push(Heard { usual: 6379, port, local: false, at: Some(at) });
    }
    said.login = all.has(&["requirepass", "aclfile", "user"]).then_some(true);
    said.announces = all.at("replica-announce-ip").or(all.at("cluster-announce-ip"));
    said.data = all.at("dir");
    said.memory = all.at("maxmemory");
    said
}

/// The ports of clusters, leaf nodes and the like stand in blocks of their own, which are not read.
fn nats(all: &ServerSettings<'_>) -> SaidValue {
    let mut said = heard(4222, all.get("port"), all.get("host"), true);
    if let Some((at, value)) = all.get("listen") {
        let (host, port) = value.rsplit_once(':').unwrap_or(("", value));
        let port = port.parse().ok();
        said.listeners =
            port.map(|port| Heard { usual: 4222, port, local: is_local(host), at: Some(at) }).into_iter().collect();
    }
    for name in ["http", "http_port", "monitor_port"] {
        let Some((at, value)) = all.get(name) else { continue };
        let (host, port) = value.rsplit_once(':').unwrap_or(("", value));
        let port = port.trim().parse().ok();
        said.listeners.extend(port.map(|port| Heard { usual: 8222, port, local: is_local(host), at: Some(at) }));
    }
    said.login = all.has(&["authorization", "accounts", "operator"]).then_some(true);
    said
}

/// <https://www.rabbitmq.com/docs/definitions#import-on-boot>: the default user is not made where definitions are imported.
fn rabbitmq(all: &ServerSettings<'_>) -> SaidValue {
    let is_own = |name: &str| all.get(name).is_some_and(|(_, value)| value != "guest");
    let imports = |one: &Setting| one.path.starts_with("definitions.") || one.path.ends_with("load_definitions");
    let has_own = is_own("default_user") || is_own("default_pass") || all.0.iter().any(imports);
    let mut said = SaidValue { login: has_own.then_some(true), ..SaidValue::default() };
    for (at, one) in all.0.iter().enumerate() {
        let usual = match one.path.as_str() {
            "management.tcp.port" | "management.listener.port" => 15672,
            path if path.starts_with("listeners.tcp.") => 5672,
            _ => continue,
        };
        let (host, port) = one.value.rsplit_once(':').unwrap_or(("", &one.value));
        let port = port.parse().ok();
        said.listeners.extend(port.map(|port| Heard { usual, port, local: is_local(host), at: Some(at) }));
    }
    said
}

fn mysql(all: &ServerSettings<'_>) -> SaidValue {
    let of_server = |name: &str| {
        ["mysqld", "server", "mariadb", "mariadbd"]
            .iter()
            .flat_map(|section| [format!("{section}.{name}"), format!("{section}.{}", name.replace('-', "_"))])
            .find_map(|path| all.get(&path))
    };
    let off = |value: &str| ["0", "off", "false"].iter().any(|one| value.eq_ignore_ascii_case(one));
    if of_server("skip-networking").is_some_and(|(_, value)| !off(value)) {
        return SaidValue::default();
    }
    let heard = heard(3306, of_server("port"), of_server("bind-address"), false);
    let memory = of_server("innodb-buffer-pool-size").map(|(at, _)| at);
    SaidValue { data: of_server("datadir").map(|(at, _)| at), memory, ..heard }
}

fn mongo(all: &ServerSettings<'_>) -> SaidValue {
    let everywhere = all.is("net.bindipall", YES) == Some(true);
    let mut said = heard(27017, all.get("net.port"), all.get("net.bindip").filter(|_| !everywhere), false);
    let by_key = all.has(&["security.keyfile"]).then_some(true);
    said.login = all.is("security.authorization", &["enabled"]).or(by_key);
    said.data = all.at("storage.dbpath");
    said.memory = all.at("storage.wiredtiger.engineconfig.cachesizegb");
    said
}

fn search(all: &ServerSettings<'_>) -> SaidValue {
    let mut said = heard(9200, all.get("http.port"), all.get("http.host").or(all.get("network.host")), true);
    let disabled = all.is("plugins.security.disabled", YES);
    said.login = all.is("xpack.security.enabled", YES).or(disabled.map(|off| !off));
    said.announces = all.at("network.publish_host").or(all.at("http.publish_host"));
    said.data = all.at("path.data");
    said
}

/// <https://kafka.apache.org/documentation/#brokerconfigs_listeners>
fn kafka(all: &ServerSettings<'_>) -> SaidValue {
    let mut said =
        SaidValue { announces: all.at("advertised.listeners"), data: all.at("log.dirs"), ..SaidValue::default() };
    let Some((at, value)) = all.get("listeners") else { return said };
    for listener in value.split(',') {
        let address = listener.trim().split_once("://").and_then(|(_, address)| address.rsplit_once(':'));
        let Some((host, port)) = address.and_then(|(host, port)| Some((host, port.parse().ok()?))) else { continue };
        let usual = if said.listeners.is_empty() { 9092 } else { port };
        said.listeners.push(Heard { usual, port, local: is_local(host), at: Some(at) });
    }
    said.all = !said.listeners.is_empty();
    said
}

/// One port of one server; none where the port is written in a way that is not read.
fn heard(usual: u16, port: Option<(usize, &str)>, address: Option<(usize, &str)>, open: bool) -> SaidValue {
    let number = match port {
        None => usual,
        Some((_, value)) => match value.trim().parse() {
            Ok(number) => number,
            Err(_) => return SaidValue::default(),
        },
    };
    let local = address.is_some_and(|(_, value)| are_local(value));
    let at = if local { address.map(|(at, _)| at) } else { port.map(|(at, _)| at) };
    SaidValue { listeners: vec![Heard { usual, port: number, local, at }], all: !open, ..SaidValue::default() }
}
