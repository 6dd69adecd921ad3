//! What Dockerfiles copy from their build contexts, and what of it is not there.

use std::path::{Path, PathBuf};

use super::builds::{OutlinedBuild, is_cloned, is_ignored};
use super::generated_files::{is_made, makers};
use crate::app_config::dockerfile::outline::{OutlinedCopy, OutlinedStage};
use crate::facts::Facts;
use crate::facts::storage::binds::submodules;
use crate::model::Service;
use crate::source::{PathKind, Place, normalize, relative};

/// A source of `COPY` or `ADD` that the build context does not have.
#[derive(Clone, Debug)]
pub(crate) struct MissingCopy<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The source, as written.
    pub(crate) source: String,
    /// Where it is.
    pub(crate) place: Place,
    /// The context, where it is written.
    pub(crate) context_place: Place,
    /// The context, seen from the project's directory.
    pub(crate) context: String,
    /// Where it is.
    pub(crate) near: Option<NearSource>,
    /// Whether it is there, and `.dockerignore` leaves it out.
    pub(crate) is_left_out: bool,
}

/// Where a source is that a build context lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NearSource {
    /// Next to the Dockerfile, at this path of the context.
    Inside(String),
    /// Above: the context that has it, and the Dockerfile from there.
    Above(String, String),
}

/// Directories that a build makes. What is in them is on the machine of whoever runs it before.
const MADE: [&str; 16] = [
    "dist",
    "build",
    "target",
    "out",
    "bin",
    "obj",
    "publish",
    "release",
    "node_modules",
    "vendor",
    "artifacts",
    "tmp",
    "_build",
    ".next",
    "coverage",
    "pkg",
];

/// Endings of what a compiler or a packer makes.
const PACKED: [&str; 9] = ["jar", "war", "ear", "whl", "gz", "zip", "deb", "dll", "exe"];

/// The sources that are missing from the contexts of services in a repository, and that nothing there makes or ignores.
pub(crate) fn missing_copies<'a>(facts: &Facts<'a>) -> Vec<MissingCopy<'a>> {
    let (sources, model) = (facts.sources, facts.model);
    if sources.repository(&model.directory).is_none() {
        return Vec::new();
    }
    let modules = submodules(sources, &facts.root);
    let mut found = Vec::new();
    for one in facts.outlines().iter().filter(|one| one.outline.is_plain() && one.build.inline.is_none()) {
        let Some(context) = one.build.context.as_ref() else { continue };
        let directory = Path::new(&context.value);
        let is_known = directory.is_absolute() && directory.starts_with(&facts.root);
        let is_of_module = modules.iter().any(|module| directory.starts_with(module));
        if !is_known || facts.written_at(context.place).contains('$') || is_of_module {
            continue;
        }
        let copies = built_stages(one).into_iter().flat_map(|stage| &stage.copies);
        for copy in copies.filter(|copy| copy.from.is_none()) {
            let Some(source) = copy.path.as_deref().filter(|path| is_literal(path)) else { continue };
            let path = inside(directory, source);
            let is_there = sources.kind(&path) != PathKind::Missing;
            let is_left_out = is_there && is_left_out(facts, one, directory, &path);
            if is_there && !is_left_out || !is_there && may_be_made(facts, directory, &path, &modules) {
                continue;
            }
            let near = (!is_there).then(|| near(facts, one, directory, source)).flatten();
            // Who keeps nothing but the deployment here has the sources elsewhere.
            if !is_there && near.is_none() && !holds_sources(facts, directory) {
                continue;
            }
            found.push(MissingCopy {
                service: one.service,
                source: source.to_owned(),
                place: one.place(&copy.span),
                context_place: context.place,
                context: shown(facts, directory),
                near,
                is_left_out,
            });
        }
    }
    found
}

/// The stages that a build needs: those that lead to what is built, and those that it copies from.
fn built_stages<'o>(one: &'o OutlinedBuild<'_>) -> Vec<&'o OutlinedStage> {
    let target = one.build.target.as_ref().map(|target| target.value.as_str());
    let mut open: Vec<usize> = one.outline.built(target).into_iter().collect();
    let mut found: Vec<&OutlinedStage> = Vec::new();
    while let Some(index) = open.pop() {
        for stage in one.outline.chain(index) {
            if found.iter().any(|known| std::ptr::eq(*known, stage)) {
                continue;
            }
            found.push(stage);
            let named = stage.copies.iter().filter_map(|copy: &OutlinedCopy| copy.from.as_deref());
            open.extend(named.filter_map(|name| one.outline.built(Some(name))));
        }
    }
    found
}

/// Whether a source is the path of one file or directory.
fn is_literal(source: &str) -> bool {
    let is_address = source.contains("://") || source.starts_with("git@");
    let is_whole = matches!(source.trim_matches('/'), "" | ".");
    !is_address && !is_whole && !source.contains(['*', '?', '[', '$', '{', '\\'])
}

/// A source in a context, which no source leaves (<https://docs.docker.com/reference/dockerfile/#copy>).
fn inside(context: &Path, source: &str) -> PathBuf {
    let absolute = normalize(&Path::new("/").join(source.trim_start_matches("./")));
    context.join(absolute.strip_prefix("/").unwrap_or(&absolute))
}

/// Whether the `.dockerignore` of a context leaves a source out. One that takes some of it back is not followed.
fn is_left_out(facts: &Facts<'_>, one: &OutlinedBuild<'_>, context: &Path, path: &Path) -> bool {
    let own = context.join(format!("{}.dockerignore", one.dockerfile()));
    let file = facts.sources.load(&context.join(".dockerignore"));
    let takes_back = |text: &str| text.lines().any(|line| line.trim_start().starts_with('!'));
    let is_plain = file.is_ok_and(|file| !takes_back(&facts.sources.file(file).text));
    is_plain && facts.sources.kind(&own) == PathKind::Missing && facts.sources.is_docker_ignored(context, path)
}

/// Whether a source may be there where somebody builds: git ignores it, or something in the repository makes or brings it.
fn may_be_made(facts: &Facts<'_>, context: &Path, path: &Path, modules: &[PathBuf]) -> bool {
    let (sources, model) = (facts.sources, facts.model);
    let inner = path.strip_prefix(context).unwrap_or(path);
    let is_packed = inner.extension().is_some_and(|ending| PACKED.iter().any(|packed| ending == *packed));
    let is_made_by_build = is_packed || inner.iter().any(|part| part.to_str().is_some_and(|part| MADE.contains(&part)));
    if is_made_by_build || is_ignored(model, sources, path) || modules.iter().any(|module| path.starts_with(module)) {
        return true;
    }
    let directories = [model.directory.as_path(), context];
    directories.into_iter().any(|directory| {
        let known = makers(directory, &facts.root, sources);
        is_made(&known, directory, path, sources) || is_cloned(&known, model, sources, &facts.root, path)
    })
}

/// Whether a context has anything besides what describes containers, settings and texts.
fn holds_sources(facts: &Facts<'_>, context: &Path) -> bool {
    let entries = facts.sources.entries(context);
    let is_other = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let is_text = lower.ends_with(".md") || lower.starts_with("readme") || lower.starts_with("license");
        let is_setting = lower.starts_with('.') || lower.ends_with(".env") || lower.contains("compose");
        !(is_text || is_setting || lower.contains("dockerfile"))
    };
    entries.names().any(is_other)
}

/// Where else a source is: next to the Dockerfile, or in a directory above the context.
fn near(facts: &Facts<'_>, one: &OutlinedBuild<'_>, context: &Path, source: &str) -> Option<NearSource> {
    let has = |directory: &Path| facts.sources.kind(&inside(directory, source)) != PathKind::Missing;
    let dockerfile = normalize(&context.join(one.dockerfile()));
    let beside = dockerfile.parent().filter(|beside| beside.starts_with(context) && has(beside));
    if let Some(beside) = beside {
        return Some(NearSource::Inside(relative(context, &inside(beside, source))));
    }
    let mut above = context.ancestors().skip(1).take_while(|above| above.starts_with(&facts.root));
    let above = above.find(|above| has(above))?;
    Some(NearSource::Above(shown(facts, above), relative(above, &dockerfile)))
}

fn shown(facts: &Facts<'_>, path: &Path) -> String {
    let path = relative(&facts.model.directory, path);
    if path.is_empty() { ".".to_owned() } else { path }
}
