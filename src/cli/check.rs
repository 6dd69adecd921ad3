//! `plimsoll check`.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use super::arguments::{CheckArguments, ChosenRules};
use super::outputs::{self, ReportOutput};
use super::{BROKEN, CLEAN, CommandOutcome, Surroundings, WantedRequest, complaint, exit_code, request};
use super::{buffer, fixes, ignores, known, notes, progress};
use crate::config::{self, FailOn};
use crate::finding::{Selector, Severity};
use crate::render::RenderOptions;
use crate::report::Report;
use crate::source::{SourceDb, relative};
use crate::workspace;
use crate::workspace::{Request, Selection};

/// The width of text where no terminal says another, in columns.
const USUAL_WIDTH: usize = 100;
/// Wider text is hard to read, in columns.
const LARGEST_WIDTH: usize = 120;

/// Reports what is wrong, or fixes it, or writes comments for it.
pub(super) fn check(arguments: &CheckArguments, surroundings: &Surroundings) -> Result<CommandOutcome, String> {
    let sources = SourceDb::new();
    let mut request = asked(arguments, &sources, surroundings)?;
    request.earlier = known::earlier(arguments.comparison.since.as_deref(), &request)?;
    let configured = request.config.as_ref().and_then(|config| config.fail_on);
    let fail_on = arguments.fail_on.map(|name| name.fail_on()).or(configured);
    let fail_on = fail_on.unwrap_or(FailOn::Severity(Severity::Warning));
    let options = options(arguments, surroundings, fail_on, &request);
    let telling = Telling { arguments, options: &options, fail_on };
    let seen = (surroundings.error_terminal && !arguments.quiet).then_some(&*request.watch);
    if let Some(doing) = arguments.fixing.doing() {
        return Ok(progress::during(seen, || fixes::run(doing, sources, &request, &telling)));
    }
    let mut report = progress::during(seen, || workspace::check(&sources, &request));
    telling.keep_asked(&mut report, &sources, &request);
    if arguments.comparison.add_ignores {
        return ignores::add(&report, &sources, &request, &options, arguments.comparison.reason.as_deref());
    }
    Ok(telling.answer(report, sources, &request))
}

/// The request that the arguments make.
fn asked(arguments: &CheckArguments, sources: &SourceDb, surroundings: &Surroundings) -> Result<Request, String> {
    let selection = selection(&arguments.chosen)?;
    selectors(&arguments.fixing.fix_only)?;
    let (buffer, paths) = buffer::asked(sources, arguments, &surroundings.directory)?;
    let wanted = WantedRequest {
        project: arguments.project.clone(),
        paths,
        configuration: arguments.configuration.clone(),
        baseline: arguments.comparison.baseline.as_deref(),
        committed: arguments.comparison.committed,
    };
    let request = request(sources, wanted, surroundings)?;
    only_one_project(sources, &request)?;
    let baseline = known::read(arguments.comparison.baseline.as_deref(), sources, &request)?;
    Ok(Request { buffer, selection, baseline, ..request })
}

/// The rules that options choose.
pub(super) fn selection(chosen: &ChosenRules) -> Result<Selection, String> {
    Ok(Selection {
        select: selectors(&chosen.select)?,
        ignore: selectors(&chosen.ignore)?,
        strict: chosen.strict,
        style: chosen.style,
        preview: chosen.preview,
    })
}

/// Complains where options that are meant for one project would apply to several.
pub(super) fn only_one_project(sources: &SourceDb, request: &Request) -> Result<(), String> {
    let directories = workspace::projects_for_options(sources, request);
    if directories.len() < 2 {
        return Ok(());
    }
    let shown: Vec<String> = directories.iter().map(|path| relative(&request.directory, path)).collect();
    Err(format!(
        "`--env-file` and `--profile` apply to one project, but there are {}: {}; name one of them, or select files with `-f`",
        shown.len(),
        shown.join(", ")
    ))
}

/// What names on the command line stand for.
pub(super) fn selectors(names: &[String]) -> Result<Vec<Selector>, String> {
    names.iter().map(|name| Selector::find(name).ok_or_else(|| config::unknown_selector(name))).collect()
}

fn options(
    arguments: &CheckArguments,
    surroundings: &Surroundings,
    fail_on: FailOn,
    request: &Request,
) -> RenderOptions {
    RenderOptions {
        color: surroundings.color(arguments.color),
        width: width(surroundings),
        wraps: surroundings.width.is_some(),
        show: arguments.show.map_or(shown_by_default(fail_on), |name| name.severity()),
        links: surroundings.terminal && surroundings.color(arguments.color),
        summary: !arguments.quiet,
        hints: arguments.fixing.doing().is_none(),
        statistics: arguments.statistics,
        fail_on: lowest(fail_on),
        ..RenderOptions::new(request.directory.clone())
    }
}

/// The width of text, in columns.
pub(super) fn width(surroundings: &Surroundings) -> usize {
    surroundings.width.unwrap_or(USUAL_WIDTH).min(LARGEST_WIDTH)
}

fn lowest(fail_on: FailOn) -> Option<Severity> {
    match fail_on {
        FailOn::Severity(severity) => Some(severity),
        FailOn::Never => None,
    }
}

/// A run never fails for something that it does not show.
pub(super) fn shown_by_default(fail_on: FailOn) -> Severity {
    match fail_on {
        FailOn::Severity(severity) => severity.min(Severity::Warning),
        FailOn::Never => Severity::Warning,
    }
}

/// How the answer is given.
pub(super) struct Telling<'a> {
    pub(super) arguments: &'a CheckArguments,
    pub(super) options: &'a RenderOptions,
    fail_on: FailOn,
}

impl Telling<'_> {
    /// Of the project of an unsaved buffer, keeps the findings in the buffer, unless all are asked for.
    pub(super) fn keep_asked(&self, report: &mut Report, sources: &SourceDb, request: &Request) {
        if let Some(path) = self.buffer(request) {
            report.keep_file(path, sources);
        }
    }

    /// What is said of a file that looks like a configuration under another name, where there is none.
    fn misnamed(&self, sources: &SourceDb, request: &Request) -> Option<String> {
        let is_none = request.config.as_ref().is_none_or(|config| config.path.as_os_str().is_empty());
        let is_silent = self.arguments.quiet || request.is_config_fixed || request.buffer.is_some();
        let name = config::misnamed(sources, &request.directory).filter(|_| is_none && !is_silent)?;
        Some(format!("{name}: not read: a configuration is called `plimsoll.yaml`"))
    }

    /// The unsaved buffer, where its findings alone are asked for.
    pub(super) fn buffer<'r>(&self, request: &'r Request) -> Option<&'r PathBuf> {
        request.buffer.as_ref().filter(|_| !self.arguments.stdin_project)
    }

    /// The findings on standard output and in files, what went wrong on the way, and the exit code.
    pub(super) fn answer(&self, report: Report, sources: SourceDb, request: &Request) -> CommandOutcome {
        let arguments = self.arguments;
        let unwritten = outputs::write(&arguments.outputs, &report, &sources, self.options);
        let code = if unwritten.is_empty() { CLEAN } else { BROKEN };
        let unused = buffer::unused(&report.unused, request).filter(|_| !arguments.quiet);
        let given = arguments.chosen.select.iter().chain(&arguments.chosen.ignore).chain(&arguments.fixing.fix_only);
        let notes = notes::notes(given, &request.selection, request.config.as_ref());
        let misnamed = self.misnamed(&sources, request);
        let lines =
            notes.iter().chain(&misnamed).chain(&report.failures).chain(&unwritten).chain(&unused).chain(&report.notes);
        let errors: String = lines.map(|line| complaint(line)).collect();
        let code = code.max(exit_code(&report, self.fail_on));
        let watch = arguments.verbose.then(|| Arc::clone(&request.watch));
        let (format, options) = (arguments.format, self.options.clone());
        let report = ReportOutput { format, report, sources, options, watch, spent: Cell::default() };
        CommandOutcome { output: String::new(), report: Some(report), errors, code }
    }
}
