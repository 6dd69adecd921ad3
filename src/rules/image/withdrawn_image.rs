//! An image that its publisher withdrew.

use crate::catalogue::hub_name;
use crate::collections::IndexMap;
use crate::compose::value::Part;
use crate::finding::{Finding, Fix, Subject, rule};
use crate::model::{ImageReference, Service, Spanned, base_image};
use crate::rules::Context;
use crate::rules::support::{LABELS, all_services};
use crate::yaml::edit;

/// Images that cannot be pulled any more.
struct Withdrawal {
    /// A repository, the beginning of several (`bitnami/`), or the end of the name of a registry (`*.bintray.io`).
    names: &'static [&'static str],
    /// Which tags.
    tags: WithdrawnTags,
    /// What happened, with the day.
    what: &'static str,
    /// What goes in the place of what.
    instead: Option<(&'static str, &'static str)>,
    /// What to do.
    help: &'static str,
    /// Who says so.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers"))]
    source: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WithdrawnTags {
    All,
    /// All but `latest`.
    Versions,
    /// No tag, or `latest`.
    Latest,
}

const WITHDRAWALS: [Withdrawal; 4] = [
    Withdrawal {
        names: &["bitnami/kafka", "bitnami/etcd"],
        tags: WithdrawnTags::All,
        what: "Bitnami removed this repository's tags on 2025-09-29",
        instead: Some(("bitnami/", "bitnamilegacy/")),
        help: "its last images are in `bitnamilegacy`, without updates; use an image that is maintained for anything that lasts",
        source: "https://github.com/bitnami/containers/issues/83267, https://github.com/bitnami/containers/issues/86597",
    },
    Withdrawal {
        names: &["bitnami/"],
        tags: WithdrawnTags::Versions,
        what: "Bitnami removed its version tags on 2025-09-29",
        instead: Some(("bitnami/", "bitnamilegacy/")),
        help: "the tags are in `bitnamilegacy` now, without updates; use an image that is maintained for anything that lasts",
        source: "https://github.com/bitnami/containers/issues/83267",
    },
    Withdrawal {
        names: &["jitsi/web", "jitsi/prosody", "jitsi/jicofo", "jitsi/jvb", "jitsi/jigasi", "jitsi/jibri"],
        tags: WithdrawnTags::Latest,
        what: "Jitsi removed the tag `latest` in February 2023",
        instead: None,
        help: "use the tag of a release, and the same one for all of Jitsi's services",
        source: "https://github.com/jitsi/docker-jitsi-meet/issues/1476",
    },
    Withdrawal {
        names: &["*.bintray.io"],
        tags: WithdrawnTags::All,
        what: "Bintray was shut down on 2021-05-01",
        instead: None,
        help: "use the registry that the publisher moved to",
        source: "https://jfrog.com/blog/into-the-sunset-bintray-jcenter-gocenter-and-chartcenter/",
    },
];

/// Reports each withdrawn image once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut found: IndexMap<&str, Vec<(&Service, &Spanned<ImageReference>)>> = IndexMap::default();
    for service in all_services(cx) {
        // What a variable leaves blank is not `latest`.
        let Some(image) = base_image(service).filter(|image| !image.parts.iter().any(Part::is_blank)) else { continue };
        found.entry(image.value.text.as_str()).or_default().push((service, image));
    }
    for (text, all) in &found {
        let [(service, image), others @ ..] = all.as_slice() else { continue };
        let Some(withdrawal) = WITHDRAWALS.iter().find(|one| one.covers(&image.value)) else { continue };
        let message = format!("`{text}` can no longer be pulled: {}", withdrawal.what);
        let mut finding = Finding::new(rule::WITHDRAWN_IMAGE, image.place, Subject::service(&service.name), message)
            .evidence(image.value.repository.clone())
            .help(withdrawal.help);
        finding.fixes.extend(fix(cx, withdrawal, image).filter(|_| service.build.is_none()));
        for (other, also) in others.iter().filter(|(_, also)| also.place != image.place).take(LABELS) {
            finding = finding.label(also.place, format!("also for `{}`", other.name));
        }
        findings.push(finding);
    }
}

impl Withdrawal {
    fn covers(&self, image: &ImageReference) -> bool {
        let name = hub_name(&image.repository);
        let is_named = self.names.iter().any(|known| match known.strip_prefix('*') {
            Some(end) => name.split('/').next().is_some_and(|host| host.ends_with(end)),
            None if known.ends_with('/') => name.starts_with(known),
            None => name == *known,
        });
        let is_latest = image.tag.as_deref().is_none_or(|tag| tag == "latest");
        let is_tag = match self.tags {
            WithdrawnTags::All => true,
            WithdrawnTags::Versions => {
                !is_latest
                    && image.tag.as_deref().is_some_and(|tag| tag.contains(|letter: char| letter.is_ascii_digit()))
            }
            WithdrawnTags::Latest => is_latest,
        };
        is_named && is_tag && image.digest.is_none()
    }
}

/// Shows the name that the image has now.
fn fix(cx: &Context<'_>, withdrawal: &Withdrawal, image: &Spanned<ImageReference>) -> Option<Fix> {
    let (old, new) = withdrawal.instead?;
    if !image.via.is_empty() || image.is_interpolated() || image.value.tag.is_none() {
        return None;
    }
    let text = image.value.text.replacen(old, new, 1);
    edit::shown(format!("pull `{text}`, which gets no updates"), edit::replace(cx.files, image.place, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_withdrawn() {
        assert!(WITHDRAWALS.iter().all(|one| one.source.starts_with("https://")));
        let check = |text: &str, expect: bool| {
            let image = ImageReference::parse(text);
            assert_eq!(WITHDRAWALS.iter().any(|one| one.covers(&image)), expect, "{text}");
        };
        check("bitnami/kafka:3.9.0", true);
        check("docker.io/bitnami/kafka", true);
        check("bitnami/redis:7.2", true);
        check("bitnami/redis", false);
        check("bitnami/redis:latest", false);
        check("bitnamilegacy/redis:7.2", false);
        check("registry.example.com/bitnami/redis:7.2", false);
        check("jitsi/web", true);
        check("jitsi/web:stable-8044", false);
        check("jfrog-docker-reg2.bintray.io/jfrog/artifactory-oss:6.0", true);
    }
}
