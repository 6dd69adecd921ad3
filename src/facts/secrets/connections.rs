//! What services log in with, and what the datastores that they reach are given.

use super::bare_addresses::bare;
use super::claims::{Claim, claims};
use super::no_password::{has_no_password, needless};
use crate::catalogue::schema::{Account, ImageValue as Provided};
use crate::collections::HashSet;
use crate::compose::nearest;
use crate::facts::Facts;
use crate::facts::images::{KnownImage, known_image, launch, may_be_set, runs_server, variable};
use crate::facts::network::reach::Answer;
use crate::facts::storage::mounts::is_inside;
use crate::model::{Service, VariableSource};
use crate::source::Place;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum What {
    /// The password of the user.
    Password,
    /// No such user is made.
    User,
    /// No such database is made.
    Database,
    /// The same, and the one that is made is nearly called so.
    MisspeltDatabase,
    /// The same, and the user may not make or use another one.
    ForbiddenDatabase,
    /// The server asks for a password, and the client gives none.
    NoPassword,
    /// The server has no password, and rejects a client that has one.
    NeedlessPassword,
}

/// A login that fails.
#[derive(Clone, Debug)]
pub(crate) struct FailingLogin {
    /// What differs.
    pub(crate) what: What,
    /// The service that logs in.
    pub(crate) client: String,
    /// The datastore.
    pub(crate) server: String,
    /// The variable of the client.
    pub(crate) key: String,
    /// What the client has.
    pub(crate) place: Place,
    /// What the datastore is given; `None` for its default.
    pub(crate) given: Option<Place>,
    /// The variable of the datastore.
    pub(crate) variable: Option<&'static str>,
    /// Whether the catalogue names this very image.
    pub(crate) is_exact: bool,
}

/// A text that is known, and where it is written.
#[derive(Clone, Debug)]
struct Told {
    text: String,
    place: Option<Place>,
    variable: Option<&'static str>,
}

/// What a datastore is given.
enum Given {
    Told(Told),
    Nothing,
    Unknown,
}

/// Names of databases that are there without being made.
const THERE: [&str; 7] = ["postgres", "template1", "mysql", "information_schema", "admin", "test", "default"];

/// Directories of scripts that may make other users and databases.
const SCRIPTS: [&str; 3] = ["/docker-entrypoint-initdb.d", "/docker-entrypoint-startdb.d", "/always-initdb.d"];

/// The logins of a project that fail, each once.
pub(crate) fn mismatches(facts: &Facts<'_>) -> Vec<FailingLogin> {
    let mut found: Vec<FailingLogin> = Vec::new();
    let mut seen: HashSet<(Place, What)> = HashSet::default();
    for client in facts.model.services.values() {
        for claim in claims(facts, client) {
            let Answer::Service(server) = facts.reach().who_answers(&client.name, &claim.host) else { continue };
            let Some(server) = facts.model.services.get(server).filter(|one| one.name != client.name) else { continue };
            let Some(known) = known_image(server).filter(|_| runs_server(server)) else { continue };
            if let Some(place) = claim.sends.filter(|_| has_no_password(server, known)) {
                if seen.insert((place, What::NeedlessPassword)) {
                    found.push(needless(client, server, &claim.key, place));
                }
                continue;
            }
            if !known.image.holds_data() || known.image.defaults.accounts.is_empty() {
                continue;
            }
            if let Some(one) = compare(client, server, known, &claim, || is_made_before(facts, client, server))
                && !is_for_others(facts, client, &one)
                && seen.insert((one.place, one.what))
            {
                found.push(one);
            }
        }
    }
    let mut places: HashSet<Place> = found.iter().map(|one| one.place).collect();
    found.extend(bare(facts).into_iter().filter(|one| !is_for_others_at(facts, one) && places.insert(one.place)));
    found
}

fn is_for_others_at(facts: &Facts<'_>, one: &FailingLogin) -> bool {
    facts.model.services.get(&one.client).is_none_or(|client| is_for_others(facts, client, one))
}

/// Whether what an example says is made for another server: that of the tests, or one whose account comes through a variable,
/// so that people fill in both.
fn is_for_others(facts: &Facts<'_>, client: &Service, one: &FailingLogin) -> bool {
    let is_assumed = client.environment.get(&one.key).is_some_and(|variable| variable.is_assumed);
    let is_filled_in = |place: Place| {
        let mut references = facts.project.references.iter();
        references.any(|reference| place.span.contains(reference.place.span))
            || !facts.project.all_files.contains(&place.span.file)
    };
    is_assumed && one.given.is_none_or(|place| facts.is_for_tests(place.span.file) || is_filled_in(place))
}

/// Whether a client is given the account of the server beside its own: it makes the other user and database itself.
fn may_make_users(client: &Service, server: &Service, accounts: &[Account]) -> bool {
    accounts.iter().flat_map(|account| &account.password.variables).any(|name| {
        let own = client.environment.get(name).filter(|one| one.source == VariableSource::Environment);
        let own = own.and_then(|one| one.value.as_ref()).filter(|value| !value.value.is_empty());
        own.is_some_and(|own| variable(server, name).is_some_and(|given| given.value == own.value))
    })
}

/// Whether a client waits for a job that has done its work on the server by then: it may have made users and databases.
fn is_made_before(facts: &Facts<'_>, client: &Service, server: &Service) -> bool {
    let done = client.depends_on.iter().filter(|(_, one)| one.condition.value == "service_completed_successfully");
    let mut jobs = done.filter_map(|(name, _)| facts.model.services.get(name));
    jobs.any(|job| {
        let reaches =
            |claim: &Claim| facts.reach().who_answers(&job.name, &claim.host) == Answer::Service(&server.name);
        claims(facts, job).iter().any(reaches)
    })
}

/// Servers that grant the user whom they create one database.
const OWN_DATABASE_ALONE: [&str; 4] = ["mysql", "mariadb", "percona", "mysql-server"];

fn compare(
    client: &Service,
    server: &Service,
    known: KnownImage<'_>,
    claim: &Claim,
    is_made_before: impl Fn() -> bool,
) -> Option<FailingLogin> {
    let accounts = &known.image.defaults.accounts;
    let mismatch = |what, place: Place, told: Option<&Told>| FailingLogin {
        what,
        client: client.name.clone(),
        server: server.name.clone(),
        key: claim.key.clone(),
        place,
        given: told.and_then(|told| told.place),
        variable: told.and_then(|told| told.variable),
        is_exact: known.exact && !known.built,
    };
    let users: Vec<(&'static Account, Given)> = accounts.iter().map(|one| (one, user_of(server, known, one))).collect();
    let is_open = known.built
        || may_make_users(client, server, accounts)
        || has_scripts(server)
        || is_made_before()
        || users.iter().any(|(_, user)| matches!(user, Given::Unknown));
    let own = match &claim.user {
        Some((name, place)) => {
            let has = |user: &Given| matches!(user, Given::Told(told) if told.text == *name);
            match users.iter().find(|(_, user)| has(user)) {
                Some((account, _)) => Some(*account),
                None if is_open => return None,
                None => {
                    // Beside the user of the image, others may have been created by hand.
                    let told = users.iter().rev().find_map(|(_, user)| match user {
                        Given::Told(told) if told.place.is_some() && told.variable.is_some() => Some(told),
                        _ => None,
                    });
                    return told.map(|told| mismatch(What::User, *place, Some(told)));
                }
            }
        }
        // Without a name, the only account is meant.
        None => match accounts.as_slice() {
            [only] => Some(only),
            _ => None,
        },
    };
    if let (Some(account), Some((password, place))) = (own, &claim.password)
        && let Given::Told(told) = given(server, known, &account.password, 0)
        && told.text != *password
    {
        return Some(mismatch(What::Password, *place, Some(&told)));
    }
    if is_open {
        return None;
    }
    let (told, place) = missing_database(server, known, claim)?;
    Some(mismatch(of_database(known, claim, &told), place, Some(&told)))
}

/// What it means that a database is missing: MySQL gives the user of the image its own alone, where PostgreSQL makes it a
/// superuser.
fn of_database(known: KnownImage<'_>, claim: &Claim, told: &Told) -> What {
    let is_bound = OWN_DATABASE_ALONE.contains(&known.image.name.as_str())
        && claim.user.as_ref().is_some_and(|(name, _)| name != "root");
    let is_near = claim.database.as_ref().is_some_and(|(name, _)| nearest(name, &[told.text.as_str()]).is_some());
    match (is_bound, is_near) {
        (true, _) => What::ForbiddenDatabase,
        (false, true) => What::MisspeltDatabase,
        (false, false) => What::Database,
    }
}

/// The database of a claim that the server does not make, as far as that is known: what it is told to make instead.
fn missing_database(server: &Service, known: KnownImage<'_>, claim: &Claim) -> Option<(Told, Place)> {
    let (database, place) = claim.database.as_ref().filter(|(name, _)| !THERE.contains(&name.as_str()))?;
    let made: Vec<Given> = known.image.defaults.databases.iter().map(|one| given(server, known, one, 0)).collect();
    let is_known = !made.is_empty() && made.iter().all(|one| matches!(one, Given::Told(told) if told.place.is_some()));
    let is_made = made.iter().any(|one| matches!(one, Given::Told(told) if told.text == *database));
    let told = made.into_iter().find_map(|one| match one {
        Given::Told(told) if told.text != *database => Some(told),
        _ => None,
    })?;
    (is_known && !is_made).then_some((told, *place))
}

fn has_scripts(server: &Service) -> bool {
    let is_script = |target: &str| SCRIPTS.iter().any(|directory| is_inside(target, directory));
    server.mounts.iter().any(|mount| is_script(&mount.target.value))
        || server.configs.iter().any(|one| one.target.as_ref().is_some_and(|target| is_script(&target.value)))
}

fn user_of(server: &Service, known: KnownImage<'_>, account: &'static Account) -> Given {
    account.user.as_ref().map_or(Given::Nothing, |user| given(server, known, user, 0))
}

/// What a value of the catalogue comes to in a service.
fn given(server: &Service, known: KnownImage<'_>, value: &'static Provided, depth: usize) -> Given {
    let file_of =
        |name: &String| known.image.secrets.iter().find(|one| one.name == *name).and_then(|one| one.file.as_ref());
    for name in &value.variables {
        let file = file_of(name);
        let default = format!("{name}_FILE");
        let files = [file.map(String::as_str), Some(default.as_str())].into_iter().flatten();
        let by_file = files.into_iter().any(|file| variable(server, file).is_some() || may_be_set(server, file));
        if by_file || may_be_set(server, name) {
            return Given::Unknown;
        }
        if let Some(text) = variable(server, name) {
            // One that is blank is reported for itself.
            return match text.value.is_empty() {
                true => Given::Unknown,
                false => Given::Told(Told { text: text.value.clone(), place: Some(text.place), variable: Some(name) }),
            };
        }
    }
    if let Some(told) = by_flag(server, value) {
        return told;
    }
    if let Some(other) = value.same_as.as_ref().filter(|_| depth < 4) {
        let same = known.image.defaults.accounts.iter().filter_map(|account| account.user.as_ref());
        return match same.into_iter().find(|user| user.variables.contains(other)) {
            Some(user) => given(server, known, user, depth + 1),
            None => Given::Nothing,
        };
    }
    match &value.value {
        Some(text) => {
            Given::Told(Told { text: text.clone(), place: None, variable: value.variables.first().map(String::as_str) })
        }
        None => Given::Nothing,
    }
}

/// What an option of the command says.
fn by_flag(server: &Service, value: &Provided) -> Option<Given> {
    let words = launch(server);
    let at = words.iter().position(|word| value.flags.contains(&word.value))?;
    let word = words.get(at + 1)?;
    let is_known =
        !word.value.is_empty() && !word.value.contains('$') && !word.parts.iter().any(|part| part.is_unknown);
    Some(match is_known {
        true => Given::Told(Told { text: word.value.clone(), place: Some(word.place), variable: None }),
        false => Given::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::fixture::with_facts_and;

    fn check(db: &str, web: &str, expect: &[What]) {
        let text =
            format!("services:\n  db: {{image: 'postgres:17', {db}}}\n  web: {{image: x, environment: {{{web}}}}}\n");
        with_facts_and(&text, &[("U", "shop"), ("P", "q7Rt2LmX9z")], |facts| {
            let found: Vec<What> = mismatches(facts).into_iter().map(|one| one.what).collect();
            assert_eq!(found, expect, "{text}");
        });
    }

    #[test]
    fn logins_that_fail() {
        let db = "environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: a1, POSTGRES_DB: shop}";
        check(db, "URL: 'postgres://shop:b2@db/shop'", &[What::Password]);
        check(db, "URL: 'postgres://other:a1@db/shop'", &[What::User]);
        check(db, "URL: 'postgres://shop:a1@db:5432/other'", &[What::Database]);
        check(db, "DB_HOST: db, DB_USER: shop, DB_PASSWORD: b2", &[What::Password]);
        check(db, "PGHOST: db, PGUSER: shop, PGPASSWORD: b2", &[What::Password]);
        check(db, "A_URL: 'jdbc:postgresql://db/shop', A_USERNAME: shop, A_PASSWORD: b2", &[What::Password]);
        check(db, "C: 'Server=db;Port=5432;Database=shop;User Id=shop;Password=b2;'", &[What::Password]);
        check(db, "C: 'Host=db; Username=other; Password=a1'", &[What::User]);
        check(db, "C: 'host=db user=shop password=b2 dbname=shop'", &[What::Password]);
        check(
            "environment: {POSTGRES_PASSWORD: '${U}'}",
            "DB_HOST: db, DB_USER: postgres, DB_PASSWORD: '${P}'",
            &[What::Password],
        );
    }

    #[test]
    fn logins_that_work_or_are_not_known() {
        let db = "environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: 'a@1'}";
        check(db, "URL: 'postgres://shop:a%401@db/shop?sslmode=disable'", &[]);
        check(db, "URL: 'postgres://shop:b2@elsewhere.example.org/shop'", &[]);
        check(db, "C: 'Host=db;Username=shop;Password=a@1'", &[]);
        check(db, "C: 'Host=db;Username=shop;Password=\"a;b\"'", &[]);
        check(db, "DB_HOST: db, DB_USER: shop", &[]);
        check(db, "URL: 'postgres://shop:${UNSET}@db/shop'", &[]);
        check("env_file: [{path: x.env, required: false}]", "URL: 'postgres://shop:b2@db/shop'", &[]);
        check(
            "environment: {POSTGRES_PASSWORD_FILE: /run/secrets/x}",
            "URL: 'postgres://postgres:b2@db/postgres'",
            &[],
        );
        let scripted = format!("{db}, volumes: ['./sql:/docker-entrypoint-initdb.d']");
        check(&scripted, "URL: 'postgres://reader:b2@db/other'", &[]);
    }
}
