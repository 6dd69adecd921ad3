//! A graph as an SVG drawing: services in layers, clients above the servers they connect to.

use std::fmt::Write;

use super::layout::{Layout, MARGIN, Point, Route, Wish, layout};
use super::{audiences, label_of, port_list};
use crate::graph::{Graph, LinkKind, StoreNode};
use crate::render::xml::escape;

/// The width of a letter and the height of a line, in pixels, of the text of 12 pixels that the drawing uses.
const LETTER: f64 = 7.3;
/// The width of a letter of the small text, of 10 pixels.
const SMALL: f64 = 6.1;
const LINE: f64 = 16.0;
const PADDING: f64 = 10.0;
/// Colours of networks, one after the other; each can be read on white and on black.
const COLORS: [&str; 6] = ["#2f6fde", "#1a8f5a", "#b8621b", "#8a4fd0", "#b03a6f", "#557a1f"];

const STYLE: &str = "text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1c2128}.name{font-weight:600}\
.soft{fill:#656d76}.box{fill:#fff;stroke:#57606a}.store{fill:#eef1f4;stroke:#8c959f}.data{fill:#eaf3ff;stroke:#2f6fde}\
.who{fill:none;stroke:none}.edge{fill:none;stroke:#57606a}.bad{stroke:#cf222e;stroke-dasharray:6 4}\
.dim{stroke:#afb8c1;stroke-dasharray:2 4}text.bad{fill:#cf222e;stroke:#fff;stroke-dasharray:none}.net{fill:#fff;font-size:10px}\
.own{font-size:10px}.halo{paint-order:stroke;stroke:#fff;stroke-width:4px;font-size:10px}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#8d96a0}.box{fill:#161b22;stroke:#8d96a0}\
.store{fill:#21262d;stroke:#6e7681}.data{fill:#0d2240;stroke:#4c8dff}.edge{stroke:#8d96a0}.halo{stroke:#0d1117}\
.bad{stroke:#ff7b72}text.bad{fill:#ff7b72;stroke:#0d1117}.dim{stroke:#484f58}}";

/// A box of the drawing.
struct BoxShape {
    class: &'static str,
    lines: Vec<String>,
    /// The networks of a service, as indices into those of the graph.
    networks: Vec<usize>,
    /// What it alone keeps data in.
    stores: Vec<String>,
}

impl BoxShape {
    fn size(&self) -> Point {
        let longest = |lines: &[String]| lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) as f64;
        let text = (longest(&self.lines) * LETTER).max(longest(&self.stores) * SMALL + PADDING).max(60.0);
        let rows = (self.lines.len() + self.networks.len() + self.stores.len()) as f64;
        (text + 2.0 * PADDING, rows * LINE + 2.0 * PADDING)
    }
}

/// An arrow of the drawing, from one box to another.
struct Arrow {
    from: usize,
    to: usize,
    class: &'static str,
    label: String,
}

impl Arrow {
    fn wish(&self) -> Wish {
        let width = self.label.chars().count() as f64 * SMALL;
        Wish {
            from: self.from,
            to: self.to,
            label: (width.max(2.0), if width > 0.0 { LINE } else { 2.0 }),
            look: self.class,
        }
    }
}

/// The whole drawing.
pub(super) fn render(graph: &Graph) -> String {
    let (shapes, arrows) = parts(graph);
    let sizes: Vec<Point> = shapes.iter().map(BoxShape::size).collect();
    let wishes: Vec<Wish> = arrows.iter().map(Arrow::wish).collect();
    let layout = layout(&sizes, &wishes);
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = draw(graph, &shapes, &arrows, &layout, &mut out);
    out
}

fn parts(graph: &Graph) -> (Vec<BoxShape>, Vec<Arrow>) {
    let audiences = audiences(graph);
    let plain = |class: &'static str, line: &str| BoxShape {
        class,
        lines: vec![line.to_owned()],
        networks: Vec::new(),
        stores: Vec::new(),
    };
    let mut shapes: Vec<BoxShape> = audiences.iter().map(|one| plain("who", one.words())).collect();
    let first_service = shapes.len();
    for (at, service) in graph.services.iter().enumerate() {
        let networks = graph.networks.iter().enumerate().filter(|(_, network)| network.members.contains(&at));
        let own = graph.stores.iter().filter_map(|store| Some((store, own_mount(store)?)));
        let stores =
            own.filter(|(_, (owner, _))| *owner == at).map(|(store, (_, path))| format!("{path} in {}", store.name));
        shapes.push(BoxShape {
            class: if service.is_datastore { "data" } else { "box" },
            lines: label_of(service),
            networks: networks.map(|(index, _)| index).collect(),
            stores: stores.collect(),
        });
    }
    let mut arrows = Vec::new();
    for edge in &graph.ports {
        let from = audiences.iter().position(|one| *one == edge.audience).unwrap_or_default();
        arrows.push(Arrow { from, to: first_service + edge.service, class: "edge", label: edge.ports.join(", ") });
    }
    for link in &graph.links {
        let (class, label) = match link.kind {
            LinkKind::Talks => ("edge", port_list(link)),
            LinkKind::Unreachable => ("edge bad", format!("✗ {}", port_list(link)).trim_end().to_owned()),
            LinkKind::StartsAfter => ("edge dim", String::new()),
        };
        arrows.push(Arrow { from: first_service + link.from, to: first_service + link.to, class, label });
    }
    for store in graph.stores.iter().filter(|store| own_mount(store).is_none()) {
        let to = shapes.len();
        shapes.push(plain("store", &store.name));
        for (service, target) in &store.mounts {
            arrows.push(Arrow { from: first_service + service, to, class: "edge", label: target.clone() });
        }
    }
    (shapes, arrows)
}

/// The one service that mounts a store, and where; what several share is on its own.
fn own_mount(store: &StoreNode) -> Option<(usize, &str)> {
    let mut mounts = store.mounts.iter();
    let (service, path) = mounts.next()?;
    mounts.next().is_none().then_some((*service, path.as_str()))
}

/// The width and the height of the whole.
fn extent(shapes: &[BoxShape], arrows: &[Arrow], layout: &Layout) -> Point {
    let boxes = shapes
        .iter()
        .map(BoxShape::size)
        .zip(&layout.middles)
        .map(|((width, height), (x, y))| (x + width / 2.0, y + height / 2.0));
    let points = layout.routes.iter().flat_map(|route| route.points.iter().copied());
    let labels = arrows
        .iter()
        .zip(&layout.routes)
        .map(|(arrow, route)| (route.label.0 + arrow.wish().label.0 / 2.0, route.label.1));
    let most =
        boxes.chain(points).chain(labels).fold((MARGIN, MARGIN), |most: Point, (x, y)| (most.0.max(x), most.1.max(y)));
    (most.0 + MARGIN, most.1 + MARGIN)
}

fn draw(graph: &Graph, shapes: &[BoxShape], arrows: &[Arrow], layout: &Layout, out: &mut String) -> std::fmt::Result {
    let (width, height) = extent(shapes, arrows, layout);
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
    for (arrow, route) in arrows.iter().zip(&layout.routes) {
        draw_arrow(arrow, route, out)?;
    }
    for (arrow, route) in arrows.iter().zip(&layout.routes) {
        draw_label(arrow, route, out)?;
    }
    for (shape, middle) in shapes.iter().zip(&layout.middles) {
        draw_shape(graph, shape, *middle, out)?;
    }
    writeln!(out, "</svg>")
}

/// Arrows leave and reach boxes, and pass between them, upright.
fn draw_arrow(arrow: &Arrow, route: &Route, out: &mut String) -> std::fmt::Result {
    let Some((first, rest)) = route.points.split_first() else { return Ok(()) };
    let tip = if route.joins { "" } else { " marker-end=\"url(#tip)\"" };
    write!(out, "<path class=\"{}\"{tip} d=\"M{:.1} {:.1}", arrow.class, first.0, first.1)?;
    let mut last = *first;
    for point in rest {
        let (x, y) = *point;
        let middle = (last.1 + y) / 2.0;
        if (last.0 - x).abs() < 0.1 {
            write!(out, "V{y:.1}")?;
        } else {
            write!(out, "C{:.1} {middle:.1} {x:.1} {middle:.1} {x:.1} {y:.1}", last.0)?;
        }
        last = *point;
    }
    writeln!(out, "\"/>")
}

fn draw_label(arrow: &Arrow, route: &Route, out: &mut String) -> std::fmt::Result {
    if arrow.label.is_empty() {
        return Ok(());
    }
    let class = if arrow.class.ends_with("bad") { "halo bad" } else { "halo soft" };
    let ((x, y), label) = (route.label, escaped(&arrow.label));
    writeln!(out, "<text class=\"{class}\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{:.1}\">{label}</text>", y + 3.5)
}

fn draw_shape(graph: &Graph, shape: &BoxShape, middle: Point, out: &mut String) -> std::fmt::Result {
    let (width, height) = shape.size();
    let (x, left, top) = (middle.0, middle.0 - width / 2.0, middle.1 - height / 2.0);
    let round = if shape.class == "box" { 6 } else { 14 };
    writeln!(
        out,
        "<rect class=\"{}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round}\"/>",
        shape.class
    )?;
    let mut baseline = top + PADDING + LINE * 0.75;
    for (at, line) in shape.lines.iter().enumerate() {
        let class = if at == 0 && shape.class != "who" { "name" } else { "soft" };
        let text = escaped(line);
        writeln!(out, "<text class=\"{class}\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{baseline:.1}\">{text}</text>")?;
        baseline += LINE;
    }
    let networks = shape.networks.iter().filter_map(|index| Some((graph.networks.get(*index)?, index % COLORS.len())));
    let networks =
        networks.filter_map(|(network, color)| Some((network.name.as_str(), "net", COLORS.get(color).copied()?)));
    let stores = shape.stores.iter().map(|store| (store.as_str(), "own soft", ""));
    for (text, class, color) in networks.chain(stores) {
        let fill = if color.is_empty() { "class=\"store\"".to_owned() } else { format!("fill=\"{color}\"") };
        writeln!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"13\" rx=\"6\" {fill}/>\
             <text class=\"{class}\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            left + PADDING,
            baseline - LINE * 0.75,
            width - 2.0 * PADDING,
            baseline - 2.0,
            escaped(text)
        )?;
        baseline += LINE;
    }
    Ok(())
}

/// A text without what XML would take for its own.
fn escaped(text: &str) -> String {
    escape(text)
}
