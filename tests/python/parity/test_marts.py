"""The same raw rows through the whole project on both engines: every public mart, row by row.

A simulated shop goes through in test_graph, over two days.
"""

from pathlib import Path

import pytest

from stammkunde.dbt_build import WITHOUT_TESTS
from stammkunde.parity import build_and_compare
from stammkunde.settings import from_environment
from tests.python.conftest import real_data

from .conftest import INTERPRETED
from .marts import assert_parity, load_source, prepared_home
from .nasty import load_nasty_rows


def test_nasty_values(tmp_path: Path) -> None:
    home = prepared_home(tmp_path)
    load_nasty_rows(home)
    variables = from_environment({"STAMMKUNDE_SOURCE": "shop"}).dbt_vars()
    # Of a few hundred broken rows no data test need hold; that the engines agree is the claim.
    assert_parity("nasty values", build_and_compare(home, variables, WITHOUT_TESTS))


def test_online_retail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in INTERPRETED:
        monkeypatch.delenv(setting)  # half a million lines are worth compiling for
    landing = real_data("online_retail")
    home = prepared_home(tmp_path)
    variables = {**load_source(home, "online_retail", landing), "as_of_date": "2011-12-09"}
    parity = build_and_compare(home, variables, WITHOUT_TESTS)
    assert_parity("Online Retail", parity, empty={"fct_events", "quality_rejection_counts"})
