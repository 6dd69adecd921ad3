//! integrator: replaced by the registry of the rules on merge; only the shape that `cli` and `render` use.

pub mod document;

pub use document::Document;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// What is written about it; its name among it.
    pub document: &'static Document,
}

/// All rules, by family.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [].into_iter()
}
