"""The solvers of graphs on both engines, step by step: one engine writes what changed, one anew."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from stammkunde.homes import prepare
from stammkunde.parity import Comparison, Table, compare
from stammkunde.paths import PROJECT, Home
from stammkunde.spark import passing_warehouse

from .engines import Build, Engine, dbt

Edge = tuple[int, int]

EDGES = """
{% for edge in var('edges') %}
select
    cast({{ edge[0] }} as bigint) as node_a,
    cast({{ edge[1] }} as bigint) as node_b,
    {{ 1 + edge[0] % 5 }} as level
union all
{% endfor %}
select cast(0 as bigint) as node_a, cast(0 as bigint) as node_b, 9 as level
"""

CHANGES = """
{% for edge in var('changes') %}
select
    cast({{ edge[0] }} as bigint) as node_a,
    cast({{ edge[1] }} as bigint) as node_b,
    {{ edge[2] }} as is_removed
union all
{% endfor %}
select cast(0 as bigint) as node_a, cast(0 as bigint) as node_b, false as is_removed
"""

MODELS = {
    "edges": EDGES,
    "changes": CHANGES,
    "compared": """
        {{ config(materialized='connected_components') }}
        select node_a, node_b from {{ ref('edges') }}
    """,
    "changing": """
        -- depends_on: {{ ref('edges') }} {{ ref('changes') }}
        {{ config(materialized='connected_components', edges='changes') }}
        {% if connected_components_is_solved() %}
        select node_a, node_b, is_removed from {{ ref('changes') }}
        {% else %}
        select node_a, node_b, false as is_removed from {{ ref('edges') }}
        {% endif %}
    """,
    "by_level": """
        {{ config(materialized='connected_components_by_level') }}
        select node_a, node_b, level from {{ ref('edges') }}
    """,
    # What this step came to: the next one writes over the tables above.
    "kept": """
        {{ config(alias='kept_' ~ var('step')) }}
        select 'compared' as model, node_id, 0 as level, component_id from {{ ref('compared') }}
        union all
        select 'changing' as model, node_id, 0 as level, component_id from {{ ref('changing') }}
        union all
        select 'by_level' as model, node_id, level, component_id from {{ ref('by_level') }}
    """,
}

CRASH = 2


def steps() -> list[set[Edge]]:
    """Edges of a random graph that are there in each step: from the second on, some go again."""
    random = np.random.default_rng(5)
    there: set[Edge] = set()
    found = []
    for _ in range(3):
        drawn = random.integers(1, 60, (30, 2)).tolist()
        there = (there - set(sorted(there)[::4])) | {(min(ends), max(ends)) for ends in drawn}
        found.append(there)
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("solvers")
    shutil.copytree(PROJECT / "macros", root / "macros")
    (root / "models").mkdir()
    for name, sql in MODELS.items():
        (root / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")
    settings = {
        "name": "stammkunde",
        "version": "1.0",
        "config-version": 2,
        "profile": "stammkunde",
        "flags": {"send_anonymous_usage_stats": False},
        "models": {"stammkunde": {"+materialized": "table", "+schema": "cases"}},
        "vars": {"sources": {}, "edges": [], "changes": [], "step": 0},
    }
    (root / "dbt_project.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    place = Home(tmp_path_factory.mktemp("solvers_home"))
    prepare(place)
    return place


@pytest.fixture(scope="module")
def builds(project: Path, home: Home) -> dict[Engine, Build]:
    """All steps on both engines; in one of them the solved edges are lost before."""
    invocations: list[list[str]] = []
    before: set[Edge] = set()
    for step, there in enumerate(steps()):
        changes = [(*edge, "false") for edge in sorted(there - before)]
        changes += [(*edge, "true") for edge in sorted(before - there)]
        variables = {"step": step, "edges": sorted(there), "changes": changes}
        if step == CRASH:
            lost = {"queries": ["drop table cases.changing__solved_edges"]}
            invocations.append(["run-operation", "print_queries", "--args", json.dumps(lost)])
        invocations.append(["run", "--vars", json.dumps(variables)])
        before = there
    made: dict[Engine, Build] = {}
    for engine in ("duckdb", "spark"):
        made[engine] = dbt(engine, home, *invocations, project=project)
        assert made[engine].succeeded, made[engine].output
    return made


@pytest.fixture(scope="module")
def comparisons(builds: dict[Engine, Build], home: Home) -> list[Comparison]:
    assert builds
    tables = [
        Table("cases", f"kept_{step}", ("model", "node_id", "level"))
        for step in range(len(steps()))
    ]
    return compare(home.warehouse, passing_warehouse(home), tables)


@pytest.mark.parametrize("step", range(len(steps())))
def test_the_engines_agree_on_every_step(step: int, comparisons: list[Comparison]) -> None:
    assert comparisons[step].rows > 0
    assert comparisons[step].differences == ()


def test_both_solve_the_same_edges_and_all_of_them_after_a_loss(
    builds: dict[Engine, Build],
) -> None:
    def solved(engine: Engine, model: str) -> list[int]:
        # A model each: two threads build them in any order.
        found = re.findall(rf"connected_components {model}: (\d+) edges", builds[engine].output)
        return [int(count) for count in found]

    compared, changing = solved("spark", "compared"), solved("spark", "changing")
    assert compared == solved("duckdb", "compared")
    assert changing == solved("duckdb", "changing")
    assert changing[CRASH] == len(steps()[CRASH]) + 1
    assert compared[CRASH] < changing[CRASH]
    assert changing[:CRASH] == compared[:CRASH]
