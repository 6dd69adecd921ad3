//! What the fuzzer asks of any input, asked of every example of every document, whole and cut short.

#[path = "../../fuzz/src/lib.rs"]
mod fuzzing;

use plimsoll::testing::examples::examples;
use plimsoll::testing::rules::all;

/// Each example as an input of the fuzzer.
fn inputs() -> impl Iterator<Item = String> {
    all().flat_map(|rule| examples(rule.document).unwrap_or_default()).map(|example| fuzzing::input(&example))
}

#[test]
fn every_example_and_the_first_lines_of_it_are_judged() {
    let mut number = 0;
    for input in inputs() {
        let lines: Vec<&str> = input.split_inclusive('\n').collect();
        for count in (1..=lines.len()).rev().step_by(8) {
            fuzzing::check(lines[..count].concat().as_bytes());
            number += 1;
        }
    }
    assert!(number > 1000, "{number} inputs");
}

#[test]
fn every_example_is_mended_at_once() {
    let mended: usize = inputs().map(|input| fuzzing::mend(input.as_bytes())).sum();
    assert!(mended > 100, "{mended} files are mended");
}
