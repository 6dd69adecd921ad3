//! The Code Quality report of GitLab: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use serde::Serialize;

use super::json::document;
use super::view::View;
use super::{clean, rule_url};
use crate::finding::Severity;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: GitLabLocation,
    url: String,
}

#[derive(Serialize)]
struct GitLabLocation {
    path: String,
    lines: GitLabLines,
}

#[derive(Serialize)]
struct GitLabLines {
    begin: u32,
    end: u32,
}

/// One list with each finding that counts, of every severity.
pub(super) fn render(view: &View<'_>) -> String {
    let issues = view.all().filter(|(finding, _)| finding.suppressed.is_none());
    let issues = issues.map(|(finding, fingerprint)| {
        let (start, end) = view.range(finding.place.span);
        Issue {
            description: clean(&view.message(finding)),
            check_name: finding.rule.name(),
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Info => "info",
            },
            location: GitLabLocation {
                path: view.path(finding.place.span),
                lines: GitLabLines { begin: start.line, end: end.line },
            },
            url: rule_url(finding.rule.name()),
        }
    });
    document(&issues.collect::<Vec<Issue>>())
}
