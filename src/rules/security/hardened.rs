//! What the rules of the strict set on hardening share.

use crate::catalogue::schema::Hardening;
use crate::facts::images::{known_image, runs_server};
use crate::facts::storage::mounts;
use crate::finding::{Finding, RuleId, Subject};
use crate::model::Service;
use crate::rules::Context;

/// The services that run as containers of their own, those of inactive profiles left out.
pub(super) fn containers<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a Service> + use<'a> {
    cx.model.services.values().filter(|service| service.provider.is_none())
}

/// Whether a service is privileged, which takes every other protection away.
pub(super) fn is_privileged(service: &Service) -> bool {
    service.privileged.as_ref().is_some_and(|privileged| privileged.value)
}

/// A finding about something that a service lacks.
pub(super) fn lacking(rule: RuleId, service: &Service, message: String) -> Finding {
    Finding::new(rule, service.key, Subject::service(&service.name), message)
}

/// What the image of a service needs, if it is the one that starts it, and whether that is certain.
pub(super) fn needs(service: &Service) -> Option<(&'static Hardening, bool)> {
    let known = known_image(service).filter(|known| !known.built && service.entrypoint.is_none())?;
    let needs = known.image.hardening_for(known.tag).filter(|_| runs_server(service))?;
    Some((needs, known.exact))
}

/// The directories that an image writes to and that no mount of the service covers.
pub(super) fn missing_scratch<'a>(cx: &Context<'_>, service: &Service, needs: &'a Hardening) -> Vec<&'a str> {
    let all = mounts::all(cx.model, service);
    let moved = needs.unless_mounted.iter().any(|path| {
        all.iter().any(|mount| {
            let target = mount.target.value.as_str();
            mounts::is_inside(target, path) || mounts::is_inside(path, target)
        })
    });
    if moved {
        return Vec::new();
    }
    let covers = |path: &str| {
        all.iter().any(|mount| !mount.read_only && mounts::is_inside(path, &without_link(&mount.target.value)))
    };
    needs.scratch.iter().map(String::as_str).filter(|path| !covers(path)).collect()
}

/// A path without the link that `/var/run` is.
fn without_link(path: &str) -> String {
    match path.strip_prefix("/var/run") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
        _ => path.to_owned(),
    }
}

/// Whether a container of a service starts as root, as its image does.
pub(super) fn starts_as_root(service: &Service) -> bool {
    let is_root = |user: &str| matches!(user.split(':').next(), Some("0" | "root"));
    service.user.as_ref().is_none_or(|user| is_root(&user.value))
}

/// The name of a capability without its prefix.
pub(super) fn plain(written: &str) -> String {
    let upper = written.to_ascii_uppercase();
    upper.strip_prefix("CAP_").map_or(upper.clone(), str::to_owned)
}
