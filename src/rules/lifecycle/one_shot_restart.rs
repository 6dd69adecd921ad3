//! A job that Docker starts again whenever it is done.

use super::order::always_restarts;
use crate::facts::lifecycle::jobs::one_shot;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, is_off};
use crate::yaml::edit;

/// Reports jobs, by who waits for them or by their command.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let restart = service.restart_condition.as_ref().or(service.restart.as_ref());
        let Some(restart) = restart.filter(|_| always_restarts(service) && !is_off(service)) else { continue };
        let awaited = cx.facts.awaited_by(&service.name);
        let job = one_shot(service);
        let name = &service.name;
        let message = match (awaited.first(), job) {
            (Some((first, _)), _) => {
                format!("`{}` waits until `{name}` completes, but `{name}` is restarted whenever it ends", first.name)
            }
            (None, Some(job)) => {
                format!("`{name}` runs `{}` again and again: it is restarted whenever it ends", job.name())
            }
            (None, None) => continue,
        };
        let severity = if awaited.is_empty() { Severity::Warning } else { Severity::Error };
        let mut finding = Finding::new(rule::ONE_SHOT_RESTART, restart.place, Subject::service(name), message)
            .severity(severity)
            .help("restart it only after it failed: `restart: on-failure`");
        for (other, dependency) in awaited.iter().take(LABELS) {
            finding = finding.label(dependency.condition.place, format!("`{}` waits here", other.name));
        }
        let edits = restart.via.is_empty().then(|| edit::replace(cx.files, restart.place, "on-failure")).flatten();
        finding.fixes.extend(edit::safe("restart it only after it failed", edits));
        findings.push(finding);
    }
}
