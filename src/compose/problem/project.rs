//! What is wrong with a project as a whole: what it lacks, what excludes each other, and names that lead nowhere.

use std::sync::Arc;

use crate::compose::value::Text;
use crate::compose::value::quote::Quote;

/// Something that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Everything: the file is empty.
    Services,
    /// The name of the project.
    ProjectName,
    /// What identifies an entry of a list.
    EntryKey(&'static str),
    /// The source of a secret or config: one of these keys.
    OneOf(&'static [&'static str]),
    /// The source of a bind mount.
    BindSource,
    /// The image of a service.
    Image {
        /// The service.
        service: String,
    },
    /// The target of a `watch`.
    WatchTarget {
        /// Its action.
        action: &'static str,
    },
    /// A secret whose source is blank.
    SecretSource {
        /// The secret.
        name: String,
    },
    /// A key that the specification requires.
    Key {
        /// The key.
        key: &'static str,
        /// What lacks it: `a service`.
        title: &'static str,
        /// The name of the one that lacks it.
        owner: Option<Text>,
    },
}

/// Keys or values that exclude each other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Conflict {
    /// `name` and `external.name` differ.
    ExternalNames,
    /// A key next to `external: true`.
    External {
        /// The key.
        key: Text,
    },
    /// Two sources of one secret or config.
    Sources(&'static str, &'static str),
    /// `count` and `device_ids`.
    CountOrIds,
    /// `dockerfile` and `dockerfile_inline`.
    Dockerfile,
    /// A platform that `build.platforms` lacks.
    Platform(Quote),
    /// `network_mode` and `networks`.
    NetworkMode,
    /// Several containers with one name.
    ReplicasWithName {
        /// How many.
        count: i64,
        /// The name.
        name: Quote,
    },
    /// A limit next to a group of limits that does not set it.
    LimitBesideGroup {
        /// The key of the service.
        key: &'static str,
        /// The group below `deploy.resources`.
        section: &'static str,
        /// The key in it.
        inner: &'static str,
    },
    /// Two keys for one thing, with different values.
    Differ {
        /// The first.
        key: &'static str,
        /// The second, as a path below the service.
        other: String,
    },
}

/// What a name may be the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Resource {
    /// A service.
    Service,
    /// A network.
    Network,
    /// A volume.
    Volume,
    /// A secret.
    Secret,
    /// A config.
    Config,
    /// A model.
    Model,
}

impl Resource {
    /// The word for one of them.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Resource::Service => "service",
            Resource::Network => "network",
            Resource::Volume => "volume",
            Resource::Secret => "secret",
            Resource::Config => "config",
            Resource::Model => "model",
        }
    }

    /// The section at top level.
    pub(crate) fn section(self) -> &'static str {
        match self {
            Resource::Service => "services",
            Resource::Network => "networks",
            Resource::Volume => "volumes",
            Resource::Secret => "secrets",
            Resource::Config => "configs",
            Resource::Model => "models",
        }
    }
}

/// A name that nothing in the project has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Undefined {
    /// No such resource.
    Name {
        /// What it should be.
        kind: Resource,
        /// The name.
        name: Quote,
        /// The service that uses it.
        service: String,
        /// The names there are.
        known: Arc<[String]>,
    },
    /// A build context that is a service without `build`.
    NotBuilt {
        /// That service.
        name: Quote,
    },
}
