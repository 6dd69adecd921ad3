//! Findings that rest on a value which nothing in the checkout settles: that of an example, or a default where an env file
//! is expected that may say something else.

use crate::compose::load::environment::VariableState;
use crate::compose::{Project, Reference};
use crate::finding::{Confidence, Finding};
use crate::source::{Place, SourceDb, Span};
use crate::text::template::SubstitutionOutcome;

/// Makes findings less sure that point at an assumed value, or at a service whose image is one.
pub(super) fn lower_confidence(findings: &mut [Finding], project: &Project, sources: &SourceDb) {
    let outside = &project.environment.outside;
    let of_services = || project.env_files.iter().filter_map(|listed| Some(listed.example.as_ref()?.file));
    if outside.absent.is_empty() && of_services().next().is_none() {
        return;
    }
    let assumed: Vec<&Reference> = project.references.iter().filter(|one| is_assumed(one)).collect();
    let is_example = |place: &Place| {
        let file = place.span.file;
        outside.examples.iter().any(|one| **one == *sources.path(file)) || of_services().any(|one| one == file)
    };
    let rests = |finding: &Finding, place: &Place| {
        is_example(place) || assumed.iter().any(|one| overlap(one.place.span, place.span) || is_image_of(one, finding))
    };
    for finding in findings.iter_mut().filter(|finding| finding.confidence == Confidence::High) {
        let labels = finding.labels.iter().map(|label| &label.place);
        if std::iter::once(&finding.place).chain(labels).any(|place| rests(finding, place)) {
            finding.confidence = Confidence::Medium;
        }
    }
}

/// Whether what came of a use of a variable may be something else where the project is deployed.
fn is_assumed(reference: &Reference) -> bool {
    let by_example = reference.state == VariableState::Assumed && reference.outcome != SubstitutionOutcome::Missing;
    let by_default = reference.outcome == SubstitutionOutcome::Default && reference.state != VariableState::Known;
    reference.effective && (by_example || by_default)
}

/// Whether a use is in the image of the service that a finding is about: what the service needs depends on it.
fn is_image_of(reference: &Reference, finding: &Finding) -> bool {
    let [section, service, key] = reference.path.as_slice() else { return false };
    section == "services" && key == "image" && finding.subject.service_name() == Some(service.as_str())
}

fn overlap(one: Span, other: Span) -> bool {
    one.file == other.file && one.start < other.end && other.start < one.end
}
