//! Values that somebody fills in before Compose reads the file: those of a template, by its name or by a script that edits it.

use std::path::Path;

use crate::app_config::repository_root;
use crate::collections::HashMap;
use crate::facts::repository::generated_files::{MOST_BYTES, TextFiles, files, makers};
use crate::finding::{Finding, RuleId, rule};
use crate::source::{FileId, SourceDb};
use crate::text::dotenv::is_placeholder;

/// Rules about values that a placeholder does not have.
const ABOUT_VALUES: [RuleId; 4] =
    [rule::INVALID_VALUE, rule::WRONG_TYPE, rule::UNDEFINED_REFERENCE, rule::MISSING_BIND_SOURCE];

/// Programs that fill in templates.
const FILLING: [&str; 5] = ["sed", "envsubst", "awk", "perl", "yq"];

/// Drops what is said about the placeholders of templates.
pub(super) fn drop_placeholders(findings: &mut Vec<Finding>, directory: &Path, sources: &SourceDb) {
    let mut templates: HashMap<FileId, bool> = HashMap::default();
    findings.retain(|finding| {
        let span = finding.place.span;
        let is_value = ABOUT_VALUES.contains(&finding.rule);
        if !is_value || !is_to_be_filled(sources.file(span.file).slice(span.start, span.end)) {
            return true;
        }
        let find = || is_template(&sources.path(span.file), directory, sources);
        let file = sources.file(span.file);
        let mark = mark_in(file.slice(span.start, span.end));
        !*templates.entry(span.file).or_insert_with(find)
            && !mark.is_some_and(|mark| is_replaced(mark, directory, sources))
    });
}

/// Whether a value is one for a program to replace: `__PORT__`, `@IMAGE@`, `%TAG%`, `NODE_COUNT`, `<name>`.
fn is_to_be_filled(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    let is_name = |text: &str| {
        text.len() > 2
            && text.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_')
    };
    let is_framed = |mark: char| {
        let mut pieces = value.split(mark).skip(1);
        pieces.next().is_some_and(is_name) && pieces.next().is_some()
    };
    let has_marks = || value.split("__").skip(1).any(is_name);
    value.len() > 2 && is_placeholder(value)
        || is_framed('@')
        || is_framed('%')
        || has_marks()
        || value.contains('_') && is_name(value)
}

/// The mark of a value that is unlike anything else: `%TAG%`, `@IMAGE@`, `__PORT__`.
fn mark_in(value: &str) -> Option<&str> {
    let value = value.trim_matches(['"', '\'']);
    let framed = ["%", "@", "__"].into_iter().find_map(|frame| {
        let start = value.find(frame)?;
        let length = value.get(start + frame.len()..)?.find(frame)?;
        value.get(start..start + length + 2 * frame.len())
    });
    framed.filter(|mark| mark.len() > 4 && is_to_be_filled(mark))
}

/// Whether a script puts something else in the place of a mark, in whatever file.
fn is_replaced(mark: &str, directory: &Path, sources: &SourceDb) -> bool {
    let root = repository_root(sources, directory);
    let makers = makers(directory, &root, sources);
    let sources = &sources.glancing();
    files(&makers, TextFiles::Not).any(|script| {
        let file = sources.load_with(script, &[mark], MOST_BYTES).map(|id| sources.file(id));
        file.is_some_and(|file| file.text.lines().any(|line| line.contains(mark) && fills(line)))
    })
}

/// Whether a line runs a program that fills in templates.
fn fills(line: &str) -> bool {
    line.split(|letter: char| !letter.is_alphanumeric()).any(|word| FILLING.contains(&word))
}

fn is_template(file: &Path, directory: &Path, sources: &SourceDb) -> bool {
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    if words.any(|word| matches!(word, "template" | "tmpl" | "tpl" | "skeleton")) {
        return true;
    }
    let root = repository_root(sources, directory);
    let makers = makers(directory, &root, sources);
    let sources = &sources.glancing();
    files(&makers, TextFiles::Not).any(|script| {
        let file = sources.load_with(script, &[name], MOST_BYTES).map(|id| sources.file(id));
        file.is_some_and(|file| file.text.lines().any(|line| line.contains(name) && fills(line)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_templates() {
        for value in ["__PORT__", "@IMAGE@:1", "%TAG%", "NODE_COUNT", "<name>", "\"__X1__\""] {
            assert!(is_to_be_filled(value), "{value}");
        }
        for value in ["8080", "no-such-volume", "30", "50%", "user@host", "a__b", "NO"] {
            assert!(!is_to_be_filled(value), "{value}");
        }
    }

    #[test]
    fn a_mark_that_a_script_replaces_in_a_copy() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/r/.git"), String::new());
        let steps = "jobs: {a: {steps: [{run: 'cp a.yml b.yml && sed -i s/%SHOP_IMAGE%/x/ b.yml'}]}}\n";
        sources.overlay(Path::new("/r/.github/workflows/e2e.yml"), steps.to_owned());
        let check = |value: &str| mark_in(value).is_some_and(|mark| is_replaced(mark, Path::new("/r/tests"), &sources));
        assert!(check("\"%SHOP_IMAGE%\"") && check("%SHOP_IMAGE%:1"));
        assert!(!check("%OTHER%") && !check("SHOP_IMAGE"));
    }

    #[test]
    fn templates_by_name_and_by_script() {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/r/.git"), String::new());
        sources.overlay(Path::new("/r/scripts/render.sh"), "sed -e s/@A@/1/ stack.yaml > out.yaml\n".to_owned());
        let check = |file: &str| is_template(&Path::new("/r").join(file), Path::new("/r"), &sources);
        assert!(check("compose-template.yaml") && check("compose.tmpl.yml") && check("stack.yaml"));
        assert!(!check("compose.yaml"));
    }
}
