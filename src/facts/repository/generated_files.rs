//! What in the repository mentions a missing file: a script, a Makefile, a workflow or a README.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::collections::HashSet;
use crate::source::{DirectorySearch, PathKind, SourceDb, relative};

/// How many files are looked into.
const MOST: usize = 96;

/// Directories that people keep their scripts in.
const FOR_SCRIPTS: [&str; 7] = ["scripts", "script", "bin", "tools", "hack", "docs", ".github/workflows"];

/// How many of these have directories for parts, and how many parts are looked into.
const MOST_WITH_PARTS: usize = 2;
const MOST_PARTS: usize = 12;

/// Words of a sentence or a command that makes a file.
const MAKING: [&str; 23] = [
    "cp ", "copy", "touch ", "mv ", "ln -s", "creat", "generat", "curl ", "wget ", "download", "openssl", "htpasswd",
    "mkcert", "keytool", "tee ", "> ", "rename", "write", "save", "place", "put ", "\"w\"", "'w'",
];

/// The scripts and texts that may say how the files of a project come to be, the nearest first.
pub(crate) fn makers(directory: &Path, root: &Path, sources: &SourceDb) -> Vec<Maker> {
    let mut makers: Vec<Maker> = Vec::new();
    for above in directory.ancestors().take_while(|above| above.starts_with(root)) {
        let near = sources.found(DirectorySearch::Makers, above, || near(above, sources));
        makers.extend(near.iter().filter_map(|file| maker(file)));
        if makers.len() >= MOST {
            makers.truncate(MOST);
            break;
        }
    }
    makers
}

/// The file, seen from a project's directory, that makes a missing one, or says how: any word of it in a script counts, in
/// a text only where the line tells to make it. Where a file of that name is elsewhere, a line that names one of the two
/// means that one.
pub(crate) fn named_by(
    makers: &[Maker],
    directory: &Path,
    (missing, elsewhere): (&Path, Option<&Path>),
    sources: &SourceDb,
) -> Option<String> {
    // Nothing of these files enters the project.
    let sources = &sources.glancing();
    let wanted = wanted(missing, directory)?;
    let apart = elsewhere.map(|there| distinct(missing, there));
    let is_meant =
        |line: &str| apart.as_ref().is_none_or(|apart| line.contains(apart) || line.matches(&wanted).count() > 1);
    let found = makers.iter().find(|maker| {
        let text = sources.load(&maker.file).map(|id| sources.file(id)).ok();
        let is_text = maker.kind == GeneratorKind::Text;
        let tells = |line: &str| !is_text || MAKING.iter().any(|word| line.to_ascii_lowercase().contains(word));
        let text = text.filter(|text| text.text.contains(&wanted));
        text.is_some_and(|text| text.text.lines().any(|line| names(line, &wanted) && tells(line) && is_meant(line)))
    })?;
    Some(relative(directory, &found.file))
}

/// The scripts and, with `texts`, the texts among makers.
pub(crate) fn files(makers: &[Maker], texts: TextFiles) -> impl Iterator<Item = &Path> {
    let is_meant = move |maker: &&Maker| maker.kind == GeneratorKind::Script || texts == TextFiles::Too;
    makers.iter().filter(is_meant).map(|maker| maker.file.as_path())
}

/// Whether texts count beside scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextFiles {
    /// They do.
    Too,
    /// They do not.
    Not,
}

/// The end of the path that has to be named: the name of a file next to the project, otherwise with the directory it is in.
fn wanted(missing: &Path, directory: &Path) -> Option<String> {
    let name = missing.file_name()?.to_str()?;
    let above = missing.parent()?;
    if above == directory {
        return Some(name.to_owned());
    }
    Some(format!("{}/{name}", above.file_name()?.to_str()?))
}

/// The shortest end of a path that another path does not have.
fn distinct(path: &Path, other: &Path) -> String {
    let same = path.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).filter(|part| *part != "/").collect();
    parts.get(parts.len().saturating_sub(same + 1)..).unwrap_or_default().join("/")
}

/// A file that may say how others are made.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    /// Its path.
    pub(crate) file: PathBuf,
    kind: GeneratorKind,
}

/// Whether a line of a script or a text makes a file beside the project, or tells to make it.
pub(crate) fn is_made(makers: &[Maker], directory: &Path, missing: &Path, sources: &SourceDb) -> bool {
    made_by(makers, directory, missing, sources).is_some()
}

/// The script or text that makes a file beside the project, or tells to make it.
pub(crate) fn made_by<'m>(
    makers: &'m [Maker],
    directory: &Path,
    missing: &Path,
    sources: &SourceDb,
) -> Option<&'m Path> {
    let sources = &sources.glancing();
    let wanted = wanted(missing, directory)?;
    let found = makers.iter().find(|maker| {
        let file = sources.load_with(&maker.file, &[&wanted], MOST_BYTES).map(|id| sources.file(id));
        let makes = |line: &str| MAKING.iter().any(|word| line.to_ascii_lowercase().contains(word));
        // In a sentence, a bare word such as `backend` is no path.
        let is_bare = maker.kind == GeneratorKind::Text && !wanted.contains(['/', '.']);
        let is_path = |line: &str| !is_bare || line.contains('`') || is_command(line);
        file.is_some_and(|file| {
            let text = &file.text;
            let is_script = maker.kind == GeneratorKind::Script;
            let is_told = text.lines().any(|line| names(line, &wanted) && makes(line) && is_path(line));
            is_told || is_script && is_written_by_name(text, &wanted)
        })
    });
    found.map(|maker| maker.file.as_path())
}

/// Whether a script gives a path a name (`ENV_FILE=.env`), and writes what has that name (`> "$ENV_FILE"`).
fn is_written_by_name(text: &str, path: &str) -> bool {
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let name_of = |line: &str| {
        let name = line.split_once('=')?.0.trim_end().rsplit(char::is_whitespace).next()?.to_owned();
        (name.len() > 1 && name.chars().all(is_inner)).then_some(name)
    };
    let given: HashSet<String> = text.lines().filter(|line| names(line, path)).filter_map(name_of).collect();
    let writes = |line: &str| {
        line.match_indices('$').any(|(at, _)| {
            let used = line.get(at + 1..).unwrap_or("").trim_start_matches('{');
            let used = used.get(..used.find(|letter| !is_inner(letter)).unwrap_or(used.len())).unwrap_or("");
            let before = line.get(..at).unwrap_or("").trim_end_matches(['"', ' ']);
            given.contains(used) && [">", "tee", "tee -a", "touch"].iter().any(|word| before.ends_with(word))
        })
    };
    !given.is_empty() && text.lines().any(writes)
}

/// Whether a line of a text is a command: it has no sentence's capital at its beginning.
fn is_command(line: &str) -> bool {
    let line = line.trim().trim_start_matches(['$', '>', ' ']);
    line.starts_with(|first: char| first.is_ascii_lowercase() || first == '.') && !line.ends_with('.')
}

/// The longest file that is looked into.
pub(crate) const MOST_BYTES: usize = 256 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GeneratorKind {
    Script,
    Text,
}

fn maker(file: &Path) -> Option<Maker> {
    let above = file.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or("");
    Some(Maker { file: file.to_path_buf(), kind: kind(file.file_name()?.to_str()?, above)? })
}

/// What a file is, by its name and that of the directory that it is in.
fn kind(name: &str, above: &str) -> Option<GeneratorKind> {
    let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
    let name = if has_capitals { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) };
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    match ending {
        "md" | "rst" | "adoc" => Some(GeneratorKind::Text),
        "sh" | "bash" | "ps1" | "bat" | "mk" | "service" => Some(GeneratorKind::Script),
        "yml" | "yaml" if above == "workflows" || matches!(stem, "taskfile" | ".gitlab-ci" | ".travis") => {
            Some(GeneratorKind::Script)
        }
        "py" | "js" | "rb"
            if ["setup", "init", "bootstrap", "install", "generate"].iter().any(|word| stem.contains(word)) =>
        {
            Some(GeneratorKind::Script)
        }
        "json" if stem == "package" => Some(GeneratorKind::Script),
        "" if name == "readme" => Some(GeneratorKind::Text),
        "" if matches!(&*name, "makefile" | "gnumakefile" | "justfile" | "rakefile" | "jenkinsfile") => {
            Some(GeneratorKind::Script)
        }
        "" if FOR_SCRIPTS.contains(&above) => Some(GeneratorKind::Script),
        _ => None,
    }
}

/// The scripts and texts of a directory and of its directories for scripts.
fn near(directory: &Path, sources: &SourceDb) -> Vec<PathBuf> {
    let inner: Vec<PathBuf> = FOR_SCRIPTS.iter().map(|name| directory.join(name)).collect();
    // Scripts for one thing have a directory of their own: `scripts/traefik`.
    let below = inner.iter().take(MOST_WITH_PARTS).flat_map(|outer| {
        let entries = sources.entries(outer);
        let names: Vec<PathBuf> =
            entries.names().filter(|name| !name.contains('.')).map(|name| outer.join(name)).collect();
        names.into_iter().filter(|path| sources.kind(path) == PathKind::Directory).take(MOST_PARTS)
    });
    let below: Vec<PathBuf> = below.collect();
    let mut files = Vec::new();
    for directory in std::iter::once(directory.to_path_buf()).chain(inner).chain(below) {
        let above = directory.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let entries = sources.entries(&directory);
        files.extend(entries.names().filter(|name| kind(name, above).is_some()).map(|name| directory.join(name)));
    }
    files.retain(|file| sources.kind(file) == PathKind::File);
    files
}

/// Whether a line names a path: as a whole, not as a part of another name, and not as the source of a mount.
fn names(line: &str, wanted: &str) -> bool {
    line.match_indices(wanted).any(|(at, _)| {
        let inner = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + wanted.len()..).unwrap_or("");
        let mut next = after.chars();
        let goes_on = match (next.next(), next.next()) {
            (Some('.'), Some(letter)) => inner(letter),
            (Some(':'), Some(letter)) => letter == '/',
            (Some(letter), _) => inner(letter) || letter == '/',
            _ => false,
        };
        !goes_on && !before.is_some_and(|letter| inner(letter) || letter == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_name_a_path() {
        let check = |line: &str, wanted: &str, expect: bool| assert_eq!(names(line, wanted), expect, "{line}");
        check("touch acme.json && chmod 600 acme.json", "acme.json", true);
        check("cp .env.example .env", ".env", true);
        check("cp .env.example /srv/.env.", ".env", true);
        check("see .env.example", ".env", false);
        check("- ./nginx/site.conf:/etc/nginx/conf.d/default.conf", "nginx/site.conf", false);
        check("curl -o ./nginx/site.conf https://example.com/x", "nginx/site.conf", true);
        check("my-config.yml", "config.yml", false);
    }

    #[test]
    fn what_is_written_by_its_name() {
        let sources = SourceDb::new();
        let script = "ENV_FILE=.env\ncat > \"$ENV_FILE\" <<EOF\nEOF\nOTHER=other.env\nsource $OTHER\n";
        sources.overlay(Path::new("/r/install.sh"), script.to_owned());
        let makers = makers(Path::new("/r"), Path::new("/r"), &sources);
        let made = |name: &str| is_made(&makers, Path::new("/r"), &Path::new("/r").join(name), &sources);
        assert!(made(".env") && !made("other.env"));
    }

    #[test]
    fn scripts_and_texts() {
        let sources = SourceDb::new();
        let lay = |path: &str, text: &str| sources.overlay(Path::new(path), text.to_owned());
        lay("/r/README.md", "The file `site.conf` is for nginx.\nGenerate `realm.json` with the tool.\n");
        lay("/r/scripts/setup", "render > deploy/site.conf\n");
        lay("/r/deploy/notes.txt", "touch acme.json\n");
        let check = |missing: &str, expect: Option<&str>| {
            let makers = makers(Path::new("/r/deploy"), Path::new("/r"), &sources);
            let found = named_by(&makers, Path::new("/r/deploy"), (Path::new(missing), None), &sources);
            assert_eq!(found.as_deref(), expect, "{missing}");
        };
        check("/r/deploy/site.conf", Some("../scripts/setup"));
        check("/r/deploy/realm.json", Some("../README.md"));
        check("/r/deploy/acme.json", None);
    }
}
