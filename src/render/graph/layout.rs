//! Places the boxes of a drawing in layers, and routes the arrows around them.

use std::collections::{BTreeMap, BTreeSet};

use rust_sugiyama::configure::{Config, RankingType};
use rust_sugiyama::from_vertices_and_edges;

use crate::guard::guarded;

/// The least space between two things that are side by side, and between layers.
const GAP: f64 = 14.0;
/// The space that a box has around it besides.
const AROUND: f64 = 14.0;
/// The space around the drawing.
pub(super) const MARGIN: f64 = 24.0;
/// The most space between two arrows that end at one side of a box.
const ENDS: f64 = 16.0;
/// What is linked to nothing is in rows of this width, if the rest is not wider.
const ROW: f64 = 900.0;

/// A point, or a width and a height, in pixels.
pub(super) type Point = (f64, f64);

/// An arrow that is to be drawn: from one box to another, with room for its label.
pub(super) struct Wish {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: Point,
    /// What it looks like: arrows of one look that lead far down to one box become one line.
    pub(super) look: &'static str,
}

/// The way of an arrow.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Route {
    /// From the rim of the first box to that of the second, or to a point of the arrow that it joins.
    pub(super) points: Vec<Point>,
    /// Whether it joins another arrow, which has the tip.
    pub(super) joins: bool,
    /// The middle of its label.
    pub(super) label: Point,
}

/// A drawing without its lines.
pub(super) struct Layout {
    /// The middle of each box.
    pub(super) middles: Vec<Point>,
    /// The way of each arrow.
    pub(super) routes: Vec<Route>,
}

/// Places boxes of these sizes: the parts that hang together side by side, each in layers; what is linked to nothing in
/// rows below.
pub(super) fn layout(sizes: &[Point], wishes: &[Wish]) -> Layout {
    let chains = chains(wishes, &heights(sizes.len(), wishes));
    let mut placed = Placed::arrange(sizes, wishes, &chains);
    let middles = placed.middles(sizes);
    let routes = routes(sizes, wishes, &chains, &placed, &middles);
    Layout { middles, routes }
}

/// Between two boxes of neighboring layers lies a layer for labels, and an arrow has a joint in each layer that it crosses.
struct ArrowChain {
    /// The box that is higher.
    upper: usize,
    lower: usize,
    /// The joints, from the upper box to the lower one, as vertices of the layout. The first is its own and has the label;
    /// the others it may share.
    joints: Vec<usize>,
}

/// How many arrows lead from each box to the end of the longest way down; one that closes a cycle counts the other way.
fn heights(count: usize, wishes: &[Wish]) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for wish in wishes {
        if let Some(next) = next.get_mut(wish.from) {
            next.push(wish.to);
        }
    }
    let mut walk = LayoutWalk { next, heights: vec![None; count], open: vec![false; count] };
    (0..count).map(|at| walk.height(at)).collect()
}

struct LayoutWalk {
    next: Vec<Vec<usize>>,
    heights: Vec<Option<usize>>,
    /// Whether a box is on the way that is being walked.
    open: Vec<bool>,
}

impl LayoutWalk {
    fn height(&mut self, at: usize) -> usize {
        if let Some(known) = self.heights.get(at).copied().flatten() {
            return known;
        }
        self.mark(at, true);
        let mut height = 0;
        for next in self.next.get(at).cloned().unwrap_or_default() {
            if !self.open.get(next).copied().unwrap_or_default() {
                height = height.max(self.height(next) + 1);
            }
        }
        self.mark(at, false);
        if let Some(slot) = self.heights.get_mut(at) {
            *slot = Some(height);
        }
        height
    }

    fn mark(&mut self, at: usize, open: bool) {
        if let Some(slot) = self.open.get_mut(at) {
            *slot = open;
        }
    }
}

fn linked(sizes: &[Point], wishes: &[Wish]) -> Vec<(u32, Point)> {
    let is_linked = |at: &usize| wishes.iter().any(|wish| wish.from == *at || wish.to == *at);
    sizes
        .iter()
        .enumerate()
        .filter(|(at, _)| is_linked(at))
        .map(|(at, (width, height))| (at as u32, (width + AROUND, height + AROUND)))
        .collect()
}

/// The parts that hang together, each with the middles of its vertices; an edge leads upwards. A defect of the layout must
/// not cost the picture.
fn parts(vertices: &[(u32, Point)], edges: &[(u32, u32)]) -> Vec<Vec<(usize, Point)>> {
    let config = Config { vertex_spacing: GAP, ranking_type: RankingType::Up, ..Config::default() };
    let layouts = guarded(|| from_vertices_and_edges(vertices, edges, &config)).unwrap_or_default();
    // The layout numbers vertices by their place in the list, whatever number they have there.
    let vertex = |at: usize| vertices.get(at).map(|(number, _)| *number as usize);
    let part = |points: Vec<(usize, Point)>| {
        points.into_iter().filter_map(|(at, (x, y))| Some((vertex(at)?, (x, -y)))).collect()
    };
    layouts.into_iter().map(|(points, _, _)| part(points)).collect()
}

fn chains(wishes: &[Wish], heights: &[usize]) -> Vec<ArrowChain> {
    let mut next = heights.len();
    let mut joint = || {
        next += 1;
        next - 1
    };
    let mut shared: BTreeMap<(usize, &str, usize), usize> = BTreeMap::new();
    let height = |at: usize| heights.get(at).copied().unwrap_or_default();
    let mut chains = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let is_down = height(wish.from) >= height(wish.to);
        let (upper, lower) = if is_down { (wish.from, wish.to) } else { (wish.to, wish.from) };
        let (top, bottom) = (2 * height(upper), 2 * height(lower));
        let of_level = |level: usize| {
            if level + 1 == top || !is_down {
                joint()
            } else {
                *shared.entry((lower, wish.look, level)).or_insert_with(&mut joint)
            }
        };
        chains.push(ArrowChain { upper, lower, joints: (bottom + 1..top).rev().map(of_level).collect() });
    }
    chains
}

/// Where boxes and joints are.
struct Placed {
    points: BTreeMap<usize, Point>,
    /// The top and the bottom of the layer of boxes that a joint crosses.
    crossed: BTreeMap<usize, Point>,
    width: f64,
    bottom: f64,
}

impl Placed {
    fn arrange(sizes: &[Point], wishes: &[Wish], chains: &[ArrowChain]) -> Placed {
        let mut vertices = linked(sizes, wishes);
        let mut edges = Vec::new();
        let mut crossing = Vec::new();
        for (chain, wish) in chains.iter().zip(wishes) {
            let mut last = chain.upper;
            for (number, joint) in chain.joints.iter().enumerate() {
                vertices.push((*joint as u32, if number == 0 { wish.label } else { (2.0, 2.0) }));
                edges.push((*joint as u32, last as u32));
                last = *joint;
                if number % 2 == 1 {
                    crossing.push(*joint);
                }
            }
            if last != chain.lower {
                edges.push((chain.lower as u32, last as u32));
            }
        }
        edges.sort_unstable();
        edges.dedup();
        let mut seen = BTreeSet::new();
        vertices.retain(|(at, _)| seen.insert(*at));
        let of_vertex: BTreeMap<usize, Point> = vertices.iter().map(|(at, size)| (*at as usize, *size)).collect();
        let size = |at: &usize| of_vertex.get(at).copied().unwrap_or_default();
        let mut placed = Placed { points: BTreeMap::new(), crossed: BTreeMap::new(), width: MARGIN, bottom: 0.0 };
        for part in parts(&vertices, &edges) {
            let left = part.iter().map(|(at, (x, _))| x - size(at).0 / 2.0).fold(f64::INFINITY, f64::min);
            let top = part.iter().map(|(at, (_, y))| y - size(at).1 / 2.0).fold(f64::INFINITY, f64::min);
            let start = placed.width;
            let mut extents: BTreeMap<i64, Point> = BTreeMap::new();
            for (at, (x, y)) in &part {
                let (x, y) = (x - left + start, y - top + MARGIN);
                let (width, height) = size(at);
                placed.points.insert(*at, (x, y));
                placed.width = placed.width.max(x + width / 2.0);
                placed.bottom = placed.bottom.max(y + height / 2.0);
                let extent = extents.entry(y.round() as i64).or_insert((y, y));
                *extent = (extent.0.min(y - height / 2.0), extent.1.max(y + height / 2.0));
            }
            for joint in &crossing {
                let Some((_, y)) = placed.points.get(joint) else { continue };
                if let Some(extent) = extents.get(&(y.round() as i64)) {
                    placed.crossed.entry(*joint).or_insert(*extent);
                }
            }
            placed.width += 2.0 * GAP;
        }
        placed
    }

    /// The points of a joint: through a layer of boxes an arrow goes straight down.
    fn through(&self, joint: usize) -> Vec<Point> {
        let Some((x, y)) = self.points.get(&joint) else { return Vec::new() };
        self.crossed.get(&joint).map_or_else(|| vec![(*x, *y)], |(top, bottom)| vec![(*x, *top), (*x, *bottom)])
    }

    /// The middles of all boxes; those that have none yet get theirs in rows.
    fn middles(&mut self, sizes: &[Point]) -> Vec<Point> {
        let limit = self.width.max(ROW);
        let (mut x, mut y) = (MARGIN, self.bottom + if self.points.is_empty() { MARGIN } else { 2.0 * GAP });
        let mut tallest: f64 = 0.0;
        let mut middles = Vec::with_capacity(sizes.len());
        for (at, (width, height)) in sizes.iter().enumerate() {
            if let Some(point) = self.points.get(&at) {
                middles.push(*point);
                continue;
            }
            if x > MARGIN && x + width > limit {
                (x, y) = (MARGIN, y + tallest + GAP);
                tallest = 0.0;
            }
            middles.push((x + width / 2.0, y + height / 2.0));
            tallest = tallest.max(*height);
            x += width + GAP;
        }
        middles
    }
}

fn routes(sizes: &[Point], wishes: &[Wish], chains: &[ArrowChain], placed: &Placed, middles: &[Point]) -> Vec<Route> {
    let middle = |at: usize| middles.get(at).copied().unwrap_or_default();
    let size = |at: usize| sizes.get(at).copied().unwrap_or_default();
    let ends = ends(chains, placed, sizes, middles);
    let mut drawn: BTreeSet<usize> = BTreeSet::new();
    let mut routes = Vec::with_capacity(chains.len());
    for (chain, wish) in chains.iter().zip(wishes) {
        let end = |at: usize, joint: Option<&usize>, is_bottom: bool| {
            let key = (at, is_bottom, joint.copied().unwrap_or_default());
            let half = if is_bottom { size(at).1 / 2.0 } else { -size(at).1 / 2.0 };
            (ends.get(&key).copied().unwrap_or(middle(at).0), middle(at).1 + half)
        };
        let start = end(chain.upper, chain.joints.first(), true);
        let label = chain.joints.first().and_then(|joint| placed.points.get(joint)).copied();
        let mut route = Route { points: vec![start], joins: false, label: label.unwrap_or(start) };
        for joint in &chain.joints {
            route.joins = !drawn.insert(*joint);
            let points = placed.through(*joint);
            route.points.extend(points.into_iter().take(if route.joins { 1 } else { 2 }));
            if route.joins {
                break;
            }
        }
        if !route.joins {
            route.points.push(end(chain.lower, chain.joints.last(), false));
        }
        if wish.from != chain.upper {
            route.points.reverse();
        }
        routes.push(route);
    }
    routes
}

/// Where arrows leave the bottom of a box or end at its top, by their joint next to it: side by side, in the order of what
/// they come from or lead to.
fn ends(
    chains: &[ArrowChain],
    placed: &Placed,
    sizes: &[Point],
    middles: &[Point],
) -> BTreeMap<(usize, bool, usize), f64> {
    let mut sides: BTreeMap<(usize, bool), BTreeMap<usize, f64>> = BTreeMap::new();
    for chain in chains {
        for (at, is_bottom, joint) in
            [(chain.upper, true, chain.joints.first()), (chain.lower, false, chain.joints.last())]
        {
            let Some((joint, point)) = joint.and_then(|joint| Some((*joint, placed.points.get(joint)?))) else {
                continue;
            };
            sides.entry((at, is_bottom)).or_default().insert(joint, point.0);
        }
    }
    let mut ends = BTreeMap::new();
    for ((at, is_bottom), side) in sides {
        let mut side: Vec<(usize, f64)> = side.into_iter().collect();
        side.sort_by(|one, other| one.1.total_cmp(&other.1));
        let (width, middle) = (sizes.get(at).map_or(0.0, |size| size.0), middles.get(at).map_or(0.0, |point| point.0));
        let step = ENDS.min((width - 2.0 * MARGIN).max(0.0) / side.len() as f64);
        for (place, (joint, _)) in side.iter().enumerate() {
            let offset = (place as f64 - (side.len() - 1) as f64 / 2.0) * step;
            ends.insert((at, is_bottom, *joint), middle + offset);
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Point = (100.0, 50.0);

    fn laid(count: usize, arrows: &[(usize, usize)]) -> Layout {
        let wishes: Vec<Wish> =
            arrows.iter().map(|(from, to)| Wish { from: *from, to: *to, label: (30.0, 16.0), look: "edge" }).collect();
        layout(&vec![BOX; count], &wishes)
    }

    /// Whether a point lies inside of a box, its rim left out.
    fn is_inside(point: Point, middle: Point) -> bool {
        (point.0 - middle.0).abs() < BOX.0 / 2.0 - 1.0 && (point.1 - middle.1).abs() < BOX.1 / 2.0 - 1.0
    }

    /// Boxes lie apart; arrows lead from rim to rim, and through no box.
    fn check(count: usize, arrows: &[(usize, usize)]) -> Layout {
        let layout = laid(count, arrows);
        for (at, one) in layout.middles.iter().enumerate() {
            for other in &layout.middles[at + 1..] {
                let apart = (one.0 - other.0).abs() >= BOX.0 || (one.1 - other.1).abs() >= BOX.1;
                assert!(apart, "{one:?} {other:?}");
            }
        }
        for ((from, to), route) in arrows.iter().zip(&layout.routes) {
            let [start, .., end] = route.points.as_slice() else { panic!("{route:?}") };
            let ends = [(start, from), (end, to)];
            for (point, at) in ends.into_iter().take(if route.joins { 1 } else { 2 }) {
                let middle = layout.middles[*at];
                assert!(((point.1 - middle.1).abs() - BOX.1 / 2.0).abs() < 0.1, "{point:?} {middle:?}");
                assert!((point.0 - middle.0).abs() < BOX.0 / 2.0, "{point:?} {middle:?}");
            }
            let of_others = |other: &Route| other != route && other.points.contains(end);
            assert!(!route.joins || layout.routes.iter().any(of_others), "{route:?}");
            for points in route.points.windows(2) {
                let between = |part: f64| {
                    (points[0].0 + (points[1].0 - points[0].0) * part, points[0].1 + (points[1].1 - points[0].1) * part)
                };
                let mut steps = (0..=20).map(|step| between(f64::from(step) / 20.0));
                assert!(!steps.any(|point| layout.middles.iter().any(|middle| is_inside(point, *middle))), "{route:?}");
            }
        }
        layout
    }

    #[test]
    fn an_arrow_goes_around_what_is_between() {
        let layout = check(4, &[(0, 1), (1, 2), (2, 3), (0, 3), (0, 2)]);
        let rows: Vec<f64> = layout.middles.iter().map(|middle| middle.1).collect();
        assert!(rows.windows(2).all(|rows| rows[0] < rows[1]), "{rows:?}");
        assert!(layout.routes[3].points.len() > layout.routes[0].points.len());
    }

    #[test]
    fn arrows_to_one_box_become_one_line() {
        let layout = check(5, &[(0, 1), (1, 2), (2, 3), (0, 3), (1, 3), (4, 1), (4, 3)]);
        let joining: Vec<bool> = layout.routes.iter().map(|route| route.joins).collect();
        assert_eq!(joining, [false, false, false, false, true, false, true]);
    }

    #[test]
    fn what_is_linked_to_nothing_stands_below() {
        let layout = check(6, &[(0, 3), (3, 5)]);
        let lowest = layout.middles[5].1;
        assert!([1, 2, 4].iter().all(|at| layout.middles[*at].1 > lowest), "{:?}", layout.middles);
    }

    #[test]
    fn a_circle_has_one_arrow_that_leads_up() {
        let layout = check(3, &[(0, 1), (1, 2), (2, 0)]);
        let upwards = layout.routes.iter().filter(|route| route.points[0].1 > route.points[route.points.len() - 1].1);
        assert_eq!(upwards.count(), 1);
        check(2, &[(0, 1), (1, 0)]);
    }

    #[test]
    fn parts_and_many_arrows_stand_side_by_side() {
        let all: Vec<(usize, usize)> = (0..5).flat_map(|from| (5..10).map(move |to| (from, to))).collect();
        check(10, &all);
        let layout = check(6, &[(0, 1), (2, 3), (4, 5)]);
        assert_eq!(layout.middles[0].1, layout.middles[4].1);
        assert!(laid(0, &[]).middles.is_empty());
    }
}
