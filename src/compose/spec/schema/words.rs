//! Sentences of the validator: what is wanted, what is there, what to do.

use super::shape::{EntryStyle, Mapping, Names, Scalars, Shape, Table, TextRule};
use crate::compose::value::{Data, Map, Value};

/// How many characters of a value a message shows.
const SHOWN: usize = 60;

/// What may stand at a place: `a list or a mapping`.
pub(crate) fn wanted(shape: &Shape) -> String {
    let scalars = [
        (Scalars::TEXT, "a string"),
        (Scalars::NUMBER, "a number"),
        (Scalars::INTEGER, "an integer"),
        (Scalars::BOOL, "a boolean"),
    ];
    let mut kinds: Vec<&str> =
        scalars.iter().filter(|(kind, _)| shape.scalars.has(*kind)).map(|(_, name)| *name).collect();
    if shape.list.is_some() {
        kinds.push("a list");
    }
    if !matches!(shape.map, Mapping::No) {
        kinds.push("a mapping");
    }
    if shape.scalars.has(Scalars::NULL) {
        kinds.push("null");
    }
    one_of(&kinds)
}

fn one_of(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "absent".to_owned(),
    }
}

/// What a value is: `a string`, `empty`.
pub(crate) fn kind(value: &Value) -> &'static str {
    match &value.data {
        Data::Null if value.place.span.start == value.place.span.end => "empty",
        Data::Null => "null",
        Data::Bool(_) => "a boolean",
        Data::Int(_) | Data::Large(_) => "an integer",
        Data::Float(_) => "a number",
        Data::Text(_) => "a string",
        Data::Timestamp(_) => "a date",
        Data::List(_) => "a list",
        Data::Map(_) => "a mapping",
    }
}

/// What to do about a value of the wrong kind.
pub(crate) fn type_help(value: &Value, shape: &Shape) -> Option<&'static str> {
    let list = shape.list.is_some();
    let map = !matches!(shape.map, Mapping::No);
    match &value.data {
        Data::Null => Some("give it a value, or remove the key"),
        Data::Bool(_) | Data::Int(_) | Data::Large(_) | Data::Float(_) | Data::Timestamp(_) if shape.quotable => {
            Some("put it in quotes")
        }
        Data::Bool(_) | Data::Int(_) | Data::Large(_) | Data::Float(_) | Data::Text(_) if shape.hint.is_some() => {
            shape.hint
        }
        Data::Timestamp(_) => Some("put it in quotes: YAML reads it as a date, which docker compose never accepts"),
        Data::Text(_) if list && !map => Some("write each entry on its own line, after `- `"),
        Data::Text(_) if shape.list.is_some_and(|list| list.style == EntryStyle::Names) => {
            Some("write it as a list, with each entry after `- `")
        }
        Data::Text(_) if map => Some("write it as `key: value` pairs, one per line"),
        Data::Text(_) => Some("remove the quotes, or use another value"),
        Data::List(_) if map => Some("write its entries as keys, without the dashes"),
        Data::Map(entries) if !map && !list && is_flow(value, entries) => {
            Some("put the whole value in quotes: YAML reads a value that starts with `{` as a mapping")
        }
        Data::Map(_) if list => Some("write each entry after `- `"),
        _ => None,
    }
}

/// Whether a mapping is written with braces: they stand before its first key.
fn is_flow(value: &Value, entries: &Map) -> bool {
    entries.first().is_none_or(|(_, entry)| entry.key.span.start > value.place.span.start)
}

/// A name for one mapping of a kind: service `web`, or `a port` in a list.
pub(crate) fn instance(title: &str, name: Option<&str>) -> String {
    match (title.strip_prefix("a ").or(title.strip_prefix("an ")), name) {
        (Some(kind), _) if kind == "Compose file" || kind.contains(" of ") => title.to_owned(),
        (_, None) | (None, _) => title.to_owned(),
        (Some(kind), Some(name)) => format!("{kind} `{name}`"),
    }
}

/// What to do about a missing key.
pub(crate) fn missing_help(title: &str, name: &str) -> String {
    match (title, name) {
        ("a device request", _) => "add `capabilities: [gpu]` for GPUs".to_owned(),
        ("a dependency", _) => "add `condition: service_started`, the default of the short syntax".to_owned(),
        ("a mount", _) => "add `type: bind` for a host path, or `type: volume` for a named volume".to_owned(),
        ("a limit", _) => "set both `soft` and `hard`, or a single number for both".to_owned(),
        _ => format!("add `{name}`"),
    }
}

/// What is wrong with a name.
pub(crate) fn bad_name(name: &str, table: &Table) -> String {
    match name {
        "" => "empty key".to_owned(),
        _ => format!("`{}` is not a valid name for {}", shorten(name), table.title),
    }
}

/// What a name may be.
pub(crate) fn name_help(names: Names) -> &'static str {
    match names {
        Names::Word => "use ASCII letters, digits, `.`, `_` and `-`",
        Names::Lower => "use lowercase ASCII letters",
        Names::Filled => "give it a name",
        Names::OneLine => "use a name without line breaks",
    }
}

/// What is wrong with a text.
pub(crate) fn bad_text(subject: &str, text: &str, rule: TextRule) -> String {
    if text.is_empty() {
        return format!("{subject} is empty");
    }
    let shown = shorten(text);
    match rule {
        TextRule::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            format!("{subject} must be {}, not `{shown}`", one_of(&words))
        }
        TextRule::ContainerName => {
            format!("invalid container name `{shown}`: it needs at least two letters or digits")
        }
        TextRule::PullPolicy => format!(
            "{subject} must be `always`, `never`, `missing`, `if_not_present`, `build`, `refresh`, `daily`, `weekly` or `every_<duration>`, not `{shown}`"
        ),
        TextRule::Free => format!("{subject} cannot be `{shown}`"),
    }
}

/// What is wrong with an item that stands in a list twice; the text is left out where it may be secret.
pub(crate) fn duplicate(subject: &str, text: Option<&str>) -> String {
    match text {
        Some(text) => format!("duplicate entry `{}` in {subject}", shorten(text)),
        None => format!("duplicate entry in {subject}"),
    }
}

/// The part of an entry before `=`: what follows may be secret.
pub(crate) fn entry_name(text: &str) -> String {
    match text.split_once('=') {
        Some((name, _)) => format!("{}=…", shorten(name)),
        None => shorten(text),
    }
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    let mut shown: String = line.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
