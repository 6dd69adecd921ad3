//! An upstream of nginx that is looked up at each request, where nothing says whom to ask.

use crate::collections::HashSet;
use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;
use crate::rules::support::with_given;

/// Reports each such directive once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for pass in &cx.facts.app_configs().late_passes {
        if !seen.insert(pass.place) {
            continue;
        }
        let (service, host) = (&pass.service, &pass.text);
        let message = format!("nginx needs a `resolver` to look up `{host}`, because the address contains a variable");
        let finding = Finding::new(rule::NGINX_VARIABLE_UPSTREAM, pass.place, Subject::service(service), message)
            .evidence(host.clone())
            .help("add `resolver 127.0.0.11 valid=10s;`, Docker's DNS, to the server, or write the address without variables: every request fails with a 502 otherwise");
        findings.push(with_given(finding, pass.given, format!("`{service}` uses this configuration")));
    }
}
