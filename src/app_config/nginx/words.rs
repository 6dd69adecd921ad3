//! The words of nginx's language, and the variables in them.

use crate::app_config::word::ConfigWord;

/// What the language is made of.
pub(crate) enum NginxToken {
    /// A word.
    Word(ConfigWord),
    /// `;`
    End,
    /// `{`
    Open,
    /// `}`
    Close,
}

/// The token at or after a byte, and the byte after it.
pub(crate) fn token(text: &str, from: usize) -> Option<(NginxToken, usize)> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        match first {
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            c if c.is_whitespace() || c == '\u{feff}' => at += c.len_utf8(),
            ';' => return Some((NginxToken::End, at + 1)),
            '{' => return Some((NginxToken::Open, at + 1)),
            '}' => return Some((NginxToken::Close, at + 1)),
            '"' | '\'' => return Some(quoted(text, at, first)),
            _ => return Some(plain(text, at)),
        }
    }
}

fn quoted(text: &str, at: usize, quote: char) -> (NginxToken, usize) {
    let mut word = String::new();
    let mut escaped = false;
    let start = at + 1;
    let inside = text.get(start..).unwrap_or("");
    let mut end = text.len();
    for (offset, c) in inside.char_indices() {
        if !escaped && c == quote {
            end = start + offset + 1;
            break;
        }
        escaped = !escaped && c == '\\';
        if !escaped {
            word.push(c);
        }
    }
    let exact = end == start + word.len() + 1;
    (NginxToken::Word(ConfigWord::new(word, at..end, start, exact)), end)
}

fn plain(text: &str, at: usize) -> (NginxToken, usize) {
    let rest = text.get(at..).unwrap_or("");
    let mut before = ' ';
    let mut end = rest.len();
    for (offset, c) in rest.char_indices() {
        let variable = c == '{' && before == '$';
        if before != '\\' && (c.is_whitespace() || c == ';' || c == '{' && !variable) {
            end = offset;
            break;
        }
        before = c;
    }
    let raw = rest.get(..end).unwrap_or("");
    let word = raw.replace('\\', "");
    let exact = word.len() == raw.len();
    (NginxToken::Word(ConfigWord::new(word, at..at + end, at, exact)), at + end)
}

/// The byte after the brace that closes a block of another language, opened before `from`.
pub(crate) fn after_block(text: &str, from: usize) -> usize {
    let mut depth = 1;
    for (offset, c) in text.get(from..).unwrap_or("").char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return from + offset + 1;
        }
    }
    text.len()
}

/// Replaces `$name` and `${name}`, and says which names were replaced. What `lookup` does not know stays.
pub(crate) fn substituted(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> (String, Vec<String>) {
    let mut result = String::new();
    let mut names = Vec::new();
    let mut rest = text;
    // Behind the last brace no other is looked for.
    let last_brace = text.rfind('}').map_or(usize::MAX, |at| text.len() - at);
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        let inner = after.strip_prefix('{').filter(|inner| inner.len() >= last_brace);
        let braced = inner.and_then(|inner| inner.split_once('}'));
        let plain = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let (name, tail) = braced.unwrap_or_else(|| after.split_at_checked(plain).unwrap_or((after, "")));
        match lookup(name).filter(|_| !name.is_empty()) {
            Some(value) => {
                result.push_str(&value);
                names.push(name.to_owned());
            }
            None => {
                result.push('$');
                result.push_str(after.get(..after.len() - tail.len()).unwrap_or(""));
            }
        }
        rest = tail;
    }
    result.push_str(rest);
    (result, names)
}
