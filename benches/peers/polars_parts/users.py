"""Whose password must be rotated, and whose personal data was read (rules, 2 and 6)."""

import polars as pl
from polars import DataFrame, Expr, LazyFrame, col, when

from .accounts import SSO, of_accounts
from .cells import AHEAD, BEHIND, decide, state
from .profile import NAMED, SIGN_INS


def users_in_order(users: DataFrame, accounts: DataFrame) -> DataFrame:
    held = ["has_support", "has_chat", "all_named", "single_sign_in", *SSO.values()]
    read = ["all_personal", "maybe_personal", "personal_classes"]
    placed = of_accounts(users, "user_id", accounts, "listed", "outside", "in_scope", "basis", *held, *read)
    return placed.with_row_index("user")


def user_passwords(users: DataFrame, changes: DataFrame) -> DataFrame:
    """The coverage of changes names the roles one by one, but whose role is unknown is undetermined before that."""
    is_open = col("member").is_null()
    clear = {
        "CREATED_AFTER_WINDOW": col("created_after"),
        "ACCOUNT_OUTSIDE_WINDOW": col("outside"),
        "USER_DELETED": col("deleted"),
        "NOT_IN_POPULATION": ~col("member"),
        "NO_PASSWORD": col("no_password"),
        "SSO_ENFORCED": col("sso_enforced"),
        "PASSWORD_ROTATED": col("rotated"),
    }
    undetermined = {
        "CREATED_UNKNOWN": col("created_empty"),
        "CREATED_ON_EDGE": ~col("created_before"),
        "DELETED_ON_EDGE": col("deletion_pending"),
        "ACCOUNT_UNKNOWN": is_open & ~col("listed"),
        "ROLE_UNKNOWN": is_open & col("is_agent").is_null(),
        "ACTIVE_UNKNOWN": is_open & col("is_agent") & holds("support", "chat"),
        "PRODUCT_UNKNOWN": is_open,
        "SSO_UNPROVEN": col("sso_enforced").is_null(),
        "CHANGE_ON_EDGE": col("maybe_changed"),
    }
    return (
        facts(users, changes)
        .with_columns(reason=decide(clear | undetermined, "NOT_ROTATED"))
        .with_columns(state=state(list(clear), ["NOT_ROTATED"]))
        .with_columns(action=decide({"none": col("state") == "clear"}, "rotate_password"), **first_change())
        .collect()
    )


def facts(users: DataFrame, changes: DataFrame) -> LazyFrame:
    """What the tests ask of a user beside what the table says."""
    role = when(col("role") != "unknown").then("role")
    held = {
        f"{name}_held": when(col("product").is_null()).then(f"has_{name}").otherwise(col("product").is_in(products))
        for name, products in SIGN_INS.items()
    }
    # This join only adds columns to what lies in memory: the eager one need not move the rest.
    events = users.join(proven(changes, users), on="user", how="left", maintain_order="left")
    return (
        events.lazy()
        .with_columns(
            is_agent=role == "agent",
            is_end_user=role == "end_user",
            known=when(col("product").is_null()).then("all_named").otherwise(col("product").is_in(NAMED)),
            maybe_changed=col("maybe_changed") | col("unnamed_proven").is_not_null(),
            **held,
        )
        .with_columns(member=is_member(), sso_enforced=has_sso(), rotated=is_rotated())
    )


def proven(changes: DataFrame, users: DataFrame) -> DataFrame:
    """Of each user that a change may be of: which sign-ins the certain ones prove, and when the first of them was."""
    owners = users.lazy().select("user_id", "user", owner="account_id")
    own = changes.lazy().filter(col("kind") == "password").join(owners, on="user_id")
    own = own.filter((col("account_id") == col("owner")).fill_null(True))
    product, certain = col("product"), col("certain")
    named = {f"{name}_proven": (certain & product.is_in(products)).any() for name, products in SIGN_INS.items()}
    first = when(certain).then("changed_at").min()
    grouped = own.group_by("user").agg(unnamed_proven=(certain & product.is_null()).any(), event_at=first, **named)
    return grouped.collect(engine="streaming")


def holds(*sign_ins: str) -> Expr:
    """Whether a user has one of these sign-ins."""
    held = pl.any_horizontal(f"{name}_held" for name in sign_ins)
    return when(held).then(True).when("known").then(False)


def is_member() -> Expr:
    """Of a population: active agents with either sign-in, end users with that of support."""
    return (col("is_agent") & holds("support", "chat") & col("active")) | (col("is_end_user") & holds("support"))


def needs() -> dict[str, Expr]:
    """Which of the user's sign-ins a population names that the user may be of."""
    return {"support": col("support_held"), "chat": col("chat_held") & ~col("is_end_user").fill_null(False)}


def has_needs() -> Expr:
    return col("known") & pl.any_horizontal(needs().values())


def has_sso() -> Expr:
    def enforced(sign_in: str) -> Expr:
        by_role = {role: SSO[sign_in, role] for role in ("agent", "end_user", "unknown")}
        known = when("is_agent").then(by_role["agent"]).when("is_end_user").then(by_role["end_user"])
        return known.otherwise(by_role["unknown"])

    everywhere = pl.all_horizontal(~needed | enforced(name) for name, needed in needs().items())
    return col("sso_only") | when(has_needs()).then(everywhere)


def is_rotated() -> Expr:
    """By changes that name each sign-in, or by one that names none where it can only mean the user's."""
    named = pl.all_horizontal(~needed | col(f"{name}_proven").fill_null(False) for name, needed in needs().items())
    unnamed = col("unnamed_proven").fill_null(False) | col("changed_at").is_not_null()
    return has_needs() & (named | (unnamed & (col("product").is_not_null() | col("single_sign_in"))))


def first_change() -> dict[str, Expr]:
    """An event is exact, the user's own cell is not: of two with the same first instant the event counts."""
    by_cell = (col("changed_at") < col("event_at")).fill_null(col("event_at").is_null())
    return {
        "rotated_at": when("rotated").then(pl.min_horizontal("event_at", "changed_at")),
        "rotated_at_latest": when(col("rotated") & by_cell).then(col("changed_at") + AHEAD + BEHIND),
    }


def data_subjects(users: DataFrame) -> DataFrame:
    tests = {
        "CREATED_AFTER_WINDOW": col("created_after"),
        "ACCOUNT_DATA_READ": col("all_personal") & col("created_before"),
        "ACCOUNT_PARTLY_READ": col("maybe_personal"),
        "ACCOUNT_OUTSIDE_WINDOW": col("outside"),
        "PRODUCT_NOT_AFFECTED": ~col("in_scope"),
    }
    states = {"read": col("reason") == "ACCOUNT_DATA_READ", "undetermined": col("reason") == "ACCOUNT_PARTLY_READ"}
    verdicts = users.with_columns(reason=decide(tests, "ACCOUNT_NOT_READ"), classes="personal_classes")
    return verdicts.with_columns(state=decide(states, "not_read"))
