//! Compose's notations inside scalars: ports, volumes, commands, sizes, durations, hosts, and Go's way with values.

pub(crate) mod duration;
pub(crate) mod go;
pub(crate) mod hosts;
pub(crate) mod port;
pub(crate) mod size;
pub(crate) mod time;
pub(crate) mod volume;
pub(crate) mod words;
