//! A user without a password, or a password without a user.

use crate::facts::images::{known_image, may_be_set, variable};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;

/// Pairs that belong together whatever reads them (<https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-envvars.html>).
const PAIRS: [(&str, &str); 2] =
    [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("PGADMIN_DEFAULT_EMAIL", "PGADMIN_DEFAULT_PASSWORD")];

/// Reports each half that is set without the other.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values() {
        for (one, other) in halves(service) {
            findings.extend(of_half(service, one, other));
        }
    }
}

/// Names of which each needs the other: the first is set, the second may be missing.
fn halves(service: &Service) -> Vec<(&str, &str)> {
    let mut halves: Vec<(&str, &str)> =
        PAIRS.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]).collect();
    let Some(known) = known_image(service).filter(|known| known.exact) else { return halves };
    let is_demanded =
        |name: &str| known.image.required.iter().any(|need| need.any_of.iter().any(|setting| setting.variable == name));
    for account in &known.image.defaults.accounts {
        let user = account.user.as_ref().filter(|user| !user.variables.is_empty());
        let Some(user) = user else { continue };
        // Another variable gives the password, too.
        if account.password.variables.iter().skip(1).any(|name| variable(service, name).is_some()) {
            continue;
        }
        for (name, password) in user.variables.iter().zip(&account.password.variables) {
            if account.password.value.is_none() && !is_demanded(password) {
                halves.push((name, password));
            }
            if user.value.is_none() && user.same_as.is_none() && !is_demanded(name) {
                halves.push((password, name));
            }
        }
    }
    halves
}

fn of_half(service: &Service, one: &str, other: &str) -> Option<Finding> {
    let value = variable(service, one).filter(|value| !value.value.is_empty())?;
    let file = format!("{other}_FILE");
    let is_there = |name: &str| {
        service.environment.contains_key(name) || variable(service, name).is_some() || may_be_set(service, name)
    };
    if is_there(other) || is_there(&file) || is_there(&format!("{other}__FILE")) {
        return None;
    }
    let own = &service.name;
    let message = format!("`{own}` has `{one}` but not `{other}`");
    Some(
        Finding::new(rule::PARTIAL_CREDENTIALS, value.place, Subject::service(own), message)
            .severity(Severity::Warning)
            .confidence(Confidence::High)
            .evidence(one.to_owned())
            .help(format!("set `{other}`, too: one has no effect without the other")),
    )
}
