"""All accounts, those that only other tables name included, and whether the incident reached them (rules, 1)."""

import polars as pl
import polars.selectors as cs
from polars import DataFrame, Expr, col, lit, when

from .cells import answer, decide, joined
from .profile import AUTHENTICATION, NAMED, PERSONAL, SIGN_INS, TITLES, UNAFFECTED

# The columns that say whether single sign-on is enforced, by sign-in and role.
SSO = {(name, role): f"{name}_sso_{role}" for name in SIGN_INS for role in ("agent", "end_user", "unknown")}


def account_exposure(tables: dict[str, DataFrame]) -> DataFrame:
    """Each account in the order of bytes, with its place in it, what is known of it, and its verdict."""
    listed = tables["accounts"].unique("account_id", keep="last").with_columns(listed=lit(True))
    accounts = listed.join(mentions(tables), on="account_id", how="full", coalesce=True)
    accounts = accounts.join(product_facts(listed), on="products", how="left")
    accounts = accounts.join(access_facts(tables["accessed"]), on="account_id", how="left").with_columns(
        col("created_empty").fill_null(True),
        (cs.boolean() - cs.by_name("created_empty")).fill_null(False),
        is_accessed=col("access_classes").is_not_null(),
    )
    says = sso_facts(tables["sso"], accounts)
    accounts = accounts.join(says, on="account_id", how="left").with_columns(
        when(col("has_sso").is_null()).then(False).otherwise(name).alias(name) for name in SSO.values()
    )
    return accounts.sort("account_id").with_row_index("place").pipe(with_verdict)


def mentions(tables: dict[str, DataFrame]) -> DataFrame:
    """The accounts that other tables name, and whether a user, app or certificate of theirs is from before."""
    parts = [tables[name].lazy() for name in ("users", "app_installations", "certificates")]
    others = [tables[name].lazy() for name in ("changed_accounts", "api_clients", "sso", "accessed")]
    parts += [other.with_columns(created_before=lit(False)) for other in others]
    named = pl.concat([part.select("account_id", "created_before") for part in parts])
    return named.group_by("account_id").agg(child_before=col("created_before").any()).collect()


def product_facts(accounts: DataFrame) -> DataFrame:
    """What each list of products says, whoever has it."""
    items = accounts.select("products").unique().with_columns(item=col("products").str.split(";")).explode("item")
    items = items.with_columns(col("item").str.strip_chars().str.to_lowercase()).filter(col("item") != "")
    facts = items.group_by("products").agg(
        has_support=col("item").is_in(SIGN_INS["support"]).any(),
        has_chat=col("item").is_in(SIGN_INS["chat"]).any(),
        all_named=col("item").is_in(NAMED).all(),
        all_unaffected=col("item").is_in(UNAFFECTED).all(),
    )
    return facts.with_columns(
        in_reach=col("has_support") | col("has_chat"),
        single_sign_in=col("all_named") & (col("has_support") != col("has_chat")),
    )


def access_facts(accessed: DataFrame) -> DataFrame:
    data_class = col("data_class")
    personal = data_class.is_in(PERSONAL)
    maybe_personal = personal | ~data_class.is_in(list(TITLES))
    return accessed.filter(~col("later")).group_by("account_id").agg(
        authentication_accessed=data_class.is_in(AUTHENTICATION).any(),
        all_personal=(personal & col("is_whole")).any(),
        maybe_personal=maybe_personal.any(),
        access_classes=joined(data_class),
        personal_classes=joined(data_class.filter(maybe_personal)),
        titles=joined(data_class.replace(TITLES)),
    )


def sso_facts(sso: DataFrame, accounts: DataFrame) -> DataFrame:
    """For each account that has rows of single sign-on whether they enforce it, by sign-in and role."""
    held = accounts.select("account_id", "has_support", "has_chat", "in_reach", "all_named", "single_sign_in")
    rows = sso.filter(~col("later")).join(held, on="account_id")
    said = rows.lazy().group_by("account_id").agg(part for pair in SSO for part in sso_said(*pair))
    return said.select("account_id", *(sso_verdict(name) for name in SSO.values()), has_sso=lit(True)).collect()


def sso_applies(sign_in: str, role: str) -> Expr:
    product, population = col("product"), col("population")
    of_account = when(col("single_sign_in") | (col("all_named") & ~col("in_reach"))).then(f"has_{sign_in}")
    of_product = when(product.is_in(SIGN_INS[sign_in])).then(True).when(product.is_in(NAMED)).then(False)
    meant = when(population == "all").then(True)
    if role != "unknown":
        meant = meant.when(population != "unknown").then(population == role)
    return when(product.is_null()).then(of_account).otherwise(of_product) & meant & col("in_force")


def sso_said(sign_in: str, role: str) -> list[Expr]:
    """What an account's rows say that may apply: those for a role, which rank above the others, and all of them."""
    name, applies = SSO[sign_in, role], sso_applies(sign_in, role)
    for_role = col("population").is_in(["agent", "end_user"])
    says = when("says").then(2).when(~col("says")).then(0).otherwise(1)
    of_all = when(applies.fill_null(True)).then(says)
    of_role = when(applies.fill_null(True) & for_role).then(says)
    return [
        when(applies).then(for_role).max().alias(f"{name}_highest"),
        of_role.min().alias(f"{name}_role_least"),
        of_role.max().alias(f"{name}_role_most"),
        of_all.min().alias(f"{name}_least"),
        of_all.max().alias(f"{name}_most"),
    ]


def sso_verdict(name: str) -> Expr:
    highest, least, most = col(f"{name}_highest"), col(f"{name}_least"), col(f"{name}_most")
    role_least, role_most = col(f"{name}_role_least"), col(f"{name}_role_most")
    said = (
        when(least.is_null())
        .then(0)
        .when(highest & (role_least == role_most))
        .then(role_least)
        .when(~highest & (least == most))
        .then(least)
    )
    return when(said == 2).then(True).when(said == 0).then(False).alias(name)


def with_verdict(accounts: DataFrame) -> DataFrame:
    """The profile names no beginning of the window: no test that asks for it can be met."""
    is_old = col("child_before") | col("activated_before")
    created_on_edge = ~col("created_before") & ~col("created_after")
    tests = {
        "AUTHENTICATION_ACCESSED": col("authentication_accessed"),
        "DATA_ACCESSED": col("is_accessed"),
        "PRODUCT_NOT_AFFECTED": ~col("in_scope"),
        "CHILD_OLDER_THAN_ACCOUNT": col("created_after") & is_old,
        "CREATED_AFTER_WINDOW": col("created_after"),
        "CREATED_UNKNOWN": col("created_empty") & ~is_old,
        "CREATED_ON_EDGE": created_on_edge & ~is_old,
        "PRODUCT_UNKNOWN": col("in_scope").is_null(),
    }
    exposures = {
        "accessed": col("is_accessed"),
        "not_exposed": col("reason").is_in(["PRODUCT_NOT_AFFECTED", "CREATED_AFTER_WINDOW"]),
        "exposed": col("reason") == "EXISTED_IN_WINDOW",
    }
    windows = {
        "inside": col("is_accessed") | (col("created_before") | is_old) & ~col("created_after"),
        "outside": col("created_after") & ~is_old,
    }
    return (
        accounts.lazy()
        .with_columns(in_scope=when(col("is_accessed") | col("in_reach")).then(True).when("all_unaffected").then(False))
        .with_columns(reason=decide(tests, "EXISTED_IN_WINDOW"))
        .with_columns(
            exposure=decide(exposures, "undetermined"),
            window=decide(windows, "undetermined"),
            access=decide({"authentication": col("authentication_accessed"), "data": col("is_accessed")}, "none"),
            scope=answer(col("in_scope")),
            end_doubt=lit(False),
            basis=decide({"accessed": col("is_accessed")}, "precaution"),
        )
        .with_columns(outside=col("window") == "outside")
        .collect()
    )


def of_accounts(rows: DataFrame, key: str, accounts: DataFrame, *columns: str) -> DataFrame:
    """Rows once each, in the order of accounts and keys, with columns of their accounts.

    The order is found on its own and the rest gathered once: two sorts by one column each are faster than one by two,
    the more so where the export is in order already. A row that is there twice then follows itself.
    """
    placed = rows.join(accounts.select("account_id", "place"), on="account_id", how="left", maintain_order="left")
    order = placed.select("place", key).with_row_index("row").sort(key).sort("place", maintain_order=True)
    order = order.filter(pl.any_horizontal(col(part).ne_missing(col(part).shift()) for part in (key, "place")))
    once = rows.drop("account_id").rechunk()[order["row"]]
    owners = accounts.select("account_id", *columns)[order["place"]]
    return pl.concat([once, order.select("place"), owners], how="horizontal")
