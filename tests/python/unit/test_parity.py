"""That the comparison of two engines sees what differs, and nothing else."""

from pathlib import Path

import duckdb
import pytest

from stammkunde.parity import Comparison, Table, compare

ROWS = """
    select * from (values
        (1, 'a', 0.1::double, date '2025-01-01'),
        (2, null, null, null),
        (3, 'c', 1e12::double, date '2025-01-03')
    ) as rows (id, name, amount, day)
"""


def _compared(folder: Path, theirs: str, ours: str = ROWS) -> Comparison:
    with duckdb.connect(str(folder / "ours.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.things as {ours}")
    files = folder / "warehouse" / "marts.db" / "things"
    files.mkdir(parents=True)
    duckdb.sql(f"copy ({theirs}) to '{files}/part.parquet' (format parquet)")
    table = Table("marts", "things", ("id",))
    (found,) = compare(folder / "ours.duckdb", folder / "warehouse", [table])
    return found


def test_equal_rows_in_another_order_and_with_other_last_digits_are_equal(tmp_path: Path) -> None:
    theirs = f"select * replace (amount * (1 + 1e-12) as amount) from ({ROWS}) order by id desc"
    found = _compared(tmp_path, theirs)
    assert (found.rows, found.columns, found.differing, found.differences) == (3, 4, 0, ())


@pytest.mark.parametrize(
    ("theirs", "differing", "said"),
    [
        (f"select * replace (coalesce(name, '') as name) from ({ROWS})", 1, "name differs"),
        (f"select * replace (amount * (1 + 1e-8) as amount) from ({ROWS})", 2, "amount differs"),
        (f"select * replace (coalesce(amount, 0) as amount) from ({ROWS})", 1, "amount differs"),
        (f"select * replace (day + 1 as day) from ({ROWS})", 2, "day differs"),
        (f"select * from ({ROWS}) where id <> 2", 1, "1 rows of ours are not in theirs"),
        (f"{ROWS} union all select 4, 'd', 0.5, null", 1, "1 rows of theirs are not in ours"),
        (f"{ROWS} union all select 1, 'a', 0.1, null", 1, "1 keys of theirs come more than once"),
        (f"select * exclude (day) from ({ROWS})", 3, "columns or their types differ"),
        (f"select * replace (id::varchar as id) from ({ROWS})", 3, "columns or their types differ"),
    ],
)
def test_a_difference_is_counted_and_told(
    theirs: str, differing: int, said: str, tmp_path: Path
) -> None:
    found = _compared(tmp_path, theirs)
    assert found.differing == differing
    assert any(said in difference for difference in found.differences), found.differences


def test_a_table_that_spark_did_not_write_differs_in_every_row(tmp_path: Path) -> None:
    found = _compared(tmp_path, f"select * from ({ROWS}) where false")
    assert found.differing == 3
