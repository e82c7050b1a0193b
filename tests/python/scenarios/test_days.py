"""Many daily runs are one rebuild: a small shop day by day, with all that hurts.

Each day's files land, on most days with a mishap, and the models are built on what was there
before. At the end everything is written anew (``--full-refresh``) from the same raw tables: every
public mart, the outcome of every raw row and the crosswalk must be what they were, row by row.
``make test-days`` lives through 60 days.
"""

import csv
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

from simulator import Settings as Simulation
from simulator import simulate
from stammkunde.homes import prepare
from stammkunde.ingest import forget, load, read_contract
from stammkunde.paths import PROJECT, Home
from stammkunde.privacy import carry_out
from stammkunde.settings import from_environment, sources_file

DAYS = int(os.environ.get("STAMMKUNDE_DAYS", "4"))
FIRST_DAYS = 60  # they land at once, before the first run
CONTRACT = read_contract(sources_file("shop"))
LAYERS = (
    "path:seeds path:models/staging path:models/conformed",
    "path:models/identity",
    "path:models/marts",
)
# Which run wrote a row, or what it was made by, may differ; what it says may not.
OF_THE_RUN = ("written_by", "_contract")


@dataclass
class Shop:
    """A shop whose files land day by day, and the project that builds it.

    Attributes:
        home: where it is built.
        project: a copy of the dbt project, so that a seed may change.
        simulated: files of all days, by day.
        held_back: files that come later, by day of their coming.
    """

    home: Home
    project: Path
    simulated: dict[date, list[Path]]
    held_back: dict[date, list[Path]] = field(default_factory=dict)
    has_column: bool = False
    manifest: Manifest | None = None

    @property
    def landing(self) -> Path:
        """Its landing folder."""
        return self.home.landing / "shop"

    def land(self, file: Path, name: str = "") -> Path:
        """A file arrives, under its own name or another one."""
        target = self.landing / file.parent.name / (name or file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        if file.parent.name == "contacts" and not self.has_column:
            _without(target, "company")
        return target

    def write(self, feed: str, name: str, rows: list[dict[str, Any]]) -> None:
        """A file of these rows arrives."""
        target = self.landing / feed / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def load(self) -> None:
        """Load what has landed and take out who asked for it, as a run does."""
        load("shop", self.landing, self.home.warehouse, CONTRACT, settle_seconds=0)
        carry_out(self.home, from_environment({"STAMMKUNDE_SOURCE": "shop"}))

    def command(self, layer: str = "") -> list[str]:
        """Arguments of dbt for building a layer, or everything."""
        chosen = ["--select", layer] if layer else []
        kinds = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
        folders = ["--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        return ["build", *kinds, *chosen, *folders, "--quiet"]

    def build(self, *options: str, layer: str = "") -> None:
        """Build a layer, or everything."""
        if self.manifest is None:
            folders = self.command()[-5:]
            parsed = dbtRunner().invoke(["parse", *folders])
            assert isinstance(parsed.result, Manifest), parsed.exception
            self.manifest = parsed.result
        result = dbtRunner(manifest=self.manifest).invoke([*self.command(layer), *options])
        # It leaves the warehouse open, for writing, and others want to read it.
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        assert result.success, result.exception

    def break_off(self, layer: str, after: int) -> None:
        """Begin to build a layer, and be killed once some of its tables are there."""
        command = [str(Path(sys.executable).with_name("dbt")), *self.command(layer)]
        command.remove("--quiet")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            built = 0
            for line in child.stdout:
                built += " OK " in line
                if built > after:
                    break
            assert built > after
            child.send_signal(signal.SIGKILL)

    def keys(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the warehouse."""
        with duckdb.connect(str(self.home.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


def _without(file: Path, column: str) -> None:
    """Take a column out of a file of comma-separated values."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    with file.open("w", encoding="utf-8", newline="") as text:
        columns = [name for name in rows[0] if name != column]
        writer = csv.DictWriter(text, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def some_files_come_late(shop: Shop, day: date) -> None:
    """Events and orders of the day arrive two days later, after those of the next."""
    late = [file for file in shop.simulated[day] if file.parent.name in ("events", "orders")]
    shop.simulated[day] = [file for file in shop.simulated[day] if file not in late]
    shop.held_back.setdefault(day + timedelta(2), []).extend(late)


def a_day_comes_again(shop: Shop, day: date) -> None:
    """Under other names, as an export that overlaps."""
    for file in shop.simulated[day - timedelta(3)]:
        shop.land(file, f"again_{day}_{file.name}")


def somebody_asks_to_be_erased(shop: Shop, day: date) -> None:
    ((contact,),) = shop.keys(
        "select min(contact_key) from raw.shop__contacts where contact_key not like '%#%'"
        " and is_test_account = 'false'"
    )
    request = {
        "request_key": f"E-{day}",
        "contact_key": contact,
        "requested_at": f"{day}T08:00:00Z",
    }
    shop.write("erasures", f"{day}.csv", [request])


def two_records_are_told_apart(shop: Shop, day: date) -> None:
    pairs = shop.keys(
        "select min(record_id), max(record_id) from identity.int_identity__customer_records"
        " where record_type = 'contact' group by customer_id having count(*) > 1 order by all"
    )
    if pairs:
        first, second = (record.partition("|")[2] for record in pairs[0])
        request = {
            "request_key": f"U-{day}",
            "record_type": "contact",
            "record_key": first,
            "other_record_type": "contact",
            "other_record_key": second,
            "requested_at": f"{day}T09:00:00Z",
            "reason": "two people",
        }
        shop.write("unmerges", f"{day}.csv", [request])


def a_file_is_replaced(shop: Shop, day: date) -> None:
    """The orders of an earlier day come once more, without the first of them."""
    name = f"orders_{day - timedelta(20)}.csv"
    landed = shop.landing / "orders" / name
    if landed.exists():
        lines = landed.read_text(encoding="utf-8").splitlines(keepends=True)
        forget("shop", f"orders/{name}", shop.home.warehouse, CONTRACT)
        landed.write_text("".join([lines[0], *lines[2:]]), encoding="utf-8")


def a_seed_changes(shop: Shop, _: date) -> None:
    """Orders of a status that was known are rejected, or known again."""
    seed = shop.project / "seeds" / "reference" / "order_statuses.csv"
    text = seed.read_text(encoding="utf-8")
    known, unknown = "order,shipped,", "order,sent off,"
    swapped = text.replace(known, unknown) if known in text else text.replace(unknown, known)
    assert swapped != text
    seed.write_text(swapped, encoding="utf-8")
    shop.manifest = None


def the_schema_gains_a_column(shop: Shop, _: date) -> None:
    shop.has_column = True


def runs_are_killed(shop: Shop, _: date) -> None:
    """In each layer, when some of its tables are there, after a run that came to it."""
    shop.load()
    for number, layer in enumerate(LAYERS):
        shop.break_off(layer, after=40 - 15 * number)
        shop.build(layer=layer)


def the_day_is_loaded_twice(shop: Shop, _: date) -> None:
    shop.load()
    shop.build()


MISHAPS: list[tuple[Callable[[Shop, date], None], ...]] = [
    (some_files_come_late, a_day_comes_again),
    (somebody_asks_to_be_erased, two_records_are_told_apart, the_day_is_loaded_twice),
    (a_seed_changes, the_schema_gains_a_column, runs_are_killed),
    (a_file_is_replaced,),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("days")
    days = FIRST_DAYS + DAYS
    settings = Simulation(customers=500, days=days, seed=11, out=folder, events_per_person=300)
    simulate(settings)
    first = settings.end - timedelta(days - 1)
    simulated: dict[date, list[Path]] = {first + timedelta(number): [] for number in range(days)}
    for file in sorted((folder / "landing" / "shop").glob("*/*")):
        simulated[date.fromisoformat(file.name.partition(".")[0][-10:])].append(file)
    project = folder / "project"
    for path in ("models", "macros", "seeds", "tests/dbt"):
        shutil.copytree(PROJECT / path, project / path)
    for path in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(PROJECT / path, project / path)
    home = Home(folder / "home")
    prepare(home)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**home.environment(), "STAMMKUNDE_SOURCE": "shop"}.items():
            patch.setenv(name, value)
        shop = Shop(home, project, simulated)
        for day in [*simulated][:FIRST_DAYS]:
            for file in simulated[day]:
                shop.land(file)
        shop.load()
        shop.build()
        for number, day in enumerate([*simulated][FIRST_DAYS:]):
            live_through(shop, day, MISHAPS[number % len(MISHAPS)])
        yield shop


def live_through(shop: Shop, day: date, mishaps: tuple[Callable[[Shop, date], None], ...]) -> None:
    """A day: what lands, what goes wrong, and the run."""
    before = [
        mishap for mishap in mishaps if mishap not in (runs_are_killed, the_day_is_loaded_twice)
    ]
    for mishap in before:
        mishap(shop, day)
    for file in [*shop.simulated[day], *shop.held_back.pop(day, [])]:
        shop.land(file)
    for mishap in mishaps:
        if mishap not in before:
            mishap(shop, day)
    shop.load()
    shop.build()


def _differences(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int, int]:
    """Rows of a table, and those that either warehouse alone has."""
    columns = [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where database_name = current_database()"
            " and schema_name || '.' || table_name = ? order by column_index",
            [table],
        ).fetchall()
        if name not in OF_THE_RUN
    ]
    rebuilt, daily = (
        f"select {', '.join(columns)} from {database}{table}" for database in ("", "daily.")
    )
    rows, gained, lost = (
        connection.execute(f"select count(*) from ({query})").fetchall()[0][0]
        for query in (
            rebuilt,
            f"({rebuilt}) except all ({daily})",
            f"({daily}) except all ({rebuilt})",
        )
    )
    return rows, gained, lost


def test_many_days_are_one_rebuild(shop: Shop) -> None:
    assert shop.manifest is not None
    compared = sorted(
        f"{node.schema}.{node.name}"
        for node in shop.manifest.nodes.values()
        if isinstance(node, ModelNode)
        and node.config.materialized != "view"
        and node.config.full_refresh is not False
        and (
            node.access == "public"
            or node.name.startswith("base_")
            or node.name in ("fct_events", "identity_crosswalk", "int_identity__customer_records")
        )
    )
    assert len(compared) > 20
    daily = shop.home.warehouse.with_name("daily.duckdb")
    shutil.copyfile(shop.home.warehouse, daily)
    shop.build("--full-refresh")
    with duckdb.connect(str(shop.home.warehouse)) as connection:
        connection.execute(f"attach '{daily}' as daily (read_only)")
        found = {table: _differences(connection, table) for table in compared}
    assert {table: counts for table, counts in found.items() if counts[1:] != (0, 0)} == {}
    assert found["marts.fct_orders"][0] > 0
    assert found["marts.fct_events"][0] > 0
