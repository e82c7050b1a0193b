"""A store on disk between the two passes: people come in chunks, files are written by day."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from simulator.settings import DAY, IntArray


class Spill:
    """Tables of every feed, one Arrow file a chunk, sorted by time and read through the page cache.

    Only row offsets per day are kept in memory, so that its use does not grow with the people.
    """

    def __init__(self, folder: Path, days: int) -> None:
        """An empty store in an existing folder, for a history of so many days."""
        self._folder = folder
        self._days = days
        self._files: dict[str, list[tuple[Path, IntArray]]] = {}

    def add(self, feed: str, table: pa.Table) -> None:
        """Add the rows of one chunk; column ``at`` holds seconds since the history began."""
        at = table["at"].to_numpy()
        order = np.argsort(at, kind="stable")
        offsets = np.searchsorted(at[order] // DAY, np.arange(self._days + 1))
        chunks = self._files.setdefault(feed, [])
        path = self._folder / f"{feed}-{len(chunks):05d}.arrow"
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table.take(pa.array(order)).combine_chunks())
        chunks.append((path, offsets.astype(np.int64)))

    def rows(self, feed: str) -> IntArray:
        """Rows of each day. Shape (days,)."""
        total = np.zeros(self._days, dtype=np.int64)
        for _, offsets in self._files.get(feed, []):
            total += np.diff(offsets)
        return total

    def window(self, feed: str, first: int, last: int) -> pa.Table:
        """The rows of the days ``first`` to ``last - 1``, in the order of their time."""
        parts = []
        for path, offsets in self._files[feed]:
            begin, end = int(offsets[first]), int(offsets[last])
            with pa.memory_map(str(path)) as source:
                table = pa.ipc.open_file(source).read_all()
                # A copy: the map is closed before the next chunk is opened.
                parts.append(table.slice(begin, end - begin).take(pa.array(np.arange(end - begin))))
        table = pa.concat_tables(parts)
        order = np.argsort(table["at"].to_numpy(), kind="stable")
        return table.take(pa.array(order)).combine_chunks()


def windows(rows: IntArray, limit: int) -> list[tuple[int, int]]:
    """Cut the days into stretches of at most ``limit`` rows, or of a single day."""
    stretches: list[tuple[int, int]] = []
    first, held = 0, 0
    for day, count in enumerate(rows.tolist()):
        if held and held + count > limit:
            stretches.append((first, day))
            first, held = day, 0
        held += count
    if held:
        stretches.append((first, len(rows)))
    return stretches
