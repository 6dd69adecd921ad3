//! What a Dockerfile declares, stage by stage, whatever is built: the names of stages, arguments and the uses of variables.

use std::ops::Range;

use super::lines::{Instruction, instructions};
use super::words::words;
use crate::collections::HashSet;

/// The stages of a Dockerfile and what comes before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DockerfileOutline {
    /// The frontend that `# syntax=` names.
    pub(crate) syntax: Option<String>,
    /// `ARG`s before the first stage.
    pub(crate) globals: Vec<DeclaredArgument>,
    /// The stages.
    pub(crate) stages: Vec<OutlinedStage>,
}

/// `ARG`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeclaredArgument {
    /// Its name.
    pub(crate) name: String,
    /// Its default, as written.
    pub(crate) default: Option<String>,
    /// Where the name is.
    pub(crate) span: Range<usize>,
}

/// A stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OutlinedStage {
    /// Its name, as written.
    pub(crate) name: Option<String>,
    /// What it starts from, as written.
    pub(crate) base: String,
    /// The stage that this is, if it is one.
    pub(crate) parent: Option<usize>,
    /// Its `ARG`s.
    pub(crate) arguments: Vec<DeclaredArgument>,
    /// The names that `ENV` sets.
    pub(crate) environment: Vec<String>,
    /// The uses of variables that nothing before them in the stage declares, in the instructions that put them in or run them.
    pub(crate) uses: Vec<ArgumentUse>,
    /// The commands that it runs.
    pub(crate) runs: Vec<String>,
    /// What it copies.
    pub(crate) copies: Vec<OutlinedCopy>,
}

/// A source of `COPY` or `ADD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutlinedCopy {
    /// The stage or image that it is from; `None` for the build context.
    pub(crate) from: Option<String>,
    /// The path, as written; `None` where a variable is in it.
    pub(crate) path: Option<String>,
    /// Where it is.
    pub(crate) span: Range<usize>,
}

/// A variable in an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArgumentUse {
    /// Its name.
    pub(crate) name: String,
    /// Where it is, the dollar sign included.
    pub(crate) span: Range<usize>,
}

impl DockerfileOutline {
    /// Whether the frontend of Docker reads the file.
    pub(crate) fn is_plain(&self) -> bool {
        self.syntax.as_ref().is_none_or(|syntax| syntax.contains("docker/dockerfile"))
    }

    /// Whether a target of a build is a stage: its name, in any case, or its number.
    pub(crate) fn has_stage(&self, target: &str) -> bool {
        let is_named =
            |stage: &OutlinedStage| stage.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(target));
        self.stages.iter().any(is_named) || target.parse::<usize>().is_ok_and(|number| number < self.stages.len())
    }

    /// Whether any `ARG` has this name.
    pub(crate) fn declares(&self, name: &str) -> bool {
        self.arguments().any(|argument| argument.name == name)
    }

    /// All `ARG`s.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &DeclaredArgument> {
        self.globals.iter().chain(self.stages.iter().flat_map(|stage| &stage.arguments))
    }

    /// The names of the stages.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.stages.iter().filter_map(|stage| stage.name.as_deref()).collect()
    }

    /// The stages that lead to one, itself first.
    pub(crate) fn chain(&self, index: usize) -> Vec<&OutlinedStage> {
        let mut chain = Vec::new();
        let mut next = self.stages.get(index);
        while let Some(stage) = next {
            chain.push(stage);
            // A stage starts from one before it.
            next = stage.parent.and_then(|parent| self.stages.get(parent));
        }
        chain
    }

    /// The number of the stage that is built: the target, or the last one.
    pub(crate) fn built(&self, target: Option<&str>) -> Option<usize> {
        let Some(target) = target.filter(|target| !target.is_empty()) else { return self.stages.len().checked_sub(1) };
        let is_named =
            |stage: &OutlinedStage| stage.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(target));
        let number = || target.parse::<usize>().ok().filter(|number| *number < self.stages.len());
        self.stages.iter().position(is_named).or_else(number)
    }
}

/// Reads the stages of a Dockerfile.
pub(crate) fn outline(text: &str) -> DockerfileOutline {
    let mut outline = DockerfileOutline { syntax: syntax(text), ..DockerfileOutline::default() };
    let mut declared: HashSet<String> = HashSet::default();
    for instruction in &instructions(text) {
        match (instruction.keyword.as_str(), outline.stages.last_mut()) {
            ("FROM", _) => {
                let stage = stage(instruction, &outline.stages);
                declared = stage.parent.map(|parent| inherited(&outline, parent)).unwrap_or_default();
                outline.stages.push(stage);
            }
            ("ARG", None) => outline.globals.extend(arguments(instruction)),
            (_, None) => {}
            ("ARG", Some(stage)) => {
                let own = arguments(instruction);
                stage.uses.extend(uses(instruction, &declared));
                declared.extend(own.iter().map(|argument| argument.name.clone()));
                stage.arguments.extend(own);
            }
            ("ENV", Some(stage)) => {
                stage.uses.extend(uses(instruction, &declared));
                let names = names_of_environment(instruction);
                declared.extend(names.iter().cloned());
                stage.environment.extend(names);
            }
            ("RUN", Some(stage)) => {
                stage.uses.extend(uses(instruction, &declared));
                stage.runs.push(instruction.body.clone());
            }
            ("COPY" | "ADD" | "WORKDIR" | "USER" | "EXPOSE" | "LABEL" | "VOLUME", Some(stage)) => {
                stage.uses.extend(uses(instruction, &declared));
                if matches!(instruction.keyword.as_str(), "COPY" | "ADD") {
                    stage.copies.extend(copies(instruction));
                }
            }
            _ => {}
        }
    }
    outline
}

/// `# syntax=` among the directives at the top.
fn syntax(text: &str) -> Option<String> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let directives = lines.map_while(|line| line.strip_prefix('#')?.split_once('='));
    let mut named = directives.filter(|(name, _)| name.trim().eq_ignore_ascii_case("syntax"));
    named.next().map(|(_, value)| value.trim().to_owned())
}

fn stage(instruction: &Instruction, before: &[OutlinedStage]) -> OutlinedStage {
    let mut rest = instruction.body.split_whitespace().skip_while(|word| word.starts_with("--"));
    let base = rest.next().unwrap_or("").to_owned();
    let is_named = rest.next().is_some_and(|word| word.eq_ignore_ascii_case("as"));
    let name = rest.next().filter(|_| is_named).map(str::to_owned);
    let is_base = |stage: &OutlinedStage| stage.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(&base));
    let parent = before.iter().position(is_base);
    OutlinedStage { name, base, parent, ..OutlinedStage::default() }
}

/// The sources of `COPY` and `ADD`, the exec form among them; the text of a here-document is none.
fn copies(instruction: &Instruction) -> Vec<OutlinedCopy> {
    let mut all = words(&instruction.body, instruction.start, &|_| None);
    let flags = all.iter().take_while(|word| word.text.starts_with("--")).count();
    let from = all.iter().take(flags).find_map(|word| word.text.strip_prefix("--from=")).map(str::to_owned);
    let sources = all.split_off(flags);
    let rest = sources.first().map_or(0, |word| word.span.start - instruction.start);
    let list = instruction.body.get(rest..).filter(|rest| rest.starts_with('['));
    if let Some(list) = list {
        let mut paths: Vec<String> = serde_json::from_str(list.trim()).unwrap_or_default();
        paths.pop();
        let span = instruction.start + rest..instruction.start + instruction.body.len();
        let copy = |path: String| OutlinedCopy {
            from: from.clone(),
            path: Some(path).filter(|path| !path.contains('$')),
            span: span.clone(),
        };
        return paths.into_iter().map(copy).collect();
    }
    let targets = sources.len().saturating_sub(1);
    let named = sources.into_iter().take(targets).filter(|word| !word.text.starts_with("<<"));
    named
        .map(|word| OutlinedCopy { from: from.clone(), path: (!word.open).then_some(word.text), span: word.span })
        .collect()
}

/// What the stages that lead to one declare.
fn inherited(outline: &DockerfileOutline, stage: usize) -> HashSet<String> {
    let chain = outline.chain(stage);
    let arguments = chain.iter().flat_map(|stage| &stage.arguments).map(|argument| argument.name.clone());
    arguments.chain(chain.iter().flat_map(|stage| stage.environment.iter().cloned())).collect()
}

fn arguments(instruction: &Instruction) -> Vec<DeclaredArgument> {
    let all = words(&instruction.body, instruction.start, &|_| None);
    let declared = all.into_iter().filter_map(|word| {
        let (name, default) = match word.text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (word.text.clone(), None),
        };
        let span = word.span.start..word.span.start + name.len();
        (!name.is_empty()).then_some(DeclaredArgument { name, default, span })
    });
    declared.collect()
}

fn names_of_environment(instruction: &Instruction) -> Vec<String> {
    let all = words(&instruction.body, instruction.start, &|_| None);
    if all.first().is_some_and(|word| !word.text.contains('=')) {
        return all.first().map(|word| word.text.clone()).into_iter().collect();
    }
    all.iter().filter_map(|word| word.text.split_once('=')).map(|(name, _)| name.to_owned()).collect()
}

/// The variables of an instruction without a default of their own, those that are declared or that its script sets left out.
fn uses(instruction: &Instruction, declared: &HashSet<String>) -> Vec<ArgumentUse> {
    let body = instruction.body.as_str();
    let mut found: Vec<ArgumentUse> = Vec::new();
    let mut quote = None;
    let mut is_escaped = false;
    for (at, letter) in body.char_indices() {
        match (quote, letter) {
            _ if is_escaped => is_escaped = false,
            (None | Some('"'), '\\') => is_escaped = true,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(one), _) if one == letter => quote = None,
            // A shell does not look into single quotes.
            (None | Some('"'), '$') => found.extend(use_at(instruction, at, declared)),
            _ => {}
        }
    }
    found
}

fn use_at(instruction: &Instruction, at: usize, declared: &HashSet<String>) -> Option<ArgumentUse> {
    let body = instruction.body.as_str();
    let rest = body.get(at + 1..)?;
    let inner = rest.strip_prefix('{');
    let from_name = inner.unwrap_or(rest);
    let is_inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let length = from_name.find(|letter| !is_inner(letter)).unwrap_or(from_name.len());
    let name = from_name.get(..length).filter(|name| is_name(name))?;
    // `${X:-y}` and the like say what to do without a value.
    let has_operator = inner.is_some() && !from_name.get(length..).is_some_and(|rest| rest.starts_with('}'));
    if has_operator || declared.contains(name) || is_set_in(body, name) {
        return None;
    }
    let start = instruction.start + at;
    let end = start + 1 + length + if inner.is_some() { 2 } else { 0 };
    Some(ArgumentUse { name: name.to_owned(), span: start..end })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
}

/// Whether a script sets a variable itself: an assignment, `read`, `for`.
fn is_set_in(body: &str, name: &str) -> bool {
    body.match_indices(name).any(|(at, _)| {
        let before = body.get(..at).unwrap_or("").trim_end_matches(' ');
        let after = body.get(at + name.len()..).unwrap_or("");
        let starts = body
            .get(..at)
            .is_none_or(|before| before.is_empty() || before.ends_with([' ', ';', '&', '(', '\t', '"', '\'']));
        let is_loop = ["for", "read", "-r", "local", "export", "declare"].iter().any(|word| before.ends_with(word));
        starts && (after.starts_with('=') || is_loop)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses_of(text: &str) -> Vec<Vec<String>> {
        outline(text).stages.iter().map(|stage| stage.uses.iter().map(|one| one.name.clone()).collect()).collect()
    }

    #[test]
    fn stages_have_names_and_parents() {
        let found = outline(
            "# syntax=docker/dockerfile:1\nARG V=1\nFROM a:$V AS base\nFROM --platform=x base as Dev\nFROM b\n",
        );
        assert_eq!(found.syntax.as_deref(), Some("docker/dockerfile:1"));
        assert_eq!(found.names(), ["base", "Dev"]);
        assert_eq!(found.stages[1].parent, Some(0));
        assert!(found.has_stage("dev") && found.has_stage("2") && !found.has_stage("3") && !found.has_stage("x"));
        assert_eq!((found.built(None), found.built(Some("DEV")), found.built(Some("x"))), (Some(2), Some(1), None));
    }

    #[test]
    fn uses_are_those_that_nothing_declares() {
        assert_eq!(uses_of("ARG A\nFROM x\nRUN echo $A\n"), [["A"]]);
        assert_eq!(uses_of("ARG A\nFROM x\nARG A\nRUN echo $A\n"), [[""; 0]]);
        assert_eq!(uses_of("FROM x AS b\nARG A\nFROM b\nRUN echo ${A}\n"), [[""; 0], [""; 0]]);
        assert_eq!(uses_of("FROM x\nRUN A=1; echo $A \\$B '$E'  ${C:-d} $1\nENV D=1\nRUN echo $D\n"), [[""; 0]]);
        assert_eq!(uses_of("FROM x\nRUN for f in a b; do echo $f; done; read -r line; echo $line\n"), [[""; 0]]);
        assert_eq!(uses_of("FROM x\nCOPY $A/b /\nLABEL v=${B}\n"), [vec!["A", "B"]]);
    }

    #[test]
    fn copies_have_sources() {
        let text = "FROM x AS b\nCOPY --chown=a a.txt b/ /x/\nADD [\"c d\", \"/x\"]\nFROM b\nCOPY --from=b /y /z\nCOPY $A /x\nCOPY <<E /x\n1\nE\n";
        let found = outline(text);
        let shown = |stage: usize| -> Vec<String> {
            let copies = found.stages[stage].copies.iter();
            copies.map(|one| format!("{:?} {:?}", one.from.as_deref(), one.path.as_deref())).collect()
        };
        assert_eq!(shown(0), ["None Some(\"a.txt\")", "None Some(\"b/\")", "None Some(\"c d\")"]);
        assert_eq!(shown(1), ["Some(\"b\") Some(\"/y\")", "None None"]);
    }

    #[test]
    fn spans_are_those_of_the_file() {
        let text = "FROM x\nARG A=1 \\\n  B\nRUN echo ${C}\n";
        let found = outline(text);
        let names: Vec<&str> =
            found.stages[0].arguments.iter().map(|one| text.get(one.span.clone()).unwrap_or_default()).collect();
        assert_eq!(names, ["A", "B"]);
        assert_eq!(text.get(found.stages[0].uses[0].span.clone()), Some("${C}"));
    }
}
