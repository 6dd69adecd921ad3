//! Parts of projects: what they lack, another file may provide.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::RegexSet;

use crate::collections::{HashMap, HashSet};
use crate::facts::repository::nearby::templates_of_overrides;
use crate::finding::{Finding, MissingDefinition, MissingKind, RuleId, Severity, rule};
use crate::rules::Rule;
use crate::rules::missing::REPORTS_MISSING;
use crate::source::{FileId, NodeId, SourceDb, normalize};
use crate::text::template::expand;
use crate::yaml::{NodeKind, Tree, Trees};

/// Whether an entry is a project, or a part of one whose other parts are not known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryStatus {
    /// All of it is known.
    Project,
    /// What it lacks may be in files that are not known.
    Fragment,
}

/// How much of a project is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All of it.
    Whole,
    /// Only what it lacks and other files may supply.
    Missing,
}

impl Depth {
    /// Whether a rule runs.
    pub(crate) fn runs(self, rule: &Rule) -> bool {
        self == Depth::Whole || REPORTS_MISSING.contains(&rule.id)
    }
}

/// What a fragment lacks that the rest of its project has.
pub(crate) fn is_incompleteness(finding: &Finding) -> bool {
    finding.missing.as_ref().is_some_and(|missing| !matches!(missing.what, MissingKind::Variable(_)))
}

/// Whether a name of a service leads nowhere, which a swarm does not mind: `docker stack deploy` ignores `depends_on`,
/// `links` and `network_mode` (docker/cli, `cli/compose/types/types.go`).
pub(crate) fn is_of_ignored_key(finding: &Finding) -> bool {
    let what = finding.missing.as_ref().map(|missing| &missing.what);
    finding.rule == rule::UNDEFINED_REFERENCE && matches!(what, Some(MissingKind::Name { kind: "service", .. }))
}

/// Whether a fragment lacks what only the file below an overlay can have: an image, a base, or services.
pub(crate) fn has_no_base(finding: &Finding) -> bool {
    let what = finding.missing.as_ref().map(|missing| &missing.what);
    matches!(what, Some(MissingKind::Image | MissingKind::Base(_) | MissingKind::Build(_) | MissingKind::Services))
}

/// Whether a finding that other files may resolve is of a rule that also runs on projects that nobody asked about.
pub(crate) fn is_reported_where_it_may_be_missing(finding: &Finding) -> bool {
    finding.missing.is_none() || REPORTS_MISSING.contains(&finding.rule)
}

/// What findings that lack the same thing have in common.
fn shared_missing(finding: &Finding) -> Option<(RuleId, MissingDefinition, Option<String>)> {
    let missing = finding.missing.clone()?;
    // Whoever needs a name, it is the same one that is missing.
    let by = match missing.what {
        MissingKind::Image | MissingKind::Variable(_) => missing.by,
        _ => String::new(),
    };
    Some((finding.rule, MissingDefinition { by, ..missing }, finding.evidence.clone()))
}

/// Drops findings about names that an override which people copy has (`compose.override.yaml.example`).
pub(crate) fn drop_templated(findings: &mut Vec<Finding>, directory: &Path, sources: &SourceDb, trees: &Trees) {
    let templates = templates_of_overrides(directory, sources, trees);
    findings.retain(|finding| match finding.missing.as_ref().map(|missing| &missing.what) {
        Some(MissingKind::Name { name, .. }) => !templates.contains(name),
        _ => true,
    });
}

/// How many directories must lack the same thing for it to be supplied by what puts them together.
const SUPPLIED: usize = 3;

fn unset(finding: &Finding) -> bool {
    matches!(finding.missing, Some(MissingDefinition { what: MissingKind::Variable(_), .. }))
}

fn is_service(finding: &Finding) -> bool {
    matches!(
        finding.missing,
        Some(MissingDefinition { what: MissingKind::Name { kind: "service", .. } | MissingKind::Active(_), .. })
    )
}

/// Words that the files of other projects contain that lack the same as a finding; none for a finding of another kind.
pub(crate) fn words_of_missing(finding: &Finding) -> impl Iterator<Item = &str> {
    let words = finding.missing.iter().flat_map(|missing| {
        let what = match &missing.what {
            MissingKind::Name { name, .. }
            | MissingKind::Active(name)
            | MissingKind::Base(name)
            | MissingKind::Build(name)
            | MissingKind::Variable(name) => name,
            MissingKind::Image => "image",
            MissingKind::Services => "services",
        };
        [missing.by.as_str(), what]
    });
    words.filter(|word| !word.is_empty())
}

/// Makes an info of what several projects of a tree lack alike: a platform that assembles them has it (an app store's
/// network), or something else sets it (a variable). A service that several lack is missing in each. `others` are findings of projects that
/// nobody asked about.
pub(crate) fn without_supplied(findings: Vec<Finding>, others: &[Finding], sources: &SourceDb) -> Vec<Finding> {
    let mut directories: HashMap<_, HashSet<PathBuf>> = HashMap::default();
    for finding in findings.iter().chain(others) {
        let Some(missing) = shared_missing(finding) else { continue };
        let path = sources.path(finding.place.span.file);
        let directory = path.parent().unwrap_or(Path::new("/")).to_path_buf();
        directories.entry(missing).or_default().insert(directory);
    }
    let supplied = |finding: &Finding| {
        shared_missing(finding)
            .and_then(|missing| directories.get(&missing))
            .is_some_and(|found| found.len() >= SUPPLIED)
    };
    findings
        .into_iter()
        .map(|mut finding| {
            if !supplied(&finding) {
                return finding;
            }
            // docker compose rejects it all the same: nothing shows that anybody supplies a service.
            if !unset(&finding) {
                if !is_service(&finding) {
                    finding.severity = Severity::Info;
                    finding.help =
                        Some("define it unless something else supplies it: several projects here lack it".into());
                }
                return finding;
            }
            finding.severity = Severity::Info;
            finding.help =
                Some("give it a default unless something else sets it: several projects here leave it unset".into());
            finding
        })
        .collect()
}

/// Files that others of a tree name with a variable in the path (`include: services/${VERSION}/compose.yaml`): which of
/// them a project loads is known only where it runs.
pub(crate) struct NamedByVariable {
    patterns: RegexSet,
}

impl NamedByVariable {
    /// What files name so.
    pub(crate) fn new<'p>(patterns: impl Iterator<Item = &'p String>) -> NamedByVariable {
        let patterns: BTreeSet<&String> = patterns.collect();
        NamedByVariable { patterns: RegexSet::new(patterns).unwrap_or_default() }
    }

    /// Whether a file may be one of them.
    pub(crate) fn may_be(&self, file: &Path) -> bool {
        self.patterns.is_match(&file.to_string_lossy())
    }
}

/// Patterns of what the `include` and `extends` of a file name with a variable.
pub(crate) fn named_by_variable(file: FileId, sources: &SourceDb, trees: &Trees) -> Vec<String> {
    let source = sources.file(file);
    if !source.text.contains('$') || !["include", "extends"].iter().any(|key| source.text.contains(key)) {
        return Vec::new();
    }
    let directory = source.path.parent().unwrap_or(Path::new("/"));
    let parsed = trees.get(sources, file);
    let written = parsed.0.documents.iter().flat_map(|root| named_files(&parsed.0, *root));
    written.filter(|name| name.contains('$')).filter_map(|name| pattern(directory, name)).collect()
}

/// The paths under `include` and under the `extends` of each service, as written.
fn named_files(tree: &Tree, root: NodeId) -> Vec<&str> {
    let items = |list: NodeId| match tree.follow(list).map(|(_, node)| &node.kind) {
        Some(NodeKind::Sequence(items, _)) => items.clone(),
        _ => vec![list],
    };
    let included = tree.get(root, "include").map(items).unwrap_or_default().into_iter();
    let paths = included.flat_map(|item| items(tree.get(item, "path").unwrap_or(item)));
    let services = tree.get(root, "services").map_or(&[][..], |services| tree.pairs(services));
    let extended = services.iter().filter_map(|service| tree.get(tree.get(service.value, "extends")?, "file"));
    paths.chain(extended).filter_map(|path| tree.text(path)).collect()
}

/// A path with variables as a pattern of absolute paths. One that starts with a variable must name a directory besides.
fn pattern(directory: &Path, written: &str) -> Option<String> {
    const ANY: &str = "*";
    let open = expand(written, &|_| Some(ANY.to_owned())).text;
    let (start, path) = match open.strip_prefix(ANY) {
        Some(rest) if rest.trim_matches('/').contains('/') => ("", rest.to_owned()),
        Some(_) => return None,
        None => ("^", normalize(&directory.join(&open)).to_string_lossy().into_owned()),
    };
    let literal: Vec<String> = path.split(ANY).map(regex::escape).collect();
    Some(format!("{start}{}$", literal.join(".*")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named_in(text: &str) -> NamedByVariable {
        let sources = SourceDb::new();
        let file = sources.overlay(Path::new("/shop/compose.yaml"), text.to_owned());
        NamedByVariable::new(named_by_variable(file, &sources, &Trees::default()).iter())
    }

    #[test]
    fn an_include_with_a_variable_names_what_fits() {
        let named = named_in("include:\n  - path:\n      - api/${VERSION:-v2}/compose.yaml\n");
        assert!(named.may_be(Path::new("/shop/api/v1/compose.yaml")));
        assert!(!named.may_be(Path::new("/shop/web/v1/compose.yaml")));
        assert!(!named.may_be(Path::new("/other/shop/api/v1/compose.yaml")));
    }

    #[test]
    fn an_extends_below_an_unknown_root_names_its_tail() {
        let named = named_in("services:\n  a:\n    extends: {file: '${ROOT}/shared/base.yml', service: a}\n");
        assert!(named.may_be(Path::new("/shop/shared/base.yml")));
        assert!(!named.may_be(Path::new("/shop/base.yml")));
    }

    #[test]
    fn a_file_name_alone_below_an_unknown_root_names_nothing() {
        assert!(!named_in("include: ['${ROOT}/compose.yaml']\n").may_be(Path::new("/shop/compose.yaml")));
    }
}
