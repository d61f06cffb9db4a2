//! A whole range in few cells: bars (`p=`) and a dump (`pz`) of what is measured of its parts.

use farad_arch::Kind;

use super::decode::each_instruction;
use super::dump;
use super::range::Range;
use crate::cmd::search::named_ranges;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::held::Parts;
use crate::registry::{Args, Mode};

/// Most parts that a range is cut into.
const PARTS: u64 = 1 << 16;
/// What a measure of a part can be at the most, where it is a share.
const WHOLE: u64 = 0xff;
/// Columns of the longest bar.
const BAR: u64 = 51;
/// Shortest run of printable bytes that is a string.
const STRING: u64 = 4;
/// Bytes of a part of which all are decoded, whether there are any or not.
const SMALL: u64 = 64 << 10;

/// What is measured of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    /// Its first byte.
    Head,
    /// How even its bytes are distributed.
    Entropy,
    /// Bytes that are printable.
    Printable,
    /// Bytes that are 0.
    Zero,
    /// Bytes that are 0xff.
    Full,
    /// Bytes that are in strings.
    Text,
    /// Strings.
    Strings,
    /// Flags and notes.
    Marks,
    /// Instructions that call.
    Calls,
    /// Instructions that jump.
    Jumps,
    /// Bytes that are no instructions.
    Invalid,
    /// Instructions that enter the system or need its rights.
    System,
    /// Blocks of functions.
    Blocks,
    /// Flags, notes and functions.
    Known,
}

impl Measure {
    /// Whether it is a number of bytes, of which the share in the part is what counts.
    fn is_share(self) -> bool {
        matches!(self, Measure::Printable | Measure::Zero | Measure::Full | Measure::Text)
    }

    fn of_instruction(self, kind: Option<Kind>) -> bool {
        use Measure::{Calls, Invalid, Jumps, System};
        match kind {
            None | Some(Kind::Illegal) => self == Invalid,
            Some(Kind::Interrupt | Kind::ConditionalInterrupt | Kind::Trap | Kind::Io) => self == System,
            Some(kind) => self == Calls && kind.is_call() || self == Jumps && kind.is_jump(),
        }
    }
}

/// A part and what was measured of it.
pub(super) struct Cell {
    pub(super) addr: u64,
    pub(super) value: u64,
}

/// Parts, and what was asked about each.
pub(super) struct Survey {
    whole: Range,
    /// Bytes of a part.
    size: u64,
    pub(super) cells: Vec<Cell>,
}

/// Measures what the command's last letter asks for.
///
/// # Errors
/// Wrong arguments, what cannot be read, and an interrupt.
pub(super) fn survey(env: &mut Env<'_>, args: &Args<'_>) -> Result<Survey> {
    let measure = match args.row.name.as_bytes().last() {
        Some(b'e') => Measure::Entropy,
        Some(b'p') => Measure::Printable,
        Some(b'0') => Measure::Zero,
        Some(b'F') => Measure::Full,
        Some(b'z') => Measure::Text,
        Some(b'm') => Measure::Marks,
        Some(b'c') => Measure::Calls,
        Some(b'j') => Measure::Jumps,
        Some(b'i') => Measure::Invalid,
        Some(b's') => Measure::System,
        Some(b'a') => Measure::Blocks,
        Some(b'A') => Measure::Known,
        _ => Measure::Head,
    };
    let words = args.words();
    let number = |env: &mut Env<'_>, index: usize| match words.get(index) {
        Some(word) => env.number(word).map(Some),
        None => Ok(None),
    };
    let (count, len, skip) = (number(env, 0)?, number(env, 1)?, number(env, 2)?);
    if words.len() > 3 {
        return Err(args.wrong("at most a number of parts, a length and parts to skip can be given"));
    }
    let whole = range(env)?;
    let is_block = matches!(env.setting("zoom.in"), "block" | "range");
    let whole = Range { len: len.filter(|len| *len > 0 && is_block).unwrap_or(whole.len), ..whole };
    let count = match count {
        Some(0) => return Err(args.wrong("there is no range of no parts")),
        Some(count) => count,
        None => (whole.len / env.view.block as u64).max(1),
    };
    let (mut cells, size) = measure_parts(env, whole, count, measure)?;
    if measure.is_share() {
        cells.iter_mut().for_each(|cell| cell.value = share(cell.value, size));
    }
    cells.drain(..usize::try_from(skip.unwrap_or(0)).unwrap_or(usize::MAX).min(cells.len()));
    Ok(Survey { whole, size, cells })
}

/// Bars of what the command's last letter asks for.
pub(super) fn print_bars(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Survey { whole, size, cells } = survey(env, args)?;
    match args.mode {
        Mode::Json => {
            let rows: Vec<serde_json::Value> = cells
                .iter()
                .map(|cell| serde_json::json!({ "addr": cell.addr, "value": cell.value }))
                .collect();
            let all = serde_json::json!({
                "blocksize": size, "address": whole.addr, "size": whole.len, "entropy": rows,
            });
            writeln!(env.out, "{}", crate::render::json_text(&all))?;
        }
        Mode::Quiet => {
            for (index, cell) in cells.iter().enumerate() {
                writeln!(env.out, "{:#010x} {index} {}", cell.addr, cell.value)?;
            }
        }
        _ => {
            for (index, cell) in cells.iter().enumerate() {
                let bar = "#".repeat((cell.value.min(WHOLE) * BAR / WHOLE) as usize);
                writeln!(env.out, "{:#010x} {index:03x} {:04x} |{bar}", cell.addr, cell.value)?;
            }
        }
    }
    Ok(())
}

/// A dump whose bytes stand for parts of the range.
pub(super) fn print_cells(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let letter = match args.row.name {
        "pz" => env.setting("zoom.byte").to_owned(),
        name => name.trim_start_matches("pz").to_owned(),
    };
    let measure = match letter.as_str() {
        "h" => Measure::Head,
        "p" => Measure::Printable,
        "0" => Measure::Zero,
        "F" => Measure::Full,
        "e" => Measure::Entropy,
        "f" => Measure::Marks,
        "s" => Measure::Strings,
        _ => return Err(Error::failed("zoom.byte is one of h, p, 0, F, e, f, s")),
    };
    let count = Range::count(env, args.text)?.unwrap_or(env.view.block as i64);
    let count = u64::try_from(count).ok().filter(|count| *count > 0);
    let count = count.ok_or_else(|| args.wrong("the number of cells is not positive"))?;
    let whole = range(env)?;
    let most = env.setting_number("zoom.maxsz").clamp(1, PARTS);
    let (cells, size) = measure_parts(env, whole, count.min(most).min(whole.len), measure)?;
    // A cell of a dump counts bytes, not their share.
    let bytes: Vec<u8> = cells.iter().map(|cell| cell.value.min(WHOLE) as u8).collect();
    dump::print_zoomed(env, whole.addr, size, &bytes)
}

/// How the bytes of a block are spread.
pub(super) fn print_distribution(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let counts = counts(env, range)?;
    let least = counts.iter().position(|count| *count > 0).unwrap_or(0);
    let most = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
    let unique = counts.iter().filter(|count| **count > 0).count();
    let rows =
        [("min:", least), ("max:", most), ("unique (count):", unique), ("range (max-min):", most - least)];
    for (name, value) in rows {
        writeln!(env.out, "{name:18}{value}  {value:#x}")?;
    }
    Ok(writeln!(env.out, "{:18}{}  {:#x}", "size (of block):", range.len, range.len)?)
}

/// The range that is looked at: `zoom.from` to `zoom.to` where those are set, else what `zoom.in`
/// says.
fn range(env: &mut Env<'_>) -> Result<Range> {
    let (from, to) = (env.setting_number("zoom.from"), env.setting_number("zoom.to"));
    if from < to {
        return Ok(Range { addr: from, len: to - from });
    }
    let choice = env.setting("zoom.in").to_owned();
    if choice == "range" {
        return Err(Error::failed("set zoom.from and zoom.to, or zoom.in=io.map"));
    }
    let ranges = named_ranges(env, &choice)?;
    let from = ranges.iter().map(|range| range.0).min();
    let to = ranges.iter().map(|range| range.1).max();
    match (from, to) {
        (Some(from), Some(to)) => Ok(Range { addr: from, len: (to - from).saturating_add(1) }),
        _ => Err(Error::failed(format!("there is no {choice} here: see e zoom.in=?"))),
    }
}

/// Cuts a range into so many parts and measures each; says what a part's size is.
fn measure_parts(env: &mut Env<'_>, whole: Range, count: u64, measure: Measure) -> Result<(Vec<Cell>, u64)> {
    if count > PARTS {
        return Err(Error::Limit { what: "the parts of a range", limit: PARTS.to_string() });
    }
    let size = (whole.len / count).max(1);
    let places = places(env, measure);
    let mut cells = Vec::new();
    for index in 0..count {
        env.ctx.check()?;
        let addr = whole.addr.wrapping_add(index * size);
        let value = value(env, Range { addr, len: size }, measure, &places)?;
        cells.push(Cell { addr, value });
    }
    Ok((cells, size))
}

fn value(env: &mut Env<'_>, part: Range, measure: Measure, places: &[u64]) -> Result<u64> {
    let count = match measure {
        Measure::Head => return Ok(u64::from(Range { len: 1, ..part }.read(env)?[0])),
        Measure::Marks | Measure::Blocks | Measure::Known => return Ok(among(places, part)),
        Measure::Entropy => return entropy(env, part),
        Measure::Calls | Measure::Jumps | Measure::Invalid | Measure::System => {
            return instructions(env, part, measure);
        }
        Measure::Printable => count(env, part, |byte| matches!(byte, 0x20..=0x7e))?,
        Measure::Zero => count(env, part, |byte| byte == 0)?,
        Measure::Full => count(env, part, |byte| byte == 0xff)?,
        Measure::Text => strings(env, part)?.1,
        Measure::Strings => return Ok(strings(env, part)?.0),
    };
    Ok(count)
}

/// The share of so many bytes in a part: of 255 for all of them.
fn share(count: u64, size: u64) -> u64 {
    let share = u128::from(count) * u128::from(WHOLE + 1) / u128::from(size.max(1));
    u64::try_from(share).unwrap_or(WHOLE).min(WHOLE)
}

fn count(env: &mut Env<'_>, part: Range, wanted: impl Fn(u8) -> bool) -> Result<u64> {
    let mut count = 0;
    part.tally(env, |bytes, times| {
        count += bytes.iter().filter(|byte| wanted(**byte)).count() as u64 * times;
    })?;
    Ok(count)
}

/// The strings in a part, and the bytes they take.
fn strings(env: &mut Env<'_>, part: Range) -> Result<(u64, u64)> {
    let (mut found, mut total, mut run) = (0, 0, 0u64);
    let mut end = |run: u64| {
        if run >= STRING {
            found += 1;
            total += run;
        }
    };
    part.tally(env, |bytes, times| {
        for byte in bytes {
            if matches!(byte, 0x20..=0x7e) {
                run += times;
            } else {
                end(std::mem::take(&mut run));
            }
        }
    })?;
    end(run);
    Ok((found, total))
}

/// The entropy, of 255 where all bytes that can be different are.
pub(super) fn entropy(env: &mut Env<'_>, part: Range) -> Result<u64> {
    let counts = counts(env, part)?;
    let most = (part.len.min(256) as f64).log2();
    let share = if most > 0.0 { crate::digest::entropy(&counts) / most } else { 0.0 };
    Ok((share * WHOLE as f64) as u64)
}

/// How often each byte is there.
fn counts(env: &mut Env<'_>, range: Range) -> Result<[u64; 256]> {
    let mut counts = [0u64; 256];
    range.tally(env, |bytes, times| {
        bytes.iter().for_each(|byte| counts[usize::from(*byte)] += times);
    })?;
    Ok(counts)
}

/// Where the things are that a measure counts, in order of address.
fn places(env: &Env<'_>, measure: Measure) -> Vec<u64> {
    let session = &*env.session;
    let marks = || session.flags.all().map(|flag| flag.addr).chain(session.notes.all().map(|note| note.addr));
    let functions = || session.analysis.by_address();
    let mut places: Vec<u64> = match measure {
        Measure::Marks => marks().collect(),
        Measure::Known => marks().chain(functions().map(|function| function.addr)).collect(),
        Measure::Blocks => functions().flat_map(|function| function.blocks.keys().copied()).collect(),
        _ => Vec::new(),
    };
    places.sort_unstable();
    places
}

/// How many of the places are in a part.
fn among(places: &[u64], part: Range) -> u64 {
    let from = places.partition_point(|place| *place < part.addr);
    let behind = part.addr.checked_add(part.len);
    let to = behind.map_or(places.len(), |behind| places.partition_point(|place| *place < behind));
    (to - from) as u64
}

fn instructions(env: &mut Env<'_>, part: Range, measure: Measure) -> Result<u64> {
    let mut count = 0;
    let last = part.addr.saturating_add(part.len.saturating_sub(1));
    // Of a part that is large only what there is can be code.
    let ranges = match part.len > SMALL {
        true => Parts::of(env, &[(part.addr, last)], 0, 0)?.ranges,
        false => vec![(part.addr, last)],
    };
    for (from, to) in ranges {
        let part = Range { addr: from, len: (to - from).saturating_add(1) };
        each_instruction(env, part, |_, _, _, found| {
            count += u64::from(measure.of_instruction(found.map(|found| found.kind)));
            Ok(())
        })?;
    }
    Ok(count)
}
