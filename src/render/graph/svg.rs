//! A graph as a drawing: services in layers, those who speak above those who answer.

use std::fmt::Write;
use std::panic::catch_unwind;

use rust_sugiyama::configure::Config;
use rust_sugiyama::from_vertices_and_edges;

use super::{audiences, label_of, port_list};
use crate::graph::{Graph, LinkKind};
use crate::render::clean;

/// The width of a letter and the height of a line, in pixels, of the text of 12 pixels that the drawing uses.
const LETTER: f64 = 7.3;
const LINE: f64 = 16.0;
const PADDING: f64 = 10.0;
/// The least space between boxes.
const GAP: f64 = 46.0;
const MARGIN: f64 = 24.0;
/// Colours of networks, one after the other; each can be read on white and on black.
const COLORS: [&str; 6] = ["#2f6fde", "#1a8f5a", "#b8621b", "#8a4fd0", "#b03a6f", "#557a1f"];

const STYLE: &str = "text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1c2128}.name{font-weight:600}\
.soft{fill:#656d76}.box{fill:#fff;stroke:#57606a}.store{fill:#eef1f4;stroke:#8c959f}.data{fill:#eaf3ff;stroke:#2f6fde}\
.who{fill:none;stroke:none}.edge{fill:none;stroke:#57606a}.bad{stroke:#cf222e;stroke-dasharray:6 4}\
.dim{stroke:#afb8c1;stroke-dasharray:2 4}text.bad{fill:#cf222e;stroke:#fff;stroke-dasharray:none}.net{fill:#fff;font-size:10px}\
.halo{paint-order:stroke;stroke:#fff;stroke-width:4px;font-size:10px}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#8d96a0}.box{fill:#161b22;stroke:#8d96a0}\
.store{fill:#21262d;stroke:#6e7681}.data{fill:#0d2240;stroke:#4c8dff}.edge{stroke:#8d96a0}.halo{stroke:#0d1117}\
.bad{stroke:#ff7b72}text.bad{fill:#ff7b72;stroke:#0d1117}.dim{stroke:#484f58}}";

/// A box of the drawing.
struct Shape {
    class: &'static str,
    lines: Vec<String>,
    /// The networks of a service, as indices into those of the graph.
    networks: Vec<usize>,
    /// Its middle.
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// An arrow of the drawing, from one box to another.
struct Arrow {
    from: usize,
    to: usize,
    class: &'static str,
    label: String,
}

/// The whole drawing.
pub(super) fn render(graph: &Graph) -> String {
    let (mut shapes, arrows) = parts(graph);
    place(&mut shapes, &arrows);
    let width = shapes.iter().map(|shape| shape.x + shape.width / 2.0).fold(0.0, f64::max) + MARGIN;
    let height = shapes.iter().map(|shape| shape.y + shape.height / 2.0).fold(0.0, f64::max) + MARGIN;
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = draw(graph, &shapes, &arrows, (width.max(2.0 * MARGIN), height), &mut out);
    out
}

fn parts(graph: &Graph) -> (Vec<Shape>, Vec<Arrow>) {
    let audiences = audiences(graph);
    let mut shapes: Vec<Shape> =
        audiences.iter().map(|one| shape("who", vec![one.words().to_owned()], Vec::new())).collect();
    let first_service = shapes.len();
    for (at, service) in graph.services.iter().enumerate() {
        let networks = graph.networks.iter().enumerate().filter(|(_, network)| network.members.contains(&at));
        let class = if service.is_datastore { "data" } else { "box" };
        shapes.push(shape(class, label_of(service), networks.map(|(index, _)| index).collect()));
    }
    let first_store = shapes.len();
    shapes.extend(graph.stores.iter().map(|store| shape("store", vec![store.name.clone()], Vec::new())));
    let mut arrows = Vec::new();
    for edge in &graph.ports {
        let from = audiences.iter().position(|one| *one == edge.audience).unwrap_or_default();
        arrows.push(Arrow { from, to: first_service + edge.service, class: "edge", label: edge.ports.join(", ") });
    }
    for link in &graph.links {
        let (class, label) = match link.kind {
            LinkKind::Talks => ("edge", port_list(link)),
            LinkKind::Unreachable => ("edge bad", format!("✗ {}", port_list(link))),
            LinkKind::StartsAfter => ("edge dim", String::new()),
        };
        arrows.push(Arrow { from: first_service + link.from, to: first_service + link.to, class, label });
    }
    for (at, store) in graph.stores.iter().enumerate() {
        for (service, target) in &store.mounts {
            let (from, to) = (first_service + service, first_store + at);
            arrows.push(Arrow { from, to, class: "edge", label: target.clone() });
        }
    }
    (shapes, arrows)
}

fn shape(class: &'static str, lines: Vec<String>, networks: Vec<usize>) -> Shape {
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) as f64;
    let rows = lines.len() as f64 + if networks.is_empty() { 0.0 } else { networks.len() as f64 };
    let (width, height) = ((longest * LETTER).max(60.0) + 2.0 * PADDING, rows * LINE + 2.0 * PADDING);
    Shape { class, lines, networks, x: 0.0, y: 0.0, width, height }
}

/// Puts the parts that hang together side by side, each in layers; what is linked to nothing stands in rows below.
fn place(shapes: &mut [Shape], arrows: &[Arrow]) {
    let linked = |at: usize| arrows.iter().any(|arrow| arrow.from == at || arrow.to == at);
    let vertices: Vec<(u32, (f64, f64))> = shapes
        .iter()
        .enumerate()
        .filter(|(at, _)| linked(*at))
        .map(|(at, shape)| (at as u32, (shape.width, shape.height)))
        .collect();
    let mut edges: Vec<(u32, u32)> = arrows.iter().map(|arrow| (arrow.from as u32, arrow.to as u32)).collect();
    edges.sort_unstable();
    edges.dedup();
    let config = Config { vertex_spacing: GAP, ..Config::default() };
    // A defect of the layout must not cost the picture: all then stand in rows.
    let layouts = catch_unwind(|| from_vertices_and_edges(&vertices, &edges, &config)).unwrap_or_default();
    let mut left = MARGIN;
    let mut bottom: f64 = 0.0;
    let mut placed = vec![false; shapes.len()];
    for (points, _, _) in &layouts {
        let known = |at: usize| shapes.get(at).map_or((0.0, 0.0), |shape| (shape.width / 2.0, shape.height / 2.0));
        let start_x = points.iter().map(|(at, (x, _))| x - known(*at).0).fold(f64::INFINITY, f64::min);
        let start_y = points.iter().map(|(at, (_, y))| y - known(*at).1).fold(f64::INFINITY, f64::min);
        let mut right = left;
        for (at, (x, y)) in points {
            let (Some(shape), Some(done)) = (shapes.get_mut(*at), placed.get_mut(*at)) else { continue };
            (shape.x, shape.y) = (x - start_x + left, y - start_y + MARGIN);
            *done = true;
            right = right.max(shape.x + shape.width / 2.0);
            bottom = bottom.max(shape.y + shape.height / 2.0);
        }
        left = right + GAP;
    }
    let limit = left.max(900.0);
    let (mut x, mut y) = (MARGIN, bottom + if layouts.is_empty() { MARGIN } else { GAP });
    for (shape, done) in shapes.iter_mut().zip(placed) {
        if done {
            continue;
        }
        if x > MARGIN && x + shape.width > limit {
            (x, y) = (MARGIN, y + GAP + 3.0 * LINE);
        }
        (shape.x, shape.y) = (x + shape.width / 2.0, y + shape.height / 2.0);
        x += shape.width + GAP / 2.0;
    }
}

fn draw(graph: &Graph, shapes: &[Shape], arrows: &[Arrow], size: (f64, f64), out: &mut String) -> std::fmt::Result {
    let (width, height) = size;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\">"
    )?;
    writeln!(out, "<title>{}</title>\n<style>{STYLE}</style>", escaped(&graph.name))?;
    writeln!(
        out,
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto-start-reverse\"><path d=\"M0 0 8 4 0 8z\" fill=\"context-stroke\"/></marker></defs>"
    )?;
    for arrow in arrows {
        draw_arrow(shapes, arrow, out)?;
    }
    for shape in shapes {
        draw_shape(graph, shape, out)?;
    }
    writeln!(out, "</svg>")
}

fn draw_arrow(shapes: &[Shape], arrow: &Arrow, out: &mut String) -> std::fmt::Result {
    let (Some(from), Some(to)) = (shapes.get(arrow.from), shapes.get(arrow.to)) else { return Ok(()) };
    // From the side that looks at the other box; boxes of one layer are joined by their sides.
    let (start, end, bend) = if (from.y - to.y).abs() < 1.0 {
        let sign = if to.x > from.x { 1.0 } else { -1.0 };
        let (start, end) = ((from.x + sign * from.width / 2.0, from.y), (to.x - sign * to.width / 2.0, to.y));
        (start, end, ((end.0 - start.0) / 2.0, 0.0))
    } else {
        let sign = if to.y > from.y { 1.0 } else { -1.0 };
        let (start, end) = ((from.x, from.y + sign * from.height / 2.0), (to.x, to.y - sign * to.height / 2.0));
        (start, end, (0.0, (end.1 - start.1) / 2.0))
    };
    writeln!(
        out,
        "<path class=\"{}\" marker-end=\"url(#tip)\" d=\"M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}\"/>",
        arrow.class,
        start.0,
        start.1,
        start.0 + bend.0,
        start.1 + bend.1,
        end.0 - bend.0,
        end.1 - bend.1,
        end.0,
        end.1
    )?;
    let label = arrow.label.trim();
    if label.is_empty() {
        return Ok(());
    }
    let class = if arrow.class.ends_with("bad") { "halo bad" } else { "halo soft" };
    let (x, y) = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0);
    writeln!(out, "<text class=\"{class}\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(label))
}

fn draw_shape(graph: &Graph, shape: &Shape, out: &mut String) -> std::fmt::Result {
    let (left, top) = (shape.x - shape.width / 2.0, shape.y - shape.height / 2.0);
    let round = if shape.class == "box" { 6 } else { 14 };
    writeln!(
        out,
        "<rect class=\"{}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{round}\"/>",
        shape.class, shape.width, shape.height
    )?;
    let mut baseline = top + PADDING + LINE * 0.75;
    for (at, line) in shape.lines.iter().enumerate() {
        let class = if at == 0 && shape.class != "who" { "name" } else { "soft" };
        let (x, text) = (shape.x, escaped(line));
        writeln!(out, "<text class=\"{class}\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{baseline:.1}\">{text}</text>")?;
        baseline += LINE;
    }
    for index in &shape.networks {
        let Some(network) = graph.networks.get(*index) else { continue };
        let color = COLORS.get(index % COLORS.len()).unwrap_or(&COLORS[0]);
        let (x, y, width) = (left + PADDING, baseline - LINE * 0.75, shape.width - 2.0 * PADDING);
        let name = escaped(&network.name);
        writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"13\" rx=\"6\" fill=\"{color}\"/>\
             <text class=\"net\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{name}</text>",
            shape.x,
            baseline - 2.0
        )?;
        baseline += LINE;
    }
    Ok(())
}

/// A text without what XML would take for its own.
fn escaped(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
