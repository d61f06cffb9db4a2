//! What is known of a target, part by part: `p-`.

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::note::Kind;
use crate::registry::{Args, Mode};

/// Parts when it is not said how many, and the most.
const PARTS: (u64, u64) = (43, 1 << 16);

/// A part of the mapped addresses.
#[derive(Clone, Default)]
struct Part {
    addr: u64,
    size: u64,
    flags: usize,
    functions: usize,
    comments: usize,
    symbols: usize,
    strings: usize,
}

/// All parts, from the first mapped address to the last.
struct Survey {
    from: u64,
    to: u64,
    size: u64,
    parts: Vec<Part>,
}

impl Survey {
    fn of(env: &mut Env<'_>, args: &Args<'_>) -> Result<Survey> {
        let count = if args.is_empty() { PARTS.0 } else { env.number(args.text)? };
        if !(1..=PARTS.1).contains(&count) {
            return Err(Error::Limit { what: "the parts of a survey", limit: format!("1 to {}", PARTS.1) });
        }
        let from = env.session.io.maps.iter().map(|map| map.from).min();
        let last = env.session.io.maps.iter().map(|map| map.to).max();
        let (Some(from), Some(last)) = (from, last) else {
            return Err(Error::failed("nothing is mapped (om lists maps)"));
        };
        let to = last.saturating_add(1);
        let size = ((to - from) / count).max(1);
        let starts = (0..(to - from).div_ceil(size)).map(|index| from + index * size);
        let parts = starts.map(|addr| Part { addr, size: size.min(to - addr), ..Part::default() }).collect();
        let mut survey = Survey { from, to, size, parts };
        for flag in env.session.flags.all() {
            survey.count(flag.addr, |part| part.flags += 1);
        }
        for function in env.session.analysis.by_address() {
            survey.count(function.addr, |part| part.functions += 1);
        }
        for note in env.session.notes.all() {
            match note.kind {
                Kind::Comment => survey.count(note.addr, |part| part.comments += 1),
                Kind::Text => survey.count(note.addr, |part| part.strings += 1),
                _ => {}
            }
        }
        for loaded in &env.session.loaded {
            for symbol in &loaded.binary.symbols {
                survey.count(symbol.vaddr, |part| part.symbols += 1);
            }
        }
        Ok(survey)
    }

    fn count(&mut self, addr: u64, add: impl FnOnce(&mut Part)) {
        let index = addr.checked_sub(self.from).map(|at| at / self.size);
        if let Some(part) = index.and_then(|index| self.parts.get_mut(usize::try_from(index).ok()?)) {
            add(part);
        }
    }
}

/// A character for each part: where the seek is, and what there is most worth knowing.
pub(super) fn print_bar(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let survey = Survey::of(env, args)?;
    if args.mode == Mode::Json {
        let rows: Vec<Value> = survey.parts.iter().map(|part| json_row(env, part)).collect();
        let all = json!({ "from": survey.from, "to": survey.to, "blocksize": survey.size, "blocks": rows });
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&all))?);
    }
    let seek = env.view.seek;
    let mark = |part: &Part| match part {
        _ if seek.checked_sub(part.addr).is_some_and(|at| at < part.size) => '^',
        part if part.strings > 0 => 'z',
        part if part.functions > 0 => 'F',
        part if part.symbols > 0 => 's',
        part if part.comments > 0 => 'c',
        part if part.flags > 0 => '.',
        _ => '_',
    };
    let bar: String = survey.parts.iter().map(mark).collect();
    Ok(writeln!(env.out, "{:#010x} [{bar}] {:#010x}", survey.from, survey.to)?)
}

fn json_row(env: &Env<'_>, part: &Part) -> Value {
    let mut row = Map::new();
    row.insert("offset".to_owned(), part.addr.into());
    row.insert("size".to_owned(), part.size.into());
    let counts = [
        ("flags", part.flags),
        ("functions", part.functions),
        ("comments", part.comments),
        ("symbols", part.symbols),
        ("strings", part.strings),
    ];
    for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        row.insert(name.to_owned(), count.into());
    }
    if let Some(map) = env.session.io.maps.at(part.addr) {
        row.insert("perm".to_owned(), map.perm.to_string().into());
    }
    Value::Object(row)
}

/// The parts where something is known, in columns.
pub(super) fn print_columns(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let survey = Survey::of(env, args)?;
    const NAMES: [&str; 6] = ["offset", "flags", "funcs", "cmts", "syms", "str"];
    let counts = |part: &Part| [part.flags, part.functions, part.comments, part.symbols, part.strings];
    let mut rows: Vec<[String; 6]> = Vec::new();
    let mut totals = [0; 5];
    for part in survey.parts.iter().filter(|part| counts(part).iter().any(|count| *count > 0)) {
        let counts = counts(part);
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        let [flags, functions, comments, symbols, strings] = counts.map(|count| count.to_string());
        rows.push([format!("{:#010x}", part.addr), flags, functions, comments, symbols, strings]);
    }
    let footer = totals.map(|total| if rows.is_empty() { String::new() } else { total.to_string() });
    let [flags, functions, comments, symbols, strings] = footer;
    let footer = [String::new(), flags, functions, comments, symbols, strings];
    let width =
        |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0).max(NAMES[column].len());
    let widths: [usize; 6] = std::array::from_fn(width);
    let line = |cells: &[String]| {
        let cells: Vec<String> =
            cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join(" ").trim_end().to_owned()
    };
    let heading = line(&NAMES.map(str::to_owned));
    writeln!(env.out, "\n{heading}\n{}", "-".repeat(widths.iter().sum::<usize>() + widths.len() - 1))?;
    for row in &rows {
        writeln!(env.out, "{}", line(row))?;
    }
    Ok(writeln!(env.out, "\n-------\n{}", line(&footer))?)
}

/// A digit for each part: how even its bytes are distributed, 9 for as even as can be.
pub(super) fn print_entropy(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let survey = Survey::of(env, args)?;
    let mut bar = String::new();
    for part in &survey.parts {
        let range = super::range::Range { addr: part.addr, len: part.size };
        let level = super::zoom::entropy(env, range)? * 10 / 256;
        bar.push(char::from(b'0' + level as u8));
    }
    Ok(writeln!(env.out, "{:#010x} [{bar}] {:#010x}", survey.from, survey.to)?)
}
