//! Maps: which bytes of which descriptor appear at which addresses.

use farad_io::{Effects, Map, MapId, Perm};

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::load;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};

mod list;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "om", brief: "place files at addresses", rows: ROWS };

/// Most maps of a session.
const LIMIT: usize = 1 << 16;

static ROWS: &[Row] = &[
    Row::new("om", "List maps, highest priority first, or map a part of a descriptor", map)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
        .params(&[
            maybe("fd", Kind::Number),
            maybe("addr", Kind::Address),
            maybe("size", Kind::Number),
            maybe("offset", Kind::Number),
            maybe("perm", Kind::Perm),
            maybe("name", Kind::Word),
        ])
        .effects(Effects::ANNOTATE)
        .before_names()
        .examples(&["om", "om 3 0x1000 0x10", "om 3 0x1000 0x10 0 r-x text", "omj", "om*", "omq"]),
    Row::new("omu", "Map a part of a descriptor unless the same map is there", map_once)
        .params(&[
            need("fd", Kind::Number),
            need("addr", Kind::Address),
            maybe("size", Kind::Number),
            maybe("offset", Kind::Number),
            maybe("perm", Kind::Perm),
            maybe("name", Kind::Word),
        ])
        .effects(Effects::ANNOTATE)
        .examples(&["omu 3 0 0x200 0 rw-"]),
    Row::new("omm", "Map all of a descriptor at an address", map_all)
        .params(&[maybe("fd", Kind::Number), maybe("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["omm 3 0x400"]),
    Row::new("om-", "Remove a map (* all)", remove)
        .glue(Glue::Rest)
        .params(&[maybe("map", Kind::Number)])
        .effects(Effects::ANNOTATE)
        .examples(&["om-*"]),
    Row::new("om.", "Show the map at an address", list::show_here)
        .modes(&[Mode::Json, Mode::Quiet])
        .params(&[maybe("addr", Kind::Address)])
        .before_names()
        .examples(&["om.", "om.j"]),
    Row::new("om=", "List maps as bars over the addresses", list::bars).examples(&["om="]),
    Row::new("omqq", "List the addresses at which maps begin", list::starts).examples(&["omqq"]),
    Row::new("omr", "Change the size of a map", resize)
        .params(&[need("map", Kind::Number), need("size", Kind::Number)])
        .effects(Effects::ANNOTATE)
        .examples(&["om 3 0x1000 0x10; omr 2 0x20; om-*"]),
    Row::new("omb", "Move a map to another address", relocate)
        .params(&[need("map", Kind::Number), need("addr", Kind::Address)])
        .effects(Effects::ANNOTATE),
    Row::new("omb.", "Move the map here to another address", relocate_here)
        .params(&[need("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["omb. 0x100; omb. 0 @ 0x100"]),
    Row::new("omB", "Move a map to another address", relocate)
        .params(&[need("map", Kind::Number), need("addr", Kind::Address)])
        .effects(Effects::ANNOTATE),
    Row::new("omB.", "Move the map here to another address", relocate_here)
        .params(&[need("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["omB. 0x100; omB. 0 @ 0x100"]),
    Row::new("omp", "Set the permissions of the map here, or of another", permit)
        .params(&[maybe("map", Kind::Number), need("perm", Kind::Perm)])
        .effects(Effects::ANNOTATE)
        .examples(&["omp rw-"]),
    Row::new("omf", "Set the permissions of the map here, or of another", permit)
        .params(&[maybe("map", Kind::Number), need("perm", Kind::Perm)])
        .effects(Effects::ANNOTATE)
        .examples(&["omf rw-"]),
    Row::new("ompu", "Give a map the highest priority", raise)
        .params(&[need("map", Kind::Number)])
        .effects(Effects::ANNOTATE),
    Row::new("ompd", "Give a map the lowest priority", lower)
        .params(&[need("map", Kind::Number)])
        .effects(Effects::ANNOTATE),
    Row::new(
        "omd",
        "Map the current descriptor from an address to another; the seek is the offset",
        map_between,
    )
    .params(&[need("from", Kind::Address), need("to", Kind::Address)])
    .effects(Effects::ANNOTATE)
    .examples(&["omd 0x1000 0x1010 @ 4"]),
    Row::new("omo", "Map all of a descriptor below all other maps", map_below)
        .params(&[need("fd", Kind::Number)])
        .effects(Effects::ANNOTATE)
        .examples(&["omo 3"]),
    Row::new("ompf", "Give the maps of a descriptor the highest priority", raise_descriptor)
        .params(&[need("fd", Kind::Number)])
        .effects(Effects::ANNOTATE)
        .examples(&["ompf 3"]),
    Row::new("omn", "Name the map at an address", name_at)
        .params(&[need("addr", Kind::Address), need("name", Kind::Word)])
        .effects(Effects::ANNOTATE)
        .examples(&["omn 0 first"]),
    Row::new("omn.", "Name the map here", name_here)
        .params(&[need("name", Kind::Word)])
        .effects(Effects::ANNOTATE)
        .examples(&["omn. first"]),
    Row::new("omn-", "Take the name from the map here, or at an address", unname)
        .glue(Glue::Number)
        .params(&[maybe("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["omn-"]),
    Row::new("omni", "Name a map", name_by_number)
        .params(&[need("map", Kind::Number), need("name", Kind::Word)])
        .effects(Effects::ANNOTATE),
];

fn map(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.mode != Mode::Text || args.is_empty() {
        return list::list(env, args.mode);
    }
    if args.words().len() == 1 {
        let fd = env.number(args.text)?;
        return list::list_of(env, Mode::Text, |map| u64::from(map.fd) == fd);
    }
    let wanted = Wanted::parse(env, args)?;
    wanted.add(env)
}

/// A map out of `fd addr [size [offset [perm [name]]]]`.
struct Wanted {
    fd: u32,
    addr: u64,
    size: u64,
    offset: u64,
    perm: Perm,
    name: String,
}

impl Wanted {
    fn parse(env: &mut Env<'_>, args: &Args<'_>) -> Result<Wanted> {
        let words = args.words();
        let [fd, addr, rest @ ..] = &words[..] else {
            return Err(args.wrong("the descriptor and the address are needed"));
        };
        let (fd, addr) = (env.number(fd)?, env.number(addr)?);
        let mut numbers = [None, None];
        for (number, word) in numbers.iter_mut().zip(rest) {
            *number = Some(env.number(word)?);
        }
        let [size, offset] = numbers;
        let descriptor = env.session.io.descriptor(u32::try_from(fd).unwrap_or(u32::MAX))?;
        let perm = match rest.get(2) {
            Some(word) => perm(word, args)?,
            None => descriptor.perm,
        };
        let offset = offset.unwrap_or(0);
        let size = size.unwrap_or_else(|| descriptor.size().saturating_sub(offset).min(u64::MAX - addr));
        Ok(Wanted {
            fd: descriptor.fd,
            addr,
            size,
            offset,
            perm,
            name: rest.get(3).cloned().unwrap_or_default(),
        })
    }

    fn add(self, env: &mut Env<'_>) -> Result<()> {
        let maps = &mut env.session.io.maps;
        if maps.iter().len() >= LIMIT {
            return Err(Error::Limit { what: "the number of maps", limit: LIMIT.to_string() });
        }
        let id = maps.add(self.fd, self.addr, self.size, self.offset, self.perm)?;
        Ok(maps.change(id, |map| map.name = self.name)?)
    }

    fn is(&self, map: &Map) -> bool {
        (map.fd, map.from, map.size(), map.delta) == (self.fd, self.addr, self.size, self.offset)
    }
}

fn map_once(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let wanted = Wanted::parse(env, args)?;
    let same = env.session.io.maps.iter().find(|map| wanted.is(map)).map(|map| map.id);
    match same {
        Some(id) => Ok(env.session.io.maps.change(id, |map| {
            map.perm = wanted.perm;
            if !wanted.name.is_empty() {
                map.name = wanted.name;
            }
        })?),
        None => wanted.add(env),
    }
}

fn map_all(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let fd = match words.first() {
        Some(word) => u32::try_from(env.number(word)?).unwrap_or(u32::MAX),
        None => env.current()?,
    };
    let addr = words.get(1).map_or(Ok(0), |word| env.number(word))?;
    let before = env.session.io.maps.iter().map(|map| map.id).max();
    load::map_whole(env, fd, addr)?;
    let uri = env.session.io.descriptor(fd)?.uri.clone();
    match env.session.io.maps.iter().map(|map| map.id).max() {
        Some(id) if Some(id) != before => name(env, id, &uri),
        _ => Ok(()),
    }
}

fn map_below(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    map_all(env, args)?;
    let newest = env.session.io.maps.iter().map(|map| map.id).max();
    newest.map_or(Ok(()), |id| Ok(env.session.io.maps.prioritize(id, false)?))
}

fn map_between(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (from, to) = two(args)?;
    let (from, to) = (env.number(&from)?, env.number(&to)?);
    let fd = env.current()?;
    let perm = env.session.io.descriptor(fd)?.perm;
    let size = to.checked_sub(from).ok_or_else(|| args.wrong("the end is before the start"))?;
    Wanted { fd, addr: from, size, offset: env.view.seek, perm, name: String::new() }.add(env)
}

fn number(env: &mut Env<'_>, text: &str) -> Result<MapId> {
    let id = env.number(text)?;
    Ok(env.session.io.maps.find(MapId::try_from(id).unwrap_or(MapId::MAX))?.id)
}

fn at(env: &Env<'_>, addr: u64) -> Result<MapId> {
    let here = env.session.io.maps.at(addr).map(|map| map.id);
    here.ok_or_else(|| Error::failed(format!("no map covers {addr:#x} (om lists them)")))
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.required("the map")? == "*" {
        env.session.io.maps.remove_if(|_| true);
        return Ok(());
    }
    let id = number(env, args.text)?;
    env.session.io.maps.remove_if(|map| map.id == id);
    Ok(())
}

/// The two words of an argument text.
fn two(args: &Args<'_>) -> Result<(String, String)> {
    match <[String; 2]>::try_from(args.words()) {
        Ok([one, two]) => Ok((one, two)),
        Err(_) => Err(args.wrong("two arguments are needed")),
    }
}

fn resize(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (id, size) = two(args)?;
    let (id, size) = (number(env, &id)?, env.number(&size)?);
    let from = env.session.io.maps.find(id)?.from;
    let last = size.checked_sub(1).and_then(|last| from.checked_add(last));
    let last = last.ok_or_else(|| args.wrong("a map has 1 byte at least and ends with the address space"))?;
    Ok(env.session.io.maps.change(id, |map| map.to = last)?)
}

fn relocate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (id, addr) = two(args)?;
    let (id, addr) = (number(env, &id)?, env.number(&addr)?);
    Ok(env.session.io.maps.relocate(id, addr)?)
}

fn relocate_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("the address")?)?;
    let id = at(env, env.view.seek)?;
    Ok(env.session.io.maps.relocate(id, addr)?)
}

fn perm(word: &str, args: &Args<'_>) -> Result<Perm> {
    word.parse()
        .map_err(|_| args.wrong(format!("'{word}' is no permission: use a word like r-x or a number to 7")))
}

fn permit(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (id, perm) = match &words[..] {
        [perm] => (at(env, env.view.seek)?, perm),
        [id, perm] => (number(env, id)?, perm),
        _ => return Err(args.wrong("the permissions are missing")),
    };
    let perm = self::perm(perm, args)?;
    Ok(env.session.io.maps.change(id, |map| (map.perm, map.segment_perm) = (perm, perm))?)
}

fn raise(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let id = number(env, args.required("the map")?)?;
    Ok(env.session.io.maps.prioritize(id, true)?)
}

fn lower(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let id = number(env, args.required("the map")?)?;
    Ok(env.session.io.maps.prioritize(id, false)?)
}

fn raise_descriptor(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = env.number(args.required("the descriptor")?)?;
    let maps = &mut env.session.io.maps;
    let ids: Vec<MapId> = maps.iter().rev().filter(|map| u64::from(map.fd) == fd).map(|map| map.id).collect();
    ids.into_iter().try_for_each(|id| Ok(maps.prioritize(id, true)?))
}

fn name(env: &mut Env<'_>, id: MapId, name: &str) -> Result<()> {
    Ok(env.session.io.maps.change(id, |map| map.name = name.to_owned())?)
}

fn name_at(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, text) = two(args)?;
    let addr = env.number(&addr)?;
    name(env, at(env, addr)?, &text)
}

fn name_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let id = at(env, env.view.seek)?;
    name(env, id, args.required("the name")?)
}

fn unname(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    name(env, at(env, addr)?, "")
}

fn name_by_number(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (id, text) = two(args)?;
    let id = number(env, &id)?;
    name(env, id, &text)
}
