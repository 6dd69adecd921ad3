//! A look at the bytes of files, on all threads: few of them mention Compose.

use std::path::Path;

use super::super::context::ReaderContext;
use super::super::looks::{MAX_BYTES, SERVICES};
use super::FileKind;
use crate::source::{FileId, Sought, SourceDb};
use crate::threads::side_by_side;

/// Words without which no file is of interest.
const WORDS: [&str; 4] = ["compose", "Compose", "COMPOSE", "stack deploy"];

/// So many files are looked at before a second thread could be of use.
const FEW: usize = 96;

/// What is found in each of some files.
pub(super) fn look_into(context: &ReaderContext<'_>, files: &[(&str, FileKind)]) -> Vec<Sought> {
    let (sources, root) = (context.repository.sources, context.repository.root.as_path());
    let look = |(path, kind): &(&str, FileKind)| vec![look(sources, &root.join(path), *kind)];
    match files.len() {
        ..=FEW => files.iter().flat_map(look).collect(),
        _ => side_by_side(files, look),
    }
}

fn look(sources: &SourceDb, path: &Path, kind: FileKind) -> Sought {
    if kind == FileKind::Script && !sources.first_line(path).is_some_and(|line| is_shebang(&line)) {
        return Sought::Nothing;
    }
    let [first, second, third, fourth] = WORDS;
    match kind {
        // What includes another file need not have the word itself.
        FileKind::Make | FileKind::Just | FileKind::Task | FileKind::GitLab => sources.seek(path, &[""], MAX_BYTES),
        // A step may use an action of the repository that starts a project.
        FileKind::Workflow => sources.seek(path, &[first, second, third, fourth, "uses: ./"], MAX_BYTES),
        // One look also says whether it may be a Compose file.
        FileKind::Yaml => sources.seek(path, &[first, second, third, fourth, SERVICES], MAX_BYTES),
        _ => sources.seek(path, &WORDS, MAX_BYTES),
    }
}

/// The file that a look has found.
pub(super) fn take(context: &ReaderContext<'_>, path: &str, kind: FileKind, sought: Sought) -> Option<FileId> {
    let repository = context.repository;
    if matches!(sought, Sought::TooLong) && is_certain(kind) {
        context.too_long.borrow_mut().insert(path.to_owned());
    }
    let file = repository.sources.take(&repository.absolute(path), sought);
    if kind != FileKind::Yaml {
        return file;
    }
    if file.is_none() {
        repository.leave_to_others(path);
    }
    file.filter(|file| {
        let file = repository.sources.file(*file);
        WORDS.iter().any(|word| file.text.contains(word))
    })
}

/// Whether a file of this kind says how something is started, as a rule.
fn is_certain(kind: FileKind) -> bool {
    !matches!(
        kind,
        FileKind::Markdown
            | FileKind::Rst
            | FileKind::AsciiDoc
            | FileKind::Yaml
            | FileKind::Script
            | FileKind::Program
            | FileKind::Windows
    )
}

fn is_shebang(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("#!") else { return false };
    rest.split(['/', ' ']).any(|word| matches!(word.trim(), "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash"))
}
