//! What a network lacks although Compose accepts it (moby 28.5.1, `api/types/network/endpoint.go` and `ipam.go`). What
//! Compose itself misses the loader reports.

use crate::compose::value::{Data, Map, Value};
use crate::finding::{Finding, Label, Subject, rule};
use crate::rules::Context;
use crate::source::Place;

/// Drivers whose networks get their addresses from the engine itself.
const OWN_DRIVERS: [&str; 5] = ["", "bridge", "macvlan", "ipvlan", "overlay"];

/// Reports networks without the subnet that a fixed address needs, and ranges without one.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let networks = cx.project.root.get("networks").and_then(Value::map);
    for (name, entry) in networks.into_iter().flatten() {
        let network = &entry.value;
        let is = |key: &str| network.get(key).is_some_and(|value| value.data == Data::Bool(true));
        let text = |value: Option<&Value>| value.and_then(Value::text).unwrap_or("").to_owned();
        let ipam = network.get("ipam");
        let managed = OWN_DRIVERS.contains(&text(network.get("driver")).as_str())
            && matches!(text(ipam.and_then(|ipam| ipam.get("driver"))).as_str(), "" | "default");
        if is("external") || !managed || cx.fragment {
            continue;
        }
        let pools = ipam.and_then(|ipam| ipam.get("config")).and_then(Value::list).unwrap_or(&[]);
        let known = cx.model.networks.get(name.as_str());
        if pools.is_empty() {
            let place = known.filter(|network| network.declared).map(|network| network.key);
            without_subnet(cx, name, place, findings);
        }
        for (at, pool) in
            pools.iter().enumerate().filter(|(_, pool)| has_no_subnet(pool) && !cx.project.has_blank_in(pool.place))
        {
            let message = "missing required key `subnet` in an address range";
            let before = at.checked_sub(1).and_then(|at| pools.get(at)).filter(|before| is_split(before, pool));
            let finding =
                Finding::new(rule::MISSING_KEY, pool.place, Subject::network(name), message).evidence("subnet");
            findings.push(match before {
                Some(before) => finding
                    .label(before.place, "the subnet is in the item before")
                    .help("remove the `-` before this item: it then belongs to the range above"),
                None => finding.help("add `subnet`, such as `172.28.0.0/16`"),
            });
        }
    }
}

fn has_no_subnet(pool: &Value) -> bool {
    pool.map().is_some_and(|map: &Map| !map.is_empty() && !map.contains_key("subnet"))
}

/// Whether a pool is the rest of the one before: that has a subnet, and none of the keys of this one.
fn is_split(before: &Value, pool: &Value) -> bool {
    let (Some(before), Some(pool)) = (before.map(), pool.map()) else { return false };
    before.contains_key("subnet") && pool.iter().all(|(key, _)| !before.contains_key(key))
}

/// One finding for a network, with every fixed address on it.
fn without_subnet(cx: &Context<'_>, name: &str, network: Option<Place>, findings: &mut Vec<Finding>) {
    let services = cx.model.services.values();
    let addresses: Vec<Place> = services
        .filter_map(|service| service.networks.get(name)?.ipv4_address.as_ref())
        .filter(|address| address.value.parse::<std::net::IpAddr>().is_ok())
        .map(|address| address.place)
        .collect();
    let Some(first) = addresses.first() else { return };
    let message = format!("network `{name}` has fixed addresses but no subnet");
    let mut finding = Finding::new(rule::MISSING_KEY, network.unwrap_or(*first), Subject::network(name), message)
        .evidence("subnet")
        .help("add `ipam: {config: [{subnet: …}]}` to the network, with a subnet that contains the addresses");
    let others = addresses.iter().filter(|place| network.is_some() || *place != first);
    finding.labels.extend(others.map(|place| Label { place: *place, message: "a fixed address".into() }));
    findings.push(finding);
}
