//! Who says how a file that is not in the repository comes to be: a script, a Makefile, a workflow, or a README.

use std::path::{Path, PathBuf};

use crate::source::{PathKind, SourceDb, relative};

/// How many files are looked into.
const MOST: usize = 96;

/// Directories that people keep their scripts in.
const FOR_SCRIPTS: [&str; 7] = ["scripts", "script", "bin", "tools", "hack", "docs", ".github/workflows"];

/// Words of a sentence or a command that makes a file.
const MAKING: [&str; 21] = [
    "cp ", "copy", "touch ", "mv ", "ln -s", "creat", "generat", "curl ", "wget ", "download", "openssl", "htpasswd",
    "mkcert", "keytool", "tee ", "> ", "rename", "write", "save", "place", "put ",
];

/// The file, seen from a project's directory, that makes a missing one, or says how: any word of it in a script counts, in
/// a text only where the line tells to make it.
pub fn named_by(directory: &Path, root: &Path, missing: &Path, sources: &SourceDb) -> Option<String> {
    // Nothing of these files enters the project.
    let sources = &sources.glancing();
    let wanted = wanted(missing, directory)?;
    let files =
        directory.ancestors().take_while(|above| above.starts_with(root)).flat_map(|above| near(above, sources));
    let found = files.take(MOST).find(|file| {
        let text = sources.load(file).map(|id| sources.file(id)).ok();
        let is_text = kind(file) == Some(Kind::Text);
        let tells = |line: &str| !is_text || MAKING.iter().any(|word| line.to_ascii_lowercase().contains(word));
        text.is_some_and(|text| text.text.lines().any(|line| names(line, &wanted) && tells(line)))
    })?;
    Some(relative(directory, &found))
}

/// The end of the path that has to be named: the name of a file beside the project, otherwise with the directory it is in.
fn wanted(missing: &Path, directory: &Path) -> Option<String> {
    let name = missing.file_name()?.to_str()?;
    let above = missing.parent()?;
    if above == directory {
        return Some(name.to_owned());
    }
    Some(format!("{}/{name}", above.file_name()?.to_str()?))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Script,
    Text,
}

/// What a file is, by its name.
fn kind(file: &Path) -> Option<Kind> {
    let name = file.file_name()?.to_str()?.to_ascii_lowercase();
    let above = file.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or("");
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name.as_str(), ""));
    match ending {
        "md" | "rst" | "adoc" => Some(Kind::Text),
        "sh" | "bash" | "ps1" | "bat" | "mk" => Some(Kind::Script),
        "yml" | "yaml" if above == "workflows" || matches!(stem, "taskfile" | ".gitlab-ci" | ".travis") => {
            Some(Kind::Script)
        }
        "py" | "js" | "rb"
            if ["setup", "init", "bootstrap", "install", "generate"].iter().any(|word| stem.contains(word)) =>
        {
            Some(Kind::Script)
        }
        "json" if stem == "package" => Some(Kind::Script),
        "" if name == "readme" => Some(Kind::Text),
        "" if matches!(name.as_str(), "makefile" | "gnumakefile" | "justfile" | "rakefile" | "jenkinsfile") => {
            Some(Kind::Script)
        }
        "" if FOR_SCRIPTS.contains(&above) => Some(Kind::Script),
        _ => None,
    }
}

/// The scripts and texts of a directory and of its directories for scripts.
fn near(directory: &Path, sources: &SourceDb) -> Vec<PathBuf> {
    let inner = FOR_SCRIPTS.iter().map(|name| directory.join(name));
    let files = std::iter::once(directory.to_path_buf()).chain(inner).flat_map(|directory| {
        let names = sources.list(&directory);
        names.into_iter().map(move |name| directory.join(name)).collect::<Vec<_>>()
    });
    files.filter(|file| kind(file).is_some() && sources.kind(file) == PathKind::File).collect()
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
    fn scripts_and_texts() {
        let sources = SourceDb::new();
        let lay = |path: &str, text: &str| sources.overlay(Path::new(path), text.to_owned());
        lay("/r/README.md", "The file `site.conf` is for nginx.\nGenerate `realm.json` with the tool.\n");
        lay("/r/scripts/setup", "render > deploy/site.conf\n");
        lay("/r/deploy/notes.txt", "touch acme.json\n");
        let check = |missing: &str, expect: Option<&str>| {
            let found = named_by(Path::new("/r/deploy"), Path::new("/r"), Path::new(missing), &sources);
            assert_eq!(found.as_deref(), expect, "{missing}");
        };
        check("/r/deploy/site.conf", Some("../scripts/setup"));
        check("/r/deploy/realm.json", Some("../README.md"));
        check("/r/deploy/acme.json", None);
    }
}
