//! The parameter tables that the canned queries join: profile, facts and sources as rows.

use ParameterType::{Boolean, Instant, Integer, Text};

use super::cohort::Word;
use super::coverage::{FedSource, Judged};
use super::profile::Profile;
use crate::engine::{Parameter, ParameterTable, ParameterType};

/// All parameter tables of a run.
#[must_use]
pub fn parameters(
    profile: &Profile,
    as_of: i64,
    judged: &[Judged],
    fed: &[FedSource],
) -> Vec<ParameterTable> {
    vec![
        incident(profile, as_of),
        products(profile),
        sign_ins(profile),
        populations(profile),
        classes(profile),
        kinds(profile),
        coverages(judged),
        cohorts(profile),
        cohort_terms(profile),
        queries(profile),
        sources(fed),
        source_columns(fed),
    ]
}

/// One row: as_of, the boundaries, what spares a user from rotating.
fn incident(profile: &Profile, as_of: i64) -> ParameterTable {
    let mut table = ParameterTable::new(
        "param_incident",
        &[
            ("as_of", Instant),
            ("from_lo", Instant),
            ("from_hi", Instant),
            ("until_lo", Instant),
            ("until_hi", Instant),
            ("exempt_no_password", Boolean),
            ("exempt_sso", Boolean),
            ("exempt_rotated", Boolean),
        ],
    );
    let (from, until, exempt) = (profile.window.from, profile.window.until, profile.exempt);
    table.row([
        as_of.into(),
        from.map(|from| from.lo).into(),
        from.map(|from| from.hi).into(),
        until.lo.into(),
        until.hi.into(),
        exempt.no_password.into(),
        exempt.sso.into(),
        exempt.rotated.into(),
    ]);
    table
}

/// One row a product that the profile names; `in_scope` is NULL where it says neither.
fn products(profile: &Profile) -> ParameterTable {
    let mut table = ParameterTable::new("param_product", &[("product", Text), ("in_scope", Boolean)]);
    for (product, in_scope) in profile.products() {
        table.row([product.into(), in_scope.into()]);
    }
    table
}

fn sign_ins(profile: &Profile) -> ParameterTable {
    let mut table = ParameterTable::new("param_sign_in", &[("sign_in", Text), ("product", Text)]);
    for sign_in in &profile.sign_ins {
        for product in &sign_in.products {
            table.row([text(&sign_in.id), text(product)]);
        }
    }
    table
}

/// One row a population and sign-in; populations count from 1.
fn populations(profile: &Profile) -> ParameterTable {
    let mut table = ParameterTable::new(
        "param_population",
        &[("population", Integer), ("role", Text), ("sign_in", Text), ("only_active", Boolean)],
    );
    for (number, population) in (1_i64..).zip(&profile.populations) {
        for sign_in in &population.sign_ins {
            table.row([number.into(), text(&population.role), text(sign_in), population.only_active.into()]);
        }
    }
    table
}

fn classes(profile: &Profile) -> ParameterTable {
    let mut table = ParameterTable::new(
        "param_class",
        &[
            ("data_class", Text),
            ("title", Text),
            ("authentication", Boolean),
            ("personal", Boolean),
            ("secret", Boolean),
        ],
    );
    for class in &profile.data_classes {
        table.row([
            text(&class.id),
            text(&class.title),
            class.authentication.into(),
            class.personal.into(),
            class.secret.into(),
        ]);
    }
    table
}

/// What is affected by kind, and what each kind of client must do.
fn kinds(profile: &Profile) -> ParameterTable {
    let mut table =
        ParameterTable::new("param_kind", &[("subject", Text), ("kind", Text), ("handling", Text)]);
    for kind in &profile.app_kinds {
        table.row(["app".into(), text(kind), "affected".into()]);
    }
    for provider in &profile.certificate_providers {
        table.row(["certificate".into(), text(provider), "affected".into()]);
    }
    for (kind, handling) in &profile.client_handling {
        table.row(["client".into(), text(kind), text(handling)]);
    }
    table
}

/// The coverages that hold, and nothing of the others; NULL = not given.
fn coverages(judged: &[Judged]) -> ParameterTable {
    let mut table = ParameterTable::new(
        "param_coverage",
        &[("table_name", Text), ("kind", Text), ("role", Text), ("column_name", Text)],
    );
    for Judged { coverage, .. } in judged.iter().filter(|judged| judged.holds) {
        table.row([
            text(&coverage.table),
            coverage.kind.clone().into(),
            coverage.role.clone().into(),
            coverage.column.clone().into(),
        ]);
    }
    table
}

/// One row a cohort; positions count from 1.
fn cohorts(profile: &Profile) -> ParameterTable {
    let mut table = ParameterTable::new(
        "param_cohort",
        &[("position", Integer), ("cohort", Text), ("title", Text), ("notify", Boolean)],
    );
    for (position, cohort) in (1_i64..).zip(&profile.cohorts) {
        table.row([position.into(), text(&cohort.id), text(&cohort.title), cohort.notify.into()]);
    }
    table
}

/// One row a term; a cohort holds when each of its terms does.
fn cohort_terms(profile: &Profile) -> ParameterTable {
    let mut table = ParameterTable::new(
        "param_cohort_term",
        &[("position", Integer), ("term", Integer), ("word", Text), ("value", Text), ("negated", Boolean)],
    );
    for (position, cohort) in (1_i64..).zip(&profile.cohorts) {
        for (number, term) in (1_i64..).zip(&cohort.when) {
            let (word, value) = match &term.word {
                Word::Is { column, value } => (text(column), text(value)),
                Word::Actions => ("actions".into(), Parameter::Null),
                Word::Known => ("known".into(), Parameter::Null),
                Word::Always => ("always".into(), Parameter::Null),
            };
            table.row([position.into(), number.into(), word, value, term.negated.into()]);
        }
    }
    table
}

fn queries(profile: &Profile) -> ParameterTable {
    let mut table = ParameterTable::new("param_query", &[("query", Text)]);
    for query in &profile.queries {
        table.row([text(query)]);
    }
    table
}

/// One row a source and table. Both instants are NULL where nobody said when it was exported.
fn sources(fed: &[FedSource]) -> ParameterTable {
    let mut table = ParameterTable::new(
        "param_source",
        &[
            ("source", Text),
            ("table_name", Text),
            ("sha256", Text),
            ("exported_at", Instant),
            ("exported_at_latest", Instant),
        ],
    );
    for source in fed {
        table.row([
            text(&source.source),
            text(&source.table),
            text(&source.sha256),
            source.exported_at.map(|at| at.lo).into(),
            source.exported_at.map(|at| at.hi).into(),
        ]);
    }
    table
}

/// One row a source, table and column of ours that its file has.
fn source_columns(fed: &[FedSource]) -> ParameterTable {
    let mut table = ParameterTable::new(
        "param_source_column",
        &[("source", Text), ("table_name", Text), ("column_name", Text)],
    );
    for source in fed {
        for column in &source.columns {
            table.row([text(&source.source), text(&source.table), text(column)]);
        }
    }
    table
}

fn text(text: &str) -> Parameter {
    text.into()
}
