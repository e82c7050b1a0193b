"""Landing files as assets: one raw table a feed."""

from collections.abc import Iterator

import dagster as dg
from dagster_dbt import DbtProject

from orchestration.defs.dbt import manifest_of
from stammkunde import progress
from stammkunde.ingest import load, read_contract
from stammkunde.paths import Home
from stammkunde.settings import Settings, sources_file


def landing_assets(project: DbtProject, settings: Settings, place: Home) -> dg.AssetsDefinition:
    """The raw tables of the run's sources, loaded from their landing folders."""
    tables = [
        (node["source_name"], node["name"], node["description"])
        for node in manifest_of(project)["sources"].values()
        if node["source_name"] in settings.sources
    ]

    @dg.multi_asset(
        name="load",
        specs=[
            dg.AssetSpec([source, feed], description=description, group_name=f"raw_{source}")
            for source, feed, description in tables
        ],
    )
    def load_landing_files(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None]]:
        """Reads each landing file once; what cannot be read is refused or quarantined."""
        display = progress.current()
        for source in settings.sources:
            landing = settings.landing_folder(source, place)
            display.stage(f"Load {source}")
            report = load(
                source,
                landing,
                place.warehouse,
                read_contract(sources_file(source)),
                lambda state: display.reach(state.files_done, state.files_total),
            )
            for message in report.messages:
                if message.level == "info":
                    context.log.info(str(message))
                else:
                    context.log.warning(str(message))
                    display.warn(str(message))
            for feed in (feed for name, feed, _ in tables if name == source):
                totals = report.feeds[feed]
                yield dg.MaterializeResult(
                    asset_key=[source, feed],
                    metadata={
                        "files_loaded": totals.files_loaded,
                        "files_refused": totals.files_refused,
                        "rows_read": totals.rows_read,
                        "rows_loaded": totals.rows_loaded,
                        "rows_unreadable": totals.rows_unreadable,
                    },
                )

    return load_landing_files
