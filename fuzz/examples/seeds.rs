//! Writes the examples of all documents as the first inputs of the fuzzer: `cargo run --example seeds`, then
//! `cargo +nightly fuzz run check`.

use std::fs;
use std::io;
use std::path::Path;

use plimsoll::testing::examples::examples;
use plimsoll::testing::rules::all;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in ["check", "fix", "start"] {
        let folder = root.join(target);
        fs::create_dir_all(&folder)?;
        for rule in all() {
            let found = examples(rule.document).map_err(io::Error::other)?;
            for (number, example) in found.iter().enumerate() {
                fs::write(folder.join(format!("{}-{number}", rule.document.name)), plimsoll_fuzz::input(example))?;
            }
        }
    }
    Ok(())
}
