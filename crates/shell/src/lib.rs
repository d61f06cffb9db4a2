//! farad-shell
