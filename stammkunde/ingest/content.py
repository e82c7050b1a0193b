"""The bytes of a file: hash, compression, encoding, and what its text is like.

One pass over the bytes gives the content hash and everything that decides how the file is read.
Files up to `IN_MEMORY` are held in memory, so that what was hashed is what is loaded.
"""

import codecs
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from stammkunde.ingest.errors import RefusedError, WaitingError
from stammkunde.ingest.landing import LandingFile, fingerprint

# Above these sizes a file is read twice from disk instead of once into memory. Compressed text is
# about a tenth of its size.
IN_MEMORY = 32 << 20
IN_MEMORY_COMPRESSED = 4 << 20
# No honest row of a contract is longer; a longer one is a lost line end or a closing quote that
# never came, and would otherwise fill the memory.
MAX_ROW_BYTES = 1 << 20

_BLOCK = 4 << 20
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Content:
    """The bytes of one file, in memory or on disk.

    Attributes:
        file: the file.
        sha256: hash of the bytes as they lie there, hexadecimal.
        bytes: their number.
        compressed: they are gzip.
        large: they stayed on disk.
    """

    def __init__(self, file: LandingFile, in_memory: int | None = None) -> None:
        """Read and hash the file.

        Args:
            file: the file.
            in_memory: largest number of bytes held in memory; default by format.

        Raises:
            RefusedError: the file cannot be opened.
            WaitingError: it changed while it was read.
        """
        self.file = file
        self.compressed = file.format.endswith(".gz")
        if in_memory is None:
            in_memory = IN_MEMORY_COMPRESSED if self.compressed else IN_MEMORY
        self.large = file.bytes > in_memory
        self._data: bytes | None = None
        try:
            if self.large:
                with open_file(file.path) as stream:
                    self.sha256 = hashlib.file_digest(
                        cast(io.BufferedReader, stream), "sha256"
                    ).hexdigest()
                self.bytes = file.bytes
            else:
                with open_file(file.path) as stream:
                    self._data = stream.read()
                self.sha256 = hashlib.sha256(self._data).hexdigest()
                self.bytes = len(self._data)
        except OSError:
            raise RefusedError("unreadable_file", "cannot be opened (permissions?)") from None
        self.check_unchanged()

    def check_unchanged(self) -> None:
        """Look again at the file's attributes.

        Raises:
            WaitingError: they are not those of the first look.
        """
        try:
            now = fingerprint(self.file.path.stat())
        except OSError:
            raise WaitingError(
                "changing", "went away while it was read; the next load looks again"
            ) from None
        if now != self.file.fingerprint:
            raise WaitingError(
                "changing", "changed while it was read; it is still being written, try again later"
            )

    def starts_with(self, other_hash: str, length: int) -> bool:
        """Whether the first `length` bytes have the given hash: the file then grew at its end."""
        if length <= 0 or length >= self.bytes:
            return False
        digest = hashlib.sha256()
        with self.open_raw() as stream:
            while length and (block := stream.read(min(_BLOCK, length))):
                digest.update(block)
                length -= len(block)
        return digest.hexdigest() == other_hash

    def open_raw(self) -> BinaryIO:
        """The bytes as they lie there."""
        return io.BytesIO(self._data) if self._data is not None else open_file(self.file.path)

    def open(self) -> BinaryIO:
        """The bytes, decompressed; reading may raise what `gzip` raises."""
        raw = self.open_raw()
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if self.compressed else raw


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading, without waiting for a pipe."""
    return os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")


@dataclass
class TextTraits:
    """What a text is like.

    Attributes:
        length: bytes, decompressed.
        line_feeds: number of line feeds.
        has_mark: it begins with the UTF-8 byte-order mark.
        has_quote: it holds a double quote.
        has_nul: it holds a NUL byte.
        has_lone_return: it holds a carriage return that no line feed follows.
        has_long_line: a line is longer than `MAX_ROW_BYTES`.
        ends_in_line_feed: its last byte is a line feed.
    """

    length: int = 0
    line_feeds: int = 0
    has_mark: bool = False
    has_quote: bool = False
    has_nul: bool = False
    has_lone_return: bool = False
    has_long_line: bool = False
    ends_in_line_feed: bool = False


def blocks(content: Content, size: int = _BLOCK) -> Iterator[bytes]:
    """The decompressed bytes in blocks.

    Raises:
        RefusedError: the compression is broken or cut off.
    """
    with content.open() as stream:
        while True:
            try:
                block = stream.read(size)
            except EOFError:
                raise RefusedError(
                    "cut_off", "ends in the middle of its gzip data; deliver it again, whole"
                ) from None
            except (gzip.BadGzipFile, zlib.error):
                raise RefusedError(
                    "not_gzip", "is named .gz but is no gzip file, or is damaged"
                ) from None
            if not block:
                return
            yield block


def text_traits(content: Content) -> TextTraits:
    """Look once at a text.

    Raises:
        RefusedError: it is not UTF-8, or its compression is broken.
    """
    traits = TextTraits()
    decoder = codecs.getincrementaldecoder("utf-8")()
    line_length = 0
    last = b""
    for block in blocks(content):
        if traits.length == 0:
            if block.startswith(_UTF16_MARKS):
                raise RefusedError(
                    "encoding", "is UTF-16; save it as UTF-8 and deliver it again", 1
                )
            traits.has_mark = block.startswith(codecs.BOM_UTF8)
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            line = 1 + traits.line_feeds + error.object.count(b"\n", 0, error.start)
            raise RefusedError(
                "encoding",
                "is not UTF-8 (Latin-1 or Windows-1252?); save it as UTF-8 and deliver it again",
                line,
            ) from None
        traits.has_quote = traits.has_quote or b'"' in block
        traits.has_nul = traits.has_nul or b"\0" in block
        if b"\r" in block or last == b"\r":
            joined = last + block
            pairs = joined.count(b"\r\n")
            open_end = joined.endswith(b"\r")
            if joined.count(b"\r") - open_end > pairs:
                traits.has_lone_return = True
        line_length = _longest_step(block, line_length, traits)
        traits.line_feeds += block.count(b"\n")
        traits.length += len(block)
        last = block[-1:]
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise RefusedError(
            "cut_off", "ends in the middle of a character; deliver it again, whole"
        ) from None
    traits.ends_in_line_feed = last == b"\n"
    traits.has_lone_return = traits.has_lone_return or last == b"\r"
    return traits


def _longest_step(block: bytes, line_length: int, traits: TextTraits) -> int:
    """Note a line that is too long; gives the length of the line that the block leaves open.

    Searches backwards from the limit, so that it jumps a mebibyte at a time where lines are short.
    """
    start = 0
    while len(block) - start + line_length > MAX_ROW_BYTES:
        end = block.rfind(b"\n", start, start + MAX_ROW_BYTES - line_length + 1)
        if end < 0:
            traits.has_long_line = True
            break
        start, line_length = end + 1, 0
    tail = block.rfind(b"\n", start)
    return line_length + len(block) - start if tail < 0 else len(block) - tail - 1


@dataclass(frozen=True)
class Line:
    """A line of a text.

    Attributes:
        number: its number in the file, from 1.
        text: the line with its line end; for an oversized line its beginning.
        size: its length in bytes.
    """

    number: int
    text: str
    size: int

    @property
    def too_long(self) -> bool:
        """Longer than a row may be."""
        return self.size > MAX_ROW_BYTES


def lines(content: Content, traits: TextTraits) -> Iterator[Line]:
    """The lines of a text that is known to be UTF-8; never more than one of them in memory."""
    number = 0
    with io.BufferedReader(cast(io.RawIOBase, content.open()), _BLOCK) as stream:
        if traits.has_mark:
            stream.read(len(codecs.BOM_UTF8))
        while data := stream.readline(MAX_ROW_BYTES + 1):
            number += 1
            size = len(data)
            if size > MAX_ROW_BYTES and not data.endswith(b"\n"):
                while rest := stream.readline(_BLOCK):
                    size += len(rest)
                    if rest.endswith(b"\n"):
                        break
            # Only the cut end of an oversized line can be no UTF-8.
            yield Line(number, data.decode("utf-8", errors="ignore"), size)
