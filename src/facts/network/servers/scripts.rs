//! Development servers that a command starts, also by a script of package.json, and that listen on `localhost` because
//! nothing tells them otherwise.

use std::path::{Path, PathBuf};

use super::{Address, FoundServer, read_server, server_of};
use crate::app_config::settings::flat;
use crate::budget::{BYTES_OF_A_STEP, Limit, Meter};
use crate::facts::images::{launch, variable};
use crate::facts::network::hosts::{CommandToken, simple_commands};
use crate::model::{Model, MountKind, Service, Spanned};
use crate::source::{PathKind, SourceDb};

/// A development server that nothing tells where to listen.
pub(crate) struct LocalServer<'a> {
    /// The program.
    pub(crate) program: &'static str,
    /// The port.
    pub(crate) port: u16,
    /// The word of the command that starts it, or the script.
    pub(crate) word: &'a Spanned<String>,
    /// The script, if there is one.
    pub(crate) script: Option<String>,
}

/// Programs that listen on `localhost` unless an option or their configuration says otherwise, and how the configuration
/// is called: vite.dev/config/server-options, docs.astro.build/en/reference/configuration-reference.
const PROGRAMS: [(&str, &[&str]); 2] = [("vite", &["vite.config."]), ("astro", &["astro.config.", "vite.config."])];

/// Variables with which frameworks make Vite listen for others (laravel-vite-plugin).
const TELLING: [&str; 2] = ["LARAVEL_SAIL", "VITE_HOST"];

/// The server of a service, where its command and the files in the checkout say all of it.
pub(crate) fn local_server<'a>(
    (model, root): (&Model, &Path),
    service: &'a Service,
    sources: &SourceDb,
) -> Option<LocalServer<'a>> {
    if TELLING.iter().any(|name| variable(service, name).is_some()) {
        return None;
    }
    let words = launch(service);
    let texts: Vec<&str> = words.iter().map(|word| word.value.as_str()).collect();
    let meter = Meter { budget: &model.budget, at: service.key };
    simple_commands(&texts).iter().find_map(|tokens| {
        let word = *words.get(tokens.first()?.word)?;
        let named = script_of(tokens);
        let direct = if named.is_some() { None } else { Some(in_tokens(service, tokens)?) };
        let directory = directory(service, root, sources)?;
        let (script, found) = match (named, direct) {
            (Some((name, more)), _) => {
                let text = format!("{} {}", script(&directory, name, sources, meter)?, more.join(" "));
                (Some(name.to_owned()), in_text(service, text.trim())?)
            }
            (None, direct) => (None, direct?),
        };
        let (program, port) = found;
        let port = port_of(program, &directory, sources, port)?;
        Some(LocalServer { program, port, word, script })
    })
}

/// The script that a command of a package manager runs, and what is added to it: `npm run dev -- --port 3000`.
fn script_of<'a>(tokens: &[CommandToken<'a>]) -> Option<(&'a str, Vec<&'a str>)> {
    let mut words = tokens.iter().map(|token| token.text);
    let program = words.next()?.rsplit('/').next()?;
    if !matches!(program, "npm" | "yarn" | "pnpm" | "bun") {
        return None;
    }
    let mut words = words.skip_while(|word| matches!(*word, "run" | "run-script"));
    let name = words.next().filter(|name| !name.starts_with('-'))?;
    // npm itself takes options until `--`.
    let more: Vec<&str> = if program == "npm" {
        words.skip_while(|word| *word != "--").skip(1).collect()
    } else {
        words.filter(|word| *word != "--").collect()
    };
    Some((name, more))
}

/// The server that a script starts first of all, if nothing tells it where to listen: with the port, if that is written.
fn in_text(service: &Service, text: &str) -> Option<(&'static str, Option<u16>)> {
    let words = [text];
    simple_commands(&words).iter().find_map(|tokens| in_tokens(service, tokens))
}

fn in_tokens(service: &Service, tokens: &[CommandToken<'_>]) -> Option<(&'static str, Option<u16>)> {
    let (server, at) = server_of(tokens)?;
    let is_setting = |text: &str| text.contains('=') && !text.starts_with('-');
    let starts = |token: &CommandToken<'_>| {
        matches!(token.text, "npx" | "bunx" | "cross-env" | "exec" | "node") || is_setting(token.text)
    };
    if !tokens.iter().take(at).all(starts) || !PROGRAMS.iter().any(|(program, _)| *program == server.program) {
        return None;
    }
    let found = read_server(service, server, tokens.get(at..)?);
    let [FoundServer { port, port_written, address: Address::Other, address_written: false, .. }] = found.as_slice()
    else {
        return None;
    };
    if *port_written && port.is_none() {
        return None;
    }
    Some((server.program, port.filter(|_| *port_written)))
}

/// The one directory of the checkout with a package.json that a service is built from or mounts.
fn directory(service: &Service, root: &Path, sources: &SourceDb) -> Option<PathBuf> {
    let context = service.build.as_ref().and_then(|build| build.context.as_ref()).map(|context| context.value.as_str());
    let binds = service.mounts.iter().filter_map(|mount| match &mount.kind {
        MountKind::Bind(source) => Some(source.as_str()),
        _ => None,
    });
    let all = context.into_iter().chain(binds).map(PathBuf::from).filter(|path| path.starts_with(root));
    let mut found: Vec<PathBuf> =
        all.filter(|path| sources.kind(&path.join("package.json")) == PathKind::File).collect();
    found.sort();
    found.dedup();
    if found.len() == 1 { found.pop() } else { None }
}

/// A script of the package.json in a directory.
fn script(directory: &Path, name: &str, sources: &SourceDb, meter: Meter<'_>) -> Option<String> {
    let file = sources.glancing().load(&directory.join("package.json")).ok()?;
    let text = &sources.file(file).text;
    // It is read again for each service that runs one of its scripts.
    if !meter.spend(Limit::Steps, text.len() / BYTES_OF_A_STEP) {
        return None;
    }
    let settings = flat(text, meter);
    let is_it = |path: &str| path.strip_prefix("scripts.").is_some_and(|known| known.eq_ignore_ascii_case(name));
    settings.into_iter().find(|one| is_it(&one.path)).map(|one| one.value)
}

/// The port that a server has by its configuration; `None` where that may say more: another port, where to listen.
fn port_of(program: &str, directory: &Path, sources: &SourceDb, written: Option<u16>) -> Option<u16> {
    let (_, names) = PROGRAMS.iter().find(|(name, _)| *name == program)?;
    let usual = if program == "astro" { 4321 } else { 5173 };
    let entries = sources.entries(directory);
    let mut port = written;
    for name in entries.names().filter(|name| names.iter().any(|start| name.starts_with(start))) {
        let file = sources.glancing().load(&directory.join(name)).ok()?;
        let text = &sources.file(file).text;
        // What it takes from elsewhere is not read.
        if text.contains("host") || text.contains("HOST") || text.contains("mergeConfig") {
            return None;
        }
        let numbers = text.match_indices("port:").filter_map(|(at, key)| {
            let rest = text.get(at + key.len()..)?.trim_start();
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u16>().ok()
        });
        let all: Vec<u16> = numbers.collect();
        if text.matches("port:").count() != all.len() || all.len() > 1 {
            return None;
        }
        port = port.or_else(|| all.first().copied());
    }
    Some(port.unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use crate::facts::fixture::with_sources;

    fn check(keys: &str, package: &str, config: &str, expect: Option<(&str, u16)>) {
        let compose = format!("services:\n  web:\n    image: node:22\n    volumes: ['.:/app']\n    {keys}\n");
        let files = [("compose.yaml", compose.as_str()), ("package.json", package), ("vite.config.ts", config)];
        with_sources(&files, &[], |_, facts| {
            let service = &facts.model.services["web"];
            let found = facts.local_server(service);
            assert_eq!(found.map(|one| (one.program, one.port)), expect, "{keys} {package} {config}");
        });
    }

    #[test]
    fn servers_that_nothing_tells_where_to_listen() {
        let scripts = r#"{"scripts": {"dev": "vite", "é": "tsc && cross-env A=1 vite --host", "build": "vite build"}}"#;
        check("command: npx vite --port 3000", "{}", "", Some(("vite", 3000)));
        check("command: npm run dev", scripts, "", Some(("vite", 5173)));
        check("command: npm run dev", scripts, "export default { server: { port: 8080 } }", Some(("vite", 8080)));
        check("command: npm run dev -- --host", scripts, "", None);
        check("command: yarn dev --port 80", scripts, "", Some(("vite", 80)));
        check("command: sh -c 'npm install && npm run dev'", scripts, "", Some(("vite", 5173)));
        check("command: npm run dev", scripts, "server: { host: true }", None);
        check("command: npm run é", scripts, "", None);
        check("command: npm run build", scripts, "", None);
        check("command: npm run other", scripts, "", None);
        check("command: npm run dev\n    environment: {LARAVEL_SAIL: 1}", scripts, "", None);
    }
}
