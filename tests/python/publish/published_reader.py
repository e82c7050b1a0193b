"""A reader as a BI tool is one: a process of its own that opens the link afresh, again and again.

``python published_reader.py SERVING STOP`` says "reading" after its first read, reads on until the
file STOP exists, and says how many times it read. It ends with an error on the first unreadable,
mixed or stale state.
"""

import sys
from pathlib import Path

import duckdb

from stammkunde.publish.serving import LINK, current_version, open_marts


def read_once(serving: Path, *, by_link: bool) -> None:
    """Open the current version afresh and hold it against what the link said around the opening.

    Args:
        serving: the serving folder.
        by_link: open the link itself; else through :func:`open_marts`.
    """
    before = current_version(serving)
    opened = duckdb.connect(serving / LINK, read_only=True) if by_link else open_marts(serving)
    with opened as connection:
        after = current_version(serving)
        states = connection.execute(
            """
            select
                (select version from marts._publication),
                (select min(stamp) from marts.dim_customers),
                (select max(stamp) from marts.dim_customers),
                (select min(stamp) from marts.fct_orders),
                (select max(stamp) from marts.fct_orders),
                (select count(*) from marts.dim_customers)
                    = (select row_count from marts._publication_tables
                        where table_name = 'dim_customers')
            """
        ).fetchall()
    version, *stamps, complete = states[0]
    if not complete or len(set(stamps)) != 1:
        raise AssertionError(f"half-published: {states[0]}")
    if before is None or after is None or not before <= version <= after:
        raise AssertionError(f"stale: {before} <= {version} <= {after} does not hold")


if __name__ == "__main__":
    folder, stop = Path(sys.argv[1]), Path(sys.argv[2])
    count = 0
    while not stop.exists():
        read_once(folder, by_link=True)
        count += 1
        if count == 1:
            print("reading", flush=True)
    print(count)
