"""Reading CSV: fast where the text is plain, carefully where it is not.

Three readers give the same rows with the same numbers, each handing over to the next at the row
where it gives up:

1. Arrow's, for text without a quote;
2. the strict reader of the standard library, for well-formed quotes;
3. ours, record by record, which sets a broken line aside and goes on with the next.

An empty field is null, quoted or not. Lines without any character are no rows.
"""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from stammkunde.ingest.content import MAX_ROW_BYTES, Content, Line, TextTraits, lines, text_traits
from stammkunde.ingest.contract import FeedContract
from stammkunde.ingest.errors import RefusedError
from stammkunde.ingest.reading import (
    CHUNK_ROWS,
    Chunk,
    Reading,
    UnreadableLine,
    consecutive,
    map_columns,
    respelled,
    text_table,
    unknown_columns,
)

_DELIMITERS = (",", ";", "\t", "|")
# A quoted field over more lines than this is taken for a quote that was never closed.
_MAX_RECORD_LINES = 1000
_ARROW_BLOCK = 8 << 20
# How much of an oversized line is kept; the file itself stays where it is.
_KEPT_OF_OVERSIZED = 10_000


def read_csv(content: Content, feed: FeedContract) -> Reading:
    """Read a CSV file with a header line.

    The delimiter is the one of ``, ; tab |`` that makes most columns of the header known.

    Raises:
        RefusedError: empty, not UTF-8, broken compression, no usable header, no required column,
            a column twice. Reading the chunks may raise it too: the file ends in mid-row.
    """
    traits = text_traits(content)
    if traits.length == (3 if traits.has_mark else 0):
        raise RefusedError("empty", "is empty: not even a header line")
    if traits.has_lone_return and traits.line_feeds == 0:
        raise RefusedError("line_ends", "ends its lines with CR alone; save it with LF or CRLF", 1)
    header_lines, header_size = _header_lines(content, traits)
    names, delimiter = _parse_header(header_lines, feed)
    positions = map_columns(names, feed)
    layout = _Layout(feed, positions, len(names), delimiter, len(header_lines), header_size)
    return Reading(
        chunks=_chunks(content, traits, layout),
        unknown_columns=unknown_columns(names, feed),
        columns=tuple(positions),
        respelled=respelled(names, feed),
    )


class _Layout:
    """How the rows of one file are laid out."""

    def __init__(
        self,
        feed: FeedContract,
        positions: dict[str, int],
        width: int,
        delimiter: str,
        header_lines: int,
        header_size: int,
    ) -> None:
        self.feed = feed
        self.positions = positions
        self.width = width
        self.delimiter = delimiter
        self.header_lines = header_lines
        self.header_size = header_size

    def chunk(
        self,
        rows: Sequence[Sequence[str]],
        row_numbers: pa.Array,
        unreadable: Sequence[UnreadableLine] = (),
    ) -> Chunk:
        columns: dict[str, pa.Array | pa.ChunkedArray] = {}
        if rows:
            by_position = list(zip(*rows, strict=True))
            for name, position in self.positions.items():
                column = pa.array(by_position[position], type=pa.string())
                columns[name] = pc.if_else(
                    pc.equal(column, ""), pa.scalar(None, pa.string()), column
                )
        return Chunk(text_table(columns, row_numbers, self.feed), unreadable)


def _header_lines(content: Content, traits: TextTraits) -> tuple[list[Line], int]:
    """The lines up to the end of the header record, and their size in bytes with the mark."""
    taken: list[Line] = []
    for line in lines(content, traits):
        if "\0" in line.text:
            raise RefusedError(
                "not_text", "is no text file (NUL bytes in its first line)", line.number
            )
        if line.too_long:
            raise RefusedError("no_header", "has a first line longer than any header", line.number)
        taken.append(line)
        # A quoted name may hold a line end.
        if any(each.text.strip() for each in taken) and (
            sum(each.text.count('"') for each in taken) % 2 == 0
        ):
            return taken, sum(each.size for each in taken) + (3 if traits.has_mark else 0)
        if len(taken) > _MAX_RECORD_LINES:
            break
    raise RefusedError("no_header", "has no header line, or one whose quote is never closed", 1)


def _parse_header(header: Sequence[Line], feed: FeedContract) -> tuple[list[str], str]:
    text = "".join(line.text for line in header).strip("\r\n")
    best: tuple[int, list[str], str] | None = None
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        names = next((row for row in rows if any(name.strip() for name in row)), [])
        known = len({feed.column_of(name) for name in names} - {None})
        if best is None or known > best[0]:
            best = (known, names, delimiter)
    if best is None or not best[1]:
        raise RefusedError("no_header", "has a header line whose quotes cannot be read", 1)
    return best[1], best[2]


def _chunks(content: Content, traits: TextTraits, layout: _Layout) -> Iterator[Chunk]:
    if traits.length <= layout.header_size:
        return
    done = 0
    plain = not (traits.has_nul or traits.has_lone_return or traits.has_long_line)
    if plain:
        quick = (
            _strict_chunks(content, layout)
            if traits.has_quote
            else _arrow_chunks(content, traits, layout)
        )
        try:
            for chunk in quick:
                done += chunk.table.num_rows
                yield chunk
        except (pa.ArrowInvalid, csv.Error, ValueError):
            # Their messages quote the text, so they go nowhere; the careful reader says the line.
            pass
        else:
            return
    yield from _careful_chunks(content, traits, layout, skip=done)


def _arrow_chunks(content: Content, traits: TextTraits, layout: _Layout) -> Iterator[Chunk]:
    placeholders = [f"c{position}" for position in range(layout.width)]
    wanted = {placeholders[position]: name for name, position in layout.positions.items()}
    stream = content.open()
    try:
        stream.read(layout.header_size)
        reader = arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                column_names=placeholders,
                block_size=min(_ARROW_BLOCK, traits.length + 1),
                use_threads=content.large,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter, quote_char=False, newlines_in_values=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(wanted),
                column_types=dict.fromkeys(wanted, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
        first = 1
        for batch in reader:
            columns = {wanted[name]: batch.column(name) for name in batch.schema.names}
            numbers = consecutive(first, batch.num_rows)
            first += batch.num_rows
            yield Chunk(text_table(columns, numbers, layout.feed))
    finally:
        stream.close()


def _strict_chunks(content: Content, layout: _Layout) -> Iterator[Chunk]:
    _allow_long_fields()
    stream = content.open()
    stream.read(layout.header_size)
    with io.TextIOWrapper(stream, encoding="utf-8", newline="") as text:
        records = csv.reader(text, delimiter=layout.delimiter, strict=True)
        rows = filter(None, records)
        first = 1
        while batch := list(itertools.islice(rows, CHUNK_ROWS)):
            if any(len(row) != layout.width for row in batch):
                raise ValueError("ragged")
            yield layout.chunk(batch, consecutive(first, len(batch)))
            first += len(batch)


def _careful_chunks(
    content: Content, traits: TextTraits, layout: _Layout, skip: int
) -> Iterator[Chunk]:
    """Read record by record; rows up to `skip` were given already."""
    _allow_long_fields()
    rows: list[Sequence[str]] = []
    numbers: list[int] = []
    unreadable: list[UnreadableLine] = []
    number = 0
    for record in _records(content, traits, layout):
        number += 1
        if number <= skip:
            continue
        if isinstance(record, UnreadableLine):
            unreadable.append(
                UnreadableLine(record.line, number, record.text, record.reason, record.detail)
            )
        else:
            rows.append(record)
            numbers.append(number)
        if len(rows) + len(unreadable) >= CHUNK_ROWS:
            yield layout.chunk(rows, pa.array(numbers, type=pa.int64()), unreadable)
            rows, numbers, unreadable = [], [], []
    if rows or unreadable:
        yield layout.chunk(rows, pa.array(numbers, type=pa.int64()), unreadable)


def _records(
    content: Content, traits: TextTraits, layout: _Layout
) -> Iterator[Sequence[str] | UnreadableLine]:
    """The records below the header, each split or said why not."""
    ahead: list[Line] = []  # lines looked at, but not used up; the next one is the last
    rest = itertools.islice(lines(content, traits), layout.header_lines, None)

    def next_line() -> Line | None:
        return ahead.pop() if ahead else next(rest, None)

    while (first := next_line()) is not None:
        if not first.text.strip("\r\n"):
            continue
        if first.too_long:
            yield _unreadable(
                first,
                "row_too_long",
                f"is {first.size:,} bytes long; {MAX_ROW_BYTES:,} are allowed",
            )
            continue
        taken = [first]
        size, quotes = first.size, first.text.count('"')
        fields = _split(taken, layout.delimiter)
        while fields is None and quotes:
            # Perhaps the quoted field goes on: take lines until the quotes pair up.
            line = next_line()
            if line is None:
                break
            taken.append(line)
            size += line.size
            quotes += line.text.count('"')
            if quotes % 2 == 0 and '"' in line.text:
                fields = _split(taken, layout.delimiter)
            if size > MAX_ROW_BYTES or len(taken) > _MAX_RECORD_LINES or line.too_long:
                break
        cut = not taken[-1].text.endswith("\n")
        if fields is None or any("\0" in line.text for line in taken):
            # Only the first line is given up: the others may be good rows.
            ahead.extend(reversed(taken[1:]))
            if "\0" in first.text:
                yield _unreadable(first, "nul", "holds a NUL byte")
            elif fields is not None:
                yield _unreadable(first, "nul", "begins a row that holds a NUL byte")
            elif cut and quotes % 2 and len(taken) == 1:
                raise _cut_off(first)
            elif quotes:
                yield _unreadable(
                    first,
                    "quotes",
                    "has a quote that is never closed, or text behind a closing one",
                )
            else:
                yield _unreadable(first, "line_ends", "holds a carriage return outside of quotes")
            continue
        if len(fields) == layout.width:
            yield fields
        elif len(fields) == 1 and not fields[0].strip() and len(taken) == 1:
            continue  # a line of blanks
        elif len(fields) < layout.width and cut:
            raise _cut_off(first)
        else:
            detail = f"has {len(fields)} fields instead of {layout.width}"
            yield _unreadable(first, "ragged", detail, "".join(line.text for line in taken))


def _split(taken: Sequence[Line], delimiter: str) -> list[str] | None:
    """The fields of a record, or None where its lines are no single, whole record."""
    try:
        records = list(csv.reader((line.text for line in taken), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records[0] if len(records) == 1 else None


def _unreadable(line: Line, reason: str, detail: str, text: str | None = None) -> UnreadableLine:
    kept = (line.text if text is None else text).rstrip("\r\n")
    if line.too_long:
        kept = kept[:_KEPT_OF_OVERSIZED]
    return UnreadableLine(line.number, 0, kept, reason, detail)


def _cut_off(line: Line) -> RefusedError:
    return RefusedError(
        "cut_off",
        "ends in the middle of a row; still being written, or cut off: deliver it again, whole",
        line.number,
    )


def _allow_long_fields() -> None:
    csv.field_size_limit(max(csv.field_size_limit(), MAX_ROW_BYTES))
