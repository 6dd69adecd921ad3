//! Files that are left aside, that belong to a base above them, or that are for developers.

use std::collections::BTreeSet;

use super::super::directories::default_files;
use super::super::looks::{is_sketch, made, unmade};
use super::super::repository::split;
use super::super::{Certainty, Purpose, Reason};
use super::Collection;
use crate::discover::OVERRIDE_NAMES;

/// Names of directories with what is no longer used.
const ARCHIVES: [&str; 6] = ["archive", "archives", "archived", "attic", "deprecated", "obsolete"];

/// Words of the names of files that somebody has put aside.
const COPIES: [&str; 5] = ["copy", "old", "bak", "orig", "deprecated"];

/// Directories of tools that start what is in them themselves.
const OF_TOOLS: [&str; 3] = [".ddev", ".docksal", ".lando"];

impl Collection<'_, '_> {
    /// What a plain `docker compose up` starts is for developers where a deployment names the base without its override.
    pub(super) fn for_developers(&mut self) {
        let is_override = |file: &String| OVERRIDE_NAMES.contains(&split(file).1);
        let deployed: BTreeSet<String> = self
            .drafts
            .iter()
            .filter(|(identity, draft)| {
                let is_written = draft.certainty >= Certainty::Written && draft.purpose == Purpose::Deploy;
                is_written && !identity.files.iter().any(is_override)
            })
            .filter_map(|(identity, _)| identity.files.first().cloned())
            .collect();
        for (identity, draft) in &mut self.drafts {
            let is_pair = identity.files.len() == 2 && identity.files.last().is_some_and(is_override);
            if is_pair && identity.files.first().is_some_and(|base| deployed.contains(base)) {
                draft.purpose = draft.purpose.min(Purpose::Develop);
            }
        }
    }

    /// Whether a file is in an archive or in a tool's directory, or a sketch, so that nobody starts it unless a command says so; it is
    /// noted then.
    pub(super) fn is_left_aside(&mut self, file: &str) -> bool {
        let names: Vec<String> = split(file).0.split('/').map(str::to_ascii_lowercase).collect();
        let is_in = |directories: &[&str]| names.iter().any(|name| directories.contains(&name.as_str()));
        let own = split(file).1.to_ascii_lowercase();
        let is_copy = own.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| COPIES.contains(&word));
        let reason = match (is_in(&ARCHIVES) || is_copy, is_in(&OF_TOOLS) || is_sketch(self.repository, file)) {
            (true, _) => Reason::Archived,
            (false, true) => Reason::NothingStartsIt,
            (false, false) => return false,
        };
        let is_left = !self.used(Certainty::Written).contains(file);
        if is_left {
            self.not_judged.insert(file.to_owned(), reason);
        }
        is_left
    }

    /// The default file of a directory above that has what the services of a file lack: an image or a build.
    pub(super) fn base_above(&self, file: &str, directory: &str) -> Option<String> {
        let above = std::iter::successors(Some(directory), |one| (!one.is_empty()).then(|| split(one).0)).skip(1);
        let mut bases = above.filter_map(|above| default_files(self.repository, above)?.into_iter().next()).peekable();
        bases.peek()?;
        let lacking = unmade(self.repository, file);
        if lacking.is_empty() {
            return None;
        }
        bases.find(|base| {
            let made = made(self.repository, base);
            lacking.iter().all(|name| made.contains(name))
        })
    }
}
