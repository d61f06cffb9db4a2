//! Numbers in memory by their address: `*addr` reads one, `*addr=value` writes one.

use farad_io::Effects;

use super::print::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::{hex_bytes, integer, integer_bytes};
use crate::registry::{Args, Glue, Group, Kind, Row, need};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "*", brief: "numbers in memory", rows: ROWS };

static ROWS: &[Row] =
    &[Row::new("*", "Show the number at an address, or write one there: hex digits as they are, 0x… as a number of 4 or 8 bytes", pointer)
        .glue(Glue::Rest)
        .params(&[need("addr[=value]", Kind::Address)])
        .examples(&["*0x10", "*0x10=0x41", "*0x10+4=cc90"])];

fn pointer(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the address")?;
    let Some((addr, value)) = text.split_once('=') else {
        let addr = env.number(text)?;
        let bytes = Range { addr, len: env.address_bytes() as u64 }.read(env)?;
        let value = integer(&bytes, env.big_endian());
        return Ok(writeln!(env.out, "{value:#x}")?);
    };
    let addr = env.number(addr)?;
    let value = value.trim();
    let bytes = match value.starts_with("0x") {
        true => {
            let value = env.number(value)?;
            let width = if u32::try_from(value).is_ok() { 4 } else { 8 };
            integer_bytes(value, width, env.big_endian())
        }
        false => hex_bytes(value)?,
    };
    env.ctx.allow(Effects::WRITE, "writing through *")?;
    Ok(env.write(addr, &bytes)?)
}

#[cfg(test)]
mod tests {
    use crate::cmd::print::tests::output;

    #[test]
    fn numbers_are_read_and_written() {
        for (line, expected) in [
            (
                "wx 0102030405060708; *0; * 0 ; e asm.bits=32; *0",
                "0x807060504030201\n0x807060504030201\n0x4030201\n",
            ),
            ("*0x2=0x41; p8 8", "0000410000000000\n"),
            ("*$$=0x1122334455667788; p8 8", "8877665544332211\n"),
            ("*1+1=cc90; p8 4", "0000cc90\n"),
            ("e cfg.bigendian=true; *0 = 0x41; p8 4; *0", "00000041\n0x4100000000\n"),
            ("*", "ERROR: the address is missing (usage: * <addr[=value]>)"),
            ("*0=zz", "ERROR: 'z' is no hex digit in 'zz'"),
        ] {
            assert_eq!(output("malloc://32", line), expected, "{line}");
        }
    }
}
