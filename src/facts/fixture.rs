//! Projects made from text, for the tests of facts and of the model.

use std::path::{Path, PathBuf};

use super::Facts;
use crate::app_config::builds::read_builds;
use crate::app_config::servers::read_servers;
use crate::compose::value::provenance::Texts;
use crate::compose::{ProjectEntry, load};
use crate::model::lower;
use crate::source::SourceDb;
use crate::yaml::Trees;

/// Loads a Compose file and hands its facts over.
pub(crate) fn with_facts(text: &str, act: impl FnOnce(&Facts<'_>)) {
    with_facts_and(text, &[], act);
}

/// As [`with_facts`], with variables.
pub(crate) fn with_facts_and(text: &str, variables: &[(&str, &str)], act: impl FnOnce(&Facts<'_>)) {
    with_sources(&[("compose.yaml", text)], variables, |_, facts| act(facts));
}

/// Loads the first of several files, with the others next to it.
pub(crate) fn with_sources(
    files: &[(&str, &str)],
    variables: &[(&str, &str)],
    act: impl FnOnce(&SourceDb, &Facts<'_>),
) {
    let directory = Path::new("/plimsoll-test/shop");
    let sources = SourceDb::new();
    for (name, text) in files {
        sources.overlay(&directory.join(name), (*text).to_owned());
    }
    let entry = ProjectEntry {
        files: vec![directory.join(files[0].0)],
        env_files: Vec::new(),
        directory: PathBuf::from(directory),
        name: None,
        profiles: Vec::new(),
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        outside: crate::compose::Outside::default(),
    };
    let trees = Trees::default();
    let (project, _) = load(&sources, &trees, &entry);
    let mut model = lower(&project, &Texts::new(&sources));
    read_builds(&mut model, &sources, Path::new("/plimsoll-test"));
    read_servers(&mut model, &sources);
    act(&sources, &Facts::new(&model, &project, &sources, &trees, PathBuf::from("/plimsoll-test")));
}
