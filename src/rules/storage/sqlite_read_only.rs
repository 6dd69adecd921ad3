//! An SQLite database on a read-only mount.

use crate::finding::{Finding, Subject, rule};
use crate::model::{Model, Mount, MountKind};
use crate::rules::Context;
use crate::source::Place;

/// Reports each mount once, however many services share its line.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut reported: Vec<Place> = Vec::new();
    for file in cx.facts.sqlite_files().iter().filter(|file| !file.read_only) {
        let Some(mount) = file.mount(cx.model).filter(|mount| mount.read_only && !is_foreign(cx.model, mount)) else {
            continue;
        };
        if reported.contains(&mount.place) {
            continue;
        }
        reported.push(mount.place);
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

/// Whether what is mounted belongs to somebody else: it is read on purpose.
fn is_foreign(model: &Model, mount: &Mount) -> bool {
    match &mount.kind {
        MountKind::Bind(source) => !std::path::Path::new(source).starts_with(&model.directory),
        MountKind::Volume(name) => model.volumes.get(name).is_some_and(|volume| volume.external),
        _ => false,
    }
}
