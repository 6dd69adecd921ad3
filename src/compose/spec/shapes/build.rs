//! `build` and `develop`.

use super::service::{FILE_REFERENCE, HOOK};
use super::{DecodedShape, Field, TEXT_LIST, always, field};

pub(super) const BUILD: &[Field] = &[
    field("context", DecodedShape::Text),
    field("dockerfile", DecodedShape::Text),
    field("dockerfile_inline", DecodedShape::Text),
    field("entitlements", TEXT_LIST),
    field("args", DecodedShape::Environment),
    field("provenance", DecodedShape::Text),
    field("sbom", DecodedShape::Text),
    field("ssh", DecodedShape::Ssh),
    field("labels", DecodedShape::Mapping),
    field("cache_from", DecodedShape::Texts),
    field("cache_to", DecodedShape::Texts),
    field("no_cache", DecodedShape::Bool),
    field("additional_contexts", DecodedShape::Mapping),
    field("pull", DecodedShape::Bool),
    field("extra_hosts", DecodedShape::Hosts),
    field("isolation", DecodedShape::Text),
    field("network", DecodedShape::Text),
    field("target", DecodedShape::Text),
    field("secrets", DecodedShape::List(&DecodedShape::Struct(FILE_REFERENCE))),
    field("shm_size", DecodedShape::Bytes),
    field("tags", DecodedShape::Texts),
    field("ulimits", DecodedShape::Map(&DecodedShape::Pointer(&DecodedShape::Ulimit))),
    field("platforms", DecodedShape::Texts),
    field("privileged", DecodedShape::Bool),
];

pub(super) const DEVELOP: &[Field] = &[field("watch", DecodedShape::List(&DecodedShape::Struct(TRIGGER)))];

const TRIGGER: &[Field] = &[
    always("path", "path", DecodedShape::Text),
    always("action", "action", DecodedShape::Text),
    field("target", DecodedShape::Text),
    field("exec", DecodedShape::Struct(HOOK)),
    field("include", TEXT_LIST),
    field("ignore", TEXT_LIST),
    field("initial_sync", DecodedShape::Bool),
];
