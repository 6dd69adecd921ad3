//! A Dockerfile that is not in the build context.

use super::absent::report;
use crate::facts::repository::builds::{BuildPart, MissingBuild};
use crate::finding::{Finding, rule};
use crate::rules::Context;

/// Reports each missing Dockerfile once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    report(cx, findings, (rule::MISSING_DOCKERFILE, BuildPart::Dockerfile), words);
}

fn words(missing: &MissingBuild<'_>) -> (String, String) {
    let path = &missing.path;
    let message = format!("`{path}` does not exist: `{}` cannot be built", missing.service.name);
    let help = match &missing.near {
        Some(near) => {
            format!(
                "did you mean `dockerfile: {near}`? The path is relative to the build context, `{}`",
                missing.context
            )
        }
        None => "add the Dockerfile to the repository, or correct `dockerfile`, which is relative to the build context"
            .to_owned(),
    };
    (message, help)
}
