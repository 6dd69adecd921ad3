//! The host side of bind mounts: missing sources, and directories of the image that a source hides.

use std::cell::LazyCell;
use std::path::{Path, PathBuf};

use super::mounts;
use crate::app_config::seen_from_above;
use crate::budget::Limit;
use crate::facts::environment::env_examples::is_example;
use crate::facts::images::{built, known_image, launch};
use crate::facts::repository::generated_files::{makers, named_by};
use crate::model::{BuiltImage, Copied, Model, Mount, MountKind, Ran, Service};
use crate::source::{PathKind, SourceDb, SourceFile, normalize, relative};

/// A relative source of a bind that is not there.
#[derive(Clone, Debug)]
pub(crate) struct MissingSource<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The bind.
    pub(crate) mount: &'a Mount,
    /// The source, as it is written.
    pub(crate) written: String,
    /// Whether its name is that of a file, or the name of its target.
    pub(crate) is_file: bool,
    /// Whether both names are.
    pub(crate) is_file_for_sure: bool,
    /// Whether the project is in a repository: what git does not have is missing for everybody.
    pub(crate) in_repository: bool,
    /// Whether git ignores it.
    pub(crate) ignored: bool,
    /// An example next to it that it is made from.
    pub(crate) example: Option<String>,
    /// A script, Makefile or README that makes it, or says how.
    pub(crate) made_by: Option<String>,
    /// A file of the same name one directory away, seen from the project's directory.
    pub(crate) near: Option<String>,
    /// Where it is, if not where the bind looks for it.
    pub(crate) elsewhere: Option<Elsewhere>,
}

/// A directory further up from which a path would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// What the path then leads to, seen from the project's directory.
    pub(crate) path: String,
    /// The directory, seen from there, too: `..`.
    pub(crate) directory: String,
    /// Whether a Compose file is there: the two may be started together, and paths then begin at the first one's.
    pub(crate) has_compose_file: bool,
}

/// What the search for a missing source counts.
const STEPS_OF_A_SEARCH: usize = 256;

/// The relative sources of a model's active services that are missing from the repository.
pub(crate) fn missing<'a>(model: &'a Model, sources: &SourceDb, root: &Path) -> Vec<MissingSource<'a>> {
    let is_ignored = |path: &Path| sources.is_ignored(path, &model.directory);
    let modules = submodules(sources, root);
    let makers = LazyCell::new(|| makers(&model.directory, root, sources));
    let mut found = Vec::new();
    for service in model.services.values() {
        for mount in &service.mounts {
            let (MountKind::Bind(path), Some(source)) = (&mount.kind, &mount.source) else { continue };
            let path = Path::new(path);
            let file = sources.file(source.place.span.file);
            let written =
                file.slice(source.place.span.start, source.place.span.end).trim_matches(['"', '\'']).to_owned();
            let checked = written.starts_with('.') && !written.contains('$') && path.starts_with(root);
            // A path that leads up and finds nothing: what is meant may be in another repository.
            let parent = path.parent().map(|parent| sources.kind(parent));
            let astray = written.starts_with("..") && parent == Some(PathKind::Missing);
            if !checked
                || sources.kind(path) != PathKind::Missing
                || modules.iter().any(|module| path.starts_with(module))
            {
                continue;
            }
            // Each is searched for in the directories around.
            if !model.budget.spend(Limit::Steps, STEPS_OF_A_SEARCH, mount.place) {
                return found;
            }
            let elsewhere = elsewhere(model, sources, root, path);
            let there = elsewhere.as_ref().map(|one| normalize(&model.directory.join(&one.path)));
            if astray && elsewhere.is_none() {
                continue;
            }
            let of_target = is_file_name(&mount.target.value) && !is_directory_of_image(service, &mount.target.value);
            let names = [is_file_name(&written), of_target];
            found.push(MissingSource {
                service,
                mount,
                is_file: names.contains(&true),
                is_file_for_sure: !names.contains(&false),
                in_repository: sources.repository(&model.directory).is_some(),
                // Nothing is there, so a pattern for directories says nothing of the path itself.
                ignored: is_ignored(path) || !names.contains(&true) && is_ignored(&path.join("x")),
                example: example(sources, path),
                made_by: named_by(&makers, &model.directory, (path, there.as_deref()), sources)
                    .or_else(|| in_comment(&file, mount, path)),
                near: near(model, sources, root, path),
                elsewhere,
                written,
            });
        }
    }
    found
}

/// Whether the catalogue knows a path as a directory of the image, whatever it is called (`/etc/acme.sh`).
fn is_directory_of_image(service: &Service, path: &str) -> bool {
    let Some(known) = known_image(service) else { return false };
    let data = known.image.data.iter().map(|data| &data.path);
    data.chain(&known.image.certificates).any(|known| known == path)
}

/// The file itself, where a comment at the mount says how to create its source.
fn in_comment(file: &SourceFile, mount: &Mount, path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let start = mount.place.span.start as usize;
    let before = file.text.get(..start)?;
    let own = file.text.get(start..)?.lines().next().and_then(|line| line.split_once(" #")).map(|(_, comment)| comment);
    // The line that the mount starts on comes first.
    let above = before.lines().rev().skip(1).map(str::trim).take_while(|line| line.starts_with('#'));
    let says = above.chain(own).any(|comment| comment.contains(name));
    says.then(|| file.path.file_name().map(|name| name.to_string_lossy().into_owned())).flatten()
}

/// How many directories one search for a file looks into.
const NEIGHBORS: usize = 64;

/// A file of the name of a missing one in the directory above, next to or below its own, or at the same path below another
/// directory of the project, where there is only one.
fn near(model: &Model, sources: &SourceDb, root: &Path, path: &Path) -> Option<String> {
    let name = path.file_name()?;
    let own = path.parent()?;
    // Beside the project are others with files of the same names.
    let above = own.parent().filter(|above| above.starts_with(root) && above.starts_with(&model.directory));
    let inside = |directory: &Path| -> Vec<PathBuf> {
        let entries = sources.entries(directory);
        entries.names().take(NEIGHBORS).map(|name| directory.join(name)).filter(|one| one != own).collect()
    };
    let mut directories: Vec<PathBuf> = above.into_iter().flat_map(inside).collect();
    directories.extend(above.map(Path::to_path_buf));
    directories.extend(inside(own));
    // The same path below another directory of the project: `./docker/nginx/` for `./nginx/`.
    if let Ok(way) = own.strip_prefix(&model.directory)
        && way != Path::new("")
        && model.directory.starts_with(root)
    {
        directories.extend(inside(&model.directory).into_iter().map(|one| one.join(way)));
    }
    let mut found = directories.iter().map(|one| one.join(name)).filter(|one| sources.kind(one) == PathKind::File);
    let first = found.next()?;
    found.next().is_none().then(|| relative(&model.directory, &first))
}

/// Endings of the names of files that people write or generate.
const ENDINGS: [&str; 46] = [
    "acl",
    "cert",
    "cfg",
    "cnf",
    "conf",
    "config",
    "crt",
    "csv",
    "db",
    "env",
    "hcl",
    "html",
    "ini",
    "jks",
    "js",
    "json",
    "key",
    "ldif",
    "list",
    "log",
    "lua",
    "md",
    "p12",
    "pem",
    "php",
    "properties",
    "py",
    "rb",
    "rules",
    "service",
    "sh",
    "sql",
    "sqlite",
    "sqlite3",
    "template",
    "tmpl",
    "toml",
    "ts",
    "txt",
    "xml",
    "yaml",
    "yml",
    "cjs",
    "mjs",
    "pub",
    "repo",
];

/// Whether the name at the end of a path is that of a file.
pub(crate) fn is_file_name(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let known = matches!(
        name,
        ".env" | ".htpasswd" | ".npmrc" | ".pgpass" | "Caddyfile" | "Dockerfile" | "Corefile" | "Gemfile" | "Makefile"
    );
    let ending =
        name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending.to_ascii_lowercase());
    !path.ends_with('/') && (known || ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())))
}

/// The directories of git submodules: a checkout may be without them.
pub(crate) fn submodules(sources: &SourceDb, root: &Path) -> Vec<PathBuf> {
    let sources = sources.glancing();
    let Ok(id) = sources.load(&root.join(".gitmodules")) else { return Vec::new() };
    let file = sources.file(id);
    let paths = file.text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='));
    paths.map(|path| root.join(path.trim())).collect()
}

/// A file next to a missing one whose name says that the other is made from it: `config.example.yml`, `.env.dist`.
fn example(sources: &SourceDb, path: &Path) -> Option<String> {
    const WORDS: [&str; 7] = ["example", "sample", "template", "dist", "tmpl", "tpl", "default"];
    let name = path.file_name()?.to_str()?;
    let stem = name.trim_start_matches('.').split('.').next().filter(|stem| !stem.is_empty())?.to_ascii_lowercase();
    let directory = path.parent()?;
    let is_meant = |other: &&str| {
        let lower = other.to_ascii_lowercase();
        let words: Vec<&str> = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
        lower.contains(&stem) && (words.iter().any(|word| WORDS.contains(word)) || is_example(other))
    };
    sources.entries(directory).names().find(is_meant).map(str::to_owned)
}

/// Where a missing source is, if the path is meant from a directory further up: the files are run from there.
pub(crate) fn elsewhere(model: &Model, sources: &SourceDb, root: &Path, path: &Path) -> Option<Elsewhere> {
    let (found, there) = seen_from_above(&model.directory, sources, root, path)?;
    let is_compose = |name: &str| {
        let lower = name.to_ascii_lowercase();
        lower.contains("compose") && (lower.ends_with(".yml") || lower.ends_with(".yaml"))
    };
    let shown = |path: &Path| match relative(&model.directory, path) {
        own if own.is_empty() => ".".to_owned(),
        other => other,
    };
    Some(Elsewhere {
        path: shown(&there),
        directory: shown(found),
        has_compose_file: sources.entries(found).names().any(is_compose),
    })
}

/// A directory of dependencies that is part of an image and that a bind hides.
#[derive(Clone, Debug)]
pub(crate) struct HiddenDependencies<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The bind.
    pub(crate) mount: &'a Mount,
    /// The directory in the container.
    pub(crate) directory: String,
    /// Where the Dockerfile fills it.
    pub(crate) run: &'a Ran,
}

/// Programs that run Python.
const PYTHON: [&str; 7] = ["python", "python3", "uvicorn", "gunicorn", "celery", "flask", "streamlit"];

/// The dependencies that the Dockerfiles of active services install and that a bind of the sources covers.
pub(crate) fn hidden<'a>(model: &'a Model, sources: &SourceDb) -> Vec<HiddenDependencies<'a>> {
    let mut found = Vec::new();
    for service in model.services.values() {
        let Some(image) = built(service) else { continue };
        let starts: Vec<&str> = launch(service).into_iter().map(|word| word.value.as_str()).collect();
        for run in &image.runs {
            let Some((directory, program)) = installed(run, image.environment.contains_key("UV_PROJECT_ENVIRONMENT"))
            else {
                continue;
            };
            let Some(mount) = mounts::cover(model, service, &directory) else { continue };
            let MountKind::Bind(source) = &mount.kind else { continue };
            let inside = directory.strip_prefix(mount.target.value.as_str()).unwrap_or("").trim_start_matches('/');
            let there = sources.kind(&Path::new(source).join(inside)) != PathKind::Missing;
            let again = starts.iter().any(|word| {
                word.contains(program) && word.contains("install")
                    || word.contains("uv run")
                    || is_script(word) && may_install(service, image, word, program, sources)
            });
            let elsewhere = program == "yarn" && has_other_modules(service, image, sources);
            // What Python runs reads no modules of Node.js: another service does.
            let other =
                directory.ends_with("/node_modules") && starts.first().is_some_and(|word| PYTHON.contains(word));
            if inside.is_empty()
                || elsewhere
                || other
                || there
                || again
                || sources.kind(Path::new(source)) != PathKind::Directory
            {
                continue;
            }
            found.push(HiddenDependencies { service, mount, directory, run });
            break;
        }
    }
    found
}

/// Whether a `.yarnrc` that the Dockerfile copies puts the modules into another directory
/// (<https://classic.yarnpkg.com/lang/en/docs/yarnrc/>).
fn has_other_modules(service: &Service, image: &BuiltImage, sources: &SourceDb) -> bool {
    let Some(context) = service.build.as_ref().and_then(|build| build.context.as_ref()) else { return false };
    let copied = image.copies.iter().filter(|copy| copy.from.is_none()).flat_map(|copy| &copy.sources);
    let parents = copied.filter_map(|source| source.rsplit_once('/').map(|(directory, _)| directory));
    let mut directories = std::iter::once("").chain(parents);
    directories.any(|directory| {
        let path = Path::new(&context.value).join(directory).join(".yarnrc");
        sources.glancing().load_with(&path, &["modules-folder"], MOST_BYTES).is_some()
    })
}

/// The longest `.yarnrc` that is read.
const MOST_BYTES: usize = 64 * 1024;

/// Whether a word is a script that may do anything before it starts the server, such as installing the dependencies.
fn is_script(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    !word.contains(char::is_whitespace) && (name.ends_with(".sh") || name.contains("entrypoint"))
}

/// Whether a script that the Dockerfile copies may install dependencies: it does, or cannot be read.
fn may_install(service: &Service, image: &BuiltImage, word: &str, program: &str, sources: &SourceDb) -> bool {
    let name = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned();
    let of =
        |copy: &&Copied| copy.from.is_none() && copy.target.as_ref().is_some_and(|target| name(target) == name(word));
    let source = image.copies.iter().find(of).and_then(|copy| copy.sources.first());
    let context = service.build.as_ref().and_then(|build| build.context.as_ref());
    let (Some(source), Some(context)) = (source, context) else { return true };
    let text = sources.glancing().load(&Path::new(&context.value).join(source)).map(|id| sources.file(id));
    text.map_or(true, |script| script.text.contains(program) && script.text.contains("install"))
}

/// The directory that a script of a Dockerfile fills with dependencies, and the program that does it.
fn installed(run: &Ran, moved: bool) -> Option<(String, &'static str)> {
    let working_dir = run.working_dir.as_deref()?;
    let script = run.script.value.as_str();
    let commands = script.split(['\n', ';', '&', '|']).map(str::trim);
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().filter(|word| !word.starts_with("--mount")).collect();
        let global =
            words.iter().any(|word| matches!(*word, "-g" | "--global" | "global" | "--prefix" | "-C" | "--cwd"));
        let (kind, program) = match words.as_slice() {
            ["npm", "ci" | "install" | "i", ..] if !global && names_nothing(&words) => ("node_modules", "npm"),
            ["yarn"] | ["yarn", "install", ..] if !global => ("node_modules", "yarn"),
            ["yarn", option, ..] if option.starts_with("--") && !global => ("node_modules", "yarn"),
            ["pnpm", "i" | "install", ..] if !global => ("node_modules", "pnpm"),
            ["bun", "i" | "install", ..] if !global => ("node_modules", "bun"),
            ["composer", "install", ..] if !global => ("vendor", "composer"),
            ["uv", "sync", ..] if !moved => (".venv", "uv"),
            _ => continue,
        };
        // `mv node_modules /` takes them out of the way on purpose.
        let is_moved = script.contains("mv ") && script.matches(kind).count() > 0;
        return (!is_moved).then(|| (mounts::join(Some(working_dir), kind), program));
    }
    None
}

/// Whether `npm install` installs what the project asks for, and not a package by its name.
fn names_nothing(words: &[&str]) -> bool {
    words.iter().skip(2).all(|word| word.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_sources;

    #[test]
    fn names_of_files() {
        for name in ["./nginx.conf", "./Caddyfile", "./.env", "/etc/x/app.YML"] {
            assert!(is_file_name(name), "{name}");
        }
        for name in ["./conf.d", "./data", "./.git", "./v1.2", "./init.sql/"] {
            assert!(!is_file_name(name), "{name}");
        }
    }

    #[test]
    fn sources_that_are_not_there() {
        let compose = "services:\n  web:\n    image: x\n    volumes: [./a.conf:/a, ./b.conf:/b, ./c.yml:/c, ./d:/d, /e:/e, '${F:-./f}:/f', ../g/g.conf:/g]\n";
        let files =
            [("compose.yaml", compose), ("a.conf", ""), ("c.example.yml", ""), (".gitignore", "d\n"), (".git", "")];
        with_sources(&files, &[], |_, facts| {
            let found: Vec<(String, bool, bool, Option<String>)> = facts
                .missing_sources()
                .iter()
                .map(|one| (one.written.clone(), one.is_file, one.ignored, one.example.clone()))
                .collect();
            let file = |name: &str, example: Option<&str>| (name.to_owned(), true, false, example.map(str::to_owned));
            let expect =
                [file("./b.conf", None), file("./c.yml", Some("c.example.yml")), ("./d".to_owned(), false, true, None)];
            assert_eq!(found, expect);
        });
    }
}
