"""The dbt of a run ends with it, and the next run waits until it has."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stammkunde import homes
from stammkunde.dbt_child import write_stand_in
from stammkunde.homes import HomeInUseError, hold, prepare
from stammkunde.paths import PROJECT, Home

PARENT = """
import subprocess, sys
with subprocess.Popen([sys.argv[1], "-c", sys.argv[2]]) as child:
    child.wait()
"""
CHILD = "import time; print('working', flush=True); time.sleep(60)"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "it's a home")
    prepare(home)
    return home


def _holds(home: Home) -> bool:
    with home.dbt_lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_killed_run_takes_its_dbt_with_it(home: Home) -> None:
    stand_in = write_stand_in(home.dagster / "dbt", home.dbt_lock, [sys.executable], "1.2.3")
    assert subprocess.check_output([stand_in, "--version"], text=True) == "1.2.3\n"
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, stand_in, CHILD],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "working\n"
        assert _holds(home)
        run.kill()
    deadline = time.monotonic() + 30
    while _holds(home):
        assert time.monotonic() < deadline, "dbt outlived its run"
        time.sleep(0.05)
    with hold(home):
        pass


def test_a_dbt_that_still_works_is_waited_for(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with home.dbt_lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        monkeypatch.setattr(homes, "DBT_SECONDS", 0.3)
        with pytest.raises(HomeInUseError, match="dbt of a run that was killed"), hold(home):
            pass
    with hold(home):
        pass
