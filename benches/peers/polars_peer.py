"""The verdicts and lists of the incident zendesk-2016, as a data engineer would reach them with Polars.

    python polars_peer.py EXPORTS OUT

Reads the eight exports below EXPORTS and writes OUT/verdicts/*.parquet and OUT/lists/*.csv. It knows this one case:
its profile, that its coverages hold, its as_of, and how each column writes its times. A test that can't be met under
this profile is left out. It keeps no provenance and checks nothing.

Exports are read by the streaming engine, which also groups and joins what has to be moved; joins that only add columns
to rows in memory are eager, since they leave the rows where they are.
"""

import sys
from pathlib import Path

from polars import DataFrame

from polars_parts.accounts import account_exposure
from polars_parts.held import api_clients, app_credentials, certificates
from polars_parts.output import write
from polars_parts.reading import read
from polars_parts.summary import account_summary, notifications
from polars_parts.users import data_subjects, user_passwords, users_in_order


def answer(tables: dict[str, DataFrame]) -> dict[str, DataFrame]:
    accounts = account_exposure(tables)
    users = users_in_order(tables.pop("users"), accounts)
    passwords = user_passwords(users, tables["credential_changes"])
    answers = {
        "account_exposure": accounts,
        "user_passwords": passwords,
        "app_credentials": app_credentials(tables, accounts),
        "certificates": certificates(tables, accounts),
        "api_clients": api_clients(tables, accounts, passwords),
        "data_subjects": data_subjects(users),
    }
    answers["account_summary"] = account_summary(accounts, answers)
    answers["notifications"] = notifications(answers["account_summary"])
    return answers


def main() -> None:
    exports, out = map(Path, sys.argv[1:])
    write(answer(read(exports)), out)


if __name__ == "__main__":
    main()
