//! The top level: services, networks, volumes, secrets, configs, models.

use super::service::SERVICE;
use super::{DecodedShape, Field, TEXT_LIST, field};

/// A project. Models are decoded, so that their mistakes are found, but docker compose shows none.
pub(crate) const PROJECT: &[Field] = &[
    field("services", DecodedShape::Map(&DecodedShape::Struct(SERVICE))),
    field("networks", DecodedShape::Map(&DecodedShape::Struct(NETWORK))),
    field("volumes", DecodedShape::Map(&DecodedShape::Struct(VOLUME))),
    field("secrets", DecodedShape::Map(&DecodedShape::Struct(SECRET))),
    field("configs", DecodedShape::Map(&DecodedShape::Config)),
    field("models", DecodedShape::Map(&DecodedShape::Struct(MODEL))),
];

const NETWORK: &[Field] = &[
    field("name", DecodedShape::Text),
    field("driver", DecodedShape::Text),
    field("driver_opts", DecodedShape::Options),
    field("ipam", DecodedShape::Struct(IPAM)),
    field("external", DecodedShape::Bool),
    field("internal", DecodedShape::Bool),
    field("attachable", DecodedShape::Bool),
    field("labels", DecodedShape::Mapping),
    field("enable_ipv4", DecodedShape::Pointer(&DecodedShape::Bool)),
    field("enable_ipv6", DecodedShape::Pointer(&DecodedShape::Bool)),
];

const IPAM: &[Field] = &[
    field("driver", DecodedShape::Text),
    field("config", DecodedShape::List(&DecodedShape::Pointer(&DecodedShape::Struct(IPAM_POOL)))),
];

const IPAM_POOL: &[Field] = &[
    field("subnet", DecodedShape::Text),
    field("gateway", DecodedShape::Text),
    field("ip_range", DecodedShape::Text),
    field("aux_addresses", DecodedShape::Mapping),
];

const VOLUME: &[Field] = &[
    field("name", DecodedShape::Text),
    field("driver", DecodedShape::Text),
    field("driver_opts", DecodedShape::Options),
    field("external", DecodedShape::Bool),
    field("labels", DecodedShape::Mapping),
];

const SECRET: &[Field] = &[
    field("name", DecodedShape::Text),
    field("file", DecodedShape::Text),
    field("environment", DecodedShape::Text),
    field("external", DecodedShape::Bool),
    field("labels", DecodedShape::Mapping),
    field("driver", DecodedShape::Text),
    field("driver_opts", DecodedShape::Map(&DecodedShape::Text)),
    field("template_driver", DecodedShape::Text),
];

/// What [`DecodedShape::Config`] holds.
pub(crate) const CONFIG: &[Field] = &[
    field("name", DecodedShape::Text),
    field("file", DecodedShape::Text),
    field("environment", DecodedShape::Text),
    field("content", DecodedShape::Text),
    field("external", DecodedShape::Bool),
    field("labels", DecodedShape::Mapping),
    field("driver", DecodedShape::Text),
    field("driver_opts", DecodedShape::Map(&DecodedShape::Text)),
    field("template_driver", DecodedShape::Text),
];

const MODEL: &[Field] = &[
    field("name", DecodedShape::Text),
    field("model", DecodedShape::Text),
    field("context_size", DecodedShape::Int),
    field("runtime_flags", TEXT_LIST),
];
