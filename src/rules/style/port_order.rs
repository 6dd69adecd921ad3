//! Published ports that are not in the order of their numbers.

use super::sorted::{SortedEntry, out_of_order};
use crate::collections::{HashMap, HashSet};
use crate::finding::{Finding, Subject, rule};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::rules::support::all_services;
use crate::yaml::edit;

/// The number on the host, or in the container where Docker picks one, and what tells apart ports with the same number.
type PortKey = (u16, u16, String);

/// Reports each list of ports once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in all_services(cx) {
        let Some(list) = service.ports_key.filter(|place| seen.insert(*place)) else { continue };
        let by_place = first_ports(service);
        let items = edit::items(cx.files, list);
        let entries: Option<Vec<SortedEntry<PortKey>>> = items
            .iter()
            .map(|place| {
                let port = by_place.get(&place.span.start)?;
                let number = port.published.map_or(port.target, |(first, _)| first);
                let key = (number, port.target, port.protocol.clone());
                Some(SortedEntry { key, name: number.to_string(), place: *place })
            })
            .collect();
        // Variables without a value have no number.
        let Some(entries) = entries else { continue };
        let what = format!("the ports of `{}`", service.name);
        findings.extend(out_of_order(cx, rule::PORT_ORDER, Subject::service(&service.name), &what, &entries));
    }
}

/// The first port of each entry, by where the entry begins; without those whose number a variable leaves open.
fn first_ports(service: &Service) -> HashMap<u32, &Port> {
    let mut ports: HashMap<u32, &Port> = HashMap::default();
    let is_open = |port: &Port| port.published.is_none() && port.host_parts.iter().any(|part| part.variable.is_some());
    for port in service.ports.iter().filter(|port| port.via.is_empty() && !is_open(port)) {
        ports.entry(port.place.span.start).or_insert(port);
    }
    ports
}
