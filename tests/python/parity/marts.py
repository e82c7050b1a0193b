"""Homes for the parity tests, and what must hold of a home that both engines built."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from stammkunde.homes import prepare
from stammkunde.ingest import load, read_contract
from stammkunde.parity import Parity
from stammkunde.paths import Home
from stammkunde.settings import from_environment, sources_file

from .conftest import report


def prepared_home(folder: Path) -> Home:
    """A home in a folder, ready to be loaded."""
    home = Home(folder)
    prepare(home)
    return home


def load_source(home: Home, source: str, landing: Path) -> dict[str, Any]:
    """Load a source; dbt's vars for it alone."""
    load(source, landing, home.warehouse, read_contract(sources_file(source)))
    return from_environment({"STAMMKUNDE_SOURCE": source}).dbt_vars()


def assert_parity(what: str, parity: Parity, *, empty: Collection[str] = ()) -> None:
    """Note what was compared, and fail where a row differs or nothing was compared.

    Args:
        what: which data.
        parity: what came of them.
        empty: tables of which these data have no row.
    """
    report(what, parity)
    assert parity.problems == []
    names = {comparison.table.name for comparison in parity.comparisons}
    assert {"customer_lifecycle", "fct_order_lines", "fct_events", "golden_records"} <= names
    without_rows = {each.table.name for each in parity.comparisons if not each.rows}
    assert without_rows == set(empty)
