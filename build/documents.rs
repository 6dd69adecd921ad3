//! The documents of the rules, `rules/<family>/<rule>.md`, as Rust: a static and a `RuleId` for each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;

/// Sections that every document has, in this order.
const SECTIONS: [&str; 5] = ["What it does", "Why it matters", "Examples", "Cases", "References"];
/// Sections that a document may have besides; the first is required where there is a fix.
const MORE_SECTIONS: [&str; 2] = ["Fix safety", "Configuration"];
/// The families that come first, in the order in which people read them; the others follow by name, and `LAST` ends.
const FIRST: [&str; 7] = ["compose", "network", "proxy", "storage", "secrets", "env", "resources"];
/// The family that ends the list.
const LAST: &str = "suppression";

/// The words that name sets of rules.
const SETS: [&str; 4] = ["all", "default", "strict", "style"];

/// A document that has been read and checked.
pub struct Document {
    /// The folder it is in.
    pub family: String,
    /// The name of its file.
    pub name: String,
    path: PathBuf,
    front_text: String,
    front: FrontMatter,
    body: String,
}

/// What becomes of the bodies of the documents.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bodies {
    /// They are part of the program.
    Embedded,
    /// The program reads them from the sources, so that editing one does not rebuild it.
    OnDisk,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    summary: String,
    severity: Severity,
    confidence: Confidence,
    set: Set,
    fix: Fixes,
    since: String,
    #[serde(default)]
    status: RuleStatus,
    #[serde(default)]
    renamed_from: Vec<String>,
    tags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Info,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Confidence {
    High,
    Medium,
    Low,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Set {
    Default,
    Strict,
    Style,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FixClass {
    Safe,
    Unsafe,
    Display,
    None,
}

/// One class of fixes, or those of rules that offer several, the best first.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Fixes {
    One(FixClass),
    Several(Vec<FixClass>),
}

impl Fixes {
    fn classes(&self) -> &[FixClass] {
        match self {
            Fixes::One(FixClass::None) => &[],
            Fixes::One(class) => std::slice::from_ref(class),
            Fixes::Several(classes) => classes,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RuleStatus {
    #[default]
    Stable,
    Preview,
    Deprecated,
}

/// Reads every document, in the order in which rules are listed; `rules/images` holds data, not rules.
///
/// # Errors
/// The file and what is wrong with it.
pub fn read_all(root: &Path) -> Result<Vec<Document>, String> {
    let mut documents: Vec<Document> = Vec::new();
    for folder in list(&root.join("rules"))? {
        let family = file_name(&folder);
        if !folder.is_dir() || family == "images" {
            continue;
        }
        for path in list(&folder)? {
            if path.extension().is_none_or(|extension| extension != "md") {
                return Err(format!("{}: only documents (`.md`) are allowed in a family's directory", path.display()));
            }
            let document = read(&family, &path).map_err(|reason| format!("{}: {reason}", path.display()))?;
            documents.push(document);
        }
    }
    documents.sort_by(|one, other| {
        (rank(&one.family), &one.family, &one.name).cmp(&(rank(&other.family), &other.family, &other.name))
    });
    check_names(&documents)?;
    Ok(documents)
}

fn rank(family: &str) -> usize {
    match FIRST.iter().position(|first| *first == family) {
        Some(position) => position,
        None if family == LAST => FIRST.len() + 1,
        None => FIRST.len(),
    }
}

/// Each name, old names included, belongs to one rule, and is not that of a family or a set.
fn check_names(documents: &[Document]) -> Result<(), String> {
    let mut names = BTreeMap::new();
    let families: BTreeSet<&str> = documents.iter().map(|document| document.family.as_str()).collect();
    for document in documents {
        for name in std::iter::once(&document.name).chain(&document.front.renamed_from) {
            if families.contains(name.as_str()) || SETS.contains(&name.as_str()) {
                return Err(format!("{}: `{name}` is the name of a family or a set", document.path.display()));
            }
            if let Some(other) = names.insert(name, document) {
                let (one, two) = (other.path.display(), document.path.display());
                return Err(format!("{two}: {one} already has the name `{name}`"));
            }
        }
    }
    Ok(())
}

/// `documents.rs`: the statics, the module `rule` with an identifier for each, and where the bodies are.
pub fn module(documents: &[Document], root: &Path, bodies: Bodies) -> String {
    let mut out = String::new();
    let mut ids = String::new();
    for document in documents {
        out.push_str(&constant(document, bodies));
        let upper = upper(&document.name);
        let _ = writeln!(
            ids,
            "    /// {summary}\n    pub(crate) const {upper}: super::RuleId = super::RuleId(&super::{upper});",
            summary = document.front.summary
        );
    }
    let _ = writeln!(out, "/// The identifier of each rule.\npub(crate) mod rule {{\n{ids}}}\n");
    let names: Vec<String> = documents.iter().map(|document| format!("rule::{}", upper(&document.name))).collect();
    let _ = writeln!(
        out,
        "/// The identifiers of all rules, by family.\nstatic IDS: &[RuleId] = &[{}];\n",
        names.join(", ")
    );
    let (directory, fronts) = match bodies {
        Bodies::Embedded => (None, Vec::new()),
        Bodies::OnDisk => {
            (Some(root), documents.iter().map(|document| (&document.name, &document.front_text)).collect())
        }
    };
    let _ = writeln!(out, "/// The directory of the sources, where the documents are read from there.");
    let _ = writeln!(out, "const SOURCES: Option<&str> = {directory:?};\n");
    let _ =
        writeln!(out, "/// The front matter that this build was made from, by rule; empty where bodies are embedded.");
    let _ =
        writeln!(out, "#[cfg(feature = \"testing\")]\npub(crate) static FRONT_MATTER: &[(&str, &str)] = &{fronts:?};");
    out
}

/// The files and folders of a directory, sorted.
pub fn list(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let at = |error: io::Error| format!("{}: {error}", directory.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if !file_name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn read(family: &str, path: &Path) -> Result<Document, String> {
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    for word in [family, name] {
        if !is_kebab_case(word) {
            return Err(format!("`{word}` is not kebab case (words of a-z and 0-9 joined by single hyphens)"));
        }
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let body = text.strip_prefix("---\n").ok_or("the first line is not `---`")?;
    let (front_text, body) = body.split_once("\n---\n").ok_or("no `---` line ends the front matter")?;
    let front: FrontMatter = serde_yaml::from_str(front_text).map_err(|error| format!("front matter: {error}"))?;
    check_front(&front)?;
    check_sections(body, !front.fix.classes().is_empty())?;
    Ok(Document {
        family: family.to_owned(),
        name: name.to_owned(),
        path: path.to_owned(),
        front_text: front_text.to_owned(),
        front,
        body: body.trim_start_matches('\n').to_owned(),
    })
}

/// The Rust text of one document.
fn constant(document: &Document, bodies: Bodies) -> String {
    let Document { family, name, front, body, .. } = document;
    format!(
        "/// {summary}\nstatic {upper}: Document = Document {{\n    name: {name:?},\n    family: {family:?},\n    \
         summary: {summary:?},\n    severity: Severity::{severity:?},\n    confidence: Confidence::{confidence:?},\n    \
         set: Set::{set:?},\n    fixes: &[{fixes}],\n    since: {since:?},\n    status: RuleStatus::{status:?},\n    \
         renamed_from: &{renamed_from:?},\n    tags: &{tags:?},\n    body: {body:?},\n}};\n\n",
        upper = upper(name),
        summary = front.summary,
        severity = front.severity,
        confidence = front.confidence,
        set = front.set,
        fixes = front.fix.classes().iter().map(|class| format!("Safety::{class:?}")).collect::<Vec<_>>().join(", "),
        since = front.since,
        status = front.status,
        renamed_from = front.renamed_from,
        tags = front.tags,
        body = (bodies == Bodies::Embedded).then_some(body),
    )
}

fn check_front(front: &FrontMatter) -> Result<(), String> {
    let summary = front.summary.as_str();
    if summary.is_empty() || summary.contains('\n') || summary.ends_with('.') || summary.chars().count() > 120 {
        return Err("`summary` must be a single line of at most 120 characters without a full stop".to_owned());
    }
    let numbers: Vec<&str> = front.since.split('.').collect();
    if numbers.len() != 3 || numbers.iter().any(|number| number.parse::<u32>().is_err()) {
        return Err(format!("`since` is not a valid version: `{}`", front.since));
    }
    if front.fix.classes().contains(&FixClass::None) {
        return Err("`fix` lists `none` next to other classes".to_owned());
    }
    if let Some(name) = front.renamed_from.iter().find(|name| !is_kebab_case(name)) {
        return Err(format!("`renamed_from` lists names of rules, which `{name}` is not"));
    }
    match front.tags.iter().find(|tag| tag.trim().is_empty() || tag.contains(char::is_whitespace)) {
        Some(tag) => Err(format!("a tag must be a single word: `{tag}`")),
        None => Ok(()),
    }
}

fn check_sections(body: &str, has_fix: bool) -> Result<(), String> {
    let mut headings = Vec::new();
    let mut fenced = false;
    for line in body.lines() {
        fenced ^= line.starts_with("```");
        if let (false, Some(heading)) = (fenced, line.strip_prefix("## ")) {
            headings.push(heading.trim());
        }
    }
    if fenced {
        return Err("unclosed fenced block".to_owned());
    }
    if let Some(heading) =
        headings.iter().find(|heading| !SECTIONS.contains(heading) && !MORE_SECTIONS.contains(heading))
    {
        return Err(format!("unknown section `{heading}`"));
    }
    if let Some(missing) = SECTIONS.iter().find(|section| !headings.contains(section)) {
        return Err(format!("missing section `{missing}`"));
    }
    let required: Vec<&&str> = headings.iter().filter(|heading| SECTIONS.contains(heading)).collect();
    if !required.iter().zip(SECTIONS.iter()).all(|(heading, section)| **heading == *section) || required.len() != 5 {
        return Err(format!("each section must occur once, in this order: {}", SECTIONS.join(", ")));
    }
    match (has_fix, headings.contains(&"Fix safety")) {
        (true, false) => Err("missing section `Fix safety`, which is required unless `fix` is `none`".to_owned()),
        (false, true) => Err("the section `Fix safety` is not allowed with `fix: none`".to_owned()),
        _ => Ok(()),
    }
}

fn is_kebab_case(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.split('-').all(|part| {
            !part.is_empty() && part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        })
}

/// The name of the constant of a rule.
pub fn upper(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}
