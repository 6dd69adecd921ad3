//! What services log in with, by their addresses and by variables that belong together.

use crate::collections::HashSet;
use crate::facts::Facts;
use crate::facts::place::part_of;
use crate::model::{Service, Spanned, Variable};
use crate::source::Place;
use crate::text::dotenv::is_placeholder;
use crate::text::percent::decoded;

/// What a client logs in with.
#[derive(Debug, Default)]
pub(super) struct Claim {
    /// The variable.
    pub(super) key: String,
    /// The server.
    pub(super) host: String,
    /// The name of the user.
    pub(super) user: Option<(String, Place)>,
    /// The password, where it is known.
    pub(super) password: Option<(String, Place)>,
    /// The database.
    pub(super) database: Option<(String, Place)>,
    /// Where a password is, be it only a stand-in of an example.
    pub(super) sends: Option<Place>,
}

/// What a service logs in with, by its addresses and by variables that belong together.
pub(super) fn claims(facts: &Facts<'_>, client: &Service) -> Vec<Claim> {
    let mut found = Vec::new();
    // Who has the address without a password may not use the password that is beside it.
    let mut bare: HashSet<String> = HashSet::default();
    for (name, variable) in &client.environment {
        let Some(value) = variable.value.as_ref().filter(|value| is_known(value)) else { continue };
        let own = match in_address(facts, name, value).or_else(|| in_pairs(facts, name, value)) {
            Some(claim) if claim.password.is_some() || claim.user.is_some() => Some(claim),
            Some(claim) => {
                bare.insert(claim.host.clone());
                of_group(client, name, &["_URL", "_URI", "_DSN", "URL"], claim.host, claim.database)
            }
            None => {
                let host = value.value.split([':', ',']).next().unwrap_or("").to_owned();
                of_group(client, name, &["_HOST", "_HOSTNAME", "_SERVER", "_ADDR", "_ADDRESS", "HOST"], host, None)
            }
        };
        let is_in_address = own.as_ref().is_some_and(|claim| claim.key == *name);
        found.extend(own.map(|claim| (without_placeholder(variable, claim), is_in_address)));
    }
    for (claim, is_in_address) in &mut found {
        if !*is_in_address && bare.contains(&claim.host) {
            claim.sends = None;
        }
    }
    found.into_iter().map(|(claim, _)| claim).collect()
}

/// What people fill in themselves is not known.
fn without_placeholder(variable: &Variable, claim: Claim) -> Claim {
    let is_none = |text: &str| matches!(text.to_ascii_lowercase().as_str(), "null" | "none" | "nil" | "false" | "\"\"");
    let sends = claim.password.as_ref().filter(|(text, _)| !is_none(text)).map(|(_, place)| *place);
    let password = claim.password.filter(|(text, _)| !variable.is_assumed || !is_placeholder(text));
    Claim { password, sends, ..claim }
}

/// `Server=db;Port=5432;Database=shop;User Id=shop;Password=…` (ADO.NET), `host=db user=shop password=…` (libpq).
fn in_pairs(facts: &Facts<'_>, name: &str, value: &Spanned<String>) -> Option<Claim> {
    let text = value.value.as_str();
    let separator = if text.contains(';') { ';' } else { ' ' };
    let mut claim = Claim { key: name.to_owned(), ..Claim::default() };
    let mut at = 0;
    for pair in text.split(separator) {
        let (start, end) = (at, at + pair.len());
        at = end + 1;
        let Some((key, word)) = pair.split_once('=') else { continue };
        let word = word.trim();
        let from = end - pair.len() + pair.find('=').map_or(0, |at| at + 1);
        let from = from + text.get(from..end).map_or(0, |rest| rest.len() - rest.trim_start().len());
        // A quoted value may hold what separates the others.
        if word.is_empty() || word.contains(['"', '\'', '{']) || start > end {
            continue;
        }
        let part = || (word.to_owned(), part_of(value, from..from + word.len(), facts.texts()));
        match key.trim().to_ascii_lowercase().as_str() {
            "server" | "host" | "data source" | "datasource" => {
                let host = word.strip_prefix("tcp:").unwrap_or(word);
                claim.host = host.split([':', ',', '\\']).next().unwrap_or("").to_owned();
            }
            "user id" | "userid" | "uid" | "user" | "username" | "user name" => claim.user = Some(part()),
            "password" | "pwd" => claim.password = Some(part()),
            _ => {}
        }
    }
    (!claim.host.is_empty() && claim.password.is_some()).then_some(claim)
}

/// Whether nothing of a value is unknown or blank.
fn is_known(value: &Spanned<String>) -> bool {
    !value.value.is_empty() && !value.parts.iter().any(|part| part.is_unknown || part.is_blank())
}

/// `scheme://user:password@host:port/database`.
fn in_address(facts: &Facts<'_>, name: &str, value: &Spanned<String>) -> Option<Claim> {
    let text = value.value.as_str();
    let scheme = text.find("://")?;
    let start = scheme + 3;
    let rest = text.get(start..)?;
    let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..length)?;
    let place = |from: usize, to: usize| part_of(value, from..to, facts.texts());
    let mut claim = Claim { key: name.to_owned(), ..Claim::default() };
    let host = match authority.rsplit_once('@') {
        Some((info, host)) => {
            let (user, password) = info.split_once(':').map_or((info, None), |(user, password)| (user, Some(password)));
            if !user.is_empty() {
                claim.user = Some((decoded(user)?, place(start, start + user.len())));
            }
            if let Some(password) = password.filter(|password| !password.is_empty()) {
                let from = start + user.len() + 1;
                claim.password = Some((decoded(password)?, place(from, from + password.len())));
            }
            host
        }
        None => authority,
    };
    claim.host = host.split([':', ',']).next().unwrap_or("").to_owned();
    let path = rest.get(length..).unwrap_or("").strip_prefix('/').unwrap_or("");
    let database = path.split(['?', '#', ';', '/']).next().unwrap_or("");
    let kind = text.get(..scheme).unwrap_or("").to_ascii_lowercase();
    let is_of_sql = ["postgres", "pgsql", "mysql", "mariadb", "jdbc:"].iter().any(|word| kind.starts_with(word));
    if is_of_sql && !database.is_empty() {
        let from = start + length + 1;
        claim.database = Some((database.to_owned(), place(from, from + database.len())));
    }
    Some(claim)
}

/// The variables that share the beginning of a name: `DB_HOST`, `DB_USER`, `DB_PASSWORD`, `DB_NAME`.
fn of_group(
    client: &Service,
    name: &str,
    ends: &[&str],
    host: String,
    database: Option<(String, Place)>,
) -> Option<Claim> {
    let upper = name.to_ascii_uppercase();
    let end = ends.iter().find(|end| upper.ends_with(**end) && upper.len() > end.len())?;
    let start = name.get(..name.len() - end.len())?;
    let bare = !end.starts_with('_');
    if bare && !["PG", "MYSQL", "REDIS", "MONGO", "DB", "POSTGRES"].contains(&start.to_ascii_uppercase().as_str()) {
        return None;
    }
    let joint = if bare { "" } else { "_" };
    let find = |words: &[&str]| {
        words.iter().find_map(|word| {
            let key = format!("{start}{joint}{word}");
            let (key, variable) = client.environment.get_key_value(key.as_str())?;
            let value = variable.value.as_ref().filter(|value| is_known(value))?;
            Some((key.clone(), (value.value.clone(), value.place)))
        })
    };
    let password = find(&["PASSWORD", "PASS", "PWD", "PASSWD"]);
    let user = find(&["USER", "USERNAME", "USR", "LOGIN"]);
    let named = find(&["DATABASE", "DB_NAME", "DBNAME", "DB", "NAME"]).map(|(_, value)| value);
    let key = password.as_ref().map(|(key, _)| key.clone()).unwrap_or_else(|| name.to_owned());
    if password.is_none() && user.is_none() {
        return None;
    }
    Some(Claim {
        key,
        host,
        user: user.map(|(_, value)| value),
        password: password.map(|(_, value)| value),
        database: database.or(named),
        sends: None,
    })
}
