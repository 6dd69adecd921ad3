//! The variables that interpolation sees, and where each was set.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use std::sync::Arc;

use crate::budget::{Budget, Limit};
use crate::collections::HashMap;
use crate::compose::load::Outside;
use crate::compose::problem::{EnvFileProblem, EnvLine, EnvLineFlaw, LinePosition, Problem, Reported};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{FileId, LoadError, SourceDb, Span, relative};
use crate::text::dotenv;
use crate::text::dotenv::{EnvFileRole, KnownVariables, ProblemKind, is_placeholder_as_whole};

/// A variable of the project.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProjectVariable {
    /// Its value.
    pub(crate) value: String,
    /// The line of the env file that set it; `None` for one of the machine, the process or Compose itself.
    pub(crate) place: Option<Place>,
    /// Lines of earlier env files, or further up in the same file, whose value this one replaced.
    pub(crate) replaced: Vec<Place>,
    /// Whether the value is that of an example: the env file that it stands in for may have another one.
    pub(crate) is_assumed: bool,
}

/// What is known about the value of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VariableState {
    /// A file in the checkout, or the command, sets it.
    Known,
    /// An example shows a value.
    Assumed,
    /// Nothing sets it.
    Unset,
    /// Something that is not in the checkout sets it, or may.
    Unknown,
}

/// The variables of a project.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// Shared with the projects that include this one or are included, until one of them reads env files of its own.
    settings: Arc<HashMap<String, ProjectVariable>>,
    /// The env files read, in order.
    pub(crate) files: Vec<FileId>,
    /// Bare `KEY` lines that nothing gives a value, by name.
    pub(crate) bare: Vec<(String, Place)>,
    /// What else sets variables.
    pub(crate) outside: Outside,
    /// Variables that an example documents without a value.
    documented: BTreeSet<String>,
}

/// Whether the value of an example only says what belongs there: `UPLOAD_LOCATION=LOCATION`, `DATA_PATH=path`.
fn names_itself(name: &str, value: &str) -> bool {
    const PLACES: [&str; 6] = ["PATH", "DIR", "DIRECTORY", "FOLDER", "LOCATION", "ROOT"];
    let last = name.rsplit('_').next().unwrap_or(name);
    let is_word = value.len() > 2 && value.bytes().all(|letter| letter.is_ascii_uppercase() || letter == b'_');
    let is_end = name.strip_suffix(value).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    is_word && is_end || PLACES.contains(&last) && PLACES.iter().any(|place| value.eq_ignore_ascii_case(place))
}

impl Environment {
    /// The value of a variable.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        self.settings.get(name).map(|setting| setting.value.clone())
    }

    /// A variable and where it was set.
    pub(crate) fn setting(&self, name: &str) -> Option<&ProjectVariable> {
        self.settings.get(name)
    }

    /// What is known about the value of a variable.
    pub(crate) fn state(&self, name: &str) -> VariableState {
        match self.settings.get(name) {
            Some(setting) if setting.is_assumed => VariableState::Assumed,
            Some(_) => VariableState::Known,
            None if self.outside.set.contains(name) || self.documented.contains(name) => VariableState::Unknown,
            None if self.outside.may_set_others => VariableState::Unknown,
            None => VariableState::Unset,
        }
    }

    /// Adds what is known about variables that the files of the checkout do not set.
    pub(crate) fn supplement(&mut self, sources: &SourceDb, outside: &Outside, budget: &Budget) {
        self.outside = outside.clone();
        // What fills in a blank line of an env file is not in the checkout.
        let is_blank = |name: &String| self.settings.get(name).is_some_and(|one| one.value.is_empty());
        for name in outside.set.iter().filter(|name| is_blank(name)).collect::<Vec<_>>() {
            Arc::make_mut(&mut self.settings).remove(name);
        }
        let mut read: HashMap<String, ProjectVariable> = HashMap::default();
        // What is wrong with an example is nothing that docker compose sees.
        let mut ignored = Vec::new();
        for file in outside.examples.iter().filter_map(|path| sources.load(path).ok()) {
            let bare = self.bare.len();
            self.read_file(sources, file, &mut read, &mut ignored, budget);
            self.documented.extend(self.bare.drain(bare..).map(|(name, _)| name));
        }
        for (name, setting) in read {
            if self.settings.contains_key(&name) || outside.set.contains(&name) {
                continue;
            }
            if is_placeholder_as_whole(&setting.value) || names_itself(&name, &setting.value) {
                self.documented.insert(name);
            } else {
                Arc::make_mut(&mut self.settings).insert(name, ProjectVariable { is_assumed: true, ..setting });
            }
        }
    }

    /// All variables, sorted by name.
    pub(crate) fn all(&self) -> Vec<(&str, &ProjectVariable)> {
        let mut all: Vec<_> = self.settings.iter().map(|(name, setting)| (name.as_str(), setting)).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }

    /// Sets a variable whatever was set before.
    pub(crate) fn force(&mut self, name: &str, value: impl Into<String>) {
        Arc::make_mut(&mut self.settings).insert(
            name.to_owned(),
            ProjectVariable { value: value.into(), place: None, replaced: Vec::new(), is_assumed: false },
        );
    }

    /// Reads env files in order; a later file wins over an earlier one, what was set before wins over both.
    ///
    /// The problems are what Compose rejects: lines it cannot read, each at its place, and files that are missing, at
    /// the `anchor`.
    pub(crate) fn read(
        &mut self,
        sources: &SourceDb,
        files: &[PathBuf],
        anchor: Place,
        budget: &Budget,
    ) -> Vec<Reported> {
        let mut found = Vec::new();
        let mut read: HashMap<String, ProjectVariable> = HashMap::default();
        for path in files {
            match sources.load(path) {
                Ok(file) if budget.spend(Limit::Files, 1, anchor) => {
                    self.files.push(file);
                    self.read_file(sources, file, &mut read, &mut found, budget);
                }
                Ok(_) => {}
                Err(error) => found.push(unreadable(sources, path, error, anchor)),
            }
        }
        if read.is_empty() || !budget.spend(Limit::Steps, self.settings.len(), anchor) {
            return found;
        }
        let settings = Arc::make_mut(&mut self.settings);
        for (name, setting) in read {
            settings.entry(name).or_insert(setting);
        }
        found
    }

    fn read_file(
        &mut self,
        sources: &SourceDb,
        file: FileId,
        read: &mut HashMap<String, ProjectVariable>,
        found: &mut Vec<Reported>,
        budget: &Budget,
    ) {
        let source = sources.file(file);
        let first = |name: &str| self.value(name);
        let earlier = |name: &str| read.get(name).map(|setting| setting.value.clone());
        let parsed =
            dotenv::parse(&source.text, EnvFileRole::Project, KnownVariables { first: &first, earlier: &earlier });
        spend(&parsed, file, source.text.len(), budget);
        found.extend(env_problems(file, &parsed));
        for (at, line) in parsed.lines.iter().enumerate() {
            let place = line_place(file, at, line.key_span.0, line.value_span.1);
            match &line.value {
                Some(value) => {
                    let before = read.remove(&line.key);
                    let (mut replaced, place_before) =
                        before.map_or((Vec::new(), None), |setting| (setting.replaced, setting.place));
                    replaced.extend(place_before);
                    read.insert(
                        line.key.clone(),
                        ProjectVariable { value: value.clone(), place: Some(place), replaced, is_assumed: false },
                    );
                }
                None => self.bare.push((line.key.clone(), place)),
            }
        }
    }
}

/// Counts what an env file has cost to read.
pub(crate) fn spend(parsed: &dotenv::DotenvFile, file: FileId, bytes: usize, budget: &Budget) {
    let at = line_place(file, 0, 0, 0);
    if parsed.is_cut {
        budget.note(Limit::Bytes, at);
    }
    budget.spend(Limit::Bytes, parsed.expanded_bytes.max(bytes), at);
}

fn unreadable(sources: &SourceDb, path: &Path, error: LoadError, anchor: Place) -> Reported {
    let base = sources.path(anchor.span.file).parent().unwrap_or(Path::new("/")).to_path_buf();
    let problem = EnvFileProblem::OfProject { name: relative(&base, path), error };
    Reported::new(anchor, &[], Problem::EnvFile(problem))
}

/// The place of a line of an env file.
pub(crate) fn line_place(file: FileId, line: usize, start: u32, end: u32) -> Place {
    Place { span: Span { file, start, end }, node: NodeId::new(line) }
}

/// What Compose cannot read in an env file. Lines that follow each other unread are one mistake: a value
/// that goes over several lines without quotes.
pub(crate) fn env_problems(file: FileId, parsed: &dotenv::DotenvFile) -> Vec<Reported> {
    let mut found = Vec::new();
    let mut last: Option<u32> = None;
    for problem in &parsed.problems {
        let behind = parsed.lines.partition_point(|line| line.key_span.0 < problem.start);
        let before = behind.checked_sub(1).and_then(|at| parsed.lines.get(at));
        let follows = last.is_some_and(|last| before.is_none_or(|line| line.key_span.0 < last));
        last = Some(problem.start);
        if !follows || is_of_own_line(&problem.kind) {
            let place = line_place(file, parsed.lines.len(), problem.start, problem.end);
            let behind = before.map_or(LinePosition::Start, |line| LinePosition::Behind(line.key.clone()));
            let position = if follows { LinePosition::Of(problem.key.clone()) } else { behind };
            let line = EnvLine { flaw: flaw(&problem.kind), position };
            found.push(Reported::new(place, &[], Problem::EnvLine(line)));
        }
    }
    found
}

/// Whether the line is an assignment, and so does not belong to the value before it.
fn is_of_own_line(kind: &ProblemKind) -> bool {
    matches!(kind, ProblemKind::UnterminatedQuote | ProblemKind::InvalidInterpolation | ProblemKind::Required { .. })
}

fn flaw(kind: &ProblemKind) -> EnvLineFlaw {
    match kind {
        ProblemKind::KeyWithSpace => EnvLineFlaw::KeyWithSpace,
        ProblemKind::UnexpectedCharacter(found) => EnvLineFlaw::UnexpectedCharacter(*found),
        ProblemKind::UnterminatedQuote => EnvLineFlaw::UnterminatedQuote,
        ProblemKind::InvalidInterpolation => EnvLineFlaw::InvalidInterpolation,
        ProblemKind::Required { name, message } => {
            EnvLineFlaw::Required { name: name.clone(), message: message.clone() }
        }
        ProblemKind::ExportOfNothing => EnvLineFlaw::ExportOfNothing,
    }
}
