//! granit-parser's events into an arena; the only module that knows that parser.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle as Style, StructureStyle, Tag, options};

use super::problem::{SyntaxCause, SyntaxKind, SyntaxProblem};
use super::tree::{Comment, Habits, Node, NodeKind, NodeProperties, Pair, ScalarStyle, Tree};
use super::unclosed::{closes, open_quote, tab_behind};
use crate::budget::Limit;
use crate::collections::HashMap;
use crate::source::NodeId;
use crate::source::Place;
use crate::source::{FileId, Span};

/// How deep collections may nest.
const MAX_DEPTH: usize = 256;

/// How many errors one file may give before its reading ends.
const MAX_ERRORS: usize = 20;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a file's text. Never fails: a document that breaks off keeps what came before, with a problem at the break,
/// and the documents after it are read too.
pub fn parse(file: FileId, text: &str) -> (Tree, Vec<SyntaxProblem>) {
    let offset = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let body = text.get(offset..).unwrap_or("");
    let mut builder = Builder::new(file, offset as u32);
    let options = options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        max_buffered_comment_events: 1 << 20,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut parser = Parser::new_from_str_with_options(body, options);
    while let Some(next) = parser.next_event() {
        if builder.tree.nodes.len() as u64 > Limit::Values.most() {
            builder.end_at_limit();
            break;
        }
        match next {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                builder.event(without_invented_break(event, &range, body), range.start as u32, range.end as u32, body);
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(body.len()).min(body.len()) as u32;
                builder.break_off(at, &error.info(), body);
                let more = builder.problems.len() < MAX_ERRORS && parser.proceed_next_document().unwrap_or(false);
                if !more {
                    break;
                }
            }
        }
    }
    builder.close_all(body.len() as u32);
    // A tree is kept as long as the run.
    builder.tree.nodes.shrink_to_fit();
    (builder.tree, builder.problems)
}

/// A collection that is still open.
struct OpenCollection {
    id: NodeId,
    /// Where its items begin among those of all that is open.
    start: usize,
}

struct Builder {
    tree: Tree,
    problems: Vec<SyntaxProblem>,
    open: Vec<OpenCollection>,
    /// The items of all open collections, the outermost first; keys and values of mappings by turns.
    items: Vec<NodeId>,
    anchors: HashMap<usize, NodeId>,
    /// The anchors of all documents so far, by name.
    named: HashMap<String, NodeId>,
    last: Option<NodeId>,
    /// The last key in braces that ends with its colon.
    glued: Option<NodeId>,
    offset: u32,
}

impl Builder {
    fn new(file: FileId, offset: u32) -> Builder {
        Builder {
            tree: Tree {
                file,
                nodes: Vec::new(),
                documents: Vec::new(),
                comments: Vec::new(),
                broken: false,
                cut_off: false,
                limit: None,
                partial: Vec::new(),
                habits: Habits::default(),
            },
            problems: Vec::new(),
            open: Vec::new(),
            items: Vec::new(),
            anchors: HashMap::default(),
            named: HashMap::default(),
            last: None,
            glued: None,
            offset,
        }
    }

    fn event(&mut self, event: Event<'_>, start: u32, end: u32, body: &str) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = NodeKind::Scalar(text.into(), style_of(style));
                let id = self.scalar(start, end, kind, tag.as_deref(), body);
                self.anchored(anchor, id);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let kind = NodeKind::Sequence(Vec::new(), style == StructureStyle::Flow);
                self.start(start, end, kind, anchor, tag.as_deref());
            }
            Event::MappingStart(style, anchor, tag) => {
                let kind = NodeKind::Mapping(Vec::new(), style == StructureStyle::Flow);
                self.start(start, end, kind, anchor, tag.as_deref());
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(Some((start, end))),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied();
                let id = self.add(start, end, NodeKind::Alias(target), None);
                self.place_node(id);
            }
            Event::UnresolvedAlias(name) if self.named.contains_key(&*name) => {
                // Anchors of an earlier document hold in docker compose (`parity/yaml-anchor-across-documents`).
                let id = self.add(start, end, NodeKind::Alias(self.named.get(&*name).copied()), None);
                self.place_node(id);
            }
            Event::UnresolvedAlias(name) => {
                let id = self.add(start, end, NodeKind::Alias(None), None);
                self.place_node(id);
                let kind = SyntaxKind::UndefinedAlias { name: name.into_owned() };
                self.problems.push(SyntaxProblem { kind, at: self.tree.place(id) });
                self.tree.broken = true;
                self.note_partial();
            }
            Event::Anchor(_, name) => {
                if let Some(id) = self.last
                    && let Some(node) = self.tree.nodes.get_mut(id.index())
                {
                    self.named.insert(name.to_string(), id);
                    node.properties.get_or_insert_default().anchor = Some(name.into_owned());
                }
            }
            Event::Comment(..) => {
                self.tree.comments.push(Comment { start: start + self.offset, end: end + self.offset });
            }
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            // The enumeration may grow; an event without a node changes nothing.
            _ => {}
        }
    }

    fn scalar(&mut self, start: u32, end: u32, kind: NodeKind, tag: Option<&Tag>, body: &str) -> NodeId {
        let plain = match &kind {
            NodeKind::Scalar(text, ScalarStyle::Plain) if start < end => Some(text.as_str()),
            _ => None,
        };
        let starts_key = plain.is_some_and(|text| text.starts_with('?')) && self.is_value_in_braces();
        let glue = if plain.is_some() && self.is_key_in_braces() { glue(body, end) } else { Glue::None };
        let id = match glue {
            Glue::Colon => self.add_glued(start, end, kind, tag),
            Glue::None | Glue::Bracket => self.add(start, end, kind, tag),
        };
        self.place_node(id);
        if starts_key {
            self.report(SyntaxKind::KeyIndicator, id);
        }
        if glue == Glue::Bracket {
            self.report(SyntaxKind::ColonWithoutSpace, id);
        }
        id
    }

    /// Whether the next node is the value of a key in a flow mapping.
    fn is_value_in_braces(&self) -> bool {
        let Some(open) = self.open.last() else { return false };
        let kind = self.tree.node(open.id).map(|node| &node.kind);
        matches!(kind, Some(NodeKind::Mapping(_, true))) && (self.items.len() - open.start) % 2 == 1
    }

    /// Whether the next node is a key in a flow mapping.
    fn is_key_in_braces(&self) -> bool {
        let Some(open) = self.open.last() else { return false };
        let kind = self.tree.node(open.id).map(|node| &node.kind);
        matches!(kind, Some(NodeKind::Mapping(_, true))) && (self.items.len() - open.start).is_multiple_of(2)
    }

    /// What docker compose reads in another way: a `?` at the start of a value is that of a key
    /// (`parity/yaml-question-mark-in-flow`), and a colon without a blank is part of a plain key
    /// (`parity/yaml-colon-and-bracket-in-flow`).
    fn report(&mut self, kind: SyntaxKind, id: NodeId) {
        self.problems.push(SyntaxProblem { kind, at: self.tree.place(id) });
        self.tree.broken = true;
    }

    /// A key with the colon behind it (`parity/yaml-colon-and-comma-in-flow`).
    fn add_glued(&mut self, start: u32, end: u32, kind: NodeKind, tag: Option<&Tag>) -> NodeId {
        let kind = match kind {
            NodeKind::Scalar(text, style) => NodeKind::Scalar(format!("{text}:").into(), style),
            other => other,
        };
        let id = self.add(start, end + 1, kind, tag);
        self.glued = Some(id);
        id
    }

    fn add(&mut self, start: u32, end: u32, kind: NodeKind, tag: Option<&Tag>) -> NodeId {
        let id = NodeId::new(self.tree.nodes.len());
        self.tree.nodes.push(Node {
            start: start + self.offset,
            end: end + self.offset,
            kind,
            properties: tag.map(|tag| Box::new(NodeProperties { tag: Some(tag.original()), anchor: None })),
        });
        self.last = Some(id);
        id
    }

    fn start(&mut self, start: u32, end: u32, kind: NodeKind, anchor: usize, tag: Option<&Tag>) {
        let id = self.add(start, end, kind, tag);
        self.anchored(anchor, id);
        self.open.push(OpenCollection { id, start: self.items.len() });
    }

    fn anchored(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    /// Hands a finished node to the collection around it, or makes it a document.
    fn place_node(&mut self, id: NodeId) {
        match self.open.last() {
            Some(_) => self.items.push(id),
            None => self.tree.documents.push(id),
        }
    }

    /// Ends the innermost open collection. A block collection has no end of its own: it ends with its last child.
    fn close(&mut self, closing: Option<(u32, u32)>) {
        let Some(open) = self.open.pop() else { return };
        let own = self.items.get(open.start..).unwrap_or_default();
        let last_end = own.last().and_then(|id| self.tree.node(*id)).map(|node| node.end);
        let alone = own.first().filter(|key| own.len() == 2 && self.glued == Some(**key));
        let alone = alone.and_then(|key| self.tree.node(*key)).map(|key| (key.start..key.end, key.kind.clone()));
        let offset = self.offset;
        if let Some(node) = self.tree.nodes.get_mut(open.id.index()) {
            let flow = match &mut node.kind {
                NodeKind::Sequence(items, flow) => {
                    *items = own.to_vec();
                    *flow
                }
                NodeKind::Mapping(pairs, flow) => {
                    pairs.reserve_exact(own.len() / 2);
                    pairs.extend(own.chunks(2).filter_map(pair));
                    *flow
                }
                _ => false,
            };
            // A list `[a:, b]` has no mapping in it.
            if let Some((key, text)) = alone.filter(|(key, _)| key.start == node.start) {
                node.end = key.end;
                node.kind = text;
                self.items.truncate(open.start);
                self.place_node(open.id);
                return;
            }
            node.end = match closing {
                Some((_, end)) if flow => end + offset,
                _ => last_end.unwrap_or(node.end).max(node.start),
            };
        }
        self.items.truncate(open.start);
        self.place_node(open.id);
    }

    fn close_all(&mut self, end: u32) {
        while let Some(open) = self.open.last() {
            // A key whose value was never reached has none.
            let odd = matches!(
                self.tree.nodes.get(open.id.index()).map(|node| &node.kind),
                Some(NodeKind::Mapping(..)) if (self.items.len() - open.start) % 2 == 1
            );
            if odd {
                self.items.pop();
            }
            self.close(Some((end, end)));
        }
    }

    /// Of everything that is open, more may follow.
    fn note_partial(&mut self) {
        let ends = self.open.iter().skip(1).map(|open| open.start).chain([self.items.len()]);
        for (open, end) in self.open.iter().zip(ends) {
            let last = self.items.get(open.start..end).and_then(<[NodeId]>::last).copied();
            self.tree.partial.extend([Some(open.id), last].into_iter().flatten());
        }
    }

    /// The outermost bracket that is open and that nothing in the rest of the document closes.
    fn unclosed(&self, body: &str) -> Option<(u32, char)> {
        self.open.iter().find_map(|open| {
            let start = self.tree.nodes.get(open.id.index())?.start.checked_sub(self.offset)?;
            let rest = body.get(start as usize..)?;
            let bracket = rest.chars().next().filter(|first| matches!(first, '[' | '{'))?;
            (!closes(rest)).then_some((start, bracket))
        })
    }

    /// Ends a file of more nodes than a project may have values: nobody could use the rest.
    fn end_at_limit(&mut self) {
        self.note_partial();
        self.tree.broken = true;
        self.tree.cut_off = true;
        self.tree.limit = self.last.map(|last| self.tree.place(last));
    }

    fn break_off(&mut self, at: u32, info: &str, body: &str) {
        let unclosed = self.unclosed(body);
        self.note_partial();
        self.close_all(at);
        self.tree.broken = true;
        self.tree.cut_off = true;
        let node = NodeId::new(self.tree.nodes.len().saturating_sub(1));
        if let Some((bracket, letter)) = unclosed {
            let start = bracket + self.offset;
            let words = format!("unclosed bracket '{letter}'");
            let kind = SyntaxKind::Unreadable { words, cause: Some(SyntaxCause::OpenBracket) };
            let span = Span { file: self.tree.file, start, end: start + 1 };
            return self.problems.push(SyntaxProblem { kind, at: Place { span, node } });
        }
        if let Some((quote, letter)) = open_quote(info, body, at) {
            let start = quote + self.offset;
            let words = format!("unclosed quote '{letter}'");
            let kind = SyntaxKind::Unreadable { words, cause: Some(SyntaxCause::OpenQuote) };
            let span = Span { file: self.tree.file, start, end: start + 1 };
            return self.problems.push(SyntaxProblem { kind, at: Place { span, node } });
        }
        let at = tab_behind(info, body, at).unwrap_or(at);
        let start = at + self.offset;
        let width = body.get(at as usize..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let span = Span { file: self.tree.file, start, end: start + width as u32 };
        let cause = cause(info, body.get(at as usize..).unwrap_or(""));
        let kind = SyntaxKind::Unreadable { words: info.to_owned(), cause };
        self.problems.push(SyntaxProblem { kind, at: Place { span, node } });
    }
}

/// What is behind a plain key in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Glue {
    /// A colon with a blank behind it, or something else.
    None,
    /// A colon that go-yaml takes for a part of the key, as no blank is behind it.
    Colon,
    /// The same, and then a value that it does not expect.
    Bracket,
}

fn glue(body: &str, end: u32) -> Glue {
    match body.as_bytes().get(end as usize..) {
        Some([b':', b',' | b'}' | b']', ..]) => Glue::Colon,
        Some([b':', b'[' | b'{', ..]) => Glue::Bracket,
        _ => Glue::None,
    }
}

/// What most often is behind an error of granit-parser, which has no kinds of errors.
fn cause(info: &str, rest: &str) -> Option<SyntaxCause> {
    let words = [
        ("tabs", SyntaxCause::Tab),
        ("tab ", SyntaxCause::Tab),
        ("unclosed bracket", SyntaxCause::OpenBracket),
        ("unclosed quot", SyntaxCause::OpenQuote),
        ("quoted scalar", SyntaxCause::OpenQuote),
        ("mapping values are not allowed", SyntaxCause::ColonInValue),
        ("did not find expected key", SyntaxCause::Indentation),
        ("simple key", SyntaxCause::MissingColon),
    ];
    let lower = info.to_lowercase();
    match rest.chars().next() {
        Some('@' | '`' | '%') => Some(SyntaxCause::ReservedStart),
        Some('\t') => Some(SyntaxCause::Tab),
        _ => words.into_iter().find(|(word, _)| lower.contains(word)).map(|(_, cause)| cause),
    }
}

/// A block scalar that the end of the file cuts off has no last line break; the parser adds one, Compose does not.
fn without_invented_break<'a>(event: Event<'a>, range: &Range<usize>, body: &str) -> Event<'a> {
    match event {
        Event::Scalar(mut text, style @ (Style::Literal | Style::Folded), anchor, tag)
            if range.end >= body.len() && !body.ends_with(['\n', '\r']) && text.ends_with('\n') =>
        {
            text.to_mut().pop();
            Event::Scalar(text, style, anchor, tag)
        }
        other => other,
    }
}

fn pair(items: &[NodeId]) -> Option<Pair> {
    match items {
        [key, value] => Some(Pair { key: *key, value: *value }),
        _ => None,
    }
}

fn style_of(style: Style) -> ScalarStyle {
    match style {
        Style::SingleQuoted => ScalarStyle::SingleQuoted,
        Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
        Style::Literal => ScalarStyle::Literal,
        Style::Folded => ScalarStyle::Folded,
        _ => ScalarStyle::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_tiny_nodes_is_cut_while_it_is_read() {
        let most = Limit::Values.most() as usize;
        let text = format!("[{}]\n", "1,".repeat(4 * most));
        let (tree, problems) = parse(FileId::default(), &text);
        assert!(tree.nodes.len() <= most + 2, "{}", tree.nodes.len());
        assert!(tree.limit.is_some() && tree.cut_off && problems.is_empty(), "{problems:?}");
    }
}
