//! Which bytes of a whole file would show a secret, by what the file says and not by its lines: a value on the line
//! below its key, the next item of a list, a block, what an alias stands for, a quoted text over several lines.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use super::mask::{PASSWORD_OPTIONS, hide_literal, mask, merge};
use crate::collections::HashMap;
use crate::finding::Edit;
use crate::secret_names::{is_secret_name, may_hold_secret_name};
use crate::source::{FileId, NodeId, SourceDb, SourceFile};
use crate::text::dotenv;
use crate::text::dotenv::{Known, Role};
use crate::yaml::{Node, NodeKind, ScalarStyle, Tree, Trees};

/// A secret shorter than this is not looked for in other texts, in bytes: too many words would hold it.
const LEAST_SOUGHT: usize = 4;

/// What is hidden of each file, worked out when a file is first asked for.
pub(super) struct Masks<'a> {
    sources: &'a SourceDb,
    trees: &'a Trees,
    known: RefCell<HashMap<FileId, Rc<Hidden>>>,
}

/// What is hidden of one file.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// Stretches of the file, in order and without overlap; they may reach over lines.
    pub(super) ranges: Vec<Range<usize>>,
    /// Whether the file could be read as YAML to its end.
    pub(super) whole: bool,
}

impl<'a> Masks<'a> {
    /// Nothing is known yet.
    pub(super) fn new(sources: &'a SourceDb, trees: &'a Trees) -> Masks<'a> {
        Masks { sources, trees, known: RefCell::default() }
    }

    /// What is hidden of a file.
    pub(super) fn of(&self, file: FileId) -> Rc<Hidden> {
        if let Some(known) = self.known.borrow().get(&file) {
            return Rc::clone(known);
        }
        let hidden = Rc::new(self.hidden(file, &self.sources.file(file)));
        self.known.borrow_mut().insert(file, Rc::clone(&hidden));
        hidden
    }

    fn hidden(&self, id: FileId, file: &SourceFile) -> Hidden {
        if !may_hold_secret_name(&file.text) && !PASSWORD_OPTIONS.iter().any(|option| file.text.contains(option)) {
            return Hidden { ranges: Vec::new(), whole: false };
        }
        let is_yaml =
            file.path.extension().is_some_and(|end| end == "yml" || end == "yaml") || file.path.ends_with("-");
        if !is_yaml {
            return Hidden { ranges: merge(of_env_file(&file.text)), whole: false };
        }
        let parsed = self.trees.get(self.sources, id);
        let tree = &parsed.0;
        let mut ranges = Vec::new();
        for node in &tree.nodes {
            of_node(tree, node, &file.text, &mut ranges);
        }
        Hidden { ranges: merge(ranges), whole: !tree.broken }
    }

    /// Whether a text by itself shows a secret.
    pub(super) fn is_shown_by_text(&self, text: &str) -> bool {
        text.lines().any(|line| !mask(line).is_empty())
    }

    /// Whether the text of an edit would show a secret: one of its own, or one of the file that it belongs to.
    pub(super) fn is_shown_by(&self, edit: &Edit) -> bool {
        if self.is_shown_by_text(&edit.text) {
            return true;
        }
        let file = self.sources.file(edit.span.file);
        let first = file.position(edit.span.start).line;
        let last = file.position(edit.span.end).line;
        let near = (first..=last).flat_map(|line| {
            let start = file.line_start(line);
            let text = file.slice(start, file.line_start(line + 1));
            mask(text.trim_end()).into_iter().map(move |range| start as usize + range.start..start as usize + range.end)
        });
        let hidden = self.of(edit.span.file);
        let mut stretches = hidden.ranges.iter().cloned().chain(near).filter_map(|range| file.text.get(range));
        stretches.any(|secret| secret.trim().len() >= LEAST_SOUGHT && edit.text.contains(secret.trim()))
    }
}

/// The values of secret-shaped names that stand in quotes over several lines; the others are seen by their line.
fn of_env_file(text: &str) -> Vec<Range<usize>> {
    let nothing = |_: &str| None;
    let file = dotenv::parse(text, Role::Project, Known { first: &nothing, earlier: &nothing });
    let mut ranges = Vec::new();
    let is_long =
        |span: (u32, u32)| text.get(span.0 as usize..span.1 as usize).is_some_and(|value| value.contains('\n'));
    for line in file.lines.iter().filter(|line| is_secret_name(&line.key) && is_long(line.value_span)) {
        let quote = usize::from(line.quote.is_some());
        let (start, end) = (line.value_span.0 as usize + quote, line.value_span.1 as usize);
        hide_literal(text, start..end.saturating_sub(quote).max(start), &mut ranges);
    }
    ranges
}

fn of_node(tree: &Tree, node: &Node, text: &str, ranges: &mut Vec<Range<usize>>) {
    match &node.kind {
        NodeKind::Mapping(pairs, _) => {
            for pair in pairs.iter().filter(|pair| tree.text(pair.key).is_some_and(is_secret_name)) {
                of_value(tree, pair.value, text, ranges);
                // The text of a secret or a config that the file holds itself.
                if let Some(content) = tree.get(pair.value, "content") {
                    of_value(tree, content, text, ranges);
                }
            }
        }
        NodeKind::Sequence(items, _) => {
            for (item, next) in items.iter().zip(items.iter().skip(1)) {
                let is_option = tree.text(*item).is_some_and(names_secret_option);
                if is_option && tree.text(*next).is_some_and(|value| !value.starts_with('-')) {
                    of_value(tree, *next, text, ranges);
                }
            }
        }
        NodeKind::Scalar(_, style) => of_long_scalar(node, *style, text, ranges),
        NodeKind::Alias(_) => {}
    }
}

/// Whether an item of a command is an option whose value, the next item, is a secret.
fn names_secret_option(item: &str) -> bool {
    let Some(name) = item.strip_prefix("--").or_else(|| item.strip_prefix('-')) else { return false };
    PASSWORD_OPTIONS.contains(&name) || (!name.contains(['=', ' ']) && is_secret_name(name))
}

/// A scalar, or those of a list; aliases followed.
fn of_value(tree: &Tree, value: NodeId, text: &str, ranges: &mut Vec<Range<usize>>) {
    let Some((_, node)) = tree.follow(value) else { return };
    match &node.kind {
        NodeKind::Scalar(_, style) => of_scalar(node, *style, text, ranges),
        NodeKind::Sequence(items, _) => {
            for (_, node) in items.iter().filter_map(|item| tree.follow(*item)) {
                if let NodeKind::Scalar(_, style) = &node.kind {
                    of_scalar(node, *style, text, ranges);
                }
            }
        }
        NodeKind::Mapping(..) | NodeKind::Alias(_) => {}
    }
}

fn of_scalar(node: &Node, style: ScalarStyle, text: &str, ranges: &mut Vec<Range<usize>>) {
    let range = content(node, style, text);
    let value = text.get(range.clone()).unwrap_or("");
    // JSON on a line has names of its own, which are seen there.
    let is_json = value.starts_with('{') && value.ends_with('}') || value.starts_with('[') && value.ends_with(']');
    if !is_json || value.contains('\n') {
        hide_literal(text, range, ranges);
    }
}

/// The bytes of a scalar without its quotes or the line that opens a block.
fn content(node: &Node, style: ScalarStyle, text: &str) -> Range<usize> {
    let (start, end) = (node.start as usize, node.end as usize);
    let raw = text.get(start..end).unwrap_or("");
    match style {
        ScalarStyle::Plain => start..end,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => start + 1..end.saturating_sub(1).max(start + 1),
        ScalarStyle::Literal | ScalarStyle::Folded if raw.starts_with(['|', '>']) => {
            start + raw.find('\n').map_or(raw.len(), |at| at + 1)..end
        }
        ScalarStyle::Literal | ScalarStyle::Folded => start..end,
    }
}

/// Assignments and options in a scalar over several lines: where YAML folds them they are one line, and so are those
/// of a script that end with a backslash.
fn of_long_scalar(node: &Node, style: ScalarStyle, text: &str, ranges: &mut Vec<Range<usize>>) {
    let start = node.start as usize;
    let Some(raw) = text.get(start..node.end as usize).filter(|raw| raw.contains('\n')) else { return };
    let joined = raw.replace("\\\r\n", "   ").replace("\\\n", "  ");
    let joined = if style == ScalarStyle::Literal { joined } else { joined.replace(['\r', '\n'], " ") };
    let mut at = 0;
    for line in joined.split_inclusive('\n') {
        ranges.extend(mask(line.trim_end()).into_iter().map(|range| start + at + range.start..start + at + range.end));
        at += line.len();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::Span;

    /// The file with `•` for each hidden character; line breaks and indentation stay.
    fn shown(name: &str, text: &str) -> String {
        let sources = SourceDb::new();
        let file = sources.overlay(Path::new(name), text.to_owned());
        let hidden = Masks::new(&sources, &Trees::default()).of(file);
        let is_hidden = |at: usize| hidden.ranges.iter().any(|range| range.contains(&at));
        let hide = |(at, character): (usize, char)| {
            if is_hidden(at) && !character.is_whitespace() { '•' } else { character }
        };
        text.char_indices().map(hide).collect()
    }

    fn check(text: &str, expect: &str) {
        assert_eq!(shown("/p/compose.yaml", text), expect);
    }

    #[test]
    fn values_behind_an_option_on_another_line_are_hidden() {
        check("command:\n  - --password\n  - hünter2\n  - -v\n", "command:\n  - --password\n  - •••••••\n  - -v\n");
        check("command: [\n  \"--token\",\n  'a b',\n]\n", "command: [\n  \"--token\",\n  '• •',\n]\n");
        check("c: [--requirepass,\n hunter2]\n", "c: [--requirepass,\n •••••••]\n");
        check("c: >\n  run --password\n  hunter2 -v\n", "c: >\n  run --password\n  ••••••• -v\n");
        check("c: |\n  run --password \\\n    hunter2 -v\n  ls\n", "c: |\n  run --password \\\n    ••••••• -v\n  ls\n");
    }

    #[test]
    fn values_below_their_key_are_hidden() {
        check("DB_PASSWORD:\n  hunter2\n", "DB_PASSWORD:\n  •••••••\n");
        check("e: {\n  DB_PASSWORD:\n    \"a\n    b\"\n}\n", "e: {\n  DB_PASSWORD:\n    \"•\n    •\"\n}\n");
        check("PRIVATE_KEY: |\n  one\n\n  two\nnext: 1\n", "PRIVATE_KEY: |\n  •••\n\n  •••\nnext: 1\n");
        check("API_TOKENS:\n  - one\n  - two\n", "API_TOKENS:\n  - •••\n  - •••\n");
        check("x: &a hunter2\ne:\n  DB_PASSWORD: *a\n", "x: &a •••••••\ne:\n  DB_PASSWORD: *a\n");
        check("e:\n  - \"DB_PASSWORD=one\n    two\"\n", "e:\n  - \"DB_PASSWORD=•••\n    •••\"\n");
        check(
            "secrets:\n  db_password:\n    content: |\n      one\n",
            "secrets:\n  db_password:\n    content: |\n      •••\n",
        );
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "secrets:\n  db_password:\n    file: ./secret.txt\n",
            "command:\n  - --password-file\n  - /run/secrets/db\n  - --password\n  - ${DB_PASSWORD}\n  - --token\n  - --verbose\n",
            "e:\n  DB_PASSWORD:\n    ${DB_PASSWORD:?set it}\n  POSTGRES_PASSWORD:\n  USE_PASSWORD: yes\n",
            "SECRET_KEYS: \"{\\\"default\\\":\\\"${SECRET_KEY:-}\\\"}\"\n",
            "c: |\n  PASSWORD=$$(cat \\\n    /run/secrets/x)\n  run it\n",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn values_of_env_files_over_several_lines_are_hidden() {
        let text = "A='x\ny'\nDB_PASSWORD=\"one\ntwo\"\nTOKEN=${OTHER}\n";
        assert_eq!(shown("/p/.env", text), "A='x\ny'\nDB_PASSWORD=\"•••\n•••\"\nTOKEN=${OTHER}\n");
    }

    #[test]
    fn an_edit_that_brings_a_secret_in_is_known() {
        let sources = SourceDb::new();
        let text = "DB_PASSWORD: hunter2\nport: 5432\n";
        let file = sources.overlay(Path::new("/p/compose.yaml"), text.to_owned());
        let trees = Trees::default();
        let masks = Masks::new(&sources, &trees);
        let edit = |text: &str| Edit { span: Span { file, start: 0, end: 20 }, text: text.to_owned() };
        assert!(masks.is_shown_by(&edit("- \"hunter2\"")));
        assert!(masks.is_shown_by(&edit("TOKEN=abc")));
        assert!(!masks.is_shown_by(&edit("DB_PASSWORD: ${DB_PASSWORD:?}")));
        assert!(!masks.is_shown_by(&edit("\"127.0.0.1:5432:5432\"")));
    }
}
