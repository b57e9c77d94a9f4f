//! What the pages say is true: their commands run, their links lead somewhere, their words exist, and each reason's
//! example is a case that is tried elsewhere. Pages: README, CONTRIBUTING, and all of `docs/`.
//!
//! Blocks marked `sh` run in the order of the page, in an empty folder with `sample_data` in it. In blocks marked
//! `console`, what follows a line that begins with `$ ` is what that command prints: line by line, where `…` stands for
//! any text within a line and, alone on its line, for any number of lines. A command that is to fail says so with
//! `; echo "exit status $?"`. Blocks that begin with `make` only name targets. Other blocks are not run.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

#[path = "documentation/pages.rs"]
mod pages;

#[cfg(unix)]
#[path = "documentation/commands.rs"]
mod commands;
#[path = "documentation/examples.rs"]
mod examples;
#[path = "documentation/links.rs"]
mod links;
#[path = "documentation/words.rs"]
mod words;
