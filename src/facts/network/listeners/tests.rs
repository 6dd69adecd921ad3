//! Tests of the ports that services listen on.

use super::*;
use crate::facts::fixture::{with_facts, with_sources};

fn ports(listeners: &Listeners) -> Vec<(u16, bool)> {
    listeners.ports.iter().map(|one| (one.port, one.sure == Sureness::Certain)).collect()
}

fn check(keys: &str, expect: &[(u16, bool)], extent: PortCoverage) {
    with_facts(&format!("services:\n  web:\n    {keys}\n"), |facts| {
        let found = listeners(&facts.model.services["web"]);
        assert_eq!((ports(&found).as_slice(), found.extent), (expect, extent), "{keys}");
    });
}

#[test]
fn commands_images_and_variables_count() {
    check("image: postgres:17", &[(5432, true)], PortCoverage::All);
    check("image: postgres:17\n    environment: {PGPORT: '5433'}", &[(5433, true)], PortCoverage::All);
    check("image: postgres:17\n    environment: {PGPORT: many}", &[(5432, true)], PortCoverage::Some);
    check("image: postgres:17\n    command: -c config_file=/etc/postgres.conf", &[(5432, true)], PortCoverage::Usual);
    check("image: postgres:17\n    configs: [c]\nconfigs:\n  c: {file: ./c}", &[(5432, true)], PortCoverage::Usual);
    check("image: quay.io/keycloak/keycloak:26.0", &[(8080, true), (8443, true), (9000, false)], PortCoverage::All);
    check("image: example/web\n    command: gunicorn -b :9000 app", &[(9000, true)], PortCoverage::All);
    check("image: example/web\n    command: uvicorn app:app", &[(8000, false)], PortCoverage::Some);
    check("image: example/web", &[], PortCoverage::Some);
    check("image: postgres:17\n    command: pg_dump -h db", &[], PortCoverage::Some);
    check(
        "image: eclipse-mosquitto:2\n    volumes: ['mq:/mosquitto/data']\nvolumes: {mq: }",
        &[(1883, true)],
        PortCoverage::All,
    );
    check("image: eclipse-mosquitto:2\n    volumes: ['./c/:/mosquitto/config/']", &[(1883, true)], PortCoverage::Some);
    check(
        "image: elasticsearch:8.19.0\n    volumes: ['./c:/usr/share/elasticsearch/config']",
        &[(9200, true), (9300, true)],
        PortCoverage::Usual,
    );
}

#[test]
fn a_dockerfile_exposes() {
    let files = [
        (
            "compose.yaml",
            "services: {api: {build: .}, db: {build: ./db}, range: {build: ./range}, mq: {build: ./mq}}\n",
        ),
        ("Dockerfile", "FROM node:22\nEXPOSE 3000 53/udp\n"),
        ("db/Dockerfile", "FROM postgres:17\n"),
        ("range/Dockerfile", "FROM node:22\nEXPOSE 3000-3001\n"),
        ("mq/Dockerfile", "FROM eclipse-mosquitto:2\nCOPY mosquitto.conf /mosquitto/config/\n"),
    ];
    with_sources(&files, &[], |_, facts| {
        let api = listeners(&facts.model.services["api"]);
        assert_eq!((ports(&api), api.extent), (vec![(3000, false)], PortCoverage::Usual));
        let db = listeners(&facts.model.services["db"]);
        assert_eq!((ports(&db), db.extent), (vec![(5432, true)], PortCoverage::All));
        let range = listeners(&facts.model.services["range"]);
        assert_eq!((ports(&range), range.extent), (vec![(3000, false), (3001, false)], PortCoverage::Some));
        // It has a configuration, which may say another port.
        let broker = listeners(&facts.model.services["mq"]);
        assert_eq!((ports(&broker), broker.extent), (vec![(1883, true)], PortCoverage::Some));
    });
}

#[test]
fn whatever_names_a_port_may_open_it() {
    let text = "services:\n  web:\n    image: x\n    command: serve --on 0.0.0.0:8081\n    environment: {ADMIN: 'http://x:8082/', PUBLIC: 'http://x.org:8084/'}\n    labels: {at: '8085'}\n    ports: ['9000:8083']\n";
    with_facts(text, |facts| {
        let web = &facts.model.services["web"];
        let may = [8081, 8083, 8084, 8085, 9000].map(|port| may_listen(web, port));
        assert_eq!(may, [true, true, true, true, false]);
        assert_eq!([808, 8082].map(|port| may_listen(web, port)), [false, false]);
        assert_eq!([8084, 8085].map(|port| names(web, port)), [true, false]);
    });
}

#[test]
fn expose_and_targets_declare() {
    let text =
        "services:\n  web: {image: x, expose: [80, '90/UDP', '100-102', bad], ports: ['8080:81', '53:53/udp']}\n";
    with_facts(text, |facts| {
        let web = &facts.model.services["web"];
        assert!([80, 90, 100, 101, 102, 81, 53].into_iter().all(|port| declares(web, port)));
        assert!(![79, 99, 103, 8080].into_iter().any(|port| declares(web, port)));
    });
}

fn check_other(service: &str, port: u16, expect: Option<(&[u16], PortEvidence)>) {
    with_facts(&format!("services:\n  é: {service}\n"), |facts| {
        let found = other_than(facts, &facts.model.services["é"], port);
        let found = found.map(|one| (one.numbers().into_iter().collect::<Vec<_>>(), one.ports[0].evidence));
        assert_eq!(found, expect.map(|(ports, evidence)| (ports.to_vec(), evidence)), "{service} {port}");
    });
}

#[test]
fn images_listen_where_they_say() {
    let grafana: Option<(&[u16], PortEvidence)> = Some((&[3000], PortEvidence::Image));
    check_other("{image: 'grafana/grafana:11.0.0'}", 80, grafana);
    check_other("{image: 'grafana/grafana:11.0.0'}", 3000, None);
    check_other("{image: 'grafana/grafana:11.0.0', environment: {GF_SERVER_HTTP_PORT: '80'}}", 80, None);
    check_other("{image: 'grafana/grafana:11.0.0', environment: {X: 'http://localhost:8080/b'}}", 8080, None);
    check_other("{image: 'grafana/grafana:11.0.0', environment: {X: 'http://example.org:8080/b'}}", 8080, None);
    check_other("{image: 'grafana/grafana:11.0.0', hostname: a, environment: {X: 'http://a:8080/b'}}", 8080, None);
    check_other("{image: 'grafana/grafana:11.0.0', environment: {X: 'http://a:8080/b'}}", 8080, grafana);
    check_other("{image: 'grafana/grafana:11.0.0', expose: ['9090']}", 9090, None);
    check_other("{image: 'grafana/grafana:11.0.0', ports: ['9090:9090']}", 9090, None);
    check_other("{image: 'grafana/grafana:11.0.0', volumes: ['./x:/etc/grafana']}", 80, grafana);
    check_other("{image: 'nginx:1.29', volumes: ['./x:/etc/nginx']}", 8080, None);
    check_other("{image: 'example/app:1'}", 80, None);
    check_other("{image: 'grafana/grafana:11.0.0', build: .}", 80, None);
}

#[test]
fn commands_say_it() {
    let command: Option<(&[u16], PortEvidence)> = Some((&[8000], PortEvidence::Command));
    check_other("{build: ., command: gunicorn -b 0.0.0.0:8000 app}", 5000, command);
    check_other("{build: ., command: [uvicorn, 'a:b', --port=8000]}", 80, command);
    check_other("{build: ., command: python manage.py runserver 0.0.0.0:8000}", 80, command);
    check_other("{build: ., command: 'sh -c \"a && gunicorn -b :8000 x\"'}", 5000, command);
    check_other("{build: ., command: 'sh -c \"gunicorn -b :8000 x & gunicorn -b :8001 y\"'}", 5000, None);
    check_other("{build: ., command: uvicorn a:b}", 5000, None);
    check_other("{build: ., command: node server.js}", 5000, None);
}

#[test]
fn a_published_port_is_not_the_containers() {
    check_other("{build: ., ports: ['8080:80']}", 8080, Some((&[80], PortEvidence::Mapping(8080))));
    check_other("{build: ., ports: ['8080:80'], environment: {PORT: 8080}}", 8080, None);
    check_other("{build: ., ports: ['8080:80', '81:8080']}", 8080, None);
    check_other("{build: ., ports: ['8080:8080']}", 8080, None);
    check_other("{build: ., ports: ['8080:80']}", 3000, None);
}

#[test]
fn who_shares_a_network_namespace_may_answer() {
    let text = "services:\n  a: {image: 'grafana/grafana:11.0.0'}\n  b: {image: x, network_mode: 'service:a'}\n";
    with_facts(text, |facts| assert_eq!(other_than(facts, &facts.model.services["a"], 80), None));
}

#[test]
fn proxies_listen_where_they_are_told() {
    let compose = "services:\n  é:\n    image: nginx:1.29\n    volumes: ['./x.conf:/etc/nginx/conf.d/default.conf']\n";
    with_sources(&[("compose.yaml", compose), ("x.conf", "server { listen 8080; }")], &[], |_, facts| {
        let service = &facts.model.services["é"];
        assert_eq!(other_than(facts, service, 8080), None);
        let found = other_than(facts, service, 3000).map(|one| (one.numbers(), one.ports[0].evidence));
        assert_eq!(found, Some((BTreeSet::from([80, 443, 8080]), PortEvidence::Configuration)));
    });
}
