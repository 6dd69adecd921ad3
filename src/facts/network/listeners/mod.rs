//! The ports that a service listens on, with the evidence, and whether there may be others.

mod closed;
mod collector;
mod exposed;
mod moved;
mod named;

pub(crate) use closed::closed;
pub(crate) use moved::moved;
pub(crate) use named::{declares, is_named};

use std::collections::BTreeSet;

use self::named::names;
use crate::app_config::{is_official, runs_as_made};
use crate::catalogue::schema::{ImagePort, ImageRole, Transport};
use crate::facts::Facts;
use crate::facts::images::{
    KnownImage, argument_value, built, known_image, launch, may_be_set, runs_default, runs_server, variable,
};
use crate::facts::network::servers::binds;
use crate::model::{self, Service, base_image};
use crate::source::Place;

/// What says that a service listens on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortEvidence {
    /// Its image, by the catalogue.
    Image,
    /// `EXPOSE` of its Dockerfile.
    Dockerfile,
    /// Its command.
    Command,
    /// Its configuration as a proxy.
    Configuration,
    /// A mapping that publishes the port as another one, which was taken for it.
    Mapping(u16),
}

/// How sure it is that a service listens on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sureness {
    /// Its Dockerfile exposes it, or its server does so unless it is told otherwise.
    Likely,
    /// Its command says so, or the documentation of its image.
    Certain,
}

/// Whether a service listens on other ports than those that are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PortCoverage {
    /// It may.
    #[default]
    Some,
    /// Only where something says so that is not read: a configuration of its own, what a build leaves out.
    Usual,
    /// It does not: one server, whose ports its command or its image's documentation gives.
    All,
}

/// A port that a service listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    /// The port, of TCP.
    pub(crate) port: u16,
    /// How sure it is.
    pub(crate) sure: Sureness,
    /// Who listens there: a program, or an image.
    pub(crate) who: String,
    /// What says so.
    pub(crate) evidence: PortEvidence,
    /// Where that is written.
    pub(crate) place: Place,
}

/// What is known of the ports of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listeners {
    /// The ports, each once, the best known first.
    pub(crate) ports: Vec<Listener>,
    /// Whether there may be others.
    pub(crate) extent: PortCoverage,
}

impl Listeners {
    /// The port, if the service is known to listen on it.
    pub(crate) fn get(&self, port: u16) -> Option<&Listener> {
        self.ports.iter().find(|one| one.port == port)
    }

    /// The numbers of the ports in their order.
    pub(crate) fn numbers(&self) -> BTreeSet<u16> {
        self.ports.iter().map(|one| one.port).collect()
    }

    /// The ports in words: `` `5432` or `8008` ``.
    pub(crate) fn shown(&self) -> String {
        let ports: Vec<String> = self.ports.iter().map(|one| format!("`{}`", one.port)).collect();
        ports.join(" or ")
    }

    fn add(&mut self, one: Listener) {
        if self.get(one.port).is_none() {
            self.ports.push(one);
        }
    }
}

/// The TCP ports that a service listens on, as far as its command, its image and its Dockerfile tell.
pub(crate) fn listeners(service: &Service) -> Listeners {
    let mut found =
        of_file(service).or_else(|| from_command(service)).or_else(|| from_image(service)).unwrap_or_default();
    if let Some(exposed) = from_dockerfile(service) {
        exposed.ports.into_iter().for_each(|one| found.add(one));
        found.extent = found.extent.max(exposed.extent);
    }
    found
}

/// What a service listens on, where it usually does not listen on `port` and nothing about it says that here it does.
pub(crate) fn other_than(facts: &Facts<'_>, service: &Service, port: u16) -> Option<Listeners> {
    // Who shares a network namespace answers, too.
    if facts.reach().siblings(&service.name).len() > 1 {
        return None;
    }
    let known = from_configuration(facts, service).unwrap_or_else(|| listeners(service));
    if known.get(port).is_some() || declares(service, port) || names(service, port) {
        return None;
    }
    if known.extent > PortCoverage::Some { Some(known) } else { from_mapping(service, port) }
}

/// What a service listens on, where it is known, for all that it says of itself, not to listen on a port that it publishes.
pub(crate) fn missed(facts: &Facts<'_>, service: &Service, port: &model::Port) -> Option<Listeners> {
    // Who lives in the service's network namespace uses its ports.
    if facts.reach().siblings(&service.name).len() > 1 {
        return None;
    }
    if port.protocol == "udp" {
        return moved_away(service, port.target, Transport::Udp);
    }
    if port.protocol != "tcp" {
        return None;
    }
    if let Some(found) = moved_away(service, port.target, Transport::Tcp) {
        return Some(found);
    }
    if let Some(found) = collector::missed(facts, service, port.target) {
        return Some(found);
    }
    if let Some(found) = exposed::missed(facts, service, port.target) {
        return Some(found);
    }
    let known = of_whole_configuration(facts, service).unwrap_or_else(|| listeners(service));
    // Who publishes the known port as well knows the image: the other one may be opened by what is not read.
    let is_read = known.ports.iter().all(|one| one.evidence == PortEvidence::Configuration);
    let met = !is_read && service.ports.iter().any(|one| known.get(one.target).is_some());
    let listens = known.get(port.target).is_some() || is_named(service, port.target);
    (known.extent == PortCoverage::All && !met && !listens).then_some(known)
}

/// The port that the server of an image has been moved to from one that is still published.
fn moved_away(service: &Service, target: u16, protocol: Transport) -> Option<Listeners> {
    let (known, place) = (known_image(service).filter(|known| known.exact)?, base_image(service)?.place);
    let answers = known.image.ports_for(known.tag);
    let ports: Vec<&ImagePort> = answers.iter().flatten().copied().filter(|port| port.protocol == protocol).collect();
    let mut here = ports.iter().filter(|port| port.port == target);
    let was = here.next().filter(|_| here.next().is_none())?;
    let number = moved(service, was).filter(|number| *number != target)?;
    let elsewhere = ports.iter().any(|port| moved(service, port) == Some(target));
    let name = if protocol == Transport::Udp { "udp" } else { "tcp" };
    let met = service.ports.iter().any(|port| port.protocol == name && port.target == number);
    let who = known.image.name.clone();
    let (sure, evidence) = (Sureness::Certain, PortEvidence::Image);
    let one = Listener { port: number, sure, who, evidence, place };
    (!elsewhere && !met && runs_default(service)).then(|| Listeners { ports: vec![one], extent: PortCoverage::All })
}

/// Whether anything about a service, but for its published ports, names a port: it may listen there.
pub(crate) fn may_listen(service: &Service, port: u16) -> bool {
    declares(service, port) || listeners(service).get(port).is_some() || is_named(service, port)
}

/// The ports of a proxy, where all of its configuration is read: a published one that is in none of it leads nowhere.
fn of_whole_configuration(facts: &Facts<'_>, service: &Service) -> Option<Listeners> {
    let whole = facts.app_configs().whole.iter().find(|one| one.service == service.name)?;
    let mut found = Listeners { extent: PortCoverage::All, ..Listeners::default() };
    let listens = facts.app_configs().listens.iter().filter(|listen| listen.proxy == whole.service && !listen.local);
    let of_page = whole.default_page.map(|port| (port, service.key));
    for (port, place) in listens.map(|listen| (listen.port, listen.place)).chain(of_page) {
        let (sure, who) = (Sureness::Certain, "its configuration".to_owned());
        found.add(Listener { port, sure, who, evidence: PortEvidence::Configuration, place });
    }
    (!found.ports.is_empty()).then_some(found)
}

/// The configuration of its server, where that says all.
fn of_file(service: &Service) -> Option<Listeners> {
    let configured = service.configured.as_ref().filter(|configured| configured.all)?;
    let mut found = Listeners { extent: PortCoverage::All, ..Listeners::default() };
    for one in configured.listeners.iter().filter(|one| !one.local) {
        let who = "its configuration".to_owned();
        let (port, sure, evidence) = (one.port, Sureness::Certain, PortEvidence::Configuration);
        found.add(Listener { port, sure, who, evidence, place: one.place });
    }
    (!found.ports.is_empty()).then_some(found)
}

/// The servers that its command starts.
fn from_command(service: &Service) -> Option<Listeners> {
    let binds = binds(service);
    let mut found = Listeners::default();
    for bind in &binds {
        let Some(port) = bind.port else { continue };
        let sure = if bind.port_written || bind.settled { Sureness::Certain } else { Sureness::Likely };
        let who = bind.program.to_owned();
        found.add(Listener { port, sure, who, evidence: PortEvidence::Command, place: bind.word.place });
    }
    if matches!(binds.as_slice(), [only] if (only.port_written || only.settled) && only.port.is_some()) {
        found.extent = PortCoverage::All;
    }
    (!binds.is_empty()).then_some(found)
}

/// The image, where the container runs its server.
fn from_image(service: &Service) -> Option<Listeners> {
    let (known, place) = (known_image(service)?, base_image(service)?.place);
    let starts = runs_default(service) || known.image.holds_data() && runs_server(service);
    let answers = known.image.ports_for(known.tag);
    // Most images of languages start nothing; PHP's start Apache or FPM.
    let is_bare = known.image.role == ImageRole::Base && answers.iter().all(Vec::is_empty);
    if is_bare || !starts {
        return None;
    }
    let mut found = Listeners::default();
    let mut told = true;
    for port in answers.iter().flatten().filter(|port| port.protocol == Transport::Tcp) {
        let number = moved(service, port);
        told &= number.is_some();
        let may_move = port.variable.as_deref().is_some_and(|name| may_be_set(service, name));
        let who = known.image.name.clone();
        // What must be switched on may be on in a way that is not read.
        let certain = port.opened_by.is_empty() && known.exact && !may_move;
        let sure = if certain { Sureness::Certain } else { Sureness::Likely };
        let port = number.unwrap_or(port.port);
        found.add(Listener { port, sure, who, evidence: PortEvidence::Image, place });
    }
    let settled = answers.len() == 1 && is_settled(service, &known, answers.first().map_or(&[], Vec::as_slice));
    // A build may have a configuration of its own; a proxy and a broker listen where a file says that is not read here.
    let given = match known.image.role {
        ImageRole::Proxy => !(service.mounts.is_empty() && service.configs.is_empty()),
        ImageRole::Broker => is_configured(service),
        _ => false,
    };
    let usual = known.exact && runs_default(service) && !known.built && !given;
    // An env file that is not here may say anything.
    let open = service.env_files.iter().any(|file| !file.loaded);
    let (settled, usual) = (settled && !open, usual && !open);
    found.extent = match (told && !found.ports.is_empty(), settled, usual) {
        (true, true, _) => PortCoverage::All,
        (true, false, true) => PortCoverage::Usual,
        _ => PortCoverage::Some,
    };
    Some(found)
}

/// Whether nothing tells the server of an image to listen elsewhere: no option about ports, no configuration of its own.
fn is_settled(service: &Service, known: &KnownImage<'_>, ports: &[&ImagePort]) -> bool {
    const OPTIONS: [&str; 9] =
        ["port", "listen", "bind", "conf", "address", "endpoint", "http", "-p", "server.properties"];
    const VARIABLES: [&str; 4] = ["LISTENERS", "CONFIG", "PLUGINS", "MODULES"];
    let serves = known.exact
        && !matches!(known.image.role, ImageRole::Proxy | ImageRole::Base | ImageRole::Tool)
        && !ports.is_empty();
    // What is known to move a port is read.
    let flags = || ports.iter().flat_map(|port| &port.flags);
    let is_read = |word: &str| {
        flags()
            .any(|flag| word.strip_prefix(flag.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
    };
    let words = launch(service)
        .into_iter()
        .any(|word| !is_read(&word.value) && OPTIONS.iter().any(|option| word.value.to_lowercase().contains(option)));
    let moves = |name: &str| ports.iter().any(|port| port.variable.as_deref() == Some(name));
    // Nor do its secrets, and what the catalogue lists without more about it.
    let is_plain = |name: &str| {
        let image = known.image;
        let accounts = || image.defaults.accounts.iter().flat_map(|one| one.user.iter().chain([&one.password]));
        image.reads.iter().any(|one| one == name)
            || image.secrets.iter().any(|one| one.name == name)
            || accounts().flat_map(|one| &one.variables).any(|one| one == name)
    };
    let variables = service
        .environment
        .keys()
        .any(|name| !moves(name) && !is_plain(name) && VARIABLES.iter().any(|word| name.to_uppercase().contains(word)));
    serves && runs_default(service) && !words && !variables && !is_configured(service)
}

/// Whether a mount, a config or a build gives a service a configuration of its own.
fn is_configured(service: &Service) -> bool {
    const ENDINGS: [&str; 11] =
        [".conf", ".cnf", ".cfg", ".ini", ".yml", ".yaml", ".json", ".toml", ".xml", ".properties", ".hcl"];
    let configures = |target: &str| {
        let last = target.trim_end_matches('/').rsplit('/').next().unwrap_or("");
        ENDINGS.iter().any(|ending| target.ends_with(ending))
            || matches!(last, "config" | "conf" | "conf.d")
            || target.starts_with("/etc/") && !target.ends_with("localtime")
    };
    let mounted = service.mounts.iter().any(|mount| configures(mount.target.value.as_str()));
    let copied = built(service).into_iter().flat_map(|image| &image.copies).any(|copy| {
        copy.target.as_deref().is_none_or(configures) || copy.sources.iter().any(|source| configures(source))
    });
    mounted || copied || !service.configs.is_empty()
}

/// What the Dockerfile exposes.
fn from_dockerfile(service: &Service) -> Option<Listeners> {
    /// How many ports of a range are looked at.
    const MOST: usize = 64;
    let mut found = Listeners { extent: PortCoverage::Usual, ..Listeners::default() };
    for exposed in built(service)?.exposes.iter().filter(|one| one.protocol == "tcp") {
        let ((first, last), place) = (exposed.ports.value, exposed.ports.place);
        for port in (first..=last).take(MOST) {
            let who = "its Dockerfile".to_owned();
            found.add(Listener { port, sure: Sureness::Likely, who, evidence: PortEvidence::Dockerfile, place });
        }
        if first != last {
            found.extent = PortCoverage::Some;
        }
    }
    // Two agree on one port, and nothing is left out that could say more.
    let is_told = |one: &Listener| is_told(service, one.port);
    if matches!(found.ports.as_slice(), [only] if is_told(only)) && service.env_files.iter().all(|file| file.loaded) {
        found.extent = PortCoverage::All;
    }
    (!found.ports.is_empty()).then_some(found)
}

/// Whether a variable or an option of the command is the port of the server: `PORT=3000`, `--port 3000`.
fn is_told(service: &Service, port: u16) -> bool {
    let digits = port.to_string();
    let by_variable = || variable(service, "PORT").is_some_and(|value| value.value == digits);
    let by_option = |option: &str| argument_value(service, option).is_some_and(|(value, _)| value == digits);
    by_variable() || by_option("--port") || by_option("-p")
}

/// What the configuration of a proxy of the project says.
fn from_configuration(facts: &Facts<'_>, service: &Service) -> Option<Listeners> {
    let listens = || facts.app_configs().listens.iter().filter(|listen| listen.proxy == service.name);
    let place = listens().next()?.place;
    if !is_official(service) || !runs_as_made(service) {
        return None;
    }
    let mut found = Listeners { extent: PortCoverage::Usual, ..Listeners::default() };
    // The image's own page stays next to what is added, and TLS brings a redirection.
    for (port, place) in listens().map(|listen| (listen.port, listen.place)).chain([(80, place), (443, place)]) {
        let (sure, who) = (Sureness::Likely, "its configuration".to_owned());
        found.add(Listener { port, sure, who, evidence: PortEvidence::Configuration, place });
    }
    Some(found)
}

/// `8080:80`, where 8080 was taken.
fn from_mapping(service: &Service, taken: u16) -> Option<Listeners> {
    let is_taken = |(first, last): (u16, u16)| (first..=last).contains(&taken);
    let mapping = service.ports.iter().find(|mapping| mapping.published.is_some_and(is_taken))?;
    let (first, last) = mapping.published?;
    let (port, sure, who) = (mapping.target, Sureness::Likely, "its port mapping".to_owned());
    let one = Listener { port, sure, who, evidence: PortEvidence::Mapping(first), place: mapping.place };
    (first == last).then_some(Listeners { ports: vec![one], extent: PortCoverage::Some })
}

#[cfg(test)]
mod tests;
