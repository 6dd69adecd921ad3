//! A security profile of Docker that is switched off.

use super::documented::asks_for;
use super::weight::weigh;
use crate::collections::HashSet;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit;

/// Options of `security_opt`: the key and value, the word for it, what goes on without, and how bad that is.
const OPTIONS: [(&str, &str, &str, &str, Severity); 5] = [
    (
        "seccomp",
        "unconfined",
        "seccomp",
        "it can use system calls that Docker blocks because they lead out of containers",
        Severity::Warning,
    ),
    ("apparmor", "unconfined", "AppArmor", "it can write to settings of the host's kernel", Severity::Warning),
    (
        "systempaths",
        "unconfined",
        "the mask over `/proc` and `/sys`",
        "it can read and change settings of the host's kernel",
        Severity::Warning,
    ),
    ("label", "disable", "SELinux", "it can use files of the host and of other containers", Severity::Info),
    (
        "no-new-privileges",
        "false",
        "`no-new-privileges`",
        "programs in it can gain privileges, which is the default",
        Severity::Info,
    ),
];

/// Reports the first profile that a service switches off without its image asking for it; the others are labels. A
/// privileged container has none.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        if service.privileged.as_ref().is_some_and(|privileged| privileged.value) {
            continue;
        }
        findings.extend(finding(cx, service).filter(|finding| seen.insert(finding.place)));
    }
}

fn finding(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let options = service.isolation.security_opt.iter();
    // With SELinux, the socket of Docker is only there without it.
    let has_socket = service.mounts.iter().any(|mount| mount.target.value.ends_with("docker.sock"));
    let all = options.filter_map(|option| Some((option, profile(&option.value)?)));
    let mut all = all.filter(|(_, (key, ..))| !(has_socket && *key == "label"));
    let (option, (key, value, what, so, most)) = all.find(|(_, (key, ..))| !asks_for(service, key))?;
    let others: Vec<_> = all.filter(|(_, (key, ..))| !asks_for(service, key)).collect();
    let name = &service.name;
    // Mounts of its own need both.
    let is_for_fuse = key == "apparmor" && service.devices.iter().any(|device| device.value.0 == "/dev/fuse");
    let most = if is_for_fuse { Severity::Info } else { most };
    let message = format!("`{name}` runs without {what}: {so}");
    let help = match key {
        "no-new-privileges" => "set `no-new-privileges:true`, or remove the entry".to_owned(),
        "seccomp" => {
            format!(
                "remove `{key}:{value}`; if a program needs more system calls, name a profile that allows only these"
            )
        }
        _ => format!("remove `{key}:{value}`, unless `{name}` cannot work without it"),
    };
    let mut finding = Finding::new(rule::SECURITY_PROFILE_DISABLED, option.place, Subject::service(name), message)
        .severity(weigh(cx, service, option.place, most))
        .evidence(key)
        .help(help);
    for (other, (_, _, what, ..)) in &others {
        finding = finding.label(other.place, format!("and without {what}"));
    }
    if others.is_empty() && option.via.is_empty() && !option.is_interpolated() {
        let title = format!("remove `{key}:{value}`: what needs it no longer works");
        finding.fixes.extend(edit::risky(title, edit::remove(cx.files, option.place)));
    }
    Some(finding)
}

/// The option that an entry is; Docker splits at `=`, or at the first `:` where there is none.
fn profile(entry: &str) -> Option<(&'static str, &'static str, &'static str, &'static str, Severity)> {
    let (key, value) = entry.split_once('=').or_else(|| entry.split_once(':'))?;
    let value = value.trim().to_ascii_lowercase();
    OPTIONS.into_iter().find(|(known, off, ..)| *known == key.trim() && *off == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_and_other_values() {
        for entry in [
            "seccomp:unconfined",
            "seccomp=unconfined",
            "apparmor=unconfined",
            "label:disable",
            "no-new-privileges:false",
        ] {
            assert!(profile(entry).is_some(), "{entry}");
        }
        for entry in [
            "seccomp:./profile.json",
            "no-new-privileges",
            "no-new-privileges=true",
            "label:type:x",
            "label:seccomp:unconfined",
        ] {
            assert!(profile(entry).is_none(), "{entry}");
        }
    }
}
