//! Configuration files of nginx: upstreams, passes and listening ports, with where they are written.

use std::collections::BTreeMap;
use std::ops::Range;

use super::address::{self, HostPort};

/// What a file of nginx says about who is behind it. Spans are bytes of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NginxConfig {
    /// `upstream` blocks.
    pub upstreams: Vec<Upstream>,
    /// `proxy_pass` and its like, those to sockets and to what only a request decides left out.
    pub passes: Vec<Pass>,
    /// `listen`.
    pub listens: Vec<Listen>,
    /// `include`, as written.
    pub includes: Vec<(String, Range<usize>)>,
    /// `set $name value`, the last one of each name.
    pub variables: BTreeMap<String, String>,
}

/// An `upstream` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Its name.
    pub name: String,
    /// Its servers, sockets left out.
    pub servers: Vec<HostPort>,
}

/// A directive that passes requests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// `proxy_pass`, `fastcgi_pass`, `uwsgi_pass`, `scgi_pass` or `grpc_pass`.
    pub directive: String,
    /// The scheme, if one is written.
    pub scheme: Option<String>,
    /// The host, or the name of an upstream.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// The host and port, or the whole word where a variable is in it.
    pub span: Range<usize>,
    /// Whether a variable of nginx gave it; nginx then resolves the host at each request, not at its start.
    pub via_variable: bool,
}

/// A `listen` directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The port; 80 where only an address is written.
    pub port: u16,
    /// Whether `ssl` or `quic` stands with it.
    pub ssl: bool,
    /// The address and port.
    pub span: Range<usize>,
}

/// Reads a file; variables of a template stay as they are.
pub fn read(text: &str) -> NginxConfig {
    read_template(text, &|_| None)
}

/// Reads a template: `lookup` gives the value of a variable of the environment, as `envsubst` replaces them. What it
/// does not know is left to nginx.
pub fn read_template(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> NginxConfig {
    let mut reader = Reader { lookup, config: NginxConfig::default(), blocks: Vec::new() };
    let mut words: Vec<Word> = Vec::new();
    let mut at = 0;
    while let Some((token, next)) = token(text, at) {
        at = next;
        match token {
            Token::Word(word) => words.push(word),
            Token::End => reader.directive(&std::mem::take(&mut words)),
            Token::Open if words.first().is_some_and(|word| word.text.ends_with("_by_lua_block")) => {
                at = after_block(text, at);
                words.clear();
            }
            Token::Open => reader.open(std::mem::take(&mut words)),
            Token::Close => {
                words.clear();
                reader.blocks.pop();
            }
        }
    }
    reader.config
}

/// A word and where it stands; `exact` where the text is to the letter what stands there, from `start`.
#[derive(Clone, Debug)]
struct Word {
    text: String,
    span: Range<usize>,
    start: usize,
    exact: bool,
}

enum Token {
    Word(Word),
    End,
    Open,
    Close,
}

/// The token at or after a byte, and the byte after it.
fn token(text: &str, from: usize) -> Option<(Token, usize)> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        match first {
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            c if c.is_whitespace() || c == '\u{feff}' => at += c.len_utf8(),
            ';' => return Some((Token::End, at + 1)),
            '{' => return Some((Token::Open, at + 1)),
            '}' => return Some((Token::Close, at + 1)),
            '"' | '\'' => return Some(quoted(text, at, first)),
            _ => return Some(plain(text, at)),
        }
    }
}

fn quoted(text: &str, at: usize, quote: char) -> (Token, usize) {
    let mut word = String::new();
    let mut escaped = false;
    let start = at + 1;
    let inside = text.get(start..).unwrap_or("");
    let mut end = text.len();
    for (offset, c) in inside.char_indices() {
        if !escaped && c == quote {
            end = start + offset + 1;
            break;
        }
        escaped = !escaped && c == '\\';
        if !escaped {
            word.push(c);
        }
    }
    let exact = end == start + word.len() + 1;
    (Token::Word(Word { text: word, span: at..end, start, exact }), end)
}

fn plain(text: &str, at: usize) -> (Token, usize) {
    let rest = text.get(at..).unwrap_or("");
    let mut before = ' ';
    let mut end = rest.len();
    for (offset, c) in rest.char_indices() {
        let variable = c == '{' && before == '$';
        if before != '\\' && (c.is_whitespace() || c == ';' || c == '{' && !variable) {
            end = offset;
            break;
        }
        before = c;
    }
    let raw = rest.get(..end).unwrap_or("");
    let word = raw.replace('\\', "");
    let exact = word.len() == raw.len();
    (Token::Word(Word { text: word, span: at..at + end, start: at, exact }), at + end)
}

/// The byte after the brace that closes a block of another language, opened before `from`.
fn after_block(text: &str, from: usize) -> usize {
    let mut depth = 1;
    for (offset, c) in text.get(from..).unwrap_or("").char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return from + offset + 1;
        }
    }
    text.len()
}

struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    config: NginxConfig,
    blocks: Vec<String>,
}

impl Reader<'_> {
    fn open(&mut self, words: Vec<Word>) {
        let name = words.first().map(|word| word.text.clone()).unwrap_or_default();
        if name == "upstream"
            && let Some(upstream) = words.get(1)
        {
            let name = self.environment(upstream).text;
            self.config.upstreams.push(Upstream { name, servers: Vec::new() });
        }
        self.blocks.push(name);
    }

    fn directive(&mut self, words: &[Word]) {
        let [name, value, rest @ ..] = words else { return };
        let value = self.environment(value);
        match name.text.as_str() {
            "server" if self.blocks.last().is_some_and(|block| block == "upstream") => {
                let server = self.host_port(&value);
                if let (Some(server), Some(upstream)) = (server, self.config.upstreams.last_mut()) {
                    upstream.servers.push(server);
                }
            }
            "proxy_pass" | "fastcgi_pass" | "uwsgi_pass" | "scgi_pass" | "grpc_pass" => {
                let pass = self.pass(&name.text, &value);
                self.config.passes.extend(pass);
            }
            "listen" => self.config.listens.extend(listen(&value, rest)),
            "include" => self.config.includes.push((value.text, value.span)),
            "set" => {
                let given = rest.first().map(|word| self.environment(word).text);
                if let (Some(variable), Some(given)) = (value.text.strip_prefix('$'), given) {
                    let (given, _) = substituted(&given, &|name| self.config.variables.get(name).cloned());
                    self.config.variables.insert(variable.to_owned(), given);
                }
            }
            _ => {}
        }
    }

    /// The word with the variables of the environment replaced.
    fn environment(&self, word: &Word) -> Word {
        let (text, changed) = substituted(&word.text, self.lookup);
        Word { text, exact: word.exact && !changed, ..word.clone() }
    }

    fn pass(&self, directive: &str, word: &Word) -> Option<Pass> {
        let (text, via_variable) = substituted(&word.text, &|name| self.config.variables.get(name).cloned());
        let word = Word { text, exact: word.exact && !via_variable, ..word.clone() };
        let (scheme, at) = match word.text.split_once("://") {
            Some((scheme, _)) => (Some(scheme.to_ascii_lowercase()), scheme.len() + 3),
            None => (None, 0),
        };
        let target = word.text.get(at..)?;
        let end = target.find('/').unwrap_or(target.len());
        let found = address::host_port(target.get(..end)?, 0)?;
        let span = if word.exact {
            let start = word.start + at;
            start + found.span.start..start + found.span.end
        } else {
            word.span.clone()
        };
        Some(Pass { directive: directive.to_owned(), scheme, host: found.host, port: found.port, span, via_variable })
    }

    fn host_port(&self, word: &Word) -> Option<HostPort> {
        let found = address::host_port(&word.text, word.start)?;
        Some(if word.exact { found } else { HostPort { span: word.span.clone(), ..found } })
    }
}

fn listen(value: &Word, rest: &[Word]) -> Option<Listen> {
    let text = value.text.as_str();
    let port = match text.rsplit_once(':') {
        _ if text.starts_with("unix:") => return None,
        Some((_, port)) if !port.ends_with(']') => port.parse().ok()?,
        Some(_) => 80,
        None => text.parse().ok().or_else(|| address::host_port(text, 0).map(|_| 80))?,
    };
    let ssl = rest.iter().any(|word| matches!(word.text.as_str(), "ssl" | "quic"));
    Some(Listen { port, ssl, span: value.span.clone() })
}

/// Replaces `$name` and `${name}`; what `lookup` does not know stays. The answer says whether something was replaced.
fn substituted(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> (String, bool) {
    let mut result = String::new();
    let mut changed = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let plain = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let (name, tail) = braced.unwrap_or_else(|| after.split_at_checked(plain).unwrap_or((after, "")));
        let value = if name.is_empty() { None } else { lookup(name) };
        changed |= value.is_some();
        match value {
            Some(value) => result.push_str(&value),
            None => {
                result.push('$');
                result.push_str(after.get(..after.len() - tail.len()).unwrap_or(""));
            }
        }
        rest = tail;
    }
    result.push_str(rest);
    (result, changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `directive scheme host:port @text`, one a pass.
    fn check(text: &str, expect: &[&str]) {
        let passes = read(text).passes;
        let show = |pass: &Pass| {
            let scheme = pass.scheme.as_deref().unwrap_or("-");
            let port = pass.port.map_or("-".to_owned(), |port| port.to_string());
            let variable = if pass.via_variable { " variable" } else { "" };
            format!(
                "{} {scheme} {} {port}{variable} @{}",
                pass.directive,
                pass.host,
                text.get(pass.span.clone()).unwrap()
            )
        };
        assert_eq!(passes.iter().map(show).collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn passes() {
        check("location / { proxy_pass http://app:8000/é; }", &["proxy_pass http app 8000 @app:8000"]);
        check("# é proxy_pass http://no;\r\nproxy_pass\r\n  'http://app';", &["proxy_pass http app - @app"]);
        check("fastcgi_pass php:9000;", &["fastcgi_pass - php 9000 @php:9000"]);
        check(
            "uwsgi_pass uwsgi://web:3031; grpc_pass grpcs://g:50051;",
            &["uwsgi_pass uwsgi web 3031 @web:3031", "grpc_pass grpcs g 50051 @g:50051"],
        );
        check("stream { server { listen 1; proxy_pass db:5432; } }", &["proxy_pass - db 5432 @db:5432"]);
        check("proxy_pass http://[::1]:80;", &["proxy_pass http ::1 80 @[::1]:80"]);
        check("proxy_pass http://unix:/run/x.sock:/; fastcgi_pass unix:/x;", &[]);
        check("proxy_pass $scheme://$host$uri;", &[]);
        check("proxy_pass http://${BACKEND}:80;", &[]);
        check("location ~ \"^/a{2}$\" { proxy_pass http://a; } }", &["proxy_pass http a - @a"]);
        check(
            "content_by_lua_block { if a then proxy_pass = { b } end } proxy_pass http://c;",
            &["proxy_pass http c - @c"],
        );
        check("proxy_pass http://unfinished", &[]);
        check("", &[]);
        check("}};{ \"", &[]);
    }

    #[test]
    fn variables_of_nginx_are_followed() {
        check("set $up http://app:8000; proxy_pass $up;", &["proxy_pass http app 8000 variable @$up"]);
        check("set $up \"app\"; proxy_pass http://$up:80$request_uri;", &[]);
        check(
            "set $up app; proxy_pass http://$up:80/$request_uri;",
            &["proxy_pass http app 80 variable @http://$up:80/$request_uri"],
        );
        check("set $a app; set $b $a:1; proxy_pass http://${b};", &["proxy_pass http app 1 variable @http://${b}"]);
    }

    #[test]
    fn upstreams_and_listens() {
        let text = "upstream é {\r\n  server app:8000 weight=5; # x\r\n  server unix:/x; server 10.0.0.1 down;\r\n}\r\nserver { listen [::]:443 ssl; listen 8080 default_server; listen localhost; listen unix:/y; include conf.d/*.conf; }";
        let config = read(text);
        let upstream = &config.upstreams[0];
        let shown: Vec<_> = upstream
            .servers
            .iter()
            .map(|one| (one.host.as_str(), one.port, text.get(one.span.clone()).unwrap()))
            .collect();
        assert_eq!(upstream.name, "é");
        assert_eq!(shown, [("app", Some(8000), "app:8000"), ("10.0.0.1", None, "10.0.0.1")]);
        let listens: Vec<_> = config.listens.iter().map(|one| (one.port, one.ssl)).collect();
        assert_eq!(listens, [(443, true), (8080, false), (80, false)]);
        assert_eq!(config.includes[0].0, "conf.d/*.conf");
    }

    #[test]
    fn a_template_takes_variables_of_the_environment() {
        let text = "upstream x { server ${H}:$P; } server { listen ${P}; location / { proxy_pass http://$H/$uri; } }";
        let lookup = |name: &str| match name {
            "H" => Some("app".to_owned()),
            "P" => Some("81".to_owned()),
            _ => None,
        };
        let config = read_template(text, &lookup);
        let server = &config.upstreams[0].servers[0];
        assert_eq!(
            (server.host.as_str(), server.port, text.get(server.span.clone()).unwrap()),
            ("app", Some(81), "${H}:$P")
        );
        assert_eq!((config.passes[0].host.as_str(), config.passes[0].via_variable), ("app", false));
        assert_eq!(config.listens[0].port, 81);
    }
}
