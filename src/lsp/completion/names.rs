//! Names of the project: services, networks, volumes, secrets, configs, models, profiles, anchors.

use gen_lsp_types::CompletionItemKind;

use super::candidate::CompletionCandidate;
use super::place::CompletionPlace;
use crate::lsp::dispatch::DocumentPlace;
use crate::lsp::names::{Kind, OccurrenceRole, Scope, occurrences};
use crate::source::normalize;

/// Names as keys of a mapping: the long forms of `depends_on`, `networks` and `models`.
pub(super) fn keys(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let kind = match place.path().as_slice() {
        ["services", _, "depends_on"] => Kind::Service,
        ["services", _, "networks"] => Kind::Network,
        ["services", _, "models"] => Kind::Model,
        _ => return Vec::new(),
    };
    let colon = if place.cursor.has_colon { "" } else { ":" };
    names(place, kind)
        .into_iter()
        .map(|one| CompletionCandidate { text: format!("{}{colon}", one.label), ..one })
        .collect()
}

/// Names as values and items.
pub(super) fn values(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let kind = match place.path().as_slice() {
        ["services", _, "depends_on" | "links" | "volumes_from", "[]"] => Kind::Service,
        ["services", _, "extends"] => Kind::Service,
        ["services", _, "extends", "service"] => return extended(place),
        ["services", _, "networks", "[]"] => Kind::Network,
        ["services", _, "models", "[]"] => Kind::Model,
        ["services", _, "profiles", "[]"] => Kind::Profile,
        ["services", _, "secrets", "[]"] | ["services", _, "secrets", "[]", "source"] => Kind::Secret,
        ["services", _, "build", "secrets", "[]"] | ["services", _, "build", "secrets", "[]", "source"] => Kind::Secret,
        ["services", _, "configs", "[]"] | ["services", _, "configs", "[]", "source"] => Kind::Config,
        ["services", _, "volumes", "[]", "source"] => match place.beside("type").as_deref() {
            Some("volume") | None => Kind::Volume,
            Some(_) => return Vec::new(),
        },
        ["services", _, "network_mode" | "ipc" | "pid"] => {
            let services = names(place, Kind::Service).into_iter();
            return services.map(|one| named(format!("service:{}", one.label), Kind::Service)).collect();
        }
        _ => return Vec::new(),
    };
    names(place, kind)
}

fn named(label: impl Into<String>, kind: Kind) -> CompletionCandidate {
    let shown = match kind {
        Kind::Service => CompletionItemKind::Class,
        Kind::Anchor => CompletionItemKind::Reference,
        _ => CompletionItemKind::Value,
    };
    CompletionCandidate::new(label, shown).detail(kind.word())
}

/// The names of a kind that the project makes and that are not there yet; a service does not name itself.
pub(super) fn names(place: &CompletionPlace<'_>, kind: Kind) -> Vec<CompletionCandidate> {
    let at = place.at;
    let own = Scope::File(at.path().to_path_buf());
    let role = if kind == Kind::Profile { OccurrenceRole::Use } else { OccurrenceRole::Declaration };
    let is_shown = |text: &str| {
        let is_own = kind == Kind::Service && place.service() == Some(text);
        !is_own && text != place.typed && !place.cursor.siblings.iter().any(|there| there == text)
    };
    let mut found: Vec<String> = Vec::new();
    for one in occurrences(at.world, at.path()) {
        let fits = one.name.kind == kind && one.role == role;
        let is_visible = one.name.scope == Scope::Project || one.name.scope == own;
        if fits && is_visible && is_shown(&one.name.text) && !found.contains(&one.name.text) {
            found.push(one.name.text);
        }
    }
    found.into_iter().map(|name| named(name, kind)).collect()
}

/// The services of the file that `extends` names, or else of this project.
fn extended(place: &CompletionPlace<'_>) -> Vec<CompletionCandidate> {
    let Some(file) = place.beside("file") else { return names(place, Kind::Service) };
    let path = normalize(&place.directory().join(file));
    let Some(parsed) = place.at.world.tree(&path) else { return Vec::new() };
    let services = parsed.0.documents.iter().filter_map(|root| parsed.0.get(*root, "services"));
    let names = services.flat_map(|services| parsed.0.pairs(services)).filter_map(|pair| parsed.0.text(pair.key));
    names.map(|name| named(name, Kind::Service)).collect()
}

/// The anchors above the cursor.
pub(super) fn aliases(at: DocumentPlace<'_>) -> Vec<CompletionCandidate> {
    let all = occurrences(at.world, at.path());
    let above = all.into_iter().filter(|one| {
        let is_anchor = one.name.kind == Kind::Anchor && one.role == OccurrenceRole::Declaration;
        is_anchor && one.path == at.path() && (one.stretch.1 as usize) < at.offset
    });
    above.map(|one| named(format!("*{}", one.name.text), Kind::Anchor)).collect()
}
