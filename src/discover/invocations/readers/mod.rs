//! One reader for each kind of file that says how projects are started.

mod ansible;
mod azure;
mod bitbucket;
mod circleci;
mod compose_comments;
mod devcontainer;
mod documents;
mod envrc;
mod github;
mod gitlab;
mod jenkins;
mod just;
mod lightweight;
mod make;
mod markdown;
mod package_json;
mod procfile;
mod shell;
mod systemd;
mod taskfile;
mod template;
mod tox;
mod vscode;
mod yaml;

use std::collections::BTreeSet;

use super::Purpose;
use super::context::Context;
use super::repository::split;
use super::resolve::Direnv;
use crate::source::FileId;

/// The longest file that is searched for commands, and how many bytes of all files.
const MAX_FILE_BYTES: usize = 1024 * 1024;
const MAX_BYTES: usize = 48 * 1024 * 1024;

/// Words without which no file is of interest.
const WORDS: [&str; 4] = ["compose", "Compose", "COMPOSE", "stack deploy"];

/// What kind of file a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Make,
    MakePart,
    Just,
    JustPart,
    Task,
    PackageJson,
    Shell,
    Workflow,
    Action,
    GitLab,
    Jenkins,
    CircleCi,
    Bitbucket,
    Azure,
    Devcontainer,
    Systemd,
    VsCode,
    Tox,
    PyProject,
    Procfile,
    Envrc,
    Markdown,
    Rst,
    AsciiDoc,
    Yaml,
    Script,
}

/// A file of rules or recipes that others may include.
type LeftOver<'f> = (&'f str, Kind, FileId);

/// What is collected while files are read.
#[derive(Default)]
struct Reading<'f> {
    direnv: Direnv,
    /// Files that others include.
    included: BTreeSet<String>,
    left: Vec<LeftOver<'f>>,
}

/// Reads all files; gives what direnv sets.
pub(super) fn read_all(context: &Context<'_>, files: &[String]) -> Direnv {
    let mut reading = Reading::default();
    let mut left = MAX_BYTES;
    for path in files {
        let Some(kind) = kind_of(path) else { continue };
        let Some(file) = load(context, path, kind) else { continue };
        let length = context.repository.sources.file(file).text.len();
        let Some(rest) = left.checked_sub(length) else {
            context.unfinished.borrow_mut().insert(file);
            continue;
        };
        left = rest;
        context.start_file();
        read(context, path, kind, file, &mut reading);
    }
    read_called(context, &mut reading.included);
    for (path, kind, file) in std::mem::take(&mut reading.left) {
        if reading.included.contains(path) {
            continue;
        }
        context.start_file();
        if kind == Kind::MakePart {
            make::read(context, path, &make::directory_of(path), file);
        } else {
            just::read(context, path, split(path).0, file);
        }
    }
    reading.direnv
}

fn read<'f>(context: &Context<'_>, path: &'f str, kind: Kind, file: FileId, reading: &mut Reading<'f>) {
    match kind {
        Kind::Make => reading.included.extend(make::read(context, path, split(path).0, file)),
        Kind::Just => reading.included.extend(just::read(context, path, split(path).0, file)),
        Kind::MakePart | Kind::JustPart => reading.left.push((path, kind, file)),
        Kind::Envrc => envrc::read(context, path, file, &mut reading.direnv),
        Kind::Task => taskfile::read(context, path, file),
        Kind::PackageJson => package_json::read(context, path, file),
        Kind::Shell | Kind::Script => shell::read(context, path, file),
        Kind::Workflow => github::read_workflow(context, path, file),
        Kind::Action => github::read_action(context, file),
        Kind::GitLab => gitlab::read(context, path, file),
        Kind::Jenkins => jenkins::read(context, file),
        Kind::CircleCi => circleci::read(context, file),
        Kind::Bitbucket => bitbucket::read(context, file),
        Kind::Azure => azure::read(context, file),
        Kind::Devcontainer => devcontainer::read(context, path, file),
        Kind::Systemd => systemd::read(context, file),
        Kind::VsCode => vscode::read(context, path, file),
        Kind::Tox => tox::read(context, path, file),
        Kind::PyProject => tox::read_pyproject(context, path, file),
        Kind::Procfile => procfile::read(context, path, file),
        Kind::Markdown => markdown::read(context, path, file),
        Kind::Rst => lightweight::read_rst(context, path, file),
        Kind::AsciiDoc => lightweight::read_asciidoc(context, path, file),
        Kind::Yaml => {
            ansible::read(context, path, file);
            compose_comments::read(context, path, file);
        }
    }
}

/// Makefiles that commands call by name or with values of their own.
fn read_called(context: &Context<'_>, included: &mut BTreeSet<String>) {
    let called = std::mem::take(&mut *context.makefiles.borrow_mut());
    for (path, directory) in &called {
        if let Some(file) = context.repository.load(path) {
            context.start_file();
            included.insert(path.clone());
            included.extend(make::read(context, path, directory, file));
        }
    }
    let calls = std::mem::take(&mut *context.make_calls.borrow_mut());
    for call in &calls {
        if let Some(file) = context.repository.load(&call.path) {
            context.start_file();
            make::read_call(context, call, file);
        }
    }
}

fn load(context: &Context<'_>, path: &str, kind: Kind) -> Option<FileId> {
    let repository = context.repository;
    let absolute = repository.absolute(path);
    if kind == Kind::Script {
        let first = repository.sources.first_line(&absolute)?;
        if !is_shebang(&first) {
            return None;
        }
    }
    // What includes another file need not have the word itself.
    let words: &[&str] = match kind {
        Kind::Make | Kind::Just | Kind::Task | Kind::GitLab => &[""],
        _ => &WORDS,
    };
    let loaded = repository.sources.load_with(&absolute, words, MAX_FILE_BYTES);
    let is_certain = !matches!(kind, Kind::Markdown | Kind::Rst | Kind::AsciiDoc | Kind::Yaml | Kind::Script);
    if loaded.is_none() && is_certain && repository.sources.is_longer(&absolute, MAX_FILE_BYTES) {
        context.too_long.borrow_mut().insert(path.to_owned());
    }
    loaded
}

fn is_shebang(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("#!") else { return false };
    rest.split(['/', ' ']).any(|word| matches!(word.trim(), "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash"))
}

fn kind_of(path: &str) -> Option<Kind> {
    let (directory, name) = split(path);
    let lower = name.to_ascii_lowercase();
    let is_yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    let in_directory = |suffix: &str| directory == suffix || directory.ends_with(&format!("/{suffix}"));
    let kind = match lower.as_str() {
        "makefile" | "gnumakefile" => Kind::Make,
        "justfile" | ".justfile" => Kind::Just,
        "taskfile.yml" | "taskfile.yaml" | "taskfile.dist.yml" | "taskfile.dist.yaml" => Kind::Task,
        "package.json" => Kind::PackageJson,
        "action.yml" | "action.yaml" => Kind::Action,
        ".gitlab-ci.yml" | ".gitlab-ci.yaml" => Kind::GitLab,
        "bitbucket-pipelines.yml" | "bitbucket-pipelines.yaml" => Kind::Bitbucket,
        "devcontainer.json" | ".devcontainer.json" => Kind::Devcontainer,
        "tox.ini" => Kind::Tox,
        "pyproject.toml" => Kind::PyProject,
        ".envrc" => Kind::Envrc,
        "config.yml" | "config.yaml" if in_directory(".circleci") => Kind::CircleCi,
        "tasks.json" if in_directory(".vscode") => Kind::VsCode,
        _ if in_directory(".github/workflows")
            || in_directory(".gitea/workflows")
            || in_directory(".forgejo/workflows") =>
        {
            return is_yaml.then_some(Kind::Workflow);
        }
        _ if is_yaml && (lower.starts_with("azure-pipelines") || in_directory(".azure-pipelines")) => Kind::Azure,
        _ if lower.starts_with("makefile.") && !lower.ends_with(".am") && !lower.ends_with(".in") => Kind::Make,
        _ if lower.starts_with("jenkinsfile") || lower.ends_with(".jenkinsfile") || lower.ends_with(".groovy") => {
            Kind::Jenkins
        }
        _ if lower == "procfile" || lower.starts_with("procfile.") => Kind::Procfile,
        _ if lower.ends_with(".mk") => Kind::MakePart,
        _ if lower.ends_with(".just") => Kind::JustPart,
        _ if [".sh", ".bash", ".zsh", ".ksh"].iter().any(|ending| lower.ends_with(ending)) => Kind::Shell,
        _ if lower.ends_with(".service") => Kind::Systemd,
        _ if [".md", ".markdown", ".mdx"].iter().any(|ending| lower.ends_with(ending)) => Kind::Markdown,
        _ if lower.ends_with(".rst") => Kind::Rst,
        _ if [".adoc", ".asciidoc", ".asc"].iter().any(|ending| lower.ends_with(ending)) => Kind::AsciiDoc,
        _ if is_yaml => Kind::Yaml,
        _ if !name.contains('.') => Kind::Script,
        _ => return None,
    };
    Some(kind)
}

/// What a name, such as that of a target or a job, says about the purpose of what it starts.
pub(super) fn purpose_of_name(name: &str) -> Option<Purpose> {
    let name = name.to_ascii_lowercase();
    let has =
        |words: &[&str]| name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| words.contains(&word));
    if has(&["deploy", "deployment", "release", "prod", "production", "publish", "live", "staging"]) {
        Some(Purpose::Deploy)
    } else if has(&["test", "tests", "testing", "e2e", "ci", "check", "lint", "integration"]) {
        Some(Purpose::Test)
    } else if has(&["dev", "develop", "development", "devel"]) {
        Some(Purpose::Develop)
    } else {
        None
    }
}

/// The purpose of a job of a pipeline with these names.
fn purpose_of_job(names: &[&str]) -> Purpose {
    match names.iter().any(|name| purpose_of_name(name) == Some(Purpose::Deploy)) {
        true => Purpose::Deploy,
        false => Purpose::Test,
    }
}
