//! Commands that do something once and end: migrations, the creation of buckets and topics, collected files.

use super::steps::{ScriptStep, StepLink, Steps, base_name, of_service};
use crate::collections::HashMap;
use crate::facts::images::launch;
use crate::model::{Dependency, Model, Service, base_image};

/// What a job is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobKind {
    /// It changes the schema of a database.
    Migration,
    /// It puts files or first data where others look for them.
    Preparation,
}

/// A command that ends when it is done.
#[derive(Debug)]
pub(crate) struct JobCommand {
    /// Its words: they follow each other, options between them left out.
    words: &'static [&'static str],
    /// What it is for.
    pub(crate) kind: JobKind,
    /// Whether it takes a lock, so that two that run at once do not disturb each other.
    pub(crate) locks: bool,
}

impl JobCommand {
    /// What people call it: `alembic upgrade`.
    pub(crate) fn name(&self) -> String {
        self.words.join(" ")
    }
}

const fn migration(words: &'static [&'static str]) -> JobCommand {
    JobCommand { words, kind: JobKind::Migration, locks: false }
}

/// Tools whose documentation says that they take a lock in the database.
const fn locking(words: &'static [&'static str]) -> JobCommand {
    JobCommand { words, kind: JobKind::Migration, locks: true }
}

const fn preparation(words: &'static [&'static str]) -> JobCommand {
    JobCommand { words, kind: JobKind::Preparation, locks: false }
}

/// The documentation of each tool names its command, and whether it takes a lock: documentation.red-gate.com/fd (Flyway),
/// docs.liquibase.com, prisma.io/docs (advisory locking), guides.rubyonrails.org (advisory locks), knexjs.org, golang-migrate.
const JOBS: &[JobCommand] = &[
    migration(&["alembic", "upgrade"]),
    migration(&["flask", "db", "upgrade"]),
    migration(&["manage.py", "migrate"]),
    migration(&["django-admin", "migrate"]),
    migration(&["aerich", "upgrade"]),
    migration(&["artisan", "migrate"]),
    migration(&["console", "doctrine:migrations:migrate"]),
    migration(&["sequelize", "db:migrate"]),
    migration(&["sequelize-cli", "db:migrate"]),
    migration(&["typeorm", "migration:run"]),
    migration(&["drizzle-kit", "migrate"]),
    migration(&["drizzle-kit", "push"]),
    migration(&["mikro-orm", "migration:up"]),
    migration(&["dbmate", "up"]),
    migration(&["dbmate", "migrate"]),
    migration(&["goose", "up"]),
    migration(&["diesel", "migration", "run"]),
    migration(&["yoyo", "apply"]),
    migration(&["phinx", "migrate"]),
    migration(&["mix", "ecto.migrate"]),
    migration(&["npm", "run", "migrate"]),
    migration(&["npm", "run", "db:migrate"]),
    migration(&["npm", "run", "migration:run"]),
    migration(&["yarn", "migrate"]),
    migration(&["yarn", "db:migrate"]),
    migration(&["pnpm", "migrate"]),
    migration(&["pnpm", "db:migrate"]),
    locking(&["prisma", "migrate", "deploy"]),
    locking(&["prisma", "db", "push"]),
    locking(&["flyway", "migrate"]),
    locking(&["liquibase", "update"]),
    locking(&["rails", "db:migrate"]),
    locking(&["rails", "db:prepare"]),
    locking(&["rake", "db:migrate"]),
    locking(&["knex", "migrate:latest"]),
    locking(&["sqlx", "migrate", "run"]),
    locking(&["atlas", "migrate", "apply"]),
    preparation(&["manage.py", "collectstatic"]),
    preparation(&["manage.py", "createcachetable"]),
    preparation(&["manage.py", "compilemessages"]),
    preparation(&["mc", "mb"]),
    preparation(&["mongosh", "rs.initiate"]),
    preparation(&["mongo", "rs.initiate"]),
    preparation(&["kafka-topics", "--create"]),
    preparation(&["kafka-topics.sh", "--create"]),
    preparation(&["airflow", "db", "init"]),
    preparation(&["airflow", "db", "migrate"]),
    preparation(&["superset", "init"]),
    preparation(&["superset", "db", "upgrade"]),
];

/// Images whose program is such a tool, and the word of the command with which it migrates.
static IMAGES: [(&str, &str, JobCommand); 4] = [
    ("migrate/migrate", "up", locking(&["migrate", "up"])),
    ("flyway/flyway", "migrate", locking(&["flyway", "migrate"])),
    ("liquibase/liquibase", "update", locking(&["liquibase", "update"])),
    ("amacneil/dbmate", "up", migration(&["dbmate", "up"])),
];

/// Programs that end at once and do nothing that matters here, or only wait.
const MINOR: [&str; 24] = [
    "echo",
    "printf",
    "exit",
    "true",
    "sleep",
    "set",
    "cd",
    "export",
    "mkdir",
    "chown",
    "chmod",
    "cp",
    "test",
    "[",
    "ls",
    "cat",
    "until",
    "while",
    "wait-for-it",
    "wait-for-it.sh",
    "wait-for",
    "nc",
    "pg_isready",
    "mc",
];

/// A job in a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FoundJob {
    /// What it is.
    pub(crate) job: &'static JobCommand,
    /// Its number among the steps.
    pub(crate) at: usize,
}

/// The job that a command is.
pub(crate) fn job_of(step: &ScriptStep) -> Option<&'static JobCommand> {
    JOBS.iter().find(|job| is_job(job, &step.words))
}

fn is_job(job: &JobCommand, words: &[String]) -> bool {
    let Some((first, rest)) = job.words.split_first() else { return false };
    let Some(at) = words.iter().position(|word| base_name(word) == *first) else { return false };
    // `python -m alembic -c x.ini upgrade head`: options and their values may be between.
    let behind = words.get(at + 1..).unwrap_or_default();
    let mut left = rest.iter().peekable();
    let mut plain = 0;
    for word in behind {
        match left.peek() {
            None => break,
            // A call in a script of MongoDB's shell.
            Some(wanted) if word == **wanted || wanted.contains("rs.") && word.contains(**wanted) => {
                left.next();
            }
            Some(_) if word.starts_with('-') => {}
            Some(_) => plain += 1,
        }
    }
    left.peek().is_none() && plain < 3 && !behind.iter().any(|word| matches!(word.as_str(), "--help" | "--sql"))
}

/// The jobs among some steps.
pub(crate) fn jobs(steps: &Steps) -> Vec<FoundJob> {
    let all = steps.all.iter().enumerate();
    all.filter_map(|(at, step)| Some(FoundJob { job: job_of(step)?, at })).collect()
}

/// The job that a service is for: it ends with it.
pub(crate) fn one_shot(service: &Service) -> Option<&'static JobCommand> {
    if let Some(job) = by_image(service) {
        return Some(job);
    }
    // A loop that does it every night is a service.
    let steps = of_service(service).filter(|steps| !steps.is_endless)?;
    let found = jobs(&steps);
    let first = found.first()?;
    let ends = steps.all.iter().all(|step| job_of(step).is_some() || MINOR.contains(&step.program()) || step.inner);
    ends.then_some(first.job)
}

fn by_image(service: &Service) -> Option<&'static JobCommand> {
    let image = base_image(service)?;
    let words = launch(service);
    let (.., job) = IMAGES
        .iter()
        .find(|(name, word, _)| image.value.repository.ends_with(name) && words.iter().any(|one| one.value == *word))?;
    Some(job)
}

/// Whether a script goes on after a command that failed, and nothing says that this is meant.
pub(crate) fn is_ignored(steps: &Steps, at: usize) -> bool {
    let Some(step) = steps.all.get(at) else { return false };
    let next = steps.all.get(at + 1);
    steps.by_shell && !steps.stops && !step.inner && next.is_some_and(|next| next.link == StepLink::Then && !next.inner)
}

/// Services that wait for another one to complete, each with the entry that says so, by the other's name.
pub(crate) type Waiting<'a> = HashMap<&'a str, Vec<(&'a Service, &'a Dependency)>>;

/// The services that wait for another one to complete.
pub(crate) fn waiting(model: &Model) -> Waiting<'_> {
    let mut waiting = Waiting::default();
    for service in model.services.values() {
        for (name, dependency) in &service.depends_on {
            if dependency.condition.value == "service_completed_successfully" {
                waiting.entry(name.as_str()).or_default().push((service, dependency));
            }
        }
    }
    waiting
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts;

    #[test]
    fn jobs_that_end() {
        let check = |command: &str, expect: Option<&str>| {
            let image = if command.contains("image:") { "" } else { "image: x, " };
            with_facts(&format!("services:\n  a: {{{image}command: {command}}}\n"), |facts| {
                let found = one_shot(&facts.model.services["a"]).map(JobCommand::name);
                assert_eq!(found.as_deref(), expect, "{command}");
            });
        };
        check("alembic upgrade head", Some("alembic upgrade"));
        check("[python, -m, alembic, -c, alembic.ini, upgrade, head]", Some("alembic upgrade"));
        check("sh -c 'sleep 5 && /app/manage.py migrate --noinput'", Some("manage.py migrate"));
        check("npx prisma migrate deploy", Some("prisma migrate deploy"));
        check("sh -c 'alembic upgrade head && uvicorn app:app'", None);
        check("npm run db:migrate", Some("npm run db:migrate"));
        check("[sh, -c, \"mongosh --host db --eval 'rs.initiate()'\"]", Some("mongosh rs.initiate"));
        check("-path /m -database x up, image: migrate/migrate", Some("migrate up"));
        check("sh -c 'while true; do alembic upgrade head; sleep 86400; done'", None);
        check("sh -c 'while true; do alembic upgrade head && break; sleep 1; done'", Some("alembic upgrade"));
        check("alembic history", None);
        check("python manage.py runserver", None);
    }
}
