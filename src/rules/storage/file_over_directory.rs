//! A file that is mounted over a directory of the image, or a directory over a file: the container does not start.

use crate::facts::images::image_text;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Mount, MountKind, Service};
use crate::rules::Context;

/// Reports the target of the mount.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    findings.extend(cx.model.services.values().flat_map(|service| volumes_as_files(cx, service)));
    for one in cx.facts.mismatched_binds() {
        let (name, target, source) = (&one.service.name, &one.mount.target.value, &one.source);
        let file = source.rsplit('/').next().unwrap_or(source);
        let image = match image_text(one.service) {
            "" => format!("the image of `{name}`"),
            image => format!("`{image}`"),
        };
        let (message, help) = if one.is_file {
            let path = format!("{}/{file}", target.trim_end_matches('/'));
            (
                format!("`{source}` is a file, but `{target}` is a directory in {image}: `{name}` does not start"),
                format!("mount it at `{path}`"),
            )
        } else {
            (
                format!("`{source}` is a directory, but `{target}` is a file in {image}: `{name}` does not start"),
                format!("mount a file of `{source}`, or the directory at another path"),
            )
        };
        findings.push(
            Finding::new(rule::FILE_OVER_DIRECTORY, one.mount.target.place, Subject::service(name), message)
                .evidence(target.clone())
                .help(help),
        );
    }
}

/// Ends of names that only files have.
const OF_FILES: [&str; 15] = [
    "sqlite3", "sqlite", "db3", "json", "yml", "yaml", "conf", "ini", "toml", "txt", "sql", "pem", "crt", "xml", "csv",
];

/// Named volumes at paths that are files by their names: a volume is a directory.
fn volumes_as_files<'a>(cx: &'a Context<'_>, service: &'a Service) -> impl Iterator<Item = Finding> + use<'a> {
    let is_file = |mount: &&Mount| {
        let name = mount.target.value.rsplit('/').next().unwrap_or("");
        let ends = name.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && OF_FILES.contains(&end));
        matches!(mount.kind, MountKind::Volume(_)) && mount.subpath.is_none() && ends
    };
    let is_plain = |mount: &&Mount| {
        let MountKind::Volume(name) = &mount.kind else { return false };
        cx.model.volumes.get(name).is_some_and(|volume| volume.driver_opts.is_empty())
    };
    service.mounts.iter().filter(is_file).filter(is_plain).map(|mount| {
        let (target, name) = (&mount.target.value, &service.name);
        let message =
            format!("a volume is a directory: `{target}` becomes one in `{name}`, which expects a file there");
        let directory = target.rsplit_once('/').map_or("/", |(above, _)| above);
        Finding::new(rule::FILE_OVER_DIRECTORY, mount.target.place, Subject::service(name), message)
            .severity(Severity::Warning)
            .evidence(target.clone())
            .help(format!("put the file into a directory of its own below `{directory}`, and mount the volume there"))
    })
}
