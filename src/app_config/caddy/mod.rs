//! Caddyfiles: sites and what they pass requests on to, with where it is written.

mod guards;
mod lines;
mod roots;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::address::{Located, host_port};
use super::word::ConfigWord;
use crate::budget::{Limit, Meter};
use crate::collections::HashMap;
use guards::{asks, is_inside};
use lines::{CaddyLine, tree};

/// What a Caddyfile says about who is behind it. Spans are bytes of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CaddyConfig {
    /// The addresses of sites, as written.
    pub(crate) sites: Vec<Located>,
    /// What requests are passed on to; sockets and what only a request decides are left out.
    pub(crate) upstreams: Vec<CaddyUpstream>,
    /// Files that are imported.
    pub(crate) imports: Vec<Located>,
    /// The certificate and the key of `tls`.
    pub(crate) certificates: Vec<Located>,
    /// Directories of `root` in sites with a `file_server` that pass nothing on to FastCGI.
    pub(crate) roots: Vec<Located>,
    /// The address of `admin`, where it is not `off`.
    pub(crate) admin: Option<Located>,
    /// What `auto_https` says.
    pub(crate) auto_https: Option<String>,
    /// `http_port` and `https_port`.
    pub(crate) default_ports: (Option<u16>, Option<u16>),
}

/// One upstream of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaddyUpstream {
    /// `reverse_proxy`, `php_fastcgi` or `forward_auth`.
    pub(crate) directive: String,
    /// The scheme, if one is written: `http`, `https`, `h2c`.
    pub(crate) scheme: Option<String>,
    /// The host; `localhost` where only a port is written, as Caddy takes it.
    pub(crate) host: String,
    /// The port, if one is written.
    pub(crate) port: Option<u16>,
    /// The host and port, or the whole word where the environment is in it.
    pub(crate) span: Range<usize>,
    /// The variables of the environment in it.
    pub(crate) environment: Vec<String>,
    /// Whether something around it may require authentication, or it is for some requests alone.
    pub(crate) guarded: bool,
}

impl CaddyConfig {
    /// The port that a site is served at, and whether by TLS; `None` where a variable leaves it open.
    ///
    /// A name alone is served at 443, and at 80 only to send people there; a port alone, or an address with `http://`,
    /// without TLS (<https://caddyserver.com/docs/automatic-https#activation>).
    pub(crate) fn listen(&self, site: &str) -> Option<(u16, bool)> {
        let (plain, secure) = (self.default_ports.0.unwrap_or(80), self.default_ports.1.unwrap_or(443));
        let (scheme, rest) = site.split_once("://").map_or((None, site), |(scheme, rest)| (Some(scheme), rest));
        let address = rest.split('/').next()?;
        if address.contains(['{', '}', '$']) || address.is_empty() {
            return None;
        }
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse::<u16>().ok()?)),
            _ => (address, None),
        };
        let off = self.auto_https.as_deref() == Some("off");
        Some(match (scheme, port) {
            (Some("http"), port) => (port.unwrap_or(plain), false),
            (Some(_), port) => (port.unwrap_or(secure), true),
            (None, Some(port)) if port == plain => (port, false),
            (None, Some(port)) => (port, port == secure || !host.is_empty() && !off),
            (None, None) => (secure, true),
        })
    }
}

/// Directives that are at the outermost level of a file only where another one imports it.
const DIRECTIVES: [&str; 22] = [
    "basic_auth",
    "basicauth",
    "encode",
    "file_server",
    "forward_auth",
    "handle",
    "handle_path",
    "header",
    "import",
    "log",
    "php_fastcgi",
    "redir",
    "request_body",
    "respond",
    "reverse_proxy",
    "rewrite",
    "root",
    "route",
    "templates",
    "tls",
    "try_files",
    "uri",
];

/// Reads a Caddyfile; `lookup` gives the value of a variable of the environment for `{$NAME}` and `{$NAME:default}`.
pub(crate) fn read(text: &str, lookup: &dyn Fn(&str) -> Option<String>, meter: Meter<'_>) -> CaddyConfig {
    let lines = tree(text, &|name| meter.inserted(lookup(name)), meter);
    let mut config = CaddyConfig::default();
    let (snippets, sites): (Vec<&CaddyLine>, Vec<&CaddyLine>) =
        lines.iter().partition(|line| line.name().starts_with('(') && line.name().ends_with(')'));
    let mut by_name: HashMap<&str, &CaddyLine> = HashMap::default();
    for snippet in snippets {
        by_name.entry(snippet.name().trim_matches(['(', ')'])).or_insert(snippet);
    }
    let snippets = Snippets { by_name, meter };
    let outermost = BlockContext { snippets: &snippets, arguments: &[], imports: 0, depth: 0, guarded: false };
    // Directives after a single site without braces are side by side.
    let all_guarded = OnceCell::new();
    let mut seen = BTreeSet::new();
    for line in sites {
        if line.name().is_empty() && line.opens {
            options(line, &mut config);
            continue;
        }
        // The first line without braces names the only site; what follows it are its directives.
        let is_route = line.name().starts_with("&(");
        let is_site = !DIRECTIVES.contains(&line.name()) && !is_route && (line.opens || config.sites.is_empty());
        if is_site {
            let addresses = line.words.iter().flat_map(addresses);
            config.sites.extend(addresses);
        } else if !is_route {
            let guarded = *all_guarded.get_or_init(|| asks(&lines, &snippets, 0));
            walk(std::slice::from_ref(line), &BlockContext { guarded, ..outermost }, &mut seen, &mut config);
            continue;
        }
        let guarded = line.words.iter().flat_map(addresses).all(|site| is_inside(&site.text));
        walk(&line.block, &BlockContext { guarded, ..outermost }, &mut seen, &mut config);
        roots::note(line, &snippets, &mut config);
    }
    config
}

/// The addresses in a word before a site's block: one, or several by comma.
fn addresses(word: &ConfigWord) -> Vec<Located> {
    let names = word.text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| Located { text: name.to_owned(), span: word.span.clone() }).collect()
}

/// The global options.
fn options(line: &CaddyLine, config: &mut CaddyConfig) {
    for option in &line.block {
        let Some(value) = option.words.get(1) else { continue };
        match option.name() {
            "admin" if value.text != "off" => {
                config.admin = Some(Located { text: value.text.clone(), span: value.span.clone() });
            }
            "auto_https" => config.auto_https = Some(value.text.clone()),
            "http_port" => config.default_ports.0 = value.text.parse().ok(),
            "https_port" => config.default_ports.1 = value.text.parse().ok(),
            _ => {}
        }
    }
}

/// Imports deeper than this are a cycle.
const DEEPEST_IMPORT: usize = 10;

/// The snippets of a file, and what reading it may cost.
struct Snippets<'a> {
    by_name: HashMap<&'a str, &'a CaddyLine>,
    meter: Meter<'a>,
}

/// What is around some lines.
#[derive(Clone, Copy)]
struct BlockContext<'a> {
    snippets: &'a Snippets<'a>,
    /// Those of the import that brought the lines.
    arguments: &'a [ConfigWord],
    /// How many imports that were.
    imports: usize,
    /// How many blocks and imports are around.
    depth: usize,
    /// Whether something further out may require authentication.
    guarded: bool,
}

fn walk(
    lines: &[CaddyLine],
    around: &BlockContext<'_>,
    seen: &mut BTreeSet<(usize, String)>,
    config: &mut CaddyConfig,
) {
    let BlockContext { snippets, arguments, imports, depth, .. } = *around;
    let meter = snippets.meter;
    if !meter.allows_depth(depth) {
        return;
    }
    let guarded = around.guarded || asks(lines, snippets, imports);
    for line in lines {
        if !meter.spend(Limit::Steps, 1) {
            return;
        }
        match line.name() {
            "reverse_proxy" | "php_fastcgi" | "forward_auth" => {
                for upstream in upstreams(line, arguments, meter) {
                    let upstream = CaddyUpstream { guarded: guarded || upstream.guarded, ..upstream };
                    if seen.insert((upstream.span.start, upstream.host.clone())) {
                        config.upstreams.push(upstream);
                    }
                }
            }
            "import" if imports < DEEPEST_IMPORT => {
                let Some(name) = line.words.get(1) else { continue };
                let given: Vec<ConfigWord> =
                    line.words.iter().skip(2).map(|word| with_arguments(word, arguments, meter)).collect();
                match snippets.by_name.get(name.text.as_str()) {
                    Some(snippet) => {
                        let (imports, depth) = (imports + 1, depth + 1);
                        let inside = BlockContext { snippets, arguments: &given, imports, depth, guarded };
                        walk(&snippet.block, &inside, seen, config);
                    }
                    None => config.imports.push(Located { text: name.text.clone(), span: name.span.clone() }),
                }
            }
            "tls" => {
                // `tls cert.pem key.pem`; a single word is an address of mail or `internal`.
                let files = line.words.iter().skip(1).map(|word| with_arguments(word, arguments, meter));
                let files: Vec<ConfigWord> =
                    files.filter(|word| word.text.contains('/') || word.text.contains(".pem")).collect();
                if files.len() == 2 {
                    config
                        .certificates
                        .extend(files.into_iter().map(|word| Located { text: word.text, span: word.span }));
                }
            }
            _ if line.block.is_empty() => {}
            _ => walk(&line.block, &BlockContext { guarded, depth: depth + 1, ..*around }, seen, config),
        }
    }
}

/// The upstreams of a directive: its arguments after a matcher, and `to` and `dynamic a` in its block.
fn upstreams(line: &CaddyLine, arguments: &[ConfigWord], meter: Meter<'_>) -> Vec<CaddyUpstream> {
    let is_matcher = |word: &ConfigWord| word.text == "*" || word.text.starts_with(['@', '/']);
    let skip = if line.words.get(1).is_some_and(is_matcher) { 2 } else { 1 };
    let mut words: Vec<&ConfigWord> = line.words.iter().skip(skip).collect();
    let mut found = Vec::new();
    for inner in &line.block {
        match inner.name() {
            "to" => words.extend(inner.words.iter().skip(1)),
            "dynamic" => found.extend(dynamic(line.name(), inner, arguments, meter)),
            _ => {}
        }
    }
    let named = words.into_iter().filter_map(|word| upstream(line.name(), &with_arguments(word, arguments, meter)));
    // A matcher of its own may let in whom it knows, and what a login asks of its own server is not a route.
    let matched = line.words.get(1).is_some_and(|word| word.text.starts_with('@')) || line.name() == "forward_auth";
    named.chain(found).map(|upstream| CaddyUpstream { guarded: matched, ..upstream }).collect()
}

fn upstream(directive: &str, word: &ConfigWord) -> Option<CaddyUpstream> {
    // Another project that uses the file may give the variable a value.
    if word.gap {
        return None;
    }
    let text = word.text.as_str();
    let (scheme, at) = match text.split_once("://") {
        Some((scheme, _)) => (Some(scheme.to_ascii_lowercase()), scheme.len() + 3),
        None => (None, 0),
    };
    if scheme.as_deref().is_some_and(|scheme| scheme.contains('+')) || text.starts_with("unix/") {
        return None;
    }
    let target = text.get(at..)?.trim_end_matches('/');
    let target = target.strip_prefix("tcp/").unwrap_or(target);
    // A range of ports (`app:8000-8005`) counts by its first.
    let first = match target.rsplit_once(':') {
        Some((host, ports)) if ports.contains('-') => format!("{host}:{}", ports.split('-').next()?),
        _ => target.to_owned(),
    };
    let local = first.starts_with(':');
    let found = host_port(&if local { format!("localhost{first}") } else { first }, 0)?;
    let span = word.bytes(at..at + target.len());
    let (directive, environment) = (directive.to_owned(), word.environment.clone());
    Some(CaddyUpstream { directive, scheme, host: found.host, port: found.port, span, environment, guarded: false })
}

/// `dynamic a app 80`, or with `name` and `port` in its block.
fn dynamic(directive: &str, line: &CaddyLine, arguments: &[ConfigWord], meter: Meter<'_>) -> Option<CaddyUpstream> {
    if line.words.get(1)?.text != "a" {
        return None;
    }
    let inside = |key: &str| line.block.iter().find(|inner| inner.name() == key).and_then(|inner| inner.words.get(1));
    let name = with_arguments(line.words.get(2).or_else(|| inside("name"))?, arguments, meter);
    let port = line.words.get(3).or_else(|| inside("port")).and_then(|word| word.text.parse().ok());
    Some(CaddyUpstream { port, ..upstream(directive, &name)? })
}

/// Puts the arguments of an import in: `{args[0]}`, and `{args.0}` of old.
fn with_arguments(word: &ConfigWord, arguments: &[ConfigWord], meter: Meter<'_>) -> ConfigWord {
    if !word.text.contains("{args") {
        return word.clone();
    }
    // Where an argument is all of a word, it is what is wrong with it.
    if let Some(whole) = whole_argument(&word.text).and_then(|number| arguments.get(number)) {
        return if meter.spend(Limit::Bytes, whole.text.len()) { whole.clone() } else { word.clone() };
    }
    let mut replaced = String::new();
    let mut rest = word.text.as_str();
    while let Some((before, from)) = rest.split_once("{args") {
        replaced.push_str(before);
        let index = from.char_indices().take(LONGEST_INDEX).find(|(_, letter)| *letter == '}');
        let end = index.map_or(0, |(at, _)| at);
        let value = from.get(..end).and_then(number).and_then(|number| arguments.get(number));
        let value = value.map(|word| &word.text);
        match value.filter(|value| meter.spend(Limit::Bytes, value.len())) {
            Some(value) => {
                replaced.push_str(value);
                rest = from.get(end + 1..).unwrap_or("");
            }
            None => {
                replaced.push_str("{args");
                rest = from;
            }
        }
    }
    replaced.push_str(rest);
    ConfigWord { text: replaced, exact: false, ..word.clone() }
}

/// How many bytes the number of an argument has at most, with its brackets.
const LONGEST_INDEX: usize = 8;

/// The number in `[0]` or `.0`.
fn number(index: &str) -> Option<usize> {
    index.trim_matches(['[', ']', '.']).parse().ok()
}

/// The number of the argument that a text is and nothing else.
fn whole_argument(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("{args")?.strip_suffix('}')?;
    number(inside).filter(|_| !inside.contains(['{', '}']))
}
