//! A switch that makes a program accept any certificate.

use crate::finding::Severity;
use crate::finding::{Finding, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::secrets::leak::severity;

/// Variables with a fixed meaning, and the values that switch the check off.
const KNOWN: [(&str, &[&str]); 6] = [
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"]),
    ("PYTHONHTTPSVERIFY", &["0"]),
    ("GIT_SSL_NO_VERIFY", &["1", "true"]),
    ("SSL_VERIFY_NONE", &["1", "true"]),
    ("CURL_INSECURE", &["1", "true"]),
    ("GODEBUG_TLS_INSECURE", &["1", "true"]),
];

/// Ends of names that switch the check off if they are on.
const OFF: [&str; 8] = [
    "SKIP_TLS_VERIFY",
    "TLS_SKIP_VERIFY",
    "SSL_SKIP_VERIFY",
    "INSECURE_SKIP_VERIFY",
    "TLS_INSECURE",
    "SSL_INSECURE",
    "SKIP_VERIFY_SSL",
    "DISABLE_SSL_VERIFICATION",
];

/// Ends of names that switch it off if they are off.
const ON: [&str; 8] = [
    "SSL_VERIFY",
    "TLS_VERIFY",
    "VERIFY_SSL",
    "VERIFY_TLS",
    "VERIFY_CERTS",
    "SSL_VERIFICATION",
    "VERIFY_CERTIFICATE",
    "TLS_REJECT_UNAUTHORIZED",
];

/// Reports each switch once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = crate::collections::HashSet::default();
    for service in cx.model.services.values() {
        for (name, variable) in &service.environment {
            let Some(value) = variable.value.as_ref().filter(|value| is_off(name, &value.value)) else { continue };
            if speaks_no_tls(service, name) || !seen.insert(value.place) {
                continue;
            }
            let own = &service.name;
            let message = format!("`{own}` accepts any TLS certificate: `{name}` is `{}`", value.value);
            let finding = Finding::new(rule::TLS_VERIFICATION_DISABLED, value.place, Subject::service(own), message)
                .severity(severity(cx, value.place, Severity::Warning))
                .evidence(name.clone())
                .help("mount the certificate of the authority that signed the server's, and have the program trust it");
            findings.push(finding);
        }
    }
}

/// Words of variables with an address.
const ADDRESSES: [&str; 6] = ["URL", "URI", "HOST", "HOSTS", "ENDPOINT", "ADDRESS"];

/// Whether the addresses that belong to a switch, by the beginning of its name, are those of a protocol without TLS.
fn speaks_no_tls(service: &Service, switch: &str) -> bool {
    let upper = switch.to_ascii_uppercase();
    let of_switch = || OFF.iter().chain(&ON).find_map(|end| upper.strip_suffix(end));
    let Some(stem) = of_switch().filter(|stem| stem.len() > 1) else { return false };
    let is_address = |name: &str| {
        let rest = name.to_ascii_uppercase();
        rest.strip_prefix(stem).is_some_and(|rest| ADDRESSES.contains(&rest.rsplit('_').next().unwrap_or(rest)))
    };
    let values = service.environment.iter().filter(|(name, _)| is_address(name));
    let mut schemes = values.filter_map(|(_, one)| one.value.as_ref()?.value.split_once("://")).peekable();
    schemes.peek().is_some() && schemes.all(|(scheme, _)| scheme.eq_ignore_ascii_case("http"))
}

fn is_off(name: &str, value: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let lower = value.to_ascii_lowercase();
    let is = |words: &[&str]| words.contains(&lower.as_str());
    // A server that asks for no certificate of its clients is another thing.
    let is_of_clients = upper.contains("CLIENT");
    let is_reversed =
        ["NO", "SKIP", "DISABLE", "INSECURE", "IGNORE"].iter().any(|word| upper.split('_').any(|own| own == *word));
    KNOWN.iter().any(|(known, values)| *known == upper && is(values))
        || !is_of_clients && OFF.iter().any(|end| upper.ends_with(end)) && is(&["1", "true", "yes", "on"])
        || !is_of_clients
            && !is_reversed
            && ON.iter().any(|end| upper.ends_with(end))
            && is(&["0", "false", "no", "off", "none"])
}
