"""Making a home ready for a run, and holding it while the run goes on."""

import fcntl
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from stammkunde.paths import PROJECT, Home
from stammkunde.publish import PublishError
from stammkunde.publish.serving import adopt

# How long a run waits for the dbt of a killed one; on Linux it is gone at once.
DBT_SECONDS = 600.0

# The database URLs of Dagster and the paths of dbt-duckdb take the first two for their own. Dagster
# looks its settings up by a pattern, which the others are signs of: it would go on without them,
# which would switch its telemetry on.
UNUSABLE = "#?*["


class HomeError(RuntimeError):
    """No run can begin in this home; the message says why."""


class HomeInUseError(HomeError):
    """Another run works in the same home; its warehouse has one writer."""


class NoCheckoutError(HomeError):
    """The package was installed without its project: models, seeds and settings are not there."""


def require_checkout() -> None:
    """Make sure that the dbt project lies beside the package.

    Raises:
        NoCheckoutError: it does not.
    """
    if not (PROJECT / "dbt_project.yml").is_file():
        raise NoCheckoutError(
            f"Stammkunde runs from its checkout, and there is no dbt project in {PROJECT}: "
            "clone the repository and install it with pip install --editable."
        )


def require_usable(home: Home) -> None:
    """Make sure that the path of a home is read alike by all tools of a run.

    Raises:
        HomeError: it holds a character that one of them takes for a sign of its own; SQLite would
            be given a file outside of the home, or Dagster go on without its settings.
    """
    path = str(home.root)
    found = sorted({sign for sign in path if sign in UNUSABLE or not sign.isprintable()})
    if found:
        signs = ", ".join(repr(sign) for sign in found)
        raise HomeError(
            f"The home {path!r} cannot be used: its path holds {signs}, which addresses of "
            "databases and patterns of files have for signs of their own. Choose a folder without "
            "it (HOME_DIR=…)."
        )


def prepare(home: Home) -> None:
    """Make the folders of ``home``, and bring what an older release left there up to date.

    Raises:
        NoCheckoutError: the dbt project does not lie beside the package.
        HomeError: the folders cannot be made, or their path is none for all tools.
    """
    require_checkout()
    require_usable(home)
    folders = (
        home.landing,
        home.warehouse.parent,
        home.serving,
        home.site,
        home.dagster,
        home.logs,
    )
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / "dagster.yaml", home.dagster / "dagster.yaml")
        adopt(home.serving)
    except PublishError as error:
        raise HomeError(str(error)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise HomeError(f"The home {home.root} cannot be used: {reason}.") from None


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Keep other runs out of ``home``; the hold ends with the process, however it ends.

    Where a run was killed and its dbt still writes, this waits for it.

    Raises:
        HomeInUseError: another process holds the home, or the dbt of a killed run does not end.
        HomeError: there is no such home.
    """
    if not home.root.is_dir():
        raise HomeError(f"There is no home {home.root}.")
    with (home.root / ".run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another run is going on in {home.root}; wait for it, or end it."
            raise HomeInUseError(message) from None
        _wait_for_dbt(home)
        yield


def _wait_for_dbt(home: Home) -> None:
    with home.dbt_lock.open("a+") as lock:
        deadline = time.monotonic() + DBT_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < deadline:
                    time.sleep(0.2)
                    continue
                raise HomeInUseError(
                    f"The dbt of a run that was killed still works in {home.root} after "
                    f"{DBT_SECONDS:g} s of waiting; wait for it, or end it."
                ) from None
            return
