//! Words of Traefik's configuration that are misspelt: Traefik ignores them, or the whole file.
//!
//! What there is: <https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/>,
//! <https://doc.traefik.io/traefik/reference/install-configuration/configuration-options/>. Keys that no section has are
//! dropped without a word at the top of a file and among labels (traefik/paerser, filters of root names); further in, the
//! file or label is rejected.

use crate::app_config::address::Located;
use crate::model::{Service, Spanned};
use crate::text::nearest::nearest;

/// A misspelt word of a label.
#[derive(Clone, Debug)]
pub(crate) struct Slip<'a> {
    /// The label.
    pub(crate) label: &'a str,
    /// Its value.
    pub(crate) value: &'a Spanned<String>,
    /// The word.
    pub(crate) written: &'a str,
    /// What it is meant to be.
    pub(crate) meant: &'static str,
}

const ROOT: &[&str] = &["traefik"];
const PARTS: &[&str] =
    &["enable", "http", "tcp", "udp", "docker", "swarm", "tls", "tags", "frontend", "backend", "protocol"];
const SECTIONS: &[&str] = &["routers", "services", "middlewares", "serversTransports"];
const ROUTER: &[&str] =
    &["rule", "ruleSyntax", "entryPoints", "middlewares", "service", "priority", "tls", "observability", "parentRefs"];
const SERVICE: &[&str] = &["loadBalancer", "weighted", "mirroring", "failover"];
const LOAD_BALANCER: &[&str] = &[
    "server",
    "servers",
    "sticky",
    "healthCheck",
    "passiveHealthCheck",
    "passHostHeader",
    "responseForwarding",
    "serversTransport",
    "strategy",
    "terminationDelay",
    "proxyProtocol",
];
/// Options of a load balancer's server that people give the load balancer.
const OF_SERVER: &[(&str, &str)] = &[("port", "server.port"), ("scheme", "server.scheme"), ("url", "server.url")];
const TLS: &[&str] = &["certResolver", "options", "domains", "passthrough"];

/// The misspelt words of a service's labels.
pub(crate) fn slips(service: &Service) -> Vec<Slip<'_>> {
    let all = service.labels.iter().chain(&service.deploy_labels);
    all.filter_map(|(label, value)| {
        let (written, meant) = slip(label)?;
        Some(Slip { label, value, written, meant })
    })
    .collect()
}

fn slip(label: &str) -> Option<(&str, &'static str)> {
    let words: Vec<&str> = label.split('.').collect();
    let (first, second) = (*words.first()?, *words.get(1)?);
    let known_second = PARTS.iter().take(6).any(|part| part.eq_ignore_ascii_case(second));
    if !first.eq_ignore_ascii_case("traefik") {
        return misspelt(first, ROOT).filter(|_| known_second);
    }
    let Some(third) = words.get(2) else { return misspelt(second, &["enable"]) };
    if let Some(found) = misspelt(second, PARTS) {
        return Some(found);
    }
    if !["http", "tcp", "udp"].iter().any(|one| one.eq_ignore_ascii_case(second)) {
        return None;
    }
    if let Some(found) = misspelt(third, SECTIONS) {
        return Some(found);
    }
    let option = *words.get(4)?;
    match third.to_ascii_lowercase().as_str() {
        "routers" if option.eq_ignore_ascii_case("tls") => misspelt(words.get(5)?.split('[').next()?, TLS),
        "routers" => misspelt(option, ROUTER),
        "services" if option.eq_ignore_ascii_case("loadbalancer") => {
            let word = words.get(5)?.split('[').next()?;
            let of_server = OF_SERVER.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
            of_server.map(|(_, meant)| (word, *meant)).or_else(|| misspelt(word, LOAD_BALANCER))
        }
        "services" => misspelt(option, SERVICE),
        _ => None,
    }
}

/// What a word is meant to be, where it is none of the known ones and nearly one of them.
fn misspelt<'a>(word: &'a str, known: &[&'static str]) -> Option<(&'a str, &'static str)> {
    if word.contains(['$', '{']) || known.iter().any(|one| one.eq_ignore_ascii_case(word)) {
        return None;
    }
    nearest(word, known).map(|meant| (word, meant))
}

/// A misspelt section of a file, or of options.
#[derive(Clone, Debug)]
pub(crate) struct MisspeltSection {
    /// The word.
    pub(crate) written: Located,
    /// What it is meant to be.
    pub(crate) meant: &'static str,
    /// Whether Traefik rejects it, and does not only ignore it.
    pub(crate) is_fatal: bool,
}

/// Sections at the top of its own settings and of files of routes.
const TOP: &[&str] = &[
    "global",
    "serversTransport",
    "tcpServersTransport",
    "entryPoints",
    "providers",
    "api",
    "metrics",
    "ping",
    "log",
    "accessLog",
    "tracing",
    "hostResolver",
    "certificatesResolvers",
    "experimental",
    "core",
    "spiffe",
    "ocsp",
    "pilot",
    "http",
    "tcp",
    "udp",
    "tls",
    // Of Traefik 1.
    "acme",
    "docker",
    "file",
    "frontends",
    "backends",
    "web",
    "rest",
    "consul",
    "defaultEntryPoints",
    "logLevel",
];

/// The misspelt ones of some sections: `http`, `http.routers`.
pub(crate) fn sections(all: &[Located]) -> Vec<MisspeltSection> {
    all.iter().filter_map(section).collect()
}

fn section(one: &Located) -> Option<MisspeltSection> {
    let (parent, name) = one.text.rsplit_once('.').map_or(("", one.text.as_str()), |(parent, name)| (parent, name));
    let known: &[&str] = match parent.to_ascii_lowercase().as_str() {
        "" => TOP,
        "http" => &["routers", "services", "middlewares", "models", "serversTransports"],
        "tcp" => &["routers", "services", "middlewares", "models", "serversTransports"],
        "udp" => &["routers", "services"],
        "tls" => &["certificates", "options", "stores"],
        _ => return None,
    };
    let (written, meant) = misspelt(name, known)?;
    // A word at the top that is short may be anything.
    let (is_fatal, long) = (!parent.is_empty(), written.len() > 3);
    let written = Located { text: written.to_owned(), span: one.span.clone() };
    long.then_some(MisspeltSection { written, meant, is_fatal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        let check = |label: &str, expect: Option<(&str, &str)>| assert_eq!(slip(label), expect, "{label}");
        check("treafik.http.services.a.loadbalancer.server.port", Some(("treafik", "traefik")));
        check("traefik.enable", None);
        check("Traefik.HTTP.Routers.a.Rule", None);
        check("traefik.http.router.a.rule", Some(("router", "routers")));
        check("traefik.http.routers.a.entrypoint", Some(("entrypoint", "entryPoints")));
        check("traefik.http.routers.a.tls.certresolvers", Some(("certresolvers", "certResolver")));
        check("traefik.http.services.a.loadbalancers.server.port", Some(("loadbalancers", "loadBalancer")));
        check("traefik.http.services.a.loadbalancer.server.port", None);
        check("traefik.http.services.a.loadbalancer.port", Some(("port", "server.port")));
        check("traefik.frontend.rule", None);
        check("traefik.http.middlewares.é.headers.x", None);
        check("trafic.example.com", None);
        check("com.example.treafik", None);
    }

    #[test]
    fn sections_of_files() {
        let check = |text: &str, expect: &[&str]| {
            let all = [Located { text: text.to_owned(), span: 0..text.len() }];
            let found: Vec<&str> = sections(&all).iter().map(|one| one.meant).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("certificateResolvers", &["certificatesResolvers"]);
        check("entrypoints", &[]);
        check("entryPoint", &["entryPoints"]);
        check("http.middleware", &["middlewares"]);
        check("http.routers", &[]);
        check("x-common", &[]);
    }
}
