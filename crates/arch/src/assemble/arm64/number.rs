//! Numbers that AArch64 holds in fewer bits than they have.

/// The 13 bits that stand for a mask: a run of ones in elements of a power of two of bits, rotated.
pub(super) fn bit_mask(value: i128, width: u32) -> Option<u32> {
    let whole = u64::MAX >> (64 - width);
    let value =
        if (-(1i128 << (width - 1))..1i128 << 64).contains(&value) { value as u64 } else { return None };
    let value = match width {
        // The upper half must be nothing, or the sign.
        32 if value > u64::from(u32::MAX) && value >> 31 != 0x1_ffff_ffff => return None,
        _ => value & whole,
    };
    if value == 0 || value == whole {
        return None;
    }
    let mut size = width;
    while size > 2 {
        let half = size / 2;
        let mask = u64::MAX >> (64 - half);
        if value & mask != value >> half & mask {
            break;
        }
        size = half;
    }
    let mask = u64::MAX >> (64 - size);
    let element = value & mask;
    let ones = element.count_ones();
    let rotate = |value: u64, by: u32| (value >> by | value << ((size - by) % size)) & mask;
    let run = u64::MAX >> (64 - ones);
    let rotation = (0..size).find(|&by| rotate(run, by) == element)?;
    let size_bits = !(size * 2 - 1) & 0x3f;
    Some(u32::from(size == 64) << 12 | rotation << 6 | (size_bits | (ones - 1)))
}

/// The word of a move of 16 bits, of their complement, or of a mask.
pub(super) fn move_wide(value: i128, width: u32) -> Option<u32> {
    if !(-(1i128 << (width - 1))..1i128 << width).contains(&value) {
        return None;
    }
    let whole = u64::MAX >> (64 - width);
    let value = value as u64 & whole;
    let wide = |value: u64| {
        (0..width / 16)
            .find(|part| value & !(0xffff << (16 * part)) == 0)
            .map(|part| part << 21 | ((value >> (16 * part)) as u32) << 5)
    };
    let mask = || bit_mask(i128::from(value), width).map(|mask| 0x3200_03e0 | mask << 10);
    wide(value)
        .map(|bits| 0x5280_0000 | bits)
        .or_else(|| wide(!value & whole).map(|bits| 0x1280_0000 | bits))
        .or_else(mask)
}

/// The 8 bits of a real number of four bits of fraction and three of exponent.
pub(super) fn real_immediate(value: f64) -> Option<u32> {
    (0..256).find(|&bits: &u32| {
        let exponent = ((bits >> 4 & 7) ^ 4) as i32 - 3;
        let magnitude = (16 + (bits & 15)) as f64 / 16.0 * 2f64.powi(exponent);
        (if bits & 0x80 != 0 { -magnitude } else { magnitude }) == value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_runs_of_ones() {
        assert_eq!(bit_mask(0xff, 64), Some(0x1007));
        assert_eq!(bit_mask(0x5555_5555, 32), Some(0x3c));
        assert_eq!(bit_mask(-2, 32), bit_mask(0xffff_fffe, 32));
        for wrong in [0, -1, 5 << 40 | 1, 0x1_0000_0001] {
            assert_eq!(bit_mask(wrong, 32), None, "{wrong:#x}");
        }
    }

    #[test]
    fn moves_and_real_numbers_have_short_forms() {
        assert_eq!(move_wide(0x1_0000, 64), Some(0x52a0_0020));
        assert_eq!(move_wide(-1, 64), Some(0x1280_0000));
        assert_eq!(move_wide(0x1234_5678, 64), None);
        assert_eq!([1.0, -2.0, 0.1].map(real_immediate), [Some(0x70), Some(0x80), None]);
    }
}
