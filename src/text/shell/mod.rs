//! Shell scripts: text to a tree of commands that keeps where each one is written. Nothing is ever run.

mod assigned;
mod parse;
mod simple;
mod words;

use std::cell::OnceCell;
use std::rc::Rc;

pub(crate) use assigned::{assigned, is_script_option};
pub(crate) use parse::parse;

/// A script.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// Its commands.
    pub(crate) nodes: Vec<Node>,
    /// Whether a quote or a bracket is left open, or a word is where the grammar does not allow it.
    pub(crate) broken: bool,
}

/// A command.
#[derive(Debug)]
pub(crate) enum Node {
    /// A program, a builtin or a function with its words.
    Simple(Simple),
    /// `a | b`: each runs in a shell of its own. A single one is negated: `! a`.
    Pipeline(Vec<Node>),
    /// `a && b || c`.
    Chain(Box<Node>, Vec<(Link, Node)>),
    /// `( … )`
    Subshell(Vec<Node>),
    /// `{ …; }`
    Group(Vec<Node>),
    /// `if … then … elif … else … fi`: each condition with what follows it, then the last branch.
    If(Vec<(Vec<Node>, Vec<Node>)>, Vec<Node>),
    /// `while … do … done`
    Loop(Vec<Node>, Vec<Node>),
    /// `for name in words; do … done`; without `in` it goes over the arguments.
    For(String, Option<Vec<Word>>, Vec<Node>),
    /// `case word in pattern) … ;; esac`
    Case(Word, Vec<(Vec<Word>, Vec<Node>)>),
    /// `name() { … }`
    Function(String, Rc<Vec<Node>>),
}

/// What is between two commands of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A simple command.
#[derive(Debug, Default)]
pub(crate) struct Simple {
    /// `NAME=value` in front of the words.
    pub(crate) assignments: Vec<Assignment>,
    /// The words.
    pub(crate) words: Vec<Word>,
    /// Redirections.
    pub(crate) redirects: Vec<Redirect>,
    /// Where it starts and ends.
    pub(crate) span: (u32, u32),
}

/// `NAME=value`
#[derive(Debug)]
pub(crate) struct Assignment {
    /// The name.
    pub(crate) name: String,
    /// Whether it is written `+=`.
    pub(crate) append: bool,
    /// The value.
    pub(crate) value: Assigned,
    /// Where it starts.
    pub(crate) at: u32,
}

/// The value of an assignment.
#[derive(Debug)]
pub(crate) enum Assigned {
    /// One word.
    Word(Word),
    /// `( … )`
    Array(Vec<Word>),
}

/// A redirection that matters here.
#[derive(Debug)]
pub(crate) enum Redirect {
    /// `> word`, `>> word`.
    To(Word),
    /// `<< EOF`: filled when the lines below it are read.
    HereDocument(Rc<OnceCell<HereDocument>>),
    /// `<<< word`
    HereString(Word),
}

/// The lines of a here-document.
#[derive(Debug)]
pub(crate) struct HereDocument {
    /// The lines, as written.
    pub(crate) text: String,
    /// Where they start.
    pub(crate) at: u32,
}

/// A word, before expansion.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    /// Its pieces.
    pub(crate) pieces: Vec<Piece>,
    /// Where it starts.
    pub(crate) at: u32,
}

impl Word {
    /// The text of a word that has nothing to expand.
    pub(crate) fn literal(&self) -> Option<String> {
        let texts = self.pieces.iter().map(|piece| match piece {
            Piece::Text { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// Whether some of it is quoted.
    pub(crate) fn is_quoted(&self) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Text { quoted, .. } | Piece::Variable { quoted, .. } | Piece::Command { quoted, .. } => *quoted,
            Piece::Process(..) => false,
        })
    }
}

/// A piece of a word.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Letters that stay as they are.
    Text {
        /// The letters, without quotes and escapes.
        text: String,
        /// Whether they are quoted.
        quoted: bool,
        /// Where they start.
        at: u32,
    },
    /// `$name`, `${name…}`.
    Variable {
        /// The name, without an index.
        name: String,
        /// Whether it is all elements of an array, or all arguments: `[@]`, `@`, `*`.
        all: bool,
        /// What is done with the value.
        operation: Operation,
        /// Whether it is quoted.
        quoted: bool,
    },
    /// `$(…)`, or the same in backticks.
    Command {
        /// What runs.
        script: Rc<Script>,
        /// As written.
        raw: String,
        /// Whether it is quoted.
        quoted: bool,
    },
    /// `<(…)`
    Process(Rc<Script>),
}

/// What is done with the value of a variable.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// Nothing.
    None,
    /// `:-`, `-`, `:=`, `=`: this word where it has no value.
    Default(Word, Keep),
    /// `:+`, `+`: this word where it has one.
    Alternative(Word),
    /// `%`, `%%`: without an ending.
    WithoutSuffix(Word, Longest),
    /// `#`, `##`: without a beginning.
    WithoutPrefix(Word, Longest),
    /// Anything else.
    Other,
}

/// Whether the default becomes the value of the variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// `=`
    Yes,
    /// `-`
    No,
}

/// Whether the longest or the shortest match is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Longest {
    /// `%%`, `##`
    Yes,
    /// `%`, `#`
    No,
}

#[cfg(test)]
mod tests;
