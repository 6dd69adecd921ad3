//! Dockerfiles: what the stages that lead to one make of their base image.
//! <https://docs.docker.com/reference/dockerfile/>

mod lines;
pub(crate) mod outline;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use self::lines::{Instruction, instructions};
use self::words::{DockerfileWord, Lookup, whole, words};
use crate::budget::{Limit, Meter};
use crate::collections::{HashMap, IndexMap};
use crate::compose::load::short::volume::clean;
use crate::model::{BuiltImage, Command, Copied, Exposed, Healthcheck, ImageReference, Ran, Spanned};
use crate::source::Place;

/// A stage.
struct BuildStage {
    start: Start,
    /// Its instructions in the file, `FROM` left out.
    instructions: Range<usize>,
}

/// What a stage starts from.
enum Start {
    /// An image; `None` where a variable leaves it open.
    Image(Option<Spanned<ImageReference>>),
    /// A stage before it.
    Stage(usize),
}

/// `ENV` so far.
type DockerfileVariables = IndexMap<String, Spanned<String>>;

/// Where bytes of the Dockerfile are.
pub(crate) type Placer<'a> = &'a dyn Fn(&Range<usize>) -> Place;

/// The image of the last stage, or of the one that `target` names or numbers. `arguments` gives the `args` of the build.
/// `None` where there is no such stage, and where it costs too much.
pub(crate) fn built(
    text: &str,
    arguments: Lookup<'_>,
    target: Option<&str>,
    (place, meter): (Placer<'_>, Meter<'_>),
) -> Option<BuiltImage> {
    let all = instructions(text);
    let mut reader = DockerfileReader {
        arguments,
        place,
        meter,
        globals: BTreeMap::new(),
        locals: BTreeMap::new(),
        shell: Vec::new(),
        own_command: false,
    };
    let Stages { all: stages, by_name } = reader.stages(&all);
    let index = match target.map(str::to_lowercase) {
        None => stages.len().checked_sub(1)?,
        Some(target) => by_name.get(&target).copied().or_else(|| target.parse().ok())?,
    };
    // The stages that lead to it, each read once; the others say nothing of it.
    let mut stage = stages.get(index)?;
    let mut chain = vec![stage];
    while let Start::Stage(earlier) = &stage.start {
        stage = stages.get(*earlier)?;
        chain.push(stage);
    }
    let Start::Image(base) = &stage.start else { return None };
    let mut image = empty(base.clone());
    for stage in chain.into_iter().rev() {
        reader.locals.clear();
        reader.shell.clear();
        reader.own_command = false;
        for instruction in all.get(stage.instructions.clone()).unwrap_or_default() {
            image = reader.in_stage(instruction, image);
        }
    }
    (!meter.budget.is_spent(Limit::Bytes)).then_some(image)
}

/// The stages of a Dockerfile.
#[derive(Default)]
struct Stages {
    all: Vec<BuildStage>,
    /// The first one of each name, in lower case.
    by_name: HashMap<String, usize>,
}

struct DockerfileReader<'a> {
    arguments: Lookup<'a>,
    place: Placer<'a>,
    meter: Meter<'a>,
    /// `ARG`s before the first stage.
    globals: BTreeMap<String, Option<String>>,
    /// `ARG`s of the stage.
    locals: BTreeMap<String, Option<String>>,
    /// `SHELL`.
    shell: Vec<String>,
    /// Whether the stage itself has a `CMD`.
    own_command: bool,
}

impl DockerfileReader<'_> {
    /// Where the stages are, and what they start from: only the `ARG`s before the first have a say in that.
    fn stages(&mut self, all: &[Instruction]) -> Stages {
        let mut stages = Stages::default();
        for (at, instruction) in all.iter().enumerate() {
            match instruction.keyword.as_str() {
                "FROM" => self.from(instruction, at + 1, &mut stages),
                "ARG" if stages.all.is_empty() => self.argument(instruction, None),
                _ => {}
            }
            if let Some(stage) = stages.all.last_mut() {
                stage.instructions.end = at + 1;
            }
        }
        stages
    }

    fn from(&self, instruction: &Instruction, start: usize, stages: &mut Stages) {
        let lookup = |name: &str| self.meter.inserted(self.globals.get(name).cloned().flatten());
        let all = words(&instruction.body, instruction.start, &lookup);
        let mut rest = all.iter().skip_while(|word| word.text.starts_with("--"));
        let Some(base) = rest.next() else { return };
        let named = rest.next().is_some_and(|word| word.text.eq_ignore_ascii_case("as"));
        let name = rest.next().filter(|_| named).map(|word| word.text.to_lowercase());
        let lower = base.text.to_lowercase();
        let start_of = match stages.by_name.get(&lower) {
            Some(earlier) => Start::Stage(*earlier),
            None => Start::Image(
                (!base.open && !base.text.is_empty())
                    .then(|| Spanned::new(ImageReference::parse(&base.text), (self.place)(&base.span))),
            ),
        };
        if let Some(name) = name {
            stages.by_name.entry(name).or_insert(stages.all.len());
        }
        stages.all.push(BuildStage { start: start_of, instructions: start..start });
    }

    /// Takes in an `ARG`: one of a stage, whose variables so far are given, or one before the first.
    fn argument(&mut self, instruction: &Instruction, environment: Option<&DockerfileVariables>) {
        let declared: Vec<(String, Option<DockerfileWord>)> = {
            let lookup = |name: &str| match environment {
                Some(environment) => self.value_in(environment, name),
                None => self.meter.inserted(self.globals.get(name).cloned().flatten()),
            };
            let words = words(&instruction.body, instruction.start, &lookup);
            words.into_iter().map(|word| match word.text.split_once('=') {
                Some((name, value)) => {
                    let value = value.to_owned();
                    (name.to_owned(), Some(DockerfileWord { text: value, ..word }))
                }
                None => (word.text, None),
            })
        }
        .collect();
        for (name, default) in declared {
            let default = default.filter(|word| !word.open).map(|word| word.text);
            let given = (self.arguments)(&name).or(default);
            if environment.is_none() {
                self.globals.insert(name, given);
            } else {
                let given = given.or_else(|| self.globals.get(&name).cloned().flatten());
                self.locals.insert(name, given);
            }
        }
    }

    /// `ENV` goes before `ARG`.
    fn value_in(&self, environment: &DockerfileVariables, name: &str) -> Option<String> {
        let set = environment.get(name).map(|value| value.value.clone());
        self.meter.inserted(set.or_else(|| self.locals.get(name).cloned().flatten()))
    }

    fn in_stage(&mut self, instruction: &Instruction, mut image: BuiltImage) -> BuiltImage {
        // The readers below borrow it while other parts of the image change.
        let environment = std::mem::take(&mut image.environment);
        let (body, start) = (instruction.body.as_str(), instruction.start);
        if instruction.keyword == "ARG" {
            self.argument(instruction, Some(&environment));
        }
        let words = |reader: &Self| words(body, start, &|name| reader.value_in(&environment, name));
        let one = |reader: &Self| {
            let word = whole(body, start, &|name| reader.value_in(&environment, name));
            (!word.open).then(|| Spanned::new(word.text, (reader.place)(&word.span)))
        };
        let mut added = Vec::new();
        match instruction.keyword.as_str() {
            "EXPOSE" => image.exposes.extend(words(self).iter().filter_map(|word| self.exposed(word))),
            "ENV" => added = self.variables(instruction, words(self), &environment),
            "USER" => image.user = one(self),
            "WORKDIR" => image.working_dir = one(self).and_then(|path| join(image.working_dir.as_ref(), path)),
            "VOLUME" => {
                let paths = self.list(instruction).unwrap_or_else(|| words(self).into_iter().map(text_of).collect());
                image.volumes.extend(paths.into_iter().map(|path| self.at(instruction, clean(&path))));
            }
            "SHELL" => self.shell = self.list(instruction).unwrap_or_default(),
            "CMD" => {
                image.command = Some(self.command(instruction));
                self.own_command = true;
            }
            "ENTRYPOINT" => {
                image.entrypoint = Some(self.command(instruction));
                image.command = image.command.filter(|_| self.own_command);
            }
            "HEALTHCHECK" => image.healthcheck = Some(self.healthcheck(instruction)),
            // Every service that is built from the file has all of them.
            "COPY" | "ADD" if !self.meter.spend(Limit::Values, 1) => {}
            "COPY" | "ADD" => image.copies.push(self.copied(instruction, words(self), image.working_dir.as_ref())),
            "RUN" => {
                let script = [body].into_iter().chain(instruction.documents.iter().map(String::as_str));
                let script = self.at(instruction, script.collect::<Vec<_>>().join("\n"));
                let working_dir = image.working_dir.as_ref().map(|path| path.value.clone());
                image.runs.push(Ran { script, working_dir });
            }
            _ => {}
        }
        image.environment = environment;
        image.environment.extend(added);
        image
    }

    /// A value at the body of an instruction.
    fn at<T>(&self, instruction: &Instruction, value: T) -> Spanned<T> {
        let span = instruction.start..instruction.start + instruction.body.len();
        Spanned::new(value, (self.place)(&span))
    }

    /// The words of the exec form, a JSON list of texts.
    fn list(&self, instruction: &Instruction) -> Option<Vec<String>> {
        let body = instruction.body.trim();
        body.starts_with('[').then(|| serde_json::from_str(body).ok()).flatten()
    }

    fn command(&self, instruction: &Instruction) -> Command {
        let of_shell = || {
            let default = || vec!["/bin/sh".to_owned(), "-c".to_owned()];
            let mut words = if self.shell.is_empty() { default() } else { self.shell.clone() };
            words.push(instruction.body.clone());
            words
        };
        let words = self.list(instruction).unwrap_or_else(of_shell);
        let place = self.at(instruction, ()).place;
        Command { place, words: words.into_iter().map(|word| Spanned::new(word, place)).collect() }
    }

    fn healthcheck(&self, instruction: &Instruction) -> Healthcheck {
        let key = (self.place)(&instruction.span);
        let mut at = 0;
        for word in words(&instruction.body, 0, &|_| None) {
            if !word.text.starts_with("--") {
                at = word.span.start;
                break;
            }
        }
        let rest = instruction.body.get(at..).unwrap_or("");
        let Some(script) = rest.strip_prefix("CMD").or_else(|| rest.strip_prefix("cmd")) else {
            let disabled = rest.trim().eq_ignore_ascii_case("NONE");
            return Healthcheck { key, test: Vec::new(), disabled };
        };
        let list: Option<Vec<String>> = serde_json::from_str(script.trim()).ok();
        let test = match list {
            Some(words) => [vec!["CMD".to_owned()], words].concat(),
            None => vec!["CMD-SHELL".to_owned(), script.trim().to_owned()],
        };
        Healthcheck { key, test: test.into_iter().map(|word| Spanned::new(word, key)).collect(), disabled: false }
    }

    fn exposed(&self, word: &DockerfileWord) -> Option<Exposed> {
        if word.open {
            return None;
        }
        let (ports, protocol) = word.text.split_once('/').unwrap_or((&word.text, "tcp"));
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let ports = (first.parse().ok()?, last.parse().ok()?);
        Some(Exposed { ports: Spanned::new(ports, (self.place)(&word.span)), protocol: protocol.to_lowercase() })
    }

    /// `ENV a=b c=d`, or `ENV a b`.
    fn variables(
        &self,
        instruction: &Instruction,
        words: Vec<DockerfileWord>,
        environment: &DockerfileVariables,
    ) -> Vec<(String, Spanned<String>)> {
        if words.first().is_some_and(|word| !word.text.contains('=')) {
            let Some((name, rest)) = instruction.body.split_once(char::is_whitespace) else { return Vec::new() };
            let start = instruction.start + instruction.body.len() - rest.trim_start().len();
            let value = whole(rest.trim(), start, &|name| self.value_in(environment, name));
            let value = (!value.open).then(|| Spanned::new(value.text, (self.place)(&value.span)));
            return value.into_iter().map(|value| (name.to_owned(), value)).collect();
        }
        let known = words.into_iter().filter(|word| !word.open);
        let pair = |word: DockerfileWord| {
            let (name, value) = word.text.split_once('=')?;
            Some((name.to_owned(), Spanned::new(value.to_owned(), (self.place)(&word.span))))
        };
        known.filter_map(pair).collect()
    }

    fn copied(
        &self,
        instruction: &Instruction,
        words: Vec<DockerfileWord>,
        working_dir: Option<&Spanned<String>>,
    ) -> Copied {
        let from = words.iter().find_map(|word| word.text.strip_prefix("--from=")).map(str::to_owned);
        let flags = words.iter().take_while(|word| word.text.starts_with("--")).count();
        let sets_mode = words.iter().take(flags).any(|word| word.text.starts_with("--chmod"));
        let rest = words.get(flags).map_or(0, |word| word.span.start - instruction.start);
        let list = instruction.body.get(rest..).filter(|rest| rest.starts_with('['));
        let list: Option<Vec<String>> = list.and_then(|list| serde_json::from_str(list.trim()).ok());
        let mut paths = list.unwrap_or_else(|| words.into_iter().skip(flags).map(text_of).collect());
        let target = paths.pop().and_then(|path| target_of(&path, working_dir));
        paths.retain(|path| !path.starts_with("<<"));
        Copied { sources: paths, target, from, sets_mode }
    }
}

fn text_of(word: DockerfileWord) -> String {
    word.text
}

fn empty(base: Option<Spanned<ImageReference>>) -> BuiltImage {
    BuiltImage {
        base,
        exposes: Vec::new(),
        volumes: Vec::new(),
        user: None,
        working_dir: None,
        environment: IndexMap::default(),
        command: None,
        entrypoint: None,
        healthcheck: None,
        copies: Vec::new(),
        runs: Vec::new(),
    }
}

/// A working directory, seen from the one before it.
fn join(before: Option<&Spanned<String>>, path: Spanned<String>) -> Option<Spanned<String>> {
    const LONGEST: usize = 4096;
    let absolute = if path.value.starts_with('/') {
        clean(&path.value)
    } else if before.is_some_and(|before| before.value.len() > LONGEST) {
        // No system has such a path.
        return None;
    } else {
        clean(&format!("{}/{}", before?.value, path.value))
    };
    Some(Spanned::new(absolute, path.place))
}

fn target_of(path: &str, working_dir: Option<&Spanned<String>>) -> Option<String> {
    let absolute = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", working_dir?.value) };
    let slash = if absolute.ends_with('/') || path.ends_with('.') { "/" } else { "" };
    let cleaned = clean(&absolute);
    Some(if cleaned == "/" { cleaned } else { format!("{cleaned}{slash}") })
}
