//! What is a secret: one answer, by names and by values, for output and for the rules.

mod addresses;
mod assignments;
mod commands;
mod comments;
mod defaults;
mod documents;
mod guess;
mod hashes;
mod headers;
mod known;
mod lines;
mod masks;
mod names;
mod options;
mod pem;
mod random;
mod ranges;
mod references;
mod scalars;
mod signs;
mod text;
mod tokens;
mod vocabulary;
mod written;

pub(crate) use documents::{HiddenSpans, hidden_in_text};
pub(crate) use guess::{Strength, strength};
pub(crate) use known::KnownSecrets;
pub(crate) use masks::Masks;
pub(crate) use names::is_secret_name;
pub(crate) use text::{holds_secret, masked};
pub(crate) use written::{Form, Written, in_command, written_out};

/// What is shown in place of a secret.
pub(crate) const MASK: &str = "•••";

#[cfg(test)]
mod tests;
