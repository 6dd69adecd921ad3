//! Circles of services that depend on each other.

use std::collections::BTreeSet;

use crate::collections::HashMap;
use crate::source::Place;

/// What each service depends on, and where it says so.
pub(crate) type Edges<'a> = HashMap<&'a str, Vec<(&'a str, Place)>>;

/// Every circle once: the names along it, the first one again at the end, and where the first names the second.
pub(crate) fn cycles<'a>(names: &[&'a str], edges: &Edges<'a>) -> Vec<(Vec<String>, Place)> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut cycles = Vec::new();
    for name in names {
        walk(name, edges, &mut Vec::new(), &mut done, &mut cycles);
    }
    cycles
}

/// Walks the graph depth first; an edge back into the path closes a cycle.
fn walk<'a>(
    name: &'a str,
    edges: &Edges<'a>,
    path: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
    cycles: &mut Vec<(Vec<String>, Place)>,
) {
    if done.contains(name) {
        return;
    }
    path.push(name);
    for (next, place) in edges.get(name).into_iter().flatten() {
        match path.iter().position(|step| step == next) {
            Some(at) => cycles.push(cycle(path.get(at..).unwrap_or(&[]), edges, *place)),
            None => walk(next, edges, path, done, cycles),
        }
    }
    path.pop();
    done.insert(name);
}

/// A circle, from the service of it that stands first in the file, and where that one names the next.
fn cycle(steps: &[&str], edges: &Edges<'_>, closing: Place) -> (Vec<String>, Place) {
    let next_of = |at: usize| steps.get((at + 1) % steps.len().max(1)).copied().unwrap_or("");
    let place_of = |at: usize, step: &str| {
        let next = next_of(at);
        let edge = edges.get(step).into_iter().flatten().find(|(name, _)| *name == next);
        edge.map_or(closing, |(_, place)| *place)
    };
    let first = steps.iter().enumerate().map(|(at, step)| (place_of(at, step), at)).min();
    let (place, start) = first.unwrap_or((closing, 0));
    let turned = steps.iter().skip(start).chain(steps.iter().take(start + 1));
    (turned.map(|step| (*step).to_owned()).collect(), place)
}
