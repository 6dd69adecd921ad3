//! Jenkins pipelines: the scripts of `sh` steps, with `environment`, `withEnv` and `dir` around them.

use std::rc::Rc;

use super::super::context::ReaderContext;
use super::super::fragment::Fragment;
use super::super::trace::{Site, Tracer, World};
use super::super::values::without_marks;
use super::{purpose_of_job, template};
use crate::source::FileId;

/// How deep blocks are followed.
const MAX_BLOCKS: usize = 200;

/// How many words in front of a block are read.
const MAX_ARGUMENTS: usize = 256;

/// A piece of Groovy.
#[derive(Clone, Debug, PartialEq, Eq)]
enum GroovyToken {
    Word(String),
    /// A text, without its quotes, and where it starts.
    Text(String, usize),
    Sign(char),
}

/// What a block brings.
#[derive(Clone)]
struct JenkinsBlock {
    world: World,
    /// Whether `NAME = 'value'` in it sets variables of the block around it.
    is_environment: bool,
    name: String,
}

/// A Jenkinsfile while it is read.
struct JenkinsPipeline<'p, 'a> {
    context: &'p ReaderContext<'a>,
    file: FileId,
    tokens: Vec<GroovyToken>,
    blocks: Vec<JenkinsBlock>,
    /// What the next `{` opens, if a word in front of it says.
    next: Option<JenkinsBlock>,
}

/// Reads a Jenkinsfile.
pub(super) fn read(context: &ReaderContext<'_>, file: FileId) {
    let text = without_marks(&context.repository.sources.file(file).text);
    let outer = JenkinsBlock { world: World::new(), is_environment: false, name: String::new() };
    let mut pipeline = JenkinsPipeline { context, file, tokens: tokens(&text), blocks: vec![outer], next: None };
    for at in 0..pipeline.tokens.len() {
        pipeline.token(at);
    }
}

impl JenkinsPipeline<'_, '_> {
    fn token(&mut self, at: usize) {
        let (Some(token), Some(block)) = (self.tokens.get(at).cloned(), self.blocks.last().cloned()) else { return };
        match token {
            GroovyToken::Sign('{') if self.blocks.len() < MAX_BLOCKS => {
                self.blocks.push(self.next.take().unwrap_or(JenkinsBlock { is_environment: false, ..block }));
            }
            GroovyToken::Sign('}') if self.blocks.len() > 1 => {
                self.next = None;
                let closed = self.blocks.pop().filter(|block| block.is_environment);
                if let (Some(closed), Some(around)) = (closed, self.blocks.last_mut()) {
                    around.world = closed.world;
                }
            }
            GroovyToken::Word(word) => self.word(&word, at + 1, block),
            GroovyToken::Sign(_) | GroovyToken::Text(..) => {}
        }
    }

    fn word(&mut self, word: &str, behind: usize, block: JenkinsBlock) {
        let JenkinsBlock { world, is_environment, name } = block;
        let mut site = Site::at("").with_purpose(purpose_of_job(&[&name]));
        site.by_hand = false;
        let tracer = Tracer::new(self.context, site);
        let given = argument(&self.tokens, behind);
        match (word, given) {
            ("environment", _) => self.next = Some(JenkinsBlock { is_environment: true, world, name }),
            ("stage", Some((name, _))) => self.next = Some(JenkinsBlock { name, is_environment: false, world }),
            ("dir", Some((directory, _))) => {
                let mut world = world;
                let target = tracer.change(&world, &directory);
                world.go(target);
                self.next = Some(JenkinsBlock { world, is_environment: false, name });
            }
            ("withEnv", _) => {
                let texts = self.arguments(behind).filter_map(|token| match token {
                    GroovyToken::Text(text, _) => text.split_once('='),
                    _ => None,
                });
                let set = |world: World, (name, value)| {
                    let value = self.groovy(&world, value);
                    world.with(name, value)
                };
                let world = texts.fold(world, set);
                self.next = Some(JenkinsBlock { world, is_environment: false, name });
            }
            ("withCredentials", _) => {
                let world = self.credentials(behind).fold(world, |world, name| {
                    let value = self.context.unset(&name);
                    world.with(&name, value)
                });
                self.next = Some(JenkinsBlock { world, is_environment: false, name });
            }
            ("sh", _) => {
                if let Some((script, start)) = script(&self.tokens, behind) {
                    tracer.text(&Rc::new(Fragment::from_text(self.file, &script, start)), vec![world]);
                }
            }
            _ => self.assignment(word, behind, world, is_environment),
        }
    }

    /// `NAME = 'value'`: a variable of programs in `environment`, one of Groovy elsewhere, which comes to a script
    /// through the text that it is put into.
    fn assignment(&mut self, name: &str, behind: usize, world: World, is_environment: bool) {
        let (sign, value) = (self.tokens.get(behind), self.tokens.get(behind + 1));
        let value = match (sign, value) {
            (Some(GroovyToken::Sign('=')), Some(GroovyToken::Text(value, _))) => self.groovy(&world, value),
            // `NAME = credentials('id')`, or what a parameter holds.
            (Some(GroovyToken::Sign('=')), Some(GroovyToken::Word(_))) if is_environment => self.context.unset(name),
            _ => return,
        };
        let set = if is_environment { world.with(name, value) } else { world.with_own(name, value) };
        if let Some(block) = self.blocks.last_mut() {
            block.world = set;
        }
    }
}

impl JenkinsPipeline<'_, '_> {
    /// What is between a word and the block that it opens.
    fn arguments(&self, behind: usize) -> impl Iterator<Item = &GroovyToken> {
        self.tokens.iter().skip(behind).take(MAX_ARGUMENTS).take_while(|token| **token != GroovyToken::Sign('{'))
    }

    /// The variables that `withCredentials` sets: `variable: 'TOKEN'`, `passwordVariable: 'PASSWORD'`.
    fn credentials(&self, behind: usize) -> impl Iterator<Item = String> {
        let listed: Vec<&GroovyToken> = self.arguments(behind).collect();
        let named: Vec<String> = listed
            .windows(3)
            .filter_map(|window| match window {
                [GroovyToken::Word(key), GroovyToken::Sign(':'), GroovyToken::Text(name, _)]
                    if key == "variable" || key.ends_with("Variable") =>
                {
                    Some(name.clone())
                }
                _ => None,
            })
            .collect();
        named.into_iter()
    }

    /// A text of Groovy: what it puts together from parameters is known when the pipeline runs.
    fn groovy(&self, world: &World, text: &str) -> String {
        template::replace_text(text, ("${", "}"), &mut |expression| {
            let name = expression.trim();
            let known = world.variable(name.strip_prefix("env.").unwrap_or(name));
            known.map_or_else(|| self.context.unset(name), |variable| variable.words.join(" "))
        })
    }
}

/// The text behind a word, in brackets or not.
fn argument(tokens: &[GroovyToken], at: usize) -> Option<(String, usize)> {
    let at = if tokens.get(at) == Some(&GroovyToken::Sign('(')) { at + 1 } else { at };
    match tokens.get(at) {
        Some(GroovyToken::Text(text, start)) => Some((text.clone(), *start)),
        _ => None,
    }
}

/// The script of `sh '…'`, `sh(script: '…', label: '…')`.
fn script(tokens: &[GroovyToken], at: usize) -> Option<(String, usize)> {
    if let Some(found) = argument(tokens, at) {
        return Some(found);
    }
    let near = tokens.get(at..(at + 16).min(tokens.len()))?;
    let named = near.windows(3).find_map(|window| match window {
        [GroovyToken::Word(name), GroovyToken::Sign(':'), GroovyToken::Text(text, start)] if name == "script" => {
            Some((text.clone(), *start))
        }
        _ => None,
    });
    named.filter(|_| matches!(near.first(), Some(GroovyToken::Sign('(') | GroovyToken::Word(_))))
}

fn tokens(text: &str) -> Vec<GroovyToken> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or("");
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if letter == '\'' || letter == '"' {
            let (token, length) = quoted(rest, letter, at);
            tokens.push(token);
            length
        } else if letter.is_alphanumeric() || letter == '_' {
            let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            tokens.push(GroovyToken::Word(rest.get(..end).unwrap_or("").to_owned()));
            end
        } else {
            if !letter.is_whitespace() {
                tokens.push(GroovyToken::Sign(letter));
            }
            letter.len_utf8()
        };
        at += length.max(1);
    }
    tokens
}

/// A text in quotes at the start, and how long it is with them.
fn quoted(rest: &str, quote: char, at: usize) -> (GroovyToken, usize) {
    let triple = quote.to_string().repeat(3);
    let mark = if rest.starts_with(&triple) { triple.as_str() } else { rest.get(..1).unwrap_or("\"") };
    let mut end = mark.len();
    while let Some(behind) = rest.get(end..).filter(|behind| !behind.is_empty()) {
        if behind.starts_with(mark) || mark.len() == 1 && behind.starts_with('\n') {
            break;
        }
        let escaped = behind.starts_with('\\');
        let first = behind.chars().next().map_or(1, char::len_utf8);
        end += first;
        if escaped {
            end += behind.get(first..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        }
    }
    let text = rest.get(mark.len()..end).unwrap_or("").to_owned();
    // Groovy removes the backslash in front of these.
    let text = text.replace("\\$", "$").replace("\\\"", "\"").replace("\\\\\n", " \\\n");
    (GroovyToken::Text(text, at + mark.len()), (end + mark.len()).min(rest.len()))
}
