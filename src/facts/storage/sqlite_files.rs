//! The SQLite files that services keep, by variables, Dockerfiles and the defaults of known images, and the mounts they
//! are in.

use super::mounts;
use super::sqlite::{DatabaseLocation, location};
use crate::catalogue::schema::{DatabaseEngine, Sqlite};
use crate::facts::images::{built, known_image, may_be_set, runs_default, variable, working_dir};
use crate::model::{Model, Mount, MountKind, Service};
use crate::source::Place;

/// An SQLite file of a service.
#[derive(Clone, Debug)]
pub(crate) struct SqliteFile<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The path in the container, absolute.
    pub(crate) path: String,
    /// Where it is named; the service's key where its image says so.
    pub(crate) place: Place,
    /// Whether it is opened for reading only.
    pub(crate) read_only: bool,
}

impl SqliteFile<'_> {
    /// The mount that the file is in.
    pub(crate) fn mount<'a>(&self, model: &'a Model) -> Option<&'a Mount> {
        let service = model.services.get(&self.service.name)?;
        mounts::cover(model, service, &self.path)
    }
}

/// The files of a model's active services whose place is known.
pub(crate) fn files(model: &Model) -> Vec<SqliteFile<'_>> {
    let mut found = Vec::new();
    for service in model.services.values() {
        let before = found.len();
        let own = service.environment.iter().filter_map(|(name, one)| Some((name, one.value.as_ref()?)));
        let of_image = built(service).into_iter().flat_map(|image| &image.environment);
        let inherited = of_image.filter(|(name, _)| !service.environment.contains_key(*name));
        for (name, value) in own.chain(inherited) {
            let other = name.to_ascii_uppercase().contains("TEST") || is_of_other_engine(service, name);
            let Some(path) =
                location(name, &value.value).filter(|_| !other).and_then(|one| path_of(model, service, &one))
            else {
                continue;
            };
            let read_only = ["mode=ro", "immutable=1"].iter().any(|option| value.value.contains(option));
            found.push(SqliteFile { service, path, place: value.place, read_only });
        }
        if found.len() == before {
            found.extend(by_default(service));
        }
    }
    found
}

/// Whether a variable names the file of a database that is not SQLite.
pub(crate) fn is_of_other_engine(service: &Service, name: &str) -> bool {
    let known = known_image(service).filter(|known| known.exact);
    known.is_some_and(|known| {
        let other = |file: &Sqlite| file.engine != DatabaseEngine::Sqlite && file.variable.as_deref() == Some(name);
        known.image.sqlite.iter().any(other)
    })
}

/// The path in the container; of two readings the one that a mount covers.
fn path_of(model: &Model, service: &Service, location: &DatabaseLocation) -> Option<String> {
    let directory = working_dir(service).map(|directory| directory.value.as_str());
    let covered = |path: &String| mounts::cover(model, service, path).is_some();
    match location {
        DatabaseLocation::Memory => None,
        DatabaseLocation::Absolute(path) => Some(mounts::join(None, path)),
        DatabaseLocation::Relative(path) => directory.map(|directory| mounts::join(Some(directory), path)),
        DatabaseLocation::ThreeSlashes(path) => {
            let below = directory.map(|directory| mounts::join(Some(directory), path)).filter(covered);
            below.or_else(|| Some(format!("/{path}")).filter(covered))
        }
    }
}

fn by_default(service: &Service) -> Option<SqliteFile<'_>> {
    let known = known_image(service).filter(|known| known.exact && runs_default(service))?;
    let answers = known.image.sqlite_for(known.tag);
    let [files] = answers.as_slice() else { return None };
    let file = files.iter().find(|file| file.engine == DatabaseEngine::Sqlite)?;
    let moved = file.variable.as_deref().and_then(|name| variable(service, name));
    let path = moved.map_or(file.path.clone(), |value| moved_to(&file.path, &value.value));
    (!is_replaced(service, file) && path.starts_with('/')).then_some(SqliteFile {
        service,
        path,
        place: service.key,
        read_only: false,
    })
}

/// Where a variable moves a file: to a path with the same ending, or into a directory.
pub(crate) fn moved_to(path: &str, value: &str) -> String {
    let (_, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (_, ending) = name.rsplit_once('.').unwrap_or(("", name));
    let (_, last) = value.rsplit_once('/').unwrap_or(("", value));
    if last.trim_start_matches('.').contains('.') || last == ending {
        value.to_owned()
    } else {
        mounts::join(Some(value), name)
    }
}

/// Whether a service may have another database than the embedded one of its image: a setting says so, or an env file that is
/// not here may.
pub(crate) fn is_replaced(service: &Service, file: &Sqlite) -> bool {
    let is_set = file.replaced_by.iter().any(|setting| {
        variable(service, &setting.variable)
            .is_some_and(|value| setting.contains(&value.value) || value.is_interpolated())
    });
    let may_be = |name: &str| may_be_set(service, name);
    is_set
        || file.replaced_by.iter().any(|setting| may_be(&setting.variable))
        || file.variable.as_deref().is_some_and(may_be)
}

/// What makes two paths of containers one place: the volume or the directory of the host, and the path in it.
pub(crate) fn identity(model: &Model, mount: &Mount, path: &str) -> Option<(String, String)> {
    let source = match &mount.kind {
        MountKind::Bind(source) => source.clone(),
        MountKind::Volume(key) => format!("volume {}", model.volumes.get(key).map_or(key, |volume| &volume.name.value)),
        _ => return None,
    };
    let inside = path.strip_prefix(mount.target.value.as_str())?.trim_start_matches('/');
    let inside = format!("{}/{inside}", mount.subpath.as_deref().unwrap_or(""));
    let joined = if source.starts_with('/') { mounts::join(None, &format!("{source}/{inside}")) } else { source };
    Some((joined, if matches!(mount.kind, MountKind::Bind(_)) { String::new() } else { mounts::join(None, &inside) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_sources;

    #[test]
    fn variables_move_files_and_directories() {
        let check = |value: &str, expect: &str| assert_eq!(moved_to("/data/app.db", value), expect, "{value}");
        check("/other/my.db", "/other/my.db");
        check("/other/my.sqlite", "/other/my.sqlite");
        check("/other", "/other/app.db");
        check("/home/node/.app", "/home/node/.app/app.db");
    }

    #[test]
    fn files_and_their_mounts() {
        let compose = "
services:
  env:
    image: x
    environment: {DATABASE_URL: 'sqlite:////data/app.db', RO_DB: 'file:/ro.db?mode=ro'}
    volumes: [data:/data]
  made:
    build: .
    volumes: [data:/app/data]
  moved:
    build: .
    environment: {DATABASE_URL: 'sqlite:////data/other.db'}
    volumes: [data:/data]
  grafana:
    image: grafana/grafana:11.1.0
    volumes: ['data:/var/lib/grafana']
volumes: {data: {}}
";
        let files = [
            ("compose.yaml", compose),
            ("Dockerfile", "FROM python:3.12\nWORKDIR /app\nENV DATABASE_URL=sqlite:///data/app.db\n"),
        ];
        with_sources(&files, &[], |_, facts| {
            let found: Vec<_> = facts
                .sqlite_files()
                .iter()
                .map(|one| {
                    let identity = one.mount(facts.model).and_then(|mount| identity(facts.model, mount, &one.path));
                    (one.service.name.as_str(), one.path.as_str(), one.read_only, identity)
                })
                .collect();
            let place = |inside: &str| Some(("volume shop_data".to_owned(), inside.to_owned()));
            let expect = [
                ("env", "/data/app.db", false, place("/app.db")),
                ("env", "/ro.db", true, None),
                ("made", "/app/data/app.db", false, place("/app.db")),
                ("moved", "/data/other.db", false, place("/other.db")),
                ("grafana", "/var/lib/grafana/grafana.db", false, place("/grafana.db")),
            ];
            assert_eq!(found, expect);
        });
    }
}
