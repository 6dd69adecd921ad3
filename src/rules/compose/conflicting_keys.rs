//! Keys that exclude each other for the engine although Compose takes them together (docker compose 2.40.3, `create.go`
//! and `secrets.go`; moby 28.5.1, `daemon/daemon_unix.go`). What Compose itself rejects the loader reports.

use crate::compose::value::{Data, Entry, Map, Step, Value};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{FileObject, Grant, Service};
use crate::rules::Context;
use crate::rules::support::and_list;
use crate::source::Place;

/// Looks at every service.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let services = cx.project.root.get("services").and_then(Value::map);
    for (name, entry) in services.into_iter().flatten() {
        let Some(map) = entry.value.map() else { continue };
        let service = Keys { subject: Subject::service(name), map };
        service.memory(findings);
        service.processors(findings);
        service.addresses(findings);
        service.mounts(findings);
    }
    let swarm = cx.facts.is_for_swarm();
    for service in cx.model.services.values().filter(|_| !swarm) {
        read_only_grants(cx, service, findings);
        owned_grants(cx, &service.name, findings);
    }
    let networks = cx.project.root.get("networks").and_then(Value::map);
    for (name, entry) in networks.into_iter().flatten() {
        external_network(name, &entry.value, findings);
    }
}

/// Settings of a network that is made elsewhere; of volumes Compose says so itself.
fn external_network(name: &str, network: &Value, findings: &mut Vec<Finding>) {
    const SETTINGS: [&str; 7] =
        ["driver", "driver_opts", "ipam", "internal", "attachable", "enable_ipv4", "enable_ipv6"];
    let external = network.map().and_then(|map| map.get("external"));
    let Some(external) = external.filter(|external| external.value.data == Data::Bool(true)) else { return };
    let given = |setting: &'static str| {
        let given = network.map().and_then(|map| map.get(setting))?;
        (!given.value.via.contains(&Step::Implied) && given.key != external.key).then_some((setting, given.key))
    };
    let all: Vec<(&str, Place)> = SETTINGS.into_iter().filter_map(given).collect();
    let Some(((setting, place), others)) = all.split_first() else { return };
    let names: Vec<&str> = all.iter().map(|(setting, _)| *setting).collect();
    let (have, them) = if others.is_empty() { ("has", "it") } else { ("have", "them") };
    let message = format!("{} {have} no effect on an external network", and_list(&names));
    let mut finding = Finding::new(rule::CONFLICTING_KEYS, *place, Subject::network(name), message)
        .severity(Severity::Warning)
        .evidence(*setting)
        .label(external.key, "created elsewhere")
        .help(format!("remove {them}, or remove `external` so that the project creates the network"));
    for (other, place) in others {
        finding = finding.label(*place, format!("`{other}`"));
    }
    findings.push(finding);
}

struct Keys<'a> {
    subject: Subject,
    map: &'a Map,
}

/// A number and the key that gives it.
struct GivenNumber<'a> {
    key: &'static str,
    at: &'a Entry,
    number: i64,
}

impl<'a> Keys<'a> {
    /// The first of some paths that holds a number above 0.
    fn given(&self, paths: &[(&'static str, &[&str])]) -> Option<GivenNumber<'a>> {
        paths.iter().find_map(|(key, path)| {
            let (last, parents) = path.split_last()?;
            let map = parents.iter().try_fold(self.map, |map, step| map.get(step)?.value.map())?;
            let at = map.get(last)?;
            let number = match &at.value.data {
                Data::Text(text) => text.parse().ok()?,
                Data::Int(number) => *number,
                Data::Float(number) if *number > 0.0 => 1,
                _ => return None,
            };
            (number > 0 && !at.value.has_blank()).then_some(GivenNumber { key, at, number })
        })
    }

    fn memory(&self, findings: &mut Vec<Finding>) {
        let limit = self.given(&[
            ("deploy.resources.limits.memory", &["deploy", "resources", "limits", "memory"]),
            ("mem_limit", &["mem_limit"]),
        ]);
        let kept = self.given(&[
            ("deploy.resources.reservations.memory", &["deploy", "resources", "reservations", "memory"]),
            ("mem_reservation", &["mem_reservation"]),
        ]);
        let swap = self.given(&[("memswap_limit", &["memswap_limit"])]);
        if let (Some(limit), Some(kept)) = (&limit, &kept)
            && kept.number > limit.number
        {
            let message = format!("`{}` exceeds `{}`", kept.key, limit.key);
            findings.push(self.conflict(kept, limit, message).help("lower the reservation to at most the limit"));
        }
        match (&limit, &swap) {
            (Some(limit), Some(swap)) if swap.number < limit.number => {
                let message = format!("`memswap_limit` is lower than `{}`", limit.key);
                let help = "set it to the memory limit plus swap: it is the sum of both";
                findings.push(self.conflict(swap, limit, message).help(help));
            }
            (None, Some(swap)) => {
                let message = "`memswap_limit` requires `mem_limit`";
                findings.push(
                    Finding::new(rule::CONFLICTING_KEYS, swap.at.key, self.subject.clone(), message)
                        .evidence("memswap_limit")
                        .help("set `mem_limit` as well: `memswap_limit` is the sum of memory and swap"),
                );
            }
            _ => {}
        }
    }

    fn processors(&self, findings: &mut Vec<Finding>) {
        let limit = self.given(&[
            ("deploy.resources.limits.cpus", &["deploy", "resources", "limits", "cpus"]),
            ("cpus", &["cpus"]),
        ]);
        let Some(limit) = limit else { return };
        for path in [("cpu_quota", &["cpu_quota"][..]), ("cpu_period", &["cpu_period"][..])] {
            if let Some(other) = self.given(&[path]) {
                let message = format!("`{}` and `{}` are mutually exclusive", other.key, limit.key);
                let help = format!("keep `{}`: it is the quota divided by the period", limit.key);
                findings.push(self.conflict(&other, &limit, message).help(help));
                return;
            }
        }
    }

    /// Two keys that exclude each other: the one that is second in the file is reported.
    fn conflict(&self, one: &GivenNumber<'_>, other: &GivenNumber<'_>, message: String) -> Finding {
        let (first, second) = ordered(one.at.key, other.at.key);
        Finding::new(rule::CONFLICTING_KEYS, second, self.subject.clone(), message)
            .evidence(one.key)
            .label(first, "conflicts with this")
    }

    /// `mac_address` of the service is that of its network.
    fn addresses(&self, findings: &mut Vec<Finding>) {
        let Some(own) = self.map.get("mac_address").filter(|own| own.value.text().is_some_and(|own| !own.is_empty()))
        else {
            return;
        };
        let networks = self.map.get("networks").and_then(|networks| networks.value.map());
        let [(name, network)] = networks.into_iter().flatten().collect::<Vec<_>>()[..] else { return };
        let other = network.value.map().and_then(|network| network.get("mac_address"));
        if let Some(other) = other.filter(|other| other.value.data != own.value.data) {
            let message = format!("`mac_address` of the service and of its network `{name}` have different values");
            let (first, second) = ordered(own.key, other.key);
            findings.push(
                Finding::new(rule::CONFLICTING_KEYS, second, self.subject.clone(), message)
                    .evidence("mac_address")
                    .label(first, "conflicts with this")
                    .help("set it only once, under the network"),
            );
        }
    }

    /// Settings of another type of mount, which docker compose warns of.
    fn mounts(&self, findings: &mut Vec<Finding>) {
        let mounts = self.map.get("volumes").and_then(|volumes| volumes.value.list());
        for mount in mounts.into_iter().flatten().filter_map(Value::map) {
            let Some(kind) = mount.get("type").and_then(|kind| kind.value.text()) else { continue };
            for settings in ["bind", "volume", "tmpfs", "image"] {
                let Some(given) = mount.get(settings).filter(|_| settings != kind) else { continue };
                if given.value.via.contains(&Step::Implied) || given.value.is_null() {
                    continue;
                }
                let target = mount.get("target").and_then(|target| target.value.text()).unwrap_or("");
                let message = format!("`{settings}` has no effect on a mount of type `{kind}`");
                findings.push(
                    Finding::new(rule::CONFLICTING_KEYS, given.key, self.subject.clone(), message)
                        .severity(Severity::Warning)
                        .evidence(format!("{target} {settings}"))
                        .help(format!("set `type: {settings}`, or remove `{settings}`")),
                );
            }
        }
    }
}

/// A secret or config that is not a file is copied into the container, which cannot be read-only then.
fn read_only_grants(cx: &Context<'_>, service: &Service, findings: &mut Vec<Finding>) {
    let Some(read_only) = service.read_only.as_ref().filter(|flag| flag.value) else { return };
    let kinds: [(&str, &[Grant], _); 2] =
        [("secret", &service.secrets, &cx.model.secrets), ("config", &service.configs, &cx.model.configs)];
    for (kind, grants, all) in kinds {
        let source = |object: &FileObject| match object {
            FileObject { environment: Some(_), .. } => Some("environment"),
            FileObject { content: Some(_), .. } => Some("content"),
            _ => None,
        };
        for grant in grants {
            let name = &grant.source.value;
            let Some(key) = all.get(name).and_then(source) else { continue };
            let message =
                format!("{kind} `{name}` from `{key}` cannot be written into a container with `read_only: true`");
            findings.push(
                Finding::new(rule::CONFLICTING_KEYS, grant.place, Subject::service(&service.name), message)
                    .evidence(format!("{kind} {name}"))
                    .label(read_only.place, "made read-only here")
                    .help(format!("use `file` for the {kind}: it is mounted, not copied")),
            );
        }
    }
}

/// Owner and mode of a secret or config that is a file: it is mounted as it is on the host, as docker compose warns.
fn owned_grants(cx: &Context<'_>, service: &str, findings: &mut Vec<Finding>) {
    let value = cx.project.root.get("services").and_then(|services| services.get(service));
    for (kind, all) in [("secrets", &cx.model.secrets), ("configs", &cx.model.configs)] {
        let grants = value.and_then(|service| service.get(kind)).and_then(Value::list).unwrap_or(&[]);
        for grant in grants.iter().filter_map(Value::map) {
            let name = grant.get("source").and_then(|source| source.value.text()).unwrap_or("");
            let Some(file) = all.get(name).and_then(|object| object.file.as_ref()) else { continue };
            let owner = ["uid", "gid", "mode"].into_iter().find_map(|key| Some((key, grant.get(key)?)));
            let Some((key, given)) = owner.filter(|(_, given)| !given.value.via.contains(&Step::Implied)) else {
                continue;
            };
            let message = format!("`{key}` has no effect: `{name}` is a file and is mounted as it is on the host");
            findings.push(
                Finding::new(rule::CONFLICTING_KEYS, given.key, Subject::service(service), message)
                    .severity(Severity::Info)
                    .evidence(format!("{kind} {name}"))
                    .label(file.place, "the file")
                    .help("set the owner and mode of the file on the host, or use `environment` for the content"),
            );
        }
    }
}

fn ordered(one: Place, other: Place) -> (Place, Place) {
    (one.min(other), one.max(other))
}
