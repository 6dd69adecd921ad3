//! Code actions: the fixes of findings, all safe fixes of a file at once, and comments that suppress.

use std::path::Path;

use gen_lsp_types::{CodeAction, CodeActionKind, CodeActionParams, WorkspaceEdit};
use serde_json::json;

use super::diagnostics::diagnostic;
use super::dispatch::Cx;
use super::edits::{difference, of_correction, workspace_edit};
use super::issues::{LocatedFinding, TextReplacement};
use crate::finding::Safety;
use crate::fix::{FixSelection, fixed};
use crate::report::suppress::write::add_comments;
use crate::secrets::holds_secret;

/// The action that applies every safe fix of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.plimsoll";

/// The family of the rules about suppressions: no comment suppresses these.
const ABOUT_SUPPRESSIONS: &str = "suppression";

/// What can be done in a range of a file.
pub(super) fn actions(cx: Cx<'_>, params: CodeActionParams) -> Option<Vec<CodeAction>> {
    let document = cx.document(&params.text_document.uri)?;
    let page = document.page(cx.world.encoding);
    let (start, end) = (page.offset(params.range.start) as u32, page.offset(params.range.end) as u32);
    let only = params.context.only.as_deref();
    let is_touched = |issue: &&LocatedFinding| {
        issue.path == document.path && issue.stretch.0 <= end && start <= issue.stretch.1.max(issue.stretch.0)
    };
    let mut found = Vec::new();
    if is_wanted(only, "quickfix") {
        for issue in cx.world.issues().iter().filter(is_touched) {
            found.extend(fixes(issue, cx));
            if document.repaired.is_none() {
                found.extend(suppression(issue, cx));
            }
        }
    }
    if is_wanted(only, FIX_ALL) {
        found.extend(fix_all(&document.path, cx, only.is_some()));
    }
    Some(found)
}

/// Whether a kind is among those that are asked for, or below one.
fn is_wanted(only: Option<&[CodeActionKind]>, kind: &str) -> bool {
    let covers = |wanted: &CodeActionKind| {
        let wanted = serde_json::to_value(wanted).ok();
        let wanted = wanted.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
        kind.strip_prefix(wanted).is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
    };
    only.is_none_or(|only| only.iter().any(covers))
}

/// The fixes of a finding: the first is preferred if it is safe.
fn fixes(issue: &LocatedFinding, cx: Cx<'_>) -> Vec<CodeAction> {
    let all = issue.corrections.iter().enumerate().filter_map(|(at, correction)| {
        let edit = of_correction(correction, cx.world, cx.client)?;
        let note = match correction.safety {
            Safety::Safe => "",
            Safety::Unsafe | Safety::Display => " (may change behavior)",
        };
        Some(CodeAction {
            title: format!("{}{note}", sentence(&correction.title)),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic(issue, cx.world, cx.client)]),
            is_preferred: Some(at == 0 && correction.safety == Safety::Safe),
            edit: Some(edit),
            ..CodeAction::default()
        })
    });
    all.collect()
}

/// A title of a fix as the editor shows it.
fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A comment that suppresses a finding.
fn suppression(issue: &LocatedFinding, cx: Cx<'_>) -> Option<CodeAction> {
    let rule = issue.finding.rule;
    if rule.document().family == ABOUT_SUPPRESSIONS {
        return None;
    }
    let source = cx.world.sources.file(cx.world.sources.load(&issue.path).ok()?);
    let (commented, _) = add_comments(&source, &[&issue.finding], None);
    let replacements = difference(&issue.path, &commented.before, &commented.after);
    if replacements.is_empty() || shows_secret(&replacements) {
        return None;
    }
    Some(CodeAction {
        title: format!("Suppress `{rule}` with a comment"),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic(issue, cx.world, cx.client)]),
        is_preferred: Some(false),
        edit: workspace_edit(&replacements, &[], cx.world, cx.client),
        ..CodeAction::default()
    })
}

/// All safe fixes of a file. They are worked out when the action is chosen, if the editor can wait until then.
fn fix_all(path: &Path, cx: Cx<'_>, is_asked_for: bool) -> Option<CodeAction> {
    let has_fix = |issue: &LocatedFinding| {
        issue.path == path && issue.corrections.iter().any(|correction| correction.safety == Safety::Safe)
    };
    if !cx.world.issues().iter().any(has_fix) {
        return None;
    }
    let action = CodeAction {
        title: "Fix all problems that plimsoll can fix safely".to_owned(),
        kind: Some(CodeActionKind::Custom(FIX_ALL.into())),
        ..CodeAction::default()
    };
    if cx.client.resolves_actions {
        return Some(CodeAction { data: Some(json!({"fixAll": cx.world.uri(path)})), ..action });
    }
    let edit = if is_asked_for { all_fixes(path, cx) } else { None };
    edit.map(|edit| CodeAction { edit: Some(edit), ..action })
}

/// Gives an action its edit.
pub(super) fn resolve(cx: Cx<'_>, action: CodeAction) -> Option<CodeAction> {
    let uri = action.data.as_ref().and_then(|data| data.get("fixAll")?.as_str()).map(str::to_owned);
    let document = uri.and_then(|uri| cx.document(&uri.into()));
    let edit = document.and_then(|document| all_fixes(&document.path, cx));
    let edit = edit.or_else(|| action.edit.clone()).unwrap_or_default();
    Some(CodeAction { edit: Some(edit), data: None, ..action })
}

fn all_fixes(path: &Path, cx: Cx<'_>) -> Option<WorkspaceEdit> {
    let request = cx.world.request(path)?;
    let wanted = FixSelection { safety: Safety::Safe, only: Vec::new(), file: Some(path.to_path_buf()) };
    let fixed = fixed(cx.world.sources.fork(), &request, &wanted);
    let mut replacements = Vec::new();
    let mut creates = Vec::new();
    for file in fixed.files {
        match file.before {
            Some(before) => replacements.extend(difference(&file.path, &before, &file.after)),
            None => creates.push((file.path, file.after)),
        }
    }
    if shows_secret(&replacements) || creates.iter().any(|(_, text)| holds_secret(text)) {
        return None;
    }
    workspace_edit(&replacements, &creates, cx.world, cx.client)
}

fn shows_secret(replacements: &[TextReplacement]) -> bool {
    replacements.iter().any(|one| holds_secret(&one.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_covers_those_below_it() {
        let fix_all = |kind: &'static str| is_wanted(Some(&[CodeActionKind::from(kind)]), FIX_ALL);
        assert!(fix_all("source.fixAll") && fix_all("source") && fix_all(FIX_ALL));
        assert!(!fix_all("source.fix") && !fix_all("quickfix") && !fix_all("source.fixAll.eslint"));
        assert!(is_wanted(None, FIX_ALL));
        assert_eq!(sentence("remove `x`"), "Remove `x`");
    }
}
