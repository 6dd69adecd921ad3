//! A datastore whose data directory is not on a volume.

use super::unkept::{as_sure, without_volume};
use crate::catalogue::schema::{ImageRole, Keeps};
use crate::collections::IndexMap;
use crate::facts::images::{image_text, known_image, may_be_set, variable};
use crate::facts::repository::purpose::is_for_tests;
use crate::facts::storage::caches::is_only_cache;
use crate::facts::storage::datastores::{StoredServer, kept};
use crate::finding::{Finding, Label, Severity, Subject, rule};
use crate::model::{MountKind, Service, Variable};
use crate::rules::Context;
use crate::rules::support::for_purpose;
use crate::yaml::edit;
use crate::yaml::edit::Content;

/// Reports each datastore without a lasting mount; one with a mount at a wrong place is another rule's.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    // The members of a cluster have one cause.
    let mut clusters: IndexMap<(&str, Severity), usize> = IndexMap::default();
    for unkept in cx.facts.unkept().iter().filter(|unkept| unkept.image.holds_data()) {
        let service = unkept.service;
        if cx.project.has_blank_entry(&service.name, &["volumes", "tmpfs"]) {
            continue;
        }
        if unkept.misplaced.is_some() || unkept.keeps == Keeps::Cache && !unkept.asked_for {
            continue;
        }
        let severity = match unkept.image.role {
            ImageRole::Datastore | ImageRole::Search if unkept.keeps == Keeps::Persistent => Severity::Error,
            _ => Severity::Warning,
        };
        let tmpfs = unkept.fleeting.filter(|mount| mount.kind == MountKind::Tmpfs);
        let is_for_calls = unkept.image.role == ImageRole::Broker && carries_calls(cx);
        let is_cache = || is_only_cache(cx.facts, service, &unkept.image.name);
        let is_needless =
            is_for_calls || is_cache() || is_test_twin(cx, service) || !unkept.partly && is_only_registry(cx, service);
        let severity = if tmpfs.is_some() || is_needless {
            Severity::Info
        } else {
            for_purpose(as_sure(severity, unkept), cx.facts.purpose())
        };
        let finding = without_volume(cx, rule::DATASTORE_WITHOUT_VOLUME, unkept).severity(severity);
        let cluster = (unkept.image.name.as_str(), severity);
        let is_bare = unkept.fleeting.is_none() && !unkept.partly;
        match clusters.get(&cluster).and_then(|at| findings.get_mut(*at)).filter(|_| is_bare) {
            Some(first) => join(first, &finding, &service.name),
            None => {
                if is_bare {
                    clusters.insert(cluster, findings.len());
                }
                findings.push(finding);
            }
        }
    }
    by_hostname(cx, findings);
}

/// Variables and files that give a node its name, whatever the hostname is.
const NAMING: [&str; 6] = [
    "RABBITMQ_NODENAME",
    "RABBITMQ_NODE_NAME",
    "RABBITMQ_USE_LONGNAME",
    "HOSTNAME",
    "KAFKA_LOG_DIRS",
    "/etc/rabbitmq/rabbitmq-env.conf",
];

/// Reports what is kept in a folder with the name of the container: the next one has another name, and does not find it.
fn by_hostname(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for one in kept(cx.model).into_iter().filter(|one| one.by_hostname) {
        let service = one.service;
        let has_file = || service.mounts.iter().any(|mount| NAMING.contains(&mount.target.value.as_str()));
        let is_named = service.hostname.is_some()
            || service.network_mode.is_some()
            || NAMING.iter().any(|name| variable(service, name).is_some() || may_be_set(service, name))
            || has_file();
        if is_named {
            continue;
        }
        let name = &service.name;
        let message = format!(
            "`{name}` keeps its data in a folder named after its hostname, and the next container has another one: it starts empty"
        );
        let severity = for_purpose(Severity::Warning, cx.facts.purpose());
        let mut finding = Finding::new(rule::DATASTORE_WITHOUT_VOLUME, service.key, Subject::service(name), message)
            .severity(severity)
            .evidence("hostname".to_owned())
            .label(one.mount.place, "the folder is in this mount")
            .help(format!("set `hostname: {name}`"));
        let edits = edit::add_entry(cx.files, service.key, "hostname", &Content::text(name));
        finding.fixes.extend(edit::risky(
            format!("set `hostname: {name}`: what the current container has written stays under its own name"),
            edits,
        ));
        findings.push(finding);
    }
}

/// Tells of another member of a cluster in the finding of the first. What each needs is more than one fix can do.
fn join(first: &mut Finding, other: &Finding, name: &str) {
    first.labels.push(Label { place: other.place, message: format!("`{name}` does so, too").into() });
    first.fixes.clear();
}

/// Servers that keep their own state in ZooKeeper, by words of their images: Kafka before KRaft among them.
const ON_ZOOKEEPER: [&str; 10] =
    ["kafka", "cp-server", "solr", "clickhouse", "pinot", "druid", "pulsar", "bookkeeper", "hbase", "nifi"];

/// Whether a ZooKeeper is there for no server that keeps its state in it: what registers itself does so again.
fn is_only_registry(cx: &Context<'_>, service: &Service) -> bool {
    let is_zookeeper = known_image(service).is_some_and(|known| known.image.name.contains("zookeeper"));
    let keeps = |other: &Service| {
        let name = image_text(other).to_ascii_lowercase();
        let is_raft = other.environment.keys().any(|name| name.ends_with("PROCESS_ROLES"));
        ON_ZOOKEEPER.iter().any(|word| name.contains(word)) && !is_raft
    };
    is_zookeeper && !cx.model.services.values().any(keeps)
}

/// Whether Celery hands its results back through the broker: who waits for them does not outlive it.
fn carries_calls(cx: &Context<'_>) -> bool {
    let variables = cx.model.services.values().flat_map(|service| &service.environment);
    let is_backend = |(name, variable): (&String, &Variable)| {
        name.contains("RESULT_BACKEND")
            && variable.value.as_ref().is_some_and(|value| value.value.starts_with("rpc://"))
    };
    variables.into_iter().any(is_backend)
}

/// Whether the name of a service says that it is for tests, and another service with the same image keeps its data.
fn is_test_twin(cx: &Context<'_>, service: &Service) -> bool {
    let image = |one: &Service| known_image(one).map(|known| known.image.name.as_str());
    let twin = |kept: &StoredServer<'_>| kept.service.name != service.name && image(kept.service) == image(service);
    is_for_tests(&service.name) && kept(cx.model).iter().any(twin)
}
