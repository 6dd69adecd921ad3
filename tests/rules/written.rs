//! All rules over all examples, each value of a Compose file in turn brought by a variable: no word of a finding shows it,
//! unless `written.txt` says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use plimsoll::testing::examples::{Example, ExampleFile, examples};
use plimsoll::testing::finding::Finding;
use plimsoll::testing::rules::{Rule, all};
use rayon::prelude::*;

use crate::project::Project;
use crate::{Failure, Lines};

/// The variable that brings the value.
const NAME: &str = "BROUGHT_BY_A_VARIABLE";

/// The words that show a value, by the rule and the value.
type Shown = BTreeMap<(String, String), String>;

/// Compares what is shown with the list, whose lines are `rule: value: reason`.
pub fn listed(path: &Path) -> datatest_stable::Result<()> {
    let list = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))?;
    let mut intended = BTreeSet::new();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let entry = line.split_once(": ").and_then(|(rule, rest)| Some((rule, rest.split_once(": ")?.0)));
        let (rule, value) = entry.ok_or_else(|| format!("`{line}` is not `rule: value: reason`"))?;
        intended.insert((rule.to_owned(), value.to_owned()));
    }
    let rules: Vec<&Rule> = all().collect();
    let found: Result<Vec<_>, String> =
        rules.into_par_iter().map(|rule| shown(rule).map_err(|error| error.to_string())).collect();
    let mut all_shown = BTreeMap::new();
    let mut tried = 0;
    for (count, shown) in found? {
        tried += count;
        all_shown.extend(shown);
    }
    let surplus = all_shown.iter().filter(|(entry, _)| !intended.contains(*entry));
    let surplus = surplus.map(|((rule, value), words)| format!("{rule}: {value}: shown in\n  {words}"));
    let gone = intended.iter().filter(|entry| !all_shown.contains_key(*entry));
    let gone = gone.map(|(rule, value)| format!("{rule}: {value}: listed, but no longer shown"));
    let wrong: Vec<String> = surplus.chain(gone).collect();
    if tried < 300 {
        return Err(format!("only {tried} values were tried").into());
    }
    if wrong.is_empty() { Ok(()) } else { Err(Lines(wrong.join("\n")).into()) }
}

/// How many values of a document were tried, and those that are shown, by the rule that shows them.
fn shown(rule: &Rule) -> Result<(usize, Shown), Failure> {
    let mut found = BTreeMap::new();
    let mut tried = 0;
    for example in examples(rule.document)? {
        for (value, variant) in variants(&example) {
            tried += 1;
            let (_, findings) = Project::create(rule.document.name, &variant)?.check_all(&variant)?;
            for finding in &findings {
                for words in words(finding).into_iter().filter(|words| shows(words, &value)) {
                    found.entry((finding.rule.name().to_owned(), value.clone())).or_insert(words);
                }
            }
        }
    }
    Ok((tried, found))
}

fn words(finding: &Finding) -> Vec<String> {
    let labels = finding.labels.iter().map(|label| label.message.for_people().to_owned());
    let fix = finding.fixes.iter().map(|fix| fix.title.for_people().to_owned());
    let evidence = finding.evidence.iter().map(|evidence| format!("`{evidence}`"));
    let help = finding.help.iter().map(|help| help.for_people().to_owned());
    [finding.message.for_people().to_owned(), format!("`{}`", finding.subject)]
        .into_iter()
        .chain(help)
        .chain(labels)
        .chain(fix)
        .chain(evidence)
        .collect()
}

/// Whether a value is between backticks, alone or as a part with signs around it.
fn shows(words: &str, value: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    words.split('`').skip(1).step_by(2).any(|piece| {
        piece.match_indices(value).any(|(at, _)| {
            let before = piece.get(..at).and_then(|text| text.chars().next_back());
            let behind = piece.get(at + value.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(is_word) && !behind.is_some_and(is_word)
        })
    })
}

/// The example with a variable for each value of its Compose files that it has once.
fn variants(example: &Example) -> Vec<(String, Example)> {
    let mut variants = Vec::new();
    let is_compose = |file: &ExampleFile| file.language == "yaml" && !file.path.contains("plimsoll");
    for (number, file) in example.files.iter().enumerate().filter(|(_, file)| is_compose(file)) {
        for (at, value) in values(&file.text) {
            let count: usize = example.files.iter().map(|file| file.text.matches(value).count()).sum();
            let quote = file.text.get(..at).and_then(|before| before.chars().next_back());
            let is_quoted = matches!(quote, Some('"' | '\''));
            let variable = if is_quoted { format!("${{{NAME}}}") } else { format!("\"${{{NAME}}}\"") };
            let (before, behind) = file.text.split_at(at);
            if count != 1 || behind.trim_start_matches(value).starts_with('=') {
                continue;
            }
            let text = format!("{before}{variable}{}", behind.get(value.len()..).unwrap_or(""));
            let mut variant = example.clone();
            let line = format!("{NAME}={value}\n");
            if let Some(file) = variant.files.get_mut(number) {
                file.text = text;
            }
            match variant.files.iter_mut().find(|file| file.path == ".env") {
                Some(env) => env.text = format!("{line}{}", env.text),
                None => variant.files.push(ExampleFile {
                    path: ".env".to_owned(),
                    language: "env".to_owned(),
                    text: line,
                    expected: BTreeMap::new(),
                    line: 0,
                }),
            }
            variants.push((value.to_owned(), variant));
        }
    }
    variants
}

/// Words behind `: `, `- `, a bracket, a comma or a quote: values, by where they are.
fn values(text: &str) -> Vec<(usize, &str)> {
    let mut values = Vec::new();
    let is_of_value = |letter: char| letter.is_ascii_alphanumeric() || "._-/:@".contains(letter);
    let mut at = 0;
    for piece in text.split_inclusive(|letter: char| !is_of_value(letter)) {
        let word = piece.trim_end_matches(|letter: char| !is_of_value(letter));
        let before = text.get(..at).unwrap_or("").trim_end_matches(['"', '\'']);
        let follows = text.get(at + word.len()..).unwrap_or("").trim_start_matches(['"', '\'']);
        let is_value = [": ", "- ", "[", ", "].iter().any(|sign| before.ends_with(sign));
        let ends = follows.starts_with(['\n', ',', ']', '}', ' ']) && !follows.starts_with(" =");
        if word.len() >= 3 && is_value && ends && !word.ends_with(':') && !["true", "false"].contains(&word) {
            values.push((at, word));
        }
        at += piece.len();
    }
    values
}
