//! Binds against what an image has at their targets: files over directories, and volumes over what the Dockerfile copies.

use std::path::{Path, PathBuf};

use super::mounts;
use crate::facts::images::{built, known_image, launch};
use crate::model::{Copied, Model, Mount, MountKind, Service};
use crate::source::{PathKind, SourceDb, relative};

/// Directories that nearly every image has (Filesystem Hierarchy Standard 3.0).
const EVERYWHERE: [&str; 16] = [
    "/bin",
    "/etc",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/local",
    "/usr/local/bin",
    "/var",
];

/// A bind of a file over a directory of the image, or of a directory over a file.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The bind.
    pub(crate) mount: &'a Mount,
    /// The source, seen from the project's directory.
    pub(crate) source: String,
    /// Whether the source is a file; otherwise it is the directory.
    pub(crate) is_file: bool,
}

/// The binds of active services whose source is of another kind than what the image has at the target.
pub(crate) fn mismatches<'a>(model: &'a Model, sources: &SourceDb, root: &Path) -> Vec<Mismatch<'a>> {
    let mut found = Vec::new();
    for service in model.services.values() {
        for mount in &service.mounts {
            let MountKind::Bind(source) = &mount.kind else { continue };
            let source = Path::new(source);
            // What another mount brings at the target is not the image's.
            let is_nested = service
                .mounts
                .iter()
                .any(|other| other.place != mount.place && mounts::is_inside(&mount.target.value, &other.target.value));
            if !source.starts_with(root) || is_nested {
                continue;
            }
            let is_file = match sources.kind(source) {
                PathKind::File if is_directory(service, &mount.target.value) => true,
                PathKind::Directory if is_file(service, &mount.target.value) => false,
                _ => continue,
            };
            found.push(Mismatch { service, mount, source: relative(&model.directory, source), is_file });
        }
    }
    found
}

/// Whether the image of a service has a directory at a path for sure.
fn is_directory(service: &Service, path: &str) -> bool {
    let known = known_image(service).filter(|known| known.exact);
    let is_listed = known.is_some_and(|known| {
        let data = known.image.data.iter().filter_map(|data| data.volume.as_deref());
        data.chain(known.image.directories.iter().map(String::as_str))
            .any(|directory| mounts::is_inside(directory, path))
    });
    let is_working_dir =
        built(service).and_then(|image| image.working_dir.as_ref()).is_some_and(|one| one.value == path);
    is_listed || is_working_dir || EVERYWHERE.contains(&path)
}

/// Whether the image of a service has a file at a path for sure.
fn is_file(service: &Service, path: &str) -> bool {
    known_image(service).is_some_and(|known| known.exact && known.image.files.iter().any(|file| file == path))
}

/// A named volume over files that the Dockerfile copies from the repository.
#[derive(Clone, Debug)]
pub(crate) struct Frozen<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The mount of the volume.
    pub(crate) mount: &'a Mount,
    /// The volume.
    pub(crate) volume: &'a str,
    /// A file that it hides, seen from the project's directory; `None` for what another stage of the Dockerfile makes.
    pub(crate) file: Option<String>,
}

/// The named volumes that keep the code of the first image they were filled from.
pub(crate) fn frozen<'a>(model: &'a Model, sources: &SourceDb) -> Vec<Frozen<'a>> {
    let mut found = Vec::new();
    for service in model.services.values() {
        let Some(image) = built(service).filter(|_| !refreshes(service, sources)) else { continue };
        for mount in &service.mounts {
            let MountKind::Volume(volume) = &mount.kind else { continue };
            let declared = model.volumes.get(volume);
            if mount.read_only || declared.is_none_or(|one| one.external || one.is_tmpfs()) {
                continue;
            }
            let hidden = image.copies.iter().find_map(|copy| hidden_file(service, copy, &mount.target.value, sources));
            if let Some(file) = hidden {
                let file = file.map(|file| relative(&model.directory, &file));
                found.push(Frozen { service, mount, volume, file });
            }
        }
    }
    found
}

/// Programs and words that copy files anew at each start.
const REFRESHING: [&str; 6] = ["collectstatic", "rsync", "cp -", "cp /", "assets:precompile", "npm run build"];

/// Whether a container copies files when it starts, or starts with a script that may.
fn refreshes(service: &Service, sources: &SourceDb) -> bool {
    let copies = |text: &str| REFRESHING.iter().any(|word| text.contains(word));
    launch(service)
        .iter()
        .any(|word| copies(&word.value) || script_of(service, &word.value, sources).is_some_and(|text| copies(&text)))
}

/// The text of a script of the repository that a word of a command names.
fn script_of(service: &Service, word: &str, sources: &SourceDb) -> Option<String> {
    let name = word.rsplit('/').next().filter(|name| name.ends_with(".sh") || name.contains("entrypoint"))?;
    let context = Path::new(&service.build.as_ref()?.context.as_ref()?.value);
    let copied = built(service)?.copies.iter().filter(|copy| copy.from.is_none()).flat_map(|copy| &copy.sources);
    let named = copied.filter(|source| source.ends_with(name)).map(|source| context.join(source));
    let candidates =
        named.chain([context.join(name), context.join("docker").join(name), context.join("scripts").join(name)]);
    let path = candidates.into_iter().find(|path| sources.kind(path) == PathKind::File)?;
    let file = sources.glancing().load(&path).ok()?;
    Some(sources.file(file).text.to_string())
}

/// The file of code that a volume at a path hides of what an instruction copies: `Some(None)` for what another stage made.
fn hidden_file(service: &Service, copy: &Copied, path: &str, sources: &SourceDb) -> Option<Option<PathBuf>> {
    let target = copy.target.as_deref()?.trim_end_matches('/');
    if copy.from.is_some() {
        return (mounts::is_inside(target, path) && path != "/").then_some(None);
    }
    let context = Path::new(&service.build.as_ref()?.context.as_ref()?.value);
    let below = path.strip_prefix(target).filter(|_| mounts::is_inside(path, target));
    if below.is_none() && !mounts::is_inside(target, path) {
        return None;
    }
    let inside = below.unwrap_or("").trim_start_matches('/');
    copy.sources.iter().find_map(|source| {
        let directory = context.join(source).join(inside);
        code_in(&crate::source::normalize(&directory), sources, 2).map(Some)
    })
}

/// Endings of files that a new version of an image replaces.
const CODE: [&str; 14] =
    ["php", "py", "js", "mjs", "cjs", "ts", "jsx", "tsx", "rb", "go", "java", "css", "vue", "twig"];

/// How many entries of a directory are looked at.
const MOST: usize = 128;

/// A file of code in a directory, or as many levels below it.
fn code_in(directory: &Path, sources: &SourceDb, levels: usize) -> Option<PathBuf> {
    let entries = sources.entries(directory);
    let names: Vec<&str> = entries.names().take(MOST).filter(|name| !name.starts_with('.')).collect();
    let is_code = |name: &&&str| name.rsplit_once('.').is_some_and(|(_, ending)| CODE.contains(&ending));
    if let Some(name) = names.iter().find(is_code) {
        return Some(directory.join(name));
    }
    let levels = levels.checked_sub(1)?;
    names.iter().find_map(|name| code_in(&directory.join(name), sources, levels))
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    #[test]
    fn files_over_directories() {
        let check = |mount: &str, expect: Option<bool>| {
            let compose = format!("services: {{a: {{image: 'nginx:1.29', volumes: ['{mount}']}}}}\n");
            let files = [("compose.yaml", compose.as_str()), ("site.conf", "")];
            with_sources(&files, &[], |_, facts| {
                let found = facts.mismatched_binds();
                assert_eq!(found.first().map(|one| one.is_file), expect, "{mount}");
            });
        };
        check("./site.conf:/etc/nginx/conf.d", Some(true));
        check("./site.conf:/etc", Some(true));
        check("./site.conf:/etc/nginx/conf.d/site.conf", None);
        check("./site.conf:/site", None);
        check("./missing:/etc/nginx/conf.d", None);
        check("/srv/site.conf:/etc/nginx/conf.d", None);
    }

    #[test]
    fn volumes_over_what_another_stage_made() {
        let check = |target: &str, command: &str, expect: Option<Option<&str>>| {
            let compose = format!(
                "services: {{a: {{build: ., command: {command}, volumes: ['kept:{target}']}}}}\nvolumes: {{kept: {{}}}}\n"
            );
            let dockerfile = "FROM node:22 AS made\nFROM php:8.3-apache\nWORKDIR /srv\nCOPY . /srv\nCOPY --from=made /dist /srv/public/dist\nCOPY start.sh /start.sh\n";
            let script = "cp -r /app/public /srv/public\n";
            let files = [("compose.yaml", compose.as_str()), ("Dockerfile", dockerfile), ("start.sh", script)];
            with_sources(&files, &[], |_, facts| {
                let found = facts.frozen_volumes();
                assert_eq!(found.first().map(|one| one.file.as_deref()), expect, "{target}");
            });
        };
        check("/srv/public", "apache2", Some(None));
        check("/srv/public/dist", "apache2", Some(None));
        check("/srv/public/dist/uploads", "apache2", None);
        check("/srv/uploads", "apache2", None);
        check("/var/lib/app", "apache2", None);
        check("/srv/public", "[sh, -c, 'rsync -a /code/ /srv/ && apache2']", None);
        check("/srv/public", "/start.sh", None);
    }
}
