//! What Compose rejects in one file's resources after defaults are set (compose-go 2.9.1, `validation`).

use std::net::IpAddr;
use std::sync::LazyLock;

use crate::compose::value::pattern::{At, ITEM, Patterns, display};
use crate::compose::value::{Data, Map, Text, Value};
use crate::finding::{Finding, Severity};

/// Checks a project; every finding is a rejection.
pub(crate) fn validate(value: &Value, findings: &mut Vec<Finding>) {
    static TABLE: LazyLock<Patterns<Check>> = LazyLock::new(|| Patterns::new(CHECKS));
    walk(value, &mut Vec::new(), TABLE.start(), findings);
}

fn walk(value: &Value, path: &mut Vec<Text>, at: At<Check>, findings: &mut Vec<Finding>) {
    if let Some(check) = at.value() {
        check(value, path, findings);
        return;
    }
    match &value.data {
        Data::Map(map) => {
            for (key, entry) in map {
                let Some(next) = at.step(key) else { continue };
                path.push(key.clone());
                walk(&entry.value, path, next, findings);
                path.pop();
            }
        }
        Data::List(items) => {
            let Some(next) = at.step(&ITEM) else { return };
            path.push(ITEM);
            items.iter().for_each(|item| walk(item, path, next, findings));
            path.pop();
        }
        _ => {}
    }
}

type Check = fn(&Value, &[Text], &mut Vec<Finding>);

const CHECKS: &[(&str, Check)] = &[
    ("volumes.*", external_alone),
    ("configs.*", config_source),
    ("secrets.*", secret_source),
    ("services.*.ports.*", host_address),
    ("services.*.volumes.*", bind_source),
    ("services.*.develop.watch.*.path", not_blank),
    ("services.*.deploy.resources.reservations.devices.*", count_or_ids),
    ("services.*.gpus.*", count_or_ids),
];

fn external_alone(value: &Value, path: &[Text], findings: &mut Vec<Finding>) {
    let Some(map) = value.map() else { return };
    if value.get("external").map(|external| &external.data) != Some(&Data::Bool(true)) {
        return;
    }
    let others = map.iter().filter(|(key, _)| *key != "name" && *key != "external" && !key.starts_with("x-"));
    for (key, entry) in others {
        let message = format!("`external` and `{key}` are mutually exclusive");
        findings.push(
            Finding::new("conflicting-keys", Severity::Error, entry.key, display(path), message)
                .evidence(key.as_str())
                .help("keep only `name` and `external`: an external resource is created elsewhere"),
        );
    }
}

fn config_source(value: &Value, path: &[Text], findings: &mut Vec<Finding>) {
    one_source(value, &["file", "environment", "content"], path, findings);
}

fn secret_source(value: &Value, path: &[Text], findings: &mut Vec<Finding>) {
    one_source(value, &["file", "environment"], path, findings);
}

fn one_source(value: &Value, keys: &[&str], path: &[Text], findings: &mut Vec<Finding>) {
    let Some(map) = value.map() else { return };
    let given: Vec<&&str> = keys.iter().filter(|key| map.contains_key(key)).collect();
    match given.as_slice() {
        [_] => {}
        [] => {
            if !map.contains_key("driver") && !map.contains_key("external") {
                let message = format!("one of {} is required here", listed(keys));
                findings.push(Finding::new("missing-key", Severity::Error, value.place, display(path), message));
            }
        }
        [first, others @ ..] => {
            for other in others {
                let (Some(one), Some(two)) = (map.get(first), map.get(other)) else { continue };
                let message = format!("`{first}` and `{other}` are mutually exclusive");
                let (one, two) = (one.key.min(two.key), one.key.max(two.key));
                findings.push(
                    Finding::new("conflicting-keys", Severity::Error, two, display(path), message)
                        .label(one, "set here")
                        .evidence((**other).to_owned()),
                );
            }
        }
    }
}

/// Words in backticks, with commas and an `or`.
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn host_address(value: &Value, path: &[Text], findings: &mut Vec<Finding>) {
    let Some(host) = value.get("host_ip") else { return };
    let Some(text) = host.text() else { return };
    // A zone (`fe80::1%eth0`) is no part of an address for Go's `net.ParseIP`.
    if text.parse::<IpAddr>().is_err() {
        let message = format!("`{text}` is not a valid IP address");
        findings.push(Finding::new("invalid-value", Severity::Error, host.place, display(path), message));
    }
}

fn bind_source(value: &Value, path: &[Text], findings: &mut Vec<Finding>) {
    if value.get("type").and_then(Value::text) == Some("bind") && value.get("source").is_none() {
        let message = "missing required key `source` in a bind mount";
        findings.push(
            Finding::new("missing-key", Severity::Error, value.place, display(path), message)
                .help("add the host path as `source`, or use `type: volume`"),
        );
    }
}

fn not_blank(value: &Value, path: &[Text], findings: &mut Vec<Finding>) {
    if value.text() == Some("") {
        findings.push(Finding::new("invalid-value", Severity::Error, value.place, display(path), "`path` is empty"));
    }
}

fn count_or_ids(value: &Value, path: &[Text], findings: &mut Vec<Finding>) {
    let Some(map): Option<&Map> = value.map() else { return };
    if let (Some(count), Some(ids)) = (map.get("count"), map.get("device_ids")) {
        let message = "`count` and `device_ids` are mutually exclusive";
        let (one, two) = (count.key.min(ids.key), count.key.max(ids.key));
        findings.push(
            Finding::new("conflicting-keys", Severity::Error, two, display(path), message)
                .label(one, "conflicts with this")
                .help("keep `device_ids` for specific devices, or `count` for any"),
        );
    }
}
