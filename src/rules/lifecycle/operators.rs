//! What only a shell understands, and how to write words for one.

use crate::yaml::edit::Content;

/// Whether a word is an operator of a shell.
pub(super) fn is_operator(word: &str) -> bool {
    matches!(word, "&&" | "||" | "|" | ">" | ">>" | "<" | "2>&1" | ">&2" | "&>" | "&" | ";")
        || [">/dev/null", "2>/dev/null", "&>/dev/null", "1>/dev/null"].contains(&word)
}

/// Whether a word is or ends with a variable of a shell: `$NAME`, `http://localhost:$PORT`, `${NAME}`.
pub(super) fn is_variable(word: &str) -> bool {
    word.match_indices('$').any(|(at, _)| {
        let rest = word.get(at + 1..).unwrap_or("");
        let name = rest.strip_prefix('{').unwrap_or(rest);
        let length = name.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(name.len());
        let name = name.get(..length).unwrap_or("");
        let is_name = name.len() > 1 && name.starts_with(|first: char| first.is_ascii_uppercase() || first == '_');
        is_name && name.chars().all(|letter| !letter.is_ascii_lowercase())
    })
}

/// A word in the quotes that a shell needs for it; operators and variables stay what they are.
pub(super) fn shell_word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@%+,$".contains(letter);
    if is_operator(text) || !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if text.contains('$') || text.contains('\'') {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`");
        return format!("\"{escaped}\"");
    }
    format!("'{text}'")
}

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> Content {
    Content::Word(serde_json::Value::from(text).to_string())
}
