"""Dagster's event log, with its databases kept open between two events.

Dagster's own opens SQLite anew for each event: SQLite then folds its write-ahead log into the
database as often, with several flushes of the disk, and SQLAlchemy compiles each statement again.
That was the dearest single part of a small run.

``dagster.yaml`` may name a storage of one's own, but Dagster exports no class to build it on:
dagster-postgres imports the same private modules. A test sees that what is overridden here is still
what Dagster asks.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, StaticPool, create_engine, delete, event

# The index of all runs and the run that goes on; a file that is looked at once is not held open.
_KEPT = 2
_BUSY_SECONDS = 60


class KeptEventLog(SqliteEventLogStorage):
    """The event log of a home, one connection a database."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the event log in a folder, which is made where it is missing."""
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """No settings: the log lies where Dagster's own does."""
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003 - Dagster gives what there is: none
    ) -> "KeptEventLog":
        """The event log of the home that ``DAGSTER_HOME`` names."""
        return cls(str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> Engine:
        """The engine of a database, the newest of the kept ones."""
        if shard not in self._engines:
            self._engines[shard] = _open(self.conn_string_for_shard(shard))
        self._engines.move_to_end(shard)
        while len(self._engines) > _KEPT:
            self._engines.popitem(last=False)[1].dispose()
        return self._engines[shard]

    def delete_events(self, run_id: str) -> None:
        """Delete a run's events and, as Dagster does not, the results of its checks in the index.

        Its database is closed, so that the file may go.
        """
        super().delete_events(run_id)
        results = AssetCheckExecutionsTable
        with self.index_connection() as index:
            index.execute(delete(results).where(results.c.run_id == run_id))
        with self._db_lock:
            if run_id in self._engines:
                self._engines.pop(run_id).dispose()

    def dispose(self) -> None:
        """Close the databases."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()


def _open(address: str) -> Engine:
    # Any thread of the process uses the connection, one at a time: the log holds a lock meanwhile.
    engine = create_engine(
        address,
        poolclass=StaticPool,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _flush_at_checkpoints(connection: Any, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        # With a write-ahead log a power cut then costs the newest events, and never the database.
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine
