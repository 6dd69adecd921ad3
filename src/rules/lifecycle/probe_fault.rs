//! What may be wrong with a healthcheck.

use crate::facts::lifecycle::probe::{Probe, ProbeWord};
use crate::facts::place::part_of;
use crate::finding::{Confidence, Fix, Severity};
use crate::model::Service;
use crate::rules::Context;
use crate::source::Place;

/// What is wrong with a healthcheck.
pub(super) struct ProbeFault {
    /// Where.
    pub(super) place: Place,
    /// The kind, for the fingerprint.
    pub(super) kind: &'static str,
    /// What it says.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
    /// How bad it is; `None` where it depends on who waits.
    pub(super) severity: Option<Severity>,
    /// How sure it is.
    pub(super) confidence: Confidence,
    /// Another place.
    pub(super) label: Option<(Place, String)>,
    /// How to repair it.
    pub(super) fix: Option<Fix>,
}

impl ProbeFault {
    /// A fault without which the healthcheck would pass, for sure.
    pub(super) fn new(place: Place, kind: &'static str, message: String, help: String) -> ProbeFault {
        let (severity, label, fix) = (None, None, None);
        ProbeFault { place, kind, message, help, severity, confidence: Confidence::High, label, fix }
    }
}

/// Whether a service waits until this one is healthy.
pub(super) fn is_awaited(cx: &Context<'_>, service: &Service) -> bool {
    cx.model.services.values().any(|other| {
        let entry = other.depends_on.get(&service.name);
        entry.is_some_and(|entry| entry.condition.value == "service_healthy" && entry.required)
    })
}

/// Where a word of a healthcheck is; the whole instruction in a Dockerfile.
pub(super) fn place_of(cx: &Context<'_>, probe: &Probe<'_>, word: &ProbeWord<'_>) -> Place {
    if probe.of_dockerfile {
        return probe.check.key;
    }
    part_of(word.source, word.range.clone(), cx.facts.texts())
}

/// Whether the test is written where a fix may edit it.
pub(super) fn is_editable(probe: &Probe<'_>) -> bool {
    !probe.of_dockerfile && probe.check.test.iter().all(|word| word.via.is_empty())
}
