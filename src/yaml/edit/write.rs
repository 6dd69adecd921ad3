//! New text in YAML: scalars with the quotes that they need, and entries in block and flow form.

use std::path::Path;

use crate::source::SourceDb;
use crate::yaml::{NodeKind, ResolvedScalar, ScalarStyle, Tree, parse, resolve_plain};

/// What is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing: `data:`.
    Empty,
    /// Text, in quotes where it needs them.
    Text(String),
    /// A number or a word, as it is: `true`, `5`.
    Word(String),
    /// A sequence.
    List(Vec<Content>),
    /// A mapping.
    Map(Vec<(String, Content)>),
}

impl Content {
    /// Text.
    pub(crate) fn text(text: impl Into<String>) -> Content {
        Content::Text(text.into())
    }
}

/// Where a scalar will be, which decides what may be plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarPosition {
    /// In a block collection.
    Block,
    /// Inside of brackets or braces.
    Flow,
    /// As a key in a block mapping.
    Key,
}

/// How new entries are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryForm {
    /// The indentation of a mapping under its key.
    pub(super) step: usize,
    /// The indentation of the dashes of a list under its key.
    pub(super) list_step: usize,
    /// The quotes of the file.
    pub(super) quotes: ScalarStyle,
    /// How text is written that needs no quotes: in JSON it has them.
    pub(super) usual: ScalarStyle,
    /// The line break.
    pub(super) line_break: &'static str,
}

/// A scalar that reads as this text; plain where that is possible and the style is plain.
pub(super) fn scalar(text: &str, style: ScalarStyle, quotes: ScalarStyle, position: ScalarPosition) -> String {
    match style {
        ScalarStyle::SingleQuoted if !text.contains(char::is_control) => format!("'{}'", text.replace('\'', "''")),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => format!("\"{}\"", escaped(text)),
        _ if can_be_plain(text, position) => text.to_owned(),
        _ => scalar(text, quotes, ScalarStyle::DoubleQuoted, position),
    }
}

/// A text as it is inside of brackets or braces.
pub(crate) fn in_flow(text: &str) -> String {
    scalar(text, ScalarStyle::Plain, ScalarStyle::DoubleQuoted, ScalarPosition::Flow)
}

/// A text as it is between double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", letter as u32)),
            letter => out.push(letter),
        }
    }
    out
}

/// Whether a text reads as itself without quotes, in YAML 1.1 too: `yes` and `22:22` are not text to every reader.
pub(super) fn can_be_plain(text: &str, position: ScalarPosition) -> bool {
    const OTHER_BOOLEANS: [&str; 6] = ["yes", "no", "on", "off", "=", "<<"];
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sexagesimal = text.contains(':') && text.split(':').all(digits);
    if text.contains(char::is_control) || sexagesimal || OTHER_BOOLEANS.contains(&text.to_lowercase().as_str()) {
        return false;
    }
    let reads_as_itself = is_tame(text, position) || plain_text(text, position).as_deref() == Some(text);
    reads_as_itself && resolve_plain(text) == ResolvedScalar::Text
}

/// Whether a text is a word of characters that YAML gives no meaning to, so that parsing it would show nothing new.
fn is_tame(text: &str, position: ScalarPosition) -> bool {
    // YAML limits how long a key may be.
    const LONGEST: usize = 512;
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphanumeric() || matches!(first, '$' | '/' | '_'));
    let is_tame = |byte: u8| match byte {
        b'.' | b'/' | b'_' | b'$' | b'-' | b'+' | b'=' | b'@' | b'%' => true,
        b'{' | b'}' | b'?' | b':' => position == ScalarPosition::Block,
        _ => byte.is_ascii_alphanumeric(),
    };
    text.len() <= LONGEST && starts_well && text.bytes().all(is_tame) && !text.ends_with(':')
}

/// What a text reads as where it is without quotes; `None` where it is not a plain scalar.
pub(super) fn plain_text(text: &str, position: ScalarPosition) -> Option<String> {
    let sample = match position {
        ScalarPosition::Block => format!("k: {text}\n"),
        ScalarPosition::Flow => format!("[{text}]\n"),
        ScalarPosition::Key => format!("{text}: v\n"),
    };
    let file = SourceDb::new().overlay(Path::new("/sample"), String::new());
    let (tree, findings) = parse(file, &sample);
    if !findings.is_empty() || !tree.comments.is_empty() || tree.documents.len() != 1 {
        return None;
    }
    only_scalar(&tree, position)
}

fn only_scalar(tree: &Tree, position: ScalarPosition) -> Option<String> {
    let id = match (&tree.node(*tree.documents.first()?)?.kind, position) {
        (NodeKind::Sequence(items, _), ScalarPosition::Flow) => match items.as_slice() {
            [only] => *only,
            _ => return None,
        },
        (NodeKind::Mapping(pairs, _), ScalarPosition::Block | ScalarPosition::Key) => match pairs.as_slice() {
            [only] if position == ScalarPosition::Key => only.key,
            [only] => only.value,
            _ => return None,
        },
        _ => return None,
    };
    let node = tree.node(id)?;
    match &node.kind {
        NodeKind::Scalar(text, ScalarStyle::Plain) if node.tag().is_none() && node.anchor().is_none() => {
            Some(text.to_string())
        }
        _ => None,
    }
}

/// `key: content` in block form. The first line starts at a column that the caller has reached; the others are indented.
pub(super) fn entry(key: &str, content: &Content, column: usize, form: EntryForm) -> String {
    let key = scalar(key, ScalarStyle::Plain, form.quotes, ScalarPosition::Key);
    match content {
        Content::Empty => format!("{key}:"),
        Content::Text(_) | Content::Word(_) => format!("{key}: {}", flat(content, form, ScalarPosition::Block)),
        Content::List(items) if items.is_empty() => format!("{key}: []"),
        Content::Map(entries) if entries.is_empty() => format!("{key}: {{}}"),
        Content::List(items) => {
            let inner = column + form.list_step;
            let lines = items.iter().map(|one| format!("{}{}", line(inner, form), item(one, inner, 1, form)));
            format!("{key}:{}", lines.collect::<String>())
        }
        Content::Map(entries) => {
            let inner = column + form.step;
            let lines =
                entries.iter().map(|(key, one)| format!("{}{}", line(inner, form), entry(key, one, inner, form)));
            format!("{key}:{}", lines.collect::<String>())
        }
    }
}

/// `- content` in block form, with as many blanks behind the dash as asked.
pub(super) fn item(content: &Content, column: usize, blanks: usize, form: EntryForm) -> String {
    let dash = format!("-{}", " ".repeat(blanks.max(1)));
    let inner = column + dash.len();
    match content {
        Content::Map(entries) if !entries.is_empty() => {
            let lines: Vec<String> = entries.iter().map(|(key, one)| entry(key, one, inner, form)).collect();
            format!("{dash}{}", lines.join(&line(inner, form)))
        }
        Content::List(items) if !items.is_empty() => {
            let lines: Vec<String> = items.iter().map(|one| item(one, inner, 1, form)).collect();
            format!("{dash}{}", lines.join(&line(inner, form)))
        }
        Content::Empty => "-".to_owned(),
        other => format!("{dash}{}", flat(other, form, ScalarPosition::Block)),
    }
}

fn line(column: usize, form: EntryForm) -> String {
    format!("{}{}", form.line_break, " ".repeat(column))
}

/// Content on one line.
pub(super) fn flat(content: &Content, form: EntryForm, position: ScalarPosition) -> String {
    match content {
        Content::Empty => String::new(),
        Content::Text(text) => scalar(text, form.usual, form.quotes, position),
        Content::Word(word) => word.clone(),
        Content::List(items) => {
            let items: Vec<String> = items.iter().map(|one| flat(one, form, ScalarPosition::Flow)).collect();
            format!("[{}]", items.join(", "))
        }
        Content::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Content::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, one)| flat_entry(key, one, form)).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// `key: content` inside of braces.
pub(super) fn flat_entry(key: &str, content: &Content, form: EntryForm) -> String {
    let key = scalar(key, form.usual, form.quotes, ScalarPosition::Flow);
    match content {
        // go-yaml reads `{key:}` as a key `key:`, and JSON has no empty values.
        Content::Empty => format!("{key}: {{}}"),
        other => format!("{key}: {}", flat(other, form, ScalarPosition::Flow)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ScalarPosition, is_tame, plain_text};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_tame_text_reads_as_itself(
            text in r"[a-zA-Z0-9$/_]?[a-zA-Z0-9$/_.+=@%{}?:\-]{0,12}",
            times in prop_oneof![9 => Just(1usize), 1 => 1usize..200],
            position in prop::sample::select(vec![ScalarPosition::Block, ScalarPosition::Flow, ScalarPosition::Key]),
        ) {
            let text = text.repeat(times);
            if is_tame(&text, position) {
                let read = plain_text(&text, position);
                prop_assert_eq!(read.as_deref(), Some(text.as_str()));
            }
        }
    }

    #[test]
    fn texts_that_are_tame() {
        let check = |text: &str, position, expect: bool| assert_eq!(is_tame(text, position), expect, "{text}");
        check("postgres:17", ScalarPosition::Block, true);
        check("postgres:17", ScalarPosition::Flow, false);
        check("${DATA:?}/db", ScalarPosition::Block, true);
        check("a:", ScalarPosition::Block, false);
        check("two words", ScalarPosition::Block, false);
        check("- x", ScalarPosition::Block, false);
        check("com.example.team", ScalarPosition::Key, true);
        check(&"a".repeat(2_000), ScalarPosition::Key, false);
    }
}
