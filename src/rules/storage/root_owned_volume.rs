//! A named volume that Docker creates as root for a service that runs as another user.

use crate::collections::IndexMap;
use crate::facts::storage::volume_owners::RootOwnedVolume;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, for_purpose};

/// Reports each service once, at the first volume.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment || cx.facts.is_of_elsewhere() {
        return;
    }
    let all = cx.facts.root_owned_volumes();
    let mut groups: IndexMap<&str, Vec<&RootOwnedVolume<'_>>> = IndexMap::default();
    for one in &all {
        groups.entry(one.service.name.as_str()).or_default().push(one);
    }
    for (name, group) in groups {
        let Some((first, others)) = group.split_first() else { continue };
        let (target, user) = (&first.mount.target.value, first.user.name);
        let message = format!(
            "the volume at `{target}` belongs to root, as the image of `{name}` has no such directory, but `{name}` runs as user `{user}` and cannot write to it"
        );
        let help = format!(
            "create the directory in the Dockerfile before `USER`: `RUN mkdir -p {target} && chown {user} {target}`"
        );
        let mut finding = Finding::new(rule::ROOT_OWNED_VOLUME, first.mount.place, Subject::service(name), message)
            .severity(for_purpose(Severity::Warning, cx.facts.purpose()))
            .evidence(target.clone())
            .help(help);
        if let Some(place) = first.user.place {
            finding = finding.label(place, "the user is set here");
        }
        for other in others.iter().take(LABELS) {
            finding = finding.label(other.mount.place, format!("so does the one at `{}`", other.mount.target.value));
        }
        findings.push(finding);
    }
}
