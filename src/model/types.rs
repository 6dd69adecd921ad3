//! The types of the model. Every value that a rule may point at is [`Spanned`].

use std::sync::Arc;

use crate::budget::Budget;
use crate::catalogue::ImageMatch;
use crate::collections::IndexMap;
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Part, Step};
use crate::model::HostAddress;
use crate::source::Place;

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spanned<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it is written; a part of a scalar where the value is a part (the target in `./data:/data`).
    pub(crate) place: Place,
    /// How it got here; empty for what is simply in the file. Only then may a fix edit it.
    pub(crate) via: Few<Step>,
    /// For interpolated text, which bytes came from where.
    pub(crate) parts: Few<Part>,
}

impl<T> Spanned<T> {
    /// A value that is simply at a place.
    pub(crate) fn new(value: T, place: Place) -> Spanned<T> {
        Spanned { value, place, via: Few::new(), parts: Few::new() }
    }

    /// The same place and way with another value.
    pub(crate) fn with<U>(&self, value: U) -> Spanned<U> {
        Spanned { value, place: self.place, via: self.via.clone(), parts: Few::new() }
    }

    /// Whether a variable's value (or default) is in the text.
    pub(crate) fn is_interpolated(&self) -> bool {
        self.parts.iter().any(|part| part.variable.is_some())
    }
}

/// A project after loading: the services of active profiles and what they use.
#[derive(Clone, Debug)]
pub struct Model {
    /// The project's name.
    pub(crate) name: String,
    /// The directory that relative paths start from.
    pub(crate) directory: std::path::PathBuf,
    /// Services of active profiles, by name, in the order of the files.
    pub(crate) services: IndexMap<String, Service>,
    /// Services that no active profile enables.
    pub(crate) disabled: IndexMap<String, Service>,
    /// Networks declared at top level, the implicit `default` included where a service uses it.
    pub(crate) networks: IndexMap<String, Network>,
    /// Volumes declared at top level.
    pub(crate) volumes: IndexMap<String, Volume>,
    /// Secrets declared at top level.
    pub(crate) secrets: IndexMap<String, FileObject>,
    /// Configs declared at top level.
    pub(crate) configs: IndexMap<String, FileObject>,
    /// A place for findings about the project as a whole: the `services` key, or the start of the first file.
    pub(crate) place: Place,
    /// What the project may cost.
    pub(crate) budget: Arc<Budget>,
}

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// Where its name is written as a key.
    pub(crate) key: Place,
    /// The whole mapping.
    pub(crate) place: Place,
    /// `profiles`.
    pub(crate) profiles: Vec<Spanned<String>>,
    /// `image`, interpolated; an empty text counts as absent.
    pub(crate) image: Option<Spanned<ImageReference>>,
    /// `build`.
    pub(crate) build: Option<Build>,
    /// `container_name`.
    pub(crate) container_name: Option<Spanned<String>>,
    /// `hostname`.
    pub(crate) hostname: Option<Spanned<String>>,
    /// `domainname`.
    pub(crate) domainname: Option<Spanned<String>>,
    /// `command`, split into words as Compose does; `None` where the image's own runs.
    pub(crate) command: Option<Command>,
    /// `entrypoint`; see `command`.
    pub(crate) entrypoint: Option<Command>,
    /// What reaches the container: `env_file`s and `environment` merged, by name, in the order of their lines.
    pub(crate) environment: IndexMap<String, Variable>,
    /// Where `environment` is written as a key.
    pub(crate) environment_key: Option<Place>,
    /// `env_file` entries.
    pub(crate) env_files: Vec<EnvFile>,
    /// `ports`, ranges expanded.
    pub(crate) ports: Vec<Port>,
    /// Where `ports` is written as a key.
    pub(crate) ports_key: Option<Place>,
    /// `expose`: container ports, with protocol where given.
    pub(crate) expose: Vec<Spanned<String>>,
    /// `volumes` and `tmpfs` entries.
    pub(crate) mounts: Vec<Mount>,
    /// Where `volumes` is written as a key.
    pub(crate) volumes_key: Option<Place>,
    /// `volumes_from`.
    pub(crate) volumes_from: Vec<Spanned<String>>,
    /// `networks` by name, the implicit `default` included; empty under `network_mode`.
    pub(crate) networks: IndexMap<String, Attachment>,
    /// Where `networks` is written as a key; `None` where the `default` network is implied.
    pub(crate) networks_key: Option<Place>,
    /// `network_mode`.
    pub(crate) network_mode: Option<Spanned<String>>,
    /// `links`, as written: `service` or `service:alias`.
    pub(crate) links: Vec<Spanned<String>>,
    /// `external_links`.
    pub(crate) external_links: Vec<Spanned<String>>,
    /// `extra_hosts`: host names and their addresses.
    pub(crate) extra_hosts: Vec<Spanned<(String, String)>>,
    /// `depends_on` by service; what Compose implies from `links`, `network_mode: service:` and the like left out.
    pub(crate) depends_on: IndexMap<String, Dependency>,
    /// `healthcheck`.
    pub(crate) healthcheck: Option<Healthcheck>,
    /// `labels`.
    pub(crate) labels: IndexMap<String, Spanned<String>>,
    /// Where `labels` is written as a key.
    pub(crate) labels_key: Option<Place>,
    /// `deploy.labels`, which only services of a swarm have.
    pub(crate) deploy_labels: IndexMap<String, Spanned<String>>,
    /// Where `deploy.labels` is written as a key.
    pub(crate) deploy_labels_key: Option<Place>,
    /// `secrets` granted to the service.
    pub(crate) secrets: Vec<Grant>,
    /// `configs` granted to the service.
    pub(crate) configs: Vec<Grant>,
    /// `deploy.replicas` or `scale`; `None` means 1.
    pub(crate) replicas: Option<Spanned<i64>>,
    /// `restart`.
    pub(crate) restart: Option<Spanned<String>>,
    /// `deploy.restart_policy.condition`, which wins over `restart`.
    pub(crate) restart_condition: Option<Spanned<String>>,
    /// How it is stopped.
    pub(crate) stop: super::stop::StopSettings,
    /// `user`.
    pub(crate) user: Option<Spanned<String>>,
    /// `working_dir`.
    pub(crate) working_dir: Option<Spanned<String>>,
    /// `privileged`.
    pub(crate) privileged: Option<Spanned<bool>>,
    /// `read_only`.
    pub(crate) read_only: Option<Spanned<bool>>,
    /// `runtime`.
    pub(crate) runtime: Option<Spanned<String>>,
    /// `platform`.
    pub(crate) platform: Option<Spanned<String>>,
    /// GPUs and other devices asked for by `gpus` and by `deploy.resources.reservations.devices`.
    pub(crate) device_requests: Vec<DeviceRequest>,
    /// `devices`: host path, container path, permissions.
    pub(crate) devices: Vec<Spanned<(String, String, String)>>,
    /// The memory limit in bytes: `deploy.resources.limits.memory` or `mem_limit`.
    pub(crate) memory_limit: Option<Spanned<i64>>,
    /// The CPU limit in cores: `deploy.resources.limits.cpus` or `cpus`.
    pub(crate) cpu_limit: Option<Spanned<f64>>,
    /// The size of `/dev/shm` in bytes: `shm_size`.
    pub(crate) shm_size: Option<Spanned<i64>>,
    /// `logging`.
    pub(crate) logging: Option<Logging>,
    /// `init`.
    pub(crate) init: Option<Spanned<bool>>,
    /// What ties the container to the host or sets it free.
    pub(crate) isolation: Isolation,
    /// The type of the `provider` that stands in for a container.
    pub(crate) provider: Option<Spanned<String>>,
    /// What the configuration file of its server says; `None` until it is read, and where there is none.
    pub(crate) configured: Option<super::configured::ServerConfiguration>,
}

/// The namespaces and privileges of a container.
#[derive(Clone, Debug, Default)]
pub(crate) struct Isolation {
    /// `cap_add`.
    pub(crate) cap_add: Vec<Spanned<String>>,
    /// `cap_drop`.
    pub(crate) cap_drop: Vec<Spanned<String>>,
    /// `security_opt`.
    pub(crate) security_opt: Vec<Spanned<String>>,
    /// `group_add`.
    pub(crate) group_add: Vec<Spanned<String>>,
    /// `pid`.
    pub(crate) pid: Option<Spanned<String>>,
    /// `ipc`.
    pub(crate) ipc: Option<Spanned<String>>,
    /// `uts`.
    pub(crate) uts: Option<Spanned<String>>,
    /// `userns_mode`.
    pub(crate) userns_mode: Option<Spanned<String>>,
    /// `cgroup`.
    pub(crate) cgroup: Option<Spanned<String>>,
}

/// `logging`.
#[derive(Clone, Debug)]
pub(crate) struct Logging {
    /// Where the `logging` key is written.
    pub(crate) key: Place,
    /// `driver`.
    pub(crate) driver: Option<Spanned<String>>,
    /// `options`.
    pub(crate) options: IndexMap<String, Spanned<String>>,
}

/// An image reference, split; nothing is added that is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageReference {
    /// The whole text.
    pub(crate) text: String,
    /// Registry and path without tag and digest, as written: `docker.io/library/postgres`, `ghcr.io/a/b`.
    pub(crate) repository: String,
    /// The tag, if written and not empty.
    pub(crate) tag: Option<String>,
    /// The digest (`sha256:…`), if written.
    pub(crate) digest: Option<String>,
    /// What the catalogue says of the repository.
    pub(crate) known: Option<ImageMatch>,
}

/// `build`.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    /// Where the `build` key is written.
    pub(crate) key: Place,
    /// The context directory, absolute, or a URL.
    pub(crate) context: Option<Spanned<String>>,
    /// The Dockerfile, relative to the context.
    pub(crate) dockerfile: Option<Spanned<String>>,
    /// `dockerfile_inline`.
    pub(crate) inline: Option<Spanned<String>>,
    /// `target`.
    pub(crate) target: Option<Spanned<String>>,
    /// `args`.
    pub(crate) args: IndexMap<String, Spanned<Option<String>>>,
    /// What the Dockerfile makes; `None` until it is read, and where it cannot be.
    pub(crate) image: Option<super::built::BuiltImage>,
}

/// A command: its words, and whether a shell-like string was split to get them.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// The whole value.
    pub(crate) place: Place,
    /// The words; each with its own place where the command is a list, the whole string's otherwise.
    pub(crate) words: Vec<Spanned<String>>,
}

/// Where the value of an environment variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VariableSource {
    /// The service's `environment`.
    Environment,
    /// An `env_file`.
    EnvFile,
}

/// A variable that reaches a container.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// Where its name is written: the key, or the whole `KEY=value` item or line.
    pub(crate) key: Place,
    /// Its value; `None` for a bare `KEY` that nothing resolves (Compose then removes it), and for one that is not known.
    pub(crate) value: Option<Spanned<String>>,
    /// Whether it has a value that the checkout does not say.
    pub(crate) is_unknown: bool,
    /// The value of one that is not known, with nothing in the place of what is missing: `db://app:@db:5432/app`.
    pub(crate) with_gaps: Option<Box<Spanned<String>>>,
    /// Whether an example shows it, in place of an env file that the checkout lacks.
    pub(crate) is_assumed: bool,
    /// Where it comes from.
    pub(crate) source: VariableSource,
}

/// An entry of `env_file`.
#[derive(Clone, Debug)]
pub(crate) struct EnvFile {
    /// The path, absolute.
    pub(crate) path: Spanned<String>,
    /// Whether Compose rejects the project when it is absent.
    pub(crate) required: bool,
    /// Whether it was there and was read.
    pub(crate) loaded: bool,
}

/// One published or merely mapped port.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    /// The whole entry.
    pub(crate) place: Place,
    /// How the entry got here; empty for what is simply in the file.
    pub(crate) via: Few<Step>,
    /// The part of the entry that names the host's side (`127.0.0.1:8080`, `published:`), or the whole entry.
    pub(crate) host_place: Place,
    /// The part of the entry that names the container's port, or the whole entry.
    pub(crate) target_place: Place,
    /// The host address; `None` means all.
    pub(crate) host_ip: Option<HostAddress>,
    /// Which bytes of the host's side came from where.
    pub(crate) host_parts: Few<Part>,
    /// The published port or range (first, last); `None` where Docker chooses one.
    pub(crate) published: Option<(u16, u16)>,
    /// The container's port.
    pub(crate) target: u16,
    /// `tcp`, `udp` or `sctp`.
    pub(crate) protocol: String,
    /// Which bytes of a short-form entry came from variables.
    pub(crate) parts: Few<Part>,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum MountKind {
    /// A path of the host, absolute.
    Bind(String),
    /// A path of the host, or a volume: a variable without a value names it, or nothing does.
    Unknown,
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
pub(crate) struct Mount {
    /// The whole entry.
    pub(crate) place: Place,
    /// How the entry got here; empty for what is simply in the file.
    pub(crate) via: Few<Step>,
    /// What is mounted.
    pub(crate) kind: MountKind,
    /// The source, a path of the host made absolute; `None` for anonymous volumes, tmpfs and what is not known.
    pub(crate) source: Option<Spanned<String>>,
    /// The path in the container, cleaned as Compose cleans it.
    pub(crate) target: Spanned<String>,
    /// Whether the container cannot write to it.
    pub(crate) read_only: bool,
    /// `volume.subpath`.
    pub(crate) subpath: Option<String>,
    /// Whether Docker must not make a source that is missing (`bind.create_host_path: false`).
    pub(crate) must_exist: bool,
    /// `bind.propagation`.
    pub(crate) propagation: Option<Spanned<String>>,
    /// What follows the path of a `tmpfs` entry: `size=64m,exec`.
    pub(crate) options: Option<Spanned<String>>,
}

/// A service's place on a network.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    /// Where the network is named.
    pub(crate) place: Place,
    /// `aliases`.
    pub(crate) aliases: Vec<Spanned<String>>,
    /// `ipv4_address`.
    pub(crate) ipv4_address: Option<Spanned<String>>,
    /// `ipv6_address`.
    pub(crate) ipv6_address: Option<Spanned<String>>,
}

/// An entry of `depends_on`.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    /// Where the service is named.
    pub(crate) place: Place,
    /// `service_started`, `service_healthy` or `service_completed_successfully`.
    pub(crate) condition: Spanned<String>,
    /// Whether the dependency must exist.
    pub(crate) required: bool,
}

/// `healthcheck`.
#[derive(Clone, Debug)]
pub(crate) struct Healthcheck {
    /// Where the `healthcheck` key is written.
    pub(crate) key: Place,
    /// The test, first word `CMD`, `CMD-SHELL` or `NONE`; empty where only times are set.
    pub(crate) test: Vec<Spanned<String>>,
    /// Whether it is switched off (`disable: true` or `NONE`).
    pub(crate) disabled: bool,
}

/// A secret or config granted to a service.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// The whole entry.
    pub(crate) place: Place,
    /// The key of the secret or config.
    pub(crate) source: Spanned<String>,
    /// The path in the container; `None` for the default.
    pub(crate) target: Option<Spanned<String>>,
}

/// How many devices a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeviceCount {
    /// All of the host's (`count: all`, `-1`, or neither `count` nor `device_ids`).
    All,
    /// This many.
    Number(i64),
    /// These, by id.
    Ids(Vec<String>),
}

/// A request for devices.
#[derive(Clone, Debug)]
pub(crate) struct DeviceRequest {
    /// The request, or the `count` or `device_ids` in it where one is written.
    pub(crate) place: Place,
    /// How the request got here.
    pub(crate) via: Few<Step>,
    /// `driver`, if written.
    pub(crate) driver: Option<String>,
    /// `capabilities`; `gpu` is among them for `gpus`, as docker compose adds it when it makes the container.
    pub(crate) capabilities: Vec<String>,
    /// How many.
    pub(crate) count: DeviceCount,
}

/// A network at top level.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    /// Where its name is written as a key; for the implied `default`, the `services` key.
    pub(crate) key: Place,
    /// Whether it is written at all.
    pub(crate) declared: bool,
    /// Its real name: `name:`, or the project's name before the key.
    pub(crate) name: Spanned<String>,
    /// Whether another project makes it.
    pub(crate) external: bool,
    /// Whether it has no way out.
    pub(crate) internal: bool,
    /// `driver`.
    pub(crate) driver: Option<Spanned<String>>,
    /// `ipam.config`.
    pub(crate) pools: Vec<AddressPool>,
}

/// A range of addresses of a network.
#[derive(Clone, Debug)]
pub(crate) struct AddressPool {
    /// `subnet`.
    pub(crate) subnet: Option<Spanned<String>>,
    /// `gateway`.
    pub(crate) gateway: Option<Spanned<String>>,
    /// Whether `ip_range` says which part of the subnet containers get.
    pub(crate) has_range: bool,
}

/// A volume at top level.
#[derive(Clone, Debug)]
pub(crate) struct Volume {
    /// Where its name is written as a key.
    pub(crate) key: Place,
    /// Its real name.
    pub(crate) name: Spanned<String>,
    /// Whether another project makes it.
    pub(crate) external: bool,
    /// `driver`.
    pub(crate) driver: Option<Spanned<String>>,
    /// `driver_opts`.
    pub(crate) driver_opts: IndexMap<String, Spanned<String>>,
}

impl Volume {
    /// Whether it is kept in memory: the local driver with `driver_opts` `type: tmpfs`.
    pub(crate) fn is_tmpfs(&self) -> bool {
        let local = self.driver.as_ref().is_none_or(|driver| driver.value == "local");
        local && self.driver_opts.get("type").is_some_and(|kind| kind.value == "tmpfs")
    }
}

/// A secret or a config at top level.
#[derive(Clone, Debug)]
pub(crate) struct FileObject {
    /// Where its name is written as a key.
    pub(crate) key: Place,
    /// `file`, absolute.
    pub(crate) file: Option<Spanned<String>>,
    /// `environment`.
    pub(crate) environment: Option<Spanned<String>>,
    /// `content`.
    pub(crate) content: Option<Spanned<String>>,
    /// Whether it is made elsewhere.
    pub(crate) external: bool,
}
