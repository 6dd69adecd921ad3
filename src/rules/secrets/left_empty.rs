//! Secrets that env files leave empty, and what they are for.

use crate::collections::HashMap;
use crate::facts::images::known_image;
use crate::facts::network::exposure::asks_for_login;
use crate::facts::network::reach::Answer;
use crate::model::{Service, Variable, VariableSource};
use crate::rules::Context;
use crate::secrets::is_secret_name;

/// Ends of names of secrets, and of the addresses that go with them.
const SECRET_ENDS: [&str; 7] = ["_PASSWORD", "_PASS", "_PASSWD", "_API_KEY", "_TOKEN", "_SECRET", "_KEY"];
const USERS: [&str; 3] = ["USERNAME", "USER", "LOGIN"];
const ADDRESSES: [&str; 10] =
    ["HOST", "SERVER", "SERVERS", "URL", "URI", "ADDRESS", "ENDPOINT", "BROKER", "BROKERS", "BOOTSTRAP_SERVERS"];

/// Whether an env file leaves a secret of a service empty that is not switched off: `unset-secret` reports it.
pub(super) fn is_left_empty(
    cx: &Context<'_>,
    service: &Service,
    (name, variable): (&str, &Variable),
    groups: &HashMap<&str, bool>,
) -> bool {
    let is_empty = |name: &str| service.environment.get(name).is_some_and(is_empty_value);
    if variable.source != VariableSource::EnvFile || !is_empty_value(variable) || !is_secret_name(name) {
        return false;
    }
    let needed = needs(service, name);
    // Without a user there is no password.
    let stem = SECRET_ENDS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let has_no_user = USERS.iter().any(|end| is_empty(&format!("{stem}_{end}")));
    let switched_off =
        has_no_user || groups.get(group(name)).copied().unwrap_or(false) || leads_nowhere(name, is_empty) && !needed;
    let opens = !needed
        && (is_not_read(service, name)
            || does_without(service, name)
            || opens_door(cx, name)
            || leads_to_open_door(cx, service, name));
    !switched_off && !opens && !cx.facts.dollars().is_line(variable.key)
}

pub(super) fn is_empty_value(variable: &Variable) -> bool {
    variable.value.as_ref().is_some_and(|value| value.value.is_empty())
}

/// Whether the address that belongs to a password is empty.
pub(super) fn leads_nowhere(name: &str, is_empty: impl Fn(&str) -> bool) -> bool {
    ["HOST", "SERVER", "URL", "ADDRESS", "ENDPOINT"].iter().any(|word| is_empty(&format!("{}_{word}", group(name))))
}

/// Whether the image of a service is known to need a secret.
pub(super) fn needs(service: &Service, name: &str) -> bool {
    known_image(service).is_some_and(|known| known.image.needs_secret(name))
}

/// Whether the image of a service is known to do without a secret.
pub(super) fn does_without(service: &Service, name: &str) -> bool {
    known_image(service).is_some_and(|known| known.image.optional.iter().any(|one| one == name))
}

/// Whether the image of a service is a datastore that is known not to read a variable: the env file is another's, too.
fn is_not_read(service: &Service, name: &str) -> bool {
    known_image(service).is_some_and(|known| {
        known.exact && !known.built && known.image.holds_data() && !known.image.variables().contains(&name)
    })
}

/// Whether an empty password is one for a broker of the project that lets everybody in: that is what is wrong, if anything.
pub(super) fn opens_door(cx: &Context<'_>, name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.split('_').any(|word| matches!(word, "MQTT" | "MOSQUITTO")) && cx.facts.has_open_broker()
}

/// Whether the address that belongs to a password is a service of the project that requires none.
fn leads_to_open_door(cx: &Context<'_>, service: &Service, name: &str) -> bool {
    // `APP_REDIS` of `APP_REDIS_PASSWORD`, and its first word.
    let stem = SECRET_ENDS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let names =
        [stem, group(name)].into_iter().flat_map(|start| ADDRESSES.iter().map(move |word| format!("{start}_{word}")));
    names.into_iter().any(|address| {
        let Some(address) = service.environment.get(&address).and_then(|one| one.value.as_ref()) else { return false };
        let host = address.value.split_once("://").map_or(address.value.as_str(), |(_, rest)| rest);
        let host = host.split([':', '/']).next().unwrap_or("");
        let Answer::Service(other) = cx.facts.reach().who_answers(&service.name, host) else { return false };
        let login = cx.model.services.get(other).and_then(|other| {
            let known = known_image(other)?;
            Some(!asks_for_login(other, known.image.login_for(known.tag)?))
        });
        login.unwrap_or(false)
    })
}

/// The first word of a name: settings of one feature share it.
fn group(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

/// For each group of two variables and more, whether all of them are empty: a feature that is switched off.
pub(super) fn empty_groups<'a>(variables: impl Iterator<Item = (&'a String, &'a Variable)>) -> HashMap<&'a str, bool> {
    let mut groups: HashMap<&str, (usize, bool)> = HashMap::default();
    for (name, variable) in variables {
        let empty = variable.value.as_ref().is_none_or(|value| value.value.is_empty());
        let entry = groups.entry(group(name)).or_insert((0, true));
        entry.0 += 1;
        entry.1 &= empty;
    }
    groups.into_iter().map(|(name, (count, empty))| (name, count > 1 && empty)).collect()
}
