"""Numbers to text, whole columns at a time (Arrow and NumPy, no loop over rows)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simulator.settings import BoolArray, IntArray, KeyArray

_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_CENTS = pa.array([f".{cents:02d}" for cents in range(100)])
_SIGN = pa.array(["", "-"])


def pick(pool: pa.Array, codes: npt.NDArray[np.integer]) -> pa.Array:
    """The pool's text for each code; null where the code is negative. Shape (n,) to (n,)."""
    return pc.take(pool, pa.array(codes, mask=codes < 0))


def fixed(characters: npt.NDArray[np.uint8]) -> pa.Array:
    """Text of a matrix of ASCII codes, one row a text. Shape (n, width) to (n,)."""
    rows, width = characters.shape
    offsets = np.arange(0, rows * width + 1, width, dtype=np.int32)
    data = np.ascontiguousarray(characters)
    return pa.Array.from_buffers(
        pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


def digits(numbers: IntArray, width: int) -> pa.Array:
    """Whole numbers as decimal text, padded with zeros to ``width``; the highest digits are cut."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return fixed(((numbers[:, None] // powers) % 10 + ord("0")).astype(np.uint8))


def hexes(keys: KeyArray) -> pa.Array:
    """64-bit keys as 16 hexadecimal digits each."""
    shifts = np.arange(60, -1, -4, dtype=np.uint64)
    return fixed(_HEX[(keys[:, None] >> shifts) & np.uint64(15)])


def mix(numbers: npt.NDArray[np.integer], salt: int) -> KeyArray:
    """A bijection of 64-bit numbers (splitmix64's finaliser), so that keys do not show an order."""
    with np.errstate(over="ignore"):
        z = numbers.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def join(*parts: pa.Array | str) -> pa.Array:
    """The parts of each row put together; null where one of them is null."""
    return pc.binary_join_element_wise(*parts, "")


def money(cents: IntArray) -> pa.Array:
    """Hundredths as text with two decimals, ``-1250`` as ``-12.50``."""
    size = np.abs(cents)
    whole = pa.array(size // 100).cast(pa.string())
    sign = pick(_SIGN, (cents < 0).astype(np.int64))
    return join(sign, whole, pick(_CENTS, size % 100))


def blank(values: pa.Array, where: BoolArray) -> pa.Array:
    """The values, null where ``where`` is true."""
    return pc.if_else(pa.array(where), pa.scalar(None, values.type), values)


def choose(where: BoolArray, yes: pa.Array, no: pa.Array) -> pa.Array:
    """``yes`` where true, else ``no``."""
    return pc.if_else(pa.array(where), yes, no)


def quoted(values: pa.Array) -> pa.Array:
    """CSV fields: quoted where they hold a comma, a quote or a line end."""
    special = pc.fill_null(pc.match_substring_regex(values, '[",\\n\\r]'), False)
    doubled = join('"', pc.replace_substring(values, '"', '""'), '"')
    return pc.if_else(special, doubled, values)


def csv_lines(columns: Sequence[pa.Array]) -> pa.Array:
    """One CSV line a row, with its line end; null becomes an empty field."""
    *head, last = columns
    ended = pc.binary_join_element_wise(
        last, "\n", "", null_handling="replace", null_replacement=""
    )
    return pc.binary_join_element_wise(
        *head, ended, ",", null_handling="replace", null_replacement=""
    )


def json_lines(columns: dict[str, pa.Array]) -> pa.Array:
    """One JSON object a row, with its line end. Numbers stay bare; null becomes ``null``.

    Only quotes and backslashes are escaped: the simulator makes no control characters.
    """
    parts: list[pa.Array | str] = []
    for position, (name, values) in enumerate(columns.items()):
        parts.append(f'{"," if position else "{"}"{name}":')
        if pa.types.is_integer(values.type):
            value = values.cast(pa.string())
        else:
            escaped = pc.replace_substring(pc.replace_substring(values, "\\", "\\\\"), '"', '\\"')
            value = join('"', escaped, '"')
        parts.append(pc.fill_null(value, "null"))
    return join(*parts, "}\n")
