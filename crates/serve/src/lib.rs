//! farad-serve
