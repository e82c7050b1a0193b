"""Everything that Dagster loads: ``dagster dev -m orchestration.definitions``."""

import dagster as dg

from orchestration.defs import daily, dbt, full_check, ingest, publish, quality
from stammkunde.engines import chosen_engine
from stammkunde.paths import home
from stammkunde.settings import from_environment


@dg.definitions
def definitions() -> dg.Definitions:
    """The graph for the sources, the home, the day and the engine that the environment names."""
    settings, place, engine = from_environment(), home(), chosen_engine()
    project = dbt.prepare_project(settings, place)
    weekly = full_check.full_check_job(settings, place)
    return dg.Definitions(
        assets=[
            *ingest.raw_assets(project, settings, place, engine),
            *dbt.dbt_layers(project, settings, place, engine),
            *publish.serving_assets(project, settings, place, engine),
        ],
        asset_checks=[quality.gates(settings, place, engine)],
        jobs=[*daily.daily_jobs(), weekly],
        schedules=[daily.daily_schedule(settings), full_check.weekly_schedule(weekly)],
        resources={"dbt": dbt.dbt_resource(place)},
    )
