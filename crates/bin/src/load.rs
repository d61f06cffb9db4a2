//! Which format a file is in, by its first bytes.

use crate::source::Reader;
use crate::{Binary, Error, Options, Source, elf, macho, pe};

/// Reads a binary. `None`: the bytes are of no known format.
///
/// # Errors
/// When the source fails, or a header that names a known format cannot be made sense of. Damage behind the header is a warning.
pub fn load(source: &dyn Source, options: &Options) -> Result<Option<Binary>, Error> {
    let reader = Reader::open(source)?;
    let mut binary = read(&reader, options)?;
    if let Some(binary) = &mut binary {
        binary.check_maps(source.len());
    }
    Ok(binary)
}

fn read(reader: &Reader<'_>, options: &Options) -> Result<Option<Binary>, Error> {
    if reader.head().starts_with(b"\x7fELF") {
        return elf::load(reader, options).map(Some);
    }
    if pe::is_pe(reader)? {
        return pe::load(reader, options).map(Some);
    }
    if macho::is_macho(reader) {
        return macho::load(reader, options).map(Some);
    }
    Ok(None)
}
