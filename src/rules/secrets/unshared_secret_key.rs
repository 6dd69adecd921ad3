//! A key that one service of an application has and another one of the same image lacks.

use crate::facts::images::{built, may_be_set};
use crate::facts::lifecycle::jobs::one_shot;
use crate::finding::{Finding, Subject, rule};
use crate::model::{Service, Spanned, Variable};
use crate::rules::Context;
use crate::rules::support::is_off;

/// Ends of the names of keys that sign or encrypt what another process of the application reads.
const KEYS: [&str; 4] = ["SECRET_KEY_BASE", "FERNET_KEY", "ENCRYPTION_KEY", "__SECRET_KEY"];

/// Names of such keys. With other words before it, `SECRET_KEY` is one half of the credentials for a service elsewhere.
const NAMES: [&str; 5] = ["SECRET_KEY", "DJANGO_SECRET_KEY", "FLASK_SECRET_KEY", "APP_SECRET_KEY", "APP_KEY"];

/// Those with which data is encrypted where it is kept: jobs that run once need them, too.
const AT_REST: [&str; 2] = ["FERNET_KEY", "ENCRYPTION_KEY"];

/// Words of variables with the address of what services of one application share.
const SHARED: [&str; 9] = ["DATABASE", "DB", "SQL", "POSTGRES", "MYSQL", "MONGO", "REDIS", "BROKER", "SQLALCHEMY"];

/// Reports each service that lacks a key of another one, once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let services: Vec<&Service> = cx.model.services.values().filter(|service| !is_off(service)).collect();
    for (at, service) in services.iter().enumerate() {
        let mut others = services.iter().enumerate().filter(|(other_at, _)| *other_at != at);
        // Of two that differ the later one is reported.
        let is_other = |is_before: bool, (name, theirs): (&String, &Variable)| {
            is_key(name) && (is_before || !service.environment.contains_key(name)) && differs(service, name, theirs)
        };
        let found = others.find_map(|(other_at, other)| {
            let key = other.environment.iter().find(|pair| is_other(other_at < at, *pair))?;
            (is_of_one_application(service, other) && shares_store(service, other)).then_some((other, key))
        });
        let Some((other, (key, variable))) = found else { continue };
        let name = &service.name;
        let own = service.environment.get(key).map(|one| one.key);
        let message = match own {
            Some(_) => format!("`{name}` has another `{key}` than `{}`, a service of the same application", other.name),
            None => format!("`{name}` lacks the `{key}` of `{}`, a service of the same application", other.name),
        };
        let place = own.or(service.environment_key).unwrap_or(service.key);
        let finding = Finding::new(rule::UNSHARED_SECRET_KEY, place, Subject::service(name), message)
            .evidence(key.clone())
            .label(variable.key, format!("`{}` has it from here", other.name))
            .help("give both the same value: what one of them signs or encrypts, the other one cannot read");
        findings.push(finding);
    }
}

fn is_key(name: &str) -> bool {
    NAMES.contains(&name) || KEYS.iter().any(|key| name.ends_with(key))
}

/// Whether a service has not the key that another one has.
fn differs(service: &Service, name: &str, theirs: &Variable) -> bool {
    let is_written = |value: &Spanned<String>| !value.value.is_empty() || value.is_interpolated();
    let theirs_is_set = theirs.is_unknown || theirs.value.as_ref().is_some_and(is_written);
    if !theirs_is_set || is_job(service) && !AT_REST.iter().any(|key| name.ends_with(key)) {
        return false;
    }
    let of_image = built(service).is_some_and(|image| image.environment.contains_key(name));
    let by_file =
        service.environment.contains_key(&format!("{name}_FILE")) || may_be_set(service, &format!("{name}_FILE"));
    match service.environment.get(name) {
        Some(own) => {
            let (Some(own), Some(theirs)) = (&own.value, &theirs.value) else { return false };
            let is_written = |value: &str| !value.is_empty() && !value.contains('$');
            is_written(&own.value) && is_written(&theirs.value) && own.value != theirs.value
        }
        None => !may_be_set(service, name) && !of_image && !by_file && !service.environment.is_empty(),
    }
}

fn is_job(service: &Service) -> bool {
    let is_once = service.restart.as_ref().is_some_and(|restart| matches!(restart.value.as_str(), "no" | "on-failure"));
    is_once || one_shot(service).is_some()
}

/// Whether two services run the same image, or are built alike.
fn is_of_one_application(one: &Service, other: &Service) -> bool {
    match (&one.build, &other.build, &one.image, &other.image) {
        (Some(one), Some(other), ..) => {
            let text = |part: &Option<Spanned<String>>| part.as_ref().map(|part| part.value.clone());
            one.context.is_some()
                && text(&one.context) == text(&other.context)
                && text(&one.dockerfile) == text(&other.dockerfile)
                && text(&one.target) == text(&other.target)
        }
        (None, None, Some(one), Some(other)) => one.value == other.value,
        _ => false,
    }
}

/// Whether two services are told the same address of a store or broker, in the same variable.
fn shares_store(one: &Service, other: &Service) -> bool {
    let is_address = |name: &str| name.split('_').any(|word| SHARED.contains(&word));
    one.environment.iter().filter(|(name, _)| is_address(name)).any(|(name, own)| {
        let theirs = other.environment.get(name).and_then(|theirs| theirs.value.as_ref());
        let is_same = |own: &str| theirs.is_some_and(|theirs| theirs.value == own);
        own.value.as_ref().is_some_and(|own| own.value.len() > 1 && is_same(&own.value))
    })
}
