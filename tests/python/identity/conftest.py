"""The models of identity in throw-away projects, over stand-ins for the feeds."""

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from stammkunde.paths import PROJECT
from tests.python.dbt_project import DbtProject

from .normalisers import WORD_LISTS


@contextmanager
def identifier_types(project: DbtProject, kind: str = "", **changes: str) -> Iterator[None]:
    """Change columns of seed `identifier_types`, of one type or of all, for a while."""
    path = project.root / "seeds/reference/identifier_types.csv"
    kept = path.read_text(encoding="utf-8")
    rows = list(csv.DictReader(kept.splitlines()))
    for row in rows:
        if kind in ("", row["identifier_type"]):
            row.update(changes)
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    try:
        path.write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8")
        assert project.dbt("seed", "--select", "identifier_types", "--full-refresh").success
        yield
    finally:
        path.write_text(kept, encoding="utf-8")
        assert project.dbt("seed", "--select", "identifier_types", "--full-refresh").success


@pytest.fixture(scope="session")
def identity_project(make_project: Callable[..., DbtProject]) -> DbtProject:
    """The real identity models, macros and seeds over stand-ins for the conformed feeds.

    Without the models of the quality of identity, which every scenario would build in vain.
    """
    return make_identity_project(make_project, "identity", has_quality=False)


@pytest.fixture(scope="session")
def measured_project(make_project: Callable[..., DbtProject]) -> DbtProject:
    """The same with the models of the quality of identity."""
    return make_identity_project(make_project, "measured", has_quality=True)


def make_identity_project(
    make_project: Callable[..., DbtProject],
    name: str,
    *,
    has_quality: bool = False,
    **variables: object,
) -> DbtProject:
    """A project of its own over stand-ins for the feeds, with its seeds loaded and its vars."""
    from .feeds import Feeds, identity_models

    names = (
        "identity_limits",
        "key_scopes",
        "street_words",
        "identifier_types",
        "blocked_identifiers",
        "household_identifiers",
        "placeholder_dates",
        "name_variants",
        "email_providers",
        "phone_countries",
        "survivorship_rules",
        "source_priorities",
    )
    project = make_project(
        name,
        identity_models(),
        {
            "vars": {**WORD_LISTS, **variables},
            "test-paths": ["tests/dbt"],
            "on-run-start": ["{{ log_identity_changes() }}"],
            "models": {
                "stammkunde": {"identity": {"+schema": "identity", "+materialized": "table"}}
            },
            "seeds": {"stammkunde": {"reference": {"+schema": "reference"}}},
        },
    )
    for path in (
        "models/identity",
        "models/marts/core/fct_events.sql",
        *(
            f"models/marts/core/intermediate/int_core__{name}.sql"
            for name in ("event_devices", "written_devices")
        ),
        "macros/config",
        "macros/core",
        "macros/cross_db",
        "macros/identity",
        "macros/materializations",
        "macros/quality/label_table.sql",
        *(f"seeds/reference/{name}.csv" for name in (*names, "address_channels")),
        "seeds/reference/_identity__seeds.yml",
    ):
        project.copy(path)
    project.write(
        "seeds/reference/key_scopes.csv",
        "source_system,key_name,key_source_system\ntracker,user_key,shop\ntracker,order_key,shop\n",
    )
    if has_quality:
        project.write(
            "models/conformed/as_of.sql", "select cast('2025-12-31' as date) as as_of_date"
        )
        for test in (PROJECT / "tests/dbt/singular").glob("customer*.sql"):
            project.copy(str(test.relative_to(PROJECT)))
    else:
        shutil.rmtree(project.root / "models/identity/quality")
    project.copy("tests/dbt/generic")
    for test in (PROJECT / "tests/dbt/singular").glob("identity_*.sql"):
        project.copy(str(test.relative_to(PROJECT)))
    Feeds().load(project)
    result = project.dbt("seed")
    assert result.success, result.exception
    return project
