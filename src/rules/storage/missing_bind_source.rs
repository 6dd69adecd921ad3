//! The source of a bind that is not there: Docker makes a directory of it.

use std::collections::HashSet;

use super::sqlite_single_file_mount::is_database;
use crate::facts::binds::MissingSource;
use crate::finding::{Finding, Severity};
use crate::rules::Context;

/// Reports each missing source once, where it is a file, or a directory of configuration.
pub fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut seen = HashSet::new();
    for missing in cx.facts.missing_sources() {
        let matters = missing.is_file || is_configuration(&missing) && !missing.ignored;
        // A database mounted as a single file is another rule's.
        if !matters || is_database(missing.mount) || !seen.insert(missing.written.clone()) {
            continue;
        }
        findings.push(finding(&missing));
    }
}

/// Whether the container reads what should be in a directory: its configuration, or scripts for its first start.
fn is_configuration(missing: &MissingSource<'_>) -> bool {
    let target = missing.mount.target.value.as_str();
    missing.mount.read_only && ["/etc/", "/docker-entrypoint"].iter().any(|start| target.starts_with(start))
}

fn finding(missing: &MissingSource<'_>) -> Finding {
    let (name, written) = (&missing.service.name, &missing.written);
    let place = missing.mount.source.as_ref().map_or(missing.mount.place, |source| source.place);
    let softened = missing.ignored || missing.example.is_some() || missing.elsewhere.is_some();
    let severity = match (missing.is_file, softened) {
        (true, false) => Severity::Error,
        (true, true) => Severity::Warning,
        (false, _) => Severity::Info,
    };
    let message = if missing.is_file {
        format!("`{written}` is not there, Docker makes an empty directory in the place of the file")
    } else {
        format!("`{written}` is not there, `{name}` gets an empty directory")
    };
    let help = match (&missing.elsewhere, &missing.example, missing.ignored) {
        (Some(elsewhere), ..) => {
            format!("`{elsewhere}` is there: paths start from the directory of the first Compose file")
        }
        (None, Some(example), _) => {
            format!("make it from `{example}` before the first start, and say so where people read how to start")
        }
        (None, None, true) => "git ignores it, so it is missing in every fresh checkout: say how to make it".to_owned(),
        _ => "add it to the repository, or correct the path".to_owned(),
    };
    Finding::new("missing-bind-source", severity, place, format!("services.{name}"), message)
        .evidence(written.clone())
        .help(help)
}
