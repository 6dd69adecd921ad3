//! Variables after a dollar sign: those of the env files, and those that the project uses already.

use std::collections::BTreeMap;

use gen_lsp_types::CompletionItemKind;

use super::candidate::CompletionCandidate;
use crate::lsp::dispatch::DocumentPlace;
use crate::lsp::hover::values::shown_value;
use crate::lsp::names::is_variable_name;
use crate::source::relative;

/// The variables that may stand after the last dollar sign of what is typed, and where the name starts; nothing where no
/// variable is typed.
pub(super) fn complete(at: DocumentPlace<'_>, typed: &str) -> Option<(usize, Vec<CompletionCandidate>)> {
    let name = open_name(typed)?;
    let start = at.offset - name.len();
    let is_braced = at.document.text.get(..start).is_some_and(|before| before.ends_with('{'));
    let after = at.document.text.get(at.offset..).unwrap_or_default();
    let rest = after.trim_start_matches(|one: char| one.is_ascii_alphanumeric() || one == '_');
    let needs_brace = is_braced && !rest.starts_with(['}', ':', '-', '?', '+']);
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for project in at.world.projects(at.path()) {
        let loaded = project.loaded(&at.world.sources);
        for (name, setting) in loaded.project.environment.all() {
            let Some(place) = setting.place else { continue };
            let file = at.world.sources.file(place.span.file);
            let value = shown_value(loaded, name).unwrap_or_default();
            let detail = format!("{value} ({})", relative(&project.opened.root, &file.path));
            found.insert(name.to_owned(), Some(detail));
        }
        for reference in loaded.project.references.iter().filter(|one| one.name != name) {
            found.entry(reference.name.clone()).or_insert(None);
        }
    }
    let candidates = found.into_iter().map(|(name, detail)| {
        let brace = if needs_brace { "}" } else { "" };
        let one =
            CompletionCandidate::new(name.as_str(), CompletionItemKind::Variable).writes(format!("{name}{brace}"));
        match detail {
            Some(detail) => one.detail(detail),
            None => one,
        }
    });
    Some((start, candidates.collect()))
}

/// The part of a name after the last `$` or `${`, if nothing ends it.
fn open_name(typed: &str) -> Option<&str> {
    let dollar = typed.rfind('$')?;
    let before = typed.get(..dollar)?;
    // `$$` is a dollar sign.
    if before.chars().rev().take_while(|one| *one == '$').count() % 2 == 1 {
        return None;
    }
    let name = typed.get(dollar + 1..)?;
    let name = name.strip_prefix('{').unwrap_or(name);
    (name.is_empty() || is_variable_name(name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_open_until_something_ends_it() {
        for (typed, expect) in [
            ("nginx:${NGI", Some("NGI")),
            ("${", Some("")),
            ("$A", Some("A")),
            ("$$A", None),
            ("${A}", None),
            ("${A:-", None),
            ("${A:-${B", Some("B")),
            ("nginx", None),
        ] {
            assert_eq!(open_name(typed), expect, "{typed}");
        }
    }
}
