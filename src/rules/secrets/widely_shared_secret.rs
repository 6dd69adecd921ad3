//! An env file with secrets for services that have no use for them.

use crate::facts::images::known_image;
use crate::facts::secrets::secret_files::{SecretFile, Use};
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};

/// So many secrets make a file one for an application.
const LEAST: usize = 2;

/// Reports each such env file once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for file in cx.facts.secret_files().iter().filter(|file| file.used == Use::EnvFile) {
        let secrets: Vec<&str> = file.secrets.iter().map(|held| held.name.as_str()).collect();
        if secrets.len() < LEAST {
            continue;
        }
        let listed = cx.project.env_files.iter().filter(|one| one.file == Some(file.file));
        let without_use: Vec<_> = listed
            .filter_map(|one| Some((cx.model.services.get(&one.service)?, one.place)))
            .filter(|(service, _)| reads_none(service, &secrets))
            .collect();
        let Some(((first, place), others)) = without_use.split_first() else { continue };
        findings.push(of_file(cx, file, first, *place, others));
    }
}

/// Whether the image of a service is known, and reads none of the secrets.
fn reads_none(service: &Service, secrets: &[&str]) -> bool {
    let Some(known) = known_image(service).filter(|known| known.exact && !known.built) else { return false };
    let reads = known.image.variables();
    // Of an image without variables in the catalogue, it is not known what it reads.
    !reads.is_empty() && !secrets.iter().any(|name| reads.contains(name)) && known.image.holds_data()
}

fn of_file(
    cx: &Context<'_>,
    file: &SecretFile,
    first: &Service,
    place: crate::source::Place,
    others: &[(&Service, crate::source::Place)],
) -> Finding {
    let path = cx.facts.shown(&file.path);
    let names: Vec<&str> =
        std::iter::once(first.name.as_str()).chain(others.iter().map(|(one, _)| one.name.as_str())).collect();
    let verb = if others.is_empty() { "gets all secrets of" } else { "get all secrets of" };
    let reads = if others.is_empty() { "reads" } else { "read" };
    let message = format!("{} {verb} `{path}` and {reads} none of them", and_list(&names));
    let mut finding = Finding::new(rule::WIDELY_SHARED_SECRET, place, Subject::service(&first.name), message)
        .severity(Severity::Info)
        .evidence(path)
        .help("give each service the variables that it needs, with `environment` or an env file of its own");
    finding
        .labels
        .extend(others.iter().take(LABELS).map(|(_, place)| Label { place: *place, message: "and here".into() }));
    finding
}
