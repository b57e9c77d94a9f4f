//! A profile: what is publicly known of one incident, as data.

use std::collections::BTreeSet;

use super::cohort::Cohort;
use super::window::Window;
use crate::base::instant::Interval;

/// What is publicly known of an incident. The words are those of the file (`incident.toml`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its id.
    pub id: String,
    /// Its title, for people.
    pub title: String,
    /// What was breached: `confidentiality`, `integrity`, `availability`.
    pub kind: Vec<String>,
    /// Whose incident it is.
    pub vendor: String,
    /// What the profile rests on.
    pub public_sources: Vec<String>,
    /// The queries to run, in order.
    pub queries: Vec<String>,
    /// What the vendor's investigation found no trace of.
    pub not_found: Vec<String>,
    /// From when to when it was.
    pub window: Window,
    /// Dates on which deadlines rest.
    pub dates: Dates,
    /// Products whose accounts are affected.
    pub affected_products: Vec<String>,
    /// Products whose accounts are not.
    pub unaffected_products: Vec<String>,
    /// Products that share one sign-in.
    pub sign_ins: Vec<SignIn>,
    /// What an access record may say was accessed.
    pub data_classes: Vec<DataClass>,
    /// Who must rotate passwords.
    pub populations: Vec<Population>,
    /// What spares them.
    pub exempt: Exempt,
    /// Kinds of apps whose credentials are affected.
    pub app_kinds: Vec<String>,
    /// Who provided the certificates that are affected.
    pub certificate_providers: Vec<String>,
    /// Kind of API client, and what must be done with it: `reconnect`, `rotate`, `consider`, `none`.
    pub client_handling: Vec<(String, String)>,
    /// The groups that accounts fall into, in order.
    pub cohorts: Vec<Cohort>,
    /// What the worksheet and letters may say.
    pub legal: Legal,
}

/// Dates of the incident's story; what is not known stays open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// First alert.
    pub discovered_at: Option<StatedDate>,
    /// The vendor's determination.
    pub determined_at: Option<StatedDate>,
    /// First public notice.
    pub disclosed_at: Option<StatedDate>,
    /// When it was over.
    pub ended_at: Option<StatedDate>,
}

/// A date as written and what it can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedDate {
    /// As written.
    pub written: String,
    /// The instants that it can mean.
    pub interval: Interval,
}

/// Products that share one sign-in: who has one of them has that password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Its id.
    pub id: String,
    /// Its products.
    pub products: Vec<String>,
}

/// A class of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataClass {
    /// Its id, as access records name it.
    pub id: String,
    /// Its title, for people.
    pub title: String,
    /// Whether it holds secrets.
    pub secret: bool,
    /// Whether it holds personal data.
    pub personal: bool,
    /// Whether it lets somebody sign in or pose as the account.
    pub authentication: bool,
}

/// Users who must rotate their password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// `agent` or `end_user`.
    pub role: String,
    /// The sign-ins whose users they are.
    pub sign_ins: Vec<String>,
    /// Whether only active users are meant.
    pub only_active: bool,
}

/// What spares a user from rotating.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exempt {
    /// The password was rotated since.
    pub rotated: bool,
    /// Single sign-on is enforced.
    pub sso: bool,
    /// There is no password.
    pub no_password: bool,
}

/// What is publicly known for the worksheet; what is missing stays open there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legal {
    /// Measures in place before the incident.
    pub measures_before: Vec<String>,
    /// Measures taken since.
    pub measures_after: Vec<String>,
    /// Likely consequences for data subjects.
    pub likely_consequences: Vec<String>,
}

impl Profile {
    /// The products that it names, sorted, each with whether it is in scope: yes when it is affected or shares a
    /// sign-in with an affected one, else no when it is unaffected, else not said (3-rules, 1).
    #[must_use]
    pub fn products(&self) -> Vec<(&str, Option<bool>)> {
        let affected: BTreeSet<&str> = self.affected_products.iter().map(String::as_str).collect();
        let unaffected: BTreeSet<&str> = self.unaffected_products.iter().map(String::as_str).collect();
        let shared: BTreeSet<&str> = self
            .sign_ins
            .iter()
            .filter(|sign_in| sign_in.products.iter().any(|product| affected.contains(product.as_str())))
            .flat_map(|sign_in| sign_in.products.iter().map(String::as_str))
            .collect();
        let in_sign_ins =
            self.sign_ins.iter().flat_map(|sign_in| sign_in.products.iter().map(String::as_str));
        let all: BTreeSet<&str> = in_sign_ins.chain(affected.clone()).chain(unaffected.clone()).collect();
        all.into_iter()
            .map(|product| match product {
                _ if affected.contains(product) || shared.contains(product) => (product, Some(true)),
                _ if unaffected.contains(product) => (product, Some(false)),
                _ => (product, None),
            })
            .collect()
    }
}
