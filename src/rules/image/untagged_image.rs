//! An image without a tag.

use super::moving::{MovingWords, report};
use crate::facts::tags::TagMeaning;
use crate::finding::{Finding, rule};
use crate::rules::Context;

/// Reports the images of a file together, and each datastore whose data outlives a pull.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let words = MovingWords {
        rule: rule::UNTAGGED_IMAGE,
        meaning: TagMeaning::Absent,
        of_data: |image| format!("`{}` has no tag", image.text),
        of_one: |image| format!("`{}` has no tag, which means `latest`", image.text),
        of_several: |count| format!("{count} images have no tag, which means `latest`"),
    };
    report(cx, findings, &words);
}
