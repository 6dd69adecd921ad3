//! The routes through HAProxy without authentication.
//!
//! By <https://docs.haproxy.org/3.2/configuration.html>, 4.2 (keywords), 4.3 (actions) and 7 (ACLs).

use std::collections::{BTreeMap, BTreeSet};

use super::super::address::HostPort;
use super::{HaproxyWord, SECTIONS, bound, server};
use crate::budget::{Limit, Meter};
use crate::collections::HashMap;

/// A way from ports of HAProxy to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HaproxyRoute {
    /// The ports that lead there.
    pub(crate) ports: Vec<u16>,
    /// Host and port of the server.
    pub(crate) address: HostPort,
}

/// The sections read so far.
#[derive(Default)]
pub(crate) struct RouteWays {
    sections: Vec<SectionRoutes>,
}

/// What a section says of ways.
#[derive(Default)]
struct SectionRoutes {
    kind: String,
    name: String,
    ports: Vec<u16>,
    servers: Vec<HostPort>,
    backends: Vec<String>,
    /// Whether every ACL of a name looks only at what is asked for.
    acls: BTreeMap<String, bool>,
    /// Whether it may require authentication, or deny access.
    asks: bool,
}

impl RouteWays {
    /// Takes a line in.
    pub(crate) fn line(&mut self, words: &[HaproxyWord]) {
        let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
        if SECTIONS.contains(&text(0)) {
            let (kind, name) = (text(0).to_owned(), text(1).to_owned());
            self.sections.push(SectionRoutes { kind, name, ..SectionRoutes::default() });
        } else if let Some(part) = self.sections.last_mut() {
            part.line(words, &text);
        }
    }

    /// The ways on which no section may ask.
    pub(crate) fn open(&self, meter: Meter<'_>) -> Vec<HaproxyRoute> {
        if self.sections.iter().any(|part| part.kind == "defaults" && part.asks) {
            return Vec::new();
        }
        let mut backends: HashMap<&str, Vec<&SectionRoutes>> = HashMap::default();
        for part in &self.sections {
            if matches!(part.kind.as_str(), "backend" | "listen") && !part.asks {
                backends.entry(&part.name).or_default().push(part);
            }
        }
        let entrances = self.sections.iter().filter(|part| !part.asks && !part.ports.is_empty());
        let mut found = Vec::new();
        for entrance in entrances {
            let names: BTreeSet<&str> = entrance.backends.iter().map(String::as_str).collect();
            let behind = names.into_iter().filter_map(|name| backends.get(name)).flatten();
            for address in entrance.servers.iter().chain(behind.flat_map(|part| &part.servers)) {
                if !meter.spend(Limit::Values, 1 + entrance.ports.len()) {
                    return found;
                }
                found.push(HaproxyRoute { ports: entrance.ports.clone(), address: address.clone() });
            }
        }
        found
    }
}

impl SectionRoutes {
    fn line<'a>(&mut self, words: &'a [HaproxyWord], text: &dyn Fn(usize) -> &'a str) {
        let conditional = words.iter().any(|word| matches!(word.text.as_str(), "if" | "unless"));
        match text(0) {
            "bind" if !asks_for_certificate(words) => self.ports.extend(bound(text(1))),
            "server" => self.servers.extend(server(words.get(2), words).map(|one| one.address)),
            "server-template" => self.servers.extend(server(words.get(3), words).map(|one| one.address)),
            "default_backend" => self.backends.push(text(1).to_owned()),
            "use_backend" if !conditional || self.is_open(words) => self.backends.push(text(1).to_owned()),
            "acl" => {
                let harmless = looks_at_request(words.get(2..).unwrap_or_default());
                self.acls.entry(text(1).to_owned()).and_modify(|all| *all &= harmless).or_insert(harmless);
            }
            "http-request" | "tcp-request" => self.asks |= words.iter().any(|word| turns_away(&word.text)),
            "block" => self.asks = true,
            "filter" => self.asks |= matches!(text(1), "spoe" | "lua"),
            _ => {}
        }
        // Sent elsewhere, all of them; a condition is mostly that TLS is missing.
        let redirects = text(0) == "redirect" || text(0) == "http-request" && text(1) == "redirect";
        self.asks |= redirects && !conditional;
    }

    /// Whether the condition of a line only looks at what is asked for: a name, a path.
    fn is_open(&self, words: &[HaproxyWord]) -> bool {
        let mut words = words.iter().skip_while(|word| !matches!(word.text.as_str(), "if" | "unless")).skip(1);
        while let Some(word) = words.next() {
            let known = match word.text.trim_start_matches('!') {
                "or" | "||" => true,
                "{" => {
                    let inside: Vec<HaproxyWord> =
                        words.by_ref().take_while(|word| word.text != "}").cloned().collect();
                    looks_at_request(&inside)
                }
                name => self.acls.get(name).copied().unwrap_or(false),
            };
            if !known {
                return false;
            }
        }
        true
    }
}

/// Actions that require authentication, deny access, or ask another program.
fn turns_away(action: &str) -> bool {
    const ACTIONS: [&str; 8] =
        ["auth", "deny", "reject", "return", "silent-drop", "tarpit", "send-spoe-group", "use-service"];
    ACTIONS.contains(&action) || action.starts_with("lua.")
}

fn asks_for_certificate(words: &[HaproxyWord]) -> bool {
    words.windows(2).any(|pair| matches!(pair, [option, value] if option.text == "verify" && value.text != "none"))
}

/// Whether an ACL looks at the name, path or method that is asked for, and at nothing that tells people apart; a name
/// that only a local network knows does.
fn looks_at_request(words: &[HaproxyWord]) -> bool {
    const CRITERIA: [&str; 8] = ["path", "base", "url", "method", "ssl_fc", "req.ssl_sni", "req_ssl_sni", "dst_port"];
    const INSIDE: [&str; 6] = [".local", ".lan", ".internal", ".home", ".test", ".localhost"];
    let Some((criterion, values)) = words.split_first() else { return false };
    let criterion = criterion.text.trim_start_matches('!').to_ascii_lowercase();
    let of_host = criterion.contains("hdr") && criterion.contains("(host");
    let known = of_host || CRITERIA.iter().any(|known| criterion.starts_with(known));
    known && !values.iter().any(|word| INSIDE.iter().any(|end| word.text.ends_with(end)) || word.text == "localhost")
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use crate::budget::{Budget, Meter};
    use crate::source::Place;

    fn check(text: &str, expect: &[&str]) {
        let budget = Budget::default();
        let shown: Vec<String> = read(text, &|_| None, Meter { budget: &budget, at: Place::start() })
            .routes
            .iter()
            .map(|one| format!("{:?} {} @{}", one.ports, one.address.host, text.get(one.address.span.clone()).unwrap()))
            .collect();
        assert_eq!(shown, expect, "{text}");
    }

    #[test]
    fn from_ports_to_servers() {
        check(
            "frontend f\n bind *:80,:81\n default_backend b\nbackend b\n server s app:1\nbackend c\n server s no:1\n",
            &["[80, 81] app @app:1"],
        );
        check(
            "listen l\n bind :80\n server é app:1 check\n server-template w 1-2 web:2\n",
            &["[80] app @app:1", "[80] web @web:2"],
        );
        check("backend b\n server s app:1\n", &[]);
        check("frontend f\n bind 127.0.0.1:80\n default_backend b\nbackend b\n server s app:1\n", &[]);
    }

    #[test]
    fn conditions() {
        let with = |line: &str| {
            format!(
                "frontend f\n bind :80\n acl h hdr(host) -i a.example.com\n acl me src 10.0.0.0/8\n {line}\nbackend b\n server s app:1\n"
            )
        };
        let open = ["[80] app @app:1"];
        check(&with("use_backend b if h"), &open);
        check(&with("use_backend b if h || { path_beg /a }"), &open);
        check(&with("use_backend b unless !h"), &open);
        check(&with("use_backend b if { req.hdr(Host) -i a.lan }"), &[]);
        check(&with("use_backend b if h me"), &[]);
        check(&with("use_backend b if { hdr(x-key) secret }"), &[]);
        check(&with("use_backend b if unknown"), &[]);
        check(&with("use_backend %[req.hdr(host)]"), &[]);
    }

    #[test]
    fn who_asks() {
        let with = |front: &str, back: &str| {
            format!(
                "userlist u\n user a password b\nfrontend f\n bind :80\n {front}\n default_backend b\nbackend b\n {back}\n server s app:1\n"
            )
        };
        let open = ["[80] app @app:1"];
        check(&with("mode http", "http-request set-header a b"), &open);
        check(&with("http-request redirect scheme https unless { ssl_fc }", "balance source"), &open);
        check(&with("redirect scheme https", ""), &[]);
        check(&with("http-request auth unless { http_auth(u) }", ""), &[]);
        check(&with("", "http-request auth realm x if !{ http_auth(u) }"), &[]);
        check(&with("http-request deny unless { src 10.0.0.0/8 }", ""), &[]);
        check(&with("tcp-request connection reject if { src 10.0.0.0/8 }", ""), &[]);
        check(&with("http-request lua.ask", ""), &[]);
        check(&with("filter spoe engine x", ""), &[]);
        check(&with("filter compression", ""), &open);
        check(&format!("defaults\n http-request auth\n{}", with("", "")), &[]);
        check(
            "frontend f\n bind :443 ssl crt /c verify required\n default_backend b\nbackend b\n server s app:1\n",
            &[],
        );
    }
}
