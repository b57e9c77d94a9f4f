"""The answer by DuckDB from a database: all exports are loaded whole into its tables first.

    python duckdb_tables.py EXPORTS OUT
"""

from duckdb_run import EXPORTS, answer, connect, drop_repeated, folders, run


def main() -> None:
    exports, out = folders()
    database = out / "work.duckdb"
    for path in (database, database.with_suffix(".duckdb.wal")):
        path.unlink(missing_ok=True)
    connection = connect(str(database), exports, out)
    # The database lives for one answer: to compress it costs more than it saves.
    connection.execute("PRAGMA force_compression = 'uncompressed'")
    for table, key in EXPORTS.items():
        connection.execute(f"CREATE TABLE {table} AS FROM typed_{table}")
        if key:
            drop_repeated(connection, table, key)
    run(connection, "duckdb_facts.sql", relation="VIEW")
    answer(connection, out)


if __name__ == "__main__":
    main()
