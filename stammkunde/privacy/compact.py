"""A warehouse file without the bytes of deleted rows.

DuckDB frees the blocks of deleted rows, and leaves what is in them until they are used again. So
the database is copied into a new file, which takes the place of the old one at one stroke.
"""

import shutil
from pathlib import Path

import duckdb

from stammkunde.privacy.purge import COMPACTION_DUE
from stammkunde.privacy.vault import ErasureError
from stammkunde.publish.serving import sync

_NAME = ".erasing.duckdb"


def compact(warehouse: Path) -> None:
    """Replace a warehouse by a copy of itself.

    Killed at any moment, it leaves the old file or the new one; a half-made copy is removed by the
    next call, which the table `COMPACTION_DUE` asks for until the new file stands.

    Args:
        warehouse: the DuckDB file; nobody has it open.

    Raises:
        ErasureError: it cannot be copied; it stays as it is.
    """
    building = warehouse.with_name(_NAME)
    clean(warehouse)
    try:
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("checkpoint")
        with duckdb.connect() as connection:
            connection.execute(f"attach {_text(warehouse)} as {_name(warehouse)} (read_only)")
            connection.execute(f"attach {_text(building)} as compacted")
            connection.execute(f"copy from database {_name(warehouse)} to compacted")
            connection.execute(f"drop table compacted.{COMPACTION_DUE}")
            connection.execute("checkpoint compacted")
    except duckdb.Error as error:
        clean(warehouse)
        raise ErasureError(
            f"The warehouse {warehouse} cannot be copied ({str(error).splitlines()[0]}): make "
            "room and run again. Until then erased rows may be readable in its free blocks."
        ) from error
    _swap(building, warehouse)


def clean(warehouse: Path) -> None:
    """Remove what a killed process left beside the warehouse: a half-made copy, spilled rows."""
    for path in warehouse.parent.glob(f"{_NAME}*"):
        path.unlink()
    for folder in warehouse.parent.glob("*.tmp"):
        shutil.rmtree(folder, ignore_errors=True)


def _swap(building: Path, warehouse: Path) -> None:
    log = warehouse.with_name(warehouse.name + ".wal")
    if log.exists() or building.with_name(building.name + ".wal").exists():
        # Beside the new file it would be taken for its own.
        raise ErasureError(f"DuckDB left a write-ahead log beside {building} or {warehouse}.")
    sync(building)
    building.replace(warehouse)
    sync(warehouse.parent)


def _name(warehouse: Path) -> str:
    return '"' + warehouse.stem.replace('"', '""') + '"'


def _text(value: object) -> str:
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"
