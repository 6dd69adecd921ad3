//! The Compose files whose projects may use a file. Which of them do is known once they are loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{is_compose_name, parent};
use crate::source::{DirectoryWalk, SourceDb};

/// How deep below each directory on the way up is looked: a save in an editor must not walk a tree.
const DEPTH: usize = 3;

/// How many entries of directories are looked at in all.
const MOST_ENTRIES: usize = 2048;

/// How many Compose files outside of the file's own directory are taken.
const MOST_FILES: usize = 64;

/// The Compose files in the directory of a file, and in those where one mentions it: the directories from there up to
/// the root, and a little way below these. The file itself is among them where its name may be that of a Compose file.
pub(crate) fn files_near(sources: &SourceDb, file: &Path, root: &Path) -> BTreeSet<PathBuf> {
    let own = parent(file);
    let beside = DirectoryWalk::new(sources, &own, root).most_depth(1).map(|(path, _)| path);
    let mut found: BTreeSet<PathBuf> = beside.filter(|path| is_compose_name(path)).collect();
    if may_be_compose(file) {
        found.insert(file.to_path_buf());
    }
    // An overlay need not mention what its base does.
    let outer = directories_mentioning(sources, file, root, &words_for(file, root));
    found.extend(outer.into_iter().flatten().take(MOST_FILES));
    found
}

/// The Compose files near a file but not next to it, by directories in which one holds one of these words.
pub(crate) fn directories_mentioning(
    sources: &SourceDb,
    file: &Path,
    root: &Path,
    words: &[String],
) -> Vec<BTreeSet<PathBuf>> {
    let own = parent(file);
    let mentions = |path: &PathBuf| {
        let text = sources.load(path).map(|id| sources.file(id));
        text.is_ok_and(|text| words.iter().any(|word| text.text.contains(word.as_str())))
    };
    let upwards = own.ancestors().take_while(|above| above.starts_with(root));
    let entries =
        upwards.flat_map(|above| DirectoryWalk::new(sources, above, root).most_depth(DEPTH)).take(MOST_ENTRIES);
    let files = entries.map(|(path, _)| path).filter(|path| is_compose_name(path));
    let mut outer: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in files.filter(|path| path.parent() != Some(&own)) {
        outer.entry(parent(&path)).or_default().insert(path);
    }
    outer.into_values().filter(|beside| beside.iter().any(mentions)).collect()
}

/// Whether a file that is named may be a Compose file: YAML or JSON, or `compose` in its name. Env files and the
/// configurations of proxies are none.
pub(crate) fn may_be_compose(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    name.contains("compose") || [".yml", ".yaml", ".json"].iter().any(|ending| name.ends_with(ending))
}

/// What a Compose file elsewhere that uses a file says: the last two parts of its path, or the last one from a directory
/// below; of a file of another kind its name, or that of a directory on the way to it, and a `build`, whose Dockerfile may
/// copy it.
fn words_for(file: &Path, root: &Path) -> Vec<String> {
    let below = file.strip_prefix(root).unwrap_or(file);
    let mut words: Vec<String> =
        below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if may_be_compose(file) {
        let name = words.pop().unwrap_or_default();
        let directory = words.pop().map(|directory| format!("{directory}/{name}"));
        return directory.into_iter().chain([format!("../{name}")]).collect();
    }
    words.push("build".to_owned());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_be_those_of_compose_files() {
        let check = |name: &str, expect: bool| assert_eq!(may_be_compose(Path::new(name)), expect, "{name}");
        check("/r/stack.yml", true);
        check("/r/docker-compose.yml.dist", true);
        check("/r/compose.json", true);
        check("/r/.env", false);
        check("/r/nginx.conf", false);
    }

    #[test]
    fn what_mentions_a_file() {
        let check = |file: &str, expect: &[&str]| assert_eq!(words_for(Path::new(file), Path::new("/r")), expect);
        check("/r/web/nginx/site.conf", &["web", "nginx", "site.conf", "build"]);
        check("/r/db/part.yml", &["db/part.yml", "../part.yml"]);
    }
}
