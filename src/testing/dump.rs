//! What rules see of a project, as text: the resolved files, the model and the facts.

use std::fmt::{Debug, Write as _};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::compose::load::decode;
use crate::facts::Facts;
use crate::source::{FileId, SourceDb};
use crate::workspace;
use crate::workspace::Request;

/// A place as `{:#?}` prints it.
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"Place \{\s*span: Span \{\s*file: FileId\(\s*(\d+),\s*\),\s*start: (\d+),\s*end: (\d+),\s*\},\s*node: NodeId\([^)]*\),\s*\}",
    )
    .ok()
});

/// A list that is empty, as a field.
static EMPTY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\n *\w+: Few\(\s*None,\s*\),").ok());

/// A tuple of one value that is on three lines, such as `Some(…)`.
static WRAPPED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\w+)\(\n *([^\n]*[^\n({\[]),\n *\)").ok());

/// The project that a request selects; `None` where there is none. What is absent or empty is left out.
pub fn dump(sources: &SourceDb, request: &Request) -> Option<String> {
    let (text, findings) = workspace::with_facts(sources, request, |facts| facts_text(sources, request, facts))?;
    let mut out = text;
    for finding in findings {
        section(&mut out, sources, request, &format!("reported by the loader: {}", finding.rule), &finding);
    }
    Some(out)
}

fn facts_text(sources: &SourceDb, request: &Request, facts: &Facts<'_>) -> String {
    let (model, project) = (facts.model, facts.project);
    let mut out = format!("== project {} in {}\n", project.name, project.directory.display());
    let files = project.all_files.iter().map(|file| ("file", file));
    for (what, file) in files.chain(project.environment.files.iter().map(|file| ("env file", file))) {
        let _ = writeln!(out, "{what}: {}", sources.path(*file).display());
    }
    let _ = writeln!(out, "rejected by docker compose: {}", project.rejected);
    let _ = writeln!(out, "\n== resolved\n{:#}", decode::to_json(&project.root));
    for service in model.services.values() {
        section(&mut out, sources, request, &format!("model: service {}", service.name), service);
    }
    for (name, service) in &model.disabled {
        section(&mut out, sources, request, &format!("model: service {name}, of an inactive profile"), service);
    }
    let mut add = |what: &str, value: &dyn Debug| section(&mut out, sources, request, what, value);
    add("model: networks", &model.networks);
    add("model: volumes", &model.volumes);
    add("model: secrets", &model.secrets);
    add("model: configs", &model.configs);
    for name in model.services.keys() {
        add(&format!("facts.reach().networks(\"{name}\")"), &facts.reach().networks(name));
        add(&format!("facts.hosts(\"{name}\")"), &facts.hosts(name));
    }
    add("facts.peers()", &facts.peers());
    add("facts.published()", &facts.published());
    add("facts.proxied()", &facts.proxied());
    add("facts.app_configs()", facts.app_configs());
    add("facts.blanks()", &facts.blanks());
    add("facts.sqlite_files()", &facts.sqlite_files());
    add("facts.missing_sources()", &facts.missing_sources());
    add("facts.hidden_dependencies()", &facts.hidden_dependencies());
    add("facts.hidden_programs()", &facts.hidden_programs());
    add("facts.gpus()", &facts.gpus());
    add("facts.purpose()", &facts.purpose());
    out
}

fn section(out: &mut String, sources: &SourceDb, request: &Request, what: &str, value: &dyn Debug) {
    let text = format!("{value:#?}");
    let text = match PLACE.as_ref() {
        Some(pattern) => pattern.replace_all(&text, |found: &Captures<'_>| place(sources, request, found)).into_owned(),
        None => text,
    };
    let without = |pattern: &LazyLock<Option<Regex>>, text: String, by: &str| match pattern.as_ref() {
        Some(pattern) => pattern.replace_all(&text, by).into_owned(),
        None => text,
    };
    let short = shortened(&without(&WRAPPED, without(&EMPTY, text, ""), "$1($2)"));
    let is_empty = matches!(short.trim(), "[]" | "{}" | "None");
    let _ = if is_empty { Ok(()) } else { writeln!(out, "\n== {what}\n{short}") };
}

/// The place of a match of [`PLACE`].
fn place(sources: &SourceDb, request: &Request, found: &Captures<'_>) -> String {
    let number = |group: usize| found.get(group).and_then(|one| one.as_str().parse::<u32>().ok()).unwrap_or(0);
    let file = sources.file(FileId::nth(number(1)));
    let (start, end) = (file.position(number(2)), file.position(number(3)));
    let path = crate::source::relative(&request.directory, &file.path);
    let to = if start.line == end.line { end.column.to_string() } else { format!("{}:{}", end.line, end.column) };
    format!("{path}:{}:{}-{to}", start.line, start.column)
}

/// The text without what is absent or empty, and with the names of services that are shown elsewhere.
fn shortened(text: &str) -> String {
    let mut out = String::new();
    let mut skipped: Option<String> = None;
    for line in text.lines() {
        let indent: String = line.chars().take_while(|letter| *letter == ' ').collect();
        if let Some(end) = &skipped {
            if line == format!("{end}}},") {
                skipped = None;
            } else if line.starts_with(&format!("{end}    name: \"")) {
                let _ = writeln!(out, "{end}service: {}", line.trim_start().trim_start_matches("name: "));
            }
            continue;
        }
        if line == format!("{indent}service: Service {{") {
            skipped = Some(indent);
        } else if ![": None,", ": [],", ": {},"].iter().any(|end| line.ends_with(end)) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn a_dump_shows_places_and_leaves_out_what_is_absent() {
        let sources = SourceDb::new();
        let compose = Path::new("/p/compose.yaml");
        let text = "services:\n  db:\n    image: postgres:17\n    ports: ['5432:5432']\n";
        sources.overlay(compose, text.to_owned());
        let request = Request { directory: PathBuf::from("/p"), files: vec![compose.to_owned()], ..Request::default() };
        let text = dump(&sources, &request).unwrap();
        assert!(text.contains("== project p in /p\nfile: /p/compose.yaml\n"), "{text}");
        assert!(text.contains("    key: compose.yaml:2:3-5,\n"), "{text}");
        assert!(text.contains("== facts.published()\n[\n    Published {\n        service: \"db\",\n"), "{text}");
        assert!(!text.contains("network_mode") && !text.contains("FileId"), "{text}");
    }
}
