"""``make bench-matching``: precision and recall of matched people, where the truth is known.

Two data sets go through the whole run, with var ``probabilistic_matching`` on. The truth is looked
at afterwards, here alone. The threshold of a run has never seen it; the comparisons and guards were
chosen by people who had looked at these figures.

Two things are counted. *Pairs* are Splink's scored pairs of records, with nothing resolved before:
what Splink's own notebooks publish, and what is held against them. *Customers* are all pairs of
records that one customer holds in the end, by identifiers and links together: what a shop gets.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from stammkunde.homes import prepare
from stammkunde.identity import Options, match_people, matching_options
from stammkunde.identity.options import LIMITS
from stammkunde.paths import PROJECT, Home
from stammkunde.settings import from_environment, project_vars

DATA = PROJECT.parent / "shared" / "data" / "identity"
# Pairs of less weight are not looked at for the best threshold.
LEAST_WEIGHT = -20.0
WEIGHTS = (-4, -2, 0, 2, 4, 6, 8, 12, 16, 20)


@dataclass(frozen=True)
class DataSet:
    """A source whose truth is known.

    Attributes:
        key: raw column that the contact key is made of.
        identifier: raw column whose equality alone is compared.
        truth: SQL over the raw columns: the person.
        published: best F1 of scored pairs that Splink publishes.
    """

    key: str
    identifier: str
    truth: str
    published: float


DATA_SETS = {
    "fake_1000": DataSet("unique_id", "email", "cluster", 0.911),
    "febrl3": DataSet(
        "rec_id", "soc_sec_id", "regexp_extract(trim(rec_id), '^[^-]+-[^-]+')", 0.9957
    ),
}


@dataclass(frozen=True)
class Score:
    """How many pairs were found, and how well.

    Attributes:
        found: pairs taken for one person.
        right: those of them that are.
        true: pairs of one person in the truth.
    """

    found: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        """Share of the found pairs that are right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that are found."""
        return self.right / self.true

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.right / (self.found + self.true)


@dataclass(frozen=True)
class Evaluation:
    """A data set after its run.

    Attributes:
        threshold: match weight that the run chose, without the truth.
        identifier_alone: records with the same raw identifier.
        resolved: customers by identifiers, by the deterministic rules.
        customers: customers of the run.
        pairs: scored pairs by threshold.
        customers_at: customers by threshold.
        best_pairs: the best F1 of scored pairs over all thresholds, with its threshold.
    """

    threshold: float
    identifier_alone: Score
    resolved: Score
    customers: Score
    pairs: dict[float, Score]
    customers_at: dict[float, Score]
    best_pairs: tuple[float, Score]


def run(source: str, home: Home) -> None:
    """Run a data set through the whole graph, in a process of its own.

    Raises:
        subprocess.CalledProcessError: the run was red, or could not begin.
    """
    prepare(home)
    environment = {
        **os.environ,
        **home.environment(),
        "STAMMKUNDE_SOURCE": source,
        "STAMMKUNDE_LANDING": str(DATA / source),
    }
    command = [sys.executable, "-m", "orchestration"]
    subprocess.run(command, env=environment, cwd=PROJECT, check=True, capture_output=True)


def evaluate(source: str, home: Home, weights: Sequence[float] = WEIGHTS) -> Evaluation:
    """Hold what a run has found against the truth; nothing in the home changes."""
    data = DATA_SETS[source]
    chosen = matching_options(from_environment({"STAMMKUNDE_SOURCE": source})) or _default_options()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        resolved = Path(shutil.copy(home.warehouse, Path(folder) / "resolved.duckdb"))
        alone = Path(shutil.copy(home.warehouse, Path(folder) / "alone.duckdb"))
        calibration = match_people(resolved, chosen).calibration
        if calibration is None:
            raise ValueError(f"Nothing could be learnt of {source}.")
        threshold = calibration.threshold
        with duckdb.connect(str(resolved)) as connection:
            _read_truth(connection, source, data)
            same = f"nullif(trim({data.identifier}), '')"
            identifier_alone = _grouped(
                connection, f"select record_node, person, {same} as customer from truth"
            )
            by_identifiers = _grouped(
                connection,
                "select record_node, person, component_id as customer from truth"
                " inner join identity.int_identity__components on record_node = node_id",
            )
            customers = _grouped(
                connection,
                "select record_node, person, customer_id as customer from truth"
                " inner join identity.int_identity__customer_records using (record_node)",
            )
        customers_at = {
            weight: _customers_at(resolved, chosen, weight) for weight in (*weights, threshold)
        }
        pairs, best = _scored_pairs(alone, source, data, chosen, (*weights, threshold))
    return Evaluation(
        threshold, identifier_alone, by_identifiers, customers, pairs, customers_at, best
    )


def _default_options() -> Options:
    return Options.of(project_vars()[LIMITS])


def _read_truth(connection: duckdb.DuckDBPyConnection, source: str, data: DataSet) -> None:
    """Table ``truth``: one row a contact record, with its raw columns and its person."""
    connection.execute(
        f"""
        create table truth as
        select records.record_node, {data.truth} as person, raw.*
        from raw.{source}__contacts as raw
        inner join identity.int_identity__records as records
            on records.record_type = 'contact'
            and records.record_id = '{source}|' || trim(raw.{data.key})
        """
    )


def _grouped(connection: duckdb.DuckDBPyConnection, query: str) -> Score:
    """The pairs within the groups of a query: record_node, person, customer."""
    (counts,) = connection.execute(
        f"""
        with grouped as ({query}),
        groups as (select count(*) as n from grouped where customer is not null group by customer),
        of_one as (
            select count(*) as n from grouped where customer is not null group by customer, person
        ),
        people as (select count(*) as n from grouped group by person)
        select
            (select sum(n * (n - 1) // 2) from groups),
            (select sum(n * (n - 1) // 2) from of_one),
            (select sum(n * (n - 1) // 2) from people)
        """
    ).fetchall()
    return Score(*(int(count) for count in counts))


def _customers_at(warehouse: Path, chosen: Options, weight: float) -> Score:
    """Customers by identifiers and by the links at a threshold."""
    with duckdb.connect(str(warehouse)) as connection:
        # Of the copy alone; the models of other settings, if any, are not used here.
        connection.execute("update identity.probabilistic_calibrations set threshold = ?", [weight])
    match_people(warehouse, chosen, min(weight, 0.0))
    with duckdb.connect(str(warehouse)) as connection:
        links = connection.execute(
            "select component_id, other_component_id from identity.probabilistic_matches"
            " where rejection_reason is null"
        ).fetchall()
        clusters: dict[int, int] = {}

        def cluster_of(component: int) -> int:
            while clusters.get(component, component) != component:
                component = clusters[component]
            return component

        for one, other in links:
            first, second = sorted((cluster_of(one), cluster_of(other)))
            clusters[second] = first
        rows = [(component, cluster_of(component)) for component in clusters] or [(-1, -1)]
        connection.execute("create or replace table clusters (component_id bigint, cluster bigint)")
        connection.executemany("insert into clusters values (?, ?)", rows)
        return _grouped(
            connection,
            "select truth.record_node, truth.person,"
            " coalesce(clusters.cluster, components.component_id) as customer from truth"
            " inner join identity.int_identity__components as components"
            " on truth.record_node = components.node_id"
            " left join clusters on components.component_id = clusters.component_id",
        )


def _scored_pairs(
    warehouse: Path, source: str, data: DataSet, chosen: Options, weights: Sequence[float]
) -> tuple[dict[float, Score], tuple[float, Score]]:
    """All pairs that Splink scores when nothing is resolved before, with the model of the run."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update identity.int_identity__matchable_contacts set component_id = record_node"
        )
    match_people(warehouse, chosen, LEAST_WEIGHT)
    with duckdb.connect(str(warehouse)) as connection:
        _read_truth(connection, source, data)
        rows = connection.execute(
            """
            select pairs.match_weight, one.person = other.person as is_right
            from identity.probabilistic_matches as pairs
            inner join truth as one on pairs.record_node = one.record_node
            inner join truth as other on pairs.other_record_node = other.record_node
            order by pairs.match_weight desc
            """
        ).fetchall()
        true = _grouped(
            connection, "select record_node, person, person as customer from truth"
        ).true
    at = {weight: Score(0, 0, true) for weight in weights}
    best = (0.0, Score(0, 0, true))
    right = 0
    for found, (weight, is_right) in enumerate(rows, start=1):
        right += is_right
        score = Score(found, right, true)
        if score.f1 > best[1].f1:
            best = (weight, score)
        for threshold in weights:
            if weight >= threshold:
                at[threshold] = score
    return at, best


def report(source: str, evaluation: Evaluation) -> Table:
    """The figures of a data set as a table."""
    data = DATA_SETS[source]
    table = Table(title=source, title_justify="left")
    table.add_column("")
    for heading in ("pairs: precision", "recall", "F1", "customers: precision", "recall", "F1"):
        table.add_column(heading, justify="right")

    def cells(score: Score | None) -> list[str]:
        if score is None:
            return ["", "", ""]
        return [f"{value:.4f}" for value in (score.precision, score.recall, score.f1)]

    table.add_row(f"{data.identifier} alone", *cells(None), *cells(evaluation.identifier_alone))
    table.add_row("identifiers, by our rules", *cells(None), *cells(evaluation.resolved))
    table.add_row("the run", *cells(None), *cells(evaluation.customers))
    table.add_section()
    for weight in sorted(evaluation.pairs):
        is_chosen = " (chosen)" if weight == evaluation.threshold else ""
        table.add_row(
            f"match weight ≥ {weight:.2f}{is_chosen}",
            *cells(evaluation.pairs[weight]),
            *cells(evaluation.customers_at[weight]),
        )
    table.add_section()
    weight, best = evaluation.best_pairs
    table.add_row(f"best of all thresholds: ≥ {weight:.2f}", *cells(best), *cells(None))
    table.add_row("Splink publishes", "", "", f"{data.published:.4f}", *cells(None))
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and evaluate each data set, print, and return 0; 1 where the data are not here."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    parser.add_argument("--home", type=Path, help="folder that keeps the homes of the runs")
    options_ = parser.parse_args(arguments)
    console = Console(width=120)
    if not DATA.is_dir():
        console.print(f"The data sets are not here: {DATA}")
        return 1
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for source in DATA_SETS:
            home = Home((options_.home or Path(folder)).resolve() / source)
            run(source, home)
            console.print(report(source, evaluate(source, home)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
