//! What a search found: printed, as a flag, or as JSON.

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::{Flag, Flags};
use crate::parse::hex_digits;
use crate::render::json_string;

/// Bytes shown before and behind a string.
const AROUND: u64 = 16;
/// Most hits of one search.
const LIMIT: u64 = 1 << 20;

/// How hits are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// The bytes found.
    Bytes,
    /// The text around, without what is not printable.
    Text,
}

/// Takes the hits of one search.
pub(super) struct Hits {
    number: u64,
    count: u64,
    most: u64,
    prefix: String,
    sets_flags: bool,
    prints: bool,
    align: u64,
    /// Whether hits may touch each other, and where the last one ended.
    may_touch: bool,
    end: Option<u64>,
    show: Show,
    is_json: bool,
}

impl Hits {
    /// The next search; its number is `search.kwidx`, which goes on.
    pub(super) fn new(env: &mut Env<'_>, show: Show, is_json: bool) -> Result<Hits> {
        let number = env.setting_number("search.kwidx");
        // Where the user has locked the number, all searches have the same.
        let _ = crate::config::settle(env.session, None, "search.kwidx", &number.wrapping_add(1).to_string());
        let prefix = env.setting("search.prefix").to_owned();
        if !Flags::is_name(&prefix) {
            return Err(Error::failed(format!("search.prefix: no flag's name begins with '{prefix}'")));
        }
        let hits = Hits {
            number,
            count: 0,
            most: match env.setting_number("search.maxhits") {
                0 => LIMIT,
                most => most.min(LIMIT),
            },
            sets_flags: env.is_set("search.flags"),
            prints: env.is_set("search.show"),
            align: env.setting_number("search.align"),
            may_touch: env.is_set("search.contiguous"),
            end: None,
            prefix,
            show,
            is_json,
        };
        if is_json {
            write!(env.out, "[")?;
        } else if !hits.sets_flags {
            // What follows could be made flags by a script, in this space.
            writeln!(env.out, "'fs hits")?;
        }
        Ok(hits)
    }

    /// Ends the search after so many hits.
    pub(super) fn limit(&mut self, most: u64) {
        self.most = self.most.min(most);
    }

    /// Whether no more are wanted.
    pub(super) fn is_full(&self) -> bool {
        self.count >= self.most
    }

    /// Takes a hit.
    ///
    /// # Errors
    /// When the output cannot be written, or an interrupt.
    pub(super) fn take(&mut self, env: &mut Env<'_>, addr: u64, bytes: &[u8]) -> Result<()> {
        if self.align > 1 && !addr.is_multiple_of(self.align) {
            return Ok(());
        }
        let touches = self.end == Some(addr);
        self.end = addr.checked_add(bytes.len() as u64);
        if touches && !self.may_touch {
            return Ok(());
        }
        let name = format!("{}{}_{}", self.prefix, self.number, self.count);
        if self.prints || self.is_json {
            let data = match self.show {
                Show::Bytes => hex_digits(bytes),
                Show::Text => around(env, addr, bytes)?,
            };
            match (self.is_json, self.show) {
                (true, show) => {
                    let kind = if show == Show::Text { "string" } else { "hexpair" };
                    let comma = if self.count > 0 { "," } else { "" };
                    let data = json_string(&data);
                    write!(env.out, "{comma}{{\"addr\":{addr},\"type\":\"{kind}\",\"data\":{data}}}")?;
                }
                (false, Show::Text) => writeln!(env.out, "{addr:#010x} {name} \"{data}\"")?,
                (false, Show::Bytes) => writeln!(env.out, "{addr:#010x} {name} {data}")?,
            }
        }
        if !self.prints && !self.is_json {
            writeln!(env.out, "{name}")?;
        }
        if self.sets_flags {
            let mut flag = Flag::new(&name, addr, bytes.len() as u64);
            flag.space = Some("search".into());
            env.session.flags.set(flag);
        }
        self.count += 1;
        Ok(())
    }

    /// Ends the search.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(super) fn finish(self, env: &mut Env<'_>) -> Result<()> {
        env.view.value = self.count;
        if self.is_json {
            writeln!(env.out, "]")?;
        }
        if self.count >= LIMIT {
            env.out.report(&format!("WARN: the search ended after {LIMIT} hits"));
        }
        Ok(())
    }
}

/// The printable characters of a hit and what is around it.
fn around(env: &mut Env<'_>, addr: u64, bytes: &[u8]) -> Result<String> {
    let before = AROUND.min(addr);
    let start = addr - before;
    let len = before + bytes.len() as u64 + AROUND;
    let mut shown = vec![0; usize::try_from(len).unwrap_or(0)];
    let coverage = env.read(start, &mut shown)?;
    let printable = shown
        .iter()
        .enumerate()
        .filter(|(index, byte)| coverage.contains(*index) && (0x20..0x7f).contains(*byte));
    Ok(printable.map(|(_, byte)| char::from(*byte)).collect())
}
