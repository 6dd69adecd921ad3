//! A program that works through Docker's API and is too old for the API of current engines.

use crate::catalogue::hub_name;
use crate::catalogue::tag::Version;
use crate::facts::images::launch;
use crate::facts::tags::pulled;
use crate::finding::{Finding, Subject, rule};
use crate::model::{ImageReference, Service};
use crate::rules::Context;
use crate::rules::support::all_services;

/// A program that asks for an old version of the API, up to a release.
struct OldClient {
    repositories: &'static [&'static str],
    name: &'static str,
    /// The first release of each line that does not, the newest line first: later lines do not, earlier ones do.
    fixed: &'static [[u32; 3]],
    /// What it does without the API.
    without: &'static str,
    help: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers"))]
    source: &'static str,
}

const OLD_CLIENTS: [OldClient; 2] = [
    OldClient {
        repositories: &["traefik"],
        name: "Traefik",
        fixed: &[[3, 6, 1], [2, 11, 31]],
        without: "it finds no containers",
        help: "use 3.6.1 or later, or 2.11.31 or later of version 2, as in `traefik:v3.6`",
        source: "https://github.com/traefik/traefik/issues/12253, https://github.com/traefik/traefik/pull/12256",
    },
    OldClient {
        repositories: &["portainer/portainer-ce", "portainer/portainer-ee", "portainer/agent"],
        name: "Portainer",
        fixed: &[[2, 36, 0], [2, 33, 5]],
        without: "it cannot load its environment",
        help: "use 2.36.0 or later, or 2.33.5 or later of the long-term version 2.33",
        source: "https://github.com/portainer/portainer/issues/12934",
    },
];

/// Reports each such service that connects to the engine.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in all_services(cx) {
        let Some(image) = pulled(service).filter(|_| uses_engine(service)) else { continue };
        let Some(client) = OLD_CLIENTS.iter().find(|client| client.is_too_old(&image.value)) else { continue };
        if findings.iter().any(|finding| finding.rule == rule::OLD_PROXY_FOR_ENGINE && finding.place == image.place) {
            continue;
        }
        let message = format!(
            "`{}` is too old for Docker Engine 29 and later, whose oldest API version is 1.44: {}",
            image.value.text, client.without
        );
        findings.push(
            Finding::new(rule::OLD_PROXY_FOR_ENGINE, image.place, Subject::service(&service.name), message)
                .evidence(client.name)
                .help(client.help),
        );
    }
}

/// Whether a service looks for the engine: its socket is mounted, or its settings name it.
fn uses_engine(service: &Service) -> bool {
    let is_negotiated = service.environment.contains_key("DOCKER_API_VERSION");
    let is_mounted = service.mounts.iter().any(|mount| mount.target.value.ends_with("docker.sock"));
    let is_named = |word: &str| {
        let lower = word.to_ascii_lowercase();
        lower.contains("providers.docker") || lower.contains("--docker") || lower.contains("providers_docker")
    };
    let by_word = || launch(service).iter().any(|word| is_named(&word.value));
    !is_negotiated && (is_mounted || by_word() || service.environment.keys().any(|name| is_named(name)))
}

impl OldClient {
    fn is_too_old(&self, image: &ImageReference) -> bool {
        let is_named = self.repositories.contains(&hub_name(&image.repository));
        let tag = image.tag.as_deref().filter(|_| is_named && image.digest.is_none());
        let Version::Numbers(numbers) = Version::from_tag(tag, None) else { return false };
        // What a tag leaves out is the newest.
        let part = |at: usize| numbers.get(at).copied().unwrap_or(u32::MAX);
        let version = [part(0), part(1), part(2)];
        // The newest line of what the tag says; a line that was mended from some release on; an older one.
        let newest = self.fixed.first().is_none_or(|first| version >= *first);
        let mended = self.fixed.iter().any(|fixed| {
            let is_line = fixed.iter().zip(version).take(2).all(|(fixed, own)| *fixed == own || own == u32::MAX);
            is_line && version >= *fixed
        });
        !newest && !mended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_has_a_source() {
        assert!(OLD_CLIENTS.iter().all(|client| client.source.starts_with("https://")));
    }

    #[test]
    fn tags_of_mended_lines_are_new_enough() {
        let check = |client: usize, name: &str, all: &[&str], expect: bool| {
            for tag in all {
                let image = ImageReference::parse(&format!("{name}:{tag}"));
                assert_eq!(OLD_CLIENTS[client].is_too_old(&image), expect, "{tag}");
            }
        };
        check(0, "traefik", &["v3.6.0", "v3.5", "3.1.2", "v2.10", "2.11.30", "1.7", "v2.11.0-alpine"], true);
        check(
            0,
            "docker.io/traefik",
            &["v3", "3.6", "v3.6.1", "v3.7.0", "4", "v2", "2.11", "v2.11.31", "latest"],
            false,
        );
        check(1, "portainer/portainer-ce", &["2.33.4", "2.21.5-alpine", "2.35.0", "1.24"], true);
        check(1, "portainer/portainer-ce", &["2.33.5", "2.36.0", "2", "2.33", "lts", "alpine"], false);
    }
}
