//! Commands in the words of other commands: `ssh host "…"`, `bash -c '…'`, here-documents, printed hints.

use std::rc::Rc;

use super::super::Purpose;
use super::super::fragment::Fragment;
use super::{Directory, Tracer, World};
use crate::text::shell::{Redirect, ShellWord, Simple, WordPiece, parse};

/// Programs that print their arguments.
const PRINTING: [&str; 22] = [
    "echo", "printf", "print", "cat", "die", "log", "info", "warn", "warning", "error", "err", "fail", "fatal",
    "usage", "say", "msg", "message", "success", "debug", "notice", "abort", "tee",
];

/// Programs that run their arguments on another machine.
const REMOTE: [&str; 6] = ["ssh", "sshpass", "plink", "mosh", "autossh", "pssh"];

/// Programs whose quoted arguments are not commands.
const QUOTING: [&str; 24] = [
    "git", "grep", "egrep", "rg", "ag", "sed", "awk", "gawk", "perl", "jq", "yq", "pgrep", "pkill", "curl", "wget",
    "find", "docker", "podman", "python", "python3", "ps", "tr", "cut", "test",
];

/// The words that name a program of interest.
const NAMES: [&str; 6] =
    ["docker compose", "docker-compose", "podman compose", "podman-compose", "nerdctl compose", "docker stack deploy"];

/// Whether a text may have a command of interest in it.
pub(in crate::discover::invocations) fn may_name(text: &str) -> bool {
    text.contains("compose") || text.contains("stack deploy")
}

impl Tracer<'_> {
    /// What the words and the here-documents of a command say.
    pub(super) fn follow_text(&self, simple: &Simple, program: &str, world: &World) {
        if self.depth.get() > 60 || QUOTING.contains(&program) {
            return;
        }
        self.depth.set(self.depth.get() + 10);
        let is_remote = REMOTE.contains(&program);
        let mut inner = world.clone();
        inner.stack.clear();
        if is_remote {
            inner.directory = Directory::At(vec![String::new()]);
        }
        let prints = PRINTING.contains(&program) || program.is_empty();
        if prints {
            self.follow_printed(simple, world);
        } else {
            for word in simple.words.iter().skip(1) {
                self.follow_quoted(word, &inner);
            }
        }
        for redirect in &simple.redirects {
            match redirect {
                Redirect::HereDocument(body) => {
                    let Some(body) = body.get().filter(|body| may_name(&body.text)) else { continue };
                    let start = body.at as usize;
                    let fragment = self.current().part(start, start + body.text.len());
                    if prints { self.hints(&fragment, world) } else { self.quoted(fragment, &inner) }
                }
                Redirect::HereString(word) => self.follow_quoted(word, &inner),
                Redirect::To(_) => {}
            }
        }
        self.depth.set(self.depth.get() - 10);
    }

    /// The words of `echo`, as one line.
    fn follow_printed(&self, simple: &Simple, world: &World) {
        let mut line = Fragment::new(self.current().file);
        for word in simple.words.iter().skip(1) {
            let text = self.fragment_of(word, world);
            line.push_fixed(" ", self.current().locate(word.at) as usize);
            line.append(text);
        }
        // What a pipeline prints tells nobody how to start a project.
        if may_name(&line.text) && self.site.purpose != Purpose::Test {
            self.hints(&line, world);
        }
    }

    fn follow_quoted(&self, word: &ShellWord, world: &World) {
        let is_text = word.pieces.iter().any(|piece| match piece {
            WordPiece::Text { text, quoted, .. } => *quoted && text.contains(char::is_whitespace) && may_name(text),
            WordPiece::Variable { .. } => true,
            WordPiece::Command { .. } | WordPiece::Process(_) => false,
        });
        if !is_text {
            return;
        }
        let fragment = self.fragment_of(word, world);
        if may_name(&fragment.text) && fragment.text.contains(char::is_whitespace) {
            self.quoted(fragment, world);
        }
    }

    /// A text that is a script, or prose that mentions a command.
    fn quoted(&self, fragment: Fragment, world: &World) {
        let script = parse(&fragment.text);
        if script.broken {
            return self.hints(&fragment, world);
        }
        let outer = self.enter(Rc::new(fragment));
        self.nodes(&self.current(), &script.nodes, vec![world.clone()]);
        self.leave(outer);
    }

    /// A word with its variables replaced, as text that knows where it is written.
    fn fragment_of(&self, word: &ShellWord, world: &World) -> Fragment {
        let current = self.current();
        let mut fragment = Fragment::new(current.file);
        for piece in &word.pieces {
            match piece {
                WordPiece::Text { text, at, .. } => fragment.push(text, current.locate(*at) as usize),
                _ => {
                    let alone = ShellWord { pieces: vec![piece.clone()], at: word.at };
                    let text = self.value(&mut world.clone(), &alone).0;
                    fragment.push_fixed(&text, current.locate(word.at) as usize);
                }
            }
        }
        fragment
    }

    /// Commands that lines of prose mention.
    pub(in crate::discover::invocations) fn hints(&self, fragment: &Fragment, world: &World) {
        let mut start = 0;
        let text = &fragment.text;
        for line in text.split_inclusive('\n') {
            let end = start + line.len();
            if may_name(line) && !line.trim_start().starts_with('#') {
                self.hints_of_line(fragment, start, end, world);
            }
            start = end;
        }
    }

    fn hints_of_line(&self, fragment: &Fragment, start: usize, end: usize, world: &World) {
        let mut from = start;
        while let Some(found) = fragment.text.get(from..end).and_then(next_name) {
            let at = from + found;
            if !self.context.step(fragment.file) {
                return;
            }
            let before = fragment.text.get(start..at).unwrap_or("");
            let begin = at - assignments_before(before);
            let mut stop = end;
            // A command continues on the next line.
            while fragment.text.get(..stop).is_some_and(|text| text.ends_with("\\\n")) {
                let rest = fragment.text.get(stop..).unwrap_or("");
                stop += rest.find('\n').map_or(rest.len(), |length| length + 1);
                if rest.is_empty() {
                    break;
                }
            }
            let rest = fragment.text.get(at..stop).unwrap_or("");
            let length = closing(rest, before.chars().next_back());
            let part = fragment.part(begin, at + length);
            let script = parse(&part.text);
            let first: Vec<_> = script.nodes.into_iter().take(1).collect();
            let outer = self.enter(Rc::new(part));
            self.nodes(&self.current(), &first, vec![world.clone()]);
            self.leave(outer);
            from = at + 6;
        }
    }
}

/// Where the next program of interest is named.
fn next_name(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let found = NAMES.iter().filter_map(|name| rest.find(name)).min()?;
        let at = from + found;
        let before = text.get(..at)?.chars().next_back();
        if before.is_none_or(|letter| !letter.is_alphanumeric() && !matches!(letter, '-' | '_' | '.')) {
            return Some(at);
        }
        from = at + 6;
    }
}

/// How many bytes at the end of a text are assignments and `sudo` in front of a command.
fn assignments_before(text: &str) -> usize {
    let mut length = 0;
    loop {
        let Some(rest) = text.get(..text.len() - length) else { return length };
        let trimmed = rest.trim_end_matches(' ');
        let word = trimmed.rsplit([' ', '\t', '`', '"', '\'', '(']).next().unwrap_or("");
        let is_assignment = word.split_once('=').is_some_and(|(name, value)| {
            !name.is_empty()
                && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
                && !value.is_empty()
        });
        if trimmed.len() == rest.len() || !is_assignment && word != "sudo" {
            return length;
        }
        length += rest.len() - trimmed.len() + word.len();
    }
}

/// Where a command in prose ends: at the quote that was opened in front of it, or at a quote that opens nothing.
fn closing(text: &str, before: Option<char>) -> usize {
    let mark = match before {
        Some(mark @ ('`' | '"' | '\'')) => mark,
        Some('(') => ')',
        _ => '`',
    };
    let end = text.find(mark).unwrap_or(text.len());
    let kept = text.get(..end).unwrap_or(text);
    // An apostrophe, as in "don't".
    let odd = |quote: char| kept.matches(quote).count() % 2 == 1;
    ['\'', '"'].iter().filter(|quote| odd(**quote)).filter_map(|quote| kept.find(*quote)).min().unwrap_or(end)
}
