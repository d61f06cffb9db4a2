//! Graphs of blocks, calls, data and references, and one of one's own: `ag`.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::graph::draw::{self, ASCII, Style, UTF8};
use crate::graph::format::{self, Form};
use crate::graph::layout::{self, Fault, Layout, Limits, Problem};
use crate::graph::{Graph, Row as Text};
use crate::paint::Paint;
use crate::registry::{Args, Glue, Group, Kind, Param, Row, maybe, need};
use crate::render::printable;

mod custom;
mod make;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "ag", brief: "draw graphs", rows: ROWS };

const PLACE: &[Param] = &[maybe("form", Kind::Word), maybe("name|addr|file", Kind::Text)];
/// What drawing a graph does; writing it to a file needs more, and asks for it there.
const DRAWS: Effects = Effects::READ;

const fn graph(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).glue(Glue::Rest).params(PLACE).effects(DRAWS)
}

static ROWS: &[Row] =
    &[
        graph("agf", "The blocks of the function here; forms: * d g j k m t w", |env, args| {
            print(env, args, make::blocks)
        })
        .examples(&[
            "wx 7401c3c3; af; agf",
            "wx c3; af; agfj",
            "wx c3; af; agf*",
            "wx c3; af; agfd",
            "wx c3; af; agfm",
        ]),
        graph("agc", "What the function here calls", |env, args| print(env, args, make::calls))
            .examples(&["wx e8fbffffff; af; agc", "wx e8fbffffff; af; agcj"]),
        graph("agC", "What all functions call", |env, args| print(env, args, make::all_calls))
            .examples(&["wx e8fbffffff; af; agC", "agCd"]),
        graph("aga", "The data that the function here refers to", |env, args| print(env, args, make::data))
            .examples(&["wx c3; af; aga"]),
        graph("agA", "The data that all functions refer to", |env, args| print(env, args, make::all_data))
            .examples(&["agA"]),
        graph("agr", "All that the function here refers to", |env, args| print(env, args, make::references))
            .examples(&["wx e8fbffffff; af; agr"]),
        graph("agR", "All that all functions refer to", |env, args| print(env, args, make::all_references))
            .examples(&["agR"]),
        graph("agx", "What refers to this address", |env, args| print(env, args, make::references_to))
            .examples(&["ax 0 8; agx", "ax 0 8; agxj"]),
        graph("agi", "Which functions use which imports", |env, args| print(env, args, make::imports))
            .examples(&["agi"]),
        graph("agg", "The graph that agn and age make", |env, args| print(env, args, custom::graph))
            .examples(&["agn a; agn b; age a b; agg", "agn a; aggg", "agn a; aggk", "agn a; aggt"]),
        Row::new("agn", "Add a node to the graph of agg, with a text", custom::add_node)
            .params(&[need("title", Kind::Word), maybe("text|base64:text", Kind::Text)])
            .effects(Effects::ANNOTATE)
            .examples(&["agn a base64:Yg==; agg"]),
        Row::new("agn-", "Remove a node of that graph and its edges", custom::remove_node)
            .params(&[need("title", Kind::Word)])
            .effects(Effects::ANNOTATE)
            .examples(&["agn a; agn- a"]),
        Row::new("age", "Add an edge between two nodes of that graph", custom::add_edge)
            .params(&[need("from", Kind::Word), need("to", Kind::Word)])
            .effects(Effects::ANNOTATE)
            .examples(&["agn a; age a a; agg"]),
        Row::new("age-", "Remove the edges from one node of that graph to another", custom::remove_edge)
            .params(&[need("from", Kind::Word), need("to", Kind::Word)])
            .effects(Effects::ANNOTATE)
            .examples(&["agn a; age a a; age- a a"]),
        Row::new("ag-", "Remove all nodes of that graph", custom::clear)
            .effects(Effects::ANNOTATE)
            .examples(&["ag-"]),
    ];

/// How a graph is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Picture,
    Tiny,
    Form(Form),
    /// In the file that is named.
    File,
}

impl Wish {
    /// The letter behind a command's name, and what is behind that.
    fn parse<'a>(args: &Args<'a>) -> Result<(Wish, &'a str)> {
        if !args.glued {
            return Ok((Wish::Picture, args.text));
        }
        let (letters, rest) = args.split_first();
        let wish = match letters {
            "d" => Wish::Form(Form::Dot),
            "g" => Wish::Form(Form::Gml),
            "j" | "J" => Wish::Form(Form::Json),
            "k" => Wish::Form(Form::Keys),
            "m" => Wish::Form(Form::Mermaid),
            "*" => Wish::Form(Form::Script),
            "t" => Wish::Tiny,
            "w" => Wish::File,
            _ => {
                let known = "* commands, d dot, g gml, j json, k keys, m mermaid, t tiny, w file";
                return Err(args.wrong(format!("no form '{}' (there are {known})", printable(letters))));
            }
        };
        Ok((wish, rest))
    }
}

/// Makes a graph of what is named, for a paint.
type Make = fn(&mut Env<'_>, &str, &Paint) -> Result<Graph>;

fn print(env: &mut Env<'_>, args: &Args<'_>, make: Make) -> Result<()> {
    let (wish, rest) = Wish::parse(args)?;
    match wish {
        Wish::Picture => {
            let paint = env.paint();
            let graph = make(env, rest, &paint)?;
            print_picture(env, &graph, paint)
        }
        Wish::Form(Form::Json) if args.row.name == "agf" => make::print_blocks_json(env, rest),
        Wish::Form(Form::Json) if args.row.name == "agc" => make::print_calls_json(env, rest, false),
        Wish::Form(Form::Json) if args.row.name == "agC" => make::print_calls_json(env, rest, true),
        Wish::Tiny => {
            let graph = make(env, rest, &Paint::default())?;
            let layout = lay_out(env, &graph)?;
            Ok(env.out.write_all(format::tiny(&layout).as_bytes())?)
        }
        Wish::Form(form) => {
            let graph = make(env, rest, &Paint::default())?;
            let text = rendered(env, &graph, form)?;
            Ok(env.out.write_all(text.as_bytes())?)
        }
        Wish::File => write_file(env, args, rest, make),
    }
}

/// The text of a graph in a form.
fn rendered(env: &Env<'_>, graph: &Graph, form: Form) -> Result<String> {
    let layout = if form == Form::Keys { lay_out(env, graph)? } else { Layout::default() };
    Ok(format::render(graph, &layout, form))
}

/// Writes a graph to a file, in the form that the file's name ends with.
fn write_file(env: &mut Env<'_>, args: &Args<'_>, path: &str, make: Make) -> Result<()> {
    env.ctx.allow(Effects::FILES, "writing a graph to a file")?;
    let path = crate::lang::unquote(path);
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let form = match ending {
        "dot" | "gv" => Form::Dot,
        "gml" => Form::Gml,
        "json" => Form::Json,
        "mmd" | "mermaid" => Form::Mermaid,
        "r2" | "farad" => Form::Script,
        _ => {
            let known = "dot, gv, gml, json, mmd, mermaid or r2";
            return Err(args.wrong(format!("the file's name must end with {known}, which says the form")));
        }
    };
    let graph = make(env, "", &Paint::default())?;
    let text = rendered(env, &graph, form)?;
    std::fs::write(&path, text).map_err(|source| Error::File { path, source })
}

/// Where the boxes and lines of a graph are.
fn lay_out(env: &Env<'_>, graph: &Graph) -> Result<Layout> {
    let sizes: Vec<(usize, usize)> =
        graph.nodes().iter().map(|node| draw::size(&node.title, &node.body)).collect();
    let edges: Vec<(usize, usize)> = graph.edges().iter().map(|edge| (edge.from, edge.to)).collect();
    let problem = Problem { sizes: &sizes, edges: &edges, is_bundled: graph.is_bundled };
    let mut check = || env.ctx.check().is_ok();
    layout::compute(&problem, &Limits::default(), &mut check).map_err(|fault| match fault {
        Fault::Stopped => env.ctx.check().err().map_or_else(|| Error::failed("stopped"), Error::from),
        Fault::TooLarge { what, limit } => Error::failed(format!(
            "the picture would have more than {limit} {what} (the forms d, g, j and m have no limit)"
        )),
    })
}

fn print_picture(env: &mut Env<'_>, graph: &Graph, paint: Paint) -> Result<()> {
    let layout = lay_out(env, graph)?;
    let style = Style {
        pen: if env.is_set("scr.utf8") { &UTF8 } else { &ASCII },
        paint,
        hints: env.is_set("graph.hints"),
        body: env.is_set("graph.body"),
    };
    draw::draw(graph, &layout, &style, |row| {
        env.ctx.check()?;
        Ok(writeln!(env.out, "{row}")?)
    })
}

/// Lines of a text for a node.
fn texts(text: &str) -> Vec<Text> {
    text.lines().map(|line| Text::plain(&printable(line))).collect()
}
