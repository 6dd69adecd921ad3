//! CPU limits of more than the host has.

use super::host::demands;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::LABELS;

/// Reports each limit that the engine refuses, or else the sum of all once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(cpus) = cx.settings.host.cpus else { return };
    let all = demands(cx, |service| service.cpu_limit.as_ref().map(|limit| (limit.value, limit.place)));
    let before = findings.len();
    for demand in &all {
        let name = &demand.service.name;
        let Some(limit) = demand.service.cpu_limit.as_ref().filter(|limit| limit.value > cpus) else { continue };
        let message = format!(
            "`{name}` may use {} CPUs, but the host has {cpus}: Docker refuses to create the container",
            limit.value
        );
        findings.push(
            Finding::new(rule::CPU_OVERCOMMIT, demand.place, Subject::service(name), message)
                .severity(Severity::Error)
                .help(format!("use at most `{cpus}`, or correct `host.cpus` in plimsoll.yaml")),
        );
    }
    let sum: f64 = all.iter().map(|demand| demand.amount).sum();
    let ([first, others @ ..], true) = (all.as_slice(), sum > cpus && findings.len() == before) else { return };
    let message = format!(
        "the CPU limits add up to {}, but the host has {cpus}: under load the services slow each other down",
        round(sum)
    );
    let mut finding = Finding::new(rule::CPU_OVERCOMMIT, first.place, Subject::Project, message)
        .evidence("sum")
        .help("lower the limits, the largest first, or put services that do not run at the same time into profiles");
    for demand in others.iter().take(LABELS) {
        finding = finding.label(demand.place, format!("`{}` may use {}", demand.service.name, round(demand.amount)));
    }
    findings.push(finding);
}

fn round(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
