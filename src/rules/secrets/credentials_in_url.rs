//! A password in an address that is written out in a Compose file.

use super::leak::{is_told, of_service, severity, subject, variable, with_rest, worst_here};
use crate::facts::secrets::leaks::Class;
use crate::finding::{Finding, Severity, rule};
use crate::rules::Context;

/// Reports each password that is in addresses alone, once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for leak in cx.facts.leaks().iter().filter(|leak| leak.class == Class::Address) {
        let Some(first) = leak.members.first().filter(|one| !cx.facts.is_kept_out(one.place.span.file)) else {
            continue;
        };
        let name = variable(cx, leak).unwrap_or_else(|| "NAME".to_owned());
        let (key, of) = (&first.key, of_service(first));
        let message = match key.as_str() {
            "" => format!("the command{of} contains an address with a password"),
            key => format!("the address in `{key}`{of} contains a password"),
        };
        let finding = Finding::new(rule::CREDENTIALS_IN_URL, first.place, subject(first), message)
            .severity(severity(cx, first.place, if is_told(cx, first) { Severity::Info } else { worst_here(cx, leak) }))
            .evidence(key.clone())
            .help(format!(
                "anyone who can read this file can read it: write `${{{name}:?}}` in its place, and set `{name}` in an env file that git ignores"
            ));
        findings.push(with_rest(cx, finding, leak));
    }
}
