//! A variable without a value and without a default.

use crate::compose::value::Text;
use crate::compose::{Reference, nearest};
use crate::config::options::{NamePattern, options};
use crate::facts::environment::variables::{Blank, Expected, hands_on, is_structural, unknown};
use crate::finding::{Finding, Label, MissingDefinition, MissingKind, Severity, Subject, rule};
use crate::rules::Context;
use crate::rules::support::{LABELS, less_in_tests, list_of_names, one_or_together};
use crate::source::relative;

options! {
    rule::UNSET_VARIABLE {
        /// Variables that are set elsewhere; `*` matches any characters
        allowed: Vec<NamePattern>,
    }
}

/// Variables that the shells of developers have by the tools that they installed.
const OF_SHELLS: [&str; 7] = ["GOPATH", "GOROOT", "JAVA_HOME", "ANDROID_HOME", "CARGO_HOME", "NVM_DIR", "CONDA_PREFIX"];

/// Reports each variable once, and together those of a project that nothing is expected to set. One that is set to nothing
/// counts only where that breaks something.
pub(crate) fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let options: Options = cx.settings.options();
    let is_allowed = |name: &str| options.allowed.iter().any(|pattern| pattern.matches(name));
    let all = cx.facts.blanks().iter().filter(|blank| !blank.is_secret && !blank.is_rejected);
    let elsewhere = cx.facts.not_loaded();
    let is_elsewhere = |name: &str| elsewhere.iter().flat_map(|file| &file.lines).any(|(set, _)| set == name);
    let is_misspelt = |name: &str| cx.facts.misspelt().iter().any(|one| one.used == name);
    let all = all.filter(|blank| !is_elsewhere(blank.name) && !is_misspelt(blank.name));
    let all = all.filter(|blank| !is_allowed(blank.name) && !blank.uses.iter().all(|one| is_in_path_of_file(one)));
    let is_single = |blank: &&Blank<'_>| {
        let is_documented = || cx.facts.is_documented_as_optional(blank.name);
        let is_expected = match cx.facts.expected() {
            Expected::EnvFile => true,
            Expected::Example(_) => is_documented(),
            Expected::Nowhere => false,
        };
        is_expected || is_set(cx, blank.name) || is_broken(blank) || is_similar(cx, blank)
    };
    let (single, together): (Vec<&Blank<'_>>, Vec<&Blank<'_>>) = all.partition(is_single);
    let one = |blank: &Blank<'_>| one_variable(cx, blank);
    let several = |blanks: &[&Blank<'_>]| several_variables(cx, blanks);
    findings.extend(one_or_together(cx, &single, &together, one, several));
    let elsewhere: Vec<&Reference> =
        unknown(cx.project, cx.facts.dollars()).into_iter().filter(|reference| !is_allowed(&reference.name)).collect();
    findings.extend(elsewhere_set(cx, &elsewhere));
}

fn is_set(cx: &Context<'_>, name: &str) -> bool {
    cx.project.environment.setting(name).is_some()
}

/// Whether a use is in the path of an env file or an included file: what is wrong with the path is reported.
fn is_in_path_of_file(reference: &Reference) -> bool {
    match reference.path.as_slice() {
        [first, ..] if first == "include" => true,
        [first, _, key, ..] => first == "services" && key == "env_file",
        _ => false,
    }
}

/// Whether an image, a port, a volume or a group is wrong without the variable.
fn is_broken(blank: &Blank<'_>) -> bool {
    blank.uses.iter().any(|reference| is_structural(reference))
}

/// Whether it is a misspelling of a variable that is set.
fn is_similar(cx: &Context<'_>, blank: &Blank<'_>) -> bool {
    similar(cx, blank.name).is_some()
}

fn one_variable(cx: &Context<'_>, blank: &Blank<'_>) -> Option<Finding> {
    let name = blank.name;
    let is_set = is_set(cx, name);
    let structural = blank.uses.iter().find(|reference| is_structural(reference));
    if is_set && structural.is_none() {
        return None;
    }
    let first = structural.or(blank.uses.first())?;
    let severity = match (cx.facts.expected(), structural) {
        _ if cx.facts.is_documented_as_optional(name) || OF_SHELLS.contains(&name) => Severity::Info,
        (Expected::EnvFile, None) if cx.facts.is_commented_out(name) => Severity::Info,
        (Expected::EnvFile | Expected::Example(_), Some(_)) => Severity::Error,
        // Who runs it at home has set them somewhere.
        (Expected::Nowhere, _) if cx.facts.is_at_home() => Severity::Info,
        _ => Severity::Warning,
    };
    let message = match (is_set, structural) {
        (true, Some(use_of)) => format!("variable `{name}` is empty, but `{}` requires a value", key_of(&use_of.path)),
        _ => format!("variable `{name}` is not set and has no default"),
    };
    let mut finding =
        Finding::new(rule::UNSET_VARIABLE, first.place, Subject::variable(name), message).severity(severity);
    finding.missing = Some(MissingDefinition { what: MissingKind::Variable(name.to_owned()), by: String::new() });
    finding.help = Some(help(cx, name).into());
    if let Some(line) = blank.emptied {
        finding = finding.label(line, "set to an empty value here");
    }
    let others = blank.uses.iter().filter(|reference| reference.place != first.place).take(LABELS);
    finding.labels.extend(others.map(|one| Label { place: one.place, message: "also used here".into() }));
    Some(finding)
}

/// The variables of a project in which nothing says where any of them is set, or that its example leaves out. An example
/// that leaves out many that are only handed on is not meant to have them all.
fn several_variables(cx: &Context<'_>, blanks: &[&Blank<'_>]) -> Option<Finding> {
    let uses: Vec<&Reference> = blanks.iter().filter_map(|blank| blank.uses.first().copied()).collect();
    let (first, others) = uses.split_first()?;
    let names = list_of_names(&uses);
    let message = format!("variables {names} are not set and have no default");
    let are_handed_on = || blanks.iter().flat_map(|blank| &blank.uses).all(|one| hands_on(one));
    let (severity, help) = match cx.facts.expected() {
        Expected::Example(example) => {
            let severity = if are_handed_on() { Severity::Info } else { Severity::Warning };
            let example = relative(&cx.project.directory, &example);
            (severity, format!("add them to `{example}`, or give them defaults: `${{NAME:-…}}`"))
        }
        _ => {
            let help = "add a file `.env.example` that lists them, or give them defaults: `${NAME:-…}`";
            (less_in_tests(Severity::Warning, cx.facts.is_thrown_away() || cx.facts.is_at_home()), help.to_owned())
        }
    };
    let mut finding = Finding::new(rule::UNSET_VARIABLE, first.place, Subject::Project, message)
        .severity(severity)
        .evidence("unset")
        .help(help);
    let others = others.iter().filter(|one| one.place != first.place).take(LABELS);
    finding.labels.extend(others.map(|one| Label { place: one.place, message: format!("`{}`", one.name).into() }));
    Some(finding)
}

/// The variables that an env file must set that is not in the checkout, and that no example describes.
fn elsewhere_set(cx: &Context<'_>, references: &[&Reference]) -> Option<Finding> {
    let outside = &cx.project.environment.outside;
    let file = outside.absent.last().filter(|_| outside.may_set_others)?;
    let first = references.first()?;
    let path = relative(&cx.project.directory, file);
    // A command may take its name from a variable that only the deployment has.
    let (named, example) = match path.contains('*') {
        true => ("the env file that the command names".to_owned(), ".env.example".to_owned()),
        false => (format!("`{path}`"), format!("{path}.example")),
    };
    let references = list_of_names(references);
    let message = format!("{named} is not in the repository, and no example says that it sets {references}");
    let finding = Finding::new(rule::UNSET_VARIABLE, first.place, Subject::Project, message)
        .severity(Severity::Info)
        .evidence(path)
        .help(format!("add a file `{example}` that lists them"));
    Some(finding)
}

fn key_of(path: &[Text]) -> &str {
    path.get(2).map_or("", Text::as_str)
}

fn similar<'c>(cx: &'c Context<'_>, name: &str) -> Option<&'c str> {
    // Nobody who writes `HOST` or `PGID` means `HOME`, `PATH` or `PWD`, which are there by themselves.
    let all =
        cx.project.environment.all().into_iter().filter(|(name, _)| !matches!(*name, "HOME" | "PATH" | "PWD" | "USER"));
    let set: Vec<&str> = all.map(|(name, _)| name).collect();
    nearest(name, &set).filter(|near| *near != name)
}

fn help(cx: &Context<'_>, name: &str) -> String {
    match (similar(cx, name), cx.facts.expected()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Expected::Example(example)) => {
            let example = relative(&cx.project.directory, &example);
            format!("add it to `{example}`, or give it a default: `${{{name}:-…}}`")
        }
        (None, _) => format!("set it in `.env`, or give it a default: `${{{name}:-…}}`"),
    }
}
