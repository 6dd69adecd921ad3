//! The ports that a service listens on, where that is sure, and what says so.

use std::collections::BTreeSet;

use super::Facts;
use super::images::{base_image, built, known_image, launch, runs_default, variable};
use crate::catalogue::schema::{Role, Transport};
use crate::finding::Place;
use crate::model::Service;
use crate::sidecar::{is_official, runs_as_made};

/// What says on which ports a service listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Its image, by the catalogue.
    Image,
    /// `EXPOSE` of its Dockerfile.
    Dockerfile,
    /// Its command.
    Command,
    /// Its configuration as a proxy.
    Configuration,
    /// A mapping that publishes one port as another, of which the other was taken.
    Mapping(u16),
}

/// The ports that a service listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serves {
    /// The ports of TCP.
    pub ports: BTreeSet<u16>,
    /// What says so.
    pub evidence: Evidence,
    /// Where that is written.
    pub place: Place,
}

/// What a service listens on, where it is sure that it does not listen on `port`; `None` where it may.
pub fn other_than(facts: &Facts<'_>, service: &Service, port: u16) -> Option<Serves> {
    if facts.reach().siblings(&service.name).len() > 1 {
        return None;
    }
    let serves = of_proxy(facts, service).or_else(|| of_command(service)).or_else(|| of_image(service));
    let serves = match serves {
        Some(serves) => Some(serves).filter(|_| !names_port(service, port)),
        None => of_mapping(service, port),
    };
    serves.filter(|serves| !serves.ports.contains(&port))
}

/// Whether a service names a port anywhere: it may then listen there.
fn names_port(service: &Service, port: u16) -> bool {
    let text = port.to_string();
    let is_number = |value: &str| is_its_own(service, value, &text);
    let of_image = built(service);
    let in_environment = service.environment.values().filter_map(|variable| variable.value.as_ref());
    let in_environment = in_environment.chain(of_image.into_iter().flat_map(|image| image.environment.values()));
    let in_commands = launch(service).into_iter();
    let in_test = service.healthcheck.iter().flat_map(|healthcheck| &healthcheck.test);
    in_environment.map(|value| value.value.as_str()).any(is_number)
        || in_commands.chain(in_test).any(|word| is_number(&word.value))
        || service.ports.iter().any(|mapping| mapping.target == port)
        || service.expose.iter().any(|exposed| is_number(&exposed.value))
        || of_image
            .is_some_and(|image| image.exposes.iter().any(|one| one.ports.value.0 == port || one.ports.value.1 == port))
}

/// Whether a text has the number in it, and not as the port of another host.
fn is_its_own(service: &Service, text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + number.len()..).unwrap_or(""));
        let whole = !before.ends_with(|c: char| c.is_ascii_digit()) && !after.starts_with(|c: char| c.is_ascii_digit());
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let host = before.strip_suffix(':').and_then(|before| before.rsplit(|c| !is_part(c)).next()).unwrap_or("");
        let own = ["", "localhost", "127.0.0.1", "0.0.0.0", service.name.as_str()];
        whole && own.contains(&host)
    })
}

/// A proxy of the project listens on what its configuration says.
fn of_proxy(facts: &Facts<'_>, service: &Service) -> Option<Serves> {
    let listens = || facts.sidecars().listens.iter().filter(|listen| listen.proxy == service.name);
    let first = listens().next()?;
    if !is_official(service) || !runs_as_made(service) {
        return None;
    }
    // The image's own page stays beside what is added, and TLS brings a redirection.
    let ports = listens().map(|listen| listen.port).chain([80, 443]).collect();
    Some(Serves { ports, evidence: Evidence::Configuration, place: first.place })
}

/// What the image listens on when nothing is configured.
fn of_image(service: &Service) -> Option<Serves> {
    if service.build.is_some() {
        return exposed(service);
    }
    let known = known_image(service).filter(|known| known.exact && runs_default(service))?;
    // A proxy listens where a file says that may not be here.
    if known.image.role == Role::Proxy && !(service.mounts.is_empty() && service.configs.is_empty()) {
        return None;
    }
    let image = base_image(service)?;
    let mut ports = BTreeSet::new();
    for port in known.image.ports_for(known.tag).into_iter().flatten() {
        if port.protocol != Transport::Tcp {
            continue;
        }
        match port.variable.as_deref().and_then(|name| variable(service, name)) {
            Some(value) => {
                ports.insert(value.value.rsplit(':').next()?.trim().parse().ok()?);
            }
            None => {
                ports.insert(port.port);
            }
        }
    }
    (!ports.is_empty()).then_some(Serves { ports, evidence: Evidence::Image, place: image.place })
}

/// What the Dockerfile says, where it says so with `EXPOSE`.
fn exposed(service: &Service) -> Option<Serves> {
    let image = built(service)?;
    let first = image.exposes.first()?;
    let ports: BTreeSet<u16> =
        image.exposes.iter().filter(|one| one.protocol == "tcp").map(|one| one.ports.value.0).collect();
    let ranges = image.exposes.iter().any(|one| one.ports.value.0 != one.ports.value.1);
    (!ranges && !ports.is_empty()).then_some(Serves { ports, evidence: Evidence::Dockerfile, place: first.ports.place })
}

/// Options that name the port of a server.
const OPTIONS: [&str; 10] = [
    "--port",
    "--http-port",
    "--server.port",
    "--server-port",
    "--bind",
    "-b",
    "--listen",
    "--address",
    "--addr",
    "--web.listen-address",
];

/// The one port that the command tells the server to listen on.
fn of_command(service: &Service) -> Option<Serves> {
    let launched = launch(service);
    let place = service.command.as_ref().map(|command| command.place).or(launched.first().map(|word| word.place))?;
    let script = launched.iter().map(|word| word.value.as_str()).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = script.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
    // Several commands may be several servers.
    if words.iter().any(|word| matches!(*word, "&" | "&&" | "||" | "|") || word.ends_with(';')) {
        return None;
    }
    let mut ports = BTreeSet::new();
    let mut before = "";
    for word in &words {
        let (name, value) = word.split_once('=').unwrap_or((before, word));
        if OPTIONS.contains(&name) || before == "runserver" || is_any_address(word) {
            ports.extend(port_of(value));
        }
        before = word;
    }
    let server = [
        "gunicorn",
        "uvicorn",
        "hypercorn",
        "daphne",
        "runserver",
        "flask",
        "streamlit",
        "http.server",
        "vite",
        "next",
    ];
    let is_server = words.iter().any(|word| server.contains(&word.rsplit('/').next().unwrap_or(word)));
    (ports.len() == 1 && is_server).then_some(Serves { ports, evidence: Evidence::Command, place })
}

fn is_any_address(word: &str) -> bool {
    ["0.0.0.0:", "[::]:", ":::"].iter().any(|prefix| word.starts_with(prefix))
}

fn port_of(value: &str) -> Option<u16> {
    value.rsplit(':').next()?.parse().ok()
}

/// `8080:80`, where 8080 was taken: the only mapping with that port, and nothing else names it.
fn of_mapping(service: &Service, port: u16) -> Option<Serves> {
    let is_taken = |(first, last): (u16, u16)| (first..=last).contains(&port);
    let mapping = service.ports.iter().find(|mapping| mapping.published.is_some_and(is_taken))?;
    let (first, last) = mapping.published?;
    if first != last || mapping.target == port || names_port(service, port) {
        return None;
    }
    let ports = BTreeSet::from([mapping.target]);
    Some(Serves { ports, evidence: Evidence::Mapping(first), place: mapping.place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{with_facts, with_sources};

    fn check(service: &str, port: u16, expect: Option<(&[u16], Evidence)>) {
        with_facts(&format!("services:\n  é: {service}\n"), |facts| {
            let found = other_than(facts, &facts.model.services["é"], port);
            let found = found.map(|one| (one.ports.into_iter().collect::<Vec<_>>(), one.evidence));
            assert_eq!(found, expect.map(|(ports, evidence)| (ports.to_vec(), evidence)), "{service} {port}");
        });
    }

    #[test]
    fn images_listen_where_they_say() {
        check("{image: 'grafana/grafana:11.0.0'}", 80, Some((&[3000], Evidence::Image)));
        check("{image: 'grafana/grafana:11.0.0'}", 3000, None);
        check("{image: 'grafana/grafana:11.0.0', environment: {GF_SERVER_HTTP_PORT: '80'}}", 80, None);
        check("{image: 'grafana/grafana:11.0.0', environment: {X: 'http://localhost:8080/b'}}", 8080, None);
        let of_another = "{image: 'grafana/grafana:11.0.0', environment: {X: 'http://a:8080/b'}}";
        check(of_another, 8080, Some((&[3000], Evidence::Image)));
        check("{image: 'grafana/grafana:11.0.0', expose: ['9090']}", 9090, None);
        check("{image: 'example/app:1'}", 80, None);
        check("{image: 'grafana/grafana:11.0.0', build: .}", 80, None);
    }

    #[test]
    fn commands_say_it() {
        check("{build: ., command: gunicorn -b 0.0.0.0:8000 app}", 5000, Some((&[8000], Evidence::Command)));
        check("{build: ., command: [uvicorn, 'a:b', --port=8000]}", 80, Some((&[8000], Evidence::Command)));
        check("{build: ., command: python manage.py runserver 0.0.0.0:8000}", 80, Some((&[8000], Evidence::Command)));
        check("{build: ., command: 'sh -c \"a && gunicorn -b :8000 x\"'}", 5000, None);
        check("{build: ., command: node server.js}", 5000, None);
    }

    #[test]
    fn a_published_port_is_not_the_containers() {
        check("{build: ., ports: ['8080:80']}", 8080, Some((&[80], Evidence::Mapping(8080))));
        check("{build: ., ports: ['8080:80'], environment: {PORT: 8080}}", 8080, None);
        check("{build: ., ports: ['8080:8080']}", 8080, None);
        check("{build: ., ports: ['8080:80']}", 3000, None);
    }

    #[test]
    fn proxies_listen_where_they_are_told() {
        let compose =
            "services:\n  é:\n    image: nginx:1.29\n    volumes: ['./x.conf:/etc/nginx/conf.d/default.conf']\n";
        with_sources(&[("compose.yaml", compose), ("x.conf", "server { listen 8080; }")], &[], |_, facts| {
            let service = &facts.model.services["é"];
            assert_eq!(other_than(facts, service, 8080), None);
            assert_eq!(other_than(facts, service, 3000).map(|one| one.evidence), Some(Evidence::Configuration));
        });
    }
}
