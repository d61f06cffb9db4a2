//! What the system tells of processes under `/proc`.

use std::collections::HashSet;
use std::fs;

use farad_io::area::parse_maps;
use farad_wire::target::{Area, File, Process};
use procfs::process::{self, FDTarget};

use crate::error::{Error, Result};

/// Most processes, threads and files that are listed.
const LISTED: usize = 1 << 16;

fn of(pid: i32) -> Result<process::Process> {
    process::Process::new(pid).map_err(|_| Error::Gone)
}

/// The threads of a process.
pub(crate) fn threads(pid: i32) -> Vec<i32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks.filter_map(|task| task.file_name().to_str()?.parse().ok()).take(LISTED).collect()
}

/// Whether one is a thread of a process.
pub(crate) fn is_thread(pid: i32, thread: i32) -> bool {
    fs::exists(format!("/proc/{pid}/task/{thread}")).unwrap_or(false)
}

/// Whether a trap waits to be told to a thread, which has it told at once when it goes on.
pub(crate) fn waits_for_trap(pid: i32, thread: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/task/{thread}/status")).unwrap_or_default();
    let has = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let bits = line.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0);
        bits & 1 << (libc::SIGTRAP - 1) != 0
    };
    has("SigPnd:") && !has("SigBlk:")
}

/// The name of a thread.
pub(crate) fn thread_name(pid: i32, thread: i32) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/task/{thread}/comm")).unwrap_or_default();
    name.trim_end().to_owned()
}

/// The program's file, as the machine names it.
pub(crate) fn program(pid: i32) -> String {
    let path = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    let path = path.to_string_lossy();
    path.strip_suffix(" (deleted)").unwrap_or(&path).to_owned()
}

/// The auxiliary vector.
pub(crate) fn auxiliary(pid: i32) -> Result<Vec<u8>> {
    fs::read(format!("/proc/{pid}/auxv")).map_err(|_| Error::Gone)
}

/// The value of a key of an auxiliary vector, whose words are of `width` bytes.
pub(crate) fn auxiliary_value(vector: &[u8], width: u32, key: u64) -> Option<u64> {
    let width = width as usize;
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let mut pairs = vector.chunks_exact(width * 2);
    pairs.find(|pair| word(&pair[..width]) == key).map(|pair| word(&pair[width..]))
}

/// The memory maps as the system writes them.
pub(crate) fn maps_text(pid: i32) -> Result<Vec<u8>> {
    fs::read(format!("/proc/{pid}/maps")).map_err(|_| Error::Gone)
}

/// The memory maps.
pub(crate) fn maps(pid: i32) -> Result<Vec<Area>> {
    Ok(parse_maps(&String::from_utf8_lossy(&maps_text(pid)?)))
}

/// The open files.
pub(crate) fn files(pid: i32) -> Result<Vec<File>> {
    let process = of(pid)?;
    let files = process.fd().map_err(|error| Error::Other(format!("cannot read the open files: {error}")))?;
    let row = |file: &process::FDInfo| {
        let text = fs::read_to_string(format!("/proc/{pid}/fdinfo/{}", file.fd)).unwrap_or_default();
        let field = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("").trim().to_owned()
        };
        let flags = u32::from_str_radix(&field("flags:"), 8).unwrap_or(0);
        let perm = match flags & 3 {
            0 => 4,
            1 => 2,
            _ => 6,
        };
        let path = match &file.target {
            FDTarget::Path(path) => path.to_string_lossy().into_owned(),
            FDTarget::Socket(inode) => format!("socket:[{inode}]"),
            FDTarget::Net(inode) => format!("net:[{inode}]"),
            FDTarget::Pipe(inode) => format!("pipe:[{inode}]"),
            FDTarget::AnonInode(name) => format!("anon_inode:{name}"),
            FDTarget::MemFD(name) => format!("/memfd:{name}"),
            FDTarget::Other(kind, inode) => format!("{kind}:[{inode}]"),
            FDTarget::Unknown(kind, inode) => format!("{kind}:[{inode}]"),
        };
        File { fd: file.fd.unsigned_abs(), perm, offset: field("pos:").parse().unwrap_or(0), path }
    };
    Ok(files.flatten().take(LISTED).map(|file| row(&file)).collect())
}

/// All processes that can be seen.
pub(crate) fn processes() -> Result<Vec<Process>> {
    let all =
        process::all_processes().map_err(|error| Error::Other(format!("cannot list processes: {error}")))?;
    let row = |process: process::Process| {
        let stat = process.stat().ok()?;
        let command = process.cmdline().ok().filter(|words| !words.is_empty());
        Some(Process {
            pid: stat.pid.unsigned_abs(),
            parent: stat.ppid.unsigned_abs(),
            uid: process.uid().ok()?,
            state: stat.state,
            command: command.map_or_else(|| format!("[{}]", stat.comm), |words| words.join(" ")),
        })
    };
    Ok(all.flatten().take(LISTED).filter_map(row).collect())
}

/// The processes of a name: what they run begins with a file of that name, or the system calls them so.
pub(crate) fn named(name: &str) -> Vec<u32> {
    let own = std::process::id();
    let is_named = |process: &process::Process| {
        let program = |path: &str| path.rsplit('/').next() == Some(name) || path == name;
        process.cmdline().ok().and_then(|words| words.first().map(|word| program(word))).unwrap_or(false)
            || process.stat().is_ok_and(|stat| stat.comm == name)
    };
    let all = process::all_processes().into_iter().flatten().flatten();
    let found: HashSet<u32> = all.filter(is_named).map(|process| process.pid.unsigned_abs()).collect();
    let mut found: Vec<u32> = found.into_iter().filter(|pid| *pid != own).collect();
    found.sort_unstable();
    found
}

/// Who traces a process, 0 for nobody.
pub(crate) fn tracer(pid: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    line.and_then(|pid| pid.trim().parse().ok()).unwrap_or(0)
}
