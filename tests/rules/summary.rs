//! Queries 7 and 8: the four questions of the job, cohorts, and who is told.

use std::collections::BTreeSet;

use crate::exposure::Exposure;
use crate::passwords::Password;
use crate::profile::{Cohort, Term, Word};
use crate::state::{Account, State};
use crate::subjects::Subject;
use crate::value::email_key;
use crate::verdict::Row;

pub const SUMMARY_COLUMNS: [&str; 27] = [
    "account_id",
    "customer_id",
    "name",
    "exposure",
    "access",
    "window",
    "reason",
    "cohort",
    "rotation_status",
    "sso_use",
    "tls_validity",
    "users_must_act",
    "users_undetermined",
    "users_clear",
    "apps_must_act",
    "apps_undetermined",
    "apps_clear",
    "certificates_must_act",
    "certificates_undetermined",
    "certificates_clear",
    "clients_must_act",
    "clients_undetermined",
    "clients_clear",
    "subjects_read",
    "subjects_undetermined",
    "actions",
    "known",
];

/// The verdicts on everything of one account.
pub struct Own<'a> {
    pub users: Vec<&'a Password>,
    pub apps: Vec<&'a Subject>,
    pub certificates: Vec<&'a Subject>,
    pub clients: Vec<&'a Subject>,
    pub data_subjects: Vec<&'a Subject>,
}

/// What coverage says about the exports that the summary looks at.
pub struct Covered {
    pub users: bool,
    pub certificates: bool,
    /// Of `users`, `app_installations`, `certificates` and `api_clients`.
    pub all: bool,
}

/// Query 7: the row, and the cohort that the account belongs to.
pub fn summary<'p>(
    account: &Account,
    exposure: &Exposure,
    own: &Own<'_>,
    state: &State<'p>,
    covered: &Covered,
) -> (Row, &'p Cohort) {
    let actions = own.actions();
    let cohort = cohort(&state.profile.cohorts, exposure, !actions.is_empty(), covered.all);
    let passwords: Vec<&str> = own.users.iter().map(|user| user.state).collect();
    let states = |subjects: &[&Subject]| subjects.iter().map(|subject| subject.state).collect::<Vec<_>>();
    let count = |states: &[&str], state: &str| states.iter().filter(|s| **s == state).count();
    let (apps, certificates, clients) = (states(&own.apps), states(&own.certificates), states(&own.clients));
    let read = states(&own.data_subjects);
    let mut row = Row::new(&Some(account.account_id.clone()), "")
        .text("account_id", &account.account_id)
        .maybe("customer_id", &account.customer_id)
        .maybe("name", &account.name)
        .text("exposure", exposure.exposure)
        .text("access", exposure.access)
        .text("window", exposure.window)
        .text("reason", exposure.reason)
        .text("cohort", cohort.id)
        .text("rotation_status", own.rotation_status(covered.users))
        .text("sso_use", own.sso_use(covered.users))
        .text("tls_validity", own.tls_validity(covered.certificates));
    let counted = [passwords, apps, certificates, clients];
    for (columns, states) in SUMMARY_COLUMNS[11..23].chunks(3).zip(counted) {
        row = row
            .count(columns[0], count(&states, "must_act"))
            .count(columns[1], count(&states, "undetermined"))
            .count(columns[2], count(&states, "clear"));
    }
    let row = row
        .count("subjects_read", count(&read, "read"))
        .count("subjects_undetermined", count(&read, "undetermined"))
        .list("actions", &actions)
        .flag("known", covered.all);
    (row, cohort)
}

impl Own<'_> {
    fn rotation_status(&self, users_covered: bool) -> &'static str {
        let some = |state: &str| self.users.iter().any(|user| user.state == state);
        let spared = ["NO_PASSWORD", "SSO_ENFORCED", "PASSWORD_ROTATED"];
        match () {
            () if some("must_act") => "outstanding",
            () if some("undetermined") => "undetermined",
            () if !users_covered => "unknown",
            () if self.users.iter().any(|user| spared.contains(&user.reason)) => "complete",
            () => "not_needed",
        }
    }

    fn sso_use(&self, users_covered: bool) -> &'static str {
        let members = self.users.iter().filter(|user| user.member == Some(true) && !user.is_deleted);
        let sso: Vec<Option<bool>> = members.map(|user| user.sso).collect();
        match () {
            () if sso.contains(&Some(true)) && sso.contains(&Some(false)) => "some",
            () if !users_covered => "unknown",
            () if sso.is_empty() => "none_in_population",
            () if sso.iter().all(|x| *x == Some(true)) => "all",
            () if sso.iter().all(|x| *x == Some(false)) => "none",
            () => "unknown",
        }
    }

    fn tls_validity(&self, certificates_covered: bool) -> &'static str {
        let some = |state: &str| self.certificates.iter().any(|certificate| certificate.state == state);
        let ended = |certificate: &&Subject| ["REVOKED", "EXPIRED"].contains(&certificate.reason);
        match () {
            () if some("must_act") => "valid",
            () if some("undetermined") => "undetermined",
            () if !certificates_covered => "unknown",
            () if self.certificates.iter().any(ended) => "expired_or_revoked",
            () => "none",
        }
    }

    /// The distinct actions that something of the account asks for.
    fn actions(&self) -> BTreeSet<&'static str> {
        let subjects = self.apps.iter().chain(&self.certificates).chain(&self.clients);
        let all = self.users.iter().map(|user| user.action).chain(subjects.map(|subject| subject.action));
        all.filter(|action| !["none", "consider_rotation"].contains(action)).collect()
    }
}

/// The first cohort whose `when` holds.
fn cohort<'p>(cohorts: &'p [Cohort], exposure: &Exposure, actions: bool, known: bool) -> &'p Cohort {
    let holds = |term: &Term| {
        let word = match term.word {
            Word::Access(value) => exposure.access == value,
            Word::Exposure(value) => exposure.exposure == value,
            Word::Window(value) => exposure.window == value,
            Word::Actions => actions,
            Word::Known => known,
            Word::Always => true,
        };
        word != term.negated
    };
    cohorts.iter().find(|cohort| cohort.when.iter().all(holds)).expect("the last cohort is `always`")
}

pub const NOTIFICATION_COLUMNS: [&str; 9] = [
    "account_id",
    "customer_id",
    "cohort",
    "contact_kind",
    "contact",
    "locale",
    "country",
    "time_zone",
    "unreachable",
];

/// Query 8: one row a contact, or one that says that there is none.
pub fn notifications(account: &Account, cohort: &Cohort) -> Vec<Row> {
    if !cohort.notify {
        return Vec::new();
    }
    let row = |kind: &'static str, contact: &Option<String>| {
        Row::new(&Some(account.account_id.clone()), kind)
            .text("account_id", &account.account_id)
            .maybe("customer_id", &account.customer_id)
            .text("cohort", cohort.id)
            .text("contact_kind", kind)
            .maybe("contact", contact)
            .maybe("locale", &account.locale)
            .maybe("country", &account.country)
            .maybe("time_zone", &account.time_zone)
            .flag("unreachable", !contact.as_deref().is_some_and(is_reachable))
    };
    let key = |contact: &Option<String>| contact.as_deref().and_then(email_key);
    let (owner, security) = (key(&account.owner_email), key(&account.security_email));
    let mut rows = Vec::new();
    if owner.is_some() {
        rows.push(row("owner", &account.owner_email));
    }
    if security.is_some() && security != owner {
        rows.push(row("security", &account.security_email));
    }
    if rows.is_empty() {
        rows.push(row("none", &None));
    }
    rows
}

/// Exactly one `@` between non-empty parts.
fn is_reachable(contact: &str) -> bool {
    let parts: Vec<&str> = contact.trim().split('@').collect();
    parts.len() == 2 && parts.iter().all(|part| !part.is_empty())
}
