//! What an unknown key was meant to be: a near spelling, or a key that belongs elsewhere.

use super::aliases::{alias, elsewhere};
use super::deploy::DEPLOY_STRUCT;
use super::resources::FILE_STRUCT;
use super::service::SERVICE_STRUCT;
use super::shape::{Mapping, Struct};
use crate::compose::value::{Data, Entry, Map};

/// What is behind an unknown key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Guess {
    /// The same thing is said elsewhere, or with other keys.
    Elsewhere(&'static str),
    /// It was a key once; what took its place.
    Replaced(&'static str),
    /// It is a key of a mapping around this one.
    Outside {
        /// That mapping: `a service`; `None` for the file itself.
        title: Option<&'static str>,
    },
    /// It is a key of a section of the service.
    Section(String),
    /// It is a key of a service, at the top level.
    OfService,
    /// It looks like a service, at the top level.
    Service,
    /// A key with nearly that name, and whether the value fits it and it is not given already.
    Spelling {
        /// The key.
        name: &'static str,
        /// Whether writing it there is what was meant.
        fits: bool,
    },
    /// No idea.
    Nothing,
}

/// Keys of a service that were, or are elsewhere, called otherwise, with where they are now.
const SERVICE_MOVES: &[(&str, &str)] = &[
    ("count", "a request under `gpus` or `deploy.resources.reservations.devices`"),
    ("device_requests", "`gpus` or `deploy.resources.reservations.devices`"),
    ("host", "`hostname` or `extra_hosts`"),
    ("log_driver", "`driver` under `logging`"),
    ("log_opt", "`options` under `logging`"),
    ("log_opts", "`options` under `logging`"),
    ("max_attempts", "`max_attempts` under `deploy.restart_policy`"),
    ("memory", "`mem_limit`, or `memory` under `deploy.resources.limits`"),
    ("name", "`container_name`, or the key of the service"),
    ("net", "`network_mode`"),
    ("volume_driver", "`driver` of a volume under the top-level `volumes`"),
    ("aliases", "`aliases` of a network under `networks`"),
    ("ipv4_address", "`ipv4_address` of a network under `networks`"),
    ("ipv6_address", "`ipv6_address` of a network under `networks`"),
    ("external", "`external` of a top-level network or volume"),
    ("condition", "`condition` of a service under `depends_on`"),
];

/// Sections of a service in which a key that is in the service itself may belong, nearest first.
const SERVICE_SECTIONS: &[&str] = &["deploy", "healthcheck", "build", "logging"];

/// Finds what an unknown key was meant to be; the owners are the structures it is in, innermost last.
pub(crate) fn guess(name: &str, entry: &Entry, map: &Map, owners: &[&'static Struct]) -> Guess {
    let Some((owner, above)) = owners.split_last() else { return Guess::Nothing };
    if let Some(key) = alias(owner.title, name) {
        return spelling(key, entry, map, owner);
    }
    if let Some(place) = elsewhere(owner.title, name) {
        return Guess::Elsewhere(place);
    }
    if let Some(moved) = moved_by_name(name, entry, owner) {
        return moved;
    }
    if let Some(outer) = above.iter().rev().find(|outer| outer.key(name).is_some()) {
        return Guess::Outside { title: (!is(outer, &FILE_STRUCT)).then_some(outer.title) };
    }
    let near = nearest(name, owner.keys.iter().map(|key| key.name));
    if let Some(near) = near
        && near.trim_end_matches('s') == name.to_lowercase().trim_end_matches('s')
    {
        return spelling(near, entry, map, owner);
    }
    if is(owner, &SERVICE_STRUCT)
        && let Some(path) = section_of(name)
    {
        return Guess::Section(path);
    }
    match near {
        Some(near) => spelling(near, entry, map, owner),
        None => Guess::Nothing,
    }
}

/// The one name that is clearly nearest: at most two slips away (one, for short names), and no other as near.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = if name.len() <= 4 { 1 } else { 2 };
    let mut best: Option<(usize, &str)> = None;
    let mut tied = false;
    for candidate in candidates {
        let slips = distance(name, candidate);
        match best {
            Some((least, _)) if slips > least => {}
            Some((least, _)) if slips == least => tied = true,
            _ => {
                best = Some((slips, candidate));
                tied = false;
            }
        }
    }
    best.filter(|(slips, _)| *slips <= most && !tied).map(|(_, candidate)| candidate)
}

/// The word that a text was meant to be: the nearest one, or the only one that it is a part of (`healthy`).
pub(crate) fn nearest_word(text: &str, words: &[&'static str]) -> Option<&'static str> {
    const LEAST: usize = 5;
    let part = || {
        let mut holding =
            words.iter().copied().filter(|word| text.len() >= LEAST && word.contains(&text.to_lowercase()));
        holding.next().filter(|_| holding.next().is_none())
    };
    nearest(text, words.iter().copied()).or_else(part)
}

/// Slips between two names; capitals and `-` for `_` count for nothing.
fn distance(name: &str, candidate: &str) -> usize {
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    strsim::osa_distance(&plain(name), &plain(candidate))
}

fn spelling(near: &'static str, entry: &Entry, map: &Map, owner: &'static Struct) -> Guess {
    let shape_fits = owner.key(near).is_some_and(|key| key.shape.accepts(&entry.value.data));
    Guess::Spelling { name: near, fits: shape_fits && !map.contains_key(near) }
}

/// Only what had that name in an old format is something else *now*; the rest is simply called otherwise.
const REPLACED: [&str; 4] = ["net", "log_driver", "log_opt", "volume_driver"];

fn moved_by_name(name: &str, entry: &Entry, owner: &'static Struct) -> Option<Guess> {
    if is(owner, &SERVICE_STRUCT) {
        let (_, now) = SERVICE_MOVES.iter().find(|(old, _)| *old == name)?;
        return Some(if REPLACED.contains(&name) { Guess::Replaced(now) } else { Guess::Elsewhere(now) });
    }
    if !is(owner, &FILE_STRUCT) {
        return None;
    }
    if SERVICE_STRUCT.key(name).is_some() {
        return Some(Guess::OfService);
    }
    let looks_like_service =
        matches!(&entry.value.data, Data::Map(map) if map.contains_key("image") || map.contains_key("build"));
    looks_like_service.then_some(Guess::Service)
}

/// The path of the section of a service that knows a key: `deploy.resources`.
fn section_of(name: &str) -> Option<String> {
    SERVICE_SECTIONS.iter().find_map(|section| find_below(section, SERVICE_STRUCT.key(section)?.shape.map, name))
}

fn find_below(path: &str, map: Mapping, name: &str) -> Option<String> {
    let Mapping::Struct(structure) = map else { return None };
    if structure.key(name).is_some() {
        return Some(path.to_owned());
    }
    // Only `deploy` has sections of its own that people leave out.
    if !is(structure, &DEPLOY_STRUCT) && !path.starts_with("deploy.") {
        return None;
    }
    structure.keys.iter().find_map(|key| find_below(&format!("{path}.{}", key.name), key.shape.map, name))
}

fn is(one: &'static Struct, other: &'static Struct) -> bool {
    std::ptr::eq(one, other)
}
