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

/// Words that a fuzzer would find late.
const WORDS: [&str; 26] = [
    "docker compose -f ",
    " up\n",
    "%%% up.sh\n",
    "%%% Makefile\n",
    "%%% .github/workflows/a.yml\n",
    "%%% justfile\n",
    "%%% .env\n",
    "%%% .gitlab-ci.yml\n",
    "%%% plimsoll.yaml\n",
    "%%% Dockerfile\n",
    "${A:-",
    "$(",
    "}",
    "<<: *a",
    "&a ",
    "!reset ",
    "::error::",
    "##[error]",
    "##vso[a]",
    "\u{1b}[31m",
    "\u{202e}",
    "\r",
    "  ",
    "- ",
    ": ",
    "\0",
];

/// A number below a limit, the next of a sequence that a seed begins.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// A place between two characters.
    fn place(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    }

    /// A part of a text.
    fn part<'t>(&mut self, text: &'t str) -> &'t str {
        let (one, other) = (self.place(text), self.place(text));
        text.get(one.min(other)..one.max(other)).unwrap_or_default()
    }
}

/// An input with a few parts doubled, moved, brought in from another one, or gone.
fn changed(input: &str, other: &str, numbers: &mut Numbers) -> String {
    let mut text = input.to_owned();
    for _ in 0..=numbers.below(4) {
        let at = numbers.place(&text);
        match numbers.below(6) {
            0 => text.insert_str(at, WORDS.get(numbers.below(WORDS.len())).copied().unwrap_or_default()),
            1 => text.insert_str(at, numbers.part(other)),
            2 => {
                let part = numbers.part(&text).to_owned();
                text.insert_str(at, &part);
            }
            3 => {
                let part = numbers.part(&text);
                let short: String = part.chars().take(12).collect();
                text.insert_str(at, &short.repeat(1 + numbers.below(200)));
            }
            4 => text.truncate(at),
            _ => {
                let end = at + numbers.below(40);
                let end = (end..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
                text.replace_range(at..end, "");
            }
        }
    }
    text
}

/// `PLIMSOLL_FUZZ` is how many inputs are tried, `PLIMSOLL_FUZZ_SEED` where they begin.
#[test]
fn changed_examples_are_judged_and_what_they_start_is_found() {
    let number =
        |name: &str, usual: usize| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let inputs: Vec<String> = inputs().collect();
    let mut numbers = Numbers(number("PLIMSOLL_FUZZ_SEED", 1) as u64);
    for _ in 0..number("PLIMSOLL_FUZZ", 300) {
        let (one, other) = (numbers.below(inputs.len()), numbers.below(inputs.len()));
        let input = changed(&inputs[one], &inputs[other], &mut numbers);
        for act in [fuzzing::check, fuzzing::start] {
            let outcome = std::panic::catch_unwind(|| act(input.as_bytes()));
            assert!(outcome.is_ok(), "this input:\n{input}");
        }
    }
}
