//! The project as docker compose sees it: files read, included, extended, interpolated and merged.

mod canonical;
mod consistency;
mod cycles;
pub mod convert;
pub mod decode;
mod defaults;
mod env_files;
pub mod environment;
mod extends;
pub mod few;
mod include;
mod interpolate;
pub mod legacy;
mod load;
mod map;
pub mod mend;
mod merge;
mod merge_table;
mod name;
mod near;
pub mod origins;
pub mod output;
mod path;
mod shapes;
mod paths;
mod rejections;
pub mod schema;
pub mod short;
pub mod texts;
mod unique;
mod validate;
pub mod value;

pub use interpolate::Reference;
pub use load::{Entry, Project, ServiceEnvFile, load};
pub use near::nearest;
