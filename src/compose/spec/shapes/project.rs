//! The top level: services, networks, volumes, secrets, configs, models.

use super::service::SERVICE;
use super::{Field, Shape, TEXT_LIST, field};

/// A project. Models are decoded, so that their mistakes are found, but docker compose shows none.
pub(crate) const PROJECT: &[Field] = &[
    field("services", Shape::Map(&Shape::Struct(SERVICE))),
    field("networks", Shape::Map(&Shape::Struct(NETWORK))),
    field("volumes", Shape::Map(&Shape::Struct(VOLUME))),
    field("secrets", Shape::Map(&Shape::Struct(SECRET))),
    field("configs", Shape::Map(&Shape::Config)),
    field("models", Shape::Map(&Shape::Struct(MODEL))),
];

const NETWORK: &[Field] = &[
    field("name", Shape::Text),
    field("driver", Shape::Text),
    field("driver_opts", Shape::Options),
    field("ipam", Shape::Struct(IPAM)),
    field("external", Shape::Bool),
    field("internal", Shape::Bool),
    field("attachable", Shape::Bool),
    field("labels", Shape::Mapping),
    field("enable_ipv4", Shape::Pointer(&Shape::Bool)),
    field("enable_ipv6", Shape::Pointer(&Shape::Bool)),
];

const IPAM: &[Field] =
    &[field("driver", Shape::Text), field("config", Shape::List(&Shape::Pointer(&Shape::Struct(IPAM_POOL))))];

const IPAM_POOL: &[Field] = &[
    field("subnet", Shape::Text),
    field("gateway", Shape::Text),
    field("ip_range", Shape::Text),
    field("aux_addresses", Shape::Mapping),
];

const VOLUME: &[Field] = &[
    field("name", Shape::Text),
    field("driver", Shape::Text),
    field("driver_opts", Shape::Options),
    field("external", Shape::Bool),
    field("labels", Shape::Mapping),
];

const SECRET: &[Field] = &[
    field("name", Shape::Text),
    field("file", Shape::Text),
    field("environment", Shape::Text),
    field("external", Shape::Bool),
    field("labels", Shape::Mapping),
    field("driver", Shape::Text),
    field("driver_opts", Shape::Map(&Shape::Text)),
    field("template_driver", Shape::Text),
];

/// What [`Shape::Config`] holds.
pub(crate) const CONFIG: &[Field] = &[
    field("name", Shape::Text),
    field("file", Shape::Text),
    field("environment", Shape::Text),
    field("content", Shape::Text),
    field("external", Shape::Bool),
    field("labels", Shape::Mapping),
    field("driver", Shape::Text),
    field("driver_opts", Shape::Map(&Shape::Text)),
    field("template_driver", Shape::Text),
];

const MODEL: &[Field] = &[
    field("name", Shape::Text),
    field("model", Shape::Text),
    field("context_size", Shape::Int),
    field("runtime_flags", TEXT_LIST),
];
