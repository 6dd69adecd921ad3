//! The documents of the rules, `rules/<family>/<rule>.md`, as constants: one per rule, and a table of all.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Sections that every document has, in this order.
const SECTIONS: [&str; 5] = ["What it does", "Why it matters", "Examples", "Cases", "References"];
/// Sections that a document may have besides; the first is required where there is a fix.
const MORE_SECTIONS: [&str; 2] = ["Fix safety", "Configuration"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    summary: String,
    severity: Severity,
    confidence: Confidence,
    default: Set,
    fix: FixClass,
    since: String,
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
    None,
}

/// Writes `OUT_DIR/documents.rs`.
///
/// # Errors
/// The file and what is wrong with it.
pub fn write() -> Result<(), String> {
    let mut constants = BTreeMap::new();
    for (family, path) in documents(Path::new("rules"))? {
        let at = |reason: String| format!("{}: {reason}", path.display());
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let text = fs::read_to_string(&path).map_err(|error| at(error.to_string()))?;
        let constant = constant(&family, &name, &text).map_err(at)?;
        if constants.insert(name, constant).is_some() {
            return Err(format!("{}: another family has a rule of that name", path.display()));
        }
    }
    let mut out = String::new();
    for constant in constants.values() {
        out.push_str(constant);
    }
    out.push_str("/// All documents, sorted by name.\npub static DOCUMENTS: &[&Document] = &[");
    for name in constants.keys() {
        let _ = write!(out, "&{}, ", upper(name));
    }
    out.push_str("];\n");
    let target = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("documents.rs");
    fs::write(&target, out).map_err(|error| format!("{}: {error}", target.display()))
}

/// Every document with its family; `rules/images` holds data, not rules.
fn documents(root: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let mut found = Vec::new();
    for family in list(root)? {
        let name = file_name(&family);
        if !family.is_dir() || name == "images" {
            continue;
        }
        for path in list(&family)? {
            if path.extension().is_none_or(|extension| extension != "md") {
                return Err(format!("{}: only documents (`.md`) are allowed in a family's directory", path.display()));
            }
            found.push((name.clone(), path));
        }
    }
    Ok(found)
}

fn list(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", directory.display()))?.path();
        if !file_name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The Rust text of one document.
fn constant(family: &str, name: &str, text: &str) -> Result<String, String> {
    for word in [family, name] {
        if !is_kebab_case(word) {
            return Err(format!("`{word}` is not kebab case (words of a-z and 0-9 joined by single hyphens)"));
        }
    }
    let body = text.strip_prefix("---\n").ok_or("the first line is not `---`")?;
    let (front, body) = body.split_once("\n---\n").ok_or("no `---` line ends the front matter")?;
    let front: FrontMatter = serde_yaml::from_str(front).map_err(|error| format!("front matter: {error}"))?;
    check_front(&front)?;
    check_sections(body, front.fix != FixClass::None)?;
    Ok(format!(
        "/// {summary}\npub static {upper}: Document = Document {{\n    name: {name:?},\n    family: {family:?},\n    \
         summary: {summary:?},\n    severity: Severity::{severity:?},\n    confidence: Confidence::{confidence:?},\n    \
         set: Set::{set:?},\n    fix: {fix},\n    since: {since:?},\n    tags: &{tags:?},\n    text: {text:?},\n}};\n\n",
        upper = upper(name),
        summary = front.summary,
        severity = front.severity,
        confidence = front.confidence,
        set = front.default,
        fix = match front.fix {
            FixClass::Safe => "Some(Safety::Safe)",
            FixClass::Unsafe => "Some(Safety::Unsafe)",
            FixClass::None => "None",
        },
        since = front.since,
        tags = front.tags,
        text = body.trim_start_matches('\n'),
    ))
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

fn upper(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}
