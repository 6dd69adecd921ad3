//! `deploy`, and the device requests that `gpus` shares with it.

use super::{Field, Shape, TEXT_LIST, always, field};

pub(super) const DEPLOY: &[Field] = &[
    field("mode", Shape::Text),
    field("replicas", Shape::Pointer(&Shape::Int)),
    field("labels", Shape::Mapping),
    field("update_config", Shape::Pointer(&Shape::Struct(UPDATE))),
    field("rollback_config", Shape::Pointer(&Shape::Struct(UPDATE))),
    field("resources", Shape::Struct(RESOURCES)),
    field("restart_policy", Shape::Pointer(&Shape::Struct(RESTART_POLICY))),
    field("placement", Shape::Struct(PLACEMENT)),
    field("endpoint_mode", Shape::Text),
];

const UPDATE: &[Field] = &[
    field("parallelism", Shape::Pointer(&Shape::Unsigned(64))),
    field("delay", Shape::Duration),
    field("failure_action", Shape::Text),
    field("monitor", Shape::Duration),
    field("max_failure_ratio", Shape::Float),
    field("order", Shape::Text),
];

const RESOURCES: &[Field] = &[
    field("limits", Shape::Pointer(&Shape::Struct(RESOURCE))),
    field("reservations", Shape::Pointer(&Shape::Struct(RESOURCE))),
];

const RESOURCE: &[Field] = &[
    field("cpus", Shape::Cpus),
    field("memory", Shape::Bytes),
    field("pids", Shape::Int),
    field("devices", Shape::List(&Shape::Struct(DEVICE_REQUEST))),
    field("generic_resources", Shape::List(&Shape::Struct(GENERIC_RESOURCE))),
];

pub(super) const DEVICE_REQUEST: &[Field] = &[
    field("capabilities", TEXT_LIST),
    field("driver", Shape::Text),
    field("count", Shape::DeviceCount),
    field("device_ids", TEXT_LIST),
    field("options", Shape::Mapping),
];

const GENERIC_RESOURCE: &[Field] =
    &[field("discrete_resource_spec", Shape::Pointer(&Shape::Struct(DISCRETE_RESOURCE)))];

const DISCRETE_RESOURCE: &[Field] = &[always("kind", "kind", Shape::Text), always("value", "value", Shape::Int)];

const RESTART_POLICY: &[Field] = &[
    field("condition", Shape::Text),
    field("delay", Shape::Pointer(&Shape::Duration)),
    field("max_attempts", Shape::Pointer(&Shape::Unsigned(64))),
    field("window", Shape::Pointer(&Shape::Duration)),
];

const PLACEMENT: &[Field] = &[
    field("constraints", TEXT_LIST),
    field("preferences", Shape::List(&Shape::Struct(&[field("spread", Shape::Text)]))),
    field("max_replicas_per_node", Shape::Unsigned(64)),
];
