//! Dollar signs that Compose expands although they are meant for a shell in the container, or are just text.

use crate::collections::{HashSet, IndexMap};
use crate::compose::load::environment::{VariableState, line_place};
use crate::compose::value::Value;
use crate::compose::{Project, Reference};
use crate::facts::environment::hashes;
use crate::facts::images::{is_shell, launch, variable};
use crate::model::{Model, Service};
use crate::secrets::is_secret_name;
use crate::source::{FileId, NodeId, Place, SourceDb, Span};
use crate::text::dotenv::{self, DotenvLine, KnownVariables, VariableUse};
use crate::text::shell::{assigned, is_script_option};
use crate::text::template::SubstitutionOutcome;
use crate::yaml::Trees;

/// What a dollar sign belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A variable that the same shell text sets.
    Script,
    /// A variable that the container has and Compose does not.
    Container,
    /// The hash of a password.
    Hash,
    /// A password or another secret.
    Secret,
}

/// A stretch of a value that holds such a dollar sign.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DollarSpan {
    /// Where it is.
    pub(crate) place: Place,
    /// The text there. A part of a secret where the owner is one.
    pub(crate) text: String,
    /// The variable that Compose sees.
    pub(crate) name: String,
}

/// A value with such dollar signs.
#[derive(Debug)]
pub(crate) struct Dollar {
    /// What they belong to.
    pub(crate) owner: Owner,
    /// Each use, or the whole hash, as it is written.
    pub(crate) parts: Vec<DollarSpan>,
    /// The service whose value it is.
    pub(crate) service: Option<String>,
    /// The variable or label that has the value.
    pub(crate) key: Option<String>,
    /// The line of an env file.
    pub(crate) line: Option<DotenvLine>,
}

/// All such values of a project.
#[derive(Debug, Default)]
pub(crate) struct Dollars {
    /// One for each value.
    pub(crate) found: Vec<Dollar>,
    uses: HashSet<Place>,
    /// The first bytes of lines of env files.
    lines: HashSet<(FileId, u32)>,
}

impl Dollars {
    /// Whether a use of a variable in a Compose file is one of them.
    pub(crate) fn is_use(&self, reference: &Reference) -> bool {
        self.uses.contains(&reference.place)
    }

    /// Whether the line of an env file that has this place lost its value to one of them.
    pub(crate) fn is_line(&self, place: Place) -> bool {
        self.lines.contains(&(place.span.file, place.span.start))
    }
}

/// What the values are found with.
struct DollarSearch<'a> {
    model: &'a Model,
    project: &'a Project,
    sources: &'a SourceDb,
    trees: &'a Trees,
}

/// The values of a project in which Compose expands a dollar sign that is not its own.
pub(crate) fn dollars(model: &Model, project: &Project, sources: &SourceDb, trees: &Trees) -> Dollars {
    let search = DollarSearch { model, project, sources, trees };
    let mut all = Dollars::default();
    let mut scalars: IndexMap<(FileId, NodeId), Vec<&Reference>> = IndexMap::default();
    for reference in &project.references {
        scalars.entry((reference.place.span.file, reference.place.node)).or_default().push(reference);
    }
    for references in scalars.values() {
        search.scalar(references, &mut all);
    }
    search.env_files(&mut all);
    all.lines.extend(all.found.iter().filter_map(|one| {
        let first = one.parts.first()?;
        Some((first.place.span.file, one.line.as_ref()?.key_span.0))
    }));
    all
}

impl DollarSearch<'_> {
    fn scalar(&self, references: &[&Reference], all: &mut Dollars) {
        let Some(first) = references.first() else { return };
        let whole = self.trees.get(self.sources, first.place.span.file).0.place(first.place.node);
        let source = self.sources.file(whole.span.file);
        let raw = source.slice(whole.span.start, whole.span.end);
        let scripts = self.script_of(first, raw);
        let is_code = !scripts && raw.contains('`') && self.is_javascript(first);
        let sets = if scripts { assigned(raw) } else { Default::default() };
        let hashes = if scripts { Vec::new() } else { hashes::find(raw) };
        let mut found: Option<Dollar> = None;
        for one in references.iter().filter(|one| one.effective) {
            let Some(start) = one.place.span.start.checked_sub(whole.span.start).map(|at| at as usize) else {
                continue;
            };
            let written = source.slice(one.place.span.start, one.place.span.end);
            let hash = hashes.iter().find(|hash| hash.contains(&start) && !written.starts_with("${"));
            let owner = match hash {
                _ if !written.starts_with('$') => None,
                Some(_) => Some(Owner::Hash),
                None if scripts => {
                    self.owner_in_script(one, &sets).or_else(|| in_awk(one, raw).then_some(Owner::Script))
                }
                None if is_code => is_of_template(one, raw).then_some(Owner::Script),
                None => self.is_part_of_secret(one, raw, start).then_some(Owner::Secret),
            };
            let Some(owner) = owner else { continue };
            all.uses.insert(one.place);
            let place = hash.map_or(one.place, |hash| {
                let (from, to) = (hash.start as u32, hash.end as u32);
                let start = whole.span.start;
                Place { span: Span { start: start + from, end: start + to, ..whole.span }, node: whole.node }
            });
            let dollar = found.get_or_insert_with(|| Dollar {
                owner,
                parts: Vec::new(),
                service: service_of(one).map(str::to_owned),
                key: key_of(one),
                line: None,
            });
            // The less certain one speaks for the value.
            dollar.owner = if owner == Owner::Container { owner } else { dollar.owner };
            if !dollar.parts.iter().any(|part| part.place == place) {
                let text = source.slice(place.span.start, place.span.end).to_owned();
                dollar.parts.push(DollarSpan { place, text, name: one.name.clone() });
            }
        }
        all.found.extend(found);
    }

    fn service(&self, reference: &Reference) -> Option<&Service> {
        let name = service_of(reference)?;
        self.model.services.get(name).or_else(|| self.model.disabled.get(name))
    }

    /// Whether a shell, or what a file is made of that is no one's configuration, reads the scalar.
    fn script_of(&self, reference: &Reference, raw: &str) -> bool {
        let steps: Vec<&str> = reference.path.iter().map(|step| step.as_str()).collect();
        if let ["configs", _, "content"] = steps.as_slice() {
            return raw.contains("#!/");
        }
        let Some(service) = self.service(reference) else { return false };
        match steps.get(2..).unwrap_or_default() {
            ["command" | "entrypoint", ..] => {
                let words = launch(service);
                runs_script(words.iter().map(|word| word.value.as_str()))
            }
            ["healthcheck", "test", ..] => {
                let test = service.healthcheck.as_ref().map(|check| check.test.as_slice()).unwrap_or_default();
                let is_shell = test.first().is_some_and(|first| first.value == "CMD-SHELL");
                is_shell || runs_script(test.iter().map(|word| word.value.as_str()))
            }
            [hook @ ("post_start" | "pre_stop"), ..] => self.hook_runs_script(service, hook),
            ["build", "dockerfile_inline"] => true,
            _ => false,
        }
    }

    /// Whether Node.js, Bun or Deno reads the scalar as a program.
    fn is_javascript(&self, reference: &Reference) -> bool {
        let Some(service) = self.service(reference) else { return false };
        let runs = |mut words: std::slice::Iter<'_, &str>| {
            words.any(|word| matches!(word.rsplit('/').next().unwrap_or(""), "node" | "bun" | "deno"))
                && words.any(|word| matches!(*word, "-e" | "--eval" | "-p" | "-pe" | "eval"))
        };
        let steps: Vec<&str> = reference.path.iter().map(|step| step.as_str()).collect();
        let words: Vec<&str> = match steps.get(2..).unwrap_or_default() {
            ["command" | "entrypoint", ..] => launch(service).iter().map(|word| word.value.as_str()).collect(),
            ["healthcheck", "test", ..] => {
                service.healthcheck.iter().flat_map(|check| &check.test).map(|word| word.value.as_str()).collect()
            }
            _ => return false,
        };
        runs(words.iter())
    }

    fn hook_runs_script(&self, service: &Service, hook: &str) -> bool {
        let hooks =
            self.project.root.get("services").and_then(|all| all.get(&service.name)).and_then(|it| it.get(hook));
        let commands = hooks.and_then(Value::list).unwrap_or_default().iter().filter_map(|one| one.get("command"));
        commands.filter_map(Value::list).any(|words| runs_script(words.iter().filter_map(Value::text)))
    }

    fn owner_in_script(&self, reference: &Reference, sets: &std::collections::BTreeSet<&str>) -> Option<Owner> {
        let name = reference.name.as_str();
        let open = matches!(reference.outcome, SubstitutionOutcome::Unset | SubstitutionOutcome::Default);
        if open && sets.contains(name) {
            return (!self.is_user(name)).then_some(Owner::Script);
        }
        let is_unset = reference.outcome == SubstitutionOutcome::Unset && reference.state == VariableState::Unset;
        let service = self.service(reference).filter(|_| is_unset)?;
        let is_built_in = OF_SHELLS.contains(&name);
        let given = variable(service, name).filter(|value| !value.value.is_empty());
        let is_given = given.is_some_and(|value| {
            // What is made of the same variable is blank with it.
            value.parts.iter().all(|part| part.variable.as_deref() != Some(name))
        });
        (is_built_in || is_given).then_some(Owner::Container)
    }

    /// Whether a variable is that of the user that containers run as, so that it comes from outside, as the official
    /// `docker-compose.yaml` of Airflow has it.
    fn is_user(&self, name: &str) -> bool {
        let is_user = |one: &Reference| one.path.last().is_some_and(|key| key == "user");
        self.project.references.iter().any(|one| one.name == name && one.operator.is_some() && is_user(one))
    }

    /// Whether a use is the middle of a secret: directly behind its letters, or no name that anyone would choose.
    fn is_part_of_secret(&self, reference: &Reference, raw: &str, start: usize) -> bool {
        let is_unset = reference.outcome == SubstitutionOutcome::Unset && reference.state == VariableState::Unset;
        let in_environment = reference.path.iter().any(|step| step == "environment");
        let before = raw.get(..start).unwrap_or("");
        let before = match &reference.key {
            Some(key) => before.trim_start_matches(['"', '\'']).strip_prefix(&format!("{key}=")).unwrap_or(before),
            None => before.trim_start_matches(['"', '\'']),
        };
        let behind = raw.get(start..).unwrap_or("");
        let is_secret = key_of(reference).is_some_and(|key| is_secret_name(&key));
        is_unset
            && in_environment
            && !reference.alone
            && !behind.starts_with("${")
            && cuts_secret(is_secret, before, behind, &reference.name)
    }

    fn env_files(&self, all: &mut Dollars) {
        let environment = &self.project.environment;
        let mut seen: HashSet<FileId> = HashSet::default();
        let examples = environment.outside.examples.iter().filter_map(|path| self.sources.load(path).ok());
        for file in environment.files.iter().copied().chain(examples) {
            if seen.insert(file) {
                self.env_file(file, dotenv::EnvFileRole::Project, None, all);
            }
        }
        for listed in self.project.env_files.iter().filter(|listed| !listed.is_raw) {
            let Some(file) = listed.file.filter(|file| seen.insert(*file)) else { continue };
            self.env_file(file, dotenv::EnvFileRole::Service, self.model.services.get(&listed.service), all);
        }
    }

    fn env_file(&self, file: FileId, role: dotenv::EnvFileRole, service: Option<&Service>, all: &mut Dollars) {
        let source = self.sources.file(file);
        if !source.text.contains('$') {
            return;
        }
        let first = |name: &str| {
            let own = service.and_then(|service| service.environment.get(name)).and_then(|one| one.value.as_ref());
            self.project.environment.value(name).or_else(|| own.map(|value| value.value.clone()))
        };
        let parsed = dotenv::parse(&source.text, role, KnownVariables { first: &first, earlier: &|_| None });
        for line in parsed.lines.into_iter().filter(|line| !line.uses.is_empty()) {
            let (from, to) = line.value_span;
            let raw = source.slice(from, to);
            let hashes = hashes::find(raw);
            let of = |usage: &VariableUse| {
                let start = (usage.start.saturating_sub(from)) as usize;
                let behind = raw.get(start..).unwrap_or("");
                if behind.starts_with("${") || !usage.effective {
                    return None;
                }
                if hashes.iter().any(|hash| hash.contains(&start)) {
                    return Some(Owner::Hash);
                }
                let is_unset = usage.outcome == SubstitutionOutcome::Unset
                    && self.project.environment.state(&usage.name) == VariableState::Unset;
                let alone = usage.start == from && usage.end == to;
                let before = raw.get(..start).unwrap_or("").trim_start_matches(['"', '\'']);
                let is_secret = is_secret_name(&line.key);
                (is_unset && !alone && cuts_secret(is_secret, before, behind, &usage.name)).then_some(Owner::Secret)
            };
            let owned: Vec<(Owner, &VariableUse)> =
                line.uses.iter().filter_map(|usage| Some((of(usage)?, usage))).collect();
            let Some((owner, _)) = owned.first() else { continue };
            let part = |usage: &VariableUse| DollarSpan {
                place: line_place(file, 0, usage.start, usage.end),
                text: source.slice(usage.start, usage.end).to_owned(),
                name: usage.name.clone(),
            };
            all.found.push(Dollar {
                owner: *owner,
                parts: owned.iter().map(|(_, usage)| part(usage)).collect(),
                service: None,
                key: Some(line.key.clone()),
                line: Some(line.clone()),
            });
        }
    }
}

/// Whether a use is the last field of a line in `awk`.
fn in_awk(reference: &Reference, raw: &str) -> bool {
    reference.name == "NF" && is_open(reference) && raw.contains("awk")
}

/// Whether a use is a placeholder in a template of JavaScript: nobody names a variable of the environment like this.
fn is_of_template(reference: &Reference, raw: &str) -> bool {
    let name = reference.name.as_str();
    let is_declared = ["const", "let", "var"].iter().any(|word| raw.contains(&format!("{word} {name}")));
    is_open(reference) && (is_declared || name.starts_with(|first: char| first.is_ascii_lowercase()))
}

fn is_open(reference: &Reference) -> bool {
    reference.outcome == SubstitutionOutcome::Unset && reference.state == VariableState::Unset
}

/// Variables that a shell has by itself.
const OF_SHELLS: [&str; 9] =
    ["PATH", "HOSTNAME", "RANDOM", "SECONDS", "LINENO", "REPLY", "OPTARG", "PIPESTATUS", "BASH_SOURCE"];

/// Whether words start a shell that reads its script from one of them.
fn runs_script<'w>(words: impl Iterator<Item = &'w str>) -> bool {
    let mut shell = false;
    for word in words {
        shell |= is_shell(word);
        if shell && is_script_option(word) {
            return true;
        }
    }
    false
}

/// Whether a `$name` cuts a secret: directly behind its characters, or of letters that no one names a variable.
fn cuts_secret(is_secret: bool, before: &str, behind: &str, name: &str) -> bool {
    let follows = before.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '!' | '#' | '%' | '^' | '*'));
    if !is_secret {
        return follows && is_in_password_of_url(before, behind);
    }
    let is_conventional = name.chars().all(|one| one == '_' || one.is_ascii_uppercase() || one.is_ascii_digit());
    let opens = before.is_empty() || before.ends_with(['-', '_', '.', '@', '+', '&', '?', '=']);
    !before.contains("://") && (follows || opens && !is_conventional)
        || follows && is_in_password_of_url(before, behind)
}

/// Whether what is between is the password of `scheme://user:password@host`.
fn is_in_password_of_url(before: &str, behind: &str) -> bool {
    let user = before.rsplit_once("://").map_or("", |(_, behind)| behind);
    let is_open = user.contains(':') && !user.contains(['/', '@']);
    let rest = behind.split(['/', ' ', '"', '\'']).next().unwrap_or("");
    is_open && rest.contains('@')
}

fn service_of(reference: &Reference) -> Option<&str> {
    match reference.path.as_slice() {
        [first, name, _, ..] if first == "services" => Some(name.as_str()),
        _ => None,
    }
}

/// The variable or label that takes the value.
fn key_of(reference: &Reference) -> Option<String> {
    let last = reference.path.last().filter(|step| *step != "[]").map(|step| step.as_str().to_owned());
    reference.key.clone().or(last)
}

#[cfg(test)]
mod tests {
    use crate::facts::environment::dollars::Owner;
    use crate::facts::fixture::with_sources;

    fn owners(text: &str, env: &str, expect: &[(Owner, &[&str])]) {
        with_sources(&[("compose.yaml", text), ("a.env", env)], &[("KNOWN", "1")], |_, facts| {
            let found: Vec<(Owner, Vec<&str>)> = facts
                .dollars()
                .found
                .iter()
                .map(|one| (one.owner, one.parts.iter().map(|part| part.text.as_str()).collect()))
                .collect();
            let expect: Vec<(Owner, Vec<&str>)> =
                expect.iter().map(|(owner, texts)| (*owner, texts.to_vec())).collect();
            assert_eq!(found, expect, "{text}{env}");
        });
    }

    #[test]
    fn variables_of_a_shell_and_of_the_container() {
        let service = |rest: &str| format!("services:\n  a:\n    image: x\n    environment: {{U: app}}\n    {rest}\n");
        for (rest, expect) in [
            ("command: sh -c 'for f in *; do echo $f; done'", (Owner::Script, ["$f"].as_slice())),
            ("command: [bash, -ec, 'n=1; echo ${n} ${OTHER}']", (Owner::Script, &["${n}"])),
            ("healthcheck: {test: pg_isready -U $U}", (Owner::Container, &["$U"])),
            ("healthcheck: {test: [CMD, sh, -c, 'pg_isready -U $U']}", (Owner::Container, &["$U"])),
            ("post_start: [{command: [sh, -c, 'echo $U']}]", (Owner::Container, &["$U"])),
            ("healthcheck: {test: \"ps | awk '{print $NF}'\"}", (Owner::Script, &["$NF"])),
            ("healthcheck: {test: [CMD, node, -e, 'const p=1;fetch(`http://x:${p}`)']}", (Owner::Script, &["${p}"])),
        ] {
            owners(&service(rest), "", &[expect]);
        }
        for rest in [
            "command: [redis-server, --user, $U]",
            "command: sh -c 'echo $KNOWN $OTHER'",
            "healthcheck: {test: [CMD, node, -e, 'fetch(`http://x:${PORT}`)']}",
            "healthcheck: {test: [CMD, pg_isready, -U, $U]}",
            "healthcheck: {test: pg_isready -U $$U}",
            "command: sh -c 'U=$U run'",
        ] {
            let without = service(rest).replace("sh -c 'U=$U", "sh -c 'V=$V");
            owners(&without, "", &[]);
        }
        owners(&service("user: '${ID:-50000}:0'\n    command: bash -c 'test $ID || ID=1'"), "", &[]);
    }

    #[test]
    fn hashes_and_secrets() {
        let service = |rest: &str| format!("services:\n  a:\n    image: x\n    {rest}\n");
        owners(
            &service("labels: ['u=bob:$apr1$kW3nVb1L$hQ8rWk3nVb1L']"),
            "",
            &[(Owner::Hash, &["$apr1$kW3nVb1L$hQ8rWk3nVb1L"])],
        );
        owners(&service("environment: {DB_PASSWORD: 'lake$Qv'}"), "", &[(Owner::Secret, &["$Qv"])]);
        owners(&service("environment: {URL: 'amqp://a:lake$Qv@mq'}"), "", &[(Owner::Secret, &["$Qv"])]);
        for rest in [
            "environment: {DB_PASSWORD: $OTHER}",
            "environment: {DB_PASSWORD: 'x${OTHER}'}",
            "environment: {DB_PASSWORD: 'x$KNOWN'}",
            "environment: {GREETING: 'x$Qv'}",
            "environment: {URL: 'amqp://a:$Qv@mq/x$Qv'}",
        ] {
            owners(&service(rest), "", &[]);
        }
    }

    #[test]
    fn lines_of_env_files() {
        let text = "services:\n  a:\n    image: x\n    env_file: [a.env]\n";
        owners(text, "DB_PASSWORD=lake$Qv\n", &[(Owner::Secret, &["$Qv"])]);
        owners(text, "API_TOKEN=$aB3-x\n", &[(Owner::Secret, &["$aB3"])]);
        owners(text, "H=$argon2id$v=19$m=65540,t=3$Y2Fz\n", &[(Owner::Hash, &["$argon2id", "$v", "$m", "$Y2Fz"])]);
        for env in [
            "DB_PASSWORD='lake$Qv'\n",
            "DB_PASSWORD=lake$KNOWN\n",
            "U=me\nDB_PASSWORD=lake$U\n",
            "DB_PASSWORD=$OTHER\n",
            "PRICE=costs$Qv\n",
            "DB_PASSWORD=lake$$Qv\n",
        ] {
            owners(text, env, &[]);
        }
        let raw = "services:\n  a:\n    image: x\n    env_file: [{path: a.env, format: raw}]\n";
        owners(raw, "DB_PASSWORD=lake$Qv\n", &[]);
    }
}
