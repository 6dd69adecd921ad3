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
    pub(crate) nodes: Vec<ShellNode>,
    /// Whether a quote or a bracket is left open, or a word is where the grammar does not allow it.
    pub(crate) broken: bool,
}

/// A command.
#[derive(Debug)]
pub(crate) enum ShellNode {
    /// A program, a builtin or a function with its words.
    Simple(Simple),
    /// `a | b`: each runs in a shell of its own. A single one is negated: `! a`.
    Pipeline(Vec<ShellNode>),
    /// `a && b || c`.
    Chain(Box<ShellNode>, Vec<(ChainOperator, ShellNode)>),
    /// `( … )`
    Subshell(Vec<ShellNode>),
    /// `{ …; }`
    Group(Vec<ShellNode>),
    /// `if … then … elif … else … fi`: each condition with what follows it, then the last branch.
    If(Vec<(Vec<ShellNode>, Vec<ShellNode>)>, Vec<ShellNode>),
    /// `while … do … done`
    Loop(Vec<ShellNode>, Vec<ShellNode>),
    /// `for name in words; do … done`; without `in` it goes over the arguments.
    For(String, Option<Vec<ShellWord>>, Vec<ShellNode>),
    /// `case word in pattern) … ;; esac`
    Case(ShellWord, Vec<(Vec<ShellWord>, Vec<ShellNode>)>),
    /// `name() { … }`
    Function(String, Rc<Vec<ShellNode>>),
}

/// What is between two commands of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainOperator {
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
    pub(crate) words: Vec<ShellWord>,
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
    pub(crate) value: AssignedValue,
    /// Where it starts.
    pub(crate) at: u32,
}

/// The value of an assignment.
#[derive(Debug)]
pub(crate) enum AssignedValue {
    /// One word.
    Word(ShellWord),
    /// `( … )`
    Array(Vec<ShellWord>),
}

/// A redirection that matters here.
#[derive(Debug)]
pub(crate) enum Redirect {
    /// `> word`, `>> word`.
    To(ShellWord),
    /// `<< EOF`: filled when the lines below it are read.
    HereDocument(Rc<OnceCell<HereDocument>>),
    /// `<<< word`
    HereString(ShellWord),
}

impl Redirect {
    /// Whether it writes a file whose name a variable gives.
    fn is_to_a_variable(&self) -> bool {
        let is_variable = |piece: &WordPiece| matches!(piece, WordPiece::Variable { .. });
        matches!(self, Redirect::To(word) if word.pieces.iter().any(is_variable))
    }
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
pub(crate) struct ShellWord {
    /// Its pieces.
    pub(crate) pieces: Vec<WordPiece>,
    /// Where it starts.
    pub(crate) at: u32,
}

impl ShellWord {
    /// The text of a word that has nothing to expand.
    pub(crate) fn literal(&self) -> Option<String> {
        let texts = self.pieces.iter().map(|piece| match piece {
            WordPiece::Text { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// Whether some of it is quoted.
    pub(crate) fn is_quoted(&self) -> bool {
        self.pieces.iter().any(|piece| match piece {
            WordPiece::Text { quoted, .. } | WordPiece::Variable { quoted, .. } | WordPiece::Command { quoted, .. } => {
                *quoted
            }
            WordPiece::Process(..) => false,
        })
    }
}

/// A piece of a word.
#[derive(Clone, Debug)]
pub(crate) enum WordPiece {
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
    Default(ShellWord, Keep),
    /// `:+`, `+`: this word where it has one.
    Alternative(ShellWord),
    /// `%`, `%%`: without an ending.
    WithoutSuffix(ShellWord, Longest),
    /// `#`, `##`: without a beginning.
    WithoutPrefix(ShellWord, Longest),
    /// `:2` of a list: without the elements in front of this one.
    From(usize),
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
