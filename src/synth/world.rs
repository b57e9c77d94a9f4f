//! The invented service: who has which account, when things were made. All of it follows from the seed and a number.

use super::draw::Draws;

/// Numbers of the tables, for their draws.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Accounts = 1,
    Users,
    Changes,
    Installations,
    Certificates,
    Clients,
    Sso,
    Accessed,
}

/// 2010-01-01T00:00:00Z, before which nothing of the service is.
const BEGUN: i64 = 1_262_304_000_000_000;
/// 2019-10-02T12:00:00Z: the instant of which the exports speak.
pub(super) const EXPORTED: i64 = 1_570_017_600_000_000;
/// 2016-11-01T00:00:00Z, around which it matters.
const EDGE: i64 = 1_477_958_400_000_000;
const DAY: i64 = 86_400_000_000;

/// Words that accounts and hosts are named after.
const WORDS: [&str; 24] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbour", "inlet", "juniper", "kestrel",
    "lagoon", "meadow", "north", "orchard", "pine", "quarry", "river", "summit", "tidal", "umber", "valley",
    "willow", "yarrow",
];

/// How much there is of each, and from what it follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct World {
    pub seed: u64,
    /// Rows of a million that have something wrong.
    pub dirt: u64,
    pub accounts: u64,
    pub users: u64,
    pub installations: u64,
    pub certificates: u64,
    pub clients: u64,
}

/// An account, as far as others need it.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub number: u64,
    pub word: &'static str,
    pub created: i64,
    /// As the export lists them.
    pub products: &'static str,
}

/// A user, as far as others need it.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub number: u64,
    pub account: Account,
    pub product: &'static str,
    pub created: i64,
}

/// An app that an account has installed, as far as others need it.
#[derive(Clone, Debug)]
pub(super) struct Installation {
    pub account: Account,
    pub installed: i64,
}

impl World {
    pub fn draws(&self, kind: Kind, row: u64) -> Draws {
        Draws::of(self.seed, kind as u64, row)
    }

    /// An account, and its further draws.
    pub fn account(&self, number: u64) -> (Account, Draws) {
        let mut draws = self.draws(Kind::Accounts, number);
        let word = draws.one_of(&WORDS);
        let created = created(&mut draws, BEGUN);
        let products = draws.one_of(&[
            "support",
            "support;guide",
            "support;chat",
            "support;guide;talk",
            "chat",
            "support",
            "guide",
            "sell",
            "support;sell",
            "support;explore",
        ]);
        (Account { number, word, created, products }, draws)
    }

    /// A user, and its further draws. A few accounts have most users.
    pub fn user(&self, number: u64) -> (User, Draws) {
        let mut draws = self.draws(Kind::Users, number);
        let (account, _) = self.account(draws.skewed(self.accounts));
        let product = if draws.happens(150_000) { draws.one_of(&["support", "chat"]) } else { "" };
        let created = created(&mut draws, account.created);
        (User { number, account, product, created }, draws)
    }

    /// An installation, and its further draws.
    pub fn installation(&self, number: u64) -> (Installation, Draws) {
        let mut draws = self.draws(Kind::Installations, number);
        let (account, _) = self.account(draws.skewed(self.accounts));
        let installed = created(&mut draws, account.created);
        (Installation { account, installed }, draws)
    }

    /// The user whose API client it is, and its further draws.
    pub fn client(&self, number: u64) -> (User, Draws) {
        let mut draws = self.draws(Kind::Clients, number);
        let (user, _) = self.user(draws.below(self.users));
        (user, draws)
    }
}

impl Account {
    /// Its id, of words as a subdomain is.
    pub fn id(&self) -> String {
        format!("{}-{}", self.word, self.number)
    }
}

/// The number of an id in its table: ids grow by more than one, as those that a service gives.
pub(super) fn id(first: u64, number: u64) -> u64 {
    first + number * 7
}

pub(super) const FIRST_USER: u64 = 360_000_000_000;
pub(super) const FIRST_INSTALLATION: u64 = 4_100_000;
pub(super) const FIRST_CERTIFICATE: u64 = 7_100_000;

/// When something was made: some time after what it belongs to, and oftener than by chance around the edge.
pub(super) fn created(draws: &mut Draws, after: i64) -> i64 {
    if after < EDGE && draws.happens(20_000) {
        return draws.instant((EDGE - 3 * DAY).max(after), EDGE + 3 * DAY);
    }
    draws.instant(after, EXPORTED)
}

/// Something that happened after `after` to so many of a million.
pub(super) fn happened(draws: &mut Draws, of_a_million: u64, after: i64) -> Option<i64> {
    draws.happens(of_a_million).then(|| draws.instant(after, EXPORTED + 5 * DAY))
}
