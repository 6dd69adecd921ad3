//! A container whose program runs as root.

use super::hardened::containers;
use crate::catalogue::schema::ImageRole;
use crate::collections::HashSet;
use crate::facts::images::{built, known_image};
use crate::finding::{Finding, Subject, rule};
use crate::model::{Build, Service, Spanned};
use crate::rules::Context;
use crate::source::Place;

/// Reports services with `user: root`, and Dockerfiles that leave it at root, each once.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::default();
    let mut dockerfiles: HashSet<(&str, &str, &str)> = HashSet::default();
    for service in containers(cx) {
        let Some((place, why)) = root(service).filter(|(place, _)| seen.insert(*place)) else { continue };
        if service.user.is_none() && !service.build.as_ref().is_some_and(|build| dockerfiles.insert(dockerfile(build)))
        {
            continue;
        }
        let name = &service.name;
        let help =
            "create a user in the Dockerfile and switch to it with `USER`, or set `user` to one that the image has";
        let finding =
            Finding::new(rule::ROOT_USER, place, Subject::service(name), format!("`{name}` runs as root{why}"))
                .help(help);
        findings.push(finding);
    }
}

/// What tells apart the images of a project: the context, the Dockerfile and the target.
fn dockerfile(build: &Build) -> (&str, &str, &str) {
    // The text of a Dockerfile in the Compose file is one of its own.
    let written = if build.inline.is_some() { text_of(&build.inline) } else { text_of(&build.dockerfile) };
    (text_of(&build.context), written, text_of(&build.target))
}

fn text_of(value: &Option<Spanned<String>>) -> &str {
    value.as_ref().map_or("", |value| value.value.as_str())
}

fn root(service: &Service) -> Option<(Place, &'static str)> {
    let is_root = |user: &str| matches!(user.split(':').next(), Some("0" | "root"));
    if let Some(user) = &service.user {
        return is_root(&user.value).then_some((user.place, ""));
    }
    let image = built(service)?;
    if let Some(user) = &image.user {
        return is_root(&user.value).then_some((user.place, ": its Dockerfile says so"));
    }
    // Images of languages and systems leave it at root; what others start as, their Dockerfile would have to say.
    let known = known_image(service)?;
    let stays_root = known.image.role == ImageRole::Base && known.image.user.is_none();
    let key = service.build.as_ref()?.key;
    stays_root.then_some((key, ": its Dockerfile has no `USER`"))
}
