//! A directory that a web server serves files from and that its container does not have.

use crate::facts::storage::mounts::{all, is_inside};
use crate::finding::{Finding, Severity, Subject, rule};
use crate::model::{Model, Service};
use crate::rules::Context;
use crate::rules::support::{for_purpose, with_given};

/// Reports each such path once for each service.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.fragment {
        return;
    }
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for root in &cx.facts.app_configs().document_roots {
        let Some(service) = cx.model.services.get(&root.service) else { continue };
        let path = root.text.trim_end_matches('/');
        if !is_judged(cx, service)
            || is_there(cx.model, service, path)
            || is_built(service, path)
            || seen.contains(&(&root.service, path))
        {
            continue;
        }
        seen.push((&root.service, path));
        let name = &service.name;
        let message = format!(
            "nothing is mounted at `{path}` in `{name}`, so {} answers 404 for files below it",
            root.kind.name()
        );
        let mut finding = Finding::new(rule::DOCUMENT_ROOT_NOT_MOUNTED, root.place, Subject::service(name), message)
            .severity(for_purpose(Severity::Warning, cx.facts.purpose()))
            .evidence(path.to_owned())
            .help("mount the directory or volume with the files there, such as the one that the application writes to");
        if let Some((other, mount)) = candidate(cx.model, service, path) {
            finding = finding.label(mount, format!("`{other}` has a mount with that name"));
        }
        findings.push(with_given(finding, root.given, format!("`{name}` uses this configuration")));
    }
}

/// Whether the Dockerfile of a service may put something at a path, below it or above it.
fn is_built(service: &Service, path: &str) -> bool {
    let meets = |target: &str| {
        let target = target.trim_end_matches('/');
        is_inside(path, target) || is_inside(target, path)
    };
    let image = service.build.as_ref().and_then(|build| build.image.as_ref());
    image.is_some_and(|image| {
        image.copies.iter().any(|copied| copied.target.as_deref().is_none_or(meets))
            || image.runs.iter().any(|run| run.script.value.contains(path))
    })
}

/// Whether all that is in the container is known: the image as it comes, or with what a Dockerfile copies.
fn is_judged(cx: &Context<'_>, service: &Service) -> bool {
    service.volumes_from.is_empty()
        && !cx.project.unresolved.contains(&service.name)
        && crate::app_config::is_official(service)
}

/// Directories that the image has.
const OF_IMAGE: [&str; 7] =
    ["/usr/share/nginx", "/etc/nginx", "/var/log", "/tmp", "/var/cache/nginx", "/usr/share/caddy", "/etc/caddy"];

fn is_there(model: &Model, service: &Service, path: &str) -> bool {
    let of_image = OF_IMAGE.iter().any(|directory| is_inside(path, directory));
    let mounted = all(model, service)
        .into_iter()
        .any(|mount| is_inside(path, &mount.target.value) || is_inside(&mount.target.value, path));
    of_image || mounted || path.is_empty() || !path.starts_with('/')
}

/// Another service with a mount whose last word is that of the path.
fn candidate<'a>(model: &'a Model, service: &Service, path: &str) -> Option<(&'a str, crate::source::Place)> {
    let last = path.rsplit('/').next().filter(|last| !last.is_empty())?;
    let others = model.services.values().filter(|other| other.name != service.name);
    others.flat_map(|other| other.mounts.iter().map(move |mount| (other, mount))).find_map(|(other, mount)| {
        let named = mount.target.value.rsplit('/').next() == Some(last);
        named.then_some((other.name.as_str(), mount.place))
    })
}
