//! Whether nothing but the machine of a developer starts a project, by what its services run and mount.

use std::path::{Path, PathBuf};

use crate::catalogue::schema::ImageRole;
use crate::facts::images::{has_in_turn, known_image, launch, launched_words};
use crate::model::{Model, MountKind, Service};
use crate::source::{Entries, PathKind, SourceDb, normalize};

/// Variables that choose an environment.
const ENVIRONMENTS: [&str; 18] = [
    "ENVIRONMENT_NAME",
    "ENV_NAME",
    "NODE_ENV",
    "RAILS_ENV",
    "RACK_ENV",
    "APP_ENV",
    "FLASK_ENV",
    "DJANGO_ENV",
    "ENV",
    "ENVIRONMENT",
    "APP_ENVIRONMENT",
    "ASPNETCORE_ENVIRONMENT",
    "DOTNET_ENVIRONMENT",
    "SPRING_PROFILES_ACTIVE",
    "MIX_ENV",
    "APP_TIER",
    "GO_ENV",
    "STAGE",
];
const OF_DEVELOPMENT: [&str; 4] = ["development", "dev", "develop", "local"];
const OF_PRODUCTION: [&str; 4] = ["production", "prod", "staging", "live"];
/// Words of the names of files and directories with what is deployed.
const DEPLOYED: [&str; 8] = ["production", "prod", "staging", "live", "deploy", "deployment", "vps", "server"];

/// Commands that start a server for developers, by their words.
const SERVERS: [&[&str]; 21] = [
    &["start-dev"],
    &["manage.py", "runserver"],
    &["manage.py", "runserver_plus"],
    &["npm", "run", "dev"],
    &["npm", "run", "start:dev"],
    &["npm", "run", "serve"],
    &["yarn", "dev"],
    &["yarn", "start:dev"],
    &["yarn", "run", "dev"],
    &["pnpm", "dev"],
    &["pnpm", "run", "dev"],
    &["bun", "dev"],
    &["bun", "run", "dev"],
    &["next", "dev"],
    &["ng", "serve"],
    &["vite"],
    &["nodemon"],
    &["artisan", "serve"],
    &["dotnet", "watch"],
    &["--reload"],
    &["air"],
];

/// Programs that run an application for others.
const FOR_OTHERS: [&str; 6] = ["gunicorn", "uwsgi", "puma", "passenger", "php-fpm", "supervisord"];

/// Images that stand in for what a deployment has elsewhere: mail that is caught, clouds that are imitated.
const STAND_INS: [&str; 10] = [
    "mailhog",
    "mailpit",
    "maildev",
    "mailcatcher",
    "inbucket",
    "localstack",
    "azurite",
    "fake-gcs-server",
    "smtp4dev",
    "ministack",
];

/// Files that show that a directory holds the source of an application.
const SOURCES: [&str; 22] = [
    "package.json",
    "composer.json",
    "requirements.txt",
    "pyproject.toml",
    "setup.py",
    "manage.py",
    "Pipfile",
    "Gemfile",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "mvnw",
    "build.gradle",
    "build.gradle.kts",
    "gradlew",
    "mix.exs",
    "deno.json",
    "pubspec.yaml",
    "index.php",
    "artisan",
    "Makefile.PL",
    "tsconfig.json",
];

/// Names of directories with programs, and the ends of their names.
const OF_PROGRAMS: [&str; 8] = ["dags", "notebooks", "src", "app", "jobs", "code", "etl", "dbt"];
const PROGRAMS: [&str; 7] = [".py", ".ipynb", ".php", ".js", ".ts", ".rb", ".sql"];

/// Words of the names of databases and containers that are for developers.
const IN_NAMES: [&str; 4] = ["dev", "development", "local", "localdev"];

/// What is looked at.
pub(crate) struct Setup<'a> {
    /// The model.
    pub(crate) model: &'a Model,
    /// The Compose files of the project.
    pub(crate) files: &'a [PathBuf],
    /// What the comments at the top of them say.
    pub(crate) comments: &'a [String],
    /// The text that introduces the directory.
    pub(crate) readme: Option<String>,
    /// The root of the repository.
    pub(crate) root: &'a Path,
    /// The files.
    pub(crate) sources: &'a SourceDb,
}

/// What says that a project is for the machine of a developer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeveloperSign {
    /// Nothing does.
    None,
    /// A server that is made for developers, or a variable that chooses their environment.
    Server,
    /// Something else.
    Other,
}

/// Whether a project whose name and start say nothing is for the machine of a developer. What reaches the internet is not.
pub(crate) fn sign(setup: &Setup<'_>) -> DeveloperSign {
    let services = || setup.model.services.values();
    if setup.comments.iter().any(|text| says_so(text)) {
        return DeveloperSign::Other;
    }
    let in_production = services().any(|service| has_environment(service, &OF_PRODUCTION));
    // The directory of a server may have files for developers, too.
    let is_named_production = setup.files.iter().any(|file| has_word(&below(setup, file), &OF_PRODUCTION));
    if services().next().is_some() && services().all(is_named_so) && !in_production && !is_named_production {
        return DeveloperSign::Other;
    }
    if services().next().is_none() || is_named_deployed(setup) || in_production {
        return DeveloperSign::None;
    }
    if has_deployment_beside(setup) {
        return DeveloperSign::Other;
    }
    if services().any(is_for_others) {
        return DeveloperSign::None;
    }
    let is_marked = |service: &Service| {
        is_stand_in(service)
            || is_named_so(service)
            || mounts_for_developers(setup, service)
            || mounts_source(setup, service)
            || is_built_for_this_machine(service)
    };
    let is_told = setup.readme.as_ref().is_some_and(|text| is_told(text));
    let of_profiles = profiled_application(setup);
    let services = || setup.model.services.values().chain(of_profiles.iter().copied());
    let is_built =
        services().any(|service| service.build.is_some()) && setup.files.iter().any(|file| is_for_building(file));
    let is_needed = || is_what_the_source_needs(setup) || is_started_by_spring(setup);
    if is_told || is_built || services().any(is_marked) || is_needed() {
        return DeveloperSign::Other;
    }
    let is_served = |service: &Service| is_started_for_developers(service) || has_environment(service, &OF_DEVELOPMENT);
    if services().any(is_served) { DeveloperSign::Server } else { DeveloperSign::None }
}

/// The services behind profiles where what starts without one is only the servers that they need: the application itself.
/// Profiles for development or tests are not how it runs elsewhere.
fn profiled_application<'a>(setup: &Setup<'a>) -> Vec<&'a Service> {
    let is_server = |service: &Service| {
        let known = known_image(service).filter(|_| service.build.is_none());
        known.is_some_and(|known| !matches!(known.image.role, ImageRole::Application | ImageRole::Base))
    };
    if !setup.model.services.values().all(is_server) {
        return Vec::new();
    }
    const APART: [&str; 8] = ["dev", "development", "debug", "test", "tests", "tools", "local", "seed"];
    let is_apart = |service: &Service| service.profiles.iter().any(|profile| has_word(&profile.value, &APART));
    setup.model.disabled.values().filter(|service| !is_apart(service)).collect()
}

/// Whether a service mounts a directory for those who work on the repository: `hack`, `dev`.
fn mounts_for_developers(setup: &Setup<'_>, service: &Service) -> bool {
    const FOR_THEM: [&str; 4] = ["hack", "dev", "development", "devel"];
    service.mounts.iter().any(|mount| {
        let MountKind::Bind(source) = &mount.kind else { return false };
        let source = normalize(Path::new(source));
        let below = source.strip_prefix(setup.root).unwrap_or(Path::new(""));
        let exists = setup.sources.kind(&source) != PathKind::Missing;
        exists && below.iter().any(|part| FOR_THEM.iter().any(|name| part == *name))
    })
}

/// Whether a project is deployed, by its path and by what its services are told: others reach what it publishes.
pub(crate) fn is_deployed(setup: &Setup<'_>) -> bool {
    let is_for_others = |service| is_for_others(service) || has_environment(service, &OF_PRODUCTION);
    is_named_deployed(setup) || setup.model.services.values().any(is_for_others)
}

/// Whether the path of one of its files says so.
pub(crate) fn is_named_deployed(setup: &Setup<'_>) -> bool {
    setup.files.iter().any(|file| has_word(&below(setup, file), &DEPLOYED))
}

/// The path of a file below the root.
fn below(setup: &Setup<'_>, file: &Path) -> String {
    file.strip_prefix(setup.root).unwrap_or(file).to_string_lossy().into_owned()
}

/// Whether a service is deployed: it gets certificates, serves TLS or is built for production.
fn is_for_others(service: &Service) -> bool {
    let has_tls = service.ports.iter().any(|port| port.published.is_some_and(|(first, _)| first == 443));
    let is_certified = service.labels.iter().any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        name.starts_with("traefik.")
            && (name.ends_with(".certresolver") || name.ends_with(".tls") && value.value == "true")
    });
    has_tls
        || is_certified
        || has_word(&service.name, &OF_PRODUCTION)
        || service.image.as_ref().is_some_and(|image| image.value.repository.contains("certbot"))
        || service.environment.contains_key("VIRTUAL_HOST")
        || service.environment.contains_key("LETSENCRYPT_HOST")
        || service.replicas.as_ref().is_some_and(|replicas| replicas.value > 1)
        || target(service).is_some_and(|target| has_word(target, &OF_PRODUCTION))
}

fn target(service: &Service) -> Option<&str> {
    Some(service.build.as_ref()?.target.as_ref()?.value.as_str())
}

fn has_environment(service: &Service, words: &[&str]) -> bool {
    // What an example shows is for whoever tries it.
    let own = |name: &&str| service.environment.get(*name).filter(|one| !one.is_assumed);
    let value = |name: &&str| own(name).and_then(|one| one.value.as_ref());
    ENVIRONMENTS.iter().filter_map(value).any(|value| has_word(&value.value, words))
}

/// Whether a service starts a server for developers.
pub(crate) fn is_started_for_developers(service: &Service) -> bool {
    let words = launched_words(service);
    // What starts again by itself is meant to stay.
    let stays =
        service.restart.as_ref().is_some_and(|restart| matches!(restart.value.as_str(), "always" | "unless-stopped"));
    let is_for_developers = target(service).is_some_and(|target| has_word(target, &OF_DEVELOPMENT));
    is_for_developers || !stays && SERVERS.iter().any(|wanted| has_in_turn(&words, wanted))
}

fn is_stand_in(service: &Service) -> bool {
    let Some(image) = &service.image else { return false };
    let name = image.value.repository.rsplit('/').next().unwrap_or("");
    STAND_INS.contains(&name)
}

/// Whether the name of a container, or that of the database in it, says so.
fn is_named_so(service: &Service) -> bool {
    let databases =
        ["POSTGRES_DB", "MYSQL_DATABASE", "MARIADB_DATABASE", "MONGO_INITDB_DATABASE", "CASSANDRA_CLUSTER_NAME"];
    let of_variables = databases.iter().filter_map(|name| service.environment.get(*name)?.value.as_ref());
    let mut names = of_variables.chain(&service.container_name).map(|value| value.value.as_str());
    names.any(|name| has_word(name, &IN_NAMES))
}

fn has_word(text: &str, words: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| words.contains(&word))
}

/// Whether a comment at the top of a file says whom it is for.
fn says_so(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    let sentences = [
        "local dev",
        "for development",
        "development environment",
        "dev environment",
        "development only",
        "for local",
        "development setup",
        "local setup",
        "local testing",
        "local environment",
        "local stack",
        "stack local",
        "internal testing",
        "dev stack",
        // The same in Chinese, Japanese, Korean, Russian, Spanish, Portuguese, French and German.
        "本地开发",
        "开发环境",
        "本地环境",
        "本地测试",
        "ローカル開発",
        "開発環境",
        "로컬 개발",
        "개발 환경",
        "개발환경",
        "локальной разработки",
        "среда разработки",
        "desarrollo local",
        "entorno de desarrollo",
        "desenvolvimento local",
        "ambiente de desenvolvimento",
        "développement local",
        "environnement de développement",
        "lokale entwicklung",
        "entwicklungsumgebung",
    ];
    let is_of_production = |sentence: &str| sentence.contains("production") || sentence.contains("生产");
    let says = |sentence: &str| sentences.iter().any(|words| sentence.contains(words)) && !is_of_production(sentence);
    lower.split('\n').flat_map(|line| line.split(". ")).any(says)
}

/// How much of a text introduces what it is about, in lines.
const BEGINNING: usize = 20;

/// Whether a text says that the project is for development: in a sentence about Compose or at its beginning, or because the
/// only part of it that starts the project is about that.
fn is_told(text: &str) -> bool {
    let in_sentence = |line: &str| line.contains("compose") && says_so(line);
    let starts_here = |line: &str| line.contains("docker compose up") || line.contains("docker-compose up");
    let mut heading = "";
    let (mut here, mut elsewhere) = (false, false);
    for line in text.lines() {
        if line.starts_with('#') && line.trim_start_matches('#').starts_with(' ') && !line.contains("docker") {
            heading = line;
        } else if starts_here(line) {
            let is_local = says_so(heading) || heading.to_lowercase().trim_start_matches(['#', ' ']) == "development";
            here |= is_local;
            elsewhere |= !is_local;
        }
    }
    here && !elsewhere || text.lines().any(in_sentence) || text.lines().take(BEGINNING).any(begins_so)
}

/// Whether a sentence at the beginning of a text says whom the project is for.
fn begins_so(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.contains("local development") && !lower.contains("production")
}

/// Whether the name of a file says that it builds what others pull.
fn is_for_building(file: &Path) -> bool {
    file.file_name().and_then(|name| name.to_str()).is_some_and(|name| has_word(name, &["build"]))
}

/// Whether a file next to that of the project, or to its default pair, is the one for production, or a file in a directory
/// of what is deployed has the services of the project.
fn has_deployment_beside(setup: &Setup<'_>) -> bool {
    let is_own = |path: &PathBuf| setup.files.contains(path);
    let is_override = |file: &PathBuf| file.file_name().and_then(|name| name.to_str()).is_some_and(is_override_name);
    let file = match setup.files {
        [file] => file,
        [file, over] if is_override(over) && file.parent() == over.parent() => file,
        _ => return false,
    };
    let Some(directory) = file.parent() else { return false };
    let entries = setup.sources.entries(directory);
    let is_beside = |name: &str| has_word(name, &DEPLOYED) && !is_own(&directory.join(name));
    if compose_names(&entries).any(is_beside) {
        return true;
    }
    let inner = entries.names().filter(|name| has_word(name, &DEPLOYED)).map(|name| directory.join(name));
    inner.filter(|inner| setup.sources.kind(inner) == PathKind::Directory).any(|inner| {
        let entries = setup.sources.entries(&inner);
        compose_names(&entries)
            .filter(|name| has_word(name, &OF_PRODUCTION))
            .any(|name| has_same_services(setup, &inner.join(name)))
    })
}

/// Whether Spring Boot starts the project along with the application on the machine of a developer:
/// <https://docs.spring.io/spring-boot/reference/features/dev-services.html#features.dev-services.docker-compose>.
fn is_started_by_spring(setup: &Setup<'_>) -> bool {
    let [file] = setup.files else { return false };
    let Some(directory) = file.parent() else { return false };
    let builds = ["build.gradle", "build.gradle.kts", "pom.xml"];
    builds.iter().any(|name| {
        let found = setup.sources.load(&directory.join(name));
        found.is_ok_and(|file| setup.sources.file(file).text.contains("spring-boot-docker-compose"))
    })
}

fn is_override_name(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some(("compose.override" | "docker-compose.override", "yml" | "yaml")))
}

fn compose_names(entries: &Entries) -> impl Iterator<Item = &str> {
    entries.names().filter(|name| has_word(name, &["compose"]) && (name.ends_with(".yml") || name.ends_with(".yaml")))
}

/// Whether a Compose file has most of the project's services.
fn has_same_services(setup: &Setup<'_>, file: &Path) -> bool {
    let Ok(file) = setup.sources.glancing().load(file) else { return false };
    let text = &setup.sources.file(file).text;
    let has = |name: &str| text.lines().any(|line| line.trim_end() == format!("  {name}:"));
    let names: Vec<&String> = setup.model.services.keys().collect();
    names.len() > 1 && 2 * names.iter().filter(|name| has(name)).count() > names.len()
}

/// Whether a service runs the source of the repository from where developers change it.
fn mounts_source(setup: &Setup<'_>, service: &Service) -> bool {
    let words = launch(service);
    let is_served = words.iter().any(|word| FOR_OTHERS.iter().any(|program| word.value.contains(program)));
    if is_served {
        return false;
    }
    let context = service.build.as_ref().and_then(|build| build.context.as_ref());
    let context = context.map(|context| normalize(Path::new(&context.value)));
    service.mounts.iter().filter(|mount| !mount.read_only).any(|mount| {
        let MountKind::Bind(source) = &mount.kind else { return false };
        let source = normalize(Path::new(source));
        if !source.starts_with(setup.root) || setup.sources.kind(&source) != PathKind::Directory {
            return false;
        }
        let is_of_build = context
            .as_ref()
            .is_some_and(|context| source == *context || source.strip_prefix(context).is_ok_and(is_code));
        is_of_build || has_source(setup.sources, &source)
    })
}

/// Whether a directory in a build context is that of the code.
fn is_code(below: &Path) -> bool {
    let names = ["src", "app", "lib", "apps", "packages", "backend", "frontend", "server", "client", "public", "api"];
    below.iter().next().and_then(|name| name.to_str()).is_some_and(|name| names.contains(&name))
}

/// Whether a directory has the source of an application, or `public/index.php`.
fn has_source(sources: &SourceDb, directory: &Path) -> bool {
    let entries = sources.entries(directory);
    let is_source = |name: &str| SOURCES.contains(&name) || name.ends_with(".csproj") || name.ends_with(".sln");
    let pages = directory.join("public/index.php");
    let own = directory.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let is_program = |name: &str| PROGRAMS.iter().any(|ending| name.ends_with(ending));
    entries.names().any(is_source)
        || sources.kind(&pages) == PathKind::File
        || OF_PROGRAMS.contains(&own) && entries.names().any(is_program)
}

/// Whether a service that is built here tells browsers that it is on their own machine.
fn is_built_for_this_machine(service: &Service) -> bool {
    let Some(build) = &service.build else { return false };
    let words = ["CORS", "ORIGIN", "ORIGINS", "FRONTEND", "CLIENT", "VITE", "PUBLIC", "REACT"];
    let is_of_browsers = |name: &str| name.split('_').any(|word| words.contains(&word));
    let is_here = |value: &str| value.contains("http://localhost") || value.contains("http://127.0.0.1");
    let own = service.environment.iter().filter(|(_, one)| !one.is_assumed);
    let variables = own.filter_map(|(name, one)| Some((name, one.value.as_ref()?)));
    let arguments = build.args.iter().filter_map(|(name, one)| Some((name, one.value.as_ref()?)));
    let mut all = variables.map(|(name, value)| (name.as_str(), value.value.as_str()));
    let mut given = arguments.map(|(name, value)| (name.as_str(), value.as_str()));
    all.any(|(name, value)| is_of_browsers(name) && is_here(value))
        || given.any(|(name, value)| is_of_browsers(name) && is_here(value))
}

/// Whether a project has nothing but the servers that the source next to it needs, which then runs on the host.
fn is_what_the_source_needs(setup: &Setup<'_>) -> bool {
    let mut has_server = false;
    for service in setup.model.services.values().chain(setup.model.disabled.values()) {
        let Some(known) = known_image(service).filter(|_| service.build.is_none()) else { return false };
        match known.image.role {
            ImageRole::Datastore | ImageRole::Cache | ImageRole::Broker | ImageRole::Search => has_server = true,
            // A tool alone at the root is one for those who work there.
            ImageRole::Tool => has_server |= setup.model.directory == setup.root,
            ImageRole::Admin => {}
            _ => return false,
        }
    }
    let directory = &setup.model.directory;
    has_server
        && directory
            .ancestors()
            .take_while(|above| above.starts_with(setup.root))
            .any(|above| has_source(setup.sources, above))
}
