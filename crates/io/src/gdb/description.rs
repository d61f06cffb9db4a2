//! What a stub says of the machine: its architecture, and where each register is in the packet of all.

use farad_wire::target::Register;

/// A machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Description {
    /// As `asm.arch` has it; empty where it is not told.
    pub(super) arch: String,
    /// Bits of an address.
    pub(super) bits: u32,
    /// Registers, in the order of their numbers.
    pub(super) registers: Vec<Register>,
}

/// Most bytes of all registers.
const ALL: u64 = 64 << 10;

/// Names of architectures in descriptions, ours, and bits.
const ARCHES: [(&str, &str, u32); 14] = [
    ("i386:x86-64", "x86", 64),
    ("i386:x64-32", "x86", 64),
    ("i386", "x86", 32),
    ("aarch64", "arm", 64),
    ("arm", "arm", 32),
    ("mips", "mips", 32),
    ("powerpc:common64", "ppc", 64),
    ("powerpc:common", "ppc", 32),
    ("powerpc", "ppc", 32),
    ("riscv:rv64", "riscv", 64),
    ("riscv:rv32", "riscv", 32),
    ("riscv", "riscv", 64),
    ("sparc", "sparc", 32),
    ("m68k", "m68k", 32),
];

/// Names that stubs have for registers, and ours.
const NAMES: [(&str, &str, &str); 3] =
    [("x86", "eflags", "rflags"), ("arm", "fp", "x29"), ("arm", "lr", "x30")];

/// The documents that a description includes.
pub(super) fn includes(text: &str) -> Vec<String> {
    let text = plain(text);
    let Ok(document) = parse(&text) else { return Vec::new() };
    let included = document.descendants().filter(|node| node.tag_name().name() == "include");
    included.filter_map(|node| node.attribute("href").map(str::to_owned)).collect()
}

/// A document without the name space of what it includes, which qemu uses and does not declare.
fn plain(text: &str) -> String {
    text.replace("<xi:include", "<include").replace("</xi:include", "</include")
}

fn parse(text: &str) -> Result<roxmltree::Document<'_>, roxmltree::Error> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: 1 << 16, ..Default::default() };
    roxmltree::Document::parse_with_options(text, options)
}

/// Reads the first document of a description, and those that it includes, in their order.
pub(super) fn read(documents: &[String]) -> Description {
    let mut description = Description::default();
    let mut rows: Vec<(u64, String, u32)> = Vec::new();
    for text in documents {
        let text = plain(text);
        let Ok(document) = parse(&text) else { continue };
        for node in document.descendants() {
            match node.tag_name().name() {
                "architecture" => {
                    let name = node.text().unwrap_or("").trim();
                    if let Some((_, arch, bits)) =
                        ARCHES.iter().find(|row| name == row.0 || name.starts_with(&format!("{}:", row.0)))
                    {
                        (description.arch, description.bits) = ((*arch).to_owned(), *bits);
                    }
                }
                "reg" => {
                    let number = node.attribute("regnum").and_then(|text| text.parse().ok());
                    let number =
                        number.unwrap_or_else(|| rows.last().map_or(0, |row| row.0.saturating_add(1)));
                    let bits = node.attribute("bitsize").and_then(|text| text.parse().ok());
                    if let (Some(name), Some(bits)) = (node.attribute("name"), bits) {
                        rows.push((number, name.to_owned(), bits));
                    }
                }
                _ => {}
            }
        }
    }
    rows.sort_by_key(|row| row.0);
    let mut offset = 0;
    for (_, name, bits) in rows {
        let bytes = u64::from(bits).div_ceil(8);
        if offset + bytes > ALL {
            break;
        }
        let known =
            NAMES.iter().find(|row| row.0 == description.arch && row.1 == name && description.bits == 64);
        let name = known.map_or(name, |row| row.2.to_owned());
        description.registers.push(Register { name, bits, offset: offset as u32 });
        offset += bytes;
    }
    description
}

/// A machine whose stub describes nothing, by how many bytes its registers take.
pub(super) fn guess(bytes: usize) -> Description {
    let rows = |names: &str, bits: u32| -> Vec<(String, u32)> {
        names.split_whitespace().map(|name| (name.to_owned(), bits)).collect()
    };
    let (arch, bits, registers) = match bytes {
        // What gdb takes a stub of these machines to have.
        164.. => {
            let wide = "rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip";
            ("x86", 64, [rows(wide, 64), rows("rflags cs ss ds es fs gs", 32)].concat())
        }
        _ => ("x86", 32, rows("eax ecx edx ebx esp ebp esi edi eip eflags cs ss ds es fs gs", 32)),
    };
    let mut offset = 0;
    let registers = registers.into_iter().map(|(name, bits)| {
        let row = Register { name, bits, offset };
        offset += bits / 8;
        row
    });
    Description { arch: arch.to_owned(), bits, registers: registers.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_read_with_what_it_includes() {
        let main = r#"<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd">
            <target><architecture>i386:x86-64</architecture>
            <xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="core.xml"/></target>"#;
        let undeclared =
            r#"<target><xi:include href="a.xml"/><xi:include href="b.xml"></xi:include></target>"#;
        assert_eq!(includes(undeclared), ["a.xml", "b.xml"]);
        let core = r#"<feature name="c"><reg name="rax" bitsize="64"/><reg name="eflags" bitsize="32" regnum="7"/>
            <reg name="cs" bitsize="32"/><reg name="broken"/></feature>"#;
        assert_eq!(includes(main), ["core.xml"]);
        let read = read(&[main.to_owned(), core.to_owned()]);
        assert_eq!((read.arch.as_str(), read.bits), ("x86", 64));
        let rows: Vec<_> = read.registers.iter().map(|row| (row.name.as_str(), row.offset)).collect();
        assert_eq!(rows, [("rax", 0), ("rflags", 8), ("cs", 12)]);
    }

    #[test]
    fn what_is_no_description_describes_nothing() {
        for text in ["", "<", "<a>", "<target><reg name='x' bitsize='99999999'/></target>"] {
            assert_eq!(read(&[text.to_owned()]).registers, [], "{text}");
        }
    }
}
