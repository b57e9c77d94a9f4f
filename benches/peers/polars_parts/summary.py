"""The four questions, one row an account, and who is told (rules, 7 and 8)."""

from functools import reduce
from operator import or_

import polars as pl
from polars import DataFrame, Expr, LazyFrame, col, lit

from .cells import decide, from_bits, to_bits

COUNTED = {
    "users": "user_passwords",
    "apps": "app_credentials",
    "certificates": "certificates",
    "clients": "api_clients",
}
STATES = ["must_act", "undetermined", "clear"]
NUMBERS = [f"{name}_{state}" for name in COUNTED for state in STATES] + ["subjects_read", "subjects_undetermined"]
ACTIONS = [
    "reconnect", "replace_certificate", "revoke_certificate", "revoke_credential", "rotate_credential",
    "rotate_password",
]
# What those who write to accounts are told of them.
TOLD = [
    "place", "account_id", "customer_id", "name", "cohort", "exposure", "access", "titles", "owner_email",
    "security_email", "locale", "country", "time_zone", "actions", "reasons",
    *(f"{name}_{state}" for name in COUNTED for state in STATES[:2]),
]
SPARED = ["NO_PASSWORD", "SSO_ENFORCED", "PASSWORD_ROTATED"]


def account_summary(accounts: DataFrame, answers: dict[str, DataFrame]) -> DataFrame:
    """Of each account; and for those who write to it the reasons, its own and those of what must or may have to act."""
    words = reason_words(accounts, answers)
    parts = [counts(name, answers[query], bits_of(words, query)) for name, query in COUNTED.items()]
    parts.append(subject_counts(answers["data_subjects"]))
    rows = accounts.with_columns(account_reasons=to_bits(col("reason"), bits_of(words, "account_exposure")))
    for part in pl.collect_all(parts, engine="streaming"):
        rows = rows.join(part, on="place", how="left", maintain_order="left")
    rows = rows.with_columns(
        col(NUMBERS).fill_null(0).cast(pl.Int64),
        rotation_status=rotation_status(),
        sso_use=sso_use(),
        tls_validity=tls_validity(),
        actions=any_bits(f"{name}_actions" for name in COUNTED),
        reasons=any_bits(f"{name}_reasons" for name in ["account", *COUNTED]),
        known=lit(True),
    )
    rows = from_bits(from_bits(rows, "actions", ACTIONS), "reasons", words)
    return rows.with_columns(cohort=cohort())


def reason_words(accounts: DataFrame, answers: dict[str, DataFrame]) -> list[str]:
    """The reasons that occur, each named with its query, in the order of bytes: less than there are bits."""
    found = {"account_exposure": accounts["reason"]}
    found |= {query: answers[query].filter(col("state") != "clear")["reason"] for query in COUNTED.values()}
    return sorted(f"{query}.{reason}" for query, reasons in found.items() for reason in reasons.unique())


def bits_of(words: list[str], query: str) -> dict[str, int]:
    named = (word.split(".") for word in words)
    return {reason: 1 << bit for bit, (owner, reason) in enumerate(named) if owner == query}


def any_bits(columns) -> Expr:
    return reduce(or_, (col(column).fill_null(0) for column in columns))


def counts(name: str, rows: DataFrame, reasons: dict[str, int]) -> LazyFrame:
    """Of each account how many of its rows are in each state, and what actions and reasons they have."""
    states = {f"{name}_{state}": (col("state") == state).sum() for state in STATES}
    actions = {action: 1 << bit for bit, action in enumerate(ACTIONS) if action in rows["action"].dtype.categories}
    bits = {
        f"{name}_actions": to_bits(col("action"), actions).bitwise_or(),
        f"{name}_reasons": to_bits(col("reason"), reasons).bitwise_or(),
    }
    return rows.lazy().group_by("place").agg(**states, **bits, **further_counts(name))


def further_counts(name: str) -> dict[str, Expr]:
    if name == "certificates":
        return {"ended": col("reason").is_in(["REVOKED", "EXPIRED"]).any()}
    if name != "users":
        return {}
    is_counted = (col("member") & ~col("deleted")).fill_null(False)
    return {
        "spared": col("reason").is_in(SPARED).any(),
        "members": is_counted.sum(),
        "members_with_sso": (is_counted & col("sso_enforced")).sum(),
        "members_without_sso": (is_counted & ~col("sso_enforced")).sum(),
    }


def subject_counts(subjects: DataFrame) -> LazyFrame:
    counted = {f"subjects_{state}": (col("state") == state).sum() for state in ("read", "undetermined")}
    return subjects.lazy().group_by("place").agg(**counted)


def rotation_status() -> Expr:
    tests = {
        "outstanding": col("users_must_act") > 0,
        "undetermined": col("users_undetermined") > 0,
        "complete": col("spared"),
    }
    return decide(tests, "not_needed")


def sso_use() -> Expr:
    tests = {
        "some": (col("members_with_sso") > 0) & (col("members_without_sso") > 0),
        "none_in_population": col("members").fill_null(0) == 0,
        "all": col("members_with_sso") == col("members"),
        "none": col("members_without_sso") == col("members"),
    }
    return decide(tests, "unknown")


def tls_validity() -> Expr:
    tests = {
        "valid": col("certificates_must_act") > 0,
        "undetermined": col("certificates_undetermined") > 0,
        "expired_or_revoked": col("ended"),
    }
    return decide(tests, "none")


def cohort() -> Expr:
    """The cohort `incomplete` is left out: the exports can show that nothing more has to be done."""
    exposed, has_actions = col("exposure") == "exposed", col("actions").is_not_null()
    tests = {
        "authentication_accessed": col("access") == "authentication",
        "data_accessed": col("access") == "data",
        "undetermined": col("exposure") == "undetermined",
        "precaution": exposed & has_actions,
        "informed": exposed,
        "own_action": has_actions,
    }
    return decide(tests, "not_exposed")


def notifications(summary: DataFrame) -> DataFrame:
    """Each contact of an account once, compared trimmed and in lower case; a blank one is none."""
    told = summary.select(TOLD).filter(col("cohort") != "not_exposed").with_columns(
        owner_key=compared("owner_email"), security_key=compared("security_email")
    )
    has_owner, has_security = col("owner_key").is_not_null(), col("security_key").is_not_null()
    is_other = col("security_key").ne_missing(col("owner_key"))
    no_text = lit(None, dtype=pl.String)
    kinds = [
        ("none", ~has_owner & ~has_security, no_text, no_text),
        ("owner", has_owner, col("owner_email"), col("owner_key")),
        ("security", has_security & is_other, col("security_email"), col("security_key")),
    ]
    contacts = pl.concat(
        told.filter(chosen).with_columns(contact_kind=lit(kind), contact=contact, contact_key=key)
        for kind, chosen, contact, key in kinds
    )
    # One @ between parts that are not empty.
    reachable = col("contact_key").str.contains("^[^@]+@[^@]+$").fill_null(False)
    return contacts.with_columns(unreachable=~reachable).sort("place", "contact_kind")


def compared(address: str) -> Expr:
    return col(address).str.strip_chars().str.to_lowercase().replace("", None)
