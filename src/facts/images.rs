//! What the catalogue knows about a service's image, and whether the container runs the image's server.

use crate::catalogue::ImageMatch;
use crate::catalogue::schema::{Image, ImagePort};
use crate::model::{BuiltImage, Service, Spanned, base_image};

/// What the catalogue knows of a service's image.
#[derive(Clone, Copy)]
pub(crate) struct KnownImage<'a> {
    /// The image.
    pub(crate) image: &'static Image,
    /// Whether the catalogue names this very repository, and its facts were checked.
    pub(crate) exact: bool,
    /// The tag; `$` where a variable leaves it open, also one whose default is `latest`, or a digest does.
    pub(crate) tag: Option<&'a str>,
    /// Whether it is the image that a Dockerfile of the project starts from.
    pub(crate) built: bool,
}

/// The words of the image that a service runs, for messages; empty where they are not known.
pub(crate) fn image_text(service: &Service) -> &str {
    base_image(service).map_or("", |image| image.value.text.as_str())
}

/// What the service's Dockerfile makes, if it has one that could be read.
pub(crate) fn built(service: &Service) -> Option<&BuiltImage> {
    service.build.as_ref()?.image.as_ref()
}

/// The directory that a container starts in, where the project or the catalogue says so.
pub(crate) fn working_dir(service: &Service) -> Option<&str> {
    let own = service.working_dir.as_ref().or_else(|| built(service)?.working_dir.as_ref());
    let of_image = || known_image(service).filter(|known| known.exact && !known.built)?.image.working_dir.as_deref();
    own.map(|directory| directory.value.as_str()).or_else(of_image)
}

/// The words that a container runs, of its entrypoint and its command, as far as the project says so: keys of the
/// service go before the Dockerfile, and an `entrypoint` drops the image's command.
pub(crate) fn launch(service: &Service) -> Vec<&Spanned<String>> {
    let image = built(service);
    let entrypoint = service.entrypoint.as_ref().or_else(|| image?.entrypoint.as_ref());
    let of_image = || image.filter(|_| service.entrypoint.is_none())?.command.as_ref();
    let command = service.command.as_ref().or_else(of_image);
    entrypoint.into_iter().chain(command).flat_map(|command| &command.words).collect()
}

/// The same, with the words within a script for a shell apart.
pub(crate) fn launched_words(service: &Service) -> Vec<&str> {
    let all = launch(service).into_iter();
    let words = all.flat_map(|word| word.value.split([' ', '\n', '\t', ';', '&', '"']));
    words.filter(|word| !word.is_empty()).collect()
}

/// Whether some of these words, one after the other, are the wanted ones; a program may be written with its path.
pub(crate) fn has_in_turn(words: &[&str], wanted: &[&str]) -> bool {
    let is = |word: &str, wanted: &str| word == wanted || word.rsplit('/').next() == Some(wanted);
    words.windows(wanted.len()).any(|window| window.iter().zip(wanted).all(|(word, wanted)| is(word, wanted)))
}

/// The catalogue's entry for the image that a service runs. An image with an entrypoint of its own may behave otherwise.
pub(crate) fn known_image(service: &Service) -> Option<KnownImage<'_>> {
    let image = base_image(service)?;
    let ImageMatch { image: known, exact } = image.value.known?;
    let changed = built(service).is_some_and(|built| built.entrypoint.is_some());
    let exact = exact && known.checked && !changed;
    let open = image.parts.iter().any(|part| part.variable.is_some() && part.start == part.end);
    let chosen = image.is_interpolated() && image.value.tag.as_deref().is_none_or(|tag| tag == "latest");
    let tag = if open || chosen { Some("$") } else { image.value.version_tag() };
    Some(KnownImage { image: known, exact, tag, built: service.build.is_some() })
}

/// The value of a variable in a container: what the service gives it, or its Dockerfile.
pub(crate) fn variable<'a>(service: &'a Service, name: &str) -> Option<&'a Spanned<String>> {
    match service.environment.get(name) {
        Some(variable) => variable.value.as_ref(),
        None => built(service)?.environment.get(name),
    }
}

/// Whether a variable of a container may have a value that the checkout does not say: it comes through a variable that is
/// not known, or an env file of the service is not there.
pub(crate) fn may_be_set(service: &Service, name: &str) -> bool {
    match service.environment.get(name) {
        Some(variable) => variable.is_unknown,
        None => service.env_files.iter().any(|file| !file.loaded),
    }
}

/// Whether an image listens on a port of its list in this service.
pub(crate) fn is_open(service: &Service, port: &ImagePort) -> bool {
    let by_word = |opener: &String| {
        launch(service).iter().any(|word| word.value.starts_with(opener.as_str()) && !word.value.ends_with("=false"))
    };
    let by_variable = |opener: &String| {
        let Some((name, wanted)) = opener.split_once('=') else { return false };
        variable(service, name).is_some_and(|value| value.value.eq_ignore_ascii_case(wanted))
    };
    // What reads the variable is the server, which a command may replace.
    let is_read = || runs_server(service);
    port.opened_by.is_empty() || port.opened_by.iter().any(|opener| by_word(opener) || by_variable(opener) && is_read())
}

/// The value of an option of the command: `--option value`, `--option=value`, also in a script. With it the word it is in.
pub(crate) fn argument_value<'a>(service: &'a Service, option: &str) -> Option<(String, &'a Spanned<String>)> {
    let all: Vec<(&str, &Spanned<String>)> = launch(service)
        .into_iter()
        .flat_map(|word| word.value.split_whitespace().map(move |part| (part, word)))
        .collect();
    all.iter().enumerate().find_map(|(at, (part, word))| {
        let rest = part.strip_prefix(option)?;
        let value = match rest.strip_prefix('=') {
            Some(value) => value,
            None if rest.is_empty() => all.get(at + 1)?.0,
            None => return None,
        };
        Some((value.trim_matches(['"', '\'']).to_owned(), *word))
    })
}

/// Shells, which run whatever their script names.
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

/// Programs that a datastore's image carries for others to use it.
const CLIENTS: [&str; 24] = [
    "psql",
    "pg_dump",
    "pg_dumpall",
    "pg_restore",
    "pg_isready",
    "createdb",
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mariadb",
    "mariadb-dump",
    "mariadb-admin",
    "mongo",
    "mongosh",
    "mongodump",
    "mongorestore",
    "mongoimport",
    "redis-cli",
    "valkey-cli",
    "kafka-topics",
    "kafka-topics.sh",
    "rabbitmqadmin",
    "etcdctl",
    "influx",
];

/// Programs that people put next to a datastore's client to run it again and again.
const HELPERS: [&str; 6] = ["cron", "crond", "supercronic", "sleep", "tail", "true"];

/// Programs that prepare or look after files.
const UTILITIES: [&str; 13] =
    ["chown", "chmod", "cp", "mv", "rm", "mkdir", "ls", "find", "tar", "rsync", "touch", "printenv", "date"];

/// Images whose `docker-entrypoint.sh` ends with `exec "$@"` and makes a server of nothing but its own program and options
/// (docker-library/postgres, mysql, mongo, redis, rabbitmq; MariaDB/mariadb-docker; valkey-io/valkey-container).
const RUNNING_ANY: [&str; 7] = ["postgres", "mysql", "mariadb", "mongo", "redis", "valkey", "rabbitmq"];

fn runs_any(image: &Image) -> bool {
    RUNNING_ANY.contains(&image.name.as_str())
}

/// Programs that are the server of an image.
const SERVERS: [&str; 27] = [
    "postgres",
    "mysqld",
    "mysqld_safe",
    "mariadbd",
    "mongod",
    "mongos",
    "redis-server",
    "valkey-server",
    "keydb-server",
    "rabbitmq-server",
    "kafka-server-start",
    "kafka-server-start.sh",
    "zookeeper-server-start.sh",
    "zookeeper-server-start",
    "zkServer.sh",
    "solr-foreground",
    "arangod",
    "cockroach",
    "elasticsearch",
    "influxd",
    "etcd",
    "clickhouse-server",
    "neo4j",
    "cassandra",
    "nats-server",
    "minio",
    "qdrant",
];

/// Scripts with which images start their servers (apache/kafka docker/jvm/Dockerfile, confluentinc/kafka-images
/// kafka/Dockerfile.ubi9, grafana/grafana Dockerfile, s6-overlay).
const START_SCRIPTS: [&str; 4] = ["/etc/kafka/docker/run", "/etc/confluent/docker/run", "/run.sh", "/init"];

/// Words of a command that turn the server of an image into one that only passes requests on, or watches others: MongoDB's
/// router, Redis Sentinel, etcd's proxy.
const KEEPING_NOTHING: [&str; 6] =
    ["mongos", "redis-sentinel", "valkey-sentinel", "--sentinel", "grpc-proxy", "/etc/redis/sentinel.conf"];

/// Whether the command runs the image for something that keeps no data.
pub(crate) fn keeps_nothing(service: &Service) -> bool {
    launch(service).iter().flat_map(|word| word.value.split_whitespace()).any(|word| {
        let word = word.trim_matches(['"', '\'', ';', '&']);
        KEEPING_NOTHING.contains(&program_of(word)) || KEEPING_NOTHING.contains(&word)
    })
}

/// Whether a word starts a shell.
pub(crate) fn is_shell(word: &str) -> bool {
    SHELLS.contains(&program_of(word))
}

/// Whether the container runs the server of its image, as far as `entrypoint` and `command` tell.
pub(crate) fn runs_server(service: &Service) -> bool {
    let words: Vec<&str> = launch(service).into_iter().map(|word| word.value.as_str()).collect();
    let Some(first) = words.first() else { return true };
    let program = program_of(first);
    if SHELLS.contains(&program) || first.contains(char::is_whitespace) {
        return words.iter().any(|script| starts_server(script));
    }
    let names_server = || words.iter().any(|word| is_server(word));
    if is_mounted(service, program) && !names_server() {
        return false;
    }
    if matches!(program, "echo" | "cat") || HELPERS.contains(&program) || CLIENTS.contains(&program) {
        return false;
    }
    // The entrypoint of these images runs what `command` names, unless that is an option.
    let is_program = !program.starts_with(['-', '$']) && !first.contains('/') && !program.ends_with(".conf");
    let is_run = service.entrypoint.is_none() && known_image(service).is_some_and(|known| runs_any(known.image));
    if is_program && (UTILITIES.contains(&program) || (is_run || program == "env") && !names_server()) {
        return false;
    }
    // Beside the entrypoint of the image another program is what runs.
    if words.get(1).is_some_and(|word| HELPERS.contains(&program_of(word))) {
        return false;
    }
    let is_script = [".sh", ".py", ".js"].iter().any(|ending| program.ends_with(ending));
    !(is_script || runs_program_of_dockerfile(service, program)) || names_server()
}

/// Whether what a container runs is a program that its Dockerfile names in place of the image's: one that is called
/// otherwise than the server, and no option of it.
fn runs_program_of_dockerfile(service: &Service, program: &str) -> bool {
    let own = built(service).is_some_and(|built| built.entrypoint.is_some() || built.command.is_some());
    let is_of_service = service.entrypoint.is_some() || service.command.is_some();
    let is_of_image =
        || known_image(service).is_none_or(|known| program.contains(&known.image.name) || is_bootstrap(program));
    own && !is_of_service && !program.starts_with(['-', '$']) && !is_of_image()
}

/// Whether a program only starts the one behind it.
fn is_bootstrap(program: &str) -> bool {
    ["tini", "dumb-init", "gosu", "su-exec", "env", "catatonit", "init", "start", "run", "server"].contains(&program)
}

/// Whether a mount brings a program: it is the project's own, not the image's.
fn is_mounted(service: &Service, program: &str) -> bool {
    service.mounts.iter().any(|mount| program_of(&mount.target.value) == program)
}

/// Whether the service's own `entrypoint` or `command` starts something that is not a proxy and starts none: not a proxy, a
/// shell, a supervisor or a script, which a path may be.
pub(crate) fn starts_no_proxy(service: &Service) -> bool {
    const PROXIES: [&str; 7] = ["nginx", "openresty", "caddy", "haproxy", "traefik", "envoy", "angie"];
    const STARTERS: [&str; 16] = [
        "run",
        "start",
        "serve",
        "exec",
        "env",
        "init",
        "tini",
        "dumb-init",
        "gosu",
        "su-exec",
        "sudo",
        "dockerize",
        "supervisord",
        "runsvdir",
        "s6-svscan",
        "make",
    ];
    let own = || service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
    let Some(first) = own().next().map(|word| word.value.as_str()) else { return false };
    let opens = first.is_empty() || first.starts_with(['-', '$']) || first.contains(['/', '.']);
    let started = opens || first.contains(char::is_whitespace) || SHELLS.contains(&first) || STARTERS.contains(&first);
    let scripted = first.contains("entrypoint") || first.contains("wait");
    !started && !scripted && !own().any(|word| PROXIES.iter().any(|proxy| word.value.contains(proxy)))
}

fn program_of(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_server(word: &str) -> bool {
    word.contains("entrypoint") || is_start_script(word) || SERVERS.contains(&program_of(word))
}

/// Whether a path is that of the script with which an image starts its server.
fn is_start_script(word: &str) -> bool {
    START_SCRIPTS.contains(&word) || word.starts_with("/opt/bitnami/scripts/") && word.ends_with("/run.sh")
}

/// Whether a script starts a server: the program of one of its commands is one.
fn starts_server(script: &str) -> bool {
    script.split(['\n', ';', '&', '|', '(', '{']).any(|command| {
        let mut words = command.split_whitespace().skip_while(|word| {
            matches!(*word, "exec" | "nohup" | "gosu" | "su-exec" | "then" | "do" | "else") || word.contains('=')
        });
        words.next().is_some_and(is_server)
    })
}

/// Whether the container runs what its image runs by itself: `command` is absent or only adds options, or names a server.
pub(crate) fn runs_default(service: &Service) -> bool {
    let words = launch(service);
    let is_default = |word: &str| word.starts_with('-') || is_server(word) || word == "server";
    words.first().is_none_or(|word| is_default(&word.value)) || starts_own_server(service, &words)
}

/// Whether a command is the program that the image is called after, told to serve: `prefect server start`.
fn starts_own_server(service: &Service, words: &[&Spanned<String>]) -> bool {
    let [program, told, ..] = words else { return false };
    let known = known_image(service).filter(|known| known.exact);
    known.is_some_and(|known| program.value == known.image.name)
        && matches!(told.value.as_str(), "server" | "serve" | "start" | "run")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{with_facts, with_sources};

    #[test]
    fn a_port_is_open_by_a_word_or_a_variable() {
        let check = |keys: &str, expect: bool| {
            with_facts(&format!("services:\n  a: {{image: 'quay.io/keycloak/keycloak:26.0', {keys}}}\n"), |facts| {
                let service = &facts.model.services["a"];
                let known = known_image(service).unwrap();
                let answers = known.image.ports_for(known.tag);
                let metrics = answers[0].iter().find(|port| port.port == 9000).unwrap();
                assert_eq!(is_open(service, metrics), expect, "{keys}");
            });
        };
        check("labels: []", false);
        check("command: start --health-enabled=true", true);
        check("command: start --health-enabled=false", false);
        check("environment: {KC_HEALTH_ENABLED: 'TRUE'}", true);
        check("environment: {KC_HEALTH_ENABLED: 'no'}", false);
    }

    #[test]
    fn a_helper_is_no_server_and_a_program_no_proxy() {
        let check = |keys: &str, expect: (bool, bool)| {
            with_facts(&format!("services:\n  a: {{image: 'postgres:17', {keys}}}\n"), |facts| {
                let service = &facts.model.services["a"];
                assert_eq!((runs_server(service), starts_no_proxy(service)), expect, "{keys}");
            });
        };
        check("labels: []", (true, false));
        check("command: crond -f -l 2", (false, true));
        check("command: /usr/sbin/crond -f", (false, false));
        check("command: php artisan reverb:start", (false, true));
        check("command: chown -R postgres /var/lib/postgresql/data", (false, true));
        check("command: -c max_connections=200", (true, false));
        check("command: postgres -c max_connections=200", (true, true));
        check("command: nginx -g 'daemon off;'", (false, false));
        check("command: sh -c 'php-fpm & nginx'", (false, false));
        check("command: ./start.sh", (false, false));
        check("command: dumb-init caddy run", (false, false));
        check("entrypoint: supervisord", (true, false));
        check("command: --providers.docker", (true, false));
        check("entrypoint: make-topics, volumes: ['./make.sh:/usr/local/bin/make-topics']", (false, true));
        check("entrypoint: /start, volumes: ['./start.sh:/start'], command: postgres", (true, false));
        check("command: [sh, -c, 'exec /opt/bitnami/scripts/postgresql/run.sh']", (true, false));
        check("command: [sh, -c, 'sleep 3 && /etc/kafka/docker/run']", (true, false));
        check("command: [sh, -c, 'sleep 3 && /etc/kafka/docker/stop']", (false, false));
    }

    #[test]
    fn a_router_keeps_nothing() {
        let check = |keys: &str, expect: bool| {
            with_facts(&format!("services:\n  a: {{image: 'mongo:8', {keys}}}\n"), |facts| {
                assert_eq!(keeps_nothing(&facts.model.services["a"]), expect, "{keys}");
            });
        };
        check("command: mongos --configdb set/config:27019", true);
        check("command: [sh, -c, 'sleep 5; exec /usr/bin/mongos --configdb set/config:27019']", true);
        check("command: redis-server /etc/x.conf --sentinel", true);
        check("command: mongod --configsvr", false);
        check("command: mongod --replSet mongos-test", false);
        check("labels: [mongos]", false);
    }

    #[test]
    fn a_program_of_the_dockerfile_is_no_server() {
        let check = |end: &str, expect: bool| {
            let dockerfile = format!("FROM neo4j:5\n{end}\n");
            let files = [("compose.yaml", "services: {a: {build: .}}\n"), ("Dockerfile", dockerfile.as_str())];
            with_sources(&files, &[], |_, facts| {
                assert_eq!(runs_server(&facts.model.services["a"]), expect, "{end}");
            });
        };
        check("COPY conf /conf", true);
        check("CMD [\"neo4j\"]", true);
        check("ENTRYPOINT [\"tini\", \"--\", \"/startup/docker-entrypoint.sh\"]", true);
        check("CMD [\"cypher-shell\", \"-f\", \"seed.cypher\"]", false);
        check("ENTRYPOINT [\"/app/load\"]", false);
        check("CMD cypher-shell -f seed.cypher", false);
    }

    #[test]
    fn an_image_with_an_entrypoint_of_its_own_is_not_known_for_sure() {
        let files = [
            ("compose.yaml", "services: {a: {build: .}, b: {build: ./b}}\n"),
            ("Dockerfile", "FROM postgres:17\nUSER postgres\n"),
            ("b/Dockerfile", "FROM postgres:17\nENTRYPOINT [\"/start\"]\n"),
        ];
        with_sources(&files, &[], |_, facts| {
            let exact = |name: &str| known_image(&facts.model.services[name]).unwrap().exact;
            assert_eq!((exact("a"), exact("b")), (true, false));
        });
    }
}
