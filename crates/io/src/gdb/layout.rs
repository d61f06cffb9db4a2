//! What memory the target of a stub has: by the files of its machine, by the stub's map of it, or by the tables of the
//! program that is in it.

use farad_wire::gdb::{hex, number};
use farad_wire::target::Area;

use super::client::GdbClient;
use crate::area::{PAGE, parse_maps};
use crate::ctx::Ctx;
use crate::error::Result;

/// Names of the registers that play a role.
pub(super) const PC: &[&str] = &["rip", "eip", "pc"];
pub(super) const SP: &[&str] = &["rsp", "esp", "sp"];
pub(super) const LINK: &[&str] = &["x30", "lr"];

/// Keys of the auxiliary vector: the program's headers, how large one is and how many there are, the linker's base.
const HEADERS: u64 = 3;
const HEADER_SIZE: u64 = 4;
const HEADER_COUNT: u64 = 5;
const LINKER: u64 = 7;
/// What a header with memory is called.
const LOAD: u32 = 1;
/// Most bytes of a file of the target's machine, and of one piece.
const FILE: usize = 4 << 20;
const PIECE: usize = 0x4000;
/// Most pieces of a file: those of the smallest packets.
const PIECES: usize = FILE / 256;
/// Bytes of the stack that are taken to be there around the stack pointer.
const STACK: u64 = 64 << 10;

impl GdbClient {
    /// The memory maps, where they can be found out.
    pub(super) fn maps(&mut self, ctx: &Ctx) -> Result<Option<Vec<Area>>> {
        if self.has_ended() {
            return Ok(None);
        }
        if self.areas.is_none() {
            self.areas = self.ask_maps(ctx)?;
        }
        Ok(self.areas.clone())
    }

    fn ask_maps(&mut self, ctx: &Ctx) -> Result<Option<Vec<Area>>> {
        let pid = if self.thread.pid > 0 { self.thread.pid } else { self.thread.id };
        if let Some(text) = self.file(&format!("/proc/{pid}/maps"), ctx)? {
            return Ok(Some(parse_maps(&String::from_utf8_lossy(&text))));
        }
        if let Some(text) = self.document("memory-map", "", ctx)? {
            return Ok(Some(parse_memory_map(&String::from_utf8_lossy(&text))));
        }
        self.by_headers(ctx)
    }

    /// A file of the target's machine, where the stub gives it.
    fn file(&mut self, path: &str, ctx: &Ctx) -> Result<Option<Vec<u8>>> {
        let opened = self.talk.ask(format!("vFile:open:{},0,0", hex(path.as_bytes())).as_bytes(), ctx)?;
        let Some(fd) = str::from_utf8(&opened).ok().and_then(|text| number(text.strip_prefix('F')?)) else {
            return Ok(None);
        };
        let piece = PIECE.min(self.packet - 32);
        let mut whole = Vec::new();
        let mut wait = self.talk.list();
        for _ in 0..PIECES {
            if ctx.check().is_err() {
                break;
            }
            let question = format!("vFile:pread:{fd:x},{piece:x},{:x}", whole.len());
            let answer = self.talk.ask_of_list(question.as_bytes(), &mut wait, ctx)?;
            let Some(end) = answer.iter().position(|byte| *byte == b';') else { break };
            let data = &answer[end + 1..];
            if data.is_empty() || !answer.starts_with(b"F") || whole.len() + data.len() > FILE {
                break;
            }
            whole.extend_from_slice(data);
        }
        self.talk.ask(format!("vFile:close:{fd:x}").as_bytes(), ctx)?;
        ctx.check()?;
        Ok(Some(whole).filter(|whole| !whole.is_empty()))
    }

    /// What the headers of the program in memory tell of it, and the page of the stack.
    fn by_headers(&mut self, ctx: &Ctx) -> Result<Option<Vec<Area>>> {
        let Some(headers) = self.auxiliary_value(HEADERS).filter(|_| self.description.bits == 64) else {
            return Ok(None);
        };
        let size = self.auxiliary_value(HEADER_SIZE).unwrap_or(56).clamp(56, 256);
        let count = self.auxiliary_value(HEADER_COUNT).unwrap_or(0).min(128);
        let exe = self.exe();
        let path = if exe.is_empty() { "[program]".to_owned() } else { exe.to_owned() };
        let mut areas = self.loaded(headers, size, count, &path, ctx)?;
        if let Some(linker) = self.auxiliary_value(LINKER).filter(|base| *base != 0) {
            let mut head = [0; 64];
            if self.read_at(linker, &mut head, ctx)? == head.len() {
                let word = |at: usize| u64::from(head[at]) | u64::from(head[at + 1]) << 8;
                let offset = head[32..40].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
                let (size, count) = (word(54).clamp(56, 256), word(56).min(128));
                areas.extend(self.loaded(linker.wrapping_add(offset), size, count, "[linker]", ctx)?);
            }
        }
        let all = self.registers(ctx)?;
        let sp = self.register(&all, SP);
        let (from, to) = ((sp - sp % PAGE).saturating_sub(STACK), (sp - sp % PAGE).saturating_add(STACK));
        // Of the stack as much as can be read is there.
        let wanted: Vec<(u64, usize)> = (from..to).step_by(PAGE as usize).map(|page| (page, 1)).collect();
        let there: Vec<u64> = self.read_windows(&wanted, ctx)?.into_iter().map(|(page, _)| page).collect();
        let mut pages: Vec<u64> = Vec::new();
        for page in (from..to).step_by(PAGE as usize) {
            let taken = areas.iter().any(|area| (area.from..area.to).contains(&page));
            if !taken && there.contains(&page) {
                pages.push(page);
            } else if page > sp {
                break;
            } else {
                pages.clear();
            }
        }
        if let (Some(first), Some(last)) = (pages.first(), pages.last()) {
            areas.push(Area {
                from: *first,
                to: last.saturating_add(PAGE),
                perm: 6,
                path: "[stack]".to_owned(),
                ..Area::default()
            });
        }
        areas.sort_by_key(|area| area.from);
        Ok(Some(areas))
    }

    /// The memory of a file whose program headers are in memory.
    fn loaded(&mut self, headers: u64, size: u64, count: u64, path: &str, ctx: &Ctx) -> Result<Vec<Area>> {
        let mut table = vec![0; usize::try_from(size * count).unwrap_or(0)];
        let read = self.read_at(headers, &mut table, ctx)?;
        table.truncate(read);
        let rows: Vec<&[u8]> = table.chunks_exact(usize::try_from(size).unwrap_or(56)).collect();
        let long = |row: &[u8], at: usize| {
            row[at..at + 8].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
        };
        let kind = |row: &[u8]| {
            u32::from(row[0]) | u32::from(row[1]) << 8 | u32::from(row[2]) << 16 | u32::from(row[3]) << 24
        };
        // The table says where it is itself, which tells how far all was moved; or else it is where the file begins.
        let own = rows.iter().find(|row| kind(row) == 6).map(|row| long(row, 16));
        let first = rows.iter().find(|row| kind(row) == LOAD).map_or(0, |row| long(row, 16) & !(PAGE - 1));
        let moved =
            own.map_or_else(|| (headers & !(PAGE - 1)).wrapping_sub(first), |own| headers.wrapping_sub(own));
        let areas = rows.iter().filter(|row| kind(row) == LOAD).filter_map(|row| {
            let start = moved.wrapping_add(long(row, 16));
            let end = start.saturating_add(long(row, 40));
            let to = end.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX);
            let (from, offset) = (start & !(PAGE - 1), long(row, 8) & !(PAGE - 1));
            let (perm, path) = (row[4] & 7, path.to_owned());
            (from < to).then_some(Area { from, to, perm, shared: false, offset, path })
        });
        Ok(areas.collect())
    }
}

/// A stub's map of the machine's memory.
fn parse_memory_map(text: &str) -> Vec<Area> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: 1 << 16, ..Default::default() };
    let Ok(document) = roxmltree::Document::parse_with_options(text, options) else { return Vec::new() };
    let value = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => number(digits),
        None => text.parse().ok(),
    };
    let rows = document.descendants().filter(|node| node.tag_name().name() == "memory").filter_map(|node| {
        let from = value(node.attribute("start")?)?;
        let to = from.checked_add(value(node.attribute("length")?)?)?;
        let kind = node.attribute("type").unwrap_or("ram");
        let perm = if kind == "ram" { 7 } else { 5 };
        (from < to).then(|| Area { from, to, perm, shared: false, offset: 0, path: format!("[{kind}]") })
    });
    let mut areas: Vec<Area> = rows.collect();
    areas.sort_by_key(|area| area.from);
    areas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_read() {
        let map = "<memory-map><memory type='flash' start='0x0' length='0x100'/><memory start='16' length='y'/></memory-map>";
        let areas = parse_memory_map(map);
        assert_eq!((areas.len(), areas[0].to, areas[0].perm), (1, 0x100, 5));
    }
}
