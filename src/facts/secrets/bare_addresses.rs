//! Addresses of a cache without the password that it asks for.

use super::connections::{FailingLogin, What};
use crate::facts::Facts;
use crate::facts::images::{argument_value, known_image, runs_server};
use crate::facts::network::hosts::{HostOrigin, HostReference, HostRole};
use crate::facts::network::reach::Answer;
use crate::model::Service;
use crate::source::Place;

/// Words of names that say that a variable has the password of a cache.
const PASSWORDS: [&str; 4] = ["PASS", "AUTH", "PWD", "SECRET"];

/// Addresses such as `redis://cache:6379` in variables, of servers that ask for a password which the client is not given.
pub(super) fn bare(facts: &Facts<'_>) -> Vec<FailingLogin> {
    let mut found = Vec::new();
    for client in facts.model.services.values() {
        // What is not in the checkout, or in files of its own, may have it.
        if client.env_files.iter().any(|file| !file.loaded) || !client.secrets.is_empty() {
            continue;
        }
        let references = facts.hosts(&client.name).iter().filter(|reference| is_bare(reference));
        for reference in references {
            let HostOrigin::Variable(key) = &reference.at else { continue };
            let Answer::Service(server) = facts.reach().who_answers(&client.name, &reference.host) else { continue };
            let Some(server) = facts.model.services.get(server).filter(|one| one.name != client.name) else { continue };
            let Some(given) = asked(server).filter(|_| !has_password(client)) else { continue };
            found.push(FailingLogin {
                what: What::NoPassword,
                client: client.name.clone(),
                server: server.name.clone(),
                key: key.clone(),
                place: reference.place,
                given: Some(given),
                variable: None,
                is_exact: true,
            });
        }
    }
    found
}

fn is_bare(reference: &HostReference) -> bool {
    let is_redis = reference.scheme.as_deref().is_some_and(|scheme| matches!(scheme, "redis" | "rediss" | "valkey"));
    let options = ["@", "password=", "?"];
    is_redis && reference.role == HostRole::Peer && !options.iter().any(|part| reference.text.contains(part))
}

/// Where a cache is told the password that it asks for.
fn asked(server: &Service) -> Option<Place> {
    let known = known_image(server).filter(|known| known.exact && !known.built && runs_server(server))?;
    if !matches!(known.image.name.as_str(), "redis" | "valkey") {
        return None;
    }
    let by_option = argument_value(server, "--requirepass")
        .filter(|(password, _)| !password.is_empty() && !password.starts_with('-'));
    let by_file = || server.configured.as_ref().filter(|one| one.login == Some(true)).map(|one| one.given);
    by_option.map(|(_, word)| word.place).or_else(by_file)
}

/// Whether a variable or a word of the command of a client may have a password.
fn has_password(client: &Service) -> bool {
    let is_one = |name: &String| {
        let upper = name.to_ascii_uppercase();
        PASSWORDS.iter().any(|word| upper.contains(word))
            && ["REDIS", "CACHE", "VALKEY", "BROKER", "QUEUE", "CELERY"].iter().any(|word| upper.contains(word))
    };
    let words = client.entrypoint.iter().chain(&client.command).flat_map(|command| &command.words);
    client.environment.keys().any(is_one) || words.into_iter().any(|word| word.value.contains("pass"))
}
