//! Programs beside docker compose that read an env file of the project, each in a dialect of its own.

use std::path::{Path, PathBuf};

use crate::compose::load::environment::line_place;
use crate::facts::Facts;
use crate::facts::repository::generated_files::{TextFiles, files, makers};
use crate::facts::secrets::secret_files::lines_of;
use crate::source::{FileId, Place};
use crate::text::dotenv::DotenvLine;

/// Who reads an env file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// `docker run --env-file`: each line to the letter
    /// (<https://docs.docker.com/reference/cli/docker/container/run/#env>).
    DockerRun,
    /// `source`, or `.`: a shell.
    Shell,
    /// `EnvironmentFile=` of systemd (<https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=>).
    Systemd,
}

/// A line that docker compose and another reader understand differently.
#[derive(Clone, Debug)]
pub(crate) struct Ambiguous {
    /// The other reader.
    pub(crate) reader: Reader,
    /// The variable.
    pub(crate) name: String,
    /// The line.
    pub(crate) line: Place,
    /// What is read differently: one clause.
    pub(crate) why: &'static str,
    /// The other reader's command.
    pub(crate) by: Place,
}

/// The first such line of each env file and reader.
pub(crate) fn ambiguous(facts: &Facts<'_>) -> Vec<Ambiguous> {
    let project = facts.project;
    let of_services = project.env_files.iter().filter(|listed| !listed.is_raw).filter_map(|listed| listed.file);
    let mut own: Vec<FileId> = project.environment.files.iter().copied().chain(of_services).collect();
    own.sort_unstable();
    own.dedup();
    if own.is_empty() {
        return Vec::new();
    }
    let makers = makers(&project.directory, &facts.root, facts.sources);
    let sources = facts.sources.glancing();
    let mut found: Vec<Ambiguous> = Vec::new();
    for script in files(&makers, TextFiles::Not) {
        let Ok(id) = sources.load(script) else { continue };
        let text = &sources.file(id).text;
        if !text.contains("env") {
            continue;
        }
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if let Some((reader, named)) = read_by(line)
                && let Some(file) = own.iter().copied().find(|file| is_meant(facts, *file, script, named))
            {
                let by = line_place(id, 0, start as u32, (start + line.trim_end().len()) as u32);
                let first = lines_of(facts, file).into_iter().find_map(|line| {
                    let why = difference(reader, &line)?;
                    let place = line_place(file, 0, line.key_span.0, line.value_span.1);
                    Some(Ambiguous { reader, name: line.key.clone(), line: place, why, by })
                });
                let is_new = |one: &Ambiguous| {
                    !found.iter().any(|other| other.reader == one.reader && other.line.span.file == one.line.span.file)
                };
                found.extend(first.filter(is_new));
            }
            start += line.len();
        }
    }
    found
}

/// The reader that a line of a script starts, and the file that it names.
fn read_by(line: &str) -> Option<(Reader, &str)> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let word = |text: &'_ str| -> Option<usize> {
        text.find(|letter: char| letter.is_whitespace() || "\"';&|)".contains(letter))
    };
    let first = |text: &'static str, line: &'_ str| line.find(text).map(|at| at + text.len());
    let named = |at: usize| {
        let rest = line.get(at..)?.trim_start_matches(['=', ' ', '"', '\'', '-']);
        rest.get(..word(rest).unwrap_or(rest.len())).filter(|name| !name.is_empty())
    };
    let is_run = line.contains("docker run ") || line.contains("podman run ") || line.contains("docker create ");
    if let Some(at) = first("--env-file", line).filter(|_| is_run) {
        return Some((Reader::DockerRun, named(at)?));
    }
    if let Some(at) = first("EnvironmentFile=", line).filter(|_| line.starts_with("EnvironmentFile=")) {
        return Some((Reader::Systemd, named(at)?));
    }
    let commands = line.split(['&', ';', '|']).map(str::trim);
    let sourced = commands.filter_map(|command| command.strip_prefix("source ").or_else(|| command.strip_prefix(". ")));
    let name = sourced
        .map(|rest| rest.trim().trim_matches(['"', '\'']))
        .find(|name| name.contains(".env") || name.ends_with("env"))?;
    Some((Reader::Shell, name.split_whitespace().next()?))
}

/// Whether a script in a directory names a file of the project.
fn is_meant(facts: &Facts<'_>, file: FileId, script: &Path, named: &str) -> bool {
    let path = facts.path_of(file);
    let named = named.rsplit_once("}/").or_else(|| named.rsplit_once(")/")).map_or(named, |(_, rest)| rest);
    let bare = named.trim_start_matches("./");
    let from: Vec<PathBuf> = script
        .parent()
        .into_iter()
        .chain(Some(facts.project.directory.as_path()))
        .map(|above| above.join(bare))
        .collect();
    from.iter().any(|from| crate::source::normalize(from) == path)
        || named.starts_with('$') && path.ends_with(bare.rsplit('/').next().unwrap_or(bare))
}

/// What another reader understands differently of a line.
fn difference(reader: Reader, line: &DotenvLine) -> Option<&'static str> {
    let value = line.value.as_deref().unwrap_or("");
    match reader {
        _ if line.bare => None,
        Reader::DockerRun if line.quote.is_some() => Some("`docker run` keeps the quotes"),
        Reader::DockerRun | Reader::Systemd if !line.uses.is_empty() => {
            Some("only docker compose expands the variable")
        }
        Reader::DockerRun | Reader::Systemd if line.comment.is_some() => {
            Some("the comment becomes a part of the value")
        }
        Reader::DockerRun | Reader::Systemd if line.export => Some("`export` is not understood"),
        Reader::Shell
            if line.quote.is_none()
                && value.contains([' ', ';', '&', '|', '(', ')', '<', '>', '`', '*', '"', '\'']) =>
        {
            Some("a shell needs quotes around the value")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_of_lines() {
        let check = |line: &str, expect: Option<(Reader, &str)>| assert_eq!(read_by(line), expect, "{line}");
        check("docker run --rm --env-file .env example/x", Some((Reader::DockerRun, ".env")));
        check("docker run --env-file=\"web.env\" x", Some((Reader::DockerRun, "web.env")));
        check("EnvironmentFile=-/srv/shop/.env", Some((Reader::Systemd, "/srv/shop/.env")));
        check("set -a; source .env; set +a", Some((Reader::Shell, ".env")));
        check(". ./.env", Some((Reader::Shell, "./.env")));
        check("docker compose --env-file .env up", None);
        check("# source .env", None);
        check("source venv/bin/activate", None);
    }
}
