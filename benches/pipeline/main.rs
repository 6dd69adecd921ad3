//! The stages of the pipeline, measured on inputs made here, and the ratios of the design's budget at the end.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

mod budget;
mod inputs;

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::BytesCount;
use plimsoll::testing::rules::{self, Context};
use plimsoll::testing::source::SourceDb;
use plimsoll::testing::stages::Facts;
use plimsoll::testing::stages::Files;
use plimsoll::testing::stages::Texts;
use plimsoll::testing::stages::lower;
use plimsoll::testing::stages::template;
use plimsoll::testing::stages::{Budget, convert};
use plimsoll::testing::stages::{Outside, Project, ProjectEntry, load};
use plimsoll::testing::workspace::{self, Request};
use plimsoll::testing::yaml::{Trees, parse};

/// The inputs of each stage: what it is called, and how many services it has.
const INPUTS: [(&str, usize); 4] =
    [("small file", 2), ("1000 lines", 40), ("100 services", 100), ("1000 services", 1000)];
const NAMES: [&str; 4] = [INPUTS[0].0, INPUTS[1].0, INPUTS[2].0, INPUTS[3].0];

/// The directory that the inputs in memory are in. It is there, and empty: where it lacked, a run would look for other
/// projects around it.
static DIRECTORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let directory = std::env::temp_dir().join(format!("plimsoll-bench-empty-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    directory
});

/// Where the input is, in memory.
fn file() -> PathBuf {
    DIRECTORY.join("compose.yaml")
}

fn main() {
    if budget::is_child() {
        return budget::measure_memory();
    }
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments != ["budget"] {
        divan::main();
    }
    // `--list` and `--test` measure nothing, and whoever asks for one stage wants no more.
    if arguments.is_empty() || arguments == ["budget"] {
        budget::print();
    }
    // What is left in the directory for temporary files harms nobody.
    let _ = std::fs::remove_dir(&*DIRECTORY);
}

/// The text of an input.
fn text(name: &str) -> String {
    let (_, services) = INPUTS.into_iter().find(|(known, _)| *known == name).unwrap();
    inputs::project(services)
}

fn overlaid(text: String) -> SourceDb {
    let sources = SourceDb::new();
    sources.overlay(&file(), text);
    sources
}

/// What docker compose would be told with `-f FILE`.
fn entry() -> ProjectEntry {
    ProjectEntry {
        files: vec![file()],
        env_files: Vec::new(),
        directory: DIRECTORY.clone(),
        name: None,
        profiles: Vec::new(),
        variables: Vec::new(),
        outside: Outside::default(),
    }
}

/// A loaded project with what it was loaded from.
fn loaded(name: &str) -> (SourceDb, Project) {
    let sources = overlaid(text(name));
    let (project, _) = load(&sources, &Trees::default(), &entry());
    (sources, project)
}

/// What judges a project in memory.
fn request() -> Request {
    Request { directory: DIRECTORY.clone(), files: vec![file()], ..Request::default() }
}

/// The text with its index of lines.
#[divan::bench(name = "01 source", args = NAMES, max_time = 1)]
fn source_of_text(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher.counter(BytesCount::of_str(&text)).with_inputs(|| text.clone()).bench_values(overlaid);
}

/// The parser's events and nothing else: what the others are measured against.
#[divan::bench(name = "02 granit alone", args = NAMES, max_time = 1)]
fn granit_alone(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher.counter(BytesCount::of_str(&text)).bench(|| inputs::parse_only(black_box(&text)));
}

/// The events and the tree.
#[divan::bench(name = "03 yaml", args = NAMES, max_time = 1)]
fn yaml(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    let file = SourceDb::new().overlay(&file(), text.clone());
    bencher.counter(BytesCount::of_str(&text)).bench(|| parse(file, black_box(&text)));
}

/// The tree to values, aliases and merge keys followed.
#[divan::bench(name = "04 convert", args = NAMES, max_time = 1)]
fn convert_tree(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    let file = SourceDb::new().overlay(&file(), text.clone());
    let (tree, _) = parse(file, &text);
    bencher.bench(|| convert(black_box(&tree), &Budget::default()));
}

/// The variables of all lines.
#[divan::bench(name = "05 interpolate", args = NAMES, max_time = 1)]
fn interpolate(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    let lookup = |name: &str| (name.len().is_multiple_of(2)).then(|| "value".to_owned());
    bencher.bench(|| text.lines().map(|line| template::expand(black_box(line), &lookup).text.len()).sum::<usize>());
}

/// From the tree to the whole project: convert, interpolate, merge, schema, long forms, defaults, types, consistency.
#[divan::bench(name = "06 resolve", args = NAMES, max_time = 1)]
fn resolve(bencher: Bencher<'_, '_>, name: &str) {
    let sources = overlaid(text(name));
    let trees = Trees::default();
    let entry = entry();
    load(&sources, &trees, &entry);
    bencher.bench(|| load(&sources, &trees, black_box(&entry)));
}

/// The same with an override of every service.
#[divan::bench(name = "07 resolve with an override", args = NAMES, max_time = 1)]
fn resolve_with_an_override(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    let sources = overlaid(text.clone());
    let over = DIRECTORY.join("compose.override.yaml");
    sources.overlay(&over, inputs::override_of(&text));
    let trees = Trees::default();
    let mut entry = entry();
    entry.files.push(over);
    load(&sources, &trees, &entry);
    bencher.bench(|| load(&sources, &trees, black_box(&entry)));
}

/// The project to the model.
#[divan::bench(name = "08 lower", args = NAMES, max_time = 1)]
fn lower_project(bencher: Bencher<'_, '_>, name: &str) {
    let (sources, project) = loaded(name);
    let texts = Texts::new(&sources);
    bencher.bench_local(|| lower(black_box(&project), &texts));
}

/// The facts that several rules share.
#[divan::bench(name = "09 facts", args = NAMES, max_time = 1)]
fn facts(bencher: Bencher<'_, '_>, name: &str) {
    let (sources, project) = loaded(name);
    let model = lower(&project, &Texts::new(&sources));
    let trees = Trees::default();
    bencher.bench(|| {
        let facts = Facts::new(&model, &project, &sources, &trees, DIRECTORY.clone());
        black_box(facts.reach());
        let found = facts.published().len() + facts.unkept().len() + facts.blanks().len() + facts.peers().len();
        black_box(found + facts.gpus().len() + facts.proxied().len())
    });
}

/// All rules, with the facts that they ask for.
#[divan::bench(name = "10 rules", args = NAMES, max_time = 1)]
fn rules(bencher: Bencher<'_, '_>, name: &str) {
    let (sources, project) = loaded(name);
    let model = lower(&project, &Texts::new(&sources));
    let trees = Trees::default();
    let settings = plimsoll::testing::config::Config::default();
    bencher.bench(|| {
        let facts = Facts::new(&model, &project, &sources, &trees, DIRECTORY.clone());
        let context = Context {
            model: &model,
            facts: &facts,
            files: Files::new(&sources, &trees),
            project: &project,
            settings: &settings,
            fragment: false,
        };
        let mut findings = Vec::new();
        rules::all().filter_map(|rule| rule.check).for_each(|check| check(&context, &mut findings));
        findings
    });
}

/// Everything, from the text to the report.
#[divan::bench(name = "11 check", args = NAMES, max_time = 1)]
fn check_in_memory(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    let request = request();
    bencher
        .counter(BytesCount::of_str(&text))
        .with_inputs(|| overlaid(text.clone()))
        .bench_values(|sources| workspace::check(&sources, black_box(&request)));
}

/// Everything, over a tree of small projects on disk.
#[divan::bench(name = "12 check of a tree", sample_count = 10, sample_size = 1)]
fn check_of_a_tree(bencher: Bencher<'_, '_>) {
    let tree = inputs::Tree::new();
    let request = Request { directory: tree.root().to_path_buf(), ..Request::default() };
    bencher.bench(|| workspace::check(&SourceDb::new(), black_box(&request)));
}
