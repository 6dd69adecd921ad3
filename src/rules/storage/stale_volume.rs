//! A named volume over code: it is filled from the first image, and hides what newer ones bring.

use crate::collections::HashSet;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::for_purpose;

/// Reports the first mount of each such volume.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen: HashSet<&str> = HashSet::default();
    for one in cx.facts.frozen_volumes() {
        if !seen.insert(one.volume) {
            continue;
        }
        let (volume, target) = (one.volume, &one.mount.target.value);
        let message = match &one.file {
            Some(file) => {
                format!("the volume `{volume}` hides newer versions of `{file}`: it is filled from the image only once")
            }
            None => {
                format!("the volume `{volume}` hides newer builds in `{target}`: it is filled from the image only once")
            }
        };
        findings.push(
            Finding::new(rule::STALE_VOLUME, one.mount.place, Subject::service(&one.service.name), message)
                .severity(for_purpose(Severity::Warning, cx.facts.purpose()))
                .evidence(target.clone())
                .help("mount the volume at a directory that holds only data, or copy the files to it at each start"),
        );
    }
}
