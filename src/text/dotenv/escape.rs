//! Quoted values: what the backslashes in them mean, and where each byte comes from.

use std::borrow::Cow;

/// Where the bytes of a value are in the file.
pub(super) enum Positions {
    /// One behind the other from here.
    From(usize),
    /// Byte by byte, and the end.
    Each(Vec<usize>, usize),
}

impl Positions {
    /// The byte of the file for a byte of the value, its end included.
    pub(super) fn at(&self, byte: usize) -> usize {
        match self {
            Positions::From(start) => start + byte,
            Positions::Each(each, end) => each.get(byte).copied().unwrap_or(*end),
        }
    }
}

/// A single-quoted value: only `\'` is an escape.
pub(super) fn single(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match characters.next() {
            Some('\'') => out.push('\''),
            escaped => out.extend([Some(c), escaped].into_iter().flatten()),
        }
    }
    out
}

/// A double-quoted value that starts at a byte of the file. `\$` becomes `$$`, which the interpolation makes `$`.
pub(super) fn double_quoted(inner: &str, start: usize) -> (Cow<'_, str>, Positions) {
    if !inner.contains('\\') {
        return (Cow::Borrowed(inner), Positions::From(start));
    }
    let mut text = String::with_capacity(inner.len());
    let mut positions = Vec::with_capacity(inner.len());
    let mut characters = inner.char_indices().peekable();
    while let Some((offset, c)) = characters.next() {
        let position = start + offset;
        let escaped = if c == '\\' { characters.next() } else { None };
        match escaped {
            None => text.push(c),
            Some((_, '0')) => {
                let mut digits = String::new();
                while let Some((_, digit)) = characters.next_if(|(_, c)| digits.len() < 3 && c.is_ascii_digit()) {
                    digits.push(digit);
                }
                text.push_str(&octal(&digits));
            }
            Some((_, '$')) => text.push_str("$$"),
            Some((_, escaped)) => match control(escaped) {
                Some(plain) => text.push(plain),
                None => {
                    text.push(c);
                    positions.resize(text.len(), position);
                    text.push(escaped);
                    positions.resize(text.len(), position + 1);
                }
            },
        }
        positions.resize(text.len(), position);
    }
    (Cow::Owned(text), Positions::Each(positions, start + inner.len()))
}

/// The character that a backslash and this letter stand for.
fn control(letter: char) -> Option<char> {
    Some(match letter {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '\\' | '"' => letter,
        _ => return None,
    })
}

/// What `\0` and the digits behind it give: a character for three octal digits up to `377`. Otherwise Compose keeps the
/// backslash and the digits, but drops the `0`.
fn octal(digits: &str) -> String {
    match u8::from_str_radix(digits, 8) {
        Ok(code) if digits.len() == 3 => char::from(code).to_string(),
        _ => format!("\\{digits}"),
    }
}
