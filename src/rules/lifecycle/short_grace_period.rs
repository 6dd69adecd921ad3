//! A datastore that is killed before it has written its data.

use crate::facts::images::{known_image, runs_server};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::for_purpose;
use crate::yaml::edit;

/// What Docker waits for by default, in nanoseconds.
const DEFAULT: i64 = 10_000_000_000;

/// Reports datastores with less time than Docker's default, and those that are killed at once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let is_store = known_image(service).is_some_and(|known| {
            known.image.holds_data() && known.image.role != crate::catalogue::schema::ImageRole::Cache
        });
        if !is_store || !runs_server(service) {
            continue;
        }
        findings.extend(signal(cx, service));
        findings.extend(period(cx, service));
    }
}

fn signal(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let signal = service.stop.signal.as_ref()?;
    let is_kill = matches!(signal.value.to_ascii_uppercase().as_str(), "SIGKILL" | "KILL" | "9");
    if !is_kill {
        return None;
    }
    let name = &service.name;
    let message = format!("`{name}` is killed when it is stopped, and cannot write what it has in memory");
    let mut finding = Finding::new(rule::SHORT_GRACE_PERIOD, signal.place, Subject::service(name), message)
        .severity(for_purpose(Severity::Warning, cx.facts.purpose()))
        .evidence("stop_signal")
        .help("remove `stop_signal`: the image has one with which the server shuts down");
    let edits = signal.via.is_empty().then(|| edit::remove(cx.files, signal.place)).flatten();
    finding.fixes.extend(edit::safe("use the signal of the image", edits));
    Some(finding)
}

fn period(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let period = service.stop.grace_period.as_ref().filter(|period| period.value < DEFAULT)?;
    let name = &service.name;
    let message = format!("`{name}` is killed after less than 10 seconds, Docker's default, when it is stopped");
    let mut finding = Finding::new(rule::SHORT_GRACE_PERIOD, period.place, Subject::service(name), message)
        .severity(for_purpose(Severity::Warning, cx.facts.purpose()))
        .evidence("stop_grace_period")
        .help("give a datastore time to write its data: `stop_grace_period: 1m`");
    let is_written = period.via.is_empty() && !period.is_interpolated();
    let edits = is_written.then(|| edit::replace(cx.files, period.place, "1m")).flatten();
    finding.fixes.extend(edit::safe("allow one minute", edits));
    Some(finding)
}
