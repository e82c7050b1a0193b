"""Faults to plant in landing files: what a broken tracker, export or transfer does to a day.

Each fault is one function over the landing folder. It changes files in place and says what it
did; ``plant`` records that in ``truth/faults.parquet``. Add a fault by adding a function with
``@fault``.
"""

import datetime as dt
import gzip
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from simulator.settings import BoolArray, SimulatorError


@dataclass(frozen=True)
class Planted:
    """One file that a fault touched.

    Attributes:
        fault: name. feed, file: what was touched; the file's path lies below the landing folder.
        day: day of the file.
        rows_before: rows that the file had.
        rows_affected: rows removed, changed, repeated or added.
        detail: what was done, in words.
    """

    fault: str
    feed: str
    file: str
    day: dt.date
    rows_before: int
    rows_affected: int
    detail: str


Fault = Callable[[Path, dt.date, np.random.Generator], list[Planted]]
#: Every fault by its name.
FAULTS: dict[str, Fault] = {}


def fault(function: Fault) -> Fault:
    """Put a fault into the registry, under the name of its function."""
    FAULTS[function.__name__] = function
    return function


def _file(landing: Path, feed: str, day: dt.date) -> Path:
    found = sorted((landing / feed).glob(f"{feed}_{day.isoformat()}.*"))
    if not found:
        raise SimulatorError(f"no {feed} file of {day} in {landing}: nothing to plant a fault in")
    return found[0]


def _read_csv(path: Path) -> pa.Table:
    raw = path.read_bytes()
    content = gzip.decompress(raw) if path.suffix == ".gz" else raw
    names = content.split(b"\n", 1)[0].decode().split(",")
    return pacsv.read_csv(
        io.BytesIO(content),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _write_csv(path: Path, table: pa.Table) -> None:
    from simulator.landing import write_text
    from simulator.text import csv_lines, quoted

    columns = [quoted(table[name].combine_chunks()) for name in table.column_names]
    lines = "".join(csv_lines(columns).to_pylist())
    write_text(path, (",".join(table.column_names) + "\n" + lines).encode())


def _write_parquet(path: Path, table: pa.Table) -> None:
    from simulator.landing import write_parquet

    write_parquet(path, table)


def _some(rng: np.random.Generator, where: BoolArray, share: float) -> BoolArray:
    """A random share of the rows that ``where`` marks, at least one of them. Shape (n,)."""
    candidates = np.flatnonzero(where)
    size = min(candidates.size, max(1, round(candidates.size * share)))
    picked = np.zeros(where.size, dtype=np.bool_)
    picked[rng.choice(candidates, size=size, replace=False)] = True
    return picked


def _lose(
    landing: Path, day: dt.date, rng: np.random.Generator, name: str, mobile: bool
) -> list[Planted]:
    path = _file(landing, "events", day)
    table = pq.read_table(path)
    where = np.ones(table.num_rows, dtype=np.bool_)
    if mobile:
        where = pc.equal(table["device_type"], "mobile").to_numpy()
    gone = _some(rng, where, 0.30)
    _write_parquet(path, table.filter(pa.array(~gone)))
    what = "mobile events" if mobile else "events"
    detail = f"{int(gone.sum())} of {int(where.sum())} {what} removed"
    relative = path.relative_to(landing).as_posix()
    return [Planted(name, "events", relative, day, table.num_rows, int(gone.sum()), detail)]


@fault
def mobile_events_lost(landing: Path, day: dt.date, rng: np.random.Generator) -> list[Planted]:
    """30 % of the mobile devices' events of the last day are lost."""
    return _lose(landing, day, rng, "mobile_events_lost", mobile=True)


@fault
def volume_lost(landing: Path, day: dt.date, rng: np.random.Generator) -> list[Planted]:
    """30 % of all events of the last day are lost."""
    return _lose(landing, day, rng, "volume_lost", mobile=False)


@fault
def amounts_null(landing: Path, day: dt.date, rng: np.random.Generator) -> list[Planted]:
    """2 % of the last day's currencies and unit prices are empty, at least one of each."""
    planted = []
    for feed, column in (("orders", "currency"), ("order_lines", "unit_price")):
        path = _file(landing, feed, day)
        table = _read_csv(path)
        gone = _some(rng, np.ones(table.num_rows, dtype=np.bool_), 0.02)
        emptied = pc.if_else(pa.array(gone), pa.scalar(None, pa.string()), table[column])
        table = table.set_column(table.column_names.index(column), column, emptied)
        _write_csv(path, table)
        relative = path.relative_to(landing).as_posix()
        detail = f"{column} emptied"
        planted.append(
            Planted("amounts_null", feed, relative, day, table.num_rows, int(gone.sum()), detail)
        )
    return planted


@fault
def duplicate_events(landing: Path, day: dt.date, rng: np.random.Generator) -> list[Planted]:
    """15 % of the last day's events are there twice."""
    path = _file(landing, "events", day)
    table = pq.read_table(path)
    again = _some(rng, np.ones(table.num_rows, dtype=np.bool_), 0.15)
    _write_parquet(path, pa.concat_tables([table, table.filter(pa.array(again))]))
    relative = path.relative_to(landing).as_posix()
    count = int(again.sum())
    return [
        Planted("duplicate_events", "events", relative, day, table.num_rows, count, "rows repeated")
    ]


@fault
def feed_stops(landing: Path, day: dt.date, _rng: np.random.Generator) -> list[Planted]:
    """There are no event files of the last two days."""
    planted = []
    for missing in (day - dt.timedelta(days=1), day):
        path = _file(landing, "events", missing)
        rows = pq.read_metadata(path).num_rows
        path.unlink()
        relative = path.relative_to(landing).as_posix()
        planted.append(
            Planted("feed_stops", "events", relative, missing, rows, rows, "file removed")
        )
    return planted


@fault
def bad_rows(landing: Path, day: dt.date, rng: np.random.Generator) -> list[Planted]:
    """A handful of rows of the last day break the contract, each in one way.

    The orders file has a date that does not exist, an unknown status and an empty order number;
    the order lines have a quantity in words and a product that is missing. Fewer where the day
    has fewer rows.
    """
    planted = []
    breaks = {
        "orders": [("ordered_at", "2025-02-30T25:61:00Z"), ("status", "teleported"),
                   ("order_key", None)],
        "order_lines": [("quantity", "three"), ("product_key", None)],
    }  # fmt: skip
    for feed, changes in breaks.items():
        path = _file(landing, feed, day)
        table = _read_csv(path)
        count = min(len(changes), table.num_rows)
        picked = rng.choice(table.num_rows, size=count, replace=False)
        for row, (column, value) in zip(picked, changes, strict=False):
            where = pa.array(np.arange(table.num_rows) == row)
            broken = pc.if_else(where, pa.scalar(value, pa.string()), table[column])
            table = table.set_column(table.column_names.index(column), column, broken)
        _write_csv(path, table)
        relative = path.relative_to(landing).as_posix()
        detail = ", ".join(
            f"{column} {'empty' if value is None else value}" for column, value in changes[:count]
        )
        planted.append(Planted("bad_rows", feed, relative, day, table.num_rows, count, detail))
    return planted


_SCHEMA = pa.schema(
    [
        ("fault", pa.string()),
        ("feed", pa.string()),
        ("file", pa.string()),
        ("day", pa.date32()),
        ("rows_before", pa.int64()),
        ("rows_affected", pa.int64()),
        ("detail", pa.string()),
    ]
)


def plant(
    landing: Path, truth: Path, day: dt.date, names: Sequence[str], seed: int
) -> dict[str, int]:
    """Plant faults in landing files and record them in ``truth/faults.parquet``.

    Args:
        landing: folder with one subfolder a feed.
        truth: folder of the truth; faults recorded there before stay in the record.
        day: last day of the files.
        names: faults, planted in this order.
        seed: the same seed picks the same rows.

    Returns:
        Rows affected per fault.

    Raises:
        SimulatorError: a fault is unknown, or the day has no file to plant it in.
    """
    planted: list[Planted] = []
    for name in names:
        if name not in FAULTS:
            raise SimulatorError(f"unknown fault: {name}; choose from {', '.join(sorted(FAULTS))}")
        order = sorted(FAULTS).index(name)
        planted += FAULTS[name](landing, day, np.random.default_rng([seed, 4, order]))
    table = pa.Table.from_pylist([vars(entry) for entry in planted], schema=_SCHEMA)
    record = truth / "faults.parquet"
    if record.exists():
        table = pa.concat_tables([pq.read_table(record, schema=_SCHEMA), table])
    pq.write_table(table, record, compression="zstd", store_schema=False)
    counts: dict[str, int] = {}
    for entry in planted:
        counts[entry.fault] = counts.get(entry.fault, 0) + entry.rows_affected
    return counts
