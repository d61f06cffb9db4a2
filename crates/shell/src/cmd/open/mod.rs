//! Descriptors: open, list, select, reopen, resize, close.

use farad_io::{Effects, Endpoint, Perm, Transport};

use crate::debug;
use crate::error::Result;
use crate::eval::Env;
use crate::load::{self, Request};
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};

mod list;
mod scheme;
mod select;
mod size;

pub use scheme::list_schemes;
pub(crate) use size::place;
pub(super) use size::{GROUP as RESIZE, set_size};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "o", brief: "open, list and close files", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("o", "List what is open; select a descriptor; open a file or URI, its headers read", open)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
        .params(&[maybe("uri", Kind::File), maybe("addr", Kind::Address), maybe("perm", Kind::Perm)])
        .effects(Effects::READ.union(Effects::VIEW))
        .before_names()
        .examples(&["o", "o malloc://64 0x1000", "oj", "o*", "oq"]),
    Row::new("o+", "Open a file for writing too", open_writable)
        .params(&[need("uri", Kind::File), maybe("addr", Kind::Address), maybe("perm", Kind::Perm)])
        .effects(Effects::READ.union(Effects::VIEW))
        .examples(&["o+ malloc://64"]),
    Row::new("on", "Open a file and map it as it is, without reading its headers", open_plain)
        .params(&[need("uri", Kind::File), maybe("addr", Kind::Address), maybe("perm", Kind::Perm)])
        .effects(Effects::READ.union(Effects::VIEW))
        .examples(&["on malloc://64 0x2000"]),
    Row::new("on+", "Open a file for writing and map it as it is", open_plain)
        .params(&[need("uri", Kind::File), maybe("addr", Kind::Address), maybe("perm", Kind::Perm)])
        .effects(Effects::READ.union(Effects::VIEW))
        .examples(&["on+ malloc://64 0x2000"]),
    Row::new("onn", "Open a file without mapping it", open_unmapped)
        .params(&[need("uri", Kind::File), maybe("perm", Kind::Perm)])
        .effects(Effects::READ.union(Effects::VIEW))
        .examples(&["onn malloc://64"]),
    Row::new("o-", "Close a descriptor (* all), and remove its maps; the debugging of a process ends", close)
        .glue(Glue::Rest)
        .params(&[maybe("fd", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["o-*"]),
    Row::new("o-*", "Close all descriptors", close_all).effects(Effects::VIEW).examples(&["o-*"]),
    Row::new("o--", "Close all descriptors", close_all).effects(Effects::VIEW).examples(&["o--"]),
    Row::new("o-!", "Close all descriptors but the current one", close_others)
        .effects(Effects::VIEW)
        .examples(&["o-!"]),
    Row::new("o.", "Show what the current descriptor was opened by", list::current)
        .modes(&[Mode::Quiet, Mode::Json])
        .before_names()
        .examples(&["o.", "o.q"]),
    Row::new("o=", "List descriptors with their sizes as bars", list::bars).examples(&["o="]),
    Row::new("op", "Show the current descriptor, or select another", select::select)
        .glue(Glue::Number)
        .params(&[maybe("fd", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["op", "op 3"]),
    Row::new("opn", "Select the next descriptor", select::select_next)
        .effects(Effects::VIEW)
        .examples(&["opn"]),
    Row::new("opp", "Select the descriptor before", select::select_previous)
        .effects(Effects::VIEW)
        .examples(&["opp"]),
    Row::new("opr", "Select the next descriptor, and the first after the last", select::select_round)
        .effects(Effects::VIEW)
        .examples(&["opr"]),
    Row::new("ox", "Exchange the numbers that two descriptors are mapped by", exchange)
        .params(&[need("fd", Kind::Number), need("fd2", Kind::Number)])
        .effects(Effects::VIEW),
    Row::new("ob", "List the files whose headers were read", list::binaries)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
        .examples(&["ob", "obj"]),
    Row::new("oo", "Open the current file again, for reading", reopen)
        .params(&[maybe("fd", Kind::Number)])
        .effects(Effects::READ.union(Effects::VIEW))
        .examples(&["oo"]),
    Row::new("oo+", "Open the current file again, for writing too", reopen)
        .params(&[maybe("fd", Kind::Number)])
        .effects(Effects::READ.union(Effects::VIEW))
        .examples(&["oo+"]),
    Row::new("oL", "List the schemes that can be opened", scheme::list)
        .modes(&[Mode::Json])
        .examples(&["oL", "oLj"]),
];

/// What to open, where and for what.
struct Wanted {
    uri: String,
    addr: Option<u64>,
    perm: Perm,
}

impl Wanted {
    /// Reads `URI [addr] [perm]`. The last of all addresses stands for none, as in what `o*` lists.
    fn parse(env: &mut Env<'_>, args: &Args<'_>, perm: Perm) -> Result<Wanted> {
        let words = args.words();
        let uri = words.first().ok_or_else(|| args.wrong("what to open is missing"))?.clone();
        let mut wanted = Wanted { uri, addr: None, perm };
        for word in &words[1..] {
            match word.parse() {
                Ok(perm) if word.len() == 3 && !word.starts_with(|c: char| c.is_ascii_digit()) => {
                    wanted.perm = perm
                }
                _ => wanted.addr = Some(env.number(word)?).filter(|&addr| addr != u64::MAX),
            }
        }
        Ok(wanted)
    }

    fn open(&self, env: &mut Env<'_>) -> Result<u32> {
        let options = load::options(env, self.perm);
        Ok(env.session.io.open(&self.uri, &options, env.ctx)?)
    }
}

fn open(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return list::descriptors(env, args.mode);
    }
    if let Ok(fd) = args.text.parse::<u32>()
        && env.session.io.descriptor(fd).is_ok()
    {
        return Ok(env.select(fd)?);
    }
    let wanted = Wanted::parse(env, args, Perm::RX)?;
    if let Some(port) = listens(&wanted.uri) {
        // The command that serves is of another group; a program without it says so.
        return env.run_command(&format!("=:{port}"));
    }
    open_loaded(env, wanted)
}

fn open_writable(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let wanted = Wanted::parse(env, args, Perm::RWX)?;
    open_loaded(env, wanted)
}

/// Opens with its headers. What has none is mapped as it is, and the view stays where it was.
fn open_loaded(env: &mut Env<'_>, wanted: Wanted) -> Result<()> {
    let (seek, history, before) = (env.view.seek, env.view.history.clone(), env.session.loaded.len());
    let request = Request {
        perm: wanted.perm,
        headers: env.is_set("file.info"),
        map: wanted.addr,
        ..Request::new(&wanted.uri)
    };
    let fd = load::open(env, &request)?;
    if env.session.loaded.len() == before {
        (env.view.seek, env.view.history) = (seek, history);
        let maps: Vec<u32> =
            env.session.io.maps.iter().filter(|map| map.fd == fd).map(|map| map.id).collect();
        for id in maps {
            env.session.io.maps.change(id, |map| {
                map.perm -= Perm::X;
                map.segment_perm -= Perm::X;
            })?;
        }
    }
    if env.is_set("io.autofd") {
        env.select(fd)?;
    }
    Ok(())
}

fn open_plain(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let perm = if args.row.name.ends_with('+') { Perm::RW } else { Perm::R };
    let wanted = Wanted::parse(env, args, perm)?;
    let fd = wanted.open(env)?;
    load::map_whole(env, fd, wanted.addr.unwrap_or(0))
}

fn open_unmapped(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let wanted = Wanted::parse(env, args, Perm::R)?;
    let fd = wanted.open(env)?;
    Ok(env.select(fd)?)
}

/// The port of a URI that names no host: it asks to serve, not to open.
fn listens(uri: &str) -> Option<u16> {
    let rest = uri.strip_prefix("rap://")?;
    match Endpoint::parse(rest, None).ok()?.transport {
        Transport::Network { host, port } if host.is_empty() => Some(port),
        _ => None,
    }
}

fn descriptor_number(env: &mut Env<'_>, text: &str) -> Result<u32> {
    let fd = env.number(text)?;
    Ok(env.session.io.descriptor(u32::try_from(fd).unwrap_or(u32::MAX))?.fd)
}

fn close(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = descriptor_number(env, args.required("the descriptor")?)?;
    debug::close_any(env, fd)
}

fn close_all(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    close_but(env, None)
}

fn close_others(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let current = env.current()?;
    close_but(env, Some(current))
}

fn close_but(env: &mut Env<'_>, kept: Option<u32>) -> Result<()> {
    let all: Vec<u32> = env.session.io.descriptors().map(|descriptor| descriptor.fd).collect();
    for fd in all.into_iter().filter(|fd| Some(*fd) != kept) {
        // The files of a process go with it.
        if env.session.io.descriptor(fd).is_ok() {
            debug::close_any(env, fd)?;
        }
    }
    Ok(())
}

fn exchange(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [one, two] = &words[..] else { return Err(args.wrong("two descriptors are needed")) };
    let (one, two) = (descriptor_number(env, one)?, descriptor_number(env, two)?);
    let maps: Vec<(u32, u32)> = env.session.io.maps.iter().map(|map| (map.id, map.fd)).collect();
    for (id, fd) in maps {
        let other = if fd == one {
            two
        } else if fd == two {
            one
        } else {
            continue;
        };
        env.session.io.maps.change(id, |map| map.fd = other)?;
    }
    Ok(())
}

/// Opens a descriptor's URI again; its number and maps stay. What holds its bytes itself, such
/// as `malloc://`, would lose them, and only its permission changes.
fn reopen(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = if args.is_empty() { env.current()? } else { descriptor_number(env, args.text)? };
    let perm = if args.row.name.ends_with('+') { Perm::RWX } else { Perm::RX };
    let descriptor = env.session.io.descriptor(fd)?;
    let scratch = descriptor.backend().is_scratch();
    if scratch {
        descriptor.perm = perm | Perm::RW;
    } else {
        let uri = descriptor.uri.clone();
        let options = load::options(env, perm);
        let backend = env.session.io.schemes.open(&uri, &options, env.ctx)?;
        env.session.io.replace(fd, &uri, perm, backend)?;
    }
    let writable: Vec<u32> =
        env.session.io.maps.iter().filter(|map| map.fd == fd).map(|map| map.id).collect();
    for id in writable {
        env.session.io.maps.change(id, |map| match perm.contains(Perm::W) || scratch {
            true => map.perm |= Perm::W,
            false => map.perm -= Perm::W,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::listens;

    #[test]
    fn a_server_is_a_uri_without_a_host() {
        assert_eq!((listens("rap://:9999"), listens("rap://:1/file")), (Some(9999), Some(1)));
        assert!(["rap://host:9999", "malloc://:9", "file"].into_iter().all(|uri| listens(uri).is_none()));
    }
}
