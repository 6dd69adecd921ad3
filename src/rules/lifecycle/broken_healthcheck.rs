//! A healthcheck that can never pass, or that says nothing.

use super::probe_fault::{ProbeFault, is_awaited};
use super::{probe_address, probe_form, probe_login, probe_needs};
use crate::facts::lifecycle::probe::{Probe, probe};
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, is_off};
use crate::source::Place;

/// Reports at most one fault of each healthcheck: the first that keeps it from passing.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut reported: Vec<(Place, &'static str, usize)> = Vec::new();
    for service in cx.model.services.values() {
        if is_off(service) || service.provider.is_some() || cx.project.unresolved.contains(&service.name) {
            continue;
        }
        let of_image = || probe_address::of_image(service).filter(|_| !cx.fragment);
        let found = match probe(service) {
            Some(probe) => fault(cx, service, &probe),
            None => of_image(),
        };
        let Some(fault) = found else { continue };
        let known = reported.iter().find(|(place, kind, _)| *place == fault.place && *kind == fault.kind);
        // Through an anchor or a Dockerfile, several services have one healthcheck.
        if let Some(finding) = known.and_then(|(_, _, at)| findings.get_mut(*at)) {
            if finding.labels.len() < LABELS {
                finding
                    .labels
                    .push(Label { place: service.key, message: format!("`{}` has it, too", service.name).into() });
            }
            continue;
        }
        reported.push((fault.place, fault.kind, findings.len()));
        findings.push(finding(cx, service, fault));
    }
}

fn fault(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    let form = probe_form::fault(cx, service, probe);
    if form.is_some() || cx.fragment {
        return form;
    }
    probe_form::background(service, probe)
        .or_else(|| probe_needs::program(cx, service, probe))
        .or_else(|| probe_needs::variable(cx, service, probe))
        .or_else(|| probe_address::port(cx, service, probe))
        .or_else(|| probe_address::family(cx, service, probe))
        .or_else(|| probe_login::password(cx, service, probe))
        .or_else(|| probe_login::socket(cx, service, probe))
        .or_else(|| probe_form::constant(service, probe))
}

fn finding(cx: &Context<'_>, service: &Service, fault: ProbeFault) -> Finding {
    let severity = fault.severity.unwrap_or(if is_awaited(cx, service) { Severity::Error } else { Severity::Warning });
    let mut finding =
        Finding::new(rule::BROKEN_HEALTHCHECK, fault.place, Subject::service(&service.name), fault.message)
            .severity(severity)
            .confidence(fault.confidence)
            .evidence(fault.kind.to_owned())
            .help(fault.help);
    if let Some((place, message)) = fault.label {
        finding = finding.label(place, message);
    }
    finding.fixes.extend(fault.fix);
    finding
}
