//! Where a syntax error begins: the bracket or the quote that nothing closes, the tab that indents a line.

/// Whether the bracket that a text begins with is closed in it. Brackets in quotes and comments do not count.
pub(super) fn closes(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some('"'), '\\') => {
                letters.next();
            }
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(letter),
            (None, '#') if before.is_whitespace() => {
                letters.by_ref().find(|letter| *letter == '\n');
            }
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return true;
        }
        before = letter;
    }
    false
}

/// The tab that indents the line behind the place of an error about tabs.
pub(super) fn tab_behind(info: &str, body: &str, at: u32) -> Option<u32> {
    let rest = body.get(at as usize..).filter(|rest| info.contains("tab") && !rest.starts_with('\t'))?;
    let end = rest.find('\n')?;
    let line = rest.get(end + 1..)?;
    let tab = line
        .find(|letter: char| letter != ' ')
        .filter(|tab| line.get(*tab..).is_some_and(|rest| rest.starts_with('\t')))?;
    Some(at + (end + 1 + tab) as u32)
}

/// The quote that is open where a quoted scalar ends in an error and a key, or an item, begins: nothing closes it before.
pub(super) fn open_quote(info: &str, body: &str, at: u32) -> Option<(u32, char)> {
    let before = body.get(..at as usize).filter(|_| info.contains("quoted scalar"))?;
    let line = body.get(before.rfind('\n').map_or(0, |end| end + 1)..)?.lines().next()?.trim_start();
    let is_key = line.split_once(':').is_some_and(|(key, rest)| {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
        !key.is_empty() && key.chars().all(is_word) && (rest.is_empty() || rest.starts_with(' '))
    });
    if !is_key && !line.starts_with("- ") {
        return None;
    }
    let mut open: Option<(usize, char)> = None;
    // What was before a letter: a quote opens where a scalar may begin.
    let mut begins = true;
    let mut letters = before.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        match (open, letter) {
            (Some((_, '"')), '\\') => {
                letters.next();
            }
            (Some((_, '\'')), '\'') if letters.peek().is_some_and(|(_, next)| *next == '\'') => {
                letters.next();
            }
            (Some((_, quote)), _) if quote == letter => (open, begins) = (None, false),
            (Some(_), _) => {}
            (None, '"' | '\'') if begins => open = Some((start, letter)),
            (None, '#')
                if before.get(..start).is_some_and(|text| text.is_empty() || text.ends_with(char::is_whitespace)) =>
            {
                letters.by_ref().find(|(_, letter)| *letter == '\n');
                begins = true;
            }
            (None, '\n' | ':' | '-' | '[' | '{' | ',' | '?') => begins = true,
            (None, ' ' | '\t' | '\r') => {}
            (None, _) => begins = false,
        }
    }
    let (start, letter) = open?;
    Some((start as u32, letter))
}
