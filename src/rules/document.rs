//! What is written about a rule, embedded from `rules/<family>/<rule>.md` when plimsoll is built.

use crate::finding::{Confidence, Safety, Severity};

/// When a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// Always, unless switched off.
    Default,
    /// When hardening is asked for.
    Strict,
    /// When order and quoting are asked for.
    Style,
}

impl Set {
    /// The word that people read and write: `default`, `strict`, `style`.
    pub fn name(self) -> &'static str {
        match self {
            Set::Default => "default",
            Set::Strict => "strict",
            Set::Style => "style",
        }
    }
}

/// The document of a rule.
#[derive(Debug)]
pub struct Document {
    /// The rule's name, in kebab case.
    pub name: &'static str,
    /// The folder that it stands in: `network`.
    pub family: &'static str,
    /// One line without a full stop.
    pub summary: &'static str,
    /// How bad its findings usually are; a single finding may differ where the text says so.
    pub severity: Severity,
    /// How sure its findings usually are.
    pub confidence: Confidence,
    /// When it runs.
    pub set: Set,
    /// The class of its fixes; `None` where a person must act.
    pub fix: Option<Safety>,
    /// The version of plimsoll that brought it.
    pub since: &'static str,
    /// Identifiers of other catalogues (`CWE-668`) and words to search for.
    pub(crate) tags: &'static [&'static str],
    /// The Markdown without its front matter.
    pub text: &'static str,
}

impl Document {
    /// The word for the class of its fixes: `safe`, `unsafe`, `none`.
    pub fn fix_name(&self) -> &'static str {
        match self.fix {
            Some(Safety::Safe) => "safe",
            Some(Safety::Unsafe) => "unsafe",
            None => "none",
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/documents.rs"));
