"""What a run is about: its sources, their landing folders, its day.

The settings come from environment variables, so that the command line, Dagster's UI and its
schedule all run the same graph: ``STAMMKUNDE_SOURCE`` (one source; empty: those of
``dbt_project.yml``), ``STAMMKUNDE_LANDING`` (its landing folder) and ``STAMMKUNDE_AS_OF``
(ISO date; empty: the newest day of the data). On an engine that does not load the landing files
itself, ``STAMMKUNDE_RAW_PARQUET`` may name a folder of raw tables, one subfolder a table.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from stammkunde.paths import PROJECT, Home

FEEDS = (
    "contacts",
    "orders",
    "order_lines",
    "products",
    "events",
    "messages",
    "feedback",
    "ad_spend",
    "consents",
    "unmerges",
    "erasures",
)


class SettingsError(ValueError):
    """A run was asked for that cannot be: the message says what to change."""


@dataclass(frozen=True)
class Settings:
    """The settings of one run.

    Attributes:
        sources: feeds by source system, as dbt's var ``sources``.
        landing: landing folder by source system; a source without an entry lands in the home.
        as_of: the day that the run describes; None for the newest day of the data.
        source_vars: vars that a run of the source alone sets, such as its currency.
        raw_parquet: folder of the raw tables as Parquet; empty: they are tables already.
    """

    sources: Mapping[str, tuple[str, ...]]
    landing: Mapping[str, Path]
    as_of: date | None
    source_vars: Mapping[str, Any]
    raw_parquet: str = ""

    def landing_folder(self, source: str, home: Home) -> Path:
        """The folder that holds one subfolder a feed of ``source``."""
        return self.landing.get(source, home.landing / source)

    def dbt_vars(self) -> dict[str, Any]:
        """The vars that dbt gets; a var that is not here keeps the project's default."""
        return {
            **self.source_vars,
            "sources": {source: list(feeds) for source, feeds in self.sources.items()},
            "as_of_date": self.as_of.isoformat() if self.as_of else "",
            **({"raw_parquet": self.raw_parquet} if self.raw_parquet else {}),
        }

    def dbt_vars_argument(self) -> list[str]:
        """The vars as dbt's command-line arguments."""
        return ["--vars", json.dumps(self.dbt_vars(), sort_keys=True)]


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of this process.

    Args:
        environment: variables to read; by default the process's own.

    Raises:
        SettingsError: an unknown source, a landing folder that is missing, a date that is none, or
            a YAML file that cannot be read.
    """
    variables = os.environ if environment is None else environment
    source = variables.get("STAMMKUNDE_SOURCE", "")
    landing = variables.get("STAMMKUNDE_LANDING", "")
    if landing and not source:
        raise SettingsError("A landing folder belongs to a source: give SOURCE as well.")
    if landing and not Path(landing).is_dir():
        raise SettingsError(f"The landing folder {landing} does not exist or is no folder.")
    as_of = _parse_date(variables.get("STAMMKUNDE_AS_OF", ""))
    raw_parquet = variables.get("STAMMKUNDE_RAW_PARQUET", "")
    if not source:
        return Settings(_project_sources(), {}, as_of, {}, raw_parquet)
    return Settings(
        sources={source: _feeds_of(source)},
        landing={source: Path(landing).resolve()} if landing else {},
        as_of=as_of,
        source_vars=_vars_of(source),
        raw_parquet=raw_parquet,
    )


def sources_file(source: str) -> Path:
    """The dbt YAML that holds the contract of a source's raw tables."""
    return PROJECT / "models" / "staging" / source / f"_{source}__sources.yml"


def known_sources() -> list[str]:
    """Names of the sources that have a staging folder."""
    return sorted(path.parent.name for path in PROJECT.glob("models/staging/*/_*__sources.yml"))


def _parse_date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"AS_OF must be a date like 2025-12-31, not {text!r}.") from None


def project_vars() -> dict[str, Any]:
    """The vars of the dbt project, before a source or a run sets its own."""
    found: dict[str, Any] = _read_yaml(PROJECT / "dbt_project.yml")["vars"]
    return found


def _project_sources() -> dict[str, tuple[str, ...]]:
    return {source: tuple(feeds) for source, feeds in project_vars()["sources"].items()}


def _feeds_of(source: str) -> tuple[str, ...]:
    """The feeds that a source gives: those it has a staging model for."""
    if source not in known_sources():
        raise SettingsError(
            f"There is no source {source!r} below models/staging; "
            f"known sources: {', '.join(known_sources())}."
        )
    folder = sources_file(source).parent
    return tuple(feed for feed in FEEDS if any(folder.rglob(f"stg_{source}__{feed}.sql")))


def _vars_of(source: str) -> dict[str, Any]:
    """The vars in a source's YAML, ``config.meta.vars``."""
    path = sources_file(source)
    try:
        entry = _read_yaml(path)["sources"][0]
    except (LookupError, TypeError):
        raise SettingsError(f"{path} holds no source.") from None
    chosen: dict[str, Any] = entry.get("config", {}).get("meta", {}).get("vars", {})
    return chosen


def _read_yaml(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is no YAML: {error}") from error
