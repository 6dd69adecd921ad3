//! Scripts in other languages: commands in lists of words and in texts of Python, JavaScript and Ruby, and the lines of
//! PowerShell and of batch files.

use std::ops::Range;
use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World, may_name};
use super::super::values::{ROOT, without_marks};
use super::purpose_of_name;
use crate::source::FileId;

/// Directories whose programs start something rather than being a part of the application.
const DIRECTORIES: [&str; 12] =
    ["scripts", "script", "bin", "tools", "tool", "ci", "ops", "deploy", "deployment", "hack", "dev", "tasks"];

/// Programs that a command of Compose begins with.
const PROGRAMS: [&str; 6] = ["docker", "docker-compose", "podman", "podman-compose", "nerdctl", "sudo"];

/// How many words a list may have.
const MAX_WORDS: usize = 128;

/// Whether a program by its path may be there to start projects.
pub(super) fn is_starter(path: &str) -> bool {
    let (directory, _) = split(path);
    directory.split('/').all(|part| part.is_empty() || DIRECTORIES.contains(&part.to_ascii_lowercase().as_str()))
}

/// Reads a program, which starts in its own directory or at the root.
pub(super) fn read(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let tracer = Tracer::new(context, site(path));
    for command in commands(&text, file) {
        tracer.text(&Rc::new(command), vec![World::new()]);
    }
}

fn site(path: &str) -> Site {
    let (directory, name) = split(path);
    Site::at_or_above(directory).with_purpose(purpose_of_name(name).unwrap_or(Purpose::Deploy))
}

/// Reads a script of Windows line by line: what is not a command of Compose or a change of the directory has no effect.
pub(super) fn read_lines(context: &ReaderContext<'_>, path: &str, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let is_batch = !path.to_ascii_lowercase().ends_with(".ps1");
    let mark = if is_batch { '^' } else { '`' };
    let tracer = Tracer::new(context, site(path));
    let mut worlds = vec![World::new()];
    for (at, line) in joined(&text, mark) {
        let bare = line.trim_start().trim_start_matches(['@', '&', '{', ' ']);
        let lower = bare.to_ascii_lowercase();
        let is_comment = lower.starts_with("rem ") || bare.starts_with("::") || bare.starts_with('#');
        let changes = ["cd ", "chdir ", "pushd ", "set-location ", "push-location "];
        if is_comment || !(may_name(bare) || changes.iter().any(|word| lower.starts_with(word))) {
            continue;
        }
        let start = at + (line.len() - bare.len());
        let command = if may_name(bare) { command_in(bare) } else { 0..bare.len() };
        let own = bare.get(command.clone()).unwrap_or("");
        worlds = tracer.text(&Rc::new(windows(own, file, start + command.start, split(path).0)), worlds);
    }
}

/// The lines of a text, with those that a mark at the end continues, and the byte that each starts at.
fn joined(text: &str, mark: char) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    let mut goes_on = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let kept = bare.strip_suffix(mark);
        let own = format!("{}{}", kept.unwrap_or(bare), " ".repeat(line.len() - kept.unwrap_or(bare).len()));
        match lines.last_mut() {
            Some((_, last)) if goes_on => last.push_str(&own),
            _ => lines.push((at, own)),
        }
        goes_on = kept.is_some();
        at += line.len();
    }
    lines
}

/// A line of Windows as a line of a shell: `%NAME%` is a variable, `\` parts directories, and the directory of the script has
/// a name of its own.
fn windows(line: &str, file: FileId, start: usize, directory: &str) -> Fragment {
    let own = format!("{ROOT}/{directory}").trim_end_matches('/').to_owned() + "/";
    let mut out = Fragment::new(file);
    let mut rest = line;
    let mut at = start;
    let lower = line.to_ascii_lowercase();
    for (word, stands_for) in
        [("cd /d ", "cd "), ("chdir ", "cd "), ("set-location ", "cd "), ("push-location ", "pushd ")]
    {
        if lower.starts_with(word) {
            out.push_fixed(stands_for, at);
            rest = line.get(word.len()..).unwrap_or("");
            at += word.len();
        }
    }
    while let Some(letter) = rest.chars().next() {
        let (length, written) = if let Some(length) = of_script(rest) {
            let slash = rest.get(length..).is_some_and(|behind| behind.starts_with(['\\', '/']));
            (length + usize::from(slash), own.clone())
        } else if let Some(name) = batch_variable(rest) {
            (name.len() + 2, format!("${{{name}}}"))
        } else if letter == '\\' {
            (1, "/".to_owned())
        } else {
            out.push(rest.get(..letter.len_utf8()).unwrap_or(""), at);
            (letter.len_utf8(), String::new())
        };
        if !written.is_empty() {
            out.push_fixed(&written, at);
        }
        at += length;
        rest = rest.get(length..).unwrap_or("");
    }
    out
}

/// Where the command is in a line that also has a condition or a block around it.
fn command_in(line: &str) -> Range<usize> {
    let starts = PROGRAMS.iter().filter_map(|program| line.find(program));
    let start = starts.min().unwrap_or(0);
    let mut depth = 0;
    for (at, letter) in line.get(start..).unwrap_or("").char_indices() {
        match letter {
            '(' | '{' => depth += 1,
            ')' | '}' if depth == 0 => return start..start + at,
            ')' | '}' => depth -= 1,
            _ => {}
        }
    }
    start..line.len()
}

/// How long the name of the script's directory is that a text starts with.
fn of_script(text: &str) -> Option<usize> {
    ["%~dp0", "$PSScriptRoot", "${PSScriptRoot}"].iter().find(|name| text.starts_with(**name)).map(|name| name.len())
}

/// The name in `%NAME%` at the start of a text.
fn batch_variable(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('%')?.split_once('%')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name)
}

/// A literal text of a program.
struct Literal<'a> {
    text: &'a str,
    /// The byte that its first quote is at.
    start: usize,
    /// The byte behind its last quote.
    end: usize,
    /// Whether a letter in front makes it a template.
    is_template: bool,
}

/// The commands in the lists of words and in the texts of a program.
fn commands(text: &str, file: FileId) -> Vec<Fragment> {
    let literals = literals(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = literals.get(at) {
        if PROGRAMS.contains(&first.text) {
            let (command, words) = list(text, file, &literals, at);
            at += words;
            if may_name(&command.text) {
                found.push(command);
            }
            continue;
        }
        let is_command = PROGRAMS
            .iter()
            .any(|program| first.text.trim_start().strip_prefix(program).is_some_and(|rest| rest.starts_with(' ')));
        if is_command && may_name(first.text) {
            found.push(word(first, file, first.start + 1));
        }
        at += 1;
    }
    found
}

/// The command in a list of literals, and how many of them are its words. What is no literal is a word that nobody knows.
fn list(text: &str, file: FileId, literals: &[Literal<'_>], from: usize) -> (Fragment, usize) {
    let mut command = Fragment::new(file);
    let mut behind = literals.get(from).map_or(0, |first| first.start);
    let mut words = 0;
    for literal in literals.iter().skip(from).take(MAX_WORDS) {
        let between = text.get(behind..literal.start).unwrap_or("");
        if words > 0 {
            let Some(unknown) = unknown_words(between) else { break };
            for _ in 0..unknown {
                command.push_fixed(" $unknown", behind);
            }
        }
        command.push_fixed(" \"", literal.start);
        command.append(word(literal, file, literal.start + 1));
        command.push_fixed("\"", literal.end);
        behind = literal.end;
        words += 1;
    }
    (command, words.max(1))
}

/// How many words of a list are between two literals; `None` where the list ends there.
fn unknown_words(between: &str) -> Option<usize> {
    let between = between.trim().trim_end_matches(['f', 'r', 'b']);
    // The arguments behind a program may be a list of their own.
    let inner = between.strip_prefix(',')?.trim_end().trim_end_matches('[');
    if inner.trim().is_empty() {
        return Some(0);
    }
    let inner = inner.trim().strip_suffix(',')?;
    let ends =
        inner.chars().any(|letter| matches!(letter, ']' | '[' | ';' | '=' | '{' | '}')) || inner.starts_with('*');
    (!ends).then_some(inner.split(',').count())
}

/// A literal as text of a shell: what a template puts in is a variable.
fn word(literal: &Literal<'_>, file: FileId, origin: usize) -> Fragment {
    let mut out = Fragment::new(file);
    let mut at = 0;
    for (open, _) in literal.text.match_indices('{').filter(|_| literal.is_template) {
        if open < at || literal.text.get(..open).is_some_and(|before| before.ends_with('$')) {
            continue;
        }
        let Some(length) = literal.text.get(open..).and_then(|rest| rest.find('}')) else { break };
        out.push(literal.text.get(at..open).unwrap_or(""), origin + at);
        let name = literal.text.get(open + 1..open + length).unwrap_or("");
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = if is_name { name } else { "unknown" };
        out.push_fixed(&format!("${{{name}}}"), origin + open);
        at = open + length + 1;
    }
    out.push(literal.text.get(at..).unwrap_or(""), origin + at);
    out
}

/// The literal texts of a program in Python, JavaScript or Ruby; comments are passed over.
fn literals(text: &str) -> Vec<Literal<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = text.get(at..).unwrap_or("");
        let starts_comment = *byte == b'#' || rest.starts_with("// ") || rest.starts_with("/*");
        if starts_comment {
            let end = if rest.starts_with("/*") { rest.find("*/").map(|end| end + 2) } else { rest.find('\n') };
            at += end.unwrap_or(rest.len());
            continue;
        }
        if !matches!(byte, b'"' | b'\'' | b'`') {
            at += 1;
            continue;
        }
        let quote = text.get(at..=at).unwrap_or("\"");
        let triple = quote.repeat(3);
        let mark = if rest.starts_with(&triple) { triple.as_str() } else { quote };
        let length = length_of(rest, mark);
        let inner = rest.get(mark.len()..length).unwrap_or("");
        let end = (at + length + mark.len()).min(text.len());
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let is_template = *byte == b'`' || matches!(before, Some(b'f' | b'F'));
        if mark.len() == 1 {
            found.push(Literal { text: inner, start: at, end, is_template });
        }
        at = end;
    }
    found
}

/// The byte that the mark at the end of a literal is at.
fn length_of(rest: &str, mark: &str) -> usize {
    let mut end = mark.len();
    while let Some(behind) = rest.get(end..).filter(|behind| !behind.is_empty()) {
        if behind.starts_with(mark) || mark != "`" && mark.len() == 1 && behind.starts_with('\n') {
            break;
        }
        let first = behind.chars().next().map_or(1, char::len_utf8);
        end += first;
        if behind.starts_with('\\') {
            end += behind.get(first..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
    }
    end.min(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_go_on() {
        let lines = joined("a ^\r\n b\r\nc", '^');
        assert_eq!(lines, [(0, "a     b  ".to_owned()), (9, "c".to_owned())]);
        assert_eq!(command_in("if x (docker compose up) else (y)"), 6..23);
    }

    #[test]
    fn what_windows_writes() {
        let text = |line: &str| windows(line, FileId::default(), 0, "ops").text;
        assert_eq!(text("cd /d %~dp0\\x"), format!("cd {ROOT}/ops/x"));
        assert_eq!(text("docker compose -f a\\%STAGE%.yaml up"), "docker compose -f a/${STAGE}.yaml up");
        assert_eq!(text("Set-Location $PSScriptRoot"), format!("cd {ROOT}/ops/"));
    }
}
