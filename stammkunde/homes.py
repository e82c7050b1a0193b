"""Making a home ready for a run, and holding it while the run goes on."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from stammkunde.paths import PROJECT, Home


class HomeInUseError(RuntimeError):
    """Another run works in the same home; its warehouse has one writer."""


class NoCheckoutError(RuntimeError):
    """The package was installed without its project: models, seeds and settings are not there."""


def prepare(home: Home) -> None:
    """Make the folders of ``home`` and bring Dagster's settings up to date.

    Raises:
        NoCheckoutError: the dbt project does not lie beside the package.
    """
    if not (PROJECT / "dbt_project.yml").is_file():
        raise NoCheckoutError(
            f"Stammkunde runs from its checkout, and there is no dbt project in {PROJECT}: "
            "clone the repository and install it with pip install --editable."
        )
    folders = (
        home.landing,
        home.warehouse.parent,
        home.serving,
        home.site,
        home.dagster,
        home.logs,
    )
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", home.dagster / "dagster.yaml")


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Keep other runs out of ``home``; the hold ends with the process, however it ends.

    Raises:
        HomeInUseError: another process holds the home.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with (home.root / ".run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another run is going on in {home.root}; wait for it, or end it."
            raise HomeInUseError(message) from None
        yield
