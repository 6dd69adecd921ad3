//! The ports that a service listens on, as far as its own keys say.

use std::ops::RangeInclusive;

use crate::finding::Place;
use crate::model::Service;

/// Where it is said that a service listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenSource {
    /// `expose`.
    Expose,
    /// The container's side of `ports`.
    Ports,
}

/// Ports that a service listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The ports of the container.
    pub ports: RangeInclusive<u16>,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// Where that is written.
    pub place: Place,
    /// By which key.
    pub source: ListenSource,
}

/// The ports of `expose`, then those of `ports`.
pub fn listening(service: &Service) -> Vec<Listening> {
    let exposed = service.expose.iter().filter_map(|exposed| {
        let (ports, protocol) = exposed.value.split_once('/').unwrap_or((&exposed.value, "tcp"));
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        Some(Listening {
            ports: first.parse().ok()?..=last.parse().ok()?,
            protocol: protocol.to_lowercase(),
            place: exposed.place,
            source: ListenSource::Expose,
        })
    });
    let mapped = service.ports.iter().map(|port| Listening {
        ports: port.target..=port.target,
        protocol: port.protocol.clone(),
        place: port.target_place,
        source: ListenSource::Ports,
    });
    exposed.chain(mapped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    #[test]
    fn expose_and_targets_count() {
        let text =
            "services:\n  web: {image: x, expose: [80, '90/UDP', '100-102', bad], ports: ['8080:81', '53:53/udp']}\n";
        with_facts(text, |facts| {
            let found: Vec<(RangeInclusive<u16>, String)> =
                listening(&facts.model.services["web"]).into_iter().map(|one| (one.ports, one.protocol)).collect();
            let expect = [(80..=80, "tcp"), (90..=90, "udp"), (100..=102, "tcp"), (81..=81, "tcp"), (53..=53, "udp")];
            assert_eq!(found, expect.map(|(ports, protocol)| (ports, protocol.to_owned())));
        });
    }
}
