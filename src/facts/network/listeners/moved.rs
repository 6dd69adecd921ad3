//! Ports of images that a flag, a variable or a configuration of the service moves.

use crate::catalogue::schema::{ImagePort, Transport};
use crate::facts::images::{launch, may_be_set, variable};
use crate::facts::network::servers::binds;
use crate::model::Service;

/// The number that a port of an image has in a service; `None` where it is not known.
pub(crate) fn moved(service: &Service, port: &ImagePort) -> Option<u16> {
    if let Some(value) = option(service, &port.flags) {
        return last_number(value);
    }
    if let Some(one) = configured(service, port) {
        return Some(one);
    }
    if port.protocol == Transport::Tcp
        && let Some(bind) = binds(service).iter().find(|bind| bind.default_port == port.port)
    {
        return bind.port;
    }
    let Some(name) = &port.variable else { return Some(port.port) };
    if may_be_set(service, name) {
        return None;
    }
    variable(service, name).map_or(Some(port.port), |value| last_number(&value.value))
}

/// What a configuration file of the service says.
fn configured(service: &Service, port: &ImagePort) -> Option<u16> {
    let listeners = &service.configured.as_ref()?.listeners;
    listeners.iter().find(|one| one.usual == port.port && port.protocol == Transport::Tcp).map(|one| one.port)
}

/// The value of the last of some options in the words that a service runs: `--port 8001`, `--port=8001`.
fn option<'a>(service: &'a Service, options: &[String]) -> Option<&'a str> {
    let words = launch(service);
    words.iter().enumerate().rev().find_map(|(at, word)| {
        options.iter().find_map(|option| {
            let rest = word.value.strip_prefix(option.as_str())?;
            if rest.is_empty() {
                return words.get(at + 1).map(|next| next.value.as_str()).filter(|next| !next.starts_with('-'));
            }
            rest.strip_prefix('=')
        })
    })
}

/// The port at the end of `8080`, `0.0.0.0:8080` or `http://0.0.0.0:8081`.
pub(super) fn last_number(text: &str) -> Option<u16> {
    text.trim_end_matches('/').rsplit(':').next()?.trim().parse().ok()
}
