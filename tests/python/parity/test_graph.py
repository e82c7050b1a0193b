"""The daily run of Dagster on Spark: the same graph, gates and page, over tables that are there.

The runs build on each other in one home with one metastore: a good day, a later day, a day with a
fault.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from simulator import Settings, simulate
from stammkunde.dbt_build import WITHOUT_TESTS, Outcome
from stammkunde.engines import Spark
from stammkunde.parity import Parity, build_on_duckdb, compare_builds, duckdb_file
from stammkunde.paths import Home
from stammkunde.publish import open_marts
from stammkunde.quality import Verdict, evaluate, latest_verdicts
from stammkunde.spark import build, export_raw, session_environment, spark_warehouse
from tests.python.conftest import Run, run_graph

from .engines import dbt
from .marts import assert_parity, load_source, prepared_home

CUSTOMERS = 300
DAYS = 400

# A month apart, so that the later day also stores a calibration of its own.
FIRST_DAY = "2025-11-20"
LAST_DAY = "2025-12-31"


@dataclass(frozen=True)
class Days:
    """The runs of one home, in their order.

    Attributes:
        home: the home.
        variables: dbt's vars of the last day.
        good: the first day.
        verdicts: of its gates.
        duckdb_verdicts: of the gates on DuckDB on the same rows.
        later: parity of the last day, and of the history behind it.
        red: the last day without its last events.
        marts_before: files of the marts before that run.
        marts_after: the same files after it.
        page: the page after it.
    """

    home: Home
    variables: Mapping[str, Any]
    good: Run
    verdicts: Sequence[Verdict]
    duckdb_verdicts: Sequence[Verdict]
    later: Parity
    red: Run
    marts_before: Mapping[str, int]
    marts_after: Mapping[str, int]
    page: str


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    folder = tmp_path_factory.mktemp("graph")
    home = prepared_home(folder / "home")
    simulate(Settings(customers=CUSTOMERS, days=DAYS, seed=13, out=folder))
    variables = load_source(home, "shop", folder / "landing" / "shop")
    first = {**variables, "as_of_date": FIRST_DAY}
    last = {**variables, "as_of_date": LAST_DAY}

    good = _run(home, FIRST_DAY, export_raw(home))
    build_on_duckdb(home, first, WITHOUT_TESTS)
    duckdb_verdicts = evaluate(duckdb_file(home))
    verdicts = latest_verdicts(Spark().record(home))

    _break_off_while_the_crosswalk_is_written(home, last)
    later = _later(home, last)

    marts_before = _files_of_marts(home)
    raw = folder / "without_the_last_events"
    shutil.copytree(export_raw(home), raw)
    events = raw / "shop__events" / "rows.parquet"
    kept = events.with_name("kept.parquet")
    early = f"from '{events}' where occurred_at < '2025-12-28'"
    duckdb.sql(f"copy ({early}) to '{kept}' (format parquet)")
    kept.replace(events)
    red = _run(home, LAST_DAY, raw)
    page = (home.site / "index.html").read_text(encoding="utf-8")
    return Days(
        home,
        last,
        good,
        verdicts,
        duckdb_verdicts,
        later,
        red,
        marts_before,
        _files_of_marts(home),
        page,
    )


def _run(home: Home, day: str, raw: Path) -> Run:
    return run_graph(
        home, "shop", None, day, STAMMKUNDE_TARGET="spark", STAMMKUNDE_RAW_PARQUET=str(raw)
    )


def _break_off_while_the_crosswalk_is_written(home: Home, variables: Mapping[str, Any]) -> None:
    """Leave what a run leaves that ends between dropping the old crosswalk and writing the new."""
    drop = {"queries": ["drop table identity.identity_crosswalk"]}
    left = dbt(
        "spark",
        home,
        ["run", "--select", "int_identity__crosswalk_before", "--vars", json.dumps(variables)],
        ["run-operation", "print_queries", "--args", json.dumps(drop)],
        environment=session_environment(home, "hive"),
    )
    assert left.succeeded, left.output


def _later(home: Home, variables: Mapping[str, Any]) -> Parity:
    on_spark: Outcome = build(home, variables, WITHOUT_TESTS, STAMMKUNDE_SPARK_CATALOG="hive")
    on_duckdb = build_on_duckdb(home, variables, WITHOUT_TESTS, anew=False)
    return Parity(on_duckdb, on_spark, compare_builds(home, spark_warehouse(home)))


def _files_of_marts(home: Home) -> dict[str, int]:
    """When each file of the marts was written."""
    folder = spark_warehouse(home) / "marts.db"
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}


def test_a_good_day_ends_green_and_publishes_no_file(days: Days) -> None:
    assert days.good.exit_code == 0, days.good.output
    assert f"customers on {FIRST_DAY}" in days.good.output
    assert "Published marts" not in days.good.output
    assert not any(days.home.serving.iterdir())


def test_the_gates_say_the_same_as_on_duckdb(days: Days) -> None:
    # Spark knows nothing of the loader, whose ledger is one more statistic on DuckDB.
    on_duckdb = {
        _key(each): each for each in days.duckdb_verdicts if each.subject != "files to raw"
    }
    on_spark = {_key(each): each for each in days.verdicts}
    assert on_spark.keys() == on_duckdb.keys()
    assert {each.status for each in days.verdicts} >= {"passed", "not evaluated"}
    for key, verdict in on_spark.items():
        assert verdict.status == on_duckdb[key].status
        expected = on_duckdb[key].statistic
        assert verdict.statistic == (expected and pytest.approx(expected, rel=1e-9))
        assert verdict.sample_size == on_duckdb[key].sample_size


def _key(verdict: Verdict) -> tuple[str, str, str, str]:
    return verdict.check_id, verdict.source_system, verdict.feed, verdict.subject


def test_a_later_day_keeps_the_history_as_on_duckdb(days: Days) -> None:
    assert_parity("two days on one metastore", days.later, empty={"quality_rejection_counts"})
    with duckdb.connect(str(duckdb_file(days.home)), read_only=True) as connection:
        days_kept = connection.execute(
            "select count(distinct as_of_date) from quality.quality_statistics"
        ).fetchall()
        calibrations = connection.execute(
            "select count(*) from marts.score_cutpoints where calibration_date > ?", [FIRST_DAY]
        ).fetchall()
    assert days_kept == [(2,)]
    assert calibrations[0][0] > 0


def test_ids_outlive_a_run_that_lost_the_crosswalk(days: Days) -> None:
    changes = "select change_type, count(*) from {} group by all order by all"
    files = spark_warehouse(days.home) / "identity.db" / "identity_changes" / "*.parquet"
    with duckdb.connect(str(duckdb_file(days.home)), read_only=True) as connection:
        on_duckdb = connection.execute(changes.format("identity.identity_changes")).fetchall()
        on_spark = connection.execute(changes.format(f"'{files}'")).fetchall()
    assert on_spark == on_duckdb
    # Had the ids been minted anew, nobody would have been merged.
    assert dict(on_duckdb)["merge"] > 0


def test_missing_events_stop_the_run_before_the_marts(days: Days) -> None:
    assert days.red.exit_code == 1, days.red.output
    assert re.search(r"✗ F1 freshness, events", days.red.output), days.red.output
    assert days.marts_after == days.marts_before
    assert len(days.marts_after) > 0


def test_the_page_keeps_the_last_good_day_and_says_what_stopped_the_run(days: Days) -> None:
    assert "F1" in days.page
    with open_marts(Spark().serving(days.home)) as marts:
        shown = marts.execute("select cast(as_of_date as varchar) from marts._publication")
        assert shown.fetchall() == [(FIRST_DAY,)]


def test_the_unit_tests_pass_on_spark(days: Days) -> None:
    # After a build: those that feed a model its own earlier rows ask the table for its columns.
    # Spark plans those of staging for minutes. What staging makes of nasty values is compared in
    # test_marts: the rows that count, in the marts, and the others in their counts by reason.
    variables = json.dumps(dict(days.variables))
    chosen = ["--select", "test_type:unit", "--exclude", "path:models/staging"]
    tests = dbt(
        "spark",
        days.home,
        ["test", *chosen, "--vars", variables],
        environment=session_environment(days.home, "hive"),
    )
    assert tests.succeeded, tests.output
    passed = re.search(r"PASS=(\d+)", tests.output)
    assert passed is not None
    assert int(passed[1]) >= 50
