//! `plimsoll init`: a configuration to start from, with how the projects of the repository are started.

mod projects;

use super::{CommandOutcome, Surroundings};
use crate::config::{Config, FILE_NAMES};
use crate::guard::guarded;
use crate::render::{guarded as guarded_text, plural};
use crate::source::SourceDb;
use crate::source::write::create;
use crate::workspace::invocations_in;
use crate::yaml::Trees;

/// What the file says where no project is found: nothing that counts, and how to say the rest.
const STARTER: &str = include_str!("../starter.yaml");

/// Where the starter file lists projects.
const PROJECTS: (&str, &str) = ("# Projects that are started", "# Files that are not analysed");

/// Writes the file, never over another one.
pub(super) fn write(surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let directory = &surroundings.directory;
    for name in FILE_NAMES {
        if sources.kind(&directory.join(name)) != crate::source::PathKind::Missing {
            return Err(format!("{name} already exists and was not changed"));
        }
    }
    sources.enclose(directory, &[], &[]);
    let root = sources.repository(directory).unwrap_or_else(|| directory.clone());
    let find = || invocations_in(&sources, &Trees::default(), &root, &Config::default());
    let found = guarded(find).unwrap_or_default();
    let (section, entries) = projects::section(&found, &sources, directory);
    let text = with_projects(&section).unwrap_or_else(|| STARTER.to_owned());
    let [name, ..] = FILE_NAMES;
    create(&directory.join(name), &text).map_err(|error| format!("{name}: {error}"))?;
    let listed = match entries.len() {
        0 => String::new(),
        count => format!(" with {}:\n  {}\n", plural(count, "invocation"), entries.join("\n  ")),
    };
    let see = "see docs/configuration.md for all settings";
    Ok(CommandOutcome::output(match listed.is_empty() {
        true => format!("created {name}; {see}\n"),
        false => guarded_text(format!("created {name}{listed}{see}\n")),
    }))
}

/// The starter with projects in the place of an example; `None` where there are none.
fn with_projects(section: &str) -> Option<String> {
    let (start, end) = PROJECTS;
    let (before, rest) = STARTER.split_once(start)?;
    let (_, behind) = rest.split_once(end)?;
    (!section.is_empty()).then(|| format!("{before}{section}\n{end}{behind}"))
}

#[cfg(test)]
mod tests {
    use super::{STARTER, with_projects};
    use crate::config;
    use crate::source::SourceDb;
    use std::path::Path;

    fn read(text: &str) -> Result<config::Config, config::ConfigErrors> {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/p/plimsoll.yaml"), text.to_owned());
        config::load(&sources, Path::new("/p/plimsoll.yaml"), crate::rules::options)
    }

    #[test]
    fn the_starter_says_nothing_and_shows_what_is_valid() {
        let expect = config::Config { path: "/p/plimsoll.yaml".into(), ..config::Config::default() };
        assert_eq!(read(STARTER), Ok(expect));
        let examples: String =
            STARTER.lines().filter_map(|line| line.strip_prefix("#: ")).map(|line| format!("{line}\n")).collect();
        let shown = read(&examples).unwrap_or_else(|errors| panic!("{errors}\n{examples}"));
        assert!(!shown.rules.is_empty() && !shown.suppressions.is_empty() && !shown.projects.is_empty());
        assert!(!shown.exclude.is_empty() && shown.fail_on.is_some() && shown.host.gpus.is_some());
    }
    #[test]
    fn projects_take_the_place_of_the_example() {
        let text = with_projects("projects:\n  - files: [a.yaml]\n").unwrap();
        assert_eq!(read(&text).unwrap().projects.len(), 1);
        assert!(
            !text.contains("#: projects:") && text.contains("#: exclude:") && with_projects("").is_none(),
            "{text}"
        );
    }
}
