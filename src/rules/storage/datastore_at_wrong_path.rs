//! A volume meant for a datastore's data that is mounted where the datastore does not keep them.

use crate::catalogue::schema::WrongMountEffect;
use crate::facts::images::image_text;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::base_image;
use crate::rules::Context;
use crate::yaml::edit;

/// Reports the mount, at its target.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for unkept in cx.facts.unkept() {
        let Some((mount, effect)) = unkept.misplaced else { continue };
        let service = unkept.service;
        let name = &service.name;
        let target = &mount.target.value;
        let image = image_text(service);
        let message = match effect {
            WrongMountEffect::Refused => format!("`{image}` does not start with a volume at `{target}`"),
            WrongMountEffect::Ignored => format!("`{image}` does not store its data in `{target}`"),
        };
        let mut finding =
            Finding::new(rule::DATASTORE_AT_WRONG_PATH, mount.target.place, Subject::service(name), message)
                .evidence(target.clone())
                .help(match unkept.option {
                    Some(option) => format!("add `{option} {target}` to the command"),
                    None => format!("mount it at `{}`", unkept.path),
                });
        if let Some(image) = base_image(service) {
            finding = finding.label(image.place, format!("this image stores its data in `{}`", unkept.path));
        }
        let fixed = unkept.option.is_none() && mount.target.via.is_empty() && !mount.target.is_interpolated();
        let edits = fixed.then(|| edit::exchange(cx.files, mount.target.place, target, &unkept.path)).flatten();
        let title = format!(
            "mount it at `{}`: the current content of the volume may not be what the image expects there",
            unkept.path
        );
        finding.fixes.extend(edit::risky(title, edits));
        if !unkept.exact {
            finding.confidence = Confidence::Medium;
        }
        findings.push(finding);
    }
}
