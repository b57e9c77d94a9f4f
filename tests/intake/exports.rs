//! Well-formed exports of `users` and `accounts` in which each cell's place can be told from its content alone: each word
//! of a text stands in one cell of one record only, and so does each instant.

use std::ops::Range;

/// Numbers that only look random: the same ones each time.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.next(all.len())]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Key,
    Id,
    Text,
    Email,
    Products,
    Instant,
    Boolean,
    Code(&'static [&'static str]),
    /// A text in a column that no table knows: it is not stored.
    Unknown,
}

pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Kind)],
}

pub const TABLES: [Table; 2] = [
    Table {
        name: "users",
        columns: &[
            ("user_id", Kind::Key),
            ("account_id", Kind::Id),
            ("name", Kind::Text),
            ("email", Kind::Email),
            ("phone", Kind::Text),
            ("role", Kind::Code(&["agent", "end_user"])),
            ("active", Kind::Boolean),
            ("created_at", Kind::Instant),
            ("password_changed_at", Kind::Instant),
            ("locale", Kind::Text),
            ("remark", Kind::Unknown),
        ],
    },
    Table {
        name: "accounts",
        columns: &[
            ("account_id", Kind::Key),
            ("customer_id", Kind::Id),
            ("name", Kind::Text),
            ("subdomain", Kind::Text),
            ("products", Kind::Products),
            ("status", Kind::Code(&["active", "trial"])),
            ("created_at", Kind::Instant),
            ("deleted_at", Kind::Instant),
            ("owner_name", Kind::Text),
            ("owner_email", Kind::Email),
            ("remark", Kind::Unknown),
        ],
    },
];

/// Texts of three words, with all that may be in a text. What well-formed quotes can't tell from records is not among them:
/// lines with as many separators as a record.
const TEXTS: [&str; 26] = [
    "1",
    "1 2",
    "1, 2",
    "1, 2, 3",
    "1 \"2\" 3",
    "\"1\"",
    "\"1\" 2",
    "1 \"2\"",
    "\"1\", 2",
    "1 \"2, 3\"",
    "1\n2",
    "1\r\n2, 3",
    "1\n\"2\"\n3",
    "\n1",
    "1\n",
    ", 1",
    "1,",
    "\", 1",
    "1;2",
    "1\t2",
    "1\\2",
    "1\\",
    "\\\"1",
    "\"",
    " 1",
    "=\"1\"",
];

/// One cell: where it is written, and what it means; an empty one means nothing.
#[derive(Clone, Debug)]
pub struct Cell {
    pub span: Range<usize>,
    pub means: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Record {
    /// With its line end.
    pub span: Range<usize>,
    pub cells: Vec<Cell>,
}

pub struct Export {
    pub table: &'static Table,
    /// The columns in the file's order.
    pub columns: Vec<(&'static str, Kind)>,
    pub bytes: Vec<u8>,
    pub header: Record,
    pub records: Vec<Record>,
}

/// How an export quotes its cells.
#[derive(Clone, Copy)]
enum Style {
    WhereNeeded,
    All,
    Sometimes,
}

impl Export {
    pub fn new(numbers: &mut Numbers, records: usize) -> Self {
        let table = numbers.pick(&TABLES);
        let mut columns = table.columns.to_vec();
        for last in (1..columns.len()).rev() {
            columns.swap(last, numbers.next(last + 1));
        }
        let style = *numbers.pick(&[Style::WhereNeeded, Style::All, Style::Sometimes]);
        let line_end = *numbers.pick(&["\n", "\r\n"]);
        let mut bytes = Vec::new();
        let names = columns.iter().map(|(name, _)| Some((*name).to_owned())).collect();
        let header = write(&mut bytes, names, style, line_end, numbers);
        let records = (0..records)
            .map(|record| {
                let meant =
                    (0..).zip(&columns).map(|(place, (_, kind))| means(record, place, *kind, numbers));
                let meant = meant.collect();
                write(&mut bytes, meant, style, line_end, numbers)
            })
            .collect();
        Self { table, columns, bytes, header, records }
    }
}

/// A word of one cell: no other one holds it.
fn word(record: usize, place: u8, number: char) -> String {
    let letter = char::from(b'a' + place);
    format!(
        "{letter}{record}{letter}{}",
        char::from(b'w' + number.to_digit(10).map_or(0, |d| u8::try_from(d).unwrap()))
    )
}

fn means(record: usize, place: u8, kind: Kind, numbers: &mut Numbers) -> Option<String> {
    let may_be_empty = !matches!(kind, Kind::Key | Kind::Id);
    if may_be_empty && numbers.next(5) == 0 {
        return None;
    }
    let word = |number| word(record, place, number);
    Some(match kind {
        Kind::Key | Kind::Id => word('1'),
        Kind::Text | Kind::Unknown => {
            let text = numbers.pick(&TEXTS).chars();
            text.map(|c| if c.is_ascii_digit() { word(c) } else { c.to_string() }).collect()
        }
        Kind::Email => format!("{}@{}", word('1'), word('2')),
        Kind::Products => match numbers.next(2) {
            0 => word('1'),
            _ => format!("{};{}", word('1'), word('2')),
        },
        // The year is that of the column, the day and the hour those of the record.
        Kind::Instant => {
            let (month, day) = (record / 28 % 12 + 1, record % 28 + 1);
            format!("20{:02}-{month:02}-{day:02}T{:02}:30:00Z", 10 + place, record / 336)
        }
        Kind::Boolean => (*numbers.pick(&["true", "false"])).to_owned(),
        Kind::Code(words) => (*numbers.pick(words)).to_owned(),
    })
}

fn write(
    bytes: &mut Vec<u8>,
    cells: Vec<Option<String>>,
    style: Style,
    line_end: &str,
    numbers: &mut Numbers,
) -> Record {
    let start = bytes.len();
    let mut written = Vec::new();
    for means in cells {
        if !written.is_empty() {
            bytes.push(b',');
        }
        let from = bytes.len();
        let text = means.as_deref().unwrap_or_default();
        let quotes = match style {
            Style::WhereNeeded => false,
            Style::All => true,
            Style::Sometimes => numbers.next(2) == 0,
        };
        if quotes || text.contains([',', '"', '\n', '\r']) {
            bytes.extend_from_slice(format!("\"{}\"", text.replace('"', "\"\"")).as_bytes());
        } else {
            bytes.extend_from_slice(text.as_bytes());
        }
        written.push(Cell { span: from..bytes.len(), means });
    }
    bytes.extend_from_slice(line_end.as_bytes());
    Record { span: start..bytes.len(), cells: written }
}
