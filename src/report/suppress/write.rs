//! Writes comments that suppress findings, at the right places.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::attach::{Attacher, CommentScope, flat_comments, line_text};
use super::comment::{self, Said, written};
use crate::finding::{Finding, RuleId};
use crate::source::{FileId, NodeId, SourceFile};
use crate::text::dotenv;
use crate::text::dotenv::{EnvFileRole, KnownVariables};
use crate::yaml::{self, NodeKind, Tree};

/// A file with comments added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commented {
    /// Its path, absolute.
    pub(crate) path: PathBuf,
    /// The text that was read.
    pub(crate) before: String,
    /// The text with the comments.
    pub(crate) after: String,
    /// How many findings they suppress.
    pub(crate) count: usize,
}

/// A finding that no comment can suppress: its line from 1, and its rule.
pub(crate) type Left = (u32, RuleId);

/// Adds comments for some findings of one file. A comment is on a line of its own above what it is about, or at the
/// end of its line where that would mean more than is meant; a comment that is there already is made longer. Each is tried
/// before it counts: what the file says stays the same verbatim.
pub(crate) fn add_comments(source: &SourceFile, findings: &[&Finding], reason: Option<&str>) -> (Commented, Vec<Left>) {
    let mut after = source.text.clone();
    let mut by_line: BTreeMap<u32, Vec<&Finding>> = BTreeMap::new();
    let kind = kind_of(source);
    for finding in findings {
        by_line.entry(line_of(source, &kind, finding)).or_default().push(finding);
    }
    let (mut count, mut left) = (0, Vec::new());
    // From the last line up, so that what is still to come stays where it is.
    for (line, findings) in by_line.into_iter().rev() {
        let here = SourceFile::new(source.path.clone(), after.clone());
        let rules: BTreeSet<RuleId> = findings.iter().map(|finding| finding.rule).collect();
        let nodes: Vec<NodeId> = findings.iter().map(|finding| finding.place.node).collect();
        let wanted = WantedComment { line, rules: rules.into_iter().collect(), nodes, reason };
        match candidates(&here, &kind, &wanted).into_iter().find(|text| is_good(&here, text, &kind, &wanted)) {
            Some(text) => {
                after = text;
                count += findings.len();
            }
            None => left.extend(findings.iter().map(|finding| (line, finding.rule))),
        }
    }
    left.reverse();
    (Commented { path: source.path.clone(), before: source.text.clone(), after, count }, left)
}

/// What a comment is to be for.
struct WantedComment<'a> {
    line: u32,
    rules: Vec<RuleId>,
    nodes: Vec<NodeId>,
    reason: Option<&'a str>,
}

/// What a file is, as far as its comments go.
enum CommentStyle {
    Yaml(Box<Tree>),
    Env,
    /// No comment is written into what plimsoll cannot check.
    Other,
}

fn kind_of(source: &SourceFile) -> CommentStyle {
    let name = source.path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let (tree, _) = yaml::parse(FileId::default(), &source.text);
    let is_compose = tree
        .documents
        .iter()
        .any(|root| ["services", "include", "volumes", "networks"].iter().any(|key| tree.get(*root, key).is_some()));
    if is_compose || name.ends_with(".yaml") || name.ends_with(".yml") {
        return if tree.broken { CommentStyle::Other } else { CommentStyle::Yaml(Box::new(tree)) };
    }
    let is_other = name.ends_with(".conf") || name.ends_with(".template") || name.contains("file");
    if is_other { CommentStyle::Other } else { CommentStyle::Env }
}

/// The line that a comment for a finding belongs to: that of the node, which may start above the bytes that are meant.
fn line_of(source: &SourceFile, kind: &CommentStyle, finding: &Finding) -> u32 {
    let span = finding.place.span;
    let node = match kind {
        CommentStyle::Yaml(tree) => {
            tree.node(finding.place.node).map(|node| entry_start(tree, finding.place.node, node.start))
        }
        _ => None,
    };
    source.position(node.filter(|start| *start <= span.start).unwrap_or(span.start)).line
}

/// A value that starts on a line of its own belongs to the key above it: no comment fits between the two.
fn entry_start(tree: &Tree, id: NodeId, start: u32) -> u32 {
    let is_text = matches!(tree.node(id).map(|node| &node.kind), Some(NodeKind::Scalar(..)));
    let pairs = tree.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Mapping(pairs, _) if is_text => pairs.iter().find(|pair| pair.value == id),
        _ => None,
    });
    let key = pairs.filter_map(|pair| tree.node(pair.key)).map(|key| key.start).next();
    key.unwrap_or(start)
}

/// The texts that may do, the best one first.
fn candidates(source: &SourceFile, kind: &CommentStyle, wanted: &WantedComment<'_>) -> Vec<String> {
    if matches!(kind, CommentStyle::Other) {
        return Vec::new();
    }
    let mut texts: Vec<String> = longer(source, wanted).into_iter().collect();
    let names: Vec<&str> = wanted.rules.iter().map(|rule| rule.name()).collect();
    let comment = written(&names, wanted.reason);
    let (start, line) = (source.line_start(wanted.line), line_text(source, wanted.line));
    let content = line.trim_start_matches('\u{feff}');
    let first = start + (line.len() - content.len()) as u32;
    let indent: String = content.chars().take_while(|letter| matches!(letter, ' ' | '\t')).collect();
    let ending = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
    texts.push(insert(source, first, &format!("{indent}# {comment}{ending}")));
    texts.push(insert(source, start + line.trim_end().len() as u32, &format!(" # {comment}")));
    texts
}

fn insert(source: &SourceFile, at: u32, text: &str) -> String {
    let end = source.text.len() as u32;
    format!("{}{text}{}", source.slice(0, at), source.slice(at, end))
}

/// A comment on the line or right above it that names rules already, with those that it lacks.
fn longer(source: &SourceFile, wanted: &WantedComment<'_>) -> Option<String> {
    let above = (1..wanted.line).rev().take_while(|line| line_text(source, *line).trim().starts_with('#'));
    for line in std::iter::once(wanted.line).chain(above) {
        let (start, text) = (source.line_start(line), line_text(source, line));
        let Some(at) = text.find('#') else { continue };
        let words = comment::read(text.get(at..)?, start + at as u32);
        let Some(Said::Ignore { names, reason }) = words.map(|words| words.said) else { continue };
        if wanted.reason.is_some() && wanted.reason != reason.as_deref() {
            continue;
        }
        let missing = wanted.rules.iter().filter(|rule| !names.iter().any(|name| name.rule == Some(**rule)));
        let missing: String = missing.map(|rule| format!(", {rule}")).collect();
        return Some(insert(source, names.last()?.end, &missing));
    }
    None
}

/// Whether a text says what it said before, and its comments cover what is wanted and not the whole file.
fn is_good(before: &SourceFile, text: &str, kind: &CommentStyle, wanted: &WantedComment<'_>) -> bool {
    let after = SourceFile::new(before.path.clone(), text.to_owned());
    match kind {
        CommentStyle::Other => false,
        CommentStyle::Env => {
            let same = values(&before.text) == values(text);
            let comments = flat_comments(&after, true).into_iter();
            let spoken = comments.filter_map(|(start, end, scope)| Some((said(&after, start, end)?, scope)));
            same && covers_all(spoken.collect(), wanted)
        }
        CommentStyle::Yaml(_) => {
            let (old, _) = yaml::parse(FileId::default(), &before.text);
            let (new, _) = yaml::parse(FileId::default(), text);
            let same = old.nodes.len() == new.nodes.len()
                && old
                    .nodes
                    .iter()
                    .zip(&new.nodes)
                    .all(|(one, other)| one.kind == other.kind && one.tag() == other.tag());
            let attacher = Attacher::new(&new, &after);
            let comments = new.comments.iter();
            let spoken =
                comments.filter_map(|one| Some((said(&after, one.start, one.end)?, attacher.scope(one.start))));
            !new.broken && same && covers_all(spoken.collect(), wanted)
        }
    }
}

fn said(source: &SourceFile, start: u32, end: u32) -> Option<Vec<RuleId>> {
    match comment::read(source.slice(start, end), start)?.said {
        Said::Ignore { names, .. } => Some(names.into_iter().filter_map(|name| name.rule).collect()),
        Said::Malformed { .. } => None,
    }
}

fn covers_all(spoken: Vec<(Vec<RuleId>, CommentScope)>, wanted: &WantedComment<'_>) -> bool {
    let covered = |rule: RuleId, node: &NodeId| {
        spoken.iter().any(|(rules, scope)| !scope.file && rules.contains(&rule) && scope.nodes.contains(node))
    };
    wanted.rules.iter().all(|rule| wanted.nodes.iter().all(|node| covered(*rule, node)))
}

/// The names and values of an env file.
fn values(text: &str) -> Vec<(String, Option<String>)> {
    let parsed = dotenv::parse(text, EnvFileRole::Service, KnownVariables { first: &|_| None, earlier: &|_| None });
    parsed.lines.into_iter().map(|line| (line.key, line.value)).collect()
}
