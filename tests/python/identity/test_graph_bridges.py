"""Bridges of a graph against networkx: shapes with a name, and random graphs."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import pyarrow as pa
import pytest

from tests.python.dbt_project import DbtProject

MODEL = """
{{ config(materialized='graph_bridges', max_depth=40) }}
select node_a, node_b, root_id, weight, mark from given.graph
"""


@pytest.fixture(scope="module")
def project(make_project: Callable[..., DbtProject]) -> DbtProject:
    project = make_project("bridges", {"tree.sql": MODEL})
    for path in ("macros/materializations", "macros/cross_db"):
        project.copy(path)
    return project


def solve(project: DbtProject, graph: "nx.Graph[int]") -> dict[int, dict[str, Any]]:
    """Rows of the table by node; every node weighs 1, every third bears a mark."""
    rows: list[tuple[int | None, ...]] = []
    for component in nx.connected_components(graph):
        root = max(component, key=lambda node: (graph.degree(node), node))
        rows += [(node, node, root, 1, int(node % 3 == 0)) for node in component]
    for number, (node_a, node_b) in enumerate(graph.edges):
        rows += [(node_a, node_b, None, None, None)]
        if number % 3 == 0:  # the same edge again, in the other direction
            rows += [(node_b, node_a, None, None, None)]
    names = ["node_a", "node_b", "root_id", "weight", "mark"]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * len(names)
    arrays = [pa.array(column, pa.int64()) for column in columns]
    project.load("given.graph", pa.table(arrays, names=names))
    result = project.dbt("run")
    assert result.success, result.exception
    found = project.execute(
        "select node_id, root_id, depth, parent_id, weight_below, mark_below, is_bridge from tree"
    )
    return {
        row[0]: dict(
            zip(["root", "depth", "parent", "weight", "mark", "bridge"], row[1:], strict=True)
        )
        for row in found
    }


def bridges(rows: dict[int, dict[str, Any]]) -> set[frozenset[int]]:
    return {frozenset((node, row["parent"])) for node, row in rows.items() if row["bridge"]}


def bridges_of_networkx(graph: Any) -> set[frozenset[int]]:  # noqa: ANN401 - its stub errs
    return {frozenset(edge) for edge in nx.bridges(graph)}


def shapes() -> dict[str, "nx.Graph[int]"]:
    """Graphs by name."""
    barbell: nx.Graph[int] = nx.barbell_graph(5, 3)
    return {
        "empty": nx.Graph(),
        "node alone": nx.empty_graph(1),
        "pair": nx.path_graph(2),
        "chain": nx.path_graph(40),
        "ring": nx.cycle_graph(9),
        "star": nx.star_graph(30),
        "tree": nx.balanced_tree(2, 6),
        "clique": nx.complete_graph(8),
        "two cliques and a chain between": barbell,
        "two rings that touch in a node": nx.compose(
            nx.cycle_graph(5), nx.relabel_nodes(nx.cycle_graph(5), {1: 11, 2: 12, 3: 13, 4: 14})
        ),
        "records and identifiers": nx.bipartite.gnmk_random_graph(30, 30, 50, seed=3),
    }


@pytest.mark.parametrize("name", shapes())
def test_bridges_equal_those_of_networkx(project: DbtProject, name: str) -> None:
    graph = shapes()[name]
    rows = solve(project, graph)
    assert set(rows) == set(graph.nodes)
    assert bridges(rows) == bridges_of_networkx(graph)


def test_200_random_graphs_at_once(project: DbtProject) -> None:
    """From sparse to dense, each in node ids of its own, hashes all over the bigints."""
    union: nx.Graph[int] = nx.Graph()
    for number in range(200):
        graph = nx.gnm_random_graph(2 + number % 40, number % 70, seed=number)
        ids = {node: (number * 1_000 + node) * 2_654_435_761 for node in graph}
        union.update(nx.relabel_nodes(graph, ids))
    rows = solve(project, union)
    assert all(row["depth"] is not None for row in rows.values())
    found = bridges(rows)
    assert found == bridges_of_networkx(union)
    assert len(found) > 500

    # What hangs on a bridge is what a cut there takes off, with its marks.
    for node, row in list(rows.items())[::25]:
        if row["bridge"]:
            cut = union.copy()
            cut.remove_edge(node, row["parent"])
            below = nx.node_connected_component(cut, node)
            assert row["weight"] == len(below)
            assert row["mark"] == sum(node % 3 == 0 for node in below)


def test_a_tree_that_is_too_deep_says_so_and_the_others_hold(project: DbtProject) -> None:
    deep: nx.Graph[int] = nx.path_graph(200)
    others = nx.relabel_nodes(nx.path_graph(5), {node: 1_000 + node for node in range(5)})
    rows = solve(project, nx.compose(deep, others))
    assert any(rows[node]["depth"] is None for node in deep)
    assert {node for node in rows if rows[node]["depth"] is None} <= set(deep)
    assert {edge for edge in bridges(rows) if min(edge) >= 1_000} == bridges_of_networkx(others)


def test_no_work_table_is_left(project: DbtProject) -> None:
    solve(project, nx.path_graph(5))
    assert (
        project.execute("select table_name from duckdb_tables() where table_name like '%gb%'") == []
    )
