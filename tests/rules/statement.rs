//! The second statement of the rules: all eight verdicts of a case.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::coverage::{self, Asked};
use crate::exposure::{self, Exposure};
use crate::passwords::{self, Password};
use crate::state::{State, Window};
use crate::store::Store;
use crate::subjects::{self, Keys, Subject};
use crate::summary::{self, Own};
use crate::verdict::{QUERIES, Row, csv};

/// The rows of each query.
pub struct Verdicts {
    rows: BTreeMap<&'static str, (Vec<&'static str>, Vec<Row>)>,
}

impl Verdicts {
    /// The text of `<query>.csv`.
    pub fn csv(&self, query: &str) -> String {
        let (columns, rows) = &self.rows[query];
        csv(columns, rows.clone())
    }

    pub fn rows(&self, query: &str) -> &[Row] {
        &self.rows[query].1
    }
}

pub fn window(case: &Case) -> Window {
    Window { from: case.profile.window_from(), until: case.profile.window_until(), as_of: case.facts.as_of() }
}

pub fn verdicts(case: &Case) -> Verdicts {
    let store = Store::new(case);
    let window = window(case);
    let state = State::new(&store, &case.profile, window);
    let covered = |asked: Asked<'_>| coverage::holds(asked, &case.facts, &store, &window);

    let exposure_covered = exposure::Covered {
        products: covered(Asked::column("accounts", "products")),
        accessed: covered(Asked::table("accessed")),
    };
    let exposures: Vec<Exposure> =
        state.accounts.iter().map(|account| exposure::verdict(account, &state, &exposure_covered)).collect();
    let exposure_of =
        |id: &Option<String>| exposures.iter().find(|exposure| Some(&exposure.account_id) == id.as_ref());

    let passwords_covered = passwords::Covered {
        products: exposure_covered.products,
        sso: covered(Asked::table("sso")),
        changes: &|role| covered(Asked::changes("password", role)),
    };
    let users: Vec<Password> = (state.users.iter())
        .map(|user| passwords::verdict(user, exposure_of(&user.account_id), &state, &passwords_covered))
        .collect();
    let user_of = |id: &Option<String>| users.iter().find(|user| Some(&user.user_id) == id.as_ref());

    let apps_covered = covered(Asked::changes("app_credential", None));
    let apps: Vec<Subject> = (state.apps.iter())
        .map(|app| subjects::app(app, exposure_of(&app.account_id), &state, apps_covered))
        .collect();
    let keys = Keys::new(&state, exposure_of);
    let certificates: Vec<Subject> = (state.certificates.iter())
        .map(|c| subjects::certificate(c, exposure_of(&c.account_id), &state, &keys))
        .collect();
    let token_covered = |kind: &str| covered(Asked::changes(kind, None));
    let clients: Vec<Subject> = (state.clients.iter())
        .map(|c| subjects::client(c, exposure_of(&c.account_id), user_of(&c.user_id), &state, token_covered))
        .collect();
    let data_subjects: Vec<Subject> = (state.users.iter())
        .map(|user| {
            subjects::data_subject(user, exposure_of(&user.account_id), &state, exposure_covered.accessed)
        })
        .collect();

    let tables = ["users", "app_installations", "certificates", "api_clients"];
    let summary_covered = summary::Covered {
        users: covered(Asked::table("users")),
        certificates: covered(Asked::table("certificates")),
        all: tables.iter().all(|table| covered(Asked::table(table))),
    };
    let (mut summaries, mut notifications) = (Vec::new(), Vec::new());
    for (account, exposure) in state.accounts.iter().zip(&exposures) {
        let of = |subjects| own(subjects, &account.account_id);
        let own = Own {
            users: users
                .iter()
                .filter(|user| user.account_id.as_ref() == Some(&account.account_id))
                .collect(),
            apps: of(&apps),
            certificates: of(&certificates),
            clients: of(&clients),
            data_subjects: of(&data_subjects),
        };
        let (row, cohort) = summary::summary(account, exposure, &own, &state, &summary_covered);
        summaries.push(row);
        notifications.extend(summary::notifications(account, cohort));
    }

    let rows = |subjects: Vec<Subject>| subjects.into_iter().map(|subject| subject.row).collect::<Vec<_>>();
    let all = [
        (exposure::COLUMNS.to_vec(), exposures.into_iter().map(|exposure| exposure.row).collect()),
        (passwords::COLUMNS.to_vec(), users.into_iter().map(|user| user.row).collect()),
        (subjects::APP_COLUMNS.to_vec(), rows(apps)),
        (subjects::CERTIFICATE_COLUMNS.to_vec(), rows(certificates)),
        (subjects::CLIENT_COLUMNS.to_vec(), rows(clients)),
        (subjects::DATA_COLUMNS.to_vec(), rows(data_subjects)),
        (summary::SUMMARY_COLUMNS.to_vec(), summaries),
        (summary::NOTIFICATION_COLUMNS.to_vec(), notifications),
    ];
    Verdicts { rows: QUERIES.into_iter().zip(all).collect() }
}

fn own<'a>(subjects: &'a [Subject], account_id: &String) -> Vec<&'a Subject> {
    subjects.iter().filter(|subject| subject.account_id.as_ref() == Some(account_id)).collect()
}
