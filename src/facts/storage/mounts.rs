//! Which mount covers a path of a container, and whether it outlives the container.

use crate::budget::Limit;
use crate::collections::HashSet;
use crate::compose::load::short::volume::clean;
use crate::model::{Model, Mount, MountKind, Service};

/// The mounts of a service, those taken over by `volumes_from` behind its own. What `container:` names is not known.
pub(crate) fn all<'a>(model: &'a Model, service: &'a Service) -> Vec<&'a Mount> {
    let mut mounts: Vec<&Mount> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::from_iter([service.name.as_str()]);
    let mut waiting = vec![service];
    while let Some(service) = waiting.pop() {
        mounts.extend(&service.mounts);
        for from in &service.volumes_from {
            let name = from.value.split(':').next().unwrap_or("");
            let Some(other) = model.services.get(name) else { continue };
            if !model.budget.spend(Limit::Steps, 1 + other.mounts.len(), from.place) {
                return mounts;
            }
            if seen.insert(&other.name) {
                waiting.push(other);
            }
        }
    }
    mounts
}

/// The mount with the longest target that is the path or a parent of it; of two alike, the service's own.
pub(crate) fn cover<'a>(model: &'a Model, service: &'a Service, path: &str) -> Option<&'a Mount> {
    let path = clean(path);
    let covering = all(model, service).into_iter().filter(|mount| is_inside(&path, &mount.target.value));
    covering.reduce(|best, mount| if mount.target.value.len() > best.target.value.len() { mount } else { best })
}

/// Whether a path is a directory or is below it; both clean, but for a `/` at the end of the directory. `/data2` is not
/// inside `/data`.
pub(crate) fn is_inside(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory.trim_end_matches('/')).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether what is written to a mount is still there when the container is made anew: a path of the host or a named
/// volume, not memory and not a volume without a name.
pub(crate) fn is_persistent(model: &Model, mount: &Mount) -> bool {
    match &mount.kind {
        MountKind::Bind(_) | MountKind::Unknown => true,
        MountKind::Volume(name) => !model.volumes.get(name).is_some_and(crate::model::Volume::is_tmpfs),
        MountKind::Other(kind) => kind == "cluster",
        MountKind::Anonymous | MountKind::Tmpfs => false,
    }
}

/// Whether what is written to a path of a service outlives its container.
pub(crate) fn is_kept(model: &Model, service: &Service, path: &str) -> bool {
    cover(model, service, path).is_some_and(|mount| is_persistent(model, mount))
}

/// A path of a container, seen from its working directory, clean.
pub(crate) fn join(working_dir: Option<&str>, path: &str) -> String {
    if path.starts_with('/') {
        return clean(path);
    }
    clean(&format!("/{}/{path}", working_dir.unwrap_or("")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    const STACK: &str = "
services:
  app:
    image: app
    volumes: [data:/data, './cfg:/data/cfg:ro', /anonymous, mem:/mem]
    tmpfs: /data/tmp:size=1m
  twin:
    image: app
    volumes_from: [app]
    volumes: [other:/data]
volumes: {data: {}, other: {}, mem: {driver_opts: {type: tmpfs, device: tmpfs}}}
";

    fn check(service: &str, path: &str, expect: Option<(&str, bool)>) {
        with_facts(STACK, |facts| {
            let service = &facts.model.services[service];
            let found = cover(facts.model, service, path)
                .map(|mount| (mount.target.value.as_str(), is_persistent(facts.model, mount)));
            assert_eq!(found, expect, "{path}");
        });
    }

    #[test]
    fn the_longest_target_covers() {
        check("app", "/data", Some(("/data", true)));
        check("app", "/data/x.db", Some(("/data", true)));
        check("app", "/data//cfg/../cfg/x", Some(("/data/cfg", true)));
        check("app", "/data2/x.db", None);
        check("app", "/data/tmp/x", Some(("/data/tmp", false)));
        check("app", "/anonymous/x", Some(("/anonymous", false)));
        check("app", "/mem/x", Some(("/mem", false)));
        check("app", "relative", None);
    }

    #[test]
    fn mounts_of_another_service_stand_behind_the_own() {
        check("twin", "/mem/x", Some(("/mem", false)));
        with_facts(STACK, |facts| {
            let mount = cover(facts.model, &facts.model.services["twin"], "/data/x").unwrap();
            assert_eq!(mount.kind, MountKind::Volume("other".to_owned()));
        });
    }

    #[test]
    fn everything_is_inside_the_root() {
        assert!(is_inside("/a", "/"));
        assert!(!is_inside("/", "/a"));
        assert!(is_inside("/a", "/a/") && is_inside("/a/b", "/a/") && !is_inside("/ab", "/a/"));
    }

    #[test]
    fn paths_start_from_the_working_directory() {
        assert_eq!(join(Some("/app"), "data/x.db"), "/app/data/x.db");
        assert_eq!(join(Some("/app/"), "./../x.db"), "/x.db");
        assert_eq!(join(None, "x.db"), "/x.db");
        assert_eq!(join(Some("/app"), "/var//x.db"), "/var/x.db");
    }
}
