//! A variable that moves the data away from the volume mounted for it.

use crate::facts::storage::datastores::{Moved, moved};
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::rules::Context;

/// Reports the variable's value.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for Moved { service, variable, value, mount, exact } in moved(cx.model) {
        let name = &service.name;
        let (path, target) = (&value.value, &mount.target.value);
        let message = format!("`{variable}` moves the data of `{name}` to `{path}`, which is not on a volume");
        findings.push(
            Finding::new(rule::DATA_MOVED_OFF_VOLUME, value.place, Subject::service(name), message)
                .evidence(variable.to_owned())
                .label(mount.place, format!("this mount at `{target}` stays empty"))
                .confidence(if exact { Confidence::High } else { Confidence::Medium })
                .help(format!("mount the volume at `{path}`, or remove `{variable}`")),
        );
    }
}
