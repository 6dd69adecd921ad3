//! Healthchecks that ask a port or an address on which the server does not listen.

use std::ops::Range;

use super::probe_fault::{ProbeFault, is_editable, place_of};
use crate::app_config::{ProxyKind, ProxyListen};
use crate::facts::images::{built, known_image, launched_words, runs_server, variable};
use crate::facts::lifecycle::ports::{PortBasis, wrong};
use crate::facts::lifecycle::probe::{Probe, ProbeCommand, ProbeWord};
use crate::facts::network::listeners::moved;
use crate::facts::network::servers::binds;
use crate::facts::place::part_of;
use crate::finding::{Confidence, Severity};
use crate::model::{Service, base_image};
use crate::rules::Context;
use crate::source::Place;
use crate::yaml::edit;

/// An address of the container itself that a healthcheck asks.
struct AskedAddress<'p, 'a> {
    /// The word with it.
    word: &'p ProbeWord<'a>,
    /// The host, if it is written.
    host: Option<&'p str>,
    /// The port.
    port: u16,
    /// The bytes of the port in the word, if it is written.
    digits: Option<Range<usize>>,
}

/// Clients with the option of their port, the port without one, and the variable that changes that.
const CLIENTS: [(&str, &str, u16, &str); 7] = [
    ("pg_isready", "-p", 5432, "PGPORT"),
    ("psql", "-p", 5432, "PGPORT"),
    ("redis-cli", "-p", 6379, ""),
    ("valkey-cli", "-p", 6379, ""),
    ("mongosh", "--port", 27017, ""),
    ("mongo", "--port", 27017, ""),
    ("mysqladmin", "-P", 0, ""),
];

/// A port that the server does not have.
pub(super) fn port(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    let needed = probe.needed(service);
    let asked: Vec<AskedAddress<'_, '_>> = needed.iter().filter_map(|command| asked(service, command)).collect();
    let [asked] = asked.as_slice() else { return None };
    let found = wrong(cx.facts, service, asked.port, &asked.word.used)?;
    let (name, port) = (&service.name, asked.port);
    let meant: Vec<String> = found.meant.iter().map(u16::to_string).collect();
    let listens = meant.join(" or ");
    let message = match found.basis {
        PortBasis::Published => format!(
            "`{name}` never becomes healthy: its healthcheck uses port {port} of the host, but in the container the server listens on {listens}"
        ),
        _ => format!(
            "`{name}` never becomes healthy: its healthcheck connects to port {port}, but the server listens on {listens}"
        ),
    };
    let help = match asked.word.used.first() {
        Some(variable) if probe.of_dockerfile => format!("set `{variable}` to {listens} under `environment`"),
        _ => format!("connect to port {listens}"),
    };
    let in_word = asked.digits.clone().filter(|_| asked.word.used.is_empty() && !probe.of_dockerfile);
    let place = match &in_word {
        Some(digits) => {
            let start = asked.word.range.start;
            let offset = quote_before(asked.word);
            part_of(asked.word.source, start + offset + digits.start..start + offset + digits.end, cx.facts.texts())
        }
        None if probe.of_dockerfile => found.place,
        None => place_of(cx, probe, asked.word),
    };
    let mut fault = ProbeFault::new(place, "port", message, help);
    if found.basis != PortBasis::Known {
        fault.confidence = Confidence::Medium;
    }
    fault.label = Some(match probe.of_dockerfile {
        true => (probe.check.key, "the healthcheck of the image".to_owned()),
        false => (found.place, format!("the server listens on {listens}")),
    });
    if let ([only], Some(_), true) = (meant.as_slice(), in_word, is_editable(probe)) {
        fault.fix = edit::risky(format!("connect to port {only}"), edit::replace_part(cx.files, place, only));
    }
    Some(fault)
}

/// The healthcheck of an image that the catalogue knows, where a variable or an option has moved the server.
pub(super) fn of_image(service: &Service) -> Option<ProbeFault> {
    let known = known_image(service).filter(|known| known.exact && !known.built && runs_server(service))?;
    let is_replaced = service.healthcheck.as_ref().is_some_and(|own| own.disabled || !own.test.is_empty());
    let asked = known.image.healthcheck_port_for(known.tag).filter(|_| !is_replaced)?;
    let ports = known.image.ports_for(known.tag);
    let port = ports.iter().flatten().find(|port| port.port == asked)?;
    let listens = moved(service, port).filter(|listens| *listens != asked)?;
    let told = port.variable.as_ref().and_then(|name| variable(service, name)).map(|value| value.place);
    let name = &service.name;
    let message = format!(
        "`{name}` never becomes healthy: the healthcheck of its image connects to port {asked}, but the server listens on {listens}"
    );
    let help = format!("add a `healthcheck` that connects to port {listens}, or keep port {asked} in the container");
    Some(ProbeFault::new(told.unwrap_or(service.key), "image-port", message, help))
}

/// The quote that opens a word of a script.
fn quote_before(word: &ProbeWord<'_>) -> usize {
    let written = word.source.value.get(word.range.start..).unwrap_or("");
    usize::from(written.starts_with(['"', '\'']))
}

/// What a command asks of the container itself.
fn asked<'p, 'a>(service: &Service, command: &'p ProbeCommand<'a>) -> Option<AskedAddress<'p, 'a>> {
    match command.name() {
        "curl" | "wget" | "http" => command.words.iter().skip(1).find_map(|word| of_url(service, word)),
        "node" | "bun" | "deno" | "python" | "python3" | "php" | "ruby" => {
            command.words.iter().skip(1).find_map(|word| of_code(service, word))
        }
        "nc" | "ncat" | "netcat" => {
            let mut last = command.words.iter().rev();
            let (port, host) = (last.next()?, last.next()?);
            let number = port.text.parse().ok().filter(|_| !port.open && is_own(service, &host.text))?;
            let digits = Some(0..port.text.len());
            Some(AskedAddress { word: port, host: Some(&host.text), port: number, digits })
        }
        client => of_client(service, command, client),
    }
}

/// The only address in a program that a word holds: `fetch('http://127.0.0.1:3000/health')`.
fn of_code<'p, 'a>(service: &Service, word: &'p ProbeWord<'a>) -> Option<AskedAddress<'p, 'a>> {
    let mut found = word.text.match_indices("http://");
    let (at, mark) = found.next().filter(|_| !word.open)?;
    let place = word.text.get(at + mark.len()..)?;
    let place = place.get(..place.find(['/', '\'', '"', '`', '?', '\\', ')', ' ']).unwrap_or(place.len()))?;
    // Without a port, what is put behind it may be one.
    let (host, port) = place.rsplit_once(':')?;
    let port = port.parse().ok().filter(|_| is_own(service, host) && found.next().is_none())?;
    Some(AskedAddress { word, host: Some(host), port, digits: None })
}

fn of_url<'p, 'a>(service: &Service, word: &'p ProbeWord<'a>) -> Option<AskedAddress<'p, 'a>> {
    let text = word.text.as_str();
    if word.open || text.starts_with('-') {
        return None;
    }
    let (scheme, start) = match text.find("://") {
        Some(at) => (text.get(..at)?, at + 3),
        None => ("", 0),
    };
    if !matches!(scheme, "http" | "https" | "") {
        return None;
    }
    let rest = text.get(start..)?;
    let authority = rest.get(..rest.find(['/', '?', '#']).unwrap_or(rest.len()))?;
    let from = authority.rfind('@').map_or(0, |at| at + 1);
    let place = authority.get(from..)?;
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (place, None),
    };
    if !is_own(service, host) || scheme.is_empty() && port.is_none() {
        return None;
    }
    let usual = if scheme == "https" { 443 } else { 80 };
    let at = start + from + host.len() + 1;
    let digits = port.map(|port| at..at + port.len());
    let port = port.map_or(Some(usual), |port| port.parse().ok())?;
    Some(AskedAddress { word, host: Some(host), port, digits })
}

fn of_client<'p, 'a>(service: &Service, command: &'p ProbeCommand<'a>, client: &str) -> Option<AskedAddress<'p, 'a>> {
    let (_, option, usual, from) = CLIENTS.iter().find(|(name, ..)| *name == client)?;
    let words = command.words.as_slice();
    let host = words.iter().position(|word| word.text == "-h" || word.text == "--host");
    let host = host.and_then(|at| words.get(at + 1)).map(|word| word.text.as_str());
    // An address, or words that are not read, may say another port.
    let is_address = |word: &ProbeWord<'_>| {
        word.open
            || word.text.contains("://")
            || word.text.starts_with("--") && word.text.contains("port=")
            || word.text == "-u"
    };
    if host.is_some_and(|host| !is_own(service, host)) || words.iter().any(is_address) {
        return None;
    }
    if let Some(at) = words.iter().position(|word| word.text == *option) {
        let word = words.get(at + 1)?;
        let digits = Some(0..word.text.len());
        return Some(AskedAddress { word, host, port: word.text.parse().ok()?, digits });
    }
    let is_moved = words.iter().skip(1).any(|word| word.text.starts_with(option) || word.text.contains(':'));
    let by_variable = !from.is_empty() && service.environment.contains_key(*from);
    if *usual == 0 || is_moved || by_variable || matches!(client, "mongosh" | "mongo") && words.len() < 3 {
        return None;
    }
    Some(AskedAddress { word: words.first()?, host, port: *usual, digits: None })
}

/// Whether a host is the container itself.
fn is_own(service: &Service, host: &str) -> bool {
    let given = [&service.hostname, &service.container_name].into_iter().flatten().map(|name| name.value.as_str());
    let own = ["localhost", "0.0.0.0", "[::1]", "::1", service.name.as_str()];
    host.starts_with("127.") || own.into_iter().chain(given).any(|name| name == host)
}

/// `localhost` in BusyBox's `wget`, which tries `::1` and nothing else, of a server that listens on IPv4 only.
pub(super) fn family(cx: &Context<'_>, service: &Service, probe: &Probe<'_>) -> Option<ProbeFault> {
    if !has_busybox_wget(service) || service.network_mode.is_some() {
        return None;
    }
    let needed = probe.needed(service);
    let command = needed.iter().find(|command| command.name() == "wget")?;
    let asked = asked(service, command).filter(|asked| asked.host == Some("localhost"))?;
    let listen = ipv4_only(cx, service, asked.port)?;
    let name = &service.name;
    let message = format!(
        "`{name}` never becomes healthy: `wget` resolves `localhost` to `::1`, but the server listens on IPv4 only"
    );
    let start = asked.word.range.start + asked.word.source.value.get(asked.word.range.clone())?.find("localhost")?;
    let range = start..start + "localhost".len();
    let place = match probe.of_dockerfile {
        true => probe.check.key,
        false => part_of(asked.word.source, range, cx.facts.texts()),
    };
    let mut fault = ProbeFault::new(place, "ipv6", message, "use `127.0.0.1` instead of `localhost`".to_owned());
    (fault.severity, fault.confidence) = (Some(Severity::Warning), Confidence::Medium);
    fault.label = Some((listen, "the server listens here".to_owned()));
    let edits = is_editable(probe).then(|| edit::replace_part(cx.files, place, "127.0.0.1")).flatten();
    fault.fix = edit::safe("use `127.0.0.1`", edits);
    Some(fault)
}

/// Whether `wget` is BusyBox's: the image is made of Alpine, and nothing installs another one.
fn has_busybox_wget(service: &Service) -> bool {
    let Some(image) = base_image(service) else { return false };
    let repository = image.value.repository.rsplit('/').next().unwrap_or("");
    let tag = image.value.tag.as_deref().unwrap_or("");
    let is_alpine = matches!(repository, "alpine" | "busybox") || tag.split('-').any(|part| part.starts_with("alpine"));
    let installs = built(service).is_some_and(|image| {
        image
            .runs
            .iter()
            .any(|run| run.script.value.split(|one: char| !one.is_alphanumeric()).any(|word| word == "wget"))
    });
    is_alpine && !installs
}

/// Programs whose servers take `0.0.0.0` for IPv4 alone. Those of Go and Java listen on IPv6, too.
const OF_IPV4: [&str; 26] = [
    "node",
    "npm",
    "npx",
    "pnpm",
    "yarn",
    "bun",
    "deno",
    "next",
    "nuxt",
    "nuxi",
    "vite",
    "python",
    "python3",
    "uvicorn",
    "gunicorn",
    "hypercorn",
    "daphne",
    "granian",
    "flask",
    "fastapi",
    "streamlit",
    "uv",
    "poetry",
    "rails",
    "puma",
    "php",
];

/// Whether a container starts one of these programs.
fn runs_ipv4_server(service: &Service) -> bool {
    launched_words(service).iter().any(|word| OF_IPV4.contains(&word.rsplit('/').next().unwrap_or(word)))
}

/// Where the server is told to listen on IPv4 only, at a port.
fn ipv4_only(cx: &Context<'_>, service: &Service, port: u16) -> Option<Place> {
    // Caddy and Traefik are written in Go, which listens on IPv6, too, where it is told 0.0.0.0.
    let is_own = |one: &&ProxyListen| {
        let both = matches!(one.kind, ProxyKind::Caddy | ProxyKind::Traefik | ProxyKind::TraefikFile);
        one.proxy == service.name && one.port == port && !both
    };
    let listens = cx.facts.app_configs().listens.iter().filter(is_own);
    let listens: Vec<(Place, String)> = listens.map(|one| (one.place, cx.facts.text_at(one.place))).collect();
    if let Some((place, _)) = listens.first() {
        let is_ipv4 = |text: &str| text == port.to_string() || text.starts_with("0.0.0.0:") || text.starts_with("*:");
        return listens.iter().all(|(_, text)| is_ipv4(text)).then_some(*place);
    }
    if !runs_ipv4_server(service) {
        return None;
    }
    let found = binds(service);
    if let [bind] = found.as_slice()
        && bind.port == Some(port)
        && bind.word.value.get(bind.range.clone()).is_some_and(|text| text.contains("0.0.0.0"))
    {
        return Some(bind.word.place);
    }
    // Next.js, Nuxt and others read their address there.
    ["HOSTNAME", "HOST"]
        .iter()
        .find_map(|name| variable(service, name).filter(|value| value.value == "0.0.0.0"))
        .map(|value| value.place)
}
