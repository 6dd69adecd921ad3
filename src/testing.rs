//! What the tests, the fuzzer and the benchmarks of this repository use of the crate. Not part of its interface.

/// The configuration.
pub mod config {
    pub use crate::config::shape;
    pub use crate::config::{Config, ConfigErrors, Date, find, load};
}

/// What is reported.
pub mod finding {
    pub use crate::finding::{Finding, Safety, Severity};
}

/// Fixes.
pub mod fix {
    pub use crate::fix::{FixedFile, Wanted, fixed};
}

/// The rules and the examples of their documents.
pub mod rules {
    pub use crate::rules::examples;
    pub use crate::rules::{Context, Rule, all, find};
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
    pub use crate::compose::load::convert::convert;
    pub use crate::compose::value::provenance::Texts;
    pub use crate::compose::{Entry, Project, load};
    pub use crate::facts::Facts;
    pub use crate::model::lower;
    pub use crate::text::template;
    pub use crate::yaml::edit::Files;
}

pub use crate::discover::is_compose_name;
