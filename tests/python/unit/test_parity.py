"""That the comparison of two engines sees what differs, and nothing else."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from stammkunde.parity import Comparison, Table, compare, compared_tables

ROWS = """
    select * from (values
        (1, 'a', 0.1::double, date '2025-01-01'),
        (2, null, null, null),
        (3, 'c', 1e12::double, date '2025-01-03')
    ) as rows (id, name, amount, day)
"""


THINGS = Table("marts", "things", ("id",))


def _compared(folder: Path, theirs: str, ours: str = ROWS, table: Table = THINGS) -> Comparison:
    with duckdb.connect(str(folder / "ours.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.things as {ours}")
    files = folder / "warehouse" / "marts.db" / "things"
    files.mkdir(parents=True)
    duckdb.sql(f"copy ({theirs}) to '{files}/part.parquet' (format parquet)")
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


def test_what_each_run_has_of_its_own_is_left_out(tmp_path: Path) -> None:
    table = replace(THINGS, left_out=frozenset({"name"}))
    found = _compared(tmp_path, f"select * replace ('x' as name) from ({ROWS})", table=table)
    assert (found.columns, found.differing) == (3, 0)


def test_what_is_personal_is_counted_and_not_shown(tmp_path: Path) -> None:
    theirs = f"select * replace ('Ada' as name) from ({ROWS})"
    table = replace(THINGS, personal=frozenset({"name"}))
    found = _compared(tmp_path, theirs, table=table)
    assert found.differences == ("name differs in 3 rows (key): [(1,), (2,), (3,)]",)


def test_two_tables_without_rows_are_equal(tmp_path: Path) -> None:
    nothing = f"select * from ({ROWS}) where false"
    assert _compared(tmp_path, nothing, ours=nothing).differences == ()


def test_public_marts_and_what_is_marked_are_compared_by_their_grain() -> None:
    def node(name: str, **config: object) -> dict[str, object]:
        config = {"meta": {}, **config}
        columns = {
            "id": {"config": {"meta": {}}},
            "run": {"config": {"meta": {"differs_by_run": True}}},
            "mail": {"config": {"meta": {"pii": True}}},
        }
        return {
            "unique_id": f"model.{name}",
            "resource_type": "model",
            "schema": "marts",
            "name": name,
            "access": config.pop("access", "protected"),
            "config": config,
            "columns": columns,
        }

    def grain(name: str, column: str) -> dict[str, object]:
        metadata = {"name": "unique", "kwargs": {"column_name": column}}
        return {
            "name": f"unique_{name}",
            "resource_type": "test",
            "attached_node": f"model.{name}",
            "test_metadata": metadata,
            "config": {"meta": {}},
        }

    nodes = [
        node("public", access="public"),
        grain("public", "id || '|' || run"),
        grain("public", "id"),
        node("marked", meta={"compared": True}),
        grain("marked", "id"),
        node("neither"),
    ]
    content = {"nodes": {str(number): each for number, each in enumerate(nodes)}}
    marks = {"left_out": frozenset({"run"}), "personal": frozenset({"mail"})}
    assert compared_tables(content) == [
        Table("marts", "marked", ("id",), **marks),
        Table("marts", "public", ("id",), **marks),
    ]
    with pytest.raises(LookupError, match="bare has no test of its grain"):
        compared_tables({"nodes": {"1": node("bare", access="public")}})
