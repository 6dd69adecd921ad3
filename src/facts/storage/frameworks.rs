//! SQLite databases that the settings of Django and Rails put next to the code, in images built from the repository.

use std::path::{Path, PathBuf};

use super::mounts;
use crate::app_config::frameworks::{DatabaseFile, django, rails};
use crate::facts::images::{built, may_be_set, variable};
use crate::model::{Model, Service};
use crate::source::{NodeId, PathKind, Place, SourceDb, Span, normalize};

/// A database file that settings name, and that no volume keeps.
#[derive(Clone, Debug)]
pub(crate) struct FromSettings<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The path in the container.
    pub(crate) path: String,
    /// Where the settings name it.
    pub(crate) place: Place,
    /// What the settings call it.
    pub(crate) setting: &'static str,
}

/// The databases of the active services.
pub(crate) fn lost<'a>(model: &'a Model, sources: &SourceDb, root: &Path) -> Vec<FromSettings<'a>> {
    model.services.values().filter_map(|service| lost_in(model, service, sources, root)).collect()
}

fn lost_in<'a>(model: &Model, service: &'a Service, sources: &SourceDb, root: &Path) -> Option<FromSettings<'a>> {
    let context = normalize(Path::new(&service.build.as_ref()?.context.as_ref()?.value));
    built(service)?;
    if !context.starts_with(root) || may_be_set(service, "DATABASE_URL") || variable(service, "DATABASE_URL").is_some()
    {
        return None;
    }
    let (setting, file, base, found) = django_file(service, &context, sources, root)
        .map(|(file, base, found)| ("DATABASES", file, base, found))
        .or_else(|| {
            rails_file(service, &context, sources).map(|(file, base, found)| ("database", file, base, found))
        })?;
    let path = if found.path.starts_with('/') {
        found.path.clone()
    } else {
        mounts::join(Some(&in_container(service, &context, &base)?), &found.path)
    };
    if mounts::is_kept(model, service, &path) || super::sqlite_files::is_transient("", &path) {
        return None;
    }
    // What was found is shown with its place, so that the file belongs to the project from here on.
    let id = sources.load(&file).ok()?;
    let span =
        Span { file: id, start: u32::try_from(found.span.start).ok()?, end: u32::try_from(found.span.end).ok()? };
    Some(FromSettings { service, path, place: Place { span, node: NodeId::new(0) }, setting })
}

/// The settings module of a Django application, the directory that its paths begin at, and the file it names.
fn django_file(
    service: &Service,
    context: &Path,
    sources: &SourceDb,
    root: &Path,
) -> Option<(PathBuf, PathBuf, DatabaseFile)> {
    let copied = built(service)?.copies.iter().filter(|copy| copy.from.is_none()).flat_map(|copy| &copy.sources);
    let directories = copied.map(|source| normalize(&context.join(source)));
    let directory = directories.chain([context.to_path_buf()]).find(|directory| {
        directory.starts_with(root) && sources.kind(&directory.join("manage.py")) == PathKind::File
    })?;
    let glance = sources.glancing();
    let manage = glance.file(glance.load(&directory.join("manage.py")).ok()?);
    if may_be_set(service, "DJANGO_SETTINGS_MODULE") {
        return None;
    }
    let module = match variable(service, "DJANGO_SETTINGS_MODULE") {
        Some(value) => value.value.as_str(),
        None => django::settings_module(&manage.text)?,
    };
    let file = normalize(&directory.join(format!("{}.py", module.replace('.', "/"))));
    if !file.starts_with(&directory) || sources.kind(&file) != PathKind::File {
        return None;
    }
    let found = django::sqlite(&glance.file(glance.load(&file).ok()?).text)?;
    let base = match found.levels {
        Some(levels) => file.ancestors().nth(levels)?.to_path_buf(),
        None => directory,
    };
    Some((file, base, found))
}

/// The same for Rails, in the environment that the image or the service sets.
fn rails_file(service: &Service, context: &Path, sources: &SourceDb) -> Option<(PathBuf, PathBuf, DatabaseFile)> {
    let file = context.join("config/database.yml");
    let environment = variable(service, "RAILS_ENV").filter(|_| sources.kind(&file) == PathKind::File)?;
    let glance = sources.glancing();
    let found = rails::sqlite(&glance.file(glance.load(&file).ok()?).text, &environment.value)?;
    Some((file, context.to_path_buf(), found))
}

/// Where the Dockerfile of a service copies a directory of its context to; the last instruction counts.
fn in_container(service: &Service, context: &Path, directory: &Path) -> Option<String> {
    let copies = built(service)?.copies.iter().rev().filter(|copy| copy.from.is_none());
    copies.into_iter().find_map(|copy| {
        let target = copy.target.as_deref()?;
        copy.sources.iter().find_map(|source| {
            let inside = directory.strip_prefix(normalize(&context.join(source))).ok()?;
            Some(mounts::join(Some(target), inside.to_str()?))
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    const MANAGE: &str = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n";
    const SETTINGS: &str = "BASE_DIR = Path(__file__).resolve().parent.parent\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}\n";

    fn check(service: &str, dockerfile: &str, expect: &[&str]) {
        let compose = format!("services: {{web: {{{service}}}}}\nvolumes: {{data: {{}}}}\n");
        let files = [
            ("compose.yaml", compose.as_str()),
            ("Dockerfile", dockerfile),
            ("site/manage.py", MANAGE),
            ("site/shop/settings.py", SETTINGS),
            ("config/database.yml", "production:\n  database: storage/production.sqlite3\n"),
        ];
        with_sources(&files, &[], |_, facts| {
            let found: Vec<String> = facts.lost_by_settings().into_iter().map(|one| one.path).collect();
            assert_eq!(found, expect, "{service}");
        });
    }

    #[test]
    fn paths_in_the_container() {
        let django = "FROM python:3.13\nWORKDIR /app\nCOPY site .\n";
        check("build: .", django, &["/app/db.sqlite3"]);
        check("build: ., volumes: ['data:/app/data']", django, &["/app/db.sqlite3"]);
        check("build: ., volumes: ['./site:/app']", django, &[]);
        check("build: ., environment: {DATABASE_URL: 'postgres://db/x'}", django, &[]);
        check("build: ., environment: {DJANGO_SETTINGS_MODULE: shop.production}", django, &[]);
        check("build: ., env_file: [{path: missing.env, required: false}]", django, &[]);
        let rails = "FROM ruby:3.4\nENV RAILS_ENV=production\nWORKDIR /rails\nCOPY . .\n";
        check("build: ., volumes: ['data:/rails/storage']", rails, &[]);
        check("image: 'python:3.13'", django, &[]);
    }

    #[test]
    fn rails_by_its_environment() {
        let rails = "FROM ruby:3.4\nENV RAILS_ENV=production\nWORKDIR /rails\nCOPY config config\nCOPY . .\n";
        let files = |environment: &str| {
            [
                ("compose.yaml".to_owned(), format!("services: {{web: {{build: .{environment}}}}}\n")),
                ("Dockerfile".to_owned(), rails.to_owned()),
                ("config/database.yml".to_owned(), "production:\n  database: storage/production.sqlite3\n".to_owned()),
            ]
        };
        let check = |environment: &str, expect: &[&str]| {
            let files = files(environment);
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            with_sources(&files, &[], |_, facts| {
                let found: Vec<String> = facts.lost_by_settings().into_iter().map(|one| one.path).collect();
                assert_eq!(found, expect, "{environment}");
            });
        };
        check("", &["/rails/storage/production.sqlite3"]);
        check(", environment: {RAILS_ENV: development}", &[]);
        check(", environment: {DATABASE_URL: 'postgres://db/x'}", &[]);
    }
}
