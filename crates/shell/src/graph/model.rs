//! A graph: nodes with titles and texts, and edges.

use std::collections::{HashMap, HashSet};

/// A line of a node's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// The text, perhaps painted.
    pub(crate) text: String,
    /// Its columns.
    pub(crate) width: usize,
    /// Columns that its box keeps free behind it.
    pub(crate) room: usize,
}

impl Row {
    /// A line without colours.
    pub(crate) fn plain(text: &str) -> Row {
        Row { text: text.to_owned(), width: text.chars().count(), room: 0 }
    }
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Node {
    /// What it is called; no two nodes have one title.
    pub(crate) title: String,
    /// What stands in its box.
    pub(crate) body: Vec<Row>,
    /// The address it is about.
    pub(crate) addr: Option<u64>,
}

/// When an edge is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// In any case.
    Always,
    /// When a condition holds.
    True,
    /// When it does not.
    False,
}

/// An edge, by the places of its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) way: Way,
}

/// A directed graph. Its first node is where it is entered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    places: HashMap<String, usize>,
    /// The edges there are, to find one.
    known: HashSet<(usize, usize)>,
    /// Whether the edges of a node leave and enter it at one place, as in graphs of calls.
    pub(crate) is_bundled: bool,
}

impl Graph {
    /// An empty one whose edges are bundled.
    pub(crate) fn bundled() -> Graph {
        Graph { is_bundled: true, ..Graph::default() }
    }

    /// The nodes.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The edges.
    pub(crate) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The place of the node of that title.
    pub(crate) fn find(&self, title: &str) -> Option<usize> {
        self.places.get(title).copied()
    }

    /// Adds a node, or gives one of its title another text; its place.
    pub(crate) fn set(&mut self, node: Node) -> usize {
        if let Some(place) = self.find(&node.title) {
            self.nodes[place] = node;
            return place;
        }
        self.places.insert(node.title.clone(), self.nodes.len());
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The place of the node of that title, which is added when there is none.
    pub(crate) fn node(&mut self, title: &str) -> usize {
        match self.find(title) {
            Some(place) => place,
            None => self.set(Node { title: title.to_owned(), ..Node::default() }),
        }
    }

    /// Adds an edge between places of nodes.
    pub(crate) fn connect(&mut self, from: usize, to: usize, way: Way) {
        debug_assert!(from < self.nodes.len() && to < self.nodes.len());
        self.known.insert((from, to));
        self.edges.push(Edge { from, to, way });
    }

    /// Adds an edge unless there is one already.
    pub(crate) fn connect_once(&mut self, from: usize, to: usize) {
        if !self.known.contains(&(from, to)) {
            self.connect(from, to, Way::Always);
        }
    }

    /// Removes the edges between two nodes; whether there was one.
    pub(crate) fn disconnect(&mut self, from: usize, to: usize) -> bool {
        self.edges.retain(|edge| edge.from != from || edge.to != to);
        self.known.remove(&(from, to))
    }

    /// Removes a node and its edges; whether there was one of that title.
    pub(crate) fn remove(&mut self, title: &str) -> bool {
        let Some(place) = self.places.remove(title) else { return false };
        self.nodes.remove(place);
        self.edges.retain(|edge| edge.from != place && edge.to != place);
        let moved = |at: usize| at - usize::from(at > place);
        for edge in &mut self.edges {
            (edge.from, edge.to) = (moved(edge.from), moved(edge.to));
        }
        self.known = self.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        for at in self.places.values_mut() {
            *at = moved(*at);
        }
        true
    }

    /// The edges that leave a node, with their places.
    pub(crate) fn out(&self, from: usize) -> impl Iterator<Item = (usize, &Edge)> {
        self.edges.iter().enumerate().filter(move |(_, edge)| edge.from == from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_leaves_the_rest_connected() {
        let mut graph = Graph::default();
        let [a, b, c] = ["a", "b", "c"].map(|title| graph.node(title));
        assert_eq!(graph.node("b"), b);
        graph.connect(a, b, Way::Always);
        graph.connect_once(b, c);
        graph.connect_once(b, c);
        graph.connect(c, a, Way::True);
        assert!(graph.remove("b") && !graph.remove("b"));
        assert_eq!(graph.edges(), [Edge { from: 1, to: 0, way: Way::True }]);
        assert_eq!((graph.find("a"), graph.find("c")), (Some(0), Some(1)));
        assert!(graph.disconnect(1, 0) && !graph.disconnect(1, 0));
    }
}
