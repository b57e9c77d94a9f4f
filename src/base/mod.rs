//! What everything stands on. Nothing here knows of cases, incidents or queries.

pub mod digest;
pub mod error;
pub mod files;
pub mod instant;
pub mod interrupt;
pub mod library;
pub mod memory;
pub mod nearest;
pub mod panics;
pub mod progress;
pub mod safe;
pub mod sandbox;
pub mod staged;
pub mod table;
pub mod text;
pub mod threads;
pub mod toml_file;

pub use error::{Error, Kind, Place, Result};
