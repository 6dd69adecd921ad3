//! Programs and variables that a healthcheck needs and that the container does not have.

use super::probe_fault::{ProbeFault, is_editable, place_of};
use crate::facts::images::{built, image_text, known_image, runs_server, variable as value_of};
use crate::facts::lifecycle::probe::{Probe, ProbeCommand, ProbeForm, ReadVariable, variables};
use crate::facts::lifecycle::programs;
use crate::facts::place::part_of;
use crate::finding::{Confidence, Edit, Fix, Severity};
use crate::model::{Service, Spanned};
use crate::rules::Context;
use crate::rules::lifecycle::operators::quoted;
use crate::yaml::edit::{self, Content};

/// Commands of shells themselves.
const BUILT_IN: [&str; 18] = [
    "test", "[", "[[", "exit", "echo", "true", "false", "cd", "kill", "command", "printf", ":", "read", "export",
    "set", "type", ".", "exec",
];

/// Programs that took the place of others, with the same options.
const RENAMED: [(&str, &str); 4] =
    [("mysqladmin", "mariadb-admin"), ("mysql", "mariadb"), ("mongo", "mongosh"), ("redis-cli", "valkey-cli")];

/// Where the images of SQL Server had their client until 2024; the new one encrypts unless it is told otherwise.
const OLD_SQLCMD: &str = "/opt/mssql-tools/bin/sqlcmd";

/// A program that the image lacks.
pub(super) fn program(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    if let Some(ProbeForm::Shell(script, shell)) = probe.form() {
        let program = shell.map_or("sh", |shell| shell.value.as_str());
        if programs::has(service, program) == Some(false) {
            let place = if probe.of_dockerfile { probe.check.key } else { shell.unwrap_or(script).place };
            let help = "use `CMD` with a program that the image includes".to_owned();
            return Some(ProbeFault::new(place, "program", missing(service, program), help));
        }
    }
    let needed = probe.needed(service);
    // Some install it on the way.
    let installs = |text: &str| ["install", "apk add", "apt-get"].iter().any(|word| text.contains(word));
    if probe.check.test.iter().any(|word| installs(&word.value)) {
        return None;
    }
    let command = needed.iter().find(|command| {
        let program = command.program();
        !BUILT_IN.contains(&program)
            && !program.contains(['$', ' '])
            && command.words.first().is_some_and(|word| !word.open && word.used.is_empty())
            && programs::has(service, program) == Some(false)
    })?;
    let word = command.words.first()?;
    let (help, fix) = replacement(cx, service, probe, command, needed.len());
    let is_elsewhere = programs::has(service, command.name()) != Some(false);
    let message = missing(service, if is_elsewhere { command.program() } else { command.name() });
    let mut fault = ProbeFault::new(place_of(cx, probe, word), "program", message, help);
    fault.fix = fix;
    Some(fault)
}

fn missing(service: &Service, program: &str) -> String {
    let (name, image) = (&service.name, image_text(service));
    let lacks = match &service.build {
        None => format!("which `{image}` does not include"),
        Some(_) if image == "scratch" => "which its Dockerfile does not copy into the image".to_owned(),
        Some(_) => format!("which is not in `{image}` and not installed by the Dockerfile"),
    };
    format!("`{name}` never becomes healthy: its healthcheck runs `{program}`, {lacks}")
}

/// Another command that does the same, in words and as a fix.
fn replacement(
    cx: &Context<'_>,
    service: &Service,
    probe: &Probe<'_>,
    command: &ProbeCommand<'_>,
    count: usize,
) -> (String, Option<Fix>) {
    let program = command.name();
    if command.program() == OLD_SQLCMD {
        let help =
            "use `/opt/mssql-tools18/bin/sqlcmd` with `-C`, which accepts the certificate that the server made itself";
        return (help.to_owned(), None);
    }
    let has = |other: &str| programs::has(service, other) == Some(true);
    if let Some((_, other)) = RENAMED.iter().find(|(old, new)| *old == program && has(new)) {
        let edits = command
            .words
            .first()
            .filter(|_| is_editable(probe))
            .and_then(|word| edit::replace_part(cx.files, place_of(cx, probe, word), other));
        return (format!("use `{other}`, which the image includes"), edit::safe(format!("run `{other}`"), edits));
    }
    let url = command.words.iter().find(|word| word.text.contains("://") || word.text.starts_with("localhost"));
    let other = match program {
        "curl" if has("wget") => Some(["wget", "-q", "--spider"].as_slice()),
        "wget" if has("curl") => Some(["curl", "-fsS"].as_slice()),
        _ => None,
    };
    if let (Some(words), Some(url)) = (other, url) {
        let help =
            format!("use `{}` with the same URL, which the image includes, or install `{program}`", words.join(" "));
        let is_simple = count == 1 && is_editable(probe) && is_plain(command);
        let title = format!("use `{}`", words.first().copied().unwrap_or_default());
        let written = || edit::text_of(cx.files, url.source.place);
        let test = match probe.form() {
            Some(ProbeForm::Exec(_)) => written().map(|url| {
                let words = ["CMD"].iter().chain(words).map(|word| quoted(word));
                Content::List(words.chain([quoted(&url)]).collect())
            }),
            _ => None,
        };
        let edits =
            test.filter(|_| is_simple).and_then(|test| edit::overwrite(cx.files, probe.check.key, "test", &test));
        return (help, edit::risky(title, edits));
    }
    match of_catalogue(cx, service, probe) {
        Some(fix) => ("use a test with a program that the image includes".to_owned(), Some(fix)),
        None if service.build.is_some() => {
            (format!("install `{program}` in the Dockerfile, or test with a program that the image includes"), None)
        }
        None => ("use a test with a program that the image includes".to_owned(), None),
    }
}

/// Whether a command does nothing but ask an address.
fn is_plain(command: &ProbeCommand<'_>) -> bool {
    const OPTIONS: [&str; 16] = [
        "-f",
        "-s",
        "-S",
        "-L",
        "-q",
        "-fs",
        "-sf",
        "-fsS",
        "-sSf",
        "-sfS",
        "-fsSL",
        "--fail",
        "--silent",
        "--spider",
        "--quiet",
        "--show-error",
    ];
    let rest: Vec<_> = command.words.iter().skip(1).filter(|word| !OPTIONS.contains(&word.text.as_str())).collect();
    rest.len() == 1
}

/// The test that the catalogue has for the server.
fn of_catalogue(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<Fix> {
    let known = known_image(service).filter(|known| known.exact && !known.built && runs_server(service))?;
    let words = known.image.healthcheck_for(known.tag)?;
    let test = Content::List(words.iter().map(|word| quoted(word)).collect());
    let edits = is_editable(probe).then(|| edit::overwrite(cx.files, probe.check.key, "test", &test)).flatten();
    edit::risky("use the healthcheck that fits the image", edits)
}

/// Variables that shells, Docker and many images set.
const EVERYWHERE: [&str; 22] = [
    "PATH",
    "HOME",
    "HOSTNAME",
    "PWD",
    "OLDPWD",
    "USER",
    "SHELL",
    "LANG",
    "TERM",
    "RANDOM",
    "UID",
    "EUID",
    "PPID",
    "IFS",
    "SECONDS",
    "LINENO",
    "PORT",
    "HOST",
    "PGDATA",
    "BASHPID",
    "NODE_ENV",
    "JAVA_HOME",
];

/// Whether the project uses or sets a variable.
fn is_of_project(cx: &Context<'_>, name: &str) -> bool {
    cx.project.environment.all().iter().any(|(known, _)| *known == name)
        || cx.project.references.iter().any(|reference| reference.name == name)
}

/// The only variable of a service that ends like another.
fn own_variable<'a>(service: &'a Service, name: &str) -> Option<&'a str> {
    let end = LOGINS.iter().find(|end| name.ends_with(**end))?;
    let mut own = service.environment.keys().filter(|own| own.ends_with(*end));
    let only = own.next()?;
    own.next().is_none().then_some(only.as_str())
}

/// Ends of names of variables that hold a login.
const LOGINS: [&str; 5] = ["_PASSWORD", "_PASS", "_USER", "_USERNAME", "_DATABASE"];

/// A variable that the container is not given: one of the project, or a login.
pub(super) fn variable(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    let Some(ProbeForm::Shell(script, _)) = probe.form() else { return None };
    // What is not known may set it.
    let is_complete = !probe.of_dockerfile
        && service.env_files.iter().all(|file| file.loaded)
        && service.build.as_ref().is_none_or(|build| build.image.is_some());
    if !is_complete {
        return None;
    }
    let read = variables(&script.value).into_iter().find(|read| is_absent(cx, service, script, read))?;
    let (name, variable) = (&service.name, &read.name);
    let message = format!("the healthcheck of `{name}` reads `${variable}`, which is not set in the container");
    let is_of_project = is_of_project(cx, variable);
    let help = match own_variable(service, variable).filter(|_| !is_of_project) {
        Some(own) => format!("did you mean `$${own}`?"),
        None => format!("give it to the container: `{variable}: ${{{variable}}}` under `environment`"),
    };
    let end = script.value.get(read.at..).and_then(|rest| rest.find(char::is_whitespace));
    let end = end.map_or(script.value.len(), |length| read.at + length);
    let place = part_of(script, read.at..end, cx.facts.texts());
    let mut fault = ProbeFault::new(place, "variable", message, help);
    // Both succeed as soon as the server answers, even if it lets nobody in.
    let ignores_it = probe.needed(service).iter().all(|command| match command.name() {
        "pg_isready" => true,
        "mysqladmin" | "mariadb-admin" => command.words.iter().any(|word| word.text == "ping"),
        _ => false,
    });
    if ignores_it {
        fault.severity = Some(Severity::Info);
    }
    if !known_image(service).is_some_and(|known| known.exact) {
        fault.confidence = Confidence::Medium;
    }
    if is_of_project {
        fault.fix = edit::risky(format!("set `{variable}` in the container"), given(cx, service, variable));
    }
    Some(fault)
}

fn is_absent(cx: &Context<'_>, service: &Service, script: &Spanned<String>, read: &ReadVariable) -> bool {
    let name = read.name.as_str();
    let is_named =
        name.len() > 2 && name.chars().all(|one| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_');
    if !is_named
        || EVERYWHERE.contains(&name)
        || service.environment.contains_key(name)
        || value_of(service, name).is_some()
    {
        return false;
    }
    // The `$` may belong to a password.
    let brought =
        script.parts.iter().filter(|part| part.variable.is_some()).any(|part| {
            script.value.get(part.start as usize..part.end as usize).is_some_and(|text| text.contains('$'))
        });
    // The image may set it, and a Dockerfile to what is not known.
    let of_image = known_image(service).is_some_and(|known| known.image.variables().contains(&name));
    let of_build = built(service).is_some_and(|image| image.runs.iter().any(|run| run.script.value.contains(name)))
        || service.build.as_ref().is_some_and(|build| build.args.contains_key(name));
    // An image whose variables the catalogue knows sets no login of another name.
    let is_login = known_image(service).is_some_and(|known| known.exact && !known.built && runs_server(service))
        && LOGINS.iter().any(|end| name.ends_with(end));
    (is_login || is_of_project(cx, name)) && !brought && !of_image && !of_build
}

/// Adds a variable to `environment`, in the form that it has.
fn given(cx: &Context<'_>, service: &Service, name: &str) -> Option<Vec<Edit>> {
    let value = format!("${{{name}}}");
    match service.environment_key {
        Some(key) => edit::add_entry(cx.files, key, name, &Content::text(value.clone()))
            .or_else(|| edit::add_item(cx.files, key, &Content::text(format!("{name}={value}")))),
        None => {
            let environment = Content::Map(vec![(name.to_owned(), Content::text(value))]);
            edit::add_entry(cx.files, service.place, "environment", &environment)
        }
    }
}
