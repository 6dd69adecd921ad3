//! Directories that Docker creates for a bind, and the user that is meant to write to them.

use std::path::Path;

use super::binds::MissingSource;
use super::mounts::is_inside;
use crate::facts::images::{built, known_image, launch};
use crate::model::{Model, MountKind, Service};
use crate::source::Place;

/// A bind whose source Docker will create as root, in a service that runs as another user.
#[derive(Clone, Debug)]
pub(crate) struct RootOwned<'a> {
    /// The source that is missing.
    pub(crate) missing: MissingSource<'a>,
    /// The user.
    pub(crate) user: User<'a>,
}

/// The user that a container starts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User<'a> {
    /// A name or a number.
    pub(crate) name: &'a str,
    /// Where that is written; `None` where the image decides.
    pub(crate) place: Option<Place>,
}

/// The directories among the missing sources that somebody who is not root writes to. Those that another container makes or
/// hands over first are left out.
pub(crate) fn root_owned<'a>(model: &'a Model, missing: &[MissingSource<'a>]) -> Vec<RootOwned<'a>> {
    let is_left = |one: &&MissingSource<'_>| {
        let is_made = one.example.is_some() || one.made_by.is_some() || one.elsewhere.is_some();
        // Programs read their configuration, which root may own.
        let is_configuration = is_inside(&one.mount.target.value, "/etc");
        !is_configuration
            && !one.is_file
            && one.in_repository
            && !one.mount.must_exist
            && !one.mount.read_only
            && !is_made
    };
    missing
        .iter()
        .filter(is_left)
        .filter(|one| !is_handed_over(model, &one.mount.kind))
        .filter_map(|missing| Some(RootOwned { user: unprivileged(missing.service)?, missing: missing.clone() }))
        .collect()
}

/// The user of a service where that is certainly not root.
pub(crate) fn unprivileged(service: &Service) -> Option<User<'_>> {
    let image = built(service);
    if let Some(user) = service.user.as_ref().or_else(|| image?.user.as_ref()) {
        let name = user.value.split(':').next().unwrap_or("");
        let is_known = user.parts.iter().all(|part| !part.is_unknown);
        return (is_known && !matches!(name, "" | "0" | "root")).then_some(User { name, place: Some(user.place) });
    }
    // A program of the project's own may start as anybody.
    let known = known_image(service).filter(|known| known.exact && !known.built && service.entrypoint.is_none())?;
    Some(User { name: known.image.user.as_deref()?, place: None })
}

/// Whether a service that mounts a directory, or one above it, changes its owner.
fn is_handed_over(model: &Model, kind: &MountKind) -> bool {
    let MountKind::Bind(path) = kind else { return false };
    let mounts_it = |service: &&Service| {
        let covers = |kind: &MountKind| matches!(kind, MountKind::Bind(other) if Path::new(path).starts_with(other));
        service.mounts.iter().any(|mount| covers(&mount.kind))
    };
    let changes = |word: &str| ["chown", "chmod", "mkdir", "install -d"].iter().any(|program| word.contains(program));
    let all = model.services.values().chain(model.disabled.values());
    all.filter(mounts_it).any(|service| launch(service).iter().any(|word| changes(&word.value)))
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    fn check(services: &str, expect: &[(&str, &str)]) {
        let files = [("compose.yaml", services), ("Dockerfile", "FROM alpine:3\nUSER app\n"), (".git", "")];
        with_sources(&files, &[], |_, facts| {
            let found = facts.root_owned_sources();
            let found: Vec<(&str, &str)> =
                found.iter().map(|one| (one.missing.written.as_str(), one.user.name)).collect();
            assert_eq!(found, expect, "{services}");
        });
    }

    #[test]
    fn who_is_not_root_cannot_write_to_what_docker_makes() {
        check("services: {a: {image: x, user: '1000:1000', volumes: ['./d:/d']}}\n", &[("./d", "1000")]);
        check("services: {a: {build: ., volumes: ['./d:/d']}}\n", &[("./d", "app")]);
        check("services: {a: {image: 'grafana/grafana:12.0.0', volumes: ['./d:/d']}}\n", &[("./d", "472")]);
    }

    #[test]
    fn what_is_there_or_made_or_not_written_to() {
        for (user, mount) in [
            ("'0:0'", "'./d:/d'"),
            ("root", "'./d:/d'"),
            ("'${NOBODY_KNOWS}'", "'./d:/d'"),
            ("'1000'", "'./d:/d:ro'"),
            ("'1000'", "'./d:/etc/grafana/provisioning'"),
            ("'1000'", "'./d.conf:/d.conf'"),
            ("'1000'", "'d:/d'"),
            ("'1000'", "'/srv/d:/d'"),
        ] {
            check(
                &format!("services: {{a: {{image: x, user: {user}, volumes: [{mount}]}}}}\nvolumes: {{d: {{}}}}\n"),
                &[],
            );
        }
        let init = "init: {image: x, user: root, command: 'chown -R 1000 /all/d', volumes: ['.:/all']}";
        check(&format!("services: {{a: {{image: x, user: '1000', volumes: ['./d:/d']}}, {init}}}\n"), &[]);
        let started = "entrypoint: /own, image: 'grafana/grafana:12.0.0'";
        check(&format!("services: {{a: {{{started}, volumes: ['./d:/d']}}}}\n"), &[]);
    }
}
