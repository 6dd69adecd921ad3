//! A service that asks nobody for a password, open to other machines.

use std::collections::HashSet;

use crate::catalogue::schema::{ExposureKind, Login, Port, Role, Transport};
use crate::edits;
use crate::facts::images::{Known, is_open, known_image, launch, variable};
use crate::facts::published::{Exposure, Published};
use crate::finding::{Confidence, Finding, Fix, Label, Severity};
use crate::model::Service;
use crate::rules::support::{for_purpose, published_as};
use crate::rules::{Context, fixes};

/// The bridge that Docker makes for containers; no other machine reaches it.
const DOCKER_BRIDGE: &str = "172.17.0.1";

/// Reports each published port behind which the catalogue knows that nobody is asked who they are.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Services that share an entry through an anchor share its finding.
    let mut seen = HashSet::new();
    for published in cx.facts.published() {
        let port = published.port;
        let bridge = published.reach == Exposure::Address(DOCKER_BRIDGE.to_owned());
        let open = published.in_effect && published.reach.is_beyond_loopback() && !bridge;
        if !open || port.protocol != "tcp" || !seen.insert(port.place) {
            continue;
        }
        let Some(known) = known_image(published.service) else { continue };
        let Some(finding) = of_port(cx, published, &known) else { continue };
        let of_service = |other: &&mut Finding| other.rule == finding.rule && other.resource == finding.resource;
        match findings.iter_mut().find(of_service) {
            // Several ports of a service have one cause; the worst counts.
            Some(other) if other.severity >= finding.severity => {
                other.labels.push(label(&finding));
                other.fix = both(other.fix.take(), finding.fix);
            }
            Some(other) => {
                let shown = label(other);
                let fix = both(other.fix.take(), finding.fix.clone());
                *other = finding.label(shown.place, shown.message);
                other.fix = fix;
            }
            None => findings.push(finding),
        }
    }
}

/// Both fixes as one, or none.
fn both(one: Option<Fix>, other: Option<Fix>) -> Option<Fix> {
    let (one, other) = (one?, other?);
    edits::risky(
        "publish them on `127.0.0.1` alone: other machines then no longer reach them",
        edits::all([Some(one.edits), Some(other.edits)]),
    )
}

fn label(finding: &Finding) -> Label {
    Label { place: finding.place, message: "this port is open, too".to_owned() }
}

fn of_port(cx: &Context<'_>, published: &Published<'_>, known: &Known<'_>) -> Option<Finding> {
    let (service, port) = (published.service, published.port);
    let answers = known.image.ports_for(known.tag);
    // Where the tag leaves it open, each version must have the port.
    let here = |ports: &Vec<&Port>| {
        ports.iter().any(|one| one.port == port.target && one.protocol == Transport::Tcp && is_open(service, one))
    };
    if answers.is_empty() || !answers.iter().all(here) {
        return None;
    }
    let (severity, why) = match known.image.exposure(port.target) {
        Some(exposure) if exposure.kind == ExposureKind::Admin => (Severity::Error, exposure.why.as_str()),
        Some(_) => return None,
        None if matches!(known.image.role, Role::Monitoring | Role::Tool) => {
            (Severity::Warning, "whoever reaches it sees all that it shows")
        }
        None => return None,
    };
    let login = known.image.login_for(known.tag)?;
    if asks(service, login) {
        return None;
    }
    let severity = match (severity, for_purpose(Severity::Error, cx.facts.purpose())) {
        (Severity::Warning, Severity::Warning) => Severity::Info,
        (_, most) => severity.min(most),
    };
    let whom = match &published.reach {
        Exposure::Address(address) => format!("whoever reaches `{address}`"),
        _ => "every network the host is on".to_owned(),
    };
    let name = &service.name;
    let message = format!("`{name}` has no login and is open on {} to {whom}", published_as(port.published));
    let help = format!(
        "{why}; publish it as `127.0.0.1:{}:{}`, or put a proxy with a login in front of it",
        port.published.map_or(port.target, |(first, _)| first),
        port.target
    );
    let confidence = if known.exact { Confidence::High } else { Confidence::Medium };
    let rule = "unauthenticated-service-published";
    let mut finding = Finding::new(rule, severity, port.place, format!("services.{name}"), message)
        .evidence(port.target.to_string())
        .help(help)
        .confidence(confidence);
    finding.fix = fixes::on_loopback(cx, port);
    Some(finding)
}

/// Whether the service asks who is there.
fn asks(service: &Service, login: &Login) -> bool {
    let set = |settings: &[crate::catalogue::schema::Setting]| {
        settings.iter().any(|setting| {
            variable(service, &setting.variable)
                .is_some_and(|value| setting.holds(&value.value) || value.is_interpolated())
        })
    };
    let flagged = |flags: &[String]| {
        let words = launch(service);
        flags.iter().any(|flag| words.iter().any(|word| word.value.starts_with(flag.as_str())))
    };
    let off = login
        .off
        .iter()
        .any(|setting| variable(service, &setting.variable).is_some_and(|value| setting.holds(&value.value)));
    if login.default { !off && !flagged(&login.off_flags) } else { set(&login.on) || flagged(&login.on_flags) }
}
