//! Accounts of published services with a password that everybody tries first.

use crate::catalogue::schema::Account;
use crate::facts::Facts;
use crate::facts::images::{KnownImage, known_image, may_be_set, runs_server, variable};
use crate::facts::network::exposure::asks_for_login;
use crate::facts::storage::mounts::{cover, is_inside};
use crate::model::{Service, Spanned};
use crate::secrets::{Strength, strength};
use crate::source::Place;

/// Where the password of an account comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Password {
    /// A variable of the service sets it.
    Set(Spanned<String>),
    /// Nothing sets it, so that it is the documented one.
    Documented,
}

/// A login of a service that others reach.
#[derive(Clone)]
pub(crate) struct KnownLogin<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// What is known of its image.
    pub(crate) known: KnownImage<'a>,
    /// The variable that sets the password.
    pub(crate) variable: &'static str,
    /// Where the password comes from.
    pub(crate) password: Password,
    /// Whether it is the one that the image's documentation names.
    pub(crate) is_documented: bool,
    /// The line of an example that shows the password.
    pub(crate) shown: Option<Place>,
    /// Whether nobody has to copy that example: it repeats the default of a variable.
    pub(crate) is_default: bool,
    /// What lets others in: the published port, or what a proxy is told.
    pub(crate) open: Place,
}

/// The accounts of published services whose passwords everybody knows or guesses.
pub(crate) fn logins<'a>(facts: &Facts<'a>) -> Vec<KnownLogin<'a>> {
    let mut found = Vec::new();
    for service in facts.model.services.values().filter(|service| runs_server(service)) {
        let Some(known) = known_image(service) else { continue };
        if known.image.defaults.accounts.is_empty() {
            continue;
        }
        let Some(open) = reached(facts, service) else { continue };
        let login = known.image.login_for(known.tag);
        // Beside visitors without a name, Grafana's administrator logs in as ever.
        let role = variable(service, "GF_AUTH_ANONYMOUS_ORG_ROLE");
        let is_beside = known.image.name == "grafana" && role.is_none_or(|role| role.value != "Admin");
        let is_open = login.is_some_and(|login| !asks_for_login(service, login));
        if is_open && !is_beside {
            continue;
        }
        let accounts = known.image.defaults.accounts.iter();
        let all = accounts.filter_map(|account| of_account(facts, service, known, account, open));
        found.extend(all.filter(|one| !is_open || matches!(one.password, Password::Set(_))));
    }
    found
}

fn of_account<'a>(
    facts: &Facts<'a>,
    service: &'a Service,
    known: KnownImage<'a>,
    account: &'static Account,
    open: Place,
) -> Option<KnownLogin<'a>> {
    let first = account.password.variables.first()?;
    let is_file = |name: &&String| variable(service, name).is_some_and(|value| !value.value.is_empty());
    let files = known.image.secrets.iter().filter(|secret| account.password.variables.contains(&secret.name));
    let files: Vec<&String> = files.filter_map(|secret| secret.file.as_ref()).collect();
    let is_elsewhere =
        account.password.variables.iter().chain(files.iter().copied()).any(|name| may_be_set(service, name))
            || files.iter().any(is_file);
    if is_elsewhere {
        return None;
    }
    let is_set = |name: &&String| variable(service, name).is_some_and(|value| !value.value.is_empty());
    let (variable_name, password, is_documented) = match account.password.variables.iter().find(is_set) {
        Some(name) => {
            let value = variable(service, name)?;
            let user =
                account.user.as_ref().and_then(|user| effective(service, &user.variables, user.value.as_deref()));
            let own = [service.name.as_str(), facts.model.name.as_str(), user.unwrap_or("")];
            let is_documented = account.password.value.as_ref() == Some(&value.value);
            let is_guessable = strength(&value.value, &own) != Strength::Strong;
            // Any other password in an example is there to be replaced.
            let is_default = || is_default(facts, value);
            let is_taken = || shown(facts, service, name, value).is_none() || is_default();
            if !(is_documented || is_guessable && is_taken()) {
                return None;
            }
            (name, Password::Set(value.clone()), is_documented)
        }
        None => {
            account.password.value.as_ref()?;
            // A variable without a value is another rule's.
            let is_blank = |name: &String| {
                variable(service, name).is_some_and(|value| facts.written_at(value.place).contains('$'))
            };
            if account.password.variables.iter().any(is_blank) {
                return None;
            }
            let is_mounted = account.unless_mounted.iter().any(|path| is_mounted(facts, service, path));
            // A configuration that was read and says nothing of accounts leaves them as they are.
            let says_nothing = service.configured.as_ref().is_some_and(|configured| configured.login.is_none());
            let has_own = service.configured.as_ref().is_some_and(|configured| configured.login == Some(true));
            if is_mounted && !says_nothing || has_own {
                return None;
            }
            (first, Password::Documented, true)
        }
    };
    let (shown, is_default) = match &password {
        Password::Set(value) => (shown(facts, service, variable_name, value), is_default(facts, value)),
        Password::Documented => (None, false),
    };
    Some(KnownLogin { service, known, variable: variable_name, password, is_documented, shown, is_default, open })
}

/// Whether a file or directory that is mounted may bring another password.
fn is_mounted(facts: &Facts<'_>, service: &Service, path: &str) -> bool {
    cover(facts.model, service, path).is_some()
        || service.mounts.iter().any(|mount| is_inside(&mount.target.value, path))
        || service.configs.iter().any(|one| one.target.as_ref().is_some_and(|at| is_inside(&at.value, path)))
}

fn effective<'v>(service: &'v Service, variables: &[String], default: Option<&'v str>) -> Option<&'v str> {
    variables.iter().find_map(|name| variable(service, name)).map(|value| value.value.as_str()).or(default)
}

/// The line of an example that gives the value of a variable.
fn shown(facts: &Facts<'_>, service: &Service, name: &str, value: &Spanned<String>) -> Option<Place> {
    if service.environment.get(name).is_some_and(|one| one.is_assumed) {
        return Some(value.place);
    }
    let names = value.parts.iter().filter_map(|part| part.variable.as_ref());
    let settings = names.filter_map(|name| facts.project.environment.setting(name.as_str()));
    settings.filter(|setting| setting.is_assumed).find_map(|setting| setting.place)
}

/// Whether a value is the default of the variable that it comes from, as well.
fn is_default(facts: &Facts<'_>, value: &Spanned<String>) -> bool {
    let written = facts.written_at(value.place);
    let inner = written.trim().trim_matches(['"', '\'']).strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let default = inner.and_then(|inner| inner.split_once(":-").or_else(|| inner.split_once('-')));
    default.is_some_and(|(_, default)| default == value.value)
}

/// What lets other machines reach a service: a port, or a proxy that leads there and is reached itself.
pub(crate) fn reached(facts: &Facts<'_>, service: &Service) -> Option<Place> {
    let is_open = |name: &str| {
        let mut ports = facts.published().iter().filter(|one| one.service.name == name);
        ports.find(|one| one.in_effect && one.reach.is_beyond_loopback()).map(|one| one.port.place)
    };
    let by_proxy = || {
        let mut proxied = facts.proxied().iter().filter(|one| one.service == service.name);
        proxied.find(|one| !one.here || is_open(&one.proxy).is_some()).map(|one| one.place)
    };
    is_open(&service.name).or_else(by_proxy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    fn check(keys: &str, expect: &[(&str, bool)]) {
        with_facts(&format!("services:\n  it: {{{keys}}}\n"), |facts| {
            let found: Vec<_> = logins(facts).iter().map(|one| (one.variable, one.is_documented)).collect();
            assert_eq!(found, expect, "{keys}");
        });
    }

    #[test]
    fn passwords_that_are_known() {
        check("image: 'grafana/grafana:11.4.0', ports: ['3000:3000']", &[("GF_SECURITY_ADMIN_PASSWORD", true)]);
        let minio = "image: minio/minio, command: server /data, ports: ['9000:9000']";
        check(&format!("{minio}, environment: {{MINIO_ROOT_PASSWORD: minioadmin}}"), &[("MINIO_ROOT_PASSWORD", true)]);
        check(&format!("{minio}, environment: {{MINIO_ROOT_PASSWORD: password1}}"), &[("MINIO_ROOT_PASSWORD", false)]);
        check(&format!("{minio}, environment: {{MINIO_ROOT_PASSWORD: vT9kq2LwXz8m}}"), &[]);
    }

    #[test]
    fn a_password_beside_visitors_without_a_name() {
        let grafana = |role: &str| {
            format!(
                "image: 'grafana/grafana:11.4.0', ports: ['3000:3000'], environment: {{GF_AUTH_ANONYMOUS_ENABLED: 'true', GF_SECURITY_ADMIN_PASSWORD: admin, GF_AUTH_ANONYMOUS_ORG_ROLE: {role}}}"
            )
        };
        check(&grafana("Viewer"), &[("GF_SECURITY_ADMIN_PASSWORD", true)]);
        check(&grafana("Admin"), &[]);
    }

    #[test]
    fn passwords_that_are_not_known_or_not_reached() {
        check("image: 'grafana/grafana:11.4.0'", &[]);
        check("image: 'grafana/grafana:11.4.0', ports: ['127.0.0.1:3000:3000']", &[]);
        check("image: 'grafana/grafana:11.4.0', ports: ['3000:3000'], env_file: [{path: x.env, required: false}]", &[]);
        check(
            "image: 'grafana/grafana:11.4.0', ports: ['3000:3000'], environment: {GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/x}",
            &[],
        );
        check(
            "image: 'grafana/grafana:11.4.0', ports: ['3000:3000'], volumes: ['./grafana.ini:/etc/grafana/grafana.ini']",
            &[],
        );
        check(
            "image: 'grafana/grafana:11.4.0', ports: ['3000:3000'], environment: {GF_AUTH_ANONYMOUS_ENABLED: 'true'}",
            &[],
        );
    }
}
