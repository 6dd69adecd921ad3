//! The lines of the env files that a project reads.

use crate::collections::HashSet;
use crate::compose::{Project, ServiceEnvFile};
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

/// The services whose env file a checkout lacks and an example shows.
pub(crate) fn readers(project: &Project, example: FileId) -> impl Iterator<Item = &str> {
    let is_it = move |listed: &&ServiceEnvFile| listed.example.as_ref().is_some_and(|one| one.file == example);
    project.env_files.iter().filter(is_it).map(|listed| listed.service.as_str())
}

/// The assignments in the examples that stand in for env files of a project and its services, each file once.
pub(crate) fn example_lines(project: &Project, sources: &SourceDb) -> Vec<(FileId, DotenvLine)> {
    let of_project = project.environment.outside.examples.iter().filter_map(|path| sources.load(path).ok());
    let of_services = project.env_files.iter().filter_map(|listed| Some(listed.example.as_ref()?.file));
    let mut seen: HashSet<FileId> = project.environment.files.iter().copied().collect();
    let files = of_project.chain(of_services).filter(|file| seen.insert(*file)).collect::<Vec<_>>();
    let known = KnownVariables { first: &|_| None, earlier: &|_| None };
    let lines = |file: FileId| dotenv::parse(&sources.file(file).text, EnvFileRole::Service, known).lines;
    files.into_iter().flat_map(|file| lines(file).into_iter().map(move |line| (file, line))).collect()
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
