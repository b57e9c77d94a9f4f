//! The state of as_of (3-rules, "The state is that of as_of"): one row a key, merged; what lies after as_of
//! left out as if it weren't there.

use std::collections::BTreeSet;

use crate::instant::Interval;
use crate::profile::Profile;
use crate::store::{Place, Rows, Store};
use crate::value::ROLES;

/// The boundary of the incident and the instant that verdicts speak of.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub from: Option<Interval>,
    pub until: Interval,
    pub as_of: i64,
}

impl Window {
    pub fn before(&self, x: Option<Interval>) -> bool {
        x.is_some_and(|x| x.hi < self.until.lo)
    }

    pub fn after(&self, x: Option<Interval>) -> bool {
        x.is_some_and(|x| x.lo >= self.until.hi)
    }

    /// Not empty, and neither before nor after.
    pub fn on_edge(&self, x: Option<Interval>) -> bool {
        x.is_some() && !self.before(x) && !self.after(x)
    }

    pub fn done(&self, x: Option<Interval>) -> bool {
        x.is_some_and(|x| x.hi <= self.as_of)
    }

    /// It may have happened.
    pub fn pending(&self, x: Option<Interval>) -> bool {
        x.is_some_and(|x| x.lo <= self.as_of) && !self.done(x)
    }

    /// hi(x) < from_lo.
    pub fn ended_before(&self, x: Option<Interval>) -> bool {
        x.zip(self.from).is_some_and(|(x, from)| x.hi < from.lo)
    }

    /// lo(x) < from_hi.
    pub fn may_have_ended_before(&self, x: Option<Interval>) -> bool {
        x.zip(self.from).is_some_and(|(x, from)| x.lo < from.hi)
    }

    /// lo(x) >= from_hi.
    pub fn inside(&self, x: Option<Interval>) -> bool {
        x.zip(self.from).is_some_and(|(x, from)| x.lo >= from.hi)
    }

    fn is_later(&self, x: Option<Interval>) -> bool {
        x.is_some_and(|x| x.lo > self.as_of)
    }

    /// An ending later than as_of is left out.
    fn cut(&self, ending: Option<Interval>) -> Option<Interval> {
        ending.filter(|_| !self.is_later(ending))
    }
}

pub struct Account {
    pub account_id: String,
    /// Some record of `accounts` names it.
    pub listed: bool,
    pub place: Option<Place>,
    pub customer_id: Option<String>,
    pub name: Option<String>,
    /// Empty: NULL.
    pub products: BTreeSet<String>,
    pub created_at: Option<Interval>,
    pub activated_at: Option<Interval>,
    pub deleted_at: Option<Interval>,
    pub owner_email: Option<String>,
    pub security_email: Option<String>,
    pub locale: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
}

pub struct User {
    pub user_id: String,
    pub place: Place,
    pub account_id: Option<String>,
    /// `agent`, `end_user`, `unknown` or NULL.
    pub role: Option<String>,
    pub product: Option<String>,
    pub active: Option<bool>,
    pub has_password: Option<bool>,
    pub sso_only: Option<bool>,
    pub created_at: Option<Interval>,
    pub deleted_at: Option<Interval>,
    /// Each password_changed_at, as a change.
    pub own_changes: Vec<Change>,
    pub country: Option<String>,
}

impl User {
    /// The role when it is one of ours: NULL and `unknown` are the same.
    pub fn known_role(&self) -> Option<&str> {
        known(&self.role)
    }
}

/// A code that is known: not NULL, and one of ours.
pub fn known(code: &Option<String>) -> Option<&str> {
    code.as_deref().filter(|code| *code != crate::value::UNKNOWN)
}

#[derive(Clone, Debug)]
pub struct Change {
    pub place: Place,
    pub account_id: Option<String>,
    pub user_id: Option<String>,
    pub product: Option<String>,
    pub kind: Option<String>,
    pub subject_id: Option<String>,
    /// Empty: at an unknown time.
    pub changed_at: Option<Interval>,
    pub effect: Option<String>,
}

impl Change {
    pub fn has_known_effect(&self) -> bool {
        known(&self.effect).is_some_and(|effect| effect != "requested")
    }

    pub fn is_requested(&self) -> bool {
        self.effect.as_deref() == Some("requested")
    }

    /// Its account is not named or the subject's; a subject whose account is NULL takes any.
    pub fn may_be_of(&self, account_id: &Option<String>) -> bool {
        self.account_id.is_none() || account_id.is_none() || self.account_id == *account_id
    }
}

pub struct App {
    pub installation_id: String,
    pub place: Place,
    pub account_id: Option<String>,
    pub app_name: Option<String>,
    pub kind: Option<String>,
    pub installed_at: Option<Interval>,
    pub removed_at: Option<Interval>,
    pub holds_credentials: Option<bool>,
    pub credential_names: BTreeSet<String>,
    pub own_changes: Vec<Change>,
}

pub struct Certificate {
    pub certificate_id: String,
    pub place: Place,
    pub account_id: Option<String>,
    pub provided_by: Option<String>,
    pub fingerprint_sha256: Option<String>,
    pub key_sha256: Option<String>,
    pub subject: Option<String>,
    pub uploaded_at: Option<Interval>,
    pub not_after: Option<Interval>,
    pub revoked_at: Option<Interval>,
    pub replaced_at: Option<Interval>,
}

pub struct Client {
    pub client_id: String,
    pub place: Place,
    pub account_id: Option<String>,
    pub user_id: Option<String>,
    pub kind: Option<String>,
    pub created_at: Option<Interval>,
    pub revoked_at: Option<Interval>,
}

pub struct SignOn {
    pub account_id: String,
    pub population: Option<String>,
    pub product: Option<String>,
    pub enforced: Option<bool>,
    pub bypass_allowed: Option<bool>,
    pub since: Option<Interval>,
    pub until: Option<Interval>,
}

pub struct Access {
    pub account_id: String,
    pub data_class: String,
    pub extent: Option<String>,
}

pub struct State<'a> {
    pub profile: &'a Profile,
    pub window: Window,
    pub accounts: Vec<Account>,
    pub users: Vec<User>,
    pub apps: Vec<App>,
    pub certificates: Vec<Certificate>,
    pub clients: Vec<Client>,
    pub changes: Vec<Change>,
    pub sign_on: Vec<SignOn>,
    pub accessed: Vec<Access>,
}

impl<'a> State<'a> {
    pub fn new(store: &Store<'_>, profile: &'a Profile, window: Window) -> Self {
        let keyed = |table: &str| store.by_key(table).into_iter();
        Self {
            profile,
            window,
            accounts: accounts(store, &window),
            users: keyed("users").map(|rows| user(&rows, &window)).collect(),
            apps: keyed("app_installations").map(|rows| app(&rows, &window)).collect(),
            certificates: keyed("certificates").map(|rows| certificate(&rows, &window)).collect(),
            clients: keyed("api_clients").map(|rows| client(&rows, &window)).collect(),
            changes: changes(store, &window),
            sign_on: sign_on(store, &window),
            accessed: accessed(store, &window),
        }
    }

    pub fn account(&self, account_id: &Option<String>) -> Option<&Account> {
        let id = account_id.as_ref()?;
        self.accounts.iter().find(|account| account.account_id == *id)
    }
}

fn accounts(store: &Store<'_>, window: &Window) -> Vec<Account> {
    let mut rows = store.by_key("accounts");
    for account_id in store.named_accounts() {
        if !rows.iter().any(|row| row.key == account_id) {
            rows.push(Rows { key: account_id, rows: Vec::new() });
        }
    }
    rows.iter().map(|rows| account(rows, window)).collect()
}

fn account(rows: &Rows<'_>, window: &Window) -> Account {
    Account {
        account_id: rows.key.clone(),
        listed: !rows.rows.is_empty(),
        place: rows.place(),
        customer_id: rows.newest(|row| row.identifier("customer_id")),
        name: rows.newest_text("name"),
        products: rows.words("products"),
        created_at: rows.instant("created_at"),
        activated_at: rows.instant("activated_at"),
        deleted_at: window.cut(rows.ending("deleted_at")),
        owner_email: rows.newest(|row| row.address("owner_email")),
        security_email: rows.newest(|row| row.address("security_email")),
        locale: rows.newest_text("locale"),
        country: rows.newest_text("country"),
        time_zone: rows.newest_text("time_zone"),
    }
}

fn user(rows: &Rows<'_>, window: &Window) -> User {
    User {
        user_id: rows.key.clone(),
        place: rows.place().expect("a row"),
        account_id: rows.reference("account_id"),
        role: rows.code("role", ROLES),
        product: rows.word("product"),
        active: rows.boolean("active"),
        has_password: rows.boolean("has_password"),
        sso_only: rows.boolean("sso_only"),
        created_at: rows.instant("created_at"),
        deleted_at: window.cut(rows.ending("deleted_at")),
        own_changes: own_changes(rows, "password_changed_at", window),
        country: rows.newest_text("country"),
    }
}

/// Each value of the column as a `replaced` with product NULL; one later than as_of overwrote what stood there
/// before: a change at an unknown time.
fn own_changes(rows: &Rows<'_>, column: &str, window: &Window) -> Vec<Change> {
    let changes = rows.changes(column).into_iter();
    let change = |(at, place)| Change {
        place,
        account_id: None,
        user_id: None,
        product: None,
        kind: None,
        subject_id: None,
        changed_at: window.cut(Some(at)),
        effect: Some("replaced".into()),
    };
    changes.map(change).collect()
}

fn app(rows: &Rows<'_>, window: &Window) -> App {
    App {
        installation_id: rows.key.clone(),
        place: rows.place().expect("a row"),
        account_id: rows.reference("account_id"),
        app_name: rows.newest_text("app_name"),
        kind: rows.code("kind", &["marketplace", "private"]),
        installed_at: rows.instant("installed_at"),
        removed_at: window.cut(rows.ending("removed_at")),
        holds_credentials: rows.boolean("holds_credentials"),
        credential_names: rows.names("credential_names"),
        own_changes: own_changes(rows, "credentials_rotated_at", window),
    }
}

fn certificate(rows: &Rows<'_>, window: &Window) -> Certificate {
    Certificate {
        certificate_id: rows.key.clone(),
        place: rows.place().expect("a row"),
        account_id: rows.reference("account_id"),
        provided_by: rows.code("provided_by", &["customer", "vendor"]),
        fingerprint_sha256: rows.newest(|row| row.hex("fingerprint_sha256")),
        key_sha256: rows.key_digest("key_sha256"),
        subject: rows.newest_text("subject"),
        uploaded_at: rows.instant("uploaded_at"),
        not_after: rows.instant("not_after"),
        revoked_at: window.cut(rows.ending("revoked_at")),
        replaced_at: window.cut(rows.ending("replaced_at")),
    }
}

fn client(rows: &Rows<'_>, window: &Window) -> Client {
    Client {
        client_id: rows.key.clone(),
        place: rows.place().expect("a row"),
        account_id: rows.reference("account_id"),
        user_id: rows.reference("user_id"),
        kind: rows.code("kind", &["basic_password", "api_token", "oauth", "chat_api_token"]),
        created_at: rows.instant("created_at"),
        revoked_at: window.cut(rows.ending("revoked_at")),
    }
}

const CHANGE_KINDS: [&str; 6] =
    ["password", "api_token", "oauth_token", "app_credential", "certificate", "session"];

fn changes(store: &Store<'_>, window: &Window) -> Vec<Change> {
    let records = store.records("credential_changes").map(|record| Change {
        place: record.place(),
        account_id: record.identifier("account_id"),
        user_id: record.identifier("user_id"),
        product: record.word("product"),
        kind: record.code("kind", &CHANGE_KINDS),
        subject_id: record.identifier("subject_id"),
        changed_at: record.instant("changed_at"),
        effect: record.code("effect", &["replaced", "invalidated", "requested"]),
    });
    records.filter(|change| !window.is_later(change.changed_at)).collect()
}

fn sign_on(store: &Store<'_>, window: &Window) -> Vec<SignOn> {
    let records = store.records("sso").map(|record| SignOn {
        account_id: record.identifier("account_id").expect("a required cell"),
        population: record.code("population", &["agent", "end_user", "all"]),
        product: record.word("product"),
        enforced: record.boolean("enforced"),
        bypass_allowed: record.boolean("bypass_allowed"),
        since: record.instant("since"),
        until: record.instant("until"),
    });
    records.filter(|row| !window.is_later(row.since)).collect()
}

fn accessed(store: &Store<'_>, window: &Window) -> Vec<Access> {
    let records = store.records("accessed");
    let known_by_then = records.filter(|record| !window.is_later(record.instant("determined_at")));
    let access = known_by_then.map(|record| Access {
        account_id: record.identifier("account_id").expect("a required cell"),
        data_class: record.word("data_class").expect("a required cell"),
        extent: record.code("extent", &["all", "some"]),
    });
    access.collect()
}
