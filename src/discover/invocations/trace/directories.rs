//! `cd`, and where it leads.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::command::Compose;
use super::super::repository::{self, is_absolute, join, repository_name, under_root};
use super::super::values::{ROOT, ValuePart, has_hole, known_letters, parts};
use super::{Directory, Tracer, World};

/// Variables whose names say that they hold a directory of the repository or above it.
const ROOTS: [&str; 6] = ["ROOT", "WORKSPACE", "REPO_DIR", "PROJECT_DIR", "BASE_DIR", "BASEDIR"];

impl Tracer<'_> {
    /// The directories that a state may be in.
    pub(in crate::discover::invocations) fn places(&self, world: &World) -> Vec<String> {
        match &world.directory {
            Directory::Start => self.site.starts.clone(),
            Directory::At(directories) => directories.clone(),
            Directory::Elsewhere => Vec::new(),
        }
    }

    /// Where `cd ..` leads from a directory that is not of the repository, as that of another project; nothing where a
    /// word does not lead there or back.
    pub(super) fn change_back(&self, world: &mut World, target: &str) -> Option<Directory> {
        let is_relative = !target.starts_with(['/', '~']) && !has_hole(target);
        let words = target.split('/').filter(|word| !matches!(*word, "" | "."));
        let (start, mut depth) = match (&world.directory, world.left.take()) {
            (Directory::Elsewhere, left) => left.filter(|_| is_relative)?,
            (here, _) if is_relative && self.change(world, target) == Directory::Elsewhere => (here.clone(), 0),
            _ => return None,
        };
        for word in words {
            match word {
                ".." => depth = depth.checked_sub(1)?,
                _ => depth += 1,
            }
        }
        if depth == 0 {
            return Some(start);
        }
        world.left = Some((start, depth));
        Some(Directory::Elsewhere)
    }

    /// Where `cd` with this word leads.
    pub(in crate::discover::invocations) fn change(&self, world: &World, target: &str) -> Directory {
        let repository = self.context.repository;
        if let Some(path) = under_root(target) {
            return match repository::normalize(path) {
                Some(path) if has_hole(&path) || repository.is_directory(&path) => Directory::At(vec![path]),
                _ => Directory::Elsewhere,
            };
        }
        if let [ValuePart::Hole(number), rest @ ..] = parts(target).as_slice() {
            let name = self.context.with_holes(|holes| holes.get(*number).map(|hole| format!("{hole:?}")));
            let is_root = name.is_some_and(|name| ROOTS.iter().any(|root| name.to_ascii_uppercase().contains(root)));
            return match rest {
                [ValuePart::Text(text), ..] if is_root && text.starts_with('/') => {
                    self.mapped(&format!("/x{}", rest_of(rest)))
                }
                [] if is_root => Directory::At(vec![String::new()]),
                // `cd <directory>`: wherever the repository was cloned to.
                [] if self.site.is_document => world.directory.clone(),
                [ValuePart::Text(text), ..] if !text.starts_with('/') => self.relative(world, target),
                _ => Directory::Elsewhere,
            };
        }
        if is_absolute(target) {
            return self.mapped(target);
        }
        self.relative(world, target)
    }

    /// A directory on the machine that the repository is deployed to.
    fn mapped(&self, target: &str) -> Directory {
        let repository = self.context.repository;
        // A part that is not known is that of a directory in one that is here: `/opt/shop/stacks/%i`.
        let open = has_hole(target).then(|| {
            repository::suffixes(target).find(|suffix| {
                let is_known = suffix.split('/').next().is_some_and(|first| !has_hole(first));
                is_known && has_hole(suffix) && !repository.directories_matching(suffix, &BTreeMap::new()).is_empty()
            })
        });
        let open = open.flatten().map(str::to_owned);
        Directory::At(vec![open.unwrap_or_else(|| repository.directory_for(target))])
    }

    fn relative(&self, world: &World, target: &str) -> Directory {
        let repository = self.context.repository;
        let target = target.trim_start_matches("./");
        let (first, rest) = target.split_once('/').unwrap_or((target, ""));
        match world.clones.get(first) {
            Some(true) => return self.below_root(rest),
            Some(false) => return Directory::Elsewhere,
            None => {}
        }
        if self.site.checkout.as_deref() == Some(first) && !repository.is_directory(first) {
            return self.below_root(rest);
        }
        let joined = self.places(world).into_iter().filter_map(|place| join(&place, target));
        let found: Vec<String> = joined.filter(|path| self.is_directory(path)).collect();
        if !found.is_empty() {
            return Directory::At(found);
        }
        if repository.is_own_name(first) { self.below_root(rest) } else { Directory::Elsewhere }
    }

    fn is_directory(&self, path: &str) -> bool {
        match has_hole(path) {
            true => !known_letters(path).trim_matches(['/', '.']).is_empty(),
            false => self.context.repository.is_directory(path),
        }
    }

    fn below_root(&self, path: &str) -> Directory {
        match repository::normalize(path) {
            Some(path) if self.is_directory(&path) || path.is_empty() => Directory::At(vec![path]),
            _ => Directory::Elsewhere,
        }
    }

    /// A command with its paths as they are in this repository, where they lead into a copy of it that was checked out;
    /// nothing where a file is in a copy of another one.
    pub(super) fn in_checkout(&self, mut command: Compose, world: &World) -> Option<Compose> {
        if world.clones.is_empty() && self.site.checkout.is_none() || !self.places(world).iter().any(String::is_empty) {
            return Some(command);
        }
        let inside = |path: &str| -> Option<String> {
            let Some((first, rest)) = path.trim_start_matches("./").split_once('/') else {
                return Some(path.to_owned());
            };
            let is_own = self.site.checkout.as_deref() == Some(first) && !self.context.repository.is_directory(first);
            match world.clones.get(first).copied().or(is_own.then_some(true)) {
                Some(true) => Some(format!("{ROOT}/{rest}")),
                Some(false) => None,
                None => Some(path.to_owned()),
            }
        };
        for path in command.files.iter_mut().chain(&mut command.env_files).chain(&mut command.directory) {
            *path = inside(path)?;
        }
        Some(command)
    }

    /// `git clone`: the directory that it makes is another project, unless it clones this repository.
    pub(super) fn clone_of(&self, world: &mut World, words: &[String]) {
        let mut positional = words.iter().filter(|word| !word.starts_with('-'));
        let url = positional.find(|word| word.contains('/') || word.contains(':'));
        let Some(url) = url else { return };
        let name = repository_name(url);
        let target =
            positional.next().map_or(name, |directory| directory.trim_start_matches("./").trim_end_matches('/'));
        let is_own = self.context.repository.is_own_name(name);
        if !target.is_empty() && !is_absolute(target) && target != "." {
            Rc::make_mut(&mut world.clones).insert(target.to_owned(), is_own);
        } else if target == "." && !is_own {
            world.go(Directory::Elsewhere);
        }
    }
}

fn rest_of(parts: &[ValuePart<'_>]) -> String {
    let known = parts.iter().map(|part| match part {
        ValuePart::Text(text) => (*text).to_owned(),
        ValuePart::Hole(number) => format!("\u{e000}{number}\u{e001}"),
    });
    known.collect()
}
