//! A build context that does not exist.

use super::absent::report;
use crate::facts::repository::builds::{BuildPart, MissingBuild};
use crate::finding::{Finding, rule};
use crate::rules::Context;

/// Reports each missing context once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    report(cx, findings, (rule::MISSING_BUILD_CONTEXT, BuildPart::Context), words);
}

fn words(missing: &MissingBuild<'_>) -> (String, String) {
    let (name, path) = (&missing.service.name, &missing.path);
    let (message, help) = match (&missing.elsewhere, &missing.near) {
        (Some(elsewhere), _) => (
            format!("build context `{path}` of `{name}` does not exist, but `{}` does", elsewhere.path),
            format!(
                "use `{}`, or combine this file with one in `{}`, or pass `--project-directory {}`: paths are relative to the directory of the first Compose file",
                elsewhere.path, elsewhere.directory, elsewhere.directory
            ),
        ),
        (None, Some(near)) => (cannot(name, path), format!("did you mean `{near}`?")),
        (None, None) => (
            cannot(name, path),
            "add the directory to the repository, correct the path, or document how to get it".to_owned(),
        ),
    };
    (message, help)
}

fn cannot(name: &str, path: &str) -> String {
    format!("build context `{path}` does not exist: `{name}` cannot be built")
}
