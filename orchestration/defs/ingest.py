"""Raw tables as assets, one a feed: loaded from landing files, or filled by somebody else."""

from collections.abc import Iterator, Sequence

import dagster as dg
from dagster_dbt import DbtProject

from orchestration.defs.day import settings_of_run
from orchestration.defs.dbt import manifest_of
from stammkunde import privacy, progress
from stammkunde.engines import Engine
from stammkunde.ingest import load, read_contract, require_rows
from stammkunde.paths import Home
from stammkunde.settings import Settings, sources_file


def raw_assets(
    project: DbtProject, settings: Settings, place: Home, engine: Engine
) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The raw tables of the run's sources: to be loaded, or only to be known.

    Where the engine loads no files its raw tables are external to Dagster: a tool of the user fills
    them, or dbt registers Parquet files as such before it builds (macro ``register_raw_tables``).
    """
    specs = [
        dg.AssetSpec(
            [node["source_name"], node["name"]],
            description=node["description"],
            group_name=f"raw_{node['source_name']}",
        )
        for node in manifest_of(project)["sources"].values()
        if node["source_name"] in settings.sources
    ]
    return [landing_assets(specs, settings, place)] if engine.loads_files else [*specs]


def landing_assets(
    specs: Sequence[dg.AssetSpec], settings: Settings, place: Home
) -> dg.AssetsDefinition:
    """Raw tables, keyed by source and feed, as loaded from the sources' landing folders."""

    @dg.multi_asset(name="load", specs=specs)
    def load_landing_files(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None]]:
        """Reads each landing file once, then takes out who asked to be erased.

        What cannot be read is refused or quarantined.
        """
        display = progress.current()
        privacy.require_vault(place)  # before anything of an erased person can land
        reports = {}
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
            reports[source] = report
        require_rows(reports.values())
        erasure = privacy.carry_out(place, settings_of_run(settings, context.run.tags))
        context.log.info(f"Erased: {erasure.in_words}")
        for warning in erasure.warnings:
            display.warn(warning)
        for source, report in reports.items():
            for feed in (spec.key.path[1] for spec in specs if spec.key.path[0] == source):
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
