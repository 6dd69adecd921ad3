//! A service without authentication that other machines can reach.

use super::together::{self, entries_on_this_machine, is_one_service, names_of, ports_in_words};
use crate::app_config::{AdminPort, Traefik};
use crate::catalogue::schema::ImageRole;
use crate::collections::{HashSet, IndexMap};
use crate::facts::network::exposure::{OpenKind, OpenService, behind, proxy_of, switched_off};
use crate::facts::network::published::{Exposure, Published};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, for_purpose};

/// A port behind which nobody is asked who they are.
struct Unguarded<'a> {
    published: &'a Published<'a>,
    open: OpenService<'a>,
    severity: Severity,
}

/// Reports each service behind whose ports the catalogue knows that nobody is asked who they are. Those of a project that
/// are no error, such as the parts of a monitoring stack, are one finding: they are open for one reason.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Services that share an entry through an anchor share its finding.
    let mut seen = HashSet::default();
    let mut services: IndexMap<&str, Vec<Unguarded<'_>>> = IndexMap::default();
    for one in cx.facts.published().iter().filter_map(|published| unguarded(cx, published)) {
        if seen.insert(one.published.port.place) {
            services.entry(&one.published.service.name).or_default().push(one);
        }
    }
    let mut groups: IndexMap<(Option<&str>, Severity, String), Vec<Unguarded<'_>>> = IndexMap::default();
    for (name, ports) in services {
        // Several ports of a service have one cause; the worst counts.
        let Some(severity) = ports.iter().map(|one| one.severity).max() else { continue };
        let whom = ports.iter().max_by_key(|one| one.severity).map(|one| whom(one.published)).unwrap_or_default();
        let alone = (severity == Severity::Error).then_some(name);
        let group = groups.entry((alone, severity, whom)).or_default();
        group.extend(ports);
    }
    findings.extend(groups.into_iter().filter_map(|((_, severity, whom), group)| finding(cx, &group, severity, &whom)));
}

fn whom(published: &Published<'_>) -> String {
    match &published.reach {
        Exposure::Address(address) => format!("`{address}`"),
        _ => "all interfaces".to_owned(),
    }
}

fn unguarded<'a>(cx: &Context<'_>, published: &'a Published<'a>) -> Option<Unguarded<'a>> {
    let port = published.port;
    // The interface of a proxy is `proxy-admin-api`'s, which points at the setting that opens it.
    let of_proxy = |admin: &AdminPort| admin.proxy == published.service.name && admin.port == port.target;
    // Beside a file that is not here, Traefik takes no option.
    let is_unsaid = |traefik: &Traefik| traefik.service == published.service.name && !traefik.settings.known;
    let app_configs = cx.facts.app_configs();
    let spoken_of = app_configs.admins.iter().any(of_proxy) || app_configs.traefiks.iter().any(is_unsaid);
    let reached = published.in_effect && published.reach.is_beyond_loopback() && !spoken_of;
    let open = behind(published.service, port).filter(|_| reached)?;
    let severity = severity(cx, published, &open)?;
    Some(Unguarded { published, open, severity })
}

fn severity(cx: &Context<'_>, published: &Published<'_>, open: &OpenService<'_>) -> Option<Severity> {
    let most = for_purpose(Severity::Error, cx.facts.purpose());
    let is_proxied = proxy_of(cx.facts, published).is_some();
    match (open.kind, most) {
        (OpenKind::Datastore(_), _) => None,
        // At home it is there for those who live there.
        (OpenKind::Insight, _) if !is_proxied && cx.facts.is_at_home() => Some(Severity::Info),
        (_, _) if open.known.image.role == ImageRole::Application && cx.facts.is_at_home() => Some(Severity::Info),
        // What watches is open on a machine where nothing says that others reach it.
        (OpenKind::Insight, _)
            if !is_proxied && open.known.image.role == ImageRole::Monitoring && !cx.facts.is_deployed() =>
        {
            Some(Severity::Info)
        }
        // Nobody catches mail where it is to be sent; a file for production is another thing.
        (OpenKind::Insight, _) if catches_mail(open) && !cx.facts.is_named_deployed() => Some(Severity::Info),
        // Somebody meant it to be reached through the proxy alone.
        (OpenKind::Insight, _) if !is_proxied => Some(most.min(Severity::Warning)),
        // An address that was chosen is meant for those who reach it.
        (OpenKind::Insight, _) if matches!(published.reach, Exposure::Address(_)) => Some(most.min(Severity::Warning)),
        _ => Some(most),
    }
}

/// Servers that catch mail, which nobody has in production.
const MAIL_CATCHERS: [&str; 4] = ["mailpit", "mailhog", "maildev", "mailcatcher"];

fn catches_mail(open: &OpenService<'_>) -> bool {
    MAIL_CATCHERS.contains(&open.known.image.name.as_str())
}

fn finding(cx: &Context<'_>, group: &[Unguarded<'_>], severity: Severity, whom: &str) -> Option<Finding> {
    let first = group.iter().find(|one| one.severity == severity)?;
    let rest = group.iter().filter(|one| one.published.port.place != first.published.port.place);
    let ports: Vec<&Published<'_>> = std::iter::once(first).chain(rest).map(|one| one.published).collect();
    let name = &first.published.service.name;
    let proxy = group.iter().find_map(|one| proxy_of(cx.facts, one.published));
    let them = if ports.len() == 1 { "it" } else { "them" };
    let (message, reason) = if is_one_service(&ports) {
        (
            format!("`{name}` has no authentication and publishes {} on {whom}", ports_in_words(cx, &ports)),
            first.open.why,
        )
    } else {
        (
            format!("{} have no authentication and are published on {whom}", names_of(&ports)),
            "anyone who can reach them can see everything they show",
        )
    };
    let entries = match is_one_service(&ports) {
        true => format!("publish {them} as {}", entries_on_this_machine(cx, &ports)),
        false => format!("publish them on `127.0.0.1`, for example {}", entries_on_this_machine(cx, ports.get(..1)?)),
    };
    let otherwise = match proxy.filter(|_| is_one_service(&ports)) {
        Some(target) => format!("remove the entry: `{}` can reach `{name}` without it", target.proxy),
        None => format!("put a reverse proxy with a login in front of {them}"),
    };
    let is_exact = group.iter().all(|one| one.open.known.exact);
    let mut finding = Finding::new(
        rule::UNAUTHENTICATED_SERVICE_PUBLISHED,
        first.published.port.place,
        Subject::service(name),
        message,
    )
    .severity(severity)
    .evidence(first.published.port.target.to_string())
    .help(format!("{reason}; {entries}, or {otherwise}"))
    .confidence(if is_exact { Confidence::High } else { Confidence::Medium });
    if let Some(target) = proxy {
        finding = finding.label(target.place, format!("`{}` forwards to this port, but can be bypassed", target.proxy));
    }
    for place in group.iter().filter_map(|one| switched_off(one.published.service, &one.open)).map(|off| off.place) {
        if !finding.labels.iter().any(|label| label.place == place) && finding.labels.len() < LABELS {
            finding = finding.label(place, "authentication is switched off here");
        }
    }
    finding = together::label(cx, finding, &ports);
    finding.fixes.extend(together::on_loopback(cx, &ports));
    Some(finding)
}
