//! A service without authentication that other machines can reach.

use crate::app_config::{AdminPort, Traefik};
use crate::collections::HashSet;
use crate::facts::network::exposure::{OpenKind, OpenService, behind, proxy_of};
use crate::facts::network::published::{Exposure, Published};
use crate::finding::{Confidence, Finding, Fix, Label, Severity, Subject, rule};
use crate::rules::support::{for_purpose, on_this_machine, published_as};
use crate::rules::{Context, fixes};
use crate::yaml::edit;

/// Reports each published port behind which the catalogue knows that nobody is asked who they are.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Services that share an entry through an anchor share its finding.
    let mut seen = HashSet::default();
    for published in cx.facts.published() {
        let port = published.port;
        // The interface of a proxy is `proxy-admin-api`'s, which points at the setting that opens it.
        let of_proxy = |admin: &AdminPort| admin.proxy == published.service.name && admin.port == port.target;
        // Beside a file that is not here, Traefik takes no option.
        let is_unsaid = |traefik: &Traefik| traefik.service == published.service.name && !traefik.settings.known;
        let app_configs = cx.facts.app_configs();
        let spoken_of = app_configs.admins.iter().any(of_proxy) || app_configs.traefiks.iter().any(is_unsaid);
        let reached = published.in_effect && published.reach.is_beyond_loopback() && !spoken_of;
        let Some(open) = behind(published.service, port).filter(|_| reached) else { continue };
        let Some(finding) = published_port(cx, published, &open).filter(|_| seen.insert(port.place)) else { continue };
        let of_service = |other: &&mut Finding| other.rule == finding.rule && other.subject == finding.subject;
        match findings.iter_mut().find(of_service) {
            // Several ports of a service have one cause; the worst counts.
            Some(other) if other.severity >= finding.severity => {
                other.labels.push(label(&finding));
                other.fixes = both(other, &finding).into_iter().collect();
            }
            Some(other) => {
                let shown = label(other);
                let fixes = both(other, &finding).into_iter().collect();
                let labels = std::mem::take(&mut other.labels);
                *other = finding.label(shown.place, shown.message);
                other.labels.extend(labels);
                other.fixes = fixes;
            }
            None => findings.push(finding),
        }
    }
}

/// The fixes of two ports as one, or none.
fn both(one: &Finding, other: &Finding) -> Option<Fix> {
    let (one, other) = (one.fixes.first()?, other.fixes.first()?);
    edit::risky(
        "publish them on `127.0.0.1` only: other machines can then no longer reach them",
        edit::all([Some(one.edits.clone()), Some(other.edits.clone())]),
    )
}

fn label(finding: &Finding) -> Label {
    Label { place: finding.place, message: "this port is published as well".into() }
}

fn published_port(cx: &Context<'_>, published: &Published<'_>, open: &OpenService<'_>) -> Option<Finding> {
    let (service, port) = (published.service, published.port);
    let most = for_purpose(Severity::Error, cx.facts.purpose());
    let proxy = proxy_of(cx.facts, published);
    let severity = match (open.kind, most) {
        (OpenKind::Datastore(_), _) => return None,
        // Somebody meant it to be reached through the proxy alone.
        (OpenKind::Insight, Severity::Warning) if proxy.is_none() => Severity::Info,
        (OpenKind::Insight, _) if proxy.is_none() => Severity::Warning,
        // An address that was chosen is meant for those who reach it.
        (OpenKind::Insight, _) if matches!(published.reach, Exposure::Address(_)) => Severity::Warning,
        _ => most,
    };
    let whom = match &published.reach {
        Exposure::Address(address) => format!("`{address}`"),
        _ => "all interfaces".to_owned(),
    };
    let name = &service.name;
    let message = format!("`{name}` has no authentication and publishes {} on {whom}", published_as(cx, port));
    let help = format!(
        "{}; publish it as {}, or {}",
        open.why,
        on_this_machine(cx, port),
        proxy.map_or("put a reverse proxy with a login in front of it".to_owned(), |target| {
            format!("remove the entry: `{}` can reach `{name}` without it", target.proxy)
        })
    );
    let confidence = if open.known.exact { Confidence::High } else { Confidence::Medium };
    let mut finding =
        Finding::new(rule::UNAUTHENTICATED_SERVICE_PUBLISHED, port.place, Subject::service(name), message)
            .severity(severity)
            .evidence(port.target.to_string())
            .help(help)
            .confidence(confidence);
    if let Some(target) = proxy {
        finding = finding.label(target.place, format!("`{}` forwards to this port, but can be bypassed", target.proxy));
    }
    finding.fixes.extend(fixes::on_loopback(cx, port));
    Some(finding)
}
