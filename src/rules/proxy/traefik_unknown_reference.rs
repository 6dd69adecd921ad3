//! A name in the configuration of Traefik that nothing defines, and labels that Traefik does not see.

use crate::app_config::Traefik;
use crate::app_config::traefik::settings::is_true;
use crate::app_config::traefik::spelling::{Slip, slips};
use crate::app_config::traefik::{elements, labels_of};
use crate::collections::IndexMap;
use crate::facts::network::traefik_names::{
    Names, Provider, TraefikKind, TraefikReference, has_router, is_shared, names,
};
use crate::finding::{Confidence, Finding, Fix, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::LABELS;
use crate::source::Place;
use crate::text::nearest::{clearly_meant, nearest};
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// Reports misspelt labels and sections, labels that are not seen, and each unknown name once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        findings.extend(slips(service).iter().map(|slip| of_slip(cx, service, slip)));
    }
    let traefik = match cx.facts.app_configs().traefiks.as_slice() {
        [only] => only,
        [] => return unseen(cx, findings),
        _ => return,
    };
    let sections = misspelt_sections(cx, traefik, findings);
    if cx.fragment || !is_known(traefik) {
        return;
    }
    let others = cx.model.services.values().filter(|service| service.name != traefik.service);
    for service in others.filter(|service| traefik.settings.admits(service)) {
        findings.extend(of_deploy(cx, service, traefik).or_else(|| not_enabled(cx, service, traefik)));
    }
    unknown(cx, traefik, &sections, findings);
}

/// Whether all that a Traefik was told is known.
fn is_known(traefik: &Traefik) -> bool {
    let blank = |path: &str| path.contains("..") || path.ends_with('.') || path.contains(['$', '{']);
    traefik.settings.known
        && !traefik.settings.all.is_empty()
        && !traefik.settings.all.iter().any(|one| blank(&one.path))
}

fn of_slip(cx: &Context<'_>, service: &Service, slip: &Slip<'_>) -> Finding {
    let message =
        format!("label `{}` is ignored by Traefik: `{}` should be `{}`", slip.label, slip.written, slip.meant);
    let mut finding =
        Finding::new(rule::TRAEFIK_UNKNOWN_REFERENCE, slip.value.place, Subject::service(&service.name), message)
            .evidence(slip.label.to_owned())
            .help(format!("write `{}`", slip.label.replacen(slip.written, slip.meant, 1)));
    let whole = cx.facts.whole_item(slip.value.place);
    let edits = whole.and_then(|place| edit::replace_first(cx.files, place, slip.written, slip.meant));
    finding.fixes.extend(edit::safe(format!("replace with `{}`", slip.meant), edits));
    finding
}

/// Top-level sections of Traefik's files that it does not know; gives what they are meant to be.
fn misspelt_sections<'a>(cx: &Context<'_>, traefik: &'a Traefik, findings: &mut Vec<Finding>) -> Vec<&'a str> {
    let mut meant = Vec::new();
    for section in &traefik.misspelt {
        let (written, right) = (&section.written, section.meant);
        let effect = if section.is_fatal { "rejected" } else { "ignored" };
        let message = format!("section `{written}` is {effect} by Traefik: it is called `{right}`");
        let mut finding =
            Finding::new(rule::TRAEFIK_UNKNOWN_REFERENCE, section.place, Subject::service(&traefik.service), message)
                .evidence(written.clone())
                .help(format!("rename it to `{right}`"));
        if let Some(given) = section.given {
            finding =
                crate::rules::support::with_given(finding, given, format!("`{}` reads this file", traefik.service));
        }
        finding.fixes.extend(edit::safe(
            format!("rename it to `{right}`"),
            edit::exchange(cx.files, section.place, written, right),
        ));
        findings.push(finding);
        meant.push(right);
    }
    meant
}

/// Labels under `deploy`, which containers do not get.
fn of_deploy(cx: &Context<'_>, service: &Service, traefik: &Traefik) -> Option<Finding> {
    let key = service.deploy_labels_key?;
    let is_label = |name: &String| name.to_ascii_lowercase().starts_with("traefik.");
    let only_there = service.deploy_labels.keys().any(is_label) && !service.labels.keys().any(is_label);
    let reads_containers = traefik.settings.has("providers.docker") && !traefik.settings.has("providers.swarm");
    let swarm_mode = traefik.settings.get("providers.docker.swarmmode").is_some_and(|one| is_true(&one.value));
    if !only_there || !reads_containers || swarm_mode || cx.facts.is_for_swarm() {
        return None;
    }
    let name = &service.name;
    let message = format!("labels of `{name}` are invisible to Traefik: containers do not get labels under `deploy`");
    Some(
        Finding::new(rule::TRAEFIK_UNKNOWN_REFERENCE, key, Subject::service(name), message)
            .evidence("deploy.labels")
            .help("move them to `labels` of the service; only services of a swarm have labels under `deploy`"),
    )
}

/// A service with a router that is not enabled, where Traefik wants that.
fn not_enabled(cx: &Context<'_>, service: &Service, traefik: &Traefik) -> Option<Finding> {
    let wants = ["providers.docker.exposedbydefault", "providers.swarm.exposedbydefault"]
        .iter()
        .find_map(|path| traefik.settings.get(path))
        .filter(|one| one.value.eq_ignore_ascii_case("false"))?;
    let told = labels_of(service).any(|(name, _)| name.eq_ignore_ascii_case("traefik.enable"));
    if told || !has_router(service) {
        return None;
    }
    let first = elements(service).into_iter().next()?.value.place;
    let name = &service.name;
    let message = format!("`{name}` is ignored by Traefik: it has a router, but not the label `traefik.enable=true`");
    let mut finding = Finding::new(rule::TRAEFIK_UNKNOWN_REFERENCE, first, Subject::service(name), message)
        .evidence("traefik.enable")
        .label(wants.place, "only services that are enabled are considered")
        .help("add the label `traefik.enable=true`");
    let edits = service.labels_key.and_then(|key| {
        edit::add_item(cx.files, key, &Content::text("traefik.enable=true"))
            .or_else(|| edit::set_entry(cx.files, key, "traefik.enable", &Content::text("true")))
    });
    finding.fixes.extend(edit::risky("enable it: Traefik then routes to it", edits));
    Some(finding)
}

/// Labels in a project without a Traefik that shares no network with another project: one finding, which is no more than
/// worth knowing.
fn unseen(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || !is_shared(cx.facts) || cx.facts.is_for_swarm() {
        return;
    }
    let own = format!("{}_", cx.model.name);
    let joinable = cx.model.networks.values().any(|one| one.external || !one.name.value.starts_with(&own));
    let hosted = cx.model.services.values().any(|service| service.network_mode.is_some());
    let mut routed =
        cx.model.services.values().filter(|service| has_router(service) && service.deploy_labels.is_empty());
    let Some(first) = routed.next().filter(|_| !joinable && !hosted) else { return };
    if ["traefik", "reverse-proxy", "proxy"].iter().any(|name| cx.facts.is_service_nearby(name)) {
        return;
    }
    let Some(place) = elements(first).into_iter().next().map(|one| one.value.place) else { return };
    let message =
        format!("no Traefik can reach `{}`: the project has none, and no network to share with one", first.name);
    findings.push(
        Finding::new(rule::TRAEFIK_UNKNOWN_REFERENCE, place, Subject::service(&first.name), message)
            .severity(Severity::Info)
            .confidence(Confidence::Medium)
            .evidence("labels")
            .help("add an external network that Traefik is on, or remove the labels"),
    );
}

/// References to what is not defined.
fn unknown(cx: &Context<'_>, traefik: &Traefik, sections: &[&str], findings: &mut Vec<Finding>) {
    let names = names(cx.facts, Some(traefik));
    let shared = is_shared(cx.facts);
    let mut groups: IndexMap<(TraefikKind, &str, Provider), Vec<&TraefikReference>> = IndexMap::default();
    for reference in &names.references {
        let (kind, name, provider) = &reference.key;
        // A section under another name defines it.
        let in_section = match kind {
            TraefikKind::Resolver => sections.contains(&"certificatesResolvers"),
            TraefikKind::EntryPoint => sections.contains(&"entryPoints"),
            _ => sections
                .iter()
                .any(|one| matches!(*one, "http" | "tcp" | "tls" | "middlewares" | "services" | "options")),
        };
        // In the name of a variable of the environment, an underscore separates words.
        let by_variable = name.split_once('_').is_some_and(|(first, _)| {
            *provider == Provider::Own && names.defined.contains(&(*kind, first.to_owned(), Provider::Own))
        });
        let in_section = in_section || by_variable;
        let is_active = cx.model.services.contains_key(&reference.service);
        if *provider != Provider::Other && !in_section && is_active && !names.defined.contains(&reference.key) {
            groups.entry((*kind, name.as_str(), *provider)).or_default().push(reference);
        }
    }
    for ((kind, _, provider), all) in groups {
        let Some(first) = all.first() else { continue };
        let candidate = candidate(&names, kind, provider, &first.name);
        // What other projects or files that are not here may define is only judged where something is clearly meant.
        let open = match provider {
            Provider::Labels => shared && kind != TraefikKind::TlsOptions,
            Provider::File => !traefik.files_known,
            Provider::Own | Provider::Other => false,
        };
        if open && !matches!(candidate, Some(ReferenceCandidate::Near(_) | ReferenceCandidate::Elsewhere(_))) {
            continue;
        }
        if open
            && matches!(candidate, Some(ReferenceCandidate::Near(near)) if clearly_meant(&first.name, &[near]).is_none())
        {
            continue;
        }
        findings.push(of_unknown(cx, traefik, &all, candidate.as_ref()));
    }
}

/// What a name may be meant to be.
enum ReferenceCandidate<'a> {
    /// A name that is nearly the same.
    Near(&'a str),
    /// The only one that there is.
    Only(&'a str),
    /// The same name, which another provider defines.
    Elsewhere(&'static str),
}

fn candidate<'a>(
    names: &'a Names,
    kind: TraefikKind,
    provider: Provider,
    name: &str,
) -> Option<ReferenceCandidate<'a>> {
    let lower = name.to_ascii_lowercase();
    let elsewhere = |provider: Provider| names.defined.contains(&(kind, lower.clone(), provider));
    match provider {
        Provider::Labels if elsewhere(Provider::File) => return Some(ReferenceCandidate::Elsewhere("file")),
        Provider::File if elsewhere(Provider::Labels) => return Some(ReferenceCandidate::Elsewhere("docker")),
        _ => {}
    }
    let known: Vec<&str> = names.of(kind, provider).into_iter().filter(|one| *one != "traefik").collect();
    if let Some(near) = nearest(name, &known) {
        return Some(ReferenceCandidate::Near(near));
    }
    match known.as_slice() {
        [only] if kind == TraefikKind::Resolver => Some(ReferenceCandidate::Only(only)),
        _ => None,
    }
}

fn of_unknown(
    cx: &Context<'_>,
    traefik: &Traefik,
    all: &[&TraefikReference],
    candidate: Option<&ReferenceCandidate<'_>>,
) -> Finding {
    let (first, rest) = all.split_first().map_or((None, all), |(first, rest)| (Some(*first), rest));
    let place = first.map_or_else(Place::start, |first| first.place);
    let (kind, name) = first.map_or((TraefikKind::Service, ""), |first| (first.key.0, first.name.as_str()));
    let (what, by) = (kind.name(), first.map_or("", |first| first.service.as_str()));
    let message = format!("nothing defines the {what} `{name}` of Traefik");
    let effect = match kind {
        TraefikKind::Resolver => "without it, Traefik serves its self-signed certificate",
        TraefikKind::EntryPoint => "without one, Traefik does not create the router",
        TraefikKind::Middleware | TraefikKind::Service | TraefikKind::TlsOptions => {
            "without it, Traefik disables the router"
        }
    };
    let help = match candidate {
        Some(ReferenceCandidate::Near(near)) => format!("did you mean `{near}`? {effect}"),
        Some(ReferenceCandidate::Only(only)) => {
            format!("use `{only}`, the only {what} of `{}`: {effect}", traefik.service)
        }
        Some(ReferenceCandidate::Elsewhere(provider)) => {
            let where_ = if *provider == "file" { "in a file" } else { "by a label" };
            format!("use `{name}@{provider}`, because it is defined {where_}: {effect}")
        }
        None => format!("define it, or use another one: {effect}"),
    };
    let mut finding = Finding::new(rule::TRAEFIK_UNKNOWN_REFERENCE, place, Subject::service(by), message)
        .evidence(format!("{what}:{name}"))
        .help(help);
    for other in rest.iter().filter(|other| other.place != place).take(LABELS) {
        finding = finding.label(other.place, "also used here");
    }
    finding.fixes.extend(fix(cx, all, candidate));
    finding
}

fn fix(cx: &Context<'_>, all: &[&TraefikReference], candidate: Option<&ReferenceCandidate<'_>>) -> Option<Fix> {
    let replaced = |new: &str| {
        let mut places: Vec<Place> = Vec::new();
        let mut edits = Vec::new();
        for one in all {
            if !places.contains(&one.place) {
                places.push(one.place);
                edits.push(edit::exchange(cx.files, one.place, &one.name, new));
            }
        }
        edit::all(edits)
    };
    match candidate? {
        ReferenceCandidate::Near(near) => {
            let near = clearly_meant(&all.first()?.name, &[near])?;
            edit::safe(format!("replace with `{near}`"), replaced(near))
        }
        ReferenceCandidate::Only(only) => {
            edit::risky(format!("replace with `{only}`: Traefik then requests certificates there"), replaced(only))
        }
        ReferenceCandidate::Elsewhere(_) => None,
    }
}
