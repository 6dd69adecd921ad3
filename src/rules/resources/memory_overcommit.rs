//! Memory limits that add up to more than the host has.

use super::host::demands;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::LABELS;

/// Reports the sum once, at the largest limit.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(memory) = cx.settings.host.memory else { return };
    let all = demands(cx, |service| service.memory_limit.as_ref().map(|limit| (limit.value as f64, limit.place)));
    let sum: f64 = all.iter().map(|demand| demand.amount).sum();
    let ([first, others @ ..], true) = (all.as_slice(), sum > memory as f64) else { return };
    let message = format!(
        "the memory limits add up to {}, but the host has {}: the kernel kills processes once the services use them",
        in_gibibytes(sum),
        in_gibibytes(memory as f64)
    );
    let mut finding = Finding::new(rule::MEMORY_OVERCOMMIT, first.place, Subject::Project, message)
        .help("lower the limits, the largest first, or put services that do not run at the same time into profiles");
    for demand in others.iter().take(LABELS) {
        finding =
            finding.label(demand.place, format!("`{}` may take {}", demand.service.name, in_gibibytes(demand.amount)));
    }
    findings.push(finding);
}

fn in_gibibytes(bytes: f64) -> String {
    format!("{} GiB", (bytes / f64::from(1 << 30) * 10.0).round() / 10.0)
}
