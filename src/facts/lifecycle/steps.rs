//! The commands that a container runs, one by one, by its entrypoint and command or by a script.

use crate::facts::images::{is_shell, launch};
use crate::model::Service;
use crate::source::Place;
use crate::text::shell::{ChainOperator, ShellNode, ShellWord, Simple, WordPiece, is_script_option, parse};

/// How a command follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepLink {
    /// It does not matter how that one ended: it is the first, or a `;` or a line break is between them.
    Then,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
}

/// A command.
#[derive(Clone, Debug)]
pub(crate) struct ScriptStep {
    /// Its words; variables as they are written.
    pub(crate) words: Vec<String>,
    /// How it follows the one before it.
    pub(crate) link: StepLink,
    /// Whether it runs only under a condition, or in a loop.
    pub(crate) inner: bool,
    /// Where it is in its script.
    pub(crate) span: (u32, u32),
}

impl ScriptStep {
    /// The program, without its directory.
    pub(crate) fn program(&self) -> &str {
        self.words.first().map_or("", |word| base_name(word))
    }
}

/// What a container, or a script, runs.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    /// The commands in their order.
    pub(crate) all: Vec<ScriptStep>,
    /// Whether a shell runs them, which goes on after one that failed unless it is told not to.
    pub(crate) by_shell: bool,
    /// Whether the shell ends with the first one that fails (`set -e`).
    pub(crate) stops: bool,
    /// Whether it has a loop that nothing ends.
    pub(crate) is_endless: bool,
    /// Where they are written.
    pub(crate) place: Place,
}

/// The last part of a path.
pub(crate) fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// What a service runs, as far as the project says so.
pub(crate) fn of_service(service: &Service) -> Option<Steps> {
    let words = launch(service);
    let shell = words.iter().position(|word| is_shell(&word.value));
    let option = shell.and_then(|shell| {
        let rest = words.iter().enumerate().skip(shell + 1);
        rest.take_while(|(_, word)| word.value.starts_with(['-', '+'])).find(|(_, word)| is_script_option(&word.value))
    });
    if let Some((at, option)) = option
        && let Some(script) = words.get(at + 1)
    {
        let mut steps = of_script(&script.value, script.place);
        let options = words.iter().take(at).skip(shell.unwrap_or(0) + 1);
        steps.stops |= option.value.contains('e') || options.into_iter().any(|word| word.value == "-e");
        return Some(steps);
    }
    let place = words.first()?.place;
    let words = words.iter().map(|word| word.value.clone()).collect();
    let step = ScriptStep { words, link: StepLink::Then, inner: false, span: (0, 0) };
    Some(Steps { all: vec![step], by_shell: false, stops: false, is_endless: false, place })
}

/// What a script runs.
pub(crate) fn of_script(text: &str, place: Place) -> Steps {
    let script = parse(text);
    let mut all = Vec::new();
    for node in &script.nodes {
        add(node, StepLink::Then, false, &mut all);
    }
    let first = text.lines().next().unwrap_or("");
    let by_first_line = first.starts_with("#!") && first.split_whitespace().skip(1).any(sets_errexit);
    let stops = by_first_line || all.iter().any(|step| !step.inner && is_errexit(step));
    let is_endless = script.nodes.iter().any(is_endless);
    Steps { all, by_shell: true, stops, is_endless, place }
}

/// Whether a loop goes on for ever: its condition never changes, and nothing in it leaves it.
fn is_endless(node: &ShellNode) -> bool {
    match node {
        ShellNode::Loop(condition, body) => {
            let [ShellNode::Simple(test)] = condition.as_slice() else { return false };
            let test: Vec<String> = test.words.iter().map(shown).collect();
            let goes_on = matches!(
                test.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
                ["true" | "false" | ":"] | ["sleep", _] | ["[", "1", "]"]
            );
            let mut inner = Vec::new();
            body.iter().for_each(|node| add(node, StepLink::Then, true, &mut inner));
            goes_on && !inner.iter().any(|step| matches!(step.program(), "break" | "exit" | "return"))
        }
        ShellNode::Chain(first, rest) => is_endless(first) || rest.iter().any(|(_, node)| is_endless(node)),
        ShellNode::Group(nodes) | ShellNode::Subshell(nodes) | ShellNode::Pipeline(nodes) => {
            nodes.iter().any(is_endless)
        }
        _ => false,
    }
}

fn is_errexit(step: &ScriptStep) -> bool {
    let given = |word: &String| sets_errexit(word) || word == "errexit";
    step.words.first().is_some_and(|word| word == "set") && step.words.iter().skip(1).any(given)
}

/// `-e`, `-eux`.
fn sets_errexit(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|letters| letters.contains('e') && letters.chars().all(char::is_alphabetic))
}

fn add(node: &ShellNode, link: StepLink, inner: bool, all: &mut Vec<ScriptStep>) {
    match node {
        ShellNode::Simple(simple) => all.extend(step(simple, link, inner)),
        ShellNode::Chain(first, rest) => {
            add(first, link, inner, all);
            for (operator, node) in rest {
                let link = if *operator == ChainOperator::And { StepLink::And } else { StepLink::Or };
                add(node, link, inner, all);
            }
        }
        ShellNode::Pipeline(nodes) => {
            for (at, node) in nodes.iter().enumerate() {
                add(node, if at == 0 { link } else { StepLink::Pipe }, inner, all);
            }
        }
        ShellNode::Group(nodes) | ShellNode::Subshell(nodes) => {
            for (at, node) in nodes.iter().enumerate() {
                add(node, if at == 0 { link } else { StepLink::Then }, inner, all);
            }
        }
        ShellNode::If(branches, last) => {
            let nodes = branches.iter().flat_map(|(condition, branch)| condition.iter().chain(branch));
            nodes.chain(last).for_each(|node| add(node, StepLink::Then, true, all));
        }
        ShellNode::Loop(condition, body) => {
            condition.iter().chain(body).for_each(|node| add(node, StepLink::Then, true, all));
        }
        ShellNode::For(_, _, body) => body.iter().for_each(|node| add(node, StepLink::Then, true, all)),
        ShellNode::Case(_, arms) => {
            arms.iter().flat_map(|(_, body)| body).for_each(|node| add(node, StepLink::Then, true, all));
        }
        ShellNode::Function(_, body) => body.iter().for_each(|node| add(node, StepLink::Then, true, all)),
    }
}

fn step(simple: &Simple, link: StepLink, inner: bool) -> Option<ScriptStep> {
    let mut words: Vec<String> = simple.words.iter().map(shown).collect();
    if words.first().is_some_and(|word| matches!(word.as_str(), "exec" | "command" | "time" | "nohup")) {
        words.remove(0);
    }
    (!words.is_empty()).then_some(ScriptStep { words, link, inner, span: simple.span })
}

/// A word as it is written, without its quotes.
pub(crate) fn shown(word: &ShellWord) -> String {
    let piece = |piece: &WordPiece| match piece {
        WordPiece::Text { text, .. } => text.clone(),
        WordPiece::Variable { name, .. } => format!("${name}"),
        WordPiece::Command { raw, .. } => format!("$({raw})"),
        WordPiece::Process(_) => "<()".to_owned(),
    };
    word.pieces.iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    #[test]
    fn steps_of_services() {
        let check = |keys: &str, expect: &[(&str, StepLink)], stops: bool| {
            with_facts(&format!("services:\n  a: {{image: x, {keys}}}\n"), |facts| {
                let steps = of_service(&facts.model.services["a"]).unwrap();
                let found: Vec<(String, StepLink)> =
                    steps.all.iter().map(|step| (step.words.join(" "), step.link)).collect();
                let found: Vec<(&str, StepLink)> = found.iter().map(|(text, link)| (text.as_str(), *link)).collect();
                assert_eq!((found.as_slice(), steps.stops), (expect, stops), "{keys}");
            });
        };
        use StepLink::{And, Or, Pipe, Then};
        check("command: alembic upgrade head", &[("alembic upgrade head", Then)], false);
        check(
            "command: sh -c 'a && b; exec c | d || e'",
            &[("a", Then), ("b", And), ("c", Then), ("d", Pipe), ("e", Or)],
            false,
        );
        check("command: [bash, -ec, 'a; b']", &[("a", Then), ("b", Then)], true);
        check("entrypoint: [sh, -e, -c], command: ['a']", &[("a", Then)], true);
        check("command: [sh, -c, \"set -eu\\na\"]", &[("set -eu", Then), ("a", Then)], true);
        check("command: sh start.sh", &[("sh start.sh", Then)], false);
    }
}
