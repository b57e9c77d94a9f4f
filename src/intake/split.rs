//! Where CSV records begin and end, found without parsing them: the count that is independent of the parser.
//!
//! A quote opens only at the start of a field; inside a field it is a character like any other. A line feed, a
//! carriage return, or both in this order end a record. Blank lines are no records; they are counted.

use memchr::memchr3;

/// Bytes that end an unquoted run.
type Stops = [bool; 256];

/// The state machine over the bytes of a file, from a record's start on.
#[derive(Clone, Debug)]
pub(super) struct Splitter {
    delimiter: u8,
    stops: Box<Stops>,
    state: State,
    /// Where the record under way begins.
    begin: usize,
    /// Where the last record that ended began.
    last: usize,
    /// What was found up to the last record's end.
    pub found: Found,
}

/// Where the line ends that begins at `at`, when no quote stands in it: nearly every record is such a line.
fn line_without_quotes(buffer: &[u8], at: usize) -> Option<usize> {
    let rest = buffer.get(at..)?;
    let stop = memchr3(b'"', b'\n', b'\r', rest)?;
    (rest.get(stop) != Some(&b'"')).then_some(at + stop)
}

/// What a splitter found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Records that ended.
    pub records: u64,
    /// The sum of the offsets at which they began, wrapping.
    pub offsets: u64,
    /// Blank lines.
    pub blank_lines: u64,
    /// Just past the last record's or blank line's end.
    pub end: usize,
}

/// Where the splitter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Before a record.
    Start,
    /// Before a record, after a carriage return: a line feed still belongs to it.
    AfterReturn,
    /// Before a field of a record.
    Field,
    Unquoted,
    Quoted,
    /// After a quote in a quoted field: it closes the field, or is the first of two.
    QuoteInQuoted,
}

impl Splitter {
    pub fn new(delimiter: u8) -> Self {
        let mut stops: Box<Stops> = Box::new([false; 256]);
        for stop in [delimiter, b'\n', b'\r'] {
            if let Some(slot) = stops.get_mut(usize::from(stop)) {
                *slot = true;
            }
        }
        Self { delimiter, stops, state: State::Start, begin: 0, last: 0, found: Found::default() }
    }

    /// Whether a quoted field is open.
    pub fn is_open(&self) -> bool {
        self.state == State::Quoted
    }

    /// Whether a record has begun and not ended.
    pub fn is_within(&self) -> bool {
        !matches!(self.state, State::Start | State::AfterReturn)
    }

    /// Goes on over the bytes of `buffer` from `from` on.
    pub fn scan(&mut self, buffer: &[u8], from: usize) {
        let mut at = from;
        while let Some(&byte) = buffer.get(at) {
            self.state = match self.state {
                State::Start | State::AfterReturn => match line_without_quotes(buffer, at) {
                    Some(stop) if stop > at => {
                        (self.begin, at) = (at, stop);
                        self.after_field(buffer.get(stop).copied().unwrap_or_default(), stop)
                    }
                    _ => self.before_record(byte, at),
                },
                State::Field => self.before_field(byte, at),
                State::Unquoted => {
                    at += self.run(buffer.get(at..).unwrap_or_default());
                    match buffer.get(at) {
                        Some(&stop) => self.after_field(stop, at),
                        None => State::Unquoted,
                    }
                }
                State::Quoted => {
                    let rest = buffer.get(at..).unwrap_or_default();
                    at += rest.iter().position(|b| *b == b'"').unwrap_or(rest.len());
                    if at < buffer.len() { State::QuoteInQuoted } else { State::Quoted }
                }
                State::QuoteInQuoted if byte == b'"' => State::Quoted,
                State::QuoteInQuoted => self.after_field(byte, at),
            };
            at += 1;
        }
    }

    /// The length of the run of bytes that end no field.
    fn run(&self, rest: &[u8]) -> usize {
        let is_stop = |byte: &u8| self.stops.get(usize::from(*byte)).copied().unwrap_or(false);
        rest.iter().position(is_stop).unwrap_or(rest.len())
    }

    fn before_record(&mut self, byte: u8, at: usize) -> State {
        if byte != b'\n' && byte != b'\r' {
            self.begin = at;
            return self.before_field(byte, at);
        }
        let belongs_to_line_before = self.state == State::AfterReturn && byte == b'\n';
        if !belongs_to_line_before {
            self.found.blank_lines += 1;
        }
        self.found.end = at + 1;
        if byte == b'\r' { State::AfterReturn } else { State::Start }
    }

    fn before_field(&mut self, byte: u8, at: usize) -> State {
        if byte == b'"' { State::Quoted } else { self.after_field(byte, at) }
    }

    /// The state after a byte outside quotes.
    fn after_field(&mut self, byte: u8, at: usize) -> State {
        match byte {
            b'\n' => self.end(at, State::Start),
            b'\r' => self.end(at, State::AfterReturn),
            _ if byte == self.delimiter => State::Field,
            _ => State::Unquoted,
        }
    }

    fn end(&mut self, at: usize, then: State) -> State {
        self.found.records += 1;
        self.last = self.begin;
        self.found.offsets = self.found.offsets.wrapping_add(self.begin as u64);
        self.found.end = at + 1;
        then
    }

    /// Where the last record began of those that were found.
    pub fn last(&self) -> usize {
        self.last
    }

    /// Hands over what was found and goes on at the last record's end, which becomes offset 0.
    pub fn cut(&mut self) -> Found {
        let found = std::mem::take(&mut self.found);
        self.begin = self.begin.saturating_sub(found.end);
        found
    }

    /// Ends the record under way at the file's end, which is at `end`.
    pub fn finish(&mut self, end: usize) {
        if self.is_within() {
            self.state = self.end(end, State::Start);
            self.found.end = end;
        }
    }

    /// Where it is within a record.
    pub fn state(&self) -> State {
        self.state
    }

    /// Goes on within the record under way from a place further on, where it is in that state.
    pub fn go_on_in(&mut self, state: State) {
        self.state = state;
    }

    /// Begins anew at offset 0, after a line end that is `\r` or not.
    pub fn restart(&mut self, after_return: bool) {
        self.state = if after_return { State::AfterReturn } else { State::Start };
        self.begin = 0;
        self.found = Found::default();
    }
}
