//! What a document lays over the project so far: only that is merged and checked again, so that many documents cost no more
//! than one.

use crate::compose::value::{Data, Entry, Map, Value};

/// The sections whose entries do not depend on each other.
const SECTIONS: [&str; 6] = ["services", "networks", "volumes", "secrets", "configs", "models"];

/// Takes the part of a project that a document lays something over; blanks keep its places.
pub(crate) fn take(root: &mut Value, over: &Value) -> Value {
    let mut part = Map::new();
    if let (Data::Map(map), Data::Map(over)) = (&mut root.data, &over.data) {
        for (key, over) in over {
            let Some(known) = map.get_mut(key) else { continue };
            let value = match (&mut known.value.data, &over.value.data) {
                (Data::Map(known_entries), Data::Map(over)) if SECTIONS.contains(&key.as_str()) => {
                    let entries = entries(known_entries, over);
                    let via = known.value.via.clone();
                    Value { data: Data::Map(entries), via, ..Value::new(Data::Null, known.value.place) }
                }
                _ => blank(&mut known.value),
            };
            part.insert(key.clone(), Entry { key: known.key, value });
        }
    }
    Value { data: Data::Map(part), place: root.place, via: root.via.clone(), parts: root.parts.clone() }
}

fn entries(known: &mut Map, over: &Map) -> Map {
    let mut taken = Map::new();
    for name in over.keys() {
        if let Some(entry) = known.get_mut(name) {
            taken.insert(name.clone(), Entry { key: entry.key, value: blank(&mut entry.value) });
        }
    }
    taken
}

fn blank(value: &mut Value) -> Value {
    let place = value.place;
    std::mem::replace(value, Value::new(Data::Null, place))
}

/// Puts the part back, with what the document adds behind it.
pub(crate) fn put_back(root: &mut Value, part: Value) {
    let Data::Map(map) = &mut root.data else { return };
    let Data::Map(part) = part.data else { return };
    for (key, entry) in part {
        let Some(known) = map.get_mut(&key) else {
            map.insert(key, entry);
            continue;
        };
        known.key = entry.key;
        match (&mut known.value.data, entry.value) {
            (Data::Map(known_entries), Value { data: Data::Map(entries), place, via, .. }) => {
                known_entries.extend(entries);
                (known.value.place, known.value.via) = (place, via);
            }
            (_, value) => known.value = value,
        }
    }
}
