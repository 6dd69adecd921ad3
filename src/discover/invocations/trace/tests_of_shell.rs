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
        let mut words = simple.words.as_slice();
        let name = words.first()?.literal()?;
        match name.as_str() {
            "true" | ":" => return Some(true),
            "false" => return Some(false),
            "[" | "[[" => words = words.get(1..words.len().checked_sub(1)?)?,
            "test" => words = words.get(1..)?,
            _ => return None,
        }
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
