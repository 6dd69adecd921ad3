//! A database, cache, broker or search engine that other machines can reach.

use std::net::IpAddr;

use super::together::{self, entries_on_this_machine, is_one_service, names_of, ports_in_words};
use crate::catalogue::schema::ExposureKind;
use crate::collections::{HashSet, IndexMap};
use crate::config::options::{AddressRange, options};
use crate::facts::network::advertised::is_for_others;
use crate::facts::network::exposure::{OpenKind, OpenService, behind, proxy_of, switched_off};
use crate::facts::network::published::{Exposure, Published};
use crate::facts::repository::purpose::FilePurpose;
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::Port;
use crate::rules::Context;
use crate::rules::support::{are_allowed, for_purpose, less_in_tests};

options! {
    rule::EXPOSED_DATASTORE {
        /// Host ports that may be published
        allowed_ports: Vec<u16>,
        /// Host addresses or networks that ports may be published on
        allowed_networks: Vec<AddressRange>,
    }
}

/// A port behind which there is a datastore.
struct DatastorePort<'a> {
    published: &'a Published<'a>,
    open: OpenService<'a>,
    kind: ExposureKind,
    severity: Severity,
    whom: String,
}

/// Reports each service that is a datastore, by the catalogue, and whose ports are open. On a developer's machine and in
/// what is there to be tried, the whole project has one cause.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut groups: IndexMap<(Option<&str>, Severity, String), Vec<DatastorePort<'_>>> = IndexMap::default();
    // Services that share an entry through an anchor share its finding.
    let mut seen = HashSet::default();
    let options: Options = cx.settings.options();
    for exposed in cx.facts.published().iter().filter_map(|published| exposed(cx, &options, published)) {
        if seen.insert(exposed.published.port.place) {
            let is_deployed = cx.facts.purpose() == FilePurpose::Any;
            let service = is_deployed.then_some(exposed.published.service.name.as_str());
            groups.entry((service, exposed.severity, exposed.whom.clone())).or_default().push(exposed);
        }
    }
    findings.extend(groups.into_values().filter_map(|group| finding(cx, &group)));
}

fn exposed<'a>(cx: &Context<'_>, options: &Options, published: &'a Published<'a>) -> Option<DatastorePort<'a>> {
    let (service, port) = (published.service, published.port);
    if !published.in_effect || !published.reach.is_beyond_loopback() || is_allowed(options, published) {
        return None;
    }
    let open = behind(service, port)?;
    let OpenKind::Datastore(kind) = open.kind else { return None };
    let (severity, whom) = match &published.reach {
        Exposure::Address(address) => {
            let severity = if is_private(address) { Severity::Info } else { Severity::Warning };
            (severity, format!("`{address}`"))
        }
        _ => (Severity::Error, "all interfaces".to_owned()),
    };
    let severity = if port.published.is_none() { severity.min(Severity::Warning) } else { severity };
    // A comment about a firewall, or an advertised external address, shows that it is intended.
    let comment = cx.facts.comments_around(port.place).to_lowercase();
    let is_weighed = ["firewall", "security group"].iter().any(|word| comment.contains(word))
        || kind == ExposureKind::Broker && is_for_others(cx.model, service);
    let severity = less_in_tests(severity, is_weighed);
    let severity = if is_asked_for(cx, port) || is_told(cx, port) { Severity::Info } else { severity };
    // An open door whose key everybody has is one cause, which `default-secret` reports.
    let is_known = cx.facts.logins().iter().any(|login| login.service.name == service.name);
    let severity = if is_known { Severity::Info } else { for_purpose(severity, cx.facts.purpose()) };
    Some(DatastorePort { published, open, kind, severity, whom })
}

/// The message and the help.
fn words(cx: &Context<'_>, group: &[DatastorePort<'_>], ports: &[&Published<'_>]) -> Option<(String, String)> {
    let first = group.first()?;
    let (name, whom, why) = (&first.published.service.name, &first.whom, first.open.why);
    let entry = if ports.len() == 1 { "the entry" } else { "the entries" };
    if !is_one_service(ports) {
        let message = format!("{} publish the ports of their datastores on {whom}", names_of(ports));
        let entries = entries_on_this_machine(cx, ports.get(..1)?);
        let help = format!(
            "other machines on the network can reach them; publish them on `127.0.0.1`, for example {entries}, or remove {entry}"
        );
        return Some((message, help));
    }
    let message = format!("{} `{name}` publishes {} on {whom}", first.kind.name(), ports_in_words(cx, ports));
    let entries = entries_on_this_machine(cx, ports);
    let them = if ports.len() == 1 { "it" } else { "them" };
    let help = if group.iter().any(|one| one.open.is_for_others) {
        format!("{why}; require a login in its configuration, or publish {them} as {entries}")
    } else {
        format!(
            "{why}; publish {them} as {entries}, or remove {entry}: services of this project can reach `{name}` without it"
        )
    };
    Some((message, help))
}

fn finding(cx: &Context<'_>, group: &[DatastorePort<'_>]) -> Option<Finding> {
    let first = group.first()?;
    let ports: Vec<&Published<'_>> = group.iter().map(|one| one.published).collect();
    let name = &first.published.service.name;
    let (message, help) = words(cx, group, &ports)?;
    // At home a password is enough.
    let is_guarded = cx.facts.is_at_home() && !group.iter().any(|one| one.open.is_unguarded);
    let mut finding =
        Finding::new(rule::EXPOSED_DATASTORE, first.published.port.place, Subject::service(name), message)
            .severity(if is_guarded { Severity::Info } else { first.severity })
            .evidence(first.published.port.target.to_string())
            .help(help);
    if let Some(target) = group.iter().find_map(|one| proxy_of(cx.facts, one.published)) {
        finding = finding.label(target.place, format!("`{}` forwards to this port, but can be bypassed", target.proxy));
    }
    if let Some(off) = group.iter().find_map(|one| switched_off(one.published.service, &one.open)) {
        finding = finding.label(off.place, "authentication is switched off here");
    }
    let open_by_file = group.iter().find_map(|one| {
        let configured = one.published.service.configured.as_ref()?;
        (one.open.is_unguarded && configured.login == Some(false)).then_some(configured.given)
    });
    if let Some(given) = open_by_file {
        finding = finding.label(given, "its configuration lets everyone in");
    }
    finding = together::label(cx, finding, &ports);
    finding.fixes.extend(together::on_loopback(cx, &ports));
    if !finding.fixes.is_empty() {
        finding.fixes.extend(together::without_ports(cx, &ports));
    }
    if !group.iter().all(|one| one.open.known.exact) {
        finding.confidence = Confidence::Medium;
    }
    Some(finding)
}

/// Whether a comment at an entry says when it is there: whoever wrote it has thought of who can connect.
fn is_told(cx: &Context<'_>, port: &Port) -> bool {
    const WORDS: [&str; 8] = [
        "optional",
        "only expose",
        "if you need",
        "for debugging",
        "for development",
        "for local",
        "remove in production",
        "remove for production",
    ];
    let comment = cx.facts.comments_at(port.place).to_lowercase();
    WORDS.iter().any(|words| comment.contains(words))
}

/// Whether a port is in an overlay that is called after what it does: whoever adds it wants the port. What `COMPOSE_FILE`
/// names is not added by anybody.
fn is_asked_for(cx: &Context<'_>, port: &Port) -> bool {
    const WORDS: [&str; 7] = ["expose", "exposed", "port", "ports", "hostport", "publish", "published"];
    let file = port.place.span.file;
    let path = cx.facts.path_of(file);
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or("").to_ascii_lowercase();
    let is_added = cx.project.environment.setting("COMPOSE_FILE").is_none();
    is_added
        && cx.project.files.first().is_some_and(|first| *first != file)
        && name.split(['.', '-', '_']).any(|word| WORDS.contains(&word))
}

/// Whether an address of the host is one that only its own networks reach.
fn is_private(address: &str) -> bool {
    address.parse().is_ok_and(|address| match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local(),
    })
}

/// Whether the configuration says that this port, or this address of the host, may be open.
fn is_allowed(options: &Options, published: &Published<'_>) -> bool {
    let address = match &published.reach {
        Exposure::Address(address) => address.parse().ok(),
        _ => None,
    };
    are_allowed(published.port.published, &options.allowed_ports)
        || address.is_some_and(|address| options.allowed_networks.iter().any(|network| network.contains(address)))
}
