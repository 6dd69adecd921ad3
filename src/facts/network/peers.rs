//! What the hosts that services refer to mean in this project: a service, an unreachable one, or nothing known.

use std::cell::{OnceCell, RefCell};

use super::hosts::{HostEvidence, HostOrigin, HostReference, HostRole, is_loopback};
use super::listeners::declares;
use super::reach::Answer;
use crate::app_config::address::is_stand_in;
use crate::app_config::{Contact, ProxyKind};
use crate::budget::{Budget, Limit};
use crate::catalogue::schema::ImageRole;
use crate::collections::{HashMap, HashSet};
use crate::compose::nearest;
use crate::facts::Facts;
use crate::facts::images::{is_open, known_image};
use crate::model::{Model, Service};
use crate::source::Place;
use crate::source::Span;

/// What a host means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// This service answers.
    Service(String),
    /// This service is meant, and shares no network.
    Unreachable(String),
    /// This service is meant, and has no name of its own: it shares the network of another one, or of the host.
    Nameless(String),
    /// The container itself, where another service listens on that port, or (without a name) nothing does.
    Loopback(Option<String>),
    /// A single word that names nothing.
    Unknown,
    /// Somebody outside of the project, or not known.
    Elsewhere,
}

/// A host that a service names as a peer.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    /// The service that names it.
    pub(crate) service: String,
    /// The host as written.
    pub(crate) host: String,
    /// The port, if it is known.
    pub(crate) port: Option<u16>,
    /// Where it is written.
    pub(crate) place: Place,
    /// The bytes of the port, where one is written with the host or in a variable that goes with it.
    pub(crate) port_place: Option<Place>,
    /// What it means.
    pub(crate) meaning: Meaning,
    /// The variable of the Compose file that gave it: somebody else may give it another value.
    pub(crate) variable: Option<String>,
    /// Whether the place holds the host verbatim and nothing else brought it there, so that a fix may edit it.
    pub(crate) is_own: bool,
    /// Whether it is the address of a datastore or a broker, by the scheme of its URL.
    pub(crate) of_datastore: bool,
    /// Whether it is in the configuration of a proxy, of which other rules know more.
    pub(crate) of_proxy: bool,
    /// Whether a Prometheus scrapes it.
    pub(crate) of_scrape: bool,
}

/// The peers that services, the configurations of proxies and those of a Prometheus name.
pub(crate) fn peers(facts: &Facts<'_>) -> Vec<Peer> {
    let mut peers = Vec::new();
    let names = CandidateNames::from_facts(facts);
    for service in facts.model.services.values() {
        let around = ServiceContext { names: &names, in_words: OnceCell::new() };
        for reference in facts.hosts(&service.name) {
            let is_peer = match reference.role {
                HostRole::Peer => !reference.host.is_empty(),
                HostRole::Public => is_nameless(facts, service, reference),
                _ => false,
            };
            if is_peer {
                peers.push(peer_for_reference(facts, service, reference, &around));
            }
        }
    }
    for target in facts.proxy_targets().iter().filter(|target| target.kind != ProxyKind::Traefik) {
        let Some(proxy) = &target.proxy else { continue };
        let meaning = match facts.reach().who_answers(proxy, &target.host) {
            Answer::Service(name) => Meaning::Service(name.to_owned()),
            Answer::Unreachable(name) => unreachable(facts, name),
            _ => Meaning::Elsewhere,
        };
        peers.push(peer_in_file(proxy, &target.host, target.port, target.place, meaning, ByWhom::Proxy));
    }
    for scrape in &facts.app_configs().contacts {
        let Some(service) = facts.model.services.get(&scrape.service) else { continue };
        let meaning = if is_loopback(&scrape.host) {
            let of_another = of_job(facts, service, scrape).or_else(|| of_program(facts, service, scrape));
            of_another.unwrap_or_else(|| loopback(facts, service, scrape.port))
        } else {
            match facts.reach().who_answers(&service.name, &scrape.host) {
                Answer::Service(name) => Meaning::Service(name.to_owned()),
                Answer::Unreachable(name) => unreachable(facts, name),
                // `<stack>_<service>` of Swarm.
                Answer::Unknown if is_single_label(&scrape.host) && !scrape.host.contains('_') => Meaning::Unknown,
                _ => Meaning::Elsewhere,
            }
        };
        let by = if scrape.is_scraped { ByWhom::Prometheus } else { ByWhom::Program };
        peers.push(peer_in_file(&service.name, &scrape.host, scrape.port, scrape.place, meaning, by));
    }
    peers
}

/// The service that a job of Prometheus is named after, where it scrapes Prometheus itself.
fn of_job(facts: &Facts<'_>, service: &Service, contact: &Contact) -> Option<Meaning> {
    let job = contact.job.as_deref().filter(|job| *job != service.name && facts.model.services.contains_key(*job))?;
    let is_alone = service.network_mode.is_none() && !facts.reach().siblings(&service.name).contains(&job);
    is_alone.then(|| Meaning::Loopback(Some(job.to_owned())))
}

/// The service that a program means which is told to send its data to itself: that it listens there, too, does not help.
fn of_program(facts: &Facts<'_>, service: &Service, contact: &Contact) -> Option<Meaning> {
    let port = contact.port.filter(|_| !contact.is_scraped)?;
    let is_alone = service.network_mode.is_none() && facts.reach().siblings(&service.name).len() == 1;
    let other = who_listens(facts, &service.name, port).filter(|_| is_alone)?;
    Some(Meaning::Loopback(Some(other.to_owned())))
}

/// What a service that cannot be reached by its name means: where it has none, no shared network helps.
fn unreachable(facts: &Facts<'_>, name: &str) -> Meaning {
    let name_of = |name: &str| name.to_owned();
    if facts.reach().nameless(name).is_some() {
        Meaning::Nameless(name_of(name))
    } else {
        Meaning::Unreachable(name_of(name))
    }
}

/// Whether an address that is not sure to be another service's names one without a name of its own: the word can mean
/// nothing else then.
fn is_nameless(facts: &Facts<'_>, service: &Service, reference: &HostReference) -> bool {
    let answer = facts.reach().who_answers(&service.name, &reference.host);
    matches!(answer, Answer::Unreachable(name) if facts.reach().nameless(name).is_some())
}

/// The names that a host may be meant to be.
struct CandidateNames<'a> {
    known: Vec<&'a str>,
    /// Hosts, and whether one of the names is nearly the same.
    near: RefCell<HashMap<String, bool>>,
    /// The host, proxy and variables of the targets whose host comes from the environment.
    of_proxies: HashSet<(&'a str, &'a str, &'a str)>,
    budget: &'a Budget,
}

impl<'a> CandidateNames<'a> {
    fn from_facts(facts: &'a Facts<'_>) -> CandidateNames<'a> {
        let known = facts.model.services.keys().map(String::as_str).collect();
        let mut of_proxies = HashSet::default();
        for target in facts.proxy_targets() {
            let proxy = target.proxy.as_deref().unwrap_or("");
            of_proxies.extend(target.environment.iter().map(|name| (proxy, target.host.as_str(), name.as_str())));
        }
        CandidateNames { known, near: RefCell::default(), of_proxies, budget: &facts.model.budget }
    }

    /// Whether a host is nearly one of the names.
    fn has_near(&self, reference: &HostReference) -> bool {
        let known = self.near.borrow().get(&reference.host).copied();
        known.unwrap_or_else(|| {
            let is_within = self.budget.spend(Limit::Steps, self.known.len(), reference.place);
            let near = is_within && nearest(&reference.host, &self.known).is_some();
            self.near.borrow_mut().insert(reference.host.clone(), near);
            near
        })
    }
}

/// What is known of the service whose hosts are looked at.
struct ServiceContext<'a> {
    names: &'a CandidateNames<'a>,
    /// Whether its command or entrypoint has a word with blanks in it: a script.
    in_words: OnceCell<bool>,
}

/// Whose file names a peer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ByWhom {
    Proxy,
    Prometheus,
    Program,
}

fn peer_in_file(service: &str, host: &str, port: Option<u16>, place: Place, meaning: Meaning, by: ByWhom) -> Peer {
    let (of_proxy, of_scrape) = (by == ByWhom::Proxy, by == ByWhom::Prometheus);
    Peer {
        service: service.to_owned(),
        host: host.to_owned(),
        port,
        place,
        port_place: port.and_then(|port| after_host(place, host, port)),
        meaning,
        variable: None,
        is_own: false,
        of_datastore: false,
        of_proxy,
        of_scrape,
    }
}

/// The bytes of the port in `host:port`, where that is all that is there.
fn after_host(place: Place, host: &str, port: u16) -> Option<Place> {
    let (host, digits) = (host.len() as u32, port.to_string().len() as u32);
    let whole = place.span.end - place.span.start == host + 1 + digits;
    whole.then(|| Place { span: Span { start: place.span.start + host + 1, ..place.span }, ..place })
}

fn peer_for_reference(
    facts: &Facts<'_>,
    service: &Service,
    reference: &HostReference,
    around: &ServiceContext<'_>,
) -> Peer {
    let port = reference.port.or_else(|| usual_port(reference));
    let meaning = if is_loopback(&reference.host) {
        loopback(facts, service, port)
    } else {
        match facts.reach().who_answers(&service.name, &reference.host) {
            Answer::Service(name) => Meaning::Service(name.to_owned()),
            Answer::Unreachable(name) => unreachable(facts, name),
            Answer::Unknown if is_single_label(&reference.host) && is_named(service, reference, around) => {
                Meaning::Unknown
            }
            _ => Meaning::Elsewhere,
        }
    };
    let of_proxy = goes_into_a_proxy(service, reference, around.names);
    let meaning = if of_proxy && !matches!(meaning, Meaning::Service(_)) { Meaning::Elsewhere } else { meaning };
    let of_datastore =
        reference.scheme.as_deref().is_some_and(|scheme| DATASTORES.iter().any(|one| scheme.starts_with(one)));
    Peer {
        service: service.name.clone(),
        of_proxy,
        port_place: reference.port_place,
        host: reference.host.clone(),
        port,
        place: reference.place,
        meaning,
        is_own: reference.via.is_empty() && reference.variable.is_none(),
        variable: reference.variable.clone(),
        of_datastore,
        of_scrape: false,
    }
}

/// Whether the host goes from the environment into the configuration of a proxy: that names it then.
fn goes_into_a_proxy(service: &Service, reference: &HostReference, names: &CandidateNames<'_>) -> bool {
    let HostOrigin::Variable(name) = &reference.at else { return false };
    names.of_proxies.contains(&(service.name.as_str(), reference.host.as_str(), name.as_str()))
}

/// Schemes of datastores and brokers, without their drivers.
const DATASTORES: [&str; 9] =
    ["postgres", "mysql", "mariadb", "redis", "valkey", "mongodb", "amqp", "clickhouse", "elasticsearch"];

/// Schemes of programs that talk to each other; the host of any other may be a word of its own kind.
const SCHEMES: [&str; 24] = [
    "http",
    "https",
    "ws",
    "wss",
    "grpc",
    "grpcs",
    "tcp",
    "udp",
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
    "nats",
    "kafka",
    "ldap",
    "ldaps",
    "mqtt",
    "clickhouse",
];

/// Whether a word is meant to name somebody: it is a host for sure, or nearly a name that the project has.
fn is_named(service: &Service, reference: &HostReference, around: &ServiceContext<'_>) -> bool {
    is_meant_as_host(service, reference, around) || around.names.has_near(reference)
}

/// Whether a word is a host by more than its place: by a URL of a known scheme, by a port or by the system that its variable
/// is named for, and no stand-in.
fn is_meant_as_host(service: &Service, reference: &HostReference, around: &ServiceContext<'_>) -> bool {
    let stand_in = is_stand_in(&reference.host) || reference.host.chars().any(|letter| letter.is_ascii_uppercase());
    let scheme = reference.scheme.as_deref().map(|scheme| scheme.split('+').next().unwrap_or(scheme));
    // `<stack>_<service>` of Swarm, `<project>_<service>_1` of other projects.
    let of_container = reference.host.contains('_');
    // A script may print an address as well as use it.
    let has_script = || {
        let words = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
        words.into_iter().any(|word| word.value.contains(char::is_whitespace))
    };
    let in_script = matches!(reference.at, HostOrigin::Command | HostOrigin::Entrypoint)
        && *around.in_words.get_or_init(has_script);
    let evident = match scheme {
        Some(scheme) => SCHEMES.contains(&scheme),
        None => reference.port.is_some() || is_of_system(service, reference),
    };
    evident && !stand_in && !of_container && !in_script
}

/// Whether a variable that holds one host is named for a datastore or a broker: `REDIS_HOST`, `DB_HOST`, `PGHOST`. What such
/// a server itself is told is about its users.
fn is_of_system(service: &Service, reference: &HostReference) -> bool {
    let HostOrigin::Variable(name) = &reference.at else { return false };
    let is_database = || {
        let mut words = name.split('_');
        words.any(|word| matches!(word.to_ascii_uppercase().as_str(), "DB" | "DATABASE" | "PGHOST"))
    };
    let is_server = || known_image(service).is_some_and(|known| known.image.role == ImageRole::Datastore);
    let is_named = usual_port(reference).is_some() || is_database();
    reference.evidence == HostEvidence::HostVariable && is_named && !is_server()
}

fn is_single_label(host: &str) -> bool {
    let letters = host.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    letters && !host.chars().all(|letter| letter.is_ascii_digit())
}

/// What `localhost` means for a service: itself and those in its network namespace.
fn loopback(facts: &Facts<'_>, service: &Service, port: Option<u16>) -> Meaning {
    let mode = service.network_mode.as_ref().map(|mode| mode.value.as_str());
    let foreign = mode.is_some_and(|mode| mode == "host" || mode.starts_with("container:"));
    let Some(port) = port else { return Meaning::Elsewhere };
    if foreign {
        return Meaning::Elsewhere;
    }
    let siblings = facts.reach().siblings(&service.name);
    let own = siblings.iter().filter_map(|name| facts.model.services.get(*name)).any(|one| listens(one, port));
    if own {
        return Meaning::Elsewhere;
    }
    Meaning::Loopback(who_listens(facts, &service.name, port).map(str::to_owned))
}

/// The service that listens on a port for sure and that another can reach, those in its namespace left out.
pub(crate) fn who_listens<'a>(facts: &Facts<'a>, from: &str, port: u16) -> Option<&'a str> {
    let siblings = facts.reach().siblings(from);
    let listening = facts.listening_on(port);
    let mut others = listening
        .iter()
        .copied()
        .filter(|other| !siblings.contains(&other.name.as_str()) && facts.reach().can_reach(from, &other.name));
    // Of several the one that it waits for is meant.
    let first = others.next()?;
    let awaited =
        |other: &&Service| facts.model.services.get(from).is_some_and(|from| from.depends_on.contains_key(&other.name));
    let meant = std::iter::once(first).chain(others).find(awaited).unwrap_or(first);
    Some(meant.name.as_str())
}

/// Whether a service may listen on a port, by its own keys or its image.
fn listens(service: &Service, port: u16) -> bool {
    declares(service, port) || is_image_port(service, port)
}

/// The services that do. Their published ports count too: those are what people take for their ports.
pub(crate) fn listening_on(model: &Model, port: u16) -> Vec<&Service> {
    let has = |(first, last): (u16, u16)| (first..=last).contains(&port);
    let publishes = |service: &Service| service.ports.iter().any(|one| one.published.is_some_and(has));
    model.services.values().filter(|service| publishes(service) || listens(service, port)).collect()
}

fn is_image_port(service: &Service, port: u16) -> bool {
    known_image(service).is_some_and(|known| {
        known
            .image
            .ports_for(known.tag)
            .iter()
            .any(|ports| ports.iter().any(|one| one.port == port && is_open(service, one)))
    })
}

/// The port of a scheme or of the system that the variable is named for, where none is written.
fn usual_port(reference: &HostReference) -> Option<u16> {
    const USUAL: [(&str, u16); 14] = [
        ("postgres", 5432),
        ("postgresql", 5432),
        ("pg", 5432),
        ("mysql", 3306),
        ("mariadb", 3306),
        ("redis", 6379),
        ("valkey", 6379),
        ("mongo", 27017),
        ("mongodb", 27017),
        ("rabbitmq", 5672),
        ("amqp", 5672),
        ("memcached", 11211),
        ("elasticsearch", 9200),
        ("nats", 4222),
    ];
    let port_of = |word: &str| USUAL.iter().find(|(name, _)| *name == word).map(|(_, port)| *port);
    let of_scheme = reference.scheme.as_deref().and_then(|scheme| port_of(scheme.split('+').next().unwrap_or(scheme)));
    let of_name = || match &reference.at {
        HostOrigin::Variable(name) => name.to_ascii_lowercase().split('_').find_map(port_of),
        _ => None,
    };
    of_scheme.or_else(of_name)
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    #[test]
    fn a_host_that_goes_into_the_configuration_of_a_proxy_is_named_there() {
        let compose = "services:
  web:
    image: nginx:1.29
    environment: {API_URL: 'http://api:8000', LOG_URL: 'http://log:8000'}
    volumes: ['./site.conf.template:/etc/nginx/templates/site.conf.template:ro']
  api: {image: x}
  log: {image: x}
";
        let template = "server {\n  listen 80;\n  location / {\n    proxy_pass ${API_URL};\n  }\n}\n";
        with_sources(&[("compose.yaml", compose), ("site.conf.template", template)], &[], |_, facts| {
            let named: Vec<(&str, bool)> = facts
                .peers()
                .iter()
                .filter(|peer| peer.variable.is_some() || peer.is_own)
                .map(|peer| (peer.host.as_str(), peer.of_proxy))
                .collect();
            assert!(named.contains(&("api", true)), "{named:?}");
            assert!(named.contains(&("log", false)), "{named:?}");
        });
    }
}
