//! Where a picture of a graph has its boxes and lines, in columns and rows.

use super::layer::Layers;
use super::{order, place, route};

/// How large a picture may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Most nodes, and bends of edges.
    pub(crate) items: usize,
    /// Most columns times rows.
    pub(crate) cells: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { items: 1 << 15, cells: 1 << 23 }
    }
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A limit is passed.
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        limit: usize,
    },
    /// Who waits for it does not want it any more.
    Stopped,
}

/// A box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// The line of an edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wire {
    /// Where it begins, turns and ends: column and row. Neighbours share one or the other.
    pub(crate) points: Vec<(usize, usize)>,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// The box of each node.
    pub(crate) boxes: Vec<Rect>,
    /// The line of each edge.
    pub(crate) wires: Vec<Wire>,
    /// How many layers there are, and which of them each node is in.
    pub(crate) layers: Vec<usize>,
}

/// What is to be laid out.
pub(crate) struct Problem<'a> {
    /// Columns and rows of each node's box.
    pub(crate) sizes: &'a [(usize, usize)],
    /// From and to, by places of nodes. Of two that leave a node, the first is gone when a condition
    /// holds.
    pub(crate) edges: &'a [(usize, usize)],
    /// Whether all edges leave and enter a node at one place.
    pub(crate) is_bundled: bool,
}

/// Lays out a graph. `check` is asked now and then whether to go on.
///
/// # Errors
/// Too large a picture, and being stopped.
pub(crate) fn compute(
    problem: &Problem<'_>,
    limits: &Limits,
    check: &mut dyn FnMut() -> bool,
) -> Result<Layout, Fault> {
    if problem.sizes.len() > limits.items {
        return Err(Fault::TooLarge { what: "nodes", limit: limits.items });
    }
    let signed = |size: &(usize, usize)| (size.0 as i64, size.1 as i64);
    let sizes: Vec<(i64, i64)> = problem.sizes.iter().map(signed).collect();
    let mut layers = Layers::new(&sizes, problem.edges, limits)?;
    order::uncross(&mut layers, check)?;
    place::place(&mut layers, check)?;
    let layout = route::route(&layers, problem);
    if layout.width.saturating_mul(layout.height) > limits.cells {
        return Err(Fault::TooLarge { what: "characters", limit: limits.cells });
    }
    Ok(layout)
}
