//! An SQLite database on a read-only mount.

use crate::finding::{Finding, Subject, rule};
use crate::rules::Context;

/// Reports the mount.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for file in cx.facts.sqlite_files().iter().filter(|file| !file.read_only) {
        let Some(mount) = file.mount(cx.model).filter(|mount| mount.read_only) else { continue };
        let name = &file.service.name;
        let message = format!("the SQLite database of `{name}` is on a read-only mount");
        findings.push(
            Finding::new(rule::SQLITE_READ_ONLY, mount.place, Subject::service(name), message)
                .evidence(file.path.clone())
                .label(file.place, format!("the database is `{}`", file.path))
                .help(
                    "mount it without `ro`; for read-only access, open the database with `?mode=ro` or `immutable=1`",
                ),
        );
    }
}
