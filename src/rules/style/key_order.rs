//! Keys of a service, or sections of a file, in another order than the usual one.

use super::sorted::{SortedEntry, out_of_order};
use crate::collections::HashSet;
use crate::config::options::{NamePattern, options};
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::all_services;
use crate::source::Place;
use crate::yaml::edit;

options! {
    rule::KEY_ORDER {
        /// The keys of a service in their order; other keys may be anywhere
        order: Vec<NamePattern>,
    }
}

/// The sections of a file, as the Compose specification and its examples order them.
const SECTIONS: [&str; 9] =
    ["version", "name", "include", "services", "models", "networks", "volumes", "configs", "secrets"];

/// The keys of a service: what it is, how it runs, what it gets, and how it is reached.
const KEYS: [&str; 34] = [
    "extends",
    "profiles",
    "image",
    "build",
    "platform",
    "pull_policy",
    "container_name",
    "hostname",
    "restart",
    "init",
    "privileged",
    "read_only",
    "user",
    "group_add",
    "working_dir",
    "entrypoint",
    "command",
    "depends_on",
    "env_file",
    "environment",
    "secrets",
    "configs",
    "volumes",
    "tmpfs",
    "devices",
    "ports",
    "expose",
    "network_mode",
    "networks",
    "extra_hosts",
    "healthcheck",
    "labels",
    "logging",
    "deploy",
];

/// Reports each service, and each file, once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let options: Options = cx.settings.options();
    let of_section = |key: &str| SECTIONS.iter().position(|section| *section == key);
    let of_service = |key: &str| match options.order.is_empty() {
        true => KEYS.iter().position(|one| *one == key),
        false => options.order.iter().position(|one| one.matches(key)),
    };
    let mut seen = HashSet::default();
    for service in all_services(cx) {
        let Some(root) = edit::enclosing(cx.files, service.key).and_then(|all| edit::enclosing(cx.files, all)) else {
            continue;
        };
        if seen.insert(root) {
            let entries = ranked(cx, root, of_section);
            findings.extend(out_of_order(cx, rule::KEY_ORDER, Subject::Project, "the sections", &entries));
        }
        if seen.insert(service.key) {
            let entries = ranked(cx, service.key, of_service);
            let what = format!("the keys of `{}`", service.name);
            findings.extend(out_of_order(cx, rule::KEY_ORDER, Subject::service(&service.name), &what, &entries));
        }
    }
}

/// The keys that have a rank, in the order of the file.
fn ranked(cx: &Context<'_>, at: Place, rank: impl Fn(&str) -> Option<usize>) -> Vec<SortedEntry<usize>> {
    let keys = edit::keys(cx.files, at).into_iter();
    keys.filter_map(|(name, place)| Some(SortedEntry { key: rank(&name)?, name, place })).collect()
}
