//! A possible state of a script: its variables, its directory, its functions.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::super::fragment::Fragment;
use crate::text::shell::ShellNode;

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TracedVariable {
    /// The words: one, or those of an array.
    pub(crate) words: Vec<String>,
    /// Whether programs that are started see it.
    pub(crate) exported: bool,
    /// Whether it is certain, not a default that a caller may replace.
    pub(crate) sure: bool,
    /// Where it is set, in its file.
    pub(crate) at: u32,
}

/// A directory, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Directory {
    /// Where scripts of this kind start.
    Start,
    /// One of these, below the root; they may have holes.
    At(Vec<String>),
    /// None of the repository.
    Elsewhere,
}

/// A function, or an alias.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(super) body: FunctionBody,
    pub(super) fragment: Rc<Fragment>,
    /// Where it is written, in its fragment.
    pub(super) at: u32,
}

/// What a function does.
#[derive(Clone, Debug)]
pub(super) enum FunctionBody {
    /// These commands.
    Nodes(Rc<Vec<ShellNode>>),
    /// This text, in front of the words of the call.
    Text(String),
}

/// A state.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(super) variables: Rc<BTreeMap<String, TracedVariable>>,
    /// A hash of all variables, because states are compared often.
    digest: u64,
    pub(super) functions: Rc<BTreeMap<String, Function>>,
    /// Names of directories that the text clones, and whether that is this repository.
    pub(super) clones: Rc<BTreeMap<String, bool>>,
    /// Env files that the text sources and that the repository lacks: what they set is not known.
    pub(super) lacking: Rc<BTreeSet<String>>,
    pub(super) directory: Directory,
    pub(super) before: Directory,
    pub(super) stack: Vec<Directory>,
    /// Where the repository was left for a directory that is not in it, and how deep that is.
    pub(super) left: Option<(Directory, usize)>,
    /// The arguments; nothing where the caller gives them.
    pub(super) arguments: Option<Vec<String>>,
    /// Whether every assignment exports.
    pub(super) exports_all: bool,
    pub(in crate::discover::invocations) ended: bool,
}

impl World {
    /// Where nothing is set.
    pub(crate) fn new() -> World {
        World {
            variables: Rc::default(),
            digest: 0,
            functions: Rc::default(),
            clones: Rc::default(),
            lacking: Rc::default(),
            directory: Directory::Start,
            before: Directory::Start,
            stack: Vec::new(),
            left: None,
            arguments: None,
            exports_all: false,
            ended: false,
        }
    }

    /// With a variable that programs see.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> World {
        self.set(name, vec![value.into()], true, true, 0);
        self
    }

    /// With a variable of the script alone.
    pub(crate) fn with_own(mut self, name: &str, value: impl Into<String>) -> World {
        self.set(name, vec![value.into()], false, true, 0);
        self
    }

    /// Notes that a directory belongs to another project.
    pub(crate) fn clones_foreign(&mut self, name: &str) {
        Rc::make_mut(&mut self.clones).insert(name.to_owned(), false);
    }

    /// What is left of it under the next heading of a document: what was cloned.
    pub(crate) fn under_a_heading(&self) -> World {
        World { clones: Rc::clone(&self.clones), ..World::new() }
    }

    /// What is left of it in the next block of a document: its directory, what was cloned, and what was exported.
    pub(crate) fn behind_a_block(self) -> World {
        let (directory, before, left) = (self.directory, self.before, self.left);
        let mut next = World { clones: self.clones, directory, before, left, ..World::new() };
        for (name, one) in self.variables.iter().filter(|(_, one)| one.exported) {
            next.set(name, one.words.clone(), true, one.sure, one.at);
        }
        next
    }

    /// Behind a `return`.
    pub(super) fn going_on(self) -> World {
        World { ended: false, ..self }
    }

    /// In a directory.
    pub(crate) fn in_directory(mut self, directory: Directory) -> World {
        self.directory = directory;
        self
    }

    /// Notes env files that are sourced and that the repository lacks. What is empty so far is filled in by them.
    pub(super) fn lacks(&mut self, files: Vec<String>, hole: impl Fn(&str) -> String) {
        Rc::make_mut(&mut self.lacking).extend(files);
        let is_blank = |variable: &TracedVariable| variable.exported && variable.words.iter().all(String::is_empty);
        let blank = self.variables.iter().filter(|(_, variable)| is_blank(variable));
        for name in blank.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.set(&name, vec![hole(&name)], true, false, 0);
        }
    }

    /// Env files that are sourced and that the repository lacks.
    pub(crate) fn lacking(&self) -> BTreeSet<String> {
        (*self.lacking).clone()
    }

    /// Sets a variable; what was exported stays so.
    pub(crate) fn set(&mut self, name: &str, words: Vec<String>, exported: bool, sure: bool, at: u32) {
        let before = self.variables.get(name);
        let exported = exported || self.exports_all || before.is_some_and(|variable| variable.exported);
        let variable = TracedVariable { words, exported, sure, at };
        if before != Some(&variable) {
            self.digest ^= before.map_or(0, |before| digest(name, before)) ^ digest(name, &variable);
            Rc::make_mut(&mut self.variables).insert(name.to_owned(), variable);
        }
    }

    /// A variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&TracedVariable> {
        self.variables.get(name)
    }

    /// Removes a variable.
    pub(super) fn unset(&mut self, name: &str) {
        if let Some(variable) = self.variables.get(name) {
            self.digest ^= digest(name, variable);
            Rc::make_mut(&mut self.variables).remove(name);
        }
    }

    /// Exports a variable that is set, or will be.
    pub(super) fn export(&mut self, name: &str) {
        if let Some(variable) = self.variables.get(name).filter(|variable| !variable.exported).cloned() {
            self.set(name, variable.words, true, variable.sure, variable.at);
        }
    }

    /// The variables that programs see.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let exported = self.variables.iter().filter(|(_, variable)| variable.exported);
        exported.map(|(name, variable)| (name.clone(), variable.words.join(" "))).collect()
    }

    /// The variables that programs see and that are only empty where nobody gives them a value: `export TAG=${1:-}`.
    pub(crate) fn left_open(&self) -> impl Iterator<Item = &String> {
        let is_open = |variable: &TracedVariable| {
            variable.exported && !variable.sure && variable.words.iter().all(String::is_empty)
        };
        self.variables.iter().filter(move |(_, variable)| is_open(variable)).map(|(name, _)| name)
    }

    /// An alias: a word that means others.
    pub(crate) fn alias(&mut self, name: &str, text: &str, fragment: &Rc<Fragment>, at: u32) {
        let function = Function { body: FunctionBody::Text(text.to_owned()), fragment: Rc::clone(fragment), at };
        Rc::make_mut(&mut self.functions).insert(name.to_owned(), function);
    }

    pub(in crate::discover::invocations) fn go(&mut self, directory: Directory) {
        self.before = std::mem::replace(&mut self.directory, directory);
    }

    pub(super) fn is_same(&self, other: &World) -> bool {
        let same_functions =
            Rc::ptr_eq(&self.functions, &other.functions) || self.functions.len() == other.functions.len();
        self.digest == other.digest
            && same_functions
            && self.directory == other.directory
            && self.before == other.before
            && self.stack == other.stack
            && self.left == other.left
            && self.arguments == other.arguments
            && self.ended == other.ended
            && self.clones == other.clones
            && self.lacking == other.lacking
    }
}

/// A hash of a variable and its value.
fn digest(name: &str, variable: &TracedVariable) -> u64 {
    let mut hasher = DefaultHasher::new();
    (name, &variable.words, variable.exported, variable.sure).hash(&mut hasher);
    hasher.finish()
}
