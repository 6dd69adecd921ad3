//! Projects out of the bytes of a fuzzer, and what must hold for each.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll::testing::examples::Example;
use plimsoll::testing::finding::{Finding, Safety, Severity};
use plimsoll::testing::fix::{self, FixSelection};
use plimsoll::testing::invocations::projects;
use plimsoll::testing::render::{Format, RenderOptions, render};
use plimsoll::testing::report::Report;
use plimsoll::testing::source::{FileId, SourceDb};
use plimsoll::testing::workspace::{self, Request};
use plimsoll::testing::yaml::parse;

/// Where the projects are laid; nothing is there on the disk.
const DIRECTORY: &str = "/plimsoll-fuzz";

/// A line that begins like this opens a file of the project; what stands before the first is `compose.yaml`.
const HEADER: &str = "%%% ";

/// The files that the project is loaded from, where they are given.
const ENTRIES: [&str; 2] = ["compose.yaml", "compose.override.yaml"];

/// The files of a project: a path that stays inside of the directory, and a text.
pub fn files(data: &[u8]) -> Option<Vec<(PathBuf, String)>> {
    let text = std::str::from_utf8(data).ok()?;
    let mut files: Vec<(PathBuf, String)> = vec![(Path::new(DIRECTORY).join("compose.yaml"), String::new())];
    for line in text.split_inclusive('\n') {
        let name = line.strip_prefix(HEADER).map(str::trim_end);
        match (name.and_then(path), files.last_mut()) {
            (Some(path), _) => files.push((path, String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => {}
        }
    }
    Some(files)
}

fn path(name: &str) -> Option<PathBuf> {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\0');
    let is_short = name.len() < 100 && name.split('/').count() < 5;
    (is_short && name.split('/').all(is_plain)).then(|| Path::new(DIRECTORY).join(name))
}

/// The files of an example as one input, the way [`files`] reads them.
pub fn input(example: &Example) -> String {
    example.files.iter().map(|file| format!("{HEADER}{}\n{}", file.path, file.text)).collect()
}

/// The files, laid over an empty place, and the request for all that is in it.
pub fn lay(files: &[(PathBuf, String)]) -> (SourceDb, Request) {
    let sources = SourceDb::new();
    for (path, text) in files {
        sources.overlay(path, text.clone());
    }
    let is_laid = |path: &PathBuf| files.iter().any(|(laid, _)| laid == path);
    let request = Request {
        files: ENTRIES.iter().map(|name| Path::new(DIRECTORY).join(name)).filter(|path| is_laid(path)).collect(),
        directory: PathBuf::from(DIRECTORY),
        ..Request::default()
    };
    (sources, request)
}

/// What must hold for every report: no project ended the analysis, every place lies inside of its file and between two
/// characters, and every format can say it.
pub fn sound(report: &Report, sources: &SourceDb) {
    assert_eq!(report.failures, Vec::<String>::new());
    for finding in &report.findings {
        place(finding, sources);
    }
    let mut options = RenderOptions::new(PathBuf::from(DIRECTORY));
    options.show = Severity::Info;
    for format in Format::ALL {
        let said = render(format, report, sources, &options);
        harmless(&said, format == Format::Github, &format!("{format:?}"));
    }
}

/// What must hold for every output: it acts neither on a terminal nor on the runner of a pipeline.
fn harmless(said: &str, is_for_github: bool, what: &str) {
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    assert!(!said.contains(is_control), "{what} holds control characters");
    for command in ["##[", "##vso[", "##teamcity["] {
        assert!(!said.contains(command), "{what} holds `{command}`");
    }
    let is_own =
        |line: &str| is_for_github && ["::error ", "::warning ", "::notice "].iter().any(|own| line.starts_with(own));
    let command = said.lines().find(|line| line.trim_start().starts_with("::") && !is_own(line));
    assert_eq!(command, None, "{what} holds a command of GitHub Actions");
}

fn place(finding: &Finding, sources: &SourceDb) {
    let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
    let labels = finding.labels.iter().map(|label| label.place.span);
    for span in std::iter::once(finding.place.span).chain(labels).chain(edits) {
        let file = sources.file(span.file);
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(file.text.get(start..end).is_some(), "{}: {span:?} of {:?}", finding.rule, file.path);
    }
    assert!(!finding.message.for_people().is_empty());
}

/// Looks at a project.
pub fn check(data: &[u8]) {
    let Some(files) = files(data) else { return };
    let (sources, request) = lay(&files);
    let report = workspace::check(&sources, &request);
    sound(&report, &sources);
}

/// Looks at how a repository is started: scripts and pipelines are read, and what they start is judged.
pub fn start(data: &[u8]) {
    let Some(files) = files(data) else { return };
    let (sources, request) = lay(&files);
    for said in projects(&sources, Path::new(DIRECTORY)) {
        harmless(&said, false, "the list of projects");
    }
    let report = workspace::check(&sources, &Request { files: Vec::new(), ..request });
    sound(&report, &sources);
}

/// Mends a project: what was YAML stays YAML, fixes come to an end, and mending again changes nothing. The number of files
/// that change.
pub fn mend(data: &[u8]) -> usize {
    let Some(files) = files(data) else { return 0 };
    // Fixes are for files that are there.
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("plimsoll-fuzz-{}-{number}", std::process::id()));
    let request = write(&files, &directory);
    let mended = request.map_or(0, |request| mend_all(&request));
    let _ = fs::remove_dir_all(&directory);
    mended
}

/// The files on disk; `None` where one stands in the way of another.
fn write(files: &[(PathBuf, String)], directory: &Path) -> Option<Request> {
    fs::create_dir_all(directory.join(".git")).ok()?;
    let (_, mut request) = lay(files);
    let on_disk = |path: &Path| path.strip_prefix(DIRECTORY).map_or(path.to_owned(), |path| directory.join(path));
    for (path, text) in files {
        let path = on_disk(path);
        fs::create_dir_all(path.parent()?).ok()?;
        fs::write(path, text).ok()?;
    }
    request.files = request.files.iter().map(|path| on_disk(path)).collect();
    request.directory = directory.to_owned();
    Some(request)
}

fn mend_all(request: &Request) -> usize {
    let wanted = FixSelection { safety: Safety::Unsafe, only: Vec::new(), file: None };
    let fixed = fix::fixed(SourceDb::new(), request, &wanted);
    sound(&fixed.report, &fixed.sources);
    for file in &fixed.files {
        let is_yaml = file.path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        let is_broken = |text: &str| parse(FileId::default(), text).0.broken;
        assert!(
            !is_yaml || is_broken(file.before.as_deref().unwrap_or_default()) || !is_broken(&file.after),
            "broken:\n{}",
            file.after
        );
    }
    assert!(!fixed.left.iter().any(|line| line.contains("rounds")), "{:?}", fixed.left);
    let again = fix::fixed(fixed.sources, request, &wanted);
    assert!(again.files.is_empty(), "not mended at once: {:?}", again.files);
    fixed.files.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_an_input_are_one_project() {
        let input = b"%%% compose.yaml\nservices:\n  a:\n    image: ${TAG}\n%%% .env\nTAG=postgres:17\n";
        let (sources, request) = lay(&files(input).unwrap());
        let report = workspace::check(&sources, &request);
        let found: Vec<&str> = report.findings.iter().map(|finding| finding.rule.name()).collect();
        assert!(found.contains(&"datastore-without-volume"), "{found:?}");
    }
}
