//! Languages in text: interpolation templates, env files, shell scripts, escapes of addresses, and names that are nearly the same.

pub(crate) mod dotenv;
pub(crate) mod nearest;
pub(crate) mod percent;
pub(crate) mod shell;
pub mod template;
pub(crate) mod wording;
