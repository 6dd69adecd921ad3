//! The port that a container's own healthcheck should ask.

use crate::budget::Limit;
use crate::facts::Facts;
use crate::facts::images::{built, known_image, launch, may_be_set, variable};
use crate::facts::network::listeners::{Listeners, PortCoverage, PortEvidence, listeners};
use crate::model::{Service, Spanned};
use crate::source::Place;

/// Variables that servers take their port from.
const VARIABLES: [&str; 4] = ["PORT", "HTTP_PORT", "SERVER_PORT", "APP_PORT"];

/// What says that the server listens on another port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortBasis {
    /// All of its ports are known.
    Known,
    /// Its command or a variable names another one, and nothing names this one.
    Told,
    /// The port is the one that it is published as.
    Published,
}

/// A port that is asked and that the server does not have.
#[derive(Clone, Debug)]
pub(crate) struct WrongProbePort {
    /// The port, or the ports, that it has.
    pub(crate) meant: Vec<u16>,
    /// What says so.
    pub(crate) basis: PortBasis,
    /// Where that is.
    pub(crate) place: Place,
}

/// Whether a probe of a port of the container itself fails because the server listens elsewhere. `used` are the variables
/// of the container that the probe takes the port from: they say nothing about the server.
pub(crate) fn wrong(facts: &Facts<'_>, service: &Service, port: u16, used: &[String]) -> Option<WrongProbePort> {
    let shared = facts.reach().siblings(&service.name).len() > 1 || service.network_mode.is_some();
    let known = listeners(service);
    if shared {
        return None;
    }
    if is_named(service, port, used) {
        // An address of the other service has its port.
        return of_another(facts, service, port, &known).filter(|_| !is_named_alone(service, port, used));
    }
    let is_moved = moved_by_service(service).or_else(|| moved_by_variable(service)).is_some_and(|told| told != port);
    let listens = known.get(port).is_some_and(|one| one.evidence != PortEvidence::Dockerfile || !is_moved);
    if listens || is_declared(service, port) {
        return None;
    }
    if let Some(found) = published(service, port).filter(|_| knows_all(service, &known)) {
        return Some(found);
    }
    if let Some(first) = known.ports.first().filter(|_| is_moved_from(service, port, &known)) {
        let meant = known.numbers().into_iter().collect();
        return Some(WrongProbePort { meant, basis: PortBasis::Known, place: first.place });
    }
    told(service, port, &known)
        .or_else(|| published(service, port))
        .or_else(|| of_another(facts, service, port, &known))
}

/// Ports that a server may have for its administration, whatever else it has.
const USUAL_WEB: [u16; 12] = [80, 443, 3000, 5000, 8000, 8080, 8081, 8443, 8888, 9000, 9090, 9100];

/// The ports of a service whose image is known, where the port that is asked is one that the image of another service has.
fn of_another(facts: &Facts<'_>, service: &Service, port: u16, known: &Listeners) -> Option<WrongProbePort> {
    let has = |service: &Service| {
        let known = known_image(service).filter(|known| known.exact && !known.built)?;
        let ports: Vec<u16> = known.image.ports_for(known.tag).into_iter().flatten().map(|one| one.port).collect();
        Some(ports).filter(|ports| !ports.is_empty())
    };
    let own = has(service).filter(|ports| !ports.contains(&port) && !USUAL_WEB.contains(&port))?;
    let is_other =
        |other: &Service| other.name != service.name && has(other).is_some_and(|ports| ports.contains(&port));
    let first = known.ports.first()?;
    let meant: Vec<u16> = known.numbers().into_iter().filter(|port| own.contains(port)).collect();
    let services = &facts.model.services;
    if meant.is_empty() || !facts.model.budget.spend(Limit::Steps, services.len(), first.place) {
        return None;
    }
    services.values().any(is_other).then_some(WrongProbePort { meant, basis: PortBasis::Told, place: first.place })
}

fn knows_all(service: &Service, known: &Listeners) -> bool {
    known.extent == PortCoverage::All || known.extent == PortCoverage::Usual && service.build.is_none()
}

/// Whether a port is one that the server would have by itself, or the command of one server says all of its ports: images
/// have ports for their administration that the catalogue need not know.
fn is_moved_from(service: &Service, port: u16, known: &Listeners) -> bool {
    let is_usual = known_image(service).is_some_and(|known| {
        known.exact && known.image.ports_for(known.tag).iter().flatten().any(|one| one.port == port)
    });
    let by_command = known.ports.iter().all(|one| one.evidence == PortEvidence::Command);
    known.extent == PortCoverage::All && (by_command || is_usual)
}

/// `8080:80`, where 8080 is asked.
fn published(service: &Service, port: u16) -> Option<WrongProbePort> {
    if service.ports.iter().any(|mapping| mapping.target == port) {
        return None;
    }
    let mapping = service.ports.iter().find(|mapping| mapping.published == Some((port, port)))?;
    Some(WrongProbePort { meant: vec![mapping.target], basis: PortBasis::Published, place: mapping.place })
}

/// The port that an option of the command or a variable gives to a server that is not known.
fn told(service: &Service, port: u16, known: &Listeners) -> Option<WrongProbePort> {
    let only_exposed = known.ports.iter().all(|one| one.evidence == PortEvidence::Dockerfile);
    if !only_exposed || may_be_set(service, "PORT") || service.env_files.iter().any(|file| !file.loaded) {
        return None;
    }
    let of_option = || by_option(service);
    let of_variable = || {
        let value = VARIABLES.iter().find_map(|name| variable(service, name))?;
        Some((value.value.parse::<u16>().ok()?, value.place))
    };
    let (told, place) = of_option().or_else(of_variable)?;
    let agrees = service.ports.is_empty() || service.ports.iter().any(|mapping| mapping.target == told);
    (told != port && agrees).then(|| WrongProbePort { meant: vec![told], basis: PortBasis::Told, place })
}

/// `--port 8081`, `--port=8081`, once.
fn by_option(service: &Service) -> Option<(u16, Place)> {
    let words: Vec<&Spanned<String>> = launch(service);
    let mut found = words.iter().enumerate().filter_map(|(at, word)| {
        let rest = ["--port", "-port", "--http-port"].iter().find_map(|option| word.value.strip_prefix(option))?;
        let value = match rest.strip_prefix('=') {
            Some(value) => value,
            None if rest.is_empty() => words.get(at + 1)?.value.as_str(),
            None => return None,
        };
        Some((value.parse::<u16>().ok()?, word.place))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The port that the command in the Compose file gives to the server of a Dockerfile, whose `EXPOSE` is about another
/// command then.
fn moved_by_service(service: &Service) -> Option<u16> {
    let (port, place) = by_option(service)?;
    let own = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
    own.into_iter().any(|word| word.place == place).then_some(port)
}

/// The port that a variable of the service gives to the server of a Dockerfile which has the same variable: its `EXPOSE` is
/// about the default.
fn moved_by_variable(service: &Service) -> Option<u16> {
    let image = built(service)?;
    let name = VARIABLES.iter().find(|name| image.environment.contains_key(**name))?;
    service.environment.get(*name)?.value.as_ref()?.value.parse().ok()
}

/// Whether `expose` or the container's side of `ports` has a port.
fn is_declared(service: &Service, port: u16) -> bool {
    let exposes = |text: &str| text.split('/').next().is_some_and(|text| text.trim().parse() == Ok(port));
    service.expose.iter().any(|one| exposes(&one.value)) || service.ports.iter().any(|mapping| mapping.target == port)
}

/// Whether a word of the command or a variable has the number, those that only the probe uses left out.
fn is_named(service: &Service, port: u16, used: &[String]) -> bool {
    names(service, port, used, &|_| true)
}

/// The same, but for texts with a URL in them.
fn is_named_alone(service: &Service, port: u16, used: &[String]) -> bool {
    names(service, port, used, &|text| !text.contains("://"))
}

fn names(service: &Service, port: u16, used: &[String], counts: &dyn Fn(&str) -> bool) -> bool {
    let digits = port.to_string();
    let has = |text: &str| {
        let is_digit = |letter: char| letter.is_ascii_digit();
        counts(text)
            && text.match_indices(&digits).any(|(at, _)| {
                let before = text.get(..at).unwrap_or("");
                let behind = text.get(at + digits.len()..).unwrap_or("");
                !before.ends_with(is_digit) && !behind.starts_with(is_digit)
            })
    };
    let is_other = |name: &String| !used.contains(name);
    let own = service.environment.iter().filter(|(name, _)| is_other(name));
    let of_image = built(service).into_iter().flat_map(|image| &image.environment);
    // What the service sets itself takes the place of the image's.
    let of_image = of_image.filter(|(name, _)| is_other(name) && !service.environment.contains_key(*name));
    launch(service).iter().any(|word| has(&word.value))
        || own.filter_map(|(_, one)| one.value.as_ref()).any(|value| has(&value.value))
        || of_image.map(|(_, value)| value).any(|value| has(&value.value))
}
