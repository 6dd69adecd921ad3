//! Images of the catalogue and of the project, and what a known image takes: variables, ports, data path, healthcheck.

use gen_lsp_types::CompletionItemKind;

use super::candidate::CompletionCandidate;
use super::cursor::CursorRole;
use super::place::CompletionPlace;
use crate::catalogue;
use crate::catalogue::schema::{Image, Keeps};
use crate::lsp::hover::{about_image, image_variables};
use crate::lsp::names::Kind;

/// How many images are offered.
const MOST: usize = 100;

/// Images, and what a known one takes, as values and items.
pub(super) fn values(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    match place.path().as_slice() {
        ["services", _, "image"] => images(place),
        ["services", _, "volumes", "[]"] => mounts(place),
        ["services", _, "ports", "[]"] => ports(place),
        ["services", _, "healthcheck", "test"] => healthchecks(place),
        _ => Vec::new(),
    }
}

/// The variables of a known image, as keys or as items of `environment`.
pub(super) fn keys(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let separator = match (place.path().as_slice(), place.cursor.role) {
        (["services", _, "environment"], CursorRole::Key) => ": ",
        (["services", _, "environment", "[]"], CursorRole::Item) => "=",
        _ => return Vec::new(),
    };
    let is_set = |name: &str| place.cursor.siblings.iter().any(|there| there.split('=').next() == Some(name));
    let Some((image, _)) = known(place) else { return Vec::new() };
    let new = image_variables(image).into_iter().filter(|name| !is_set(name));
    let behind = if place.cursor.has_colon { "" } else { separator };
    let candidate = |name: String| {
        let text = format!("{name}{behind}");
        CompletionCandidate::new(name, CompletionItemKind::Variable)
            .writes(text)
            .detail(format!("variable of {}", image.name))
    };
    new.map(candidate).collect()
}

/// The catalogue's entry for the image of the service, and its tag.
fn known(place: &CompletionPlace<'_>) -> Option<(&'static Image, Option<String>)> {
    let image = place.image()?;
    Some((image.known?.image, image.tag))
}

/// Images that the project uses, and those of the catalogue.
fn images(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let typed = place.typed.to_ascii_lowercase();
    let mut found = Vec::new();
    for project in place.at.world.projects(place.at.path()) {
        let loaded = project.loaded(&place.at.world.sources);
        let services = loaded.model.services.values().chain(loaded.model.disabled.values());
        let others = services.filter(|service| place.service() != Some(&service.name));
        let texts = others.filter_map(|service| service.image.as_ref().map(|image| &image.value.text));
        for text in texts.filter(|text| !text.is_empty() && loaded.secrets.masked(text).is_none()) {
            found.push(
                CompletionCandidate::new(text.as_str(), CompletionItemKind::Module).detail("used in this project"),
            );
        }
    }
    let mut known: Vec<&str> = catalogue::repositories().filter(|name| name.contains(&typed)).collect();
    // Short names are those that people know.
    known.sort_by_key(|name| (!name.starts_with(&typed), name.contains('/'), *name));
    found.extend(known.into_iter().take(MOST).map(|name| {
        let one = CompletionCandidate::new(name, CompletionItemKind::Module);
        match catalogue::lookup(name) {
            Some(known) => one.documentation(about_image(known.image, None)),
            None => one,
        }
    }));
    found
}

/// Named volumes, mounted where the image keeps its data.
fn mounts(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    if place.typed.starts_with(['.', '/', '~']) || place.typed.contains(':') {
        return Vec::new();
    }
    let data = known(place).and_then(|(image, tag)| {
        let answers = image.data_for(tag.as_deref());
        let [only] = answers.as_slice() else { return None };
        only.iter().find(|data| data.keeps == Keeps::Persistent).map(|data| data.path.clone())
    });
    let is_mounted = |path: &str| place.cursor.siblings.iter().any(|there| there.contains(path));
    let data = data.filter(|path| !is_mounted(path)).unwrap_or_default();
    let volumes = super::names::names(place, Kind::Volume).into_iter();
    let behind = if place.cursor.has_colon { String::new() } else { format!(":{data}") };
    volumes.map(|one| CompletionCandidate { text: format!("{}{behind}", one.label), ..one }).collect()
}

/// The ports that the image listens on, published for this host.
fn ports(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let Some((image, tag)) = known(place) else { return Vec::new() };
    let mut found: Vec<CompletionCandidate> = Vec::new();
    for port in image.ports_for(tag.as_deref()).into_iter().flatten() {
        let number = port.port;
        let for_host = format!("127.0.0.1:{number}:{number}");
        for (text, who) in [(for_host, "only this host"), (format!("{number}:{number}"), "all addresses")] {
            let is_quoted =
                place.at.document.text.get(..place.cursor.start).is_some_and(|text| text.ends_with(['"', '\'']));
            let written = if is_quoted { text.clone() } else { format!("\"{text}\"") };
            let one = CompletionCandidate::new(text, CompletionItemKind::Value).writes(written);
            found.push(one.detail(format!("{}, {who}", port.purpose)));
        }
    }
    found
}

/// A test that works in the image.
fn healthchecks(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let Some((image, tag)) = known(place) else { return Vec::new() };
    let Some(test) = image.healthcheck_for(tag.as_deref()) else { return Vec::new() };
    let words: Vec<String> = test.iter().map(|word| serde_json::Value::from(word.as_str()).to_string()).collect();
    let text = format!("[{}]", words.join(", "));
    vec![CompletionCandidate::new(text, CompletionItemKind::Snippet).detail(format!("healthcheck of {}", image.name))]
}
