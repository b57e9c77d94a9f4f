//! What a TOML file may cost: anybody may have written it, and it is read whole.

use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, EventReceiver, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, ParseError, Source, Span};

use crate::base::text::{grouped, size};
use crate::base::{Error, Place, Result};

/// Bytes of the largest file: more than any person writes.
pub(super) const LARGEST: usize = 4 << 20;
/// Words and marks of the largest file. They decide how much memory it takes: up to about 150 bytes each.
const TOKENS: usize = 2_000_000;
/// How deep lists and inline tables may be nested: as deep as the parser goes.
const DEPTH: u32 = 80;

/// Refuses a text that is too large to be read.
///
/// # Errors
/// Then.
pub(super) fn check(name: &str, text: &str) -> Result<()> {
    check_size(name, text.len() as u64)?;
    if text.len() <= TOKENS || Source::new(text).lex().take(TOKENS + 1).count() <= TOKENS {
        return Ok(());
    }
    Err(Error::usage("the file holds too many words and marks to be read")
        .at(Place::file(name))
        .expected(format!("a TOML file of at most {} words, numbers and marks", grouped(TOKENS as u64)))
        .next("see what it is; one pattern in sources.toml can speak of many files"))
}

/// Refuses a file of so many bytes when it is too large to be read.
///
/// # Errors
/// Then.
pub(super) fn check_size(name: &str, bytes: u64) -> Result<()> {
    if bytes <= LARGEST as u64 {
        return Ok(());
    }
    Err(Error::usage(format!("the file is too large to be read: {}", size(bytes)))
        .at(Place::file(name))
        .expected(format!("a TOML file of at most {}", size(LARGEST as u64)))
        .next("see what it is; one pattern in sources.toml can speak of many files"))
}

/// The beginning of a text up to the line in which the parser complains for so many times; all of it where it
/// complains less often.
///
/// The parser recovers after each mistake and keeps a complaint of about 200 bytes: a file of nothing but mistakes
/// would take a hundred times its own size. Here they are counted without being kept.
pub(super) fn up_to_complaint(text: &str, number: usize) -> &str {
    let source = Source::new(text);
    let tokens: Vec<_> = source.lex().collect();
    let mut complaints = Complaints { number, met: 0, at: None };
    let mut decoding = Decoding { source };
    parse_document(&tokens, &mut RecursionGuard::new(&mut decoding, DEPTH), &mut complaints);
    let Some(at) = complaints.at.filter(|_| complaints.met >= number) else {
        return text;
    };
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |end| at + end + 1);
    text.get(..end).unwrap_or(text)
}

/// Counts complaints, up to one.
struct Complaints {
    number: usize,
    met: usize,
    /// The furthest place of those that count.
    at: Option<usize>,
}

impl ErrorSink for Complaints {
    fn report_error(&mut self, error: ParseError) {
        if self.met < self.number {
            self.met += 1;
            let at = error.unexpected().map_or(0, |span| span.start());
            self.at = self.at.max(Some(at));
        }
    }
}

/// Looks into keys and values as the parser does later: most complaints are about them.
struct Decoding<'t> {
    source: Source<'t>,
}

impl EventReceiver for Decoding<'_> {
    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.source.get(Event::new_unchecked(EventKind::SimpleKey, encoding, span)) {
            raw.decode_key(&mut (), error);
        }
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.source.get(Event::new_unchecked(EventKind::Scalar, encoding, span)) {
            // Only what it complains of counts.
            let _ = raw.decode_scalar(&mut (), error);
        }
    }

    fn comment(&mut self, span: Span, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.source.get(span) {
            raw.decode_comment(error);
        }
    }

    fn newline(&mut self, span: Span, error: &mut dyn ErrorSink) {
        if let Some(raw) = self.source.get(span) {
            raw.decode_newline(error);
        }
    }
}
