//! The ports that a service listens on, put together from what it starts, its image and its Dockerfile, and how sure that is.

use super::images::{Known, built, known_image, launch, runs_default, runs_server, variable};
use super::listen::listening;
use super::serve::binds;
use crate::catalogue::schema::{Port, Role};
use crate::model::Service;

/// How sure it is that a service listens on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Its Dockerfile exposes it, or its server does so unless it is told otherwise.
    Likely,
    /// Its command says so, or the documentation of its image.
    Certain,
}

/// A port that a service listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The port.
    pub port: u16,
    /// How sure it is.
    pub sure: Sureness,
    /// Who listens there: a program, or an image.
    pub who: String,
}

/// What is known of the ports of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listeners {
    /// The ports, each once.
    pub ports: Vec<Listener>,
    /// Whether there are no others: one server, whose ports its command or its image's documentation gives.
    pub complete: bool,
}

impl Listeners {
    /// The port, if the service is known to listen on it.
    pub fn get(&self, port: u16) -> Option<&Listener> {
        self.ports.iter().find(|one| one.port == port)
    }

    /// The ports in words: `` `5432` or `8008` ``.
    pub fn shown(&self) -> String {
        let ports: Vec<String> = self.ports.iter().map(|one| format!("`{}`", one.port)).collect();
        ports.join(" or ")
    }
}

/// The TCP ports that a service listens on, as far as they are known.
pub fn listeners(service: &Service) -> Listeners {
    let mut found = Listeners::default();
    let binds = binds(service);
    for bind in &binds {
        let sure = if bind.port_written { Sureness::Certain } else { Sureness::Likely };
        if let Some(port) = bind.port {
            add(&mut found, Listener { port, sure, who: bind.program.to_owned() });
        }
    }
    if let [bind] = binds.as_slice() {
        found.complete = bind.port_written && bind.port.is_some();
    }
    if binds.is_empty() {
        of_image(service, &mut found);
    }
    for exposed in built(service).into_iter().flat_map(|built| &built.exposes).filter(|one| one.protocol == "tcp") {
        let (first, last) = exposed.ports.value;
        for port in (first..=last).take(MOST) {
            add(&mut found, Listener { port, sure: Sureness::Likely, who: "its Dockerfile".to_owned() });
        }
    }
    found
}

/// How many ports of a range are looked at.
const MOST: usize = 64;

fn add(found: &mut Listeners, one: Listener) {
    if found.get(one.port).is_none() {
        found.ports.push(one);
    }
}

fn of_image(service: &Service, found: &mut Listeners) {
    let Some(known) = known_image(service) else { return };
    if matches!(known.image.role, Role::Base)
        || !(runs_default(service) || known.image.holds_data() && runs_server(service))
    {
        return;
    }
    let answers = known.image.ports_for(known.tag);
    let mut told = true;
    for port in answers.iter().flatten().filter(|port| port.protocol == crate::catalogue::schema::Transport::Tcp) {
        let number = port.variable.as_deref().and_then(|name| variable(service, name));
        let moved = number.map(|value| last_number(&value.value));
        told &= moved.is_none_or(|moved| moved.is_some());
        let who = known.image.name.clone();
        // What must be switched on may be on in a way that is not read.
        let sure = if port.opened_by.is_empty() && known.exact { Sureness::Certain } else { Sureness::Likely };
        add(found, Listener { port: moved.flatten().unwrap_or(port.port), sure, who });
    }
    found.complete =
        told && answers.len() == 1 && is_settled(service, &known, answers.first().map_or(&[], Vec::as_slice));
}

/// The port at the end of `8080` or `0.0.0.0:8080`.
fn last_number(text: &str) -> Option<u16> {
    text.rsplit(':').next()?.trim().parse().ok()
}

/// Whether nothing tells the server of an image to listen elsewhere: no option about ports, no configuration of its own.
fn is_settled(service: &Service, known: &Known<'_>, ports: &[&Port]) -> bool {
    const OPTIONS: [&str; 9] =
        ["port", "listen", "bind", "conf", "address", "endpoint", "http", "-p", "server.properties"];
    const ENDINGS: [&str; 11] =
        [".conf", ".cnf", ".cfg", ".ini", ".yml", ".yaml", ".json", ".toml", ".xml", ".properties", ".hcl"];
    const VARIABLES: [&str; 4] = ["LISTENERS", "CONFIG", "PLUGINS", "MODULES"];
    let serves = known.exact && !matches!(known.image.role, Role::Proxy | Role::Base | Role::Tool) && !ports.is_empty();
    let words =
        launch(service).into_iter().any(|word| OPTIONS.iter().any(|option| word.value.to_lowercase().contains(option)));
    let configures = |target: &str| {
        ENDINGS.iter().any(|ending| target.ends_with(ending))
            || target.starts_with("/etc/") && !target.ends_with("localtime")
    };
    let mounted = service.mounts.iter().any(|mount| configures(mount.target.value.as_str()));
    let copied = built(service).into_iter().flat_map(|image| &image.copies).any(|copy| {
        copy.target.as_deref().is_none_or(configures) || copy.sources.iter().any(|source| configures(source))
    });
    let variables =
        service.environment.keys().any(|name| VARIABLES.iter().any(|word| name.to_uppercase().contains(word)));
    serves && runs_default(service) && !words && !mounted && !copied && !variables && service.configs.is_empty()
}

/// Whether anything about a service, but for its published ports, names a port: it may listen there.
pub fn may_listen(service: &Service, port: u16) -> bool {
    let own = listening(service).iter().any(|one| one.ports.contains(&port));
    own || listeners(service).get(port).is_some() || is_named(service, port)
}

/// Whether the command, a variable, the healthcheck, a label or `expose` of a service names a port.
pub fn is_named(service: &Service, port: u16) -> bool {
    let digits = port.to_string();
    let named = |text: &str| has_number(text, &digits);
    launch(service).iter().any(|word| named(&word.value))
        || service.environment.values().filter_map(|one| one.value.as_ref()).any(|value| named(&value.value))
        || built(service).is_some_and(|built| built.environment.values().any(|value| named(&value.value)))
        || service.healthcheck.iter().flat_map(|check| &check.test).any(|word| named(&word.value))
        || service.labels.values().any(|label| named(&label.value))
        || service.expose.iter().any(|exposed| named(&exposed.value))
}

/// Whether a text has a number in it, as a whole.
fn has_number(text: &str, digits: &str) -> bool {
    text.match_indices(digits).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + digits.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(|letter| letter.is_ascii_digit()) && !after.is_some_and(|letter| letter.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{with_facts, with_sources};

    fn ports(listeners: &Listeners) -> Vec<(u16, bool)> {
        listeners.ports.iter().map(|one| (one.port, one.sure == Sureness::Certain)).collect()
    }

    fn check(keys: &str, expect: &[(u16, bool)], complete: bool) {
        with_facts(&format!("services:\n  web:\n    {keys}\n"), |facts| {
            let found = listeners(&facts.model.services["web"]);
            assert_eq!((ports(&found).as_slice(), found.complete), (expect, complete), "{keys}");
        });
    }

    #[test]
    fn commands_images_and_variables_count() {
        check("image: postgres:17", &[(5432, true)], true);
        check("image: postgres:17\n    environment: {PGPORT: '5433'}", &[(5433, true)], true);
        check("image: postgres:17\n    command: -c config_file=/etc/postgres.conf", &[(5432, true)], false);
        check("image: example/web\n    command: gunicorn -b :9000 app", &[(9000, true)], true);
        check("image: example/web\n    command: uvicorn app:app", &[(8000, false)], false);
        check("image: example/web", &[], false);
        check("image: postgres:17\n    command: pg_dump -h db", &[], false);
    }

    #[test]
    fn a_dockerfile_exposes() {
        let files = [
            ("compose.yaml", "services: {api: {build: .}, db: {build: ./db}, mq: {build: ./mq}}\n"),
            ("Dockerfile", "FROM node:22\nEXPOSE 3000 53/udp\n"),
            ("db/Dockerfile", "FROM postgres:17\n"),
            ("mq/Dockerfile", "FROM eclipse-mosquitto:2\nCOPY mosquitto.conf /mosquitto/config/\n"),
        ];
        with_sources(&files, &[], |_, facts| {
            let api = listeners(&facts.model.services["api"]);
            assert_eq!((ports(&api), api.complete), (vec![(3000, false)], false));
            let db = listeners(&facts.model.services["db"]);
            assert_eq!((ports(&db), db.complete), (vec![(5432, true)], true));
            let broker = listeners(&facts.model.services["mq"]);
            assert_eq!((ports(&broker), broker.complete), (vec![(1883, true)], false));
        });
    }

    #[test]
    fn whatever_names_a_port_may_open_it() {
        let text = "services:\n  web:\n    image: x\n    command: serve --on 0.0.0.0:8081\n    environment: {ADMIN: 'http://x:8082/'}\n    ports: ['9000:8083']\n";
        with_facts(text, |facts| {
            let web = &facts.model.services["web"];
            assert_eq!(
                [8081, 8082, 8083, 9000, 808].map(|port| may_listen(web, port)),
                [true, true, true, false, false]
            );
        });
    }
}
