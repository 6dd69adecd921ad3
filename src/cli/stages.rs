//! `--verbose`: how long each stage took.

use std::time::Duration;

use crate::progress::{Stage, Watch};
use crate::report::Report;

/// One line for each stage with its time, of all threads together, and what it went through.
pub(super) fn table(watch: &Watch, report: &Report, rendering: Duration) -> String {
    let (directories, _) = watch.progress();
    let what = |stage: Stage| match stage {
        Stage::Discover => count(directories, "directory with projects", "directories with projects"),
        Stage::Load => count(report.files, "file", "files"),
        Stage::Lower => count(watch.judgements(), "project", "projects"),
        Stage::Facts => String::new(),
        Stage::Rules => count(report.findings.len(), "finding", "findings"),
    };
    let line = |name: &str, time: Duration, what: &str| {
        format!("{name:<9}{:>10.1} ms  {what}", time.as_secs_f64() * 1_000.0).trim_end().to_owned() + "\n"
    };
    let stages = Stage::ALL.iter().map(|stage| line(stage.name(), watch.spent(*stage), &what(*stage)));
    stages.collect::<String>() + &line("render", rendering, "")
}

fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_a_line() {
        let watch = Watch::default();
        watch.add(Stage::Load, Duration::from_micros(12_340));
        watch.judge_one();
        let report = Report { files: 2, ..Report::default() };
        let expect = concat!(
            "discover        0.0 ms  0 directories with projects\n",
            "load           12.3 ms  2 files\n",
            "lower           0.0 ms  1 project\n",
            "facts           0.0 ms\n",
            "rules           0.0 ms  0 findings\n",
            "render          1.0 ms\n",
        );
        assert_eq!(table(&watch, &report, Duration::from_millis(1)), expect);
    }
}
