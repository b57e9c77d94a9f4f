//! Random cases whose values crowd around every edge. A case is many small worlds (up to six accounts and what
//! belongs to them) in the same exports, under one profile and the same facts: one run of the program looks at
//! all of them.

use std::collections::BTreeMap;

use crate::case::{Case, Export};
use crate::generate_profile::{facts, profile};
use crate::instant::{DAY, HOUR, Interval, MINUTE, Order, SECOND, clock, printed, utc_date};
use crate::profile::Profile;
use crate::random::Random;

/// What names a case: its own seed, and one seed a world.
#[derive(Clone, Debug)]
pub struct Seeds {
    pub case: u64,
    pub worlds: Vec<u64>,
}

/// What a case may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Everything.
    Wide,
    /// No date whose order the column has to show: there, losing one value changes what the others mean.
    NoInference,
}

pub fn case(seeds: &Seeds, spread: Spread) -> Case {
    let mut random = Random::new(seeds.case);
    let profile = profile(&mut random);
    let as_of = random.pick(&AS_OF);
    let edges = edges(&profile, as_of);
    let facts = facts(&mut random, &profile, as_of);
    let mut layouts: Vec<Layout> =
        TABLES.iter().flat_map(|table| layouts(&mut random, table, as_of, spread)).collect();
    for (number, seed) in seeds.worlds.iter().enumerate() {
        let mut world = World { random: Random::new(*seed), number, edges: &edges };
        for (table, entity) in world.entities() {
            world.write(table, &entity, &mut layouts);
        }
    }
    Case { profile, facts, exports: layouts.into_iter().map(|layout| layout.export).collect() }
}

const AS_OF: [i64; 5] = [
    1_570_017_600 * SECOND,     // 2019-10-02T12:00:00Z
    1_570_017_600 * SECOND + 1, // a microsecond later
    1_480_550_400 * SECOND,     // 2016-12-01T00:00:00Z
    1_478_044_800 * SECOND,     // 2016-11-02T00:00:00Z, inside the edge
    1_463_313_600 * SECOND,     // 2016-05-15T12:00:00Z, before any window begins
];

/// The instants that tests compare with.
fn edges(profile: &Profile, as_of: i64) -> Vec<i64> {
    let until = profile.window_until();
    let from = profile.window_from().unwrap_or(Interval { lo: as_of, hi: until.lo });
    vec![until.lo, until.lo, until.hi, until.hi, as_of, as_of, from.lo, from.hi]
}

const TABLES: [&str; 9] = [
    "accounts",
    "users",
    "credential_changes",
    "app_installations",
    "certificates",
    "api_clients",
    "sso",
    "accessed",
    "notices",
];

/// Required columns, then the others that a file may have or lack.
fn columns(table: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match table {
        "accounts" => (
            &["account_id"],
            &[
                "customer_id",
                "name",
                "products",
                "created_at",
                "activated_at",
                "deleted_at",
                "owner_email",
                "security_email",
                "locale",
                "country",
                "time_zone",
            ],
        ),
        "users" => (
            &["user_id", "account_id"],
            &[
                "email",
                "role",
                "product",
                "active",
                "created_at",
                "password_changed_at",
                "has_password",
                "sso_only",
                "deleted_at",
                "country",
            ],
        ),
        "credential_changes" => (
            &["kind"],
            &["account_id", "user_id", "product", "subject_id", "changed_at", "effect", "event_id"],
        ),
        "app_installations" => (
            &["installation_id", "account_id"],
            &[
                "app_name",
                "kind",
                "installed_at",
                "removed_at",
                "holds_credentials",
                "credential_names",
                "credentials_rotated_at",
            ],
        ),
        "certificates" => (
            &["certificate_id", "account_id"],
            &[
                "provided_by",
                "fingerprint_sha256",
                "key_sha256",
                "subject",
                "uploaded_at",
                "not_after",
                "revoked_at",
                "replaced_at",
            ],
        ),
        "api_clients" => (&["client_id", "account_id"], &["user_id", "kind", "created_at", "revoked_at"]),
        "sso" => {
            (&["account_id", "population"], &["product", "enforced", "bypass_allowed", "since", "until"])
        }
        "accessed" => (&["account_id", "data_class"], &["extent", "determination", "determined_at"]),
        _ => (&["notice_id", "account_id"], &["sent_at"]),
    }
}

/// An export being filled, and how each of its columns writes dates with slashes.
struct Layout {
    export: Export,
    columns: Vec<&'static str>,
    slashes: BTreeMap<&'static str, Option<Order>>,
}

fn layouts(random: &mut Random, table: &&'static str, as_of: i64, spread: Spread) -> Vec<Layout> {
    let files = random.pick(&[0, 1, 1, 1, 2, 2, 2, 2, 3, 3]).max(usize::from(*table == "accounts"));
    (0..files).map(|number| layout(random, table, number, as_of, spread)).collect()
}

fn layout(random: &mut Random, table: &'static str, number: usize, as_of: i64, spread: Spread) -> Layout {
    let (required, optional) = columns(table);
    let mut columns = required.to_vec();
    columns.extend(random.some_of(optional, 88));
    let title = random.percent(25);
    let written = |name: &&str| if title { name.to_uppercase().replace('_', " ") } else { name.to_string() };
    // A column that is not ours, so that no two files have the same bytes.
    let header = columns.iter().map(written).chain([format!("not ours {number}")]);
    let zones = [
        None,
        None,
        None,
        Some(chrono_tz::America::Los_Angeles),
        Some(chrono_tz::Europe::Copenhagen),
        Some(chrono_tz::America::Sao_Paulo),
        Some(chrono_tz::Australia::Lord_Howe),
    ];
    let exported =
        [None, None, Some(as_of), Some(as_of + 1), Some(as_of + HOUR), Some(as_of - 1), Some(as_of - DAY)];
    let order = random.pick(&[None, None, Some(Order::Dmy), Some(Order::Mdy), Some(Order::Ymd)]);
    let order = if spread == Spread::NoInference { Some(Order::Ymd) } else { order };
    let styles = [None, None, None, order, Some(Order::Dmy), Some(Order::Mdy)];
    let slashes = columns.iter().map(|name| (*name, random.pick(&styles))).collect();
    Layout {
        export: Export {
            file: format!("{table}-{number}.csv"),
            table,
            exported_at: random.pick(&exported).map(printed),
            zone: random.pick(&zones),
            order,
            account_id: None,
            header: header.collect(),
            rows: Vec::new(),
            bytes: None,
        },
        columns,
        slashes,
    }
}

/// A cell before a file writes it in its own manner.
#[derive(Clone, Debug)]
enum Fact {
    Text(String),
    At(i64),
}

type Entity = BTreeMap<&'static str, Fact>;

struct World<'a> {
    random: Random,
    number: usize,
    edges: &'a [i64],
}

impl World<'_> {
    fn entities(&mut self) -> Vec<(&'static str, Entity)> {
        let mut all = Vec::new();
        let most = [
            ("accounts", 5),
            ("users", 15),
            ("app_installations", 4),
            ("certificates", 5),
            ("api_clients", 7),
        ];
        let events = [("credential_changes", 14), ("sso", 4), ("accessed", 2), ("notices", 1)];
        for (table, most) in most.into_iter().chain(events) {
            let count = self.random.below(most + 1) + usize::from(table == "accounts");
            all.extend((0..count).map(|n| (table, self.entity(table, n))));
        }
        all
    }

    fn entity(&mut self, table: &'static str, n: usize) -> Entity {
        let (required, optional) = columns(table);
        let names = required.iter().chain(optional);
        let mut entity: Entity = names.map(|name| (*name, self.fact(table, name))).collect();
        if let Some(letter) = entity.get("kind").and_then(changed).filter(|_| self.random.percent(85)) {
            entity.insert("subject_id", self.id(letter, 4));
        }
        if let Some(letter) = letter(table) {
            entity.insert(required[0], Fact::Text(format!("w{}{letter}{n}", self.number)));
        }
        entity
    }

    /// Writes it into some of the table's files, now and then with another value in a cell.
    fn write(&mut self, table: &'static str, entity: &Entity, layouts: &mut [Layout]) {
        let mut files: Vec<&mut Layout> = layouts.iter_mut().filter(|l| l.export.table == table).collect();
        if files.is_empty() {
            return;
        }
        let certain = self.random.below(files.len());
        for (number, layout) in files.iter_mut().enumerate() {
            let times = usize::from(number == certain || self.random.percent(35))
                + usize::from(self.random.percent(4));
            for _ in 0..times {
                let row = self.row(table, entity, layout);
                layout.export.rows.push(row);
            }
        }
    }

    fn row(&mut self, table: &'static str, entity: &Entity, layout: &Layout) -> Vec<String> {
        let key = columns(table).0[0];
        let mut row = Vec::new();
        for name in &layout.columns {
            let is_key = *name == key && letter(table).is_some();
            let fact = match self.random.below(100) {
                0..7 if !is_key => self.fact(table, name),
                7..10 if !is_key => Fact::Text(String::new()),
                10 if self.random.percent(20) => Fact::Text("  ".into()),
                _ => entity[name].clone(),
            };
            row.push(self.written(&fact, layout, name));
        }
        row.push(String::new());
        row
    }

    fn written(&mut self, fact: &Fact, layout: &Layout, column: &str) -> String {
        match fact {
            Fact::Text(text) => text.clone(),
            Fact::At(at) => self.instant(*at, layout, column),
        }
    }

    /// One of the forms of 2-tables, most often exact.
    fn instant(&mut self, at: i64, layout: &Layout, column: &str) -> String {
        let shown = clock(at, layout.export.zone);
        let local = printed(shown);
        let local = local.trim_end_matches('Z');
        match self.random.below(24) {
            0 => at.div_euclid(SECOND).to_string(),
            1 => at.div_euclid(1000).to_string(),
            2 => at.to_string(),
            3 => local.replace('T', " "),
            4 | 5 => local.into(),
            6 => local[..16].into(),
            7 => format!("{}Z", &printed(at)[..16]),
            8 | 9 => local[..10].into(),
            10 => local[..10].replace('-', "/"),
            11 | 12 => {
                slashed(shown, layout.slashes.get(column).copied().flatten()).unwrap_or_else(|| local.into())
            }
            13 => self.odd(),
            14 => format!("{} +05:30", printed(at + 330 * MINUTE).trim_end_matches('Z')),
            15 => format!("{}-0800", printed(at - 8 * HOUR).trim_end_matches('Z').replace('T', "t")),
            16 => format!(" {} UTC ", printed(at).trim_end_matches('Z').replace('T', " ")),
            17 => format!("{}+02", printed(at + 2 * HOUR).trim_end_matches('Z')),
            _ => printed(at),
        }
    }

    /// What can't be read, or hardly.
    fn odd(&mut self) -> String {
        let all = [
            "0000-00-00",
            "2016-13-01",
            "yesterday",
            "2016-11-01T24:00:00Z",
            "0",
            "12345",
            "2016-10-31T23:59:60Z",
            "2016-11-01T00:00:00,5Z",
            "2016-11-01T00:00:00.12345678Z",
            "1 Nov 2016",
            "01.11.16",
            "2200-01-01",
            "1969-12-31T23:59:59Z",
            "2016-11-01  00:00:00Z",
            "2016.10.31",
            "2016/1/5",
            "31-10-2016",
            "10.31.2016 10:00",
            "5/31/2016T10:00:00Z",
            "31/02/2016",
            "45/10/2016",
            "31/10/2016 25:00",
            "2016-11-01T00:00:00 Z",
            "2016-11-01T00:00:00+23:59",
            "2016-11-01T00:00:00+24:00",
            "2016-11-01T00:00:00.Z",
            "2016-11-01T00:00:00UTC",
            "2016-11-01T00:00:00 utc",
            "2016-11-01T00:00:60.5+01:00",
            "0000000000",
            "9999999999",
            "1480000000.5",
            "+1480000000",
            "\u{a0}2016-11-01T00:00:00Z\u{2003}",
        ];
        self.random.pick(&all).into()
    }

    fn text(&mut self, all: &[&str]) -> Fact {
        Fact::Text(self.random.pick(all).into())
    }

    fn id(&mut self, letter: char, most: usize) -> Fact {
        Fact::Text(format!("w{}{letter}{}", self.number, self.random.below(most)))
    }

    /// An instant at an edge, about it, or long before.
    fn at(&mut self, empty: usize, long_before: usize) -> Fact {
        if self.random.percent(empty) {
            return Fact::Text(String::new());
        }
        if self.random.percent(long_before) {
            return Fact::At(1_400_000_000 * SECOND + self.random.below(1000) as i64 * DAY / 7);
        }
        let deltas = [
            0,
            0,
            1,
            -1,
            SECOND,
            -SECOND,
            MINUTE,
            -MINUTE,
            HOUR,
            -HOUR,
            14 * HOUR,
            -12 * HOUR,
            DAY,
            -DAY,
            3 * DAY,
            -3 * DAY,
            40 * DAY,
            -40 * DAY,
            5 * DAY + 123_456,
        ];
        Fact::At(self.random.pick(self.edges) + self.random.pick(&deltas))
    }

    fn boolean(&mut self, yes: usize) -> Fact {
        if self.random.percent(yes) {
            return self.text(&["true", "Yes", "1", "t"]);
        }
        self.text(&["false", "false", "No", "0", "disabled", "", "maybe"])
    }

    fn fact(&mut self, table: &str, column: &str) -> Fact {
        match (table, column) {
            ("accounts" | "users", "created_at" | "activated_at") => self.at(8, 65),
            ("app_installations", "installed_at") | ("api_clients", "created_at") => self.at(8, 60),
            ("certificates", "uploaded_at") => self.at(8, 50),
            ("certificates", "not_after") => self.at(8, 0),
            (_, "deleted_at" | "removed_at" | "revoked_at" | "replaced_at") => self.at(70, 10),
            (_, "password_changed_at" | "credentials_rotated_at") => self.at(60, 15),
            (_, "changed_at") => self.at(6, 10),
            (_, "since") => self.at(40, 50),
            (_, "until") => self.at(70, 5),
            (_, "determined_at") => self.at(20, 0),
            (_, "sent_at") => self.at(20, 0),
            (_, "account_id") if table == "credential_changes" && self.random.percent(40) => self.text(&[""]),
            (_, "account_id") => self.id('a', 7),
            (_, "user_id") if self.random.percent(8) => self.text(&[""]),
            (_, "user_id") => self.id('u', 16),
            (_, "subject_id") => self.subject(),
            (_, "products") => self.products(),
            ("accessed", "data_class") => {
                self.text(&["user_data", "password_hashes", "App_Settings", "tls_keys", "ticket_data"])
            }
            ("accessed", "extent") => self.text(&["all", "all", "some", "", "most"]),
            (_, "product") => self.text(&[
                "", "", "", "", "support", "Support ", "chat", "guide", "explore", "sell", "mystery",
                "unknown",
            ]),
            _ => self.word(table, column),
        }
    }

    fn word(&mut self, table: &str, column: &str) -> Fact {
        match (table, column) {
            (_, "role") => {
                self.text(&["agent", "agent", "end_user", "end_user", "Admin", "owner", "", "robot"])
            }
            (_, "population") => self.text(&["agent", "end_user", "all", "all", "ALL", "staff"]),
            ("credential_changes", "kind") => self.text(&[
                "password",
                "password",
                "Password",
                "api_token",
                "oauth_token",
                "app_credential",
                "certificate",
                "session",
                "passkey",
            ]),
            (_, "effect") => self.text(&["replaced", "replaced", "invalidated", "requested", "", "reset"]),
            ("app_installations", "kind") => self.text(&["marketplace", "private", "private", "", "custom"]),
            ("api_clients", "kind") => self.text(&[
                "basic_password",
                "basic_password",
                "api_token",
                "oauth",
                "chat_api_token",
                "",
                "jwt",
            ]),
            (_, "provided_by") => self.text(&["customer", "customer", "vendor", "", "reseller"]),
            (_, "active" | "enforced") => self.boolean(70),
            (_, "has_password" | "holds_credentials") => self.boolean(75),
            (_, "sso_only") => self.boolean(8),
            (_, "bypass_allowed") => self.boolean(25),
            (_, "fingerprint_sha256" | "key_sha256") => {
                self.text(&["aa01", "AA:01", "bb02", "cc03", "dd04", "", ""])
            }
            _ => self.description(column),
        }
    }

    fn description(&mut self, column: &str) -> Fact {
        let contacts = [
            "a@x.example",
            " A@X.example",
            "b@y.example",
            "",
            "",
            "odd@",
            "two@at@signs",
            "  ",
            "É@z.example",
        ];
        match column {
            "owner_email" | "security_email" | "email" => self.text(&contacts),
            "customer_id" => self.text(&["c1", "c2", " 007 ", ""]),
            "name" | "app_name" | "subject" => {
                self.text(&["Plain", "Comma, Inc.", "Quote \"Q\"", "=1+1", "Çé 日本", ""])
            }
            "credential_names" => {
                self.text(&["token;key", "[\"b;c\", \"a\", \"\"]", " key ;; key", "", "[]"])
            }
            "country" | "locale" | "time_zone" => self.text(&["de", "FR", "", "en-US"]),
            "notice_id" => self.id('n', 3),
            _ => self.text(&["", "something"]),
        }
    }

    fn subject(&mut self) -> Fact {
        match self.random.below(4) {
            0 => self.id('i', 4),
            1 => self.id('c', 5),
            2 => self.id('t', 4),
            _ => self.text(&[""]),
        }
    }

    fn products(&mut self) -> Fact {
        self.text(&[
            "support",
            "support",
            "support;chat",
            "[\"chat\", \"Support\"]",
            "chat",
            "guide",
            "sell",
            "sell;smooch",
            "SELL",
            "explore",
            "support;mystery",
            "mystery",
            "",
        ])
    }
}

/// The letter of the subjects that a kind of change is about.
fn changed(kind: &Fact) -> Option<char> {
    match kind {
        Fact::Text(kind) if kind == "app_credential" => Some('i'),
        Fact::Text(kind) if kind == "certificate" => Some('c'),
        Fact::Text(kind) if kind.ends_with("_token") => Some('t'),
        _ => None,
    }
}

/// The letter of a table's keys; none for tables without one.
fn letter(table: &str) -> Option<char> {
    Some(match table {
        "accounts" => 'a',
        "users" => 'u',
        "app_installations" => 'i',
        "certificates" => 'c',
        "api_clients" => 't',
        "notices" => 'n',
        _ => return None,
    })
}

/// A date with slashes, in an order.
fn slashed(shown: i64, order: Option<Order>) -> Option<String> {
    let (year, month, day) = utc_date(shown);
    match order? {
        Order::Dmy => Some(format!("{day}/{month:02}/{year}")),
        Order::Mdy => Some(format!("{month}/{day}/{year}")),
        Order::Ymd => None,
    }
}
