//! Lists of texts, mappings of texts, and the small notations that are either.

use super::scalars::convert;
use super::{DecodeStep, Decoder, empty_text};
use crate::compose::load::short::{go, hosts, words};
use crate::compose::problem::{ExpectedValue, ValueProblem};
use crate::compose::spec::shapes::DecodedShape;
use crate::compose::value::quote::Quote;
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Data, Entry, Map, Part, Text, Value};
use crate::source::Place;

impl Decoder {
    pub(super) fn texts(&mut self, shape: &DecodedShape, value: &Value) -> Value {
        let items = match (&value.data, shape) {
            (Data::List(items), DecodedShape::TextsOrNumbers) => items.iter().map(printed).collect(),
            (Data::List(items), _) => items.iter().enumerate().map(|(at, item)| self.only_text(at, item)).collect(),
            (Data::Text(text), DecodedShape::Command) => self.words(value, text),
            (Data::Text(_), DecodedShape::Test) => vec![value.with(Data::Text("CMD-SHELL".into())), value.clone()],
            (Data::Text(_), _) => vec![value.clone()],
            // compose-go passes over a command of another type.
            (_, DecodedShape::Command) => return value.with(Data::Null),
            _ => {
                self.wrong_type(value, ExpectedValue::TextOrTexts);
                return value.with(Data::Null);
            }
        };
        value.with(Data::List(items))
    }

    /// A text that may not even be an integer.
    fn only_text(&mut self, at: usize, item: &Value) -> Value {
        if item.text().is_some() {
            return item.clone();
        }
        self.at(DecodeStep::Item(at), |decoder| decoder.wrong_type(item, ExpectedValue::Texts));
        item.with(empty_text())
    }

    fn words(&mut self, value: &Value, command: &str) -> Vec<Value> {
        match words::split(command) {
            Ok(words) => words
                .into_iter()
                .map(|(word, range)| {
                    let parts = if command.get(range.clone()) == Some(word.as_str()) {
                        parts_within(value, range.start, range.end)
                    } else {
                        Few::new()
                    };
                    Value { data: Data::Text(word.into()), place: value.place, via: value.via.clone(), parts }
                })
                .collect(),
            Err(flaw) => {
                self.invalid(value, ValueProblem::Command(flaw));
                Vec::new()
            }
        }
    }

    pub(super) fn pairs(&mut self, shape: &DecodedShape, value: &Value) -> Value {
        if let (Data::List(items), DecodedShape::Environment | DecodedShape::Mapping) = (&value.data, shape) {
            let mut map = Map::new();
            for (at, item) in items.iter().enumerate() {
                let (key, assigned) = self.at(DecodeStep::Item(at), |decoder| decoder.assignment(shape, item));
                map.insert(key, Entry { key: item.place, value: assigned });
            }
            return value.with(Data::Map(map));
        }
        let Some(map) = self.entries(value) else {
            let list = matches!(shape, DecodedShape::Environment | DecodedShape::Mapping);
            self.wrong_type(value, if list { ExpectedValue::MapOrList } else { ExpectedValue::Map });
            return value.with(Data::Null);
        };
        // compose-go forgets an option whose list is empty.
        let empty_option = |entry: &Entry| {
            matches!(shape, DecodedShape::MultiOptions) && entry.value.list().is_some_and(<[Value]>::is_empty)
        };
        let pairs = map.iter().filter(|(_, entry)| !empty_option(entry)).map(|(key, entry)| {
            let value = pair(shape, &entry.value);
            (key.clone(), Entry { key: entry.key, value })
        });
        let pairs = pairs.collect();
        value.with(Data::Map(pairs))
    }

    /// An item `KEY=value` or `KEY`.
    fn assignment(&mut self, shape: &DecodedShape, item: &Value) -> (Text, Value) {
        let text = go::sprint(item);
        let (mut key, assigned) = match text.split_once('=') {
            Some((key, assigned)) => (key, Some(assigned)),
            None => (text.as_str(), None),
        };
        if matches!(shape, DecodedShape::Environment) && ends_with_space(key) {
            let name = Quote::from_value(item).stretch(&(0..key.len()));
            self.invalid(item, ValueProblem::TrailingSpace(name));
            // Whatever else is said about the variable is said about the one that was meant.
            key = key.trim_end();
        }
        let assigned = match (assigned, shape) {
            (Some(assigned), _) => {
                let parts = parts_within(item, text.len() - assigned.len(), text.len());
                let data = Data::Text(assigned.into());
                Value { data, place: item.place, via: item.via.clone(), parts }
            }
            (None, DecodedShape::Environment) => item.with(Data::Null),
            (None, _) => item.with(empty_text()),
        };
        (key.into(), assigned)
    }

    pub(super) fn hosts(&mut self, value: &Value) -> Value {
        let (origins, (hosts, refused)): (Vec<Value>, _) = match &value.data {
            Data::List(items) => {
                let texts: Vec<String> = items.iter().map(go::sprint).collect();
                (items.clone(), hosts::from_list(&texts))
            }
            Data::Map(_) => {
                let map = self.entries(value).unwrap_or_default();
                let mut names = Vec::new();
                for (host, entry) in map.iter() {
                    let addresses = self.at(DecodeStep::Key(host.clone()), |decoder| decoder.addresses(&entry.value));
                    names.push((host.to_string(), addresses));
                }
                (map.values().map(|entry| entry.value.clone()).collect(), hosts::from_map(&names))
            }
            _ => {
                self.wrong_type(value, ExpectedValue::MapOrList);
                return value.with(Data::Null);
            }
        };
        for error in refused {
            let origin = origins.get(error.from).unwrap_or(value);
            let key = self.entries(value).and_then(|map| map.keys().nth(error.from).cloned());
            let entry = match key {
                // A key is written in the file as it is.
                Some(host) => Quote::at(Place::start(), host),
                None => Quote::from_value(origin),
            };
            self.invalid(origin, ValueProblem::Host(entry, error.flaw));
        }
        let hosts = hosts.iter().map(|host| {
            let origin = origins.get(host.from).unwrap_or(value);
            convert(origin, Data::Text(host.text().into()))
        });
        value.with(Data::List(hosts.collect()))
    }

    fn addresses(&mut self, value: &Value) -> Vec<String> {
        match &value.data {
            Data::Null => vec![String::new()],
            Data::Text(address) => vec![address.to_string()],
            Data::List(items) => items.iter().map(go::sprint).collect(),
            _ => {
                self.wrong_type(value, ExpectedValue::Addresses);
                Vec::new()
            }
        }
    }

    /// docker compose cannot print a key with a path as JSON; it is shown as `id=path` here.
    pub(super) fn ssh(&mut self, value: &Value) -> Value {
        let Some(map) = self.entries(value) else {
            self.wrong_type(value, ExpectedValue::Map);
            return value.with(Data::Null);
        };
        let keys = map.iter().map(|(id, entry)| {
            let path = if entry.value.is_null() { String::new() } else { go::sprint(&entry.value) };
            let text = if path.is_empty() { id.clone() } else { format!("{id}={path}").into() };
            convert(&entry.value, Data::Text(text))
        });
        let keys = keys.collect();
        value.with(Data::List(keys))
    }

    pub(super) fn ulimit(&mut self, value: &Value) -> Value {
        match &value.data {
            Data::Int(0) => value.with(Data::Map(Map::new())),
            Data::Int(_) => value.clone(),
            Data::Map(map) => {
                let mut limits = Map::new();
                for name in ["soft", "hard"] {
                    match map.get(name) {
                        Some(entry) if matches!(entry.value.data, Data::Int(0)) => {}
                        Some(entry) if matches!(entry.value.data, Data::Int(_)) => {
                            limits.insert(name, entry.clone());
                        }
                        Some(entry) => self.at(DecodeStep::Field(name), |decoder| {
                            decoder.wrong_type(&entry.value, ExpectedValue::Int)
                        }),
                        None => {}
                    }
                }
                value.with(Data::Map(limits))
            }
            _ => {
                self.wrong_type(value, ExpectedValue::IntOrMap);
                value.with(Data::Map(Map::new()))
            }
        }
    }
}

/// A value with its empty lists made null, as loading leaves them.
pub(super) fn without_empty_lists(value: &Value) -> Value {
    match &value.data {
        Data::List(items) if items.is_empty() => value.with(Data::Null),
        Data::List(items) => value.with(Data::List(items.iter().map(without_empty_lists).collect())),
        Data::Map(map) => {
            let entries = map
                .iter()
                .map(|(key, entry)| (key.clone(), Entry { key: entry.key, value: without_empty_lists(&entry.value) }));
            let entries = entries.collect();
            value.with(Data::Map(entries))
        }
        _ => value.clone(),
    }
}

/// The value of an entry in a mapping of texts.
fn pair(shape: &DecodedShape, value: &Value) -> Value {
    match (shape, &value.data) {
        (DecodedShape::Environment, Data::Null) => value.clone(),
        (DecodedShape::MultiOptions, Data::List(items)) => value.with(Data::List(items.iter().map(printed).collect())),
        (DecodedShape::MultiOptions, _) => value.with(Data::List(vec![printed(value)])),
        (_, Data::Null) => value.with(empty_text()),
        _ => printed(value),
    }
}

/// A value as the text that Go prints for it.
fn printed(value: &Value) -> Value {
    if value.text().is_some() {
        return value.clone();
    }
    convert(value, Data::Text(go::sprint(value).into()))
}

/// The parts of text that lie in a stretch of it, counted from its start.
fn parts_within(value: &Value, start: usize, end: usize) -> Few<Part> {
    let (start, end) = (start as u32, end as u32);
    let cut = value.parts.iter().filter(|part| part.start < end && part.end > start).map(|part| Part {
        start: part.start.max(start) - start,
        end: part.end.min(end) - start,
        ..part.clone()
    });
    cut.collect()
}

/// Compose looks at the last byte alone, so that a key in another script may end with a "blank".
fn ends_with_space(key: &str) -> bool {
    matches!(key.as_bytes().last(), Some(b'\t'..=b'\r' | b' ' | 0x85 | 0xa0))
}
