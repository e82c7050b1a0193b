"""Builds a home on both engines and holds what people and gates read of it against each other."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stammkunde.homes import prepare
from stammkunde.ingest import load, read_contract
from stammkunde.paths import Home
from stammkunde.settings import from_environment, sources_file
from stammkunde.spark import export_raw, raw_folder, spark_warehouse

from .comparison import Comparison, Table, compare
from .conftest import report
from .engines import Engine, dbt, manifest

# What the gates read; public marts come from the manifest.
STATISTICS = "quality_statistics"


@dataclass(frozen=True)
class Parity:
    """A home built on both engines.

    Attributes:
        comparisons: one a table.
        seconds: of dbt, by engine.
    """

    comparisons: tuple[Comparison, ...]
    seconds: Mapping[Engine, float]


def build_and_compare(
    home: Home,
    variables: Mapping[str, Any],
    *,
    with_tests: bool,
    spark_environment: Mapping[str, str] | None = None,
) -> Parity:
    """Build a loaded home on both engines and compare.

    Args:
        home: its raw tables are loaded; they are exported for Spark.
        variables: dbt's vars.
        with_tests: also run the data tests on both engines; a failing one fails the build.
        spark_environment: leads Spark's build to a cluster; default: a session of its own.

    Raises:
        AssertionError: a build failed; the message is dbt's output.
    """
    export_raw(home)
    skipped = ["unit_test"] if with_tests else ["unit_test", "test"]
    excluded = [part for kind in skipped for part in ("--exclude-resource-type", kind)]
    seconds: dict[Engine, float] = {}
    engines: tuple[Engine, ...] = ("duckdb", "spark")
    for engine in engines:
        own = dict(variables)
        if engine == "spark":
            own["raw_parquet"] = str(raw_folder(home))
        started = time.monotonic()
        build = dbt(
            engine,
            home,
            ["build", *excluded, "--vars", json.dumps(own, sort_keys=True)],
            environment=spark_environment if engine == "spark" else None,
        )
        assert build.succeeded, build.output
        seconds[engine] = time.monotonic() - started
    tables = compared_tables(manifest("spark", home))
    return Parity(
        tuple(compare(home.warehouse, spark_warehouse(home), tables)),
        seconds,
    )


def compared_tables(content: Mapping[str, Any]) -> list[Table]:
    """The public marts and the statistics of the gates, each with the key of its grain test.

    Raises:
        LookupError: a public mart without a grain test.
    """
    keys = _keys(content)
    tables = []
    for node in content["nodes"].values():
        is_mart = node["resource_type"] == "model" and node["access"] == "public"
        is_seed = node["resource_type"] == "seed" and node["config"]["meta"].get("published")
        if is_mart or is_seed or node["name"] == STATISTICS:
            if node["unique_id"] not in keys:
                raise LookupError(f"{node['name']} has no test of its grain")
            tables.append(Table(node["schema"], node["name"], keys[node["unique_id"]]))
    return sorted(tables, key=lambda table: table.name)


def _keys(content: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Columns of the grain by node: of a test on several columns, or of a unique one."""
    keys: dict[str, tuple[str, ...]] = {}
    for node in content["nodes"].values():
        if node["resource_type"] != "test" or not node.get("test_metadata"):
            continue
        arguments = node["test_metadata"]["kwargs"]
        if node["test_metadata"]["name"] == "unique":
            keys.setdefault(node["attached_node"], (arguments["column_name"],))
        elif node["test_metadata"]["name"] == "unique_combination_of_columns":
            keys[node["attached_node"]] = _columns(arguments)
    return keys


def _columns(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    columns: Sequence[str] = arguments.get("columns") or arguments["arguments"]["columns"]
    return tuple(columns)


def prepared_home(folder: Path) -> Home:
    """A home in a folder, ready to be loaded."""
    home = Home(folder)
    prepare(home)
    return home


def load_source(home: Home, source: str, landing: Path) -> dict[str, Any]:
    """Load a source; dbt's vars for it alone."""
    load(source, landing, home.warehouse, read_contract(sources_file(source)))
    return from_environment({"STAMMKUNDE_SOURCE": source}).dbt_vars()


def assert_parity(what: str, parity: Parity) -> None:
    """Note what was compared, and fail where a row differs or nothing was compared."""
    seconds = ", ".join(f"{engine} {taken:.0f} s" for engine, taken in parity.seconds.items())
    report(what, parity.comparisons, seconds)
    differences = [
        f"{comparison.table.name}: {difference}"
        for comparison in parity.comparisons
        for difference in comparison.differences
    ]
    assert differences == []
    names = {comparison.table.name for comparison in parity.comparisons}
    assert {"customer_lifecycle", "fct_order_lines", "quality_statistics"} <= names
    assert all(comparison.rows > 0 for comparison in parity.comparisons)
