//! The instructions of a Dockerfile as they are written: parser directives, continued lines, comments, here-documents.
//! <https://docs.docker.com/reference/dockerfile/#format>

use std::ops::Range;

/// An instruction. Continued lines are one: what joins them is blanked out, so that byte `n` of `body` is at byte
/// `span.start + n` of the file, less the keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// The keyword, upper case.
    pub(crate) keyword: String,
    /// What follows it, without blanks at its ends.
    pub(crate) body: String,
    /// Where the body is in the file.
    pub(crate) start: usize,
    /// The whole instruction without its here-documents.
    pub(crate) span: Range<usize>,
    /// The here-documents.
    pub(crate) documents: Vec<String>,
}

/// Reads all instructions.
pub(crate) fn instructions(text: &str) -> Vec<Instruction> {
    let escape = escape_character(text);
    let mut lines = DockerfileLines { text, at: 0 };
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let content = text.get(line.clone()).unwrap_or("");
        if is_comment(content) || content.trim().is_empty() {
            continue;
        }
        let (joined, end) = join(&mut lines, line.clone(), escape);
        if let Some(mut instruction) = split(&joined, line.start, end) {
            if matches!(instruction.keyword.as_str(), "RUN" | "COPY" | "ADD") {
                instruction.documents = documents(&mut lines, &instruction.body);
            }
            found.push(instruction);
        }
    }
    found
}

/// The lines of a text as ranges, line breaks left out.
struct DockerfileLines<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for DockerfileLines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start =
            if self.at == 0 { self.text.len() - self.text.trim_start_matches('\u{feff}').len() } else { self.at };
        let (length, next) = rest.find('\n').map_or((rest.len(), rest.len()), |at| (at, at + 1));
        let end = self.at + length;
        self.at += next;
        let end = if rest.get(..length).is_some_and(|line| line.ends_with('\r')) { end - 1 } else { end };
        Some(start.min(end)..end)
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// `# escape=` among the directives at the top.
fn escape_character(text: &str) -> char {
    for line in text.trim_start_matches('\u{feff}').lines() {
        let directive = line.trim().strip_prefix('#').and_then(|rest| rest.split_once('='));
        let Some((name, value)) = directive.filter(|(name, _)| !name.trim().contains(char::is_whitespace)) else {
            break;
        };
        if name.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

/// Takes the lines that an instruction goes on in; what joins them, and comments in between, become blanks.
fn join(lines: &mut DockerfileLines<'_>, first: Range<usize>, escape: char) -> (String, usize) {
    let text = lines.text;
    let mut joined = String::new();
    let mut line = first;
    loop {
        let content = text.get(line.clone()).unwrap_or("");
        let trimmed = content.trim_end();
        let in_between = !joined.is_empty() && (is_comment(content) || trimmed.is_empty());
        let goes_on = in_between || trimmed.ends_with(escape);
        if in_between {
            joined.push_str(&" ".repeat(content.len()));
        } else if goes_on {
            let kept = trimmed.len() - escape.len_utf8();
            joined.push_str(trimmed.get(..kept).unwrap_or(""));
            joined.push_str(&" ".repeat(content.len() - kept));
        } else {
            joined.push_str(content);
        }
        let end = line.end;
        if !goes_on {
            return (joined, end);
        }
        let Some(next) = lines.next() else { return (joined, end) };
        joined.push_str(&" ".repeat(next.start.saturating_sub(end)));
        line = next;
    }
}

fn split(joined: &str, start: usize, end: usize) -> Option<Instruction> {
    let shift = joined.len() - joined.trim_start().len();
    let inner = joined.trim();
    let (keyword, rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    if keyword.is_empty() || !keyword.chars().all(|letter| letter.is_ascii_alphabetic()) {
        return None;
    }
    let body = rest.trim_start();
    let body_start = start + shift + inner.len() - body.len();
    Some(Instruction {
        keyword: keyword.to_ascii_uppercase(),
        body: body.to_owned(),
        start: body_start,
        span: start + shift..end,
        documents: Vec::new(),
    })
}

/// Takes the here-documents that an instruction announces (`<<EOF`, `<<-"EOF"`).
fn documents(lines: &mut DockerfileLines<'_>, body: &str) -> Vec<String> {
    let text = lines.text;
    let mut found = Vec::new();
    for (at, _) in body.match_indices("<<") {
        let rest = body.get(at + 2..).unwrap_or("");
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let quoted = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
        let name: String =
            quoted.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
        // `<<<` is a here-string of a shell.
        if name.is_empty() || body.get(..at).is_some_and(|before| before.ends_with('<')) {
            continue;
        }
        let mut document = String::new();
        for line in lines.by_ref() {
            let content = text.get(line).unwrap_or("");
            if content.trim_start_matches('\t') == name {
                break;
            }
            document.push_str(content);
            document.push('\n');
        }
        found.push(document);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(&str, &str)]) {
        let found = instructions(text);
        let pairs: Vec<(&str, String)> = found
            .iter()
            .map(|one| (one.keyword.as_str(), one.body.split_whitespace().collect::<Vec<_>>().join(" ")))
            .collect();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(keyword, body)| (*keyword, body.as_str())).collect();
        assert_eq!(pairs, expect, "{text:?}");
    }

    #[test]
    fn lines_are_joined_and_comments_dropped() {
        check(
            "# é\r\nfrom a\r\nRUN b \\\r\n  # why\r\n\r\n  c\r\nUSER d",
            &[("FROM", "a"), ("RUN", "b c"), ("USER", "d")],
        );
        check("# escape=`\nFROM a\nRUN dir C:\\`\n b\n", &[("FROM", "a"), ("RUN", "dir C:\\ b")]);
        check("\u{feff}FROM a\n", &[("FROM", "a")]);
        check("RUN a \\", &[("RUN", "a")]);
        check("{{ template }}\nFROM a", &[("FROM", "a")]);
    }

    #[test]
    fn here_documents_are_no_instructions() {
        check("COPY <<EOF /x\nUSER root\nEOF\nUSER app\n", &[("COPY", "<<EOF /x"), ("USER", "app")]);
        check("RUN <<-'A' cat\n\tUSER root\n\tA\nUSER app\n", &[("RUN", "<<-'A' cat"), ("USER", "app")]);
        check("RUN cat <<< word\nUSER app\n", &[("RUN", "cat <<< word"), ("USER", "app")]);
        assert_eq!(instructions("COPY <<EOF /x\na\nb\nEOF\n")[0].documents, ["a\nb\n"]);
    }

    #[test]
    fn bodies_keep_their_place() {
        let text = "FROM é\r\nENV A=1 \\\r\n # c\r\n    B=2\r\n";
        let found = instructions(text);
        let at = found[1].body.find("B=2").unwrap() + found[1].start;
        assert_eq!(text.get(at..at + 3), Some("B=2"));
        assert_eq!(text.get(found[1].span.clone()), Some("ENV A=1 \\\r\n # c\r\n    B=2"));
    }
}
