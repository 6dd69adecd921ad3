//! Values that do not fit the specification: `wrong-type` and `invalid-value`.

use super::schema_fix;
use super::types::kind;
use super::view::ProblemView;
use crate::compose::problem::{PlaceRole, Reported, ValueKind};
use crate::compose::spec::schema::shape::{AllowedNames, EntryStyle, Mapping, SchemaShape, TextRule};
use crate::compose::spec::schema::violation::{Bound, EntryRest, Flaw, Violated, Violation};
use crate::compose::spec::schema::wanted;
use crate::finding::{Finding, RuleId};

/// How many characters of a value a message shows.
const SHOWN: usize = 60;

/// A value that does not fit.
pub(super) fn finding(rule: RuleId, reported: &Reported, violation: &Violation, view: &ProblemView<'_>) -> Finding {
    let subject = subject(&violation.subject);
    let message = message(&subject, &violation.flaw, view);
    let mut finding = view.about(rule, reported, message);
    finding.help = help(&violation.flaw).map(Into::into);
    if let Flaw::Text { near: Some(near), .. } = violation.flaw {
        finding.help = Some(format!("did you mean `{near}`?").into());
    }
    if let Some(duration) = schema_fix::in_seconds(&violation.flaw) {
        finding.help = Some(format!("add a unit: `{duration}`").into());
    }
    finding.fixes.extend(schema_fix::violation(view.files, reported, &violation.flaw).filter(|_| !reported.is_shared));
    let shifted: Vec<String> = reported.related.iter().filter_map(|related| shifted_key(&related.role)).collect();
    if !shifted.is_empty() {
        finding.help = Some(format!("indent the lines below: {} are read as services", shifted.join(", ")).into());
        finding.fixes.clear();
    }
    finding
}

fn shifted_key(role: &PlaceRole) -> Option<String> {
    match role {
        PlaceRole::Shifted(key) => Some(format!("`{key}`")),
        _ => None,
    }
}

fn subject(subject: &Violated) -> String {
    match subject {
        Violated::File => "a Compose file".to_owned(),
        Violated::Key(key) => format!("`{}`", entry_name(key)),
        Violated::Entry(key) => format!("an entry of `{}`", entry_name(key)),
    }
}

fn message(subject: &str, flaw: &Flaw, view: &ProblemView<'_>) -> String {
    match flaw {
        Flaw::Kind { shape, found, .. } => format!("{subject} must be {}, but is {}", wanted(shape), kind(*found)),
        Flaw::Split { shape, name, .. } => {
            format!("{subject} must be {}, but YAML reads `{}: …` as a mapping", wanted(shape), entry_name(name))
        }
        Flaw::Name { name, .. } if name.is_empty() => "empty key".to_owned(),
        Flaw::Name { name, title, .. } => format!("`{}` is not a valid name for {title}", shorten(name)),
        Flaw::Text { text, .. } if text.value().is_empty() => format!("{subject} is empty"),
        Flaw::Text { text, rule, .. } => bad_text(subject, &shorten(&view.written(text)), *rule),
        Flaw::Range { number, bound } => {
            let bound = match bound {
                Bound::Least(least) => format!("at least {least}"),
                Bound::Greatest(greatest) => format!("at most {greatest}"),
            };
            format!("{subject} must be {bound}, but is {}", view.written(number))
        }
        Flaw::Duplicate(Some(text)) => format!("duplicate entry `{}` in {subject}", shorten(&view.written(text))),
        Flaw::Duplicate(None) => format!("duplicate entry in {subject}"),
    }
}

fn bad_text(subject: &str, shown: &str, rule: TextRule) -> String {
    match rule {
        TextRule::Words(words) => format!("{subject} must be {}, not `{shown}`", super::or_list(words)),
        TextRule::ContainerName => {
            format!("invalid container name `{shown}`: it needs at least two letters or digits")
        }
        TextRule::PullPolicy => format!(
            "{subject} must be `always`, `never`, `missing`, `if_not_present`, `build`, `refresh`, `daily`, `weekly` or `every_<duration>`, not `{shown}`"
        ),
        TextRule::Free => format!("{subject} cannot be `{shown}`"),
    }
}

fn help(flaw: &Flaw) -> Option<&'static str> {
    match flaw {
        Flaw::Kind { shape, found, is_flow, .. } => type_help(shape, *found, *is_flow),
        Flaw::Split { rest, style, name, .. } => Some(match style {
            EntryStyle::Names => "write the entries as keys, without the dashes",
            EntryStyle::Pairs if !name.contains('=') && *rest != EntryRest::Nothing => {
                "use `KEY=value` in the list, or write all entries without the dashes"
            }
            EntryStyle::Joined if *rest != EntryRest::Nothing => "remove the space after the colon",
            _ => "put the whole entry in quotes",
        }),
        Flaw::Name { names, .. } => Some(match names {
            AllowedNames::Word => "use ASCII letters, digits, `.`, `_` and `-`",
            AllowedNames::Lower => "use lowercase ASCII letters",
            AllowedNames::Filled => "give it a name",
            AllowedNames::OneLine => "use a name without line breaks",
        }),
        Flaw::Duplicate(_) => Some("remove one of them"),
        Flaw::Text { text, rule: TextRule::ContainerName, .. } if text.value().is_empty() => {
            Some("remove it; to remove that of an earlier file, write `container_name: !reset null`")
        }
        Flaw::Text { .. } | Flaw::Range { .. } => None,
    }
}

/// What to do about a value of the wrong kind.
fn type_help(shape: &SchemaShape, found: ValueKind, is_flow: bool) -> Option<&'static str> {
    let list = shape.list.is_some();
    let map = !matches!(shape.map, Mapping::No);
    match found {
        ValueKind::Empty | ValueKind::Null => Some("give it a value, or remove the key"),
        ValueKind::Bool | ValueKind::Int | ValueKind::Float | ValueKind::Timestamp if shape.quotable => {
            Some("put it in quotes")
        }
        ValueKind::Bool | ValueKind::Int | ValueKind::Float | ValueKind::Text if shape.hint.is_some() => shape.hint,
        ValueKind::Timestamp => Some("put it in quotes: YAML reads it as a date, which docker compose never accepts"),
        ValueKind::Text if list && !map => Some("write each entry on its own line, after `- `"),
        ValueKind::Text if shape.list.is_some_and(|list| list.style == EntryStyle::Names) => {
            Some("write it as a list, with each entry after `- `")
        }
        ValueKind::Text if map => Some("write it as `key: value` pairs, one per line"),
        ValueKind::Text => Some("remove the quotes, or use another value"),
        ValueKind::List if map => Some("write its entries as keys, without the dashes"),
        ValueKind::Map if !map && !list && is_flow => {
            Some("put the whole value in quotes: YAML reads a value that starts with `{` as a mapping")
        }
        ValueKind::Map if list => Some("write each entry after `- `"),
        _ => None,
    }
}

/// The part of an entry before `=`: what follows may be secret.
fn entry_name(text: &str) -> String {
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
