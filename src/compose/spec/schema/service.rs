//! The shape of a service: all of its keys, one a line.

use super::build::{BUILD, EXTRA_HOSTS, ULIMITS};
use super::deploy::{DEPLOY, DEVELOP, GPUS};
use super::service_parts::{
    ATTACHMENTS, BLKIO, CREDENTIAL_SPEC, DEPENDS_ON, DEVICES, ENV_FILE, EXTENDS, GRANTS, HEALTHCHECK, HOOKS, LOGGING,
    MOUNTS, PORTS, PRE_START_HOOKS, PROVIDER, USED_MODELS,
};
use super::shape::{
    BOOL, COMMAND, DURATION, EntryStyle, FLAG, INTEGER_OR_TEXT, JOINED_SET, Mapping, NAME_SET, NUMBER_OR_TEXT, PAIRS,
    Scalars, SchemaKey, SchemaShape, Struct, TEXT, TEXT_OR_SET, TEXT_OR_TEXTS, TEXT_SET, TextRule, key,
};

/// A service.
pub(crate) static SERVICE: SchemaShape = SchemaShape::structure(&SERVICE_STRUCT);

/// The keys of a service.
pub(crate) static SERVICE_STRUCT: Struct = Struct::new("a service", SERVICE_KEYS);

static CGROUP: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::Words(&["host", "private"]));
static CONTAINER_NAME: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::ContainerName);
static CPU_COUNT: SchemaShape = SchemaShape::from_scalars(Scalars::INTEGER.or(Scalars::TEXT)).within(0, i64::MAX);
static CPU_PERCENT: SchemaShape = SchemaShape::from_scalars(Scalars::INTEGER.or(Scalars::TEXT)).within(0, 100);
static OOM_SCORE_ADJ: SchemaShape = SchemaShape::from_scalars(Scalars::INTEGER.or(Scalars::TEXT)).within(-1000, 1000);
static NUMBER_SET: SchemaShape = SchemaShape::set(&NUMBER_OR_TEXT, EntryStyle::Joined);
static PID: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT.or(Scalars::NULL)).quotable();
static PULL_POLICY: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).text(TextRule::PullPolicy);
static RESTART: SchemaShape =
    SchemaShape::from_scalars(Scalars::TEXT).hint("use `always`, `unless-stopped`, `on-failure` or `\"no\"`");
static FREE_MAP: SchemaShape = SchemaShape::from_scalars(Scalars::NONE).or_map(Mapping::Free);

static SERVICE_KEYS: &[SchemaKey] = &[
    key("annotations", &PAIRS, "Annotations for the container runtime").since(2, 18, 0),
    key("attach", &FLAG, "Whether `docker compose up` shows the logs of the service").since(2, 20, 0),
    key("blkio_config", &BLKIO, "Block I/O limits"),
    key("build", &BUILD, "How the image is built: the path of the context, or a mapping"),
    key("cap_add", &TEXT_SET, "Linux capabilities to add to the default ones"),
    key("cap_drop", &TEXT_SET, "Linux capabilities to drop; `ALL` for all of them"),
    key("cgroup", &CGROUP, "Cgroup namespace: `host` or `private`").since(2, 16, 0),
    key("cgroup_parent", &TEXT, "Parent cgroup of the container"),
    key("command", &COMMAND, "Overrides the image's `CMD`"),
    key("configs", &GRANTS, "Top-level configs to mount as files"),
    key("container_name", &CONTAINER_NAME, "Fixed container name; prevents more than one replica"),
    key("cpu_count", &CPU_COUNT, "Number of CPUs that the container may use (Windows)"),
    key("cpu_percent", &CPU_PERCENT, "Percentage of all CPUs, 0 to 100 (Windows)"),
    key("cpu_period", &NUMBER_OR_TEXT, "Period of the CPU quota, in microseconds"),
    key("cpu_quota", &NUMBER_OR_TEXT, "CPU quota per period, in microseconds"),
    key("cpu_rt_period", &NUMBER_OR_TEXT, "Period of the real-time CPU quota, in microseconds or as a duration"),
    key("cpu_rt_runtime", &NUMBER_OR_TEXT, "Real-time CPU quota per period"),
    key("cpu_shares", &NUMBER_OR_TEXT, "CPU weight relative to other containers when CPUs are busy"),
    key("cpus", &NUMBER_OR_TEXT, "Number of CPUs that the container may use, such as `0.5`"),
    key("cpuset", &TEXT, "CPUs that the container may use, such as `0-3`"),
    key("credential_spec", &CREDENTIAL_SPEC, "Credentials of a managed service account (Windows)"),
    key("depends_on", &DEPENDS_ON, "Services that start before this one and stop after it"),
    key("deploy", &DEPLOY, "Replicas, resources and rollout of the service"),
    key("develop", &DEVELOP, "Settings of `docker compose watch`").since(2, 22, 0),
    key("device_cgroup_rules", &TEXT_SET, "Cgroup rules for devices, such as `c 1:3 mr`"),
    key("devices", &DEVICES, "Host devices, as `HOST:CONTAINER:PERMISSIONS`"),
    key("dns", &TEXT_OR_SET, "Addresses of DNS servers"),
    key("dns_opt", &TEXT_SET, "Options of the container's DNS resolver"),
    key("dns_search", &TEXT_OR_SET, "DNS search domains"),
    key("domainname", &TEXT, "Domain name of the container"),
    key("entrypoint", &COMMAND, "Overrides the image's `ENTRYPOINT`; the image's `CMD` is then ignored"),
    key("env_file", &ENV_FILE, "Files with environment variables for the container; overridden by `environment`"),
    key(
        "environment",
        &PAIRS,
        "Environment variables for the container; a key without a value is taken from Compose's environment",
    ),
    key("expose", &NUMBER_SET, "Ports exposed to other services, but not published"),
    key("extends", &EXTENDS, "Service to inherit the configuration from"),
    key("external_links", &JOINED_SET, "Containers outside the project, as `NAME:ALIAS`"),
    key("extra_hosts", &EXTRA_HOSTS, "Additional entries for `/etc/hosts`, as `name:address`"),
    key("gpus", &GPUS, "GPUs: `all`, or a list of GPU requests").since(2, 30, 0),
    key("group_add", &NUMBER_SET, "Additional groups of the user in the container, by name or number"),
    key("healthcheck", &HEALTHCHECK, "Command that checks whether the container is healthy"),
    key("hostname", &TEXT, "Hostname of the container"),
    key("image", &TEXT, "Image to run, such as `postgres:17`; with `build`, the name of the image that is built"),
    key("init", &FLAG, "Runs an init process that forwards signals and reaps zombie processes"),
    key("ipc", &TEXT, "IPC namespace: `shareable`, `service:NAME`, `host` …"),
    key("isolation", &TEXT, "Isolation of the container; depends on the platform"),
    key("label_file", &TEXT_OR_TEXTS, "Files with labels for the container").since(2, 32, 0),
    key("labels", &PAIRS, "Labels of the container"),
    key("links", &JOINED_SET, "Links to other services, with optional aliases; obsolete on a shared network"),
    key("logging", &LOGGING, "Logging configuration"),
    key("mac_address", &TEXT, "A fixed MAC address"),
    key("mem_limit", &NUMBER_OR_TEXT, "Memory limit, in bytes or as `512m`"),
    key(
        "mem_reservation",
        &INTEGER_OR_TEXT,
        "Memory reservation: what the container keeps when the host runs out of memory",
    ),
    key("mem_swappiness", &INTEGER_OR_TEXT, "Swappiness, 0 to 100"),
    key("memswap_limit", &NUMBER_OR_TEXT, "Limit of memory plus swap; -1 for unlimited"),
    key("models", &USED_MODELS, "Top-level models that the service uses").since(2, 38, 0),
    key(
        "network_mode",
        &TEXT,
        "`none`, `host`, `bridge`, `service:NAME` or `container:NAME`; cannot be combined with `networks`",
    ),
    key("networks", &ATTACHMENTS, "Networks that the service joins; default: `default`"),
    key("oom_kill_disable", &FLAG, "Disables the OOM killer for the container"),
    key("oom_score_adj", &OOM_SCORE_ADJ, "OOM score adjustment, -1000 to 1000"),
    key("pid", &PID, "PID namespace: `host`, `service:NAME` or `container:NAME`"),
    key("pids_limit", &NUMBER_OR_TEXT, "Maximum number of processes; -1 for unlimited"),
    key("platform", &TEXT, "Platform to run on, such as `linux/amd64`"),
    key("ports", &PORTS, "Published ports, as `[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]`; quote them"),
    key("post_start", &HOOKS, "Commands to run in the container after it has started").since(2, 30, 0),
    key(
        "pre_start",
        &PRE_START_HOOKS,
        "Steps that have to succeed before the service starts, each in its own container",
    )
    .since(5, 3, 0),
    key("pre_stop", &HOOKS, "Commands to run in the container before it is stopped").since(2, 30, 0),
    key("privileged", &FLAG, "Gives the container almost full access to the host"),
    key("profiles", &NAME_SET, "Profiles that enable the service; without any, it is always enabled"),
    key("provider", &PROVIDER, "External program that manages the service instead of Compose").since(2, 35, 0),
    key("pull_policy", &PULL_POLICY, "When the image is pulled: `always`, `never`, `missing`, `build`, `daily` …"),
    key("pull_refresh_after", &DURATION, "Age after which an image is pulled again").since(2, 34, 0),
    key("read_only", &FLAG, "Makes the container's root file system read-only"),
    key("restart", &RESTART, "Restart policy: `no`, `always`, `on-failure[:N]` or `unless-stopped`"),
    key("runtime", &TEXT, "Container runtime, such as `runc` or `nvidia`"),
    key("scale", &INTEGER_OR_TEXT, "Number of containers to run; same as `deploy.replicas`"),
    key("secrets", &GRANTS, "Top-level secrets to mount under `/run/secrets`"),
    key("security_opt", &JOINED_SET, "Security options, such as `no-new-privileges:true`"),
    key("shm_size", &NUMBER_OR_TEXT, "Size of `/dev/shm`, in bytes or as `64m`"),
    key("stdin_open", &FLAG, "Keeps standard input open"),
    key("stop_grace_period", &DURATION, "Time between the stop signal and `SIGKILL`, such as `30s`"),
    key("stop_signal", &TEXT, "Signal that stops the container; default `SIGTERM`"),
    key("storage_opt", &FREE_MAP, "Options of the storage driver").since(2, 0, 1),
    key("sysctls", &PAIRS, "Kernel parameters in the container"),
    key("tmpfs", &TEXT_OR_SET, "Directories to mount in memory"),
    key("tty", &FLAG, "Allocates a terminal for the container"),
    key("ulimits", &ULIMITS, "Ulimits, such as `nofile`"),
    key("use_api_socket", &BOOL, "Mounts the engine's API socket and the user's registry credentials").since(2, 37, 2),
    key("user", &TEXT, "User, and optionally group, to run as; a string, so quote numbers"),
    key("userns_mode", &TEXT, "User namespace: `host` disables user namespace remapping"),
    key("uts", &TEXT, "UTS namespace: `host` shares the hostname of the host").since(2, 15, 1),
    key("volumes", &MOUNTS, "Mounts, as `SOURCE:TARGET[:OPTIONS]`"),
    key("volumes_from", &JOINED_SET, "Services or containers to take mounts from"),
    key("working_dir", &TEXT, "Working directory of the command"),
];
