//! The variables that interpolation sees, and where each was set.

use std::path::{Path, PathBuf};

use super::interpolate::required;
use crate::collections::HashMap;
use crate::finding::{Finding, Severity};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{FileId, LoadError, SourceDb, Span, relative};
use crate::text::dotenv;
use crate::text::dotenv::{Known, ProblemKind, Role};

/// A variable of the project.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    /// Its value.
    pub(crate) value: String,
    /// The line of the env file that set it; `None` for one of the machine, the process or Compose itself.
    pub(crate) place: Option<Place>,
    /// Lines of earlier env files, or further up in the same file, whose value this one replaced.
    pub(crate) replaced: Vec<Place>,
}

/// The variables of a project.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    settings: HashMap<String, Setting>,
    /// The env files read, in order.
    pub(crate) files: Vec<FileId>,
    /// Bare `KEY` lines that nothing gives a value, by name.
    pub(crate) bare: Vec<(String, Place)>,
}

impl Environment {
    /// The value of a variable.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.settings.get(name).map(|setting| setting.value.clone())
    }

    /// A variable and where it was set.
    pub(crate) fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// All variables, sorted by name.
    pub(crate) fn all(&self) -> Vec<(&str, &Setting)> {
        let mut all: Vec<_> = self.settings.iter().map(|(name, setting)| (name.as_str(), setting)).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }

    /// Sets a variable whatever was set before.
    pub(crate) fn force(&mut self, name: &str, value: impl Into<String>) {
        self.settings.insert(name.to_owned(), Setting { value: value.into(), place: None, replaced: Vec::new() });
    }

    /// Reads env files in order; a later file wins over an earlier one, what was set before wins over both.
    ///
    /// The findings are what Compose rejects: lines it cannot read, each at its place, and files that are missing, at
    /// the `anchor`.
    pub(crate) fn read(&mut self, sources: &SourceDb, files: &[PathBuf], anchor: Place) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut read: HashMap<String, Setting> = HashMap::default();
        for path in files {
            match sources.load(path) {
                Ok(file) => {
                    self.files.push(file);
                    self.read_file(sources, file, &mut read, &mut findings);
                }
                Err(error) => findings.push(unreadable(sources, path, &error, anchor)),
            }
        }
        for (name, setting) in read {
            self.settings.entry(name).or_insert(setting);
        }
        findings
    }

    fn read_file(
        &mut self,
        sources: &SourceDb,
        file: FileId,
        read: &mut HashMap<String, Setting>,
        findings: &mut Vec<Finding>,
    ) {
        let source = sources.file(file);
        let first = |name: &str| self.value(name);
        let earlier = |name: &str| read.get(name).map(|setting| setting.value.clone());
        let parsed = dotenv::parse(&source.text, Role::Project, Known { first: &first, earlier: &earlier });
        findings.extend(env_problems(file, &parsed));
        for (at, line) in parsed.lines.iter().enumerate() {
            let place = line_place(file, at, line.key_span.0, line.value_span.1);
            match &line.value {
                Some(value) => {
                    let before = read.remove(&line.key);
                    let mut replaced = before.as_ref().map_or_else(Vec::new, |setting| setting.replaced.clone());
                    replaced.extend(before.and_then(|setting| setting.place));
                    read.insert(line.key.clone(), Setting { value: value.clone(), place: Some(place), replaced });
                }
                None => self.bare.push((line.key.clone(), place)),
            }
        }
    }
}

fn unreadable(sources: &SourceDb, path: &Path, error: &LoadError, anchor: Place) -> Finding {
    let base = sources.file(anchor.span.file).path.parent().unwrap_or(Path::new("/")).to_path_buf();
    let name = relative(&base, path);
    let message = format!("cannot read env file `{name}`: {error}");
    Finding::new("missing-env-file", error.severity(), anchor, name, message)
        .help("create it, or correct the path in `--env-file`")
}

/// The place of a line of an env file.
pub(crate) fn line_place(file: FileId, line: usize, start: u32, end: u32) -> Place {
    Place { span: Span { file, start, end }, node: NodeId::new(line) }
}

/// What Compose cannot read in an env file, as findings. Lines that follow each other unread are one mistake: a value
/// that goes over several lines without quotes.
pub(crate) fn env_problems(file: FileId, parsed: &dotenv::EnvFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut last: Option<u32> = None;
    for problem in &parsed.problems {
        let before = parsed.lines.iter().rev().find(|line| line.key_span.0 < problem.start);
        let follows = last.is_some_and(|last| before.is_none_or(|line| line.key_span.0 < last));
        last = Some(problem.start);
        if !follows {
            let place = line_place(file, parsed.lines.len(), problem.start, problem.end);
            let behind = before.map_or("the start", |line| line.key.as_str());
            findings.push(env_problem(&problem.kind, place).evidence(format!("behind {behind}")));
        }
    }
    findings
}

fn env_problem(kind: &ProblemKind, place: Place) -> Finding {
    let (rule, message, help) = match kind {
        ProblemKind::KeyWithSpace => {
            ("malformed-line", "a variable name cannot contain whitespace".to_owned(), "use `KEY=value`")
        }
        ProblemKind::UnexpectedCharacter(found) => (
            "malformed-line",
            format!("invalid character `{}` in a variable name", found.escape_default()),
            "quote multi-line values, and start comments with `#`",
        ),
        ProblemKind::UnterminatedQuote => ("malformed-line", "unclosed quote".to_owned(), "close the quote"),
        ProblemKind::InvalidInterpolation => (
            "invalid-interpolation",
            "invalid variable reference".to_owned(),
            "use single quotes, or escape a literal `$` as `$$`",
        ),
        ProblemKind::Required { name, message } => {
            ("required-variable", required(name, message), "set it earlier in this file, or in an earlier env file")
        }
        ProblemKind::ExportOfNothing => {
            ("malformed-line", "`export` without a variable name".to_owned(), "use `export KEY=value`")
        }
    };
    Finding::new(rule, Severity::Error, place, "", message).help(help)
}
