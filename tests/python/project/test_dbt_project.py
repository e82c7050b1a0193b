"""The dbt project with every source switched on, over raw tables that hold nothing yet."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult

from stammkunde.homes import prepare
from stammkunde.ingest import load, read_contract
from stammkunde.paths import PROJECT, Home
from stammkunde.settings import from_environment, known_sources, sources_file


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Arguments of dbt for a home with all sources, whose raw tables exist and are empty."""
    home = Home(tmp_path_factory.mktemp("empty"))
    prepare(home)
    for source in known_sources():
        (home.landing / source).mkdir(parents=True)
        load(source, home.landing / source, home.warehouse, read_contract(sources_file(source)))
    feeds = {
        source: list(from_environment({"STAMMKUNDE_SOURCE": source}).sources[source])
        for source in known_sources()
    }
    # Empty tables have no newest day: the day is given.
    chosen = {"sources": feeds, "as_of_date": "2025-12-31", "reporting_currency": "EUR"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in home.environment().items():
            patch.setenv(name, value)
        yield ["--vars", json.dumps(chosen)]


@pytest.fixture(scope="module")
def runner(arguments: list[str]) -> dbtRunner:
    """One runner for all invocations: it keeps the parsed project."""
    runner = dbtRunner()
    built = runner.invoke(["--quiet", "build", "--exclude-resource-type", "unit_test", *arguments])
    assert built.success, _failures(built)
    return runner


def _failures(outcome: dbtRunnerResult) -> list[str]:
    if outcome.exception or not isinstance(outcome.result, RunExecutionResult):
        return [str(outcome.exception)]
    return [
        f"{result.node.name}: {result.message}"
        for result in outcome.result
        if result.status in ("fail", "error")
    ]


def test_every_unit_test_passes(runner: dbtRunner, arguments: list[str]) -> None:
    outcome = runner.invoke(["--quiet", "test", "--select", "test_type:unit", *arguments])
    assert outcome.success, _failures(outcome)
    assert isinstance(outcome.result, RunExecutionResult)
    assert len(outcome.result) >= 50


def test_no_customer_comes_out_of_nothing(runner: dbtRunner, arguments: list[str]) -> None:
    query = "select 1 from {{ ref('dim_customers') }} having count(*) <> 0"
    shown = runner.invoke(["--quiet", "show", "--inline", query, *arguments])
    assert isinstance(shown.result, RunExecutionResult)
    table = shown.result.results[0].agate_table
    assert table is not None
    assert len(table.rows) == 0


@pytest.fixture(scope="module")
def manifest(runner: dbtRunner) -> dict[str, Any]:
    """The parsed project; the runner has just written it."""
    assert runner is not None
    content: dict[str, Any] = json.loads(_target("manifest.json"))
    return content


def _target(name: str) -> str:
    return (Path(os.environ["DBT_TARGET_PATH"]) / name).read_text(encoding="utf-8")


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


GRAIN_TESTS = {"unique", "unique_combination_of_columns"}


def _grain_tested(manifest: dict[str, Any]) -> set[str]:
    """Models with a test of their grain: a generic one, or a singular one about them alone."""
    tested = set()
    for node in manifest["nodes"].values():
        if node["resource_type"] != "test":
            continue
        generic = node.get("test_metadata")
        if generic is None:
            models = node["depends_on"]["nodes"]
            tested |= set(models) if len(models) == 1 else set()
        elif generic["name"] in GRAIN_TESTS:
            tested.add(node["attached_node"])
    return tested


def test_every_model_says_its_grain_and_every_table_has_a_test_of_it(
    manifest: dict[str, Any],
) -> None:
    without_grain = [
        model["name"]
        for model in _models(manifest)
        if not model["description"].startswith(("One row", "Exactly one row"))
    ]
    assert without_grain == []
    tested = _grain_tested(manifest)
    # Views that only split a tested table in two are tested by the table's grain.
    untested = [
        model["name"]
        for model in _models(manifest)
        if model["unique_id"] not in tested and model["config"]["materialized"] != "view"
    ]
    assert sorted(untested) == []


def test_every_column_of_the_warehouse_is_described(
    manifest: dict[str, Any], runner: dbtRunner, arguments: list[str]
) -> None:
    assert runner.invoke(["--quiet", "docs", "generate", "--no-compile", *arguments]).success
    catalog = json.loads(_target("catalog.json"))
    undescribed = [
        f"{model['name']}.{column}"
        for model in _models(manifest)
        for column in catalog["nodes"][model["unique_id"]]["columns"]
        if not model["columns"].get(column, {}).get("description")
    ]
    assert undescribed == []


def test_public_marts_are_contracted_and_carry_no_personal_data(manifest: dict[str, Any]) -> None:
    public = [model for model in _models(manifest) if model["access"] == "public"]
    assert {model["name"] for model in public} >= {
        "dim_customers",
        "fct_orders",
        "fct_order_lines",
        "customer_scores",
        "customer_lifecycle",
        "segment_summary",
    }
    for model in public:
        assert model["config"]["contract"]["enforced"], model["name"]
        for column in model["columns"].values():
            assert not column["config"]["meta"].get("pii"), (model["name"], column["name"])


def test_personal_data_of_the_sources_are_tagged_in_the_conformed_feeds(
    manifest: dict[str, Any],
) -> None:
    personal = {
        column["name"]
        for source in manifest["sources"].values()
        if source["source_name"] == "shop"
        for column in source["columns"].values()
        if column["config"]["meta"].get("pii")
    }
    assert "email" in personal
    untagged = [
        f"{model['name']}.{column['name']}"
        for model in _models(manifest)
        if model["fqn"][1] == "conformed"
        for column in model["columns"].values()
        if column["name"] in personal and not column["config"]["meta"].get("pii")
    ]
    assert untagged == []


def test_what_outlives_an_erasure_holds_nothing_of_a_person(manifest: dict[str, Any]) -> None:
    """Histories are kept when a person is erased; only the two of identity are purged."""
    contracts = [read_contract(sources_file(source)) for source in known_sources()]
    identifying = {
        column.name
        for contract in contracts
        for feed in contract.feeds.values()
        for column in feed.columns
        if column.identifiers or column.pii
    }
    found = [
        f"{model['name']}.{column['name']}"
        for model in _models(manifest)
        if model["config"].get("full_refresh") is False
        for column in model["columns"].values()
        if column["config"]["meta"].get("pii") or column["name"] in identifying
    ]
    assert found == []


def test_no_model_asks_the_wall_clock_or_names_an_engine() -> None:
    forbidden = ("current_date", "current_timestamp", "now()", "target.type", "ntile(")
    found = [
        f"{path.relative_to(PROJECT)}: {word}"
        for path in [*PROJECT.glob("models/**/*.sql"), *PROJECT.glob("macros/**/*.sql")]
        for word in forbidden
        if word in path.read_text(encoding="utf-8").lower()
    ]
    assert found == []
