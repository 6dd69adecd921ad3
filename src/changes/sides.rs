//! A project before and after a change, with what is needed to talk about it.

use std::path::{Path, PathBuf};

use super::ChangePlace;
use super::words::{difference, identity, is_short, meant, spelled};
use crate::compose::load::environment::VariableState;
use crate::compose::problem::{EnvFileProblem, EnvLine, EnvLineFlaw, Problem, Reported, Verdict};
use crate::compose::value::{Part, Value};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::model::{Service, Spanned};
use crate::report::Report;
use crate::secrets::{KnownSecrets, MASK, is_secret_name};
use crate::source::{InGit, LoadError, PathKind, Place, SourceDb, normalize, relative};
use crate::workspace::{LoadedProject, Memory};

/// The files of one side.
pub(super) struct Root<'a> {
    pub(super) sources: &'a SourceDb,
    pub(super) memory: &'a Memory,
    /// The working directory: paths are shown relative to it.
    pub(super) base: &'a Path,
    /// Whether these are the files of the revision.
    pub(super) is_then: bool,
    /// What is wrong with the projects.
    pub(super) report: &'a Report,
}

/// A project on one side.
pub(super) struct Side<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) root: &'a Root<'a>,
    problems: &'a [Reported],
    secrets: &'a KnownSecrets,
}

/// A project on both sides.
pub(super) struct Sides<'a> {
    pub(super) then: Side<'a>,
    pub(super) now: Side<'a>,
    /// Services by their old name and their new one, those that kept theirs among them.
    pub(super) kept: Vec<(String, String)>,
}

/// A service on both sides; on one of them it may be missing.
#[derive(Clone, Copy)]
pub(super) struct ServicePair<'a> {
    pub(super) then: Option<&'a Service>,
    pub(super) now: Option<&'a Service>,
}

impl<'a> ServicePair<'a> {
    /// The name that people know it by now.
    pub(super) fn name(&self) -> &'a str {
        self.now.or(self.then).map_or("", |service| service.name.as_str())
    }

    /// The service on both sides, where it is on both.
    pub(super) fn both(&self) -> Option<(&'a Service, &'a Service)> {
        Some((self.then?, self.now?))
    }
}

impl<'a> Side<'a> {
    pub(super) fn new(root: &'a Root<'a>, loaded: &'a LoadedProject) -> Side<'a> {
        Side {
            facts: loaded.facts(root.sources, root.memory),
            root,
            problems: &loaded.problems,
            secrets: &loaded.secrets,
        }
    }

    /// For what docker compose rejects the project: where, and in words where there are some. That a variable or an env
    /// file is not in the repository is no mistake of the files: where the project runs, it may be there.
    pub(super) fn rejection(&self) -> Option<(Place, Option<String>)> {
        let is_here = |one: &&Reported| match &one.problem {
            Problem::Required { .. } | Problem::EnvLine(EnvLine { flaw: EnvLineFlaw::Required { .. }, .. }) => false,
            Problem::EnvFile(EnvFileProblem::OfService { error, .. }) => *error != LoadError::Missing,
            _ => one.verdict != Verdict::Accepted && one.caused_by.is_none(),
        };
        let first = self.problems.iter().find(is_here)?;
        let is_it = |finding: &&Finding| finding.severity == Severity::Error && finding.place.span == first.at.span;
        let told = self.root.report.findings.iter().find(is_it);
        Some((first.at, told.map(|finding| self.masked(finding.message.for_people()))))
    }

    /// Where something is written, as the output shows it.
    pub(super) fn place(&self, place: Place) -> ChangePlace {
        let file = self.root.sources.file(place.span.file);
        ChangePlace {
            file: relative(self.root.base, &file.path),
            line: file.position(place.span.start).line,
            is_then: self.root.is_then,
        }
    }

    /// A service, whether or not a profile enables it.
    pub(super) fn service(&self, name: &str) -> Option<&'a Service> {
        let model = self.facts.model;
        model.services.get(name).or_else(|| model.disabled.get(name))
    }

    /// All services, those that no active profile enables last.
    pub(super) fn services(&self) -> impl Iterator<Item = &'a Service> + use<'a> {
        self.facts.model.services.values().chain(self.facts.model.disabled.values())
    }

    /// Whether a service starts without being asked for.
    pub(super) fn is_enabled(&self, name: &str) -> bool {
        self.facts.project.enabled.contains(name)
    }

    /// What is written of a service, whole.
    pub(super) fn written(&self, name: &str) -> Option<&'a Value> {
        self.facts.project.root.get("services")?.get(name)
    }

    /// What is written at a place, in one way: `$NAME` is `${NAME}`.
    fn written_at(&self, place: Place) -> String {
        let file = self.root.sources.file(place.span.file);
        file.slice(place.span.start, place.span.end).trim_matches(['"', '\'']).replace(['{', '}'], "")
    }

    fn is_any_of_example(&self, parts: &[Part]) -> bool {
        let environment = &self.facts.project.environment;
        let named = parts.iter().filter_map(|part| part.variable.as_ref());
        named.map(ToString::to_string).any(|name| environment.state(&name) == VariableState::Assumed)
    }

    /// The directory of the project.
    pub(super) fn directory(&self) -> &'a Path {
        &self.facts.project.directory
    }

    /// A text that people may see.
    pub(super) fn masked(&self, text: &str) -> String {
        self.secrets.masked(text).unwrap_or_else(|| text.to_owned())
    }

    /// A value between backticks, with the names of variables for what they brought; `None` where it is too long, and
    /// where it holds a secret.
    pub(super) fn quoted(&self, name: &str, text: &str, parts: &[Part]) -> Option<String> {
        let shown = self.masked(&spelled(text, parts));
        let hides = shown.contains(MASK) || self.masked(&format!("{name}={shown}")).contains(MASK);
        (is_short(&shown) && !hides && !is_secret_name(name)).then(|| format!("`{shown}`"))
    }

    /// The same of a text with a place.
    pub(super) fn quoted_text(&self, name: &str, value: &Spanned<String>) -> Option<String> {
        self.quoted(name, &value.value, &value.parts)
    }

    /// A path of the host as people write it: seen from the project, where it is inside of the repository.
    pub(super) fn host_path(&self, path: &Spanned<String>) -> String {
        if path.is_interpolated() {
            let text = spelled(&path.value, &path.parts);
            // The loader has put the directory of the project before it.
            let prefix = self.directory().join("").display().to_string();
            let inside = text.strip_prefix(&prefix).filter(|_| text != path.value);
            return self.masked(&match inside {
                Some(rest) if rest.starts_with("${") => rest.to_owned(),
                Some(rest) => format!("./{rest}"),
                None => self.seen_from_project(&text),
            });
        }
        self.masked(&self.beyond(path).unwrap_or_else(|| self.seen_from_project(&path.value)))
    }

    /// A path outside of the repository, or below a home directory, as it is written: where a checkout is says nothing.
    fn beyond(&self, path: &Spanned<String>) -> Option<String> {
        let span = path.place.span;
        let file = self.root.sources.file(span.file);
        let written = file.slice(span.start, span.end).trim_matches(['"', '\'']);
        let inside = self.seen_from_project(&path.value) != path.value;
        let is_relative = written.starts_with("../") || written == ".." || written.starts_with('~');
        (!inside && is_relative && !written.contains(['$', ':'])).then(|| written.trim_end_matches('/').to_owned())
    }

    /// Whether a path is a file of the repository, or a directory with more of it than what keeps it in git.
    pub(super) fn is_in_git(&self, path: &Path) -> bool {
        let sources = self.root.sources;
        match sources.kind(path) {
            PathKind::File => sources.in_git(path) == InGit::Tracked,
            PathKind::Directory => {
                let entries = sources.entries(path);
                let mut names = entries.names().filter(|name| !name.starts_with('.'));
                names.any(|name| sources.in_git(&path.join(name)) == InGit::Tracked)
            }
            PathKind::Missing | PathKind::Outside => false,
        }
    }

    /// Words as one text that people may see, with the names of variables for what they brought.
    pub(super) fn words(&self, words: &[Spanned<String>]) -> String {
        let all: Vec<String> = words.iter().map(|word| spelled(&word.value, &word.parts)).collect();
        self.masked(&all.join(" "))
    }

    /// What a path of the host means: the same file has one name wherever a checkout is, and of a path with a variable
    /// whose value is not known, only its name says which one it is.
    pub(super) fn meant_path(&self, path: &Spanned<String>) -> String {
        let text = meant(path);
        if text == path.value { self.seen_from_project(&text) } else { text }
    }

    fn seen_from_project(&self, path: &str) -> String {
        let absolute = Path::new(path);
        let root = self.root.sources.repository(self.directory());
        let root = root.as_deref().unwrap_or(self.directory());
        let clean = normalize(absolute);
        if !absolute.is_absolute() || !clean.starts_with(root) {
            return path.to_owned();
        }
        match relative(self.directory(), &clean) {
            seen if seen.is_empty() => ".".to_owned(),
            seen if seen.starts_with("..") => seen,
            seen => format!("./{seen}"),
        }
    }
}

impl Sides<'_> {
    /// Whether a text means the same on both sides.
    pub(super) fn is_same(&self, old: &Spanned<String>, new: &Spanned<String>) -> bool {
        identity(old) == identity(new) || self.is_of_example((&old.parts, old.place), (&new.parts, new.place))
    }

    /// The same of rows of texts.
    pub(super) fn are_same(&self, old: &[Spanned<String>], new: &[Spanned<String>]) -> bool {
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| self.is_same(old, new))
    }

    /// Whether what is written is the same, and its value is that of an example: where it runs, another one holds.
    pub(super) fn is_of_example(&self, (old, then): (&[Part], Place), (new, now): (&[Part], Place)) -> bool {
        if !self.then.is_any_of_example(old) && !self.now.is_any_of_example(new) {
            return false;
        }
        // A blank value has the place of its whole item.
        let (was, is) = (self.then.written_at(then), self.now.written_at(now));
        was.ends_with(&is) || is.ends_with(&was)
    }

    /// What a text has in place of what it had, in words: ``with `--workers 4` instead of `--workers 2` ``; `None` where
    /// that is long, or would show a secret.
    pub(super) fn differing_words(&self, key: &str, old: &str, new: &str) -> Option<String> {
        let (was, is) = difference(old, new);
        let quoted = |side: &Side<'_>, text: &str| side.quoted(key, text, &[]);
        let words = match (was.is_empty(), is.is_empty()) {
            (true, true) => return None,
            (true, false) => format!("with {}", quoted(&self.now, &is)?),
            (false, true) => format!("without {}", quoted(&self.then, &was)?),
            (false, false) => format!("with {} instead of {}", quoted(&self.now, &is)?, quoted(&self.then, &was)?),
        };
        // What one of them hides, the other may not know of.
        (!self.then.masked(&self.now.masked(&words)).contains(MASK)).then_some(words)
    }
}

/// A file of the repository that a path names, on a side.
pub(super) fn is_file(side: &Side<'_>, path: &str) -> bool {
    side.root.sources.kind(&PathBuf::from(path)) == PathKind::File
}
