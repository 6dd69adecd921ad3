//! The files of the repository that a container runs: mounted, or copied by its Dockerfile.

use std::path::{Path, PathBuf};

use crate::facts::images::{built, working_dir};
use crate::facts::storage::mounts::{is_inside, join};
use crate::model::{Copied, MountKind, Service};
use crate::source::{PathKind, SourceDb};

/// How a file comes into a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptOrigin {
    /// A bind mount: as it is on the host.
    Mounted,
    /// The Dockerfile copies it, as git keeps it unless something changes its mode.
    Copied,
}

/// A file of the repository at a path of a container.
#[derive(Clone, Debug)]
pub(crate) struct ContainerFile {
    /// The file.
    pub(crate) path: PathBuf,
    /// How it comes there.
    pub(crate) origin: ScriptOrigin,
}

/// The file that is at a path of a service's container, if it is one of the repository.
pub(crate) fn file_at(service: &Service, word: &str, sources: &SourceDb, root: &Path) -> Option<ContainerFile> {
    if word.contains(['$', ' ']) || !word.contains('/') {
        return None;
    }
    let directory = working_dir(service);
    if !word.starts_with('/') && directory.is_none() {
        return None;
    }
    let path = join(directory, word);
    let is_file = |path: &Path| path.starts_with(root) && sources.kind(path) == PathKind::File;
    let mut mounts: Vec<_> = service.mounts.iter().filter(|mount| is_inside(&path, &mount.target.value)).collect();
    mounts.sort_by_key(|mount| mount.target.value.len());
    if let Some(mount) = mounts.last() {
        let MountKind::Bind(source) = &mount.kind else { return None };
        let file = below(Path::new(source), &path, &mount.target.value);
        return is_file(&file).then_some(ContainerFile { path: file, origin: ScriptOrigin::Mounted });
    }
    let context = Path::new(&service.build.as_ref()?.context.as_ref()?.value);
    let copies = built(service)?.copies.iter().rev();
    let file = copies.filter(|copy| copy.from.is_none()).find_map(|copy| copied(copy, context, &path, &is_file))?;
    Some(ContainerFile { path: file, origin: ScriptOrigin::Copied })
}

/// What is at a path below a target, below the source.
fn below(source: &Path, path: &str, target: &str) -> PathBuf {
    let rest = path.strip_prefix(target).unwrap_or("").trim_start_matches('/');
    if rest.is_empty() { source.to_path_buf() } else { source.join(rest) }
}

fn copied(copy: &Copied, context: &Path, path: &str, is_file: &dyn Fn(&Path) -> bool) -> Option<PathBuf> {
    let target = copy.target.as_deref()?;
    if !is_inside(path, target.trim_end_matches('/')) && target != "/" {
        return None;
    }
    copy.sources.iter().filter(|source| !source.contains(['*', '?', '$', ':'])).find_map(|source| {
        let source = source.trim_start_matches('/').trim_start_matches("./");
        let from = if source == "." { context.to_path_buf() } else { context.join(source) };
        let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let as_file = path == target || path == format!("{}/{name}", target.trim_end_matches('/'));
        let candidates = [as_file.then(|| from.clone()), Some(below(&from, path, target.trim_end_matches('/')))];
        candidates.into_iter().flatten().map(|path| crate::source::normalize(&path)).find(|path| is_file(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_sources;

    #[test]
    fn files_of_containers() {
        let compose = "services:
  mounted: {image: x, volumes: ['./tools:/opt/tools:ro', './start.sh:/start.sh'], working_dir: /opt}
  copied: {build: .}
";
        let dockerfile = "FROM x\nWORKDIR /app\nCOPY tools/run.sh /usr/local/bin/\nCOPY . .\nCOPY start.sh /entry\n";
        let files = [("compose.yaml", compose), ("Dockerfile", dockerfile), ("start.sh", "x"), ("tools/run.sh", "x")];
        with_sources(&files, &[], |sources, facts| {
            let check = |service: &str, word: &str, expect: Option<&str>| {
                let root = Path::new("/plimsoll-test");
                let found = file_at(&facts.model.services[service], word, sources, root);
                let found = found.map(|file| file.path.strip_prefix("/plimsoll-test/shop").unwrap().to_path_buf());
                assert_eq!(found.as_deref(), expect.map(Path::new), "{service} {word}");
            };
            check("mounted", "/start.sh", Some("start.sh"));
            check("mounted", "/opt/tools/run.sh", Some("tools/run.sh"));
            check("mounted", "./tools/run.sh", Some("tools/run.sh"));
            check("mounted", "/opt/tools/none.sh", None);
            check("copied", "/usr/local/bin/run.sh", Some("tools/run.sh"));
            check("copied", "./start.sh", Some("start.sh"));
            check("copied", "/entry", Some("start.sh"));
            check("copied", "tools/run.sh", Some("tools/run.sh"));
            check("copied", "/usr/bin/run.sh", None);
        });
    }
}
