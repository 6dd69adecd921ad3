//! What a Dockerfile builds for its container to run, and a bind of the sources hides.

use std::path::Path;

use super::mounts;
use crate::app_config::repository_root;
use crate::facts::images::{built, is_shell, launch, launched_words, working_dir};
use crate::model::{BuiltImage, Copied, Model, Mount, MountKind, Ran, Service, Spanned};
use crate::source::{PathKind, SourceDb};

/// A file that the container starts with, and that is not where a bind takes its files from.
#[derive(Clone, Debug)]
pub(crate) struct HiddenProgram<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The bind.
    pub(crate) mount: &'a Mount,
    /// The file, absolute.
    pub(crate) path: String,
    /// The word that names it.
    pub(crate) word: &'a Spanned<String>,
}

/// The files that the images of active services start with, that their Dockerfiles build, and that a bind covers without
/// having them.
pub(crate) fn hidden_programs<'a>(model: &'a Model, sources: &SourceDb) -> Vec<HiddenProgram<'a>> {
    let root = repository_root(sources, &model.directory);
    let hidden = |service: &'a Service| {
        let image = built(service)?;
        let (word, written) = started(service)?;
        let path =
            mounts::join(Some(working_dir(service).filter(|_| !written.starts_with('/')).unwrap_or("/")), written);
        let mount = mounts::cover(model, service, &path)?;
        let MountKind::Bind(source) = &mount.kind else { return None };
        let inside = path.strip_prefix(mount.target.value.trim_end_matches('/'))?.trim_start_matches('/');
        // What is elsewhere on the host may have it.
        let source = Path::new(source).strip_prefix(&root).ok().map(|rest| root.join(rest))?;
        let is_gone =
            sources.kind(&source) != PathKind::File && sources.kind(&source.join(inside)) == PathKind::Missing;
        (is_gone && is_made(image, &path)).then_some(HiddenProgram { service, mount, path, word })
    };
    model.services.values().filter_map(hidden).collect()
}

/// A working directory that a bind covers without having it: what the container runs finds nothing there.
#[derive(Clone, Debug)]
pub(crate) struct HiddenDirectory<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The bind.
    pub(crate) mount: &'a Mount,
    /// The directory.
    pub(crate) path: &'a str,
}

/// The working directories of services that binds of the repository hide, where what is started is looked for there.
pub(crate) fn hidden_directories<'a>(model: &'a Model, sources: &SourceDb) -> Vec<HiddenDirectory<'a>> {
    const STARTED: [&str; 20] = [
        "npm", "npx", "yarn", "pnpm", "bun", "node", "python", "python3", "flask", "uvicorn", "gunicorn", "celery",
        "php", "bundle", "rails", "go", "cargo", "make", "mvn", "air",
    ];
    let root = repository_root(sources, &model.directory);
    let hidden = |service: &'a Service| {
        built(service)?;
        let path = working_dir(service)?;
        let mount = mounts::cover(model, service, path)?;
        let MountKind::Bind(source) = &mount.kind else { return None };
        let inside = path.strip_prefix(mount.target.value.trim_end_matches('/'))?.trim_start_matches('/');
        let source = Path::new(source).strip_prefix(&root).ok().map(|rest| root.join(rest))?;
        let is_gone = !inside.is_empty()
            && sources.kind(&source) == PathKind::Directory
            && sources.kind(&source.join(inside)) == PathKind::Missing;
        let words = launched_words(service);
        let is_started = words.iter().find(|word| !is_shell(word) && !word.starts_with('-'));
        let is_there = is_started.is_some_and(|word| STARTED.contains(word)) && !words.contains(&"cd");
        (is_gone && is_there).then_some(HiddenDirectory { service, mount, path })
    };
    model.services.values().filter_map(hidden).collect()
}

/// The file that a container starts with: its program by a path, or what an interpreter is given.
fn started(service: &Service) -> Option<(&Spanned<String>, &str)> {
    let words = launch(service);
    let (first, rest) = words.split_first()?;
    let program = first.value.as_str();
    if is_shell(program) || program.contains(char::is_whitespace) {
        return None;
    }
    let name = program.rsplit('/').next().unwrap_or(program);
    let argument = |word: &&&Spanned<String>| !word.value.starts_with('-');
    let found = match name {
        "node" | "bun" | "deno" | "dotnet" => rest.iter().find(argument),
        "java" => {
            let jar = rest.iter().position(|word| word.value == "-jar")?;
            rest.get(jar + 1)
        }
        _ => Some(first).filter(|_| program.contains('/')),
    }?;
    (!found.value.contains(['$', '*', ' ']) && found.value.contains(['/', '.']))
        .then_some((*found, found.value.as_str()))
}

/// Whether the Dockerfile makes a file: another stage does, or a step of the last one that builds.
fn is_made(image: &BuiltImage, path: &str) -> bool {
    image.copies.iter().any(|copy| brings(copy, path)) || image.runs.iter().any(|run| builds(run, path))
}

fn brings(copy: &Copied, path: &str) -> bool {
    let Some(target) = copy.target.as_deref().filter(|_| copy.from.is_some()) else { return false };
    let target = target.trim_end_matches('/');
    let is_at = |source: &String| {
        let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or("");
        mounts::is_inside(path, &format!("{target}/{name}"))
    };
    // The root would hold everything.
    !target.is_empty() && mounts::is_inside(path, target) || copy.sources.iter().any(is_at)
}

/// Commands that compile, and the option behind which some name what comes of it.
const COMPILING: [&str; 12] = [
    "go build",
    "cargo build",
    "npm run build",
    "yarn build",
    "yarn run build",
    "pnpm build",
    "pnpm run build",
    "bun run build",
    "tsc",
    "mvn",
    "gradlew",
    "dotnet publish",
];

/// Directories that compilers write to.
const OUTPUTS: [&str; 7] = ["dist", "build", "out", "target", "bin", "lib", "publish"];

fn builds(run: &Ran, path: &str) -> bool {
    let (script, directory) = (run.script.value.as_str(), run.working_dir.as_deref());
    if !COMPILING.iter().any(|command| script.contains(command)) {
        return false;
    }
    let words: Vec<&str> = script.split_whitespace().collect();
    let named = words.iter().position(|word| *word == "-o").and_then(|at| words.get(at + 1));
    match named {
        Some(output) => mounts::join(directory, output) == path,
        None => {
            let inside = directory.and_then(|directory| path.strip_prefix(directory)).unwrap_or("");
            inside.trim_start_matches('/').split('/').next().is_some_and(|first| OUTPUTS.contains(&first))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    fn check(dockerfile: &str, service: &str, expect: Option<&str>) {
        let compose = format!("services: {{a: {{build: ., volumes: ['.:/app'], {service}}}}}\n");
        let text =
            format!("FROM golang AS made\nRUN go build -o /out/server .\nFROM alpine\nWORKDIR /app\n{dockerfile}");
        let files = [("compose.yaml", compose.as_str()), ("Dockerfile", &text), ("main.js", ""), ("start.sh", "")];
        with_sources(&files, &[], |sources, facts| {
            let found = super::hidden_programs(facts.model, sources);
            assert_eq!(found.first().map(|one| one.path.as_str()), expect, "{dockerfile} {service}");
        });
    }

    #[test]
    fn what_another_stage_made() {
        check("COPY --from=made /out/server .\nENTRYPOINT [\"./server\"]\n", "labels: []", Some("/app/server"));
        check("COPY --from=made /out/server /app/api\nCMD [\"/app/api\", \"serve\"]\n", "labels: []", Some("/app/api"));
        check("COPY --from=made /out /app\nCMD [\"./server\"]\n", "labels: []", Some("/app/server"));
        check("COPY --from=made /out/server /usr/bin/\nCMD [\"/usr/bin/server\"]\n", "labels: []", None);
        check("COPY --from=made /out/server .\nENTRYPOINT [\"./server\"]\n", "entrypoint: /app/start.sh", None);
        check("COPY --from=made /out/server .\nCMD [\"sh\", \"-c\", \"./server\"]\n", "labels: []", None);
        check("COPY . .\nCMD [\"./server\"]\n", "labels: []", None);
    }

    #[test]
    fn what_a_step_builds() {
        check(
            "COPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"dist/main.js\"]\n",
            "labels: []",
            Some("/app/dist/main.js"),
        );
        check("COPY . .\nRUN npm ci && npm run build\nCMD [\"node\", \"main.js\"]\n", "labels: []", None);
        check("COPY . .\nRUN go build -o server .\nCMD [\"./server\"]\n", "labels: []", Some("/app/server"));
        check("COPY . .\nRUN go build -o /usr/bin/server .\nCMD [\"server\"]\n", "labels: []", None);
        check(
            "COPY . .\nRUN mvn package\nCMD [\"java\", \"-jar\", \"target/app.jar\"]\n",
            "labels: []",
            Some("/app/target/app.jar"),
        );
        check("COPY . .\nRUN npm run build\nCMD [\"node\", \"dist/main.js\"]\n", "command: npm run dev", None);
    }
}
