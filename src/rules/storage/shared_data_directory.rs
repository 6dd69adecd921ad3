//! Two database servers on one data directory.

use indexmap::IndexMap;

use super::sqlite_shared::jobs;
use crate::facts::datastores::{Kept, kept};
use crate::facts::sqlite_files::identity;
use crate::finding::{Finding, Severity};
use crate::rules::Context;
use crate::rules::support::and_list;

/// Reports the second server's mount, and the mount of a server with replicas.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let jobs = jobs(cx.model);
    let mut shared: IndexMap<(String, String), Vec<Kept<'_>>> = IndexMap::new();
    for one in kept(cx.model) {
        if one.mount.read_only || jobs.contains(one.service.name.as_str()) {
            continue;
        }
        if let Some(replicas) = one.service.replicas.as_ref().filter(|replicas| replicas.value > 1) {
            let message =
                format!("{} replicas of `{}` keep their data in one directory", replicas.value, one.service.name);
            findings.push(finding(&one, message).label(replicas.place, "the replicas"));
        }
        if let Some(place) = identity(cx.model, one.mount, &one.path) {
            shared.entry(place).or_default().push(one);
        }
    }
    for servers in shared.values() {
        let [first, second, ..] = servers.as_slice() else { continue };
        let names: Vec<&str> = servers.iter().map(|one| one.service.name.as_str()).collect();
        let message = format!("the database servers {} keep their data in one directory", and_list(&names));
        findings.push(
            finding(second, message).label(first.mount.place, format!("`{}` keeps them there", first.service.name)),
        );
    }
}

fn finding(one: &Kept<'_>, message: String) -> Finding {
    let name = &one.service.name;
    Finding::new("shared-data-directory", Severity::Error, one.mount.place, format!("services.{name}"), message)
        .evidence(one.path.clone())
        .help("give each server a volume of its own: two that write to one directory destroy it, or the second does not start")
}
