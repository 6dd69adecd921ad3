//! Documents: commands in code blocks and in code within text, whatever the markup.

use std::rc::Rc;

use super::super::Purpose;
use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::repository::split;
use super::super::trace::{Site, Tracer, World};
use super::super::values::without_marks;
use super::systemd;
use crate::source::FileId;
use crate::text::shell::parse;

/// Languages of blocks that are read as commands.
const LANGUAGES: [&str; 26] = [
    "",
    "sh",
    "bash",
    "shell",
    "zsh",
    "fish",
    "console",
    "shell-session",
    "shellsession",
    "sh-session",
    "terminal",
    "text",
    "txt",
    "plain",
    "plaintext",
    "none",
    "ini",
    "systemd",
    "service",
    "unit",
    "cmd",
    "powershell",
    "bat",
    "ps1",
    "command",
    "diff",
];

/// Follows the blocks of a document in order.
pub(super) struct DocumentReader<'d, 'a> {
    tracer: Tracer<'d>,
    context: &'d ReaderContext<'a>,
    file: FileId,
    /// The state behind the last block under this heading.
    worlds: Vec<World>,
    /// What the document is for, by its name.
    purpose: Purpose,
    /// The headings above the current place, by their level, with what they say about the purpose.
    headings: Vec<(usize, Option<Purpose>)>,
}

/// What the name of a document says about the purpose of what it starts: some are for those who work on the project.
fn purpose_of_document(name: &str) -> Purpose {
    const FOR_DEVELOPERS: [&str; 7] =
        ["developing", "development", "developers", "developer", "contributing", "contribute", "hacking"];
    if has_word(name, &FOR_DEVELOPERS) { Purpose::Develop } else { Purpose::Deploy }
}

/// What a heading says about the purpose of what is started below it.
fn purpose_of_heading(text: &str) -> Option<Purpose> {
    const FOR_DEVELOPERS: [&str; 14] = [
        "dev",
        "developing",
        "development",
        "developers",
        "developer",
        "contributing",
        "contribute",
        "contributors",
        "hacking",
        "local",
        "locally",
        "test",
        "tests",
        "testing",
    ];
    const FOR_USERS: [&str; 7] = ["production", "prod", "deploy", "deployment", "deploying", "staging", "hosting"];
    if has_word(text, &FOR_USERS) {
        Some(Purpose::Deploy)
    } else {
        has_word(text, &FOR_DEVELOPERS).then_some(Purpose::Develop)
    }
}

fn has_word(text: &str, words: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| words.contains(&word))
}

impl<'d, 'a: 'd> DocumentReader<'d, 'a> {
    /// A document, whose commands run in its directory or at the root.
    pub(super) fn new(context: &'d ReaderContext<'a>, path: &str, file: FileId) -> DocumentReader<'d, 'a> {
        let (directory, name) = split(path);
        let purpose = purpose_of_document(name);
        let site = Site { is_document: true, ..Site::at_or_above(directory).with_purpose(purpose) };
        let tracer = Tracer::new(context, site);
        DocumentReader { tracer, context, file, worlds: vec![World::new()], purpose, headings: Vec::new() }
    }

    /// A heading of a level, from 1: what comes before it no longer counts, but for what was cloned.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.headings.retain(|(above, _)| *above < level);
        self.headings.push((level, purpose_of_heading(text)));
        let said = self.headings.iter().rev().find_map(|(_, purpose)| *purpose);
        self.tracer.site.purpose = said.unwrap_or(self.purpose);
        for world in &mut self.worlds {
            *world = world.under_a_heading();
        }
        self.worlds.truncate(1);
    }

    /// Code within a text.
    pub(super) fn code(&self, text: &str, at: usize) {
        if super::super::trace::may_name(text) {
            let text = without_marks(text);
            self.tracer.hints(&self.with_placeholders(&Fragment::from_text(self.file, &text, at)), &World::new());
        }
    }

    /// A block of code in a language.
    pub(super) fn block(&mut self, language: &str, block: &Fragment) {
        let language = language.split([' ', ',', '{', '}', ':']).find(|word| !word.is_empty()).unwrap_or("");
        let language = language.trim_start_matches('.').to_ascii_lowercase();
        if !LANGUAGES.contains(&language.as_str()) {
            return;
        }
        if systemd::is_unit(&block.text) {
            return systemd::read_unit(self.context, block);
        }
        let may_matter = super::super::trace::may_name(&block.text)
            || ["cd ", "pushd", "export ", "COMPOSE_"].iter().any(|word| block.text.contains(word))
            || block.text.contains("clone ");
        if !may_matter {
            return;
        }
        let continued = match language.as_str() {
            "powershell" | "ps1" => Some("`\n"),
            "cmd" | "bat" => Some("^\n"),
            _ => None,
        };
        let mut lines = commands(block, language == "diff");
        if let Some(mark) = continued {
            lines.text = lines.text.replace(mark, "\\\n");
        }
        let text = self.with_placeholders(&lines);
        let script = parse(&text.text);
        let worlds = std::mem::take(&mut self.worlds);
        if !script.broken {
            self.worlds = self.tracer.script(&Rc::new(text), worlds).into_iter().map(World::behind_a_block).collect();
            return;
        }
        // Not every line is a shell command: each is read on its own.
        let mut worlds = worlds;
        for line in logical_lines(&text) {
            let line = Rc::new(line);
            match parse(&line.text).broken {
                true => worlds.iter().take(1).for_each(|world| self.tracer.hints(&line, world)),
                false => worlds = self.tracer.text(&line, worlds),
            }
        }
        self.worlds = worlds.into_iter().map(World::behind_a_block).collect();
    }

    /// `<name>` and `{{ name }}` stand for something.
    fn with_placeholders(&self, text: &Fragment) -> Fragment {
        let braces = super::template::replace(text, ("{{", "}}"), &mut |name| self.context.unset(name));
        let mut out = Fragment::new(self.file);
        let mut at = 0;
        while let Some(found) = braces.text.get(at..).and_then(|rest| rest.find('<')) {
            let start = at + found;
            let Some(length) = placeholder(braces.text.get(start..).unwrap_or("")) else {
                out.append(braces.part(at, start + 1));
                at = start + 1;
                continue;
            };
            out.append(braces.part(at, start));
            let name = braces.text.get(start..start + length).unwrap_or("");
            out.push_fixed(&self.context.unset(name), braces.locate(start as u32) as usize);
            at = start + length;
        }
        out.append(braces.part(at, braces.text.len()));
        out
    }
}

/// How long a `<name>` is.
fn placeholder(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('<')?;
    let end = inner.chars().take(60).position(|letter| !(letter.is_alphanumeric() || " _-./|".contains(letter)))?;
    let end: usize = inner.chars().take(end).map(char::len_utf8).sum();
    let name = inner.get(..end)?;
    let is_name = name.starts_with(char::is_alphabetic) && !name.ends_with(' ') && inner.get(end..)?.starts_with('>');
    is_name.then_some(end + 2)
}

/// The lines of a block that are typed: those behind a prompt where there is one, and those that a diff adds.
fn commands(block: &Fragment, is_diff: bool) -> Fragment {
    let prompt = |line: &str| -> Option<usize> {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let behind =
            ["$ ", "% ", "❯ ", "➜ ", "> ", "PS> ", "PS C:\\> "].iter().find(|sign| trimmed.starts_with(**sign));
        if let Some(sign) = behind {
            return Some(indent + sign.len());
        }
        // `user@host:~$ `, `[user@host shop]# `, `~/shop % `, `PS C:\shop> `
        let end = ["$ ", "# ", "% ", "> "].iter().filter_map(|sign| trimmed.find(sign)).min()?;
        let (name, sign) = (trimmed.get(..end)?, trimmed.get(end..end + 1)?);
        let is_bracketed = name.starts_with('[') && name.ends_with(']');
        let is_user = name.contains('@') && (is_bracketed || !name.contains(' ')) && sign != ">";
        let is_directory = name.starts_with('~') && !name.trim_end().contains(' ') && matches!(sign, "%" | "$");
        let is_drive =
            name.starts_with("PS ") && name.contains([':', '/']) && !name.contains(['"', '\'']) && sign == ">";
        (is_user || is_directory || is_drive).then_some(indent + end + 2)
    };
    let has_prompts = block.text.lines().any(|line| prompt(line).is_some() && !line.trim_start().starts_with("> "));
    let mut out = Fragment::new(block.file);
    let mut at = 0;
    let mut continues = false;
    for line in block.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let skip = if is_diff {
            line.strip_prefix('+').map(|_| 1)
        } else if has_prompts {
            prompt(line).or(continues.then_some(0))
        } else {
            Some(0)
        };
        continues = skip.is_some() && line.trim_end().ends_with('\\');
        match skip {
            Some(skip) => out.append(block.part(start + skip, at)),
            None => out.push("\n", block.locate(start as u32) as usize),
        }
    }
    out
}

/// Lines, with those that they are continued on.
fn logical_lines(text: &Fragment) -> Vec<Fragment> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.text.split_inclusive('\n') {
        at += line.len();
        if !line.trim_end().ends_with('\\') {
            lines.push(text.part(start, at));
            start = at;
        }
    }
    if start < at {
        lines.push(text.part(start, at));
    }
    lines
}
