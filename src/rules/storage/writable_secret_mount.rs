//! Keys, certificates and account files of the host that a container can write to without need.

use crate::collections::IndexMap;
use crate::facts::images::image_text;
use crate::facts::storage::mounts;
use crate::finding::{Edit, Finding, Subject, rule};
use crate::model::{Mount, MountKind, Service};
use crate::rules::Context;
use crate::rules::support::LABELS;
use crate::yaml::edit::{self, Content};

/// Endings of files with keys and certificates.
const ENDINGS: [&str; 7] = [".pem", ".key", ".crt", ".cer", ".p12", ".pfx", ".jks"];

/// Words in the names of images that make or renew certificates, or manage the host.
const WRITERS: [&str; 14] = [
    "acme",
    "certbot",
    "letsencrypt",
    "lego",
    "dehydrated",
    "swag",
    "traefik",
    "caddy",
    "proxy-manager",
    "step-ca",
    "vault",
    "certs",
    "cockpit",
    "wireguard",
];

/// Directories and files of a host that hold its keys and accounts.
const OF_HOST: [&str; 7] =
    ["/etc/letsencrypt", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/passwd", "/etc/group", "/etc/shadow"];

/// Reports each source once, at its first mount.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut groups: IndexMap<&MountKind, Vec<(&Service, &Mount, &str)>> = IndexMap::default();
    for service in cx.model.services.values().filter(|service| !writes(service)) {
        for mount in service.mounts.iter().filter(|mount| !mount.read_only) {
            if let Some(what) = secret(mount) {
                groups.entry(&mount.kind).or_default().push((service, mount, what));
            }
        }
    }
    for group in groups.values() {
        let Some(((service, mount, what), others)) = group.split_first() else { continue };
        let (name, target) = (&service.name, &mount.target.value);
        let message = format!("`{name}` can change the {what} at `{target}`: the mount is not read-only");
        let mut finding = Finding::new(rule::WRITABLE_SECRET_MOUNT, mount.place, Subject::service(name), message)
            .evidence(target.clone())
            .help("mount it read-only (`:ro`)");
        for (other, mount, _) in others.iter().take(LABELS) {
            finding = finding.label(mount.place, format!("so can `{}`", other.name));
        }
        let is_written_here = group.iter().all(|(_, mount, _)| mount.via.is_empty());
        let edits = || edit::all(group.iter().map(|(_, mount, _)| read_only(cx, mount)));
        finding.fixes.extend(is_written_here.then(|| edit::safe("mount it read-only", edits())).flatten());
        findings.push(finding);
    }
}

/// Whether a service makes certificates, by its image, its name or its command.
fn writes(service: &Service) -> bool {
    let is_writer = |text: &str| WRITERS.iter().any(|word| text.contains(word));
    let words = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
    is_writer(image_text(service))
        || is_writer(&service.name)
        || service.build.is_some()
        || words.map(|word| word.value.as_str()).any(|word| is_writer(word) || word.contains("openssl"))
}

/// What a bind mounts that a container only has to read.
fn secret(mount: &Mount) -> Option<&'static str> {
    let MountKind::Bind(source) = &mount.kind else { return None };
    let is_key = |path: &str| ENDINGS.iter().any(|ending| path.ends_with(ending));
    if is_key(source) || is_key(&mount.target.value) {
        return Some("key or certificate");
    }
    let is_of_host = OF_HOST.iter().any(|path| mounts::is_inside(source, path));
    is_of_host.then_some("host's keys or accounts")
}

fn read_only(cx: &Context<'_>, mount: &Mount) -> Option<Vec<Edit>> {
    match edit::text_of(cx.files, mount.place) {
        None => edit::set_entry(cx.files, mount.place, "read_only", &Content::Word("true".to_owned())),
        Some(text) => {
            let is_plain = text.matches(':').count() == 1 && !text.contains('$');
            is_plain.then(|| edit::replace(cx.files, mount.place, &format!("{text}:ro"))).flatten()
        }
    }
}
