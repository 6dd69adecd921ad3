//! The pager of a person at a terminal: the only program that is started besides git, and only where one looks on.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::git::programs::find;
use super::variable;

/// What `less` does where nobody says otherwise: it ends where all fits, shows colors, and leaves the text there.
const LESS: &str = "FRX";

/// Shows a text in the pager that the environment names, or in `less`; false where there is none, or it is `cat` or empty.
/// A program in the checkout is not started.
pub(crate) fn show(text: &str, directory: &Path) -> bool {
    let named = variable("PLIMSOLL_PAGER").or_else(|| variable("PAGER")).unwrap_or_else(|| "less".to_owned());
    let mut words = named.split_whitespace();
    let Some(program) = words.next().filter(|program| *program != "cat") else { return false };
    let Some(program) = find(program, directory) else { return false };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if variable("LESS").is_none() {
        command.env("LESS", LESS);
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // Who has read enough closes it.
        let _ = input.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
