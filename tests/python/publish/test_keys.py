"""Keys of the published tables: what the project's tests hold, in the file and in its comments."""

from pathlib import Path
from typing import Any

from stammkunde.publish import open_marts, publish
from stammkunde.publish.keys import Key, read_keys

from .publish_warehouse import build_warehouse, default_nodes, say_passed, write_manifest


def data_test(name: str, on: str, to: str = "", **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
    model = f"model.stammkunde.{on}"
    return {
        "unique_id": f"test.stammkunde.{name}_{on}_{to}_{'_'.join(map(str, kwargs.values()))}",
        "resource_type": "test",
        "name": name,
        "attached_node": model,
        "config": {"severity": kwargs.pop("severity", "ERROR")},
        "depends_on": {"nodes": [f"model.stammkunde.{to}"] * bool(to) + [model]},
        "test_metadata": {"name": name, "kwargs": kwargs},
    }


TESTS = [
    data_test("unique", "dim_customers", column_name="customer_id"),
    data_test("unique", "dim_customers", column_name="stamp"),
    data_test("unique_combination_of_columns", "fct_orders", columns=["customer_id", "order_id"]),
    data_test(
        "relationships",
        "fct_orders",
        "dim_customers",
        column_name="customer_id",
        field="customer_id",
    ),
    data_test("relationships", "fct_orders", "int_secret", column_name="order_id", field="email"),
    data_test("unique", "segment_sizes", column_name="stamp", severity="warn"),
    data_test("not_null", "segment_sizes", column_name="stamp"),
]
KEYS = (
    Key("dim_customers", "primary key", ("customer_id",)),
    Key("fct_orders", "primary key", ("customer_id", "order_id")),
    Key("fct_orders", "foreign key", ("customer_id",), "dim_customers", ("customer_id",)),
)


def test_tests_that_stop_a_run_are_keys_and_no_others() -> None:
    nodes = {item["unique_id"]: item for item in [*default_nodes(), *TESTS]}
    names = ("dim_customers", "fct_orders", "segment_sizes")
    assert read_keys(nodes, {f"model.stammkunde.{name}": name for name in names}) == KEYS


def test_the_file_holds_its_keys_as_a_table_and_in_comments(tmp_path: Path) -> None:
    nodes = [*default_nodes(), *(test for test in TESTS if test["name"] == "relationships")]
    manifest = write_manifest(tmp_path / "manifest.json", [*default_nodes(), *TESTS[:3]])
    warehouse = build_warehouse(tmp_path / "stammkunde.duckdb", 1)
    passed = [str(test["unique_id"]) for test in TESTS]
    say_passed(warehouse, passed)
    publish(warehouse, tmp_path / "serving", manifest)
    with open_marts(tmp_path / "serving") as marts:
        rows = marts.execute(
            "select table_name, key_type, column_name, position from marts._publication_keys "
            "order by all"
        ).fetchall()
        comments = dict(marts.execute("select table_name, comment from duckdb_tables()").fetchall())
    assert rows == [
        ("dim_customers", "primary key", "customer_id", 1),
        ("fct_orders", "primary key", "customer_id", 1),
        ("fct_orders", "primary key", "order_id", 2),
    ]
    assert comments["fct_orders"].endswith("Primary key: customer_id, order_id.")

    # A new relationship is something new to tell.
    write_manifest(manifest, [*nodes, *TESTS[:3]])
    assert publish(warehouse, tmp_path / "serving", manifest).is_new
    with open_marts(tmp_path / "serving") as marts:
        led = marts.execute(
            "select column_name, referenced_table, referenced_column from marts._publication_keys "
            "where key_type = 'foreign key'"
        ).fetchall()
    assert led == [("customer_id", "dim_customers", "customer_id")]
