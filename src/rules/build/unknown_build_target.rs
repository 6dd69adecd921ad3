//! A build target that is not a stage of the Dockerfile.

use crate::collections::IndexMap;
use crate::compose::nearest;
use crate::facts::repository::builds::OutlinedBuild;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};

/// How many stages a help names.
const MOST_NAMES: usize = 8;

/// Reports each target that a Dockerfile lacks once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut missing: IndexMap<(&str, String), Vec<&OutlinedBuild<'_>>> = IndexMap::default();
    for one in cx.facts.outlines() {
        let Some(target) = one.build.target.as_ref().filter(|target| !target.value.is_empty()) else { continue };
        if !one.outline.has_stage(&target.value) && is_plain(one) {
            let context = one.build.context.as_ref().map_or("", |context| context.value.as_str());
            missing.entry((&target.value, format!("{context}/{}", one.dockerfile()))).or_default().push(one);
        }
    }
    for ((target, _), all) in &missing {
        let [first, others @ ..] = all.as_slice() else { continue };
        let Some(place) = &first.build.target else { continue };
        let file = first.dockerfile();
        let name = &first.service.name;
        let message = format!("`{file}` has no stage `{target}`: `{name}` cannot be built");
        let mut finding = Finding::new(rule::UNKNOWN_BUILD_TARGET, place.place, Subject::service(name), message)
            .help(help(first, target));
        if place.is_interpolated() {
            finding = finding.confidence(Confidence::Medium);
        }
        for other in others.iter().filter_map(|other| other.build.target.as_ref()).take(LABELS) {
            if other.place != place.place {
                finding = finding.label(other.place, "also named here");
            }
        }
        findings.push(finding);
    }
}

/// Whether the frontend of Docker reads the file, which knows no other stages than these.
fn is_plain(one: &OutlinedBuild<'_>) -> bool {
    one.outline.syntax.as_ref().is_none_or(|syntax| syntax.contains("docker/dockerfile"))
}

fn help(one: &OutlinedBuild<'_>, target: &str) -> String {
    let names = one.outline.names();
    match (nearest(target, &names), names.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => {
            "remove `target`: the Dockerfile has no named stages; a stage is named with `FROM … AS name`".to_owned()
        }
        (None, names) => {
            let shown = and_list(names.get(..MOST_NAMES).unwrap_or(names));
            let word = if names.len() == 1 { "the only named stage is" } else { "its stages are" };
            format!("name a stage that exists, or add one to the Dockerfile: {word} {shown}")
        }
    }
}
