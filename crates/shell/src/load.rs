//! Opening something as a target: a descriptor, its maps, and what its headers tell.

use std::time::Duration;

use farad_bin::{Binary, Depth, LoadMap, MapSource, StringRow};
use farad_debug::core::{Core, is_core};
use farad_io::net::{Pace, WebOptions};
use farad_io::{OpenOptions, Perm};

use crate::config;
use crate::error::{Error, Result};
use crate::eval::Env;

mod flag;
mod names;
mod note;
mod source;

pub use names::names;
pub(crate) use names::strings;
use names::{Owed, Strings};
pub(crate) use source::Bytes;
pub use source::with_source;

/// What was read from an open file's headers.
pub struct Loaded {
    /// The descriptor.
    pub fd: u32,
    /// What the headers say; its lists of names are empty until [`names`] was called.
    pub binary: Binary,
    /// The URI it was read by.
    path: String,
    strings: Strings,
    owed: Option<Owed>,
}

impl Loaded {
    /// Whether its names are those of this file.
    pub(crate) fn is_of(&self, path: &str) -> bool {
        self.path == path || self.path.ends_with(&format!("/{path}"))
    }

    /// Strings of the data sections, as far as they were looked for.
    pub(crate) fn strings(&self) -> &[StringRow] {
        &self.strings.rows
    }
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

/// Opens a target: its descriptor, its maps and settings, and the seek. Its names are read when something asks for them.
///
/// # Errors
/// When it cannot be opened, or headers of a known format make no sense.
pub fn open(env: &mut Env<'_>, request: &Request) -> Result<u32> {
    let known: Vec<u32> = env.session.io.descriptors().map(|it| it.fd).collect();
    let opened = open_whole(env, request);
    if opened.is_err() {
        // What was not opened whole is not there.
        let new = env.session.io.descriptors().map(|it| it.fd).filter(|fd| !known.contains(fd));
        for fd in new.collect::<Vec<_>>() {
            env.close(fd)?;
        }
    }
    opened
}

fn open_whole(env: &mut Env<'_>, request: &Request) -> Result<u32> {
    let options = OpenOptions { create: request.create, ..options(env, request.perm) };
    let fd = env.session.io.open(&request.uri, &options, env.ctx)?;
    if env.view.lens.selected.is_none() {
        env.select(env.current()?)?;
    }
    // As it was opened, without a secret.
    let uri = env.session.io.descriptor(fd)?.uri.clone();
    let request = &Request { uri, ..request.clone() };
    if request.headers {
        wrap_core(env, fd, &request.uri)?;
    }
    if env.session.io.descriptor(fd)?.is_target() {
        crate::debug::open(env, fd, request)?;
        env.view.history.clear();
        return Ok(fd);
    }
    let loaded = match request.headers {
        true => read_layout(env, fd, request),
        false => Ok(None),
    };
    match loaded {
        Ok(Some(loaded)) => {
            map_image(env, &loaded)?;
            settle(env, &loaded);
            env.session.loaded.push(loaded);
        }
        Ok(None) => {
            map_whole(env, fd, request.map.unwrap_or(0))?;
            env.view.seek = request.map.unwrap_or(0);
            if request.headers {
                flag::add_spaces(&mut env.session.flags);
                env.session.notes.spaces.insert(note::SPACE);
            }
        }
        Err(error) if error.is_interrupt() => return Err(error),
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

/// A core is a target, wherever its bytes are.
fn wrap_core(env: &mut Env<'_>, fd: u32, uri: &str) -> Result<()> {
    let mut head = [0; 20];
    let (ctx, descriptor) = (env.ctx, env.session.io.descriptor(fd)?);
    if descriptor.is_target() || descriptor.read_at(0, &mut head, ctx).unwrap_or(0) < head.len() {
        return Ok(());
    }
    if !is_core(&head) {
        return Ok(());
    }
    let place = crate::debug::place_of(uri);
    let mut refused = None;
    env.session.io.wrap(fd, |inner| match Core::open(inner, place, ctx) {
        Ok(core) => Box::new(core),
        Err(refusal) => {
            refused = Some(refusal.error);
            refusal.inner
        }
    })?;
    match refused {
        Some(error) if error.is_interrupt() => return Err(error.into()),
        // It is a file all the same.
        Some(error) => {
            env.out.report(&format!("WARN: {uri}: it is opened as a file and not as a core: {error}"))
        }
        None => {}
    }
    Ok(())
}

/// Removes the flags of a file that is not in memory any more.
pub(crate) fn remove_flags(env: &mut Env<'_>, loaded: &Loaded) {
    flag::remove_all(&mut env.session.flags, loaded);
}

/// How something is opened, with the patience that the settings have for peers.
pub(crate) fn options(env: &Env<'_>, perm: Perm) -> OpenOptions {
    let timeout = Duration::from_secs(env.setting_number("rap.timeout").max(1));
    let launch = crate::debug::launching(env);
    OpenOptions { perm, create: false, launch, timeout, pace: pace(env), web: web_options(env) }
}

/// The patience with peers that were reached.
pub fn pace(env: &Env<'_>) -> Pace {
    let seconds = |name: &str| match env.setting_number(name) {
        0 => Duration::MAX,
        seconds => Duration::from_secs(seconds),
    };
    Pace { silence: seconds("rap.silence"), whole: seconds("rap.patience") }
}

/// How web servers are asked.
pub fn web_options(env: &Env<'_>) -> WebOptions {
    WebOptions {
        silence: Duration::from_secs(env.setting_number("http.timeout").max(1)),
        whole: pace(env).whole,
        netrc: env.setting("http.netrc").to_owned(),
        ca: env.setting("http.ca").to_owned(),
    }
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

/// Reads the layout of a file; its names are read when something asks for them.
pub(crate) fn read_layout(env: &mut Env<'_>, fd: u32, request: &Request) -> Result<Option<Loaded>> {
    // -1 leaves it to the file.
    let base = Some(env.setting_number("bin.baddr")).filter(|base| *base != u64::MAX);
    let base = request.base.or(request.map).or(base);
    let wanted = farad_bin::Options { base, ..string_options(env) };
    let layout = farad_bin::Options { depth: Depth::Layout, ..wanted.clone() };
    let read = with_source(env, fd, |source| farad_bin::load(source, &layout))?;
    env.ctx.check()?;
    let binary = read.map_err(|error| Error::failed(error.to_string()))?;
    let strings = request.strings && env.is_set("bin.strings");
    let owed = Owed { options: wanted, uri: request.uri.clone(), strings };
    Ok(binary.map(|binary| Loaded {
        fd,
        binary,
        path: request.uri.clone(),
        strings: Strings::default(),
        owed: Some(owed),
    }))
}

fn map_image(env: &mut Env<'_>, loaded: &Loaded) -> Result<()> {
    let allowed = env.session.io.descriptor(loaded.fd)?.perm;
    for LoadMap { name, vaddr, size, perm, source } in &loaded.binary.maps {
        let wanted = Perm::from_bits_truncate(perm.bits());
        // Who opened a file for writing writes its code, too, as after `oo+`.
        let opened = wanted | (allowed & Perm::W);
        let (fd, delta, granted) = match source {
            MapSource::File { offset } => (loaded.fd, *offset, opened & (allowed | Perm::X)),
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
pub(crate) fn settle(env: &mut Env<'_>, loaded: &Loaded) {
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
        if env.session.config.find(name).is_none()
            && let Err(error) = config::settle(env.session, None, name, &value)
        {
            tracing::debug!("what a file says: {error}");
        }
    }
    let entry = loaded.binary.entries.iter().find(|entry| entry.kind == farad_bin::EntryKind::Program);
    env.view.seek = entry.map_or(loaded.binary.base, |entry| entry.vaddr);
}
