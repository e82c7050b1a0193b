"""Everything that Dagster loads: ``dagster dev -m orchestration.definitions``."""

import dagster as dg

from orchestration.defs import daily, dbt, ingest, publish, quality
from stammkunde.paths import home
from stammkunde.settings import from_environment


@dg.definitions
def definitions() -> dg.Definitions:
    """The graph for the sources, the home and the day that the environment names."""
    settings, place = from_environment(), home()
    project = dbt.prepare_project(settings, place)
    return dg.Definitions(
        assets=[
            ingest.landing_assets(project, settings, place),
            *dbt.dbt_layers(project, settings, place),
            publish.published_marts(project, place),
            publish.management_page(place),
        ],
        asset_checks=[quality.gates(place)],
        jobs=daily.daily_jobs(),
        schedules=[daily.daily_schedule()],
        resources={"dbt": dbt.dbt_resource(project)},
    )
