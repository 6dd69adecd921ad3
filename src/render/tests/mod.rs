//! One handmade report over two files, in every format.

#[cfg(test)]
pub(crate) mod formats;

use std::path::Path;

use super::*;
use crate::finding::{Confidence, Edit, Fix, RuleId, Safety, Subject, Suppressed, SuppressedBy, rule};
use crate::report::Compared;
use crate::source::NodeId;
use crate::source::Place;
use crate::source::Span;

const COMPOSE: &str = "# Dépôt\r\nservices:\r\n  db:\r\n    image: postgres:17\r\n    ports:\r\n      - \"5432:5432\" # é é\r\n    environment:\r\n      POSTGRES_PASSWORD: hünter2\r\n      URL: \"postgres://me:hunter2@db/x\"\r\n\tlabel: \"\u{1b}[2J\u{202e}evil\"\r\n  web:\r\n    depends_on:\r\n      db:\r\n        condition: service_healthy\r\n";
const ENV: &str = "\u{feff}# settings\nDB_PASSWORD='sécret'\nTOKEN_KEY: |\nLONG=";

pub(super) struct Sample {
    pub(super) sources: SourceDb,
    pub(super) report: Report,
}

fn place(sources: &SourceDb, file: FileId, words: &str) -> Place {
    let text = &sources.file(file).text;
    let start = text.find(words).unwrap_or_else(|| panic!("{words} is not in the file"));
    Place { span: Span { file, start: start as u32, end: (start + words.len()) as u32 }, node: NodeId::new(0) }
}

pub(super) fn sample() -> Sample {
    let sources = SourceDb::new();
    let long = format!("{ENV}{}secret-é{}\n", "x".repeat(500), "y".repeat(500));
    let compose = sources.overlay(Path::new("/work/p/deploy/compose.yml"), COMPOSE.to_owned());
    let env = sources.overlay(Path::new("/work/p/.env"), long);
    let at = |words: &str| place(&sources, compose, words);
    let in_env = |words: &str| place(&sources, env, words);
    let ports = at("\"5432:5432\"");
    let fix = Fix {
        safety: Safety::Unsafe,
        title: "publish on `127.0.0.1` only".into(),
        edits: vec![Edit { span: ports.span, text: "\"127.0.0.1:5432:5432\"".to_owned() }],
        creates: Vec::new(),
    };
    let findings = vec![
        Finding::new(rule::EXPOSED_DATASTORE, ports, Subject::service("db"), "`db` is published on every interface")
            .evidence("5432")
            .help("publish it on `127.0.0.1`, or drop `ports`: services of one network reach each other without")
            .label(at("postgres:17"), "this is a datastore")
            .fix(fix),
        Finding::new(
            RuleId::made_up("mismatched-credentials"),
            at("postgres://me:hunter2@db/x"),
            Subject::service("db"),
            {
                "the password in `URL` is not the one that `db` is given, which has a name so long that the line breaks"
            },
        )
        .severity(Severity::Error)
        .label(in_env("'sécret'"), "the password of `db`"),
        Finding::new(
            RuleId::made_up("broken-healthcheck"),
            at("db:\r\n        condition: service_healthy"),
            Subject::service("web"),
            "`db` has no healthcheck \u{1b}[31m",
        )
        .severity(Severity::Warning)
        .confidence(Confidence::Low),
        Finding::new(rule::CONFLICTING_LABEL, at("\"\u{1b}[2J\u{202e}evil\""), Subject::service("db"), {
            "two labels of the value `\u{1b}[2J\u{202e}evil`"
        }),
        Finding::new(RuleId::made_up("hardcoded-secret"), at("POSTGRES_PASSWORD"), Subject::service("db"), {
            "`POSTGRES_PASSWORD` is a literal"
        })
        .severity(Severity::Warning),
        Finding::new(
            RuleId::made_up("placeholder-secret"),
            in_env("secret-é"),
            Subject::variable("LONG"),
            "`LONG` is a placeholder",
        )
        .severity(Severity::Warning),
        Finding::new(
            RuleId::made_up("unused-variable"),
            in_env("TOKEN_KEY"),
            Subject::variable("TOKEN_KEY"),
            "nothing uses `TOKEN_KEY`",
        )
        .severity(Severity::Info),
        Finding::new(
            RuleId::made_up("empty"),
            Place { span: Span { file: env, start: 0, end: 0 }, ..in_env("L") },
            Subject::Project,
            "a place without bytes",
        )
        .severity(Severity::Info),
    ];
    let report = Report::new(findings, 2, 4, &sources);
    Sample { sources, report }
}

fn options() -> RenderOptions {
    RenderOptions { show: Severity::Info, wraps: true, ..RenderOptions::new(PathBuf::from("/work/p")) }
}

fn shown_as(format: Format, options: &RenderOptions) -> String {
    let sample = sample();
    render(format, &sample.report, &sample.sources, options)
}

#[test]
fn text() {
    insta::assert_snapshot!(shown_as(Format::Text, &options()));
}

#[test]
fn text_in_colour_with_links() {
    let options = RenderOptions { color: true, links: true, show: Severity::Error, ..options() };
    insta::assert_snapshot!(shown_as(Format::Text, &options).replace('\u{1b}', "␛"));
}

#[test]
fn concise() {
    insta::assert_snapshot!(shown_as(Format::Concise, &options()));
}

#[test]
fn json() {
    insta::assert_snapshot!(shown_as(Format::Json, &options()));
}

#[test]
fn every_format_lists_the_same_findings() {
    let sample = sample();
    let text = shown_as(Format::Text, &options());
    let concise = shown_as(Format::Concise, &options());
    let json: serde_json::Value = serde_json::from_str(&shown_as(Format::Json, &options())).unwrap();
    let expected: Vec<&str> = sample.report.findings.iter().map(|finding| finding.rule.name()).collect();
    assert_eq!(expected.len(), 8);
    let in_brackets = |line: &str| -> Option<String> {
        let (before, rest) = line.split_once('[')?;
        let severity = before.trim_start_matches(|character: char| !character.is_ascii_alphabetic());
        let word = severity.rsplit(' ').next()?;
        ["error", "warning", "info"].contains(&word).then(|| rest.split(']').next().unwrap_or("").to_owned())
    };
    assert_eq!(text.lines().filter_map(in_brackets).collect::<Vec<_>>(), expected);
    assert_eq!(concise.lines().filter_map(in_brackets).collect::<Vec<_>>(), expected);
    let rules = json["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap());
    assert_eq!(rules.collect::<Vec<_>>(), expected);
}

#[test]
fn nothing_hostile_and_no_secret_reaches_the_terminal() {
    for format in [Format::Text, Format::Concise] {
        let output = shown_as(format, &options());
        let hostile = output.chars().find(|character| clean::is_hostile(*character) && *character != '\n');
        assert_eq!(hostile, None, "{format:?}");
        assert!(output.contains("\\u{1b}[2J\\u{202e}evil"), "{format:?}");
        for secret in ["hünter2", "hunter2", "sécret"] {
            assert!(!output.contains(secret), "{secret} in {format:?}");
        }
    }
}

#[test]
fn json_keeps_its_schema() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../../docs/output.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut output: serde_json::Value = serde_json::from_str(&shown_as(Format::Json, &options())).unwrap();
    let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    output["findings"][0]["severity"] = "fatal".into();
    assert!(!validator.is_valid(&output));
    output["findings"][0]["severity"] = "error".into();
    output["findings"][0]["added_later"] = 1.into();
    assert!(validator.is_valid(&output));
    output["summary"]["projects"] = serde_json::Value::Null;
    assert!(!validator.is_valid(&output));
}

#[test]
fn infos_are_hidden_but_counted() {
    let text = shown_as(Format::Text, &RenderOptions::new(PathBuf::from("/work/p")));
    assert!(!text.contains("nothing uses"));
    assert!(
        text.ends_with("2 errors, 4 warnings, 2 infos in 4 files (2 projects) · `--show info` shows all of them\n")
    );
}

#[test]
fn a_clean_run_says_so() {
    let (sources, options) = (SourceDb::new(), options());
    let clean = Report { projects: 1, files: 2, ..Report::default() };
    assert_eq!(render(Format::Text, &clean, &sources, &options), "✓ No problems found in 2 files (1 project)\n");
    assert_eq!(render(Format::Concise, &clean, &sources, &options), "");
    assert_eq!(render(Format::Text, &Report::default(), &sources, &options), "No Compose project found\n");
}

#[test]
fn what_is_suppressed_is_no_problem_and_is_counted() {
    let (sources, options) = (SourceDb::new(), options());
    let file = sources.overlay(Path::new("/work/p/c.yml"), "a: 1\n".to_owned());
    let place = Place { span: Span { file, start: 0, end: 1 }, node: NodeId::new(0) };
    let finding = |rule: &'static str, by: SuppressedBy| {
        let mut finding = Finding::new(RuleId::made_up(rule), place, Subject::Project, "m");
        finding.suppressed = Some(Suppressed { by, reason: None });
        finding
    };
    let found = vec![finding("x", SuppressedBy::Comment), finding("y", SuppressedBy::Configuration)];
    let mut report = Report::new(found, 1, 1, &sources);
    let shown = "✓ No problems found in 1 file (1 project) · 2 suppressed\n";
    assert_eq!(render(Format::Text, &report, &sources, &options), shown);
    let comment = render(Format::Markdown, &report, &sources, &options);
    assert!(comment.starts_with("### plimsoll: no problems found in 1 project\n"), "{comment}");
    assert!(comment.contains("2 suppressed"), "{comment}");
    report.findings.push(Finding::new(RuleId::made_up("z"), place, Subject::Project, "m").severity(Severity::Error));
    let shown = render(Format::Text, &report, &sources, &options);
    assert!(shown.ends_with("1 error, 0 warnings, 0 infos in 1 file (1 project) · 2 suppressed\n"), "{shown}");
    let mut report = Report::new(vec![finding("x", SuppressedBy::Baseline)], 1, 1, &sources);
    let shown = render(Format::Text, &report, &sources, &options);
    assert_eq!(shown, "✓ No new problems found in 1 file (1 project) · 1 known before\n");
    let comment = render(Format::Markdown, &report, &sources, &options);
    assert!(comment.starts_with("### plimsoll: no new problems found in 1 project\n"), "{comment}");
    // A baseline has a line of its own.
    report.compared = Some(Compared { known: 1, gone: Vec::new() });
    let shown = render(Format::Text, &report, &sources, &options);
    assert_eq!(shown, "✓ No new problems found in 1 file (1 project)\n1 other in the baseline\n");
}

/// Every span of a small file with all sorts of characters is drawn without a panic.
#[test]
fn any_span_can_be_drawn() {
    let sources = SourceDb::new();
    let text = "\u{feff}a: é\r\n\t\u{1b}b: 🐳\n\n  c: |\r\n    x\u{200b}y\n";
    let file = sources.overlay(Path::new("/work/p/c.yml"), text.to_owned());
    let length = text.len() as u32;
    for start in 0..=length + 1 {
        for end in start..=length + 1 {
            let place = |start, end| Place { span: Span { file, start, end }, node: NodeId::new(0) };
            let finding = Finding::new(RuleId::made_up("x"), place(start, end), Subject::Project, "m")
                .severity(Severity::Error)
                .label(place(end, end), "label");
            let finding = finding.label(place(length - end.min(length), length), "other");
            let report = Report::new(vec![finding], 1, 1, &sources);
            let output = render(Format::Text, &report, &sources, &options());
            assert!(output.contains("c.yml:"), "{start}..{end}: {output}");
            assert!(!output.contains("Failed"), "{start}..{end}: {output}");
        }
    }
}

#[test]
fn text_is_wrapped_on_a_terminal_only_and_never_inside_a_path() {
    let path = "./configuration/of-the-proxy/and/its-sites/with-a-name-that-is-long/site.conf";
    let words = format!("`{path}` does not exist, and these are more words than a narrow line has room for");
    let sources = SourceDb::new();
    let file = sources.overlay(Path::new("/work/p/compose.yml"), "a: 1\n".to_owned());
    let help = format!("create `{path}` or change it");
    let finding = Finding::new(rule::MISSING_BIND_SOURCE, place(&sources, file, "a"), Subject::Project, words.as_str());
    let report = Report::new(vec![finding.help(help.as_str())], 1, 1, &sources);
    let narrow = RenderOptions { width: 60, wraps: true, ..options() };
    let wrapped = render(Format::Text, &report, &sources, &narrow);
    assert_eq!(wrapped.matches(path).count(), 2, "{wrapped}");
    assert!(!wrapped.contains(&words) && wrapped.contains("room for"), "{wrapped}");
    let whole = render(Format::Text, &report, &sources, &RenderOptions { wraps: false, ..narrow });
    assert!(whole.contains(&words) && whole.contains(&help), "{whole}");
}
