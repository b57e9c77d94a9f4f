//! One file through all its stages at once: a thread reads, hashes and cuts; workers type the pieces; the caller takes
//! them in the file's order. Queues are bounded, by number and by bytes, and so is memory.
//!
//! Whoever fails, none of them waits for ever: a piece that breaks a worker is an error like any other, and when the
//! caller stops taking, the reader and the workers find their queues closed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::budget::Budget;
use super::chunks::{Chunks, LONGEST, Piece};
use super::input::Input;
use super::typing::{Layout, Typed, Typist};
use crate::base::progress::Work;
use crate::base::{Error, Result, panics, threads};

/// What a file's way through the stages may use.
pub(super) struct Means<'m> {
    /// Threads that type records.
    pub workers: usize,
    /// Bytes of the file that may be between its reader and its writer; one piece may be larger.
    pub bytes: u64,
    /// Who is told how far it is.
    pub work: &'m Work,
}

/// Parts that wait to be taken; a usual piece has fewer, so that workers don't wait for their turn.
const PARTS: usize = 4;
/// Pieces go on together until they are so many or so long: what is cut into very small ones, as by many open quotes,
/// would cost far more than its length.
const PIECES: usize = 1_024;
const BYTES: u64 = 1 << 20;

type Answer = Result<Typed>;
type Job = (Vec<Piece>, SyncSender<Answer>);
/// The parts of pieces to come, and their bytes.
type Taken = (Receiver<Answer>, u64);

/// SHA-256 and length of what was read, when it began with the header that was planned.
pub(super) type Read = Option<(String, u64)>;

/// Types `input` and hands what it becomes, in order, to `take`.
pub(super) fn run(
    mut input: Input<'_>,
    header: &[u8],
    layout: &Layout,
    means: &Means<'_>,
    mut take: impl FnMut(Typed) -> Result<()>,
) -> Result<Read> {
    let (jobs, waiting) = sync_channel::<Job>(means.workers);
    let (order, answers) = sync_channel::<Taken>(means.workers + 2);
    let waiting = Mutex::new(waiting);
    let budget = Budget::new(means.bytes);
    thread::scope(|scope| {
        for _ in 0..means.workers {
            threads::start_in(scope, || type_all(&waiting, layout))?;
        }
        let reader = threads::start_in(scope, || {
            // Moved in, so that they close when the reader ends.
            let (jobs, order) = (jobs, order);
            let chunks = Chunks::new(layout.delimiter, LONGEST, layout.coding);
            let mut waiting = Waiting::default();
            let is_planned = chunks.run(&mut input, header, |piece| {
                if let Piece::Chunk(chunk) = &piece {
                    means.work.advance(chunk.bytes.len() as u64);
                }
                waiting.add(piece);
                if waiting.is_enough() { waiting.pass_on(&jobs, &order, &budget) } else { Ok(()) }
            })?;
            waiting.pass_on(&jobs, &order, &budget)?;
            Ok(is_planned.then(|| input.finish()))
        })?;
        let taken = take_all(answers, &budget, &mut take);
        // Nobody takes any more: the reader stops at its next piece, and the workers with it.
        budget.close();
        let read = panics::joined(reader.join()).and_then(|read| read);
        taken.and(read)
    })
}

fn type_all(waiting: &Mutex<Receiver<Job>>, layout: &Layout) {
    let mut typist = Typist::new(layout);
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((pieces, answer)) = job else { return };
        // Who does not take the answer has stopped. A panic is our mistake, never the input's.
        let typed =
            catch_unwind(AssertUnwindSafe(|| typist.take(pieces, |part| drop(answer.send(Ok(part))))));
        if let Err(error) = typed.unwrap_or_else(|_| Err(panics::error())) {
            let _ = answer.send(Err(error));
        }
    }
}

/// Pieces that go on together.
#[derive(Default)]
struct Waiting {
    pieces: Vec<Piece>,
    bytes: u64,
}

impl Waiting {
    fn add(&mut self, piece: Piece) {
        self.bytes += match &piece {
            Piece::Chunk(chunk) => chunk.bytes.len(),
            Piece::Rejected(_, bytes) => bytes.len(),
        } as u64;
        self.pieces.push(piece);
    }

    fn is_enough(&self) -> bool {
        self.bytes >= BYTES || self.pieces.len() >= PIECES
    }

    fn pass_on(&mut self, jobs: &SyncSender<Job>, order: &SyncSender<Taken>, budget: &Budget) -> Result<()> {
        let stopped = || Error::failed("reading was stopped");
        let Self { pieces, bytes } = std::mem::take(self);
        if pieces.is_empty() {
            return Ok(());
        }
        if !budget.take(bytes) {
            return Err(stopped());
        }
        let (answer, parts) = sync_channel(PARTS);
        order.send((parts, bytes)).map_err(|_| stopped())?;
        jobs.send((pieces, answer)).map_err(|_| stopped())?;
        budget.settle(bytes);
        Ok(())
    }
}

/// Owns the queue, so that it closes when this ends, however it ends.
fn take_all(
    answers: Receiver<Taken>,
    budget: &Budget,
    take: &mut impl FnMut(Typed) -> Result<()>,
) -> Result<()> {
    for (parts, bytes) in answers {
        for part in parts {
            take(part?)?;
        }
        budget.give_back(bytes);
    }
    Ok(())
}
