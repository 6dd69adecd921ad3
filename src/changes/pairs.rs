//! Which project, and which way to start it, is which on the other side.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::sides::{Root, ServicePair, Side, Sides};
use super::words::names;
use super::{
    DeploymentChange, Effect, ProjectChanges, Topic, environment, images, labels, networks, ports, privileges,
    services, settings, startup, storage, variables,
};
use crate::discover::invocations::{Certainty, Invocation};
use crate::finding::HeldIn;
use crate::secrets::masked;
use crate::since::Before;
use crate::source::{FileId, PathKind, relative};
use crate::workspace::{LoadedProject, OpenedProject, held_in};

/// A project of one side with its key: where it is, and what starts it, in the names of now.
#[derive(Clone, Copy)]
struct Started<'p> {
    project: &'p OpenedProject,
}

/// What identifies one way to start a project, in the names of now.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StartKey {
    files: Vec<PathBuf>,
    env_files: Vec<PathBuf>,
    profiles: BTreeSet<String>,
}

/// The same way to start a project on both sides, as far as there is one.
struct StartPair<'p> {
    then: Option<Started<'p>>,
    now: Option<Started<'p>>,
    /// Whether the way itself is new, and compared with another one.
    is_new: bool,
}

/// What a change does to one way to start a project.
struct ComparedPair {
    changes: Vec<DeploymentChange>,
    /// The services on both sides.
    services: BTreeSet<String>,
}

/// Whether two ways to start a project are the same one.
type StartMatch<'m> = dyn Fn(&Started<'_>, &Started<'_>) -> bool + 'm;

/// One side: its files, and its projects.
type SideProjects<'a> = (&'a Root<'a>, &'a [OpenedProject]);

/// Compares the projects of both sides; also gives how many there are.
pub(super) fn compare(
    before: &Before,
    (old_root, old): SideProjects<'_>,
    (new_root, new): SideProjects<'_>,
) -> (Vec<ProjectChanges>, usize) {
    let mut by_directory: BTreeMap<PathBuf, (Vec<Started<'_>>, Vec<Started<'_>>)> = BTreeMap::new();
    for project in without_turns(old) {
        by_directory.entry(directory_now(before, project)).or_default().0.push(Started { project });
    }
    for project in without_turns(new) {
        by_directory.entry(project.entry.directory.clone()).or_default().1.push(Started { project });
    }
    let compared = by_directory.len();
    let mut changed = Vec::new();
    for (directory, (then, now)) in by_directory {
        let pairs = pair(before, then, now);
        let comparison = DirectoryComparison { before, old_root, new_root };
        let mut changes = comparison.changes(&directory, &pairs);
        if changes.is_empty() {
            continue;
        }
        changes.sort_by_key(|change| (change.topic, !change.is_risky));
        changed.push(ProjectChanges { title: title(new_root.base, &directory, &pairs, &changes), changes });
    }
    (changed, compared)
}

/// Without the runs that only activate one profile after the other.
fn without_turns(all: &[OpenedProject]) -> Vec<&OpenedProject> {
    let is_default = |project: &OpenedProject| {
        project.invocation.as_ref().is_some_and(|invocation| invocation.certainty <= Certainty::Default)
    };
    let is_turn = |project: &OpenedProject| {
        let profiles = &project.entry.profiles;
        let is_base = |other: &&OpenedProject| {
            let fewer = other.entry.profiles.len() < profiles.len();
            fewer && is_default(other) && other.entry.files == project.entry.files
        };
        is_default(project) && all.iter().find(is_base).is_some()
    };
    all.iter().filter(|project| !is_turn(project)).collect()
}

fn name_now(before: &Before, path: &Path) -> PathBuf {
    before.name_now(path).map_or_else(|| path.to_path_buf(), Path::to_path_buf)
}

/// The directory of an old project, or where its first file is now.
fn directory_now(before: &Before, project: &OpenedProject) -> PathBuf {
    let entry = &project.entry;
    let Some(first) = entry.files.first() else { return entry.directory.clone() };
    let now = name_now(before, first);
    match (first.parent(), now.parent()) {
        (Some(was), Some(is)) if was == entry.directory && was != is => is.to_path_buf(),
        _ => entry.directory.clone(),
    }
}

fn key_of(before: Option<&Before>, project: &OpenedProject) -> StartKey {
    let named = |path: &PathBuf| before.map_or_else(|| path.clone(), |before| name_now(before, path));
    let env_files = project.invocation.iter().flat_map(|invocation| &invocation.env_files);
    StartKey {
        files: project.entry.files.iter().map(named).collect(),
        env_files: env_files.map(named).collect(),
        profiles: project.entry.profiles.iter().cloned().collect(),
    }
}

fn certainty(project: &OpenedProject) -> Option<Certainty> {
    project.invocation.as_ref().map(|invocation| invocation.certainty)
}

fn pair<'p>(before: &Before, mut then: Vec<Started<'p>>, mut now: Vec<Started<'p>>) -> Vec<StartPair<'p>> {
    let all_then = then.clone();
    let mut pairs: Vec<StartPair<'p>> = Vec::new();
    let key_then = |one: &Started<'_>| key_of(Some(before), one.project);
    let key_now = |one: &Started<'_>| key_of(None, one.project);
    let is_plain = |one: &Started<'_>| certainty(one.project) == Some(Certainty::Default);
    let shared = |one: &Started<'_>, other: &Started<'_>| {
        let (old, new) = (key_then(one), key_now(other));
        old.files.iter().filter(|file| new.files.contains(file)).count()
    };
    let steps: [&StartMatch<'_>; 5] = [
        &|one, other| key_then(one) == key_now(other),
        &|one, other| key_then(one).files == key_now(other).files,
        &|one, other| is_plain(one) && is_plain(other),
        &|one, other| certainty(one.project) == certainty(other.project) && shared(one, other) > 0,
        &|one, other| shared(one, other) > 0,
    ];
    for is_match in steps {
        now.retain(|new| match then.iter().position(|old| is_match(old, new)) {
            Some(at) => {
                pairs.push(StartPair { then: Some(then.remove(at)), now: Some(*new), is_new: false });
                false
            }
            None => true,
        });
    }
    if let ([old], [new]) = (then.as_slice(), now.as_slice()) {
        pairs.push(StartPair { then: Some(*old), now: Some(*new), is_new: false });
        return pairs;
    }
    for new in now {
        // A further way to start what is known is compared with the way that is nearest to it.
        let near = all_then.iter().max_by_key(|old| shared(old, &new)).filter(|old| shared(old, &new) > 0);
        pairs.push(StartPair { then: near.copied(), now: Some(new), is_new: near.is_some() });
    }
    pairs.extend(then.into_iter().map(|old| StartPair { then: Some(old), now: None, is_new: false }));
    pairs
}

/// The name that people know a project by: its file where it is alone, or else its directory.
fn title(base: &Path, directory: &Path, pairs: &[StartPair<'_>], changes: &[DeploymentChange]) -> String {
    let places: BTreeSet<&String> = changes.iter().filter_map(|change| Some(&change.place.as_ref()?.file)).collect();
    let starts = pairs.iter().filter_map(|pair| pair.now.or(pair.then));
    let firsts: BTreeSet<&PathBuf> = starts.filter_map(|one| one.project.entry.files.first()).collect();
    match firsts.iter().next() {
        Some(only) if firsts.len() == 1 => relative(base, only),
        _ if places.len() == 1 && changes.iter().all(|change| change.place.is_some()) => {
            places.into_iter().next().cloned().unwrap_or_default()
        }
        _ => match relative(base, directory).as_str() {
            "" => "./".to_owned(),
            path => format!("{path}/"),
        },
    }
}

/// What is needed to compare the projects of one directory.
struct DirectoryComparison<'a> {
    before: &'a Before,
    old_root: &'a Root<'a>,
    new_root: &'a Root<'a>,
}

impl DirectoryComparison<'_> {
    fn changes(&self, directory: &Path, pairs: &[StartPair<'_>]) -> Vec<DeploymentChange> {
        if pairs.iter().all(|pair| pair.now.is_none()) {
            return vec![self.gone(directory, pairs)];
        }
        let is_new = pairs.iter().all(|pair| pair.then.is_none());
        let compared: Vec<ComparedPair> = pairs.iter().map(|pair| self.of_pair(directory, pair, is_new)).collect();
        let mut merged: Vec<(DeploymentChange, BTreeSet<usize>)> = Vec::new();
        for (at, pair) in compared.iter().enumerate() {
            for change in pair.changes.iter().cloned() {
                match merged.iter_mut().find(|(known, _)| is_same(known, &change)) {
                    Some((_, holds)) => {
                        holds.insert(at);
                    }
                    None => merged.push((change, [at].into())),
                }
            }
        }
        let named = |(mut change, holds): (DeploymentChange, BTreeSet<usize>)| {
            change.only = self.only(pairs, &compared, &change, &holds);
            change
        };
        merged.into_iter().map(named).collect()
    }

    /// The invocations that a change holds in, where others read the same file and it does not hold there.
    fn only(
        &self,
        pairs: &[StartPair<'_>],
        compared: &[ComparedPair],
        change: &DeploymentChange,
        holds: &BTreeSet<usize>,
    ) -> Vec<HeldIn> {
        if change.key == "services" && change.service.is_none() {
            return Vec::new();
        }
        let has = |at: usize| {
            let services = compared.get(at).map(|pair| &pair.services);
            change.service.as_ref().is_none_or(|name| services.is_some_and(|all| all.contains(name)))
        };
        let reads = |pair: &StartPair<'_>| {
            let Some(place) = &change.place else { return true };
            let (root, side) = if place.is_then { (self.old_root, pair.then) } else { (self.new_root, pair.now) };
            side.is_some_and(|one| one.project.read.iter().any(|path| relative(root.base, path) == place.file))
        };
        let is_all = pairs
            .iter()
            .enumerate()
            .all(|(at, pair)| holds.contains(&at) || pair.now.is_none() || !has(at) || !reads(pair));
        if is_all {
            return Vec::new();
        }
        let of = |at: &usize| {
            let one = pairs.get(*at)?.now?;
            let invocation = one.project.invocation.as_ref()?;
            Some(self.held(invocation, one.project))
        };
        holds.iter().filter_map(of).collect()
    }

    fn held(&self, invocation: &Invocation, project: &OpenedProject) -> HeldIn {
        in_words(self.new_root, invocation, project)
    }

    fn gone(&self, directory: &Path, pairs: &[StartPair<'_>]) -> DeploymentChange {
        let files: BTreeSet<String> = pairs
            .iter()
            .filter_map(|pair| pair.then)
            .flat_map(|one| &one.project.entry.files)
            .map(|file| relative(self.new_root.base, file))
            .collect();
        let files: Vec<String> = files.into_iter().collect();
        let is_gone = self.new_root.sources.kind(directory) == PathKind::Missing
            || files.iter().all(|file| self.new_root.sources.kind(&self.new_root.base.join(file)) == PathKind::Missing);
        let message = match is_gone {
            true => format!(
                "the project is gone ({}): what runs of it is left alone, and so are its volumes",
                names(&files)
            ),
            false => format!("nothing starts the project any more ({})", names(&files)),
        };
        DeploymentChange::new(Topic::Start, Effect::Drops, "services", message).risky_if(true)
    }

    fn of_pair(&self, directory: &Path, pair: &StartPair<'_>, is_new_project: bool) -> ComparedPair {
        let load = |root: &Root<'_>, one: Option<Started<'_>>| -> Option<LoadedProject> {
            one.map(|one| one.project.load(root.sources, root.memory))
        };
        let Some(new) = load(self.new_root, pair.now) else {
            return ComparedPair { changes: self.lost_way(pair).into_iter().collect(), services: BTreeSet::new() };
        };
        let old = load(self.old_root, pair.then);
        let is_empty = old.is_none();
        let old = old.unwrap_or_else(|| LoadedProject::empty(self.old_root.sources, directory));
        let sides = sides(Side::new(self.old_root, &old), Side::new(self.new_root, &new));
        let mut out = Vec::new();
        if pair.is_new || is_empty && !is_new_project {
            out.extend(self.new_way(pair));
        }
        match is_empty {
            true => from_nothing(&sides, is_new_project, &mut out),
            false => self.both(&sides, &mut out),
        }
        let mask = |text: &str| sides.then.masked(&sides.now.masked(text));
        for change in &mut out {
            change.message = mask(&change.message);
            change.predicate = change.predicate.as_deref().map(mask);
        }
        let names = sides.now.services().chain(sides.then.services()).map(|service| service.name.clone());
        ComparedPair { changes: out, services: names.collect() }
    }

    /// A file with a syntax error, before and now, that changes.
    fn not_comparable(&self, sides: &Sides<'_>) -> Option<DeploymentChange> {
        let (old, new) = (sides.then.facts.project, sides.now.facts.project);
        let is_changed = |file: &FileId| self.before.is_changed(&self.new_root.sources.file(*file).path);
        if old.rejected != new.rejected || !new.all_files.iter().any(is_changed) {
            return None;
        }
        let message = "the project cannot be compared: a syntax error hides a part of it; `plimsoll check` shows it";
        let change = DeploymentChange::new(Topic::Start, Effect::Changes, "services", message.to_owned());
        Some(change.risky_if(true))
    }

    /// A command that starts a project in a way that nothing did before.
    fn new_way(&self, pair: &StartPair<'_>) -> Option<DeploymentChange> {
        let one = pair.now?;
        let invocation = one.project.invocation.as_ref()?;
        let held = self.held(invocation, one.project);
        let at = held.written.as_ref().map(|(file, line)| super::ChangePlace {
            file: file.clone(),
            line: *line,
            is_then: false,
        });
        let message = format!("the project is also started with `{}`", held.command);
        Some(DeploymentChange::new(Topic::Start, Effect::Adds, "services", message).at(at))
    }

    /// A way to start a project that nothing uses any more.
    fn lost_way(&self, pair: &StartPair<'_>) -> Option<DeploymentChange> {
        let one = pair.then?;
        let invocation = one.project.invocation.as_ref()?;
        let is_there = |file: &PathBuf| self.new_root.sources.kind(file) == PathKind::File;
        // What only the name of a file suggested was never sure.
        if invocation.certainty == Certainty::Guessed && one.project.entry.files.iter().all(is_there) {
            return None;
        }
        let held = in_words(self.old_root, invocation, one.project);
        let at = held.written.as_ref().map(|(file, line)| super::ChangePlace {
            file: file.clone(),
            line: *line,
            is_then: true,
        });
        let message = format!("nothing starts the project with `{}` any more", held.command);
        Some(DeploymentChange::new(Topic::Start, Effect::Drops, "services", message).at(at))
    }

    fn both(&self, sides: &Sides<'_>, out: &mut Vec<DeploymentChange>) {
        project(sides, out);
        if sides.then.facts.project.cut_off || sides.now.facts.project.cut_off {
            // A syntax error hides the rest of a file: what is not seen may be there.
            out.extend(self.not_comparable(sides));
            return;
        }
        let pairs = service_pairs(sides);
        services::compare(sides, &pairs, out);
        let is_changed = |path: &str| self.before.is_changed(Path::new(path));
        for pair in &pairs {
            ports::compare(sides, *pair, out);
            privileges::compare(sides, *pair, out);
            storage::compare(sides, *pair, out);
            storage::compare_files(sides, *pair, &is_changed, out);
            images::compare(sides, *pair, out);
            startup::compare(sides, *pair, out);
            environment::compare(sides, *pair, out);
            labels::compare(sides, *pair, out);
            settings::compare(sides, *pair, out);
        }
        networks::compare(sides, &pairs, out);
        storage::compare_volumes(sides, out);
        variables::compare(sides, out);
        let told = out.clone();
        for pair in &pairs {
            settings::rest(sides, *pair, &told, out);
        }
        settings::resources(sides, &told, out);
    }
}

/// An invocation as people type it, without secrets.
fn in_words(root: &Root<'_>, invocation: &Invocation, project: &OpenedProject) -> HeldIn {
    let mut held = held_in(invocation, &project.entry.files, root.sources, root.base);
    held.command = masked(&held.command).into_owned();
    held
}

/// A project that was not there: what it opens.
fn from_nothing(sides: &Sides<'_>, is_new_project: bool, out: &mut Vec<DeploymentChange>) {
    let all: Vec<&str> = sides.now.services().map(|service| service.name.as_str()).collect();
    if is_new_project {
        let message = format!("a new project with {}", names(&all));
        out.push(DeploymentChange::new(Topic::Start, Effect::Adds, "services", message));
    }
    for service in sides.now.services() {
        let pair = ServicePair { then: None, now: Some(service) };
        ports::compare(sides, pair, out);
        privileges::compare(sides, pair, out);
        labels::compare(sides, pair, out);
    }
}

fn sides<'a>(then: Side<'a>, now: Side<'a>) -> Sides<'a> {
    let kept = services::kept(&then, &now);
    Sides { then, now, kept }
}

/// The services of both sides: those that stay, those that are new, those that are gone.
fn service_pairs<'a>(sides: &Sides<'a>) -> Vec<ServicePair<'a>> {
    let mut pairs = Vec::new();
    for service in sides.now.services() {
        let old =
            sides.kept.iter().find(|(_, now)| *now == service.name).and_then(|(then, _)| sides.then.service(then));
        pairs.push(ServicePair { then: old, now: Some(service) });
    }
    for service in sides.then.services() {
        if !sides.kept.iter().any(|(then, _)| *then == service.name) {
            pairs.push(ServicePair { then: Some(service), now: None });
        }
    }
    pairs
}

/// What becomes of the project as a whole.
fn project(sides: &Sides<'_>, out: &mut Vec<DeploymentChange>) {
    let (old, new) = (&sides.then.facts, &sides.now.facts);
    let change = |effect: Effect, message: String| DeploymentChange::new(Topic::Start, effect, "services", message);
    match (old.project.rejected, new.project.rejected) {
        (false, true) => {
            let message = "docker compose rejects the project, so nothing starts; `plimsoll check` says why".to_owned();
            out.push(change(Effect::Drops, message).risky_if(true));
        }
        (true, false) => out.push(change(Effect::Adds, "docker compose accepts the project again".to_owned())),
        _ => {}
    }
    let (was, is) = (&old.model.name, &new.model.name);
    if was != is {
        let (was, is) = (sides.then.masked(was), sides.now.masked(is));
        let message = format!(
            "the project is named `{is}` instead of `{was}`: its containers and networks are created anew, and its volumes start empty, while the data stay in those of `{was}`"
        );
        let change = DeploymentChange::new(Topic::Data, Effect::Moves, "name", message);
        out.push(change.risky_if(true));
    }
}

/// Whether two changes of different invocations are one.
fn is_same(one: &DeploymentChange, other: &DeploymentChange) -> bool {
    (one.topic, one.effect, &one.key, &one.service, &one.message)
        == (other.topic, other.effect, &other.key, &other.service, &other.message)
}
