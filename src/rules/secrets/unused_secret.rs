//! A secret at top level that no service is granted.

use crate::facts::secrets::granted::used;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{is_one_file, knows_all_services};

/// Reports each secret that nothing uses.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if !knows_all_services(cx) || !is_one_file(cx) {
        return;
    }
    let used = used(cx.facts);
    for (name, secret) in &cx.model.secrets {
        // What a service reads without a grant is reported there.
        let is_read = |service: &crate::model::Service| {
            crate::facts::secrets::granted::reads(cx.facts, service).iter().any(|read| read.name == *name)
        };
        if used.contains(name) || cx.model.services.values().any(is_read) {
            continue;
        }
        let finding = Finding::new(
            rule::UNUSED_SECRET,
            secret.key,
            Subject::at(["secrets", name.as_str()]),
            format!("no service is granted the secret `{name}`"),
        )
        .severity(Severity::Info)
        .help("add it to the `secrets` of a service, or remove it");
        findings.push(finding);
    }
}
