//! A volume meant for a datastore's data that is mounted where the datastore does not keep them.

use crate::catalogue::schema::WrongMountEffect;
use crate::edits;
use crate::facts::images::{base_image, image_text};
use crate::facts::mounts;
use crate::finding::{Confidence, Finding, Severity};
use crate::rules::Context;
use crate::rules::support::put;

/// Reports the mount, at its target.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for unkept in cx.facts.unkept() {
        let Some((mount, effect)) = unkept.misplaced else { continue };
        let service = unkept.service;
        let name = &service.name;
        let target = &mount.target.value;
        let image = image_text(service);
        let message = match effect {
            WrongMountEffect::Refused => format!("`{image}` does not start with a volume at `{target}`"),
            WrongMountEffect::Ignored => format!("`{image}` does not keep its data in `{target}`"),
        };
        let mut finding = Finding::new(
            "datastore-at-wrong-path",
            Severity::Error,
            mount.target.place,
            format!("services.{name}"),
            message,
        )
        .evidence(target.clone())
        .help(format!("mount it at `{}`", unkept.path));
        if let Some(image) = base_image(service) {
            finding = finding.label(image.place, format!("this image keeps them in `{}`", unkept.path));
        }
        if !unkept.exact {
            finding.confidence = Confidence::Medium;
        }
        let taken = mounts::all(cx.model, service).iter().any(|other| other.target.value == unkept.path);
        if mount.via.is_empty() && !taken {
            let edits = put(cx, mount.target.place, &unkept.path);
            finding.fix = edits::risky(format!("mount it at `{}`", unkept.path), edits);
        }
        findings.push(finding);
    }
}
