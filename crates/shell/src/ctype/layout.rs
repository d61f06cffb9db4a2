//! How many bytes a type takes, and where its members are: as compilers for Unix lay them out.

use super::{Definition, Member, Model, Type, Types, Width, unknown};
use crate::error::{Error, Result};

/// How deep types may be in each other.
const DEPTH: usize = 32;

/// Bytes of a type, and what its address is a multiple of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) size: u64,
    pub(crate) align: u64,
}

/// A member's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Bytes from the start of the struct to the unit that holds it.
    pub(crate) offset: u64,
    /// Bytes of it, or of the unit.
    pub(crate) size: u64,
    /// Bits from the start of the unit.
    pub(crate) bit: u32,
}

/// Bytes of a number type by its words.
pub(super) fn number_width(name: &str, model: Model) -> Option<u64> {
    let bare = name.trim_start_matches("unsigned ").trim_start_matches("signed ");
    Some(match bare {
        "char" | "_Bool" | "bool" => 1,
        "short" => 2,
        "int" | "unsigned" | "signed" | "float" => 4,
        "long" => model.long,
        "long long" | "double" => 8,
        "long double" => 16,
        "void" => 0,
        _ => return None,
    })
}

impl Types {
    /// The extent of a type.
    ///
    /// # Errors
    /// A type that is not defined, holds itself, or is larger than addresses reach.
    pub(crate) fn extent(&self, kind: &Type, model: Model) -> Result<Extent> {
        self.extent_within(kind, model, 0)
    }

    fn extent_within(&self, kind: &Type, model: Model, depth: usize) -> Result<Extent> {
        if depth > DEPTH {
            return Err(Error::Limit { what: "the nesting of types", limit: DEPTH.to_string() });
        }
        let whole = |size: u64| Extent { size, align: size.clamp(1, 16) };
        match kind {
            Type::Pointer(_) => Ok(whole(model.pointer)),
            Type::Function(_) => Ok(Extent { size: 0, align: 1 }),
            Type::Enum(_) => Ok(whole(4)),
            Type::Array(of, count) => {
                let Extent { size, align } = self.extent_within(of, model, depth + 1)?;
                Ok(Extent { size: size.checked_mul(*count).ok_or_else(too_large)?, align })
            }
            Type::Named(name) => match self.find(name) {
                Some(Definition::Typedef(of)) => self.extent_within(of, model, depth + 1),
                Some(_) => self.extent_within(&self.tagged(name)?, model, depth + 1),
                None => {
                    let basic = self.basic(name).map(|basic| match basic.width {
                        Width::Bytes(bytes) => bytes,
                        Width::Pointer => model.pointer,
                        Width::Long => model.long,
                    });
                    let width = basic.or_else(|| number_width(name, model));
                    width.map(whole).ok_or_else(|| unknown(name))
                }
            },
            Type::Struct(name) | Type::Union(name) => match self.find(name) {
                Some(Definition::Struct { members, packed }) => {
                    self.placed(members, *packed, model, depth).map(|(_, extent)| extent)
                }
                Some(Definition::Union { members }) => {
                    let mut all = Extent { size: 0, align: 1 };
                    for member in members {
                        let one = self.extent_within(&member.kind, model, depth + 1)?;
                        all.size = all.size.max(one.size);
                        all.align = all.align.max(one.align);
                    }
                    all.size = round_up(all.size, all.align)?;
                    Ok(all)
                }
                _ => Err(unknown(name)),
            },
        }
    }

    /// The type of a struct, union or enum by its bare name.
    fn tagged(&self, name: &str) -> Result<Type> {
        match self.find(name) {
            Some(Definition::Struct { .. }) => Ok(Type::Struct(name.to_owned())),
            Some(Definition::Union { .. }) => Ok(Type::Union(name.to_owned())),
            Some(Definition::Enum { .. }) => Ok(Type::Enum(name.to_owned())),
            _ => Err(unknown(name)),
        }
    }

    /// Where the members of a struct are, and its extent.
    ///
    /// # Errors
    /// As [`Types::extent`].
    pub(crate) fn places(
        &self,
        members: &[Member],
        packed: bool,
        model: Model,
    ) -> Result<(Vec<Place>, Extent)> {
        self.placed(members, packed, model, 0)
    }

    fn placed(
        &self,
        members: &[Member],
        packed: bool,
        model: Model,
        depth: usize,
    ) -> Result<(Vec<Place>, Extent)> {
        let mut places = Vec::with_capacity(members.len());
        let mut all = Extent { size: 0, align: 1 };
        // Bits used of the struct so far: bytes are too coarse where bits follow each other.
        let mut used: u64 = 0;
        for member in members {
            let Extent { size, align } = self.extent_within(&member.kind, model, depth + 1)?;
            let align = if packed { 1 } else { align };
            let unit = size.checked_mul(8).ok_or_else(too_large)?;
            let place = match member.bits {
                Some(0) => {
                    used = round_up(used, unit.max(1))?;
                    Place { offset: used / 8, size: 0, bit: 0 }
                }
                Some(bits) => {
                    let bits = u64::from(bits);
                    if bits > unit {
                        return Err(Error::failed(format!("{} has more bits than its type", member.name)));
                    }
                    if used / unit != (used + bits - 1) / unit {
                        used = round_up(used, unit)?;
                    }
                    let offset = used / unit * size;
                    let place = Place { offset, size, bit: (used - offset * 8) as u32 };
                    used += bits;
                    place
                }
                None => {
                    let offset = round_up(used.div_ceil(8), align)?;
                    used =
                        offset.checked_add(size).and_then(|end| end.checked_mul(8)).ok_or_else(too_large)?;
                    Place { offset, size, bit: 0 }
                }
            };
            all.align = all.align.max(align);
            places.push(place);
        }
        all.size = round_up(used.div_ceil(8), all.align)?;
        Ok((places, all))
    }
}

fn round_up(value: u64, multiple: u64) -> Result<u64> {
    value.checked_next_multiple_of(multiple.max(1)).ok_or_else(too_large)
}

fn too_large() -> Error {
    Error::failed("the type is larger than addresses reach")
}
