//! A hardened container in which its image does not start.

use std::collections::BTreeSet;

use super::hardened::{missing_scratch, needs, plain, starts_as_root};
use crate::catalogue::schema::Hardening;
use crate::collections::HashSet;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;
use crate::rules::support::and_list;
use crate::yaml::edit::{self, Content};

/// Reports read-only roots without the directories that the image writes to, and dropped capabilities that it needs.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        let Some((needs, exact)) = needs(service) else { continue };
        let found = [without_scratch(cx, service, needs), without_capabilities(cx, service, needs)];
        for finding in found.into_iter().flatten().filter(|finding| seen.insert(finding.place)) {
            findings.push(if exact { finding } else { finding.confidence(Confidence::Medium) });
        }
    }
}

fn without_scratch(cx: &Context<'_>, service: &Service, needs: &Hardening) -> Option<Finding> {
    let read_only = service.read_only.as_ref().filter(|read_only| read_only.value)?;
    let missing = missing_scratch(cx, service, needs);
    if missing.is_empty() {
        return None;
    }
    let name = &service.name;
    let message =
        format!("`{name}` does not start: its file system is read-only, and it writes to {}", and_list(&missing));
    let entries = format!("`tmpfs: [{}]`", missing.join(", "));
    let mut finding = Finding::new(rule::HARDENING_THAT_BREAKS, read_only.place, Subject::service(name), message)
        .evidence("read_only")
        .help(format!("keep what it writes there in memory: {entries}"));
    let edits = missing.iter().map(|path| edit::add_to_list(cx.files, service.place, "tmpfs", &Content::text(*path)));
    // Several items at one place need a list that is there.
    let edits = match missing.as_slice() {
        [_] => edit::all(edits),
        _ if service.mounts.iter().any(|mount| mount.options.is_some()) => None,
        all => {
            let list = Content::List(all.iter().map(|path| Content::text(*path)).collect());
            edit::set_entry(cx.files, service.place, "tmpfs", &list)
        }
    };
    finding.fixes.extend(edit::risky("keep what it writes there in memory", edits));
    Some(finding)
}

fn without_capabilities(cx: &Context<'_>, service: &Service, needs: &Hardening) -> Option<Finding> {
    if !starts_as_root(service) {
        return None;
    }
    let added: BTreeSet<String> = service.isolation.cap_add.iter().map(|added| plain(&added.value)).collect();
    let dropped = |capability: &str| {
        let drops =
            |one: &&Spanned<String>| matches!(plain(&one.value).as_str(), "ALL") || plain(&one.value) == capability;
        service.isolation.cap_drop.iter().find(drops)
    };
    let lacks = |capability: &&String| !added.contains(capability.as_str()) && !added.contains("ALL");
    let missing: Vec<&String> = needs.capabilities.iter().filter(lacks).filter(|one| dropped(one).is_some()).collect();
    let place = dropped(missing.first()?)?;
    let all: Vec<&String> = needs.capabilities.iter().chain(&needs.also).filter(lacks).collect();
    let name = &service.name;
    let why = needs.why.as_deref().unwrap_or("it needs them to start");
    let message =
        format!("`{name}` does not start without the {} {}: {why}", capability_word(&missing), and_list(&missing));
    let mut finding = Finding::new(rule::HARDENING_THAT_BREAKS, place.place, Subject::service(name), message)
        .evidence("cap_drop")
        .help(format!("add {} under `cap_add`", and_list(&all)));
    if place.via.is_empty() && service.isolation.cap_add.is_empty() {
        let mut sorted = all.clone();
        sorted.sort();
        let list = Content::List(sorted.into_iter().map(|one| Content::text(one.clone())).collect());
        let edits = edit::set_entry(cx.files, service.place, "cap_add", &list);
        finding.fixes.extend(edit::risky("add the capabilities that it starts with", edits));
    }
    Some(finding)
}

fn capability_word(all: &[&String]) -> &'static str {
    if all.len() == 1 { "capability" } else { "capabilities" }
}
