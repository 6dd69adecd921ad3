//! A graph in the language of Graphviz: <https://graphviz.org/doc/info/lang.html>.

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
    writeln!(out, "digraph {} {{", quoted(&graph.name))?;
    writeln!(out, "  rankdir=TB;")?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\"];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
    for audience in audiences(graph) {
        writeln!(out, "  from_{audience:?} [shape=plaintext, label={}];", quoted(audience.words()))?;
    }
    for (at, service) in graph.services.iter().enumerate() {
        let shape = if service.is_datastore { ", shape=cylinder, style=solid" } else { "" };
        writeln!(out, "  service_{at} [label={}{shape}];", quoted(&label_of(service).join("\n")))?;
    }
    for (at, network) in graph.networks.iter().enumerate() {
        let kind = network_kind(network.external, network.internal);
        let label = quoted(&format!("network {}{kind}", network.name));
        writeln!(out, "  network_{at} [shape=ellipse, style=dotted, label={label}];")?;
        for member in &network.members {
            writeln!(out, "  service_{member} -> network_{at} [dir=none, style=dotted, color=gray50];")?;
        }
    }
    for (at, store) in graph.stores.iter().enumerate() {
        let shape = if store.is_bind { "folder" } else { "cylinder" };
        writeln!(out, "  store_{at} [shape={shape}, style=solid, color=gray40, label={}];", quoted(&store.name))?;
        for (service, target) in &store.mounts {
            writeln!(
                out,
                "  service_{service} -> store_{at} [color=gray40, arrowhead=odot, label={}];",
                quoted(target)
            )?;
        }
    }
    for edge in &graph.ports {
        let (audience, service) = (edge.audience, edge.service);
        writeln!(out, "  from_{audience:?} -> service_{service} [label={}];", quoted(&edge.ports.join(", ")))?;
    }
    for link in &graph.links {
        let (ports, from, to) = (port_list(link), link.from, link.to);
        let look = match link.kind {
            LinkKind::Talks => format!("label={}", quoted(&ports)),
            LinkKind::Unreachable => {
                format!("color=red, fontcolor=red, style=dashed, label={}", quoted(&format!("✗ {ports}")))
            }
            LinkKind::StartsAfter => "color=gray50, style=dotted, label=\"starts after\"".to_owned(),
        };
        writeln!(out, "  service_{from} -> service_{to} [{look}];")?;
    }
    writeln!(out, "}}")
}

fn network_kind(external: bool, internal: bool) -> &'static str {
    match (external, internal) {
        (true, _) => " (external)",
        (false, true) => " (internal)",
        (false, false) => "",
    }
}

/// A text in quotes, with line breaks as Graphviz writes them.
fn quoted(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| clean(line).replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}
