//! Whether a service is made to use the API of Docker: what it is called, what it is told, and what it is built from.

use std::path::Path;

use crate::facts::images::launch;
use crate::model::{Build, Service};
use crate::source::{SourceDb, normalize};

/// Words of names: of services, images, variables and commands that work with containers.
const WORDS: [&str; 13] = [
    "docker",
    "container",
    "containers",
    "podman",
    "runner",
    "runners",
    "orchestrator",
    "sandbox",
    "sandboxes",
    "deploy",
    "deployer",
    "updater",
    "autoheal",
];

/// What of a Dockerfile puts a client of Docker into an image.
const CLIENTS: [&str; 6] =
    ["docker-ce-cli", "docker-cli", "docker.io", "get.docker.com", "docker-compose", "docker-ce"];

/// Files that list what a program needs, and what of it is a client of Docker.
const LISTS: [(&str, &[&str]); 8] = [
    ("requirements.txt", &["docker"]),
    ("pyproject.toml", &["docker", "aiodocker"]),
    ("Pipfile", &["docker", "aiodocker"]),
    ("package.json", &["dockerode", "docker-compose", "node-docker-api"]),
    ("go.mod", &["github.com/docker/docker", "github.com/moby/moby", "github.com/fsouza/go-dockerclient"]),
    ("Cargo.toml", &["bollard", "shiplift"]),
    ("Gemfile", &["docker-api"]),
    ("pom.xml", &["docker-java"]),
];

/// Whether a service is made to use Docker, as far as its own files and the names in the Compose file say.
pub(crate) fn is_client(service: &Service, root: &Path, sources: &SourceDb) -> bool {
    let image = service.image.iter().map(|image| without_registry(&image.value.repository));
    let names = image.chain(service.environment.keys().map(String::as_str)).chain([service.name.as_str()]);
    let words = launch(service);
    let is_told = words.iter().any(|word| has_word(&word.value));
    is_told
        || names.into_iter().any(has_word)
        || service.build.as_ref().is_some_and(|build| is_built_in(build, root, sources))
}

/// The name of an image on Docker Hub without the name of that registry.
fn without_registry(repository: &str) -> &str {
    repository.strip_prefix("docker.io/").unwrap_or(repository)
}

fn has_word(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

fn is_built_in(build: &Build, root: &Path, sources: &SourceDb) -> bool {
    let scripts = build.image.iter().flat_map(|image| &image.runs);
    let installs = |script: &str| CLIENTS.iter().any(|client| script.contains(client));
    let copied = build.image.iter().flat_map(|image| &image.copies);
    let is_docker = |from: &str| from == "docker" || from.starts_with("docker:") || from.ends_with("/docker");
    let from_docker = copied.filter_map(|one| one.from.as_deref()).any(is_docker);
    if from_docker || scripts.into_iter().any(|ran| installs(&ran.script.value)) {
        return true;
    }
    let Some(context) = &build.context else { return false };
    let directory = normalize(Path::new(&context.value));
    if !directory.starts_with(root) {
        return false;
    }
    // The Dockerfile of a part of a repository is next to what the part needs.
    let of_dockerfile =
        build.dockerfile.as_ref().and_then(|name| Some(directory.join(Path::new(&name.value).parent()?)));
    let sources = &sources.glancing();
    [Some(directory), of_dockerfile].into_iter().flatten().any(|directory| {
        let entries = sources.entries(&directory);
        LISTS.iter().filter(|(name, _)| entries.names().any(|entry| entry == *name)).any(|(name, clients)| {
            let Ok(file) = sources.load(&directory.join(name)) else { return false };
            sources.file(file).text.lines().any(|line| clients.iter().any(|client| lists(line, client)))
        })
    })
}

/// Whether a line of a list names a package: `docker==7.1.0`, `"dockerode": "^4"`, `docker = ">=7"`.
fn lists(line: &str, package: &str) -> bool {
    let line = line.trim().trim_start_matches(['"', '\'', '-', ' ']);
    let line = ["gem '", "gem \"", "<artifactId>"].iter().find_map(|start| line.strip_prefix(start)).unwrap_or(line);
    line.strip_prefix(package).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(['=', '>', '<', '~', '^', '!', '"', '\'', ' ', '[', ';', ',', '/'])
    })
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    fn check(keys: &str, files: &[(&str, &str)], expect: bool) {
        let text = format!("services:\n  it:\n    {keys}\n");
        let mut all = vec![("compose.yaml", text.as_str())];
        all.extend(files);
        with_sources(&all, &[], |_, facts| {
            assert_eq!(facts.is_docker_client(&facts.model.services["it"]), expect, "{keys} {files:?}");
        });
    }

    #[test]
    fn what_works_with_containers() {
        check("image: example/ci-runner", &[], true);
        check("image: example/api\n    environment: {DOCKER_NETWORK: apps}", &[], true);
        check("build: .", &[("Dockerfile", "FROM python:3\nRUN apt-get install -y docker-ce-cli\n")], true);
        check(
            "build: .",
            &[("Dockerfile", "FROM python:3\nCOPY --from=docker:27 /usr/local/bin/docker /bin/\n")],
            true,
        );
        let lists = |text| [("Dockerfile", "FROM python:3\n"), ("requirements.txt", text)];
        check("build: .", &lists("fastapi\ndocker>=7\n"), true);
        check("build: .", &lists("docker\n"), true);
    }

    #[test]
    fn what_does_not() {
        check("image: example/api", &[], false);
        check("build: .", &[("Dockerfile", "FROM python:3\n"), ("requirements.txt", "dockerfile-parse==2\n")], false);
        check(
            "build: .",
            &[("Dockerfile", "FROM node:22\n"), ("package.json", "{\"name\": \"docker-notes\"}\n")],
            false,
        );
    }
}
