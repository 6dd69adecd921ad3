//! What the tests, the fuzzer and the benchmarks of this repository use. Not part of the public interface.

pub mod dump;
pub mod examples;
pub mod findings;

use std::path::{Path, PathBuf};

use crate::finding::FRONT_MATTER;

/// The configuration.
pub mod config {
    pub use crate::config::shape;
    pub use crate::config::{Config, ConfigErrors, Date, find, load};
}

/// What is reported.
pub mod finding {
    pub use crate::finding::{Document, Finding, RuleId, Safety, Selector, Severity};
}

/// Fixes.
pub mod fix {
    pub use crate::fix::{FixSelection, FixedFile, fixed, with_alternative};
}

/// The rules and the examples of their documents.
pub mod rules {
    pub use crate::rules::{Context, Rule, all, options};

    /// The rule of a name.
    pub fn find(name: &str) -> Option<&'static Rule> {
        all().find(|rule| rule.document.name == name)
    }
}

/// Files.
pub mod source {
    pub use crate::source::{FileId, SourceDb};
}

/// YAML.
pub mod yaml {
    pub use crate::yaml::{Comment, Trees, parse};
}

/// The run.
pub mod workspace {
    pub use crate::workspace::{Request, Selection, check};
}

/// How the projects of a repository are started.
pub mod invocations {
    use std::path::Path;

    use crate::config::Config;
    use crate::render::{projects_json, projects_text};
    use crate::source::SourceDb;
    use crate::workspace::invocations_in;
    use crate::yaml::Trees;

    /// What `plimsoll projects` says, as text and as JSON.
    pub fn projects(sources: &SourceDb, root: &Path) -> [String; 2] {
        let all = invocations_in(sources, &Trees::default(), root, &Config::default());
        [projects_text(&all, sources, root), projects_json(&all, sources, root)]
    }
}

/// Outputs.
pub mod render {
    pub use crate::render::{Format, RenderOptions, render};
}

/// What a run gives.
pub mod report {
    pub use crate::report::Report;
}

/// The stages of a run, one by one.
pub mod stages {
    pub use crate::budget::Budget;
    pub use crate::compose::load::convert::convert;
    pub use crate::compose::value::provenance::Texts;
    pub use crate::compose::{Outside, Project, ProjectEntry, load};
    pub use crate::facts::Facts;
    pub use crate::model::lower;
    pub use crate::text::template;
    pub use crate::yaml::edit::Files;
}

pub use crate::discover::is_compose_name;

/// Whether a document is new, or its front matter is not the one that this build was made from. In a release build, which
/// is made from whole documents, it never is.
pub fn is_stale(rule: &str, document: &str) -> bool {
    let front = document.strip_prefix("---\n").and_then(|text| Some(text.split_once("\n---\n")?.0));
    let built = FRONT_MATTER.iter().find(|(name, _)| *name == rule).map(|(_, text)| *text);
    !FRONT_MATTER.is_empty() && built != front
}

/// The file whose change makes the build script read the documents again.
pub fn stale_mark() -> PathBuf {
    Path::new(env!("OUT_DIR")).join("front-matter-changed")
}
