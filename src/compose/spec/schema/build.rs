//! The shape of `build`, and what it shares with a service.

use super::service_parts::GRANTS;
use super::shape::{
    EntryStyle, FLAG, INTEGER_OR_TEXT, Key, Mapping, Names, PAIRS, Scalars, Shape, Struct, TEXT, TEXT_OR_SET, TEXTS,
    Table, key,
};

/// `build`: a path, or settings.
pub(crate) static BUILD: Shape = Shape::of(Scalars::TEXT).or_map(Mapping::Struct(&BUILD_STRUCT));

/// The settings of a build.
pub(crate) static BUILD_STRUCT: Struct = Struct::new("`build`", BUILD_KEYS);

static BUILD_KEYS: &[Key] = &[
    key(
        "additional_contexts",
        &PAIRS,
        "More named contexts for `FROM` and `COPY --from`: a path, a URL, an image or `service:NAME`",
    )
    .since(2, 17, 0),
    key("args", &PAIRS, "Values for the `ARG`s of the Dockerfile; they stay visible in the image's history"),
    key("cache_from", &TEXTS, "Images or caches that the builder may take layers from"),
    key("cache_to", &TEXTS, "Where the builder puts its cache").since(2, 4, 0),
    key("context", &TEXT, "Directory or Git URL that is sent to the builder; relative to this file"),
    key("dockerfile", &TEXT, "Dockerfile to use, relative to the context; `Dockerfile` if not given"),
    key("dockerfile_inline", &TEXT, "The Dockerfile itself, written here; excludes `dockerfile`").since(2, 17, 0),
    key("entitlements", &TEXTS, "Privileges the build may use, such as `network.host`").since(2, 27, 0),
    key("extra_hosts", &EXTRA_HOSTS, "Host names and their addresses, known during the build"),
    key("isolation", &TEXT, "How build containers are isolated; depends on the platform"),
    key("labels", &PAIRS, "Labels of the image that comes out"),
    key("network", &TEXT, "Network that `RUN` steps use: `default`, `none`, `host` or a name"),
    key("no_cache", &FLAG, "Builds every layer anew").since(2, 4, 0),
    key("no_cache_filter", &TEXT_OR_SET, "Stages that are built anew while others may come from the cache")
        .since(5, 0, 0),
    key("platforms", &TEXTS, "Platforms to build for, such as `linux/arm64`").since(2, 10, 0),
    key("privileged", &FLAG, "Builds with raised privileges").since(2, 15, 0),
    key("provenance", &FLAG, "Adds a record of how the image was built").since(2, 39, 0),
    key("pull", &FLAG, "Asks the registry for newer base images at each build").since(2, 4, 0),
    key("sbom", &FLAG, "Adds a list of the software in the image").since(2, 39, 0),
    key("secrets", &GRANTS, "Secrets that `RUN --mount=type=secret` may read; they do not enter the image")
        .since(2, 5, 0),
    key("shm_size", &INTEGER_OR_TEXT, "Size of `/dev/shm` during the build, in bytes or as `64m`"),
    key("ssh", &PAIRS, "SSH agent sockets or keys for `RUN --mount=type=ssh`").since(2, 4, 0),
    key("tags", &TEXTS, "More names for the image, beside `image`").since(2, 5, 1),
    key("target", &TEXT, "Stage of the Dockerfile to build"),
    key("ulimits", &ULIMITS, "Limits of processes during the build").since(2, 23, 1),
];

static HOST_ADDRESSES: Shape = Shape::of(Scalars::TEXT).or_list(&TEXT, EntryStyle::Words);
static HOST_TABLE: Table = Table { title: "a host", names: Names::Filled, closed: true, value: &HOST_ADDRESSES };
/// `extra_hosts`: names to addresses, or a list of `name:address`.
pub(crate) static EXTRA_HOSTS: Shape = Shape::table(&HOST_TABLE).or_set(&TEXT, EntryStyle::Joined);

static ULIMIT_STRUCT: Struct = Struct::new("a limit", ULIMIT_KEYS).required(&["soft", "hard"]);
static ULIMIT_KEYS: &[Key] = &[
    key("hard", &INTEGER_OR_TEXT, "The most that a process may raise its limit to; -1 for no limit"),
    key("soft", &INTEGER_OR_TEXT, "The limit in force at the start; -1 for no limit"),
];
static ULIMIT: Shape = Shape::of(Scalars::INTEGER.or(Scalars::TEXT)).or_map(Mapping::Struct(&ULIMIT_STRUCT));
static ULIMIT_TABLE: Table = Table { title: "a limit", names: Names::Lower, closed: false, value: &ULIMIT };
/// `ulimits`: names of limits to one number or two.
pub(crate) static ULIMITS: Shape = Shape::table(&ULIMIT_TABLE);
