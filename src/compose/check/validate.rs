//! What Compose rejects in one file's resources after defaults are set (compose-go 2.9.1, `validation`).

use std::net::IpAddr;
use std::sync::LazyLock;

use crate::compose::problem::{Conflict, Missing, PlaceRole, Problem, Reported, ValueProblem};
use crate::compose::value::pattern::{At, ITEM, Patterns};
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Map, Text, Value};

/// Checks a project; every problem is a rejection.
pub(crate) fn validate(value: &Value, found: &mut Vec<Reported>) {
    static TABLE: LazyLock<Patterns<ValueCheck>> = LazyLock::new(|| Patterns::new(CHECKS));
    walk(value, &mut Vec::new(), TABLE.start(), found);
}

fn walk(value: &Value, path: &mut Vec<Text>, at: At<ValueCheck>, found: &mut Vec<Reported>) {
    if let Some(check) = at.value() {
        check(value, path, found);
        return;
    }
    match &value.data {
        Data::Map(map) => {
            for (key, entry) in map {
                let Some(next) = at.step(key) else { continue };
                path.push(key.clone());
                walk(&entry.value, path, next, found);
                path.pop();
            }
        }
        Data::List(items) => {
            let Some(next) = at.step(&ITEM) else { return };
            path.push(ITEM);
            items.iter().for_each(|item| walk(item, path, next, found));
            path.pop();
        }
        _ => {}
    }
}

pub(in crate::compose) type ValueCheck = fn(&Value, &[Text], &mut Vec<Reported>);

pub(in crate::compose) const CHECKS: &[(&str, ValueCheck)] = &[
    ("volumes.*", external_alone),
    ("configs.*", config_source),
    ("secrets.*", secret_source),
    ("services.*.ports.*", host_address),
    ("services.*.volumes.*", bind_source),
    ("services.*.develop.watch.*.path", not_blank),
    ("services.*.deploy.resources.reservations.devices.*", count_or_ids),
    ("services.*.gpus.*", count_or_ids),
];

fn external_alone(value: &Value, path: &[Text], found: &mut Vec<Reported>) {
    let Some(map) = value.map() else { return };
    if value.get("external").map(|external| &external.data) != Some(&Data::Bool(true)) {
        return;
    }
    let others = map.iter().filter(|(key, _)| *key != "name" && *key != "external" && !key.starts_with("x-"));
    for (key, entry) in others {
        let problem = Problem::Conflict(Conflict::External { key: key.clone() });
        found.push(Reported::new(entry.key, path, problem));
    }
}

fn config_source(value: &Value, path: &[Text], found: &mut Vec<Reported>) {
    one_source(value, &["file", "environment", "content"], path, found);
}

fn secret_source(value: &Value, path: &[Text], found: &mut Vec<Reported>) {
    one_source(value, &["file", "environment"], path, found);
}

fn one_source(value: &Value, keys: &'static [&'static str], path: &[Text], found: &mut Vec<Reported>) {
    let Some(map) = value.map() else { return };
    let given: Vec<&'static str> = keys.iter().copied().filter(|key| map.contains_key(key)).collect();
    match given.as_slice() {
        [_] => {}
        [] => {
            if !map.contains_key("driver") && !map.contains_key("external") {
                found.push(Reported::new(value.place, path, Problem::Missing(Missing::OneOf(keys))));
            }
        }
        [first, others @ ..] => {
            for other in others {
                let (Some(one), Some(two)) = (map.get(first), map.get(other)) else { continue };
                let (one, two) = (one.key.min(two.key), one.key.max(two.key));
                let problem = Problem::Conflict(Conflict::Sources(first, other));
                found.push(Reported::new(two, path, problem).related(one, PlaceRole::Opposite));
            }
        }
    }
}

fn host_address(value: &Value, path: &[Text], found: &mut Vec<Reported>) {
    let Some(host) = value.get("host_ip") else { return };
    let Some(text) = host.text() else { return };
    // A zone (`fe80::1%eth0`) is not part of an address for Go's `net.ParseIP`.
    if text.parse::<IpAddr>().is_err() {
        let problem = Problem::Value(ValueProblem::Address(Quote::from_value(host)));
        found.push(Reported::new(host.place, path, problem));
    }
}

fn bind_source(value: &Value, path: &[Text], found: &mut Vec<Reported>) {
    if value.get("type").and_then(Value::text) == Some("bind") && value.get("source").is_none() {
        found.push(Reported::new(value.place, path, Problem::Missing(Missing::BindSource)));
    }
}

fn not_blank(value: &Value, path: &[Text], found: &mut Vec<Reported>) {
    if value.text() == Some("") {
        found.push(Reported::new(value.place, path, Problem::Value(ValueProblem::EmptyPath)));
    }
}

fn count_or_ids(value: &Value, path: &[Text], found: &mut Vec<Reported>) {
    let Some(map): Option<&Map> = value.map() else { return };
    if let (Some(count), Some(ids)) = (map.get("count"), map.get("device_ids")) {
        let (one, two) = (count.key.min(ids.key), count.key.max(ids.key));
        let reported = Reported::new(two, path, Problem::Conflict(Conflict::CountOrIds));
        found.push(reported.related(one, PlaceRole::Opposite));
    }
}
