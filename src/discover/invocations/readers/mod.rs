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
mod look;
mod make;
mod markdown;
mod package_json;
mod procfile;
mod programs;
mod shell;
mod systemd;
mod taskfile;
mod template;
mod tox;
mod vscode;
mod yaml;

use std::collections::BTreeSet;

use super::Purpose;
use super::context::ReaderContext;
use super::repository::split;
use super::resolve::Direnv;
use crate::source::FileId;

/// How many bytes of all files are searched for commands.
const MAX_ALL_BYTES: usize = 48 * 1024 * 1024;

/// What kind of file a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileKind {
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
    Program,
    Windows,
}

/// A file of rules or recipes that others may include.
type LeftOver<'f> = (&'f str, FileKind, FileId);

/// What is collected while files are read.
#[derive(Default)]
struct Reading<'f> {
    direnv: Direnv,
    /// Files that others include.
    included: BTreeSet<String>,
    left: Vec<LeftOver<'f>>,
}

/// Reads all files; gives what direnv sets.
pub(super) fn read_all(context: &ReaderContext<'_>, files: &[String]) -> Direnv {
    let mut reading = Reading::default();
    let mut left = MAX_ALL_BYTES;
    let kinds: Vec<(&str, FileKind)> = files.iter().filter_map(|path| Some((path.as_str(), kind_of(path)?))).collect();
    let looks = look::look_into(context, &kinds);
    for ((path, kind), sought) in kinds.into_iter().zip(looks) {
        let Some(file) = look::take(context, path, kind, sought) else { continue };
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
        if kind == FileKind::MakePart {
            make::read(context, path, &make::directory_of(path), file);
        } else {
            just::read(context, path, split(path).0, file);
        }
    }
    reading.direnv
}

fn read<'f>(context: &ReaderContext<'_>, path: &'f str, kind: FileKind, file: FileId, reading: &mut Reading<'f>) {
    match kind {
        FileKind::Make => reading.included.extend(make::read(context, path, split(path).0, file)),
        FileKind::Just => reading.included.extend(just::read(context, path, split(path).0, file)),
        FileKind::MakePart | FileKind::JustPart => reading.left.push((path, kind, file)),
        FileKind::Envrc => envrc::read(context, path, file, &mut reading.direnv),
        FileKind::Task => taskfile::read(context, path, file),
        FileKind::PackageJson => package_json::read(context, path, file),
        FileKind::Shell | FileKind::Script => shell::read(context, path, file),
        FileKind::Workflow => github::read_workflow(context, path, file),
        FileKind::Action => github::read_action(context, file),
        FileKind::GitLab => gitlab::read(context, path, file),
        FileKind::Jenkins => jenkins::read(context, file),
        FileKind::CircleCi => circleci::read(context, file),
        FileKind::Bitbucket => bitbucket::read(context, file),
        FileKind::Azure => azure::read(context, file),
        FileKind::Devcontainer => devcontainer::read(context, path, file),
        FileKind::Systemd => systemd::read(context, file),
        FileKind::VsCode => vscode::read(context, path, file),
        FileKind::Tox => tox::read(context, path, file),
        FileKind::PyProject => tox::read_pyproject(context, path, file),
        FileKind::Procfile => procfile::read(context, path, file),
        FileKind::Markdown => markdown::read(context, path, file),
        FileKind::Rst => lightweight::read_rst(context, path, file),
        FileKind::AsciiDoc => lightweight::read_asciidoc(context, path, file),
        FileKind::Program => programs::read(context, path, file),
        FileKind::Windows => programs::read_lines(context, path, file),
        FileKind::Yaml => {
            ansible::read(context, path, file);
            compose_comments::read(context, path, file);
        }
    }
}

/// Makefiles that commands call by name or with values of their own.
fn read_called(context: &ReaderContext<'_>, included: &mut BTreeSet<String>) {
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

fn kind_of(path: &str) -> Option<FileKind> {
    let (directory, name) = split(path);
    let lower = name.to_ascii_lowercase();
    let is_yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    let in_directory =
        |suffix: &str| directory.strip_suffix(suffix).is_some_and(|above| above.is_empty() || above.ends_with('/'));
    let kind = match lower.as_str() {
        "makefile" | "gnumakefile" => FileKind::Make,
        "justfile" | ".justfile" => FileKind::Just,
        "taskfile.yml" | "taskfile.yaml" | "taskfile.dist.yml" | "taskfile.dist.yaml" => FileKind::Task,
        "package.json" => FileKind::PackageJson,
        "action.yml" | "action.yaml" => FileKind::Action,
        ".gitlab-ci.yml" | ".gitlab-ci.yaml" => FileKind::GitLab,
        "bitbucket-pipelines.yml" | "bitbucket-pipelines.yaml" => FileKind::Bitbucket,
        "devcontainer.json" | ".devcontainer.json" => FileKind::Devcontainer,
        "tox.ini" => FileKind::Tox,
        "pyproject.toml" => FileKind::PyProject,
        ".envrc" => FileKind::Envrc,
        "config.yml" | "config.yaml" if in_directory(".circleci") => FileKind::CircleCi,
        "tasks.json" if in_directory(".vscode") => FileKind::VsCode,
        _ if in_directory(".github/workflows")
            || in_directory(".gitea/workflows")
            || in_directory(".forgejo/workflows") =>
        {
            return is_yaml.then_some(FileKind::Workflow);
        }
        _ if is_yaml && (lower.starts_with("azure-pipelines") || in_directory(".azure-pipelines")) => FileKind::Azure,
        _ if lower.starts_with("makefile.") && !lower.ends_with(".am") && !lower.ends_with(".in") => FileKind::Make,
        _ if lower.starts_with("jenkinsfile") || lower.ends_with(".jenkinsfile") || lower.ends_with(".groovy") => {
            FileKind::Jenkins
        }
        _ if lower == "procfile" || lower.starts_with("procfile.") => FileKind::Procfile,
        _ if lower.ends_with(".mk") => FileKind::MakePart,
        _ if lower.ends_with(".just") => FileKind::JustPart,
        _ if [".sh", ".bash", ".zsh", ".ksh"].iter().any(|ending| lower.ends_with(ending)) => FileKind::Shell,
        _ if lower.ends_with(".service") => FileKind::Systemd,
        _ if [".md", ".markdown", ".mdx"].iter().any(|ending| lower.ends_with(ending)) => FileKind::Markdown,
        _ if lower.ends_with(".rst") => FileKind::Rst,
        _ if [".adoc", ".asciidoc", ".asc"].iter().any(|ending| lower.ends_with(ending)) => FileKind::AsciiDoc,
        _ if [".ps1", ".bat", ".cmd"].iter().any(|ending| lower.ends_with(ending)) => FileKind::Windows,
        _ if [".py", ".mjs", ".cjs", ".js", ".ts", ".rb"].iter().any(|ending| lower.ends_with(ending)) => {
            return programs::is_starter(path).then_some(FileKind::Program);
        }
        _ if is_yaml => FileKind::Yaml,
        _ if !name.contains('.') => FileKind::Script,
        _ => return None,
    };
    Some(kind)
}

/// What a name, such as that of a target or a job, says about the purpose of what it starts.
pub(super) fn purpose_of_name(name: &str) -> Option<Purpose> {
    const TESTS: [&str; 7] = ["test", "tests", "testing", "e2e", "ci", "check", "lint"];
    let name = name.to_ascii_lowercase();
    let words = || name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let has = |wanted: &[&str]| words().any(|word| wanted.contains(&word));
    // "Test production image" tests.
    if words().next().is_some_and(|first| TESTS.contains(&first)) {
        Some(Purpose::Test)
    } else if has(&["deploy", "deployment", "release", "prod", "production", "publish", "live", "staging"]) {
        Some(Purpose::Deploy)
    } else if has(&TESTS) || has(&["integration"]) {
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
