//! Secrets that are written out, one leak per cause: which rule reports it, and what follows from it.

use super::credentials::Credential;
use crate::facts::Facts;
use crate::facts::images::known_image;
use crate::facts::network::reach::Answer;
use crate::model::Service;
use crate::secrets::{Form, Strength};

use super::logins::{Password, reached};

/// Which rule reports a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The password of a published service that everybody tries: `default-secret`.
    Login,
    /// The default of a variable: `default-secret`.
    Fallback,
    /// It says that it is to be replaced: `placeholder-secret`.
    Placeholder,
    /// It is in addresses alone: `credentials-in-url`.
    Address,
    /// Any other: `hardcoded-secret`.
    Literal,
}

/// A secret, and all places where it is written.
#[derive(Debug)]
pub(crate) struct Leak {
    /// Which rule reports it.
    pub(crate) class: Class,
    /// The places, the one that is reported first.
    pub(crate) members: Vec<Credential>,
    /// Whether it opens nothing but a datastore that other machines do not reach.
    pub(crate) is_internal: bool,
}

/// The secrets that are written out, each once.
pub(crate) fn leaks(facts: &Facts<'_>) -> Vec<Leak> {
    let mut groups: Vec<Vec<Credential>> = Vec::new();
    for one in facts.credentials() {
        let is_of = |group: &&mut Vec<Credential>| {
            let Some(first) = group.first() else { return false };
            match (&first.fallback, &one.fallback) {
                (Some(own), Some(other)) => own == other,
                (None, None) => first.is_same(one),
                _ => false,
            }
        };
        match groups.iter_mut().find(is_of) {
            Some(group) => group.push(one.clone()),
            None => groups.push(vec![one.clone()]),
        }
    }
    let login_places: Vec<_> = facts
        .logins()
        .iter()
        .filter_map(|login| match &login.password {
            Password::Set(value) => Some(value.place),
            Password::Documented => None,
        })
        .collect();
    let is_login = |one: &Credential| login_places.iter().any(|place| place.span.contains(one.place.span));
    groups.into_iter().map(|members| leak(facts, members, is_login)).collect()
}

fn leak(facts: &Facts<'_>, mut members: Vec<Credential>, is_login: impl Fn(&Credential) -> bool) -> Leak {
    // What sets a password comes before what uses it.
    members.sort_by_key(|one| (!is_login(one), one.form == Form::Address, !is_of_datastore(facts, one)));
    let class = match members.first() {
        Some(first) if is_login(first) => Class::Login,
        Some(first) if first.fallback.is_some() => Class::Fallback,
        _ if members.iter().any(|one| one.strength == Strength::Placeholder) => Class::Placeholder,
        Some(first) if first.form == Form::Address => Class::Address,
        _ => Class::Literal,
    };
    let is_internal = members.iter().any(|one| is_of_datastore(facts, one))
        && members.iter().all(|one| one.strength != Strength::Strong && !is_key(one));
    Leak { class, members, is_internal }
}

/// Whether it signs or encrypts something: who guesses it needs no connection.
fn is_key(one: &Credential) -> bool {
    let upper = one.key.to_ascii_uppercase();
    one.form == Form::Value && !["PASS", "PWD", "PW"].iter().any(|word| upper.contains(word))
}

/// Whether it is set on a datastore that other machines do not reach.
fn is_of_datastore(facts: &Facts<'_>, one: &Credential) -> bool {
    let own = one.service.as_ref().and_then(|name| facts.model.services.get(name));
    let of_host = || {
        let client = one.service.as_ref()?;
        match facts.reach().who_answers(client, one.host.as_ref()?) {
            Answer::Service(name) => facts.model.services.get(name),
            _ => None,
        }
    };
    let is_hidden = |service: &Service| {
        known_image(service).is_some_and(|known| known.image.holds_data()) && reached(facts, service).is_none()
    };
    own.is_some_and(is_hidden) || of_host().is_some_and(is_hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    fn check(text: &str, expect: &[(Class, usize, bool)]) {
        with_facts(text, |facts| {
            let found: Vec<_> =
                facts.leaks().iter().map(|leak| (leak.class, leak.members.len(), leak.is_internal)).collect();
            assert_eq!(found, expect, "{text}");
        });
    }

    #[test]
    fn one_leak_for_one_secret() {
        let both = |secret: &str, port: &str| {
            format!(
                "services:\n  db: {{image: 'postgres:17', environment: {{POSTGRES_PASSWORD: {secret}}}{port}}}\n  web: {{image: x, environment: {{URL: 'postgres://a:{secret}@db/x'}}}}\n"
            )
        };
        check(&both("vT9kq2LwXz8m", ""), &[(Class::Literal, 2, false)]);
        check(&both("postgres", ""), &[(Class::Literal, 2, true)]);
        check(&both("changeme", ""), &[(Class::Placeholder, 2, true)]);
        check(&both("postgres", ", ports: ['5432:5432']"), &[(Class::Login, 2, false)]);
        check(&both("vT9kq2LwXz8m", ", ports: ['5432:5432']"), &[(Class::Literal, 2, false)]);
    }

    #[test]
    fn addresses_and_defaults() {
        check(
            "services:\n  web: {image: x, environment: {URL: 'amqp://a:vT9kq2LwXz8m@mq'}}\n",
            &[(Class::Address, 1, false)],
        );
        check(
            "services:\n  web: {image: x, environment: {A_TOKEN: '${T:-vT9kq2LwXz8m}', B_TOKEN: '${T:-vT9kq2LwXz8m}'}}\n",
            &[(Class::Fallback, 2, false)],
        );
    }
}
