"""Publishing and the page: what people and BI tools see of a run."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg
import duckdb
from dagster_dbt import DbtProject

from orchestration.defs.day import settings_of_run
from orchestration.defs.dbt import manifest_of
from orchestration.retention import forget_old_runs
from stammkunde import privacy, progress
from stammkunde.engines import Engine, chosen_engine
from stammkunde.paths import Home, home
from stammkunde.publish import publish, require_green_gates
from stammkunde.quality import latest_verdicts, read_rules
from stammkunde.settings import Settings
from stammkunde.site import build_site

PUBLISHED = dg.AssetKey(["serving", "marts"])
PAGE = dg.AssetKey(["site", "management"])

# What Dagster raises behind a blocking check that failed; the class is not public.
GATE_IS_SHUT = "DagsterAssetCheckFailedError"


def serving_assets(
    project: DbtProject, settings: Settings, place: Home, engine: Engine
) -> list[dg.AssetsDefinition]:
    """The page, and before it the published file where the engine has one."""
    public = [
        dg.AssetKey([node["config"]["schema"], node["name"]])
        for node in manifest_of(project)["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public"
    ]
    if not engine.publishes_file:
        return [management_page(public, place, engine)]
    return [
        published_marts(public, project, settings, place),
        management_page([PUBLISHED], place, engine),
    ]


def published_marts(
    public: Sequence[dg.AssetKey], project: DbtProject, settings: Settings, place: Home
) -> dg.AssetsDefinition:
    """The public marts as one file for BI tools."""

    @dg.asset(key=PUBLISHED, deps=public, group_name="serving")
    def marts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        """A new version in serving/, or none where no row changed.

        Nothing red is published, nor anything while something of an erased person is left; no
        version from before an erasure stays.
        """
        progress.current().stage("Publish")
        privacy.require_erased(place, settings_of_run(settings, context.run.tags))
        publication = publish(
            place.warehouse,
            place.serving,
            project.manifest_path,
            erased_at=privacy.last_purge(place),
        )
        return dg.MaterializeResult(
            metadata={
                "version": publication.version,
                "is_new": publication.is_new,
                "path": dg.MetadataValue.path(str(publication.path)),
                "rows": {table.name: table.row_count for table in publication.tables},
            }
        )

    return marts


def management_page(
    shown: Sequence[dg.AssetKey], place: Home, engine: Engine
) -> dg.AssetsDefinition:
    """The Management page from what is now published."""

    @dg.asset(key=PAGE, deps=shown, group_name="site")
    def management(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        """A static file that needs neither server nor network."""
        progress.current().stage("Draw the page")
        if not engine.publishes_file:
            require_green_gates(engine.record(place))
        engine.bring_marts(place)
        page = draw_page(place, engine, context.run.run_id)
        forget_old_runs(context.instance)
        return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(page))})

    return management


def draw_page(place: Home, engine: Engine, run_id: str, stopped_by: Sequence[str] = ()) -> Path:
    """Draw the page of a home from its published marts and the newest verdicts.

    Args:
        place: the home.
        engine: what the run is on.
        run_id: the run that asks; where it did not come to the gates, the page says so.
        stopped_by: what stopped the run, unless it was a gate.
    """
    try:
        verdicts = latest_verdicts(engine.record(place))
    except duckdb.Error as error:
        if not stopped_by:
            raise
        verdicts, stopped_by = [], [*stopped_by, str(error)]
    return build_site(
        engine.serving(place),
        verdicts,
        place.site,
        check_names={rule.check_id: rule.name for rule in read_rules()},
        stopped_by=stopped_by,
        gates_were_asked=any(verdict.run_id == run_id for verdict in verdicts),
    )


@dg.failure_hook(name="page_after_a_red_run")
def page_after_a_red_run(context: dg.HookContext) -> None:
    """Draws the page when a step fails: the last good numbers, and what stopped the run."""
    # Of a gate that is shut, its verdicts tell.
    error = context.op_exception
    reasons = [] if error is None or type(error).__name__ == GATE_IS_SHUT else _reasons(error)
    for reason in reasons:
        progress.current().stop(reason)
    page = draw_page(home(), chosen_engine(), context.run_id, reasons)
    context.log.info(f"The run stopped; the page says why: {page}")
    forget_old_runs(context.instance)


def _reasons(error: BaseException) -> list[str]:
    """The lines of the innermost message, without the stack."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines()]
    return [line for line in lines if line] or [type(error).__name__]
