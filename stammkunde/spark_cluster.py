"""A whole Spark cluster on this machine: a master, two workers and the Thrift Server.

For proof rather than speed: dbt reaches it through ``method: thrift``, as it reaches a cluster of
many machines. Everything listens on the loopback address and writes below the home. Each process
is started here and ended here, by its own id, also after a failure or Ctrl-C.

``python -m stammkunde.spark_cluster --home DIR -- COMMAND …`` runs a command beside a cluster.
"""

import argparse
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from stammkunde.homes import prepare
from stammkunde.paths import Home, home
from stammkunde.spark import (
    SparkError,
    metastore,
    spark_environment,
    spark_folder,
    spark_warehouse,
)

HOST = "127.0.0.1"
WORKERS = 2
WORKER_MEMORY = "1500m"
# An executor needs a third more than its heap; the rest of a worker stays free for that.
EXECUTOR_MEMORY = "1g"
DRIVER_MEMORY = "1500m"

MASTER_PORT = 7077
THRIFT_PORT = 10000

_START_SECONDS = 120.0
_END_SECONDS = 15.0
_LOG_LINES_SHOWN = 5

# Settings of the server as a whole; those of a session come with dbt's connection.
_SERVER_SETTINGS = {
    "spark.executor.memory": EXECUTOR_MEMORY,
    "spark.sql.ansi.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    # Spark compiles every query: with less room for code a long build slows down.
    "spark.driver.extraJavaOptions": (
        "-XX:ReservedCodeCacheSize=512m -Dderby.system.durability=test -Duser.timezone=UTC"
    ),
}


@dataclass(frozen=True)
class Ports:
    """Where a cluster listens.

    Attributes:
        master: of the standalone master.
        thrift: of the Thrift Server, which dbt connects to.
    """

    master: int = MASTER_PORT
    thrift: int = THRIFT_PORT


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    Attributes:
        ports: where it listens.
        processes: id of each process that was started, by name: master, worker-1, …, thrift.
        logs: folder with one log file a process.
    """

    ports: Ports
    processes: Mapping[str, int]
    logs: Path

    def environment(self) -> dict[str, str]:
        """The variables with which ``profiles.yml`` leads dbt to this cluster."""
        return {
            "STAMMKUNDE_TARGET": "spark",
            "STAMMKUNDE_SPARK_METHOD": "thrift",
            "STAMMKUNDE_SPARK_HOST": HOST,
            "STAMMKUNDE_SPARK_PORT": str(self.ports.thrift),
            # A core each; more partitions than cores only cost time here.
            "STAMMKUNDE_SPARK_PARTITIONS": str(WORKERS),
        }


@contextmanager
def cluster(place: Home, ports: Ports | None = None) -> Iterator[Cluster]:
    """Start a cluster for a home, and end it whatever happens inside.

    Only for the main thread of a process, which alone hears signals.

    Args:
        place: its warehouse, metastore, work folders and logs lie below ``spark`` and ``logs``.
        ports: where to listen; default: Spark's own ports.

    Raises:
        SparkError: no Java, a port is taken, or a process does not come up; the message names
            the log.
    """
    ports = ports or Ports()
    for port, variable in (
        (ports.master, "STAMMKUNDE_SPARK_MASTER_PORT"),
        (ports.thrift, "STAMMKUNDE_SPARK_PORT"),
    ):
        _refuse_taken(port, variable)
    folder = spark_folder(place) / "cluster"
    logs = place.logs / "spark"
    for each in (folder, logs):
        each.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        **spark_environment(place),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_LOCAL_DIRS": str(folder / "tmp"),
        "SPARK_DAEMON_MEMORY": "512m",
        # No second door: jobs come through the Thrift Server alone.
        "SPARK_MASTER_OPTS": "-Dspark.master.rest.enabled=false",
    }
    with ExitStack() as stack:
        stack.enter_context(_ended_by_exception())
        processes: dict[str, subprocess.Popen[bytes]] = {}

        # Master and workers say more than errors: who came, who was lost.
        daemons = {key: text for key, text in environment.items() if key != "SPARK_CONF_DIR"}

        def start(name: str, command: Sequence[str], variables: Mapping[str, str]) -> None:
            log = stack.enter_context((logs / f"{name}.log").open("wb"))
            processes[name] = subprocess.Popen(
                command,
                env=variables,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C goes to this process alone, which then ends the others in order.
                start_new_session=True,
            )
            stack.callback(_end, processes[name])

        def wait(what: str, is_ready: Callable[[], bool]) -> None:
            _wait(what, is_ready, processes, logs)

        web_port = _free_port()
        start("master", _master(ports, web_port), daemons)
        wait("the master", lambda: _listens(ports.master))
        for number in range(1, WORKERS + 1):
            start(f"worker-{number}", _worker(ports, folder / f"worker-{number}"), daemons)
        wait("the workers", lambda: _alive_workers(web_port) == WORKERS)
        start("thrift", _thrift_server(place, ports), environment)
        wait("the Thrift Server", lambda: _listens(ports.thrift))
        yield Cluster(ports, {name: each.pid for name, each in processes.items()}, logs)


def _spark_command(name: str) -> str:
    """A command of the Spark that pyspark carries.

    Raises:
        SparkError: it is not installed.
    """
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise SparkError("pyspark is not in this environment: use that of make spark.")
    return str(Path(found.origin).parent / "bin" / name)


def _master(ports: Ports, web_port: int) -> list[str]:
    return [
        _spark_command("spark-class"),
        "org.apache.spark.deploy.master.Master",
        *("--host", HOST, "--port", str(ports.master), "--webui-port", str(web_port)),
    ]


def _worker(ports: Ports, folder: Path) -> list[str]:
    return [
        _spark_command("spark-class"),
        "org.apache.spark.deploy.worker.Worker",
        *("--host", HOST, "--webui-port", "0", "--work-dir", str(folder)),
        *("--cores", "1", "--memory", WORKER_MEMORY),
        f"spark://{HOST}:{ports.master}",
    ]


def _thrift_server(place: Home, ports: Ports) -> list[str]:
    settings = {
        **_SERVER_SETTINGS,
        "spark.sql.warehouse.dir": str(spark_warehouse(place)),
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={metastore(place)};create=true"
        ),
    }
    return [
        _spark_command("spark-submit"),
        *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"),
        *("--name", "stammkunde", "--master", f"spark://{HOST}:{ports.master}"),
        *("--driver-memory", DRIVER_MEMORY),
        *(part for key, value in settings.items() for part in ("--conf", f"{key}={value}")),
        "spark-internal",
        *("--hiveconf", f"hive.server2.thrift.bind.host={HOST}"),
        *("--hiveconf", f"hive.server2.thrift.port={ports.thrift}"),
    ]


def _refuse_taken(port: int, variable: str) -> None:
    if _listens(port):
        raise SparkError(
            f"Port {port} of {HOST} is taken: end what listens there, "
            f"or name another port in {variable}."
        )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _alive_workers(web_port: int) -> int:
    """How many workers the master counts; 0 while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{web_port}/json/", timeout=2) as answer:
            return int(json.load(answer)["aliveworkers"])
    except (OSError, ValueError, KeyError):
        return 0


def _wait(
    what: str,
    is_ready: Callable[[], bool],
    processes: Mapping[str, subprocess.Popen[bytes]],
    logs: Path,
) -> None:
    """Wait until something is up.

    Raises:
        SparkError: it takes too long, or a process has ended by itself.
    """
    deadline = time.monotonic() + _START_SECONDS
    while not is_ready():
        for name, process in processes.items():
            if process.poll() is not None:
                log = logs / f"{name}.log"
                raise SparkError(
                    f"Spark's {name} ended with code {process.returncode}; {log} ends with:\n"
                    f"{_last_lines(log)}"
                )
        if time.monotonic() > deadline:
            raise SparkError(f"{what} did not come up in {_START_SECONDS:.0f} s; see {logs}.")
        time.sleep(0.25)


def _last_lines(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES_SHOWN:])


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started: its executors are in its group."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    # A worker that died leaves its executors behind.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def _ended_by_exception() -> Iterator[None]:
    """Turn a request to end into an exception, so that the cluster is ended on the way out."""

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run(place: Home, command: Sequence[str], ports: Ports | None = None) -> int:
    """Run a command beside a cluster of its own; its exit code.

    Raises:
        SparkError: the cluster does not come up.
    """
    with cluster(place, ports) as running:
        environment = {**os.environ, **place.environment(), **running.environment()}
        environment["STAMMKUNDE_SPARK_PROCESSES"] = json.dumps(running.processes)
        return subprocess.run(command, env=environment, check=False).returncode


def ports_from_environment() -> Ports:
    """The ports that the environment names, or Spark's own."""
    return Ports(
        int(os.environ.get("STAMMKUNDE_SPARK_MASTER_PORT", MASTER_PORT)),
        int(os.environ.get("STAMMKUNDE_SPARK_PORT", THRIFT_PORT)),
    )


def main() -> int:
    """The command line.

    Returns:
        Exit code of the command; 2 where the cluster could not start, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(prog="stammkunde.spark_cluster", description=__doc__)
    parser.add_argument("--home", type=Path, help="default: $STAMMKUNDE_HOME or data")
    parser.add_argument(
        "--fresh",
        action="store_true",
        help="remove the tables of earlier runs, and their metastore",
    )
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    arguments = parser.parse_args()
    place = Home(arguments.home.resolve()) if arguments.home else home()
    prepare(place)
    if arguments.fresh:
        for folder in (spark_warehouse(place), metastore(place)):
            shutil.rmtree(folder, ignore_errors=True)
    try:
        return run(place, arguments.command, ports_from_environment())
    except SparkError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
