//! What names and `$` variables in number expressions stand for.

use super::Env;
use crate::config;
use crate::error::{Error, Result};
use crate::lang::{self, Names};
use crate::paint::{Depth, Paint, Role};
use crate::view::BLOCK_LIMIT;

impl Env<'_> {
    /// The value of a number expression.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn number(&mut self, text: &str) -> Result<u64> {
        lang::evaluate(text, &mut Scope(self))
            .map_err(|source| Error::Number { text: text.trim().to_owned(), source })
    }

    /// The value of an expression that is a length in bytes, within the limit of a block.
    ///
    /// # Errors
    /// What is wrong with it, or the limit.
    pub fn length(&mut self, text: &str) -> Result<usize> {
        let length = self.number(text)?;
        usize::try_from(length).ok().filter(|length| *length <= BLOCK_LIMIT).ok_or_else(|| Error::Limit {
            what: "a length",
            limit: format!("{BLOCK_LIMIT:#x} bytes at a time"),
        })
    }

    /// The setting in force for this reader, as text.
    pub fn setting(&self, name: &str) -> &str {
        config::value(&self.session.config, &self.view.config, name)
    }

    /// What who set it might do, for when it is made into commands.
    pub fn setting_allow(&self, name: &str) -> farad_io::Effects {
        let set = self.view.config.allow(name).or_else(|| self.session.config.allow(name));
        set.unwrap_or(farad_io::Effects::all())
    }

    /// A setting that is true or false.
    pub fn is_set(&self, name: &str) -> bool {
        self.setting(name) == "true"
    }

    /// A setting that is a number.
    pub fn setting_number(&self, name: &str) -> u64 {
        config::number(self.setting(name))
    }

    /// A value for a variable as it is kept. For a number any expression stands, and its value is
    /// what is kept.
    ///
    /// # Errors
    /// What the variable takes.
    pub(crate) fn setting_value(&mut self, row: &config::Variable, text: &str) -> Result<String> {
        let wrong = match row.normalize(text) {
            Ok(value) => return Ok(value),
            Err(error) => Error::failed(error.to_string()),
        };
        match row.kind {
            config::Kind::Number if row.fixed.is_none() => {
                self.number(text).map(|value| format!("{value:#x}")).map_err(|_| wrong)
            }
            _ => Err(wrong),
        }
    }

    /// Sets a variable for this view alone, until the view is put back.
    ///
    /// # Errors
    /// An unknown variable, a wrong value, or one that would be run.
    pub(super) fn set_for_view(&mut self, name: &str, value: &str) -> Result<()> {
        let row = config::variable(name).map_err(|error| Error::failed(error.to_string()))?;
        config::change(self, row, Some(value), config::Reach::Statement)
    }

    /// How the reader has the output painted.
    pub(crate) fn paint(&self) -> Paint {
        let is_plain = self.out.is_plain() && !self.is_set("scr.color.pipe");
        let depth = Depth::of(self.setting_number("scr.color"));
        Paint::new(&self.view.palette, depth.filter(|_| !is_plain))
    }

    /// A text in the reader's style for a part of the output.
    pub fn painted(&self, role: Role, text: &str) -> String {
        let mut painted = String::new();
        self.paint().push(&mut painted, role, text);
        painted
    }

    /// Bytes of an address of the architecture: 1, 2, 4 or 8.
    pub fn address_bytes(&self) -> usize {
        match self.setting_number("asm.bits") {
            64 => 8,
            32 => 4,
            16 => 2,
            _ => 8,
        }
    }

    /// Whether numbers are big endian.
    pub fn big_endian(&self) -> bool {
        self.is_set("cfg.bigendian")
    }

    /// The current address with its low hex digits replaced (`s..4`).
    pub(crate) fn low_digits(&mut self, digits: &str) -> Result<u64> {
        let value = u64::from_str_radix(digits.trim_start_matches("0x"), 16)
            .map_err(|_| Error::failed(format!("'{digits}' are no hex digits")))?;
        let width = digits.trim_start_matches("0x").len().min(16) as u32;
        let mask = u64::MAX.checked_shl(4 * width).unwrap_or(0);
        Ok(self.view.seek & mask | value)
    }
}

/// Names as an environment knows them.
struct Scope<'a, 'b>(&'a mut Env<'b>);

impl Names for Scope<'_, '_> {
    fn lookup(&mut self, name: &str) -> Option<u64> {
        let env = &mut *self.0;
        crate::load::names(env).ok()?;
        if let Some(flag) = env.session.flags.find(name) {
            return match flag.alias.clone() {
                Some(expression) => env.nested(|env| env.number(&expression)).ok(),
                None => Some(flag.addr),
            };
        }
        let mut symbols = env.session.loaded.iter().flat_map(|loaded| &loaded.binary.symbols);
        let symbol = symbols.find(|symbol| symbol.name == name).map(|symbol| symbol.vaddr);
        symbol.or_else(|| env.registers().value(name))
    }

    fn variable(&mut self, name: &str) -> Option<u64> {
        super::variable::value(self.0, name)
    }

    fn memory(&mut self, addr: u64, size: usize) -> Option<u64> {
        let env = &mut *self.0;
        env.ctx.allow(farad_io::Effects::READ, "reading memory").ok()?;
        let mut bytes = [0; 8];
        let bytes = bytes.get_mut(..size)?;
        let coverage = env.read(addr, bytes).ok()?;
        coverage.is_complete(size).then(|| crate::parse::integer(bytes, env.big_endian()))
    }
}
