//! What words become: variables, arrays, defaults, substitutions.

use super::super::repository::split;
use super::super::values::{Choices, Hole, ROOT, has_hole, matches_glob};
use super::{Directory, Tracer, World};
use crate::text::shell::{Keep, Longest, Operation, ShellWord, WordPiece};

/// How many words, and how many bytes, one word may become.
const MAX_FIELDS: usize = 512;
const MAX_BYTES: usize = 64 * 1024;

/// What an expansion knows.
pub(super) struct ShellExpansion<'c> {
    pub(super) choices: Option<&'c mut Choices>,
    /// Whether nothing in it is a default or unknown.
    pub(super) sure: bool,
}

impl Tracer<'_> {
    /// The words that a word becomes.
    pub(super) fn fields(&self, world: &mut World, word: &ShellWord) -> Vec<String> {
        self.fields_with(world, word, &mut ShellExpansion { choices: None, sure: true })
    }

    /// The text that a word becomes where it stays one word, and whether that is certain.
    pub(super) fn value(&self, world: &mut World, word: &ShellWord) -> (String, bool) {
        let mut expansion = ShellExpansion { choices: None, sure: true };
        let text = self.fields_with(world, word, &mut expansion).join(" ");
        (text, expansion.sure)
    }

    pub(super) fn fields_with(
        &self,
        world: &mut World,
        word: &ShellWord,
        expansion: &mut ShellExpansion<'_>,
    ) -> Vec<String> {
        let mut fields = vec![String::new()];
        // An empty word counts if it is quoted.
        // `"${list[@]}"` of a list without elements is no word.
        let is_list = |piece: &WordPiece| matches!(piece, WordPiece::Variable { all: true, .. });
        let is_blank = |piece: &WordPiece| matches!(piece, WordPiece::Text { text, .. } if text.is_empty());
        let is_only_lists =
            word.pieces.iter().any(is_list) && word.pieces.iter().all(|one| is_list(one) || is_blank(one));
        let mut counts = word.is_quoted() && !is_only_lists;
        for piece in &word.pieces {
            match piece {
                WordPiece::Text { text, .. } => {
                    counts |= !text.is_empty();
                    append(&mut fields, text);
                }
                WordPiece::Variable { name, all, operation, quoted } => {
                    let words = self.expand_variable(world, (name, *all), operation, expansion);
                    counts |= *quoted && !*all || !words.is_empty();
                    add(&mut fields, &words, *quoted, *all);
                }
                WordPiece::Command { script, raw, quoted } => {
                    let text = self.substitute(script, raw, world);
                    expansion.sure &= !has_hole(&text);
                    counts |= !text.is_empty();
                    add(&mut fields, &[text], *quoted, false);
                }
                WordPiece::Process(script) => {
                    counts = true;
                    self.inside(script, world);
                    append(&mut fields, &self.context.computed("<()"));
                }
            }
            if fields.len() > MAX_FIELDS {
                fields.truncate(MAX_FIELDS);
            }
        }
        if !counts || fields.len() == 1 && fields.iter().all(String::is_empty) && !word.is_quoted() {
            fields.retain(|field| !field.is_empty());
        }
        fields
    }

    /// The words of a variable after its operation.
    fn expand_variable(
        &self,
        world: &mut World,
        (name, all): (&str, bool),
        operation: &Operation,
        expansion: &mut ShellExpansion<'_>,
    ) -> Vec<String> {
        let known = self.lookup(world, name, all, expansion);
        let has_value = known.as_ref().is_some_and(|words| words.iter().any(|word| !word.is_empty()));
        let is_unset = |words: &[String]| {
            self.context
                .with_holes(|holes| matches!(words, [word] if matches!(holes.whole(word), Some(Hole::Unset(_)))))
        };
        let unset = known.as_deref().is_none_or(is_unset);
        match operation {
            Operation::Default(word, keep) if unset || !has_value => {
                expansion.sure = false;
                let words = self.fields_with(world, word, expansion);
                if *keep == Keep::Yes {
                    world.set(name, words.clone(), false, false, 0);
                }
                words
            }
            Operation::Alternative(word) => {
                let takes = match &known {
                    Some(words) if !is_unset(words) => has_value,
                    _ => {
                        expansion.sure = false;
                        expansion.choices.as_mut().is_some_and(|choices| choices.pick(2) == 0)
                    }
                };
                if takes { self.fields_with(world, word, expansion) } else { Vec::new() }
            }
            Operation::WithoutSuffix(pattern, longest) => {
                let pattern = self.value(world, pattern).0;
                self.known_or_hole(known, name, expansion)
                    .iter()
                    .map(|word| without_suffix(word, &pattern, *longest))
                    .collect()
            }
            Operation::WithoutPrefix(pattern, longest) => {
                let pattern = self.value(world, pattern).0;
                self.known_or_hole(known, name, expansion)
                    .iter()
                    .map(|word| without_prefix(word, &pattern, *longest))
                    .collect()
            }
            Operation::From(number) if known.as_deref().is_some_and(is_known) => {
                skipped(known.unwrap_or_default(), name, *number)
            }
            Operation::From(_) | Operation::Other => {
                expansion.sure = false;
                match known {
                    Some(words) if words.iter().any(|word| word.starts_with(ROOT)) => words,
                    _ => vec![self.context.computed(&format!("${{{name}}}"))],
                }
            }
            Operation::None | Operation::Default(..) => self.known_or_hole(known, name, expansion),
        }
    }

    fn known_or_hole(&self, known: Option<Vec<String>>, name: &str, expansion: &mut ShellExpansion<'_>) -> Vec<String> {
        let words = known.unwrap_or_else(|| vec![self.context.unset(name)]);
        expansion.sure &= !words.iter().any(|word| has_hole(word));
        words
    }

    /// The words of a variable; nothing where it is not set.
    fn lookup(&self, world: &World, name: &str, all: bool, expansion: &mut ShellExpansion<'_>) -> Option<Vec<String>> {
        if let Some(variable) = world.variable(name) {
            expansion.sure &= variable.sure;
            let words = variable.words.clone();
            return Some(if all { words } else { words.into_iter().take(1).collect() })
                .map(|words| if words.is_empty() && !all { vec![String::new()] } else { words });
        }
        match name {
            "@" | "*" => Some(self.arguments(world)),
            "0" | "BASH_SOURCE" => self.site.script.as_ref().map(|script| vec![format!("{ROOT}/{script}")]),
            "HOME" => Some(vec!["~".to_owned()]),
            "PWD" => Some(vec![self.working_directory(world)]),
            "GITHUB_WORKSPACE"
            | "CI_PROJECT_DIR"
            | "WORKSPACE"
            | "BITBUCKET_CLONE_DIR"
            | "CIRCLE_WORKING_DIRECTORY"
            | "BUILD_SOURCESDIRECTORY" => Some(vec![ROOT.to_owned()]),
            "#" | "?" | "$" | "!" | "-" => Some(vec![self.context.computed(name)]),
            _ => {
                let number: usize = name.parse().ok()?;
                let arguments = world.arguments.as_ref()?;
                Some(vec![arguments.get(number.checked_sub(1)?).cloned().unwrap_or_default()])
            }
        }
    }

    /// The arguments of a script or function.
    pub(super) fn arguments(&self, world: &World) -> Vec<String> {
        world.arguments.clone().unwrap_or_else(|| vec![self.context.hole(Hole::Arguments)])
    }

    /// The working directory as a path.
    pub(super) fn working_directory(&self, world: &World) -> String {
        let one = |directories: &[String]| match directories {
            [directory] => Some(format!("{ROOT}/{directory}").trim_end_matches('/').to_owned()),
            _ => None,
        };
        let path = match &world.directory {
            Directory::Start => one(&self.site.starts),
            Directory::At(directories) => one(directories),
            Directory::Elsewhere => return "/elsewhere".to_owned(),
        };
        path.unwrap_or_else(|| ".".to_owned())
    }
}

/// Adds text to the last word.
fn append(fields: &mut [String], text: &str) {
    if let Some(last) = fields.last_mut()
        && last.len() + text.len() <= MAX_BYTES
    {
        last.push_str(text);
    }
}

/// Adds the words of a variable: the first continues the last word, and what is not quoted is split at blanks.
fn add(fields: &mut Vec<String>, words: &[String], quoted: bool, all: bool) {
    let mut is_first = true;
    for word in words {
        if quoted {
            if !is_first && all {
                fields.push(String::new());
            } else if !is_first {
                append(fields, " ");
            }
            append(fields, word);
            is_first = false;
            continue;
        }
        let starts_apart = word.starts_with(char::is_whitespace);
        for (at, part) in word.split_whitespace().enumerate() {
            if !is_first || at > 0 || starts_apart {
                fields.push(String::new());
            }
            append(fields, part);
            is_first = false;
        }
        if word.ends_with(char::is_whitespace) {
            fields.push(String::new());
        }
    }
    if !quoted {
        let last = fields.len().saturating_sub(1);
        let mut at = 0;
        fields.retain(|field| {
            at += 1;
            !field.is_empty() || at > last
        });
    }
}

/// Whether nothing of these words is unknown.
fn is_known(words: &[String]) -> bool {
    !words.iter().any(|word| has_hole(word))
}

/// A list without the elements in front of one: arguments are counted from 1, elements of an array from 0.
fn skipped(words: Vec<String>, name: &str, number: usize) -> Vec<String> {
    let skipped = if matches!(name, "@" | "*") { number.saturating_sub(1) } else { number };
    words.into_iter().skip(skipped).collect()
}

/// The longest word that an ending or a beginning is taken from: a path is shorter, and each start is compared.
const LONGEST_COMPARED: usize = 4096;

fn without_suffix(word: &str, pattern: &str, longest: Longest) -> String {
    if word.len() > LONGEST_COMPARED {
        return word.to_owned();
    }
    // `${0%/*}` is the directory of the script.
    if pattern == "/*" && longest == Longest::No {
        return split_path(word).to_owned();
    }
    let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).take(256).collect();
    let matching = |at: &usize| word.get(*at..).is_some_and(|rest| matches_glob(pattern, rest));
    let found = match longest {
        Longest::Yes => starts.iter().find(|at| matching(at)),
        Longest::No => starts.iter().rev().find(|at| matching(at)),
    };
    found.and_then(|at| word.get(..*at)).unwrap_or(word).to_owned()
}

fn split_path(word: &str) -> &str {
    if word.contains('/') { split(word).0 } else { word }
}

fn without_prefix(word: &str, pattern: &str, longest: Longest) -> String {
    if word.len() > LONGEST_COMPARED {
        return word.to_owned();
    }
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).take(256).collect();
    let matching = |at: &usize| word.get(..*at).is_some_and(|rest| matches_glob(pattern, rest));
    let found = match longest {
        Longest::Yes => ends.iter().rev().find(|at| matching(at)),
        Longest::No => ends.iter().find(|at| matching(at)),
    };
    found.and_then(|at| word.get(*at..)).unwrap_or(word).to_owned()
}
