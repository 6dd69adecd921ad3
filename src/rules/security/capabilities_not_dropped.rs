//! A container with the capabilities that Docker grants by itself.

use super::hardened::{containers, is_privileged, lacking, needs, plain, starts_as_root};
use crate::finding::{Edit, Finding, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit::{self, Content};

/// Reports services that do not drop all capabilities.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let drops_all = |service: &Service| service.isolation.cap_drop.iter().any(|one| plain(&one.value) == "ALL");
    for service in containers(cx).filter(|service| !is_privileged(service) && !drops_all(service)) {
        let name = &service.name;
        let message = format!("`{name}` has the default capabilities of Docker: `cap_drop` does not list `ALL`");
        let mut finding = lacking(rule::CAPABILITIES_NOT_DROPPED, service, message)
            .help("set `cap_drop: [ALL]`, and list what it needs under `cap_add`");
        let title = "drop all capabilities, except those that the image is known to need";
        finding.fixes.extend(edit::risky(title, dropped(cx, service)));
        findings.push(finding);
    }
}

fn dropped(cx: &Context<'_>, service: &Service) -> Option<Vec<Edit>> {
    let drop = edit::add_to_list(cx.files, service.place, "cap_drop", &Content::text("ALL"));
    let needs = needs(service).filter(|_| starts_as_root(service)).map(|(needs, _)| needs);
    let has = |capability: &&String| {
        service
            .isolation
            .cap_add
            .iter()
            .any(|added| matches!(plain(&added.value).as_str(), "ALL") || plain(&added.value) == **capability)
    };
    let all = needs.into_iter().flat_map(|needs| needs.capabilities.iter().chain(&needs.also));
    let mut missing: Vec<&String> = all.filter(|capability| !has(capability)).collect();
    missing.sort();
    let words = || missing.iter().map(|one| Content::text((*one).clone()));
    if missing.is_empty() {
        return drop;
    }
    if service.isolation.cap_add.is_empty() {
        let list = Content::List(words().collect());
        return edit::all([drop, edit::set_entry(cx.files, service.place, "cap_add", &list)]);
    }
    let adds = words().map(|word| edit::add_to_list(cx.files, service.place, "cap_add", &word));
    edit::all(std::iter::once(drop).chain(adds))
}
