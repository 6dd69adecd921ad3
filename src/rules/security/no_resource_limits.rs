//! A container that may use all of the host's memory and processors.

use super::hardened::{containers, lacking};
use crate::finding::{Finding, rule};
use crate::rules::Context;

/// Reports services without a limit for memory, for processors, or both; 0 is none.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in containers(cx) {
        let memory = service.memory_limit.as_ref().is_some_and(|limit| limit.value > 0);
        let cpus = service.cpu_limit.as_ref().is_some_and(|limit| limit.value > 0.0) || has_quota(cx, &service.name);
        let (message, help) = match (memory, cpus) {
            (true, true) => continue,
            (false, true) => ("memory", "set `mem_limit`"),
            (true, false) => ("processors", "set `cpus`"),
            (false, false) => ("memory and processors", "set `mem_limit` and `cpus`"),
        };
        let name = &service.name;
        let message = format!("`{name}` has no limit for {message}");
        findings.push(
            lacking(rule::NO_RESOURCE_LIMITS, service, message).help(format!(
                "{help}, or `deploy.resources.limits`, to twice of what `docker stats` shows under load"
            )),
        );
    }
}

/// `cpu_quota` limits processors, too.
fn has_quota(cx: &Context<'_>, service: &str) -> bool {
    let services = cx.project.root.get("services");
    let quota = services.and_then(|all| all.get(service)).and_then(|service| service.get("cpu_quota"));
    quota.is_some_and(|quota| !quota.is_null())
}
