//! Simple commands: assignments, words, redirections.

use std::cell::OnceCell;
use std::rc::Rc;

use super::parse::{Pending, ShellParser, is_word_end};
use super::{AssignedValue, Assignment, Redirect, ShellWord, Simple, WordPiece};

impl ShellParser<'_> {
    pub(super) fn simple(&mut self) -> Option<Simple> {
        let mut simple = Simple { span: (self.at as u32, self.at as u32), ..Simple::default() };
        if self.starts_with("[[") && is_word_end(self.byte(2)) {
            return Some(self.test(simple));
        }
        loop {
            self.blanks();
            if self.is_end() {
                break;
            }
            if let Some(redirect) = self.redirect() {
                simple.redirects.extend(redirect);
            } else if simple.words.is_empty() && self.is_assignment() {
                simple.assignments.push(self.assignment());
            } else if let Some(word) = self.word() {
                let is_declaration = simple.words.is_empty()
                    && matches!(
                        word.literal().as_deref(),
                        Some("export" | "local" | "declare" | "typeset" | "readonly")
                    );
                simple.words.push(word);
                if is_declaration {
                    self.declared(&mut simple);
                }
            } else {
                break;
            }
            simple.span.1 = self.at as u32;
        }
        let is_empty = simple.words.is_empty() && simple.assignments.is_empty() && simple.redirects.is_empty();
        (!is_empty).then_some(simple)
    }

    /// `export A=1 B`: the assignments behind the word.
    fn declared(&mut self, simple: &mut Simple) {
        loop {
            self.blanks();
            if self.is_assignment() {
                simple.assignments.push(self.assignment());
            } else if let Some(word) = self.word() {
                simple.words.push(word);
            } else {
                return;
            }
        }
    }

    /// `[[ … ]]`, whose operators are words.
    fn test(&mut self, mut simple: Simple) -> Simple {
        loop {
            self.blanks();
            if self.is_end() || self.byte(0) == b'\n' && simple.words.len() > 64 {
                self.broken = true;
                break;
            }
            let start = self.at;
            if self.byte(0) == b'\n' {
                self.at += 1;
                continue;
            }
            match self.word() {
                Some(word) => {
                    let closes = word.literal().as_deref() == Some("]]");
                    simple.words.push(word);
                    if closes {
                        break;
                    }
                }
                None => {
                    self.bump();
                    let text = self.slice(start, self.at).to_owned();
                    let piece = WordPiece::Text { text, quoted: false, at: start as u32 };
                    simple.words.push(ShellWord { pieces: vec![piece], at: start as u32 });
                }
            }
        }
        simple.span.1 = self.at as u32;
        simple
    }

    fn is_assignment(&self) -> bool {
        let rest = self.rest();
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let Some(end) = rest.find(|letter| !is_letter(letter)) else { return false };
        let Some((name, mut behind)) = rest.split_at_checked(end) else { return false };
        if let Some(index) = behind.strip_prefix('[') {
            let end = index.bytes().take(64).position(|byte| byte == b']');
            let Some((_, after)) = end.and_then(|end| index.split_at_checked(end + 1)) else { return false };
            behind = after;
        }
        let starts = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
        starts && (behind.starts_with('=') || behind.starts_with("+="))
    }

    fn assignment(&mut self) -> Assignment {
        let at = self.at as u32;
        let name = self.name();
        if self.byte(0) == b'[' {
            self.at += self.find_near("]").map_or(1, |end| end + 1);
        }
        let append = self.take("+");
        self.take("=");
        let value = if self.take("(") {
            AssignedValue::Array(self.array())
        } else {
            let start = self.at as u32;
            AssignedValue::Word(self.word().unwrap_or(ShellWord { at: start, pieces: Vec::new() }))
        };
        Assignment { name, append, value, at }
    }

    /// The elements of an array, behind its bracket.
    fn array(&mut self) -> Vec<ShellWord> {
        let mut words = Vec::new();
        loop {
            self.blanks();
            if self.is_end() {
                self.broken = true;
                return words;
            }
            if self.take(")") {
                return words;
            }
            match self.word() {
                Some(word) => words.push(word),
                None => self.bump(),
            }
        }
    }

    /// A redirection; the inner `None` for one that does not matter.
    pub(super) fn redirect(&mut self) -> Option<Option<Redirect>> {
        let start = self.at;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        self.at += digits;
        let is_both = digits == 0 && (self.starts_with("&>"));
        if is_both {
            self.at += 1;
        }
        let is_process = matches!((self.byte(0), self.byte(1)), (b'<' | b'>', b'('));
        if !matches!(self.byte(0), b'<' | b'>') || is_process {
            self.at = start;
            return None;
        }
        if self.take("<<<") {
            self.blanks();
            return Some(self.word().map(Redirect::HereString));
        }
        if self.take("<<") {
            self.take("-");
            return Some(self.here_document());
        }
        let writes = self.byte(0) == b'>';
        self.at += 1;
        if !self.take(">") && !self.take("&") {
            self.take("|");
        }
        self.take("-");
        self.blanks();
        Some(self.word().filter(|_| writes).map(Redirect::To))
    }

    fn here_document(&mut self) -> Option<Redirect> {
        self.blanks();
        let mark = self.word()?.literal()?;
        let body = Rc::new(OnceCell::new());
        self.pending.push(Pending { mark, body: Rc::clone(&body) });
        Some(Redirect::HereDocument(body))
    }
}
