//! A variable that an image does not read, with a name much like one that it reads.

use crate::catalogue::schema::Image;
use crate::facts::images::{known_image, runs_server};
use crate::finding::{Finding, Fix, Severity, Subject, rule};
use crate::model::{Service, Variable, VariableSource};
use crate::rules::Context;
use crate::text::nearest::clearly_meant;
use crate::yaml::edit;

/// Reports each variable once, for the service that has it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values().filter(|service| runs_server(service)) {
        let Some(known) = known_image(service).filter(|known| known.exact && !known.built) else { continue };
        for (name, variable) in &service.environment {
            findings.extend(of_variable(cx, service, known.image, name, variable));
        }
    }
    let is_proxy = |service: &Service| known_image(service).is_some_and(|known| known.image.name == "nginx-proxy");
    if !cx.model.services.values().any(is_proxy) {
        return;
    }
    for service in cx.model.services.values().filter(|service| !is_proxy(service)) {
        for (name, variable) in &service.environment {
            findings.extend(of_proxy(cx, service, name, variable));
        }
    }
}

/// What people write for variables that nginx-proxy and its companion read of the services behind it:
/// nginx-proxy/nginx-proxy docs/README.md, nginx-proxy/acme-companion docs.
const OF_PROXY: [(&str, &str); 7] = [
    ("VIRTUALHOST", "VIRTUAL_HOST"),
    ("VIRTUAL_HOSTS", "VIRTUAL_HOST"),
    ("VIRTUAL_HOSTNAME", "VIRTUAL_HOST"),
    ("VIRTUAL_PORTS", "VIRTUAL_PORT"),
    ("VIRTUAL_PROTOCOL", "VIRTUAL_PROTO"),
    ("LETSENCRYPT_HOSTS", "LETSENCRYPT_HOST"),
    ("LETSENCRYPT_MAIL", "LETSENCRYPT_EMAIL"),
];

/// A variable for the nginx-proxy of the project that is misspelt.
fn of_proxy(cx: &Context<'_>, service: &Service, name: &str, variable: &Variable) -> Option<Finding> {
    let (_, meant) = OF_PROXY.iter().find(|(written, _)| *written == name)?;
    if service.environment.contains_key(*meant) {
        return None;
    }
    let message = format!("nginx-proxy does not read `{name}` of `{}`: it reads `{meant}`", service.name);
    let mut finding =
        Finding::new(rule::UNKNOWN_IMAGE_VARIABLE, variable.key, Subject::service(&service.name), message)
            .evidence(name.to_owned())
            .help(format!("rename it to `{meant}`"));
    finding.fixes.extend(renamed(cx, name, meant, variable));
    Some(finding)
}

fn of_variable(cx: &Context<'_>, service: &Service, image: &Image, name: &str, variable: &Variable) -> Option<Finding> {
    let meant = meant(image, name).filter(|meant| !service.environment.contains_key(*meant))?;
    let own = &service.name;
    let message = format!("the image of `{own}` does not read `{name}`: it reads `{meant}`");
    let mut finding = Finding::new(rule::UNKNOWN_IMAGE_VARIABLE, variable.key, Subject::service(own), message)
        .evidence(name.to_owned())
        .help(format!("rename it to `{meant}`"));
    finding.fixes.extend(renamed(cx, name, meant, variable));
    if cx.facts.is_devcontainer() {
        finding.severity = Severity::Info;
    }
    Some(finding)
}

/// The variable of the image that a name means.
fn meant<'a>(image: &'a Image, name: &str) -> Option<&'a str> {
    if let Some(mistaken) = image.mistaken.iter().find(|one| one.name == name) {
        return Some(&mistaken.meant);
    }
    let known = image.variables();
    if known.contains(&name) || !known.iter().any(|one| prefix(one) == prefix(name)) {
        return None;
    }
    clearly_meant(name, &known)
}

/// The first word of a name.
fn prefix(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

fn renamed(cx: &Context<'_>, name: &str, meant: &str, variable: &Variable) -> Option<Fix> {
    if variable.source != VariableSource::Environment
        || variable.value.as_ref().is_some_and(|value| !value.via.is_empty())
    {
        return None;
    }
    let edits = match edit::text_of(cx.files, variable.key)? {
        text if text == name => edit::replace(cx.files, variable.key, meant),
        text if text.starts_with(&format!("{name}=")) => edit::replace_first(cx.files, variable.key, name, meant),
        _ => None,
    };
    edit::risky(format!("rename it to `{meant}`: the image then uses its value"), edits)
}
