//! What a project is loaded from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What makes a project: the files, and what goes with them on the command line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProjectEntry {
    /// The Compose files, base first.
    pub files: Vec<PathBuf>,
    /// Groups of env files: in a group the later file wins, and an earlier group wins over a later one.
    pub env_files: Vec<Vec<PathBuf>>,
    /// The project directory: relative paths start here.
    pub directory: PathBuf,
    /// The project's name, where it is given from outside.
    pub name: Option<String>,
    /// The active profiles; empty leaves them to `COMPOSE_PROFILES`.
    pub profiles: Vec<String>,
    /// Variables of the machine or the process, which win over all files.
    pub variables: Vec<(String, String)>,
    /// What else sets variables, as far as a checkout can tell.
    pub outside: Outside,
}

/// What is known about variables that no file in the checkout sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Outside {
    /// Env files that the project reads and that are not in the checkout.
    pub absent: Vec<PathBuf>,
    /// The examples that stand in for them, in the order of reading.
    pub examples: Vec<PathBuf>,
    /// Variables that are set to something that the checkout does not say.
    pub set: BTreeSet<String>,
    /// Whether any other variable may be set, too.
    pub may_set_others: bool,
}

impl ProjectEntry {
    /// A file alone, with nothing else on the command line.
    pub(crate) fn from_file(file: &Path) -> ProjectEntry {
        ProjectEntry {
            files: vec![file.to_path_buf()],
            env_files: Vec::new(),
            directory: file.parent().unwrap_or(Path::new("/")).to_path_buf(),
            name: None,
            profiles: Vec::new(),
            variables: Vec::new(),
            outside: Outside::default(),
        }
    }
}
