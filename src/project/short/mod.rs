//! Compose's notations inside scalars: ports, volumes, commands, sizes, durations, hosts, and Go's way with values.

pub mod duration;
pub mod go;
pub mod hosts;
pub mod port;
pub mod size;
pub mod time;
pub mod volume;
pub mod words;
