//! The graph of a project, as text that other programs draw or as a drawing.

mod dot;
mod layout;
mod mermaid;
mod svg;

use super::{guarded, xml};
use crate::graph::{Audience, Graph, ServiceLink, ServiceNode};

/// The shape of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub(crate) enum GraphFormat {
    /// For Markdown.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A drawing.
    Svg,
}

/// How many boxes and arrows are drawn: what places them squares with their number, and follows cycles on the stack.
const MOST_BOXES: usize = 500;
const MOST_ARROWS: usize = 1_000;

/// The whole picture; it ends with a line break. `None` for a drawing of too much.
pub(crate) fn render_graph(format: GraphFormat, graph: &Graph) -> Option<String> {
    match format {
        GraphFormat::Dot => Some(guarded(dot::render(graph))),
        GraphFormat::Mermaid => Some(guarded(mermaid::render(graph))),
        GraphFormat::Svg => can_be_drawn(graph).then(|| xml::guarded(svg::render(graph))),
    }
}

fn can_be_drawn(graph: &Graph) -> bool {
    let mounts: usize = graph.stores.iter().map(|store| store.mounts.len()).sum();
    let boxes = graph.services.len() + graph.stores.len();
    boxes <= MOST_BOXES && graph.links.len() + graph.ports.len() + mounts <= MOST_ARROWS
}

/// The audiences that some port has.
fn audiences(graph: &Graph) -> Vec<Audience> {
    let mut audiences: Vec<Audience> = graph.ports.iter().map(|edge| edge.audience).collect();
    audiences.sort_unstable();
    audiences.dedup();
    audiences
}

/// What is in the box of a service, line by line.
fn label_of(service: &ServiceNode) -> Vec<String> {
    let name = match service.replicas {
        1 => service.name.clone(),
        replicas => format!("{} ×{replicas}", service.name),
    };
    if service.image.is_empty() { vec![name] } else { vec![name, service.image.clone()] }
}

fn port_list(link: &ServiceLink) -> String {
    link.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
