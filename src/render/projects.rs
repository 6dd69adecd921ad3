//! `plimsoll projects`: how the projects of a repository are started, for people and as JSON, a contract described in
//! `docs/output.md`.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::{clean, guarded, json};
use crate::discover::invocations::{Certainty, Engine, Invocation, Invocations, NotJudged, PartRole, Purpose, Reason};
use crate::secrets::masked;
use crate::source::Place;
use crate::source::SourceDb;

/// The version of the contract; a field may be added without a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct ProjectsOut<'a> {
    version: u32,
    projects: Vec<ProjectOut<'a>>,
    parts: Vec<PartOut>,
    not_judged: Vec<NotJudgedOut>,
    unfinished: Vec<String>,
}

#[derive(Serialize)]
struct ProjectOut<'a> {
    directory: String,
    invocations: Vec<ListedInvocationOut<'a>>,
}

#[derive(Serialize)]
struct ListedInvocationOut<'a> {
    files: Vec<String>,
    env_files: Vec<String>,
    profiles: Vec<&'a str>,
    name: Option<&'a str>,
    engine: &'static str,
    purpose: &'static str,
    environment: Vec<&'a str>,
    from: Vec<PlaceOut>,
    certainty: &'static str,
}

#[derive(Serialize)]
struct PlaceOut {
    file: String,
    line: u32,
}

#[derive(Serialize)]
struct PartOut {
    file: String,
    #[serde(rename = "as")]
    role: &'static str,
    of: Vec<String>,
}

#[derive(Serialize)]
struct NotJudgedOut {
    file: String,
    reason: String,
}

/// What is shown: the projects below a directory, and what belongs to them.
struct ProjectsView<'v> {
    all: &'v Invocations,
    sources: &'v SourceDb,
    below: &'v Path,
}

impl<'v> ProjectsView<'v> {
    fn projects(&self) -> impl Iterator<Item = (&'v Path, &'v [Arc<Invocation>])> {
        let below = self.below;
        let projects = self.all.projects.iter().filter(move |(directory, _)| directory.starts_with(below));
        projects.map(|(directory, invocations)| (directory.as_path(), invocations.as_slice()))
    }

    fn not_judged(&self) -> impl Iterator<Item = &'v NotJudged> {
        let below = self.below;
        self.all.not_judged.iter().filter(move |left| left.file.starts_with(below))
    }

    /// Parts of what is shown, and parts of these.
    fn parts(&self) -> Vec<PartOut> {
        let mut shown: Vec<&Path> = self
            .projects()
            .flat_map(|(_, invocations)| invocations)
            .flat_map(|one| &one.files)
            .map(|file| file.as_path())
            .collect();
        shown.sort();
        shown.dedup();
        let mut parts = Vec::new();
        let mut left: Vec<_> = self.all.parts.iter().collect();
        loop {
            let is_shown = |file: &Path| shown.binary_search(&file).is_ok();
            let (found, rest): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|part| part.of.iter().any(|file| is_shown(file)));
            if found.is_empty() {
                break;
            }
            for part in &found {
                let of = part.of.iter().filter(|file| is_shown(file)).map(|file| self.path(file)).collect();
                parts.push(PartOut { file: self.path(&part.file), role: role(part.role), of });
            }
            shown.extend(found.iter().map(|part| part.file.as_path()));
            shown.sort();
            shown.dedup();
            left = rest;
        }
        parts.sort_by(|one, other| (&one.file, one.role).cmp(&(&other.file, other.role)));
        parts
    }

    /// A path below the root with `/`, the root itself as `.`; any other path as it is.
    fn path(&self, path: &Path) -> String {
        let shown = path.strip_prefix(&self.all.root).unwrap_or(path).to_string_lossy();
        let shown = if cfg!(windows) { shown.replace('\\', "/") } else { shown.into_owned() };
        if shown.is_empty() { ".".to_owned() } else { masked(&shown).into_owned() }
    }

    fn place(&self, place: &Place) -> PlaceOut {
        let file = self.sources.file(place.span.file);
        PlaceOut { file: self.path(&file.path), line: file.position(place.span.start).line }
    }

    fn reason(&self, reason: &Reason) -> String {
        match reason {
            Reason::Shadowed(winner) => format!("docker compose loads {} instead", self.path(winner)),
            Reason::Archived => "it has been put aside, and no command starts it".to_owned(),
            Reason::OverrideLeftOut => {
                "the commands that start its base name their files and leave this one out".to_owned()
            }
            Reason::OverlayNotUsed => {
                "commands use other overlays of this directory, and none uses this one".to_owned()
            }
            Reason::NothingStartsIt => "no command starts it, and no default or overlay has its name".to_owned(),
            Reason::TooMany => "its project has more invocations than are judged".to_owned(),
            Reason::Vendored(directory) => format!("{} is vendored, and no command starts it", self.path(directory)),
            Reason::InPipeline => {
                "no command starts it, and files of pipelines are not judged by their names".to_owned()
            }
        }
    }
}

fn role(role: PartRole) -> &'static str {
    match role {
        PartRole::Include => "include",
        PartRole::Extends => "extends",
    }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Configured => "configured",
        Certainty::Written => "written",
        Certainty::Default => "default",
        Certainty::Guessed => "guessed",
    }
}

fn engine(engine: Engine) -> &'static str {
    match engine {
        Engine::Compose => "compose",
        Engine::Swarm => "swarm",
    }
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Deploy => "deploy",
        Purpose::Develop => "develop",
        Purpose::Test => "test",
    }
}

/// The projects below a directory as JSON.
pub(crate) fn projects_json(all: &Invocations, sources: &SourceDb, below: &Path) -> String {
    let view = ProjectsView { all, sources, below };
    let projects = view.projects().map(|(directory, invocations)| ProjectOut {
        directory: view.path(directory),
        invocations: invocations.iter().map(|invocation| invocation_out(&view, invocation)).collect(),
    });
    let not_judged =
        view.not_judged().map(|left| NotJudgedOut { file: view.path(&left.file), reason: view.reason(&left.reason) });
    let output = ProjectsOut {
        version: VERSION,
        projects: projects.collect(),
        parts: view.parts(),
        not_judged: not_judged.collect(),
        unfinished: all.unfinished.iter().map(|file| view.path(file)).collect(),
    };
    json::document(&output)
}

fn invocation_out<'a>(view: &ProjectsView<'_>, invocation: &'a Invocation) -> ListedInvocationOut<'a> {
    ListedInvocationOut {
        files: invocation.files.iter().map(|file| view.path(file)).collect(),
        env_files: invocation.env_files.iter().map(|file| view.path(file)).collect(),
        profiles: invocation.profiles.iter().map(String::as_str).collect(),
        name: invocation.name.as_deref(),
        engine: engine(invocation.engine),
        purpose: purpose(invocation.purpose),
        environment: invocation.environment.keys().map(String::as_str).collect(),
        from: invocation.written.iter().map(|place| view.place(place)).collect(),
        certainty: certainty(invocation.certainty),
    }
}

/// The projects below a directory, for people.
pub(crate) fn projects_text(all: &Invocations, sources: &SourceDb, below: &Path) -> String {
    let view = ProjectsView { all, sources, below };
    let mut text = String::new();
    for (directory, invocations) in view.projects() {
        line(&mut text, 0, &view.path(directory));
        for invocation in invocations {
            invocation_text(&view, invocation, &mut text);
        }
        text.push('\n');
    }
    let parts = view.parts();
    if !parts.is_empty() {
        line(&mut text, 0, "Parts of others:");
        for part in parts {
            let how = if part.role == "include" { "included by" } else { "extended by" };
            line(&mut text, 1, &format!("{}, {how} {}", part.file, part.of.join(", ")));
        }
        text.push('\n');
    }
    let left: Vec<&NotJudged> = view.not_judged().collect();
    if !left.is_empty() {
        line(&mut text, 0, "Not judged:");
        for left in left {
            line(&mut text, 1, &format!("{}: {}", view.path(&left.file), view.reason(&left.reason)));
        }
        text.push('\n');
    }
    if !all.unfinished.is_empty() {
        line(&mut text, 0, "May have more commands than were read:");
        all.unfinished.iter().for_each(|file| line(&mut text, 1, &view.path(file)));
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("No Compose project was found.\n\n");
    }
    text.truncate(text.trim_end_matches('\n').len() + 1);
    guarded(text)
}

fn invocation_text(view: &ProjectsView<'_>, invocation: &Invocation, text: &mut String) {
    let list = |paths: &[std::path::PathBuf]| paths.iter().map(|path| view.path(path)).collect::<Vec<_>>().join(" + ");
    line(text, 1, &list(&invocation.files));
    let places: Vec<String> = invocation
        .written
        .iter()
        .map(|place| view.place(place))
        .map(|place| format!("{}:{}", place.file, place.line))
        .collect();
    let origin = match invocation.certainty {
        Certainty::Configured => format!("configured in {}", places.join(", ")),
        Certainty::Written => format!("written in {}", places.join(", ")),
        Certainty::Default => "default: what a plain `docker compose up` loads".to_owned(),
        Certainty::Guessed => "guess: only the name of the last file suggests it".to_owned(),
    };
    line(text, 2, &format!("{origin} ({})", purpose(invocation.purpose)));
    let mut details = Vec::new();
    if !invocation.env_files.is_empty() {
        details.push(format!("env files: {}", list(&invocation.env_files)));
    }
    if !invocation.profiles.is_empty() {
        let profiles: Vec<&str> = invocation.profiles.iter().map(String::as_str).collect();
        details.push(format!("profiles: {}", profiles.join(", ")));
    }
    if let Some(name) = &invocation.name {
        details.push(format!("name: {name}"));
    }
    if invocation.engine == Engine::Swarm {
        details.push("engine: swarm".to_owned());
    }
    if !invocation.environment.is_empty() {
        let names: Vec<&str> = invocation.environment.keys().map(String::as_str).collect();
        details.push(format!("sets {}", names.join(", ")));
    }
    if !details.is_empty() {
        line(text, 2, &details.join("; "));
    }
}

fn line(text: &mut String, indent: usize, words: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{:indent$}{}", "", clean(&masked(words)), indent = indent * 2);
}
