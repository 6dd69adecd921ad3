//! Words: quotes, escapes, variables and substitutions.

use std::rc::Rc;

use super::parse::{ShellParser, is_word_end, parse, push_text};
use super::{Keep, Longest, Operation, Script, ShellWord, WordPiece};

impl ShellParser<'_> {
    /// The word that starts here, if one does.
    pub(super) fn word(&mut self) -> Option<ShellWord> {
        let at = self.at;
        let mut pieces = Vec::new();
        loop {
            if matches!((self.byte(0), self.byte(1)), (b'<' | b'>', b'(')) {
                self.at += 2;
                pieces.push(WordPiece::Process(Rc::new(self.nested())));
                continue;
            }
            if self.byte(0) == b'(' && !pieces.is_empty() && self.is_extended_glob(at) {
                self.skip_brackets();
                push_text(&mut pieces, "*", false, self.at);
                continue;
            }
            if self.is_end() || is_word_end(self.byte(0)) {
                break;
            }
            self.piece(&mut pieces);
        }
        (self.at > at).then_some(ShellWord { pieces, at: at as u32 })
    }

    /// `@(a|b)`, `!(a)` and the like.
    fn is_extended_glob(&self, start: usize) -> bool {
        self.slice(start, self.at).ends_with(['@', '!', '?', '*', '+'])
    }

    fn skip_brackets(&mut self) {
        self.at += self.find_near(")").map_or(1, |end| end + 1);
    }

    fn piece(&mut self, pieces: &mut Vec<WordPiece>) {
        let start = self.at;
        match self.byte(0) {
            b'\'' => {
                self.at += 1;
                let end = self.rest().find('\'');
                self.broken |= end.is_none();
                let length = end.unwrap_or(self.rest().len());
                push_text(pieces, self.slice(self.at, self.at + length), true, self.at);
                self.at += length + usize::from(end.is_some());
            }
            b'"' => {
                self.at += 1;
                self.double_quoted(pieces);
            }
            b'\\' => {
                self.at += 1;
                if self.byte(0) == b'\n' {
                    self.at += 1;
                    return;
                }
                let at = self.at;
                self.bump();
                push_text(pieces, self.slice(at, self.at), false, at);
            }
            b'`' => pieces.push(self.backticks(false)),
            b'$' => self.dollar(pieces, false),
            _ => {
                self.bump();
                push_text(pieces, self.slice(start, self.at), false, start);
            }
        }
    }

    fn double_quoted(&mut self, pieces: &mut Vec<WordPiece>) {
        push_text(pieces, "", true, self.at);
        loop {
            let start = self.at;
            match self.byte(0) {
                _ if self.is_end() => {
                    self.broken = true;
                    return;
                }
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if matches!(self.byte(1), b'$' | b'`' | b'"' | b'\\') => {
                    push_text(pieces, self.slice(start + 1, start + 2), true, start);
                    self.at += 2;
                }
                b'\\' if self.byte(1) == b'\n' => self.at += 2,
                b'`' => pieces.push(self.backticks(true)),
                b'$' => self.dollar(pieces, true),
                _ => {
                    self.bump();
                    push_text(pieces, self.slice(start, self.at), true, start);
                }
            }
        }
    }

    fn backticks(&mut self, quoted: bool) -> WordPiece {
        self.at += 1;
        let start = self.at;
        while !self.is_end() && self.byte(0) != b'`' {
            if self.byte(0) == b'\\' {
                self.at += 1;
            }
            self.bump();
        }
        let raw = self.slice(start, self.at.min(self.text.len())).to_owned();
        self.broken |= self.is_end();
        self.at += 1;
        self.at = self.at.min(self.text.len());
        let script = match raw.contains("\\`") {
            true => parse(&raw.replace("\\`", "`")),
            // Read in place, so that its spans are those of this text.
            false => {
                let mut inner = ShellParser::new(self.slice(0, start + raw.len()));
                (inner.at, inner.depth) = (start, self.depth);
                Script { nodes: inner.list(&[]), broken: inner.broken }
            }
        };
        WordPiece::Command { script: Rc::new(script), raw, quoted }
    }

    fn dollar(&mut self, pieces: &mut Vec<WordPiece>, quoted: bool) {
        let start = self.at;
        self.at += 1;
        match self.byte(0) {
            b'(' if self.byte(1) == b'(' => {
                let end = self.rest().find("))").map_or(self.rest().len(), |end| end + 2);
                self.at += end;
                let raw = self.slice(start, self.at).to_owned();
                pieces.push(WordPiece::Command { script: Rc::default(), raw, quoted });
            }
            b'(' => {
                self.at += 1;
                let inner = self.at;
                let script = self.nested();
                let raw = self.slice(inner, self.at.saturating_sub(1)).to_owned();
                pieces.push(WordPiece::Command { script: Rc::new(script), raw, quoted });
            }
            b'{' => {
                self.at += 1;
                pieces.push(self.braces(quoted));
            }
            b'\'' if !quoted => self.piece(pieces),
            b'"' if !quoted => self.piece(pieces),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let name = self.name();
                pieces.push(WordPiece::Variable { name, all: false, operation: Operation::None, quoted });
            }
            byte if byte.is_ascii_digit() || b"@*#?$!-".contains(&byte) => {
                let name = self.slice(self.at, self.at + 1).to_owned();
                let all = matches!(byte, b'@' | b'*');
                self.at += 1;
                pieces.push(WordPiece::Variable { name, all, operation: Operation::None, quoted });
            }
            _ => push_text(pieces, "$", quoted, start),
        }
    }

    /// `${…}` behind its brace.
    fn braces(&mut self, quoted: bool) -> WordPiece {
        let is_counted = matches!(self.byte(0), b'#' | b'!') && self.byte(1) != b'}';
        if is_counted {
            self.at += 1;
        }
        let mut name = self.name();
        if name.is_empty() {
            let start = self.at;
            self.bump();
            name = self.slice(start, self.at).to_owned();
        }
        let mut all = matches!(name.as_str(), "@" | "*");
        if self.byte(0) == b'[' {
            all = matches!(self.byte(1), b'@' | b'*');
            self.at += self.find_near("]").map_or(1, |end| end + 1);
        }
        let operation = match self.first_of_the_rest().filter(|_| all) {
            Some(number) => Operation::From(number),
            None => self.operation(),
        };
        let operation = if is_counted { Operation::Other } else { operation };
        WordPiece::Variable { name, all, operation, quoted }
    }

    /// The number in `:2}`, behind which the parser then is.
    fn first_of_the_rest(&mut self) -> Option<usize> {
        let (digits, _) = self.rest().strip_prefix(':')?.split_once('}')?;
        let number = digits.trim().parse().ok()?;
        self.at += digits.len() + 2;
        Some(number)
    }

    fn operation(&mut self) -> Operation {
        if self.take("}") {
            return Operation::None;
        }
        let start = self.at;
        self.take(":");
        let operator = self.byte(0);
        self.bump();
        match operator {
            b'-' => Operation::Default(self.operand(), Keep::No),
            b'=' => Operation::Default(self.operand(), Keep::Yes),
            b'+' => Operation::Alternative(self.operand()),
            b'?' => {
                self.operand();
                Operation::None
            }
            b'%' | b'#' => {
                let longest = if self.byte(0) == operator { Longest::Yes } else { Longest::No };
                if longest == Longest::Yes {
                    self.at += 1;
                }
                let pattern = self.operand();
                match operator {
                    b'%' => Operation::WithoutSuffix(pattern, longest),
                    _ => Operation::WithoutPrefix(pattern, longest),
                }
            }
            _ => {
                self.at = start;
                self.operand();
                Operation::Other
            }
        }
    }

    /// The word of an operation, up to the closing brace.
    fn operand(&mut self) -> ShellWord {
        let at = self.at;
        let mut pieces = Vec::new();
        self.depth += 1;
        loop {
            if self.is_end() || self.depth > 40 {
                self.broken = true;
                self.at = self.text.len();
                break;
            }
            if self.take("}") {
                break;
            }
            self.piece(&mut pieces);
        }
        self.depth -= 1;
        ShellWord { pieces, at: at as u32 }
    }
}
