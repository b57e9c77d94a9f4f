//! The one error type: what happened, where, what was expected, what to do next.
//!
//! Every module returns it, `cli` prints it and maps its [`Kind`] to the exit status
//! (1-overview, "Commands"; decision 0003).

use std::fmt;
use std::path::{Path, PathBuf};

use super::safe;

/// The result of everything that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What sort of failure it is; decides the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reading, writing or the engine failed.
    Failed,
    /// The arguments, or a file that a person wrote for us (profile, facts, contract), are wrong.
    Usage,
    /// Input was rejected in part and the caller asked to fail on that.
    Rejected,
    /// A verification found a difference.
    Difference,
    /// Another process holds the case, or the case is damaged.
    CaseUnusable,
    /// The user interrupted.
    Interrupted,
}

impl Kind {
    /// All kinds, in the order of their exit statuses.
    pub const ALL: [Self; 6] =
        [Self::Failed, Self::Usage, Self::Rejected, Self::Difference, Self::CaseUnusable, Self::Interrupted];

    /// What its exit status means, for a person.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Failed => "failed: reading, writing or the engine",
            Self::Usage => "usage: the arguments, or a profile or facts file, are wrong",
            Self::Rejected => {
                "input was rejected in part (with --strict), or a finding came up (with --fail-on)"
            }
            Self::Difference => "a verification found a difference",
            Self::CaseUnusable => "the case is busy or damaged",
            Self::Interrupted => "interrupted: the case is as valid as before",
        }
    }

    /// The exit status of the program, as documented.
    #[must_use]
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Rejected => 3,
            Self::Difference => 4,
            Self::CaseUnusable => 5,
            Self::Interrupted => 130,
        }
    }
}

/// Where in a file something is wrong. Lines, columns and records count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// Line in a text file.
    pub line: Option<usize>,
    /// Column in that line, in characters.
    pub column: Option<usize>,
    /// Record of an export.
    pub record: Option<u64>,
    /// Name of the export's or the table's column.
    pub field: Option<String>,
}

impl Place {
    /// A whole file.
    #[must_use]
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self { file: path.as_ref().to_path_buf(), ..Self::default() }
    }

    /// A line and column of a text file.
    #[must_use]
    pub fn line(path: impl AsRef<Path>, line: usize, column: usize) -> Self {
        Self { line: Some(line), column: Some(column), ..Self::file(path) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&safe::path(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        if let Some(record) = self.record {
            write!(f, ", record {record}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", column {}", safe::line(field))?;
        }
        Ok(())
    }
}

/// One failure, told so that a tired person can act on it. Each of its texts is one line, which may hold foreign text:
/// telling it makes that safe, so that only our own line ends are line ends.
#[derive(Debug)]
pub struct Error(Box<Told>);

#[derive(Debug)]
struct Told {
    kind: Kind,
    what: String,
    place: Option<Place>,
    expected: Option<String>,
    next: Option<String>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// Several mistakes of one file, reported at once.
    each: Vec<Error>,
}

impl Error {
    /// A failure of the given kind; `what` is a sentence without a full stop.
    #[must_use]
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self(Box::new(Told {
            kind,
            what: what.into(),
            place: None,
            expected: None,
            next: None,
            cause: None,
            each: Vec::new(),
        }))
    }

    /// Something could not be done: I/O, engine.
    #[must_use]
    pub fn failed(what: impl Into<String>) -> Self {
        Self::new(Kind::Failed, what)
    }

    /// The user has to say something else.
    #[must_use]
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Kind::Usage, what)
    }

    /// A file could not be read or written; `doing` is like "read" or "write".
    #[must_use]
    pub fn io(doing: &str, path: impl AsRef<Path>, cause: std::io::Error) -> Self {
        Self::failed(format!("cannot {doing} {}", safe::path(path.as_ref()))).because(cause)
    }

    /// All mistakes of one file at once.
    #[must_use]
    pub fn many(kind: Kind, what: impl Into<String>, each: Vec<Self>) -> Self {
        let mut error = Self::new(kind, what);
        error.0.each = each;
        error
    }

    /// Where it is wrong.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    /// What would have been right.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    /// What to do now, as a command or a short sentence.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.0.next = Some(next.into());
        self
    }

    /// The error below this one.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync + 'static>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The sentence that says what happened, without place and advice.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Where it is wrong, when that is known.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The mistakes it is made of, when there are several.
    #[must_use]
    pub fn each(&self) -> &[Self] {
        &self.0.each
    }

    fn tell(&self, f: &mut fmt::Formatter<'_>, indent: &str) -> fmt::Result {
        f.write_str(indent)?;
        self.tell_behind(f, indent)
    }

    /// The same, where the indent stands already, or something else.
    fn tell_behind(&self, f: &mut fmt::Formatter<'_>, indent: &str) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&safe::line(&self.0.what))?;
        if let Some(expected) = &self.0.expected {
            write!(f, "\n{indent}  expected: {}", safe::line(expected))?;
        }
        let mut cause = self.0.cause.as_deref().map(|c| c as &dyn std::error::Error);
        while let Some(error) = cause {
            write!(f, "\n{indent}  because: ")?;
            if let Some(error) = error.downcast_ref::<Self>() {
                error.tell_behind(f, &format!("{indent}  "))?;
            } else {
                f.write_str(&safe::line(&error.to_string()))?;
            }
            cause = error.source();
        }
        for error in &self.0.each {
            writeln!(f)?;
            error.tell(f, &format!("{indent}  "))?;
        }
        if let Some(next) = &self.0.next {
            write!(f, "\n{indent}  next: {}", safe::line(next))?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tell(f, "")
    }
}

impl std::error::Error for Error {}
