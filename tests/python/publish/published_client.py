"""A client of the published file that knows nothing of the project, for any release of DuckDB.

``python published_client.py LINK`` answers each line that it reads with one of JSON: what each way
of asking says, by the name of the way; an error's first line where it says none.
"""

import json
import sys

import duckdb

# Ways to name a table, by what was opened.
OPENED = {
    "schema": "marts.dim_customers",
    "catalog and schema": "stammkunde.marts.dim_customers",
}
ATTACHED = {
    "attached": ("attach '{link}' (read_only)", "stammkunde.marts.dim_customers"),
    "attached and used": ("attach '{link}' (read_only); use stammkunde", "marts.dim_customers"),
    "attached as another": ("attach '{link}' as shop (read_only)", "shop.marts.dim_customers"),
}


def ask(connection: duckdb.DuckDBPyConnection, table: str) -> object:
    """The stamp of a table, or the reason why there is none."""
    try:
        return connection.execute(f"select max(stamp) from {table}").fetchall()[0][0]
    except duckdb.Error as error:
        return str(error).splitlines()[0]


def ask_all(link: str) -> dict[str, object]:
    """What each way says now; every connection is a fresh one."""
    said: dict[str, object] = {}
    for way, table in OPENED.items():
        connection = duckdb.connect(link, read_only=True)
        said[way] = ask(connection, table)
        connection.close()
    for way, (statement, table) in ATTACHED.items():
        connection = duckdb.connect()
        try:
            connection.execute(statement.format(link=link))
            said[way] = ask(connection, table)
        except duckdb.Error as error:
            said[way] = str(error).splitlines()[0]
        connection.close()
    return said


if __name__ == "__main__":
    print(duckdb.__version__, flush=True)
    for _ in sys.stdin:
        print(json.dumps(ask_all(sys.argv[1])), flush=True)
