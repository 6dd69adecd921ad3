//! Hosts in the words of a command: options, arguments of programs that wait or connect, and shell text.

use std::ops::Range;

use super::scan::{self, FoundHost, Needs};
use super::{HostEvidence, HostRole, names};

/// A word of a command, and where it is: which word of the list, and its bytes there.
#[derive(Clone, Debug)]
pub(crate) struct CommandToken<'a> {
    /// What it says, quotes taken off.
    pub(crate) text: &'a str,
    /// The number of the word.
    pub(crate) word: usize,
    /// Its first byte there.
    pub(crate) at: usize,
    /// Whether it begins a command of a shell script.
    first: bool,
}

/// The commands that words are, those of a shell script each alone.
pub(crate) fn simple_commands<'a>(words: &[&'a str]) -> Vec<Vec<CommandToken<'a>>> {
    let tokens: Vec<CommandToken<'_>> =
        words.iter().enumerate().flat_map(|(index, word)| tokens(index, word)).collect();
    tokens.chunk_by(|_, next| !next.first).map(<[CommandToken<'_>]>::to_vec).collect()
}

/// The hosts that a command names: the number of the word, the find in that word, and the role.
pub(crate) fn hosts(words: &[&str]) -> Vec<(usize, FoundHost, HostRole)> {
    simple_commands(words).iter().flat_map(|simple| simple_command(simple)).collect()
}

/// The tokens of a word: itself, or where it has blanks (a script after `sh -c`) the words of the script.
fn tokens<'a>(index: usize, word: &'a str) -> Vec<CommandToken<'a>> {
    if !word.trim().contains(char::is_whitespace) {
        return vec![CommandToken { text: word, word: index, at: 0, first: index == 0 }];
    }
    let mut tokens = Vec::new();
    let mut first = true;
    for range in pieces(word) {
        let text = word.get(range.clone()).unwrap_or("");
        if matches!(text, ";" | "&" | "|" | "\n" | "(" | "`") {
            first = true;
        } else if !(first && matches!(text, "do" | "then" | "else" | "until" | "while" | "if" | "!" | "exec" | "{")) {
            tokens.push(CommandToken { text, word: index, at: range.start, first });
            first = false;
        }
    }
    tokens
}

/// The words and operators of shell text, without the quotes around them. Quoted text with blanks in it stays whole.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut start: Option<usize> = None;
    let mut quote: Option<char> = None;
    for (at, c) in text.char_indices() {
        let operator = matches!(c, ';' | '&' | '|' | '\n' | '(' | '`');
        match quote {
            Some(open) if c == open => {
                quote = None;
                pieces.extend(start.take().map(|start| start..at));
            }
            Some(_) => {}
            None if matches!(c, '"' | '\'') => {
                pieces.extend(start.take().map(|start| start..at));
                start = Some(at + 1);
                quote = Some(c);
            }
            None if operator || c.is_whitespace() || c == ')' => {
                pieces.extend(start.take().map(|start| start..at));
                if operator {
                    pieces.push(at..at + 1);
                }
            }
            None => {
                start.get_or_insert(at);
            }
        }
    }
    pieces.extend(start.map(|start| start..text.len()));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The name of the program, without its directory; settings before it (`A=b prog`) are passed over.
fn program<'a>(tokens: &[CommandToken<'a>]) -> &'a str {
    let is_setting = |text: &str| text.split_once('=').is_some_and(|(name, _)| is_name(name));
    let first = tokens.iter().map(|token| token.text).find(|text| {
        !is_setting(text)
            && !matches!(
                *text,
                "CMD" | "CMD-SHELL" | "sudo" | "env" | "exec" | "sh" | "bash" | "-c" | "/bin/sh" | "/bin/bash"
            )
    });
    first.and_then(|text| text.rsplit('/').next()).unwrap_or("")
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn simple_command(tokens: &[CommandToken<'_>]) -> Vec<(usize, FoundHost, HostRole)> {
    let program = program(tokens);
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| tokens.get(index)).map(|token| token.text);
        // What a script prints is for people, but where it prints to may be a socket.
        let prints = matches!(program, "echo" | "printf") && !token.text.contains(DEV_TCP);
        for (one, role) in in_token(program, token.text, before).into_iter().filter(|_| !prints) {
            found.push((token.word, one.shifted(token.at), role));
        }
    }
    found.extend(waited_for(program, tokens));
    found
}

/// The hosts in one token, which may be the value of the option before it.
fn in_token(program: &str, text: &str, before: Option<&str>) -> Vec<(FoundHost, HostRole)> {
    let (option, value) = match text.split_once('=') {
        Some((option, value)) if is_option(option) || is_name(option) => (Some(option), value),
        _ => (before.filter(|before| is_option(before) && !before.contains('=')), text),
    };
    let at = text.len() - value.len();
    let words = option.map(names::words).unwrap_or_default();
    let by_name = option.map_or(HostRole::Peer, |option| role_of_option(program, option, &words));
    let urls = scan::urls(value);
    let found = match option {
        _ if !urls.is_empty() => urls,
        _ if value.contains("://") || value.starts_with('-') => Vec::new(),
        Some(option) => in_option(program, option, &words, value),
        None => Vec::new(),
    };
    let found = if found.is_empty() { dev_tcp(value) } else { found };
    let role = |one: &FoundHost| {
        let host = value.get(one.host.clone()).unwrap_or("");
        if matches!(program, "curl" | "wget" | "http") && names::is_loopback(host) {
            return HostRole::Own;
        }
        // Where a tunnel leads; the command of cloudflared's image begins with its subcommand.
        if option == Some("--url") && matches!(program, "cloudflared" | "tunnel") {
            return HostRole::Peer;
        }
        names::role_of_value(&words, by_name, host, one.scheme.as_deref(), one.evidence)
    };
    found.into_iter().map(|one| (role(&one), one)).map(|(role, one)| (one.shifted(at), role)).collect()
}

fn is_option(text: &str) -> bool {
    text.len() > 1 && text.starts_with('-') && !text.contains(char::is_whitespace)
}

/// Programs whose `-h` and `--host` name the server to connect to.
const CLIENTS: &[&str] = &[
    "clickhouse-client",
    "createdb",
    "dropdb",
    "mariadb",
    "mariadb-admin",
    "mariadb-dump",
    "mongo",
    "mongodump",
    "mongoimport",
    "mongorestore",
    "mongosh",
    "mosquitto_pub",
    "mosquitto_sub",
    "mysql",
    "mysqladmin",
    "mysqldump",
    "pg_dump",
    "pg_dumpall",
    "pg_isready",
    "pg_restore",
    "psql",
    "redis-cli",
    "valkey-cli",
];

/// Programs whose `--host` names the address to bind.
const SERVERS: &[&str] = &[
    "daphne",
    "fastapi",
    "flask",
    "gunicorn",
    "hypercorn",
    "jupyter",
    "llama-server",
    "mlflow",
    "next",
    "ng",
    "node",
    "npm",
    "npx",
    "nuxt",
    "php",
    "pnpm",
    "poetry",
    "prefect",
    "python",
    "python3",
    "rails",
    "rasa",
    "bundle",
    "sanic",
    "serve",
    "server",
    "streamlit",
    "uv",
    "uvicorn",
    "vite",
    "vllm",
    "waitress-serve",
    "yarn",
    "ollama",
    "chroma",
    "redis-server",
    "mongod",
    "mysqld",
    "postgres",
    "bun",
    "deno",
    "hugo",
    "mkdocs",
    "sphinx-autobuild",
    "locust",
];

fn role_of_option(program: &str, option: &str, words: &[String]) -> HostRole {
    let connects =
        CLIENTS.contains(&program) || matches!(program, "celery" | "cub" | "kafkacat" | "kcat" | "curl" | "wget");
    if connects {
        return HostRole::Peer;
    }
    match option {
        "-b" | "-l" | "-H" => HostRole::Listen,
        "--host" | "-host" | "--hostname" | "--ip" if SERVERS.contains(&program) => HostRole::Listen,
        _ if words.join("_") == "HOST" => HostRole::Peer,
        _ => names::role(words),
    }
}

fn in_option(program: &str, option: &str, words: &[String], value: &str) -> Vec<FoundHost> {
    let client = CLIENTS.contains(&program);
    let evidence = HostEvidence::CommandOption;
    match option {
        "-h" if client => return scan::list(value, Needs::Host, evidence),
        "-b" if matches!(program, "cub" | "kafkacat" | "kcat") => return scan::list(value, Needs::Port, evidence),
        "-b" | "-l" => return scan::list(value, Needs::Port, evidence),
        _ if !option.starts_with("--") && words.iter().all(|word| word.len() < 4) => return Vec::new(),
        _ => {}
    }
    if words.last().is_some_and(|word| word.starts_with("BIND") || word.starts_with("LISTEN")) {
        return scan::list(value, Needs::Host, evidence);
    }
    match names::shape(words) {
        names::NameShape::Host if words.last().is_some_and(|word| word != "SERVER") => {
            scan::list(value, Needs::Host, evidence)
        }
        names::NameShape::Host if words.join("_").ends_with("BOOTSTRAP_SERVER") => {
            scan::list(value, Needs::Host, evidence)
        }
        names::NameShape::Host | names::NameShape::Servers(_) | names::NameShape::Address => {
            scan::list(value, Needs::Port, evidence)
        }
        names::NameShape::Other => Vec::new(),
    }
}

/// Where Bash opens sockets.
const DEV_TCP: &str = "/dev/tcp/";

/// Bash's `/dev/tcp/db/5432`.
fn dev_tcp(text: &str) -> Vec<FoundHost> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(DEV_TCP) {
        let start = at + DEV_TCP.len();
        let Some((host, rest)) = text.get(start..).and_then(|rest| rest.split_once('/')) else { continue };
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let Some(Ok(port)) = rest.get(..digits).map(str::parse::<u16>) else { continue };
        if scan::is_lone_host(host) {
            let end = start + host.len();
            let port = Some((port, end + 1..end + 1 + digits));
            let text = start..end + 1 + digits;
            found.push(FoundHost { host: start..end, port, scheme: None, text, evidence: HostEvidence::CommandOption });
        }
    }
    found
}

/// What programs that wait for a port, or try one, are given: `wait-for-it.sh db:5432`, `nc -z db 5432`.
fn waited_for(program: &str, tokens: &[CommandToken<'_>]) -> Vec<(usize, FoundHost, HostRole)> {
    let mut found = Vec::new();
    let mut rest = tokens.iter().take_while(|token| token.text != "--").peekable();
    // A script may start a program that waits with the program to start after it.
    let Some(waiter) = tokens.iter().position(|token| is_waiter(base(token.text))) else {
        if matches!(program, "nc" | "ncat" | "netcat" | "telnet") {
            found.extend(connected(tokens));
        }
        return found;
    };
    for _ in 0..=waiter {
        rest.next();
    }
    for token in rest {
        let pair = token.text.split_once(':').filter(|(kind, _)| matches!(*kind, "tcp"));
        let text = pair.map_or(token.text, |(_, rest)| rest);
        if text.contains("://") || text.starts_with('-') || text.contains('/') {
            continue;
        }
        let offset = token.at + token.text.len() - text.len();
        for one in scan::list(text, Needs::Port, HostEvidence::CommandOption) {
            let host = text.get(one.host.clone()).unwrap_or("");
            let role = if names::is_loopback(host) { HostRole::Own } else { HostRole::Peer };
            found.push((token.word, one.shifted(offset), role));
        }
    }
    found
}

fn base(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or("")
}

fn is_waiter(program: &str) -> bool {
    program.starts_with("wait-") || program.starts_with("wait_") || matches!(program, "wait" | "wait4x" | "waitforit")
}

/// `nc -z db 5432`: a host and then a number.
fn connected(tokens: &[CommandToken<'_>]) -> Option<(usize, FoundHost, HostRole)> {
    tokens.windows(2).skip(1).find_map(|pair| {
        let [host, port] = pair else { return None };
        let number = port.text.parse::<u16>().ok().filter(|_| host.word == port.word)?;
        let (start, end) = (host.at, host.at + host.text.len());
        let port = Some((number, port.at..port.at + port.text.len()));
        let evidence = HostEvidence::CommandOption;
        let role = if names::is_loopback(host.text) { HostRole::Own } else { HostRole::Peer };
        let lone = scan::is_lone_host(host.text);
        let found = FoundHost { host: start..end, port, scheme: None, text: start..end, evidence };
        lone.then_some((host.word, found, role))
    })
}
