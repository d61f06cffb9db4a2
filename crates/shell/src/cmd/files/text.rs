//! Text of files, and text that is printed.

use std::collections::{HashMap, HashSet};

use farad_io::Ctx;

use super::{expand, path, two_paths};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::{Unknown, unescape, unquote};
use crate::parse::read_file;
use crate::registry::Args;
use crate::render::printable;

/// Most bytes of a file that is shown.
const LIMIT: u64 = 64 << 20;
/// Lines of `head` and `tail` where nothing else is said.
const LINES: usize = 5;
/// Widest field of `printf`.
const WIDTH: usize = 1024;

pub(super) fn show(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = unquote(args.required("the file")?);
    if let Some(name) = path.strip_prefix('$') {
        let alias = env.session.aliases.get(name);
        let alias =
            alias.ok_or_else(|| Error::failed(format!("no alias '${name}' ($* lists them)")))?.clone();
        if let Some(origin) = alias.words_of() {
            origin.mark(env.out);
        }
        return Ok(write!(env.out, "{}", alias.text)?);
    }
    let bytes = read_file(&expand(&path), LIMIT, env.ctx)?;
    Ok(env.out.write_all(&bytes)?)
}

/// A page at a time where a person can say that they want the next.
pub(super) fn page(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = read_file(&path(args)?, LIMIT, env.ctx)?;
    env.paged(|env| Ok(env.out.write_all(&bytes)?))
}

/// `[-n] [lines] file`
fn lines_and_file(args: &Args<'_>) -> Result<(usize, String)> {
    let words: Vec<String> = args.words().into_iter().filter(|word| word != "-n").collect();
    match &words[..] {
        [path] => Ok((LINES, expand(path))),
        [lines, path] => match lines.trim_start_matches('-').parse() {
            Ok(lines) => Ok((lines, expand(path))),
            Err(_) => Err(args.wrong(format!("'{lines}' is no number of lines"))),
        },
        _ => Err(args.wrong("the file is missing")),
    }
}

pub(super) fn head(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (count, path) = lines_and_file(args)?;
    let bytes = read_file(&path, LIMIT, env.ctx)?;
    let lines = bytes.split_inclusive(|&byte| byte == b'\n').take(count);
    lines.into_iter().try_for_each(|line| Ok(env.out.write_all(line)?))
}

pub(super) fn tail(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (count, path) = lines_and_file(args)?;
    let bytes = read_file(&path, LIMIT, env.ctx)?;
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    lines[lines.len().saturating_sub(count)..].iter().try_for_each(|line| Ok(env.out.write_all(line)?))
}

/// A file's lines, without their ends.
struct Lines(Vec<u8>);

impl Lines {
    fn read(path: &str, ctx: &Ctx) -> Result<Lines> {
        read_file(path, LIMIT, ctx).map(Lines)
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split_inclusive(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
    }
}

fn write_line(env: &mut Env<'_>, line: &[u8]) -> Result<()> {
    env.out.write_all(line)?;
    Ok(env.out.write_all(b"\n")?)
}

pub(super) fn sort(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = Lines::read(&path(args)?, env.ctx)?;
    let mut lines: Vec<&[u8]> = text.iter().collect();
    lines.sort_unstable();
    lines.into_iter().try_for_each(|line| write_line(env, line))
}

pub(super) fn unique(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = Lines::read(&path(args)?, env.ctx)?;
    let mut seen = HashSet::new();
    text.iter().filter(|line| seen.insert(*line)).try_for_each(|line| write_line(env, line))
}

/// The first word of a line, and what is behind it.
fn first_word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    (word, rest.strip_prefix(b" ").unwrap_or(rest))
}

/// Lines of the first file, each with what the second has behind the same word.
pub(super) fn join(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (one, other) = two_paths(args)?;
    let (one, other) = (Lines::read(&one, env.ctx)?, Lines::read(&other, env.ctx)?);
    let mut behind: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for (word, rest) in other.iter().map(first_word) {
        behind.entry(word).or_default().push(rest);
    }
    for line in one.iter() {
        for rest in behind.get(first_word(line).0).into_iter().flatten() {
            env.ctx.check()?;
            write_line(env, &[line, rest].join(&b' '))?;
        }
    }
    Ok(())
}

pub(super) fn echo(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", unquote(args.text))?)
}

pub(super) fn formatted(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut words = args.words().into_iter();
    let format = words.next().ok_or_else(|| args.wrong("the format is missing"))?;
    let mut values = words;
    let mut rest = format.as_str();
    while let Some(percent) = rest.find('%') {
        env.out.write_all(&unescape(&rest[..percent], Unknown::Keep))?;
        let (field, behind) = Field::parse(&rest[percent + 1..]).ok_or_else(|| {
            args.wrong(format!("'{}' is no field: use %s %d %u %x %o %c %%", printable(&rest[percent..])))
        })?;
        rest = behind;
        let shown = match field.letter {
            '%' => "%".to_owned(),
            letter => {
                let value =
                    values.next().ok_or_else(|| args.wrong(format!("the value of %{letter} is missing")))?;
                field.show(env, &value)?
            }
        };
        env.out.write_all(shown.as_bytes())?;
    }
    Ok(env.out.write_all(&unescape(rest, Unknown::Keep))?)
}

/// A field of a format: `%-08x`.
struct Field {
    left: bool,
    zeros: bool,
    prefix: bool,
    width: usize,
    letter: char,
}

impl Field {
    /// The field behind a percent sign, and what is behind the field.
    fn parse(text: &str) -> Option<(Field, &str)> {
        let flags = text.len() - text.trim_start_matches(['-', '0', '#']).len();
        let (flags, text) = text.split_at(flags);
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (width, text) = text.split_at(digits);
        let text = text.trim_start_matches(['l', 'h', 'z']);
        let letter = text.chars().next().filter(|letter| "sdiuxXoc%".contains(*letter))?;
        let width = if width.is_empty() { 0 } else { width.parse().ok().filter(|width| *width <= WIDTH)? };
        let field = Field {
            left: flags.contains('-'),
            zeros: flags.contains('0') && !flags.contains('-'),
            prefix: flags.contains('#'),
            width,
            letter,
        };
        Some((field, &text[letter.len_utf8()..]))
    }

    fn show(&self, env: &mut Env<'_>, value: &str) -> Result<String> {
        let prefix = |text: &'static str| if self.prefix { text } else { "" };
        let (head, body) = match self.letter {
            's' => ("", value.to_owned()),
            'c' => ("", char::from(env.number(value)? as u8).to_string()),
            'd' | 'i' => match env.number(value)?.cast_signed() {
                number @ ..=-1 => ("-", number.unsigned_abs().to_string()),
                number => ("", number.to_string()),
            },
            'u' => ("", env.number(value)?.to_string()),
            'o' => (prefix("0"), format!("{:o}", env.number(value)?)),
            'X' => (prefix("0X"), format!("{:X}", env.number(value)?)),
            _ => (prefix("0x"), format!("{:x}", env.number(value)?)),
        };
        let missing = self.width.saturating_sub(head.len() + body.chars().count());
        Ok(match (self.left, self.zeros && self.letter != 's') {
            (true, _) => format!("{head}{body}{}", " ".repeat(missing)),
            (false, true) => format!("{head}{}{body}", "0".repeat(missing)),
            (false, false) => format!("{}{head}{body}", " ".repeat(missing)),
        })
    }
}
