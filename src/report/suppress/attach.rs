//! Which nodes a comment applies to: the key or entry on its line and everything below it, a service, or the whole
//! file.

use std::collections::BTreeMap;

use crate::collections::HashSet;
use crate::finding::Finding;
use crate::source::{NodeId, SourceFile};
use crate::text::dotenv;
use crate::text::dotenv::{EnvFileRole, KnownVariables};
use crate::yaml::{NodeKind, Tree};

/// What a comment covers in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CommentScope {
    /// All of it.
    pub(crate) file: bool,
    /// These nodes.
    pub(crate) nodes: HashSet<NodeId>,
    /// In a file that is not a tree: what starts on this line, from 1.
    pub(crate) line: Option<u32>,
    /// What is found about these services, wherever it is in their project.
    pub(crate) services: Vec<String>,
    /// The service that the comment is in or on.
    pub(crate) inside: Option<String>,
}

impl CommentScope {
    /// Whether there is nothing that the comment could belong to.
    pub(crate) fn is_empty(&self) -> bool {
        !self.file && self.nodes.is_empty() && self.line.is_none()
    }
}

/// Whether a finding is about a service or a part of it.
pub(crate) fn is_of_service(finding: &Finding, service: &str) -> bool {
    finding.subject.is_within("services", service)
}

/// A key with its value, or an entry of a list.
struct EntrySpan {
    key: NodeId,
    value: NodeId,
    service: Option<String>,
    inside: Option<String>,
}

/// The tree of a file by lines.
pub(crate) struct Attacher<'a> {
    tree: &'a Tree,
    source: &'a SourceFile,
    by_line: BTreeMap<u32, Vec<usize>>,
    entries: Vec<EntrySpan>,
}

impl<'a> Attacher<'a> {
    /// Over a tree and the text that it is of.
    pub(crate) fn new(tree: &'a Tree, source: &'a SourceFile) -> Attacher<'a> {
        let mut attacher = Attacher { tree, source, by_line: BTreeMap::new(), entries: Vec::new() };
        for root in &tree.documents {
            attacher.walk(*root, &mut Vec::new());
        }
        attacher
    }

    /// What a comment that starts at a byte belongs to.
    pub(crate) fn scope(&self, start: u32) -> CommentScope {
        let first = self.tree.documents.first().and_then(|root| self.tree.node(*root));
        if first.is_none_or(|first| start < first.start) {
            return CommentScope { file: true, ..CommentScope::default() };
        }
        let line = match is_alone_on_its_line(self.source, start) {
            false => Some(self.source.position(start).line),
            true => line_below(self.source, start).filter(|line| !self.is_deeper(start, *line)),
        };
        line.map(|line| self.scope_of_line(line)).unwrap_or_default()
    }

    /// Whether a comment is indented more than the line below it: then it ends what is above.
    fn is_deeper(&self, comment: u32, line: u32) -> bool {
        let below = line_text(self.source, line);
        let indent = below.chars().take_while(|letter| *letter == ' ').count() as u32 + 1;
        self.source.position(comment).column > indent && !below.trim_start().starts_with('-')
    }

    fn scope_of_line(&self, line: u32) -> CommentScope {
        let mut scope = CommentScope::default();
        for entry in self.by_line.get(&line).into_iter().flatten().filter_map(|at| self.entries.get(*at)) {
            scope.nodes.insert(entry.key);
            self.subtree(entry.value, &mut scope.nodes);
            scope.services.extend(entry.service.clone());
            scope.inside = scope.inside.or_else(|| entry.inside.clone());
        }
        // What stands for a whole block starts where its first key does.
        // Nodes are numbered in the order of the file.
        let (start, end) = (self.source.line_start(line), self.source.line_start(line + 1));
        let first = self.tree.nodes.partition_point(|node| node.start < start);
        let nodes = self.tree.nodes.iter().enumerate().skip(first);
        let starts = nodes.take_while(|(_, node)| node.start < end || self.line(node.start) == line);
        scope.nodes.extend(starts.map(|(at, _)| NodeId::new(at)));
        scope
    }

    fn walk(&mut self, id: NodeId, path: &mut Vec<String>) {
        let tree = self.tree;
        match tree.node(id).map(|node| &node.kind) {
            Some(NodeKind::Mapping(pairs, _)) => {
                for pair in pairs {
                    path.push(tree.text(pair.key).unwrap_or_default().to_owned());
                    self.enter(pair.key, pair.value, path);
                    self.walk(pair.value, path);
                    path.pop();
                }
            }
            Some(NodeKind::Sequence(items, _)) => {
                for item in items {
                    path.push(String::new());
                    self.enter(*item, *item, path);
                    self.walk(*item, path);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn enter(&mut self, key: NodeId, value: NodeId, path: &[String]) {
        let (service, inside) = match path {
            [top, service] if top == "services" => (Some(service.clone()), Some(service.clone())),
            [top, service, ..] if top == "services" => (None, Some(service.clone())),
            _ => (None, None),
        };
        let start = self.tree.node(key).map_or(0, |node| node.start);
        let first = self.line(start);
        let at = self.entries.len();
        self.entries.push(EntrySpan { key, value, service, inside });
        self.by_line.entry(first).or_default().push(at);
        // Behind the end of a value of several lines there is room for a comment, too.
        if let Some(node) = self.tree.node(value)
            && !is_block(&node.kind)
            && self.line(node.end) > first
        {
            self.by_line.entry(self.line(node.end)).or_default().push(at);
        }
    }

    fn subtree(&self, id: NodeId, into: &mut HashSet<NodeId>) {
        into.insert(id);
        match self.tree.node(id).map(|node| &node.kind) {
            Some(NodeKind::Mapping(pairs, _)) => {
                for pair in pairs {
                    into.insert(pair.key);
                    self.subtree(pair.value, into);
                }
            }
            Some(NodeKind::Sequence(items, _)) => items.iter().for_each(|item| self.subtree(*item, into)),
            _ => {}
        }
    }

    fn line(&self, byte: u32) -> u32 {
        self.source.position(byte).line
    }
}

/// Whether a value ends with the last of its children, not with a sign of its own.
fn is_block(kind: &NodeKind) -> bool {
    use crate::yaml::ScalarStyle::{Folded, Literal};
    matches!(kind, NodeKind::Mapping(_, false) | NodeKind::Sequence(_, false) | NodeKind::Scalar(_, Literal | Folded))
}

/// The comments of a file that is not YAML (an env file, a configuration of nginx), each with what it covers.
pub(crate) fn flat_comments(source: &SourceFile, is_env: bool) -> Vec<(u32, u32, CommentScope)> {
    let text = source.text.as_str();
    let env = is_env
        .then(|| dotenv::parse(text, EnvFileRole::Service, KnownVariables { first: &|_| None, earlier: &|_| None }));
    let lines = env.as_ref().map(|env| env.lines.as_slice()).unwrap_or_default();
    let scope_of = |line: u32| {
        let starts = |at: &u32| source.position(*at).line == line;
        let nodes = lines.iter().enumerate().filter(|(_, entry)| starts(&entry.key_span.0));
        CommentScope {
            line: Some(line),
            nodes: nodes.map(|(at, _)| NodeId::new(at)).collect(),
            ..CommentScope::default()
        }
    };
    let within = |at: u32| lines.iter().any(|line| line.value_span.0 < at && at < line.value_span.1);
    let mut found = Vec::new();
    let mut is_head = true;
    for line in 1..=source.line_count() {
        let (start, content) = (source.line_start(line), line_text(source, line));
        let content = content.trim_start_matches('\u{feff}');
        let lead = (line_text(source, line).len() - content.trim_start().len()) as u32;
        let end = start + line_text(source, line).len() as u32;
        if content.trim_start().starts_with('#') && !within(start + lead) {
            let scope = match (is_head, line_below(source, start + lead)) {
                (true, _) => CommentScope { file: true, ..CommentScope::default() },
                (false, Some(below)) => scope_of(below),
                (false, None) => CommentScope::default(),
            };
            found.push((start + lead, end, scope));
            continue;
        }
        is_head &= content.trim().is_empty();
        let behind = match is_env {
            true => lines.iter().filter_map(|line| line.comment).find(|comment| start <= comment.0 && comment.0 < end),
            false => content.find(" #").map(|at| (end - content.len() as u32 + at as u32 + 1, end)),
        };
        // A value of several lines ends on the line of its comment.
        if let Some((from, to)) = behind {
            let entry = lines.iter().find(|entry| entry.comment == Some((from, to)));
            let line = entry.map_or(line, |entry| source.position(entry.key_span.0).line);
            found.push((from, to, scope_of(line)));
        }
    }
    found
}

/// Whether nothing but blanks comes before a byte on its line.
pub(crate) fn is_alone_on_its_line(source: &SourceFile, start: u32) -> bool {
    let line = source.position(start).line;
    source.slice(source.line_start(line), start).trim_start_matches('\u{feff}').trim().is_empty()
}

/// The text that the comment at a byte is on, without comments.
pub(crate) fn covered_text(source: &SourceFile, start: u32) -> String {
    let line = source.position(start).line;
    let text = match is_alone_on_its_line(source, start) {
        false => source.slice(source.line_start(line), start),
        true => line_below(source, start).map_or("", |line| line_text(source, line)),
    };
    text.split(" #").next().unwrap_or("").trim().to_owned()
}

/// The line that the comment at a byte is above, other comments in between; `None` where a blank line or the end of
/// the file comes first.
fn line_below(source: &SourceFile, start: u32) -> Option<u32> {
    let mut line = source.position(start).line + 1;
    loop {
        let text = line_text(source, line).trim();
        if text.is_empty() {
            return None;
        }
        if !text.starts_with('#') {
            return Some(line);
        }
        line += 1;
    }
}

/// A line counted from 1, without its line break; empty behind the end.
pub(crate) fn line_text(source: &SourceFile, line: u32) -> &str {
    source.slice(source.line_start(line), source.line_start(line + 1)).trim_end_matches(['\n', '\r'])
}
