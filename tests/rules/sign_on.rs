//! Sign-ins, membership and single sign-on of query 2.

use crate::profile::{Population, SignIn};
use crate::state::{Account, SignOn, State, User, known};
use crate::value::UNKNOWN;

/// Sign-ins, and whether there may be more than are known.
pub struct SignIns {
    pub held: Vec<&'static str>,
    pub known: bool,
}

impl SignIns {
    fn of_products<'p>(products: impl IntoIterator<Item = &'p String>, state: &State<'_>) -> Self {
        let (mut held, mut known) = (Vec::new(), true);
        for product in products {
            held.extend(state.profile.sign_ins_holding(product));
            known &= state.profile.names(product);
        }
        held.sort_unstable();
        held.dedup();
        Self { held, known }
    }

    /// Those of an account: known only when its products are not NULL and the profile names each.
    pub fn of_account(account: Option<&Account>, state: &State<'_>) -> Self {
        match account {
            Some(account) if !account.products.is_empty() => Self::of_products(&account.products, state),
            _ => Self { held: Vec::new(), known: false },
        }
    }

    /// Those that hold the user's product; without one, those of its account.
    pub fn of_user(user: &User, state: &State<'_>) -> Self {
        match &user.product {
            Some(product) if product == UNKNOWN => Self { held: Vec::new(), known: false },
            Some(product) => Self::of_products([product], state),
            None => Self::of_account(state.account(&user.account_id), state),
        }
    }

    /// Known, and this one only.
    fn is_only(&self, sign_in: &str) -> bool {
        self.known && self.held == [sign_in]
    }

    pub fn is_one(&self) -> bool {
        self.known && self.held.len() == 1
    }
}

pub struct Member {
    pub member: Option<bool>,
    /// Some population has role and sign-in TRUE.
    pub role_and_sign_in: bool,
}

/// Whether the user is in a population, three-valued.
pub fn member(user: &User, state: &State<'_>, products_covered: bool) -> Member {
    let sign_ins = SignIns::of_user(user, state);
    let by_population: Vec<[Option<bool>; 3]> = (state.profile.populations.iter())
        .map(|population| {
            [
                role(user, population),
                sign_in(user, &sign_ins, population, products_covered),
                activity(user, population),
            ]
        })
        .collect();
    let member = if by_population.iter().any(|three| three.iter().all(|x| *x == Some(true))) {
        Some(true)
    } else if by_population.iter().all(|three| three.contains(&Some(false))) {
        Some(false)
    } else {
        None
    };
    let role_and_sign_in = by_population.iter().any(|three| three[0] == Some(true) && three[1] == Some(true));
    Member { member, role_and_sign_in }
}

fn role(user: &User, population: &Population) -> Option<bool> {
    user.known_role().map(|role| role == population.role)
}

fn sign_in(user: &User, own: &SignIns, population: &Population, products_covered: bool) -> Option<bool> {
    let is_one_of_its = own.held.iter().any(|held| population.sign_ins.contains(held));
    let proven_by_account = user.product.is_some() || products_covered;
    match () {
        () if is_one_of_its => Some(true),
        () if own.known && proven_by_account => Some(false),
        () => None,
    }
}

fn activity(user: &User, population: &Population) -> Option<bool> {
    if population.only_active { user.active } else { Some(true) }
}

/// The sign-ins of the user that a population whose role is not FALSE names. `None`: unknown.
pub fn needed(user: &User, state: &State<'_>) -> Option<Vec<&'static str>> {
    let own = SignIns::of_user(user, state);
    let populations: Vec<&Population> =
        state.profile.populations.iter().filter(|population| role(user, population) != Some(false)).collect();
    let is_named =
        |sign_in: &&str| populations.iter().any(|population| population.sign_ins.contains(sign_in));
    own.known.then(|| own.held.into_iter().filter(is_named).collect())
}

/// How far something holds for a row: it does, it may, it does not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    No,
    Maybe,
    Yes,
}

/// Whether single sign-on replaces the user's password, three-valued.
pub fn sso(user: &User, state: &State<'_>, covered: bool) -> Option<bool> {
    if user.sso_only == Some(true) {
        return Some(true);
    }
    user.account_id.as_ref()?;
    let needed = needed(user, state).filter(|needed| !needed.is_empty())?;
    let each: Vec<Option<bool>> =
        needed.iter().map(|sign_in| for_sign_in(sign_in, user, state, covered)).collect();
    match () {
        () if each.iter().all(|x| *x == Some(true)) => Some(true),
        () if each.contains(&Some(false)) => Some(false),
        () => None,
    }
}

fn for_sign_in(sign_in: &str, user: &User, state: &State<'_>, covered: bool) -> Option<bool> {
    let rows = state.sign_on.iter().filter(|row| Some(&row.account_id) == user.account_id.as_ref());
    let rows: Vec<(&SignOn, Holds)> = rows.map(|row| (row, applies(row, sign_in, user, state))).collect();
    let highest = rows.iter().filter(|(_, holds)| *holds == Holds::Yes).map(|(row, _)| rank(row)).max();
    let Some(highest) = highest else {
        let some_may = rows.iter().any(|(_, holds)| *holds == Holds::Maybe);
        return (!some_may && covered).then_some(false);
    };
    let is_looked_at = |row: &SignOn, holds: Holds| match holds {
        Holds::Yes => rank(row) == highest,
        Holds::Maybe => rank(row) >= highest,
        Holds::No => false,
    };
    let looked_at: Vec<Option<bool>> =
        rows.iter().filter(|(row, holds)| is_looked_at(row, *holds)).map(|(row, _)| says(row)).collect();
    let all_say = |answer: bool| looked_at.iter().all(|said| *said == Some(answer));
    if all_say(true) {
        Some(true)
    } else if all_say(false) {
        Some(false)
    } else {
        None
    }
}

/// Rows for a role rank above rows for `all`, and those whose population is unknown.
fn rank(row: &SignOn) -> u8 {
    match row.population.as_deref() {
        Some("agent" | "end_user") => 1,
        _ => 0,
    }
}

/// TRUE when enforced without a way around it.
fn says(row: &SignOn) -> Option<bool> {
    match (row.enforced, row.bypass_allowed) {
        (Some(true), Some(false)) => Some(true),
        (Some(false), _) | (_, Some(true)) => Some(false),
        _ => None,
    }
}

/// A row applies when it matches and is in force; it may apply when both are at least possible.
fn applies(row: &SignOn, sign_in: &str, user: &User, state: &State<'_>) -> Holds {
    let account = SignIns::of_account(state.account(&user.account_id), state);
    let sign_in = state.profile.sign_ins.iter().find(|s| s.id == sign_in).expect("a sign-in of the profile");
    matches_sign_in(row, sign_in, &account, state).min(matches_role(row, user)).min(in_force(row, state))
}

fn matches_sign_in(row: &SignOn, sign_in: &SignIn, account: &SignIns, state: &State<'_>) -> Holds {
    match row.product.as_deref() {
        Some(product) if sign_in.products.contains(&product) => Holds::Yes,
        Some(product) if product == UNKNOWN || !state.profile.names(product) => Holds::Maybe,
        Some(_) => Holds::No,
        None if account.is_only(sign_in.id) => Holds::Yes,
        None if !account.known || account.held.len() > 1 => Holds::Maybe,
        None => Holds::No,
    }
}

fn matches_role(row: &SignOn, user: &User) -> Holds {
    match (known(&row.population), user.known_role()) {
        (Some("all"), _) => Holds::Yes,
        (None, _) | (Some(_), None) => Holds::Maybe,
        (Some(population), Some(role)) if population == role => Holds::Yes,
        _ => Holds::No,
    }
}

fn in_force(row: &SignOn, state: &State<'_>) -> Holds {
    let window = &state.window;
    let has_begun = row.since.is_none() || window.done(row.since);
    let has_not_ended = row.until.is_none_or(|until| until.lo > window.as_of);
    match () {
        () if window.done(row.until) => Holds::No,
        () if has_begun && has_not_ended => Holds::Yes,
        () => Holds::Maybe,
    }
}
