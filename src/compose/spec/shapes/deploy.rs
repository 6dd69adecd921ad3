//! `deploy`, and the device requests that `gpus` shares with it.

use super::{DecodedShape, Field, TEXT_LIST, always, field};

pub(super) const DEPLOY: &[Field] = &[
    field("mode", DecodedShape::Text),
    field("replicas", DecodedShape::Pointer(&DecodedShape::Int)),
    field("labels", DecodedShape::Mapping),
    field("update_config", DecodedShape::Pointer(&DecodedShape::Struct(UPDATE))),
    field("rollback_config", DecodedShape::Pointer(&DecodedShape::Struct(UPDATE))),
    field("resources", DecodedShape::Struct(RESOURCES)),
    field("restart_policy", DecodedShape::Pointer(&DecodedShape::Struct(RESTART_POLICY))),
    field("placement", DecodedShape::Struct(PLACEMENT)),
    field("endpoint_mode", DecodedShape::Text),
];

const UPDATE: &[Field] = &[
    field("parallelism", DecodedShape::Pointer(&DecodedShape::Unsigned(64))),
    field("delay", DecodedShape::Duration),
    field("failure_action", DecodedShape::Text),
    field("monitor", DecodedShape::Duration),
    field("max_failure_ratio", DecodedShape::Float),
    field("order", DecodedShape::Text),
];

const RESOURCES: &[Field] = &[
    field("limits", DecodedShape::Pointer(&DecodedShape::Struct(RESOURCE))),
    field("reservations", DecodedShape::Pointer(&DecodedShape::Struct(RESOURCE))),
];

const RESOURCE: &[Field] = &[
    field("cpus", DecodedShape::Cpus),
    field("memory", DecodedShape::Bytes),
    field("pids", DecodedShape::Int),
    field("devices", DecodedShape::List(&DecodedShape::Struct(DEVICE_REQUEST))),
    field("generic_resources", DecodedShape::List(&DecodedShape::Struct(GENERIC_RESOURCE))),
];

pub(super) const DEVICE_REQUEST: &[Field] = &[
    field("capabilities", TEXT_LIST),
    field("driver", DecodedShape::Text),
    field("count", DecodedShape::DeviceCount),
    field("device_ids", TEXT_LIST),
    field("options", DecodedShape::Mapping),
];

const GENERIC_RESOURCE: &[Field] =
    &[field("discrete_resource_spec", DecodedShape::Pointer(&DecodedShape::Struct(DISCRETE_RESOURCE)))];

const DISCRETE_RESOURCE: &[Field] =
    &[always("kind", "kind", DecodedShape::Text), always("value", "value", DecodedShape::Int)];

const RESTART_POLICY: &[Field] = &[
    field("condition", DecodedShape::Text),
    field("delay", DecodedShape::Pointer(&DecodedShape::Duration)),
    field("max_attempts", DecodedShape::Pointer(&DecodedShape::Unsigned(64))),
    field("window", DecodedShape::Pointer(&DecodedShape::Duration)),
];

const PLACEMENT: &[Field] = &[
    field("constraints", TEXT_LIST),
    field("preferences", DecodedShape::List(&DecodedShape::Struct(&[field("spread", DecodedShape::Text)]))),
    field("max_replicas_per_node", DecodedShape::Unsigned(64)),
];
