//! Values that differ, whatever order and form they are written in.

use std::path::Path;

use super::sides::Sides;
use crate::compose::load::decode::to_json;
use crate::compose::value::Value;
use serde_json::Value as Json;

/// Lists whose order has a meaning.
const ORDERED: [&str; 8] = ["command", "entrypoint", "test", "env_file", "dns", "dns_search", "post_start", "pre_stop"];

/// So deep paths of differing values are told.
const DEEPEST: usize = 4;

/// The keys of a mapping whose values differ, in the order of the files.
pub(super) fn differing_keys(sides: &Sides<'_>, old: &Value, new: &Value) -> Vec<String> {
    let keys = |value: &Value| -> Vec<String> {
        value.map().into_iter().flat_map(|map| map.keys().map(ToString::to_string)).collect()
    };
    let mut all = keys(new);
    all.extend(keys(old).into_iter().filter(|key| new.get(key).is_none()));
    all.retain(|key| normal(sides, true, key, old.get(key)) != normal(sides, false, key, new.get(key)));
    all
}

/// The dotted paths below a key at which two values differ.
pub(super) fn differing_paths(sides: &Sides<'_>, key: &str, old: Option<&Value>, new: Option<&Value>) -> Vec<String> {
    let mut paths = Vec::new();
    walk(key, 1, &normal(sides, true, key, old), &normal(sides, false, key, new), &mut paths);
    paths
}

fn walk(path: &str, depth: usize, old: &Json, new: &Json, paths: &mut Vec<String>) {
    if old == new {
        return;
    }
    let empty = serde_json::Map::new();
    let map = |value: &'_ Json| value.as_object().cloned();
    let (one, other) = (map(old), map(new));
    let is_deeper = depth < DEEPEST && (one.is_some() || other.is_some());
    let is_map_or_nothing =
        |value: &Json, map: &Option<serde_json::Map<String, Json>>| map.is_some() || value.is_null();
    if !is_deeper || !is_map_or_nothing(old, &one) || !is_map_or_nothing(new, &other) {
        paths.push(path.to_owned());
        return;
    }
    let (one, other) = (one.unwrap_or_else(|| empty.clone()), other.unwrap_or(empty));
    let gone = one.keys().filter(|key| !other.contains_key(*key));
    for key in other.keys().chain(gone) {
        let (old, new) = (one.get(key).unwrap_or(&Json::Null), other.get(key).unwrap_or(&Json::Null));
        walk(&format!("{path}.{key}"), depth + 1, old, new, paths);
    }
}

/// A value without what has no meaning: the order of lists, and where the project is.
fn normal(sides: &Sides<'_>, is_then: bool, key: &str, value: Option<&Value>) -> Json {
    let side = if is_then { &sides.then } else { &sides.now };
    let mut json = value.map_or(Json::Null, to_json);
    let name = side.facts.model.name.as_str();
    tidy(key, &mut json, side.directory(), name);
    json
}

fn tidy(key: &str, json: &mut Json, directory: &Path, project: &str) {
    match json {
        Json::String(text) => {
            let inside = Path::new(text.as_str()).strip_prefix(directory).ok();
            if let Some(inside) = inside {
                *text = format!("./{}", inside.display());
            } else if key == "target" && text.len() > 1 && text.ends_with('/') {
                text.pop();
            } else if key == "name" && text.strip_prefix(project).is_some_and(|rest| rest.starts_with('_')) {
                *text = text.get(project.len()..).unwrap_or("").to_owned();
            }
        }
        Json::Array(items) => {
            items.iter_mut().for_each(|item| tidy(key, item, directory, project));
            if !ORDERED.contains(&key) {
                items.sort_by_cached_key(ToString::to_string);
            }
        }
        Json::Object(map) => {
            map.iter_mut().for_each(|(key, value)| tidy(key, value, directory, project));
            // The short form of a mount writes what the long one leaves out.
            map.retain(|_, value| value.as_object().is_none_or(|map| !map.is_empty()));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
