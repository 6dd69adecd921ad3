//! Tests of the Caddyfile reader.

use super::*;
use crate::budget::Budget;
use crate::source::Place;

fn of(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> CaddyConfig {
    read(text, lookup, Meter { budget: &Budget::default(), at: Place::start() })
}

fn reached(text: &str) -> Vec<Limit> {
    let budget = Budget::default();
    read(text, &|_| None, Meter { budget: &budget, at: Place::start() });
    budget.reached().into_iter().map(|(limit, _)| limit).collect()
}

/// `directive host:port @text`, one an upstream.
fn check(text: &str, expect: &[&str]) {
    let lookup = |name: &str| (name == "UP").then(|| "app:8000".to_owned());
    let show = |one: &CaddyUpstream| {
        let port = one.port.map_or("-".to_owned(), |port| port.to_string());
        format!("{} {} {port} @{}", one.directive, one.host, text.get(one.span.clone()).unwrap())
    };
    let shown: Vec<String> = of(text, &lookup).upstreams.iter().map(show).collect();
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
    check("a {\n reverse_proxy {$X:web:1}\n reverse_proxy {$X} http://{$X}\n}", &["reverse_proxy web 1 @{$X:web:1}"]);
}

#[test]
fn snippets_count_where_they_are_imported() {
    check("(unused) {\n reverse_proxy no:1\n}\na {\n respond 1\n}", &[]);
    check(
        "(p) {\n reverse_proxy {args[0]}:80\n}\na {\n import p app\n}\nb {\n import p web\n}",
        &["reverse_proxy app 80 @{args[0]}:80", "reverse_proxy web 80 @{args[0]}:80"],
    );
    check("(p) {\n reverse_proxy {args[0]}\n}\na {\n import p app:80\n}", &["reverse_proxy app 80 @app:80"]);
    check("(p) {\n import p\n}\na {\n import p\n}", &[]);
}

#[test]
fn sites_and_imports() {
    let config = of("{\n email x@é\n}\na.com,\nb.com {\n import extra/*.caddy\n}\nimport c", &|_| None);
    let sites: Vec<&str> = config.sites.iter().map(|site| site.text.as_str()).collect();
    assert_eq!(sites, ["a.com", "b.com"]);
    let imports: Vec<&str> = config.imports.iter().map(|name| name.text.as_str()).collect();
    assert_eq!(imports, ["extra/*.caddy", "c"]);
}

#[test]
fn options_certificates_and_routes() {
    let text = "{\r\n admin 0.0.0.0:2019 # é\r\n auto_https off\n http_port 8080\n}\n&(r) {\n reverse_proxy r:1\n}\na.é {\n tls /c/a.pem /c/a.key {\n protocols tls1.3\n }\n invoke r\n}\nb {\n tls internal\n}\nc {\n tls x@y.z\n}";
    let config = of(text, &|_| None);
    let admin = config.admin.unwrap();
    assert_eq!((admin.text.as_str(), text.get(admin.span)), ("0.0.0.0:2019", Some("0.0.0.0:2019")));
    assert_eq!((config.auto_https.as_deref(), config.default_ports), (Some("off"), (Some(8080), None)));
    assert_eq!(config.certificates.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["/c/a.pem", "/c/a.key"]);
    assert_eq!(config.sites.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["a.é", "b", "c"]);
    assert_eq!(config.upstreams[0].host, "r");
    assert_eq!(of("{\n admin off\n}", &|_| None).admin, None);
}

#[test]
fn a_part_that_another_file_imports_has_no_site() {
    let config = of("reverse_proxy app:1\nencode gzip", &|_| None);
    assert_eq!((config.sites.len(), config.upstreams.len()), (0, 1));
}

#[test]
fn the_environment_at_run_time() {
    check("a {\n reverse_proxy {env.UP}\n reverse_proxy {env.NONE}\n}", &["reverse_proxy app 8000 @{env.UP}"]);
}

#[test]
fn the_ports_of_sites() {
    let check = |site: &str, expect: Option<(u16, bool)>| {
        assert_eq!(CaddyConfig::default().listen(site), expect, "{site}");
    };
    check("é.com", Some((443, true)));
    check("http://é.com", Some((80, false)));
    check("https://é.com:8443/x", Some((8443, true)));
    check(":80", Some((80, false)));
    check(":8080", Some((8080, false)));
    check("localhost:8080", Some((8080, true)));
    check("{$X}", None);
    check("", None);
}

#[test]
fn what_asks_who_is_there() {
    let check = |text: &str, expect: &[bool]| {
        let found: Vec<bool> = of(text, &|_| None).upstreams.iter().map(|one| one.guarded).collect();
        assert_eq!(found, expect, "{text}");
    };
    check("a.com {\n reverse_proxy app:1\n}", &[false]);
    check("a.com\n\nreverse_proxy app:1", &[false]);
    check("a.com\n\nbasic_auth {\n ann x\n}\nreverse_proxy app:1", &[true]);
    check("a.com {\n reverse_proxy app:1\n basic_auth {\n ann x\n }\n}", &[true]);
    check("a.com {\n basic_auth {\n ann x\n }\n handle /x {\n reverse_proxy app:1\n }\n}", &[true]);
    check("a.com {\n handle /x {\n basic_auth {\n ann x\n }\n }\n handle {\n reverse_proxy app:1\n }\n}", &[false]);
    check("a.com {\n forward_auth sso:1 {\n uri /x\n }\n reverse_proxy app:1\n}", &[true, true]);
    check("(sso) {\n forward_auth sso:1\n}\na.com {\n import sso\n reverse_proxy app:1\n}", &[true, true]);
    check("(log) {\n log\n}\na.com {\n import log\n reverse_proxy app:1\n}", &[false]);
    check("a.com {\n import other.caddy\n reverse_proxy app:1\n}", &[true]);
    check("a.com {\n @home remote_ip 10.0.0.0/8\n reverse_proxy @home app:1\n respond 403\n}", &[true]);
    check("http://app.localhost, app.lan {\n reverse_proxy app:1\n}", &[true]);
    check(":80 {\n reverse_proxy app:1\n}", &[false]);
}

#[test]
fn a_snippet_that_imports_itself_reaches_a_limit() {
    let text = format!("(s) {{\n{}reverse_proxy a:1\n}}\nx.com {{\nimport s\n}}\n", "import s\n".repeat(10));
    assert_eq!(reached(&text), [Limit::Steps]);
    assert_eq!(reached("(s) {\nimport s\nreverse_proxy a:1\n}\nx.com {\nimport s\n}\n"), []);
}

#[test]
fn blocks_are_nested_to_a_limit() {
    let deep = |levels: usize| format!("x.com {{\n{}{}}}\n", "handle {\n".repeat(levels), "}\n".repeat(levels));
    assert_eq!(reached(&deep(20_000)), [Limit::Depth]);
    assert_eq!(reached(&deep(20)), []);
}

#[test]
fn arguments_that_multiply_reach_a_limit() {
    let snippets: String =
        (0..9).map(|at| format!("(s{at}) {{\nimport s{} {}\n}}\n", at + 1, "{args[0]}".repeat(30))).collect();
    let text = format!("{snippets}(s9) {{\nreverse_proxy {{args[0]}}\n}}\nx.com {{\nimport s0 aaaaaaaa\n}}\n");
    assert_eq!(reached(&text), [Limit::Bytes]);
}
