//! Numbers and text at the prompt: the calculator, echo, sequences, comparisons.
//!
//! What they compute last is the view's value (`$?`), which conditions look at. The conditions
//! themselves (`??`, `?!`, `?+`, `?-`) belong to the language.

use farad_io::Effects;

use super::help;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, Run, maybe, need};

mod draw;
mod table;
mod text;
mod tool;
mod value;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "?", brief: "help, numbers and text", rows: ROWS };

const NUMBER: &[Param] = &[need("expr", Kind::Number)];
const ANY_NUMBER: &[Param] = &[maybe("expr", Kind::Number)];
const TEXT: &[Param] = &[maybe("text", Kind::Text)];
const SOME_TEXT: &[Param] = &[need("text", Kind::Text)];
const QUESTION: &[Param] = &[maybe("question", Kind::Text)];

/// A row that only computes.
const fn row(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run).effects(Effects::empty())
}

/// A row that shows a number.
const fn number(name: &'static str, brief: &'static str, run: Run) -> Row {
    row(name, brief, run).params(NUMBER).plain()
}

/// A row that asks somebody something.
const fn question(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run).params(QUESTION).effects(Effects::VIEW)
}

static ROWS: &[Row] = &[
    row("?", "List the groups of commands, or show a number in many forms", value::calculate)
        .glue(Glue::Number)
        .params(ANY_NUMBER)
        .examples(&["? 0x41424344", "? 1+2*3"]),
    number("?j", "Show a number in many forms as JSON", value::calculate_json).examples(&["?j 1337"]),
    row("?*", "List all commands", help::print_all).examples(&["?*~?"]),
    row("??", "Show the last number computed, signed", value::show_last).examples(&["??"]),
    row("???", "List all commands", help::print_all),
    row("?!", "Show the last number computed; before a command, run it if that was 0", value::show_last_hex)
        .examples(&["?!", "?= 0; ?! ?e zero"]),
    row(
        "?+",
        "Show the last number computed; before a command, run it if that was positive",
        value::show_last_hex,
    )
    .examples(&["?+", "?= 4; ?+ ?e positive"]),
    row(
        "?-",
        "Show the last number computed; before a command, run it if that was negative",
        value::show_last_hex,
    )
    .examples(&["?-", "?= -4; ?- ?e negative"]),
    Row::new("?$", "Show the $ variables that have a value here", tool::show_variables).examples(&["?$"]),
    row("?v", "Show a number in hex; without one, the last in decimal", value::show_hex)
        .plain()
        .params(ANY_NUMBER)
        .examples(&["?v 10K", "?v $$"]),
    number("?v1", "Show a number in hex", value::show_hex),
    number("?v2", "Show a number in hex", value::show_hex),
    number("?v4", "Show a number in hex", value::show_hex),
    number("?v8", "Show a number in hex", value::show_hex),
    number("?vx", "Show a number in hex, eight digits at least", value::show_wide_hex).examples(&["?vx 10"]),
    row("?vi", "Show a number in decimal, signed", value::show_decimal)
        .plain()
        .glue(Glue::Number)
        .params(ANY_NUMBER)
        .examples(&["?vi 0x10", "?vi -1"]),
    number("?vi1", "Show the low byte of a number, signed", value::show_decimal_8).examples(&["?vi1 0xff"]),
    number("?vi2", "Show the low 2 bytes of a number, signed", value::show_decimal_16),
    number("?vi4", "Show the low 4 bytes of a number, signed", value::show_decimal_32),
    number("?vi8", "Show the low 8 bytes of a number, signed", value::show_decimal),
    number("?b", "Show a number in binary", value::show_binary).examples(&["?b 0xff"]),
    number("?o", "Show a number in octal", value::show_octal).examples(&["?o 8"]),
    number("?u", "Show a number of bytes as people read it", value::show_units).examples(&["?u 1048576"]),
    number("?X", "Show a number in hex without 0x", value::show_bare_hex).examples(&["?X 0x1234"]),
    row("?x", "Show text as hex digits", value::show_text_hex).params(SOME_TEXT).examples(&["?x abcd"]),
    number("?x+", "Show the bytes of a number as hex digits", value::show_number_bytes)
        .glue(Glue::Number)
        .examples(&["?x+ 0x1234", "?x+255"]),
    row("?x-", "Show the text of hex digits", value::show_hex_text)
        .glue(Glue::Rest)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["?x-414243"]),
    row("?b64", "Show text in base64", tool::encode).params(SOME_TEXT).examples(&["?b64 hello"]),
    row("?b64-", "Show the text of base64", tool::decode)
        .glue(Glue::Rest)
        .params(&[need("base64", Kind::Text)])
        .examples(&["?b64-aGVsbG8="]),
    Row::new("?p", "Show the file offset of an address", value::to_offset)
        .params(&[maybe("addr", Kind::Address)])
        .examples(&["?p 0x10"]),
    Row::new("?P", "Show the address of a file offset", value::to_address)
        .params(&[maybe("offset", Kind::Number)])
        .examples(&["?P 0x10"]),
    row("?e", "Print text; backslash escapes are resolved", text::echo)
        .plain()
        .params(TEXT)
        .examples(&["?e hello", "?e a\\nb"]),
    row("?en", "Print text without a line end", text::echo_part).params(TEXT).examples(&["?en hello"]),
    row("?ef", "Print text in a frame", text::echo_framed).params(TEXT).examples(&["?ef hello"]),
    number("?e=", "Draw a bar for so many per cent", draw::progress).glue(Glue::Rest).examples(&["?e= 32"]),
    row("?eb", "Draw a bar with a part for each number", draw::portions)
        .params(&[need("numbers", Kind::Text)])
        .examples(&["?eb 10 20 30"]),
    row("?eg", "Move the cursor to a column and row, counted from 0", draw::move_cursor)
        .params(&[need("column", Kind::Number), need("row", Kind::Number)])
        .examples(&["?eg 10 20"]),
    row("?et", "Give the terminal a title", draw::set_title).params(SOME_TEXT).examples(&["?et farad"]),
    row("?a", "Show a table of ASCII", draw::ascii).examples(&["?a"]),
    number("?=", "Compute a number without showing it", value::compute)
        .glue(Glue::Rest)
        .examples(&["?= 1+1"]),
    number("?q", "Compute a number without showing it", value::compute).examples(&["?q 1+1; ??"]),
    row("?==", "Compare two words; 0 when they are the same", tool::compare)
        .params(&[need("a", Kind::Word), need("b", Kind::Word)])
        .examples(&["?== a a"]),
    row("?btw", "Say whether the second of three numbers is between the others", tool::between)
        .params(&[need("low", Kind::Number), need("number", Kind::Number), need("high", Kind::Number)])
        .examples(&["?btw 1 2 3"]),
    row("?f", "Pick letters of a word by the bits of a number", tool::pick_bits)
        .params(&[need("number", Kind::Number), need("letters", Kind::Word)])
        .examples(&["?f 5 abcd"]),
    row("?l", "Show the length of text", tool::show_length)
        .modes(&[Mode::Quiet])
        .params(TEXT)
        .examples(&["?l hello", "?lq hello; ??"]),
    row("?r", "Show a random number from one to another, or from 0", tool::random)
        .params(&[maybe("from", Kind::Number), maybe("to", Kind::Number)])
        .examples(&["?r 1 6", "?r 6"]),
    row("?s", "Show the numbers from one to another in steps", tool::show_sequence)
        .params(&[need("from", Kind::Number), need("to", Kind::Number), maybe("step", Kind::Number)])
        .examples(&["?s 0 10 2"]),
    row("?t", "Show how many seconds a command takes", tool::time_command)
        .params(&[need("command", Kind::Command)])
        .examples(&["?t s"]),
    row("?F", "Write out what was printed so far", draw::flush).examples(&["?F"]),
    question("?i", "Ask the person at the terminal for a line, kept for ?y", text::ask)
        .effects(Effects::VIEW.union(Effects::ANNOTATE))
        .modes(&[Mode::Quiet]),
    question("?im", "Show a message to the person at the terminal and wait", text::ask_to_go_on),
    question("?ik", "Wait for the person at the terminal to press enter", text::ask_to_go_on),
    question("?in", "Ask the person at the terminal for no or yes; only yes is yes", text::ask_no),
    question("?ip", "Ask the person at the terminal for a path, kept for ?y", text::ask_line),
    question("?iy", "Ask the person at the terminal for yes or no", text::ask_yes),
    Row::new("?y", "Show the line that was asked for last, or keep another", text::answer)
        .params(TEXT)
        .effects(Effects::VIEW)
        .examples(&["?y", "?y hello; ?y"]),
];

fn evaluate(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    env.view.value = env.number(args.required("the number")?)?;
    Ok(env.view.value)
}
