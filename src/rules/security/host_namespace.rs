//! A container that shares the processes, the memory or the network of the host.

use super::documented::asks_for;
use super::weight::weigh;
use crate::catalogue::schema::ImageRole;
use crate::collections::HashSet;
use crate::facts::images::{known_image, launch, runs_server};
use crate::facts::network::exposure::{OpenKind, OpenService, at};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;
use crate::yaml::edit;

/// A namespace of the host: its key, the word for it, what it lets the container do, and how bad that is.
const NAMESPACES: [(&str, &str, Severity, &str); 2] = [
    (
        "pid",
        "shares the processes of the host: the container can see and stop all of them",
        Severity::Warning,
        "remove `pid: host`; to see the processes of one other service, use `pid: service:<name>`",
    ),
    (
        "ipc",
        "shares the memory segments of the host",
        Severity::Info,
        "remove `ipc: host`; if the program needs more shared memory, set `shm_size`",
    ),
];

/// Reports the namespaces of the host that services share without their image asking for it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        for (key, what, severity, help) in NAMESPACES {
            let value = if key == "pid" { &service.isolation.pid } else { &service.isolation.ipc };
            let Some(value) = value.as_ref().filter(|value| value.value == "host") else { continue };
            // Programs on a GPU hand large arrays over in shared memory.
            let on_gpu = key == "ipc" && !service.device_requests.is_empty();
            let is_privileged = service.privileged.as_ref().is_some_and(|privileged| privileged.value);
            if asks_for(service, key) || on_gpu || !seen.insert(value.place) {
                continue;
            }
            // A privileged container controls the host anyway.
            let severity = if is_privileged { Severity::Info } else { severity };
            let name = &service.name;
            let message = format!("`{name}` {what}");
            let mut finding = Finding::new(rule::HOST_NAMESPACE, value.place, Subject::service(name), message)
                .severity(weigh(cx, service, value.place, severity))
                .evidence(key)
                .help(help);
            if value.via.is_empty() && !value.is_interpolated() {
                let title = format!("remove `{key}: host`: what needs it no longer works");
                finding.fixes.extend(edit::risky(title, edit::remove(cx.files, value.place)));
            }
            findings.push(finding);
        }
        let network = service.network_mode.as_ref().filter(|mode| mode.value == "host");
        let Some(network) = network.filter(|mode| seen.insert(mode.place)) else { continue };
        findings.extend(in_host_network(cx, service, network));
    }
}

fn in_host_network(cx: &Context<'_>, service: &Service, network: &Spanned<String>) -> Option<Finding> {
    let name = &service.name;
    let finding = |message: String| {
        Finding::new(rule::HOST_NAMESPACE, network.place, Subject::service(name), message).evidence("network_mode")
    };
    if let Some((port, open)) = open_port(service) {
        let most = if open.is_unguarded { Severity::Error } else { Severity::Warning };
        let without = if open.is_unguarded { " without a password" } else { "" };
        let message =
            format!("`{name}` listens in the network of the host: other machines can reach port {port}{without}");
        let help = format!(
            "remove `network_mode: host`: services of this project can reach `{name}:{port}` on a network of the project; \
             for programs on the host, publish `127.0.0.1:{port}:{port}`"
        );
        return Some(finding(message).severity(weigh(cx, service, network.place, most)).help(help));
    }
    let is_proxy = || known_image(service).is_some_and(|known| known.image.role == ImageRole::Proxy);
    if asks_for(service, "network") || is_proxy() {
        return None;
    }
    let message = format!(
        "`{name}` uses the network of the host: all ports it listens on are open, and it reaches what listens on the host's \
         loopback interface"
    );
    let help = format!("if `{name}` does not need it, remove `network_mode: host` and publish its ports under `ports`");
    let severity = weigh(cx, service, network.place, Severity::Info);
    Some(finding(message).severity(severity).confidence(Confidence::Medium).help(help))
}

/// A port of a datastore that it opens on all interfaces, by the catalogue.
fn open_port(service: &Service) -> Option<(u16, OpenService<'_>)> {
    let known = known_image(service).filter(|known| known.exact && runs_server(service))?;
    let words = launch(service);
    let mut texts = words.iter().map(|word| word.value.as_str());
    // What it binds may be said in an option, a variable or a file.
    let narrows = |text: &str| ["127.0.0.1", "localhost", "::1"].iter().any(|address| text.contains(address));
    let is_configured = service.mounts.iter().any(|mount| {
        [".conf", ".cnf", ".yml", ".yaml", ".toml", ".xml", ".ini"].iter().any(|end| mount.target.value.ends_with(end))
    });
    let by_variable = service.environment.values().filter_map(|variable| variable.value.as_ref());
    if is_configured || texts.any(narrows) || by_variable.into_iter().any(|value| narrows(&value.value)) {
        return None;
    }
    let ports = known.image.exposure.iter().flat_map(|exposure| &exposure.ports);
    ports.filter_map(|port| Some((*port, at(service, *port, "tcp")?))).find(|(port, open)| {
        let listens = known.image.ports.iter().any(|one| one.port == *port && one.listen.is_none());
        listens && matches!(open.kind, OpenKind::Datastore(_))
    })
}
