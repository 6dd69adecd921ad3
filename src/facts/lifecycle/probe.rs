//! What a healthcheck runs: its commands, those that have to succeed, and the variables that it reads.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::facts::images::{built, is_shell, variable};
use crate::facts::lifecycle::steps::base_name;
use crate::model::{Healthcheck, Service, Spanned};
use crate::text::shell::{
    ChainOperator, Operation, Script, ShellNode, ShellWord, Simple, WordPiece, is_script_option, parse,
};

/// The healthcheck that a container has.
#[derive(Clone, Copy)]
pub(crate) struct Probe<'a> {
    /// The healthcheck.
    pub(crate) check: &'a Healthcheck,
    /// Whether it is the Dockerfile's.
    pub(crate) of_dockerfile: bool,
}

/// How a test is run.
#[derive(Clone, Copy)]
pub(crate) enum ProbeForm<'a> {
    /// A program with its arguments.
    Exec(&'a [Spanned<String>]),
    /// A script for a shell; the second one is a shell that the test itself starts.
    Shell(&'a Spanned<String>, Option<&'a Spanned<String>>),
}

/// A word of a command of a healthcheck.
#[derive(Clone, Debug)]
pub(crate) struct ProbeWord<'a> {
    /// What it says, variables of the container put in where they are known.
    pub(crate) text: String,
    /// The word or script of the test that it is in.
    pub(crate) source: &'a Spanned<String>,
    /// Its bytes there.
    pub(crate) range: Range<usize>,
    /// The variables that were put in.
    pub(crate) used: Vec<String>,
    /// Whether a variable in it has no known value.
    pub(crate) open: bool,
}

/// A command of a healthcheck.
#[derive(Clone, Debug)]
pub(crate) struct ProbeCommand<'a> {
    /// Its words, the program first.
    pub(crate) words: Vec<ProbeWord<'a>>,
}

impl ProbeCommand<'_> {
    /// The program as it is written.
    pub(crate) fn program(&self) -> &str {
        self.words.first().map_or("", |word| word.text.as_str())
    }

    /// The program without its directory.
    pub(crate) fn name(&self) -> &str {
        base_name(self.program())
    }
}

/// The healthcheck of a service's containers, as far as the project has it.
pub(crate) fn probe(service: &Service) -> Option<Probe<'_>> {
    match &service.healthcheck {
        Some(own) if own.disabled => None,
        Some(own) if !own.test.is_empty() => Some(Probe { check: own, of_dockerfile: false }),
        _ => {
            let check = built(service)?.healthcheck.as_ref().filter(|check| !check.disabled)?;
            Some(Probe { check, of_dockerfile: true })
        }
    }
}

impl<'a> Probe<'a> {
    /// How the test is run.
    pub(crate) fn form(&self) -> Option<ProbeForm<'a>> {
        let (kind, rest) = self.check.test.split_first()?;
        match kind.value.as_str() {
            "CMD-SHELL" => Some(ProbeForm::Shell(rest.first()?, None)),
            "CMD" => {
                let shell = rest.first().filter(|word| is_shell(&word.value));
                let at = rest.iter().position(|word| is_script_option(&word.value));
                match (shell, at.and_then(|at| rest.get(at + 1))) {
                    (Some(shell), Some(script)) => Some(ProbeForm::Shell(script, Some(shell))),
                    _ => Some(ProbeForm::Exec(rest)),
                }
            }
            _ => None,
        }
    }

    /// The commands without whose success the test fails.
    pub(crate) fn needed(&self, service: &Service) -> Vec<ProbeCommand<'a>> {
        match self.form() {
            Some(ProbeForm::Exec(words)) => {
                let word = |word: &'a Spanned<String>| ProbeWord {
                    text: word.value.clone(),
                    source: word,
                    range: 0..word.value.len(),
                    used: Vec::new(),
                    open: false,
                };
                unwrapped(ProbeCommand { words: words.iter().map(word).collect() }).into_iter().collect()
            }
            Some(ProbeForm::Shell(script, _)) => {
                let parsed = parse(&script.value);
                let mut found = Vec::new();
                if !parsed.broken {
                    needed(&parsed.nodes, &mut found);
                }
                let command = |simple: &Simple| {
                    let ends = simple.words.iter().skip(1).map(|word| word.at).chain([simple.span.1]);
                    let pairs = simple.words.iter().zip(ends);
                    let words = pairs.map(|(word, end)| read(service, script, word, end)).collect();
                    unwrapped(ProbeCommand { words })
                };
                found.into_iter().filter_map(command).collect()
            }
            None => Vec::new(),
        }
    }
}

/// Without the programs that only start another.
fn unwrapped(command: ProbeCommand<'_>) -> Option<ProbeCommand<'_>> {
    let mut words = command.words;
    while let Some(first) = words.first() {
        match base_name(&first.text) {
            "exec" | "time" | "nice" => {
                words.remove(0);
            }
            "timeout" => {
                let options = words.iter().skip(1).take_while(|word| word.text.starts_with('-')).count();
                words.drain(..words.len().min(options + 2));
            }
            "gosu" | "su-exec" => {
                words.drain(..words.len().min(2));
            }
            _ => break,
        }
    }
    (!words.is_empty()).then_some(ProbeCommand { words })
}

fn read<'a>(service: &Service, source: &'a Spanned<String>, word: &ShellWord, end: u32) -> ProbeWord<'a> {
    let (mut text, mut used, mut open) = (String::new(), Vec::new(), false);
    for piece in &word.pieces {
        match piece {
            WordPiece::Text { text: piece, .. } => text.push_str(piece),
            WordPiece::Variable { name, operation, .. } => {
                let default = match operation {
                    Operation::Default(word, _) => word.literal(),
                    _ => None,
                };
                let is_plain = matches!(operation, Operation::None | Operation::Default(..));
                let value = variable(service, name).map(|value| value.value.clone()).filter(|value| !value.is_empty());
                match value.filter(|_| is_plain).or(default) {
                    Some(value) => text.push_str(&value),
                    None => open = true,
                }
                used.push(name.clone());
            }
            WordPiece::Command { .. } | WordPiece::Process(_) => open = true,
        }
    }
    let start = word.at as usize;
    let length = source.value.get(start..end as usize).map_or(0, |text| text.trim_end().len());
    ProbeWord { text, source, range: start..start + length, used, open }
}

/// Adds the commands that have to succeed for a script to. Only the last command of a script decides.
fn needed<'n>(nodes: &'n [ShellNode], found: &mut Vec<&'n Simple>) {
    let Some(last) = nodes.last() else { return };
    match last {
        ShellNode::Simple(simple) => found.push(simple),
        ShellNode::Chain(first, rest) => {
            let mut own = Vec::new();
            needed(std::slice::from_ref(first), &mut own);
            for (operator, node) in rest {
                match operator {
                    ChainOperator::And => needed(std::slice::from_ref(node), &mut own),
                    ChainOperator::Or if fails(node) => {}
                    // Something else may do instead.
                    ChainOperator::Or => own.clear(),
                }
            }
            found.extend(own);
        }
        ShellNode::Pipeline(parts) if parts.len() > 1 => {
            parts.iter().for_each(|part| needed(std::slice::from_ref(part), found));
        }
        ShellNode::Group(nodes) | ShellNode::Subshell(nodes) => needed(nodes, found),
        ShellNode::If(branches, otherwise) => {
            if let [(condition, then)] = branches.as_slice()
                && !then.last().is_some_and(fails)
                && otherwise.last().is_some_and(fails)
            {
                needed(condition, found);
            }
        }
        _ => {}
    }
}

/// Whether a command always fails: `exit 1`, `false`, `kill 1`.
fn fails(node: &ShellNode) -> bool {
    match node {
        ShellNode::Simple(simple) => {
            let words: Vec<String> = simple.words.iter().filter_map(ShellWord::literal).collect();
            match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["exit" | "return", code] => *code != "0",
                ["exit" | "false"] => true,
                ["kill", ..] => true,
                _ => false,
            }
        }
        ShellNode::Group(nodes) | ShellNode::Subshell(nodes) => nodes.last().is_some_and(fails),
        ShellNode::Chain(_, rest) => rest.iter().all(|(operator, node)| *operator == ChainOperator::And && fails(node)),
        _ => false,
    }
}

/// Whether a script succeeds whatever its commands say.
pub(crate) fn always_succeeds(script: &str) -> bool {
    let parsed = parse(script);
    let by_option =
        parsed.nodes.iter().any(|node| matches!(node, ShellNode::Simple(one) if literal(one).starts_with("set ")));
    !parsed.broken && !by_option && parsed.nodes.last().is_some_and(succeeds)
}

fn literal(simple: &Simple) -> String {
    simple.words.iter().filter_map(ShellWord::literal).collect::<Vec<_>>().join(" ")
}

fn succeeds(node: &ShellNode) -> bool {
    match node {
        ShellNode::Simple(simple) => {
            let text = literal(simple);
            // `echo > /dev/tcp/…` opens a socket.
            let is_word = matches!(text.as_str(), "true" | ":" | "exit 0" | "echo") || text.starts_with("echo ");
            simple.redirects.is_empty() && is_word
        }
        ShellNode::Chain(_, rest) => match rest.last() {
            Some((ChainOperator::Or, node)) => succeeds(node),
            _ => false,
        },
        ShellNode::Group(nodes) | ShellNode::Subshell(nodes) => nodes.last().is_some_and(succeeds),
        _ => false,
    }
}

/// A variable that a script reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadVariable {
    /// Its name.
    pub(crate) name: String,
    /// Where the word with it starts.
    pub(crate) at: usize,
}

/// The variables that a script reads without a default and does not set itself.
pub(crate) fn variables(script: &str) -> Vec<ReadVariable> {
    let parsed = parse(script);
    let mut found = Vec::new();
    parsed.nodes.iter().for_each(|node| of_node(node, &mut found));
    let sets: BTreeSet<&str> = crate::text::shell::assigned(script);
    found.retain(|one| !sets.contains(one.name.as_str()));
    found
}

fn of_node(node: &ShellNode, found: &mut Vec<ReadVariable>) {
    let mut all = |nodes: &[ShellNode]| nodes.iter().for_each(|node| of_node(node, found));
    match node {
        ShellNode::Simple(simple) => simple.words.iter().for_each(|word| of_word(word, found)),
        ShellNode::Pipeline(nodes) | ShellNode::Group(nodes) | ShellNode::Subshell(nodes) => all(nodes),
        ShellNode::Chain(first, rest) => {
            all(std::slice::from_ref(first));
            rest.iter().for_each(|(_, node)| all(std::slice::from_ref(node)));
        }
        ShellNode::If(branches, last) => {
            branches.iter().for_each(|(condition, branch)| {
                all(condition);
                all(branch);
            });
            all(last);
        }
        ShellNode::Loop(condition, body) => {
            all(condition);
            all(body);
        }
        ShellNode::For(_, _, body) => all(body),
        ShellNode::Case(..) | ShellNode::Function(..) => {}
    }
}

fn of_word(word: &ShellWord, found: &mut Vec<ReadVariable>) {
    for piece in &word.pieces {
        match piece {
            WordPiece::Variable { name, operation: Operation::None, .. } => {
                found.push(ReadVariable { name: name.clone(), at: word.at as usize });
            }
            WordPiece::Command { script, .. } => of_script(script, word.at as usize, found),
            _ => {}
        }
    }
}

fn of_script(script: &Script, at: usize, found: &mut Vec<ReadVariable>) {
    let mut inner = Vec::new();
    script.nodes.iter().for_each(|node| of_node(node, &mut inner));
    found.extend(inner.into_iter().map(|one| ReadVariable { at, ..one }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    #[test]
    fn commands_that_have_to_succeed() {
        let check = |test: &str, expect: &[&str]| {
            with_facts(&format!("services:\n  a:\n    image: x\n    healthcheck: {{test: {test}}}\n"), |facts| {
                let service = &facts.model.services["a"];
                let needed = probe(service).unwrap().needed(service);
                let found: Vec<&str> = needed.iter().map(ProbeCommand::name).collect();
                assert_eq!(found, expect, "{test}");
            });
        };
        check("[CMD, /usr/bin/curl, -f, x]", &["curl"]);
        check("[CMD, sh, -c, 'wget x || exit 1']", &["wget"]);
        check("curl -f x || exit 1", &["curl"]);
        check("curl -f x || wget -q x", &[]);
        check("(curl -f x && nc -z db 1) || exit 1", &["curl", "nc"]);
        check("curl x | grep -q ok", &["curl", "grep"]);
        check("if curl x; then exit 0; else exit 1; fi", &["curl"]);
        check("timeout 5 curl x", &["curl"]);
        check("cd /x; curl x", &["curl"]);
        check("'! curl x'", &[]);
    }

    #[test]
    fn what_always_succeeds_and_what_is_read() {
        for (script, expect) in [
            ("curl x || true", true),
            ("curl x; exit 0", true),
            ("echo ok", true),
            ("curl x || exit 1", false),
            ("curl x && echo ok", false),
            ("true && curl x", false),
            ("echo > /dev/tcp/localhost/80", false),
        ] {
            assert_eq!(always_succeeds(script), expect, "{script}");
        }
        let names = |script: &str| variables(script).into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(names("redis-cli -a $A -p ${B:-1} \"$(cat $C)\""), ["A", "C"]);
        assert_eq!(names("A=1; x $A"), Vec::<String>::new());
    }
}
