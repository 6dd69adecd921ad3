//! `plimsoll init`: a configuration to start from.

use super::{CommandOutcome, Surroundings};
use crate::config::FILE_NAMES;
use crate::source::write::create;

/// What the file says before anybody has changed it: nothing that counts, and how to say the rest.
const STARTER: &str = include_str!("starter.yaml");

/// Writes the file, never over another one.
pub(super) fn write(surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = crate::source::SourceDb::new();
    for name in FILE_NAMES {
        if sources.kind(&surroundings.directory.join(name)) != crate::source::PathKind::Missing {
            return Err(format!("{name} already exists and was not changed"));
        }
    }
    let [name, ..] = FILE_NAMES;
    create(&surroundings.directory.join(name), STARTER).map_err(|error| format!("{name}: {error}"))?;
    Ok(CommandOutcome::output(format!("created {name}; see docs/configuration.md for all settings\n")))
}

#[cfg(test)]
mod tests {
    use super::STARTER;
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
}
