"""Tables and views of DuckDB are replaced whole, or not at all."""

from collections.abc import Callable

import pytest

from tests.python.dbt_project import DbtProject


@pytest.fixture
def project(make_project: Callable[..., DbtProject]) -> DbtProject:
    made = make_project("materializations", {"numbers.sql": _model("table", "select 1 as number")})
    made.copy("macros/materializations")
    return made


def _model(materialized: str, sql: str) -> str:
    return f"{{{{ config(materialized='{materialized}') }}}} {sql}"


def _write(project: DbtProject, materialized: str, sql: str) -> None:
    project.write("models/numbers.sql", _model(materialized, sql))
    project.forget_manifest()


def _kind(project: DbtProject) -> str:
    kind: str = project.execute(
        "select table_type from information_schema.tables where table_name = 'numbers'"
    )[0][0]
    return kind


def test_a_table_gets_new_rows_and_columns(project: DbtProject) -> None:
    assert project.dbt("run").success
    _write(project, "table", "select 2 as number, 'b' as letter")
    assert project.dbt("run").success
    assert project.execute("select * from numbers") == [(2, "b")]


@pytest.mark.parametrize("materialized", ["table", "view"])
def test_what_fails_leaves_the_old_one(project: DbtProject, materialized: str) -> None:
    _write(project, materialized, "select 1 as number")
    assert project.dbt("run").success
    _write(project, materialized, "select no_such_column as number")
    assert not project.dbt("run").success
    assert project.execute("select * from numbers") == [(1,)]


def test_a_query_that_breaks_off_leaves_the_old_table(project: DbtProject) -> None:
    assert project.dbt("run").success
    broken = "case when i = 99999 then error('broken') else i end as number"
    _write(project, "table", f"select {broken} from range(100000) as r(i)")
    assert not project.dbt("run").success
    assert project.execute("select * from numbers") == [(1,)]


def test_a_table_becomes_a_view_and_a_table_again(project: DbtProject) -> None:
    for materialized, kind in (("table", "BASE TABLE"), ("view", "VIEW"), ("table", "BASE TABLE")):
        _write(project, materialized, "select 3 as number")
        assert project.dbt("run").success
        assert _kind(project) == kind
        assert project.execute("select * from numbers") == [(3,)]
