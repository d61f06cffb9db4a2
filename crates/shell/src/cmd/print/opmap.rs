//! What the instructions of a range do, two characters each: `pxA`.

use farad_arch::Kind;

use super::ascii::push_addr;
use super::decode::each_instruction;
use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Prints rows of twice as many instructions as a dump has columns, each with the bytes it takes.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let most = super::dump::Style::of(env).columns * 2;
    let (mut row, mut row_len, mut count) = (Vec::new(), 0usize, 0usize);
    each_instruction(env, range, |env, addr, bytes, found| {
        if row.is_empty() {
            push_addr(&mut row, addr);
            row.extend_from_slice(b"  ");
        }
        row.extend_from_slice(found.map_or("XX", |found| mark(found.kind)).as_bytes());
        row_len += bytes.len();
        count += 1;
        if count == most {
            writeln!(env.out, "{}  {row_len}", String::from_utf8_lossy(&row))?;
            (row_len, count) = (0, 0);
            row.clear();
        }
        Ok(())
    })?;
    if count > 0 {
        writeln!(env.out, "{}  {row_len}", String::from_utf8_lossy(&row))?;
    }
    Ok(())
}

/// The characters for what an instruction does.
fn mark(kind: Kind) -> &'static str {
    match kind {
        Kind::Illegal => "XX",
        Kind::Nop => "..",
        Kind::Jump | Kind::RegisterJump | Kind::IndirectJump | Kind::MemoryJump | Kind::UnknownJump => "_J",
        Kind::ConditionalJump
        | Kind::ConditionalRegisterJump
        | Kind::ConditionalMemoryJump
        | Kind::ConditionalUnknownJump => "cJ",
        Kind::Call | Kind::ConditionalCall | Kind::RegisterCall | Kind::IndirectCall | Kind::UnknownCall => {
            "_C"
        }
        Kind::Return | Kind::ConditionalReturn => "_R",
        Kind::Trap | Kind::Interrupt | Kind::ConditionalInterrupt => "$$",
        Kind::Push | Kind::RegisterPush | Kind::UnknownPush => "->",
        Kind::Pop | Kind::Leave => "<-",
        Kind::Move | Kind::ConditionalMove | Kind::Lea => "mv",
        Kind::Compare | Kind::AndCompare => "==",
        Kind::Add => "++",
        Kind::Sub => "--",
        Kind::Mul => "_*",
        Kind::Div => "_/",
        Kind::ShiftLeft | Kind::ArithmeticShiftLeft | Kind::RotateLeft => "<<",
        Kind::ShiftRight | Kind::ArithmeticShiftRight | Kind::RotateRight => ">>",
        Kind::Or => "_|",
        Kind::And => "_&",
        Kind::Xor => "_^",
        Kind::Io => "io",
        _ => "  ",
    }
}
