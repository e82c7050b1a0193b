"""The load: each file of a landing folder once, whole or not at all.

See docs/runbooks/loading.md for the rules from a user's side.
"""

import json
import re
import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from stammkunde.ingest import warehouse as tables
from stammkunde.ingest.content import Content
from stammkunde.ingest.contract import FeedContract, SourceContract
from stammkunde.ingest.csv_files import read_csv
from stammkunde.ingest.errors import LoadError, RefusedError, WaitingError
from stammkunde.ingest.json_files import read_json
from stammkunde.ingest.landing import LandingFile, fingerprint, look
from stammkunde.ingest.parquet_files import read_parquet
from stammkunde.ingest.reading import Chunk, Reading, UnreadableLine
from stammkunde.ingest.report import (
    FeedTotals,
    Level,
    LoadProgress,
    LoadReport,
    Message,
    ProgressCallback,
)
from stammkunde.ingest.warehouse import FileRecord

# A transaction takes small files until one of these is reached: one commit a file would cost more
# than reading it, and what a killed process loses should stay small.
_ROWS_A_TRANSACTION = 200_000
_FILES_A_TRANSACTION = 500
# Lines named one by one in the report; all of them are in raw._unreadable_lines.
_LINES_NAMED = 5
_WAITING_NAME = "its name says that it is still being written; loaded once it has its final name"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def load(
    source: str,
    landing: Path,
    warehouse: Path,
    contract: SourceContract,
    progress: ProgressCallback | None = None,
    *,
    settle_seconds: float = 1.0,
) -> LoadReport:
    """Load the new files of a landing folder into the raw tables of a source.

    Each file is loaded whole in one transaction or not at all, and once by its content. What is
    wrong with one file never stops the others.

    Args:
        source: name of the source.
        landing: folder with one subfolder a feed.
        warehouse: the DuckDB file; made where it is missing.
        contract: the source's contract.
        progress: called after each file, and within large ones after each chunk.
        settle_seconds: a file written later than so many seconds ago is looked at a second time
            after them, and left for the next load if it changed meanwhile.

    Raises:
        LoadError: no such landing folder, the warehouse cannot be opened, or its ledger and its
            tables disagree. Files committed before stay loaded.
    """
    if contract.name != source:
        raise LoadError(f"the contract is that of {contract.name!r}, not of {source!r}")
    try:
        found = look(landing, contract)
    except OSError as error:
        raise LoadError(str(error)) from error
    now = datetime.now(UTC).replace(tzinfo=None)
    report = LoadReport(
        source=source,
        batch_id=f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:8]}",
        loaded_at=now,
        feeds={feed: FeedTotals() for feed in contract.feeds},
        messages=list(found.messages),
    )
    connection = tables.connect(warehouse)
    try:
        tables.create_tables(connection, contract)
        run = _Run(connection, contract, report, progress)
        run.waiting(found.waiting)
        run.files(found.files, settle_seconds)
        run.withdraw_missing()
        run.tell_naive_times()
        tables.check_ledger(connection, contract)
        report.rows_held = sum(
            record.rows_loaded
            for record in tables.read_ledger(connection, source)
            if record.status == tables.LOADED
        )
    finally:
        connection.close()
    return report


def require_rows(reports: Collection[LoadReport]) -> None:
    """Make sure that a run whose files were refused has any row to go on with.

    Args:
        reports: of all sources of the run.

    Raises:
        LoadError: files were refused, and no other file of any source has ever been loaded.
    """
    refused = [message for report in reports for message in report.errors]
    if refused and not any(report.rows_held for report in reports):
        more = f" And {len(refused) - 1} more." if len(refused) > 1 else ""
        raise LoadError(
            "Every file was refused, and no row has ever been loaded, so nothing is published. "
            f"{refused[0]}.{more}"
        )


def forget(source: str, file: str, warehouse: Path, contract: SourceContract) -> int:
    """Take a file's rows out of the raw tables again, so that a new content can be loaded.

    The only way in which a raw table shrinks, and the ledger keeps a row that says so.

    Args:
        source: name of the source.
        file: path below the landing folder, as in the report: ``orders/orders_2025-01-01.csv``.
        warehouse: the DuckDB file.
        contract: the source's contract.

    Returns:
        the number of rows taken out of the raw table.

    Raises:
        LoadError: there is no warehouse, or no such file is loaded.
    """
    if not warehouse.exists():
        raise LoadError(f"there is no warehouse {warehouse}")
    now = datetime.now(UTC).replace(tzinfo=None)
    connection = tables.connect(warehouse)
    try:
        tables.create_tables(connection, contract)
        loaded = [
            record
            for record in tables.read_ledger(connection, source)
            if record.file == file and record.status == tables.LOADED
        ]
        if not loaded:
            raise LoadError(f"no file {file!r} of {source!r} is loaded")
        connection.execute("begin")
        for record in loaded:
            tables.delete_file(connection, source, contract.feeds[record.feed].table, file)
            forgotten = FileRecord(
                **{
                    **vars(record),
                    "status": tables.FORGOTTEN,
                    "reason": "forgotten",
                    "message": f"{record.rows_read} rows were taken out on request",
                    "rows_read": 0,
                    "rows_loaded": 0,
                    "rows_unreadable": 0,
                    "rows_erased": 0,
                    "loaded_at": now,
                }
            )
            tables.write_ledger(connection, [forgotten])
        connection.execute("commit")
        tables.check_ledger(connection, contract)
    finally:
        connection.close()
    return sum(record.rows_loaded for record in loaded)


@dataclass
class _Pending:
    """Files read, but not yet written."""

    feed: FeedContract
    rows: list[tuple[str, pa.Table]] = field(default_factory=list)
    unreadable: list[tuple[str, UnreadableLine]] = field(default_factory=list)
    records: list[FileRecord] = field(default_factory=list)
    gone: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        return sum(rows.num_rows for _, rows in self.rows)


@dataclass
class _Tally:
    """What was read of a file so far."""

    loaded: int = 0
    unreadable: int = 0
    first_lines: list[UnreadableLine] = field(default_factory=list)
    filled: dict[str, int] = field(default_factory=dict)

    def add(self, chunk: Chunk) -> None:
        self.loaded += chunk.table.num_rows
        self.unreadable += len(chunk.unreadable)
        for name, column in zip(chunk.table.column_names, chunk.table.columns, strict=True):
            rows = len(column) - column.null_count
            self.filled[name] = self.filled.get(name, 0) + rows
        self.first_lines.extend(chunk.unreadable[: _LINES_NAMED - len(self.first_lines)])

    @property
    def read(self) -> int:
        return self.loaded + self.unreadable


@dataclass(frozen=True)
class _Manifest:
    """What the manifest beside a file promises."""

    row_count: int | None = None
    sha256: str | None = None


class _Run:
    """One load at work."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: SourceContract,
        report: LoadReport,
        progress: ProgressCallback | None,
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.report = report
        self.progress = progress
        self.respelled: dict[tuple[str, str, str], list[LandingFile]] = {}
        self.seen: set[tuple[str, str]] = set()  # file and content met by this load
        self.ledger: dict[str, list[FileRecord]] = {}
        self.by_hash: dict[tuple[str, str], FileRecord] = {}
        for record in tables.read_ledger(connection, contract.name):
            self._remember(record)
        self.pending: _Pending | None = None
        self.files_done = self.files_total = self.bytes_done = self.bytes_total = 0

    def _remember(self, record: FileRecord) -> None:
        known = self.ledger.setdefault(record.file, [])
        known[:] = [each for each in known if each.key != record.key] + [record]
        # An empty file is no duplicate of another: each day without rows has the same content.
        if record.status == tables.LOADED and record.content_hash and record.rows_read:
            self.by_hash[record.feed, record.content_hash] = record

    # -- the files -----------------------------------------------------------------------------

    def waiting(self, files: list[LandingFile]) -> None:
        """Record files whose names say that they are still being written."""
        for file in files:
            self._set_aside(file, None, WaitingError("temporary_name", _WAITING_NAME))

    def files(self, files: list[LandingFile], settle_seconds: float) -> None:
        """Deal with every file, in order."""
        self.files_total, self.bytes_total = len(files), sum(file.bytes for file in files)
        to_read = [file for file in files if not self._is_known(file)]
        growing = _second_look(to_read, settle_seconds)
        reading = {file.name for file in to_read}
        for file in files:
            if file.name in growing:
                text = "was still growing when it was looked at; the next load looks again"
                self._set_aside(file, None, WaitingError("changing", text))
            elif file.name in reading:
                self._file(file)
            else:
                self.report.feeds[file.feed].files_known += 1
            self.files_done += 1
            self.bytes_done += file.bytes
            self._tell(file.feed)
        self._flush()
        for (_, name, column), respelled in self.respelled.items():
            text = f"its column {name!r} is taken for {column!r}"
            if len(respelled) > 1:
                text += f", as in {len(respelled) - 1:,} further new files"
            self._say("warning", "respelled_column", text, respelled[0])

    def _is_known(self, file: LandingFile) -> bool:
        """Whether an earlier load dealt with the file for good and it did not change since."""
        for record in self.ledger.get(file.name, ()):
            if record.fingerprint != file.fingerprint or not file.fingerprint:
                continue
            if record.status == tables.LOADED or (
                # Of a file that was forgotten, the copy is no duplicate any more.
                record.status == tables.DUPLICATE
                and (record.feed, record.content_hash or "") in self.by_hash
            ):
                self.seen.add(record.key)
                return True
        return False

    def _file(self, file: LandingFile) -> None:
        content: Content | None = None
        try:
            if file.fault:
                raise RefusedError(*file.fault)
            content = Content(file)
            if not self._is_settled_by_hash(file, content):
                self._read(file, content)
        except RefusedError as refusal:
            self._set_aside(file, content.sha256 if content else None, refusal)

    def _is_settled_by_hash(self, file: LandingFile, content: Content) -> bool:
        """Deal with a file whose content, or whose name, is in the ledger already."""
        feed = self.report.feeds[file.feed]
        mine = [each for each in self.ledger.get(file.name, ()) if each.status == tables.LOADED]
        for record in mine:
            if record.content_hash == content.sha256:
                # Only its attributes changed. Remember them, to be quick next time.
                self._record(
                    file,
                    FileRecord(**{**vars(record), "fingerprint": file.fingerprint}),
                )
                feed.files_known += 1
                return True
        original = self.by_hash.get((file.feed, content.sha256))
        if original is not None:
            text = f"has the same content as {original.file}, which is loaded; not loaded again"
            self._record(
                file, self._entry(file, content.sha256, tables.DUPLICATE, "duplicate", text)
            )
            self._say("info", "duplicate", text, file)
            feed.files_duplicate += 1
            return True
        for record in mine:
            if record.rows_read == 0:
                continue  # nothing of it can be counted twice
            if record.content_hash and content.starts_with(record.content_hash, record.bytes):
                raise RefusedError(
                    "replaced",
                    "grew after it was loaded; deliver the new rows in a file of their own, or "
                    "forget the file and load it again",
                )
            raise RefusedError(
                "replaced",
                "was replaced after it was loaded; deliver the new content under a new name, or "
                "forget the file and load it again",
            )
        return False

    def _read(self, file: LandingFile, content: Content) -> None:
        feed = self.contract.feeds[file.feed]
        manifest = _read_manifest(file)
        if manifest.sha256 is not None and manifest.sha256 != content.sha256:
            raise RefusedError(
                "manifest_mismatch",
                "has another SHA-256 than its manifest says; still being written, or damaged",
            )
        try:
            reading = _open(content, feed)
        except RefusedError as refusal:
            if refusal.reason != "empty" or manifest.row_count != 0:
                raise
            reading = Reading(iter(()))  # an empty file, and its manifest says so
        if content.large:
            self._read_large(file, content, feed, reading, manifest)
            return
        chunks = list(reading.chunks)
        tally = _Tally()
        for chunk in chunks:
            tally.add(chunk)
        _check_counts(tally, manifest)
        if self.pending and (
            self.pending.feed.name != feed.name
            or self.pending.row_count >= _ROWS_A_TRANSACTION
            or len(self.pending.records) >= _FILES_A_TRANSACTION
        ):
            self._flush()
        self.pending = self.pending or _Pending(feed)
        for chunk in chunks:
            self.pending.rows.append((file.name, chunk.table))
            self.pending.unreadable.extend((file.name, line) for line in chunk.unreadable)
        self._loaded(file, content, reading, tally)

    def _read_large(
        self,
        file: LandingFile,
        content: Content,
        feed: FeedContract,
        reading: Reading,
        manifest: _Manifest,
    ) -> None:
        """Write a file chunk by chunk in a transaction of its own."""
        self._flush()
        self.pending = _Pending(feed)
        tally = _Tally()
        self.connection.execute("begin")
        try:
            for chunk in reading.chunks:
                self._write_rows(feed, [(file.name, chunk.table)])
                self._write_lines(feed, [(file.name, line) for line in chunk.unreadable])
                tally.add(chunk)
                self._tell(file.feed, tally.loaded)
            content.check_unchanged()
            _check_counts(tally, manifest)
            self._loaded(file, content, reading, tally)
            tables.write_ledger(self.connection, self.pending.records, self.pending.gone)
        except BaseException:
            self.connection.execute("rollback")
            self.pending = None
            raise
        self.connection.execute("commit")
        self.pending = None

    # -- what came of them ---------------------------------------------------------------------

    def _loaded(self, file: LandingFile, content: Content, reading: Reading, tally: _Tally) -> None:
        lines = tally.first_lines
        reason = message = None
        if tally.unreadable:
            reason = "unreadable_lines"
            message = f"{tally.unreadable:,} of {tally.read:,} rows cannot be read"
        elif not tally.loaded:
            reason, message = "no_rows", "has no rows"
        record = FileRecord(
            **{
                **vars(self._entry(file, content.sha256, tables.LOADED, reason, message)),
                "line_number": lines[0].line if lines else None,
                "rows_read": tally.read,
                "rows_loaded": tally.loaded,
                "rows_unreadable": tally.unreadable,
                "unknown_columns": ", ".join(reading.unknown_columns) or None,
                "filled_columns": json.dumps(
                    {name: tally.filled.get(name, 0) for name in reading.columns}
                ),
            }
        )
        assert self.pending is not None
        self.pending.records.append(record)
        # An earlier, empty content under this name is history now.
        self.pending.gone.extend(
            (each.source, *each.key)
            for each in self.ledger.get(file.name, ())
            if each.status == tables.LOADED and each.key != record.key
        )
        self._remember(record)
        self.seen.add(record.key)
        totals = self.report.feeds[file.feed]
        totals.files_loaded += 1
        totals.rows_read += tally.read
        totals.rows_loaded += tally.loaded
        totals.rows_unreadable += tally.unreadable
        if reason == "no_rows":
            self._say("info", "no_rows", "has no rows", file)
        for line in lines:
            self._say("warning", line.reason, f"{line.detail}; set aside", file, line.line)
        if tally.unreadable > len(lines):
            text = (
                f"{tally.unreadable - len(lines):,} further rows are set aside; "
                f"all of them are in {tables.UNREADABLE}"
            )
            self._say("warning", "unreadable_lines", text, file)
        if reading.unknown_columns:
            names = ", ".join(repr(name) for name in reading.unknown_columns)
            text = f"has columns that the contract does not name; not loaded: {names}"
            self._say("warning", "unknown_columns", text, file)
        for name, column in reading.respelled.items():
            self.respelled.setdefault((file.feed, name, column), []).append(file)

    def _set_aside(
        self, file: LandingFile, content_hash: str | None, refusal: RefusedError
    ) -> None:
        waits = isinstance(refusal, WaitingError)
        status = tables.WAITING if waits else tables.REFUSED
        record = self._entry(file, content_hash, status, refusal.reason, refusal.text, refusal.line)
        if any(
            each.key == record.key and each.status == tables.LOADED
            for each in self.ledger.get(file.name, ())
        ):
            raise LoadError(f"{file.name}: a loaded content cannot be refused; please report this")
        self._record(file, record)
        totals = self.report.feeds[file.feed]
        if waits:
            totals.files_waiting += 1
        else:
            totals.files_refused += 1
        text = refusal.text if waits else f"{refusal.text}; nothing of it is loaded"
        self._say("warning" if waits else "error", refusal.reason, text, file, refusal.line)

    def _entry(
        self,
        file: LandingFile,
        content_hash: str | None,
        status: str,
        reason: str | None = None,
        message: str | None = None,
        line: int | None = None,
    ) -> FileRecord:
        return FileRecord(
            source=self.contract.name,
            feed=file.feed,
            file=file.name,
            content_hash=content_hash,
            bytes=file.bytes,
            fingerprint=file.fingerprint,
            format=file.format,
            status=status,
            reason=reason,
            message=message,
            line_number=line,
            rows_read=0,
            rows_loaded=0,
            rows_unreadable=0,
            unknown_columns=None,
            loaded_at=self.report.loaded_at,
            batch_id=self.report.batch_id,
        )

    def _record(self, file: LandingFile, record: FileRecord) -> None:
        """Note a file that brings no rows; written with the next transaction."""
        if self.pending is None:
            self.pending = _Pending(self.contract.feeds[file.feed])
        self.pending.records.append(record)
        self._remember(record)
        self.seen.add(record.key)

    def withdraw_missing(self) -> None:
        """Note the files that were refused or waiting and are not there any more."""
        gone = [
            tables.withdraw(record, self.report.loaded_at, self.report.batch_id)
            for records in self.ledger.values()
            for record in records
            if record.status in (tables.REFUSED, tables.WAITING) and record.key not in self.seen
        ]
        self.connection.execute("begin")
        tables.write_ledger(self.connection, gone)
        self.connection.execute("commit")

    # -- writing -------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Write what is pending, in one transaction."""
        pending, self.pending = self.pending, None
        if pending is None:
            return
        self.connection.execute("begin")
        try:
            self._write_rows(pending.feed, pending.rows)
            self._write_lines(pending.feed, pending.unreadable)
            tables.write_ledger(self.connection, pending.records, pending.gone)
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def _write_rows(self, feed: FeedContract, rows: list[tuple[str, pa.Table]]) -> None:
        tables.insert_rows(self.connection, feed, rows, self.report.loaded_at, self.report.batch_id)

    def _write_lines(self, feed: FeedContract, lines: list[tuple[str, UnreadableLine]]) -> None:
        tables.insert_unreadable(
            self.connection,
            self.contract.name,
            feed,
            lines,
            self.report.loaded_at,
            self.report.batch_id,
        )

    # -- telling -------------------------------------------------------------------------------

    def tell_naive_times(self) -> None:
        """Say of each feed how many of its new rows hold times without an offset."""
        for feed in self.contract.feeds.values():
            rows = self.report.feeds[feed.name].rows_loaded
            counts = tables.naive_times(self.connection, feed, self.report.batch_id) if rows else {}
            if counts:
                text = (
                    f"{max(counts.values()):,} of {rows:,} new rows of {feed.name} have times "
                    f"without an offset ({', '.join(counts)}); they are read as UTC. Send the "
                    "offset where they are not"
                )
                self.report.messages.append(Message("warning", "no_offset", text))

    def _say(
        self, level: Level, code: str, text: str, file: LandingFile, line: int | None = None
    ) -> None:
        self.report.messages.append(Message(level, code, text, file.name, line))

    def _tell(self, feed: str, rows_underway: int = 0) -> None:
        if self.progress is not None:
            self.progress(
                LoadProgress(
                    feed=feed,
                    files_done=self.files_done,
                    files_total=self.files_total,
                    bytes_done=self.bytes_done,
                    bytes_total=self.bytes_total,
                    rows_loaded=self.report.total("rows_loaded") + rows_underway,
                )
            )


def _open(content: Content, feed: FeedContract) -> Reading:
    kind = content.file.format.removesuffix(".gz")
    if kind == "csv":
        return read_csv(content, feed)
    if kind in ("json", "jsonl"):
        return read_json(content, feed)
    return read_parquet(content, feed)


def _check_counts(tally: _Tally, manifest: _Manifest) -> None:
    """Refuse a file with other rows than promised, or with none that can be read."""
    if manifest.row_count is not None and manifest.row_count != tally.read:
        raise RefusedError(
            "manifest_mismatch",
            f"has {tally.read:,} rows, its manifest says {manifest.row_count:,}; "
            "still being written, or damaged",
        )
    if tally.unreadable and not tally.loaded:
        first = tally.first_lines[0]
        raise RefusedError(
            "no_readable_row",
            f"has no row that can be read; the first of {tally.unreadable:,}: {first.detail}",
            first.line,
        )


def _second_look(files: list[LandingFile], settle_seconds: float) -> set[str]:
    """The files that changed between two looks, the second `settle_seconds` after the last write.

    Only files written just now are looked at twice, so that a load of old files does not wait.
    """
    now = time.time()
    fresh = [file for file in files if not file.fault and now - file.mtime < settle_seconds]
    if not fresh:
        return set()
    youngest = max(file.mtime for file in fresh)
    time.sleep(min(settle_seconds, max(0.0, youngest + settle_seconds - now)))
    return {file.name for file in fresh if not _is_unchanged(file)}


def _is_unchanged(file: LandingFile) -> bool:
    try:
        return fingerprint(file.path.stat()) == file.fingerprint
    except OSError:
        return False


def _read_manifest(file: LandingFile) -> _Manifest:
    """Read the manifest beside a file, if there is one.

    Raises:
        RefusedError: it is no JSON object with a whole ``row_count`` and a hexadecimal ``sha256``;
            one of them may be left out.
    """
    if file.manifest is None:
        return _Manifest()
    fault = RefusedError(
        "manifest_unreadable",
        'has a manifest that cannot be read; it must be like {"row_count": 12, "sha256": "…"}',
    )
    try:
        promised = json.loads(file.manifest.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise fault from None
    if not isinstance(promised, dict):
        raise fault
    rows, digest = promised.get("row_count"), promised.get("sha256")
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 0):
        raise fault
    if digest is not None:
        digest = digest.lower() if isinstance(digest, str) else ""
        if not _SHA256.fullmatch(digest):
            raise fault
    if rows is None and digest is None:
        raise fault
    return _Manifest(rows, digest)
