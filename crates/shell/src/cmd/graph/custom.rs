//! A graph of one's own: its nodes and edges.

use super::texts;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::graph::{Graph, Node, Way};
use crate::lang::unquote;
use crate::paint::Paint;
use crate::parse::base64_bytes;
use crate::registry::Args;
use crate::render::printable;

/// Most nodes and edges of it.
const MOST: usize = 1 << 16;

fn full() -> Error {
    Error::Limit { what: "the number of nodes and edges", limit: MOST.to_string() }
}

/// The graph.
pub(super) fn graph(env: &mut Env<'_>, _: &str, _: &Paint) -> Result<Graph> {
    Ok(env.session.extensions.of::<Graph>().clone())
}

pub(super) fn add_node(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let title =
        words.first().filter(|title| !title.is_empty()).ok_or_else(|| args.wrong("the title is missing"))?;
    let text = match &words[1..] {
        [one] if one.starts_with("base64:") => {
            String::from_utf8_lossy(&base64_bytes(&one["base64:".len()..])?).into_owned()
        }
        // Words beyond the second are more of the text.
        more => unquote(&more.join(" ")),
    };
    let graph = env.session.extensions.of::<Graph>();
    if graph.find(title).is_none() && graph.nodes().len() >= MOST {
        return Err(full());
    }
    graph.set(Node { title: title.clone(), body: texts(&text), addr: None });
    Ok(())
}

pub(super) fn remove_node(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let title = words.first().ok_or_else(|| args.wrong("the title is missing"))?;
    if env.session.extensions.of::<Graph>().remove(title) { Ok(()) } else { Err(none(title)) }
}

fn none(title: &str) -> Error {
    Error::failed(format!("no node '{}' (agn adds one)", printable(title)))
}

/// The places of the two nodes that a command names.
fn ends(env: &mut Env<'_>, args: &Args<'_>) -> Result<(usize, usize)> {
    let words = args.words();
    let [from, to] = &words[..] else { return Err(args.wrong("two titles are needed")) };
    let graph = env.session.extensions.of::<Graph>();
    let find = |title: &String| graph.find(title).ok_or_else(|| none(title));
    Ok((find(from)?, find(to)?))
}

pub(super) fn add_edge(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (from, to) = ends(env, args)?;
    let graph = env.session.extensions.of::<Graph>();
    if graph.edges().len() >= MOST {
        return Err(full());
    }
    graph.connect(from, to, Way::Always);
    Ok(())
}

pub(super) fn remove_edge(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (from, to) = ends(env, args)?;
    match env.session.extensions.of::<Graph>().disconnect(from, to) {
        true => Ok(()),
        false => Err(Error::failed("no edge leads from the one to the other (agg* lists them)")),
    }
}

pub(super) fn clear(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    *env.session.extensions.of::<Graph>() = Graph::default();
    Ok(())
}
