//! Deprecated TLS versions.

use crate::app_config::Named;
use crate::collections::IndexMap;
use crate::finding::{Finding, Label, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, with_given};
use crate::source::FileId;

/// Reports the first broken version of each file, the others as labels.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut groups: IndexMap<(&str, FileId), Vec<&Named>> = IndexMap::default();
    for named in cx.facts.app_configs().protocols.iter().filter(|named| is_weak(&named.text)) {
        groups.entry((named.service.as_str(), named.place.span.file)).or_default().push(named);
    }
    for ((service, _), all) in groups {
        let [first, others @ ..] = all.as_slice() else { continue };
        let message = format!("`{service}` enables `{}`, which is deprecated and insecure", first.text);
        let mut finding = Finding::new(rule::WEAK_TLS, first.place, Subject::service(service), message)
            .evidence(first.text.clone())
            .help("allow only `TLSv1.2` and `TLSv1.3`: every browser of the last ten years supports them");
        let others = others.iter().take(LABELS);
        finding.labels =
            others.map(|one| Label { place: one.place, message: format!("also `{}`", one.text).into() }).collect();
        findings.push(with_given(finding, first.given, format!("`{service}` uses this configuration")));
    }
}

/// Whether a version, as nginx, HAProxy or Traefik writes it, is one that nobody should speak.
fn is_weak(text: &str) -> bool {
    let version = text.to_ascii_lowercase();
    let weak = ["sslv2", "sslv3", "tlsv1", "tlsv1.0", "tlsv1.1", "versiontls10", "versiontls11", "versionssl30"];
    weak.contains(&version.as_str())
}
