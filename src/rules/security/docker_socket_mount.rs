//! A container engine socket mounted into a container.

use super::tools::{SocketUse, may_have_group, use_of};
use super::weight::Entrances;
use crate::catalogue::schema::ImageRole;
use crate::facts::images::known_image;
use crate::facts::repository::purpose::FilePurpose;
use crate::facts::storage::mounts::is_inside;
use crate::facts::storage::owners::unprivileged;
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::{ImageReference, Mount, MountKind, Service, Spanned};
use crate::rules::Context;
use crate::rules::support::{LABELS, less_in_tests};
use crate::source::Place;

/// File names of sockets, and the engine that listens there.
const SOCKETS: [(&str, &str); 6] = [
    ("docker.sock", "Docker"),
    ("docker.sock.raw", "Docker"),
    ("docker_engine", "Docker"),
    ("podman.sock", "Podman"),
    ("containerd.sock", "containerd"),
    ("crio.sock", "CRI-O"),
];

/// Directories of a host that contain the socket of Docker or of Podman. `/var` is not one of them: `/var/run` is a link.
const PARENTS: [(&str, &str); 9] = [
    ("/", "Docker"),
    ("/run", "Docker"),
    ("/var/run", "Docker"),
    ("/run/podman", "Podman"),
    ("/var/run/podman", "Podman"),
    ("/run/containerd", "containerd"),
    ("/var/run/containerd", "containerd"),
    ("/run/crio", "CRI-O"),
    ("/var/run/crio", "CRI-O"),
];

/// A way to a socket.
struct Access<'a> {
    engine: &'static str,
    /// The directory that is mounted with the socket in it.
    directory: Option<String>,
    read_only: bool,
    place: Place,
    /// The path of the host, where it is written at another place.
    device: Option<&'a Spanned<String>>,
    evidence: &'a str,
    confidence: Confidence,
}

/// Reports services that can connect to the socket of a container engine, each once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let entrances = Entrances::default();
    for service in cx.model.services.values() {
        // An image whose name only the deployment knows may be one that is made for it.
        let has_name = |image: &Spanned<ImageReference>| !image.value.repository.is_empty();
        let is_open = service.build.is_none() && !service.image.as_ref().is_some_and(has_name);
        let purpose = use_of(service).or(is_open.then_some(SocketUse::Manages));
        let mut all: Vec<(Severity, Access<'_>)> = accesses(cx, service)
            .into_iter()
            .filter_map(|access| Some((severity(&access, purpose)?, access)))
            .collect();
        all.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        let Some(((severity, access), others)) = all.split_first() else { continue };
        // A line shared through an anchor is reported for the first service.
        if findings.iter().any(|finding| finding.place == access.place) {
            continue;
        }
        // Who writes there what it is for, or gives the group of the socket to another user than root, has weighed it.
        let is_told = || cx.facts.comments_within(service.place).iter().any(|comment| is_about_socket(comment));
        let is_weighed =
            speaks_of_it(&cx.facts.comments_at(access.place)) || is_told() || !service.isolation.group_add.is_empty();
        let severity = match access.directory {
            _ if is_weighed => Severity::Info,
            // What is made to use Docker has no other way, and what only watches is no way in for others.
            None if purpose.is_none() && cx.facts.is_docker_client(service) => Severity::Info,
            None if is_monitor(service) && !entrances.lead_to(cx, service) => Severity::Info,
            _ => *severity,
        };
        let severity = less_in_tests(severity, cx.facts.purpose() != FilePurpose::Any);
        let name = &service.name;
        let mut finding =
            Finding::new(rule::DOCKER_SOCKET_MOUNT, access.place, Subject::service(name), message(service, access))
                .severity(severity)
                .confidence(access.confidence)
                .evidence(access.evidence)
                .help(help(name, access));
        if let Some(device) = access.device {
            finding = finding.label(device.place, "the path of the host");
        }
        for (_, other) in others.iter().take(LABELS) {
            finding = finding.label(other.place, "the socket is also here");
        }
        findings.push(finding);
    }
}

fn is_monitor(service: &Service) -> bool {
    known_image(service).is_some_and(|known| known.image.role == ImageRole::Monitoring)
}

/// Whether a comment elsewhere in the service says what the socket is for.
fn is_about_socket(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    (lower.contains("docker socket") || lower.contains("docker-socket") || lower.contains("docker.sock"))
        && speaks_of_it(comment)
}

/// Whether a comment is about the socket, and not an entry that is commented out.
fn speaks_of_it(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.len() > 2
        && ["socket", "docker", "containers", "container"].iter().any(|word| words.contains(word))
        && !lower.contains(".sock:")
}

fn accesses<'a>(cx: &Context<'a>, service: &'a Service) -> Vec<Access<'a>> {
    let mounts = service.mounts.iter().filter_map(|mount| mounted(cx, mount));
    let files = [(&service.secrets, &cx.model.secrets), (&service.configs, &cx.model.configs)];
    let granted = files.into_iter().flat_map(|(grants, declared)| {
        grants.iter().filter_map(|grant| {
            let file = declared.get(&grant.source.value)?.file.as_ref()?;
            let (engine, directory) = socket_at(&file.value).filter(|(_, directory)| directory.is_none())?;
            let (read_only, device, evidence) = (true, Some(file), grant.source.value.as_str());
            Some(Access {
                engine,
                directory,
                read_only,
                place: grant.source.place,
                device,
                evidence,
                confidence: Confidence::High,
            })
        })
    });
    mounts.chain(granted).collect()
}

fn mounted<'a>(cx: &Context<'a>, mount: &'a Mount) -> Option<Access<'a>> {
    let (found, device, confidence) = match &mount.kind {
        // What is below the project's directory is made by the project.
        MountKind::Bind(path) if is_of_project(cx, path) || cx.facts.leaves_repository(mount) => return None,
        MountKind::Bind(path) => (socket_at(path)?, None, Confidence::High),
        MountKind::Other(_) => (socket_at(&mount.source.as_ref()?.value)?, None, Confidence::High),
        MountKind::Volume(name) => {
            let options = &cx.model.volumes.get(name)?.driver_opts;
            let device =
                options.get("device").filter(|_| options.get("o").is_some_and(|o| o.value.contains("bind")))?;
            (socket_at(&device.value)?, Some(device), Confidence::High)
        }
        // The variable is not set here, but its target is where programs look for the socket.
        MountKind::Unknown => (socket_at(&mount.target.value)?, None, Confidence::Medium),
        MountKind::Anonymous | MountKind::Tmpfs => return None,
    };
    let (engine, directory) = found;
    if mount.kind == MountKind::Unknown && directory.is_some() {
        return None;
    }
    let place = mount.source.as_ref().map_or(mount.place, |source| source.place);
    let (read_only, evidence) = (mount.read_only, mount.target.value.as_str());
    Some(Access { engine, directory, read_only, place, device, evidence, confidence })
}

fn is_of_project(cx: &Context<'_>, path: &str) -> bool {
    let directory = cx.model.directory.to_string_lossy();
    directory != "/" && is_inside(path, &directory)
}

/// The engine whose socket a path of the host is, and the directory, if the path is one with the socket in it.
fn socket_at(path: &str) -> Option<(&'static str, Option<String>)> {
    let path = path.replace('\\', "/").replace("//", "/");
    let file = path.rsplit('/').next().unwrap_or("");
    if let Some((_, engine)) = SOCKETS.iter().find(|(socket, _)| *socket == file) {
        return Some((engine, None));
    }
    let directory = if path == "/" { "/" } else { path.trim_end_matches('/') };
    let (_, engine) = PARENTS.iter().find(|(parent, _)| *parent == directory)?;
    Some((engine, Some(directory.to_owned())))
}

/// `:ro` protects the files, not the API: it only makes a difference for directories, and for what is known to read.
fn severity(access: &Access<'_>, purpose: Option<SocketUse>) -> Option<Severity> {
    match (purpose, access.directory.is_some(), access.read_only) {
        (Some(SocketUse::Filters), ..) | (Some(SocketUse::Reads), true, true) => None,
        (Some(SocketUse::Manages), false, _) | (Some(SocketUse::Manages), true, true) => Some(Severity::Info),
        (Some(SocketUse::Reads), false, true) | (Some(SocketUse::Reads), true, false) => Some(Severity::Info),
        (None | Some(SocketUse::Manages), true, false) => Some(Severity::Error),
        (Some(SocketUse::Reads), false, false) | (None, ..) => Some(Severity::Warning),
    }
}

fn message(service: &Service, access: &Access<'_>) -> String {
    let (name, engine) = (&service.name, access.engine);
    let what = match &access.directory {
        Some(directory) => format!("`{directory}` of the host with the {engine} socket in it"),
        None => format!("the {engine} socket"),
    };
    // In a group whose number is not given, root alone may connect to the socket.
    if let Some(user) = unprivileged(service).filter(|_| !may_have_group(service) && access.directory.is_some()) {
        let who = user.name;
        return format!("`{name}` mounts {what}: as `{who}`, it reads what all users of the host may read");
    }
    let even = if access.read_only { ", even read-only" } else { "" };
    format!("`{name}` mounts {what}, which gives it control of the host{even}")
}

fn help(name: &str, access: &Access<'_>) -> String {
    let filter = "a proxy that filters requests, such as `tecnativa/docker-socket-proxy`";
    match (&access.directory, access.engine) {
        (Some(_), _) => {
            format!("mount only what `{name}` needs from it, and read-only; if it needs Docker, use {filter}")
        }
        (None, "Docker" | "Podman") if access.read_only => {
            format!("connect `{name}` to {filter}: `:ro` protects the file and does not limit the API")
        }
        (None, "Docker" | "Podman") => format!("connect `{name}` to {filter}, and mount the socket only there"),
        _ => format!("remove the mount, unless `{name}` manages containers"),
    }
}
