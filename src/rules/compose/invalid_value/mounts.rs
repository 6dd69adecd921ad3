//! Paths in containers that nothing can be mounted at (moby, `volume/mounts/linux_parser.go`).

use super::words::is_absolute;
use super::{ValueFlaw, ValueReport, shown};
use crate::finding::Subject;
use crate::model::{Mount, MountKind};
use crate::rules::Context;

/// Looks at the target of every mount.
pub(crate) fn check(cx: &Context<'_>, report: &mut ValueReport<'_>) {
    for service in cx.model.services.values().chain(cx.model.disabled.values()) {
        let subject = Subject::service(&service.name);
        for mount in &service.mounts {
            let blank = mount.target.parts.iter().any(|part| part.variable.is_some() && part.start == part.end);
            if !blank && !mount.target.value.is_empty() {
                report.add(&subject, "volumes", mount.target.place, flaw(mount));
            }
        }
    }
}

fn flaw(mount: &Mount) -> Option<ValueFlaw> {
    let target = &mount.target.value;
    if target == "/" {
        return Some(ValueFlaw::new("cannot mount anything at `/`".to_owned()).help("use a directory below it"));
    }
    if is_absolute(target) {
        return None;
    }
    let flaw = ValueFlaw::new(format!("container path {} is not absolute", shown(target)));
    Some(match (&mount.kind, target.as_str()) {
        (MountKind::Anonymous, _) => flaw.help("use `source:/path`: an entry without a colon is a container path"),
        (_, "ro" | "rw" | "z" | "Z") => flaw.help("add the container path before the options"),
        _ => flaw.help(format!("use an absolute path, such as `/{}`", target.trim_start_matches("./"))),
    })
}
