//! Whether a container has a program, by the catalogue and by its Dockerfile.

use crate::catalogue::schema::Image;
use crate::facts::images::built;
use crate::facts::lifecycle::steps::{ScriptStep, base_name, of_script};
use crate::model::{Service, base_image};

/// What an image of nothing has.
const EMPTY: &str = "scratch";

/// Directories in which a program is looked for by its name alone.
const SEARCHED: [&str; 6] = ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

/// Packages that bring programs of other names (packages.debian.org, pkgs.alpinelinux.org).
const PACKAGES: &[(&str, &[&str])] = &[
    (
        "nc",
        &["netcat", "netcat-openbsd", "netcat-traditional", "nmap-ncat", "busybox-extras", "nmap", "busybox", "ncat"],
    ),
    ("curl", &["curl-minimal", "busybox"]),
    ("wget", &["wget2", "busybox"]),
    ("bash", &["bash-completion"]),
    ("pg_isready", &["postgresql", "postgresql-client"]),
    ("psql", &["postgresql", "postgresql-client"]),
    ("mysqladmin", &["mysql-client", "default-mysql-client", "mariadb-client", "mysql", "mariadb"]),
    ("mysql", &["mysql-client", "default-mysql-client", "mariadb-client", "mysql", "mariadb"]),
    ("redis-cli", &["redis", "redis-tools", "redis-server", "valkey"]),
    ("healthcheck.sh", &[]),
];

/// Whether the image of a service, as far as the project says what is done to it, has a program; `None` where that is not
/// known.
pub(crate) fn has(service: &Service, program: &str) -> Option<bool> {
    let base = base_name(program);
    let is_searched =
        !program.contains('/') || SEARCHED.iter().any(|directory| program == format!("{directory}/{base}"));
    // Elsewhere, the catalogue may know the whole path.
    let name = if is_searched { base } else { program };
    let image = base_image(service)?;
    // A variable may name another image.
    if image.parts.iter().any(|part| part.variable.is_some() && (part.start as usize) < image.value.repository.len()) {
        return None;
    }
    if is_mounted(service, program) || may_be_added(service, base) {
        return None;
    }
    if image.value.repository == EMPTY && service.build.is_some() && is_searched {
        return Some(false);
    }
    let known = image.value.known.filter(|known| known.exact && known.image.checked)?;
    let open = image.is_interpolated() && image.value.tag.as_deref().is_none_or(|tag| tag == "latest");
    let tag = if open { Some("$") } else { image.value.version_tag() };
    // Only that publisher's images have these scripts.
    if program.starts_with("/opt/bitnami/") && !known.image.name.starts_with("bitnami") && service.build.is_none() {
        return Some(false);
    }
    known.image.has_program(tag, name).or_else(|| is_of_another_server(known.image, tag, name).then_some(false))
}

/// Programs that come with one kind of server: the image of another has none of them.
const CLIENTS: [&[&str]; 7] = [
    &["pg_isready", "psql"],
    &["mysqladmin", "mysql", "mariadb", "mariadb-admin"],
    &["redis-cli", "valkey-cli"],
    &["mongosh", "mongo"],
    &["rabbitmq-diagnostics", "rabbitmqctl"],
    &["nodetool", "cqlsh"],
    &["clickhouse-client"],
];

/// Images of languages, systems and web servers, which have no client of any server.
const BARE: [&str; 14] = [
    "alpine",
    "busybox",
    "bun",
    "caddy",
    "debian",
    "dotnet-aspnet",
    "eclipse-temurin",
    "golang",
    "httpd",
    "nginx",
    "node",
    "php",
    "python",
    "ruby",
];

/// Whether a program is the client of another server than the one whose client the catalogue knows in an image.
fn is_of_another_server(image: &Image, tag: Option<&str>, name: &str) -> bool {
    let has_one = |clients: &&[&str]| clients.iter().any(|client| image.has_program(tag, client) == Some(true));
    if BARE.contains(&image.name.as_str()) && CLIENTS.iter().any(|clients| clients.contains(&name)) {
        return true;
    }
    image.holds_data() && CLIENTS.iter().any(|clients| clients.contains(&name)) && CLIENTS.iter().any(has_one)
}

/// Whether a mount may bring a program: at its path, or in a directory in which programs are looked for. The data of a server
/// may be in a directory of the same name (`/var/lib/mysql`).
fn is_mounted(service: &Service, program: &str) -> bool {
    service.mounts.iter().any(|mount| {
        let target = mount.target.value.as_str();
        let is_searched = target.rsplit_once('/').is_some_and(|(directory, _)| SEARCHED.contains(&directory));
        target == program
            || is_searched && base_name(target) == base_name(program)
            || SEARCHED.contains(&target)
            || matches!(target, "/usr" | "/usr/local")
    })
}

/// Whether the Dockerfile may add a program: a file of that name, or an installation of it or of what is not known.
fn may_be_added(service: &Service, name: &str) -> bool {
    let Some(image) = built(service) else { return service.build.is_some() };
    let copied = image.copies.iter().any(|copy| {
        let target = copy.target.as_deref().unwrap_or("/");
        let directory = target.trim_end_matches('/');
        // Of a directory that is copied into one that is searched it is not known what is in it.
        let named = copy.sources.iter().any(|source| base_name(source) == name) || base_name(directory) == name;
        let whole = copy.sources.iter().any(|source| {
            let last = base_name(source.trim_end_matches('/'));
            last.is_empty() || matches!(last, "bin" | "sbin" | "usr" | "local" | "." | "*" | "rootfs" | "root")
        });
        let searched =
            SEARCHED.contains(&directory) || directory.is_empty() || matches!(directory, "/usr" | "/usr/local");
        named || searched && (whole || copy.target.is_none())
    });
    copied || image.runs.iter().any(|run| may_install(&run.script.value, name, run.script.place))
}

fn may_install(script: &str, name: &str, place: crate::source::Place) -> bool {
    let names = PACKAGES.iter().find(|(program, _)| *program == name).map_or(&[][..], |(_, packages)| *packages);
    if has_word(script, name) || names.iter().any(|package| has_word(script, package)) {
        return true;
    }
    of_script(script, place).all.iter().any(is_opaque)
}

/// Whether a text has a name as a word of its own: `curl`, `curl=8.5`, not `libcurl4` or `php-curl`.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '+');
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let behind = text.get(at + name.len()..).unwrap_or("");
        // `postgresql-client-16`, `curl=8.5`.
        let version = behind.strip_prefix('-').is_some_and(|rest| rest.starts_with(|one: char| one.is_ascii_digit()));
        let ends = behind.chars().next().is_none_or(|next| !is_part(next)) || version;
        before.is_none_or(|letter| !is_part(letter)) && ends
    })
}

/// Whether it is not known what a command of a build installs: a script of the project, a list from a file, other tools.
fn is_opaque(step: &ScriptStep) -> bool {
    const INSTALLERS: [&str; 14] = [
        "apt-get",
        "apt",
        "apk",
        "yum",
        "dnf",
        "microdnf",
        "tdnf",
        "zypper",
        "pacman",
        "apt-fast",
        "aptitude",
        "conda",
        "mamba",
        "micromamba",
    ];
    const OTHERS: [&str; 10] = [
        "ansible-playbook",
        "make",
        "nix-env",
        "nix",
        "brew",
        "playwright",
        "snap",
        "xargs",
        "install_packages",
        "eval",
    ];
    let program = step.program();
    let is_script = |word: &str| word.ends_with(".sh") || word.starts_with("./");
    let by_shell =
        matches!(program, "sh" | "bash" | "." | "source") && step.words.get(1).is_some_and(|word| word != "-c");
    let listed = || step.words.iter().any(|word| word.contains(['$', '*']) || word.starts_with('@'));
    is_script(program)
        || step.words.first().is_some_and(|word| is_script(word) || word.contains('$'))
        || by_shell
        || OTHERS.contains(&program)
        || step.words.iter().any(|word| OTHERS.contains(&word.as_str()) && word == "playwright")
        || INSTALLERS.contains(&program) && listed()
        || step.words.iter().any(|word| matches!(word.as_str(), "groupinstall" | "build-deps"))
        || matches!(program, "curl" | "wget") && step.words.iter().any(|word| word == "|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::{with_facts, with_sources};

    #[test]
    fn programs_of_images() {
        let check = |image: &str, program: &str, expect: Option<bool>| {
            with_facts(&format!("services:\n  a: {{image: '{image}'}}\n"), |facts| {
                assert_eq!(has(&facts.model.services["a"], program), expect, "{image} {program}");
            });
        };
        check("alpine:3.21", "curl", Some(false));
        check("alpine:3.21", "/usr/bin/curl", Some(false));
        check("alpine:3.21", "/app/curl", None);
        check("alpine:3.21", "wget", Some(true));
        check("mariadb:11.4", "mysqladmin", Some(false));
        check("mariadb:10.11", "mysqladmin", Some(true));
        check("redis:7.4-alpine", "valkey-cli", Some(false));
        check("postgres:16", "mysqladmin", Some(false));
        check("rabbitmq:4", "redis-cli", Some(false));
        check("valkey/valkey:8", "redis-cli", Some(true));
        check("elasticsearch:8.17.0", "redis-cli", None);
        check("grafana/grafana:11.4.0", "psql", None);
        check("example/app:1", "curl", None);
        check("registry.example.com/mirror/redis:7", "curl", None);
    }

    #[test]
    fn programs_that_mounts_bring() {
        let check = |mount: &str, expect: Option<bool>| {
            with_facts(&format!("services:\n  a: {{image: 'mariadb:11.4', volumes: ['{mount}']}}\n"), |facts| {
                assert_eq!(has(&facts.model.services["a"], "mysql"), expect, "{mount}");
            });
        };
        check("db:/var/lib/mysql", Some(false));
        check("./mysql:/usr/local/bin/mysql", None);
        check("./bin:/usr/local/bin", None);
    }

    #[test]
    fn programs_of_dockerfiles() {
        let check = |lines: &str, program: &str, expect: Option<bool>| {
            let dockerfile = format!("FROM alpine:3.21\n{lines}\n");
            let files = [("compose.yaml", "services: {a: {build: .}}\n"), ("Dockerfile", dockerfile.as_str())];
            with_sources(&files, &[], |_, facts| {
                assert_eq!(has(&facts.model.services["a"], program), expect, "{lines} {program}");
            });
        };
        check("RUN apk add --no-cache ca-certificates wget", "curl", Some(false));
        check("RUN apk add --no-cache curl", "curl", None);
        check("RUN apk add curl=8.5.0-r0", "curl", None);
        check("RUN apk add libcurl php83-curl", "curl", Some(false));
        check("COPY --from=curlimages/curl /usr/bin/curl /usr/bin/curl", "curl", None);
        check("COPY --from=build /out/gateway /usr/local/bin/gateway", "curl", Some(false));
        check("COPY --from=build /usr/local/bin /usr/local/bin", "curl", None);
        check("COPY . /app", "curl", Some(false));
        check("COPY rootfs /", "curl", None);
        check("COPY setup.sh /\nRUN /setup.sh", "curl", None);
        check("RUN apk add $PACKAGES", "curl", None);
        check("RUN cat list | xargs apk add", "curl", None);
        check("RUN apk add postgresql16-client", "nc", Some(true));
        check("ENTRYPOINT [\"/app\"]", "curl", Some(false));
        with_sources(
            &[("compose.yaml", "services: {a: {build: .}}\n"), ("Dockerfile", "FROM scratch\nCOPY --from=b /a /a\n")],
            &[],
            |_, facts| assert_eq!(has(&facts.model.services["a"], "wget"), Some(false)),
        );
    }
}
