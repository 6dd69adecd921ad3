//! plimsoll, the load line for Compose files: reads a Docker Compose project as Docker Compose does and reports what
//! will break, leak or lose data. Modules stand in the order of the pipeline; imports look upstream only.

pub mod source;
pub mod finding;
pub mod yaml;
pub mod secrets;
pub mod config;
pub mod catalogue;
pub mod template;
pub mod dotenv;
pub mod edits;
pub mod project;
pub mod model;
pub mod sidecar;
pub mod facts;
pub mod rules;
pub mod watch;
pub mod discover;
pub mod fragments;
pub mod graph;
pub mod report;
pub mod baseline;
pub mod suppress;
pub mod engine;
pub mod fix;
pub mod since;
pub mod render;
pub mod cli;
