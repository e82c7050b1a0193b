"""The materialization `connected_components_by_level` against scipy, level by level."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.python.dbt_project import DbtProject

from .test_connected_components import solve_with_scipy, work_tables

MODELS = {
    "growing.sql": """
        {{ config(materialized='connected_components_by_level', schema='main') }}
        select node_a, node_b, level from main.levelled_edges
    """,
    "one_round.sql": """
        {{ config(materialized='connected_components_by_level', max_rounds=1) }}
        select node_a, node_b, level from main.levelled_edges
    """,
}


@pytest.fixture(scope="module")
def project(make_project: Callable[..., DbtProject]) -> DbtProject:
    made = make_project("by_level", MODELS)
    made.copy("macros/materializations")
    made.copy("macros/config")
    return made


def frame(edges: list[tuple[int | None, int | None, int | None]]) -> pd.DataFrame:
    made = pd.DataFrame(edges, columns=["node_a", "node_b", "level"], dtype="Int64")
    return made.astype({"level": "Int32"})


def solve(project: DbtProject, edges: pd.DataFrame) -> dict[tuple[int, int], int]:
    """Components of the edges by the materialization: node and level to component."""
    project.load("main.levelled_edges", edges)
    result = project.dbt("run", "--select", "growing")
    assert result.success, result.exception or result.result
    rows = project.execute("select node_id, level, component_id from main.growing")
    assert len(rows) == len({row[:2] for row in rows}), "a node came out twice in a level"
    return {(int(node), int(level)): int(component) for node, level, component in rows}


def solve_level_by_level(edges: pd.DataFrame) -> dict[tuple[int, int], int]:
    """The same by scipy: each level from nothing, over the edges up to it and all nodes."""
    nodes = pd.unique(edges[["node_a", "node_b"]].to_numpy(dtype=np.int64).ravel())
    alone = np.column_stack([nodes, nodes])
    expected = {}
    for level in sorted(edges["level"].unique()):
        there = edges.loc[edges["level"] <= level, ["node_a", "node_b"]].to_numpy(dtype=np.int64)
        found = solve_with_scipy(np.concatenate([there, alone]))
        expected.update({(node, int(level)): label for node, label in found.items()})
    return expected


def random_edges(seed: int) -> pd.DataFrame:
    """A graph of a few hundred nodes, sparse to dense, its levels with gaps between them."""
    random = np.random.default_rng(seed)
    size = int(random.integers(20, 400))
    ids = random.integers(0, 2**62, size)
    count = int(random.integers(size // 2, 2 * size))
    ends = ids[random.integers(0, size, (count, 2))]
    levels = random.choice([1, 2, 3, 5, 8, 40], count)
    made = pd.DataFrame({"node_a": ends[:, 0], "node_b": ends[:, 1], "level": levels})
    # Some edges come again in another level, and the other way around.
    again = made.sample(frac=0.2, random_state=seed).rename(
        columns={"node_a": "node_b", "node_b": "node_a"}
    )
    return pd.concat([made, again.assign(level=4)]).astype({"level": "int32"})


@pytest.mark.parametrize("seed", range(8))
def test_each_level_equals_scipy_over_the_edges_up_to_it(project: DbtProject, seed: int) -> None:
    edges = random_edges(seed)
    assert solve(project, edges) == solve_level_by_level(edges)
    assert work_tables(project) == []


def test_a_node_is_its_own_component_until_an_edge_reaches_it(project: DbtProject) -> None:
    assert solve(project, frame([(2, 3, 1), (3, 1, 3), (9, 9, 3)])) == {
        **{(1, 1): 1, (2, 1): 2, (3, 1): 2, (9, 1): 9},
        **{(1, 3): 1, (2, 3): 1, (3, 3): 1, (9, 3): 9},
    }


def test_a_level_that_joins_nothing_new_has_its_rows(project: DbtProject) -> None:
    assert solve(project, frame([(1, 2, 1), (2, 1, 2)])) == {
        **{(1, 1): 1, (2, 1): 1},
        **{(1, 2): 1, (2, 2): 1},
    }


def test_no_edges_give_an_empty_table_for_one_count(project: DbtProject) -> None:
    solve(project, frame([(1, 2, 1)]))
    assert solve(project, frame([])) == {}
    columns = project.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_name = 'growing' order by column_name"
    )
    assert columns == [("component_id", "BIGINT"), ("level", "INTEGER"), ("node_id", "BIGINT")]
    log = (project.root / "logs" / "dbt.log").read_text(encoding="utf-8")
    last = log.rpartition("Began running node model.stammkunde.growing")[2]
    assert len(re.findall(r"select count\(\*\)", last)) == 1
    assert len(re.findall(r"create\s+table", last)) == 2, "the edges and the result"
    assert work_tables(project) == []


@pytest.mark.parametrize(
    "edge", [(1, None, 1), (None, 1, 1), (1, 2, None), (1, 2, 0), (1, 2, -1)], ids=str
)
def test_an_edge_without_a_node_or_level_is_a_clear_error(
    project: DbtProject, edge: tuple[int | None, int | None, int | None]
) -> None:
    good = frame([(1, 2, 1)])
    before = solve(project, good)
    project.load("main.levelled_edges", frame([(5, 6, 1), edge]))
    result = project.dbt("run", "--select", "growing")
    assert not result.success
    assert "a null level or a level below 1" in str(result.result.results[0].message)  # type: ignore[union-attr]
    rows = project.execute("select node_id, level, component_id from main.growing")
    assert {row[:2]: row[2] for row in rows} == before
    assert work_tables(project) == []


def test_a_level_that_does_not_converge_is_a_clear_error_and_leaves_nothing(
    project: DbtProject,
) -> None:
    zigzag = [(node, node + 101 if node < 100 else node - 100, 7) for node in range(199)]
    project.load("main.levelled_edges", frame([(1, 1, 1), *zigzag]))
    result = project.dbt("run", "--select", "one_round")
    assert not result.success
    message = str(result.result.results[0].message)  # type: ignore[union-attr]
    assert "level 7 did not converge" in message
    assert "max_rounds: 1" in message
    assert work_tables(project) == []


def test_what_a_broken_off_run_left_behind_is_dropped(project: DbtProject) -> None:
    for left in ("level_0", "level_1", "labels_2", "open_edges"):
        project.execute(f"create table growing__cc_{left} as select 1 as node_id")
    assert solve(project, frame([(1, 2, 1)])) == {(1, 1): 1, (2, 1): 1}
    assert work_tables(project) == []
