//! The files as the editor has them, and what is known of their projects: judged anew when something has changed.

mod groups;
mod paper;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gen_lsp_types::{FileChangeType, FileEvent, TextDocumentContentChangeEvent, Uri};

use super::documents::OpenDocument;
use super::issues::{ConfigurationMistake, Identity, LocatedFinding, issues};
use super::position::Encoding;
use super::settings::EditorSettings;
use super::skeleton::skeleton;
use super::uri::{path_of, uri_of};
use crate::collections::HashSet;
use crate::config::{self, ConfigError};
use crate::discover::may_be_compose;
use crate::finding::rule;
use crate::progress::Watch;
use crate::source::SourceDb;
use crate::workspace::{LoadedProject, Memory, OpenedProject, Request, check_again};
use crate::yaml::{Parsed, Trees};
use groups::{Group, groups};

/// Everything that requests are answered from.
pub(super) struct EditorWorld {
    pub(super) sources: SourceDb,
    pub(super) encoding: Encoding,
    pub(super) settings: EditorSettings,
    documents: BTreeMap<PathBuf, OpenDocument>,
    folders: Vec<PathBuf>,
    /// What is shared by the memories of all groups.
    trees: Arc<Trees>,
    groups: Vec<Group>,
    issues: Vec<LocatedFinding>,
    mistakes: Vec<ConfigurationMistake>,
    /// What was found when no text was broken.
    good: Option<HashSet<Identity>>,
    /// Whether the issues are those of the files as they are.
    is_current: bool,
    /// How many judgements there were.
    judgements: u64,
    /// The lines of files that are not open, while the issues are current.
    papers: RefCell<BTreeMap<PathBuf, Option<Rc<paper::Owned>>>>,
}

/// A text before it was changed.
struct TextBefore {
    text: String,
    skeleton: Vec<String>,
}

/// A project that a file is read for, ready to look things up in.
pub(super) struct EditorProject {
    pub(super) opened: OpenedProject,
    pub(super) memory: Rc<Memory>,
    loaded: OnceCell<LoadedProject>,
}

impl EditorProject {
    /// The project, loaded when it is first asked for.
    pub(super) fn loaded(&self, sources: &SourceDb) -> &LoadedProject {
        self.loaded.get_or_init(|| self.opened.load(sources, &self.memory))
    }
}

impl EditorWorld {
    pub(super) fn new(encoding: Encoding, settings: EditorSettings, folders: Vec<PathBuf>) -> EditorWorld {
        EditorWorld {
            sources: SourceDb::new(),
            encoding,
            settings,
            documents: BTreeMap::new(),
            folders,
            trees: Arc::default(),
            groups: Vec::new(),
            issues: Vec::new(),
            mistakes: Vec::new(),
            good: None,
            is_current: true,
            judgements: 0,
            papers: RefCell::default(),
        }
    }

    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) {
        if let Some(document) = OpenDocument::open(uri, version, text) {
            let path = document.path.clone();
            self.documents.insert(path.clone(), document);
            self.lay(&path, None);
        }
    }

    pub(super) fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let encoding = self.encoding;
        let Some(document) = self.documents.values_mut().find(|document| document.uri == *uri) else { return };
        let before = TextBefore { text: document.sound().to_owned(), skeleton: document.skeleton.clone() };
        document.change(changes, encoding);
        document.version = version;
        let path = document.path.clone();
        self.lay(&path, Some(before));
    }

    /// Takes a text away again, and gives the path that it was for.
    pub(super) fn close(&mut self, uri: &Uri) -> Option<PathBuf> {
        let path = self.documents.values().find(|document| document.uri == *uri)?.path.clone();
        self.documents.remove(&path);
        self.reread(&path);
        self.start_again();
        Some(path)
    }

    /// Lays the text of a document over its file.
    fn lay(&mut self, path: &Path, before: Option<TextBefore>) {
        let before = before.or_else(|| self.on_disk(path));
        let Some(document) = self.documents.get_mut(path) else { return };
        let text = document.sound().to_owned();
        self.is_current = false;
        if before.as_ref().is_some_and(|before| before.text == text) {
            return;
        }
        let parsed = document.take_parsed();
        let changes_starts = self.changes_invocations(path, before.as_ref(), &text);
        self.forget(self.sources.edit(path, text));
        if let (Some(parsed), Ok(file)) = (parsed, self.sources.load(path)) {
            self.trees.keep(file, parsed);
        }
        if changes_starts {
            self.groups.iter().for_each(|group| group.memory.forget_invocations());
        }
    }

    /// What a file says before it is opened.
    fn on_disk(&self, path: &Path) -> Option<TextBefore> {
        let file = self.sources.load(path).ok()?;
        let skeleton = if may_be_compose(path) { skeleton(&self.trees.get(&self.sources, file).0) } else { Vec::new() };
        Some(TextBefore { text: self.sources.file(file).text.clone(), skeleton })
    }

    /// Whether an edit may change how projects are started.
    fn changes_invocations(&self, path: &Path, before: Option<&TextBefore>, now: &str) -> bool {
        let Some(before) = before else { return true };
        let speaks = |text: &str| text.to_ascii_lowercase().contains("compose");
        match self.documents.get(path).filter(|document| document.is_compose()) {
            Some(document) => document.skeleton != before.skeleton,
            None => self.is_read_for_starts(path) || speaks(&before.text) || speaks(now),
        }
    }

    /// Whether a file was read to find out how projects are started.
    fn is_read_for_starts(&self, path: &Path) -> bool {
        self.groups.iter().any(|group| group.memory.says_how_to_start(path))
    }

    fn forget(&self, file: Option<crate::source::FileId>) {
        let Some(file) = file else { return };
        self.groups.iter().for_each(|group| group.memory.forget(file));
    }

    fn reread(&mut self, path: &Path) {
        self.forget(self.sources.reread(path));
        self.is_current = false;
    }

    /// Takes the disk as it is now: files came or went.
    fn start_again(&mut self) {
        self.sources = SourceDb::new();
        self.trees = Arc::default();
        self.groups.clear();
        for document in self.documents.values() {
            self.sources.edit(&document.path, document.sound().to_owned());
        }
        self.is_current = false;
    }

    /// Files have changed on disk. An open document is what the editor says it is.
    pub(super) fn watched(&mut self, events: &[FileEvent]) {
        for event in events {
            let Some(path) = path_of(&event.uri).filter(|path| is_of_interest(path)) else { continue };
            let is_open = self.documents.contains_key(&path);
            match event.kind {
                FileChangeType::Changed if is_open => {}
                FileChangeType::Changed if self.is_read_for_starts(&path) => self.start_again(),
                FileChangeType::Changed => self.reread(&path),
                _ => self.start_again(),
            }
        }
    }

    /// The editor may not tell what changes on disk: whenever something is saved, all of it is read again.
    pub(super) fn saved(&mut self) {
        self.start_again();
    }

    pub(super) fn set_folders(&mut self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(added);
        self.is_current = false;
        self.groups.clear();
    }

    pub(super) fn set_settings(&mut self, settings: EditorSettings) {
        if settings != self.settings {
            self.settings = settings;
            self.is_current = false;
        }
    }

    pub(super) fn document(&self, uri: &Uri) -> Option<&OpenDocument> {
        self.documents.values().find(|document| document.uri == *uri)
    }

    pub(super) fn by_path(&self, path: &Path) -> Option<&OpenDocument> {
        self.documents.get(path)
    }

    /// How the editor calls a file.
    pub(super) fn uri(&self, path: &Path) -> Uri {
        self.documents.get(path).map_or_else(|| uri_of(path), |document| document.uri.clone())
    }

    pub(super) fn issues(&self) -> &[LocatedFinding] {
        &self.issues
    }

    /// What is wrong with the configurations.
    pub(super) fn mistakes(&self) -> &[ConfigurationMistake] {
        &self.mistakes
    }

    /// The number of the judgement that the issues are from; `None` where something has changed since.
    pub(super) fn judgement(&self) -> Option<u64> {
        self.is_current.then_some(self.judgements)
    }

    /// The projects that read a file.
    pub(super) fn projects(&self, path: &Path) -> Vec<&EditorProject> {
        let all = self.groups.iter().flat_map(|group| &group.projects);
        let is_written = |project: &&EditorProject| {
            let places = project.opened.invocation.iter().flat_map(|one| &one.written);
            places.into_iter().any(|place| *self.sources.path(place.span.file) == *path)
        };
        all.filter(|project| project.opened.read.contains(path) || is_written(project)).collect()
    }

    /// The tree of a file, as far as it can be read.
    pub(super) fn tree(&self, path: &Path) -> Option<Arc<Parsed>> {
        let file = self.sources.load(path).ok()?;
        Some(self.trees.get(&self.sources, file))
    }

    /// The request that a file is judged by.
    pub(super) fn request(&self, path: &Path) -> Option<Request> {
        let group = self.groups.iter().find(|group| group.paths.iter().any(|one| one == path))?;
        Some(Request { paths: vec![path.to_path_buf()], buffer: Some(path.to_path_buf()), ..group.request.clone() })
    }

    /// Judges what is open; whether it was not given up because of `outdated`.
    pub(super) fn judge(&mut self, outdated: &Arc<AtomicBool>) -> bool {
        if self.is_current {
            return true;
        }
        self.papers.borrow_mut().clear();
        let watch = || Arc::new(Watch::cancelled_by(Arc::clone(outdated)));
        let mut groups = groups(self);
        let (mut found, mut mistakes) = (Vec::new(), Vec::new());
        for group in &mut groups {
            found.extend(self.syntax(group, watch()));
            let request = Request { watch: watch(), ..group.request.clone() };
            let (report, opened) = check_again(&self.sources, &request, &group.memory);
            if outdated.load(Ordering::Relaxed) {
                self.groups = groups;
                return false;
            }
            found.extend(self.held(issues(&report, &self.sources), &opened));
            mistakes.append(&mut group.mistakes);
            let memory = &group.memory;
            let project = |opened| EditorProject { opened, memory: Rc::clone(memory), loaded: OnceCell::new() };
            group.projects = opened.into_iter().map(project).collect();
        }
        if self.documents.values().all(|document| document.repaired.is_none()) {
            self.good = Some(found.iter().map(LocatedFinding::identity).collect());
        }
        self.groups = groups;
        (self.issues, self.mistakes) = (found, mistakes);
        self.is_current = true;
        self.judgements += 1;
        true
    }

    /// Leaves what was found as it is: a defect ended the judgement.
    pub(super) fn give_up(&mut self) {
        self.is_current = true;
        self.judgements += 1;
    }

    /// What is wrong with the syntax of broken texts: this is found in the texts themselves, everything else in what still
    /// holds of them.
    fn syntax(&self, group: &Group, watch: Arc<Watch>) -> Vec<LocatedFinding> {
        let broken = group.paths.iter().filter_map(|path| self.documents.get(path));
        let broken: Vec<&OpenDocument> = broken.filter(|document| document.repaired.is_some()).collect();
        if broken.is_empty() {
            return Vec::new();
        }
        let lay = |text: &dyn Fn(&OpenDocument) -> String| {
            for document in &broken {
                let gone = self.sources.edit(&document.path, text(document));
                gone.into_iter().for_each(|file| group.memory.forget(file));
            }
        };
        lay(&|document| document.text.clone());
        let paths: Vec<PathBuf> = broken.iter().map(|document| document.path.clone()).collect();
        let request = Request { paths, watch, ..group.request.clone() };
        let (report, _) = check_again(&self.sources, &request, &group.memory);
        let mut found = issues(&report, &self.sources);
        found.retain(|issue| issue.finding.rule == rule::YAML_SYNTAX);
        lay(&|document| document.sound().to_owned());
        found
    }

    /// Of a project with a broken text, what was found before the text broke: what the lines that are left out say is not
    /// known.
    fn held(&self, mut found: Vec<LocatedFinding>, opened: &[OpenedProject]) -> Vec<LocatedFinding> {
        let Some(good) = &self.good else { return found };
        let is_broken = |path: &Path| self.documents.get(path).is_some_and(|one| one.repaired.is_some());
        let affected = opened.iter().filter(|opened| opened.read.iter().any(is_broken));
        let affected: BTreeSet<&Path> = affected.flat_map(|opened| opened.read.iter()).collect();
        if !affected.is_empty() {
            found.retain(|issue| !affected.contains(issue.path.as_path()) || good.contains(&issue.identity()));
        }
        found
    }
}

/// Whether a change of a file on disk may matter: not of what git and package managers keep for themselves.
fn is_of_interest(path: &Path) -> bool {
    let is_kept = |name: &std::ffi::OsStr| name == ".git" || name == "node_modules";
    !path.components().any(|part| is_kept(part.as_os_str()))
}

/// The mistakes of a configuration, by file.
fn configuration(sources: &SourceDb, path: &Path) -> (Option<config::Config>, Vec<ConfigError>) {
    match config::load(sources, path, crate::rules::options) {
        Ok(config) => (Some(config), Vec::new()),
        Err(errors) => (None, errors.0),
    }
}
