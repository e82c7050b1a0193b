"""Where Dagster keeps the events of its runs."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from dagster._config import UserConfigSchema
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

# A file a run and one for all; a server that lives for long keeps the last ones open.
_ENGINES = 8


class EventLog(SqliteEventLogStorage):
    """Dagster's own event log in SQLite, in the same files, which stay open between events.

    Dagster opens, syncs and closes a file for each of the thousands of events of a run, which is a
    third of the time of a run over a handful of rows. Here a file is synced when SQLite folds its
    write-ahead log in: a killed process loses no event, a power cut may lose the last ones.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """The log in the folder ``base_dir``."""
        self._engine = lru_cache(_ENGINES)(self._new_engine)
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Nothing to set: the log lies where Dagster would lay it."""
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "EventLog":
        """The log of the instance that ``$DAGSTER_HOME`` names."""
        del config_value
        return cls(str(Path(os.environ["DAGSTER_HOME"], "history", "runs")), inst_data)

    def delete_events(self, run_id: str) -> None:
        """Take a run out of the log, with its file and the results of its checks."""
        super().delete_events(run_id)
        with self.index_connection() as connection:
            checks = AssetCheckExecutionsTable
            connection.execute(checks.delete().where(checks.c.run_id == run_id))
        self._engine.cache_clear()
        self._initialized_dbs.discard(run_id)
        Path(self.path_for_shard(run_id)).unlink(missing_ok=True)

    def _new_engine(self, shard: str) -> Engine:
        engine = create_engine(
            self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
        )
        event.listen(engine, "connect", lambda file, _: file.execute("pragma synchronous = normal"))
        return engine

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection
