//! A container whose output is thrown away.

use super::hardened::containers;
use crate::collections::HashSet;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports services with the logging driver `none`.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in containers(cx) {
        let Some(logging) = &service.logging else { continue };
        let Some(driver) = logging.driver.as_ref().filter(|driver| driver.value == "none") else { continue };
        if !seen.insert(driver.place) {
            continue;
        }
        let name = &service.name;
        let message = format!("the output of `{name}` is thrown away: its logging driver is `none`");
        let mut finding = Finding::new(rule::LOGGING_DISABLED, driver.place, Subject::service(name), message)
            .help("remove `logging`, or use the driver `local`, which limits the size of the logs by itself");
        if driver.via.is_empty() && !driver.is_interpolated() && logging.options.is_empty() {
            let edits = edit::replace(cx.files, driver.place, "local");
            finding.fixes.extend(edit::risky("keep the output, at most 100 MB of it", edits));
        }
        findings.push(finding);
    }
}
