//! A dollar sign that Compose expands although it belongs to something else.

use crate::facts::environment::dollars::{Dollar, DollarSpan, Owner};
use crate::finding::{Finding, Fix, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, and_list};
use crate::source::FileId;
use crate::text::dotenv::DotenvLine;
use crate::yaml::edit;

/// Reports each value once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(cx.facts.dollars().found.iter().filter_map(|dollar| dollar_finding(cx, dollar)));
}

fn dollar_finding(cx: &Context<'_>, dollar: &Dollar) -> Option<Finding> {
    let (first, others) = dollar.parts.split_first()?;
    let key = dollar.key.as_deref().unwrap_or_default();
    let subject = dollar.service.as_ref().map_or_else(|| Subject::variable(key), Subject::service);
    let evidence = match dollar.owner {
        Owner::Script | Owner::Container => names(dollar).join(" "),
        // What comes after the dollar sign is a part of the secret.
        Owner::Hash | Owner::Secret => key.to_owned(),
    };
    let mut finding = Finding::new(rule::DOLLAR_IN_VALUE, first.place, subject, message(dollar))
        .evidence(evidence)
        .help(help(dollar));
    if dollar.owner == Owner::Hash {
        finding = finding.severity(Severity::Error);
    }
    finding.fixes.extend(match &dollar.line {
        Some(line) => quoted(cx, dollar, first.place.span.file, line),
        None => doubled(cx, dollar),
    });
    if dollar.line.is_none() {
        let others = others.iter().take(LABELS);
        finding.labels.extend(others.map(|part| Label { place: part.place, message: "also here".into() }));
    }
    Some(finding)
}

/// The variables that Compose sees, each once.
fn names(dollar: &Dollar) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for part in &dollar.parts {
        if !names.contains(&part.name.as_str()) {
            names.push(&part.name);
        }
    }
    names
}

fn message(dollar: &Dollar) -> String {
    let key = dollar.key.as_deref().unwrap_or_default();
    let service = dollar.service.as_deref().unwrap_or_default();
    let names = names(dollar);
    let listed = and_list(&names);
    match dollar.owner {
        Owner::Script => {
            format!("docker compose expands {listed} before the script that sets {it} runs", it = it(names.len()))
        }
        Owner::Container => {
            let it = it(names.len());
            format!("docker compose expands {listed} to nothing: only the container of `{service}` has {it}")
        }
        Owner::Hash => {
            format!("docker compose expands each `$` of the password hash in `{key}`, which breaks the hash")
        }
        Owner::Secret => format!("docker compose expands the `$` in the value of `{key}`, which cuts the value"),
    }
}

fn it(count: usize) -> &'static str {
    if count > 1 { "them" } else { "it" }
}

fn help(dollar: &Dollar) -> &'static str {
    match (dollar.owner, &dollar.line) {
        (Owner::Script | Owner::Container, _) => "write `$$`: docker compose passes it to the container as `$`",
        (_, Some(_)) => "put the value in single quotes",
        (_, None) => "write each `$` of the value as `$$`",
    }
}

/// Doubles the dollar signs in a Compose file.
fn doubled(cx: &Context<'_>, dollar: &Dollar) -> Option<Fix> {
    // The end that stays may be a part of a secret, and is shown nowhere.
    let edit = |part: &DollarSpan| {
        let edits = edit::replace_part(cx.files, part.place, &with_doubled(&part.text))?;
        Some(edit::without_what_stays(cx.files, edits))
    };
    let edits = edit::all(dollar.parts.iter().map(edit));
    let title = "escape the dollar sign as `$$`";
    match dollar.owner {
        Owner::Script | Owner::Hash => edit::safe(title, edits),
        Owner::Container => edit::risky(format!("{title}: the shell then reads the container's variable"), edits),
        Owner::Secret => edit::risky(format!("{title}: the program then gets the whole value"), edits),
    }
}

/// A text with each dollar sign that stands alone doubled. A `${…}` within it is a variable.
fn with_doubled(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        let is_first = out.is_empty() && before.is_empty();
        out.push_str(before);
        let behind = behind.strip_prefix('$').unwrap_or(behind);
        out.push_str(if behind.starts_with('{') && !is_first { "$" } else { "$$" });
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Puts the value of an env file in single quotes, in which Compose expands nothing.
fn quoted(cx: &Context<'_>, dollar: &Dollar, file: FileId, line: &DotenvLine) -> Option<Fix> {
    // A variable that is meant needs its dollar sign.
    let edits = edit::env::quote(cx.files, file, line).filter(|_| line.uses.len() == dollar.parts.len());
    let title = "put the value in single quotes";
    match dollar.owner {
        Owner::Hash => edit::safe(title, edits),
        _ => edit::risky(format!("{title}: the program then gets the whole value"), edits),
    }
}
