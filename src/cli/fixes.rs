//! `check --fix` and `check --diff`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::arguments::Fixing;
use super::{Answer, exit_code};
use crate::config::FailOn;
use crate::engine::{self, Request};
use crate::finding::Safety;
use crate::fix::{self, Fixed, Wanted};
use crate::render::{self, ChangedFile, Format, RenderOptions};
use crate::report::Report;
use crate::source::{SourceDb, relative};

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

    fn wanted(&self) -> Wanted {
        let safety = if self.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
        Wanted { safety, only: self.fix_only.clone() }
    }
}

/// How the answer is given.
pub(super) struct Telling<'a> {
    pub(super) format: Format,
    pub(super) options: &'a RenderOptions,
    pub(super) fail_on: FailOn,
}

/// Shows or writes the fixes. The exit code says what remains: after `--diff`, which writes nothing, that is everything.
pub(super) fn run(
    doing: Doing,
    fixing: &Fixing,
    sources: SourceDb,
    request: &Request,
    telling: &Telling<'_>,
) -> Answer {
    let found = sources.fork();
    let fixed = fix::fixed(sources, request, &fixing.wanted());
    match doing {
        Doing::Showing => show(&fixed, &engine::check(&found, request), telling),
        Doing::Writing => write(fixed, found, request, telling),
    }
}

fn show(fixed: &Fixed, found: &Report, telling: &Telling<'_>) -> Answer {
    let options = telling.options;
    let diffs = fixed.files.iter().map(|file| {
        let path = relative(&options.base, &file.path);
        render::diff(ChangedFile { path: &path, before: &file.before, after: &file.after }, options)
    });
    let output = diffs.collect();
    let mut errors = lines(found, fixed);
    if options.summary {
        errors.push_str(&format!("{}\n", render::fixed_summary("would fix", &fixed.mended, options)));
    }
    Answer { output, errors, code: exit_code(found, telling.fail_on) }
}

fn write(mut fixed: Fixed, found: SourceDb, request: &Request, telling: &Telling<'_>) -> Answer {
    let options = telling.options;
    let failed = fix::write(&mut fixed, &options.base);
    let mut mended: BTreeMap<PathBuf, BTreeMap<&'static str, usize>> = fixed.mended.clone();
    if !failed.is_empty() {
        // What is reported must be what the files say.
        for file in fixed.files.iter().filter(|file| !failed.contains(&file.path)) {
            found.overlay(&file.path, file.after.clone());
        }
        mended.retain(|path, _| !failed.contains(path));
        fixed.report = engine::check(&found, request);
        fixed.sources = found;
    }
    let remaining = render::render(telling.format, &fixed.report, &fixed.sources, options);
    let mut errors = lines(&fixed.report, &fixed);
    let mut output = String::new();
    if options.summary && !mended.is_empty() {
        let summary = render::fixed_summary("fixed", &mended, options);
        if telling.format == Format::Text {
            output = format!("{summary}\n\n");
        } else {
            errors.push_str(&format!("{summary}\n"));
        }
    }
    output.push_str(&remaining);
    Answer { output, errors, code: exit_code(&fixed.report, telling.fail_on) }
}

/// What went wrong, and which fixes are left out.
fn lines(report: &Report, fixed: &Fixed) -> String {
    let words = report.failures.iter().chain(&fixed.left);
    words.map(|line| format!("plimsoll: {}\n", render::clean(line))).collect()
}
