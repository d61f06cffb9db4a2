//! Loads and stores, of one register and of many.

use super::Case;
use crate::operand::immediate;

/// Loads: bytes, and the bits that the sign is extended from.
const LOADS: &[(&str, u32, u32)] = &[
    ("ldr ldrt ldrex", 4, 0),
    ("ldrb ldrbt ldrexb", 1, 0),
    ("ldrh ldrht ldrexh", 2, 0),
    ("ldrsb ldrsbt", 1, 8),
    ("ldrsh ldrsht", 2, 16),
];

/// Stores, and their bytes.
const STORES: &[(&str, u32)] = &[("str strt", 4), ("strb strbt", 1), ("strh strht", 2)];

/// Where a load or store goes, and what is added to its base.
struct Place<'a> {
    base: &'a str,
    offset: Offset<'a>,
    /// Whether the offset is added before the access.
    before: bool,
    /// Whether the base keeps the sum.
    writes_back: bool,
}

enum Offset<'a> {
    Number(i64),
    /// A register, whether it is taken off, and how it is shifted.
    Register(&'a str, bool, Option<&'a str>),
}

impl<'a> Offset<'a> {
    fn parse(parts: &[&'a str]) -> Option<Offset<'a>> {
        let Some(first) = parts.first() else { return Some(Offset::Number(0)) };
        Some(match immediate(first) {
            Some(number) => Offset::Number(number.value() as i64),
            None => {
                let name = first.trim_start_matches('-').trim();
                Offset::Register(name, name.len() < first.len(), parts.get(1).copied())
            }
        })
    }

    /// Its value and the sign before it.
    fn value(&self, hex: bool) -> Option<(String, char)> {
        Some(match self {
            Offset::Number(number @ ..0) => (format!("{:#x}", number.unsigned_abs()), '-'),
            Offset::Number(number) if hex => (format!("{number:#x}"), '+'),
            Offset::Number(number) => (number.to_string(), '+'),
            Offset::Register(name, is_negative, shift) => {
                let sign = if *is_negative { '-' } else { '+' };
                (super::alu::shifted(name, shift.as_ref())?, sign)
            }
        })
    }
}

impl<'a> Place<'a> {
    fn parse(parts: &[&'a str]) -> Option<Place<'a>> {
        let first = parts.first()?;
        let writes_back = first.ends_with('!');
        let inner = first.trim_end_matches('!').strip_prefix('[')?.strip_suffix(']')?;
        let inner: Vec<&str> = inner.split(',').map(str::trim).collect();
        let (base, rest) = inner.split_first()?;
        let after = parts.get(1..).filter(|after| !after.is_empty());
        Some(Place {
            base,
            offset: Offset::parse(after.unwrap_or(rest))?,
            before: after.is_none(),
            writes_back: writes_back || after.is_some(),
        })
    }

    /// Pushes the address.
    fn address(&self, case: &Case<'_>, is_store: bool) -> Option<String> {
        let base = self.base;
        let (value, sign) = self.offset.value(is_store)?;
        if base == "pc" {
            let pc = case.pc;
            return Some(format!("2,2,{pc:#x},>>,<<,{value},{sign},0xffffffff,&"));
        }
        Some(match (&self.offset, self.before) {
            (_, false) if is_store => format!("{base},0xffffffff,&"),
            (_, false) => format!("0,{base},+,0xffffffff,&"),
            (Offset::Register(_, false, Some(_)), true) => format!("{base},{value},{sign},0xffffffff,&"),
            (_, true) => format!("{value},{base},{sign},0xffffffff,&"),
        })
    }

    /// What becomes of the base behind the access.
    fn update(&self, is_store: bool) -> Option<String> {
        if !self.writes_back {
            return Some(String::new());
        }
        let (base, (value, sign)) = (self.base, self.offset.value(false)?);
        Some(match (is_store, self.before, sign) {
            (true, false, sign) => format!(",{value},{base},{sign}="),
            (false, _, '+') => format!(",{base},{value},+,{base},="),
            _ => format!(",{value},{base},{sign},{base},="),
        })
    }
}

/// The row whose names hold a mnemonic.
fn row<'a, T>(rows: &'a [T], word: &str, names: impl Fn(&T) -> &'static str) -> Option<&'a T> {
    rows.iter().find(|row| names(row).split(' ').any(|name| name == word))
}

/// The expression of a load or store.
pub(super) fn generate(case: &Case<'_>) -> Option<String> {
    let (word, parts) = (case.word, case.operands.as_slice());
    if let (Some(&(_, bytes, extended)), [target, place @ ..]) = (row(LOADS, word, |row| row.0), parts) {
        let place = Place::parse(place)?;
        // What is loaded over its own base keeps that.
        let update = if place.base == *target { String::new() } else { place.update(false)? };
        let address = place.address(case, false)?;
        return Some(match (bytes, extended) {
            (1, 0) if matches!(place.offset, Offset::Number(0..)) && place.base != "pc" => {
                let disp = if place.before { place.offset.value(false)?.0 } else { "0".to_owned() };
                format!("{},{disp},+,[1],{target},={update}", place.base)
            }
            (_, 0) => format!("{address},[{bytes}],{:#x},&,{target},={update}", mask(bytes)),
            _ => format!("{extended},{address},[{bytes}],~,0xffffffff,&,{target},={update}"),
        });
    }
    if let (Some(&(_, bytes)), [source, place @ ..]) = (row(STORES, word, |row| row.0), parts) {
        let place = Place::parse(place)?;
        let address = place.address(case, true)?;
        return Some(format!("{},{address},=[{bytes}]{}", case.value(source), place.update(true)?));
    }
    match (word, parts) {
        ("ldrd", [one, two, place @ ..]) => {
            let place = Place::parse(place)?;
            let address = place.address(case, false)?;
            Some(format!("{address},DUP,[4],{one},=,4,+,[4],{two},={}", place.update(false)?))
        }
        ("strd", [one, two, place @ ..]) => {
            let place = Place::parse(place)?;
            let address = place.address(case, true)?;
            Some(format!("{one},{address},=[4],{two},4,{address},+,=[4]{}", place.update(true)?))
        }
        ("strex", [status, source, place]) => {
            let address = Place::parse(&[place])?.address(case, true)?;
            Some(format!("{source},{address},=[4],0,{status},="))
        }
        ("push", [list]) => push(&registers(list)?),
        ("pop", [list]) => pop(&registers(list)?),
        _ => many(word, parts),
    }
}

fn mask(bytes: u32) -> u32 {
    u32::MAX >> (32 - 8 * bytes)
}

/// The registers of a list.
fn registers(list: &str) -> Option<Vec<&str>> {
    let names: Vec<&str> = list.strip_prefix('{')?.strip_suffix('}')?.split(',').map(str::trim).collect();
    (!names.iter().any(|name| name.contains('-'))).then_some(names)
}

fn at(base: &str, disp: usize) -> String {
    if disp == 0 { base.to_owned() } else { format!("{base},{disp},+") }
}

fn push(names: &[&str]) -> Option<String> {
    let stores =
        names.iter().enumerate().map(|(index, name)| format!(",{name},{},=[4]", at("sp", 4 * index)));
    Some(format!("{},sp,-={}", 4 * names.len(), stores.collect::<String>()))
}

fn pop(names: &[&str]) -> Option<String> {
    let size = 4 * names.len();
    // The program counter comes last, when the stack pointer is where it belongs.
    let loads = names.iter().enumerate().filter(|(_, name)| **name != "pc");
    let loads = loads.map(|(index, name)| format!("{},[4],{name},=,", at("sp", 4 * index)));
    let text = loads.collect::<String>() + &format!("{size},sp,+=");
    Some(match names.last() {
        Some(&"pc") => format!("{text},4,sp,-,[4],pc,="),
        _ => text,
    })
}

/// Loads and stores of lists.
fn many(word: &str, parts: &[&str]) -> Option<String> {
    let [base, list] = parts else { return None };
    let (is_load, way) = match (word.strip_prefix("ldm"), word.strip_prefix("stm")) {
        (Some(way), _) => (true, way),
        (None, Some(way)) => (false, way),
        (None, None) => return None,
    };
    let writes_back = base.ends_with('!');
    let base = base.trim_end_matches('!');
    let names = registers(list.trim_end_matches('^'))?;
    let size = 4 * names.len() as i64;
    let (first, moved) = match way {
        "" | "ia" | "fd" if is_load || way != "fd" => (0, size),
        "ib" => (4, size),
        "da" => (4 - size, -size),
        "db" | "fd" => (-size, -size),
        _ => return None,
    };
    let place = |index: usize| format!("{base},{},+", first + 4 * index as i64);
    let mut text = String::new();
    // A base in its own list is loaded last, and then not moved.
    let (mut late, mut moves) = (String::new(), writes_back);
    for (index, name) in names.iter().enumerate() {
        let place = place(index);
        match is_load {
            false => text += &format!("{name},{place},=[4],"),
            true if *name == base => {
                late = format!("{place},[4],{name},=,");
                moves = false;
            }
            true if *name == "pc" && writes_back => {
                let back = first + 4 * index as i64 - moved;
                late += &format!("{base},{back},+,[4],pc,=,");
            }
            true => text += &format!("{place},[4],{name},=,"),
        }
    }
    let update = if moves { format!("{moved},{base},+=,") } else { String::new() };
    Some(match late.is_empty() {
        true => text + &update,
        false => text + &update + &late,
    })
}
