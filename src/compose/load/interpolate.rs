//! Variables in the values of a file, and the casts that Compose applies to what comes out.

use std::sync::LazyLock;

use super::environment::{Environment, VariableState};
use super::short::go;
use crate::budget::{Budget, Limit};
use crate::collections::HashSet;
use crate::compose::problem::{Cast, Problem, Reported, TypeProblem, ValueProblem, Verdict};
use crate::compose::value::pattern::{At, ITEM, Patterns};
use crate::compose::value::provenance::Texts;
use crate::compose::value::quote::Quote;
use crate::compose::value::thin_arc::Few;
use crate::compose::value::{Data, Part, Text, Value};
use crate::secrets::is_secret_name;
use crate::source::{FileId, NodeId, Place, Span};
use crate::text::template::{self, Expansion, SubstitutionOperator, SubstitutionOutcome, TemplateUse, expand};

/// One use of a variable in a Compose file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reference {
    /// The variable.
    pub(crate) name: String,
    /// The `${…}`, or the whole scalar where its place inside cannot be told.
    pub(crate) place: Place,
    /// The value it is in: `services`, `web`, `image`; the items of a list are `[]`.
    pub(crate) path: Vec<Text>,
    /// The name before `=` where the value is an item such as `KEY=${X}`.
    pub(crate) key: Option<String>,
    /// The operator, if any.
    pub(crate) operator: Option<SubstitutionOperator>,
    /// What came of it.
    pub(crate) outcome: SubstitutionOutcome,
    /// What is known about the variable.
    pub(crate) state: VariableState,
    /// The default that was used, or the message of `:?`.
    pub(crate) word: Option<String>,
    /// Whether nothing else is in the value.
    pub(crate) alone: bool,
    /// False inside a default that was not taken.
    pub(crate) effective: bool,
    /// Whether it is in the default of another variable: what an older name held, say.
    pub(crate) is_fallback: bool,
    /// Whether a shell asks in this value if it is empty: `[ -z "${NAME}" ]`.
    pub(crate) asked: bool,
}

impl Reference {
    /// Whether nothing comes of it that is used: the variable is not set or empty, and so is its default, if it has one.
    pub(crate) fn is_blank(&self) -> bool {
        let is_empty = match self.outcome {
            SubstitutionOutcome::Unset | SubstitutionOutcome::Empty => true,
            SubstitutionOutcome::Default => self.word.as_deref() == Some(""),
            SubstitutionOutcome::Value | SubstitutionOutcome::Alternative | SubstitutionOutcome::Missing => false,
        };
        is_empty && self.effective
    }

    /// The scalar that contains it.
    pub(crate) fn scalar(&self) -> (FileId, NodeId) {
        (self.place.span.file, self.place.node)
    }
}

/// Interpolates all values of a file in place.
pub(crate) struct Interpolation<'a> {
    /// Where variables come from.
    pub(crate) environment: &'a Environment,
    /// The files, for places.
    pub(crate) texts: &'a Texts<'a>,
    /// What the project may cost.
    pub(crate) budget: &'a Budget,
    /// All uses so far.
    pub(crate) references: Vec<Reference>,
    /// What is wrong with values and their variables.
    pub(crate) found: Vec<Reported>,
}

impl<'a> Interpolation<'a> {
    /// An interpolation that goes on where others ended.
    pub(crate) fn new(
        environment: &'a Environment,
        texts: &'a Texts<'a>,
        references: Vec<Reference>,
        budget: &'a Budget,
    ) -> Interpolation<'a> {
        Interpolation { environment, texts, budget, references, found: Vec::new() }
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
        if self.budget.is_spent(Limit::Bytes) {
            value.data = Data::Text(template.into());
            return;
        }
        let expansion = expand(template, &|name| environment.value(name));
        for (is_reached, limit) in [(expansion.is_cut, Limit::Bytes), (expansion.is_deep, Limit::Depth)] {
            if is_reached {
                self.budget.note(limit, value.place);
            }
        }
        self.budget.spend(Limit::Bytes, expansion.inserted, value.place);
        let inner = self.texts.inner(value.place, template);
        let whole = value.place;
        let found = if inner.is_none() { self.texts.find_uses(whole, template, &expansion.uses) } else { Vec::new() };
        let locate = |start: usize, end: usize| match inner {
            Some(span) => {
                let span = Span { file: span.file, start: span.start + start as u32, end: span.start + end as u32 };
                Place { span, node: whole.node }
            }
            None => {
                let at = found.binary_search_by_key(&start, |(from, _)| *from).ok();
                at.and_then(|at| found.get(at)).map_or(whole, |(_, place)| *place)
            }
        };
        self.note(&expansion, template, path, &locate);
        value.parts = parts(&expansion, inner.is_some(), environment, &locate);
        value.data = Data::Text(expansion.text.into());
    }

    fn note(&mut self, expansion: &Expansion, template: &str, path: &[Text], locate: &dyn Fn(usize, usize) -> Place) {
        let key = match template.split_once('=') {
            Some((key, _)) if path.last().is_some_and(|step| *step == ITEM) && !key.contains('$') => {
                Some(key.to_owned())
            }
            _ => None,
        };
        let is_question = |usage: &&TemplateUse| template.get(..usage.start).is_some_and(ends_in_question);
        let asked: HashSet<&str> = expansion.uses.iter().filter(is_question).map(|usage| usage.name.as_str()).collect();
        // A use comes before those in its default.
        let mut defaults_end = 0;
        for usage in &expansion.uses {
            let TemplateUse { name, start, end, operator, outcome, word, effective } = usage;
            let before = key.as_ref().map_or(0, |key| key.len() + 1);
            self.references.push(Reference {
                name: name.clone(),
                place: locate(*start, *end),
                path: path.to_vec(),
                key: key.clone(),
                operator: *operator,
                outcome: *outcome,
                state: self.environment.state(name),
                word: word.clone(),
                alone: *start == before && *end == template.len(),
                effective: *effective,
                is_fallback: *end < defaults_end,
                asked: asked.contains(name.as_str()),
            });
            if matches!(operator, Some(SubstitutionOperator::Default { .. })) {
                defaults_end = defaults_end.max(*end);
            }
        }
        let problems = expansion.problems.iter().filter(|problem| !self.may_be_met(problem));
        let found: Vec<Reported> = problems.map(|problem| self.problem(problem, template, path, locate)).collect();
        self.found.extend(found);
    }

    /// Whether a required variable may have a value where the project runs.
    fn may_be_met(&self, problem: &template::TemplateProblem) -> bool {
        let template::TemplateProblem::Required { name, .. } = problem else { return false };
        self.environment.state(name) == VariableState::Unknown
    }

    fn problem(
        &self,
        problem: &template::TemplateProblem,
        text: &str,
        path: &[Text],
        locate: &dyn Fn(usize, usize) -> Place,
    ) -> Reported {
        match problem {
            template::TemplateProblem::Invalid { start, end } => {
                let raw = text.get(*start..*end).unwrap_or("$");
                let is_bare = raw.chars().all(|letter| matches!(letter, '$' | '{' | '}'));
                let written = (is_bare || !is_secret(text, path)).then(|| raw.to_owned());
                let problem = Problem::Interpolation { written };
                Reported::new(locate(*start, *end), path, problem)
            }
            template::TemplateProblem::Required { name, start, end, .. } => {
                let message =
                    text.get(*start..*end).map(|raw| template::message_as_written(raw, name)).unwrap_or_default();
                let problem = Problem::Required { name: name.clone(), message };
                Reported::new(locate(*start, *end), path, problem)
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
        let key = path.iter().rev().find(|step| **step != ITEM).cloned().unwrap_or_default();
        match data {
            Some(data) => {
                if let Data::Bool(flag) = data
                    && !text.eq_ignore_ascii_case(&flag.to_string())
                {
                    let problem = ValueProblem::BooleanWord { key, text: Quote::from_value(value), flag };
                    let reported = Reported::new(value.place, path, Problem::Value(problem));
                    self.found.push(Reported { verdict: Verdict::Accepted, ..reported });
                }
                value.data = data;
            }
            None => {
                let problem = TypeProblem::Cast { key, to: cast, text: Quote::from_value(value) };
                self.found.push(Reported::new(value.place, path, Problem::Type(problem)));
            }
        }
    }
}

/// Whether the value of a secret is written here: `DB_PASSWORD: …`, or `DB_PASSWORD=…` in a list.
fn is_secret(text: &str, path: &[Text]) -> bool {
    let assigned = text.split_once('=').is_some_and(|(name, _)| is_secret_name(name));
    assigned || path.last().is_some_and(|key| is_secret_name(key))
}

/// How many bytes before an option of a shell's test are searched for the start of the test.
const TEST_BYTES: usize = 256;

/// Whether a text breaks off behind the `-z` or `-n` of a shell's test. Other programs have such options, too.
fn ends_in_question(before: &str) -> bool {
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let before = before.strip_suffix('\\').unwrap_or(before);
    if !before.trim_end_matches([' ', '\t', '!']).ends_with(['z', 'n']) {
        return false;
    }
    let before = before.get(before.ceil_char_boundary(before.len().saturating_sub(TEST_BYTES))..).unwrap_or("");
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
fn parts(
    expansion: &Expansion,
    exact: bool,
    environment: &Environment,
    locate: &dyn Fn(usize, usize) -> Place,
) -> Few<Part> {
    expansion
        .pieces
        .iter()
        .filter(|piece| exact || piece.variable.is_some())
        .map(|piece| {
            let usage = piece.variable.and_then(|at| expansion.uses.get(at));
            Part {
                start: piece.start as u32,
                end: piece.end as u32,
                place: locate(piece.from_start, piece.from_end),
                variable: usage.map(|usage| usage.name.as_str().into()),
                is_default: usage.is_some_and(|usage| is_default(usage, &expansion.uses)),
                is_unknown: usage.is_some_and(|usage| {
                    let blank = matches!(usage.outcome, SubstitutionOutcome::Unset | SubstitutionOutcome::Missing);
                    blank && environment.state(&usage.name) == VariableState::Unknown
                }),
            }
        })
        .collect()
}

/// Variables that say where and what the project is, and so are not secret.
pub(crate) const OF_PROJECT: [&str; 3] = ["PWD", "HOME", "COMPOSE_PROJECT_NAME"];

/// Whether what a use gives is written in the file: a default or alternative, no variable's value in it, and no secret.
fn is_default(usage: &TemplateUse, all: &[TemplateUse]) -> bool {
    if OF_PROJECT.contains(&usage.name.as_str()) {
        return true;
    }
    let given = matches!(usage.outcome, SubstitutionOutcome::Default | SubstitutionOutcome::Alternative);
    // They are in their order, an outer one before those in its word.
    let first = all.partition_point(|inner| inner.start <= usage.start);
    let inside = all.iter().skip(first).take_while(|inner| inner.start < usage.end);
    let holds_value = inside
        .into_iter()
        .any(|inner| inner.effective && inner.end <= usage.end && inner.outcome == SubstitutionOutcome::Value);
    given && !holds_value && !is_secret_name(&usage.name)
}

/// The values that Compose turns from text into another type (compose-go 2.9.1, `loader/interpolate.go`).
pub(in crate::compose) const CASTS: &[(&str, Cast)] = &[
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
