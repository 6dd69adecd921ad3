//! Markdown: a comment on a pull request. Nothing from a file becomes a tag, a link, a mention or a heading.

use super::view::{View, nothing, plural};
use super::{clean, rule_url};
use crate::finding::{Finding, Severity, Suppressed};

/// Longer comments are refused by GitHub (65,536 characters), so details go first, then rows.
pub(super) const LONGEST: usize = 60_000;

/// How many lines are said of the run itself.
const MOST_LINES: usize = 20;

/// What ends a part that is folded away.
const CLOSING: &str = "\n</details>\n";

/// A table for each file, what to do about each finding, and infos and suppressed findings folded away.
pub(super) fn render(view: &View<'_>) -> String {
    let full = comment(view, Details::Shown);
    if full.length() <= LONGEST {
        return full.text();
    }
    let short = comment(view, Details::Left);
    if short.length() <= LONGEST { short.text() } else { short.cut() }
}

/// Whether a comment says what to do.
#[derive(PartialEq)]
enum Details {
    Shown,
    Left,
}

/// What a part of a comment is. Names in a file may look like any of them, so the text is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CommentPartKind {
    /// What opens a part that is folded away.
    Open,
    /// What closes it.
    Close,
    /// A row of a table: a finding.
    Row,
    /// Anything else.
    Other,
}

/// A comment in parts that end with a line break.
#[derive(Debug, Default)]
pub(super) struct MarkdownComment {
    parts: Vec<(CommentPartKind, String)>,
}

impl MarkdownComment {
    pub(super) fn push(&mut self, kind: CommentPartKind, text: impl Into<String>) {
        self.parts.push((kind, text.into()));
    }

    pub(super) fn length(&self) -> usize {
        self.parts.iter().map(|(_, text)| text.len()).sum()
    }

    pub(super) fn text(&self) -> String {
        self.parts.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// The comment up to the last part that fits, and a word on what is left out.
    pub(super) fn cut(&self) -> String {
        let mut kept = String::new();
        let (mut open, mut shown) = (0usize, 0usize);
        for (kind, text) in &self.parts {
            if kept.len() + text.len() > LONGEST {
                break;
            }
            kept.push_str(text);
            open = match kind {
                CommentPartKind::Open => open + 1,
                CommentPartKind::Close => open.saturating_sub(1),
                CommentPartKind::Row | CommentPartKind::Other => open,
            };
            shown += usize::from(*kind == CommentPartKind::Row);
        }
        let missing = self.parts.iter().filter(|(kind, _)| *kind == CommentPartKind::Row).count().saturating_sub(shown);
        kept.push_str(&CLOSING.repeat(open));
        kept.push_str(&format!("\n{missing} more did not fit into this comment.\n"));
        kept
    }

    /// Parts under a title that is folded away.
    pub(super) fn folded(&mut self, title: &str, add: impl FnOnce(&mut MarkdownComment)) {
        self.push(CommentPartKind::Open, format!("\n<details><summary>{title}</summary>\n\n"));
        add(self);
        self.push(CommentPartKind::Close, CLOSING);
    }
}

fn comment(view: &View<'_>, details: Details) -> MarkdownComment {
    let report = view.report;
    let suppressed: Vec<&Finding> = report.findings.iter().filter(|finding| finding.suppressed.is_some()).collect();
    let mut output = MarkdownComment::default();
    output.push(CommentPartKind::Other, format!("### plimsoll: {}\n", heading(view)));
    said(&report.failures, "was not judged", &mut output);
    said(&report.notes, "to note", &mut output);
    let is_info = |finding: &&Finding| finding.severity == Severity::Info;
    for (path, findings) in view.by_file(report.active().filter(|finding| !is_info(finding)), |finding| finding) {
        output.push(CommentPartKind::Other, format!("\n#### {}\n\n", code(&path)));
        table(view, &findings, &mut output);
        if details == Details::Shown {
            output.folded("What to do", |output| list(view, &findings, output));
        }
    }
    let infos: Vec<&Finding> = report.active().filter(is_info).collect();
    if !infos.is_empty() {
        output.folded(&plural(infos.len(), "info"), |output| by_file(view, &infos, output));
    }
    if !suppressed.is_empty() {
        output.folded(&format!("{} suppressed", suppressed.len()), |output| by_file(view, &suppressed, output));
    }
    output
}

/// What was said of the run itself. However much there is of it, the findings fit.
fn said(lines: &[String], what: &str, output: &mut MarkdownComment) {
    for (at, line) in lines.iter().take(MOST_LINES).enumerate() {
        let gap = if at == 0 { "\n" } else { "" };
        output.push(CommentPartKind::Other, format!("{gap}- {}\n", inline(line)));
    }
    if lines.len() > MOST_LINES {
        output.push(CommentPartKind::Other, format!("- {} more {what}\n", lines.len() - MOST_LINES));
    }
}

fn heading(view: &View<'_>) -> String {
    let [errors, warnings, infos] = view.counts();
    match (view.report.projects, errors + warnings + infos) {
        (0, 0) => "no Compose project found".to_owned(),
        (projects, 0) => format!("no {} in {}", nothing(view.report), plural(projects, "project")),
        _ => [(errors, "error"), (warnings, "warning"), (infos, "info")].map(|(n, word)| plural(n, word)).join(", "),
    }
}

fn by_file(view: &View<'_>, findings: &[&Finding], output: &mut MarkdownComment) {
    let files = view.by_file(findings.iter().copied(), |finding| finding);
    for (at, (path, findings)) in files.into_iter().enumerate() {
        let gap = if at > 0 { "\n" } else { "" };
        output.push(CommentPartKind::Other, format!("{gap}{}\n\n", code(&path)));
        table(view, &findings, output);
    }
}

fn table(view: &View<'_>, findings: &[&Finding], output: &mut MarkdownComment) {
    output.push(CommentPartKind::Other, "| | line | finding | rule |\n|---|---|---|---|\n");
    for finding in findings {
        let (at, _) = view.range(finding.place.span);
        let sign = match finding.severity {
            Severity::Error => "🛑 error",
            Severity::Warning => "⚠️ warning",
            Severity::Info => "ℹ️ info",
        };
        let why = finding.suppressed.as_ref().map(why).unwrap_or_default();
        let rule = format!("[{}]({})", prose(finding.rule.name()), rule_url(finding.rule.name()));
        output.push(
            CommentPartKind::Row,
            format!("| {sign} | {} | {}{why} | {rule} |\n", at.line, inline(&view.message(finding))),
        );
    }
}

fn why(suppressed: &Suppressed) -> String {
    match &suppressed.reason {
        Some(reason) => format!(" (suppressed by {}: {})", suppressed.by.name(), inline(reason)),
        None => format!(" (suppressed by {})", suppressed.by.name()),
    }
}

/// What to do about each finding, and the places that belong to it.
fn list(view: &View<'_>, findings: &[&Finding], output: &mut MarkdownComment) {
    for finding in findings {
        let (at, _) = view.range(finding.place.span);
        let mut item = format!("- line {}: {}\n", at.line, inline(&view.message(finding)));
        for label in &finding.labels {
            let (at, _) = view.range(label.place.span);
            let place = code(&format!("{}:{}", view.path(label.place.span), at.line));
            item.push_str(&format!("  - {place}: {}\n", inline(label.message.for_people())));
        }
        if let Some(help) = &finding.help {
            item.push_str(&format!("  - **help**: {}\n", inline(help.for_people())));
        }
        for fix in &finding.fixes {
            item.push_str(&format!("  - **fix** ({}): {}\n", fix.safety.name(), inline(fix.title.for_people())));
        }
        output.push(CommentPartKind::Other, item);
    }
}

/// A message on one line: what is between backticks is code, everything else plain words.
pub(super) fn inline(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    let last = pieces.len() - 1;
    let show = |(index, piece): (usize, &&str)| match index % 2 == 1 {
        true if index < last => code(piece),
        true => format!("\\`{}", prose(piece)),
        false => prose(piece),
    };
    pieces.iter().enumerate().map(show).collect()
}

/// A code span, in which nothing but the bar of a table has a meaning.
pub(super) fn code(text: &str) -> String {
    let text = clean(text).replace('|', "\\|");
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match text.trim().is_empty() || text.starts_with('`') || text.ends_with('`') {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// Plain words. What mentions a person or another issue is broken up by an empty comment, which GitHub and GitLab drop.
fn prose(text: &str) -> String {
    let mut shown = String::new();
    for character in clean(text).chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '@' | '#' | '!' | '$' | '%' => {
                shown.push(character);
                shown.push_str("<!-- -->");
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '~' => {
                shown.push('\\');
                shown.push(character);
            }
            other => shown.push(other),
        }
    }
    // A bare address becomes a link.
    shown.replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_file_is_markup() {
        assert_eq!(inline("`a|b` <img src=x> @all, see #1"), {
            "`a\\|b` &lt;img src=x&gt; @<!-- -->all, see #<!-- -->1"
        });
        assert_eq!(inline("`a``<b>` and ` one"), "`a``<b>` and \\` one");
        assert_eq!(inline("[x](https://evil) **b**\n# c"), {
            "\\[x\\]\\(https:<!-- -->//evil\\) \\*\\*b\\*\\*\\\\u\\{a\\}#<!-- --> c"
        });
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("\u{1b}"), "`\\u{1b}`");
    }

    #[test]
    fn a_long_comment_is_cut_at_a_row() {
        let mut comment = MarkdownComment::default();
        comment.folded("x", |comment| {
            comment.push(CommentPartKind::Other, "| | line |\n");
            for _ in 0..80 {
                // What a name says does not count.
                comment
                    .push(CommentPartKind::Row, format!("| 🛑 error | 1 | `</details>{}` | x |\n", "m".repeat(1_000)));
            }
        });
        let kept = comment.cut();
        assert!(kept.len() < 62_000);
        assert!(kept.ends_with("\n</details>\n\n23 more did not fit into this comment.\n"), "{kept}");
        assert_eq!(kept.matches("<details>").count(), 1);
    }
}
