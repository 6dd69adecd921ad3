//! Tests of the nginx reader.

use super::*;
use crate::budget::Budget;
use crate::source::Place;

fn with_budget<T>(act: impl FnOnce(Meter<'_>) -> T) -> T {
    act(Meter { budget: &Budget::default(), at: Place::start() })
}

fn of(text: &str) -> NginxConfig {
    with_budget(|meter| read(text, meter))
}

/// `directive scheme host:port @text`, one a pass.
fn check(text: &str, expect: &[&str]) {
    let passes = of(text).passes;
    let show = |pass: &Pass| {
        let scheme = pass.scheme.as_deref().unwrap_or("-");
        let port = pass.port.map_or("-".to_owned(), |port| port.to_string());
        let variable = if pass.via_variable { " variable" } else { "" };
        format!("{} {scheme} {} {port}{variable} @{}", pass.directive, pass.host, text.get(pass.span.clone()).unwrap())
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
    check("proxy_pass http://app$1/$2;", &[]);
    check("proxy_pass http://app-${STAGE}:80;", &[]);
    check("proxy_pass http://app$request_uri;", &["proxy_pass http app - variable @app"]);
    check("proxy_pass http://app:80$1;", &["proxy_pass http app 80 variable @app:80"]);
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
    check(
        "set $up \"app\"; proxy_pass http://$up:80$request_uri;",
        &["proxy_pass http app 80 variable @http://$up:80$request_uri"],
    );
    check(
        "set $up app; proxy_pass http://$up:80/$request_uri;",
        &["proxy_pass http app 80 variable @http://$up:80/$request_uri"],
    );
    check("set $a app; set $b $a:1; proxy_pass http://${b};", &["proxy_pass http app 1 variable @http://${b}"]);
}

#[test]
fn upstreams_and_listens() {
    let text = "upstream é {\r\n  server app:8000 weight=5; # x\r\n  server unix:/x; server 10.0.0.1 down;\r\n}\r\nserver { listen [::]:443 ssl; listen 8080 default_server; listen localhost; listen unix:/y; include conf.d/*.conf; }";
    let config = of(text);
    let upstream = &config.upstreams[0];
    let shown: Vec<_> = upstream
        .servers
        .iter()
        .map(|one| (one.address.host.as_str(), one.address.port, text.get(one.address.span.clone()).unwrap()))
        .collect();
    assert_eq!(upstream.name, "é");
    assert_eq!(shown, [("app", Some(8000), "app:8000"), ("10.0.0.1", None, "10.0.0.1")]);
    let listens: Vec<_> = config.listens.iter().map(|one| (one.port, one.ssl)).collect();
    assert_eq!(listens, [(443, true), (8080, false), (80, false)]);
    assert_eq!(config.includes[0].text, "conf.d/*.conf");
}

#[test]
fn a_template_takes_variables_of_the_environment() {
    let text = "upstream x { server ${H}:$P; } server { listen ${P}; location / { proxy_pass http://$H/$uri; } }";
    let lookup = |name: &str| match name {
        "H" => Some("app".to_owned()),
        "P" => Some("81".to_owned()),
        _ => None,
    };
    let config = with_budget(|meter| read_template(text, &lookup, meter));
    let server = &config.upstreams[0].servers[0].address;
    assert_eq!(
        (server.host.as_str(), server.port, text.get(server.span.clone()).unwrap()),
        ("app", Some(81), "${H}:$P")
    );
    assert_eq!((config.passes[0].host.as_str(), config.passes[0].via_variable), ("app", true));
    assert_eq!(config.listens[0].port, 81);
}

#[test]
fn certificates_protocols_and_challenges() {
    let text = "events {}\r\nhttp { server { # é }\r\n ssl_certificate '/c/é.pem'; ssl_certificate_key /c/$host.key;\n ssl_protocols TLSv1 TLSv1.2;\n root /no; location ^~ /.well-known/acme-challenge/ { if ($a) { root /var/www; } } location / { root /no; } } }";
    let config = of(text);
    let texts = |all: &[Located]| all.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&config.certificates), ["/c/é.pem", "/c/$host.key"]);
    assert_eq!(texts(&config.protocols), ["TLSv1", "TLSv1.2"]);
    assert_eq!(text.get(config.protocols[0].span.clone()), Some("TLSv1"));
    assert_eq!(texts(&config.challenge_roots), ["/var/www"]);
    assert_eq!(texts(&config.outermost), ["events", "http"]);
}

#[test]
fn servers_that_are_resolved_late_and_local_ports() {
    let config = of(
        "upstream a { zone a 1m; server app:1 resolve; server b; } server { listen 127.0.0.1:8080; listen [::1]:1; listen 81; }",
    );
    assert_eq!(config.upstreams[0].servers.iter().map(|one| one.late).collect::<Vec<_>>(), [true, false]);
    assert_eq!(config.listens.iter().map(|one| one.local).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn what_asks_who_is_there() {
    let check = |text: &str, expect: &[(bool, &[u16])]| {
        let passes = of(text).passes;
        let found: Vec<(bool, &[u16])> =
            passes.iter().map(|pass| (pass.guarded == Some(true), pass.ports.as_slice())).collect();
        assert_eq!(found, expect, "{text}");
    };
    check("server { location / { proxy_pass http://a; } }", &[(false, &[80])]);
    check("server { listen 127.0.0.1:1; listen 443 ssl; location / { proxy_pass http://a; } }", &[(false, &[443])]);
    check("server { auth_basic x; location / { proxy_pass http://a; } }", &[(true, &[80])]);
    check("server { location / { proxy_pass http://a; auth_request /auth; } }", &[(true, &[80])]);
    check(
        "server { auth_basic x; location / { auth_basic off; proxy_pass http://a; } location /b { proxy_pass http://b; } }",
        &[(false, &[80]), (true, &[80])],
    );
    check("server { if ($bad) { return 403; } location / { proxy_pass http://a; } }", &[(true, &[80])]);
    check("server { if ($plain) { return 301 https://x; } location / { proxy_pass http://a; } }", &[(false, &[80])]);
    check("server { location / { allow 10.0.0.0/8; deny all; proxy_pass http://a; } }", &[(true, &[80])]);
    check("server { location = /-/ready { proxy_pass http://a; } }", &[(true, &[80])]);
    check("server { include snippets/auth.conf; location / { proxy_pass http://a; } }", &[(true, &[80])]);
    check("server { location / { include uwsgi_params; proxy_pass http://a; } }", &[(false, &[80])]);
    check("server { location / { access_by_lua_block { x() } proxy_pass http://a; } }", &[(true, &[80])]);
    check("http { include conf.d/*.conf; server { location / { proxy_pass http://a; } } }", &[(false, &[80])]);
    assert!(of("http { auth_basic x; include conf.d/*.conf; }").guarded);
    assert!(of("auth_basic x; server { }").guarded);
    assert!(!of("http { server { auth_basic x; } }").guarded);
}

#[test]
fn variables_that_double_reach_a_limit() {
    let budget = Budget::default();
    let mut text = "set $a0 xxxxxxxxxxxxxxxx;\n".to_owned();
    for at in 1..60 {
        text.push_str(&format!("set $a{at} $a{0}$a{0};\n", at - 1));
    }
    read(&text, Meter { budget: &budget, at: Place::start() });
    assert_eq!(budget.reached(), [(crate::budget::Limit::Bytes, Place::start())]);
}

#[test]
fn blocks_are_nested_to_a_limit() {
    let budget = Budget::default();
    read(&"location / {\n".repeat(20_000), Meter { budget: &budget, at: Place::start() });
    assert_eq!(budget.reached(), [(crate::budget::Limit::Depth, Place::start())]);
}
