//! Conditions: which commands only ask, and what the answer is where it is known.

use std::rc::Rc;

use super::super::fragment::Fragment;
use super::super::values::{has_hole, matches_glob};
use super::{Tracer, World};
use crate::text::shell::{Operation, ShellNode, ShellWord, Simple, WordPiece};

/// Programs that people use as conditions.
const ASKING: [&str; 8] = ["[", "[[", "test", "grep", "command", "which", "type", "hash"];

/// Whether a command asks something: what follows `&&` may then be skipped.
pub(super) fn is_test(node: &ShellNode) -> bool {
    match node {
        ShellNode::Simple(simple) => match simple.words.first().and_then(ShellWord::literal) {
            Some(name) => ASKING.contains(&name.as_str()),
            None => false,
        },
        ShellNode::Pipeline(_) => true,
        ShellNode::Group(nodes) => nodes.is_empty(),
        _ => false,
    }
}

/// What a test is about, without its brackets.
fn operands(simple: &Simple) -> Option<&[ShellWord]> {
    let words = simple.words.as_slice();
    match words.first()?.literal()?.as_str() {
        "[" | "[[" => words.get(1..words.len().checked_sub(1)?),
        "test" => words.get(1..),
        _ => None,
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
}

impl Tracer<'_> {
    /// The answer of a condition, where every value in it is known.
    pub(super) fn outcome(&self, _: &Rc<Fragment>, node: &ShellNode, world: &World) -> Option<bool> {
        match node {
            ShellNode::Simple(simple) => self.answer(simple, world),
            ShellNode::Pipeline(nodes) => match nodes.as_slice() {
                [node] => self.outcome(&self.current(), node, world).map(|answer| !answer),
                _ => None,
            },
            _ => None,
        }
    }

    fn answer(&self, simple: &Simple, world: &World) -> Option<bool> {
        match simple.words.first()?.literal()?.as_str() {
            "true" | ":" => return Some(true),
            "false" => return Some(false),
            _ => {}
        }
        let words = operands(simple)?;
        let known = |word: &ShellWord| {
            let (text, sure) = self.value(&mut world.clone(), word);
            (sure && !has_hole(&text)).then_some(text)
        };
        match words {
            [flag, word] => match flag.literal()?.as_str() {
                "-n" => Some(!known(word)?.is_empty()),
                "-z" => Some(known(word)?.is_empty()),
                "!" => None,
                _ => None,
            },
            [left, operator, right] => {
                let (left, right) = (known(left)?, known(right)?);
                match operator.literal()?.as_str() {
                    "=" | "==" => Some(matches_glob(&right, &left)),
                    "!=" => Some(!matches_glob(&right, &left)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The state in which a condition has this answer: a variable that it finds to have a value, and that the script does not
    /// set, has one that the caller gives.
    pub(super) fn assuming(&self, node: &ShellNode, answer: bool, mut world: World) -> World {
        if let Some(name) = self.non_empty(node, answer).filter(|name| world.variable(name).is_none()) {
            world.set(&name, vec![self.context.unset(&name)], true, false, 0);
        }
        world
    }

    /// The variable that has a value if a condition has this answer.
    fn non_empty(&self, node: &ShellNode, answer: bool) -> Option<String> {
        let simple = match node {
            ShellNode::Simple(simple) => simple,
            ShellNode::Pipeline(nodes) => match nodes.as_slice() {
                [node] => return self.non_empty(node, !answer),
                _ => return None,
            },
            _ => return None,
        };
        let words = operands(simple)?;
        let word = match words {
            [word] if answer => word,
            [flag, word] => match (flag.literal()?.as_str(), answer) {
                ("-n", true) | ("-z", false) => word,
                _ => return None,
            },
            _ => return None,
        };
        self.tested_variable(word).filter(|name| is_name(name))
    }

    /// The variable that a word of a test consists of: `$NAME`, or `${NAME:-}`, which `set -u` demands.
    fn tested_variable(&self, word: &ShellWord) -> Option<String> {
        let is_empty = |default: &ShellWord| default.literal().is_some_and(|text| text.is_empty());
        let mut named =
            word.pieces.iter().filter(|piece| !matches!(piece, WordPiece::Text { text, .. } if text.is_empty()));
        match (named.next(), named.next()) {
            (Some(WordPiece::Variable { name, all: false, operation: Operation::Default(default, _), .. }), None)
                if is_empty(default) =>
            {
                Some(name.clone())
            }
            _ => self.plain_variable(word),
        }
    }

    /// The variable that a word consists of, without a default.
    pub(super) fn plain_variable(&self, word: &ShellWord) -> Option<String> {
        let mut found = None;
        for piece in &word.pieces {
            match piece {
                WordPiece::Variable { name, all: false, operation: Operation::None, .. } if found.is_none() => {
                    found = Some(name.clone());
                }
                WordPiece::Text { text, .. } if text.is_empty() => {}
                _ => return None,
            }
        }
        found
    }
}
