//! Accesses to control and status registers, and the registers' names.

use std::fmt;

use super::{Text, Word, X};

pub(super) fn decode(word: Word, text: &mut Text<'_>) -> Option<()> {
    let number = word.bits(31, 20);
    let csr = Csr(number);
    let (rd, rs1, mask) = (X[word.rd()], X[word.rs1()], word.rs1());
    match (word.funct3(), word.rd(), word.rs1()) {
        (2, _, 0) => match number {
            0x001 => text.put("frflags", format_args!("{rd}")),
            0x002 => text.put("frrm", format_args!("{rd}")),
            0x003 => text.put("frcsr", format_args!("{rd}")),
            0xc00 => text.put("rdcycle", format_args!("{rd}")),
            0xc01 => text.put("rdtime", format_args!("{rd}")),
            0xc02 => text.put("rdinstret", format_args!("{rd}")),
            0xc80 if !text.wide => text.put("rdcycleh", format_args!("{rd}")),
            0xc81 if !text.wide => text.put("rdtimeh", format_args!("{rd}")),
            0xc82 if !text.wide => text.put("rdinstreth", format_args!("{rd}")),
            _ => text.put("csrr", format_args!("{rd}, {csr}")),
        },
        (1, 0, _) => match number {
            0x001 => text.put("fsflags", format_args!("{rs1}")),
            0x002 => text.put("fsrm", format_args!("{rs1}")),
            0x003 => text.put("fscsr", format_args!("{rs1}")),
            _ => text.put("csrw", format_args!("{csr}, {rs1}")),
        },
        (1, ..) if number == 0x001 => text.put("fsflags", format_args!("{rd}, {rs1}")),
        (1, ..) if number == 0x002 => text.put("fsrm", format_args!("{rd}, {rs1}")),
        (1, ..) if number == 0x003 => text.put("fscsr", format_args!("{rd}, {rs1}")),
        (2, 0, _) => text.put("csrs", format_args!("{csr}, {rs1}")),
        (3, 0, _) => text.put("csrc", format_args!("{csr}, {rs1}")),
        (5, 0, _) => text.put("csrwi", format_args!("{csr}, {mask}")),
        (6, 0, _) => text.put("csrsi", format_args!("{csr}, {mask}")),
        (7, 0, _) => text.put("csrci", format_args!("{csr}, {mask}")),
        (1, ..) => text.put("csrrw", format_args!("{rd}, {csr}, {rs1}")),
        (2, ..) => text.put("csrrs", format_args!("{rd}, {csr}, {rs1}")),
        (3, ..) => text.put("csrrc", format_args!("{rd}, {csr}, {rs1}")),
        (5, ..) => text.put("csrrwi", format_args!("{rd}, {csr}, {mask}")),
        (6, ..) => text.put("csrrsi", format_args!("{rd}, {csr}, {mask}")),
        (7, ..) => text.put("csrrci", format_args!("{rd}, {csr}, {mask}")),
        _ => None,
    }
}

/// A control and status register: by name, else by number.
struct Csr(u32);

impl fmt::Display for Csr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Ok(index) = NAMES.binary_search_by_key(&self.0, |row| row.0) {
            return f.write_str(NAMES[index].1);
        }
        // Numbered families: a stem, its first number and the index of that first.
        let families: [(&str, u32, u32, u32); 8] = [
            ("pmpcfg", 0x3a0, 0, 4),
            ("pmpaddr", 0x3b0, 0, 16),
            ("mhpmcounter", 0xb03, 3, 29),
            ("mhpmcounter", 0xb83, 3, 29),
            ("hpmcounter", 0xc03, 3, 29),
            ("hpmcounter", 0xc83, 3, 29),
            ("mhpmevent", 0x323, 3, 29),
            ("tdata", 0x7a1, 1, 3),
        ];
        for (stem, first, index, count) in families {
            if (first..first + count).contains(&self.0) {
                let high = matches!(first, 0xb83 | 0xc83);
                return write!(f, "{stem}{}{}", self.0 - first + index, if high { "h" } else { "" });
            }
        }
        write!(f, "{:#x}", self.0)
    }
}

/// Registers with names of their own, by number.
const NAMES: &[(u32, &str)] = &[
    (0x000, "ustatus"),
    (0x001, "fflags"),
    (0x002, "frm"),
    (0x003, "fcsr"),
    (0x004, "uie"),
    (0x005, "utvec"),
    (0x040, "uscratch"),
    (0x041, "uepc"),
    (0x042, "ucause"),
    (0x043, "utval"),
    (0x044, "uip"),
    (0x100, "sstatus"),
    (0x102, "sedeleg"),
    (0x103, "sideleg"),
    (0x104, "sie"),
    (0x105, "stvec"),
    (0x106, "scounteren"),
    (0x140, "sscratch"),
    (0x141, "sepc"),
    (0x142, "scause"),
    (0x143, "stval"),
    (0x144, "sip"),
    (0x180, "satp"),
    (0x300, "mstatus"),
    (0x301, "misa"),
    (0x302, "medeleg"),
    (0x303, "mideleg"),
    (0x304, "mie"),
    (0x305, "mtvec"),
    (0x306, "mcounteren"),
    (0x340, "mscratch"),
    (0x341, "mepc"),
    (0x342, "mcause"),
    (0x343, "mtval"),
    (0x344, "mip"),
    (0x7a0, "tselect"),
    (0x7b0, "dcsr"),
    (0x7b1, "dpc"),
    (0x7b2, "dscratch"),
    (0xb00, "mcycle"),
    (0xb02, "minstret"),
    (0xb80, "mcycleh"),
    (0xb82, "minstreth"),
    (0xc00, "cycle"),
    (0xc01, "time"),
    (0xc02, "instret"),
    (0xc80, "cycleh"),
    (0xc81, "timeh"),
    (0xc82, "instreth"),
    (0xf11, "mvendorid"),
    (0xf12, "marchid"),
    (0xf13, "mimpid"),
    (0xf14, "mhartid"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn families_are_numbered() {
        assert_eq!(Csr(0x3b0).to_string(), "pmpaddr0");
        assert_eq!(Csr(0xb9f).to_string(), "mhpmcounter31h");
        assert_eq!(Csr(0x707).to_string(), "0x707");
    }
}
