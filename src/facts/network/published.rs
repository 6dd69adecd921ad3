//! Ports published on the host, and who can connect to them.

use crate::collections::HashSet;
use crate::compose::Project;
use crate::model::{HostAddress, Model, Port, Service};
use crate::source::Place;
use crate::text::template::SubstitutionOperator;

/// Who can connect to a published port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Only the host itself.
    Loopback,
    /// Whoever reaches any address of the host.
    All,
    /// Whoever reaches this address of the host.
    Address(String),
    /// Not known: the variable of the address has no value here, which is said of the variable.
    Unsaid,
}

impl Exposure {
    /// Whether other machines may connect.
    pub(crate) fn is_beyond_loopback(&self) -> bool {
        match self {
            Exposure::Loopback | Exposure::Unsaid => false,
            Exposure::All => true,
            Exposure::Address(address) => address != DOCKER_BRIDGE,
        }
    }
}

/// The bridge that Docker makes for containers; no other machine reaches it.
const DOCKER_BRIDGE: &str = "172.17.0.1";

/// A port of an active service that is published.
#[derive(Clone, Debug)]
pub struct Published<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The port.
    pub(crate) port: &'a Port,
    /// Who can connect.
    pub(crate) reach: Exposure,
    /// Whether Docker publishes it at all; see [`Unpublished`].
    pub(crate) in_effect: bool,
    /// Whether an active profile enables the service.
    pub(crate) is_active: bool,
}

/// Why Docker publishes no port of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unpublished<'a> {
    /// It uses the host's network.
    Host,
    /// It has no network (`network_mode: none`).
    Nothing,
    /// It shares the network namespace of a `service` or a `container`: that word, and its name.
    Shared(&'a str, &'a str),
    /// All its networks give containers addresses of the local network: the key of one and its driver.
    Lan(&'a str, &'a str),
    /// All its networks are internal: the key of one.
    Internal(&'a str),
}

/// The ports of all services, in the order of the files; those of inactive profiles last.
pub(crate) fn published<'a>(model: &'a Model, project: &Project) -> Vec<Published<'a>> {
    let loopback = loopback_defaults(project);
    let mut all = Vec::new();
    let active = model.services.values().map(|service| (service, true));
    for (service, is_active) in active.chain(model.disabled.values().map(|service| (service, false))) {
        let in_effect = unpublished(model, service).is_none();
        for port in &service.ports {
            let defaulted =
                port.host_parts.iter().any(|part| part.variable.is_some() && loopback.contains(&part.place));
            let reach = match (defaulted, is_unsaid(port)) {
                (true, _) => Exposure::Loopback,
                (false, true) => Exposure::Unsaid,
                (false, false) => exposure(port.host_ip.as_ref()),
            };
            all.push(Published { service, port, reach, in_effect, is_active });
        }
    }
    all
}

/// Whether the host's side of a port has a variable without a value, besides a number: it is that of the address.
fn is_unsaid(port: &Port) -> bool {
    let blank = port.host_parts.iter().any(|part| part.variable.is_some() && part.start == part.end);
    blank && port.published.is_some()
}

/// Why Docker publishes no port of a service; `None` where it publishes them, or may. Bridges that are not internal map
/// ports, and so do overlays; `macvlan` and `ipvlan` do not: <https://docs.docker.com/engine/network/drivers/macvlan/>.
/// What an external network is made of is not known.
pub(crate) fn unpublished<'a>(model: &'a Model, service: &'a Service) -> Option<Unpublished<'a>> {
    if let Some(mode) = &service.network_mode {
        return match mode.value.split_once(':') {
            None if mode.value == "host" => Some(Unpublished::Host),
            None if mode.value == "none" => Some(Unpublished::Nothing),
            Some((kind @ ("service" | "container"), owner)) => Some(Unpublished::Shared(kind, owner)),
            _ => None,
        };
    }
    let of_network = |key: &'a String| {
        let network = model.networks.get(key).filter(|network| !network.external)?;
        match network.driver.as_ref().map(|driver| driver.value.as_str()) {
            Some(driver @ ("macvlan" | "ipvlan")) => Some(Unpublished::Lan(key, driver)),
            None | Some("bridge") if network.internal => Some(Unpublished::Internal(key)),
            _ => None,
        }
    };
    let causes: Option<Vec<Unpublished<'_>>> = service.networks.keys().map(of_network).collect();
    causes?.into_iter().next()
}

/// Whether a service shares another's network or has none.
pub(crate) fn has_borrowed_network(service: &Service) -> bool {
    service.network_mode.as_ref().is_some_and(|mode| {
        let mode = mode.value.as_str();
        matches!(mode, "host" | "none") || mode.starts_with("service:") || mode.starts_with("container:")
    })
}

/// Who can connect to a port that is published on an address of the host.
pub(crate) fn exposure(host_ip: Option<&HostAddress>) -> Exposure {
    let Some(address) = host_ip else { return Exposure::All };
    match address.ip {
        Some(ip) if ip.is_loopback() => Exposure::Loopback,
        Some(ip) if ip.is_unspecified() => Exposure::All,
        _ => Exposure::Address(address.text.clone()),
    }
}

/// The uses of variables whose default is an address of the loopback, with or without a port behind it.
fn loopback_defaults(project: &Project) -> HashSet<Place> {
    let is_loopback = |word: &str| {
        let before_port = word.rsplit_once(':').map(|(address, _)| address);
        [Some(word), before_port]
            .into_iter()
            .flatten()
            .any(|text| exposure(Some(&HostAddress::new(text))) == Exposure::Loopback)
    };
    let defaults = project.references.iter().filter(|reference| {
        matches!(reference.operator, Some(SubstitutionOperator::Default { .. }))
            && reference.word.as_deref().is_some_and(is_loopback)
    });
    defaults.map(|reference| reference.place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{with_facts, with_facts_and};

    fn check(port: &str, expect: Exposure) {
        let text = format!("services:\n  web:\n    image: x\n    ports:\n      - {port}\n");
        with_facts(&text, |facts| {
            let found: Vec<&Exposure> = facts.published().iter().map(|port| &port.reach).collect();
            assert_eq!(found, [&expect], "{port}");
        });
    }

    #[test]
    fn addresses_are_told_apart() {
        check("8080:80", Exposure::All);
        check("'80'", Exposure::All);
        check("0.0.0.0:8080:80", Exposure::All);
        check("'[::]:8080:80'", Exposure::All);
        check("'[::ffff:0.0.0.0]:8080:80'", Exposure::All);
        check("127.0.0.1:8080:80", Exposure::Loopback);
        check("127.9.9.9:8080:80", Exposure::Loopback);
        check("'[::1]:8080:80'", Exposure::Loopback);
        check("192.168.1.5:8080:80", Exposure::Address("192.168.1.5".to_owned()));
        check("{target: 80, published: '8080', host_ip: 127.0.0.1}", Exposure::Loopback);
        check("{target: 80, published: '8080'}", Exposure::All);
    }

    #[test]
    fn the_bridge_of_docker_is_on_this_machine() {
        let beyond = |ip: &str| exposure(Some(&HostAddress::new(ip))).is_beyond_loopback();
        assert_eq!(["172.17.0.1", "127.0.0.1", "192.168.1.5", "0.0.0.0"].map(beyond), [false, false, true, true]);
    }

    #[test]
    fn a_name_is_no_address() {
        assert_eq!(exposure(Some(&HostAddress::new("localhost"))), Exposure::Address("localhost".to_owned()));
    }

    #[test]
    fn a_loopback_default_is_loopback_whatever_the_variable_says() {
        let text = "services:\n  web:\n    image: x\n    ports: ['${BIND:-127.0.0.1}:${PORT:-80}:80', '${OPEN:-0.0.0.0}:81:81']\n";
        let expect = |variables: &[(&str, &str)], expect: [Exposure; 2]| {
            with_facts_and(text, variables, |facts| {
                let found: Vec<Exposure> = facts.published().iter().map(|port| port.reach.clone()).collect();
                assert_eq!(found, expect);
            });
        };
        expect(&[], [Exposure::Loopback, Exposure::All]);
        expect(&[("BIND", "0.0.0.0"), ("OPEN", "127.0.0.1")], [Exposure::Loopback, Exposure::Loopback]);
        let with_port = "services:\n  web:\n    image: x\n    ports: ['${BIND:-127.0.0.1:8080}:80']\n";
        with_facts_and(with_port, &[("BIND", "8080")], |facts| {
            assert_eq!(facts.published()[0].reach, Exposure::Loopback);
        });
    }

    #[test]
    fn a_variable_without_a_value_leaves_the_address_open() {
        check("'${IP}:8080:80'", Exposure::Unsaid);
        check("'${PORT}:80'", Exposure::All);
        check("'0.0.0.0:${PORT}:80'", Exposure::All);
    }

    #[test]
    fn ports_under_host_networking_have_no_effect() {
        with_facts("services:\n  web: {image: x, network_mode: host, ports: ['80:80']}\n", |facts| {
            assert!(!facts.published()[0].in_effect);
        });
    }

    #[test]
    fn networks_that_map_no_ports() {
        let check = |networks: &str, expect: Option<Unpublished<'_>>| {
            let text = format!(
                "services:\n  web: {{image: x, networks: {networks}, ports: ['80:80']}}\nnetworks:\n  lan: {{driver: macvlan}}\n  back: {{internal: true}}\n  front:\n  other: {{external: true}}\n"
            );
            with_facts(&text, |facts| {
                assert_eq!(unpublished(facts.model, &facts.model.services["web"]), expect, "{networks}");
            });
        };
        check("[lan]", Some(Unpublished::Lan("lan", "macvlan")));
        check("[back]", Some(Unpublished::Internal("back")));
        check("[back, lan]", Some(Unpublished::Internal("back")));
        check("[back, front]", None);
        check("[lan, other]", None);
        check("[front]", None);
        check("[]", None);
    }
}
