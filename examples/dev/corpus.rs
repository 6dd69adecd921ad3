//! What one rule finds in a directory of real repositories, with the lines that it points at.

use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::testing::finding::{RuleId, Selector, Severity};
use plimsoll::testing::render::{Format, RenderOptions, render};
use plimsoll::testing::report::Report;
use plimsoll::testing::source::SourceDb;
use plimsoll::testing::workspace::{self, Request, Selection};
use rayon::prelude::*;

use super::root;

#[derive(clap::Args)]
pub struct Arguments {
    /// The rule.
    #[arg(long, value_name = "NAME")]
    rule: String,
    /// Print this many findings, spread evenly over all.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// A directory with one repository in each folder; by default the corpus that CI has next to the checkout.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
}

/// Judges each repository by itself, and prints the findings in the order of the folders.
pub fn print(arguments: &Arguments) -> Result<(), String> {
    let rule = plimsoll::testing::rules::find(&arguments.rule)
        .ok_or_else(|| format!("no rule is named `{}`", arguments.rule))?;
    let corpus = match &arguments.corpus {
        Some(directory) => directory.clone(),
        None => unpacked()?,
    };
    let mut repositories = Vec::new();
    for entry in std::fs::read_dir(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))? {
        repositories.push(entry.map_err(|error| error.to_string())?.path());
    }
    repositories.retain(|path| path.is_dir());
    repositories.sort();
    let texts: Vec<String> =
        repositories.par_iter().flat_map_iter(|repository| findings(repository, &corpus, rule.id)).collect();
    let shown = arguments.limit.unwrap_or(texts.len()).min(texts.len());
    for number in 0..shown {
        println!("{}", texts.get(number * texts.len() / shown).map_or("", |text| text.trim_end()));
        println!();
    }
    println!("{} of {} findings in {} repositories", shown, texts.len(), repositories.len());
    Ok(())
}

/// Each finding as text.
fn findings(repository: &Path, corpus: &Path, rule: RuleId) -> Vec<String> {
    let sources = SourceDb::new();
    let request = Request {
        directory: repository.to_path_buf(),
        selection: Selection { select: vec![Selector::Rule(rule)], preview: true, ..Selection::default() },
        ..Request::default()
    };
    let report = workspace::check(&sources, &request);
    let mut options = RenderOptions::new(corpus.to_path_buf());
    options.show = Severity::Info;
    options.summary = false;
    let one =
        |finding| render(Format::Text, &Report { findings: vec![finding], ..Report::default() }, &sources, &options);
    report.findings.into_iter().filter(|finding| finding.suppressed.is_none()).map(one).collect()
}

/// The corpus, unpacked by its own script.
fn unpacked() -> Result<PathBuf, String> {
    let script =
        root().ancestors().map(|folder| folder.join("shared/corpus/unpack.sh")).find(|script| script.is_file());
    let script = script.ok_or("no corpus is beside the checkout: name a directory with `--corpus DIR`")?;
    let output = Command::new(&script).output().map_err(|error| format!("{}: {error}", script.display()))?;
    let home = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if home.is_empty() {
        Err(format!("{}: prints no directory", script.display()))
    } else {
        Ok(Path::new(&home).join("repos"))
    }
}
