//! Values written as `KEY=value` items or as a mapping: `environment`, `labels`, `args`, `extra_hosts`; and `env_file`.

use std::borrow::Cow;

use super::{LoweringContext, read};
use crate::collections::IndexMap;
use crate::compose::value::provenance::parts_within;
use crate::compose::value::{Data, Entry, Value};
use crate::model::types::{EnvFile, Spanned, Variable, VariableSource};
use crate::source::{FileId, NodeId, Place, Span};
use crate::text::dotenv::{DotenvLine, is_placeholder};

/// What reaches the container, by name.
pub(crate) fn variables(cx: &LoweringContext<'_>, name: &str, service: &Value) -> IndexMap<String, Variable> {
    let pairs = pairs(cx, service.get("environment"));
    let mut found: IndexMap<String, Variable> =
        pairs.into_iter().map(|pair| (pair.name.clone(), variable(cx, pair))).collect();
    // Of several files the last one counts.
    for example in cx.env_files.get(name).into_iter().flatten().rev().filter_map(|file| file.example.as_ref()) {
        let lines = example.lines.iter().enumerate().rev().filter(|(_, line)| !line.bare && !line.key.is_empty());
        for (at, line) in lines {
            found.entry(line.key.clone()).or_insert_with(|| assumed(example.file, at, line));
        }
    }
    found
}

/// A line of an example. What people fill in is not known.
fn assumed(file: FileId, at: usize, line: &DotenvLine) -> Variable {
    let place = |start, end| Place { span: Span { file, start, end }, node: NodeId::new(at) };
    let value = line.value.as_ref().filter(|value| !is_placeholder(&without_login(value)));
    Variable {
        key: place(line.key_span.0, line.key_span.1),
        is_unknown: value.is_none(),
        value: value.map(|value| Spanned::new(value.clone(), place(line.value_span.0, line.value_span.1))),
        with_gaps: None,
        is_assumed: true,
        source: VariableSource::EnvFile,
    }
}

/// An address without the user and password in it: where it leads is known in spite of a placeholder there.
fn without_login(value: &str) -> Cow<'_, str> {
    let parts = value.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1)));
    parts.map_or(Cow::Borrowed(value), |(scheme, rest)| Cow::Owned(format!("{scheme}://{rest}")))
}

fn variable(cx: &LoweringContext<'_>, EnvironmentPair { key, value, .. }: EnvironmentPair) -> Variable {
    let place = value.as_ref().map_or(key, |value| value.place);
    let in_compose_file = cx.project.all_files.contains(&place.span.file);
    let source = if in_compose_file { VariableSource::Environment } else { VariableSource::EnvFile };
    let is_unknown = value.as_ref().is_some_and(|value| value.parts.iter().any(|part| part.is_unknown));
    let (value, with_gaps) = if is_unknown { (None, value.map(Box::new)) } else { (value, None) };
    Variable { key, value, is_unknown, with_gaps, is_assumed: false, source }
}

/// Values by name; `None` where a name stands alone.
pub(crate) fn optional(cx: &LoweringContext<'_>, value: Option<&Value>) -> IndexMap<String, Spanned<Option<String>>> {
    let values = pairs(cx, value).into_iter().map(|EnvironmentPair { name, key, value }| match value {
        Some(text) => {
            let Spanned { value, place, via, parts } = text;
            (name, Spanned { value: Some(value), place, via, parts })
        }
        None => (name, Spanned::new(None, key)),
    });
    values.collect()
}

/// Values by name; a name that stands alone has an empty one.
pub(crate) fn labels(cx: &LoweringContext<'_>, service: &Value) -> IndexMap<String, Spanned<String>> {
    let pairs = pairs(cx, service.get("labels")).into_iter();
    pairs.map(|pair| (pair.name, pair.value.unwrap_or_else(|| Spanned::new(String::new(), pair.key)))).collect()
}

struct EnvironmentPair {
    name: String,
    key: Place,
    value: Option<Spanned<String>>,
}

fn pairs(cx: &LoweringContext<'_>, value: Option<&Value>) -> Vec<EnvironmentPair> {
    match value.map(|value| &value.data) {
        Some(Data::Map(map)) => {
            let pairs = map.iter().map(|(name, entry)| EnvironmentPair {
                name: name.to_string(),
                key: entry.key,
                value: read::as_text(&entry.value).map(|value| behind_name(cx, name, entry, value)),
            });
            pairs.collect()
        }
        Some(Data::List(items)) => items.iter().filter_map(|item| pair(cx, item)).collect(),
        _ => Vec::new(),
    }
}

/// The value of an entry that was written as an item `NAME=value` comes after the name.
fn behind_name(cx: &LoweringContext<'_>, name: &str, entry: &Entry, mut value: Spanned<String>) -> Spanned<String> {
    if entry.key != value.place {
        return value;
    }
    if !value.parts.is_empty() {
        value.place = cx.texts.part(&entry.value, 0..value.value.len());
    } else if let Some(span) = cx.texts.inner(entry.key, &format!("{name}={}", value.value)) {
        value.place.span.start = span.start + name.len() as u32 + 1;
        value.place.span.end = span.end;
    }
    value
}

fn pair(cx: &LoweringContext<'_>, item: &Value) -> Option<EnvironmentPair> {
    let text = item.text()?;
    let Some((name, after)) = text.split_once('=') else {
        return Some(EnvironmentPair { name: text.to_owned(), key: item.place, value: None });
    };
    let value = stretch(cx, item, name.len() + 1, after);
    Some(EnvironmentPair { name: name.to_owned(), key: item.place, value: Some(value) })
}

fn stretch(cx: &LoweringContext<'_>, item: &Value, start: usize, text: &str) -> Spanned<String> {
    let range = start..start + text.len();
    Spanned {
        value: text.to_owned(),
        place: cx.texts.part(item, range.clone()),
        via: item.via.clone(),
        parts: parts_within(&item.parts, &range),
    }
}

/// Host names and their addresses; the place is the whole entry.
pub(crate) fn extra_hosts(service: &Value) -> Vec<Spanned<(String, String)>> {
    let Some(value) = service.get("extra_hosts") else { return Vec::new() };
    match &value.data {
        Data::List(items) => {
            let host = |item: &Value| {
                let text = item.text()?;
                let (name, address) = text.split_once('=').or_else(|| text.split_once(':'))?;
                Some(read::spanned(item, (name.trim().to_owned(), address.trim().to_owned())))
            };
            items.iter().filter_map(host).collect()
        }
        Data::Map(map) => {
            let hosts = map.iter().flat_map(|(name, entry)| {
                let addresses = entry.value.list().unwrap_or(std::slice::from_ref(&entry.value));
                addresses.iter().filter_map(|address| {
                    let text = address.text()?;
                    Some(read::spanned(address, (name.to_string(), text.to_owned())))
                })
            });
            hosts.collect()
        }
        _ => Vec::new(),
    }
}

/// The `env_file`s of a service. Those of active services the loader has taken out of the project.
pub(crate) fn env_files(cx: &LoweringContext<'_>, name: &str, service: &Value) -> Vec<EnvFile> {
    if let Some(files) = cx.env_files.get(name) {
        let files = files.iter().map(|file| EnvFile {
            path: Spanned::new(file.path.to_string_lossy().into_owned(), file.place),
            required: file.required,
            loaded: file.file.is_some(),
        });
        return files.collect();
    }
    let listed = read::items(service, "env_file").iter().filter_map(|item| {
        Some(EnvFile {
            path: read::text(item, "path").or_else(|| read::as_text(item))?,
            required: item.get("required").and_then(read::as_boolean).unwrap_or(true),
            loaded: false,
        })
    });
    listed.collect()
}
