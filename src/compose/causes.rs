//! Which problems are independent mistakes, and which only follow from others.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{Discriminant, discriminant};

use super::problem::{
    Cause, ExtendsProblem, IncludeProblem, Missing, PlaceRole, Problem, ProblemId, Related, Reported, Resource,
    TypeProblem, Undefined, ValueKind, ValueProblem, Verdict,
};
use crate::collections::{HashMap, HashSet};
use crate::compose::load::environment::VariableState;
use crate::compose::load::interpolate::Reference;
use crate::compose::spec::schema::suggest::Guess;
use crate::compose::spec::schema::violation::Flaw;
use crate::compose::spec::schema::{SERVICE_STRUCT, Violation};
use crate::source::Place;
use crate::source::{FileId, NodeId, Span};
use crate::text::template::SubstitutionOutcome;
use crate::yaml::Tree;

/// Notes the causes of all problems that are consequences.
pub(crate) fn trace(found: &mut [Reported], references: &[Reference], breaks: &Breaks) {
    from_blanks(found, references);
    breaks.caused_by_cut_off(found);
    from_misspelt_keys(found);
    from_broken_files(found);
    from_lost_indentation(found);
    from_shifted_service(found);
    from_conflicts(found);
    repeated(found);
}

/// The problems that docker compose rejects the project for and that have no cause so far, with their numbers.
fn open(found: &mut [Reported]) -> impl Iterator<Item = (ProblemId, &mut Reported)> {
    let numbered = found.iter_mut().enumerate().map(|(at, reported)| (ProblemId(at), reported));
    numbered.filter(|(_, reported)| reported.is_rejection())
}

/// Whether a problem may be that of a value, and not of how a file is written.
fn is_about_value(problem: &Problem) -> bool {
    match problem {
        // Whatever a variable brings comes behind it.
        Problem::Value(ValueProblem::TrailingSpace(_)) => false,
        Problem::Value(_)
        | Problem::Type(_)
        | Problem::Missing(_)
        | Problem::Conflict(_)
        | Problem::Undefined(_)
        | Problem::Inactive { .. }
        | Problem::Cycle { .. }
        | Problem::Include(_)
        | Problem::Extends(_)
        | Problem::EnvFile(_)
        | Problem::MountTarget { .. }
        | Problem::ContainerName { .. } => true,
        Problem::Syntax(_)
        | Problem::DuplicateKey { .. }
        | Problem::UnknownKey(_)
        | Problem::Interpolation { .. }
        | Problem::Required { .. }
        | Problem::EnvLine(_)
        | Problem::Limit(_) => false,
    }
}

/// What is wrong with a value only because a variable in it is empty: the variable is reported. With the value that the
/// deployment has, docker compose may take it.
fn from_blanks(found: &mut [Reported], references: &[Reference]) {
    let scalar = |place: &Place| (place.span.file, place.node);
    let is_unknown = |reference: &&Reference| {
        let is_missing = reference.outcome == SubstitutionOutcome::Missing && reference.effective;
        reference.state == VariableState::Unknown && (reference.is_blank() || is_missing)
    };
    let unknown: HashSet<(FileId, NodeId)> = references.iter().filter(is_unknown).map(Reference::scalar).collect();
    let mut blanks: HashMap<(FileId, NodeId), Place> = HashMap::default();
    for reference in references.iter().filter(|reference| reference.is_blank()) {
        blanks.entry(reference.scalar()).or_insert(reference.place);
    }
    for reported in found.iter_mut().filter(|one| one.verdict == Verdict::Rejected) {
        let places: Vec<Place> = match &reported.caused_by {
            Some(Cause::Blank(place)) => vec![*place],
            None if is_about_value(&reported.problem) => {
                [reported.at].into_iter().chain(reported.related.iter().map(|related| related.place)).collect()
            }
            _ => continue,
        };
        if let Some(place) = places.iter().find(|place| unknown.contains(&scalar(place))) {
            reported.verdict = Verdict::Accepted;
            reported.caused_by = Some(Cause::Blank(*place));
        } else if let Some(place) = places.iter().find_map(|place| blanks.get(&scalar(place))) {
            reported.caused_by = Some(Cause::Blank(*place));
        }
    }
}

/// A key that is missing where the same mapping has one that is a misspelling of it, or was meant as a text.
fn from_misspelt_keys(found: &mut [Reported]) {
    let mut misspelt: Vec<(Span, &'static str, ProblemId)> = Vec::new();
    let mut typed: HashMap<Place, ProblemId> = HashMap::default();
    for (id, reported) in open(found) {
        match &reported.problem {
            Problem::UnknownKey(unknown) => {
                if let Guess::Spelling { name, .. } = unknown.guess {
                    misspelt.push((reported.at.span, name, id));
                }
            }
            Problem::Type(_) => {
                typed.entry(reported.at).or_insert(id);
            }
            _ => {}
        }
    }
    for (_, reported) in open(found) {
        let Problem::Missing(Missing::EntryKey(key)) = reported.problem else { continue };
        let of_key = |(span, name, _): &&(Span, &str, ProblemId)| *name == key && reported.at.span.contains(*span);
        let cause = misspelt.iter().find(of_key).map(|(.., id)| *id).or_else(|| typed.get(&reported.at).copied());
        reported.caused_by = cause.map(Cause::Problem);
    }
}

/// A file that is not a mapping because its syntax is broken.
fn from_broken_files(found: &mut [Reported]) {
    let broken: HashMap<FileId, ProblemId> = open(found)
        .filter(|(_, reported)| matches!(reported.problem, Problem::Syntax(_)))
        .map(|(id, reported)| (reported.at.span.file, id))
        .collect();
    for (_, reported) in open(found) {
        if matches!(reported.problem, Problem::Type(TypeProblem::File { .. })) {
            reported.caused_by = broken.get(&reported.at.span.file).map(|id| Cause::Problem(*id));
        }
    }
}

/// What a resource lacks that an included file defines, too: the two conflict, and one of them is to go.
fn from_conflicts(found: &mut [Reported]) {
    let conflicts: HashMap<Vec<String>, ProblemId> = open(found)
        .filter(|(_, reported)| matches!(reported.problem, Problem::Include(IncludeProblem::Conflict { .. })))
        .map(|(id, reported)| (steps_of(reported), id))
        .collect();
    if conflicts.is_empty() {
        return;
    }
    for (_, reported) in open(found).filter(|(_, reported)| matches!(reported.problem, Problem::Missing(_))) {
        reported.caused_by = conflicts.get(&steps_of(reported)).map(|id| Cause::Problem(*id));
    }
}

/// The section and the name of the resource that a problem is about.
fn steps_of(reported: &Reported) -> Vec<String> {
    reported.about.iter().take(2).map(ToString::to_string).collect()
}

/// An empty service whose keys follow as services of their own is one slip of the indentation, and one problem.
fn from_lost_indentation(found: &mut [Reported]) {
    let empty: Vec<ProblemId> =
        open(found).filter(|(_, reported)| is_empty_service(reported)).map(|(id, _)| id).collect();
    if empty.is_empty() {
        return;
    }
    // Those that may be keys of an empty service above them, by their places.
    let mut keys: BTreeMap<(FileId, u32, usize), (Place, &'static str)> = BTreeMap::new();
    for (id, reported) in open(found) {
        if let Some(key) = service_of(reported).and_then(|name| SERVICE_STRUCT.key(name)) {
            keys.insert((reported.at.span.file, reported.at.span.start, id.0), (reported.at, key.name));
        }
    }
    for id in empty {
        let Some(span) = found.get(id.0).filter(|first| first.is_rejection()).map(|first| first.at.span) else {
            continue;
        };
        let behind = keys.range((span.file, span.end.saturating_add(1), 0)..=(span.file, u32::MAX, usize::MAX));
        let mut behind: Vec<(usize, (FileId, u32, usize))> = behind.map(|(key, _)| (key.2, *key)).collect();
        behind.sort_unstable();
        let mut shifted: Vec<Related> = Vec::new();
        for (at, key) in behind {
            let Some((place, name)) = keys.remove(&key) else { continue };
            let role = PlaceRole::Shifted(name.into());
            if shifted.last().is_none_or(|last| last.role != role) {
                shifted.push(Related { place, role });
            }
            if let Some(reported) = found.get_mut(at) {
                reported.caused_by = Some(Cause::Problem(id));
            }
        }
        if let Some(first) = found.get_mut(id.0) {
            first.related.extend(shifted);
        }
    }
}

/// How many unknown keys in a resource are those of a service that is indented too far.
const KEYS_OF_SERVICE: usize = 2;

/// A service that is indented too far, below a volume or a network: its keys are unknown there for one reason.
fn from_shifted_service(found: &mut [Reported]) {
    let mut groups: BTreeMap<(FileId, Vec<String>), Vec<ProblemId>> = BTreeMap::new();
    for (id, reported) in open(found) {
        let mut owner = steps_of(reported);
        let is_of_resource = matches!(owner.len(), 2 | 3) && service_of(reported).is_none();
        owner.truncate(2);
        if matches!(reported.problem, Problem::UnknownKey(_)) && is_of_resource {
            groups.entry((reported.at.span.file, owner)).or_default().push(id);
        }
    }
    let name_of = |found: &[Reported], id: ProblemId| match found.get(id.0).map(|one| &one.problem) {
        Some(Problem::UnknownKey(unknown)) => unknown.name.to_string(),
        _ => String::new(),
    };
    for ids in groups.values() {
        let Some((first, others)) = ids.split_first() else { continue };
        let of_service = others.iter().filter(|id| SERVICE_STRUCT.key(&name_of(found, **id)).is_some()).count();
        if of_service < KEYS_OF_SERVICE || SERVICE_STRUCT.key(&name_of(found, *first)).is_some() {
            continue;
        }
        for id in others {
            if let Some(reported) = found.get_mut(id.0) {
                reported.caused_by = Some(Cause::Problem(*first));
            }
        }
        if let Some(Problem::UnknownKey(unknown)) = found.get_mut(first.0).map(|one| &mut one.problem) {
            unknown.guess = Guess::Service;
        }
    }
}

fn is_empty_service(reported: &Reported) -> bool {
    let Problem::Type(TypeProblem::Schema(Violation { flaw: Flaw::Kind { shape, found, .. }, .. })) = &reported.problem
    else {
        return false;
    };
    *found == ValueKind::Empty && shape.is_mapping_only() && reported.about.len() == 2 && service_of(reported).is_some()
}

fn service_of(reported: &Reported) -> Option<&str> {
    let is_service = reported.about.first().is_some_and(|section| section == "services");
    reported.about.get(1).filter(|_| is_service).map(|name| name.as_str())
}

/// One problem of each kind for each place: a value may be checked more than once, as more files are merged over it. And
/// one for each required variable.
fn repeated(found: &mut [Reported]) {
    let mut seen: HashMap<(Discriminant<Problem>, Place), ProblemId> = HashMap::default();
    let mut typed: HashMap<Place, ProblemId> = HashMap::default();
    let mut required: HashMap<String, ProblemId> = HashMap::default();
    let mut uses: Vec<(ProblemId, Place)> = Vec::new();
    for (id, reported) in open(found) {
        if let Problem::Required { name, .. } = &reported.problem {
            // One variable, one problem; its other uses belong to it.
            if let Some(first) = required.get(name) {
                uses.push((*first, reported.at));
                reported.caused_by = Some(Cause::Problem(*first));
                continue;
            }
            required.insert(name.clone(), id);
        }
        // How often a name that is missing at top level is reported depends on its fix.
        if matches!(&reported.problem, Problem::Undefined(Undefined::Name { kind, .. }) if *kind != Resource::Service) {
            continue;
        }
        let known = seen.get(&(discriminant(&reported.problem), reported.at)).copied();
        seen.entry((discriminant(&reported.problem), reported.at)).or_insert(id);
        let about_type = matches!(reported.problem, Problem::Type(_) | Problem::Value(_));
        let typed_before = typed.get(&reported.at).copied().filter(|_| about_type);
        if about_type {
            typed.entry(reported.at).or_insert(id);
        }
        if reported.at != Place::start() {
            reported.caused_by = known.or(typed_before).map(Cause::Problem);
        }
    }
    for (first, place) in uses {
        if let Some(first) = found.get_mut(first.0).filter(|first| first.at != place) {
            first.related.push(Related { place, role: PlaceRole::RequiredToo });
        }
    }
}

/// Where files break off.
#[derive(Debug, Default)]
pub(crate) struct Breaks {
    /// Whether a syntax error ended the reading of a document.
    pub(crate) cut_off: bool,
    /// Nodes of which only a part is known.
    partial: BTreeSet<(FileId, NodeId)>,
}

impl Breaks {
    /// Takes down what a file has.
    pub(crate) fn note(&mut self, file: FileId, tree: &Tree) {
        self.cut_off |= tree.cut_off;
        self.partial.extend(tree.partial.iter().map(|node| (file, *node)));
    }

    /// What is wrong only because the rest is not known: the syntax error is reported.
    fn caused_by_cut_off(&self, found: &mut [Reported]) {
        if self.partial.is_empty() && !self.cut_off {
            return;
        }
        for (_, reported) in open(found) {
            let partial = self.partial.contains(&(reported.at.span.file, reported.at.node));
            let is_consequence = match &reported.problem {
                Problem::Missing(missing) => partial || self.cut_off && *missing == Missing::Services,
                Problem::Type(_) | Problem::Value(_) | Problem::Interpolation { .. } => partial,
                Problem::Undefined(_) => self.cut_off,
                Problem::Extends(ExtendsProblem::Undefined { .. } | ExtendsProblem::Unreadable { .. }) => self.cut_off,
                _ => false,
            };
            reported.caused_by = is_consequence.then_some(Cause::CutOff);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::compose::problem::Conflict;
    use crate::compose::{Outside, ProjectEntry, load};
    use crate::source::SourceDb;
    use crate::yaml::Trees;

    fn problems(text: &str) -> Vec<Reported> {
        let sources = SourceDb::new();
        sources.overlay(Path::new("/p/compose.yaml"), text.to_owned());
        let entry = ProjectEntry {
            files: vec!["/p/compose.yaml".into()],
            env_files: Vec::new(),
            directory: "/p".into(),
            name: None,
            profiles: Vec::new(),
            variables: Vec::new(),
            outside: Outside::default(),
        };
        load(&sources, &Trees::default(), &entry).1
    }

    /// Of all problems that fit, what they follow from.
    fn causes(text: &str, fits: fn(&Problem) -> bool) -> Vec<Option<Cause>> {
        problems(text).into_iter().filter(|one| fits(&one.problem)).map(|one| one.caused_by).collect()
    }

    fn position(found: &[Reported], fits: fn(&Problem) -> bool) -> ProblemId {
        ProblemId(found.iter().position(|one| fits(&one.problem)).unwrap())
    }

    #[test]
    fn what_a_blank_variable_breaks_follows_from_it() {
        let image = |problem: &Problem| matches!(problem, Problem::Missing(Missing::Image { .. }));
        let blank = causes("services:\n  web:\n    image: ${UNSET}\n", image);
        assert!(matches!(blank[..], [Some(Cause::Blank(_))]), "{blank:?}");
        assert_eq!(causes("services:\n  web:\n    hostname: a\n", image), [None]);
        let volume = |problem: &Problem| matches!(problem, Problem::Value(_));
        let blank = causes("services:\n  web:\n    image: a\n    volumes: ['${UNSET}:/data']\n", volume);
        assert!(matches!(blank[..], [Some(Cause::Blank(_))]), "{blank:?}");
    }

    #[test]
    fn a_key_is_missing_because_it_is_misspelt() {
        let found = problems("services:\n  web:\n    image: a\n    ports:\n      - targt: 80\n      - targt: 81\n");
        let unknown = position(&found, |problem| matches!(problem, Problem::UnknownKey(_)));
        let missing: Vec<_> =
            found.iter().filter(|one| one.problem == Problem::Missing(Missing::EntryKey("target"))).collect();
        assert!(!missing.is_empty() && missing.iter().all(|one| one.caused_by.is_some()), "{missing:?}");
        assert_eq!(missing[0].caused_by, Some(Cause::Problem(unknown)));
    }

    #[test]
    fn a_required_variable_is_one_problem_with_all_its_uses() {
        let found = problems("services:\n  web:\n    image: ${X:?}\n    hostname: ${X:?}\n");
        let required: Vec<_> = found.iter().filter(|one| matches!(one.problem, Problem::Required { .. })).collect();
        let first = position(&found, |problem| matches!(problem, Problem::Required { .. }));
        assert_eq!(
            required.iter().map(|one| &one.caused_by).collect::<Vec<_>>(),
            [&None, &Some(Cause::Problem(first))]
        );
        let uses: Vec<Place> = required[0].related.iter().map(|one| one.place).collect();
        assert_eq!(uses, [required[1].at]);
    }

    #[test]
    fn a_lost_indentation_is_one_problem() {
        let found = problems("services:\n  web:\n  image: a\n  ports: ['80']\n");
        let open: Vec<_> = found.iter().filter(|one| one.caused_by.is_none()).collect();
        let [only] = open[..] else { panic!("{open:?}") };
        assert_eq!(only.about, ["services", "web"]);
        let keys: Vec<&PlaceRole> = only.related.iter().map(|one| &one.role).collect();
        assert!(
            keys.contains(&&PlaceRole::Shifted("image".into())) && keys.contains(&&PlaceRole::Shifted("ports".into()))
        );
    }

    #[test]
    fn names_of_a_broken_section_are_not_undefined() {
        let undefined = |problem: &Problem| matches!(problem, Problem::Undefined(_));
        let text = "services:\n  web:\n    image: a\n    networks: [back]\nnetworks: 5\n";
        assert_eq!(causes(text, undefined), [Some(Cause::Section("networks"))]);
        let text = "services:\n  web:\n    image: a\n    networks: [back]\n";
        assert_eq!(causes(text, undefined), [None]);
    }

    #[test]
    fn a_reference_that_a_syntax_error_cuts_off_is_not_another_problem() {
        let reference = |problem: &Problem| matches!(problem, Problem::Interpolation { .. });
        let text = "services:\n  web:\n    image: a\n    environment:\n      KEY: ${KEY:?set it (run: openssl)}\n";
        assert_eq!(causes(text, reference), [Some(Cause::CutOff)]);
        let text = "services:\n  web:\n    image: a\n    environment:\n      KEY: ${KEY:?set it\n";
        assert_eq!(causes(text, reference), [None]);
    }

    #[test]
    fn a_consequence_still_rejects_the_project() {
        let found = problems("services:\n  web:\n    image: ${UNSET}\n");
        assert!(found.iter().all(|one| one.caused_by.is_some()), "{found:?}");
        assert!(found.iter().any(|one| one.verdict == Verdict::Rejected));
    }

    #[test]
    fn two_keys_of_one_place_are_two_problems() {
        let conflict = |problem: &Problem| matches!(problem, Problem::Conflict(Conflict::External { .. }));
        let text = "services:\n  web:\n    image: a\nvolumes:\n  v: {external: true, driver: a, driver_opts: {}}\n";
        assert_eq!(causes(text, conflict), [None, None]);
    }
}
