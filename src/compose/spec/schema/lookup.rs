//! From a path as a person types it to the places of the specification that it may mean.

use super::release::Release;
use super::shape::{Mapping, SchemaKey, SchemaShape};
use super::{resources, suggest};

/// The segment of a path in which the author chooses a name.
const ANY: &str = "*";

/// A place of the specification.
#[derive(Clone, Debug)]
pub(crate) struct FoundPlace {
    segments: Vec<&'static str>,
    /// The key; none where the author chooses the name.
    pub(crate) key: Option<&'static SchemaKey>,
    /// What is there.
    pub(crate) shape: &'static SchemaShape,
    /// The first docker compose that takes it, all keys above counted; none where all of version 2 do.
    pub(crate) since: Option<Release>,
}

impl FoundPlace {
    /// The path, with `*` for names: `services.*.healthcheck.interval`.
    pub(crate) fn path(&self) -> String {
        self.segments.join(".")
    }

    /// A key of the mapping at this place.
    pub(crate) fn below(&self, key: &'static SchemaKey) -> FoundPlace {
        let segments = self.segments.iter().copied().chain([key.name]).collect();
        FoundPlace { segments, key: Some(key), shape: key.shape, since: self.since.max(key.since) }
    }

    /// The segments of the path.
    pub(crate) fn segments(&self) -> &[&'static str] {
        &self.segments
    }
}

/// How well a place fits what was typed; the least is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LookupFit {
    /// Whether the path starts below the top.
    below: bool,
    /// How many words stand for names that the author chooses.
    names: usize,
    /// How many segments the path has.
    depth: usize,
}

/// The places that a path may mean, the likeliest first. Names, indices and what is above may be left out, and
/// capitals and `-` for `_` count for nothing: `services.web.ports[0].target`, `healthcheck.interval`.
pub(crate) fn lookup(path: &str) -> Vec<FoundPlace> {
    find(&words(path), &places())
}

/// The place that a path of a file leads to, `[]` for the items of a list; none where anything may stand, or nothing.
pub(crate) fn place_at(path: &[&str]) -> Option<FoundPlace> {
    let mut found = FoundPlace { segments: Vec::new(), key: None, shape: &resources::FILE, since: None };
    for step in path {
        if *step == "[]" {
            let list = found.shape.list.as_ref()?;
            found = FoundPlace { key: None, shape: list.item, ..found };
            continue;
        }
        match found.shape.map {
            Mapping::Struct(structure) => {
                let key = structure.key(step)?;
                found.segments.push(key.name);
                found = FoundPlace { key: Some(key), shape: key.shape, since: found.since.max(key.since), ..found };
            }
            Mapping::Table(table) => {
                found.segments.push(ANY);
                found = FoundPlace { key: None, shape: table.value, ..found };
            }
            Mapping::No | Mapping::Free => return None,
        }
    }
    Some(found)
}

/// The path that was meant by one that leads nowhere: another key in the place of one of its words. Of two, the one that
/// takes fewer words for names that the author chose.
pub(crate) fn nearest_path(path: &str) -> Option<String> {
    let words = words(path);
    let places = places();
    let mut names: Vec<&str> = places.iter().filter_map(|place| place.key.map(|key| key.name)).collect();
    names.sort_unstable();
    names.dedup();
    let corrected = |at: usize, name: &str| {
        let mut words = words.clone();
        *words.get_mut(at)? = name.to_owned();
        fitting(&words, &places).into_iter().next()
    };
    let guesses = words.iter().enumerate().filter_map(|(at, word)| {
        let near = suggest::nearest(word, names.iter().copied().filter(|name| corrected(at, name).is_some()))?;
        corrected(at, near)
    });
    guesses.min_by_key(|(fit, _)| fit.names).map(|(_, found)| found.path())
}

fn find(words: &[String], places: &[FoundPlace]) -> Vec<FoundPlace> {
    fitting(words, places).into_iter().map(|(_, found)| found.clone()).collect()
}

fn fitting<'a>(words: &[String], places: &'a [FoundPlace]) -> Vec<(LookupFit, &'a FoundPlace)> {
    let mut fitting: Vec<(LookupFit, &FoundPlace)> =
        places.iter().filter_map(|place| Some((fit(words, &place.segments)?, place))).collect();
    let named = fitting.iter().map(|(fit, _)| fit.names).min();
    fitting.retain(|(fit, _)| Some(fit.names) == named);
    fitting.sort_by_key(|(fit, place)| (*fit, place.segments.first() != Some(&"services")));
    fitting
}

/// `services.web.ports[0].target` to its words, without the index.
fn words(path: &str) -> Vec<String> {
    path.split(['.', '[', ']', ' ', '/', ':'])
        .map(|word| word.trim_matches(['`', '"', '\'', '<', '>']))
        .filter(|word| !word.is_empty() && !word.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|word| word.to_lowercase().replace('-', "_"))
        .collect()
}

/// How the words fit the end of a path, or all of it.
fn fit(words: &[String], segments: &[&str]) -> Option<LookupFit> {
    let last = segments.last()?;
    (0..segments.len()).find_map(|start| {
        let names = names_in(words, segments.get(start..)?)?;
        // A name alone says nothing of where it is.
        let says_where = start == 0 || *last != ANY;
        says_where.then_some(LookupFit { below: start > 0, names, depth: segments.len() })
    })
}

/// How many words stand for chosen names, if the words lead along all of the segments. A name may be left out.
fn names_in(words: &[String], segments: &[&str]) -> Option<usize> {
    match (words.split_first(), segments.split_first()) {
        (None, None) => Some(0),
        (Some((word, words_after)), Some((segment, segments_after))) if *segment == ANY => {
            let skipped = if segments_after.is_empty() { None } else { names_in(words, segments_after) };
            let cost = usize::from(word != ANY);
            skipped.or_else(|| names_in(words_after, segments_after).map(|names| names + cost))
        }
        (Some((word, words_after)), Some((segment, segments_after))) if word == segment => {
            names_in(words_after, segments_after)
        }
        _ => None,
    }
}

/// All places of the specification, in the order of the table.
fn places() -> Vec<FoundPlace> {
    let mut found = Vec::new();
    below(&resources::FILE, &[], None, &mut found);
    found
}

fn below(shape: &'static SchemaShape, above: &[&'static str], since: Option<Release>, found: &mut Vec<FoundPlace>) {
    if let Some(list) = &shape.list {
        below(list.item, above, since, found);
    }
    let with = |name: &'static str| above.iter().copied().chain([name]).collect::<Vec<_>>();
    match shape.map {
        Mapping::Struct(structure) => {
            for key in structure.keys {
                let segments = with(key.name);
                let since = since.max(key.since);
                found.push(FoundPlace { segments: segments.clone(), key: Some(key), shape: key.shape, since });
                below(key.shape, &segments, since, found);
            }
        }
        Mapping::Table(table) => {
            let segments = with(ANY);
            // Names to plain values (`environment`) are described by the key above them.
            if matches!(table.value.map, Mapping::Struct(_)) {
                found.push(FoundPlace { segments: segments.clone(), key: None, shape: table.value, since });
                below(table.value, &segments, since, found);
            }
        }
        Mapping::No | Mapping::Free => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expect: &[&str]) {
        let found: Vec<String> = lookup(typed).iter().map(FoundPlace::path).collect();
        assert_eq!(found, expect, "{typed}");
    }

    #[test]
    fn paths_are_found_whole_and_in_part() {
        check("services.*.healthcheck.interval", &["services.*.healthcheck.interval"]);
        check("services.healthcheck.interval", &["services.*.healthcheck.interval"]);
        check("services.web.healthcheck", &["services.*.healthcheck"]);
        check("healthcheck.interval", &["services.*.healthcheck.interval"]);
        check("deploy.resources.limits", &["services.*.deploy.resources.limits"]);
        check("limits", &["services.*.deploy.resources.limits"]);
        check("services.web", &["services.*"]);
        check("services", &["services"]);
        check("services.web.ports[0].published", &["services.*.ports.published"]);
        check("Services.<name>.Depends-On.db.condition", &["services.*.depends_on.*.condition"]);
        check("networks.back.ipam.config.0.subnet", &["networks.*.ipam.config.subnet"]);
        check("services.build.image", &["services.*.image"]);
        check("volumes", &["volumes", "services.*.volumes"]);
        check("start_interval", &["services.*.healthcheck.start_interval"]);
    }

    #[test]
    fn what_stands_in_several_places_is_found_in_all_with_services_first() {
        let labels: Vec<String> = lookup("labels").iter().map(FoundPlace::path).collect();
        assert_eq!(labels.first().map(String::as_str), Some("services.*.labels"));
        for path in ["networks.*.labels", "volumes.*.labels", "services.*.build.labels", "services.*.deploy.labels"] {
            assert!(labels.iter().any(|label| label == path), "{labels:?}");
        }
    }

    #[test]
    fn a_path_of_a_file_leads_to_its_place() {
        let at = |path: &[&str]| place_at(path).map(|found| found.path());
        assert_eq!(at(&["services", "web", "ports", "[]", "target"]).as_deref(), Some("services.*.ports.target"));
        assert_eq!(at(&["services", "web", "depends_on", "db"]).as_deref(), Some("services.*.depends_on.*"));
        assert_eq!(at(&[]).as_deref(), Some(""));
        assert_eq!(at(&["services", "web", "nothing"]), None);
        assert_eq!(at(&["x-a", "b"]), None);
    }

    #[test]
    fn what_is_nowhere_is_not_found_but_guessed() {
        for typed in ["", "*", "web", "...", "services.web.prots", "healthcheck.intervall", "no-such-rule-zzz"] {
            check(typed, &[]);
        }
        let near = |typed: &str| nearest_path(typed);
        assert_eq!(near("services.web.prots").as_deref(), Some("services.*.ports"));
        assert_eq!(near("healthcheck.intervall").as_deref(), Some("services.*.healthcheck.interval"));
        assert_eq!(near("helthcheck.interval").as_deref(), Some("services.*.healthcheck.interval"));
        assert_eq!(near("no-such-rule-zzz"), None);
    }

    #[test]
    fn a_key_is_as_new_as_what_it_stands_in() {
        let since = |path: &str| lookup(path).first().and_then(|found| found.since).map(|release| release.to_string());
        assert_eq!(since("services.*.image"), None);
        assert_eq!(since("services.*.pre_start.command").as_deref(), Some("5.3.0"));
        assert_eq!(since("services.*.build.secrets.uid").as_deref(), Some("2.5.0"));
        assert_eq!(since("services.*.models.*.model_var").as_deref(), Some("2.38.1"));
        assert_eq!(since("services.*.healthcheck.start_interval").as_deref(), Some("2.20.2"));
    }
}
