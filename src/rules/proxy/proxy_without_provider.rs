//! A program that works through Docker's API and has no way to it, or cannot find the proxy that it is for.

use crate::app_config::Traefik;
use crate::app_config::traefik::settings::is_true;
use crate::app_config::traefik::{is_traefik, labels_of};
use crate::catalogue::schema::EngineAccess;
use crate::facts::images::{known_image, launch, may_be_set, runs_default, variable};
use crate::facts::network::traefik_names::has_router;
use crate::facts::storage::mounts::{all, is_inside};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{MountKind, Service};
use crate::rules::Context;
use crate::source::Place;

/// Reports Traefik first, then the images of the catalogue that need the API, then companions of proxies.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for traefik in &cx.facts.app_configs().traefiks {
        findings.extend(cx.model.services.get(&traefik.service).and_then(|service| of_traefik(cx, service, traefik)));
    }
    for service in cx.model.services.values().filter(|service| !cx.project.unresolved.contains(&service.name)) {
        let Some(known) = known_image(service).filter(|known| known.exact && runs_default(service)) else { continue };
        if let Some(engine) = &known.image.engine
            && !has_access(cx, service, engine)
        {
            findings.push(without_api(service, engine));
        }
        if known.image.name == "acme-companion" {
            findings.extend(companion(cx, service));
        }
    }
}

/// Where Docker's socket is.
const SOCKET: &str = "/var/run/docker.sock";

/// Whether a path is on a mount that may hold a socket: of the host, or one that is not known.
fn is_mounted(cx: &Context<'_>, service: &Service, path: &str) -> bool {
    // `/var/run` is `/run`.
    let paths = [path.to_owned(), path.replace("/var/run/", "/run/")];
    let from_elsewhere = service.volumes_from.iter().any(|from| from.value.starts_with("container:"));
    from_elsewhere
        || all(cx.model, service).into_iter().any(|mount| {
            let holds = !matches!(mount.kind, MountKind::Tmpfs | MountKind::Anonymous);
            holds && paths.iter().any(|path| is_inside(path, &mount.target.value))
        })
        || service
            .configs
            .iter()
            .chain(&service.secrets)
            .any(|grant| grant.target.as_ref().is_some_and(|target| target.value == path))
}

fn has_access(cx: &Context<'_>, service: &Service, engine: &EngineAccess) -> bool {
    let by_variable =
        engine.variables.iter().any(|name| may_be_set(service, name) || variable(service, name).is_some());
    let words = launch(service);
    let by_flag = engine.flags.iter().any(|flag| words.iter().any(|word| word.value.starts_with(flag.as_str())));
    // Any socket of the host will do where a setting that is not known here names it. Docker's own at another place than
    // the one where the image looks for it is a mistake.
    let of_docker = |path: &str| path.ends_with("/docker.sock");
    let other = service.mounts.iter().filter(|mount| !of_docker(&mount.target.value)).any(|mount| {
        mount.target.value.ends_with(".sock")
            || mount.source.as_ref().is_some_and(|source| source.value.ends_with(".sock"))
    });
    by_variable || by_flag || other || is_mounted(cx, service, &engine.socket)
}

fn without_api(service: &Service, engine: &EngineAccess) -> Finding {
    let (name, socket) = (&service.name, &engine.socket);
    let message = format!("`{name}` has no access to Docker's API, so {}", engine.without);
    let place = service.image.as_ref().map_or(service.key, |image| image.place);
    let help = format!("mount the socket (`{SOCKET}:{socket}:ro`), or a proxy for it through `DOCKER_HOST`");
    Finding::new(rule::PROXY_WITHOUT_PROVIDER, place, Subject::service(name), message).evidence("socket").help(help)
}

fn of_traefik(cx: &Context<'_>, service: &Service, traefik: &Traefik) -> Option<Finding> {
    let settings = &traefik.settings;
    if !settings.known || cx.project.unresolved.contains(&service.name) || service.provider.is_some() {
        return None;
    }
    let name = &service.name;
    let provider = settings.all.iter().find(|one| {
        let docker = one.path.starts_with("providers.docker") || one.path.starts_with("providers.swarm");
        // A section of a file switches it on, also an empty one.
        let is_section = one.value.is_empty() && !one.interpolated;
        docker && (!one.path.ends_with(".docker") || is_section || is_true(&one.value))
    });
    let Some(provider) = provider else { return no_provider(cx, service, traefik) };
    let endpoint = ["providers.docker.endpoint", "providers.swarm.endpoint"].iter().find_map(|path| settings.get(path));
    let socket = match endpoint {
        Some(endpoint) => endpoint.value.strip_prefix("unix://")?.to_owned(),
        None if may_be_set(service, "DOCKER_HOST") || variable(service, "DOCKER_HOST").is_some() => return None,
        None => SOCKET.to_owned(),
    };
    if is_mounted(cx, service, &socket) {
        return None;
    }
    let message = format!("`{name}` cannot reach Docker's API, so it finds no containers to route to");
    let help =
        format!("mount the socket (`{SOCKET}:{socket}:ro`), or set `providers.docker.endpoint` to a proxy for it");
    Some(
        Finding::new(rule::PROXY_WITHOUT_PROVIDER, provider.place, Subject::service(name), message)
            .evidence("socket")
            .help(help),
    )
}

/// Traefik without any provider, where services have labels for one.
fn no_provider(cx: &Context<'_>, service: &Service, traefik: &Traefik) -> Option<Finding> {
    let settings = &traefik.settings;
    let old = |path: &str| {
        ["docker", "file", "kubernetes", "consul"]
            .iter()
            .any(|name| path == *name || path.starts_with(&format!("{name}.")))
    };
    let other = settings.all.iter().any(|one| one.path.starts_with("providers.") || old(&one.path));
    // The settings may come by a way that is not read.
    let told = !settings.all.is_empty();
    let routed = cx.model.services.values().find(|one| has_router(one) && !is_traefik(one))?;
    let label = labels_of(routed).next()?.1.place;
    if other || !told {
        return None;
    }
    let name = &service.name;
    let message = format!("`{name}` has no Docker provider, so it ignores the labels of `{}`", routed.name);
    let place = settings.all.first().map_or(service.key, |one| one.place);
    Some(
        Finding::new(rule::PROXY_WITHOUT_PROVIDER, place, Subject::service(name), message)
            .evidence("provider")
            .label(label, "one of the labels")
            .help("enable it with `--providers.docker=true`, and mount the socket"),
    )
}

/// Labels by which a companion finds its proxy.
const OF_PROXY: [&str; 4] = [
    "com.github.nginx-proxy.nginx",
    "com.github.jrcs.letsencrypt_nginx_proxy_companion.nginx_proxy",
    "com.github.nginx-proxy.docker-gen",
    "com.github.jrcs.letsencrypt_nginx_proxy_companion.docker_gen",
];

/// A companion of nginx-proxy that cannot find it: nginx-proxy/acme-companion, docs/Getting-containers-IDs.md.
fn companion(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let by_variable = ["NGINX_PROXY_CONTAINER", "NGINX_DOCKER_GEN_CONTAINER", "ACME_NGINX_PROXY_CONTAINER"]
        .iter()
        .any(|name| may_be_set(service, name) || variable(service, name).is_some());
    let by_label =
        cx.model.services.values().any(|one| one.labels.keys().any(|label| OF_PROXY.contains(&label.as_str())));
    let proxy =
        cx.model.services.values().find(|one| known_image(one).is_some_and(|known| known.image.name == "nginx-proxy"));
    // The proxy of another project has the label there.
    let proxy = proxy.filter(|_| !by_variable && !by_label && service.volumes_from.is_empty())?;
    let name = &service.name;
    let message = format!("`{name}` cannot find its proxy `{}`: it exits", proxy.name);
    let place: Place = service.image.as_ref().map_or(service.key, |image| image.place);
    Some(
        Finding::new(rule::PROXY_WITHOUT_PROVIDER, place, Subject::service(name), message)
            .evidence("proxy")
            .confidence(Confidence::High)
            .label(proxy.key, "the proxy")
            .help(format!(
                "add the label `com.github.nginx-proxy.nginx: \"true\"` to `{}`, or set `NGINX_PROXY_CONTAINER` to its `container_name`",
                proxy.name
            )),
    )
}
