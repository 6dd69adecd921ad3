//! Everything that is tested from outside the crate, a module for each boundary; the rules have `tests/rules.rs`.

mod common;

mod blanks;
mod changes;
mod changes_reviewed;
mod cli;
mod compared;
mod compose;
mod configuration;
mod coverage;
mod dotenv;
mod environment;
mod fingerprints;
mod fixes;
mod fuzz;
mod hostile_config;
#[cfg(unix)]
mod hostile_files;
#[cfg(unix)]
mod hostile_git;
mod init;
mod invocations;
mod known;
mod lifecycle;
mod limits;
mod local;
mod lsp;
mod outputs;
mod parity;
mod places;
mod projects;
mod proxies;
mod rules_index;
mod secrets;
mod seeds;
mod seeds_secrets;
mod tidy;
mod variables;
