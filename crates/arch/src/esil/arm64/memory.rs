//! Loads and stores.

use super::operand::{bits, register, shifted};
use crate::operand::immediate;

/// Loads: bytes (0 for as many as the register has), and the bits that the sign is extended from.
const LOADS: &[(&str, u32, u32)] = &[
    ("ldr ldur ldtr ldar ldxr ldaxr ldapr", 0, 0),
    ("ldrb ldurb ldtrb ldarb ldxrb ldaxrb ldaprb", 1, 0),
    ("ldrh ldurh ldtrh ldarh ldxrh ldaxrh ldaprh", 2, 0),
    ("ldrsb ldursb ldtrsb", 1, 8),
    ("ldrsh ldursh ldtrsh", 2, 16),
    ("ldrsw ldursw ldtrsw", 4, 32),
];

/// Stores, and their bytes.
const STORES: &[(&str, u32)] =
    &[("str stur sttr stlr", 0), ("strb sturb sttrb stlrb", 1), ("strh sturh sttrh stlrh", 2)];

/// Stores that say whether they came about, and their bytes.
const EXCLUSIVE: &[(&str, u32)] = &[("stxr stlxr", 0), ("stxrb stlxrb", 1), ("stxrh stlxrh", 2)];

/// Where a load or store goes, and what becomes of its base.
enum Place<'a> {
    /// `[base, disp]`
    At(&'a str, i64),
    /// `[base, disp]!`
    Before(&'a str, i64),
    /// `[base], disp`
    After(&'a str, i64),
    /// `[base, index, shift]`
    Indexed(&'a str, &'a str, Option<&'a str>),
    /// An address of its own.
    Literal(u64),
}

impl<'a> Place<'a> {
    fn parse(parts: &[&'a str]) -> Option<Place<'a>> {
        let (first, after) = (parts.first()?, parts.get(1));
        if let Some(number) = immediate(first) {
            return Some(Place::Literal(number.value()));
        }
        let writes_back = first.ends_with('!');
        let inner = first.trim_end_matches('!').strip_prefix('[')?.strip_suffix(']')?;
        let inner: Vec<&str> = inner.split(',').map(str::trim).collect();
        let disp = |text: &str| immediate(text).map(|number| number.value() as i64);
        Some(match (inner.as_slice(), after) {
            ([base], Some(by)) => Place::After(base, disp(by)?),
            ([base], None) => Place::At(base, 0),
            ([base, by], None) if writes_back => Place::Before(base, disp(by)?),
            ([base, by, rest @ ..], None) => match disp(by) {
                Some(by) => Place::At(base, by),
                None => Place::Indexed(base, by, rest.first().copied()),
            },
            _ => return None,
        })
    }

    /// Pushes the address; `tmp` keeps it where the base is written back behind the access.
    fn address(&self, is_store: bool) -> Option<String> {
        let sum = |base: &str, disp: i64| match disp {
            ..0 => format!("{},{},-,DUP,tmp,=", disp.unsigned_abs(), register(base)),
            _ => format!("{disp},{},+,DUP,tmp,=", register(base)),
        };
        Some(match self {
            Place::At(base, disp) => sum(base, *disp),
            Place::Before(base, disp) => format!("{},tmp,{},=", sum(base, *disp), register(base)),
            Place::After(base, _) => sum(base, 0),
            Place::Literal(addr) => addr.to_string(),
            Place::Indexed(base, index, None) => format!("{},{},+", register(base), register(index)),
            Place::Indexed(base, index, modifier) => {
                let (base, index) = (register(base), shifted(index, modifier.as_ref())?);
                match is_store {
                    true => format!("{base},{index},+"),
                    false => format!("{index},{base},+"),
                }
            }
        })
    }

    /// What becomes of the base behind the access.
    fn update(&self) -> String {
        match self {
            Place::After(base, disp @ ..0) => format!(",tmp,{},-,{},=", disp.unsigned_abs(), register(base)),
            Place::After(base, disp) => format!(",tmp,{disp},+,{},=", register(base)),
            _ => String::new(),
        }
    }
}

fn row<'a, T>(rows: &'a [T], word: &str, names: impl Fn(&T) -> &'static str) -> Option<&'a T> {
    rows.iter().find(|row| names(row).split(' ').any(|name| name == word))
}

/// The expression of a load or store.
pub(super) fn generate(word: &str, parts: &[&str]) -> Option<String> {
    let size = |bytes: u32, name: &str| if bytes == 0 { bits(name) / 8 } else { bytes };
    if let (Some(&(_, bytes, extended)), [target, place @ ..]) = (row(LOADS, word, |row| row.0), parts) {
        let place = Place::parse(place)?;
        let (address, bytes, update) = (place.address(false)?, size(bytes, target), place.update());
        let target = register(target);
        return Some(match extended {
            0 => format!("{address},[{bytes}],{target},={update}"),
            _ => format!("{extended},{address},[{bytes}],~,{target},={update}"),
        });
    }
    if let (Some(&(_, bytes)), [source, place @ ..]) = (row(STORES, word, |row| row.0), parts) {
        let place = Place::parse(place)?;
        let (address, bytes, update) = (place.address(true)?, size(bytes, source), place.update());
        return Some(format!("{},{address},=[{bytes}]{update}", register(source)));
    }
    if let (Some(&(_, bytes)), [status, source, place]) = (row(EXCLUSIVE, word, |row| row.0), parts) {
        let address = Place::parse(&[place])?.address(true)?;
        let bytes = size(bytes, source);
        return Some(format!("{},{address},=[{bytes}],0,{},=", register(source), register(status)));
    }
    let [first, second, place @ ..] = parts else { return None };
    let (bytes, [one, two]) = (size(0, first), [register(first), register(second)]);
    let place = Place::parse(place)?;
    match word {
        "stp" | "stnp" => Some(store_pair(&place, one, two, bytes)),
        "ldp" | "ldnp" => Some(load_pair(&place, one, two, bytes)),
        "ldpsw" => {
            let extension = format!(",32,{one},~=,32,{two},~=");
            Some(load_pair(&place, one, two, 4) + &extension)
        }
        _ => None,
    }
}

/// A base moved by so much.
fn moved(base: &str, disp: i64) -> String {
    let sign = if disp < 0 { '-' } else { '+' };
    format!("{},{},{sign}=", disp.unsigned_abs(), register(base))
}

fn store_pair(place: &Place<'_>, one: &str, two: &str, bytes: u32) -> String {
    let at = |base: &str| format!("{one},{base},=[{bytes}],{two},{base},{bytes},+,=[{bytes}]");
    match place {
        Place::Before(base, disp) => format!("{},{}", moved(base, *disp), at(register(base))),
        Place::After(base, disp) => format!("{},{}", at(register(base)), moved(base, *disp)),
        Place::At(base, disp) => {
            let base = register(base);
            format!("{one},{base},{disp},+,=[{bytes}],{two},{base},{disp},+,{bytes},+,=[{bytes}]")
        }
        _ => String::new(),
    }
}

fn load_pair(place: &Place<'_>, one: &str, two: &str, bytes: u32) -> String {
    let at = |base: &str| format!("{base},[{bytes}],{one},=,{base},{bytes},+,[{bytes}],{two},=");
    match place {
        Place::Before(base, disp) => format!("{},{}", moved(base, *disp), at(register(base))),
        Place::After(base, disp) => format!("{},{}", at(register(base)), moved(base, *disp)),
        Place::At(base, disp) => {
            let base = register(base);
            let second = format!("{bytes},{disp},{base},+,+,[{bytes}]");
            match one == base {
                // What is loaded first would be what the second is loaded from.
                true => format!("{second},{disp},{base},+,[{bytes}],{one},=,{two},="),
                false => format!("{disp},{base},+,[{bytes}],{one},=,{second},{two},="),
            }
        }
        _ => String::new(),
    }
}
