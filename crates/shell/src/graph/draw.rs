//! The picture of a graph in characters.

use super::layout::{Layout, Rect};
use super::{Graph, Row, Way};
use crate::paint::{Line, Paint, Role};
use crate::render::printable;

/// Least columns of a box.
const LEAST: usize = 22;

/// What lines are drawn with.
pub(crate) struct Pen {
    horizontal: char,
    vertical: char,
    /// By the [`Turn`].
    corners: [char; 4],
    /// Where a line that came from the right begins to rise.
    rise: char,
}

/// A corner, by where its two ends go.
#[derive(Clone, Copy)]
enum Turn {
    DownRight,
    DownLeft,
    UpRight,
    UpLeft,
}

/// The characters of every terminal.
pub(crate) const ASCII: Pen =
    Pen { horizontal: '-', vertical: '|', corners: ['.', '.', '\'', '\''], rise: '`' };
/// Those made for it.
pub(crate) const UTF8: Pen =
    Pen { horizontal: '─', vertical: '│', corners: ['┌', '┐', '└', '┘'], rise: '└' };

/// How a graph is drawn.
pub(crate) struct Style {
    pub(crate) pen: &'static Pen,
    pub(crate) paint: Paint,
    /// Whether what leaves boxes is marked with when it does.
    pub(crate) hints: bool,
    /// Whether texts stand in the boxes.
    pub(crate) body: bool,
}

/// Columns and rows of a node's box.
pub(crate) fn size(title: &str, body: &[Row]) -> (usize, usize) {
    let title = printable(title).chars().count() + 1;
    let widest = body.iter().map(|row| row.width + row.room).chain([title]).max().unwrap_or(0);
    ((widest + 4).max(LEAST), body.len() + 3)
}

#[derive(Clone, Copy)]
struct Cell {
    mark: char,
    role: Role,
}

const BLANK: Cell = Cell { mark: ' ', role: Role::Other };

/// What stands in a row of the picture from a column on, over the lines.
struct Span<'a> {
    column: usize,
    width: usize,
    part: Part<'a>,
}

enum Part<'a> {
    Edge(char, char),
    Title(&'a str),
    Row(Option<&'a Row>),
}

/// Hands the rows of the picture to `put`, one by one.
///
/// # Errors
/// What `put` fails with.
pub(crate) fn draw<E>(
    graph: &Graph,
    layout: &Layout,
    style: &Style,
    mut put: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let cells = lines(graph, layout, style);
    let mut rows: Vec<Vec<Span<'_>>> = (0..layout.height).map(|_| Vec::new()).collect();
    for (node, rect) in graph.nodes().iter().zip(&layout.boxes) {
        for at in 0..rect.height {
            let part = match at {
                0 => Part::Edge(style.pen.corners[0], style.pen.corners[1]),
                at if at + 1 == rect.height => Part::Edge(style.pen.rise, style.pen.corners[3]),
                1 => Part::Title(&node.title),
                at => Part::Row(node.body.get(at - 2).filter(|_| style.body)),
            };
            let Rect { x: column, width, .. } = *rect;
            rows[rect.y + at].push(Span { column, width, part });
        }
    }
    for (mut spans, cells) in rows.into_iter().zip(&cells) {
        spans.sort_by_key(|span| span.column);
        let mut line = Line::new(&style.paint);
        for span in &spans {
            push_cells(&cells[line.width()..span.column], &mut line);
            push_span(span, style.pen, &mut line);
        }
        push_cells(&cells[line.width()..], &mut line);
        put(line.take().trim_end_matches(' '))?;
    }
    Ok(())
}

/// Appends cells; those of one role are painted together.
fn push_cells(cells: &[Cell], line: &mut Line) {
    for run in cells.chunk_by(|one, other| one.role == other.role) {
        let text: String = run.iter().map(|cell| cell.mark).collect();
        match run.first().map(|cell| cell.role) {
            Some(Role::Other) | None => line.plain(&text),
            Some(role) => line.push(role, &text),
        }
    }
}

fn push_span(span: &Span<'_>, pen: &Pen, line: &mut Line) {
    let inside = span.width.saturating_sub(2);
    let wall = pen.vertical.to_string();
    match &span.part {
        Part::Edge(first, last) => {
            let across: String = std::iter::repeat_n(pen.horizontal, inside).collect();
            line.push(Role::GraphBox, &format!("{first}{across}{last}"));
        }
        Part::Title(title) => {
            line.push(Role::GraphBox, &wall);
            line.plain("  ");
            line.push(Role::Offset, &printable(title));
            line.pad_to(span.column + 1 + inside);
            line.push(Role::GraphBox, &wall);
        }
        Part::Row(row) => {
            line.push(Role::GraphBox, &wall);
            line.plain(" ");
            if let Some(row) = row {
                line.painted(&row.text, row.width);
            }
            line.pad_to(span.column + 1 + inside);
            line.push(Role::GraphBox, &wall);
        }
    }
}

/// The lines of all edges.
fn lines(graph: &Graph, layout: &Layout, style: &Style) -> Vec<Vec<Cell>> {
    let mut cells = vec![vec![BLANK; layout.width]; layout.height];
    let ways = ways(graph);
    let role = |edge: usize| match ways[edge] {
        Way::Always => Role::GraphJump,
        Way::True => Role::GraphTrue,
        Way::False => Role::GraphFalse,
    };
    let mut put = |x: usize, y: usize, mark: char, role: Role| {
        if let Some(cell) = cells.get_mut(y).and_then(|row| row.get_mut(x)) {
            *cell = Cell { mark, role };
        }
    };
    // What goes down stands over what goes across, and corners over both.
    for is_vertical in [false, true] {
        for (edge, wire) in layout.wires.iter().enumerate() {
            for pair in wire.points.windows(2) {
                let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
                match is_vertical {
                    true if x0 == x1 => {
                        (y0.min(y1)..=y0.max(y1)).for_each(|y| put(x0, y, style.pen.vertical, role(edge)));
                    }
                    false if y0 == y1 => {
                        (x0.min(x1)..=x0.max(x1)).for_each(|x| put(x, y0, style.pen.horizontal, role(edge)));
                    }
                    _ => {}
                }
            }
        }
    }
    for (edge, wire) in layout.wires.iter().enumerate() {
        for at in wire.points.windows(3) {
            let Some(turn) = turn(at[0], at[1], at[2]) else { continue };
            let mark = match turn {
                Turn::UpRight if at[0].1 == at[1].1 => style.pen.rise,
                turn => style.pen.corners[turn as usize],
            };
            put(at[1].0, at[1].1, mark, role(edge));
        }
    }
    if style.hints {
        for (edge, wire) in layout.wires.iter().enumerate() {
            if let Some((x, y)) = wire.points.first() {
                let mark = match ways[edge] {
                    Way::Always => 'v',
                    Way::True => 't',
                    Way::False => 'f',
                };
                put(*x, *y, mark, role(edge));
            }
        }
    }
    cells
}

/// When each edge is gone. As the peer has it, of two that leave a node the first is gone when
/// something holds, whatever they are.
fn ways(graph: &Graph) -> Vec<Way> {
    let mut leaving = vec![Vec::new(); graph.nodes().len()];
    for (place, edge) in graph.edges().iter().enumerate() {
        leaving[edge.from].push(place);
    }
    let mut ways = vec![Way::Always; graph.edges().len()];
    for edges in leaving {
        if let ([first, second], false) = (&edges[..], graph.is_bundled) {
            (ways[*first], ways[*second]) = (Way::True, Way::False);
        }
    }
    ways
}

fn turn(from: (usize, usize), at: (usize, usize), to: (usize, usize)) -> Option<Turn> {
    let vertical = if from.0 == at.0 { from } else { to };
    let across = if from.0 == at.0 { to } else { from };
    if vertical.0 != at.0 || across.1 != at.1 || vertical.1 == at.1 || across.0 == at.0 {
        return None;
    }
    Some(match (vertical.1 > at.1, across.0 > at.0) {
        (true, true) => Turn::DownRight,
        (true, false) => Turn::DownLeft,
        (false, true) => Turn::UpRight,
        (false, false) => Turn::UpLeft,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Node;
    use super::super::layout::{Limits, Problem, compute};
    use super::*;

    fn picture(graph: &Graph, pen: &'static Pen) -> Vec<String> {
        let sizes: Vec<(usize, usize)> =
            graph.nodes().iter().map(|node| size(&node.title, &node.body)).collect();
        let edges: Vec<(usize, usize)> = graph.edges().iter().map(|edge| (edge.from, edge.to)).collect();
        let problem = Problem { sizes: &sizes, edges: &edges, is_bundled: graph.is_bundled };
        let layout = compute(&problem, &Limits::default(), &mut || true).unwrap();
        let style = Style { pen, paint: Paint::default(), hints: true, body: true };
        let mut rows = Vec::new();
        let done: Result<(), ()> = draw(graph, &layout, &style, |row| {
            rows.push(row.to_owned());
            Ok(())
        });
        assert!(done.is_ok());
        rows
    }

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        for (from, to) in edges {
            let (from, to) = (graph.node(from), graph.node(to));
            graph.connect(from, to, Way::Always);
        }
        graph
    }

    #[test]
    fn loops_go_around_on_the_left() {
        let mut graph = graph(&[("a", "b"), ("b", "b"), ("b", "c")]);
        graph.set(Node { title: "b".to_owned(), body: vec![Row::plain("x")], addr: None });
        let expected = [
            " .--------------------.",
            " |  a                 |",
            " `--------------------'",
            "     v",
            "     |",
            "     '------.",
            "            |",
            "            |",
            "            |",
            "        .---'",
            ".------. |",
            "|      | |",
            "|.--------------------.",
            "||  b                 |",
            "|| x                  |",
            "|`--------------------'",
            "|      t f",
            "|      | |",
            "`------' |",
            "     .---'",
            " .--------------------.",
            " |  c                 |",
            " `--------------------'",
        ];
        let drawn = picture(&graph, &ASCII);
        let expected: Vec<String> = expected.iter().map(|row| (*row).to_owned()).collect();
        assert_eq!(drawn[..9], expected[..9]);
        assert_eq!(drawn[10..], expected[10..]);
    }

    #[test]
    fn edges_past_nodes_are_beside_them() {
        let expected = [
            "       ┌────────────────────┐",
            "       │  a                 │",
            "       └────────────────────┘",
            "             t f",
            "             │ │",
            "    ┌────────┘ │",
            "    │          └──────────┐",
            "    │                     │",
            "┌────────────────────┐    │",
            "│  b                 │    │",
            "└────────────────────┘    │",
            "    v                     │",
            "    │                     │",
            "    └────────┐            │",
            "             │ ┌──────────┘",
            "             │ │",
            "       ┌────────────────────┐",
            "       │  c                 │",
            "       └────────────────────┘",
        ];
        assert_eq!(picture(&graph(&[("a", "b"), ("b", "c"), ("a", "c")]), &UTF8), expected);
    }

    proptest! {
        #[test]
        fn every_graph_is_drawn_and_no_box_over_another(
            pairs in prop::collection::vec((0_usize..12, 0_usize..12), 0..30),
        ) {
            let mut graph = Graph::default();
            for node in 0..12 {
                graph.node(&format!("n{node}"));
            }
            pairs.iter().for_each(|(from, to)| graph.connect(*from, *to, Way::Always));
            let drawn = picture(&graph, &ASCII).join("\n");
            for node in 0..12 {
                let title = format!("|  n{node:<17}|");
                prop_assert_eq!(drawn.matches(&title).count(), 1, "{}\n{}", title, drawn);
            }
        }
    }
}
