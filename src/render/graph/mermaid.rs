//! A graph in Mermaid, which GitHub, GitLab and Forgejo draw in Markdown: <https://mermaid.js.org/syntax/flowchart.html>.

use std::fmt::Write;

use super::{audiences, label_of, port_list};
use crate::graph::{Graph, LinkKind};
use crate::render::clean;

/// The whole graph.
pub(super) fn render(graph: &Graph) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = draw(graph, &mut out);
    out
}

fn draw(graph: &Graph, out: &mut String) -> std::fmt::Result {
    writeln!(out, "flowchart TB")?;
    for audience in audiences(graph) {
        writeln!(out, "  from{}([{}])", audience as u8, quoted(audience.words()))?;
    }
    for (at, service) in graph.services.iter().enumerate() {
        let lines: Vec<String> = label_of(service).iter().map(|line| escaped(line)).collect();
        let label = format!("\"{}\"", lines.join("<br/>"));
        if service.is_datastore {
            writeln!(out, "  service{at}[({label})]")?;
        } else {
            writeln!(out, "  service{at}[{label}]")?;
        }
    }
    for (at, network) in graph.networks.iter().enumerate() {
        writeln!(out, "  network{at}{{{{{}}}}}", quoted(&format!("network {}", network.name)))?;
    }
    for (at, store) in graph.stores.iter().enumerate() {
        let label = quoted(&store.name);
        let node = if store.is_bind { format!("[/{label}/]") } else { format!("[({label})]") };
        writeln!(out, "  store{at}{node}")?;
    }
    let edges = edges(graph);
    for (text, _) in &edges {
        writeln!(out, "  {text}")?;
    }
    for (number, _) in edges.iter().enumerate().filter(|(_, (_, kind))| *kind == Some(LinkKind::Unreachable)) {
        writeln!(out, "  linkStyle {number} stroke:#d00,color:#d00")?;
    }
    Ok(())
}

/// The edges in the order in which Mermaid counts them, those between services with their kind.
fn edges(graph: &Graph) -> Vec<(String, Option<LinkKind>)> {
    let mut edges = Vec::new();
    for one in &graph.ports {
        let ports = quoted(&one.ports.join(", "));
        edges.push((format!("from{} -->|{ports}| service{}", one.audience as u8, one.service), None));
    }
    for link in &graph.links {
        let (ports, from, to) = (port_list(link), link.from, link.to);
        let arrow = match link.kind {
            LinkKind::Talks if ports.is_empty() => "-->".to_owned(),
            LinkKind::Talks => format!("-->|{}|", quoted(&ports)),
            LinkKind::StartsAfter => "-.->|\"starts after\"|".to_owned(),
            LinkKind::Unreachable => format!("-.->|{}|", quoted(format!("✗ {ports}").trim_end())),
        };
        edges.push((format!("service{from} {arrow} service{to}"), Some(link.kind)));
    }
    for (at, store) in graph.stores.iter().enumerate() {
        let mounts = store.mounts.iter();
        edges.extend(mounts.map(|(one, target)| (format!("service{one} ---|{}| store{at}", quoted(target)), None)));
    }
    for (at, network) in graph.networks.iter().enumerate() {
        edges.extend(network.members.iter().map(|member| (format!("service{member} -.- network{at}"), None)));
    }
    edges
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text without what Mermaid or HTML would take for its own, in the entities that Mermaid knows.
fn escaped(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '#' => out.push_str("#35;"),
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            other => out.push(other),
        }
    }
    out
}
