//! Operands and mnemonics of x86 in AT&T's order: `movl $1, 8(%rax,%rcx,4)`.

use iced_x86::Register;

use super::operand::{Decoration, Immediate, Memory, Operand, decorate, register};
use crate::assemble::reader::Reader;
use crate::assemble::{Fault, Site};

/// Reads an operand; a number without a mark is a place in memory, unless a branch has it.
pub(super) fn read(text: &str, is_branch: bool, site: &Site<'_>) -> Result<(Operand, Decoration), Fault> {
    let mut reader = Reader::new(text);
    let mut operand = body(&mut reader, is_branch, site)?;
    let decoration = decorate(&mut reader, &mut operand)?;
    reader.end()?;
    Ok((operand, decoration))
}

fn body(reader: &mut Reader<'_>, is_branch: bool, site: &Site<'_>) -> Result<Operand, Fault> {
    let is_indirect = reader.eat("*");
    if reader.eat("$") {
        return Ok(Operand::Immediate(Immediate { value: reader.expression(site)?, size: None }));
    }
    let mut memory = Memory::default();
    if reader.peek() == Some('%') {
        let register = take_register(reader)?;
        if !reader.eat(":") {
            return Ok(Operand::Register(register));
        }
        if !register.is_segment_register() {
            return Err(Fault::new("only a segment stands before `:`"));
        }
        memory.segment = register;
    }
    let starts_with_name = reader.peek().is_some_and(|c| c.is_alphabetic() || c == '_');
    if reader.peek() != Some('(') {
        memory.displacement = reader.expression(site)?;
        if is_branch && !is_indirect && memory.segment == Register::None && reader.peek() != Some('(') {
            return Ok(Operand::Immediate(Immediate { value: memory.displacement, size: None }));
        }
    }
    if reader.eat("(") {
        if reader.peek() == Some('%') {
            memory.base = take_register(reader)?;
        }
        if reader.eat(",") && reader.peek() == Some('%') {
            memory.index = take_register(reader)?;
            if reader.eat(",") {
                let scale = reader.expression(site)?;
                memory.scale = [1, 2, 4, 8]
                    .into_iter()
                    .find(|&known| i128::from(known) == scale)
                    .ok_or_else(|| Fault::new("an index is multiplied by 1, 2, 4 or 8"))?;
            }
        }
        reader.need(")")?;
        memory.is_target = memory.base == Register::RIP && starts_with_name;
    }
    memory.settle()?;
    Ok(Operand::Memory(memory))
}

fn take_register(reader: &mut Reader<'_>) -> Result<Register, Fault> {
    reader.need("%")?;
    let name = reader.word().unwrap_or_default();
    let register = register(name).ok_or_else(|| Fault::new(format!("no register is named `%{name}`")))?;
    if register == Register::ST0 && reader.eat("(") {
        let number = reader.word().and_then(|word| word.parse::<u32>().ok()).filter(|&number| number < 8);
        let number = number.ok_or_else(|| Fault::new("st has the numbers 0 to 7"))?;
        reader.need(")")?;
        return Ok(Register::ST0 + number);
    }
    Ok(register)
}

/// The names that only AT&T has, and Intel's.
const NAMES: &[(&str, &str)] = &[
    ("cbtw", "cbw"),
    ("cltd", "cdq"),
    ("cltq", "cdqe"),
    ("cqto", "cqo"),
    ("cwtd", "cwd"),
    ("cwtl", "cwde"),
    // AT&T's compiler had these exchanged, and all have kept it so.
    ("fdivp", "fdivrp"),
    ("fdivrp", "fdivp"),
    ("fsubp", "fsubrp"),
    ("fsubrp", "fsubp"),
    ("fildll", "fild"),
    ("fistpll", "fistp"),
    ("insl", "insd"),
    ("lodsl", "lodsd"),
    ("movsl", "movsd"),
    ("movslq", "movsxd"),
    ("outsl", "outsd"),
    ("scasl", "scasd"),
    ("stosl", "stosd"),
];

/// Extensions whose two suffixes tell the sizes of source and destination.
const EXTENSIONS: &[(&str, &str)] = &[("movz", "movzx"), ("movs", "movsx")];

/// What a mnemonic may be in Intel's words, the likelier first, each with the size in bytes that its
/// suffix says of memory.
pub(super) fn mnemonics(name: &str) -> Vec<(String, Option<usize>)> {
    if let Some((_, intel)) = NAMES.iter().find(|(att, _)| *att == name) {
        return vec![((*intel).to_owned(), name.ends_with("ll").then_some(8))];
    }
    let mut all = vec![(name.to_owned(), None)];
    for (stem, intel) in EXTENSIONS {
        if let Some(sizes @ ("bw" | "bl" | "bq" | "wl" | "wq")) = name.strip_prefix(stem) {
            all.insert(0, ((*intel).to_owned(), Some(if sizes.starts_with('b') { 1 } else { 2 })));
        }
    }
    let is_real = name.starts_with('f') && !name.starts_with("fi");
    let mut chars = name.chars();
    let size = match chars.next_back() {
        Some('b') => 1,
        Some('w') => 2,
        Some('s') if name.starts_with('f') => 4,
        Some('l') if is_real => 8,
        Some('l') => 4,
        Some('q') => 8,
        Some('t') if is_real => 10,
        _ => return all,
    };
    all.push((chars.as_str().to_owned(), Some(size)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn operands_are_read() {
        let settings = Settings::default();
        let site = Site { settings: &settings, addr: 0, names: &|_| None };
        let indexed = Memory {
            base: Register::RAX,
            index: Register::RCX,
            scale: 4,
            displacement: -8,
            ..Memory::default()
        };
        let absolute = Memory { displacement: 0x28, segment: Register::FS, ..Memory::default() };
        for (text, operand) in [
            ("-8(%rax,%rcx,4)", Operand::Memory(indexed)),
            ("%fs:0x28", Operand::Memory(absolute)),
            ("%st(1)", Operand::Register(Register::ST1)),
            ("*%rax", Operand::Register(Register::RAX)),
            ("$0x10", Operand::Immediate(Immediate { value: 16, size: None })),
            ("16", Operand::Memory(Memory { displacement: 16, ..Memory::default() })),
        ] {
            assert_eq!(read(text, false, &site), Ok((operand, Decoration::default())), "{text}");
        }
        assert!(read("(%rax", false, &site).is_err() && read("%bogus", false, &site).is_err());
        assert!(matches!(read("16", true, &site), Ok((Operand::Immediate(_), _))));
    }

    #[test]
    fn suffixes_say_sizes() {
        assert_eq!(mnemonics("movl"), [("movl".to_owned(), None), ("mov".to_owned(), Some(4))]);
        assert_eq!(mnemonics("movzbl")[0], ("movzx".to_owned(), Some(1)));
        assert_eq!(mnemonics("fldl")[1], ("fld".to_owned(), Some(8)));
        assert_eq!(mnemonics("cltq"), [("cdqe".to_owned(), None)]);
        assert_eq!(mnemonics(""), [(String::new(), None)]);
    }
}
