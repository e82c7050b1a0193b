"""Reading JSON Lines and JSON arrays of objects.

Values become text as they stand in the file: numbers keep their digits (an exponent is written
out), booleans are ``true`` and ``false``, nested values compact JSON, null and empty text null.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stammkunde.ingest.content import MAX_ROW_BYTES, Content, TextTraits, lines, text_traits
from stammkunde.ingest.contract import FeedContract
from stammkunde.ingest.errors import RefusedError
from stammkunde.ingest.reading import (
    CHUNK_ROWS,
    Chunk,
    Reading,
    UnreadableLine,
    check_required,
    plain_number,
    respelled,
    text_table,
    unknown_columns,
)

# An array must be held in memory as a whole; larger deliveries come as JSON Lines.
MAX_ARRAY_BYTES = 64 << 20
_KEPT_OF_OVERSIZED = 10_000
_WHITESPACE = " \t\r\n"


class _Number(str):
    """A number as it stands in the file."""


class _RepeatedKeyError(ValueError):
    """An object has one key twice."""


def read_json(content: Content, feed: FeedContract) -> Reading:
    """Read JSON Lines or one array of objects; the first character tells which.

    Raises:
        RefusedError: empty, not UTF-8, broken compression. Reading the chunks may raise it too:
            the file ends in mid-row, an array is broken, no row has a required column.
    """
    traits = text_traits(content)
    if traits.length == (3 if traits.has_mark else 0):
        raise RefusedError("empty", "is empty")
    first = next((line for line in lines(content, traits) if line.text.strip(_WHITESPACE)), None)
    if first is None:
        raise RefusedError("empty", "holds blank lines only")
    if "\0" in first.text:
        raise RefusedError(
            "not_text", "is no text file (NUL bytes in its first line)", first.number
        )
    keys = _Keys(feed)
    # An object without a key is one with an empty value: the columns are always all there.
    reading = Reading(chunks=iter(()), columns=feed.column_names)
    is_array = first.text.lstrip(_WHITESPACE).startswith("[")
    rows = _array_rows(content, traits) if is_array else _line_rows(content, traits)
    reading.chunks = _chunks(rows, keys, reading, allow_empty=is_array)
    return reading


_Row = dict[str, Any] | UnreadableLine


class _Keys:
    """Which keys of the objects are which columns."""

    def __init__(self, feed: FeedContract) -> None:
        self.feed = feed
        self.columns: dict[str, str | None] = {}  # key -> column, None where unknown
        self._good: set[tuple[str, ...]] = set()

    def clash(self, row: Mapping[str, Any]) -> bool:
        """Whether two keys of a row are the same column; learns new keys on the way."""
        shape = tuple(row)
        if shape in self._good:
            return False
        for key in shape:
            if key not in self.columns:
                self.columns[key] = self.feed.column_of(key)
        named = [known for key in shape if (known := self.columns[key]) is not None]
        if len(named) != len(set(named)):
            return True
        if len(self._good) < 10_000:  # shapes are few in honest files
            self._good.add(shape)
        return False

    def aliases(self) -> dict[str, list[str]]:
        """The keys of each column."""
        found: dict[str, list[str]] = {}
        for key, column in self.columns.items():
            if column is not None:
                found.setdefault(column, []).append(key)
        return found


def _chunks(
    rows: Iterator[_Row], keys: _Keys, reading: Reading, allow_empty: bool
) -> Iterator[Chunk]:
    good: list[dict[str, Any]] = []
    numbers: list[int] = []
    unreadable: list[UnreadableLine] = []
    number = 0
    for number, row in enumerate(rows, start=1):
        if isinstance(row, UnreadableLine):
            unreadable.append(UnreadableLine(row.line, number, row.text, row.reason, row.detail))
        else:
            good.append(row)
            numbers.append(number)
        if len(good) + len(unreadable) >= CHUNK_ROWS:
            yield _chunk(good, numbers, unreadable, keys)
            good, numbers, unreadable = [], [], []
    if good or unreadable:
        yield _chunk(good, numbers, unreadable, keys)
    reading.unknown_columns = unknown_columns(
        [key for key, column in keys.columns.items() if column is None], keys.feed
    )
    reading.respelled = respelled(keys.columns, keys.feed)
    if number == 0:
        if not allow_empty:
            raise RefusedError("empty", "holds no rows")
        return
    found = keys.aliases()
    if keys.columns and not found:
        raise RefusedError(
            "no_header",
            f"has none of the columns of {keys.feed.name!r}; is it in the wrong folder?",
        )
    if found:
        check_required(found, keys.feed)


def _chunk(
    rows: Sequence[dict[str, Any]],
    numbers: Sequence[int],
    unreadable: Sequence[UnreadableLine],
    keys: _Keys,
) -> Chunk:
    good: list[dict[str, Any]] = []
    good_numbers: list[int] = []
    set_aside = list(unreadable)
    for row, number in zip(rows, numbers, strict=True):
        line = row.pop("\0line")
        text = row.pop("\0text")
        if keys.clash(row):
            set_aside.append(
                UnreadableLine(
                    line, number, text, "repeated_key", "has two keys for the same column"
                )
            )
        else:
            good.append(row)
            good_numbers.append(number)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    for name, aliases in keys.aliases().items():
        if len(aliases) == 1:
            values = [row.get(aliases[0]) for row in good]
        else:
            values = [next((row[key] for key in aliases if key in row), None) for row in good]
        columns[name] = _text_column(values)
    return Chunk(text_table(columns, pa.array(good_numbers, type=pa.int64()), keys.feed), set_aside)


def _text_column(values: list[Any]) -> pa.Array:
    try:
        column = pa.array(values, type=pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        column = pa.array([_text(value) for value in values], type=pa.string())
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _text(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _compact(value)


def _compact(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        inner = (f"{_compact(key)}:{_compact(each)}" for key, each in value.items())
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_compact(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _plain(token: str) -> _Number:
    return _Number(plain_number(token))


def _refuse_constant(name: str) -> Any:  # noqa: ANN401 - signature of the json module
    raise ValueError(name)  # NaN and Infinity are no JSON


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found


_DECODER = json.JSONDecoder(
    parse_float=_plain,
    parse_int=_Number,
    parse_constant=_refuse_constant,
    object_pairs_hook=_unique,
)


def _row(value: Any, line: int, text: str) -> _Row:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict):
        return UnreadableLine(line, 0, text, "not_an_object", "is no JSON object")
    if "\\u" in text or "\0" in text:
        # Escapes can spell what no text column holds.
        shown = _compact(value)
        if "\\u0000" in shown:
            return UnreadableLine(line, 0, text, "nul", "holds a NUL character")
        try:
            shown.encode("utf-8")
        except UnicodeEncodeError:
            return UnreadableLine(line, 0, text, "not_text", "holds half a character (surrogate)")
    value["\0line"] = line
    value["\0text"] = text
    return value


def _line_rows(content: Content, traits: TextTraits) -> Iterator[_Row]:
    for line in lines(content, traits):
        text = line.text.strip(_WHITESPACE)
        if not text:
            continue
        if line.too_long:
            detail = f"is {line.size:,} bytes long; {MAX_ROW_BYTES:,} are allowed"
            kept = text[:_KEPT_OF_OVERSIZED]
            yield UnreadableLine(line.number, 0, kept, "row_too_long", detail)
            continue
        if "\0" in text:
            yield UnreadableLine(line.number, 0, text, "nul", "holds a NUL byte")
            continue
        try:
            value, end = _DECODER.raw_decode(text)
            if end != len(text):
                raise ValueError("more than one value")
        except _RepeatedKeyError:
            yield UnreadableLine(line.number, 0, text, "repeated_key", "has one key twice")
        except (ValueError, RecursionError):
            if not line.text.endswith("\n"):
                raise RefusedError(
                    "cut_off",
                    "ends in the middle of a row; still being written, or cut off: "
                    "deliver it again, whole",
                    line.number,
                ) from None
            yield UnreadableLine(line.number, 0, text, "not_json", "is no JSON object on one line")
        else:
            yield _row(value, line.number, text)


def _array_rows(content: Content, traits: TextTraits) -> Iterator[_Row]:
    if traits.length > MAX_ARRAY_BYTES:
        raise RefusedError(
            "too_large",
            f"is one JSON array of {traits.length:,} bytes; above {MAX_ARRAY_BYTES:,} deliver it "
            "as JSON Lines, one object a line",
        )
    with content.open() as stream:
        text = stream.read().decode("utf-8-sig")
    position = _skip(text, text.index("[") + 1)
    line, counted = 1, 0
    if text.startswith("]", position):
        _check_end(text, position + 1)
        return
    while True:
        line, counted = line + text.count("\n", counted, position), position
        try:
            value, end = _DECODER.raw_decode(text, position)
        except _RepeatedKeyError:
            raise RefusedError("repeated_key", "holds an object with one key twice", line) from None
        except (ValueError, RecursionError):
            raise RefusedError(
                "not_json", "is no JSON array that can be read to its end", line
            ) from None
        row_text = text[position:end]
        if end - position > MAX_ROW_BYTES:
            detail = f"is {end - position:,} characters long; {MAX_ROW_BYTES:,} are allowed"
            kept = row_text[:_KEPT_OF_OVERSIZED]
            yield UnreadableLine(line, 0, kept, "row_too_long", detail)
        else:
            yield _row(value, line, row_text)
        position = _skip(text, end)
        if text.startswith(",", position):
            position = _skip(text, position + 1)
        elif text.startswith("]", position):
            _check_end(text, position + 1)
            return
        else:
            line += text.count("\n", counted, position)
            reason = "cut_off" if position >= len(text) else "not_json"
            raise RefusedError(reason, "is a JSON array that breaks off or lacks a comma", line)


def _check_end(text: str, position: int) -> None:
    position = _skip(text, position)
    if position != len(text):
        line = 1 + text.count("\n", 0, position)
        raise RefusedError("not_json", "goes on behind the end of its JSON array", line)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _WHITESPACE:
        position += 1
    return position
