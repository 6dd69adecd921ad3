//! `services`: every key of a service, and the smaller structs under them.

use super::build::{BUILD, DEVELOP};
use super::deploy::{DEPLOY, DEVICE_REQUEST};
use super::{DecodedShape, Field, TEXT_LIST, always, field};

pub(super) const SERVICE: &[Field] = &[
    field("profiles", TEXT_LIST),
    field("annotations", DecodedShape::Mapping),
    field("attach", DecodedShape::Pointer(&DecodedShape::Bool)),
    field("build", DecodedShape::Pointer(&DecodedShape::Struct(BUILD))),
    field("develop", DecodedShape::Pointer(&DecodedShape::Struct(DEVELOP))),
    field("blkio_config", DecodedShape::Pointer(&DecodedShape::Struct(BLKIO))),
    field("cap_add", TEXT_LIST),
    field("cap_drop", TEXT_LIST),
    field("cgroup_parent", DecodedShape::Text),
    field("cgroup", DecodedShape::Text),
    field("cpu_count", DecodedShape::Int),
    field("cpu_percent", DecodedShape::Float),
    field("cpu_period", DecodedShape::Int),
    field("cpu_quota", DecodedShape::Int),
    field("cpu_rt_period", DecodedShape::Int),
    field("cpu_rt_runtime", DecodedShape::Int),
    field("cpus", DecodedShape::Float),
    field("cpuset", DecodedShape::Text),
    field("cpu_shares", DecodedShape::Int),
    always("command", "command", DecodedShape::Command),
    field("configs", DecodedShape::List(&DecodedShape::Struct(FILE_REFERENCE))),
    field("container_name", DecodedShape::Text),
    field("credential_spec", DecodedShape::Pointer(&DecodedShape::Struct(CREDENTIAL_SPEC))),
    field("depends_on", DecodedShape::Map(&DecodedShape::Struct(DEPENDENCY))),
    field("deploy", DecodedShape::Pointer(&DecodedShape::Struct(DEPLOY))),
    field("device_cgroup_rules", TEXT_LIST),
    field("devices", DecodedShape::List(&DecodedShape::Struct(DEVICE))),
    field("dns", DecodedShape::Texts),
    field("dns_opt", TEXT_LIST),
    field("dns_search", DecodedShape::Texts),
    field("domainname", DecodedShape::Text),
    always("entrypoint", "entrypoint", DecodedShape::Command),
    field("provider", DecodedShape::Pointer(&DecodedShape::Struct(PROVIDER))),
    field("environment", DecodedShape::Environment),
    field("env_file", DecodedShape::List(&DecodedShape::EnvFile)),
    field("expose", DecodedShape::TextsOrNumbers),
    field("external_links", TEXT_LIST),
    field("extra_hosts", DecodedShape::Hosts),
    field("group_add", TEXT_LIST),
    field("gpus", DecodedShape::List(&DecodedShape::Struct(DEVICE_REQUEST))),
    field("hostname", DecodedShape::Text),
    field("healthcheck", DecodedShape::Pointer(&DecodedShape::Struct(HEALTHCHECK))),
    field("image", DecodedShape::Text),
    field("init", DecodedShape::Pointer(&DecodedShape::Bool)),
    field("ipc", DecodedShape::Text),
    field("isolation", DecodedShape::Text),
    field("labels", DecodedShape::Mapping),
    field("label_file", TEXT_LIST),
    field("links", TEXT_LIST),
    field("logging", DecodedShape::Pointer(&DecodedShape::Struct(LOGGING))),
    field("mem_limit", DecodedShape::Bytes),
    field("mem_reservation", DecodedShape::Bytes),
    field("memswap_limit", DecodedShape::Bytes),
    field("mem_swappiness", DecodedShape::Bytes),
    field("mac_address", DecodedShape::Text),
    field("models", DecodedShape::Map(&DecodedShape::Pointer(&DecodedShape::Struct(SERVICE_MODEL)))),
    field("network_mode", DecodedShape::Text),
    field("networks", DecodedShape::Map(&DecodedShape::Pointer(&DecodedShape::Struct(SERVICE_NETWORK)))),
    field("oom_kill_disable", DecodedShape::Bool),
    field("oom_score_adj", DecodedShape::Int),
    field("pid", DecodedShape::Text),
    field("pids_limit", DecodedShape::Int),
    field("platform", DecodedShape::Text),
    field("ports", DecodedShape::List(&DecodedShape::Struct(PORT))),
    field("privileged", DecodedShape::Bool),
    field("pull_policy", DecodedShape::Text),
    field("read_only", DecodedShape::Bool),
    field("restart", DecodedShape::Text),
    field("runtime", DecodedShape::Text),
    field("scale", DecodedShape::Pointer(&DecodedShape::Int)),
    field("secrets", DecodedShape::List(&DecodedShape::Struct(FILE_REFERENCE))),
    field("security_opt", TEXT_LIST),
    field("shm_size", DecodedShape::Bytes),
    field("stdin_open", DecodedShape::Bool),
    field("stop_grace_period", DecodedShape::Pointer(&DecodedShape::Duration)),
    field("stop_signal", DecodedShape::Text),
    field("storage_opt", DecodedShape::Map(&DecodedShape::Text)),
    field("sysctls", DecodedShape::Mapping),
    field("tmpfs", DecodedShape::Texts),
    field("tty", DecodedShape::Bool),
    field("ulimits", DecodedShape::Map(&DecodedShape::Pointer(&DecodedShape::Ulimit))),
    field("use_api_socket", DecodedShape::Bool),
    field("user", DecodedShape::Text),
    field("userns_mode", DecodedShape::Text),
    field("uts", DecodedShape::Text),
    field("volumes", DecodedShape::List(&DecodedShape::Struct(MOUNT))),
    field("volumes_from", TEXT_LIST),
    field("working_dir", DecodedShape::Text),
    field("post_start", DecodedShape::List(&DecodedShape::Struct(HOOK))),
    field("pre_stop", DecodedShape::List(&DecodedShape::Struct(HOOK))),
];

const BLKIO: &[Field] = &[
    field("weight", DecodedShape::Unsigned(16)),
    field("weight_device", DecodedShape::List(&DecodedShape::Struct(WEIGHT_DEVICE))),
    field("device_read_bps", DecodedShape::List(&DecodedShape::Struct(THROTTLE_DEVICE))),
    field("device_read_iops", DecodedShape::List(&DecodedShape::Struct(THROTTLE_DEVICE))),
    field("device_write_bps", DecodedShape::List(&DecodedShape::Struct(THROTTLE_DEVICE))),
    field("device_write_iops", DecodedShape::List(&DecodedShape::Struct(THROTTLE_DEVICE))),
];

const WEIGHT_DEVICE: &[Field] =
    &[always("path", "Path", DecodedShape::Text), always("weight", "Weight", DecodedShape::Unsigned(16))];

const THROTTLE_DEVICE: &[Field] =
    &[always("path", "Path", DecodedShape::Text), always("rate", "Rate", DecodedShape::Bytes)];

pub(super) const FILE_REFERENCE: &[Field] = &[
    field("source", DecodedShape::Text),
    field("target", DecodedShape::Text),
    field("uid", DecodedShape::Text),
    field("gid", DecodedShape::Text),
    field("mode", DecodedShape::Pointer(&DecodedShape::FileMode)),
];

const CREDENTIAL_SPEC: &[Field] =
    &[field("config", DecodedShape::Text), field("file", DecodedShape::Text), field("registry", DecodedShape::Text)];

const DEPENDENCY: &[Field] = &[
    field("condition", DecodedShape::Text),
    field("restart", DecodedShape::Bool),
    always("required", "required", DecodedShape::Bool),
];

const DEVICE: &[Field] = &[
    field("source", DecodedShape::Text),
    field("target", DecodedShape::Text),
    field("permissions", DecodedShape::Text),
];

const PROVIDER: &[Field] = &[field("type", DecodedShape::Text), field("options", DecodedShape::MultiOptions)];

/// What [`DecodedShape::EnvFile`] holds.
pub(crate) const ENV_FILE: &[Field] = &[
    always("path", "path", DecodedShape::Text),
    always("required", "required", DecodedShape::Bool),
    field("format", DecodedShape::Text),
];

const HEALTHCHECK: &[Field] = &[
    field("test", DecodedShape::Test),
    field("timeout", DecodedShape::Pointer(&DecodedShape::Duration)),
    field("interval", DecodedShape::Pointer(&DecodedShape::Duration)),
    field("retries", DecodedShape::Pointer(&DecodedShape::Unsigned(64))),
    field("start_period", DecodedShape::Pointer(&DecodedShape::Duration)),
    field("start_interval", DecodedShape::Pointer(&DecodedShape::Duration)),
    field("disable", DecodedShape::Bool),
];

const LOGGING: &[Field] = &[field("driver", DecodedShape::Text), field("options", DecodedShape::Options)];

const SERVICE_MODEL: &[Field] = &[field("endpoint_var", DecodedShape::Text), field("model_var", DecodedShape::Text)];

const SERVICE_NETWORK: &[Field] = &[
    field("aliases", TEXT_LIST),
    field("driver_opts", DecodedShape::Options),
    field("gw_priority", DecodedShape::Int),
    field("interface_name", DecodedShape::Text),
    field("ipv4_address", DecodedShape::Text),
    field("ipv6_address", DecodedShape::Text),
    field("link_local_ips", TEXT_LIST),
    field("mac_address", DecodedShape::Text),
    field("priority", DecodedShape::Int),
];

const PORT: &[Field] = &[
    field("name", DecodedShape::Text),
    field("mode", DecodedShape::Text),
    field("host_ip", DecodedShape::Text),
    field("target", DecodedShape::Unsigned(32)),
    field("published", DecodedShape::Text),
    field("protocol", DecodedShape::Text),
    field("app_protocol", DecodedShape::Text),
];

const MOUNT: &[Field] = &[
    field("type", DecodedShape::Text),
    field("source", DecodedShape::Text),
    field("target", DecodedShape::Text),
    field("read_only", DecodedShape::Bool),
    field("consistency", DecodedShape::Text),
    field("bind", DecodedShape::Pointer(&DecodedShape::Struct(BIND))),
    field("volume", DecodedShape::Pointer(&DecodedShape::Struct(MOUNTED_VOLUME))),
    field("tmpfs", DecodedShape::Pointer(&DecodedShape::Struct(TMPFS))),
    field("image", DecodedShape::Pointer(&DecodedShape::Struct(&[field("subpath", DecodedShape::Text)]))),
];

const BIND: &[Field] = &[
    field("selinux", DecodedShape::Text),
    field("propagation", DecodedShape::Text),
    field("create_host_path", DecodedShape::Bool),
    field("recursive", DecodedShape::Text),
];

const MOUNTED_VOLUME: &[Field] = &[
    field("labels", DecodedShape::Mapping),
    field("nocopy", DecodedShape::Bool),
    field("subpath", DecodedShape::Text),
];

const TMPFS: &[Field] = &[field("size", DecodedShape::Bytes), field("mode", DecodedShape::Unsigned(32))];

pub(super) const HOOK: &[Field] = &[
    always("command", "command", DecodedShape::Command),
    field("user", DecodedShape::Text),
    field("privileged", DecodedShape::Bool),
    field("working_dir", DecodedShape::Text),
    field("environment", DecodedShape::Environment),
];
