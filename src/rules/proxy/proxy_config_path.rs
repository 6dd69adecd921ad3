//! A configuration that is mounted where the program does not read it.

use crate::finding::{Finding, Severity};
use crate::rules::Context;
use crate::sidecar::{Misplaced, Misplacement, ProxyKind};

/// Reports the mount or config of each.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for misplaced in &cx.facts.sidecars().misplaced {
        let Misplaced { service, target, wanted, what, given, kind } = misplaced;
        let program = kind.name();
        let (severity, message, help) = match what {
            Misplacement::Unread => (
                Severity::Warning,
                format!("the {program} of `{service}` does not read `{target}`"),
                unread_help(wanted, target, *kind),
            ),
            Misplacement::WholeAsPart => (
                Severity::Error,
                format!("`{target}` of `{service}` is a whole configuration where {program} wants a part of one"),
                format!(
                    "mount it at `{wanted}`, or take `events` and `http` out of it: inside of `http` they are an error"
                ),
            ),
            Misplacement::PartAsWhole => (
                Severity::Error,
                format!("`{target}` of `{service}` holds only a `server`, where {program} wants a whole configuration"),
                format!("mount it at `{wanted}`, or put it into `http` with an `events` block beside it"),
            ),
        };
        findings.push(
            Finding::new("proxy-config-path", severity, *given, format!("services.{service}"), message)
                .evidence(target.clone())
                .help(help),
        );
    }
}

fn unread_help(wanted: &str, target: &str, kind: ProxyKind) -> String {
    if kind == ProxyKind::Nginx && target.ends_with(".template") {
        return "mount it below `/etc/nginx/templates/`, from where the image fills templates in; or give the result the \
                name that nginx reads"
            .to_owned();
    }
    if kind == ProxyKind::Nginx && target.starts_with(wanted) {
        return "include it from the `/etc/nginx/nginx.conf` that is mounted beside it".to_owned();
    }
    if kind == ProxyKind::Nginx && wanted.ends_with('/') {
        return format!(
            "mount it in `{wanted}` under a name that ends in `.conf`, or include it from `/etc/nginx/nginx.conf`"
        );
    }
    format!("mount it at `{wanted}`, or tell the command the path")
}
