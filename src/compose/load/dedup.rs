//! Duplicates in lists: the later item replaces the earlier one with the same identity.

use super::short::volume;
use crate::collections::HashMap;
use crate::compose::problem::{Missing, PlaceRole, Problem, Reported, Verdict};
use crate::compose::spec::merge_table::{ItemIdentity, identities};
use crate::compose::value::pattern::At;
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Text, Value};

/// How long a list may be whose items are compared one by one.
const SHORT: usize = 16;

/// Removes duplicates from the lists of a project. An item that lacks what identifies it is reported and stays.
pub(crate) fn unique(value: &mut Value, found: &mut Vec<Reported>) {
    walk(value, &mut Vec::new(), identities(), found);
}

fn walk(value: &mut Value, path: &mut Vec<Text>, at: At<ItemIdentity>, found: &mut Vec<Reported>) {
    match &mut value.data {
        Data::Map(map) => {
            for (key, entry) in map.iter_mut() {
                let Some(next) = at.step(key) else { continue };
                path.push(key.clone());
                walk(&mut entry.value, path, next, found);
                path.pop();
            }
        }
        Data::List(items) => {
            if let Some(identity) = at.value() {
                *items = without_duplicates(std::mem::take(items), *identity, path, found);
            }
        }
        _ => {}
    }
}

fn without_duplicates(
    items: Vec<Value>,
    identity: ItemIdentity,
    path: &[Text],
    found: &mut Vec<Reported>,
) -> Vec<Value> {
    // One item has no duplicate, and only a mapping can lack what identifies it.
    if let [only] = items.as_slice()
        && (identity.is_never_absent() || only.map().is_none())
    {
        return items;
    }
    let mut kept: Vec<Value> = Vec::with_capacity(items.len());
    let mut few: Vec<(String, usize)> = Vec::new();
    let mut many: HashMap<String, usize> = HashMap::default();
    let is_short = items.len() <= SHORT;
    for item in items {
        let id = match identify(&item, identity) {
            Ok(Some(id)) => id,
            Ok(None) => {
                kept.push(item);
                continue;
            }
            Err(missing) => {
                found.push(Reported::new(item.place, path, Problem::Missing(Missing::EntryKey(missing))));
                kept.push(item);
                continue;
            }
        };
        let known = few.iter().find(|(known, _)| *known == id).map(|(_, at)| *at).or_else(|| many.get(&id).copied());
        match known.and_then(|at| kept.get_mut(at)) {
            Some(earlier) => {
                if matches!(identity, ItemIdentity::MountTarget) {
                    found.extend(hidden_mount(earlier, &item, path));
                }
                *earlier = item;
            }
            None => {
                if is_short {
                    few.push((id, kept.len()));
                } else {
                    many.insert(id, kept.len());
                }
                kept.push(item);
            }
        }
    }
    kept
}

/// A mount of which nothing is left because one list has another one at its path: an override would mean it.
fn hidden_mount(earlier: &Value, item: &Value, path: &[Text]) -> Option<Reported> {
    let is_one_list = earlier.place.span.file == item.place.span.file && earlier.via.is_empty() && item.via.is_empty();
    let is_other = earlier.data != item.data && !earlier.has_blank() && !item.has_blank();
    let target = match item.text() {
        Some(text) => {
            let target = volume::parse(text).ok()?.target;
            let start = text.find(target.as_str())?;
            Quote::from_value(item).stretch(&(start..start + target.len()))
        }
        None => Quote::from_value(item.get("target")?),
    };
    let about = path.get(..2)?;
    let reported =
        Reported { verdict: Verdict::Accepted, ..Reported::new(item.place, about, Problem::MountTarget { target }) };
    (is_one_list && is_other).then(|| reported.related(earlier.place, PlaceRole::First))
}

/// What identifies an item; nothing for one of a wrong type, which the schema reports; the name of a missing key.
fn identify(item: &Value, identity: ItemIdentity) -> Result<Option<String>, &'static str> {
    let id = match (identity, &item.data) {
        (ItemIdentity::Key, Data::Text(text)) => Some(text.split('=').next().unwrap_or("").to_owned()),
        (ItemIdentity::MountTarget, Data::Text(text)) => volume::parse(text).ok().map(|spec| spec.target),
        (ItemIdentity::DeviceTarget, Data::Text(text)) => {
            let mut sections = text.split(':');
            let source = sections.next().unwrap_or("");
            Some(sections.next().unwrap_or(source).to_owned())
        }
        (ItemIdentity::MountTarget | ItemIdentity::DeviceTarget, Data::Map(_)) => match item.get("target") {
            None => return Err("target"),
            Some(target) => target.text().map(str::to_owned),
        },
        (ItemIdentity::GrantTarget(directory), Data::Text(name)) => Some(format!("{directory}/{name}")),
        (ItemIdentity::GrantTarget(directory), Data::Map(_)) => match (item.get("target"), item.get("source")) {
            (Some(target), _) => target.text().map(str::to_owned),
            (None, source) => Some(format!("{directory}/{}", source.and_then(Value::text).unwrap_or(""))),
        },
        (ItemIdentity::Text | ItemIdentity::Port, Data::Int(number)) => Some(number.to_string()),
        (ItemIdentity::Text | ItemIdentity::Port, Data::Text(text)) => Some(text.to_string()),
        (ItemIdentity::Port, Data::Map(_)) => return port(item).map(Some),
        (ItemIdentity::EnvFile, Data::Text(path)) => Some(path.to_string()),
        (ItemIdentity::EnvFile, Data::Map(_)) => item.get("path").and_then(Value::text).map(str::to_owned),
        _ => None,
    };
    Ok(id)
}

fn port(item: &Value) -> Result<String, &'static str> {
    let target = item.get("target").ok_or("target")?;
    let text = |key: &str, default: &str| match item.get(key).map(|value| &value.data) {
        Some(Data::Text(text)) => text.to_string(),
        Some(Data::Int(number)) => format!("#{number}"),
        _ => default.to_owned(),
    };
    let target = match &target.data {
        Data::Int(number) => number.to_string(),
        Data::Text(text) => format!("'{text}'"),
        _ => String::new(),
    };
    Ok(format!("{}:{}:{target}/{}", text("host_ip", "0.0.0.0"), text("published", "-"), text("protocol", "tcp")))
}
