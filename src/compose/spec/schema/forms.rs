//! What may be at a place, in words: for people who look a key up.

use super::shape::{AllowedNames, Mapping, SchemaShape, Struct, Table, TextRule};
use super::words;

/// Where the specification is explained at length.
const REFERENCE: &str = "https://docs.docker.com/reference/compose-file";

/// What may be at a place: each line a heading and a text.
pub(crate) fn forms(shape: &SchemaShape) -> Vec<(&'static str, String)> {
    let mut lines = vec![("value", kinds(shape))];
    lines.extend(limits(shape));
    if let Some(list) = &shape.list {
        lines.push(("entry", kinds(list.item)));
        lines.extend(limits(list.item));
    }
    if let Mapping::Table(table) = shape.map {
        lines.push(("names", names(table)));
        lines.push(("each", kinds(table.value)));
        lines.extend(limits(table.value));
    }
    lines
}

/// The keys of the mapping that may be at a place, or in the list or under the names there.
pub(crate) fn keys_at(shape: &SchemaShape) -> Option<&'static Struct> {
    match (shape.map, &shape.list) {
        (Mapping::Struct(structure), _) => Some(structure),
        (Mapping::Table(table), _) => keys_at(table.value),
        (_, Some(list)) => keys_at(list.item),
        _ => None,
    }
}

/// The page of the reference that tells more; its sections are named for the keys of services.
pub(crate) fn reference_page(segments: &[&str]) -> String {
    let page = match segments {
        ["services", "*", page @ ("build" | "deploy" | "develop"), key, ..] => format!("{page}/#{key}"),
        ["services", "*", page @ ("build" | "deploy" | "develop")] => format!("{page}/"),
        ["services", "*", key, ..] => format!("services/#{key}"),
        ["name" | "version", ..] | [] => "version-and-name/".to_owned(),
        [section, "*", key, ..] => format!("{section}/#{key}"),
        [section, ..] => format!("{section}/"),
    };
    format!("{REFERENCE}/{page}")
}

fn kinds(shape: &SchemaShape) -> String {
    let text = words::wanted(shape);
    match &shape.list {
        Some(list) if list.unique => text.replace("a list", "a list of unique entries"),
        _ => text,
    }
}

fn limits(shape: &SchemaShape) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    match shape.text {
        TextRule::Free => {}
        TextRule::Words(words) => lines.push(("one of", quoted(words))),
        TextRule::ContainerName => {
            lines.push(("text", "a letter or digit, then at least one more letter, digit, `.`, `_` or `-`".to_owned()));
        }
        TextRule::PullPolicy => {
            let words = quoted(super::shape::PULL_POLICIES);
            lines.push(("one of", format!("{words}, or `every_<duration>` such as `every_12h`")));
        }
    }
    match shape.range {
        (i64::MIN, i64::MAX) => {}
        (least, i64::MAX) => lines.push(("number", format!("at least {least}"))),
        (i64::MIN, greatest) => lines.push(("number", format!("at most {greatest}"))),
        (least, greatest) => lines.push(("number", format!("from {least} to {greatest}"))),
    }
    lines.extend(shape.hint.map(|hint| ("note", hint.to_owned())));
    lines
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn names(table: &Table) -> String {
    let names = match table.names {
        AllowedNames::Word => "ASCII letters, digits, `.`, `_` and `-`",
        AllowedNames::Lower => "lowercase ASCII letters",
        AllowedNames::Filled => "any non-empty text",
        AllowedNames::OneLine => "any text without line breaks",
    };
    names.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::lookup;
    use super::*;

    fn check(path: &str, expect: &[&str]) {
        let found = lookup(path);
        let lines: Vec<String> =
            forms(found[0].shape).iter().map(|(heading, text)| format!("{heading}: {text}")).collect();
        assert_eq!(lines, expect, "{path}");
    }

    #[test]
    fn short_and_long_forms_are_told() {
        check("services.*.image", &["value: a string"]);
        check("services.*.ports", &["value: a list of unique entries", "entry: a string, a number or a mapping"]);
        check(
            "services.*.depends_on",
            &[
                "value: a list of unique entries or a mapping",
                "entry: a string",
                "names: ASCII letters, digits, `.`, `_` and `-`",
                "each: a mapping",
            ],
        );
        assert_eq!(keys_at(lookup("services.*.ports")[0].shape).map(|keys| keys.title), Some("a port"));
        assert_eq!(keys_at(lookup("services")[0].shape).map(|keys| keys.title), Some("a service"));
        assert!(keys_at(lookup("services.*.image")[0].shape).is_none());
    }

    #[test]
    fn words_ranges_and_notes_are_told() {
        check("services.*.cgroup", &["value: a string", "one of: `host`, `private`"]);
        check("services.*.cpu_percent", &["value: a string or an integer", "number: from 0 to 100"]);
        check("services.*.volumes.tmpfs.size", &["value: a string or an integer", "number: at least 0"]);
        check("healthcheck.interval", &["value: a string", "note: use a duration with a unit, such as `10s`"]);
        check(
            "services.*.container_name",
            &["value: a string", "text: a letter or digit, then at least one more letter, digit, `.`, `_` or `-`"],
        );
    }
}
