//! Turns commands into invocations: the files they name, by directory, and what the env files there add.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{FoundCommand, ReaderContext};
use super::directories::{default_files, default_upwards};
use super::environment::{EnvFileVariables, dotenv_of};
use super::repository::{PathMatch, Repository, below, fill, is_absolute, join, normalize, split, under_root};
use super::values::{Hole, ROOT, ValuePart, as_pattern, has_hole, known_letters, parts};
use super::{Engine, Purpose};
use crate::source::Span;

/// How many invocations one command may give.
const MAX_ALTERNATIVES: usize = 65;
/// How many Compose files, env files and profiles one command may name.
const MAX_ARGUMENTS: usize = 256;

/// An invocation with paths below the root.
#[derive(Clone, Debug)]
pub(super) struct ResolvedInvocation {
    pub(super) identity: InvocationIdentity,
    pub(super) environment: BTreeMap<String, Option<String>>,
    /// Env files that are sourced before it and that the repository lacks.
    pub(super) lacking: BTreeSet<String>,
    pub(super) purpose: Purpose,
    /// Whether that is written, or only follows from names.
    pub(super) is_purpose_written: bool,
    pub(super) starts: bool,
    /// Whether a text leaves open which files they are.
    pub(super) is_open: bool,
    pub(super) span: Option<Span>,
}

/// What makes two invocations the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InvocationIdentity {
    pub(super) directory: String,
    pub(super) files: Vec<String>,
    pub(super) env_files: Vec<String>,
    pub(super) profiles: BTreeSet<String>,
    pub(super) name: Option<String>,
    pub(super) engine: Engine,
}

/// What direnv sets in directories.
pub(super) type Direnv = BTreeMap<String, BTreeMap<String, String>>;

/// A command in one directory, with the values that its holes have there.
#[derive(Clone)]
struct Attempt<'c, 'a> {
    context: &'c ReaderContext<'a>,
    found: &'c FoundCommand,
    environment: BTreeMap<String, String>,
    directory: String,
    known: BTreeMap<usize, String>,
    /// Paths on other machines, and the directories that they are here.
    mapped: Vec<(String, String)>,
    files: Vec<String>,
}

/// The invocations that a command gives: those of the first directory that has all its files.
pub(super) fn resolve(context: &ReaderContext<'_>, found: &FoundCommand, direnv: &Direnv) -> Vec<ResolvedInvocation> {
    let command = &found.command;
    if command.files.len() + command.env_files.len() + command.profiles.len() > MAX_ARGUMENTS {
        context.unfinished.borrow_mut().insert(found.span.file);
        return Vec::new();
    }
    let elsewhere = [String::new()];
    let directories = if found.directories.is_empty() { &elsewhere[..] } else { &found.directories[..] };
    let is_plain = found.command.files.is_empty() && found.command.directory.is_none();
    if is_plain
        && let Some(directory) =
            directories.iter().find(|directory| default_files(context.repository, directory).is_some())
    {
        return in_directory(context, found, directory, direnv);
    }
    let resolved = directories.iter().map(|directory| in_directory(context, found, directory, direnv));
    let resolved = resolved.into_iter().find(|resolved| !resolved.is_empty());
    resolved.or_else(|| Some(in_directory(context, found, &holding(context, found)?, direnv))).unwrap_or_default()
}

/// The only directory that has all files that a command names: people leave out the way to it.
fn holding(context: &ReaderContext<'_>, found: &FoundCommand) -> Option<String> {
    let command = &found.command;
    if !found.in_document
        || command.files.is_empty()
        || command.files.iter().any(|file| has_hole(file) || is_absolute(file))
    {
        return None;
    }
    let repository = context.repository;
    let has = |directory: &str, file: &String| join(directory, file).is_some_and(|path| repository.is_file(&path));
    let is_meant = |directory: &&str| command.files.iter().all(|file| has(directory, file));
    let mut holding: Vec<&str> = repository.directories().filter(is_meant).collect();
    if holding.len() > 1 && !command.env_files.is_empty() {
        holding.retain(|directory| command.env_files.iter().all(|file| has(directory, file)));
    }
    match holding.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

fn in_directory(
    context: &ReaderContext<'_>,
    found: &FoundCommand,
    directory: &str,
    direnv: &Direnv,
) -> Vec<ResolvedInvocation> {
    let repository = context.repository;
    let starts: Vec<PathMatch> = match has_hole(directory) {
        true => repository.directories_matching(directory, &BTreeMap::new()),
        false => vec![(directory.to_owned(), BTreeMap::new())],
    };
    let attempts = starts.into_iter().map(|(directory, known)| {
        let mut environment = found.environment.clone();
        let own = directory.as_str();
        let set = if found.by_hand { ancestors(own).find_map(|above| direnv.get(above)) } else { None };
        for (name, value) in set.into_iter().flatten() {
            environment.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Attempt { context, found, environment, directory, known, mapped: Vec::new(), files: Vec::new() }
    });
    let resolved = attempts.flat_map(|attempt| attempt.resolve());
    resolved.take(MAX_ALTERNATIVES).collect()
}

/// A directory and those above it, up to the root.
fn ancestors(directory: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(directory), |directory| (!directory.is_empty()).then(|| split(directory).0))
}

/// The env file of a command that gives no part of its name: one that the repository does not have.
const SOME_ENV_FILE: &str = "/*";

/// Whether a directory is below another one.
fn is_below(directory: &str, outer: &str) -> bool {
    outer.is_empty() || directory.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether nothing is known of a path.
fn is_unknown(path: &str) -> bool {
    has_hole(path) && known_letters(path).trim_matches(['/', '.']).is_empty()
}

impl<'c, 'a> Attempt<'c, 'a> {
    fn repository(&self) -> &'c Repository<'a> {
        self.context.repository
    }

    fn resolve(self) -> Vec<ResolvedInvocation> {
        let command = &self.found.command;
        if command.files.is_empty() && !command.swarm {
            return self.without_files();
        }
        let arguments = command.files.clone();
        self.with_files(&arguments).into_iter().flat_map(|attempt| attempt.finish(None)).collect()
    }

    /// All ways to fill the holes so that every file is there.
    fn with_files(self, arguments: &[String]) -> Vec<Attempt<'c, 'a>> {
        let mut attempts = vec![self];
        for argument in arguments {
            let next = attempts.into_iter().flat_map(|attempt| attempt.with_file(argument));
            attempts = next.take(MAX_ALTERNATIVES).collect();
        }
        attempts
    }

    fn with_file(self, argument: &str) -> Vec<Attempt<'c, 'a>> {
        if self.context.is_generated(self.found.span.file, argument) {
            return Vec::new();
        }
        if self.is_unknown(argument) {
            return self.with_any_project(argument);
        }
        let repository = self.repository();
        let filled = fill(argument, &self.known);
        let filled = filled.strip_prefix("file://").unwrap_or(&filled);
        let matches: Vec<(PathMatch, Option<String>)> = if let Some(path) = under_root(filled) {
            repository.matching(path, &self.known).into_iter().map(|found| (found, None)).collect()
        } else if let Some(path) = self.below_some_root(filled) {
            repository.files_for(&path, &self.known).into_iter().map(|(found, _)| (found, None)).collect()
        } else if is_absolute(filled) {
            let found = repository.files_for(filled, &self.known).into_iter();
            found.map(|(found, before)| (found, Some(before.to_owned()))).collect()
        } else if self.found.directories.is_empty() || filled.contains("://") {
            Vec::new()
        } else {
            let path = format!("{}/{filled}", self.directory);
            repository.matching(&path, &self.known).into_iter().map(|found| (found, None)).collect()
        };
        if repository.is_exhausted() {
            self.context.unfinished.borrow_mut().insert(self.found.span.file);
        }
        let is_guess = has_hole(filled);
        // Nobody names a file twice.
        let is_meant = |path: &String| !is_guess || is_yaml(path) && !self.files.contains(path);
        let matches = matches.into_iter().filter(|((path, _), _)| is_meant(path));
        let mut next = Vec::new();
        for ((path, known), before) in matches {
            let mut attempt = Attempt { known, ..self.clone() };
            if let Some(before) = before {
                let here = path.strip_suffix(filled.strip_prefix(&before).unwrap_or("").trim_start_matches('/'));
                attempt.mapped.push((before.clone(), here.unwrap_or("").trim_end_matches('/').to_owned()));
            }
            attempt.files.push(path);
            next.push(attempt);
        }
        next
    }

    /// A file of which nothing is known, for a command that is given a project directory: it starts the projects below that,
    /// each with its default file.
    fn with_any_project(self, argument: &str) -> Vec<Attempt<'c, 'a>> {
        let Some(Some(outer)) = self.project_directory() else { return Vec::new() };
        let [ValuePart::Hole(number)] = parts(argument)[..] else { return Vec::new() };
        let repository = self.repository();
        let is_inside = |directory: &&str| !directory.is_empty() && *directory != outer && is_below(directory, &outer);
        let first = |directory: &str| default_files(repository, directory)?.into_iter().next();
        let files: Vec<String> = repository.directories().filter(is_inside).filter_map(first).collect();
        let with = |file: String| {
            let mut attempt = self.clone();
            attempt.known.insert(number, format!("{ROOT}/{file}"));
            attempt.files.push(file);
            attempt
        };
        files.into_iter().map(with).collect()
    }

    /// Whether nothing of a path is known but its ending: it could be anything.
    fn is_unknown(&self, argument: &str) -> bool {
        let filled = fill(argument, &self.known);
        let known = known_letters(&filled);
        let known = known.trim_start_matches(['.', '/', '\u{e002}']);
        let stem = [".yaml", ".yml", ".json", "yaml", "yml"].iter().find_map(|ending| known.strip_suffix(ending));
        let is_empty = stem.unwrap_or(known).trim_matches(['/', '.', '-', '_']).is_empty();
        argument == "-" || has_hole(&filled) && is_empty
    }

    /// A path below a variable that holds the root of something, as if it were absolute.
    fn below_some_root(&self, path: &str) -> Option<String> {
        let rest = path.strip_prefix('\u{e000}')?;
        let (number, rest) = rest.split_once('\u{e001}')?;
        let number: usize = number.parse().ok()?;
        let name = self.context.with_holes(|holes| match holes.get(number) {
            Some(Hole::Unset(name) | Hole::Computed(name)) => name.to_ascii_uppercase(),
            _ => String::new(),
        });
        let is_root =
            ["ROOT", "WORKSPACE", "_DIR", "PWD", "PATH", "HOME", "DIRNAME"].iter().any(|part| name.contains(part))
                || name == "DIR";
        let is_computed = self.context.with_holes(|holes| matches!(holes.get(number), Some(Hole::Computed(_))));
        (rest.starts_with('/') && (is_root || is_computed)).then(|| format!("/x{rest}"))
    }

    /// `COMPOSE_FILE`, or the default files.
    fn without_files(self) -> Vec<ResolvedInvocation> {
        let first = match self.project_directory() {
            Some(Some(directory)) => directory,
            Some(None) => self.directory.clone(),
            None => return Vec::new(),
        };
        let mut environment = EnvFileVariables::from_values(&self.environment);
        match self.explicit_env_files() {
            Some(paths) if paths.is_empty() => {
                environment
                    .read(self.repository(), &dotenv_of(self.repository(), &first).into_iter().collect::<Vec<_>>());
            }
            Some(paths) => environment.read(self.repository(), &paths),
            None => return Vec::new(),
        }
        if let Some(named) = environment.get("COMPOSE_FILE").map(str::to_owned) {
            let separator = environment.get("COMPOSE_PATH_SEPARATOR").unwrap_or(":").to_owned();
            let arguments: Vec<String> =
                named.split(&separator).filter(|file| !file.is_empty()).map(str::to_owned).collect();
            let place = environment.place("COMPOSE_FILE");
            if arguments.len() > MAX_ARGUMENTS {
                self.context.unfinished.borrow_mut().insert(place.map_or(self.found.span.file, |place| place.file));
                return Vec::new();
            }
            let attempts = self.with_files(&arguments);
            return attempts.into_iter().flat_map(|attempt| attempt.finish(Some((first.clone(), place)))).collect();
        }
        if self.found.command.swarm || self.found.directories.is_empty() {
            return Vec::new();
        }
        let Some((_, files)) = default_upwards(self.repository(), &first) else { return Vec::new() };
        Attempt { files, ..self }.finish(Some((first, None)))
    }

    /// `--project-directory` below the root: nothing at all where it is not in the repository.
    fn project_directory(&self) -> Option<Option<String>> {
        let Some(argument) = &self.found.command.directory else { return Some(None) };
        let path = fill(argument, &self.known);
        if let Some(path) = self.below_some_root(&format!("{path}/")) {
            return Some(Some(self.repository().directory_for(&path)));
        }
        if has_hole(&path) {
            return None;
        }
        let path = match under_root(&path) {
            Some(path) => normalize(path)?,
            None if is_absolute(&path) => self.repository().directory_for(&path),
            None => join(&self.directory, &path)?,
        };
        self.repository().is_directory(&path).then_some(Some(path))
    }

    /// The env files that options or the environment name; nothing where one cannot be known.
    fn explicit_env_files(&self) -> Option<Vec<String>> {
        let mut arguments = self.found.command.env_files.clone();
        if arguments.is_empty() {
            let named = self.environment.get("COMPOSE_ENV_FILES").map_or("", String::as_str);
            arguments = named.split(',').filter(|path| !path.is_empty()).map(str::to_owned).collect();
        }
        arguments.iter().take(MAX_ARGUMENTS).map(|argument| self.env_file(argument)).collect()
    }

    fn env_file(&self, argument: &str) -> Option<String> {
        let path = fill(argument, &self.known);
        if is_unknown(&path) {
            return Some(SOME_ENV_FILE.to_owned());
        }
        if has_hole(&path) {
            return None;
        }
        if let Some(path) = under_root(&path) {
            return normalize(path);
        }
        if is_absolute(&path) {
            let moved = self.mapped.iter().find_map(|(before, here)| {
                let rest = path.strip_prefix(before)?.strip_prefix('/')?;
                join(here, rest)
            });
            return Some(moved.unwrap_or(path));
        }
        Some(join(&self.directory, &path).unwrap_or(path))
    }

    /// Fills the holes that only env files have, then makes the invocations.
    fn finish(self, plain: Option<(String, Option<Span>)>) -> Vec<ResolvedInvocation> {
        let mut attempts = vec![self];
        let env_files = attempts.first().map(|attempt| attempt.found.command.env_files.clone()).unwrap_or_default();
        for argument in env_files {
            let mut next = Vec::new();
            for attempt in attempts {
                let filled = fill(&argument, &attempt.known);
                if !has_hole(&filled) || is_unknown(&filled) {
                    next.push(attempt);
                    continue;
                }
                let pattern =
                    under_root(&filled).map_or_else(|| format!("{}/{filled}", attempt.directory), str::to_owned);
                for (_, known) in attempt.repository().matching(&pattern, &attempt.known) {
                    next.push(Attempt { known, ..attempt.clone() });
                }
            }
            attempts = next;
        }
        attempts.into_iter().filter_map(|attempt| attempt.invocation(plain.as_ref())).collect()
    }

    fn invocation(self, plain: Option<&(String, Option<Span>)>) -> Option<ResolvedInvocation> {
        let command = &self.found.command;
        let first = self.files.first()?;
        let directory = self.project_directory()?.unwrap_or_else(|| split(first).0.to_owned());
        let value = |text: &str| self.known_value(text).filter(|text| !text.is_empty());
        if command.swarm {
            let name = command.name.as_deref().and_then(value);
            let identity = InvocationIdentity {
                directory,
                files: self.files.clone(),
                env_files: Vec::new(),
                profiles: BTreeSet::new(),
                name,
                engine: Engine::Swarm,
            };
            return Some(self.resolved(identity, true));
        }
        let mut all = EnvFileVariables::from_values(&self.environment);
        let explicit = self.explicit_env_files()?;
        let (env_files, read) = match explicit.is_empty() {
            false => (explicit.clone(), explicit),
            true => self.default_env_files(&directory, plain.map(|(first, _)| first.as_str())),
        };
        all.read(self.repository(), &read);
        let profiles: BTreeSet<String> = match command.profiles.is_empty() {
            false => command.profiles.iter().filter_map(|profile| value(profile)).collect(),
            true => {
                let named = all.get("COMPOSE_PROFILES").unwrap_or("").split(',');
                named.map(str::trim).filter_map(value).collect()
            }
        };
        let name = command.name.as_deref().or(all.get("COMPOSE_PROJECT_NAME")).and_then(value);
        let identity = InvocationIdentity {
            directory,
            files: self.files.clone(),
            env_files,
            profiles,
            name,
            engine: Engine::Compose,
        };
        Some(self.resolved(identity, command.starts))
    }

    /// A text with its holes filled, unless one is left.
    fn known_value(&self, text: &str) -> Option<String> {
        Some(fill(text, &self.known)).filter(|text| !has_hole(text) && !text.contains('\u{e002}'))
    }

    fn resolved(&self, identity: InvocationIdentity, starts: bool) -> ResolvedInvocation {
        // A directory that is not known (`$PWD` of a text) is not the one that a path would be relative to.
        let is_placed = |value: &String| value != "." && !value.starts_with("./");
        let known = |value: &str| self.known_value(value).filter(is_placed);
        let environment = self.environment.iter().map(|(name, value)| (name.clone(), known(value)));
        let lacking = self.found.lacking.iter().map(|file| as_pattern(&fill(file, &self.known)));
        ResolvedInvocation {
            identity,
            environment: environment.collect(),
            lacking: lacking.collect(),
            purpose: self.files.iter().fold(self.found.purpose, |purpose, file| purpose.min(purpose_of_file(file))),
            is_purpose_written: true,
            starts,
            is_open: self.found.in_document && self.found.command.files.iter().any(|file| has_hole(file)),
            span: Some(self.found.span),
        }
    }

    /// The env files that docker compose reads where nothing names one, and those of them that are there, in reverse: what
    /// is read last wins.
    fn default_env_files(&self, directory: &str, first: Option<&str>) -> (Vec<String>, Vec<String>) {
        let own = below(directory, ".env");
        let mut read: Vec<String> = dotenv_of(self.repository(), directory).into_iter().collect();
        let mut listed = vec![own];
        if let Some(first) = first.filter(|first| *first != directory) {
            let pointing = below(first, ".env");
            if self.repository().is_file(&pointing) {
                read.push(pointing.clone());
                listed.insert(0, pointing);
            }
        }
        (listed, read)
    }
}

fn is_yaml(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending))
}

/// What the name of a file says about its purpose.
pub(super) fn purpose_of_file(path: &str) -> Purpose {
    let name = split(path).1.to_ascii_lowercase();
    let has = |words: &[&str]| name.split(['.', '-', '_']).any(|word| words.contains(&word));
    if has(&["dev", "develop", "development", "devel"]) { Purpose::Develop } else { Purpose::Deploy }
}
