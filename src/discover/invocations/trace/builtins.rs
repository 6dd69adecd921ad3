//! Simple commands: what they do to the state, and the programs of interest among them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::command::{Compose, ReadCommand, assigned, read};
use super::super::context::{FoundCommand, MakeCall};
use super::super::fragment::Fragment;
use super::super::repository::{join, normalize, split, under_root};
use super::super::values::{Choices, has_hole, known_letters, without_marks};
use super::expand::ShellExpansion;
use super::world::FunctionBody;
use super::{Directory, Tracer, World};
use crate::source::Span;
use crate::text::shell::{AssignedValue, Assignment, Redirect, Simple};

/// Programs that run the program behind them.
const WRAPPERS: [&str; 6] = ["sudo", "exec", "command", "env", "cross-env", "cross-env-shell"];
/// How many directories `pushd` remembers.
const MAX_PUSHED: usize = 32;
/// How many words `set --` keeps.
const MAX_ARGUMENTS: usize = 256;
/// The longest file that a script sources, in bytes.
const MAX_SOURCED: usize = 256 * 1024;
/// How many calls of make with variables of their own are followed.
const MAX_CALLS_OF_MAKE: usize = 64;

/// A simple command with its words expanded.
struct Call<'s> {
    simple: &'s Simple,
    words: Vec<String>,
    /// Where it is written, in its file.
    span: (u32, u32),
}

impl Tracer<'_> {
    pub(super) fn simple_with(
        &self,
        fragment: &Rc<Fragment>,
        simple: &Simple,
        mut world: World,
        choices: &mut Choices,
    ) -> Vec<World> {
        if !self.context.step(fragment.file) {
            return vec![world];
        }
        let outer = self.enter(Rc::clone(fragment));
        let mut expansion = ShellExpansion { choices: Some(choices), sure: true };
        let mut words = Vec::new();
        for word in &simple.words {
            words.extend(self.fields_with(&mut world, word, &mut expansion));
        }
        let span = (fragment.locate(simple.span.0), fragment.locate(simple.span.1.saturating_sub(1)) + 1);
        let call = Call { simple, words, span };
        let after = self.run(call, world, &mut expansion);
        self.leave(outer);
        after
    }

    fn run(&self, call: Call<'_>, mut world: World, expansion: &mut ShellExpansion<'_>) -> Vec<World> {
        self.note_written(call.simple, &call.words, &world);
        let name = call.words.first().cloned().unwrap_or_default();
        let exports = matches!(name.as_str(), "export" | "local" | "declare" | "typeset" | "readonly");
        if call.words.is_empty() || exports {
            let flag = |letter: char| call.words.iter().any(|word| word.starts_with('-') && word.contains(letter));
            let exported = name == "export" && !flag('n') || exports && flag('x');
            for assignment in &call.simple.assignments {
                self.assign(&mut world, assignment, exported, expansion);
            }
            for word in call.words.iter().skip(1).filter(|word| exported && !word.starts_with('-')) {
                world.export(word);
            }
            self.follow_text(call.simple, &name, &world);
            return vec![world];
        }
        let mut inside = world.clone();
        for assignment in &call.simple.assignments {
            self.assign(&mut inside, assignment, true, expansion);
        }
        if let Some(worlds) = self.builtin(&name, &call, &mut world) {
            return worlds;
        }
        self.program(&name, &call, world, &inside)
    }

    fn assign(&self, world: &mut World, assignment: &Assignment, exported: bool, expansion: &mut ShellExpansion<'_>) {
        let mut sure = ShellExpansion { choices: expansion.choices.as_deref_mut(), sure: true };
        let mut words = match &assignment.value {
            AssignedValue::Word(word) => vec![self.fields_with(world, word, &mut sure).join(" ")],
            AssignedValue::Array(words) => {
                words.iter().flat_map(|word| self.fields_with(world, word, &mut sure)).collect()
            }
        };
        let is_sure = sure.sure;
        if let Some(before) = world.variable(&assignment.name).filter(|_| assignment.append) {
            let mut before = before.words.clone();
            match (&assignment.value, before.last_mut()) {
                (AssignedValue::Word(_), Some(last)) => last.push_str(&words.join(" ")),
                _ => before.append(&mut words),
            }
            words = before;
        }
        words.truncate(256);
        if words.iter().map(String::len).sum::<usize>() < 64 * 1024 {
            world.set(&assignment.name, words, exported, is_sure, self.current().locate(assignment.at));
        }
    }

    /// Builtins of the shell; nothing for other programs.
    fn builtin(&self, name: &str, call: &Call<'_>, world: &mut World) -> Option<Vec<World>> {
        let arguments = || call.words.iter().skip(1).filter(|word| !word.starts_with('-') || word.as_str() == "-");
        let first = arguments().next();
        match name {
            "cd" | "pushd" | "chdir" => self.change_directory(name, first.map(String::as_str), world),
            "popd" => {
                let target = world.stack.pop().unwrap_or(Directory::Start);
                world.go(target);
            }
            "exit" | "return" => world.ended = true,
            "unset" => arguments().for_each(|name| world.unset(name)),
            // What `:` is given is a comment: `: <<'END'`.
            ":" => {}
            "set" => {
                if let Some(at) = call.words.iter().position(|word| word == "--") {
                    let arguments = call.words.iter().skip(at + 1).cloned();
                    // Each `set -- "$@" "$@"` doubles them.
                    world.arguments = (call.words.len() <= MAX_ARGUMENTS).then(|| arguments.collect());
                }
                if call.words.iter().any(|word| word == "-a" || word == "allexport") {
                    world.exports_all = !call.words.iter().any(|word| word == "+o");
                } else if call.words.iter().any(|word| word == "+a") {
                    world.exports_all = false;
                }
            }
            "read" => {
                for name in arguments().cloned().collect::<Vec<_>>() {
                    let hole = self.context.unset(&name);
                    world.set(&name, vec![hole], false, false, 0);
                }
            }
            "shift" => {
                if let Some(arguments) = world.arguments.as_mut().filter(|arguments| !arguments.is_empty()) {
                    arguments.remove(0);
                }
            }
            "alias" => {
                for word in arguments() {
                    if let Some((name, text)) = word.split_once('=') {
                        world.alias(name, text, &self.current(), call.simple.span.0);
                    }
                }
            }
            "source" | "." => return Some(self.source(first?, world)),
            "eval" => return Some(self.eval(call, world)),
            _ => return None,
        }
        Some(vec![world.clone()])
    }

    fn change_directory(&self, name: &str, target: Option<&str>, world: &mut World) {
        let target = match target {
            Some("-") => world.before.clone(),
            Some(target) => self.change_back(world, target).unwrap_or_else(|| self.change(world, target)),
            None => Directory::At(vec![String::new()]),
        };
        if name == "pushd" && world.stack.len() < MAX_PUSHED {
            world.stack.push(world.directory.clone());
        }
        world.go(target);
    }

    fn eval(&self, call: &Call<'_>, world: &World) -> Vec<World> {
        if self.depth.get() > 60 {
            return vec![world.clone()];
        }
        let text = call.words.iter().skip(1).cloned().collect::<Vec<_>>().join(" ");
        let mut fragment = Fragment::new(self.current().file);
        fragment.push_fixed(&text, call.span.0 as usize);
        self.depth.set(self.depth.get() + 10);
        let worlds = self.text(&Rc::new(fragment), vec![world.clone()]);
        self.depth.set(self.depth.get() - 10);
        worlds
    }

    /// `source file`: what a file of the repository sets.
    fn source(&self, path: &str, world: &World) -> Vec<World> {
        let repository = self.context.repository;
        let place = |path: &str| match under_root(path) {
            Some(path) => normalize(path).into_iter().collect::<Vec<_>>(),
            None => self.places(world).iter().filter_map(|place| join(place, path)).collect(),
        };
        let places = place(path);
        let found = places.iter().find(|path| repository.is_file(path)).cloned();
        if found.is_none() && is_env_file(path) {
            let mut world = world.clone();
            world.lacks(places, |name| self.context.unset(name));
            return vec![world];
        }
        let file = found.and_then(|path| repository.load(&path)).filter(|_| self.depth.get() < 60);
        let Some(file) = file.filter(|file| repository.sources.file(*file).text.len() < MAX_SOURCED) else {
            return vec![world.clone()];
        };
        let text = without_marks(&repository.sources.file(file).text);
        self.depth.set(self.depth.get() + 20);
        let outer = self.current();
        let after = self.text(&Rc::new(Fragment::from_text(file, &text, 0)), vec![world.clone()]);
        self.enter(outer);
        self.depth.set(self.depth.get() - 20);
        after.into_iter().map(World::going_on).collect()
    }

    /// A function, an alias, or a program.
    fn program(&self, name: &str, call: &Call<'_>, mut world: World, inside: &World) -> Vec<World> {
        if let Some((function, length)) = self.function(&call.words, &world) {
            self.called.borrow_mut().insert(call.words.get(..length).unwrap_or_default().join(" "));
            let rest: Vec<String> = call.words.get(length..).unwrap_or_default().to_vec();
            if let FunctionBody::Text(text) = &function.body {
                let words = rest.iter().filter(|word| word.as_str() != "--").map(|word| quote(word));
                let text = [text.clone()].into_iter().chain(words).collect::<Vec<_>>().join(" ");
                let function = super::Function { body: FunctionBody::Text(text), ..function.clone() };
                let mut inside = inside.clone();
                // An alias that uses its own name means the program.
                inside.functions = Rc::default();
                for (other, alias) in world.functions.iter().filter(|(other, _)| *other != name) {
                    Rc::make_mut(&mut inside.functions).insert(other.clone(), alias.clone());
                }
                let mut fragment = Fragment::new(self.current().file);
                fragment.push_fixed("", call.span.0 as usize);
                let function = super::Function { fragment: Rc::new(fragment), at: 0, ..function };
                self.call(&function, inside, None);
                return vec![world];
            }
            let function = function.clone();
            let after = self.call(&function, inside.clone(), Some(rest));
            return match call.simple.assignments.is_empty() {
                true => after.into_iter().map(World::going_on).collect(),
                // What is assigned in front of the call ends with it.
                false => vec![world],
            };
        }
        if name == "git" && call.words.get(1).is_some_and(|word| word == "clone") {
            self.clone_of(&mut world, call.words.get(2..).unwrap_or_default());
        }
        if name == "make" || name.ends_with("/make") {
            self.makefile(&call.words, &world);
        }
        if name == "echo" {
            self.hand_on(call, &world);
        }
        match self.context.with_holes(|holes| read(&call.words, holes)) {
            ReadCommand::Compose(command, assigned) => self.find(command, assigned, call.span, inside),
            ReadCommand::Nothing => {}
            ReadCommand::Other => {
                let program = call.words.iter().find(|word| !word.contains('=') && !WRAPPERS.contains(&word.as_str()));
                let program = program.map_or("", |word| word.rsplit('/').next().unwrap_or(word));
                let set = assigned(&call.words).into_iter();
                let inside = set.fold(inside.clone(), |world, (name, value)| world.with(&name, value));
                self.follow_text(call.simple, program, &inside);
            }
        }
        vec![world]
    }

    /// The function or alias that words call, and how many of them name it. An alias may have several words.
    fn function<'w>(&self, words: &[String], world: &'w World) -> Option<(&'w super::Function, usize)> {
        if world.functions.is_empty() {
            return None;
        }
        let longest = words.len().min(3);
        (1..=longest).rev().find_map(|length| {
            let name = words.get(..length)?.join(" ");
            world.functions.get(&name).map(|function| (function, length))
        })
    }

    /// `echo NAME=value >> $GITHUB_ENV`
    fn hand_on(&self, call: &Call<'_>, world: &World) {
        let is_for_others = call.simple.redirects.iter().any(|redirect| match redirect {
            Redirect::To(word) => self.plain_variable(word).as_deref() == Some("GITHUB_ENV"),
            _ => false,
        });
        let text = call.words.get(1..).unwrap_or_default().join(" ");
        if let Some((name, value)) = text.split_once('=').filter(|_| is_for_others && !world.ended) {
            self.handed_on.borrow_mut().push((name.to_owned(), value.to_owned()));
        }
    }

    /// `make -f file`: that file is read as if it were in this directory. Variables that a call sets are tried as well.
    fn makefile(&self, words: &[String], world: &World) {
        let mut directory = self.places(world).first().cloned();
        let mut files = Vec::new();
        let (mut goals, mut variables) = (BTreeSet::new(), BTreeMap::new());
        let mut words = words.iter().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "-C" => {
                    directory = words.next().and_then(|path| normalize(&format!("{}/{path}", directory.as_deref()?)))
                }
                "-f" | "--file" | "--makefile" => files.extend(words.next().cloned()),
                "-j" | "-o" | "-W" => {}
                _ if word.starts_with('-') => {
                    files.extend(word.strip_prefix("--file=").or(word.strip_prefix("-f")).map(str::to_owned));
                }
                _ => match word.split_once('=') {
                    Some((name, value)) if !has_hole(word) => {
                        variables.insert(name.trim_end_matches(':').to_owned(), value.to_owned());
                    }
                    _ => goals.extend([word.clone()]),
                },
            }
        }
        let Some(directory) = directory else { return };
        let repository = self.context.repository;
        let here = |file: &str| normalize(&format!("{directory}/{file}")).filter(|path| repository.is_file(path));
        for path in files.iter().filter_map(|file| here(file)) {
            self.context.makefiles.borrow_mut().insert((path, directory.clone()));
        }
        let names = ["GNUmakefile", "makefile", "Makefile"];
        let named = files.first().map_or_else(|| names.iter().find_map(|name| here(name)), |file| here(file));
        let mut calls = self.context.make_calls.borrow_mut();
        if let Some(path) =
            named.filter(|_| !variables.is_empty() && !goals.is_empty() && calls.len() < MAX_CALLS_OF_MAKE)
        {
            calls.insert(MakeCall { path, directory, goals, variables });
        }
    }

    /// Keeps a command that a file names with keys of its own instead of words.
    pub(in crate::discover::invocations) fn find_at(
        &self,
        command: Compose,
        file: crate::source::FileId,
        span: (u32, u32),
        world: &World,
    ) {
        let outer = self.enter(Rc::new(Fragment::new(file)));
        self.find(command, Vec::new(), span, world);
        self.leave(outer);
    }

    /// Keeps a command that concerns a project.
    pub(in crate::discover::invocations) fn find(
        &self,
        command: Compose,
        assigned: Vec<(String, String)>,
        span: (u32, u32),
        world: &World,
    ) {
        let Some(command) = self.in_checkout(command, world) else { return };
        if !self.context.copy(self.current().file, world.variables.len()) {
            return;
        }
        let (mut environment, lacking) = (world.environment(), world.lacking());
        environment.extend(world.left_open().map(|name| (name.clone(), self.context.unset(name))));
        environment.extend(assigned);
        let mut directories = self.places(world);
        if self.site.is_document && !directories.is_empty() {
            // `cd` may have been meant for what came right behind it.
            let others = self.site.starts.iter().filter(|start| !directories.contains(start)).cloned();
            directories.extend(others.collect::<Vec<_>>());
        }
        if directories.is_empty() && !command.files.iter().any(|file| file.starts_with('/')) {
            return;
        }
        let span = Span { file: self.current().file, start: span.0, end: span.1.max(span.0) };
        let (purpose, by_hand, in_document) = (self.site.purpose, self.site.by_hand, self.site.is_document);
        let found = FoundCommand { command, directories, environment, lacking, purpose, by_hand, in_document, span };
        self.context.find(found);
    }
}

/// Whether the name of a file says that it sets variables: `.env.local`, `prod.env`, `secrets.sh`, or a variable alone.
fn is_env_file(path: &str) -> bool {
    let name = split(path).1;
    let is_word = |word: &str| matches!(word, "env" | "envs" | "environment" | "secrets" | "credentials");
    let known = known_letters(name).to_ascii_lowercase();
    has_hole(name) && known.is_empty() || known.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_word)
}

/// A word as it is written so that it stays one word.
fn quote(word: &str) -> String {
    match word.contains([' ', '\t', '\n', '"', '$', '&', ';', '|', '(', ')', '<', '>', '*']) {
        true => format!("'{}'", word.replace('\'', "'\\''")),
        false => word.to_owned(),
    }
}
