//! Names that lead nowhere, to themselves or to two things: `undefined-reference`, `inactive-dependency`,
//! `dependency-cycle`, `unresolved-include`, `unresolved-extends`, `duplicate-mount-target`, `duplicate-container-name`.

use super::view::ProblemView;
use super::{or_list, quick_fix};
use crate::compose::problem::{ExtendsProblem, IncludeProblem, Reported, Resource, Undefined};
use crate::compose::value::quote::Quote;
use crate::finding::{Finding, Fix, MissingDefinition, MissingKind, Severity, Subject, rule};
use crate::text::nearest::nearest;
use crate::yaml::edit;

/// A name that nothing in the project has.
pub(super) fn undefined(reported: &Reported, undefined: &Undefined, view: &ProblemView<'_>) -> Finding {
    let rule = rule::UNDEFINED_REFERENCE;
    match undefined {
        Undefined::NotBuilt { name } => {
            let name = view.written(name);
            let message = format!("service `{name}` has no `build`, so it cannot be used as a build context");
            with_missing(view.about(rule, reported, message), reported, MissingKind::Build(name))
        }
        Undefined::Name { kind, name, .. } if name.value().is_empty() => {
            view.about(rule, reported, format!("missing name of a {}", kind.word())).help("set `source`")
        }
        Undefined::Name { kind, name, known, .. } => {
            let shown = view.written(name);
            let mut finding = view.about(rule, reported, format!("undefined {} `{shown}`", kind.word()));
            finding.evidence = Some(format!("{} {shown}", kind.word()));
            let (help, fix) = help_and_fix(reported, *kind, (name.value(), &shown), known, view);
            finding.help = Some(help.into());
            finding.fixes.extend(fix);
            with_missing(finding, reported, MissingKind::Name { kind: kind.word(), name: shown })
        }
    }
}

/// What to do about a name, which is given as docker compose has it and as the file writes it.
fn help_and_fix(
    reported: &Reported,
    kind: Resource,
    (name, shown): (&str, &str),
    known: &[String],
    view: &ProblemView<'_>,
) -> (String, Option<Fix>) {
    let known: Vec<&str> = match view.may_compare(known.len()) {
        true => known.iter().map(String::as_str).collect(),
        false => Vec::new(),
    };
    let is_path = |name: &str| name.contains(['/', '.']) || name.starts_with(|letter: char| letter.is_uppercase());
    if kind == Resource::Volume && name.contains(['/', '.']) {
        let help = format!("use `./{shown}` if it is a path: without `./`, it is read as a volume name");
        return (help, quick_fix::path(view.files, reported.at, name));
    }
    let section = kind.section();
    let help = match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if kind == Resource::Volume && is_path(name) => {
            format!("add `{shown}:` under the top-level `volumes:`, or use `./{shown}` if it is a path")
        }
        None if kind == Resource::Service => "define it, or remove the reference".to_owned(),
        None => format!("add `{shown}:` under the top-level `{section}:`"),
    };
    (help, quick_fix::reference(view.files, reported.at, name, &known))
}

/// Notes what a finding says is missing, by the service that needs it.
fn with_missing(mut finding: Finding, reported: &Reported, what: MissingKind) -> Finding {
    let by = reported.about.get(1).map_or_else(String::new, |name| name.to_string());
    finding.missing = Some(MissingDefinition { what, by });
    finding
}

/// A dependency on a service of a profile that is not active.
pub(super) fn inactive(
    reported: &Reported,
    name: &Quote,
    profiles: &[String],
    may_be_optional: bool,
    view: &ProblemView<'_>,
) -> Finding {
    let name = view.written(name);
    let message = format!("service `{name}` is not in any active profile");
    let mut finding = view.about(rule::INACTIVE_DEPENDENCY, reported, message);
    let (both, or) = if may_be_optional { (",", ", or set `required: false`") } else { (" or", "") };
    let list = or_list(profiles);
    finding.help = Some(format!("activate its profile ({list}){both} add this service to the same profile{or}").into());
    finding.evidence = Some(name.clone());
    with_missing(finding, reported, MissingKind::Active(name))
}

/// Services that depend on each other.
pub(super) fn cycle(reported: &Reported, path: &[String]) -> Finding {
    super::view::about(rule::DEPENDENCY_CYCLE, reported, format!("dependency cycle: `{}`", path.join(" → ")))
        .help("remove one of these dependencies")
}

/// An `include` that cannot be followed.
pub(super) fn include(reported: &Reported, problem: &IncludeProblem, view: &ProblemView<'_>) -> Finding {
    let (severity, file, message) = match problem {
        IncludeProblem::BlankPath => {
            let message = "the path of this included file contains a variable without a value".to_owned();
            (Severity::Warning, None, message)
        }
        IncludeProblem::Remote(path) => {
            let path = view.written(path);
            let message = format!("`{path}` is a remote file, which plimsoll does not fetch");
            (Severity::Info, Some(path), message)
        }
        IncludeProblem::Cycle { names } => {
            let message = format!("cycle in `include`: `{}`", names.join(" → "));
            (Severity::Error, names.last().cloned(), message)
        }
        IncludeProblem::Unreadable { name, error } => {
            let name = view.written(name);
            let message = format!("cannot read `{name}`: {error}");
            (error.severity(), Some(name), message)
        }
        IncludeProblem::NoDirectory { name, directory, .. } => {
            let name = view.written(name);
            let message = format!("cannot read `{name}`: the directory `{}` does not exist", view.written(directory));
            (Severity::Error, Some(name), message)
        }
        IncludeProblem::Conflict { name } => {
            (Severity::Error, None, format!("`{name}` is defined differently in an included file"))
        }
    };
    let mut finding = view.about(rule::UNRESOLVED_INCLUDE, reported, message);
    finding.severity = severity;
    if let Some(file) = file {
        finding.subject = Subject::File(file);
    }
    if finding.severity == Severity::Error
        && matches!(problem, IncludeProblem::Unreadable { .. } | IncludeProblem::NoDirectory { .. })
        && let Some(written) = edit::text_of(view.files, reported.at)
    {
        if let Some(maker) = view.made_by(reported.at, &written) {
            finding.severity = Severity::Info;
            return finding.help(format!("create it before the project starts, as `{maker}` does or says"));
        }
        if view.is_ignored(reported.at, &written) {
            finding.severity = Severity::Info;
        }
    }
    match problem {
        IncludeProblem::BlankPath => {
            finding.help("set it in `.env` or in the environment of Compose, or give it a default")
        }
        IncludeProblem::NoDirectory { name, is_beside: true, .. } => {
            let name = view.written(name);
            finding.help(format!("use `{name}`: the path is relative to the directory of this file"))
        }
        IncludeProblem::Conflict { .. } => finding.help(
            "keep one of them, or override it in a second file of the `include`; docker compose only merges the two from 5.0.0 on",
        ),
        _ => finding,
    }
}

/// An `extends` that cannot be followed.
pub(super) fn extends(reported: &Reported, problem: &ExtendsProblem, view: &ProblemView<'_>) -> Finding {
    let error = |message: String| view.about(rule::UNRESOLVED_EXTENDS, reported, message);
    match problem {
        ExtendsProblem::Remote(file) => {
            let message = format!("`{}` is a remote file, which plimsoll does not fetch", view.written(file));
            Finding { severity: Severity::Info, ..error(message) }
        }
        ExtendsProblem::Unreadable { file, error: reason } => {
            let file = view.written(file);
            let finding = error(format!("cannot read the extended file: {reason}")).evidence(file.clone());
            with_missing(Finding { severity: reason.severity(), ..finding }, reported, MissingKind::Base(file))
        }
        ExtendsProblem::NoServices(file) => error(format!("`{}` has no `services`", view.written(file))),
        ExtendsProblem::Undefined { service, wanted, file, known } => {
            let known: Vec<&str> = match view.may_compare(known.len()) {
                true => known.iter().map(String::as_str).collect(),
                false => Vec::new(),
            };
            let shown = view.written(wanted);
            let whence = file.as_ref().map_or_else(String::new, |file| format!(" in `{}`", view.written(file)));
            let message = format!("`{service}` extends the undefined service `{shown}`{whence}");
            let mut finding = error(message).evidence(shown.clone());
            finding.help = nearest(wanted.value(), &known).map(|near| format!("did you mean `{near}`?").into());
            finding.fixes.extend(quick_fix::reference(view.files, reported.at, wanted.value(), &known));
            with_missing(finding, reported, MissingKind::Base(shown))
        }
        ExtendsProblem::Cycle { names } => error(format!("cycle in `extends`: `{}`", names.join(" → "))),
    }
}

/// Two mounts at one path.
pub(super) fn mount_target(reported: &Reported, target: &Quote, view: &ProblemView<'_>) -> Finding {
    let target = view.written(target);
    if reported.verdict == super::Verdict::Accepted {
        let message = format!("two mounts at `{target}` in one list: Compose drops the first one");
        return view
            .about(rule::DUPLICATE_MOUNT_TARGET, reported, message)
            .severity(Severity::Warning)
            .help("mount one of them elsewhere, or remove it")
            .evidence(target);
    }
    view.about(rule::DUPLICATE_MOUNT_TARGET, reported, format!("duplicate mount at `{target}`"))
        .help("mount one of them elsewhere, or remove it")
        .evidence(target)
}

/// Two services with one container name.
pub(super) fn container_name(reported: &Reported, name: &Quote, view: &ProblemView<'_>) -> Finding {
    let name = view.written(name);
    let message = format!("container name `{name}` is already used by another service");
    view.about(rule::DUPLICATE_CONTAINER_NAME, reported, message)
        .help("remove both so that Compose generates the names, or choose a different one")
        .evidence(name)
}
