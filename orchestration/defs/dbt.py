"""The dbt project as assets, in two layers with the gates between them."""

import json
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DbtCliEventMessage,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from orchestration.defs.day import settings_of_run
from stammkunde import progress
from stammkunde.dbt_child import write_stand_in
from stammkunde.dbt_results import FAILED, WARNED, describe_results
from stammkunde.engines import Engine
from stammkunde.identity import match_people, matching_options, require_splink
from stammkunde.parsed import parse
from stammkunde.paths import PROJECT, Home
from stammkunde.settings import Settings, SettingsError

# What is built before the gates decide, and what only good data may reach.
COLLECTED = "path:seeds path:models/staging path:models/conformed path:models/quality"
CUSTOMER_MARTS = "path:models/identity path:models/marts"
# Of these, what has to stand before people are matched; only where the run matches any.
COMPONENTS = "path:models/identity,+int_identity__matchable_contacts"
MATCHES = dg.AssetKey(["identity", "probabilistic_matches"])

# Unit tests prove the logic when the code changes, not when the data do.
BUILD = ["build", "--exclude-resource-type", "unit_test"]
# A test that also looks at a later model waits until that one is built.
BUILD_FIRST = [*BUILD, "--indirect-selection", "cautious"]


class DbtBuildError(RuntimeError):
    """Models or tests failed; the message says which, and what is known of the reason."""


class Translator(DagsterDbtTranslator):
    """Shows the folders of the project as Dagster's groups, and what a model waits for."""

    def __init__(self, *, matches_people: bool = False) -> None:
        """A translator for runs that match people, or do not."""
        super().__init__()
        self._matches_people = matches_people

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """The default spec, grouped by the first folders below ``models``."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        properties = self.get_resource_props(manifest, unique_id)
        # dbt does not know the table: Python writes it between two builds.
        reads_matches = properties["config"]["meta"].get("reads_matches", False)
        if self._matches_people and reads_matches:
            spec = spec.replace_attributes(deps=[*spec.deps, MATCHES])
        return spec.replace_attributes(group_name=_group(properties))

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """The default check, for tests of what somebody reads: conformed feeds and public marts.

        Of the tables between them, and of seeds, a test that fails still ends the run and is named;
        each result that Dagster keeps as a check costs three records in its event log.
        """
        if not self.is_check(manifest, unique_id):
            return None
        return super().get_asset_check_spec(asset_spec, manifest, unique_id, project)

    @staticmethod
    def is_check(manifest: Mapping[str, Any], test: str) -> bool:
        """Whether Dagster knows a test as a check."""
        model = manifest["nodes"].get(manifest["nodes"][test].get("attached_node"))
        return model is not None and (
            model["fqn"][1] == "conformed" or model.get("access") == "public"
        )


def _group(properties: Mapping[str, Any]) -> str:
    """Group of a dbt node: ``staging_shop``, ``conformed``, ``marts_core``, ``reference``."""
    folders = [folder for folder in properties["fqn"][1:-1] if folder != "intermediate"]
    return "_".join(folders[:2])


def prepare_project(settings: Settings, place: Home) -> DbtProject:
    """The dbt project, parsed for the sources of this run.

    Raises:
        DbtProjectError: the project does not parse.
    """
    folder = parse(settings.dbt_vars(), place)
    return DbtProject(PROJECT, target_path=folder, profiles_dir=PROJECT)


def manifest_of(project: DbtProject) -> dict[str, Any]:
    """The parsed manifest of the project."""
    manifest: dict[str, Any] = json.loads(project.manifest_path.read_text(encoding="utf-8"))
    return manifest


class Dbt(DbtCliResource):
    """The dbt command alone.

    dagster-dbt would load an adapter beside each command, to ask tables for their columns: seconds
    for what no asset here shows.
    """

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:  # noqa: ANN401, ARG002
        return None


def dbt_resource(place: Home) -> DbtCliResource:
    """The dbt command, which builds in a process of its own and ends with the run."""
    command = [sys.executable, "-m", "stammkunde.parsed"]
    executable = write_stand_in(place.dagster / "dbt", place.dbt_lock, command, version("dbt-core"))
    return Dbt(project_dir=str(PROJECT), profiles_dir=str(PROJECT), dbt_executable=str(executable))


def _described(
    invocation: DbtCliInvocation,
    manifest: Mapping[str, Any],
    place: Home,
    engine: Engine,
    statuses: Collection[str],
) -> list[str]:
    """The results with these statuses, in words; empty where dbt came to no result at all."""
    try:
        run_results = invocation.get_artifact("run_results.json")
    except FileNotFoundError:
        return []
    return describe_results(run_results, manifest, partial(engine.query, place), statuses)


def _is_silent(message: DbtCliEventMessage, manifest: Mapping[str, Any]) -> bool:
    """Whether a test has passed of which Dagster keeps no check."""
    node = message.raw_event["data"].get("node_info", {})
    passed = node.get("resource_type") == "test" and node.get("node_status") == "pass"
    return passed and not Translator.is_check(manifest, node["unique_id"])


def dbt_layers(
    project: DbtProject, settings: Settings, place: Home, engine: Engine
) -> list[dg.AssetsDefinition]:
    """What was collected, and behind the gates the customer marts.

    Between the two, where the run matches people, the components and the matches.

    Raises:
        SettingsError: people are to be matched, and cannot be.
    """
    chosen = matching_options(settings)
    if chosen:
        if not engine.matches_people:
            raise SettingsError(
                "People are matched on DuckDB only: switch var probabilistic_matching off."
            )
        require_splink()
    manifest = manifest_of(project)
    translator = Translator(matches_people=chosen is not None)

    def build(
        context: dg.AssetExecutionContext, dbt: DbtCliResource, title: str, command: list[str]
    ) -> Iterator[Any]:
        display = progress.current()
        display.stage(title, total=len(context.selected_asset_keys))
        chosen_vars = settings_of_run(settings, context.run.tags).dbt_vars_argument()
        # A folder of its own a layer, and not one more a run, as Dagster would make.
        target = place.target / context.op_execution_context.op.name
        shutil.rmtree(target, ignore_errors=True)
        invocation = dbt.cli([*command, *chosen_vars], context=context, target_path=target)
        try:
            for message in invocation.stream_raw_events():
                if _is_silent(message, manifest):
                    continue
                for event in message.to_default_asset_events(
                    manifest, translator, context, target, project
                ):
                    if isinstance(event, dg.Output | dg.AssetMaterialization):
                        display.advance()
                    yield event
        except DagsterDbtCliRuntimeError as error:
            failures = _described(invocation, manifest, place, engine, FAILED)
            raise (DbtBuildError("\n".join(failures)) if failures else error) from None
        for warning in _described(invocation, manifest, place, engine, WARNED):
            display.warn(warning)

    @dbt_assets(
        name="collected",
        manifest=project.manifest_path,
        project=project,
        select=COLLECTED,
        dagster_dbt_translator=translator,
    )
    def collected(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        """Staged and conformed feeds, and the statistics about their collection."""
        yield from build(context, dbt, "Stage and conform the feeds", BUILD_FIRST)

    @dbt_assets(
        name="customer_marts",
        manifest=project.manifest_path,
        project=project,
        select=CUSTOMER_MARTS,
        exclude=COMPONENTS if chosen else None,
        dagster_dbt_translator=translator,
    )
    def customer_marts(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        """Resolved customers and their marts; waits for the gates."""
        yield from build(context, dbt, "Resolve customers, build marts", BUILD)

    if chosen is None:
        return [collected, customer_marts]

    @dbt_assets(
        name="components",
        manifest=project.manifest_path,
        project=project,
        select=COMPONENTS,
        dagster_dbt_translator=translator,
    )
    def components(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        """Customers by their identifiers alone."""
        yield from build(context, dbt, "Resolve identifiers", BUILD_FIRST)

    @dg.asset(
        key=MATCHES,
        deps=[_key_of(manifest, "int_identity__matchable_contacts")],
        group_name="identity",
        description="Scored pairs of contact records that share no identifier.",
    )
    def matches() -> dg.MaterializeResult[None]:
        progress.current().stage("Match people")
        report = match_people(place.warehouse, chosen)
        return dg.MaterializeResult(
            metadata={
                "contacts": report.contacts,
                "pairs": report.pairs,
                "links": report.links,
                "calibration_date": report.calibration.date if report.calibration else "none",
                "trained": report.trained,
            }
        )

    return [collected, components, matches, customer_marts]


def _key_of(manifest: Mapping[str, Any], model: str) -> dg.AssetKey:
    """Dagster's key of a model."""
    properties = manifest["nodes"][f"model.{manifest['metadata']['project_name']}.{model}"]
    return dg.AssetKey([properties["config"]["schema"], model])
