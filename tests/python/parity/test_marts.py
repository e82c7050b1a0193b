"""The same raw rows through the whole project on both engines: every public mart, row by row."""

from pathlib import Path
from typing import Any

import pytest

from simulator import Settings, simulate
from stammkunde.homes import prepare
from stammkunde.ingest import load, read_contract
from stammkunde.paths import Home
from stammkunde.settings import from_environment, sources_file
from tests.python.conftest import real_data

from .conftest import report
from .marts import Parity, build_and_compare
from .nasty import load_nasty_rows

CUSTOMERS = 300
DAYS = 400


def _home(folder: Path) -> Home:
    home = Home(folder)
    prepare(home)
    return home


def _load(home: Home, source: str, landing: Path) -> dict[str, Any]:
    """Load a source; dbt's vars for it alone."""
    load(source, landing, home.warehouse, read_contract(sources_file(source)))
    return from_environment({"STAMMKUNDE_SOURCE": source}).dbt_vars()


def _assert_equal(what: str, parity: Parity) -> None:
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
    # Nothing compared is nothing proved.
    assert all(comparison.rows > 0 for comparison in parity.comparisons)


def test_a_simulated_shop(tmp_path: Path) -> None:
    home = _home(tmp_path / "home")
    simulate(Settings(customers=CUSTOMERS, days=DAYS, seed=11, out=tmp_path))
    variables = _load(home, "shop", tmp_path / "landing" / "shop")
    _assert_equal("a simulated shop", build_and_compare(home, variables, with_tests=True))


def test_nasty_values(tmp_path: Path) -> None:
    home = _home(tmp_path)
    load_nasty_rows(home)
    variables = from_environment({"STAMMKUNDE_SOURCE": "shop"}).dbt_vars()
    # Of a few hundred broken rows no data test need hold; that the engines agree is the claim.
    _assert_equal("nasty values", build_and_compare(home, variables, with_tests=False))


def test_online_retail(tmp_path: Path) -> None:
    landing = real_data("online_retail")
    home = _home(tmp_path)
    variables = {**_load(home, "online_retail", landing), "as_of_date": "2011-12-09"}
    _assert_equal("Online Retail", build_and_compare(home, variables, with_tests=False))
