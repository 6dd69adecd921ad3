//! The lines of the env files that a project reads.

use crate::collections::HashSet;
use crate::compose::Project;
use crate::source::{FileId, SourceDb};
use crate::text::dotenv::{self, DotenvLine, EnvFileRole, KnownVariables};

/// The assignments in the env files of a project and its services, each file once. Files whose lines Compose takes to the
/// letter are left out.
pub(crate) fn lines(project: &Project, sources: &SourceDb) -> Vec<(FileId, DotenvLine)> {
    let of_services = project.env_files.iter().filter(|listed| !listed.is_raw).filter_map(|listed| listed.file);
    let mut seen: HashSet<FileId> = HashSet::default();
    let mut found = Vec::new();
    for file in project.environment.files.iter().copied().chain(of_services) {
        if seen.insert(file) {
            let first = |name: &str| project.environment.value(name);
            let known = KnownVariables { first: &first, earlier: &|_| None };
            let parsed = dotenv::parse(&sources.file(file).text, EnvFileRole::Service, known);
            found.extend(parsed.lines.into_iter().map(|line| (file, line)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    #[test]
    fn each_file_is_read_once_and_raw_ones_are_not() {
        let text = "services:\n  a: {image: x, env_file: [a.env]}\n  b: {image: x, env_file: [a.env, {path: b.env, format: raw}]}\n";
        with_sources(&[("compose.yaml", text), ("a.env", "A=1\nB=2\n"), ("b.env", "C=3\n")], &[], |_, facts| {
            let names: Vec<String> = facts.env_lines().into_iter().map(|(_, line)| line.key).collect();
            assert_eq!(names, ["A", "B"]);
        });
    }
}
