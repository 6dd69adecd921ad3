//! A file to edit: where its entries begin and end, what is around them, and its formatting habits.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::Edit;
use crate::source::{NodeId, SourceFile, Span};
use crate::yaml::SyntaxProblem;
use crate::yaml::{Comment, Node, NodeKind, Pair, ResolvedScalar, ScalarStyle, Tree, resolve_plain};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// How many items of a list may be empty before one whose dash is looked for.
const MOST_EMPTY: usize = 256;

/// The indentation where a file shows none.
const USUAL_STEP: usize = 2;

/// Where a node is in the collection around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The key of an entry.
    Key(usize),
    /// The value of an entry.
    Value(usize),
    /// An item of a sequence.
    Item(usize),
}

impl Slot {
    /// The entry, by its number.
    pub(super) fn index(self) -> usize {
        match self {
            Slot::Key(index) | Slot::Value(index) | Slot::Item(index) => index,
        }
    }
}

/// A collection around a node, and where in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EnclosingCollection {
    pub(super) holder: NodeId,
    pub(super) slot: Slot,
}

/// A file that can be edited: its syntax is whole, and its line breaks are `\n` or `\r\n`.
pub(super) struct EditableFile {
    source: Arc<SourceFile>,
    parsed: Arc<(Tree, Vec<SyntaxProblem>)>,
}

impl EditableFile {
    pub(super) fn new(source: Arc<SourceFile>, parsed: Arc<(Tree, Vec<SyntaxProblem>)>) -> Option<EditableFile> {
        let open = EditableFile { source, parsed };
        (!open.tree().broken && !open.source.has_lone_return()).then_some(open)
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.parsed.0
    }

    pub(super) fn text(&self) -> &str {
        &self.source.text
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text().get(range).unwrap_or("")
    }

    pub(super) fn edit(&self, range: Range<usize>, text: impl Into<String>) -> Edit {
        let span = Span { file: self.tree().file, start: range.start as u32, end: range.end as u32 };
        Edit { span, text: text.into() }
    }

    pub(super) fn insertion(&self, at: usize, text: impl Into<String>) -> Edit {
        self.edit(at..at, text)
    }

    /// Makes a stretch this text by the least that differs: quotes around it are two insertions, so no value is repeated.
    pub(super) fn rewrite(&self, range: Range<usize>, text: &str) -> Vec<Edit> {
        let old = self.slice(range.clone());
        if let Some((opening, closing)) = text.split_once(old).filter(|_| !old.is_empty()) {
            let ends = [(range.start, opening), (range.end, closing)];
            let added = ends.into_iter().filter(|(_, part)| !part.is_empty());
            return added.map(|(at, part)| self.insertion(at, part)).collect();
        }
        let same = |(one, two): &(char, char)| one == two;
        let width = |one: (char, char)| one.0.len_utf8();
        let before: usize = old.chars().zip(text.chars()).take_while(same).map(width).sum();
        let (rest, wanted) = (old.get(before..).unwrap_or(""), text.get(before..).unwrap_or(""));
        let behind: usize = rest.chars().rev().zip(wanted.chars().rev()).take_while(same).map(width).sum();
        let wanted = wanted.get(..wanted.len() - behind).unwrap_or("");
        vec![self.edit(range.start + before..range.end - behind, wanted)]
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.tree().node(id)
    }

    /// The collections around a node, outermost first. Nodes are numbered in the order of the file, parents first.
    pub(super) fn path(&self, id: NodeId) -> Option<Vec<EnclosingCollection>> {
        let documents = &self.tree().documents;
        let mut at = *documents.get(documents.partition_point(|root| *root <= id).checked_sub(1)?)?;
        let mut path = Vec::new();
        while at != id {
            let (slot, next) = match &self.node(at)?.kind {
                NodeKind::Sequence(items, _) => {
                    let index = items.partition_point(|item| *item <= id).checked_sub(1)?;
                    (Slot::Item(index), *items.get(index)?)
                }
                NodeKind::Mapping(pairs, _) => {
                    let index = pairs.partition_point(|pair| pair.key <= id).checked_sub(1)?;
                    let pair = pairs.get(index)?;
                    if pair.value <= id { (Slot::Value(index), pair.value) } else { (Slot::Key(index), pair.key) }
                }
                NodeKind::Scalar(..) | NodeKind::Alias(_) => return None,
            };
            path.push(EnclosingCollection { holder: at, slot });
            at = next;
        }
        Some(path)
    }

    /// The root of the document that a node is in.
    pub(super) fn root(&self, id: NodeId) -> Option<NodeId> {
        let documents = &self.tree().documents;
        documents.get(documents.partition_point(|root| *root <= id).checked_sub(1)?).copied()
    }

    /// Whether a node, or a collection around it, is elsewhere too, through an alias.
    pub(super) fn is_shared(&self, id: NodeId, path: &[EnclosingCollection]) -> bool {
        path.iter().map(|around| around.holder).chain([id]).any(|one| self.is_aliased(one))
    }

    fn is_aliased(&self, id: NodeId) -> bool {
        self.node(id).is_some_and(|node| node.anchor().is_some())
            && self.aliases_of(id.index()..id.index() + 1).next().is_some()
    }

    /// Whether an alias outside of some nodes refers to one of them.
    pub(super) fn is_needed_elsewhere(&self, nodes: Range<usize>) -> bool {
        self.aliases_of(nodes.clone()).any(|at| !nodes.contains(&at))
    }

    /// The aliases that refer to some nodes, by their numbers.
    fn aliases_of(&self, nodes: Range<usize>) -> impl Iterator<Item = usize> {
        let aliases = self.tree().habits.aliases.get_or_init(|| {
            let numbered = self.tree().nodes.iter().enumerate();
            let mut aliases: Vec<(usize, usize)> = numbered
                .filter_map(|(at, node)| match node.kind {
                    NodeKind::Alias(Some(target)) => Some((target.index(), at)),
                    _ => None,
                })
                .collect();
            aliases.sort_unstable();
            aliases
        });
        let first = aliases.partition_point(|(target, _)| *target < nodes.start);
        aliases.iter().skip(first).take_while(move |(target, _)| *target < nodes.end).map(|(_, at)| *at)
    }

    /// The number behind the last node of a subtree.
    pub(super) fn subtree_end(&self, id: NodeId) -> usize {
        let last = match self.node(id).map(|node| &node.kind) {
            Some(NodeKind::Sequence(items, _)) => items.last().copied(),
            Some(NodeKind::Mapping(pairs, _)) => pairs.last().map(|pair| pair.value),
            _ => None,
        };
        last.map_or(id.index() + 1, |last| self.subtree_end(last))
    }

    /// The node itself, or the value of the entry whose key it is.
    pub(super) fn value_of(&self, id: NodeId) -> Option<NodeId> {
        match self.path(id)?.last() {
            Some(EnclosingCollection { holder, slot: Slot::Key(index) }) => {
                Some(self.pairs(*holder).get(*index)?.value)
            }
            _ => Some(id),
        }
    }

    pub(super) fn pairs(&self, id: NodeId) -> &[Pair] {
        match self.node(id).map(|node| &node.kind) {
            Some(NodeKind::Mapping(pairs, _)) => pairs,
            _ => &[],
        }
    }

    pub(super) fn items(&self, id: NodeId) -> &[NodeId] {
        match self.node(id).map(|node| &node.kind) {
            Some(NodeKind::Sequence(items, _)) => items,
            _ => &[],
        }
    }

    pub(super) fn is_flow(&self, id: NodeId) -> bool {
        matches!(self.node(id).map(|node| &node.kind), Some(NodeKind::Sequence(_, true) | NodeKind::Mapping(_, true)))
    }

    pub(super) fn is_in_flow(&self, path: &[EnclosingCollection]) -> bool {
        path.iter().any(|around| self.is_flow(around.holder))
    }

    /// Whether a scalar says nothing: an empty one, `~` or `null`.
    pub(super) fn is_null(&self, id: NodeId) -> bool {
        match self.node(id).map(|node| &node.kind) {
            Some(NodeKind::Scalar(text, ScalarStyle::Plain)) => resolve_plain(text) == ResolvedScalar::Null,
            _ => false,
        }
    }

    /// Where the bytes of a node begin.
    pub(super) fn start(&self, id: NodeId) -> usize {
        self.node(id).map_or(0, |node| node.start as usize)
    }

    /// Where the content of a node ends; blank lines behind a block scalar left out.
    pub(super) fn end(&self, id: NodeId) -> usize {
        let Some(node) = self.node(id) else { return 0 };
        let last = match &node.kind {
            NodeKind::Mapping(pairs, false) => pairs.len().checked_sub(1),
            NodeKind::Sequence(items, false) => items.len().checked_sub(1),
            _ => None,
        };
        let deep = last.and_then(|last| self.entry_end(id, last));
        deep.unwrap_or_else(|| self.slice(0..node.end as usize).trim_end().len().max(node.start as usize))
    }

    /// Where an entry ends: behind its value, or behind the colon or dash of one that has none.
    pub(super) fn entry_end(&self, holder: NodeId, index: usize) -> Option<usize> {
        match &self.node(holder)?.kind {
            NodeKind::Mapping(pairs, flow) => {
                let pair = pairs.get(index)?;
                let value = self.end(pair.value);
                match self.colon(pair.key) {
                    Some(colon) => Some(value.max(colon + 1)),
                    // `{ a, b }`: keys without values.
                    None => flow.then_some(value),
                }
            }
            NodeKind::Sequence(items, flow) => {
                let end = self.end(*items.get(index)?);
                if *flow { Some(end) } else { Some(end.max(self.dash(holder, index)? + 1)) }
            }
            _ => None,
        }
    }

    /// Where an entry begins: at its key or its dash. `None` where a tag, an anchor or a `?` comes before it.
    pub(super) fn entry_start(&self, holder: NodeId, index: usize) -> Option<usize> {
        match &self.node(holder)?.kind {
            NodeKind::Mapping(pairs, flow) => {
                let start = self.start(pairs.get(index)?.key);
                let before = self.slice(self.line_start(start)..start).trim_end();
                let bare = before.is_empty() || before.ends_with(['-', '{', ',']);
                (bare && (*flow || !before.ends_with(['{', ',']))).then_some(start)
            }
            NodeKind::Sequence(items, true) => {
                let start = self.start(*items.get(index)?);
                let before = self.slice(self.line_start(start)..start).trim_end();
                (before.is_empty() || before.ends_with(['[', ','])).then_some(start)
            }
            NodeKind::Sequence(_, false) => self.dash(holder, index),
            _ => None,
        }
    }

    /// The colon behind a key.
    pub(super) fn colon(&self, key: NodeId) -> Option<usize> {
        let at = self.skip(self.node(key)?.end as usize);
        self.slice(at..self.text().len()).starts_with(':').then_some(at)
    }

    /// The dash of an item of a block sequence.
    pub(super) fn dash(&self, holder: NodeId, index: usize) -> Option<usize> {
        let items = self.items(holder).get(..index)?;
        // Behind an item that is not empty no other dash comes before this one.
        let full = items.iter().rev().take(MOST_EMPTY).take_while(|item| self.end(**item) <= self.start(**item));
        let first = index - full.count();
        let mut dash = self.dash_behind(holder, first.checked_sub(1))?;
        for before in items.iter().skip(first) {
            dash = self.dash_from(self.end(*before).max(dash + 1))?;
        }
        Some(dash)
    }

    /// The dash behind an item, or the first one.
    fn dash_behind(&self, holder: NodeId, before: Option<usize>) -> Option<usize> {
        let at = match before {
            Some(before) => {
                let item = *self.items(holder).get(before)?;
                let end = self.end(item);
                (end > self.start(item)).then_some(end)?
            }
            None => match self.path(holder)?.last() {
                Some(EnclosingCollection { holder: outer, slot: Slot::Value(entry) }) => {
                    self.colon(self.pairs(*outer).get(*entry)?.key)? + 1
                }
                Some(EnclosingCollection { holder: outer, slot: Slot::Item(entry) }) => self.dash(*outer, *entry)? + 1,
                _ => self.text_start(),
            },
        };
        self.dash_from(at)
    }

    /// The first dash at or behind a byte, with nothing but properties before it.
    fn dash_from(&self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            at = self.skip(at);
            let rest = self.slice(at..self.text().len());
            match rest.as_bytes() {
                [b'-', b' ' | b'\t' | b'\r' | b'\n', ..] | [b'-'] => return Some(at),
                [b'&' | b'!', ..] => at += rest.find(char::is_whitespace)?,
                [b'-', b'-', b'-', ..] => at += 3,
                _ => return None,
            }
        }
    }

    /// The next byte that is neither blank nor in a comment.
    pub(super) fn skip(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = self.slice(at..self.text().len());
            at += rest.len() - rest.trim_start().len();
            match self.comment_at(at) {
                Some(comment) => at = comment.end as usize,
                None => return at,
            }
        }
    }

    fn comment_at(&self, at: usize) -> Option<&Comment> {
        let comments = &self.tree().comments;
        let index = comments.binary_search_by_key(&(at as u32), |comment| comment.start).ok()?;
        comments.get(index)
    }

    /// The comments that begin in a stretch.
    pub(super) fn comments(&self, range: Range<usize>) -> Vec<&str> {
        let comments = &self.tree().comments;
        let first = comments.partition_point(|comment| (comment.start as usize) < range.start);
        let all = comments.iter().skip(first).take_while(|comment| (comment.start as usize) < range.end);
        all.map(|comment| self.slice(comment.start as usize..comment.end as usize).trim_end()).collect()
    }

    /// Where the text begins, behind a byte-order mark.
    pub(super) fn text_start(&self) -> usize {
        if self.text().starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 }
    }

    /// The first byte of a line.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.source.line_around(at).0.max(self.text_start())
    }

    /// The end of a line, its break left out.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let Some(next) = self.source.line_around(at).1 else { return self.text().len() };
        let line = self.slice(at..next);
        let line = line.strip_suffix('\n').unwrap_or(line);
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The first byte of the next line.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.source.line_around(at).1.unwrap_or(self.text().len())
    }

    /// How lines end around a byte.
    pub(super) fn line_break(&self, at: usize) -> &'static str {
        let (start, next) = self.source.line_around(at);
        let end = next.or((start > 0).then_some(start)).and_then(|behind| behind.checked_sub(1));
        let carriage = end.is_some_and(|end| self.slice(0..end).ends_with('\r'));
        if carriage { "\r\n" } else { "\n" }
    }

    /// What comes before a byte on its line.
    pub(super) fn before(&self, at: usize) -> &str {
        self.slice(self.line_start(at)..at)
    }

    /// Whether only blanks come before a byte on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        self.before(at).trim_start_matches(' ').is_empty()
    }

    /// The column of a byte in characters, from 0.
    pub(super) fn column(&self, at: usize) -> usize {
        self.before(at).chars().count()
    }

    /// By how many columns this file indents a mapping under its key.
    pub(super) fn step(&self) -> usize {
        *self.tree().habits.step.get_or_init(|| self.usual_step())
    }

    fn usual_step(&self) -> usize {
        let steps = self.tree().nodes.iter().flat_map(|node| match &node.kind {
            NodeKind::Mapping(pairs, false) => pairs.as_slice(),
            _ => &[],
        });
        let nested = steps.filter_map(|pair| {
            let inner = self.pairs(pair.value).first().filter(|_| !self.is_flow(pair.value))?;
            self.column(self.start(inner.key)).checked_sub(self.column(self.start(pair.key)))
        });
        most_frequent(nested.filter(|step| *step > 0)).unwrap_or(USUAL_STEP)
    }

    /// By how many columns this file indents the dashes of a list under its key; 0 is usual, too.
    pub(super) fn list_step(&self) -> usize {
        *self.tree().habits.list_step.get_or_init(|| self.usual_list_step())
    }

    fn usual_list_step(&self) -> usize {
        let pairs = self.tree().nodes.iter().flat_map(|node| match &node.kind {
            NodeKind::Mapping(pairs, false) => pairs.as_slice(),
            _ => &[],
        });
        let nested = pairs.filter_map(|pair| {
            let is_list = !self.items(pair.value).is_empty() && !self.is_flow(pair.value);
            let dash = is_list.then(|| self.dash(pair.value, 0)).flatten()?;
            self.column(dash).checked_sub(self.column(self.start(pair.key)))
        });
        most_frequent(nested).unwrap_or_else(|| self.step())
    }

    /// The quotes that this file uses most.
    pub(super) fn quote_style(&self) -> ScalarStyle {
        *self.tree().habits.quotes.get_or_init(|| self.usual_quotes())
    }

    fn usual_quotes(&self) -> ScalarStyle {
        let count = |wanted: ScalarStyle| {
            let is_wanted = |node: &&Node| matches!(&node.kind, NodeKind::Scalar(_, style) if *style == wanted);
            self.tree().nodes.iter().filter(is_wanted).count()
        };
        let single = count(ScalarStyle::SingleQuoted) > count(ScalarStyle::DoubleQuoted);
        if single { ScalarStyle::SingleQuoted } else { ScalarStyle::DoubleQuoted }
    }
}

fn most_frequent(numbers: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for number in numbers {
        *counts.entry(number).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(number, count)| (*count, std::cmp::Reverse(*number))).map(|(number, _)| number)
}

/// Whether two nodes say the same: scalars of one type and text, collections of equal entries in one order.
pub(super) fn equal((one_file, one): (&EditableFile, NodeId), (two_file, two): (&EditableFile, NodeId)) -> bool {
    let (Some(one), Some(two)) = (one_file.node(one), two_file.node(two)) else { return false };
    if one.tag() != two.tag() {
        return false;
    }
    match (&one.kind, &two.kind) {
        (NodeKind::Scalar(text, style), NodeKind::Scalar(other, other_style)) => {
            let typed = |text: &str, style: ScalarStyle| {
                style == ScalarStyle::Plain && resolve_plain(text) != ResolvedScalar::Text
            };
            text == other && typed(text, *style) == typed(other, *other_style)
        }
        (NodeKind::Sequence(items, _), NodeKind::Sequence(others, _)) => {
            let pairs = items.iter().zip(others);
            items.len() == others.len() && pairs.into_iter().all(|(one, two)| equal((one_file, *one), (two_file, *two)))
        }
        (NodeKind::Mapping(pairs, _), NodeKind::Mapping(others, _)) => {
            let same = |(one, two): (&Pair, &Pair)| {
                equal((one_file, one.key), (two_file, two.key)) && equal((one_file, one.value), (two_file, two.value))
            };
            pairs.len() == others.len() && pairs.iter().zip(others).all(same)
        }
        (NodeKind::Alias(one), NodeKind::Alias(two)) => one.is_some() && one == two,
        _ => false,
    }
}
