//! Numbers and text at the prompt: the calculator, echo, sequences, comparisons.
//!
//! What they compute last is the view's value (`$?`), which conditions look at. The conditions
//! themselves (`??`, `?!`, `?+`, `?-`) belong to the language.

use std::time::Instant;

use farad_io::Effects;

use super::help;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::{hex_digits, integer_bytes};
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::human_size;

mod table;
mod text;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "?", brief: "help, numbers and text", rows: ROWS };

/// Most numbers of a sequence.
const SEQUENCE: u64 = 1 << 20;

static ROWS: &[Row] = &[
    Row::new("?", "List the groups of commands, or show a number in many forms", calculate)
        .glue(Glue::Number)
        .params(&[maybe("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["? 0x41424344", "? 1+2*3"]),
    Row::new("?j", "Show a number in many forms as JSON", calculate_json)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?j 1337"]),
    Row::new("?*", "List all commands", help::print_all).effects(Effects::empty()).examples(&["?*~?"]),
    Row::new("??", "Show the last number computed", show_value).effects(Effects::empty()).examples(&["??"]),
    Row::new("???", "List all commands", help::print_all).effects(Effects::empty()),
    Row::new("?v", "Show a number in hex", show_hex)
        .params(&[maybe("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?v 10K", "?v $$"]),
    Row::new("?v1", "Show a number in hex", show_hex)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty()),
    Row::new("?v2", "Show a number in hex", show_hex)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty()),
    Row::new("?v4", "Show a number in hex", show_hex)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty()),
    Row::new("?v8", "Show a number in hex", show_hex)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty()),
    Row::new("?vx", "Show a number in hex, eight digits at least", show_wide_hex)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?vx 10"]),
    Row::new("?vi", "Show a number in decimal, signed", show_decimal)
        .glue(Glue::Number)
        .params(&[maybe("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?vi 0x10", "?vi -1"]),
    Row::new("?vi1", "Show the low byte of a number, signed", show_decimal_8)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?vi1 0xff"]),
    Row::new("?vi2", "Show the low 2 bytes of a number, signed", show_decimal_16)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty()),
    Row::new("?vi4", "Show the low 4 bytes of a number, signed", show_decimal_32)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty()),
    Row::new("?vi8", "Show the low 8 bytes of a number, signed", show_decimal)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty()),
    Row::new("?b", "Show a number in binary", show_binary)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?b 0xff"]),
    Row::new("?o", "Show a number in octal", show_octal)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?o 8"]),
    Row::new("?u", "Show a number of bytes as people read it", show_units)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?u 1048576"]),
    Row::new("?X", "Show a number in hex without 0x", show_bare_hex)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?X 0x1234"]),
    Row::new("?x", "Show text as hex digits", show_text_hex)
        .params(&[need("text", Kind::Text)])
        .effects(Effects::empty())
        .examples(&["?x abcd"]),
    Row::new("?x+", "Show the bytes of a number as hex digits", show_number_bytes)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?x+ 0x1234"]),
    Row::new("?p", "Show the file offset of an address", to_offset)
        .params(&[maybe("addr", Kind::Address)])
        .examples(&["?p 0x10"]),
    Row::new("?P", "Show the address of a file offset", to_address)
        .params(&[maybe("offset", Kind::Number)])
        .examples(&["?P 0x10"]),
    Row::new("?e", "Print text; backslash escapes are resolved", text::echo)
        .params(&[maybe("text", Kind::Text)])
        .effects(Effects::empty())
        .examples(&["?e hello", "?e a\\nb"]),
    Row::new("?en", "Print text without a line end", text::echo_part)
        .params(&[maybe("text", Kind::Text)])
        .effects(Effects::empty())
        .examples(&["?en hello"]),
    Row::new("?ef", "Print text in a frame", text::echo_framed)
        .params(&[maybe("text", Kind::Text)])
        .effects(Effects::empty())
        .examples(&["?ef hello"]),
    Row::new("?=", "Compute a number without showing it", compute)
        .glue(Glue::Rest)
        .params(&[need("expr", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?= 1+1"]),
    Row::new("?==", "Compare two words; 0 when they are the same", compare)
        .params(&[need("a", Kind::Word), need("b", Kind::Word)])
        .effects(Effects::empty())
        .examples(&["?== a a"]),
    Row::new("?btw", "Say whether the second of three numbers is between the others", between)
        .params(&[need("low", Kind::Number), need("number", Kind::Number), need("high", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?btw 1 2 3"]),
    Row::new("?f", "Pick letters of a word by the bits of a number", pick_bits)
        .params(&[need("number", Kind::Number), need("letters", Kind::Word)])
        .effects(Effects::empty())
        .examples(&["?f 5 abcd"]),
    Row::new("?l", "Show the length of text", show_length)
        .params(&[maybe("text", Kind::Text)])
        .effects(Effects::empty())
        .examples(&["?l hello"]),
    Row::new("?s", "Show the numbers from one to another in steps", show_sequence)
        .params(&[need("from", Kind::Number), need("to", Kind::Number), maybe("step", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["?s 0 10 2"]),
    Row::new("?t", "Show how many seconds a command takes", time_command)
        .params(&[need("command", Kind::Command)])
        .effects(Effects::empty())
        .examples(&["?t s"]),
    Row::new("?i", "Ask the person at the terminal for a line, kept for ?y", text::ask)
        .modes(&[Mode::Quiet])
        .params(&[maybe("question", Kind::Text)])
        .effects(Effects::VIEW),
    Row::new("?iy", "Ask the person at the terminal for yes or no", text::ask_yes)
        .params(&[maybe("question", Kind::Text)])
        .effects(Effects::VIEW),
];

fn calculate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return help::print_groups(env);
    }
    let value = evaluate(env, args)?;
    Ok(table::print(env.out, args.text, value)?)
}

fn calculate_json(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(table::print_json(env.out, args.text, value)?)
}

fn evaluate(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    env.view.value = env.number(args.required("the number")?)?;
    Ok(env.view.value)
}

/// Without an expression, the last value.
fn evaluate_or_last(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    if args.is_empty() { Ok(env.view.value) } else { evaluate(env, args) }
}

fn compute(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    evaluate(env, args).map(drop)
}

fn show_value(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", env.view.value)?)
}

fn show_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate_or_last(env, args)?;
    Ok(writeln!(env.out, "{value:#x}")?)
}

fn show_wide_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{value:#010x}")?)
}

fn show_decimal(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate_or_last(env, args)?.cast_signed();
    Ok(writeln!(env.out, "{value}")?)
}

fn show_decimal_8(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)? as i8;
    Ok(writeln!(env.out, "{value}")?)
}

fn show_decimal_16(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)? as i16;
    Ok(writeln!(env.out, "{value}")?)
}

fn show_decimal_32(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)? as i32;
    Ok(writeln!(env.out, "{value}")?)
}

fn show_binary(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{value:b}b")?)
}

fn show_octal(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "0{value:o}")?)
}

fn show_units(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{}", human_size(value))?)
}

fn show_bare_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{value:x}")?)
}

fn show_text_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.words().join(" ");
    Ok(writeln!(env.out, "{}", hex_digits(text.as_bytes()))?)
}

fn show_number_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    let used = (8 - value.leading_zeros() as usize / 8).max(1);
    let bytes = integer_bytes(value, used, env.big_endian());
    Ok(writeln!(env.out, "{}", hex_digits(&bytes))?)
}

fn to_offset(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let map =
        env.session.io.maps.at(addr).ok_or_else(|| Error::failed(format!("no map covers {addr:#x}")))?;
    let offset = map.offset_of(addr);
    env.view.value = offset;
    Ok(writeln!(env.out, "{offset:#010x}")?)
}

fn to_address(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let offset = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let fd = env.session.io.current()?;
    let mut maps = env.session.io.maps.iter().filter(|map| map.fd == fd);
    let map = maps
        .find(|map| offset.checked_sub(map.delta).is_some_and(|inside| inside < map.size()))
        .ok_or_else(|| Error::failed(format!("no map shows offset {offset:#x} of descriptor {fd}")))?;
    let addr = map.from.wrapping_add(offset - map.delta);
    env.view.value = addr;
    Ok(writeln!(env.out, "{addr:#010x}")?)
}

fn compare(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [a, b] = &words[..] else { return Err(args.wrong("two words are compared")) };
    env.view.value = match a.cmp(b) {
        std::cmp::Ordering::Less => u64::MAX,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    };
    Ok(())
}

fn between(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [low, number, high] = &words[..] else { return Err(args.wrong("three numbers are needed")) };
    let (low, number, high) = (env.number(low)?, env.number(number)?, env.number(high)?);
    env.view.value = u64::from((low..=high).contains(&number));
    Ok(())
}

fn pick_bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [number, letters] = &words[..] else { return Err(args.wrong("a number and letters are needed")) };
    let number = env.number(number)?;
    let picked = letters.chars().take(64).enumerate().filter(|(bit, _)| number >> bit & 1 == 1);
    let picked: String = picked.map(|(_, letter)| letter.to_ascii_uppercase()).collect();
    Ok(writeln!(env.out, "{picked}")?)
}

fn show_length(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.view.value = args.words().join(" ").len() as u64;
    Ok(writeln!(env.out, "{}", env.view.value)?)
}

fn show_sequence(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (from, to, step) = match &words[..] {
        [from, to] => (env.number(from)?, env.number(to)?, 1),
        [from, to, step] => (env.number(from)?, env.number(to)?, env.number(step)?),
        _ => return Err(args.wrong("from, to and perhaps a step are needed")),
    };
    if step == 0 {
        return Err(args.wrong("the step cannot be 0"));
    }
    if to.saturating_sub(from) / step >= SEQUENCE {
        return Err(Error::Limit { what: "the length of a sequence", limit: SEQUENCE.to_string() });
    }
    for index in 0..=to.saturating_sub(from) / step {
        if from <= to {
            write!(env.out, "{} ", from + index * step)?;
        }
    }
    Ok(writeln!(env.out)?)
}

fn time_command(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let start = Instant::now();
    env.run_command(args.required("the command")?)?;
    Ok(writeln!(env.out, "{:.6}", start.elapsed().as_secs_f64())?)
}
