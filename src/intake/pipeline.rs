//! One file through all its stages at once: a thread reads, hashes and cuts; workers type the pieces; the caller takes
//! them in the file's order. Queues are bounded, and so is memory.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::chunks::{Chunks, LONGEST, Piece};
use super::input::Input;
use super::typing::{Layout, Typed, Typist};
use crate::base::progress::Work;
use crate::base::{Error, Result};

type Answer = Result<Typed>;
type Job = (Piece, SyncSender<Answer>);

/// SHA-256 and length of what was read, when it began with the header that was planned.
pub(super) type Read = Option<(String, u64)>;

/// Types `input` with so many workers and hands each piece, in order, to `take`.
pub(super) fn run(
    mut input: Input<'_>,
    header: &[u8],
    layout: &Layout,
    workers: usize,
    work: &Work,
    mut take: impl FnMut(Typed) -> Result<()>,
) -> Result<Read> {
    let (jobs, waiting) = sync_channel::<Job>(workers);
    let (order, answers) = sync_channel::<Receiver<Answer>>(workers + 2);
    let waiting = Mutex::new(waiting);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| type_all(&waiting, layout));
        }
        let reader = scope.spawn(move || {
            let chunks = Chunks::new(layout.delimiter, LONGEST, layout.coding);
            let is_planned = chunks.run(&mut input, header, |piece| pass_on(piece, &jobs, &order, work))?;
            Ok(is_planned.then(|| input.finish()))
        });
        let taken = take_all(&answers, &mut take);
        // Nobody takes any more: the reader stops at its next piece, and the workers with it.
        drop(answers);
        let read = reader.join().unwrap_or_else(|_| Err(Error::failed("a thread that reads has failed")));
        taken.and(read)
    })
}

fn type_all(waiting: &Mutex<Receiver<Job>>, layout: &Layout) {
    let mut typist = Typist::new(layout);
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((piece, answer)) = job else { return };
        // Who does not take the answer has stopped.
        let _ = answer.send(typist.take(piece));
    }
}

fn pass_on(
    piece: Piece,
    jobs: &SyncSender<Job>,
    order: &SyncSender<Receiver<Answer>>,
    work: &Work,
) -> Result<()> {
    if let Piece::Chunk(chunk) = &piece {
        work.advance(chunk.bytes.len() as u64);
    }
    let stopped = || Error::failed("reading was stopped");
    let (answer, taken) = sync_channel(1);
    jobs.send((piece, answer)).map_err(|_| stopped())?;
    order.send(taken).map_err(|_| stopped())
}

fn take_all(answers: &Receiver<Receiver<Answer>>, take: &mut impl FnMut(Typed) -> Result<()>) -> Result<()> {
    for answer in answers {
        let typed = answer.recv().map_err(|_| Error::failed("a thread that types records has failed"))??;
        take(typed)?;
    }
    Ok(())
}
