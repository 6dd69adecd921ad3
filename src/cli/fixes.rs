//! `check --fix` and `check --diff`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::arguments::Fixing;
use super::check::Telling;
use super::{CommandOutcome, complaint};
use crate::finding::{RuleId, Safety, Selector};
use crate::fix::{self, FixSelection, Fixed};
use crate::guard::{defect, guarded};
use crate::render::{self, ChangedFile, Format};
use crate::source::{SourceDb, relative};
use crate::workspace;
use crate::workspace::Request;

/// What is to be done with fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// The files are written.
    Writing,
    /// The changes are shown.
    Showing,
}

impl Fixing {
    /// What is to be done; `None` where fixes are only offered.
    pub(super) fn doing(&self) -> Option<Doing> {
        match (self.fix, self.diff) {
            (true, _) => Some(Doing::Writing),
            (_, true) => Some(Doing::Showing),
            _ => None,
        }
    }

    fn wanted(&self) -> FixSelection {
        let safety = if self.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
        FixSelection {
            safety,
            only: self.fix_only.iter().filter_map(|name| Selector::find(name)).collect(),
            file: None,
        }
    }
}

/// Shows or writes the fixes. The exit code says what remains: after `--diff`, which writes nothing, that is everything.
pub(super) fn run(doing: Doing, sources: SourceDb, request: &Request, telling: &Telling<'_>) -> CommandOutcome {
    let found = sources.fork();
    let wanted = FixSelection { file: telling.buffer(request).cloned(), ..telling.arguments.fixing.wanted() };
    let Some(fixed) = guarded(|| fix::fixed(sources, request, &wanted)) else {
        // The findings are there without their fixes.
        let mut report = workspace::check(&found, request);
        report.failures.push(defect("looking for fixes"));
        telling.keep_asked(&mut report, &found, request);
        return telling.answer(report, found, request);
    };
    match doing {
        Doing::Showing => show(fixed, request, telling),
        Doing::Writing => write(fixed, found, request, telling),
    }
}

fn show(fixed: Fixed, request: &Request, telling: &Telling<'_>) -> CommandOutcome {
    let options = telling.options;
    let diffs = fixed.files.iter().map(|file| {
        let path = relative(&options.base, &file.path);
        render::diff(ChangedFile { path: &path, before: file.before.as_deref(), after: &file.after }, options)
    });
    let (mut report, found) = fixed.found.unwrap_or((fixed.report, fixed.sources));
    telling.keep_asked(&mut report, &found, request);
    let mut answer = telling.answer(report, found, request);
    (answer.output, answer.report) = (diffs.collect(), None);
    answer.errors.extend(fixed.left.iter().map(|line| complaint(line)));
    if options.summary {
        answer.errors.push_str(&format!("{}\n", render::fixed_summary("would fix", &fixed.applied, options)));
    }
    answer
}

fn write(mut fixed: Fixed, found: SourceDb, request: &Request, telling: &Telling<'_>) -> CommandOutcome {
    let options = telling.options;
    let failed = fix::write(&mut fixed, &options.base);
    let mut applied: BTreeMap<PathBuf, BTreeMap<RuleId, usize>> = fixed.applied.clone();
    if !failed.is_empty() {
        // What is reported must be what the files say.
        for file in fixed.files.iter().filter(|file| !failed.contains(&file.path)) {
            found.overlay(&file.path, file.after.clone());
        }
        applied.retain(|path, _| !failed.contains(path));
        fixed.report = workspace::check(&found, request);
        fixed.sources = found;
    }
    let mut answer = telling.answer(fixed.report, fixed.sources, request);
    answer.errors.extend(fixed.left.iter().map(|line| complaint(line)));
    if options.summary && !applied.is_empty() {
        let summary = render::fixed_summary("fixed", &applied, options);
        if telling.arguments.format == Format::Text {
            answer.output = format!("{summary}\n\n");
        } else {
            answer.errors.push_str(&format!("{summary}\n"));
        }
    }
    answer
}
