"""The materialization `connected_components` against scipy, on the shapes that break such loops."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tests.python.dbt_project import DbtProject

Edges = NDArray[np.int64]

MODELS = {
    "components.sql": """
        {{ config(materialized='connected_components', schema='main') }}
        select node_a, node_b from main.edges
    """,
    "changing.sql": """
        {{ config(materialized='connected_components', edges='changes') }}
        {% if connected_components_is_solved() %}
        select node_a, node_b, is_removed from main.changes
        {% else %}
        select node_a, node_b, is_removed from main.all_edges
        {% endif %}
    """,
    "breaks_at_the_end.sql": """
        {{ config(
            materialized='connected_components',
            post_hook="{{ 'select * from main.nowhere' if var('breaks', false) else '' }}"
        ) }}
        select node_a, node_b from main.edges
    """,
    "mistyped.sql": """
        {{ config(materialized='connected_components', edges='change') }}
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


@pytest.fixture(scope="module")
def rewriting_project(make_project: Callable[..., DbtProject]) -> DbtProject:
    """A project that writes as on an engine without transactions: both tables anew."""
    made = make_project("rewriting", MODELS)
    made.copy("macros/materializations")
    made.copy("macros/config")
    path = "macros/materializations/connected_components.sql"
    text = (made.root / path).read_text(encoding="utf-8")
    assert "duckdb__connected_components_write" in text
    made.write(path, text.replace("duckdb__connected_components_write", "never_called"))
    return made


@pytest.fixture(params=["project", "rewriting_project"])
def either_project(request: pytest.FixtureRequest) -> DbtProject:
    """Projects that write what changed, and everything anew."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, DbtProject)
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


def random_steps() -> list[Edges]:
    """The edges of these graphs that are there, step by step.

    From the middle on, a tenth of what is there is taken away again in every step.
    """
    graphs = random_graphs()
    edges = np.concatenate([drawn for drawn, _ in graphs])
    arrival = np.concatenate([steps for _, steps in graphs])
    random = np.random.default_rng(12)
    leaves = np.where(random.random(len(edges)) < 0.1, random.integers(3, STEPS, len(edges)), STEPS)
    return [edges[(arrival <= step) & (leaves > step)] for step in range(STEPS)]


def test_increments_in_any_order_give_what_a_rebuild_gives(either_project: DbtProject) -> None:
    solve(either_project, NOTHING, "--full-refresh")
    for step, there in enumerate(random_steps()):
        assert solve(either_project, there) == solve_with_scipy(there), f"increment {step}"
    assert solve(either_project, there, "--full-refresh") == solve_with_scipy(there)


Changes = list[tuple[int | None, int | None, bool | None]]


def undirected(edges: Edges) -> set[tuple[int, int]]:
    """Edges once each, the smaller id first."""
    return {(int(low), int(high)) for low, high in np.sort(edges.reshape(-1, 2), axis=1)}


def load_changes(project: DbtProject, table: str, changes: Changes) -> None:
    frame = pd.DataFrame(changes, columns=["node_a", "node_b", "is_removed"])
    types = {"node_a": "Int64", "node_b": "Int64", "is_removed": "boolean"}
    project.load(f"main.{table}", frame.astype(types))


def apply(project: DbtProject, changes: Changes, *options: str) -> dict[int, int]:
    """Components after changes that the model gives itself: node to component."""
    load_changes(project, "changes", changes)
    result = project.dbt("run", "--select", "changing", *options)
    assert result.success, result.exception or result.result
    rows = project.execute("select node_id, component_id from changing")
    assert len(rows) == len({row[0] for row in rows}), "a node came out twice"
    return {int(node): int(component) for node, component in rows}


def start(project: DbtProject, edges: Edges) -> dict[int, int]:
    """Components of all edges of the model that gives changes, from nothing."""
    load_changes(project, "all_edges", [(low, high, False) for low, high in edges.tolist()])
    return apply(project, [], "--full-refresh")


def solved_edges(project: DbtProject, model: str = "changing") -> list[tuple[int, int]]:
    return [
        (int(low), int(high))
        for low, high in project.execute(
            f"select node_a, node_b from {model}__solved_edges order by all"
        )
    ]


def test_changes_in_any_order_give_what_a_rebuild_gives(either_project: DbtProject) -> None:
    random = np.random.default_rng(13)
    start(either_project, NOTHING)
    before: set[tuple[int, int]] = set()
    seen: set[tuple[int, int]] = set()
    for step, there in enumerate(random_steps()):
        now = undirected(there)
        changes: Changes = [(*edge, False) for edge in sorted(now - before)]
        changes += [(*edge, True) for edge in sorted(before - now)]
        # What changes nothing: edges that are there already, and removals of what is not there.
        changes += [(*edge, False) for edge in sorted(now & before)[::7]]
        changes += [(*edge, True) for edge in sorted(seen - now - before)]
        turned: Changes = [
            (high, low, gone) if random.random() < 0.5 else (low, high, gone)
            for low, high, gone in changes
        ]
        random.shuffle(turned)
        assert apply(either_project, turned) == solve_with_scipy(there), f"step {step}"
        assert solved_edges(either_project) == sorted(now)
        before, seen = now, seen | now
    assert any(gone for *_, gone in changes)
    assert work_tables(either_project) == []


CHAIN = np.array([[10, 20], [20, 30], [30, 40], [50, 60]])


def test_an_edge_that_comes_and_one_that_goes_in_one_step(either_project: DbtProject) -> None:
    start(either_project, CHAIN)
    # The chain breaks in the middle; its end joins another component and a new, smaller node.
    solved = apply(either_project, [(20, 30, True), (40, 60, False), (60, 5, False)])
    assert solved == {10: 10, 20: 10, 30: 5, 40: 5, 50: 5, 60: 5, 5: 5}


def test_a_node_without_edges_is_gone(either_project: DbtProject) -> None:
    start(either_project, CHAIN)
    assert apply(either_project, [(60, 50, True)]) == {10: 10, 20: 10, 30: 10, 40: 10}


def test_the_same_changes_again_change_nothing(either_project: DbtProject) -> None:
    start(either_project, CHAIN)
    changes: Changes = [(30, 40, True), (40, 60, False), (1, 1, False)]
    first = apply(either_project, changes)
    edges = solved_edges(either_project)
    assert apply(either_project, changes) == first
    assert solved_edges(either_project) == edges
    assert _edges_solved(either_project, "changing")[-1] == 0


def test_no_changes_leave_everything_as_it_is(either_project: DbtProject) -> None:
    first = start(either_project, CHAIN)
    assert apply(either_project, []) == first == solve_with_scipy(CHAIN)
    assert solved_edges(either_project) == sorted(undirected(CHAIN))


def test_a_run_that_broke_off_between_the_tables_solves_everything(
    rewriting_project: DbtProject,
) -> None:
    start(rewriting_project, CHAIN)
    # What is left of a step that joined all and did not get to its edges; the change is withdrawn.
    rewriting_project.execute("update changing set component_id = 10")
    rewriting_project.execute("drop table changing__solved_edges")
    assert apply(rewriting_project, []) == solve_with_scipy(CHAIN)
    assert solved_edges(rewriting_project) == sorted(undirected(CHAIN))


@pytest.mark.parametrize(
    "change",
    [
        [(1, None, False)],
        [(None, 10, True)],
        [(10, 20, None)],
        [(10, 30, False), (30, 10, True)],
        [(10, 20, True), (20, 10, False)],
    ],
    ids=str,
)
def test_changes_that_say_nothing_clear_are_an_error(
    either_project: DbtProject, change: Changes
) -> None:
    before = start(either_project, CHAIN)
    load_changes(either_project, "changes", change)
    result = either_project.dbt("run", "--select", "changing")
    assert not result.success
    assert "gives edges with a null node" in str(result.result.results[0].message)  # type: ignore[union-attr]
    assert work_tables(either_project) == []
    assert apply(either_project, []) == before


def test_an_unknown_way_to_give_edges_is_an_error(project: DbtProject) -> None:
    result = project.dbt("run", "--select", "mistyped")
    assert not result.success
    assert "neither 'all' nor 'changes'" in str(result.result.results[0].message)  # type: ignore[union-attr]


def test_a_removed_edge_where_nothing_is_solved_is_an_error(project: DbtProject) -> None:
    before = start(project, CHAIN)
    load_changes(project, "all_edges", [(1, 2, False), (10, 20, True)])
    result = project.dbt("run", "--select", "changing", "--full-refresh")
    assert not result.success
    assert "removed where nothing is solved" in str(result.result.results[0].message)  # type: ignore[union-attr]
    assert work_tables(project) == []
    assert apply(project, []) == before


def test_rows_that_do_not_change_are_not_written(project: DbtProject) -> None:
    start(project, CHAIN)
    query = "select node_id, rowid from changing where component_id = 10 order by node_id"
    before = project.execute(query)
    apply(project, [(60, 70, False)])
    assert project.execute(query) == before
    assert len(before) == 4


def test_an_increment_that_breaks_at_its_end_is_taken_back(project: DbtProject) -> None:
    def run(edges: Edges, breaks: bool) -> bool:
        project.load("main.edges", pd.DataFrame(edges, columns=["node_a", "node_b"]))
        variables = f"breaks: {str(breaks).lower()}"
        select = ("--select", "breaks_at_the_end", "--vars", variables)
        return DbtProject.dbt(project, "run", *select).success

    assert run(CHAIN, breaks=False)
    labels = "select node_id, component_id from breaks_at_the_end order by all"
    before = project.execute(labels)
    assert not run(np.concatenate([CHAIN[1:], [[40, 50]]]), breaks=True)
    assert project.execute(labels) == before
    assert solved_edges(project, "breaks_at_the_end") == sorted(undirected(CHAIN))
    assert work_tables(project) == []


def test_a_long_chain_takes_at_most_sixteen_rounds(project: DbtProject) -> None:
    solve(project, shapes()["chain with increasing ids"], "--full-refresh")
    log = (project.root / "logs" / "dbt.log").read_text(encoding="utf-8")
    rounds, jumps = re.findall(r"components components: .* (\d+) rounds, (\d+) pointer", log)[-1]
    assert int(rounds) + int(jumps) <= 16


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


def _edges_solved(project: DbtProject, model: str = "components") -> list[int]:
    """Edges of the graphs that the last runs solved, from dbt's log; the newest at the end."""
    log = (project.root / "logs" / "dbt.log").read_text(encoding="utf-8")
    found = re.findall(rf"connected_components {model}: (\d+) edges", log)
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
