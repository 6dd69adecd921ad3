//! A secret that is written out in a Compose file.

use super::leak::{is_told, of_service, severity, subject, variable, with_rest, worst_here};
use crate::facts::secrets::credentials::Credential;
use crate::facts::secrets::leaks::Class;
use crate::finding::{Finding, Severity, rule};
use crate::rules::Context;
use crate::secrets::Form;

/// Reports each secret once, wherever else it is written.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for leak in cx.facts.leaks().iter().filter(|leak| leak.class == Class::Literal) {
        let Some(first) = leak.members.first().filter(|one| !cx.facts.is_kept_out(one.place.span.file)) else {
            continue;
        };
        // With the file in which it is as well, it is one finding.
        if cx.facts.secret_files().iter().any(|file| file.has_in_git(first.secret())) {
            continue;
        }
        let name = variable(cx, leak).unwrap_or_else(|| "NAME".to_owned());
        let finding = Finding::new(rule::HARDCODED_SECRET, first.place, subject(first), message(first))
            .severity(severity(cx, first.place, if is_told(cx, first) { Severity::Info } else { worst_here(cx, leak) }))
            .evidence(first.key.clone())
            .help(format!(
                "anyone who can read this file can read it: write `${{{name}:?}}`, and set `{name}` in an env file that git ignores"
            ));
        findings.push(with_rest(cx, finding, leak));
    }
}

fn message(one: &Credential) -> String {
    let (key, of) = (&one.key, of_service(one));
    match one.form {
        Form::Value => format!("secret `{key}`{of} is hardcoded"),
        Form::Option => format!("the command{of} contains the secret of `{key}`"),
        Form::PrivateKey => format!("`{key}`{of} contains a private key"),
        Form::Token | Form::Address if key.is_empty() => format!("the command{of} contains a secret"),
        Form::Token | Form::Address => format!("`{key}`{of} contains an access token"),
    }
}
