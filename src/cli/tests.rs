//! Tests of the command line, from arguments to output and exit code.

use clap::{CommandFactory, Parser};

use super::check::shown_by_default;
use super::*;
use crate::finding::{Finding, RuleId, Severity, Subject};
use crate::source::NodeId;
use crate::source::Place;
use crate::source::Span;

fn run_in(directory: &Path, arguments: &[&str]) -> (u8, String, String) {
    let surroundings = Surroundings { directory: directory.to_path_buf(), ..Surroundings::default() };
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    let arguments = std::iter::once("plimsoll").chain(arguments.iter().copied()).map(OsString::from);
    let code = run(arguments, &surroundings, &mut output, &mut errors);
    (code, String::from_utf8(output).unwrap(), String::from_utf8(errors).unwrap())
}

/// A directory of the repository that exists on every machine.
fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn breaks(arguments: &[&str], expect: &str) {
    let (code, output, errors) = run_in(&here(), arguments);
    assert_eq!((code, output.as_str()), (BROKEN, ""));
    assert!(errors.contains(expect), "{errors}");
}

#[test]
fn a_project_that_could_not_be_analysed_ends_with_2() {
    let mut report = Report::default();
    assert_eq!(exit_code(&report, FailOn::Severity(Severity::Warning)), 0);
    report.failures.push("compose.yaml: internal error while analyzing this project; please report it".to_owned());
    assert_eq!(exit_code(&report, FailOn::Severity(Severity::Warning)), 2);
    assert_eq!(exit_code(&report, FailOn::Never), 2);
}

#[test]
fn the_arguments_are_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn mistakes_in_the_arguments_give_exit_code_2() {
    breaks(&[], "Usage: plimsoll");
    breaks(&["chekc"], "'check'");
    breaks(&["check", "--format", "jsn"], "json");
    breaks(&["check", "src", "-f", "Cargo.toml"], "cannot be used with");
    breaks(&["check", "no/such/path"], "plimsoll: no/such/path: no such file or directory");
    breaks(&["check", "-f", "no.yml"], "plimsoll: no.yml: no such file or directory");
    breaks(&["resolve", "--env-file", "no.env"], "plimsoll: no.env: no such file or directory");
    breaks(&["check", "--select", "no-such-rule-zzz"], "plimsoll: unknown rule `no-such-rule-zzz`");
    breaks(&["check", "--ignore", "no-such-rule-zzz,b"], "plimsoll: unknown rule `no-such-rule-zzz`");
    breaks(&["explain", "no-such-rule-zzz"], "unknown rule `no-such-rule-zzz`; run `plimsoll rules` to list all rules");
    breaks(
        &["explain", "exposed-datastor"],
        "unknown rule or key `exposed-datastor`; did you mean `exposed-datastore`?",
    );
    breaks(&["explain", "healthcheck.intervall"], "did you mean `services.*.healthcheck.interval`?");
    breaks(&["explain", "zzz"], "unknown rule or key `zzz`; run `plimsoll rules` to list all rules");
    breaks(&["explain", "a\u{1b}[2J"], "unknown rule or key `a\\u{1b}[2J`");
}

#[test]
fn help_and_version_go_to_standard_output() {
    let (code, output, errors) = run_in(&here(), &["check", "--help"]);
    assert_eq!((code, errors.as_str()), (CLEAN, ""));
    for option in ["--env-file", "--fail-on", "--select", "--strict", "--use-environment", "--project-directory"] {
        assert!(output.contains(option), "{option}");
    }
    let (code, output, _) = run_in(&here(), &["--version"]);
    assert_eq!((code, output), (CLEAN, format!("plimsoll {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn lists_of_rules_may_be_repeated_and_hold_commas() {
    let arguments = ["plimsoll", "check", "--select", "a,b", "--select", "c"];
    let CliCommand::Check(check) = Arguments::try_parse_from(arguments).unwrap().command else {
        panic!("it is a check")
    };
    assert_eq!(check.chosen.select, ["a", "b", "c"]);
}

fn report(severity: Severity) -> Report {
    let sources = SourceDb::new();
    let file = sources.overlay(Path::new("/p/a.yml"), "a: b\n".to_owned());
    let place = Place { span: Span { file, start: 0, end: 1 }, node: NodeId::new(0) };
    Report::new(
        vec![Finding::new(RuleId::made_up("x"), place, Subject::Project, "m").severity(severity)],
        1,
        1,
        &sources,
    )
}

#[test]
fn the_exit_code_follows_the_worst_finding() {
    let at_warning = FailOn::Severity(Severity::Warning);
    assert_eq!(exit_code(&report(Severity::Error), at_warning), FAILED);
    assert_eq!(exit_code(&report(Severity::Warning), at_warning), FAILED);
    assert_eq!(exit_code(&report(Severity::Info), at_warning), CLEAN);
    assert_eq!(exit_code(&report(Severity::Info), FailOn::Severity(Severity::Info)), FAILED);
    assert_eq!(exit_code(&report(Severity::Error), FailOn::Never), CLEAN);
    assert_eq!(exit_code(&Report::default(), FailOn::Severity(Severity::Info)), CLEAN);
}

#[test]
fn a_project_that_was_not_judged_breaks_the_run() {
    let mut report = report(Severity::Error);
    report.failures = vec!["a.yml: it broke".to_owned()];
    assert_eq!(exit_code(&report, FailOn::Severity(Severity::Warning)), BROKEN);
    assert_eq!(exit_code(&report, FailOn::Never), BROKEN);
}

#[test]
fn what_makes_a_run_fail_is_shown() {
    assert_eq!(shown_by_default(FailOn::Severity(Severity::Info)), Severity::Info);
    assert_eq!(shown_by_default(FailOn::Severity(Severity::Error)), Severity::Warning);
    assert_eq!(shown_by_default(FailOn::Never), Severity::Warning);
}

#[test]
fn colours_follow_the_terminal_and_the_conventions() {
    let plain = Surroundings::default();
    let terminal = Surroundings { terminal: true, ..plain.clone() };
    let refused = Surroundings { no_color: true, ..terminal.clone() };
    let forced = Surroundings { force_color: true, ..plain.clone() };
    let colours = [&plain, &terminal, &refused, &forced].map(|surroundings| surroundings.color(ColorName::Auto));
    assert_eq!(colours, [false, true, false, true]);
    assert!(plain.color(ColorName::Always) && refused.color(ColorName::Always));
    assert!(!forced.color(ColorName::Never));
}

#[test]
fn the_configuration_is_searched_from_what_all_paths_share() {
    let check = |paths: &[&str], expect: &str| {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        assert_eq!(start(Path::new("/w/p"), paths.iter()), PathBuf::from(expect));
    };
    check(&[], "/w/p");
    check(&["a/b.yml"], "/w/p/a/b.yml");
    check(&["a/b.yml", "a/c.yml"], "/w/p/a");
    check(&["a/b.yml", "../q/c.yml"], "/w");
}

/// A reader that has gone, as in `plimsoll check | head -1`.
struct Gone(io::ErrorKind);

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_broken_pipe_ends_quietly_and_a_full_disk_does_not() {
    let run_to = |kind: io::ErrorKind| {
        let mut errors = Vec::new();
        let arguments = ["plimsoll", "--version"].map(OsString::from);
        (run(arguments, &Surroundings::default(), &mut Gone(kind), &mut errors), errors.is_empty())
    };
    assert_eq!(run_to(io::ErrorKind::BrokenPipe), (CLEAN, true));
    assert_eq!(run_to(io::ErrorKind::StorageFull), (BROKEN, false));
}
