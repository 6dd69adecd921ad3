//! The types of the model. Every value that a rule may point at is [`Spanned`].

use indexmap::IndexMap;

use crate::finding::Place;
use crate::project::few::Few;
use crate::project::value::{Part, Step};

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written; a part of a scalar where the value is a part (the target in `./data:/data`).
    pub place: Place,
    /// How it got here; empty for what simply stands in the file. Only then may a fix edit it.
    pub via: Few<Step>,
    /// For interpolated text, which bytes came from where.
    pub parts: Few<Part>,
}

impl<T> Spanned<T> {
    /// A value that simply stands at a place.
    pub fn new(value: T, place: Place) -> Spanned<T> {
        Spanned { value, place, via: Few::new(), parts: Few::new() }
    }

    /// The same place and way with another value.
    pub fn with<U>(&self, value: U) -> Spanned<U> {
        Spanned { value, place: self.place, via: self.via.clone(), parts: Few::new() }
    }

    /// Whether a variable's value (or default) is in the text.
    pub fn is_interpolated(&self) -> bool {
        self.parts.iter().any(|part| part.variable.is_some())
    }
}

/// A project after loading: the services of active profiles and what they use.
#[derive(Clone, Debug)]
pub struct Model {
    /// The project's name.
    pub name: String,
    /// The directory that relative paths start from.
    pub directory: std::path::PathBuf,
    /// Services of active profiles, by name, in the order of the files.
    pub services: IndexMap<String, Service>,
    /// Services that no active profile enables.
    pub disabled: IndexMap<String, Service>,
    /// Networks declared at top level, the implicit `default` included where a service uses it.
    pub networks: IndexMap<String, Network>,
    /// Volumes declared at top level.
    pub volumes: IndexMap<String, Volume>,
    /// Secrets declared at top level.
    pub secrets: IndexMap<String, FileObject>,
    /// Configs declared at top level.
    pub configs: IndexMap<String, FileObject>,
    /// A place for findings about the project as a whole: the `services` key, or the start of the first file.
    pub place: Place,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Where its name is written as a key.
    pub key: Place,
    /// The whole mapping.
    pub place: Place,
    /// `profiles`.
    pub profiles: Vec<Spanned<String>>,
    /// `image`, interpolated; an empty text counts as absent.
    pub image: Option<Spanned<ImageReference>>,
    /// `build`.
    pub build: Option<Build>,
    /// `container_name`.
    pub container_name: Option<Spanned<String>>,
    /// `hostname`.
    pub hostname: Option<Spanned<String>>,
    /// `domainname`.
    pub domainname: Option<Spanned<String>>,
    /// `command`, split into words as Compose does; `None` where the image's own runs.
    pub command: Option<Command>,
    /// `entrypoint`; see `command`.
    pub entrypoint: Option<Command>,
    /// What reaches the container: `env_file`s and `environment` merged, by name, in the order of their lines.
    pub environment: IndexMap<String, Variable>,
    /// Where `environment` is written as a key.
    pub environment_key: Option<Place>,
    /// `env_file` entries.
    pub env_files: Vec<EnvFile>,
    /// `ports`, ranges expanded.
    pub ports: Vec<Port>,
    /// Where `ports` is written as a key.
    pub ports_key: Option<Place>,
    /// `expose`: container ports, with protocol where given.
    pub expose: Vec<Spanned<String>>,
    /// `volumes` and `tmpfs` entries.
    pub mounts: Vec<Mount>,
    /// Where `volumes` is written as a key.
    pub volumes_key: Option<Place>,
    /// `volumes_from`.
    pub volumes_from: Vec<Spanned<String>>,
    /// `networks` by name, the implicit `default` included; empty under `network_mode`.
    pub networks: IndexMap<String, Attachment>,
    /// Where `networks` is written as a key; `None` where the `default` network is implied.
    pub networks_key: Option<Place>,
    /// `network_mode`.
    pub network_mode: Option<Spanned<String>>,
    /// `links`, as written: `service` or `service:alias`.
    pub links: Vec<Spanned<String>>,
    /// `external_links`.
    pub external_links: Vec<Spanned<String>>,
    /// `extra_hosts`: host names and their addresses.
    pub extra_hosts: Vec<Spanned<(String, String)>>,
    /// `depends_on` by service; what Compose implies from `links`, `network_mode: service:` and the like left out.
    pub depends_on: IndexMap<String, Dependency>,
    /// `healthcheck`.
    pub healthcheck: Option<Healthcheck>,
    /// `labels`.
    pub labels: IndexMap<String, Spanned<String>>,
    /// `secrets` granted to the service.
    pub secrets: Vec<Grant>,
    /// `configs` granted to the service.
    pub configs: Vec<Grant>,
    /// `deploy.replicas` or `scale`; `None` means 1.
    pub replicas: Option<Spanned<i64>>,
    /// `restart`.
    pub restart: Option<Spanned<String>>,
    /// `deploy.restart_policy.condition`, which wins over `restart`.
    pub restart_condition: Option<Spanned<String>>,
    /// `user`.
    pub user: Option<Spanned<String>>,
    /// `working_dir`.
    pub working_dir: Option<Spanned<String>>,
    /// `privileged`.
    pub privileged: Option<Spanned<bool>>,
    /// `read_only`.
    pub read_only: Option<Spanned<bool>>,
    /// `runtime`.
    pub runtime: Option<Spanned<String>>,
    /// `platform`.
    pub platform: Option<Spanned<String>>,
    /// GPUs and other devices asked for by `gpus` and by `deploy.resources.reservations.devices`.
    pub device_requests: Vec<DeviceRequest>,
    /// `devices`: host path, container path, permissions.
    pub devices: Vec<Spanned<(String, String, String)>>,
    /// The memory limit in bytes: `deploy.resources.limits.memory` or `mem_limit`.
    pub memory_limit: Option<Spanned<i64>>,
    /// The CPU limit in cores: `deploy.resources.limits.cpus` or `cpus`.
    pub cpu_limit: Option<Spanned<f64>>,
    /// The size of `/dev/shm` in bytes: `shm_size`.
    pub shm_size: Option<Spanned<i64>>,
    /// `logging`.
    pub logging: Option<Logging>,
    /// `init`.
    pub init: Option<Spanned<bool>>,
    /// What ties the container to the host or sets it free.
    pub isolation: Isolation,
    /// The type of the `provider` that stands in for a container.
    pub provider: Option<Spanned<String>>,
}

/// The namespaces and privileges of a container.
#[derive(Clone, Debug, Default)]
pub struct Isolation {
    /// `cap_add`.
    pub cap_add: Vec<Spanned<String>>,
    /// `cap_drop`.
    pub cap_drop: Vec<Spanned<String>>,
    /// `security_opt`.
    pub security_opt: Vec<Spanned<String>>,
    /// `group_add`.
    pub group_add: Vec<Spanned<String>>,
    /// `pid`.
    pub pid: Option<Spanned<String>>,
    /// `ipc`.
    pub ipc: Option<Spanned<String>>,
    /// `uts`.
    pub uts: Option<Spanned<String>>,
    /// `userns_mode`.
    pub userns_mode: Option<Spanned<String>>,
    /// `cgroup`.
    pub cgroup: Option<Spanned<String>>,
}

/// `logging`.
#[derive(Clone, Debug)]
pub struct Logging {
    /// Where the `logging` key is written.
    pub key: Place,
    /// `driver`.
    pub driver: Option<Spanned<String>>,
    /// `options`.
    pub options: IndexMap<String, Spanned<String>>,
}

/// An image reference, split; nothing is added that is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// The whole text.
    pub text: String,
    /// Registry and path without tag and digest, as written: `docker.io/library/postgres`, `ghcr.io/a/b`.
    pub repository: String,
    /// The tag, if written and not empty.
    pub tag: Option<String>,
    /// The digest (`sha256:…`), if written.
    pub digest: Option<String>,
}

/// `build`.
#[derive(Clone, Debug)]
pub struct Build {
    /// Where the `build` key is written.
    pub key: Place,
    /// The context directory, absolute, or a URL.
    pub context: Option<Spanned<String>>,
    /// The Dockerfile, relative to the context.
    pub dockerfile: Option<Spanned<String>>,
    /// `dockerfile_inline`.
    pub inline: Option<Spanned<String>>,
    /// `target`.
    pub target: Option<Spanned<String>>,
    /// `args`.
    pub args: IndexMap<String, Spanned<Option<String>>>,
    /// What the Dockerfile makes; `None` until it is read, and where it cannot be.
    pub image: Option<super::built::BuiltImage>,
}

/// A command: its words, and whether a shell-like string was split to get them.
#[derive(Clone, Debug)]
pub struct Command {
    /// The whole value.
    pub place: Place,
    /// The words; each with its own place where the command is a list, the whole string's otherwise.
    pub words: Vec<Spanned<String>>,
}

/// Where the value of an environment variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableSource {
    /// The service's `environment`.
    Environment,
    /// An `env_file`.
    EnvFile,
}

/// A variable that reaches a container.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Where its name is written: the key, or the whole `KEY=value` item or line.
    pub key: Place,
    /// Its value; `None` for a bare `KEY` that nothing resolves (Compose then removes it).
    pub value: Option<Spanned<String>>,
    /// Where it comes from.
    pub source: VariableSource,
}

/// An entry of `env_file`.
#[derive(Clone, Debug)]
pub struct EnvFile {
    /// The path, absolute.
    pub path: Spanned<String>,
    /// Whether Compose rejects the project when it is absent.
    pub required: bool,
    /// Whether it was there and was read.
    pub loaded: bool,
}

/// One published or merely mapped port.
#[derive(Clone, Debug)]
pub struct Port {
    /// The whole entry.
    pub place: Place,
    /// How the entry got here; empty for what simply stands in the file.
    pub via: Few<Step>,
    /// The part of the entry that names the host's side (`127.0.0.1:8080`, `published:`), or the whole entry.
    pub host_place: Place,
    /// The part of the entry that names the container's port, or the whole entry.
    pub target_place: Place,
    /// The host address; `None` means all.
    pub host_ip: Option<String>,
    /// Which bytes of the host's side came from where.
    pub host_parts: Few<Part>,
    /// The published port or range (first, last); `None` where Docker chooses one.
    pub published: Option<(u16, u16)>,
    /// The container's port.
    pub target: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// Which bytes of a short-form entry came from variables.
    pub parts: Few<Part>,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MountKind {
    /// A path of the host, absolute.
    Bind(String),
    /// A volume declared at top level, by its key there.
    Volume(String),
    /// A volume without a name, which the next `down -v` or re-creation loses.
    Anonymous,
    /// Memory.
    Tmpfs,
    /// An image, a named pipe, a cluster volume: its type.
    Other(String),
}

/// An entry of `volumes` or `tmpfs`.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The whole entry.
    pub place: Place,
    /// How the entry got here; empty for what simply stands in the file.
    pub via: Few<Step>,
    /// What is mounted.
    pub kind: MountKind,
    /// The source, a path of the host made absolute, and where it is written; `None` for anonymous volumes and tmpfs.
    pub source: Option<Spanned<String>>,
    /// The path in the container, cleaned as Compose cleans it.
    pub target: Spanned<String>,
    /// Whether the container cannot write to it.
    pub read_only: bool,
    /// `volume.subpath`.
    pub subpath: Option<String>,
    /// Whether Docker must not make a source that is missing (`bind.create_host_path: false`).
    pub must_exist: bool,
    /// `bind.propagation`.
    pub propagation: Option<Spanned<String>>,
    /// What follows the path of a `tmpfs` entry: `size=64m,exec`.
    pub options: Option<Spanned<String>>,
}

/// A service's place on a network.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Where the network is named.
    pub place: Place,
    /// `aliases`.
    pub aliases: Vec<Spanned<String>>,
    /// `ipv4_address`.
    pub ipv4_address: Option<Spanned<String>>,
}

/// An entry of `depends_on`.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// Where the service is named.
    pub place: Place,
    /// `service_started`, `service_healthy` or `service_completed_successfully`.
    pub condition: Spanned<String>,
    /// Whether the dependency must exist.
    pub required: bool,
}

/// `healthcheck`.
#[derive(Clone, Debug)]
pub struct Healthcheck {
    /// Where the `healthcheck` key is written.
    pub key: Place,
    /// The test, first word `CMD`, `CMD-SHELL` or `NONE`; empty where only times are set.
    pub test: Vec<Spanned<String>>,
    /// Whether it is switched off (`disable: true` or `NONE`).
    pub disabled: bool,
}

/// A secret or config granted to a service.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The whole entry.
    pub place: Place,
    /// The key of the secret or config.
    pub source: Spanned<String>,
    /// The path in the container; `None` for the default.
    pub target: Option<Spanned<String>>,
}

/// How many devices a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceCount {
    /// All of the host's (`count: all`, `-1`, or neither `count` nor `device_ids`).
    All,
    /// This many.
    Number(i64),
    /// These, by id.
    Ids(Vec<String>),
}

/// A request for devices.
#[derive(Clone, Debug)]
pub struct DeviceRequest {
    /// The request, or the `count` or `device_ids` in it where one is written.
    pub place: Place,
    /// How the request got here.
    pub via: Few<Step>,
    /// `driver`, if written.
    pub driver: Option<String>,
    /// `capabilities`; `gpu` is among them for `gpus`, as docker compose adds it when it makes the container.
    pub capabilities: Vec<String>,
    /// How many.
    pub count: DeviceCount,
}

/// A network at top level.
#[derive(Clone, Debug)]
pub struct Network {
    /// Where its name is written as a key; for the implied `default`, the `services` key.
    pub key: Place,
    /// Whether it is written at all.
    pub declared: bool,
    /// Its real name: `name:`, or the project's name before the key.
    pub name: Spanned<String>,
    /// Whether another project makes it.
    pub external: bool,
    /// Whether it has no way out.
    pub internal: bool,
    /// `driver`.
    pub driver: Option<Spanned<String>>,
}

/// A volume at top level.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Where its name is written as a key.
    pub key: Place,
    /// Its real name.
    pub name: Spanned<String>,
    /// Whether another project makes it.
    pub external: bool,
    /// `driver`.
    pub driver: Option<Spanned<String>>,
    /// `driver_opts`.
    pub driver_opts: IndexMap<String, Spanned<String>>,
}

impl Volume {
    /// Whether it is kept in memory: the local driver with `driver_opts` `type: tmpfs`.
    pub fn is_tmpfs(&self) -> bool {
        let local = self.driver.as_ref().is_none_or(|driver| driver.value == "local");
        local && self.driver_opts.get("type").is_some_and(|kind| kind.value == "tmpfs")
    }
}

/// A secret or a config at top level.
#[derive(Clone, Debug)]
pub struct FileObject {
    /// Where its name is written as a key.
    pub key: Place,
    /// `file`, absolute.
    pub file: Option<Spanned<String>>,
    /// `environment`.
    pub environment: Option<Spanned<String>>,
    /// `content`.
    pub content: Option<Spanned<String>>,
    /// Whether it is made elsewhere.
    pub external: bool,
}
