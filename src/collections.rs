//! Hash tables with a fast hash function. Keys come from files that the user checks, not from a network, so resistance
//! against chosen keys matters less than speed; the seed is still random per process.
#![expect(clippy::disallowed_types, reason = "the only module that names the tables of std and indexmap")]

use foldhash::fast::RandomState;

/// A hash map.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
/// A hash set.
pub(crate) type HashSet<T> = std::collections::HashSet<T, RandomState>;
/// A hash map that keeps the order of insertion.
pub(crate) type IndexMap<K, V> = indexmap::IndexMap<K, V, RandomState>;
/// A hash set that keeps the order of insertion.
pub(crate) type IndexSet<T> = indexmap::IndexSet<T, RandomState>;
/// A hash function.
pub(crate) type HashState = RandomState;
