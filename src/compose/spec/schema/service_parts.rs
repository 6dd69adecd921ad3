//! The shapes of what stands in a service: mounts, ports, networks, health checks, hooks, dependencies.

use super::shape::{
    BOOL, COMMAND, DURATION, EntryStyle, FLAG, INTEGER_OR_TEXT, Key, Mapping, NAME_SET, NUMBER, NUMBER_OR_TEXT, Names,
    OPTIONS, PAIRS, Scalars, Shape, Struct, TEXT, TEXT_OR_TEXTS, TEXT_SET, Table, TextRule, key,
};

/// `configs` and `secrets` of a service, `secrets` of a build: names, or settings.
pub(crate) static GRANTS: Shape = Shape::list(&GRANT, EntryStyle::Joined);
static GRANT: Shape = Shape::of(Scalars::TEXT).or_map(Mapping::Struct(&GRANT_STRUCT));
static GRANT_STRUCT: Struct = Struct::new(
    "a grant of a secret or config",
    &[
        key("gid", &TEXT, "Group that owns the file; text, so quote numbers"),
        key("mode", &NUMBER_OR_TEXT, "Permissions of the file, in octal, such as `0440`"),
        key("source", &TEXT, "Name at top level"),
        key("target", &TEXT, "Path in the container; `/run/secrets/NAME` or `/NAME` if not given"),
        key("uid", &TEXT, "User that owns the file; text, so quote numbers"),
    ],
);

/// `ports`.
pub(crate) static PORTS: Shape = Shape::set(&PORT, EntryStyle::Joined);
static PORT: Shape = Shape::of(Scalars::TEXT.or(Scalars::NUMBER)).or_map(Mapping::Struct(&PORT_STRUCT));
static PORT_STRUCT: Struct = Struct::new(
    "a port",
    &[
        key("app_protocol", &TEXT, "What is spoken on the port, such as `http`").since(2, 25, 0),
        key("host_ip", &TEXT, "Address of the host to listen on; all of them if not given"),
        key("mode", &TEXT, "`host` publishes on the node, `ingress` on the whole swarm"),
        key("name", &TEXT, "A name for people").since(2, 25, 0),
        key("protocol", &TEXT, "`tcp` or `udp`"),
        key("published", &INTEGER_OR_TEXT, "Port of the host, or a range as text; any free one if not given"),
        key("target", &INTEGER_OR_TEXT, "Port of the container"),
    ],
);

/// `volumes` of a service.
pub(crate) static MOUNTS: Shape = Shape::set(&MOUNT, EntryStyle::Joined);
static MOUNT: Shape = Shape::of(Scalars::TEXT).or_map(Mapping::Struct(&MOUNT_STRUCT));
static MOUNT_STRUCT: Struct = Struct::new(
    "a mount",
    &[
        key("bind", &BIND, "Settings of a bind mount"),
        key("consistency", &TEXT, "How strictly host and container must agree; depends on the platform"),
        key("image", &IMAGE_MOUNT, "Settings of an image mount").since(2, 35, 0),
        key("read_only", &FLAG, "Mounts it read-only"),
        key("source", &TEXT, "Path of the host, volume or image that is mounted"),
        key("target", &TEXT, "Path in the container"),
        key("tmpfs", &TMPFS, "Settings of a mount in memory"),
        key("type", &MOUNT_TYPE, "`volume`, `bind`, `tmpfs`, `image`, `npipe` or `cluster`"),
        key("volume", &VOLUME_MOUNT, "Settings of a volume mount"),
    ],
)
.required(&["type"]);
static MOUNT_TYPE: Shape =
    Shape::of(Scalars::TEXT).text(TextRule::Words(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"]));
static BIND: Shape = Shape::structure(&BIND_STRUCT);
static BIND_STRUCT: Struct = Struct::new(
    "`bind`",
    &[
        key("create_host_path", &FLAG, "Makes a directory of a source that is missing"),
        key("propagation", &TEXT, "How mounts below it spread between host and container"),
        key("recursive", &BIND_RECURSIVE, "What happens to mounts below the source").since(2, 30, 0),
        key("selinux", &BIND_SELINUX, "SELinux label: `z` shared, `Z` private").since(2, 3, 0),
    ],
);
static BIND_RECURSIVE: Shape =
    Shape::of(Scalars::TEXT).text(TextRule::Words(&["enabled", "disabled", "writable", "readonly"]));
static BIND_SELINUX: Shape = Shape::of(Scalars::TEXT).text(TextRule::Words(&["z", "Z"]));
static VOLUME_MOUNT: Shape = Shape::structure(&VOLUME_MOUNT_STRUCT);
static VOLUME_MOUNT_STRUCT: Struct = Struct::new(
    "`volume`",
    &[
        key("labels", &PAIRS, "Labels of a volume that is made for the mount").since(2, 35, 0),
        key("nocopy", &FLAG, "Does not fill a new volume with what the image has there"),
        key("subpath", &TEXT, "Path in the volume that is mounted").since(2, 25, 0),
    ],
);
static TMPFS: Shape = Shape::structure(&TMPFS_STRUCT);
static TMPFS_STRUCT: Struct = Struct::new(
    "`tmpfs`",
    &[
        key("mode", &NUMBER_OR_TEXT, "Permissions of the directory, in octal").since(2, 14, 0),
        key("size", &TMPFS_SIZE, "Size in bytes, or as `64m`"),
    ],
);
static TMPFS_SIZE: Shape = Shape::of(Scalars::INTEGER.or(Scalars::TEXT)).within(0, i64::MAX);
static IMAGE_MOUNT: Shape = Shape::structure(&IMAGE_MOUNT_STRUCT);
static IMAGE_MOUNT_STRUCT: Struct =
    Struct::new("`image`", &[key("subpath", &TEXT, "Path in the image that is mounted")]);

/// `devices` of a service.
pub(crate) static DEVICES: Shape = Shape::list(&DEVICE, EntryStyle::Joined);
static DEVICE: Shape = Shape::of(Scalars::TEXT).or_map(Mapping::Struct(&DEVICE_STRUCT));
static DEVICE_STRUCT: Struct = Struct::new(
    "a device",
    &[
        key("permissions", &TEXT, "What the container may do: read, write, make nodes (`rwm`)").since(2, 29, 3),
        key("source", &TEXT, "Path of the device on the host").since(2, 29, 3),
        key("target", &TEXT, "Path of the device in the container").since(2, 29, 3),
    ],
)
.required(&["source"]);

/// `depends_on`: names, or names with conditions.
pub(crate) static DEPENDS_ON: Shape = Shape::table(&DEPENDENCY_TABLE).or_set(&TEXT, EntryStyle::Names);
static DEPENDENCY_TABLE: Table = Table { title: "a service", names: Names::Word, closed: true, value: &DEPENDENCY };
static DEPENDENCY: Shape = Shape::structure(&DEPENDENCY_STRUCT);
static DEPENDENCY_STRUCT: Struct = Struct::new(
    "a dependency",
    &[
        key("condition", &CONDITION, "What must hold before this service starts: started, healthy, or ended well"),
        key("required", &BOOL, "Whether it is an error that the other service is not there").since(2, 20, 0),
        key("restart", &FLAG, "Restarts this service when Compose restarts the other").since(2, 17, 0),
    ],
)
.required(&["condition"]);
static CONDITION: Shape = Shape::of(Scalars::TEXT).text(TextRule::Words(&[
    "service_started",
    "service_healthy",
    "service_completed_successfully",
]));

/// `networks` of a service: names, or names with settings.
pub(crate) static ATTACHMENTS: Shape = Shape::table(&ATTACHMENT_TABLE).or_set(&TEXT, EntryStyle::Names);
static ATTACHMENT_TABLE: Table = Table { title: "a network", names: Names::Word, closed: true, value: &ATTACHMENT };
static ATTACHMENT: Shape = Shape::of(Scalars::NULL).or_map(Mapping::Struct(&ATTACHMENT_STRUCT));
static ATTACHMENT_STRUCT: Struct = Struct::new(
    "a network of a service",
    &[
        key("aliases", &NAME_SET, "More host names of the service on this network"),
        key("driver_opts", &OPTIONS, "Settings for the driver").since(2, 27, 1),
        key("gw_priority", &NUMBER, "The network with the highest one gives the default gateway").since(2, 33, 0),
        key("interface_name", &TEXT, "Name of the interface in the container").since(2, 36, 0),
        key("ipv4_address", &TEXT, "A fixed IPv4 address; the network needs a subnet"),
        key("ipv6_address", &TEXT, "A fixed IPv6 address; the network needs a subnet"),
        key("link_local_ips", &TEXT_SET, "Link-local addresses"),
        key("mac_address", &TEXT, "A fixed MAC address on this network").since(2, 23, 2),
        key("priority", &NUMBER, "Networks are joined from the highest down"),
    ],
);

/// `models` of a service: names, or names with settings.
pub(crate) static USED_MODELS: Shape = Shape::table(&USED_MODEL_TABLE).or_set(&TEXT, EntryStyle::Names);
static USED_MODEL_TABLE: Table = Table { title: "a model", names: Names::Word, closed: false, value: &USED_MODEL };
static USED_MODEL: Shape = Shape::of(Scalars::NULL).or_map(Mapping::Struct(&USED_MODEL_STRUCT));
static USED_MODEL_STRUCT: Struct = Struct::new(
    "a model of a service",
    &[
        key("endpoint_var", &TEXT, "Variable that gets the URL of the model"),
        key("model_var", &TEXT, "Variable that gets the name of the model").since(2, 38, 1),
    ],
);

/// `healthcheck`.
pub(crate) static HEALTHCHECK: Shape = Shape::structure(&HEALTHCHECK_STRUCT);
/// The settings of a health check.
pub(crate) static HEALTHCHECK_STRUCT: Struct = Struct::new(
    "`healthcheck`",
    &[
        key("disable", &FLAG, "Switches off the check that the image brings"),
        key("interval", &DURATION, "Time between checks, such as `30s`"),
        key("retries", &NUMBER_OR_TEXT, "How many checks must fail in a row before it counts as unhealthy"),
        key("start_interval", &DURATION, "Time between checks during the start period").since(2, 20, 2),
        key("start_period", &DURATION, "Time at the start in which failures do not count"),
        key(
            "test",
            &TEXT_OR_TEXTS,
            "The command: text for a shell, or a list that starts with `CMD`, `CMD-SHELL` or `NONE`",
        ),
        key("timeout", &DURATION, "Time that one check may take"),
    ],
);

/// `env_file`: a path, or paths with settings.
pub(crate) static ENV_FILE: Shape = Shape::of(Scalars::TEXT).or_list(&ENV_FILE_ITEM, EntryStyle::Words);
static ENV_FILE_ITEM: Shape = Shape::of(Scalars::TEXT).or_map(Mapping::Struct(&ENV_FILE_STRUCT));
static ENV_FILE_STRUCT: Struct = Struct::new(
    "an `env_file`",
    &[
        key("format", &TEXT, "`raw` takes values as they stand; otherwise quotes and variables are read")
            .since(2, 30, 0),
        key("path", &TEXT, "The file; relative to this file").since(2, 24, 0),
        key("required", &FLAG, "Whether it is an error that the file is missing").since(2, 24, 0),
    ],
)
.required(&["path"])
.without_extensions();

/// `extends`: a service of this file, or one of another.
pub(crate) static EXTENDS: Shape = Shape::of(Scalars::TEXT).or_map(Mapping::Struct(&EXTENDS_STRUCT));
static EXTENDS_STRUCT: Struct = Struct::new(
    "`extends`",
    &[
        key("file", &TEXT, "File of the other service; this one if not given"),
        key("service", &TEXT, "Name of the other service"),
    ],
)
.required(&["service"])
.without_extensions();

static HOOK_KEYS: &[Key] = &[
    key("command", &COMMAND, "What is run"),
    key("environment", &PAIRS, "Variables of the command"),
    key("privileged", &FLAG, "Runs it with all privileges"),
    key("user", &TEXT, "User that runs it"),
    key("working_dir", &TEXT, "Directory that it starts in"),
];
/// A command that is run in a running container.
pub(crate) static HOOK: Shape = Shape::structure(&HOOK_STRUCT);
static HOOK_STRUCT: Struct = Struct::new("a hook", HOOK_KEYS).required(&["command"]);
/// `post_start`, `pre_stop`.
pub(crate) static HOOKS: Shape = Shape::list(&HOOK, EntryStyle::Words);
/// `pre_start`.
pub(crate) static PRE_START_HOOKS: Shape = Shape::list(&PRE_START_HOOK, EntryStyle::Words);
static PRE_START_HOOK: Shape = Shape::structure(&PRE_START_HOOK_STRUCT);
static PRE_START_HOOK_STRUCT: Struct = Struct::new(
    "a hook",
    &[
        key("command", &COMMAND, "What is run; the image's own command if not given"),
        key("environment", &PAIRS, "Variables of the command"),
        key("image", &TEXT, "Image that runs it; the service's own if not given"),
        key(
            "per_replica",
            &FLAG,
            "Runs it before each container, not once for the service; docker compose 5.5 refuses it still",
        ),
        key("privileged", &FLAG, "Runs it with all privileges"),
        key("user", &TEXT, "User that runs it"),
        key("working_dir", &TEXT, "Directory that it starts in"),
    ],
);

/// `logging`.
pub(crate) static LOGGING: Shape = Shape::structure(&LOGGING_STRUCT);
/// The settings of logging.
pub(crate) static LOGGING_STRUCT: Struct = Struct::new(
    "`logging`",
    &[
        key("driver", &TEXT, "Where logs go: `json-file`, `local`, `syslog`, `journald` …"),
        key("options", &LOG_OPTIONS, "Settings for the driver, such as `max-size`"),
    ],
);
static LOG_OPTION: Shape = Shape::of(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::NULL)).quotable();
static LOG_OPTION_TABLE: Table = Table { title: "an option", names: Names::OneLine, closed: false, value: &LOG_OPTION };
static LOG_OPTIONS: Shape = Shape::table(&LOG_OPTION_TABLE);

/// `provider`.
pub(crate) static PROVIDER: Shape = Shape::structure(&PROVIDER_STRUCT);
static PROVIDER_STRUCT: Struct = Struct::new(
    "`provider`",
    &[
        key("options", &PROVIDER_OPTIONS, "Settings for the provider"),
        key("type", &TEXT, "Program that runs the service in Compose's stead"),
    ],
)
.required(&["type"]);
static PROVIDER_SCALAR: Shape = Shape::of(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::BOOL));
static PROVIDER_OPTION: Shape =
    Shape::of(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::BOOL)).or_list(&PROVIDER_SCALAR, EntryStyle::Words);
static PROVIDER_TABLE: Table =
    Table { title: "an option", names: Names::OneLine, closed: false, value: &PROVIDER_OPTION };
static PROVIDER_OPTIONS: Shape = Shape::table(&PROVIDER_TABLE);

/// `credential_spec`.
pub(crate) static CREDENTIAL_SPEC: Shape = Shape::structure(&CREDENTIAL_SPEC_STRUCT);
static CREDENTIAL_SPEC_STRUCT: Struct = Struct::new(
    "`credential_spec`",
    &[
        key("config", &TEXT, "Name of the config that holds it"),
        key("file", &TEXT, "File that holds it"),
        key("registry", &TEXT, "Key of the Windows registry that holds it"),
    ],
);

/// `blkio_config`.
pub(crate) static BLKIO: Shape = Shape::structure(&BLKIO_STRUCT);
static BLKIO_STRUCT: Struct = Struct::new(
    "`blkio_config`",
    &[
        key("device_read_bps", &RATES, "Most bytes per second read from a device"),
        key("device_read_iops", &RATES, "Most reads per second from a device"),
        key("device_write_bps", &RATES, "Most bytes per second written to a device"),
        key("device_write_iops", &RATES, "Most writes per second to a device"),
        key("weight", &INTEGER_OR_TEXT, "Share of disk time against other containers, 10 to 1000"),
        key("weight_device", &WEIGHTS, "Share of the time of one device"),
    ],
)
.without_extensions();
static RATES: Shape = Shape::list(&RATE, EntryStyle::Words);
static RATE: Shape = Shape::structure(&RATE_STRUCT);
static RATE_STRUCT: Struct = Struct::new(
    "a rate",
    &[
        key("path", &TEXT, "The device, such as `/dev/sda`"),
        key("rate", &INTEGER_OR_TEXT, "Bytes or operations per second"),
    ],
)
.without_extensions();
static WEIGHTS: Shape = Shape::list(&WEIGHT, EntryStyle::Words);
static WEIGHT: Shape = Shape::structure(&WEIGHT_STRUCT);
static WEIGHT_STRUCT: Struct = Struct::new(
    "a weight",
    &[key("path", &TEXT, "The device, such as `/dev/sda`"), key("weight", &INTEGER_OR_TEXT, "Its share, 10 to 1000")],
)
.without_extensions();
