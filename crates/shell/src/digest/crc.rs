//! Cyclic redundancy checks, with the parameters of Greg Cook's catalogue.

use crc::{Algorithm, Crc};

use super::{Digest, Finish, done};

/// ECMA-267, Annex H: the check of DVD sectors.
const CRC_32_ECMA_267: Algorithm<u32> = Algorithm {
    width: 32,
    poly: 0x8000_0011,
    init: 0,
    refin: false,
    refout: false,
    xorout: 0,
    check: 0xb27c_e117,
    residue: 0,
};

/// A check at work, and the bytes that its value takes.
struct Check<W: crc::Width + 'static>(Option<crc::Digest<'static, W>>, usize);

macro_rules! width {
    ($word:ty) => {
        impl Digest for Check<$word> {
            fn update(&mut self, bytes: &[u8]) {
                if let Some(digest) = &mut self.0 {
                    digest.update(bytes);
                }
            }

            fn finish(&mut self) -> Finish {
                let value: $word = self.0.take().map_or(0, |digest| digest.finalize());
                let value = value.to_be_bytes();
                done(&value[value.len() - self.1..])
            }
        }
    };
}

width!(u8);
width!(u16);
width!(u32);
width!(u64);

macro_rules! check {
    ($name:ident, $word:ty, $parameters:expr) => {
        pub(super) fn $name() -> Box<dyn Digest> {
            static CRC: Crc<$word> = Crc::<$word>::new(&$parameters);
            Box::new(Check(Some(CRC.digest()), usize::from($parameters.width).div_ceil(8)))
        }
    };
}

check!(smbus, u8, crc::CRC_8_SMBUS);
check!(can, u16, crc::CRC_15_CAN);
check!(arc, u16, crc::CRC_16_ARC);
check!(hdlc, u16, crc::CRC_16_IBM_SDLC);
check!(usb, u16, crc::CRC_16_USB);
check!(ccitt, u16, crc::CRC_16_IBM_3740);
check!(openpgp, u32, crc::CRC_24_OPENPGP);
check!(iso_hdlc, u32, crc::CRC_32_ISO_HDLC);
check!(iscsi, u32, crc::CRC_32_ISCSI);
check!(ecma_267, u32, CRC_32_ECMA_267);
check!(bzip2, u32, crc::CRC_32_BZIP2);
check!(base91_d, u32, crc::CRC_32_BASE91_D);
check!(mpeg_2, u32, crc::CRC_32_MPEG_2);
check!(cksum, u32, crc::CRC_32_CKSUM);
check!(aixm, u32, crc::CRC_32_AIXM);
check!(jamcrc, u32, crc::CRC_32_JAMCRC);
check!(xfer, u32, crc::CRC_32_XFER);
check!(ecma_182, u64, crc::CRC_64_ECMA_182);
check!(we, u64, crc::CRC_64_WE);
check!(xz, u64, crc::CRC_64_XZ);
check!(go_iso, u64, crc::CRC_64_GO_ISO);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_our_own_give_their_check_value() {
        assert_eq!(Crc::<u32>::new(&CRC_32_ECMA_267).checksum(b"123456789"), CRC_32_ECMA_267.check);
    }
}
