//! `{NAME}` without its dollar sign, and `$(NAME)`.

use std::ops::Range;

use crate::compose::value::{Data, Value};
use crate::facts::images::is_shell;
use crate::facts::place::part_of;
use crate::finding::{Confidence, Edit, Finding, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;
use crate::yaml::edit;

/// Keys of a service whose text is a template for another program, or for people; braces in an image are invalid.
const TEMPLATES: [&str; 7] = ["labels", "logging", "annotations", "develop", "profiles", "deploy", "image"];

/// Reports each name in braces that a service or the project has as a variable.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        let Some(map) = cx.project.root.get("services").and_then(|all| all.get(&service.name)).and_then(Value::map)
        else {
            continue;
        };
        for (key, entry) in map {
            if !TEMPLATES.contains(&&*key.to_string()) && !key.starts_with("x-") {
                walk(cx, service, key, &entry.value, findings);
            }
        }
    }
}

fn walk(cx: &Context<'_>, service: &Service, key: &str, value: &Value, findings: &mut Vec<Finding>) {
    match &value.data {
        Data::Text(text) if text.contains(['{', '(']) => {
            let (via, parts) = (value.via.clone(), value.parts.clone());
            let text = Spanned { value: text.to_string(), place: value.place, via, parts };
            findings.extend(finding(cx, service, key, &text));
        }
        Data::List(items) => items.iter().for_each(|item| walk(cx, service, key, item, findings)),
        Data::Map(map) => map.into_iter().for_each(|(_, entry)| walk(cx, service, key, &entry.value, findings)),
        _ => {}
    }
}

fn finding(cx: &Context<'_>, service: &Service, key: &str, text: &Spanned<String>) -> Option<Finding> {
    let is_written = |range: &Range<usize>| {
        let touches = |start: u32, end: u32| (start as usize) < range.end && range.start < end as usize;
        !text.parts.iter().any(|part| part.variable.is_some() && touches(part.start, part.end))
    };
    let is_meant = |(range, name): &(Range<usize>, &str)| is_written(range) && is_known(cx, service, name);
    // In the variables of a container, no shell runs what is in parentheses.
    let in_parentheses = || if key == "environment" { in_parentheses(&text.value) } else { Vec::new() };
    let (range, name) =
        names(&text.value).into_iter().find(is_meant).or_else(|| in_parentheses().into_iter().find(is_meant))?;
    let message = match text.value.get(range.clone()).is_some_and(|written| written.starts_with('$')) {
        true => format!("`$({name})` is not expanded: Compose expands `${{{name}}}`"),
        false => format!("`{{{name}}}` is not expanded: a dollar sign is missing before it"),
    };
    let of_container = service.environment.contains_key(name);
    let by_shell = is_script(service, key);
    let meant = match (of_container && by_shell, is_of_project(cx, name)) {
        (true, _) => Some(format!("$${{{name}}}")),
        (false, true) => Some(format!("${{{name}}}")),
        (false, false) => None,
    };
    let help = match &meant {
        Some(meant) => format!("write `{meant}`"),
        None => "a variable of the container is expanded only by a shell or by the program itself".to_owned(),
    };
    let place = part_of(text, range, cx.facts.texts());
    let mut finding = Finding::new(rule::UNEXPANDED_BRACES, place, Subject::service(&service.name), message)
        .evidence(name.to_owned())
        .help(help);
    if key == "environment" {
        finding.confidence = Confidence::Medium;
    }
    let edits = meant.filter(|_| text.via.is_empty()).and_then(|meant| with_dollar(cx, place, &meant));
    finding.fixes.extend(edit::safe(format!("expand `{name}`"), edits));
    Some(finding)
}

fn with_dollar(cx: &Context<'_>, place: crate::source::Place, meant: &str) -> Option<Vec<Edit>> {
    edit::replace_part(cx.files, place, meant)
}

fn is_name(name: &str) -> bool {
    name.len() > 2
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_')
}

/// The names as Kubernetes and make write them: `$(NAME)`.
fn in_parentheses(text: &str) -> Vec<(Range<usize>, &str)> {
    let one = |(at, _): (usize, &str)| {
        let (name, _) = text.get(at + 2..)?.split_once(')')?;
        let is_escaped = text.get(..at).is_some_and(|before| before.ends_with('$'));
        (is_name(name) && !is_escaped).then_some((at..at + name.len() + 3, name))
    };
    text.match_indices("$(").filter_map(one).collect()
}

/// The names in single braces without a sign before them: `{NAME}`, not `${NAME}`, `{{NAME}}`, `%{NAME}`.
fn names(text: &str) -> Vec<(Range<usize>, &str)> {
    let one = |(at, _): (usize, &str)| {
        let rest = text.get(at + 1..)?;
        let (name, behind) = rest.split_once('}')?;
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let signed = before.is_some_and(|sign| matches!(sign, '$' | '{' | '%' | '#' | '@' | '\\' | '^'));
        (is_name(name) && !signed && !behind.starts_with('}')).then_some((at..at + name.len() + 2, name))
    };
    text.match_indices('{').filter_map(one).collect()
}

fn is_known(cx: &Context<'_>, service: &Service, name: &str) -> bool {
    service.environment.contains_key(name) || is_of_project(cx, name)
}

fn is_of_project(cx: &Context<'_>, name: &str) -> bool {
    cx.project.environment.all().iter().any(|(known, _)| *known == name)
        || cx.project.references.iter().any(|reference| reference.name == name)
}

/// Whether a shell reads the text under a key.
fn is_script(service: &Service, key: &str) -> bool {
    let words: Vec<&str> = match key {
        "healthcheck" => {
            service.healthcheck.iter().flat_map(|check| &check.test).map(|word| word.value.as_str()).collect()
        }
        "command" | "entrypoint" => {
            let all = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
            all.map(|word| word.value.as_str()).collect()
        }
        _ => Vec::new(),
    };
    words.iter().any(|word| *word == "CMD-SHELL" || is_shell(word))
}
