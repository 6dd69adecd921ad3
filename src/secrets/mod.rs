//! What is a secret: one answer, by names and by values, for output and for the rules.

mod addresses;
mod assignments;
mod commands;
mod comments;
mod defaults;
mod documents;
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

pub(crate) use documents::{HiddenSpans, hidden_in_text};
pub(crate) use known::KnownSecrets;
pub(crate) use masks::Masks;
pub(crate) use names::is_secret_name;
pub(crate) use text::{holds_secret, masked};

/// What is shown in place of a secret.
pub(crate) const MASK: &str = "•••";

#[cfg(test)]
mod tests;
