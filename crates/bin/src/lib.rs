//! farad-bin
