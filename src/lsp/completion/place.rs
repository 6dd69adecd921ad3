//! The place that is completed: what the specification says of it, and what stands around it.

use std::path::PathBuf;
use std::sync::Arc;

use super::cursor::Cursor;
use crate::compose::spec::schema::{FoundPlace, place_at};
use crate::lsp::dispatch::DocumentPlace;
use crate::lsp::links::directory;
use crate::model::ImageReference;
use crate::source::NodeId;
use crate::yaml::Parsed;

/// A place in a Compose file.
pub(super) struct CompletionPlace<'a> {
    pub(super) at: DocumentPlace<'a>,
    pub(super) cursor: Cursor,
    /// What is typed, up to the cursor.
    pub(super) typed: &'a str,
    /// The place of the specification.
    pub(super) found: Option<FoundPlace>,
    /// The file as far as it can be read.
    parsed: Option<Arc<Parsed>>,
}

impl<'a> CompletionPlace<'a> {
    pub(super) fn new(at: DocumentPlace<'a>, cursor: Cursor, typed: &'a str) -> CompletionPlace<'a> {
        let path: Vec<&str> = cursor.path.iter().map(String::as_str).collect();
        let found = place_at(&path);
        let parsed = at.world.tree(at.path());
        CompletionPlace { at, typed, found, parsed, cursor }
    }

    /// The path as words.
    pub(super) fn path(&self) -> Vec<&str> {
        self.cursor.path.iter().map(String::as_str).collect()
    }

    /// The service that the place is in.
    pub(super) fn service(&self) -> Option<&str> {
        match self.path().as_slice() {
            ["services", _, ..] => self.cursor.path.get(1).map(String::as_str),
            _ => None,
        }
    }

    /// The text of a scalar of the file, by its path.
    pub(super) fn text_at(&self, path: &[&str]) -> Option<String> {
        let parsed = self.parsed.as_ref()?;
        let mut node: NodeId = *parsed.0.documents.first()?;
        for step in path {
            node = parsed.0.get(node, step)?;
        }
        parsed.0.text(node).map(str::to_owned)
    }

    /// The text of a key of the mapping that the place is in.
    pub(super) fn beside(&self, key: &str) -> Option<String> {
        let above = self.cursor.path.len().checked_sub(1)?;
        let path: Vec<&str> = self.path().get(..above)?.iter().copied().chain([key]).collect();
        match path.contains(&"[]") {
            true => self.beside_in_text(key),
            false => self.text_at(&path),
        }
    }

    /// The text of a key of the item that the place is in.
    pub(super) fn own(&self, key: &str) -> Option<String> {
        self.beside_in_text(key).filter(|_| self.cursor.path.last().is_some_and(|last| last == "[]"))
    }

    /// The same for an item of a list, by the lines around.
    fn beside_in_text(&self, key: &str) -> Option<String> {
        let text = &self.at.document.text;
        let before = text.get(..self.cursor.start)?;
        let start = before.rfind("\n").map_or(0, |at| at + 1);
        let own = text.get(start..)?.split('\n').next()?;
        let above = text.get(..start)?.split_inclusive('\n').rev().take(MOST_LINES);
        let below = text.get(start..)?.split('\n').skip(1).take(MOST_LINES);
        let value = |line: &str| {
            let rest = line.split(&format!("{key}:")).nth(1)?;
            Some(rest.split([',', '}', '#']).next()?.trim().trim_matches(['"', '\'']).to_owned())
        };
        let mut found = value(own);
        for line in above {
            if found.is_some() || own.trim_start().starts_with('-') {
                break;
            }
            found = value(line);
            if line.trim_start().starts_with('-') {
                break;
            }
        }
        for line in below {
            if found.is_some() || line.trim_start().starts_with('-') || !line.starts_with(' ') {
                break;
            }
            found = value(line);
        }
        found
    }

    /// Where relative paths start.
    pub(super) fn directory(&self) -> PathBuf {
        directory(self.at.world, self.at.path())
    }

    /// The image of the service that the place is in, with variables replaced where the project can be loaded.
    pub(super) fn image(&self) -> Option<ImageReference> {
        let service = self.service()?;
        let loaded = self.at.world.projects(self.at.path()).into_iter().find_map(|project| {
            let loaded = project.loaded(&self.at.world.sources);
            let service = loaded.model.services.get(service).or_else(|| loaded.model.disabled.get(service))?;
            service.image.as_ref().map(|image| image.value.clone())
        });
        loaded.or_else(|| self.text_at(&["services", service, "image"]).map(|text| ImageReference::parse(&text)))
    }
}

/// How many lines around an item are looked at.
const MOST_LINES: usize = 12;
