//! A `.env` that people make from an example in a directory above the project, where docker compose does not read it.

use std::path::{Path, PathBuf};

use super::env_examples::{copy_of, set_by};
use crate::compose::Reference;
use crate::compose::load::environment::VariableState;
use crate::facts::Facts;
use crate::facts::repository::generated_files::{MOST_BYTES, TextFiles, files, makers};
use crate::source::{PathKind, Place};
use crate::text::template::SubstitutionOperator;

/// An env file that a text tells to make in another directory than the project's.
#[derive(Clone, Debug)]
pub(crate) struct MadeElsewhere {
    /// Its path.
    pub(crate) path: PathBuf,
    /// What it is made from.
    pub(crate) example: PathBuf,
    /// The file that says so, seen from the repository.
    pub(crate) said_in: PathBuf,
    /// The variables that the project lacks because of that, with their first uses.
    pub(crate) lacking: Vec<(String, Place)>,
}

/// The env file above a project that is started without it. Only a command that is written says how that is.
pub(crate) fn made_elsewhere(facts: &Facts<'_>) -> Option<MadeElsewhere> {
    let outside = &facts.project.environment.outside;
    let own = facts.project.directory.join(".env");
    if facts.started_for.is_none() || outside.absent != [own] {
        return None;
    }
    let [example] = outside.examples.as_slice() else { return None };
    let directory = example.parent().filter(|above| facts.project.directory.starts_with(above))?;
    let path = directory.join(".env");
    let is_own = directory == facts.project.directory || facts.has_project(directory);
    if is_own || facts.sources.kind(&path) != PathKind::Missing {
        return None;
    }
    let said_in = told_in(facts, example)?;
    let lacking = lacking(facts, example);
    (!lacking.is_empty()).then(|| MadeElsewhere { path, example: example.clone(), said_in, lacking })
}

/// The text that tells to copy the example right there, unless something hands it over in another way, or copies it to the
/// project.
fn told_in(facts: &Facts<'_>, example: &Path) -> Option<PathBuf> {
    let sources = facts.sources.glancing();
    let name = example.file_name()?.to_str()?;
    let below = facts.project.directory.file_name()?.to_str()?;
    let all = makers(&facts.project.directory, &facts.root, &sources);
    let mut found = None;
    let compose_files = facts.project.files.iter().map(|file| facts.sources.path(*file).to_path_buf());
    for path in compose_files.chain(files(&all, TextFiles::Too).map(Path::to_path_buf)) {
        let Some(file) = sources.load_with(&path, &[".env"], MOST_BYTES) else { continue };
        let text = &sources.file(file).text;
        let makes = |line: &str| ["cp ", "ln ", "mv ", "> ", "copy "].iter().any(|word| line.contains(word));
        if text.lines().any(|line| line.contains(&format!("{below}/.env")) && makes(line)) {
            return None;
        }
        for line in text.lines().filter(|line| line.contains(name)) {
            match copied_to(line, name) {
                Some(_) if line.contains("../") => return None,
                Some(".env" | "./.env") if !line.contains("cd ") => found = found.or(Some(path.clone())),
                _ => {}
            }
        }
    }
    // A text next to the project means an example next to it.
    let own = &facts.project.directory;
    let is_compose_file = |path: &Path| facts.project.files.iter().any(|file| *facts.sources.path(*file) == *path);
    found.filter(|path| is_compose_file(path) || path.parent() != Some(own.as_path()))
}

/// Where a line copies a file of this name to: `cp .env.example .env`.
fn copied_to<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let (_, from, to) = copy_of(line)?;
    (from == name || from.ends_with(&format!("/{name}"))).then_some(to)
}

/// The variables of the example that the project uses, those without a default first.
fn lacking(facts: &Facts<'_>, example: &Path) -> Vec<(String, Place)> {
    let set = set_by(example, facts.sources);
    let is_open = |state| matches!(state, VariableState::Assumed | VariableState::Unknown);
    let is_lost = |one: &&Reference| one.effective && set.contains(&one.name) && is_open(one.state);
    let mut all: Vec<&Reference> = facts.project.references.iter().filter(is_lost).collect();
    all.sort_by_key(|one| matches!(one.operator, Some(SubstitutionOperator::Default { .. })));
    let mut found: Vec<(String, Place)> = Vec::new();
    for one in all {
        if !found.iter().any(|(name, _)| *name == one.name) {
            found.push((one.name.clone(), one.place));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::copied_to;

    #[test]
    fn where_a_line_copies_an_example_to() {
        let check = |line: &str, expect| assert_eq!(copied_to(line, ".env.example"), expect, "{line}");
        check("cp .env.example .env", Some(".env"));
        check("#   cp ./.env.example .env   # fill it in", Some(".env"));
        check("Run `cp .env.example deploy/.env`.", Some("deploy/.env"));
        check("cp ../.env.example .env", Some(".env"));
        check("cat .env.example", None);
        check("cp .env.sample .env", None);
    }
}
