//! Ports that are open for one reason, told in one finding.

use crate::facts::network::published::Published;
use crate::finding::{Finding, Fix};
use crate::rules::support::{LABELS, few_names, on_this_machine, published_as};
use crate::rules::{Context, fixes};
use crate::yaml::edit;

/// Whether ports are those of one service.
pub(super) fn is_one_service(ports: &[&Published<'_>]) -> bool {
    let mut names = ports.iter().map(|one| one.service.name.as_str());
    names.next().is_none_or(|first| names.all(|name| name == first))
}

/// The services of ports in words: "`a`, `b` and 3 others".
pub(super) fn names_of(ports: &[&Published<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for one in ports {
        if !names.contains(&one.service.name.as_str()) {
            names.push(&one.service.name);
        }
    }
    few_names(&names)
}

/// The ports of a service in words: "port 80", "ports 80 and 81".
pub(super) fn ports_in_words(cx: &Context<'_>, ports: &[&Published<'_>]) -> String {
    let words: Vec<String> = ports.iter().map(|one| published_as(cx, one.port)).collect();
    let numbers: Option<Vec<&str>> = words.iter().map(|word| word.strip_prefix("port ")).collect();
    match (words.as_slice(), numbers) {
        ([only], _) => only.clone(),
        (_, Some(numbers)) => format!("ports {}", joined(&numbers)),
        (words, None) => joined(&words.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}

/// The entries that publish ports on this machine alone, in words.
pub(super) fn entries_on_this_machine(cx: &Context<'_>, ports: &[&Published<'_>]) -> String {
    let entries: Vec<String> = ports.iter().map(|one| on_this_machine(cx, one.port)).collect();
    joined(&entries.iter().map(String::as_str).collect::<Vec<_>>())
}

fn joined(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => words.concat(),
    }
}

/// Points at the other ports of a finding.
pub(super) fn label(cx: &Context<'_>, mut finding: Finding, ports: &[&Published<'_>]) -> Finding {
    let place = finding.place;
    for one in ports.iter().skip(1).filter(|one| one.port.place != place).take(LABELS) {
        let what = match is_one_service(ports) {
            true => "this port is published as well".to_owned(),
            false => format!("`{}` publishes {}", one.service.name, published_as(cx, one.port)),
        };
        finding = finding.label(one.port.place, what);
    }
    finding
}

/// Publishes ports on loopback alone.
pub(super) fn on_loopback(cx: &Context<'_>, ports: &[&Published<'_>]) -> Option<Fix> {
    let title = "publish them on `127.0.0.1` only: other machines can then no longer reach them";
    all(ports.iter().map(|one| fixes::on_loopback(cx, one.port)).collect(), title)
}

/// Removes the entries that publish ports.
pub(super) fn without_ports(cx: &Context<'_>, ports: &[&Published<'_>]) -> Option<Fix> {
    let title = "remove the entries: the ports are then only reachable from services on the same network";
    all(ports.iter().map(|one| fixes::without_port(cx, one.port)).collect(), title)
}

/// Several fixes as one; the fix itself where there is one alone.
fn all(mut fixes: Vec<Option<Fix>>, title: &str) -> Option<Fix> {
    if fixes.len() == 1 {
        return fixes.pop()?;
    }
    edit::risky(title, edit::all(fixes.into_iter().map(|fix| Some(fix?.edits))))
}
