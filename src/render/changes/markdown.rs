//! Changes as a comment on a pull request.

use super::super::markdown::{CommentPartKind, LONGEST, MarkdownComment, code, inline};
use super::{by_topic, findings, heading, message, only, place, title, together};
use crate::changes::{DeploymentChange, DeploymentDiff};

/// How many lines are said of what could not be judged.
const MOST_LINES: usize = 20;

pub(super) fn render(diff: &DeploymentDiff) -> String {
    let mut comment = MarkdownComment::default();
    let mut say = |kind: CommentPartKind, text: String| comment.push(kind, text);
    say(CommentPartKind::Other, format!("### plimsoll: {}\n", inline(&heading(diff))));
    for (at, failure) in diff.failures.iter().take(MOST_LINES).enumerate() {
        let gap = if at == 0 { "\n" } else { "" };
        say(CommentPartKind::Other, format!("{gap}- {}\n", inline(failure)));
    }
    for project in &diff.projects {
        say(CommentPartKind::Other, format!("\n#### {}\n", code(&project.title)));
        for (topic, changes) in by_topic(&project.changes) {
            say(CommentPartKind::Other, format!("\n**{}**\n\n", title(topic)));
            for alike in together(&changes) {
                say(CommentPartKind::Row, item(&alike));
            }
        }
    }
    if let Some(findings) = findings(diff) {
        say(CommentPartKind::Other, format!("\n{}.\n", inline(&findings)));
    }
    if comment.length() <= LONGEST { comment.text() } else { comment.cut() }
}

fn item(alike: &[&DeploymentChange]) -> String {
    let Some(change) = alike.first() else { return String::new() };
    let sign = if change.is_risky { "⚠️ " } else { "" };
    let only = only(change).map(|only| inline(&only));
    let at = change.place.as_ref().map(|at| code(&place(at)));
    let notes: Vec<String> = only.into_iter().chain(at).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("- {sign}{}{notes}\n", inline(&message(alike)))
}
