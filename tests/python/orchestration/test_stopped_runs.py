"""A run that stops says why and how far it came, wherever it stops, and never in a traceback."""

import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from orchestration import headless
from simulator import Settings, simulate
from stammkunde import homes, settings
from stammkunde.engines import DuckDB
from stammkunde.homes import prepare
from stammkunde.ingest import load, read_contract
from stammkunde.paths import PROJECT, Home
from stammkunde.settings import from_environment, sources_file
from stammkunde.summary import summarise
from tests.python.conftest import Run, run_graph


def test_a_first_run_with_nothing_landed_says_what_is_missing(tmp_path: Path) -> None:
    run = run_graph(Home(tmp_path), "shop")
    assert run.exit_code == 1
    assert "Traceback" not in run.output
    assert "there is no landing folder" in run.output
    assert "Nothing has been loaded yet." in run.output
    assert "The run stopped." in run.output


@dataclass(frozen=True)
class Stops:
    """Two runs of a small shop that no gate stops.

    Attributes:
        unrated: an order has a currency without exchange rates; other deliveries have faults.
        unrated_page: the page after it.
        early: the day of the run lies before the data.
        early_page: the page after it.
    """

    unrated: Run
    unrated_page: str
    early: Run
    early_page: str


@pytest.fixture(scope="module")
def stops(tmp_path_factory: pytest.TempPathFactory) -> Stops:
    folder = tmp_path_factory.mktemp("stops")
    simulate(Settings(customers=60, days=90, seed=3, out=folder / "home"))
    home = Home(folder / "home")
    landing = home.landing / "shop"
    head = "order_key,email,ordered_at,sales_channel,status,currency,updated_at,mood"
    unrated = "g-1,ada@example.org,2025-12-31T10:00:00Z,web,placed,XAU,2025-12-31T10:00:00Z,good"
    ahead = "g-2,ada@example.org,2098-12-31T10:00:00Z,web,placed,EUR,2098-12-31T10:00:00Z,good"
    (landing / "orders" / "gold.csv").write_text(f'{head}\n{unrated}\n{ahead}\ng-3,"\n')
    (landing / "order").mkdir()
    pages = []
    runs = []
    for as_of in ("", "2019-01-01"):
        runs.append(run_graph(home, "shop", as_of=as_of))
        pages.append(" ".join((home.site / "index.html").read_text(encoding="utf-8").split()))
    return Stops(runs[0], pages[0], runs[1], pages[1])


def test_a_failed_test_stops_the_run_and_says_what_is_missing(stops: Stops) -> None:
    assert stops.unrated.exit_code == 1, stops.unrated.output
    for told in (stops.unrated.output, stops.unrated_page):
        words = " ".join(told.split())
        assert "Test orders_have_an_exchange_rate failed for 1 row." in words
        assert "currency XAU, order_date 2025-12-31." in words
        assert "ada@example.org" not in words
    assert "The last run stopped before its end" in stops.unrated_page
    assert "Nothing has been published yet." in stops.unrated.output


def test_faults_of_a_delivery_are_named_at_the_end(stops: Stops) -> None:
    said = " ".join(stops.unrated.output.split())
    assert "! order/: is the folder of no feed" in said
    assert "! orders/gold.csv, line 4: has a quote that is never closed" in said
    assert "! orders/gold.csv: has columns that the contract does not name" in said


def test_an_order_of_the_future_is_rejected_and_does_not_move_the_day(stops: Stops) -> None:
    rejected = stops.unrated.warehouse(
        "select rejection_reasons from staging.stg_shop__orders__rejected where order_key = 'g-2'"
    )
    assert rejected == [("future:ordered_at; future:updated_at",)]


def test_a_day_before_the_data_stops_the_run_before_the_gates(stops: Stops) -> None:
    assert stops.early.exit_code == 1, stops.early.output
    for told in (stops.early.output, stops.early_page):
        words = " ".join(told.split())
        assert "every accepted order and event is later than the day of the run, 2019" in words
    assert "The last run did not come as far as the gates" in stops.early_page


@dataclass(frozen=True)
class Stage:
    """How far a run came.

    Attributes:
        statements: SQL that makes the warehouse; None: there is none.
        said: what the summary says of it.
    """

    statements: tuple[str, ...] | None
    said: str


@pytest.mark.parametrize(
    "stage",
    [
        Stage(None, "Nothing has been loaded yet."),
        Stage((), "Nothing has been loaded yet."),
        Stage(("create schema raw", "create table raw.shop__orders (a int)"), "Nothing has been"),
    ],
)
def test_the_summary_of_a_run_that_loaded_nothing(tmp_path: Path, stage: Stage) -> None:
    home = Home(tmp_path)
    if stage.statements is not None:
        home.warehouse.parent.mkdir(parents=True)
        with duckdb.connect(str(home.warehouse)) as connection:
            for statement in stage.statements:
                connection.execute(statement)
    text = _summary(home)
    assert stage.said in text
    assert "Nothing has been published yet." in text
    assert "✗ the reason" in text


def test_the_summary_of_a_run_that_loaded_but_did_not_stage(tmp_path: Path) -> None:
    home = Home(tmp_path)
    orders = home.landing / "shop" / "orders"
    orders.mkdir(parents=True)
    (orders / "orders.csv").write_text("no,such,columns\n1,2,3\n", encoding="utf-8")
    load("shop", home.landing / "shop", home.warehouse, read_contract(sources_file("shop")))
    text = _summary(home)
    assert "Staging was not reached." in text
    assert "New in this run: 0 files, 0 rows" in text
    assert "! a warning" in text
    assert "✗ the reason" in text


def test_files_that_are_no_database_do_not_hide_the_reason(tmp_path: Path) -> None:
    home = Home(tmp_path)
    prepare(home)
    home.warehouse.write_bytes(b"torn" * 4096)
    (home.serving / "stammkunde.duckdb").write_bytes(b"somebody's own")
    text = _summary(home)
    assert "The warehouse cannot be read" in text
    assert "The published marts cannot be read" in text
    assert "✗ the reason" in text


def test_of_many_warnings_the_first_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    text = _summary(Home(tmp_path), [f"warning {number}" for number in range(25)])
    assert "! warning 19" in text
    assert "warning 20" not in text
    assert "! and 5 more, in" in text


def _summary(home: Home, warnings: Sequence[str] = ("a warning",)) -> str:
    console = Console(file=io.StringIO(), width=300)
    chosen = from_environment({"STAMMKUNDE_SOURCE": "shop"})
    summary = summarise(home, chosen, DuckDB(), datetime(2026, 1, 1), warnings, ["the reason"])
    console.print(summary)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _project_without_models(folder: Path, sources_yml: str) -> Path:
    """A copy of the project whose only source is what is given."""
    for name in ("dbt_project.yml", "profiles.yml", "dagster.yaml"):
        shutil.copyfile(PROJECT / name, folder / name)
    staging = folder / "models" / "staging" / "shop"
    staging.mkdir(parents=True)
    (staging / "_shop__sources.yml").write_text(sources_yml, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("sources_yml", "said"),
    [
        ("sources: [", "is no YAML"),
        ("version: 2", "holds no source"),
        ("sources: [{name: shop, tables: [{nome: orders}]}]", "dbt cannot parse the project"),
    ],
)
def test_a_project_that_cannot_be_read_is_said_before_anything_is_run(
    sources_yml: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = _project_without_models(tmp_path, sources_yml)
    for module in ("settings", "homes", "digests", "parsed", "paths"):
        monkeypatch.setattr(f"stammkunde.{module}.PROJECT", project)
    home = Home(tmp_path / "home")
    for name, value in {**home.environment(), "STAMMKUNDE_SOURCE": "shop"}.items():
        monkeypatch.setenv(name, value)

    assert headless.main() == 2

    assert said in " ".join(capsys.readouterr().out.split())


def test_without_its_checkout_stammkunde_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(homes, "PROJECT", tmp_path)
    monkeypatch.setattr(settings, "PROJECT", tmp_path)
    monkeypatch.setenv("STAMMKUNDE_HOME", str(tmp_path / "home"))
    assert headless.main() == 2
    assert "runs from its checkout" in capsys.readouterr().out
    assert not (tmp_path / "home").exists()
