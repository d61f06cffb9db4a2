//! Graphs for other programs: commands, Graphviz, GML, Mermaid, JSON, keys and values.
//!
//! Texts in nodes must be without colours.

use serde_json::{Map, Value, json};

use super::layout::Layout;
use super::{Graph, Node, Way};
use crate::parse::base64_digits;
use crate::render::{printable, script_line};

/// A form of a graph, by the letter behind a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `*`: the commands that make it again.
    Script,
    /// `d`: Graphviz.
    Dot,
    /// `g`: the Graph Modelling Language.
    Gml,
    /// `j`, `J`: JSON.
    Json,
    /// `k`: keys and values, with where boxes are.
    Keys,
    /// `m`: Mermaid.
    Mermaid,
}

/// The text of a node, its lines joined.
fn body(node: &Node) -> String {
    node.body.iter().map(|row| format!("{}\n", row.text)).collect()
}

/// A graph in a form; `layout` is for [`Form::Keys`].
pub(crate) fn render(graph: &Graph, layout: &Layout, form: Form) -> String {
    match form {
        Form::Script => script(graph),
        Form::Dot => dot(graph),
        Form::Gml => gml(graph),
        Form::Json => format!("{}\n", value(graph)),
        Form::Keys => keys(graph, layout),
        Form::Mermaid => mermaid(graph),
    }
}

fn script(graph: &Graph) -> String {
    let mut out = String::new();
    let word = |title: &str| match title.chars().all(|c| c.is_alphanumeric() || "_-.:+".contains(c)) {
        true => title.to_owned(),
        false => format!("\"{}\"", printable(title).replace('"', "\\\"")),
    };
    for node in graph.nodes() {
        let body = body(node);
        let text = if body.is_empty() {
            String::new()
        } else {
            format!(" base64:{}", base64_digits(body.as_bytes()))
        };
        out.push_str(&script_line(&format!("agn {}{text}", word(&node.title))));
        out.push('\n');
    }
    for edge in graph.edges() {
        let [from, to] = [edge.from, edge.to].map(|place| word(&graph.nodes()[place].title));
        out.push_str(&script_line(&format!("age {from} {to}")));
        out.push('\n');
    }
    out
}

/// A string of the languages of graphs; in Graphviz, lines end so that they stand at the left.
fn quoted(text: &str, line_end: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => format!("{}{line_end}", printable(line).replace('\\', "\\\\").replace('"', "\\\"")),
        None => printable(line).replace('\\', "\\\\").replace('"', "\\\""),
    });
    format!("\"{}\"", lines.collect::<String>())
}

fn dot(graph: &Graph) -> String {
    let mut out =
        "digraph code {\n\tgraph [bgcolor=azure fontsize=8 fontname=\"Courier\" splines=\"ortho\"];\n\t\
                   node [fillcolor=gray style=filled shape=box];\n\tedge [arrowhead=\"normal\"];\n"
            .to_owned();
    for node in graph.nodes() {
        let title = quoted(&node.title, "");
        let label = if node.body.is_empty() { node.title.clone() } else { body(node) };
        let label = quoted(&label, "\\l");
        out.push_str(&format!(
            "\t{title} [URL={title}, fillcolor=\"white\",color=\"#767676\", fontname=\"Courier\",label={label}]\n"
        ));
    }
    for edge in graph.edges() {
        let [from, to] = [edge.from, edge.to].map(|place| quoted(&graph.nodes()[place].title, ""));
        let color = match edge.way {
            Way::Always => "#3a96dd",
            Way::True => "#13a10e",
            Way::False => "#c50f1f",
        };
        out.push_str(&format!("        {from} -> {to} [color=\"{color}\"];\n"));
    }
    out.push_str("}\n");
    out
}

fn gml(graph: &Graph) -> String {
    let mut out = "graph\n[\nhierarchic 1\nlabel \"\"\ndirected 1\n".to_owned();
    for (id, node) in graph.nodes().iter().enumerate() {
        let label = quoted(&node.title, "");
        out.push_str(&format!("  node [\n    id  {id}\n    label  {label}\n  ]\n"));
    }
    for edge in graph.edges() {
        out.push_str(&format!("  edge [\n    source  {}\n    target  {}\n  ]\n", edge.from, edge.to));
    }
    out.push_str("]\n");
    out
}

/// The nodes with those that they lead to.
fn value(graph: &Graph) -> Value {
    let mut out = vec![Vec::new(); graph.nodes().len()];
    for edge in graph.edges() {
        out[edge.from].push(edge.to);
    }
    let node = |(id, (node, out)): (usize, (&Node, Vec<usize>))| {
        let mut row = Map::new();
        row.insert("id".to_owned(), id.into());
        row.insert("title".to_owned(), node.title.as_str().into());
        match node.addr {
            Some(addr) => row.insert("addr".to_owned(), addr.into()),
            None => row.insert("body".to_owned(), body(node).into()),
        };
        row.insert("out_nodes".to_owned(), out.into());
        Value::Object(row)
    };
    let nodes: Vec<Value> = graph.nodes().iter().zip(out).enumerate().map(node).collect();
    json!({ "nodes": nodes })
}

fn keys(graph: &Graph, layout: &Layout) -> String {
    let titles: Vec<String> = graph.nodes().iter().map(|node| printable(&node.title)).collect();
    let mut rows = vec![
        ("agraph.h".to_owned(), format!("{:#x}", layout.height)),
        ("agraph.is_callgraph".to_owned(), graph.is_bundled.to_string()),
        ("agraph.nodes".to_owned(), titles.join(",")),
        ("agraph.w".to_owned(), format!("{:#x}", layout.width)),
    ];
    for ((place, node), rect) in graph.nodes().iter().enumerate().zip(&layout.boxes) {
        let key = |name: &str| format!("agraph.nodes.{}.{name}", titles[place]);
        let next: Vec<&str> = graph.out(place).map(|(_, edge)| titles[edge.to].as_str()).collect();
        rows.push((key("body"), format!("base64:{}", base64_digits(body(node).as_bytes()))));
        if !next.is_empty() {
            rows.push((key("neighbours"), next.join(",")));
        }
        for (name, number) in [("x", rect.x), ("y", rect.y), ("w", rect.width), ("h", rect.height)] {
            rows.push((key(name), format!("{number:#x}")));
        }
    }
    rows.sort();
    rows.iter().map(|(key, value)| format!("{key}={value}\n")).collect()
}

fn mermaid(graph: &Graph) -> String {
    let mut out = "stateDiagram-v2\n".to_owned();
    // Quotes end a label, whatever is before them.
    let plain = |text: &str| printable(text).replace('"', "'");
    for (id, node) in graph.nodes().iter().enumerate() {
        let rows: String = node.body.iter().map(|row| format!("\\n{}", plain(&row.text))).collect();
        out.push_str(&format!("  state \"[{}]{rows}\" as node_{id}\n", plain(&node.title)));
    }
    for edge in graph.edges() {
        let when = match edge.way {
            Way::Always => "",
            Way::True => ": true",
            Way::False => ": false",
        };
        out.push_str(&format!("  node_{} --> node_{}{when}\n", edge.from, edge.to));
    }
    out
}

/// A star for each node, those of a layer in a row.
pub(crate) fn tiny(layout: &Layout) -> String {
    let count = layout.layers.iter().max().map_or(0, |last| last + 1);
    let mut rows = vec![0_usize; count];
    layout.layers.iter().for_each(|layer| rows[*layer] += 1);
    let widest = rows.iter().max().copied().unwrap_or(0);
    let row = |nodes: usize| match nodes {
        0 => "\n".to_owned(),
        nodes => format!("{}{}\n", " ".repeat((widest - nodes) * 3 / 2), vec!["*"; nodes].join("  ")),
    };
    rows.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;

    fn graph() -> Graph {
        let mut graph = Graph::default();
        let body = vec![Row::plain("say \"hi\"")];
        let a = graph.set(Node { title: "a".to_owned(), body, addr: None });
        let b = graph.node("b;!id");
        graph.connect(a, b, Way::True);
        graph
    }

    #[test]
    fn other_programs_are_given_text_they_cannot_misread() {
        let texts = [Form::Script, Form::Dot, Form::Gml, Form::Mermaid]
            .map(|form| render(&graph(), &Layout::default(), form));
        assert_eq!(texts[0], "agn a base64:c2F5ICJoaSIK\n'agn \"b;!id\"\n'age a \"b;!id\"\n");
        assert!(texts[1].contains(r#"label="say \"hi\"\l"]"#), "{}", texts[1]);
        assert!(texts[1].contains("\"a\" -> \"b;!id\" [color=\"#13a10e\"];"), "{}", texts[1]);
        assert!(texts[2].contains("source  0\n    target  1"), "{}", texts[2]);
        assert!(texts[3].contains("state \"[a]\\nsay 'hi'\" as node_0"), "{}", texts[3]);
        assert!(texts[3].ends_with("node_0 --> node_1: true\n"), "{}", texts[3]);
    }

    #[test]
    fn json_names_what_nodes_lead_to() {
        let nodes = value(&graph());
        assert_eq!(
            nodes["nodes"][0],
            json!({"id": 0, "title": "a", "body": "say \"hi\"\n", "out_nodes": [1]})
        );
    }
}
