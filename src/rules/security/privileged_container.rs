//! A container that runs privileged.

use super::documented::asks_for;
use super::weight::Entrances;
use crate::collections::HashSet;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::MountKind;
use crate::rules::Context;
use crate::yaml::edit;

/// Reports privileged services whose image does not ask for it, each line once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let entrances = Entrances::default();
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        let Some(privileged) = service.privileged.as_ref().filter(|privileged| privileged.value) else { continue };
        if asks_for(service, "privileged") || !seen.insert(privileged.place) {
            continue;
        }
        let name = &service.name;
        let message = format!("`{name}` runs privileged: whoever breaks into the container controls the host");
        let finding = Finding::new(rule::PRIVILEGED_CONTAINER, privileged.place, Subject::service(name), message).help(
            "remove `privileged: true`, and grant only what is missing then: a device under `devices`, or a capability under \
             `cap_add`",
        );
        let mut finding = entrances.weigh(cx, service, finding);
        // systemd manages the control groups, which it needs for its start.
        if service.mounts.iter().any(|mount| matches!(&mount.kind, MountKind::Bind(path) if path == "/sys/fs/cgroup")) {
            finding = finding.severity(Severity::Info);
        }
        if privileged.via.is_empty() && !privileged.is_interpolated() {
            let title = "remove `privileged: true`: programs that need it no longer work";
            finding.fixes.extend(edit::risky(title, edit::remove(cx.files, privileged.place)));
        }
        findings.push(finding);
    }
}
