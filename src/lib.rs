//! plimsoll, the load line for Compose files: reads a Docker Compose project as Docker Compose does and reports what
//! will break, leak or lose data. Modules are listed in the order of the pipeline; imports point upstream only.

#![cfg_attr(feature = "testing", warn(unreachable_pub))]
#![cfg_attr(not(feature = "cli"), expect(dead_code, unused_imports, reason = "much of it serves the command line"))]

mod collections;
mod guard;
mod threads;
mod source;
mod budget;
mod text;
mod yaml;
mod secrets;
mod catalogue;
mod compose;
mod model;
mod finding;
mod config;
mod app_config;
mod facts;
mod rules;
mod progress;
mod discover;
mod graph;
mod report;
mod workspace;
mod fix;
mod since;
mod changes;
mod review;
mod render;
#[cfg(feature = "cli")]
mod lsp;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "testing")]
#[doc(hidden)]
pub mod testing;

#[cfg(feature = "cli")]
pub use cli::{Surroundings, run};
pub use guard::{on_known_stack, remember_defects};
