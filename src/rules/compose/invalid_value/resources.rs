//! Numbers that the engine bounds (moby, `daemon/daemon_unix.go`), and secrets and configs that only a swarm has.

use super::{ValueFlaw, ValueReport, section, shown};
use crate::collections::HashSet;
use crate::compose::value::{Data, Value};
use crate::finding::{Severity, Subject};
use crate::model::Service;
use crate::rules::Context;

/// The least memory that the engine gives a container, in bytes.
const LEAST_MEMORY: i64 = 6 * 1024 * 1024;

/// A limit or reservation of memory.
pub(crate) fn memory(value: &Value) -> Option<ValueFlaw> {
    let bytes: i64 = value.text()?.parse().ok()?;
    (0 < bytes && bytes < LEAST_MEMORY).then(|| {
        let flaw = ValueFlaw::new(format!("{bytes} bytes is below the minimum of 6 MB for a container"));
        if bytes <= 65_536 { flaw.help(format!("add a unit: `{bytes}m`")) } else { flaw.help("use at least `6m`") }
    })
}

/// A port in long form.
pub(crate) fn port(value: &Value) -> Option<ValueFlaw> {
    let Data::Int(number) = value.data else { return None };
    (!(1..=65_535).contains(&number))
        .then(|| ValueFlaw::new(format!("`{number}` is not a valid port")).help("use a port from 1 to 65535"))
}

/// The host's side of a port in long form: a number or a range.
pub(crate) fn published(value: &Value) -> Option<ValueFlaw> {
    let text = value.text()?;
    let fits = text.is_empty() || text.split('-').all(|number| number.parse::<u16>().is_ok());
    (!fits)
        .then(|| ValueFlaw::new(format!("{} is not a valid host port", shown(text))).help("use a port from 0 to 65535"))
}

/// `cpu_period`, in microseconds.
pub(crate) fn cpu_period(value: &Value) -> Option<ValueFlaw> {
    between(value, 1_000, 1_000_000, "use a CPU period from 1000 to 1000000 microseconds")
}

/// `cpu_quota`, in microseconds; -1 for none.
pub(crate) fn cpu_quota(value: &Value) -> Option<ValueFlaw> {
    let Data::Int(number) = value.data else { return None };
    (0 < number && number < 1_000)
        .then(|| ValueFlaw::new(format!("`{number}` is too low")).help("use a CPU quota of at least 1000 microseconds"))
}

/// `blkio_config.weight`.
pub(crate) fn weight(value: &Value) -> Option<ValueFlaw> {
    between(value, 10, 1_000, "use a weight from 10 to 1000")
}

fn between(value: &Value, least: i64, most: i64, help: &str) -> Option<ValueFlaw> {
    let Data::Int(number) = value.data else { return None };
    (number != 0 && !(least..=most).contains(&number))
        .then(|| ValueFlaw::new(format!("`{number}` is out of range")).help(help))
}

/// `soft` and `hard` of a limit; -1 is no limit.
pub(crate) fn ulimit(value: &Value) -> Option<ValueFlaw> {
    let number = |key: &str| match value.get(key).map(|value| &value.data) {
        Some(Data::Int(number)) => Some(*number),
        _ => None,
    };
    let (soft, hard) = (number("soft")?, number("hard")?);
    let over = hard != -1 && (soft == -1 || soft > hard);
    (over).then(|| {
        let at = value.get("soft").map_or(value.place, |soft| soft.place);
        ValueFlaw::new(format!("soft limit {soft} exceeds hard limit {hard}")).at(at)
    })
}

/// The names of limits (`docker/go-units`, `ulimit.go`).
const ULIMITS: &[&str] = &[
    "as",
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// The name of a limit.
pub(crate) fn ulimit_name(name: &str) -> Option<ValueFlaw> {
    (!ULIMITS.contains(&name) && !name.starts_with("x-"))
        .then(|| ValueFlaw::new(format!("unknown ulimit {}", shown(name))).near(name, ULIMITS))
}

/// Secrets and configs in use that docker compose cannot make (2.40.3, `create.go`). Files for a swarm have them by
/// right.
pub(crate) fn secrets<'a>(cx: &Context<'a>, report: &mut ValueReport<'_>) {
    if cx.facts.is_for_swarm() {
        return;
    }
    for (kind, all) in [("secrets", &cx.model.secrets), ("configs", &cx.model.configs)] {
        let grants = |one: &'a Service| if kind == "secrets" { &one.secrets } else { &one.configs };
        let granted = cx.model.services.values().flat_map(grants).map(|grant| grant.source.value.as_str());
        let granted: HashSet<&str> = granted.collect();
        let one = kind.trim_end_matches('s');
        for (name, entry) in section(cx, kind).filter(|(name, _)| granted.contains(name.as_str())) {
            let subject = Subject::at([kind, name.as_str()]);
            // A config has no `driver` in the specification: that is an unknown key already.
            let keys: &[&str] = if kind == "secrets" { &["driver", "template_driver"] } else { &["template_driver"] };
            for key in keys {
                let Some(driver) = entry.value.map().and_then(|map| map.get(key)) else { continue };
                let flaw = ValueFlaw::new(format!("docker compose does not support `{key}` for a {one}"))
                    .help(format!("use `file` or `environment` for the {one}: drivers require Swarm"));
                report.add(&subject, key, driver.key, Some(flaw));
            }
            if all.get(name.as_str()).is_some_and(|object| object.external) {
                let at = entry.value.map().and_then(|map| map.get("external")).map_or(entry.key, |entry| entry.key);
                let mut flaw = ValueFlaw::new(format!("docker compose does not support an external {one}"))
                    .help(format!("use `file` or `environment` for the {one}: external ones require Swarm"));
                flaw.severity = Severity::Warning;
                report.add(&subject, "external", at, Some(flaw));
            }
        }
    }
}
