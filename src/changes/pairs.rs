//! Which project, and which way to start it, is which on the other side.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::sides::{Root, ServicePair, Side, Sides};
use super::starts::{StartPair, Started, directory_now, pair, without_turns};
use super::words::names;
use super::{
    DeploymentChange, Effect, ProjectChanges, Topic, builds, environment, files, images, labels, networks, ports,
    privileges, services, settings, startup, storage, variables,
};
use crate::discover::invocations::{Certainty, Invocation};
use crate::finding::HeldIn;
use crate::secrets::masked;
use crate::since::Before;
use crate::source::{FileId, PathKind, relative};
use crate::workspace::{LoadedProject, OpenedProject, held_in};

/// What a change does to one way to start a project.
struct ComparedPair {
    changes: Vec<DeploymentChange>,
    /// The services on both sides.
    services: BTreeSet<String>,
}

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
        let all_then = then.clone();
        let pairs = pair(before, then, now);
        let comparison =
            DirectoryComparison { before, old_root, new_root, all_then: &all_then, loaded_then: OnceCell::new() };
        let mut changes = comparison.changes(&directory, &pairs);
        if changes.is_empty() {
            continue;
        }
        sort(&mut changes);
        changed.push(ProjectChanges { title: title(new_root.base, &directory, &pairs, &changes), changes });
    }
    changed.sort_by_key(|project| !project.changes.iter().any(|change| change.is_risky));
    (changed, compared)
}

/// By topic, those with a risk first; that nothing starts goes before all others.
fn sort(changes: &mut [DeploymentChange]) {
    let is_end = |change: &DeploymentChange| {
        let of_project = change.service.is_none() && change.key == "services";
        of_project && change.effect == Effect::Drops && change.is_risky
    };
    let ends = changes.iter().any(is_end);
    let key = |change: &DeploymentChange| {
        (!(ends && change.topic == Topic::Start), change.topic, !is_end(change), !change.is_risky, rank(change))
    };
    changes.sort_by_key(key);
}

/// Where a change with a risk comes among those of its topic, the worst first.
fn rank(change: &DeploymentChange) -> u8 {
    match (change.topic, change.key.as_str()) {
        _ if !change.is_risky => 0,
        (Topic::Access, "ports") => 1,
        (Topic::Access, "labels" | "networks") => 2,
        // What does not start at all comes before what starts too early.
        (Topic::Start, "environment" | "env_file") => 0,
        (Topic::Start, "services") => 2,
        (Topic::Start, _) => 1,
        _ => 0,
    }
}

/// The name that people know a project by: its file where it is alone, or else its directory.
fn title(base: &Path, directory: &Path, pairs: &[StartPair<'_>], changes: &[DeploymentChange]) -> String {
    let all = changes.iter().flat_map(|change| change.place.iter().chain(&change.also));
    let places: BTreeSet<&String> = all.map(|place| &place.file).collect();
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
    /// All ways in which the project was started.
    all_then: &'a [Started<'a>],
    /// The same, loaded where they are needed.
    loaded_then: OnceCell<Vec<LoadedProject>>,
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
                    Some((known, holds)) => {
                        holds.insert(at);
                        add(known, change);
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
            .all(|(at, pair)| holds.contains(&at) || pair.now.is_none() || pair.is_new || !has(at) || !reads(pair));
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
        let sides = self.sides(Side::new(self.old_root, &old), Side::new(self.new_root, &new));
        let others = self.others(&sides, pair, is_new_project);
        let mut out = Vec::new();
        match is_empty {
            true => from_nothing(&sides, is_new_project, &mut out),
            false => self.both(&sides, &others, &mut out),
        }
        let is_new_way = pair.is_new || is_empty && !is_new_project;
        // In a way that was there, a service of a file that it does not read is another one.
        let read = pair.now.filter(|_| !is_new_way).map(|now| &now.project.read);
        let is_read = |path: &Path| read.is_none_or(|read| read.contains(path));
        self.borrow(&sides, others, (&new, &is_read), &mut out);
        if is_new_way {
            // What differs from another way has not changed.
            out.retain(|change| change.is_risky && change.effect == Effect::Opens || is_new_service(change));
            out.extend(self.new_way(pair));
        }
        let mask = |text: &str| sides.then.masked(&sides.now.masked(text));
        for change in &mut out {
            change.message = mask(&change.message);
            change.predicate = change.predicate.as_deref().map(mask);
        }
        let names = sides.now.services().chain(sides.then.services()).map(|service| service.name.clone());
        ComparedPair { changes: out, services: names.collect() }
    }

    fn sides<'s>(&self, then: Side<'s>, now: Side<'s>) -> Sides<'s> {
        let kept = services::kept(self.before, &then, &now);
        Sides { then, now, kept }
    }

    /// The other ways in which the project was started, where one may have had a service that this one lacked.
    fn others(&self, sides: &Sides<'_>, pair: &StartPair<'_>, is_new_project: bool) -> Vec<Side<'_>> {
        let is_known = |name: &str| sides.kept.iter().any(|(_, now)| now == name);
        if is_new_project || sides.now.services().all(|service| is_known(&service.name)) {
            return Vec::new();
        }
        let load = |one: &Started<'_>| one.project.load(self.old_root.sources, self.old_root.memory);
        let loaded = self.loaded_then.get_or_init(|| self.all_then.iter().map(load).collect());
        let is_this = |one: &Started<'_>| pair.then.is_some_and(|then| std::ptr::eq(then.project, one.project));
        let others = self.all_then.iter().zip(loaded).filter(|(one, _)| !is_this(one));
        others.map(|(_, loaded)| Side::new(self.old_root, loaded)).collect()
    }

    /// A service that was started in another way before is not new: it is compared with what it was there.
    fn borrow<'s>(
        &self,
        sides: &Sides<'_>,
        others: Vec<Side<'s>>,
        (new, is_read): (&'s LoadedProject, &dyn Fn(&Path) -> bool),
        out: &mut Vec<DeploymentChange>,
    ) where
        Self: 's,
    {
        let mut known: BTreeSet<String> = sides.kept.iter().map(|(_, now)| now.clone()).collect();
        for other in others {
            let borrowed = self.sides(other, Side::new(self.new_root, new));
            let is_of_file = |then: &str| {
                let key = borrowed.then.service(then).map(|service| service.key.span.file);
                let path = key.map(|file| self.old_root.sources.path(file));
                path.is_some_and(|path| is_read(self.before.name_now(&path).unwrap_or(&path)))
            };
            let names = borrowed.kept.iter().filter(|(then, now)| !known.contains(now) && is_of_file(then));
            let names: BTreeSet<String> = names.map(|(_, now)| now.clone()).collect();
            if names.is_empty() {
                continue;
            }
            let is_of_them =
                |change: &DeploymentChange| change.service.as_ref().is_some_and(|name| names.contains(name));
            let mut changes = Vec::new();
            self.both(&borrowed, &[], &mut changes);
            out.retain(|change| !is_of_them(change));
            out.extend(changes.into_iter().filter(is_of_them));
            known.extend(names);
        }
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
        let can = if invocation.certainty == Certainty::Guessed { "can also be" } else { "is also" };
        let message = format!("the project {can} started with `{}`", held.command);
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

    fn both(&self, sides: &Sides<'_>, others: &[Side<'_>], out: &mut Vec<DeploymentChange>) {
        project(sides, out);
        if sides.then.facts.project.cut_off || sides.now.facts.project.cut_off {
            // A syntax error hides the rest of a file: what is not seen may be there.
            out.extend(self.not_comparable(sides));
            return;
        }
        let pairs = service_pairs(sides);
        services::compare(sides, &pairs, out);
        for pair in &pairs {
            ports::compare(sides, *pair, out);
            privileges::compare(sides, *pair, out);
            storage::compare(sides, *pair, out);
            files::compare(sides, *pair, self.before, out);
            images::compare(sides, *pair, out);
            builds::compare(sides, *pair, out);
            startup::compare(sides, *pair, out);
            environment::compare(sides, *pair, out);
            labels::compare(sides, *pair, out);
            settings::compare(sides, *pair, out);
        }
        networks::compare(sides, &pairs, out);
        storage::compare_volumes(sides, out);
        variables::compare(sides, others, out);
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
        environment::needed_files(sides, service, out);
        if !is_new_project {
            out.push(services::added(sides, service));
        }
    }
    if is_new_project {
        variables::compare(sides, &[], out);
    }
}

/// Whether a change is a service that comes.
fn is_new_service(change: &DeploymentChange) -> bool {
    change.key == "services" && change.service.is_some() && change.effect == Effect::Adds
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
    match (sides.then.rejection(), sides.now.rejection()) {
        (None, Some((at, why))) => {
            let why = why.map_or_else(|| "; `plimsoll check` says why".to_owned(), |why| format!(": {why}"));
            let message = format!("docker compose rejects the project, so nothing starts{why}");
            out.push(change(Effect::Drops, message).risky_if(true).at(sides.now.place(at)));
        }
        (Some(_), None) => out.push(change(Effect::Adds, "docker compose accepts the project again".to_owned())),
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

/// Makes two changes one.
fn add(known: &mut DeploymentChange, change: DeploymentChange) {
    // What says more, or worse, of a service.
    let weight = |change: &DeploymentChange| (change.is_risky, change.message.len());
    if weight(&change) > weight(known) {
        *known = change;
        return;
    }
    let is_elsewhere = known.message == change.message && known.place != change.place;
    if let Some(place) = change.place.filter(|place| is_elsewhere && !known.also.contains(place)) {
        known.also.push(place);
    }
}

/// Whether two changes of different invocations are one. That a service comes or goes, or is in another profile, is one,
/// whatever each invocation makes of it.
fn is_same(one: &DeploymentChange, other: &DeploymentChange) -> bool {
    let is_one = match one.key.as_str() {
        "services" => one.effect != Effect::Moves && one.effect == other.effect,
        "profiles" => true,
        _ => false,
    };
    let about = |change: &DeploymentChange| (change.topic, change.key.clone(), change.service.clone());
    about(one) == about(other)
        && (is_one && one.service.is_some() || one.effect == other.effect && one.message == other.message)
}
