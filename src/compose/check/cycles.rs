//! Cycles of services that depend on each other.

use crate::budget::{Budget, Limit};
use crate::collections::{HashMap, HashSet};
use crate::source::Place;

/// What each service depends on, and where it says so.
pub(crate) type Edges<'a> = HashMap<&'a str, Vec<(&'a str, Place)>>;

/// How many steps a name of a cycle counts as: all of them are kept.
const STEPS_OF_NAME: usize = 8;

/// A service on the path that is walked, and which of its edges comes next.
struct CycleStep<'a> {
    name: &'a str,
    next: usize,
}

/// Every cycle once: the names along it, the first one again at the end, and where the first names the second. The graph
/// is walked depth first; an edge back into the path closes a cycle.
pub(crate) fn cycles<'a>(names: &[&'a str], edges: &Edges<'a>, budget: &Budget) -> Vec<(Vec<String>, Place)> {
    let mut done: HashSet<&str> = HashSet::default();
    let mut cycles = Vec::new();
    for name in names {
        if done.contains(name) {
            continue;
        }
        let mut path = vec![CycleStep { name, next: 0 }];
        let mut positions: HashMap<&str, usize> = HashMap::from_iter([(*name, 0)]);
        while let Some(last) = path.last_mut() {
            let Some((next, place)) = edges.get(last.name).and_then(|all| all.get(last.next)) else {
                positions.remove(last.name);
                done.insert(last.name);
                path.pop();
                continue;
            };
            last.next += 1;
            match positions.get(next) {
                Some(at) => {
                    let steps: Vec<&str> = path.iter().skip(*at).map(|step| step.name).collect();
                    if !budget.spend(Limit::Steps, STEPS_OF_NAME.saturating_mul(steps.len()), *place) {
                        return cycles;
                    }
                    cycles.push(cycle(&steps, edges, *place));
                }
                None if done.contains(next) => {}
                None => {
                    positions.insert(next, path.len());
                    path.push(CycleStep { name: next, next: 0 });
                }
            }
        }
    }
    cycles
}

/// A cycle, from the service of it that is first in the file, and where that one names the next.
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
