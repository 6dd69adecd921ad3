//! The services that keep data, datastores and applications, where they store it, and whether that place is persistent.

use crate::catalogue::schema::{DataPath, Image, Keeps, Otherwise, VariableSetting, WrongMountEffect};
use crate::compose::load::short::volume::clean;
use crate::facts::images::{
    KnownImage, keeps_nothing, known_image, launch, may_be_set, runs_default, runs_server, variable,
};
use crate::facts::storage::mounts;
use crate::model::{Model, Mount, MountKind, Service, Spanned};

/// Options that make a cache write its data to disk: somebody wants them kept.
const PERSISTENCE: [&str; 3] = ["--appendonly", "--save", "--aof-enabled"];

/// A service that runs a datastore or an application whose data nothing keeps.
pub struct Unkept<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The image.
    pub(crate) image: &'static Image,
    /// Whether the catalogue names this very repository.
    pub(crate) exact: bool,
    /// The path that holds the data; for a tag that leaves it open, that of the newest version.
    pub(crate) path: String,
    /// What is lost with it.
    pub(crate) keeps: Keeps,
    /// Whether the command asks for the data to be kept, which only matters for a cache.
    pub(crate) asked_for: bool,
    /// The option that the command would better name another path with: the usual one is not made for data.
    pub(crate) option: Option<&'static str>,
    /// The variable that would better name a directory of the image's user, and that directory.
    pub(crate) own: Option<(&'static str, &'static str)>,
    /// A mount that was meant for the data and does not hold them, and what comes of it.
    pub(crate) misplaced: Option<(&'a Mount, WrongMountEffect)>,
    /// Whether a mount keeps what the image has at another path.
    pub(crate) partly: bool,
    /// Whether an env file that is not in the checkout might name another path, and what documents it does not.
    pub(crate) is_assumed: bool,
    /// The mount at the path itself, if it is there and does not last (`tmpfs`, an anonymous volume).
    pub(crate) fleeting: Option<&'a Mount>,
}

/// Whether what documents the env files of a service that are not there leaves out a variable.
pub(crate) type LeavesOut<'a> = &'a dyn Fn(&Service, &str) -> bool;

/// The datastores and applications of a model whose data is not kept.
pub(crate) fn unkept<'a>(model: &'a Model, leaves_out: LeavesOut<'_>) -> Vec<Unkept<'a>> {
    model.services.values().filter_map(|service| unkept_data(model, service, leaves_out)).collect()
}

/// A server, and the mount that keeps its data.
pub(crate) struct StoredServer<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// Where it keeps them.
    pub(crate) path: String,
    /// The mount.
    pub(crate) mount: &'a Mount,
    /// Whether it keeps them in a folder named after its hostname.
    pub(crate) by_hostname: bool,
}

/// The datastores whose data a mount keeps, for sure.
pub(crate) fn kept(model: &Model) -> Vec<StoredServer<'_>> {
    let unkept_data = |service| {
        let known = known_image(service).filter(|known| known.image.holds_data() && runs_server(service))?;
        if is_configured_unseen(service) {
            return None;
        }
        let answers = known.image.data_for(known.tag);
        let [paths] = answers.as_slice() else { return None };
        paths.iter().find_map(|data| {
            let path = place_of(service, data, &|_, _| false)?;
            let mount = mounts::cover(model, service, &path).filter(|mount| mounts::is_persistent(model, mount))?;
            is_kept(model, service, data, &path).then_some(StoredServer {
                service,
                path,
                mount,
                by_hostname: data.by_hostname,
            })
        })
    };
    model.services.values().filter_map(unkept_data).collect()
}

/// A variable that moves the data of an image away from a mount.
pub(crate) struct Moved<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// The variable.
    pub(crate) variable: &'static str,
    /// Its value, the path.
    pub(crate) value: &'a Spanned<String>,
    /// The mount at the path that the image has without the variable.
    pub(crate) mount: &'a Mount,
    /// Whether the catalogue names this very repository.
    pub(crate) exact: bool,
}

/// The services whose data a variable moves to where nothing lasts, although there is a mount at their usual place.
pub(crate) fn moved(model: &Model) -> Vec<Moved<'_>> {
    model.services.values().filter_map(|service| moved_in(model, service)).collect()
}

fn moved_in<'a>(model: &'a Model, service: &'a Service) -> Option<Moved<'a>> {
    let known = known_image(service)?;
    let paths = known.image.data.iter().map(|data| (data.path.as_str(), data.variable.as_deref()));
    let files = known.image.sqlite.iter().map(|file| (file.path.as_str(), file.variable.as_deref()));
    paths.chain(files).find_map(|(usual, variable_name)| {
        let name = variable_name?;
        let value = variable(service, name).filter(|value| value.value.starts_with('/'))?;
        let persistent =
            |path: &str| mounts::cover(model, service, path).filter(|mount| mounts::is_persistent(model, mount));
        let mount = persistent(usual).filter(|_| persistent(&value.value).is_none())?;
        Some(Moved { service, variable: name, value, mount, exact: known.exact })
    })
}

fn unkept_data<'a>(model: &'a Model, service: &'a Service, leaves_out: LeavesOut<'_>) -> Option<Unkept<'a>> {
    // An application keeps nothing where its image runs something else: a worker, a tool.
    let is_run = |known: &KnownImage<'_>| known.image.holds_data() || known.exact && runs_default(service);
    let KnownImage { image, exact, tag, .. } = known_image(service).filter(is_run)?;
    if names_own_mount(model, service) || moved_in(model, service).is_some() {
        return None;
    }
    let borrowed = service.volumes_from.iter().any(|from| from.value.starts_with("container:"));
    let keeps_something = mounts::all(model, service)
        .into_iter()
        .any(|mount| mounts::is_persistent(model, mount) && !mount.read_only && !is_elsewhere(&mount.target.value));
    // An image that only shares its name with a known one may keep its data elsewhere.
    let is_open = !exact || is_configured_unseen(service);
    if borrowed || !runs_server(service) || keeps_nothing(service) || is_open && keeps_something {
        return None;
    }
    let answers = image.data_for(tag);
    let lost: Vec<Option<Unkept<'a>>> = answers
        .iter()
        .map(|paths| paths.iter().find_map(|path| lost((model, leaves_out), service, (image, exact), (path, paths))))
        .collect();
    // A tag that leaves the version open: only what holds for every version is sure.
    if lost.iter().any(Option::is_none) {
        return None;
    }
    lost.into_iter().flatten().next()
}

/// Whether the command or a variable names a lasting mount of the service: the data are put there on purpose.
fn names_own_mount(model: &Model, service: &Service) -> bool {
    let words = service.entrypoint.iter().chain(&service.command).flat_map(|command| &command.words);
    let values = service.environment.values().filter_map(|variable| variable.value.as_ref());
    let texts: Vec<&str> = words.chain(values).map(|text| text.value.as_str()).collect();
    mounts::all(model, service).into_iter().any(|mount| {
        let target = mount.target.value.trim_end_matches('/');
        let named = |text: &&str| {
            let rest = text.find(target).and_then(|at| text.get(at + target.len()..));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ' ', '"', '\'', ',', '&', '?']))
                || is_in_pattern(text, target)
        };
        target.len() > 1 && mounts::is_persistent(model, mount) && !is_elsewhere(target) && texts.iter().any(named)
    })
}

/// Whether a text names a path by a pattern: `/data/disk{1...4}` of MinIO and RustFS.
fn is_in_pattern(text: &str, path: &str) -> bool {
    let ends = |letter: char| letter.is_whitespace() || matches!(letter, ',' | '=' | '"' | '\'' | '}');
    text.match_indices('{').filter_map(|(at, _)| text.get(..at)).any(|before| {
        let word = before.rsplit(ends).next().unwrap_or("");
        let word = word.split_once("://").map_or(word, |(_, rest)| rest);
        let begun = word.find('/').and_then(|at| word.get(at..)).unwrap_or("");
        begun.len() > 1 && path.starts_with(begun)
    })
}

/// Whether a place in a container holds configuration, scripts, logs or copies.
fn is_elsewhere(target: &str) -> bool {
    let begins = |place: &str| target.strip_prefix(place).is_some_and(|rest| rest.starts_with('-'));
    NOT_DATA.iter().any(|place| mounts::is_inside(target, place) || begins(place))
}

fn lost<'a>(
    (model, leaves_out): (&'a Model, LeavesOut<'_>),
    service: &'a Service,
    (image, exact): (&'static Image, bool),
    (data, all): (&'static DataPath, &[&'static DataPath]),
) -> Option<Unkept<'a>> {
    let path = place_of(service, data, leaves_out)?;
    let moved = path != data.path && data.otherwise.as_ref().is_none_or(|other| path != other.path);
    if is_kept(model, service, data, &path) {
        return None;
    }
    let others = all.iter().filter(|other| other.path != data.path);
    let others: Vec<String> = others.filter_map(|other| place_of(service, other, leaves_out)).collect();
    let holds_others = |mount: &Mount| others.iter().any(|other| mounts::is_inside(other, &mount.target.value));
    let mut named = None;
    // Of an application, a mount below the directory keeps the part that matters: `wp-content`, `custom_apps`.
    let below = |mount: &&Mount| mounts::is_inside(&mount.target.value, &path) && !mount.read_only;
    if !image.holds_data()
        && mounts::all(model, service).iter().any(|one| below(one) && mounts::is_persistent(model, one))
    {
        return None;
    }
    if !moved {
        for wrong in &data.wrong {
            let found = mounts::all(model, service).into_iter().find(|mount| clean(&mount.target.value) == wrong.path);
            named = named.or(found.map(|mount| (mount, wrong.effect)));
        }
    }
    let meant = || {
        let fits = |mount: &&Mount| {
            !holds_others(mount) && is_meant_for_data(model, service, image, mount) && !is_common(model, service, mount)
        };
        let found = mounts::all(model, service).into_iter().find(fits);
        found.map(|mount| (mount, WrongMountEffect::Ignored))
    };
    let fleeting = mounts::cover(model, service, &path).filter(|mount| !mounts::is_persistent(model, mount));
    // Of an image that only shares its name with a known one, the catalogue's paths may differ.
    let asked_for = asks_to_keep(service, data);
    let misplaced = named.or_else(meant).filter(|_| exact && (asked_for || data.asked_by.is_empty()));
    let is_other = data.otherwise.as_ref().is_some_and(|other| path == other.path);
    let own = data.variable.as_deref().zip(data.own.as_deref()).filter(|_| is_other);
    Some(Unkept {
        service,
        image,
        exact,
        path,
        own,
        keeps: data.keeps,
        asked_for,
        option: data.flags.first().filter(|_| !data.asked_by.is_empty()).map(String::as_str),
        misplaced,
        is_assumed: data.variable.as_deref().is_some_and(|name| may_be_set(service, name)),
        partly: mounts::all(model, service)
            .into_iter()
            .any(|mount| holds_others(mount) && mounts::is_persistent(model, mount)),
        fleeting,
    })
}

/// The path of the data, moved by its variable or by an option of the command; `None` where the command names it in a
/// way that is not read.
fn place_of(service: &Service, data: &DataPath, leaves_out: LeavesOut<'_>) -> Option<String> {
    let is_elsewhere = |one: &VariableSetting| {
        variable(service, &one.variable).is_some_and(|value| one.contains(&value.value) || value.is_interpolated())
    };
    if data.elsewhere.iter().any(is_elsewhere) {
        return None;
    }
    if data.in_command {
        let words = service.command.iter().flat_map(|command| command.words.iter());
        let named = words.map(|word| word.value.as_str()).find_map(path_in);
        return Some(named.unwrap_or_else(|| data.path.clone()));
    }
    if let Some(path) = data.flags.iter().find_map(|flag| option(service, flag)) {
        return path.starts_with('/').then(|| path.to_owned());
    }
    if let Some(configured) = service.configured.as_ref().and_then(|configured| configured.data.as_ref()) {
        let path = configured.value.trim_matches(['"', '\'']).trim_end_matches('/');
        return path.starts_with('/').then(|| path.to_owned());
    }
    if data.configured_by.iter().any(|flag| option(service, flag).is_some()) {
        return None;
    }
    let is_open = |name: &str| {
        may_be_set(service, name) && (service.environment.contains_key(name) || !leaves_out(service, name))
    };
    if data.variable.as_deref().is_some_and(is_open) {
        return None;
    }
    match data.variable.as_deref().and_then(|name| variable(service, name)) {
        Some(value) if value.value.starts_with('/') => Some(value.value.trim_end_matches('/').to_owned()),
        Some(value) if !value.value.is_empty() => None,
        _ => {
            let set = |other: &&Otherwise| other.with.iter().any(|name| variable(service, name).is_some());
            Some(data.otherwise.as_ref().filter(set).map_or(&data.path, |other| &other.path).clone())
        }
    }
}

/// Whether a configuration that is not in the checkout may name another path: the command names one, or a mount brings
/// one to where the server looks for it.
fn is_configured_unseen(service: &Service) -> bool {
    let is_file = |path: &str| {
        let is_of_clients = path.contains("hba") || path.contains("ident");
        !is_of_clients && CONFIGURATIONS.iter().any(|ending| path.ends_with(ending))
    };
    let words = || launch(service).into_iter().flat_map(|word| word.value.split([' ', '=', '\n', ';']));
    // What is neither mounted nor built is the image's own, with its usual path in it.
    let is_brought = |path: &str| {
        let mounted = service.mounts.iter().any(|mount| mounts::is_inside(path, &mount.target.value));
        mounted || service.build.is_some() || !service.configs.is_empty()
    };
    let is_named = || words().map(|word| word.trim_matches(['"', '\''])).any(|word| is_file(word) && is_brought(word));
    let files = known_image(service).and_then(|known| known.image.configuration.as_ref());
    if files.is_some_and(|files| files.moves_no_data) {
        return false;
    }
    let reads = files.map(|files| &files.reads);
    let is_mounted = |mount: &Mount| {
        let target = mount.target.value.as_str();
        is_file(target) && reads.is_some_and(|reads| reads.iter().any(|place| target.starts_with(place.as_str())))
    };
    service.configured.is_none() && (is_named() || service.mounts.iter().any(is_mounted))
}

/// Endings of configurations of servers.
const CONFIGURATIONS: [&str; 6] = [".conf", ".cnf", ".cfg", ".yml", ".yaml", ".properties"];

/// The path that a word is, or that comes after the name of an engine (`rocksdb:/data/main.db`, `surrealkv:///data`).
fn path_in(word: &str) -> Option<String> {
    let behind = word.split_once(':').filter(|(engine, _)| engine.chars().all(|one| one.is_ascii_lowercase()));
    let path = behind.map_or(word, |(_, path)| path);
    path.starts_with('/').then(|| format!("/{}", path.trim_start_matches('/')))
}

/// Whether the command of a cache asks for its data to be written.
fn asks_to_keep(service: &Service, data: &DataPath) -> bool {
    let words: Vec<&str> =
        service.command.iter().flat_map(|command| &command.words).map(|word| word.value.as_str()).collect();
    let asked = |word: &str| {
        let name = word.split('=').next().unwrap_or(word);
        data.asked_by.iter().any(|option| option == name)
    };
    words.iter().enumerate().any(|(at, word)| {
        asked(word)
            || PERSISTENCE.contains(word) && words.get(at + 1).is_some_and(|value| !value.is_empty() && *value != "no")
    })
}

/// The value of an option of the command: `--dir /x` or `--dir=/x`.
fn option<'a>(service: &'a Service, flag: &str) -> Option<&'a str> {
    let words: Vec<&str> =
        service.command.iter().flat_map(|command| &command.words).map(|word| word.value.as_str()).collect();
    words.iter().enumerate().find_map(|(at, word)| match word.strip_prefix(flag)? {
        "" => words.get(at + 1).copied(),
        rest => rest.strip_prefix('='),
    })
}

/// Whether a mount keeps the path. Docker puts an anonymous volume at the path that the image declares as VOLUME, unless
/// something is mounted right there; a mount further up then holds nothing.
fn is_kept(model: &Model, service: &Service, data: &DataPath, path: &str) -> bool {
    let accepted = data.also_accepted.iter().any(|accepted| {
        mounts::cover(model, service, accepted)
            .is_some_and(|mount| clean(&mount.target.value) == *accepted && mounts::is_persistent(model, mount))
    });
    if accepted {
        return true;
    }
    let Some(mount) = mounts::cover(model, service, path) else { return false };
    let hidden = data
        .volume
        .as_deref()
        .is_some_and(|volume| mounts::is_inside(path, volume) && !mounts::is_inside(&mount.target.value, volume));
    mounts::is_persistent(model, mount) && !hidden
}

/// Places in containers that hold configuration, scripts, logs, certificates or copies, not the data of a server.
const NOT_DATA: [&str; 22] = [
    "/etc",
    "/docker-entrypoint",
    "/var/log",
    "/logs",
    "/log",
    "/tmp",
    "/run",
    "/var/run",
    "/backup",
    "/backups",
    "/dump",
    "/dumps",
    "/scripts",
    "/script",
    "/init",
    "/certs",
    "/ssl",
    "/usr/local",
    "/usr/share/zoneinfo",
    "/import",
    "/plugins",
    "/sql",
];

/// Whether a mount looks as if the data were meant to be in it: it lasts, it is a directory, and its names say data.
fn is_meant_for_data(model: &Model, service: &Service, image: &Image, mount: &Mount) -> bool {
    let target = mount.target.value.as_str();
    let elsewhere = is_elsewhere(target);
    let last = target.rsplit('/').next().unwrap_or("");
    let is_file = last.contains('.') && !last.starts_with('.');
    if !mounts::is_persistent(model, mount) || mount.read_only || elsewhere || is_file {
        return false;
    }
    let other = [
        "cert", "certs", "tls", "ssl", "keys", "conf", "config", "configs", "log", "logs", "init", "backup", "backups",
    ];
    let names = |text: &str, words: &[&str]| {
        text.to_ascii_lowercase().split(['/', '-', '_', '.']).any(|word| words.contains(&word))
    };
    if names(target, &other) || matches!(&mount.kind, MountKind::Volume(name) if names(name, &other)) {
        return false;
    }
    let words =
        ["data", "db", "database", "store", "storage", "lib", "mysql", "postgres", "postgresql", "pgdata", "mongo"];
    let has_word = |text: &str| {
        let lower = text.to_ascii_lowercase();
        lower.split(['/', '-', '_', '.']).any(|word| words.contains(&word) || word.ends_with("data"))
    };
    // A directory named after the software, on both sides: `./redis:/srv/redis`.
    let is_named_after = |path: &str| last_step(path) == image.name || last_step(path) == service.name;
    match &mount.kind {
        MountKind::Volume(name) => has_word(name) || has_word(target) || name.contains(&service.name),
        MountKind::Bind(_) => {
            let source = mount.source.as_ref().map_or("", |source| source.value.as_str());
            has_word(target) || has_word(last_step(source)) || is_named_after(target) && is_named_after(source)
        }
        MountKind::Unknown => has_word(target),
        _ => false,
    }
}

/// Whether a directory of the host is for more than one server's data: another mount shows it, or a part of it.
fn is_common(model: &Model, service: &Service, mount: &Mount) -> bool {
    let MountKind::Bind(source) = &mount.kind else { return false };
    let shows = |other: &Mount| matches!(&other.kind, MountKind::Bind(path) if mounts::is_inside(path, source));
    let other = |one: &Service, other: &Mount| one.name != service.name || other.place != mount.place;
    model.services.values().any(|one| one.mounts.iter().any(|second| other(one, second) && shows(second)))
}

/// The last step of a path: those before it name the machine, not the mount.
fn last_step(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    #[test]
    fn a_command_names_a_path_with_or_without_its_engine() {
        let check = |word: &str, expect: Option<&str>| assert_eq!(path_in(word).as_deref(), expect, "{word}");
        check("/data", Some("/data"));
        check("rocksdb:/db_data/data.db", Some("/db_data/data.db"));
        check("surrealkv:///data", Some("/data"));
        check("start", None);
        check("127.0.0.1:/x", None);
    }

    #[test]
    fn who_names_its_mount_keeps_its_data_there() {
        let check = |value: &str, expect: usize| {
            let text = format!(
                "services:\n  db: {{image: 'postgres:17', volumes: ['kept:/data'], environment: {{X: '{value}'}}}}\nvolumes: {{kept: {{}}}}\n"
            );
            with_facts(&text, |facts| assert_eq!(unkept(facts.model, &|_, _| false).len(), expect, "{value}"));
        };
        check("/data", 0);
        check("dir=/data/db", 0);
        check("/data2", 1);
        check("/database/log", 1);
        check("/dat{a,b}", 0);
        check("/other{1...4}", 1);
        check("/{a,b}", 1);
        check("{a,b}", 1);
    }
}
