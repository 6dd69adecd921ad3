//! Which configurations a program reads, and those that it does not.
//!
//! Sources: docker-library/docs nginx/content.md and nginx/docker-nginx `20-envsubst-on-templates.sh` (templates of
//! `/etc/nginx/templates` go to `/etc/nginx/conf.d`, whose `*.conf` the image's nginx.conf includes); docker-library/docs
//! caddy and haproxy; <https://doc.traefik.io/traefik/getting-started/configuration-overview/>.

use super::files::image_name;
use super::glob;
use super::nginx::NginxConfig;
use super::official::{is_official, is_official_nginx, runs_as_made};
use super::read::{ConfigurationContent, ReadConfiguration};
use super::{ProxyKind, traefik};
use crate::budget::{Limit, Meter};
use crate::collections::HashSet;
use crate::model::{Model, Service};
use crate::source::Place;

/// What is wrong with the place of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misplacement {
    /// The program does not look there.
    Unread,
    /// A whole configuration is where a part of one is read.
    WholeAsPart,
    /// A part is where a whole one is read.
    PartAsWhole,
}

/// A configuration that the program does not read, or not as what it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Misplaced {
    /// The service.
    pub(crate) service: String,
    /// Its path in the container.
    pub(crate) target: String,
    /// The path at which the program would read it.
    pub(crate) wanted: String,
    /// What is wrong.
    pub(crate) what: Misplacement,
    /// What in the Compose file provides it.
    pub(crate) given: Place,
    /// Which program it is.
    pub(crate) kind: ProxyKind,
}

/// Whether a configuration counts: whether the program reads it, as far as that is known.
pub(crate) fn is_read(service: &Service, one: &ReadConfiguration, all: &[ReadConfiguration], meter: Meter<'_>) -> bool {
    match &one.content {
        ConfigurationContent::Nginx(_) => nginx_reads(service, one, all, meter),
        _ => true,
    }
}

/// The configurations of a service that are at a wrong place.
pub(crate) fn misplaced(model: &Model, service: &Service, all: &[ReadConfiguration]) -> Vec<Misplaced> {
    if !is_official(service) || !runs_as_made(service) {
        return Vec::new();
    }
    let image = image_name(service);
    let meter = Meter { budget: &model.budget, at: service.key };
    let mut given: HashSet<Place> = HashSet::default();
    let mut found: Vec<Misplaced> = Vec::new();
    for one in all {
        let judged = match &one.content {
            ConfigurationContent::Nginx(config) if is_official_nginx(service) => {
                nginx(service, one, config, (all, meter))
            }
            ConfigurationContent::Caddy(config) if image == "caddy" && !config.sites.is_empty() => {
                elsewhere(model, service, one, "/etc/caddy/Caddyfile", ProxyKind::Caddy)
            }
            ConfigurationContent::Haproxy(config) if image == "haproxy" && !config.binds.is_empty() => {
                elsewhere(model, service, one, "/usr/local/etc/haproxy/haproxy.cfg", ProxyKind::Haproxy)
            }
            ConfigurationContent::Traefik(settings) if traefik::is_traefik(service) => {
                let is_static = settings.iter().any(|setting| setting.path.starts_with("entrypoints."));
                (is_static && !traefik::is_static_path(&one.target) && !has_options(service)).then(|| {
                    let ending = if one.target.ends_with(".toml") { "toml" } else { "yml" };
                    let wanted = format!("/etc/traefik/traefik.{ending}");
                    judgement(service, one, wanted, Misplacement::Unread, ProxyKind::Traefik)
                })
            }
            _ => None,
        };
        if let Some(judged) = judged
            && given.insert(judged.given)
        {
            found.push(judged);
        }
    }
    found
}

fn judgement(
    service: &Service,
    one: &ReadConfiguration,
    wanted: String,
    what: Misplacement,
    kind: ProxyKind,
) -> Misplaced {
    let (service, target) = (service.name.clone(), one.target.clone());
    Misplaced { service, target, wanted, what, given: one.given, kind }
}

fn has_options(service: &Service) -> bool {
    let words = service.command.iter().flat_map(|command| &command.words);
    words.into_iter().any(|word| word.value.starts_with('-'))
        || service.environment.keys().any(|name| name.to_ascii_uppercase().starts_with("TRAEFIK_"))
}

/// A configuration that is not at the one path that is read, and nothing else is there either.
fn elsewhere(
    model: &Model,
    service: &Service,
    one: &ReadConfiguration,
    wanted: &str,
    kind: ProxyKind,
) -> Option<Misplaced> {
    let covers = |target: &str| wanted == target || wanted.starts_with(&format!("{}/", target.trim_end_matches('/')));
    let mounted = service.mounts.iter().any(|mount| covers(&mount.target.value));
    let granted = service.configs.iter().any(|grant| {
        grant.target.as_ref().is_some_and(|target| covers(&target.value))
            && model.configs.contains_key(&grant.source.value)
    });
    (!mounted && !granted && one.target != wanted)
        .then(|| judgement(service, one, wanted.to_owned(), Misplacement::Unread, kind))
}

/// The place of nginx's main configuration.
const MAIN: &str = "/etc/nginx/nginx.conf";

/// Directories of what nginx serves: a configuration among it is no more than a file.
const SERVED: [&str; 2] = ["/usr/share/nginx/html/", "/var/www/"];

/// What the main configuration of the image includes.
const INCLUDED: &str = "/etc/nginx/conf.d/*.conf";

fn nginx(
    service: &Service,
    one: &ReadConfiguration,
    config: &NginxConfig,
    (all, meter): (&[ReadConfiguration], Meter<'_>),
) -> Option<Misplaced> {
    let path = effective(service, &one.target)?;
    let has = |block: &str| config.outermost.iter().any(|one| one.text == block);
    let whole = has("http") || has("events");
    let judged = |wanted: &str, what| Some(judgement(service, one, wanted.to_owned(), what, ProxyKind::Nginx));
    if path == MAIN {
        return if !whole && has("server") {
            judged("/etc/nginx/conf.d/default.conf", Misplacement::PartAsWhole)
        } else {
            None
        };
    }
    let read = nginx_reads(service, one, all, meter);
    if read && whole && glob::matches(INCLUDED, &path) {
        return judged(MAIN, Misplacement::WholeAsPart);
    }
    let alone = !all.iter().any(|other| is_main(service, other));
    let in_reserve = path.contains("/sites-available/");
    let is_served = SERVED.iter().any(|root| path.starts_with(root));
    if read || is_served || !(has("server") || whole) || in_reserve && !alone {
        return None;
    }
    if whole {
        return judged(MAIN, Misplacement::Unread);
    }
    let name = one.target.rsplit('/').next().unwrap_or("");
    if name.ends_with(".template") {
        return judged(&format!("/etc/nginx/templates/{name}"), Misplacement::Unread);
    }
    let ending = if name.ends_with(".conf") { "" } else { ".conf" };
    judged(&format!("/etc/nginx/conf.d/{name}{ending}"), Misplacement::Unread)
}

/// Where a file ends up: a template is written elsewhere. `None` where settings of the image decide.
fn effective(service: &Service, target: &str) -> Option<String> {
    let variable = |name: &str| service.environment.get(name).and_then(|one| one.value.as_ref());
    if variable("NGINX_ENVSUBST_TEMPLATE_DIR").is_some() || variable("NGINX_ENVSUBST_TEMPLATE_SUFFIX").is_some() {
        return None;
    }
    let Some(template) = target.strip_prefix("/etc/nginx/templates/").and_then(|name| name.strip_suffix(".template"))
    else {
        return Some(target.to_owned());
    };
    let into = variable("NGINX_ENVSUBST_OUTPUT_DIR").map_or("/etc/nginx/conf.d", |value| value.value.as_str());
    Some(glob::from(into, template))
}

fn is_main(service: &Service, one: &ReadConfiguration) -> bool {
    let whole = match &one.content {
        ConfigurationContent::Nginx(config) => {
            config.outermost.iter().any(|block| matches!(block.text.as_str(), "http" | "events"))
        }
        _ => false,
    };
    let path = effective(service, &one.target);
    whole && path.is_some_and(|path| path.ends_with("/nginx.conf") && !path.contains("/conf.d/"))
}

/// Whether nginx reads a file: the main configuration, what it includes, what that includes. Where neither a main
/// configuration nor the image's own is known, it reads all.
fn nginx_reads(service: &Service, one: &ReadConfiguration, all: &[ReadConfiguration], meter: Meter<'_>) -> bool {
    if !meter.spend(Limit::Steps, all.len()) {
        return true;
    }
    let mains: Vec<&ReadConfiguration> = all.iter().filter(|one| is_main(service, one)).collect();
    let (directory, mut patterns) = match mains.as_slice() {
        [main] => {
            let directory = main.target.rsplit_once('/').map_or("/etc/nginx", |(directory, _)| directory);
            let directory = if directory.ends_with("/templates") { "/etc/nginx" } else { directory };
            (directory.to_owned(), includes(main, directory))
        }
        [] if is_official_nginx(service) && runs_as_made(service) => {
            ("/etc/nginx".to_owned(), vec![INCLUDED.to_owned(), MAIN.to_owned()])
        }
        _ => return true,
    };
    if mains.iter().any(|main| std::ptr::eq(*main, one)) {
        return true;
    }
    // What is included may include more.
    const DEEPEST: usize = 4;
    for _ in 0..DEEPEST {
        if !meter.spend(Limit::Steps, patterns.len().saturating_mul(all.len())) {
            return true;
        }
        let is_included = |read: &ReadConfiguration| {
            effective(service, &read.target)
                .is_none_or(|path| patterns.iter().any(|pattern| glob::matches(pattern, &path)))
        };
        if is_included(one) {
            return true;
        }
        let more: Vec<String> =
            all.iter().filter(|other| is_included(other)).flat_map(|other| includes(other, &directory)).collect();
        let before = patterns.len();
        patterns.extend(more);
        patterns.sort();
        patterns.dedup();
        if patterns.len() == before {
            break;
        }
    }
    false
}

fn includes(read: &ReadConfiguration, directory: &str) -> Vec<String> {
    match &read.content {
        ConfigurationContent::Nginx(config) => {
            config.includes.iter().map(|include| glob::from(directory, &include.text)).collect()
        }
        _ => Vec::new(),
    }
}
