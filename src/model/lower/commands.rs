//! `command`, `entrypoint` and `healthcheck`.

use super::{LoweringContext, entry, read};
use crate::compose::load::short::words;
use crate::compose::value::provenance::parts_within;
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Data, Map, Value};
use crate::model::types::{Command, Healthcheck, Spanned};

/// The command under a key.
pub(crate) fn command(cx: &LoweringContext<'_>, service: &Value, key: &str) -> Option<Command> {
    let value = service.get(key)?;
    let words = match &value.data {
        Data::List(items) => items.iter().filter_map(read::as_text).collect(),
        Data::Text(text) => split(cx, value, text),
        _ => return None,
    };
    Some(Command { place: value.place, words })
}

fn split(cx: &LoweringContext<'_>, value: &Value, text: &str) -> Vec<Spanned<String>> {
    let words = words::split(text).unwrap_or_default().into_iter().map(|(word, range)| Spanned {
        parts: if text.get(range.clone()) == Some(&word) { parts_within(&value.parts, &range) } else { Few::new() },
        place: cx.texts.part(value, range),
        value: word,
        via: value.via.clone(),
    });
    words.collect()
}

/// The health check of a service.
pub(crate) fn healthcheck(service: &Map) -> Option<Healthcheck> {
    let entry = entry(service, "healthcheck")?;
    entry.value.map()?;
    let test = match entry.value.get("test") {
        Some(value @ Value { data: Data::Text(_), .. }) => {
            let word = Spanned::new("CMD-SHELL".to_owned(), value.place);
            [Some(word), read::as_text(value)].into_iter().flatten().collect()
        }
        _ => read::texts(&entry.value, "test"),
    };
    let none = test.first().is_some_and(|word| word.value == "NONE");
    Some(Healthcheck { key: entry.key, disabled: none || read::flag(&entry.value, "disable"), test })
}
