"""The graph that Dagster loads: what it holds and what waits for what."""

import ast
import io
from dataclasses import replace
from pathlib import Path
from typing import cast

import dagster as dg
import pytest
from dagster_dbt import DbtCliResource, DbtProject
from rich.console import Console

from orchestration.defs import ingest, quality
from orchestration.defs.dbt import Dbt
from orchestration.defs.quality import check_key, check_result, check_specs, verdicts_by_check
from stammkunde import progress
from stammkunde.engines import DuckDB
from stammkunde.homes import prepare
from stammkunde.ingest import read_contract
from stammkunde.paths import PROJECT, Home
from stammkunde.quality import Rule, Verdict, read_rules
from stammkunde.quality.rules import Severity
from stammkunde.settings import from_environment, sources_file


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    home = Home(tmp_path_factory.mktemp("definitions"))
    prepare(home)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in home.environment().items():
            patch.setenv(name, value)
        patch.setenv("STAMMKUNDE_SOURCE", "shop")
        from orchestration.definitions import definitions

        return definitions()


def test_the_definitions_are_valid_and_have_a_daily_schedule(loaded: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(loaded)
    schedule = loaded.resolve_schedule_def("daily_schedule")
    assert schedule.cron_schedule == "30 5 * * *"
    assert schedule.job_name == "daily"


def test_each_week_every_test_is_asked_of_all_rows(loaded: dg.Definitions) -> None:
    schedule = loaded.resolve_schedule_def("full_check_schedule")
    assert schedule.cron_schedule == "0 9 * * 0"
    job = loaded.resolve_job_def(schedule.job_name)
    assert [node.name for node in job.nodes] == ["ask_every_test"]


def test_dagster_shows_tests_of_conformed_feeds_and_public_marts_alone(
    loaded: dg.Definitions,
) -> None:
    graph = loaded.resolve_asset_graph()
    rules = {f"{rule.check_id}_{rule.subject}".rstrip("_") for rule in read_rules()}
    shown = {key.asset_key.path[0] for key in graph.asset_check_keys if key.name not in rules}
    assert shown == {"conformed", "marts"}


def test_every_mart_comes_after_the_conformed_feeds_and_before_the_file(
    loaded: dg.Definitions,
) -> None:
    graph = loaded.resolve_asset_graph()
    orders = dg.AssetKey(["conformed", "orders"])
    lifecycle = dg.AssetKey(["marts", "customer_lifecycle"])
    raw = dg.AssetKey(["shop", "orders"])
    upstream = _ancestors(graph, lifecycle)
    assert {orders, raw} <= upstream
    assert lifecycle in _ancestors(graph, dg.AssetKey(["serving", "marts"]))
    assert dg.AssetKey(["serving", "marts"]) in _ancestors(
        graph, dg.AssetKey(["site", "management"])
    )


def _ancestors(graph: object, key: dg.AssetKey) -> set[dg.AssetKey]:
    found: set[dg.AssetKey] = set()
    ahead = [key]
    while ahead:
        parents = set(graph.get(ahead.pop()).parent_keys) - found  # type: ignore[attr-defined]
        found |= parents
        ahead += parents
    return found


def test_every_rule_is_a_check_of_its_own() -> None:
    rules = read_rules()
    specs = check_specs(rules)
    assert len({(spec.asset_key, spec.name) for spec in specs}) == len(rules)


@pytest.mark.parametrize(
    ("severity", "status", "goes_on"),
    [
        ("warn", "passed", True),
        ("warn", "not evaluated", True),
        ("warn", "failed", True),
        ("warn", "errored", False),
        ("error", "passed", True),
        ("error", "failed", False),
        ("block", "errored", False),
    ],
)
def test_a_gate_stops_what_comes_after_it(
    severity: Severity,
    status: str,
    goes_on: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = replace(read_rules()[0], severity=severity)
    recorded: list[Verdict] = []
    monkeypatch.setattr(quality, "read_rules", lambda: [rule])
    monkeypatch.setattr(quality, "evaluate", lambda *_, **__: [_verdict(rule, status)])
    monkeypatch.setattr(quality, "record", lambda _, verdicts, __: recorded.extend(verdicts))
    feed = dg.AssetKey(["conformed", rule.guards])
    built = []

    @dg.asset(key=feed)
    def conformed() -> None:
        """The feed that the rule guards."""

    @dg.asset(deps=[feed])
    def mart() -> None:
        built.append("mart")

    gates = quality.gates(from_environment({}), Home(tmp_path), DuckDB())
    outcome = dg.materialize([conformed, mart, gates], raise_on_error=False)

    assert outcome.success is goes_on
    assert built == ["mart"] * goes_on
    assert [verdict.status for verdict in recorded] == [status]


def test_the_load_shows_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    folder = home.landing / "shop" / "contacts"
    folder.mkdir(parents=True)
    for day in ("2025-01-01", "2025-01-02", "2025-01-03"):
        rows = f"contact_key,country,created_at,updated_at\nK,DE,{day},{day}\n"
        (folder / f"contacts_{day}.csv").write_text(rows, encoding="utf-8")
    contract = read_contract(sources_file("shop"))
    described = {
        feed: {"source_name": "shop", "name": feed, "description": ""} for feed in contract.feeds
    }
    monkeypatch.setattr(ingest, "manifest_of", lambda _: {"sources": described})
    settings = from_environment({"STAMMKUNDE_SOURCE": "shop"})
    project = cast("DbtProject", None)  # the manifest is given
    assets = ingest.raw_assets(project, settings, home, DuckDB())
    console = Console(file=io.StringIO(), width=100)

    with progress.on_terminal(console):
        assert dg.materialize(assets).success

    assert isinstance(console.file, io.StringIO)
    (line,) = (line for line in console.file.getvalue().splitlines() if "Load shop" in line)
    assert "3/3" in line


def _verdict(rule: Rule, status: str) -> Verdict:
    return Verdict(
        check_id=rule.check_id,
        source_system="shop",
        feed=rule.feed,
        subject=rule.subject,
        status=status,  # type: ignore[arg-type]
        severity=rule.severity,
        as_of_date=None,
        statistic=1.0,
        threshold=rule.threshold,
        effect=None,
        effect_threshold=None,
        sample_size=1,
        message=f"{rule.check_id} is {status}.",
        guards=rule.guards,
    )


@pytest.mark.parametrize(
    ("statuses", "passed", "severity"),
    [
        (["passed"], True, dg.AssetCheckSeverity.WARN),
        (["not evaluated"], False, dg.AssetCheckSeverity.WARN),
        (["not evaluated", "passed"], False, dg.AssetCheckSeverity.WARN),
        (["not evaluated", "failed"], False, dg.AssetCheckSeverity.ERROR),
        (["passed", "failed"], False, dg.AssetCheckSeverity.ERROR),
        (["errored"], False, dg.AssetCheckSeverity.ERROR),
    ],
)
def test_the_worst_verdict_decides(
    statuses: list[str], passed: bool, severity: dg.AssetCheckSeverity
) -> None:
    rule = next(rule for rule in read_rules() if rule.check_id == "F2")
    key = check_key(rule.check_id, rule.subject, rule.guards)
    result = check_result(key, [_verdict(rule, status) for status in statuses])
    assert result.passed is passed
    assert result.severity == severity
    assert result.metadata["status"].value == ", ".join(sorted(set(statuses)))
    assert (result.description or "").startswith("Not evaluated.") is (
        statuses == ["not evaluated"]
    )


def test_a_failed_warning_does_not_block() -> None:
    rule = next(rule for rule in read_rules() if rule.severity == "warn")
    key = check_key(rule.check_id, rule.subject, rule.guards)
    result = check_result(key, [_verdict(rule, "failed")])
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN


def test_every_verdict_finds_its_check() -> None:
    rules = read_rules()
    verdicts = [_verdict(rule, "passed") for rule in rules]
    grouped = verdicts_by_check(rules, verdicts)
    assert sum(len(own) for own in grouped.values()) >= len(verdicts)
    assert all(grouped.values())


def test_arrows_run_one_way() -> None:
    """Neither stammkunde nor simulator imports Dagster or a layer above it."""
    forbidden = {
        "stammkunde": {"dagster", "dagster_dbt", "orchestration", "simulator"},
        "simulator": {"dagster", "dagster_dbt", "orchestration", "stammkunde"},
    }
    found = [
        f"{path.relative_to(PROJECT)} imports {module}"
        for package, modules in forbidden.items()
        for path in (PROJECT / package).rglob("*.py")
        for module in _imports(path) & modules
    ]
    assert found == []


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_what_dagster_dbt_would_load_beside_dbt_is_still_what_is_overridden() -> None:
    name = "_initialize_dbt_core_adapter"
    assert name in vars(DbtCliResource)
    assert name in vars(Dbt)
