//! An SQLite database that is not on a volume.

use crate::facts::images::{built, known_image, launched_words, variable, working_dir};
use crate::facts::storage::frameworks::FromSettings;
use crate::facts::storage::mounts;
use crate::facts::storage::sqlite::DatabaseLocation;
use crate::facts::storage::sqlite_files::{NamedDatabase, is_transient, lost_by_default, named};
use crate::finding::{Confidence, Finding, Label, Severity, Subject, rule};
use crate::model::{Model, Mount, MountKind, Service, base_image};
use crate::rules::support::{for_purpose, with_given};
use crate::rules::{Context, fixes};

/// Reports the variable that names the file, or the service whose image keeps one by default.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let from_settings = cx.facts.lost_by_settings();
    let mut all: Vec<Finding> = Vec::new();
    for service in cx.model.services.values() {
        if cx.project.has_blank_entry(&service.name, &["volumes", "command", "entrypoint"]) {
            continue;
        }
        let named = named(service);
        let mut found: Vec<Finding> = named.iter().filter_map(|one| check_value(cx, service, one)).collect();
        if found.is_empty() {
            found.extend(image_default(cx, service));
            let own = from_settings.iter().filter(|one| one.service.name == service.name && named.is_empty());
            found.extend(own.map(|one| settings_default(cx, one)));
        }
        for finding in found {
            match all.iter_mut().find(|other| other.place == finding.place) {
                // One line of an env file, of settings or of an anchor, which several services read.
                Some(other) => {
                    let message = format!("`{}` uses it, too", service.name);
                    other.labels.push(Label { place: service.key, message: message.into() });
                    other.fixes.clear();
                }
                None => all.push(finding),
            }
        }
    }
    findings.extend(all);
}

fn check_value(cx: &Context<'_>, service: &Service, named: &NamedDatabase<'_>) -> Option<Finding> {
    let (path, severity, confidence) = match &named.location {
        DatabaseLocation::Memory => return None,
        DatabaseLocation::Absolute(path) => {
            if mounts::is_kept(cx.model, service, path) {
                return None;
            }
            (path.clone(), Severity::Error, Confidence::High)
        }
        DatabaseLocation::Relative(path) => (relative(cx.model, service, path)?, Severity::Warning, Confidence::Medium),
        DatabaseLocation::ThreeSlashes(path) => {
            let absolute = format!("/{path}");
            let is_kept = mounts::is_kept(cx.model, service, &absolute);
            match reads_as_python(service) {
                Some(true) => (relative(cx.model, service, path)?, Severity::Warning, Confidence::Medium),
                Some(false) if !is_kept => (absolute, Severity::Warning, Confidence::Medium),
                // Where the language is not known, both readings must be lost.
                None if !is_kept => (relative(cx.model, service, path)?, Severity::Warning, Confidence::Low),
                _ => return None,
            }
        }
    };
    if is_transient(named.by, &path) {
        return None;
    }
    let found = finding(cx, service, severity, named.value.place, &path);
    let found = found.evidence(named.by.to_owned()).confidence(confidence);
    Some(with_given(found, service.key, "this service has no volume for it"))
}

/// Words of commands and of images in which a path behind three slashes is relative, as SQLAlchemy and Django have it.
const OF_PYTHON: [&str; 22] = [
    "python",
    "python3",
    "pip",
    "pip3",
    "uv",
    "poetry",
    "pipenv",
    "uvicorn",
    "gunicorn",
    "hypercorn",
    "celery",
    "flask",
    "fastapi",
    "django",
    "mlflow",
    "airflow",
    "prefect",
    "streamlit",
    "chainlit",
    "alembic",
    "manage.py",
    "optuna",
];
/// The same for what takes the path as it is.
const OF_OTHERS: [&str; 10] = ["rust", "cargo", "golang", "go", "node", "npm", "yarn", "pnpm", "bun", "dotnet"];

/// Whether the program of a service takes a path behind three slashes for a relative one; `None` where its Dockerfile and
/// its command do not say in which language it is.
fn reads_as_python(service: &Service) -> Option<bool> {
    let image = base_image(service).map(|image| image.value.repository.rsplit('/').next().unwrap_or("").to_owned());
    let runs = built(service).into_iter().flat_map(|image| &image.runs);
    let words = runs.flat_map(|run| run.script.value.split_whitespace()).chain(launched_words(service));
    let words: Vec<&str> = words.chain(image.as_deref()).map(|word| word.rsplit('/').next().unwrap_or(word)).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    match (has(&OF_PYTHON), has(&OF_OTHERS)) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// A file that the settings of a framework name, next to the code in the image.
fn settings_default(cx: &Context<'_>, one: &FromSettings<'_>) -> Finding {
    let found = finding(cx, one.service, Severity::Warning, one.place, &one.path);
    // A volume over the directory of the code would hide newer versions of it.
    let name = one.path.rsplit('/').next().unwrap_or("db.sqlite3");
    let help = format!("set the path to `/data/{name}`, and mount a named volume at `/data`");
    let mut found = found.evidence(one.setting.to_owned()).confidence(Confidence::Medium).help(help);
    found.fixes.clear();
    with_given(found, one.service.key, "this service has no volume for it")
}

/// The path of a file that is relative to the working directory, where it is lost for sure. Without `working_dir` the
/// image decides, and any directory that is mounted may be the one.
fn relative(model: &Model, service: &Service, path: &str) -> Option<String> {
    match working_dir(service) {
        Some(directory) => {
            let path = mounts::join(Some(directory), path);
            (!mounts::is_kept(model, service, &path)).then_some(path)
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

/// An image that keeps an SQLite file by default, and nothing that puts another database in its place.
fn image_default(cx: &Context<'_>, service: &Service) -> Option<Finding> {
    let path = lost_by_default(cx.model, service).filter(|_| !is_for_show(service))?;
    let evidence = known_image(service)?.image.name.clone();
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
    let severity = for_purpose(severity, cx.facts.purpose());
    let name = &service.name;
    let kind = if path.ends_with(".mv.db") { "H2" } else { "SQLite" };
    let message = format!("the {kind} database `{path}` of `{name}` is not on a volume");
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
