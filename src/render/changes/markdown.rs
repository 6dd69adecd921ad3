//! Changes as a comment on a pull request.

use super::super::markdown::{CommentPartKind, LONGEST, MarkdownComment, code, inline};
use super::{by_topic, findings, heading, message, only, places, title, together};
use crate::changes::{DeploymentChange, DeploymentDiff};

/// So many items of a topic are shown; of those without a risk, the rest is folded away.
const MOST_ITEMS: usize = 12;

/// How many lines are said of what could not be judged.
const MOST_LINES: usize = 20;

pub(super) fn render(diff: &DeploymentDiff) -> String {
    let mut comment = MarkdownComment::default();
    comment.push(CommentPartKind::Other, format!("### plimsoll: {}\n", inline(&heading(diff))));
    for (at, failure) in diff.failures.iter().take(MOST_LINES).enumerate() {
        let gap = if at == 0 { "\n" } else { "" };
        comment.push(CommentPartKind::Other, format!("{gap}- {}\n", inline(failure)));
    }
    for project in &diff.projects {
        comment.push(CommentPartKind::Other, format!("\n#### {}\n", code(&project.title)));
        for (topic, changes) in by_topic(&project.changes) {
            comment.push(CommentPartKind::Other, format!("\n**{}**\n\n", title(topic)));
            let items = together(&changes);
            let (first, more) = items.split_at(shown_at_once(&items));
            for alike in first {
                comment.push(CommentPartKind::Row, item(alike));
            }
            if !more.is_empty() {
                comment.folded(&format!("{} more", more.len()), |comment| {
                    for alike in more {
                        comment.push(CommentPartKind::Row, item(alike));
                    }
                });
            }
        }
    }
    if let Some(findings) = findings(diff) {
        comment.push(CommentPartKind::Other, format!("\n{}.\n", inline(&findings)));
    }
    if comment.length() <= LONGEST { comment.text() } else { comment.cut() }
}

/// How many items of a topic are not folded away: all with a risk, and some of the others.
fn shown_at_once(items: &[Vec<&DeploymentChange>]) -> usize {
    let has_risk = |alike: &Vec<&DeploymentChange>| alike.first().is_some_and(|change| change.is_risky);
    let risks = items.iter().filter(|alike| has_risk(alike)).count();
    let shown = risks.max(MOST_ITEMS);
    // One that is folded away takes as much room as one that is not.
    if items.len() <= shown + 1 { items.len() } else { shown }
}

fn item(alike: &[&DeploymentChange]) -> String {
    let Some(change) = alike.first() else { return String::new() };
    let sign = if change.is_risky { "⚠️ " } else { "" };
    let only = only(change).map(|only| inline(&only));
    let at = places(change, code);
    let notes: Vec<String> = only.into_iter().chain(at).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("- {sign}{}{notes}\n", inline(&message(alike)))
}
