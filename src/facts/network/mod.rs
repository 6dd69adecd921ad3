//! Who listens where, who reaches whom, and what is published.

pub(crate) mod advertised;
pub(crate) mod announced;
pub(crate) mod brokers;
pub(crate) mod duplicate_labels;
pub(crate) mod exposure;
pub(crate) mod hosts;
pub(crate) mod listeners;
pub(crate) mod peers;
pub(crate) mod proxied;
pub(crate) mod published;
pub(crate) mod reach;
pub(crate) mod servers;
pub(crate) mod traefik_names;
