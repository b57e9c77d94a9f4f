"""The exports, read: of each record the columns that an answer looks at, and of instants what the tests ask of them.

Records without a required cell are dropped.
"""

from datetime import timedelta
from pathlib import Path

import polars as pl
from polars import DataFrame, LazyFrame, col, when

from .cells import AHEAD, BEHIND, DAY, EARLIEST, LATEST, MINUTE, boolean, code, instant, shown
from .profile import AS_OF, UNTIL_HI, UNTIL_LO

Z = "%Y-%m-%dT%H:%M:%SZ"
OFFSET = "%Y-%m-%dT%H:%M:%S%z"
NO_ZONE = "%Y-%m-%d %H:%M:%S"


def read(exports: Path) -> dict[str, DataFrame]:
    """All tables, in one pass of the streaming engine; of changes those that may count and whose accounts they name."""
    tables = {reader.__name__: reader(scan(exports, reader.__name__)) for reader in READERS}
    changes = tables["credential_changes"].cache()
    tables["credential_changes"] = possible(changes)
    tables["changed_accounts"] = changes.select("account_id").drop_nulls().unique()
    return dict(zip(tables, pl.collect_all(list(tables.values()), engine="streaming")))


def scan(exports: Path, table: str) -> LazyFrame:
    return pl.scan_csv(exports / f"{table}.csv", infer_schema=False)


def accounts(rows: LazyFrame) -> LazyFrame:
    created, activated = instant("created_at"), instant("activated_at")
    rows = rows.drop_nulls("account_id").with_columns(shown(created_at=Z, activated_at=OFFSET))
    return rows.select(
        "account_id", "customer_id", "name", "products", "owner_name", "owner_email", "security_email",
        "locale", "time_zone", "country",
        created_empty=~created.written,
        created_before=created.before,
        created_after=created.after,
        activated_before=activated.before,
    )


def users(rows: LazyFrame) -> LazyFrame:
    created, deleted = instant("created_at"), instant("deleted_at")
    changed = instant("password_changed_at", AHEAD, BEHIND)
    forms = {"created_at": f"{NO_ZONE} UTC", "password_changed_at": NO_ZONE, "deleted_at": Z}
    return rows.drop_nulls(["user_id", "account_id"]).with_columns(shown(**forms)).select(
        "user_id", "account_id", "email", "name", "product", "locale", "country",
        role=code("role", agent=["agent", "admin", "owner"], end_user=["end_user"]),
        active=boolean("active"),
        no_password=boolean("has_password").eq_missing(False),
        sso_only=boolean("sso_only").fill_null(False),
        created_empty=~created.written,
        created_before=created.before,
        created_after=created.after,
        deleted=deleted.done,
        deletion_pending=deleted.pending,
        maybe_changed=changed.written & ~changed.before,
        changed_at=when(changed.after & changed.done).then(changed.lo),
    )


def credential_changes(rows: LazyFrame) -> LazyFrame:
    read = pl.from_epoch(col("changed_at").cast(pl.Int64, strict=False), "ms").cast(pl.Datetime("us"))
    rows = rows.drop_nulls("kind")
    return rows.select("account_id", "user_id", "product", "kind", "subject_id", "effect", changed_at=read)


def possible(changes: LazyFrame) -> LazyFrame:
    """Changes that may have happened from the window's end on, and whether one certainly has."""
    happened = (col("changed_at") >= UNTIL_HI) & col("effect").is_in(["replaced", "invalidated"])
    in_time = col("changed_at").is_null() | col("changed_at").is_between(UNTIL_LO, AS_OF)
    rows = changes.filter(col("effect").ne_missing("requested"), in_time)
    return rows.with_columns(certain=happened.fill_null(False)).drop("effect")


def app_installations(rows: LazyFrame) -> LazyFrame:
    tokyo = timedelta(hours=9)
    columns = ("installed_at", "removed_at", "credentials_rotated_at")
    installed, removed, rotated = (instant(column, tokyo, -tokyo) for column in columns)
    rows = rows.drop_nulls(["installation_id", "account_id"])
    return rows.with_columns(shown(**dict.fromkeys(columns, NO_ZONE))).select(
        "installation_id", "account_id", "app_name", "credential_names",
        kind=code("kind", marketplace=["marketplace"], private=["private"]),
        holds_credentials=boolean("holds_credentials"),
        created_empty=~installed.written,
        created_before=installed.before,
        created_after=installed.after,
        removed=removed.done,
        rotated=rotated.after & rotated.done,
        maybe_rotated=rotated.written & ~rotated.before,
    )


def certificates(rows: LazyFrame) -> LazyFrame:
    uploaded, ends = instant("uploaded_at"), instant("not_after", AHEAD, DAY + BEHIND)
    revoked, replaced = instant("revoked_at"), instant("replaced_at")
    forms = {"uploaded_at": "%Y-%m-%dT%H:%M:%S%.fZ", "not_after": "%Y-%m-%d", "revoked_at": Z, "replaced_at": Z}
    digests = col("fingerprint_sha256", "key_sha256").str.replace_all("[: ]", "").str.to_lowercase()
    return rows.drop_nulls(["certificate_id", "account_id"]).with_columns(shown(**forms)).select(
        "certificate_id", "account_id", "subject", digests,
        provided_by=code("provided_by", customer=["customer"], vendor=["vendor"]).fill_null("customer"),
        not_after=when(ends.written).then(ends.lo.fill_null(EARLIEST)),
        not_after_latest=when(ends.written).then(ends.hi.fill_null(LATEST)),
        created_empty=~uploaded.written,
        created_before=uploaded.before,
        created_after=uploaded.after,
        revoked=revoked.done,
        revocation_pending=revoked.pending,
        replaced=replaced.done,
    )


def api_clients(rows: LazyFrame) -> LazyFrame:
    india = timedelta(hours=5, minutes=30)
    columns = ("created_at", "revoked_at")
    created, revoked = (instant(column, india, MINUTE - india) for column in columns)
    kinds = ["basic_password", "api_token", "oauth", "chat_api_token"]
    rows = rows.drop_nulls(["client_id", "account_id"])
    return rows.with_columns(shown(**dict.fromkeys(columns, "%d/%m/%Y %H:%M"))).select(
        "client_id", "account_id", "user_id", "name",
        kind=code("kind", **{kind: [kind] for kind in kinds}),
        created_after=created.after,
        revoked=revoked.done,
        revocation_pending=revoked.pending,
    )


def sso(rows: LazyFrame) -> LazyFrame:
    since, until = instant("since"), instant("until")
    rows = rows.drop_nulls(["account_id", "population"])
    return rows.with_columns(shown(since=OFFSET, until=OFFSET)).select(
        "account_id", "product",
        population=code("population", agent=["agent"], end_user=["end_user"], all=["all"]),
        says=boolean("enforced") & ~boolean("bypass_allowed"),
        in_force=(~since.written | (since.hi <= AS_OF)) & (~until.written | (until.lo > AS_OF)),
        later=since.later,
    )


def accessed(rows: LazyFrame) -> LazyFrame:
    return rows.drop_nulls(["account_id", "data_class"]).with_columns(shown(determined_at=Z)).select(
        "account_id",
        data_class=col("data_class").str.strip_chars().str.to_lowercase(),
        is_whole=col("extent").eq_missing("all"),
        later=instant("determined_at").later,
    )


READERS = [accounts, users, credential_changes, app_installations, certificates, api_clients, sso, accessed]
