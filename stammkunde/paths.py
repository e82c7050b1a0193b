"""Where things are: the only module that knows.

Everything that a run makes lies below one *home* folder (environment variable ``STAMMKUNDE_HOME``,
default ``<project>/data``), so that two homes never share a warehouse, a page or a schedule.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Home:
    """The folders and files of one home.

    Attributes:
        root: absolute path of the home folder.
    """

    root: Path

    @property
    def landing(self) -> Path:
        """Folder of the landing files: ``landing/<source>/<feed>/<file>``."""
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that the loader and dbt build in; nobody else reads it during a run."""
        return self.root / "warehouse" / "stammkunde.duckdb"

    @property
    def privacy(self) -> Path:
        """Folder of the key and the tombstones of erased people; secret, and worth a backup."""
        return self.root / "privacy"

    @property
    def serving(self) -> Path:
        """Folder of the published files; ``serving/stammkunde.duckdb`` links to the newest."""
        return self.root / "serving"

    @property
    def site(self) -> Path:
        """Folder of the static pages."""
        return self.root / "site"

    @property
    def dagster(self) -> Path:
        """Dagster's own home: run history, event log, schedules."""
        return self.root / "dagster"

    @property
    def dbt_lock(self) -> Path:
        """Held by the dbt of a run as long as it lives."""
        return self.root / ".dbt.lock"

    @property
    def logs(self) -> Path:
        """Folder of dbt's logs."""
        return self.root / "logs"

    @property
    def run_log(self) -> Path:
        """What dbt said during the runs, line by line."""
        return self.logs / "runs.log"

    @property
    def last_run(self) -> Path:
        """What the last good run found and left, as digests."""
        return self.root / "last_run.json"

    @property
    def target(self) -> Path:
        """Folder of what dbt compiles."""
        return self.root / "target"

    def environment(self) -> dict[str, str]:
        """The variables that dbt and Dagster read; ``profiles.yml`` has no path of its own."""
        return {
            "STAMMKUNDE_HOME": str(self.root),
            "STAMMKUNDE_WAREHOUSE": str(self.warehouse),
            "DAGSTER_HOME": str(self.dagster),
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.logs),
        }


def home() -> Home:
    """The home of this process: ``$STAMMKUNDE_HOME``, or ``data`` in the project folder."""
    return Home(Path(os.environ.get("STAMMKUNDE_HOME", PROJECT / "data")).resolve())
