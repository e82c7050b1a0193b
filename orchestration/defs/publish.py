"""Publishing and the page: what people and BI tools see of a run."""

from pathlib import Path

import dagster as dg
from dagster_dbt import DbtProject

from orchestration.defs.dbt import manifest_of
from stammkunde import progress
from stammkunde.paths import Home, home
from stammkunde.publish import publish
from stammkunde.quality import latest_verdicts, read_rules
from stammkunde.site import build_site

PUBLISHED = dg.AssetKey(["serving", "marts"])
PAGE = dg.AssetKey(["site", "management"])


def published_marts(project: DbtProject, place: Home) -> dg.AssetsDefinition:
    """The public marts as one file for BI tools."""
    public = [
        [node["config"]["schema"], node["name"]]
        for node in manifest_of(project)["nodes"].values()
        if node["resource_type"] == "model" and node["access"] == "public"
    ]

    @dg.asset(key=PUBLISHED, deps=public, group_name="serving")
    def marts() -> dg.MaterializeResult[None]:
        """A new version in serving/, or none where no row changed."""
        progress.current().stage("Publish")
        publication = publish(place.warehouse, place.serving, project.manifest_path)
        return dg.MaterializeResult(
            metadata={
                "version": publication.version,
                "is_new": publication.is_new,
                "path": dg.MetadataValue.path(str(publication.path)),
                "rows": {table.name: table.row_count for table in publication.tables},
            }
        )

    return marts


def management_page(place: Home) -> dg.AssetsDefinition:
    """The Management page from what was just published."""

    @dg.asset(key=PAGE, deps=[PUBLISHED], group_name="site")
    def management() -> dg.MaterializeResult[None]:
        """A static file that needs neither server nor network."""
        progress.current().stage("Draw the page")
        return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(draw_page(place)))})

    return management


def draw_page(place: Home) -> Path:
    """Draw the page of a home from its published marts and the newest verdicts."""
    return build_site(
        place.serving,
        latest_verdicts(place.warehouse),
        place.site,
        check_names={rule.check_id: rule.name for rule in read_rules()},
    )


@dg.failure_hook(name="page_after_a_red_run")
def page_after_a_red_run(context: dg.HookContext) -> None:
    """Draws the page when a step fails: the last good numbers, and what stopped the run."""
    context.log.info(f"The run stopped; the page says why: {draw_page(home())}")
