//! Turns `rules/` into tables at compile time, so that a run parses none of it.

mod documents;

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=rules");
    if let Err(reason) = documents::write() {
        println!("cargo::error={reason}");
    }
}
