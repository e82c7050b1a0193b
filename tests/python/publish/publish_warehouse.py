"""A small warehouse and its manifest, for the tests of publishing."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from stammkunde.quality import Verdict, record

PASSED = Verdict(
    check_id="F1",
    source_system="shop",
    feed="orders",
    subject="",
    status="passed",
    severity="error",
    as_of_date=None,
    statistic=0.0,
    threshold=1.0,
    effect=None,
    effect_threshold=None,
    sample_size=1,
    message="F1 freshness, orders of shop within limits.",
    guards="orders",
)

Columns = Mapping[str, Mapping[str, Any]]


def node(name: str, columns: Columns, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A public model of the manifest; columns are given as name → further keys."""
    return {
        "unique_id": f"model.stammkunde.{name}",
        "resource_type": "model",
        "name": name,
        "alias": name,
        "database": "stammkunde",
        "schema": "marts",
        "access": "public",
        "config": {"materialized": "table", "access": "public", "meta": {}},
        "description": f"One row per thing of {name}; it's a test.",
        "columns": {
            column: {"name": column, "description": f"The {column}.", **extra}
            for column, extra in columns.items()
        },
        **more,
    }


def write_manifest(path: Path, nodes: Sequence[Mapping[str, Any]], run: str = "run-1") -> Path:
    """Write a manifest of these nodes."""
    content = {
        "metadata": {"invocation_id": run},
        "nodes": {item["unique_id"]: item for item in nodes},
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def default_nodes() -> list[dict[str, Any]]:
    """Two public tables, a public view, a published seed, a private model, and ``as_of``."""
    return [
        node("dim_customers", {"customer_id": {}, "stamp": {}}),
        node("fct_orders", {"order_id": {}, "customer_id": {}, "amount": {}, "stamp": {}}),
        node("segment_sizes", {"stamp": {}, "customers": {}}),
        node(
            "segments",
            {"segment_id": {}},
            unique_id="seed.stammkunde.segments",
            resource_type="seed",
            schema="reference",
            access=None,
            config={"materialized": "seed", "meta": {"published": True}},
        ),
        node("int_secret", {"email": {}}, access="protected", config={"materialized": "table"}),
        node("as_of", {"as_of_date": {}}, schema="conformed", access="protected", config={}),
    ]


def build_warehouse(path: Path, stamp: int, rows: int = 200, as_of: str = "2025-12-31") -> Path:
    """Build the tables of :func:`default_nodes`, as a run does that no gate stops.

    Each public one carries ``stamp``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute(
            f"""
            create schema if not exists marts;
            create schema if not exists reference;
            create schema if not exists conformed;
            create or replace table marts.dim_customers as
                select md5(number::varchar) as customer_id, {stamp} as stamp
                from range({rows}) as numbers(number);
            create or replace table marts.fct_orders as
                select
                    'shop|' || number as order_id, md5((number % 50)::varchar) as customer_id,
                    (number * 1.25)::decimal(18, 2) as amount, {stamp} as stamp
                from range({rows}) as numbers(number);
            create or replace view marts.segment_sizes as
                select stamp, count(*) as customers from stammkunde.marts.dim_customers
                group by stamp;
            create or replace table reference.segments as select 'S01' as segment_id;
            create or replace table marts.int_secret as select 'a@example.org' as email;
            create or replace table conformed.as_of as select date '{as_of}' as as_of_date;
            create schema if not exists quality;
            create or replace table quality.dbt_results as
                select
                    'model.stammkunde.' || unnest(['dim_customers', 'fct_orders', 'segment_sizes'])
                        as unique_id,
                    'success' as state, timestamp '2026-01-01 05:30:00' as recorded_at;
            """
        )
    record(path, [PASSED], "run", datetime(2026, 1, 1, 5, 31, tzinfo=UTC))
    return path


def say_passed(warehouse: Path, tests: Sequence[str]) -> None:
    """Write that these tests passed, as dbt's record does."""
    with duckdb.connect(warehouse) as connection:
        for test in tests:
            connection.execute(
                "insert into quality.dbt_results values (?, 'pass', '2026-01-01 05:30:00')", [test]
            )
