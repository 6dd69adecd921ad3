//! A password that everybody knows: the documented one of an image, one that is tried first, or the default of a variable.

use super::leak::{
    is_marked, is_told as is_told_at, of_service, severity, subject, with_places, with_rest, worst_here,
};
use crate::collections::{HashMap, IndexMap};
use crate::facts::secrets::leaks::{Class, Leak};
use crate::facts::secrets::logins::{KnownLogin, Password};
use crate::finding::{Confidence, Finding, Label, Severity, Subject, rule};
use crate::model::base_image;
use crate::rules::Context;
use crate::rules::support::{for_purpose, less_in_tests};
use crate::secrets::Strength;
use crate::source::{Place, relative};

/// Reports each login of a published service, and each default of a variable.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // The passwords of the accounts of one service are one cause.
    let mut by_service: IndexMap<(&str, Place), Vec<&KnownLogin<'_>>> = IndexMap::default();
    for login in cx.facts.logins() {
        by_service.entry((&login.service.name, login.open)).or_default().push(login);
    }
    let mut by_place: HashMap<Place, usize> = HashMap::default();
    for logins in by_service.values() {
        let [first, others @ ..] = logins.as_slice() else { continue };
        let Some(mut finding) = of_login(cx, first) else { continue };
        // One line of an env file that several servers read is one cause.
        if let Some(earlier) = by_place.get(&finding.place).and_then(|at| findings.get_mut(*at)) {
            let message = format!("so is `{}`, through this", first.service.name);
            earlier.labels.push(Label { place: first.open, message: message.into() });
            continue;
        }
        by_place.insert(finding.place, findings.len());
        for other in others {
            let Password::Set(value) = &other.password else { continue };
            if !finding.labels.iter().any(|label| label.place == value.place) {
                finding = finding.label(value.place, format!("so is `{}`", other.variable));
            }
        }
        findings.push(finding);
    }
    for leak in cx.facts.leaks().iter().filter(|leak| leak.class == Class::Fallback) {
        findings.extend(of_default(cx, leak));
    }
}

fn of_login(cx: &Context<'_>, login: &KnownLogin<'_>) -> Option<Finding> {
    let (service, name) = (login.service, login.variable);
    let place = match &login.password {
        Password::Set(value) => value.place,
        Password::Documented => base_image(service)?.place,
    };
    let own = &service.name;
    let message = match (&login.password, login.is_documented) {
        (Password::Documented, _) => format!("`{own}` is reachable with its default login: `{name}` is not set"),
        (Password::Set(_), true) => format!("`{own}` is reachable with the default password of its image"),
        (Password::Set(_), false) => format!("`{own}` is reachable with a password that is easy to guess"),
    };
    let worst = match login.password {
        // The first login at home asks for another one.
        Password::Documented if cx.facts.is_at_home() => Severity::Info,
        _ if is_marked(cx, place) || login.shown.is_some_and(|line| is_marked(cx, line)) => Severity::Info,
        // People see it when they copy the example.
        _ if login.shown.is_some() && !login.is_default => for_purpose(Severity::Warning, cx.facts.purpose()),
        _ => for_purpose(Severity::Error, cx.facts.purpose()),
    };
    let mut finding = Finding::new(rule::DEFAULT_SECRET, place, Subject::service(own), message)
        .severity(if cx.facts.is_of_elsewhere() || cx.facts.is_shown_only(place.span.file) {
            Severity::Info
        } else {
            less_in_tests(worst, cx.facts.is_for_tests(place.span.file))
        })
        .evidence(name.to_owned())
        .label(login.open, "reachable through this")
        .help(match set_for(cx, login) {
            Some(set) => format!("write `{name}: ${{{set}:?}}`: `{set}` is there, and nothing hands it to `{own}`"),
            None => {
                format!("write `{name}: ${{{name}:?}}`, and set a long random value in an env file that git ignores")
            }
        });
    if let Some(line) = login.shown.filter(|line| *line != place) {
        finding = finding.label(line, "the example shows this password");
    }
    if !login.known.exact {
        finding.confidence = Confidence::Medium;
    }
    let is_of =
        |leak: &&Leak| leak.class == Class::Login && leak.members.iter().any(|one| place.span.contains(one.place.span));
    match cx.facts.leaks().iter().find(is_of) {
        Some(leak) => Some(with_places(finding, leak)),
        None => Some(finding),
    }
}

/// The file that shows what the env file of a project has: the one that is there, or the usual name.
fn example_of(cx: &Context<'_>) -> String {
    let shown = cx.facts.destination().map(|to| relative(&cx.project.directory, &to.example.path));
    shown.unwrap_or_else(|| ".env.example".to_owned())
}

/// The only variable that the env files of a project, or their examples, set for the password of a service, by its name:
/// `GRAFANA_ADMIN_PASSWORD`.
fn set_for<'c>(cx: &'c Context<'_>, login: &KnownLogin<'_>) -> Option<&'c str> {
    if matches!(login.password, Password::Set(_)) {
        return None;
    }
    let image = login.known.image.name.to_ascii_uppercase().replace('-', "_");
    let is_meant = |name: &str| {
        let upper = name.to_ascii_uppercase();
        name != login.variable && upper.starts_with(&format!("{image}_")) && upper.contains("PASS")
    };
    let mut set = cx.project.environment.all().into_iter().map(|(name, _)| name).filter(|name| is_meant(name));
    set.next().filter(|_| set.next().is_none())
}

/// Whether a variable is for a key or an account of the application itself, without which it does not run.
fn is_own_key(name: &str) -> bool {
    const WORDS: [&str; 8] = ["JWT", "SESSION", "ENCRYPTION", "NEXTAUTH", "DJANGO", "FLASK", "ADMIN", "SIGNING"];
    let upper = name.to_ascii_uppercase();
    matches!(upper.as_str(), "SECRET_KEY" | "APP_SECRET" | "APP_KEY" | "AUTH_SECRET" | "SECRET_KEY_BASE" | "SECRET")
        || upper.split('_').any(|word| WORDS.contains(&word))
}

fn of_default(cx: &Context<'_>, leak: &Leak) -> Option<Finding> {
    let first = leak.members.first().filter(|one| !cx.facts.is_kept_out(one.place.span.file))?;
    let name = first.fallback.as_deref()?;
    let is_told = cx.facts.is_documented(name);
    // An installer writes the file anew, and has others in an env file.
    let is_brought = || cx.facts.is_written_by_script(first.place.span.file);
    // What is blank in the example is filled in by hand, or not at all: the default is in force until then. Stand-ins for
    // keys of services that a project may do without matter to nobody.
    let is_open = || is_told && first.strength == Strength::Placeholder && !is_own_key(name);
    let worst = if is_told_at(cx, first) || is_brought() || is_open() { Severity::Info } else { worst_here(cx, leak) };
    let message = format!("`{name}`{} has a default that everyone can read", of_service(first));
    let help = match (cx.facts.is_documented_empty(name), is_told) {
        (true, _) => format!("set `{name}` in `.env`: while it is empty, the secret is the one in this file"),
        (false, true) => format!("write `${{{name}:?}}`: docker compose then stops where it is not set"),
        (false, false) => format!("write `${{{name}:?}}`, and list `{name}` in `{}`", example_of(cx)),
    };
    let finding = Finding::new(rule::DEFAULT_SECRET, first.place, subject(first), message)
        .severity(severity(cx, first.place, worst))
        .evidence(name.to_owned())
        .help(help);
    Some(with_rest(cx, finding, leak))
}
