//! What the fuzz targets hold: a module a crate under test, a function a target. Each takes any bytes and panics only
//! on a defect.

pub mod binary;
pub mod language;
pub mod wire;
