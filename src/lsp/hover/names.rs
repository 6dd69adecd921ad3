//! Names: what stands behind a service, a network, a volume, a secret or an anchor.

use std::path::Path;

use super::{Note, services};
use crate::facts::Facts;
use crate::lsp::dispatch::DocumentPlace;
use crate::lsp::folding::last_byte;
use crate::lsp::names::{Kind, Occurrence, Scope};
use crate::model::MountKind;
use crate::secrets::hidden_in_text;
use crate::source::{NodeId, relative};

/// How many bytes of an anchor are shown.
const MOST_SHOWN: usize = 1500;

/// What stands behind a name.
pub(super) fn name(at: DocumentPlace<'_>, here: &Occurrence) -> Option<Note> {
    let text = match (&here.name.kind, &here.name.scope) {
        (Kind::Anchor, Scope::Node(_, node)) => anchor(at, &here.name.text, *node)?,
        (Kind::Variable, _) => return None,
        (Kind::Service, Scope::File(file)) if file != at.path() => service_of_file(at, file, &here.name.text)?,
        (kind, _) => at.world.projects(at.path()).into_iter().find_map(|project| {
            let loaded = project.loaded(&at.world.sources);
            let facts = loaded.facts(&at.world.sources, &project.memory);
            let text = of_kind(&facts, *kind, &here.name.text)?;
            Some(loaded.secrets.masked(&text).unwrap_or(text))
        })?,
    };
    Some(Note { text, stretch: here.stretch })
}

/// The content of an anchor.
fn anchor(at: DocumentPlace<'_>, name: &str, node: usize) -> Option<String> {
    let parsed = at.world.tree(at.path())?;
    let id = NodeId::new(node);
    let own = parsed.0.node(id)?;
    let start = own.start as usize;
    let end = (last_byte(&parsed.0, id, &at.document.text) as usize).min(start + MOST_SHOWN);
    let indent = " ".repeat(at.page().position(own.start).character as usize);
    let text = without_secrets(at.path(), &at.document.text, start, end);
    Some(format!("**&{name}** (anchor)\n\n```yaml\n{indent}{text}\n```"))
}

/// A service of a file that `extends` names, as it is written there.
fn service_of_file(at: DocumentPlace<'_>, file: &Path, name: &str) -> Option<String> {
    let parsed = at.world.tree(file)?;
    let tree = &parsed.0;
    let services = tree.documents.iter().find_map(|root| tree.get(*root, "services"))?;
    let id = tree.get(services, name)?;
    let start = tree.node(id)?.start as usize;
    let source = at.world.sources.file(at.world.sources.load(file).ok()?);
    let end = (last_byte(tree, id, &source.text) as usize).min(start + MOST_SHOWN);
    let line = source.text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = source.text.get(line..start).filter(|text| text.trim().is_empty()).unwrap_or("");
    let text = without_secrets(file, &source.text, start, end);
    let shown = relative(at.path().parent()?, file);
    Some(format!("**{name}** (service of `{shown}`)\n\n```yaml\n{indent}{text}\n```"))
}

/// A stretch of a document, with dots in place of what it hides.
fn without_secrets(path: &Path, text: &str, start: usize, end: usize) -> String {
    let hidden = hidden_in_text(path, text);
    let mut shown = String::new();
    let mut from = start;
    for range in hidden.ranges.iter().filter(|range| range.start < end && start < range.end) {
        shown.push_str(text.get(from..range.start.max(from)).unwrap_or_default());
        shown.push_str("•••");
        from = range.end.max(from);
    }
    let mut end = end.max(from).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    shown.push_str(text.get(from..end).unwrap_or_default());
    shown
}

fn of_kind(facts: &Facts<'_>, kind: Kind, name: &str) -> Option<String> {
    let model = facts.model;
    let all = || model.services.values().chain(model.disabled.values());
    let list = |names: Vec<String>, none: &str| match names.is_empty() {
        true => format!("\n\n{none}"),
        false => format!("\n\n{}", names.iter().map(|one| format!("- {one}")).collect::<Vec<_>>().join("\n")),
    };
    let shown = |path: &str| relative(&facts.project.directory, Path::new(path));
    match kind {
        Kind::Service => {
            let service = model.services.get(name).or_else(|| model.disabled.get(name))?;
            Some(services::text(facts, service))
        }
        Kind::Network => {
            let network = model.networks.get(name);
            let on: Vec<String> = all()
                .filter(|service| service.networks.contains_key(name))
                .map(|service| format!("`{}`", service.name))
                .collect();
            let notes = [
                network.filter(|one| one.external).map(|_| ", external"),
                network.filter(|one| one.internal).map(|_| ", internal: no way out"),
            ];
            let notes: String = notes.into_iter().flatten().collect();
            Some(format!("**{name}** (network{notes}){}", list(on, "No service is on it")))
        }
        Kind::Volume => {
            let mounts = all().flat_map(|service| service.mounts.iter().map(move |mount| (service, mount)));
            let used = mounts.filter(|(_, mount)| matches!(&mount.kind, MountKind::Volume(own) if own == name));
            let used = used.map(|(service, mount)| format!("`{}` at `{}`", service.name, mount.target.value));
            let external = model.volumes.get(name).is_some_and(|volume| volume.external);
            let note = if external { ", external" } else { "" };
            Some(format!("**{name}** (volume{note}){}", list(used.collect(), "No service mounts it")))
        }
        Kind::Secret | Kind::Config => {
            let declared = if kind == Kind::Secret { &model.secrets } else { &model.configs };
            let granted = all().filter(|service| {
                let grants = if kind == Kind::Secret { &service.secrets } else { &service.configs };
                grants.iter().any(|grant| grant.source.value == name)
            });
            let granted = granted.map(|service| format!("`{}`", service.name)).collect();
            let source = declared.get(name).and_then(|one| match (&one.file, &one.environment) {
                (Some(file), _) => Some(format!(", from file `{}`", shown(&file.value))),
                (None, Some(variable)) => Some(format!(", from variable `{}`", variable.value)),
                (None, None) => one.external.then(|| ", external".to_owned()),
            });
            let (word, source) = (kind.word(), source.unwrap_or_default());
            Some(format!("**{name}** ({word}{source}){}", list(granted, "No service uses it")))
        }
        Kind::Profile => {
            let with = all().filter(|service| service.profiles.iter().any(|one| one.value == name));
            let with = with.map(|service| format!("`{}`", service.name)).collect();
            Some(format!("**{name}** (profile){}", list(with, "No service has it")))
        }
        Kind::Model | Kind::Anchor | Kind::Variable => None,
    }
}
