//! Killed at any moment, out of room, refused by the disk: the case is valid, the next command goes on, and nothing is
//! half there (1-overview, "What must always be true", 11; decision 0009).
//!
//! Faults are made from outside: `crashes/faults.c` is compiled with the C compiler that Rust links with, and loaded
//! into the real program. Every write, sync and rename is made to fail in turn; what commits meets every fault, all else
//! an even choice of them. `HIGHWATER_FAULTS=all` tries every call with every fault.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

#[path = "crashes/support.rs"]
mod support;

#[path = "crashes/each_call.rs"]
mod each_call;
#[path = "crashes/flipped.rs"]
mod flipped;
#[path = "crashes/handed_over.rs"]
mod handed_over;
#[path = "crashes/interrupted.rs"]
mod interrupted;
#[path = "crashes/killed.rs"]
mod killed;
#[path = "crashes/lock.rs"]
mod lock;
#[path = "crashes/outputs.rs"]
mod outputs;
#[path = "crashes/private.rs"]
mod private;
#[path = "crashes/tampered.rs"]
mod tampered;
