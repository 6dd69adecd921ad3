//! An example written to a folder: judged, compared with its markers, and fixed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll::testing::config;
use plimsoll::testing::examples::{Example, ExampleFile, without_markers};
use plimsoll::testing::finding::{Finding, Safety, Selector, Severity};
use plimsoll::testing::fix::{self, FixSelection, FixedFile};
use plimsoll::testing::rules::Rule;
use plimsoll::testing::source::{FileId, SourceDb};
use plimsoll::testing::workspace::{self, Request, Selection};
use plimsoll::testing::yaml::{Comment, parse};

use crate::Failure;

/// File, resource and evidence.
pub type Identity = (PathBuf, String, Option<String>);

/// What a baseline knows a finding by.
pub fn identity(db: &SourceDb, finding: &Finding) -> Identity {
    (db.file(finding.place.span.file).path.clone(), finding.subject.to_string(), finding.evidence.clone())
}

/// An index of git, version 2 (<https://git-scm.com/docs/index-format>), that lists these files and nothing about them.
fn index(names: &[String]) -> Vec<u8> {
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort();
    let mut bytes = [b"DIRC".as_slice(), &2u32.to_be_bytes(), &(sorted.len() as u32).to_be_bytes()].concat();
    for name in sorted {
        let start = bytes.len();
        // As `ls -F` shows it, a star marks what is executable.
        let mode: u32 = if name.ends_with('*') { 0o100_755 } else { 0o100_644 };
        let name = name.trim_end_matches('*');
        bytes.extend([0; 24]);
        bytes.extend(mode.to_be_bytes());
        bytes.extend([0; 32]);
        bytes.extend((name.len() as u16).to_be_bytes());
        bytes.extend(name.as_bytes());
        // At least one zero, up to a multiple of eight bytes.
        bytes.resize(start + (bytes.len() - start + 8) / 8 * 8, 0);
    }
    bytes.extend([0; 20]);
    bytes
}

/// An example written out.
pub struct Project {
    /// Where.
    pub directory: PathBuf,
}

impl Project {
    /// Writes the files; the empty `.git` makes the directory a repository of its own, so that what is above it
    /// (the `.gitignore` of plimsoll itself) does not matter.
    pub fn create(name: &str, example: &Example) -> Result<Project, Failure> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rules-{}-{number}", std::process::id()));
        let project = Project { directory: parent.join(name) };
        fs::create_dir_all(project.directory.join(".git"))?;
        if !example.options.tracked.is_empty() {
            let git = project.directory.join(".git");
            fs::create_dir_all(git.join("objects"))?;
            fs::create_dir_all(git.join("refs"))?;
            fs::write(git.join("HEAD"), "ref: refs/heads/main\n")?;
            fs::write(git.join("index"), index(&example.options.tracked))?;
        }
        let config = ExampleFile {
            path: "plimsoll.yaml".to_owned(),
            language: "yaml".to_owned(),
            text: example.options.config.clone(),
            expected: BTreeMap::new(),
            line: 0,
        };
        for file in example.files.iter().chain((!config.text.is_empty()).then_some(&config)) {
            let path = project.directory.join(&file.path);
            fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
            fs::write(path, &file.text)?;
        }
        Ok(project)
    }

    pub fn check(&self, rule: &Rule, example: &Example) -> Result<(SourceDb, Vec<Finding>), Failure> {
        let db = SourceDb::new();
        let report = workspace::check(&db, &self.request(rule, example)?);
        let also = |finding: &Finding| example.options.also.iter().any(|other| other == finding.rule.name());
        let own =
            report.findings.into_iter().filter(|finding| finding.suppressed.is_none() && !also(finding)).collect();
        Ok((db, own))
    }

    fn request(&self, rule: &Rule, example: &Example) -> Result<Request, Failure> {
        let names = std::iter::once(rule.document.name).chain(example.options.also.iter().map(String::as_str));
        let select: Option<Vec<Selector>> = names.map(Selector::find).collect();
        self.request_of(select.ok_or("`also` names an unknown rule")?, example)
    }

    /// What all rules find, those of all sets.
    pub fn check_all(&self, example: &Example) -> Result<(SourceDb, Vec<Finding>), Failure> {
        let db = SourceDb::new();
        let report = workspace::check(&db, &self.request_of(vec![Selector::All], example)?);
        Ok((db, report.findings.into_iter().filter(|finding| finding.suppressed.is_none()).collect()))
    }

    fn request_of(&self, select: Vec<Selector>, example: &Example) -> Result<Request, Failure> {
        let absolute = |paths: &[String]| paths.iter().map(|path| self.directory.join(path)).collect();
        Ok(Request {
            paths: if example.options.files.is_empty() { vec![self.directory.clone()] } else { Vec::new() },
            files: absolute(&example.options.files),
            env_files: absolute(&example.options.env_files),
            profiles: example.options.profiles.clone(),
            directory: self.directory.clone(),
            config: config::find(&SourceDb::new(), &self.directory, plimsoll::testing::rules::options)?,
            selection: Selection { select, preview: true, ..Selection::default() },
            ..Request::default()
        })
    }

    /// Marked lines are reported, as bad as the marker says, and no others.
    pub fn compare(&self, db: &SourceDb, example: &Example, findings: &[Finding]) -> Result<(), Failure> {
        let mut reported: BTreeMap<(String, u32), (Severity, Vec<&str>)> = BTreeMap::new();
        for finding in findings {
            let file = db.file(finding.place.span.file);
            let path = file.path.strip_prefix(&self.directory).unwrap_or(&file.path);
            let line = file.position(finding.place.span.start).line;
            let place = (path.display().to_string(), line);
            let (worst, messages) = reported.entry(place).or_insert_with(|| (finding.severity, Vec::new()));
            *worst = finding.severity.max(*worst);
            messages.push(finding.message.for_people());
        }
        let of_file = |file: &ExampleFile| {
            let path = file.path.clone();
            let marks = file.expected.clone().into_iter();
            marks.map(move |(line, severity)| ((path.clone(), line), severity))
        };
        let expected: BTreeMap<(String, u32), Severity> = example.files.iter().flat_map(of_file).collect();
        let missing = expected.keys().filter(|place| !reported.contains_key(*place));
        let missing = missing.map(|(path, line)| format!("\n  not reported: {path}:{line}"));
        let surplus = reported.iter().filter(|(place, (severity, _))| expected.get(*place) != Some(severity));
        let surplus = surplus.map(|((path, line), (severity, messages))| {
            format!("\n  reported: {path}:{line}: {} {messages:?}", severity.name())
        });
        let wrong: String = missing.chain(surplus).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
    }

    /// Every fix after the first resolves its finding, too, and introduces nothing.
    pub fn alternatives(&self, rule: &Rule, example: &Example, findings: &[Finding]) -> Result<(), Failure> {
        if !example.options.also.is_empty() {
            return Ok(());
        }
        let request = self.request(rule, example)?;
        for (at, finding) in findings.iter().enumerate() {
            for choice in 1..finding.fixes.len() {
                if finding.fixes.get(choice).is_none_or(|fix| fix.safety == Safety::Display) {
                    continue;
                }
                let db = fix::with_alternative(SourceDb::new(), &request, at, choice).ok_or("the fix is gone")?;
                let after = workspace::check(&db, &request).findings;
                let title = &finding.fixes.get(choice).map_or("", |fix| fix.title.for_people());
                if after.iter().filter(|one| one.suppressed.is_none()).count() >= findings.len() {
                    return Err(format!("not resolved, or replaced by another finding: {title}").into());
                }
            }
        }
        Ok(())
    }

    /// Applies all fixes: none is left out, what they fix is no longer reported, nothing more can be fixed, files that
    /// parsed still do, comments stay, and the texts are those that the document shows.
    pub fn fix(&self, rule: &Rule, example: &Example, fixable: &[Identity]) -> Result<(), Failure> {
        let request = self.request(rule, example)?;
        let wanted = FixSelection { safety: Safety::Unsafe, only: vec![Selector::Rule(rule.id)], file: None };
        let fixed = fix::fixed(SourceDb::new(), &request, &wanted);
        if !fixed.left.is_empty() {
            return Err(format!("fixes are left out: {:?}", fixed.left).into());
        }
        let is_own = |finding: &&Finding| finding.rule == rule.id && finding.suppressed.is_none();
        let remaining: Vec<_> = fixed.report.findings.iter().filter(is_own).collect();
        if let Some(finding) = remaining.iter().find(|one| fixable.contains(&identity(&fixed.sources, one))) {
            return Err(format!("still reported after its fix: {}", finding.message.for_people()).into());
        }
        if let Some(finding) = remaining.iter().find(|finding| finding.fix_within(Safety::Unsafe).is_some()) {
            return Err(format!("fixes come to no end: {}", finding.message.for_people()).into());
        }
        for file in &fixed.files {
            let ((was_broken, before), (is_broken, after)) =
                (syntax(file, file.before.as_deref().unwrap_or_default()), syntax(file, &file.after));
            // What rules about comments fix are comments.
            let loses = before != after && rule.document.family != "suppression";
            if is_broken && !was_broken || loses {
                return Err(format!("the fix breaks the file or loses a comment:\n{}", file.after).into());
            }
        }
        if example.fixed.is_empty() {
            return Ok(());
        }
        for file in &fixed.files {
            let path = file.path.strip_prefix(&self.directory).unwrap_or(&file.path).display().to_string();
            let shown = example.fixed.iter().find(|one| one.path == path);
            let shown = shown.ok_or_else(|| format!("the fix changes `{path}`, which the document does not show"))?;
            // The marker of an entry that goes stays behind, on a line of its own.
            let is_alone = |line: &str| !line.trim().is_empty() && without_markers(line).trim().is_empty();
            let lines = file.after.split_inclusive('\n').filter(|line| !is_alone(line));
            let text = without_markers(&lines.collect::<String>());
            if text != without_markers(&shown.text) {
                return Err(format!("the fix makes of `{path}`:\n{text}instead of:\n{}", shown.text).into());
            }
        }
        if fixed.files.len() < example.fixed.len() {
            return Err("the document shows a fix of a file that does not change".into());
        }
        match remaining.first() {
            Some(finding) => Err(format!("still reported after the fix: {}", finding.message.for_people()).into()),
            None => Ok(()),
        }
    }
}

/// Whether a file is broken YAML, and its comments. What is not a YAML has its lines that are comments.
fn syntax(file: &FixedFile, text: &str) -> (bool, Vec<String>) {
    let is_yaml = file.path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    let mut comments: Vec<String> = Vec::new();
    let mut broken = false;
    if is_yaml {
        let (tree, _) = parse(FileId::default(), text);
        broken = tree.broken;
        let of = |comment: &Comment| text.get(comment.start as usize..comment.end as usize).unwrap_or_default();
        comments.extend(tree.comments.iter().map(|comment| of(comment).trim().to_owned()));
    } else {
        comments.extend(
            file.before
                .iter()
                .flat_map(|text| text.lines())
                .filter(|line| line.starts_with('#') && text.contains(*line))
                .map(str::to_owned),
        );
    }
    comments.sort();
    (broken, comments)
}

impl Drop for Project {
    fn drop(&mut self) {
        if let Some(parent) = self.directory.parent() {
            let _ = fs::remove_dir_all(parent);
        }
    }
}
