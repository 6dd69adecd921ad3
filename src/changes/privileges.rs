//! What a container may do to its host.

use std::collections::BTreeSet;

use super::sides::{ServicePair, Side, Sides};
use super::words::{names, several};
use super::{ChangePlace, DeploymentChange, Effect, Topic};
use crate::model::{MountKind, Service, Spanned};

/// Paths of the host that give control of it: what they are, and what follows.
const POWERFUL: [(&str, &str, &str); 9] = [
    ("/var/run/docker.sock", "the Docker socket", "it can control Docker, and with it the host"),
    ("/run/docker.sock", "the Docker socket", "it can control Docker, and with it the host"),
    ("/run/podman/podman.sock", "the Podman socket", "it can control all containers"),
    ("/run/containerd/containerd.sock", "the socket of containerd", "it can control all containers"),
    ("/", "all files of the host", ""),
    ("/etc", "the configuration of the host", ""),
    ("/root", "the home directory of the root user", ""),
    ("/var/lib/docker", "the data of all containers", ""),
    ("/proc", "what is known of the processes of the host", ""),
];

/// Whether a mount of a host path is told here, as a privilege.
pub(super) fn is_powerful(path: &str) -> bool {
    POWERFUL.iter().any(|(known, ..)| *known == path)
}

/// Compares the privileges of a service.
pub(super) fn compare(sides: &Sides<'_>, pair: ServicePair<'_>, out: &mut Vec<DeploymentChange>) {
    let Some(now) = pair.now else { return };
    privileged(sides, pair, now, out);
    host_paths(sides, pair, now, out);
    namespaces(sides, pair, now, out);
    capabilities(sides, pair, now, out);
    options(sides, pair, now, out);
    devices(sides, pair, now, out);
    users(sides, pair, now, out);
}

fn opens(name: &str, key: &str, message: String, at: Option<ChangePlace>) -> DeploymentChange {
    DeploymentChange::new(Topic::Access, Effect::Opens, key, message).about(name).risky_if(true).at(at)
}

fn closes(name: &str, key: &str, message: String) -> DeploymentChange {
    DeploymentChange::new(Topic::Access, Effect::Closes, key, message).about(name)
}

fn privileged(sides: &Sides<'_>, pair: ServicePair<'_>, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = pair.name();
    let is_set = |service: &Service| service.privileged.as_ref().is_some_and(|flag| flag.value);
    let was = pair.then.is_some_and(is_set);
    if is_set(now) && !was {
        let message = format!("`{name}` runs privileged: whoever controls the container controls the host");
        let at = now.privileged.as_ref().map(|flag| sides.now.place(flag.place));
        out.push(opens(name, "privileged", message, at));
    }
    if was && !is_set(now) {
        out.push(closes(name, "privileged", format!("`{name}` no longer runs privileged")));
    }
    let is_fixed = |service: &Service| service.read_only.as_ref().is_some_and(|flag| flag.value);
    match (pair.then.is_some_and(is_fixed), is_fixed(now)) {
        (true, false) => {
            let message = format!("`{name}` can write to the files of its image again");
            out.push(DeploymentChange::new(Topic::Access, Effect::Opens, "read_only", message).about(name));
        }
        (false, true) if pair.then.is_some() => {
            out.push(closes(name, "read_only", format!("`{name}` can no longer write to the files of its image")));
        }
        _ => {}
    }
}

fn host_paths(sides: &Sides<'_>, pair: ServicePair<'_>, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = pair.name();
    let has = |service: &Service, path: &str| {
        service.mounts.iter().any(|mount| matches!(&mount.kind, MountKind::Bind(own) if own == path))
    };
    for (path, what, rest) in POWERFUL {
        let was = pair.then.is_some_and(|then| has(then, path));
        let is = now.mounts.iter().find(|mount| matches!(&mount.kind, MountKind::Bind(own) if own == path));
        match is {
            Some(mount) if !was => {
                // Whoever may connect to a socket may send commands, whether or not its file can be written.
                let how = if mount.read_only && rest.is_empty() { ", read-only" } else { "" };
                let rest = if rest.is_empty() { String::new() } else { format!(": {rest}") };
                let message = format!("`{name}` gets {what} (`{path}`{how}){rest}");
                out.push(opens(name, "volumes", message, Some(sides.now.place(mount.place))));
            }
            None if was => {
                out.push(closes(name, "volumes", format!("`{name}` no longer gets {what} (`{path}`)")));
            }
            _ => {}
        }
    }
}

fn namespaces(sides: &Sides<'_>, pair: ServicePair<'_>, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = pair.name();
    let of = |service: &Service| -> [(&'static str, &'static str, Option<Spanned<String>>); 5] {
        let all = &service.isolation;
        [
            ("pid", "sees and can end the processes of the host", all.pid.clone()),
            ("ipc", "shares the memory of the host's processes", all.ipc.clone()),
            ("uts", "can change the name of the host", all.uts.clone()),
            ("userns_mode", "runs with the users of the host", all.userns_mode.clone()),
            ("cgroup", "sees the cgroups of the host", all.cgroup.clone()),
        ]
    };
    let then = pair.then.map(of);
    for (at, (key, what, value)) in of(now).into_iter().enumerate() {
        let was = then.as_ref().and_then(|then| then.get(at)).and_then(|(_, _, value)| value.clone());
        let is_host = |value: &Option<Spanned<String>>| value.as_ref().is_some_and(|value| value.value == "host");
        if is_host(&value) && !is_host(&was) {
            let place = value.as_ref().map(|value| sides.now.place(value.place));
            out.push(opens(name, key, format!("`{name}` uses the `{key}` namespace of the host: it {what}"), place));
        } else if is_host(&was) && !is_host(&value) {
            out.push(closes(name, key, format!("`{name}` no longer uses the `{key}` namespace of the host")));
        }
    }
}

/// What Docker gives a container that asks for nothing:
/// <https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities>.
const USUAL: [&str; 14] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// `CAP_NET_ADMIN` and `net_admin` are one.
fn capability(text: &str) -> String {
    let upper = text.to_ascii_uppercase();
    upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned()
}

/// The capabilities of a container; `ALL` for all there are.
fn capabilities_of(service: &Service) -> BTreeSet<String> {
    let dropped: BTreeSet<String> = service.isolation.cap_drop.iter().map(|one| capability(&one.value)).collect();
    let usual = USUAL.iter().map(|name| (*name).to_owned());
    let mut all: BTreeSet<String> =
        if dropped.contains("ALL") { BTreeSet::new() } else { usual.filter(|name| !dropped.contains(name)).collect() };
    all.extend(service.isolation.cap_add.iter().map(|one| capability(&one.value)));
    all
}

fn capabilities(sides: &Sides<'_>, pair: ServicePair<'_>, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = pair.name();
    let usual = || USUAL.iter().map(|name| (*name).to_owned()).collect();
    let (old, new) = (pair.then.map_or_else(usual, capabilities_of), capabilities_of(now));
    let gained: Vec<&String> = new.difference(&old).collect();
    let lost: Vec<&String> = old.difference(&new).collect();
    let what = |count: usize| several(count, "the capability", "the capabilities");
    if !gained.is_empty() {
        let message = format!("`{name}` gets {} {}", what(gained.len()), names(&gained));
        let key = if now.isolation.cap_add.is_empty() { "cap_drop" } else { "cap_add" };
        let at = now.isolation.cap_add.first().map(|first| sides.now.place(first.place));
        out.push(opens(name, key, message, at));
    }
    if lost.is_empty() || pair.then.is_none() {
        return;
    }
    let drops_all = now.isolation.cap_drop.iter().any(|one| capability(&one.value) == "ALL");
    let key = if now.isolation.cap_drop.is_empty() { "cap_add" } else { "cap_drop" };
    let at = now.isolation.cap_drop.first().map(|first| sides.now.place(first.place));
    let left: Vec<&String> = new.iter().collect();
    let message = match (drops_all, left.is_empty()) {
        (true, true) => format!("`{name}` gives up all capabilities"),
        (true, false) => format!("`{name}` gives up all capabilities but {}", names(&left)),
        (false, _) => format!("`{name}` no longer has {} {}", what(lost.len()), names(&lost)),
    };
    out.push(closes(name, key, message).at(at));
}

/// `security_opt` and `group_add`.
fn options(sides: &Sides<'_>, pair: ServicePair<'_>, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = pair.name();
    let none: &[Spanned<String>] = &[];
    let lists = [
        ("security_opt", pair.then.map_or(none, |then| &then.isolation.security_opt), &now.isolation.security_opt),
        ("group_add", pair.then.map_or(none, |then| &then.isolation.group_add), &now.isolation.group_add),
    ];
    for (key, old, new) in lists {
        let lacks = |all: &[Spanned<String>], one: &Spanned<String>| {
            !all.iter().any(|other| other.value.replace(':', "=") == one.value.replace(':', "="))
        };
        let gained: Vec<&Spanned<String>> = new.iter().filter(|one| lacks(old, one)).collect();
        let lost: Vec<&Spanned<String>> = old.iter().filter(|one| lacks(new, one)).collect();
        let words = if key == "group_add" {
            ("is in the group", "is no longer in the group")
        } else {
            ("runs with", "no longer runs with")
        };
        if let Some(first) = gained.first() {
            let message = format!("`{name}` {} {}", words.0, names(&shown(&sides.now, &gained)));
            let at = Some(sides.now.place(first.place));
            out.push(match key == "security_opt" && is_hardening(&gained) {
                true => closes(name, key, message).at(at),
                false => opens(name, key, message, at),
            });
        }
        if let Some(first) = lost.first() {
            let message = format!("`{name}` {} {}", words.1, names(&shown(&sides.then, &lost)));
            let at = Some(sides.then.place(first.place));
            out.push(match key == "security_opt" && is_hardening(&lost) {
                true => opens(name, key, message, at),
                false => closes(name, key, message).at(at),
            });
        }
    }
}

/// Whether entries of `security_opt` take privileges away.
fn is_hardening(entries: &[&Spanned<String>]) -> bool {
    let is_one = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.starts_with("no-new-privileges") && !text.ends_with("false")
            || !text.contains("unconfined") && text.contains('=')
    };
    entries.iter().all(|entry| is_one(&entry.value))
}

fn shown(side: &Side<'_>, all: &[&Spanned<String>]) -> Vec<String> {
    all.iter().map(|one| side.masked(&super::words::spelled(&one.value, &one.parts))).collect()
}

fn devices(sides: &Sides<'_>, pair: ServicePair<'_>, now: &Service, out: &mut Vec<DeploymentChange>) {
    let name = pair.name();
    let has = |service: &Service, source: &str| service.devices.iter().any(|device| device.value.0 == source);
    let gained: Vec<_> =
        now.devices.iter().filter(|one| !pair.then.is_some_and(|then| has(then, &one.value.0))).collect();
    if let Some(first) = gained.first() {
        let all: Vec<String> = gained.iter().map(|one| sides.now.masked(&one.value.0)).collect();
        let message =
            format!("`{name}` gets {} {} of the host", several(all.len(), "the device", "the devices"), names(&all));
        out.push(opens(name, "devices", message, Some(sides.now.place(first.place))));
    }
    let lost = pair.then.iter().flat_map(|then| &then.devices).filter(|one| !has(now, &one.value.0));
    let lost: Vec<String> = lost.map(|one| sides.then.masked(&one.value.0)).collect();
    if !lost.is_empty() {
        let message =
            format!("`{name}` no longer gets {} {}", several(lost.len(), "the device", "the devices"), names(&lost));
        out.push(closes(name, "devices", message));
    }
}

fn users(sides: &Sides<'_>, pair: ServicePair<'_>, now: &Service, out: &mut Vec<DeploymentChange>) {
    let Some(then) = pair.then else { return };
    let name = pair.name();
    let user = |service: &Service| service.user.as_ref().map(super::words::meant);
    if user(then) == user(now) {
        return;
    }
    let is_root = |user: &str| matches!(user.split(':').next(), Some("root" | "0"));
    let (message, effect) = match (&then.user, &now.user) {
        (_, Some(value)) if is_root(&value.value) => (format!("`{name}` runs as root"), Effect::Opens),
        (Some(_), Some(value)) => {
            let shown = sides.now.quoted_text("user", value).unwrap_or_else(|| "another user".to_owned());
            (
                format!("`{name}` runs as {shown}: files that it wrote as another user may not be its own"),
                Effect::Changes,
            )
        }
        (None, Some(value)) => {
            let shown = sides.now.quoted_text("user", value).unwrap_or_else(|| "another user".to_owned());
            (
                format!(
                    "`{name}` runs as {shown} instead of the user of its image: its files must belong to that user"
                ),
                Effect::Closes,
            )
        }
        (Some(old), None) if is_root(&old.value) => {
            (format!("`{name}` runs as the user of its image"), Effect::Changes)
        }
        (Some(_), None) => (format!("`{name}` runs as the user of its image, which may be root"), Effect::Opens),
        (None, None) => return,
    };
    let at = now.user.as_ref().map(|user| sides.now.place(user.place));
    let change = DeploymentChange::new(Topic::Access, effect, "user", message);
    out.push(change.about(name).risky_if(effect == Effect::Opens).at(at));
}
