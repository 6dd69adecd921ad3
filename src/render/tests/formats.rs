//! A report with everything that findings can have, in every format, each read back as its own reader would.

use std::path::Path;

use serde_json::Value;

use crate::finding::{Confidence, Edit, Fix, RuleId, Safety, Subject, Suppressed, SuppressedBy, rule};
use crate::render::*;
use crate::source::Place;
use crate::source::{NodeId, Span};

const COMPOSE: &str = "services:\n  é|db:\n    image: postgres:17\n    ports: [\"5432:5432\"]\n    environment:\n      POSTGRES_PASSWORD:\n        hunter2hunter2\n    command:\n      - --token\n      - t0ken-t0ken\n  web: &web\n    image: x\n    user: 010\n";
const ENV: &str = "A=1\nDB_PASSWORD='sécret-word'\nB='50%'\n";
/// Words that a file may hold, with all that some format could take for its own.
const ODD: &str =
    "`a|b%0A<img src=x>\n::error::\u{1b}[31m\u{9b}\u{202e}&amp;\"'` [x](https://evil.example) @all ]]> ``";
/// What no output may show.
const SECRETS: [&str; 3] = ["hunter2hunter2", "t0ken-t0ken", "sécret-word"];

/// What every format says of a finding.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    rule: String,
    severity: String,
    path: String,
    line: u64,
    message: String,
}

impl Row {
    fn new(rule: &str, severity: &str, path: &str, line: u64, message: &str) -> Row {
        let (rule, severity) = (rule.to_owned(), severity.to_owned());
        Row { rule, severity, path: path.to_owned(), line, message: message.to_owned() }
    }
}

fn at(sources: &SourceDb, file: FileId, words: &str) -> Place {
    let start = sources.file(file).text.find(words).unwrap() as u32;
    Place { span: Span { file, start, end: start + words.len() as u32 }, node: NodeId::new(0) }
}

fn fix(safety: Safety, edits: &[(Place, &str)]) -> Fix {
    let edits = edits.iter().map(|(place, text)| Edit { span: place.span, text: (*text).to_owned() });
    Fix { safety, title: format!("do it {ODD}").into(), edits: edits.collect(), creates: Vec::new() }
}

fn findings(sources: &SourceDb) -> Vec<Finding> {
    let compose = sources.overlay(Path::new("/work/p/dé #1%/a,b:c|`x`.yml"), COMPOSE.to_owned());
    let env = sources.overlay(Path::new("/work/q/.env"), ENV.to_owned());
    let (c, e) = (|words: &str| at(sources, compose, words), |words: &str| at(sources, env, words));
    let suppressed = |finding: Finding, by: SuppressedBy, reason: Option<&str>| Finding {
        suppressed: Some(Suppressed { by, reason: reason.map(str::to_owned) }),
        ..finding
    };
    let odd = format!("the port is {ODD}");
    vec![
        Finding::new(rule::EXPOSED_DATASTORE, c("\"5432:5432\""), Subject::service("é|db"), odd.clone())
            .help(format!("publish it {ODD}"))
            .label(c("postgres:17"), format!("a datastore {ODD}"))
            .label(e("'sécret-word'"), "its password")
            .fix(fix(Safety::Unsafe, &[(c("\"5432:5432\""), "\"127.0.0.1:5432:5432\"")])),
        Finding::new(rule::UNSET_VARIABLE, c("é|db"), Subject::variable("TAG"), "`TAG` is not set")
            .confidence(Confidence::Low)
            .fix(fix(Safety::Safe, &[(c("010"), "\"010\""), (e("A=1"), ""), (c("image: x"), "image: y")])),
        Finding::new(
            RuleId::made_up("made-up"),
            c("environment:\n      POSTGRES_PASSWORD"),
            Subject::Project,
            "over two lines",
        )
        .severity(Severity::Warning)
        .fix(fix(Safety::Safe, &[(c("hunter2hunter2"), "\"hunter2hunter2\"")])),
        Finding::new(RuleId::made_up("made-up"), e("B='50%'"), Subject::variable("B"), "worth knowing")
            .severity(Severity::Info)
            .fix(fix(Safety::Safe, &[(e("B='50%'"), "TOKEN='sécret-word'")])),
        suppressed(
            Finding::new(RuleId::made_up("made-up"), c("&web"), Subject::service("web"), "known to a comment")
                .severity(Severity::Error),
            SuppressedBy::Comment,
            Some(ODD),
        ),
        suppressed(
            Finding::new(rule::DUPLICATE_KEY, c("user"), Subject::service("web"), "known to the configuration")
                .severity(Severity::Warning),
            SuppressedBy::Configuration,
            None,
        ),
        suppressed(
            Finding::new(RuleId::made_up("made-up"), c("user: 010"), Subject::variable("x"), "known to the baseline")
                .severity(Severity::Info),
            SuppressedBy::Baseline,
            None,
        ),
    ]
}

fn shown_as(format: Format) -> String {
    let sources = SourceDb::new();
    let mut report = Report::new(findings(&sources), 1, 2, &sources);
    report.failures = vec![format!("x.yml: it broke {ODD}")];
    let options = RenderOptions { show: Severity::Info, ..RenderOptions::new(PathBuf::from("/work/p")) };
    render(format, &report, &sources, &options)
}

/// The findings of the report itself: those that count, and those that something suppresses.
fn expected(clean_words: fn(&str) -> String) -> (Vec<Row>, Vec<Row>) {
    let sources = SourceDb::new();
    let report = Report::new(findings(&sources), 1, 2, &sources);
    let row = |finding: &&Finding| {
        let file = sources.file(finding.place.span.file);
        let path = clean_words(&relative(Path::new("/work/p"), &file.path));
        let line = u64::from(file.position(finding.place.span.start).line);
        Row::new(finding.rule.name(), finding.severity.name(), &path, line, &clean_words(finding.message.for_people()))
    };
    let (active, suppressed): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.suppressed.is_none());
    assert_eq!((active.len(), suppressed.len()), (4, 3));
    (active.iter().map(row).collect(), suppressed.iter().map(row).collect())
}

fn text_of<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {path} of {value}"))
}

fn number(value: &Value, path: &str) -> u64 {
    value.pointer(path).and_then(Value::as_u64).unwrap_or_else(|| panic!("no number at {path} of {value}"))
}

fn json_row(finding: &Value) -> (Row, bool) {
    let message = text_of(finding, "/message");
    let line = number(finding, "/span/start/line");
    let row =
        Row::new(text_of(finding, "/rule"), text_of(finding, "/severity"), text_of(finding, "/file"), line, message);
    (row, !finding["suppressed"].is_null())
}

fn split(rows: impl Iterator<Item = (Row, bool)>) -> (Vec<Row>, Vec<Row>) {
    let (suppressed, active): (Vec<_>, Vec<_>) = rows.partition(|(_, suppressed)| *suppressed);
    let rows = |list: Vec<(Row, bool)>| list.into_iter().map(|(row, _)| row).collect();
    (rows(active), rows(suppressed))
}

fn json(format: Format) -> Value {
    serde_json::from_str(&shown_as(format)).unwrap()
}

#[test]
fn json_and_its_lines_list_all_findings() {
    let as_is = expected(str::to_owned);
    let whole = json(Format::Json);
    assert_eq!(split(whole["findings"].as_array().unwrap().iter().map(json_row)), as_is);
    let lines: Vec<Value> = shown_as(Format::Jsonl).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::Array(lines), whole["findings"]);
}

#[test]
fn sarif_lists_all_findings() {
    let sarif = json(Format::Sarif);
    let rows = sarif["runs"][0]["results"].as_array().unwrap().iter().map(|result| {
        let location = "/locations/0/physicalLocation";
        let uri = text_of(result, &format!("{location}/artifactLocation/uri"));
        let path = uri.strip_prefix("file:///work/q/").map_or_else(|| unescaped(uri), |name| format!("../q/{name}"));
        let severity = text_of(result, "/level").replace("note", "info");
        let message = text_of(result, "/message/text").replace("\\[", "[").replace("\\]", "]");
        let line = number(result, &format!("{location}/region/startLine"));
        let rule = text_of(result, "/ruleId");
        let index = usize::try_from(number(result, "/ruleIndex")).unwrap();
        assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][index]["id"], rule);
        (Row::new(rule, &severity, &path, line, &message), result["suppressions"] != Value::Array(Vec::new()))
    });
    let (active, suppressed) = split(rows);
    let (all, hidden) = expected(clean);
    assert_eq!((active, suppressed), (all, hidden));
}

#[test]
fn sarif_has_what_code_scanning_shows() {
    let run = &json(Format::Sarif)["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "exposed-datastore").unwrap();
    assert_eq!(rule["helpUri"], "https://plimsoll.dev/rules/exposed-datastore");
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
    assert!(text_of(rule, "/help/markdown").starts_with("## What it does"));
    assert!(text_of(rule, "/help/text").starts_with("What it does"));
    assert!(rule["properties"]["tags"].as_array().unwrap().contains(&"external/cwe/cwe-668".into()));
    let result = |message: &str| {
        let results = run["results"].as_array().unwrap();
        results.iter().find(|result| text_of(result, "/message/text").contains(message)).unwrap()
    };
    let region = &result("TAG")["locations"][0]["physicalLocation"]["region"];
    assert_eq!(*region, serde_json::json!({"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 7}));
    let changes = &result("TAG")["fixes"][0]["artifactChanges"];
    assert_eq!(changes.as_array().unwrap().len(), 2);
    assert_eq!(changes[0]["replacements"][0]["insertedContent"]["text"], "\"010\"");
    assert_eq!(changes[0]["replacements"][1]["insertedContent"]["text"], "image: y");
    assert_eq!(changes[1]["replacements"][0]["insertedContent"], Value::Null);
    assert_eq!(result("the port")["relatedLocations"][1]["physicalLocation"]["region"]["startLine"], 2);
    assert_eq!(result("comment")["suppressions"][0]["kind"], "inSource");
    assert!(text_of(result("comment"), "/suppressions/0/justification").contains("a|b%0A"));
    assert_eq!(result("baseline")["suppressions"][0]["kind"], "external");
    assert_eq!(text_of(result("TAG"), "/partialFingerprints/plimsollFingerprint~1v1").len(), 32);
}

#[test]
fn code_scanning_gets_what_it_shows() {
    let run = &json(Format::CodeScanning)["runs"][0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4, "what is suppressed is left out");
    let open = results.iter().find(|result| result["ruleId"] == "exposed-datastore").unwrap();
    let message = text_of(open, "/message/text");
    assert!(message.starts_with("The port is `a|b%0A"), "{message}");
    assert!(message.contains("\n\nPublish it `a|b") && message.contains("; its password [here](2)."), "{message}");
    assert!(!message.contains("[x](https"), "a file makes no link: {message}");
    assert_eq!(open["relatedLocations"][1]["id"], 2);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 3, "{rules:?}");
    let rule = rules.iter().find(|rule| rule["id"] == "exposed-datastore").unwrap();
    assert_eq!(
        (&rule["properties"]["security-severity"], &rule["properties"]["tags"][0]),
        (&"8.0".into(), &"security".into())
    );
    assert!(rules.iter().all(|rule| rule["properties"]["tags"].as_array().unwrap().len() <= 10));
    let help = text_of(rule, "/help/markdown");
    assert!(!help.contains("## Cases") && !help.contains("```finding") && help.contains("## References"), "{help}");
    let other = rules.iter().find(|rule| rule["id"] == "unset-variable").unwrap();
    assert_eq!(other["properties"].get("security-severity"), None);
}

#[test]
fn code_scanning_gets_the_worst_of_too_many() {
    let sources = SourceDb::new();
    let file = sources.overlay(Path::new("/work/p/a.yml"), "a: 1\n".repeat(26_000));
    let finding = |line: u32| {
        let place = Place { span: Span { file, start: line * 5, end: line * 5 + 1 }, node: NodeId::new(0) };
        let severity = if line % 100 == 99 { Severity::Error } else { Severity::Info };
        Finding::new(rule::DUPLICATE_KEY, place, Subject::variable(format!("v{line}")), "x").severity(severity)
    };
    let report = Report::new((0..26_000).map(finding).collect(), 1, 1, &sources);
    let options = RenderOptions::new(PathBuf::from("/work/p"));
    let log: Value = serde_json::from_str(&render(Format::CodeScanning, &report, &sources, &options)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results.iter().filter(|result| result["level"] == "error").count(), 260);
    let said = text_of(&log, "/runs/0/invocations/0/toolExecutionNotifications/0/message/text");
    assert_eq!(said, "1000 more findings were left out: code scanning takes 25000");
}

#[test]
fn sarif_keeps_its_official_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../fixtures/sarif/sarif-schema-2.1.0.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut sarif = json(Format::Sarif);
    let errors: Vec<String> = validator.iter_errors(&sarif).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let for_github: Vec<String> =
        validator.iter_errors(&json(Format::CodeScanning)).map(|error| error.to_string()).collect();
    assert_eq!(for_github, Vec::<String>::new());
    let nothing = render(Format::Sarif, &Report::default(), &SourceDb::new(), &RenderOptions::new(PathBuf::new()));
    assert!(validator.is_valid(&serde_json::from_str(&nothing).unwrap()));
    sarif["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&sarif));
}

#[test]
fn commands_of_github_list_what_counts() {
    let undo = |text: &str| {
        text.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    };
    let output = shown_as(Format::Github);
    let rows = output.lines().map(|line| {
        let (command, words) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (word, properties) = command.split_once(' ').unwrap();
        let property = |name: &str| {
            let found = properties.split(',').find_map(|one| one.strip_prefix(name)?.strip_prefix('='));
            undo(found.unwrap_or_else(|| panic!("{name} is not in {properties}")))
        };
        let message = undo(words);
        let rule = property("title").replace("plimsoll: ", "");
        let has_columns = properties.contains(",col=") && properties.contains(",endColumn=");
        assert_eq!(has_columns, property("line") == property("endLine"));
        let line = property("line").parse().unwrap();
        Row::new(&rule, &word.replace("notice", "info"), &property("file"), line, message.lines().next().unwrap())
    });
    assert_eq!(rows.collect::<Vec<_>>(), expected(clean).0);
}

#[test]
fn the_report_of_gitlab_lists_what_counts() {
    let report = json(Format::Gitlab);
    let rows = report.as_array().unwrap().iter().map(|issue| {
        let severity = text_of(issue, "/severity").replace("critical", "error").replace("major", "warning");
        let path = clean(text_of(issue, "/location/path"));
        let line = number(issue, "/location/lines/begin");
        Row::new(text_of(issue, "/check_name"), &severity, &path, line, text_of(issue, "/description"))
    });
    assert_eq!(rows.collect::<Vec<_>>(), expected(clean).0);
    let prints: std::collections::BTreeSet<&str> =
        report.as_array().unwrap().iter().map(|issue| text_of(issue, "/fingerprint")).collect();
    assert_eq!(prints.len(), 4);
}

#[test]
fn reviewdog_gets_what_counts_with_columns_in_bytes() {
    let result = json(Format::Rdjson);
    let diagnostics = result["diagnostics"].as_array().unwrap();
    let rows = diagnostics.iter().map(|one| {
        let severity = text_of(one, "/severity").to_lowercase();
        let message = text_of(one, "/message").lines().next().unwrap();
        let line = number(one, "/location/range/start/line");
        Row::new(text_of(one, "/code/value"), &severity, text_of(one, "/location/path"), line, message)
    });
    assert_eq!(rows.collect::<Vec<_>>(), expected(clean).0);
    let of = |rule: &str| diagnostics.iter().find(|one| one["code"]["value"] == rule).unwrap();
    assert_eq!(number(of("unset-variable"), "/location/range/end/column"), 8, "é has two bytes");
    assert_eq!(of("exposed-datastore")["suggestions"][0]["text"], "\"127.0.0.1:5432:5432\"");
    assert_eq!(of("unset-variable")["suggestions"], Value::Null, "three edits are no suggestion");
}

#[test]
fn junit_fails_skips_and_passes() {
    let xml = shown_as(Format::Junit);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let cases = |wanted: &str| -> Vec<Row> {
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase") && node.has_attribute("file"));
        let cases = cases.filter(|case| case.first_element_child().is_some_and(|child| child.has_tag_name(wanted)));
        let row = |case: roxmltree::Node<'_, '_>| {
            let of = |name: &str| case.attribute(name).unwrap();
            let (rule, message) = of("name").split_once(": ").unwrap();
            let body: String =
                case.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect();
            let severity = body.split('[').next().unwrap();
            Row::new(rule, severity, of("file"), of("line").parse().unwrap(), message)
        };
        cases.map(row).collect()
    };
    let (active, suppressed) = expected(clean);
    let (mild, failing): (Vec<Row>, Vec<Row>) = active.into_iter().partition(|row| row.severity == "info");
    assert_eq!(cases("failure"), failing);
    assert_eq!(cases("system-out"), mild);
    assert_eq!(cases("skipped"), suppressed);
    let whole = document.root_element();
    assert_eq!(whole.attribute("tests"), Some("8"));
    assert_eq!((whole.attribute("failures"), whole.attribute("errors")), (Some("3"), Some("1")));
}

#[test]
fn checkstyle_lists_what_counts() {
    let xml = shown_as(Format::Checkstyle);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let errors = document.descendants().filter(|node| node.has_tag_name("error"));
    let rows = errors.map(|error| {
        let of = |name: &str| error.attribute(name).unwrap();
        let path = error.parent_element().unwrap().attribute("name").unwrap();
        let rule = of("source").strip_prefix("plimsoll.").unwrap();
        Row::new(rule, of("severity"), path, of("line").parse().unwrap(), of("message"))
    });
    assert_eq!(rows.collect::<Vec<_>>(), expected(clean).0);
}

#[test]
fn concise_and_text_list_what_counts() {
    let (active, _) = expected(clean);
    let concise = shown_as(Format::Concise);
    let lines: Vec<String> = active
        .iter()
        .map(|row| format!("{}:{}:|{}[{}]: {}", row.path, row.line, row.severity, row.rule, row.message))
        .collect();
    let without_column = |line: &str| {
        let (place, words) = line.split_once(": ").unwrap();
        format!("{}:|{words}", place.rsplit_once(':').unwrap().0)
    };
    assert_eq!(concise.lines().map(without_column).collect::<Vec<_>>(), lines);
    let text = shown_as(Format::Text);
    let heads: Vec<&str> = text.lines().filter(|line| line.starts_with("  ") && line.contains("] ")).collect();
    let expect: Vec<String> = active.iter().map(|row| format!("{}[{}] ", row.severity, row.rule)).collect();
    let heads: Vec<&str> = heads.into_iter().filter(|line| line.trim_start().starts_with(['×', '▲', '●'])).collect();
    assert_eq!(heads.len(), expect.len(), "{text}");
    assert!(heads.iter().zip(&expect).all(|(head, words)| head.contains(words.as_str())), "{heads:?}");
}

/// The cells of a row of a table; a bar behind a backslash belongs to a cell.
fn cells(row: &str) -> Vec<String> {
    row.replace("\\|", "\u{1}").split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
}

#[test]
fn markdown_lists_all_findings() {
    let markdown = shown_as(Format::Markdown);
    let (mut path, mut rows) = (String::new(), Vec::new());
    for line in markdown.lines() {
        if let Some(name) = line.strip_prefix("#### `").or_else(|| line.strip_prefix('`')) {
            path = name.trim_matches(['`', ' ']).replace("\\|", "|");
        }
        let Some(row) = line.strip_prefix("| ").filter(|row| !row.starts_with('|')) else { continue };
        let cells = cells(row);
        let [severity, at, message, rule, ""] = cells.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
            panic!("{cells:?}")
        };
        let severity = severity.split(' ').next_back().unwrap();
        let rule = rule.split(']').next().unwrap().trim_start_matches('[');
        let row = Row::new(rule, severity, &path, at.parse().unwrap(), message);
        rows.push((row, message.contains("suppressed by")));
    }
    let without_words = |rows: Vec<Row>| -> Vec<Row> {
        let words =
            |row: Row| Row { message: String::new(), path: row.path.trim_matches(['`', ' ']).to_owned(), ..row };
        rows.into_iter().map(words).collect()
    };
    let (active, suppressed) = expected(clean);
    let (mut infos, mut others) = (without_words(active.clone()), without_words(active));
    infos.retain(|row| row.severity == "info");
    others.retain(|row| row.severity != "info");
    others.extend(infos);
    let (found, hidden) = split(rows.into_iter());
    assert_eq!((without_words(found), without_words(hidden)), (others, without_words(suppressed)));
}

#[test]
fn markdown_holds_no_markup_of_a_file() {
    let markdown = shown_as(Format::Markdown);
    // Code spans hold anything; outside of them nothing of the file may act.
    let pattern = regex::Regex::new("(`+)[^`].*?[^`]?(`+)").unwrap();
    for line in markdown.lines() {
        let plain = pattern.replace_all(line, "");
        let plain = plain.replace("<!-- -->", "").replace("<details>", "").replace("</details>", "");
        let plain = plain.replace("<summary>", "").replace("</summary>", "");
        assert!(!plain.contains(['<', '>']), "{line}");
        assert!(!plain.contains("](https://evil"), "{line}");
        assert!(!line.contains("@all"), "{line}");
    }
    assert!(markdown.contains("\\[x\\]\\(https"), "{markdown}");
}

#[test]
fn nothing_hostile_and_no_secret_is_in_any_format() {
    for format in Format::ALL {
        let output = shown_as(format);
        let hostile = output.chars().find(|character| clean::is_hostile(*character) && *character != '\n');
        assert_eq!(hostile, None, "{format:?}");
        assert!(output.ends_with('\n'), "{format:?}");
        for secret in SECRETS {
            assert!(!output.contains(secret), "{secret} in {format:?}:\n{output}");
        }
    }
}

#[test]
fn a_fix_that_shows_a_secret_is_left_out() {
    let whole = json(Format::Json);
    let fixes: Vec<bool> =
        whole["findings"].as_array().unwrap().iter().map(|finding| finding["fix"].is_object()).collect();
    assert_eq!(fixes.iter().filter(|has| **has).count(), 2, "{whole}");
}

#[test]
fn statistics_count_what_counts() {
    let sources = SourceDb::new();
    let report = Report::new(findings(&sources), 1, 2, &sources);
    let options = RenderOptions { statistics: true, ..RenderOptions::new(PathBuf::from("/work/p")) };
    let table = "findings  fixable  rule\n       2        2  made-up\n       1        1  exposed-datastore\n       1        1  unset-variable\n       4        4  all\n";
    let concise = render(Format::Concise, &report, &sources, &options);
    assert!(concise.ends_with(table), "{concise}");
    let text = render(Format::Text, &report, &sources, &options);
    assert!(text.contains(&format!("{table}\n1 error, 2 warnings, 1 info")), "{text}");
    let json: Value = serde_json::from_str(&render(Format::Json, &report, &sources, &options)).unwrap();
    assert_eq!(json["statistics"][0], serde_json::json!({"rule": "made-up", "findings": 2, "fixable": 2}));
    let schema: Value = serde_json::from_str(include_str!("../../../docs/output.schema.json")).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&json));
    let plain = RenderOptions { statistics: false, ..options };
    assert!(!render(Format::Json, &report, &sources, &plain).contains("statistics"));
}

/// `%41` back to `A`.
fn unescaped(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
