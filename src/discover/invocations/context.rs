//! What the readers of a repository share: its files, the holes, the commands found so far, and how much work is left.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::collections::HashSet;

use super::Purpose;
use super::command::Compose;
use super::repository::Repository;
use super::values::{Hole, Holes, has_hole};
use crate::source::{FileId, Span};

/// How many commands of scripts are followed in a repository, alternatives and rounds of loops counted.
const MAX_STEPS: u32 = 400_000;
/// How many commands of one file are followed.
const MAX_STEPS_OF_A_FILE: u32 = 40_000;
/// How many variables are copied in a step.
const VARIABLES_OF_A_STEP: usize = 8;
/// How many different commands that start projects are kept.
const MAX_FOUND: usize = 4096;

/// What the readers share.
pub(super) struct ReaderContext<'a> {
    /// The repository.
    pub(super) repository: &'a Repository<'a>,
    holes: RefCell<Holes>,
    found: RefCell<(Vec<FoundCommand>, HashSet<FoundCommand>)>,
    steps: Cell<u32>,
    file_steps: Cell<u32>,
    /// Makefiles that commands name with `make -f`, each with the directory that it runs in.
    pub(super) makefiles: RefCell<BTreeSet<(String, String)>>,
    /// Paths, known in part, that the commands of a file write.
    generated: RefCell<HashSet<(FileId, String)>>,
    /// Calls of make that set variables.
    pub(super) make_calls: RefCell<BTreeSet<MakeCall>>,
    /// RepositoryFiles whose commands were not all followed.
    pub(super) unfinished: RefCell<BTreeSet<FileId>>,
    /// RepositoryFiles that are too long to be searched.
    pub(super) too_long: RefCell<BTreeSet<String>>,
}

/// A command that concerns a project, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FoundCommand {
    /// What it says.
    pub(super) command: Compose,
    /// The directories that it may run in; the first one with all its files is meant. May have holes.
    pub(super) directories: Vec<String>,
    /// The variables that it and its surroundings set.
    pub(super) environment: BTreeMap<String, String>,
    /// Env files that are sourced before it and that the repository lacks.
    pub(super) lacking: BTreeSet<String>,
    /// What it is for.
    pub(super) purpose: Purpose,
    /// Whether it runs where direnv has set the variables of `.envrc`.
    pub(super) by_hand: bool,
    /// Whether a document has it, whose readers know where they are.
    pub(super) in_document: bool,
    /// Where it is written.
    pub(super) span: Span,
}

/// A call of make: `make -C directory goal NAME=value`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MakeCall {
    /// The Makefile.
    pub(super) path: String,
    /// Where it runs.
    pub(super) directory: String,
    /// The targets.
    pub(super) goals: BTreeSet<String>,
    /// The variables.
    pub(super) variables: BTreeMap<String, String>,
}

impl<'a> ReaderContext<'a> {
    pub(super) fn new(repository: &'a Repository<'a>) -> ReaderContext<'a> {
        ReaderContext {
            repository,
            holes: RefCell::default(),
            found: RefCell::default(),
            steps: Cell::new(MAX_STEPS),
            file_steps: Cell::new(MAX_STEPS_OF_A_FILE),
            makefiles: RefCell::default(),
            generated: RefCell::default(),
            make_calls: RefCell::default(),
            unfinished: RefCell::default(),
            too_long: RefCell::default(),
        }
    }

    /// Starts to count the steps of a file.
    pub(super) fn start_file(&self) {
        self.file_steps.set(MAX_STEPS_OF_A_FILE);
    }

    /// Counts a step; false where none is left.
    pub(super) fn step(&self, file: FileId) -> bool {
        self.take_steps(file, 1)
    }

    /// Counts several steps; false where not that many are left.
    pub(super) fn steps(&self, file: FileId, steps: usize) -> bool {
        self.take_steps(file, u32::try_from(steps).unwrap_or(u32::MAX))
    }

    /// Counts what it takes to copy variables; false where no steps are left for it.
    pub(super) fn copy(&self, file: FileId, variables: usize) -> bool {
        self.steps(file, variables / VARIABLES_OF_A_STEP)
    }

    fn take_steps(&self, file: FileId, steps: u32) -> bool {
        let left = self.steps.get().min(self.file_steps.get());
        if left == 0 || left < steps {
            self.unfinished.borrow_mut().insert(file);
            return false;
        }
        self.steps.set(self.steps.get() - steps);
        self.file_steps.set(self.file_steps.get() - steps);
        true
    }

    /// Notes a path that a command writes, if it is known in part.
    pub(super) fn generate(&self, file: FileId, path: &str) {
        let mut generated = self.generated.borrow_mut();
        if has_hole(path) && generated.len() < MAX_FOUND {
            generated.insert((file, path.trim_start_matches("./").to_owned()));
        }
    }

    /// Whether a path that is known in part is one that the commands of the same file write: none of the repository.
    pub(super) fn is_generated(&self, file: FileId, path: &str) -> bool {
        has_hole(path) && self.generated.borrow().contains(&(file, path.trim_start_matches("./").to_owned()))
    }

    /// Keeps a command.
    pub(super) fn find(&self, found: FoundCommand) {
        let (all, known) = &mut *self.found.borrow_mut();
        if all.len() < MAX_FOUND && known.insert(found.clone()) {
            all.push(found);
        }
    }

    /// All commands that were found.
    pub(super) fn take_found(&self) -> Vec<FoundCommand> {
        std::mem::take(&mut *self.found.borrow_mut()).0
    }

    /// The text of a hole.
    pub(super) fn hole(&self, hole: Hole) -> String {
        self.holes.borrow_mut().text(hole)
    }

    /// The hole of a variable.
    pub(super) fn unset(&self, name: &str) -> String {
        self.hole(Hole::Unset(name.to_owned()))
    }

    /// The hole of what a program prints.
    pub(super) fn computed(&self, raw: &str) -> String {
        self.hole(Hole::Computed(raw.chars().take(200).collect()))
    }

    /// Looks at the holes.
    pub(super) fn with_holes<T>(&self, look: impl FnOnce(&Holes) -> T) -> T {
        look(&self.holes.borrow())
    }
}
