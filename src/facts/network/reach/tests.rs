//! Tests of reachability in small projects.

use super::{Answer, HostKind};
use crate::facts::fixture::with_facts;

const STACK: &str = "
services:
  web: {image: x, networks: [front, back]}
  api:
    image: x
    container_name: Api-One
    networks:
      back: {aliases: [backend]}
  db:
    image: x
    hostname: database
    networks: {store: {aliases: [sql]}, same: }
  cache: {image: x, networks: [twin]}
  legacy: {image: x, networks: [front], links: ['web:www', 'db:olddb'], external_links: ['far:away']}
  alone: {image: x}
  side: {image: x, network_mode: 'service:api'}
  sidekick: {image: x, network_mode: 'service:side'}
  boxed: {image: x, network_mode: 'container:Api-One'}
  guest: {image: x, network_mode: 'container:elsewhere'}
  metal: {image: x, network_mode: host, ports: ['9:9']}
  open: {image: x, networks: [front], ports: ['127.0.0.1:80:80']}
  deaf: {image: x, network_mode: none}
  old-a: {image: x, network_mode: bridge, links: ['old-b:b']}
  old-b: {image: x, network_mode: bridge}
  outer: {image: x, networks: [proxy], extra_hosts: ['vault:10.0.0.1', 'host.docker.internal=host-gateway']}
  off: {image: x, profiles: [never]}
networks:
  front: {}
  back: {}
  store: {}
  same: {name: shared}
  twin: {name: shared}
  proxy: {external: true}
";

fn answers(from: &str, host: &str, expect: Answer<'_>) {
    with_facts(STACK, |facts| assert_eq!(facts.reach().who_answers(from, host), expect, "{host} from {from}"));
}

fn reaches(a: &str, b: &str, expect: bool) {
    with_facts(STACK, |facts| assert_eq!(facts.reach().can_reach(a, b), expect, "{a} to {b}"));
}

#[test]
fn networks_are_one_by_their_real_name() {
    with_facts(STACK, |facts| {
        assert_eq!(facts.reach().shared_networks("db", "cache"), ["shared"]);
        assert_eq!(facts.reach().shared_networks("web", "api"), ["shop_back"]);
        assert_eq!(facts.reach().shared_networks("web", "alone"), Vec::<&str>::new());
        assert_eq!(facts.reach().networks("alone"), ["shop_default"]);
    });
    answers("cache", "db", Answer::Service("db"));
    answers("web", "db", Answer::Unreachable("db"));
}

#[test]
fn names_compare_without_case() {
    answers("web", "API", Answer::Service("api"));
    answers("web", "api-one", Answer::Service("api"));
    answers("cache", "DATABASE.", Answer::Service("db"));
}

#[test]
fn an_alias_is_known_on_its_network_only() {
    answers("web", "backend", Answer::Service("api"));
    answers("cache", "sql", Answer::Unreachable("db"));
}

#[test]
fn docker_knows_containers_and_networks_by_name() {
    answers("cache", "shop-db-1", Answer::Service("db"));
    answers("cache", "shop_db_1", Answer::Service("db"));
    answers("cache", "shop-db_1", Answer::Unknown);
    answers("cache", "shop-db", Answer::Unknown);
    answers("cache", "shop-api-1", Answer::Unknown);
    answers("cache", "db.shared", Answer::Service("db"));
    answers("web", "api.shop_front", Answer::Unreachable("api"));
    answers("web", "api.shop_back", Answer::Service("api"));
    answers("web", "example.com", Answer::Unknown);
}

#[test]
fn links_need_a_shared_network() {
    answers("legacy", "www", Answer::Service("web"));
    answers("legacy", "olddb", Answer::Unreachable("db"));
    answers("legacy", "away", Answer::External);
    answers("web", "www", Answer::Unknown);
}

#[test]
fn a_shared_namespace_has_the_names_of_its_owner() {
    with_facts(STACK, |facts| {
        let names = |service| facts.reach().names(service).into_iter().map(|name| name.name).collect::<Vec<_>>();
        assert_eq!(names("api"), ["api", "Api-One", "backend"]);
        assert_eq!(names("sidekick"), names("api"));
        assert_eq!(facts.reach().siblings("api"), ["api", "side", "sidekick", "boxed"]);
        assert_eq!(facts.reach().networks("boxed"), ["shop_back"]);
    });
    reaches("sidekick", "web", true);
    reaches("sidekick", "db", false);
    answers("sidekick", "web", Answer::Service("web"));
    answers("web", "side", Answer::Unreachable("side"));
    answers("guest", "web", Answer::Service("web"));
    answers("guest", "whoever", Answer::External);
}

#[test]
fn the_host_knows_published_ports_and_no_names() {
    reaches("metal", "open", true);
    reaches("metal", "db", false);
    reaches("open", "metal", false);
    answers("metal", "open", Answer::Unreachable("open"));
    answers("metal", "nas", Answer::External);
    answers("open", "metal", Answer::Unreachable("metal"));
    reaches("deaf", "open", false);
}

#[test]
fn the_default_bridge_knows_links_only() {
    reaches("old-b", "old-a", true);
    answers("old-b", "old-a", Answer::Unreachable("old-a"));
    answers("old-a", "b", Answer::Service("old-b"));
    answers("old-a", "old-b", Answer::Unreachable("old-b"));
    answers("old-a", "nobody", Answer::Unknown);
}

#[test]
fn strangers_may_answer_on_external_networks() {
    answers("outer", "traefik", Answer::External);
    answers("outer", "VAULT", Answer::ExtraHost);
    answers("outer", "host.docker.internal", Answer::ExtraHost);
    answers("outer", "web", Answer::Unreachable("web"));
    answers("web", "traefik", Answer::Unknown);
    with_facts(STACK, |facts| {
        assert!(facts.reach().meets_strangers("outer"));
        assert!(!facts.reach().meets_strangers("web"));
    });
}

#[test]
fn a_disabled_service_is_no_unknown_host() {
    answers("web", "off", Answer::Inactive("off"));
}

#[test]
fn a_service_named_like_an_alias_wins() {
    let text = "
services:
  a: {image: x, networks: {default: {aliases: [b]}}}
  b: {image: x}
  c: {image: x}
";
    with_facts(text, |facts| assert_eq!(facts.reach().who_answers("c", "b"), Answer::Service("b")));
}

#[test]
fn what_resolves_is_listed_with_its_kind() {
    with_facts(STACK, |facts| {
        let known: Vec<(&str, HostKind)> =
            facts.reach().known_to("legacy").into_iter().map(|name| (name.name, name.kind)).collect();
        let expect = [
            ("www", HostKind::Link),
            ("olddb", HostKind::Link),
            ("web", HostKind::Service),
            ("legacy", HostKind::Service),
            ("open", HostKind::Service),
        ];
        assert_eq!(known, expect);
    });
}

#[test]
fn circles_of_namespaces_end() {
    let text = "services:\n  a: {image: x, network_mode: 'service:b'}\n  b: {image: x, network_mode: 'service:a'}\n";
    with_facts(text, |facts| assert!(facts.reach().can_reach("a", "b")));
}
