//! Which bytes of a whole file would show a secret: by what the file says where it is YAML, else line by line.

use std::ops::Range;
use std::path::Path;

use super::assignments::{hide_value, perhaps};
use super::commands::{CommandWord, hide_in_words};
use super::known::KnownSecrets;
use super::lines::{LineKind, hidden_of, hidden_of_lines};
use super::names::{Secrecy, is_public_name, is_secret_name, secrecy};
use super::pem::blocks;
use super::random::{is_key_material, is_uuid};
use super::ranges::{lines_of, merge, shift};
use super::references::looks_like_reference;
use super::scalars::Scalar;
use crate::source::{NodeId, Place};
use crate::text::dotenv;
use crate::text::dotenv::{EnvFileRole, KnownVariables};
use crate::yaml::{Node, NodeKind, Pair, ScalarStyle, Tree, parse};

/// What is hidden of one file.
#[derive(Debug, Default)]
pub(crate) struct HiddenSpans {
    /// Stretches of the file, in order and without overlap; they may reach over lines.
    pub(crate) ranges: Vec<Range<usize>>,
    /// The secrets in them as programs would see them.
    pub(crate) values: Vec<String>,
}

impl HiddenSpans {
    /// Whether a byte of the file is hidden.
    pub(crate) fn hides(&self, byte: usize) -> bool {
        let behind = self.ranges.partition_point(|range| range.start <= byte);
        behind.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|range| byte < range.end)
    }
}

/// Keys whose values are commands.
const COMMANDS: &[&str] =
    &["command", "entrypoint", "test", "healthcheck", "post_start", "pre_stop", "args", "exec", "script", "run"];

/// Keys under a secret name whose value is the secret.
const HOLDERS: &[&str] = &["content", "value", "default", "data", "current", "previous", "raw", "plain", "text"];

/// What is hidden of text that is not a file of the run: what a fix makes of one.
pub(crate) fn hidden_in_text(path: &Path, text: &str) -> HiddenSpans {
    let tree = is_yaml(path).then(|| parse(Place::start().span.file, text).0);
    hidden_in(path, text, tree.as_ref())
}

/// Whether a file is YAML by its name; standard input is.
pub(super) fn is_yaml(path: &Path) -> bool {
    let ends = |end: &str| path.extension().is_some_and(|own| own == end);
    ends("yml") || ends("yaml") || ends("json") || path.ends_with("-")
}

/// What is hidden of a file. Without a tree, it is looked at line by line.
pub(super) fn hidden_in(path: &Path, text: &str, tree: Option<&Tree>) -> HiddenSpans {
    let Some(tree) = tree else {
        let mut ranges = hidden_of_lines(text);
        let is_env = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.contains("env"));
        if is_env {
            ranges.extend(hidden_in_env_file(text));
        }
        return finish(ranges, Vec::new(), text);
    };
    let mut found = FoundSecret {
        tree,
        text,
        ranges: Vec::new(),
        values: Vec::new(),
        command: vec![false; tree.nodes.len()],
        plain_keys: vec![None; tree.nodes.len()],
    };
    blocks(text, &mut found.ranges);
    for (at, node) in tree.nodes.iter().enumerate() {
        found.hide_in_node(NodeId::new(at), node);
    }
    for root in &tree.documents {
        let secrets = tree.get(*root, "secrets").map(|secrets| tree.pairs(secrets)).unwrap_or_default();
        for content in secrets.iter().filter_map(|pair| tree.get(pair.value, "content")) {
            found.hide_in_value("secret", content, Secrecy::Secret);
        }
    }
    for comment in &tree.comments {
        let range = comment.start as usize..comment.end as usize;
        let own = hidden_of(text.get(range.clone()).unwrap_or(""), LineKind::Comment);
        found.ranges.extend(shift(own, range.start));
    }
    let FoundSecret { mut ranges, values, .. } = found;
    if tree.broken {
        ranges.extend(hidden_of_lines(text));
    }
    finish(ranges, values, text)
}

fn finish(ranges: Vec<Range<usize>>, mut values: Vec<String>, text: &str) -> HiddenSpans {
    let mut ranges = merge(ranges);
    values.extend(ranges.iter().filter_map(|range| text.get(range.clone())).map(str::to_owned));
    if !values.is_empty() {
        // The same secret may be elsewhere, under a name that says nothing.
        let mut known = KnownSecrets::default();
        values.iter().for_each(|value| known.add(value));
        known.sorted().find(text, &mut ranges);
        ranges = merge(ranges);
    }
    HiddenSpans { ranges, values }
}

/// The values of secret-shaped names that are in quotes over several lines; the others are seen by their line.
fn hidden_in_env_file(text: &str) -> Vec<Range<usize>> {
    let nothing = |_: &str| None;
    let file = dotenv::parse(text, EnvFileRole::Project, KnownVariables { first: &nothing, earlier: &nothing });
    let mut ranges = Vec::new();
    for line in file.lines.iter().filter(|line| is_secret_name(&line.key)) {
        let quote = usize::from(line.quote.is_some());
        let (start, end) = (line.value_span.0 as usize + quote, line.value_span.1 as usize);
        hide_value(text, start..end.saturating_sub(quote).max(start), &mut ranges);
    }
    // A line that assigns nothing may be the rest of a value.
    for (start, line) in lines_of(text).filter(|(_, line)| !line.contains('=') && !line.trim_start().starts_with('#')) {
        perhaps(text, start..start + line.len(), &mut ranges);
    }
    ranges
}

/// Whether a text is long enough for a token, or has a sign that is between names, users and values.
fn may_hold_secret(text: &str) -> bool {
    text.len() >= 14 || text.contains(['=', ':', '@', '$', ' '])
}

struct FoundSecret<'a> {
    tree: &'a Tree,
    text: &'a str,
    ranges: Vec<Range<usize>>,
    values: Vec<String>,
    /// For each node, whether it is a command or a part of one.
    command: Vec<bool>,
    /// For each node, its key, unless that is the name of a secret.
    plain_keys: Vec<Option<NodeId>>,
}

impl FoundSecret<'_> {
    /// A node. Collections come before what is in them.
    fn hide_in_node(&mut self, id: NodeId, node: &Node) {
        let tree = self.tree;
        let is_command = self.command.get(id.index()).copied().unwrap_or(false);
        match &node.kind {
            NodeKind::Mapping(pairs, _) => {
                for pair in pairs {
                    let key = tree.text(pair.key).unwrap_or("");
                    self.mark(pair.value, is_command || COMMANDS.contains(&key));
                    self.hide_in_pair(key, pair);
                }
                self.hide_in_named_value(id);
            }
            NodeKind::Sequence(items, _) => {
                for item in items {
                    self.mark(*item, is_command);
                }
                self.hide_in_words(items);
            }
            NodeKind::Scalar(text, style) if may_hold_secret(text) => {
                let scalar = Scalar::from_node(node, *style, self.text);
                let kind = if is_command { LineKind::Command } else { LineKind::Value };
                let key = self.plain_keys.get(id.index()).copied().flatten().and_then(|key| tree.text(key));
                let is_spared = |range: &Range<usize>| {
                    let hidden = scalar.text.get(range.clone()).unwrap_or("").trim_end_matches('=');
                    is_key_material(hidden) && key.is_some_and(is_public_name)
                };
                for range in hidden_of(&scalar.text, kind).into_iter().filter(|range| !is_spared(range)) {
                    self.hide(&scalar, &range);
                }
            }
            NodeKind::Scalar(..) | NodeKind::Alias(_) => {}
        }
    }

    fn mark(&mut self, id: NodeId, is_command: bool) {
        if let Some(own) = self.command.get_mut(id.index()) {
            *own |= is_command;
        }
    }

    fn hide(&mut self, scalar: &Scalar<'_>, range: &Range<usize>) {
        self.ranges.push(scalar.place(range));
        self.values.extend(scalar.text.get(range.clone()).map(str::to_owned));
    }

    /// The value of a key: a secret by its name, perhaps, or one that a secret holds.
    fn hide_in_pair(&mut self, key: &str, pair: &Pair) {
        let secrecy = secrecy(key);
        if secrecy != Secrecy::Plain {
            self.hide_in_value(key, pair.value, secrecy);
        } else if let Some(plain) = self.plain_keys.get_mut(pair.value.index()) {
            *plain = Some(pair.key);
        }
    }

    /// A scalar, or those of a list or of a mapping; aliases followed.
    fn hide_in_value(&mut self, key: &str, value: NodeId, secrecy: Secrecy) {
        let Some((_, node)) = self.tree.follow(value) else { return };
        match &node.kind {
            NodeKind::Scalar(_, style) => self.hide_in_scalar(key, node, *style, secrecy),
            NodeKind::Sequence(items, _) => {
                for (_, node) in items.iter().filter_map(|item| self.tree.follow(*item)) {
                    if let NodeKind::Scalar(_, style) = &node.kind {
                        self.hide_in_scalar(key, node, *style, secrecy);
                    }
                }
            }
            NodeKind::Mapping(pairs, _) if secrecy == Secrecy::Secret => {
                for pair in pairs {
                    let is_held = self.tree.text(pair.key).is_some_and(|name| HOLDERS.contains(&name));
                    let own = if is_held { Secrecy::Secret } else { Secrecy::Perhaps };
                    if let Some((_, node)) = self.tree.follow(pair.value)
                        && let NodeKind::Scalar(_, style) = &node.kind
                    {
                        self.hide_in_scalar(key, node, *style, own);
                    }
                }
            }
            NodeKind::Mapping(..) | NodeKind::Alias(_) => {}
        }
    }

    fn hide_in_scalar(&mut self, key: &str, node: &Node, style: ScalarStyle, secrecy: Secrecy) {
        let scalar = Scalar::from_node(node, style, self.text);
        let value = scalar.text.trim();
        let mut hidden = Vec::new();
        let whole = scalar.text.len() - scalar.text.trim_start().len();
        let range = whole..whole + value.len();
        match secrecy {
            Secrecy::Secret => hide_value(&scalar.text, range, &mut hidden),
            Secrecy::Perhaps if is_uuid(value) && key.to_ascii_uppercase().contains("SECRET") => hidden.push(range),
            Secrecy::Perhaps => {
                perhaps(&scalar.text, range, &mut hidden);
                self.hide_in_user(key, &scalar.text, &mut hidden);
            }
            Secrecy::Plain => {}
        }
        for range in hidden {
            self.hide(&scalar, &range);
        }
    }

    /// `NEO4J_AUTH: neo4j/secret`, `basicauth.users: me:hash`: what comes after the user.
    fn hide_in_user(&self, key: &str, text: &str, hidden: &mut Vec<Range<usize>>) {
        let lower = key.to_ascii_lowercase();
        let sign = if lower == "neo4j_auth" { '/' } else { ':' };
        let is_auth = lower.ends_with("auth") || lower.ends_with("basicauth.users") || lower.ends_with("login");
        if let Some(at) = text.find(sign).filter(|_| is_auth && !text.contains("://")) {
            let password = text.get(at + 1..).unwrap_or("").trim_end();
            if !password.is_empty() && !password.contains(' ') && !looks_like_reference(password) {
                hidden.push(at + 1..at + 1 + password.len());
            }
        }
    }

    /// `{name: DB_PASSWORD, value: x}`.
    fn hide_in_named_value(&mut self, mapping: NodeId) {
        let names = ["name", "key"].iter().find_map(|key| self.tree.text(self.tree.get(mapping, key)?));
        if let (Some(name), Some(value)) = (names, self.tree.get(mapping, "value")) {
            let secrecy = secrecy(name);
            if secrecy != Secrecy::Plain {
                let name = name.to_owned();
                self.hide_in_value(&name, value, secrecy);
            }
        }
    }

    /// The items of a list as the words of a command.
    fn hide_in_words(&mut self, items: &[NodeId]) {
        let scalars: Vec<Scalar<'_>> = items
            .iter()
            .map(|item| match self.tree.follow(*item) {
                Some((_, node)) => match &node.kind {
                    NodeKind::Scalar(_, style) => Scalar::from_node(node, *style, self.text),
                    _ => Scalar::none(),
                },
                None => Scalar::none(),
            })
            .collect();
        if !scalars.iter().any(|scalar| scalar.text.starts_with('-') || scalar.text.ends_with("passwd")) {
            return;
        }
        let mut start = 0;
        let mut starts = Vec::with_capacity(scalars.len());
        let words: Vec<CommandWord<'_>> = scalars
            .iter()
            .map(|scalar| {
                let word = CommandWord { text: &scalar.text, start };
                starts.push(start);
                start += scalar.text.len() + 1;
                word
            })
            .collect();
        let mut hidden = Vec::new();
        hide_in_words(&words, &mut hidden);
        for range in hidden {
            let at = starts.partition_point(|start| *start <= range.start).saturating_sub(1);
            if let (Some(scalar), Some(start)) = (scalars.get(at), starts.get(at)) {
                self.hide(scalar, &(range.start - start..range.end - start));
            }
        }
    }
}
