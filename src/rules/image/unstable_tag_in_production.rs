//! An unstable build of an image in a deployment.

use crate::collections::IndexMap;
use crate::facts::repository::purpose::FilePurpose;
use crate::facts::storage::datastores::kept;
use crate::facts::tags::{TagMeaning, meaning, pulled};
use crate::finding::{Finding, Subject, rule};
use crate::model::{ImageReference, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::LABELS;
use crate::yaml::edit;

/// Reports each unstable tag once, in projects that are deployed.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.facts.purpose() != FilePurpose::Any || cx.facts.is_of_elsewhere() {
        return;
    }
    let stored = kept(cx.model);
    let mut by_tag: IndexMap<&str, Vec<(&Service, &Spanned<ImageReference>)>> = IndexMap::default();
    for service in cx.model.services.values() {
        let Some(image) = pulled(service) else { continue };
        let is_stored = || stored.iter().any(|one| one.service.name == service.name);
        let is_unstable = match meaning(image) {
            // An env file chooses for its machine; a default is for all.
            TagMeaning::Unstable => is_unreleased(image) && is_written(cx, image),
            // The files of a version before its release are not those of the release.
            TagMeaning::Prerelease => is_stored(),
            _ => false,
        };
        let tag = image.value.tag.as_deref().unwrap_or("");
        // `chrome-beta` runs the beta on purpose.
        let is_meant = service.name.contains(tag);
        if is_unstable && !is_meant && !cx.facts.is_own_image(&image.value.repository) && !is_explained(cx, image) {
            by_tag.entry(tag).or_default().push((service, image));
        }
    }
    for (tag, all) in &by_tag {
        let [(service, image), others @ ..] = all.as_slice() else { continue };
        let message = match meaning(image) {
            TagMeaning::Prerelease => {
                format!(
                    "`{tag}` of `{}` is not a release: the next version may not read the data of `{}`",
                    image.value.repository, service.name
                )
            }
            _ => format!("tag `{tag}` of `{}` is whatever was built last, not a release", image.value.repository),
        };
        let mut finding =
            Finding::new(rule::UNSTABLE_TAG_IN_PRODUCTION, image.place, Subject::service(&service.name), message)
                .help("use the tag of a release; if this one is meant, say why in a comment next to it");
        for (other, image) in others.iter().filter(|(_, other)| other.place != image.place).take(LABELS) {
            finding = finding.label(image.place, format!("also for `{}`", other.name));
        }
        findings.push(finding);
    }
}

/// Whether the tag is in the Compose file, be it as the default of a variable.
fn is_written(cx: &Context<'_>, image: &Spanned<ImageReference>) -> bool {
    edit::written(cx.files, image.place).contains(image.value.tag.as_deref().unwrap_or(""))
}

/// Words that name a stage of development as often as an unreleased build.
const STAGES: [&str; 6] = ["dev", "devel", "develop", "development", "testing", "preview"];

/// Whether a tag is that of unreleased builds: for an image that is not known, `dev` may be the name of an environment.
fn is_unreleased(image: &Spanned<ImageReference>) -> bool {
    let tag = image.value.tag.as_deref().unwrap_or("");
    let is_stage = tag.split(['-', '_']).any(|word| STAGES.contains(&word));
    let is_known = image.value.known.is_some_and(|known| known.exact);
    let is_given = image.parts.iter().any(|part| part.variable.is_some() && part.start == 0);
    let is_local = !image.value.repository.contains(['/', '.']) && image.value.known.is_none();
    (is_known || !is_stage) && !is_given && !is_local
}

/// Whether a comment next to the image is about its version.
fn is_explained(cx: &Context<'_>, image: &Spanned<ImageReference>) -> bool {
    let comment = cx.facts.comments_at(image.place).to_lowercase();
    let tag = image.value.tag.as_deref().unwrap_or("").to_lowercase();
    let about = ["version", "release", "unstable", "stable", "nightly", "tag", "until", "beta", "fix", "comment out"];
    !comment.contains("image:") && (comment.contains(&tag) || about.iter().any(|word| comment.contains(word)))
}
