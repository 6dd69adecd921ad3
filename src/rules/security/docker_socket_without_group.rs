//! The socket of Docker in a container whose user may not use it.

use super::tools::may_have_group;
use crate::collections::HashSet;
use crate::facts::storage::owners::unprivileged;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{Mount, MountKind};
use crate::rules::Context;

/// Where the socket of Docker is on a host, for root and a group.
const SOCKETS: [&str; 2] = ["/var/run/docker.sock", "/run/docker.sock"];

/// Reports mounts of the socket in services that run as a user who is not root, without a group that may use it.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    for service in cx.model.services.values() {
        let Some(mount) = service.mounts.iter().find(|mount| is_socket(mount)) else { continue };
        let Some(user) = unprivileged(service).filter(|_| !may_have_group(service)) else { continue };
        let place = mount.source.as_ref().map_or(mount.place, |source| source.place);
        if !seen.insert(place) {
            continue;
        }
        // What is missing is a key of the service.
        let name = &service.name;
        let message = format!(
            "`{name}` cannot use the Docker socket: it runs as `{}`, and only root and the group of the socket may",
            user.name
        );
        let mut finding = Finding::new(rule::DOCKER_SOCKET_WITHOUT_GROUP, service.key, Subject::service(name), message)
            .evidence(mount.target.value.clone())
            .help(
                "add the number of the socket's group on the host under `group_add`; `stat -c %g /var/run/docker.sock` \
                     prints it",
            );
        finding = finding.label(place, "the socket is mounted here");
        match user.place {
            Some(user) => finding = finding.label(user, "the user is set here"),
            None => finding = finding.confidence(Confidence::Medium),
        }
        findings.push(finding);
    }
}

fn is_socket(mount: &Mount) -> bool {
    matches!(&mount.kind, MountKind::Bind(path) if SOCKETS.contains(&path.as_str()))
}
