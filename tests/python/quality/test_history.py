"""The history of the statistics, as dbt keeps it."""

from datetime import date
from pathlib import Path

import duckdb

from stammkunde.paths import Home

from .quality_bench import MODELS, Bench, dbt


def test_a_run_replaces_its_own_day_and_no_other(bench: Bench, tmp_path: Path) -> None:
    bench.enable(("shop", "events"), ("shop", "orders"))
    bench.build(*[name for name in MODELS[4:] if name != "quality_statistics"])
    home = Home(tmp_path / "home")
    home.warehouse.parent.mkdir(parents=True)
    bench.path.rename(home.warehouse)
    checks = MODELS[MODELS.index("quality_row_reconciliation") : -1]

    def run(*options: str) -> list[tuple[date, int]]:
        dbt(home.root, "run", "--quiet", "--select", "quality_statistics", *options)
        with duckdb.connect(str(home.warehouse)) as connection:
            return connection.execute(
                "select as_of_date, count(*) from quality.quality_statistics "
                "where check_id = 'R4' group by all order by all"
            ).fetchall()

    def change(statement: str) -> None:
        with duckdb.connect(str(home.warehouse)) as connection:
            connection.execute(statement)

    assert run() == [(date(2025, 12, 31), 2)]
    for check in checks:
        change(f"update quality.{check} set as_of_date = date '2026-01-01'")
    assert run() == [(date(2025, 12, 31), 2), (date(2026, 1, 1), 2)]
    # the same day again, with one subject less; a full refresh keeps the days before as well
    change("delete from quality.quality_row_reconciliation where feed = 'orders'")
    assert run("--full-refresh") == [(date(2025, 12, 31), 2), (date(2026, 1, 1), 1)]
