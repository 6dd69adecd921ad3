//! The services of other Compose files near a project's: people often start several files together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{DirectorySearch, NodeId, PathKind, SourceDb};
use crate::yaml::{NodeKind, Parsed, Tree, Trees};

/// How many files are looked into.
const MOST: usize = 64;

/// How many directories upwards are looked into.
const UPWARDS: usize = 3;

/// The names of services in the Compose files of a directory, of the directories in it, and of those above it in the
/// repository; of those next to it, too, where `beside`. Each with its file, the project's own among them. A file called
/// `compose.<name>.yaml` counts as one that has a service of that name.
pub(crate) fn services(
    directory: &Path,
    root: &Path,
    beside: bool,
    sources: &SourceDb,
    parsed: &Trees,
) -> Vec<(PathBuf, BTreeSet<String>)> {
    let names = |one: &Near| {
        let mut names: BTreeSet<String> = match &one.broken {
            Some(text) => keys_of(text).map(str::to_owned).collect(),
            None => names_of(&one.parsed.0),
        };
        names.extend(named_after(&one.file));
        names
    };
    let near = near(directory, root, beside, sources, parsed).into_iter();
    let mut found: Vec<(PathBuf, BTreeSet<String>)> = near.map(|one| (one.file.clone(), names(&one))).collect();
    // A container that has a name of its own anywhere in the repository is meant by it, and a service of a part by its name.
    let sources = &sources.glancing();
    for file in parts_in(directory, sources) {
        if let Ok(id) = sources.load(&file) {
            found.push((file, names_of(&parsed.get(sources, id).0)));
        }
    }
    for file in files_below(root, sources).iter().take(MOST) {
        if let Ok(id) = sources.load(file) {
            let tree = &parsed.get(sources, id).0;
            let is_distinct = |name: &&str| name.contains(['-', '_']);
            found.push((file.clone(), containers_of(tree).filter(is_distinct).map(str::to_owned).collect()));
        }
    }
    found
}

/// Whether a Compose file is another way to start a project, and not a part of it: it has at least three of its services,
/// half of them or more, each with what it runs.
pub(crate) fn is_alternative(file: &Path, own: &[&str], sources: &SourceDb, trees: &Trees) -> bool {
    const FEWEST: usize = 3;
    let sources = sources.glancing();
    let Ok(id) = sources.load(file) else { return false };
    let parsed = trees.get(&sources, id);
    let tree = &parsed.0;
    let services = tree.documents.iter().filter_map(|root| tree.get(*root, "services"));
    let runs = |node: NodeId| ["image", "build"].iter().any(|key| tree.get(node, key).is_some());
    let is_own = |name: Option<&str>| name.is_some_and(|name| own.contains(&name));
    let pairs = services.flat_map(|services| tree.pairs(services));
    let shared = pairs.filter(|pair| is_own(tree.text(pair.key)) && runs(pair.value)).count();
    shared >= FEWEST && 2 * shared >= own.len()
}

/// The names at the second level of the overrides that a project shows as examples (`compose.override.yaml.example`):
/// whoever starts it has copied one.
pub(crate) fn templates_of_overrides(directory: &Path, sources: &SourceDb, trees: &Trees) -> BTreeSet<String> {
    const EXAMPLES: [&str; 5] = ["example", "sample", "template", "tmpl", "dist"];
    let sources = &sources.glancing();
    let is_template = |name: &&str| {
        let words: Vec<&str> = name.split(['.', '-', '_']).collect();
        words.contains(&"compose") && words.contains(&"override") && words.iter().any(|word| EXAMPLES.contains(word))
    };
    let mut names = BTreeSet::new();
    for name in sources.entries(directory).names().filter(is_template).take(MOST) {
        let Ok(file) = sources.load(&directory.join(name)) else { continue };
        let parsed = trees.get(sources, file);
        let tree = &parsed.0;
        for section in tree.documents.iter().flat_map(|root| tree.pairs(*root)) {
            let entries = tree.pairs(section.value).iter().filter_map(|pair| tree.text(pair.key));
            names.extend(entries.map(str::to_owned));
        }
    }
    names
}

/// The word between `compose.` and the ending.
fn named_after(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    let rest = name.strip_prefix("docker-compose").or_else(|| name.strip_prefix("compose"))?;
    let (middle, _) = rest.strip_prefix(['.', '-'])?.rsplit_once('.')?;
    Some(middle.to_owned())
}

/// The keys with nothing behind them in text that is not YAML: its services are among them.
fn keys_of(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    text.lines().filter_map(|line| line.trim().strip_suffix(':')).filter(move |key| key.chars().all(is_part))
}

/// A Compose file near a project.
struct Near {
    file: PathBuf,
    parsed: Arc<Parsed>,
    /// The text of one that does not parse.
    broken: Option<String>,
}

/// The Compose files near a directory, as [`services`] has it.
fn near(directory: &Path, root: &Path, beside: bool, sources: &SourceDb, trees: &Trees) -> Vec<Near> {
    // Nothing of these files enters the project.
    let sources = &sources.glancing();
    let above: Vec<&Path> =
        directory.ancestors().skip(1).take_while(|above| above.starts_with(root)).take(UPWARDS).collect();
    let mut files: Vec<PathBuf> = Vec::new();
    for directory in std::iter::once(directory).chain(above.iter().copied()) {
        files.extend(files_in(directory, sources).iter().cloned());
    }
    for outer in [Some(directory), above.first().copied().filter(|_| beside)].into_iter().flatten() {
        files.extend(files_below(outer, sources).iter().cloned());
    }
    let read = |file: PathBuf| {
        let id = sources.load(&file).ok()?;
        let parsed = trees.get(sources, id);
        let broken = (!parsed.1.is_empty()).then(|| sources.file(id).text.to_string());
        Some(Near { file, parsed, broken })
    };
    files.into_iter().take(MOST).filter_map(read).collect()
}

/// The Compose files in a directory.
pub(super) fn files_in(directory: &Path, sources: &SourceDb) -> Arc<Vec<PathBuf>> {
    sources.found(DirectorySearch::ComposeFiles, directory, || {
        let entries = sources.entries(directory);
        entries.names().filter(|name| is_yaml(name)).take(MOST).map(|name| directory.join(name)).collect()
    })
}

/// Files of a project's own directory that have services and another name: `-f compose.yaml -f monitoring.yml`.
fn parts_in(directory: &Path, sources: &SourceDb) -> Vec<PathBuf> {
    let entries = sources.entries(directory);
    let is_part = |name: &&str| (name.ends_with(".yml") || name.ends_with(".yaml")) && !is_yaml(name);
    let has_services = |path: &PathBuf| {
        let Ok(file) = sources.load(path) else { return false };
        sources.file(file).text.lines().any(|line| line.trim_end() == "services:")
    };
    entries.names().filter(is_part).take(MOST).map(|name| directory.join(name)).filter(has_services).collect()
}

/// The Compose files in the directories in a directory.
fn files_below(directory: &Path, sources: &SourceDb) -> Arc<Vec<PathBuf>> {
    sources.found(DirectorySearch::ComposeFilesBelow, directory, || {
        let mut files = Vec::new();
        for name in sources.entries(directory).names() {
            let inner = directory.join(name);
            if files.len() < MOST && sources.kind(&inner) == PathKind::Directory {
                files.extend(files_in(&inner, sources).iter().cloned());
            }
        }
        files
    })
}

/// What the services of Compose files use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UsedNearby {
    /// Networks, by their keys.
    pub(crate) networks: BTreeSet<String>,
    /// Volumes, by their keys.
    pub(crate) volumes: BTreeSet<String>,
}

/// What the services of the Compose files near a project use, its own files aside: files that are started together share
/// their networks and volumes.
pub(crate) fn used(directory: &Path, root: &Path, own: &[PathBuf], sources: &SourceDb, trees: &Trees) -> UsedNearby {
    let mut used = UsedNearby::default();
    for one in near(directory, root, false, sources, trees).iter().filter(|one| !own.contains(&one.file)) {
        let tree = &one.parsed.0;
        for root in &tree.documents {
            let services = tree.get(*root, "services").into_iter().flat_map(|services| tree.pairs(services));
            for service in services {
                let names = |key: &str| tree.get(service.value, key).map(|node| words(tree, node)).unwrap_or_default();
                used.networks.extend(names("networks"));
                let source = |volume: String| volume.split(':').next().unwrap_or("").to_owned();
                used.volumes.extend(names("volumes").into_iter().map(source));
            }
        }
    }
    used
}

/// The middlewares that routers in the labels of the Compose files near a project name, without their provider.
pub(crate) fn middlewares(directory: &Path, root: &Path, sources: &SourceDb, trees: &Trees) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for one in near(directory, root, true, sources, trees) {
        let tree = &one.parsed.0;
        let services = tree.documents.iter().filter_map(|root| tree.get(*root, "services"));
        for service in services.flat_map(|services| tree.pairs(services)) {
            let deploy = tree.get(service.value, "deploy").and_then(|deploy| tree.get(deploy, "labels"));
            for labels in [tree.get(service.value, "labels"), deploy].into_iter().flatten() {
                named.extend(middlewares_in(tree, labels));
            }
        }
    }
    named
}

/// The middlewares in a mapping or list of labels.
fn middlewares_in(tree: &Tree, labels: NodeId) -> Vec<String> {
    let entries: Vec<(&str, &str)> = match tree.follow(labels).map(|(_, node)| &node.kind) {
        Some(NodeKind::Mapping(pairs, _)) => {
            pairs.iter().filter_map(|pair| Some((tree.text(pair.key)?, tree.text(pair.value)?))).collect()
        }
        Some(NodeKind::Sequence(items, _)) => {
            items.iter().filter_map(|item| tree.text(*item)?.split_once('=')).collect()
        }
        _ => Vec::new(),
    };
    let lists = entries.into_iter().filter(|(name, _)| name.trim().ends_with(".middlewares")).map(|(_, value)| value);
    let names = lists.flat_map(|value| value.split(','));
    names.map(|name| name.trim().split('@').next().unwrap_or("").to_ascii_lowercase()).collect()
}

/// The keys of a mapping, or the texts of a list and the `source`s of the mappings in it.
fn words(tree: &Tree, node: NodeId) -> Vec<String> {
    match tree.follow(node).map(|(_, node)| &node.kind) {
        Some(NodeKind::Mapping(pairs, _)) => {
            pairs.iter().filter_map(|pair| tree.text(pair.key)).map(str::to_owned).collect()
        }
        Some(NodeKind::Sequence(items, _)) => {
            let word =
                |item: &NodeId| tree.text(*item).or_else(|| tree.text(tree.get(*item, "source")?)).map(str::to_owned);
            items.iter().filter_map(word).collect()
        }
        _ => Vec::new(),
    }
}

/// A network that another project near this one makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its key.
    pub(crate) key: String,
    /// Its real name.
    pub(crate) name: String,
    /// The Compose file.
    pub(crate) file: PathBuf,
    /// Whether the name is written.
    pub(crate) named: bool,
    /// Whether its project is called after the directory that the repository is checked out into.
    pub(crate) by_checkout: bool,
    /// Whether its file is for `docker stack deploy`: the stack has the name that the command gives.
    pub(crate) by_stack: bool,
}

/// The networks that the projects near this one make, the implied `default` of each among them. Names with variables in
/// them are left out.
pub(crate) fn networks(directory: &Path, root: &Path, sources: &SourceDb, trees: &Trees) -> Vec<Made> {
    let mut found = Vec::new();
    for Near { file, parsed, .. } in near(directory, root, true, sources, trees) {
        let tree = &parsed.0;
        let is_at_root = file.parent() == Some(root);
        let Some(root) = tree.documents.first().filter(|root| tree.get(**root, "services").is_some()) else { continue };
        let parent = file.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or("");
        let project = tree
            .get(*root, "name")
            .and_then(|name| tree.text(name))
            .map_or_else(|| project_name(parent), str::to_owned);
        let by_checkout = is_at_root && tree.get(*root, "name").is_none();
        let declared = tree.get(*root, "networks").map(|networks| tree.pairs(networks)).unwrap_or_default();
        let by_stack = is_stack(tree, *root);
        let mut made = |key: &str, value: Option<NodeId>| {
            let text = |name: &str| tree.text(tree.get(value?, name)?);
            if value.is_some_and(|value| tree.get(value, "external").is_some()) || project.contains('$') {
                return;
            }
            let named = text("name");
            let name = named.map_or_else(|| format!("{project}_{key}"), str::to_owned);
            if !name.contains('$') {
                let (key, file, named) = (key.to_owned(), file.clone(), named.is_some());
                found.push(Made { key, name, file, named, by_checkout, by_stack });
            }
        };
        for pair in declared {
            made(tree.text(pair.key).unwrap_or(""), Some(pair.value));
        }
        if !declared.iter().any(|pair| tree.text(pair.key) == Some("default")) {
            made("default", None);
        }
    }
    found
}

/// Whether a file says things that only a swarm does.
fn is_stack(tree: &Tree, root: NodeId) -> bool {
    const ONLY_SWARM: [&str; 5] = ["mode", "endpoint_mode", "placement", "update_config", "rollback_config"];
    let entries = |section: &str| tree.get(root, section).map(|section| tree.pairs(section)).unwrap_or_default();
    let is_overlay =
        |network: NodeId| tree.get(network, "driver").and_then(|driver| tree.text(driver)) == Some("overlay");
    let is_deployed = |service: NodeId| {
        let deploy = tree.get(service, "deploy");
        deploy.is_some_and(|deploy| ONLY_SWARM.iter().any(|key| tree.get(deploy, key).is_some()))
    };
    entries("networks").iter().any(|pair| is_overlay(pair.value))
        || entries("services").iter().any(|pair| is_deployed(pair.value))
}

/// The name of a project by its directory, as Compose makes it.
fn project_name(directory: &str) -> String {
    let lower = directory.to_lowercase();
    let kept: String =
        lower.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')).collect();
    kept.trim_start_matches(['_', '-']).to_owned()
}

/// The names by which the services of one file are reached.
fn names_of(tree: &Tree) -> BTreeSet<String> {
    services_of(tree).chain(containers_of(tree)).map(str::to_owned).collect()
}

/// The names that services of one file give their containers.
fn containers_of(tree: &Tree) -> impl Iterator<Item = &str> {
    let services = tree.documents.iter().filter_map(|root| tree.get(*root, "services"));
    services
        .flat_map(|services| tree.pairs(services))
        .filter_map(|pair| tree.text(tree.get(pair.value, "container_name")?))
}

/// The names of the services that one file has.
pub(crate) fn services_of(tree: &Tree) -> impl Iterator<Item = &str> {
    let sections = tree.documents.iter().filter_map(|root| tree.get(*root, "services"));
    sections.flat_map(|services| tree.pairs(services)).filter_map(|pair| tree.text(pair.key))
}

fn is_yaml(name: &str) -> bool {
    (name.ends_with(".yml") || name.ends_with(".yaml")) && name.contains("compose")
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    #[test]
    fn a_file_with_most_of_the_services_is_another_way_to_start_them() {
        let service = |name: &&str| format!("  {name}:\n    image: x\n");
        let check = |other: &[&str], expect: bool| {
            let other = format!("services:\n{}", other.iter().map(service).collect::<String>());
            let own = format!("services:\n{}", ["a", "b", "c"].iter().map(service).collect::<String>());
            let files = [("compose.prod.yaml", own.as_str()), ("compose.test.yaml", other.as_str())];
            with_sources(&files, &[], |sources, facts| {
                let file = facts.model.directory.join("compose.test.yaml");
                let found = super::is_alternative(&file, &["a", "b", "c"], sources, facts.trees);
                assert_eq!(found, expect, "{other}");
            });
        };
        check(&["a", "b", "c", "db"], true);
        check(&["a", "b", "db"], false);
        check(&["db"], false);
    }

    #[test]
    fn services_of_a_file_that_is_no_yaml_count() {
        let files = [
            ("compose.yaml", "services:\n  api:\n    image: x\n"),
            ("compose.more.yaml", "services:\n  db:\n    image: 'x\n  cache:\n    image: x\n"),
        ];
        with_sources(&files, &[], |_, facts| {
            assert_eq!(["db", "cache", "web"].map(|name| facts.is_service_nearby(name)), [true, true, false]);
        });
    }
}
