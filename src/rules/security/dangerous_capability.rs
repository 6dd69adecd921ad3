//! A capability that reaches beyond the container.

use super::documented::asks_for;
use super::weight::{Entrances, weigh};
use crate::collections::HashSet;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;
use crate::rules::support::LABELS;
use crate::yaml::edit;

/// How far a capability reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum CapabilityReach {
    /// Something about the host can be seen.
    Reads,
    /// Something about the host can be changed.
    Disturbs,
    /// Whoever has it can become root on the host.
    Owns,
}

/// Capabilities beyond those that Docker grants by itself, and what they let a container do:
/// <https://man7.org/linux/man-pages/man7/capabilities.7.html>.
const CAPABILITIES: [(&str, CapabilityReach, &str); 14] = [
    ("ALL", CapabilityReach::Owns, "do everything that root can do on the host"),
    ("SYS_ADMIN", CapabilityReach::Owns, "mount file systems of the host and take it over"),
    ("SYS_MODULE", CapabilityReach::Owns, "load modules into the kernel of the host"),
    ("SYS_RAWIO", CapabilityReach::Owns, "write to the memory and the disks of the host"),
    ("DAC_READ_SEARCH", CapabilityReach::Owns, "open every file of the host"),
    ("BPF", CapabilityReach::Disturbs, "load programs into the kernel of the host"),
    ("SYS_BOOT", CapabilityReach::Disturbs, "restart the host"),
    ("SYS_TIME", CapabilityReach::Disturbs, "set the clock of the host"),
    ("MAC_ADMIN", CapabilityReach::Disturbs, "change the access rules of the host"),
    ("MAC_OVERRIDE", CapabilityReach::Disturbs, "bypass the access rules of the host"),
    ("SYS_PTRACE", CapabilityReach::Reads, "read the memory of other processes in the container"),
    (
        "NET_ADMIN",
        CapabilityReach::Reads,
        "change its network, and use more of the host's kernel than other containers",
    ),
    ("SYSLOG", CapabilityReach::Reads, "read the log of the host's kernel"),
    ("PERFMON", CapabilityReach::Reads, "measure the processes of the host"),
];

/// Reports services with such capabilities, each once, by the one that reaches furthest. A privileged container has them all.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let entrances = Entrances::default();
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        if service.privileged.as_ref().is_some_and(|privileged| privileged.value) {
            continue;
        }
        let mut granted: Vec<(CapabilityReach, &str, &Spanned<String>)> =
            service.isolation.cap_add.iter().filter_map(|added| reach(service, added)).collect();
        granted.sort_by_key(|(reach, ..)| std::cmp::Reverse(*reach));
        let Some(((reach, can, added), others)) = granted.split_first() else { continue };
        if !seen.insert(added.place) {
            continue;
        }
        findings.push(finding(cx, &entrances, service, (*reach, can, added), others));
    }
}

fn finding(
    cx: &Context<'_>,
    entrances: &Entrances,
    service: &Service,
    (reach, can, added): (CapabilityReach, &str, &Spanned<String>),
    others: &[(CapabilityReach, &str, &Spanned<String>)],
) -> Finding {
    let (name, capability) = (&service.name, plain(&added.value));
    let message = format!("`{name}` has the capability `{capability}`: it can {can}");
    let help = if others.is_empty() {
        format!("remove `{capability}` from `cap_add`, unless `{name}` cannot work without it")
    } else {
        format!("remove what `{name}` can work without from `cap_add`")
    };
    let finding = Finding::new(rule::DANGEROUS_CAPABILITY, added.place, Subject::service(name), message)
        .evidence(capability.clone())
        .help(help);
    let mut finding = match reach {
        // Who drops all others has thought about this one, which datastores are given for files of other users.
        CapabilityReach::Owns if capability == "DAC_READ_SEARCH" && drops_all(service) => {
            finding.severity(Severity::Info)
        }
        CapabilityReach::Owns if !is_for_fuse(service) => entrances.weigh(cx, service, finding),
        CapabilityReach::Disturbs => {
            let severity = weigh(cx, service, added.place, Severity::Warning);
            finding.severity(severity)
        }
        _ => finding.severity(Severity::Info),
    };
    for (_, can, other) in others.iter().take(LABELS) {
        finding = finding.label(other.place, format!("it can also {can}"));
    }
    if added.via.is_empty() && !added.is_interpolated() && others.is_empty() {
        let title = format!("remove `{capability}`: what needs it no longer works");
        finding.fixes.extend(edit::risky(title, edit::remove(cx.files, added.place)));
    }
    finding
}

/// Whether a container starts without capabilities.
fn drops_all(service: &Service) -> bool {
    service.isolation.cap_drop.iter().any(|dropped| plain(&dropped.value) == "ALL")
}

/// The name of a capability as the kernel has it, without the prefix.
fn plain(written: &str) -> String {
    let upper = written.to_ascii_uppercase();
    match upper.strip_prefix("CAP_") {
        // Docker has no `CAP_ALL`.
        Some(rest) if rest != "ALL" => rest.to_owned(),
        _ => upper,
    }
}

fn reach<'a>(
    service: &Service,
    added: &'a Spanned<String>,
) -> Option<(CapabilityReach, &'static str, &'a Spanned<String>)> {
    let capability = plain(&added.value);
    let (_, reach, can) = CAPABILITIES.iter().find(|(name, ..)| *name == capability)?;
    if asks_for(service, &capability) {
        return None;
    }
    let in_host_network = service.network_mode.as_ref().is_some_and(|mode| mode.value == "host");
    let in_host_pids = service.isolation.pid.as_ref().is_some_and(|pid| pid.value == "host");
    match capability.as_str() {
        // A tunnel, or a device of its own network.
        "NET_ADMIN" if has_device(service, "/dev/net/tun") => None,
        // Who asks for both means to manage the network of the host.
        "NET_ADMIN" if in_host_network => {
            Some((CapabilityReach::Reads, "change the network and the firewall of the host", added))
        }
        "SYS_PTRACE" if in_host_pids => Some((CapabilityReach::Owns, "take over every process of the host", added)),
        _ => Some((*reach, can, added)),
    }
}

fn has_device(service: &Service, device: &str) -> bool {
    service.devices.iter().any(|one| one.value.0 == device)
        || service.mounts.iter().any(|mount| mount.source.as_ref().is_some_and(|source| source.value == device))
}

/// Whether a container mounts file systems of its own, for which the kernel wants the capability.
fn is_for_fuse(service: &Service) -> bool {
    has_device(service, "/dev/fuse")
}
