//! A text of the project in a problem: which parts are written in a file, and which came from a variable.

use std::ops::Range;

use super::provenance::parts_within;
use super::thin_arc::Few;
use super::{Data, Part, Text, Value};
use crate::compose::load::short::go;
use crate::source::Place;

/// A text and where its bytes come from. Nobody is shown [`Quote::value`]; what people see is [`Quote::written`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quote {
    /// The text as docker compose has it.
    value: Text,
    /// What of it came through variables.
    parts: Few<Part>,
    /// The scalar that it is, or is a part of.
    pub(crate) place: Place,
}

impl Quote {
    /// The whole of a value, in Go's words where it is not text.
    pub(crate) fn from_value(value: &Value) -> Quote {
        let text = match &value.data {
            Data::Text(text) => text.clone(),
            _ => go::sprint(value).into(),
        };
        Quote { value: text, parts: value.parts.clone(), place: value.place }
    }

    /// A text that is at a place, which may have come there through a variable: the name in a list, a path.
    pub(crate) fn at(place: Place, text: impl Into<Text>) -> Quote {
        Quote { value: text.into(), parts: Few::new(), place }
    }

    /// A stretch of it.
    pub(crate) fn stretch(&self, range: &Range<usize>) -> Quote {
        let text = self.value.get(range.clone()).unwrap_or("");
        Quote { value: text.into(), parts: parts_within(&self.parts, range), place: self.place }
    }

    /// The same origin with another text, for a number that is shown in another way.
    pub(crate) fn with_text(self, text: String) -> Quote {
        Quote { value: text.into(), ..self }
    }

    /// The text as docker compose has it: to decide with, not to show.
    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    /// The text with `${NAME}` in the place of what a variable brought. `template` gives the scalar at a place as its file
    /// writes it where variables brought something, for texts whose parts are not known.
    pub(crate) fn written(&self, template: &dyn Fn(Place) -> Option<String>) -> String {
        if self.parts.is_empty() {
            return template(self.place).unwrap_or_else(|| self.value.to_string());
        }
        if self.parts.iter().all(|part| part.variable.is_none() || part.is_default) {
            return self.value.to_string();
        }
        let mut shown = String::with_capacity(self.value.len());
        let mut at = 0;
        for part in &self.parts {
            let (start, end) = (part.start as usize, part.end as usize);
            // A number made of a text has that text's parts.
            let (Some(before), Some(own)) = (self.value.get(at..start), self.value.get(start..end)) else {
                return template(self.place).unwrap_or_else(|| names_only(&self.parts));
            };
            shown.push_str(before);
            match &part.variable {
                Some(name) if !part.is_default && start < end => shown.push_str(&format!("${{{name}}}")),
                _ => shown.push_str(own),
            }
            at = end;
        }
        shown.push_str(self.value.get(at..).unwrap_or(""));
        shown
    }
}

/// The variables of a text whose bytes cannot be told apart.
fn names_only(parts: &[Part]) -> String {
    let names = parts.iter().filter_map(|part| part.variable.as_ref());
    names.map(|name| format!("${{{name}}}")).collect::<Vec<_>>().join("…")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(start: u32, end: u32, variable: Option<&str>, is_default: bool) -> Part {
        Part { start, end, place: Place::start(), variable: variable.map(Into::into), is_default, is_unknown: false }
    }

    fn quote(text: &str, parts: Vec<Part>) -> Quote {
        Quote { value: text.into(), parts: Few::from(parts), place: Place::start() }
    }

    #[test]
    fn what_a_variable_brought_is_shown_by_its_name() {
        let parts = vec![part(0, 3, None, false), part(3, 10, Some("PORT"), false), part(10, 13, None, false)];
        let whole = quote("80:hunter2/xy", parts);
        assert_eq!(whole.written(&|_| None), "80:${PORT}/xy");
        assert_eq!(whole.stretch(&(3..10)).written(&|_| None), "${PORT}");
        assert_eq!(whole.stretch(&(0..3)).written(&|_| None), "80:");
        assert_eq!(whole.stretch(&(5..12)).written(&|_| None), "${PORT}/x");
        assert_eq!(whole.stretch(&(3..10)).value(), "hunter2");
    }

    #[test]
    fn a_default_is_written_in_the_file() {
        let text = quote("dev.env", vec![part(0, 3, Some("STAGE"), true), part(3, 7, None, false)]);
        assert_eq!(text.written(&|_| None), "dev.env");
    }

    #[test]
    fn a_text_without_known_parts_is_shown_as_its_file_has_it() {
        let template = |_: Place| Some("${NAME}-x".to_owned());
        assert_eq!(quote("hunter2-x", Vec::new()).written(&template), "${NAME}-x");
        assert_eq!(quote("plain", Vec::new()).written(&|_| None), "plain");
        // `1024` made of `${SIZE}`, which was longer.
        assert_eq!(quote("1024", vec![part(0, 9, Some("SIZE"), false)]).written(&|_| None), "${SIZE}");
    }
}
