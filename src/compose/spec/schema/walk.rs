//! The walk over a project beside its shape; one violation for each mistake, at the smallest node that is wrong.

use super::release::Release;
use super::repeats::repeats;
use super::shape::{EntryStyle, List, Mapping, Scalars, Shape, Struct, Table, TextRule};
use super::{Violation, aliases, suggest, words};
use crate::compose::spec::schema::quick_fix;
use crate::compose::value::{Data, Entry, Map, Step, Value};
use crate::finding::{Finding, Fix, Severity};
use crate::source::Place;
use crate::yaml::edit;
use crate::yaml::edit::Files;

/// Holds a value against a shape.
pub(crate) fn walk(files: Files<'_>, root: &Value, shape: &'static Shape) -> Vec<Violation> {
    let mut walk =
        Walk { files, path: Vec::new(), keys: Vec::new(), owners: Vec::new(), shared: 0, violations: Vec::new() };
    walk.value(root, shape);
    walk.violations
}

/// A step of the path from the root.
enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

struct Walk<'a> {
    files: Files<'a>,
    path: Vec<Segment<'a>>,
    /// Places of the keys above, innermost last; an item of a list counts as having none.
    keys: Vec<Option<Place>>,
    /// The structures above, innermost last.
    owners: Vec<&'static Struct>,
    /// How many values above stand elsewhere too, so that an edit would change more than this place.
    shared: usize,
    violations: Vec<Violation>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: &'a Value, shape: &'static Shape) {
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

    fn list(&mut self, items: &'a [Value], shape: &'static Shape) {
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

    fn map(&mut self, value: &'a Value, map: &'a Map, shape: &'static Shape) {
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
                let message = format!(
                    "missing required key `{name}` in {}",
                    words::instance(structure.title, self.chosen_name())
                );
                let place = self.keys.last().copied().flatten().unwrap_or(value.place);
                let finding = self.finding("missing-key", place, message);
                let evidence = format!("{}.{name}", self.full_path());
                self.report(finding.evidence(evidence).help(words::missing_help(structure.title, name)));
            }
        }
    }

    fn table(&mut self, map: &'a Map, table: &'static Table) {
        for (name, entry) in map {
            if table.names.matches(name) {
                self.enter(Segment::Key(name), Some(entry.key), |walk| walk.value(&entry.value, table.value));
            } else if table.closed {
                self.enter(Segment::Key(name), Some(entry.key), |walk| {
                    let message = words::bad_name(name, table);
                    let finding = walk.finding("invalid-value", entry.key, message);
                    walk.report(finding.help(words::name_help(table.names)));
                });
            }
        }
    }

    fn text(&mut self, value: &Value, text: &str, rule: TextRule) {
        if rule.holds(text) {
            return;
        }
        let message = words::bad_text(&self.subject(), text, rule);
        let mut finding = self.finding("invalid-value", self.place_of(value), message);
        if let TextRule::Words(options) = rule
            && let Some(near) = suggest::nearest_word(text, options)
        {
            finding = finding.help(format!("did you mean `{near}`?"));
            finding.fix = self.when_mine(quick_fix::respell(self.files, value.place, text, near));
        }
        self.report(finding);
    }

    fn range(&mut self, value: &Value, number: f64, (least, greatest): (i64, i64)) {
        let wanted = if least > i64::MIN && number < least as f64 {
            format!("at least {least}")
        } else if greatest < i64::MAX && number > greatest as f64 {
            format!("at most {greatest}")
        } else {
            return;
        };
        let message = format!("{} must be {wanted}, but is {number}", self.subject());
        let finding = self.finding("invalid-value", self.place_of(value), message);
        self.report(finding);
    }

    fn duplicates(&mut self, items: &'a [Value], list: &List) {
        for (first, again) in repeats(items) {
            let (Some(first), Some(item)) = (items.get(first), items.get(again)) else { continue };
            let shown = item.text().filter(|_| list.style != EntryStyle::Pairs);
            let message = words::duplicate(&self.subject(), shown);
            self.enter(Segment::Index(again), None, |walk| {
                let finding = walk.finding("invalid-value", item.place, message);
                let mut finding = finding.label(first.place, "first listed here").help("remove one of them");
                let title = "remove the duplicate";
                let fix = edit::safe(title, edit::remove(walk.files, item.place));
                finding.fix = walk.when_mine(fix.filter(|_| !is_shared(item)));
                walk.report(finding);
            });
        }
    }

    fn wrong_type(&mut self, value: &Value, shape: &Shape) {
        let message = format!("{} must be {}, but is {}", self.subject(), words::wanted(shape), words::kind(value));
        let mut finding = self.finding("wrong-type", self.place_of(value), message);
        finding.help = words::type_help(value, shape).map(str::to_owned);
        if shape.quotable {
            finding.fix = self.when_mine(quick_fix::quote(self.files, value));
        } else if let Data::Text(text) = &value.data {
            finding.fix = self.when_mine(quick_fix::unquote(self.files, value, text, shape));
        }
        self.report(finding);
    }

    /// An entry of a list in which YAML saw a mapping where the author wrote `a: b`.
    fn split_entry(&mut self, item: &Value, list: &List) {
        let Some((name, entry)) = item.map().and_then(Map::first) else { return };
        let shown = words::entry_name(name);
        let wanted = words::wanted(list.item);
        let message = format!("{} must be {wanted}, but YAML reads `{shown}: …` as a mapping", self.subject());
        let shared = is_shared(item) || is_shared(&entry.value);
        let (help, fix) = quick_fix::split_entry(self.files, item.place, name, entry, list.style);
        let mut finding = self.finding("wrong-type", item.place, message).help(help);
        finding.fix = if shared { None } else { self.when_mine(fix) };
        self.report(finding);
    }

    /// Reports a key that is not known, and gives the key that was meant.
    fn unknown(
        &mut self,
        name: &'a str,
        entry: &'a Entry,
        map: &Map,
        structure: &'static Struct,
    ) -> Option<&'static str> {
        let guess = suggest::guess(name, entry, map, &self.owners);
        let owner = words::instance(structure.title, self.chosen_name());
        let message = match &guess {
            suggest::Guess::Moved(sentence) => sentence.replace("{owner}", &owner),
            _ => format!("unknown key `{name}` in {owner}"),
        };
        let meant = match guess {
            suggest::Guess::Spelling { name, fits } => Some((name, fits)),
            _ => None,
        };
        self.enter(Segment::Key(name), Some(entry.key), |walk| {
            let mut finding = walk.finding("unknown-key", entry.key, message);
            if let Some((near, fits)) = meant {
                finding = finding.help(format!("did you mean `{near}`?"));
                let fix =
                    quick_fix::respell(walk.files, entry.key, name, near).filter(|_| fits && !is_shared(&entry.value));
                finding.fix = walk.when_mine(fix);
            }
            if !structure.closed {
                finding.severity = Severity::Warning;
                finding.help.get_or_insert_with(|| "remove it: docker compose silently ignores it".to_owned());
            }
            walk.violations.push(Violation { finding, rejected: structure.closed, newer: false });
        });
        meant.map(|(near, _)| near)
    }

    fn newer(&mut self, name: &str, entry: &Entry, release: Release) {
        let message = format!(
            "`{name}` requires docker compose {release}, but plimsoll reads the project as {} does",
            Release::REFERENCE
        );
        let finding = self.finding("unknown-key", entry.key, message);
        self.violations.push(Violation { finding, rejected: true, newer: true });
    }

    fn enter(&mut self, segment: Segment<'a>, key: Option<Place>, inside: impl FnOnce(&mut Walk<'a>)) {
        self.path.push(segment);
        self.keys.push(key);
        inside(self);
        self.keys.pop();
        self.path.pop();
    }

    fn report(&mut self, finding: Finding) {
        self.violations.push(Violation { finding, rejected: true, newer: false });
    }

    fn finding(&self, rule: &'static str, place: Place, message: String) -> Finding {
        Finding::new(rule, Severity::Error, place, self.resource(), message).evidence(self.full_path())
    }

    /// A fix is only for what stands at this place alone.
    fn when_mine(&self, fix: Option<Fix>) -> Option<Fix> {
        fix.filter(|_| self.shared == 0)
    }

    /// Where a value stands; its key, where nothing is written.
    fn place_of(&self, value: &Value) -> Place {
        let empty = value.place.span.start == value.place.span.end;
        self.keys.last().copied().flatten().filter(|_| empty).unwrap_or(value.place)
    }

    /// The name that the author chose for the mapping that is being looked at; none in a list.
    fn chosen_name(&self) -> Option<&str> {
        match self.path.last() {
            Some(Segment::Key(name)) => Some(name),
            _ => None,
        }
    }

    fn subject(&self) -> String {
        let key = self.path.iter().rev().find_map(|segment| match segment {
            Segment::Key(name) => Some(words::entry_name(name)),
            Segment::Index(_) => None,
        });
        match (self.path.last(), key) {
            (Some(Segment::Index(_)), Some(key)) => format!("an entry of `{key}`"),
            (_, Some(key)) => format!("`{key}`"),
            _ => "a Compose file".to_owned(),
        }
    }

    fn resource(&self) -> String {
        let keys: Vec<&str> = self.path.iter().filter_map(Segment::key).collect();
        keys.join(".")
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

fn is_shared(value: &Value) -> bool {
    !value.via.iter().all(|step| matches!(step, Step::Override(_) | Step::Include(_)))
}

/// Whether an item is a mapping of one scalar where text is wanted, and no key of the long form comes near.
fn is_split_entry(item: &Value, list: &List) -> bool {
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
