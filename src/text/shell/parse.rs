//! The grammar of commands: lists, pipes, conditions, loops, functions.

use std::cell::OnceCell;
use std::rc::Rc;

use super::{ChainOperator, HereDocument, Redirect, Script, ShellNode, ShellWord, Simple, WordPiece};

/// How deep commands may be nested; what is deeper is not read.
const MAX_DEPTH: usize = 48;

/// How many bytes ahead a closing bracket is searched.
const MAX_SEARCH: usize = 1024;

/// Reads a script.
pub(crate) fn parse(text: &str) -> Script {
    let mut parser = ShellParser::new(text);
    let mut nodes = Vec::new();
    while parser.at < text.len() {
        let before = parser.at;
        nodes.extend(parser.list(&[]));
        if parser.at == before || parser.at < text.len() {
            // A word such as `done` or `)` that closes nothing.
            parser.broken = true;
            parser.bump();
        }
    }
    Script { nodes, broken: parser.broken }
}

/// A here-document whose lines follow.
pub(super) struct Pending {
    pub(super) mark: String,
    pub(super) body: Rc<OnceCell<HereDocument>>,
}

/// A position in a text.
pub(super) struct ShellParser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) broken: bool,
    pub(super) pending: Vec<Pending>,
}

impl<'a> ShellParser<'a> {
    pub(super) fn new(text: &'a str) -> ShellParser<'a> {
        ShellParser { text, at: 0, depth: 0, broken: false, pending: Vec::new() }
    }

    /// The byte a number of bytes ahead; 0 at the end.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The rest of the text.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    /// How many bytes ahead a text is; only a short way is searched, so that reading stays linear.
    pub(super) fn find_near(&self, text: &str) -> Option<usize> {
        let near = self.rest().as_bytes();
        let near = near.get(..MAX_SEARCH).unwrap_or(near);
        near.windows(text.len()).position(|window| window == text.as_bytes())
    }

    /// Steps over one character.
    pub(super) fn bump(&mut self) {
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_here = self.starts_with(text);
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    /// Blanks, continued lines, and a comment.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.byte(1) == b'\n' => self.at += 2,
                b'#' => {
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                    return;
                }
                _ => return,
            }
        }
    }

    /// Blanks, line breaks and what separates commands.
    fn separators(&mut self) {
        loop {
            self.blanks();
            match self.byte(0) {
                b'\n' => self.line_break(),
                b';' if self.byte(1) != b';' => self.at += 1,
                b'&' if self.byte(1) != b'&' => self.at += 1,
                _ => return,
            }
        }
    }

    fn line_breaks(&mut self) {
        loop {
            self.blanks();
            if self.byte(0) != b'\n' {
                return;
            }
            self.line_break();
        }
    }

    /// A line break, and the here-documents that start behind it.
    fn line_break(&mut self) {
        self.at += 1;
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let mut end = None;
            while end.is_none() && !self.is_end() {
                let line = self.rest().split('\n').next().unwrap_or("");
                if line.trim() == pending.mark {
                    end = Some(self.at);
                }
                self.at = (self.at + line.len() + 1).min(self.text.len());
            }
            let text = self.slice(start, end.unwrap_or(self.at)).to_owned();
            // A mark is given once.
            let _ = pending.body.set(HereDocument { text, at: start as u32 });
        }
    }

    /// Whether a reserved word is here, as a word of its own.
    fn is_word(&self, word: &str) -> bool {
        self.starts_with(word) && is_word_end(self.byte(word.len()))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_here = self.is_word(word);
        if is_here {
            self.at += word.len();
        }
        is_here
    }

    /// Commands up to one of these words, a closing bracket or the end.
    pub(super) fn list(&mut self, until: &[&str]) -> Vec<ShellNode> {
        let mut nodes = Vec::new();
        if self.depth >= MAX_DEPTH {
            self.broken = true;
            self.at = self.text.len();
            return nodes;
        }
        self.depth += 1;
        loop {
            self.separators();
            if self.is_end()
                || self.byte(0) == b')'
                || self.starts_with(";;")
                || self.is_word("}")
                || until.iter().any(|word| self.is_word(word))
            {
                break;
            }
            let before = self.at;
            nodes.extend(self.chain());
            if self.at == before {
                self.broken = true;
                self.bump();
            }
        }
        self.depth -= 1;
        nodes
    }

    fn chain(&mut self) -> Option<ShellNode> {
        let first = self.pipeline()?;
        let mut others = Vec::new();
        loop {
            self.blanks();
            let link = match (self.byte(0), self.byte(1)) {
                (b'&', b'&') => ChainOperator::And,
                (b'|', b'|') => ChainOperator::Or,
                _ => break,
            };
            self.at += 2;
            self.line_breaks();
            match self.pipeline() {
                Some(node) => others.push((link, node)),
                None => break,
            }
        }
        Some(if others.is_empty() { first } else { ShellNode::Chain(Box::new(first), others) })
    }

    fn pipeline(&mut self) -> Option<ShellNode> {
        self.blanks();
        let mut negated = false;
        while self.is_word("!") || self.is_word("time") {
            negated |= self.take_word("!");
            self.take_word("time");
            self.blanks();
        }
        let first = self.command()?;
        let mut nodes = vec![first];
        loop {
            self.blanks();
            if self.byte(0) != b'|' || self.byte(1) == b'|' {
                break;
            }
            self.at += 1;
            self.take("&");
            self.line_breaks();
            nodes.extend(self.command());
        }
        if nodes.len() > 1 || negated { Some(ShellNode::Pipeline(nodes)) } else { nodes.pop() }
    }

    fn command(&mut self) -> Option<ShellNode> {
        self.blanks();
        if self.take_word("if") {
            return Some(self.condition());
        }
        if self.take_word("while") || self.take_word("until") {
            let condition = self.list(&["do"]);
            return Some(ShellNode::Loop(condition, self.body()));
        }
        if self.take_word("for") || self.take_word("select") {
            return Some(self.for_loop());
        }
        if self.take_word("case") {
            return Some(self.case());
        }
        if self.take_word("{") {
            let nodes = self.list(&[]);
            self.close("}");
            return Some(self.redirected(ShellNode::Group(nodes)));
        }
        if self.starts_with("((") {
            self.arithmetic();
            return Some(ShellNode::Group(Vec::new()));
        }
        if self.take("(") {
            let nodes = self.list(&[]);
            self.close(")");
            return Some(self.redirected(ShellNode::Subshell(nodes)));
        }
        self.function().or_else(|| self.simple().map(ShellNode::Simple))
    }

    fn close(&mut self, text: &str) {
        self.separators();
        if !self.take(text) {
            self.broken = true;
        }
    }

    /// `(( … ))`
    fn arithmetic(&mut self) {
        match self.find_near("))") {
            Some(end) => self.at += end + 2,
            None => {
                self.broken = true;
                self.at = self.text.len();
            }
        }
    }

    /// What a bracket's output goes to does not matter here, but its here-document does.
    fn redirected(&mut self, node: ShellNode) -> ShellNode {
        self.blanks();
        let start = self.at;
        let mut redirects = Vec::new();
        while matches!(self.byte(0), b'<' | b'>') || self.byte(0).is_ascii_digit() || self.starts_with("&>") {
            let before = self.at;
            redirects.extend(self.redirect().flatten().filter(Redirect::is_to_a_variable));
            self.blanks();
            if self.at == before {
                break;
            }
        }
        if redirects.is_empty() {
            return node;
        }
        let span = (start as u32, self.at as u32);
        ShellNode::Group(vec![node, ShellNode::Simple(Simple { redirects, span, ..Simple::default() })])
    }

    fn condition(&mut self) -> ShellNode {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let condition = self.list(&["then", "fi"]);
            self.expect_word("then");
            branches.push((condition, self.list(&["elif", "else", "fi"])));
            if self.take_word("elif") {
                continue;
            }
            if self.take_word("else") {
                otherwise = self.list(&["fi"]);
            }
            self.expect_word("fi");
            return self.redirected(ShellNode::If(branches, otherwise));
        }
    }

    fn expect_word(&mut self, word: &str) {
        if !self.take_word(word) {
            self.broken = true;
        }
    }

    /// `do … done`
    fn body(&mut self) -> Vec<ShellNode> {
        self.separators();
        if self.take_word("{") {
            let nodes = self.list(&[]);
            self.close("}");
            return nodes;
        }
        self.expect_word("do");
        let nodes = self.list(&["done"]);
        self.expect_word("done");
        self.redirected(ShellNode::Group(Vec::new()));
        nodes
    }

    fn for_loop(&mut self) -> ShellNode {
        self.blanks();
        if self.starts_with("((") {
            self.arithmetic();
            return ShellNode::Loop(Vec::new(), self.body());
        }
        let name = self.name();
        self.line_breaks();
        let words = self.take_word("in").then(|| self.words_of_line());
        ShellNode::For(name, words, self.body())
    }

    fn words_of_line(&mut self) -> Vec<ShellWord> {
        let mut words = Vec::new();
        loop {
            self.blanks();
            match self.word() {
                Some(word) => words.push(word),
                None => return words,
            }
        }
    }

    fn case(&mut self) -> ShellNode {
        self.blanks();
        let subject = self.word().unwrap_or_default();
        self.line_breaks();
        self.expect_word("in");
        let mut arms = Vec::new();
        loop {
            self.separators();
            if self.is_end() || self.take_word("esac") {
                return self.redirected(ShellNode::Case(subject, arms));
            }
            self.take("(");
            let before = self.at;
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                patterns.extend(self.word());
                self.blanks();
                if self.byte(0) != b'|' {
                    break;
                }
                self.at += 1;
            }
            if !self.take(")") {
                self.broken = true;
            }
            arms.push((patterns, self.list(&["esac"])));
            while self.take(";") || self.take("&") {}
            if self.at == before {
                self.broken = true;
                self.bump();
            }
        }
    }

    /// `name() { … }`, `function name { … }`
    fn function(&mut self) -> Option<ShellNode> {
        let start = self.at;
        let keyword = self.take_word("function");
        if keyword {
            self.blanks();
        }
        let name = self.function_name();
        self.blanks();
        let brackets = self.starts_with("()") && self.take("()") || self.starts_with("( )") && self.take("( )");
        if name.is_empty() || !keyword && !brackets {
            self.at = start;
            return None;
        }
        self.line_breaks();
        if self.depth >= MAX_DEPTH {
            self.broken = true;
            self.at = self.text.len();
        }
        self.depth += 1;
        let nodes = match self.command() {
            Some(ShellNode::Group(nodes)) => nodes,
            Some(node) => vec![node],
            None => Vec::new(),
        };
        self.depth -= 1;
        Some(ShellNode::Function(name, Rc::new(nodes)))
    }

    fn function_name(&mut self) -> String {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-.:@".contains(letter);
        let end = self.rest().find(|letter| !is_letter(letter)).unwrap_or(self.rest().len());
        let name = self.slice(self.at, self.at + end).to_owned();
        self.at += end;
        name
    }

    /// The name of a variable.
    pub(super) fn name(&mut self) -> String {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let end = self.rest().find(|letter| !is_letter(letter)).unwrap_or(self.rest().len());
        let name = self.slice(self.at, self.at + end).to_owned();
        self.at += end;
        name
    }

    /// A script in brackets, such as that of `$(…)`, behind the opening one.
    pub(super) fn nested(&mut self) -> Script {
        let broken = std::mem::take(&mut self.broken);
        let nodes = self.list(&[]);
        self.close(")");
        let own = std::mem::replace(&mut self.broken, broken);
        self.broken |= own;
        Script { nodes, broken: own }
    }
}

/// Whether a word ends before this byte.
pub(super) fn is_word_end(byte: u8) -> bool {
    matches!(byte, 0 | b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

/// Adds a letter to the text piece at the end of a word.
pub(super) fn push_text(pieces: &mut Vec<WordPiece>, letters: &str, is_quoted: bool, at: usize) {
    if let Some(WordPiece::Text { text, quoted, .. }) = pieces.last_mut()
        && *quoted == is_quoted
    {
        text.push_str(letters);
        return;
    }
    pieces.push(WordPiece::Text { text: letters.to_owned(), quoted: is_quoted, at: at as u32 });
}
