//! Caddyfiles: sites and what they pass requests on to, with where it is written.

use std::collections::BTreeSet;
use std::ops::Range;

use super::address::host_port;

/// What a Caddyfile says about who is behind it. Spans are bytes of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaddyConfig {
    /// The addresses of sites, as written.
    pub sites: Vec<(String, Range<usize>)>,
    /// What requests are passed on to; sockets and what only a request decides are left out.
    pub upstreams: Vec<CaddyUpstream>,
    /// Files that are imported.
    pub imports: Vec<(String, Range<usize>)>,
}

/// One upstream of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaddyUpstream {
    /// `reverse_proxy`, `php_fastcgi` or `forward_auth`.
    pub directive: String,
    /// The scheme, if one is written: `http`, `https`, `h2c`.
    pub scheme: Option<String>,
    /// The host; `localhost` where only a port is written, as Caddy takes it.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// The host and port, or the whole word where the environment is in it.
    pub span: Range<usize>,
}

/// Reads a Caddyfile; `lookup` gives the value of a variable of the environment for `{$NAME}` and `{$NAME:default}`.
pub fn read(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> CaddyConfig {
    let lines = tree(text, lookup);
    let mut config = CaddyConfig::default();
    let (snippets, sites): (Vec<&Line>, Vec<&Line>) =
        lines.iter().partition(|line| line.name().starts_with('(') && line.name().ends_with(')'));
    let mut seen = BTreeSet::new();
    for line in sites {
        // The first line without braces names the only site; what follows it are its directives.
        let is_site = line.opens || config.sites.is_empty();
        if is_site && !matches!(line.name(), "" | "import") {
            for word in &line.words {
                let address = word.text.trim_end_matches(',');
                if !address.is_empty() {
                    config.sites.push((address.to_owned(), word.span.clone()));
                }
            }
        } else if !is_site || line.name() == "import" {
            walk(std::slice::from_ref(line), &snippets, &[], 0, &mut seen, &mut config);
        }
        walk(&line.block, &snippets, &[], 0, &mut seen, &mut config);
    }
    config
}

/// A word; `exact` where its text is to the letter what stands at `start`.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    span: Range<usize>,
    start: usize,
    exact: bool,
}

/// The words of a line and the block that it opens.
#[derive(Clone, Debug, Default)]
struct Line {
    words: Vec<Word>,
    opens: bool,
    block: Vec<Line>,
}

impl Line {
    fn name(&self) -> &str {
        self.words.first().map_or("", |word| word.text.as_str())
    }
}

/// Imports deeper than this are a circle.
const DEEPEST_IMPORT: usize = 10;

fn walk(
    lines: &[Line],
    snippets: &[&Line],
    arguments: &[String],
    depth: usize,
    seen: &mut BTreeSet<(usize, String)>,
    config: &mut CaddyConfig,
) {
    for line in lines {
        match line.name() {
            "reverse_proxy" | "php_fastcgi" | "forward_auth" => {
                for upstream in upstreams(line, arguments) {
                    if seen.insert((upstream.span.start, upstream.host.clone())) {
                        config.upstreams.push(upstream);
                    }
                }
            }
            "import" if depth < DEEPEST_IMPORT => {
                let Some(name) = line.words.get(1) else { continue };
                let given: Vec<String> =
                    line.words.iter().skip(2).map(|word| with_arguments(word, arguments).text).collect();
                let snippet = snippets.iter().find(|one| one.name().trim_matches(['(', ')']) == name.text);
                match snippet {
                    Some(snippet) => walk(&snippet.block, snippets, &given, depth + 1, seen, config),
                    None => config.imports.push((name.text.clone(), name.span.clone())),
                }
            }
            _ => walk(&line.block, snippets, arguments, depth, seen, config),
        }
    }
}

/// The upstreams of a directive: its arguments after a matcher, and `to` and `dynamic a` in its block.
fn upstreams(line: &Line, arguments: &[String]) -> Vec<CaddyUpstream> {
    let is_matcher = |word: &Word| word.text == "*" || word.text.starts_with(['@', '/']);
    let skip = if line.words.get(1).is_some_and(is_matcher) { 2 } else { 1 };
    let mut words: Vec<&Word> = line.words.iter().skip(skip).collect();
    let mut found = Vec::new();
    for inner in &line.block {
        match inner.name() {
            "to" => words.extend(inner.words.iter().skip(1)),
            "dynamic" => found.extend(dynamic(line.name(), inner, arguments)),
            _ => {}
        }
    }
    let named = words.into_iter().filter_map(|word| upstream(line.name(), &with_arguments(word, arguments)));
    named.chain(found).collect()
}

fn upstream(directive: &str, word: &Word) -> Option<CaddyUpstream> {
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
    let start = word.start + at;
    let span = if word.exact { start..start + target.len() } else { word.span.clone() };
    Some(CaddyUpstream { directive: directive.to_owned(), scheme, host: found.host, port: found.port, span })
}

/// `dynamic a app 80`, or with `name` and `port` in its block.
fn dynamic(directive: &str, line: &Line, arguments: &[String]) -> Option<CaddyUpstream> {
    if line.words.get(1)?.text != "a" {
        return None;
    }
    let inside = |key: &str| line.block.iter().find(|inner| inner.name() == key).and_then(|inner| inner.words.get(1));
    let name = with_arguments(line.words.get(2).or_else(|| inside("name"))?, arguments);
    let port = line.words.get(3).or_else(|| inside("port")).and_then(|word| word.text.parse().ok());
    Some(CaddyUpstream { port, ..upstream(directive, &name)? })
}

/// Puts the arguments of an import in: `{args[0]}`, and `{args.0}` of old.
fn with_arguments(word: &Word, arguments: &[String]) -> Word {
    if !word.text.contains("{args") {
        return word.clone();
    }
    let replaced = arguments.iter().enumerate().fold(word.text.clone(), |text, (at, value)| {
        text.replace(&format!("{{args[{at}]}}"), value).replace(&format!("{{args.{at}}}"), value)
    });
    Word { text: replaced, exact: false, ..word.clone() }
}

/// The lines of a Caddyfile with their blocks.
fn tree(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Vec<Line> {
    let mut open: Vec<Line> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    for mut line in rows(text, lookup) {
        if line.words.first().is_some_and(|word| is_bare(word, "}")) {
            close(&mut open, &mut lines);
            continue;
        }
        let opens = line.words.last().is_some_and(|word| is_bare(word, "{"));
        if opens {
            line.words.pop();
            line.opens = true;
            open.push(line);
        } else {
            place(&mut open, &mut lines, line);
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut lines);
    }
    lines
}

fn is_bare(word: &Word, text: &str) -> bool {
    word.exact && word.text == text && word.span.len() == 1
}

fn close(open: &mut Vec<Line>, lines: &mut Vec<Line>) {
    if let Some(done) = open.pop() {
        place(open, lines, done);
    }
}

fn place(open: &mut [Line], lines: &mut Vec<Line>, line: Line) {
    match open.last_mut() {
        Some(parent) => parent.block.push(line),
        None => lines.push(line),
    }
}

/// The words of each line that has some. A comma at the end of a line, or a backslash, joins the next line to it; the
/// text of a heredoc is passed over.
fn rows(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Vec<Line> {
    let mut rows: Vec<Line> = Vec::new();
    let mut row = Line::default();
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or("");
        if first == '\n' {
            if !row.words.last().is_some_and(|word| word.text.ends_with(',')) && !row.words.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            at += 1;
        } else if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
            at += rest.find('\n').unwrap_or(0) + 1;
        } else if first.is_whitespace() {
            at += first.len_utf8();
        } else if first == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            let (word, next) = word(text, at, first);
            at = heredoc(text, &word).unwrap_or(next);
            row.words.push(resolved(word, lookup));
        }
    }
    if !row.words.is_empty() {
        rows.push(row);
    }
    rows
}

fn word(text: &str, at: usize, first: char) -> (Word, usize) {
    let rest = text.get(at..).unwrap_or("");
    if matches!(first, '"' | '`') {
        let inside = rest.get(1..).unwrap_or("");
        let mut escaped = false;
        let close = inside.char_indices().find(|(_, c)| {
            let closes = *c == first && !escaped;
            escaped = first == '"' && *c == '\\' && !escaped;
            closes
        });
        let length = close.map_or(inside.len(), |(offset, _)| offset);
        let content = inside.get(..length).unwrap_or("");
        let end = (at + 1 + length + 1).min(text.len());
        let exact = !(first == '"' && content.contains('\\'));
        return (Word { text: content.replace("\\\"", "\""), span: at..end, start: at + 1, exact }, end);
    }
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let content = rest.get(..length).unwrap_or("").to_owned();
    (Word { text: content, span: at..at + length, start: at, exact: true }, at + length)
}

/// The byte after a heredoc (`<<END … END`) that a word opens.
fn heredoc(text: &str, word: &Word) -> Option<usize> {
    let marker = word.text.strip_prefix("<<").filter(|marker| !marker.is_empty() && word.exact)?;
    let mut at = word.span.end;
    for line in text.get(at..)?.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if line.trim_start().starts_with(marker) {
            return Some(at + indent + marker.len());
        }
        at += line.len();
    }
    None
}

/// Replaces `{$NAME}` and `{$NAME:default}`; a variable that is not set is nothing.
fn resolved(word: Word, lookup: &dyn Fn(&str) -> Option<String>) -> Word {
    let mut text = String::new();
    let mut rest = word.text.as_str();
    while let Some((before, after)) = rest.split_once("{$") {
        let Some((inside, tail)) = after.split_once('}') else { break };
        let (name, default) = inside.split_once(':').unwrap_or((inside, ""));
        text.push_str(before);
        text.push_str(&lookup(name).filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned()));
        rest = tail;
    }
    if rest.len() == word.text.len() {
        return word;
    }
    text.push_str(rest);
    Word { text, exact: false, ..word }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `directive host:port @text`, one an upstream.
    fn check(text: &str, expect: &[&str]) {
        let lookup = |name: &str| (name == "UP").then(|| "app:8000".to_owned());
        let show = |one: &CaddyUpstream| {
            let port = one.port.map_or("-".to_owned(), |port| port.to_string());
            format!("{} {} {port} @{}", one.directive, one.host, text.get(one.span.clone()).unwrap())
        };
        let shown: Vec<String> = read(text, &lookup).upstreams.iter().map(show).collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn upstreams() {
        check("é.com {\r\n  reverse_proxy app:8000\r\n}\r\n", &["reverse_proxy app 8000 @app:8000"]);
        check("localhost\n\nreverse_proxy /api/* http://app", &["reverse_proxy app - @app"]);
        check(
            "a {\n handle /x {\n reverse_proxy @m a:1 h2c://b:2\n }\n}",
            &["reverse_proxy a 1 @a:1", "reverse_proxy b 2 @b:2"],
        );
        check(
            "a {\n reverse_proxy {\n  to a:1 b:2 # c:3\n  lb_policy first\n }\n}",
            &["reverse_proxy a 1 @a:1", "reverse_proxy b 2 @b:2"],
        );
        check("a {\n reverse_proxy * :8080\n}", &["reverse_proxy localhost 8080 @:8080"]);
        check("a {\n php_fastcgi php:9000 {\n root /x\n }\n}", &["php_fastcgi php 9000 @php:9000"]);
        check(
            "a {\n forward_auth authelia:9091 {\n uri /api\n copy_headers A\n }\n}",
            &["forward_auth authelia 9091 @authelia:9091"],
        );
        check(
            "a {\n reverse_proxy {\n dynamic a app 80\n }\n reverse_proxy {\n dynamic a {\n name b\n port 81\n }\n }\n}",
            &["reverse_proxy app 80 @app", "reverse_proxy b 81 @b"],
        );
        check("a {\n php_fastcgi unix//run/php.sock\n reverse_proxy {http.x} srv+http://x\n}", &[]);
        check("a {\n reverse_proxy app:8000-8005\n}", &["reverse_proxy app 8000 @app:8000-8005"]);
        check(
            "a {\n respond <<END\n reverse_proxy no:1\n END 200\n reverse_proxy `app:1`\n}",
            &["reverse_proxy app 1 @app:1"],
        );
        check("a {\n reverse_proxy unfinished:1", &["reverse_proxy unfinished 1 @unfinished:1"]);
        check("}}\n{", &[]);
    }

    #[test]
    fn environment() {
        check("{$SITE:é} {\n reverse_proxy {$UP}\n}", &["reverse_proxy app 8000 @{$UP}"]);
        check(
            "a {\n reverse_proxy {$X:web:1}\n reverse_proxy {$X} http://{$X}\n}",
            &["reverse_proxy web 1 @{$X:web:1}"],
        );
    }

    #[test]
    fn snippets_count_where_they_are_imported() {
        check("(unused) {\n reverse_proxy no:1\n}\na {\n respond 1\n}", &[]);
        check(
            "(p) {\n reverse_proxy {args[0]}:80\n}\na {\n import p app\n}\nb {\n import p web\n}",
            &["reverse_proxy app 80 @{args[0]}:80", "reverse_proxy web 80 @{args[0]}:80"],
        );
        check("(p) {\n import p\n}\na {\n import p\n}", &[]);
    }

    #[test]
    fn sites_and_imports() {
        let config = read("{\n email x@é\n}\na.com,\nb.com {\n import extra/*.caddy\n}\nimport c", &|_| None);
        let sites: Vec<&str> = config.sites.iter().map(|(site, _)| site.as_str()).collect();
        assert_eq!(sites, ["a.com", "b.com"]);
        let imports: Vec<&str> = config.imports.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(imports, ["extra/*.caddy", "c"]);
    }
}
