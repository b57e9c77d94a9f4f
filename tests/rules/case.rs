//! A case as a test sees it: a profile, facts and exports. It can be looked at by the second statement of
//! the rules, and written to a folder for the program.

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use crate::csv;
use crate::instant::{Interval, Manner, Order, instant_with_offset, order_shown_by};
use crate::profile::{Facts, Profile};

#[derive(Clone, Debug)]
pub struct Case {
    pub profile: Profile,
    pub facts: Facts,
    pub exports: Vec<Export>,
}

/// One file of one canonical table, and what sources.toml says of it.
#[derive(Clone, Debug)]
pub struct Export {
    pub file: String,
    pub table: &'static str,
    pub exported_at: Option<String>,
    pub zone: Option<Tz>,
    pub order: Option<Order>,
    /// The account of a file that names none.
    pub account_id: Option<String>,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// The file as it lies there, where it was not made by a generator.
    pub bytes: Option<Vec<u8>>,
}

impl Export {
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes.clone().unwrap_or_else(|| {
            let lines = std::iter::once(&self.header).chain(&self.rows).map(csv::line);
            lines.collect::<String>().into_bytes()
        })
    }

    /// The name of a source in verdicts: the first 16 hex digits of its SHA-256.
    pub fn source(&self) -> String {
        let digest = Sha256::digest(self.bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn exported(&self) -> Option<Interval> {
        self.exported_at.as_deref().map(instant_with_offset)
    }

    /// Where our column stands in this file.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|name| folded(name) == folded(column))
    }

    pub fn has(&self, column: &str) -> bool {
        self.position(column).is_some() || (column == "account_id" && self.account_id.is_some())
    }

    /// What the record's cell says, when it isn't empty. Only white space is empty too.
    pub fn cell<'a>(&'a self, row: &'a [String], column: &str) -> Option<&'a str> {
        let stated = self.account_id.as_deref().filter(|_| column == "account_id");
        self.written(row, column).filter(|text| !text.trim().is_empty()).or(stated)
    }

    /// The cell as written, when anything is.
    pub fn written<'a>(&'a self, row: &'a [String], column: &str) -> Option<&'a str> {
        let cell = self.position(column).and_then(|at| row.get(at)).map(String::as_str);
        cell.filter(|text| !text.is_empty())
    }

    /// The zone and order in which the column writes its dates.
    pub fn manner(&self, column: &str) -> Manner {
        let shown = || order_shown_by(self.rows.iter().filter_map(|row| self.cell(row, column)));
        Manner { zone: self.zone, order: self.order.or_else(shown) }
    }
}

/// Header names are compared after folding case, spaces, `_`, `-`, `.` and BOM.
fn folded(name: &str) -> String {
    name.chars().filter(|c| !" _-.\u{feff}".contains(*c)).collect::<String>().to_lowercase()
}

impl Case {
    /// sources.toml of the folder.
    pub fn sources_toml(&self) -> String {
        self.exports.iter().map(Export::toml).collect()
    }
}

impl Export {
    fn toml(&self) -> String {
        let order = self.order.map(|order| match order {
            Order::Dmy => "dmy",
            Order::Mdy => "mdy",
            Order::Ymd => "ymd",
        });
        let stated = [
            ("file", Some(self.file.as_str())),
            ("table", Some(self.table)),
            ("account_id", self.account_id.as_deref()),
            ("exported_at", self.exported_at.as_deref()),
            ("zone", self.zone.map(Tz::name)),
            ("dates", order),
        ];
        let lines = stated.iter().filter_map(|(key, value)| Some(format!("{key} = {:?}\n", (*value)?)));
        format!("[[source]]\n{}", lines.collect::<String>())
    }
}
