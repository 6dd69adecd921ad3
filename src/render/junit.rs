//! JUnit XML: each finding is a case that fails, is skipped (suppressed), or passes with words (too mild to fail a run).

use super::view::View;
use super::xml::escape;
use crate::finding::{Finding, Suppressed};
use crate::report::Report;

/// A suite for each file, and one for the run where nothing was found or where it broke.
pub(super) fn render(view: &View<'_>) -> String {
    let report = view.report;
    let suites: Vec<Suite> = view
        .by_file(report.findings.iter(), |finding| finding)
        .into_iter()
        .map(|(path, findings)| suite(view, path, &findings))
        .chain(run(report))
        .collect();
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let mut output = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plimsoll\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        sum(|suite| suite.tests),
        sum(|suite| suite.failures),
        sum(|suite| suite.errors),
    );
    for suite in &suites {
        output.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{}  </testsuite>\n",
            escape(&suite.name),
            suite.tests,
            suite.failures,
            suite.errors,
            suite.skipped,
            suite.cases,
        ));
    }
    output.push_str("</testsuites>\n");
    output
}

/// Cases under one name.
#[derive(Default)]
struct Suite {
    name: String,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    cases: String,
}

fn suite(view: &View<'_>, path: String, findings: &[&Finding]) -> Suite {
    let cases = findings.iter().map(|finding| case(view, &path, finding)).collect();
    let count = |wanted: &dyn Fn(&Finding) -> bool| findings.iter().filter(|finding| wanted(finding)).count();
    Suite {
        tests: findings.len(),
        failures: count(&|finding| view.fails(finding)),
        errors: 0,
        skipped: count(&|finding| finding.suppressed.is_some()),
        name: path,
        cases,
    }
}

/// What there is to say of the run itself; systems take a report without any case for a broken one.
fn run(report: &Report) -> Option<Suite> {
    let name = "plimsoll".to_owned();
    if !report.failures.is_empty() {
        let case = |failure: &String| {
            let failure = escape(failure);
            format!(
                "    <testcase name=\"analysis\" classname=\"plimsoll\"><error message=\"{failure}\"/></testcase>\n"
            )
        };
        let cases: String = report.failures.iter().map(case).collect();
        return Some(Suite {
            name,
            tests: report.failures.len(),
            errors: report.failures.len(),
            cases,
            ..Suite::default()
        });
    }
    let cases = "    <testcase name=\"no problems found\" classname=\"plimsoll\"/>\n".to_owned();
    report.findings.is_empty().then(|| Suite { name, tests: 1, cases, ..Suite::default() })
}

fn case(view: &View<'_>, path: &str, finding: &Finding) -> String {
    let (at, _) = view.range(finding.place.span);
    let path = escape(path);
    let severity = finding.severity.name();
    let message = escape(&view.message(finding));
    let body = escape(&format!("{severity}[{}] ", finding.rule)) + &words(view, finding);
    let result = match &finding.suppressed {
        Some(suppressed) => {
            format!("<skipped message=\"{}\"/><system-out>{body}</system-out>", escape(&why(suppressed)))
        }
        None if view.fails(finding) => format!("<failure type=\"{severity}\" message=\"{message}\">{body}</failure>"),
        None => format!("<system-out>{body}</system-out>"),
    };
    format!(
        "    <testcase name=\"{}: {message}\" classname=\"{path}\" file=\"{path}\" line=\"{}\">{result}</testcase>\n",
        escape(finding.rule.name()),
        at.line,
    )
}

fn why(suppressed: &Suppressed) -> String {
    match &suppressed.reason {
        Some(reason) => format!("suppressed by {}: {reason}", suppressed.by.name()),
        None => format!("suppressed by {}", suppressed.by.name()),
    }
}

/// The words of a finding, its help and its labels, a line each.
fn words(view: &View<'_>, finding: &Finding) -> String {
    let (at, _) = view.range(finding.place.span);
    let path = escape(&view.path(finding.place.span));
    let mut body = format!("{path}:{}:{}: {}", at.line, at.column, escape(&view.message(finding)));
    if let Some(help) = &finding.help {
        body.push_str(&format!("\nhelp: {}", escape(help.for_people())));
    }
    for label in &finding.labels {
        let (at, _) = view.range(label.place.span);
        let path = escape(&view.path(label.place.span));
        body.push_str(&format!("\n{path}:{}:{}: {}", at.line, at.column, escape(label.message.for_people())));
    }
    body
}
