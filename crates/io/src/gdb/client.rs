//! A stub, and what is known of what it has.

use std::collections::HashSet;
use std::io::Write;
use std::time::Duration;

use farad_wire::gdb::{Features, StopReply, Thread, hex_bytes};
use farad_wire::target::{self, Area, Bytes, End, Info, Reason, Reply, Request, Stop};

use super::conversation::{Conversation, is_refusal};
use super::description::{self, Description};
use crate::area::next_mapped;
use crate::ctx::Ctx;
use crate::error::{Error, Result, Stage};
use crate::net;
use crate::uri::Transport;

/// What this client can do.
const SUPPORTED: &[u8] =
    b"qSupported:swbreak+;hwbreak+;vContSupported+;qXfer:features:read+;binary-upload+;xmlRegisters=i386,arm";
/// Bytes of a document asked for at a time.
const PIECE: usize = 0xf00;
/// Most bytes of a document.
const DOCUMENT: usize = 1 << 20;
/// Most pieces of a document: those of the smallest packets.
const PIECES: usize = DOCUMENT / (SMALLEST - 32);
/// Most documents of a description.
const DOCUMENTS: usize = 64;
/// The smallest packet that every stub takes, and the largest that is sent, bytes.
const SMALLEST: usize = 400;
const LARGEST: usize = 256 << 10;

/// Most threads.
const THREADS: usize = 4096;
/// Most breakpoints that are gone and remembered.
const REMOVED: usize = 4096;

/// The signal that ends a process whatever it wants.
const KILL: i32 = 9;

/// How a stub is to be used.
#[derive(Clone, Debug)]
pub struct GdbOptions {
    /// How long reaching it, and its first answer, may take.
    pub timeout: Duration,
    /// How long each answer, and each list, is waited for from then on.
    pub pace: net::Pace,
    /// A process to take, by a stub that has none yet.
    pub attach: Option<u32>,
    /// The file of the program, where the stub does not tell it.
    pub file: Option<String>,
}

/// A connection to a stub, whose target is stopped between calls.
pub struct GdbClient {
    pub(super) talk: Conversation,
    pub(super) features: Features,
    /// Longest packet, bytes.
    pub(super) packet: usize,
    pub(super) description: Description,
    /// It takes `vCont`.
    pub(super) actions: String,
    /// It takes binary data.
    pub(super) binary: bool,
    pub(super) thread: Thread,
    pub(super) reason: Reason,
    /// The signal to go on with.
    pub(super) deliver: i32,
    pub(super) points: Vec<target::Point>,
    /// Addresses of breakpoints that are gone, which a thread may have run into before.
    pub(super) removed: Vec<u64>,
    /// The program counter, while it is known.
    pub(super) pc: Option<u64>,
    /// The memory maps, as long as it has not run.
    pub(super) areas: Option<Vec<Area>>,
    auxiliary: Vec<u8>,
    exe: String,
    attached: bool,
}

impl GdbClient {
    /// Connects to a stub and learns what it has.
    ///
    /// # Errors
    /// [`Error::Peer`] when it cannot be reached or does not speak the protocol.
    pub fn connect(transport: &Transport, options: &GdbOptions, ctx: &Ctx) -> Result<GdbClient> {
        let uri = format!("gdb://{transport}");
        let link = net::connect(transport, &uri, options.timeout, ctx)?;
        let mut client = GdbClient {
            talk: Conversation::new(link, uri.clone()),
            features: Features::default(),
            packet: SMALLEST,
            description: Description::default(),
            actions: String::new(),
            binary: false,
            thread: Thread::default(),
            reason: Reason::Begun,
            deliver: 0,
            points: Vec::new(),
            pc: None,
            removed: Vec::new(),
            areas: None,
            auxiliary: Vec::new(),
            exe: options.file.clone().unwrap_or_default(),
            attached: false,
        };
        let limited = ctx.within(options.timeout);
        client.greet(options, &limited).map_err(|error| match error {
            Error::Deadline if ctx.check().is_ok() => {
                let seconds = options.timeout.as_secs_f32();
                let why = format!(
                    "no answer of a gdb stub within {seconds} s (it may have another client; e rap.timeout)"
                );
                Error::Peer { uri, stage: Stage::Answer, why }
            }
            Error::Connection { why, .. } => Error::Peer { uri, stage: Stage::Answer, why },
            error => error,
        })?;
        client.talk.set_pace(options.pace);
        Ok(client)
    }

    fn greet(&mut self, options: &GdbOptions, ctx: &Ctx) -> Result<()> {
        let answer = self.talk.ask(SUPPORTED, ctx)?;
        self.features = Features::parse(&String::from_utf8_lossy(&answer));
        self.packet = self.features.packet_size().unwrap_or(SMALLEST).clamp(SMALLEST, LARGEST);
        if self.features.has("QStartNoAckMode") && self.talk.ask(b"QStartNoAckMode", ctx)? == b"OK" {
            self.talk.acks = false;
        }
        if let Some(pid) = options.attach {
            // Only a stub that outlives its targets takes others.
            self.talk.ask(b"!", ctx)?;
            let stopped = self.talk.ask(format!("vAttach;{pid:x}").as_bytes(), ctx)?;
            if is_refusal(&stopped) {
                let why = format!("it cannot attach to process {pid}: {}", String::from_utf8_lossy(&stopped));
                return Err(Error::Peer { uri: self.talk.uri().to_owned(), stage: Stage::Open, why });
            }
        }
        let questions = [&b"?"[..], b"vCont?", b"qAttached", b"X0,0:"].map(<[u8]>::to_vec);
        let answers = self.talk.ask_all(&questions, ctx)?;
        self.actions = String::from_utf8_lossy(&answers[1]).into_owned();
        self.attached = answers[2] != b"0";
        self.binary = answers[3] == b"OK";
        match StopReply::parse(&answers[0]) {
            Some(StopReply::Signal { thread, .. }) => self.thread = thread.unwrap_or_default(),
            _ => return Err(self.talk.fail("it has no process (it may want one: gdb://HOST:PORT/PID)")),
        }
        self.describe(ctx)?;
        if self.thread.id == 0 {
            let current = self.talk.ask(b"qC", ctx)?;
            let text = String::from_utf8_lossy(&current);
            self.thread = text.strip_prefix("QC").and_then(Thread::parse).unwrap_or_default();
        }
        self.auxiliary = self.document("auxv", "", ctx)?.unwrap_or_default();
        if self.exe.is_empty() {
            let exe = self.document("exec-file", "", ctx)?.unwrap_or_default();
            self.exe = String::from_utf8_lossy(&exe).into_owned();
        }
        Ok(())
    }

    fn describe(&mut self, ctx: &Ctx) -> Result<()> {
        let mut documents = Vec::new();
        let mut wanted = vec!["target.xml".to_owned()];
        while let Some(name) = wanted.pop() {
            if documents.len() >= DOCUMENTS {
                break;
            }
            let Some(text) = self.document("features", &name, ctx)? else { continue };
            let text = String::from_utf8_lossy(&text).into_owned();
            // The first one included is the next one read.
            wanted.extend(description::includes(&text).into_iter().rev());
            documents.push(text);
        }
        self.description = description::read(&documents);
        if self.description.registers.is_empty() {
            let all = self.talk.ask(b"g", ctx)?;
            self.description = description::guess(all.len() / 2);
        }
        Ok(())
    }

    /// A document of the stub's, where it has it.
    pub(super) fn document(&mut self, kind: &str, name: &str, ctx: &Ctx) -> Result<Option<Vec<u8>>> {
        if !self.features.has(&format!("qXfer:{kind}:read")) {
            return Ok(None);
        }
        let piece = PIECE.min(self.packet - 16);
        let mut whole: Vec<u8> = Vec::new();
        let mut wait = self.talk.list();
        for _ in 0..PIECES {
            ctx.check()?;
            let question = format!("qXfer:{kind}:read:{name}:{:x},{piece:x}", whole.len());
            let answer = self.talk.ask_of_list(question.as_bytes(), &mut wait, ctx)?;
            match answer.split_first() {
                Some((b'm', more)) if !more.is_empty() && whole.len() + more.len() <= DOCUMENT => {
                    whole.extend_from_slice(more);
                }
                Some((b'l', rest)) if whole.len() + rest.len() <= DOCUMENT => {
                    whole.extend_from_slice(rest);
                    return Ok(Some(whole));
                }
                Some((b'm' | b'l', _)) => break,
                _ => return Ok(None),
            }
        }
        Err(self.talk.fail(format!("its document {kind} {name} has no end")))
    }

    /// Asks what a [`Request`] does.
    ///
    /// # Errors
    /// When the connection failed. What the stub cannot do is a [`Reply::Failed`].
    pub fn ask(&mut self, request: &Request, out: &mut dyn Write, ctx: &Ctx) -> Result<Reply> {
        let refused = |what: &str| Ok(Reply::Failed(format!("the stub does not {what}")));
        match request {
            Request::Describe => self.info(ctx),
            Request::Resume(ask) => self.resume(ask, out, ctx),
            Request::Select { thread, look } => {
                self.thread.id = u64::from(*thread);
                if is_refusal(&self.talk.ask(format!("Hg{}", self.thread).as_bytes(), ctx)?) {
                    return Ok(Reply::Failed(format!("the target has no thread {thread} (dpt lists them)")));
                }
                self.stop(*look, ctx)
            }
            Request::Registers { .. } => Ok(Reply::Bytes(Bytes(self.registers(ctx)?))),
            Request::SetRegisters { bytes, .. } => self.set_registers(&bytes.0, ctx),
            Request::Insert(point) => self.point(b'Z', *point, ctx),
            Request::Remove(point) => self.point(b'z', *point, ctx),
            Request::Threads => self.threads(ctx),
            Request::Maps => Ok(match self.maps(ctx)? {
                Some(maps) => Reply::Maps(maps),
                None => Reply::Failed("the stub does not tell what memory there is".to_owned()),
            }),
            Request::Read { addr, len } => {
                let mut buf = vec![0; usize::try_from(*len).unwrap_or(0).min(target::frame::READ)];
                let count = self.read_at(*addr, &mut buf, ctx)?;
                buf.truncate(count);
                Ok(Reply::Bytes(Bytes(buf)))
            }
            Request::Write { addr, bytes } => match self.write_at(*addr, &bytes.0, ctx) {
                Ok(()) => Ok(Reply::Done),
                Err(error) if error.is_fatal() || error.is_interrupt() => Err(error),
                Err(error) => Ok(Reply::Failed(error.to_string())),
            },
            Request::Next { after } => {
                let maps = self.maps(ctx)?.unwrap_or_default();
                Ok(Reply::Number(next_mapped(&maps, *after)))
            }
            Request::Auxiliary => Ok(Reply::Bytes(Bytes(self.auxiliary.clone()))),
            Request::Signal { number: KILL, pid: 0 } => self.end(End::Kill, ctx),
            Request::Signal { number, pid: 0 } => {
                // It comes when the target goes on.
                self.deliver = *number;
                Ok(Reply::Done)
            }
            Request::Lost(_) => Ok(Reply::Done),
            Request::End(end) => self.end(*end, ctx),
            Request::Condition { .. } => refused("take conditions"),
            Request::Files => refused("tell the open files"),
            Request::Processes => refused("tell the processes of its machine"),
            Request::Signal { .. } => refused("send signals to other processes"),
            Request::Restart { .. } => refused("start the program again: start it anew"),
            Request::Start(_) => refused("start programs"),
        }
    }

    fn info(&mut self, ctx: &Ctx) -> Result<Reply> {
        let stop = match self.stop(target::Look::default(), ctx)? {
            Reply::Stop(stop) => *stop,
            other => return Ok(other),
        };
        Ok(Reply::Info(Box::new(Info {
            pid: stop.pid,
            arch: self.description.arch.clone(),
            bits: self.description.bits,
            os: "linux".to_owned(),
            exe: self.exe.clone(),
            launched: !self.attached,
            entry: self.auxiliary_value(9).unwrap_or(0),
            registers: self.description.registers.clone(),
            core: false,
            stop,
        })))
    }

    /// The value of a key of the auxiliary vector.
    pub(super) fn auxiliary_value(&self, key: u64) -> Option<u64> {
        let width = if self.description.bits == 32 { 4 } else { 8 };
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let mut pairs = self.auxiliary.chunks_exact(width * 2);
        pairs.find(|pair| word(&pair[..width]) == key).map(|pair| word(&pair[width..]))
    }

    /// The program's file, where it is known.
    pub(super) fn exe(&self) -> &str {
        &self.exe
    }

    /// Whether the target has ended.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.reason, Reason::Exited { .. } | Reason::Killed { .. })
    }

    /// The registers of the current thread, as one packet has them.
    pub(super) fn registers(&mut self, ctx: &Ctx) -> Result<Vec<u8>> {
        if self.has_ended() {
            return Ok(Vec::new());
        }
        let all = self.talk.ask(b"g", ctx)?;
        let all = hex_bytes(&all).ok_or_else(|| self.talk.fail("its registers cannot be read"))?;
        self.pc = Some(self.register(&all, super::layout::PC));
        Ok(all)
    }

    fn set_registers(&mut self, bytes: &[u8], ctx: &Ctx) -> Result<Reply> {
        self.pc = None;
        let content = format!("G{}", farad_wire::gdb::hex(bytes));
        if is_refusal(&self.talk.ask(content.as_bytes(), ctx)?) {
            return Ok(Reply::Failed("the stub does not set registers".to_owned()));
        }
        Ok(Reply::Done)
    }

    /// The value of a register in the bytes of all.
    pub(super) fn register(&self, all: &[u8], names: &[&str]) -> u64 {
        let row = self.description.registers.iter().find(|row| names.contains(&row.name.as_str()));
        let bytes = row.and_then(|row| {
            let from = row.offset as usize;
            all.get(from..from.saturating_add(row.bits.min(64) as usize / 8))
        });
        bytes.map_or(0, |bytes| bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    /// Where the target is now.
    pub(super) fn stop(&mut self, look: target::Look, ctx: &Ctx) -> Result<Reply> {
        let general = self.registers(ctx)?;
        let pc = self.register(&general, super::layout::PC);
        let sp = self.register(&general, super::layout::SP);
        let mut stop = Stop {
            reason: self.reason.clone(),
            pid: u32::try_from(if self.thread.pid > 0 { self.thread.pid } else { self.thread.id })
                .unwrap_or(0),
            thread: u32::try_from(self.thread.id).unwrap_or(0),
            general: Bytes(general),
            ..Stop::default()
        };
        if self.has_ended() {
            return Ok(Reply::Stop(Box::new(stop)));
        }
        let before = u64::from(look.before);
        let code = look.before.saturating_add(look.code) as usize;
        let windows = [(pc.saturating_sub(before), code), (sp, look.stack as usize)];
        for (addr, bytes) in self.read_windows(&windows, ctx)? {
            stop.memory.push((addr, Bytes(bytes)));
        }
        Ok(Reply::Stop(Box::new(stop)))
    }

    fn threads(&mut self, ctx: &Ctx) -> Result<Reply> {
        let mut ids: Vec<Thread> = Vec::new();
        let mut wait = self.talk.list();
        let mut question: &[u8] = b"qfThreadInfo";
        while ids.len() < THREADS {
            ctx.check()?;
            let answer = self.talk.ask_of_list(question, &mut wait, ctx)?;
            let text = String::from_utf8_lossy(&answer).into_owned();
            let Some(list) = text.strip_prefix('m') else { break };
            let known = ids.len();
            ids.extend(list.split(',').filter_map(Thread::parse).take(THREADS - known));
            // One that comes again begins a list that has no end.
            let mut seen = HashSet::new();
            ids.retain(|thread| seen.insert((thread.pid, thread.id)));
            if ids.len() == known {
                break;
            }
            question = b"qsThreadInfo";
        }
        let rows = self.thread_rows(&ids, ctx);
        // Whatever came of it, registers are those of the current one again.
        let back = self.talk.ask(format!("Hg{}", self.thread).as_bytes(), ctx);
        let rows = rows?;
        back?;
        Ok(Reply::Threads(rows))
    }

    fn thread_rows(&mut self, ids: &[Thread], ctx: &Ctx) -> Result<Vec<target::Thread>> {
        let mut rows = Vec::new();
        let mut wait = self.talk.list();
        for thread in ids {
            ctx.check()?;
            let questions = [format!("Hg{thread}"), "g".to_owned(), format!("qThreadExtraInfo,{thread}")];
            let questions = questions.map(String::into_bytes);
            let answers = self.talk.ask_all_of_list(&questions, &mut wait, ctx)?;
            let all = hex_bytes(&answers[1]).unwrap_or_default();
            let name =
                if is_refusal(&answers[2]) { Vec::new() } else { hex_bytes(&answers[2]).unwrap_or_default() };
            rows.push(target::Thread {
                id: u32::try_from(thread.id).unwrap_or(0),
                current: thread.id == self.thread.id,
                name: String::from_utf8_lossy(&name).into_owned(),
                pc: self.register(&all, super::layout::PC),
            });
        }
        Ok(rows)
    }

    fn point(&mut self, letter: u8, point: target::Point, ctx: &Ctx) -> Result<Reply> {
        use target::PointKind;
        let kind = match point.kind {
            PointKind::Software => 0,
            PointKind::Hardware => 1,
            PointKind::Write => 2,
            PointKind::Read => 3,
            PointKind::Access => 4,
        };
        // Of a breakpoint it is the length of its instruction.
        let len = match (kind, self.description.arch.as_str()) {
            (0 | 1, "x86") => 1,
            (0 | 1, _) => 4,
            _ => point.len,
        };
        if letter == b'z' && self.has_ended() {
            return Ok(Reply::Done);
        }
        let content = format!("{}{kind},{:x},{len:x}", char::from(letter), point.addr);
        let answer = self.talk.ask(content.as_bytes(), ctx)?;
        if answer == b"OK" {
            self.points.retain(|other| *other != point);
            self.removed.retain(|addr| *addr != point.addr);
            if letter == b'z' && self.removed.len() < REMOVED {
                self.removed.push(point.addr);
            }
            if letter == b'Z' {
                self.points.push(point);
            }
            return Ok(Reply::Done);
        }
        let why = match answer.is_empty() {
            true => "the stub has no such breakpoints".to_owned(),
            false => {
                format!("the stub cannot do that at {:#x}: {}", point.addr, String::from_utf8_lossy(&answer))
            }
        };
        Ok(Reply::Failed(why))
    }

    fn end(&mut self, end: End, ctx: &Ctx) -> Result<Reply> {
        let kills = end == End::Kill || end == End::Close && !self.attached;
        if !self.has_ended() {
            if kills {
                // Some stubs answer, and some hang up.
                self.talk.send(b"k", ctx)?;
            } else {
                for point in std::mem::take(&mut self.points) {
                    self.point(b'z', point, ctx)?;
                }
                self.talk.ask(b"D", ctx)?;
            }
            self.reason = Reason::Killed { number: KILL };
        }
        if end != End::Kill {
            self.talk.close();
        }
        Ok(Reply::Done)
    }
}
