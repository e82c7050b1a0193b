"""A warehouse that holds just what the quality models read, and dbt to build them."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from stammkunde.paths import PROJECT, Home

AS_OF = date(2025, 12, 31)

# In the order of their dependencies.
MODELS = [
    "quality_enabled_feeds",
    "quality_row_counts",
    "quality_rejection_counts",
    "quality_staged_counts",
    "quality_daily_counts",
    "quality_daily_mix",
    "quality_mix_days",
    "quality_mix_cells",
    "quality_mix_dispersions",
    "quality_row_samples",
    "quality_row_reconciliation",
    "quality_duplicate_keys",
    "quality_repeated_rows",
    "quality_required_fields",
    "quality_shortened_keys",
    "quality_colliding_keys",
    "quality_unknown_contacts",
    "quality_freshness",
    "quality_daily_volume",
    "quality_event_mix",
    "quality_statistics",
]

# Only the columns that the quality models read.
CONFORMED = {
    "contacts": "source_system varchar, contact_key varchar, updated_at timestamp",
    "orders": (
        "source_system varchar, order_key varchar, ordered_at timestamp, contact_key varchar"
    ),
    "order_lines": "source_system varchar, order_key varchar, returned_at timestamp",
    "products": "source_system varchar, product_key varchar, updated_at timestamp",
    "events": (
        "source_system varchar, event_key varchar, occurred_at timestamp, received_at timestamp, "
        "device_type varchar, platform varchar, country varchar, user_key varchar"
    ),
    "messages": (
        "source_system varchar, message_key varchar, occurred_at timestamp, contact_key varchar"
    ),
    "feedback": (
        "source_system varchar, feedback_key varchar, submitted_at timestamp, contact_key varchar"
    ),
    "ad_spend": "source_system varchar, spend_date date",
    "consents": "source_system varchar, contact_key varchar, changed_at timestamp",
    "unmerges": "source_system varchar, request_key varchar, requested_at timestamp",
    "erasures": "source_system varchar, request_key varchar, requested_at timestamp",
}
GIVEN = {
    "quality_enabled_feeds": "source_system varchar, feed varchar",
    "quality_row_counts": (
        "source_system varchar, feed varchar, record_date date, rows_in bigint, "
        "rows_accepted bigint, rows_superseded bigint, rows_set_aside bigint, "
        "rows_repeated bigint, rows_rejected bigint, rows_colliding bigint default 0"
    ),
    "quality_rejection_counts": (
        "source_system varchar, feed varchar, record_date date, reason varchar, row_count bigint"
    ),
    "quality_staged_counts": "source_system varchar, feed varchar, staged_rows bigint",
}


def dbt(home: Path, *arguments: str) -> str:
    """Runs dbt on the project with a home of its own and returns what it printed."""
    place = Home(home)
    place.warehouse.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "dbt.cli.main", *arguments]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, **place.environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Bench:
    """A warehouse under test.

    Attributes:
        path: its file.
        sql: compiled SQL by model.
    """

    path: Path
    sql: dict[str, str]

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Opens the warehouse for writing."""
        return duckdb.connect(str(self.path))

    def build(self, *models: str) -> None:
        """Builds models, or all that are computed from what is given."""
        with self.connect() as connection:
            for name in models or [name for name in MODELS if name not in GIVEN]:
                connection.execute(f"create or replace table quality.{name} as {self.sql[name]}")

    def enable(self, *feeds: tuple[str, str]) -> None:
        """Names the (source, feed) pairs that are enabled."""
        with self.connect() as connection:
            connection.executemany("insert into quality.quality_enabled_feeds values (?, ?)", feeds)
