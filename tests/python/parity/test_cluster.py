"""The build on a cluster of processes, through the Thrift Server, of a home that is asked for.

It takes minutes and fixed ports, so it runs where ``STAMMKUNDE_CLUSTER_HOME`` names a home.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from simulator import Settings, simulate
from stammkunde.paths import PROJECT, Home
from stammkunde.spark import SparkError, spark_folder
from stammkunde.spark_cluster import Ports, cluster, ports_from_environment

from .marts import assert_parity, build_and_compare, load_source, prepared_home

HOME = os.environ.get("STAMMKUNDE_CLUSTER_HOME", "")
CUSTOMERS = 300
DAYS = 400

needs_home = pytest.mark.skipif(not HOME, reason="set STAMMKUNDE_CLUSTER_HOME to a folder for it")


def _loaded_home(folder: Path) -> Home:
    """A home with a small shop in its landing folder; Spark's tables of an earlier run are gone."""
    home = prepared_home(folder)
    shutil.rmtree(spark_folder(home), ignore_errors=True)
    shutil.rmtree(home.warehouse.parent)
    if not (home.landing / "shop").exists():
        simulate(Settings(customers=CUSTOMERS, days=DAYS, seed=12, out=folder))
    return home


@needs_home
def test_the_marts_of_a_cluster_are_those_of_duckdb() -> None:
    home = _loaded_home(Path(HOME).resolve())
    variables = load_source(home, "shop", home.landing / "shop")
    with cluster(home, ports_from_environment()) as running:
        parity = build_and_compare(
            home, variables, with_tests=True, spark_environment=running.environment()
        )
    assert_parity("a shop on a cluster", parity)
    assert _alive(running.processes) == []


@needs_home
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_broken_off_leaves_no_process(tmp_path: Path, end: int) -> None:
    told = tmp_path / "processes.json"
    script = (
        "import os, pathlib, time;"
        f"pathlib.Path({str(told)!r}).write_text(os.environ['STAMMKUNDE_SPARK_PROCESSES']);"
        "time.sleep(600)"
    )
    started = subprocess.Popen(
        [
            *(sys.executable, "-m", "stammkunde.spark_cluster", "--home", str(tmp_path / "home")),
            *("--", sys.executable, "-c", script),
        ],
        cwd=PROJECT,
    )
    deadline = time.monotonic() + 300
    while not (told.exists() and told.read_text()) and started.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    processes = json.loads(told.read_text())
    assert set(_alive(processes)) == {"master", "worker-1", "worker-2", "thrift"}
    started.send_signal(end)
    assert started.wait(120) == 128 + end
    assert _alive(processes) == []


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(SparkError, match=f"Port {port} .* STAMMKUNDE_SPARK_MASTER_PORT"),
            cluster(Home(tmp_path), Ports(master=port)),
        ):
            pass


def _alive(processes: Mapping[str, int]) -> list[str]:
    return [name for name, pid in processes.items() if Path(f"/proc/{pid}").exists()]
