//! Unwinding by the tables that programs carry for exceptions: from a frame to the one that called it.
//!
//! Everything is read from the memory of the process, which has the tables of every file in it; no file is needed.

use gimli::{
    BaseAddresses, CfaRule, EhFrame, EhFrameHdr, Encoding, EndianSlice, Evaluation, EvaluationResult,
    Expression, LittleEndian, Location, Register, RegisterRule, UnwindContext, UnwindSection, UnwindTableRow,
    Value,
};
use object::elf;
use object::read::elf::{FileHeader, ProgramHeader};

/// Bytes of a module's beginning in which its headers are.
const HEAD: usize = 4096;
/// Most bytes of a table.
const TABLE: u64 = 16 << 20;
/// Most steps of an expression's evaluation.
const STEPS: u32 = 1000;

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Bytes and registers of a process that is stopped.
pub trait Process {
    /// Reads all of `buf` at `addr`; false when it cannot.
    fn read(&mut self, addr: u64, buf: &mut [u8]) -> bool;
    /// The value that a register has in the frame, by DWARF's number of it.
    fn register(&self, number: u16) -> Option<u64>;
}

/// The tables of one file in memory.
pub struct Tables {
    header: Vec<u8>,
    header_at: u64,
    frames: Vec<u8>,
    frames_at: u64,
}

/// What was found of the frame that called one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Where the stack pointer was before the call: the canonical frame address.
    pub frame: u64,
    /// The registers that were kept, by DWARF's numbers, and what they held.
    pub registers: Vec<(u16, u64)>,
    /// DWARF's number of the register that holds the return address.
    pub link: u16,
}

impl Tables {
    /// Finds the tables of a file of 64 bits that begins at `base` in memory and ends at `end`.
    pub fn find(process: &mut dyn Process, base: u64, end: u64) -> Option<Tables> {
        let mut head = vec![0; HEAD];
        process.read(base, &mut head).then_some(())?;
        let file = elf::FileHeader64::<object::Endianness>::parse(&*head).ok()?;
        let endian = file.endian().ok()?;
        let segments = file.program_headers(endian, &*head).ok()?;
        let first = segments.iter().find(|it| it.p_type(endian) == elf::PT_LOAD)?;
        let moved = base.wrapping_sub(first.p_vaddr(endian) & !0xfff);
        let table = segments.iter().find(|it| it.p_type(endian) == elf::PT_GNU_EH_FRAME)?;
        let header_at = moved.wrapping_add(table.p_vaddr(endian));
        let mut header = vec![0; usize::try_from(table.p_memsz(endian).min(TABLE)).ok()?];
        process.read(header_at, &mut header).then_some(())?;
        let bases = BaseAddresses::default().set_eh_frame_hdr(header_at);
        let parsed = EhFrameHdr::new(&header, LittleEndian).parse(&bases, 8).ok()?;
        let gimli::Pointer::Direct(frames_at) = parsed.eh_frame_ptr() else { return None };
        // Where they end is told nowhere: behind them is what the file's segment has else, or nothing.
        let behind = segments.iter().filter(|it| it.p_type(endian) == elf::PT_LOAD).map(|it| {
            let from = moved.wrapping_add(it.p_vaddr(endian));
            (from, from.wrapping_add(it.p_memsz(endian)))
        });
        let until = behind.filter(|(from, to)| (*from..*to).contains(&frames_at)).map(|(_, to)| to).max();
        let len = until.unwrap_or(end).checked_sub(frames_at)?.min(TABLE);
        let mut frames = vec![0; usize::try_from(len).ok()?];
        process.read(frames_at, &mut frames).then_some(())?;
        Some(Tables { header, header_at, frames, frames_at })
    }

    /// The frame that called the one at `pc`, where the tables tell of it.
    pub fn caller(&self, process: &mut dyn Process, pc: u64) -> Option<Caller> {
        let bases = BaseAddresses::default().set_eh_frame_hdr(self.header_at).set_eh_frame(self.frames_at);
        let frames = EhFrame::new(&self.frames, LittleEndian);
        let header = EhFrameHdr::new(&self.header, LittleEndian).parse(&bases, 8).ok()?;
        let entry = match header.table() {
            Some(table) => table.fde_for_address(&frames, &bases, pc, EhFrame::cie_from_offset).ok()?,
            None => frames.fde_for_address(&bases, pc, EhFrame::cie_from_offset).ok()?,
        };
        let mut context = UnwindContext::new();
        let row = entry.unwind_info_for_address(&frames, &bases, &mut context, pc).ok()?;
        let encoding = entry.cie().encoding();
        let link = entry.cie().return_address_register().0;
        let frame = self.frame(process, row, encoding)?;
        let mut registers = Vec::new();
        for (Register(number), rule) in row.registers() {
            let value = match rule {
                RegisterRule::Offset(offset) => word(process, frame.wrapping_add_signed(*offset)),
                RegisterRule::ValOffset(offset) => Some(frame.wrapping_add_signed(*offset)),
                RegisterRule::Register(Register(other)) => process.register(*other),
                RegisterRule::Expression(place) => {
                    let place = self.evaluate(process, &frames, place, encoding, Some(frame))?;
                    word(process, place)
                }
                RegisterRule::ValExpression(value) => {
                    self.evaluate(process, &frames, value, encoding, Some(frame))
                }
                // Nothing called the outermost one.
                RegisterRule::Undefined if *number == link => return None,
                _ => continue,
            };
            registers.push((*number, value?));
        }
        Some(Caller { frame, registers, link })
    }

    fn frame(
        &self,
        process: &mut dyn Process,
        row: &UnwindTableRow<usize>,
        encoding: Encoding,
    ) -> Option<u64> {
        match row.cfa() {
            CfaRule::RegisterAndOffset { register, offset } => {
                Some(process.register(register.0)?.wrapping_add_signed(*offset))
            }
            CfaRule::Expression(expression) => {
                let frames = EhFrame::new(&self.frames, LittleEndian);
                self.evaluate(process, &frames, expression, encoding, None)
            }
        }
    }

    fn evaluate(
        &self,
        process: &mut dyn Process,
        frames: &EhFrame<Slice<'_>>,
        expression: &gimli::UnwindExpression<usize>,
        encoding: Encoding,
        first: Option<u64>,
    ) -> Option<u64> {
        let Expression(code) = expression.get(frames).ok()?;
        let mut evaluation: Evaluation<Slice<'_>> = Expression(code).evaluation(encoding);
        evaluation.set_max_iterations(STEPS);
        if let Some(first) = first {
            evaluation.set_initial_value(first);
        }
        let mut state = evaluation.evaluate().ok()?;
        for _ in 0..STEPS {
            state = match state {
                EvaluationResult::Complete => break,
                EvaluationResult::RequiresRegister { register, .. } => {
                    evaluation.resume_with_register(Value::Generic(process.register(register.0)?)).ok()?
                }
                EvaluationResult::RequiresMemory { address, size, .. } => {
                    let mut bytes = [0; 8];
                    process.read(address, bytes.get_mut(..usize::from(size))?).then_some(())?;
                    evaluation.resume_with_memory(Value::Generic(u64::from_le_bytes(bytes))).ok()?
                }
                _ => return None,
            };
        }
        match evaluation.result().first()?.location {
            Location::Address { address } => Some(address),
            Location::Value { value } => value.to_u64(u64::MAX).ok(),
            _ => None,
        }
    }
}

fn word(process: &mut dyn Process, addr: u64) -> Option<u64> {
    let mut bytes = [0; 8];
    process.read(addr, &mut bytes).then(|| u64::from_le_bytes(bytes))
}
