//! Certificates that certbot renews and that nginx never reads anew.

use crate::app_config::ProxyKind;
use crate::facts::images::{image_text, launch};
use crate::facts::storage::mounts::{cover, is_inside};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{Mount, MountKind, Service};
use crate::rules::Context;

/// Reports each service that renews certificates for a proxy that keeps the old ones.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values().filter(|service| renews(service)) {
        if let Some(proxy) = proxy_of(cx, service)
            && !is_reloaded(cx, service, proxy)
        {
            findings.push(finding(service, proxy));
        }
    }
}

/// Whether a service renews certificates again and again.
fn renews(service: &Service) -> bool {
    let words = launch(service);
    let says = |text: &str| words.iter().any(|word| word.value.contains(text));
    let of_certbot = image_text(service).contains("certbot") || says("certbot");
    of_certbot && says("renew") && (says("sleep") || says("while") || says("crond"))
}

/// The nginx that reads certificates from the same place.
fn proxy_of<'a>(cx: &Context<'a>, service: &Service) -> Option<&'a Service> {
    let own: Vec<&Mount> =
        service.mounts.iter().filter(|mount| is_inside("/etc/letsencrypt/live", &mount.target.value)).collect();
    let certificates = cx.facts.app_configs().certificates.iter().filter(|one| one.kind == ProxyKind::Nginx);
    certificates
        .filter_map(|one| {
            let proxy = cx.model.services.get(&one.service).filter(|proxy| proxy.name != service.name)?;
            let mount = cover(cx.model, proxy, &one.text)?;
            own.iter().any(|own| is_same(own, mount)).then_some(proxy)
        })
        .next()
}

fn is_same(one: &Mount, other: &Mount) -> bool {
    match (&one.kind, &other.kind) {
        (MountKind::Bind(a), MountKind::Bind(b)) => is_inside(a, b) || is_inside(b, a),
        (a, b) => a == b && !matches!(a, MountKind::Anonymous | MountKind::Unknown),
    }
}

/// Whether something makes the proxy read them: its own command, a hook, something with Docker's socket, a script of the
/// repository.
fn is_reloaded(cx: &Context<'_>, service: &Service, proxy: &Service) -> bool {
    let reloads = |one: &Service| {
        launch(one)
            .iter()
            .any(|word| ["reload", "HUP", "restart", "-hook"].iter().any(|text| word.value.contains(text)))
            || launch(one).iter().any(|word| word.value.ends_with(".sh"))
    };
    let controls = |one: &Service| one.mounts.iter().any(|mount| mount.target.value.ends_with("docker.sock"));
    let scripted = proxy
        .mounts
        .iter()
        .any(|mount| mount.target.value.ends_with(".sh") || mount.target.value.contains("entrypoint.d"));
    reloads(service)
        || reloads(proxy)
        || scripted
        || proxy.build.is_some()
        || cx.model.services.values().any(controls)
        || cx.facts.is_in_scripts(&[
            "-s reload",
            "restart nginx",
            "nginx reload",
            &format!("restart {}", proxy.name),
            "SIGHUP",
            "-s HUP",
        ])
}

fn finding(service: &Service, proxy: &Service) -> Finding {
    let (name, other) = (&service.name, &proxy.name);
    let message = format!("`{name}` renews certificates, but nothing makes `{other}` reload them");
    let place = service.command.as_ref().or(service.entrypoint.as_ref()).map_or(service.key, |command| command.place);
    Finding::new(rule::CERTIFICATES_NOT_RELOADED, place, Subject::service(name), message)
        .evidence(other.clone())
        .confidence(Confidence::Medium)
        .label(proxy.key, "nginx reads certificates only when it starts or reloads")
        .help(format!(
            "let `{other}` reload from time to time: `command: \"/bin/sh -c 'while :; do sleep 6h & wait $${{!}}; nginx -s reload; done & nginx -g \\\"daemon off;\\\"'\"`, or add a job on the host that does"
        ))
}
