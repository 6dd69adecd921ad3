//! A switch for developers on a service that others reach.

use crate::facts::repository::purpose::FilePurpose;
use crate::facts::secrets::logins::reached;
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Service, Spanned};
use crate::rules::Context;

/// Switches that show the insides of a program, or run what a visitor sends: the variable, the values, and what follows.
const OPEN: [(&str, &[&str], &str); 8] = [
    (
        "FLASK_DEBUG",
        &["1", "true", "on"],
        "visitors see the source code in error pages, and can run code in its debugger",
    ),
    ("WERKZEUG_DEBUG_PIN", &["off"], "anyone can run code in the debugger of error pages"),
    ("DJANGO_DEBUG", &["1", "true", "on", "yes"], "visitors see settings and source code in error pages"),
    ("APP_DEBUG", &["1", "true"], "visitors see variables and source code in error pages"),
    ("SYMFONY_DEBUG", &["1", "true"], "visitors see variables and source code in error pages"),
    ("WORDPRESS_DEBUG", &["1", "true"], "visitors see paths and queries in error messages"),
    ("GRAPHQL_PLAYGROUND", &["1", "true"], "visitors can explore the whole interface"),
    ("DEBUG", &["true", "1", "yes"], "visitors may see variables and source code in error pages"),
];

/// Switches that choose an environment.
const CHOSEN: [(&str, &[&str]); 10] = [
    ("FLASK_ENV", &["development"]),
    ("NODE_ENV", &["development"]),
    ("RAILS_ENV", &["development"]),
    ("RACK_ENV", &["development"]),
    ("APP_ENV", &["dev", "local", "development"]),
    ("DJANGO_ENV", &["development", "dev"]),
    ("ASPNETCORE_ENVIRONMENT", &["development"]),
    ("DOTNET_ENVIRONMENT", &["development"]),
    ("MIX_ENV", &["dev"]),
    ("GIN_MODE", &["debug"]),
];

/// Reports the worst switch of each service.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.facts.purpose_beside_servers() != FilePurpose::Any || cx.facts.is_of_elsewhere() {
        return;
    }
    let mut seen = crate::collections::HashSet::default();
    for service in cx.model.services.values() {
        let Some((name, value, follows)) = switch(service) else { continue };
        let Some(open) = reached(cx.facts, service) else { continue };
        if cx.facts.is_for_tests(value.place.span.file) || !seen.insert(value.place) {
            continue;
        }
        let own = &service.name;
        let (severity, message) = match follows {
            Some(follows) => (Severity::Warning, format!("`{own}` is in debug mode (`{name}`): {follows}")),
            None => (Severity::Info, format!("`{own}` runs for development: `{name}` is `{}`", value.value)),
        };
        let finding = Finding::new(rule::DEVELOPMENT_MODE, value.place, Subject::service(own), message)
            .severity(severity)
            .evidence(name.to_owned())
            .label(open, "reachable through this")
            .help(format!("switch it off here, and set `{name}` in a `compose.override.yaml` for development"));
        findings.push(finding);
    }
}

fn switch(service: &Service) -> Option<(&'static str, &Spanned<String>, Option<&'static str>)> {
    // An example is for whoever tries the project.
    let own = |name: &str| service.environment.get(name).filter(|one| !one.is_assumed);
    let value = |name: &str| own(name).and_then(|one| one.value.as_ref());
    let is_one =
        |value: &Spanned<String>, wanted: &[&str]| wanted.iter().any(|one| value.value.eq_ignore_ascii_case(one));
    let open = OPEN.iter().find_map(|(name, wanted, follows)| {
        let value = value(name).filter(|value| is_one(value, wanted))?;
        // Many programs have a `DEBUG` that only makes them talk.
        let is_sure = *name != "DEBUG"
            || service.environment.keys().any(|key| key.starts_with("DJANGO") || key == "ALLOWED_HOSTS");
        is_sure.then_some((*name, value, Some(*follows)))
    });
    open.or_else(|| {
        CHOSEN.iter().find_map(|(name, wanted)| Some((*name, value(name).filter(|value| is_one(value, wanted))?, None)))
    })
}
