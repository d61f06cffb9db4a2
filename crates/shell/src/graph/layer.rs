//! Layers: which nodes stand beside each other, and which above.
//!
//! The first two steps of Sugiyama, Tagawa and Toda (1981): edges that close a circle are set aside,
//! each node stands below all that lead to it, and an edge that goes past layers has a bend in each.

use super::layout::{Fault, Limits};

/// What stands in a layer: a node, or a bend of an edge.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The edge that it is a bend of; `None` is a node.
    pub(super) bend_of: Option<usize>,
    /// Its layer, counted from the top.
    pub(super) layer: usize,
    /// Columns.
    pub(super) width: i64,
    /// Rows.
    pub(super) height: i64,
    /// Items of the layer above that lead here.
    pub(super) above: Vec<usize>,
    /// Items of the layer below that it leads to.
    pub(super) below: Vec<usize>,
    /// Its middle column.
    pub(super) center: f64,
}

/// Nodes and bends in layers. Nodes come first, in their order; bends behind them.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    pub(super) items: Vec<Item>,
    /// The items of each layer from left to right.
    pub(super) layers: Vec<Vec<usize>>,
    /// For each edge the items that it goes through, both ends included; empty for edges that go back.
    pub(super) chains: Vec<Vec<usize>>,
}

impl Layers {
    /// Puts nodes of these sizes in layers. Edges are by places of nodes; the first node is on top.
    ///
    /// # Errors
    /// More bends than the limit.
    pub(super) fn new(
        sizes: &[(i64, i64)],
        edges: &[(usize, usize)],
        limits: &Limits,
    ) -> Result<Layers, Fault> {
        let is_back = circles(sizes.len(), edges);
        let layer_of = longest_ways(sizes.len(), edges, &is_back);
        let item = |bend_of, layer, (width, height)| Item {
            bend_of,
            layer,
            width,
            height,
            above: Vec::new(),
            below: Vec::new(),
            center: 0.0,
        };
        let mut items: Vec<Item> =
            layer_of.iter().zip(sizes).map(|(layer, size)| item(None, *layer, *size)).collect();
        let mut chains = vec![Vec::new(); edges.len()];
        for (index, (from, to)) in edges.iter().copied().enumerate().filter(|(index, _)| !is_back[*index]) {
            let chain = &mut chains[index];
            chain.push(from);
            for layer in layer_of[from] + 1..layer_of[to] {
                if items.len() >= limits.items {
                    return Err(Fault::TooLarge { what: "bends", limit: limits.items });
                }
                chain.push(items.len());
                items.push(item(Some(index), layer, (0, 0)));
            }
            chain.push(to);
            for pair in chain.windows(2) {
                items[pair[0]].below.push(pair[1]);
                items[pair[1]].above.push(pair[0]);
            }
        }
        let count = items.iter().map(|item| item.layer + 1).max().unwrap_or(0);
        let mut layers = vec![Vec::new(); count];
        for (index, item) in items.iter().enumerate() {
            layers[item.layer].push(index);
        }
        Ok(Layers { items, layers, chains })
    }

    /// Least distance of the middles of two neighbours.
    pub(super) fn distance(&self, left: usize, right: usize) -> i64 {
        let (left, right) = (&self.items[left], &self.items[right]);
        left.width - left.width / 2 + GAP + right.width / 2
    }
}

/// Columns between neighbours.
const GAP: i64 = 4;

/// The edges that close a circle, of those met first from the first node on.
fn circles(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut out = vec![Vec::new(); count];
    for (index, (from, to)) in edges.iter().enumerate() {
        out[*from].push((index, *to));
    }
    let mut is_back = vec![false; edges.len()];
    let mut marks = vec![Mark::New; count];
    for root in 0..count {
        if marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::Open;
        let mut open = vec![(root, 0)];
        while let Some((node, next)) = open.last_mut() {
            let node = *node;
            let Some((index, to)) = out[node].get(*next).copied() else {
                marks[node] = Mark::Done;
                open.pop();
                continue;
            };
            *next += 1;
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::Open;
                    open.push((to, 0));
                }
                Mark::Open => is_back[index] = true,
                Mark::Done => {}
            }
        }
    }
    is_back
}

/// The layer of each node: one below the lowest that leads to it. A node that leads to itself leaves
/// a layer free above it.
fn longest_ways(count: usize, edges: &[(usize, usize)], is_back: &[bool]) -> Vec<usize> {
    let mut out = vec![Vec::new(); count];
    let mut waits = vec![0_usize; count];
    let mut is_own = vec![false; count];
    for (index, (from, to)) in edges.iter().copied().enumerate() {
        if from == to {
            is_own[from] = true;
        } else if !is_back[index] {
            out[from].push(to);
            waits[to] += 1;
        }
    }
    let mut layer_of = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|node| waits[*node] == 0).collect();
    while let Some(node) = ready.pop() {
        for to in out[node].iter().copied() {
            layer_of[to] = layer_of[to].max(layer_of[node] + 1 + usize::from(is_own[to]));
            waits[to] -= 1;
            if waits[to] == 0 {
                ready.push(to);
            }
        }
    }
    layer_of
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(count: usize, edges: &[(usize, usize)]) -> Layers {
        Layers::new(&vec![(22, 3); count], edges, &Limits::default()).unwrap()
    }

    #[test]
    fn nodes_stand_below_all_that_lead_to_them() {
        let found = layers(4, &[(0, 1), (1, 2), (0, 3), (2, 3), (2, 1)]);
        let of: Vec<usize> = found.items.iter().map(|item| item.layer).collect();
        // The edge past two layers has a bend in each.
        assert_eq!(of, [0, 1, 2, 3, 1, 2]);
        assert_eq!(found.chains, [vec![0, 1], vec![1, 2], vec![0, 4, 5, 3], vec![2, 3], vec![]]);
        assert_eq!((found.items[5].above.clone(), found.items[5].below.clone()), (vec![4], vec![3]));
    }

    #[test]
    fn a_circle_of_its_own_leaves_a_layer_free() {
        let of = |edges: &[(usize, usize)]| layers(2, edges).items[1].layer;
        assert_eq!((of(&[(0, 1), (1, 1)]), of(&[(1, 1), (0, 1)]), of(&[(0, 1)])), (2, 2, 1));
    }

    #[test]
    fn bends_are_bounded() {
        let edges = [(0, 1), (1, 2), (2, 3), (0, 3)];
        let limits = Limits { items: 5, ..Limits::default() };
        assert!(Layers::new(&[(22, 3); 4], &edges, &limits).is_err());
    }
}
