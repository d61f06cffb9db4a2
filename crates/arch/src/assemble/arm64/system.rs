//! The barriers and system registers of AArch64 by name.

use crate::assemble::Fault;
use crate::assemble::reader::Reader;

/// Barriers by name.
pub(super) const BARRIERS: &[(&str, u32)] = &[
    ("oshld", 1),
    ("oshst", 2),
    ("osh", 3),
    ("nshld", 5),
    ("nshst", 6),
    ("nsh", 7),
    ("ishld", 9),
    ("ishst", 10),
    ("ish", 11),
    ("ld", 13),
    ("st", 14),
    ("sy", 15),
];

/// System registers by name: op0 to op2 in the 16 bits of the word.
const SYSTEM: &[(&str, u32)] = &[
    ("cntfrq_el0", 0xdf00),
    ("cntvct_el0", 0xdf02),
    ("ctr_el0", 0xd801),
    ("currentel", 0xc212),
    ("daif", 0xda11),
    ("dczid_el0", 0xd807),
    ("elr_el1", 0xc201),
    ("esr_el1", 0xc290),
    ("far_el1", 0xc300),
    ("fpcr", 0xda20),
    ("fpsr", 0xda21),
    ("id_aa64isar0_el1", 0xc030),
    ("id_aa64mmfr0_el1", 0xc038),
    ("id_aa64pfr0_el1", 0xc020),
    ("mair_el1", 0xc510),
    ("midr_el1", 0xc000),
    ("mpidr_el1", 0xc005),
    ("nzcv", 0xda10),
    ("sctlr_el1", 0xc080),
    ("sp_el0", 0xc208),
    ("spsel", 0xc210),
    ("spsr_el1", 0xc200),
    ("tcr_el1", 0xc102),
    ("tpidr_el0", 0xde82),
    ("tpidr_el1", 0xc684),
    ("tpidrro_el0", 0xde83),
    ("ttbr0_el1", 0xc100),
    ("ttbr1_el1", 0xc101),
    ("vbar_el1", 0xc600),
];

/// The 15 bits of a system register.
pub(super) fn system_register(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let name = reader.word().unwrap_or_default().to_ascii_lowercase();
    let known = SYSTEM.iter().find(|(known, _)| *known == name).map(|(_, bits)| *bits);
    // `s3_3_c13_c0_2`, as those without a name are written.
    let spelled = || {
        let parts: Vec<u32> = name
            .strip_prefix('s')?
            .split('_')
            .map(|part| part.trim_start_matches('c').parse().ok())
            .collect::<Option<_>>()?;
        let [op0, op1, n, m, op2] = parts[..] else { return None };
        let fits = (2..=3).contains(&op0) && op1 < 8 && n < 16 && m < 16 && op2 < 8;
        fits.then_some(op0 << 14 | op1 << 11 | n << 7 | m << 3 | op2)
    };
    let bits =
        known.or_else(spelled).ok_or_else(|| Fault::new(format!("no system register is named `{name}`")))?;
    // The highest bit is part of the form.
    Ok(bits & 0x7fff)
}
