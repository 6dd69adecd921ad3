//! Merging an override into what comes before it (Compose specification, "Merge and override"; the behavior is
//! compose-go 2.9.1's).

use super::short::go::sprint;
use crate::budget::{Budget, Limit};
use crate::collections::HashSet;
use crate::compose::problem::{PlaceRole, Problem, Reported, TypeProblem, ValueKind};
use crate::compose::spec::merge_table::{Merger, merger};
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Data, Entry, Map, Step, Text, Value};

/// Merges `other` over `base`, which both are at `path`. What cannot be merged gives a problem, and `other` wins.
pub(crate) fn merge(base: Value, other: Value, path: &mut Vec<Text>, found: &mut Vec<Reported>) -> Value {
    match merger(path) {
        Some(Merger::Replace) => replaced(&base, other),
        Some(Merger::Sequence) => join(sequence(base), sequence(other)),
        Some(Merger::UniqueSequence) => join_unique(sequence(base), sequence(other)),
        Some(Merger::Build) => merge_maps(build(base), build(other), path, found),
        Some(Merger::Names) => merge_maps(names(base), names(other), path, found),
        Some(Merger::Dependencies) => merge_maps(dependencies(base), dependencies(other), path, found),
        Some(Merger::Logging) if !same_driver(&base, &other) => replaced(&base, other),
        Some(Merger::IpamConfig) => ipam(base, other, path, found),
        Some(Merger::Logging) | None => plain(base, other, path, found),
    }
}

/// Takes away what a later file tags `!reset` or `!override`.
pub(crate) fn reset(value: &mut Value, path: &mut Vec<Text>, resets: &HashSet<Vec<Text>>, budget: &Budget) {
    if resets.is_empty() {
        return;
    }
    let place = value.place;
    let Data::Map(map) = &mut value.data else { return };
    if !budget.spend(Limit::Steps, map.len(), place) {
        return;
    }
    map.retain(|key, entry| {
        path.push(key.clone());
        let gone = resets.contains(path);
        if !gone {
            reset(&mut entry.value, path, resets, budget);
        }
        path.pop();
        !gone
    });
}

/// What two lists that are equal key by key become: a mapping merges, a list appends, anything else is replaced.
fn plain(base: Value, other: Value, path: &mut Vec<Text>, found: &mut Vec<Reported>) -> Value {
    if other.is_null() {
        return base;
    }
    match (&base.data, &other.data) {
        (Data::Map(_), Data::Map(_)) => merge_maps(base, other, path, found),
        (Data::List(_), Data::List(_)) => join(base, other),
        (Data::Map(_) | Data::List(_), _) => {
            let key = path.last().cloned().unwrap_or_default();
            let problem =
                TypeProblem::Override { key, found: ValueKind::from_value(&other), base: ValueKind::from_value(&base) };
            let reported = Reported::new(other.place, path, Problem::Type(problem));
            found.push(reported.related(base.place, PlaceRole::Overridden));
            other
        }
        _ => replaced(&base, other),
    }
}

/// The later value in the place of the earlier one.
fn replaced(base: &Value, mut other: Value) -> Value {
    if base.place != other.place {
        other.via.push(Step::Override(base.place));
    }
    other
}

fn merge_maps(base: Value, other: Value, path: &mut Vec<Text>, found: &mut Vec<Reported>) -> Value {
    let other_place = other.place;
    if other.map().is_none() {
        return base;
    }
    let Data::Map(mut map) = base.data else { return other };
    let Data::Map(over) = other.data else {
        return Value { data: Data::Map(map), place: base.place, via: base.via, parts: Few::new() };
    };
    for (key, entry) in over {
        match map.get_mut(&key) {
            None => map.insert(key, entry),
            Some(known) => {
                path.push(key);
                let before = std::mem::replace(&mut known.value, Value::new(Data::Null, other_place));
                known.value = merge(before, entry.value, path, found);
                if known.value.map().is_none() {
                    known.key = entry.key;
                }
                path.pop();
            }
        }
    }
    Value { data: Data::Map(map), place: base.place, via: base.via, parts: Few::new() }
}

fn join(base: Value, other: Value) -> Value {
    let (place, via) = (base.place, base.via.clone());
    let (Data::List(mut items), Data::List(more)) = (base.data, other.data) else {
        return Value { data: Data::List(Vec::new()), place, via, parts: Few::new() };
    };
    items.extend(more);
    Value { data: Data::List(items), place, via, parts: Few::new() }
}

fn join_unique(base: Value, other: Value) -> Value {
    // What is not text here stays, and is for the schema.
    let known: HashSet<Text> = base.list().unwrap_or(&[]).iter().filter_map(Value::text).map(Text::from).collect();
    let Value { data: Data::List(more), place, via, parts } = other else { return base };
    let fresh = more.into_iter().filter(|item| item.text().is_none_or(|text| !known.contains(text))).collect();
    join(base, Value { data: Data::List(fresh), place, via, parts })
}

/// A mapping as the sorted list of `key=value` that Compose makes of it before it joins two.
fn sequence(value: Value) -> Value {
    let Value { data, place, via, parts } = value;
    let items = match data {
        Data::List(items) => items,
        Data::Text(text) => {
            vec![Value { data: Data::Text(text), place, via: via.clone(), parts }]
        }
        Data::Map(map) => {
            let mut items: Vec<Value> = map.into_iter().flat_map(|(key, entry)| assignments(&key, entry)).collect();
            items.sort_by(|a, b| a.text().cmp(&b.text()));
            items
        }
        _ => Vec::new(),
    };
    Value { data: Data::List(items), place, via, parts: Few::new() }
}

/// An entry as `key=value` items, one for each item of a list; a null gives the bare key.
fn assignments(key: &Text, entry: Entry) -> Vec<Value> {
    let Entry { value, .. } = entry;
    match value.data {
        Data::Null => vec![value.with(Data::Text(key.clone()))],
        Data::List(ref items) => {
            items.iter().map(|item| item.with(Data::Text(format!("{key}={}", sprint(item)).into()))).collect()
        }
        _ => {
            let text = format!("{key}={}", sprint(&value));
            let shift = key.len() as u32 + 1;
            let mut parts = value.parts.clone();
            for part in parts.iter_mut() {
                part.start += shift;
                part.end += shift;
            }
            let mut item = value.with(Data::Text(text.into()));
            item.parts = parts;
            vec![item]
        }
    }
}

fn build(value: Value) -> Value {
    match value.data {
        Data::Text(_) => {
            let place = value.place;
            let outer = value.with(Data::Null);
            let map = Map::from([("context", Entry { key: place, value })]);
            outer.with(Data::Map(map))
        }
        _ => value,
    }
}

/// A list of names as a mapping with null under each.
pub(crate) fn names(value: Value) -> Value {
    named(value, |item| item.with(Data::Null))
}

/// A list of services as a mapping of dependencies, each with the condition that the short form implies.
pub(crate) fn dependencies(value: Value) -> Value {
    named(value, |item| {
        let entry = |data| Entry { key: item.place, value: Value::implied(data, item.place) };
        let map = Map::from([
            ("condition", entry(Data::Text("service_started".into()))),
            ("required", entry(Data::Bool(true))),
        ]);
        item.with(Data::Map(map))
    })
}

fn named(value: Value, under: impl Fn(&Value) -> Value) -> Value {
    let Data::List(items) = &value.data else { return value };
    let map = items
        .iter()
        .filter_map(|item| item.text().map(|name| (name.into(), item)))
        .map(|(name, item)| (name, Entry { key: item.place, value: under(item) }))
        .collect();
    value.with(Data::Map(map))
}

/// Options of a logging driver merge only into those of the same driver.
fn same_driver(base: &Value, other: &Value) -> bool {
    match (base.get("driver"), other.get("driver")) {
        (Some(base), Some(other)) => base.data == other.data,
        _ => true,
    }
}

/// Address pools merge by subnet.
fn ipam(base: Value, other: Value, path: &mut Vec<Text>, found: &mut Vec<Reported>) -> Value {
    let (Some(originals), Some(overrides)) = (base.list(), other.list()) else {
        return replaced(&base, other);
    };
    let subnet = |pool: &Value| pool.get("subnet").map(|value| value.data.clone());
    let mut pools: Vec<Value> = Vec::new();
    for original in originals {
        // compose-go merges into the pool itself: where it is in the list already, it changes there, too, even its
        // subnet (`parity/merge-ipam`).
        let mut current = original.clone();
        let mut shared: Vec<usize> = Vec::new();
        for over in overrides {
            let known = pools.iter().any(|pool| subnet(pool) == subnet(over));
            if subnet(&current) != subnet(over) && !known {
                pools.push(over.clone());
                continue;
            }
            current = merge_maps(current, over.clone(), path, found);
            for at in &shared {
                if let Some(pool) = pools.get_mut(*at) {
                    *pool = current.clone();
                }
            }
            match pools.iter().position(|pool| subnet(pool) == subnet(&current)) {
                Some(at) => {
                    shared.push(at);
                    if let Some(pool) = pools.get_mut(at) {
                        *pool = current.clone();
                    }
                }
                None => {
                    shared.push(pools.len());
                    pools.push(current.clone());
                }
            }
        }
    }
    base.with(Data::List(pools))
}
