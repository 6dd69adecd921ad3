//! Tests of the same graph in every language.

use super::*;
use crate::facts::fixture::with_facts;
use crate::graph::graph;

const SHOP: &str = concat!(
    "services:\n",
    "  web:\n    image: ghcr.io/example/web:2\n    ports: ['443:8443']\n",
    "    environment: { DATABASE_URL: 'postgres://db:5432/shop', CACHE_URL: 'redis://cache:6379' }\n",
    "    networks: [front]\n    depends_on: [jobs]\n    volumes: ['./a\"b<c:/srv']\n",
    "  db: { image: postgres:17, networks: [back], volumes: ['data:/var/lib/postgresql/data'] }\n",
    "  cache: { image: redis:8, networks: [front] }\n",
    "  jobs: { build: ., scale: 3, networks: [front], volumes: ['./a\"b<c:/in'] }\n",
    "  alone: { image: busybox, networks: [back] }\n",
    "networks: { front: {}, back: { internal: true } }\nvolumes: { data: {} }\n",
);

fn drawn(format: GraphFormat, text: &str) -> String {
    let mut drawn = String::new();
    with_facts(text, |facts| drawn = render_graph(format, &graph(facts)).unwrap());
    drawn
}

#[test]
fn dot_names_every_part() {
    insta::assert_snapshot!(drawn(GraphFormat::Dot, SHOP));
}

#[test]
fn mermaid_names_every_part() {
    insta::assert_snapshot!(drawn(GraphFormat::Mermaid, SHOP));
}

#[test]
fn a_drawing_is_the_same_each_time_and_boxes_do_not_overlap() {
    let first = drawn(GraphFormat::Svg, SHOP);
    for _ in 0..5 {
        assert_eq!(drawn(GraphFormat::Svg, SHOP), first);
    }
    let boxes: Vec<[f64; 4]> = first
        .lines()
        .filter(|line| line.starts_with("<rect class="))
        .map(|line| ["x", "y", "width", "height"].map(|name| attribute(line, name)))
        .collect();
    assert_eq!(boxes.len(), 7, "an audience, five services, a store that two share");
    for (at, one) in boxes.iter().enumerate() {
        for other in &boxes[at + 1..] {
            let apart =
                |low: usize, size: usize| one[low] + one[size] <= other[low] || other[low] + other[size] <= one[low];
            assert!(apart(0, 2) || apart(1, 3), "{one:?} {other:?}");
        }
    }
    assert!(first.contains("a&quot;b&lt;c") && first.contains("✗ 5432"), "{first}");
}

#[test]
fn what_is_too_much_is_not_drawn() {
    let mut text = "services:\n".to_owned();
    for at in 0..600 {
        text.push_str(&format!("  s{at}: {{ image: x, depends_on: [s{}] }}\n", (at + 1) % 600));
    }
    with_facts(&text, |facts| {
        let graph = graph(facts);
        assert!(render_graph(GraphFormat::Svg, &graph).is_none());
        assert!(render_graph(GraphFormat::Mermaid, &graph).is_some_and(|text| text.contains("s599")));
    });
}

fn attribute(line: &str, name: &str) -> f64 {
    let rest = line.split(&format!(" {name}=\"")).nth(1).unwrap_or_default();
    rest.split('"').next().and_then(|number| number.parse().ok()).unwrap()
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert!(drawn(GraphFormat::Svg, "services: {}\n").starts_with("<svg "));
    assert_eq!(drawn(GraphFormat::Mermaid, "services: {}\n"), "flowchart TB\n");
}
