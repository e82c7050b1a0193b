"""Small hand-made feeds for identity: rows by feed, loaded as the conformed tables."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import duckdb
import yaml

from stammkunde.paths import PROJECT
from tests.python.dbt_project import DbtProject

START = datetime(2025, 1, 1)
SOURCE = "shop"
Row = dict[str, Any]


def conformed_columns() -> dict[str, dict[str, str]]:
    """Columns of the conformed feeds: feed to column to type, from the contract in YAML."""
    text = (PROJECT / "models/conformed/_conformed__models.yml").read_text(encoding="utf-8")
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in yaml.safe_load(text)["models"]
    }


class Feeds:
    """Rows of the conformed feeds; a day is a number of days after 2025-01-01.

    Attributes:
        rows: rows by feed.
        scenarios: rows of each scenario with their feeds, in the order in which they were added.
    """

    def __init__(self) -> None:
        """Begin without any row."""
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.scenarios: dict[str, list[tuple[str, Row]]] = {}
        self._scenario = ""

    def begin(self, scenario: str) -> None:
        """From here on rows belong to a scenario; its records meet no others."""
        self._scenario = scenario

    def add(self, feed: str, **values: Any) -> None:  # noqa: ANN401 - any column's value
        """Add one row; columns not named are null."""
        row = {"source_system": SOURCE, **values}
        self.rows[feed].append(row)
        self.scenarios.setdefault(self._scenario, []).append((feed, row))

    def unmerge(self, key: str, record: tuple[str, str], other: tuple[str, str]) -> None:
        """A request that two records, each a type and a key, are not one person."""
        (kind, record_key), (other_kind, other_key) = record, other
        self.add(
            "unmerges",
            request_key=key,
            record_type=kind,
            record_id=f"{SOURCE}|{record_key}",
            other_record_type=other_kind,
            other_record_id=f"{SOURCE}|{other_key}",
            requested_at=START,
        )

    def contact(self, key: str, day: float = 0, **values: Any) -> None:  # noqa: ANN401
        """A contact record made on a day."""
        made = START + timedelta(days=day)
        row = {"contact_key": key, "country": "DE", "is_test_account": False, **values}
        self.add("contacts", created_at=made, updated_at=made, **row)

    def order(self, key: str, day: float = 0, **values: Any) -> None:  # noqa: ANN401
        """An order of a day; a guest's unless it has a contact_key."""
        placed = START + timedelta(days=day)
        row = {"order_key": key, "country": "DE", "sales_channel": "web", **values}
        self.add(
            "orders", ordered_at=placed, updated_at=placed, status="placed", currency="EUR", **row
        )

    def carried(
        self,
        kind: str,
        key: str,
        identifier_type: str,
        *values: str,
        days: tuple[float, ...] = (0,),
        country: str | None = None,
        is_emptied: bool = False,
    ) -> None:
        """What the versions of a contact or order carried of one type, one after the other.

        Args:
            kind: contact or order.
            key: key of the record.
            identifier_type: type of the values.
            values: its values; the newest is the record's own, unless it was emptied.
            days: from which day on it carried each value.
            country: country of telephone numbers.
            is_emptied: the newest version has none.
        """
        times = [START + timedelta(days=day) for day in days]
        for place, value in enumerate(values):
            is_last = place == len(values) - 1
            until = times[place] if is_last else times[place + 1]
            self.add(
                "identifier_history",
                record_type=kind,
                record_key=key,
                identifier_type=identifier_type,
                raw_value=value,
                country=country,
                is_current=is_last and not is_emptied,
                first_seen_at=times[place],
                last_seen_at=until,
                replaced_at=None if is_last else until,
            )

    def event(self, anonymous_id: str, day: float = 0, **values: Any) -> None:  # noqa: ANN401
        """An event on a device."""
        seen = START + timedelta(days=day)
        row = {"event_name": "page_view", "event_key": f"e{len(self.rows['events'])}", **values}
        self.add("events", anonymous_id=anonymous_id, occurred_at=seen, received_at=seen, **row)

    def message(self, key: str, day: float = 0, **values: Any) -> None:  # noqa: ANN401
        """A message sent."""
        sent = START + timedelta(days=day)
        row = {"action": "send", "channel": "email", **values}
        self.add("messages", message_key=key, occurred_at=sent, **row)

    def consent(self, day: float = 0, **values: Any) -> None:  # noqa: ANN401
        """A consent given."""
        row = {"purpose": "marketing", "channel": "email", "state": "granted", **values}
        self.add(
            "consents",
            changed_at=START + timedelta(days=day),
            legal_basis="consent",
            source="form",
            **row,
        )

    def feedback(self, key: str, day: float = 0, **values: Any) -> None:  # noqa: ANN401
        """An answer."""
        row = {"kind": "nps", "score": 9.0, **values}
        self.add("feedback", feedback_key=key, submitted_at=START + timedelta(days=day), **row)

    def load(self, project: DbtProject) -> None:
        """Replace the conformed tables of the project by these rows."""
        with duckdb.connect(str(project.warehouse)) as connection:
            connection.execute("create schema if not exists feeds")
            for feed, columns in conformed_columns().items():
                definition = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                connection.execute(f"create or replace table feeds.{feed} ({definition})")
                rows = self.rows.get(feed, [])
                unknown = {name for row in rows for name in row} - set(columns)
                assert not unknown, f"{feed} has no columns {unknown}"
                if rows:
                    marks = ", ".join("?" for _ in columns)
                    connection.executemany(
                        f"insert into feeds.{feed} values ({marks})",
                        [[row.get(name) for name in columns] for row in rows],
                    )


def identity_models() -> Mapping[str, str]:
    """Stand-ins for the conformed models: views on the tables that `Feeds.load` makes."""
    feeds = [feed for feed in conformed_columns() if feed != "as_of"]
    return {
        f"conformed/{feed}.sql": (
            "{{ config(materialized='view', schema='conformed') }} "
            f"select {', '.join(columns)} from feeds.{feed}"
        )
        for feed, columns in conformed_columns().items()
        if feed in feeds
    }
