//! `services`: every key of a service, and the smaller structs under them.

use super::build::{BUILD, DEVELOP};
use super::deploy::{DEPLOY, DEVICE_REQUEST};
use super::{Field, Shape, TEXT_LIST, always, field};

pub(super) const SERVICE: &[Field] = &[
    field("profiles", TEXT_LIST),
    field("annotations", Shape::Mapping),
    field("attach", Shape::Pointer(&Shape::Bool)),
    field("build", Shape::Pointer(&Shape::Struct(BUILD))),
    field("develop", Shape::Pointer(&Shape::Struct(DEVELOP))),
    field("blkio_config", Shape::Pointer(&Shape::Struct(BLKIO))),
    field("cap_add", TEXT_LIST),
    field("cap_drop", TEXT_LIST),
    field("cgroup_parent", Shape::Text),
    field("cgroup", Shape::Text),
    field("cpu_count", Shape::Int),
    field("cpu_percent", Shape::Float),
    field("cpu_period", Shape::Int),
    field("cpu_quota", Shape::Int),
    field("cpu_rt_period", Shape::Int),
    field("cpu_rt_runtime", Shape::Int),
    field("cpus", Shape::Float),
    field("cpuset", Shape::Text),
    field("cpu_shares", Shape::Int),
    always("command", "command", Shape::Command),
    field("configs", Shape::List(&Shape::Struct(FILE_REFERENCE))),
    field("container_name", Shape::Text),
    field("credential_spec", Shape::Pointer(&Shape::Struct(CREDENTIAL_SPEC))),
    field("depends_on", Shape::Map(&Shape::Struct(DEPENDENCY))),
    field("deploy", Shape::Pointer(&Shape::Struct(DEPLOY))),
    field("device_cgroup_rules", TEXT_LIST),
    field("devices", Shape::List(&Shape::Struct(DEVICE))),
    field("dns", Shape::Texts),
    field("dns_opt", TEXT_LIST),
    field("dns_search", Shape::Texts),
    field("domainname", Shape::Text),
    always("entrypoint", "entrypoint", Shape::Command),
    field("provider", Shape::Pointer(&Shape::Struct(PROVIDER))),
    field("environment", Shape::Environment),
    field("env_file", Shape::List(&Shape::EnvFile)),
    field("expose", Shape::TextsOrNumbers),
    field("external_links", TEXT_LIST),
    field("extra_hosts", Shape::Hosts),
    field("group_add", TEXT_LIST),
    field("gpus", Shape::List(&Shape::Struct(DEVICE_REQUEST))),
    field("hostname", Shape::Text),
    field("healthcheck", Shape::Pointer(&Shape::Struct(HEALTHCHECK))),
    field("image", Shape::Text),
    field("init", Shape::Pointer(&Shape::Bool)),
    field("ipc", Shape::Text),
    field("isolation", Shape::Text),
    field("labels", Shape::Mapping),
    field("label_file", TEXT_LIST),
    field("links", TEXT_LIST),
    field("logging", Shape::Pointer(&Shape::Struct(LOGGING))),
    field("mem_limit", Shape::Bytes),
    field("mem_reservation", Shape::Bytes),
    field("memswap_limit", Shape::Bytes),
    field("mem_swappiness", Shape::Bytes),
    field("mac_address", Shape::Text),
    field("models", Shape::Map(&Shape::Pointer(&Shape::Struct(SERVICE_MODEL)))),
    field("network_mode", Shape::Text),
    field("networks", Shape::Map(&Shape::Pointer(&Shape::Struct(SERVICE_NETWORK)))),
    field("oom_kill_disable", Shape::Bool),
    field("oom_score_adj", Shape::Int),
    field("pid", Shape::Text),
    field("pids_limit", Shape::Int),
    field("platform", Shape::Text),
    field("ports", Shape::List(&Shape::Struct(PORT))),
    field("privileged", Shape::Bool),
    field("pull_policy", Shape::Text),
    field("read_only", Shape::Bool),
    field("restart", Shape::Text),
    field("runtime", Shape::Text),
    field("scale", Shape::Pointer(&Shape::Int)),
    field("secrets", Shape::List(&Shape::Struct(FILE_REFERENCE))),
    field("security_opt", TEXT_LIST),
    field("shm_size", Shape::Bytes),
    field("stdin_open", Shape::Bool),
    field("stop_grace_period", Shape::Pointer(&Shape::Duration)),
    field("stop_signal", Shape::Text),
    field("storage_opt", Shape::Map(&Shape::Text)),
    field("sysctls", Shape::Mapping),
    field("tmpfs", Shape::Texts),
    field("tty", Shape::Bool),
    field("ulimits", Shape::Map(&Shape::Pointer(&Shape::Ulimit))),
    field("use_api_socket", Shape::Bool),
    field("user", Shape::Text),
    field("userns_mode", Shape::Text),
    field("uts", Shape::Text),
    field("volumes", Shape::List(&Shape::Struct(MOUNT))),
    field("volumes_from", TEXT_LIST),
    field("working_dir", Shape::Text),
    field("post_start", Shape::List(&Shape::Struct(HOOK))),
    field("pre_stop", Shape::List(&Shape::Struct(HOOK))),
];

const BLKIO: &[Field] = &[
    field("weight", Shape::Unsigned(16)),
    field("weight_device", Shape::List(&Shape::Struct(WEIGHT_DEVICE))),
    field("device_read_bps", Shape::List(&Shape::Struct(THROTTLE_DEVICE))),
    field("device_read_iops", Shape::List(&Shape::Struct(THROTTLE_DEVICE))),
    field("device_write_bps", Shape::List(&Shape::Struct(THROTTLE_DEVICE))),
    field("device_write_iops", Shape::List(&Shape::Struct(THROTTLE_DEVICE))),
];

const WEIGHT_DEVICE: &[Field] = &[always("path", "Path", Shape::Text), always("weight", "Weight", Shape::Unsigned(16))];

const THROTTLE_DEVICE: &[Field] = &[always("path", "Path", Shape::Text), always("rate", "Rate", Shape::Bytes)];

pub(super) const FILE_REFERENCE: &[Field] = &[
    field("source", Shape::Text),
    field("target", Shape::Text),
    field("uid", Shape::Text),
    field("gid", Shape::Text),
    field("mode", Shape::Pointer(&Shape::FileMode)),
];

const CREDENTIAL_SPEC: &[Field] =
    &[field("config", Shape::Text), field("file", Shape::Text), field("registry", Shape::Text)];

const DEPENDENCY: &[Field] =
    &[field("condition", Shape::Text), field("restart", Shape::Bool), always("required", "required", Shape::Bool)];

const DEVICE: &[Field] =
    &[field("source", Shape::Text), field("target", Shape::Text), field("permissions", Shape::Text)];

const PROVIDER: &[Field] = &[field("type", Shape::Text), field("options", Shape::MultiOptions)];

/// What [`Shape::EnvFile`] holds.
pub(crate) const ENV_FILE: &[Field] =
    &[always("path", "path", Shape::Text), always("required", "required", Shape::Bool), field("format", Shape::Text)];

const HEALTHCHECK: &[Field] = &[
    field("test", Shape::Test),
    field("timeout", Shape::Pointer(&Shape::Duration)),
    field("interval", Shape::Pointer(&Shape::Duration)),
    field("retries", Shape::Pointer(&Shape::Unsigned(64))),
    field("start_period", Shape::Pointer(&Shape::Duration)),
    field("start_interval", Shape::Pointer(&Shape::Duration)),
    field("disable", Shape::Bool),
];

const LOGGING: &[Field] = &[field("driver", Shape::Text), field("options", Shape::Options)];

const SERVICE_MODEL: &[Field] = &[field("endpoint_var", Shape::Text), field("model_var", Shape::Text)];

const SERVICE_NETWORK: &[Field] = &[
    field("aliases", TEXT_LIST),
    field("driver_opts", Shape::Options),
    field("gw_priority", Shape::Int),
    field("interface_name", Shape::Text),
    field("ipv4_address", Shape::Text),
    field("ipv6_address", Shape::Text),
    field("link_local_ips", TEXT_LIST),
    field("mac_address", Shape::Text),
    field("priority", Shape::Int),
];

const PORT: &[Field] = &[
    field("name", Shape::Text),
    field("mode", Shape::Text),
    field("host_ip", Shape::Text),
    field("target", Shape::Unsigned(32)),
    field("published", Shape::Text),
    field("protocol", Shape::Text),
    field("app_protocol", Shape::Text),
];

const MOUNT: &[Field] = &[
    field("type", Shape::Text),
    field("source", Shape::Text),
    field("target", Shape::Text),
    field("read_only", Shape::Bool),
    field("consistency", Shape::Text),
    field("bind", Shape::Pointer(&Shape::Struct(BIND))),
    field("volume", Shape::Pointer(&Shape::Struct(MOUNTED_VOLUME))),
    field("tmpfs", Shape::Pointer(&Shape::Struct(TMPFS))),
    field("image", Shape::Pointer(&Shape::Struct(&[field("subpath", Shape::Text)]))),
];

const BIND: &[Field] = &[
    field("selinux", Shape::Text),
    field("propagation", Shape::Text),
    field("create_host_path", Shape::Bool),
    field("recursive", Shape::Text),
];

const MOUNTED_VOLUME: &[Field] =
    &[field("labels", Shape::Mapping), field("nocopy", Shape::Bool), field("subpath", Shape::Text)];

const TMPFS: &[Field] = &[field("size", Shape::Bytes), field("mode", Shape::Unsigned(32))];

pub(super) const HOOK: &[Field] = &[
    always("command", "command", Shape::Command),
    field("user", Shape::Text),
    field("privileged", Shape::Bool),
    field("working_dir", Shape::Text),
    field("environment", Shape::Environment),
];
