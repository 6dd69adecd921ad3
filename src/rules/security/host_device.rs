//! A disk or the memory of the host as a device of a container.

use super::documented::asks_for;
use super::weight::weigh;
use crate::collections::HashSet;
use crate::compose::value::Value;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::source::Place;
use crate::yaml::edit;

/// What a device holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DeviceContent {
    Disk,
    Memory,
    Messages,
    Everything,
}

/// Beginnings of the names of disks under `/dev`, which go on with a letter or a number, and of directories of disks.
const DISKS: [&str; 13] =
    ["sd", "hd", "vd", "xvd", "nvme", "mmcblk", "md", "dm-", "loop", "rbd", "zd", "mapper/", "disk/"];

/// A device that a service gets.
struct Granted<'a> {
    place: Place,
    path: &'a str,
    held: DeviceContent,
    read_only: bool,
    /// Whether it is simply in the file.
    is_written_here: bool,
}

/// Reports services with such devices, by `devices` and by `device_cgroup_rules`. A privileged container has them all.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        let all: Vec<Granted<'_>> = service.devices.iter().filter_map(granted).chain(by_rules(cx, service)).collect();
        let Some((first, others)) = all.split_first() else { continue };
        let is_privileged = service.privileged.as_ref().is_some_and(|privileged| privileged.value);
        if is_privileged || asks_for(service, "devices") {
            continue;
        }
        if seen.insert(first.place) {
            findings.push(finding(cx, service, first, others));
        }
    }
}

fn finding(cx: &Context<'_>, service: &Service, first: &Granted<'_>, others: &[Granted<'_>]) -> Finding {
    let (name, path) = (&service.name, first.path);
    let can = if first.read_only { "read" } else { "read and change" };
    let (message, most) = match first.held {
        DeviceContent::Disk => (
            format!(
                "`{name}` has the disk `{path}` of the host: it can {can} every file on it, whatever its permissions"
            ),
            Severity::Warning,
        ),
        DeviceContent::Memory => {
            (format!("`{name}` has `{path}`: it can {can} the memory of the host's kernel"), Severity::Warning)
        }
        DeviceContent::Messages => {
            (format!("`{name}` has `{path}`: it can read the log of the host's kernel"), Severity::Info)
        }
        DeviceContent::Everything => {
            (format!("`{name}` has all devices of the host, its disks among them"), Severity::Warning)
        }
    };
    let mut finding = Finding::new(rule::HOST_DEVICE, first.place, Subject::service(name), message)
        .severity(weigh(cx, service, first.place, most))
        .evidence(path)
        .help(match first.held {
            DeviceContent::Disk => {
                "mount the file system on the host, and only the directory that the service needs under `volumes`"
            }
            DeviceContent::Everything => "list only the devices that the service needs",
            DeviceContent::Memory | DeviceContent::Messages => {
                "remove the device, unless the service cannot work without it"
            }
        });
    for other in others.iter().take(crate::rules::support::LABELS) {
        finding = finding.label(other.place, format!("it also has `{}`", other.path));
    }
    if first.is_written_here && others.is_empty() {
        let title = "remove the device: what needs it no longer works";
        finding.fixes.extend(edit::risky(title, edit::remove(cx.files, first.place)));
    }
    finding
}

fn granted(device: &crate::model::Spanned<(String, String, String)>) -> Option<Granted<'_>> {
    let (path, _, permissions) = &device.value;
    let held = held(path)?;
    // `m` alone only lets it make the device file.
    let is_used = permissions.is_empty() || permissions.contains(['r', 'w']);
    let read_only = !permissions.is_empty() && !permissions.contains('w');
    let is_written_here = device.via.is_empty() && !device.is_interpolated();
    is_used.then_some(Granted { place: device.place, path, held, read_only, is_written_here })
}

fn held(path: &str) -> Option<DeviceContent> {
    let name = match path.trim_end_matches('/') {
        "/dev" => return Some(DeviceContent::Everything),
        path => path.strip_prefix("/dev/")?,
    };
    match name {
        "mem" | "kmem" | "port" => Some(DeviceContent::Memory),
        "kmsg" => Some(DeviceContent::Messages),
        _ => {
            let is_disk = |start: &&str| {
                let rest = name.strip_prefix(*start);
                let is_short =
                    |rest: &str| rest.len() < 10 && rest.chars().all(|letter| letter.is_ascii_alphanumeric());
                rest.is_some_and(|rest| start.ends_with('/') || !rest.is_empty() && is_short(rest))
            };
            DISKS.iter().any(is_disk).then_some(DeviceContent::Disk)
        }
    }
}

/// Rules for all block devices, or for all devices: `b *:* rwm`.
fn by_rules<'a>(cx: &Context<'a>, service: &Service) -> Vec<Granted<'a>> {
    let project = cx.project;
    let rules = project.root.get("services").and_then(|all| all.get(&service.name));
    let rules = rules.and_then(|service| service.get("device_cgroup_rules")).and_then(Value::list);
    let granted = |rule: &'a Value| {
        let path = rule.text()?;
        let mut words = path.split_whitespace();
        let (kind, number, permissions) = (words.next()?, words.next()?, words.next()?);
        let all = matches!(kind, "a" | "b") && number.starts_with('*');
        let (held, read_only) = (DeviceContent::Everything, !permissions.contains('w'));
        let is_written_here = false;
        (all && permissions.contains(['r', 'w'])).then_some(Granted {
            place: rule.place,
            path,
            held,
            read_only,
            is_written_here,
        })
    };
    rules.unwrap_or_default().iter().filter_map(granted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_and_what_only_begins_like_one() {
        for path in
            ["/dev/sda", "/dev/sdb1", "/dev/nvme0n1", "/dev/mapper/root", "/dev/disk/by-id/x", "/dev/md0", "/dev/zd0"]
        {
            assert_eq!(held(path), Some(DeviceContent::Disk), "{path}");
        }
        for path in
            ["/dev/sd", "/dev/snd", "/dev/dri", "/dev/ttyUSB0", "/dev/fuse", "/dev/net/tun", "/dev/video0", "/dev/hpet"]
        {
            assert_eq!(held(path), None, "{path}");
        }
        assert_eq!(held("/dev/mem"), Some(DeviceContent::Memory));
        assert_eq!(held("/dev/"), Some(DeviceContent::Everything));
    }
}
