"""The erasure of a run: between loading and everything that is built from what was loaded.

1. Requests that are new are held against identity, resolved once on what is loaded.
2. What identifies these people alone is tombstoned, before anything is taken out.
3. Every raw row that carries a tombstoned identifier is deleted or made anonymous, in one
   transaction with the ledger, the crosswalk and all that is derived.
4. The warehouse file is copied, so that no byte of the deleted rows is left, and swapped.

Killed in between, the next run begins with the step that is open. A run without requests looks at
one small table; with tombstones it holds the rows of its new files against them.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import duckdb

from stammkunde import progress
from stammkunde.identity import MatchingError, match_people, matching_options
from stammkunde.ingest import SourceContract, read_contract
from stammkunde.ingest.contract import REDUCE
from stammkunde.ingest.warehouse import RAW_SCHEMA, quoted
from stammkunde.paths import Home
from stammkunde.privacy import persons, purge, raw
from stammkunde.privacy.compact import clean, compact
from stammkunde.privacy.normaliser import Project, compile_project, read_project, run_dbt
from stammkunde.privacy.persons import SEVERAL, Found
from stammkunde.privacy.raw import Request
from stammkunde.privacy.vault import (
    BEGUN,
    DONE,
    SHARED,
    Answer,
    ErasureError,
    Vault,
    make_vault,
    open_vault,
)
from stammkunde.settings import Settings, known_sources, sources_file

ERASURES = f"{RAW_SCHEMA}._erasures"

# What says who is meant: identity as it is on what is loaded, without the promises that are kept.
_RESOLVE = ("+int_identity__customer_records", "+int_identity__edge_decisions", "+erasures")
# Of it, what has to stand before people are matched.
_TO_BE_MATCHED = "+int_identity__matchable_contacts"
_WITHOUT_TESTS = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")


# Source, raw table, file and row, key, and identifiers by type.
_Row = tuple[str, tuple[str, int]]
_Asked = tuple[str, str, tuple[str, int], str, dict[str, str]]


@dataclass
class Erasure:
    """What the erasure of a run came to.

    Attributes:
        requests: requests that were carried out.
        rows_deleted: rows that went.
        rows_anonymised: rows that stayed without what told of the person.
        warnings: what a person should know, without data of one.
    """

    requests: int = 0
    rows_deleted: int = 0
    rows_anonymised: int = 0
    warnings: list[str] = field(default_factory=list)

    @property
    def in_words(self) -> str:
        """Counts, for a log."""
        return (
            f"{self.requests:,} requests, {self.rows_deleted:,} rows deleted, "
            f"{self.rows_anonymised:,} rows made anonymous"
        )


def require_vault(place: Home) -> Vault | None:
    """The key and the tombstones of a home; None where nobody was erased there.

    Raises:
        ErasureError: they are missing or damaged, so that erased people could return.
    """
    return open_vault(place.privacy, people_were_erased=_people_were_erased(place))


def carry_out(place: Home, settings: Settings) -> Erasure:
    """Erase whom new requests name, and whatever landed again of those who are erased.

    Args:
        place: the home; its files are loaded, and nobody else has its warehouse open.
        settings: of the run, for dbt.

    Raises:
        ErasureError: key or tombstones are missing, dbt fails, or the warehouse cannot be copied.
            Nothing may be built from the raw tables then.
    """
    done = Erasure()
    contracts = {source: read_contract(sources_file(source)) for source in known_sources()}
    vault = require_vault(place)
    asked = _asked_rows(place, contracts)
    if vault is None and not asked:
        return done
    clean(place.warehouse)
    vault = vault or make_vault(place.privacy)
    requests = _requests(asked, vault)
    progress.current().stage("Erase on request")
    effective = _effective(place, settings, vault, contracts, requests, done)
    _purge(place, settings, vault, contracts, requests, effective, done)
    if _is_compaction_due(place):
        progress.current().stage("Take erased rows out of the file")
        compact(place.warehouse)
        _forget_what_was_said(place)
    answers = vault.answers()
    vault.remember(
        {
            request.hash: replace(answers[request.hash], state=DONE)
            for request in requests
            if request.hash in answers and answers[request.hash].state == BEGUN
        }
    )
    return done


def _asked_rows(place: Home, contracts: Mapping[str, SourceContract]) -> list[_Asked]:
    """Rows of the requests that still hold an identifier: of this run or of one before."""
    found = []
    with duckdb.connect(str(place.warehouse), read_only=True) as connection:
        for feed in raw.raw_feeds(connection, contracts):
            if feed.feed.on_erasure != REDUCE:
                continue
            columns = {name: identifier.type for name, identifier in feed.identifiers()}
            values = ", ".join(f"nullif(trim({quoted(name)}), '')" for name in columns)
            rows = connection.execute(
                f"select _file, _row_number, coalesce(trim(request_key), ''), {values} "
                f"from {feed.table} order by _file, _row_number"
            ).fetchall()
            for file, row_number, request_key, *given in rows:
                identifiers = {
                    kind: str(value)
                    for kind, value in zip(columns.values(), given, strict=True)
                    if value is not None and not str(value).startswith(raw.MARK)
                }
                if identifiers:
                    row = (str(file), int(row_number))
                    found.append((feed.source.name, feed.feed.table, row, request_key, identifiers))
    return found


def _requests(rows: Sequence[_Asked], vault: Vault) -> list[Request]:
    """The requests with the keyed hash of their content: the same again is the same request."""
    return [
        Request(
            source,
            table,
            row,
            key,
            identifiers,
            vault.keyed(
                "|".join(["request", source, key, *map("=".join, sorted(identifiers.items()))])
            ),
        )
        for source, table, row, key, identifiers in rows
    ]


def _effective(
    place: Home,
    settings: Settings,
    vault: Vault,
    contracts: Mapping[str, SourceContract],
    requests: Sequence[Request],
    done: Erasure,
) -> list[Request]:
    """The requests to carry out now; identity is resolved where there is any."""
    states = {hash_: answer.state for hash_, answer in vault.answers().items()}
    # Who is meant by one that was begun is known, and perhaps gone: it is not asked again.
    open_requests = [
        each
        for each in requests
        if states.get(each.hash) not in (BEGUN, DONE) and each.source in settings.sources
    ]
    rejected = _outcomes(place, open_requests)
    fresh = [
        each
        for each in open_requests
        if states.get(each.hash) != SHARED and rejected.get(_row(each)) != "rejected"
    ]
    if fresh:
        # Who was erased before is nobody's double: not one of two who carry what is asked for.
        _purge(place, settings, vault, contracts, requests, [], done)
        _resolve(place, settings)
        rejected = _outcomes(place, open_requests)
    accepted = [each for each in open_requests if rejected.get(_row(each)) == "accepted"]
    # The same request twice is carried out once, and nothing is wrong.
    answered = {each.hash for each in accepted}
    # After an erasure that no build followed, staging knows of no row, and so of none against it.
    refused = [
        each for each in open_requests if each.hash not in answered and _row(each) in rejected
    ]
    if refused:
        done.warnings.append(
            f"{_requests_in_words(len(refused))} rejected, and nobody is erased: the rejected rows "
            "of the feed erasures say why."
        )
    if not fresh:
        return []
    with duckdb.connect(str(place.warehouse), read_only=True) as connection:
        known = {
            tuple(row)
            for row in connection.execute(
                f"select source_system, request_key from {read_project(place).relation('erasures')}"
            ).fetchall()
        }
    asked = [each for each in accepted if states.get(each.hash) != SHARED]
    due = [each for each in asked if (each.source, each.request_key) in known]
    if len(due) < len(asked):
        done.warnings.append(
            f"{_requests_in_words(len(asked) - len(due))} later than the day of this run: not "
            "carried out yet."
        )
    return due


def _resolve(place: Home, settings: Settings) -> None:
    """Say who is one person, on what is loaded now; with matching, the people that it links too."""
    chosen = matching_options(settings)
    if chosen:
        run_dbt(place, settings, "build", "--select", _TO_BE_MATCHED, *_WITHOUT_TESTS)
        try:
            match_people(place.warehouse, chosen)
        except MatchingError as error:
            raise ErasureError(str(error)) from error
    run_dbt(place, settings, "build", "--select", *_RESOLVE, *_WITHOUT_TESTS)


def _outcomes(place: Home, requests: Sequence[Request]) -> dict[_Row, str]:
    """What staging said of the rows of requests, as far as it has seen them."""
    outcomes: dict[_Row, str] = {}
    with duckdb.connect(str(place.warehouse), read_only=True) as connection:
        for source in sorted({each.source for each in requests}):
            table = f"{source}__erasures"
            try:
                rows = connection.execute(
                    "select _file, _row_number, base.row_outcome "
                    f"from {RAW_SCHEMA}.{quoted(table)} as raw_rows "
                    f"inner join staging.{quoted(f'base_{table}')} as base "
                    "using (_file, _row_number, _loaded_at)"
                ).fetchall()
            except duckdb.CatalogException:
                continue  # not built yet
            outcomes.update(
                {(table, (str(file), int(number))): str(outcome) for file, number, outcome in rows}
            )
    return outcomes


def _row(request: Request) -> _Row:
    return request.table, request.row


def _purge(
    place: Home,
    settings: Settings,
    vault: Vault,
    contracts: Mapping[str, SourceContract],
    requests: Sequence[Request],
    effective: Sequence[Request],
    done: Erasure,
) -> None:
    """Find the people, tombstone them and take out every row of theirs."""
    connection = _open_warehouse(place, vault)
    try:
        feeds = raw.raw_feeds(connection, contracts)
        persons.create_tables(connection)
        _create_log(connection)
        project: Project | None = None
        found: list[Found] = []
        if effective:
            project = read_project(place)
            found = persons.find_persons(connection, project, effective)
        answers = _answers(connection, vault, found)
        answered = {each.hash: each for each in requests if each.hash in answers}
        to_reduce = [
            each
            for each in requests
            if each.hash in answers and answers[each.hash].state in (BEGUN, DONE)
        ]
        tombstones = _tombstones(connection)
        batches = raw.unchecked_batches(connection, feeds, tombstones) if tombstones else []
        purges = bool(batches or to_reduce)
        if purges:
            if project is None:
                connection.close()
                project = compile_project(place, settings)
                connection = _open_warehouse(place, vault)
                persons.create_tables(connection)
            _find_rows(connection, feeds, project, batches)
        now = datetime.now(UTC).replace(tzinfo=None)
        purged = purge.Purge()
        connection.execute("begin")
        if project is not None and purges:
            purged = purge.purge(
                connection, feeds, project, to_reduce, _tombstones(connection), now
            )
        logged = _log(connection, answered, answers, now)
        connection.execute("commit")
    finally:
        connection.close()
    shared = sum(answer.state == SHARED for answer in logged)
    done.requests += len(logged) - shared
    done.rows_deleted += sum(purged.deleted.values())
    done.rows_anonymised += sum(purged.anonymised.values())
    if shared:
        done.warnings.append(
            f"{_requests_in_words(shared)} by something that several people carry, and nobody "
            "is erased: send it again with a contact_key."
        )


def _open_warehouse(place: Home, vault: Vault) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(place.warehouse))
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"set temp_directory = '{place.warehouse.parent}/.erasing.tmp'")
    vault.attach(connection)
    return connection


def _answers(
    connection: duckdb.DuckDBPyConnection, vault: Vault, found: Sequence[Found]
) -> Mapping[str, Answer]:
    """What became of all requests so far, those that were just found among them."""
    connection.execute("detach vault")
    vault.remember(
        {
            each.request.hash: Answer(
                SHARED if each.outcome == SEVERAL else BEGUN,
                each.outcome,
                each.customers,
                each.records,
            )
            for each in found
        }
    )
    answers = vault.answers()
    vault.attach(connection)
    return answers


def _find_rows(
    connection: duckdb.DuckDBPyConnection,
    feeds: Sequence[raw.RawFeed],
    project: Project,
    batches: Sequence[str],
) -> None:
    """Find the raw rows that carry a tombstoned identifier, until they lead to no further one."""
    (loads,) = connection.execute(f"select count(*) from {raw.CHECKED}").fetchall()[0]
    looked_at: Sequence[str] | None = batches if loads else None
    raw.collect_values(connection, feeds, project, looked_at)
    while raw.find_hits(connection, feeds) and purge.widen(
        connection, feeds, all_rows=looked_at is None
    ):
        if looked_at is not None:
            looked_at = None
            raw.collect_values(connection, feeds, project, None)


def _tombstones(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("select count(*) from vault.tombstones").fetchall()[0][0])


def _create_log(connection: duckdb.DuckDBPyConnection) -> None:
    purge.create_tables(connection)
    raw.create_tables(connection)
    connection.execute(
        f"create table if not exists {ERASURES} (carried_out_at timestamp not null,"
        " source varchar not null, request_key varchar not null, request_hash varchar not null,"
        " outcome varchar not null, customers bigint not null, records bigint not null)"
    )


def _log(
    connection: duckdb.DuckDBPyConnection,
    requests: Mapping[str, Request],
    answers: Mapping[str, Answer],
    now: datetime,
) -> list[Answer]:
    """Log what became of requests, as far as no run did: one may have broken off before it could.

    Returns: what was logged.
    """
    known = {
        str(row[0]) for row in connection.execute(f"select request_hash from {ERASURES}").fetchall()
    }
    logged = []
    for hash_, request in requests.items():
        answer = answers[hash_]
        # What was done long ago has landed again.
        if answer.state == DONE or hash_ in known:
            continue
        connection.execute(
            f"insert into {ERASURES} values (?, ?, ?, ?, ?, ?, ?)",
            [
                now,
                request.source,
                request.request_key,
                hash_,
                answer.outcome,
                answer.customers,
                answer.records,
            ],
        )
        logged.append(answer)
    return logged


def _people_were_erased(place: Home) -> bool:
    # The second without the first: old files were loaded again into a new warehouse.
    return _has_rows(place, ERASURES) or _has_rows(place, purge.PURGES)


def _is_compaction_due(place: Home) -> bool:
    return _has_rows(place, purge.COMPACTION_DUE)


def last_purge(place: Home) -> datetime | None:
    """When rows of a person were last taken out of the warehouse, UTC without offset."""
    if not _has_rows(place, purge.PURGES):
        return None
    with duckdb.connect(str(place.warehouse), read_only=True) as connection:
        ((moment,),) = connection.execute(f"select max(purged_at) from {purge.PURGES}").fetchall()
    return moment if isinstance(moment, datetime) else None


def _has_rows(place: Home, table: str) -> bool:
    if not place.warehouse.exists():
        return False
    with duckdb.connect(str(place.warehouse), read_only=True) as connection:
        try:
            return bool(connection.execute(f"select 1 from {table} limit 1").fetchall())
        except duckdb.CatalogException:
            return False


def _forget_what_was_said(place: Home) -> None:
    """Remove what dbt compiled and logged: a preview that somebody asked for shows rows.

    dbt's parsed project stays; it holds code alone. The log of the runs names no values.
    """
    for log in place.logs.glob("dbt.log*"):
        log.unlink(missing_ok=True)
    for path in place.target.glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name.startswith("run_results"):
            path.unlink(missing_ok=True)


def _requests_in_words(count: int) -> str:
    return "1 erasure request is" if count == 1 else f"{count:,} erasure requests are"
