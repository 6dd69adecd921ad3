//! A configuration that is mounted and that no command reads.

use crate::catalogue::schema::{ConfigurationFiles, ImageRole};
use crate::facts::images::{known_image, launch};
use crate::facts::storage::mounts::is_inside;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{MountKind, Service, Spanned};
use crate::rules::Context;
use crate::source::Place;

/// Reports the mount or config of each.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values() {
        findings.extend(beside(service));
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

/// Endings of the names of configurations.
const ENDINGS: [&str; 9] = [".conf", ".cfg", ".cnf", ".ini", ".json", ".toml", ".yaml", ".yml", ".properties"];

/// A file that is mounted in one directory, where the command names one of this name in another one in which there is no
/// mount.
fn beside(service: &Service) -> Option<Finding> {
    let is_unknown = known_image(service)
        .is_none_or(|known| known.image.configuration.is_none() && known.image.role != ImageRole::Proxy);
    if !is_unknown || service.build.is_some() || !service.volumes_from.is_empty() {
        return None;
    }
    let targets: Vec<(&str, Place)> = service
        .mounts
        .iter()
        .map(|mount| (mount.target.value.as_str(), mount.place))
        .chain(service.configs.iter().filter_map(|grant| Some((grant.target.as_ref()?.value.as_str(), grant.place))))
        .collect();
    let words = launch(service);
    let is_script = words.iter().any(|word| word.value.contains(char::is_whitespace) || word.value.ends_with(".sh"));
    words.iter().filter(|_| !is_script).find_map(|word| {
        let path = word.value.split_once('=').map_or(word.value.as_str(), |(_, path)| path);
        let (_, name) = path.rsplit_once('/').filter(|_| path.starts_with('/'))?;
        let is_named = ENDINGS.iter().any(|end| name.ends_with(end)) && !word.is_interpolated();
        if !is_named || targets.iter().any(|(target, _)| is_inside(path, target)) {
            return None;
        }
        let mut same = targets.iter().filter(|(target, _)| target.rsplit('/').next() == Some(name));
        let ((target, place), None) = (same.next()?, same.next()) else { return None };
        let is_known = words.iter().any(|other| other.value.contains(target));
        let own = &service.name;
        let message = format!("`{target}` is not read by `{own}`: its command names `{path}`");
        let finding = Finding::new(rule::CONFIG_NOT_READ, *place, Subject::service(own), message)
            .evidence((*target).to_owned())
            .label(word.place, "no mount brings this file")
            .confidence(Confidence::Medium)
            .help(format!("mount it at `{path}`, or name `{target}` in the command"));
        (!is_known).then_some(finding)
    })
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
