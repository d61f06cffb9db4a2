//! Names of an open file: symbols, relocations and strings, read when something first asks for them.
//!
//! What is opened costs its headers, whatever its size and however far away it is. The first command that could show or
//! change a name has all of them read, and so finds everything as if it had been there from the start.

use std::ops::ControlFlow;

use farad_bin::{Binary, StringRow, StringScope};

use super::{flag, note, with_source};
use crate::error::Result;
use crate::eval::Env;
use crate::render::{human_size, printable};

/// How many bytes of a file far away are searched for strings unasked.
const FAR: u64 = 1 << 20;

/// What is still to be read of a file, as it was asked for when the file was opened.
pub(super) struct Owed {
    pub(super) options: farad_bin::Options,
    pub(super) uri: String,
    /// Whether strings are to be looked for.
    pub(super) strings: bool,
}

/// Strings of a file's data sections.
#[derive(Default)]
pub(super) struct Strings {
    pub(super) rows: Vec<StringRow>,
    /// How to look for them, while nobody has.
    owed: Option<farad_bin::Options>,
}

/// Reads the names that open files still owe, and sets their flags and notes. What cannot be read is reported, and left out.
///
/// # Errors
/// An interrupt: then the next call tries again.
pub fn names(env: &mut Env<'_>) -> Result<()> {
    for index in 0..env.session.loaded.len() {
        read_names(env, index)?;
    }
    Ok(())
}

fn read_names(env: &mut Env<'_>, index: usize) -> Result<()> {
    let Some(owed) = env.session.loaded.get_mut(index).and_then(|loaded| loaded.owed.take()) else {
        return Ok(());
    };
    if let Err(interrupt) = read_owed(env, index, &owed) {
        env.session.loaded[index].owed = Some(owed);
        return Err(interrupt);
    }
    let session = &mut *env.session;
    let loaded = &session.loaded[index];
    flag::set_all(&mut session.flags, loaded);
    note::set_all(&mut session.notes, loaded);
    crate::debug::mark(env);
    let loaded = &env.session.loaded[index];
    for warning in &loaded.binary.warnings {
        env.out.report(&format!("WARN: {}: {}", printable(&owed.uri), printable(warning)));
    }
    Ok(())
}

/// Reads what a file owes. Nothing of it is in force until all of it was read.
///
/// # Errors
/// An interrupt alone; what cannot be read is reported.
fn read_owed(env: &mut Env<'_>, index: usize, owed: &Owed) -> Result<()> {
    let fd = env.session.loaded[index].fd;
    let read = with_source(env, fd, |source| farad_bin::load(source, &owed.options));
    env.ctx.check()?;
    match read {
        Ok(Ok(Some(binary))) => env.session.loaded[index].binary = binary,
        Ok(Ok(None)) => report(env, &owed.uri, "it changed: its names are not read"),
        Ok(Err(error)) => report(env, &owed.uri, &format!("its names are not read: {error}")),
        Err(error) => report(env, &owed.uri, &format!("its names are not read: {error}")),
    }
    if !owed.strings {
        return Ok(());
    }
    let loaded = &mut env.session.loaded[index];
    let searched = data_size(&loaded.binary);
    loaded.strings.owed = Some(owed.options.clone());
    let is_far = env.session.io.descriptor(fd).is_ok_and(|descriptor| descriptor.is_far());
    if is_far && searched > FAR {
        let size = human_size(searched);
        env.out
            .report(&format!("INFO: {size} far away are searched for strings when they are asked for: iz"));
        return Ok(());
    }
    read_strings(env, index)
}

/// Looks for the strings of a descriptor's data sections where that was put off, and sets their flags and notes.
///
/// # Errors
/// An interrupt: then the next call tries again.
pub(crate) fn strings(env: &mut Env<'_>, fd: u32) -> Result<()> {
    let Some(index) = env.session.loaded.iter().position(|loaded| loaded.fd == fd) else { return Ok(()) };
    if env.session.loaded[index].strings.owed.is_none() {
        return Ok(());
    }
    read_strings(env, index)?;
    let session = &mut *env.session;
    let strings = session.loaded[index].strings();
    flag::set_strings(&mut session.flags, strings);
    note::set_strings(&mut session.notes, strings);
    Ok(())
}

fn read_strings(env: &mut Env<'_>, index: usize) -> Result<()> {
    let session = &mut *env.session;
    let Some(loaded) = session.loaded.get_mut(index) else { return Ok(()) };
    let Some(options) = loaded.strings.owed.take() else { return Ok(()) };
    let mut rows = Vec::new();
    let source = super::Bytes::of(&mut session.io, loaded.fd, env.ctx);
    let each = &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    };
    let found = source
        .map(|source| farad_bin::strings(&source, Some(&loaded.binary), StringScope::Data, &options, each));
    if let Err(interrupt) = env.ctx.check() {
        loaded.strings.owed = Some(options);
        return Err(interrupt.into());
    }
    loaded.strings.rows = rows;
    let missing = match found {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(error) = missing {
        env.out.report(&format!("WARN: not all strings were looked for: {error}"));
    }
    Ok(())
}

/// How many bytes are searched for strings.
fn data_size(binary: &Binary) -> u64 {
    let data = binary.sections.iter().filter(|section| section.is_data);
    data.fold(0, |sum, section| sum.saturating_add(section.size))
}

fn report(env: &mut Env<'_>, uri: &str, why: &str) {
    env.out.report(&format!("WARN: {}: {why}", printable(uri)));
}

#[cfg(test)]
mod tests {
    use farad_io::{Backend, Caching, Ctx, Effects, OpenOptions, Result, Scheme, Schemes, Uri};

    use crate::eval::{Env, run_line};
    use crate::load::{self, Request};
    use crate::out::Capture;
    use crate::registry::Registry;
    use crate::session::Session;
    use crate::view::View;

    /// A file whose reader is interrupted at the read that the URI's number says.
    struct Interrupted {
        left: u64,
    }

    const FILE: &[u8] = include_bytes!("../../../../tests/golden/inputs/vault.x86_64.elf");

    static SCHEME: Scheme = Scheme {
        names: &["interrupted"],
        brief: "",
        permissions: "r__",
        effects: Effects::READ,
        uris: &[],
        open: |uri: &Uri, _: &OpenOptions, _: &Ctx| {
            let left = uri.rest.parse().expect("a number");
            Ok(Box::new(Interrupted { left }))
        },
    };

    impl Backend for Interrupted {
        fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
            if self.left == 0 {
                ctx.cancel.raise();
            }
            self.left = self.left.wrapping_sub(1);
            let rest = FILE.get(addr as usize..).unwrap_or_default();
            let len = rest.len().min(buf.len());
            buf[..len].copy_from_slice(&rest[..len]);
            Ok(len)
        }

        fn size(&self) -> u64 {
            FILE.len() as u64
        }

        fn caching(&self) -> Caching {
            Caching::Direct
        }
    }

    /// Opens the file, asks for its names until that succeeds, and gives them with the number of interrupts.
    fn names(read: u64) -> (String, u32) {
        let schemes = Schemes::new().with(farad_io::local()).with([&SCHEME]);
        let mut session = Session::new(schemes, Registry::new(crate::cmd::groups()));
        let (mut view, ctx) = (View::default(), Ctx::owner());
        let mut interrupts = 0;
        loop {
            ctx.cancel.reset();
            let mut out = Capture::new();
            let mut env = Env { session: &mut session, view: &mut view, ctx: &ctx, out: &mut out };
            let opened = match env.session.loaded.is_empty() {
                true => load::open(&mut env, &Request::new(&format!("interrupted://{read}"))).map(drop),
                false => Ok(()),
            };
            if let Err(error) = opened {
                assert!(error.is_interrupt(), "{error}");
                assert_eq!(env.session.io.descriptors().count(), 0, "what was not opened whole is not there");
                return (String::new(), 1);
            }
            if run_line(&mut env, "f;C*;iz") {
                return (out.text(), interrupts);
            }
            assert!(ctx.cancel.is_raised(), "{:?}", out.reports);
            interrupts += 1;
        }
    }

    #[test]
    fn an_interrupt_loses_no_name() {
        let (whole, none) = names(u64::MAX);
        assert!(none == 0 && whole.contains("sym.compare") && whole.contains("str."), "{whole}");
        let mut later = 0;
        for read in 0.. {
            let (text, interrupts) = names(read);
            if interrupts == 0 {
                break;
            }
            if !text.is_empty() {
                assert_eq!(text, whole, "after an interrupt at read {read}");
                later += 1;
            }
        }
        assert!(later > 1, "{later} reads were interrupted once the file was open");
    }
}
