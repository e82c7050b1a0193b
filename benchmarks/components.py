"""``make bench-identity``: the graph loop of `models/identity` against Splink's and scipy's.

Each method solves each graph in a process of its own, on two threads, out of a DuckDB file that
holds the edges and back into it. Seconds depend on the machine; the ratios are what to compare.

The last hundredth of the edges comes in a second run, in two ways: given as changes ("1 % given"),
and found by comparing all edges with those solved before ("1 % found").
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pyarrow as pa
import yaml
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table

from stammkunde.paths import PROJECT

THREADS = 2
# The part of the edges that comes later.
INCREMENT = 0.01
REPEATS = 5
# A method that takes longer for a graph is ended: the long chain costs Splink a round a node.
LIMIT_SECONDS = 900

# Each ends when its tables are in the file.
CONFIG = """
{{ config(
    materialized='connected_components',
    edges='%s',
    post_hook={'sql': 'checkpoint', 'transaction': false}
) }}
"""

MODELS = {
    # Gives all edges: what is new is found by comparing them with those solved before.
    "components": CONFIG % "all" + "select node_a, node_b from main.edges",
    # Gives only what is new; it starts from a copy of what the other one solved.
    "components_by_changes": CONFIG % "changes"
    + "select node_a, node_b, false as is_removed"
    + " from main.{{ 'later' if connected_components_is_solved() else 'edges' }}",
}

Edges = NDArray[np.int64]
# As in Solved: for all edges, for the last ones given as changes, for these found among all.
Seconds = tuple[float, float | None, float | None]


@dataclass(frozen=True)
class Solved:
    """What a method took for a graph.

    Attributes:
        seconds: from the edges in the file to the components in the file.
        changes_seconds: the same for the last hundredth of the edges alone, given as changes; None
            where a method has no increments.
        compared_seconds: the same where they are found among all edges first.
        components: number of components.
        peak_gibibytes: largest resident memory of the process.
    """

    seconds: float
    changes_seconds: float | None
    compared_seconds: float | None
    components: int
    peak_gibibytes: float


def graphs(seed: int) -> dict[str, Callable[[], Edges]]:
    """Graphs by name: functions that draw them, edges in the shape n x 2."""
    random = np.random.default_rng(seed)

    def drawn(edge_count: int) -> Edges:
        # Ids as hashes are: 63 bits, in no order. As many nodes as edges: near a giant component.
        ids = random.integers(0, 2**62, edge_count)
        return ids[random.integers(0, edge_count, (edge_count, 2))]

    def chain(node_count: int) -> Edges:
        line = np.arange(node_count)
        return np.column_stack([line[:-1], line[1:]])

    return {
        "random, 1M edges": lambda: drawn(1_000_000),
        "random, 5M edges": lambda: drawn(5_000_000),
        "chain, 1,000 nodes": lambda: chain(1_000),
        "chain, 10,000 nodes": lambda: chain(10_000),
    }


def solve_with_dbt(warehouse: Path) -> Seconds:
    """Seconds of the materialization: for all but the last edges, then for these.

    The latter are parts of a second, of which other work of the machine may be the most: the
    median of some runs.
    """
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunner

    project = warehouse.parent / "project"
    shutil.copytree(PROJECT / "macros/materializations", project / "macros/materializations")
    (project / "models").mkdir()
    for name, sql in MODELS.items():
        (project / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")
    output = {"type": "duckdb", "path": str(warehouse), "threads": THREADS}
    output["settings"] = {"threads": THREADS}
    files = {
        # The macros call each other by the name of their package.
        "dbt_project.yml": {"name": "stammkunde", "profile": "bench", "config-version": 2},
        "profiles.yml": {"bench": {"target": "dev", "outputs": {"dev": output}}},
    }
    for name, content in files.items():
        (project / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    folders = ["--project-dir", str(project), "--profiles-dir", str(project)]

    def run(model: str) -> float:
        outcome = dbtRunner().invoke(["--quiet", "run", "--select", model, *folders])
        if not isinstance(outcome.result, RunExecutionResult) or not outcome.success:
            raise RuntimeError(f"dbt failed: {outcome.exception or outcome.result}")
        return float(outcome.result.results[0].execution_time)

    _execute(warehouse, "create table later as select * from edges where is_late")
    _execute(warehouse, "delete from edges where is_late")
    full = run("components")
    _execute(warehouse, "insert into edges select * from later")

    def increment() -> float:
        for table in ("", "__solved_edges"):
            copied = f"components_by_changes{table}"
            _execute(warehouse, f"create or replace table {copied} as from components{table}")
        # Else the first to write something pays for writing the copies into the file.
        _execute(warehouse, "checkpoint")
        return run("components_by_changes")

    changes = median(increment() for _ in range(REPEATS))
    compared = run("components")
    apart = "from components except from components_by_changes"
    if _execute(warehouse, f"select count(*) from ({apart})") != [(0,)]:
        raise RuntimeError("the two ways to an increment do not give the same components")
    return full, changes, compared


def solve_with_splink(warehouse: Path) -> Seconds:
    """Seconds of Splink's clustering of the same edges."""
    from splink import DuckDBAPI
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"set threads = {THREADS}")
        connection.execute(
            "create table nodes as select node_a as id from edges union select node_b from edges"
        )
        start = time.perf_counter()
        clusters = cluster_pairwise_predictions_at_threshold(
            "nodes",
            "edges",
            DuckDBAPI(connection),
            node_id_column_name="id",
            edge_id_column_name_left="node_a",
            edge_id_column_name_right="node_b",
        )
        connection.execute(
            "create table components as"
            f" select id as node_id, cluster_id as component_id from {clusters.physical_name}"
        )
        connection.execute("checkpoint")
        return time.perf_counter() - start, None, None


def solve_with_scipy(warehouse: Path) -> Seconds:
    """Seconds of scipy's components, with the way out of DuckDB and back."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"set threads = {THREADS}")
        start = time.perf_counter()
        ends = connection.execute("select node_a, node_b from edges").fetchnumpy()
        nodes, places = np.unique(
            np.concatenate([ends["node_a"], ends["node_b"]]), return_inverse=True
        )
        rows, columns = places.reshape(2, -1)
        ones = np.ones(len(rows), dtype=np.int8)
        graph = coo_array((ones, (rows, columns)), shape=(len(nodes), len(nodes)))
        labels = connected_components(graph, directed=False)[1]
        connection.register("labelled", pa.table({"node_id": nodes, "component_id": labels}))
        connection.execute("create table components as select * from labelled")
        connection.execute("checkpoint")
        return time.perf_counter() - start, None, None


METHODS: dict[str, Callable[[Path], Seconds]] = {
    "stammkunde": solve_with_dbt,
    "splink": solve_with_splink,
    "scipy": solve_with_scipy,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every method on every graph, print, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.components", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--graph", help="only the graphs whose name begins so", default="")
    parser.add_argument("--solve", nargs=2, metavar=("METHOD", "WAREHOUSE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.solve:
        method, warehouse = options.solve
        seconds = METHODS[method](Path(warehouse))
        # In KiB, as Linux counts it.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        count = "select count(distinct component_id) from components"
        components = _execute(Path(warehouse), count)[0][0]
        print(json.dumps([*seconds, components, peak]))
        return 0
    console = Console()
    for name, draw in graphs(options.seed).items():
        if name.startswith(options.graph):
            edges = draw()
            solved = {method: _measure(method, edges) for method in METHODS}
            console.print(_report(name, solved))
    return 0


def _measure(method: str, edges: Edges) -> Solved | None:
    """What a method took in a process of its own; None where that was ended at the limit."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        warehouse = Path(folder) / "warehouse.duckdb"
        late = np.arange(len(edges)) >= len(edges) * (1 - INCREMENT)
        columns = {"node_a": edges[:, 0], "node_b": edges[:, 1], "is_late": late}
        with duckdb.connect(str(warehouse)) as connection:
            connection.register("drawn", pa.table(columns))
            connection.execute("create table edges as select * from drawn")
        command = [sys.executable, "-m", "benchmarks.components", "--solve", method, str(warehouse)]
        try:
            finished = subprocess.run(
                command,
                check=True,
                capture_output=True,
                text=True,
                cwd=PROJECT,
                timeout=LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None
        return Solved(*json.loads(finished.stdout.splitlines()[-1]))


def _execute(warehouse: Path, sql: str) -> list[tuple[int, ...]]:
    with duckdb.connect(str(warehouse)) as connection:
        return connection.execute(sql).fetchall()


def _report(name: str, solved: dict[str, Solved | None]) -> Table:
    """A row a method; of increments the seconds and the part of the seconds for all edges."""
    table = Table(title=name, title_justify="left", box=box.SIMPLE, pad_edge=False)
    headings = ("components", "s", "to Splink", "1 % given", "1 % found", "GiB")
    table.add_column("", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    peer = solved["splink"]
    for method, one in solved.items():
        if one is None:
            table.add_row(method, "", f"> {LIMIT_SECONDS}")
            continue
        ratio = one.seconds / (peer.seconds if peer else LIMIT_SECONDS)
        increments = [
            f"{more:.2f} 1/{one.seconds / more:.1f}" if more else ""
            for more in (one.changes_seconds, one.compared_seconds)
        ]
        table.add_row(
            method,
            f"{one.components:,}",
            f"{one.seconds:.2f}",
            f"{'' if peer else '< '}{ratio:.4g}",
            *increments,
            f"{one.peak_gibibytes:.2f}",
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
