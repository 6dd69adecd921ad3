//! Env files and label files that cannot be read: `missing-env-file`.

use super::quick_fix;
use super::view::ProblemView;
use crate::compose::Reference;
use crate::compose::problem::{EnvFileProblem, NearbyFile, PlaceRole, Reported};
use crate::compose::value::quote::Quote;
use crate::finding::{Finding, Fix, NewFile, Safety, Severity, Subject, rule};
use crate::source::{LoadError, PathKind, normalize};
use crate::yaml::edit;

/// An env file or label file that cannot be read. One that git ignores cannot be in a checkout, so it is missing here only:
/// that is an info.
pub(super) fn finding(reported: &Reported, problem: &EnvFileProblem, view: &ProblemView<'_>) -> Finding {
    let mut finding = view.about(rule::MISSING_ENV_FILE, reported, message(problem, view));
    finding.evidence = problem.path().map(|path| view.written(path));
    match problem {
        EnvFileProblem::OfProject { name, error } => {
            finding.severity = error.severity();
            finding.subject = Subject::File(name.clone());
            finding.help = Some("create it, or correct the path in `--env-file`".into());
        }
        EnvFileProblem::OfInclude { name, .. } => finding.subject = Subject::File(view.written(name)),
        EnvFileProblem::OfLabels { .. } => {}
        EnvFileProblem::BlankPath { .. } => {
            finding.severity = Severity::Warning;
            let help = "set it in `.env` or in the environment of Compose, or give it a default";
            finding.help = Some(help.into());
        }
        EnvFileProblem::OfService { path, error, around, .. } => {
            finding.severity = error.severity();
            service_env_file(&mut finding, reported, (error, around), view);
            if *error == LoadError::Missing {
                finding.fixes.extend(created(&finding, reported, path, around, view));
            }
        }
    }
    let is_ignored = || problem.path().is_some_and(|path| view.is_ignored(reported.at, path.value()));
    if finding.severity == Severity::Error && is_ignored() {
        let words = "add an example of it: git ignores it, so it is missing in every fresh checkout";
        finding.severity = Severity::Info;
        finding.help = Some(words.into());
    }
    let is_of_portainer = problem.path().is_some_and(|path| path.value().rsplit('/').next() == Some("stack.env"));
    if is_of_portainer && finding.severity > Severity::Info {
        finding.severity = Severity::Info;
        finding.help = Some("Portainer writes `stack.env`; create it to start the project without Portainer".into());
        finding.fixes.clear();
    }
    if let Some(name) = directory_variable(reported, view).filter(|_| finding.severity > Severity::Info) {
        finding.severity = Severity::Info;
        finding.help = Some(format!("`{name}` says where it is: create it there before the project starts").into());
        finding.fixes.clear();
    }
    let is_unknown = || problem.path().is_some_and(|path| view.is_in_another_checkout(reported.at, path.value()));
    soften_made(&mut finding, reported, problem, view);
    if view.is_of_elsewhere(reported.at) || is_unknown() {
        finding.severity = Severity::Info;
    }
    finding
}

/// Makes an info of a file that something in the repository makes, or that the command names.
fn soften_made(finding: &mut Finding, reported: &Reported, problem: &EnvFileProblem, view: &ProblemView<'_>) {
    let made_by = || view.made_by(reported.at, problem.path()?.value());
    if finding.severity == Severity::Error
        && let Some(maker) = made_by()
    {
        finding.severity = Severity::Info;
        finding.help = Some(format!("create it before the project starts, as `{maker}` does or says").into());
        finding.fixes.clear();
    }
    if let Some(name) = named_by_command(reported, view).filter(|_| finding.severity > Severity::Info) {
        finding.severity = Severity::Info;
        finding.help =
            Some(format!("the command that starts the project sets `{name}`: create the file before").into());
        finding.fixes.clear();
    }
}

/// The variable that a path consists of and that the command sets, and no file of the project.
fn named_by_command<'a>(reported: &Reported, view: &'a ProblemView<'_>) -> Option<&'a str> {
    let is_part = |one: &&Reference| one.effective && reported.at.span.contains(one.place.span);
    let used = view.project.references.iter().filter(is_part);
    let is_told = |name: &str| {
        let setting = view.project.environment.setting(name);
        setting.is_some_and(|setting| setting.place.is_none() && !setting.is_assumed)
    };
    used.map(|one| one.name.as_str()).find(|name| is_told(name))
}

/// The variable that a path begins with and whose default is the directory of the file, or one of the host: where the project
/// is deployed, it leads to another.
fn directory_variable(reported: &Reported, view: &ProblemView<'_>) -> Option<String> {
    let written = edit::text_of(view.files, reported.at)?;
    let (variable, _) = written.strip_prefix("${")?.split_once("}/")?;
    let (name, default) = variable.split_once(":-").or_else(|| variable.split_once('-'))?;
    let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    // Another default names a directory of the project.
    (is_name && default.starts_with(['.', '/', '~'])).then(|| name.to_owned())
}

fn message(problem: &EnvFileProblem, view: &ProblemView<'_>) -> String {
    match problem {
        EnvFileProblem::OfProject { name, error } => format!("cannot read env file `{name}`: {error}"),
        EnvFileProblem::OfInclude { is_directory: true, .. } => {
            "the env file of this `include` is a directory".to_owned()
        }
        EnvFileProblem::OfInclude { written, .. } => {
            format!("env file `{}` of this `include` not found", view.written(written))
        }
        EnvFileProblem::OfLabels { written, error, .. } => {
            format!("cannot read label file `{}`: {error}", view.written(written))
        }
        EnvFileProblem::BlankPath { .. } => "the path of this env file contains a variable without a value".to_owned(),
        EnvFileProblem::OfService { written, error: LoadError::Missing, .. } => {
            format!("env file `{}` not found", view.written(written))
        }
        EnvFileProblem::OfService { error: LoadError::Directory, .. } => "the env file is a directory".to_owned(),
        EnvFileProblem::OfService { written, error, .. } => {
            format!("cannot read env file `{}`: {error}", view.written(written))
        }
    }
}

/// What to do about the `env_file` of a service.
fn service_env_file(
    finding: &mut Finding,
    reported: &Reported,
    (error, around): (&LoadError, &NearbyFile),
    view: &ProblemView<'_>,
) {
    let help = match (error, around) {
        (LoadError::Directory, _) => "use the path of a file in it".to_owned(),
        (LoadError::Missing, NearbyFile::Host) => {
            finding.severity = Severity::Info;
            "this is a host path: it must exist on every machine that runs the project".to_owned()
        }
        (LoadError::Missing, NearbyFile::Outside) => {
            finding.severity = Severity::Info;
            "it is outside of this repository: it must be there on every machine that runs the project".to_owned()
        }
        (_, NearbyFile::Example(near) | NearbyFile::Near(near)) => {
            format!("copy `{near}` from the same directory, or use it here")
        }
        _ => {
            finding.fixes.extend(optional(reported, view).filter(|_| *error == LoadError::Missing));
            "create it, or set `required: false` if the service does not need it".to_owned()
        }
    };
    finding.help = Some(help.into());
}

/// Creates the file: a copy of its example is shown, for somebody to fill in; an empty one is the alternative to making it
/// optional.
fn created(
    finding: &Finding,
    reported: &Reported,
    path: &Quote,
    around: &NearbyFile,
    view: &ProblemView<'_>,
) -> Option<Fix> {
    let names_file = view.sources.file(reported.at.span.file);
    let whole = normalize(&names_file.path.parent()?.join(path.value()));
    let directory = whole.parent()?;
    let shown = view.written(path);
    // A path that a variable is part of is another one elsewhere.
    if shown != path.value() || view.sources.kind(directory) != PathKind::Directory {
        return None;
    }
    let file = |text: String| NewFile { path: whole.clone(), text };
    match around {
        NearbyFile::Example(near) => {
            let example = view.sources.load(&directory.join(near)).ok()?;
            let text = view.sources.file(example).text.clone();
            let title = format!("copy `{near}` to `{shown}`, and fill it in");
            Some(edit::create(Safety::Display, title, file(text)))
        }
        NearbyFile::Nothing if !finding.fixes.is_empty() && !view.is_ignored(reported.at, path.value()) => {
            Some(edit::create(Safety::Unsafe, format!("create an empty `{shown}`"), file(String::new())))
        }
        _ => None,
    }
}

/// Lets all services that name the file start without it.
fn optional(reported: &Reported, view: &ProblemView<'_>) -> Option<Fix> {
    let mut places = vec![reported.at];
    for related in reported.related.iter().filter(|related| matches!(related.role, PlaceRole::UsedBy(_))) {
        if !places.contains(&related.place) {
            places.push(related.place);
        }
    }
    let mut fix = quick_fix::optional_file(view.files, reported.at)?;
    for place in places.into_iter().skip(1) {
        let more = quick_fix::optional_file(view.files, place).map(|more| more.edits);
        fix.edits = edit::all([Some(fix.edits), more])?;
    }
    Some(fix)
}
