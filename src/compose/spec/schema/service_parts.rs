//! The shapes of what is in a service: mounts, ports, networks, health checks, hooks, dependencies.

use super::shape::{
    AllowedNames, BOOL, COMMAND, DURATION, EntryStyle, FLAG, INTEGER_OR_TEXT, Mapping, NAME_SET, NUMBER,
    NUMBER_OR_TEXT, OPTIONS, PAIRS, Scalars, SchemaKey, SchemaShape, Struct, TEXT, TEXT_OR_TEXTS, TEXT_SET, Table,
    TextRule, key,
};

/// `configs` and `secrets` of a service, `secrets` of a build: names, or settings.
pub(crate) static GRANTS: SchemaShape = SchemaShape::list(&GRANT, EntryStyle::Joined);
static GRANT: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).or_map(Mapping::Struct(&GRANT_STRUCT));
static GRANT_STRUCT: Struct = Struct::new(
    "a grant of a secret or config",
    &[
        key("gid", &TEXT, "Group that owns the file; a string, so quote numbers"),
        key("mode", &NUMBER_OR_TEXT, "Octal permissions of the file, such as `0440`"),
        key("source", &TEXT, "Name of the top-level secret or config"),
        key("target", &TEXT, "Container path; default `/run/secrets/NAME` or `/NAME`"),
        key("uid", &TEXT, "User that owns the file; a string, so quote numbers"),
    ],
);

/// `ports`.
pub(crate) static PORTS: SchemaShape = SchemaShape::set(&PORT, EntryStyle::Joined);
static PORT: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT.or(Scalars::NUMBER)).or_map(Mapping::Struct(&PORT_STRUCT));
static PORT_STRUCT: Struct = Struct::new(
    "a port",
    &[
        key("app_protocol", &TEXT, "Application protocol, such as `http`").since(2, 25, 0),
        key("host_ip", &TEXT, "Host address to bind; default: all addresses"),
        key("mode", &TEXT, "`host` publishes on each node, `ingress` load-balances across the swarm"),
        key("name", &TEXT, "Human-readable name").since(2, 25, 0),
        key("protocol", &TEXT, "`tcp` or `udp`"),
        key("published", &INTEGER_OR_TEXT, "Host port, or a range as a string; default: a free port"),
        key("target", &INTEGER_OR_TEXT, "Container port"),
    ],
);

/// `volumes` of a service.
pub(crate) static MOUNTS: SchemaShape = SchemaShape::set(&MOUNT, EntryStyle::Joined);
static MOUNT: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).or_map(Mapping::Struct(&MOUNT_STRUCT));
static MOUNT_STRUCT: Struct = Struct::new(
    "a mount",
    &[
        key("bind", &BIND, "Options of a bind mount"),
        key("consistency", &TEXT, "Consistency requirement; depends on the platform"),
        key("image", &IMAGE_MOUNT, "Options of an image mount").since(2, 35, 0),
        key("read_only", &FLAG, "Mounts it read-only"),
        key("source", &TEXT, "Host path, volume or image to mount"),
        key("target", &TEXT, "Container path"),
        key("tmpfs", &TMPFS, "Options of a tmpfs mount"),
        key("type", &MOUNT_TYPE, "`volume`, `bind`, `tmpfs`, `image`, `npipe` or `cluster`"),
        key("volume", &VOLUME_MOUNT, "Options of a volume mount"),
    ],
)
.required(&["type"]);
static MOUNT_TYPE: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT)
    .text(TextRule::Words(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"]));
static BIND: SchemaShape = SchemaShape::structure(&BIND_STRUCT);
static BIND_STRUCT: Struct = Struct::new(
    "`bind`",
    &[
        key("create_host_path", &FLAG, "Creates a directory if the source does not exist"),
        key("propagation", &TEXT, "Mount propagation between host and container"),
        key("recursive", &BIND_RECURSIVE, "How nested mounts of the source are handled").since(2, 30, 0),
        key("selinux", &BIND_SELINUX, "SELinux label: `z` (shared) or `Z` (private)").since(2, 3, 0),
    ],
);
static BIND_RECURSIVE: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::Words(&["enabled", "disabled", "writable", "readonly"]));
static BIND_SELINUX: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::Words(&["z", "Z"]));
static VOLUME_MOUNT: SchemaShape = SchemaShape::structure(&VOLUME_MOUNT_STRUCT);
static VOLUME_MOUNT_STRUCT: Struct = Struct::new(
    "`volume`",
    &[
        key("labels", &PAIRS, "Labels of a volume that is created for the mount").since(2, 35, 0),
        key("nocopy", &FLAG, "Does not populate a new volume with data from the image"),
        key("subpath", &TEXT, "Path inside the volume to mount").since(2, 25, 0),
    ],
);
static TMPFS: SchemaShape = SchemaShape::structure(&TMPFS_STRUCT);
static TMPFS_STRUCT: Struct = Struct::new(
    "`tmpfs`",
    &[
        key("mode", &NUMBER_OR_TEXT, "Octal permissions of the directory").since(2, 14, 0),
        key("size", &TMPFS_SIZE, "Size in bytes, or as `64m`"),
    ],
);
static TMPFS_SIZE: SchemaShape = SchemaShape::from_scalars(Scalars::INTEGER.or(Scalars::TEXT)).within(0, i64::MAX);
static IMAGE_MOUNT: SchemaShape = SchemaShape::structure(&IMAGE_MOUNT_STRUCT);
static IMAGE_MOUNT_STRUCT: Struct = Struct::new("`image`", &[key("subpath", &TEXT, "Path inside the image to mount")]);

/// `devices` of a service.
pub(crate) static DEVICES: SchemaShape = SchemaShape::list(&DEVICE, EntryStyle::Joined);
static DEVICE: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).or_map(Mapping::Struct(&DEVICE_STRUCT));
static DEVICE_STRUCT: Struct = Struct::new(
    "a device",
    &[
        key("permissions", &TEXT, "Cgroup permissions: read, write, mknod (`rwm`)").since(2, 29, 3),
        key("source", &TEXT, "Path of the device on the host").since(2, 29, 3),
        key("target", &TEXT, "Path of the device in the container").since(2, 29, 3),
    ],
)
.required(&["source"]);

/// `depends_on`: names, or names with conditions.
pub(crate) static DEPENDS_ON: SchemaShape = SchemaShape::table(&DEPENDENCY_TABLE).or_set(&TEXT, EntryStyle::Names);
static DEPENDENCY_TABLE: Table =
    Table { title: "a service", names: AllowedNames::Word, closed: true, value: &DEPENDENCY };
static DEPENDENCY: SchemaShape = SchemaShape::structure(&DEPENDENCY_STRUCT);
static DEPENDENCY_STRUCT: Struct = Struct::new(
    "a dependency",
    &[
        key(
            "condition",
            &CONDITION,
            "Condition for this service to start: started, healthy, or completed successfully",
        ),
        key("required", &BOOL, "Whether a missing dependency is an error").since(2, 20, 0),
        key("restart", &FLAG, "Restarts this service when Compose restarts the dependency").since(2, 17, 0),
    ],
)
.required(&["condition"]);
static CONDITION: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::Words(&[
    "service_started",
    "service_healthy",
    "service_completed_successfully",
]));

/// `networks` of a service: names, or names with settings.
pub(crate) static ATTACHMENTS: SchemaShape = SchemaShape::table(&ATTACHMENT_TABLE).or_set(&TEXT, EntryStyle::Names);
static ATTACHMENT_TABLE: Table =
    Table { title: "a network", names: AllowedNames::Word, closed: true, value: &ATTACHMENT };
static ATTACHMENT: SchemaShape = SchemaShape::from_scalars(Scalars::NULL).or_map(Mapping::Struct(&ATTACHMENT_STRUCT));
static ATTACHMENT_STRUCT: Struct = Struct::new(
    "a network of a service",
    &[
        key("aliases", &NAME_SET, "Additional hostnames of the service on this network"),
        key("driver_opts", &OPTIONS, "Options of the driver").since(2, 27, 1),
        key("gw_priority", &NUMBER, "The network with the highest priority provides the default gateway")
            .since(2, 33, 0),
        key("interface_name", &TEXT, "Name of the interface in the container").since(2, 36, 0),
        key("ipv4_address", &TEXT, "Fixed IPv4 address; requires a subnet on the network"),
        key("ipv6_address", &TEXT, "Fixed IPv6 address; requires a subnet on the network"),
        key("link_local_ips", &TEXT_SET, "Link-local addresses"),
        key("mac_address", &TEXT, "A fixed MAC address on this network").since(2, 23, 2),
        key("priority", &NUMBER, "Order in which networks are joined, highest first"),
    ],
);

/// `models` of a service: names, or names with settings.
pub(crate) static USED_MODELS: SchemaShape = SchemaShape::table(&USED_MODEL_TABLE).or_set(&TEXT, EntryStyle::Names);
static USED_MODEL_TABLE: Table =
    Table { title: "a model", names: AllowedNames::Word, closed: false, value: &USED_MODEL };
static USED_MODEL: SchemaShape = SchemaShape::from_scalars(Scalars::NULL).or_map(Mapping::Struct(&USED_MODEL_STRUCT));
static USED_MODEL_STRUCT: Struct = Struct::new(
    "a model of a service",
    &[
        key("endpoint_var", &TEXT, "Environment variable for the URL of the model"),
        key("model_var", &TEXT, "Environment variable for the name of the model").since(2, 38, 1),
    ],
);

/// `healthcheck`.
pub(crate) static HEALTHCHECK: SchemaShape = SchemaShape::structure(&HEALTHCHECK_STRUCT);
/// The settings of a health check.
pub(crate) static HEALTHCHECK_STRUCT: Struct = Struct::new(
    "`healthcheck`",
    &[
        key("disable", &FLAG, "Disables the image's own healthcheck"),
        key("interval", &DURATION, "Time between checks, such as `30s`"),
        key("retries", &NUMBER_OR_TEXT, "Number of consecutive failures before the container is unhealthy"),
        key("start_interval", &DURATION, "Time between checks during the start period").since(2, 20, 2),
        key("start_period", &DURATION, "Time after the start during which failures do not count"),
        key(
            "test",
            &TEXT_OR_TEXTS,
            "The command: a string for the shell, or a list that starts with `CMD`, `CMD-SHELL` or `NONE`",
        ),
        key("timeout", &DURATION, "Timeout of a single check"),
    ],
);

/// `env_file`: a path, or paths with settings.
pub(crate) static ENV_FILE: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).or_list(&ENV_FILE_ITEM, EntryStyle::Words);
static ENV_FILE_ITEM: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).or_map(Mapping::Struct(&ENV_FILE_STRUCT));
static ENV_FILE_STRUCT: Struct = Struct::new(
    "an `env_file`",
    &[
        key("format", &TEXT, "`raw` takes values literally, without quotes and interpolation").since(2, 30, 0),
        key("path", &TEXT, "Path of the env file; relative to this file").since(2, 24, 0),
        key("required", &FLAG, "Whether a missing file is an error").since(2, 24, 0),
    ],
)
.required(&["path"])
.without_extensions();

/// `extends`: a service of this file, or one of another.
pub(crate) static EXTENDS: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).or_map(Mapping::Struct(&EXTENDS_STRUCT));
static EXTENDS_STRUCT: Struct = Struct::new(
    "`extends`",
    &[
        key("file", &TEXT, "File that defines the other service; default: this file"),
        key("service", &TEXT, "Name of the other service"),
    ],
)
.required(&["service"])
.without_extensions();

static HOOK_KEYS: &[SchemaKey] = &[
    key("command", &COMMAND, "Command to run"),
    key("environment", &PAIRS, "Environment variables of the command"),
    key("privileged", &FLAG, "Runs with full privileges"),
    key("user", &TEXT, "User to run as"),
    key("working_dir", &TEXT, "Working directory"),
];
/// A command that is run in a running container.
pub(crate) static HOOK: SchemaShape = SchemaShape::structure(&HOOK_STRUCT);
static HOOK_STRUCT: Struct = Struct::new("a hook", HOOK_KEYS).required(&["command"]);
/// `post_start`, `pre_stop`.
pub(crate) static HOOKS: SchemaShape = SchemaShape::list(&HOOK, EntryStyle::Words);
/// `pre_start`.
pub(crate) static PRE_START_HOOKS: SchemaShape = SchemaShape::list(&PRE_START_HOOK, EntryStyle::Words);
static PRE_START_HOOK: SchemaShape = SchemaShape::structure(&PRE_START_HOOK_STRUCT);
static PRE_START_HOOK_STRUCT: Struct = Struct::new(
    "a hook",
    &[
        key("command", &COMMAND, "Command to run; default: the image's command"),
        key("environment", &PAIRS, "Environment variables of the command"),
        key("image", &TEXT, "Image to run; default: the service's image"),
        key(
            "per_replica",
            &FLAG,
            "Runs before each container instead of once per service; docker compose 5.5 still rejects it",
        ),
        key("privileged", &FLAG, "Runs with full privileges"),
        key("user", &TEXT, "User to run as"),
        key("working_dir", &TEXT, "Working directory"),
    ],
);

/// `logging`.
pub(crate) static LOGGING: SchemaShape = SchemaShape::structure(&LOGGING_STRUCT);
/// The settings of logging.
pub(crate) static LOGGING_STRUCT: Struct = Struct::new(
    "`logging`",
    &[
        key("driver", &TEXT, "Logging driver: `json-file`, `local`, `syslog`, `journald` …"),
        key("options", &LOG_OPTIONS, "Options of the driver, such as `max-size`"),
    ],
);
static LOG_OPTION: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::NULL)).quotable();
static LOG_OPTION_TABLE: Table =
    Table { title: "an option", names: AllowedNames::OneLine, closed: false, value: &LOG_OPTION };
static LOG_OPTIONS: SchemaShape = SchemaShape::table(&LOG_OPTION_TABLE);

/// `provider`.
pub(crate) static PROVIDER: SchemaShape = SchemaShape::structure(&PROVIDER_STRUCT);
static PROVIDER_STRUCT: Struct = Struct::new(
    "`provider`",
    &[
        key("options", &PROVIDER_OPTIONS, "Options of the provider"),
        key("type", &TEXT, "Program that manages the service instead of Compose"),
    ],
)
.required(&["type"]);
static PROVIDER_SCALAR: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::BOOL));
static PROVIDER_OPTION: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::BOOL))
    .or_list(&PROVIDER_SCALAR, EntryStyle::Words);
static PROVIDER_TABLE: Table =
    Table { title: "an option", names: AllowedNames::OneLine, closed: false, value: &PROVIDER_OPTION };
static PROVIDER_OPTIONS: SchemaShape = SchemaShape::table(&PROVIDER_TABLE);

/// `credential_spec`.
pub(crate) static CREDENTIAL_SPEC: SchemaShape = SchemaShape::structure(&CREDENTIAL_SPEC_STRUCT);
static CREDENTIAL_SPEC_STRUCT: Struct = Struct::new(
    "`credential_spec`",
    &[
        key("config", &TEXT, "Config that contains the credential specification"),
        key("file", &TEXT, "File that contains the credential specification"),
        key("registry", &TEXT, "Windows registry key that contains the credential specification"),
    ],
);

/// `blkio_config`.
pub(crate) static BLKIO: SchemaShape = SchemaShape::structure(&BLKIO_STRUCT);
static BLKIO_STRUCT: Struct = Struct::new(
    "`blkio_config`",
    &[
        key("device_read_bps", &RATES, "Maximum bytes per second read from a device"),
        key("device_read_iops", &RATES, "Maximum reads per second from a device"),
        key("device_write_bps", &RATES, "Maximum bytes per second written to a device"),
        key("device_write_iops", &RATES, "Maximum writes per second to a device"),
        key("weight", &INTEGER_OR_TEXT, "Block I/O weight relative to other containers, 10 to 1000"),
        key("weight_device", &WEIGHTS, "Block I/O weight for a single device"),
    ],
)
.without_extensions();
static RATES: SchemaShape = SchemaShape::list(&RATE, EntryStyle::Words);
static RATE: SchemaShape = SchemaShape::structure(&RATE_STRUCT);
static RATE_STRUCT: Struct = Struct::new(
    "a rate",
    &[
        key("path", &TEXT, "The device, such as `/dev/sda`"),
        key("rate", &INTEGER_OR_TEXT, "Bytes or operations per second"),
    ],
)
.without_extensions();
static WEIGHTS: SchemaShape = SchemaShape::list(&WEIGHT, EntryStyle::Words);
static WEIGHT: SchemaShape = SchemaShape::structure(&WEIGHT_STRUCT);
static WEIGHT_STRUCT: Struct = Struct::new(
    "a weight",
    &[key("path", &TEXT, "The device, such as `/dev/sda`"), key("weight", &INTEGER_OR_TEXT, "The weight, 10 to 1000")],
)
.without_extensions();
