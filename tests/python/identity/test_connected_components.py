"""The materialization `connected_components` against scipy, on the shapes that break such loops."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .conftest import DbtProject

Edges = NDArray[np.int64]

MODELS = {
    "components.sql": """
        {{ config(materialized='connected_components', schema='main') }}
        select node_a, node_b from main.edges
    """,
    "one_round.sql": """
        {{ config(materialized='connected_components', max_rounds=1) }}
        select node_a, node_b from main.edges
    """,
    "breaks_in_sql.sql": """
        {{ config(materialized='connected_components') }}
        select node_a, cast(node_b as bigint) as node_b from main.text_edges
    """,
}


@pytest.fixture(scope="module")
def project(make_project: Callable[..., DbtProject]) -> DbtProject:
    made = make_project("components", MODELS)
    made.copy("macros/materializations")
    made.copy("macros/config")
    return made


NOTHING = np.empty((0, 2), dtype=np.int64)


def solve(project: DbtProject, edges: Edges, *options: str) -> dict[int, int]:
    """Components of the edges (shape n x 2) by the materialization: node to component."""
    frame = pd.DataFrame(edges.reshape(-1, 2), columns=["node_a", "node_b"])
    project.load("main.edges", frame)
    result = project.dbt("run", "--select", "components", *options)
    assert result.success, result.exception or result.result
    rows = project.execute("select node_id, component_id from main.components")
    assert len(rows) == len({row[0] for row in rows}), "a node came out twice"
    return {int(node): int(component) for node, component in rows}


def solve_with_scipy(edges: Edges) -> dict[int, int]:
    """The same by scipy: node to the smallest node of its component."""
    flat = edges.reshape(-1, 2)
    nodes, positions = np.unique(flat, return_inverse=True)
    ends = positions.reshape(-1, 2)
    size = len(nodes)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    labels = connected_components(graph, directed=False)[1] if size else np.empty(0, dtype=int)
    smallest = pd.Series(nodes).groupby(labels).transform("min")
    return dict(zip(nodes.tolist(), smallest.tolist(), strict=True))


def shapes() -> dict[str, Edges]:
    """Graphs by name: each an array n x 2 of node ids."""
    random = np.random.default_rng(7)
    names = random.permutation(10_000)
    line = np.arange(10_000)
    tree = np.arange(1, 1024)
    big = (1 << 60) - 1
    return {
        "pair": np.array([[1, 2]]),
        "chain with increasing ids": np.column_stack([line[:-1], line[1:]]),
        "chain with decreasing ids": np.column_stack([line[:0:-1], line[-2::-1]]),
        "chain with random ids": np.column_stack([names[:-1], names[1:]]),
        # Low and high ids in turn: every second node is a root, the slowest case of a hook.
        "zigzag chain": np.column_stack(
            [
                np.where(line[:-1] % 2 == 0, line[:-1], line[:-1] + 20_000),
                np.where(line[1:] % 2 == 0, line[1:], line[1:] + 20_000),
            ]
        ),
        "star around the smallest": np.column_stack([np.zeros(500, dtype=int), np.arange(1, 501)]),
        "star around the largest": np.column_stack([np.full(500, 501), np.arange(1, 501)]),
        "binary tree": np.column_stack([tree, tree // 2]),
        "ring": np.column_stack([line[:99], np.roll(line[:99], 1)]),
        "disjoint pairs": np.arange(2_000).reshape(-1, 2),
        "diamond": np.array([[1, 2], [1, 3], [2, 4], [3, 4]]),
        "duplicates in both directions": np.array([[5, 9], [9, 5], [5, 9], [5, 9]]),
        "self-loops": np.array([[3, 3], [4, 4], [4, 6]]),
        "largest ids": np.array([[big, big - 1], [big - 1, 0], [big - 7, big - 7]]),
        "empty": NOTHING,
        "sparse random": random.integers(0, 4_000, (2_000, 2)),
        "near the giant component": random.integers(0, 4_000, (4_000, 2)),
        "dense random": random.integers(0, 200, (3_000, 2)),
    }


@pytest.mark.parametrize("name", shapes())
def test_components_equal_those_of_scipy(project: DbtProject, name: str) -> None:
    edges = shapes()[name].astype(np.int64)
    assert solve(project, edges) == solve_with_scipy(edges)


GRAPHS = 200
STEPS = 6


def random_graphs() -> list[tuple[Edges, NDArray[np.int64]]]:
    """Graphs apart from each other: their edges, and the step in which each edge arrives.

    Random ones from sparse to dense, with a hub, a chain and a clique in some of them; ids in
    random order, so that no label follows the order of arrival.
    """
    random = np.random.default_rng(11)
    graphs = []
    for number in range(GRAPHS):
        size = int(random.integers(2, 60))
        edges = [random.integers(0, size, (int(random.integers(1, 2 * size)), 2))]
        if number % 4 == 1:
            edges.append(np.column_stack([np.zeros(size, dtype=int), np.arange(size)]))
        if number % 4 == 2:
            edges.append(np.column_stack([np.arange(size - 1), np.arange(1, size)]))
        if number % 4 == 3:
            block = np.arange(min(size, 6))
            edges.append(np.array(np.meshgrid(block, block)).reshape(2, -1).T)
        ids = number * 1_000 + random.permutation(1_000)[:size]
        drawn = ids[np.concatenate(edges)].astype(np.int64)
        graphs.append((drawn, random.integers(0, STEPS, len(drawn))))
    return graphs


def test_increments_in_any_order_give_what_a_rebuild_gives(project: DbtProject) -> None:
    graphs = random_graphs()
    edges = np.concatenate([drawn for drawn, _ in graphs])
    arrival = np.concatenate([steps for _, steps in graphs])
    random = np.random.default_rng(12)
    # From the middle on, a tenth of what is there is taken away again in every step.
    leaves = np.where(random.random(len(edges)) < 0.1, random.integers(3, STEPS, len(edges)), STEPS)
    solve(project, NOTHING, "--full-refresh")
    for step in range(STEPS):
        there = edges[(arrival <= step) & (leaves > step)]
        assert solve(project, there) == solve_with_scipy(there), f"increment {step}"
    assert solve(project, there, "--full-refresh") == solve_with_scipy(there)


def test_only_what_changed_is_solved(project: DbtProject) -> None:
    line = np.arange(0, 4_000, 2)
    chain = np.column_stack([line[:-1], line[1:]])
    longer = np.concatenate([chain, [[3_998, 5_001], [5_001, 5_003], [7_001, 7_003]]])
    solve(project, chain, "--full-refresh")
    solve(project, longer)
    solve(project, longer)
    solve(project, longer[:-1])
    solve(project, longer[1:])
    # The new edges are drawn to the label of the chain; nothing new is nothing to solve; the pair
    # that is gone leaves nothing behind; a chain that lost its first edge is solved as a whole.
    assert _edges_solved(project) == [1_999, 3, 0, 0, 2_001]


def _edges_solved(project: DbtProject) -> list[int]:
    """Edges of the graphs that the last runs solved, from dbt's log; the newest at the end."""
    log = (project.root / "logs" / "dbt.log").read_text(encoding="utf-8")
    found = re.findall(r"connected_components components: (\d+) edges", log)
    return [int(count) for count in found][-5:]


def work_tables(project: DbtProject) -> list[str]:
    return [
        row[0]
        for row in project.execute(
            "select table_name from information_schema.tables where contains(table_name, '__cc_')"
        )
    ]


def test_a_second_run_replaces_the_first_and_leaves_no_work_tables(project: DbtProject) -> None:
    solve(project, np.array([[1, 2], [3, 4]]))
    assert solve(project, np.array([[7, 8]])) == {7: 7, 8: 7}
    assert work_tables(project) == []


def test_a_graph_that_does_not_converge_is_a_clear_error_and_leaves_nothing(
    project: DbtProject,
) -> None:
    zigzag = shapes()["zigzag chain"]
    project.load("main.edges", pd.DataFrame(zigzag, columns=["node_a", "node_b"]))
    result = project.dbt("run", "--select", "one_round")
    assert not result.success
    message = str(result.result.results[0].message)  # type: ignore[union-attr]
    assert "did not converge" in message
    assert "max_rounds: 1" in message
    assert work_tables(project) == []


def test_a_null_node_is_a_clear_error(project: DbtProject) -> None:
    project.load("main.edges", pd.DataFrame({"node_a": [1, 2], "node_b": [2, None]}, dtype="Int64"))
    result = project.dbt("run", "--select", "components")
    assert not result.success
    assert "null node" in str(result.result.results[0].message)  # type: ignore[union-attr]
    assert work_tables(project) == []


def test_a_failure_in_sql_keeps_the_previous_table_and_the_next_run_works(
    project: DbtProject,
) -> None:
    good = pd.DataFrame({"node_a": [1, 2], "node_b": ["2", "3"]})
    project.load("main.text_edges", good)
    assert project.dbt("run", "--select", "breaks_in_sql").success
    project.load("main.text_edges", pd.DataFrame({"node_a": [1], "node_b": ["no number"]}))
    assert not project.dbt("run", "--select", "breaks_in_sql").success
    assert project.execute("select count(*) from breaks_in_sql") == [(3,)]
    # What an engine without transactions leaves behind after a crash.
    project.execute("create table breaks_in_sql__cc_jump_0_0 as select 1 as node_id")
    project.load("main.text_edges", good)
    assert project.dbt("run", "--select", "breaks_in_sql").success
    assert work_tables(project) == []
