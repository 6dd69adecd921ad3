//! A file system in memory from which programs can be run.

use super::hardened::containers;
use crate::collections::HashSet;
use crate::finding::{Finding, Subject, rule};
use crate::model::{Mount, MountKind};
use crate::rules::Context;
use crate::rules::support::and_list;
use crate::yaml::edit;

/// Options that undo the defaults of Docker, `noexec,nosuid,nodev`.
const OPTIONS: [&str; 3] = ["exec", "suid", "dev"];

/// Reports `tmpfs` entries with such an option.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in containers(cx) {
        for mount in service.mounts.iter().filter(|mount| mount.kind == MountKind::Tmpfs) {
            let Some(options) = &mount.options else { continue };
            let set: Vec<&str> = options.value.split(',').filter(|option| OPTIONS.contains(option)).collect();
            if set.is_empty() || !seen.insert(mount.place) {
                continue;
            }
            let (name, target) = (&service.name, &mount.target.value);
            let message = format!("`{name}` mounts `{target}` in memory with {}", and_list(&set));
            let mut finding = Finding::new(rule::EXECUTABLE_TMPFS, options.place, Subject::service(name), message)
                .evidence(target.clone())
                .help("remove the option, unless programs are run from there");
            let edits = without_options(mount).and_then(|text| {
                let plain = edit::text_of(cx.files, mount.place).is_some_and(|text| !text.contains('$'));
                (plain && mount.via.is_empty()).then(|| edit::replace(cx.files, mount.place, &text)).flatten()
            });
            finding.fixes.extend(edit::risky("remove the option: programs can no longer be run from there", edits));
            findings.push(finding);
        }
    }
}

fn without_options(mount: &Mount) -> Option<String> {
    let options = mount.options.as_ref()?;
    let kept: Vec<&str> = options.value.split(',').filter(|option| !OPTIONS.contains(option)).collect();
    let target = &mount.target.value;
    Some(if kept.is_empty() { target.clone() } else { format!("{target}:{}", kept.join(",")) })
}
