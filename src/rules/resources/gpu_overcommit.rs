//! Active services that together request more GPUs than the host has.

use crate::collections::HashMap;
use crate::facts::gpus::{Amount, GpuClaim};
use crate::finding::{Confidence, Finding, Label, Severity, Subject, rule};
use crate::rules::Context;
use crate::source::Place;

/// Reports the first claim that goes over the budget; without one, the second claim to all GPUs, or to one id.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let claims = cx.facts.gpus();
    match cx.settings.host.gpus {
        Some(budget) => findings.extend(over_budget(claims, i64::from(budget))),
        None => findings.extend(contested(claims)),
    }
}

fn over_budget(claims: &[GpuClaim<'_>], budget: i64) -> Option<Finding> {
    let mut taken = 0;
    let mut ids: HashMap<&str, usize> = HashMap::default();
    for (at, claim) in claims.iter().enumerate() {
        let wanted = match &claim.amount {
            Amount::All => budget.max(1),
            Amount::Number(number) => *number,
            Amount::Ids(named) => named.len() as i64,
        };
        let shared = match &claim.amount {
            Amount::Ids(named) => named.iter().find_map(|id| ids.get_key_value(id.as_str())),
            _ => None,
        };
        if let Some((id, first)) = shared {
            let message = format!("`{}` requests GPU `{id}`, which is already requested", claim.service.name);
            return Some(finding(Severity::Error, claims, at, message, &[*first]).confidence(Confidence::High));
        }
        taken += wanted;
        if taken > budget {
            let message = format!(
                "`{}` raises the number of requested GPUs to {taken}, but the host has {budget}",
                claim.service.name
            );
            let others: Vec<usize> = (0..at).collect();
            return Some(finding(Severity::Error, claims, at, message, &others).confidence(Confidence::High));
        }
        if let Amount::Ids(named) = &claim.amount {
            ids.extend(named.iter().map(|id| (id.as_str(), at)));
        }
    }
    None
}

fn contested(claims: &[GpuClaim<'_>]) -> Option<Finding> {
    let of_all: Vec<usize> = positions(claims, |amount| *amount == Amount::All);
    if let [first, second, ..] = of_all.as_slice() {
        let (one, two) = (claims.get(*first)?, claims.get(*second)?);
        let message = format!("`{}` and `{}` both request all GPUs of the host", one.service.name, two.service.name);
        let others: Vec<usize> = of_all.iter().copied().filter(|at| at != second).collect();
        return Some(finding(Severity::Warning, claims, *second, message, &others));
    }
    let mut ids: HashMap<&str, usize> = HashMap::default();
    for (at, claim) in claims.iter().enumerate() {
        let Amount::Ids(named) = &claim.amount else { continue };
        for id in named {
            // One service that asks twice, by an override whose list is added, gets what it asks for.
            let other = |first: &usize| claims.get(*first).is_some_and(|one| one.service.name != claim.service.name);
            if let Some(first) = ids.insert(id, at).filter(other) {
                let one = claims.get(first)?;
                let message = format!("`{}` and `{}` both request GPU `{id}`", one.service.name, claim.service.name);
                return Some(finding(Severity::Warning, claims, at, message, &[first]));
            }
        }
    }
    None
}

fn positions(claims: &[GpuClaim<'_>], wanted: impl Fn(&Amount) -> bool) -> Vec<usize> {
    claims.iter().enumerate().filter(|(_, claim)| wanted(&claim.amount)).map(|(at, _)| at).collect()
}

fn finding(severity: Severity, claims: &[GpuClaim<'_>], at: usize, message: String, others: &[usize]) -> Finding {
    let Some(claim) = claims.get(at) else {
        return Finding::new(rule::GPU_OVERCOMMIT, Place::start(), Subject::Project, message).severity(severity);
    };
    let name = &claim.service.name;
    // Services that share a request through an anchor are told apart by their names.
    let shared = claims.iter().filter(|other| other.place == claim.place).count() > 1;
    let place = if shared { claim.service.key } else { claim.place };
    let mut finding = Finding::new(rule::GPU_OVERCOMMIT, place, Subject::service(name), message).severity(severity).help(
        "give each service its own `device_ids`, put services that do not run at the same time into profiles, or set the number of GPUs as `host.gpus` in plimsoll.yaml",
    );
    let labels = others.iter().filter_map(|other| claims.get(*other));
    finding.labels = labels
        .map(|claim| Label {
            place: claim.place,
            message: format!("requested by `{}` here", claim.service.name).into(),
        })
        .collect();
    finding
}
