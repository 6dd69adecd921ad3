//! Healthchecks that a server turns away, and those that its first start answers too early.

use super::probe_fault::{ProbeFault, is_awaited, is_editable, place_of};
use crate::facts::images::{KnownImage, built, known_image, runs_server, variable};
use crate::facts::lifecycle::probe::{Probe, ProbeCommand, ProbeWord};
use crate::facts::network::exposure::asks_for_login;
use crate::finding::Severity;
use crate::model::Service;
use crate::rules::Context;
use crate::yaml::edit;

/// Where the images of databases look for scripts of their first start.
const SCRIPTS: &str = "/docker-entrypoint-initdb.d";

/// A password that the server asks for and the healthcheck does not give.
pub(super) fn password(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    let known = known_image(service).filter(|known| known.exact && runs_server(service))?;
    let login = known.image.login_for(known.tag)?;
    if !asks_for_login(service, login) || service.env_files.iter().any(|file| !file.loaded) {
        return None;
    }
    let needed = probe.needed(service);
    let compared = || needed.iter().find_map(|command| Some((command, compared(service, &known, command)?)));
    let command = needed.iter().find(|command| is_turned_away(service, &known, command, &needed));
    let (command, client) = command.map(|command| (command, command.name())).or_else(compared)?;
    let word = command.words.first()?;
    let message = format!(
        "`{}` never becomes healthy: the server requires a password, and `{client}` in its healthcheck provides none",
        service.name,
    );
    let help = match client {
        "redis-cli" | "valkey-cli" => "set `REDISCLI_AUTH` to the password under `environment`",
        "curl" | "wget" => "provide a user and a password, or request a URL that needs none",
        _ => "provide the password, as a variable of the container: `-p\"$$MYSQL_ROOT_PASSWORD\"`",
    };
    Some(ProbeFault::new(place_of(cx, probe, word), "password", message, help.to_owned()))
}

/// The client of Redis whose answer a test compares: `[ "$(redis-cli ping)" = PONG ]`.
fn compared(service: &Service, known: &KnownImage<'_>, command: &ProbeCommand<'_>) -> Option<&'static str> {
    let is_test = matches!(command.name(), "[" | "[[" | "test") && command.words.iter().any(|word| word.open);
    let script = command.words.first()?.source.value.as_str();
    let client = ["redis-cli", "valkey-cli"].into_iter().find(|client| script.contains(client))?;
    let gives = ["-a ", "--pass", "--askpass", "-u ", "--user", "AUTH", "auth", "NOAUTH"];
    let is_set = |name: &str| service.environment.contains_key(name);
    let is_of_redis = matches!(known.image.name.as_str(), "redis" | "valkey");
    let is_given =
        gives.iter().any(|word| script.contains(word)) || is_set("REDISCLI_AUTH") || is_set("VALKEYCLI_AUTH");
    (is_of_redis && is_test && script.contains("PONG") && !is_given).then_some(client)
}

fn is_turned_away(
    service: &Service,
    known: &KnownImage<'_>,
    command: &ProbeCommand<'_>,
    all: &[ProbeCommand<'_>],
) -> bool {
    let words = command.words.get(1..).unwrap_or_default();
    let gives = |options: &[&str]| words.iter().any(|word| options.iter().any(|option| word.text.starts_with(option)));
    let is_set = |name: &str| variable(service, name).is_some() || service.environment.contains_key(name);
    match (known.image.name.as_str(), command.name()) {
        // `redis-cli` itself succeeds; what reads its answer does not.
        ("redis" | "valkey", "redis-cli" | "valkey-cli") => {
            let is_read = all.iter().any(|other| {
                other.name() == "grep"
                    && other.words.iter().any(|word| word.text.contains("PONG") && !word.text.contains("NOAUTH"))
            });
            is_read
                && !gives(&["-a", "--pass", "-u", "--askpass"])
                && !is_set("REDISCLI_AUTH")
                && !is_set("VALKEYCLI_AUTH")
        }
        ("mysql" | "mariadb", "mysql" | "mariadb" | "mysqladmin" | "mariadb-admin") => {
            // `ping` succeeds even if the login does not.
            let pings = words.iter().any(|word| word.text == "ping");
            let is_open = words.iter().any(|word| word.open && word.text.starts_with("-p"));
            !pings && !is_open && !gives(&["-p", "--password", "--defaults", "--login-path"]) && !is_set("MYSQL_PWD")
        }
        ("elasticsearch", "curl") => {
            let fails = words.iter().any(|word| word.text == "--fail" || is_short_option(&word.text, 'f'));
            let alone = all.len() == 1;
            fails
                && alone
                && !gives(&["-u", "--user", "-H", "--header", "-E", "--cert", "--netrc", "-n"])
                && !words.iter().any(|word| word.text.contains('@'))
        }
        _ => false,
    }
}

/// `-f`, `-sf`.
fn is_short_option(word: &str, letter: char) -> bool {
    word.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains(letter))
}

/// A test over the socket, on which the temporary server of the first start answers, too.
pub(super) fn socket(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    let known = known_image(service).filter(|known| runs_server(service) && known.image.is_datastore())?;
    if probe.of_dockerfile || !has_scripts(service) || !is_awaited(cx, service) {
        return None;
    }
    let needed = probe.needed(service);
    let is_client = |command: &&ProbeCommand<'_>| {
        matches!(
            (known.image.name.as_str(), command.name()),
            ("mysql" | "mariadb", "mysql" | "mysqladmin" | "mariadb" | "mariadb-admin")
                | ("postgres" | "postgis" | "timescaledb", "pg_isready")
        )
    };
    let command = needed.iter().find(is_client)?;
    let host = host(command);
    let by_socket = match host {
        None => !command.words.iter().any(|word| word.open || word.text.contains("tcp") || word.text.contains("host=")),
        Some(host) => host.text == "localhost" && command.name() != "pg_isready",
    };
    if !by_socket {
        return None;
    }
    let message = format!(
        "`{}` becomes healthy too early: during its first start a temporary server answers `{}` on the socket",
        service.name,
        command.name()
    );
    let help = "add `-h 127.0.0.1`: the temporary server does not listen there".to_owned();
    let word = host.or(command.words.first())?;
    let place = place_of(cx, probe, word);
    let mut fault = ProbeFault::new(place, "socket", message, help);
    fault.severity = Some(Severity::Info);
    let edits = host.filter(|_| is_editable(probe)).and_then(|_| edit::replace_part(cx.files, place, "127.0.0.1"));
    fault.fix = edit::safe("connect to `127.0.0.1`", edits);
    Some(fault)
}

/// The host that a client is given.
fn host<'p, 'a>(command: &'p ProbeCommand<'a>) -> Option<&'p ProbeWord<'a>> {
    let at = command.words.iter().position(|word| matches!(word.text.as_str(), "-h" | "--host"));
    match at {
        Some(at) => command.words.get(at + 1),
        None => command.words.iter().find(|word| word.text.starts_with("-h") && word.text.len() > 2),
    }
}

fn has_scripts(service: &Service) -> bool {
    let copied = built(service).is_some_and(|image| {
        image.copies.iter().any(|copy| copy.target.as_deref().is_some_and(|target| target.starts_with(SCRIPTS)))
    });
    copied || service.mounts.iter().any(|mount| mount.target.value.starts_with(SCRIPTS))
}
