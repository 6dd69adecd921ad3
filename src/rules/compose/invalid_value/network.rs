//! Addresses of containers and of networks (moby, `api/types/network/endpoint.go` and `ipam.go`).

use std::net::IpAddr;

use super::address::{Subnet, is_mac};
use super::{ValueFlaw, ValueReport, section, shown};
use crate::compose::value::{Map, Value};
use crate::finding::Subject;
use crate::rules::Context;

/// A DNS server.
pub(crate) fn server(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    address.parse::<IpAddr>().is_err().then(|| {
        ValueFlaw::new(format!("{} is not a valid IP address", shown(text)))
            .help("use the IP address of the DNS server")
    })
}

/// A fixed IPv4 address.
pub(crate) fn v4(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let fits = matches!(text.parse::<IpAddr>(), Ok(IpAddr::V4(address)) if !address.is_unspecified());
    (!fits).then(|| no_address(text, "IPv4 address"))
}

/// A fixed IPv6 address.
pub(crate) fn v6(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let fits = matches!(text.parse::<IpAddr>(), Ok(IpAddr::V6(address)) if !address.is_unspecified());
    (!fits).then(|| no_address(text, "IPv6 address"))
}

/// An address of either kind.
pub(crate) fn any(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let fits = text.parse::<IpAddr>().is_ok_and(|address| !address.is_unspecified());
    (!fits).then(|| no_address(text, "IP address"))
}

fn no_address(text: &str, kind: &str) -> ValueFlaw {
    let flaw = ValueFlaw::new(format!("{} is not a valid {kind}", shown(text)));
    match text.split_once('/') {
        Some((address, _)) if address.parse::<IpAddr>().is_ok() => {
            flaw.help(format!("use `{address}` without the prefix length"))
        }
        _ => flaw,
    }
}

/// A hardware address.
pub(crate) fn mac(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    (!is_mac(text)).then(|| {
        ValueFlaw::new(format!("{} is not a valid MAC address", shown(text)))
            .help("use six bytes, such as `02:42:ac:11:00:02`")
    })
}

/// Looks at `extra_hosts`, at the ranges of networks, and at fixed addresses outside of them.
pub(crate) fn check(cx: &Context<'_>, report: &mut ValueReport<'_>) {
    for service in cx.model.services.values().chain(cx.model.disabled.values()) {
        let subject = Subject::service(&service.name);
        for host in &service.extra_hosts {
            let (name, address) = &host.value;
            let has_blank = cx.project.has_blank_in(host.place);
            if !has_blank && address != "host-gateway" && address.parse::<IpAddr>().is_err() {
                let what = if address.is_empty() { "an empty value".to_owned() } else { shown(address) };
                let flaw = ValueFlaw::new(format!("host `{name}` maps to {what}, which is not a valid IP address"))
                    .help("use an IP address, or `host-gateway` for the host");
                report.add(&subject, "extra_hosts", host.place, Some(flaw));
            }
        }
        if let Some(mode) = &service.network_mode {
            report.add(&subject, "network_mode", mode.place, project_network_mode(cx, &mode.value));
        }
        for (name, attachment) in &service.networks {
            if let Some(address) = &attachment.ipv4_address
                && let Ok(parsed) = address.value.parse()
            {
                outside(cx, report, &subject, name, (address.place, parsed));
            }
        }
    }
    for (name, entry) in section(cx, "networks") {
        if is_external(&entry.value) {
            continue;
        }
        for pool in pools(&entry.value) {
            range(report, &Subject::network(name), pool);
        }
    }
}

/// `network_mode` takes a network of Docker by its real name; one of the project's has the project's name before it.
fn project_network_mode(cx: &Context<'_>, mode: &str) -> Option<ValueFlaw> {
    let network = cx.model.networks.get(mode).filter(|network| network.declared && !network.external)?;
    if network.name.value == mode || matches!(mode, "none" | "host" | "bridge" | "default") {
        return None;
    }
    let mut flaw = ValueFlaw::new(format!(
        "network `{mode}` has a different name in Docker: Compose prefixes it with the project name"
    ))
    .help(format!("use `networks: [{mode}]` instead of `network_mode`"));
    flaw.severity = crate::finding::Severity::Warning;
    Some(flaw)
}

fn is_external(network: &Value) -> bool {
    network.get("external").is_some_and(|external| external.data == crate::compose::value::Data::Bool(true))
}

fn pools(network: &Value) -> impl Iterator<Item = &Map> {
    let config = network.get("ipam").and_then(|ipam| ipam.get("config")).and_then(Value::list);
    config.into_iter().flatten().filter_map(Value::map)
}

/// A fixed address that is in none of its network's own ranges.
fn outside(
    cx: &Context<'_>,
    report: &mut ValueReport<'_>,
    subject: &Subject,
    network: &str,
    (place, address): (crate::source::Place, IpAddr),
) {
    let declared = cx.project.root.get("networks").and_then(|networks| networks.get(network));
    let Some(declared) = declared.filter(|network| !is_external(network)) else { return };
    let subnets: Vec<(&Value, Subnet)> = pools(declared)
        .filter_map(|pool| {
            let value = &pool.get("subnet")?.value;
            Some((value, Subnet::parse(value.text()?)?))
        })
        .collect();
    let wanted: Vec<&(&Value, Subnet)> =
        subnets.iter().filter(|(_, subnet)| subnet.is_v6() == address.is_ipv6()).collect();
    let Some((first, _)) = wanted.first() else { return };
    if wanted.iter().any(|(value, subnet)| value.has_blank() || subnet.contains(address)) {
        return;
    }
    let flaw = ValueFlaw::new(format!("`{address}` is outside the subnet of `{network}`"))
        .help(format!("choose an address in `{}`", first.text().unwrap_or("")));
    if let Some(finding) = report.add(subject, "ipv4_address", place, Some(flaw)) {
        finding.labels.push(crate::finding::Label { place: first.place, message: "the subnet".into() });
    }
}

/// A range of a network, and the addresses in it.
fn range(report: &mut ValueReport<'_>, subject: &Subject, pool: &Map) {
    let Some(entry) = pool.get("subnet").filter(|entry| !entry.value.has_blank()) else { return };
    let Some(text) = entry.value.text() else { return };
    let Some(subnet) = Subnet::parse(text) else {
        let flaw = ValueFlaw::new(format!("{} is not a valid subnet", shown(text)))
            .help("use CIDR notation, such as `172.28.0.0/16`");
        report.add(subject, "ipam.subnet", entry.value.place, Some(flaw));
        return;
    };
    if subnet.masked() != subnet {
        let flaw = ValueFlaw::new(format!("`{text}` is not a network address: it has host bits set"))
            .help(format!("use `{}`", subnet.masked()));
        report.add(subject, "ipam.subnet", entry.value.place, Some(flaw));
    }
    if let Some(part) = pool.get("ip_range").filter(|entry| !entry.value.has_blank()) {
        report.add(
            subject,
            "ipam.ip_range",
            part.value.place,
            part.value.text().and_then(|text| bad_part(text, subnet)),
        );
    }
    let gateway = pool.get("gateway").map(|entry| &entry.value);
    let others = pool.get("aux_addresses").and_then(|entry| entry.value.map());
    let others = others.into_iter().flatten().map(|(_, entry)| &entry.value);
    for value in gateway.into_iter().chain(others).filter(|value| !value.has_blank()) {
        let flaw = value.text().filter(|text| !text.is_empty()).and_then(|text| bad_member(text, subnet));
        report.add(subject, "ipam.address", value.place, flaw);
    }
}

fn bad_part(text: &str, subnet: Subnet) -> Option<ValueFlaw> {
    if text.is_empty() {
        return None;
    }
    let Some(part) = Subnet::parse(text) else {
        return Some(
            ValueFlaw::new(format!("{} is not a valid address range", shown(text)))
                .help("use CIDR notation, such as `172.28.5.0/24`"),
        );
    };
    if part.is_v6() != subnet.is_v6() || part.bits() < subnet.bits() || !subnet.overlaps(part) {
        return Some(ValueFlaw::new(format!("`{text}` is outside the subnet `{subnet}`")));
    }
    (part.masked() != part).then(|| {
        ValueFlaw::new(format!("`{text}` is not a network address: it has host bits set"))
            .help(format!("use `{}`", part.masked()))
    })
}

fn bad_member(text: &str, subnet: Subnet) -> Option<ValueFlaw> {
    match text.parse::<IpAddr>() {
        Err(_) => Some(no_address(text, "IP address")),
        Ok(address) if !subnet.contains(address) => {
            Some(ValueFlaw::new(format!("`{text}` is outside the subnet `{subnet}`")))
        }
        Ok(_) => None,
    }
}
