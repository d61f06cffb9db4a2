//! Core files of ELF: what the system, gdb or farad kept of a process, as a target that is stopped for good.
//!
//! The bytes come from any backend, so a core at a far end opens as one here does. Numbers in it are not trusted.

use std::io::Write;

use farad_io::area::next_in;
use farad_io::{Backend, Caching, Ctx, Error, Result, Target};
use farad_wire::target::{
    Area, Bank, Bytes, Info, Look, Process, Reason, Reply, Request, Stop, Thread, frame,
};

/// Kinds of notes.
const STATUS: u32 = 1;
const FLOAT: u32 = 2;
const PROCESS: u32 = 3;
const AUXILIARY: u32 = 6;
const FILES: u32 = 0x4649_4c45;
const SIGNAL: u32 = 0x5349_4749;

/// Where Linux's `elf_prstatus` has the thread's number and registers.
const STATUS_PID: usize = 32;
const STATUS_REGISTERS: usize = 112;
/// Where `elf_prpsinfo` has the process's numbers, and its arguments.
const PROCESS_UID: usize = 16;
const PROCESS_PID: usize = 24;
const PROCESS_PARENT: usize = 28;
const PROCESS_ARGS: usize = 56;

/// The type of file that a core is, and of a segment with memory and with notes.
const CORE: u16 = 4;
const LOAD: u32 = 1;
const NOTES: u32 = 4;
/// Most bytes of notes, threads, files; of the path of one, and of all that areas are given.
const NOTE_BYTES: u64 = 64 << 20;
const ROWS: usize = 1 << 16;
const PATH: usize = 4096;
const PATHS: usize = 16 << 20;
/// Bytes of the file's header, and of a segment's.
const HEADER: usize = 64;
const SEGMENT: usize = 56;

/// Whether a file that begins so is a core of 64 bits, little endian.
pub fn is_core(head: &[u8]) -> bool {
    head.starts_with(b"\x7fELF\x02\x01") && short(head, 16) == CORE
}

/// A machine of cores.
#[derive(Clone, Copy)]
struct Machine {
    /// Its number in the file's header.
    number: u16,
    arch: &'static str,
    /// Bytes of its general registers, and where two of them are in those.
    general: usize,
    pc: usize,
    sp: usize,
}

const MACHINES: [Machine; 2] = [
    Machine { number: 62, arch: "x86", general: 216, pc: 128, sp: 152 },
    Machine { number: 183, arch: "arm", general: 272, pc: 256, sp: 248 },
];

/// What is no core that can be read.
pub struct Refusal {
    /// What was to be one.
    pub inner: Box<dyn Backend>,
    /// Why it is none.
    pub error: Error,
}

/// A core.
pub struct Core {
    inner: Box<dyn Backend>,
    machine: Machine,
    segments: Vec<Segment>,
    threads: Vec<Registers>,
    current: usize,
    auxiliary: Vec<u8>,
    files: Vec<Area>,
    process: Process,
    reason: Reason,
    exe: String,
    /// What goes before the path of a file of the machine that the core is on.
    place: String,
}

struct Segment {
    area: Area,
    /// Where in the file its bytes are, and how many.
    at: u64,
    len: u64,
}

#[derive(Default)]
struct Registers {
    id: u32,
    general: Vec<u8>,
    float: Vec<u8>,
}

fn short(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|part| part.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn int(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|part| part.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|part| part.try_into().ok()).map_or(0, u64::from_le_bytes)
}

impl Core {
    /// Reads the headers and notes of a core that a backend has. `place` goes before the path of a file of the machine it is
    /// on.
    ///
    /// # Errors
    /// When it cannot be read, or is of a machine that is not known. The backend comes back with the error.
    pub fn open(
        inner: Box<dyn Backend>,
        place: String,
        ctx: &Ctx,
    ) -> std::result::Result<Core, Box<Refusal>> {
        let mut core = Core {
            inner,
            machine: MACHINES[0],
            segments: Vec::new(),
            threads: Vec::new(),
            current: 0,
            auxiliary: Vec::new(),
            files: Vec::new(),
            process: Process::default(),
            reason: Reason::Begun,
            exe: String::new(),
            place,
        };
        match core.take(ctx) {
            Ok(()) => Ok(core),
            Err(error) => Err(Box::new(Refusal { inner: core.inner, error })),
        }
    }

    fn take(&mut self, ctx: &Ctx) -> Result<()> {
        let head = read(self.inner.as_mut(), 0, HEADER, ctx)?;
        let wrong = |why: &str| Error::Target { uri: "the core".to_owned(), why: why.to_owned() };
        let machine = MACHINES.into_iter().find(|machine| machine.number == short(&head, 18));
        self.machine =
            machine.ok_or_else(|| wrong("it is of a machine that is not known: x86-64 and aarch64 are"))?;
        let (table, size, count) =
            (long(&head, 32), usize::from(short(&head, 54)), usize::from(short(&head, 56)));
        if size < SEGMENT || count == 0 {
            return Err(wrong("it has no segments"));
        }
        let table = read(self.inner.as_mut(), table, size * count, ctx)?;
        let mut room = NOTE_BYTES;
        for row in table.chunks_exact(size) {
            let (at, from, len, memory) = (long(row, 8), long(row, 16), long(row, 32), long(row, 40));
            match int(row, 0) {
                LOAD => {
                    let Some(to) = from.checked_add(memory).filter(|to| *to > from) else { continue };
                    // The bits are the same ones here and there.
                    let perm = (int(row, 4) & 7) as u8;
                    let area = Area { from, to, perm, ..Area::default() };
                    self.segments.push(Segment { area, at, len: len.min(memory) });
                }
                NOTES if len <= room => {
                    room -= len;
                    let notes = read(self.inner.as_mut(), at, usize::try_from(len).unwrap_or(0), ctx)?;
                    self.take_notes(&notes);
                }
                _ => {}
            }
        }
        self.segments.sort_by_key(|segment| segment.area.from);
        self.files.sort_by_key(|file| file.from);
        if self.threads.is_empty() {
            return Err(wrong("it has no threads"));
        }
        self.name_areas();
        Ok(())
    }

    fn take_notes(&mut self, notes: &[u8]) {
        let mut at = 0;
        while at + 12 <= notes.len() {
            let (name, size, kind) =
                (int(notes, at) as usize, int(notes, at + 4) as usize, int(notes, at + 8));
            let from = at + 12 + name.next_multiple_of(4);
            let Some(note) = from.checked_add(size).and_then(|to| notes.get(from..to)) else { return };
            at = from + size.next_multiple_of(4);
            match kind {
                STATUS if self.threads.len() < ROWS => {
                    let general = note.get(STATUS_REGISTERS..STATUS_REGISTERS + self.machine.general);
                    let id = int(note, STATUS_PID);
                    self.threads.push(Registers {
                        id,
                        general: general.unwrap_or_default().to_vec(),
                        float: Vec::new(),
                    });
                    if self.threads.len() == 1 {
                        let number = i32::from(short(note, 12));
                        self.reason = Reason::Signal { number, code: 0, addr: 0 };
                    }
                }
                FLOAT => {
                    if let Some(thread) = self.threads.last_mut() {
                        thread.float = note.to_vec();
                    }
                }
                PROCESS => {
                    let args = note.get(PROCESS_ARGS..).unwrap_or_default();
                    let args = args.split(|byte| *byte == 0).next().unwrap_or_default();
                    self.process = Process {
                        pid: int(note, PROCESS_PID),
                        parent: int(note, PROCESS_PARENT),
                        uid: int(note, PROCESS_UID),
                        state: 'Z',
                        command: String::from_utf8_lossy(args).trim_end().to_owned(),
                    };
                }
                AUXILIARY => self.auxiliary = note.to_vec(),
                SIGNAL => {
                    let (number, code) = (int(note, 0) as i32, int(note, 8) as i32);
                    // Only faults have an address.
                    let addr =
                        if code > 0 && [4, 5, 7, 8, 11].contains(&number) { long(note, 16) } else { 0 };
                    self.reason = Reason::Signal { number, code, addr };
                }
                FILES => self.take_files(note),
                _ => {}
            }
        }
    }

    fn take_files(&mut self, note: &[u8]) {
        let count = usize::try_from(long(note, 0)).unwrap_or(usize::MAX).min(ROWS);
        let page = long(note, 8).max(1);
        let names = 16usize.saturating_add(count.saturating_mul(24));
        let mut names = note.get(names..).unwrap_or_default().split(|byte| *byte == 0);
        for row in note.get(16..).unwrap_or_default().chunks_exact(24).take(count) {
            let name = names.next().unwrap_or_default();
            let (from, to, offset) = (long(row, 0), long(row, 8), long(row, 16).saturating_mul(page));
            if from < to && name.len() <= PATH && self.files.len() < ROWS {
                let path = String::from_utf8_lossy(name).into_owned();
                self.files.push(Area { from, to, offset, path, ..Area::default() });
            }
        }
    }

    /// Gives each area the file it is of. Files and segments are in order.
    fn name_areas(&mut self) {
        let mut room = PATHS;
        for segment in &mut self.segments {
            let area = &mut segment.area;
            let before = self.files.partition_point(|file| file.from <= area.from);
            let file = before.checked_sub(1).map(|index| &self.files[index]);
            if let Some(file) = file.filter(|file| area.from < file.to && file.path.len() <= room) {
                room -= file.path.len();
                area.path.clone_from(&file.path);
                area.offset = file.offset.saturating_add(area.from - file.from);
            }
        }
        let entry = self.auxiliary_value(9);
        let program = self.files.iter().find(|file| (file.from..file.to).contains(&entry));
        self.exe = program.or(self.files.first()).map_or_else(String::new, |file| file.path.clone());
        let stack = self.threads.first().map_or(0, |thread| long(&thread.general, self.machine.sp));
        let area = self.segments.iter_mut().map(|segment| &mut segment.area);
        if let Some(area) =
            area.into_iter().find(|area| (area.from..area.to).contains(&stack) && area.path.is_empty())
        {
            area.path = "[stack]".to_owned();
        }
    }

    fn auxiliary_value(&self, key: u64) -> u64 {
        let mut pairs = self.auxiliary.chunks_exact(16);
        pairs.find(|pair| long(pair, 0) == key).map_or(0, |pair| long(pair, 8))
    }

    /// A thread by number, 0 for the current one.
    fn thread(&self, id: u32) -> &Registers {
        let found = self.threads.iter().find(|thread| id != 0 && thread.id == id);
        found.unwrap_or(&self.threads[self.current])
    }

    fn stop(&mut self, look: Look, ctx: &Ctx) -> Result<Stop> {
        let thread = &self.threads[self.current];
        let (id, general) = (thread.id, thread.general.clone());
        let mut stop =
            Stop { reason: self.reason.clone(), pid: self.process.pid.max(1), thread: id, ..Stop::default() };
        let windows = [
            (long(&general, self.machine.pc), look.code as usize),
            (long(&general, self.machine.sp), look.stack as usize),
        ];
        for (addr, len) in windows.into_iter().filter(|window| window.1 > 0) {
            let mut buf = vec![0; len.min(frame::READ)];
            let count = self.read_at(addr, &mut buf, ctx)?;
            buf.truncate(count);
            stop.memory.push((addr, Bytes(buf)));
        }
        stop.general = Bytes(general);
        Ok(stop)
    }
}

fn read(backend: &mut dyn Backend, at: u64, len: usize, ctx: &Ctx) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Memory for what is there, not for what is said to be.
    while bytes.len() < len {
        let mut piece = vec![0; (len - bytes.len()).min(1 << 20)];
        let count = backend.read_at(at.saturating_add(bytes.len() as u64), &mut piece, ctx)?;
        if count == 0 {
            return Err(Error::Target { uri: "the core".to_owned(), why: "it ends too early".to_owned() });
        }
        bytes.extend_from_slice(&piece[..count]);
    }
    Ok(bytes)
}

impl Backend for Core {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            let at = addr.saturating_add(done as u64);
            let before = self.segments.partition_point(|segment| segment.area.from <= at);
            let found = before.checked_sub(1).map(|index| &self.segments[index]);
            let Some(segment) = found.filter(|segment| at < segment.area.to) else { break };
            let within = at - segment.area.from;
            let Some(left) = segment.len.checked_sub(within).filter(|left| *left > 0) else { break };
            let len = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len() - done);
            let place = segment.at.saturating_add(within);
            let count = self.inner.read_at(place, &mut buf[done..done + len], ctx)?;
            done += count;
            if count < len {
                break;
            }
        }
        Ok(done)
    }

    fn size(&self) -> u64 {
        u64::MAX
    }

    fn caching(&self) -> Caching {
        Caching::Stopped
    }

    fn next_readable(&mut self, after: u64, _ctx: &Ctx) -> Result<Option<u64>> {
        let ranges = self.segments.iter().filter(|segment| segment.len > 0);
        Ok(next_in(ranges.map(|segment| segment.area.from..segment.area.from + segment.len), after))
    }

    fn as_target(&mut self) -> Option<&mut dyn Target> {
        Some(self)
    }
}

impl Target for Core {
    fn ask(&mut self, request: &Request, _out: &mut dyn Write, ctx: &Ctx) -> Result<Reply> {
        Ok(match request {
            Request::Describe => {
                let stop = self.stop(Look::default(), ctx)?;
                Reply::Info(Box::new(Info {
                    pid: stop.pid,
                    arch: self.machine.arch.to_owned(),
                    bits: 64,
                    os: "linux".to_owned(),
                    exe: self.exe.clone(),
                    launched: true,
                    entry: self.auxiliary_value(9),
                    core: true,
                    stop,
                    ..Info::default()
                }))
            }
            Request::Registers { thread, bank } => match bank {
                Bank::General => Reply::Bytes(Bytes(self.thread(*thread).general.clone())),
                Bank::Float => Reply::Bytes(Bytes(self.thread(*thread).float.clone())),
                Bank::Debug => Reply::Bytes(Bytes(Vec::new())),
            },
            Request::Threads => {
                let current = self.current;
                let rows = self.threads.iter().enumerate().map(|(index, thread)| Thread {
                    id: thread.id,
                    current: index == current,
                    name: self.process.command.clone(),
                    pc: long(&thread.general, self.machine.pc),
                });
                Reply::Threads(rows.collect())
            }
            Request::Select { thread, look } => match self.threads.iter().position(|row| row.id == *thread) {
                Some(index) => {
                    self.current = index;
                    Reply::Stop(Box::new(self.stop(*look, ctx)?))
                }
                None => Reply::Failed(format!("the core has no thread {thread} (dpt lists them)")),
            },
            Request::Maps => Reply::Maps(self.segments.iter().map(|segment| segment.area.clone()).collect()),
            Request::Processes => Reply::Processes(vec![self.process.clone()]),
            Request::Auxiliary => Reply::Bytes(Bytes(self.auxiliary.clone())),
            Request::Next { after } => Reply::Number(self.next_readable(*after, ctx)?),
            Request::Lost(_) | Request::End(_) | Request::Remove(_) => Reply::Done,
            Request::Files => Reply::Failed("a core does not tell the open files".to_owned()),
            _ => Reply::Failed("a core is what is left of a process: it does not run or change".to_owned()),
        })
    }

    /// The files are on the machine that the core is on.
    fn place(&self) -> String {
        self.place.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as a backend.
    struct Raw(Vec<u8>);

    impl Backend for Raw {
        fn read_at(&mut self, addr: u64, buf: &mut [u8], _ctx: &Ctx) -> Result<usize> {
            let from = usize::try_from(addr).unwrap_or(usize::MAX).min(self.0.len());
            let len = (self.0.len() - from).min(buf.len());
            buf[..len].copy_from_slice(&self.0[from..from + len]);
            Ok(len)
        }

        fn size(&self) -> u64 {
            self.0.len() as u64
        }
    }

    #[test]
    fn what_is_damaged_is_an_error_and_no_panic() {
        let mut head = vec![0; 64];
        head[..6].copy_from_slice(b"\x7fELF\x02\x01");
        (head[16], head[18], head[32], head[54], head[56]) = (4, 62, 64, 56, 3);
        assert!(is_core(&head));
        assert!(Core::open(Box::new(Raw(head.clone())), String::new(), &Ctx::owner()).is_err());
        let mut state = 7u32;
        for _ in 0..2000 {
            let mut bytes = head.clone();
            for index in 0..400 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Segments whose kinds are those that are read.
                let is_kind = index % 56 == 0 && index < 168;
                bytes.push(if is_kind {
                    [1, 4][(state >> 24) as usize % 2]
                } else if state & 0x100 == 0 {
                    0
                } else {
                    (state >> 16) as u8
                });
            }
            if let Ok(mut core) = Core::open(Box::new(Raw(bytes)), String::new(), &Ctx::owner()) {
                let _ = core.ask(&Request::Describe, &mut std::io::sink(), &Ctx::owner());
                let _ = core.read_at(0, &mut [0; 64], &Ctx::owner());
            }
        }
    }

    /// A core with one thread and what is in `notes`, which segments have more than once.
    fn core_with(notes: &[u8], times: u16, more: &[(u64, u64)]) -> Vec<u8> {
        let count = times + more.len() as u16;
        let mut bytes = vec![0; HEADER];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        (bytes[16], bytes[18], bytes[32], bytes[54]) = (4, 62, 64, 56);
        bytes[56..58].copy_from_slice(&count.to_le_bytes());
        let at = (HEADER + SEGMENT * usize::from(count)) as u64;
        let mut row = |kind: u32, from: u64, len: u64| {
            bytes.extend(kind.to_le_bytes());
            bytes.extend(4u32.to_le_bytes());
            [at, from, 0, len, len, 0].into_iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        };
        (0..times).for_each(|_| row(NOTES, 0, notes.len() as u64));
        more.iter().for_each(|(from, len)| row(LOAD, *from, *len));
        bytes.extend_from_slice(notes);
        bytes
    }

    fn note(kind: u32, body: &[u8]) -> Vec<u8> {
        let head = [0, body.len() as u32, kind].into_iter().flat_map(u32::to_le_bytes);
        head.chain(body.iter().copied()).collect()
    }

    #[test]
    fn what_a_core_has_takes_bounded_memory() {
        const FILES_EACH: u64 = 40_000;
        let words = [FILES_EACH, 4096].into_iter().chain(0..FILES_EACH * 3);
        let mut table: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        table.extend(vec![b'x'; PATH + 1]);
        table.extend(b"\0/file\0");
        table.resize(table.len().next_multiple_of(4), 0);
        let notes = [note(STATUS, &[0; 336]), note(FILES, &table)].concat();
        let bytes = core_with(&notes, 80, &[]);
        let core = Core::open(Box::new(Raw(bytes)), String::new(), &Ctx::owner()).ok().unwrap();
        assert_eq!(core.files.len(), ROWS);
        assert!(core.files.iter().all(|file| file.path.len() <= PATH));
        // So many notes as there is room for.
        assert_eq!(core.threads.len() as u64, NOTE_BYTES / notes.len() as u64);
    }

    #[test]
    fn memory_of_a_core_is_found_page_by_page() {
        let bytes =
            core_with(&note(STATUS, &[0; 336]), 1, &[(0x8000, 0x1000), (0x1000, 0x2000), (u64::MAX - 8, 8)]);
        let mut core = Core::open(Box::new(Raw(bytes)), String::new(), &Ctx::owner()).ok().unwrap();
        let ctx = Ctx::owner();
        for (after, next) in [
            (0, Some(0x1000)),
            (0x1004, Some(0x2000)),
            (0x2800, Some(0x8000)),
            (0x8000, Some(u64::MAX - 8)),
            (u64::MAX, None),
        ] {
            assert_eq!(core.next_readable(after, &ctx).unwrap(), next, "{after:#x}");
        }
        assert!(core.read_at(0x8004, &mut [0; 4], &ctx).unwrap() == 4);
        assert!(core.read_at(0x3000, &mut [0; 4], &ctx).unwrap() == 0);
    }
}
