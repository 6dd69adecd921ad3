//! An image without a digest.

use crate::collections::{HashSet, IndexMap};
use crate::facts::tags::{TagMeaning, meaning, pulled};
use crate::finding::{Finding, Subject, rule};
use crate::model::{ImageReference, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::{LABELS, all_services};
use crate::source::FileId;

/// Reports the images of a file together.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut by_file: IndexMap<FileId, Vec<(&Service, &Spanned<ImageReference>)>> = IndexMap::default();
    let mut seen = HashSet::default();
    for service in all_services(cx) {
        let Some(image) = pulled(service).filter(|image| image.value.digest.is_none()) else { continue };
        // One without a version has rules of its own.
        let has_version = matches!(meaning(image), TagMeaning::Version | TagMeaning::Prerelease);
        if has_version && !image.is_interpolated() && seen.insert(image.place) {
            by_file.entry(image.place.span.file).or_default().push((service, image));
        }
    }
    for all in by_file.values() {
        let [(service, first), others @ ..] = all.as_slice() else { continue };
        let message = match others {
            [] => format!("`{}` is not pinned to a digest", first.value.text),
            _ => format!("{} images are not pinned to a digest", all.len()),
        };
        let mut finding = Finding::new(rule::IMAGE_WITHOUT_DIGEST, first.place, Subject::service(&service.name), message)
            .help("add the digest behind the tag, `name:tag@sha256:…`, which `docker buildx imagetools inspect` shows, and let a bot update both");
        for (other, image) in others.iter().take(LABELS) {
            finding = finding.label(image.place, format!("`{}`", other.name));
        }
        findings.push(finding);
    }
}
