//! Values that docker compose cannot use: `invalid-value`.

use super::view::ProblemView;
use super::{schema, schema_fix, shorten};
use crate::compose::load::short::duration::DurationFlaw;
use crate::compose::load::short::hosts::HostFlaw;
use crate::compose::load::short::port::PortFlaw;
use crate::compose::load::short::size::SizeFlaw;
use crate::compose::load::short::volume::VolumeFlaw;
use crate::compose::load::short::words::WordsFlaw;
use crate::compose::problem::{Reported, ValueProblem};
use crate::compose::value::quote::Quote;
use crate::finding::{Finding, RuleId, Severity, rule};
use crate::yaml::edit;

const RULE: RuleId = rule::INVALID_VALUE;

/// A value that docker compose cannot use.
pub(super) fn finding(reported: &Reported, problem: &ValueProblem, view: &ProblemView<'_>) -> Finding {
    if let ValueProblem::Schema(violation) = problem {
        return schema::finding(RULE, reported, violation, view);
    }
    let mut finding = view.about(RULE, reported, message(problem, view));
    finding.help = help(problem).map(Into::into);
    match problem {
        ValueProblem::BooleanWord { .. } => finding.severity = Severity::Info,
        ValueProblem::Port(spec, _) => finding.evidence = Some(view.written(spec)),
        ValueProblem::Duration(text, DurationFlaw::NoUnit) if is_whole_number(text.value()) => {
            let (old, new) = (text.value(), format!("{}s", text.value()));
            if edit::text_of(view.files, reported.at).as_deref() == Some(old) {
                finding.help = Some(format!("add a unit: `{new}`").into());
                finding.fixes.extend(schema_fix::respell(view.files, reported.at, old, &new));
            }
        }
        _ => {}
    }
    finding
}

fn is_whole_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit())
}

fn message(problem: &ValueProblem, view: &ProblemView<'_>) -> String {
    let written = |quote: &Quote| view.written(quote);
    match problem {
        ValueProblem::BooleanWord { key, text, flag } => {
            format!("`{key}` is the string `{}`, which docker compose reads as `{flag}`", shorten(&written(text)))
        }
        ValueProblem::NoEquals(text) => format!("`{}` has no `=`", written(text)),
        ValueProblem::SshKey(text) => format!("SSH key `{}` has no path", written(text)),
        ValueProblem::Volume(text, flaw) => volume(&written(text), *flaw),
        ValueProblem::Device(text) => format!("`{}` has more than three colon-separated parts", written(text)),
        ValueProblem::FloatPort(text) => format!("`{}` is not a valid port", written(text)),
        ValueProblem::Port(text, flaw) => port(text, flaw, view),
        ValueProblem::Command(flaw) => format!("cannot split the command into words: {}", words(*flaw)),
        ValueProblem::TrailingSpace(name) => format!("variable name `{}` has trailing whitespace", written(name)),
        ValueProblem::Host(text, flaw) => match flaw {
            HostFlaw::NoAddress => format!("missing address in `{}`", written(text)),
            HostFlaw::NoName => "missing hostname before the address".to_owned(),
            HostFlaw::Name(length) => format!("`{}` is not a valid hostname", written(&text.stretch(&(0..*length)))),
        },
        ValueProblem::Boolean(text) => format!("`{}` is not a valid boolean", written(text)),
        ValueProblem::Negative(number) => format!("`{}` must not be negative", written(number)),
        ValueProblem::Number(text) => format!("`{}` is not a valid number", written(text)),
        ValueProblem::Size(text, flaw) => match flaw {
            SizeFlaw::Invalid => format!("`{}` is not a valid size, such as `512m` or `2g`", written(text)),
            SizeFlaw::Negative => format!("`{}` must not be negative", written(text)),
            SizeFlaw::Unit(unit) => {
                format!("unknown size unit `{}` in `{}`", written(&text.stretch(unit)), written(text))
            }
        },
        ValueProblem::Duration(text, flaw) => match flaw {
            DurationFlaw::Invalid => format!("`{}` is not a valid duration, such as `1m30s`", written(text)),
            DurationFlaw::NoUnit => format!("`{}` is missing a unit, such as `s` or `ms`", written(text)),
            DurationFlaw::Unit(unit) => {
                format!("unknown time unit `{}` in `{}`", written(&text.stretch(unit)), written(text))
            }
        },
        ValueProblem::FileMode(text) => format!("`{}` is not a valid octal file mode", written(text)),
        ValueProblem::DeviceCount(text) => format!("`{}` is not a valid device count", written(text)),
        ValueProblem::Integer(text) => format!("`{}` is not a valid integer", written(text)),
        ValueProblem::EnvFileFormat(format) => format!("unknown env file format `{}`", written(format)),
        ValueProblem::ProjectName(name) => format!("invalid project name `{name}`"),
        ValueProblem::Address(text) => format!("`{}` is not a valid IP address", written(text)),
        ValueProblem::EmptyPath => "`path` is empty".to_owned(),
        ValueProblem::Healthcheck { .. } => {
            "a healthcheck `test` list must start with `CMD`, `CMD-SHELL` or `NONE`".to_owned()
        }
        ValueProblem::NegativeScale { key } => format!("`{key}` must not be negative"),
        ValueProblem::Schema(_) => String::new(),
    }
}

fn help(problem: &ValueProblem) -> Option<String> {
    let text = match problem {
        ValueProblem::BooleanWord { flag, .. } => {
            return Some(format!("use `{flag}`: only YAML before 1.2 has other words for it"));
        }
        ValueProblem::Healthcheck { keyword: Some(keyword) } => return Some(format!("use `{keyword}`")),
        ValueProblem::Healthcheck { keyword: None } => {
            "add `CMD` before the program, or write the test as a single string"
        }
        ValueProblem::NoEquals(_) => "use `name=value`",
        ValueProblem::SshKey(_) => "use `default` for the keys of the SSH agent, or `id=path`",
        ValueProblem::Volume(..) => "use `source:/path/in/the/container`, with `:ro` at the end for a read-only mount",
        ValueProblem::Device(_) => "use the long syntax with `source`, `target` and `permissions`",
        ValueProblem::FloatPort(_) => "put the port in quotes",
        ValueProblem::Port(text, PortFlaw::Address(range)) if text.stretch(range).value() == "localhost" => {
            "use `127.0.0.1`"
        }
        ValueProblem::Port(..) => "use `[address:][host port:]container port[/protocol]`",
        ValueProblem::TrailingSpace(_) => "write `NAME=value`, without spaces around `=`",
        ValueProblem::Host(..) => "use `name:address`",
        ValueProblem::Boolean(_) => "use `true` or `false`",
        ValueProblem::Size(..) => "use one of the units `b`, `k`, `m` and `g`, as in `512m`",
        ValueProblem::Duration(..) => "use the units `ms`, `s`, `m` and `h`, as in `1m30s`",
        ValueProblem::DeviceCount(_) => "use a number or `all`",
        ValueProblem::EnvFileFormat(_) => "use `raw`, or remove `format`",
        ValueProblem::ProjectName(_) => "use lowercase letters, digits, `-` and `_`, and start with a letter or digit",
        _ => return None,
    };
    Some(text.to_owned())
}

fn volume(text: &str, flaw: VolumeFlaw) -> String {
    match flaw {
        VolumeFlaw::Empty => "empty entry in `volumes`".to_owned(),
        VolumeFlaw::NoSource => format!("`{text}` has no source before the first colon"),
        VolumeFlaw::NoTarget => format!("`{text}` has no container path"),
        VolumeFlaw::NoOptions => format!("`{text}` has nothing after the last colon"),
        VolumeFlaw::TooManyParts => format!("`{text}` has more than two colons"),
    }
}

fn port(text: &Quote, flaw: &PortFlaw, view: &ProblemView<'_>) -> String {
    let part = |range| view.written(&text.stretch(range));
    match flaw {
        PortFlaw::NoTarget => "missing container port".to_owned(),
        PortFlaw::Protocol(range) => {
            // Compose shows it so; the name of a variable stays as it is.
            let (shown, value) = (part(range), text.stretch(range));
            let shown = if shown == value.value() { shown.to_lowercase() } else { shown };
            format!("`{shown}` is not a valid protocol")
        }
        PortFlaw::Address(range) => format!("`{}` is not a valid IP address", part(range)),
        PortFlaw::Number(range) => format!("`{}` is not a valid port (0 to 65535)", part(range)),
        PortFlaw::Reversed(range) => format!("port range `{}` is reversed", part(range)),
        PortFlaw::Lengths { container, published } => {
            format!("port ranges `{}` and `{}` have different lengths", part(container), part(published))
        }
    }
}

fn words(flaw: WordsFlaw) -> &'static str {
    match flaw {
        WordsFlaw::Parenthesis => "unquoted `(` that does not follow a `$`",
        WordsFlaw::Backslash => "trailing backslash",
        WordsFlaw::DoubleQuote => "unclosed `\"`",
        WordsFlaw::SingleQuote => "unclosed `'`",
        WordsFlaw::Backtick => "unclosed backtick",
        WordsFlaw::Unbalanced => "unbalanced parenthesis",
    }
}
