//! nginx configurations: upstreams, passes, ports and certificates, with where they are written.

mod guards;
mod template;
mod words;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use super::address::{self, HostPort, Located};
use super::word::ConfigWord;
use crate::budget::Meter;
use guards::{guard, is_one_page};
pub(crate) use template::read as note_template;
use words::{NginxToken, after_block, substituted, token};

/// What a file of nginx says about who is behind it. Spans are bytes of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NginxConfig {
    /// `upstream` blocks.
    pub(crate) upstreams: Vec<Upstream>,
    /// `proxy_pass` and its like, those to sockets and to what only a request decides left out.
    pub(crate) passes: Vec<Pass>,
    /// `listen`.
    pub(crate) listens: Vec<Listen>,
    /// `include`.
    pub(crate) includes: Vec<Located>,
    /// The paths of `ssl_certificate` and `ssl_certificate_key`.
    pub(crate) certificates: Vec<Located>,
    /// The paths of `auth_basic_user_file`.
    pub(crate) password_files: Vec<Located>,
    /// The words of `ssl_protocols`.
    pub(crate) protocols: Vec<Located>,
    /// The paths of `root` and `alias` in locations of the ACME challenge.
    pub(crate) challenge_roots: Vec<Located>,
    /// Paths of `alias` and `root` from which files are served: those of the ACME challenge and of servers that pass
    /// requests to FastCGI left out.
    pub(crate) roots: Vec<Located>,
    /// Hosts that are looked up at each request, with no `resolver` in this file.
    pub(crate) late: Vec<Located>,
    /// Whether `resolver` says whom to ask.
    pub(crate) has_resolver: bool,
    /// The only server that a `resolver` names.
    pub(crate) resolvers: Vec<Located>,
    /// Uses of variables in a form that `envsubst` does not know.
    pub(crate) unsupported: Vec<Located>,
    /// Variables of a template that nothing is known of, by their names.
    pub(crate) unfilled: Vec<Located>,
    /// Networks that `set_real_ip_from` trusts and that hold everybody.
    pub(crate) trusted: Vec<Located>,
    /// The blocks that no other block is around, by their first word.
    pub(crate) outermost: Vec<Located>,
    /// `set $name value`, the last one of each name.
    pub(crate) variables: BTreeMap<String, String>,
    /// Whether something outside of all servers may require authentication.
    pub(crate) guarded: bool,
}

impl NginxConfig {
    /// Whether a server in it speaks TLS, or one that has a certificate may.
    pub(crate) fn speaks_tls(&self) -> bool {
        self.listens.iter().any(|listen| listen.ssl) || !self.certificates.is_empty()
    }
}

/// An `upstream` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upstream {
    /// Its name.
    pub(crate) name: String,
    /// Its servers, sockets left out.
    pub(crate) servers: Vec<UpstreamServer>,
}

/// A server of an `upstream` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpstreamServer {
    /// Host and port.
    pub(crate) address: HostPort,
    /// Whether nginx asks for the name again and again, and starts without an answer (`resolve`).
    pub(crate) late: bool,
    /// The variables of the environment in it.
    pub(crate) environment: Vec<String>,
}

/// A directive that passes requests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    /// `proxy_pass`, `fastcgi_pass`, `uwsgi_pass`, `scgi_pass` or `grpc_pass`.
    pub(crate) directive: String,
    /// The scheme, if one is written.
    pub(crate) scheme: Option<String>,
    /// The host, or the name of an upstream.
    pub(crate) host: String,
    /// The port, if one is written.
    pub(crate) port: Option<u16>,
    /// The host and port, or the whole word where a variable is in it.
    pub(crate) span: Range<usize>,
    /// Whether a variable of nginx is in it; nginx then resolves the host at each request, not at its start.
    pub(crate) via_variable: bool,
    /// The variables of the environment in it.
    pub(crate) environment: Vec<String>,
    /// Whether something around it may require authentication, or is for one page alone; `None` where nothing says so.
    pub(crate) guarded: Option<bool>,
    /// The ports of the server that it is in, those for the container itself left out.
    pub(crate) ports: Vec<u16>,
}

/// A `listen` directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listen {
    /// The port; 80 where only an address is written.
    pub(crate) port: u16,
    /// Whether `ssl` or `quic` is with it.
    pub(crate) ssl: bool,
    /// Whether only the container itself can connect.
    pub(crate) local: bool,
    /// The address and port.
    pub(crate) span: Range<usize>,
}

/// Reads a file; variables of a template stay as they are.
pub(crate) fn read(text: &str, meter: Meter<'_>) -> NginxConfig {
    read_template(text, &|_| None, meter)
}

/// Reads a template: `lookup` gives the value of a variable of the environment, as `envsubst` replaces them. What it
/// does not know is left to nginx.
pub(crate) fn read_template(text: &str, lookup: &dyn Fn(&str) -> Option<String>, meter: Meter<'_>) -> NginxConfig {
    let lookup = &|name: &str| meter.inserted(lookup(name));
    let mut reader = NginxReader { lookup, meter, config: NginxConfig::default(), blocks: Vec::new() };
    let mut words: Vec<ConfigWord> = Vec::new();
    let mut at = 0;
    while let Some((token, next)) = token(text, at) {
        at = next;
        match token {
            NginxToken::Word(word) => words.push(word),
            NginxToken::End => reader.directive(&std::mem::take(&mut words)),
            NginxToken::Open if words.first().is_some_and(|word| word.text.ends_with("_by_lua_block")) => {
                at = after_block(text, at);
                reader.note(guard(&std::mem::take(&mut words)));
            }
            // No server has so many blocks in each other.
            NginxToken::Open if !meter.allows_depth(reader.blocks.len()) => break,
            NginxToken::Open => reader.open(&std::mem::take(&mut words)),
            NginxToken::Close => {
                words.clear();
                reader.close();
            }
        }
    }
    while !reader.blocks.is_empty() {
        reader.close();
    }
    reader.config
}

/// A block that is open.
#[derive(Default)]
struct OpenBlock {
    name: String,
    /// Whether it is a location of the ACME challenge.
    challenge: bool,
    /// Whether it requires authentication; `None` where what is around it decides.
    guarded: Option<bool>,
    /// What it passes on, by the places in the list.
    passes: Vec<usize>,
    /// The ports that it listens on.
    ports: Vec<u16>,
    /// Paths that it serves files from.
    roots: Vec<(bool, Located)>,
    /// Whether requests in it go to FastCGI or the like, which looks for files in another container.
    scripted: bool,
    /// Whether all of it is passed on or answered at once.
    passed: bool,
}

struct NginxReader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    meter: Meter<'a>,
    config: NginxConfig,
    blocks: Vec<OpenBlock>,
}

impl NginxReader<'_> {
    fn open(&mut self, words: &[ConfigWord]) {
        let Some(first) = words.first() else {
            self.blocks.push(OpenBlock::default());
            return;
        };
        if first.text == "upstream"
            && let Some(upstream) = words.get(1)
        {
            let name = self.environment(upstream).text;
            self.config.upstreams.push(Upstream { name, servers: Vec::new() });
        }
        if self.blocks.is_empty() {
            self.config.outermost.push(Located { text: first.text.clone(), span: first.span.clone() });
        }
        let challenge = first.text == "location" && words.iter().any(|word| word.text.contains("acme-challenge"));
        let guarded = is_one_page(words).then_some(true);
        self.blocks.push(OpenBlock { name: first.text.clone(), challenge, guarded, ..OpenBlock::default() });
    }

    /// What a directive says of the block that it is in. One that asks is not taken back by one that does not.
    fn note(&mut self, guarded: Option<bool>) {
        match self.blocks.last_mut() {
            Some(block) if block.guarded != Some(true) => block.guarded = guarded.or(block.guarded),
            Some(_) => {}
            None => self.config.guarded |= guarded == Some(true),
        }
    }

    /// Ends a block: what it passes on is decided by it, or left to the one around it.
    fn close(&mut self) {
        let Some(block) = self.blocks.pop() else { return };
        let ports = if block.ports.is_empty() { vec![80] } else { block.ports };
        for at in &block.passes {
            let Some(pass) = self.config.passes.get_mut(*at) else { continue };
            if block.name == "server" {
                pass.ports.clone_from(&ports);
            }
            pass.guarded = pass.guarded.or(block.guarded);
        }
        self.config.guarded |= block.guarded == Some(true) && block.name == "http";
        self.roots(block.roots, (&block.name, block.scripted, block.passed));
        let Some(outer) = self.blocks.last_mut() else { return };
        outer.scripted |= block.scripted;
        // `if ($x) { return 403; }` is a condition of the block around it.
        if block.name == "if" && block.guarded == Some(true) {
            outer.guarded = Some(true);
        }
        outer.passes.extend(block.passes);
    }

    /// The paths of a block that ends, which what is around it may have to do with.
    fn roots(&mut self, roots: Vec<(bool, Located)>, (name, scripted, passed): (&str, bool, bool)) {
        for (is_alias, root) in roots {
            if is_alias || !(scripted || passed || name != "location" && name != "server") {
                self.config.roots.push(root);
            }
        }
    }

    fn directive(&mut self, words: &[ConfigWord]) {
        let [name, first, rest @ ..] = words else {
            self.note(guard(words));
            return;
        };
        let value = self.environment(first);
        let located = || Located { text: value.text.clone(), span: value.span.clone() };
        match name.text.as_str() {
            "server" if self.blocks.last().is_some_and(|block| block.name == "upstream") => {
                let late = rest.iter().any(|word| word.text == "resolve");
                let environment = self.used(first);
                if let (Some(address), Some(upstream)) = (self.host_port(&value), self.config.upstreams.last_mut()) {
                    upstream.servers.push(UpstreamServer { address, late, environment });
                }
            }
            "proxy_pass" | "fastcgi_pass" | "uwsgi_pass" | "scgi_pass" | "grpc_pass" => {
                let pass = self.pass(&name.text, &value);
                let environment = self.used(first);
                if let Some(block) = self.blocks.last_mut() {
                    block.passed |= block.name == "location";
                    block.scripted |= !matches!(name.text.as_str(), "proxy_pass" | "grpc_pass");
                }
                if let (Some(_), Some(block)) = (&pass, self.blocks.last_mut()) {
                    block.passes.push(self.config.passes.len());
                }
                self.config.passes.extend(pass.map(|pass| Pass { environment, ..pass }));
            }
            "listen" => {
                let listen = listen(&value, rest);
                let open = listen.as_ref().filter(|listen| !listen.local).map(|listen| listen.port);
                if let Some(block) = self.blocks.last_mut() {
                    block.ports.extend(open);
                }
                self.config.listens.extend(listen);
            }
            "include" => {
                self.config.includes.push(located());
                // Beside servers it brings more servers.
                if self.blocks.iter().any(|block| block.name == "server") {
                    self.note(guard(words));
                }
            }
            "ssl_certificate" | "ssl_certificate_key" => self.config.certificates.push(located()),
            "auth_basic_user_file" => self.config.password_files.push(located()),
            "ssl_protocols" => {
                let all = std::iter::once(first).chain(rest);
                self.config
                    .protocols
                    .extend(all.map(|word| Located { text: word.text.clone(), span: word.span.clone() }));
            }
            "root" | "alias" | "return" | "resolver" | "set_real_ip_from" => {
                let located = located();
                self.serving(words, &name.text, located);
            }
            "set" => self.set(&value, rest),
            _ => self.note(guard(words)),
        }
    }

    /// What says how a block answers without passing requests on, and whom it asks and trusts.
    fn serving(&mut self, words: &[ConfigWord], name: &str, value: Located) {
        match name {
            "resolver" => {
                self.config.has_resolver = true;
                // Behind the servers come options: `valid=30s`, `ipv6=off`.
                let servers = words.iter().skip(1).filter(|word| !word.text.contains('='));
                if servers.count() == 1 {
                    self.config.resolvers.push(value);
                }
            }
            "set_real_ip_from" if matches!(value.text.as_str(), "0.0.0.0/0" | "::/0") => {
                self.config.trusted.push(value)
            }
            "return" => {
                if let Some(block) = self.blocks.last_mut() {
                    block.passed |= block.name == "location";
                }
                self.note(guard(words));
            }
            "root" | "alias" if self.blocks.iter().any(|block| block.challenge) => {
                self.config.challenge_roots.push(value);
            }
            "root" | "alias" if !value.text.contains('$') => {
                if let Some(block) = self.blocks.last_mut() {
                    block.roots.push((name == "alias", value));
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, name: &ConfigWord, rest: &[ConfigWord]) {
        let given = rest.first().map(|word| self.environment(word).text);
        if let (Some(variable), Some(given)) = (name.text.strip_prefix('$'), given) {
            let (given, _) = substituted(&given, &|name| self.variable(name));
            self.config.variables.insert(variable.to_owned(), given);
        }
    }

    /// The word with the variables of the environment replaced.
    fn environment(&self, word: &ConfigWord) -> ConfigWord {
        let (text, names) = substituted(&word.text, self.lookup);
        ConfigWord { text, exact: word.exact && names.is_empty(), ..word.clone() }
    }

    /// The variables of the environment that a word names.
    fn used(&self, word: &ConfigWord) -> Vec<String> {
        substituted(&word.text, self.lookup).1
    }

    /// The value of a variable of nginx.
    fn variable(&self, name: &str) -> Option<String> {
        self.meter.inserted(self.config.variables.get(name).cloned())
    }

    fn pass(&self, directive: &str, word: &ConfigWord) -> Option<Pass> {
        let (text, names) = substituted(&word.text, &|name| self.variable(name));
        let via_variable = !names.is_empty();
        let word = ConfigWord { text, exact: word.exact && !via_variable, ..word.clone() };
        let (scheme, at) = match word.text.split_once("://") {
            Some((scheme, _)) => (Some(scheme.to_ascii_lowercase()), scheme.len() + 3),
            None => (None, 0),
        };
        let target = word.text.get(at..)?;
        let end = target.find('/').unwrap_or(target.len());
        // `http://app:8080$request_uri`: the host is known, and looked up at each request all the same.
        let authority = target.get(..end)?;
        let dollar = authority.find('$').filter(|at| *at > 0);
        // `http://app$1`: a part of the name is only known when a request comes.
        if dollar.is_some_and(|at| !begins_path(authority, at)) {
            return None;
        }
        let via_variable = via_variable || target.contains('$') && scheme.is_some();
        let found = address::host_port(dollar.and_then(|at| authority.get(..at)).unwrap_or(authority), 0)?;
        let span = word.bytes(at + found.span.start..at + found.span.end);
        let (host, port, directive) = (found.host, found.port, directive.to_owned());
        let (environment, ports) = (Vec::new(), Vec::new());
        Some(Pass { directive, scheme, host, port, span, via_variable, environment, guarded: None, ports })
    }

    fn host_port(&self, word: &ConfigWord) -> Option<HostPort> {
        let found = address::host_port(&word.text, 0)?;
        Some(HostPort { span: word.bytes(found.span), ..found })
    }
}

/// Whether a variable in an address holds its path: the variable comes after a port, or nginx sets it to a path
/// (nginx.org/en/docs/http/ngx_http_core_module.html#variables).
fn begins_path(authority: &str, at: usize) -> bool {
    const PATHS: [&str; 4] = ["request_uri", "uri", "document_uri", "is_args"];
    let (before, variable) = authority.split_at_checked(at).unwrap_or((authority, ""));
    let name = variable.trim_start_matches(['$', '{']);
    before.contains(':') || PATHS.iter().any(|path| name.starts_with(path))
}

fn listen(value: &ConfigWord, rest: &[ConfigWord]) -> Option<Listen> {
    let text = value.text.as_str();
    let port = match text.rsplit_once(':') {
        _ if text.starts_with("unix:") => return None,
        Some((_, port)) if !port.ends_with(']') => port.parse().ok()?,
        Some(_) => 80,
        None => text.parse().ok().or_else(|| address::host_port(text, 0).map(|_| 80))?,
    };
    let ssl = rest.iter().any(|word| matches!(word.text.as_str(), "ssl" | "quic"));
    let local = ["127.", "localhost", "[::1]"].iter().any(|prefix| text.starts_with(prefix));
    Some(Listen { port, ssl, local, span: value.span.clone() })
}
