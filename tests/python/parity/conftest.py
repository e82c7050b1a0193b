"""Where these tests run, and what they say at the end."""

import importlib.util
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from stammkunde.parity import Parity

HAS_SPARK = importlib.util.find_spec("pyspark") is not None

_REPORT = "parity of "

# Compiling each query takes Spark longer than it saves on the few rows of these tests.
INTERPRETED = {
    "STAMMKUNDE_SPARK_WHOLE_STAGE": "false",
    "STAMMKUNDE_SPARK_CODEGEN": "NO_CODEGEN",
}
os.environ.update(INTERPRETED)

# Where tests run side by side, the main module has neither a file nor a spec. pyspark takes such a
# process for a doctest and ends it.
sys.modules["__main__"].__spec__ = sys.modules["__main__"].__spec__ or ModuleSpec("__main__", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of this folder where Spark is not installed: they need the lock for Spark."""
    if HAS_SPARK:
        return
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(
                pytest.mark.skip(
                    reason="pyspark is not here: it comes with requirements-spark.lock"
                )
            )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was compared, in whichever process."""
    for test in terminalreporter.getreports("passed"):
        for line in test.capstdout.splitlines():
            if line.startswith(_REPORT):
                terminalreporter.write_line(line)


def report(what: str, parity: Parity) -> None:
    """Keep a line for the end of the test run."""
    print(f"{_REPORT}{what}: {parity}")
