//! Writing what a process is now as a core file of ELF, as the system does when one crashes.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use farad_wire::target::{Area, Bank, Bytes, Reason, Reply, Request, Thread};

use super::surprise;
use crate::error::{Error, Result};
use crate::eval::Env;

/// Bytes read and written at a time.
const PIECE: usize = 1 << 20;
/// Bytes of memory that are mapped together: segments begin at multiples of it.
const PAGE: u64 = 4096;
/// The file's header, and a segment's.
const HEADER: u64 = 64;
const SEGMENT: u64 = 56;

/// Writes the core to a file. Returns how many bytes of memory are in it.
///
/// # Errors
/// When there is no process, or the file cannot be written.
pub(crate) fn dump(env: &mut Env<'_>, path: &str) -> Result<u64> {
    env.target()?;
    if env.debugger().has_ended() || env.setting_number("asm.bits") != 64 {
        return Err(Error::failed("only a process of 64 bits that has not ended can be written as a core"));
    }
    let notes = notes(env)?;
    // What the system keeps to itself is in no core.
    let maps: Vec<Area> =
        env.process_maps()?.into_iter().filter(|area| area.perm & 4 != 0 && area.path != "[vvar]").collect();
    let failed = |source| Error::File { path: path.to_owned(), source };
    let machine: u16 = if env.setting("asm.arch") == "arm" { 183 } else { 62 };
    let count = u16::try_from(maps.len() + 1).ok().filter(|count| *count < u16::MAX);
    let too_many = || Error::Limit { what: "the memory maps of a core", limit: format!("{}", u16::MAX - 2) };
    let count = count.ok_or_else(too_many)?;
    let after = HEADER + SEGMENT * u64::from(count);
    let mut at = (after + notes.len() as u64).next_multiple_of(PAGE);
    let end = maps.iter().try_fold(at, |end, area| end.checked_add(area.to - area.from));
    let end = end.filter(|end| i64::try_from(*end).is_ok());
    let end =
        end.ok_or_else(|| Error::failed("the process tells of more memory than a file can hold (dm)"))?;
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    let mut head = b"\x7fELF\x02\x01\x01".to_vec();
    head.resize(16, 0);
    for half in [4, machine] {
        head.extend(half.to_le_bytes());
    }
    head.extend(1u32.to_le_bytes());
    for word in [0, HEADER, 0] {
        head.extend(word.to_le_bytes());
    }
    head.extend(0u32.to_le_bytes());
    for half in [HEADER as u16, SEGMENT as u16, count, 0, 0, 0] {
        head.extend(half.to_le_bytes());
    }
    let segment = |kind: u32, perm: u8, words: [u64; 6]| -> Vec<u8> {
        let mut row = [kind.to_le_bytes(), u32::from(perm).to_le_bytes()].concat();
        words.iter().for_each(|word| row.extend(word.to_le_bytes()));
        row
    };
    head.extend(segment(4, 0, [after, 0, 0, notes.len() as u64, 0, 4]));
    let mut places = Vec::new();
    for area in &maps {
        let size = area.to - area.from;
        head.extend(segment(1, area.perm, [at, area.from, 0, size, size, PAGE]));
        places.push(at);
        at += size;
    }
    head.extend(notes);
    // What has no room for it says so before anything is read.
    file.get_ref().set_len(end).map_err(failed)?;
    file.write_all(&head).map_err(failed)?;
    let mut written = 0;
    for (area, place) in maps.iter().zip(places) {
        written += copy(env, area, place, &mut file, path)?;
    }
    file.flush().map_err(failed)?;
    Ok(written)
}

/// Copies the memory of an area; what cannot be read is a hole of the file.
fn copy(env: &mut Env<'_>, area: &Area, place: u64, file: &mut BufWriter<File>, path: &str) -> Result<u64> {
    let failed = |source| Error::File { path: path.to_owned(), source };
    let (fd, ctx) = (env.target()?, env.ctx);
    let mut buf = vec![0; PIECE];
    let (mut at, mut written) = (area.from, 0);
    while at < area.to {
        ctx.check()?;
        let len = usize::try_from(area.to - at).unwrap_or(PIECE).min(PIECE);
        let count = env.session.io.descriptor(fd)?.read_at(at, &mut buf[..len], ctx)?;
        if count > 0 {
            file.seek(SeekFrom::Start(place + (at - area.from))).map_err(failed)?;
            file.write_all(&buf[..count]).map_err(failed)?;
            written += count as u64;
        }
        at = at.saturating_add(if count == len { len as u64 } else { (count as u64 / PAGE + 1) * PAGE });
    }
    Ok(written)
}

fn note(notes: &mut Vec<u8>, name: &[u8], kind: u32, body: &[u8]) {
    for word in [name.len() as u32, body.len() as u32, kind] {
        notes.extend(word.to_le_bytes());
    }
    for part in [name, body] {
        notes.extend_from_slice(part);
        notes.resize(notes.len().next_multiple_of(4), 0);
    }
}

fn notes(env: &mut Env<'_>) -> Result<Vec<u8>> {
    let stop = env.debugger().stop.clone();
    let exe = env.debugger().info.exe.clone();
    let (signal, code, fault) = match stop.reason {
        Reason::Signal { number, code, addr } => (number, code, addr),
        _ => (0, 0, 0),
    };
    let Reply::Threads(threads) = env.ask(&Request::Threads)? else { return Err(surprise()) };
    let mut notes = Vec::new();
    // The current one is the first, which debuggers take for the one that crashed.
    let (first, others): (Vec<Thread>, Vec<Thread>) = threads.into_iter().partition(|thread| thread.current);
    for (index, thread) in first.into_iter().chain(others).enumerate() {
        let bytes =
            |env: &mut Env<'_>, bank| match env.ask(&Request::Registers { thread: thread.id, bank })? {
                Reply::Bytes(Bytes(bytes)) => Ok(bytes),
                _ => Err(surprise()),
            };
        let general = bytes(env, Bank::General)?;
        let mut status = vec![0; 112];
        let own = if index == 0 { signal } else { 0 };
        status[0..4].copy_from_slice(&own.to_le_bytes());
        status[12..14].copy_from_slice(&(own as i16).to_le_bytes());
        status[32..36].copy_from_slice(&thread.id.to_le_bytes());
        status.extend(general);
        status.extend([0; 8]);
        note(&mut notes, b"CORE\0", 1, &status);
        if index == 0 {
            note(&mut notes, b"CORE\0", 3, &process(&exe, stop.pid));
            let mut info = vec![0; 128];
            info[0..4].copy_from_slice(&signal.to_le_bytes());
            info[8..12].copy_from_slice(&code.to_le_bytes());
            info[16..24].copy_from_slice(&fault.to_le_bytes());
            note(&mut notes, b"CORE\0", 0x5349_4749, &info);
            if let Reply::Bytes(Bytes(vector)) = env.ask(&Request::Auxiliary)? {
                note(&mut notes, b"CORE\0", 6, &vector);
            }
            let files = files(&env.process_maps()?);
            note(&mut notes, b"CORE\0", 0x4649_4c45, &files);
        }
        let float = bytes(env, Bank::Float)?;
        note(&mut notes, b"CORE\0", 2, &float);
    }
    Ok(notes)
}

/// Linux's `elf_prpsinfo`.
fn process(exe: &str, pid: u32) -> Vec<u8> {
    let mut info = vec![0; 136];
    info[24..28].copy_from_slice(&pid.to_le_bytes());
    let name = exe.rsplit('/').next().unwrap_or(exe);
    for (at, most, text) in [(40, 15, name), (56, 79, exe)] {
        let bytes = &text.as_bytes()[..text.len().min(most)];
        info[at..at + bytes.len()].copy_from_slice(bytes);
    }
    info
}

/// The table of files in memory, in pages.
fn files(maps: &[Area]) -> Vec<u8> {
    let files: Vec<&Area> = maps.iter().filter(|area| area.path.starts_with('/')).collect();
    let mut table = Vec::new();
    for word in [files.len() as u64, PAGE] {
        table.extend(word.to_le_bytes());
    }
    for area in &files {
        for word in [area.from, area.to, area.offset / PAGE] {
            table.extend(word.to_le_bytes());
        }
    }
    for area in &files {
        table.extend_from_slice(area.path.as_bytes());
        table.push(0);
    }
    table
}
