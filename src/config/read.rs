//! Reads the text of `plimsoll.yaml` into a [`Config`], together with the files that it extends.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::check::{bytes, is_nothing, mistakes};
use super::{
    Config, ConfigError, ConfigErrors, Date, FailOn, Host, NamedRule, OptionsOf, Pattern, ProjectSetting, RuleSetting,
    ServiceSetting, StartedFor, Suppression, ToldRule,
};
use crate::finding::{RuleId, Selector, Severity, syntax_message};
use crate::source::{FileId, NodeId, SourceDb, normalize};
use crate::yaml::{NodeKind, Tree, parse};

/// Reads the file at a path and those that it extends. Relative paths in them start at a directory, or else where each is.
pub(super) fn load(
    sources: &SourceDb,
    path: &Path,
    directory: Option<&Path>,
    options: OptionsOf,
) -> Result<Config, ConfigErrors> {
    let path = normalize(path);
    let mut loading = Loading { sources, options, directory, errors: Vec::new(), open: Vec::new(), read: 0 };
    let config = loading.file(&path, None);
    match config {
        Some(config) if loading.errors.is_empty() => Ok(config),
        _ => Err(ConfigErrors(loading.errors)),
    }
}

struct Loading<'a> {
    sources: &'a SourceDb,
    options: OptionsOf,
    directory: Option<&'a Path>,
    errors: Vec<ConfigError>,
    /// The files that are being read, the first one first.
    open: Vec<PathBuf>,
    /// How many files were read.
    read: usize,
}

/// How many files a configuration may extend, those that come again counted again.
const MOST_FILES: usize = 50;

impl Loading<'_> {
    /// Reads a file; one that cannot be loaded is a mistake where it is `named`.
    fn file(&mut self, path: &Path, named: Option<(FileId, u32)>) -> Option<Config> {
        let id = match self.sources.load(path) {
            Ok(id) => id,
            Err(error) => {
                match named {
                    Some(at) => self.says(at, format!("`{}`: {error}", file_name(path))),
                    None => {
                        self.errors.push(ConfigError { path: path.to_path_buf(), at: None, message: error.to_string() })
                    }
                }
                return None;
            }
        };
        let source = self.sources.file(id);
        let (tree, broken) = parse(id, &source.text);
        for problem in &broken {
            self.says((id, problem.at.span.start), syntax_message(&problem.kind));
        }
        let root = tree.documents.first().copied();
        if let Some(second) = tree.documents.get(1).and_then(|second| tree.node(*second)) {
            self.says((id, second.start), "only the first document is read");
        }
        let Some(root) = root else { return Some(Config { path: path.to_path_buf(), ..Config::default() }) };
        let found = if broken.is_empty() { mistakes(&tree, root, self.options) } else { Vec::new() };
        for mistake in found {
            let start = tree.node(mistake.at).map_or(0, |node| node.start);
            self.says((id, start), mistake.message);
        }
        let own = path.parent().unwrap_or(Path::new("/"));
        let reader = ConfigReader { tree: &tree, directory: self.directory.unwrap_or(own), own };
        let own = Config { path: path.to_path_buf(), ..reader.config(root) };
        self.open.push(path.to_path_buf());
        let mut config = Config::default();
        for (node, base) in reader.bases(root) {
            let at = (id, tree.node(node).map_or(0, |node| node.start));
            if let Some(base) = self.base(&base, at) {
                config = over(config, base);
            }
        }
        self.open.pop();
        for suppression in &mut config.suppressions {
            suppression.inherited = true;
        }
        Some(over(config, own))
    }

    fn base(&mut self, path: &Path, at: (FileId, u32)) -> Option<Config> {
        if self.open.iter().any(|open| open == path) {
            self.says(at, format!("`{}` extends itself", file_name(path)));
            return None;
        }
        self.read += 1;
        if self.read > MOST_FILES {
            self.says(at, format!("the configuration extends more than {MOST_FILES} files"));
            return None;
        }
        let first = self.open.first().and_then(|path| path.parent()).unwrap_or(Path::new("/"));
        if self.sources.is_beyond(path, self.sources.repository(first).as_deref()) {
            self.says(at, format!("`{}` is outside the repository", file_name(path)));
            return None;
        }
        self.file(path, Some(at))
    }

    fn says(&mut self, (file, start): (FileId, u32), message: impl Into<String>) {
        let source = self.sources.file(file);
        let position = source.position(start);
        let at = Some((u64::from(position.line), u64::from(position.column)));
        let error = ConfigError { path: source.path.clone(), at, message: message.into() };
        const MOST: usize = 100;
        if self.errors.len() < MOST && !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Settings laid over others: lists of exclusions and suppressions grow, everything else is replaced where it is said.
fn over(base: Config, own: Config) -> Config {
    let mut rules = base.rules;
    for (name, setting) in own.rules {
        let below = rules.entry(name).or_default();
        below.enabled = setting.enabled.or(below.enabled);
        below.severity = setting.severity.or(below.severity);
        below.options.extend(setting.options);
    }
    // A rule that this file switches on is not ignored because of what is below.
    let is_on = |selector: &Selector| match selector {
        Selector::Rule(rule) => rules.get(rule).and_then(|setting| setting.enabled) == Some(true),
        _ => false,
    };
    let mut ignore: Vec<Selector> = base.ignore.into_iter().filter(|selector| !is_on(selector)).collect();
    ignore.extend(own.ignore);
    let is_replaced = |told: &ToldRule| told.key == "select" && !own.select.is_empty();
    let mut told: Vec<ToldRule> = base.told.into_iter().filter(|told| !is_replaced(told)).collect();
    told.extend(own.told);
    let mut services = base.services;
    services.extend(own.services);
    Config {
        path: own.path,
        select: if own.select.is_empty() { base.select } else { own.select },
        ignore,
        rules,
        preview: own.preview.or(base.preview),
        told,
        old_names: base.old_names.into_iter().chain(own.old_names).collect(),
        suppressions: base.suppressions.into_iter().chain(own.suppressions).collect(),
        projects: if own.projects.is_empty() { base.projects } else { own.projects },
        host: Host {
            gpus: own.host.gpus.or(base.host.gpus),
            gpu_memory: own.host.gpu_memory.or(base.host.gpu_memory),
            memory: own.host.memory.or(base.host.memory),
            cpus: own.host.cpus.or(base.host.cpus),
        },
        services,
        exclude: base.exclude.into_iter().chain(own.exclude).collect(),
        fail_on: own.fail_on.or(base.fail_on),
    }
}

/// Takes what is right out of a document; what is not was reported.
struct ConfigReader<'a> {
    tree: &'a Tree,
    /// Where relative paths start.
    directory: &'a Path,
    /// Where the file is.
    own: &'a Path,
}

impl ConfigReader<'_> {
    fn config(&self, root: NodeId) -> Config {
        Config {
            path: PathBuf::new(),
            select: self.selectors(root, "select"),
            ignore: self.selectors(root, "ignore"),
            rules: self.settings(root),
            preview: self.text(root, "preview").map(|word| word == "true"),
            told: self.told(root),
            old_names: self.old_names(root),
            suppressions: self.items(root, "suppressions").into_iter().map(|one| self.suppression(one)).collect(),
            projects: self.items(root, "projects").into_iter().map(|one| self.project(one)).collect(),
            host: self.get(root, "host").map(|host| self.host(host)).unwrap_or_default(),
            services: self.entries(root, "services").into_iter().map(|(name, one)| (name, self.service(one))).collect(),
            exclude: self.patterns(root, "exclude"),
            fail_on: self.text(root, "fail_on").and_then(|word| match word.as_str() {
                "never" => Some(FailOn::Never),
                word => severity(word).map(FailOn::Severity),
            }),
        }
    }

    /// The files that a document extends, each where it is named.
    fn bases(&self, root: NodeId) -> Vec<(NodeId, PathBuf)> {
        let named = self.items(root, "extends").into_iter();
        named.filter_map(|one| Some((one, normalize(&self.own.join(self.tree.text(one)?))))).collect()
    }

    fn selectors(&self, root: NodeId, key: &str) -> Vec<Selector> {
        self.texts(root, key).iter().filter_map(|name| Selector::find(name)).collect()
    }

    fn settings(&self, root: NodeId) -> BTreeMap<RuleId, RuleSetting> {
        let named = self.entries(root, "rules").into_iter();
        named.filter_map(|(name, value)| Some((RuleId::find(&name)?, self.setting(value)))).collect()
    }

    /// Where it says which rules run.
    fn told(&self, root: NodeId) -> Vec<ToldRule> {
        let of_list = |key: &'static str| {
            self.items(root, key).into_iter().filter_map(move |node| {
                let selector = Selector::find(self.tree.text(node)?)?;
                Some(ToldRule { key, selector, enabled: key == "select", place: self.tree.place(node) })
            })
        };
        let settings = self.get(root, "rules").map_or(&[][..], |value| self.tree.pairs(value));
        let of_rules = settings.iter().filter_map(|pair| {
            let selector = Selector::Rule(RuleId::find(self.tree.text(pair.key)?)?);
            let enabled = self.setting(pair.value).enabled?;
            Some(ToldRule { key: "rules", selector, enabled, place: self.tree.place(pair.key) })
        });
        of_list("select").chain(of_list("ignore")).chain(of_rules).collect()
    }

    /// Where a rule is called by a name that it had before, in the order of the file.
    fn old_names(&self, root: NodeId) -> Vec<NamedRule> {
        let lists = ["select", "ignore"].into_iter().flat_map(|key| self.items(root, key));
        let settings = self.get(root, "rules").map_or(&[][..], |value| self.tree.pairs(value));
        let keys = settings.iter().map(|pair| pair.key);
        let suppressions = self.items(root, "suppressions").into_iter().flat_map(|one| self.items(one, "rules"));
        let named = lists.chain(keys).chain(suppressions).filter_map(|node| self.named_rule(node));
        let mut old: Vec<NamedRule> = named.filter(|named| named.name != named.rule.name()).collect();
        old.sort_by_key(|named| named.place.span.start);
        old
    }

    fn named_rule(&self, node: NodeId) -> Option<NamedRule> {
        let name = self.tree.text(node)?;
        Some(NamedRule { rule: RuleId::find(name)?, name: name.to_owned(), place: self.tree.place(node) })
    }

    fn setting(&self, id: NodeId) -> RuleSetting {
        let word = self.tree.text(id).unwrap_or_default();
        let enabled = match word {
            "off" | "false" => Some(false),
            "" => None,
            _ => Some(true),
        };
        let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in self.tree.pairs(id) {
            if let Some(name) = self.tree.text(pair.key).filter(|name| *name != "severity") {
                options.insert(name.to_owned(), self.texts(id, name));
            }
        }
        let severity = severity(word).or_else(|| severity(self.text(id, "severity")?.as_str()));
        RuleSetting { enabled: enabled.filter(|_| !is_nothing(self.tree, id)), severity, options }
    }

    fn suppression(&self, id: NodeId) -> Suppression {
        let named = self.items(id, "rules").into_iter();
        Suppression {
            rules: named.filter_map(|one| self.named_rule(one)).collect(),
            paths: self.patterns(id, "paths"),
            services: self.texts(id, "services"),
            reason: self.text(id, "reason"),
            until: self.text(id, "until").and_then(|day| Date::parse(&day)),
            place: self.tree.place(id),
            inherited: false,
        }
    }

    fn project(&self, id: NodeId) -> ProjectSetting {
        let path = |text: String| normalize(&self.directory.join(text));
        ProjectSetting {
            files: self.texts(id, "files").into_iter().map(path).collect(),
            env_files: self.texts(id, "env_files").into_iter().map(path).collect(),
            profiles: self.texts(id, "profiles"),
            name: self.text(id, "name"),
            directory: self.text(id, "directory").map(path),
            environment: self.environment(id),
            is_swarm: self.text(id, "engine").as_deref() == Some("swarm"),
            purpose: match self.text(id, "purpose").as_deref() {
                Some("deploy") => Some(StartedFor::Deployment),
                Some("develop") => Some(StartedFor::Development),
                Some("test") => Some(StartedFor::Tests),
                _ => None,
            },
        }
    }

    /// What a command sets, and what the deployment provides. An empty text is a value, nothing at all is none.
    fn environment(&self, id: NodeId) -> BTreeMap<String, Option<String>> {
        let provided = self.texts(id, "provided").into_iter().map(|name| (name, None));
        let set = self.entries(id, "environment").into_iter().map(|(name, value)| {
            let text = self.tree.text(value).filter(|_| !is_nothing(self.tree, value));
            (name, text.map(str::to_owned))
        });
        provided.chain(set).collect()
    }

    fn host(&self, id: NodeId) -> Host {
        Host {
            gpus: self.text(id, "gpus").and_then(|text| text.parse().ok()),
            gpu_memory: self.text(id, "gpu_memory").and_then(|text| bytes(&text)),
            memory: self.text(id, "memory").and_then(|text| bytes(&text)),
            cpus: self.text(id, "cpus").and_then(|text| text.parse().ok()),
        }
    }

    fn service(&self, id: NodeId) -> ServiceSetting {
        ServiceSetting {
            single_instance: self.text(id, "single_instance").as_deref() == Some("true"),
            gpu_memory: self.text(id, "gpu_memory").and_then(|text| bytes(&text)),
        }
    }

    fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.tree.get(id, key).filter(|value| !is_nothing(self.tree, *value))
    }

    fn text(&self, id: NodeId, key: &str) -> Option<String> {
        self.tree.text(self.get(id, key)?).map(str::to_owned)
    }

    fn entries(&self, id: NodeId, key: &str) -> Vec<(String, NodeId)> {
        let pairs = self.get(id, key).map_or(&[][..], |value| self.tree.pairs(value));
        pairs.iter().filter_map(|pair| Some((self.tree.text(pair.key)?.to_owned(), pair.value))).collect()
    }

    /// The entries of a list, or the one value that is in its place.
    fn items(&self, id: NodeId, key: &str) -> Vec<NodeId> {
        let Some(value) = self.get(id, key) else { return Vec::new() };
        match self.tree.follow(value).map(|(_, node)| &node.kind) {
            Some(NodeKind::Sequence(items, _)) => items.clone(),
            _ => vec![value],
        }
    }

    fn texts(&self, id: NodeId, key: &str) -> Vec<String> {
        self.items(id, key).into_iter().filter_map(|one| self.tree.text(one).map(str::to_owned)).collect()
    }

    fn patterns(&self, id: NodeId, key: &str) -> Vec<Pattern> {
        let pattern = |text: String| Pattern { directory: self.directory.to_path_buf(), text };
        self.texts(id, key).into_iter().map(pattern).collect()
    }
}

fn severity(word: &str) -> Option<Severity> {
    [Severity::Error, Severity::Warning, Severity::Info].into_iter().find(|severity| severity.name() == word)
}
