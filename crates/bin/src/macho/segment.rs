//! Sections and segments as the model has them.

use super::image::Image;
use crate::{Permission, Section, Segment};

/// Sections in file order, each named with its number and segment.
pub(super) fn sections(image: &Image<'_, '_>) -> Vec<Section> {
    image
        .sections
        .iter()
        .enumerate()
        .map(|(index, raw)| Section {
            index,
            name: format!("{index}.{}.{}", raw.segment, raw.name),
            paddr: raw.offset,
            size: if raw.is_zero() { 0 } else { raw.size },
            vaddr: image.address(raw.vaddr),
            vsize: raw.size,
            perm: permission(raw.protection),
            flags: 0,
            kind: kind(raw.kind()),
            is_data: raw.name.contains("_const")
                || raw.name.contains("_data")
                || raw.name.contains("cstring")
                || raw.name.contains("_objc_methname"),
        })
        .collect()
}

/// Segments in file order.
pub(super) fn segments(image: &Image<'_, '_>) -> Vec<Segment> {
    image
        .segments
        .iter()
        .enumerate()
        .map(|(index, raw)| Segment {
            index,
            name: raw.name.clone(),
            paddr: raw.offset,
            size: raw.size,
            vaddr: image.address(raw.vaddr),
            vsize: raw.vsize,
            perm: permission(raw.protection),
        })
        .collect()
}

fn permission(protection: u32) -> Permission {
    Permission::new(protection & 1 != 0, protection & 2 != 0, protection & 4 != 0)
}

fn kind(number: u32) -> Option<&'static str> {
    const NAMES: [&str; 23] = [
        "REGULAR",
        "ZEROFILL",
        "CSTRINGS",
        "4BYTE_LITERALS",
        "8BYTE_LITERALS",
        "LITERAL_POINTERS",
        "NON_LAZY_POINTERS",
        "LAZY_POINTERS",
        "SYMBOL_STUBS",
        "MOD_INIT_FUNCS",
        "MOD_TERM_FUNCS",
        "COALESCED",
        "GB_ZEROFILL",
        "INTERPOSING",
        "16BYTE_LITERALS",
        "DTRACE_DOF",
        "LAZY_DYLIB_POINTERS",
        "TLV_REGULAR",
        "TLV_ZEROFILL",
        "TLV",
        "TLV_POINTERS",
        "TLV_INIT_POINTERS",
        "INIT_FUNC_OFFSETS",
    ];
    NAMES.get(number as usize).copied()
}
