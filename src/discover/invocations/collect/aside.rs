//! Files that are left aside, that belong to a base above them, or that are for developers.

use std::collections::BTreeSet;

use super::super::directories::default_files;
use super::super::looks::{is_of_another_schema, is_sketch, made, unmade};
use super::super::repository::{below, split};
use super::super::resolve::ResolvedInvocation;
use super::super::{Certainty, Purpose, Reason};
use super::Collection;
use crate::discover::{BASE_NAMES, OVERRIDE_NAMES};
use crate::source::Span;

/// Names of directories with what is no longer used.
const ARCHIVES: [&str; 6] = ["archive", "archives", "archived", "attic", "deprecated", "obsolete"];

/// Names of texts that say that the directory they are in is one, and words of titles that do.
const MARKS: [&str; 4] = ["archived", "deprecated", "obsolete", "unmaintained"];

/// Words of the names of files that somebody has put aside.
const COPIES: [&str; 5] = ["copy", "old", "bak", "orig", "deprecated"];

/// Directories of tools that start what is in them themselves.
const OF_TOOLS: [&str; 3] = [".ddev", ".docksal", ".lando"];

/// Directories of programs that help to write code, and of what is out of the way.
const APART: [&str; 16] = [
    ".claude",
    ".cursor",
    ".agent",
    ".agents",
    ".gemini",
    ".codex",
    ".copilot",
    ".windsurf",
    ".opencode",
    ".tools",
    ".archive",
    ".archived",
    ".old",
    ".backup",
    ".attic",
    ".trash",
];

/// Without commands of texts that leave open which file they start, where others say it of the file: `-f <name>/compose.yaml`
/// beside what the file itself says above its first line.
pub(super) fn without_open(starting: Vec<ResolvedInvocation>) -> Vec<ResolvedInvocation> {
    let told = starting.iter().filter(|one| !one.is_open).flat_map(|one| one.identity.files.iter().cloned());
    let told: BTreeSet<String> = told.collect();
    let is_told = |one: &ResolvedInvocation| one.identity.files.iter().all(|file| told.contains(file));
    starting.into_iter().filter(|one| !one.is_open || !is_told(one)).collect()
}

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

    /// Without the commands in comments of Compose files that name the same files as a command elsewhere does, which also
    /// names the directory that the comment leaves out.
    pub(super) fn without_shorthand(&self, starting: Vec<ResolvedInvocation>) -> Vec<ResolvedInvocation> {
        let is_plain = |one: &ResolvedInvocation| {
            one.identity.files.first().is_some_and(|first| split(first).0 == one.identity.directory)
        };
        let is_in_own_comment = |one: &ResolvedInvocation| {
            let is_own = |span: Span| {
                let path = self.repository.sources.path(span.file);
                one.identity.files.iter().any(|file| self.repository.absolute(file) == *path)
            };
            one.span.is_some_and(is_own)
        };
        let placed: BTreeSet<Vec<String>> = starting
            .iter()
            .filter(|one| !is_plain(one) && !is_in_own_comment(one))
            .map(|one| one.identity.files.clone())
            .collect();
        let is_shorthand =
            |one: &ResolvedInvocation| is_plain(one) && placed.contains(&one.identity.files) && is_in_own_comment(one);
        starting.into_iter().filter(|one| !is_shorthand(one)).collect()
    }

    /// Without what texts and scripts start in a directory that is no longer used and that they are in themselves.
    pub(super) fn without_history(&self, starting: Vec<ResolvedInvocation>) -> Vec<ResolvedInvocation> {
        let is_history = |one: &ResolvedInvocation| {
            let Some(span) = one.span else { return false };
            let path = self.repository.sources.path(span.file);
            let written = path.strip_prefix(&self.repository.root).ok().and_then(|path| path.to_str());
            let archive = written.and_then(|path| self.archive_of(path));
            archive.is_some_and(|archive| one.identity.files.iter().all(|file| file.starts_with(&below(&archive, ""))))
        };
        starting.into_iter().filter(|one| !is_history(one)).collect()
    }

    /// The directory below the root that a file is in and that is no longer used, as a text in it says by its name
    /// (`ARCHIVED.md`) or its title.
    fn archive_of(&self, file: &str) -> Option<String> {
        let above = std::iter::successors(Some(split(file).0), |one| (!one.is_empty()).then(|| split(one).0));
        above
            .take_while(|directory| !directory.is_empty())
            .find(|directory| APART.contains(&split(directory).1) || self.is_marked(directory))
            .map(str::to_owned)
    }

    fn is_marked(&self, directory: &str) -> bool {
        let entries = self.repository.entries(directory);
        let is_marked = |name: &str| {
            let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
            let is_called = MARKS.iter().any(|mark| mark.to_ascii_uppercase() == stem);
            let is_marked = || stem.eq_ignore_ascii_case("readme") && self.has_mark(&below(directory, name));
            matches!(ending, "" | "md" | "txt" | "rst") && (is_called || is_marked())
        };
        entries.names().any(is_marked)
    }

    /// Whether the title of a text says that what it is about is no longer used.
    fn has_mark(&self, path: &str) -> bool {
        let Ok(file) = self.repository.sources.glancing().load(&self.repository.absolute(path)) else { return false };
        let text = &self.repository.sources.file(file).text;
        let title = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("").to_lowercase();
        let is_title = title.starts_with(['#', '=', '!', '>']) || path.ends_with(".txt");
        is_title && title.split(|letter: char| !letter.is_alphanumeric()).any(|word| MARKS.contains(&word))
    }

    /// Whether a file is the overlay for production of a base that commands only start with its override, which is for
    /// developers.
    pub(super) fn is_only_deployment(&self, base: &str, file: &str) -> bool {
        let words = split(file).1.split(['.', '-', '_']);
        let is_named = words.into_iter().any(|word| matches!(word, "prod" | "production"));
        let is_override = |file: &String| OVERRIDE_NAMES.contains(&split(file).1);
        let mut with_base = self.drafts.keys().filter(|one| one.files.first().is_some_and(|first| first == base));
        is_named && with_base.clone().count() > 0 && with_base.all(|one| one.files.get(1).is_some_and(is_override))
    }

    /// Whether a file is of another schema, or in an archive or in a tool's directory, or a sketch, so that nobody starts it
    /// unless a command says so; what is no Compose file is not noted then.
    pub(super) fn is_left_aside(&mut self, file: &str) -> bool {
        if !BASE_NAMES.contains(&split(file).1) && is_of_another_schema(self.repository, file) {
            return true;
        }
        let names: Vec<String> = split(file).0.split('/').map(str::to_ascii_lowercase).collect();
        let is_in = |directories: &[&str]| names.iter().any(|name| directories.contains(&name.as_str()));
        let own = split(file).1.to_ascii_lowercase();
        let is_copy = own.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| COPIES.contains(&word));
        let is_archived = is_in(&ARCHIVES) || is_copy || self.archive_of(file).is_some();
        let reason = match (is_archived, is_in(&OF_TOOLS) || is_sketch(self.repository, file)) {
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
