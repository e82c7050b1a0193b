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
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from simulator import Settings, simulate
from stammkunde.dbt_build import WITHOUT_TESTS
from stammkunde.homes import prepare
from stammkunde.parity import Parity, build_and_compare, build_on_duckdb, compare_builds
from stammkunde.paths import PROJECT, Home
from stammkunde.spark import SparkError, build, spark_folder, spark_warehouse
from stammkunde.spark_cluster import Ports, cluster, ports_from_environment

from .marts import assert_parity, load_source, prepared_home

HOME = os.environ.get("STAMMKUNDE_CLUSTER_HOME", "")
CUSTOMERS = 300
DAYS = 400

# Of about a hundred seeds and models: the graph of identities is being solved.
NODES_BEFORE_DEATH = 70

needs_home = pytest.mark.skipif(not HOME, reason="set STAMMKUNDE_CLUSTER_HOME to a folder for it")


def _loaded_home(folder: Path) -> Home:
    """A home with a small shop in its landing folder; Spark's tables of an earlier run are gone."""
    home = prepared_home(folder)
    shutil.rmtree(spark_folder(home), ignore_errors=True)
    shutil.rmtree(home.warehouse.parent)
    shutil.rmtree(home.logs)
    prepare(home)
    if not (home.landing / "shop").exists():
        simulate(Settings(customers=CUSTOMERS, days=DAYS, seed=12, out=folder))
    return home


@needs_home
def test_the_marts_of_a_cluster_are_those_of_duckdb() -> None:
    home = _loaded_home(Path(HOME).resolve())
    variables = load_source(home, "shop", home.landing / "shop")
    with cluster(home, ports_from_environment()) as running:
        parity = build_and_compare(home, variables, **running.environment())
    assert_parity("a shop on a cluster", parity)
    assert _alive(running.processes) == []


@needs_home
def test_a_worker_that_dies_spoils_no_table() -> None:
    """The build ends right, or says what it lacks; the next on the same metastore is right."""
    home = _loaded_home(Path(HOME).resolve())
    variables = load_source(home, "shop", home.landing / "shop")
    ports = ports_from_environment()
    with cluster(home, ports) as running:
        killer = threading.Thread(
            target=_kill_in_the_middle,
            args=(home.logs / "spark.log", running.processes["worker-1"]),
        )
        killer.start()
        first = build(home, variables, WITHOUT_TESTS, **running.environment())
        killer.join()
        assert _alive(running.processes) == ["master", "worker-2", "thrift"]
    on_duckdb = build_on_duckdb(home, variables, WITHOUT_TESTS)
    if first.succeeded:
        compared = compare_builds(home, spark_warehouse(home))
        assert_parity("a cluster that lost a worker", Parity(on_duckdb, first, compared))
    else:
        assert all(": " in problem for problem in first.problems)
    with cluster(home, ports) as running:
        second = build(home, variables, WITHOUT_TESTS, **running.environment())
    compared = compare_builds(home, spark_warehouse(home))
    assert_parity("the next build of that cluster", Parity(on_duckdb, second, compared))


def _kill_in_the_middle(log: Path, worker: int) -> None:
    """Kill a worker and its executor, as when a machine is lost, once part of the build stands."""
    deadline = time.monotonic() + 600
    while f" {NODES_BEFORE_DEATH} of " not in (log.read_text() if log.exists() else ""):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(worker, signal.SIGKILL)


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
    return [name for name, pid in processes.items() if psutil.pid_exists(pid) and _runs(pid)]


def _runs(pid: int) -> bool:
    # A process that ended stays in the table until its parent has asked for its code.
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
