//! Env files as far as they say what docker compose loads: `COMPOSE_FILE`, `COMPOSE_PROFILES` and the like.

use std::collections::BTreeMap;

use super::repository::{Repository, below};
use crate::source::{FileId, Span};
use crate::text::dotenv::{EnvFileRole, KnownVariables, parse};

/// Names of a file that shows what `.env` holds, in order.
const EXAMPLES: [&str; 5] = [".env.example", ".env.sample", ".env.template", ".env.dist", "env.example"];

/// What the names of docker compose's own variables begin with.
const OWN: &str = "COMPOSE_";

/// The variables of env files, each with where it is set.
#[derive(Clone, Debug, Default)]
pub(super) struct EnvFileVariables {
    values: BTreeMap<String, (String, Option<Span>)>,
}

impl EnvFileVariables {
    /// Variables that are set already; they win over those of files.
    pub(super) fn from_values(values: &BTreeMap<String, String>) -> EnvFileVariables {
        let values = values.iter().map(|(name, value)| (name.clone(), (value.clone(), None)));
        EnvFileVariables { values: values.collect() }
    }

    /// The value of a variable; nothing where it is unset or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        debug_assert!(name.starts_with(OWN), "others may not have been read");
        self.values.get(name).map(|(value, _)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Where a variable is set, if that is in a file.
    pub(super) fn place(&self, name: &str) -> Option<Span> {
        self.values.get(name)?.1
    }

    /// Reads files, of which later ones win; what is set already wins over them. Where they set none of docker compose's
    /// own variables, nothing that anybody asks for comes of it.
    pub(super) fn read(&mut self, repository: &Repository<'_>, paths: &[String]) {
        let has_own = |path: &String| {
            let file = repository.load(path).map(|file| repository.sources.file(file));
            file.is_some_and(|file| file.text.contains(OWN))
        };
        if paths.iter().any(has_own) {
            self.read_all(repository, paths);
        }
    }

    fn read_all(&mut self, repository: &Repository<'_>, paths: &[String]) {
        let mut read: BTreeMap<String, (String, Option<Span>)> = BTreeMap::new();
        for path in paths {
            let Some(file) = repository.load(path) else { continue };
            let first = |name: &str| self.values.get(name).map(|(value, _)| value.clone());
            let earlier = |name: &str| read.get(name).map(|(value, _)| value.clone());
            let found = assignments(repository, file, KnownVariables { first: &first, earlier: &earlier });
            read.extend(found);
        }
        for (name, value) in read {
            self.values.entry(name).or_insert(value);
        }
    }
}

/// The variables that a file sets, for programs that hand them on.
pub(super) fn variables_of(repository: &Repository<'_>, path: &str) -> Vec<(String, String)> {
    let mut environment = EnvFileVariables::default();
    environment.read_all(repository, &[path.to_owned()]);
    environment.values.into_iter().map(|(name, (value, _))| (name, value)).collect()
}

fn assignments(
    repository: &Repository<'_>,
    file: FileId,
    known: KnownVariables<'_>,
) -> Vec<(String, (String, Option<Span>))> {
    let source = repository.sources.file(file);
    let lines = parse(&source.text, EnvFileRole::Project, known).lines.into_iter();
    let set = lines.filter(|line| !line.key.is_empty()).filter_map(|line| {
        let span = Span { file, start: line.key_span.0, end: line.value_span.1 };
        Some((line.key, (line.value?, Some(span))))
    });
    set.collect()
}

/// The `.env` of a directory, or the example that replaces one that is not there.
pub(super) fn dotenv_of(repository: &Repository<'_>, directory: &str) -> Option<String> {
    let entries = repository.entries(directory);
    let names = std::iter::once(".env").chain(EXAMPLES).filter(|name| entries.may_hold(name));
    names.map(|name| below(directory, name)).find(|path| repository.is_file(path))
}
