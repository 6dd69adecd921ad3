//! What the rules on data that no volume keeps have in common.

use crate::catalogue::schema::{Image, WrongMountEffect};
use crate::facts::images::image_text;
use crate::facts::repository::purpose::FilePurpose;
use crate::facts::storage::datastores::Unkept;
use crate::facts::tags::{TagMeaning, is_bound_to_version, meaning, pulled};
use crate::finding::{Confidence, Finding, RuleId, Severity, Subject};
use crate::model::{Mount, MountKind, Service, base_image};
use crate::rules::support::for_purpose;
use crate::rules::{Context, fixes};
use crate::yaml::edit;

/// A service whose data is not on a volume, at its key.
pub(crate) fn without_volume(cx: &Context<'_>, rule: RuleId, unkept: &Unkept<'_>) -> Finding {
    let service = unkept.service;
    let mut finding = Finding::new(rule, service.key, Subject::service(&service.name), message(unkept))
        .evidence(unkept.path.clone())
        .help(help(unkept));
    // With a volume, the data outlive the version of a tag that moves.
    let warns = !cx.facts.is_at_home() && for_purpose(Severity::Warning, cx.facts.purpose()) == Severity::Warning;
    let is_open = warns && is_bound_to_version(service) && has_moving_tag(service);
    if is_open {
        finding =
            finding.help(format!("{}; pin the version of the image as well, as the data outlive it", help(unkept)));
    }
    finding.fixes.extend(match unkept.fleeting {
        _ if is_open => None,
        _ if unkept.option.is_some() || unkept.own.is_some() => None,
        Some(_) => fixes::named(cx, service, &unkept.path),
        None => fixes::in_named_volume(cx, service, &unkept.path),
    });
    if let Some(mount) = unkept.fleeting {
        let label = match mount.kind {
            MountKind::Anonymous => "this volume has no name, so that the next container gets a new one",
            _ => "does not outlive the container",
        };
        finding = finding.label(mount.place, label);
    }
    if !unkept.exact || unkept.is_assumed {
        finding.confidence = Confidence::Medium;
    }
    finding
}

fn has_moving_tag(service: &Service) -> bool {
    pulled(service).is_some_and(|image| matches!(meaning(image), TagMeaning::Absent | TagMeaning::Moving))
}

/// No error where an env file that is not in the checkout might say otherwise.
pub(super) fn as_sure(severity: Severity, unkept: &Unkept<'_>) -> Severity {
    if unkept.is_assumed && severity == Severity::Error { Severity::Warning } else { severity }
}

fn message(unkept: &Unkept<'_>) -> String {
    let name = &unkept.service.name;
    match unkept.fleeting.map(|mount| &mount.kind) {
        Some(MountKind::Tmpfs) => format!("`{name}` keeps its data in memory: the next restart deletes it"),
        Some(MountKind::Anonymous) => {
            format!("`{name}` keeps its data in an anonymous volume: `docker compose down` leaves it behind unused")
        }
        _ if unkept.partly => {
            format!("`{}` of `{name}` is not on a volume: recreating the container deletes it", unkept.path)
        }
        _ => format!("`{name}` keeps its data inside the container: recreating it deletes the data"),
    }
}

fn help(unkept: &Unkept<'_>) -> String {
    if let Some(option) = unkept.option {
        format!("mount a named volume at `/data`, and add `{option} /data` to the command")
    } else if let Some((variable, path)) = unkept.own {
        format!(
            "mount a named volume at `{path}`, which belongs to the user of the image, and set `{variable}: {path}`"
        )
    } else if unkept.exact {
        format!("mount a named volume at `{}`, and declare it under the top-level `volumes:`", unkept.path)
    } else {
        let of = &unkept.image.name;
        format!("mount a named volume at the data directory of this image; for `{of}`, it is `{}`", unkept.path)
    }
}

/// A mount that was meant for the data of a service, at its target.
pub(crate) fn at_wrong_path(
    cx: &Context<'_>,
    rule: RuleId,
    unkept: &Unkept<'_>,
    (mount, effect): (&Mount, WrongMountEffect),
) -> Finding {
    let service = unkept.service;
    let target = &mount.target.value;
    let image = image_text(service);
    let message = match effect {
        WrongMountEffect::Refused => format!("`{image}` does not start with a volume at `{target}`"),
        WrongMountEffect::Ignored => format!("`{image}` does not store its data in `{target}`"),
    };
    let mut finding = Finding::new(rule, mount.target.place, Subject::service(&service.name), message)
        .evidence(target.clone())
        .help(match (unkept.option, earlier_image(service, unkept.image, target)) {
            _ if unkept.own.is_some() => by_variable(unkept, target),
            (Some(option), _) => format!("add `{option} {target}` to the command"),
            (None, Some(pinned)) => {
                format!("mount it at `{}`, or use `{pinned}` if that version has written the data", unkept.path)
            }
            (None, None) => format!("mount it at `{}`", unkept.path),
        });
    let configured = service.configured.as_ref().and_then(|configured| configured.data.as_ref());
    if let Some(configured) = configured.filter(|path| path.value.trim_end_matches('/') == unkept.path) {
        finding = finding.label(configured.place, "its configuration names this directory");
    } else if let Some(image) = base_image(service) {
        finding = finding.label(image.place, format!("this image stores its data in `{}`", unkept.path));
    }
    let fixed = unkept.option.is_none()
        && unkept.own.is_none()
        && mount.target.via.is_empty()
        && !mount.target.is_interpolated();
    let edits = fixed.then(|| edit::exchange(cx.files, mount.target.place, target, &unkept.path)).flatten();
    let title = format!(
        "mount it at `{}`: the current content of the volume may not be what the image expects there",
        unkept.path
    );
    finding.fixes.extend(edit::risky(title, edits));
    if !unkept.exact || unkept.is_assumed {
        finding.confidence = Confidence::Medium;
    }
    finding.severity = as_sure(finding.severity, unkept);
    // What starts anyway loses nothing that tests want to keep.
    if effect == WrongMountEffect::Ignored && cx.facts.purpose() == FilePurpose::Test {
        finding.severity = Severity::Info;
    }
    if cx.facts.is_devcontainer() {
        finding.severity = Severity::Info;
    }
    finding
}

/// What to do where the data are better moved than the mount.
fn by_variable(unkept: &Unkept<'_>, target: &str) -> String {
    match unkept.own {
        Some((variable, path)) if path == target => {
            format!("set `{variable}: {path}`, a directory that belongs to the user of the image")
        }
        Some((variable, path)) => format!("mount it at `{path}`, and set `{variable}: {path}`"),
        None => String::new(),
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
