"""The answer by DuckDB straight from the CSV files: one pass over each.

    python duckdb_csv.py EXPORTS OUT
"""

from duckdb_run import EXPORTS, answer, connect, drop_repeated, folders, run

FACTS = {
    "account_facts": "account_id",
    "user_facts": "user_id",
    "installation_facts": "installation_id",
    "certificate_facts": "certificate_id",
    "client_facts": "client_id",
}


def main() -> None:
    exports, out = folders()
    connection = connect(":memory:", exports, out)
    for table in EXPORTS:
        connection.execute(f"CREATE TEMP VIEW {table} AS FROM typed_{table}")
    run(connection, "duckdb_facts.sql", relation="TABLE")
    for table, key in FACTS.items():
        drop_repeated(connection, table, key)
    answer(connection, out)


if __name__ == "__main__":
    main()
