//! What a project's Traefik instances are configured with: files, options, variables and labels.

use super::settings::{StaticSetting, TraefikSettings, from_command, from_environment, from_file};
use super::spelling::sections;
use super::{Element, elements, is_static_path, is_traefik, labels_of, routed, routers};
use crate::app_config::address::{Located, host_port};
use crate::app_config::read::{ConfigurationContent, ReadConfiguration};
use crate::app_config::settings::{Setting, parts};
use crate::app_config::{AdminPort, AppConfigs, MisspeltPlace, Named, ProxyKind, ProxyListen, ProxyTarget, Traefik};
use crate::budget::{Limit, Meter};
use crate::collections::HashSet;
use crate::model::{Model, MountKind, Service};
use crate::source::Place;

/// Adds what a Traefik says of itself and of the services behind it.
pub(crate) fn collect_from_service(
    (service, labels): (&Service, &[&str]),
    read: &[&ReadConfiguration],
    all: &mut AppConfigs,
    meter: Meter<'_>,
) {
    let options = from_command(service);
    let named = options.iter().find(|one| one.path == "configfile").map(|one| one.value.clone());
    let is_static = |path: &str| named.as_deref().map_or_else(|| is_static_path(path), |named| named == path);
    let files = || {
        read.iter().filter_map(|one| match &one.content {
            ConfigurationContent::Traefik(settings) => Some((*one, settings)),
            _ => None,
        })
    };
    let file = files().find(|(one, settings)| is_static(&one.target) && !settings.is_empty());
    // A mount brings a file that is not here, or one that cannot be read.
    let unread = file.is_none() && (named.is_some() || service.mounts.iter().any(may_be_static));
    let (settings, given) = match file {
        Some((one, settings)) => (from_file(settings, |setting| place(one, setting)), Some(one.given)),
        None if !options.is_empty() => (options, None),
        None => (from_environment(service), None),
    };
    let settings = TraefikSettings { all: settings, known: !unread };
    let entry_points = settings.entry_points().len();
    if !meter.spend(Limit::Steps, entry_points.saturating_mul(settings.all.len())) {
        return;
    }
    interfaces(service, &settings, given, all);
    let dynamic: Vec<_> = files().filter(|(one, _)| !is_static(&one.target)).collect();
    let routed = routed_services(&dynamic, labels);
    for (one, settings) in &dynamic {
        routes(service, one, (settings, &routed), all);
    }
    if !settings.asks_at_entrance() {
        all.open_routes.extend(routers::open_routes(service, &dynamic, &settings, meter));
    }
    let said = dynamic.iter().flat_map(|(one, all)| from_file(all, |setting| place(one, setting))).collect();
    let files_known = knows_files(&settings, &dynamic);
    let misspelt = misspelt(read, &settings, file.is_none());
    all.traefiks.push(Traefik { service: service.name.clone(), settings, dynamic: said, files_known, misspelt });
}

/// Whether all files that a Traefik reads routes from are here, and none is a template.
fn knows_files(settings: &TraefikSettings, dynamic: &[(&ReadConfiguration, &Vec<Setting>)]) -> bool {
    let Some(place) =
        ["providers.file.filename", "providers.file.directory"].iter().find_map(|path| settings.get(path))
    else {
        return !settings.has("providers.file");
    };
    let named = place.value.trim_end_matches('/');
    let read = |(one, all): &&(&ReadConfiguration, &Vec<Setting>)| {
        let inside = one.target == named || one.target.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'));
        inside && !all.is_empty()
    };
    dynamic.iter().any(|one| read(&one)) && !dynamic.iter().any(|(one, _)| one.is_template)
}

fn misspelt(read: &[&ReadConfiguration], settings: &TraefikSettings, by_options: bool) -> Vec<MisspeltPlace> {
    let of_files = read.iter().flat_map(|one| {
        one.misspelt.iter().map(|section| MisspeltPlace {
            written: section.written.text.clone(),
            meant: section.meant,
            place: one.place(&section.written.span),
            given: Some(one.given),
            is_fatal: section.is_fatal,
        })
    });
    let mut found: Vec<MisspeltPlace> = of_files.collect();
    for setting in settings.all.iter().filter(|_| by_options) {
        let Some((first, rest)) = setting.path.split_once('.') else { continue };
        let top = [Located { text: first.to_owned(), span: 0..first.len() }];
        let Some(section) = sections(&top).into_iter().next().filter(|_| !rest.is_empty()) else { continue };
        if found.iter().any(|one| one.written == first) {
            continue;
        }
        let (written, meant) = (first.to_owned(), section.meant);
        found.push(MisspeltPlace { written, meant, place: setting.place, given: None, is_fatal: true });
    }
    found
}

fn may_be_static(mount: &crate::model::Mount) -> bool {
    let target = mount.target.value.as_str();
    let persistent = matches!(mount.kind, MountKind::Bind(_) | MountKind::Volume(_) | MountKind::Unknown);
    persistent && (is_static_path(target) || matches!(target, "/etc/traefik" | "/"))
}

fn place(read: &ReadConfiguration, setting: &Setting) -> Place {
    read.place(&setting.span)
}

/// The ports of the entry points, and that of the dashboard where it is open.
fn interfaces(service: &Service, settings: &TraefikSettings, given: Option<Place>, all: &mut AppConfigs) {
    let (proxy, kind) = (service.name.clone(), ProxyKind::Traefik);
    for (name, port, place) in settings.entry_points() {
        let given = given.unwrap_or(place);
        let ssl = settings.has(&format!("entrypoints.{name}.http.tls")) || port == 443;
        all.listens.push(ProxyListen { proxy: proxy.clone(), port, ssl, local: false, place, given, kind });
    }
    let insecure = |one: &&StaticSetting| one.path == "api.insecure" && super::settings::is_true(&one.value);
    // With a file that is not here, Traefik reads no options.
    if let Some(setting) = settings.all.iter().rev().find(insecure).filter(|_| settings.known) {
        let own = settings.entry_points().into_iter().find(|(name, ..)| *name == "traefik");
        let port = own.map_or(8080, |(_, port, _)| port);
        all.admins.push(AdminPort { proxy, port, place: setting.place, kind });
    }
}

/// The services that something in files or labels hands requests to: routers, and other services.
fn routed_services<'a>(files: &[(&ReadConfiguration, &'a Vec<Setting>)], labels: &[&'a str]) -> HashSet<String> {
    const REFERENCES: [&str; 3] = ["service", "name", "fallback"];
    let is_reference = |path: &str| path.rsplit('.').next().is_some_and(|last| REFERENCES.contains(&last));
    let said = files.iter().flat_map(|(_, all)| all.iter());
    let in_files = said.filter(|one| is_reference(&one.path)).map(|one| one.value.as_str());
    let in_labels = labels.iter().copied().filter(|value| value.ends_with("@file"));
    in_files.chain(in_labels).map(|name| name.trim_end_matches("@file").to_ascii_lowercase()).collect()
}

/// What a file of routes says; nothing is ever handed to a service that nothing names.
fn routes(
    service: &Service,
    read: &ReadConfiguration,
    (settings, routed): (&[Setting], &HashSet<String>),
    all: &mut AppConfigs,
) {
    let kind = ProxyKind::TraefikFile;
    let named = |setting: &Setting| Named {
        service: service.name.clone(),
        text: setting.value.clone(),
        place: place(read, setting),
        given: read.given,
        kind,
    };
    for setting in settings {
        match parts(&setting.path).as_slice() {
            ["http", "services", name, "loadbalancer", "servers", _, "url"]
            | ["tcp" | "udp", "services", name, "loadbalancer", "servers", _, "address"]
                if !is_stand_in(name) && routed.contains(&name.to_ascii_lowercase()) =>
            {
                all.targets.extend(target(service, read, setting));
            }
            ["http", "middlewares", _, "forwardauth", "address"] => {
                all.targets.extend(target(service, read, setting).filter(|target| is_itself(&target.host)));
            }
            ["http" | "tcp", "routers", _, "rule"] => all.rules.push(named(setting)),
            ["tls", .., "certfile" | "keyfile"] => all.certificates.push(named(setting)),
            ["tls", "options", _, "minversion"] => all.protocols.push(named(setting)),
            _ => {}
        }
    }
}

/// Whether a host is the container itself.
fn is_itself(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.")
}

/// Who is asked for a login by a middleware of labels, where that is the Traefik itself.
fn asked(proxy: &str, service: &Service) -> Vec<ProxyTarget> {
    let asks = |element: &Element<'_>| element.kind == "middlewares" && element.option == "forwardauth.address";
    let target = |element: Element<'_>| {
        let (scheme, rest) = element.value.value.split_once("://")?;
        let found = host_port(rest.split('/').next()?, 0).filter(|found| is_itself(&found.host))?;
        Some(ProxyTarget {
            proxy: Some(proxy.to_owned()),
            host: found.host,
            port: found.port,
            scheme: Some(scheme.to_ascii_lowercase()),
            place: element.value.place,
            given: element.value.place,
            kind: ProxyKind::TraefikFile,
            late: true,
            environment: Vec::new(),
            open: false,
        })
    };
    elements(service).into_iter().filter(asks).filter_map(target).collect()
}

/// Whether a service is one in name only: a router must have one, although its middlewares answer every request.
fn is_stand_in(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = ["dummy", "noop", "no-op", "null", "blackhole", "unused", "placeholder"];
    words
        .iter()
        .any(|word| name == *word || name.starts_with(&format!("{word}-")) || name.ends_with(&format!("-{word}")))
}

fn target(service: &Service, read: &ReadConfiguration, setting: &Setting) -> Option<ProxyTarget> {
    let (scheme, rest) = setting
        .value
        .split_once("://")
        .map_or((None, setting.value.as_str()), |(scheme, rest)| (Some(scheme.to_ascii_lowercase()), rest));
    let address = rest.split('/').next()?;
    let found = host_port(address, 0)?;
    // The text is in quotes, or nothing is around it.
    let quote = match setting.span.len().checked_sub(setting.value.len()) {
        Some(0) => Some(0),
        Some(2) => Some(1),
        _ => None,
    };
    let at = setting.value.len() - rest.len();
    let span = quote.map_or(setting.span.clone(), |quote| {
        let start = setting.span.start + quote + at;
        start..start + address.len()
    });
    Some(ProxyTarget {
        proxy: Some(service.name.clone()),
        host: found.host,
        port: found.port,
        scheme,
        place: read.place(&span),
        given: read.given,
        kind: ProxyKind::TraefikFile,
        late: true,
        environment: Vec::new(),
        open: false,
    })
}

/// Whether a container of another project may be on a network of a service: a Traefik that the project does not have.
fn may_meet_traefik(model: &Model, service: &Service) -> bool {
    let own = format!("{}_", model.name);
    let is_open = |key: &String| {
        model.networks.get(key).is_none_or(|network| network.external || !network.name.value.starts_with(&own))
    };
    service.network_mode.is_some() || service.networks.keys().any(is_open)
}

/// Adds the services that Traefik routes to by their labels; in a swarm by those under `deploy`, too.
pub(crate) fn labels(model: &Model, all: &mut AppConfigs, swarm: bool) {
    let proxy = model.services.values().find(|service| is_traefik(service)).map(|service| service.name.clone());
    for (name, service) in &model.services {
        if let Some(proxy) = &proxy {
            all.targets.extend(asked(proxy, service));
        }
        for one in elements(service).into_iter().filter(|one| one.kind == "middlewares") {
            let options = all.middlewares.entry(one.name.to_owned()).or_default();
            options.push((one.option, one.value.value.clone()));
        }
        let Some(route) = routed(service).filter(|route| route.enabled) else { continue };
        let by_swarm = labels_of(service).any(|(name, _)| !service.labels.contains_key(name));
        let seen = match &proxy {
            // Containers do not get labels under `deploy`.
            Some(_) => !by_swarm || swarm,
            // Labels without a Traefik that could get there are leftovers.
            None => by_swarm || swarm || may_meet_traefik(model, service),
        };
        if !seen {
            continue;
        }
        let unnamed = route.ports.is_empty().then_some((None, route.place));
        let ports = route.ports.iter().map(|(port, place)| (Some(*port), *place)).chain(unnamed);
        all.targets.extend(ports.map(|(port, place)| ProxyTarget {
            proxy: proxy.clone(),
            host: name.clone(),
            port,
            scheme: None,
            place,
            given: place,
            kind: ProxyKind::Traefik,
            late: true,
            environment: Vec::new(),
            open: false,
        }));
    }
}
