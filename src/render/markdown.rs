//! Markdown: a comment on a pull request. Nothing from a file becomes a tag, a link, a mention or a heading.

use super::view::{View, nothing, plural};
use super::{clean, rule_url};
use crate::finding::{Finding, Severity, Suppressed};

/// Longer comments are refused by GitHub (65,536 characters), so details go first, then rows.
const LONGEST: usize = 60_000;

/// A table for each file, what to do about each finding, and infos and suppressed findings folded away.
pub(super) fn render(view: &View<'_>) -> String {
    let full = comment(view, Details::Shown);
    if full.len() <= LONGEST {
        return full;
    }
    let short = comment(view, Details::Left);
    if short.len() <= LONGEST { short } else { cut(&short) }
}

/// Whether a comment says what to do.
#[derive(PartialEq)]
enum Details {
    Shown,
    Left,
}

fn comment(view: &View<'_>, details: Details) -> String {
    let report = view.report;
    let suppressed: Vec<&Finding> = report.findings.iter().filter(|finding| finding.suppressed.is_some()).collect();
    let mut output = format!("### plimsoll: {}\n", heading(view));
    let is_info = |finding: &&Finding| finding.severity == Severity::Info;
    for (path, findings) in view.by_file(report.active().filter(|finding| !is_info(finding)), |finding| finding) {
        output.push_str(&format!("\n#### {}\n\n{}", code(&path), table(view, &findings)));
        if details == Details::Shown {
            output.push_str(&folded("What to do", &list(view, &findings)));
        }
    }
    let infos: Vec<&Finding> = report.active().filter(is_info).collect();
    if !infos.is_empty() {
        output.push_str(&folded(&plural(infos.len(), "info"), &by_file(view, &infos)));
    }
    if !suppressed.is_empty() {
        output.push_str(&folded(&format!("{} suppressed", suppressed.len()), &by_file(view, &suppressed)));
    }
    output
}

fn heading(view: &View<'_>) -> String {
    let [errors, warnings, infos] = view.counts();
    match (view.report.projects, errors + warnings + infos) {
        (0, 0) => "no Compose project found".to_owned(),
        (projects, 0) => format!("no {} in {}", nothing(view.report), plural(projects, "project")),
        _ => [(errors, "error"), (warnings, "warning"), (infos, "info")].map(|(n, word)| plural(n, word)).join(", "),
    }
}

/// The comment up to a line break, and a word on what is left out.
fn cut(comment: &str) -> String {
    let mut kept = String::new();
    for line in comment.lines() {
        if kept.len() + line.len() > LONGEST {
            break;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    let open = kept.matches("<details>").count() - kept.matches("</details>").count();
    let left = |text: &str| text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |")).count();
    let missing = left(comment) - left(&kept);
    kept.push_str(&"\n</details>\n".repeat(open));
    kept.push_str(&format!("\n{missing} more did not fit into this comment.\n"));
    kept
}

fn by_file(view: &View<'_>, findings: &[&Finding]) -> String {
    let files = view.by_file(findings.iter().copied(), |finding| finding);
    files.into_iter().map(|(path, findings)| format!("{}\n\n{}\n", code(&path), table(view, &findings))).collect()
}

fn table(view: &View<'_>, findings: &[&Finding]) -> String {
    let mut table = "| | line | finding | rule |\n|---|---|---|---|\n".to_owned();
    for finding in findings {
        let (at, _) = view.range(finding.place.span);
        let sign = match finding.severity {
            Severity::Error => "🛑 error",
            Severity::Warning => "⚠️ warning",
            Severity::Info => "ℹ️ info",
        };
        let why = finding.suppressed.as_ref().map(why).unwrap_or_default();
        let rule = format!("[{}]({})", prose(finding.rule.name()), rule_url(finding.rule.name()));
        table.push_str(&format!("| {sign} | {} | {}{why} | {rule} |\n", at.line, inline(&view.message(finding))));
    }
    table
}

fn why(suppressed: &Suppressed) -> String {
    match &suppressed.reason {
        Some(reason) => format!(" (suppressed by {}: {})", suppressed.by.name(), inline(reason)),
        None => format!(" (suppressed by {})", suppressed.by.name()),
    }
}

/// What to do about each finding, and the places that belong to it.
fn list(view: &View<'_>, findings: &[&Finding]) -> String {
    let mut list = String::new();
    for finding in findings {
        let (at, _) = view.range(finding.place.span);
        list.push_str(&format!("- line {}: {}\n", at.line, inline(&view.message(finding))));
        for label in &finding.labels {
            let (at, _) = view.range(label.place.span);
            let place = code(&format!("{}:{}", view.path(label.place.span), at.line));
            list.push_str(&format!("  - {place}: {}\n", inline(&label.message)));
        }
        if let Some(help) = &finding.help {
            list.push_str(&format!("  - **help**: {}\n", inline(help)));
        }
        for fix in &finding.fixes {
            list.push_str(&format!("  - **fix** ({}): {}\n", fix.safety.name(), inline(&fix.title)));
        }
    }
    list
}

fn folded(title: &str, body: &str) -> String {
    format!("\n<details><summary>{title}</summary>\n\n{}\n\n</details>\n", body.trim_end())
}

/// A message on one line: what stands between backticks is code, everything else plain words.
fn inline(text: &str) -> String {
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
fn code(text: &str) -> String {
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
        let row = format!("| 🛑 error | 1 | {} | x |\n", "m".repeat(1_000));
        let comment = format!("### plimsoll\n\n<details><summary>x</summary>\n\n| | line |\n{}", row.repeat(80));
        let kept = cut(&comment);
        assert!(kept.len() < 62_000);
        assert!(kept.ends_with("\n</details>\n\n22 more did not fit into this comment.\n"), "{kept}");
    }
}
