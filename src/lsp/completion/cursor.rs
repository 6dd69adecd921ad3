//! Where the cursor is in a YAML text that is being typed: by indentation and brackets alone, whatever is broken elsewhere.

/// What is around the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The way to what is typed, `[]` for an item; a key that is typed is not part of it.
    pub(super) path: Vec<String>,
    /// What is typed.
    pub(super) role: CursorRole,
    /// The first byte of what is typed.
    pub(super) start: usize,
    /// The keys of the mapping, or the items of the list, that are there already.
    pub(super) siblings: Vec<String>,
    /// Whether it is in brackets or braces.
    pub(super) in_flow: bool,
    /// The column of the key that is typed.
    pub(super) column: usize,
    /// Whether a colon follows what is typed.
    pub(super) has_colon: bool,
}

/// What is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CursorRole {
    /// A key of a mapping.
    #[default]
    Key,
    /// The value of a key: the last word of the path.
    Value,
    /// An item of a list, which may also be the first key of a mapping.
    Item,
}

/// An open block.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    column: usize,
    /// The key; none for an item.
    key: Option<String>,
    siblings: Vec<String>,
    /// Whether a value stands behind the key on its line, so that nothing can be below it.
    is_filled: bool,
}

/// What the lines above the cursor leave open.
#[derive(Default)]
struct IndentationReader {
    frames: Vec<Frame>,
    /// The siblings at the outermost level.
    top: Vec<String>,
    /// The indentation of the key of a block scalar whose lines follow.
    scalar: Option<usize>,
    /// Open brackets and what is in them.
    flow: Vec<Flow>,
}

/// An open bracket or brace.
#[derive(Clone, Debug, Default)]
struct Flow {
    is_mapping: bool,
    /// The key whose value comes now.
    key: Option<String>,
    /// The keys or items so far.
    siblings: Vec<String>,
    /// The text since the last comma, colon or bracket, and where it starts.
    word: String,
    start: usize,
    quote: Option<char>,
}

/// What is around a byte; nothing in a comment or in a block scalar.
pub(super) fn cursor(text: &str, offset: usize) -> Option<Cursor> {
    let before = text.get(..offset)?;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let mut reader = IndentationReader::default();
    let mut at = 0;
    for line in before.get(..line_start)?.split_inclusive('\n') {
        reader.line(line.trim_end_matches(['\n', '\r']), at);
        at += line.len();
    }
    let rest = text.get(offset..)?;
    let after = rest.split(['\n', '\r']).next().unwrap_or_default();
    let mut cursor = reader.last(before.get(line_start..)?, line_start, after)?;
    let is_block = !cursor.in_flow;
    if is_block && cursor.role != CursorRole::Value {
        below(&mut cursor, rest);
    }
    cursor.has_colon = after.trim_start_matches(|one: char| is_word(one)).trim_start().starts_with(':');
    Some(cursor)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

/// Adds the siblings that follow the cursor.
fn below(cursor: &mut Cursor, rest: &str) {
    for line in rest.split('\n').skip(1) {
        let content = line.trim_start();
        if content.trim_end().is_empty() || content.starts_with('#') {
            continue;
        }
        let column = line.len() - content.len();
        let is_item = content.starts_with("- ") || content.trim_end() == "-";
        match (column.cmp(&cursor.column), cursor.role, is_item) {
            (std::cmp::Ordering::Less, _, _) => return,
            (std::cmp::Ordering::Equal, CursorRole::Item, false) => return,
            (std::cmp::Ordering::Equal, CursorRole::Item, true) => {
                cursor.siblings.push(unquoted(content.trim_start_matches('-').trim()));
            }
            (std::cmp::Ordering::Equal, _, false) => cursor.siblings.extend(key_of(content).map(|(key, _)| key)),
            (std::cmp::Ordering::Equal, _, true) => return,
            (std::cmp::Ordering::Greater, _, _) => {}
        }
    }
}

/// The key at the start of a text, and where what follows its colon starts.
fn key_of(text: &str) -> Option<(String, usize)> {
    if let Some(quote) = text.chars().next().filter(|one| matches!(one, '"' | '\'')) {
        let end = text.get(1..)?.find(quote)? + 1;
        let colon = end + 1 + text.get(end + 1..)?.find(|one: char| !one.is_whitespace())?;
        return text
            .get(colon..)?
            .starts_with(':')
            .then(|| (text.get(1..end).unwrap_or_default().to_owned(), colon + 1));
    }
    let mut from = 0;
    while let Some(colon) = text.get(from..)?.find(':').map(|at| at + from) {
        let next = text.get(colon + 1..)?.chars().next();
        if next.is_none_or(char::is_whitespace) {
            return Some((text.get(..colon)?.trim().to_owned(), colon + 1));
        }
        from = colon + 1;
    }
    None
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

/// A text without the comment that ends it.
fn without_comment(text: &str) -> (&str, bool) {
    let mut quote: Option<char> = None;
    let mut before = ' ';
    for (at, one) in text.char_indices() {
        match quote {
            Some(open) if one == open => quote = None,
            Some(_) => {}
            None if matches!(one, '"' | '\'') && !is_word(before) => quote = Some(one),
            None if one == '#' && before.is_whitespace() => return (text.get(..at).unwrap_or(text), true),
            None => {}
        }
        before = one;
    }
    (text, false)
}

impl IndentationReader {
    /// Reads a line above the cursor.
    fn line(&mut self, line: &str, start: usize) {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if self.is_in_scalar(content, indent) || content.is_empty() {
            return;
        }
        let (content, _) = without_comment(content);
        if content.trim().is_empty() || content.starts_with("---") {
            return;
        }
        if !self.flow.is_empty() {
            self.brackets(content, start + indent);
            return;
        }
        self.block(content, indent, start);
    }

    /// Whether a line is one of a block scalar.
    fn is_in_scalar(&mut self, content: &str, indent: usize) -> bool {
        let Some(column) = self.scalar else { return false };
        if content.is_empty() || indent > column {
            return true;
        }
        self.scalar = None;
        false
    }

    /// Reads dashes and keys at the start of a line, and gives what is left and its column.
    fn openers<'l>(&mut self, content: &'l str, indent: usize) -> (&'l str, usize) {
        let (mut rest, mut column) = (content, indent);
        while let Some(after) = rest.strip_prefix('-').filter(|after| after.is_empty() || after.starts_with(' ')) {
            self.close(column, true);
            self.frames.push(Frame { column, key: None, siblings: Vec::new(), is_filled: false });
            let content = after.trim_start();
            column += rest.len() - content.len();
            rest = content;
        }
        (rest, column)
    }

    /// Reads a line of block style.
    fn block(&mut self, content: &str, indent: usize, start: usize) {
        let is_item = content.starts_with('-');
        let (rest, column) = self.openers(content, indent);
        if rest.is_empty() {
            return;
        }
        let Some((key, after)) = key_of(rest) else {
            if is_item {
                self.note(unquoted(rest), true);
                self.value(rest, start + column, column);
            }
            return;
        };
        self.close(column, false);
        self.note(key.clone(), false);
        let value = rest.get(after..).unwrap_or_default();
        let shift = value.len() - value.trim_start().len();
        let value = value.trim_start();
        let plain = value.trim_start_matches(|one: char| one != ' ').trim_start();
        let is_anchor = value.starts_with('&') || value.starts_with('!');
        let is_filled = if is_anchor { !plain.is_empty() } else { !value.is_empty() };
        self.frames.push(Frame { column, key: Some(key), siblings: Vec::new(), is_filled });
        self.value(value, start + column + after + shift, column);
    }

    /// Reads what stands behind a key or a dash.
    fn value(&mut self, value: &str, start: usize, column: usize) {
        match value.chars().next() {
            Some('|' | '>') => self.scalar = Some(column),
            Some('[' | '{') => self.brackets(value, start),
            _ => {}
        }
    }

    /// Closes the blocks that a line ends which starts at a column.
    fn close(&mut self, column: usize, is_item: bool) {
        while let Some(frame) = self.frames.last() {
            let stays = match frame.column.cmp(&column) {
                std::cmp::Ordering::Less => true,
                // The items of a list may start where its key does.
                std::cmp::Ordering::Equal => is_item && frame.key.is_some(),
                std::cmp::Ordering::Greater => false,
            };
            if stays {
                return;
            }
            self.frames.pop();
        }
    }

    /// Notes a key, or an item, among those of the block around it.
    fn note(&mut self, name: String, is_item: bool) {
        let around = if is_item { self.frames.len().checked_sub(2) } else { self.frames.len().checked_sub(1) };
        match around.and_then(|at| self.frames.get_mut(at)) {
            Some(frame) => frame.siblings.push(name),
            None => self.top.push(name),
        }
    }

    /// Reads brackets, braces and what is in them.
    fn brackets(&mut self, text: &str, start: usize) {
        for (at, one) in text.char_indices() {
            if let Some(flow) = self.flow.last_mut()
                && let Some(quote) = flow.quote
            {
                if one == quote {
                    flow.quote = None;
                } else {
                    flow.word.push(one);
                }
                continue;
            }
            let next = start + at + one.len_utf8();
            match one {
                '[' | '{' => self.flow.push(Flow { is_mapping: one == '{', start: next, ..Flow::default() }),
                ']' | '}' => {
                    self.flow.pop();
                    match self.flow.last_mut() {
                        Some(flow) => flow.word.clear(),
                        None => return,
                    }
                }
                ',' => self.next_entry(next),
                ':' if text
                    .get(at + 1..)
                    .is_none_or(|rest| rest.is_empty() || rest.starts_with([' ', '{', '[', '"'])) =>
                {
                    if let Some(flow) = self.flow.last_mut().filter(|flow| flow.is_mapping && flow.key.is_none()) {
                        let key = flow.word.trim().to_owned();
                        flow.siblings.push(key.clone());
                        flow.key = Some(key);
                        flow.word.clear();
                        flow.start = next;
                    }
                }
                '"' | '\'' if self.flow.last().is_some_and(|flow| flow.word.trim().is_empty()) => {
                    if let Some(flow) = self.flow.last_mut() {
                        flow.quote = Some(one);
                        flow.start = next;
                        flow.word.clear();
                    }
                }
                _ => {
                    if let Some(flow) = self.flow.last_mut() {
                        if flow.word.is_empty() && one.is_whitespace() {
                            flow.start = next;
                        } else {
                            flow.word.push(one);
                        }
                    }
                }
            }
        }
    }

    fn next_entry(&mut self, next: usize) {
        let Some(flow) = self.flow.last_mut() else { return };
        if !flow.is_mapping && !flow.word.trim().is_empty() {
            flow.siblings.push(flow.word.trim().to_owned());
        }
        flow.key = None;
        flow.word.clear();
        flow.start = next;
    }

    /// Reads the line up to the cursor; `after` is what follows on it.
    fn last(mut self, line: &str, start: usize, after: &str) -> Option<Cursor> {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let reaches = if content.is_empty() { line.len() } else { indent };
        if self.scalar.is_some_and(|column| reaches > column) || without_comment(line).1 || content.starts_with('#') {
            return None;
        }
        if !self.flow.is_empty() {
            self.brackets(content, start + indent);
            return self.in_flow(after);
        }
        let (rest, column) = self.openers(content, indent);
        let is_item = content.starts_with('-') && (!rest.is_empty() || content.ends_with(' '));
        if let Some((key, value_at)) = key_of(rest) {
            self.close(column, false);
            let value = rest.get(value_at..)?;
            let trimmed = value.trim_start();
            let value_start = start + column + value_at + value.len() - trimmed.len();
            self.frames.push(Frame { column, key: Some(key), siblings: Vec::new(), is_filled: false });
            if matches!(trimmed.chars().next(), Some('[' | '{')) {
                self.brackets(trimmed, value_start);
                return self.in_flow(after);
            }
            if matches!(trimmed.chars().next(), Some('|' | '>')) || (value.is_empty() && !rest.ends_with(' ')) {
                return None;
            }
            let quote = usize::from(trimmed.starts_with(['"', '\'']));
            return Some(self.block_cursor(CursorRole::Value, value_start + quote, column));
        }
        if is_item || content == "-" {
            if matches!(rest.chars().next(), Some('[' | '{')) {
                self.brackets(rest, start + column);
                return self.in_flow(after);
            }
            let quote = usize::from(rest.starts_with(['"', '\'']));
            let dash = self.frames.last().map_or(column, |frame| frame.column);
            let mut cursor = self.block_cursor(CursorRole::Item, start + column + quote, dash);
            cursor.siblings = self.frames.len().checked_sub(2).and_then(|at| self.frames.get(at))?.siblings.clone();
            return Some(cursor);
        }
        // A key, or a plain value below its key.
        let column = if rest.is_empty() { line.len() } else { column };
        self.close(column, false);
        let around = self.frames.last();
        if around.is_some_and(|frame| frame.is_filled) {
            return None;
        }
        let siblings = around.map_or(&self.top, |frame| &frame.siblings).clone();
        let mut cursor = self.block_cursor(CursorRole::Key, start + line.len() - rest.len(), column);
        cursor.siblings = siblings;
        Some(cursor)
    }

    fn path(&self) -> Vec<String> {
        self.frames.iter().map(|frame| frame.key.clone().unwrap_or_else(|| "[]".to_owned())).collect()
    }

    fn block_cursor(&self, role: CursorRole, start: usize, column: usize) -> Cursor {
        Cursor { path: self.path(), role, start, column, ..Cursor::default() }
    }

    fn in_flow(&self, after: &str) -> Option<Cursor> {
        let flow = self.flow.last()?;
        let mut path = self.path();
        for (at, open) in self.flow.iter().enumerate() {
            let is_last = at + 1 == self.flow.len();
            match (&open.key, open.is_mapping) {
                (Some(key), _) => path.push(key.clone()),
                (None, false) => path.push("[]".to_owned()),
                (None, true) if is_last => {}
                (None, true) => return None,
            }
        }
        let role = match (flow.is_mapping, &flow.key) {
            (true, None) => CursorRole::Key,
            (true, Some(_)) => CursorRole::Value,
            (false, _) => CursorRole::Item,
        };
        let mut siblings = flow.siblings.clone();
        let others = after.split([']', '}']).next().unwrap_or_default().split(',').skip(1);
        siblings.extend(others.map(|one| unquoted(one.split(':').next().unwrap_or(one))));
        Some(Cursor { path, role, start: flow.start, siblings, in_flow: true, ..Cursor::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(marked: &str, expect: Option<(&str, CursorRole, &str, &[&str])>) {
        let at = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let found = cursor(&text, at);
        let seen = found.as_ref().map(|one| {
            let siblings: Vec<&str> = one.siblings.iter().map(String::as_str).collect();
            (one.path.join("."), one.role, text.get(one.start..at).unwrap().to_owned(), siblings)
        });
        let expect =
            expect.map(|(path, role, typed, siblings)| (path.to_owned(), role, typed.to_owned(), siblings.to_vec()));
        assert_eq!(seen, expect, "{marked}");
    }

    #[test]
    fn keys_by_their_indentation() {
        check("|", Some(("", CursorRole::Key, "", &[])));
        check(
            "services:\n  web:\n    image: x\n    |\n    restart: no\n  db:\n",
            Some(("services.web", CursorRole::Key, "", &["image", "restart"])),
        );
        check("services:\n  web:\n    image: x\n  |", Some(("services", CursorRole::Key, "", &["web"])));
        check("services:\n  web:\n    image: x\n|", Some(("", CursorRole::Key, "", &["services"])));
        check("services:\n  web:\n    rest|\n    x: 1\n", Some(("services.web", CursorRole::Key, "rest", &["x"])));
        check("services:\n  web:\n    image: x\n      |", None);
        check("services:\n  web: &a\n    |", Some(("services.web", CursorRole::Key, "", &[])));
    }

    #[test]
    fn values_and_items() {
        check("a:\n  b: va|", Some(("a.b", CursorRole::Value, "va", &[])));
        check("a:\n  b: \"va|\"", Some(("a.b", CursorRole::Value, "va", &[])));
        check("a:\n  - x\n  - |\n  - y\n", Some(("a.[]", CursorRole::Item, "", &["x", "y"])));
        check("a:\n- x\n- |\nb:\n", Some(("a.[]", CursorRole::Item, "", &["x"])));
        check("a:\n  - b: 1\n    |", Some(("a.[]", CursorRole::Key, "", &["b"])));
        check("a:\n  - b: 1\n    c: |", Some(("a.[].c", CursorRole::Value, "", &[])));
    }

    #[test]
    fn brackets_and_braces() {
        check("a: [x, |]", Some(("a.[]", CursorRole::Item, "", &["x"])));
        check("a: {b: {c: \"d e\"}, r|}", Some(("a", CursorRole::Key, "r", &["b"])));
        check("a: {b: |}", Some(("a.b", CursorRole::Value, "", &["b"])));
        check("a: [\n  x,\n  \"y|\", z]", Some(("a.[]", CursorRole::Item, "y", &["x", "z"])));
        check("a: [x]\nb|", Some(("", CursorRole::Key, "b", &["a"])));
    }

    #[test]
    fn nothing_in_comments_and_block_scalars() {
        check("a: b # c|", None);
        check("# a|", None);
        check("a:\n  b: >\n    x|", None);
        check("a:\n  image: x\n  # |\n", None);
    }
}
