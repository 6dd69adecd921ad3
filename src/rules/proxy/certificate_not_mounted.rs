//! The path of a certificate or of a password file of a proxy at which nothing is mounted.

use crate::app_config::{Named, ProxyKind, is_official, runs_as_made};
use crate::collections::IndexMap;
use crate::facts::storage::mounts;
use crate::finding::{Finding, Label, Subject, rule};
use crate::model::{Grant, Service};
use crate::rules::Context;
use crate::rules::support::{LABELS, with_given};

/// Reports the first path of each directory once for each proxy.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut missing: IndexMap<(&str, String), Vec<&Named>> = IndexMap::default();
    let configs = cx.facts.app_configs();
    for named in configs.certificates.iter().chain(&configs.password_files) {
        let Some(service) = cx.model.services.get(&named.service) else { continue };
        if cx.project.has_blank_entry(&service.name, &["volumes", "configs", "secrets"]) {
            continue;
        }
        // Other images may hold the files, or make them when they start.
        if !is_official(service) || !runs_as_made(service) || named.text.contains(['$', '{', ':', '*']) {
            continue;
        }
        // Only nginx's directory for relative paths is known.
        let path = match (named.text.starts_with('/'), named.kind) {
            (true, _) => named.text.clone(),
            (false, ProxyKind::Nginx) => format!("/etc/nginx/{}", named.text),
            (false, _) => continue,
        };
        if !is_there(cx, service, &path) {
            let directory = path.rsplit_once('/').map_or("/", |(directory, _)| directory).to_owned();
            missing.entry((&named.service, directory)).or_default().push(named);
        }
    }
    for ((service, directory), all) in missing {
        let [first, others @ ..] = all.as_slice() else { continue };
        let message = format!("proxy `{service}` reads `{}`, but nothing is mounted there", first.text);
        let mut finding = Finding::new(rule::CERTIFICATE_NOT_MOUNTED, first.place, Subject::service(service), message)
            .evidence(directory.clone())
            .help(if configs.password_files.contains(first) {
                format!("mount the file at `{}`; nginx answers every request with 403 without it", first.text)
            } else {
                help(&directory, first.kind.name())
            });
        let others = others.iter().take(LABELS);
        finding.labels =
            others.map(|one| Label { place: one.place, message: "this one is missing as well".into() }).collect();
        findings.push(with_given(finding, first.given, format!("`{service}` uses this configuration")));
    }
}

/// What to do. The files of Let's Encrypt are links to others next to their directory, which must come along.
fn help(directory: &str, program: &str) -> String {
    let directory = if mounts::is_inside(directory, "/etc/letsencrypt") { "/etc/letsencrypt" } else { directory };
    let directory = if directory.is_empty() { "/" } else { directory };
    let then = match program {
        "Traefik" => "Traefik serves a self-signed certificate until then",
        _ => "the proxy does not start without it",
    };
    format!("mount the directory with the certificate at `{directory}`; {then}")
}

/// Whether a mount, a config or a secret covers a path.
fn is_there(cx: &Context<'_>, service: &Service, path: &str) -> bool {
    let is_granted = |grant: &Grant, home: &str| match &grant.target {
        Some(target) if target.value.starts_with('/') => mounts::is_inside(path, &target.value),
        Some(target) => path == format!("{home}{}", target.value),
        None => path == format!("{home}{}", grant.source.value),
    };
    let image = service.build.as_ref().and_then(|build| build.image.as_ref());
    let is_copied = |target: &str| mounts::is_inside(path, target.trim_end_matches('/'));
    let is_built = image.is_some_and(|image| {
        image.copies.iter().any(|copied| copied.target.as_deref().is_none_or(is_copied))
            || image.runs.iter().any(|run| run.script.value.contains(path))
    });
    is_built
        || mounts::cover(cx.model, service, path).is_some()
        || service.configs.iter().any(|grant| is_granted(grant, "/"))
        || service.secrets.iter().any(|grant| is_granted(grant, "/run/secrets/"))
}
