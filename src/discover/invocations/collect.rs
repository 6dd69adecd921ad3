//! Combines written invocations, defaults and guesses, each once, and lists the files that are left.

mod aside;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aside::without_open;

use super::context::ReaderContext;
use super::directories::default_files;
use super::dotenv_files::dotenv_files;
use super::environment::{EnvFileVariables, dotenv_of};
use super::files::{RepositoryFiles, files_of, vendor_directory};
use super::looks::{has_compose_name, holds_compose, is_compose_file, is_overlay, is_pipeline, is_whole};
use super::parts::{Parts, independent};
use super::readers::read_all;
use super::repository::{Repository, below, split};
use super::resolve::{Direnv, InvocationIdentity, ResolvedInvocation, purpose_of_file, resolve};
use super::{Certainty, Engine, Invocation, Invocations, NotJudged, ProjectPart, Purpose, Reason};
use crate::discover::{BASE_NAMES, Exclusion, OVERRIDE_NAMES};
use crate::source::Place;
use crate::source::{FileId, NodeId, SourceDb, Span};
use crate::yaml::Trees;

/// How many invocations of one project are kept.
pub(crate) const MAX_INVOCATIONS: usize = 64;

/// A project that `plimsoll.yaml` names. Paths are absolute.
#[derive(Clone, Debug)]
pub(crate) struct Configured {
    /// The Compose files; at least one.
    pub(crate) files: Vec<PathBuf>,
    /// The env files; empty for `.env`.
    pub(crate) env_files: Vec<PathBuf>,
    /// Active profiles.
    pub(crate) profiles: Vec<String>,
    /// The name.
    pub(crate) name: Option<String>,
    /// The project directory; `None` for that of the first file.
    pub(crate) directory: Option<PathBuf>,
    /// Variables that the command sets; `None` where the value cannot be known.
    pub(crate) environment: BTreeMap<String, Option<String>>,
    /// What starts it.
    pub(crate) engine: Engine,
    /// What it is for; `None` where the names of its files decide.
    pub(crate) purpose: Option<Purpose>,
    /// Where it is named.
    pub(crate) place: Place,
}

/// What the configuration says about what is started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings<'a> {
    /// Projects that it names.
    pub(crate) projects: &'a [Configured],
    /// What it leaves out.
    pub(crate) excluded: &'a Exclusion,
}

/// An invocation while it is put together.
#[derive(Clone, Debug)]
struct Draft {
    environment: BTreeMap<String, Option<String>>,
    lacking: BTreeSet<String>,
    purpose: Purpose,
    is_purpose_written: bool,
    places: Vec<Span>,
    certainty: Certainty,
}

/// Invocations by what makes them the same.
type Drafts = BTreeMap<InvocationIdentity, Draft>;

/// Finds out how the projects of a repository are started.
pub(crate) fn discover(sources: &SourceDb, trees: &Trees, root: &Path, settings: &Settings<'_>) -> Invocations {
    let excluded = settings.excluded;
    let RepositoryFiles { own: files, vendored } = files_of(sources, root, excluded);
    let repository = Repository::new((sources, trees), excluded, root.to_path_buf(), &files);
    let context = ReaderContext::new(&repository);
    let mut collection = Collection {
        repository: &repository,
        drafts: Drafts::new(),
        order: Vec::new(),
        parts: Parts::default(),
        not_judged: BTreeMap::new(),
    };
    collection.configured(settings.projects);
    let direnv = read_all(&context, &files);
    let dangling = dotenv_files(&context, &direnv);
    collection.written(&context, &direnv);
    collection.defaults(&files);
    collection.guesses(&files);
    collection.alone(&files);
    collection.rest(&files);
    collection.vendored(vendored);
    collection.for_developers();
    let mut all = collection.finish();
    all.dangling = dangling;
    all.unfinished = unfinished(&context);
    all
}

/// The files whose commands were not all followed.
fn unfinished(context: &ReaderContext<'_>) -> Vec<PathBuf> {
    let sources = context.repository.sources;
    let cut_short = context.unfinished.take().into_iter().map(|file| path_of(sources, file));
    let too_long = context.too_long.take().into_iter().map(|path| context.repository.absolute(&path));
    let all: BTreeSet<PathBuf> = cut_short.chain(too_long).collect();
    all.into_iter().collect()
}

/// What is put together.
struct Collection<'c, 'a> {
    repository: &'c Repository<'a>,
    drafts: Drafts,
    /// The invocations in the order in which they were found.
    order: Vec<InvocationIdentity>,
    parts: Parts,
    not_judged: BTreeMap<String, Reason>,
}

impl Collection<'_, '_> {
    fn add(&mut self, resolved: ResolvedInvocation, certainty: Certainty) {
        let draft = self.drafts.entry(resolved.identity.clone()).or_insert_with(|| {
            self.order.push(resolved.identity.clone());
            let (environment, purpose) = (resolved.environment.clone(), resolved.purpose);
            let lacking = BTreeSet::new();
            Draft { environment, lacking, purpose, is_purpose_written: false, places: Vec::new(), certainty }
        });
        draft.is_purpose_written |= resolved.is_purpose_written;
        draft.certainty = draft.certainty.max(certainty);
        // What a pipeline sets says nothing about whoever starts the same files to run them.
        if resolved.purpose > draft.purpose {
            draft.environment = resolved.environment.clone();
            draft.lacking.clear();
        }
        let is_as_serious = resolved.purpose >= draft.purpose;
        draft.purpose = draft.purpose.max(resolved.purpose);
        for (name, value) in resolved.environment.into_iter().filter(|_| is_as_serious) {
            let known = draft.environment.entry(name).or_insert_with(|| value.clone());
            if *known != value {
                *known = None;
            }
        }
        draft.lacking.extend(resolved.lacking.into_iter().filter(|_| is_as_serious));
        draft.places.extend(resolved.span);
    }

    fn configured(&mut self, configured: &[Configured]) {
        let root = &self.repository.root;
        let inside = |path: &PathBuf| {
            let below = path.strip_prefix(root).ok()?.to_str()?;
            Some(below.replace('\\', "/"))
        };
        let mut drafts = Vec::new();
        for project in configured {
            let files: Option<Vec<String>> = project.files.iter().map(inside).collect();
            let Some(files) = files.filter(|files| files.iter().all(|file| self.repository.is_file(file))) else {
                continue;
            };
            let Some(first) = files.first() else { continue };
            let directory = project.directory.as_ref().and_then(inside).unwrap_or_else(|| split(first).0.to_owned());
            let outside = |path: &PathBuf| path.to_string_lossy().into_owned();
            let mut env_files: Vec<String> =
                project.env_files.iter().map(|path| inside(path).unwrap_or_else(|| outside(path))).collect();
            if env_files.is_empty() && project.engine == Engine::Compose {
                env_files.push(below(&directory, ".env"));
            }
            let profiles = project.profiles.iter().cloned().collect();
            let by_names = || files.iter().fold(Purpose::Deploy, |purpose, file| purpose.min(purpose_of_file(file)));
            let purpose = project.purpose.unwrap_or_else(by_names);
            let (name, engine) = (project.name.clone(), project.engine);
            let identity = InvocationIdentity { directory, files, env_files, profiles, name, engine };
            drafts.push(ResolvedInvocation {
                identity,
                environment: project.environment.clone(),
                lacking: BTreeSet::new(),
                purpose,
                is_purpose_written: project.purpose.is_some(),
                starts: true,
                is_open: false,
                span: Some(project.place.span),
            });
        }
        drafts.into_iter().for_each(|draft| self.add(draft, Certainty::Configured));
    }

    /// RepositoryFiles that invocations of at least this certainty use.
    fn used(&self, certainty: Certainty) -> BTreeSet<String> {
        let used = self.drafts.iter().filter(|(_, draft)| draft.certainty >= certainty);
        used.flat_map(|(identity, _)| identity.files.iter().cloned()).collect()
    }

    fn written(&mut self, context: &ReaderContext<'_>, direnv: &Direnv) {
        let configured = self.used(Certainty::Configured);
        let found = context.take_found();
        let resolved = found.iter().flat_map(|found| resolve(context, found, direnv));
        let is_free =
            |resolved: &ResolvedInvocation| !resolved.identity.files.iter().any(|file| configured.contains(file));
        let resolved = self.without_history(resolved.filter(is_free).collect()).into_iter();
        let (starting, inspecting): (Vec<_>, Vec<_>) = resolved.partition(|resolved| resolved.starts);
        let starting = without_open(self.without_shorthand(starting));
        let loaded: BTreeSet<&String> = starting.iter().flat_map(|resolved| &resolved.identity.files).collect();
        let adds = |resolved: &ResolvedInvocation| resolved.identity.files.iter().any(|file| !loaded.contains(file));
        let inspecting: Vec<ResolvedInvocation> = inspecting.into_iter().filter(adds).collect();
        for resolved in starting.into_iter().chain(inspecting) {
            self.add(resolved, Certainty::Written);
        }
        for identity in &self.order {
            self.parts.add(self.repository, &identity.files, &identity.directory);
        }
    }

    /// What a plain `docker compose up` loads, where a directory has a file with a default name that is not part of another
    /// project and that no deployment uses otherwise.
    fn defaults(&mut self, files: &[String]) {
        let directories: BTreeSet<&str> = files
            .iter()
            .filter(|file| BASE_NAMES.contains(&split(file).1) && has_compose_name(file))
            .map(|file| split(file).0)
            .collect();
        let candidates: Vec<(String, Vec<String>)> = directories
            .into_iter()
            .filter_map(|directory| Some((directory.to_owned(), default_files(self.repository, directory)?)))
            .collect();
        let replaced: BTreeSet<String> = self
            .drafts
            .iter()
            .filter(|(_, draft)| draft.certainty == Certainty::Configured || draft.purpose == Purpose::Deploy)
            .flat_map(|(identity, _)| identity.files.iter().cloned())
            .collect();
        let written = self.used(Certainty::Written);
        let overlays = self.overlays();
        for (directory, files) in independent(self.repository, &candidates) {
            let Some(base) = files.first() else { continue };
            let is_part = self.parts.has(base) && !written.contains(base);
            if self.is_left_aside(base) {
                continue;
            }
            if let Some(outer) = self.base_above(base, &directory) {
                let mut files_over = vec![outer.clone()];
                files_over.extend(files.iter().cloned());
                let resolved = self.default_of(split(&outer).0, files_over);
                self.parts.add(self.repository, &resolved.identity.files, &resolved.identity.directory);
                self.add(resolved, Certainty::Guessed);
                continue;
            }
            let is_overlay_elsewhere = overlays.get(base).is_some_and(|of| of.iter().any(|other| *other != directory));
            if is_part || replaced.contains(base) || is_overlay_elsewhere {
                continue;
            }
            self.parts.add(self.repository, &files, &directory);
            let resolved = self.default_of(&directory, files);
            // What is written for developers says what a plain `docker compose up` is for.
            if self.drafts.get(&resolved.identity).is_none_or(|draft| draft.purpose != Purpose::Develop) {
                self.add(resolved, Certainty::Default);
            }
        }
        for (_, files) in candidates {
            for file in files {
                if OVERRIDE_NAMES.contains(&split(&file).1) {
                    self.not_judged.insert(file, Reason::OverrideLeftOut);
                }
            }
        }
    }

    /// The files that commands lay over others, each with the directories of their projects: nobody starts such a file alone
    /// in another one.
    fn overlays(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut overlays: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (identity, _) in self.drafts.iter().filter(|(_, draft)| draft.certainty >= Certainty::Written) {
            for file in identity.files.iter().skip(1) {
                overlays.entry(file.clone()).or_default().insert(identity.directory.clone());
            }
        }
        overlays
    }

    fn default_of(&self, directory: &str, files: Vec<String>) -> ResolvedInvocation {
        let mut environment = EnvFileVariables::default();
        environment.read(self.repository, &dotenv_of(self.repository, directory).into_iter().collect::<Vec<_>>());
        let profiles = environment.get("COMPOSE_PROFILES").unwrap_or("").split(',');
        let profiles = profiles.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let name = environment.get("COMPOSE_PROJECT_NAME").map(str::to_owned);
        let identity = InvocationIdentity {
            directory: directory.to_owned(),
            files,
            env_files: vec![below(directory, ".env")],
            profiles,
            name,
            engine: Engine::Compose,
        };
        ResolvedInvocation {
            identity,
            environment: BTreeMap::new(),
            lacking: BTreeSet::new(),
            purpose: Purpose::Deploy,
            is_purpose_written: false,
            starts: true,
            is_open: false,
            span: None,
        }
    }

    /// RepositoryFiles whose names say that they are laid over the base next to them. Where a command or the configuration shows how
    /// overlays of a directory are used, only a file that needs no base is guessed: alone.
    fn guesses(&mut self, files: &[String]) {
        let used = self.used(Certainty::Default);
        let written = self.used(Certainty::Written);
        let configured = self.used(Certainty::Configured);
        let is_plain = |name: &str| BASE_NAMES.contains(&name) || OVERRIDE_NAMES.contains(&name);
        let shown: BTreeSet<&str> =
            written.iter().filter(|file| !is_plain(split(file).1)).map(|file| split(file).0).collect();
        for file in files.iter().filter(|file| has_compose_name(file)) {
            let (directory, name) = split(file);
            let Some(base) = default_files(self.repository, directory).and_then(|files| files.into_iter().next())
            else {
                continue;
            };
            if used.contains(file) || self.parts.has(file) || is_plain(name) || !is_overlay(name) {
                continue;
            }
            if self.is_left_aside(file) {
                continue;
            }
            let is_shown = shown.contains(directory) && !self.is_only_deployment(&base, file);
            if configured.contains(&base) || is_shown && !is_whole(self.repository, file) {
                self.not_judged.insert(file.clone(), Reason::OverlayNotUsed);
                continue;
            }
            let files = if is_shown { vec![file.clone()] } else { vec![base, file.clone()] };
            let resolved = self.default_of(directory, files);
            self.parts.add(self.repository, &resolved.identity.files, directory);
            self.add(resolved, Certainty::Guessed);
        }
    }

    /// RepositoryFiles with the name of a Compose file and no base next to them: each may be started alone.
    fn alone(&mut self, files: &[String]) {
        let used = self.used(Certainty::Guessed);
        let is_left = |file: &&String| {
            has_compose_name(file)
                && !used.contains(*file)
                && !self.parts.has(file)
                && !self.not_judged.contains_key(*file)
                && self.reason(file) == Reason::NothingStartsIt
                && holds_compose(self.repository, file)
        };
        let left: Vec<String> = files.iter().filter(is_left).cloned().collect();
        for file in left {
            if self.is_left_aside(&file) {
                continue;
            }
            let directory = split(&file).0.to_owned();
            let resolved = self.default_of(&directory, vec![file]);
            self.parts.add(self.repository, &resolved.identity.files, &directory);
            self.add(resolved, Certainty::Guessed);
        }
    }

    /// RepositoryFiles that nothing covers.
    fn rest(&mut self, files: &[String]) {
        let used = self.used(Certainty::Guessed);
        let is_left =
            |file: &&String| !used.contains(*file) && !self.parts.has(file) && is_compose_file(self.repository, file);
        let left: Vec<&String> = files.iter().filter(is_left).collect();
        let mut reasons: BTreeMap<String, Reason> = BTreeMap::new();
        for file in left {
            let reason = self.not_judged.get(file).cloned().unwrap_or_else(|| self.reason(file));
            reasons.insert(file.clone(), reason);
        }
        self.not_judged = reasons;
    }

    /// RepositoryFiles in the directories of others that nothing covers.
    fn vendored(&mut self, files: Vec<String>) {
        let used = self.used(Certainty::Guessed);
        for file in files {
            if used.contains(&file) || self.parts.has(&file) {
                continue;
            }
            let directory = self.repository.absolute(vendor_directory(&file).unwrap_or_default());
            self.not_judged.insert(file, Reason::Vendored(directory));
        }
    }

    fn reason(&self, file: &str) -> Reason {
        if is_pipeline(file) {
            return Reason::InPipeline;
        }
        let (directory, name) = split(file);
        let winners = default_files(self.repository, directory).unwrap_or_default();
        let names = if BASE_NAMES.contains(&name) { &BASE_NAMES } else { &OVERRIDE_NAMES };
        let winner = winners.iter().find(|winner| names.contains(&split(winner).1) && names.contains(&name));
        match winner.filter(|winner| *winner != file) {
            Some(winner) => Reason::Shadowed(self.repository.absolute(winner)),
            None if OVERRIDE_NAMES.contains(&name) => Reason::OverrideLeftOut,
            None => Reason::NothingStartsIt,
        }
    }

    fn finish(mut self) -> Invocations {
        let mut projects: BTreeMap<PathBuf, Vec<Arc<Invocation>>> = BTreeMap::new();
        let mut order = std::mem::take(&mut self.order);
        order.sort_by_key(|identity| std::cmp::Reverse(self.drafts.get(identity).map(|draft| draft.certainty)));
        let mut dropped = Vec::new();
        for identity in order {
            let Some(draft) = self.drafts.remove(&identity) else { continue };
            let invocations = projects.entry(self.repository.absolute(&identity.directory)).or_default();
            if invocations.len() < MAX_INVOCATIONS {
                invocations.push(Arc::new(self.invocation(identity, draft)));
            } else {
                dropped.extend(identity.files);
            }
        }
        let kept: BTreeSet<PathBuf> =
            projects.values().flatten().flat_map(|invocation| invocation.files.iter().cloned()).collect();
        for file in dropped {
            if !kept.contains(&self.repository.absolute(&file)) {
                self.not_judged.insert(file, Reason::TooMany);
            }
        }
        let absolute = |path: &str| self.repository.absolute(path);
        let parts = self.parts.used.iter().map(|((file, role), of)| ProjectPart {
            file: absolute(file),
            role: *role,
            of: of.iter().map(|file| absolute(file)).collect(),
        });
        let not_judged =
            self.not_judged.iter().map(|(file, reason)| NotJudged { file: absolute(file), reason: reason.clone() });
        let (parts, not_judged) = (parts.collect(), not_judged.collect());
        Invocations {
            root: self.repository.root.clone(),
            projects,
            parts,
            not_judged,
            dangling: Vec::new(),
            unfinished: Vec::new(),
        }
    }

    fn invocation(&self, identity: InvocationIdentity, draft: Draft) -> Invocation {
        let absolute = |path: &String| self.repository.absolute(path);
        let env_file = |path: &String| match path.starts_with('/') || path.starts_with('~') || path.starts_with("..") {
            true => PathBuf::from(path),
            false => absolute(path),
        };
        Invocation {
            files: identity.files.iter().map(absolute).collect(),
            directory: absolute(&identity.directory),
            env_files: identity.env_files.iter().map(env_file).collect(),
            environment: draft.environment,
            lacking: draft.lacking.iter().map(env_file).collect(),
            profiles: identity.profiles,
            name: identity.name,
            engine: identity.engine,
            purpose: draft.purpose,
            is_purpose_written: draft.is_purpose_written,
            written: self.places(&draft.places),
            certainty: draft.certainty,
        }
    }

    /// Places in order, one for each line.
    fn places(&self, spans: &[Span]) -> Vec<Place> {
        let sources = self.repository.sources;
        let line = |span: &Span| sources.file(span.file).position(span.start).line;
        let mut by_line: BTreeMap<(PathBuf, u32), Span> = BTreeMap::new();
        for span in spans {
            by_line.entry((path_of(sources, span.file), line(span))).or_insert(*span);
        }
        by_line.into_values().map(|span| Place { span, node: NodeId::new(0) }).collect()
    }
}

fn path_of(sources: &SourceDb, file: FileId) -> PathBuf {
    sources.path(file).to_path_buf()
}
