//! Values of the wrong type: `wrong-type`.

use super::schema;
use super::view::ProblemView;
use crate::compose::problem::{Cast, ExpectedValue, Reported, TypeProblem, ValueKind};
use crate::finding::{Finding, RuleId, rule};

const RULE: RuleId = rule::WRONG_TYPE;

/// A value of the wrong type.
pub(super) fn finding(reported: &Reported, problem: &TypeProblem, view: &ProblemView<'_>) -> Finding {
    let message = match problem {
        TypeProblem::Schema(violation) => return schema::finding(RULE, reported, violation, view),
        TypeProblem::File { found } => format!("a Compose file must be a mapping, but is a {}", type_name(*found)),
        TypeProblem::CollectionAsKey => "mapping keys must be strings, but this is a list or mapping".to_owned(),
        TypeProblem::Key { key, found } => {
            let found = match found {
                ValueKind::Int => "a number",
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

fn wanted(what: ExpectedValue) -> &'static str {
    match what {
        ExpectedValue::Text => "a string",
        ExpectedValue::TextOrTexts => "a string or a list of strings",
        ExpectedValue::Texts => "a list of strings",
        ExpectedValue::List => "a list",
        ExpectedValue::Map => "a mapping",
        ExpectedValue::MapOrList => "a mapping or a list",
        ExpectedValue::Addresses => "an address or a list of addresses",
        ExpectedValue::Int => "an integer",
        ExpectedValue::IntOrMap => "an integer or a mapping",
        ExpectedValue::Bool => "a boolean",
        ExpectedValue::Number => "a number",
        ExpectedValue::FileMode => "a file mode",
        ExpectedValue::DeviceCount => "`all` or a device count",
    }
}

/// The name that Compose's messages use: `string`, `mapping`, `list` …
fn type_name(found: ValueKind) -> &'static str {
    match found {
        ValueKind::Empty | ValueKind::Null => "null",
        ValueKind::Bool => "boolean",
        ValueKind::Int => "integer",
        ValueKind::Float => "number",
        ValueKind::Text => "string",
        ValueKind::Timestamp => "timestamp",
        ValueKind::List => "list",
        ValueKind::Map => "mapping",
    }
}

/// What a value is: `a string`, `empty`.
pub(super) fn kind(found: ValueKind) -> &'static str {
    match found {
        ValueKind::Empty => "empty",
        ValueKind::Null => "null",
        ValueKind::Bool => "a boolean",
        ValueKind::Int => "an integer",
        ValueKind::Float => "a number",
        ValueKind::Text => "a string",
        ValueKind::Timestamp => "a date",
        ValueKind::List => "a list",
        ValueKind::Map => "a mapping",
    }
}
