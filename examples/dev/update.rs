//! Everything that is generated, written anew by the tests that compare it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::testing::{is_stale, stale_mark};

use super::root;

/// The tests that write: of snapshots, documents, `docs/rules.md`, `docs/plimsoll.schema.json` and `docs/output.md`.
const TESTS: [&str; 3] = ["--lib", "--test=rules", "--test=it"];

/// Formats the rules and runs the tests.
pub fn run() -> Result<(), String> {
    format_rules()?;
    if documents()?.iter().any(|path| is_changed(path)) {
        fs::write(stale_mark(), "").map_err(|error| error.to_string())?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--quiet", "--no-fail-fast"])
        .args(TESTS)
        .current_dir(root())
        .env("PLIMSOLL_UPDATE", "1")
        .env("INSTA_UPDATE", "always")
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("tests fail for another reason than what they write".to_owned()),
        Err(error) => Err(format!("cargo: {error}")),
    }
}

/// Their modules are declared by the build script, where `cargo fmt` does not look.
fn format_rules() -> Result<(), String> {
    let files: Vec<PathBuf> = below("src/rules")?.into_iter().filter(|path| has_extension(path, "rs")).collect();
    let status = Command::new("rustfmt").args(["--edition", "2024"]).args(files).current_dir(root()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("rustfmt fails".to_owned()),
        Err(error) => Err(format!("rustfmt: {error}")),
    }
}

fn documents() -> Result<Vec<PathBuf>, String> {
    Ok(below("rules")?.into_iter().filter(|path| has_extension(path, "md")).collect())
}

fn is_changed(path: &Path) -> bool {
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    fs::read_to_string(path).is_ok_and(|text| is_stale(name, &text))
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

/// The files in the folders of a folder.
fn below(folder: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for family in list(&root().join(folder))?.into_iter().filter(|path| path.is_dir()) {
        found.extend(list(&family)?);
    }
    Ok(found)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let at = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(at)? {
        paths.push(entry.map_err(at)?.path());
    }
    paths.sort();
    Ok(paths)
}
