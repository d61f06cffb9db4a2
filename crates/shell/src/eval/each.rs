//! The iterators `@@` and `@@@`: a statement once for each of many addresses.

use farad_analysis::Function;
use farad_bin::Binary;
use farad_io::Effects;

use super::Env;
use crate::debug::Frame;
use crate::error::{Error, Result};
use crate::lang::{Body, Each, Ranges, Temp, Text, unquote};
use crate::note::Kind;
use crate::store::Store;
use crate::view::BLOCK_LIMIT;

/// An address to run at, and a block size where the iterator gives one.
type Place = (u64, Option<u64>);

/// Most addresses of one iteration.
const PLACES: usize = 1 << 20;

impl Env<'_> {
    /// Runs a body once for each place of an iterator.
    pub(super) fn run_each(&mut self, each: &Each, temps: &[Temp], body: &Body) -> Result<()> {
        if let Each::Words(text) = each {
            let Body::Command(command) = body else {
                return Err(Error::failed("@@== takes a plain command"));
            };
            let words = self.resolve(text)?;
            let origin = words.origin.as_ref().map(|(origin, _)| origin);
            for word in words.text.split_whitespace() {
                self.ctx.check()?;
                self.with_temps(temps, |env| {
                    let mut command = env.resolve(command)?;
                    command.push_word(word, origin);
                    env.run_resolved(&command)
                })?;
            }
            return Ok(());
        }
        crate::load::names(self)?;
        let places = self.places(each)?;
        self.for_a_while(|env, _| {
            for (addr, size) in places {
                env.ctx.check()?;
                env.view.seek = addr;
                if let Some(size) = size {
                    env.view.block = usize::try_from(size).unwrap_or(BLOCK_LIMIT).clamp(1, BLOCK_LIMIT);
                }
                env.with_temps(temps, |env| env.run_body(body))?;
            }
            Ok(())
        })
    }

    fn places(&mut self, each: &Each) -> Result<Vec<Place>> {
        match each {
            Each::List(text) => self.listed(text),
            Each::Words(_) => Ok(Vec::new()),
            Each::Flags(glob) => {
                let glob = self.resolve(glob)?.text;
                let all = self.session.flags.visible(&self.view.flag_space);
                Ok(all
                    .filter(|flag| matches(glob.trim(), &flag.name))
                    .map(|flag| (flag.addr, None))
                    .collect())
            }
            Each::Steps(text) => self.steps(text),
            Each::Command(text) => {
                let printed = self.capture(text)?;
                self.numbers(&printed)
            }
            Each::File(text) => {
                let path = self.resolve(text)?;
                path.ctx(self.ctx).allow(Effects::FILES, "reading a file")?;
                let path = unquote(path.text.trim());
                let bytes = crate::parse::read_file(&path, BLOCK_LIMIT as u64, self.ctx)?;
                self.numbers(&String::from_utf8_lossy(&bytes))
            }
            Each::Search(text) => {
                let printed = self.capture(text)?;
                let firsts: Vec<&str> =
                    printed.lines().filter_map(|line| line.split_whitespace().next()).collect();
                self.numbers(&firsts.join(" "))
            }
            Each::Sections => Ok(self.sections()),
            Each::Keys(text) => {
                let query = self.resolve(text)?.text;
                let lines = self.session.extensions.of::<Store>().query(query.trim())?;
                self.numbers(&lines.join(" "))
            }
            Each::Functions(glob) => {
                let glob = self.resolve(glob)?.text;
                let named = self.functions(glob.trim());
                Ok(named.map(|function| (function.addr, None)).collect())
            }
            Each::Blocks => Ok(self.blocks()),
            Each::Instructions => {
                let function = self.session.analysis.of(self.view.seek);
                let all = function.into_iter().flat_map(|function| function.instructions());
                Ok(all.take(PLACES).map(|addr| (addr, None)).collect())
            }
            Each::Threads => self.threads(),
            Each::Frames => Ok(self.frames()?.iter().map(|frame| (frame.pc, None)).collect()),
            Each::Stacks => Ok(self.frames()?.iter().map(|frame| (frame.sp, None)).collect()),
            Each::Ranges(ranges) => self.ranges(ranges),
        }
    }

    fn ranges(&mut self, ranges: &Ranges) -> Result<Vec<Place>> {
        match ranges {
            Ranges::List(text) => {
                let numbers = self.listed(text)?;
                Ok(pairs(&numbers))
            }
            Ranges::Command(text) => {
                let printed = self.capture(text)?;
                let numbers = self.numbers(&printed)?;
                Ok(pairs(&numbers))
            }
            Ranges::Flags(glob) => {
                let glob = self.resolve(glob)?.text;
                let all = self.session.flags.visible(&self.view.flag_space);
                let wanted = all.filter(|flag| matches(glob.trim(), &flag.name));
                Ok(wanted.map(|flag| (flag.addr, Some(flag.size))).collect())
            }
            Ranges::Maps => Ok(self.session.io.maps.iter().map(|map| (map.from, Some(map.size()))).collect()),
            Ranges::Sections => Ok(self.sections()),
            Ranges::Symbols => {
                let all = self.binaries().flat_map(|binary| &binary.symbols);
                Ok(all.map(|symbol| (symbol.vaddr, Some(symbol.size))).collect())
            }
            Ranges::Entries => {
                let all = self.binaries().flat_map(|binary| &binary.entries);
                Ok(all.map(|entry| (entry.vaddr, None)).collect())
            }
            Ranges::ProcessMaps => {
                let maps = self.process_maps()?;
                Ok(maps.iter().map(|area| (area.from, Some(area.to - area.from))).collect())
            }
            Ranges::Registers => {
                let context = self.registers();
                let wide = context.profile().slots().iter().map(|slot| slot.bits).max().unwrap_or(0).min(64);
                let slots = context.profile().slots().iter();
                let general =
                    slots.filter(|slot| slot.bank == farad_arch::Bank::General && slot.bits == wide);
                Ok(general.map(|slot| (context.values.value_of(slot) as u64, None)).collect())
            }
            Ranges::Threads => self.threads(),
            Ranges::Functions(glob) => {
                let glob = self.resolve(glob)?.text;
                let named = self.functions(glob.trim());
                Ok(named.map(|function| (function.addr, Some(function.span()))).collect())
            }
            Ranges::Blocks => Ok(self.blocks()),
            Ranges::Comments(glob) => {
                let glob = self.resolve(glob)?.text;
                let all = self
                    .session
                    .notes
                    .visible(&self.view.note_space)
                    .filter(|note| note.kind == Kind::Comment);
                let named = all.filter(|note| glob.is_empty() || matches(glob.trim(), &note.text));
                Ok(named.map(|note| (note.addr, None)).collect())
            }
            Ranges::Exports => {
                let all = self.binaries().flat_map(|binary| &binary.symbols);
                let exported = all.filter(|symbol| symbol.is_exported());
                Ok(exported.map(|symbol| (symbol.vaddr, None)).collect())
            }
            Ranges::Imports => {
                let all = self.binaries().flat_map(|binary| &binary.imports);
                Ok(all.map(|import| (import.vaddr, None)).collect())
            }
            Ranges::Relocations => {
                let all = self.binaries().flat_map(|binary| &binary.relocations);
                Ok(all.map(|relocation| (relocation.vaddr, None)).collect())
            }
            Ranges::Strings => {
                let files: Vec<u32> = self.session.loaded.iter().map(|loaded| loaded.fd).collect();
                files.into_iter().try_for_each(|fd| crate::load::strings(self, fd))?;
                let all = self.session.loaded.iter().flat_map(|loaded| loaded.strings());
                Ok(all.map(|string| (string.vaddr, Some(string.size))).collect())
            }
        }
    }

    /// The frames of the backtrace, which only a process has.
    fn frames(&mut self) -> Result<Vec<Frame>> {
        self.target()?;
        let depth = usize::try_from(self.setting_number("dbg.btdepth")).unwrap_or(usize::MAX);
        crate::debug::backtrace(self, depth)
    }

    /// Where each thread of the process under the debugger is.
    fn threads(&mut self) -> Result<Vec<Place>> {
        match self.ask(&farad_wire::target::Request::Threads)? {
            farad_wire::target::Reply::Threads(all) => {
                Ok(all.iter().map(|thread| (thread.pc, None)).collect())
            }
            _ => Err(crate::debug::surprise()),
        }
    }

    fn binaries(&self) -> impl Iterator<Item = &Binary> {
        self.session.loaded.iter().map(|loaded| &loaded.binary)
    }

    /// The functions that a glob names, all for an empty one, in the order they were found.
    fn functions(&self, glob: &str) -> impl Iterator<Item = &Function> {
        let all = self.session.analysis.functions();
        all.filter(move |function| glob.is_empty() || matches(glob, &function.name))
    }

    /// The basic blocks of the function here.
    fn blocks(&self) -> Vec<Place> {
        let function = self.session.analysis.of(self.view.seek);
        let blocks = function.into_iter().flat_map(|function| function.blocks.values());
        blocks.map(|block| (block.addr, Some(block.size))).collect()
    }

    fn sections(&self) -> Vec<Place> {
        let all = self.binaries().flat_map(|binary| &binary.sections);
        all.map(|section| (section.vaddr, Some(section.vsize))).collect()
    }

    fn listed(&mut self, text: &Text) -> Result<Vec<Place>> {
        let text = self.resolve(text)?.text;
        self.numbers(&text)
    }

    fn numbers(&mut self, text: &str) -> Result<Vec<Place>> {
        let words: Vec<&str> =
            text.split([' ', ',', '\n', '\t', '\r']).filter(|word| !word.is_empty()).collect();
        if words.len() > PLACES {
            return Err(Error::Limit { what: "the number of addresses", limit: PLACES.to_string() });
        }
        words.into_iter().map(|word| Ok((self.number(word)?, None))).collect()
    }

    fn steps(&mut self, text: &Text) -> Result<Vec<Place>> {
        let text = self.resolve(text)?.text;
        let words: Vec<&str> = text.split_whitespace().collect();
        let [from, to, step] = words[..] else {
            return Err(Error::failed("@@s: takes from, to and step"));
        };
        let (from, to, step) = (self.number(from)?, self.number(to)?, self.number(step)?);
        if step == 0 {
            return Err(Error::failed("the step of @@s: cannot be 0"));
        }
        let count = to.saturating_sub(from) / step;
        if from > to {
            return Ok(Vec::new());
        }
        if count >= PLACES as u64 {
            return Err(Error::Limit { what: "the number of addresses", limit: PLACES.to_string() });
        }
        Ok((0..=count).map(|i| (from + i * step, None)).collect())
    }
}

fn pairs(numbers: &[Place]) -> Vec<Place> {
    numbers.chunks_exact(2).map(|pair| (pair[0].0, Some(pair[1].0))).collect()
}

/// Whether a glob of `*` and `?` matches all of `text`.
pub(crate) fn matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut g, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match glob.get(g) {
            Some('*') => {
                star = Some((g, t));
                g += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                g += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (g, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|&c| c == '*')
}
