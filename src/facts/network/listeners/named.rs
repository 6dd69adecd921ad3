//! Whether a service names a port as one of its own: it may then listen there.

use crate::facts::images::{built, launch};
use crate::model::Service;

/// Whether `expose` or the container's side of `ports` has a port.
pub(crate) fn declares(service: &Service, port: u16) -> bool {
    service.ports.iter().any(|mapping| mapping.target == port)
        || service.expose.iter().any(|exposed| {
            let ports = exposed.value.split('/').next().unwrap_or("");
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            let range = first.parse::<u16>().ok().zip(last.parse::<u16>().ok());
            range.is_some_and(|(first, last)| (first..=last).contains(&port))
        })
}

/// Whether the command, a variable, the healthcheck, a label or `expose` of a service names a port.
pub(crate) fn is_named(service: &Service, port: u16) -> bool {
    let digits = port.to_string();
    names(service, port) || service.labels.values().any(|label| is_its_own(service, &label.value, &digits))
}

/// As [`is_named`], its labels left out, and what it tells nginx-proxy: they may be what is asked about.
pub(super) fn names(service: &Service, port: u16) -> bool {
    let digits = port.to_string();
    let own = |text: &str| is_its_own(service, text, &digits);
    let mut told = service.environment.iter().filter(|(name, _)| *name != "VIRTUAL_PORT");
    launch(service).iter().any(|word| own(&word.value))
        || told.any(|(_, one)| one.value.as_ref().is_some_and(|value| own(&value.value)))
        || built(service).is_some_and(|built| built.environment.values().any(|value| own(&value.value)))
        || service.healthcheck.iter().flat_map(|check| &check.test).any(|word| own(&word.value))
        || service.expose.iter().any(|exposed| own(&exposed.value))
}

/// Whether a text has a number in it as a whole, and not as the port of another service: `http://api:8080` is another's,
/// `http://shop.example.org:8080` may be what the service is called from outside.
fn is_its_own(service: &Service, text: &str, digits: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.match_indices(digits).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + digits.len()..).unwrap_or(""));
        let host = before.strip_suffix(':').and_then(|before| before.rsplit(|c| !is_part(c)).next()).unwrap_or("");
        !before.ends_with(is_digit) && !after.starts_with(is_digit) && is_own_host(service, host)
    })
}

fn is_own_host(service: &Service, host: &str) -> bool {
    let given = [&service.hostname, &service.container_name].into_iter().flatten().map(|name| name.value.as_str());
    host.contains('.') || ["", "localhost", service.name.as_str()].into_iter().chain(given).any(|name| name == host)
}
