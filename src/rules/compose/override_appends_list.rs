//! An override list that is appended to the list it was meant to replace.

use crate::finding::{Finding, Subject, rule};
use crate::model::{Port, Service};
use crate::rules::Context;
use crate::source::{FileId, Place};
use crate::yaml::edit;

/// Reports ports and GPUs that an override states anew and that the earlier file has, too.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.project.files.len() < 2 {
        return;
    }
    for service in cx.model.services.values() {
        findings.extend(ports(cx, service));
        findings.extend(devices(cx, service));
    }
}

/// The position of a file of the project; `None` for one that is included or extended.
fn layer(cx: &Context<'_>, file: FileId) -> Option<usize> {
    cx.project.files.iter().position(|one| *one == file)
}

/// A port of the container that an earlier file publishes in another way.
fn ports(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let at = |port: &Port| layer(cx, port.place.span.file);
    let publishes_again = |port: &Port, earlier: &Port| {
        // One port of the host for both is a conflict, which has a rule of its own.
        let is_elsewhere =
            port.published.is_some() && earlier.published.is_some() && port.published != earlier.published;
        // What others cannot reach does no harm next to it.
        let is_open = earlier.host_ip.as_ref().and_then(|address| address.ip).is_none_or(|ip| !ip.is_loopback());
        let same = is_open && port.target == earlier.target && port.protocol == earlier.protocol && is_elsewhere;
        at(port) > at(earlier) && at(earlier).is_some() && same
    };
    let again = |port: &&Port| service.ports.iter().find(|earlier| publishes_again(port, earlier));
    let (port, earlier) = service.ports.iter().find_map(|port| Some((port, again(&port)?)))?;
    let target = port.target;
    let name = &service.name;
    let message = format!("`{name}` publishes port {target} twice: `ports` is appended to that of the earlier file");
    Some(appended(cx, service, "ports", (port.place, earlier.place), message))
}

/// GPUs that two files reserve.
fn devices(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let at = |place: Place| layer(cx, place.span.file);
    let is_again = |place: Place, earlier: Place| at(place) > at(earlier) && at(earlier).is_some();
    let mut requests = service.device_requests.iter().map(|request| request.place);
    let first = requests.next()?;
    let later = requests.find(|place| is_again(*place, first))?;
    let name = &service.name;
    let message = format!("`{name}` reserves GPUs twice: `devices` is appended to that of the earlier file");
    Some(appended(cx, service, "devices", (later, first), message))
}

fn appended(cx: &Context<'_>, service: &Service, key: &str, places: (Place, Place), message: String) -> Finding {
    let (place, earlier) = places;
    let mut finding = Finding::new(rule::OVERRIDE_APPENDS_LIST, place, Subject::service(&service.name), message)
        .evidence(key)
        .label(earlier, "this stays in force")
        .help(format!("write `{key}: !override`, which replaces the list"));
    let edits = cx
        .facts
        .section_key(place.span.file, &service.name, key)
        .and_then(|section| edit::tag(cx.files, section, "!override"));
    finding
        .fixes
        .extend(edit::risky(format!("tag the list with `!override`: `{key}` of the earlier file is dropped"), edits));
    finding
}
