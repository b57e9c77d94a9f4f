//! Invented exports of any size, for measuring and for trying things out: the same options give the same bytes.
//!
//! Accounts are of very different sizes, every style of time occurs, and a share of the rows has something wrong: a cell
//! that can't be read, a word that nobody knows, an account that is not there, a row twice.

mod draw;
mod line;
mod tables;
mod world;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use line::Line;
use tables::Export;
use world::World;

use crate::base::files::Pending;
use crate::base::progress::{Meter, Work};
use crate::base::{Error, Place, Result, files, interrupt, library, panics, threads};

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// From which everything follows.
    pub seed: u64,
    /// Rows of `accounts`.
    pub accounts: u64,
    /// Rows of `users`.
    pub users: u64,
    /// Rows of `credential_changes`.
    pub changes: u64,
    /// Rows of `app_installations`.
    pub installations: u64,
    /// Rows of a million that have something wrong.
    pub dirt: u64,
    /// Threads; 0 means one a core.
    pub threads: usize,
}

/// A file that was written.
#[derive(Clone, Debug, serde::Serialize)]
pub struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// Lines behind its header; repeated ones count.
    pub rows: u64,
    /// Its length.
    pub bytes: u64,
}

/// What lies beside the exports: how they are to be read, and what they can prove.
const BESIDE: [&str; 2] = ["sources.toml", "facts.toml"];
/// Rows that one thread makes at a time.
const BLOCK: u64 = 32_768;

/// Writes the exports into a folder, and beside them what was declared of them.
///
/// # Errors
/// When a file can't be written, or the folder holds files of others: real exports must not be written over.
pub fn write(folder: &Path, wanted: &Wanted, meter: &Meter) -> Result<Vec<File>> {
    refuse_files_of_others(folder)?;
    // First, so that a folder in which this was interrupted is known to be ours.
    for name in BESIDE {
        files::write(&folder.join(name), library::read(&format!("synth/{name}"))?.text.as_bytes())?;
    }
    let world = World {
        seed: wanted.seed,
        dirt: wanted.dirt,
        accounts: wanted.accounts.max(1),
        users: wanted.users.max(1),
        installations: wanted.installations,
        certificates: wanted.accounts / 20,
        clients: wanted.users / 50,
    };
    let exports = tables::exports(&world, wanted.changes);
    let work = meter.steps("writing exports", exports.iter().map(|export| export.rows).sum());
    let mut written = Vec::new();
    for export in &exports {
        work.say(export.file);
        written.push(one(folder, &world, export, threads(wanted), &work)?);
    }
    Ok(written)
}

/// A folder is written to when there is nothing in it, or what lies beside our exports.
fn refuse_files_of_others(folder: &Path) -> Result<()> {
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    let is_ours = |name: &str| -> Result<bool> {
        let ours = library::read(&format!("synth/{name}"))?.text;
        Ok(fs::read(folder.join(name)).is_ok_and(|there| there == ours.as_bytes()))
    };
    if is_empty || is_ours("sources.toml")? {
        return Ok(());
    }
    Err(Error::usage("the folder holds files that were not invented here")
        .at(Place::file(folder))
        .expected("an empty folder, or one that `highwater synth` has made")
        .next("name another folder; nothing was written"))
}

fn threads(wanted: &Wanted) -> u64 {
    match wanted.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64,
        threads => threads as u64,
    }
}

fn one(folder: &Path, world: &World, export: &Export, threads: u64, work: &Work) -> Result<File> {
    let path = folder.join(export.file);
    let mut out = Pending::create(&path)?;
    let mut file = File { path: path.clone(), rows: 0, bytes: 0 };
    let mut add = |bytes: &[u8]| -> Result<()> {
        file.bytes += bytes.len() as u64;
        out.write_all(bytes).map_err(|e| Error::io("write", &path, e))
    };
    add(format!("{}\n", export.header).as_bytes())?;
    for from in (0..export.rows).step_by(usize::try_from(BLOCK * threads).unwrap_or(usize::MAX)) {
        interrupt::check()?;
        for (bytes, rows) in blocks(world, export, from, threads)? {
            add(&bytes)?;
            file.rows += rows;
            work.advance(rows);
        }
    }
    out.commit()?;
    Ok(file)
}

/// The next blocks of rows, one a thread, in order, with the number of their lines.
fn blocks(world: &World, export: &Export, from: u64, threads: u64) -> Result<Vec<(Vec<u8>, u64)>> {
    std::thread::scope(|scope| {
        let starts = (0..threads).map(|thread| (from + thread * BLOCK).min(export.rows));
        let begun: Vec<_> = starts
            .map(|start| {
                let end = (start + BLOCK).min(export.rows);
                threads::start_in(scope, move || block(world, export, start, end))
            })
            .collect::<Result<_>>()?;
        begun.into_iter().map(|thread| panics::joined(thread.join())).collect()
    })
}

fn block(world: &World, export: &Export, from: u64, to: u64) -> (Vec<u8>, u64) {
    let mut line = Line::default();
    for row in from..to {
        (export.write)(world, row, &mut line);
    }
    line.into_lines()
}
