//! `build` and `develop`.

use super::service::{FILE_REFERENCE, HOOK};
use super::{Field, Shape, TEXT_LIST, always, field};

pub(super) const BUILD: &[Field] = &[
    field("context", Shape::Text),
    field("dockerfile", Shape::Text),
    field("dockerfile_inline", Shape::Text),
    field("entitlements", TEXT_LIST),
    field("args", Shape::Environment),
    field("provenance", Shape::Text),
    field("sbom", Shape::Text),
    field("ssh", Shape::Ssh),
    field("labels", Shape::Mapping),
    field("cache_from", Shape::Texts),
    field("cache_to", Shape::Texts),
    field("no_cache", Shape::Bool),
    field("additional_contexts", Shape::Mapping),
    field("pull", Shape::Bool),
    field("extra_hosts", Shape::Hosts),
    field("isolation", Shape::Text),
    field("network", Shape::Text),
    field("target", Shape::Text),
    field("secrets", Shape::List(&Shape::Struct(FILE_REFERENCE))),
    field("shm_size", Shape::Bytes),
    field("tags", Shape::Texts),
    field("ulimits", Shape::Map(&Shape::Pointer(&Shape::Ulimit))),
    field("platforms", Shape::Texts),
    field("privileged", Shape::Bool),
];

pub(super) const DEVELOP: &[Field] = &[field("watch", Shape::List(&Shape::Struct(TRIGGER)))];

const TRIGGER: &[Field] = &[
    always("path", "path", Shape::Text),
    always("action", "action", Shape::Text),
    field("target", Shape::Text),
    field("exec", Shape::Struct(HOOK)),
    field("include", TEXT_LIST),
    field("ignore", TEXT_LIST),
    field("initial_sync", Shape::Bool),
];
