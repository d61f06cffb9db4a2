//! Bytes as pictures, which show at a glance what is alike: `pxe`.

use super::ascii::{push_addr, push_blanks, shown};
use super::dump::Style;
use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// The picture of each byte, as the peer has them.
const PICTURES: &str = "\
     🌀🌂🌅🌈🌙🌞🌟🌠🌰🌱🌲🌳🌴🌵🌷🌸🌹🌺🌻🌼🌽🌾🌿🍀🍁🍂🍃🍄🍅🍆🍇🍈\
     🍉🍊🍋🍌🍍🍎🍏🍐🍑🍒🍓🍔🍕🍖🍗🍘🍜🍝🍞🍟🍠🍡🍢🍣🍤🍥🍦🍧🍨🍩🍪🍫\
     🍬🍭🍮🍯🍰🍱🍲🍳🍴🍵🍶🍷🍸🍹🍺🍻🍼🎀🎁🎂🎃🎄🎅🎈🎉🎊🎋🎌🎍🎎🎏🎒\
     🎓🎠🎡🎢🎣🎤🎥🎦🎧🎨🎩🎪🎫🎬🎭🎮🎯🎰🎱🎲🎳🎴🎵🎷🎸🎹🎺🎻🎽🎾🎿🏀\
     🏁🏂🏃🏄🏆🏇🏈🏉🏊🐀🐁🐂🐃🐄🐅🐆🐇🐈🐉🐊🐋🐌🐍🐎🐏🐐🐑🐒🐓🐔🐕🐖\
     🐗🐘🐙🐚🐛🐜🐝🐞🐟🐠🐡🐢🐣🐤🐥🐦🐧🐨🐩🐪🐫🐬🐭🐮🐯🐰🐱🐲🐳🐴🐵🐶\
     🐷🐸🐹🐺🐻🐼🐽🐾👀👂👃👄👅👆👇👈👉👊👋👌👍👎👏👐👑👒👓👔👕👖👗👘\
     👙👚👛👜👝👞👟👠👡👢👣👤👥👦👧👨👩👪👮👯👺👻👼👽👾👿💀💁💂💃💄💅\
     ";

/// Prints rows of pictures with the characters behind.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let columns = Style::of(env).columns;
    let pictures: Vec<char> = PICTURES.chars().collect();
    let mut chunks = range.chunks(columns);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        for (row, bytes) in chunk.bytes.chunks(columns).enumerate() {
            push_addr(&mut text, chunk.addr.wrapping_add((row * columns) as u64));
            text.push(b' ');
            for &byte in bytes {
                let picture = pictures[usize::from(byte)];
                text.extend_from_slice(picture.encode_utf8(&mut [0; 4]).as_bytes());
                text.push(b' ');
            }
            push_blanks(&mut text, 2 * (columns - bytes.len()) + 1);
            text.extend(bytes.iter().map(|byte| shown(*byte)));
            text.push(b'\n');
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_byte_has_a_picture_of_its_own() {
        let pictures: HashSet<char> = PICTURES.chars().collect();
        assert_eq!((pictures.len(), PICTURES.chars().count()), (256, 256));
    }
}
