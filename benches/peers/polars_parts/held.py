"""What accounts hold: credentials in apps, certificates and API clients (rules, 3 to 5)."""

from polars import DataFrame, col

from .accounts import of_accounts
from .cells import decide, joined, state
from .profile import AS_OF

LOCATED = ["outside", "in_scope", "basis"]


def of_kind(tables: dict[str, DataFrame], kind: str) -> DataFrame:
    return tables["credential_changes"].filter(col("kind") == kind).select("account_id", "subject_id", "certain")


def with_changes(subjects: DataFrame, key: str, changes: DataFrame) -> DataFrame:
    """Subjects with `changed`: NULL where no change may be theirs, TRUE where one certainly is."""
    owners = subjects.lazy().select(subject_id=key, owner="account_id")
    own = changes.lazy().join(owners, on="subject_id").filter((col("account_id") == col("owner")).fill_null(True))
    changed = own.group_by("subject_id").agg(changed=col("certain").any()).collect(engine="streaming")
    return subjects.join(changed, left_on=key, right_on="subject_id", how="left", maintain_order="left")


def app_credentials(tables: dict[str, DataFrame], accounts: DataFrame) -> DataFrame:
    clear = {
        "INSTALLED_AFTER_WINDOW": col("created_after"),
        "ACCOUNT_OUTSIDE_WINDOW": col("outside"),
        "PRODUCT_NOT_AFFECTED": ~col("in_scope"),
        "NO_CREDENTIALS": ~col("holds_credentials"),
        "CREDENTIALS_ROTATED": col("rotated") | col("changed"),
    }
    others = {
        "INSTALLED_UNKNOWN": col("created_empty"),
        "INSTALLED_ON_EDGE": ~col("created_before"),
        "PRODUCT_UNKNOWN": col("in_scope").is_null(),
        "CREDENTIALS_UNKNOWN": col("holds_credentials").is_null(),
        "ROTATION_ON_EDGE": col("maybe_rotated") | col("changed").is_not_null(),
        "REMOVED_NOT_ROTATED": col("removed"),
    }
    actions = {"none": col("state") == "clear", "revoke_credential": col("removed")}
    apps = of_accounts(with_tidy_names(tables["app_installations"]), "installation_id", accounts, *LOCATED)
    return (
        with_changes(apps, "installation_id", of_kind(tables, "app_credential"))
        .with_columns(reason=decide(clear | others, "NOT_ROTATED"))
        .with_columns(state=state(list(clear), ["REMOVED_NOT_ROTATED", "NOT_ROTATED"]))
        .with_columns(action=decide(actions, "rotate_credential"))
    )


def with_tidy_names(apps: DataFrame) -> DataFrame:
    """Lists of credentials in their one form: each that occurs is taken apart once."""
    items = apps.select("credential_names").unique().with_columns(item=col("credential_names").str.split(";"))
    items = items.explode("item").with_columns(col("item").str.strip_chars()).filter(col("item") != "")
    tidy = items.group_by("credential_names").agg(tidy=joined(col("item")))
    named = apps.join(tidy, on="credential_names", how="left", maintain_order="left")
    return named.drop("credential_names").rename({"tidy": "credential_names"})


def certificates(tables: dict[str, DataFrame], accounts: DataFrame) -> DataFrame:
    is_new = col("created_after")
    not_compared = col("has_unknown_key").is_not_null() & (col("key_sha256").is_null() | col("has_unknown_key"))
    clear = {"REVOKED": col("revoked"), "EXPIRED": col("not_after_latest") < AS_OF}
    reused = {
        "KEY_REUSED": is_new & col("key_exposed") & (col("not_after") >= AS_OF) & ~col("revocation_pending"),
        "KEY_MAYBE_REUSED": is_new & col("key_exposed").is_not_null(),
        "KEY_NOT_COMPARED": is_new & not_compared,
    }
    also_clear = {
        "UPLOADED_AFTER_WINDOW": is_new,
        "ACCOUNT_OUTSIDE_WINDOW": col("outside"),
        "PRODUCT_NOT_AFFECTED": ~col("in_scope"),
        "PROVIDER_NOT_AFFECTED": col("provided_by") == "vendor",
    }
    others = {
        "UPLOADED_UNKNOWN": col("created_empty"),
        "UPLOADED_ON_EDGE": ~col("created_before"),
        "PRODUCT_UNKNOWN": col("in_scope").is_null(),
        "PROVIDER_UNKNOWN": col("provided_by") == "unknown",
        "REVOKED_ON_EDGE": col("revocation_pending"),
        "VALIDITY_UNKNOWN": (col("not_after") < AS_OF).fill_null(True),
        "REPLACED_NOT_REVOKED": col("replaced") | col("changed"),
    }
    actions = {"none": col("state") == "clear", "revoke_certificate": col("reason") == "REPLACED_NOT_REVOKED"}
    rows = with_old_keys(of_accounts(tables["certificates"], "certificate_id", accounts, *LOCATED))
    return (
        with_changes(rows, "certificate_id", of_kind(tables, "certificate"))
        .with_columns(reason=decide(clear | reused | also_clear | others, "VALID_EXPOSED"))
        .with_columns(state=state([*clear, *also_clear], ["KEY_REUSED", "REPLACED_NOT_REVOKED", "VALID_EXPOSED"]))
        .with_columns(action=decide(actions, "replace_certificate"))
    )


def with_old_keys(rows: DataFrame) -> DataFrame:
    """Whether the key is that of a certificate from before (exposed) or of one that may be, whoever's account holds it.

    And of accounts with such certificates whether the key of one is not known.
    """
    old = rows.filter(~col("created_after"))
    reached = old.filter(col("key_sha256").is_not_null(), ~col("outside"), col("in_scope").fill_null(True))
    keys = reached.group_by("key_sha256").agg(key_exposed=col("created_before").any())
    known = old.group_by("place").agg(has_unknown_key=col("key_sha256").is_null().any())
    rows = rows.join(keys, on="key_sha256", how="left", maintain_order="left")
    return rows.join(known, on="place", how="left", maintain_order="left")


def api_clients(tables: dict[str, DataFrame], accounts: DataFrame, passwords: DataFrame) -> DataFrame:
    """A client with a password follows its user. Others are at most to be considered, so no change of theirs counts."""
    kind, with_password = col("kind"), col("kind") == "basic_password"
    tests = {
        "CLIENT_REVOKED": col("revoked"),
        "KIND_UNKNOWN": (kind == "unknown").fill_null(True),
        "EXEMPT_KIND": kind == "chat_api_token",
        "USER_UNKNOWN": with_password & col("user_state").is_null(),
        "USER_NEEDS_NO_ROTATION": with_password & (col("user_state") == "clear"),
        "REVOKED_ON_EDGE": with_password & col("revocation_pending"),
        "USER_UNDETERMINED": with_password & (col("user_state") == "undetermined"),
        "PASSWORD_ROTATES": with_password,
        "CREATED_AFTER_WINDOW": col("created_after"),
        "ACCOUNT_OUTSIDE_WINDOW": col("outside"),
        "PRODUCT_NOT_AFFECTED": ~col("in_scope"),
    }
    clear = ["CLIENT_REVOKED", "EXEMPT_KIND", "USER_NEEDS_NO_ROTATION", "TOKEN_NOT_AFFECTED"]
    clear += ["CREATED_AFTER_WINDOW", "ACCOUNT_OUTSIDE_WINDOW", "PRODUCT_NOT_AFFECTED"]
    actions = {"consider_rotation": col("reason") == "TOKEN_NOT_AFFECTED", "none": col("state") == "clear"}
    clients = of_accounts(tables["api_clients"], "client_id", accounts, *LOCATED)
    states = passwords.select("user_id", user_state="state").join(clients, on="user_id", how="semi")
    return (
        clients.join(states, on="user_id", how="left", maintain_order="left")
        .with_columns(reason=decide(tests, "TOKEN_NOT_AFFECTED"))
        .with_columns(state=state(clear, ["PASSWORD_ROTATES"]))
        .with_columns(action=decide(actions, "reconnect"))
    )
