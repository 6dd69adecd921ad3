//! Interpolation of one string: `${NAME}`, `${NAME:-default}`, `$NAME`, `$$`, with where every byte came from.

/// How deep defaults may nest before they are taken as they are; Compose has no limit.
const MAX_DEPTH: usize = 32;

/// How many bytes of values one expansion takes in; the values after that count as blank. Compose has no limit, but
/// Linux starts no program with a variable over 128 KiB.
const MAX_INSERTED_BYTES: usize = 1024 * 1024;

/// What is between a variable's name and its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubstitutionOperator {
    /// `-`, or `:-` when an empty value counts as unset too.
    Default {
        /// It was written with `:`.
        also_when_empty: bool,
    },
    /// `?`, or `:?` when an empty value counts as unset too.
    Required {
        /// It was written with `:`.
        also_when_empty: bool,
    },
    /// `+`, or `:+` when an empty value counts as unset too.
    Alternative {
        /// It was written with `:`.
        also_when_empty: bool,
    },
}

/// What became of one use of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubstitutionOutcome {
    /// It is set, and its value was used.
    Value,
    /// Its default was used.
    Default,
    /// `+` or `:+` gave the alternative.
    Alternative,
    /// It is set but empty, and nothing stands in.
    Empty,
    /// It is not set, and nothing stands in: blank. Compose warns of it unless there is an operator.
    Unset,
    /// `?` or `:?` failed.
    Missing,
}

/// One use of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TemplateUse {
    /// The name, as written.
    pub(crate) name: String,
    /// First byte of the whole `${…}` or `$name` in the template.
    pub(crate) start: usize,
    /// The byte after its last one.
    pub(crate) end: usize,
    /// The operator, if there is one.
    pub(crate) operator: Option<SubstitutionOperator>,
    /// What became of it.
    pub(crate) outcome: SubstitutionOutcome,
    /// The default, the alternative or the message, variables in it resolved; `None` without an operator.
    pub(crate) word: Option<String>,
    /// False for a use in a default, an alternative or a message that was not taken. Compose resolves it all the same.
    pub(crate) effective: bool,
}

/// Which bytes of the template a stretch of the result comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TemplatePiece {
    /// First byte of the result.
    pub(crate) start: usize,
    /// The byte after the last one; equal to `start` for a variable that gave nothing.
    pub(crate) end: usize,
    /// First byte in the template: of a literal stretch of the same length, of the two of `$$`, or of a whole `${…}`.
    pub(crate) from_start: usize,
    /// The byte after the last one.
    pub(crate) from_end: usize,
    /// The outermost variable, as an index into [`Expansion::uses`]; `None` for literal text.
    pub(crate) variable: Option<usize>,
}

/// Why Compose rejects a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TemplateProblem {
    /// A `${` that starts no variable.
    Invalid {
        /// The byte of its `$`.
        start: usize,
        /// The byte after the first `}` behind it, or after the `${` if another `$` or the end of the line comes first.
        end: usize,
    },
    /// `?` or `:?` failed.
    Required {
        /// The name of the variable.
        name: String,
        /// The message, resolved; may be empty.
        message: String,
        /// First byte of the `${…}`.
        start: usize,
        /// The byte after its last one.
        end: usize,
    },
}

/// What a template gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// The result; the best that can be had where there are problems.
    pub text: String,
    /// Where the result comes from, in order. An invalid `${` gives no piece.
    pub(crate) pieces: Vec<TemplatePiece>,
    /// All uses of variables by their first byte, an outer one before those in its word.
    pub(crate) uses: Vec<TemplateUse>,
    /// All problems, in the order Compose meets them; it stops at the first.
    pub(crate) problems: Vec<TemplateProblem>,
    /// How many bytes of values were taken in.
    pub(crate) inserted: usize,
    /// Whether there were too many, so that some values count as blank.
    pub(crate) is_cut: bool,
    /// Whether defaults nest too deeply, so that some are taken as they are.
    pub(crate) is_deep: bool,
}

/// Expands a template as Compose does. `lookup` gives the value of a variable, `None` where it is not set.
pub fn expand(template: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Expansion {
    let mut expander = Expander {
        template,
        lookup,
        inserted: 0,
        is_cut: false,
        is_deep: false,
        uses: Vec::new(),
        problems: Vec::new(),
    };
    let Stretch { text, pieces } = expander.expand(0, template.len(), 0, true);
    let Expander { inserted, is_cut, is_deep, uses, problems, .. } = expander;
    Expansion { text, pieces, uses, problems, inserted, is_cut, is_deep }
}

/// What the file says of a required variable, other variables in it by their names.
pub(crate) fn message_as_written(raw: &str, variable: &str) -> String {
    let by_name = |name: &str| (name != variable).then(|| format!("${{{name}}}"));
    let problems = expand(raw, &by_name).problems.into_iter();
    let mut messages = problems.filter_map(|problem| match problem {
        TemplateProblem::Required { name, message, .. } if name == variable => Some(message),
        _ => None,
    });
    messages.next_back().unwrap_or_default()
}

struct Expander<'a> {
    template: &'a str,
    lookup: &'a dyn Fn(&str) -> Option<String>,
    inserted: usize,
    is_cut: bool,
    is_deep: bool,
    uses: Vec<TemplateUse>,
    problems: Vec<TemplateProblem>,
}

/// The result of a part of the template.
#[derive(Default)]
struct Stretch {
    text: String,
    pieces: Vec<TemplatePiece>,
}

impl Stretch {
    fn push(&mut self, text: &str, from_start: usize, from_end: usize, variable: Option<usize>) {
        if text.is_empty() && variable.is_none() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push(TemplatePiece { start, end: self.text.len(), from_start, from_end, variable });
    }
}

/// A variable as written, before it is resolved; bytes of the template.
struct WrittenVariable {
    name: (usize, usize),
    operator: Option<SubstitutionOperator>,
    word: (usize, usize),
    end: usize,
}

/// The last `}` of the line that ends at `line_end`, kept so that a long line is searched once.
#[derive(Default)]
struct LastBrace {
    line_end: usize,
    at: Option<usize>,
}

impl<'a> Expander<'a> {
    fn expand(&mut self, start: usize, end: usize, depth: usize, effective: bool) -> Stretch {
        let mut out = Stretch::default();
        let mut last_brace = LastBrace::default();
        let mut literal = start;
        let mut at = start;
        while let Some(found) = self.slice(at, end).find('$') {
            let dollar = at + found;
            let behind = self.slice(dollar + 1, end);
            let reference = if behind.starts_with('$') {
                out.push(self.slice(literal, dollar), literal, dollar, None);
                out.push("$", dollar, dollar + 2, None);
                literal = dollar + 2;
                at = literal;
                continue;
            } else if behind.starts_with('{') {
                self.braced(dollar, end, &mut last_brace)
            } else {
                let name = (dollar + 1, dollar + 1 + name_length(behind));
                if name.0 == name.1 {
                    at = dollar + 1;
                    continue;
                }
                Some(WrittenVariable { name, operator: None, word: (name.1, name.1), end: name.1 })
            };
            out.push(self.slice(literal, dollar), literal, dollar, None);
            if let Some(reference) = reference {
                let index = self.uses.len();
                let value = self.resolve(dollar, &reference, depth, effective);
                out.push(&value, dollar, reference.end, Some(index));
                literal = reference.end;
            } else {
                self.problems.push(TemplateProblem::Invalid { start: dollar, end: self.invalid_end(dollar, end) });
                literal = dollar + 2;
            }
            at = literal;
        }
        out.push(self.slice(literal, end), literal, end, None);
        out
    }

    /// The `${…}` at a byte. Compose takes everything up to the last `}` of the line, then cuts it at the brace that
    /// balances the first; where none does, as in `${A:-{}}`, it keeps the whole.
    fn braced(&self, dollar: usize, end: usize, last_brace: &mut LastBrace) -> Option<WrittenVariable> {
        let name_start = dollar + 2;
        let name_end = name_start + name_length(self.slice(name_start, end));
        if name_end == name_start {
            return None;
        }
        let name = (name_start, name_end);
        let behind = self.slice(name_end, end);
        if behind.starts_with('}') {
            return Some(WrittenVariable { name, operator: None, word: (name_end, name_end), end: name_end + 1 });
        }
        let (operator, length) = operator(behind)?;
        let word_start = name_end + length;
        let last = self.last_brace(dollar, end, last_brace).filter(|last| *last >= word_start)?;
        let close = self.balancing_brace(dollar, last).unwrap_or(last);
        Some(WrittenVariable { name, operator: Some(operator), word: (word_start, close), end: close + 1 })
    }

    fn last_brace(&self, from: usize, end: usize, known: &mut LastBrace) -> Option<usize> {
        if known.line_end <= from {
            let line = self.slice(from, end);
            let line = line.split('\n').next().unwrap_or(line);
            *known = LastBrace { line_end: from + line.len(), at: line.rfind('}').map(|at| from + at) };
        }
        known.at
    }

    /// Compose never looks at the byte behind a `{`, so a `}` there closes nothing.
    fn balancing_brace(&self, dollar: usize, last: usize) -> Option<usize> {
        let mut open = 0_i64;
        let mut bytes = self.slice(dollar, last + 1).bytes().enumerate();
        while let Some((offset, byte)) = bytes.next() {
            if byte == b'}' {
                open -= 1;
                if open == 0 {
                    return Some(dollar + offset);
                }
            } else if byte == b'{' {
                open += 1;
                bytes.next();
            }
        }
        None
    }

    fn resolve(&mut self, start: usize, reference: &WrittenVariable, depth: usize, effective: bool) -> String {
        let name = self.slice(reference.name.0, reference.name.1).to_owned();
        let value = (self.lookup)(&name);
        let outcome = outcome(reference.operator, value.as_deref());
        let index = self.uses.len();
        let (end, operator) = (reference.end, reference.operator);
        self.uses.push(TemplateUse { name: name.clone(), start, end, operator, outcome, word: None, effective });
        let word = operator.map(|_| {
            let taken = matches!(
                outcome,
                SubstitutionOutcome::Default | SubstitutionOutcome::Alternative | SubstitutionOutcome::Missing
            );
            self.word(reference.word, depth + 1, effective && taken)
        });
        if let Some(outer) = self.uses.get_mut(index) {
            outer.word.clone_from(&word);
        }
        let word = word.unwrap_or_default();
        let text = match outcome {
            SubstitutionOutcome::Value => value.unwrap_or_default(),
            SubstitutionOutcome::Default | SubstitutionOutcome::Alternative => word,
            SubstitutionOutcome::Empty | SubstitutionOutcome::Unset => String::new(),
            SubstitutionOutcome::Missing => {
                self.problems.push(TemplateProblem::Required { name, message: word, start, end });
                String::new()
            }
        };
        self.inserted = self.inserted.saturating_add(text.len());
        if self.inserted > MAX_INSERTED_BYTES {
            self.is_cut = true;
            return String::new();
        }
        text
    }

    fn word(&mut self, (start, end): (usize, usize), depth: usize, effective: bool) -> String {
        if depth > MAX_DEPTH {
            self.is_deep = true;
            return self.slice(start, end).to_owned();
        }
        self.expand(start, end, depth, effective).text
    }

    fn invalid_end(&self, dollar: usize, end: usize) -> usize {
        let behind = self.slice(dollar + 2, end);
        match behind.find(['}', '$', '\n']) {
            Some(at) if behind.get(at..).is_some_and(|rest| rest.starts_with('}')) => dollar + 2 + at + 1,
            _ => dollar + 2,
        }
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.template.get(start..end).unwrap_or("")
    }
}

/// The bytes of the name at the start of a text. The two characters beyond ASCII are those that Unicode folds to `s`
/// and `k`: Compose's pattern ignores case.
fn name_length(text: &str) -> usize {
    let is_letter = |c: char| c == '_' || c.is_ascii_alphabetic() || c == '\u{17f}' || c == '\u{212a}';
    if !text.starts_with(is_letter) {
        return 0;
    }
    text.find(|c: char| !is_letter(c) && !c.is_ascii_digit()).unwrap_or(text.len())
}

/// The operator at the start of a text, and its length in bytes.
fn operator(text: &str) -> Option<(SubstitutionOperator, usize)> {
    let sign = text.strip_prefix(':').unwrap_or(text);
    let also_when_empty = sign.len() < text.len();
    let operator = match sign.bytes().next()? {
        b'-' => SubstitutionOperator::Default { also_when_empty },
        b'?' => SubstitutionOperator::Required { also_when_empty },
        b'+' => SubstitutionOperator::Alternative { also_when_empty },
        _ => return None,
    };
    Some((operator, 1 + usize::from(also_when_empty)))
}

fn outcome(operator: Option<SubstitutionOperator>, value: Option<&str>) -> SubstitutionOutcome {
    let unset = match (operator, value) {
        (_, None) => true,
        (
            Some(
                SubstitutionOperator::Default { also_when_empty }
                | SubstitutionOperator::Required { also_when_empty }
                | SubstitutionOperator::Alternative { also_when_empty },
            ),
            Some(""),
        ) => also_when_empty,
        _ => false,
    };
    match operator {
        Some(SubstitutionOperator::Default { .. }) if unset => SubstitutionOutcome::Default,
        Some(SubstitutionOperator::Required { .. }) if unset => SubstitutionOutcome::Missing,
        Some(SubstitutionOperator::Alternative { .. }) if !unset => SubstitutionOutcome::Alternative,
        _ if value.is_none() => SubstitutionOutcome::Unset,
        _ if value == Some("") => SubstitutionOutcome::Empty,
        _ => SubstitutionOutcome::Value,
    }
}

#[cfg(test)]
mod tests;
