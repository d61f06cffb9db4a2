//! The temporary forms: settings of place that hold for one statement.

use farad_io::Effects;

use super::Env;
use crate::config::Before;
use crate::error::{Error, Result};
use crate::lang::{Temp, unquote};
use crate::view::BLOCK_LIMIT;

/// Most bytes of a file read in place of the block.
const FILE_LIMIT: u64 = BLOCK_LIMIT as u64;

/// What temporary forms have changed beside seek and block, which are always put back.
#[derive(Default)]
pub(super) struct Changed {
    /// Settings, with what the view had of each.
    settings: Vec<Before>,
    patch: bool,
    descriptor: bool,
    flag_space: bool,
}

impl Env<'_> {
    /// Runs under temporary forms, which are undone afterwards whatever happens.
    pub(super) fn with_temps(
        &mut self,
        temps: &[Temp],
        run: impl FnOnce(&mut Env<'_>) -> Result<()>,
    ) -> Result<()> {
        if temps.is_empty() {
            return run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: self.out });
        }
        self.for_a_while(|env, changed| {
            temps.iter().try_for_each(|temp| env.apply(temp, changed))?;
            run(&mut Env { session: env.session, view: env.view, ctx: env.ctx, out: env.out })
        })
    }

    /// Runs something that moves the view, and moves it back. Who joins meanwhile finds the view where it
    /// rests; a panic is mended by whoever owns the view, from there, too.
    pub(super) fn for_a_while(
        &mut self,
        run: impl FnOnce(&mut Env<'_>, &mut Changed) -> Result<()>,
    ) -> Result<()> {
        let outside = self.view.place();
        self.view.outside.push(outside);
        let mut changed = Changed::default();
        let result = run(self, &mut changed);
        let Some(outside) = self.view.outside.pop() else { return result };
        self.view.seek = outside.seek;
        self.view.block = outside.block;
        if !changed.settings.is_empty() {
            changed.settings.into_iter().rev().for_each(|before| before.put_back(self.view));
            crate::cmd::config::apply(self);
        }
        if changed.patch {
            self.view.lens.patch = outside.lens.patch;
        }
        if changed.descriptor {
            self.view.lens.selected = outside.lens.selected;
        }
        if changed.flag_space {
            self.view.flag_space = outside.flag_space;
        }
        result
    }

    /// Sets a setting for a while.
    fn set_for_a_while(&mut self, name: &str, value: &str, changed: &mut Changed) -> Result<()> {
        changed.settings.extend(Before::change_of(self.view, name));
        self.set_for_view(name, value)
    }

    fn apply(&mut self, temp: &Temp, changed: &mut Changed) -> Result<()> {
        match temp {
            Temp::At(text) => self.view.seek = self.temp_address(text)?,
            Temp::Partial(text) => {
                let digits = self.resolve(text)?.text;
                self.view.seek = self.low_digits(digits.trim())?;
            }
            Temp::BlockSize(text) => self.view.block = self.temp_length(text)?,
            Temp::Range(text) => {
                let text = self.resolve(text)?.text;
                let mut ends = text.split_whitespace();
                let (Some(from), Some(to)) = (ends.next(), ends.next()) else {
                    return Err(Error::failed(format!(
                        "the range '{text}' has two ends: write @{{from to}}"
                    )));
                };
                let (from, to) = (self.number(from)?, self.number(to)?);
                self.view.seek = from;
                self.view.block =
                    usize::try_from(to.saturating_sub(from)).unwrap_or(BLOCK_LIMIT).min(BLOCK_LIMIT);
                self.set_for_a_while("search.from", &format!("{from:#x}"), changed)?;
                self.set_for_a_while("search.to", &format!("{to:#x}"), changed)?;
            }
            Temp::Arch(text) => {
                let text = self.resolve(text)?.text;
                let (arch, bits) = text.split_once(':').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
                self.set_for_a_while("asm.arch", arch.trim(), changed)?;
                if let Some(bits) = bits {
                    self.set_for_a_while("asm.bits", bits.trim(), changed)?;
                }
            }
            Temp::Bits(text) => {
                let bits = self.resolve(text)?.text;
                self.set_for_a_while("asm.bits", bits.trim(), changed)?;
            }
            Temp::Config(text) => {
                let text = self.resolve(text)?;
                let ctx = text.ctx(self.ctx);
                for pair in text.text.split(',') {
                    let (name, value) = pair.split_once('=').ok_or_else(|| {
                        Error::failed(format!("'{pair}' sets nothing: write @e:name=value"))
                    })?;
                    self.with_ctx(&ctx).set_for_a_while(name.trim(), value.trim(), changed)?;
                }
            }
            Temp::Hex(text) => {
                let digits = self.resolve(text)?.text;
                let bytes = crate::parse::hex_bytes(&digits)?;
                self.lay_over(&bytes, changed);
            }
            Temp::String(text) => {
                let text = self.resolve(text)?.text;
                self.lay_over(text.as_bytes(), changed);
            }
            Temp::Value(text) => {
                let text = self.resolve(text)?.text;
                let value = self.number(text.trim())?;
                let bytes = crate::parse::integer_bytes(value, self.address_bytes(), self.big_endian());
                self.lay_over(&bytes, changed);
            }
            Temp::File(text) => {
                let path = self.resolve(text)?;
                path.ctx(self.ctx).allow(Effects::FILES, "reading a file")?;
                let path = unquote(path.text.trim());
                let bytes = crate::parse::read_file(&path, FILE_LIMIT, self.ctx)?;
                self.lay_over(&bytes, changed);
            }
            Temp::FlagSpace(text) => {
                let name = self.resolve(text)?.text.trim().to_owned();
                changed.flag_space = true;
                self.view.flag_space.select(&name);
            }
            Temp::Instruction(text) => {
                let text = self.resolve(text)?.text;
                let count = self.number(text.trim())?;
                self.view.seek = crate::cmd::skip_instructions(self, self.view.seek, count as i64)?;
            }
            Temp::Descriptor(text) => {
                let text = self.resolve(text)?.text;
                let fd = self.number(text.trim())?;
                changed.descriptor = true;
                self.select(u32::try_from(fd).unwrap_or(u32::MAX))?;
            }
            Temp::Command(text) => {
                let printed = self.capture(text)?;
                self.view.seek = self.number(printed.trim())?;
            }
            Temp::Key(text) => {
                let key = self.resolve(text)?.text;
                self.view.seek = self.number(&format!("$k{{{}}}", key.trim()))?;
            }
            Temp::Register(text) => {
                let name = self.resolve(text)?.text;
                self.view.seek = self.number(&format!("$r{{{}}}", name.trim()))?;
            }
            Temp::BlockInstruction(text) => {
                let text = self.resolve(text)?.text;
                let index = self.number(text.trim())?.cast_signed();
                self.view.seek = self.block_instruction(index)?;
            }
        }
        Ok(())
    }

    fn temp_address(&mut self, text: &crate::lang::Text) -> Result<u64> {
        let text = self.resolve(text)?.text;
        let text = text.trim();
        match text.as_bytes().first() {
            None => Ok(self.view.seek),
            Some(b'+') => Ok(self.view.seek.wrapping_add(self.number(&text[1..])?)),
            Some(b'-') => Ok(self.view.seek.wrapping_sub(self.number(&text[1..])?)),
            Some(_) => self.number(text),
        }
    }

    /// Where an instruction of the basic block here is, counted from 0, or back from -1.
    fn block_instruction(&self, index: i64) -> Result<u64> {
        let seek = self.view.seek;
        let block = self.session.analysis.of(seek).and_then(|function| function.block_at(seek));
        let block =
            block.ok_or_else(|| Error::failed(format!("no basic block is at {seek:#x} (af finds some)")))?;
        let at = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        let place = match index {
            0.. => block.instructions().nth(at),
            _ => block.instructions().nth_back(at - 1),
        };
        let count = block.offsets.len();
        place.ok_or_else(|| Error::failed(format!("the basic block has {count} instructions, not {index}")))
    }

    fn temp_length(&mut self, text: &crate::lang::Text) -> Result<usize> {
        let text = self.resolve(text)?.text;
        self.length(text.trim())
    }

    /// Lays bytes over the block at the current address.
    fn lay_over(&mut self, bytes: &[u8], changed: &mut Changed) {
        changed.patch = true;
        self.view.lens.patch.write(self.view.seek, bytes);
        self.view.block = bytes.len().clamp(1, BLOCK_LIMIT);
    }
}
