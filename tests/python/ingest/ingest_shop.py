"""A small contract, a landing folder and a warehouse to load into."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from stammkunde.ingest import (
    ColumnContract,
    FeedContract,
    LoadProgress,
    LoadReport,
    SourceContract,
    forget,
    load,
)

CONTRACT = SourceContract(
    "shop",
    {
        "orders": FeedContract(
            "orders",
            "shop__orders",
            (
                ColumnContract("order_key", required=True),
                ColumnContract("email", pii=True),
                ColumnContract("ordered_at", required=True),
                ColumnContract("note"),
            ),
        ),
        "events": FeedContract(
            "events",
            "shop__events",
            (ColumnContract("event_key", required=True), ColumnContract("value")),
        ),
    },
)

HEADER = "order_key,email,ordered_at,note\n"


@dataclass
class Shop:
    """A landing folder and a warehouse."""

    root: Path

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(
        self,
        contract: SourceContract = CONTRACT,
        progress: Callable[[LoadProgress], None] | None = None,
    ) -> LoadReport:
        self.landing.mkdir(exist_ok=True)
        report = load("shop", self.landing, self.warehouse, contract, progress, settle_seconds=0.0)
        self.check_nothing_lost(contract)
        return report

    def forget(self, file: str) -> int:
        return forget("shop", file, self.warehouse, CONTRACT)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def orders(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select order_key, email, ordered_at, note from raw.shop__orders "
            "order by _file, _row_number"
        )

    def ledger(self, file: str) -> list[tuple[str, str | None, int, int, int]]:
        return self.rows(
            "select status, reason, rows_read, rows_loaded, rows_unreadable from raw._files "
            f"where file = '{file}' order by loaded_at, batch_id"
        )

    def quarantine(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select file, line_number, row_number, reason, text from raw._unreadable_lines "
            "order by file, row_number"
        )

    def check_nothing_lost(self, contract: SourceContract = CONTRACT) -> None:
        """Per file, what was read is in the raw table or in the quarantine, each exactly once."""
        for feed in contract.feeds.values():
            wrong = self.rows(
                f"""
                with loaded as (
                    select _file, count(*) as n, count(distinct _row_number) as d
                    from raw.{feed.table} group by _file
                ),
                set_aside as (
                    select file, count(*) as n from raw._unreadable_lines
                    where feed = '{feed.name}' group by file
                )
                select file from raw._files
                left join loaded on loaded._file = file and status = 'loaded'
                left join set_aside using (file)
                where feed = '{feed.name}' and (
                    rows_read <> rows_loaded + rows_unreadable
                    or (status = 'loaded' and rows_loaded <> coalesce(loaded.n, 0))
                    or (status = 'loaded' and rows_loaded <> coalesce(loaded.d, 0))
                    or (status = 'loaded' and rows_unreadable <> coalesce(set_aside.n, 0))
                )
                union all
                select _file from loaded
                where _file not in (select file from raw._files where status = 'loaded')
                """
            )
            assert wrong == []


def messages(report: LoadReport, code: str) -> list[str]:
    """The messages of one kind, as a person reads them."""
    return [str(message) for message in report.messages if message.code == code]
