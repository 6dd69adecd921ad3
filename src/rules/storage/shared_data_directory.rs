//! Two database servers on one data directory.

use crate::collections::IndexMap;
use crate::facts::storage::datastores::{StoredServer, kept};
use crate::facts::storage::jobs;
use crate::facts::storage::sqlite_files::identity;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::rules::support::{and_list, for_purpose};
use crate::source::Place;

/// Reports the second server's mount, and the mount of a server with replicas.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let jobs = jobs(cx.model);
    let mut shared: IndexMap<(String, String), Vec<StoredServer<'_>>> = IndexMap::default();
    for one in kept(cx.model) {
        if one.mount.read_only || jobs.contains(one.service.name.as_str()) {
            continue;
        }
        if let Some(replicas) = one.service.replicas.as_ref().filter(|replicas| replicas.value > 1) {
            let message = format!("{} replicas of `{}` share one data directory", replicas.value, one.service.name);
            findings.push(finding(cx, &one, message).label(replicas.place, "the replicas"));
        }
        if let Some(place) = identity(cx.model, one.mount, &one.path) {
            shared.entry(place).or_default().push(one);
        }
    }
    for servers in shared.values() {
        let [first, second, ..] = servers.as_slice() else { continue };
        if exclude_each_other(cx, first.service, second.service) {
            continue;
        }
        let names: Vec<&str> = servers.iter().map(|one| one.service.name.as_str()).collect();
        let message = format!("database servers {} share one data directory", and_list(&names));
        findings.push(
            finding(cx, second, message)
                .label(first.mount.place, format!("`{}` stores its data here", first.service.name)),
        );
    }
}

/// Whether two services ask for one port of the host: only one of them runs, whichever is chosen.
fn exclude_each_other(cx: &Context<'_>, one: &Service, other: &Service) -> bool {
    // A variable that has no value here leaves nothing of itself in the port.
    let variables = |port: &Port| -> Vec<&str> {
        let (file, start, end) = (port.place.span.file, port.place.span.start, port.place.span.end);
        let inside = |place: Place| place.span.file == file && (start..end).contains(&place.span.start);
        let references = cx.project.references.iter().filter(|reference| inside(reference.place));
        references.map(|reference| reference.name.as_str()).collect()
    };
    one.ports.iter().any(|first| {
        let named = variables(first);
        other.ports.iter().any(|second| {
            let number =
                first.published.is_some() && first.published == second.published && first.host_ip == second.host_ip;
            number || variables(second).iter().any(|name| named.contains(name))
        })
    })
}

fn finding(cx: &Context<'_>, one: &StoredServer<'_>, message: String) -> Finding {
    let severity = for_purpose(Severity::Error, cx.facts.purpose());
    let name = &one.service.name;
    Finding::new(rule::SHARED_DATA_DIRECTORY, one.mount.place, Subject::service(name), message).severity(severity)
        .evidence(one.path.clone())
        .help("give each server its own volume: two servers that write to the same directory corrupt it, or the second does not start")
}
