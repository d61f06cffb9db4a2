//! farad-arch
