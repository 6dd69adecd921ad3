//! The `finding` blocks of a document: what people see of a finding, and where the blocks go.

use std::fmt::Write as _;
use std::path::Path;

use super::examples::Example;
use crate::finding::{Finding, Wording};
use crate::source::Place;
use crate::source::SourceDb;

/// The text of a block: rule, place, message, labels, help and fix of each finding, in the order of the report.
pub fn text(findings: &[Finding], sources: &SourceDb, directory: &Path) -> String {
    let mut out = String::new();
    for finding in findings {
        let place = place(finding.place, sources, directory);
        let (severity, confidence) = (finding.severity.name(), finding.confidence.name());
        let _ =
            writeln!(out, "{severity}[{}] {place} ({confidence})\n  {}", finding.rule, finding.message.for_people());
        for label in &finding.labels {
            let _ = writeln!(
                out,
                "  note {}: {}",
                self::place(label.place, sources, directory),
                label.message.for_people()
            );
        }
        if let Some(help) = &finding.help {
            let _ = writeln!(out, "  help: {}", help.for_people());
        }
        for fix in &finding.fixes {
            let _ = writeln!(out, "  fix ({}): {}", fix.safety.name(), fix.title.for_people());
        }
    }
    out
}

/// `compose.yaml:5:9-20`, columns in characters, the last one behind the place; with the line where that is another one.
fn place(place: Place, sources: &SourceDb, directory: &Path) -> String {
    let file = sources.file(place.span.file);
    let path = file.path.strip_prefix(directory).unwrap_or(&file.path).display();
    let (start, end) = (file.position(place.span.start), file.position(place.span.end));
    let at = format!("{path}:{}:{}", start.line, start.column);
    match (start.line == end.line, start.column == end.column) {
        (true, true) => at,
        (true, false) => format!("{at}-{}", end.column),
        (false, _) => format!("{at}-{}:{}", end.line, end.column),
    }
}

/// What tells a finding from others of its rule: its words, without the values in them. A document shows each shape once.
pub fn shape(finding: &Finding) -> String {
    let mut words = vec![finding.confidence.name(), finding.message.for_people()];
    words.extend(finding.labels.iter().map(|label| label.message.for_people()));
    words.extend(finding.help.as_ref().map(Wording::for_people));
    words.extend(finding.fixes.iter().flat_map(|fix| [fix.safety.name(), fix.title.for_people()]));
    without_values(&words.join("\n"))
}

/// A text with nothing between its backticks, `0` for its numbers, and one value in place of a list of them.
fn without_values(text: &str) -> String {
    let mut out = String::new();
    for (index, piece) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push('`');
            continue;
        }
        let mut last = ' ';
        for letter in piece.chars() {
            let letter = if letter.is_ascii_digit() { '0' } else { letter };
            if letter != '0' || last != '0' {
                out.push(letter);
            }
            last = letter;
        }
    }
    for list in ["`, `", "` and `"] {
        while out.contains(list) {
            out = out.replace(list, "`");
        }
    }
    out
}

/// The text of a document with these blocks, one for each of its examples; `None` for one that shows nothing.
pub fn with_blocks(document: &str, examples: &[Example], blocks: &[Option<String>]) -> String {
    let mut lines: Vec<String> = document.split_inclusive('\n').map(str::to_owned).collect();
    for (example, block) in examples.iter().zip(blocks) {
        let block = block.as_ref().map(|text| format!("```finding\n{text}```\n"));
        match &example.findings {
            Some(old) => {
                // The fences are the lines before and behind the text, and an empty line is above.
                let first = (old.line as usize).saturating_sub(2);
                let gap = usize::from(block.is_none());
                let range = first.saturating_sub(gap)..=first + old.text.lines().count() + 1;
                for line in lines.iter_mut().enumerate().filter(|(at, _)| range.contains(at)).map(|(_, line)| line) {
                    line.clear();
                }
                if let (Some(block), Some(line)) = (block, lines.get_mut(first)) {
                    *line = block;
                }
            }
            None => {
                let last = (example.end as usize).checked_sub(1).and_then(|at| lines.get_mut(at));
                if let (Some(block), Some(line)) = (block, last) {
                    let _ = write!(line, "\n{block}");
                }
            }
        }
    }
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{RuleId, Subject};
    use crate::source::Span;
    use crate::testing::examples::parse;

    #[test]
    fn findings_that_differ_in_their_values_have_one_shape() {
        assert_eq!(without_values("`db` is open on port 5432"), without_values("`a` is open on port 1"));
        assert_eq!(without_values("reach `a`, `b` and `c` in 10s"), "reach ` in 0s");
        assert_ne!(without_values("`db` is open"), without_values("`db` is closed"));
        let finding =
            |help| Finding::new(RuleId::made_up("x"), Place::start(), Subject::variable("a"), "it is wrong").help(help);
        assert_ne!(shape(&finding("change it")), shape(&finding("remove it")));
    }

    #[test]
    fn blocks_are_added_after_the_files_replaced_and_removed() {
        let document = "## Cases\n\n```yaml\na: 1  # error\n```\n\n```yaml fixed\na: 2\n```\n";
        let write = |document: &str, block: Option<&str>| {
            with_blocks(document, &parse(document).unwrap(), &[block.map(str::to_owned)])
        };
        let added = write(document, Some("x\ny\n"));
        assert_eq!(
            added,
            "## Cases\n\n```yaml\na: 1  # error\n```\n\n```finding\nx\ny\n```\n\n```yaml fixed\na: 2\n```\n"
        );
        assert_eq!(write(&added, Some("x\ny\n")), added);
        assert_eq!(write(&added, Some("z\n")), added.replace("x\ny\n", "z\n"));
        assert_eq!(write(&added, None), document);
    }

    #[test]
    fn a_place_shows_its_columns_and_a_second_line_where_there_is_one() {
        let sources = SourceDb::new();
        let file = sources.overlay(Path::new("/p/compose.yaml"), "é: 1\nb: 2\n".to_owned());
        let shown = |start, end| {
            let span = Span { file, start, end };
            place(Place { span, ..Place::start() }, &sources, Path::new("/p"))
        };
        assert_eq!(shown(4, 5), "compose.yaml:1:4-5");
        assert_eq!(shown(4, 4), "compose.yaml:1:4");
        assert_eq!(shown(4, 7), "compose.yaml:1:4-2:2");
    }
}
