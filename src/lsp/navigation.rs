//! From a name to where it is made and used: definition, references, highlight and rename.

use std::collections::BTreeSet;
use std::path::Path;

use gen_lsp_types::{
    Definition, DefinitionParams, DefinitionResponse, DocumentHighlight, DocumentHighlightKind,
    DocumentHighlightParams, Location, LocationLink, PrepareRenameParams, PrepareRenamePlaceholder,
    PrepareRenameResult, ReferenceParams, RenameParams, WorkspaceEdit,
};
use lsp_server::ErrorCode;

use super::dispatch::{Cx, DocumentPlace, RequestResult};
use super::edits::workspace_edit;
use super::issues::{FileRange, TextReplacement};
use super::links::{LinkedFile, files, stage_at};
use super::names::{EntityName, Kind, Occurrence, OccurrenceRole, Scope, is_variable_name, name_at, occurrences};
use super::server::error;
use super::world::EditorWorld;
use crate::source::PathKind;

/// The network that every service is on which names none.
const IMPLIED_NETWORK: &str = "default";

/// Where what stands at a place is made: a name, or a file.
pub(super) fn definition(cx: Cx<'_>, params: DefinitionParams) -> Option<DefinitionResponse> {
    let at = cx.at(&params.text_document_position_params)?;
    let all = occurrences(at.world, at.path());
    if let Some(here) = name_at(&all, at.path(), at.offset) {
        let made: Vec<&Occurrence> =
            same(&all, &here.name).filter(|one| one.role == OccurrenceRole::Declaration).collect();
        let places = made.into_iter().map(|one| (one.path.as_path(), one.stretch));
        return Some(response(at, here.stretch, places.collect()));
    }
    if let Some(stage) = at.document.is_compose().then(|| stage_at(at.world, at.path(), at.offset)).flatten() {
        let paper = at.world.paper(&stage.path)?;
        let made = stage_in(paper.page().text, &stage.name)?;
        return Some(response(at, stage.stretch, vec![(stage.path.as_path(), made)]));
    }
    let named = file_at(at)?;
    let kind = at.world.sources.kind(&named.path);
    (kind == PathKind::File).then(|| response(at, named.stretch, vec![(named.path.as_path(), (0, 0))]))
}

/// Where a Dockerfile names a stage: `FROM image AS name`. Case does not matter there.
fn stage_in(text: &str, name: &str) -> Option<FileRange> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [from, .., as_word, own] = words.as_slice()
            && from.eq_ignore_ascii_case("FROM")
            && as_word.eq_ignore_ascii_case("AS")
            && own.eq_ignore_ascii_case(name)
        {
            let at = start + line.trim_end().len() - own.len();
            return Some((at as u32, (at + own.len()) as u32));
        }
        start += line.len();
    }
    None
}

/// The file that is named at a place.
fn file_at(at: DocumentPlace<'_>) -> Option<LinkedFile> {
    let holds = |one: &LinkedFile| one.stretch.0 as usize <= at.offset && at.offset <= one.stretch.1 as usize;
    if !at.document.is_compose() {
        return None;
    }
    files(at.world, at.path()).into_iter().find(holds)
}

fn response(at: DocumentPlace<'_>, origin: FileRange, places: Vec<(&Path, FileRange)>) -> DefinitionResponse {
    let locations = places.into_iter().map(|(path, stretch)| {
        let range = at.world.paper(path).map(|paper| paper.page().range(stretch)).unwrap_or_default();
        Location { uri: at.world.uri(path), range }
    });
    if !at.client.definition_links {
        return Definition::LocationList(locations.collect()).into();
    }
    let link = |place: Location| LocationLink {
        origin_selection_range: Some(at.page().range(origin)),
        target_uri: place.uri,
        target_range: place.range,
        target_selection_range: place.range,
    };
    locations.map(link).collect::<Vec<_>>().into()
}

/// The places of a name.
fn same<'o>(all: &'o BTreeSet<Occurrence>, name: &'o EntityName) -> impl Iterator<Item = &'o Occurrence> {
    all.iter().filter(move |one| one.name == *name)
}

/// All places where a name is written.
pub(super) fn references(cx: Cx<'_>, params: ReferenceParams) -> Option<Vec<Location>> {
    let at = cx.at(&params.text_document_position_params)?;
    let all = occurrences(at.world, at.path());
    let here = name_at(&all, at.path(), at.offset)?;
    let with_declaration = params.context.include_declaration;
    let shown = same(&all, &here.name).filter(|one| with_declaration || one.role == OccurrenceRole::Use);
    let places = shown.filter_map(|one| {
        let range = at.world.paper(&one.path)?.page().range(one.stretch);
        Some(Location { uri: at.world.uri(&one.path), range })
    });
    Some(places.collect())
}

/// The places of a name in its own document.
pub(super) fn highlight(cx: Cx<'_>, params: DocumentHighlightParams) -> Option<Vec<DocumentHighlight>> {
    let at = cx.at(&params.text_document_position_params)?;
    let all = occurrences(at.world, at.path());
    let here = name_at(&all, at.path(), at.offset)?;
    let places = same(&all, &here.name).filter(|one| one.path == at.path()).map(|one| DocumentHighlight {
        range: at.page().range(one.stretch),
        kind: Some(match one.role {
            OccurrenceRole::Declaration => DocumentHighlightKind::Write,
            OccurrenceRole::Use => DocumentHighlightKind::Read,
        }),
    });
    Some(places.collect())
}

/// The name that would be renamed.
pub(super) fn prepare_rename(cx: Cx<'_>, params: PrepareRenameParams) -> Option<PrepareRenameResult> {
    let at = cx.at(&params.text_document_position_params)?;
    let all = occurrences(at.world, at.path());
    let here = name_at(&all, at.path(), at.offset).filter(|one| may_be_renamed(&all, &one.name))?;
    let range = at.page().range(here.stretch);
    Some(PrepareRenamePlaceholder { range, placeholder: here.name.text.clone() }.into())
}

/// Whether the places of a name are known: it is made in the project, and by a person.
fn may_be_renamed(all: &BTreeSet<Occurrence>, name: &EntityName) -> bool {
    let is_implied = name.kind == Kind::Network && name.text == IMPLIED_NETWORK;
    let is_made = || same(all, name).any(|one| one.role == OccurrenceRole::Declaration);
    match name.kind {
        // Commands name profiles, too.
        Kind::Profile => false,
        // What sets a variable may be elsewhere.
        Kind::Variable => true,
        _ => !is_implied && is_made(),
    }
}

/// Writes another name in all places of one.
pub(super) fn rename(cx: Cx<'_>, params: RenameParams) -> RequestResult<Option<WorkspaceEdit>> {
    let Some(at) = cx.at(&params.text_document_position_params) else { return Ok(None) };
    let all = occurrences(at.world, at.path());
    let refused = |message: &str| Err(error(ErrorCode::RequestFailed, message));
    let Some(here) = name_at(&all, at.path(), at.offset) else { return refused("nothing here can be renamed") };
    let (name, new) = (&here.name, params.new_name.as_str());
    if !may_be_renamed(&all, name) {
        return refused(&format!("this {} cannot be renamed", name.kind.word()));
    }
    if new == name.text {
        return Ok(None);
    }
    if !is_valid(name.kind, new) {
        return refused(&format!("`{new}` is not a valid name of a {}", name.kind.word()));
    }
    if is_taken(&all, name, new) {
        return refused(&format!("there is already a {} `{new}`", name.kind.word()));
    }
    let replacements: Vec<TextReplacement> = same(&all, name)
        .filter(|one| is_writable(at.world, &one.path))
        .map(|one| TextReplacement { path: one.path.clone(), stretch: one.stretch, text: new.to_owned() })
        .collect();
    Ok(workspace_edit(&replacements, &[], at.world, at.client))
}

/// A file that is not open must be one that can be read as it is.
fn is_writable(world: &EditorWorld, path: &Path) -> bool {
    world.by_path(path).is_some() || world.sources.kind(path) == PathKind::File
}

fn is_valid(kind: Kind, name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    // YAML reads these as something else than text, unless they are quoted.
    let is_text = || {
        let has_letter = name.bytes().any(|byte| byte.is_ascii_alphabetic());
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
        has_letter && !words.contains(&name.to_ascii_lowercase().as_str())
    };
    match kind {
        Kind::Variable => is_variable_name(name),
        Kind::Anchor => !name.is_empty() && name.bytes().all(is_word),
        _ => {
            let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            starts && name.bytes().all(is_word) && is_text()
        }
    }
}

/// Whether a name of the same kind is there already.
fn is_taken(all: &BTreeSet<Occurrence>, name: &EntityName, new: &str) -> bool {
    all.iter().any(|one| {
        let is_same_scope = match (&one.name.scope, &name.scope) {
            (Scope::Node(one, _), Scope::Node(other, _)) => one == other,
            (one, other) => one == other,
        };
        let counts = one.role == OccurrenceRole::Declaration || name.kind == Kind::Variable;
        one.name.kind == name.kind && one.name.text == new && is_same_scope && counts
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_must_be_valid() {
        for (kind, name, expect) in [
            (Kind::Variable, "A_1", true),
            (Kind::Variable, "1A", false),
            (Kind::Variable, "A-B", false),
            (Kind::Variable, "", false),
            (Kind::Service, "db.1-x", true),
            (Kind::Service, "no", false),
            (Kind::Service, "12", false),
            (Kind::Service, "a b", false),
            (Kind::Service, "", false),
            (Kind::Anchor, "a,b", false),
        ] {
            assert_eq!(is_valid(kind, name), expect, "{name}");
        }
    }
}
