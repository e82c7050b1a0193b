"""What a run asks of a large table's new rows, and a full check of all of them."""

from collections.abc import Callable

import pytest
import yaml

from tests.python.dbt_project import DbtProject

OLD, NEW = "timestamp '2025-01-01'", "timestamp '2025-01-02'"


@pytest.fixture(scope="module")
def project(make_project: Callable[..., DbtProject]) -> DbtProject:
    project = make_project(
        "new_rows",
        {"keys.sql": "select * from raw.keys"},
        {"test-paths": ["tests/dbt"], "vars": {"full_checks": False}},
    )
    project.copy("tests/dbt/generic/unique_combination_of_columns.sql")
    test = {
        "name": "counted_keys_are_unique",
        "arguments": {"columns": ["key", "part"], "new_rows": "loaded"},
        "config": {"where": "counts"},
    }
    keys = {"name": "keys", "data_tests": [{"unique_combination_of_columns": test}]}
    project.write("models/_models.yml", yaml.safe_dump({"models": [keys]}))
    return project


@pytest.mark.parametrize(
    ("rows", "in_a_run", "in_full"),
    [
        ([(1, 1, True, OLD), (1, 2, True, OLD), (1, 3, True, NEW)], True, True),
        ([(1, 1, True, OLD), (1, 1, False, NEW)], True, True),
        ([(1, 1, True, OLD), (1, 1, True, NEW)], False, False),
        ([(2, 1, True, OLD), (1, 1, True, NEW), (1, 1, True, NEW)], False, False),
        # asked when they came; what has happened to them since, the full check finds
        ([(1, 1, True, OLD), (1, 1, True, OLD), (2, 1, True, NEW)], True, False),
    ],
)
def test_a_new_key_is_compared_with_all_and_an_old_one_in_full_checks_alone(
    project: DbtProject,
    rows: list[tuple[int, int, bool, str]],
    in_a_run: bool,
    in_full: bool,
) -> None:
    values = ", ".join(f"({key}, {part}, {counts}, {at})" for key, part, counts, at in rows)
    project.execute("create schema if not exists raw")
    project.execute(
        "create or replace table raw.keys as"
        f" from (values {values}) as rows_of (key, part, counts, _loaded_at)"
    )
    assert project.dbt("build").success == in_a_run
    assert project.dbt("test", "--vars", "full_checks: true").success == in_full
