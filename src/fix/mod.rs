//! Fixes applied: rounds of edits that do not touch, each followed by a look at what the files say now. A fix that
//! causes a new problem is not made.

mod parts;
mod plan;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::parts::{FixPart, parts};
use self::plan::{FindingIdentity, PlannedFix, changes, paths};
use self::verify::{FixProblem, FixState, problems};
use crate::collections::HashMap;
use crate::finding::{RuleId, Safety, Selector, Subject};
use crate::report::Report;
use crate::source::{SourceDb, relative, write};
use crate::workspace;
use crate::workspace::Request;

/// How often findings are looked for again, at most: a fix may uncover what another one fixes.
const ROUNDS: usize = 100;

/// Which fixes are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixSelection {
    /// The worst class: safe ones alone, or unsafe ones too.
    pub safety: Safety,
    /// The rules; empty for all.
    pub only: Vec<Selector>,
    /// The file whose findings are applied; `None` for all files.
    pub file: Option<PathBuf>,
}

/// What fixes make of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedFile {
    /// Its path, absolute.
    pub path: PathBuf,
    /// The text that was read; `None` of a file that is created.
    pub before: Option<String>,
    /// The text with the fixes.
    pub after: String,
}

/// What a run of fixes leads to. Nothing is written yet.
pub struct Fixed {
    /// The files that change, by path.
    pub files: Vec<FixedFile>,
    /// How many findings are applied, by the file they are in and by rule.
    pub(crate) applied: BTreeMap<PathBuf, BTreeMap<RuleId, usize>>,
    /// What remains, as the files will be.
    pub report: Report,
    /// The files as they will be.
    pub sources: SourceDb,
    /// What is found, and the files, as they are; `None` where nothing changes.
    pub(crate) found: Option<(Report, SourceDb)>,
    /// Why fixes are left out, one line each.
    pub left: Vec<String>,
}

/// The state of a run of fixes.
struct FixRun<'a> {
    request: &'a Request,
    wanted: &'a FixSelection,
    /// Files outside of these directories are left alone.
    roots: Vec<PathBuf>,
    refused: BTreeSet<FindingIdentity>,
    left: BTreeSet<String>,
}

/// Works out the wanted fixes of all projects that a request leads to. Nothing is written.
pub fn fixed(sources: SourceDb, request: &Request, wanted: &FixSelection) -> Fixed {
    fixed_within(ROUNDS, sources, request, wanted)
}

fn fixed_within(rounds: usize, sources: SourceDb, request: &Request, wanted: &FixSelection) -> Fixed {
    let roots = workspace::writable(&sources, request);
    let mut run = FixRun { request, wanted, roots, refused: BTreeSet::new(), left: BTreeSet::new() };
    let mut state = FixState::analyze(sources, request);
    let mut before: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
    let mut applied: BTreeMap<PathBuf, BTreeMap<RuleId, usize>> = BTreeMap::new();
    let mut found = None;
    for round in 0.. {
        let wanted = changes(&mut run, &state);
        if round == rounds {
            if !wanted.is_empty() {
                run.left.insert(format!("stopped after {rounds} rounds with fixes left: run again to apply them"));
            }
            break;
        }
        let refused = run.refused.len();
        let Some((next, made)) = run.round(&state, wanted) else {
            // What was refused no longer comes before the others.
            if run.refused.len() > refused {
                continue;
            }
            break;
        };
        for path in paths(&made) {
            before.entry(path.clone()).or_insert_with(|| state.text(path));
        }
        for change in &made {
            *applied.entry(change.path.clone()).or_default().entry(change.rule()).or_default() += 1;
        }
        let last = std::mem::replace(&mut state, next);
        found.get_or_insert((last.report, last.sources));
    }
    workspace::mark_local(&mut state.report, &state.sources, request);
    if let Some((report, sources)) = &mut found {
        workspace::mark_local(report, sources, request);
    }
    let files = before.into_iter().map(|(path, before)| {
        let after = state.text(&path).unwrap_or_default();
        FixedFile { path, before, after }
    });
    Fixed {
        files: files.filter(|file| file.before.as_ref() != Some(&file.after)).collect(),
        applied,
        report: state.report,
        sources: state.sources,
        found,
        left: run.left.into_iter().collect(),
    }
}

impl FixRun<'_> {
    /// Makes the fixes of one round; `None` where none can be made.
    fn round(&mut self, state: &FixState, wanted: Vec<PlannedFix>) -> Option<(FixState, Vec<PlannedFix>)> {
        let mut parts = parts(state, wanted);
        if let Some(next) = self.sort_out(state, &mut parts) {
            return Some((next, parts.iter().flat_map(FixPart::all_good).cloned().collect()));
        }
        parts.retain(|part| !part.good.is_empty());
        loop {
            let good: Vec<PlannedFix> = parts.iter().flat_map(FixPart::all_good).cloned().collect();
            if good.is_empty() {
                return None;
            }
            let next = state.with(&good, self.request);
            let problems = problems(state, &next, &good);
            if problems.is_empty() {
                return Some((next, good));
            }
            // Each set is good, and all together are not: one of them now, the others in later rounds.
            let mut blamed =
                parts.iter_mut().filter(|part| part.good.len() > 1 && problems.iter().any(|one| part.has(one)));
            if let Some(first) = blamed.next() {
                first.good.truncate(1);
                blamed.for_each(|part| part.good.truncate(1));
            } else if let [part] = parts.as_mut_slice() {
                for (set, problem) in part.good.pop().into_iter().zip(&problems) {
                    set.iter().for_each(|change| self.refuse(change, problem));
                }
            } else {
                parts.truncate(parts.len() / 2);
            }
        }
    }

    /// Finds the fixes of each part that cause no problem; the others are refused. A set with a bad one in it is halved.
    /// All parts are looked at in one go: what a fix does shows in the files of its own part. The state with all of them
    /// where the first look showed no problem.
    fn sort_out(&mut self, state: &FixState, parts: &mut [FixPart]) -> Option<FixState> {
        let mut one_by_one = false;
        let mut is_first = true;
        loop {
            let waiting = parts.iter_mut().enumerate().filter(|(_, part)| !part.waiting.is_empty());
            let looked_at = if one_by_one { 1 } else { usize::MAX };
            let sets: Vec<(usize, Vec<PlannedFix>)> =
                waiting.take(looked_at).filter_map(|(number, part)| Some((number, part.waiting.pop()?))).collect();
            if sets.is_empty() {
                return None;
            }
            let changes: Vec<PlannedFix> = sets.iter().flat_map(|(_, set)| set).cloned().collect();
            let next = state.with(&changes, self.request);
            let problems = problems(state, &next, &changes);
            let all_good = is_first && problems.is_empty();
            is_first = false;
            let is_known = |problem: &FixProblem| {
                sets.iter().any(|(number, _)| parts.get(*number).is_some_and(|part| part.has(problem)))
            };
            let unclear = problems.iter().find(|problem| !is_known(problem));
            if sets.len() > 1 && unclear.is_some() {
                // It is in a file of none of them: each is looked at alone.
                one_by_one = true;
                for (number, set) in sets {
                    if let Some(part) = parts.get_mut(number) {
                        part.waiting.push(set);
                    }
                }
                continue;
            }
            for (number, mut set) in sets {
                let Some(part) = parts.get_mut(number) else { continue };
                if unclear.is_none() && self.refuse_blamed(part, &mut set, &problems) {
                    // Without those the others are looked at again.
                    part.waiting.extend((!set.is_empty()).then_some(set));
                    continue;
                }
                let problem = unclear.or_else(|| problems.iter().find(|problem| part.has(problem)));
                match problem {
                    None => part.good.push(set),
                    Some(problem) => self.halve(part, set, problem),
                }
            }
            if all_good {
                return Some(next);
            }
        }
    }

    /// Refuses the fixes of a set that brought a problem for sure: no other fix of the set is about the same service, say.
    /// Whether there are some.
    fn refuse_blamed(&mut self, part: &FixPart, set: &mut Vec<PlannedFix>, problems: &[FixProblem]) -> bool {
        let mut about: HashMap<(&Path, Subject), Vec<usize>> = HashMap::default();
        for (at, change) in set.iter().enumerate() {
            about.entry((&change.path, owner(change.subject()))).or_default().push(at);
        }
        let mut blamed: BTreeMap<usize, &FixProblem> = BTreeMap::new();
        for problem in problems.iter().filter(|problem| part.has(problem)) {
            let Some(subject) = &problem.subject else { continue };
            if let Some([only]) = about.get(&(problem.path.as_path(), owner(subject))).map(Vec::as_slice) {
                blamed.entry(*only).or_insert(problem);
            }
        }
        for (at, problem) in &blamed {
            if let Some(change) = set.get(*at) {
                self.refuse(change, problem);
            }
        }
        let mut at = 0;
        set.retain(|_| {
            at += 1;
            !blamed.contains_key(&(at - 1))
        });
        !blamed.is_empty()
    }

    /// Looks at each half of a set with a problem; a fix alone is refused.
    fn halve(&mut self, part: &mut FixPart, mut set: Vec<PlannedFix>, problem: &FixProblem) {
        let other = set.split_off(set.len() / 2);
        match other.as_slice() {
            [only] if set.is_empty() => self.refuse(only, problem),
            _ => part.waiting.extend([other, set]),
        }
    }

    fn refuse(&mut self, change: &PlannedFix, problem: &FixProblem) {
        let path = relative(&self.request.directory, &change.path);
        self.left.insert(format!("{path}: skipped a fix for {}: {}", change.rule(), problem.words));
        self.refused.insert(change.identity.clone());
    }
}

/// The section and the name that something is about: `services.web` of `services.web.ports`.
fn owner(subject: &Subject) -> Subject {
    match subject.entry() {
        Some((section, name)) => Subject::at([section, name]),
        None => subject.clone(),
    }
}

/// The files as one fix of one finding makes them: the finding by its number among those that count, the fix by its number
/// in the finding. For tests of what is not applied because another fix comes first.
#[cfg(feature = "testing")]
pub fn with_alternative(sources: SourceDb, request: &Request, finding: usize, choice: usize) -> Option<SourceDb> {
    let mut state = FixState::analyze(sources, request);
    let index = state.report.findings.iter().enumerate().filter(|(_, one)| one.suppressed.is_none()).nth(finding)?.0;
    let fixes = &mut state.report.findings.get_mut(index)?.fixes;
    let chosen = fixes.get(choice)?.clone();
    *fixes = vec![chosen];
    let wanted = FixSelection { safety: Safety::Unsafe, only: Vec::new(), file: None };
    let change = plan::change(state.report.findings.get(index)?, &wanted, &state)?;
    Some(state.with(&[change], request).sources)
}

/// Writes the files that change, each at once or not at all, and gives the paths of those that could not be written. Files
/// are created first: where one cannot be, nothing is changed that may rely on it.
pub(crate) fn write(fixed: &mut Fixed, base: &Path) -> Vec<PathBuf> {
    let (old, new): (Vec<&FixedFile>, Vec<&FixedFile>) = fixed.files.iter().partition(|file| file.before.is_some());
    let mut failed = Vec::new();
    for file in new {
        if let Err(error) = write::create(&file.path, &file.after) {
            fixed.left.push(format!("{}: skipped: {error}", relative(base, &file.path)));
            failed.push(file.path.clone());
        }
    }
    if !failed.is_empty() {
        failed.extend(old.iter().map(|file| file.path.clone()));
        return failed;
    }
    for file in old {
        let before = file.before.as_deref().unwrap_or_default();
        if let Err(error) = write::replace(&file.path, before, &file.after) {
            fixed.left.push(format!("{}: skipped: {error}", relative(base, &file.path)));
            failed.push(file.path.clone());
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::NewFile;
    use crate::yaml::edit;

    /// A project whose env file is missing, and what comes of a fix that creates it.
    fn creating(name: &str, prepare: impl Fn(&Path)) -> (Fixed, PathBuf) {
        let directory = std::env::temp_dir().join(format!("plimsoll-creates-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(directory.join(".git")).unwrap();
        let file = directory.join("compose.yaml");
        std::fs::write(&file, "services:\n  a: { image: 'busybox:1.37', env_file: new.env }\n").unwrap();
        let request = Request { files: vec![file], directory: directory.clone(), ..Request::default() };
        let wanted = FixSelection { safety: Safety::Unsafe, only: Vec::new(), file: None };
        let roots = workspace::writable(&SourceDb::new(), &request);
        let mut state = FixState::analyze(SourceDb::new(), &request);
        let [finding] = state.report.findings.as_mut_slice() else { panic!("{:?}", state.report.findings) };
        let new = NewFile { path: directory.join("new.env"), text: "A=1\n".to_owned() };
        finding.fixes = vec![edit::create(Safety::Unsafe, "create it", new)];
        prepare(&directory);
        let mut run =
            FixRun { request: &request, wanted: &wanted, roots, refused: BTreeSet::new(), left: BTreeSet::new() };
        let wanted = changes(&mut run, &state);
        let made = run.round(&state, wanted).map(|(next, _)| next);
        let files = made.iter().map(|next| FixedFile {
            path: directory.join("new.env"),
            before: None,
            after: next.text(&directory.join("new.env")).unwrap_or_default(),
        });
        let left = run.left.iter().cloned().collect();
        let fixed = Fixed {
            files: files.collect(),
            applied: BTreeMap::new(),
            report: made.map_or_else(Report::default, |next| next.report),
            sources: SourceDb::new(),
            found: None,
            left,
        };
        (fixed, directory)
    }

    #[test]
    fn a_fix_creates_a_file_that_resolves_its_finding() {
        let (mut fixed, directory) = creating("new", |_| {});
        assert_eq!((fixed.files.len(), fixed.report.findings.len(), fixed.left.len()), (1, 0, 0));
        assert_eq!(write(&mut fixed, &directory), Vec::<PathBuf>::new());
        assert_eq!(std::fs::read_to_string(directory.join("new.env")).unwrap(), "A=1\n");
        // Over a file that came meanwhile nothing is written, nor into any other file.
        std::fs::write(directory.join("new.env"), "theirs").unwrap();
        let other = FixedFile { path: directory.join("b"), before: Some(String::new()), after: "x".to_owned() };
        fixed.files.push(other);
        std::fs::write(directory.join("b"), "").unwrap();
        assert_eq!(write(&mut fixed, &directory), [directory.join("new.env"), directory.join("b")]);
        assert_eq!(std::fs::read_to_string(directory.join("new.env")).unwrap(), "theirs");
        assert_eq!(std::fs::read_to_string(directory.join("b")).unwrap(), "");
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn no_file_is_created_over_another_or_through_a_link() {
        let (fixed, directory) = creating("over", |directory| {
            std::fs::create_dir(directory.join("new.env")).unwrap();
        });
        assert_eq!((fixed.files.len(), fixed.left), (0, vec!["new.env: skipped: it already exists".to_owned()]));
        std::fs::remove_dir_all(directory).unwrap();
        let (fixed, directory) = creating("link", |directory| {
            std::os::unix::fs::symlink(directory.join("elsewhere"), directory.join("new.env")).unwrap();
        });
        assert_eq!((fixed.files.len(), fixed.left), (0, vec!["new.env: skipped: it already exists".to_owned()]));
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn it_is_said_when_rounds_run_out() {
        let directory = std::env::temp_dir().join(format!("plimsoll-rounds-{}", std::process::id()));
        std::fs::create_dir_all(directory.join(".git")).unwrap();
        let file = directory.join("compose.yaml");
        std::fs::write(&file, "version: '3'\nservices:\n  a: { image: 'busybox:1.37' }\n").unwrap();
        let run = |rounds: usize| {
            let request = Request { files: vec![file.clone()], directory: directory.clone(), ..Request::default() };
            let wanted = FixSelection { safety: Safety::Safe, only: Vec::new(), file: None };
            let fixed = fixed_within(rounds, SourceDb::new(), &request, &wanted);
            (fixed.files.len(), fixed.left)
        };
        let (none, one) = (run(0), run(1));
        std::fs::remove_dir_all(&directory).unwrap();
        assert_eq!(none, (0, vec!["stopped after 0 rounds with fixes left: run again to apply them".to_owned()]));
        assert_eq!(one, (1, Vec::new()));
    }
}
