//! Mappings of a Compose file: in the order of the file, small ones without an index.

use std::slice;

use crate::collections::HashMap;
use crate::compose::value::{Entry, Text};

/// How many entries are looked through one by one; with more there is an index.
const SMALL: usize = 24;

/// A mapping in the order of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    entries: Vec<(Text, Entry)>,
    /// Where each key is, in a mapping that is not small.
    index: Option<Box<HashMap<Text, usize>>>,
}

impl Map {
    /// Nothing.
    pub(crate) fn new() -> Map {
        Map::default()
    }

    /// Nothing, with room for so many entries.
    pub(crate) fn with_capacity(capacity: usize) -> Map {
        Map { entries: Vec::with_capacity(capacity), index: None }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.entries.iter().position(|(known, _)| known == key),
        }
    }

    /// The entry under a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(self.position(key)?).map(|(_, entry)| entry)
    }

    /// The entry under a key, to be changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        let at = self.position(key)?;
        self.entries.get_mut(at).map(|(_, entry)| entry)
    }

    /// Whether there is an entry under a key.
    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// The first entry.
    pub(crate) fn first(&self) -> Option<(&Text, &Entry)> {
        self.entries.first().map(|(key, entry)| (key, entry))
    }

    /// Sets the entry under a key: in the place of the one that was there, else at the end.
    pub(crate) fn insert(&mut self, key: impl Into<Text>, entry: Entry) {
        let key = key.into();
        match self.get_mut(&key) {
            Some(known) => *known = entry,
            None => self.push(key, entry),
        }
    }

    /// Adds an entry at the end where there is none under its key.
    pub(crate) fn insert_missing(&mut self, key: impl Into<Text>, entry: Entry) {
        let key = key.into();
        if !self.contains_key(&key) {
            self.push(key, entry);
        }
    }

    /// The entry under a key, which is made where there is none.
    pub(crate) fn get_or_insert_with(&mut self, key: &str, make: impl FnOnce() -> Entry) -> Option<&mut Entry> {
        let at = self.position(key).unwrap_or_else(|| {
            self.push(key.into(), make());
            self.entries.len() - 1
        });
        self.entries.get_mut(at).map(|(_, entry)| entry)
    }

    fn push(&mut self, key: Text, entry: Entry) {
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), self.entries.len());
        }
        self.entries.push((key, entry));
        if self.index.is_none() && self.entries.len() > SMALL {
            self.reindex();
        }
    }

    fn reindex(&mut self) {
        let places = self.entries.iter().enumerate().map(|(at, (key, _))| (key.clone(), at));
        self.index = (self.entries.len() > SMALL).then(|| Box::new(places.collect()));
    }

    /// Takes an entry out; those behind it move up.
    pub(crate) fn shift_remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.position(key)?;
        let (_, entry) = self.entries.remove(at);
        if self.index.is_some() {
            self.reindex();
        }
        Some(entry)
    }

    /// Removes all entries that a function refuses.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Text, &mut Entry) -> bool) {
        self.entries.retain_mut(|(key, entry)| keep(key, entry));
        if self.index.is_some() {
            self.reindex();
        }
    }

    /// Keys and entries, in their order.
    pub(crate) fn iter(&self) -> Iter<'_> {
        self.entries.iter().map(|(key, entry)| (key, entry))
    }

    /// Keys and entries, in their order, the entries to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&Text, &mut Entry)> {
        self.entries.iter_mut().map(|(key, entry)| (&*key, entry))
    }

    /// The keys, in their order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Text> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The entries, in their order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|(_, entry)| entry)
    }

    /// The entries, in their order, to be changed.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().map(|(_, entry)| entry)
    }
}

/// What goes through a mapping.
pub(crate) type Iter<'a> =
    std::iter::Map<slice::Iter<'a, (Text, Entry)>, fn(&'a (Text, Entry)) -> (&'a Text, &'a Entry)>;

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Text, &'a Entry);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Text, Entry);
    type IntoIter = std::vec::IntoIter<(Text, Entry)>;

    fn into_iter(self) -> std::vec::IntoIter<(Text, Entry)> {
        self.entries.into_iter()
    }
}

impl Extend<(Text, Entry)> for Map {
    fn extend<I: IntoIterator<Item = (Text, Entry)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, entry)| self.insert(key, entry));
    }
}

impl FromIterator<(Text, Entry)> for Map {
    fn from_iter<I: IntoIterator<Item = (Text, Entry)>>(entries: I) -> Map {
        let entries = entries.into_iter();
        let mut map = Map::with_capacity(entries.size_hint().0);
        map.extend(entries);
        map
    }
}

impl<const N: usize> From<[(&str, Entry); N]> for Map {
    fn from(entries: [(&str, Entry); N]) -> Map {
        entries.into_iter().map(|(key, entry)| (Text::from(key), entry)).collect()
    }
}

/// The order of the entries does not matter.
impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        self.len() == other.len() && self.iter().all(|(key, entry)| other.get(key) == Some(entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::value::{Data, Value};
    use crate::source::Place;

    fn entry(number: usize) -> Entry {
        Entry { key: Place::start(), value: Value::new(Data::Int(number as i64), Place::start()) }
    }

    fn numbers(map: &Map) -> Vec<String> {
        map.iter().map(|(key, entry)| format!("{key}={:?}", entry.value.data)).collect()
    }

    #[test]
    fn small_and_large_mappings_keep_their_order_and_find_their_keys() {
        for count in [3, SMALL, SMALL + 1, 200] {
            let mut map: Map = (0..count).map(|number| (format!("key-{number}").into(), entry(number))).collect();
            assert_eq!((map.len(), map.index.is_some()), (count, count > SMALL));
            map.insert("key-1", entry(1000));
            map.insert_missing("key-2", entry(1000));
            assert_eq!(map.get("key-1"), Some(&entry(1000)));
            assert_eq!(map.get("key-2"), Some(&entry(2)));
            assert_eq!(map.shift_remove("key-0"), Some(entry(0)));
            assert_eq!(map.shift_remove("key-0"), None);
            map.get_or_insert_with("key-0", || entry(7)).unwrap().key = Place::start();
            let all: Vec<usize> = (1..count).chain([0]).collect();
            assert_eq!(
                map.keys()
                    .map(|key| key.trim_start_matches(|one: char| !one.is_ascii_digit()).parse().unwrap())
                    .collect::<Vec<usize>>(),
                all
            );
            assert!(all.iter().all(|number| map.contains_key(&format!("key-{number}"))));
            map.retain(|key, _| key == "key-1" || key == "key-0");
            assert_eq!(numbers(&map), ["key-1=Int(1000)", "key-0=Int(7)"]);
            assert!(map.index.is_none() && !map.contains_key("key-2"));
        }
    }

    #[test]
    fn mappings_are_equal_in_any_order() {
        let one = Map::from([("a", entry(1)), ("b", entry(2))]);
        assert_eq!(one, Map::from([("b", entry(2)), ("a", entry(1))]));
        assert_ne!(one, Map::from([("b", entry(1)), ("a", entry(2))]));
        assert_ne!(one, Map::from([("a", entry(1))]));
    }
}
