//! What `$(…)` prints, where that is known: directories of the repository and parts of paths.

use std::rc::Rc;

use super::super::repository::{is_absolute, join, split, under_root};
use super::super::values::{ROOT, has_hole};
use super::{Directory, Tracer, World};
use crate::text::shell::{ChainOperator, Redirect, Script, ShellNode, Simple};

impl Tracer<'_> {
    /// The text that a script prints. The commands in it are followed as well.
    pub(super) fn substitute(&self, script: &Rc<Script>, raw: &str, world: &World) -> String {
        let known = self.printed(&script.nodes, &mut world.clone(), 0);
        if known.is_none() {
            self.inside(script, world);
        }
        known.unwrap_or_else(|| self.context.computed(raw))
    }

    /// Follows a script in the words of a command, whose effect ends with it.
    pub(super) fn inside(&self, script: &Script, world: &World) {
        let depth = self.depth.get();
        if depth < 100 && self.context.step(self.current().file) {
            self.depth.set(depth + 2);
            self.nodes(&self.current(), &script.nodes, vec![world.clone()]);
            self.depth.set(depth);
        }
    }

    fn printed(&self, nodes: &[ShellNode], world: &mut World, depth: usize) -> Option<String> {
        if depth > 8 {
            return None;
        }
        let mut text = None;
        for node in nodes {
            text = self.print(node, world, depth)?.or(text);
        }
        text
    }

    /// What a command prints: nothing where it is not known, `Some(None)` where it prints nothing.
    fn print(&self, node: &ShellNode, world: &mut World, depth: usize) -> Option<Option<String>> {
        match node {
            ShellNode::Simple(simple) => self.print_simple(simple, world),
            ShellNode::Group(nodes) | ShellNode::Subshell(nodes) => self.printed(nodes, world, depth + 1).map(Some),
            ShellNode::Chain(first, others) => {
                let mut text = self.print(first, world, depth + 1)?;
                for (link, node) in others {
                    if *link == ChainOperator::And {
                        text = self.print(node, world, depth + 1)?.or(text);
                    }
                }
                Some(text)
            }
            _ => None,
        }
    }

    fn print_simple(&self, simple: &Simple, world: &mut World) -> Option<Option<String>> {
        let writes = simple.redirects.iter().any(|redirect| matches!(redirect, Redirect::HereDocument(_)));
        let mut words = Vec::new();
        for word in &simple.words {
            words.extend(self.fields(world, word));
        }
        if writes || words.is_empty() {
            return None;
        }
        let name = words.remove(0);
        let arguments: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
        let first = arguments.first().map(|word| word.as_str());
        let text = match name.as_str() {
            "cd" | "pushd" => {
                let target = self.change(world, first?);
                world.go(target);
                return Some(None);
            }
            "pwd" => self.working_directory(world),
            "dirname" => directory_of(first?),
            "basename" => {
                let name = split(first?.trim_end_matches('/')).1;
                arguments.get(1).and_then(|ending| name.strip_suffix(ending.as_str())).unwrap_or(name).to_owned()
            }
            "realpath" | "readlink" | "greadlink" | "grealpath" => self.absolute(world, first?),
            "echo" => {
                words.iter().filter(|word| !matches!(word.as_str(), "-n" | "-e")).cloned().collect::<Vec<_>>().join(" ")
            }
            "printf" if matches!(first, Some("%s" | "%s\\n")) => arguments.get(1)?.to_string(),
            "git" if words.iter().any(|word| word == "--show-toplevel") => ROOT.to_owned(),
            _ => return None,
        };
        Some(Some(text))
    }

    fn absolute(&self, world: &World, path: &str) -> String {
        if let Some(below) = under_root(path) {
            return join("", below)
                .map_or("/elsewhere".to_owned(), |path| format!("{ROOT}/{path}").trim_end_matches('/').to_owned());
        }
        match (&self.working_directory(world), is_absolute(path) || has_hole(path)) {
            (directory, false) if directory != "." && !matches!(world.directory, Directory::Elsewhere) => {
                self.absolute(world, &format!("{directory}/{path}"))
            }
            _ => path.to_owned(),
        }
    }
}

fn directory_of(path: &str) -> String {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((directory, _)) => directory.to_owned(),
        None => ".".to_owned(),
    }
}
