//! Paths in containers that nothing can be mounted at (moby, `volume/mounts/linux_parser.go`).

use super::words::is_absolute;
use super::{Flaw, Report, shown};
use crate::model::{Mount, MountKind};
use crate::rules::Context;

/// Looks at the target of every mount.
pub(crate) fn check(cx: &Context<'_>, report: &mut Report<'_>) {
    for service in cx.model.services.values().chain(cx.model.disabled.values()) {
        let resource = format!("services.{}", service.name);
        for mount in &service.mounts {
            let blank = mount.target.parts.iter().any(|part| part.variable.is_some() && part.start == part.end);
            if !blank && !mount.target.value.is_empty() {
                report.add(&resource, "volumes", mount.target.place, flaw(mount));
            }
        }
    }
}

fn flaw(mount: &Mount) -> Option<Flaw> {
    let target = &mount.target.value;
    if target == "/" {
        return Some(Flaw::new("nothing can be mounted at `/`".to_owned()).help("name a directory below it"));
    }
    if is_absolute(target) {
        return None;
    }
    let flaw = Flaw::new(format!("{} is no absolute path in the container", shown(target)));
    Some(match (&mount.kind, target.as_str()) {
        (MountKind::Anonymous, _) => {
            flaw.help("a text without a colon is a path in the container: write `source:/path`")
        }
        (_, "ro" | "rw" | "z" | "Z") => flaw.help("write the path in the container before the options"),
        _ => flaw.help(format!("write the whole path, such as `/{}`", target.trim_start_matches("./"))),
    })
}
