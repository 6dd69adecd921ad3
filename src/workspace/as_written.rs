//! Shows values that came from variables as the files write them: `${NAME}`.

use crate::collections::HashMap;
use crate::compose::load::interpolate::OF_PROJECT;
use crate::compose::{Project, Reference};
use crate::finding::Finding;
use crate::source::{FileId, NodeId, Place};
use crate::text::template::SubstitutionOutcome;

/// So many variables are looked at for one finding; a service that uses more repeats itself.
const MOST: usize = 256;

/// The uses of variables in a project that brought a value, by where they are.
pub(super) struct Uses<'a> {
    by_scalar: HashMap<(FileId, NodeId), Vec<(&'a str, String)>>,
    by_service: HashMap<&'a str, Vec<(&'a str, String)>>,
}

impl<'a> Uses<'a> {
    /// Of a project.
    pub(super) fn new(project: &'a Project) -> Uses<'a> {
        let mut uses = Uses { by_scalar: HashMap::default(), by_service: HashMap::default() };
        let brought = |one: &&Reference| one.effective && one.outcome == SubstitutionOutcome::Value;
        for reference in project.references.iter().filter(brought) {
            let name = reference.name.as_str();
            let Some(value) = project.environment.value(name).filter(|_| !OF_PROJECT.contains(&name)) else { continue };
            let place = reference.place;
            if let [first, service, ..] = reference.path.as_slice()
                && first == "services"
            {
                uses.by_service.entry(service.as_str()).or_default().push((name, value.clone()));
            }
            uses.by_scalar.entry((place.span.file, place.node)).or_default().push((name, value));
        }
        uses
    }

    /// Whether there are none.
    pub(super) fn are_none(&self) -> bool {
        self.by_scalar.is_empty()
    }

    /// Writes the names of variables for their values in the words of a finding about them.
    pub(super) fn write(&self, finding: &mut Finding) {
        let scalars: Vec<Place> = finding.labels.iter().map(|label| label.place).chain([finding.place]).collect();
        let near = scalars.iter().filter_map(|place| self.by_scalar.get(&(place.span.file, place.node))).flatten();
        let service = finding.subject.service_name();
        let of_service = service.and_then(|service| self.by_service.get(service)).into_iter().flatten();
        let mut uses: Vec<(&str, &str)> = near
            .chain(of_service.filter(|(_, value)| is_telling(value)))
            .map(|(name, value)| (*name, value.as_str()))
            .filter(|(_, value)| !value.is_empty())
            .take(MOST)
            .collect();
        // A value may be a part of another.
        uses.sort_by_key(|(name, value)| (std::cmp::Reverse(value.len()), *name));
        uses.dedup();
        for (name, value) in uses {
            for wording in finding.wordings() {
                wording.rewrite(|text| in_backticks(text, name, value));
            }
            // A number tells nothing, and fingerprints keep what they were made of.
            if let Some(evidence) = finding.evidence.as_mut().filter(|_| is_telling(value))
                && let Some(shown) = replaced(evidence, name, value)
            {
                *evidence = shown;
            }
        }
    }
}

/// Whether a value says where it comes from: it has parts, so it is not a word that could be a service's name, and no
/// number.
fn is_telling(value: &str) -> bool {
    value.len() >= 4 && value.contains(['/', ':', '.', '@'])
}

/// Replaces a value in what is between backticks.
fn in_backticks(text: &str, name: &str, value: &str) -> Option<String> {
    if !text.contains(value) {
        return None;
    }
    let pieces: Vec<String> = text
        .split('`')
        .enumerate()
        .map(|(at, piece)| match at % 2 {
            1 => replaced(piece, name, value).unwrap_or_else(|| piece.to_owned()),
            _ => piece.to_owned(),
        })
        .collect();
    Some(pieces.join("`"))
}

/// A text with the name of a variable for its value; `None` where the value is not in it as words of their own. A number
/// or a short word counts only if it is all of the text.
fn replaced(text: &str, name: &str, value: &str) -> Option<String> {
    let shown = format!("${{{name}}}");
    if text == value {
        return Some(shown);
    }
    if !is_telling(value) {
        return None;
    }
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    let mut out = String::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(value)).map(|found| found + at) {
        let end = found + value.len();
        let before = text.get(..found).and_then(|before| before.chars().next_back());
        let behind = text.get(end..).and_then(|behind| behind.chars().next());
        out.push_str(text.get(at..found)?);
        out.push_str(if before.is_some_and(is_word) || behind.is_some_and(is_word) { value } else { &shown });
        at = end;
    }
    out.push_str(text.get(at..)?);
    (out != text).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_replaced_where_they_stand_as_words() {
        let check = |text: &str, value: &str, expect: &str| {
            assert_eq!(in_backticks(text, "X", value).as_deref().unwrap_or(text), expect);
        };
        check("mount it at `/srv/data`", "/srv/data", "mount it at `${X}`");
        check("`/srv/data/a.db` is in /srv/data", "/srv/data", "`${X}/a.db` is in /srv/data");
        check("`/srv/database`", "/srv/data", "`/srv/database`");
        check("`db` and `80:80`", "db", "`${X}` and `80:80`");
        check("`db-data` on `80:80`", "db", "`db-data` on `80:80`");
        check("`80:80`", "80", "`80:80`");
        check("`127.0.0.1:web.local:80`", "web.local:80", "`127.0.0.1:${X}`");
    }
}
