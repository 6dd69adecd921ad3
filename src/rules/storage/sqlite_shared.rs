//! An SQLite database that several containers write to.

use crate::collections::{HashSet, IndexMap};
use crate::facts::images::variable;
use crate::facts::storage::jobs;
use crate::facts::storage::mounts::is_persistent;
use crate::facts::storage::sqlite_files::{SqliteFile, identity};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::Service;
use crate::rules::Context;
use crate::rules::support::and_list;

/// Reports a service with replicas at the number of them, and services that share a file at the second one.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    let jobs = jobs(cx.model);
    let mut shared: IndexMap<(String, String), Vec<&SqliteFile<'_>>> = IndexMap::default();
    for file in cx.facts.sqlite_files().iter().filter(|file| !file.read_only) {
        let mount = file.mount(cx.model).filter(|mount| is_persistent(cx.model, mount) && !mount.read_only);
        let replicas = file.service.replicas.as_ref().filter(|replicas| replicas.value > 1 && mount.is_some());
        if let Some(replicas) = replicas.filter(|_| seen.insert(&file.service.name)) {
            findings.push(shared_by_replicas(file, replicas.value).label(replicas.place, "the replicas"));
        }
        if let Some(place) = mount.and_then(|mount| identity(cx.model, mount, &file.path))
            && !jobs.contains(file.service.name.as_str())
        {
            shared.entry(place).or_default().push(file);
        }
    }
    for files in shared.values() {
        let is_sequential = files.iter().any(|file| runs_in_turn(file.service));
        let lowered = |finding: Finding| if is_sequential { finding.severity(Severity::Info) } else { finding };
        findings.extend(shared_by_services(files).map(lowered));
    }
}

/// Whether Airflow runs one task at a time, for which it takes SQLite alone:
/// <https://airflow.apache.org/docs/apache-airflow/2.10.5/core-concepts/executor/sequential.html>.
fn runs_in_turn(service: &Service) -> bool {
    variable(service, "AIRFLOW__CORE__EXECUTOR").is_some_and(|value| value.value == "SequentialExecutor")
}

fn shared_by_replicas(file: &SqliteFile<'_>, count: i64) -> Finding {
    let name = &file.service.name;
    let message = format!("{count} replicas of `{name}` write to the same SQLite database");
    Finding::new(rule::SQLITE_SHARED, file.place, Subject::service(name), message)
        .evidence(format!("replicas of {}", file.path))
        .help("use a database server, or one replica")
}

fn shared_by_services(files: &[&SqliteFile<'_>]) -> Option<Finding> {
    let first = files.first()?;
    // What an image does unless it is told otherwise is sure for one service only: another may have another part.
    let named = |file: &SqliteFile<'_>| file.place != file.service.key;
    let second = files.iter().find(|file| file.service.name != first.service.name && named(file))?;
    if !named(first) {
        return None;
    }
    let mut names: Vec<&str> = files.iter().map(|file| file.service.name.as_str()).collect();
    names.dedup();
    let message = format!("{} write to the same SQLite database", and_list(&names));
    Some(
        Finding::new(rule::SQLITE_SHARED, second.place, Subject::service(&second.service.name), message).severity(Severity::Warning)
        .evidence(second.path.clone())
        .label(first.place, format!("used by `{}` here", first.service.name))
        .help("use a database server: SQLite allows one writer at a time, and the others fail with `database is locked` under load"),
    )
}
