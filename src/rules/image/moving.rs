//! Images whose tags move, for the rules on images without a tag and on mutable tags.

use crate::collections::{HashMap, HashSet, IndexMap};
use crate::facts::images::known_image;
use crate::facts::storage::datastores::{StoredServer, kept};
use crate::facts::tags::{TagMeaning, is_bound_to_version, meaning, pulled};
use crate::finding::{Confidence, Finding, RuleId, Severity, Subject};
use crate::model::{ImageReference, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::{LABELS, all_services, few_names, for_purpose};
use crate::source::FileId;

/// What a rule says.
pub(super) struct MovingWords {
    pub(super) rule: RuleId,
    pub(super) meaning: TagMeaning,
    /// Why a datastore's image is a risk, and what it is about.
    pub(super) of_data: fn(&ImageReference) -> String,
    /// One image, and how many.
    pub(super) of_one: fn(&ImageReference) -> String,
    pub(super) of_several: fn(usize) -> String,
}

/// Reports each datastore whose data is kept under such a tag, and the other images of a file together.
pub(super) fn report(cx: &Context<'_>, findings: &mut Vec<Finding>, words: &MovingWords) {
    let stored: HashMap<&str, StoredServer<'_>> =
        kept(cx.model).into_iter().map(|server| (server.service.name.as_str(), server)).collect();
    // At home everything is `latest`, by somebody's choice.
    let is_meant = cx.facts.is_at_home();
    let warning = if is_meant { Severity::Info } else { for_purpose(Severity::Warning, cx.facts.purpose()) };
    let built: HashSet<&str> = all_services(cx)
        .filter(|one| one.build.is_some())
        .filter_map(|one| Some(one.image.as_ref()?.value.repository.as_str()))
        .collect();
    let mut stores: IndexMap<FileId, Vec<(&Spanned<ImageReference>, &StoredServer<'_>)>> = IndexMap::default();
    let mut others: IndexMap<FileId, Vec<(&Service, &Spanned<ImageReference>)>> = IndexMap::default();
    let mut seen = HashSet::default();
    for service in all_services(cx) {
        let Some(image) = pulled(service).filter(|image| meaning(image) == words.meaning) else { continue };
        // A line shared through an anchor is one.
        if built.contains(image.value.repository.as_str()) || is_local(&image.value) || !seen.insert(image.place) {
            continue;
        }
        // A long-term version is a choice, and moves seldom.
        let is_chosen = image.value.tag.as_deref().is_some_and(|tag| tag.split('-').any(|word| word == "lts"));
        let warns = warning == Severity::Warning && is_bound_to_version(service) && !is_chosen;
        match stored.get(service.name.as_str()).filter(|_| warns) {
            Some(server) => stores.entry(image.place.span.file).or_default().push((image, server)),
            None => others.entry(image.place.span.file).or_default().push((service, image)),
        }
    }
    findings.extend(stores.values().filter_map(|all| of_datastores(words, all)));
    findings.extend(others.values().filter_map(|all| together(words, all)));
}

/// Whether an image is one that only this machine has: a single word that is no image of Docker Hub that is known.
fn is_local(image: &ImageReference) -> bool {
    !image.repository.contains(['/', '.']) && image.known.is_none()
}

/// The datastores of one file, whose images are left to move for one reason.
fn of_datastores(words: &MovingWords, all: &[(&Spanned<ImageReference>, &StoredServer<'_>)]) -> Option<Finding> {
    let [(image, server), others @ ..] = all else { return None };
    let names: Vec<&str> = all.iter().map(|(_, server)| server.service.name.as_str()).collect();
    let what = if others.is_empty() { (words.of_data)(&image.value) } else { (words.of_several)(all.len()) };
    let message =
        format!("{what}: the next pull may bring a version that cannot read the data of {}", few_names(&names));
    let help = match others.is_empty() {
        true => "pin the version that is in use now as the tag, and upgrade by changing it after a backup",
        false => "pin the versions that are in use now as the tags, and upgrade by changing them after a backup",
    };
    let is_exact = |(image, server): &(&Spanned<ImageReference>, &StoredServer<'_>)| {
        known_image(server.service).is_some_and(|known| known.exact) && !image.is_interpolated()
    };
    let mut finding = Finding::new(words.rule, image.place, Subject::service(&server.service.name), message)
        .severity(Severity::Warning)
        .confidence(if all.iter().all(is_exact) { Confidence::High } else { Confidence::Medium })
        .label(server.mount.place, "the data is kept here")
        .help(help);
    for (image, server) in others.iter().take(LABELS) {
        finding = finding.label(image.place, format!("`{}`", server.service.name));
    }
    Some(finding)
}

fn together(words: &MovingWords, all: &[(&Service, &Spanned<ImageReference>)]) -> Option<Finding> {
    let [(service, first), others @ ..] = all else { return None };
    let message = if others.is_empty() { (words.of_one)(&first.value) } else { (words.of_several)(all.len()) };
    let mut finding = Finding::new(words.rule, first.place, Subject::service(&service.name), message)
        .severity(Severity::Info)
        .evidence("images")
        .help("pin a version, so that every machine runs the same one and an upgrade is a change in this file");
    for (other, image) in others.iter().take(LABELS) {
        finding = finding.label(image.place, format!("`{}`", other.name));
    }
    Some(finding)
}
