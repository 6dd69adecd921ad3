//! A secret that is given twice, as a variable and as a file, or as the one in place of the other.

use crate::catalogue::schema::Secret;
use crate::facts::images::{known_image, variable};
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;

/// Images whose start scripts end with an error where both are set (`file_env` of docker-library).
const REFUSING: [&str; 8] = ["postgres", "mysql", "mariadb", "mongo", "wordpress", "grafana", "ghost", "redmine"];

/// Reports each pair of a variable and its file.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for service in cx.model.services.values() {
        for (file, name) in pairs(service) {
            findings.extend(of_pair(service, &file, &name));
        }
        findings.extend(exchanged(service));
    }
}

/// The variables of a service that name a file, with the variables that they stand in for.
fn pairs(service: &Service) -> Vec<(String, String)> {
    let own = |name: &String| {
        let stem = name.strip_suffix("__FILE").or_else(|| name.strip_suffix("_FILE"));
        let stem = stem.or_else(|| name.strip_prefix("FILE__"))?;
        Some((name.clone(), stem.to_owned()))
    };
    service.environment.keys().filter_map(own).collect()
}

/// Variables that get the path of a secret and take the secret itself, or the reverse, by what is known of the image.
fn exchanged(service: &Service) -> Vec<Finding> {
    let Some(known) = known_image(service).filter(|known| known.exact) else { return Vec::new() };
    let of_secret = |secret: &Secret| {
        let file = secret.file.as_deref()?;
        let is_path = |value: &str| value.starts_with("/run/secrets/");
        let given = variable(service, &secret.name).filter(|value| is_path(&value.value));
        let as_file = variable(service, file).filter(|value| is_text(&value.value));
        let (value, message, help) = match (given, as_file) {
            (Some(value), _) => (
                value,
                format!(
                    "`{}` takes the secret itself, not the path of a file: the path becomes the secret",
                    secret.name
                ),
                format!("use `{file}`, which takes a path"),
            ),
            (None, Some(value)) => (
                value,
                format!("`{file}` takes the path of a file, not the secret itself"),
                format!("give it the path of the secret, such as `/run/secrets/<name>`, or use `{}`", secret.name),
            ),
            (None, None) => return None,
        };
        let finding = Finding::new(rule::VARIABLE_AND_FILE, value.place, Subject::service(&service.name), message)
            .evidence(secret.name.clone())
            .help(help);
        Some(finding)
    };
    known.image.secrets.iter().filter_map(of_secret).collect()
}

/// Whether a value is no path, and not open.
fn is_text(value: &str) -> bool {
    !value.is_empty() && !value.contains(['/', '$', '.', '\\'])
}

fn of_pair(service: &Service, file: &str, name: &str) -> Option<Finding> {
    let is_set = |name: &str| variable(service, name).filter(|value| !value.value.is_empty());
    let (file_value, value) = (is_set(file)?, is_set(name)?);
    if !file_value.value.starts_with('/') {
        return None;
    }
    let known = known_image(service);
    let is_refused = known.is_some_and(|known| known.exact && REFUSING.contains(&known.image.name.as_str()));
    let own = &service.name;
    let message = match is_refused {
        true => format!("`{own}` does not start: `{name}` and `{file}` are both set"),
        false => format!("`{name}` and `{file}` of `{own}` are both set"),
    };
    let finding = Finding::new(rule::VARIABLE_AND_FILE, value.place, Subject::service(own), message)
        .evidence(name.to_owned())
        .label(file_value.place, "set here as a file")
        .help(format!("remove `{name}`, so that the secret only comes from the file"));
    Some(if is_refused {
        finding.severity(Severity::Error)
    } else {
        finding.severity(Severity::Warning).confidence(Confidence::Medium)
    })
}
