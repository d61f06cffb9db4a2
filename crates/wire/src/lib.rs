//! Bytes to messages and back for the wire formats farad speaks; knows no socket, file or clock.
#![forbid(unsafe_code)]
