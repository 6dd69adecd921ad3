//! Variables that the project needs from outside: required ones, and those that have lost their value.

use std::collections::BTreeMap;

use super::sides::{Side, Sides};
use super::words::{names, several};
use super::{DeploymentChange, Effect, Topic};
use crate::compose::Reference;
use crate::compose::load::environment::VariableState;
use crate::text::template::SubstitutionOperator;

/// How much a project needs a variable from outside, the most last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum VariableNeed {
    /// It has a value here, or a default.
    None,
    /// Only an example shows a value.
    Shown,
    /// Without it, the value is blank.
    Blank,
    /// Without it, docker compose stops.
    Required,
}

/// Variables that are told together, with where they are used.
type NeededVariables<'s> = Vec<(&'s str, &'s Reference)>;

/// Compares what the project needs from outside; `others` are further ways in which it was started.
pub(super) fn compare(sides: &Sides<'_>, others: &[Side<'_>], out: &mut Vec<DeploymentChange>) {
    let (mut old, new) = (needs(&sides.then), needs(&sides.now));
    for (name, need) in others.iter().flat_map(needs) {
        let known = old.entry(name).or_insert(need);
        if need.0 > known.0 {
            *known = need;
        }
    }
    let (mut required, mut blank) = (NeededVariables::new(), NeededVariables::new());
    let (mut lost, mut shown) = (NeededVariables::new(), NeededVariables::new());
    for (name, (need, reference)) in &new {
        let was = old.get(name).map(|(need, _)| *need);
        // The rest of a password behind a dollar sign looks like one.
        if sides.now.masked(&format!("`{name}`")) != format!("`{name}`") {
            continue;
        }
        match (was, need) {
            (_, VariableNeed::None) => {}
            (Some(was), need) if was >= *need => {}
            (Some(VariableNeed::None), VariableNeed::Blank) if had_value(&sides.then, name) => {
                lost.push((*name, *reference));
            }
            (_, VariableNeed::Blank) => blank.push((*name, *reference)),
            (_, VariableNeed::Required) => required.push((*name, *reference)),
            (_, VariableNeed::Shown) => shown.push((*name, *reference)),
        }
    }
    let mut tell = |all: &NeededVariables<'_>, effect: Effect, rest: &str| {
        let Some((_, first)) = all.first() else { return };
        let listed: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        let what = several(listed.len(), "the variable", "the variables");
        let message = format!("{what} {} {rest}", names(&listed));
        let change = DeploymentChange::new(Topic::Start, effect, "environment", message);
        out.push(change.risky_if(true).at(sides.now.place(first.place)));
    };
    tell(&required, Effect::Adds, "must be set where this runs, or docker compose stops");
    let none = several(
        lost.len(),
        "has lost its value: it is blank unless it is set where this runs",
        "have lost their values: they are blank unless they are set where this runs",
    );
    tell(&lost, Effect::Drops, none);
    let new_ones = several(
        blank.len(),
        "has no value in the repository: it is blank unless it is set where this runs",
        "have no value in the repository: they are blank unless they are set where this runs",
    );
    tell(&blank, Effect::Adds, new_ones);
    let in_example = several(
        shown.len(),
        "has a value in an example only: it is blank unless it is set where this runs",
        "have their values in an example only: they are blank unless they are set where this runs",
    );
    tell(&shown, Effect::Adds, in_example);
}

/// Whether a file of the repository, or the command, gave a variable its value.
fn had_value(side: &Side<'_>, name: &str) -> bool {
    side.facts.project.environment.state(name) == VariableState::Known
}

/// The variables that are used, with how much they are needed, and where most.
fn needs<'s>(side: &Side<'s>) -> BTreeMap<&'s str, (VariableNeed, &'s Reference)> {
    let mut all: BTreeMap<&str, (VariableNeed, &Reference)> = BTreeMap::new();
    for reference in side.facts.project.references.iter().filter(|reference| reference.effective) {
        let need = need(reference);
        let known = all.entry(reference.name.as_str()).or_insert((need, reference));
        if need > known.0 {
            *known = (need, reference);
        }
    }
    all
}

fn need(reference: &Reference) -> VariableNeed {
    if reference.state == VariableState::Known {
        return VariableNeed::None;
    }
    match &reference.operator {
        None if reference.state == VariableState::Assumed => VariableNeed::Shown,
        None => VariableNeed::Blank,
        Some(SubstitutionOperator::Required { .. }) => VariableNeed::Required,
        Some(_) => VariableNeed::None,
    }
}
