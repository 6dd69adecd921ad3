//! A directory that Docker creates as root for a service that runs as another user.

use crate::catalogue::schema::ImageRole;
use crate::collections::IndexMap;
use crate::facts::images::{image_text, known_image};
use crate::facts::storage::owners::RootOwned;
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, for_purpose};

/// Reports each service once, at the first bind.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.facts.is_of_elsewhere() {
        return;
    }
    let all = cx.facts.root_owned_sources();
    let mut all: Vec<_> = all.iter().filter(|one| !is_read(one)).collect();
    // What is worse is said first, and the rest with it.
    all.sort_by_key(|one| is_for_logs(one));
    let mut groups: IndexMap<&str, Vec<&RootOwned<'_>>> = IndexMap::default();
    for one in all {
        groups.entry(one.missing.written.as_str()).or_default().push(one);
    }
    // The directories of a service have one cause.
    let mut seen: IndexMap<&str, usize> = IndexMap::default();
    for (written, group) in groups {
        let Some((first, others)) = group.split_first() else { continue };
        let (service, user) = (first.missing.service, &first.user);
        if let Some(finding) = seen.get(service.name.as_str()).and_then(|at| findings.get_mut(*at)) {
            let message = format!("so is `{written}`");
            finding.labels.push(Label { place: first.missing.mount.place, message: message.into() });
            continue;
        }
        let message = format!(
            "`{written}` is created by Docker as root, but `{}` runs as user `{}` and cannot write to it",
            service.name, user.name
        );
        let place = first.missing.mount.source.as_ref().map_or(first.missing.mount.place, |source| source.place);
        let mut finding = Finding::new(rule::ROOT_OWNED_BIND, place, Subject::service(&service.name), message)
            .severity(match is_for_logs(first) || is_told(&cx.facts.told_at(place)) {
                true => Severity::Info,
                false => for_purpose(Severity::Warning, cx.facts.purpose()),
            })
            .evidence(written.to_owned())
            .help(format!(
                "use a named volume, or document that `{written}` has to be created for user `{}` before the first start",
                user.name
            ));
        finding = match (user.place, &service.image) {
            (Some(place), _) => finding.label(place, "the user is set here"),
            (None, Some(image)) => finding.label(image.place, format!("`{}` runs as this user", image_text(service))),
            (None, None) => finding,
        };
        for other in others.iter().take(LABELS) {
            finding =
                finding.label(other.missing.mount.place, format!("`{}` uses it, too", other.missing.service.name));
        }
        seen.insert(&service.name, findings.len());
        findings.push(finding);
    }
}

/// Names of directories from which programs read what people put there.
const READ: [&str; 9] = [
    "plugins",
    "extensions",
    "themes",
    "templates",
    "certs",
    "ssl",
    "docker-entrypoint-initdb.d",
    "conf.d",
    "migrations",
];

/// Whether a comment says that the directory has to be there.
fn is_told(comment: &str) -> bool {
    ["permission", "chown", "mkdir", "owned by", "must exist", "paths exist"]
        .iter()
        .any(|words| comment.contains(words))
}

fn is_read(one: &RootOwned<'_>) -> bool {
    READ.contains(&last_part(&one.missing.mount.target.value))
}

/// Whether a directory is for the logs of a program that is built here and may write none.
fn is_for_logs(one: &RootOwned<'_>) -> bool {
    let is_log = matches!(last_part(&one.missing.mount.target.value), "logs" | "log");
    let is_known = known_image(one.missing.service).is_some_and(|known| known.image.role != ImageRole::Base);
    is_log && one.missing.service.build.is_some() && !is_known
}

fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or("")
}
