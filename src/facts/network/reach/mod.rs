//! Who can reach whom, and by which name.
//!
//! Docker's DNS answers on user-defined networks only: with service names, aliases and container names of those who
//! share the network. On the default bridge nothing but `links` is known by name.

use super::published::Exposure;
use crate::budget::Limit;
use crate::collections::{HashMap, HashSet, IndexSet};
use crate::model::{Model, Service};

/// The networks of a project by their real names, and the names on them.
pub struct Reach<'a> {
    model: &'a Model,
    homes: HashMap<&'a str, Home<'a>>,
    /// Services that share a network namespace, by its key, in the order of the files.
    namespaces: HashMap<&'a str, Vec<&'a str>>,
    /// Services by each name, in lower case, that others may know them by.
    named: HashMap<String, Vec<(&'a str, HostName<'a>)>>,
    /// Services that no active profile enables, by each name in lower case.
    inactive: HashMap<String, &'a str>,
    /// Services by `container_name`.
    containers: HashMap<&'a str, &'a str>,
    /// The real names of the networks that the project makes.
    made: HashSet<&'a str>,
}

/// Why a service has no name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nameless<'a> {
    /// It shares the network of this service, whose name is its.
    Shares(&'a str),
    /// It uses the host's network.
    Host,
}

/// The network namespace that a service lives in.
#[derive(Clone, Debug)]
struct Home<'a> {
    /// The service that the namespace belongs to: itself, or the one at the end of `network_mode: service:…`.
    owner: &'a str,
    kind: HomeKind,
    /// Real names.
    networks: IndexSet<&'a str>,
}

impl<'a> Home<'a> {
    /// What tells the namespace from all others: its owner, or the word for the host's, which is not a name of a service.
    fn namespace(&self) -> &'a str {
        if self.kind == HomeKind::Host { "host:" } else { self.owner }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HomeKind {
    /// User-defined networks, or the default bridge.
    Networks,
    /// The host's own network.
    Host,
    /// That of a container that no service of the project makes, or of a `provider`.
    Foreign,
}

/// The default bridge, on which Docker's DNS answers nothing.
const BRIDGE: &str = "bridge";

/// What kind of name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostKind {
    /// The service's name.
    Service,
    /// An alias on one network.
    Alias,
    /// `container_name`.
    ContainerName,
    /// `hostname`.
    Hostname,
    /// An alias of `links`, known to the linking service alone.
    Link,
    /// A name of `extra_hosts`, known to the service alone.
    ExtraHost,
}

/// A name, and where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostName<'a> {
    /// The name, as written.
    pub(crate) name: &'a str,
    /// What kind of name it is.
    pub(crate) kind: HostKind,
    /// The real name of the one network that knows it; `None` for all networks of the service.
    pub(crate) network: Option<&'a str>,
}

/// Who answers to a host name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer<'a> {
    /// This service.
    Service(&'a str),
    /// Nobody: the name is this service's, but it is not known where it is asked for. The two share no network, or only
    /// the default bridge, or one of them has no network of its own.
    Unreachable(&'a str),
    /// Nobody: the name is this service's, which no active profile enables.
    Inactive(&'a str),
    /// An address of `extra_hosts`.
    ExtraHost,
    /// Perhaps a container that the project does not make: on an external network, behind `external_links`, or known
    /// to the host or container whose network is used.
    External,
    /// Nobody that the project knows.
    Unknown,
}

impl<'a> Reach<'a> {
    /// Works out the networks and names of a model's active services.
    pub(crate) fn new(model: &'a Model) -> Reach<'a> {
        let containers = model
            .services
            .values()
            .filter_map(|service| Some((service.container_name.as_ref()?.value.as_str(), service.name.as_str())))
            .collect();
        let inactive = model.disabled.values().flat_map(|service| {
            own_names(model, service).into_iter().map(|name| (name.name.to_lowercase(), service.name.as_str()))
        });
        let made = model.networks.values().filter(|network| !network.external);
        let mut reach = Reach {
            model,
            homes: HashMap::default(),
            namespaces: HashMap::default(),
            named: HashMap::default(),
            inactive: inactive.collect(),
            containers,
            made: made.map(|network| network.name.value.as_str()).collect(),
        };
        for service in model.services.values() {
            reach.find_home(service);
        }
        for name in model.services.keys() {
            if let Some(home) = reach.homes.get(name.as_str()) {
                reach.namespaces.entry(home.namespace()).or_default().push(name);
            }
        }
        for service in model.services.values() {
            for name in own_names(model, service) {
                reach.named.entry(name.name.to_lowercase()).or_default().push((&service.name, name));
            }
        }
        reach
    }

    /// Notes the home of a service, and with it that of those whose network it shares.
    fn find_home(&mut self, service: &'a Service) {
        let mut sharing: IndexSet<&'a str> = IndexSet::default();
        let home = self.home(service, &mut sharing);
        if home.kind == HomeKind::Foreign {
            self.homes.insert(&service.name, home);
            return;
        }
        for name in sharing {
            self.homes.entry(name).or_insert_with(|| home.clone());
        }
    }

    fn home(&self, service: &'a Service, seen: &mut IndexSet<&'a str>) -> Home<'a> {
        seen.insert(&service.name);
        if service.provider.is_some() {
            return Home { owner: &service.name, kind: HomeKind::Foreign, networks: IndexSet::default() };
        }
        let mut owner = service;
        while let Some(mode) = &owner.network_mode {
            let next = match mode.value.split_once(':') {
                Some(("service", name)) => self.model.services.get(name),
                Some(("container", name)) => self.containers.get(name).and_then(|name| self.model.services.get(*name)),
                _ => break,
            };
            let next = next.filter(|next| !seen.contains(next.name.as_str()));
            match next.filter(|_| self.model.budget.spend(Limit::Steps, 1, mode.place)) {
                Some(next) => owner = next,
                None => return Home { owner: &owner.name, kind: HomeKind::Foreign, networks: IndexSet::default() },
            }
            if let Some(known) = self.homes.get(owner.name.as_str()).filter(|home| home.kind != HomeKind::Foreign) {
                return known.clone();
            }
            seen.insert(&owner.name);
        }
        let networks = real_networks(self.model, owner);
        let kind = if networks.contains("host") { HomeKind::Host } else { HomeKind::Networks };
        let networks = networks.into_iter().filter(|name| !matches!(*name, "host" | "none")).collect();
        Home { owner: &owner.name, kind, networks }
    }

    /// The real names of the networks that a service is on, its own or those of the namespace it shares.
    pub(crate) fn networks(&self, service: &str) -> Vec<&'a str> {
        self.homes.get(service).map(|home| home.networks.iter().copied().collect()).unwrap_or_default()
    }

    /// The real names of the networks that both services are on.
    pub(crate) fn shared_networks(&self, a: &str, b: &str) -> Vec<&'a str> {
        let (Some(a), Some(b)) = (self.homes.get(a), self.homes.get(b)) else { return Vec::new() };
        a.networks.intersection(&b.networks).copied().collect()
    }

    /// The active services in a service's network namespace, itself included: what one of them listens on answers at
    /// the address of all.
    pub(crate) fn siblings(&self, service: &str) -> Vec<&'a str> {
        let home = self.homes.get(service);
        home.and_then(|home| self.namespaces.get(home.namespace())).cloned().unwrap_or_default()
    }

    fn is_one(&self, a: &Home<'_>, b: &Home<'_>) -> bool {
        a.namespace() == b.namespace()
    }

    /// Why a service has no name of its own in Docker's DNS; `None` where it has one, or that is not known.
    pub(crate) fn nameless(&self, service: &str) -> Option<Nameless<'a>> {
        let home = self.homes.get(service)?;
        match home.kind {
            HomeKind::Host => Some(Nameless::Host),
            HomeKind::Networks if home.owner != service => Some(Nameless::Shares(home.owner)),
            HomeKind::Networks | HomeKind::Foreign => None,
        }
    }

    /// Whether packets of `a` get to `b` at all, by address if not by name. A service on the host's network reaches the
    /// published ports of others at `localhost`. Where a foreign container's network is used, the answer is yes.
    pub(crate) fn can_reach(&self, a: &str, b: &str) -> bool {
        let (Some(from), Some(to)) = (self.homes.get(a), self.homes.get(b)) else { return false };
        if self.is_one(from, to) || from.kind == HomeKind::Foreign || to.kind == HomeKind::Foreign {
            return true;
        }
        if from.kind == HomeKind::Host {
            return self.is_published_locally(to.owner);
        }
        from.networks.intersection(&to.networks).next().is_some()
    }

    fn is_published_locally(&self, service: &str) -> bool {
        let ports = self.model.services.get(service).map(|service| service.ports.as_slice()).unwrap_or_default();
        ports.iter().any(|port| !matches!(super::published::exposure(port.host_ip.as_ref()), Exposure::Address(_)))
    }

    /// Whether a container that the project does not make may be on one of the service's networks, or shares its
    /// namespace.
    pub(crate) fn meets_strangers(&self, service: &str) -> bool {
        let Some(home) = self.homes.get(service) else { return true };
        if home.kind != HomeKind::Networks {
            return true;
        }
        home.networks.iter().any(|name| *name != BRIDGE && !self.made.contains(name))
    }

    /// The names that others may know a service by. A service in another's namespace has the names of that one.
    #[cfg_attr(not(test), expect(dead_code, reason = "for completion and hover of host names in editors"))]
    pub(crate) fn names(&self, service: &str) -> Vec<HostName<'a>> {
        let owner = self.homes.get(service).filter(|home| home.kind == HomeKind::Networks).map(|home| home.owner);
        let Some(owner) = owner.and_then(|owner| self.model.services.get(owner)) else { return Vec::new() };
        let mut names = own_names(self.model, owner);
        for linking in self.model.services.values() {
            let links = linking.links.iter().map(|link| split_link(&link.value));
            let aliases = links.filter(|(target, alias)| *target == owner.name && alias != target);
            names.extend(aliases.map(|(_, name)| HostName { name, kind: HostKind::Link, network: None }));
        }
        names
    }

    /// The names that resolve for a service, its own among them.
    #[cfg_attr(not(test), expect(dead_code, reason = "for completion and hover of host names in editors"))]
    pub(crate) fn known_to(&self, from: &str) -> Vec<HostName<'a>> {
        let Some(service) = self.model.services.get(from) else { return Vec::new() };
        let hosts = service.extra_hosts.iter().map(|host| (host.value.0.as_str(), HostKind::ExtraHost));
        let links = service.links.iter().map(|link| (split_link(&link.value).1, HostKind::Link));
        let mut known: Vec<HostName<'a>> =
            hosts.chain(links).map(|(name, kind)| HostName { name, kind, network: None }).collect();
        for other in self.model.services.values() {
            let names = own_names(self.model, other).into_iter();
            known.extend(names.filter(|name| self.resolves(from, &other.name, name)));
        }
        known
    }

    /// Who answers when a service asks for a host. Names compare without regard to case; `name.network` is `name` on
    /// that network. Addresses and `localhost` are not looked at: they are `Unknown`.
    pub(crate) fn who_answers(&self, from: &str, host: &str) -> Answer<'a> {
        let host = host.trim_end_matches('.').to_lowercase();
        let (Some(service), Some(home)) = (self.model.services.get(from), self.homes.get(from)) else {
            return Answer::Unknown;
        };
        let of_file = [Some(service), self.model.services.get(home.owner)].into_iter().flatten();
        if of_file.flat_map(|service| &service.extra_hosts).any(|entry| entry.value.0.eq_ignore_ascii_case(&host)) {
            return Answer::ExtraHost;
        }
        if let Some(answer) = self.linked(service, &host).or_else(|| self.by_name(from, &host, None)) {
            return answer;
        }
        let on_network = host.match_indices('.').find_map(|(at, _)| {
            let (name, network) = (host.get(..at)?, host.get(at + 1..)?);
            let network = home.networks.iter().copied().find(|known| known.eq_ignore_ascii_case(network))?;
            self.by_name(from, name, Some(network))
        });
        if let Some(answer) = on_network {
            return answer;
        }
        match self.inactive.get(&host) {
            Some(service) => Answer::Inactive(service),
            None if self.meets_strangers(from) => Answer::External,
            None => Answer::Unknown,
        }
    }

    fn linked(&self, service: &'a Service, host: &str) -> Option<Answer<'a>> {
        let is_meant = |(_, alias): &(&str, &str)| alias.eq_ignore_ascii_case(host);
        if let Some((target, _)) = service.links.iter().map(|link| split_link(&link.value)).find(is_meant)
            && let Some(target) = self.model.services.get(target)
        {
            let name = target.name.as_str();
            return Some(if self.can_reach(&service.name, name) {
                Answer::Service(name)
            } else {
                Answer::Unreachable(name)
            });
        }
        let external = service.external_links.iter().map(|link| split_link(&link.value)).find(is_meant);
        external.map(|_| Answer::External)
    }

    fn by_name(&self, from: &str, host: &str, network: Option<&str>) -> Option<Answer<'a>> {
        let mut candidates: Vec<(&'a str, HostName<'a>)> = self.named.get(host).cloned().unwrap_or_default();
        candidates.extend(self.by_container(host));
        let on = |(service, name): &&(&'a str, HostName<'a>)| {
            let there = network
                .is_none_or(|network| self.homes.get(service).is_some_and(|home| home.networks.contains(network)));
            there && self.resolves(from, service, name)
        };
        // A service's own name comes first: an alias of another does not hide it.
        candidates.sort_by_key(|(_, name)| name.kind != HostKind::Service);
        match candidates.iter().find(on) {
            Some((service, _)) => Some(Answer::Service(service)),
            None => candidates.first().map(|(service, _)| self.unreachable(service)),
        }
    }

    /// A service with a `provider` is not a container; what answers for it the project cannot tell.
    fn unreachable(&self, service: &'a str) -> Answer<'a> {
        match self.model.services.get(service) {
            Some(Service { provider: Some(_), .. }) => Answer::External,
            _ => Answer::Unreachable(service),
        }
    }

    /// `project-service-1`, the name that docker compose gives a container; `project_service_1` under
    /// `--compatibility` and before version 2. What the project is called where it runs depends on its directory there.
    fn by_container(&self, host: &str) -> Option<(&'a str, HostName<'a>)> {
        let (start, number) = host.rsplit_once(['-', '_'])?;
        number.parse::<u32>().ok()?;
        let separator = host.get(start.len()..)?.chars().next()?;
        let mut ends = start.match_indices(separator).filter(|(at, _)| *at > 0);
        let (service, name) = ends.find_map(|(at, _)| {
            let names = self.named.get(start.get(at + 1..)?)?;
            names.iter().find(|(_, name)| name.kind == HostKind::Service)
        })?;
        self.model.services.get(*service).filter(|service| service.container_name.is_none())?;
        Some((service, HostName { kind: HostKind::ContainerName, ..*name }))
    }

    /// Whether a name of a service resolves for another.
    fn resolves(&self, from: &str, service: &str, name: &HostName<'_>) -> bool {
        let (Some(home), Some(there)) = (self.homes.get(from), self.homes.get(service)) else { return false };
        if from == service {
            return true;
        }
        if home.kind == HomeKind::Foreign || there.kind == HomeKind::Foreign {
            return home.kind == HomeKind::Foreign;
        }
        // Who lives in another's namespace has no name of its own.
        if there.owner != service || home.kind == HomeKind::Host || there.kind == HomeKind::Host {
            return false;
        }
        let mut shared = home.networks.intersection(&there.networks).filter(|network| **network != BRIDGE);
        shared.any(|network| name.network.is_none_or(|only| only == *network))
    }
}

/// The networks that a service names, by their real names; `host` and `none` as they are.
fn real_networks<'a>(model: &'a Model, service: &'a Service) -> IndexSet<&'a str> {
    match &service.network_mode {
        Some(mode) if mode.value == "default" => IndexSet::from_iter([BRIDGE]),
        Some(mode) => IndexSet::from_iter([mode.value.as_str()]),
        None => service.networks.keys().map(|key| real_name(model, key)).collect(),
    }
}

fn real_name<'a>(model: &'a Model, key: &'a str) -> &'a str {
    model.networks.get(key).map_or(key, |network| network.name.value.as_str())
}

/// The names that a service has by its own keys. Docker's DNS does not know a `hostname`, but some setups make it known,
/// so that it counts.
fn own_names<'a>(model: &'a Model, service: &'a Service) -> Vec<HostName<'a>> {
    let everywhere = |name: &'a str, kind| HostName { name, kind, network: None };
    let mut names = vec![everywhere(&service.name, HostKind::Service)];
    names.extend(service.container_name.iter().map(|name| everywhere(&name.value, HostKind::ContainerName)));
    names.extend(service.hostname.iter().map(|name| everywhere(&name.value, HostKind::Hostname)));
    for (key, attachment) in &service.networks {
        let network = Some(real_name(model, key));
        let aliases = attachment.aliases.iter();
        names.extend(aliases.map(|alias| HostName { name: &alias.value, kind: HostKind::Alias, network }));
    }
    names
}

/// The target and the alias of `target:alias`; the target itself where no alias is written.
fn split_link(link: &str) -> (&str, &str) {
    link.split_once(':').unwrap_or((link, link))
}

/// Whether a service is on Docker's default bridge.
pub(crate) fn is_on_bridge(service: &Service) -> bool {
    service.network_mode.as_ref().is_some_and(|mode| matches!(mode.value.as_str(), "bridge" | "default"))
}

#[cfg(test)]
mod tests;
