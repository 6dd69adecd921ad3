//! The shape of `build`, and what it shares with a service.

use super::service_parts::GRANTS;
use super::shape::{
    AllowedNames, EntryStyle, FLAG, INTEGER_OR_TEXT, Mapping, PAIRS, Scalars, SchemaKey, SchemaShape, Struct, TEXT,
    TEXT_OR_SET, TEXTS, Table, key,
};

/// `build`: a path, or settings.
pub(crate) static BUILD: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).or_map(Mapping::Struct(&BUILD_STRUCT));

/// The settings of a build.
pub(crate) static BUILD_STRUCT: Struct = Struct::new("`build`", BUILD_KEYS);

static BUILD_KEYS: &[SchemaKey] = &[
    key(
        "additional_contexts",
        &PAIRS,
        "Additional named contexts for `FROM` and `COPY --from`: a path, a URL, an image or `service:NAME`",
    )
    .since(2, 17, 0),
    key("args", &PAIRS, "Values for the `ARG`s of the Dockerfile; visible in the image history"),
    key("cache_from", &TEXTS, "Images or caches that the builder may reuse layers from"),
    key("cache_to", &TEXTS, "Where the builder exports its cache").since(2, 4, 0),
    key("context", &TEXT, "Directory or Git URL of the build context; relative to this file"),
    key("dockerfile", &TEXT, "Dockerfile to use, relative to the context; default `Dockerfile`"),
    key("dockerfile_inline", &TEXT, "Inline Dockerfile; cannot be combined with `dockerfile`").since(2, 17, 0),
    key("entitlements", &TEXTS, "Privileges the build may use, such as `network.host`").since(2, 27, 0),
    key("extra_hosts", &EXTRA_HOSTS, "Additional hostnames and their addresses, during the build"),
    key("isolation", &TEXT, "Isolation of build containers; depends on the platform"),
    key("labels", &PAIRS, "Labels of the resulting image"),
    key("network", &TEXT, "Network that `RUN` steps use: `default`, `none`, `host` or a name"),
    key("no_cache", &FLAG, "Builds without using the cache").since(2, 4, 0),
    key("no_cache_filter", &TEXT_OR_SET, "Stages that are built without using the cache").since(5, 0, 0),
    key("platforms", &TEXTS, "Platforms to build for, such as `linux/arm64`").since(2, 10, 0),
    key("privileged", &FLAG, "Builds with elevated privileges").since(2, 15, 0),
    key("provenance", &FLAG, "Adds a provenance attestation").since(2, 39, 0),
    key("pull", &FLAG, "Always tries to pull newer base images").since(2, 4, 0),
    key("sbom", &FLAG, "Adds an SBOM attestation").since(2, 39, 0),
    key("secrets", &GRANTS, "Secrets for `RUN --mount=type=secret`; they are not stored in the image").since(2, 5, 0),
    key("shm_size", &INTEGER_OR_TEXT, "Size of `/dev/shm` during the build, in bytes or as `64m`"),
    key("ssh", &PAIRS, "SSH agent sockets or keys for `RUN --mount=type=ssh`").since(2, 4, 0),
    key("tags", &TEXTS, "Additional tags for the image, besides `image`").since(2, 5, 1),
    key("target", &TEXT, "Stage of the Dockerfile to build"),
    key("ulimits", &ULIMITS, "Ulimits during the build").since(2, 23, 1),
];

static HOST_ADDRESSES: SchemaShape = SchemaShape::from_scalars(Scalars::TEXT).or_list(&TEXT, EntryStyle::Words);
static HOST_TABLE: Table = Table { title: "a host", names: AllowedNames::Filled, closed: true, value: &HOST_ADDRESSES };
/// `extra_hosts`: names to addresses, or a list of `name:address`.
pub(crate) static EXTRA_HOSTS: SchemaShape = SchemaShape::table(&HOST_TABLE).or_set(&TEXT, EntryStyle::Joined);

static ULIMIT_STRUCT: Struct = Struct::new("a limit", ULIMIT_KEYS).required(&["soft", "hard"]);
static ULIMIT_KEYS: &[SchemaKey] = &[
    key("hard", &INTEGER_OR_TEXT, "Hard limit: the maximum to which a process may raise its limit; -1 for unlimited"),
    key("soft", &INTEGER_OR_TEXT, "Soft limit: the limit that applies at start; -1 for unlimited"),
];
static ULIMIT: SchemaShape =
    SchemaShape::from_scalars(Scalars::INTEGER.or(Scalars::TEXT)).or_map(Mapping::Struct(&ULIMIT_STRUCT));
static ULIMIT_TABLE: Table = Table { title: "a limit", names: AllowedNames::Lower, closed: false, value: &ULIMIT };
/// `ulimits`: names of limits to one number or two.
pub(crate) static ULIMITS: SchemaShape = SchemaShape::table(&ULIMIT_TABLE);
