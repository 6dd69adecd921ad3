//! Named volumes that Docker creates as root, as the image has no directory there, and the user that is meant to write to
//! them.

use std::path::Path;

use super::mounts::is_inside;
use super::owners::{User, unprivileged};
use crate::catalogue::schema::ImageRole;
use crate::collections::{HashMap, HashSet};
use crate::facts::images::{built, known_image};
use crate::model::{BuiltImage, Copied, Model, Mount, MountKind, Service};
use crate::source::{PathKind, SourceDb, normalize};

/// A named volume that belongs to root, in a service that runs as another user.
#[derive(Clone, Debug)]
pub(crate) struct RootOwnedVolume<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The mount.
    pub(crate) mount: &'a Mount,
    /// The user.
    pub(crate) user: User<'a>,
}

/// The volumes of services that are built here, that nobody else mounts, and that lead to a path which nothing in the
/// Dockerfile makes: a new volume takes the owner of the directory of the image, and root's where there is none
/// (docs.docker.com/engine/storage/volumes, populate a volume using a container).
pub(crate) fn root_owned<'a>(model: &'a Model, sources: &SourceDb, root: &Path) -> Vec<RootOwnedVolume<'a>> {
    let all = || model.services.values().chain(model.disabled.values());
    if all().any(|service| !service.volumes_from.is_empty()) {
        return Vec::new();
    }
    let mut users: HashMap<&str, usize> = HashMap::default();
    for service in all() {
        let volumes = service.mounts.iter().filter_map(volume_of);
        volumes.collect::<HashSet<&str>>().into_iter().for_each(|volume| *users.entry(volume).or_default() += 1);
    }
    let is_own = |mount: &Mount| volume_of(mount).is_some_and(|volume| users.get(volume) == Some(&1));
    let mut found = Vec::new();
    for service in all() {
        let Some(image) = built(service) else { continue };
        let is_plain = known_image(service).is_some_and(|known| known.image.role == ImageRole::Base);
        let Some(user) = unprivileged(service).filter(|_| is_plain) else { continue };
        let context =
            service.build.as_ref().and_then(|build| build.context.as_ref()).map(|path| Path::new(&path.value));
        let Some(context) = context.filter(|context| context.starts_with(root)) else { continue };
        for mount in service.mounts.iter().filter(|mount| !mount.read_only && mount.subpath.is_none()) {
            let target = mount.target.value.as_str();
            let is_new = is_own(mount) && is_local_volume(model, mount) && !is_common(target);
            if is_new && !may_have(image, target) && !copies(image, target, (context, sources)) {
                found.push(RootOwnedVolume { service, mount, user: user.clone() });
            }
        }
    }
    found
}

fn volume_of(mount: &Mount) -> Option<&str> {
    if let MountKind::Volume(key) = &mount.kind { Some(key) } else { None }
}

/// Whether a mount is a volume of the project on the machine itself.
fn is_local_volume(model: &Model, mount: &Mount) -> bool {
    volume_of(mount).and_then(|key| model.volumes.get(key)).is_some_and(|volume| {
        !volume.external
            && volume.driver_opts.is_empty()
            && volume.driver.as_ref().is_none_or(|driver| driver.value == "local")
    })
}

/// Directories that images of languages have, and what builds make without naming it.
fn is_common(target: &str) -> bool {
    const DIRECTORIES: [&str; 18] = [
        "/tmp",
        "/var/tmp",
        "/run",
        "/home",
        "/home/node",
        "/home/app",
        "/root",
        "/opt",
        "/srv",
        "/mnt",
        "/media",
        "/usr/src/app",
        "/var/www",
        "/var/www/html",
        "/var/log",
        "/var/lib",
        "/var/cache",
        "/usr/local",
    ];
    const MADE: [&str; 15] = [
        "node_modules",
        ".next",
        ".nuxt",
        ".output",
        ".venv",
        "venv",
        "dist",
        "build",
        "target",
        "vendor",
        "static",
        "staticfiles",
        "public",
        "assets",
        ".cache",
    ];
    DIRECTORIES.contains(&target) || target.split('/').any(|part| MADE.contains(&part))
}

/// Whether a step of the Dockerfile may make a directory: it names it, runs a script that is not read, or is in it.
fn may_have(image: &BuiltImage, target: &str) -> bool {
    let last = target.rsplit('/').next().unwrap_or(target);
    let is_script = |script: &str| {
        script.split_whitespace().any(|word| word.starts_with("./") || word.ends_with(".sh") || word.contains('$'))
    };
    let is_home = image.working_dir.as_ref().is_some_and(|directory| is_inside(&directory.value, target));
    is_home
        || image.volumes.iter().any(|volume| is_inside(&volume.value, target))
        || image.runs.iter().any(|run| run.script.value.contains(last) || is_script(&run.script.value))
}

/// Whether what the Dockerfile copies may bring a directory.
fn copies(image: &BuiltImage, target: &str, (context, sources): (&Path, &SourceDb)) -> bool {
    let brings = |copied: &Copied| {
        let Some(to) = copied.target.as_deref() else { return true };
        let to = to.trim_end_matches('/');
        if is_inside(to, target) {
            return true;
        }
        let Some(rest) = target.strip_prefix(to).filter(|rest| rest.starts_with('/')) else { return false };
        // What another stage has is not known.
        copied.from.is_some()
            || copied.sources.iter().any(|source| {
                let path = normalize(&context.join(source.trim_start_matches('/')).join(rest.trim_start_matches('/')));
                source.contains(['*', '$']) || sources.kind(&path) != PathKind::Missing
            })
    };
    image.copies.iter().any(brings)
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    fn check(dockerfile: &str, service: &str, expect: bool) {
        let compose = format!("services:\n  web:\n    build: .\n    {service}\nvolumes: {{data: {{}}}}\n");
        let text = format!("FROM node:22\nWORKDIR /app\nRUN addgroup -S app && adduser -S app\n{dockerfile}");
        let files = [("compose.yaml", compose.as_str()), ("Dockerfile", &text), ("uploads", ""), (".git", "")];
        with_sources(&files, &[], |_, facts| {
            assert_eq!(!facts.root_owned_volumes().is_empty(), expect, "{dockerfile} {service}");
        });
    }

    #[test]
    fn a_volume_at_a_path_that_the_image_lacks() {
        let volume = "volumes: ['data:/data']";
        check("COPY . .\nUSER app\n", volume, true);
        check("COPY . .\n", "volumes: ['data:/data']\n    user: '1000'", true);
        check("COPY . .\nUSER app\n", "volumes: ['data:/app/data']", true);
        check("COPY . .\nUSER app\n", "volumes: ['data:/app/uploads']", false);
        check("COPY . .\n", volume, false);
        check("RUN mkdir -p /data && chown app /data\nUSER app\n", volume, false);
        check("COPY --chown=app seed /data/\nUSER app\n", volume, false);
        check("WORKDIR /data\nUSER app\n", volume, false);
        check("VOLUME /data\nUSER app\n", volume, false);
        check("RUN ./prepare.sh\nUSER app\n", volume, false);
        check("USER app\n", "volumes: ['data:/data:ro']", false);
        check("USER app\n", "volumes: ['./data:/data']", false);
        check("USER app\n", "volumes: ['data:/app/node_modules']", false);
    }
}
