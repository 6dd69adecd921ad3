//! The SQLite files that services keep, by variables, Dockerfiles and the defaults of known images, and the mounts they
//! are in.

use super::mounts;
use super::sqlite::{DatabaseLocation, location};
use crate::catalogue::schema::{DatabaseEngine, Sqlite};
use crate::facts::images::{built, known_image, launched_words, may_be_set, runs_default, variable, working_dir};
use crate::model::{Model, Mount, MountKind, Service, Spanned};
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

/// A value or a word of a command that says where an SQLite database is.
#[derive(Clone, Debug)]
pub(crate) struct NamedDatabase<'a> {
    /// The variable, or the program of the command.
    pub(crate) by: &'a str,
    /// The value, or the word.
    pub(crate) value: &'a Spanned<String>,
    /// Where the database is.
    pub(crate) location: DatabaseLocation,
}

/// The SQLite databases that variables of a service name, and its command: those for tests and those of another engine
/// are left out.
pub(crate) fn named(service: &Service) -> Vec<NamedDatabase<'_>> {
    let own = service.environment.iter().filter_map(|(name, one)| Some((name, one.value.as_ref()?)));
    let by_variable = own.filter_map(|(name, value)| named_by_variable(service, name, value));
    by_variable.chain(named_in_command(service)).collect()
}

fn named_by_variable<'a>(service: &Service, name: &'a str, value: &'a Spanned<String>) -> Option<NamedDatabase<'a>> {
    let is_other = name.to_ascii_uppercase().contains("TEST") || is_of_other_engine(service, name);
    Some(NamedDatabase { by: name, value, location: location(name, &value.value).filter(|_| !is_other)? })
}

/// Words with an address of SQLite in them: `--backend-store-uri sqlite:///mlflow.db`.
fn named_in_command(service: &Service) -> impl Iterator<Item = NamedDatabase<'_>> {
    let words = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
    words.filter_map(|word| {
        let mut tokens = word.value.split(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | ';'));
        let address = tokens.find_map(|token| {
            let at = token.find("sqlite")?;
            let begins = token.get(..at).is_some_and(|before| before.is_empty() || before.ends_with('='));
            token.get(at..).filter(|address| begins && address.contains(":/"))
        })?;
        Some(NamedDatabase { by: "command", value: word, location: location("DATABASE_URL", address)? })
    })
}

/// Words of names that say that a database may be lost: what it holds is made again.
const TRANSIENT: [&str; 5] = ["cache", "cable", "queue", "tmp", "temp"];

/// Whether the name of a variable or of a file says that the database may be lost.
pub(crate) fn is_transient(variable: &str, path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let says = |name: &str| {
        let lower = name.to_ascii_lowercase();
        lower.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| TRANSIENT.contains(&word))
    };
    says(variable) || says(file) || path.starts_with("/tmp/")
}

/// The files of a model's active services whose place is known.
pub(crate) fn files(model: &Model) -> Vec<SqliteFile<'_>> {
    let mut found = Vec::new();
    for service in model.services.values() {
        let before = found.len();
        let of_image = built(service).into_iter().flat_map(|image| &image.environment);
        let inherited = of_image
            .filter(|(name, _)| !service.environment.contains_key(*name))
            .filter_map(|(name, value)| named_by_variable(service, name, value));
        for one in named(service).into_iter().chain(inherited) {
            let Some(path) = path_of(model, service, &one.location) else { continue };
            let read_only = ["mode=ro", "immutable=1"].iter().any(|option| one.value.value.contains(option));
            found.push(SqliteFile { service, path, place: one.value.place, read_only });
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
    let directory = working_dir(service);
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

/// The file of SQLite or H2 that the image of a service keeps by default, where that is lost with the container for sure.
pub(crate) fn lost_by_default(model: &Model, service: &Service) -> Option<String> {
    let known = known_image(service).filter(|known| known.exact)?;
    let mut answers = known.image.sqlite_for(known.tag);
    for files in &mut answers {
        files.retain(|file| is_used(service, file));
    }
    let lost = |file: &&Sqlite| {
        let moved = file.variable.as_deref().and_then(|name| variable(service, name));
        let path = moved.map_or(file.path.clone(), |value| moved_to(&file.path, &value.value));
        // What a variable moves away from a mount is another matter.
        let is_moved = moved.is_some() && mounts::is_kept(model, service, &file.path);
        let is_lost = file.engine != DatabaseEngine::Bolt && !is_replaced(service, file) && path.starts_with('/');
        (is_lost && !is_moved && !mounts::is_kept(model, service, &path)).then_some(path)
    };
    let paths: Vec<String> = answers.iter().filter_map(|files| files.iter().find_map(lost)).collect();
    // A tag that leaves the version open: only what is lost in every version is sure.
    if paths.len() < answers.len() { None } else { paths.into_iter().next() }
}

/// Whether the command of a service starts what uses a file.
fn is_used(service: &Service, file: &Sqlite) -> bool {
    let words = launched_words(service);
    let is_flag = |word: &&str| file.replaced_flags.iter().any(|flag| word.starts_with(flag.as_str()));
    let starts = || words.first().is_some_and(|first| file.commands.iter().any(|command| command == first));
    (runs_default(service) || service.entrypoint.is_none() && starts()) && !words.iter().any(is_flag)
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

/// Whether both ends of a mount are called as SQLite's files are.
pub(crate) fn is_database(mount: &Mount) -> bool {
    let ends =
        |path: &str| [".sqlite", ".sqlite3", ".db3"].iter().any(|ending| path.to_ascii_lowercase().ends_with(ending));
    let source = mount.source.as_ref().is_some_and(|source| ends(&source.value));
    source && ends(&mount.target.value)
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
    fn databases_that_may_be_lost() {
        let check =
            |variable: &str, path: &str, expect: bool| assert_eq!(is_transient(variable, path), expect, "{path}");
        check("CACHE_DATABASE_PATH", "/srv/app.db", true);
        check("DATABASE_PATH", "/srv/production_cable.sqlite3", true);
        check("DATABASE_PATH", "/tmp/x.db", true);
        check("DATABASE_PATH", "/srv/cache/app.db", false);
        check("DATABASE_PATH", "/srv/queued.db", false);
        check("CACHED_DATABASE_PATH", "/srv/app.db", false);
    }

    #[test]
    fn words_of_commands_name_databases() {
        let check = |command: &str, expect: Option<DatabaseLocation>| {
            with_sources(
                &[("compose.yaml", &format!("services: {{a: {{image: x, command: {command}}}}}\n"))],
                &[],
                |_, facts| {
                    let found = named(&facts.model.services["a"]).first().map(|one| one.location.clone());
                    assert_eq!(found, expect, "{command}");
                },
            );
        };
        check(
            "mlflow server --backend-store-uri sqlite:///mlflow.db",
            Some(DatabaseLocation::ThreeSlashes("mlflow.db".to_owned())),
        );
        check("[app, '--db=sqlite:////data/app.db']", Some(DatabaseLocation::Absolute("/data/app.db".to_owned())));
        check(
            "[sh, -c, 'export URL=\"sqlite:////data/app.db\"; run']",
            Some(DatabaseLocation::Absolute("/data/app.db".to_owned())),
        );
        check("sqlite3 /data/app.db", None);
        check("app --engine sqlite --dir /sqlite", None);
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
