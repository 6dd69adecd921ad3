//! A file that is mounted over a directory of the image, or a directory over a file: the container does not start.

use crate::facts::images::image_text;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;

/// Reports the target of the mount.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for one in cx.facts.mismatched_binds() {
        let (name, target, source) = (&one.service.name, &one.mount.target.value, &one.source);
        let file = source.rsplit('/').next().unwrap_or(source);
        let image = match image_text(one.service) {
            "" => format!("the image of `{name}`"),
            image => format!("`{image}`"),
        };
        let (message, help) = if one.is_file {
            let path = format!("{}/{file}", target.trim_end_matches('/'));
            (
                format!("`{source}` is a file, but `{target}` is a directory in {image}: `{name}` does not start"),
                format!("mount it at `{path}`"),
            )
        } else {
            (
                format!("`{source}` is a directory, but `{target}` is a file in {image}: `{name}` does not start"),
                format!("mount a file of `{source}`, or the directory at another path"),
            )
        };
        findings.push(
            Finding::new(rule::FILE_OVER_DIRECTORY, one.mount.target.place, Subject::service(name), message)
                .evidence(target.clone())
                .help(help),
        );
    }
}
