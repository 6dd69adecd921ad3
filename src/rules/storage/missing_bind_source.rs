//! A missing bind mount source, for which Docker creates a directory.

use crate::collections::HashSet;
use crate::facts::storage::binds::MissingSource;
use crate::facts::storage::sqlite_files::is_database;
use crate::finding::{Confidence, Finding, Severity, Subject, rule};
use crate::model::Mount;
use crate::rules::Context;
use crate::rules::support::LABELS;

/// Reports each missing source once, where it is a file, a directory of configuration, or what Docker must not make.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let first = findings.len();
    let mut seen = HashSet::default();
    let mut from_above: Vec<&MissingSource<'_>> = Vec::new();
    for missing in cx.facts.missing_sources() {
        let matters = missing.is_file || missing.mount.must_exist || is_configuration(missing) && !is_made(missing);
        // A database mounted as a single file is another rule's.
        let single = is_database(missing.mount) || is_sqlite(cx, missing.mount);
        if !matters || single || !seen.insert(missing.written.clone()) {
            continue;
        }
        if missing.elsewhere.is_some() {
            from_above.push(missing);
        } else {
            findings.push(finding(missing));
        }
    }
    findings.extend(meant_from_above(&from_above));
    if cx.facts.is_of_elsewhere() {
        findings.iter_mut().skip(first).for_each(|finding| finding.severity = Severity::Info);
    }
}

/// Paths that are right from a directory further up have one cause, and are one finding.
fn meant_from_above(all: &[&MissingSource<'_>]) -> Option<Finding> {
    let [first, others @ ..] = all else { return None };
    let elsewhere = first.elsewhere.as_ref()?;
    let place = |one: &MissingSource<'_>| one.mount.source.as_ref().map_or(one.mount.place, |source| source.place);
    let message = format!("`{}` does not exist, but `{}` does", first.written, elsewhere.path);
    let help = format!(
        "use `{}`, or combine this file with one in `{}`, or pass `--project-directory {}`: paths are relative to the directory of the first Compose file",
        elsewhere.path, elsewhere.directory, elsewhere.directory
    );
    // Behind a file up there it is right as it is.
    let severity = if elsewhere.has_compose_file || is_made(first) { Severity::Info } else { Severity::Warning };
    let subject = Subject::service(&first.service.name);
    let mut finding = Finding::new(rule::MISSING_BIND_SOURCE, place(first), subject, message)
        .severity(severity)
        .evidence(first.written.clone())
        .confidence(Confidence::Medium)
        .help(help);
    for other in others.iter().take(LABELS) {
        finding = finding.label(place(other), format!("also `{}`", other.written));
    }
    Some(finding)
}

fn is_sqlite(cx: &Context<'_>, mount: &Mount) -> bool {
    cx.facts.sqlite_files().iter().any(|file| !file.read_only && file.path == mount.target.value)
}

/// Whether the container reads what should be in a directory: its configuration, or scripts for its first start.
fn is_configuration(missing: &MissingSource<'_>) -> bool {
    let target = missing.mount.target.value.as_str();
    missing.mount.read_only && ["/etc/", "/docker-entrypoint"].iter().any(|start| target.starts_with(start))
}

/// Whether somebody is meant to make it: it is kept out of the repository, or a file says how, or the container fills it.
fn is_made(missing: &MissingSource<'_>) -> bool {
    missing.ignored || missing.example.is_some() || missing.made_by.is_some() || is_filled(missing)
}

/// Whether it is a file that the container fills, and that no repository holds: certificates of an ACME client, a log.
fn is_filled(missing: &MissingSource<'_>) -> bool {
    let name = missing.written.rsplit('/').next().unwrap_or_default();
    !missing.mount.read_only && (name == "acme.json" || name.ends_with(".log"))
}

fn severity(missing: &MissingSource<'_>) -> Severity {
    let sure = missing.in_repository;
    match (is_made(missing), missing.mount.must_exist, missing.is_file) {
        (true, true, _) => Severity::Warning,
        (true, false, _) | (false, false, false) => Severity::Info,
        (false, true, _) if sure => Severity::Error,
        (false, false, true) if sure && missing.is_file_for_sure => Severity::Error,
        (false, ..) => Severity::Warning,
    }
}

fn finding(missing: &MissingSource<'_>) -> Finding {
    let (name, written) = (&missing.service.name, &missing.written);
    let place = missing.mount.source.as_ref().map_or(missing.mount.place, |source| source.place);
    let message = if missing.mount.must_exist {
        format!("`{written}` does not exist, and Docker is not allowed to create it: `{name}` does not start")
    } else if missing.is_file {
        format!("`{written}` does not exist: Docker creates an empty directory in place of the file")
    } else {
        format!("`{written}` does not exist: `{name}` gets an empty directory")
    };
    let help = match (&missing.example, &missing.made_by) {
        (Some(example), _) => format!("create it from `{example}` before the first start"),
        (None, Some(by)) => format!("create it before the first start, as described in `{by}`"),
        _ if missing.ignored => {
            "document how to create it: git ignores it, so it is missing in every fresh checkout".to_owned()
        }
        _ if is_filled(missing) => {
            // Traefik refuses a file that others may read.
            let closed = if written.ends_with(".json") { format!(" && chmod 600 {written}") } else { String::new() };
            format!("create it empty before the first start, and document that: `touch {written}{closed}`")
        }
        _ if missing.is_file && missing.near.is_some() => {
            format!("did you mean `./{}`?", missing.near.as_deref().unwrap_or_default())
        }
        _ => "add it to the repository, correct the path, or document how to create it".to_owned(),
    };
    let finding = Finding::new(rule::MISSING_BIND_SOURCE, place, Subject::service(name), message)
        .severity(severity(missing))
        .evidence(written.clone())
        .help(help);
    // Outside of a repository the file may be left out of what was handed over.
    if missing.in_repository { finding } else { finding.confidence(Confidence::Medium) }
}
