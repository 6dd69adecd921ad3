//! The lines of a Makefile: assignments, rules, conditions, other files.

/// A line that counts, and the byte where it starts. Lines that are continued are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MakeLine {
    /// `NAME = value`, with what is in front of it.
    Assignment { export: bool, name: String, operator: AssignmentOperator, value: String },
    /// `export NAME …`; without names everything is exported.
    Export(Vec<String>),
    /// `unexport NAME …`
    Unexport(Vec<String>),
    /// `target: NAME = value`
    TargetAssignment { targets: String, export: bool, name: String, operator: AssignmentOperator, value: String },
    /// `targets: prerequisites ; recipe`, with the pattern of the targets in `targets: pattern: prerequisites`.
    Rule { targets: String, pattern: Option<String>, prerequisites: String, recipe: Option<(String, usize)> },
    /// A line of a recipe, without its tab.
    Recipe(String),
    /// `include files`
    Include(String),
    /// `ifeq (a,b)`, `ifdef a`, … and whether the sense is turned round.
    If(Condition),
    /// `else`, with another condition where one follows.
    Else(Option<Condition>),
    /// `endif`
    EndIf,
}

/// How a value is assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AssignmentOperator {
    /// `=`
    Lazy,
    /// `:=`
    Now,
    /// `?=`
    Default,
    /// `+=`
    Append,
    /// `!=`
    Shell,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// `ifeq`, or `ifneq` with `false`.
    Equal(String, String, bool),
    /// `ifdef`, or `ifndef` with `false`.
    Defined(String, bool),
}

/// Reads the lines of a Makefile.
pub(super) fn lines(text: &str) -> Vec<(MakeLine, usize)> {
    let mut lines = Vec::new();
    let mut at = 0;
    let mut definition: Option<(String, usize, String, bool)> = None;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or("");
        let length = logical_length(rest);
        let raw = rest.get(..length).unwrap_or(rest);
        let start = at;
        at += length;
        let trimmed = raw.trim();
        if let Some((name, begin, mut body, export)) = definition.take() {
            if trimmed == "endef" || trimmed.starts_with("endef ") {
                let value = body.trim_end_matches('\n').to_owned();
                lines.push((MakeLine::Assignment { export, name, operator: AssignmentOperator::Lazy, value }, begin));
            } else {
                body.push_str(raw);
                definition = Some((name, begin, body, export));
            }
            continue;
        }
        if let Some(recipe) = raw.strip_prefix('\t') {
            if !recipe.trim().is_empty() {
                lines.push((MakeLine::Recipe(recipe.trim_end_matches('\n').to_owned()), start + 1));
            }
            continue;
        }
        let (rest, export) = strip_words(trimmed);
        if let Some(name) = rest.strip_prefix("define ") {
            let name = name.trim().trim_end_matches(['=', ':', '?', '+']).trim().to_owned();
            definition = Some((name, start, String::new(), export));
            continue;
        }
        lines.extend(line(raw, start).map(|line| (line, start)));
    }
    lines
}

/// Up to the end of a line that is not continued.
fn logical_length(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        length += line.len();
        if !line.trim_end_matches(['\n', ' ']).ends_with('\\') {
            break;
        }
    }
    length
}

fn strip_words(text: &str) -> (&str, bool) {
    let mut text = text;
    let mut export = false;
    loop {
        if let Some(rest) = text.strip_prefix("override ").or_else(|| text.strip_prefix("private ")) {
            text = rest.trim_start();
        } else if let Some(rest) = text.strip_prefix("export ") {
            export = true;
            text = rest.trim_start();
        } else {
            return (text, export);
        }
    }
}

fn line(raw: &str, start: usize) -> Option<MakeLine> {
    let joined = without_comment(raw).replace("\\\n", " ");
    let text = joined.trim();
    let (word, rest) = text.split_once([' ', '\t', '(']).map_or((text, ""), |(word, rest)| (word, rest.trim()));
    match word {
        "" => return None,
        "include" | "-include" | "sinclude" => return Some(MakeLine::Include(rest.to_owned())),
        "ifeq" | "ifneq" | "ifdef" | "ifndef" => return condition(text).map(MakeLine::If),
        "else" => return Some(MakeLine::Else(condition(rest))),
        "endif" => return Some(MakeLine::EndIf),
        "unexport" if !rest.is_empty() => {
            return Some(MakeLine::Unexport(rest.split_whitespace().map(str::to_owned).collect()));
        }
        "unexport" | "vpath" | "undefine" => return None,
        "export" if rest.is_empty() => return Some(MakeLine::Export(Vec::new())),
        _ => {}
    }
    let (text, export) = strip_words(text);
    if let Some((name, operator, value)) = assignment(text) {
        return Some(MakeLine::Assignment { export, name, operator, value });
    }
    if export {
        return Some(MakeLine::Export(text.split_whitespace().map(str::to_owned).collect()));
    }
    let colon = text.find(':')?;
    let (targets, behind) = text.split_at_checked(colon)?;
    let behind = behind.trim_start_matches(':').trim_start_matches('&');
    let (own, export) = strip_words(behind.trim());
    if let Some((name, operator, value)) = assignment(own) {
        return Some(MakeLine::TargetAssignment { targets: targets.trim().to_owned(), export, name, operator, value });
    }
    let (prerequisites, has_recipe) = match behind.split_once(';') {
        Some((prerequisites, _)) => (prerequisites, true),
        None => (behind, false),
    };
    let recipe = has_recipe.then(|| raw.find(';')).flatten().and_then(|at| {
        let text = raw.get(at + 1..)?;
        Some((text.trim_end_matches('\n').to_owned(), start + at + 1))
    });
    let (pattern, prerequisites) = match prerequisites.split_once(':').filter(|(pattern, _)| pattern.contains('%')) {
        Some((pattern, prerequisites)) => (Some(pattern.trim().to_owned()), prerequisites),
        None => (None, prerequisites),
    };
    let (targets, prerequisites) = (targets.trim().to_owned(), prerequisites.trim().to_owned());
    Some(MakeLine::Rule { targets, pattern, prerequisites, recipe })
}

/// A line without its comment; `\#` does not start one.
fn without_comment(text: &str) -> &str {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find('#')) {
        let at = from + found;
        if !text.get(..at).is_some_and(|before| before.ends_with('\\')) {
            return text.get(..at).unwrap_or(text);
        }
        from = at + 1;
    }
    text
}

fn assignment(text: &str) -> Option<(String, AssignmentOperator, String)> {
    let is_letter = |letter: char| letter.is_alphanumeric() || "_-.%".contains(letter);
    let end = text.find(|letter| !is_letter(letter))?;
    let (name, behind) = text.split_at_checked(end)?;
    let behind = behind.trim_start();
    let operators = [
        (":::=", AssignmentOperator::Now),
        ("::=", AssignmentOperator::Now),
        (":=", AssignmentOperator::Now),
        ("?=", AssignmentOperator::Default),
        ("+=", AssignmentOperator::Append),
        ("!=", AssignmentOperator::Shell),
        ("=", AssignmentOperator::Lazy),
    ];
    let found = operators.iter().find_map(|(text, operator)| Some((behind.strip_prefix(text)?, *operator)));
    let (value, operator) = found.filter(|_| !name.is_empty())?;
    Some((name.to_owned(), operator, value.trim_start().to_owned()))
}

fn condition(text: &str) -> Option<Condition> {
    let word = text.split(|letter: char| !letter.is_ascii_alphabetic()).next()?;
    let rest = text.strip_prefix(word)?.trim();
    match word {
        "ifdef" | "ifndef" => Some(Condition::Defined(rest.to_owned(), word == "ifdef")),
        "ifeq" | "ifneq" => {
            let (left, right) = match rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                Some(inner) => split_at_comma(inner)?,
                None => {
                    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
                    let inner = rest.get(1..)?.strip_suffix(['"', '\''])?;
                    let (left, right) = inner.split_once(quote)?;
                    (left, right.trim().trim_start_matches(['"', '\'']))
                }
            };
            Some(Condition::Equal(left.trim().to_owned(), right.trim().to_owned(), word == "ifeq"))
        }
        _ => None,
    }
}

/// The two sides of a comma that is in no brackets.
fn split_at_comma(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            ',' if depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}
