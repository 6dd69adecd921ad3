//! What several rules need to say something.

use crate::config::Config;
use crate::facts::purpose::Purpose;
use crate::finding::{Finding, Place, Severity};

/// The severity of what loses data or lets people in, by what the file is for: on a developer's machine it is a warning.
pub fn for_purpose(severity: Severity, purpose: Purpose) -> Severity {
    match purpose {
        Purpose::Any => severity,
        Purpose::Development | Purpose::Test => severity.min(Severity::Warning),
    }
}

/// The same for data: those of tests are made to be thrown away.
pub fn for_data(severity: Severity, purpose: Purpose) -> Severity {
    match purpose {
        Purpose::Test => Severity::Info,
        other => for_purpose(severity, other),
    }
}

/// Whether the option `allowed_ports` of a rule lists all of these ports of the host.
pub fn allows_ports(settings: &Config, rule: &str, ports: Option<(u16, u16)>) -> bool {
    let listed = |port: u16| settings.option(rule, "allowed_ports").iter().any(|one| one.parse() == Ok(port));
    ports.is_some_and(|(first, last)| (first..=last).all(listed))
}

/// Words in backticks, with commas and an `and`.
pub fn and_list<T: AsRef<str>>(words: &[T]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Adds a label at what in the Compose file brings the configuration that a finding stands in, where that is elsewhere.
pub fn with_given(finding: Finding, given: Place, message: impl Into<String>) -> Finding {
    if finding.place.span.file == given.span.file { finding } else { finding.label(given, message) }
}

/// The port that an address without one means.
pub fn usual_port(scheme: Option<&str>) -> u16 {
    if matches!(scheme, Some("https" | "wss" | "grpcs")) { 443 } else { 80 }
}
