//! Servers that have no password.

use super::connections::{FailingLogin, What};
use crate::facts::images::{KnownImage, launch};
use crate::model::Service;
use crate::source::Place;

/// Whether a Redis certainly has no password: it answers `AUTH` with an error then (redis.io/docs/latest/commands/auth).
pub(super) fn has_no_password(server: &Service, known: KnownImage<'_>) -> bool {
    let may_be_configured = |word: &str| {
        let lower = word.to_ascii_lowercase();
        ["pass", "acl", ".conf", "$"].iter().any(|part| lower.contains(part))
    };
    ["redis", "valkey"].contains(&known.image.name.as_str())
        && known.exact
        && !known.built
        && server.entrypoint.is_none()
        && server.configured.is_none()
        && server.configs.is_empty()
        && !launch(server).iter().any(|word| may_be_configured(&word.value))
        && !server
            .mounts
            .iter()
            .any(|mount| may_be_configured(&mount.target.value) || mount.target.value.contains("/etc"))
}

/// A login with a password where there is none.
pub(super) fn needless(client: &Service, server: &Service, key: &str, place: Place) -> FailingLogin {
    FailingLogin {
        what: What::NeedlessPassword,
        client: client.name.clone(),
        server: server.name.clone(),
        key: key.to_owned(),
        place,
        given: None,
        variable: None,
        is_exact: true,
    }
}
