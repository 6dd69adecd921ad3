//! Migrations that several containers run at once.

use super::order::all_steps;
use crate::facts::lifecycle::jobs::{JobKind, jobs};
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;

/// Reports each service with replicas whose command, or the script that it starts, changes the schema.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let Some(replicas) = service.replicas.as_ref().filter(|replicas| replicas.value > 1) else { continue };
        let steps = all_steps(cx, service);
        let found = steps.iter().find_map(|steps| {
            let job = jobs(steps).into_iter().find(|found| found.job.kind == JobKind::Migration && !found.job.locks)?;
            Some((job.job, steps.place))
        });
        let Some((job, place)) = found else { continue };
        let name = &service.name;
        let message =
            format!("each of the {} containers of `{name}` runs `{}` when it starts", replicas.value, job.name());
        let finding = Finding::new(rule::MIGRATION_WITH_REPLICAS, replicas.place, Subject::service(name), message)
            .help("run the migration in a service of its own, and wait for it with `condition: service_completed_successfully`")
            .label(place, "the migration is run here");
        findings.push(finding);
    }
}
