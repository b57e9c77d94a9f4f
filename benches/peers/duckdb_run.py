"""What both DuckDB peers share: the connection, the rules, and the files that they write."""

import sys
from pathlib import Path

import duckdb

SQL = Path(__file__).parent
# The tables of the exports, and the key that a row may repeat.
EXPORTS = {
    "accounts": "account_id",
    "users": "user_id",
    "credential_changes": None,
    "app_installations": "installation_id",
    "certificates": "certificate_id",
    "api_clients": "client_id",
    "sso": None,
    "accessed": None,
}
QUERIES = (
    "account_exposure", "user_passwords", "app_credentials", "certificates", "api_clients", "data_subjects",
    "account_summary", "notifications",
)
LISTS = (
    "outreach", "operations-passwords", "operations-apps", "operations-certificates", "operations-clients",
    "subjects-read", "undetermined", "unreachable",
)


def folders() -> tuple[Path, Path]:
    """Where the exports are, and where the answer goes, as the command line says."""
    if len(sys.argv) != 3:
        raise SystemExit(f"usage: python {sys.argv[0]} EXPORTS OUT")
    exports, out = map(Path, sys.argv[1:])
    for name in ("verdicts", "lists"):
        (out / name).mkdir(parents=True, exist_ok=True)
    return exports, out


def connect(database: str, exports: Path, out: Path) -> duckdb.DuckDBPyConnection:
    """A database that reads these exports."""
    connection = duckdb.connect(
        database, config={"threads": 2, "memory_limit": "20GB", "temp_directory": str(out / "spilled")}
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET VARIABLE exports = '{exports}'")
    run(connection, "duckdb_types.sql")
    return connection


def run(connection: duckdb.DuckDBPyConnection, name: str, **words: str) -> None:
    """Runs a file of statements."""
    text = (SQL / name).read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace("{" + word + "}", value)
    connection.execute(text)


def drop_repeated(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> None:
    """Keeps the last row of each key. Keys are counted by their hash, which is cheaper than the text."""
    connection.execute(
        f"""DELETE FROM {table} WHERE rowid IN (
            SELECT rowid
            FROM {table}
            WHERE hash({key}) IN (SELECT hash({key}) FROM {table} GROUP BY ALL HAVING count(*) > 1)
            QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rowid DESC) > 1
        )"""
    )


def answer(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Decides, and writes the verdicts and lists."""
    # From here on tables are written and read in their order.
    connection.execute("SET preserve_insertion_order = true")
    run(connection, "duckdb_rules.sql")
    run(connection, "duckdb_lists.sql")
    write(connection, out)


def write(connection: duckdb.DuckDBPyConnection, out: Path) -> None:
    """Writes what the views say, each to a file of its own."""
    for query in QUERIES:
        connection.execute(
            f"""COPY (FROM verdicts_{query}) TO '{out}/verdicts/{query}.parquet'
            (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"""
        )
    for name in LISTS:
        connection.execute(f"""COPY (FROM "list_{name}") TO '{out}/lists/{name}.csv' (FORMAT csv, HEADER)""")
