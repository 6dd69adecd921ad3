//! An image with a tag that moves.

use super::moving::{MovingWords, report};
use crate::facts::tags::TagMeaning;
use crate::finding::{Finding, rule};
use crate::model::ImageReference;
use crate::rules::Context;

/// Reports the images of a file together, and each datastore whose data outlives a pull.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let words = MovingWords {
        rule: rule::MUTABLE_TAG,
        meaning: TagMeaning::Moving,
        of_data: |image| format!("tag `{}` moves", tag(image)),
        of_one: |image| format!("tag `{}` of `{}` moves from version to version", tag(image), image.repository),
        of_several: |count| format!("{count} images have a tag that moves from version to version"),
    };
    report(cx, findings, &words);
}

fn tag(image: &ImageReference) -> &str {
    image.tag.as_deref().unwrap_or("latest")
}
