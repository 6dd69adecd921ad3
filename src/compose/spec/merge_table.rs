//! Which attributes Compose merges in their own way, and by what the items of a list count as the same.
//! Facts: compose-go 2.9.1, `override`; each row has a case in `fixtures/parity`.

use std::sync::LazyLock;

use crate::compose::value::Text;
use crate::compose::value::pattern::{At, Patterns};

/// How an attribute merges.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Merger {
    /// The later value wins whole.
    Replace,
    /// Both become lists of `key=value`; the later comes behind the earlier.
    Sequence,
    /// As `Sequence`, without what is there already.
    UniqueSequence,
    /// A text is a build context.
    Build,
    /// A list of names is a mapping with null under each.
    Names,
    /// A list of services is a mapping with the condition that the short form implies.
    Dependencies,
    /// Options merge under the same driver only.
    Logging,
    /// Address pools merge by subnet.
    IpamConfig,
}

/// The way of the attribute at a path, if it has one of its own.
pub(crate) fn merger(path: &[Text]) -> Option<Merger> {
    static TABLE: LazyLock<Patterns<Merger>> = LazyLock::new(|| Patterns::new(MERGERS));
    TABLE.get(path).copied()
}

pub(in crate::compose) const MERGERS: &[(&str, Merger)] = &[
    ("networks.*.ipam.config", Merger::IpamConfig),
    ("networks.*.labels", Merger::Sequence),
    ("volumes.*.labels", Merger::Sequence),
    ("services.*.annotations", Merger::Sequence),
    ("services.*.build", Merger::Build),
    ("services.*.build.args", Merger::Sequence),
    ("services.*.build.additional_contexts", Merger::Sequence),
    ("services.*.build.extra_hosts", Merger::UniqueSequence),
    ("services.*.build.labels", Merger::Sequence),
    ("services.*.command", Merger::Replace),
    ("services.*.depends_on", Merger::Dependencies),
    ("services.*.deploy.labels", Merger::Sequence),
    ("services.*.dns", Merger::Sequence),
    ("services.*.dns_opt", Merger::Sequence),
    ("services.*.dns_search", Merger::Sequence),
    ("services.*.entrypoint", Merger::Replace),
    ("services.*.env_file", Merger::Sequence),
    ("services.*.label_file", Merger::Sequence),
    ("services.*.environment", Merger::Sequence),
    ("services.*.extra_hosts", Merger::UniqueSequence),
    ("services.*.healthcheck.test", Merger::Replace),
    ("services.*.labels", Merger::Sequence),
    ("services.*.volumes.*.volume.labels", Merger::Sequence),
    ("services.*.logging", Merger::Logging),
    ("services.*.models", Merger::Names),
    ("services.*.networks", Merger::Names),
    ("services.*.sysctls", Merger::Sequence),
    ("services.*.tmpfs", Merger::Sequence),
    ("services.*.ulimits.*", Merger::Replace),
];

/// By what two items of a list count as the same; the later one then takes the place of the earlier.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ItemIdentity {
    /// What comes before the `=`.
    Key,
    /// The target of a mount.
    MountTarget,
    /// The target of a device.
    DeviceTarget,
    /// The target of a secret or config; without one, its name below this directory.
    GrantTarget(&'static str),
    /// The number or text itself.
    Text,
    /// Host address, published port, target and protocol; a short form counts as its text.
    Port,
    /// The path of an env file.
    EnvFile,
}

impl ItemIdentity {
    /// Whether no item of such a list can lack what identifies it.
    pub(crate) fn is_never_absent(self) -> bool {
        match self {
            ItemIdentity::Key | ItemIdentity::GrantTarget(_) | ItemIdentity::Text | ItemIdentity::EnvFile => true,
            ItemIdentity::MountTarget | ItemIdentity::DeviceTarget | ItemIdentity::Port => false,
        }
    }
}

/// The lists whose duplicates are removed, each with the identity of its items.
pub(crate) fn identities() -> At<ItemIdentity> {
    static TABLE: LazyLock<Patterns<ItemIdentity>> = LazyLock::new(|| Patterns::new(IDENTITIES));
    TABLE.start()
}

pub(in crate::compose) const IDENTITIES: &[(&str, ItemIdentity)] = &[
    ("networks.*.labels", ItemIdentity::Key),
    ("networks.*.ipam.options", ItemIdentity::Key),
    ("services.*.annotations", ItemIdentity::Key),
    ("services.*.build.args", ItemIdentity::Key),
    ("services.*.build.additional_contexts", ItemIdentity::Key),
    ("services.*.build.platform", ItemIdentity::Key),
    ("services.*.build.tags", ItemIdentity::Key),
    ("services.*.build.labels", ItemIdentity::Key),
    ("services.*.cap_add", ItemIdentity::Key),
    ("services.*.cap_drop", ItemIdentity::Key),
    ("services.*.configs", ItemIdentity::GrantTarget("")),
    ("services.*.deploy.labels", ItemIdentity::Key),
    ("services.*.devices", ItemIdentity::DeviceTarget),
    ("services.*.dns", ItemIdentity::Key),
    ("services.*.dns_opt", ItemIdentity::Key),
    ("services.*.dns_search", ItemIdentity::Key),
    ("services.*.environment", ItemIdentity::Key),
    ("services.*.env_file", ItemIdentity::EnvFile),
    ("services.*.expose", ItemIdentity::Text),
    ("services.*.labels", ItemIdentity::Key),
    ("services.*.links", ItemIdentity::Key),
    ("services.*.networks.*.aliases", ItemIdentity::Key),
    ("services.*.networks.*.link_local_ips", ItemIdentity::Key),
    ("services.*.ports", ItemIdentity::Port),
    ("services.*.profiles", ItemIdentity::Key),
    ("services.*.secrets", ItemIdentity::GrantTarget("/run/secrets")),
    ("services.*.sysctls", ItemIdentity::Key),
    ("services.*.tmpfs", ItemIdentity::Key),
    ("services.*.volumes", ItemIdentity::MountTarget),
];
