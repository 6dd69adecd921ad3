//! A datastore's volume mounted at a path where the datastore does not store its data.

use crate::catalogue::schema::{Image, WrongMountEffect};
use crate::facts::images::image_text;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{Service, base_image};
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
                .help(match (unkept.option, earlier_image(service, unkept.image, target)) {
                    (Some(option), _) => format!("add `{option} {target}` to the command"),
                    (None, Some(pinned)) => {
                        format!("mount it at `{}`, or use `{pinned}` if that version has written the data", unkept.path)
                    }
                    (None, None) => format!("mount it at `{}`", unkept.path),
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

/// The image with the newest version that has its data where the volume is, for one whose tag moves.
fn earlier_image(service: &Service, image: &Image, target: &str) -> Option<String> {
    let written = &base_image(service)?.value;
    let moves = written.digest.is_none() && written.tag.as_deref().is_none_or(|tag| tag == "latest");
    let of_path = image.data.iter().find(|data| data.path == target)?;
    let version = of_path.tags.as_ref()?.newest_major()?;
    let prefix = image.version_prefix.as_deref().filter(|_| !written.repository.ends_with(&image.name)).unwrap_or("");
    moves.then(|| format!("{}:{prefix}{version}", written.repository))
}
