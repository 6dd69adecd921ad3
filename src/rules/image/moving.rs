//! Images whose tags move, for the rules on images without a tag and on mutable tags.

use crate::catalogue::schema::ImageRole;
use crate::collections::{HashMap, HashSet, IndexMap};
use crate::facts::images::known_image;
use crate::facts::storage::datastores::{StoredServer, kept};
use crate::facts::tags::{TagMeaning, meaning, pulled};
use crate::finding::{Confidence, Finding, RuleId, Severity, Subject};
use crate::model::{ImageReference, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::{LABELS, all_services, for_data};
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
    let warning = for_data(Severity::Warning, cx.facts.purpose());
    let built: HashSet<&str> = all_services(cx)
        .filter(|one| one.build.is_some())
        .filter_map(|one| Some(one.image.as_ref()?.value.repository.as_str()))
        .collect();
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
        let warns = warning == Severity::Warning && is_datastore(service) && !is_chosen;
        match stored.get(service.name.as_str()).filter(|_| warns) {
            Some(server) => findings.push(of_datastore(words, image, server)),
            None => others.entry(image.place.span.file).or_default().push((service, image)),
        }
    }
    findings.extend(others.values().filter_map(|all| together(words, all)));
}

/// Whether an image is one that only this machine has: a single word that is no image of Docker Hub that is known.
fn is_local(image: &ImageReference) -> bool {
    !image.repository.contains(['/', '.']) && image.known.is_none()
}

/// Whether the files of another version may not be read: a database or a search engine, not a cache.
fn is_datastore(service: &Service) -> bool {
    known_image(service).is_some_and(|known| matches!(known.image.role, ImageRole::Datastore | ImageRole::Search))
}

fn of_datastore(words: &MovingWords, image: &Spanned<ImageReference>, server: &StoredServer<'_>) -> Finding {
    let name = &server.service.name;
    let message = format!(
        "{}: the next pull may bring a version that cannot read the data of `{name}`",
        (words.of_data)(&image.value)
    );
    let help = "pin the version that is in use now as the tag, and upgrade by changing it after a backup";
    let is_exact = known_image(server.service).is_some_and(|known| known.exact) && !image.is_interpolated();
    Finding::new(words.rule, image.place, Subject::service(name), message)
        .severity(Severity::Warning)
        .confidence(if is_exact { Confidence::High } else { Confidence::Medium })
        .label(server.mount.place, "the data is kept here")
        .help(help)
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
