//! What `$(…)` of make gives, as far as that is known without running anything.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::super::fragment::Fragment;
use super::super::super::repository::{below, split};
use super::super::super::trace::{Directory, Site, Tracer, World};
use super::super::super::values::{Choices, Hole, ROOT, has_hole};
use super::{BYTES_OF_A_STEP, Make, MakeVariables};
use crate::source::FileId;

/// How deep variables are followed, and how long a value becomes.
const MAX_DEPTH: usize = 24;
const MAX_BYTES: usize = 32 * 1024;

/// What an expansion goes by.
pub(super) struct MakeScope<'s> {
    pub(super) variables: &'s MakeVariables,
    /// Variables of the target, and of `call` and `foreach`.
    pub(super) own: BTreeMap<String, String>,
    pub(super) choices: Choices,
}

impl Make<'_, '_> {
    /// A text expanded, each byte with where it is written.
    pub(super) fn fragment(&self, text: &str, at: usize, file: FileId, scope: &mut MakeScope<'_>) -> Fragment {
        let mut fragment = Fragment::new(file);
        let mut rest = text;
        let mut origin = at;
        while let Some(dollar) = rest.find('$') {
            fragment.push(rest.get(..dollar).unwrap_or(""), origin);
            let reference = rest.get(dollar..).unwrap_or("");
            let length = reference_length(reference);
            let value = self.reference(reference.get(..length).unwrap_or(""), scope, 0);
            if fragment.text.len() + value.len() < MAX_BYTES {
                fragment.push_fixed(&value, origin + dollar);
            }
            rest = reference.get(length..).unwrap_or("");
            origin += dollar + length;
        }
        fragment.push(rest, origin);
        fragment
    }

    /// A text expanded.
    pub(super) fn expand(&self, text: &str, scope: &mut MakeScope<'_>, depth: usize) -> String {
        if !text.contains('$') {
            return text.to_owned();
        }
        if depth > MAX_DEPTH || !self.context.step(self.file) {
            return self.context.computed(text);
        }
        let mut expanded = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            expanded.push_str(rest.get(..dollar).unwrap_or(""));
            let reference = rest.get(dollar..).unwrap_or("");
            let length = reference_length(reference);
            let value = self.reference(reference.get(..length).unwrap_or(""), scope, depth);
            if expanded.len() + value.len() < MAX_BYTES {
                expanded.push_str(&value);
            }
            rest = reference.get(length..).unwrap_or("");
        }
        expanded.push_str(rest);
        expanded
    }

    /// `$x`, `$(x)`, `${x}`, `$$`.
    fn reference(&self, text: &str, scope: &mut MakeScope<'_>, depth: usize) -> String {
        let inner = text.strip_prefix('$').unwrap_or(text);
        if inner == "$" || inner.is_empty() {
            return "$".to_owned();
        }
        let bracketed = inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let bracketed = bracketed.or_else(|| inner.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')));
        let Some(inner) = bracketed else { return self.variable(inner, scope, depth) };
        if let Some((name, arguments)) = inner.split_once([' ', '\t'])
            && let Some(value) = self.function(name, arguments.trim_start(), text, scope, depth + 1)
        {
            return value;
        }
        let name = self.expand(inner, scope, depth + 1);
        if let Some((name, replacement)) = name.split_once(':')
            && let Some((from, to)) = replacement.split_once('=')
        {
            let value = self.variable(name, scope, depth + 1);
            return each(&value, |word| word.strip_suffix(from).map_or(word.to_owned(), |stem| format!("{stem}{to}")));
        }
        self.variable(&name, scope, depth + 1)
    }

    fn variable(&self, name: &str, scope: &mut MakeScope<'_>, depth: usize) -> String {
        let length = scope.own.get(name).map(String::len).or_else(|| Some(scope.variables.get(name)?.text.len()));
        if !self.context.steps(self.file, length.unwrap_or(0) / BYTES_OF_A_STEP) {
            return self.context.computed(name);
        }
        if let Some(value) = scope.own.get(name) {
            return value.clone();
        }
        if let Some(variable) = scope.variables.get(name) {
            let text = variable.text.clone();
            return if variable.lazy { self.expand(&text, scope, depth + 1) } else { text };
        }
        let here = || format!("{ROOT}/{}", self.directory).trim_end_matches('/').to_owned();
        match name {
            "CURDIR" | "PWD" => here(),
            "MAKE" => "make".to_owned(),
            "MAKEFILE_LIST" | "THIS_FILE" => format!("{ROOT}/{}", self.path),
            "HOME" => "~".to_owned(),
            "COMMA" | "comma" => ",".to_owned(),
            _ => self.context.unset(name),
        }
    }

    /// A function; nothing where the word is not the name of one.
    fn function(
        &self,
        name: &str,
        arguments: &str,
        raw: &str,
        scope: &mut MakeScope<'_>,
        depth: usize,
    ) -> Option<String> {
        let given = split_arguments(arguments);
        let mut value = |at: usize| given.get(at).map_or_else(String::new, |text| self.expand(text, scope, depth));
        let value = match name {
            "strip" => value(0).split_whitespace().collect::<Vec<_>>().join(" "),
            "addprefix" => {
                let prefix = value(0);
                each(&value(1), |word| format!("{prefix}{word}"))
            }
            "addsuffix" => {
                let suffix = value(0);
                each(&value(1), |word| format!("{word}{suffix}"))
            }
            "patsubst" => patsubst(&value(0), &value(1), &value(2)),
            "subst" => {
                let (from, to, text) = (value(0), value(1), value(2));
                if from.is_empty() { text } else { text.replace(&from, &to) }
            }
            "dir" => {
                each(&value(0), |word| word.rsplit_once('/').map_or("./".to_owned(), |(path, _)| format!("{path}/")))
            }
            "notdir" => each(&value(0), |word| split(word).1.to_owned()),
            "abspath" | "realpath" => each(&value(0), |word| self.absolute(word)),
            "lastword" => value(0).split_whitespace().next_back().unwrap_or("").to_owned(),
            "firstword" => value(0).split_whitespace().next().unwrap_or("").to_owned(),
            "sort" => value(0),
            "wildcard" => self.wildcard(&value(0)),
            "info" | "warning" | "error" | "eval" => String::new(),
            "if" => {
                let test = value(0);
                let is_true = if has_hole(&test) { scope.choices.pick(2) == 0 } else { !test.trim().is_empty() };
                let at = if is_true { 1 } else { 2 };
                given.get(at).map_or_else(String::new, |text| self.expand(text, scope, depth))
            }
            "or" => (0..given.len()).map(&mut value).find(|text| !text.trim().is_empty()).unwrap_or_default(),
            "foreach" => self.for_each(&given, scope, depth),
            "call" => self.call(&given, scope, depth),
            "shell" => self.shell(&value(0)),
            "filter" | "filter-out" | "findstring" | "word" | "words" | "wordlist" | "and" | "join" | "suffix"
            | "basename" | "value" | "origin" | "flavor" | "file" | "intcmp" | "let" => self.context.computed(raw),
            _ => return None,
        };
        Some(value)
    }

    fn for_each(&self, given: &[&str], scope: &mut MakeScope<'_>, depth: usize) -> String {
        let [name, list, text] = given else { return String::new() };
        let name = self.expand(name, scope, depth).trim().to_owned();
        let list = self.expand(list, scope, depth);
        let mut words = Vec::new();
        for word in list.split_whitespace().take(64) {
            let before = scope.own.insert(name.clone(), word.to_owned());
            words.push(self.expand(text, scope, depth));
            match before {
                Some(before) => scope.own.insert(name.clone(), before),
                None => scope.own.remove(&name),
            };
        }
        words.join(" ")
    }

    fn call(&self, given: &[&str], scope: &mut MakeScope<'_>, depth: usize) -> String {
        let values: Vec<String> = given.iter().map(|text| self.expand(text, scope, depth)).collect();
        let Some(name) = values.first().map(|name| name.trim().to_owned()) else { return String::new() };
        let outer = scope.own.clone();
        for at in 1..10 {
            scope.own.insert(at.to_string(), values.get(at).cloned().unwrap_or_default());
        }
        let value = self.variable(&name, scope, depth);
        scope.own = outer;
        value
    }

    fn absolute(&self, word: &str) -> String {
        if word.starts_with('/') || has_hole(word) {
            return match super::super::super::repository::under_root(word)
                .map(super::super::super::repository::normalize)
            {
                Some(Some(path)) => format!("{ROOT}/{path}").trim_end_matches('/').to_owned(),
                _ => word.to_owned(),
            };
        }
        self.absolute(&format!("{ROOT}/{}/{word}", self.directory))
    }

    /// The files that a pattern of names matches, in this repository.
    fn wildcard(&self, pattern: &str) -> String {
        let exists = |word: &&str| {
            let path = super::super::super::repository::normalize(&format!("{}/{word}", self.directory));
            path.is_some_and(|path| self.context.repository.is_file(&path))
        };
        if pattern.contains(['*', '?']) || has_hole(pattern) {
            return self.context.computed(pattern);
        }
        // A file that is ignored may be there on another machine.
        let words: Vec<&str> = pattern.split_whitespace().collect();
        match words.iter().all(exists) {
            true => words.join(" "),
            false => self.context.hole(Hole::Computed(pattern.to_owned())),
        }
    }

    /// What a shell prints, where that is known.
    pub(super) fn shell(&self, script: &str) -> String {
        let tracer = Tracer::new(self.context, Site::at(&self.directory));
        let text = format!("__value=$({script}\n)");
        let world = World::new().in_directory(Directory::At(vec![self.directory.clone()]));
        let fragment = Rc::new(Fragment::from_text(self.file, &text, 0));
        let worlds = tracer.text(&fragment, vec![world]);
        let value = worlds.first().and_then(|world| world.variable("__value")).map(|variable| variable.words.join(" "));
        value.unwrap_or_else(|| self.context.computed(script))
    }

    /// A path in the directory of the Makefile.
    pub(super) fn here(&self, name: &str) -> String {
        below(&self.directory, name)
    }
}

/// How many bytes a reference takes.
fn reference_length(text: &str) -> usize {
    let open = text.chars().nth(1);
    let (open, close) = match open {
        Some('(') => ('(', ')'),
        Some('{') => ('{', '}'),
        Some(letter) => return 1 + letter.len_utf8(),
        None => return 1,
    };
    let mut depth = 0;
    for (at, letter) in text.char_indices().take(MAX_BYTES) {
        if letter == open {
            depth += 1;
        } else if letter == close {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    text.len()
}

fn split_arguments(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut start = 0;
    let mut arguments = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            ',' if depth == 0 => {
                arguments.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.extend(text.get(start..));
    arguments
}

fn each(text: &str, change: impl Fn(&str) -> String) -> String {
    text.split_whitespace().take(256).map(change).collect::<Vec<_>>().join(" ")
}

fn patsubst(pattern: &str, replacement: &str, text: &str) -> String {
    each(text, |word| {
        let stem = match pattern.split_once('%') {
            Some((before, behind)) => word.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind)),
            None => (word == pattern).then_some(""),
        };
        stem.map_or(word.to_owned(), |stem| replacement.replacen('%', stem, 1))
    })
}
