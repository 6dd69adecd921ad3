//! What a published port exposes, according to the catalogue: a datastore, or a service that requires no login.

use super::listeners::moved;
use super::proxied::{Proxied, is_on_its_own};
use super::published::Published;
use crate::catalogue::lookup;
use crate::catalogue::schema::{ExposureKind, ImagePort, ImageRole, Login, Transport, VariableSetting};
use crate::facts::Facts;
use crate::facts::images::{
    KnownImage, is_open, known_image, launch, launched_words, may_be_set, runs_server, variable,
};
use crate::facts::storage::mounts::is_inside;
use crate::model::{self, Service, Spanned};

/// What is exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpenKind {
    /// A database, a cache, a broker or a search engine, with or without a password.
    Datastore(ExposureKind),
    /// A service without a login that takes commands.
    Commands,
    /// A service without a login that shows what it knows.
    Insight,
}

/// What a port exposes.
#[derive(Clone, Copy)]
pub(crate) struct OpenService<'a> {
    /// What it is.
    pub(crate) kind: OpenKind,
    /// What whoever reaches it can do: one clause.
    pub(crate) why: &'static str,
    /// What is known of the image.
    pub(crate) known: KnownImage<'a>,
    /// Whether it is known to ask nobody for a password.
    pub(crate) is_unguarded: bool,
    /// Whether others are meant to reach it, once it asks them.
    pub(crate) is_for_others: bool,
}

/// Purposes of ports that show something. One that takes mail or traces in tells nothing.
const SHOWING: [&str; 5] = ["http", "https", "admin", "metrics", "api"];

/// What a port exposes of a service, whoever reaches it.
pub(crate) fn behind<'a>(service: &'a Service, port: &model::Port) -> Option<OpenService<'a>> {
    at(service, port.target, &port.protocol)
}

/// The same, by the number of the port.
pub(crate) fn at<'a>(service: &'a Service, target: u16, protocol: &str) -> Option<OpenService<'a>> {
    // An image that is built from a server may run something else.
    let of_image = || known_image(service).filter(|known| !known.built || runs_server(service));
    let known = by_program(service).or_else(of_image)?;
    let target = of_catalogue(service, &known, target)?;
    let exposure = known.image.exposure(target);
    if let Some(exposure) = exposure.filter(|one| one.kind != ExposureKind::Admin) {
        let why = why_of_datastore(service, &known).unwrap_or(&exposure.why);
        let is_unguarded = known.image.login_for(known.tag).is_some_and(|login| !asks_for_login(service, login));
        if exposure.unless_guarded && !is_unguarded {
            return None;
        }
        return Some(OpenService {
            kind: OpenKind::Datastore(exposure.kind),
            why,
            known,
            is_unguarded,
            is_for_others: exposure.unless_guarded,
        });
    }
    let (kind, why) = match exposure {
        Some(exposure) => (OpenKind::Commands, exposure.why.as_str()),
        None if matches!(known.image.role, ImageRole::Monitoring | ImageRole::Tool) => {
            (OpenKind::Insight, "anyone who can reach it can see everything it shows")
        }
        None => return None,
    };
    let answers = known.image.ports_for(known.tag);
    // Where the tag leaves it open, each version must have the port.
    let here = |ports: &Vec<&ImagePort>| {
        ports.iter().any(|one| {
            let shows = kind == OpenKind::Commands || SHOWING.contains(&one.purpose.as_str());
            shows && one.port == target && one.protocol == Transport::Tcp && is_open(service, one)
        })
    };
    let listens = protocol == "tcp" && !answers.is_empty() && answers.iter().all(here);
    let login = known.image.login_for(known.tag).filter(|_| listens)?;
    if asks_for_login(service, login) {
        return None;
    }
    let commands = setting(service, &login.commands).is_some();
    let (kind, why) =
        if commands { (OpenKind::Commands, "anyone who can reach it is an administrator") } else { (kind, why) };
    Some(OpenService { kind, why, known, is_unguarded: true, is_for_others: false })
}

/// What is known of a program that a service starts from an image of its own: Flower, by `celery … flower`.
fn by_program(service: &Service) -> Option<KnownImage<'_>> {
    let words = launched_words(service);
    let first = words.iter().position(|word| matches!(word.rsplit('/').next(), Some("celery" | "flower")))?;
    let is_started = |at: usize| at == first || !words.get(at - 1).is_some_and(|before| before.starts_with('-'));
    let is_flower = words.iter().enumerate().skip(first).any(|(at, word)| *word == "flower" && is_started(at));
    let found = lookup("mher/flower").filter(|_| is_flower)?;
    Some(KnownImage { image: found.image, exact: found.exact, tag: None, built: service.build.is_some() })
}

/// The variable that switches the login of a service off.
pub(crate) fn switched_off<'a>(service: &'a Service, open: &OpenService<'_>) -> Option<&'a Spanned<String>> {
    let login = open.known.image.login_for(open.known.tag)?;
    setting(service, &login.off).filter(|_| login.default)
}

/// The first variable that has the value of a setting.
fn setting<'a>(service: &'a Service, settings: &[VariableSetting]) -> Option<&'a Spanned<String>> {
    settings
        .iter()
        .find_map(|setting| variable(service, &setting.variable).filter(|value| setting.contains(&value.value)))
}

/// The port of the image that a port of the service is: another one, where a flag, a variable or a configuration has moved
/// it. `None` for one that was moved away from here.
fn of_catalogue(service: &Service, known: &KnownImage<'_>, target: u16) -> Option<u16> {
    let answers = known.image.ports_for(known.tag);
    let ports = || answers.iter().flatten().copied().filter(|port| port.protocol == Transport::Tcp);
    if let Some(port) = ports().find(|port| moved(service, port) == Some(target)) {
        return Some(port.port);
    }
    let is_gone = ports().any(|port| port.port == target && moved(service, port).is_some());
    (!is_gone).then_some(target)
}

/// Whether a port of a datastore speaks HTTP, so that a proxy can lead there, and asks nobody who is there.
pub(crate) fn by_http(service: &Service, target: u16) -> bool {
    let Some(known) = known_image(service) else { return false };
    let Some(login) = known.image.login_for(known.tag) else { return false };
    let answers = known.image.ports_for(known.tag);
    let speaks = |ports: &Vec<&ImagePort>| {
        ports.iter().any(|one| one.port == target && matches!(one.purpose.as_str(), "http" | "search"))
    };
    !answers.is_empty() && answers.iter().all(speaks) && !asks_for_login(service, login)
}

/// What whoever reaches a datastore can do, where it is not what the catalogue says of the image as it comes.
fn why_of_datastore(service: &Service, known: &KnownImage<'_>) -> Option<&'static str> {
    let login = known.image.login_for(known.tag)?;
    let asks_when_it_comes = known.image.login.iter().any(|login| login.default);
    if !asks_for_login(service, login) {
        return asks_when_it_comes.then_some("anyone can read and change everything in it: it asks for no password");
    }
    // A file that is not here may switch the login off, or on.
    let is_open = |setting: &VariableSetting| may_be_set(service, &setting.variable);
    let configured = service.configured.as_ref().and_then(|configured| configured.login);
    if configured.is_none() && login.on.iter().chain(&login.off).any(is_open) {
        return Some("anyone can connect to it");
    }
    let may_be_own = configured == Some(true) || configured.is_none() && may_be_configured(service, known);
    let may_have_own = !login.default || has_own_password(service, known) || may_be_own;
    may_have_own.then_some("anyone can try passwords against it")
}

/// Whether a file that is mounted may replace the account that the image comes with.
fn may_be_configured(service: &Service, known: &KnownImage<'_>) -> bool {
    let mut paths = known.image.defaults.accounts.iter().flat_map(|account| &account.unless_mounted);
    let targets = service.mounts.iter().map(|mount| mount.target.value.as_str());
    let targets: Vec<&str> =
        targets.chain(service.configs.iter().filter_map(|one| Some(one.target.as_ref()?.value.as_str()))).collect();
    paths.any(|path| targets.iter().any(|target| is_inside(path, target) || is_inside(target, path)))
}

/// Whether the service replaces the password that the image comes with.
fn has_own_password(service: &Service, known: &KnownImage<'_>) -> bool {
    let accounts = known.image.defaults.accounts.iter().map(|account| &account.password);
    accounts.filter_map(|password| Some((password, password.value.as_ref()?))).any(|(password, default)| {
        let set = password.variables.iter().find_map(|name| variable(service, name));
        set.is_some_and(|set| !set.value.is_empty() && set.value != *default)
    })
}

/// Whether the service requires authentication.
pub(crate) fn asks_for_login(service: &Service, login: &Login) -> bool {
    if let Some(asks) = service.configured.as_ref().and_then(|configured| configured.login) {
        return asks;
    }
    let set = |settings: &[VariableSetting]| {
        settings.iter().any(|setting| {
            may_be_set(service, &setting.variable)
                || variable(service, &setting.variable)
                    .is_some_and(|value| setting.contains(&value.value) || value.is_interpolated())
        })
    };
    let flagged = |flags: &[String]| {
        // Words in a script for a shell count as well.
        let words = launch(service).into_iter().flat_map(|word| word.value.split_whitespace());
        let words: Vec<&str> = words.map(|word| word.trim_start_matches(['"', '\''])).collect();
        let in_two = |flag: &String| {
            let Some((option, wanted)) = flag.split_once('=').filter(|(_, wanted)| !wanted.is_empty()) else {
                return false;
            };
            words.windows(2).any(|pair| matches!(pair, [one, next] if *one == option && *next == wanted))
        };
        flags.iter().any(|flag| in_two(flag) || words.iter().any(|word| is_flag(word, flag)))
    };
    let off = login
        .off
        .iter()
        .any(|setting| variable(service, &setting.variable).is_some_and(|value| setting.contains(&value.value)));
    let on = set(&login.on) || flagged(&login.on_flags);
    if login.default { on || !off && !flagged(&login.off_flags) } else { on }
}

/// Whether a word is an option: `--x` may go on with a value, `--token=` must not.
fn is_flag(word: &str, flag: &str) -> bool {
    if flag.ends_with('=') { word.replace(['\'', '"'], "") == flag } else { word.starts_with(flag) }
}

/// The proxy of the project that forwards to a published port of another service.
pub(crate) fn proxy_of<'a>(facts: &'a Facts<'_>, published: &Published<'_>) -> Option<&'a Proxied> {
    let (service, port) = (published.service, published.port);
    // What an override publishes where it has taken the service away from its proxy.
    let alone = |target: &Proxied| {
        !target.here && target.place.span.file != port.place.span.file && is_on_its_own(facts, service)
    };
    facts.proxied().iter().filter(|target| !alone(target)).find(|target| {
        target.service == service.name
            && target.proxy != service.name
            && target.port == port.target
            && port.protocol == "tcp"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    fn check(keys: &str, port: &str, expect: Option<OpenKind>) {
        with_facts(&format!("services:\n  it:\n    {keys}\n    ports: ['{port}']\n"), |facts| {
            let service = &facts.model.services["it"];
            assert_eq!(behind(service, &service.ports[0]).map(|open| open.kind), expect, "{keys} {port}");
        });
    }

    #[test]
    fn datastores_by_http() {
        let check = |keys: &str, port: u16, expect: bool| {
            with_facts(&format!("services:\n  it:\n    {keys}\n"), |facts| {
                assert_eq!(by_http(&facts.model.services["it"], port), expect, "{keys} {port}");
            });
        };
        check("image: qdrant/qdrant:v1.15.0", 6333, true);
        check("image: qdrant/qdrant:v1.15.0", 6334, false);
        check("image: qdrant/qdrant:v1.15.0\n    environment: [QDRANT__SERVICE__API_KEY=x]", 6333, false);
        check("image: elasticsearch:7.17.0", 9200, true);
        check("image: elasticsearch:8.17.0", 9200, false);
        check("image: redis:7", 6379, false);
        check("image: example/web", 80, false);
    }

    #[test]
    fn what_those_who_reach_it_can_do() {
        let check = |keys: &str, expect: &str| {
            with_facts(&format!("services:\n  it:\n    {keys}\n"), |facts| {
                let service = &facts.model.services["it"];
                let port = known_image(service).unwrap().image.exposure[0].ports[0];
                let why = at(service, port, "tcp").unwrap().why;
                assert!(why.contains(expect), "{keys}: {why}");
            });
        };
        check("image: redis:7", "no password by default");
        check("image: redis:7\n    command: redis-server --requirepass x", "try passwords");
        check("image: redis:7\n    command: sh -c 'exec redis-server --requirepass $$X'", "try passwords");
        check("image: influxdb:1.8\n    env_file: [{path: x.env, required: false}]", "anyone can connect to it");
        check("image: rabbitmq:4", "as guest");
        check("image: rabbitmq:4\n    environment: {RABBITMQ_DEFAULT_PASS: guest}", "as guest");
        check("image: rabbitmq:4\n    environment: {RABBITMQ_DEFAULT_PASS: x}", "try passwords");
        check("image: influxdb:1.8", "asks for no password");
        check("image: influxdb:2.7", "try tokens");
    }

    #[test]
    fn what_stands_open() {
        check("image: postgres:17", "5432:5432", Some(OpenKind::Datastore(ExposureKind::Datastore)));
        check("image: postgres:17", "8080:8080", None);
        let prefect = "image: prefecthq/prefect:3-latest\n    command: prefect server start --host 0.0.0.0";
        check(prefect, "4200:4200", Some(OpenKind::Commands));
        check(prefect, "4200:4200/udp", None);
        check("image: prom/prometheus:v3.5.0", "9090:9090", Some(OpenKind::Insight));
        check("image: prom/prometheus:v3.5.0\n    command: --web.config.file=/x.yml", "9090:9090", None);
        check("image: axllent/mailpit:v1.27", "1025:1025", None);
        check("image: axllent/mailpit:v1.27", "8025:8025", Some(OpenKind::Insight));
        check("image: traefik:v3.5", "8080:8080", None);
        check("image: example/web", "80:80", None);
        let flower = "build: .\n    command: celery -A app.tasks flower --port=5555";
        check(flower, "5555:5555", Some(OpenKind::Insight));
        check(&format!("{flower} --basic_auth=a:b"), "5555:5555", None);
        check(&format!("{flower}\n    environment: {{FLOWER_BASIC_AUTH: 'a:b'}}"), "5555:5555", None);
        check("build: .\n    command: celery -A flower worker", "5555:5555", None);
    }
}
