//! Certificates and keys of an ACME account that are lost with the container.

use crate::app_config::{Traefik, caddy_requests_certificates};
use crate::facts::images::{KnownImage, built, known_image, launch, runs_default, variable};
use crate::facts::storage::mounts::{cover, is_persistent, join};
use crate::finding::{Finding, Fix, Label, Severity, Subject, rule};
use crate::model::{MountKind, Service};
use crate::rules::support::for_purpose;
use crate::rules::{Context, fixes};
use crate::source::Place;

/// Reports Traefik's storage, then the directories of other images that request certificates.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for traefik in &cx.facts.app_configs().traefiks {
        findings.extend(cx.model.services.get(&traefik.service).and_then(|service| of_traefik(cx, service, traefik)));
    }
    for service in cx.model.services.values() {
        let Some(known) = known_image(service).filter(|known| known.exact && may_be_judged(service, known)) else {
            continue;
        };
        let requests = match known.image.name.as_str() {
            "caddy" => runs_default(service) && caddy_requests_certificates(cx.facts.app_configs(), &service.name),
            "certbot" => {
                launch(service).iter().any(|word| word.value.contains("certonly") || word.value.contains("renew"))
            }
            _ => runs_default(service),
        };
        if !requests || cx.project.unresolved.contains(&service.name) || !service.volumes_from.is_empty() {
            continue;
        }
        let lost: Vec<&String> = known.image.certificates.iter().filter(|path| !is_kept(cx, service, path)).collect();
        // Where nothing is mounted at all, the first says it.
        if let Some(path) = lost.first() {
            findings.push(of_image(cx, service, path));
        }
    }
}

/// Whether an image keeps its certificates where the catalogue says. A Caddy with plugins does, too: nothing but its program
/// is built.
fn may_be_judged(service: &Service, known: &KnownImage<'_>) -> bool {
    let is_caddy = known.image.name == "caddy" && variable(service, "XDG_DATA_HOME").is_none();
    !known.built || is_caddy && built(service).is_some_and(|image| image.command.is_none())
}

fn is_kept(cx: &Context<'_>, service: &Service, path: &str) -> bool {
    cover(cx.model, service, path).is_some_and(|mount| is_persistent(cx.model, mount))
}

fn of_traefik(cx: &Context<'_>, service: &Service, traefik: &Traefik) -> Option<Finding> {
    let settings = &traefik.settings;
    let acme =
        settings.all.iter().find(|one| one.path.starts_with("certificatesresolvers.") && one.path.contains(".acme"));
    let acme = acme.filter(|_| settings.known && service.volumes_from.is_empty())?;
    let storage = settings.all.iter().find(|one| one.path.ends_with(".acme.storage"));
    let (path, place) = storage.map_or(("acme.json", acme.place), |one| (one.value.as_str(), one.place));
    let working_dir = service.working_dir.as_ref().map(|directory| directory.value.as_str());
    let path = join(working_dir, path);
    if path.contains('$') || storage.is_some_and(|one| one.interpolated && one.value.is_empty()) {
        return None;
    }
    if is_kept(cx, service, &path) {
        return None;
    }
    let directory = path.rsplit_once('/').map(|(directory, _)| directory).filter(|directory| !directory.is_empty());
    Some(finding(cx, service, (&path, directory), place))
}

fn of_image(cx: &Context<'_>, service: &Service, path: &str) -> Finding {
    let place = service.image.as_ref().map_or(service.key, |image| image.place);
    finding(cx, service, (path, Some(path)), place)
}

fn finding(cx: &Context<'_>, service: &Service, (path, directory): (&str, Option<&str>), place: Place) -> Finding {
    let name = &service.name;
    let message = format!("`{name}` stores its certificates at `{path}`, which is not on a volume");
    let severity = for_purpose(Severity::Warning, cx.facts.purpose());
    let mut finding = Finding::new(rule::CERTIFICATE_STORAGE, place, Subject::service(name), message)
        .severity(severity)
        .evidence(path.to_owned())
        .help("put it on a named volume: a new container requests all certificates again, and Let's Encrypt limits how often");
    let anonymous =
        service.mounts.iter().find(|mount| mount.kind == MountKind::Anonymous && mount.target.value == path);
    finding.labels.extend(
        anonymous.map(|mount| Label { place: mount.place, message: "an anonymous volume is lost with `down`".into() }),
    );
    finding.fixes.extend(directory.and_then(|directory| fix(cx, service, directory)));
    finding
}

fn fix(cx: &Context<'_>, service: &Service, directory: &str) -> Option<Fix> {
    fixes::named(cx, service, directory).or_else(|| fixes::in_named_volume(cx, service, directory))
}
