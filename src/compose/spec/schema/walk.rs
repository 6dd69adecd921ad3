//! The walk over a project next to its shape; one violation for each mistake, at the smallest node that is wrong.

use super::release::Release;
use super::repeats::repeats;
use super::shape::{EntryStyle, Mapping, Scalars, SchemaList, SchemaShape, Struct, Table, TextRule};
use super::violation::{Bound, EntryRest, Flaw, Violated};
use super::{UnknownKey, Violation, aliases, suggest};
use crate::compose::problem::{Missing, PlaceRole, Problem, Reported, TypeProblem, ValueKind, ValueProblem, Verdict};
use crate::compose::value::quote::Quote;
use crate::compose::value::{Data, Entry, Map, Step, Text, Value};
use crate::source::Place;

/// Holds a value against a shape.
pub(crate) fn walk(root: &Value, shape: &'static SchemaShape) -> Vec<Reported> {
    let mut walk =
        SchemaWalk { path: Vec::new(), keys: Vec::new(), owners: Vec::new(), shared: 0, found: Vec::new(), guesses: 0 };
    walk.value(root, shape);
    walk.found
}

/// A step of the path from the root.
enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

struct SchemaWalk<'a> {
    path: Vec<Segment<'a>>,
    /// Places of the keys above, innermost last; an item of a list counts as having none.
    keys: Vec<Option<Place>>,
    /// The structures above, innermost last.
    owners: Vec<&'static Struct>,
    /// How many values above are elsewhere too, so that an edit would change more than this place.
    shared: usize,
    found: Vec<Reported>,
    /// For how many unknown keys it was asked what they were meant to be.
    guesses: usize,
}

/// For how many unknown keys a key is looked for that was meant.
const MOST_GUESSES: usize = 2_000;

impl<'a> SchemaWalk<'a> {
    fn value(&mut self, value: &'a Value, shape: &'static SchemaShape) {
        let shared = usize::from(is_shared(value));
        self.shared += shared;
        if !shape.accepts(&value.data) {
            self.wrong_type(value, shape);
        } else {
            match &value.data {
                Data::Text(text) => self.text(value, text, shape.text),
                Data::Int(number) => self.range(value, *number as f64, shape.range),
                Data::Large(number) => self.range(value, *number as f64, shape.range),
                Data::Float(number) => self.range(value, *number, shape.range),
                Data::List(items) => self.list(items, shape),
                Data::Map(map) => self.map(value, map, shape),
                Data::Null | Data::Bool(_) | Data::Timestamp(_) => {}
            }
        }
        self.shared -= shared;
    }

    fn list(&mut self, items: &'a [Value], shape: &'static SchemaShape) {
        let Some(list) = &shape.list else { return };
        for (index, item) in items.iter().enumerate() {
            self.enter(Segment::Index(index), None, |walk| {
                if is_split_entry(item, list) { walk.split_entry(item, list) } else { walk.value(item, list.item) }
            });
        }
        if list.unique {
            self.duplicates(items, list);
        }
    }

    fn map(&mut self, value: &'a Value, map: &'a Map, shape: &'static SchemaShape) {
        match shape.map {
            Mapping::Struct(structure) => self.structure(value, map, structure),
            Mapping::Table(table) => self.table(map, table),
            Mapping::No | Mapping::Free => {}
        }
    }

    fn structure(&mut self, value: &'a Value, map: &'a Map, structure: &'static Struct) {
        self.owners.push(structure);
        let mut misspelt = Vec::new();
        for (name, entry) in map {
            let Some(key) = structure.key(name) else {
                if !(structure.extensions && name.starts_with("x-")) {
                    misspelt.extend(self.unknown(name, entry, map, structure));
                }
                continue;
            };
            self.enter(Segment::Key(name), Some(entry.key), |walk| {
                if let Some(release) = key.since.filter(|_| key.is_newer()) {
                    walk.newer(name, entry, release);
                }
                walk.value(&entry.value, key.shape);
            });
        }
        self.owners.pop();
        for name in structure.required {
            if !map.contains_key(name) && !misspelt.contains(name) {
                let place = self.keys.last().copied().flatten().unwrap_or(value.place);
                let owner = self.chosen_name();
                self.report(place, Problem::Missing(Missing::Key { key: name, title: structure.title, owner }));
            }
        }
    }

    fn table(&mut self, map: &'a Map, table: &'static Table) {
        for (name, entry) in map {
            if table.names.matches(name) {
                self.enter(Segment::Key(name), Some(entry.key), |walk| walk.value(&entry.value, table.value));
            } else if table.closed {
                self.enter(Segment::Key(name), Some(entry.key), |walk| {
                    let flaw = Flaw::Name { name: name.clone(), title: table.title, names: table.names };
                    walk.invalid(entry.key, flaw);
                });
            }
        }
    }

    fn text(&mut self, value: &Value, text: &str, rule: TextRule) {
        if rule.contains(text) {
            return;
        }
        let near = match rule {
            TextRule::Words(options) => suggest::nearest_word(text, options),
            _ => None,
        };
        self.invalid(self.place_of(value), Flaw::Text { text: Quote::from_value(value), rule, near });
    }

    fn range(&mut self, value: &Value, number: f64, (least, greatest): (i64, i64)) {
        let bound = if least > i64::MIN && number < least as f64 {
            Bound::Least(least)
        } else if greatest < i64::MAX && number > greatest as f64 {
            Bound::Greatest(greatest)
        } else {
            return;
        };
        // A number as Go prints it is not what YAML has: `1e3`.
        let number = Quote::from_value(value).with_text(number.to_string());
        self.invalid(self.place_of(value), Flaw::Range { number, bound });
    }

    fn duplicates(&mut self, items: &'a [Value], list: &SchemaList) {
        for (first, again) in repeats(items) {
            let (Some(first), Some(item)) = (items.get(first), items.get(again)) else { continue };
            let shown = (item.text().is_some() && list.style != EntryStyle::Pairs).then(|| Quote::from_value(item));
            // The list is named, not its entry.
            let subject = self.subject();
            self.enter(Segment::Index(again), None, |walk| {
                let violation = Violation { subject, flaw: Flaw::Duplicate(shown) };
                let mut reported = walk.reported(item.place, Problem::Value(ValueProblem::Schema(violation)));
                reported.is_shared |= is_shared(item);
                walk.found.push(reported.related(first.place, PlaceRole::First));
            });
        }
    }

    fn wrong_type(&mut self, value: &Value, shape: &'static SchemaShape) {
        let is_flow = value.map().is_some_and(|entries| is_flow(value, entries));
        let scalar = (value.map().is_none() && value.list().is_none()).then(|| value.clone());
        let flaw = Flaw::Kind { shape, found: ValueKind::from_value(value), scalar, is_flow };
        let violation = Violation { subject: self.subject(), flaw };
        self.report(self.place_of(value), Problem::Type(TypeProblem::Schema(violation)));
    }

    /// An entry of a list in which YAML saw a mapping where the author wrote `a: b`.
    fn split_entry(&mut self, item: &Value, list: &SchemaList) {
        let Some((name, entry)) = item.map().and_then(Map::first) else { return };
        let rest = match &entry.value.data {
            Data::Null => EntryRest::Nothing,
            Data::Text(text) if text.contains(char::is_whitespace) => EntryRest::Words,
            _ => EntryRest::Word,
        };
        let flaw = Flaw::Split { shape: list.item, name: name.clone(), rest, style: list.style };
        let violation = Violation { subject: self.subject(), flaw };
        let mut reported = self.reported(item.place, Problem::Type(TypeProblem::Schema(violation)));
        reported.is_shared |= is_shared(item) || is_shared(&entry.value);
        self.found.push(reported);
    }

    /// Reports a key that is not known, and gives the key that was meant.
    fn unknown(
        &mut self,
        name: &'a str,
        entry: &'a Entry,
        map: &Map,
        structure: &'static Struct,
    ) -> Option<&'static str> {
        self.guesses += 1;
        let guess = match self.guesses {
            0..=MOST_GUESSES => suggest::guess(name, entry, map, &self.owners),
            _ => suggest::Guess::Nothing,
        };
        let owner = self.chosen_name();
        let meant = match guess {
            suggest::Guess::Spelling { name, .. } => Some(name),
            _ => None,
        };
        self.enter(Segment::Key(name), Some(entry.key), |walk| {
            let unknown = UnknownKey { name: name.into(), title: structure.title, owner, guess };
            let mut reported = walk.reported(entry.key, Problem::UnknownKey(unknown));
            reported.is_shared |= is_shared(&entry.value);
            if !structure.closed {
                reported.verdict = Verdict::Accepted;
            }
            walk.found.push(reported);
        });
        meant
    }

    /// A key that the specification of today has and docker compose 2.40.3 does not: its age alone is at fault.
    fn newer(&mut self, name: &str, entry: &Entry, release: Release) {
        let title = self.owners.last().map_or("", |owner| owner.title);
        let guess = suggest::Guess::Nothing;
        let unknown = UnknownKey { name: name.into(), title, owner: None, guess };
        let mut reported = self.reported(entry.key, Problem::UnknownKey(unknown));
        reported.verdict = Verdict::NeedsNewer(release);
        self.found.push(reported);
    }

    fn enter(&mut self, segment: Segment<'a>, key: Option<Place>, inside: impl FnOnce(&mut SchemaWalk<'a>)) {
        self.path.push(segment);
        self.keys.push(key);
        inside(self);
        self.keys.pop();
        self.path.pop();
    }

    fn invalid(&mut self, place: Place, flaw: Flaw) {
        let violation = Violation { subject: self.subject(), flaw };
        self.report(place, Problem::Value(ValueProblem::Schema(violation)));
    }

    fn report(&mut self, place: Place, problem: Problem) {
        let reported = self.reported(place, problem);
        self.found.push(reported);
    }

    fn reported(&self, place: Place, problem: Problem) -> Reported {
        let about: Vec<Text> = self.path.iter().filter_map(Segment::key).map(Into::into).collect();
        Reported { path: Some(self.full_path()), is_shared: self.shared > 0, ..Reported::new(place, &about, problem) }
    }

    /// Where a value is; its key, where nothing is written.
    fn place_of(&self, value: &Value) -> Place {
        let empty = value.place.span.start == value.place.span.end;
        self.keys.last().copied().flatten().filter(|_| empty).unwrap_or(value.place)
    }

    /// The name that the author chose for the mapping that is being looked at; none in a list.
    fn chosen_name(&self) -> Option<Text> {
        match self.path.last() {
            Some(Segment::Key(name)) => Some((*name).into()),
            _ => None,
        }
    }

    fn subject(&self) -> Violated {
        let key = self.path.iter().rev().find_map(Segment::key).map(Text::from);
        match (self.path.last(), key) {
            (Some(Segment::Index(_)), Some(key)) => Violated::Entry(key),
            (_, Some(key)) => Violated::Key(key),
            _ => Violated::File,
        }
    }

    fn full_path(&self) -> String {
        let mut path = String::new();
        for segment in &self.path {
            match segment {
                Segment::Key(name) if path.is_empty() => path.push_str(name),
                Segment::Key(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

impl<'a> Segment<'a> {
    fn key(&self) -> Option<&'a str> {
        match self {
            Segment::Key(name) => Some(name),
            Segment::Index(_) => None,
        }
    }
}

/// Whether a mapping is written with braces: they come before its first key.
fn is_flow(value: &Value, entries: &Map) -> bool {
    entries.first().is_none_or(|(_, entry)| entry.key.span.start > value.place.span.start)
}

fn is_shared(value: &Value) -> bool {
    !value.via.iter().all(|step| matches!(step, Step::Override(_) | Step::Include(_)))
}

/// Whether an item is a mapping of one scalar where text is wanted, and no key of the long form comes near.
fn is_split_entry(item: &Value, list: &SchemaList) -> bool {
    let Some(map) = item.map() else { return false };
    let (1, Some((name, entry))) = (map.len(), map.first()) else { return false };
    if matches!(entry.value.data, Data::List(_) | Data::Map(_)) || !list.item.scalars.has(Scalars::TEXT) {
        return false;
    }
    match list.item.map {
        Mapping::No => true,
        Mapping::Struct(structure) => {
            let extension = structure.extensions && name.starts_with("x-");
            let known = aliases::alias(structure.title, name).is_some();
            !extension && !known && suggest::nearest(name, structure.keys.iter().map(|key| key.name)).is_none()
        }
        Mapping::Free | Mapping::Table(_) => false,
    }
}
