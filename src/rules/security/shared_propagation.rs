//! A bind mount through which a container's own mounts appear on the host.

use super::documented::asks_for;
use super::weight::weigh;
use crate::collections::HashSet;
use crate::finding::{Edit, Finding, Severity, Subject, rule};
use crate::model::{Mount, Service};
use crate::rules::Context;
use crate::yaml::edit;

/// Words in the names of images that mount something for others.
const MOUNTERS: [&str; 10] =
    ["rclone", "mergerfs", "s3fs", "sshfs", "davfs", "fuse", "zurg", "plexdrive", "csi", "juicefs"];

/// Reports mounts with the propagation `shared` or `rshared`, where the service is not known to mount anything.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    let has_any = |service: &&Service| service.mounts.iter().any(|mount| mount.propagation.is_some());
    for service in cx.model.services.values().filter(has_any).filter(|service| !mounts_for_others(service)) {
        for mount in &service.mounts {
            let Some(propagation) = mount.propagation.as_ref() else { continue };
            let Some(instead) = instead(&propagation.value).filter(|_| seen.insert(mount.place)) else { continue };
            let (name, target) = (&service.name, &mount.target.value);
            let message = format!("what `{name}` mounts below `{target}` appears on the host, too");
            let mut finding =
                Finding::new(rule::SHARED_PROPAGATION, propagation.place, Subject::service(name), message)
                    .severity(weigh(cx, service, mount.place, Severity::Info))
                    .evidence(target.clone())
                    .help(format!(
                        "use `{instead}`, with which mounts of the host appear in the container but not the reverse"
                    ));
            finding.fixes.extend(edit::risky("keep the mounts of the container in it", replaced(cx, mount, instead)));
            findings.push(finding);
        }
    }
}

fn replaced(cx: &Context<'_>, mount: &Mount, instead: &str) -> Option<Vec<Edit>> {
    let propagation = mount.propagation.as_ref().filter(|one| mount.via.is_empty() && !one.is_interpolated())?;
    let Some(text) = edit::text_of(cx.files, mount.place) else {
        return edit::replace(cx.files, propagation.place, instead);
    };
    // The options are behind the last colon.
    let (paths, options) = text.rsplit_once(':').filter(|_| !text.contains('$'))?;
    let options: Vec<&str> =
        options.split(',').map(|option| if option == propagation.value { instead } else { option }).collect();
    edit::replace(cx.files, mount.place, &format!("{paths}:{}", options.join(",")))
}

fn instead(propagation: &str) -> Option<&'static str> {
    match propagation {
        "shared" => Some("slave"),
        "rshared" => Some("rslave"),
        _ => None,
    }
}

/// Whether a service is there to mount something, for which the host has to see it.
fn mounts_for_others(service: &Service) -> bool {
    let has_fuse = service.devices.iter().any(|device| device.value.0 == "/dev/fuse");
    let image = crate::facts::images::image_text(service);
    has_fuse
        || asks_for(service, "shared")
        || MOUNTERS.iter().any(|word| image.contains(word) || service.name.contains(word))
        || service.isolation.cap_add.iter().any(|added| added.value.ends_with("SYS_ADMIN"))
}
