//! Fixed addresses that Docker cannot give: two containers ask for one, or it is the gateway's.

use std::net::IpAddr;

use crate::collections::IndexMap;
use crate::finding::{Finding, Label, Subject, rule};
use crate::model::{AddressPool, Network, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list, is_off};

/// A service that asks for an address.
type AddressClaim<'a> = (&'a Service, &'a Spanned<String>);

/// Reports each address once, at the second service that asks for it, or at the first if the gateway has it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut claims: IndexMap<(&str, IpAddr), Vec<AddressClaim<'_>>> = IndexMap::default();
    for service in cx.model.services.values().filter(|service| !is_off(service)) {
        for (key, attachment) in &service.networks {
            let name = cx.model.networks.get(key).map_or(key.as_str(), |network| network.name.value.as_str());
            for address in [&attachment.ipv4_address, &attachment.ipv6_address].into_iter().flatten() {
                if let Ok(number) = address.value.parse() {
                    claims.entry((name, number)).or_default().push((service, address));
                }
            }
        }
    }
    for ((name, address), all) in claims {
        let network = cx.model.networks.values().find(|network| network.name.value == name);
        let gateway = network.and_then(|network| gateway(network, address));
        if let Some((pool, written)) = gateway {
            findings.extend(of_gateway(&all, pool, written, name));
        } else if let [first, second, ..] = all.as_slice() {
            findings.push(of_two(first, second, &all, address));
        } else if let Some((service, written)) = all.first()
            && let Some(replicas) = service.replicas.as_ref().filter(|replicas| replicas.value > 1)
        {
            findings.push(of_replicas(service, written, replicas));
        }
    }
}

/// The pool whose gateway an address is, and whether the file says so. Without `gateway` a bridge takes the first address
/// of the subnet (moby, `libnetwork/network.go`); with a range for containers, the first of that.
fn gateway(network: &Network, address: IpAddr) -> Option<(&AddressPool, bool)> {
    let own = network.driver.as_ref().is_none_or(|driver| driver.value == "bridge") && !network.internal;
    network.pools.iter().find_map(|pool| match &pool.gateway {
        Some(gateway) => (gateway.value.parse() == Ok(address)).then_some((pool, true)),
        None => {
            let implied = own && !network.external && !pool.has_range;
            let first = pool.subnet.as_ref().and_then(|subnet| first_address(&subnet.value));
            (implied && first == Some(address)).then_some((pool, false))
        }
    })
}

/// The first address of a subnet of IPv4 that a container or gateway may have.
fn first_address(subnet: &str) -> Option<IpAddr> {
    let (address, bits) = subnet.split_once('/')?;
    let (address, bits): (std::net::Ipv4Addr, u32) = (address.parse().ok()?, bits.parse().ok()?);
    let spare = 32_u32.checked_sub(bits).filter(|spare| *spare > 1)?;
    let mask = u32::MAX.checked_shl(spare).unwrap_or(0);
    Some(IpAddr::V4(((u32::from(address) & mask) + 1).into()))
}

fn of_gateway(all: &[AddressClaim<'_>], pool: &AddressPool, written: bool, network: &str) -> Option<Finding> {
    let (service, address) = all.first()?;
    let name = &service.name;
    let message = format!("`{name}` asks for `{}`, which is the gateway of its network", address.value);
    let place = if written { pool.gateway.as_ref() } else { pool.subnet.as_ref() };
    let mut finding = Finding::new(rule::ADDRESS_CONFLICT, address.place, Subject::service(name), message)
        .evidence(format!("{network}:{}", address.value))
        .help("choose another address of the subnet: Docker answers `Address already in use`");
    finding.labels.extend(place.map(|place| Label {
        place: place.place,
        message: if written { "the gateway".into() } else { "its first address is the gateway's".into() },
    }));
    Some(finding)
}

fn of_two(first: &AddressClaim<'_>, second: &AddressClaim<'_>, all: &[AddressClaim<'_>], address: IpAddr) -> Finding {
    let names: Vec<&str> = all.iter().map(|(service, _)| service.name.as_str()).collect();
    let verb = if names.len() == 2 { "both" } else { "all" };
    let message = format!("{} {verb} ask for the address `{address}`", and_list(&names));
    let mut finding =
        Finding::new(rule::ADDRESS_CONFLICT, second.1.place, Subject::service(&second.0.name), message)
            .evidence(address.to_string())
            .label(first.1.place, format!("`{}` asks for it here", first.0.name))
            .help("give each service its own address: only the first one to start gets it, and the others fail with `Address already in use`");
    for (service, other) in all.iter().skip(2).take(LABELS) {
        finding = finding.label(other.place, format!("`{}` asks for it here", service.name));
    }
    finding
}

fn of_replicas(service: &Service, address: &Spanned<String>, replicas: &Spanned<i64>) -> Finding {
    let name = &service.name;
    let message = format!("all {} replicas of `{name}` ask for the address `{}`", replicas.value, address.value);
    Finding::new(rule::ADDRESS_CONFLICT, address.place, Subject::service(name), message)
        .evidence(address.value.clone())
        .label(replicas.place, "the number of replicas")
        .help("remove the address: only one container can have it, and the others fail to start")
}
