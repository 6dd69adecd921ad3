//! A configuration mounted where the program does not read it.

use crate::app_config::{Misplaced, Misplacement, ProxyKind};
use crate::finding::{Finding, Fix, Severity, Subject, rule};
use crate::rules::Context;
use crate::yaml::edit;

/// Reports the mount or config of each.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for misplaced in &cx.facts.app_configs().misplaced {
        let Misplaced { service, target, wanted, what, given, kind } = misplaced;
        let program = kind.name();
        let (severity, message, help) = match what {
            Misplacement::Unread => (
                Severity::Warning,
                format!("`{target}` is not read by {program} in `{service}`"),
                unread_help(wanted, target, *kind),
            ),
            Misplacement::WholeAsPart => (
                Severity::Error,
                format!("`{target}` of `{service}` is a complete configuration, but {program} expects a fragment"),
                format!(
                    "mount it at `{wanted}`, or remove `events` and `http` from it: inside `http`, they are an error"
                ),
            ),
            Misplacement::PartAsWhole => (
                Severity::Error,
                format!(
                    "`{target}` of `{service}` only contains a `server` block, but {program} expects a complete configuration"
                ),
                format!("mount it at `{wanted}`, or wrap it in `http` and add an `events` block"),
            ),
        };
        let mut finding = Finding::new(rule::PROXY_CONFIG_PATH, *given, Subject::service(service), message)
            .severity(severity)
            .evidence(target.clone())
            .help(help);
        finding.fixes.extend(moved(cx, misplaced));
        findings.push(finding);
    }
}

/// Mounts the file where it is read, where nothing else is mounted there.
fn moved(cx: &Context<'_>, misplaced: &Misplaced) -> Option<Fix> {
    let Misplaced { service, target, wanted, given, .. } = misplaced;
    let mounts = &cx.model.services.get(service)?.mounts;
    let is_free = target != wanted && !mounts.iter().any(|mount| mount.target.value == *wanted);
    let mount = mounts.iter().find(|mount| mount.place == *given && mount.target.value == *target)?;
    let plain = mount.via.is_empty() && !mount.target.is_interpolated() && mount.target.place != mount.place;
    let edit = edit::replace_part(cx.files, mount.target.place, wanted).filter(|_| is_free && plain);
    edit::risky(format!("mount it at `{wanted}`"), edit)
}

fn unread_help(wanted: &str, target: &str, kind: ProxyKind) -> String {
    if kind == ProxyKind::Nginx && target.ends_with(".template") {
        return format!("mount it at `{wanted}`: the image only renders templates in that directory");
    }
    if kind == ProxyKind::Nginx && target == wanted {
        return "include it in the `/etc/nginx/nginx.conf` that is also mounted".to_owned();
    }
    match kind {
        ProxyKind::Nginx => format!("mount it at `{wanted}`, or include it in `/etc/nginx/nginx.conf`"),
        _ => format!("mount it at `{wanted}`, or pass its path in the command"),
    }
}
