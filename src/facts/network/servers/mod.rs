//! The addresses that servers bind, according to their command lines.

mod scripts;
mod table;

use std::ops::Range;

pub(crate) use self::scripts::{LocalServer, local_server};
use self::table::{SERVERS, Server};
use super::hosts::{CommandToken, is_loopback, simple_commands};
use crate::facts::images::{launch, may_be_set, variable};

use crate::model::{Service, Spanned};

/// Who can reach what a server binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// Nobody but those in its network namespace.
    Loopback,
    /// Whoever reaches the container.
    All,
    /// An address or name that says nothing here.
    Other,
}

/// What a server binds.
#[derive(Clone, Debug)]
pub(crate) struct ServerBinds<'a> {
    /// The server, as people call it.
    pub(crate) program: &'static str,
    /// The port, if it is known.
    pub(crate) port: Option<u16>,
    /// Whether the command says so, not only the server's default.
    pub(crate) port_written: bool,
    /// The address.
    pub(crate) address: Address,
    /// Whether the command says so, or a variable.
    pub(crate) address_written: bool,
    /// The word of the command that says what it binds, or that starts it.
    pub(crate) word: &'a Spanned<String>,
    /// The bytes of the word.
    pub(crate) range: Range<usize>,
    /// How one tells the server to listen for others.
    pub(crate) advice: &'static str,
    /// The port of the server unless it is told another; 0 for none.
    pub(crate) default_port: u16,
    /// Whether nothing but what was read could tell it another.
    pub(crate) settled: bool,
}

/// What the servers that a container starts bind; empty where its command names none that is known.
pub(crate) fn binds(service: &Service) -> Vec<ServerBinds<'_>> {
    let words = launch(service);
    let texts: Vec<&str> = words.iter().map(|word| word.value.as_str()).collect();
    let mut found = Vec::new();
    for tokens in simple_commands(&texts) {
        let Some((server, start)) = server_of(&tokens) else { continue };
        let rest = tokens.get(start..).unwrap_or(&[]);
        for bind in read_server(service, server, rest) {
            let token = bind.at.or(rest.first());
            let Some(word) = token.and_then(|token| words.get(token.word)) else { continue };
            let range = token.map_or(0..0, |token| token.at..token.at + token.text.len());
            let whole = word.value.len() < range.end;
            found.push(ServerBinds {
                program: server.program,
                port: bind.port,
                port_written: bind.port_written,
                address: bind.address,
                address_written: bind.address_written,
                word,
                range: if whole { 0..word.value.len() } else { range },
                advice: server.advice,
                default_port: server.default_port,
                settled: server.settled && !names_configuration(rest),
            });
        }
    }
    found
}

/// Whether a server is given a configuration, which may say where it listens.
fn names_configuration(tokens: &[CommandToken<'_>]) -> bool {
    tokens.iter().skip(1).any(|token| {
        let text = token.text;
        [".conf", ".cfg", ".cnf", ".yml", ".yaml"].iter().any(|end| text.ends_with(end)) || text.contains("config")
    })
}

/// Programs that run the command behind them.
const WRAPPERS: [&str; 12] =
    ["env", "exec", "tini", "dumb-init", "gosu", "su-exec", "sudo", "catatonit", "npx", "uv", "poetry", "node"];

/// The server that a command starts, and which of its words names it. What installs or looks for one starts none.
fn server_of(tokens: &[CommandToken<'_>]) -> Option<(&'static Server, usize)> {
    const OTHERS: [&str; 8] = ["install", "add", "which", "echo", "printf", "pip", "apk", "pkill"];
    for (at, token) in tokens.iter().enumerate() {
        let base = token.text.rsplit('/').next().unwrap_or("");
        if OTHERS.contains(&base) {
            return None;
        }
        let rest = tokens.get(at + 1..).unwrap_or(&[]);
        let starts = |server: &&Server| {
            let command = || server.command.is_empty() || rest.iter().any(|word| server.command.contains(&word.text));
            let only_with = || server.program != "php" || rest.iter().any(|word| server.both.contains(&word.text));
            server.program == base && command() && only_with()
        };
        // An argument of a script may be a word of its own, which the script makes something of.
        let is_script = |token: &CommandToken<'_>| {
            let name = token.text.rsplit('/').next().unwrap_or("");
            let named = [".sh", ".bash"].iter().any(|end| name.ends_with(end));
            named || token.text.starts_with(['/', '.']) && !WRAPPERS.contains(&name)
        };
        let keyword = rest.is_empty() && tokens.iter().take(at).any(is_script);
        if let Some(server) = SERVERS.iter().find(starts).filter(|_| !keyword) {
            return Some((server, at));
        }
    }
    None
}

/// What is read from the words of one server.
struct FoundServer<'a, 'b> {
    port: Option<u16>,
    port_written: bool,
    address: Address,
    address_written: bool,
    at: Option<&'b CommandToken<'a>>,
}

fn read_server<'a, 'b>(service: &Service, server: &Server, tokens: &'b [CommandToken<'a>]) -> Vec<FoundServer<'a, 'b>> {
    let given = |names: &[&str]| tokens.iter().any(|token| names.iter().any(|name| is_option(token.text, name)));
    if given(server.elsewhere) {
        return Vec::new();
    }
    let pairs: Vec<FoundServer<'_, '_>> = values(tokens, server.both)
        .into_iter()
        .filter_map(|(value, token)| pair(service, server, &value, token))
        .collect();
    if !pairs.is_empty() {
        return pairs;
    }
    if server.program == "manage.py" {
        return run_server(service, server, tokens).into_iter().collect();
    }
    let host = values(tokens, server.host).into_iter().next_back();
    let port = values(tokens, server.port).into_iter().next_back();
    let host_variable =
        server.host_variables.iter().find_map(|name| variable(service, name)).map(|one| one.value.clone());
    let port_variable =
        server.port_variables.iter().find_map(|name| variable(service, name)).map(|one| one.value.clone());
    let positional = || {
        let last = tokens.iter().skip(1).find(|token| token.text.parse::<u16>().is_ok())?;
        (server.program == "http.server").then(|| (last.text.to_owned(), last))
    };
    // gunicorn listens on all addresses where a platform gives it a PORT; its own variable may hold any option.
    let platform = server.program == "gunicorn" && variable(service, "PORT").is_some();
    if server.program == "gunicorn" && variable(service, "GUNICORN_CMD_ARGS").is_some() {
        return Vec::new();
    }
    let port = port.or_else(positional);
    if port.is_none() && server.port_variables.iter().any(|name| may_be_set(service, name)) {
        return Vec::new();
    }
    let number = |text: &str| resolve(service, text)?.parse().ok();
    let (number, port_written) = match (&port, &port_variable) {
        (Some((value, _)), _) => (number(value), true),
        (None, Some(value)) => (value.parse().ok(), true),
        _ if platform => (variable(service, "PORT").and_then(|value| value.value.parse().ok()), true),
        _ => ((server.default_port > 0).then_some(server.default_port), false),
    };
    let address = match (&host, &host_variable) {
        (Some((_, token)), _) if server.program == "redis-server" => address_of_all(service, tokens, token),
        (Some((value, _)), _) => resolve(service, value).map_or(Address::Other, |value| address_of(&value)),
        (None, Some(value)) => address_of(value),
        _ if platform => Address::All,
        _ => server.default_address,
    };
    let address_written = host.is_some() || host_variable.is_some();
    let at = host
        .map(|(_, token)| token)
        .or(port.map(|(_, token)| token).filter(|_| !address_written && server.default_address != Address::Loopback));
    vec![FoundServer { port: number, port_written, address, address_written, at }]
}

/// `manage.py runserver [address:]port`.
fn run_server<'a, 'b>(
    service: &Service,
    server: &Server,
    tokens: &'b [CommandToken<'a>],
) -> Option<FoundServer<'a, 'b>> {
    let at = tokens.iter().position(|token| server.command.contains(&token.text))?;
    let argument = tokens.iter().skip(at + 1).find(|token| !token.text.starts_with('-'));
    let Some(token) = argument else {
        return Some(FoundServer {
            port: Some(server.default_port),
            port_written: false,
            address: server.default_address,
            address_written: false,
            at: tokens.get(at),
        });
    };
    let text = resolve(service, token.text)?;
    let (address, port) = text.rsplit_once(':').map_or((None, text.as_str()), |(address, port)| (Some(address), port));
    let address_written = address.is_some();
    let address = address.map_or(Address::Loopback, address_of);
    Some(FoundServer { port: port.parse().ok(), port_written: true, address, address_written, at: Some(token) })
}

/// `address:port`; gunicorn also takes a port or an address alone.
fn pair<'a, 'b>(
    service: &Service,
    server: &Server,
    value: &str,
    token: &'b CommandToken<'a>,
) -> Option<FoundServer<'a, 'b>> {
    let value = resolve(service, value)?;
    if value.starts_with("unix:") || value.starts_with("fd:") {
        return None;
    }
    let (address, port) = match value.rsplit_once(':') {
        Some((address, port)) => (address_of(address), Some(port.parse().ok()?)),
        None => match value.parse::<u16>() {
            Ok(port) => (Address::Other, Some(port)),
            Err(_) => (address_of(&value), None),
        },
    };
    let port_written = port.is_some();
    let port = port.or((server.default_port > 0).then_some(server.default_port));
    Some(FoundServer { port, port_written, address, address_written: true, at: Some(token) })
}

fn address_of(text: &str) -> Address {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    match bare {
        "" | "0" | "*" | "0.0.0.0" | "::" | "0:0:0:0:0:0:0:0" => Address::All,
        _ if is_loopback(bare) => Address::Loopback,
        _ => Address::Other,
    }
}

/// What the addresses behind an option come to: `--bind 127.0.0.1 -::1`. A dash allows that there is no such address.
fn address_of_all(service: &Service, tokens: &[CommandToken<'_>], option: &CommandToken<'_>) -> Address {
    let from = tokens.iter().position(|token| token.word == option.word && token.at == option.at).unwrap_or(0);
    // The token of a value in a word of its own is the value.
    let rest = tokens.get(from..).unwrap_or(&[]).iter().skip_while(|token| token.text.starts_with("--"));
    let found: Vec<Address> = rest
        .take_while(|token| !token.text.starts_with("--"))
        .map(|token| resolve(service, token.text))
        .map(|text| text.map_or(Address::Other, |text| address_of(text.trim_start_matches('-'))))
        .collect();
    match found.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => *first,
        all if all.contains(&Address::All) => Address::All,
        _ => Address::Other,
    }
}

fn is_option(text: &str, option: &str) -> bool {
    text == option || text.strip_prefix(option).is_some_and(|rest| rest.starts_with('='))
}

/// The values of options, and the words that hold them: `--host x`, `--host=x`, `-b:8000`; a switch without one means all.
fn values<'a, 'b>(tokens: &'b [CommandToken<'a>], options: &[&str]) -> Vec<(String, &'b CommandToken<'a>)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(option) = options.iter().find(|option| token.text.starts_with(**option)) else { continue };
        let rest = token.text.get(option.len()..).unwrap_or("");
        if let Some(value) = rest.strip_prefix('=') {
            found.push((value.to_owned(), token));
        } else if rest.is_empty() {
            match tokens.get(at + 1).filter(|next| !next.text.starts_with('-')) {
                Some(next) => found.push((next.text.to_owned(), next)),
                None => found.push(("0.0.0.0".to_owned(), token)),
            }
        } else if option.len() == 2 && rest.starts_with([':', '0', '1']) {
            found.push((rest.to_owned(), token));
        }
    }
    found
}

/// A text with the variables of the container put in; `None` where one is not known.
fn resolve(service: &Service, text: &str) -> Option<String> {
    let Some((before, rest)) = text.split_once('$') else { return Some(text.to_owned()) };
    let (inside, after) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => {
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
            rest.split_at_checked(end)?
        }
    };
    let (name, default) = inside.split_once(":-").map_or((inside, None), |(name, default)| (name, Some(default)));
    let value =
        variable(service, name).map(|value| value.value.as_str()).filter(|value| !value.is_empty()).or(default)?;
    Some(format!("{before}{value}{}", resolve(service, after)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    fn check(keys: &str, expect: &[(&str, Option<u16>, bool, Address, bool)]) {
        with_facts(&format!("services:\n  web:\n    image: x\n    {keys}\n"), |facts| {
            let found: Vec<(&str, Option<u16>, bool, Address, bool)> = binds(&facts.model.services["web"])
                .iter()
                .map(|bind| (bind.program, bind.port, bind.port_written, bind.address, bind.address_written))
                .collect();
            assert_eq!(found, expect, "{keys}");
        });
    }

    #[test]
    fn servers_and_their_options() {
        use Address::{All, Loopback, Other};
        check("command: uvicorn app:app --host 0.0.0.0 --port 8080", &[("uvicorn", Some(8080), true, All, true)]);
        check(
            "command: [python, -m, uvicorn, 'app:app', --host=127.0.0.1]",
            &[("uvicorn", Some(8000), false, Loopback, true)],
        );
        check("command: uvicorn app:app", &[("uvicorn", Some(8000), false, Loopback, false)]);
        check("command: uvicorn app:app --uds /tmp/x.sock", &[]);
        check("command: gunicorn -w 4 -b :8000 app", &[("gunicorn", Some(8000), true, All, true)]);
        check(
            "command: gunicorn --bind=127.0.0.1:9000 --bind 0.0.0.0:9001 app",
            &[("gunicorn", Some(9000), true, Loopback, true), ("gunicorn", Some(9001), true, All, true)],
        );
        check("command: gunicorn app -c conf.py", &[]);
        check("command: gunicorn app\n    environment: {PORT: '9000'}", &[("gunicorn", Some(9000), true, All, false)]);
        check(
            "command: sh -c 'python manage.py migrate && python manage.py runserver'",
            &[("manage.py", Some(8000), false, Loopback, false)],
        );
        check("command: python manage.py runserver 0:80", &[("manage.py", Some(80), true, All, true)]);
        check("command: python manage.py runserver 8001", &[("manage.py", Some(8001), true, Loopback, false)]);
        check("command: flask run -h 0.0.0.0 -p 80", &[("flask", Some(80), true, All, true)]);
        check(
            "command: flask run\n    environment: {FLASK_RUN_HOST: 0.0.0.0}",
            &[("flask", Some(5000), false, All, true)],
        );
        check("command: flask db upgrade", &[]);
        check("command: sh -c \"vite --host --port $${PORT:-3000}\"", &[("vite", Some(3000), true, All, true)]);
        check("command: prefect server start", &[("prefect", Some(4200), false, Loopback, false)]);
        check("command: pip install uvicorn", &[]);
        check("command: python -m http.server 8080", &[("http.server", Some(8080), true, All, false)]);
        check("command: php artisan serve --host=0.0.0.0", &[("artisan", Some(8000), false, All, true)]);
        check("command: php -S localhost:80 -t public", &[("php", Some(80), true, Loopback, true)]);
        check("command: vite preview", &[("vite", Some(4173), false, Other, false)]);
        check("command: vite", &[("vite", Some(5173), false, Other, false)]);
        check("command: daphne --unix-socket /tmp/x.sock app:app", &[]);
        check("command: rails s -p 80", &[("rails", Some(80), true, Other, false)]);
        check("command: python manage.py runserver_plus", &[("manage.py", Some(8000), false, Other, false)]);
        check("command: python manage.py runserver_plus 80", &[("manage.py", Some(80), true, Loopback, false)]);
        check("command: mongod --configsvr --replSet x", &[("mongod", Some(27019), false, Other, false)]);
        check("command: mongod --shardsvr --port 27017", &[("mongod", Some(27017), true, Other, false)]);
        check("command: redis-server --bind 127.0.0.1 -::1", &[("redis-server", Some(6379), false, Loopback, true)]);
        check(
            "command: redis-server --bind 127.0.0.1 10.0.0.5 --port 1",
            &[("redis-server", Some(1), true, Other, true)],
        );
        check("command: redis-server --bind '*' -::*", &[("redis-server", Some(6379), false, All, true)]);
        check("command: redis-server /x.conf --sentinel", &[("redis-server", Some(26379), false, Other, false)]);
        check("command: fastapi run\n    environment: {PORT: '9000'}", &[("fastapi", Some(9000), true, All, false)]);
    }
}
