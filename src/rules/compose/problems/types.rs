//! Values of the wrong type: `wrong-type`.

use super::schema;
use super::view::View;
use crate::compose::problem::{Cast, Kind, Reported, TypeProblem, Wanted};
use crate::finding::{Finding, RuleId, rule};

const RULE: RuleId = rule::WRONG_TYPE;

/// A value of the wrong type.
pub(super) fn finding(reported: &Reported, problem: &TypeProblem, view: &View<'_>) -> Finding {
    let message = match problem {
        TypeProblem::Schema(violation) => return schema::finding(RULE, reported, violation, view),
        TypeProblem::File { found } => format!("a Compose file must be a mapping, but is a {}", type_name(*found)),
        TypeProblem::CollectionAsKey => "mapping keys must be strings, but this is a list or mapping".to_owned(),
        TypeProblem::Key { key, found } => {
            let found = match found {
                Kind::Int => "a number",
                other => kind(*other),
            };
            format!("mapping keys must be strings, but `{key}` is {found}")
        }
        TypeProblem::MergeKey => "the value of a merge key must be a mapping or a list of mappings".to_owned(),
        TypeProblem::Cast { key, to, text } => {
            let text = super::shorten(&view.written(text));
            format!("`{key}` must be {}, but is `{text}`", cast(*to))
        }
        TypeProblem::Decoded { key, wanted: what, found } => {
            let key = key.as_ref().map_or("the project", |key| key.as_str());
            format!("`{key}` must be {}, but is a {}", wanted(*what), type_name(*found))
        }
        TypeProblem::Override { key, found, base } => format!(
            "`{key}` is a {} here, but a {} in the value that it overrides",
            type_name(*found),
            type_name(*base)
        ),
        TypeProblem::Include => "`include` must be a list".to_owned(),
    };
    view.about(RULE, reported, message)
}

fn cast(to: Cast) -> &'static str {
    match to {
        Cast::Boolean => "`true` or `false`",
        Cast::Integer => "an integer",
        Cast::Float => "a number",
    }
}

fn wanted(what: Wanted) -> &'static str {
    match what {
        Wanted::Text => "a string",
        Wanted::TextOrTexts => "a string or a list of strings",
        Wanted::Texts => "a list of strings",
        Wanted::List => "a list",
        Wanted::Map => "a mapping",
        Wanted::MapOrList => "a mapping or a list",
        Wanted::Addresses => "an address or a list of addresses",
        Wanted::Int => "an integer",
        Wanted::IntOrMap => "an integer or a mapping",
        Wanted::Bool => "a boolean",
        Wanted::Number => "a number",
        Wanted::FileMode => "a file mode",
        Wanted::DeviceCount => "`all` or a device count",
    }
}

/// The name that Compose's messages use: `string`, `mapping`, `list` …
fn type_name(found: Kind) -> &'static str {
    match found {
        Kind::Empty | Kind::Null => "null",
        Kind::Bool => "boolean",
        Kind::Int => "integer",
        Kind::Float => "number",
        Kind::Text => "string",
        Kind::Timestamp => "timestamp",
        Kind::List => "list",
        Kind::Map => "mapping",
    }
}

/// What a value is: `a string`, `empty`.
pub(super) fn kind(found: Kind) -> &'static str {
    match found {
        Kind::Empty => "empty",
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Int => "an integer",
        Kind::Float => "a number",
        Kind::Text => "a string",
        Kind::Timestamp => "a date",
        Kind::List => "a list",
        Kind::Map => "a mapping",
    }
}
