//! farad-io
