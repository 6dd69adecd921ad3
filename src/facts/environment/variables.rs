//! Variables that leave a blank: not set, or set to nothing.

use std::path::PathBuf;

use crate::collections::{HashSet, IndexMap};
use crate::compose::load::environment::{VariableState, line_place};
use crate::compose::{Project, Reference, nearest};
use crate::facts::environment::dollars::Dollars;
use crate::secrets::is_secret_name;
use crate::source::{Place, SourceDb};
use crate::text::dotenv::{self, EnvFileRole, KnownVariables};
use crate::text::nearest::clearly_meant;
use crate::text::template::SubstitutionOutcome;

/// A variable that leaves a blank in what runs.
#[derive(Debug)]
pub struct Blank<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its uses, each place once, in the order of the files.
    pub(crate) uses: Vec<&'a Reference>,
    /// The line that sets it to nothing; `None` where nothing sets it.
    pub(crate) emptied: Option<Place>,
    /// A line whose value that line replaced.
    pub(crate) replaced: Option<Place>,
    /// Whether it, or a key that takes it whole, is named like a secret.
    pub(crate) is_secret: bool,
    /// Whether docker compose rejects a use of it because it is blank.
    pub(crate) is_rejected: bool,
}

/// A variable that is not set, and one that an env file sets and nothing uses: one of the two names is wrong.
#[derive(Clone, Debug)]
pub(crate) struct Misspelt {
    /// The name that is used.
    pub(crate) used: String,
    /// The name that is set.
    pub(crate) set: String,
    /// The line that sets it.
    pub(crate) line: Place,
}

/// The names of a project that are most likely misspelt.
pub(crate) fn misspelt(project: &Project, blanks: &[Blank<'_>], sources: &SourceDb) -> Vec<Misspelt> {
    let is_used = |name: &str| project.references.iter().any(|one| one.name == name);
    let lines = project.environment.all().into_iter().filter_map(|(name, setting)| Some((name, setting.place?)));
    let unused: Vec<(&str, Place)> = lines.filter(|(name, _)| !is_used(name)).collect();
    let names: Vec<&str> = unused.iter().map(|(name, _)| *name).collect();
    let of_examples = lines_to_fill_in(project, sources);
    let open: Vec<&str> = of_examples.iter().map(|(name, _)| name.as_str()).filter(|name| !is_used(name)).collect();
    let of = |blank: &Blank<'_>| {
        if blank.emptied.is_some() {
            return None;
        }
        let is_listed = of_examples.iter().any(|(name, _)| name == blank.name);
        let near = || clearly_meant(blank.name, &open).filter(|_| !is_listed);
        let set = nearest(blank.name, &names).or_else(near)?;
        let mut lines = unused.iter().map(|(name, line)| (*name, *line));
        let mut open = of_examples.iter().map(|(name, line)| (name.as_str(), *line));
        let (_, line) = lines.find(|(name, _)| *name == set).or_else(|| open.find(|(name, _)| *name == set))?;
        Some(Misspelt { used: blank.name.to_owned(), set: set.to_owned(), line })
    };
    blanks.iter().filter_map(of).collect()
}

/// The lines without a value in the examples that stand in for the env files of a project.
fn lines_to_fill_in(project: &Project, sources: &SourceDb) -> Vec<(String, Place)> {
    let first = |name: &str| project.environment.value(name);
    let mut found = Vec::new();
    for file in project.environment.outside.examples.iter().filter_map(|path| sources.glancing().load(path).ok()) {
        let known = KnownVariables { first: &first, earlier: &|_| None };
        let parsed = dotenv::parse(&sources.file(file).text, EnvFileRole::Project, known);
        let blank = parsed.lines.into_iter().filter(|line| line.value.as_deref().is_none_or(str::is_empty));
        found.extend(blank.map(|line| {
            let place = line_place(file, 0, line.key_span.0, line.value_span.1);
            (line.key, place)
        }));
    }
    found
}

/// Whether docker compose rejects what a use is in because it is blank.
fn is_rejected(project: &Project, reference: &Reference) -> bool {
    reference.is_blank()
        && reference.state != VariableState::Unknown
        && project.rejected_blanks.contains(&reference.scalar())
}

/// The variables that leave a blank where docker compose rejects it, each with all uses that leave one, the rejected ones
/// first. What is in a service that no profile starts is rejected, too.
pub(crate) fn rejected(project: &Project) -> Vec<Vec<&Reference>> {
    let demanded = demanded(project);
    let names = rejected_names(project);
    let mut by_name: IndexMap<&str, Vec<&Reference>> = IndexMap::default();
    let is_named = |one: &&Reference| names.contains(one.name.as_str()) && one.is_blank();
    for reference in project.references.iter().filter(is_named) {
        by_name.entry(reference.name.as_str()).or_default().push(reference);
    }
    by_name.retain(|name, _| !demanded.contains(name) && !is_of_session(name));
    let sorted = by_name.into_values().map(|mut uses| {
        let mut seen: HashSet<Place> = HashSet::default();
        uses.retain(|reference| seen.insert(reference.place));
        uses.sort_by_key(|reference| (!is_rejected(project, reference), position(project, reference)));
        uses
    });
    sorted.collect()
}

/// The names of variables that leave a blank where docker compose rejects it.
fn rejected_names(project: &Project) -> HashSet<&str> {
    let rejected = project.references.iter().filter(|reference| is_rejected(project, reference));
    rejected.map(|reference| reference.name.as_str()).collect()
}

/// Where a use comes in the project: numbers of files follow the order of reading, which threads may change.
fn position(project: &Project, reference: &Reference) -> (Option<usize>, u32) {
    (project.all_files.get_index_of(&reference.place.span.file), reference.place.span.start)
}

/// Variables for want of which Compose stops, so that nothing starts with a blank: `required-variable` says so.
fn demanded(project: &Project) -> HashSet<&str> {
    let demands = |reference: &&Reference| {
        reference.outcome == SubstitutionOutcome::Missing && reference.effective && runs(project, reference)
    };
    project.references.iter().filter(demands).map(|one| one.name.as_str()).collect()
}

/// Where the variables of a project are expected to come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// An env file that is there.
    EnvFile,
    /// An env file that is not in the checkout, for which an example stands in.
    Example(PathBuf),
    /// Nothing in the checkout says.
    Nowhere,
}

/// Where the variables of a project are expected to come from.
pub(crate) fn expected(project: &Project) -> Expected {
    match project.environment.outside.examples.last() {
        Some(example) => Expected::Example(example.clone()),
        None if !project.environment.files.is_empty() => Expected::EnvFile,
        None => Expected::Nowhere,
    }
}

/// The variables of a project without a default whose values no checkout has, by their first use.
pub(crate) fn unknown<'a>(project: &'a Project, dollars: &Dollars) -> Vec<&'a Reference> {
    let mut seen: HashSet<&str> = HashSet::default();
    let is_unknown = |reference: &&Reference| {
        reference.state == VariableState::Unknown
            && matches!(reference.outcome, SubstitutionOutcome::Unset | SubstitutionOutcome::Missing)
            && reference.effective
            && runs(project, reference)
            && !is_provided(&reference.name)
            && !dollars.is_use(reference)
    };
    project.references.iter().filter(is_unknown).filter(|reference| seen.insert(&reference.name)).collect()
}

/// Variables that a person's session, a proxy setting or a build server provides, and that are left out on purpose
/// where they are not.
const PROVIDED: [&str; 27] = [
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "SSH_AUTH_SOCK",
    "LANG",
    "LC_ALL",
    "SHELL",
    "TERM",
    "LOGNAME",
    "HOSTNAME",
    "EDITOR",
    "CI",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "FTP_PROXY",
    "GITHUB_ACTIONS",
    "GITHUB_TOKEN",
    "DOCKER_HOST",
    "TZ",
];

/// Variables that the client of Docker reads
/// (<https://docs.docker.com/reference/cli/docker/#environment-variables>); any other may be called `DOCKER_…` as well.
const OF_DOCKER: [&str; 9] = [
    "DOCKER_API_VERSION",
    "DOCKER_BUILDKIT",
    "DOCKER_CERT_PATH",
    "DOCKER_CONFIG",
    "DOCKER_CONTENT_TRUST",
    "DOCKER_CONTEXT",
    "DOCKER_DEFAULT_PLATFORM",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
];

/// The variables of a project that leave a blank, by their first use. Where a dollar sign is not Compose's, no variable is
/// meant.
pub(crate) fn blanks<'a>(project: &'a Project, dollars: &Dollars) -> Vec<Blank<'a>> {
    let mut by_name: IndexMap<&str, Vec<&Reference>> = IndexMap::default();
    let mut seen: HashSet<(&str, Place)> = HashSet::default();
    let demanded = demanded(project);
    let rejected = rejected_names(project);
    let is_meant = |reference: &&Reference| {
        let line = project.environment.setting(&reference.name).and_then(|setting| setting.place);
        !dollars.is_use(reference) && line.is_none_or(|line| !dollars.is_line(line))
    };
    let counted = project.references.iter().filter(|reference| counts(project, reference));
    for reference in counted.filter(is_meant) {
        if !demanded.contains(reference.name.as_str()) && seen.insert((&reference.name, reference.place)) {
            by_name.entry(&reference.name).or_default().push(reference);
        }
    }
    by_name
        .into_iter()
        .map(|(name, mut uses)| {
            uses.sort_by_key(|one| position(project, one));
            let setting = project.environment.setting(name);
            let is_secret = is_secret_name(name) || uses.iter().any(|reference| fills_secret(reference));
            let emptied = setting.and_then(|setting| setting.place);
            let replaced = setting.and_then(|setting| setting.replaced.last().copied());
            Blank { name, uses, emptied, replaced, is_secret, is_rejected: rejected.contains(name) }
        })
        .collect()
}

/// Whether a use leaves a blank in something that runs.
fn counts(project: &Project, reference: &Reference) -> bool {
    let blank = matches!(reference.outcome, SubstitutionOutcome::Unset | SubstitutionOutcome::Empty)
        && reference.operator.is_none();
    let is_unknown = reference.state == VariableState::Unknown;
    blank
        && !is_unknown
        && reference.effective
        && !reference.asked
        && !reference.is_fallback
        && runs(project, reference)
        && !is_provided(&reference.name)
}

fn is_provided(name: &str) -> bool {
    // Sail sets these two, DDEV all of its own.
    let of_tool = matches!(name, "WWWUSER" | "WWWGROUP") || name.starts_with("DDEV_");
    is_of_session(name) || of_tool || name.starts_with("COMPOSE_") || OF_DOCKER.contains(&name)
}

fn is_of_session(name: &str) -> bool {
    PROVIDED.contains(&name.to_ascii_uppercase().as_str())
}

/// Whether a use only hands a variable on under its own name, in `environment` or as a build argument: what reads it sees
/// an empty variable in place of none.
pub(crate) fn hands_on(reference: &Reference) -> bool {
    let is_place = |step: &crate::compose::value::Text| *step == "environment" || *step == "args";
    let key = reference.key.as_deref().or_else(|| reference.path.last().map(|step| step.as_str()));
    reference.alone && reference.path.iter().any(is_place) && key == Some(reference.name.as_str())
}

/// Whether what a use is in is started.
fn runs(project: &Project, reference: &Reference) -> bool {
    match reference.path.as_slice() {
        [first, ..] if first.starts_with("x-") => false,
        [first, service, ..] if first == "services" => project.enabled.contains(service.as_str()),
        _ => true,
    }
}

/// Whether the value is that of a key named like a secret, and nothing else is in it.
fn fills_secret(reference: &Reference) -> bool {
    let in_environment = reference.path.iter().any(|step| step == "environment");
    let key = reference
        .key
        .as_deref()
        .or_else(|| reference.path.last().filter(|step| *step != "[]").map(|step| step.as_str()));
    in_environment && reference.alone && key.is_some_and(is_secret_name)
}

/// Whether a blank breaks what the use is in: an image, a port, a volume, a group.
pub(crate) fn is_structural(reference: &Reference) -> bool {
    match reference.path.as_slice() {
        [first, _, key, ..] if first == "services" => {
            matches!(key.as_str(), "image" | "ports" | "volumes" | "group_add")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Expected, expected};
    use crate::facts::fixture::{with_facts, with_facts_and};

    /// `name`, or `name (secret)`, for each variable that leaves a blank.
    fn blanks(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let mut found = Vec::new();
        with_facts_and(text, variables, |facts| {
            let shown = |secret: bool| if secret { " (secret)" } else { "" };
            found.extend(facts.blanks().iter().map(|one| format!("{}{}", one.name, shown(one.is_secret))));
        });
        found
    }

    fn web(line: &str) -> String {
        format!("services:\n  web:\n    image: example/web:1\n    {line}\n")
    }

    #[test]
    fn a_variable_that_nothing_sets_leaves_a_blank() {
        assert_eq!(blanks(&web("hostname: a${X}"), &[]), ["X"]);
        assert_eq!(blanks(&web("hostname: a${X}"), &[("X", "")]), ["X"]);
        assert_eq!(blanks(&web("hostname: a${API_TOKEN}"), &[]), ["API_TOKEN (secret)"]);
        assert_eq!(blanks(&web("environment: {DB_PASSWORD: '${X}'}"), &[]), ["X (secret)"]);
    }

    #[test]
    fn what_has_a_value_or_a_default_leaves_none() {
        assert!(blanks(&web("hostname: a${X}"), &[("X", "b")]).is_empty());
        assert!(blanks(&web("hostname: a${X:-b}"), &[]).is_empty());
        assert!(blanks(&web("hostname: a$${X}"), &[]).is_empty());
    }

    #[test]
    fn what_does_not_run_or_comes_from_the_session_leaves_none() {
        assert!(blanks(&web("profiles: [never]\n    hostname: a${X}"), &[]).is_empty());
        assert!(blanks(&format!("x-a: {{b: '${{X}}'}}\n{}", web("hostname: a")), &[]).is_empty());
        assert!(blanks(&web("environment: {D: '${DISPLAY}'}"), &[]).is_empty());
        assert!(blanks(&web("hostname: a${X:?not set}${X}"), &[]).is_empty());
    }

    #[test]
    fn a_name_is_secret_only_where_it_fills_the_whole_value() {
        assert_eq!(blanks(&web("environment: {DB_PASSWORD: 'a${X}'}"), &[]), ["X"]);
    }

    #[test]
    fn without_an_env_file_or_an_example_nothing_says_where_variables_come_from() {
        with_facts(&web("hostname: a${X}"), |facts| assert_eq!(expected(facts.project), Expected::Nowhere));
    }
}
