//! The shape of a service: all of its keys, one a line.

use super::build::{BUILD, EXTRA_HOSTS, ULIMITS};
use super::deploy::{DEPLOY, DEVELOP, GPUS};
use super::service_parts::{
    ATTACHMENTS, BLKIO, CREDENTIAL_SPEC, DEPENDS_ON, DEVICES, ENV_FILE, EXTENDS, GRANTS, HEALTHCHECK, HOOKS, LOGGING,
    MOUNTS, PORTS, PRE_START_HOOKS, PROVIDER, USED_MODELS,
};
use super::shape::{
    BOOL, COMMAND, DURATION, EntryStyle, FLAG, INTEGER_OR_TEXT, JOINED_SET, Key, Mapping, NAME_SET, NUMBER_OR_TEXT,
    PAIRS, Scalars, Shape, Struct, TEXT, TEXT_OR_SET, TEXT_OR_TEXTS, TEXT_SET, TextRule, key,
};

/// A service.
pub(crate) static SERVICE: Shape = Shape::structure(&SERVICE_STRUCT);

/// The keys of a service.
pub(crate) static SERVICE_STRUCT: Struct = Struct::new("a service", SERVICE_KEYS);

static CGROUP: Shape = Shape::of(Scalars::TEXT).text(TextRule::Words(&["host", "private"]));
static CONTAINER_NAME: Shape = Shape::of(Scalars::TEXT).text(TextRule::ContainerName);
static CPU_COUNT: Shape = Shape::of(Scalars::INTEGER.or(Scalars::TEXT)).within(0, i64::MAX);
static CPU_PERCENT: Shape = Shape::of(Scalars::INTEGER.or(Scalars::TEXT)).within(0, 100);
static OOM_SCORE_ADJ: Shape = Shape::of(Scalars::INTEGER.or(Scalars::TEXT)).within(-1000, 1000);
static NUMBER_SET: Shape = Shape::set(&NUMBER_OR_TEXT, EntryStyle::Joined);
static PID: Shape = Shape::of(Scalars::TEXT.or(Scalars::NULL)).quotable();
static PULL_POLICY: Shape = Shape::of(Scalars::TEXT).text(TextRule::PullPolicy);
static RESTART: Shape = Shape::of(Scalars::TEXT).hint("write `always`, `unless-stopped`, `on-failure` or `\"no\"`");
static FREE_MAP: Shape = Shape::of(Scalars::NONE).or_map(Mapping::Free);

static SERVICE_KEYS: &[Key] = &[
    key("annotations", &PAIRS, "Annotations of the container, for its runtime").since(2, 18, 0),
    key("attach", &FLAG, "Whether `docker compose up` shows the logs of the service").since(2, 20, 0),
    key("blkio_config", &BLKIO, "Limits on disk traffic"),
    key("build", &BUILD, "How the image is built: a path of a context, or settings"),
    key("cap_add", &TEXT_SET, "Linux capabilities that the container gets beyond the usual ones"),
    key("cap_drop", &TEXT_SET, "Linux capabilities that are taken away; `ALL` for every one"),
    key("cgroup", &CGROUP, "Which cgroup namespace is used: `host` or `private`").since(2, 16, 0),
    key("cgroup_parent", &TEXT, "A cgroup that the container's own goes under"),
    key("command", &COMMAND, "What runs in place of the image's `CMD`"),
    key("configs", &GRANTS, "Configs of the top level that are mounted as files"),
    key("container_name", &CONTAINER_NAME, "A fixed name for the container; rules out more than one"),
    key("cpu_count", &CPU_COUNT, "How many processors the container may use (Windows)"),
    key("cpu_percent", &CPU_PERCENT, "Share of all processors, 0 to 100 (Windows)"),
    key("cpu_period", &NUMBER_OR_TEXT, "Period of the processor quota, in microseconds"),
    key("cpu_quota", &NUMBER_OR_TEXT, "Processor time in each period, in microseconds"),
    key("cpu_rt_period", &NUMBER_OR_TEXT, "Period of the real-time quota, in microseconds or as a duration"),
    key("cpu_rt_runtime", &NUMBER_OR_TEXT, "Real-time processor time in each period"),
    key("cpu_shares", &NUMBER_OR_TEXT, "Weight against other containers when processors are busy"),
    key("cpus", &NUMBER_OR_TEXT, "How many processors the container may use, such as `0.5`"),
    key("cpuset", &TEXT, "Which processors may be used, such as `0-3`"),
    key("credential_spec", &CREDENTIAL_SPEC, "Credentials of a managed service account (Windows)"),
    key("depends_on", &DEPENDS_ON, "Services that start before this one and stop after it"),
    key("deploy", &DEPLOY, "Replicas, resources and how the service is rolled out"),
    key("develop", &DEVELOP, "What `docker compose watch` does").since(2, 22, 0),
    key("device_cgroup_rules", &TEXT_SET, "Rules for devices that the container may use, such as `c 1:3 mr`"),
    key("devices", &DEVICES, "Devices of the host, as `HOST:CONTAINER:PERMISSIONS`"),
    key("dns", &TEXT_OR_SET, "Addresses of DNS servers"),
    key("dns_opt", &TEXT_SET, "Options for the resolver in the container"),
    key("dns_search", &TEXT_OR_SET, "Domains that are tried after a bare host name"),
    key("domainname", &TEXT, "Domain of the container"),
    key("entrypoint", &COMMAND, "What runs in place of the image's `ENTRYPOINT`; the image's `CMD` is then dropped"),
    key("env_file", &ENV_FILE, "Files with variables for the container; `environment` wins over them"),
    key("environment", &PAIRS, "Variables for the container; a key without a value takes it from Compose's own"),
    key("expose", &NUMBER_SET, "Ports that are documented for other services, not published"),
    key("extends", &EXTENDS, "Another service that this one starts from"),
    key("external_links", &JOINED_SET, "Containers outside the project, as `NAME:ALIAS`"),
    key("extra_hosts", &EXTRA_HOSTS, "Lines for `/etc/hosts`, as `name:address`"),
    key("gpus", &GPUS, "GPUs: `all`, or a list of requests").since(2, 30, 0),
    key("group_add", &NUMBER_SET, "More groups for the user in the container, by name or number"),
    key("healthcheck", &HEALTHCHECK, "How it is found out whether the container works"),
    key("hostname", &TEXT, "Host name in the container"),
    key("image", &TEXT, "Image to run, such as `postgres:17`; with `build`, the name of what is built"),
    key("init", &FLAG, "Runs a small init that passes on signals and clears away dead processes"),
    key("ipc", &TEXT, "IPC namespace: `shareable`, `service:NAME`, `host` …"),
    key("isolation", &TEXT, "How the container is isolated; depends on the platform"),
    key("label_file", &TEXT_OR_TEXTS, "Files with labels for the container").since(2, 32, 0),
    key("labels", &PAIRS, "Labels of the container"),
    key("links", &JOINED_SET, "Services reached under other names; a shared network does as well"),
    key("logging", &LOGGING, "Where the container's output goes"),
    key("mac_address", &TEXT, "A fixed MAC address"),
    key("mem_limit", &NUMBER_OR_TEXT, "Most memory, in bytes or as `512m`"),
    key("mem_reservation", &INTEGER_OR_TEXT, "Memory that the container keeps when the host runs short"),
    key("mem_swappiness", &INTEGER_OR_TEXT, "How readily memory is swapped out, 0 to 100"),
    key("memswap_limit", &NUMBER_OR_TEXT, "Most memory and swap together; -1 for no limit"),
    key("models", &USED_MODELS, "Models of the top level that the service uses").since(2, 38, 0),
    key("network_mode", &TEXT, "`none`, `host`, `bridge`, `service:NAME` or `container:NAME`; excludes `networks`"),
    key("networks", &ATTACHMENTS, "Networks that the service joins; without it, `default`"),
    key("oom_kill_disable", &FLAG, "Keeps the container from being killed when memory runs out"),
    key("oom_score_adj", &OOM_SCORE_ADJ, "How likely the container is killed when memory runs out, -1000 to 1000"),
    key("pid", &PID, "PID namespace: `host`, `service:NAME` or `container:NAME`"),
    key("pids_limit", &NUMBER_OR_TEXT, "Most processes at once; -1 for no limit"),
    key("platform", &TEXT, "Platform to run on, such as `linux/amd64`"),
    key("ports", &PORTS, "Ports that the host publishes, as `[ADDRESS:][HOST:]CONTAINER[/PROTOCOL]`; quote them"),
    key("post_start", &HOOKS, "Commands that run in the container once it has started").since(2, 30, 0),
    key(
        "pre_start",
        &PRE_START_HOOKS,
        "Steps that must end well before the service starts, each in a container of its own",
    )
    .since(5, 3, 0),
    key("pre_stop", &HOOKS, "Commands that run in the container before it is stopped").since(2, 30, 0),
    key("privileged", &FLAG, "Gives the container nearly all rights of the host"),
    key("profiles", &NAME_SET, "Profiles that switch the service on; without any, it always runs"),
    key("provider", &PROVIDER, "A program that runs the service in Compose's stead").since(2, 35, 0),
    key("pull_policy", &PULL_POLICY, "When the image is pulled: `always`, `never`, `missing`, `build`, `daily` …"),
    key("pull_refresh_after", &DURATION, "Age at which an image is pulled anew").since(2, 34, 0),
    key("read_only", &FLAG, "Makes the container's own file system read-only"),
    key("restart", &RESTART, "When it is started again: `no`, `always`, `on-failure[:N]` or `unless-stopped`"),
    key("runtime", &TEXT, "Runtime of the container, such as `runc` or `nvidia`"),
    key("scale", &INTEGER_OR_TEXT, "How many containers run; `deploy.replicas` says the same"),
    key("secrets", &GRANTS, "Secrets of the top level that are mounted under `/run/secrets`"),
    key("security_opt", &JOINED_SET, "Security settings, such as `no-new-privileges:true`"),
    key("shm_size", &NUMBER_OR_TEXT, "Size of `/dev/shm`, in bytes or as `64m`"),
    key("stdin_open", &FLAG, "Keeps standard input open"),
    key("stop_grace_period", &DURATION, "Time between the stop signal and the kill, such as `30s`"),
    key("stop_signal", &TEXT, "Signal that asks the container to stop; `SIGTERM` if not given"),
    key("storage_opt", &FREE_MAP, "Settings for the storage driver").since(2, 0, 1),
    key("sysctls", &PAIRS, "Kernel settings in the container"),
    key("tmpfs", &TEXT_OR_SET, "Directories that live in memory"),
    key("tty", &FLAG, "Gives the container a terminal"),
    key("ulimits", &ULIMITS, "Limits of processes, such as `nofile`"),
    key("use_api_socket", &BOOL, "Gives the container the engine's socket and the user's credentials").since(2, 37, 2),
    key("user", &TEXT, "User, and group, that the processes run as; text, so quote numbers"),
    key("userns_mode", &TEXT, "User namespace: `host` leaves the one of the daemon"),
    key("uts", &TEXT, "UTS namespace: `host` shares the host's name").since(2, 15, 1),
    key("volumes", &MOUNTS, "What is mounted, as `SOURCE:TARGET[:OPTIONS]`"),
    key("volumes_from", &JOINED_SET, "Services or containers whose mounts are mounted too"),
    key("working_dir", &TEXT, "Directory that the command starts in"),
];
