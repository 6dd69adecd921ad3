//! Follows a script through its branches without running anything: which commands that start projects it may reach, with
//! which words, in which directory.

mod builtins;
mod directories;
mod expand;
mod nested;
mod substitute;
mod tests_of_shell;
mod world;
mod written;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use super::Purpose;
use super::context::ReaderContext;
use super::fragment::Fragment;
use super::repository::under_root;
use super::values::{ROOT, matches_glob};
use crate::text::shell::{
    AssignedValue, Assignment, ChainOperator, Operation, ShellNode, ShellWord, Simple, WordPiece, parse,
};
pub(super) use nested::may_name;
pub(super) use world::{Directory, World};
use world::{Function, FunctionBody};

/// How many states of a script are followed side by side.
const MAX_WORLDS: usize = 32;
/// How deep functions, and scripts in the words of others, are followed.
const MAX_DEPTH: usize = 6;
/// How many rounds of a loop.
const MAX_ROUNDS: usize = 64;

/// Where a script is, and what that means for it.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// The directories that it may start in, below the root; the first one with all files of a command is meant.
    pub(super) starts: Vec<String>,
    /// Its path below the root, if it is a script of its own.
    pub(super) script: Option<String>,
    /// The directory that a pipeline checks the repository out into.
    pub(super) checkout: Option<String>,
    /// What its commands are for.
    pub(super) purpose: Purpose,
    /// Whether a person types them.
    pub(super) by_hand: bool,
    /// Whether it is a document: its directories are less certain than those of a script.
    pub(super) is_document: bool,
}

impl Site {
    /// A site that starts in a directory.
    pub(super) fn at(directory: &str) -> Site {
        let starts = vec![directory.to_owned()];
        Site { starts, script: None, checkout: None, purpose: Purpose::Deploy, by_hand: true, is_document: false }
    }

    /// A site that starts in a directory, or else at the root.
    pub(super) fn at_or_above(directory: &str) -> Site {
        let mut site = Site::at(directory);
        if !directory.is_empty() {
            site.starts.push(String::new());
        }
        site
    }

    /// With a purpose.
    pub(super) fn with_purpose(mut self, purpose: Purpose) -> Site {
        self.purpose = purpose;
        self
    }
}

/// Follows scripts of a site.
pub(super) struct Tracer<'a> {
    pub(super) context: &'a ReaderContext<'a>,
    pub(super) site: Site,
    depth: Cell<usize>,
    called: RefCell<BTreeSet<String>>,
    /// Variables that the script writes for the steps behind it.
    handed_on: RefCell<Vec<(String, String)>>,
    /// The text that is followed.
    current: RefCell<Rc<Fragment>>,
}

impl<'a> Tracer<'a> {
    pub(super) fn new(context: &'a ReaderContext<'a>, site: Site) -> Tracer<'a> {
        Tracer {
            context,
            site,
            depth: Cell::default(),
            called: RefCell::default(),
            handed_on: RefCell::default(),
            current: RefCell::default(),
        }
    }

    /// The variables that a step of a workflow has written to `$GITHUB_ENV`.
    pub(super) fn take_handed_on(&self) -> Vec<(String, String)> {
        self.handed_on.take()
    }

    fn current(&self) -> Rc<Fragment> {
        Rc::clone(&self.current.borrow())
    }

    /// Goes into another text, and gives the one before.
    fn enter(&self, fragment: Rc<Fragment>) -> Rc<Fragment> {
        self.current.replace(fragment)
    }

    fn leave(&self, outer: Rc<Fragment>) {
        self.current.replace(outer);
    }

    /// Follows a script, and then what it defines and does not call.
    pub(super) fn script(&self, fragment: &Rc<Fragment>, worlds: Vec<World>) -> Vec<World> {
        let worlds = self.text(fragment, worlds);
        self.uncalled(&worlds);
        worlds
    }

    /// Follows a script.
    pub(super) fn text(&self, fragment: &Rc<Fragment>, worlds: Vec<World>) -> Vec<World> {
        let script = parse(&fragment.text);
        self.nodes(fragment, &script.nodes, worlds)
    }

    /// Functions and aliases that others call.
    fn uncalled(&self, worlds: &[World]) {
        for world in worlds.iter().take(4) {
            for (name, function) in world.functions.iter().take(256) {
                if !self.called.borrow().contains(name) {
                    let mut world = world.clone();
                    world.ended = false;
                    self.call(function, world, None);
                }
            }
        }
    }

    /// Follows commands one after another.
    fn nodes(&self, fragment: &Rc<Fragment>, nodes: &[ShellNode], mut worlds: Vec<World>) -> Vec<World> {
        for node in nodes {
            if worlds.iter().all(|world| world.ended) || !self.context.step(fragment.file) {
                break;
            }
            worlds = merged(self.node(fragment, node, worlds));
        }
        worlds
    }

    fn node(&self, fragment: &Rc<Fragment>, node: &ShellNode, worlds: Vec<World>) -> Vec<World> {
        let (ended, worlds): (Vec<World>, Vec<World>) = worlds.into_iter().partition(|world| world.ended);
        if worlds.is_empty() || self.depth.get() > 200 {
            return ended;
        }
        self.depth.set(self.depth.get() + 1);
        let mut after = match node {
            ShellNode::Simple(simple) => self.each(worlds, |world| self.simple(fragment, simple, world)),
            ShellNode::Pipeline(nodes) => {
                for node in nodes {
                    self.node(fragment, node, worlds.clone());
                }
                worlds
            }
            ShellNode::Chain(first, others) => self.chain(fragment, first, others, worlds),
            ShellNode::Subshell(nodes) => {
                self.nodes(fragment, nodes, worlds.clone());
                worlds
            }
            ShellNode::Group(nodes) => self.nodes(fragment, nodes, worlds),
            ShellNode::If(branches, otherwise) => self.condition(fragment, branches, otherwise, worlds),
            ShellNode::Loop(test, body) => {
                let mut after = self.nodes(fragment, test, worlds);
                let inside = self.nodes(fragment, body, after.clone());
                after.extend(inside);
                merged(after)
            }
            ShellNode::For(name, words, body) => {
                self.each(worlds, |world| self.for_loop(fragment, name, words.as_deref(), body, world))
            }
            ShellNode::Case(subject, arms) => self.each(worlds, |world| self.case(fragment, subject, arms, world)),
            ShellNode::Function(name, body) => self.each(worlds, |mut world| {
                let body = FunctionBody::Nodes(Rc::clone(body));
                let function = Function { body, fragment: Rc::clone(fragment), at: 0 };
                Rc::make_mut(&mut world.functions).insert(name.clone(), function);
                vec![world]
            }),
        };
        self.depth.set(self.depth.get() - 1);
        after.extend(ended);
        after
    }

    fn each(&self, worlds: Vec<World>, follow: impl Fn(World) -> Vec<World>) -> Vec<World> {
        merged(worlds.into_iter().flat_map(follow).collect())
    }

    fn chain(
        &self,
        fragment: &Rc<Fragment>,
        first: &ShellNode,
        others: &[(ChainOperator, ShellNode)],
        worlds: Vec<World>,
    ) -> Vec<World> {
        let mut last = first;
        let mut after = self.node(fragment, first, worlds);
        for (link, node) in others {
            after = self.each(after, |world| {
                let is_true = self.outcome(fragment, last, &world);
                match (link, is_true) {
                    (ChainOperator::And, Some(false)) | (ChainOperator::Or, Some(true)) => vec![world],
                    (_, Some(_)) => self.node(fragment, node, vec![world]),
                    (ChainOperator::And, None) if !tests_of_shell::is_test(last) => {
                        self.node(fragment, node, vec![world])
                    }
                    _ => {
                        let answer = matches!(link, ChainOperator::And);
                        let mut both = self.node(fragment, node, vec![self.assuming(last, answer, world.clone())]);
                        both.push(world);
                        both
                    }
                }
            });
            last = node;
        }
        after
    }

    fn condition(
        &self,
        fragment: &Rc<Fragment>,
        branches: &[(Vec<ShellNode>, Vec<ShellNode>)],
        otherwise: &[ShellNode],
        worlds: Vec<World>,
    ) -> Vec<World> {
        let mut after = Vec::new();
        let mut left = worlds;
        for (test, body) in branches {
            let tested = self.nodes(fragment, test, left);
            let outcome = |world: &World| match test.as_slice() {
                [node] => self.outcome(fragment, node, world),
                _ => None,
            };
            let taken = tested.iter().filter(|world| outcome(world) != Some(false)).cloned();
            let taken = taken.map(|world| match test.as_slice() {
                [node] => self.assuming(node, true, world),
                _ => world,
            });
            let taken = taken.collect();
            after.extend(self.nodes(fragment, body, taken));
            left = tested.into_iter().filter(|world| outcome(world) != Some(true)).collect();
            if let [node] = test.as_slice() {
                left = left.into_iter().map(|world| self.assuming(node, false, world)).collect();
            }
        }
        after.extend(self.nodes(fragment, otherwise, left));
        merged(after)
    }

    fn for_loop(
        &self,
        fragment: &Rc<Fragment>,
        name: &str,
        words: Option<&[ShellWord]>,
        body: &[ShellNode],
        mut world: World,
    ) -> Vec<World> {
        let mut items = Vec::new();
        match words {
            Some(words) => {
                for (at, word) in words.iter().enumerate() {
                    let is_glob = word.pieces.iter().any(
                        |piece| matches!(piece, WordPiece::Text { text, quoted: false, .. } if text.contains('*')),
                    );
                    for item in self.fields(&mut world, word) {
                        match is_glob && item.contains('*') {
                            true => items.extend(self.glob(&world, &item, name, at)),
                            false => items.push(item),
                        }
                    }
                }
            }
            None => items.extend(self.arguments(&world)),
        }
        if self.context.repository.is_exhausted() {
            self.context.unfinished.borrow_mut().insert(fragment.file);
        }
        let mut worlds = vec![world];
        for item in items.iter().take(MAX_ROUNDS) {
            for world in &mut worlds {
                world.set(name, vec![item.clone()], false, true, 0);
            }
            worlds = self.nodes(fragment, body, worlds);
        }
        worlds
    }

    /// The files and directories that a word with `*` in it matches.
    fn glob(&self, world: &World, item: &str, name: &str, at: usize) -> Vec<String> {
        let mut parts = item.split('*');
        let mut text = parts.next().unwrap_or("").to_owned();
        for (number, part) in parts.enumerate() {
            text.push_str(&self.context.unset(&format!("{name}*{at}.{number}")));
            text.push_str(part);
        }
        let repository = self.context.repository;
        if let Some(pattern) = under_root(&text) {
            let found = repository.listed(pattern).into_iter();
            return found.map(|path| format!("{ROOT}/{path}")).collect();
        }
        let found = self.places(world).into_iter().map(|place| {
            let found = repository.listed(&format!("{place}/{text}"));
            let prefix = if place.is_empty() { String::new() } else { format!("{place}/") };
            found.into_iter().filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned)).collect::<Vec<_>>()
        });
        found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    fn case(
        &self,
        fragment: &Rc<Fragment>,
        subject: &ShellWord,
        arms: &[(Vec<ShellWord>, Vec<ShellNode>)],
        mut world: World,
    ) -> Vec<World> {
        let (value, sure) = self.value(&mut world, subject);
        let is_known = sure && !super::values::has_hole(&value);
        let variable = self.plain_variable(subject);
        let mut after = Vec::new();
        let mut is_complete = false;
        for (patterns, body) in arms {
            let patterns: Vec<String> = patterns.iter().map(|pattern| self.value(&mut world, pattern).0).collect();
            is_complete |= patterns.iter().any(|pattern| pattern == "*");
            if is_known && !patterns.iter().any(|pattern| matches_glob(pattern, &value)) {
                continue;
            }
            let mut inside = world.clone();
            if let ([pattern], Some(name), false) = (patterns.as_slice(), &variable, is_known)
                && !pattern.contains(['*', '?', '['])
            {
                inside.set(name, vec![pattern.clone()], false, true, 0);
            }
            after.extend(self.nodes(fragment, body, vec![inside]));
            if is_known {
                return merged(after);
            }
        }
        if !is_complete || after.is_empty() {
            after.push(world);
        }
        merged(after)
    }

    fn simple(&self, fragment: &Rc<Fragment>, simple: &Simple, world: World) -> Vec<World> {
        let mut choices = super::values::Choices::default();
        if !has_alternatives(simple) {
            // Nothing holds on to the state, which is then changed in place.
            return self.simple_with(fragment, simple, world, &mut choices);
        }
        let mut after = Vec::new();
        loop {
            after.extend(self.simple_with(fragment, simple, world.clone(), &mut choices));
            if !choices.next_round() {
                return after;
            }
        }
    }

    /// Follows a function or an alias with the words of a call.
    fn call(&self, function: &Function, world: World, arguments: Option<Vec<String>>) -> Vec<World> {
        let depth = self.depth.get();
        if depth / 8 > MAX_DEPTH * 4 || !self.context.step(function.fragment.file) {
            return vec![world];
        }
        self.depth.set(depth + 8);
        let after = match &function.body {
            FunctionBody::Nodes(nodes) => {
                let outer = world.arguments.clone();
                let mut inside = world;
                inside.arguments = arguments;
                let mut after = self.nodes(&function.fragment, nodes, vec![inside]);
                for world in &mut after {
                    world.arguments.clone_from(&outer);
                }
                after
            }
            FunctionBody::Text(text) => {
                let mut fragment = Fragment::new(function.fragment.file);
                fragment.push_fixed(text, function.fragment.locate(function.at) as usize);
                self.text(&Rc::new(fragment), vec![world])
            }
        };
        self.depth.set(depth);
        after
    }
}

/// Whether `${x:+y}` is in a command, which may come out in two ways.
fn has_alternatives(simple: &Simple) -> bool {
    let in_word = |word: &ShellWord| {
        word.pieces
            .iter()
            .any(|piece| matches!(piece, WordPiece::Variable { operation: Operation::Alternative(_), .. }))
    };
    let in_assignment = |assignment: &Assignment| match &assignment.value {
        AssignedValue::Word(word) => in_word(word),
        AssignedValue::Array(words) => words.iter().any(in_word),
    };
    simple.words.iter().any(in_word) || simple.assignments.iter().any(in_assignment)
}

/// States without those that are the same as another.
fn merged(worlds: Vec<World>) -> Vec<World> {
    if worlds.len() < 2 {
        return worlds;
    }
    let mut kept: Vec<World> = Vec::with_capacity(worlds.len());
    for world in worlds {
        if kept.len() < 4 * MAX_WORLDS && !kept.iter().any(|other| other.is_same(&world)) {
            kept.push(world);
        }
    }
    if kept.len() > MAX_WORLDS {
        // The first took all conditional branches, the last took none: both are kept.
        kept.drain(MAX_WORLDS / 2..kept.len() - MAX_WORLDS / 2);
    }
    kept
}
