//! A published port that neither the Dockerfile nor the source code of a service names, where both name another one.

use std::path::Path;

use super::{Listener, Listeners, PortCoverage, PortEvidence, Sureness, is_named};
use crate::facts::Facts;
use crate::facts::images::{built, known_image};
use crate::model::Service;
use crate::source::{PathKind, Sought};

/// How many files of a build context are looked into, among how many entries of directories, how long they may be, and how
/// deep they are.
const FILES: usize = 400;
const ENTRIES: usize = 4_000;
const BYTES: usize = 256 * 1024;
const DEEPEST: usize = 6;

/// Directories and files that are no source code.
const LEFT_OUT: [&str; 12] = [
    "node_modules",
    "vendor",
    "target",
    "dist",
    "build",
    "__pycache__",
    "coverage",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "poetry.lock",
    "go.sum",
];

/// Endings of files that say where a program listens.
const SOURCES: [&str; 22] = [
    "js",
    "mjs",
    "cjs",
    "ts",
    "mts",
    "tsx",
    "jsx",
    "py",
    "go",
    "rs",
    "java",
    "kt",
    "rb",
    "php",
    "cs",
    "ex",
    "exs",
    "json",
    "properties",
    "yml",
    "yaml",
    "toml",
];

/// What a service listens on by its Dockerfile and its source code, where it publishes one other port that none of its files
/// has in it.
pub(super) fn missed(facts: &Facts<'_>, service: &Service, port: u16) -> Option<Listeners> {
    let image = built(service)?;
    let [exposed] = image.exposes.as_slice() else { return None };
    let (first, last) = exposed.ports.value;
    let is_other = first == last && first != port && exposed.protocol == "tcp";
    let is_only = service.ports.iter().all(|one| one.target == port);
    // What starts it may be told the port in ways that are not read.
    let is_plain = service.command.is_none()
        && service.entrypoint.is_none()
        && service.env_files.iter().all(|file| file.loaded)
        && !service.environment.values().any(|variable| variable.is_unknown);
    if !is_other || !is_only || !is_plain || is_named(service, port) {
        return None;
    }
    // The server of the image may be what listens.
    let is_server = known_image(service)
        .is_some_and(|known| known.image.ports_for(known.tag).iter().flatten().any(|one| one.port == port));
    let context = Path::new(&service.build.as_ref()?.context.as_ref()?.value);
    if is_server || !context.starts_with(&facts.root) {
        return None;
    }
    let mut search = PortSearch {
        facts,
        own: first.to_string(),
        other: port.to_string(),
        left: FILES,
        entries: ENTRIES,
        has_own: false,
    };
    if !search.directory(context, 0) || !search.has_own {
        return None;
    }
    let place = exposed.ports.place;
    let (sure, who, evidence) = (Sureness::Likely, "its Dockerfile".to_owned(), PortEvidence::Dockerfile);
    Some(Listeners { ports: vec![Listener { port: first, sure, who, evidence, place }], extent: PortCoverage::All })
}

/// A look for two ports in the files of a directory.
struct PortSearch<'a, 'b> {
    facts: &'a Facts<'b>,
    own: String,
    other: String,
    left: usize,
    entries: usize,
    /// Whether a file of source code has the own port in a line about ports.
    has_own: bool,
}

impl PortSearch<'_, '_> {
    /// Whether no file has the other port; `false` also where that is not known.
    fn directory(&mut self, directory: &Path, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let entries = self.facts.sources.entries(directory);
        for name in entries.names().filter(|name| !name.starts_with('.') && !LEFT_OUT.contains(name)) {
            let Some(left) = self.entries.checked_sub(1) else { return false };
            self.entries = left;
            let path = directory.join(name);
            let is_free = match self.facts.sources.kind(&path) {
                PathKind::Directory => self.directory(&path, depth + 1),
                PathKind::File if is_source(name) => self.file(&path, name),
                _ => true,
            };
            if !is_free {
                return false;
            }
        }
        true
    }

    fn file(&mut self, path: &Path, name: &str) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        let sources = self.facts.sources;
        let words = [self.own.as_str(), self.other.as_str()];
        let text = match sources.seek_again(path, &words, BYTES) {
            Sought::Text(text) => text,
            Sought::Loaded(file) => sources.file(file).text.clone(),
            Sought::Nothing => return true,
            Sought::TooLong => return false,
        };
        if has_number(&text, &self.other) {
            return false;
        }
        let is_code = !name.ends_with(".json");
        self.has_own |= is_code && text.lines().any(|line| is_about_port(line) && has_number(line, &self.own));
        true
    }
}

fn is_source(name: &str) -> bool {
    name.rsplit_once('.').is_none_or(|(_, ending)| SOURCES.contains(&ending) || ending == "sh")
}

fn is_about_port(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    ["port", "listen", "bind", "addr", "serve"].iter().any(|word| lower.contains(word))
}

/// Whether a text has a number in it that is no part of another one.
fn has_number(text: &str, digits: &str) -> bool {
    text.match_indices(digits).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + digits.len()..).and_then(|after| after.chars().next());
        let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        !is_part(before) && !is_part(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_sources;

    fn check(code: &str, expect: bool) {
        let compose = "services:\n  web:\n    build: ./web\n    ports: ['3000:3000']\n";
        let dockerfile = "FROM node:22\nCOPY . .\nEXPOSE 4000\nCMD [\"node\", \"server.js\"]\n";
        let files = [("compose.yaml", compose), ("web/Dockerfile", dockerfile), ("web/server.js", code)];
        with_sources(&files, &[], |_, facts| {
            let service = facts.model.services.get("web").unwrap();
            assert_eq!(missed(facts, service, 3000).is_some(), expect, "{code}");
        });
    }

    #[test]
    fn the_source_code_decides() {
        check("const port = process.env.PORT || 4000;\n", true);
        check("app.listen(4000);\n", true);
        check("const port = process.env.PORT || 3000;\n", false);
        check("app.listen(port);\n", false);
        check("app.listen(4000); fetch('http://localhost:3000');\n", false);
    }

    #[test]
    fn numbers_as_a_whole() {
        assert!(has_number("a:3000/", "3000") && !has_number("13000", "3000") && !has_number("30001", "3000"));
    }
}
