//! A container that can change its own files.

use super::hardened::{containers, is_privileged, lacking, missing_scratch, needs};
use crate::finding::{Edit, Finding, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit::{self, Content};

/// Reports services without `read_only: true`.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let is_read_only = |service: &Service| service.read_only.as_ref().is_some_and(|read_only| read_only.value);
    for service in containers(cx).filter(|service| !is_privileged(service) && !is_read_only(service)) {
        let name = &service.name;
        let message = format!("`{name}` can change its own programs: `read_only` is not set");
        let mut finding = lacking(rule::WRITABLE_ROOT, service, message).help(
            "set `read_only: true`, and mount a volume or a `tmpfs` where it writes; `docker diff` lists these places",
        );
        finding.fixes.extend(edit::risky("make the file system of the container read-only", read_only(cx, service)));
        findings.push(finding);
    }
}

/// Only for images of which it is known where they write.
fn read_only(cx: &Context<'_>, service: &Service) -> Option<Vec<Edit>> {
    let (needs, _) = needs(service).filter(|(needs, _)| !needs.scratch.is_empty())?;
    let read_only = edit::set_entry(cx.files, service.place, "read_only", &Content::Word("true".to_owned()));
    let missing = missing_scratch(cx, service, needs);
    let words = || missing.iter().map(|path| Content::text(*path));
    if missing.is_empty() {
        return read_only;
    }
    if service.mounts.iter().any(|mount| mount.kind == crate::model::MountKind::Tmpfs) {
        let adds = words().map(|word| edit::add_to_list(cx.files, service.place, "tmpfs", &word));
        return edit::all(std::iter::once(read_only).chain(adds));
    }
    let tmpfs = edit::set_entry(cx.files, service.place, "tmpfs", &Content::List(words().collect()));
    edit::all([read_only, tmpfs])
}
