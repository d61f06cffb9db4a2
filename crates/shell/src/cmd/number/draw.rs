//! Bars and tables, and what steers a terminal.

use crate::error::Result;
use crate::eval::Env;
use crate::lang::unquote;
use crate::registry::Args;
use crate::render::printable;

/// Columns of a bar of per cents, and of one of portions.
const BAR: u64 = 65;
const PORTIONS: u64 = 76;

pub(super) fn progress(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let percent = env.number(args.required("how many per cent")?)?.min(100);
    let full = BAR * percent / 100;
    let bar: String = (0..BAR).map(|column| if column < full { '#' } else { '-' }).collect();
    Ok(writeln!(env.out, "{percent:4}% [{bar}]")?)
}

/// Each part is as long as its number is of the sum of all; letters tell them apart.
pub(super) fn portions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    args.required("the numbers")?;
    let mut numbers = Vec::new();
    for word in args.words() {
        numbers.push(u128::from(env.number(&word)?));
    }
    let sum: u128 = numbers.iter().sum::<u128>().max(1);
    let mut bar = String::new();
    for (letter, number) in ('A'..='Z').cycle().zip(numbers) {
        let length = usize::try_from(number * u128::from(PORTIONS) / sum).unwrap_or(0);
        bar.extend(std::iter::repeat_n(letter, length));
    }
    Ok(writeln!(env.out, "[{bar}]")?)
}

pub(super) fn move_cursor(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [column, row] = &words[..] else { return Err(args.wrong("a column and a row are needed")) };
    let (column, row) = (env.number(column)?, env.number(row)?);
    if env.is_set("scr.interactive") {
        write!(env.out, "\x1b[{};{}H", row.saturating_add(1), column.saturating_add(1))?;
    }
    Ok(())
}

pub(super) fn set_title(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let title = printable(&unquote(args.required("the title")?));
    if env.is_set("scr.interactive") {
        write!(env.out, "\x1b]0;{title}\x07")?;
    }
    Ok(())
}

pub(super) fn flush(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Ok(env.out.flush()?)
}

/// Names of the characters below the blank (ANSI X3.4).
const CONTROLS: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI",
    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS",
    "US",
];

pub(super) fn ascii(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let cell = |byte: u8| {
        let name = match byte {
            0..32 => CONTROLS[usize::from(byte)].to_owned(),
            b' ' => "SPACE".to_owned(),
            127 => "DEL".to_owned(),
            byte => char::from(byte).to_string(),
        };
        format!("{byte:03o}  {byte:3}  {byte:02x}  {name:5}")
    };
    writeln!(env.out, "{0:21}    {0}", "oct  dec  hex char")?;
    for byte in 0..64 {
        writeln!(env.out, "{}     {}", cell(byte), cell(byte + 64).trim_end())?;
    }
    Ok(())
}
