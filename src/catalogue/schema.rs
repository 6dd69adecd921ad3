//! The types that a file of `rules/images` is read into, here and by the build script.

use serde::Deserialize;

pub(crate) use super::setting::VariableSetting;
use super::tag::{TagRange, Tagged};
pub(crate) use embedded::*;
pub(crate) use needs::*;

#[path = "embedded.rs"]
mod embedded;
#[path = "needs.rs"]
mod needs;

/// An image and the rebuilds that behave as it does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// The name of the file, without `.yaml`.
    pub(crate) name: String,
    /// Where it can be pulled from: names without tag; Docker Hub names without registry and without `library/`.
    pub(crate) repositories: Vec<String>,
    /// What it is for.
    pub(crate) role: ImageRole,
    /// Whether its facts were checked against its documentation or Dockerfile. What follows from others is less sure.
    #[serde(default = "checked")]
    pub(crate) checked: bool,
    /// What comes before the version inside its tags: `pg` of `0.8.0-pg17`. Without it a tag begins with the version.
    pub(crate) version_prefix: Option<String>,
    /// Whether `latest` has moved to another line of versions of late: a tag without a version (and prefix) may be any.
    #[serde(default)]
    pub(crate) latest_unclear: bool,
    /// The directory that its program starts in.
    pub(crate) working_dir: Option<String>,
    /// The user that its program runs as, where the container does not start as root.
    pub(crate) user: Option<String>,
    /// Directories that it has besides those of its data.
    #[serde(default)]
    pub(crate) directories: Vec<String>,
    /// Files that it has and that people replace.
    #[serde(default)]
    pub(crate) files: Vec<String>,
    /// Where it keeps its data.
    #[serde(default)]
    pub(crate) data: Vec<DataPath>,
    /// What it listens on when nothing is configured.
    #[serde(default)]
    pub(crate) ports: Vec<ImagePort>,
    /// The ports that must not be reachable from outside.
    #[serde(default)]
    pub(crate) exposure: Vec<ExposedPorts>,
    /// Whether it requires authentication.
    #[serde(default)]
    pub(crate) login: Vec<Login>,
    /// Variables it refuses to start without.
    #[serde(default)]
    pub(crate) required: Vec<Required>,
    /// Values of variables that it refuses.
    #[serde(default)]
    pub(crate) refused: Vec<VariableSetting>,
    /// Variables that people set and that it does not read, with those that they mean.
    #[serde(default)]
    pub(crate) mistaken: Vec<Mistaken>,
    /// Variables of which none has an effect without the others of its group.
    #[serde(default)]
    pub(crate) together: Vec<Vec<String>>,
    /// Other variables that it reads, for names that are much like them.
    #[serde(default)]
    pub(crate) reads: Vec<String>,
    /// Variables that hold secrets.
    #[serde(default)]
    pub(crate) secrets: Vec<Secret>,
    /// Variables with secrets that it does without: tokens that are used once, keys of services that it may join.
    #[serde(default)]
    pub(crate) optional: Vec<String>,
    /// Keys it makes anew with each container, which ends sessions and tokens: each the variables of which one keeps it.
    #[serde(default)]
    pub(crate) session_secrets: Vec<Vec<String>>,
    /// Users, passwords and databases it makes.
    #[serde(default)]
    pub(crate) defaults: Defaults,
    /// Programs a healthcheck may want to run, and whether they are in the image.
    #[serde(default)]
    pub(crate) programs: Vec<Programs>,
    /// Whether the image has its own HEALTHCHECK; unknown if absent.
    pub(crate) healthcheck: Option<bool>,
    /// The port that its HEALTHCHECK asks, whatever port the server is given.
    #[serde(default)]
    pub(crate) healthcheck_port: Vec<CheckedPort>,
    /// A good `healthcheck.test`, written as in a Compose file (`$$` for a dollar sign).
    #[serde(default)]
    pub(crate) healthcheck_test: Vec<String>,
    /// Embedded databases (SQLite, H2) it keeps its state in by default.
    #[serde(default)]
    pub(crate) sqlite: Vec<Sqlite>,
    /// Set if its database lives in memory unless something says otherwise.
    pub(crate) in_memory: Option<InMemory>,
    /// Its use of an NVIDIA GPU.
    pub(crate) gpu: Option<Gpu>,
    /// How it reaches Docker's API, if it is of no use without.
    pub(crate) engine: Option<EngineAccess>,
    /// What it needs in a container that is hardened.
    #[serde(default)]
    pub(crate) hardening: Vec<Hardening>,
    /// The configuration that it reads.
    pub(crate) configuration: Option<ConfigurationFiles>,
    /// Where it keeps certificates and keys of its ACME account: paths that a volume belongs at.
    #[serde(default)]
    pub(crate) certificates: Vec<String>,
    /// Where the facts come from: pages of documentation and files of public repositories.
    pub(crate) sources: Vec<String>,
}

fn checked() -> bool {
    true
}

/// What an image is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ImageRole {
    /// Keeps data that exist nowhere else.
    Datastore,
    /// Keeps copies that can be made again.
    Cache,
    /// Passes messages on.
    Broker,
    /// Indexes data for search.
    Search,
    /// Hands requests on to other services.
    Proxy,
    /// Manages other services: whoever reaches it commands them.
    Admin,
    /// What people use.
    Application,
    /// Collects and shows measurements, logs and traces.
    Monitoring,
    /// Does a task next to others.
    Tool,
    /// A language or an operating system: nothing follows from it.
    Base,
}

/// A path in the container that holds data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataPath {
    /// The tags it holds for.
    pub(crate) tags: Option<TagRange>,
    /// Where a volume belongs.
    pub(crate) path: String,
    /// The variable whose value is used in place of `path`.
    pub(crate) variable: Option<String>,
    /// Options of the command that name another path (`--datadir`).
    #[serde(default)]
    pub(crate) flags: Vec<String>,
    /// Options of the command that name a configuration, which may name another path.
    #[serde(default)]
    pub(crate) configured_by: Vec<String>,
    /// Files of the configuration, and the setting there that names another path.
    #[serde(default)]
    pub(crate) moved_in: Vec<Moving>,
    /// Another path, where variables make the image drop its own configuration.
    pub(crate) otherwise: Option<Otherwise>,
    /// A directory of the image's user, to which `variable` can move them: a volume at the path itself belongs to root.
    pub(crate) own: Option<String>,
    /// Whether the command itself names the path, as in `server /data`: `path` is then only the custom.
    #[serde(default)]
    pub(crate) in_command: bool,
    /// The path the image declares as VOLUME and which holds this one: a mount of a parent of it does not keep the data.
    pub(crate) volume: Option<String>,
    /// Whether the data lie in a folder named after the hostname: without `hostname`, a new container does not find them.
    #[serde(default)]
    pub(crate) by_hostname: bool,
    /// Settings with which the image keeps nothing there, but in an object store, say.
    #[serde(default)]
    pub(crate) elsewhere: Vec<VariableSetting>,
    /// What is lost with it.
    pub(crate) keeps: Keeps,
    /// Options of the command without which nothing is written there: a cache that they make persistent.
    #[serde(default)]
    pub(crate) asked_by: Vec<String>,
    /// Other mount points that keep the data.
    #[serde(default)]
    pub(crate) also_accepted: Vec<String>,
    /// Mount points that look right and are not.
    #[serde(default)]
    pub(crate) wrong: Vec<WrongMount>,
}

/// A setting in a file that moves data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Moving {
    /// The file, by its path in the container.
    pub(crate) file: String,
    /// The setting, as its line begins.
    pub(crate) setting: String,
}

/// The path that an image has once one of some variables is set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Otherwise {
    /// The variables.
    pub(crate) with: Vec<String>,
    /// The path.
    pub(crate) path: String,
}

/// What is lost with a path.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Keeps {
    /// Data that exist nowhere else.
    Persistent,
    /// What can be made or fetched again, or nothing at all unless it is told to keep something.
    Cache,
}

/// A mount point that looks right and is not.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrongMount {
    /// The mount point.
    pub(crate) path: String,
    /// What comes of it.
    pub(crate) effect: WrongMountEffect,
}

/// What comes of a mount at a wrong place.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WrongMountEffect {
    /// The image refuses to start.
    Refused,
    /// The data do not go there.
    Ignored,
}

/// A port of the container.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImagePort {
    /// The tags it holds for.
    pub(crate) tags: Option<TagRange>,
    /// Its number.
    pub(crate) port: u16,
    /// Its transport.
    #[serde(default)]
    pub(crate) protocol: Transport,
    /// What is spoken there, in a word: `database`, `http`, `admin`, `metrics`, `amqp` …
    pub(crate) purpose: String,
    /// The address it binds by default, if that is not all of them.
    pub(crate) listen: Option<String>,
    /// The variable that changes the number (or the address with it).
    pub(crate) variable: Option<String>,
    /// Options of the command that change the number (or the address with it).
    #[serde(default)]
    pub(crate) flags: Vec<String>,
    /// What opens it if it is not open by itself: an option of the command, `NAME=value`, or a word of the tag.
    #[serde(default)]
    pub(crate) opened_by: Vec<String>,
    /// Whether nothing else opens it.
    #[serde(default)]
    pub(crate) closed_otherwise: bool,
    /// Holds only for tags with this word.
    pub(crate) only: Option<String>,
    /// Holds only for tags without these words.
    #[serde(default)]
    pub(crate) except: Vec<String>,
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Transport {
    #[default]
    Tcp,
    Udp,
}

/// Ports that must not be reachable from outside.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExposedPorts {
    /// The ports, all of them listed under `ports` too.
    pub(crate) ports: Vec<u16>,
    /// What comes after them.
    pub(crate) kind: ExposureKind,
    /// What whoever reaches them can do: one short clause.
    pub(crate) why: String,
    /// Whether others are meant to reach them as long as they are asked who they are: devices send to a broker.
    #[serde(default)]
    pub(crate) unless_guarded: bool,
}

/// What comes after a port that must not be reachable from outside.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExposureKind {
    /// A database or another store.
    Datastore,
    /// A cache.
    Cache,
    /// A message broker or a coordination service.
    Broker,
    /// A search engine.
    Search,
    /// An interface that commands other services.
    Admin,
}

impl ExposureKind {
    /// The word for it in a message.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ExposureKind::Datastore => "datastore",
            ExposureKind::Cache => "cache",
            ExposureKind::Broker => "broker",
            ExposureKind::Search => "search engine",
            ExposureKind::Admin => "admin interface",
        }
    }
}

/// Whether an image requires authentication.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// The tags it holds for.
    pub(crate) tags: Option<TagRange>,
    /// Whether it does when nothing is configured.
    pub(crate) default: bool,
    /// Variables that switch it on: any of them does.
    #[serde(default)]
    pub(crate) on: Vec<VariableSetting>,
    /// Variables that switch it off: any of them does.
    #[serde(default)]
    pub(crate) off: Vec<VariableSetting>,
    /// Variables that make everyone an administrator then.
    #[serde(default)]
    pub(crate) commands: Vec<VariableSetting>,
    /// Options of the command that switch it on (`--requirepass`).
    #[serde(default)]
    pub(crate) on_flags: Vec<String>,
    /// Options of the command that switch it off.
    #[serde(default)]
    pub(crate) off_flags: Vec<String>,
}

/// Variables of which an image needs one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Required {
    /// The tags it holds for.
    pub(crate) tags: Option<TagRange>,
    /// Holds only if this is set.
    pub(crate) given: Option<VariableSetting>,
    /// Any of these is enough.
    pub(crate) any_of: Vec<VariableSetting>,
    /// A mount at or below one of these paths may bring what the variables would: then it is not known to refuse.
    #[serde(default)]
    pub(crate) unless_mounted: Vec<String>,
    /// When it refuses.
    #[serde(default)]
    pub(crate) when: RequiredWhen,
}

/// When an image refuses to start.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RequiredWhen {
    /// At each start.
    #[default]
    EveryStart,
    /// As long as its data directory is empty.
    FirstStart,
}

/// A variable that an image does not read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mistaken {
    /// Its name.
    pub(crate) name: String,
    /// The one that is meant.
    pub(crate) meant: String,
}

/// A variable that holds a secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secret {
    /// The variable.
    pub(crate) name: String,
    /// The variable that takes the path of a file with the secret instead (`POSTGRES_PASSWORD_FILE`).
    pub(crate) file: Option<String>,
}

/// Users, passwords and databases an image makes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defaults {
    /// The accounts, the one for applications last.
    #[serde(default)]
    pub(crate) accounts: Vec<Account>,
    /// The databases (buckets, vhosts, keyspaces).
    #[serde(default)]
    pub(crate) databases: Vec<ImageValue>,
}

/// A user and its password.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    /// Its name; none if there is only a password.
    pub(crate) user: Option<ImageValue>,
    /// Its password.
    pub(crate) password: ImageValue,
    /// A mount at, above or below one of these paths may bring another password.
    #[serde(default)]
    pub(crate) unless_mounted: Vec<String>,
}

/// A value an image takes from variables.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageValue {
    /// The variables that set it, the one that wins first; fixed if none.
    #[serde(default)]
    pub(crate) variables: Vec<String>,
    /// Options of the command that set it (`--requirepass`).
    #[serde(default)]
    pub(crate) flags: Vec<String>,
    /// What it is if none is set.
    pub(crate) value: Option<String>,
    /// The variable whose effective value it has if none is set.
    pub(crate) same_as: Option<String>,
}

/// Programs of an image.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Programs {
    /// The tags it holds for.
    pub(crate) tags: Option<TagRange>,
    /// Holds only for tags with this word (`alpine` in `17-alpine3.20`).
    pub(crate) only: Option<String>,
    /// Holds only for tags without these words.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// Those that are there.
    #[serde(default)]
    pub(crate) has: Vec<String>,
    /// Those that are not.
    #[serde(default)]
    pub(crate) lacks: Vec<String>,
}

macro_rules! tagged {
    ($($fact:ty),*) => {
        $(impl Tagged for $fact {
            fn tags(&self) -> Option<&TagRange> {
                self.tags.as_ref()
            }
        })*
    };
}
tagged!(DataPath, ImagePort, Login, Required, Programs, Sqlite, Hardening, CheckedPort);
