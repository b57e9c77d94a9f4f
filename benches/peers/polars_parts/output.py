"""The verdicts as Parquet and the lists as CSV."""

from pathlib import Path

import polars as pl
from polars import DataFrame, Expr, LazyFrame, col, lit, when

from .cells import answer
from .summary import COUNTED, NUMBERS

OUTCOME = ["state", "reason", "action", "basis"]
VERDICTS = {
    "account_exposure": [
        "account_id", "exposure", "reason", "window", "access", "access_classes", "scope", "end_doubt", "listed",
    ],
    "user_passwords": [
        "account_id", "user_id", "role", *OUTCOME, answer(col("member")).alias("member"),
        answer(col("sso_enforced")).alias("sso"), "rotated_at", "rotated_at_latest",
    ],
    "app_credentials": ["account_id", "installation_id", "app_name", "kind", *OUTCOME, "credential_names"],
    "certificates": [
        "account_id", "certificate_id", "subject", *OUTCOME, "not_after", "not_after_latest", "fingerprint_sha256",
        "key_sha256",
    ],
    "api_clients": ["account_id", "client_id", "user_id", "kind", *OUTCOME],
    "data_subjects": ["account_id", "user_id", "state", "reason", "classes", "role", "country"],
    "account_summary": [
        "account_id", "customer_id", "name", "exposure", "access", "window", "reason", "cohort", "rotation_status",
        "sso_use", "tls_validity", *NUMBERS, "actions", "known",
    ],
    "notifications": [
        "account_id", "customer_id", "cohort", "contact_kind", "contact", "locale", "country", "time_zone",
        "unreachable",
    ],
}
# What is in doubt: the subject's word and id, and the column that says so.
DOUBTS = {
    "account_exposure": ("account", "account_id", "exposure"),
    "api_clients": ("client", "client_id", "state"),
    "app_credentials": ("app", "installation_id", "state"),
    "certificates": ("certificate", "certificate_id", "state"),
    "data_subjects": ("user", "user_id", "state"),
    "user_passwords": ("user", "user_id", "state"),
}


def write(answers: dict[str, DataFrame], out: Path) -> None:
    for folder in ("verdicts", "lists"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    parquet = {"compression": "zstd", "compression_level": 1, "lazy": True}
    sinks = [
        answers[query].lazy().select(columns).sink_parquet(out / f"verdicts/{query}.parquet", **parquet)
        for query, columns in VERDICTS.items()
    ]
    sinks += [rows.sink_csv(out / f"lists/{name}.csv", lazy=True) for name, rows in lists(answers).items()]
    pl.collect_all(sinks, engine="streaming")


def lists(answers: dict[str, DataFrame]) -> dict[str, LazyFrame]:
    to_do = {query: answers[query].lazy().filter(col("state") != "clear") for query in COUNTED.values()}
    subjects = answers["data_subjects"].lazy().filter(col("state") != "not_read")
    return {
        "outreach": outreach(answers["notifications"]),
        "operations-passwords": to_do["user_passwords"].select("account_id", "user_id", "email", "role", *OUTCOME),
        "operations-apps": to_do["app_credentials"].select(
            "account_id", "installation_id", "app_name", "kind", *OUTCOME, "credential_names"
        ),
        "operations-certificates": to_do["certificates"].select(
            "account_id", "certificate_id", "subject", *OUTCOME, rfc3339("not_after"), rfc3339("not_after_latest"),
            "fingerprint_sha256", "key_sha256",
        ),
        "operations-clients": to_do["api_clients"].select(
            "account_id", "client_id", "user_id", "name", "kind", *OUTCOME
        ),
        "subjects-read": subjects.select(
            "account_id", "user_id", "name", "email", "role", "locale", "country", "state", "reason", "classes"
        ),
        "undetermined": undetermined(answers),
        "unreachable": unreachable(answers),
    }


def rfc3339(column: str) -> Expr:
    whole, shown = "%Y-%m-%dT%H:%M:%S", col(column).dt
    return when(shown.microsecond() == 0).then(shown.to_string(f"{whole}Z")).otherwise(shown.to_string(f"{whole}%.6fZ"))


def outreach(notifications: DataFrame) -> LazyFrame:
    numbers = [part for name in COUNTED for part in certain_and_at_most(name)]
    rows = notifications.lazy().with_columns(col("cohort").cast(pl.String)).sort("cohort", maintain_order=True)
    return rows.select(
        "cohort", "account_id", "customer_id", "name", "contact_kind", "contact", "locale", "country", "time_zone",
        "unreachable", "exposure", "access", col("titles").alias("accessed"), *numbers, "actions", "reasons",
    )


def certain_and_at_most(name: str) -> tuple[Expr, Expr]:
    certain, undetermined = col(f"{name}_must_act"), col(f"{name}_undetermined")
    return certain.alias(f"{name}_certain"), (certain + undetermined).alias(f"{name}_at_most")


def undetermined(answers: dict[str, DataFrame]) -> LazyFrame:
    """Each answer is in the order of accounts and subjects already."""
    return pl.concat(
        answers[query]
        .lazy()
        .filter(col(state) == "undetermined")
        .select(
            query=lit(query), reason=col("reason").cast(pl.String), subject=lit(subject), account_id="account_id",
            subject_id=key,
        )
        .sort("reason", maintain_order=True)
        for query, (subject, key, state) in DOUBTS.items()
    )


def unreachable(answers: dict[str, DataFrame]) -> LazyFrame:
    unreached = answers["notifications"].group_by("place").agg(col("unreachable").all()).filter("unreachable")
    accounts = answers["account_summary"].join(unreached, on="place", how="semi").sort("place")
    return accounts.lazy().select(
        "account_id", "customer_id", "name", "cohort", "owner_name", "owner_email", "security_email", "country",
        "locale", "time_zone", "actions",
    )
