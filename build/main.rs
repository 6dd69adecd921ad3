//! Turns `rules/` into tables at compile time, so that a run parses none of it.

mod documents;
mod images;
mod registry;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use documents::Bodies;

/// Changes when the front matter on disk is no longer the one this build was made from; the tests of the documents see
/// to that. To watch the documents themselves would build the crate again after each change of a sentence.
const STALE: &str = "front-matter-changed";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={}", message.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    let is_release = env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    let bodies = if is_release { Bodies::Embedded } else { Bodies::OnDisk };
    let stale = out.join(STALE);
    for path in ["build", "src/rules", "src/catalogue", "rules/images"] {
        println!("cargo::rerun-if-changed={path}");
    }
    match bodies {
        Bodies::Embedded => println!("cargo::rerun-if-changed=rules"),
        Bodies::OnDisk => println!("cargo::rerun-if-changed={}", stale.display()),
    }
    if !stale.exists() {
        write(&stale, "")?;
    }
    let documents = documents::read_all(&root)?;
    write(&out.join("documents.rs"), &documents::module(&documents, &root, bodies))?;
    write(&out.join("registry.rs"), &registry::module(&documents, &root)?)?;
    images::write_table(&root, &out)
}

/// Writes a file whose text is not there already.
fn write(path: &Path, text: &str) -> Result<(), String> {
    if path.is_file() && fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
