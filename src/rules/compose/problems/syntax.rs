//! Files that cannot be read: `yaml-syntax`, `duplicate-key`, `invalid-interpolation`, `required-variable` and
//! `malformed-env-line`.

use super::view::{ProblemView, about};
use super::{quick_fix, shorten};
use crate::compose::problem::{EnvLine, EnvLineFlaw, LinePosition, Reported, Syntax};
use crate::finding::{Finding, RuleId, Subject, rule, syntax_help, syntax_message};
use crate::source::{Place, Span};
use crate::yaml::SyntaxKind;

const RULE: RuleId = rule::YAML_SYNTAX;

/// What is wrong with the syntax of a file.
pub(super) fn syntax(reported: &Reported, syntax: &Syntax) -> Finding {
    match syntax {
        Syntax::Parser(kind) => {
            let mut finding = about(RULE, reported, syntax_message(kind));
            finding.help = syntax_help(kind).map(Into::into);
            if let SyntaxKind::UndefinedAlias { name } = kind {
                finding.subject = Subject::Anchor(name.clone());
            }
            finding
        }
        Syntax::Unreadable { name, error: reason } => {
            let mut finding = about(RULE, reported, format!("cannot read `{name}`: {reason}"));
            finding.severity = reason.severity();
            finding.subject = Subject::File(name.clone());
            finding
        }
        Syntax::RecursiveAlias => about(RULE, reported, "alias refers to an anchor that contains it"),
        Syntax::Tag { tag } => about(RULE, reported, format!("invalid value for the tag `{tag}`")),
    }
}

/// A key that is in a mapping twice.
pub(super) fn duplicate_key(reported: &Reported, key: &str, view: &ProblemView<'_>) -> Finding {
    let mut finding = about(rule::DUPLICATE_KEY, reported, format!("duplicate key `{key}`"))
        .help("remove one of them; docker compose rejects duplicate keys");
    let first = reported.related.first();
    finding.fixes.extend(first.and_then(|first| quick_fix::duplicate_key(view.files, first.place, reported.at)));
    finding
}

/// A `$` that starts no variable.
pub(super) fn interpolation(reported: &Reported, written: Option<&str>, view: &ProblemView<'_>) -> Finding {
    let message = match written {
        Some(written) => format!("invalid variable reference `{}`", shorten(written)),
        None => "invalid variable reference".to_owned(),
    };
    let mut finding = about(rule::INVALID_INTERPOLATION, reported, message)
        .evidence(reported.about.join("."))
        .help("escape a literal `$` as `$$`");
    finding.fixes.extend(quick_fix::invalid_interpolation(view.files, view.sources, reported.at));
    finding
}

/// A variable that a Compose file demands. One that cannot be in a checkout is missing here only: that is a warning.
pub(super) fn required(reported: &Reported, (name, message): (&str, &str), view: &ProblemView<'_>) -> Finding {
    let mut finding = about(rule::REQUIRED_VARIABLE, reported, required_message(name, message));
    finding.subject = Subject::variable(name);
    let absent = view.absent_env_file(name);
    finding.severity = absent.as_ref().map_or(finding.severity, |(severity, _)| *severity);
    let set = || format!("set `{name}` in `.env`, or pass an env file that sets it");
    finding.help = Some(absent.map_or_else(set, |(_, help)| help).into());
    finding
}

/// That a variable must have a value, with what the file says of it.
fn required_message(name: &str, message: &str) -> String {
    let said = if message.is_empty() { String::new() } else { format!(": {}", shorten(message)) };
    format!("required variable `{name}` is missing a value{said}")
}

/// How many lines of a key are looked at.
const MOST_LINES: usize = 200;

/// The line on which the key in PEM begins that a line of an env file goes on with.
fn key_above(reported: &Reported, view: &ProblemView<'_>) -> Option<Place> {
    let span = reported.at.span;
    let text = &view.sources.file(span.file).text;
    let above = text.get(..text.get(..span.start as usize)?.rfind('\n')?)?;
    let mut end = above.len();
    for line in above.rsplit('\n').take(MOST_LINES) {
        let start = end - line.len();
        if line.contains("=-----BEGIN ") && !line.contains("-----END ") {
            let span = Span { start: start as u32, end: (start + line.trim_end().len()) as u32, ..span };
            return Some(Place { span, ..reported.at });
        }
        if line.contains("-----") || line.trim().is_empty() {
            return None;
        }
        end = start.saturating_sub(1);
    }
    None
}

/// A line of an env file.
pub(super) fn env_line(reported: &Reported, line: &EnvLine, view: &ProblemView<'_>) -> Finding {
    let (rule, message, help) = match &line.flaw {
        EnvLineFlaw::KeyWithSpace => {
            (rule::MALFORMED_ENV_LINE, "a variable name cannot contain whitespace".to_owned(), "use `KEY=value`")
        }
        EnvLineFlaw::NoKey => (rule::MALFORMED_ENV_LINE, "missing variable name".to_owned(), "use `KEY=value`"),
        EnvLineFlaw::UnexpectedCharacter(found) => (
            rule::MALFORMED_ENV_LINE,
            format!("invalid character `{}` in a variable name", found.escape_default()),
            "quote multi-line values, and start comments with `#`",
        ),
        EnvLineFlaw::UnterminatedQuote => (rule::MALFORMED_ENV_LINE, "unclosed quote".to_owned(), "close the quote"),
        EnvLineFlaw::ExportOfNothing => {
            (rule::MALFORMED_ENV_LINE, "`export` without a variable name".to_owned(), "use `export KEY=value`")
        }
        EnvLineFlaw::InvalidInterpolation => (
            rule::INVALID_INTERPOLATION,
            "invalid variable reference".to_owned(),
            "use single quotes, or escape a literal `$` as `$$`",
        ),
        EnvLineFlaw::Required { name, message } => (
            rule::REQUIRED_VARIABLE,
            required_message(name, message),
            "set it earlier in this file, or in an earlier env file",
        ),
    };
    let mut finding = about(rule, reported, message);
    let begun = key_above(reported, view).filter(|_| rule == rule::MALFORMED_ENV_LINE);
    let help = if begun.is_some() { "put the whole key in double quotes" } else { help };
    if let Some(place) = begun {
        finding = finding.label(place, "the value begins here, and ends with this line");
    }
    match &line.position {
        LinePosition::Start => finding.evidence = Some("behind the start".to_owned()),
        LinePosition::Behind(name) => finding.evidence = Some(format!("behind {name}")),
        LinePosition::Of(name) => finding.evidence = Some(format!("of {name}")),
        LinePosition::Raw(name) => finding.subject = Subject::variable(name),
    }
    if !matches!(line.position, LinePosition::Raw(_)) {
        finding.help = Some(help.into());
    }
    finding.fixes.extend(match line.flaw {
        EnvLineFlaw::Required { .. } => None,
        EnvLineFlaw::InvalidInterpolation => quick_fix::invalid_interpolation(view.files, view.sources, reported.at),
        _ => quick_fix::malformed_env_line(view.files, view.sources, reported.at),
    });
    finding
}
