//! Deployments as their documents describe them, with the slips that those warn of.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::common::{findings, places, project, report, root};

/// The findings of the families network and storage, by rule and line, in the order of the files.
fn found_are(folder: &Path, expect: &[(&str, u64)]) {
    let families: BTreeSet<String> = ["network", "storage"]
        .iter()
        .flat_map(|family| fs::read_dir(root().join("rules").join(family)).unwrap())
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let found = places(&findings(&report(folder, &[])));
    let found: Vec<(&str, u64)> = found
        .iter()
        .filter(|(rule, ..)| families.contains(rule))
        .map(|(rule, _, line)| (rule.as_str(), *line))
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn a_database_without_tag_that_is_mounted_elsewhere_is_found() {
    let text = "\
services:
  db:
    image: postgres
    restart: always
    environment:
      - POSTGRES_PASSWORD=made-up-for-this-test
    volumes:
      - ./postgres-data:/path/to/postgres/data
  web:
    image: example/web-server
    restart: on-failure
    ports:
      - 5000:80
    environment:
      - DATABASE_URI=postgresql://postgres:made-up-for-this-test@db:5432/postgres
";
    let folder = project("seeds", "elsewhere", &[("docker-compose.yml", text)]);
    let found = findings(&report(&folder, &[]));
    let rules: Vec<&str> = found.iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["untagged-image", "hardcoded-secret", "datastore-at-wrong-path"]);
    let at = |side: &str| usize::try_from(found[2]["span"][side]["byte"].as_u64().unwrap()).unwrap();
    assert_eq!(&text[at("start")..at("end")], "/path/to/postgres/data");
    assert!(!found.iter().any(|finding| finding["message"].as_str().unwrap().contains("5000")));
}

#[test]
fn workers_that_do_not_reach_their_server_are_found() {
    let compose = "services:
  server:
    image: prefecthq/prefect:3.4-python3.12
    command: prefect server start
    environment: [PREFECT_HOME=/data]
    volumes: ['prefect:/root/.prefect']
    ports: ['4200:4200']
    networks: [prefect]
  archival:
    image: prefecthq/prefect:3.4-python3.12
    command: prefect worker start --pool archival
    environment: ['PREFECT_API_URL=http://server:4200/api']
    networks: [backend]
  retrieval:
    image: prefecthq/prefect:3.4-python3.12
    command: prefect worker start --pool retrieval
    environment: ['PREFECT_API_URL=http://server:80/api']
    networks: [prefect]
  config:
    image: prefecthq/prefect:3.4-python3.12
    command: prefect variable ls
    environment: ['PREFECT_API_URL=http://localhost:4200/api']
    networks: [prefect]
volumes: {prefect: {}, lts-mock-volume: {}}
networks: {prefect: {}, backend: {}}
";
    let folder = project("seeds", "workers", &[("compose.yaml", compose)]);
    let expect = [
        ("loopback-listener", 4),
        ("data-moved-off-volume", 5),
        ("unauthenticated-service-published", 7),
        ("unshared-network", 12),
        ("wrong-service-port", 17),
        ("loopback-host", 22),
        ("unused-volume", 24),
    ];
    found_are(&folder, &expect);
}

#[test]
fn the_networks_of_a_proxy_must_reach_what_it_forwards_to() {
    let compose = "services:
  orchestrator:
    image: example/orchestrator:unstable
  web:
    image: nginx:1.29
    volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro']
    networks: [traefik]
  supercollider:
    image: example/supercollider:unstable
    deploy: {replicas: 2}
    ports: ['57120:57120']
networks:
  traefik: {external: true, name: traefik}
  default: {name: image}
";
    let nginx =
        "server {\n    listen 80;\n    location /render {\n        proxy_pass http://orchestrator:8080;\n    }\n}\n";
    let folder = project("seeds", "two-networks", &[("compose.yaml", compose), ("nginx.conf", nginx)]);
    found_are(&folder, &[("replicas-with-fixed-host-port", 11), ("unshared-network", 4)]);
    let forgotten = compose.replace("    networks: [traefik]\n", "");
    let folder = project("seeds", "forgotten-network", &[("compose.yaml", &forgotten), ("nginx.conf", nginx)]);
    found_are(&folder, &[("replicas-with-fixed-host-port", 10), ("unused-network", 12)]);
}

#[test]
fn an_sqlite_database_and_its_volume() {
    let compose = "services:
  db:
    image: postgres
    environment: [POSTGRES_PASSWORD=x]
    volumes: ['./postgres-data:/path/to/postgres/data']
  slurk:
    image: slurk/server
    ports: ['5000:80']
    environment: ['SLURK_DATABASE_URI=postgresql://postgres:x@localhost:5432/postgres']
  trial:
    image: slurk/server
    ports: ['5000:80']
    environment: ['SLURK_DATABASE_URI=sqlite:////usr/src/slurk/slurk.db']
  file:
    image: slurk/server
    environment: ['SLURK_DATABASE_URI=sqlite:////srv/slurk.db']
    volumes: ['./slurk.db:/srv/slurk.db']
";
    let folder = project("seeds", "slurk", &[("compose.yaml", compose), ("slurk.db", "")]);
    let expect = [
        ("datastore-at-wrong-path", 5),
        ("loopback-host", 9),
        ("host-port-conflict", 12),
        ("sqlite-without-volume", 13),
        ("sqlite-single-file-mount", 17),
    ];
    found_are(&folder, &expect);
}
