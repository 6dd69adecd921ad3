//! A file below `/run/secrets` that a service reads and that is not mounted there.

use crate::compose::nearest;
use crate::facts::secrets::granted::{DIRECTORY, Read, is_there, reads};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// Reports each file of each service.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    for service in cx.model.services.values() {
        for read in reads(cx.facts, service) {
            if !is_there(cx.facts, service, &read.name) {
                findings.push(of_read(cx, service, &read));
            }
        }
    }
}

fn of_read(cx: &Context<'_>, service: &Service, read: &Read) -> Finding {
    let (own, name) = (&service.name, &read.name);
    let declared: Vec<&str> = cx.model.secrets.keys().map(String::as_str).collect();
    let is_declared = declared.contains(&name.as_str());
    let reader =
        read.variable.as_ref().map_or_else(|| format!("`{own}`"), |variable| format!("`{variable}` of `{own}`"));
    let message = match is_declared {
        true => format!("{reader} reads `{DIRECTORY}{name}`, but `{own}` is not granted the secret"),
        false => format!("{reader} reads `{DIRECTORY}{name}`, but no secret of this name is mounted there"),
    };
    let help = match (is_declared, nearest(name, &declared)) {
        (true, _) => format!("add `{name}` to the `secrets` of `{own}`"),
        (false, Some(near)) => format!("did you mean `{near}`?"),
        (false, None) => format!("declare `{name}` under `secrets`, and add it to the `secrets` of `{own}`"),
    };
    let severity = if is_declared { Severity::Error } else { Severity::Warning };
    let mut finding = Finding::new(rule::SECRET_NOT_GRANTED, read.place, Subject::service(own), message)
        .severity(severity)
        .evidence(name.clone())
        .help(help);
    if let Some(secret) = cx.model.secrets.get(name) {
        finding = finding.label(secret.key, "declared here");
        let edits = edit::add_to_list(cx.files, service.place, "secrets", &Content::text(name));
        finding.fixes.extend(edit::safe(format!("grant `{own}` the secret"), edits));
    }
    finding
}
