//! From the nodes of a file to values: aliases and merge keys expanded, scalars typed, `!reset` and `!override` noted.

use crate::budget::{Budget, Limit};
use crate::collections::{HashMap, HashSet};
use crate::compose::problem::{PlaceRole, Problem, Reported, Syntax, TypeProblem, ValueKind};
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Data, Entry, Map, Step, Text, Value};
use crate::source::NodeId;
use crate::source::Place;
use crate::yaml::{Node, NodeKind, Pair, ResolvedScalar, ScalarStyle, Tree, resolve_plain};

/// A document of a Compose file as values.
#[derive(Clone, Debug)]
pub struct ComposeDocument {
    /// The root.
    pub(crate) value: Value,
    /// The paths tagged `!reset` or `!override`: what is there in earlier files goes.
    pub(crate) resets: HashSet<Vec<Text>>,
}

/// Converts the documents of a file. Docker compose rejects a project for each of the problems.
pub fn convert(tree: &Tree, budget: &Budget) -> (Vec<ComposeDocument>, Vec<Reported>) {
    let mut converter =
        Converter { tree, budget, found: Vec::new(), resets: Vec::new(), path: Vec::new(), open: Vec::new() };
    let mut documents = Vec::new();
    for root in &tree.documents {
        let value = converter.node(*root, &Few::new());
        let resets = std::mem::take(&mut converter.resets).into_iter().collect();
        if let Some(value) = value {
            documents.push(ComposeDocument { value, resets });
        }
    }
    (documents, converter.found)
}

struct Converter<'a> {
    tree: &'a Tree,
    budget: &'a Budget,
    found: Vec<Reported>,
    resets: Vec<Vec<Text>>,
    path: Vec<Text>,
    /// The collections around, aliases followed.
    open: Vec<NodeId>,
}

impl Converter<'_> {
    /// The value of a node; `None` where a tag takes it away or where it cannot be had.
    fn node(&mut self, id: NodeId, via: &Few<Step>) -> Option<Value> {
        let tree = self.tree;
        let node = tree.node(id)?;
        let place = tree.place(id);
        if !self.budget.spend(Limit::Values, 1, place) || !self.budget.allows_depth(self.open.len(), place) {
            return None;
        }
        match node.tag() {
            // compose-go takes the node away where it meets it first, so an alias brings nothing of it
            // (`parity/reset-tag-through-anchor`).
            Some("!reset") => {
                if !via.iter().any(|step| matches!(step, Step::Alias(_))) {
                    self.resets.push(self.path.clone());
                }
                return None;
            }
            Some("!override") => self.resets.push(self.path.clone()),
            _ => {}
        }
        let data = match &node.kind {
            NodeKind::Alias(target) => return self.alias(id, *target, via),
            NodeKind::Scalar(text, style) => self.scalar(id, node, text, *style),
            NodeKind::Sequence(items, _) => {
                self.open.push(id);
                let resets = self.resets.len();
                let values = items.iter().filter_map(|item| self.node(*item, via)).collect();
                // What a tag in a list says of earlier files, Compose does not do (`parity/reset-item-of-list`).
                self.resets.truncate(resets);
                self.open.pop();
                Data::List(values)
            }
            NodeKind::Mapping(pairs, _) => {
                self.open.push(id);
                let map = self.mapping(pairs, via);
                self.open.pop();
                Data::Map(map)
            }
        };
        Some(Value { data, place: self.tree.place(id), via: via.clone(), parts: Few::new() })
    }

    fn alias(&mut self, id: NodeId, target: Option<NodeId>, via: &Few<Step>) -> Option<Value> {
        let target = target?;
        if self.open.contains(&target) {
            self.report(self.tree.place(id), Problem::Syntax(Syntax::RecursiveAlias));
            return None;
        }
        let is_reset = self.tree.node(target).is_some_and(|node| node.tag() == Some("!reset"));
        if is_reset && via.is_empty() {
            // compose-go follows an alias to the tag itself (`parity/reset-tag-alias`).
            self.resets.push(self.path.clone());
            return None;
        }
        let through = with_step(via, Step::Alias(self.tree.place(id)));
        self.node(target, &through)
    }

    fn mapping(&mut self, pairs: &[Pair], via: &Few<Step>) -> Map {
        let mut map = Map::with_capacity(pairs.len());
        let mut seen = SeenKeys::default();
        let tree = self.tree;
        let mut merged = Vec::new();
        for pair in pairs {
            let Some((_, key)) = tree.follow(pair.key) else { continue };
            let NodeKind::Scalar(text, style) = &key.kind else {
                self.report(tree.place(pair.key), Problem::Type(TypeProblem::CollectionAsKey));
                continue;
            };
            if let Some(first) = seen.note(text, pair.key)
                && via.is_empty()
            {
                self.duplicate(text, first, pair.key);
            }
            if is_merge(key, text, *style) {
                merged.push(*pair);
            } else if let Some(found) = non_string(key, text, *style) {
                let problem = TypeProblem::Key { key: text.clone(), found };
                self.report(tree.place(pair.key), Problem::Type(problem));
            } else {
                self.path.push(text.clone());
                if let Some(mut value) = self.node(pair.value, via) {
                    // Compose rejects the file; the rest of it is judged as if both stood in one place.
                    if let Some(first) = map.get(text.as_str()) {
                        join(&mut value, &first.value, self.budget);
                    }
                    map.insert(text.clone(), Entry { key: tree.place(pair.key), value });
                }
                self.path.pop();
            }
        }
        for pair in merged {
            self.merge(&mut map, pair, via);
        }
        map
    }

    /// Adds what a merge key adds; what the mapping has, and what an earlier entry of a list brings, stays.
    fn merge(&mut self, map: &mut Map, pair: Pair, via: &Few<Step>) {
        let through = with_step(via, Step::MergeKey(self.tree.place(pair.key)));
        let Some((target, node)) = self.tree.follow(pair.value) else { return };
        let sources = match &node.kind {
            NodeKind::Mapping(..) => vec![pair.value],
            NodeKind::Sequence(items, _) => items.clone(),
            _ => {
                self.report(self.tree.place(target), Problem::Type(TypeProblem::MergeKey));
                return;
            }
        };
        for source in sources {
            match self.node(source, &through) {
                Some(Value { data: Data::Map(other), .. }) => add_missing(map, other),
                Some(_) => {
                    self.report(self.tree.place(source), Problem::Type(TypeProblem::MergeKey));
                }
                None => {}
            }
        }
    }

    fn scalar(&mut self, id: NodeId, node: &Node, text: &Text, style: ScalarStyle) -> Data {
        let resolved = match node.tag() {
            None | Some("!override") if style == ScalarStyle::Plain => resolve_plain(text),
            Some("!!int" | "!!float" | "!!bool" | "!!null" | "!!timestamp") => resolve_plain(text),
            _ => ResolvedScalar::Text,
        };
        let wanted = match (node.tag(), &resolved) {
            (Some("!!float"), ResolvedScalar::Int(value)) => return Data::Float(*value as f64),
            (Some("!!int"), ResolvedScalar::Int(_) | ResolvedScalar::Large(_))
            | (Some("!!float"), ResolvedScalar::Float(_))
            | (Some("!!bool"), ResolvedScalar::Bool(_))
            | (Some("!!null"), ResolvedScalar::Null)
            | (Some("!!timestamp"), ResolvedScalar::Timestamp) => None,
            (Some("!!int" | "!!float" | "!!bool" | "!!null" | "!!timestamp"), _) => node.tag(),
            _ => None,
        };
        if let Some(tag) = wanted {
            self.report(self.tree.place(id), Problem::Syntax(Syntax::Tag { tag: tag.to_owned() }));
        }
        match resolved {
            ResolvedScalar::Null => Data::Null,
            ResolvedScalar::Bool(value) => Data::Bool(value),
            ResolvedScalar::Int(value) => Data::Int(value),
            ResolvedScalar::Large(value) => Data::Large(value),
            ResolvedScalar::Float(value) => Data::Float(value),
            ResolvedScalar::Timestamp => Data::Timestamp(text.clone()),
            ResolvedScalar::Merge | ResolvedScalar::Text => Data::Text(text.clone()),
        }
    }

    fn duplicate(&mut self, key: &str, first: NodeId, second: NodeId) {
        let about: Vec<Text> = self.path.iter().cloned().chain([key.into()]).collect();
        let problem = Problem::DuplicateKey { key: key.into() };
        let reported = Reported::new(self.tree.place(second), &about, problem);
        self.found.push(reported.related(self.tree.place(first), PlaceRole::First));
    }

    fn report(&mut self, place: Place, problem: Problem) {
        self.found.push(Reported::new(place, &self.path, problem));
    }
}

/// The keys of a mapping so far, and where each was given last.
#[derive(Default)]
struct SeenKeys<'a> {
    few: Vec<(&'a str, NodeId)>,
    many: HashMap<&'a str, NodeId>,
}

impl<'a> SeenKeys<'a> {
    /// How many keys are compared one by one.
    const FEW: usize = 24;

    /// Notes a key, and says where it was given before.
    fn note(&mut self, key: &'a str, at: NodeId) -> Option<NodeId> {
        if let Some((_, before)) = self.few.iter_mut().find(|(known, _)| *known == key) {
            return Some(std::mem::replace(before, at));
        }
        if self.few.len() < SeenKeys::FEW {
            self.few.push((key, at));
            return None;
        }
        self.many.insert(key, at)
    }
}

/// How many steps of a way are kept: in a chain of merge keys each value would have all of those before it.
const LONGEST_WAY: usize = 16;

fn with_step(via: &Few<Step>, step: Step) -> Few<Step> {
    let mut through = via.clone();
    if through.len() < LONGEST_WAY {
        through.push(step);
    }
    through
}

fn add_missing(map: &mut Map, other: Map) {
    other.into_iter().for_each(|(key, entry)| map.insert_missing(key, entry));
}

/// Adds to a collection what the one lacks that its key was given before.
fn join(value: &mut Value, first: &Value, budget: &Budget) {
    let pairs = match (&value.data, &first.data) {
        (Data::Map(_), Data::Map(other)) => other.len(),
        (Data::List(items), Data::List(other)) => items.len().saturating_mul(other.len()),
        _ => return,
    };
    if !budget.spend(Limit::Steps, pairs, value.place) {
        return;
    }
    match (&mut value.data, &first.data) {
        (Data::Map(map), Data::Map(other)) => {
            for (key, entry) in other {
                match map.get_mut(key) {
                    Some(known) => join(&mut known.value, &entry.value, budget),
                    None => map.insert(key.clone(), entry.clone()),
                }
            }
        }
        (Data::List(items), Data::List(other)) => {
            let missing: Vec<Value> =
                other.iter().filter(|one| items.iter().all(|item| item.data != one.data)).cloned().collect();
            items.splice(0..0, missing);
        }
        _ => {}
    }
}

fn is_merge(node: &Node, text: &str, style: ScalarStyle) -> bool {
    text == "<<" && (style == ScalarStyle::Plain && node.tag().is_none() || node.tag() == Some("!!merge"))
}

/// What a key is that is not a string: YAML reads `8080:` as a number and `true:` as a boolean.
fn non_string(node: &Node, text: &str, style: ScalarStyle) -> Option<ValueKind> {
    if style != ScalarStyle::Plain || node.tag().is_some() {
        return None;
    }
    match resolve_plain(text) {
        ResolvedScalar::Null => Some(ValueKind::Null),
        ResolvedScalar::Bool(_) => Some(ValueKind::Bool),
        ResolvedScalar::Int(_) | ResolvedScalar::Large(_) | ResolvedScalar::Float(_) => Some(ValueKind::Int),
        ResolvedScalar::Timestamp => Some(ValueKind::Timestamp),
        ResolvedScalar::Merge | ResolvedScalar::Text => None,
    }
}
