//! Container names that do not follow the convention.

use crate::collections::HashSet;
use crate::config::options::{NamePattern, options};
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::all_services;

options! {
    rule::CONTAINER_NAME_PATTERN {
        /// Names that containers may have; `*` matches any characters
        names: Vec<NamePattern>,
    }
}

/// Reports names that match none of the configured patterns; without any, those with other characters than lower-case
/// letters, digits, hyphens and dots.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let options: Options = cx.settings.options();
    let mut seen = HashSet::default();
    for service in all_services(cx) {
        let Some(name) = service.container_name.as_ref().filter(|name| !name.is_interpolated()) else { continue };
        let is_usual = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter);
        let fits = match options.names.is_empty() {
            true => name.value.chars().all(is_usual),
            false => options.names.iter().any(|pattern| pattern.matches(&name.value)),
        };
        if fits || !seen.insert(name.place) {
            continue;
        }
        let (message, help) = if options.names.is_empty() {
            (
                format!(
                    "the container name `{}` has characters other than lower-case letters, digits and hyphens",
                    name.value
                ),
                "use lower-case words with hyphens, as in host names".to_owned(),
            )
        } else {
            (
                format!("the container name `{}` does not match the names that are configured", name.value),
                "choose a name that matches `names` of `container-name-pattern` in plimsoll.yaml".to_owned(),
            )
        };
        findings.push(
            Finding::new(rule::CONTAINER_NAME_PATTERN, name.place, Subject::service(&service.name), message).help(help),
        );
    }
}
