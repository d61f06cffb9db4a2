//! Opening something as a target: a descriptor, its maps, and what its headers tell.

use std::cell::RefCell;
use std::time::Duration;

use farad_bin::{Binary, LoadMap, MapSource, SourceError, StringRow, StringScope};
use farad_io::{Descriptor, Io, OpenOptions, Perm};

use crate::config;
use crate::error::{Error, Result};
use crate::eval::Env;

mod flag;
mod note;

pub(crate) use flag::relocation_bytes;

/// What was read from an open file's headers.
pub struct Loaded {
    /// The descriptor.
    pub fd: u32,
    /// What the headers say.
    pub binary: Binary,
    /// Strings of the data sections.
    pub strings: Vec<StringRow>,
}

/// How a target is to be opened.
#[derive(Clone, Debug)]
pub struct Request {
    /// What.
    pub uri: String,
    /// For what.
    pub perm: Perm,
    /// Make it when it is not there.
    pub create: bool,
    /// Read its headers.
    pub headers: bool,
    /// Look for strings.
    pub strings: bool,
    /// Base address for files that can be loaded anywhere.
    pub base: Option<u64>,
    /// Where to map it; with headers, the address of its first map.
    pub map: Option<u64>,
}

impl Request {
    /// Read and execute, headers and strings read, mapped where it says itself.
    pub fn new(uri: &str) -> Request {
        Request {
            uri: uri.to_owned(),
            perm: Perm::RX,
            create: false,
            headers: true,
            strings: true,
            base: None,
            map: None,
        }
    }
}

/// Most strings that are kept for a file.
const STRINGS: usize = 1 << 20;

/// Opens a target: its descriptor, its maps, its flags and settings, and the seek.
///
/// # Errors
/// When it cannot be opened, or headers of a known format make no sense.
pub fn open(env: &mut Env<'_>, request: &Request) -> Result<u32> {
    let options = OpenOptions { create: request.create, ..options(env, request.perm) };
    let fd = env.session.io.open(&request.uri, &options, env.ctx)?;
    let loaded = match request.headers {
        true => read_headers(env, fd, request),
        false => Ok(None),
    };
    match loaded {
        Ok(Some(loaded)) => {
            map_image(env, &loaded)?;
            settle(env, &loaded);
            flag::set_all(&mut env.session.flags, &loaded);
            note::set_all(&mut env.session.notes, &loaded);
            for warning in &loaded.binary.warnings {
                env.out.report(&format!("WARN: {}: {}", request.uri, crate::render::printable(warning)));
            }
            env.session.loaded.push(loaded);
        }
        Ok(None) => {
            map_whole(env, fd, request.map.unwrap_or(0))?;
            env.view.seek = request.map.unwrap_or(0);
            if request.headers {
                flag::add_spaces(&mut env.session.flags);
                env.session.notes.spaces.add(note::SPACE);
            }
        }
        Err(error) => {
            env.out.report(&format!("WARN: {}: the headers are not read: {error}", request.uri));
            map_whole(env, fd, request.map.unwrap_or(0))?;
        }
    }
    if let Some(place) = request.map {
        env.view.seek = place;
    }
    env.view.history.clear();
    Ok(fd)
}

/// How something is opened, with the patience that the settings have for peers.
pub(crate) fn options(env: &Env<'_>, perm: Perm) -> OpenOptions {
    let timeout = Duration::from_secs(env.setting_number("rap.timeout").max(1));
    OpenOptions { perm, create: false, timeout }
}

/// Maps all of a descriptor at one address. What has no end is mapped to the end of the
/// address space, and what is empty nowhere.
///
/// # Errors
/// When there is no such descriptor, or no room.
pub fn map_whole(env: &mut Env<'_>, fd: u32, at: u64) -> Result<()> {
    let descriptor = env.session.io.descriptor(fd)?;
    let (size, perm) = (descriptor.size(), descriptor.perm);
    let size = size.min(u64::MAX - at);
    if size > 0 {
        env.session.io.maps.add(fd, at, size, 0, perm)?;
    }
    Ok(())
}

/// A descriptor as the reader of binary formats wants it.
pub(crate) struct Bytes<'a> {
    descriptor: RefCell<&'a mut Descriptor>,
    ctx: &'a farad_io::Ctx,
}

impl<'a> Bytes<'a> {
    /// The bytes of a descriptor.
    ///
    /// # Errors
    /// When there is no such descriptor.
    pub(crate) fn of(io: &'a mut Io, fd: u32, ctx: &'a farad_io::Ctx) -> Result<Bytes<'a>> {
        Ok(Bytes { descriptor: RefCell::new(io.descriptor(fd)?), ctx })
    }
}

impl farad_bin::Source for Bytes<'_> {
    fn len(&self) -> u64 {
        self.descriptor.borrow().size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::result::Result<usize, SourceError> {
        if buf.is_empty() {
            return Ok(0);
        }
        let read = self.descriptor.borrow_mut().read_at(offset, buf, self.ctx);
        match read {
            Ok(0) => Err(SourceError::Unreadable { offset }),
            Ok(count) => Ok(count),
            Err(error) => Err(SourceError::Failed { offset, reason: error.to_string() }),
        }
    }
}

/// Runs something on a descriptor's bytes.
///
/// # Errors
/// When there is no such descriptor.
pub fn with_source<T>(
    env: &mut Env<'_>,
    fd: u32,
    run: impl FnOnce(&dyn farad_bin::Source) -> T,
) -> Result<T> {
    Ok(run(&Bytes::of(&mut env.session.io, fd, env.ctx)?))
}

/// How strings are looked for, by the settings in force.
pub(crate) fn string_options(env: &Env<'_>) -> farad_bin::Options {
    farad_bin::Options {
        string_min: match env.setting_number("bin.str.min") {
            0 => farad_bin::Options::default().string_min,
            min => usize::try_from(min).unwrap_or(usize::MAX),
        },
        string_max: usize::try_from(env.setting_number("bin.str.max")).unwrap_or(0),
        string_count: STRINGS,
        ..farad_bin::Options::default()
    }
}

fn read_headers(env: &mut Env<'_>, fd: u32, request: &Request) -> Result<Option<Loaded>> {
    let options = farad_bin::Options { base: request.base.or(request.map), ..string_options(env) };
    let wants_strings = request.strings && env.is_set("bin.strings");
    let read = with_source(env, fd, |source| {
        let binary = match farad_bin::load(source, &options) {
            Ok(Some(binary)) => binary,
            Ok(None) => return Ok(None),
            Err(error) => return Err(Error::failed(error.to_string())),
        };
        let mut strings = Vec::new();
        if wants_strings {
            let each = &mut |row| {
                strings.push(row);
                std::ops::ControlFlow::Continue(())
            };
            farad_bin::strings(source, Some(&binary), StringScope::Data, &options, each)
                .map_err(|error| Error::failed(error.to_string()))?;
        }
        Ok(Some((binary, strings)))
    })?;
    env.ctx.check()?;
    Ok(read?.map(|(binary, strings)| Loaded { fd, binary, strings }))
}

fn map_image(env: &mut Env<'_>, loaded: &Loaded) -> Result<()> {
    let allowed = env.session.io.descriptor(loaded.fd)?.perm;
    for LoadMap { name, vaddr, size, perm, source } in &loaded.binary.maps {
        let wanted = Perm::from_bits_truncate(perm.bits());
        let (fd, delta, granted) = match source {
            MapSource::File { offset } => (loaded.fd, *offset, wanted & (allowed | Perm::X)),
            MapSource::Zero => {
                let zero = format!("null://{size}");
                let options = OpenOptions { perm: Perm::RW, ..OpenOptions::default() };
                (env.session.io.open(&zero, &options, env.ctx)?, 0, wanted)
            }
        };
        let id = env.session.io.maps.add(fd, *vaddr, *size, delta, granted)?;
        env.session.io.maps.change(id, |map| {
            map.segment_perm = wanted;
            map.name = name.clone();
        })?;
    }
    Ok(())
}

/// Sets what the headers decide: architecture, byte order, seek.
fn settle(env: &mut Env<'_>, loaded: &Loaded) {
    let info = &loaded.binary.info;
    let values = [
        ("asm.arch", info.arch.to_owned()),
        ("asm.bits", info.bits.to_string()),
        ("asm.cpu", info.cpu.to_owned()),
        ("asm.os", info.os.clone()),
        ("cfg.bigendian", (info.endian == farad_bin::Endian::Big).to_string()),
    ];
    for (name, value) in values {
        // What was set by hand before the file was opened stays.
        if let Ok(row) = config::variable(name)
            && env.session.config.find(name).is_none()
            && let Ok(value) = row.normalize(&value)
        {
            env.session.config.set(row, value);
        }
    }
    let entry = loaded.binary.entries.iter().find(|entry| entry.kind == farad_bin::EntryKind::Program);
    env.view.seek = entry.map_or(loaded.binary.base, |entry| entry.vaddr);
}
