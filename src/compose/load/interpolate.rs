//! Variables in the values of a file, and the casts that Compose applies to what comes out.

use std::sync::LazyLock;

use super::environment::Environment;
use super::short::go;
use crate::compose::value::pattern::{At, ITEM, Patterns, display};
use crate::compose::value::provenance::Texts;
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Data, Part, Text, Value};
use crate::finding::{Finding, Severity};
use crate::source::Place;
use crate::source::Span;
use crate::text::template::{Expansion, Operator, Outcome, Problem, Use, expand};

/// One use of a variable in a Compose file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reference {
    /// The variable.
    pub(crate) name: String,
    /// The `${…}`, or the whole scalar where its place inside cannot be told.
    pub(crate) place: Place,
    /// The value it stands in: `services`, `web`, `image`; the items of a list are `[]`.
    pub(crate) path: Vec<Text>,
    /// The name before `=` where the value is an item such as `KEY=${X}`.
    pub(crate) key: Option<String>,
    /// The operator, if any.
    pub(crate) operator: Option<Operator>,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// The default that was used, or the message of `:?`.
    pub(crate) word: Option<String>,
    /// Whether nothing else stands in the value.
    pub(crate) alone: bool,
    /// False inside a default that was not taken.
    pub(crate) effective: bool,
    /// Whether a shell asks in this value if it is empty: `[ -z "${NAME}" ]`.
    pub(crate) asked: bool,
}

/// Interpolates all values of a file in place.
pub(crate) struct Interpolation<'a> {
    /// Where variables come from.
    pub(crate) environment: &'a Environment,
    /// The files, for places.
    pub(crate) texts: &'a Texts<'a>,
    /// All uses so far.
    pub(crate) references: Vec<Reference>,
    /// Everything Compose rejects.
    pub(crate) findings: Vec<Finding>,
    /// What it only warns of.
    pub(crate) accepted: Vec<Finding>,
}

impl<'a> Interpolation<'a> {
    /// An interpolation that goes on where others ended.
    pub(crate) fn new(
        environment: &'a Environment,
        texts: &'a Texts<'a>,
        references: Vec<Reference>,
    ) -> Interpolation<'a> {
        Interpolation { environment, texts, references, findings: Vec::new(), accepted: Vec::new() }
    }

    /// Interpolates a value and what is in it.
    pub(crate) fn run(&mut self, value: &mut Value, path: &mut Vec<Text>) {
        static TABLE: LazyLock<Patterns<Cast>> = LazyLock::new(|| Patterns::new(CASTS));
        let at = path.iter().try_fold(TABLE.start(), |at, step| at.step(step));
        self.walk(value, path, at);
    }

    fn walk(&mut self, value: &mut Value, path: &mut Vec<Text>, at: Option<At<Cast>>) {
        let next = |step: &str| at.and_then(|at| at.step(step));
        match &mut value.data {
            Data::Map(map) => {
                for (key, entry) in map.iter_mut() {
                    path.push(key.clone());
                    self.walk(&mut entry.value, path, next(key));
                    path.pop();
                }
            }
            Data::List(items) => {
                path.push(ITEM);
                for item in items {
                    self.walk(item, path, next(&ITEM));
                }
                path.pop();
            }
            Data::Text(text) => {
                if text.contains('$') {
                    let template = std::mem::take(text);
                    self.text(value, &template, path);
                }
                if let Some(cast) = at.and_then(At::value) {
                    self.cast(value, *cast, path);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, value: &mut Value, template: &str, path: &[Text]) {
        let environment = self.environment;
        let expansion = expand(template, &|name| environment.value(name));
        let inner = self.texts.inner(value.place, template);
        let whole = value.place;
        let found = if inner.is_none() { self.texts.find_uses(whole, template, &expansion.uses) } else { Vec::new() };
        let locate = |start: usize, end: usize| match inner {
            Some(span) => {
                let span = Span { file: span.file, start: span.start + start as u32, end: span.start + end as u32 };
                Place { span, node: whole.node }
            }
            None => found.iter().find(|(from, _)| *from == start).map_or(whole, |(_, place)| *place),
        };
        self.note(&expansion, template, path, &locate);
        value.parts = parts(&expansion, inner.is_some(), &locate);
        value.data = Data::Text(expansion.text.into());
    }

    fn note(&mut self, expansion: &Expansion, template: &str, path: &[Text], locate: &dyn Fn(usize, usize) -> Place) {
        let key = match template.split_once('=') {
            Some((key, _)) if path.last().is_some_and(|step| *step == ITEM) && !key.contains('$') => {
                Some(key.to_owned())
            }
            _ => None,
        };
        let is_question = |usage: &&Use| template.get(..usage.start).is_some_and(ends_in_question);
        let asked: Vec<&str> = expansion.uses.iter().filter(is_question).map(|usage| usage.name.as_str()).collect();
        for usage in &expansion.uses {
            let Use { name, start, end, operator, outcome, word, effective } = usage;
            let before = key.as_ref().map_or(0, |key| key.len() + 1);
            self.references.push(Reference {
                name: name.clone(),
                place: locate(*start, *end),
                path: path.to_vec(),
                key: key.clone(),
                operator: *operator,
                outcome: *outcome,
                word: word.clone(),
                alone: *start == before && *end == template.len(),
                effective: *effective,
                asked: asked.contains(&name.as_str()),
            });
        }
        for problem in &expansion.problems {
            self.findings.push(self.problem(problem, template, path, locate));
        }
    }

    fn problem(
        &self,
        problem: &Problem,
        template: &str,
        path: &[Text],
        locate: &dyn Fn(usize, usize) -> Place,
    ) -> Finding {
        match problem {
            Problem::Invalid { start, end } => {
                let raw = template.get(*start..*end).unwrap_or("$");
                let message = format!("invalid variable reference `{}`", shorten(raw));
                Finding::new("invalid-interpolation", Severity::Error, locate(*start, *end), display(path), message)
                    .evidence(display(path))
                    .help("escape a literal `$` as `$$`")
            }
            Problem::Required { name, message, start, end } => {
                let words = required(name, message);
                Finding::new("required-variable", Severity::Error, locate(*start, *end), name.clone(), words)
                    .help(format!("set `{name}` in `.env`, or pass an env file that sets it"))
            }
        }
    }

    fn cast(&mut self, value: &mut Value, cast: Cast, path: &[Text]) {
        let Data::Text(text) = &value.data else { return };
        let data = match cast {
            Cast::Boolean => go::to_boolean(text).map(Data::Bool),
            Cast::Integer => go::parse_int(text).map(Data::Int),
            Cast::Float => go::parse_float(text).map(Data::Float),
        };
        let key = path.iter().rev().find(|step| **step != ITEM).map_or("", Text::as_str);
        match data {
            Some(data) => {
                if let Data::Bool(flag) = data
                    && !text.eq_ignore_ascii_case(&flag.to_string())
                {
                    let message =
                        format!("`{key}` is the string `{}`, which docker compose reads as `{flag}`", shorten(text));
                    self.accepted.push(
                        Finding::new("invalid-value", Severity::Info, value.place, display(path), message)
                            .help(format!("use `{flag}`: only YAML before 1.2 has other words for it")),
                    );
                }
                value.data = data;
            }
            None => {
                let message = format!("`{key}` must be {}, but is `{}`", cast.words(), shorten(text));
                let finding = Finding::new("wrong-type", Severity::Error, value.place, display(path), message);
                self.findings.push(finding);
            }
        }
    }
}

/// Whether a text breaks off behind the `-z` or `-n` of a shell's test. Other programs have such options, too.
fn ends_in_question(before: &str) -> bool {
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let before = before.strip_suffix('\\').unwrap_or(before);
    let line = before.rsplit(['\n', ';']).next().unwrap_or(before);
    let mut words = line.split([' ', '\t']).rev().filter(|word| !matches!(*word, "" | "!"));
    let is_behind = before.ends_with([' ', '\t']);
    let is_option = words.next().is_some_and(|word| matches!(word, "-z" | "-n"));
    let opens = |word: &str| matches!(word.trim_start_matches(['"', '\'', '(', '!']), "[" | "[[" | "test");
    let goes_on = |word: &str| matches!(word, "&&" | "||" | "-a" | "-o");
    let is_open = line.rfind('[') > line.rfind(']');
    is_behind && is_option && words.next().is_some_and(|word| opens(word) || is_open && goes_on(word))
}

/// Pieces of the expansion as parts of the value. Literal text has a part only where its place is known.
fn parts(expansion: &Expansion, exact: bool, locate: &dyn Fn(usize, usize) -> Place) -> Few<Part> {
    expansion
        .pieces
        .iter()
        .filter(|piece| exact || piece.variable.is_some())
        .map(|piece| Part {
            start: piece.start as u32,
            end: piece.end as u32,
            place: locate(piece.from_start, piece.from_end),
            variable: piece.variable.and_then(|at| expansion.uses.get(at)).map(|usage| usage.name.as_str().into()),
        })
        .collect()
}

/// That a variable must have a value, with what the file says of it.
pub(crate) fn required(name: &str, message: &str) -> String {
    let said = if message.is_empty() { String::new() } else { format!(": {}", shorten(message)) };
    format!("required variable `{name}` is missing a value{said}")
}

/// At most 60 characters of a text, on one line.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or("")),
        None => line.to_owned(),
    }
}

#[derive(Clone, Copy)]
enum Cast {
    Boolean,
    Integer,
    Float,
}

impl Cast {
    fn words(self) -> &'static str {
        match self {
            Cast::Boolean => "`true` or `false`",
            Cast::Integer => "an integer",
            Cast::Float => "a number",
        }
    }
}

/// The values that Compose turns from text into another type (compose-go 2.9.1, `loader/interpolate.go`).
const CASTS: &[(&str, Cast)] = &[
    ("services.*.cpu_count", Cast::Integer),
    ("services.*.cpu_percent", Cast::Float),
    ("services.*.cpu_period", Cast::Integer),
    ("services.*.cpu_quota", Cast::Integer),
    ("services.*.cpu_rt_period", Cast::Integer),
    ("services.*.cpu_rt_runtime", Cast::Integer),
    ("services.*.cpus", Cast::Float),
    ("services.*.cpu_shares", Cast::Integer),
    ("services.*.init", Cast::Boolean),
    ("services.*.deploy.replicas", Cast::Integer),
    ("services.*.deploy.update_config.parallelism", Cast::Integer),
    ("services.*.deploy.update_config.max_failure_ratio", Cast::Float),
    ("services.*.deploy.rollback_config.parallelism", Cast::Integer),
    ("services.*.deploy.rollback_config.max_failure_ratio", Cast::Float),
    ("services.*.deploy.restart_policy.max_attempts", Cast::Integer),
    ("services.*.deploy.placement.max_replicas_per_node", Cast::Integer),
    ("services.*.healthcheck.retries", Cast::Integer),
    ("services.*.healthcheck.disable", Cast::Boolean),
    ("services.*.oom_kill_disable", Cast::Boolean),
    ("services.*.oom_score_adj", Cast::Integer),
    ("services.*.pids_limit", Cast::Integer),
    ("services.*.ports.[].target", Cast::Integer),
    ("services.*.privileged", Cast::Boolean),
    ("services.*.read_only", Cast::Boolean),
    ("services.*.scale", Cast::Integer),
    ("services.*.stdin_open", Cast::Boolean),
    ("services.*.tty", Cast::Boolean),
    ("services.*.ulimits.*", Cast::Integer),
    ("services.*.ulimits.*.hard", Cast::Integer),
    ("services.*.ulimits.*.soft", Cast::Integer),
    ("services.*.volumes.[].read_only", Cast::Boolean),
    ("services.*.volumes.[].volume.nocopy", Cast::Boolean),
    ("networks.*.external", Cast::Boolean),
    ("networks.*.internal", Cast::Boolean),
    ("networks.*.attachable", Cast::Boolean),
    ("networks.*.enable_ipv4", Cast::Boolean),
    ("networks.*.enable_ipv6", Cast::Boolean),
    ("volumes.*.external", Cast::Boolean),
    ("secrets.*.external", Cast::Boolean),
    ("configs.*.external", Cast::Boolean),
];
