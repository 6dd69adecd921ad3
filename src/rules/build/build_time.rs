//! Variables that are compiled into pages: a container that gets them later does not change what was built.

use crate::facts::images::{built, launch};
use crate::facts::repository::builds::OutlinedBuild;
use crate::finding::{Confidence, Finding, Subject, rule};
use crate::model::{BuiltImage, Command, Service, Variable};
use crate::rules::support::{LABELS, and_list};

/// Beginnings of the names of variables that a build puts into the pages, and the documentation of the tools.
const COMPILED: [(&str, &str); 6] = [
    ("NEXT_PUBLIC_", "https://nextjs.org/docs/app/guides/environment-variables"),
    ("VITE_", "https://vite.dev/guide/env-and-mode"),
    ("REACT_APP_", "https://create-react-app.dev/docs/adding-custom-environment-variables/"),
    ("VUE_APP_", "https://cli.vuejs.org/guide/mode-and-env.html"),
    ("GATSBY_", "https://www.gatsbyjs.com/docs/how-to/local-development/environment-variables/"),
    ("EXPO_PUBLIC_", "https://docs.expo.dev/guides/environment-variables/"),
];

/// Words of commands that serve what is built anew at each start, or put values in.
const AT_START: [&str; 12] = [
    "dev",
    "vite",
    "react-scripts",
    "ng",
    "watch",
    "build",
    "envsubst",
    "sed",
    "env.sh",
    "runtime-env-cra",
    "expo",
    "gatsby",
];

/// Servers of files, which run no script of a project.
const FILE_SERVERS: [&str; 4] = ["nginx", "caddy", "httpd", "static-web-server"];

/// Reports the variables that a service gets for what was built without them, together.
pub(super) fn at_run_time(one: &OutlinedBuild<'_>) -> Option<Finding> {
    let service = one.service;
    let image = built(service)?;
    if starts_with_values(service, image) || !one.has_built_pages(image) {
        return None;
    }
    let serves_files = serves_files(one, image);
    let is_lost = |(name, variable): &(&String, &Variable)| {
        let compiled = COMPILED.iter().any(|(prefix, _)| name.starts_with(prefix));
        // An env file may be there for the build, as well.
        compiled
            && !variable.is_assumed
            && !one.build.args.contains_key(name.as_str())
            && (is_build_argument(one, name, variable) || serves_files)
    };
    let lost: Vec<(&String, &Variable)> = service.environment.iter().filter(is_lost).collect();
    let [(name, first), others @ ..] = lost.as_slice() else { return None };
    let names: Vec<&str> = lost.iter().map(|(name, _)| name.as_str()).take(LABELS).collect();
    let (are, it) = if names.len() == 1 { ("is", "it") } else { ("are", "them") };
    let message = format!("{} {are} compiled in at build time: the container ignores {it}", and_list(&names));
    let is_declared = lost.iter().all(|(name, _)| one.outline.declares(name));
    let help = if is_declared {
        format!("pass {it} under `build.args`, and build again when a value changes")
    } else {
        format!(
            "pass {it} under `build.args`, with an `ARG` in the stage that builds, and build again when a value changes"
        )
    };
    let mut finding = Finding::new(rule::BUILD_ARGUMENT, first.key, Subject::service(&service.name), message)
        .evidence(name.as_str())
        .help(help);
    if !is_declared {
        finding = finding.confidence(Confidence::Medium);
    }
    let argument = one.outline.arguments().find(|argument| argument.name == **name);
    if let Some(argument) = argument {
        finding = finding.label(one.place(&argument.span), "the build takes it from here");
    }
    for (_, other) in others.iter().take(LABELS) {
        finding = finding.label(other.key, "this one, too");
    }
    Some(finding)
}

/// Whether the Dockerfile takes a variable as an argument, and its default is not what the container gets.
fn is_build_argument(one: &OutlinedBuild<'_>, name: &str, variable: &Variable) -> bool {
    let value = variable.value.as_ref().map(|value| value.value.as_str());
    let mut declared = one.outline.arguments().filter(|argument| argument.name == name).peekable();
    declared.peek().is_some()
        && !declared.any(|argument| argument.default.is_some() && argument.default.as_deref() == value)
}

/// Whether the image serves files that were built in another stage, with nothing of the project's that runs before.
fn serves_files(one: &OutlinedBuild<'_>, image: &BuiltImage) -> bool {
    let is_server = image.base.as_ref().is_some_and(|base| {
        let name = base.value.repository.rsplit('/').next().unwrap_or("").to_owned();
        FILE_SERVERS.iter().any(|server| name.starts_with(server))
    });
    let own_start = one.service.command.is_some() || one.service.entrypoint.is_some();
    if image.command.as_ref().is_some_and(starts_file_server) && !own_start {
        return true;
    }
    let is_script = |path: &String| path.ends_with(".sh") || path.contains("entrypoint") || path.contains("template");
    let copies = || image.copies.iter().flat_map(|copy| copy.sources.iter().chain(&copy.target)).any(is_script);
    let mounts = || one.service.mounts.iter().any(|mount| is_script(&mount.target.value));
    is_server && !own_start && image.command.is_none() && !copies() && !mounts()
}

/// Programs of npm that serve the files of a directory.
const PAGE_SERVERS: [&str; 4] = ["serve", "http-server", "sirv", "static-web-server"];

/// Whether the command of an image does nothing but serve files: `serve -s dist`, `npx http-server`.
fn starts_file_server(command: &Command) -> bool {
    let mut words = command.words.iter().flat_map(|word| word.value.split_whitespace());
    let mut first = words.next().unwrap_or("");
    while matches!(first, "npx" | "bunx" | "sh" | "-c" | "/bin/sh" | "exec" | "--yes" | "-y") {
        first = words.next().unwrap_or("");
    }
    PAGE_SERVERS.contains(&first.rsplit('/').next().unwrap_or(first))
        && !words.any(|word| matches!(word, "&&" | ";" | "||"))
}

/// Whether what starts may build again, or put values into what was built.
fn starts_with_values(service: &Service, image: &BuiltImage) -> bool {
    let words = launch(service);
    let is_script = |word: &str| word.contains(".sh") || word.contains("entrypoint") || word.contains("docker-");
    let runs = words.iter().any(|word| {
        let mut parts = word.value.split(|letter: char| letter.is_whitespace() || matches!(letter, ';' | '&' | ':'));
        is_script(&word.value) || parts.any(|part| AT_START.contains(&part))
    });
    // `npm start` of Create React App is its development server.
    let starts_cra = service.environment.keys().any(|name| name.starts_with("REACT_APP_"))
        && words.iter().any(|word| word.value == "start" || word.value.ends_with(" start"));
    runs || starts_cra || image.entrypoint.is_some() || service.entrypoint.is_some()
}
