//! A key that an image makes anew with each container.

use crate::collections::HashMap;
use crate::facts::images::{built, known_image, may_be_set, runs_server, variable};
use crate::facts::repository::purpose::FilePurpose;
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};

/// Reports each key that nothing sets.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut by_image: HashMap<&str, usize> = HashMap::default();
    for service in cx.model.services.values().filter(|service| runs_server(service)) {
        let Some(known) = known_image(service).filter(|known| known.exact) else { continue };
        if reads_configuration(service) {
            continue;
        }
        let of_image = |name: &String| built(service).is_some_and(|image| image.environment.contains_key(name));
        let is_set = |name: &String| {
            let is_blank = service.environment.get(name).is_some_and(|one| one.value.is_none());
            variable(service, name).is_some() || may_be_set(service, name) || is_blank || of_image(name)
        };
        let groups = known.image.session_secrets.iter().filter(|names| !names.iter().any(is_set));
        let missing: Vec<&String> = groups.filter_map(|names| names.first()).collect();
        let Some(first) = missing.first() else { continue };
        // That one of two has a key is reported for itself.
        let has_one = |other: &Service| {
            let is_same = known_image(other).is_some_and(|other| other.image.name == known.image.name);
            is_same && known.image.session_secrets.iter().flatten().any(|name| other.environment.contains_key(name))
        };
        if cx.model.services.values().any(has_one) {
            continue;
        }
        let own = &service.name;
        // Of several keys, each is for a feature that may not be used.
        let is_whole = known.image.session_secrets.len() == 1 && cx.facts.purpose() == FilePurpose::Any;
        let severity = if is_whole { Severity::Warning } else { Severity::Info };
        let message = format!("`{own}` makes a new key with each container: `{first}` is not set");
        // The processes of one application are one cause.
        if let Some(earlier) = by_image.get(known.image.name.as_str()).and_then(|at| findings.get_mut(*at)) {
            let label = Label { place: service.key, message: format!("so does `{own}`").into() };
            earlier.labels.extend(Some(label).filter(|_| earlier.labels.len() < LABELS));
            continue;
        }
        by_image.insert(known.image.name.as_str(), findings.len());
        let place = service.environment_key.unwrap_or(service.key);
        let finding = Finding::new(rule::MISSING_SESSION_SECRET, place, Subject::service(own), message)
            .severity(severity)
            .evidence((*first).clone())
            .help(format!(
                "set {} to long random values: sessions and tokens are then valid after an update",
                and_list(&missing)
            ));
        findings.push(finding);
    }
}

/// Whether a configuration of the application is mounted, which may have the key.
fn reads_configuration(service: &Service) -> bool {
    let is_configuration = |target: &str| [".cfg", ".ini", ".toml", ".conf"].iter().any(|end| target.ends_with(end));
    service.mounts.iter().any(|mount| is_configuration(&mount.target.value))
}
