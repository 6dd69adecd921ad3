//! A directory or a file of the host that decides who controls it.

use super::documented::{asks_for, is_monitor};
use super::weight::{Entrances, weigh};
use crate::collections::HashSet;
use crate::facts::images::image_text;
use crate::facts::storage::mounts::is_inside;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Mount, MountKind, Service, Spanned};
use crate::rules::Context;
use crate::source::Place;
use crate::yaml::edit::{self, Content};

/// What someone gains who can write to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gain {
    /// The host: its programs, its accounts, what it runs as root, or everything that Docker keeps.
    Host,
    /// What people keep there, or their keys.
    Files,
    /// Devices, which Docker does not let it use, for the most part.
    Devices,
}

/// A path of the host.
struct HostPath {
    path: &'static str,
    /// Whether what is below it counts, too.
    below: bool,
    gain: Gain,
    /// What it has.
    has: &'static str,
    /// Whether it matters to a container that can only read it.
    shows: bool,
}

const fn host(path: &'static str, has: &'static str) -> HostPath {
    HostPath { path, below: false, gain: Gain::Host, has, shows: false }
}

const fn all_of(path: &'static str, has: &'static str) -> HostPath {
    HostPath { below: true, ..host(path, has) }
}

const fn shown(path: HostPath) -> HostPath {
    HostPath { shows: true, ..path }
}

/// Which paths these are. `/`, `/run` and sockets of container engines are `docker-socket-mount`'s; single files that many
/// containers need, such as `/etc/passwd` or certificates, are `writable-secret-mount`'s.
const PATHS: [HostPath; 42] = [
    shown(host("/etc", "the accounts, services and scheduled jobs of the host")),
    all_of("/etc/cron.d", "jobs that the host runs as root"),
    all_of("/etc/cron.daily", "jobs that the host runs as root"),
    all_of("/etc/cron.hourly", "jobs that the host runs as root"),
    all_of("/etc/crontab", "jobs that the host runs as root"),
    all_of("/var/spool/cron", "jobs that the host runs as root"),
    all_of("/etc/sudoers", "who may become root on the host"),
    all_of("/etc/sudoers.d", "who may become root on the host"),
    shown(all_of("/etc/shadow", "the password hashes of the host")),
    shown(all_of("/etc/gshadow", "the password hashes of the host")),
    all_of("/etc/pam.d", "how the host checks logins"),
    shown(all_of("/etc/ssh", "the SSH configuration and keys of the host")),
    all_of("/etc/systemd", "the services that the host starts as root"),
    all_of("/etc/init.d", "the services that the host starts as root"),
    all_of("/etc/rc.local", "what the host runs as root when it starts"),
    all_of("/etc/profile.d", "what every login on the host runs"),
    all_of("/etc/ld.so.preload", "what every program on the host loads"),
    all_of("/etc/docker", "the configuration of Docker"),
    shown(all_of("/etc/kubernetes", "the keys of the Kubernetes node")),
    shown(host("/root", "the files and keys of the root user")),
    all_of("/boot", "the kernel that the host starts"),
    host("/usr", "programs that the host runs"),
    host("/usr/bin", "programs that the host runs"),
    host("/usr/sbin", "programs that the host runs"),
    host("/usr/lib", "programs that the host runs"),
    host("/usr/local", "programs that the host runs"),
    host("/usr/local/bin", "programs that the host runs"),
    host("/bin", "programs that the host runs"),
    host("/sbin", "programs that the host runs"),
    host("/lib", "programs that the host runs"),
    host("/lib64", "programs that the host runs"),
    shown(host("/var", "the data of Docker and of the services of the host")),
    shown(host("/var/lib", "the data of Docker and of the services of the host")),
    shown(host("/var/lib/docker", "the files of all containers and volumes")),
    shown(host("/var/lib/containerd", "the files of all containers")),
    shown(host("/var/lib/containers", "the files of all containers and volumes")),
    shown(host("/var/lib/kubelet", "the secrets and volumes of the Kubernetes node")),
    host("/proc", "the settings of the host's kernel"),
    all_of("/proc/sys", "the settings of the host's kernel"),
    host("/sys", "the settings of the host's kernel"),
    HostPath { gain: Gain::Files, ..shown(host("/home", "the files and keys of all users")) },
    HostPath { gain: Gain::Devices, ..host("/dev", "the devices of the host") },
];

/// Directories of a user with keys.
const KEYS: [(&str, &str); 5] = [
    (".ssh", "SSH keys"),
    (".aws", "keys for AWS"),
    (".kube", "keys for Kubernetes clusters"),
    (".gnupg", "GPG keys"),
    (".docker", "logins for registries"),
];

/// The socket with which systemd takes orders without asking who gives them.
const SYSTEMD: [&str; 4] = ["/run/systemd/private", "/var/run/systemd/private", "/run/systemd", "/var/run/systemd"];

/// Words in the names of images that copy, show or share files for a living.
const FOR_FILES: [&str; 14] = [
    "backup",
    "duplicati",
    "duplicacy",
    "kopia",
    "borg",
    "restic",
    "rclone",
    "samba",
    "nfs",
    "filebrowser",
    "ncdu",
    "sftp",
    "rsync",
    "volumerize",
];

/// A mount of such a path.
struct Found<'a> {
    mount: &'a Mount,
    place: Place,
    path: String,
    gain: Gain,
    has: &'static str,
    shows: bool,
    device: Option<&'a Spanned<String>>,
}

/// Reports each such mount, lines that services share once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let entrances = Entrances::default();
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        for mount in &service.mounts {
            let Some(found) = found(cx, mount) else { continue };
            if asks_for(service, &found.path) || !seen.insert(found.place) {
                continue;
            }
            findings.extend(finding(cx, &entrances, service, &found));
        }
    }
}

fn finding(cx: &Context<'_>, entrances: &Entrances, service: &Service, found: &Found<'_>) -> Option<Finding> {
    let (name, path, has) = (&service.name, &found.path, found.has);
    let read_only = found.mount.read_only;
    let image = image_text(service);
    let is_for_files = FOR_FILES.iter().any(|word| image.contains(word) || service.name.contains(word));
    // Reading the host is what these are for.
    if read_only && (!found.shows || is_for_files || is_monitor(service)) {
        return None;
    }
    let is_privileged = service.privileged.as_ref().is_some_and(|privileged| privileged.value);
    if found.gain == Gain::Devices && is_privileged {
        return None;
    }
    let can = if read_only { "read" } else { "change" };
    let message = format!("`{name}` can {can} {has}: it mounts `{path}`");
    let finding = Finding::new(rule::SENSITIVE_HOST_MOUNT, found.place, Subject::service(name), message)
        .evidence(found.mount.target.value.clone())
        .help(help(name, found));
    let is_meant = is_for_files || is_monitor(service);
    let mut finding = match found.gain {
        _ if read_only || is_meant => finding.severity(Severity::Info),
        Gain::Host => entrances.weigh(cx, service, finding),
        Gain::Files => {
            let severity = weigh(cx, service, found.place, Severity::Warning);
            finding.severity(severity)
        }
        Gain::Devices => finding.severity(Severity::Info),
    };
    if let Some(device) = found.device {
        finding = finding.label(device.place, "the path of the host");
    }
    if !read_only && !found.shows && found.device.is_none() {
        finding
            .fixes
            .extend(edit::risky("mount it read-only: the service can no longer write there", on_read(cx, found)));
    }
    Some(finding)
}

fn help(name: &str, found: &Found<'_>) -> String {
    match (found.mount.read_only, found.shows) {
        (true, _) => format!("mount only the files that `{name}` reads"),
        (false, true) => {
            format!("mount only the directory or files that `{name}` needs, and read-only (`:ro`) if it can")
        }
        (false, false) => format!("mount it read-only (`:ro`), or only the files that `{name}` has to change"),
    }
}

fn found<'a>(cx: &Context<'a>, mount: &'a Mount) -> Option<Found<'a>> {
    let (source, device) = match &mount.kind {
        MountKind::Bind(path) => (path.as_str(), None),
        MountKind::Volume(name) => {
            let options = &cx.model.volumes.get(name)?.driver_opts;
            let device =
                options.get("device").filter(|_| options.get("o").is_some_and(|o| o.value.contains("bind")))?;
            (device.value.as_str(), Some(device))
        }
        _ => return None,
    };
    let directory = cx.model.directory.to_string_lossy();
    if is_inside(source, &directory) || cx.facts.leaves_repository(mount) {
        return None;
    }
    let path = if source == "/" { "/" } else { source.trim_end_matches('/') };
    let place = mount.source.as_ref().map_or(mount.place, |source| source.place);
    let found = |gain, has, shows| Some(Found { mount, place, path: path.to_owned(), gain, has, shows, device });
    if SYSTEMD.contains(&path) {
        return found(Gain::Host, "the services of the host through systemd", path.ends_with("private"));
    }
    if let Some(has) = keys(path).filter(|_| !path.ends_with(".sock")) {
        return found(Gain::Files, has, true);
    }
    let listed = PATHS.iter().find(|one| path == one.path || one.below && is_inside(path, one.path))?;
    found(listed.gain, listed.has, listed.shows)
}

/// What is in a directory of keys of a user of the host, whose home is known or not.
fn keys(path: &str) -> Option<&'static str> {
    let mut segments = path.split('/').skip(1).peekable();
    match segments.peek().copied() {
        Some("root") => drop(segments.next()),
        Some("home" | "Users") => {
            segments.next();
            segments.next();
        }
        _ => {}
    }
    let directory = segments.next()?;
    // One file that is not a key, such as `known_hosts`.
    let file = segments.last();
    if file.is_some_and(|file| ["known_hosts", "config", "cache", "cli-plugins"].contains(&file)) {
        return None;
    }
    KEYS.iter().find(|(name, _)| *name == directory).map(|(_, has)| *has)
}

fn on_read(cx: &Context<'_>, found: &Found<'_>) -> Option<Vec<crate::finding::Edit>> {
    if !found.mount.via.is_empty() {
        return None;
    }
    match edit::text_of(cx.files, found.mount.place) {
        None => edit::set_entry(cx.files, found.mount.place, "read_only", &Content::Word("true".to_owned())),
        Some(text) => {
            let is_plain = text.matches(':').count() == 1 && !text.contains('$');
            is_plain.then(|| edit::replace(cx.files, found.mount.place, &format!("{text}:ro"))).flatten()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_users_wherever_their_home_is() {
        for path in ["/root/.ssh", "/home/ann/.aws", "/.ssh", "/Users/ann/.kube/prod.yaml", "/home/ann/.ssh/id_ed25519"]
        {
            assert!(keys(path).is_some(), "{path}");
        }
        for path in
            ["/home/ann/.ssh/known_hosts", "/home/.ssh", "/srv/.ssh2", "/home/ann/project/.docker", "/", "/root"]
        {
            assert_eq!(keys(path), None, "{path}");
        }
    }
}
