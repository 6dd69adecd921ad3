//! An SQLite database that is not on a volume.

use crate::catalogue::schema::DatabaseEngine;
use crate::facts::images::{built, known_image, runs_default, variable, working_dir};
use crate::facts::storage::mounts;
use crate::facts::storage::sqlite::{DatabaseLocation, location};
use crate::facts::storage::sqlite_files::{is_of_other_engine, is_replaced, moved_to};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::{Model, Mount, MountKind, Service, Spanned};
use crate::rules::support::{for_data, with_given};
use crate::rules::{Context, fixes};

/// Reports the variable that names the file, or the service whose image keeps one by default.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values() {
        if cx.project.has_blank_entry(&service.name, &["volumes", "command", "entrypoint"]) {
            continue;
        }
        let before = findings.len();
        for (name, entry) in &service.environment {
            let Some(value) = &entry.value else { continue };
            if name.to_ascii_uppercase().contains("TEST") || is_of_other_engine(service, name) {
                continue;
            }
            findings
                .extend(location(name, &value.value).and_then(|found| check_value(cx, service, name, value, &found)));
        }
        if findings.len() == before {
            findings.extend(image_default(cx, service));
        }
    }
}

fn check_value(
    cx: &Context<'_>,
    service: &Service,
    name: &str,
    value: &Spanned<String>,
    location: &DatabaseLocation,
) -> Option<Finding> {
    let (path, severity, confidence) = match location {
        DatabaseLocation::Memory => return None,
        DatabaseLocation::Absolute(path) => {
            if is_kept(cx.model, service, path) {
                return None;
            }
            (path.clone(), Severity::Error, Confidence::High)
        }
        DatabaseLocation::Relative(path) => (relative(cx.model, service, path)?, Severity::Warning, Confidence::Medium),
        DatabaseLocation::ThreeSlashes(path) => {
            // Without a working directory both readings must be lost.
            let absolute = format!("/{path}");
            if working_dir(service).is_none() && is_kept(cx.model, service, &absolute) {
                return None;
            }
            (relative(cx.model, service, path)?, Severity::Warning, Confidence::Low)
        }
    };
    let found = finding(cx, service, severity, value.place, &path).evidence(name.to_owned()).confidence(confidence);
    Some(with_given(found, service.key, "this service has no volume for it"))
}

/// The path of a file that is relative to the working directory, where it is lost for sure. Without `working_dir` the
/// image decides, and any directory that is mounted may be the one.
fn relative(model: &Model, service: &Service, path: &str) -> Option<String> {
    match working_dir(service) {
        Some(directory) => {
            let path = mounts::join(Some(&directory.value), path);
            (!is_kept(model, service, &path)).then_some(path)
        }
        None => {
            let directories = mounts::all(model, service).into_iter().filter(|mount| is_directory(mount));
            let possible = directories.filter(|mount| mounts::is_persistent(model, mount)).count() > 0;
            (!possible).then(|| path.to_owned())
        }
    }
}

fn is_directory(mount: &Mount) -> bool {
    let last = mount.target.value.rsplit('/').next().unwrap_or("");
    !(matches!(mount.kind, MountKind::Bind(_) | MountKind::Unknown) && last.contains('.') && !last.starts_with('.'))
        || last.ends_with(".db")
        || last.ends_with(".sqlite")
        || last.ends_with(".sqlite3")
}

fn is_kept(model: &Model, service: &Service, path: &str) -> bool {
    mounts::cover(model, service, path).is_some_and(|mount| mounts::is_persistent(model, mount))
}

/// An image that keeps an SQLite file by default, and nothing that puts another database in its place.
fn image_default(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let known = known_image(service).filter(|known| known.exact && runs_default(service) && !is_for_show(service))?;
    let answers = known.image.sqlite_for(known.tag);
    let lost: Vec<String> = answers
        .iter()
        .filter_map(|files| {
            files.iter().find_map(|file| {
                let moved = file.variable.as_deref().and_then(|name| variable(service, name));
                let path = moved.map_or(file.path.clone(), |value| moved_to(&file.path, &value.value));
                (file.engine == DatabaseEngine::Sqlite
                    && !is_replaced(service, file)
                    && path.starts_with('/')
                    && !is_kept(cx.model, service, &path))
                .then_some(path)
            })
        })
        .collect();
    if lost.is_empty() || lost.len() < answers.len() {
        return None;
    }
    let path = lost.into_iter().next()?;
    let evidence = known.image.name.clone();
    let severity = if is_provisioned(service) { Severity::Info } else { Severity::Warning };
    Some(finding(cx, service, severity, service.key, &path).evidence(evidence).confidence(Confidence::High))
}

/// Whether files bring what the database is for: Grafana's data sources and dashboards.
fn is_provisioned(service: &Service) -> bool {
    let brings = |target: &str| target.starts_with("/etc/grafana/") || target.ends_with("/servers.json");
    let copied = built(service).into_iter().flat_map(|image| &image.copies).filter_map(|copy| copy.target.as_deref());
    let mounted = service.mounts.iter().map(|mount| mount.target.value.as_str());
    mounted.chain(copied).any(brings)
        || service.configs.iter().any(|config| config.target.as_ref().is_some_and(|at| brings(&at.value)))
}

/// A Grafana into which everybody comes and whose dashboards are files: nobody keeps anything in it.
fn is_for_show(service: &Service) -> bool {
    let open =
        variable(service, "GF_AUTH_ANONYMOUS_ENABLED").is_some_and(|value| value.value.eq_ignore_ascii_case("true"));
    open && service.mounts.iter().any(|mount| mount.target.value.starts_with("/etc/grafana/provisioning"))
}

fn finding(
    cx: &Context<'_>,
    service: &Service,
    severity: Severity,
    place: crate::source::Place,
    path: &str,
) -> Finding {
    let severity = for_data(severity, cx.facts.purpose());
    let name = &service.name;
    let message = format!("the SQLite database `{path}` of `{name}` is not on a volume");
    let directory = path.rsplit_once('/').map_or("its directory", |(directory, _)| directory);
    let directory = if directory.is_empty() { "/" } else { directory };
    let help = if path.starts_with('/') {
        format!("mount a named volume at `{directory}`, and declare it under the top-level `volumes:`")
    } else {
        "use an absolute path, and mount a named volume at its directory".to_owned()
    };
    let mut finding =
        Finding::new(rule::SQLITE_WITHOUT_VOLUME, place, Subject::service(name), message).severity(severity).help(help);
    // A volume over a directory with a program in it would keep that program when the image has a newer one.
    if fixes::is_for_data(directory) {
        finding.fixes.extend(fixes::in_named_volume(cx, service, directory));
    }
    finding
}
