//! Lines: where edges leave and enter boxes, and the columns and rows on their way.
//!
//! Edges that close a circle go around the boxes, on the nearer side.

use super::layer::Layers;
use super::layout::{Layout, Problem, Rect, Wire};

/// Most edges between two layers whose rows are chosen so that they cross less.
const CHOSEN: usize = 256;

/// Draws the lines of placed items.
pub(super) fn route(layers: &Layers, problem: &Problem<'_>) -> Layout {
    let mut router = Router {
        layers,
        problem,
        returns: Vec::new(),
        leave: vec![0; problem.edges.len()],
        enter: vec![0; problem.edges.len()],
        firsts: vec![true; problem.edges.len()],
        pieces: Vec::new(),
        tops: Vec::new(),
        points: vec![Vec::new(); problem.edges.len()],
        bottom: 0,
    };
    router.go_around();
    router.choose_ports();
    router.collect_pieces();
    router.stack_layers();
    router.finish()
}

/// An edge that closes a circle.
#[derive(Clone, Copy)]
struct Return {
    edge: usize,
    from: usize,
    to: usize,
    /// The column in which it goes up.
    column: i64,
    is_left: bool,
}

/// A part of an edge from one layer to the next.
#[derive(Clone, Copy, Debug)]
struct Piece {
    edge: usize,
    from: usize,
    to: usize,
    /// The column from which it comes, and to which it goes.
    columns: (i64, i64),
}

impl Piece {
    /// Whether a column is on its way across.
    fn spans(&self, column: i64) -> bool {
        let (from, to) = self.columns;
        from.min(to) <= column && column <= from.max(to)
    }

    /// Whether it should turn in a row above another's.
    fn precedes(&self, other: &Piece) -> bool {
        let (from, to) = self.columns;
        from != other.columns.0 && other.spans(from) || other.columns.1 != to && self.spans(other.columns.1)
    }
}

struct Router<'a> {
    layers: &'a Layers,
    problem: &'a Problem<'a>,
    /// By the number of layers that they go past.
    returns: Vec<Return>,
    /// The column where each edge leaves its node.
    leave: Vec<i64>,
    /// The column where it enters one.
    enter: Vec<i64>,
    /// Whether no other edge of its node comes before it.
    firsts: Vec<bool>,
    /// The parts of edges below each layer, in the order in which they get rows.
    pieces: Vec<Vec<Piece>>,
    /// The row of each layer's top.
    tops: Vec<i64>,
    points: Vec<Vec<(i64, i64)>>,
    bottom: i64,
}

impl Router<'_> {
    fn center(&self, item: usize) -> i64 {
        self.layers.items[item].center as i64
    }

    fn left(&self, item: usize) -> i64 {
        self.center(item) - self.layers.items[item].width / 2
    }

    fn layer(&self, item: usize) -> usize {
        self.layers.items[item].layer
    }

    /// Chooses the columns of edges that close circles: short ones are nearer to the boxes.
    fn go_around(&mut self) {
        let bounds: Vec<(i64, i64)> = self.layers.layers.iter().map(|layer| self.bounds(layer)).collect();
        let edges = self.problem.edges.iter().copied().enumerate();
        let back = edges.filter(|(index, _)| self.layers.chains[*index].is_empty());
        let mut back: Vec<(usize, (usize, usize))> = back.collect();
        back.sort_by_key(|(index, (from, to))| (self.layer(*from) - self.layer(*to), *index));
        for (edge, (from, to)) in back {
            let (top, bottom) = (self.layer(to), self.layer(from));
            let mut left = bounds[top..=bottom].iter().map(|bound| bound.0).min().unwrap_or(0) - 1;
            let mut right = bounds[top..=bottom].iter().map(|bound| bound.1).max().unwrap_or(0) + 1;
            for other in &self.returns {
                if self.layer(other.to) <= bottom && top <= self.layer(other.from) {
                    match other.is_left {
                        true => left = left.min(other.column - 1),
                        false => right = right.max(other.column + 1),
                    }
                }
            }
            let ends = self.center(from) + self.center(to);
            let is_left = ends - 2 * left <= 2 * right - ends;
            self.returns.push(Return { edge, from, to, column: if is_left { left } else { right }, is_left });
        }
    }

    /// The first column that a layer uses, and the first behind those that it does.
    fn bounds(&self, layer: &[usize]) -> (i64, i64) {
        let left = layer.iter().map(|item| self.left(*item)).min().unwrap_or(0);
        let right = layer.iter().map(|item| self.left(*item) + self.layers.items[*item].width.max(1));
        (left, right.max().unwrap_or(0))
    }

    /// Chooses where each edge leaves and enters: in the order of where they go and come from.
    fn choose_ports(&mut self) {
        let count = self.problem.sizes.len();
        let mut out: Vec<Vec<((i8, i64), usize)>> = vec![Vec::new(); count];
        let mut into = out.clone();
        for (edge, (from, to)) in self.problem.edges.iter().copied().enumerate() {
            let chain = &self.layers.chains[edge];
            if let [_, next, ..] = chain[..] {
                out[from].push(((0, self.center(next)), edge));
                into[to].push(((0, self.center(chain[chain.len() - 2])), edge));
            }
        }
        for way in &self.returns {
            let key = (if way.is_left { -1 } else { 1 }, -way.column);
            out[way.from].push((key, way.edge));
            into[way.to].push((key, way.edge));
        }
        for (node, (mut out, mut into)) in out.into_iter().zip(into).enumerate() {
            if let Some(first) = out.iter().map(|(_, edge)| *edge).min() {
                out.iter().for_each(|(_, edge)| self.firsts[*edge] = *edge == first);
            }
            out.sort_unstable();
            into.sort_unstable();
            let is_first = |place: usize| out.get(place).is_some_and(|(_, edge)| self.firsts[*edge]);
            let start = match out.len() {
                _ if self.problem.is_bundled => 6,
                0 | 1 => 4,
                2 if is_first(0) => 6,
                2 => 8,
                count => (10 - count as i64).max(3),
            };
            self.set_ports(node, start, &out, true);
            let start = if into.len() < 2 && !self.problem.is_bundled { 4 } else { 6 };
            self.set_ports(node, start, &into, false);
        }
    }

    fn set_ports(&mut self, node: usize, start: i64, edges: &[((i8, i64), usize)], is_leaving: bool) {
        let last = self.layers.items[node].width - 2;
        let room = last - start;
        let step = match edges.len() as i64 - 1 {
            _ if self.problem.is_bundled => 0,
            steps if 2 * steps <= room => 2,
            _ => 1,
        };
        for (place, (_, edge)) in edges.iter().enumerate() {
            let column = self.left(node) + (start + step * place as i64).min(last).max(1);
            if is_leaving {
                self.leave[*edge] = column;
            } else {
                self.enter[*edge] = column;
            }
        }
    }

    fn collect_pieces(&mut self) {
        let mut pieces = vec![Vec::new(); self.layers.layers.len()];
        for (edge, chain) in self.layers.chains.iter().enumerate() {
            for (place, pair) in chain.windows(2).enumerate() {
                let from = if place == 0 { self.leave[edge] } else { self.center(pair[0]) };
                let is_last = place + 2 == chain.len();
                let to = if is_last { self.enter[edge] } else { self.center(pair[1]) };
                pieces[self.layer(pair[0])].push(Piece {
                    edge,
                    from: pair[0],
                    to: pair[1],
                    columns: (from, to),
                });
            }
        }
        for layer in &mut pieces {
            // From left to right; of one node's two what is gone on a condition first, of more those
            // to the right, outermost first, then those to the left.
            let mut counts = std::collections::HashMap::new();
            layer.iter().for_each(|piece| *counts.entry(piece.from).or_insert(0_usize) += 1);
            layer.sort_by_key(|piece| {
                let (from, to) = piece.columns;
                let order = match counts[&piece.from] {
                    0..=2 => (!self.firsts[piece.edge], 0),
                    _ if to > from => (false, -from),
                    _ => (true, from),
                };
                (self.center(piece.from), piece.from, order, piece.edge)
            });
        }
        self.pieces = pieces;
    }

    /// Goes from layer to layer, gives each its row and the edges between two of them theirs.
    fn stack_layers(&mut self) {
        let entering = |layer: usize| {
            let mut all: Vec<Return> =
                self.returns.iter().copied().filter(|way| self.layer(way.to) == layer).collect();
            // The outermost come first.
            all.reverse();
            all
        };
        let count = self.layers.layers.len();
        let entries: Vec<Vec<Return>> = (0..count).map(entering).collect();
        let mut row = 0;
        // Where those that go up end, by edge.
        let mut ends = vec![0; self.problem.edges.len()];
        for layer in 0..count {
            if layer == 0 {
                for way in &entries[0] {
                    ends[way.edge] = row;
                    row += 1;
                }
                row += i64::from(!entries[0].is_empty());
            }
            self.tops.push(row);
            row += self.layers.layers[layer]
                .iter()
                .map(|item| self.layers.items[*item].height)
                .max()
                .unwrap_or(0);
            let leaving: Vec<Return> =
                self.returns.iter().copied().filter(|way| self.layer(way.from) == layer).collect();
            let pieces = std::mem::take(&mut self.pieces[layer]);
            if leaving.is_empty() && layer + 1 == count {
                break;
            }
            row += 2;
            for way in leaving {
                let entry = ends[way.edge];
                let port = self.leave[way.edge];
                self.points[way.edge] = vec![
                    (port, self.below(way.from)),
                    (port, row),
                    (way.column, row),
                    (way.column, entry),
                    (self.enter[way.edge], entry),
                    (self.enter[way.edge], self.tops[self.layer(way.to)]),
                ];
                row += 1;
            }
            if layer + 1 == count {
                break;
            }
            let entry = &entries[layer + 1];
            row = self.give_rows(&pieces, row, entry.len() as i64);
            for (way, at) in entry.iter().zip(row - entry.len() as i64 - 1..) {
                ends[way.edge] = at;
            }
        }
        self.bottom = row;
    }

    /// Gives edges between two layers their rows from one on; the row of the lower layer. Above that
    /// are `entries` rows for others, and one in which those may turn that hardly need to.
    fn give_rows(&mut self, pieces: &[Piece], row: i64, entries: i64) -> i64 {
        let is_level = |piece: &&Piece| {
            let is_moved = self.left(piece.from) != self.left(piece.to);
            is_moved || entries > 0 && piece.columns.0 != piece.columns.1
        };
        let (turning, straight): (Vec<&Piece>, Vec<&Piece>) = pieces.iter().partition(is_level);
        let levels = turning.len() as i64;
        let last = row + levels + entries;
        let turning = ordered(turning);
        for (piece, row) in
            turning.into_iter().zip(row..).chain(straight.into_iter().map(|piece| (piece, last)))
        {
            let points = &mut self.points[piece.edge];
            if points.is_empty() {
                let below =
                    self.tops[self.layers.items[piece.from].layer] + self.layers.items[piece.from].height;
                points.push((piece.columns.0, below));
            }
            if piece.columns.0 != piece.columns.1 {
                points.push((piece.columns.0, row));
                points.push((piece.columns.1, row));
            }
            if self.layers.items[piece.to].bend_of.is_none() {
                // The box begins there and is drawn over it.
                points.push((piece.columns.1, last + 1));
            }
        }
        last + 1
    }

    /// The row below a node.
    fn below(&self, node: usize) -> i64 {
        self.tops[self.layer(node)] + self.layers.items[node].height
    }

    /// The picture, its first column 0.
    fn finish(self) -> Layout {
        let columns = self.points.iter().flatten().map(|point| point.0);
        let least = columns.clone().min().unwrap_or(0).min(0);
        let nodes = 0..self.problem.sizes.len();
        let width = nodes.clone().map(|node| self.left(node) + self.layers.items[node].width).max();
        let width = width.unwrap_or(0).max(columns.max().map_or(0, |column| column + 1)) - least;
        let whole = |number: i64| usize::try_from(number).unwrap_or(0);
        let rect = |node: usize| Rect {
            x: whole(self.left(node) - least),
            y: whole(self.tops[self.layer(node)]),
            width: self.problem.sizes[node].0,
            height: self.problem.sizes[node].1,
        };
        let boxes = nodes.clone().map(rect).collect();
        let wire = |points: &Vec<(i64, i64)>| Wire {
            points: points.iter().map(|(x, y)| (whole(x - least), whole(*y))).collect(),
        };
        Layout {
            width: whole(width),
            height: whole(self.bottom.max(nodes.clone().map(|node| self.below(node)).max().unwrap_or(0))),
            boxes,
            wires: self.points.iter().map(wire).collect(),
            layers: nodes.map(|node| self.layer(node)).collect(),
        }
    }
}

/// Edges between two layers in the order of their rows: as they come, but each below those that it
/// would cross above them.
fn ordered(pieces: Vec<&Piece>) -> Vec<&Piece> {
    if pieces.len() > CHOSEN {
        return pieces;
    }
    let mut left = pieces;
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free =
            |piece: &&Piece| left.iter().all(|other| !other.precedes(piece) || piece.precedes(other));
        let next = left.iter().position(is_free).unwrap_or(0);
        order.push(left.remove(next));
    }
    order
}
