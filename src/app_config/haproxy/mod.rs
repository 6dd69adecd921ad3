//! HAProxy configurations: servers, bound addresses and certificates, with where they are written.

mod routes;

use std::ops::Range;

use super::address::{HostPort, Located, host_port};
use crate::budget::Meter;
use routes::RouteWays;

pub(crate) use routes::HaproxyRoute;

/// What a file of HAProxy says about who is behind it. Spans are bytes of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HaproxyConfig {
    /// The servers of backends.
    pub(crate) servers: Vec<HaproxyServer>,
    /// The ports that are bound.
    pub(crate) binds: Vec<BoundPort>,
    /// The routes from ports to servers that may require no authentication.
    pub(crate) routes: Vec<HaproxyRoute>,
    /// The paths of `crt`.
    pub(crate) certificates: Vec<Located>,
    /// The oldest protocols that TLS may speak, where a line says so: `TLSv1.0`.
    pub(crate) oldest: Vec<Located>,
}

/// A server of a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HaproxyServer {
    /// Host and port.
    pub(crate) address: HostPort,
    /// Whether HAProxy starts without knowing the host (`init-addr none`, `resolvers`).
    pub(crate) late: bool,
    /// The variables of the environment in it.
    pub(crate) environment: Vec<String>,
}

/// A bound port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BoundPort {
    /// The port.
    pub(crate) port: u16,
    /// Whether TLS is spoken there.
    pub(crate) ssl: bool,
    /// Whether the section shows HAProxy's statistics, and asks for no password.
    pub(crate) open_stats: bool,
    /// The address.
    pub(crate) span: Range<usize>,
}

/// The words that begin a section.
const SECTIONS: [&str; 15] = [
    "backend",
    "cache",
    "crt-store",
    "defaults",
    "fcgi-app",
    "frontend",
    "global",
    "http-errors",
    "listen",
    "mailers",
    "peers",
    "program",
    "resolvers",
    "ring",
    "userlist",
];

/// Reads a file; `lookup` gives the value of a variable of the environment for what is in double quotes.
pub(crate) fn read(text: &str, lookup: &dyn Fn(&str) -> Option<String>, meter: Meter<'_>) -> HaproxyConfig {
    let lookup = &|name: &str| meter.inserted(lookup(name));
    let mut has_open_stats = false;
    let mut config = HaproxyConfig::default();
    let mut section = Section::default();
    let mut ways = RouteWays::default();
    let mut by_default = Stats::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = words(line, at, lookup);
        at += line.len();
        let Some(first) = words.first() else { continue };
        ways.line(&words);
        match first.text.as_str() {
            first if SECTIONS.contains(&first) => {
                has_open_stats |= section.close(&mut config);
                if section.is_defaults {
                    by_default = section.stats;
                } else if section.stats.inherited && has_open_stats {
                    // They show on every port: the first stands for all.
                    by_default.shown = false;
                }
                let late = section.late_by_default;
                let is_defaults = first == "defaults";
                let stats = if is_defaults { Stats::default() } else { Stats { inherited: true, ..by_default } };
                section = Section { is_defaults, late_by_default: late, stats, ..Section::default() };
            }
            "default-server" => {
                let late = is_late(&words);
                section.late |= late;
                section.late_by_default |= section.is_defaults && late;
            }
            "server" => section.servers.extend(server(words.get(2), &words)),
            "server-template" => section.servers.extend(server(words.get(3), &words)),
            "bind" => bind(&words, &mut section, &mut config),
            "stats" => section.stats.read(&words),
            "mode" => section.stats.plain = words.get(1).is_some_and(|mode| mode.text == "tcp"),
            "ssl-default-bind-options" | "ssl-default-server-options" => oldest(&words, &mut config),
            _ => {}
        }
    }
    section.close(&mut config);
    config.routes = ways.open(meter);
    config
}

#[derive(Clone, Debug)]
struct HaproxyWord {
    text: String,
    span: Range<usize>,
    exact: bool,
    environment: Vec<String>,
}

/// What a section has said so far.
#[derive(Default)]
struct Section {
    is_defaults: bool,
    late_by_default: bool,
    late: bool,
    servers: Vec<HaproxyServer>,
    binds: Vec<BoundPort>,
    stats: Stats,
}

/// What is said of HAProxy's statistics.
#[derive(Clone, Copy, Default)]
struct Stats {
    shown: bool,
    /// Whether they ask for a password.
    asks: bool,
    /// Whether no HTTP is spoken.
    plain: bool,
    /// Whether only the `defaults` say so.
    inherited: bool,
}

impl Stats {
    fn read(&mut self, words: &[HaproxyWord]) {
        match words.get(1).map(|word| word.text.as_str()) {
            Some("enable" | "uri") => (self.shown, self.inherited) = (true, false),
            Some("auth" | "http-request") => self.asks = true,
            _ => {}
        }
    }

    fn is_open(self) -> bool {
        self.shown && !self.asks && !self.plain
    }
}

impl Section {
    /// Hands over what the section has; whether one of its ports shows statistics to everybody.
    fn close(&mut self, config: &mut HaproxyConfig) -> bool {
        let late = self.late || self.late_by_default;
        config.servers.extend(self.servers.drain(..).map(|one| HaproxyServer { late: one.late || late, ..one }));
        let stats = self.stats;
        let is_open = |index: usize| stats.is_open() && (index == 0 || !stats.inherited);
        let has_open_stats = !self.binds.is_empty() && is_open(0);
        let binds = self.binds.drain(..).enumerate();
        config.binds.extend(binds.map(|(index, one)| BoundPort { open_stats: is_open(index), ..one }));
        has_open_stats
    }
}

fn is_late(words: &[HaproxyWord]) -> bool {
    words.windows(2).any(|pair| match pair {
        [option, value] => option.text == "init-addr" && value.text.contains("none") || option.text == "resolvers",
        _ => false,
    })
}

fn server(address: Option<&HaproxyWord>, words: &[HaproxyWord]) -> Option<HaproxyServer> {
    let word = address?;
    let found = host_port(&word.text, word.span.start)?;
    let address = if word.exact { found } else { HostPort { span: word.span.clone(), ..found } };
    Some(HaproxyServer { address, late: is_late(words), environment: word.environment.clone() })
}

fn bind(words: &[HaproxyWord], section: &mut Section, config: &mut HaproxyConfig) {
    let ssl = words.iter().any(|word| word.text == "ssl");
    for pair in words.windows(2) {
        if let [option, value] = pair
            && option.text == "crt"
        {
            config.certificates.push(Located { text: value.text.clone(), span: value.span.clone() });
        }
    }
    oldest(words, config);
    let Some(address) = words.get(1) else { return };
    let bind = |port| BoundPort { port, ssl, open_stats: false, span: address.span.clone() };
    section.binds.extend(bound(&address.text).into_iter().map(bind));
}

/// The ports of a bound address, those of the loopback left out.
fn bound(address: &str) -> Vec<u16> {
    let ports = address.split(',').filter_map(|one| {
        let (host, port) = one.rsplit_once(':').unwrap_or(("", one));
        port.parse::<u16>().ok().filter(|_| !host.starts_with("127."))
    });
    ports.collect()
}

/// `ssl-min-ver TLSv1.0` and `force-tlsv10`.
fn oldest(words: &[HaproxyWord], config: &mut HaproxyConfig) {
    let mut before = "";
    for word in words {
        let forced = match word.text.as_str() {
            "force-sslv3" => Some("SSLv3"),
            "force-tlsv10" => Some("TLSv1.0"),
            "force-tlsv11" => Some("TLSv1.1"),
            _ => None,
        };
        let text = if before == "ssl-min-ver" { Some(word.text.as_str()) } else { forced };
        if let Some(text) = text {
            config.oldest.push(Located { text: text.to_owned(), span: word.span.clone() });
        }
        before = &word.text;
    }
}

/// The words of a line; `offset` is where it starts. Variables of the environment are in double quotes only.
fn words(line: &str, offset: usize, lookup: &dyn Fn(&str) -> Option<String>) -> Vec<HaproxyWord> {
    let mut words = Vec::new();
    let mut current: Option<(usize, String)> = None;
    let mut quote: Option<char> = None;
    let mut exact = true;
    let mut environment = Vec::new();
    let mut skip_to = 0;
    for (at, c) in line.char_indices() {
        if at < skip_to {
            continue;
        }
        let ends = quote.is_none() && (c.is_whitespace() || c == '#');
        if ends {
            if let Some((start, text)) = current.take() {
                let span = offset + start..offset + at;
                words.push(HaproxyWord { text, span, exact, environment: std::mem::take(&mut environment) });
            }
            exact = true;
            if c == '#' {
                return words;
            }
            continue;
        }
        let (_, text) = current.get_or_insert_with(|| (at, String::new()));
        if quote == Some(c) || quote.is_none() && matches!(c, '"' | '\'') {
            quote = if quote.is_some() { None } else { Some(c) };
            exact = false;
        } else if let Some((name, length)) = (c == '$' && quote == Some('"')).then(|| variable(line, at)).flatten() {
            match lookup(name) {
                Some(value) => {
                    text.push_str(&value);
                    environment.push(name.to_owned());
                }
                None => text.push('$'),
            }
            skip_to = at + length;
        } else {
            text.push(c);
        }
    }
    if let Some((start, text)) = current {
        words.push(HaproxyWord { text, span: offset + start..offset + line.len(), exact, environment });
    }
    words
}

/// The name of the variable at a `$`, and how many bytes it takes with its braces. A default (`${A-b}`) is left alone.
fn variable(line: &str, at: usize) -> Option<(&str, usize)> {
    let rest = line.get(at + 1..)?;
    if let Some(inner) = rest.strip_prefix('{') {
        let name = inner.split('}').next()?;
        return Some((name, name.len() + 3));
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    Some((rest.get(..end).filter(|name| !name.is_empty())?, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::source::Place;

    fn read_haproxy(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> HaproxyConfig {
        let budget = Budget::default();
        read(text, lookup, Meter { budget: &budget, at: Place::start() })
    }

    fn check(text: &str, expect: &[&str]) {
        let lookup = |name: &str| (name == "UP").then(|| "app:8000".to_owned());
        let show = |one: &HaproxyServer| {
            let late = if one.late { " late" } else { "" };
            let text = text.get(one.address.span.clone()).unwrap();
            format!("{} {:?}{late} @{text}", one.address.host, one.address.port)
        };
        let shown: Vec<String> = read_haproxy(text, &lookup).servers.iter().map(show).collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn servers() {
        check(
            "backend é\r\n  server a app:8000 check # x\r\n  server b b\r\n",
            &["app Some(8000) @app:8000", "b None @b"],
        );
        check(
            "# server a no:1\nlisten x\n server s \"${UP}\"\n server t \"$UP\" check",
            &["app Some(8000) @\"${UP}\"", "app Some(8000) @\"$UP\""],
        );
        check("backend a\n server s ${UP}\n server t unix@/x\n server u \"${NONE}\"\n server", &[]);
        check(
            "backend a\n server-template web 1-3 web:80 resolvers docker init-addr none",
            &["web Some(80) late @web:80"],
        );
        check(
            "defaults\n default-server init-addr last,libc,none\nbackend a\n server s app:1\n",
            &["app Some(1) late @app:1"],
        );
        check("backend a\n server s 'unclosed:1", &["unclosed Some(1) @'unclosed:1"]);
    }

    #[test]
    fn binds_and_certificates() {
        let text = "frontend f\n bind *:80\n bind :::443,:8443 ssl crt /c/é.pem ssl-min-ver TLSv1.0 alpn h2\n bind 127.0.0.1:9\nglobal\n ssl-default-bind-options no-sslv3 force-tlsv11\nlisten stats\n bind :8404\n stats enable\nlisten s2\n bind :1\n stats enable\n stats auth a:b\n";
        let config = read_haproxy(text, &|_| None);
        let binds: Vec<_> = config.binds.iter().map(|one| (one.port, one.ssl, one.open_stats)).collect();
        assert_eq!(
            binds,
            [(80, false, false), (443, true, false), (8443, true, false), (8404, false, true), (1, false, false)]
        );
        assert_eq!(config.certificates[0].text, "/c/é.pem");
        let open = |text: &str| {
            read_haproxy(text, &|_| None)
                .binds
                .iter()
                .filter(|one| one.open_stats)
                .map(|one| one.port)
                .collect::<Vec<_>>()
        };
        // What `defaults` show is shown on every port: the first stands for all.
        let rest = "frontend a\n bind :1\n bind :2\nfrontend b\n bind :3\n";
        assert_eq!(open(&format!("defaults\n stats enable\n stats admin if TRUE\n{rest}")), [1]);
        assert_eq!(open(&format!("defaults\n stats enable\n stats auth a:b\n{rest}")), [0; 0]);
        assert_eq!(open(&format!("defaults\n stats enable\n mode tcp\n{rest}")), [0; 0]);
        assert_eq!(open(&format!("defaults\n stats enable\ndefaults b\n{rest}")), [0; 0]);
        assert_eq!(config.oldest.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["TLSv1.0", "TLSv1.1"]);
        assert_eq!(text.get(config.oldest[0].span.clone()), Some("TLSv1.0"));
    }
}
