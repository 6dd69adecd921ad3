//! Hosts in a text: URLs, `host:port`, lists of them, and the notations of database drivers.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::HostEvidence;

/// A host in a text; ranges count bytes of that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundHost {
    /// The host, without the brackets of an IPv6 address.
    pub(crate) host: Range<usize>,
    /// The port, if one is written.
    pub(crate) port: Option<(u16, Range<usize>)>,
    /// The scheme of a URL, lower case.
    pub(crate) scheme: Option<String>,
    /// The URL, `host:port` or host as a whole.
    pub(crate) text: Range<usize>,
    /// What says that it is a host.
    pub(crate) evidence: HostEvidence,
}

impl FoundHost {
    /// The same find in a text in which this one starts at `by`.
    #[must_use]
    pub(crate) fn shifted(mut self, by: usize) -> FoundHost {
        self.host = shift(&self.host, by);
        self.text = shift(&self.text, by);
        self.port = self.port.map(|(port, range)| (port, shift(&range, by)));
        self
    }
}

fn shift(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// A host and the port after it, as ranges of the text they are in.
type HostPortRanges = (Range<usize>, Option<(u16, Range<usize>)>);

/// Schemes whose URLs name no host: files, memory, buckets, and the names that frameworks give to parts of themselves.
const WITHOUT_HOST: &[&str] = &[
    "abfs",
    "abfss",
    "app",
    "array",
    "arn",
    "async",
    "awssm",
    "az",
    "azblob",
    "blob",
    "capacitor",
    "chrome",
    "chrome-extension",
    "classpath",
    "data",
    "dir",
    "docker",
    "docker-image",
    "doctrine",
    "duckdb",
    "embedded",
    "env",
    "exec",
    "fd",
    "file",
    "filesystem",
    "gcs",
    "gs",
    "h2",
    "image",
    "in-memory",
    "inmemory",
    "inproc",
    "ionic",
    "ipc",
    "javascript",
    "jar",
    "local",
    "log",
    "mailto",
    "mem",
    "memory",
    "moz-extension",
    "native",
    "npipe",
    "null",
    "oci",
    "op",
    "pkg",
    "ref",
    "resource",
    "s3",
    "s3a",
    "s3n",
    "sendmail",
    "session",
    "sqlite",
    "sqlite3",
    "stderr",
    "stdin",
    "stdout",
    "sync",
    "tauri",
    "unix",
    "unixgram",
    "urn",
    "vault",
    "wasb",
    "wasbs",
];

/// Every URL of text that has a host. A URL inside the path or query of another does not count.
pub(crate) fn urls(text: &str) -> Vec<FoundHost> {
    let mut found = Vec::new();
    let mut done = 0;
    // Most texts have no colon at all, and one letter is found much faster than a word.
    for (at, _) in
        text.match_indices(':').filter(|(at, _)| text.get(at + 1..).is_some_and(|rest| rest.starts_with("//")))
    {
        let Some(before) = text.get(..at) else { continue };
        if at < done {
            continue;
        }
        let start = before.rfind(|c: char| !is_scheme(c)).map_or(0, |last| last + width(before, last));
        let Some(scheme) = before.get(start..) else { continue };
        let letters = scheme.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(scheme.len());
        let (start, scheme) = (start + letters, scheme.get(letters..).unwrap_or("").to_ascii_lowercase());
        if scheme.is_empty() || scheme.split('+').any(|part| WITHOUT_HOST.contains(&part)) {
            continue;
        }
        let rest = within(text, at + 3);
        let end = at + 3 + rest.find(ends_url).unwrap_or(rest.len());
        let evidence = if is_jdbc(before.get(..start).unwrap_or("")) { HostEvidence::Jdbc } else { HostEvidence::Url };
        let (hosts, last) = authority(text, at + 3);
        let hosts = if text.get(last..end).is_some_and(names_socket) { Vec::new() } else { hosts };
        done = if text.get(..end).is_some_and(|url| url.len() > last) && !continues(text, last) { end } else { last };
        for (host, port) in hosts {
            let name = text.get(host.clone()).unwrap_or("");
            // A transport of Symfony's mailer names `default` where it takes the host from its own code.
            let is_symbol = matches!(name, "default" | "null")
                || is_placeholder(name)
                || scheme.ends_with("+srv") && !name.contains('.');
            if !is_symbol {
                let scheme = Some(scheme.clone());
                found.push(FoundHost { host, port, scheme, text: start..end.max(last), evidence });
            }
        }
    }
    found.extend(oracle(text));
    found
}

/// Whether the options of a URL name a socket, which drivers of databases use in place of its host: libpq's `host`,
/// `unix_socket` of MySQL's drivers.
fn names_socket(rest: &str) -> bool {
    let Some((_, options)) = rest.split_once('?') else { return false };
    options.split('&').any(|option| {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        matches!(name, "host" | "unix_socket" | "socket" | "socketPath" | "unixSocket")
            && (value.starts_with('/') || value.to_ascii_lowercase().starts_with("%2f"))
    })
}

fn is_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-' | '_')
}

fn width(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ',' | ')' | '|')
}

/// Whether what comes before a scheme starts a JDBC or R2DBC URL.
fn is_jdbc(before: &str) -> bool {
    let start = before.rfind(|c: char| !is_scheme(c) && c != ':').map_or(0, |last| last + width(before, last));
    let word = before.get(start..).unwrap_or("").to_ascii_lowercase();
    word.ends_with(':') && (word.starts_with("jdbc:") || word.starts_with("r2dbc:"))
}

/// Whether a list of hosts goes on after a comma (`a:1,b:2`).
fn continues(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(','))
}

/// The hosts between `://` and the path, and where they end.
fn authority(text: &str, start: usize) -> (Vec<HostPortRanges>, usize) {
    authority_behind(text, start, 0)
}

/// How many bytes a URL may have.
const LONGEST: usize = 4096;

/// How many signs that nobody escaped a password may have.
const MOST_UNESCAPED: usize = 16;

/// What comes after a byte, as far as a URL may go.
fn within(text: &str, start: usize) -> &str {
    text.get(start..text.floor_char_boundary(start.saturating_add(LONGEST))).unwrap_or("")
}

fn authority_behind(text: &str, start: usize, unescaped: usize) -> (Vec<HostPortRanges>, usize) {
    let rest = within(text, start);
    let stop = |c: char| c.is_whitespace() || "/?#\"'`<>(){}\\|;&".contains(c);
    let end = rest.find(stop).unwrap_or(rest.len());
    let whole = rest.get(..end).unwrap_or("");
    let from = whole.rfind('@').map_or(0, |at| at + 1);
    let after = rest.get(end..).unwrap_or("");
    // A name that a bracket goes on is a pattern (`minio{1...4}` of MinIO, a template) and no host of its own.
    let patterned = after.starts_with('{') && !whole.ends_with([':', '@']) && !whole.is_empty();
    let hosts = if patterned { Some(Vec::new()) } else { members(whole, from, after) };
    let word = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).unwrap_or(rest.len());
    if hosts.is_none()
        && unescaped < MOST_UNESCAPED
        && let Some(at) = rest.get(end..word).and_then(|tail| tail.find('@'))
    {
        // A password with a `/`, `#` or `?` that nobody escaped.
        return authority_behind(text, start + end + at + 1, unescaped + 1);
    }
    let ends = hosts
        .as_ref()
        .and_then(|hosts| hosts.last())
        .map_or(0, |(host, port)| port.as_ref().map_or(host.end, |(_, range)| range.end));
    let hosts = hosts.unwrap_or_default();
    let moved =
        |(host, port): HostPortRanges| (shift(&host, start), port.map(|(port, range)| (port, shift(&range, start))));
    (hosts.into_iter().map(moved).collect(), start + ends)
}

/// The hosts of a comma list; `None` where one is not a host. The scheme of a next URL ends the list.
fn members(whole: &str, from: usize, after: &str) -> Option<Vec<HostPortRanges>> {
    let mut hosts = Vec::new();
    let mut at = from;
    let list = whole.get(from..)?;
    let count = list.split(',').count();
    for (index, member) in list.split(',').enumerate() {
        let next_scheme = index > 0 && index + 1 == count && member.ends_with(':') && after.starts_with("//");
        let nothing = index > 0 && member.is_empty();
        if !next_scheme && !nothing {
            hosts.push(host_port(member, at)?);
        }
        at += member.len() + 1;
    }
    Some(hosts)
}

/// `host`, `host:port`, `[::1]:port` or an IPv6 address; `offset` is where the text starts.
pub(crate) fn host_port(text: &str, offset: usize) -> Option<HostPortRanges> {
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        inside.parse::<Ipv6Addr>().ok()?;
        let host = offset + 1..offset + 1 + inside.len();
        let port = match after.strip_prefix(':') {
            Some(port) => number(port, host.end + 2)?,
            None if after.is_empty() => None,
            None => return None,
        };
        return Some((host, port));
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Some((offset..offset + text.len(), None));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, number(port, offset + host.len() + 1)?),
        None => (text, None),
    };
    is_host(host).then_some((offset..offset + host.len(), port))
}

/// A port; an empty one is none. The outer `None` says that it is not a port.
fn number(text: &str, at: usize) -> Option<Option<(u16, Range<usize>)>> {
    if text.is_empty() {
        return Some(None);
    }
    let port = text.parse::<u16>().ok().filter(|port| *port > 0 && text.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(Some((port, at..at + text.len())))
}

/// Whether a text has the form of a host name or an IPv4 address. Underscores count: service names have them.
pub(crate) fn is_host(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.len() <= 253
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && !text.ends_with(['.', '-'])
        && !text.contains("..")
        && text.chars().all(inner)
        && text.chars().any(|c| c.is_ascii_alphanumeric())
}

/// Whether a name is there to be replaced: `your-server`, `YOUR_IP`.
fn is_placeholder(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["your-", "your_", "yourdomain", "changeme"].iter().any(|start| lower.starts_with(start))
}

/// Whether a lone word can be meant as a host: no switch, no number, no hash.
pub(crate) fn is_lone_host(text: &str) -> bool {
    const SWITCHES: &[&str] = &[
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "auto",
        "default",
        "enabled",
        "disabled",
        "any",
        "all",
        "unix",
        "socket",
        "undefined",
    ];
    let lower = text.to_ascii_lowercase();
    let is_address = text.parse::<Ipv4Addr>().is_ok() || text.parse::<Ipv6Addr>().is_ok();
    let named = is_host(text) && text.contains(|c: char| c.is_ascii_alphabetic()) && !SWITCHES.contains(&&*lower);
    is_address || named && !lower.starts_with("0x") && !is_placeholder(text)
}

/// Oracle's thin driver: `jdbc:oracle:thin:@db:1521:XE`, `…@//db:1521/XE`.
fn oracle(text: &str) -> Vec<FoundHost> {
    const MARK: &str = "jdbc:oracle:thin:";
    let Some(mark) = text.to_ascii_lowercase().find(MARK) else { return Vec::new() };
    let from = mark + MARK.len();
    let Some(at) = text.get(from..).and_then(|rest| rest.find('@')).map(|at| from + at + 1) else { return Vec::new() };
    let slashes = if text.get(at..).is_some_and(|rest| rest.starts_with("//")) { 2 } else { 0 };
    let start = at + slashes;
    let rest = text.get(start..).unwrap_or("");
    let end = rest.find(|c: char| ends_url(c) || c == '/').unwrap_or(rest.len());
    let pair: String = rest.get(..end).unwrap_or("").split(':').take(2).collect::<Vec<_>>().join(":");
    let Some((host, port)) = host_port(&pair, start) else { return Vec::new() };
    let scheme = Some("oracle".to_owned());
    vec![FoundHost { host, port, scheme, text: mark..start + end, evidence: HostEvidence::Jdbc }]
}

/// How much a list of hosts must show to count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Lone host names count.
    Host,
    /// Each member needs a port.
    Port,
}

/// The members of a list of hosts or `host:port`, with what brokers and ensembles put around them: `1@kafka:9093`,
/// `server.1=zoo1:2888:3888;2181`, `["es:9200"]`, and options such as `password=x` after the hosts. All or nothing.
pub(crate) fn list(text: &str, needs: Needs, evidence: HostEvidence) -> Vec<FoundHost> {
    let mut found = Vec::new();
    let separators = |c: char| c == ',' || c.is_whitespace();
    let mut at = 0;
    for word in text.split(separators) {
        let start = at;
        at = start
            + word.len()
            + text.get(start + word.len()..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
        let (member, start) = peel(word, start);
        if member.is_empty() || is_option(member) {
            continue;
        }
        let Some(one) = member_of_list(member, start, needs, evidence) else { return Vec::new() };
        found.push(one);
    }
    found
}

/// Takes quotes, brackets, an `id@` and a `name=` off a member.
fn peel(word: &str, start: usize) -> (&str, usize) {
    let opening: &[char] = &['"', '\'', '['];
    let bracketed =
        word.starts_with('[') && word.get(1..).is_some_and(|rest| rest.split(']').next().is_some_and(is_v6));
    let inner = if bracketed { word } else { word.trim_start_matches(opening) };
    let start = start + word.len() - inner.len();
    let inner = if bracketed { inner } else { inner.trim_end_matches(['"', '\'', ']']) };
    let prefix = match inner.split_once('@') {
        Some((id, _)) if id.bytes().all(|byte| byte.is_ascii_digit()) => id.len() + 1,
        _ => 0,
    };
    let prefix = match inner.split_once('=') {
        Some((name, rest)) if name.starts_with("server.") && !rest.is_empty() => name.len() + 1,
        _ => prefix,
    };
    (inner.get(prefix..).unwrap_or(""), start + prefix)
}

fn is_v6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

fn is_option(member: &str) -> bool {
    member.contains('=')
}

fn member_of_list(member: &str, start: usize, needs: Needs, evidence: HostEvidence) -> Option<FoundHost> {
    let member = member.split([';', '/']).next().unwrap_or("");
    let ensemble =
        member.split(':').filter(|word| !word.is_empty()).count() == 3 && !is_v6(member) && !member.starts_with('[');
    let pair = if ensemble { member.rsplit_once(':')?.0 } else { member };
    let (host, port) = host_port(pair, start)?;
    let name = pair.get(host.start - start..host.end - start)?;
    let enough = match needs {
        Needs::Host => is_lone_host(name),
        Needs::Port => port.is_some() && is_lone_host(name),
    };
    enough.then_some(FoundHost { host, port, scheme: None, text: start..start + member.len(), evidence })
}

/// The notations of database drivers: `tcp(db:3306)`, `Server=db,1433;Database=x`, `host=db port=5432`.
pub(crate) fn drivers(text: &str) -> Vec<FoundHost> {
    let mut found = Vec::new();
    for (at, mark) in text.match_indices("@tcp(").chain(text.match_indices("@tcp6(")) {
        let start = at + mark.len();
        let Some((inside, _)) = text.get(start..).and_then(|rest| rest.split_once(')')) else { continue };
        if let Some((host, port)) = host_port(inside, start) {
            found.push(FoundHost {
                host,
                port,
                scheme: None,
                text: start..start + inside.len(),
                evidence: HostEvidence::Dsn,
            });
        }
    }
    let separator = if text.contains(';') { ';' } else { ' ' };
    found.extend(pairs(text, separator));
    found
}

/// A connection string of `key=value` pairs; it counts where a host and one other thing of a connection are in it.
fn pairs(text: &str, separator: char) -> Option<FoundHost> {
    const HOSTS: &[&str] = &["host", "hostaddr", "server", "data source", "datasource", "address", "addr", "hostname"];
    const OTHERS: &[&str] = &[
        "port",
        "user",
        "user id",
        "userid",
        "uid",
        "username",
        "password",
        "pwd",
        "database",
        "dbname",
        "initial catalog",
        "sslmode",
        "ssl mode",
        "trusted_connection",
        "integrated security",
        "trustservercertificate",
        "encrypt",
        "driver",
        "charset",
    ];
    let (mut host, mut port, mut other) = (None, None, false);
    let mut at = 0;
    for pair in text.split(separator) {
        let start = at;
        at += pair.len() + separator.len_utf8();
        let Some((key, value)) = pair.split_once('=') else { continue };
        let value_at = start + key.len() + 1 + (value.len() - value.trim_start().len());
        // PDO puts its driver before the first key: `mysql:host=db;dbname=x`.
        let key = key.rsplit([':', '"', '\'']).next().unwrap_or("").trim().to_ascii_lowercase();
        let value = value.trim().trim_end_matches(['"', '\'']);
        if HOSTS.contains(&&*key) && host.is_none() {
            host = Some((value, value_at));
        } else if key == "port" {
            port = number(value, value_at).flatten();
        }
        other |= OTHERS.contains(&&*key);
    }
    let (value, start) = host.filter(|_| other)?;
    let value_only = value.strip_prefix("tcp:").unwrap_or(value);
    let start = start + value.len() - value_only.len();
    let server = value_only.split(['\\', ',']).next().unwrap_or("");
    let (host, inner) = host_port(server, start)?;
    let name = server.get(host.start.checked_sub(start)?..host.end.checked_sub(start)?)?;
    let after_comma = value_only.split_once(',').and_then(|(before, port)| {
        let trimmed = port.trim_start();
        number(trimmed.trim_end(), start + before.len() + 1 + port.len() - trimmed.len()).flatten()
    });
    let text = start..start + value_only.len();
    is_lone_host(name).then_some(FoundHost {
        host,
        port: inner.or(after_comma).or(port),
        scheme: None,
        text,
        evidence: HostEvidence::Dsn,
    })
}
