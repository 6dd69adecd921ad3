//! Makefiles: each recipe line is a shell command after make has replaced its variables.

mod expand;
mod parse;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::Purpose;
use super::super::context::{MakeCall, ReaderContext};
use super::super::repository::{normalize, split};
use super::super::trace::{Site, Tracer, World};
use super::super::values::{Choices, has_hole, without_marks};
use super::purpose_of_name;
use crate::source::FileId;
use expand::MakeScope;
use parse::{AssignmentOperator, Condition, MakeLine};

/// How many combinations of values are followed, and how many targets with values of their own.
const MAX_WORLDS: usize = 8;
const MAX_VARIANTS: usize = 24;
/// How many files one Makefile includes.
const MAX_INCLUDES: usize = 64;
/// How many variables are looked at, and how many bytes of a value are copied, in a step.
const VARIABLES_OF_A_STEP: usize = 64;
const BYTES_OF_A_STEP: usize = 512;

/// A variable of make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MakeVariable {
    text: String,
    /// Whether it is expanded where it is used.
    lazy: bool,
    exported: bool,
}

type MakeVariables = BTreeMap<String, MakeVariable>;

/// A rule, with its recipe.
#[derive(Clone, Debug)]
struct MakeRule {
    targets: Vec<String>,
    /// What the targets are like, with `%` for the stem.
    pattern: Option<String>,
    recipe: Vec<(String, usize, FileId)>,
}

/// Values of variables for one target.
type Own = Vec<(String, AssignmentOperator, String, bool)>;

/// A Makefile with what it includes.
pub(super) struct Make<'c, 'a> {
    context: &'c ReaderContext<'a>,
    /// Where make runs.
    directory: String,
    path: String,
    file: FileId,
    worlds: Vec<MakeVariables>,
    /// For each open condition: the states that its next branch gets, and those that have left it.
    conditions: Vec<(Vec<MakeVariables>, Vec<MakeVariables>)>,
    rules: Vec<MakeRule>,
    own: BTreeMap<String, Own>,
    /// Which targets need a target.
    needed_by: BTreeMap<String, BTreeSet<String>>,
    /// Variables of the command line, which win over the file's.
    given: BTreeMap<String, String>,
    exported: BTreeSet<String>,
    exports_all: bool,
    one_shell: bool,
    included: BTreeSet<String>,
}

/// Reads a Makefile that runs in a directory; gives the files that it includes.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, directory: &str, file: FileId) -> BTreeSet<String> {
    let mut make = Make::new(context, path, directory, file);
    make.text(file);
    make.end_conditions();
    make.recipes(None);
    make.included
}

/// Follows a call of make that sets variables.
pub(super) fn read_call(context: &ReaderContext<'_>, call: &MakeCall, file: FileId) {
    let mut make = Make::new(context, &call.path, &call.directory, file);
    make.given.clone_from(&call.variables);
    for world in &mut make.worlds {
        for (name, text) in &call.variables {
            world.insert(name.clone(), MakeVariable { text: text.clone(), lazy: false, exported: true });
        }
    }
    make.text(file);
    make.end_conditions();
    make.recipes(Some(&call.goals));
}

impl<'c, 'a> Make<'c, 'a> {
    fn new(context: &'c ReaderContext<'a>, path: &str, directory: &str, file: FileId) -> Make<'c, 'a> {
        Make {
            context,
            directory: directory.to_owned(),
            path: path.to_owned(),
            file,
            worlds: vec![MakeVariables::new()],
            conditions: Vec::new(),
            rules: Vec::new(),
            own: BTreeMap::new(),
            needed_by: BTreeMap::new(),
            given: BTreeMap::new(),
            exported: BTreeSet::new(),
            exports_all: false,
            one_shell: false,
            included: BTreeSet::new(),
        }
    }

    fn text(&mut self, file: FileId) {
        let text = without_marks(&self.context.repository.sources.file(file).text);
        for (line, at) in parse::lines(&text) {
            if !self.context.step(file) {
                return;
            }
            self.line(line, at, file);
        }
    }

    fn line(&mut self, line: MakeLine, at: usize, file: FileId) {
        match line {
            MakeLine::If(condition) => {
                let worlds = std::mem::take(&mut self.worlds);
                let (active, waiting) = self.split(worlds, &condition);
                self.worlds = active;
                self.conditions.push((waiting, Vec::new()));
            }
            MakeLine::Else(condition) => {
                let Some((waiting, mut done)) = self.conditions.pop() else { return };
                done.append(&mut self.worlds);
                let (active, waiting) = match condition {
                    Some(condition) => self.split(waiting, &condition),
                    None => (waiting, Vec::new()),
                };
                self.worlds = active;
                self.conditions.push((waiting, done));
            }
            MakeLine::EndIf => self.end_condition(),
            _ if self.worlds.is_empty() => {}
            line => self.statement(line, at, file),
        }
    }

    /// A line that is no condition.
    fn statement(&mut self, line: MakeLine, at: usize, file: FileId) {
        match line {
            MakeLine::Assignment { export, name, operator, value } => {
                let mut worlds = std::mem::take(&mut self.worlds);
                for world in &mut worlds {
                    self.assign(world, &name, operator, &value, export);
                }
                self.worlds = worlds;
            }
            MakeLine::Export(names) if names.is_empty() => self.exports_all = true,
            MakeLine::Export(names) => {
                self.exported.extend(names.iter().cloned());
                for world in &mut self.worlds {
                    for name in &names {
                        if let Some(variable) = world.get_mut(name) {
                            variable.exported = true;
                        }
                    }
                }
            }
            MakeLine::Unexport(names) => {
                self.exported.retain(|name| !names.contains(name));
                let all = self.worlds.iter_mut().flat_map(BTreeMap::iter_mut);
                all.filter(|(name, _)| names.contains(name)).for_each(|(_, variable)| variable.exported = false);
            }
            MakeLine::TargetAssignment { targets, export, name, operator, value } => {
                for target in targets.split_whitespace() {
                    let own = self.own.entry(target.to_owned()).or_default();
                    own.push((name.clone(), operator, value.clone(), export));
                }
            }
            MakeLine::Rule { targets, pattern, prerequisites, recipe } => {
                let recipe: Vec<_> = recipe.into_iter().map(|(text, at)| (text, at, file)).collect();
                self.rule(&targets, pattern, &prerequisites, recipe);
            }
            MakeLine::Recipe(text) => {
                if let Some(rule) = self.rules.last_mut() {
                    rule.recipe.push((text, at, file));
                }
            }
            MakeLine::Include(files) => self.include(&files),
            MakeLine::If(_) | MakeLine::Else(_) | MakeLine::EndIf => {}
        }
    }

    fn rule(
        &mut self,
        targets: &str,
        pattern: Option<String>,
        prerequisites: &str,
        recipe: Vec<(String, usize, FileId)>,
    ) {
        let targets = self.expand(targets, &mut self.scope(), 0);
        let prerequisites = self.expand(prerequisites, &mut self.scope(), 0);
        let targets: Vec<String> = targets.split_whitespace().take(64).map(str::to_owned).collect();
        self.one_shell |= targets.iter().any(|target| target == ".ONESHELL");
        self.exports_all |= targets.iter().any(|target| target == ".EXPORT_ALL_VARIABLES");
        if !targets.iter().all(|target| target.starts_with('.')) {
            for needed in prerequisites.split_whitespace().take(64) {
                self.needed_by.entry(needed.to_owned()).or_default().extend(targets.iter().cloned());
            }
        }
        self.rules.push(MakeRule { targets, pattern, recipe });
    }

    /// What a name of a target or a file is expanded with: the first state.
    fn scope(&self) -> MakeScope<'_> {
        static NONE: MakeVariables = MakeVariables::new();
        let variables = self.worlds.first().unwrap_or(&NONE);
        MakeScope { variables, own: BTreeMap::new(), choices: Choices::default() }
    }

    fn assign(&self, world: &mut MakeVariables, name: &str, operator: AssignmentOperator, value: &str, export: bool) {
        if self.given.contains_key(name) {
            return;
        }
        let before = world.get(name).cloned();
        let bytes = value.len() + before.as_ref().map_or(0, |variable| variable.text.len());
        if !self.context.steps(self.file, bytes / BYTES_OF_A_STEP) {
            return;
        }
        let exported =
            export || self.exported.contains(name) || before.as_ref().is_some_and(|variable| variable.exported);
        let expanded = |world: &MakeVariables| {
            let mut scope = MakeScope { variables: world, own: BTreeMap::new(), choices: Choices::default() };
            let text = self.expand(value, &mut scope, 0);
            (text, scope.choices.is_used())
        };
        let now = |world: &MakeVariables| expanded(world).0;
        let variable = match (operator, before) {
            (AssignmentOperator::Default, Some(before)) => MakeVariable { exported, ..before },
            (AssignmentOperator::Append, Some(before)) => {
                let added = if before.lazy { value.to_owned() } else { now(world) };
                MakeVariable { text: format!("{} {added}", before.text), lazy: before.lazy, exported }
            }
            (AssignmentOperator::Now, _) => match expanded(world) {
                // What may come out in several ways is left for where it is used.
                (_, true) => MakeVariable { text: value.to_owned(), lazy: true, exported },
                (text, false) => MakeVariable { text, lazy: false, exported },
            },
            (AssignmentOperator::Shell, _) => {
                let script = now(world);
                MakeVariable { text: self.shell(&script), lazy: false, exported }
            }
            _ => MakeVariable { text: value.to_owned(), lazy: true, exported },
        };
        if variable.text.len() < 64 * 1024 {
            world.insert(name.to_owned(), variable);
        }
    }

    /// The states in which a condition holds, and those in which it does not; where that is not known, both.
    fn split(&self, worlds: Vec<MakeVariables>, condition: &Condition) -> (Vec<MakeVariables>, Vec<MakeVariables>) {
        let (mut active, mut waiting) = (Vec::new(), Vec::new());
        for world in worlds {
            let mut scope = MakeScope { variables: &world, own: BTreeMap::new(), choices: Choices::default() };
            let outcome = match condition {
                Condition::Equal(left, right, sense) => {
                    let (left, right) = (self.expand(left, &mut scope, 0), self.expand(right, &mut scope, 0));
                    let is_known = !has_hole(&left) && !has_hole(&right);
                    is_known.then_some((left.trim() == right.trim()) == *sense)
                }
                Condition::Defined(name, sense) => {
                    let name = self.expand(name, &mut scope, 0);
                    world.get(&name).map(|variable| variable.text.is_empty() != *sense)
                }
            };
            match outcome {
                Some(true) => active.push(world),
                Some(false) => waiting.push(world),
                None if !self.looks_at(world.len()) => waiting.push(world),
                None => {
                    active.push(world.clone());
                    waiting.push(world);
                }
            }
        }
        active.truncate(MAX_WORLDS);
        waiting.truncate(MAX_WORLDS);
        (active, waiting)
    }

    fn end_condition(&mut self) {
        let Some((waiting, done)) = self.conditions.pop() else { return };
        let mut all = std::mem::take(&mut self.worlds);
        for world in waiting.into_iter().chain(done) {
            let is_counted = self.looks_at(world.len().saturating_mul(all.len()));
            if all.len() < MAX_WORLDS && (all.is_empty() || is_counted && !all.contains(&world)) {
                all.push(world);
            }
        }
        self.worlds = all;
    }

    /// Counts variables that are looked at; false where no steps are left for it.
    fn looks_at(&self, variables: usize) -> bool {
        self.context.steps(self.file, variables / VARIABLES_OF_A_STEP)
    }

    fn end_conditions(&mut self) {
        while !self.conditions.is_empty() {
            self.end_condition();
        }
    }

    fn include(&mut self, files: &str) {
        let files = self.expand(files, &mut self.scope(), 0);
        for file in files.split_whitespace() {
            let path = match super::super::repository::under_root(file) {
                Some(path) => normalize(path),
                None => normalize(&self.here(file)),
            };
            let Some(path) = path.filter(|path| self.context.repository.is_file(path)) else { continue };
            if self.included.len() >= MAX_INCLUDES || !self.included.insert(path.clone()) {
                continue;
            }
            if let Some(id) = self.context.repository.load(&path) {
                self.text(id);
            }
        }
    }

    /// Whether one of these targets is another, or needs it.
    fn is_wanted(&self, target: &str, goals: &BTreeSet<String>) -> bool {
        let mut left = vec![target];
        let mut seen = BTreeSet::new();
        while let Some(target) = left.pop() {
            if goals.contains(target) {
                return true;
            }
            if seen.insert(target) && seen.len() < 64 {
                left.extend(self.needed_by.get(target).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }

    fn recipes(&self, goals: Option<&BTreeSet<String>>) {
        for rule in self.rules.iter().filter(|rule| !rule.recipe.is_empty()) {
            let mut variants = Vec::new();
            let is_wanted = |target: &&String| goals.is_none_or(|goals| self.is_wanted(target, goals));
            for target in rule.targets.iter().filter(is_wanted).take(MAX_VARIANTS) {
                for own in self.own_of(target).into_iter().map(Rc::new) {
                    for world in &self.worlds {
                        if variants.len() < MAX_VARIANTS {
                            variants.push((target, Rc::clone(&own), world));
                        }
                    }
                }
            }
            for (target, own, world) in variants {
                if !self.looks_at(world.len() + own.len()) {
                    return;
                }
                if own.is_empty() {
                    self.recipe(rule, target, world);
                    continue;
                }
                let mut world = world.clone();
                for (name, operator, value, export) in own.iter() {
                    self.assign(&mut world, name, *operator, value, *export);
                }
                self.recipe(rule, target, &world);
            }
        }
    }

    /// The values that a target may run with: its own, or those of a target that needs it.
    fn own_of(&self, target: &str) -> Vec<Own> {
        let own = self.own.get(target).cloned().unwrap_or_default();
        let mut all = vec![own.clone()];
        let mut left: Vec<&String> = self.needed_by.get(target).into_iter().flatten().collect();
        let mut seen = BTreeSet::new();
        while let Some(other) = left.pop() {
            if !seen.insert(other) || seen.len() > 64 {
                continue;
            }
            if let Some(theirs) = self.own.get(other) {
                if !self.looks_at(theirs.len() + own.len()) {
                    break;
                }
                all.push(theirs.iter().chain(&own).cloned().collect());
            }
            left.extend(self.needed_by.get(other).into_iter().flatten());
        }
        if all.len() > 1 && own.is_empty() && self.is_only_needed(target) {
            all.remove(0);
        }
        all
    }

    /// Whether a target has no sense alone: the name starts like that of a helper.
    fn is_only_needed(&self, target: &str) -> bool {
        target.starts_with(['_', '.'])
    }

    fn recipe(&self, rule: &MakeRule, target: &str, variables: &MakeVariables) {
        let stem = rule.pattern.as_deref().and_then(|pattern| {
            let (start, end) = pattern.split_once('%')?;
            target.strip_prefix(start)?.strip_suffix(end)
        });
        let stem = stem.map_or_else(|| self.context.unset("*"), str::to_owned);
        let own = BTreeMap::from([("@".to_owned(), target.to_owned()), ("*".to_owned(), stem)]);
        let mut scope = MakeScope { variables, own, choices: Choices::default() };
        let mut world = World::new();
        for (name, variable) in variables {
            if (variable.exported || self.exports_all) && !name.contains(['.', '-', '%']) {
                let value = self.expand(&variable.text, &mut scope, 0);
                world = world.with(name, value);
            }
        }
        let purpose = purpose_of_name(target).unwrap_or(Purpose::Deploy);
        let site = Site::at(&self.directory).with_purpose(purpose);
        let tracer = Tracer::new(self.context, site);
        loop {
            let mut worlds = vec![world.clone()];
            for (text, at, file) in &rule.recipe {
                let stripped = text.trim_start_matches(['@', '-', '+', ' ', '\t']);
                let at = at + (text.len() - stripped.len());
                let fragment = self.fragment(stripped, at, *file, &mut scope);
                let lines = prefixes_removed(fragment);
                let after = tracer.text(&Rc::new(lines), worlds.clone());
                if self.one_shell {
                    worlds = after;
                }
            }
            if !scope.choices.next_round() {
                return;
            }
        }
    }
}

/// A command that comes out of a variable may have make's prefixes, too.
fn prefixes_removed(mut fragment: super::super::fragment::Fragment) -> super::super::fragment::Fragment {
    let length = fragment.text.len() - fragment.text.trim_start_matches(['@', '-', '+', ' ', '\t']).len();
    if length > 0 {
        fragment.text.replace_range(..length, &" ".repeat(length));
    }
    fragment
}

/// The directory that a file of rules runs in where no Makefile includes or names it.
pub(super) fn directory_of(path: &str) -> String {
    if path.ends_with(".mk") { String::new() } else { split(path).0.to_owned() }
}
