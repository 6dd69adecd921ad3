//! A configuration that is mounted and that no command reads.

use crate::catalogue::schema::ConfigurationFiles;
use crate::facts::images::{known_image, launch};
use crate::facts::storage::mounts::is_inside;
use crate::finding::{Finding, Subject, rule};
use crate::model::{MountKind, Service, Spanned};
use crate::rules::Context;
use crate::source::Place;

/// Reports the mount or config of each.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values() {
        for mount in &service.mounts {
            if matches!(mount.kind, MountKind::Bind(_)) {
                findings.extend(unread(service, &mount.target.value, mount.place));
            }
        }
        for grant in &service.configs {
            let target = grant.target.as_ref().map(|target| target.value.as_str());
            findings.extend(target.and_then(|target| unread(service, target, grant.place)));
        }
    }
}

/// A configuration of a known image that neither the image nor a word of the service names.
fn unread(service: &Service, target: &str, place: Place) -> Option<Finding> {
    let known = known_image(service).filter(|known| known.exact && !known.built)?;
    let files = known.image.configuration.as_ref()?;
    let name = target.rsplit('/').next().unwrap_or(target);
    if !files.called.iter().any(|called| called == name) || names_it(service, target, name) {
        return None;
    }
    let reads = |path: &String| if path.ends_with('/') { is_inside(target, path) } else { path == target };
    let by_itself = files.reads.iter().any(reads);
    // Of an entrypoint of its own nobody knows what it does with files.
    if service.entrypoint.is_some() || by_itself && !(files.by_command && replaces(service)) {
        return None;
    }
    Some(finding(service, &known.image.name, files, (target, by_itself), place))
}

/// Whether the service's command takes the place of the image's own.
fn replaces(service: &Service) -> bool {
    service.command.as_ref().is_some_and(|command| !command.words.is_empty())
}

/// Whether a word or variable of the service names a file, its directory, or a script that may.
fn names_it(service: &Service, target: &str, name: &str) -> bool {
    let directory = target.rsplit_once('/').map_or("/", |(directory, _)| directory);
    let says = |text: &str| {
        let by_directory = directory.len() > 1 && text.contains(directory);
        text.contains(name) || by_directory || text.ends_with(".sh") || text.contains('$')
    };
    let variables = service.environment.values().filter_map(|variable| variable.value.as_ref());
    launch(service).into_iter().chain(variables).any(|word: &Spanned<String>| says(&word.value))
        || service.env_files.iter().any(|file| !file.loaded)
}

fn finding(
    service: &Service,
    image: &str,
    files: &ConfigurationFiles,
    (target, by_itself): (&str, bool),
    place: Place,
) -> Finding {
    let name = &service.name;
    let message = format!("`{target}` is not read by `{name}`");
    let help = match (files.reads.first(), by_itself) {
        (_, true) => format!(
            "pass its path in `command`: the command of the service replaces that of the image `{image}`, which named it"
        ),
        (Some(path), false) if !files.by_command || service.command.is_none() => {
            format!("mount it at `{}`, or pass its path in `command`", path.trim_end_matches('/'))
        }
        _ => "pass its path in `command`: the image does not look for a configuration by itself".to_owned(),
    };
    let mut finding = Finding::new(rule::CONFIG_NOT_READ, place, Subject::service(name), message)
        .evidence(target.to_owned())
        .help(help);
    if let Some(command) = service.command.as_ref().filter(|_| by_itself) {
        finding = finding.label(command.place, "this command does not name it");
    }
    finding
}
