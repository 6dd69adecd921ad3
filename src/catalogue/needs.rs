//! What an image needs around it or does in memory: a part of the types that `rules/images` is read into.

use serde::Deserialize;

use super::{TagRange, VariableSetting};

/// How an image reaches Docker's API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EngineAccess {
    /// The path at which it looks for the socket.
    pub(crate) socket: String,
    /// Variables that name another endpoint.
    #[serde(default)]
    pub(crate) variables: Vec<String>,
    /// Options of the command that do.
    #[serde(default)]
    pub(crate) flags: Vec<String>,
    /// What it does without: one clause.
    pub(crate) without: String,
}

/// The configuration that an image reads.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigurationFiles {
    /// The paths of files and directories (ending in `/`) that it reads as it comes.
    #[serde(default)]
    pub(crate) reads: Vec<String>,
    /// Whether the image's own command names the files in `reads`: another command has to name them, too.
    #[serde(default)]
    pub(crate) by_command: bool,
    /// Whether options alone say where the data is, and no configuration.
    #[serde(default)]
    pub(crate) moves_no_data: bool,
    /// How its configurations are called: ends of paths.
    pub(crate) called: Vec<String>,
}

/// What an image needs in a container that is hardened: facts that hold while it starts as root.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hardening {
    /// The tags it holds for.
    pub(crate) tags: Option<TagRange>,
    /// Capabilities without which it does not start.
    #[serde(default)]
    pub(crate) capabilities: Vec<String>,
    /// Capabilities that it needs for its first start, or for one with other files than those it made.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// What it needs them for: one clause about `it`.
    pub(crate) why: Option<String>,
    /// Directories besides those of its data that it writes to when it starts.
    #[serde(default)]
    pub(crate) scratch: Vec<String>,
    /// A mount at, above or below one of these paths may make it write elsewhere.
    #[serde(default)]
    pub(crate) unless_mounted: Vec<String>,
}

/// The use an image makes of an NVIDIA GPU.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gpu {
    /// Whether it can do without.
    pub(crate) need: GpuNeed,
    /// Holds only for tags with one of these words; for all if none.
    #[serde(default)]
    pub(crate) only: Vec<String>,
    /// Does not hold for tags with one of these words (`cpu`, `rocm`).
    #[serde(default)]
    pub(crate) except: Vec<String>,
}

/// Whether an image can do without a GPU.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum GpuNeed {
    /// It fails without.
    Required,
    /// It is slower without.
    Optional,
}

/// A database that lives in memory.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InMemory {
    /// Settings that give it a place: any of them does.
    pub(crate) unless: Vec<VariableSetting>,
    /// Beginnings of words of the command that do (`--config`, `file:`).
    #[serde(default)]
    pub(crate) unless_flags: Vec<String>,
}

/// The port that the HEALTHCHECK of an image asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckedPort {
    /// The tags it holds for.
    pub(crate) tags: Option<TagRange>,
    /// The port.
    pub(crate) port: u16,
}
