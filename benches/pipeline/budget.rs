//! The ratios of the design's budget, measured side by side in one run. They are printed, never tested: a busy machine
//! would fail the build.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use plimsoll::testing::source::SourceDb;
use plimsoll::testing::workspace::{self, Request};

use crate::inputs;

/// Tells a child process how many services to judge.
const SERVICES: &str = "PLIMSOLL_BENCH_SERVICES";
/// A directory of the user's that is measured, too.
const TREE: &str = "PLIMSOLL_BENCH_TREE";
/// How often each side is measured; the least counts, which is the one that others disturbed least.
const ROUNDS: usize = 7;
/// Services of the small and of the large side.
const SIZES: (usize, usize) = (200, 2000);

/// A line of the table: what is measured, the figure, what it may be at most, and the unit of both.
struct Line {
    what: String,
    measured: Option<f64>,
    most: f64,
    unit: &'static str,
}

/// Whether this process was started to measure memory.
pub fn is_child() -> bool {
    env::var_os(SERVICES).is_some()
}

/// Judges a project, and prints by how many KiB the process grew at most.
pub fn measure_memory() {
    let services = env::var(SERVICES).unwrap().parse().unwrap();
    let sources = crate::overlaid(inputs::project(services));
    let before = peak().unwrap_or(0);
    black_box(workspace::check(&sources, &crate::request()));
    println!("{}", peak().map_or(0, |after| after.saturating_sub(before)));
}

/// Measures and prints the table.
pub fn print() {
    let tree = inputs::Tree::new();
    let mut lines = vec![tree_line("a tree of 300 projects : only parsing it", tree.root())];
    if let Some(own) = env::var_os(TREE) {
        lines.push(tree_line(&format!("{} : only parsing it", own.display()), &PathBuf::from(own)));
    }
    lines.extend(growth_lines());
    lines.extend(process_lines(tree.root()));
    let width = lines.iter().map(|line| line.what.len()).max().unwrap_or(0);
    println!("\n{:width$}  measured   at most", "budget");
    for line in lines {
        let verdict = match line.measured {
            Some(measured) if measured <= line.most => "",
            Some(_) => "  over",
            None => "  not measured here",
        };
        let measured = line.measured.map_or_else(|| "-".to_owned(), |measured| format!("{measured:.2}{}", line.unit));
        println!("{:width$}  {measured:>8}  {:>8}{verdict}", line.what, format!("{}{}", line.most, line.unit));
    }
}

/// CPU time of judging a tree, files read, against only parsing the bytes of its Compose files.
fn tree_line(what: &str, root: &Path) -> Line {
    let mut texts = Vec::new();
    collect(root, &mut texts);
    let request = Request { directory: root.to_path_buf(), ..Request::default() };
    let (whole, parsing) = side_by_side(
        || drop(black_box(workspace::check(&SourceDb::new(), &request))),
        || {
            black_box(texts.iter().map(|text| inputs::parse_only(text)).sum::<usize>());
        },
    );
    Line { what: what.to_owned(), measured: Some(whole / parsing), most: 2.5, unit: "x" }
}

/// The texts of all Compose files below a directory, as a walk of plimsoll finds them.
fn collect(directory: &Path, texts: &mut Vec<String>) {
    let walk = ignore::WalkBuilder::new(directory).hidden(false).require_git(false).build();
    let paths = walk.flatten().map(ignore::DirEntry::into_path);
    let compose = paths.filter(|path| path.is_file() && plimsoll::testing::is_compose_name(path));
    texts.extend(compose.filter_map(|path| fs::read_to_string(path).ok()));
}

/// Time and memory against the number of services.
fn growth_lines() -> [Line; 2] {
    let (small, large) = (inputs::project(SIZES.0), inputs::project(SIZES.1));
    let check = |text: &str| drop(black_box(workspace::check(&crate::overlaid(text.to_owned()), &crate::request())));
    let (large, small) = side_by_side(|| check(&large), || check(&small));
    let memory = memory_of(SIZES.1).zip(memory_of(SIZES.0)).map(|(large, small)| large / small);
    [
        Line { what: "ten times the services, time".to_owned(), measured: Some(large / small), most: 11.0, unit: "x" },
        Line { what: "ten times the services, memory".to_owned(), measured: memory, most: 11.0, unit: "x" },
    ]
}

fn memory_of(services: usize) -> Option<f64> {
    let mut child = Command::new(env::current_exe().ok()?);
    let output = child.env(SERVICES, services.to_string()).stderr(Stdio::inherit()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok().filter(|kib| *kib > 0.0)
}

/// A small file from the start of the process to its end, and the same with docker compose where that is installed.
fn process_lines(tree: &Path) -> [Line; 2] {
    let file = tree.join("group-1/project-1/compose.yaml");
    let ours = fastest(Command::new(env!("CARGO_BIN_EXE_plimsoll")).arg("check").arg(&file));
    let compose = env::home_dir().map(|home| home.join(".cache/plimsoll-oracle/docker-compose"));
    let theirs = compose.and_then(|binary| fastest(Command::new(binary).arg("-f").arg(&file).args(["config", "-q"])));
    let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
    let what = "a small file, the whole process";
    [
        Line { what: what.to_owned(), measured: ours.map(|seconds| seconds * 1e3), most: 5.0, unit: "ms" },
        Line { what: format!("{what} : docker compose config -q"), measured: ratio, most: 0.1, unit: "x" },
    ]
}

/// The shortest of many runs of a program, in seconds.
fn fastest(command: &mut Command) -> Option<f64> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let times = (0..30).map(|_| {
        let start = Instant::now();
        command.status().ok().map(|_| start.elapsed().as_secs_f64())
    });
    times.collect::<Option<Vec<f64>>>()?.into_iter().min_by(f64::total_cmp)
}

/// The least CPU time of each of two things, in seconds, measured in turns after one run to warm up.
fn side_by_side(mut one: impl FnMut(), mut other: impl FnMut()) -> (f64, f64) {
    let mut least = (f64::MAX, f64::MAX);
    for round in 0..=ROUNDS {
        let times = (cpu_time(&mut one), cpu_time(&mut other));
        if round > 0 {
            least = (least.0.min(times.0), least.1.min(times.1));
        }
    }
    least
}

/// How long all threads of this process were on a processor meanwhile; where the system does not say, the time on the
/// clock.
fn cpu_time(act: &mut impl FnMut()) -> f64 {
    let before = on_processor();
    let start = Instant::now();
    act();
    let elapsed = start.elapsed();
    let spent = before.zip(on_processor()).map(|(before, after)| after.saturating_sub(before));
    spent.unwrap_or(elapsed).as_secs_f64()
}

fn on_processor() -> Option<Duration> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let nanoseconds = |task: fs::DirEntry| -> Option<u64> {
        fs::read_to_string(task.path().join("schedstat")).ok()?.split(' ').next()?.parse().ok()
    };
    Some(Duration::from_nanos(tasks.flatten().map(nanoseconds).sum::<Option<u64>>()?))
}

/// The most memory that this process had, in KiB.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
