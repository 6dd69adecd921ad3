//! The files that services are built from: what of them is missing, and what their Dockerfiles declare.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::generated_files::{Maker, TextFiles, files, is_made, makers};
use crate::app_config::dockerfile::outline::{DockerfileOutline, OutlinedStage, outline};
use crate::collections::HashMap;
use crate::compose::nearest;
use crate::facts::storage::binds::{Elsewhere, elsewhere, submodules};
use crate::model::{Build, BuiltImage, Model, Service, Spanned};
use crate::source::{FileId, NodeId, PathKind, Place, SourceDb, Span, normalize, relative};

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuildPart {
    /// The directory that is the build context.
    Context,
    /// The Dockerfile in it.
    Dockerfile,
}

/// A build that fails because a file or directory is not there.
#[derive(Clone, Debug)]
pub(crate) struct MissingBuild<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// What is missing.
    pub(crate) part: BuildPart,
    /// Where it is named: the value, or the key `build`.
    pub(crate) place: Place,
    /// The context, seen from the project's directory.
    pub(crate) context: String,
    /// The path that is looked for, seen from there.
    pub(crate) path: String,
    /// The first directory on the way there that is missing, or the path itself, seen from there.
    pub(crate) gone: String,
    /// What may be meant, as it would be written in its place.
    pub(crate) near: Option<String>,
    /// Where a context is, if the path is right from a directory further up.
    pub(crate) elsewhere: Option<Elsewhere>,
    /// Whether git ignores it on machines that do not tell small letters from capitals.
    pub(crate) is_kept_back: bool,
    /// Whether the project is in a repository: what git does not have is missing for everybody.
    pub(crate) in_repository: bool,
}

/// The contexts and Dockerfiles of a model's services, those of inactive profiles among them, that are missing from the
/// repository, and that nothing there makes, clones or ignores.
pub(crate) fn missing<'a>(model: &'a Model, sources: &SourceDb, root: &Path) -> Vec<MissingBuild<'a>> {
    let in_repository = sources.repository(&model.directory).is_some();
    let modules = submodules(sources, root);
    let mut known: Option<Vec<Maker>> = None;
    let mut found = Vec::new();
    for service in model.services.values().chain(model.disabled.values()) {
        let Some(build) = &service.build else { continue };
        let Some((part, path, place)) = absent(build, sources, root) else { continue };
        let written = written(sources, place);
        let looks_ready = !modules.iter().any(|module| path.starts_with(module)) && !is_ignored(model, sources, &path);
        if written.contains('$') || !looks_ready {
            continue;
        }
        let known = known.get_or_insert_with(|| makers(&model.directory, root, sources));
        if is_made(known, &model.directory, &path, sources) || is_cloned(known, model, sources, root, &path) {
            continue;
        }
        let gone = first_missing(sources, root, &path);
        let gone = shown(model, &gone);
        let context = build.context.as_ref().map_or("", |context| context.value.as_str());
        let (near, elsewhere) = match part {
            BuildPart::Context => (similar_directory(model, sources, &path), elsewhere(model, sources, root, &path)),
            BuildPart::Dockerfile => (other_dockerfile(model, sources, Path::new(context), &path), None),
        };
        let lower = path.file_name().map(|name| path.with_file_name(name.to_string_lossy().to_lowercase()));
        let is_kept_back = lower.is_some_and(|lower| lower != path && sources.is_ignored(&lower, &model.directory));
        let (context, path) = (shown(model, Path::new(context)), shown(model, &path));
        found.push(MissingBuild {
            service,
            part,
            place,
            context,
            path,
            gone,
            near,
            elsewhere,
            is_kept_back,
            in_repository,
        });
    }
    found
}

/// What of a build is not there, its path, and where it is named.
fn absent(build: &Build, sources: &SourceDb, root: &Path) -> Option<(BuildPart, PathBuf, Place)> {
    let context = build.context.as_ref()?;
    let directory = PathBuf::from(&context.value);
    if !directory.is_absolute() || !directory.starts_with(root) {
        return None;
    }
    match sources.kind(&directory) {
        PathKind::Missing => return Some((BuildPart::Context, directory, context.place)),
        PathKind::Directory => {}
        PathKind::File | PathKind::Outside => return None,
    }
    // Git has no empty directories: one that is there is a submodule that is not checked out, or a place for files.
    if build.inline.is_some() || sources.entries(&directory).names().next().is_none() {
        return None;
    }
    // A variable without a value may name any.
    if build.dockerfile.as_ref().is_some_and(|name| name.value.is_empty()) {
        return None;
    }
    let named = build.dockerfile.as_ref();
    let path = normalize(&directory.join(named.map_or("Dockerfile", |name| name.value.as_str())));
    // BuildKit takes the usual name in small letters, too.
    let in_lower_case = path.ends_with("Dockerfile") && sources.kind(&directory.join("dockerfile")) == PathKind::File;
    let is_absent = path.starts_with(root) && sources.kind(&path) == PathKind::Missing && !in_lower_case;
    let place = named.map_or(context.place, |name| name.place);
    is_absent.then_some((BuildPart::Dockerfile, path, place))
}

/// The uppermost directory on the way to a path that is missing.
fn first_missing(sources: &SourceDb, root: &Path, path: &Path) -> PathBuf {
    let above = path.ancestors().take_while(|above| above.starts_with(root));
    let missing = above.take_while(|above| sources.kind(above) == PathKind::Missing);
    missing.last().unwrap_or(path).to_path_buf()
}

/// A path seen from the project's directory, which is `.`.
fn shown(model: &Model, path: &Path) -> String {
    let path = relative(&model.directory, path);
    if path.is_empty() { ".".to_owned() } else { path }
}

fn written(sources: &SourceDb, place: Place) -> String {
    let file = sources.file(place.span.file);
    file.slice(place.span.start, place.span.end).trim_matches(['"', '\'']).to_owned()
}

pub(super) fn is_ignored(model: &Model, sources: &SourceDb, path: &Path) -> bool {
    sources.is_ignored(path, &model.directory) || sources.is_ignored(&path.join("x"), &model.directory)
}

/// Words of commands that bring a directory: a clone, an archive that is unpacked.
const BRINGING: [&str; 9] =
    ["clone", "submodule", "degit", "unzip", "tar -x", "tar x", "gh repo", "svn checkout", "rsync"];

/// Whether a line of a script or text brings the directory that is missing, or one above it.
pub(super) fn is_cloned(makers: &[Maker], model: &Model, sources: &SourceDb, root: &Path, path: &Path) -> bool {
    let sources = &sources.glancing();
    let above = path.ancestors().take_while(|above| *above != root && *above != model.directory);
    let names: Vec<String> = above
        .filter(|above| sources.kind(above) == PathKind::Missing)
        .filter_map(|above| above.file_name()?.to_str().map(str::to_lowercase))
        .collect();
    let has = |line: &str| {
        let lower = line.to_lowercase();
        let mut words = lower.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '-' | '_' | '.'));
        BRINGING.iter().any(|word| lower.contains(word))
            && words.any(|word| names.iter().any(|name| word.strip_suffix(".git").unwrap_or(word) == name))
    };
    files(makers, TextFiles::Too).any(|file| {
        let text = sources.load_with(file, &BRINGING[..1], super::generated_files::MOST_BYTES);
        text.is_some_and(|id| sources.file(id).text.lines().any(has))
    })
}

/// A directory next to a missing one with nearly the same name.
fn similar_directory(model: &Model, sources: &SourceDb, path: &Path) -> Option<String> {
    let (above, name) = (path.parent()?, path.file_name()?.to_str()?);
    let entries = sources.entries(above);
    let directories: Vec<&str> = entries
        .names()
        .filter(|name| sources.kind(&above.join(name)) == PathKind::Directory)
        .take(MOST_ENTRIES)
        .collect();
    let near = nearest(name, &directories)?;
    Some(format!("./{}", relative(&model.directory, &above.join(near))))
}

/// How many entries of a directory are compared.
const MOST_ENTRIES: usize = 256;

/// The Dockerfile that may be meant, seen from the context: the path as it leads there from the project's directory, or the
/// only other Dockerfile in the context and the directories in it.
fn other_dockerfile(model: &Model, sources: &SourceDb, context: &Path, path: &Path) -> Option<String> {
    let is_file = |path: &Path| sources.kind(path) == PathKind::File;
    let inside = path.strip_prefix(context).ok();
    let from_project = inside.map(|inside| normalize(&model.directory.join(inside))).filter(|path| is_file(path));
    if let Some(path) = from_project {
        return Some(relative(context, &path));
    }
    let is_dockerfile = |name: &&str| {
        let lower = name.to_ascii_lowercase();
        (lower.starts_with("dockerfile") || lower.ends_with("dockerfile") || lower == "containerfile")
            && !lower.ends_with("ignore")
    };
    let entries = sources.entries(context);
    let mut own = entries.names().take(MOST_ENTRIES).filter(is_dockerfile).filter(|name| is_file(&context.join(name)));
    let wanted = path.file_name()?.to_str()?;
    match (own.next(), own.next()) {
        (Some(only), None) if wanted == "Dockerfile" || nearest(wanted, &[only]).is_some() => {
            return Some(only.to_owned());
        }
        (Some(_), None) => return None,
        (Some(_), Some(_)) => return None,
        _ => {}
    }
    // Beside a file that is looked for in a directory are those of other images.
    let name = path.file_name().filter(|_| path.parent() == Some(context))?;
    let below = entries.names().take(MOST_ENTRIES).map(|directory| context.join(directory).join(name));
    let mut below = below.filter(|path| is_file(path));
    let first = below.next()?;
    below.next().is_none().then(|| relative(context, &first))
}

/// Words of commands that build pages.
const BUILDING: [&str; 8] = [
    "run build",
    "yarn build",
    "pnpm build",
    "bun build",
    "vite build",
    "next build",
    "react-scripts build",
    "turbo build",
];

/// What the Dockerfile of a service declares.
#[derive(Clone, Debug)]
pub(crate) struct OutlinedBuild<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// Its `build`.
    pub(crate) build: &'a Build,
    /// The stages.
    pub(crate) outline: Rc<DockerfileOutline>,
    /// The file; `None` for `dockerfile_inline`.
    file: Option<FileId>,
}

impl OutlinedBuild<'_> {
    /// Where bytes of the Dockerfile are; for one that is in the Compose file, that value.
    pub(crate) fn place(&self, range: &Range<usize>) -> Place {
        match self.file {
            Some(file) => {
                let span = Span { file, start: range.start as u32, end: range.end as u32 };
                Place { span, node: NodeId::new(0) }
            }
            None => self.build.inline.as_ref().map_or(self.build.key, |inline| inline.place),
        }
    }

    /// The name of the Dockerfile for messages.
    pub(crate) fn dockerfile(&self) -> &str {
        let named = self.build.dockerfile.as_ref().map(|name| name.value.as_str());
        if self.file.is_none() { "dockerfile_inline" } else { named.unwrap_or("Dockerfile") }
    }

    /// Whether pages for browsers are built with the image: in the stages that lead to it, or in one that it copies from.
    pub(crate) fn has_built_pages(&self, image: &BuiltImage) -> bool {
        let target = self.build.target.as_ref().map(|target| target.value.as_str());
        let Some(index) = self.outline.built(target) else { return false };
        let copied = image.copies.iter().filter_map(|copy| self.outline.built(Some(copy.from.as_deref()?)));
        let stages = std::iter::once(index).chain(copied).flat_map(|index| self.outline.chain(index));
        let builds =
            |stage: &OutlinedStage| stage.runs.iter().any(|run| BUILDING.iter().any(|word| run.contains(word)));
        stages.into_iter().any(builds)
    }
}

/// The Dockerfiles of a model's services, those of inactive profiles among them, each file read once.
pub(crate) fn outlined<'a>(model: &'a Model, sources: &SourceDb, root: &Path) -> Vec<OutlinedBuild<'a>> {
    let mut known: HashMap<FileId, Rc<DockerfileOutline>> = HashMap::default();
    let mut found = Vec::new();
    for service in model.services.values().chain(model.disabled.values()) {
        let Some(build) = &service.build else { continue };
        if let Some(inline) = &build.inline {
            found.push(OutlinedBuild { service, build, outline: Rc::new(outline(&inline.value)), file: None });
            continue;
        }
        let Some(file) = dockerfile(build, sources, root) else { continue };
        let outline = known.entry(file).or_insert_with(|| Rc::new(outline(&sources.file(file).text)));
        // Without a single stage it is a template, or none at all.
        if !outline.stages.is_empty() {
            found.push(OutlinedBuild { service, build, outline: Rc::clone(outline), file: Some(file) });
        }
    }
    found
}

fn dockerfile(build: &Build, sources: &SourceDb, root: &Path) -> Option<FileId> {
    let context = Path::new(&build.context.as_ref()?.value);
    let name = build.dockerfile.as_ref().map_or("Dockerfile", |name: &Spanned<String>| name.value.as_str());
    let path = normalize(&context.join(name));
    if !context.is_absolute() || !path.starts_with(root) {
        return None;
    }
    sources.load_noted(&path)
}
