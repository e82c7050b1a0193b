"""What several test folders share: runs of the whole graph, and where real data would be."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from stammkunde.homes import prepare
from stammkunde.paths import PROJECT, Home
from stammkunde.publish import open_marts
from stammkunde.publish.serving import current_version
from tests.python.dbt_project import DbtProject

REAL_DATA = PROJECT.parent / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that run the whole graph come first, so that side by side none ends long after all."""
    items.sort(key=lambda item: not hasattr(getattr(item, "module", None), "run_graph"))


@dataclass(frozen=True)
class Run:
    """One run of the whole graph, as a person starts it.

    Attributes:
        home: the home it worked in.
        exit_code: 0 good, 1 red, 2 could not begin.
        output: what it printed.
    """

    home: Home
    exit_code: int
    output: str

    def marts(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the published marts."""
        with open_marts(self.home.serving) as connection:
            return connection.execute(query).fetchall()

    def warehouse(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the build file."""
        with duckdb.connect(str(self.home.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def published_version(self) -> str:
        """The version that readers get."""
        return current_version(self.home.serving) or ""


def run_graph(
    home: Home, source: str, landing: Path | None = None, as_of: str = "", **variables: str
) -> Run:
    """Run the daily job once in a process of its own, with further variables."""
    prepare(home)
    environment = {
        **os.environ,
        **home.environment(),
        "STAMMKUNDE_SOURCE": source,
        "STAMMKUNDE_LANDING": str(landing) if landing else "",
        "STAMMKUNDE_AS_OF": as_of,
        "COLUMNS": "200",
        "STAMMKUNDE_FORCE": "1",  # a second run is there to be looked at
        **variables,
    }
    finished = subprocess.run(
        [sys.executable, "-m", "orchestration"],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return Run(home, finished.returncode, finished.stdout + finished.stderr)


@pytest.fixture(scope="session")
def make_project(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., DbtProject]]:
    """A maker of throw-away projects; dbt's folders stay inside each of them."""
    kept = {
        name: os.environ.pop(name, None)
        for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH", "DBT_PROJECT_DIR", "DBT_PROFILES_DIR")
    }

    def make(
        name: str, models: Mapping[str, str], config: Mapping[str, Any] | None = None
    ) -> DbtProject:
        return DbtProject(tmp_path_factory.mktemp(name), models, config or {})

    yield make
    os.environ.update({name: value for name, value in kept.items() if value is not None})


def real_data(folder: str) -> Path:
    """A folder of the real data, or a skip that says what is missing."""
    path = REAL_DATA / folder
    if not path.is_dir():
        pytest.skip(f"real data are not here: {folder}")
    return path
