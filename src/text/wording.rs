//! Text for people, on which no decision may depend.

use std::borrow::Cow;

/// What a finding says, its help, a label or the title of a fix. It can be made and shown, but not compared or searched, so
/// that words can be improved without changing what plimsoll does.
#[derive(Clone, Debug, Default)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub struct Wording(String);

impl Wording {
    /// The words, for output. `tests/it/tidy.rs` lists the modules that may ask.
    pub fn for_people(&self) -> &str {
        &self.0
    }

    /// Replaces the words, where there is something to replace: hides secrets, and names variables in place of values.
    pub(crate) fn rewrite(&mut self, rewritten: impl FnOnce(&str) -> Option<String>) {
        if let Some(text) = rewritten(&self.0) {
            self.0 = text;
        }
    }
}

impl From<String> for Wording {
    fn from(text: String) -> Wording {
        Wording(text)
    }
}

impl From<&str> for Wording {
    fn from(text: &str) -> Wording {
        Wording(text.to_owned())
    }
}

impl From<&String> for Wording {
    fn from(text: &String) -> Wording {
        Wording(text.clone())
    }
}

impl From<Cow<'_, str>> for Wording {
    fn from(text: Cow<'_, str>) -> Wording {
        Wording(text.into_owned())
    }
}
