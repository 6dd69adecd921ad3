//! Facts about a project that several rules need, computed when first asked for.

pub(crate) mod checkout;
mod comments;
pub(crate) mod environment;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod network;
pub(crate) mod repository;
pub(crate) mod storage;
pub(crate) mod gpus;
pub(crate) mod images;
pub(crate) mod layers;
pub(crate) mod lifecycle;
pub(crate) mod place;
pub(crate) mod secrets;
pub(crate) mod tags;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::app_config;
use crate::app_config::{AppConfigs, ProxyTarget};
use crate::catalogue::schema::{ImageRole, Keeps};
use crate::collections::HashMap;
use crate::compose::Project;
use crate::compose::value::provenance::Texts;
use crate::facts::environment::env_examples::Documented;
use crate::model::{Model, Service};
use crate::source::{FileId, Place, SourceDb};
use crate::yaml::Trees;

/// The facts of one project.
pub struct Facts<'a> {
    /// The model.
    pub(crate) model: &'a Model,
    /// The project that the model was made from.
    pub(crate) project: &'a Project,
    sources: &'a SourceDb,
    trees: &'a Trees,
    /// The directory that paths are named from: the repository's, or where the run is.
    root: PathBuf,
    /// What the project is started for; `None` where only the paths of its files say so.
    started_for: Option<repository::purpose::FilePurpose>,
    /// Whether a command that is written deploys it to a swarm.
    deployed_to_swarm: bool,
    texts: Texts<'a>,
    reach: OnceCell<network::reach::Reach<'a>>,
    published: OnceCell<Vec<network::published::Published<'a>>>,
    gpus: OnceCell<Vec<gpus::GpuClaim<'a>>>,
    unkept: OnceCell<Vec<storage::datastores::Unkept<'a>>>,
    blanks: OnceCell<Vec<environment::variables::Blank<'a>>>,
    dollars: OnceCell<environment::dollars::Dollars>,
    credentials: OnceCell<Vec<secrets::credentials::Credential>>,
    logins: OnceCell<Vec<secrets::logins::KnownLogin<'a>>>,
    leaks: OnceCell<Vec<secrets::leaks::Leak>>,
    secret_files: OnceCell<Vec<secrets::secret_files::SecretFile>>,
    mismatches: OnceCell<Vec<secrets::connections::FailingLogin>>,
    misspelt: OnceCell<Vec<environment::variables::Misspelt>>,
    replaced_lines: OnceCell<Vec<environment::files::ReplacedLine>>,
    documented: OnceCell<BTreeMap<String, Documented>>,
    app_configs: OnceCell<AppConfigs>,
    missing_sources: OnceCell<Vec<storage::binds::MissingSource<'a>>>,
    duplicate_labels: OnceCell<Vec<network::duplicate_labels::DuplicateLabel>>,
    hosts: OnceCell<HashMap<&'a str, Vec<network::hosts::HostReference>>>,
    peers: OnceCell<Vec<network::peers::Peer>>,
    waiting: OnceCell<lifecycle::jobs::Waiting<'a>>,
    listening: RefCell<HashMap<u16, Rc<[&'a Service]>>>,
    proxied: OnceCell<Vec<network::proxied::Proxied>>,
    nearby: OnceCell<BTreeSet<String>>,
    used_nearby: OnceCell<repository::nearby::UsedNearby>,
    sqlite_files: OnceCell<Vec<storage::sqlite_files::SqliteFile<'a>>>,
    outlines: OnceCell<Vec<repository::builds::OutlinedBuild<'a>>>,
    instructions: OnceCell<Vec<repository::instructions::ToldText>>,
    is_to_be_tried: OnceCell<bool>,
    developer_sign: OnceCell<repository::developers::DeveloperSign>,
    is_at_home: OnceCell<bool>,
    /// How long facts took, and whether one is being worked out: it may ask for others.
    spent: Cell<Duration>,
    busy: Cell<bool>,
}

impl<'a> Facts<'a> {
    /// Facts that nobody has asked for yet.
    pub fn new(
        model: &'a Model,
        project: &'a Project,
        sources: &'a SourceDb,
        trees: &'a Trees,
        root: PathBuf,
    ) -> Facts<'a> {
        Facts {
            model,
            project,
            sources,
            trees,
            root,
            started_for: None,
            deployed_to_swarm: false,
            texts: Texts::new(sources),
            reach: OnceCell::new(),
            published: OnceCell::new(),
            gpus: OnceCell::new(),
            unkept: OnceCell::new(),
            blanks: OnceCell::new(),
            dollars: OnceCell::new(),
            credentials: OnceCell::new(),
            logins: OnceCell::new(),
            leaks: OnceCell::new(),
            secret_files: OnceCell::new(),
            mismatches: OnceCell::new(),
            misspelt: OnceCell::new(),
            replaced_lines: OnceCell::new(),
            documented: OnceCell::new(),
            app_configs: OnceCell::new(),
            missing_sources: OnceCell::new(),
            duplicate_labels: OnceCell::new(),
            hosts: OnceCell::new(),
            peers: OnceCell::new(),
            waiting: OnceCell::new(),
            listening: RefCell::default(),
            proxied: OnceCell::new(),
            nearby: OnceCell::new(),
            used_nearby: OnceCell::new(),
            sqlite_files: OnceCell::new(),
            outlines: OnceCell::new(),
            instructions: OnceCell::new(),
            is_to_be_tried: OnceCell::new(),
            developer_sign: OnceCell::new(),
            is_at_home: OnceCell::new(),
            spent: Cell::default(),
            busy: Cell::default(),
        }
    }

    /// The same, of a project that is started for a purpose.
    #[must_use]
    pub(crate) fn started_for(mut self, purpose: Option<repository::purpose::FilePurpose>) -> Facts<'a> {
        self.started_for = purpose;
        self
    }

    /// The same, of a project that a command deploys to a swarm, or not.
    #[must_use]
    pub(crate) fn deployed_to_swarm(mut self, swarm: bool) -> Facts<'a> {
        self.deployed_to_swarm = swarm;
        self
    }

    /// How long the facts that were asked for took.
    pub(crate) fn spent(&self) -> Duration {
        self.spent.get()
    }

    fn once<'f, T>(&self, fact: &'f OnceCell<T>, make: impl FnOnce() -> T) -> &'f T {
        fact.get_or_init(|| {
            if self.busy.replace(true) {
                return make();
            }
            let start = Instant::now();
            let made = make();
            self.spent.set(self.spent.get() + start.elapsed());
            self.busy.set(false);
            made
        })
    }

    /// Where parts of values are written.
    pub(crate) fn texts(&self) -> &Texts<'a> {
        &self.texts
    }

    /// Who can reach whom, by which name.
    pub fn reach(&self) -> &network::reach::Reach<'a> {
        self.once(&self.reach, || network::reach::Reach::new(self.model))
    }

    /// The published ports of active services.
    pub fn published(&self) -> &[network::published::Published<'a>] {
        self.once(&self.published, || network::published::published(self.model, self.project)).as_slice()
    }

    /// The GPUs that active services ask for.
    pub fn gpus(&self) -> &[gpus::GpuClaim<'a>] {
        self.once(&self.gpus, || gpus::claims(self.model)).as_slice()
    }

    /// Datastores and applications whose data nothing keeps.
    pub fn unkept(&self) -> &[storage::datastores::Unkept<'a>] {
        let leaves_out = |service: &Service, name: &str| {
            environment::absent::leave_out(self.model, service, (self.sources, &self.root), name)
        };
        let find = || {
            let mut all = storage::datastores::unkept(self.model, &leaves_out);
            all.retain(|one| !storage::configured::may_move(one, self.sources));
            all
        };
        self.once(&self.unkept, find).as_slice()
    }

    /// Applications of the catalogue that keep data of their own, and whose data nothing keeps. What a proxy keeps is its
    /// certificates, which is another matter.
    pub(crate) fn unkept_applications(&self) -> impl Iterator<Item = &storage::datastores::Unkept<'a>> {
        self.unkept().iter().filter(|one| {
            !one.image.holds_data() && one.image.role != ImageRole::Proxy && one.keeps == Keeps::Persistent
        })
    }

    /// Variables that leave a blank.
    pub fn blanks(&self) -> &[environment::variables::Blank<'a>] {
        self.once(&self.blanks, || environment::variables::blanks(self.project, self.dollars())).as_slice()
    }

    /// The lines of the env files that the project reads.
    pub(crate) fn env_lines(&self) -> Vec<(FileId, crate::text::dotenv::DotenvLine)> {
        environment::lines::lines(self.project, self.sources)
    }

    /// The lines of the examples that stand in for env files which the checkout lacks.
    pub(crate) fn example_lines(&self) -> Vec<(FileId, crate::text::dotenv::DotenvLine)> {
        environment::lines::example_lines(self.project, self.sources)
    }

    /// Whether a place is in the example of an env file that a service reads and the checkout lacks.
    pub(crate) fn is_in_example(&self, place: Place) -> bool {
        environment::lines::readers(self.project, place.span.file).next().is_some()
    }

    /// Whether a place is in the example of such an env file, and several services read it.
    pub(crate) fn is_in_shared_example(&self, place: Place) -> bool {
        environment::lines::readers(self.project, place.span.file).nth(1).is_some()
    }

    /// Dollar signs that Compose expands although they are meant for something else.
    pub(crate) fn dollars(&self) -> &environment::dollars::Dollars {
        let find = || environment::dollars::dollars(self.model, self.project, self.sources, self.trees);
        self.once(&self.dollars, find)
    }

    /// Whether the example file next to the project leaves a variable empty.
    pub(crate) fn is_documented_empty(&self, variable: &str) -> bool {
        self.examples().get(variable).is_some_and(|one| one.is_empty)
    }

    /// Whether that file has the variable in a comment only.
    pub(crate) fn is_documented_as_optional(&self, variable: &str) -> bool {
        self.examples().get(variable).is_some_and(|one| one.is_comment)
    }

    /// Whether an MQTT broker of the project lets everybody in, by its configuration.
    pub(crate) fn has_open_broker(&self) -> bool {
        network::brokers::has_open_one(self)
    }

    /// Whether an env file of the project has the variable in a comment.
    pub(crate) fn is_commented_out(&self, variable: &str) -> bool {
        let files = self.project.environment.files.iter();
        files
            .map(|file| self.path_of(*file))
            .any(|file| environment::env_examples::has_comment(&file, variable, self.sources))
    }

    /// Where the project's variables are expected to come from.
    pub(crate) fn expected(&self) -> environment::variables::Expected {
        environment::variables::expected(self.project)
    }

    fn examples(&self) -> &BTreeMap<String, Documented> {
        self.once(&self.documented, || environment::env_examples::documented(&self.project.directory, self.sources))
    }

    /// What the configurations next to the project say.
    pub(crate) fn app_configs(&self) -> &AppConfigs {
        self.once(&self.app_configs, || app_config::collect_app_configs(self.model, self.sources, self.is_for_swarm()))
    }

    /// Labels that one list gives twice.
    pub(crate) fn duplicate_labels(&self) -> &[network::duplicate_labels::DuplicateLabel] {
        self.once(&self.duplicate_labels, || {
            network::duplicate_labels::duplicate_labels(self.project, self.sources, self.trees)
        })
        .as_slice()
    }

    /// What the configurations of proxies forward to.
    pub(crate) fn proxy_targets(&self) -> &[ProxyTarget] {
        &self.app_configs().targets
    }

    /// The hosts that a service names.
    pub(crate) fn hosts(&self, service: &str) -> &[network::hosts::HostReference] {
        let all = self.once(&self.hosts, || {
            let named =
                |service: &'a Service| (service.name.as_str(), network::hosts::references(service, &self.texts));
            self.model.services.values().map(named).collect()
        });
        all.get(service).map(Vec::as_slice).unwrap_or_default()
    }

    /// The peers that services and proxies name.
    pub fn peers(&self) -> &[network::peers::Peer] {
        self.once(&self.peers, || network::peers::peers(self)).as_slice()
    }

    /// The services that listen on a port for sure.
    pub(crate) fn listening_on(&self, port: u16) -> Rc<[&'a Service]> {
        let mut known = self.listening.borrow_mut();
        Rc::clone(known.entry(port).or_insert_with(|| network::peers::listening_on(self.model, port).into()))
    }

    /// The services that wait for one to complete, with the entry that says so.
    pub(crate) fn awaited_by(&self, name: &str) -> &[(&'a Service, &'a crate::model::Dependency)] {
        let waiting = self.once(&self.waiting, || lifecycle::jobs::waiting(self.model));
        waiting.get(name).map_or(&[], Vec::as_slice)
    }

    /// Services that a proxy of the project is in front of.
    pub fn proxied(&self) -> &[network::proxied::Proxied] {
        self.once(&self.proxied, || network::proxied::proxied(self)).as_slice()
    }

    fn written(&self) -> layers::FactTrees<'a> {
        layers::FactTrees { sources: self.sources, trees: self.trees }
    }

    /// Values of overrides that change nothing because they are empty.
    pub(crate) fn empty_overrides(&self) -> Vec<layers::EmptyOverride> {
        layers::empty_overrides(self.project, self.written())
    }

    /// Sections of services that replace what a merge key adds.
    pub(crate) fn replaced_sections(&self) -> Vec<layers::Replaced> {
        layers::replaced(self.project, self.written())
    }

    /// The key of a section of a service in a file, where it is written there.
    pub(crate) fn section_key(&self, file: FileId, service: &str, section: &str) -> Option<Place> {
        layers::section_key(file, service, section, self.written())
    }

    /// Whether nothing is at a path, which is relative to the project's directory.
    pub(crate) fn is_absent(&self, path: &Path) -> bool {
        let path = crate::source::normalize(&self.project.directory.join(path));
        path.starts_with(&self.root) && self.sources.kind(&path) == crate::source::PathKind::Missing
    }

    /// Whether a Compose file near the project's has a service of this name: the two may be meant to run together.
    pub(crate) fn is_service_nearby(&self, name: &str) -> bool {
        let known = self.once(&self.nearby, || {
            // A network with a name of its own is one that the projects next to this one can join.
            let own_name = format!("{}_", self.model.name);
            let joined = self.model.networks.values().any(|one| one.declared && !one.name.value.starts_with(&own_name));
            let near =
                repository::nearby::services(&self.project.directory, &self.root, joined, self.sources, self.trees);
            // Of a project that nothing is known to start, any file near it may be the one that it is started with.
            let own: Vec<&str> = self.model.services.keys().map(String::as_str).collect();
            let counts = |file: &Path| {
                let is_other = || repository::nearby::is_alternative(file, &own, self.sources, self.trees);
                !(self.is_own_file(file) || self.started_for.is_some() && is_other())
            };
            near.into_iter().filter(|(file, _)| counts(file)).flat_map(|(_, names)| names).collect()
        });
        known.contains(name)
    }

    fn is_own_file(&self, path: &Path) -> bool {
        self.project.files.iter().any(|file| *self.sources.path(*file) == *path)
    }

    /// What the services of the Compose files near the project's use.
    pub(crate) fn used_nearby(&self) -> &repository::nearby::UsedNearby {
        let used = || {
            // What an override takes away the base uses without it.
            let own: Vec<PathBuf> = match self.project.files.as_slice() {
                [only] => vec![self.sources.path(*only).to_path_buf()],
                _ => Vec::new(),
            };
            repository::nearby::used(&self.project.directory, &self.root, &own, self.sources, self.trees)
        };
        self.once(&self.used_nearby, used)
    }

    /// The networks that the projects near this one make.
    pub(crate) fn networks_nearby(&self) -> Vec<repository::nearby::Made> {
        let near = repository::nearby::networks(&self.project.directory, &self.root, self.sources, self.trees);
        near.into_iter().filter(|made| !self.is_own_file(&made.file)).collect()
    }

    /// The middlewares that routers of the projects near this one name, in lower case.
    pub(crate) fn middlewares_nearby(&self) -> BTreeSet<String> {
        repository::nearby::middlewares(&self.project.directory, &self.root, self.sources, self.trees)
    }

    /// The SQLite files that services keep.
    pub(crate) fn sqlite_files(&self) -> &[storage::sqlite_files::SqliteFile<'a>] {
        self.once(&self.sqlite_files, || storage::sqlite_files::files(self.model)).as_slice()
    }

    /// SQLite files that settings of frameworks name and no volume keeps.
    pub(crate) fn lost_by_settings(&self) -> Vec<storage::frameworks::FromSettings<'a>> {
        storage::frameworks::lost(self.model, self.sources, &self.root)
    }

    /// Relative sources of binds that are not there.
    pub(crate) fn missing_sources(&self) -> &[storage::binds::MissingSource<'a>] {
        let find = || storage::binds::missing(self.model, self.sources, &self.root);
        self.once(&self.missing_sources, find).as_slice()
    }

    /// Directories that Docker creates as root for a bind, in services that run as somebody else.
    pub(crate) fn root_owned_sources(&self) -> Vec<storage::owners::RootOwned<'a>> {
        storage::owners::root_owned(self.model, self.missing_sources())
    }

    /// Binds of files over directories of an image, and the reverse.
    pub(crate) fn mismatched_binds(&self) -> Vec<storage::image_paths::Mismatch<'a>> {
        storage::image_paths::mismatches(self.model, self.sources, &self.root)
    }

    /// Named volumes over code that the Dockerfile copies.
    pub(crate) fn frozen_volumes(&self) -> Vec<storage::image_paths::Frozen<'a>> {
        storage::image_paths::frozen(self.model, self.sources)
    }

    /// Directories of dependencies that a bind hides.
    pub(crate) fn hidden_dependencies(&self) -> Vec<storage::binds::HiddenDependencies<'a>> {
        storage::binds::hidden(self.model, self.sources)
    }

    /// Files that images start with and that a bind hides.
    pub(crate) fn hidden_programs(&self) -> Vec<storage::hidden_programs::HiddenProgram<'a>> {
        storage::hidden_programs::hidden_programs(self.model, self.sources)
    }

    /// Whether the name of one of the project's files has this word (`swarm` in `docker-compose.swarm.yml`).
    pub(crate) fn is_named(&self, word: &str) -> bool {
        self.project.files.iter().any(|file| {
            let path = self.sources.path(*file).to_path_buf();
            let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
            name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|part| part == word)
        })
    }

    /// Whether a script, Makefile or note near the project has one of some words.
    pub(crate) fn is_in_scripts(&self, words: &[&str]) -> bool {
        repository::scripts::have(&self.project.directory, &self.root, words, self.sources)
    }

    /// The item of a list that a place is a part of, such as `name=value` around the value.
    pub(crate) fn whole_item(&self, place: Place) -> Option<Place> {
        let parsed = self.trees.get(self.sources, place.span.file);
        let whole = parsed.0.place(place.node);
        whole.span.contains(place.span).then_some(whole)
    }

    /// Whether the configuration of a development server, in a directory that a service uses, names a variable.
    pub(crate) fn is_for_dev_server(&self, service: &Service, variable: &str) -> bool {
        repository::dev_servers::use_variable(service, variable, &self.root, self.sources)
    }

    /// The development server of a service that listens on `localhost`, as nothing in the checkout tells it otherwise.
    pub(crate) fn local_server<'b>(&self, service: &'b Service) -> Option<network::servers::LocalServer<'b>> {
        network::servers::local_server((self.model, &self.root), service, self.sources)
    }

    /// Whether the project is for `docker stack deploy`: a command says so, or the files say things that only a swarm does.
    pub(crate) fn is_for_swarm(&self) -> bool {
        self.deployed_to_swarm || repository::swarm::is_for_swarm(self.model, self.project)
    }

    fn purpose_of(&self, file: FileId) -> repository::purpose::FilePurpose {
        repository::purpose::purpose(&self.path_in_repository(file))
    }

    /// Whether the project is a template or a backup, which is used in another place than this.
    pub(crate) fn is_of_elsewhere(&self) -> bool {
        self.project
            .files
            .last()
            .is_some_and(|file| repository::purpose::is_of_elsewhere(&self.path_in_repository(*file)))
    }

    fn path_in_repository(&self, file: FileId) -> String {
        let file = self.sources.file(file);
        file.path.strip_prefix(&self.root).unwrap_or(&file.path).to_string_lossy().into_owned()
    }

    /// Whether a file of the project, or the project itself, is for tests.
    pub(crate) fn is_for_tests(&self, file: FileId) -> bool {
        self.purpose() == repository::purpose::FilePurpose::Test
            || self.purpose_of(file) == repository::purpose::FilePurpose::Test
    }
}
